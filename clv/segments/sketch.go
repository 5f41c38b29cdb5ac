package segments

import (
	"maps"
	"math/bits"
	"slices"
)

// Sketch counts whole numbers (days, orders, minor units) well enough for quantiles, in memory that does not
// grow with the accounts: numbers up to 8,191 exactly, larger ones in classes of at most 1/4,096 of their
// size. The zero value is ready.
type Sketch struct {
	counts map[int64]int // by the largest number of the class
	n      int
}

// exactBits is the number of leading bits of a number that are told apart.
const exactBits = 13

// class gives the smallest and the largest number of the class of v.
func class(v int64) (low, high int64) {
	if v < 0 {
		if v == -v { // the most negative number has no positive twin
			v++
		}
		low, high = class(-v)
		return -high, -low
	}
	shift := bits.Len64(uint64(v)) - exactBits
	if shift <= 0 {
		return v, v
	}
	low = v >> shift << shift
	return low, low + (1<<shift - 1)
}

// Add counts one number.
func (s *Sketch) Add(v int64) { s.AddN(v, 1) }

// AddN counts a number n times; n below 1 does nothing.
func (s *Sketch) AddN(v int64, n int) {
	if n < 1 {
		return
	}
	if s.counts == nil {
		s.counts = map[int64]int{}
	}
	_, high := class(v)
	s.counts[high] += n
	s.n += n
}

// Count is the number of numbers added.
func (s *Sketch) Count() int { return s.n }

// classes lists the largest numbers of the classes that were met, ascending.
func (s *Sketch) classes() []int64 { return slices.Sorted(maps.Keys(s.counts)) }

// Edges divides the numbers into k parts of equal size as far as equal numbers stay together: edge j is the
// smallest number with at least j/k of all at or below it, so part j+1 holds the numbers above edge j and
// up to edge j+1. There are k-1 edges, all 0 for an empty sketch.
func (s *Sketch) Edges(k int) []int64 {
	edges := make([]int64, max(k-1, 0))
	below, j := 0, 0
	for _, high := range s.classes() {
		below += s.counts[high]
		for j < len(edges) && below*k >= (j+1)*s.n {
			edges[j] = high
			j++
		}
	}
	return edges
}

// Part is the part, from 1, that a number falls into: one more than the edges below it.
func Part(v int64, edges []int64) int {
	part := 1
	for _, e := range edges {
		if v > e {
			part++
		}
	}
	return part
}
