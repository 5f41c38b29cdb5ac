package clv

import (
	"math"

	"postlift/clv/purchase"
)

// Bands come from a small list of weighted values, not from simulation. Each independent part of an account is
// such a list: orders are a point mass at no further order (dead, or alive without an order) and a gamma
// distribution for each range of order counts, matched to the first two moments of count times value; each
// contract is its possible ends with the spread of its fee; adoptions are none or a gamma. Lists are added by
// convolution and kept short by joining neighbours, which keeps the mean. What the parameters leave open and
// the errors of past predictions enter as a factor of mean 1 on each uncertain part.

// bandSheet is the scratch of one account's bands.
type bandSheet struct {
	total, part, spare []atom
	runs               []int
	parts              int
}

const (
	partAtoms  = 28 // values kept of a part before it is added to others
	totalAtoms = 40 // values kept of a sum before more is added to it
	maxRelVar  = 64 // a relative standard deviation of 8 is as wide as any
)

// bandProbs are the probabilities of the bands.
var bandProbs = []float64{.05, .5, .95}

// bands fills the bands, the spread and the probability that the value exceeds the acquisition cost.
func (s *Scorer) bands(in *AccountInput, c *sheet) {
	b := &s.atoms
	b.total, b.parts = append(b.total[:0], atom{0, 1}), 0
	variance := 0.0
	if c.view != nil {
		variance += s.orderAtoms(in, c)
		b.add()
	}
	if c.lines > 0 {
		for i := range in.Contracts {
			if s.lines[i].alive {
				variance += s.contractAtoms(&s.lines[i], c)
				b.add()
			}
		}
	}
	if c.path != nil {
		variance += s.adoptionAtoms(c)
		b.add()
	}
	var at [3]float64
	quantiles(b.total, bandProbs, at[:])
	c.v.LowMinor, c.v.MedianMinor, c.v.HighMinor = minor(at[0]), minor(at[1]), minor(at[2])
	c.v.SpreadMinor = minor(math.Sqrt(max(variance, 0)))
	c.v.PExceedsCost = above(b.total, float64(c.v.AcquisitionMinor))
}

// begin empties the part that is being described.
func (b *bandSheet) begin() { b.part, b.runs = b.part[:0], b.runs[:0] }

// run notes that what was appended to the part since the given length is sorted.
func (b *bandSheet) run(since int) {
	if n := len(b.part) - since; n > 0 {
		b.runs = append(b.runs, n)
	}
}

// add sorts the part and adds it to the total as an independent amount.
func (b *bandSheet) add() {
	b.part, b.spare = mergeRuns(b.part, b.spare, b.runs)
	b.parts++
	if b.parts == 1 {
		b.total, b.part = b.part, b.total
		return
	}
	b.part, b.total = compress(b.part, partAtoms), compress(b.total, totalAtoms)
	list := b.spare[:0]
	b.runs = b.runs[:0]
	for _, p := range b.part {
		for _, a := range b.total {
			list = append(list, atom{p.v + a.v, p.w * a.w})
		}
		b.runs = append(b.runs, len(b.total))
	}
	b.total, b.spare = mergeRuns(list, b.total, b.runs)
}

// orderAtoms describes the discounted value of the orders less the cost of serving the account while it
// orders; it gives the variance by the account's own luck.
func (s *Scorer) orderAtoms(in *AccountInput, c *sheet) float64 {
	b := &s.atoms
	b.begin()
	view, alive := c.view, c.v.PAlive
	s.count(view, c.history)
	timing := 0.0
	if view.horizon > 0 {
		timing = view.discountedAt(s, c.disc) / view.horizon
	}
	quiet, busy := s.activeSplit(c)
	idle := -(c.serve + c.contact) * quiet
	b.point(idle, alive*view.none)
	b.point(0, 1-alive)
	busyCost := -(c.serve + c.contact) * busy
	mean, square := alive*view.none*idle, alive*view.none*idle*idle
	own, order := s.spendSpread(in)
	wide := s.widening(s.models.Doubt.orders(in.OrderDays - 1))
	worth, handling := timing*c.v.MeanOrderMinor*c.ratio, timing*float64(s.a.OrderCostMinor)
	for _, g := range view.groups {
		if !(g.weight > 0) {
			continue
		}
		w, gross, shift := alive*g.weight, worth*g.mean, busyCost-handling*g.mean
		luck := (own*own*(g.mean*g.mean+g.variance) + order*order*(1+own*own)*g.mean + g.variance) / (g.mean * g.mean)
		from := len(b.part)
		b.part = appendSpread(b.part, w, shift, gross, min((1+luck)*wide-1, maxRelVar))
		b.run(from)
		m := gross + shift
		mean += w * m
		square += w * (m*m + gross*gross*luck)
	}
	return square - mean*mean
}

