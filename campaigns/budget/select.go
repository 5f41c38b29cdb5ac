package budget

import (
	"math"

	"postlift"
)

// Select chooses the items that maximise expected margin minus the true total cost of the run: set-up,
// production steps, the vendor's minimum order value and the cheapest postage, where a region is filled to
// its minimum, posted as letters or left for another time. It is a Lagrangian search over budget and
// numbers for every step and way of posting, followed by swapping regions and exchanging items around the
// cut; Result.BoundMinor tells how far it may be from the optimum. The result depends on the items, not on
// their order. The tariff is settled by the caller (Tariff.Settle); contractual mail passes LetterOnly and
// mode all without limits.
func Select(items []Item, t Tariff, l Limits) (Result, error) {
	p, err := newProblem(items, t, l)
	if err != nil {
		return Result{}, err
	}
	budget := math.Inf(1)
	if l.BudgetMinor > 0 {
		budget = p.micros(l.BudgetMinor)
	}
	s, err := p.within(budget)
	if err != nil {
		return Result{}, err
	}
	r := Result{problem: p, taken: s, Lambda: s.lambda, BoundMinor: s.bound / p.unit}
	r.judge()
	if r.Quote, err = t.Cost(p.counts(r.Verdicts)); err != nil {
		return Result{}, err
	}
	r.sumUp()
	return r, nil
}

// within finds the best choice and makes sure of its true cost and pieces. Only mode top with accounts of
// several pieces can miss them at first, because it bounds accounts: then the limits are drawn in until they hold.
func (p *problem) within(budget float64) (solution, error) {
	verdicts := make([]Verdict, len(p.items))
	room, pieces := budget, p.pieceLimit()
	most := pieces
	defer func() {
		if most != pieces {
			p.makePostures(pieces)
		}
	}()
	for {
		s := p.best(room, true)
		clear(verdicts)
		p.mark(&s, verdicts)
		r, err := p.tariff.newRun(p.counts(verdicts))
		if err != nil {
			return s, err
		}
		over, many := float64(r.total())-budget, r.pieces-pieces
		if over <= 0 && (pieces == 0 || many <= 0) {
			return s, nil
		}
		if room -= 1.05 * max(over, 0); pieces > 0 && many > 0 {
			most -= many
			p.makePostures(max(most, 1))
		}
		if room <= 0 || pieces > 0 && most < 1 {
			return solution{bound: s.bound}, nil
		}
	}
}

// micros is a budget in micros, less what rounding the parts of a quote to minor units may add.
func (p *problem) micros(minor int64) float64 {
	budget := float64(minor) * p.unit
	whole := int64(p.unit)
	for _, prod := range p.tariff.Production {
		for _, s := range prod.Steps {
			if int64(s.Price)%whole != 0 {
				budget -= p.unit / 2
				break
			}
		}
	}
	for range p.zones {
		for _, c := range p.tariff.Postage {
			if int64(c.Price)%whole != 0 || int64(c.EasySurcharge)%whole != 0 {
				budget -= p.unit / 2
			}
		}
	}
	return max(budget, 1)
}

// mark sets the verdict of every taken item.
func (p *problem) mark(s *solution, verdicts []Verdict) {
	if s.posture == nil {
		return
	}
	for i := range s.posture.slots {
		for _, item := range s.posture.slots[i].block.idx[:s.n[i]] {
			verdicts[item] = Taken
		}
	}
	for _, w := range s.swaps {
		item := s.posture.slots[w.slot].block.idx[w.place]
		verdicts[item] = Dropped
		if w.in {
			verdicts[item] = Taken
		}
	}
}

// counts are the pieces of the taken items by country and region.
func (p *problem) counts(verdicts []Verdict) []Count {
	sums := make([]int, len(p.zones)*len(p.regions))
	for i, v := range verdicts {
		if v.In() {
			sums[int(p.zoneOf[i])*len(p.regions)+int(p.regionOf[i])] += p.items[i].Pieces
		}
	}
	var counts []Count
	for at, n := range sums {
		if n > 0 {
			counts = append(counts, Count{Country: p.zones[at/len(p.regions)].country, Region: p.regions[at%len(p.regions)], Pieces: n})
		}
	}
	return counts
}

