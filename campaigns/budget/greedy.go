package budget

import (
	"cmp"
	"math"
	"slices"
)

// greedyItems is the most items for which the simple way is tried, too.
const greedyItems = 5000

// greedy takes the best by value for each piece while the true cost stays within the budget, and stops where
// that nets most. Lagrangian search hardly ever does worse, but on a few items with a large fixed cost it can:
// nobody shall find a better choice by hand. It gives s where s nets as much.
func (p *problem) greedy(s solution, budget float64) solution {
	if p.total > greedyItems || len(p.postures) == 0 {
		return s
	}
	pos := s.posture
	if pos == nil {
		pos = &p.postures[0]
	}
	swaps := make([]swap, 0, p.total)
	for i := range pos.slots {
		for j := range pos.slots[i].block.idx {
			swaps = append(swaps, swap{int32(i), int32(j), true})
		}
	}
	item := func(w swap) int32 { return pos.slots[w.slot].block.idx[w.place] }
	dens := func(w swap) float64 { return pos.slots[w.slot].block.dens[w.place] }
	slices.SortFunc(swaps, func(a, b swap) int {
		return cmp.Or(cmp.Compare(dens(b), dens(a)), cmp.Compare(p.items[item(a)].Key, p.items[item(b)].Key))
	})
	run, places := p.emptyRun()
	limit := int(p.hardTop)
	best := solution{posture: pos, opt: make([]int8, len(pos.slots)), n: make([]int32, len(pos.slots)), bound: s.bound}
	if s.posture != nil {
		copy(best.opt, s.opt)
	}
	var taken []swap
	value, kept, most := 0., 0, math.Max(s.net(), 0)
	for _, w := range swaps {
		it := item(w)
		at, pieces := places[place{p.zoneOf[it], p.regionOf[it]}], p.items[it].Pieces
		at.Pieces, run.pieces = at.Pieces+pieces, run.pieces+pieces
		cost := float64(run.total())
		if cost > budget || run.pieces > limit {
			at.Pieces, run.pieces = at.Pieces-pieces, run.pieces-pieces
			continue
		}
		taken, value = append(taken, w), value+p.net(it)
		if value-cost > most {
			kept, most = len(taken), value-cost
			best.value, best.cost, best.units = value, cost, int32(run.pieces)
		}
	}
	if kept == 0 {
		return s
	}
	best.swaps, best.lambda = taken[:kept], s.lambda
	return best
}

// place is a zone with a region.
type place struct {
	zone   int16
	region int32
}

// emptyRun is a run with every place that an item may go to, without pieces.
func (p *problem) emptyRun() (*run, map[place]*Count) {
	r := &run{t: &p.tariff, zones: p.zones, regions: make([][]Count, len(p.zones))}
	index := map[place]int{}
	for i, z := range p.zoneOf {
		at := place{z, p.regionOf[i]}
		if _, known := index[at]; known || z < 0 {
			continue
		}
		index[at] = len(r.regions[z])
		r.regions[z] = append(r.regions[z], Count{Country: p.zones[z].country, Region: p.regions[at.region]})
	}
	places := make(map[place]*Count, len(index))
	for at, i := range index {
		places[at] = &r.regions[at.zone][i]
	}
	return r, places
}