// activeSplit gives the discounted months that a living customer goes on to live, without any order within the
// horizon and with some. Where customers leave only after an order, one who places none stays to the end.
func (s *Scorer) activeSplit(c *sheet) (quiet, busy float64) {
	if !(c.v.PAlive > 0) {
		return 0, 0
	}
	mean, none := c.ordersActive/c.v.PAlive, c.view.none
	if betweenOrders(s.models.Orders) || none >= 1 {
		return mean, mean
	}
	quiet = 0
	for _, d := range c.disc[:s.a.HorizonMonths] {
		quiet += d
	}
	if none > 0 {
		quiet = min(quiet, mean/none)
	}
	return quiet, (mean - none*quiet) / (1 - none)
}

// betweenOrders tells whether customers of a model leave at any time, not only after an order.
func betweenOrders(m purchase.Model) bool {
	name := m.Name()
	return name == purchase.ModelParetoNBD || name == purchase.ModelBGBB
}

func (b *bandSheet) point(v, w float64) {
	if w > 0 {
		b.part = append(b.part, atom{v, w})
		b.runs = append(b.runs, 1)
	}
}

// The relative spread of order values where no spend model says it: an order day is half its mean off, and a
// mean of n order days knows the customer as well as n such days can.
const unmodelledSpread = 0.5

// spendSpread gives the relative standard deviations of the customer's own mean order value and of one order
// day around it.
func (s *Scorer) spendSpread(in *AccountInput) (own, order float64) {
	o := in.spendSeen()
	if s.models.Spend == nil {
		return unmodelledSpread / math.Sqrt(float64(max(o.X, 1))), unmodelledSpread
	}
	return s.models.Spend.Spread(o)
}

// widening is the second moment of the factor of mean 1 that stands for the doubt about the parameters and
// the errors of past predictions.
func (s *Scorer) widening(doubt float64) float64 {
	past := s.models.Calibration.LogSDAccount
	return math.Exp(min(doubt*doubt+past*past, 4))
}

// contractAtoms describes the discounted margin of one contract less its share of the cost of serving the
// account where it does not order, by the month in which it ends; it gives the variance by the account's own
// luck. Likely ends stand for themselves, unlikely ones are taken together.
func (s *Scorer) contractAtoms(p *contractPath, c *sheet) float64 {
	b := &s.atoms
	b.begin()
	wide := s.widening(p.doubt) - 1
	var now, rest ending // if the contract runs on; ends that wait for company
	mean, square := 0.0, 0.0
	b.point(0, 1-p.now[0]-p.next[0]) // what may end within the first month
	for t := range s.a.HorizonMonths {
		run := p.now[t] + p.next[t]
		if !(run > 0) {
			break
		}
		step := c.disc[t] * (p.margin*(1+p.gain[t]/run) - (c.serve+c.contact)*p.bears[t]*c.away(t))
		now.worth += step
		now.open += step * p.next[t] / run
		now.sd += c.disc[t] * math.Abs(p.margin) * p.spread[t] / run
		now.weight = run
		if t+1 < s.a.HorizonMonths {
			now.weight = max(run-p.now[t+1]-p.next[t+1], 0)
		}
		mean += now.weight * now.worth
		square += now.weight * (now.worth*now.worth + now.sd*now.sd)
		if now.weight >= likelyEnd {
			b.outcome(&rest, wide)
			rest = now.weighted()
			b.outcome(&rest, wide)
		} else if rest.add(now); rest.weight >= togetherEnd {
			b.outcome(&rest, wide)
		}
	}
	b.outcome(&rest, wide)
	return square - mean*mean
}

// ending is a possible end of a contract: what it is worth by then, the standard deviation of that by changes
// of the fee, and what of it was not committed. Sums of endings hold these times the weight.
type ending struct{ weight, worth, sd, open float64 }

func (e ending) weighted() ending {
	return ending{e.weight, e.weight * e.worth, e.weight * e.sd, e.weight * e.open}
}

func (e *ending) add(o ending) {
	o = o.weighted()
	e.weight, e.worth, e.sd, e.open = e.weight+o.weight, e.worth+o.worth, e.sd+o.sd, e.open+o.open
}

const (
	likelyEnd   = 0.03 // an end of this probability stands for itself
	togetherEnd = 0.08 // unlikely ends are joined up to this
)

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

// adoptionAtoms describes the value of contract groups adopted: none, or a gamma distribution.
func (s *Scorer) adoptionAtoms(c *sheet) float64 {
	b := &s.atoms
	b.begin()
	mean, variance, none := s.adoptionSpread(c)
	some := 1 - none
	if !(some > 1e-9) || mean == 0 {
		b.point(mean, 1)
		return variance
	}
	given := mean / some
	b.point(0, none)
	from := len(b.part)
	b.part = appendSpread(b.part, some, 0, given, min(max((variance+mean*mean)/some/(given*given)-1, 0), maxRelVar))
	b.run(from)
	return variance
}
