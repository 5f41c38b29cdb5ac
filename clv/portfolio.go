package clv

import (
	"math"

	"postlift"
	"postlift/clv/development"
	"postlift/clv/purchase"
	"postlift/clv/renewal"
	"postlift/clv/spend"
)

// Portfolio gathers, account by account, what the models are fitted to. The zero value is ready.
type Portfolio struct {
	Orders    purchase.Tally
	LogGaps   float64             // over all accounts in Orders
	Spend     []spend.Observation // minor units
	Renewals  map[renewal.Cell]*renewal.Table
	Adoptions development.Tally // contract groups; its kind need not be set
	Orderings development.Tally // ordered groups
	// ByLevel says to gather histories by level and values by segment, too, for models by level. It is set before the
	// first account is added.
	ByLevel   bool
	Skipped   int // accounts whose order dates contradict each other: valued, but not learned from
	Truncated int // accounts whose first orders lie before the imported history: kept apart, see FitPortfolio

	truncated purchase.Tally // their histories as they are visible
	late      float64        // and the sum of their log gaps

	levels       *purchase.LevelTally // of Orders
	spendLevels  []string             // segments of Spend
	segmentNames map[string]string    // one copy of each

	contractsSeen bool
	prices        renewal.Changes
	volumes       renewal.Volumes
	early         renewal.Events
	margins       []spend.RatioObservation
	groups        populationTally
}

// AddAccount counts what one account teaches as of the observation date: its purchase history, what it
// spends, its margin and what kind of customer it is.
func (p *Portfolio) AddAccount(in *AccountInput, asOf postlift.Date) {
	p.groups.add(in, p.ByLevel)
	if in.OrderDays <= 0 {
		return
	}
	if own, net := in.marginSeen(); net > 0 {
		p.margins = append(p.margins, spend.RatioObservation{Own: own, Weight: net})
	}
	h := in.history(asOf)
	if h.flags&bitDates != 0 {
		p.Skipped++
		return
	}
	tally, gaps := &p.Orders, &p.LogGaps
	if in.truncated() {
		tally, gaps = &p.truncated, &p.late
	}
	if err := tally.AddDays(h.x, h.txDays, h.ageDays); err != nil {
		p.Skipped++
		return
	}
	if in.truncated() {
		p.Truncated++
	} else if p.ByLevel {
		p.addLevels(in, h)
	}
	if !math.IsNaN(in.LogGaps) && !math.IsInf(in.LogGaps, 0) {
		*gaps += in.LogGaps
	}
	if o := in.spendSeen(); h.x > 0 && o.M > 0 && !math.IsInf(o.M, 0) {
		p.Spend = append(p.Spend, o)
		if p.ByLevel {
			p.spendLevels = append(p.spendLevels, p.segmentName(in.Segment))
		}
	}
}

// AddRenewal counts n equal renewal decisions that were observed in a cell: opportunity 1 is the first
// renewal of a contract's life, observed or not.
func (p *Portfolio) AddRenewal(cell renewal.Cell, opportunity int, renewed bool, n int) error {
	if p.Renewals == nil {
		p.Renewals = map[renewal.Cell]*renewal.Table{}
	}
	t := p.Renewals[cell]
	if t == nil {
		t = &renewal.Table{}
		p.Renewals[cell] = t
	}
	return t.Add(opportunity, renewed, n)
}

// AddContract counts what one contract's past, running or ended, teaches of prices, volume and early ends.
func (p *Portfolio) AddContract(k *ContractInput, endedEarly bool) error {
	p.contractsSeen = true
	if err := p.prices.Add(cellOf(k), k.PriceRenewals, k.PriceLogSum); err != nil {
		return err
	}
	if err := p.volumes.Add(k.ExposureMonths, k.Expansions, k.ExpansionLogs, k.Contractions, k.ContractionLogs); err != nil {
		return err
	}
	events := 0
	if endedEarly {
		events = 1
	}
	return p.early.Add(k.ExposureMonths, events, 1)
}
