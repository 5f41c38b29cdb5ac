package clv

import (
	"cmp"
	"math"
	"slices"

	"postlift/clv/renewal"
)

// contractPath is the future of one contract line by month. Shares are expected parts of a month in which it
// runs.
type contractPath struct {
	now, next   []float64 // within the terms already committed; within renewed terms
	gain        []float64 // running share times (expected fee factor - 1)
	spread      []float64 // running share times fee factor times the relative standard deviation of the factor
	lasts       []float64 // probability of running still at the end of the month
	bears       []float64 // probability that no contract before this one runs: it then bears the cost of service
	agreed      float64   // within the window: months of committed terms, as factors of today's fee
	decided     float64   // the same of the terms that a renewal within the window opens, and of later ones
	fee, margin float64   // minor units a month, today
	months      float64   // sum of shares
	begins      float64   // months until it does; 0: it runs
	doubt       float64   // log standard deviation that the renewal model's own parameters leave
	alive       bool
	known       bool // margin
	assumed     bool // renewal rate
}

func newContractPath(grid int) contractPath {
	all := make([]float64, 6*grid)
	part := func(i int) []float64 { return all[i*grid : (i+1)*grid] }
	return contractPath{now: part(0), next: part(1), gain: part(2), spread: part(3), lasts: part(4), bears: part(5)}
}

func (p *contractPath) reset() {
	clear(p.now)
	clear(p.next)
	clear(p.gain)
	clear(p.spread)
	clear(p.lasts)
	p.alive, p.assumed, p.doubt, p.months, p.begins, p.agreed, p.decided = false, false, 0, 0, 0, 0, 0
}

// valueContracts values the contract lines and leaves in s.idle the probability that none runs.
func (s *Scorer) valueContracts(in *AccountInput, c *sheet) {
	if len(in.Contracts) == 0 {
		return
	}
	for t := range s.idle {
		s.idle[t] = 1
	}
	for len(s.lines) < len(in.Contracts) {
		s.lines = append(s.lines, newContractPath(s.grid))
	}
	for i := range in.Contracts {
		if s.contractPath(&in.Contracts[i], &s.lines[i], c); s.lines[i].alive {
			c.lines++
			c.v.PActive = 1
		}
	}
	s.byLength(len(in.Contracts))
	for i := range in.Contracts {
		if s.lines[i].alive {
			s.addContract(&s.lines[i], c)
		}
	}
}

// byLength orders the paths of an account's contracts, the longest first: the one that is likeliest to run
// bears the cost of serving the account, which keeps the parts of the bands nearly independent.
func (s *Scorer) byLength(n int) {
	if n > 1 {
		slices.SortStableFunc(s.lines[:n], func(a, b contractPath) int { return cmp.Compare(b.months, a.months) })
	}
}

// addContract adds one contract's path to the account's parts.
func (s *Scorer) addContract(p *contractPath, c *sheet) {
	var commit, renew, expand, lifted float64
	for t := range s.grid {
		share := p.now[t] + p.next[t]
		lift := s.priceLift(p, t)
		commit += c.disc[t] * p.now[t]
		renew += c.disc[t] * p.next[t]
		expand += c.disc[t] * p.gain[t]
		lifted += c.disc[t] * lift
		if t < 12 {
			c.revenue += (share+p.gain[t])*p.fee + lift
			c.margin += (share+p.gain[t])*p.margin + lift
		}
		c.windowed += lift * s.window[t]
		p.bears[t] = s.idle[t]
		s.idle[t] *= max(1-share, 0)
	}
	c.windowed += (p.agreed + p.decided) * p.margin
	c.agreed += p.agreed * p.margin
	c.commit += commit * p.margin
	c.renew += renew * p.margin
	c.expand += expand*p.margin + lifted
	switch {
	case !p.known:
		c.assumed += (commit + renew + math.Abs(expand)) * math.Abs(p.margin)
	case p.assumed:
		c.assumed += (renew + math.Abs(expand)) * math.Abs(p.margin)
	}
}

// contractPath fills the future of one contract. A contract that is over stays not alive.
func (s *Scorer) contractPath(k *ContractInput, p *contractPath, c *sheet) {
	p.reset()
	term := s.termAhead(k, c)
	if term.next == renewal.NextOver {
		return
	}
	p.alive = true
	p.fee, p.margin, p.known = float64(k.MonthlyFeeMinor), float64(k.MonthlyMarginMinor), k.MarginKnown
	if !p.known {
		p.margin = p.fee * s.a.DefaultMargin
	}
	p.begins = term.begins
	s.change.prepare(&s.models.Fees, k, s.grid)
	s.change.begins = term.begins
	s.fill(p, stretch{from: term.begins, to: term.edge, weight: 1, committed: true})
	if term.next != renewal.NextEnds && term.edge < float64(s.grid) {
		s.renew(k, p, c, term)
	}
}

// renew fills the terms after the one at hand, each reached with the chance of every renewal before it. A
// term whose notice deadline has passed is committed.
func (s *Scorer) renew(k *ContractInput, p *contractPath, c *sheet, term termAhead) {
	cell := cellOf(k)
	model, assumed := s.renewalModel(cell)
	p.assumed, p.doubt = assumed, s.renewalDoubt(cell)
	if assumed {
		c.flags |= bitRenewalAssumed
	}
	months := float64(max(k.TermMonths, 1))
	edge, reach := term.edge, 1.0
	for i := 1; edge < float64(s.grid) && reach > 1e-9; i++ {
		committed := i == 1 && term.next == renewal.NextCommitted
		if !committed {
			reach *= 1 - min(max(model.Hazard(term.done+i)*s.tweak.hazard, 0), 1)
		}
		s.fill(p, stretch{from: edge, to: edge + months, weight: reach, renewals: i, committed: committed})
		edge += months
	}
}

// stretch is a term ahead, or what is left of one: from and to in months, the probability that it comes, the number
// of renewals before it, and whether it is agreed already.
type stretch struct {
	from, to, weight float64
	renewals         int
	committed        bool
}

// fill adds a stretch to the months that it covers, and to the part of the window that it covers.
func (s *Scorer) fill(p *contractPath, r stretch) {
	path, windowed := p.next, &p.decided
	if r.committed {
		path, windowed = p.now, &p.agreed
	}
	for t := int(r.from); t < len(path) && float64(t) < r.to; t++ {
		left, right := max(r.from, float64(t)), min(r.to, float64(t+1))
		share, inside := r.weight*(right-left), r.weight*max(min(right, s.windowMonths)-left, 0)
		if right == float64(t+1) {
			p.lasts[t] = r.weight * s.change.stays(right)
		}
		if s.change.still {
			path[t] += share
			p.months += share
			*windowed += inside
			continue
		}
		factor, spread, stay := s.change.at(r.renewals, (left+right)/2)
		share *= stay
		path[t] += share
		p.months += share
		p.gain[t] += share * (factor - 1)
		p.spread[t] += share * factor * spread
		*windowed += inside * stay * factor
	}
}

// renewalModel is the model of a contract's cell, else of its term class, else the pooled one; where no
// renewal was ever seen, the stated default.
func (s *Scorer) renewalModel(cell renewal.Cell) (m renewal.Model, assumed bool) {
	if s.models.Renewals != nil {
		if m, info := s.models.Renewals.Model(cell); info.Level != renewal.LevelPrior {
			return m, false
		}
	}
	return renewal.Geometric{Mu: 1 - s.a.DefaultRenewalRate}, true
}
