package renewal_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"postlift"
	"postlift/clv/fitting"
	"postlift/clv/renewal"
)

// simulate lets n new contracts meet up to most opportunities each.
func simulate(m renewal.Model, n, most int, rng *rand.Rand) *renewal.Table {
	var tab renewal.Table
	for range n {
		stay := 1 + rng.IntN(most) // contracts of all ages: the older ones have met more opportunities
		for i := 1; i <= stay; i++ {
			renewed := rng.Float64() >= m.Hazard(i)
			_ = tab.Add(i, renewed, 1)
			if !renewed {
				break
			}
		}
	}
	return &tab
}

// world is a portfolio of cells whose models differ as pooled cells are taken to.
type world struct {
	truth         map[renewal.Cell]renewal.Model
	past, holdout map[renewal.Cell]*renewal.Table
}

func newWorld(cells, smallest, largest int, rng *rand.Rand) world {
	w := world{map[renewal.Cell]renewal.Model{}, map[renewal.Cell]*renewal.Table{}, map[renewal.Cell]*renewal.Table{}}
	for i := range cells {
		cell := renewal.Cell{Term: []string{"short", "annual", "long"}[i%3], Group: fmt.Sprint("g", i)}
		logit := []float64{-2.9, -1.7, -1.2}[i%3] + .5*rng.NormFloat64()
		m := renewal.SBG{Mu: fitting.Sigmoid(logit), Omega: math.Exp(-1 + .5*rng.NormFloat64())}
		n := smallest + rng.IntN(largest-smallest+1)
		w.truth[cell], w.past[cell], w.holdout[cell] = m, simulate(m, n, 8, rng), simulate(m, 400, 10, rng)
	}
	return w
}

// TestCellsPoolingBeats: in small cells the pooled models predict new contracts better than each cell alone
// and better than one model for a term class.
func TestCellsPoolingBeats(t *testing.T) {
	w := newWorld(90, 20, 200, rand.New(rand.NewPCG(1, 2)))
	cells, err := renewal.FitCells(w.past)
	if err != nil {
		t.Fatal(err)
	}
	var pooled, alone, class, truth float64
	for cell, later := range w.holdout {
		m, info := cells.Model(cell)
		if info.Level != renewal.LevelCell {
			t.Fatalf("%+v answered by %s", cell, info.Level)
		}
		own, err := renewal.FitSBG(w.past[cell])
		if err != nil {
			t.Fatal(err)
		}
		whole, _ := cells.Model(renewal.Cell{Term: cell.Term, Group: "never seen"})
		pooled += renewal.LogScore(m, later)
		alone += renewal.LogScore(own.Model, later)
		class += renewal.LogScore(whole, later)
		truth += renewal.LogScore(w.truth[cell], later)
	}
	n := float64(len(w.holdout))
	t.Logf("mean log score: truth %.5f, pooled %.5f, alone %.5f, class %.5f", truth/n, pooled/n, alone/n, class/n)
	if !(pooled > alone && pooled > class) {
		t.Errorf("pooled %.5f must beat alone %.5f and class %.5f", pooled/n, alone/n, class/n)
	}
	if lost, gap := truth-pooled, truth-max(alone, class); lost > .6*gap {
		t.Errorf("pooling loses %.4f against the truth where the better of the others loses %.4f", lost, gap)
	}
}

// TestCellsPools: the spread between cells is found.
func TestCellsPools(t *testing.T) {
	w := newWorld(600, 100, 200, rand.New(rand.NewPCG(5, 6)))
	cells, err := renewal.FitCells(w.past)
	if err != nil {
		t.Fatal(err)
	}
	for term, mean := range map[string]float64{"short": -2.9, "annual": -1.7, "long": -1.2} {
		p := cells.Pools[term]
		t.Logf("%s %+v", term, p)
		if p.Cells != 200 || math.Abs(p.Mean[0]-mean) > .12 || math.Abs(p.SD[0]-.5) > .1 || math.Abs(p.Mean[1]+1) > .35 || p.C != 1 {
			t.Errorf("%s: %+v, simulated with means %.1f and -1, spreads .5", term, p, mean)
		}
	}
}

