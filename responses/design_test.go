package responses

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"postlift"
	"postlift/campaigns"
	"postlift/campaigns/draw"
	"postlift/campaigns/experiment"
)

// designed makes a reading of n groups drawn in blocks or strata by the campaigns' own draw, with skewed margins
// that the year before explains in part and a lift of the mailed.
func designed(t testing.TB, r draw.Request, n int, lift float64, rng *rand.Rand) Reading {
	t.Helper()
	units := make([]draw.Unit, n)
	for i := range units {
		pre := math.Round(20000 * math.Exp(rng.NormFloat64()))
		units[i] = draw.Unit{Key: fmt.Sprint("s:", i), Value: pre, Segment: fmt.Sprint(i % 3), Pre: pre}
	}
	arms, strata, err := draw.Assign(units, r)
	if err != nil {
		t.Fatal(err)
	}
	run := MeasuredRun{ID: 1, Campaign: "Spring", Currency: "EUR", PostedOn: inHome, InHomeOn: inHome, WindowDays: 90, PieceCostMinor: 120}
	run.Design = RunDesign{PlanDesign: campaigns.PlanDesign{Design: string(r.Design), Block: r.Block, Share: r.Share}, Strata: map[string]Sizes{}}
	for _, s := range strata {
		run.Design.Strata[s.Name] = Sizes{Held: s.Holdout, Treated: s.Clusters - s.Holdout}
	}
	l := NewRunLedger(run, run.EndsOn(), .3)
	for i, u := range units {
		l.AddGroup(GroupRow{Key: u.Key, Treated: !arms[i].Held, Propensity: arms[i].Propensity, Accounts: 1, PreMinor: u.Pre, PlannedGainMinor: 1000, Stratum: arms[i].Stratum})
		margin := u.Pre * .25 * math.Exp(.6*rng.NormFloat64())
		if !arms[i].Held {
			margin *= 1 + lift
			run.Accounts.Assigned++
		}
		l.AddDay(DayRow{Key: u.Key, On: inHome, Net: margin * 3, Margin: margin, Orders: 1})
	}
	return Reading{Run: run, AsOf: run.EndsOn(), DataOn: run.EndsOn(), Ledger: l,
		Pieces: PieceFunnel{Planned: run.Accounts.Assigned, Mailed: run.Accounts.Assigned, Printed: run.Accounts.Assigned}}
}

// A campaign drawn in pairs is read by the differences within them, worked out here once more by hand, and the text
// says so.
func TestPairsAreReadAsPairs(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	in := designed(t, draw.Request{Salt: "s", Design: draw.Blocks, Block: 2}, 401, .3, rng)
	u := measured(t, in)
	var blocks []experiment.Block
	byBlock := map[string]*experiment.Block{}
	for _, x := range in.Ledger.units {
		b := byBlock[x.Block]
		if b == nil {
			b = &experiment.Block{}
			byBlock[x.Block] = b
		}
		b.Units++
		if x.Treated {
			b.Treated, b.PreTreated = x.Outcome, x.Pre
		} else {
			b.Control, b.PreControl = x.Outcome, x.Pre
		}
	}
	for _, b := range byBlock {
		if b.Units == 2 {
			blocks = append(blocks, *b)
		}
	}
	want, theta, ok := experiment.Blocked(blocks)
	if !ok || u.Estimator != experiment.PrimaryBlocked || u.CUPED != nil || u.Designed == nil || u.Design.Blocks != 200 {
		t.Fatalf("%s, %d blocks, %+v", u.Estimator, u.Design.Blocks, u.Designed)
	}
	if math.Abs(u.Designed.SE/want.SE-1) > 1e-9 || math.Abs(*u.Designed.Theta/theta-1) > 1e-9 || u.Designed.DoF != want.DoF ||
		u.Designed.PerGroup.Value.Minor != postlift.RoundMinor(want.Value) {
		t.Errorf("read %+v, want %+v", u.Designed, want)
	}
	if u.Designed.SE > .8*u.Welch.SE {
		t.Errorf("the pairs' error %g is hardly below the plain one of %g", u.Designed.SE, u.Welch.SE)
	}
	if !strings.Contains(u.Method.EN, "within blocks of 2") || !strings.Contains(u.Method.DE, "Blöcken aus je 2") {
		t.Errorf("method %s", u.Method.EN)
	}
	if slices.Contains(u.Flags, Indicative) {
		t.Error("200 pairs are called indicative")
	}
	if u.Relative == nil || u.Relative.Low > .3 || u.Relative.High < .3 || math.Abs(u.Relative.Value-.3) > .15 {
		t.Errorf("relative lift %+v", u.Relative)
	}
}

// The sizes of an exact draw are checked exactly: nothing lost never alarms, groups lost from both arms alike do not,
// a tenth of one arm does, and so does a group that changed its arm.
func TestSizesFollowTheDesign(t *testing.T) {
	for _, r := range []draw.Request{{Salt: "s", Design: draw.Strata, Share: .2}, {Salt: "s", Design: draw.Blocks, Block: 5}, {Salt: "s", Design: draw.Blocks, Block: 2}} {
		whole := designed(t, r, 1003, .1, rand.New(rand.NewPCG(1, 9)))
		if u := measured(t, whole); u.Reason != "" || u.SampleRatio.Groups.P != 1 || !u.SampleRatio.Groups.Tested {
			t.Errorf("%s of %d: untouched, yet %s, %+v", r.Design, r.Block, u.Reason, u.SampleRatio)
		}
		for name, c := range map[string]struct {
			lose, move func(i int, treated bool) bool
			alarm      bool
		}{
			"a tenth of both":         {func(i int, _ bool) bool { return i%10 == 7 }, nil, false},
			"one held out":            {func(i int, treated bool) bool { return i < 20 && !treated && i > 3 }, nil, false},
			"a tenth of the mailed":   {func(i int, treated bool) bool { return treated && i%10 == 7 }, nil, true},
			"a fifth of the held out": {func(i int, treated bool) bool { return !treated && i%5 == 1 }, nil, true},
			"one moved":               {nil, func(i int, _ bool) bool { return i == 500 }, true},
		} {
			in := whole
			in.Ledger = NewRunLedger(in.Run, in.AsOf, .3)
			for i, x := range whole.Ledger.units {
				if c.lose != nil && c.lose(i, x.Treated) {
					continue
				}
				if c.move != nil && c.move(i, x.Treated) {
					x.Treated = !x.Treated
				}
				key := fmt.Sprint("s:", i)
				in.Ledger.AddGroup(GroupRow{Key: key, Treated: x.Treated, Propensity: x.Propensity, Accounts: 1, PreMinor: x.Pre, Stratum: x.Block})
				in.Ledger.AddDay(DayRow{Key: key, On: inHome, Margin: x.Outcome})
			}
			u := measured(t, in)
			if got := u.Reason == BrokenRatio; got != c.alarm {
				t.Errorf("%s of %d, %s: alarm is %t, p = %g", r.Design, r.Block, name, got, u.SampleRatio.Groups.P)
			}
			if u.Reason == BrokenRatio && (u.Net != nil || u.Designed != nil || u.Welch != nil) {
				t.Errorf("%s: a figure is shown", name)
			}
		}
	}
}
