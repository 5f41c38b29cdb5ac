package scoring

import (
	"cmp"
	"context"
	"slices"

	"postlift"
	"postlift/clv"
	"postlift/clv/backtest"
	"postlift/clv/development"
	"postlift/clv/renewal"
)

// gathered is what one pass over all histories finds.
type gathered struct {
	portfolio clv.Portfolio
	ranks     ranks
	renewals  map[renewalKey]int
	contract  *adoptions // of product groups under contract
	ordered   *adoptions
	documents int64 // without an exchange rate
	excluded  int64 // contracts without one
	due, done int64 // renewals of the last twelve months
	empty     int64 // accounts without orders and contracts
}

type renewalKey struct {
	cell        renewal.Cell
	opportunity int
	renewed     bool
}

// seen is one history with what was worked out of it on some core.
type seen struct {
	history   *History
	input     clv.AccountInput
	decisions []backtest.Decision // of its contracts
	contracts []clv.ContractInput // of all contracts, ended ones included
}

// look works out of a history what gathering needs.
func look(h *History, asOf postlift.Date, defaultMargin float64) seen {
	found := seen{history: h, input: h.Input(asOf, defaultMargin)}
	for i := range h.Contracts {
		c := &h.Contracts[i]
		found.decisions = append(found.decisions, c.observed(h.HistoryStart, asOf)...)
		found.contracts = append(found.contracts, c.Input(asOf, h.OwnDate))
	}
	return found
}

// gather reads every history once, for the fits, for the limits of the ranks and for what the run reports.
func (s *Service) gather(ctx context.Context, run *Run, choice Choice) (*gathered, error) {
	asOf, defaultMargin := run.AsOf, run.Basis.DefaultMargin
	g := &gathered{renewals: map[renewalKey]int{}, contract: newAdoptions(), ordered: newAdoptions()}
	g.portfolio.ByLevel = choice.Levels || choice.SpendLevels
	none := func() (struct{}, error) { return struct{}{}, nil }
	all := valued(ctx, s.histories(ctx, run, nil), none, func(_ struct{}, h *History) seen { return look(h, asOf, defaultMargin) })
	for one, err := range all {
		if err != nil {
			return nil, err
		}
		if err := g.add(&one, asOf, defaultMargin); err != nil {
			return nil, err
		}
	}
	if err := g.addRenewals(); err != nil {
		return nil, err
	}
	return g, g.addAdoptions()
}

// add counts one account.
func (g *gathered) add(one *seen, asOf postlift.Date, defaultMargin float64) error {
	h := one.history
	g.portfolio.AddAccount(&one.input, asOf)
	g.ranks.add(h, asOf)
	g.documents += h.ExcludedDocuments
	g.excluded += h.ExcludedContracts(asOf)
	if h.Empty(asOf) {
		g.empty++
	}
	year := asOf.AddMonths(-12)
	for _, d := range one.decisions {
		if d.On > year {
			g.due++
			if d.Renewed {
				g.done++
			}
		}
		g.renewals[renewalKey{d.Cell, d.Opportunity, d.Renewed}]++
	}
	for i := range one.contracts {
		if err := g.portfolio.AddContract(&one.contracts[i], h.Contracts[i].EndedEarly(asOf)); err != nil {
			return err
		}
	}
	g.addGroups(h, asOf, defaultMargin)
	return nil
}

// addGroups counts who took up which product groups. Of accounts that were customers before the imported
// documents begin nobody knows what they ordered first.
func (g *gathered) addGroups(h *History, asOf postlift.Date, defaultMargin float64) {
	since := h.customerSince()
	if since.IsZero() {
		return
	}
	g.contract.add(h.Segment, since, asOf, h.contractGroups(asOf, defaultMargin))
	if !h.truncated() {
		g.ordered.add(h.Segment, since, asOf, h.orderedGroups(asOf))
	}
}

// addRenewals hands the counts on in one order, so that equal data give equal fits to the last bit.
func (g *gathered) addRenewals() error {
	keys := make([]renewalKey, 0, len(g.renewals))
	for k := range g.renewals {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b renewalKey) int {
		return cmp.Or(cmp.Compare(a.cell.Term, b.cell.Term), cmp.Compare(a.cell.Group, b.cell.Group), cmp.Compare(a.cell.Size, b.cell.Size),
			cmp.Compare(a.opportunity, b.opportunity), compareBool(a.renewed, b.renewed))
	})
	for _, k := range keys {
		if err := g.portfolio.AddRenewal(k.cell, k.opportunity, k.renewed, g.renewals[k]); err != nil {
			return err
		}
	}
	return nil
}

// addAdoptions hands the counts of product groups on.
func (g *gathered) addAdoptions() error {
	contract, err := g.contract.tally(development.Contract)
	if err != nil {
		return err
	}
	ordered, err := g.ordered.tally(development.Ordered)
	if err != nil {
		return err
	}
	g.portfolio.Adoptions, g.portfolio.Orderings = *contract, *ordered
	return nil
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}
