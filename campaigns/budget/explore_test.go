package budget_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"postlift"
	"postlift/campaigns/budget"
)

// exploring is a selection of a fifth of many accounts, three of a group, with drawn values around the expected.
func exploring(t *testing.T, n int, salt string) budget.Exploring {
	t.Helper()
	items := dearItems(n)
	rng := rand.New(rand.NewPCG(5, 6))
	drawn := make([]int64, n)
	for i := range items {
		items[i].Group = items[i-i%3].Key
		drawn[i] = int64(float64(items[i].ValueMinor) * (.5 + rng.Float64()))
	}
	l := budget.Limits{Mode: budget.ModeBudget, BudgetMinor: 60_000 + int64(n)*16}
	r, err := budget.Select(items, fullTariff(), l)
	if err != nil {
		t.Fatal(err)
	}
	return budget.Exploring{Items: items, Selected: r, DrawnMinor: drawn, Tariff: fullTariff(), Limits: l,
		Share: budget.ExploreShare, Uniform: budget.ExploreUniform, MinBase: 1000, Salt: salt}
}

func TestExploreKeepsItsPromises(t *testing.T) {
	e := exploring(t, 30_000, "camp-1")
	x, err := budget.Explore(e)
	if err != nil || x.Off != "" {
		t.Fatalf("off %q, %v", x.Off, err)
	}
	if x.Quote.Total.Minor > e.Limits.BudgetMinor || x.Quote.Pieces > e.Selected.Quote.Pieces {
		t.Errorf("costs %s for %d pieces, selected were %d", x.Quote.Total, x.Quote.Pieces, e.Selected.Quote.Pieces)
	}
	heads, tails, thompson, uniform := 0, 0, 0, 0
	explorers := map[string]int{}
	for i, role := range x.Roles {
		in := e.Selected.Verdicts[i].In()
		switch role {
		case budget.RoleThompson:
			if in || x.Propensity[i] != budget.ThompsonPropensity {
				t.Fatalf("account %d: selected %v, propensity %g", i, in, x.Propensity[i])
			}
			explorers[e.Items[i].Group]++
			if x.Mailed[i] {
				heads, thompson = heads+1, thompson+e.Items[i].Pieces
			} else {
				tails++
			}
		case budget.RoleUniform, budget.RoleLeft:
			if x.Propensity[i] <= 0 || x.Mailed[i] != (role == budget.RoleUniform) {
				t.Fatalf("account %d: role %d, propensity %g, mailed %v", i, role, x.Propensity[i], x.Mailed[i])
			}
			explorers[e.Items[i].Group]++
			if x.Mailed[i] {
				uniform += e.Items[i].Pieces
			}
		case budget.RoleDisplaced:
			if !in || x.Mailed[i] || x.Propensity[i] != 0 {
				t.Fatalf("account %d displaced: selected %v, mailed %v", i, in, x.Mailed[i])
			}
		case budget.RoleNone:
			if x.Mailed[i] != in || in && x.Propensity[i] != 1 {
				t.Fatalf("account %d: selected %v, mailed %v, propensity %g", i, in, x.Mailed[i], x.Propensity[i])
			}
		}
	}
	for i, v := range e.Selected.Verdicts {
		if v.In() && explorers[e.Items[i].Group] > 0 {
			t.Fatalf("group %s is selected and explores", e.Items[i].Group)
		}
	}
	for g, n := range explorers {
		if n > 1 {
			t.Fatalf("group %s explores %d times", g, n)
		}
	}
	pieces := float64(e.Selected.Quote.Pieces)
	if heads != tails || heads != x.Thompson || float64(thompson) < .07*pieces || float64(thompson) > .12*pieces || float64(uniform) < .01*pieces || float64(uniform) > .05*pieces {
		t.Errorf("of %g pieces %d Thompson (%d heads, %d tails), %d uniform", pieces, thompson, heads, tails, uniform)
	}
	again, err := budget.Explore(e)
	if err != nil || !slices.Equal(again.Mailed, x.Mailed) {
		t.Errorf("not the same again: %v", err)
	}
}

// TestExplorePropensitiesAreExact: over many salts each account is mailed as often as its propensity says.
func TestExplorePropensitiesAreExact(t *testing.T) {
	const salts = 400
	e := exploring(t, 3000, "")
	hits, expected, variance := map[budget.Role]float64{}, map[budget.Role]float64{}, map[budget.Role]float64{}
	for s := range salts {
		e.Salt = string(rune('a'+s%26)) + string(rune('a'+s/26))
		x, err := budget.Explore(e)
		if err != nil || x.Off != "" {
			t.Fatal(x.Off, err)
		}
		first := map[budget.Role]bool{}
		for i, role := range x.Roles {
			if role == budget.RoleUniform {
				role = budget.RoleLeft
			}
			if (role == budget.RoleLeft || role == budget.RoleThompson) && !first[role] { // one account a salt: independent draws
				first[role] = true
				p := x.Propensity[i]
				expected[role], variance[role] = expected[role]+p, variance[role]+p*(1-p)
				if x.Mailed[i] {
					hits[role]++
				}
			}
		}
	}
	for role, want := range expected {
		if z := (hits[role] - want) / math.Sqrt(variance[role]); math.Abs(z) > 4 {
			t.Errorf("role %d: mailed %g times, expected %.1f (z %.1f)", role, hits[role], want, z)
		}
	}
	if len(expected) != 2 {
		t.Errorf("roles %v", expected)
	}
}

func TestExploreOff(t *testing.T) {
	e := exploring(t, 3000, "s")
	small := e
	small.MinBase = budget.ExploreMinBase
	none := e
	none.Share, none.Uniform = 0, 0
	for want, in := range map[string]budget.Exploring{"small_base": small, "no_share": none} {
		x, err := budget.Explore(in)
		if err != nil || x.Off != want || x.Quote.Total != e.Selected.Quote.Total {
			t.Errorf("%s: %q, %v", want, x.Off, err)
		}
		for i, v := range e.Selected.Verdicts {
			if x.Mailed[i] != v.In() {
				t.Fatalf("%s: account %d changed", want, i)
			}
		}
	}
	bad := e
	bad.DrawnMinor = nil
	if _, err := budget.Explore(bad); postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("no drawn values: %v", err)
	}
	bad = e
	bad.Share = .9
	if _, err := budget.Explore(bad); postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("share .9: %v", err)
	}
}
