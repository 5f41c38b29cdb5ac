package learning

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"postlift/campaigns"
	"postlift/campaigns/lift"
)

// world is an invented campaign: orders at random times with lognormal values, expected as the baseline says but for
// a factor, and lifted by segment.
type world struct {
	accounts   int
	propensity float64
	lifts      map[string]float64
	factor     float64 // realised by expected, without a letter
	tail       float64 // sigma of the logarithm of an order's value
	group      int     // accounts in each group
}

func (w world) draw(seed uint64) []Account {
	rng := rand.New(rand.NewPCG(seed, 11))
	segments := []string{"A", "B", "C"}
	accounts := make([]Account, w.accounts)
	group, assigned := 0, false
	for i := range accounts {
		if i%max(w.group, 1) == 0 {
			group, assigned = i, rng.Float64() < w.propensity
		}
		basket := 20_000 * math.Exp(.5*rng.NormFloat64())
		rate := .8 * math.Exp(.7*rng.NormFloat64())
		a := Account{Group: fmt.Sprint("g", group), Baseline: rate * basket, Basket: basket, Assigned: assigned, Propensity: w.propensity,
			Traits: lift.Traits{Segment: segments[rng.IntN(3)], MailAffinity: math.NaN(), FrequencyRank: rng.Float64(), PAlive: .5, MonthsSincePiece: 12}}
		lifted := 1.
		if assigned {
			lifted += w.lifts[a.Traits.Segment] / w.factor
		}
		order := func(rate float64) (sum float64) {
			for range int(distuv.Poisson{Lambda: rate, Src: rng}.Rand()) {
				sum += basket * math.Exp(w.tail*rng.NormFloat64()-w.tail*w.tail/2)
			}
			return sum
		}
		a.Outcome, a.Pre = order(rate*w.factor*lifted), order(4*rate)
		accounts[i] = a
	}
	return accounts
}

func model(t *testing.T) *lift.Model {
	t.Helper()
	m, err := lift.Prior(lift.PriorLift, lift.PriorLiftSD, lift.SegmentShare{Segment: "A"}, lift.SegmentShare{Segment: "B"}, lift.SegmentShare{Segment: "C"})
	if err != nil {
		t.Fatal(err)
	}
	return &m
}

func learn(t *testing.T, m *lift.Model, name string, accounts []Account) Diagnostics {
	t.Helper()
	rows, d, err := Rows(m, accounts)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Add(name, rows); err != nil {
		t.Fatal(err)
	}
	if err := m.Solve(); err != nil {
		t.Fatal(err)
	}
	return d
}

// ofSegment is what the model expects of a letter to a middling account of a segment.
func ofSegment(m *lift.Model, segment string) (mean, sd float64) {
	return m.Expected(1, m.Z(lift.Traits{Segment: segment, MailAffinity: .5, FrequencyRank: .5, PAlive: .5, MonthsSincePiece: 12}))
}

// TestRecoversLiftsBySegment: from a large campaign whose baselines are a third too high, with groups of two and one
// in five held out, every segment's lift lies within four of its own standard deviations of the truth.
func TestRecoversLiftsBySegment(t *testing.T) {
	lifts := map[string]float64{"A": .35, "B": .10, "C": -.12}
	w := world{accounts: 120_000, propensity: .8, lifts: lifts, factor: .75, tail: 1, group: 2}
	m := model(t)
	d := learn(t, m, "one", w.draw(5))
	for segment, want := range lifts {
		mean, sd := ofSegment(m, segment)
		if math.Abs(mean-want) > 4*sd || sd > .05 {
			t.Errorf("segment %s: %.3f give or take %.3f, truth %.2f", segment, mean, sd, want)
		}
	}
	c := d.Calibration[0]
	if math.Abs(c.Factor-.75) > .03 || math.Abs(c.With-.86) > .03 || d.Rows != 60_000 || d.Phi < 2 || d.Phi > 4 {
		t.Errorf("diagnostics %+v", d)
	}
}

