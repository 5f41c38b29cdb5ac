package budget_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"postlift"
	"postlift/campaigns/budget"
)

// randomTariff has any mixture of set-up, steps, minimum order and postage terms.
func randomTariff(t *rapid.T) budget.Tariff {
	cents := func(name string, low, high int) budget.Price {
		return budget.Price(rapid.IntRange(low, high).Draw(t, name) * 10_000)
	}
	first := cents("print", 10, 60)
	tariff := budget.Tariff{Currency: "EUR", Home: "DE", Setup: cents("setup", 0, 400), MinOrder: cents("min order", 0, 900),
		Production: []budget.Production{{Name: "print", Steps: []budget.Step{{From: 1, Price: first}}}},
		Postage:    []budget.Class{{Name: "letter", Price: cents("letter", 60, 110)}, {Name: "abroad", Countries: []string{"*"}, Price: 1_250_000}}}
	if rapid.Bool().Draw(t, "steps") {
		tariff.Production[0].Steps = append(tariff.Production[0].Steps, budget.Step{From: rapid.IntRange(2, 12).Draw(t, "from"), Price: first - cents("less", 0, 10)})
	}
	if rapid.Bool().Draw(t, "bulk") {
		c := budget.Class{Name: "bulk", Price: cents("bulk", 20, 60), TopUp: rapid.Bool().Draw(t, "top up"),
			Region: rapid.IntRange(2, 6).Draw(t, "region"), Nationwide: rapid.IntRange(0, 12).Draw(t, "nationwide")}
		if c.Nationwide > 3 {
			c.EasyFrom, c.EasySurcharge = rapid.IntRange(1, c.Nationwide-1).Draw(t, "easy"), cents("surcharge", 0, 20)
		}
		tariff.Postage = append(tariff.Postage, c)
	}
	return tariff
}

func someItems(t *rapid.T, most int) []budget.Item {
	n := rapid.IntRange(1, most).Draw(t, "n")
	items := make([]budget.Item, n)
	for i := range items {
		items[i] = budget.Item{Key: fmt.Sprintf("s:%03d", i), Group: fmt.Sprintf("s:%03d", i),
			Country: rapid.SampledFrom([]string{"DE", "DE", "DE", "DE", "AT"}).Draw(t, "country"),
			Region:  rapid.SampledFrom([]string{"10", "10", "70", "70", "80", ""}).Draw(t, "region"),
			Pieces:  rapid.SampledFrom([]int{1, 1, 1, 2, 3}).Draw(t, "pieces"), ValueMinor: int64(rapid.IntRange(-50, 600).Draw(t, "value"))}
	}
	return items
}

// exhaustive tries every set of a few items.
func exhaustive(t *rapid.T, items []budget.Item, tariff budget.Tariff, l budget.Limits) (best int64) {
	for set := range 1 << len(items) {
		var value int64
		var counts []budget.Count
		pieces := 0
		for i, it := range items {
			if set>>i&1 == 1 {
				value += it.ValueMinor
				pieces += it.Pieces
				counts = append(counts, budget.Count{Country: it.Country, Region: it.Region, Pieces: it.Pieces})
			}
		}
		q, err := tariff.Cost(counts)
		if err != nil {
			t.Fatal(err)
		}
		if (l.BudgetMinor == 0 || q.Total.Minor <= l.BudgetMinor) && (l.MaxPieces == 0 || pieces <= l.MaxPieces) {
			best = max(best, value-q.Total.Minor)
		}
	}
	return best
}

// TestSelectTiny: against all sets of at most nine items under any tariff. Whole regions and steps make so
// small selections lumpy; most are exact, and none is far off.
func TestSelectTiny(t *testing.T) {
	runs, exact := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		items, tariff := someItems(t, 9), randomTariff(t)
		l := budget.Limits{Mode: budget.ModeBudget, BudgetMinor: int64(rapid.IntRange(100, 3000).Draw(t, "budget")), MaxPieces: rapid.IntRange(0, 12).Draw(t, "most")}
		want := exhaustive(t, items, tariff, l)
		r, err := budget.Select(items, tariff, l)
		if err != nil {
			t.Fatal(err)
		}
		checkLimits(t, items, r, l)
		if r.Net.Minor > want || float64(want) > r.BoundMinor+1 {
			t.Fatalf("net %d, all sets %d, bound %.1f", r.Net.Minor, want, r.BoundMinor)
		}
		runs++
		if r.Net.Minor == want {
			exact++
		}
	})
	t.Logf("%d of %d exact", exact, runs)
	if exact < runs*9/10 {
		t.Errorf("only %d of %d are exact", exact, runs)
	}
}

