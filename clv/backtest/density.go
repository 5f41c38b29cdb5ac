package backtest

import (
	"math"

	"postlift/clv/fitting"
)

// levels are the probabilities of the central intervals whose coverage is measured.
var levels = [4]float64{.5, .8, .9, .95}

// conformalLevel is the index in levels of the interval that is widened for accounts.
const conformalLevel = 2

// leastProbability is the floor of a predicted probability in log scores: distributions end where less than
// that is left.
const leastProbability = 1e-12

// densities is what the distributions of order days in a horizon say, given what happened.
type densities struct {
	ordered  []float64            // by row: P(at least one order day)
	variance []float64            // by row: of the number of order days
	low      []int32              // by row: the interval of conformalLevel
	high     []int32              // by row
	scores   []float64            // by customer: log of the probability of what happened
	inside   [len(levels)]float64 // customers inside the plain interval of whole numbers
	central  [len(levels)]float64 // customers inside without the surplus of whole numbers, see overlap

	rowIn, rowPIT [][len(levels)]float64 // by row, what inside and central sum
}

// density compares the distribution of order days in t weeks with the counts that happened.
func (f forecast) density(t float64, counts []int32) densities {
	n := len(f.past.rows)
	d := densities{ordered: make([]float64, n), variance: make([]float64, n), low: make([]int32, n), high: make([]int32, n),
		scores: make([]float64, len(f.past.known)), rowIn: make([][len(levels)]float64, n), rowPIT: make([][len(levels)]float64, n)}
	fitting.Parallel(len(f.parts), func(i int) {
		var given, mixed []float64
		model, rows := f.parts[i].model, f.parts[i].rows
		shared := !model.UsesRecency()
		for j, r := range rows {
			row := f.past.rows[r]
			if j == 0 || !shared || !sameFuture(row, f.past.rows[rows[j-1]]) {
				given = model.Distribution(given[:0], row.X, row.TX, row.T, t)
			}
			mixed = mix(mixed[:0], given, f.alive[r])
			d.row(int(r), mixed, counts[f.past.start[r]:f.past.start[r+1]], d.scores[f.past.start[r]:f.past.start[r+1]])
		}
	})
	for r := range n {
		for l := range levels {
			d.inside[l] += d.rowIn[r][l]
			d.central[l] += d.rowPIT[r][l]
		}
	}
	return d
}

// mix gives the distribution of a customer who is alive with probability alive: one who is not orders
// nothing.
func mix(p, given []float64, alive float64) []float64 {
	for _, v := range given {
		p = append(p, alive*v)
	}
	p[0] += 1 - alive
	return p
}

// row takes one history: p is its distribution, counts what its customers did.
func (d *densities) row(r int, p []float64, counts []int32, scores []float64) {
	mean, square := 0.0, 0.0
	for n, v := range p {
		mean += float64(n) * v
		square += float64(n) * float64(n) * v
	}
	d.ordered[r] = min(max(1-p[0], 0), 1)
	d.variance[r] = max(square-mean*mean, 0)
	var low, high [len(levels)]int32
	for l, level := range levels {
		low[l], high[l] = quantile(p, (1-level)/2), quantile(p, (1+level)/2)
	}
	d.low[r], d.high[r] = low[conformalLevel], high[conformalLevel]
	for i, n := range counts {
		scores[i] = math.Log(max(at(p, int(n)), leastProbability))
		below := 0.0
		for k := range min(int(n), len(p)) {
			below += p[k]
		}
		for l, level := range levels {
			if low[l] <= n && n <= high[l] {
				d.rowIn[r][l]++
			}
			d.rowPIT[r][l] += overlap(below, at(p, int(n)), (1-level)/2, (1+level)/2)
		}
	}
}

func at(p []float64, n int) float64 {
	if n < len(p) {
		return p[n]
	}
	return 0
}

// quantile is the least n with P(N <= n) >= q.
func quantile(p []float64, q float64) int32 {
	sum := 0.0
	for n, v := range p {
		sum += v
		if sum >= q {
			return int32(n)
		}
	}
	return int32(len(p) - 1)
}

// overlap is the share of the step from below to below+mass that lies between two probabilities: the
// probability that a probability integral transform drawn within the step falls between them. A right model
// gives the difference of the two on average, which the plain coverage of whole numbers does not.
func overlap(below, mass, low, high float64) float64 {
	if mass <= 0 {
		if below > low && below < high {
			return 1
		}
		return 0
	}
	return max(0, min(below+mass, high)-max(below, low)) / mass
}

// coverage is the share of customers inside each interval.
func (d densities) coverage() []Level {
	n := float64(len(d.scores))
	out := make([]Level, len(levels))
	for l, level := range levels {
		out[l] = Level{Level: level, Inside: ratio(d.inside[l], n), Exact: ratio(d.central[l], n)}
	}
	return out
}