// TestDoubtIsHonest: over 300 campaigns with heavy tails and a known lift, drawn anew each time, the data alone (a wide
// prior) covers the truth with 95 per cent intervals about as often as they say; 300 runs have a standard error of 1.3.
func TestDoubtIsHonest(t *testing.T) {
	covered := 0
	for seed := range uint64(300) {
		m, err := lift.Prior(0, 5)
		if err != nil {
			t.Fatal(err)
		}
		w := world{accounts: 3000, propensity: .7, lifts: map[string]float64{"A": .2, "B": .2, "C": .2}, factor: 1.2, tail: 1.3}
		learn(t, &m, "c", w.draw(1000+seed))
		if mean, sd := ofSegment(&m, ""); math.Abs(mean-.2) < 1.96*sd {
			covered++
		}
	}
	if share := float64(covered) / 300; share < .91 {
		t.Errorf("95 per cent intervals cover %.3f", share)
	}
}

// TestNothingIsLearnedFromNothing: letters that change nothing bring the average from the prior's centre to zero within
// its error, and a small campaign of them leaves it within a prior standard deviation.
func TestNothingIsLearnedFromNothing(t *testing.T) {
	none := map[string]float64{}
	m := model(t)
	learn(t, m, "large", world{accounts: 60_000, propensity: .5, lifts: none, factor: 1, tail: 1}.draw(8))
	for _, segment := range []string{"A", "B", "C"} {
		if mean, sd := ofSegment(m, segment); math.Abs(mean) > 4*sd || sd > .06 {
			t.Errorf("segment %s: %.3f give or take %.3f", segment, mean, sd)
		}
	}
	small := model(t)
	learn(t, small, "small", world{accounts: 60, propensity: .5, lifts: none, factor: 1, tail: 1}.draw(9))
	if mean, sd := small.Theta(0); math.Abs(mean-lift.PriorLift) > lift.PriorLiftSD || sd < .1 {
		t.Errorf("60 accounts: %.3f give or take %.3f", mean, sd)
	}
}

// TestCampaignByCampaignIsAllAtOnce: rows read priors only, so campaigns add up in any order, and the accounts of one
// may come in any order, to the bit.
func TestCampaignByCampaignIsAllAtOnce(t *testing.T) {
	first := world{accounts: 900, propensity: .8, lifts: map[string]float64{"A": .3}, factor: 1, tail: 1, group: 3}.draw(1)
	second := world{accounts: 700, propensity: .5, lifts: map[string]float64{"B": .3}, factor: .6, tail: 1}.draw(2)
	a, b, fresh := model(t), model(t), model(t)
	learn(t, a, "first", first)
	learn(t, a, "second", second)
	rng := rand.New(rand.NewPCG(3, 3))
	rng.Shuffle(len(first), func(i, j int) { first[i], first[j] = first[j], first[i] })
	learn(t, b, "second", second)
	learn(t, b, "first", first)
	rows, _, err := Rows(a, first) // of a model that has learned
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := Rows(fresh, first)
	if err != nil || !reflect.DeepEqual(rows, again) {
		t.Errorf("what was learned changes the rows (%v)", err)
	}
	for j := range a.Features {
		x, sx := a.Theta(j)
		y, sy := b.Theta(j)
		if math.Abs(x-y) > 1e-12 || math.Abs(sx-sy) > 1e-12 {
			t.Errorf("%s: %g and %g", a.Features[j].Code, x, y)
		}
	}
}