func checkLimits(t *rapid.T, items []budget.Item, r budget.Result, l budget.Limits) {
	accounts, pieces, value := 0, 0, int64(0)
	for i, v := range r.Verdicts {
		if v.In() {
			accounts, pieces, value = accounts+1, pieces+items[i].Pieces, value+items[i].ValueMinor
		}
	}
	if accounts != r.Accounts || pieces != r.Quote.Pieces || value != r.ValueMinor || r.Net.Minor != value-r.Quote.Total.Minor {
		t.Fatalf("%d accounts, %d pieces, value %d do not agree with %+v", accounts, pieces, value, r)
	}
	if l.BudgetMinor > 0 && r.Quote.Total.Minor > l.BudgetMinor || l.MaxPieces > 0 && pieces > l.MaxPieces || l.Mode == budget.ModeTop && accounts > l.Top {
		t.Fatalf("limits %+v: %d accounts, %d pieces, cost %s", l, accounts, pieces, r.Quote.Total)
	}
}

// greedy takes the best per cost as letters while the budget lasts.
func greedy(items []budget.Item, tariff budget.Tariff, l budget.Limits) int64 {
	order := slices.Clone(items)
	slices.SortFunc(order, func(a, b budget.Item) int {
		return int(b.ValueMinor*int64(a.Pieces) - a.ValueMinor*int64(b.Pieces))
	})
	var counts []budget.Count
	var best, value int64
	for _, it := range order {
		more := append(slices.Clone(counts), budget.Count{Country: it.Country, Region: it.Region, Pieces: it.Pieces})
		q, err := tariff.Cost(more)
		if err != nil || q.Total.Minor > l.BudgetMinor {
			continue
		}
		counts, value = more, value+it.ValueMinor
		best = max(best, value-q.Total.Minor)
	}
	return best
}

// TestSelectNeverWorseThanGreedy, never over the budget, whatever the order of items, and more budget
// never earns less.
func TestSelectNeverWorseThanGreedy(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		items, tariff := someItems(t, 60), randomTariff(t)
		l := budget.Limits{Mode: budget.ModeBudget, BudgetMinor: int64(rapid.IntRange(500, 9000).Draw(t, "budget"))}
		r, err := budget.Select(items, tariff, l)
		if err != nil {
			t.Fatal(err)
		}
		checkLimits(t, items, r, l)
		if g := greedy(items, tariff, l); r.Net.Minor < g {
			t.Fatalf("net %d, greedy %d, bound %.0f: %+v %+v %+v", r.Net.Minor, g, r.BoundMinor, tariff, l, items)
		}
		if next := r.Next(500); next.GainMinor < 0 || next.CostMinor > 500+l.BudgetMinor-r.Quote.Total.Minor {
			t.Fatalf("next %+v", next)
		}
		if cut := r.Cut(.2); cut.GainMinor > 0 {
			t.Fatalf("cut %+v", cut)
		}
		shuffled := slices.Clone(items)
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		again, err := budget.Select(shuffled, tariff, l)
		if err != nil || !slices.Equal(takenKeys(items, r), takenKeys(shuffled, again)) {
			t.Fatalf("another order takes others: %v", err)
		}
	})
}

