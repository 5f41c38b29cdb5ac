package backtest

import (
	"math"
	"math/rand/v2"
	"slices"

	"postlift"
	"postlift/clv/fitting"
	"postlift/clv/purchase"
)

// detail is a candidate's test looked at closely: what bands, reliability and segments need.
type detail struct {
	surprise
	predicted []float64 // by customer
	ordered   []float64 // by customer: P(at least one order)
	alive     []float64 // by customer
	worth     []float64 // by customer: expected value of an order day; nil without a spend model
	low, high []int32   // by customer: 90 % interval
	counts    []int32
	past      past
	values    []float64 // by customer: what happened
}

// closely predicts every test again with one candidate. Done for the few candidates that were chosen, it
// spares all others the spread of totals.
func (r *run) closely(c candidate, spendModel string) []detail {
	key := [2]string{c.key, spendModel}
	if d, ok := r.details[key]; ok {
		return d
	}
	index, spend := r.indexOf(c.key), slices.Index(r.spends, spendModel)
	var out []detail
	for o, p := range r.pasts {
		fit := r.fits[o][index]
		if fit == nil {
			continue
		}
		var tests []Test
		var times []float64
		for _, t := range r.tests {
			if t.Origin == p.origin {
				tests, times = append(tests, t), append(times, t.Horizon.weeks(t.Origin))
			}
		}
		f := ahead(fit, p, times)
		open := parameterSpread(fit, p, times, r.drawing(p.origin, c))
		for i, t := range tests {
			d := r.detail(f, i, t, times[i], open[i])
			if spend >= 0 && r.worths[o][spend].fitted() {
				d.price(r.worths[o][spend])
			}
			out = append(out, d)
		}
	}
	r.details[key] = out
	return out
}

// drawing is the randomness of one fit. It is the fit's own: were it shared, a draw that a later fit throws
// away would move the bands of an earlier origin.
func (r *run) drawing(origin postlift.Date, c candidate) *rand.Rand {
	stream := uint64(origin)<<16 | uint64(c.plain)
	if c.levels {
		stream |= 1 << 15
	}
	return rand.New(rand.NewPCG(r.seed, stream))
}

func (r *run) indexOf(key string) int {
	for i, c := range r.cands {
		if c.key == key {
			return i
		}
	}
	return -1
}

// detail looks at one test; open is the relative variance of its total that the parameters leave.
func (r *run) detail(f forecast, i int, t Test, weeks, open float64) detail {
	p := f.past
	o := r.book.after(p, t.End)
	den := f.density(weeks, o.counts)
	d := detail{past: p, predicted: p.spread(f.path[i]), ordered: p.spread(den.ordered), alive: p.spread(f.alive),
		low: make([]int32, len(p.known)), high: make([]int32, len(p.known)), counts: o.counts, values: o.values}
	for row := range p.rows {
		for k := p.start[row]; k < p.start[row+1]; k++ {
			d.low[k], d.high[k] = den.low[row], den.high[row]
			if den.high[row] > 0 {
				d.beyond = append(d.beyond, missed(o.counts[k], den.low[row], den.high[row]))
			}
		}
	}
	d.test = t
	d.surprise.predicted = sum(d.predicted)
	chance := 0.0
	for _, v := range p.spread(den.variance) {
		chance += v
	}
	d.orderVar = logVariance(chance, d.surprise.predicted) + open
	d.valueVar = d.orderVar
	return d
}

// price adds what the orders are worth, and the variance of their total value.
func (d *detail) price(w worths) {
	d.worth = w.mean
	total, chance := 0.0, 0.0
	for i, e := range d.predicted {
		v := e * w.mean[i]
		total += v
		own, order := w.of(d.past.known[i]).Spread(d.past.known[i].basis())
		// each order day varies around the customer's mean, and that mean is open for all of them at once
		chance += e*square(order*w.mean[i]) + square(own*v)
	}
	d.surprise.value = total
	d.valueVar = d.orderVar + min(logVariance(chance, total), maxLogVariance)
}

func square(v float64) float64 { return v * v }

// maxLogVariance bounds the variance of a total's log: beyond it a band says nothing any more.
const maxLogVariance = 4

// logVariance turns a variance into that of the log of a total.
func logVariance(variance, total float64) float64 {
	if total <= 0 {
		return maxLogVariance
	}
	return min(math.Log1p(variance/(total*total)), maxLogVariance)
}

const (
	spreadDraws     = 50  // parameter draws behind the spread of a total
	spreadCustomers = 256 // customers, evenly spaced by history, on which it is measured
)

// parameterSpread is the relative variance of a total at each time that the parameters leave open, from
// draws around the optimum. A fit whose parameters cannot be drawn gives 0: its flags say so.
func parameterSpread(fit *fitted, p past, times []float64, rng *rand.Rand) []float64 {
	out := make([]float64, len(times))
	draws := fit.draws(spreadDraws, rng)
	if len(draws) < 2 || len(p.known) == 0 {
		return out
	}
	rows := spaced(p)
	logs := make([][]float64, len(times))
	for i := range logs {
		logs[i] = make([]float64, len(draws))
	}
	fitting.Parallel(len(draws), func(m int) {
		for _, part := range draws[m].parts(rows) {
			known := purchase.NewForecaster(part.model, times)
			for _, r := range part.rows {
				row := rows.rows[r]
				orders, _ := known.Ahead(row.X, row.TX, row.T)
				pa := part.model.PAlive(row.X, row.TX, row.T)
				for i := range times {
					logs[i][m] += pa * orders[i]
				}
			}
		}
	})
	for i := range logs {
		for m, v := range logs[i] {
			logs[i][m] = math.Log(max(v, math.SmallestNonzeroFloat64))
		}
		_, ss := meanSS(logs[i])
		out[i] = min(ss/float64(len(draws)-1), maxLogVariance)
	}
	return out
}

// spaced picks customers at even distances in the order of histories, a row for each.
func spaced(p past) past {
	n := min(spreadCustomers, len(p.known))
	out := past{origin: p.origin}
	for i := range n {
		k := p.known[(2*i+1)*len(p.known)/(2*n)]
		out.rows = append(out.rows, purchase.Counted{X: int(k.x), TX: weekly(int(k.tx)), T: weekly(int(k.age)), N: 1})
		out.groups = append(out.groups, k.group)
	}
	return out
}