// TestEveryDrawCountsWithItsOwnPropensity: accounts tried out stay single rows even in one group, are calibrated by
// their role, and teach the lift of their kind although few of them were drawn.
func TestEveryDrawCountsWithItsOwnPropensity(t *testing.T) {
	lifts := map[string]float64{"A": .3, "B": .3, "C": .3}
	coin := world{accounts: 20_000, propensity: .5, lifts: lifts, factor: 1, tail: .8, group: 2}.draw(4)
	for i := range coin {
		coin[i].Role = campaigns.RoleThompson
	}
	lots := world{accounts: 60_000, propensity: .02, lifts: lifts, factor: .5, tail: .8}.draw(6)
	for i := range lots {
		lots[i].Role, lots[i].Group = campaigns.RoleExplore, "x"+lots[i].Group
	}
	m := model(t)
	d := learn(t, m, "tried", append(coin, lots...))
	if d.Rows != 80_000 || len(d.Calibration) != 2 || d.Calibration[0].Role != campaigns.RoleExplore || math.Abs(d.Calibration[0].Factor-.5) > .03 {
		t.Errorf("diagnostics %+v", d)
	}
	for _, segment := range []string{"A", "B", "C"} {
		if mean, sd := ofSegment(m, segment); math.Abs(mean-.3) > 4*sd || sd > .1 {
			t.Errorf("segment %s: %.3f give or take %.3f", segment, mean, sd)
		}
	}
}

func TestWhatTeachesNothing(t *testing.T) {
	m := model(t)
	good := world{accounts: 400, propensity: .5, factor: 1, tail: 1}.draw(3)
	mixed := append([]Account{{Group: "k", Baseline: 5, Propensity: .5, Role: campaigns.RoleKey, Assigned: true, Outcome: 1e9},
		{Group: "sure", Baseline: 5, Propensity: 1, Assigned: true, Outcome: 1e9}, {Group: "over", Baseline: 5, Outcome: 1e9},
		{Group: "zero", Propensity: .5, Outcome: 1e9}}, good...)
	rows, d, err := Rows(m, mixed)
	if err != nil || d.KeyAccounts != 1 || d.Certain != 2 || d.NoBaseline != 1 {
		t.Fatalf("%+v, %v", d, err)
	}
	plain, _, err := Rows(m, good)
	if err != nil || !reflect.DeepEqual(rows, plain) {
		t.Errorf("left out, they change the others (%v)", err)
	}
	if rows, _, err := Rows(m, nil); err != nil || len(rows) != 0 {
		t.Errorf("of nobody: %d rows, %v", len(rows), err)
	}
	for name, bad := range map[string][]Account{
		"split":      {{Group: "g", Baseline: 1, Propensity: .5, Assigned: true}, {Group: "g", Baseline: 1, Propensity: .5}},
		"uneven":     {{Group: "g", Baseline: 1, Propensity: .5}, {Group: "g", Baseline: 1, Propensity: .6}},
		"no number":  {{Group: "g", Baseline: math.NaN(), Propensity: .5}},
		"no chance":  {{Group: "g", Baseline: 1, Propensity: 1.5}},
		"no outcome": {{Group: "g", Baseline: 1, Propensity: .5, Outcome: math.Inf(1)}},
	} {
		if _, _, err := Rows(m, bad); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestOneHugeOrder: an order a thousand times the usual shifts the average by less than two of its new standard
// deviations, and a huge account carries no more than its share.
func TestOneHugeOrder(t *testing.T) {
	w := world{accounts: 4000, propensity: .5, lifts: map[string]float64{"A": .2, "B": .2, "C": .2}, factor: 1, tail: .8}
	clean, dirty := model(t), model(t)
	accounts := w.draw(21)
	learn(t, clean, "c", accounts)
	for i := range accounts {
		if accounts[i].Assigned {
			accounts[i].Outcome += 1000 * accounts[i].Basket
			break
		}
	}
	d := learn(t, dirty, "c", accounts)
	x, _ := ofSegment(clean, "A")
	y, sd := ofSegment(dirty, "A")
	if math.Abs(y-x) > 2*sd || d.Phi < 100 {
		t.Errorf("%.3f becomes %.3f give or take %.3f; %+v", x, y, sd, d)
	}
	accounts = w.draw(21)
	accounts[7].Baseline *= 10_000
	if _, d, err := Rows(clean, accounts); err != nil || d.Capped == 0 {
		t.Errorf("a huge account: %+v, %v", d, err)
	}
}