// TestTopKeepsAllLimits: accounts, pieces and budget together, with accounts of several pieces.
func TestTopKeepsAllLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		items, tariff := someItems(t, 60), randomTariff(t)
		l := budget.Limits{Mode: budget.ModeTop, Top: rapid.IntRange(1, 70).Draw(t, "top"),
			BudgetMinor: int64(rapid.IntRange(0, 9000).Draw(t, "budget")), MaxPieces: rapid.IntRange(0, 60).Draw(t, "most")}
		r, err := budget.Select(items, tariff, l)
		if err != nil {
			t.Fatal(err)
		}
		checkLimits(t, items, r, l)
		if want := min(l.Top, len(items)); l.BudgetMinor == 0 && l.MaxPieces == 0 && r.Accounts != want {
			t.Fatalf("%d accounts, %d wanted", r.Accounts, want)
		}
		all, err := budget.Select(items, tariff, budget.Limits{Mode: budget.ModeAll, BudgetMinor: l.BudgetMinor, MaxPieces: l.MaxPieces})
		if err != nil {
			t.Fatal(err)
		}
		checkLimits(t, items, all, budget.Limits{BudgetMinor: l.BudgetMinor, MaxPieces: l.MaxPieces})
	})
}

func takenKeys(items []budget.Item, r budget.Result) []string {
	var keys []string
	for i, v := range r.Verdicts {
		if v.In() {
			keys = append(keys, items[i].Key)
		}
	}
	slices.Sort(keys)
	return keys
}

// dearItems are worth three times as much as manyItems.
func dearItems(n int) []budget.Item {
	items := manyItems(n)
	for i := range items {
		items[i].ValueMinor *= 3
	}
	return items
}

func TestMonotoneInBudget(t *testing.T) {
	items := dearItems(3000)
	last := int64(0)
	for b := int64(20_000); b < 400_000; b += 20_000 {
		r, err := budget.Select(items, fullTariff(), budget.Limits{Mode: budget.ModeBudget, BudgetMinor: b})
		if err != nil {
			t.Fatal(err)
		}
		if r.Net.Minor < last {
			t.Errorf("budget %d nets %d, less than %d", b, r.Net.Minor, last)
		}
		last = r.Net.Minor
	}
	r, err := budget.Select(items, fullTariff(), budget.Limits{Mode: budget.ModeBudget, BudgetMinor: 150_000})
	if err != nil {
		t.Fatal(err)
	}
	curve := r.Curve(20)
	for i, p := range curve {
		if p.CostMinor > p.BudgetMinor+1 || i > 0 && p.NetMinor < curve[i-1].NetMinor || p.NetMinor != p.ValueMinor-p.CostMinor {
			t.Errorf("point %d: %+v", i, p)
		}
	}
	next, cut := r.Next(100_000), r.Cut(.2)
	if next.GainMinor <= 0 || next.LowMinor >= next.GainMinor || next.GainMinor >= next.HighMinor || next.Pieces <= 0 {
		t.Errorf("next %+v", next)
	}
	if cut.GainMinor >= 0 || cut.Pieces >= 0 || cut.BudgetMinor != 120_000 {
		t.Errorf("cut %+v", cut)
	}
	// the value of the next unit of money lies between what a cut loses and what more brings, for each unit
	if up, down := float64(next.GainMinor)/100_000, float64(cut.GainMinor)/-30_000; r.Lambda < up*.8 || r.Lambda > down*1.2 {
		t.Errorf("lambda %.3f, next %.3f, cut %.3f", r.Lambda, up, down)
	}
}

