package responses

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"postlift/campaigns"
	"postlift/campaigns/planner"
)

// trustStore is a store of one run's frozen trust and segments.
type trustStore struct {
	Store
	frozen FrozenTrust
	rows   []SegmentRow
}

func (s trustStore) FrozenTrust(context.Context, int64) (FrozenTrust, error) { return s.frozen, nil }

func (s trustStore) RunSegments(_ context.Context, _ int64, each func(SegmentRow) error) error {
	for _, r := range s.rows {
		if err := each(r); err != nil {
			return err
		}
	}
	return nil
}

// judged measures and judges a reading; every third group stands in segment a, b or c.
func judged(t *testing.T, in Reading, frozen FrozenTrust, segment func(i int) string) Uplift {
	t.Helper()
	u := measured(t, in)
	store := trustStore{frozen: frozen}
	for i := range in.Ledger.units {
		store.rows = append(store.rows, SegmentRow{Key: fmt.Sprint(i), Segment: segment(i), BaselineMinor: 8000})
	}
	if err := (&Service{store: store}).judge(context.Background(), in, &u); err != nil {
		t.Fatal(err)
	}
	return u
}

func inThree(i int) string { return []string{"a", "b", "c"}[i/5%3] }

// simulated is the trust of a design whose interval held the truth in a share of 4,000 draws.
func simulated(coverage float64) *planner.Trust {
	c := planner.LiftCoverage{Lift: .1, Coverage: coverage, TooHigh: .9 * (1 - coverage), TooLow: .1 * (1 - coverage), Bound: planner.LowerBound(int(4000*coverage), 4000)}
	return &planner.Trust{Design: "holdout_20", Least: planner.LeastCoverage, Worst: c, Lifts: []planner.LiftCoverage{c}, Replications: 4000, Windows: 4, Trusted: c.Bound >= planner.LeastCoverage}
}

// A report is indicative by what its design held on the audience's own past, not by the number of controls; without a
// simulation the number decides as before, and the report says so.
func TestTrustFollowsTheSimulation(t *testing.T) {
	for _, c := range []struct {
		name       string
		groups     int
		frozen     *planner.Trust
		indicative bool
		source     string
		sentence   string // of the report, if any
		words      string // of the trust
	}{
		{"few controls, good coverage", 1500, simulated(.948), false, BySimulation, "The mailing pays", "94.8%"},
		{"few controls, poor coverage", 1500, simulated(.915), true, BySimulation, "A sign that the mailing pays, no more", "91.5%"},
		{"many controls, poor coverage", 6000, simulated(.915), true, BySimulation, "A sign that the mailing pays, no more", "at least 90.7%"},
		{"many controls, good coverage", 6000, simulated(.948), false, BySimulation, "The mailing pays", "may be trusted"},
		{"few controls, no simulation", 1500, nil, true, ByRuleOfThumb, "small control group of 300", "By rule of thumb"},
		{"few controls, short history", 1500, &planner.Trust{Impossible: planner.ShortHistory}, true, ByRuleOfThumb, "small control group of 300", "not go back far enough"},
		{"many controls, a large list", 6000, &planner.Trust{Impossible: planner.TooLarge}, false, ByRuleOfThumb, "The mailing pays", "so large"},
	} {
		u := judged(t, world(c.groups, 3000, 7), FrozenTrust{Trust: c.frozen, ScepticSD: .15}, inThree)
		if u.Verdict != Works || slices.Contains(u.Flags, Indicative) != c.indicative || u.Trust == nil || u.Trust.Trusted == c.indicative || u.Trust.Source != c.source {
			t.Errorf("%s: %s %v, %+v", c.name, u.Verdict, u.Flags, u.Trust)
			continue
		}
		if !strings.Contains(u.Sentence.EN, c.sentence) || !strings.Contains(u.Trust.Sentence.EN, c.words) {
			t.Errorf("%s: %s / %s", c.name, u.Sentence.EN, u.Trust.Sentence.EN)
		}
		noted := slices.ContainsFunc(u.Notes, func(n Note) bool { return n.Name == Indicative })
		if noted != c.indicative || (len(u.Trust.Instead) > 0) != c.indicative {
			t.Errorf("%s: notes %v, instead %v", c.name, u.Notes, u.Trust.Instead)
		}
		for _, text := range append([]Bilingual{u.Sentence, u.Trust.Sentence, u.Belief.Sentence}, u.Trust.Instead...) {
			if text.EN == "" || text.DE == "" || text.EN == text.DE || strings.Contains(text.EN+text.DE, "%!") {
				t.Errorf("%s: %+v", c.name, text)
			}
		}
	}
}

// The flag of an interim report stays first, and nothing is said of a withheld one.
func TestTrustKeepsOtherFlags(t *testing.T) {
	in := world(1500, 3000, 7)
	in.AsOf = inHome.AddDays(30)
	u := judged(t, in, FrozenTrust{Trust: simulated(.915)}, inThree)
	if len(u.Flags) < 2 || u.Flags[0] != Interim || u.Flags[1] != Indicative {
		t.Errorf("flags %v", u.Flags)
	}
	in.DataOn = inHome.AddDays(-9)
	if u = judged(t, in, FrozenTrust{Trust: simulated(.915)}, inThree); u.Verdict != Withheld || u.Trust != nil || u.Belief != nil || slices.Contains(u.Flags, Indicative) || u.Segments == nil {
		t.Errorf("withheld: %v, %+v", u.Flags, u.Trust)
	}
}

