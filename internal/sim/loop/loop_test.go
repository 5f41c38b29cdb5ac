package loop

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"slices"
	"testing"

	"postlift"
	"postlift/campaigns"
)

func small(accounts int, policies ...string) Settings {
	return Settings{Accounts: accounts, Months: 12, Contrast: 1, Policies: policies, Options: DefaultOptions()}
}

// TestRunIsTheSame: neither repeating a run nor the number of replications at a time changes a byte.
func TestRunIsTheSame(t *testing.T) {
	var first []byte
	for _, parallel := range []int{1, 3} {
		r, err := Run(context.Background(), small(1500, Policies()...), Names("postlift-dev", 3), parallel, nil)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = text
		} else if !bytes.Equal(first, text) {
			t.Error("three replications at a time give other figures than one after the other")
		}
	}
}

// TestPoliciesThatChooseAlike: a policy that chooses the same accounts twice leaves the same company.
func TestPoliciesThatChooseAlike(t *testing.T) {
	world := NewWorld(1, devSeed("alike"), 2000, 12)
	start := NewState(world)
	set := small(2000)
	a, err := play(start.Clone(), PolicyWindow, set)
	if err != nil {
		t.Fatal(err)
	}
	b, err := play(start.Clone(), PolicyWindow, set)
	if err != nil {
		t.Fatal(err)
	}
	if a.Total != b.Total || a.Letters != b.Letters {
		t.Errorf("the same policy gains %g and %g", a.Total, b.Total)
	}
}

// TestRankingsOfPolicies: all policies keep to the budget and to do-not-mail, and value beats a lottery by far.
func TestRankingsOfPolicies(t *testing.T) {
	world := NewWorld(1, devSeed("rankings"), 4000, 12)
	start := NewState(world)
	budget := letters(start)
	for _, name := range Policies() {
		mailed, err := newPolicy(name, DefaultOptions()).choose(start, budget)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[int32]bool{}
		for _, i := range mailed {
			if seen[i] || world.blocked[i] || !start.Known(int(i)) {
				t.Fatalf("%s mails account %d, which is blocked, unknown or mailed already", name, i)
			}
			seen[i] = true
		}
		if len(mailed) > budget || name == PolicyNone && len(mailed) > 0 || name != PolicyNone && len(mailed) < budget*3/4 {
			t.Errorf("%s mails %d of %d", name, len(mailed), budget)
		}
	}
}

// TestHeldOutAreNotMailed: what the plan holds out is not mailed, and is learned from with the propensity of its
// draw; with a base large enough accounts are tried out, too.
func TestHeldOutAreNotMailed(t *testing.T) {
	o := DefaultOptions()
	o.ExploreFrom = 1000
	s := NewState(NewWorld(1, devSeed("heldout"), 6000, 12))
	l := newLearner(o)
	mailed, err := l.choose(s, letters(s))
	if err != nil {
		t.Fatal(err)
	}
	roles := map[string]int{}
	for _, f := range l.open {
		if f.learning.Assigned != slices.Contains(mailed, f.account) {
			t.Fatalf("account %d: assigned %v, mailed otherwise", f.account, f.learning.Assigned)
		}
		switch f.learning.Role {
		case campaigns.RoleRandomised:
			if math.Abs(f.learning.Propensity-.9) > 1e-9 {
				t.Fatalf("propensity %g", f.learning.Propensity)
			}
		case campaigns.RoleThompson:
			if f.learning.Propensity != .5 {
				t.Fatalf("propensity of a coin: %g", f.learning.Propensity)
			}
		}
		roles[f.learning.Role]++
	}
	if roles[campaigns.RoleRandomised] < 500 || roles[campaigns.RoleThompson] < 50 || roles[campaigns.RoleExplore] < 1000 || l.Tests[0].HeldOut < 50 {
		t.Errorf("roles %v, held out %d", roles, l.Tests[0].HeldOut)
	}
}

