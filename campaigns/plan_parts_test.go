package campaigns

import (
	"strings"
	"testing"

	"postlift"
	"postlift/campaigns/budget"
)

// TestBudgetBelowTheSetUp: where the budget does not pay for what comes before the first letter, it is the budget
// that leaves everybody out who is worth a letter, and the threshold only the others.
func TestBudgetBelowTheSetUp(t *testing.T) {
	in := goodInput(40)
	for i := range in.Candidates {
		in.Candidates[i].BaselineMinor = 100000
		if i < 10 {
			in.Candidates[i].BaselineMinor = 1
		}
	}
	in.Tariff = &budget.Tariff{Currency: "EUR", Setup: budget.Price(90_000_000), Postage: []budget.Class{{Name: "letter", Price: budget.Price(950_000)}}}
	in.Mode, in.BudgetMinor = ModeBudget, 5000
	for _, mode := range []string{ModeBudget, ModeAll} {
		in.Mode = mode
		f := mustPlan(t, in).Funnel
		if f.Assigned != 0 || len(f.Capped) == 0 {
			t.Fatalf("%s: %+v", mode, f)
		}
		over := 0
		for _, c := range f.Capped {
			if c.Reason == Reason(budget.OverBudget.String()) {
				over = c.Accounts
			}
		}
		if mode == ModeBudget && over != 30 || over < 30 {
			t.Errorf("%s: %+v, want 30 over the budget", mode, f.Capped)
		}
	}
	base := "name: N\nrule: orders > 1\ndesign: winback\nlanding_url: https://example.com/\nbudget: 50 EUR\ntariff: {setup: 90, postage: [{class: letter, price: 0.95}]}\n"
	for text, words := range map[string]string{
		base: "campaign field budget: 50.00 EUR does not pay for one letter",
		base + "holdout_design: waves\nwaves: 2\n": "2 waves",
	} {
		_, err := complete(t, text)
		wantInvalid(t, err, words)
	}
}

func wantInvalid(t *testing.T, err error, words string) {
	t.Helper()
	if postlift.KindOf(err) != postlift.Invalid || !strings.Contains(postlift.UserText(err), words) {
		t.Errorf("got %v, want %q", err, words)
	}
}

// TestPlanParts: waves and letters add up to what is mailed.
func TestPlanParts(t *testing.T) {
	in := goodInput(90)
	in.Design, in.Holdout, in.Waves = DesignWaves, 0, 3
	in.Variants = []PlanVariant{{Name: "short", Weight: .5}, {Name: "long", Weight: .5}}
	p := mustPlan(t, in)
	accounts, letters := 0, 0
	for i, w := range p.waves(in.AsOf, 14) {
		if w.Wave != i+1 || w.DueOn != in.AsOf.AddDays(14*i) || w.Accounts < 25 || w.Groups != w.Accounts {
			t.Errorf("%+v", w)
		}
		accounts, letters = accounts+w.Accounts, letters+w.Letters
	}
	if accounts != p.Funnel.Assigned || letters != p.Funnel.Pieces {
		t.Errorf("the waves have %d accounts and %d letters of %d and %d", accounts, letters, p.Funnel.Assigned, p.Funnel.Pieces)
	}
	letters = 0
	variants := p.variants(in.Variants)
	for _, v := range variants {
		letters += v.Letters
	}
	if len(variants) != 2 || variants[0].Variant != "long" || variants[0].Letters == 0 || letters != p.Funnel.Pieces {
		t.Errorf("%+v", variants)
	}
	in.Design, in.Variants = DesignStrata, nil
	if p := mustPlan(t, in); p.waves(in.AsOf, 14) != nil || p.variants(nil) != nil {
		t.Error("a plain plan has waves or variants")
	}
}

// TestPlanCheckCounts: a share of the groups may lose letters, always one of them, never all.
func TestPlanCheckCounts(t *testing.T) {
	for _, c := range []struct {
		groups, lost int
		outdated     bool
	}{{1, 1, true}, {10, 0, false}, {10, 1, false}, {10, 2, true}, {500, 10, false}, {500, 11, true}} {
		var pieces []BatchPiece
		blocked := map[string]string{}
		for i := range c.groups {
			for _, part := range []string{"a", "b"} {
				p := BatchPiece{UID: part + string(rune('0'+i)), GroupKey: string(rune('0' + i))}
				pieces = append(pieces, p)
				if i < c.lost {
					blocked[p.UID] = string(Objection)
				}
			}
		}
		got := checked(pieces, blocked, planDay)
		if got.Outdated() != c.outdated || got.Groups != c.groups || got.LostGroups != c.lost || got.Letters != 2*c.groups || got.Lost != 2*c.lost {
			t.Errorf("%+v: %+v", c, got)
		}
	}
}
