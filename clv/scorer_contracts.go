package clv

import (
	"math"
	"postlift/clv/renewal"
)

// scoreContracts values the contract lines and leaves in s.idle the probability that none runs.
func (s *Scorer) scoreContracts(in *AccountInput, c *tallySheet) {
	if len(in.Contracts) == 0 {
		return
	}
	for t := range s.idle {
		s.idle[t] = 1
	}
	for i := range in.Contracts {
		k := &in.Contracts[i]
		assumedRenewal, live := s.contractPath(k, c)
		if !live {
			continue
		}
		c.v.PActive = 1
		margin, known := float64(k.MonthlyMarginMinor), k.MarginKnown
		if !known {
			margin = float64(k.MonthlyFeeMinor) * s.a.DefaultMargin
		}
		var commit, renew float64
		window := float64(s.a.WindowDays) / DaysPerMonth
		for t := range s.grid {
			share := s.committed[t] + s.later[t]
			commit += s.disc[t] * s.committed[t] * margin
			renew += s.disc[t] * s.later[t] * margin
			if t < 12 {
				c.revenue += share * float64(k.MonthlyFeeMinor)
				c.margin += share * margin
			}
			c.window += share * margin * min(max(window-float64(t), 0), 1)
			s.idle[t] *= max(1-share, 0)
		}
		c.commit += commit
		c.renew += renew
		if !known {
			c.assumed += math.Abs(commit) + math.Abs(renew)
		} else if assumedRenewal {
			c.assumed += math.Abs(renew)
		}
	}
}

// contractPath fills s.committed and s.later with the share of each month that a contract is expected
// to run within the term at hand and within renewed terms. live is false for a contract that is over.
func (s *Scorer) contractPath(k *ContractInput, c *tallySheet) (assumedRenewal, live bool) {
	clear(s.committed)
	clear(s.later)
	months := max(k.TermMonths, 1)
	done := max(k.RenewalsDone, 0)
	end := k.TermEnd
	switch {
	case end.IsZero():
		c.flags |= bitOpenEnded
		end = s.asOf.AddMonths(months)
	case end <= s.asOf && (k.NoticeGiven || !k.AutoRenew):
		c.flags |= bitContractOver
		return false, false
	case end <= s.asOf:
		c.flags |= bitTermRolled
		from := end
		for n := 1; end <= s.asOf; n++ {
			end = from.AddMonths(n * months)
			done++
		}
	}
	edge := float64(end.DaysSince(s.asOf)) / DaysPerMonth
	fillMonths(s.committed, 0, edge, 1)
	if k.NoticeGiven || edge >= float64(s.grid) {
		return false, true
	}
	model, assumed := s.renewalModel(months)
	if assumed {
		c.flags |= bitRenewalAssumed
	}
	p := 1.0
	for i := 1; edge < float64(s.grid) && p > 0; i++ {
		p *= model.Retention(done + i)
		fillMonths(s.later, edge, edge+float64(months), p)
		edge += float64(months)
	}
	return assumed, true
}

// fillMonths adds weight times the part of each month that lies between from and to (in months).
func fillMonths(path []float64, from, to, weight float64) {
	for t := int(from); t < len(path) && float64(t) < to; t++ {
		path[t] += weight * (min(to, float64(t+1)) - max(from, float64(t)))
	}
}

// renewalModel is the model of a term's class, else the pooled one, else the stated default.
func (s *Scorer) renewalModel(months int) (m renewal.SBG, assumed bool) {
	if m, ok := s.models.RenewalByTerm[TermClass(months)]; ok {
		return m, false
	}
	if s.models.Renewal != nil {
		return *s.models.Renewal, false
	}
	return renewal.SBG{Mu: 1 - s.a.DefaultRenewalRate}, true
}
