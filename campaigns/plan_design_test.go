package campaigns

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"postlift"
	"postlift/campaigns/budget"
	"postlift/campaigns/draw"
)

// richInput draws everything that a plan may depend on: designs, key accounts, modes, tariffs, variants, exploration.
func richInput() *rapid.Generator[PlanInput] {
	return rapid.Custom(func(t *rapid.T) PlanInput {
		in := goodInput(0)
		in.Candidates = candidatesGen().Draw(t, "candidates")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "places"), 2))
		for i := range in.Candidates {
			c := &in.Candidates[i]
			c.PreMarginMinor, c.PreNetMinor = rng.Int64N(50000), rng.Int64N(100000)
			c.Variant = []string{"", "", "ruled"}[rng.IntN(3)]
			for j := range c.Recipients {
				c.Recipients[j].Country, c.Recipients[j].Postcode = "DE", fmt.Sprintf("%d0173", 10+rng.IntN(3))
				c.Recipients[j].Language = []string{"de", "en"}[rng.IntN(2)]
			}
		}
		in.Design = rapid.SampledFrom([]string{DesignAuto, DesignStrata, DesignPairs, DesignWaves, DesignNone}).Draw(t, "design")
		in.Holdout = rapid.SampledFrom([]float64{0, .1, .2, .3, .5}).Draw(t, "holdout")
		switch in.Design {
		case DesignPairs:
			in.Block = rapid.IntRange(2, 4).Draw(t, "block")
			in.Holdout = 1 / float64(in.Block)
		case DesignWaves:
			in.Waves, in.Holdout = rapid.IntRange(2, 5).Draw(t, "waves"), 0
		case DesignNone:
			in.Holdout = 0
		}
		in.GlobalControl = rapid.SampledFrom([]float64{0, .1}).Draw(t, "global")
		in.Mode = rapid.SampledFrom([]string{ModeAll, ModeTop, ModeBudget, ModeValue}).Draw(t, "mode")
		in.BudgetMinor = rapid.SampledFrom([]int64{0, 3000, 20000}).Draw(t, "budget")
		if in.Mode == ModeBudget {
			in.BudgetMinor = max(in.BudgetMinor, 3000)
		}
		in.MaxPieces = rapid.SampledFrom([]int{0, 7, 40}).Draw(t, "pieces")
		in.Top, in.MinValueMinor = rapid.IntRange(1, 60).Draw(t, "top"), rapid.Int64Range(0, 2000).Draw(t, "value")
		if rapid.Bool().Draw(t, "tariff") {
			in.Tariff = &budget.Tariff{Currency: "EUR", Home: "DE", Setup: 5_000_000,
				Production: []budget.Production{{Name: "print", Steps: []budget.Step{{From: 1, Price: 400_000}, {From: 20, Price: 300_000}}}},
				Postage:    []budget.Class{{Name: "letter", Price: 950_000}, {Name: "dialogpost", Price: 400_000, Region: 12}}}
		}
		if rapid.Bool().Draw(t, "keys") {
			in.Keys = PlanKeys{Always: map[int64]bool{1: true, 5: true}, Never: map[int64]bool{2: true}}
			in.Keys.TopPercent = rapid.SampledFrom([]float64{0, 2, 10}).Draw(t, "percent")
			in.Keys.Top = rapid.SampledFrom([]string{KeyAlways, KeyNever}).Draw(t, "top of keys")
		}
		if rapid.Bool().Draw(t, "variants") {
			in.Variants = []PlanVariant{{Name: "ruled"}, {Name: "kurz", Weight: .7}, {Name: "english", Weight: .3, Languages: []string{"en"}}}
		}
		if in.Design != DesignWaves {
			in.Exploration = rapid.SampledFrom([]float64{0, .1, .4}).Draw(t, "exploration")
		}
		return in
	})
}

// TestPlanDesignProperties: whatever is asked for, a plan keeps what was promised, or says why it cannot be made.
func TestPlanDesignProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := richInput().Draw(t, "input")
		p, err := MakePlan(in)
		if postlift.KindOf(err) == postlift.Invalid && !in.Keys.none() {
			return // the key accounts alone take the budget or the number of letters
		}
		if err != nil {
			t.Fatal(err)
		}
		checkGroups(t, in, p)
		checkLimits(t, in, p)
		checkDesign(t, in, p)
		checkLetters(t, in, p)
		shuffled := in
		shuffled.Candidates = rapid.Permutation(in.Candidates).Draw(t, "order")
		again, err := MakePlan(shuffled)
		if err != nil || again.Hash != p.Hash || !reflect.DeepEqual(again.Cost, p.Cost) {
			t.Fatalf("another order gave another plan: %v", err)
		}
	})
}

