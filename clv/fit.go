package clv

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"postlift"
	"postlift/clv/development"
	"postlift/clv/fitting"
	"postlift/clv/purchase"
	"postlift/clv/renewal"
	"postlift/clv/spend"
)

// Choice says which models to fit to a portfolio and with what the bands are widened.
type Choice struct {
	Orders      string      // order model by name; "" means MBG/CNBD-k
	K           int         // fixes the regularity of MBG/CNBD-k, 1 to 6; 0 keeps the likeliest
	Levels      bool        // by segment, industry, size and channel, where accounts enough have a full history
	Spend       string      // spend model by name; "" means Gamma-Gamma
	SpendLevels bool        // by segment
	Calibration Calibration // from a backtest; the zero value widens nothing
	Rand        *rand.Rand  // draws parameters for the doubt about them; nil: a fixed start, the same every time
}

// fullHistories is the number of accounts with a full history from which those without one need not teach.
const fullHistories = 200

// Warnings of a portfolio beside the flags of its models.
const (
	WarnTruncatedLearned = "truncated_histories_learned" // too few full histories: the visible part of others is learned from, too
	WarnTruncatedLeft    = "truncated_histories_left_out"
	WarnDatesSkipped     = "contradicting_dates_left_out"
	WarnLevelsLeft       = "levels_left_out"      // too few full histories to tell levels apart: one order model for all
	WarnSpendUnusable    = "spend_model_unusable" // order values hardly differ: the fit ran out of the range of parameters
)

// MarginResult is the published form of the margin model: own margin shares are shrunk towards the mean.
type MarginResult struct {
	Mean     float64  `json:"mean"`
	Between  float64  `json:"between"` // variance of true shares over accounts
	Within   float64  `json:"within"`  // variance of an own share times the net revenue behind it
	Least    float64  `json:"least"`   // own shares are taken within these limits
	Most     float64  `json:"most"`
	Accounts int      `json:"accounts"`
	Flags    []string `json:"flags"`
}

// PortfolioFit is the published form of all fits of a portfolio. It holds every parameter, so that Models
// gives the same models again, to the last bit. What could not be fitted is absent and named in Missing.
type PortfolioFit struct {
	Orders       *FitResult               `json:"orders,omitempty"`
	OrdersBy     *purchase.ByLevel        `json:"orders_by_level,omitempty"` // instead of Orders, which is the fit without levels
	Renewals     map[string]RenewalResult `json:"renewals,omitempty"`        // by term class, "all" for the pooled one
	RenewalCells *renewal.Cells           `json:"renewal_cells,omitempty"`
	Prices       *renewal.PriceModel      `json:"prices,omitempty"`
	Volumes      *renewal.VolumeModel     `json:"volumes,omitempty"`
	EarlyEnds    *renewal.EarlyEnd        `json:"early_ends,omitempty"`
	Development  *development.Model       `json:"development,omitempty"`
	Ordering     *development.Model       `json:"ordering,omitempty"`
	Margin       *MarginResult            `json:"margin,omitempty"`
	Populations  Populations              `json:"populations"`
	Doubt        Doubt                    `json:"doubt"`
	Calibration  Calibration              `json:"calibration"`
	SpendBy      *spend.ByLevel           `json:"spend_by_level,omitempty"` // instead of the spend model of Orders, which is the fit without levels
	Missing      []string                 `json:"missing"`                  // "orders", "spend", "renewals"
	Warnings     []string                 `json:"warnings"`                 // flags of the portfolio as a whole
	Skipped      int                      `json:"skipped"`
	Truncated    int                      `json:"truncated"` // accounts whose first orders lie before the history
}

// fitter carries the pieces of one portfolio fit.
type fitter struct {
	p      *Portfolio
	choice Choice
	out    PortfolioFit
	orders *purchase.Fitted
	spend  *spend.Fitted
	spends func(k int, rng *rand.Rand) []spend.Model // draws of it
	rows   []purchase.Counted
}

