package budget

import (
	"math"
	"sort"
)

// solution is a choice for one posture: of each slot an option and the best n items, with exceptions from
// the last step, which exchanges single items around the cut.
type solution struct {
	posture *posture
	opt     []int8
	n       []int32
	swaps   []swap
	value   float64 // of the taken, micros; less the asked-for least value in mode value
	cost    float64 // under the posture; the true cost is never higher
	units   int32
	lambda  float64
	mu      float64 // price of a unit where a number binds; negative: subsidy to reach a step
	bound   float64 // no choice under the posture (and fixed options) nets more
}

// swap takes or drops the item at a place of a slot's block, against the first n.
type swap struct {
	slot, place int32
	in          bool
}

func (s *solution) net() float64 { return s.value - s.cost }

// search is one Lagrangian search over a posture: max Σ value - (1+λ) cost - μ units. Fixed options of -1
// are free.
type search struct {
	p      *problem
	pos    *posture
	budget float64 // micros; +Inf: none
	fix    []int8
	opt    []int8
	n      []int32
	value  float64
	cost   float64
	units  int32
	dual   float64 // Σ of the slots' Lagrangians, without the posture's fixed cost
	stuck  bool    // a slot's items of several pieces do not fit between its minimum and maximum
}

func (p *problem) newSearch(pos *posture, budget float64, fix []int8) *search {
	k := len(pos.slots)
	return &search{p: p, pos: pos, budget: budget, fix: fix, opt: make([]int8, k), n: make([]int32, k)}
}

// unitsOf is the number of units of a block's first n items.
func (p *problem) unitsOf(b *block, n int32) int32 {
	if p.byCount {
		return n
	}
	return b.pieces[n]
}

// at sets every slot to its best option under the multipliers.
func (s *search) at(lambda, mu float64) {
	s.value, s.cost, s.units, s.dual = 0, s.pos.fixed, 0, 0
	for i := range s.pos.slots {
		sl := &s.pos.slots[i]
		best, relaxed, found := math.Inf(-1), math.Inf(-1), false
		for j := range sl.opts {
			if s.fix != nil && s.fix[i] >= 0 && s.fix[i] != int8(j) {
				continue
			}
			n, gain, bound, ok := s.p.bestOf(sl.block, &sl.opts[j], lambda, mu)
			if relaxed = max(relaxed, bound); ok && gain > best {
				best, s.opt[i], s.n[i], found = gain, int8(j), n, true
			}
		}
		if !found {
			s.stuck = true
		}
		b, o := sl.block, &sl.opts[s.opt[i]]
		s.dual += relaxed
		s.value += b.value[s.n[i]]
		s.cost += o.u*float64(b.pieces[s.n[i]]) + o.fixed
		s.units += s.p.unitsOf(b, s.n[i])
	}
}

// bestOf is how many of a block to take by an option and what that earns under the multipliers; false where
// whole items do not fit between the option's bounds. No set of items earns more than the bound, which takes
// a fraction of the item at the option's least or most pieces.
func (p *problem) bestOf(b *block, o *option, lambda, mu float64) (n int32, gain, bound float64, ok bool) {
	price := (1+lambda)*o.u + mu
	n, ok = int32(sort.Search(len(b.dens), func(j int) bool { return b.dens[j] < price })), true
	earns := func(n int32) float64 {
		return b.value[n] - (1+lambda)*(o.u*float64(b.pieces[n])+o.fixed) - mu*float64(p.unitsOf(b, n))
	}
	part := 0.
	switch {
	case o.least > 0 && b.pieces[n] < o.least:
		if n = b.reach(o.least); n > 0 {
			part = (earns(n-1) - earns(n)) * float64(max(b.pieces[n]-o.least, 0)) / float64(b.pieces[n]-b.pieces[n-1])
		}
		ok = o.most == noLimit || b.pieces[n] <= o.most
	case o.most < noLimit && b.pieces[n] > o.most:
		n = b.within(o.most)
		part = (earns(n+1) - earns(n)) * float64(o.most-b.pieces[n]) / float64(b.pieces[n+1]-b.pieces[n])
		ok = b.pieces[n] >= o.least
	}
	gain = earns(n)
	return n, gain, gain + max(part, 0), ok
}