// checkGroups: no group is in both arms or partly key; key accounts are never held out, never spared ones never planned.
func checkGroups(t *rapid.T, in PlanInput, p Plan) {
	arm, role := map[string]string{}, map[string]string{}
	never := map[string]bool{}
	for _, c := range in.Candidates {
		if in.Keys.Never[c.AccountID] {
			never[c.GroupKey] = true
		}
	}
	for _, c := range p.Choices {
		if !c.planned() {
			if c.Outcome == OverCap && len(c.Reasons) != 1 || c.Outcome == Gated && len(c.Reasons) == 0 {
				t.Fatalf("%s is %s without a reason: %v", c.Key, c.Outcome, c.Reasons)
			}
			continue
		}
		if never[c.GroupKey] {
			t.Fatalf("%s of a spared group is planned", c.Key)
		}
		if had, known := arm[c.GroupKey]; known && (had != c.Outcome || role[c.GroupKey] != c.Role) {
			t.Fatalf("group %s is split: %s %q and %s %q", c.GroupKey, had, role[c.GroupKey], c.Outcome, c.Role)
		}
		arm[c.GroupKey], role[c.GroupKey] = c.Outcome, c.Role
		if c.Role == RoleKey && (c.Outcome != Assigned || c.Propensity != 1) {
			t.Fatalf("key account %s is %s with propensity %v", c.Key, c.Outcome, c.Propensity)
		}
		if !(c.Propensity > 0 && c.Propensity <= 1) || c.Outcome == HeldOut && c.Propensity == 1 {
			t.Fatalf("%s is %s with propensity %v", c.Key, c.Outcome, c.Propensity)
		}
	}
}

// checkLimits: nobody beyond budget, pieces, number or value; the funnel closes (MakePlan checks it, too).
func checkLimits(t *rapid.T, in PlanInput, p Plan) {
	if err := p.Funnel.Check(); err != nil {
		t.Fatal(err)
	}
	if in.BudgetMinor > 0 && p.Cost.Minor > in.BudgetMinor {
		t.Fatalf("the letters cost %v, the budget is %d", p.Cost, in.BudgetMinor)
	}
	pieces, taken, total := 0, 0, int64(0)
	for _, part := range p.Quote.Parts {
		total += part.Amount.Minor
	}
	if total != p.Cost.Minor {
		t.Fatalf("the parts of the quote add up to %d, the cost is %v", total, p.Cost)
	}
	for _, c := range p.Choices {
		if !c.planned() {
			continue
		}
		pieces += len(c.Contacts)
		if c.Role == RoleRandomised {
			taken++
		}
	}
	explored := p.Explored.Thompson / 2 // of a pair one is not mailed
	if in.MaxPieces > 0 && pieces > in.MaxPieces+2*explored {
		t.Fatalf("%d letters planned, %d are possible", pieces, in.MaxPieces)
	}
	if in.Mode == ModeTop && taken > in.Top {
		t.Fatalf("%d accounts planned, %d asked for", taken, in.Top)
	}
}

// checkDesign: counts in every stratum are exactly those of the design; waves of a stratum differ by one at most.
func checkDesign(t *rapid.T, in PlanInput, p Plan) {
	groups := map[string]map[string]Choice{}
	for _, c := range p.Choices {
		if c.planned() && c.Role == RoleRandomised {
			if groups[c.Stratum] == nil {
				groups[c.Stratum] = map[string]Choice{}
			}
			groups[c.Stratum][c.GroupKey] = c
		}
	}
	for name, members := range groups {
		held, waves := 0, make([]int, in.Waves+1)
		for _, c := range members {
			if c.Outcome == HeldOut {
				held++
			}
			if p.Design.Design == DesignWaves {
				if c.Wave < 1 || c.Wave > in.Waves {
					t.Fatalf("%s is in wave %d of %d", c.Key, c.Wave, in.Waves)
				}
				waves[c.Wave]++
			} else if c.Wave != 0 {
				t.Fatalf("%s is in wave %d, but there are none", c.Key, c.Wave)
			}
		}
		switch p.Design.Design {
		case DesignWaves:
			if slices.Max(waves[1:])-slices.Min(waves[1:]) > 1 {
				t.Fatalf("waves of stratum %s: %v", name, waves[1:])
			}
		case DesignPairs:
			if len(members) > p.Design.Block || held > 1 || len(members) == p.Design.Block && held != 1 {
				t.Fatalf("block %s of %d holds out %d of %d", name, p.Design.Block, held, len(members))
			}
		default:
			if want := draw.HoldoutCount(len(members), in.Salt, name, in.Holdout); held != want {
				t.Fatalf("stratum %s of %d groups holds out %d, want %d", name, len(members), held, want)
			}
		}
	}
}

