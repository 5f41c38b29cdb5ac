package budget_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"postlift/campaigns/budget"
)

func fullTariff() budget.Tariff {
	return budget.Tariff{Currency: "EUR", Home: "DE", Setup: 250_000_000, MinOrder: 500_000_000,
		Production: []budget.Production{{Name: "print", Steps: []budget.Step{{From: 1, Price: 450_000}, {From: 5000, Price: 380_000}, {From: 50_000, Price: 290_000}}}},
		Postage: []budget.Class{{Name: "letter", Price: 950_000},
			{Name: "dialogpost", Price: 385_000, Region: 200, Nationwide: 5000, TopUp: true, EasyFrom: 500, EasySurcharge: 180_000},
			{Name: "abroad", Countries: []string{budget.Everywhere}, Price: 1_250_000}}}
}

// manyItems are spread over all German regions; some live abroad, some have no known region, some get two
// pieces.
func manyItems(n int) []budget.Item {
	rng := rand.New(rand.NewPCG(1, 41))
	items := make([]budget.Item, n)
	for i := range items {
		v := int64(60 * math.Exp(rng.NormFloat64()*1.1))
		items[i] = budget.Item{Key: fmt.Sprintf("b:%07d", i), Group: fmt.Sprintf("b:%07d", i), Country: "DE",
			Region: fmt.Sprintf("%02d", 1+int(98*math.Pow(rng.Float64(), 1.5))), Pieces: 1 + rng.IntN(10)/9,
			ValueMinor: v, LiftSD: float64(v) / 2, BaseSD: float64(v)}
		switch u := rng.Float64(); {
		case u < .05:
			items[i].Country, items[i].Region = "AT", ""
		case u < .06:
			items[i].Region = ""
		}
	}
	return items
}

func BenchmarkSelect(b *testing.B) {
	items := manyItems(1_000_000)
	for _, part := range []string{"select", "what-if"} {
		b.Run(part, func(b *testing.B) {
			b.ReportAllocs()
			var r budget.Result
			for i := 0; b.Loop(); i++ {
				if i == 0 || part == "select" {
					var err error
					if r, err = budget.Select(items, fullTariff(), budget.Limits{Mode: budget.ModeBudget, BudgetMinor: 7_400_000}); err != nil {
						b.Fatal(err)
					}
				}
				if part == "what-if" {
					b.Log(r.Next(100_000), r.Cut(.2), len(r.Curve(20)))
				}
			}
			b.Logf("%d accounts, %d pieces, net %s, bound %.0f, lambda %.3f, %v", r.Accounts, r.Quote.Pieces, r.Net, r.BoundMinor, r.Lambda, r.Counts)
		})
	}
}
