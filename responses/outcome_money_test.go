package responses

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"postlift"
	"postlift/campaigns"
	"postlift/campaigns/experiment"
)

// The contrast of an outcome is what package experiment gives for the design: strata of one and of several
// propensities, and matched blocks.
func TestContrastIsTheDesigns(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 1))
	for name, design := range map[string]string{"strata": campaigns.DesignStrata, "pairs": campaigns.DesignPairs} {
		for _, propensities := range [][]float64{{.5}, {.8, .6}} {
			if name == "pairs" && len(propensities) > 1 {
				continue
			}
			run := MeasuredRun{Currency: "EUR", InHomeOn: postlift.MustDate("2026-01-01"), WindowDays: 30}
			run.Design.PlanDesign = campaigns.PlanDesign{Design: design, Block: 2}
			in := Reading{Run: run, Ledger: NewRunLedger(run, run.InHomeOn.AddDays(40), .3)}
			for i := range 400 {
				in.Ledger.AddGroup(GroupRow{Key: fmt.Sprint(i), Treated: i%2 == 0, Propensity: propensities[i/2%len(propensities)], Accounts: 1,
					PreMinor: math.Exp(rng.NormFloat64()), Stratum: fmt.Sprintf("a|%d", i/2)})
			}
			y, pre := make([]float64, 400), make([]float64, 400)
			units := slices.Clone(in.Ledger.units)
			for i := range y {
				pre[i] = units[i].Pre
				y[i] = pre[i] + rng.NormFloat64()
				units[i].Outcome = y[i]
			}
			analyse := experiment.Analyse
			if name == "pairs" {
				analyse = experiment.AnalyseBlocks
			}
			want, err := analyse(units)
			if err != nil {
				t.Fatal(err)
			}
			got, ok := newContrast(in).diff(y, pre, nil)
			if w := want.Estimate(); !ok || math.Abs(got.Value-w.Value) > 1e-12 || math.Abs(got.Low-w.Low) > 1e-9 || math.Abs(got.DoF-w.DoF) > 1e-6 {
				t.Errorf("%s %v: %+v, want %+v", name, propensities, got, w)
			}
		}
	}
}

func TestReadingDays(t *testing.T) {
	run := MeasuredRun{InHomeOn: postlift.MustDate("2026-01-01"), WindowDays: 60}
	for _, c := range []struct {
		today   int
		reached []int
		day     int
		is      bool
	}{{10, []int{10}, 10, false}, {30, []int{30}, 30, true}, {75, []int{30, 60, 75}, 60, true}, {900, []int{30, 60, 90, 180, 365}, 365, true}} {
		on := run.InHomeOn.AddDays(c.today)
		day, is := run.outcomeDay(on)
		if got := run.reached(on); !slices.Equal(got, c.reached) || day != c.day || is != c.is {
			t.Errorf("day %d: reached %v, read for %d (%v)", c.today, got, day, is)
		}
	}
}

func TestSumsByDay(t *testing.T) {
	from := postlift.MustDate("2026-01-01")
	s := newSumsByDay(from, []int{0, 7, 14, 30}, 2)
	s.add(0, from, 1)
	s.add(0, from.AddDays(7), 10)
	s.add(0, from.AddDays(8), 100)
	s.add(0, from.AddDays(31), 1e6) // beyond
	s.add(0, from.AddDays(-1), 1e6)
	s.spread(1, from.AddDays(-5), from.AddDays(10), 2)
	s.total()
	want := [][]float64{{1, 2}, {11, 16}, {111, 22}, {111, 22}}
	for i, w := range want {
		if !slices.Equal(s.at[i], w) {
			t.Errorf("up to day %d: %v, want %v", s.days[i], s.at[i], w)
		}
	}
	if !slices.Equal(s.on(14), want[2]) || s.on(9) != nil {
		t.Error("a day is not found")
	}
	if days, step := curveDays([]int{30, 60}, 1_000_000); step != 14 && step != 28 || !slices.Contains(days, 30) || !slices.Contains(days, 60) {
		t.Errorf("a million groups: %v by %d", days, step)
	}
}

// The payback day is the first one on which the cumulative gain is above the cost.
func TestPayback(t *testing.T) {
	in, by := contractReading(200, .5, 30, 0)
	m := &moneyRead{in: in, by: by, reached: []int{30}, step: 1, cost: 1000, money: moneyIn("EUR"), pre: make([]float64, 200)}
	days, _ := curveDays(m.reached, 200)
	m.margin, m.revenue = newSumsByDay(in.Run.InHomeOn, days, 200), newSumsByDay(in.Run.InHomeOn, []int{30}, 200)
	for i := range 200 { // held out: 1 or 3 a day; mailed: 2 or 4
		v := float64(1 + 2*(i%2))
		if by.units[i].Treated {
			v++
		}
		m.margin.spread(i, in.Run.InHomeOn, in.Run.InHomeOn.AddDays(30), v)
	}
	m.margin.total()
	o := m.outcome(30)
	// a gain of 100 a day: 1,000 are there on the tenth day, which is day 9, and are passed on day 10
	if o.Payback.Day == nil || *o.Payback.Day != 10 || o.Payback.SureDay == nil || *o.Payback.SureDay <= 10 || o.Payback.Text.DE == "" {
		t.Fatalf("%+v", o.Payback)
	}
	if o.Readings[0].Gain.Value.Minor != 3100 || o.Readings[0].Net.Value.Minor != 2100 || len(o.Curve) != 31 {
		t.Errorf("%+v", o.Readings)
	}
	if p := o.Payback; *p.First != 10 {
		t.Errorf("%+v", p)
	}
	for i := range m.margin.at[30] { // what was earned is lost again on the last day
		if by.units[i].Treated {
			m.margin.at[30][i] -= 60
		}
	}
	if p := m.outcome(30).Payback; *p.First != 10 || p.Day != nil || p.SureDay != nil {
		t.Errorf("lost again: %+v", p)
	}
	for i := range m.margin.at[30] {
		if by.units[i].Treated {
			m.margin.at[30][i] += 60
		}
	}
	if e, ok := m.between(9, 30); !ok || math.Abs(e.Value-2100) > 1e-6 {
		t.Errorf("since day 9: %+v", e)
	}
}