// The sceptic's belief lies between no effect at all and the estimate, and the closer to the estimate the wider the prior
// is; half of the leeway believes less of a gain.
func TestBelief(t *testing.T) {
	in := world(1500, 3000, 7)
	u := judged(t, in, FrozenTrust{ScepticSD: .15}, inThree)
	b, cost := u.Belief, float64(u.Cost.Actual.Minor)
	if b == nil || !b.Registered || len(b.Others) != 2 {
		t.Fatalf("%+v", b)
	}
	if want := 8000. * 1200; math.Abs(float64(b.Baseline.Minor)-want) > 1 || math.Abs(float64(b.Prior.Minor)-.15*want) > 1 {
		t.Errorf("baseline %v, prior %v", b.Baseline, b.Prior)
	}
	// by hand: precision-weighted mean of gain and zero, less cost
	groups := float64(u.Arms[0].Groups)
	se, value, prior := u.CUPED.SE*groups, u.CUPED.PerGroup.Value.Major()*100*groups, .15*8000*groups
	weight := prior * prior / (prior*prior + se*se)
	if want := weight*value - cost; math.Abs(float64(b.Net.Minor)-want) > .002*math.Abs(want) {
		t.Errorf("expected net gain %v, want %.0f", b.Net, want)
	}
	if b.Net.Minor >= u.Net.Value.Minor || b.Others[0].Net.Minor >= b.Net.Minor || b.Net.Minor >= b.Others[1].Net.Minor {
		t.Errorf("believed %v, half %v, twice %v, estimated %v", b.Net, b.Others[0].Net, b.Others[1].Net, u.Net.Value)
	}
	if d := b.Missed.Minor - b.Loss.Minor - b.Net.Minor; d < -2 || d > 2 || b.Low.Minor >= b.Net.Minor || b.Net.Minor >= b.High.Minor {
		t.Errorf("gain %v less loss %v is not %v", b.Missed, b.Loss, b.Net)
	}
	if u = judged(t, in, FrozenTrust{}, inThree); u.Belief.Registered || u.Belief.PriorSD != campaigns.ScepticSD {
		t.Errorf("a plan from before the prior was registered: %+v", u.Belief)
	}
}

// Segments are shrunk towards each other, small ones are read together, p values are adjusted for their number.
func TestSegments(t *testing.T) {
	in := world(3000, 900, 11)
	u := judged(t, in, FrozenTrust{}, func(i int) string {
		switch {
		case i < 90:
			return "small"
		case i < 180:
			return "tiny"
		}
		return inThree(i)
	})
	if len(u.Segments) != 4 || u.Segments[3].Segment != "" || strings.Join(u.Segments[3].Merged, ",") != "small,tiny" {
		t.Fatalf("%+v", u.Segments)
	}
	groups := 0
	spread := [2]float64{}
	mean := [2]float64{}
	for _, s := range u.Segments {
		groups += s.Assigned + s.Controls
		if !s.Exploratory || s.Adjusted < s.P || s.Controls < leastSegment || !(s.ShrunkLift.High-s.ShrunkLift.Low < s.RawLift.High-s.RawLift.Low) {
			t.Errorf("%+v", s)
		}
		mean[0], mean[1] = mean[0]+s.RawLift.Value/4, mean[1]+s.ShrunkLift.Value/4
	}
	for _, s := range u.Segments {
		spread[0] += math.Abs(s.RawLift.Value - mean[0])
		spread[1] += math.Abs(s.ShrunkLift.Value - mean[1])
	}
	if groups != 3000 || !(spread[1] < spread[0]) {
		t.Errorf("%d groups, spread %v", groups, spread)
	}
	if u = judged(t, in, FrozenTrust{}, func(int) string { return "all" }); len(u.Segments) != 0 {
		t.Errorf("one segment is compared with nothing: %+v", u.Segments)
	}
}

// Waves are judged as waves: the baseline of one period, segments period by period; a test that ended early was not the
// one that was simulated.
func TestWavesAreJudged(t *testing.T) {
	in := inWaves(800, 4, inHome.AddDays(60), 50)
	segment := func(i int) string { return []string{"a", "b"}[i/4%2] }
	u := judged(t, in, FrozenTrust{Trust: simulated(.95), ScepticSD: .15}, segment)
	if want := 8000. * 14 / 90 * 800; u.Belief == nil || math.Abs(float64(u.Belief.Baseline.Minor)-want) > 1 || !u.Trust.Trusted {
		t.Errorf("%+v, %+v", u.Belief, u.Trust)
	}
	if len(u.Segments) != 2 || u.Segments[0].Assigned != 300 || u.Segments[0].Controls != 100 || u.Segments[0].Raw.Low.Minor > 700 || u.Segments[0].Raw.High.Minor < 700 {
		t.Errorf("segments %+v", u.Segments)
	}
	in = inWaves(800, 2, inHome.AddDays(60), 50)
	in.Run.Design.Ended = true
	if u = judged(t, in, FrozenTrust{Trust: simulated(.95)}, segment); u.Trust.Source != ByRuleOfThumb || u.Trust.Reason != OtherDesign || !strings.Contains(u.Trust.Sentence.EN, "ended before all of its waves") {
		t.Errorf("%+v", u.Trust)
	}
}
