package clv

import (
	"math"
	"slices"
	"sync"

	"gonum.org/v1/gonum/mathext"
)

// atom is one possible value with its probability. A list of atoms, sorted by value, stands for a
// distribution: bands of a million accounts come from a few hundred additions each, without simulation.
type atom struct{ v, w float64 }

// binEdges divide a continuous distribution into bins, finer towards the tails where the bands are read.
var binEdges = [...]float64{0, .02, .05, .1, .2, .3, .4, .5, .6, .7, .8, .9, .95, .98, 1}

const bins = len(binEdges) - 1

// The shapes of the gamma table: 2^-6 to 2^14 in half powers. A relative standard deviation of 8 is as
// wide as any that data show, one of .008 is as good as none.
const (
	lowestShape  = -6.0
	highestShape = 14.0
	shapeStep    = 0.5
	shapeRows    = int((highestShape-lowestShape)/shapeStep) + 1
)

// gammaTable holds the bin means of gamma distributions of mean 1 by shape.
var gammaTable = sync.OnceValue(func() *[shapeRows][bins]float64 {
	var table [shapeRows][bins]float64
	for r := range table {
		table[r] = gammaBins(math.Exp2(lowestShape + float64(r)*shapeStep))
	}
	return &table
})

// gammaBins gives the mean of each bin of Gamma(shape) divided by the mean:
// E[X; q1 < X < q2] = shape (P(shape+1, q2) - P(shape+1, q1)).
func gammaBins(shape float64) [bins]float64 {
	var out [bins]float64
	below := 0.0
	for i := range out {
		upTo := 1.0
		if i < bins-1 {
			upTo = mathext.GammaIncReg(shape+1, mathext.GammaIncRegInv(shape, binEdges[i+1]))
		}
		out[i] = max(upTo-below, 0) / (binEdges[i+1] - binEdges[i])
		below = upTo
	}
	return out
}

// appendSpread appends a continuous distribution of probability weight around a mean of the given
// relative variance: shift + mean * Gamma of mean 1. The mean of what it appends is exact.
func appendSpread(to []atom, weight, shift, mean, relVar float64) []atom {
	if !(relVar > 1e-9) || mean == 0 {
		return append(to, atom{shift + mean, weight})
	}
	at := min(max(-math.Log2(relVar), lowestShape), highestShape)
	at = (at - lowestShape) / shapeStep
	row := min(int(at), shapeRows-2)
	up := at - float64(row)
	table := gammaTable()
	low, high := &table[row], &table[row+1]
	from := len(to)
	for i := range bins {
		z := low[i] + up*(high[i]-low[i])
		to = append(to, atom{shift + mean*z, weight * (binEdges[i+1] - binEdges[i])})
	}
	if mean < 0 {
		slices.Reverse(to[from:])
	}
	return to
}

// mergeRuns sorts a list that consists of sorted runs of the given lengths by merging neighbours; it
// gives the sorted list and the other buffer. Merging known runs is several times as fast as sorting.
func mergeRuns(list, spare []atom, runs []int) (sorted, free []atom) {
	for len(runs) > 1 {
		spare = spare[:0]
		at, k := 0, 0
		for i := 0; i < len(runs); i += 2 {
			if i+1 == len(runs) {
				spare = append(spare, list[at:at+runs[i]]...)
				runs[k] = runs[i]
				k++
				break
			}
			a, b := list[at:at+runs[i]], list[at+runs[i]:at+runs[i]+runs[i+1]]
			spare = mergeTwo(spare, a, b)
			at += runs[i] + runs[i+1]
			runs[k] = runs[i] + runs[i+1]
			k++
		}
		runs = runs[:k]
		list, spare = spare, list
	}
	return list, spare
}

func mergeTwo(to, a, b []atom) []atom {
	for len(a) > 0 && len(b) > 0 {
		if a[0].v <= b[0].v {
			to, a = append(to, a[0]), a[1:]
		} else {
			to, b = append(to, b[0]), b[1:]
		}
	}
	return append(append(to, a...), b...)
}

// compress joins neighbours of a sorted list until about n atoms are left, in place. The mean stays; what
// is joined weighs at most 1/n, in the outer tenths half of that.
func compress(list []atom, n int) []atom {
	if len(list) <= n {
		return list
	}
	total := 0.0
	for _, a := range list {
		total += a.w
	}
	share := total / float64(n) * 1.2
	k, seen := 0, 0.0
	for _, a := range list {
		limit := share
		if middle := (seen + a.w/2) / total; middle < .1 || middle > .9 {
			limit = share / 2
		}
		seen += a.w
		if k > 0 && list[k-1].w+a.w <= limit {
			last := &list[k-1]
			w := last.w + a.w
			if w > 0 {
				last.v += (a.v - last.v) * a.w / w
			}
			last.w = w
			continue
		}
		list[k] = a
		k++
	}
	return list[:k]
}

// pointMass is the weight from which an atom is taken as a possible value of its own, not as a bin of
// a continuous distribution.
const pointMass = 0.03

// quantiles fills at with the quantiles of a sorted list for ascending probabilities. Between light atoms
// it interpolates, since they stand for bins; a heavy one is a step.
func quantiles(list []atom, probs []float64, at []float64) {
	total := 0.0
	for _, a := range list {
		total += a.w
	}
	below, i := 0.0, 0
	for j, p := range probs {
		want := p * total
		for i < len(list)-1 && below+list[i].w < want {
			below += list[i].w
			i++
		}
		at[j] = quantileAt(list, i, below, want)
	}
}

// quantileAt interpolates within atom i, below which lies the given weight, between the middles of light
// neighbours.
func quantileAt(list []atom, i int, below, want float64) float64 {
	a := list[i]
	middle := below + a.w/2
	if a.w >= pointMass {
		return a.v
	}
	if want < middle && i > 0 && list[i-1].w < pointMass {
		b := list[i-1]
		from := below - b.w/2
		return b.v + (a.v-b.v)*(want-from)/(middle-from)
	}
	if want > middle && i < len(list)-1 && list[i+1].w < pointMass {
		b := list[i+1]
		to := below + a.w + b.w/2
		return a.v + (b.v-a.v)*(want-middle)/(to-middle)
	}
	return a.v
}

// above is the probability of a value beyond a limit.
func above(list []atom, limit float64) float64 {
	over, total := 0.0, 0.0
	for _, a := range list {
		total += a.w
		if a.v > limit {
			over += a.w
		}
	}
	if total <= 0 {
		return 0
	}
	return min(over/total, 1)
}

// moments are the mean and variance of a list of atoms whose weights add up to 1.
func moments(list []atom) (mean, variance float64) {
	for _, a := range list {
		mean += a.w * a.v
	}
	for _, a := range list {
		variance += a.w * (a.v - mean) * (a.v - mean)
	}
	return mean, variance
}
