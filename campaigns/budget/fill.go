package budget

import (
	"math"
	"sort"
)

// option gives the chosen option of a slot.
func (s *solution) option(i int) *option { return &s.posture.slots[i].opts[s.opt[i]] }

// move sets a slot to its best n items and keeps the sums.
func (p *problem) move(s *solution, i int, n int32) {
	b, o := s.posture.slots[i].block, s.option(i)
	s.value += b.value[n] - b.value[s.n[i]]
	s.cost += o.u * float64(b.pieces[n]-b.pieces[s.n[i]])
	s.units += p.unitsOf(b, n) - p.unitsOf(b, s.n[i])
	s.n[i] = n
}

// trim drops the items that earn least until the units are within their upper bound and the cost within the
// budget, which equal values, items of several pieces and whole regions can pass.
func (p *problem) trim(s *solution, budget float64) {
	for s.units > s.posture.top || s.cost > budget {
		worst, least := -1, math.Inf(1)
		for i := range s.posture.slots {
			b, n := s.posture.slots[i].block, s.n[i]
			if n == 0 || b.pieces[n-1] < s.option(i).least {
				continue
			}
			if spare := b.dens[n-1] - (1+s.lambda)*s.option(i).u; spare < least {
				worst, least = i, spare
			}
		}
		if worst >= 0 {
			p.move(s, worst, p.trimmed(s, worst, budget))
		} else if !p.giveUpRegion(s) {
			return
		}
	}
}

// trimmed is how many of a slot stay: the most that keeps the bounds, but of the last items only equals go.
func (p *problem) trimmed(s *solution, i int, budget float64) int32 {
	b, o, n := s.posture.slots[i].block, s.option(i), s.n[i]
	first := int32(sort.Search(int(n), func(j int) bool { return b.dens[j] <= b.dens[n-1] }))
	keep := int32(sort.Search(int(n), func(j int) bool {
		return s.units-p.unitsOf(b, n)+p.unitsOf(b, int32(j)) > s.posture.top || s.cost-o.u*float64(b.pieces[n]-b.pieces[j]) > budget
	})) - 1
	return min(max(first, b.reach(o.least), keep), n-1)
}

// giveUpRegion leaves out the region that earns least for each unit: those filled to their minimum cannot
// shrink.
func (p *problem) giveUpRegion(s *solution) bool {
	worst, least := -1, math.Inf(1)
	for i := range s.posture.slots {
		b, o, n := s.posture.slots[i].block, s.option(i), s.n[i]
		if n == 0 || s.posture.slots[i].opts[0].least > 0 {
			continue
		}
		gain := b.value[n] - (1+s.lambda)*(o.u*float64(b.pieces[n])+o.fixed)
		if gain /= float64(p.unitsOf(b, n)); gain < least {
			worst, least = i, gain
		}
	}
	if worst < 0 {
		return false
	}
	fixed := s.option(worst).fixed
	p.move(s, worst, 0)
	s.cost -= fixed
	s.opt[worst] = 0
	return true
}

// fill adds items, best first, while budget and bounds last: the cut of a Lagrangian search leaves out all
// of several equals. Items that cost more than they earn are added only where the mode wants everybody.
func (p *problem) fill(s *solution, budget float64) {
	closed := make([]bool, len(s.posture.slots))
	for {
		best, most := -1, math.Inf(-1)
		for i := range s.posture.slots {
			b, n := s.posture.slots[i].block, s.n[i]
			if closed[i] || int(n) == len(b.dens) {
				continue
			}
			o := s.option(i)
			gain := b.dens[n] - (1+s.lambda)*o.u
			if b.dens[n] <= o.u && !p.wantsAll() {
				continue
			}
			if gain > most {
				best, most = i, gain
			}
		}
		if best < 0 {
			return
		}
		if n := p.fits(s, best, budget); n > s.n[best] {
			p.move(s, best, n)
		} else {
			closed[best] = true
		}
	}
}

// wantsAll tells whether the mode takes items that do not earn their cost.
func (p *problem) wantsAll() bool { return p.limits.Mode == ModeAll || p.limits.Mode == ModeTop }

// fits is how far a slot can go within the equals of its next item.
func (p *problem) fits(s *solution, i int, budget float64) int32 {
	b, o, n := s.posture.slots[i].block, s.option(i), s.n[i]
	next := b.dens[n]
	more := sort.Search(len(b.dens)-int(n), func(j int) bool {
		m := n + int32(j) + 1
		return b.dens[m-1] < next || s.cost+o.u*float64(b.pieces[m]-b.pieces[n]) > budget ||
			s.units+p.unitsOf(b, m)-p.unitsOf(b, n) > s.posture.top || b.pieces[m] > o.most
	})
	return n + int32(more)
}