// TestCellsShape: where every cell's contracts become likelier to leave with age, the cells share that shape and
// predict better than without.
func TestCellsShape(t *testing.T) {
	rng := rand.New(rand.NewPCG(21, 22))
	past, later := map[renewal.Cell]*renewal.Table{}, map[renewal.Cell]*renewal.Table{}
	for i := range 60 {
		cell := renewal.Cell{Term: "short", Group: fmt.Sprint(i)}
		m := renewal.BdW{Alpha: 1, Beta: 12 * math.Exp(.5*rng.NormFloat64()), C: 1.7}
		past[cell], later[cell] = simulate(m, 150, 10, rng), simulate(m, 400, 12, rng)
	}
	cells, err := renewal.FitCells(past)
	if err != nil {
		t.Fatal(err)
	}
	if c := cells.Pools["short"].C; math.Abs(c-1.7) > .35 {
		t.Errorf("shape %.3f, simulated 1.7", c)
	}
	var with, without float64
	for cell, tab := range past {
		m, _ := cells.Model(cell)
		own, err := renewal.FitSBG(tab)
		if err != nil {
			t.Fatal(err)
		}
		with, without = with+renewal.LogScore(m, later[cell]), without+renewal.LogScore(own.Model, later[cell])
	}
	if with <= without {
		t.Errorf("log score %.4f with the shape, %.4f of each cell's sBG", with/60, without/60)
	}
	if _, ok := cells.Draws(renewal.Cell{Term: "short", Group: "1"}, 1, rng)[0].(renewal.BdW); !ok {
		t.Error("draws of a cell with a shape must have one")
	}
}

// TestThousandSegments: 1,000 random segments of 20 to 200 contracts, some without an end or without a
// renewal, all fitted, finite and flagged where weak.
func TestThousandSegments(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	tables := map[renewal.Cell]*renewal.Table{}
	for i := range 1000 {
		m := renewal.SBG{Mu: rng.Float64() * rng.Float64(), Omega: math.Exp(2 * rng.NormFloat64())}
		if i%50 == 0 {
			m = renewal.SBG{Mu: float64(i / 50 % 2)}
		}
		cell := renewal.Cell{Term: []string{"short", "annual", "long"}[i%3], Group: fmt.Sprint(i)}
		tables[cell] = simulate(m, 20+rng.IntN(181), 1+rng.IntN(9), rng)
	}
	cells, err := renewal.FitCells(tables)
	if err != nil {
		t.Fatal(err)
	}
	if len(cells.Cells) != 1000 {
		t.Fatalf("%d cells fitted", len(cells.Cells))
	}
	for cell, tab := range tables {
		m, info := cells.Model(cell)
		checkModel(t, m)
		ended, renewed := tab.Totals()
		if oneSided := ended == 0 || renewed == 0; oneSided != slices.Contains(info.Flags, renewal.FlagOneOutcome) {
			t.Errorf("%d ended, %d renewed, flags %v", ended, renewed, info.Flags)
		}
		if few := ended+renewed < fitting.FewAccounts; few != slices.Contains(info.Flags, fitting.FlagFewAccounts) {
			t.Errorf("%d decisions, flags %v", ended+renewed, info.Flags)
		}
		if !(info.OwnShare >= 0 && info.OwnShare <= 1) {
			t.Errorf("own share %g", info.OwnShare)
		}
		for _, d := range cells.Draws(cell, 5, rng) {
			checkModel(t, d)
		}
	}
}

// checkModel: hazards between 0 and 1, survival falling, sums finite.
func checkModel(t testing.TB, m renewal.Model) {
	t.Helper()
	for _, p := range m.Params() {
		if math.IsNaN(p.Value) || math.IsInf(p.Value, 0) {
			t.Fatalf("%+v has a parameter that is not finite", m)
		}
	}
	s := 1.0
	for i := 1; i <= 1200; i++ {
		h := m.Hazard(i)
		s *= 1 - h
		if !(h >= 0 && h <= 1) {
			t.Fatalf("%+v: hazard %d is %g", m, i, h)
		}
	}
	if d := renewal.DERL(m, 1, .1); !(d >= 0 && d <= 11) {
		t.Fatalf("%+v: DERL %g, between 0 and 11 at 10 %%", m, d)
	}
}

