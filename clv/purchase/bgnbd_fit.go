package purchase

import (
	"cmp"
	"math"
	"postlift/clv/fitting"
	"slices"

	"postlift"
)

// bgnbdData is the compressed portfolio, arranged so that each evaluation takes logarithms once per
// distinct time and gamma functions once per distinct x.
type bgnbdData struct {
	rows  []bgnbdRow
	xs    []float64 // distinct x
	xn    []float64 // customers per distinct x
	times []float64 // distinct t_x and T, in scaled weeks
	n     float64   // customers

	// scratch of one evaluation, per distinct x resp. time
	gapR, gapB, gapAB []float64 // digamma differences over x of r, b, a+b
	logs, share       []float64 // log1p(t/alpha), t/(alpha+t)
}

type bgnbdRow struct {
	x, t, tx int32 // indices into xs and times
	n        float64
}

func newBGNBDData(rows []Counted, scale float64) *bgnbdData {
	d := &bgnbdData{}
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
		d.rows = append(d.rows, bgnbdRow{x: i, t: indexT(c.T), tx: indexT(c.TX), n: float64(c.N)})
	}
	d.gapR, d.gapB, d.gapAB = make([]float64, len(d.xs)), make([]float64, len(d.xs)), make([]float64, len(d.xs))
	d.logs, d.share = make([]float64, len(d.times)), make([]float64, len(d.times))
	return d
}

// meanNegLL is the mean negative log-likelihood at log (r, alpha, a, b) in scaled time, with its
// gradient. See BGNBD.logDensity for the arrangement.
func (d *bgnbdData) meanNegLL(theta, grad []float64) float64 {
	r, alpha, a, b := math.Exp(theta[0]), math.Exp(theta[1]), math.Exp(theta[2]), math.Exp(theta[3])
	for i, t := range d.times {
		d.logs[i] = math.Log1p(t / alpha)
		d.share[i] = t / (alpha + t)
	}
	ll := 0.0
	var g [4]float64
	for i, x := range d.xs {
		n := d.xn[i]
		ll += n * (fitting.LgammaRatio(r, x) + fitting.LgammaRatio(b, x) - fitting.LgammaRatio(a+b, x) - x*theta[1])
		ab := fitting.PsiDiff(a+b, x)
		g[0] += n * r * fitting.PsiDiff(r, x)
		g[1] -= n * x
		g[2] -= n * a * ab
		g[3] += n * b * (fitting.PsiDiff(b, x) - ab)
	}
	for _, row := range d.rows {
		x := d.xs[row.x]
		size, logT := r+x, d.logs[row.t]
		l := -size * logT
		if x == 0 {
			ll += row.n * l
			g[0] -= row.n * r * logT
			g[1] += row.n * size * d.share[row.t]
			continue
		}
		logTX := d.logs[row.tx]
		odds := theta[2] - math.Log(b+x-1) + size*(logT-logTX)
		ll += row.n * (l + fitting.Softplus(odds))
		dead := fitting.Sigmoid(odds)
		g[0] -= row.n * r * ((1-dead)*logT + dead*logTX)
		g[1] += row.n * size * ((1-dead)*d.share[row.t] + dead*d.share[row.tx])
		g[2] += row.n * dead
		g[3] -= row.n * dead * b / (b + x - 1)
	}
	for i := range grad {
		grad[i] = -g[i] / d.n
	}
	return -ll / d.n
}

// fitBGNBD fits by maximum likelihood in logs, with time scaled so that the median age is 10.
func fitBGNBD(rows []Counted, opt Options) (Fitted, error) {
	scale := medianAge(rows) / 10
	if scale <= 0 {
		scale = 1
	}
	d := newBGNBDData(rows, scale)
	rate := orderRate(rows) * scale
	job := fitting.Search{
		F:      d.meanNegLL,
		Starts: bgnbdStarts(rate),
		Centre: []float64{0, -math.Log(rate), 0, math.Log(2)},
		SD:     opt.priorSD(d.n),
		N:      d.n,
	}
	if opt.Centre != nil {
		c, ok := opt.Centre.(BGNBD)
		if !ok {
			return Fitted{}, postlift.Faultf(postlift.Invalid, "clv.FitOrders",
				"the prior's centre is a %s model: a %s fit needs one of its own kind", opt.Centre.Name(), ModelBGNBD)
		}
		job.AlwaysPrior = true
		job.Centre = []float64{math.Log(c.R), math.Log(c.Alpha / scale), math.Log(c.A), math.Log(c.B)}
	}
	o, flags := job.Run()
	m := BGNBD{R: math.Exp(o.Theta[0]), Alpha: math.Exp(o.Theta[1]) * scale, A: math.Exp(o.Theta[2]), B: math.Exp(o.Theta[3])}
	if d.n < fitting.FewAccounts {
		flags = append(flags, fitting.FlagFewAccounts)
	}
	return Fitted{Model: m, Stats: fitting.Stats{
		SE: fitting.NaturalSE(m.Params(), o.SDLog(d.n)), LogLikelihood: m.LogLikelihood(rows), Observations: int(d.n),
		Rows: len(rows), PriorUsed: slices.Contains(flags, fitting.FlagPriorUsed), Flags: flags,
	}}, nil
}

// bgnbdStarts are the points from which a fit is tried, the first that converges wins; rate is the
// portfolio's repeat orders per scaled week.
func bgnbdStarts(rate float64) [][]float64 {
	l := -math.Log(rate)
	return [][]float64{
		{0, 0, 0, 0},
		{0, l, -0.7, 0.7},
		{-1, l - 1, 0.5, 1.5},
		{1, l + 1, -1, 1},
	}
}

// orderRate is the portfolio's repeat orders per week, kept above 0 by half an order.
func orderRate(rows []Counted) float64 {
	orders, weeks := 0.5, 1.0
	for _, c := range rows {
		orders += float64(c.N) * float64(c.X)
		weeks += float64(c.N) * c.T
	}
	return orders / weeks
}

// medianAge is the median T over customers, weeks.
func medianAge(rows []Counted) float64 {
	byAge := slices.Clone(rows)
	slices.SortFunc(byAge, func(a, b Counted) int { return cmp.Compare(a.T, b.T) })
	total := 0
	for _, c := range rows {
		total += c.N
	}
	seen := 0
	for _, c := range byAge {
		seen += c.N
		if 2*seen >= total {
			return c.T
		}
	}
	return 0
}
