package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"postlift/clv"
)

// modelFlags are the flags of one fitted model.
type modelFlags struct {
	model string
	flags []string
}

// warning is one flag, the models that raised it, and what it means.
type warning struct {
	Flag string   `json:"flag"`
	Of   []string `json:"of"`
	Text string   `json:"text,omitempty"`
}

// warnings names each flag once.
func warnings(models []modelFlags, l language) []warning {
	out := []warning{}
	at := map[string]int{}
	for _, m := range models {
		for _, flag := range m.flags {
			i, known := at[flag]
			if !known {
				i = len(out)
				at[flag] = i
				s := sentences[flag]
				out = append(out, warning{Flag: flag, Text: l.pick(s[0], s[1])})
			}
			if !slices.Contains(out[i].Of, m.model) {
				out[i].Of = append(out[i].Of, m.model)
			}
		}
	}
	return out
}

// printFlags names each flag once, with the models that raised it and what it means.
func printFlags(w io.Writer, models []modelFlags) { printWarnings(w, warnings(models, "en"), "en") }

func printWarnings(w io.Writer, all []warning, l language) {
	if len(all) > 0 {
		fmt.Fprintln(w, l.pick("look twice:", "bitte beachten:"))
	}
	for _, one := range all {
		line := fmt.Sprintf("  %s (%s)", one.Flag, strings.Join(one.Of, ", "))
		if one.Text != "" {
			line += ": " + one.Text
		}
		fmt.Fprintln(w, line)
	}
}

// fitFlags are the flags of an order model and, where there is one, of the spend model beside it.
func fitFlags(f *clv.FitResult) []modelFlags {
	if f == nil {
		return nil
	}
	models := []modelFlags{{"orders", f.Flags}}
	if f.Spend != nil {
		models = append(models, modelFlags{"spend", f.Spend.Flags})
	}
	return models
}

// portfolioFlags are the flags of all models of a portfolio.
func portfolioFlags(p *clv.PortfolioFit) []modelFlags {
	models := append(fitFlags(p.Orders), modelFlags{"portfolio", p.Warnings})
	for _, class := range slices.Sorted(maps.Keys(p.Renewals)) {
		models = append(models, modelFlags{"renewals " + class, p.Renewals[class].Flags})
	}
	if p.Prices != nil {
		models = append(models, modelFlags{"price changes", p.Prices.Flags})
	}
	if v := p.Volumes; v != nil {
		models = append(models, modelFlags{"expansion", v.Expansion.Flags}, modelFlags{"size of expansion", v.ExpansionSize.Flags},
			modelFlags{"contraction", v.Contraction.Flags}, modelFlags{"size of contraction", v.ContractionSize.Flags})
	}
	if p.EarlyEnds != nil {
		models = append(models, modelFlags{"early ends", p.EarlyEnds.Flags})
	}
	if p.Development != nil {
		models = append(models, modelFlags{"groups under contract", p.Development.Flags})
	}
	if p.Ordering != nil {
		models = append(models, modelFlags{"groups ordered", p.Ordering.Flags})
	}
	if p.Margin != nil {
		models = append(models, modelFlags{"margin", p.Margin.Flags})
	}
	return models
}

// raised are the flags of everything that a fit holds.
func (f fitAnswer) raised() []modelFlags {
	out := fitFlags(f.FitResult)
	for _, m := range f.Compare {
		if f.FitResult == nil || m.Model != f.Model {
			out = append(out, modelFlags{m.Model, m.Flags})
		}
	}
	if f.Covariates != nil {
		out = append(out, modelFlags{"covariates", f.Covariates.Flags})
	}
	for _, s := range f.Segments {
		// That a segment leans on the fit of all is how segments are fitted, not a warning.
		flags := slices.DeleteFunc(slices.Clone(s.Flags), func(flag string) bool { return flag == "prior_used" })
		out = append(out, modelFlags{"segment " + orNone(s.Segment), flags})
	}
	if f.Renewals != nil {
		for _, m := range f.Renewals.Models {
			out = append(out, modelFlags{m.Model, m.Flags})
		}
	}
	return out
}