// FitPortfolio fits all models to a portfolio. One without orders or without contracts simply lacks those
// models. Accounts whose first orders lie before the imported history are learned from only where fewer than
// 200 others exist: their visible past looks like that of young customers.
func FitPortfolio(p *Portfolio, choice Choice) (Models, PortfolioFit, error) {
	choice.Orders, choice.Spend = cmp.Or(choice.Orders, purchase.ModelMBGCNBD), cmp.Or(choice.Spend, spend.ModelGammaGamma)
	if choice.Rand == nil {
		choice.Rand = rand.New(rand.NewPCG(20, 5))
	}
	f := fitter{p: p, choice: choice, out: PortfolioFit{Missing: []string{}, Warnings: []string{}, Skipped: p.Skipped,
		Truncated: p.Truncated, Calibration: choice.Calibration}}
	if purchase.ParamNames(choice.Orders) == nil {
		return Models{}, f.out, purchase.Unknown(choice.Orders)
	}
	if err := countsTime(choice.Orders); err != nil {
		return Models{}, f.out, err
	}
	for _, step := range []func() error{f.fitOrders, f.fitRenewals, f.fitFees, f.fitMargin, f.fitDevelopment} {
		if err := step(); err != nil {
			return Models{}, f.out, err
		}
	}
	f.out.Populations = p.groups.result()
	f.doubt()
	f.missing()
	m, err := f.out.Models()
	return m, f.out, err
}

func (f *fitter) warn(flag string) { f.out.Warnings = append(f.out.Warnings, flag) }

// histories picks the histories to learn from.
func (f *fitter) histories() (rows []purchase.Counted, gaps float64) {
	p := f.p
	if p.Skipped > 0 {
		f.warn(WarnDatesSkipped)
	}
	rows, gaps = p.Orders.Counted(), p.LogGaps
	switch {
	case p.truncated.Customers() == 0:
	case p.Orders.Customers() >= fullHistories:
		f.warn(WarnTruncatedLeft)
	default:
		f.warn(WarnTruncatedLearned)
		rows, gaps = mergeRows(rows, p.truncated.Counted()), gaps+p.late
	}
	return rows, gaps
}

// mergeRows joins two lists of distinct histories.
func mergeRows(a, b []purchase.Counted) []purchase.Counted {
	all := slices.Concat(a, b)
	slices.SortFunc(all, func(a, b purchase.Counted) int {
		return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.T, b.T), cmp.Compare(a.TX, b.TX))
	})
	k := 0
	for _, r := range all {
		if last := k - 1; k > 0 && all[last].X == r.X && all[last].T == r.T && all[last].TX == r.TX {
			all[last].N += r.N
			continue
		}
		all[k] = r
		k++
	}
	return all[:k]
}

func (f *fitter) fitOrders() error {
	rows, gaps := f.histories()
	if len(rows) == 0 {
		return nil
	}
	fit, err := f.fitHistories(rows, gaps)
	if err != nil {
		return err
	}
	f.orders, f.rows = &fit, rows
	if len(f.p.Spend) > 0 {
		s, err := spend.Fit(f.choice.Spend, f.p.Spend)
		switch {
		case err == nil:
			if !withinRange(s.Model) {
				f.warn(WarnSpendUnusable)
				break
			}
			f.spend, f.spends = &s, s.Draws
			if err := f.fitSpendLevels(); err != nil {
				return err
			}
		case postlift.KindOf(err) != postlift.Invalid || !slices.Contains(spend.Names(), spend.BaseName(f.choice.Spend)):
			return err
		}
	}
	res := Result(*f.orders, f.spend)
	f.out.Orders = &res
	return nil
}

