package draw

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// leastStratum is the number of units below which a stratum is merged whatever the share.
const leastStratum = 20

// maxBins is the number of classes of value that a large base is cut into.
const maxBins = 10

// MinStratum is the number of units below which a stratum is merged at a holdout of share h: 20, and enough for two
// in each arm, without which a stratum says nothing of its own spread.
func MinStratum(h float64) int {
	if h <= 0 {
		return leastStratum
	}
	return max(leastStratum, int(math.Ceil(2/h-1e-9)))
}

// cell is where a unit stands: class of value, 1 best, and segment.
type cell struct {
	bin     int
	segment string
}

// stratify names the stratum of every unit: class of value by segment. There are as many classes of equal size as
// the number of units carries, at most maxBins. Strata below least units are merged, first over the segments of
// their class, then with the following classes until they are large enough; what is left at the end joins the
// merged stratum formed before it, or the nearest other one.
func stratify(units []Unit, least int) []string {
	bins := valueBins(units, min(maxBins, max(1, len(units)/least)))
	cells := map[cell][]int{}
	for i := range units {
		c := cell{bins[i], units[i].Segment}
		cells[c] = append(cells[c], i)
	}
	m := merger{names: make([]string, len(units)), bins: bins, least: least, rest: map[int][]int{}}
	for c, members := range cells {
		if len(members) < least {
			m.rest[c.bin] = append(m.rest[c.bin], members...)
			continue
		}
		name := fmt.Sprintf("%02d|%s", c.bin, c.segment)
		for _, i := range members {
			m.names[i] = name
		}
	}
	m.merge()
	return m.names
}

// valueBins cuts the units into n classes of equal size by value, 1 the best; ties go by key.
func valueBins(units []Unit, n int) []int {
	order := make([]int, len(units))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(units[b].Value, units[a].Value), cmp.Compare(units[a].Key, units[b].Key))
	})
	bins := make([]int, len(units))
	for rank, i := range order {
		bins[i] = rank*n/len(units) + 1
	}
	return bins
}

// merger names the units of cells that are too small.
type merger struct {
	names []string
	bins  []int
	least int
	rest  map[int][]int // units without a stratum, by class
}

func (m *merger) merge() {
	var pending, formed []int // formed is the last merged stratum
	first, last := 0, 0
	for bin := 1; bin <= maxBins; bin++ {
		if len(m.rest[bin]) == 0 {
			continue
		}
		if len(pending) == 0 {
			first = bin
		}
		last = bin
		pending = append(pending, m.rest[bin]...)
		if len(pending) >= m.least {
			m.name(pending, first, bin)
			formed, pending = pending, nil
		}
	}
	switch {
	case len(pending) == 0:
	case len(formed) > 0:
		for _, i := range formed {
			first = min(first, m.bins[i])
		}
		m.name(append(slices.Clone(formed), pending...), first, last)
	default:
		m.joinNearest(pending, first, last)
	}
}

// name gives merged units one stratum: "03|*" within a class, "03-05|*" over several.
func (m *merger) name(members []int, from, to int) {
	s := fmt.Sprintf("%02d|*", from)
	if to != from {
		s = fmt.Sprintf("%02d-%02d|*", from, to)
	}
	for _, i := range members {
		m.names[i] = s
	}
}

// joinNearest puts a rest that found no merged stratum into the nearest full stratum by class (by name, so that it
// is always the same one), or leaves it by itself where there is none.
func (m *merger) joinNearest(members []int, from, to int) {
	best, distance := "", math.MaxInt
	for i, name := range m.names {
		if name == "" {
			continue
		}
		d := max(m.bins[i]-to, from-m.bins[i], 0)
		if d < distance || d == distance && name < best {
			best, distance = name, d
		}
	}
	if best == "" {
		m.name(members, from, to)
		return
	}
	for _, i := range members {
		m.names[i] = best
	}
}
