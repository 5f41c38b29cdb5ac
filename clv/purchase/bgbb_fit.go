package purchase

import (
	"math"

	"postlift"
	"postlift/clv/fitting"
)

// bgbbData is the compressed portfolio for the likelihood of BGBB.
type bgbbData struct {
	rows []bgbbRow
	n    float64 // customers
}

type bgbbRow struct {
	x, last, opportunities int
	n                      float64
}

func newBGBBData(rows []Counted) *bgbbData {
	d := &bgbbData{rows: make([]bgbbRow, len(rows))}
	for i, c := range rows {
		last, n := opportunities(c.X, c.TX, c.T)
		d.rows[i] = bgbbRow{x: c.X, last: last, opportunities: n, n: float64(c.N)}
		d.n += float64(c.N)
	}
	return d
}

// meanNegLL is the mean negative log-likelihood at log (alpha, beta, gamma, delta), with its gradient.
func (d *bgbbData) meanNegLL(theta, grad []float64) float64 {
	m := BGBB{Alpha: math.Exp(theta[0]), Beta: math.Exp(theta[1]), Gamma: math.Exp(theta[2]), Delta: math.Exp(theta[3])}
	ll := 0.0
	var g [4]float64
	for _, row := range d.rows {
		l, s := m.row(row)
		ll += row.n * l
		for i := range g {
			g[i] += row.n * s[i]
		}
	}
	for i, e := range []float64{m.Alpha, m.Beta, m.Gamma, m.Delta} {
		if grad != nil {
			grad[i] = -g[i] * e / d.n
		}
	}
	return -ll / d.n
}

// row is the log-likelihood of one history, with its derivatives: the probability of what happened up to the
// last order, times that of the silence since, which is a sum of positive terms over when the customer left.
func (m BGBB) row(c bgbbRow) (l float64, g [4]float64) {
	x, last := float64(c.x), float64(c.last)
	ab, gd := m.Alpha+m.Beta, m.Gamma+m.Delta
	l = fitting.LgammaRatio(m.Alpha, x) + fitting.LgammaRatio(m.Beta, last-x) - fitting.LgammaRatio(ab, last) +
		fitting.LgammaRatio(m.Delta, last) - fitting.LgammaRatio(gd, last)
	psiAB, psiGD := fitting.PsiDiff(ab, last), fitting.PsiDiff(gd, last)
	g = [4]float64{fitting.PsiDiff(m.Alpha, x) - psiAB, fitting.PsiDiff(m.Beta, last-x) - psiAB, -psiGD, fitting.PsiDiff(m.Delta, last) - psiGD}
	sum, alive := 0.0, 1.0
	var slope, total [4]float64 // of log alive, and of sum
	for j := c.last; j < c.opportunities; j++ {
		fj := float64(j)
		e := alive * m.Gamma / (gd + fj)
		sum += e
		total[0] += e * slope[0]
		total[1] += e * slope[1]
		total[2] += e * (slope[2] + 1/m.Gamma - 1/(gd+fj))
		total[3] += e * (slope[3] - 1/(gd+fj))
		miss := m.Beta + fj - x
		alive *= miss / (ab + fj) * (m.Delta + fj) / (gd + fj)
		slope[0] -= 1 / (ab + fj)
		slope[1] += 1/miss - 1/(ab+fj)
		slope[2] -= 1 / (gd + fj)
		slope[3] += 1/(m.Delta+fj) - 1/(gd+fj)
	}
	sum += alive
	for i := range g {
		g[i] += (total[i] + alive*slope[i]) / sum
	}
	return l + math.Log(sum), g
}

// fitBGBB fits by maximum likelihood in logs.
func fitBGBB(rows []Counted, opt Options) (Fitted, error) {
	if err := checkOpportunities(rows); err != nil {
		return Fitted{}, err
	}
	d := newBGBBData(rows)
	odds := orderShare(d.rows)
	job := fitting.Search{
		F:      d.meanNegLL,
		Starts: bgbbStarts(odds),
		Centre: []float64{0, -math.Log(odds), 0, math.Log(5)},
		SD:     opt.priorSD(d.n),
		N:      d.n,
	}
	if opt.Centre != nil {
		c, ok := opt.Centre.(BGBB)
		if !ok {
			return Fitted{}, wrongCentre(opt.Centre, ModelBGBB)
		}
		job.AlwaysPrior = true
		job.Centre = []float64{math.Log(c.Alpha), math.Log(c.Beta), math.Log(c.Gamma), math.Log(c.Delta)}
	}
	o, flags := job.Run()
	e := exps(o.Theta)
	return fitted(BGBB{Alpha: e[0], Beta: e[1], Gamma: e[2], Delta: e[3]}, o, flags, rows, d.n), nil
}

func bgbbStarts(odds float64) [][]float64 {
	l := -math.Log(odds)
	return [][]float64{
		{0, l, 0, math.Log(5)},
		{1, l + 0.5, -0.7, 1},
		{-0.7, l - 1, -1, 1.5},
		{0, 0, 0, 0},
	}
}

// orderShare is the odds of an order at an opportunity, kept off 0 and infinity by half an order.
func orderShare(rows []bgbbRow) float64 {
	orders, misses := 0.5, 0.5
	for _, c := range rows {
		orders += c.n * float64(c.x)
		misses += c.n * float64(c.opportunities-c.x)
	}
	return orders / misses
}

// checkOpportunities refuses histories that are not counted in opportunities.
func checkOpportunities(rows []Counted) error {
	bad := func(c Counted, text string) error {
		return postlift.Faultf(postlift.Invalid, "purchase.Fit",
			"history x=%d t_x=%g T=%g: %s; the model %s counts in order opportunities, not in weeks", c.X, c.TX, c.T, text, ModelBGBB)
	}
	for _, c := range rows {
		switch {
		case c.T != math.Trunc(c.T):
			return bad(c, "T must be a whole number of opportunities")
		case c.TX != math.Trunc(c.TX):
			return bad(c, "t_x must be the whole number of an opportunity")
		case float64(c.X) > c.TX:
			return bad(c, "x orders need at least as many opportunities up to t_x")
		}
	}
	return nil
}