// judge gives every item its verdict and the marginal cost of its pieces.
func (r *Result) judge() {
	p, s := r.problem, &r.taken
	r.Verdicts, r.CostsMinor = make([]Verdict, len(p.items)), make([]int64, len(p.items))
	p.mark(s, r.Verdicts)
	for i, z := range p.zoneOf {
		if z < 0 {
			r.Verdicts[i] = NoPostage
		}
	}
	pos := s.posture
	if pos == nil {
		pos = p.cheapestPosture()
	}
	if pos == nil {
		return
	}
	limit := p.binding(s)
	for i := range pos.slots {
		sl, chosen := &pos.slots[i], 0
		if s.posture != nil {
			chosen = int(s.opt[i])
		}
		p.judgeSlot(sl, &sl.opts[chosen], limit, r)
	}
}

// cheapestPosture serves to state costs where nobody is taken.
func (p *problem) cheapestPosture() *posture {
	if len(p.postures) == 0 {
		return nil
	}
	return &p.postures[0]
}

// binding is the verdict of items that earn their cost and are not taken.
func (p *problem) binding(s *solution) Verdict {
	switch {
	case s.posture == nil:
		return BelowThreshold
	case s.mu > 0 && p.byCount && int(s.units) >= p.limits.Top:
		return BelowTop
	case s.mu > 0 || s.units >= s.posture.top:
		return OverCapacity
	case s.lambda > 0 || p.limits.BudgetMinor > 0:
		return OverBudget
	}
	return BelowThreshold
}

func (p *problem) judgeSlot(sl *slot, o *option, limit Verdict, r *Result) {
	each := o.u
	if o.fixed > 0 { // topped up: what a piece costs on average at the minimum
		each += o.fixed / float64(o.most)
	}
	cheap := each
	for _, other := range sl.opts {
		if other.terms != TermsLetter && other.fixed == 0 {
			cheap = min(cheap, other.u)
		}
	}
	for _, item := range sl.block.idx {
		pieces, v := float64(p.items[item].Pieces), p.net(item)
		r.CostsMinor[item] = postlift.RoundMinor(each * pieces / p.unit)
		worth := v >= each*pieces
		switch {
		case r.Verdicts[item] == Taken:
			if !worth && !p.wantsAll() {
				r.Verdicts[item] = Filled
			}
		case worth || p.wantsAll():
			r.Verdicts[item] = limit
		case v >= cheap*pieces:
			r.Verdicts[item] = RegionTooSmall
		default:
			r.Verdicts[item] = BelowThreshold
		}
	}
}

// z90 is the normal quantile of a 90 per cent interval.
const z90 = 1.6448536269514722

// spread sums value and doubt of a set of items: the lift's doubt is shared by all and adds up, the
// baselines' doubts are each its own and add up in squares.
type spread struct{ value, lift, base float64 }

func (s *spread) add(it *Item, sign float64) {
	s.value += sign * float64(it.ValueMinor)
	s.lift += sign * it.LiftSD
	s.base += it.BaseSD * it.BaseSD
}

// half is half the width of the 90 per cent interval.
func (s *spread) half() float64 { return z90 * math.Sqrt(s.lift*s.lift+s.base) }

func (r *Result) sumUp() {
	var sum spread
	var counts [len(verdictNames)]int
	for i, v := range r.Verdicts {
		counts[v]++
		if v.In() {
			r.Accounts++
			r.ValueMinor += r.problem.items[i].ValueMinor
			sum.add(&r.problem.items[i], 1)
		}
	}
	r.Counts = map[Verdict]int{}
	for v, n := range counts {
		if n > 0 {
			r.Counts[Verdict(v)] = n
		}
	}
	r.Net = postlift.Money{Minor: r.ValueMinor - r.Quote.Total.Minor, Currency: r.Quote.Total.Currency}
	r.LowMinor = r.Net.Minor - postlift.RoundMinor(sum.half())
	r.HighMinor = r.Net.Minor + postlift.RoundMinor(sum.half())
}