func (f *fitter) fitRenewals() error {
	var all renewal.Table
	classes := map[string]*renewal.Table{}
	for cell, t := range f.p.Renewals {
		if classes[cell.Term] == nil {
			classes[cell.Term] = &renewal.Table{}
		}
		classes[cell.Term].Merge(t)
		all.Merge(t)
	}
	if e, r := all.Totals(); e+r == 0 {
		return nil
	}
	cells, err := renewal.FitCells(f.p.Renewals)
	if err != nil {
		return err
	}
	f.out.RenewalCells = &cells
	f.out.Renewals = map[string]RenewalResult{}
	if cells.All != nil {
		f.out.Renewals["all"] = renewalResult(*cells.All, &all)
	}
	for class, m := range cells.Classes {
		f.out.Renewals[class] = renewalResult(m, classes[class])
	}
	return nil
}

func (f *fitter) fitFees() error {
	if !f.p.contractsSeen {
		return nil
	}
	prices, volumes, early := renewal.FitPrices(&f.p.prices), renewal.FitVolumes(&f.p.volumes), renewal.FitEarlyEnd(&f.p.early)
	f.out.Prices, f.out.Volumes, f.out.EarlyEnds = &prices, &volumes, &early
	return nil
}

func (f *fitter) fitMargin() error {
	if len(f.p.margins) == 0 {
		return nil
	}
	m, err := spend.FitRatio(f.p.margins)
	if err != nil {
		return err
	}
	f.out.Margin = &MarginResult{Mean: m.Mean, Between: m.Between, Within: m.Within, Least: m.Least, Most: m.Most,
		Accounts: m.Accounts, Flags: fitting.Listed(m.Flags)}
	return nil
}

func (f *fitter) fitDevelopment() error {
	for _, d := range []struct {
		tally *development.Tally
		kind  development.Kind
		to    **development.Model
	}{{&f.p.Adoptions, development.Contract, &f.out.Development}, {&f.p.Orderings, development.Ordered, &f.out.Ordering}} {
		if d.tally.Decisions() == 0 {
			continue
		}
		d.tally.Kind = d.kind
		m, err := development.Fit(d.tally)
		if err != nil {
			return err
		}
		*d.to = &m
	}
	return nil
}

func (f *fitter) missing() {
	if f.out.Orders == nil {
		f.out.Missing = append(f.out.Missing, "orders")
	}
	if f.out.Orders == nil || f.out.Orders.Spend == nil {
		f.out.Missing = append(f.out.Missing, "spend")
	}
	if f.out.RenewalCells == nil {
		f.out.Missing = append(f.out.Missing, "renewals")
	}
}

// Models makes the models of a published fit: exactly those that it was published with. A form without some
// models gives none of them; impossible parameters are an Invalid fault.
func (f *PortfolioFit) Models() (Models, error) {
	m := Models{Development: f.Development, Ordering: f.Ordering, Populations: f.Populations, Doubt: f.Doubt, Calibration: f.Calibration}
	if f.OrdersBy != nil && !f.OrdersBy.Plain() {
		m.OrdersBy = f.OrdersBy
	}
	if f.SpendBy != nil && !f.SpendBy.Plain() {
		m.SpendBy = f.SpendBy
	}
	if f.Orders != nil {
		orders, err := purchase.New(f.Orders.Model, f.Orders.Params)
		if err != nil {
			return Models{}, err
		}
		m.Orders = orders
		if f.Orders.Spend != nil {
			if m.Spend, err = spend.New(f.Orders.Spend.Model, f.Orders.Spend.Params); err != nil {
				return Models{}, err
			}
		}
	}
	if f.RenewalCells != nil {
		m.Renewals = f.RenewalCells
	}
	if f.Prices != nil {
		m.Fees.Price = *f.Prices
	}
	if f.Volumes != nil {
		m.Fees.Volume = *f.Volumes
	}
	if f.EarlyEnds != nil {
		m.Fees.Early = *f.EarlyEnds
	}
	if r := f.Margin; r != nil {
		m.Margin = spend.RatioModel{Mean: r.Mean, Between: r.Between, Within: r.Within, Least: r.Least, Most: r.Most,
			Accounts: r.Accounts, Flags: r.Flags}
	}
	return m, nil
}