// TestCellsAlwaysAnswer: cell, class, all, prior.
func TestCellsAlwaysAnswer(t *testing.T) {
	w := newWorld(9, 40, 60, rand.New(rand.NewPCG(7, 8)))
	cells, err := renewal.FitCells(w.past)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		cells renewal.Cells
		cell  renewal.Cell
		level string
		flag  string
	}{
		{cells, renewal.Cell{Term: "annual", Group: "g1"}, renewal.LevelCell, ""},
		{cells, renewal.Cell{Term: "annual", Group: "unknown"}, renewal.LevelClass, renewal.FlagCellUnseen},
		{cells, renewal.Cell{Term: "century"}, renewal.LevelAll, renewal.FlagCellUnseen},
		{renewal.Cells{}, renewal.Cell{Term: "annual"}, renewal.LevelPrior, renewal.FlagNoRenewals},
	} {
		m, info := c.cells.Model(c.cell)
		checkModel(t, m)
		if info.Level != c.level || c.flag != "" && !slices.Contains(info.Flags, c.flag) {
			t.Errorf("%+v: %+v, want level %s and flag %q", c.cell, info, c.level, c.flag)
		}
		if d := c.cells.Draws(c.cell, 3, rand.New(rand.NewPCG(1, 1))); len(d) != 3 || d[0] == d[1] {
			t.Errorf("%+v: draws %v must differ", c.cell, d)
		}
	}
	if _, err := renewal.FitCells(nil); postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("no cells: %v, want an Invalid fault", err)
	}
}

// TestCellsNeverBreak: any cells, with counts from one to a million, give finite models and draws.
func TestCellsNeverBreak(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tables := map[renewal.Cell]*renewal.Table{}
		for i := range rapid.IntRange(1, 6).Draw(t, "cells") {
			tab := &renewal.Table{}
			most := rapid.SampledFrom([]int{2, 60, 1_000_000}).Draw(t, "most")
			for range rapid.IntRange(1, 5).Draw(t, "rows") {
				at := rapid.IntRange(1, 36).Draw(t, "opportunity")
				_ = tab.Add(at, false, rapid.IntRange(0, most).Draw(t, "ended"))
				_ = tab.Add(at, true, rapid.IntRange(0, most).Draw(t, "renewed"))
			}
			tables[renewal.Cell{Term: rapid.SampledFrom([]string{"short", "long"}).Draw(t, "term"), Group: fmt.Sprint(i)}] = tab
		}
		cells, err := renewal.FitCells(tables)
		if err != nil {
			if postlift.KindOf(err) != postlift.Invalid {
				t.Fatal(err)
			}
			return
		}
		rng := rand.New(rand.NewPCG(1, 2))
		for cell := range tables {
			m, info := cells.Model(cell)
			for _, m := range append(cells.Draws(cell, 3, rng), m) {
				checkFinite(t, m)
			}
			if !(info.OwnShare >= 0 && info.OwnShare <= 1) {
				t.Fatalf("own share %g", info.OwnShare)
			}
		}
		if _, err := json.Marshal(cells); err != nil {
			t.Fatal(err)
		}
	})
}

// TestCellsStored: a stored fit answers with the same models to the last bit.
func TestCellsStored(t *testing.T) {
	w := newWorld(9, 40, 200, rand.New(rand.NewPCG(9, 10)))
	w.past[renewal.Cell{Term: "annual"}] = w.past[renewal.Cell{Term: "annual", Group: "g1"}]
	w.past[renewal.Cell{Term: "a/b%", Group: "c/ü", Size: "10-49"}] = w.past[renewal.Cell{Term: "long", Group: "g2"}]
	cells, err := renewal.FitCells(w.past)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(cells)
	if err != nil {
		t.Fatal(err)
	}
	var again renewal.Cells
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(cells, again) {
		t.Error("stored and read again, the models differ")
	}
	for _, bad := range []string{`{"all":{"model":"sbg","theta":[1]},"cells":{"x":{}}}`, `{"cells":{"a//":{"model":"sbg","theta":[1,2,3]}}}`,
		`{"classes":{"annual":{"model":"weibull","theta":[1]}}}`, `{"all":{"model":"sbg","theta":[1e300,0]}}`} {
		if err := json.Unmarshal([]byte(bad), &again); err == nil {
			t.Errorf("%s must be refused", bad)
		}
	}
}

func BenchmarkFitCells(b *testing.B) {
	w := newWorld(1000, 20, 200, rand.New(rand.NewPCG(1, 2)))
	for b.Loop() {
		if _, err := renewal.FitCells(w.past); err != nil {
			b.Fatal(err)
		}
	}
}
