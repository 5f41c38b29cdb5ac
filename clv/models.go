package clv

import (
	"postlift"
	"postlift/clv/development"
	"postlift/clv/purchase"
	"postlift/clv/renewal"
	"postlift/clv/spend"
)

// Models are the fitted models that scoring uses. Any of them may be missing. Models of money are in
// minor units of the reporting currency.
type Models struct {
	Orders      purchase.Model
	OrdersBy    *purchase.ByLevel // by segment, industry, size and channel, instead of Orders; nil: one for all
	Spend       spend.Model
	SpendBy     *spend.ByLevel // by segment, instead of Spend; nil: one for all
	Renewals    Renewals
	Fees        FeeModels
	Development *development.Model // groups under contract
	Ordering    *development.Model // groups ordered
	Margin      MarginModel
	Populations Populations
	Doubt       Doubt
	Calibration Calibration
}

// Renewals answers with the renewal model of a cell and what it rests on.
type Renewals interface {
	Model(cell renewal.Cell) (renewal.Model, renewal.Info)
}

// FeeModels say what happens to the fee of a running contract. The zero value changes nothing.
type FeeModels struct {
	Price  renewal.PriceModel  // at renewals
	Volume renewal.VolumeModel // between them
	Early  renewal.EarlyEnd    // broken off within a term
}

// MarginModel shrinks an account's own margin share, with the net revenue that it rests on, towards the
// portfolio's; share is how much of the answer is the account's own. Weight 0 gives the portfolio's.
type MarginModel interface {
	Shrunk(own, weight float64) (ratio, share float64)
}

// countsTime refuses an order model whose unit is not time: the history of an account is days, and nothing in
// it says when it had the opportunity to order.
func countsTime(model string) error {
	if model == purchase.ModelBGBB {
		return postlift.Faultf(postlift.Invalid, "clv.Models",
			"the order model %q counts opportunities to order, which the orders of an account do not tell; accounts are valued with one of the others", model)
	}
	return nil
}

// check refuses order models that cannot value accounts.
func (m *Models) check() error {
	if m.OrdersBy != nil {
		return countsTime(m.OrdersBy.Fit.Model.Name())
	}
	if m.Orders != nil {
		return countsTime(m.Orders.Name())
	}
	return nil
}

// Score values one account. For many accounts make one Scorer.
func (m *Models) Score(in *AccountInput, asOf postlift.Date, a Assumptions) (Value, error) {
	s, err := NewScorer(m, asOf, a)
	if err != nil {
		return Value{}, err
	}
	return s.Score(in), nil
}
