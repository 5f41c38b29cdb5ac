package purchase

import (
	"math"

	"postlift/clv/fitting"
)

// geometricData is a compressed portfolio for the models with a beta-geometric leaving (BG/NBD, MBG/CNBD-k),
// arranged so that each evaluation of the likelihood takes logarithms once per distinct time, gamma
// functions once per distinct x, and one exponential and one logarithm per distinct history.
type geometricData struct {
	k     int     // every k-th event is an order
	first float64 // 1 where a customer may leave at the first order, too (MBG), else 0
	rows  []geometricRow
	xs    []float64 // distinct x
	xn    []float64 // customers per distinct x
	times []float64 // distinct t_x and T, in scaled weeks
	n     float64   // customers

	// of one evaluation, per distinct x resp. time
	odds, share []float64 // log a/(b+x-1), b/(b+x-1), for MBG with x+1 in place of x
	logs, shift []float64 // log1p(t/alpha), t/(alpha+t)
}

type geometricRow struct {
	x, t, tx int32 // indices into xs and times
	n        float64
}

// newBGNBDData arranges counted histories for a BG/NBD fit; scale is the number of weeks of the unit of time.
func newBGNBDData(rows []Counted, scale float64) *geometricData {
	return newGeometricData(rows, scale, 1, 0)
}

// newMBGCNBDData does the same for an MBG/CNBD-k fit.
func newMBGCNBDData(rows []Counted, scale float64, k int) *geometricData {
	return newGeometricData(rows, scale, k, 1)
}

func newGeometricData(rows []Counted, scale float64, k int, first float64) *geometricData {
	d := &geometricData{k: k, first: first, rows: make([]geometricRow, 0, len(rows))}
	xi, ti := map[int]int32{}, map[float64]int32{}
	indexT := func(v float64) int32 {
		i, ok := ti[v]
		if !ok {
			i = int32(len(d.times))
			ti[v] = i
			d.times = append(d.times, v/scale)
		}
		return i
	}
	for _, c := range rows {
		i, ok := xi[c.X]
		if !ok {
			i = int32(len(d.xs))
			xi[c.X] = i
			d.xs = append(d.xs, float64(c.X))
			d.xn = append(d.xn, 0)
		}
		d.xn[i] += float64(c.N)
		d.n += float64(c.N)
		d.rows = append(d.rows, geometricRow{x: i, t: indexT(c.T), tx: indexT(min(c.TX, c.T)), n: float64(c.N)})
	}
	d.odds, d.share = make([]float64, len(d.xs)), make([]float64, len(d.xs))
	d.logs, d.shift = make([]float64, len(d.times)), make([]float64, len(d.times))
	return d
}

// geometricSum is what one pass over the rows adds up: the log-likelihood and its derivatives by r, log
// alpha, log a and log b.
const (
	sumLL = iota
	sumR
	sumAlpha
	sumA
	sumB
	geometricSums
)

// meanNegLL is the mean negative log-likelihood at log (r, alpha, a, b) in scaled time, with its
// gradient. See BGNBD.logDensity and MBGCNBD.logDensity for the arrangement.
func (d *geometricData) meanNegLL(theta, grad []float64) float64 {
	r, alpha := math.Exp(theta[0]), math.Exp(theta[1])
	for i, t := range d.times {
		d.logs[i] = math.Log1p(t / alpha)
		d.shift[i] = t / (alpha + t)
	}
	g := d.byX(theta)
	pass := d.poisson
	if d.k > 1 {
		pass = d.regular
	}
	rows := fitting.Sum(len(d.rows), geometricSums, func(lo, hi int, acc []float64) { pass(d.rows[lo:hi], r, acc) })
	for i, v := range rows {
		g[i] += v
	}
	if grad != nil {
		grad[0], grad[1], grad[2], grad[3] = -r*g[sumR]/d.n, -g[sumAlpha]/d.n, -g[sumA]/d.n, -g[sumB]/d.n
	}
	return -g[sumLL] / d.n
}

