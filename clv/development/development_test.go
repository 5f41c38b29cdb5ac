package development_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"postlift"
	"postlift/clv/clvtest"
	"postlift/clv/development"

	"pgregory.net/rapid"
)

// fill counts one quarter's decisions of a cell.
func fill(t testing.TB, tally *development.Tally, segment string, held int, group string, quarter, due, adopted int) {
	t.Helper()
	for took, n := range map[bool]int{true: adopted, false: due - adopted} {
		if err := tally.Add(segment, held, group, quarter, took, n); err != nil {
			t.Fatal(err)
		}
	}
}

// TestBetaGeometricRecovery: with many decisions the hazards of a beta-geometric population come back,
// although half of the accounts are observed from their fifth quarter only and all are cut off at the twelfth.
func TestBetaGeometricRecovery(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	tally := development.Tally{Kind: development.Contract}
	const alpha, beta = 1.2, 10.0
	for i := range 60000 {
		from := 1
		if i%2 == 0 {
			from = 5
		}
		p := betaDraw(rng, alpha, beta)
		for q := 1; q <= 12; q++ {
			took := rng.Float64() < p
			if q >= from {
				if err := tally.Add("Handel", 1, "Wartung", q, took, 1); err != nil {
					t.Fatal(err)
				}
			}
			if took {
				break
			}
		}
	}
	m, err := development.Fit(&tally)
	if err != nil {
		t.Fatal(err)
	}
	clvtest.Within(t, "first hazard", m.Cells[0].Rate, alpha/(alpha+beta), .04)
	clvtest.Within(t, "decay", m.Groups[0].Omega, 1/(alpha+beta), .12)
	stay := 1.0
	path := m.Path("Handel", 1, "Wartung", 3, 24)
	for q := 3; q <= 10; q++ {
		stay *= 1 - alpha/(alpha+beta+float64(q-1))
		clvtest.Within(t, fmt.Sprintf("adopted by the end of quarter %d", q), path[3*(q-3)+2], 1-stay, .03)
	}
}

// betaDraw draws Beta(a, b) for a near 1 by rejection from the uniform's power.
func betaDraw(rng *rand.Rand, a, b float64) float64 {
	for {
		x := math.Pow(rng.Float64(), 1/a)
		if rng.Float64() < math.Pow(1-x, b-1) {
			return x
		}
	}
}

// TestPathByHand follows the hazards .1/(1+.5(i-1)) from quarter 2 through two quarters.
func TestPathByHand(t *testing.T) {
	m := stored(t, `{"kind":"order","rate":0.02,"groups":[{"name":"A","rate":0.05,"omega":0.5,"adopted":50,"decisions":1000,"monthly_margin_minor":700,"margins":3},
		{"name":"B","rate":0.3,"omega":0.5,"adopted":2,"decisions":10,"monthly_margin_minor":0,"margins":0}],
		"cells":[{"group":"A","segment":"s","held":3,"rate":0.1,"adopted":40,"decisions":400}],
		"margins":[{"group":"A","segment":"s","monthly_minor":900,"accounts":9}]}`)
	path := m.Path("s", 7, "A", 2, 6)
	clvtest.Within(t, "month 1", path[0], 1-math.Cbrt(1-.1/1.5), 1e-12)
	clvtest.Within(t, "month 3", path[2], .1/1.5, 1e-12)
	clvtest.Within(t, "month 6", path[5], 1-(1-.1/1.5)*(1-.1/2), 1e-12)
	clvtest.Within(t, "after a mailing", development.Lift(slices.Clone(path), .2)[5], 1-(1-path[5])*math.Exp(-.2), 1e-12)
	clvtest.Within(t, "another segment", m.Path("x", 7, "A", 1, 3)[2], .05, 1e-12)
	all := m.Expect("s", []string{"C", "D", "E"}, 1, 3)
	if len(all) != 2 || all[0].Group != "A" || all[0].MonthlyMarginMinor != 900 || all[0].Decisions != 400 || len(all[0].Flags) != 0 || all[0].Kind != development.Ordered {
		t.Errorf("%+v", all)
	}
	want := []string{development.FlagFewAdoptions, development.FlagGroupFew, development.FlagMarginUnknown}
	if all[1].MonthlyMarginMinor != 0 || !slices.Equal(all[1].Flags, want) {
		t.Errorf("%+v, want the flags %v", all[1], want)
	}
	if v, known := m.Margin("x", "A"); v != 700 || !known {
		t.Errorf("margin of another segment: %g %t", v, known)
	}
	if held := m.Expect("s", []string{"A", "B"}, 1, 3); len(held) != 0 {
		t.Errorf("held groups are offered: %+v", held)
	}
	if got := m.Path("s", 1, "unheard", 1, 3); !(got[2] > 0 && got[2] <= .02) {
		t.Errorf("unknown group: %v", got)
	}
	var empty development.Model
	if got := empty.Path("s", 1, "A", 1, 2); !slices.Equal(got, []float64{0, 0}) || len(empty.Expect("s", nil, 1, 2)) != 0 {
		t.Errorf("a model that knows nothing expects %v", got)
	}
}