// checkLetters: every contact reads the language of its variant, and a group gets one letter by weight.
func checkLetters(t *rapid.T, in PlanInput, p Plan) {
	language := map[int64]string{}
	for _, c := range in.Candidates {
		for _, r := range c.Recipients {
			language[r.ContactID] = r.Language
		}
	}
	for _, c := range p.Choices {
		if !c.planned() {
			continue
		}
		if len(c.Contacts) == 0 || (c.Variant != "") != (len(in.Variants) > 0) {
			t.Fatalf("%s gets variant %q to %v", c.Key, c.Variant, c.Contacts)
		}
		for _, id := range c.Contacts {
			if c.Variant == "english" && language[id] != "en" {
				t.Fatalf("contact %d of %s reads %s and gets the English letter", id, c.Key, language[id])
			}
		}
	}
}

func TestAutoDesignFollowsTheBase(t *testing.T) {
	in := goodInput(0)
	in.Design = DesignAuto
	for _, c := range []struct {
		groups  int
		holdout float64
		want    string
		block   int
	}{{499, .2, DesignPairs, 5}, {499, .5, DesignPairs, 2}, {499, .3, DesignStrata, 0}, {SmallBase, .2, DesignStrata, 0}, {499, 0, DesignNone, 0}} {
		in.Holdout = c.holdout
		if d := in.resolve(c.groups); d.Design != c.want || d.Block != c.block || d.Why == "" {
			t.Errorf("%d groups, %g held out: %+v", c.groups, c.holdout, d)
		}
	}
}

func TestKeyAccountsAreDeclaredBeforeTheDraw(t *testing.T) {
	in := goodInput(60)
	for i := range in.Candidates {
		in.Candidates[i].PreMarginMinor, in.Candidates[i].PreNetMinor = int64(i)*100, int64(i)*200
	}
	in.Candidates[3].GroupKey = in.Candidates[2].GroupKey // 3 and 4 are one group
	in.Keys = PlanKeys{Always: map[int64]bool{3: true}, Never: map[int64]bool{60: true}, TopPercent: 5, Top: KeyAlways}
	in.GlobalControl = .5
	p := mustPlan(t, in)
	for _, id := range []int64{3, 4, 58, 59} { // the top 5 per cent of 59 groups are three, of which one is never mailed
		if c := choiceFor(p, id); c.Role != RoleKey || c.Outcome != Assigned || c.Propensity != 1 {
			t.Errorf("account %d: %+v", id, c)
		}
	}
	if c := choiceFor(p, 60); c.Outcome != Gated || !slices.Contains(c.Reasons, SparedKey) {
		t.Errorf("%+v", c)
	}
	k := p.keyShare(&in)
	want := float64(2+3+57+58+59) / (59 * 60 / 2)
	if k.Mailed != 4 || k.Spared != 1 || math.Abs(k.RevenueShare-want) > 1e-12 || math.Abs(k.MarginShare-want) > 1e-12 {
		t.Errorf("%+v, want a share of %v", k, want)
	}
	if f := p.Funnel; f.Key != 4 || f.Groups.Assigned+f.Groups.Holdout+f.Groups.Assigned < 1 || f.Planned() != f.Key+len(randomised(p)) {
		t.Errorf("%+v", f)
	}
	in.MaxPieces = 4
	if _, err := MakePlan(in); postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("the key accounts take all letters: %v", err)
	}
}

func randomised(p Plan) (list []Choice) {
	for _, c := range p.Choices {
		if c.planned() && c.Role == RoleRandomised {
			list = append(list, c)
		}
	}
	return list
}

