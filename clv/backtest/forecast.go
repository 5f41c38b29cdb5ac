package backtest

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"postlift"
	"postlift/clv/fitting"
	"postlift/clv/purchase"
)

// candidate is an order model that may be chosen. Its key is the model's name, with "-k" where k is fixed and
// "+levels" where it is fitted by level.
type candidate struct {
	key, model string
	k          int
	levels     bool
	plain      int // index of the candidate without levels; its own without
}

// modelCNBD is the one model with a regularity k, modelBGBB the one whose unit is not time.
const (
	modelCNBD = "mbgcnbd"
	modelMBG  = "mbgnbd"
	modelBGBB = "bgbb"
)

// maxK is the largest regularity that models allow.
const maxK = 6

// candidates are the models asked for, or all that apply. BG/BB counts opportunities, not days, and cannot
// be compared on dated orders.
func candidates(names []string) ([]candidate, error) {
	if len(names) == 0 {
		for _, n := range purchase.Names() {
			if n != modelBGBB {
				names = append(names, n)
			}
		}
		if slices.Contains(names, modelCNBD) {
			names = append(names, modelCNBD+"-2", modelCNBD+"-3")
		}
	}
	var out []candidate
	for _, n := range names {
		c, err := parseCandidate(n)
		if err != nil {
			return nil, err
		}
		if !slices.ContainsFunc(out, func(one candidate) bool { return one.key == c.key }) {
			c.plain = len(out)
			out = append(out, c)
		}
	}
	return out, nil
}

func parseCandidate(key string) (candidate, error) {
	c := candidate{key: key, model: key}
	if name, k, ok := strings.Cut(key, "-"); ok {
		n, err := strconv.Atoi(k)
		if err != nil || name != modelCNBD || n < 1 || n > maxK {
			return c, postlift.Faultf(postlift.Invalid, "backtest.Run", "unknown model %q: a fixed k is written %s-2, from 1 to %d", key, modelCNBD, maxK)
		}
		c.model, c.k = name, n
	}
	switch {
	case c.model == modelBGBB:
		return c, postlift.Faultf(postlift.Invalid, "backtest.Run",
			"model %s counts opportunities, not days: it cannot be compared on dated orders", c.model)
	case !slices.Contains(purchase.Names(), c.model):
		return c, purchase.Unknown(c.model)
	}
	return c, nil
}

// fit fits the candidate to the past.
func (c candidate) fit(p past) (*fitted, error) {
	fit, err := purchase.Fit(c.model, p.rows, purchase.Options{K: c.k, LogGaps: p.gaps})
	if err != nil {
		return nil, err
	}
	return &fitted{Fitted: fit}, nil
}

// regularity is the k of a fitted model, 0 where it has none.
func regularity(m purchase.Model) int {
	if m == nil || m.Name() != modelCNBD {
		return 0
	}
	return int(math.Round(fitting.ParamMap(m.Params())["k"]))
}

// forecast is what a fitted model predicts from an origin, by row of the past.
type forecast struct {
	past  past // with the rows that the fit tells apart
	parts []part
	alive []float64   // P(alive) at the origin
	path  [][]float64 // path[i][row]: expected order days up to the i-th time
}

// ahead predicts the order days of every history up to each of the times (weeks from the origin).
func ahead(fit *fitted, p past, times []float64) forecast {
	p = fit.view(p)
	f := forecast{past: p, parts: fit.parts(p), alive: make([]float64, len(p.rows)), path: make([][]float64, len(times))}
	for i := range f.path {
		f.path[i] = make([]float64, len(p.rows))
	}
	fitting.Parallel(len(f.parts), func(i int) {
		known := purchase.NewForecaster(f.parts[i].model, times)
		for _, r := range f.parts[i].rows {
			row := p.rows[r]
			orders, _ := known.Ahead(row.X, row.TX, row.T)
			f.alive[r] = f.parts[i].model.PAlive(row.X, row.TX, row.T)
			for i := range times {
				f.path[i][r] = f.alive[r] * orders[i]
			}
		}
	})
	return f
}

// sameFuture tells whether two histories differ in recency alone.
func sameFuture(a, b purchase.Counted) bool { return a.X == b.X && a.T == b.T }

// total is the sum over customers of a figure by row.
func (p past) total(byRow []float64) float64 {
	sum := 0.0
	for r, v := range byRow {
		sum += v * float64(p.rows[r].N)
	}
	return sum
}

// spread gives each customer the figure of its row.
func (p past) spread(byRow []float64) []float64 {
	out := make([]float64, len(p.known))
	for r, v := range byRow {
		for i := p.start[r]; i < p.start[r+1]; i++ {
			out[i] = v
		}
	}
	return out
}

// chunk is the number of rows that are worked on together.
const chunk = 512

// inChunks runs f over disjoint ranges of 0..n on all processors. The ranges depend on n alone and write to
// places of their own, so that results do not depend on how many processors there are.
func inChunks(n int, f func(lo, hi int)) {
	fitting.Parallel((n+chunk-1)/chunk, func(i int) { f(i*chunk, min((i+1)*chunk, n)) })
}
