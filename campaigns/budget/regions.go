package budget

import (
	"cmp"
	"math"
	"slices"
)

// best finds the best choice for a budget (micros; +Inf: none): every posture by Lagrangian search, then the
// promising ones by filling, by swapping whole regions between letters and bulk, and by exchanging single
// items around the cut. Nobody is a choice, too, unless the mode wants everybody. deep is off for curves.
func (p *problem) best(budget float64, deep bool) solution {
	if p.wantsAll() {
		if s, ok := p.bestOfPostures(budget, deep, true); ok {
			return s
		}
	}
	s, ok := p.bestOfPostures(budget, deep, false)
	if deep && !p.wantsAll() {
		if !ok || s.net() <= 0 {
			s = solution{bound: s.bound}
		}
		s = p.greedy(s, budget)
		ok = s.posture != nil
	}
	if !ok || !p.wantsAll() && s.net() <= 0 {
		return solution{bound: max(0, s.bound)}
	}
	return s
}

// fullPostures are those that can take as many as the limits allow, and do.
func (p *problem) fullPostures() []posture {
	var full []posture
	for _, pos := range p.postures {
		if most := min(p.hardTop, p.unitsAvailable()); pos.top >= most {
			pos.low = max(pos.low, most)
			full = append(full, pos)
		}
	}
	return full
}

// bestOfPostures tries all postures; full asks for as many units as the bounds allow.
func (p *problem) bestOfPostures(budget float64, deep, full bool) (solution, bool) {
	var list, unfit []solution
	bound := math.Inf(-1)
	postures := p.postures
	if full {
		postures = p.fullPostures()
	}
	for i := range postures {
		s, ok := p.newSearch(&postures[i], budget, nil).run()
		if bound = max(bound, s.bound); ok {
			p.fill(&s, budget)
			list = append(list, s)
		} else {
			unfit = append(unfit, s)
		}
	}
	slices.SortStableFunc(list, func(a, b solution) int { return cmp.Compare(b.net(), a.net()) })
	best, found := solution{value: math.Inf(-1)}, false
	if len(list) > 0 {
		best, found = list[0], true
	}
	for _, s := range list {
		if s.bound <= best.net() {
			continue
		}
		if deep {
			s = p.swapRegions(s, budget)
		}
		p.exchange(&s, budget)
		if s.net() > best.net() {
			best = s
		}
	}
	for _, s := range unfit {
		if s.posture == nil || s.bound <= best.net() {
			continue
		}
		if got, ok := p.swapRound(s, math.Inf(-1), budget); ok {
			if got = p.swapRegions(got, budget); got.net() > best.net() {
				best, found = got, true
			}
		}
	}
	best.bound = bound
	return best, found
}

const (
	closeEnough = 2e-6 // of the bound: nothing is gained by looking further
	swapSlots   = 14   // regions tried one by one and in pairs
	swapRounds  = 4
)

// swapRegions improves a choice by moving whole regions between letters and bulk mail, one by one and in
// pairs, each time with the rest settled anew. It stops where the bound shows that little is left.
func (p *problem) swapRegions(s solution, budget float64) solution {
	if math.IsInf(budget, 1) || s.lambda == 0 && s.mu == 0 {
		return s
	}
	for range swapRounds {
		if s.bound-s.net() <= closeEnough*math.Abs(s.bound) {
			return s
		}
		better, found := p.swapRound(s, s.net(), budget)
		if !found {
			return s
		}
		better.bound = s.bound
		s = better
	}
	return s
}

// swapRound tries the closest moves and gives the best choice that nets more than a floor; s itself need
// not fit the limits. Under the multipliers of s a move costs the bound its loss, so that most are ruled out
// without a search.
func (p *problem) swapRound(s solution, floor, budget float64) (solution, bool) {
	moves := p.closestMoves(&s)
	best, found := s, false
	base := p.newSearch(s.posture, budget, s.opt)
	base.at(s.lambda, s.mu)
	bound := base.boundAt(s.lambda, s.mu)
	fix := slices.Clone(s.opt)
	try := func(loss float64) {
		if bound-loss <= floor {
			return
		}
		got, ok := p.newSearch(s.posture, budget, slices.Clone(fix)).run()
		if !ok || got.bound <= floor {
			return
		}
		p.fill(&got, budget)
		p.exchange(&got, budget)
		if got.net() > floor+1e-6*p.unit {
			best, floor, found = got, got.net(), true
		}
	}
	try(0)
	for i, a := range moves {
		fix[a.slot] = a.opt
		try(a.loss)
		for _, b := range moves[i+1:] {
			if b.slot != a.slot {
				fix[b.slot] = b.opt
				try(a.loss + b.loss)
				fix[b.slot] = s.opt[b.slot]
			}
		}
		fix[a.slot] = s.opt[a.slot]
	}
	return best, found
}

// regionMove is another option of a slot with what it loses under the multipliers.
type regionMove struct {
	slot int
	opt  int8
	loss float64
}

// closestMoves are the options not chosen that lose least.
func (p *problem) closestMoves(s *solution) []regionMove {
	var moves []regionMove
	for i := range s.posture.slots {
		sl := &s.posture.slots[i]
		_, chosen, _, _ := p.bestOf(sl.block, s.option(i), s.lambda, s.mu)
		for j := range sl.opts {
			if int8(j) == s.opt[i] {
				continue
			}
			if _, _, gain, ok := p.bestOf(sl.block, &sl.opts[j], s.lambda, s.mu); ok {
				moves = append(moves, regionMove{i, int8(j), chosen - gain})
			}
		}
	}
	slices.SortStableFunc(moves, func(a, b regionMove) int { return cmp.Compare(a.loss, b.loss) })
	return moves[:min(len(moves), swapSlots)]
}
