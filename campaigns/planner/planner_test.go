package planner

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"postlift"
	"postlift/campaigns/draw"
	"postlift/campaigns/experiment"
)

func assess(t *testing.T, in Input) Assessment {
	t.Helper()
	a, err := Assess(in)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Section H of the reference on experiments: detectable lift at 80 % power of a 10 % holdout in 90 days without a
// covariate, and of halves over twelve months with the prior-year margin and the top 2 % left out. Six simulated
// companies of each size are averaged; 25 % is allowed for what the reference does not say of its companies.
func TestPlannerAgreesWithTheTableOfSmallLists(t *testing.T) {
	const companies, tolerance = 6, .25
	for _, want := range []struct {
		size            int
		plain, adjusted float64
	}{{500, 1.26, .39}, {1500, .70, .23}, {5000, .38, .12}} {
		var plain, normal, adjusted, coverage float64
		for c := range companies {
			rng := rand.New(rand.NewPCG(uint64(want.size), uint64(c)))
			in := inputOf(ordinary.company(rng, want.size, 4, 90), 90)
			in.most = 500 // of each of the six
			in.Designs, in.TopPercents = []Design{{Kind: Programme, Months: 12, TopPercent: 2}}, []float64{2}
			f := assess(t, in).Designs[0]
			if f.Detectable == nil {
				t.Fatal("no lift is detectable")
			}
			adjusted += *f.Detectable / companies
			coverage += min(f.Coverage, f.CoverageNone) / companies
			for g := range in.Groups {
				for w := range in.Groups[g].Past {
					in.Groups[g].Past[w].Pre = 0 // no covariate: Welch
				}
			}
			in.Designs, in.TopPercents = []Design{{Kind: Holdout, Share: .1}}, []float64{0}
			f = assess(t, in).Designs[0]
			if f.Detectable == nil {
				t.Fatal("no lift is detectable without a covariate")
			}
			plain, normal = plain+*f.Detectable/companies, normal+f.Normal/companies
		}
		t.Logf("%d companies: plain %.3f (by standard error %.3f), adjusted %.3f, coverage %.3f", want.size, plain, normal, adjusted, coverage)
		if math.Abs(plain/want.plain-1) > tolerance || math.Abs(adjusted/want.adjusted-1) > tolerance {
			t.Errorf("%d companies: detectable from %.3f and %.3f, reference %.2f and %.2f", want.size, plain, adjusted, want.plain, want.adjusted)
		}
		if coverage < .935 || coverage > .965 {
			t.Errorf("%d companies: halves cover %.3f, reference .947 to .954", want.size, coverage)
		}
	}
}

// Section H: with 300 companies adjusted intervals of a 10 % holdout cover .88 to .94, those of halves .947 to .954,
// and the misses of a small holdout lie above the truth. Averages over ten companies.
func TestPlannerSeesThatSmallHoldoutsFlatter(t *testing.T) {
	const companies = 10
	var small, halves, high, low float64
	for c := range companies {
		in := inputOf(ordinary.company(rand.New(rand.NewPCG(300, uint64(c))), 300, 4, 90), 90)
		in.Designs, in.TopPercents = []Design{{Kind: Holdout, Share: .1}, {Kind: Holdout, Share: .5}}, []float64{0}
		a := assess(t, in)
		small, halves = small+a.Designs[0].Coverage/companies, halves+a.Designs[1].Coverage/companies
		high, low = high+a.Designs[0].TooHigh/companies, low+a.Designs[0].TooLow/companies
	}
	t.Logf("coverage %.3f at 10 %%, %.3f at halves; misses above %.3f, below %.3f", small, halves, high, low)
	if small < .88 || small > .945 || halves < .94 || halves > .965 {
		t.Errorf("coverage %.3f at 10 %% and %.3f at halves", small, halves)
	}
	if high < 3*low {
		t.Errorf("misses above %.3f, below %.3f", high, low)
	}
}

// The campaign's own draw and the report's own analysis find the lift that the planner calls detectable in 80 of
// 100 draws, in strata and in blocks; three binomial standard errors of 500 draws are allowed, and those of the
// planner's 2,000.
func TestDetectableLiftIsFoundByTheReport(t *testing.T) {
	quantile := newStudent(.975)
	for _, c := range []struct {
		design Design
		draw   draw.Request
	}{
		{Design{Kind: Holdout, Share: .2}, draw.Request{Share: .2}},
		{Design{Kind: Pairs, Block: 5}, draw.Request{Design: draw.Blocks, Block: 5}},
		{Design{Kind: Pairs}, draw.Request{Design: draw.Blocks, Block: 2}},
	} {
		in := inputOf(ordinary.company(rand.New(rand.NewPCG(9, 9)), 600, 1, 90), 90)
		in.Designs, in.TopPercents = []Design{{Kind: Holdout, Share: .4}}, []float64{0}
		in.Own = &c.design
		for g := range in.Groups {
			in.Groups[g].Baseline = 0 // nothing expected: the window is taken as it was
			if fee := float64(g%3) * 20000; fee > 0 {
				w := &in.Groups[g].Past[0]
				w.Margin, w.Agreed, w.Pre = w.Margin+fee, fee, w.Pre+4*fee
			}
		}
		a := assess(t, in)
		f := a.Designs[0]
		if f.Name != a.Own || f.Name != c.design.Name() {
			t.Fatalf("the own design %s is not compared: %s", a.Own, f.Name)
		}
		const draws = 500
		found := 0
		for d := range draws {
			c.draw.Salt = fmt.Sprint("salt-", d)
			p := drawAndRead(t, in, c.draw, *f.Detectable)
			if p.Value > quantile.at(p.DoF)*p.SE {
				found++
			}
		}
		if share := float64(found) / draws; math.Abs(share-.8) > .065 {
			t.Errorf("%s: a lift of %.3f is found in %.3f of the draws, want .80", f.Name, *f.Detectable, share)
		}
	}
}

// drawAndRead assigns the groups of the first window as a campaign does, lifts the mailed and reads the outcome as a
// report does.
func drawAndRead(t *testing.T, in Input, r draw.Request, lift float64) experiment.Point {
	t.Helper()
	units := make([]draw.Unit, len(in.Groups))
	for i, g := range in.Groups {
		units[i] = draw.Unit{Key: g.Key, Value: g.Past[0].Pre, Segment: g.Segment, Pre: g.Past[0].Pre}
	}
	arms, _, err := draw.Assign(units, r)
	if err != nil {
		t.Fatal(err)
	}
	measured := make([]experiment.Unit, len(arms))
	for i, arm := range arms {
		measured[i] = experiment.Unit{Treated: !arm.Held, Block: arm.Stratum, Propensity: arm.Propensity, Accounts: 1, Outcome: in.Groups[i].Past[0].Margin, Pre: in.Groups[i].Past[0].Pre}
		if !arm.Held {
			measured[i].Outcome += lift * (in.Groups[i].Past[0].Margin - in.Groups[i].Past[0].Agreed)
		}
	}
	read := experiment.Analyse
	if r.Design == draw.Blocks {
		read = experiment.AnalyseBlocks
	}
	result, err := read(measured)
	if err != nil || result.Refused != "" {
		t.Fatal(result.Refused, err)
	}
	e := result.Estimate()
	return experiment.Point{Value: e.Value, SE: e.SE, DoF: e.DoF}
}

// The redraw within strata has the counts and the chances of the campaign's draw.
func TestRedrawFollowsTheDraw(t *testing.T) {
	in := inputOf(ordinary.company(rand.New(rand.NewPCG(2, 2)), 333, 3, 90), 90)
	if err := in.complete(); err != nil {
		t.Fatal(err)
	}
	s, err := newSample(prepare(&in), Design{Kind: Holdout, Share: .3}, 0)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	held := 0.0
	for range 3000 {
		trial, ok := s.draw(rng)
		if !ok {
			t.Fatal("no draw")
		}
		n := trial.replicate.(twoArms).control.n
		least, most := 0, 0
		for _, c := range s.cells {
			least += draw.HoldoutCount(len(c.at), "", c.name, .3) - 1
			most += draw.HoldoutCount(len(c.at), "", c.name, .3) + 1
		}
		if n < float64(least) || n > float64(most) {
			t.Fatalf("%g held out, want %d to %d", n, least, most)
		}
		held += n / 3000
	}
	if want := .3 * 333; math.Abs(held-want) > .2 {
		t.Errorf("%.2f held out on average, want %.1f", held, want)
	}
	waves, err := newSample(prepare(&in), Design{Kind: InWaves, Waves: 3}, 0)
	if err != nil {
		t.Fatal(err)
	}
	counts := map[int32]int{}
	for _, w := range waves.labels {
		counts[w]++
	}
	if len(counts) != 3 || counts[0] != 0 || slices.Max([]int{counts[1], counts[2], counts[3]})-slices.Min([]int{counts[1], counts[2], counts[3]}) > len(waves.cells) {
		t.Errorf("waves of %v", counts)
	}
}

// A proposal is the cheapest design that is enough: 10 % for a large lift, a programme for a small one, repeats
// beyond that, and a plain no where nothing helps.
func TestProposals(t *testing.T) {
	groups := ordinary.company(rand.New(rand.NewPCG(5, 5)), 2000, 6, 90)
	for _, c := range []struct {
		lift float64
		kind string
		name string
	}{{.9, ProposeDesign, "holdout_10"}, {.42, ProposeDesign, "holdout_20"}, {.2, ProposeProgramme, "programme_"}, {.12, ProposePooling, "holdout_"}, {.005, ProposeNothing, ""}} {
		in := inputOf(groups, 90)
		in.Lift, in.most = Lift{c.lift, 0}, 600
		a := assess(t, in)
		p := a.Proposal
		t.Log(c.lift, p.Kind, p.Design, p.Months, p.Repeats, p.KnownOn, a.Sentence.DE)
		if p.Kind != c.kind || !strings.HasPrefix(p.Design, c.name) {
			t.Errorf("lift %g: proposed %s %s, want %s %s", c.lift, p.Kind, p.Design, c.kind, c.name)
		}
		switch p.Kind {
		case ProposeNothing:
			if p.Needed == nil || *p.Needed < c.lift || !strings.HasPrefix(a.Sentence.EN, "Cannot be measured") {
				t.Errorf("nothing proposed: %+v, %s", p, a.Sentence.EN)
			}
		default:
			if p.Power < .8 || p.KnownOn <= testInHome || p.Cost.Minor <= 0 {
				t.Errorf("lift %g: %+v", c.lift, p)
			}
		}
		if p.Kind == ProposeProgramme && (p.Months < 6 || p.Months > MaxMonths) || p.Kind == ProposePooling && p.Repeats < 2 {
			t.Errorf("lift %g: %+v", c.lift, p)
		}
		checkWords(t, a)
	}
}

func checkWords(t *testing.T, a Assessment) {
	t.Helper()
	for _, w := range append([]Words{a.Sentence}, a.Reasons...) {
		for _, s := range []string{w.EN, w.DE} {
			if s == "" || strings.Contains(s, "%!") || strings.Contains(s, "()") || strings.Contains(s, "  ") {
				t.Errorf("bad words %q", s)
			}
		}
		if w.EN == w.DE {
			t.Errorf("not translated: %q", w.EN)
		}
	}
	if _, err := json.Marshal(a); err != nil {
		t.Error(err)
	}
}

// More groups, a larger holdout and a known past make smaller lifts visible; the price is share times gain.
func TestFindingsAreOrdered(t *testing.T) {
	in := inputOf(ordinary.company(rand.New(rand.NewPCG(6, 6)), 2000, 6, 90), 90)
	in.most = 600
	a := assess(t, in)
	f := map[string]Finding{}
	for _, x := range a.Designs {
		f[x.Name] = x
		if x.Detectable == nil || *x.DetectableLow > *x.Detectable || *x.DetectableHigh < *x.Detectable {
			t.Errorf("%s: detectable %v in %v to %v", x.Name, x.Detectable, x.DetectableLow, x.DetectableHigh)
		}
	}
	if !(*f["holdout_50"].Detectable < *f["holdout_20"].Detectable && *f["holdout_20"].Detectable < *f["holdout_10"].Detectable) {
		t.Error("a larger holdout does not see more")
	}
	if !(*f["programme_12"].Detectable < *f["programme_6"].Detectable && *f["programme_6"].Detectable < *f["pairs"].Detectable) {
		t.Error("a longer test does not see more")
	}
	if got, want := f["holdout_20"].Cost.Minor, postlift.RoundMinor(.2*float64(a.Gain.Minor)); got-want > 1 || want-got > 1 {
		t.Errorf("20 %% cost %d, want %d", got, want)
	}
	for name, share := range map[string]float64{"waves_2": .5, "waves_4": .75} { // of the gain, which a letter brings once
		if got, want := float64(f[name].Deferred.Minor), share*float64(a.Gain.Minor); math.Abs(got-want) > 1 {
			t.Errorf("%s defers %g, want %g", name, got, want)
		}
	}
	if f["waves_2"].Cost.Minor != 0 || f["waves_2"].Deferred.Minor <= 0 || f["waves_2"].LettersSaved != 0 || f["pairs"].LettersSaved != 1000 {
		t.Errorf("waves %+v, pairs %+v", f["waves_2"], f["pairs"])
	}
	if want := testInHome.AddDays(90); f["pairs"].KnownOn != want || f["waves_4"].KnownOn != testInHome.AddDays(270) || f["programme_12"].KnownOn != testInHome.AddDays(360) {
		t.Errorf("known on %s, %s, %s", f["pairs"].KnownOn, f["waves_4"].KnownOn, f["programme_12"].KnownOn)
	}
	again := assess(t, in)
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(again)
	if string(x) != string(y) {
		t.Error("the same input was assessed differently")
	}
	if len(a.Leaving) != 5 || a.Leaving[0].Share != 0 || !slices.IsSortedFunc(a.Leaving, func(p, q LeftOut) int { return int(1e9 * (p.Share - q.Share)) }) {
		t.Errorf("curve %+v", a.Leaving)
	}
}

// An audience that was selected for having bought nothing of late: its last windows do not count, and the others
// are thinned out to what is expected now, which makes them noisier, not only smaller.
func TestPastIsBroughtToTheExpectation(t *testing.T) {
	alike := market{rate: 4, rates: .3, sizes: .3, within: .3}
	in := inputOf(alike.company(rand.New(rand.NewPCG(7, 1)), 3000, 6, 90), 90)
	total := 0.0
	for g := range in.Groups {
		in.Groups[g].Past[0] = Past{Pre: in.Groups[g].Past[0].Pre}
		in.Groups[g].Baseline *= .4
		in.Groups[g].Past[5].Margin *= 0.1 // bought next to nothing then, too
		total += in.Groups[g].Baseline
	}
	if err := in.complete(); err != nil {
		t.Fatal(err)
	}
	p := prepare(&in)
	if p.usable[0] || p.usable[5] || p.empty != 2 {
		t.Errorf("used %v, left out %d", p.usable, p.empty)
	}
	for w := 1; w < 5; w++ {
		var sum, before moments
		for g := range in.Groups {
			sum.add(p.y[w][g], 0, 0)
			before.add(in.Groups[g].Past[w].Margin, 0, 0)
		}
		if math.Abs(sum.y/total-1) > .05 {
			t.Errorf("window %d: margin %g, expected %g", w, sum.y, total)
		}
		cv := func(m moments) float64 { j := m.joint(0); return math.Sqrt(j.Post.Var) / j.Post.Mean }
		if cv(sum) < 1.3*cv(before) {
			t.Errorf("window %d: variation %.2f after thinning, %.2f before", w, cv(sum), cv(before))
		}
	}
	in.DataFrom = in.WindowsFrom[3]
	if p := prepare(&in); p.early != 2 || p.usable[4] || !slices.Equal(p.runs(2), []int{1, 2}) {
		t.Errorf("early %d, used %v, runs %v", p.early, p.usable, p.runs(2))
	}
}

func TestHopelessAudiences(t *testing.T) {
	groups := ordinary.company(rand.New(rand.NewPCG(8, 1)), 60, 3, 90)
	empty := slices.Clone(groups)
	for g := range empty {
		empty[g].Past = make([]Past, 3)
	}
	young := inputOf(groups, 90)
	young.DataFrom = testDay
	for name, in := range map[string]Input{"few": inputOf(groups[:LeastGroups-1], 90), "none": inputOf(nil, 90), "empty": inputOf(empty, 90), "young": young} {
		a := assess(t, in)
		if a.Proposal.Kind != ProposeNothing || !strings.Contains(a.Sentence.DE, "Nicht messbar") && !strings.Contains(a.Sentence.DE, "nicht zu beurteilen") {
			t.Errorf("%s: %+v, %s", name, a.Proposal, a.Sentence.DE)
		}
		checkWords(t, a)
	}
	same := inputOf(slices.Clone(groups), 90)
	for g := range same.Groups { // equal orders and nothing else: no spread at all
		same.Groups[g].Past = []Past{{100, 0, 400, 1}, {100, 0, 400, 1}, {100, 0, 400, 1}}
		same.Groups[g].Baseline = 100
	}
	if a := assess(t, same); a.Proposal.Kind != ProposeDesign {
		t.Errorf("without any spread: %+v", a.Proposal)
	}
	for g := range same.Groups { // agreed fees and nothing else: nothing that a letter could raise
		same.Groups[g].Past = []Past{{100, 100, 400, 0}, {100, 100, 400, 0}, {100, 100, 400, 0}}
		same.Groups[g].Baseline, same.Groups[g].Agreed = 0, 100
	}
	if a := assess(t, same); a.Proposal.Kind != ProposeNothing || a.Baseline.Minor != 0 || a.Agreed.Minor != 6000 || a.Gain.Minor != 0 {
		t.Errorf("nothing but agreed fees: %+v, %+v", a.Proposal, a)
	}
	short := assess(t, inputOf(ordinary.company(rand.New(rand.NewPCG(8, 2)), 200, 3, 90), 90))
	f, ok := named(short.Designs, "programme_12")
	if !ok || f.Impossible != ShortHistory {
		t.Errorf("a programme of 12 months on three windows: %+v", f)
	}
	checkWords(t, short)
}

func TestAssessRefuses(t *testing.T) {
	for name, spoil := range map[string]func(*Input){
		"lift":    func(in *Input) { in.Lift.Mean = 0 },
		"doubt":   func(in *Input) { in.Lift.SD = math.NaN() },
		"window":  func(in *Input) { in.WindowDays = 0 },
		"cost":    func(in *Input) { in.PieceCost = -1 },
		"alpha":   func(in *Input) { in.Alpha = .7 },
		"holdout": func(in *Input) { in.Designs = []Design{{Kind: Holdout, Share: .9}} },
		"waves":   func(in *Input) { in.Designs = []Design{{Kind: InWaves, Waves: 1}} },
		"months":  func(in *Input) { in.Designs = []Design{{Kind: Programme, Months: 13}} },
		"kind":    func(in *Input) { in.Designs = []Design{{Kind: "switchback"}} },
		"top":     func(in *Input) { in.TopPercents = []float64{-1} },
	} {
		in := inputOf(ordinary.company(rand.New(rand.NewPCG(1, 1)), 30, 2, 90), 90)
		spoil(&in)
		if _, err := Assess(in); postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("%s: %v, want a refusal", name, err)
		}
	}
	in := inputOf(ordinary.company(rand.New(rand.NewPCG(1, 1)), 30, 2, 90), 90)
	in.Groups[3].Past = in.Groups[3].Past[:1]
	if _, err := Assess(in); err == nil {
		t.Error("a group without its windows was taken")
	}
}