// reach is the least number of items with so many pieces; all where they have fewer.
func (b *block) reach(pieces int32) int32 {
	return int32(min(sort.Search(len(b.pieces), func(j int) bool { return b.pieces[j] >= pieces }), len(b.idx)))
}

// within is the largest number of items with at most so many pieces.
func (b *block) within(pieces int32) int32 {
	return int32(sort.Search(len(b.pieces), func(j int) bool { return b.pieces[j] > pieces }) - 1)
}

const (
	bisections = 48 // halvings of a multiplier
	maxLambda  = 1e6
)

// settle finds the multiplier of units under a given lambda: none where the number of units lies within
// the posture's bounds. Where whole regions make the number jump over both bounds it stays above, for trim.
func (s *search) settle(lambda float64) (mu float64) {
	s.at(lambda, 0)
	switch {
	case s.units > s.pos.top:
		near, far := s.bisectMu(lambda, 1, func() bool { return s.units <= s.pos.top })
		if mu = far; s.units < s.pos.low {
			mu = near
			s.at(lambda, near)
		}
	case s.units < s.pos.low:
		_, mu = s.bisectMu(lambda, -1, func() bool { return s.units >= s.pos.low })
	}
	return mu
}

// bisectMu finds the mu of least size, of the given sign, that keeps a bound (far), and leaves the search
// there; near is the closest that does not keep it.
func (s *search) bisectMu(lambda, sign float64, kept func() bool) (closest, keeps float64) {
	near, far := 0., s.p.unit
	for s.at(lambda, sign*far); !kept() && far < 1e18; s.at(lambda, sign*far) {
		near, far = far, far*4
	}
	for range bisections {
		if far-near <= far*1e-9 {
			break
		}
		if mid := (near + far) / 2; s.evaluateKept(lambda, sign*mid, kept) {
			far = mid
		} else {
			near = mid
		}
	}
	s.at(lambda, sign*far)
	return sign * near, sign * far
}

func (s *search) evaluateKept(lambda, mu float64, kept func() bool) bool {
	s.at(lambda, mu)
	return kept()
}

// run finds the least lambda that keeps the budget and gives the choice there with its bound. Where whole
// regions or equals do not fit between the limits, it starts from the multipliers of the tightest bound and
// drops items. Where that does not fit either, it gives the choice that comes nearest, and false.
func (s *search) run() (solution, bool) {
	at := multipliers{lambda: 0, bound: math.Inf(1)}
	s.visit(0, &at)
	if s.cost > s.budget {
		low, high := 0., 1.
		for s.visit(high, &at); s.cost > s.budget && high < maxLambda; s.visit(high, &at) {
			low, high = high, high*4
		}
		fits := s.cost <= s.budget
		for fits && high-low > high*1e-10 {
			mid := (low + high) / 2
			if s.visit(mid, &at); s.cost > s.budget {
				low = mid
			} else {
				high = mid
			}
		}
		if fits {
			at.lambda = high
		}
	}
	mu := s.settle(at.lambda)
	if s.stuck {
		return solution{bound: at.bound}, false
	}
	sol := solution{posture: s.pos, opt: append([]int8(nil), s.opt...), n: append([]int32(nil), s.n...),
		value: s.value, cost: s.cost, units: s.units, lambda: at.lambda, mu: mu, bound: at.bound}
	s.p.trim(&sol, s.budget)
	return sol, sol.units >= s.pos.low && sol.units <= s.pos.top && sol.cost <= s.budget
}

// multipliers are those of the tightest bound so far.
type multipliers struct{ lambda, bound float64 }

// visit settles a lambda and remembers it where its bound is tighter.
func (s *search) visit(lambda float64, best *multipliers) {
	if bound := s.boundAt(lambda, s.settle(lambda)); bound < best.bound {
		best.lambda, best.bound = lambda, bound
	}
}

// boundAt is the Lagrangian bound: no choice that keeps budget and bounds nets more.
func (s *search) boundAt(lambda, mu float64) float64 {
	bound := s.dual - (1+lambda)*s.pos.fixed
	if lambda > 0 {
		bound += lambda * s.budget
	}
	switch {
	case mu > 0:
		bound += mu * float64(s.pos.top)
	case mu < 0:
		bound += mu * float64(s.pos.low)
	}
	return bound
}
