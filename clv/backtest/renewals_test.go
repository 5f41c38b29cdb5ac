package backtest

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"postlift"
	"postlift/clv/renewal"
)

// contracts simulates renewal decisions of four cells over six years: contracts start evenly, terms are a
// year, cells differ in their chance to renew and contracts of a cell among each other.
func contracts(n int, rng *rand.Rand) []Decision {
	start, until := postlift.MustDate("2019-01-01"), postlift.MustDate("2024-12-31")
	cells := []renewal.Cell{{Term: "annual", Group: "seats"}, {Term: "annual", Group: "support"}, {Term: "annual", Group: "storage"}, {Term: "annual", Group: "print"}}
	var out []Decision
	for i := range n {
		at := start.AddDays(rng.IntN(1500))
		c := i % len(cells)
		// beta with mean .92, .84, .76 and .68 to renew
		end := .08 * float64(c+1)
		leave := betaDraw(rng, 4*end, 4*(1-end))
		for k := 1; ; k++ {
			at = at.AddMonths(12)
			if at > until {
				break
			}
			renewed := rng.Float64() >= leave
			out = append(out, Decision{On: at, Cell: cells[c], Opportunity: k, Renewed: renewed, Account: int64(i + 1)})
			if !renewed {
				break
			}
		}
	}
	return out
}

// betaDraw draws from a beta distribution as the ratio of gamma variates (Marsaglia and Tsang's method, with
// the usual boost below shape 1).
func betaDraw(rng *rand.Rand, a, b float64) float64 {
	x, y := gammaDraw(rng, a), gammaDraw(rng, b)
	return x / (x + y)
}

func gammaDraw(rng *rand.Rand, shape float64) float64 {
	if shape < 1 {
		return gammaDraw(rng, shape+1) * math.Pow(rng.Float64(), 1/shape)
	}
	d := shape - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := rng.NormFloat64()
		v := (1 + c*x) * (1 + c*x) * (1 + c*x)
		if v > 0 && math.Log(1-rng.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return d * v
		}
	}
}

// TestRenewalsFindTheCells: where cells differ and hazards fall with tenure, pooled cells predict best out of
// time, are well calibrated and beat last year's rate.
func TestRenewalsFindTheCells(t *testing.T) {
	rep, err := Renewals(contracts(6000, rand.New(rand.NewPCG(21, 22))), RenewalOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if rep.Chosen != RenewalCells || len(rep.Flags) != 0 || len(rep.Origins) != 12 || rep.Decisions < 2000 {
		t.Errorf("chosen %s, flags %v, %d origins, %d decisions", rep.Chosen, rep.Flags, len(rep.Origins), rep.Decisions)
	}
	naive := result(t, rep, BaselineRenew)
	own := result(t, rep, RenewalCells)
	if !(own.LogLoss < naive.LogLoss) || naive.Noise || math.Abs(own.Bias) > .02 {
		t.Errorf("cells %+v, naive %+v", own, naive)
	}
	if math.Abs(own.Slope-1) > .15 || math.Abs(own.Intercept) > .25 {
		t.Errorf("calibration slope %.3f, intercept %.3f", own.Slope, own.Intercept)
	}
	if sbg, flat := result(t, rep, renewal.ModelSBG), result(t, rep, renewal.ModelGeometric); !(sbg.LogLoss < flat.LogLoss) {
		t.Errorf("falling hazards: sBG %.5f, geometric %.5f", sbg.LogLoss, flat.LogLoss)
	}
	n := 0
	for _, b := range own.Bins {
		n += b.Count
	}
	if n != rep.Decisions {
		t.Errorf("bins hold %d of %d decisions", n, rep.Decisions)
	}
}

func result(t *testing.T, rep Renewal, model string) RenewalResult {
	t.Helper()
	i := slices.IndexFunc(rep.Results, func(r RenewalResult) bool { return r.Model == model })
	if i < 0 {
		t.Fatalf("no result of %s in %+v", model, rep.Results)
	}
	return rep.Results[i]
}

// TestRenewalsOutOfTime: decisions after the last day change nothing, and nothing known gives a flag.
func TestRenewalsOutOfTime(t *testing.T) {
	list := contracts(800, rand.New(rand.NewPCG(23, 24)))
	until := postlift.MustDate("2023-06-30")
	before, err := Renewals(list, RenewalOptions{Until: until})
	if err != nil {
		t.Fatal(err)
	}
	for i := range list {
		if list[i].On > until {
			list[i].Renewed = !list[i].Renewed
		}
	}
	after, err := Renewals(list, RenewalOptions{Until: until})
	if err != nil || document(t, before) != document(t, after) {
		t.Errorf("decisions after %s changed the report: %v", until, err)
	}
	for _, few := range [][]Decision{nil, list[:5]} {
		rep, err := Renewals(few, RenewalOptions{})
		if err != nil || rep.Chosen != RenewalCells || !slices.Contains(rep.Flags, FlagFewRenewals) || rep.Sentence == "" {
			t.Errorf("%d decisions: %+v, %v", len(few), rep, err)
		}
	}
	if _, err := Renewals([]Decision{{Opportunity: 1}}, RenewalOptions{}); postlift.KindOf(err) != postlift.Invalid || err == nil {
		t.Errorf("no date: %v", err)
	}
}

// TestRenewalsFinite: any decisions give a finite report.
func TestRenewalsFinite(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 2))
		always := rng.IntN(3)
		var list []Decision
		for range 40 + rng.IntN(200) {
			list = append(list, Decision{On: postlift.MustDate("2022-01-01").AddDays(rng.IntN(1000)), Opportunity: 1 + rng.IntN(30),
				Cell: renewal.Cell{Term: []string{"short", "annual", "long"}[rng.IntN(3)]}, Renewed: always == 0 || always == 1 && rng.IntN(2) == 0})
		}
		rep, err := Renewals(list, RenewalOptions{MaxOrigins: 4})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := json.Marshal(rep); err != nil {
			t.Fatal(err)
		}
	})
}
