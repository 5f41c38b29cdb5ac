package clv

import "math"

// contractAtoms describes the discounted margin of one contract less its share of the cost of serving the
// account where it does not order, by the time at which it ends, for a probability of still ordering; it gives
// the mean and the variance by the account's own luck. Likely ends stand for themselves, unlikely ones are taken
// together.
func (s *Scorer) contractAtoms(p *contractPath, c *sheet, alive float64) (mean, variance float64) {
	b := &s.atoms
	b.begin()
	wide := s.widening(p.doubt) - 1
	now := ending{weight: 1} // if the contract runs on
	var rest ending          // ends that wait for company
	squares, runs := 0.0, 1.0
	end := func(e ending) {
		mean += e.weight * e.worth
		squares += e.weight * (e.worth*e.worth + e.sd*e.sd)
		b.gather(&rest, e, wide)
	}
	for t := int(p.begins); t < s.a.HorizonMonths; t++ {
		share := p.now[t] + p.next[t]
		if !(share > 0) {
			break
		}
		open := min(1, float64(t+1)-p.begins) // part of the month after the contract's start
		month := ending{worth: c.disc[t] * (p.margin*(1+p.gain[t]/share) - (c.serve+c.contact)*p.bears[t]*c.awayAt(t, alive)),
			sd: c.disc[t] * math.Abs(p.margin) * p.spread[t] / share}
		month.open = month.worth * p.next[t] / share
		if gone := runs - p.lasts[t]; gone > leastEnd {
			end(now.after(month, (share-open*p.lasts[t])/gone, gone))
		}
		runs = p.lasts[t]
		now = now.after(month, open, runs)
	}
	if runs > leastEnd {
		end(now)
	}
	b.outcome(&rest, wide)
	return mean, squares - mean*mean
}

// ending is a possible end of a contract: what it is worth by then, the standard deviation of that by changes
// of the fee, and what of it was not committed. Sums of endings hold these times the weight.
type ending struct{ weight, worth, sd, open float64 }

func (e ending) weighted() ending {
	return ending{e.weight, e.weight * e.worth, e.weight * e.sd, e.weight * e.open}
}

// after is the ending of the given probability a part of a month later.
func (e ending) after(month ending, part, weight float64) ending {
	return ending{weight, e.worth + part*month.worth, e.sd + part*month.sd, e.open + part*month.open}
}

func (e *ending) add(o ending) {
	o = o.weighted()
	e.weight, e.worth, e.sd, e.open = e.weight+o.weight, e.worth+o.worth, e.sd+o.sd, e.open+o.open
}

const (
	likelyEnd   = 0.03 // an end of this probability stands for itself
	togetherEnd = 0.08 // unlikely ends are joined up to this
	leastEnd    = 1e-12
)

// gather appends a likely end as a possible value of its own, after those that waited; unlikely ones wait until
// they are enough.
func (b *bandSheet) gather(rest *ending, e ending, wide float64) {
	if e.weight >= likelyEnd {
		b.outcome(rest, wide)
		*rest = e.weighted()
		b.outcome(rest, wide)
		return
	}
	if rest.add(e); rest.weight >= togetherEnd {
		b.outcome(rest, wide)
	}
}

// outcome appends a sum of endings as one possible value and empties it. The doubt about renewals lies on the
// part that is not committed.
func (b *bandSheet) outcome(sum *ending, wide float64) {
	if !(sum.weight > 0) {
		return
	}
	worth, sd, open := sum.worth/sum.weight, sum.sd/sum.weight, sum.open/sum.weight
	relVar := 0.0
	if worth != 0 {
		relVar = (sd*sd + wide*open*open) / (worth * worth)
	}
	from := len(b.part)
	b.part = appendSpread(b.part, sum.weight, 0, worth, min(relVar, maxRelVar))
	b.run(from)
	*sum = ending{}
}
