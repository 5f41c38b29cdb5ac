package scoring

import (
	"cmp"
	"context"
	"slices"

	"postlift"
	"postlift/clv"
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
	empty     int64 // accounts without orders and contracts
}

type renewalKey struct {
	cell        renewal.Cell
	opportunity int
	renewed     bool
}

// gather reads every history once, for the fits, for the limits of the ranks and for what the run reports.
func (s *Service) gather(ctx context.Context, asOf postlift.Date, defaultMargin float64) (*gathered, error) {
	g := &gathered{renewals: map[renewalKey]int{}, contract: newAdoptions(), ordered: newAdoptions()}
	for h, err := range s.Store.Histories(ctx, asOf, nil) {
		if err != nil {
			return nil, err
		}
		in := h.Input(asOf, defaultMargin)
		g.portfolio.AddAccount(&in, asOf)
		g.ranks.add(&h, asOf)
		g.documents += h.ExcludedDocuments
		g.excluded += h.ExcludedContracts(asOf)
		if h.Empty(asOf) {
			g.empty++
		}
		for i := range h.Contracts {
			if err := g.addContract(&h, &h.Contracts[i], asOf); err != nil {
				return nil, err
			}
		}
		g.addGroups(&h, asOf, defaultMargin)
	}
	if err := g.addRenewals(); err != nil {
		return nil, err
	}
	return g, g.addAdoptions()
}

// addContract counts the contract's renewal decisions, prices, volumes and early end. Decisions before the
// imported documents begin were seen of survivors only and teach nothing.
func (g *gathered) addContract(h *History, c *ContractRecord, asOf postlift.Date) error {
	for _, d := range c.Decisions(asOf) {
		if d.On >= h.HistoryStart {
			g.renewals[renewalKey{d.Cell, d.Opportunity, d.Renewed}]++
		}
	}
	in := c.Input(asOf)
	return g.portfolio.AddContract(&in, c.EndedEarly(asOf))
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