// byX adds up what depends on x alone and prepares the odds of leaving.
func (d *geometricData) byX(theta []float64) (g [geometricSums]float64) {
	r, a, b := math.Exp(theta[0]), math.Exp(theta[2]), math.Exp(theta[3])
	k := float64(d.k)
	logGammaK := fitting.Lgamma(k)
	for i, x := range d.xs {
		n, kx, flips := d.xn[i], k*x, x+d.first
		g[sumLL] += n * (fitting.LgammaRatio(r, kx) + fitting.LgammaRatio(b, flips) - fitting.LgammaRatio(a+b, flips) -
			kx*theta[1] - x*logGammaK)
		ab := fitting.PsiDiff(a+b, flips)
		g[sumR] += n * fitting.PsiDiff(r, kx)
		g[sumAlpha] -= n * kx
		g[sumA] -= n * a * ab
		g[sumB] += n * b * (fitting.PsiDiff(b, flips) - ab)
		if flips == 0 {
			d.odds[i], d.share[i] = math.Inf(-1), 0
			continue
		}
		rest := b + (flips - 1) // in this order, a tiny b keeps its digits
		d.odds[i] = theta[2] - math.Log(rest)
		d.share[i] = b / rest
	}
	return g
}

// poisson adds up rows for k = 1.
func (d *geometricData) poisson(rows []geometricRow, r float64, acc []float64) {
	var ll, gr, galpha, ga, gb float64
	for i := range rows {
		row := &rows[i]
		size, logT := r+d.xs[row.x], d.logs[row.t]
		gap := logT - d.logs[row.tx]
		dead, soft := deadAndSoftplus(d.odds[row.x] + size*gap)
		ll += row.n * (soft - size*logT)
		gr += row.n * (dead*gap - logT)
		galpha += row.n * size * (d.shift[row.t] - dead*(d.shift[row.t]-d.shift[row.tx]))
		ga += row.n * dead
		gb -= row.n * dead * d.share[row.x]
	}
	acc[sumLL] += ll
	acc[sumR] += gr
	acc[sumAlpha] += galpha
	acc[sumA] += ga
	acc[sumB] += gb
}

// regular adds up rows for k > 1, where the customers who are alive are spread over the phases.
func (d *geometricData) regular(rows []geometricRow, r float64, acc []float64) {
	k := float64(d.k)
	for i := range rows {
		row := &rows[i]
		size, logT := r+k*d.xs[row.x], d.logs[row.t]
		gap, shift := logT-d.logs[row.tx], d.shift[row.t]
		// (T-t_x)/(alpha+T) from the two shares would lose digits for large alpha
		idle := 0.0
		if t := d.times[row.t]; t > 0 {
			idle = (t - d.times[row.tx]) / t * shift
		}
		total, byShape, phase := phaseSlopes(size, idle, d.k)
		logTotal := math.Log(total)
		dead, soft := deadAndSoftplus(d.odds[row.x] + size*gap - logTotal)
		acc[sumLL] += row.n * (logTotal + soft - size*logT)
		acc[sumR] += row.n * (dead*gap - logT + (1-dead)*byShape)
		acc[sumAlpha] += row.n * (size*(shift-dead*(shift-d.shift[row.tx])) - (1-dead)*phase*(1-shift))
		acc[sumA] += row.n * dead
		acc[sumB] -= row.n * dead * d.share[row.x]
	}
}

// phaseSlopes gives the total of the phases' weights (see phaseWeights), the derivative of its log by the
// shape, and the mean phase.
func phaseSlopes(size, idle float64, k int) (total, byShape, phase float64) {
	w, harmonic := 1.0, 0.0
	total = 1
	for j := 1; j < k; j++ {
		s := size + float64(j-1)
		w *= idle * s * choose[j-1]
		harmonic += 1 / s
		total += w
		byShape += w * harmonic
		phase += w * float64(j)
	}
	return total, byShape / total, phase / total
}

// deadAndSoftplus is the probability with the log odds d, and log(1+exp(d)), with one exponential for both.
func deadAndSoftplus(d float64) (p, soft float64) {
	if d > 0 {
		e := math.Exp(-d)
		return 1 / (1 + e), d + math.Log1p(e)
	}
	e := math.Exp(d)
	return e / (1 + e), math.Log1p(e)
}
