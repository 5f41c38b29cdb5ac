package responses

import (
	"math"
	"testing"

	"postlift"
)

func TestLineageOfNames(t *testing.T) {
	for name, want := range map[string]string{
		"Win back 2": "Win back", "Win back 2026-03": "Win back", "Win back Q3": "Win back", "Win-back spring": "Win-back", "Frühling 2026": "Frühling", "2026": "2026",
		"Rückgewinnung Herbst #4": "Rückgewinnung", "Model 5000X": "Model 5000X", "Offer A": "Offer A", "Welcome  back": "Welcome back",
	} {
		if got := lineage(name); got != want {
			t.Errorf("%q is a repeat of %q, want %q", name, got, want)
		}
	}
}

func acrossRun(campaign string, on postlift.Date, net, se, lift, liftSE float64) AcrossRun {
	money := func(v float64) postlift.Money { return postlift.FromMajor(v, "EUR") }
	return AcrossRun{RunID: campaign + on.String(), Campaign: campaign, Rule: "r", Design: "d", Treatment: "letter", InHomeOn: on, Flags: []string{}, Letters: 100, Cost: money(100),
		Net: MoneyInterval{Value: money(net), Low: money(net - 2*se), High: money(net + 2*se)}, Lift: &Interval{Value: lift, Low: lift - 2*liftSE, High: lift + 2*liftSE},
		netSE: se, netDoF: 1e6, liftSE: liftSE}
}

// TestAcrossPutsRunsTogether: sums with the variances of independent runs, groups by name, p values adjusted, lifts
// shrunk towards each other and never beyond the others; an open window gives no verdict.
func TestAcrossPutsRunsTogether(t *testing.T) {
	day := postlift.MustDate("2026-01-10")
	a := Across{Currency: "EUR", GroupBy: ByCampaign, Runs: []AcrossRun{
		acrossRun("Win back 1", day, 3000, 800, .2, .05), acrossRun("Win back 2", day.AddMonths(3), 2500, 900, .16, .06), acrossRun("Newsletter", day.AddMonths(4), -200, 900, -.02, .07),
	}}
	if err := a.putTogether(); err != nil {
		t.Fatal(err)
	}
	se := math.Sqrt(800*800 + 900*900 + 900*900)
	if n := a.Total.Net; n.Value.Major() != 5300 || math.Abs(n.Low.Major()-(5300-1.959964*se)) > .5 || a.Total.Verdict != Works || a.Total.Letters != 300 {
		t.Errorf("total %+v, want a standard error of %.1f", a.Total, se)
	}
	if len(a.Quarter) != 2 || a.Quarter[0].Name != "2026-Q1" || a.Quarter[1].Runs != 2 {
		t.Errorf("quarters %+v", a.Quarter)
	}
	for _, r := range a.Runs {
		if r.Shrunk == nil || math.Abs(r.Shrunk.Value-a.Pooled.Lift.Value) > math.Abs(r.Lift.Value-a.Pooled.Lift.Value) {
			t.Errorf("%s: %+v is not shrunk from %+v towards %+v", r.Campaign, r.Shrunk, r.Lift, a.Pooled)
		}
	}
	if len(a.Groups) != 2 || a.Groups[0].Name != "Win back" || a.Groups[0].Runs != 2 || a.Groups[0].Pays != "yes" || a.Groups[1].Pays != "open" || !(*a.Groups[0].Adjusted >= *a.Groups[0].P) {
		t.Errorf("groups %+v", a.Groups)
	}
	open := Across{Currency: "EUR", GroupBy: ByKind, Runs: []AcrossRun{a.Runs[0]}}
	open.Runs[0].Flags = []string{Interim}
	if err := open.putTogether(); err != nil || open.Total.Verdict != NoProof || !open.Total.Interim || open.Groups[0].Pays != "open" || open.Pooled != nil {
		t.Errorf("an open window: %+v, %v", open.Total, err)
	}
	none := Across{Currency: "EUR"}
	if err := none.putTogether(); err != nil || none.Total.Net != nil || none.Sentence.EN != "No campaign can be measured yet." {
		t.Errorf("no runs: %+v, %v", none.Total, err)
	}
}

// TestQuartersCoverTheDays: calendar quarters, each day once.
func TestQuartersCoverTheDays(t *testing.T) {
	from, until := postlift.MustDate("2025-11-15"), postlift.MustDate("2026-07-03")
	next := from
	list := quarters(from, until)
	for _, p := range list {
		if p.From != next || p.Until < p.From || quarterOf(p.From) != quarterOf(p.Until) {
			t.Fatalf("%+v after %s", p, next)
		}
		next = p.Until.AddDays(1)
	}
	if next != until.AddDays(1) || len(list) != 4 || len(quarters(until, from)) != 0 {
		t.Errorf("%d quarters up to %s", len(list), next)
	}
}

// The lift that campaigns are put together by is the one that the run's own report shows.
func TestLiftIsTheReports(t *testing.T) {
	for seed := uint64(1); seed < 6; seed++ {
		in := world(900, 200, seed)
		in.Quick = true
		u := measured(t, in)
		var r AcrossRun
		r.Net, r.Gain = *u.Net, *u.Gain
		r.lift(u)
		if r.Lift == nil || u.Relative == nil || math.Abs(r.Lift.Value-u.Relative.Value) > 2e-3 {
			t.Errorf("seed %d: %+v, the report says %+v", seed, r.Lift, u.Relative)
		}
	}
}
