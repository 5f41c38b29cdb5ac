package responses

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"postlift/campaigns"
	"postlift/campaigns/experiment"
)

// The second looks at a result agree with it where they must: the randomisation test with Student's p, the bootstrap
// with the interval; and the same reading gives the same digits.
func TestChecksStandBesideTheResult(t *testing.T) {
	in := world(1500, 300, 5)
	in.Pieces.Returned = in.Pieces.Planned / 10
	u := measured(t, in)
	c := u.Checks
	if c == nil || c.AlwaysValid != nil || c.Randomisation == nil || c.Bootstrap == nil || c.Capped == nil || c.OrderValue == nil || c.Strata != nil {
		t.Fatalf("%+v", c)
	}
	if math.Abs(c.Randomisation.P-u.CUPED.P) > .06 {
		t.Errorf("randomisation p %g, Student %g", c.Randomisation.P, u.CUPED.P)
	}
	width := float64(u.Gain.High.Minor - u.Gain.Low.Minor)
	if math.Abs(float64(c.Bootstrap.Low.Minor-u.Gain.Low.Minor)) > .15*width || math.Abs(float64(c.Bootstrap.High.Minor-u.Gain.High.Minor)) > .15*width {
		t.Errorf("bootstrap %+v beside %+v", c.Bootstrap, u.Gain)
	}
	if again := measured(t, in); *again.Checks.Randomisation != *c.Randomisation || *again.Checks.Bootstrap != *c.Bootstrap {
		t.Errorf("%+v, then %+v", c.Bootstrap, again.Checks.Bootstrap)
	}
	if k := c.Complier; !k.Known || math.Abs(k.Delivered-.9) > .001 || math.Abs(float64(k.GainAccount.Value.Minor)*.9-float64(u.GainAccount.Value.Minor)) > 1 {
		t.Errorf("%+v beside %+v", k, u.GainAccount)
	}
	in.Pieces.Returned = 0
	if k := measured(t, in).Checks.Complier; k.Known || k.GainAccount != nil {
		t.Errorf("no return reported, and delivery is known: %+v", k)
	}
	in.Quick = true
	if c := measured(t, in).Checks; c.Randomisation != nil || c.Bootstrap != nil || c.Capped == nil {
		t.Errorf("%+v", c)
	}
}

// While the window runs the interval of all looks decides: a difference that the plain interval calls proof, and that
// is less than three errors from zero, is none yet; the same figures at the window's end are.
func TestInterimIsDecidedAtAllLooks(t *testing.T) {
	found := false
	for seed := uint64(1); seed < 60 && !found; seed++ {
		in := world(1500, 260, seed)
		in.Run.PieceCostMinor, in.Quick = 0, true
		end := measured(t, in)
		in.AsOf = in.Run.EndsOn().AddDays(-1)
		early := measured(t, in)
		v := early.Checks.AlwaysValid
		if v == nil || v.Net.Low.Minor >= early.Net.Low.Minor || v.Net.High.Minor <= early.Net.High.Minor || v.Elapsed >= 1 {
			t.Fatalf("%+v beside %+v", v, early.Net)
		}
		if (early.Verdict == Works) != (v.Net.Low.Minor > 0) {
			t.Errorf("%s with %+v", early.Verdict, v.Net)
		}
		if end.Verdict == Works && v.Net.Low.Minor <= 0 && early.Net.Low.Minor > 0 {
			found = true
			if early.Verdict != NoProof || !strings.Contains(early.Sentence.EN, "95% at all looks") || !strings.Contains(early.Sentence.DE, "bei jedem Blick") {
				t.Errorf("%s: %s", early.Verdict, early.Sentence.EN)
			}
			if note := fmt.Sprint(early.Notes); !strings.Contains(note, "decides only on the day the window ends") {
				t.Errorf("the note does not say which interval decides: %s", note)
			}
		}
	}
	if !found {
		t.Error("no case of that kind was made")
	}
}