func stored(t testing.TB, text string) *development.Model {
	t.Helper()
	var m development.Model
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		t.Fatal(err)
	}
	return &m
}

// TestPoolingPredictsBest: on simulated cells, half of them small, pooled rates predict new decisions better
// than each cell's own rate (with one adoption in two decisions added, so that it is never 0) and better than
// one rate for all.
func TestPoolingPredictsBest(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	tally := development.Tally{Kind: development.Contract}
	type cell struct {
		group, segment string
		held           int
		truth          float64
		due, adopted   int
	}
	var cells []cell
	var adopted, due float64
	for g := range 8 {
		level := .05 * math.Exp(.6*rng.NormFloat64())
		for s := range 5 {
			for held := range 4 {
				c := cell{group: string(rune('A' + g)), segment: string(rune('a' + s)), held: held, due: 20 + rng.IntN(2)*500}
				c.truth = min(level*math.Exp(.4*rng.NormFloat64()+.1*float64(held)), .6)
				for range c.due {
					if rng.Float64() < c.truth {
						c.adopted++
					}
				}
				fill(t, &tally, c.segment, c.held, c.group, 1, c.due, c.adopted)
				cells = append(cells, c)
				adopted, due = adopted+float64(c.adopted), due+float64(c.due)
			}
		}
	}
	m, err := development.Fit(&tally)
	if err != nil {
		t.Fatal(err)
	}
	var pooled, own, one float64
	for _, c := range cells {
		score := func(p float64) float64 { return c.truth*math.Log(p) + (1-c.truth)*math.Log1p(-p) } // expected
		pooled += score(m.Path(c.segment, c.held, c.group, 1, 3)[2])
		own += score((float64(c.adopted) + 1) / (float64(c.due) + 2))
		one += score(adopted / due)
	}
	t.Logf("expected log score a decision: pooled %.5f, own %.5f, one for all %.5f", pooled/float64(len(cells)), own/float64(len(cells)), one/float64(len(cells)))
	if !(pooled > own && pooled > one) {
		t.Errorf("pooled %g, own %g, one for all %g", pooled, own, one)
	}
}

// TestFitIsFinite: any counts give hazards between 0 and 1, rising paths, and the same model again after
// storage.
func TestFitIsFinite(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tally := development.Tally{Kind: development.Ordered}
		for range rapid.IntRange(1, 30).Draw(t, "rows") {
			group, segment := rapid.SampledFrom([]string{"A", "B", "C"}).Draw(t, "group"), rapid.SampledFrom([]string{"", "s"}).Draw(t, "segment")
			err := tally.Add(segment, rapid.IntRange(0, 9).Draw(t, "held"), group, rapid.IntRange(1, 99).Draw(t, "quarter"),
				rapid.Bool().Draw(t, "adopted"), rapid.SampledFrom([]int{0, 1, 2, 50, 1e6}).Draw(t, "n"))
			if err != nil {
				t.Fatal(err)
			}
			if err := tally.AddMargin(segment, group, rapid.Float64Range(-1e9, 1e9).Draw(t, "margin")); err != nil {
				t.Fatal(err)
			}
		}
		m, err := development.Fit(&tally)
		if tally.Decisions() == 0 {
			if postlift.KindOf(err) != postlift.Invalid {
				t.Fatalf("nothing to learn from: %v", err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, group := range []string{"A", "B", "C", "?"} {
			last := 0.0
			for _, p := range m.Path("s", 2, group, 1, 60) {
				if !(p >= last && p <= 1) || p == 0 {
					t.Fatalf("group %s: %g after %g", group, p, last)
				}
				last = p
			}
			if v, _ := m.Margin("s", group); math.IsNaN(v) || math.Abs(v) > 1.1e9 {
				t.Fatalf("margin %g", v)
			}
		}
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var again development.Model
		if err := json.Unmarshal(text, &again); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(m.Expect("s", []string{"B"}, 3, 24), again.Expect("s", []string{"B"}, 3, 24)) {
			t.Fatal("the stored model expects something else")
		}
	})
}

// TestTallyRefuses what cannot be, and nothing to learn from.
func TestTallyRefuses(t *testing.T) {
	var tally development.Tally
	for i, err := range []error{tally.Add("s", 0, "", 1, true, 1), tally.Add("s", 0, "g", 0, true, 1), tally.Add("s", -1, "g", 1, true, 1),
		tally.Add("s", 0, "g", 1, true, -1), tally.AddMargin("s", "g", math.NaN()), tally.AddMargin("s", "", 1)} {
		if postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("case %d: %v", i, err)
		}
	}
	if _, err := development.Fit(&tally); postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("empty tally: %v", err)
	}
	if development.QuarterOf(0) != 1 || development.QuarterOf(91) != 1 || development.QuarterOf(92) != 2 || development.QuarterOf(-5) != 1 || development.QuarterOf(1e6) != 48 {
		t.Error("quarters count from 1 to 48")
	}
}

