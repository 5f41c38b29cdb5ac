package clv

import (
	"math"

	"postlift/clv/purchase"
	"postlift/clv/spend"
)

// Bands come from a small list of weighted values, not from simulation. Each independent part of an account is
// such a list: orders are a point mass at no further order (dead, or alive without an order) and a gamma
// distribution for each range of order counts, matched to the first two moments of count times value; each
// contract is its possible ends with the spread of its fee; adoptions are none or a gamma. Lists are added by
// convolution and kept short by joining neighbours, which keeps the mean. What the parameters leave open and
// the errors of past predictions enter as a factor of mean 1 on each uncertain part. Orders and contracts share the
// cost of serving the account: customers lost to orders and customers who are not are added up apart.

// bandSheet is the scratch of one account's bands.
type bandSheet struct {
	total, part, spare, kept []atom
	runs                     []int
	parts                    int
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
	_, variance := s.streams(in, c)
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

// streams fills the total of orders and contracts and gives its mean and variance. Where both could bear the
// cost of serving the account, customers who have stopped ordering, whose contracts bear all of it, and those
// who have not are told apart.
func (s *Scorer) streams(in *AccountInput, c *sheet) (mean, variance float64) {
	alive := c.v.PAlive
	if c.view == nil || c.lines == 0 || c.serve+c.contact == 0 || alive <= 0 || alive >= 1 {
		return s.streamsAt(in, c, alive)
	}
	b := &s.atoms
	lostMean, lostVar := s.streamsAt(in, c, 0)
	b.kept = append(b.kept[:0], b.total...)
	keptMean, keptVar := s.streamsAt(in, c, 1)
	b.spare = append(b.spare[:0], b.kept...)
	for i := range b.spare {
		b.spare[i].w *= 1 - alive
	}
	for _, a := range b.total {
		b.spare = append(b.spare, atom{a.v, a.w * alive})
	}
	b.runs = append(b.runs[:0], len(b.kept), len(b.total))
	b.total, b.spare = mergeRuns(b.spare, b.total, b.runs)
	variance = (1-alive)*lostVar + alive*keptVar + alive*(1-alive)*square(keptMean-lostMean)
	return (1-alive)*lostMean + alive*keptMean, variance
}

// streamsAt is streams for a probability of still ordering.
func (s *Scorer) streamsAt(in *AccountInput, c *sheet, alive float64) (mean, variance float64) {
	b := &s.atoms
	b.total, b.parts = append(b.total[:0], atom{0, 1}), 0
	part := func(m, v float64) {
		mean, variance = mean+m, variance+v
		b.add()
	}
	if c.view != nil && (alive > 0 || c.lines == 0) {
		part(s.orderAtoms(in, c, alive))
	}
	if c.lines > 0 {
		for i := range in.Contracts {
			if s.lines[i].alive {
				part(s.contractAtoms(&s.lines[i], c, alive))
			}
		}
	}
	return mean, variance
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
// orders, for a probability of still ordering; it gives the mean and the variance by the account's own luck.
func (s *Scorer) orderAtoms(in *AccountInput, c *sheet, alive float64) (mean, variance float64) {
	b := &s.atoms
	b.begin()
	view := c.view
	s.count(view, c.by, c.history)
	timing := 0.0
	if view.horizon > 0 {
		timing = view.discountedAt(s, c.disc) / view.horizon
	}
	quiet, busy := s.activeSplit(c)
	idle := -(c.serve + c.contact) * quiet
	b.point(idle, alive*view.none)
	b.point(0, 1-alive)
	busyCost := -(c.serve + c.contact) * busy
	mean = alive * view.none * idle
	squares := mean * idle
	own, order := s.spendSpread(in)
	own = s.withMarginDoubt(in, c, own)
	wide := s.widening(s.orderDoubt(in))
	worth, handling := timing*c.v.MeanOrderMinor*c.ratio, timing*float64(s.a.OrderCostMinor)
	for _, g := range view.groups {
		if !(g.weight > 0) {
			continue
		}
		w, gross, shift := alive*g.weight, worth*g.mean, busyCost-handling*g.mean
		// each order more costs its handling, so that the number of orders moves less than they are worth
		luck := gross*gross*(own*own*(1+g.variance/(g.mean*g.mean))+order*order*(1+own*own)/g.mean) + square(worth-handling)*g.variance
		relVar := 0.0
		if gross*gross > 0 {
			relVar = luck / (gross * gross)
		}
		from := len(b.part)
		b.part = appendSpread(b.part, w, shift, gross, min((1+relVar)*wide-1, maxRelVar))
		b.run(from)
		m := gross + shift
		mean += w * m
		squares += w * (m*m + luck)
	}
	return mean, squares - mean*mean
}

// activeSplit gives the discounted months that a living customer goes on to live, without any order within the
// horizon and with some. Where customers leave only after an order, one who places none stays to the end.
func (s *Scorer) activeSplit(c *sheet) (quiet, busy float64) {
	if !(c.v.PAlive > 0) {
		return 0, 0
	}
	mean, none := c.ordersActive/c.v.PAlive, c.view.none
	if betweenOrders(c.by.model) || none >= 1 {
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
	return m.Name() == purchase.ModelParetoNBD
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
	m := s.spendOf(in)
	if m == nil {
		return unmodelledSpread / math.Sqrt(float64(max(o.X, 1))), unmodelledSpread
	}
	return m.Spread(o)
}

// withMarginDoubt adds to the relative spread of the customer's own level what is not known of its margin share.
func (s *Scorer) withMarginDoubt(in *AccountInput, c *sheet, own float64) float64 {
	m, ok := s.models.Margin.(spend.RatioModel)
	if !ok || c.ratio == 0 {
		return own
	}
	_, share := m.Shrunk(in.marginSeen())
	rel := min(m.Between*(1-share)/(c.ratio*c.ratio), maxRelVar)
	return math.Sqrt((1+own*own)*(1+rel) - 1)
}

// widening is the second moment of the factor of mean 1 that stands for the doubt about the parameters and
// the errors of past predictions.
func (s *Scorer) widening(doubt float64) float64 {
	past := s.models.Calibration.LogSDAccount
	return math.Exp(min(doubt*doubt+past*past, 4))
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