// A reading that was not registered has figures, a flag and no verdict; what it varies is in its words.
func TestExploratoryReadingsHaveNoVerdict(t *testing.T) {
	for _, v := range []Variation{{WindowDays: 30}, {Metric: MetricNet}, {Metric: MetricOrders}, {WithoutCovariate: true}} {
		in := world(3000, 3000, 7)
		in.Run.Variation = v
		if v.WindowDays > 0 {
			in.Run.WindowDays = v.WindowDays
		}
		ledger := NewRunLedger(in.Run, in.AsOf, .3)
		for i, u := range in.Ledger.units {
			key := fmt.Sprint(i)
			ledger.AddGroup(GroupRow{Key: key, Treated: u.Treated, Propensity: .8, Accounts: u.Accounts, PreMinor: u.Pre})
			ledger.AddDay(DayRow{Key: key, On: inHome.AddDays(i % 25), Net: 3 * u.Outcome, Margin: u.Outcome, Orders: int(u.Orders)})
		}
		in.Ledger, in.Quick = ledger, true
		u := measured(t, in)
		if u.Verdict != Exploratory || !strings.Contains(strings.Join(u.Flags, ","), Exploratory) || !strings.HasPrefix(u.Sentence.EN, "Exploratory:") || !strings.HasPrefix(u.Sentence.DE, "Explorativ:") {
			t.Errorf("%+v: %s %v %s", v, u.Verdict, u.Flags, u.Sentence.EN)
		}
		if !strings.Contains(fmt.Sprint(u.Notes), "differs from the one registered") || strings.Contains(u.Sentence.EN, "%!") {
			t.Errorf("%+v: %v", v, u.Notes)
		}
		switch v.Metric {
		case MetricNet:
			if u.Net != nil || math.Abs(u.Gain.Value.Major()/2400-90) > 5 {
				t.Errorf("net value %+v", u.Gain)
			}
		case MetricOrders:
			if u.Net != nil || u.Gain != nil || u.Orders == nil {
				t.Errorf("orders %+v %+v", u.Gain, u.Orders)
			}
		}
		if v.WithoutCovariate && u.Estimator != experiment.PrimaryWelch {
			t.Error(u.Estimator)
		}
	}
	run := MeasuredRun{WindowDays: 90, Design: RunDesign{PlanDesign: campaigns.PlanDesign{Design: campaigns.DesignWaves}}}
	if (Variation{WindowDays: 90, Metric: MetricMargin}).of(run).differs() {
		t.Error("what was registered counts as exploratory")
	}
	for _, v := range []Variation{{WindowDays: 30}, {Metric: "clicks"}, {WindowDays: -1}} {
		if v.check(run) == nil {
			t.Errorf("%+v passes", v)
		}
	}
}

// Two strata that lost groups of opposite arms balance as a whole and are found out inside.
func TestStrataAreCheckedInside(t *testing.T) {
	in := world(2000, 0, 3)
	in.Run.Design.Strata = map[string]Sizes{"a": {200, 800}, "b": {200, 800}}
	l := NewRunLedger(in.Run, in.AsOf, .3)
	lost := map[string]int{}
	for i, u := range in.Ledger.units {
		s := []string{"a", "b"}[i/1000]
		if u.Treated == (s == "a") && lost[s] < 40*map[string]int{"a": 4, "b": 1}[s] {
			lost[s]++
			continue
		}
		l.AddGroup(GroupRow{Key: fmt.Sprint(i), Treated: u.Treated, Propensity: .8, Accounts: 1, PreMinor: u.Pre, Stratum: s})
		l.AddDay(DayRow{Key: fmt.Sprint(i), On: inHome, Margin: u.Outcome, Orders: 1})
	}
	in.Ledger = l
	if u := measured(t, in); u.Verdict != Withheld || u.Reason != BrokenRatio || u.SampleRatio.Groups.OK {
		t.Errorf("%s %s %+v", u.Verdict, u.Reason, u.SampleRatio)
	}
}

// BenchmarkMeasure measures a reading of 100,000 groups with all second looks.
func BenchmarkMeasure(b *testing.B) {
	in := world(100_000, 300, 5)
	for b.Loop() {
		began := time.Now()
		if _, err := Measure(in); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(time.Since(began).Seconds(), "s/reading")
	}
}
