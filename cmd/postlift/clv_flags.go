package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"postlift/clv"
	"postlift/clv/fitting"
)

// flagSentences say in one plain sentence what each flag of a fitted model means for its reader.
var flagSentences = map[string]string{
	fitting.FlagBoundary:      "the best fit lies at an edge of what is possible, so the data alone do not settle the parameters",
	fitting.FlagNotIdentified: "the data do not settle all parameters: quite different ones fit equally well",
	fitting.FlagPriorUsed:     "a weak assumption about usual customers holds the parameters; its weight shrinks as data grow",
	fitting.FlagFewAccounts:   fmt.Sprintf("fewer than %d customers or decisions to learn from: read the values as rough", fitting.FewAccounts),
	fitting.FlagNotConverged:  "the search found no best fit: do not rely on these parameters",
	fitting.FlagCorrelated:    "customers who order more often also spend differently an order, which the spend model does not know",
	fitting.FlagInfiniteMean:  "order values differ so widely that the mean over all customers hangs on a few very large ones",
	fitting.FlagGeometric:     "older contracts are not safer than young ones here: one constant renewal rate is used",
	fitting.FlagPooled:        "too few renewals of contracts of this term: those of all terms are taken together",
}

// modelFlags are the flags of one fitted model.
type modelFlags struct {
	model string
	flags []string
}

// printFlags names each flag once, with the models that raised it and what it means.
func printFlags(w io.Writer, models []modelFlags) {
	raised := map[string][]string{}
	var order []string
	for _, m := range models {
		for _, flag := range m.flags {
			if raised[flag] == nil {
				order = append(order, flag)
			}
			if !slices.Contains(raised[flag], m.model) {
				raised[flag] = append(raised[flag], m.model)
			}
		}
	}
	if len(order) > 0 {
		fmt.Fprintln(w, "look twice:")
	}
	for _, flag := range order {
		line := fmt.Sprintf("  %s (%s)", flag, strings.Join(raised[flag], ", "))
		if sentence := flagSentences[flag]; sentence != "" {
			line += ": " + sentence
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
	models := fitFlags(p.Orders)
	for _, class := range slices.Sorted(maps.Keys(p.Renewals)) {
		models = append(models, modelFlags{"renewals " + class, p.Renewals[class].Flags})
	}
	return models
}