// TestRetentionByHand: 100, 200, 100 before; 150, 100, 0 after; one new account. Net 250/400, gross
// 200/400. Net residuals y - .625 x: 87.5, -25, -62.5, squares 12187.5, times 3/2, root 135.21 by 400.
func TestRetentionByHand(t *testing.T) {
	r, err := development.Retention([]development.Revenue{{1, 60, 150}, {2, 200, 100}, {3, 100, 0}, {4, 0, 70}, {1, 40, 0}})
	if err != nil {
		t.Fatal(err)
	}
	if r.Accounts != 3 || r.Before != 400 || r.After != 250 || r.Kept != 200 || r.New != 70 || r.Lost != 1 || r.Contracted != 1 || r.Expanded != 1 {
		t.Errorf("%+v", r)
	}
	clvtest.Within(t, "NRR", r.NRR, .625, 1e-12)
	clvtest.Within(t, "GRR", r.GRR, .5, 1e-12)
	se := math.Sqrt(1.5*12187.5) / 400
	clvtest.Within(t, "NRR high", r.NRRHigh, .625+1.959963984540054*se, 1e-12)
	if r.NRRLow != 0 && math.Abs(r.NRRLow-(.625-1.959963984540054*se)) > 1e-12 {
		t.Errorf("NRR low %g", r.NRRLow)
	}
	none, err := development.Retention([]development.Revenue{{1, 0, 5}})
	if err != nil || !slices.Contains(none.Flags, development.FlagNoRevenue) || none.NRR != 0 {
		t.Errorf("%+v %v", none, err)
	}
	for _, bad := range []development.Revenue{{1, -1, 0}, {1, math.NaN(), 0}, {1, 1, math.Inf(1)}} {
		if _, err := development.Retention([]development.Revenue{bad}); postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

// TestRetentionCoverage: the 95 % intervals hold the true rate in 93 to 97 of 100 portfolios of 400 accounts.
func TestRetentionCoverage(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	const sets = 1500
	var net, gross int
	for range sets {
		var tally development.RetentionTally
		for range 400 {
			before := math.Exp(rng.NormFloat64()*.6 + 5)
			factor := []float64{0, .8, 1, 1, 1, 1.3, 1.3, 1, 1, 1}[rng.IntN(10)] // mean .94, without expansion .88
			if err := tally.Add(before, before*factor); err != nil {
				t.Fatal(err)
			}
		}
		r := tally.Rates()
		if r.NRRLow <= .94 && .94 <= r.NRRHigh {
			net++
		}
		if r.GRRLow <= .88 && .88 <= r.GRRHigh {
			gross++
		}
	}
	for what, hits := range map[string]int{"NRR": net, "GRR": gross} {
		if share := float64(hits) / sets; share < .93 || share > .97 {
			t.Errorf("%s intervals cover %.3f", what, share)
		}
	}
}

// TestRevenueOfNothing: what arithmetic left over is no revenue before, and makes no rate of 1e161.
func TestRevenueOfNothing(t *testing.T) {
	r, err := development.Retention([]development.Revenue{{Account: 1, Before: 1e-162, After: 1}, {Account: 2, Before: 1e-162, After: 1}, {Account: 3, Before: 10, After: 5}, {Account: 4, Before: 10, After: 10}})
	if err != nil || r.Accounts != 2 || r.New != 2 || r.NRR != .75 || !(r.NRRLow < .75 && r.NRRHigh > .75) {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestRetentionProperties: gross lies in [0,1] and never above net; intervals hold their rate.
func TestRetentionProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var rows []development.Revenue
		for range rapid.IntRange(0, 30).Draw(t, "n") {
			rows = append(rows, development.Revenue{Account: rapid.Int64Range(1, 12).Draw(t, "account"),
				Before: rapid.Float64Range(0, 1e12).Draw(t, "before"), After: rapid.Float64Range(0, 1e12).Draw(t, "after")})
		}
		r, err := development.Retention(rows)
		if err != nil {
			t.Fatal(err)
		}
		const slack = 1e-12
		if !(r.GRR >= 0 && r.GRR <= 1+slack && r.GRR <= r.NRR*(1+slack)) || !(r.NRRLow <= r.NRR && r.NRR <= r.NRRHigh) || !(r.GRRLow <= r.GRR && r.GRR <= r.GRRHigh+slack) {
			t.Fatalf("%+v", r)
		}
	})
}