// TestWavesArePrintRuns: each wave pays its own set-up and reaches quantities by itself.
func TestWavesArePrintRuns(t *testing.T) {
	in := goodInput(40)
	in.Design, in.Waves, in.Holdout = DesignWaves, 4, 0
	in.Tariff = &budget.Tariff{Currency: "EUR", Home: "DE", Setup: 100_000_000,
		Production: []budget.Production{{Name: "print", Steps: []budget.Step{{From: 1, Price: 500_000}, {From: 11, Price: 100_000}}}}}
	p := mustPlan(t, in)
	if p.Cost.Minor != 4*10000+40*50 || p.Quote.Pieces != 40 || p.Funnel.Holdout != 0 {
		t.Errorf("cost %v, quote %+v", p.Cost, p.Quote)
	}
}

// TestHoldoutNeverBreaksTheBudget: only the mailed are printed, so a step that the planned reach may be missed.
func TestHoldoutNeverBreaksTheBudget(t *testing.T) {
	in := goodInput(100)
	in.Holdout = .5
	in.Tariff = &budget.Tariff{Currency: "EUR", Home: "DE",
		Production: []budget.Production{{Name: "print", Steps: []budget.Step{{From: 1, Price: 3_000_000}, {From: 60, Price: 1_000_000}}}}}
	in.BudgetMinor = 100 * 100
	p := mustPlan(t, in)
	if p.Cost.Minor > in.BudgetMinor || p.Funnel.Assigned == 0 {
		t.Errorf("%d mailed for %v", p.Funnel.Assigned, p.Cost)
	}
}

func TestExplorationIsSmallAndSeparate(t *testing.T) {
	in := goodInput(3000)
	in.Mode, in.BudgetMinor, in.Exploration = ModeBudget, 500*120, .2
	p := mustPlan(t, in)
	if p.Explored.Off != "" || p.Explored.Thompson == 0 || p.Explored.Uniform == 0 || p.Cost.Minor > in.BudgetMinor {
		t.Fatalf("%+v, cost %v", p.Explored, p.Cost)
	}
	mailed, coin := 0, 0
	for _, c := range p.Choices {
		switch c.Role {
		case RoleThompson:
			coin++
			if c.Propensity != .5 || c.Stratum == "" {
				t.Errorf("%+v", c)
			}
			if c.Outcome == Assigned {
				mailed++
			}
		case RoleExplore:
			if c.Outcome != Assigned || !(c.Propensity > 0 && c.Propensity < .5) {
				t.Errorf("%+v", c)
			}
		}
	}
	if coin != 2*mailed || coin != p.Explored.Thompson {
		t.Errorf("%d of %d were mailed by the coin", mailed, coin)
	}
	in.ExploreFrom = LargeBase
	if p := mustPlan(t, in); p.Explored.Off != "small_base" || p.Funnel.Explored != 0 {
		t.Errorf("%+v", p.Explored)
	}
}

func TestOutlookCoversEveryOutcome(t *testing.T) {
	in := goodInput(200)
	in.Mode, in.BudgetMinor = ModeBudget, 50*120
	in.Candidates[7].Standing.Dunning = true
	in.Candidates[9].Recipients[0].HasAddress = false
	p := mustPlan(t, in)
	o := p.outlook(&in)
	seen := map[string]int{}
	for _, s := range o.Samples {
		seen[s.Outcome]++
		if s.Sentence == "" || s.ExternalID == "" || s.Outcome == OverCap && len(s.Reasons) == 0 {
			t.Errorf("%+v", s)
		}
	}
	if len(o.Samples) != 10 || seen[Assigned] == 0 || seen[HeldOut] == 0 || seen[OverCap] == 0 || seen[Gated] < 2 {
		t.Errorf("%v", seen)
	}
	if again := p.outlook(&in); !reflect.DeepEqual(o, again) {
		t.Error("the same plan has another outlook")
	}
	if p.Funnel.BadAddress != 1 {
		t.Errorf("bad addresses: %+v", p.Funnel)
	}
	if o.Gain.Low.Minor >= o.Gain.Value.Minor || o.Gain.Value.Minor >= o.Gain.High.Minor || o.Holdout.Minor <= 0 {
		t.Errorf("gain %+v, holdout %v", o.Gain, o.Holdout)
	}
	if o.Next == nil || o.Next.Gain.Value.Minor <= 0 || o.Cut == nil || o.Cut.Gain.Value.Minor >= 0 || len(o.Curve) == 0 {
		t.Errorf("next %+v, cut %+v", o.Next, o.Cut)
	}
}
