package scoring

import (
	"cmp"
	"context"
	"slices"

	"postlift"
	"postlift/clv"
	"postlift/clv/renewal"
)

// gathered is what one pass over all histories finds.
type gathered struct {
	portfolio clv.Portfolio
	ranks     ranks
	renewals  map[renewalKey]int
	documents int64 // without an exchange rate
	contracts int64
	empty     int64 // accounts without orders and contracts
}

type renewalKey struct {
	cell        renewal.Cell
	opportunity int
	renewed     bool
}

// gather reads every history once, for the fits, for the limits of the ranks and for what the run reports.
func (s *Service) gather(ctx context.Context, asOf postlift.Date, defaultMargin float64) (*gathered, error) {
	g := &gathered{renewals: map[renewalKey]int{}}
	for h, err := range s.Store.Histories(ctx, asOf, nil) {
		if err != nil {
			return nil, err
		}
		in := h.Input(asOf, defaultMargin)
		g.portfolio.AddAccount(&in, asOf)
		g.ranks.add(&h, asOf)
		g.documents += h.ExcludedDocuments
		g.contracts += h.ExcludedContracts(asOf)
		if h.Empty(asOf) {
			g.empty++
		}
		for i := range h.Contracts {
			g.addContract(&h, &h.Contracts[i], asOf)
		}
	}
	return g, g.addRenewals()
}

// addContract counts the contract's renewal decisions. Those before the imported documents begin were seen
// of survivors only and teach nothing.
func (g *gathered) addContract(h *History, c *ContractRecord, asOf postlift.Date) {
	for _, d := range c.Decisions(asOf) {
		if d.On >= h.HistoryStart {
			g.renewals[renewalKey{d.Cell, d.Opportunity, d.Renewed}]++
		}
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
		for range g.renewals[k] {
			if err := g.portfolio.AddRenewal(map[string]int{"short": 1, "annual": 12, "long": 24}[k.cell.Term], k.opportunity, k.renewed); err != nil {
				return err
			}
		}
	}
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