// TestLearnedLifts: on a small company with a large holdout the learned lifts come near to what letters truly did:
// each within 3.5 of its standard deviations, and the segments far apart come out in their order.
func TestLearnedLifts(t *testing.T) {
	set := Settings{Accounts: 12_000, Months: 48, Contrast: 1, Policies: []string{PolicyNone, PolicyLoop}, Options: DefaultOptions()}
	set.Options.Holdout, set.Options.Later = .4, .4
	r, err := Run(context.Background(), set, []string{"postlift-dev-learned"}, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]Lift{}
	for _, l := range r.Replications[0].of(PolicyLoop).Learned {
		found[l.Segment] = l
		if sd := (l.High - l.Low) / 2 / 1.645; math.Abs(l.Learned-l.Met) > 3.5*sd || !(sd > 0 && sd < .1) {
			t.Errorf("%s: learned %.3f give or take %.3f, true %.3f", l.Segment, l.Learned, sd, l.Met)
		}
	}
	if !(found["craft"].Learned > found["industry"].Learned && found["trade"].Learned > found["public"].Learned && found["craft"].Learned > found["chains"].Learned+.2) {
		t.Errorf("lifts out of order: %+v", found)
	}
	if m := r.Measuring; m.Campaigns != 24 || m.Withheld > 0 || m.Covered < 19 {
		t.Errorf("%d of %d intervals hold the truth, %d withheld", m.Covered, m.Campaigns, m.Withheld)
	}
}

// TestPaired: 1 to 5 have the mean 3, the standard error sqrt(.5) and, as t(.975; 4) = 2.776445 (any table), the
// interval 3 ± 1.963243.
func TestPaired(t *testing.T) {
	p := paired([]float64{1, 2, 3, 4, 5})
	if math.Abs(p.SE-math.Sqrt(.5)) > 1e-12 || math.Abs(p.Low-(3-1.963243)) > 1e-5 || math.Abs(p.High-(3+1.963243)) > 1e-5 {
		t.Errorf("%+v", p)
	}
	if one := paired([]float64{2}); one.Mean != 2 || one.SE != 0 || one.Low != 0 {
		t.Errorf("one replication has no interval: %+v", one)
	}
}

// TestComparison: verdicts follow the interval and wins are counted.
func TestComparison(t *testing.T) {
	make := func(loop ...float64) *Result {
		r := &Result{Settings: Settings{Accounts: 1000, Policies: []string{PolicyNone, PolicyCLV, PolicyLoop}}}
		for i, v := range loop {
			noise := float64(i%3) * 50 // common to all policies
			r.Replications = append(r.Replications, Replication{Outcomes: []Outcome{{Policy: PolicyNone, Total: 100 + noise},
				{Policy: PolicyCLV, Total: 110 + noise, Letters: 100}, {Policy: PolicyLoop, Total: 110 + noise + v, Letters: 90}}})
		}
		r.summarise()
		return r
	}
	for _, c := range []struct {
		verdict string
		won     int
		loop    []float64
	}{{Better, 5, []float64{1, 2, 1, 2, 1}}, {Worse, 0, []float64{-1, -2, -1, -2, -1}}, {Open, 2, []float64{-1, 1, -1, 1, -.5}}, {Open, 1, []float64{5}}} {
		got := make(c.loop...).Comparisons[0]
		if got.Over != PolicyCLV || got.Verdict != c.verdict || got.Won != c.won {
			t.Errorf("%v: %+v", c.loop, got)
		}
		if want := mean(c.loop) / 10; got.Relative == nil || math.Abs(*got.Relative-want) > 1e-9 {
			t.Errorf("%v: relative %v, %g expected", c.loop, got.Relative, want)
		}
	}
}

// TestSettingsAreChecked: what makes no simulation is refused as the user's mistake.
func TestSettingsAreChecked(t *testing.T) {
	good := small(1000, Policies()...)
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Settings){
		"few accounts": func(s *Settings) { s.Accounts = 10 }, "odd months": func(s *Settings) { s.Months = 13 }, "long": func(s *Settings) { s.Months = 120 },
		"contrast": func(s *Settings) { s.Contrast = math.NaN() }, "policy": func(s *Settings) { s.Policies = []string{PolicyNone, "astrology"} },
		"twice": func(s *Settings) { s.Policies = []string{PolicyNone, PolicyCLV, PolicyCLV} }, "no none": func(s *Settings) { s.Policies = []string{PolicyCLV} },
	} {
		set := good
		change(&set)
		if err := set.Check(); postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestRunEndsWithItsContext: a run that is called off ends with the reason.
func TestRunEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Run(ctx, small(1000, PolicyNone, PolicyCLV), Names("postlift-dev", 2), 1, nil); err == nil {
		t.Error("a cancelled run has a result")
	}
}