func TestStudentTable(t *testing.T) {
	s := newStudent(.975)
	for _, dof := range []float64{1, 2, 2.7, 5, 9.99, 40, 133.3, 1e6} {
		if got, want := s.at(dof), s.exact(dof); math.Abs(got/want-1) > 1e-4 {
			t.Errorf("t(.975, %g) = %g, want %g", dof, got, want)
		}
	}
}

// Fees that every group pays alike are in both arms: they change neither what can be seen nor the gain, whatever the
// design.
func TestEqualFeesChangeNothing(t *testing.T) {
	plain := inputOf(ordinary.company(rand.New(rand.NewPCG(12, 1)), 400, 4, 90), 90)
	plain.most = 200
	plain.Designs = []Design{{Kind: Holdout, Share: .2}, {Kind: Pairs}, {Kind: Pairs, Block: 4}, {Kind: InWaves, Waves: 3}, {Kind: Programme, Months: 6, TopPercent: 2}}
	fees := plain
	fees.Groups = slices.Clone(plain.Groups)
	for g := range fees.Groups {
		one := &fees.Groups[g]
		one.Past, one.Agreed, one.Pre = slices.Clone(one.Past), 7000, one.Pre+28000
		for w := range one.Past {
			one.Past[w].Margin, one.Past[w].Agreed, one.Past[w].Pre = one.Past[w].Margin+7000, 7000, one.Past[w].Pre+28000
		}
	}
	a, b := assess(t, plain), assess(t, fees)
	if a.Gain != b.Gain || b.Agreed.Minor != 400*7000 || b.Past.Agreed <= 0 || a.Past.Buyers != b.Past.Buyers {
		t.Errorf("gain %v and %v, agreed %v (%g), buyers %g and %g", a.Gain, b.Gain, b.Agreed, b.Past.Agreed, a.Past.Buyers, b.Past.Buyers)
	}
	for i, f := range a.Designs {
		g := b.Designs[i]
		if f.Detectable == nil || g.Detectable == nil || math.Abs(*f.Detectable/(*g.Detectable)-1) > 1e-3 || math.Abs(f.Power-g.Power) > .01 || math.Abs(f.LeftOutShare-g.LeftOutShare) > 1e-9 {
			t.Errorf("%s: %+v without fees, %+v with", f.Name, f, g)
		}
	}
	checkWords(t, b)
	if !slices.ContainsFunc(b.Reasons, func(w Words) bool { return strings.Contains(w.DE, "vertraglich vereinbart") }) {
		t.Errorf("nothing is said of agreed fees: %v", b.Reasons)
	}
}
