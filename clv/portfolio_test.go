package clv_test

import (
	"encoding/json"
	"slices"
	"testing"

	"postlift"
	"postlift/clv"
	"postlift/clv/fitting"
	"postlift/clv/purchase"
	"postlift/clv/renewal"
)

// TestFitPortfolio fits orders, spend and renewals of one small portfolio and gives the published form.
func TestFitPortfolio(t *testing.T) {
	var p clv.Portfolio
	for i := range 400 {
		in := clv.AccountInput{FirstOrder: asOf.AddDays(-300 - i), OrderDays: 1 + i*i%6}
		in.LastOrder = in.FirstOrder
		if in.OrderDays > 1 {
			in.LastOrder = in.FirstOrder.AddDays(40 + i*13%230)
			in.RepeatMeanMinor = float64(1000 + i*i%7000)
		}
		p.AddAccount(&in, asOf)
		if err := p.AddRenewal(renewal.Cell{Term: "annual"}, 1+i%3, i%5 != 0, 1); err != nil {
			t.Fatal(err)
		}
	}
	p.AddAccount(&clv.AccountInput{OrderDays: 3, FirstOrder: asOf, LastOrder: asOf.AddDays(-9)}, asOf)
	p.AddAccount(&clv.AccountInput{}, asOf)
	if err := p.AddRenewal(renewal.Cell{Term: "short"}, 1, true, 1); err != nil {
		t.Fatal(err)
	}
	m, fit, err := clv.FitPortfolio(&p, clv.Choice{Orders: purchase.ModelBGNBD})
	if err != nil {
		t.Fatal(err)
	}
	if m.Orders == nil || m.Spend == nil || m.Renewals == nil || len(fit.Missing) != 0 || fit.Skipped != 1 || fit.Orders.Customers != 400 {
		t.Fatalf("%+v %+v", m, fit)
	}
	if fit.Renewals["annual"].Decisions != 400 || !slices.Contains(fit.Renewals["short"].Flags, fitting.FlagPooled) {
		t.Errorf("renewals %+v: annual terms have 400 decisions, short ones a single", fit.Renewals)
	}
	text, err := json.Marshal(fit)
	if err != nil {
		t.Fatal(err)
	}
	var back struct {
		Orders struct {
			Params map[string]float64 `json:"params"`
			Unit   string             `json:"time_unit"`
			Spend  struct {
				Params map[string]float64 `json:"params"`
			} `json:"spend"`
		} `json:"orders"`
	}
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if len(back.Orders.Params) != 4 || len(back.Orders.Spend.Params) != 3 || back.Orders.Unit != "week" {
		t.Errorf("published form %s", text)
	}
}

func TestFitPortfolioWithoutData(t *testing.T) {
	m, fit, err := clv.FitPortfolio(&clv.Portfolio{}, clv.Choice{Orders: purchase.ModelBGNBD})
	if err != nil || m.Orders != nil || !slices.Equal(fit.Missing, []string{"orders", "spend", "renewals"}) {
		t.Errorf("%+v %+v %v", m, fit, err)
	}
	if _, _, err := clv.FitPortfolio(&clv.Portfolio{}, clv.Choice{Orders: "?"}); postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("unknown model: %v", err)
	}
}
