// Package yardstick makes random selections whose exact optimum is known, by methods that share nothing
// with package budget but the tariff's quote: dynamic programming over regions and count. Tests and
// benchmarks hold budget.Select against it. It imports packages budget and postlift only.
package yardstick

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"postlift/campaigns/budget"
)

// Instance is a selection with its exact optimum.
type Instance struct {
	Items  []budget.Item
	Tariff budget.Tariff
	Limits budget.Limits
	Exact  int64 // largest net value, minor units
}

// Prices of the instances, cents.
const (
	letterCents, bulkCents, printCents = 95, 40, 25
	cents                              = 10_000 // in budget.Price
	euros                              = 100 * cents
)

// Items have lognormal values around scale (minor units) and regions of very different sizes, some too
// small for bulk mail.
func Items(rng *rand.Rand, n, regions int, scale float64) []budget.Item {
	items := make([]budget.Item, n)
	for i := range items {
		region := int(float64(regions) * math.Pow(rng.Float64(), 1.7))
		key := fmt.Sprintf("s:%04d", i)
		items[i] = budget.Item{Key: key, Group: key, Country: "DE", Region: fmt.Sprintf("%02d", 10+region),
			Pieces: 1, ValueMinor: int64(scale * math.Exp(rng.NormFloat64()*.9))}
	}
	return items
}

// regional is 300 to 1,500 accounts in 8 to 32 regions, letters or bulk mail from 15 to 54 pieces a region,
// a set-up fee and a budget; without its optimum.
func regional(seed uint64) Instance {
	rng := rand.New(rand.NewPCG(seed, 11))
	n := 300 + rng.IntN(1201)
	t := budget.Tariff{Currency: "EUR", Home: "DE", Setup: budget.Price(rng.IntN(20) * euros),
		Production: []budget.Production{{Name: "print", Steps: []budget.Step{{From: 1, Price: printCents * cents}}}},
		Postage: []budget.Class{{Name: "letter", Price: letterCents * cents},
			{Name: "dialogpost", Price: bulkCents * cents, Region: 15 + rng.IntN(40)}}}
	items := Items(rng, n, 8+rng.IntN(25), 90+100*rng.Float64())
	return Instance{Items: items, Tariff: t, Limits: budget.Limits{Mode: budget.ModeBudget, BudgetMinor: int64(float64(n) * (20 + 40*rng.Float64()))}}
}

// Regional is a selection with regional minimums, where each region goes by letter or bulk mail.
func Regional(seed uint64) Instance {
	in := regional(seed)
	in.Exact = exactRegional(&in)
	return in
}

// byRegion are the items' values by region, best first.
func byRegion(items []budget.Item) [][]int64 {
	m := map[string][]int64{}
	for _, it := range items {
		m[it.Region] = append(m[it.Region], it.ValueMinor)
	}
	var list [][]int64
	for _, v := range m {
		slices.SortFunc(v, func(a, b int64) int { return int(b - a) })
		list = append(list, v)
	}
	return list
}

// exactRegional is dynamic programming over regions and count; counts are kept as cost in steps of 5 cents,
// because letters and bulk mail cost differently: best[c] is the largest value at cost c.
func exactRegional(in *Instance) int64 {
	const step = 5
	setup := int64(in.Tariff.Setup / cents)
	states := int((in.Limits.BudgetMinor-setup)/step) + 1
	if states < 1 {
		return 0
	}
	best := make([]int64, states)
	for _, values := range byRegion(in.Items) {
		next := slices.Clone(best)
		var sum int64
		for i, v := range values {
			sum += v
			each := letterCents + printCents
			if i+1 >= in.Tariff.Postage[1].Region {
				each = bulkCents + printCents
			}
			cost := (i + 1) * each / step
			for c := cost; c < states; c++ {
				next[c] = max(next[c], best[c-cost]+sum)
			}
		}
		best = next
	}
	var net int64
	for c, v := range best {
		net = max(net, v-int64(c)*step-setup)
	}
	return net
}

// Steps is a selection with regional minimums, a set-up fee, steps of print and, in every third, a minimum
// order value. Letters cost more than any account earns, so that the cost depends on the count alone.
func Steps(seed uint64) (Instance, error) {
	in := regional(seed)
	rng := rand.New(rand.NewPCG(seed, 12))
	n := len(in.Items)
	in.Tariff.Setup = budget.Price((20 + rng.IntN(60)) * euros)
	in.Tariff.Production[0].Steps = []budget.Step{{From: 1, Price: 60 * cents}, {From: n / 6, Price: 45 * cents},
		{From: n / 4, Price: 33 * cents}, {From: n / 3, Price: 21 * cents}}
	in.Tariff.Postage[0].Price = 1_000_000 * euros
	if seed%3 == 0 {
		in.Tariff.MinOrder = budget.Price((100 + rng.IntN(100)) * euros)
	}
	in.Limits.BudgetMinor += 3000
	var err error
	in.Exact, err = exactCount(&in)
	return in, err
}

// exactCount is dynamic programming over regions and count: best[n] is the largest value of n accounts, of
// which each region has none or its minimum.
func exactCount(in *Instance) (int64, error) {
	best := make([]int64, len(in.Items)+1)
	for i := range best {
		best[i] = math.MinInt64 / 2
	}
	best[0] = 0
	for _, values := range byRegion(in.Items) {
		next := slices.Clone(best)
		var sum int64
		for i, v := range values {
			if sum += v; i+1 < in.Tariff.Postage[1].Region {
				continue
			}
			for c := i + 1; c < len(best); c++ {
				next[c] = max(next[c], best[c-i-1]+sum)
			}
		}
		best = next
	}
	t := in.Tariff
	t.Postage = []budget.Class{{Name: "all bulk", Price: bulkCents * cents}}
	return bestCount(best, t, in.Limits.BudgetMinor)
}

// bestCount is the largest net value over the counts that the budget pays for.
func bestCount(best []int64, t budget.Tariff, limit int64) (net int64, err error) {
	for n := 1; n < len(best); n++ {
		q, err := t.Cost([]budget.Count{{Country: "DE", Region: "10", Pieces: n}})
		if err != nil {
			return 0, err
		}
		if best[n] > 0 && q.Total.Minor <= limit {
			net = max(net, best[n]-q.Total.Minor)
		}
	}
	return net, nil
}

// Nationwide is a selection with minimums of the whole country, EASY, steps of print and, in every second,
// topping up. The best n accounts are optimal for each n, so that quoting every n is exact.
func Nationwide(seed uint64) (Instance, error) {
	in := regional(seed)
	rng := rand.New(rand.NewPCG(seed, 13))
	n := len(in.Items)
	in.Tariff.Postage[1] = budget.Class{Name: "dialogpost", Price: 38 * cents, Nationwide: n / 2, EasyFrom: n / 10, EasySurcharge: 18*cents + cents/2, TopUp: seed%2 == 0}
	in.Tariff.Production[0].Steps = []budget.Step{{From: 1, Price: 60 * cents}, {From: n / 3, Price: 45 * cents}}
	in.Limits.BudgetMinor = int64(float64(n) * (30 + 70*rng.Float64()))
	values := make([]int64, n)
	for i, it := range in.Items {
		values[i] = it.ValueMinor
	}
	slices.SortFunc(values, func(a, b int64) int { return int(b - a) })
	best := make([]int64, n+1)
	for i, v := range values {
		best[i+1] = best[i] + v
	}
	var err error
	in.Exact, err = bestCount(best, in.Tariff, in.Limits.BudgetMinor)
	return in, err
}