func TestModes(t *testing.T) {
	items := dearItems(2000)
	home := fullTariff()
	home.Postage = home.Postage[:2] // nothing abroad
	for _, c := range []struct {
		name   string
		tariff budget.Tariff
		limits budget.Limits
		check  func(r budget.Result) bool
	}{
		{"all", fullTariff(), budget.Limits{Mode: budget.ModeAll}, func(r budget.Result) bool { return r.Accounts == 2000 && r.Lambda == 0 }},
		{"all, one country", home, budget.Limits{Mode: budget.ModeAll}, func(r budget.Result) bool {
			return r.Counts[budget.NoPostage] > 50 && r.Accounts+r.Counts[budget.NoPostage] == 2000
		}},
		{"all, capacity", fullTariff(), budget.Limits{Mode: budget.ModeAll, MaxPieces: 500}, func(r budget.Result) bool { return r.Quote.Pieces >= 499 && r.Counts[budget.OverCapacity] > 0 }},
		{"all, budget", fullTariff(), budget.Limits{Mode: budget.ModeAll, BudgetMinor: 100_000}, func(r budget.Result) bool { return r.Quote.Total.Minor > 99_800 && r.Counts[budget.OverBudget] > 0 }},
		{"top", fullTariff(), budget.Limits{Mode: budget.ModeTop, Top: 300}, func(r budget.Result) bool { return r.Accounts == 300 && r.Counts[budget.BelowTop] == 1700 }},
		{"top beyond all", fullTariff(), budget.Limits{Mode: budget.ModeTop, Top: 3000}, func(r budget.Result) bool { return r.Accounts == 2000 }},
		{"value", fullTariff(), budget.Limits{Mode: budget.ModeValue, MinNetMinor: 100}, func(r budget.Result) bool {
			for i, v := range r.Verdicts {
				if v == budget.Taken && items[i].ValueMinor-r.CostsMinor[i] < 100 || v == budget.BelowThreshold && items[i].ValueMinor-r.CostsMinor[i] > 101 {
					return false
				}
			}
			return r.Accounts > 100 && r.Accounts < 1500
		}},
		{"budget below set-up", fullTariff(), budget.Limits{Mode: budget.ModeBudget, BudgetMinor: 100}, func(r budget.Result) bool { return r.Accounts == 0 && r.Quote.Total.Minor == 0 }},
	} {
		r, err := budget.Select(items, c.tariff, c.limits)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if !c.check(r) {
			t.Errorf("%s: %d accounts, %d pieces, cost %s, net %s, %v", c.name, r.Accounts, r.Quote.Pieces, r.Quote.Total, r.Net, r.Counts)
		}
	}
	r, err := budget.Select(nil, fullTariff(), budget.Limits{Mode: budget.ModeAll})
	if err != nil || r.Accounts != 0 || r.Quote.Total.Minor != 0 {
		t.Errorf("nobody: %+v, %v", r, err)
	}
}

func TestSelectRefuses(t *testing.T) {
	one := []budget.Item{{Key: "a", Pieces: 1, Country: "DE"}}
	for name, l := range map[string]budget.Limits{"no mode": {}, "no budget": {Mode: budget.ModeBudget}, "no top": {Mode: budget.ModeTop},
		"negative": {Mode: budget.ModeAll, MaxPieces: -1}} {
		if _, err := budget.Select(one, fullTariff(), l); postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := budget.Select([]budget.Item{{Key: "a"}}, fullTariff(), budget.Limits{Mode: budget.ModeAll}); postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("no pieces: %v", err)
	}
	if _, err := budget.Select(one, budget.Tariff{}, budget.Limits{Mode: budget.ModeAll}); postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("no tariff: %v", err)
	}
}

// TestFillsARegion: 190 accounts worth a letter's bulk price and 20 that are just not: filling the region to 200
// pays.
func TestFillsARegion(t *testing.T) {
	var items []budget.Item
	for i := range 210 {
		v := int64(70)
		if i >= 190 {
			v = 30
		}
		items = append(items, budget.Item{Key: fmt.Sprintf("s:%03d", i), Country: "DE", Region: "70", Pieces: 1, ValueMinor: v})
	}
	tariff := budget.Tariff{Currency: "EUR", Home: "DE", Postage: []budget.Class{{Name: "letter", Price: 950_000}, {Name: "dialogpost", Price: 380_000, Region: 200}}}
	r, err := budget.Select(items, tariff, budget.Limits{Mode: budget.ModeValue})
	if err != nil {
		t.Fatal(err)
	}
	if r.Accounts != 200 || r.Counts[budget.Filled] != 10 || r.Net.Minor != 190*70+10*30-200*38 {
		t.Errorf("%d accounts, net %s, %v", r.Accounts, r.Net, r.Counts)
	}
	r, err = budget.Select(items[:150], tariff, budget.Limits{Mode: budget.ModeValue})
	if err != nil || r.Accounts != 0 {
		t.Errorf("150 are too few: %d, %v", r.Accounts, err)
	}
	if math.Abs(float64(r.Net.Minor)) > 0 {
		t.Errorf("nobody nets %s", r.Net)
	}
}
