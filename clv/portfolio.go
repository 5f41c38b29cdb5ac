package clv

import (
	"postlift/clv/fitting"
	"postlift/clv/purchase"
	"postlift/clv/renewal"
	"postlift/clv/spend"
	"slices"

	"postlift"
)

// Portfolio gathers, account by account, what the models are fitted to. The zero value is ready.
type Portfolio struct {
	Orders   purchase.Tally
	Spend    []spend.Observation // minor units
	Renewals map[string]*renewal.Table
	Skipped  int // accounts whose order dates contradict each other: valued, but not learned from
}

// AddAccount counts the purchase history of one account as of the observation date.
func (p *Portfolio) AddAccount(in *AccountInput, asOf postlift.Date) {
	if in.OrderDays <= 0 {
		return
	}
	x, tx, age, bent := in.purchase(asOf)
	if bent {
		p.Skipped++
		return
	}
	if err := p.Orders.AddDays(x, tx, age); err != nil {
		p.Skipped++
		return
	}
	if x > 0 && in.RepeatMeanMinor > 0 {
		p.Spend = append(p.Spend, spend.Observation{X: x, M: in.RepeatMeanMinor})
	}
}

// AddRenewal counts one observed renewal decision of a contract with the given term: opportunity 1 is
// the first renewal of the contract's life, observed or not.
func (p *Portfolio) AddRenewal(termMonths, opportunity int, renewed bool) error {
	class := TermClass(max(termMonths, 1))
	if p.Renewals == nil {
		p.Renewals = map[string]*renewal.Table{}
	}
	t := p.Renewals[class]
	if t == nil {
		t = &renewal.Table{}
		p.Renewals[class] = t
	}
	return t.Add(opportunity, renewed, 1)
}

// RenewalResult is the published form of a renewal fit. Beside mu and omega, params hold alpha and beta
// where they are finite.
type RenewalResult struct {
	Model         string             `json:"model"`
	Params        map[string]float64 `json:"params"`
	SE            map[string]float64 `json:"se"`
	LogLikelihood float64            `json:"log_likelihood"`
	Decisions     int                `json:"decisions"`
	PriorUsed     bool               `json:"prior_used"`
	Flags         []string           `json:"flags"`
}

// renewalResult gives the published form of a renewal fit.
func renewalResult(f renewal.SBGFit) RenewalResult {
	return RenewalResult{Model: renewal.ModelSBG, Params: fitting.ParamMap(f.Params()), SE: f.SE, LogLikelihood: f.LogLikelihood,
		Decisions: f.Observations, PriorUsed: f.PriorUsed, Flags: fitting.Listed(f.Flags)}
}

// PortfolioFit is the published form of all fits of a portfolio. What could not be fitted is absent and
// named in Missing.
type PortfolioFit struct {
	Orders   *FitResult               `json:"orders,omitempty"`
	Renewals map[string]RenewalResult `json:"renewals,omitempty"` // by term class, "all" for the pooled one
	Missing  []string                 `json:"missing"`            // "orders", "spend", "renewals"
	Skipped  int                      `json:"skipped"`
}

// A term class is fitted on its own from this many decisions, of which so many for an end; below, all
// classes together speak for it.
const (
	classDecisions = 50
	classEnded     = 5
)

// FitPortfolio fits the named order model, the spend model and the renewal models. A portfolio without
// orders or without contracts simply lacks those models.
func FitPortfolio(p *Portfolio, model string, opt purchase.Options) (Models, PortfolioFit, error) {
	out := PortfolioFit{Missing: []string{}, Skipped: p.Skipped}
	var m Models
	if purchase.ParamNames(model) == nil {
		return m, out, purchase.Unknown(model)
	}
	if p.Orders.Customers() > 0 {
		fit, err := purchase.Fit(model, p.Orders.Counted(), opt)
		if err != nil {
			return m, out, err
		}
		m.Orders = fit.Model
		var money *spend.Fitted
		if len(p.Spend) > 0 {
			sf, err := spend.FitGammaGamma(p.Spend)
			if err != nil {
				return m, out, err
			}
			money, m.Spend = &sf, sf.Model
		}
		res := Result(fit, money)
		out.Orders = &res
	}
	if err := fitRenewals(p, &m, &out); err != nil {
		return m, out, err
	}
	out.Missing = missing(m)
	return m, out, nil
}

func missing(m Models) []string {
	out := []string{}
	if m.Orders == nil {
		out = append(out, "orders")
	}
	if m.Spend == nil {
		out = append(out, "spend")
	}
	if m.Renewal == nil {
		out = append(out, "renewals")
	}
	return out
}

// fitRenewals fits the pooled renewal model and those of the classes that can stand alone.
func fitRenewals(p *Portfolio, m *Models, out *PortfolioFit) error {
	var all renewal.Table
	for _, t := range p.Renewals {
		all.Merge(t)
	}
	if e, r := all.Totals(); e+r == 0 {
		return nil
	}
	pooled, err := renewal.FitSBG(&all)
	if err != nil {
		return err
	}
	m.Renewal, m.RenewalByTerm = &pooled.Model, map[string]renewal.SBG{}
	out.Renewals = map[string]RenewalResult{"all": renewalResult(pooled)}
	for class, t := range p.Renewals {
		ended, renewed := t.Totals()
		if ended < classEnded || ended+renewed < classDecisions {
			res := renewalResult(pooled)
			res.Flags = append(slices.Clone(res.Flags), fitting.FlagPooled)
			out.Renewals[class] = res
			continue
		}
		fit, err := renewal.FitSBG(t)
		if err != nil {
			return err
		}
		m.RenewalByTerm[class] = fit.Model
		out.Renewals[class] = renewalResult(fit)
	}
	return nil
}
