package budget

import (
	"cmp"
	"math"
	"slices"
)

// What exchange looks at: so many items around the cut, so many sums kept.
const (
	exchangeItems = 64
	exchangeSums  = 3000
	windowItems   = 32 // of one slot, on either side of its cut
)

// candidate is an item near the cut.
type candidate struct {
	slot, place int32
	in          bool
	value, cost float64
	units       int32
	distance    float64 // of its value from its price, per unit of cost
}

// sum is one set of candidates taken.
type sum struct {
	cost, value float64
	units       int32
	set         uint64
}

// exchange settles the items around the cut exactly: a knapsack over the candidates nearest to it, by lists
// of undominated sums (Nemhauser and Ullmann 1969, "Discrete dynamic programming and capital allocation").
// Far from the cut the Lagrangian choice is left as it is.
func (p *problem) exchange(s *solution, budget float64) {
	if len(s.swaps) > 0 || math.IsInf(budget, 1) && s.posture.top == noLimit {
		return
	}
	window := p.window(s)
	if len(window) == 0 {
		return
	}
	base := sum{cost: s.cost, value: s.value, units: s.units}
	for _, c := range window {
		if c.in {
			base.cost, base.value, base.units = base.cost-c.cost, base.value-c.value, base.units-c.units
		}
	}
	best := bestSum(base, window, budget, s.posture)
	if best.value-best.cost <= s.net()+1e-6*p.unit {
		return
	}
	s.cost, s.value, s.units = best.cost, best.value, best.units
	for i, c := range window {
		if taken := best.set>>i&1 == 1; taken != c.in {
			s.swaps = append(s.swaps, swap{c.slot, c.place, taken})
		}
	}
}

func (p *problem) window(s *solution) []candidate {
	var list []candidate
	for i := range s.posture.slots {
		b, o, n := s.posture.slots[i].block, s.option(i), int(s.n[i])
		for j := max(0, n-windowItems); j < min(len(b.idx), n+windowItems); j++ {
			in := j < n
			if in && b.pieces[j] < o.least || !in && b.pieces[j+1] > o.most {
				continue
			}
			pieces := float64(b.pieces[j+1] - b.pieces[j])
			c := candidate{slot: int32(i), place: int32(j), in: in, value: b.value[j+1] - b.value[j], cost: o.u * pieces,
				units: p.unitsOf(b, int32(j+1)) - p.unitsOf(b, int32(j))}
			c.distance = math.Abs(c.value-(1+s.lambda)*c.cost-s.mu*float64(c.units)) / float64(c.units)
			list = append(list, c)
		}
	}
	slices.SortStableFunc(list, func(a, b candidate) int { return cmp.Compare(a.distance, b.distance) })
	return list[:min(len(list), exchangeItems)]
}

func bestSum(base sum, window []candidate, budget float64, pos *posture) sum {
	list, merged := []sum{base}, []sum(nil)
	for i, c := range window {
		merged = merged[:0]
		a, b := 0, 0 // list without the candidate, list with it
		for a < len(list) || b < len(list) {
			var next sum
			if b >= len(list) || a < len(list) && list[a].cost <= list[b].cost+c.cost {
				next, a = list[a], a+1
			} else {
				next = list[b]
				next.cost, next.value, next.units, next.set, b = next.cost+c.cost, next.value+c.value, next.units+c.units, next.set|1<<i, b+1
			}
			if next.cost > budget || next.units > pos.top {
				continue
			}
			if n := len(merged); n == 0 || next.value > merged[n-1].value {
				merged = append(merged, next)
			}
		}
		list, merged = thin(merged), list
	}
	best := sum{value: math.Inf(-1)}
	for _, s := range list {
		if s.units >= pos.low && s.value-s.cost > best.value-best.cost {
			best = s
		}
	}
	return best
}

// thin keeps a list of sums short, even in cost, with its last.
func thin(list []sum) []sum {
	if len(list) <= exchangeSums {
		return list
	}
	step := float64(len(list)-1) / (exchangeSums - 1)
	for i := range exchangeSums {
		list[i] = list[int(math.Round(float64(i)*step))]
	}
	return list[:exchangeSums]
}
