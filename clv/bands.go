package clv

import "math"

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
	outcomes   = 10 // possible ends kept of a contract
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

// orderAtoms describes the discounted value of the orders less the cost of serving the account for their
// sake; it gives the variance by the account's own luck.
func (s *Scorer) orderAtoms(in *AccountInput, c *sheet) float64 {
	b := &s.atoms
	b.begin()
	view, alive := c.view, c.v.PAlive
	s.count(view, c.history)
	idle, timing := 0.0, 0.0
	if alive > 0 {
		idle = -(c.serve + c.contact) * c.ordersActive / alive
	}
	if view.horizon > 0 {
		timing = view.discountedAt(s, c.disc) / view.horizon
	}
	b.point(0, 1-alive)
	b.point(idle, alive*view.none)
	mean, square := alive*view.none*idle, alive*view.none*idle*idle
	own, order := s.spendSpread(in)
	wide := s.widening(s.models.Doubt.orders(in.OrderDays - 1))
	worth, handling := timing*c.v.MeanOrderMinor*c.ratio, timing*float64(s.a.OrderCostMinor)
	for _, g := range view.groups {
		if !(g.weight > 0) {
			continue
		}
		w, gross, shift := alive*g.weight, worth*g.mean, idle-handling*g.mean
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
// account, by the month in which it ends; it gives the variance by the account's own luck.
func (s *Scorer) contractAtoms(p *contractPath, c *sheet) float64 {
	b := &s.atoms
	b.begin()
	wide := s.widening(p.doubt) - 1
	var worth, sd, committed float64 // so far, if the contract runs on
	var weight, sum, sdSum, sure float64
	var mean, square float64
	for t := range s.a.HorizonMonths {
		run := p.now[t] + p.next[t]
		if !(run > 0) {
			break
		}
		step := c.disc[t] * (p.margin*(1+p.gain[t]/run) - (c.serve+c.contact)*(1-s.idle[t])/s.running[t])
		worth += step
		committed += step * p.now[t] / run
		sd += c.disc[t] * math.Abs(p.margin) * p.spread[t] / run
		end := run
		if t+1 < s.a.HorizonMonths {
			end = max(run-p.now[t+1]-p.next[t+1], 0)
		}
		weight, sum, sdSum, sure = weight+end, sum+end*worth, sdSum+end*sd, sure+end*committed
		square += end * (worth*worth + sd*sd)
		if weight > 0 && (weight >= 1.0/outcomes || t+1 == s.a.HorizonMonths) {
			mean += sum
			b.outcome(weight, sum/weight, sdSum/weight, (sum-sure)/weight, wide)
			weight, sum, sdSum, sure = 0, 0, 0, 0
		}
	}
	if weight > 0 {
		mean += sum
		b.outcome(weight, sum/weight, sdSum/weight, (sum-sure)/weight, wide)
	}
	return square - mean*mean
}

// outcome appends one possible end of a contract: its worth, the spread of its fee, and the part that is not
// committed, on which the doubt about renewals lies.
func (b *bandSheet) outcome(weight, worth, sd, open, wide float64) {
	relVar := 0.0
	if worth != 0 {
		relVar = (sd*sd + wide*open*open) / (worth * worth)
	}
	from := len(b.part)
	b.part = appendSpread(b.part, weight, 0, worth, min(relVar, maxRelVar))
	b.run(from)
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
