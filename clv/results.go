package clv

import (
	"slices"

	"postlift/clv/fitting"
	"postlift/clv/purchase"
	"postlift/clv/renewal"
	"postlift/clv/spend"
)

// FitResult is the published form of a fit of orders and spend (see the contract of the command line).
type FitResult struct {
	Model         string             `json:"model"`
	Params        map[string]float64 `json:"params"`
	SE            map[string]float64 `json:"se"`
	LogLikelihood float64            `json:"log_likelihood"`
	Customers     int                `json:"customers"`
	RowsCompress  int                `json:"rows_compressed"`
	TimeUnit      string             `json:"time_unit"`
	PriorUsed     bool               `json:"prior_used"`
	Flags         []string           `json:"flags"`
	Spend         *SpendResult       `json:"spend,omitempty"`
}

// SpendResult is the published form of a spend fit. Gamma is in the unit of the value column.
type SpendResult struct {
	Model         string             `json:"model"`
	Params        map[string]float64 `json:"params"`
	SE            map[string]float64 `json:"se"`
	LogLikelihood float64            `json:"log_likelihood"`
	Customers     int                `json:"customers"` // repeat buyers with a positive mean
	PriorUsed     bool               `json:"prior_used"`
	Flags         []string           `json:"flags"`
}

// Result gives the published form of an order fit with the spend fit beside it (nil for none).
func Result(f purchase.Fitted, value *spend.Fitted) FitResult {
	r := FitResult{Model: f.Model.Name(), Params: fitting.ParamMap(f.Model.Params()), SE: f.SE,
		LogLikelihood: f.LogLikelihood, Customers: f.Observations, RowsCompress: f.Rows,
		TimeUnit: "week", PriorUsed: f.PriorUsed, Flags: fitting.Listed(f.Flags)}
	if value != nil {
		r.Spend = &SpendResult{Model: value.Model.Name(), Params: fitting.ParamMap(value.Model.Params()), SE: value.SE,
			LogLikelihood: value.LogLikelihood, Customers: value.Observations,
			PriorUsed: value.PriorUsed, Flags: fitting.Listed(value.Flags)}
	}
	return r
}

// RenewalResult is the published form of a renewal fit of a term class or of all contracts.
type RenewalResult struct {
	Model         string             `json:"model"`
	Params        map[string]float64 `json:"params"`
	SE            map[string]float64 `json:"se"`
	LogLikelihood float64            `json:"log_likelihood"`
	Decisions     int                `json:"decisions"`
	PriorUsed     bool               `json:"prior_used"`
	Flags         []string           `json:"flags"`
}

// renewalResult publishes a fitted model with what its table says of it. A class that cannot stand alone is
// flagged as pooled.
func renewalResult(m renewal.CellModel, t *renewal.Table) RenewalResult {
	out := RenewalResult{Model: m.Name, Params: m.Params, SE: map[string]float64{}, Decisions: m.Decisions,
		Flags: slices.Clone(fitting.Listed(m.Flags))}
	if model, err := renewal.New(m.Name, m.Params); err == nil {
		out.LogLikelihood = model.LogLikelihood(t)
	}
	if m.OwnShare < 1 {
		out.Flags = append(out.Flags, fitting.FlagPooled)
	} else if fit, err := renewal.Fit(m.Name, t); err == nil {
		out.SE = fit.SE
	}
	out.PriorUsed = slices.Contains(out.Flags, fitting.FlagPriorUsed)
	return out
}
