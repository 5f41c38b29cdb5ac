package purchase

import (
	"cmp"
	"math"
	"slices"

	"postlift/clv/fitting"
)

// paretoData is the compressed portfolio for the likelihood of ParetoNBD. The integral over the time of
// leaving, from t_x to T, is a difference of two integrals to the end of the data, which depend on (x, day)
// only: they are found once per distinct pair, in steps between neighbouring days that need few nodes. The
// difference costs no digits: what it loses is small against the likelihood of still being alive.
type paretoData struct {
	groups []paretoGroup
	times  []float64 // distinct t_x and T, in scaled weeks, ascending
	n      float64   // customers

	logA, logB []float64 // scratch: log(1+t/alpha), log(1+t/beta) per time
	tail       []moments // scratch: integrals from a node of the group to its last one
}

// paretoGroup holds the histories with the same x.
type paretoGroup struct {
	x, n  float64
	nodes []int32 // indices into times, ascending
	rows  []paretoRow
}

type paretoRow struct {
	tx, t int32 // indices into nodes
	n     float64
}

// moments are integrals of f(u)/f(start), f(u) = (1+u/alpha)^-(r+x) (1+u/beta)^-(s+1), alone and times the
// derivatives of its logarithm.
type moments struct {
	one, logA, logB, shareA, shareB float64
}

func newParetoData(rows []Counted, scale float64) *paretoData {
	d := &paretoData{}
	for _, c := range rows {
		d.times = append(d.times, c.T/scale, min(c.TX, c.T)/scale)
		d.n += float64(c.N)
	}
	slices.Sort(d.times)
	d.times = slices.Compact(d.times)
	byX := slices.Clone(rows)
	slices.SortStableFunc(byX, func(a, b Counted) int { return cmp.Compare(a.X, b.X) })
	longest := 0
	for len(byX) > 0 {
		end := 1
		for end < len(byX) && byX[end].X == byX[0].X {
			end++
		}
		g := d.group(byX[:end], scale)
		longest = max(longest, len(g.nodes))
		d.groups = append(d.groups, g)
		byX = byX[end:]
	}
	d.logA, d.logB = make([]float64, len(d.times)), make([]float64, len(d.times))
	d.tail = make([]moments, longest)
	return d
}

func (d *paretoData) group(rows []Counted, scale float64) paretoGroup {
	g := paretoGroup{x: float64(rows[0].X)}
	at := make([][2]int32, len(rows))
	for i, c := range rows {
		tx, _ := slices.BinarySearch(d.times, min(c.TX, c.T)/scale)
		t, _ := slices.BinarySearch(d.times, c.T/scale)
		at[i] = [2]int32{int32(tx), int32(t)}
		g.nodes = append(g.nodes, int32(tx), int32(t))
	}
	slices.Sort(g.nodes)
	g.nodes = slices.Compact(g.nodes)
	for i, c := range rows {
		tx, _ := slices.BinarySearch(g.nodes, at[i][0])
		t, _ := slices.BinarySearch(g.nodes, at[i][1])
		g.rows = append(g.rows, paretoRow{tx: int32(tx), t: int32(t), n: float64(c.N)})
		g.n += float64(c.N)
	}
	return g
}

// meanNegLL is the mean negative log-likelihood at log (r, alpha, s, beta) in scaled time, with its
// gradient.
func (d *paretoData) meanNegLL(theta, grad []float64) float64 {
	m := ParetoNBD{R: math.Exp(theta[0]), Alpha: math.Exp(theta[1]), S: math.Exp(theta[2]), Beta: math.Exp(theta[3])}
	for i, t := range d.times {
		d.logA[i], d.logB[i] = math.Log1p(t/m.Alpha), math.Log1p(t/m.Beta)
	}
	ll := 0.0
	var g [4]float64
	for i := range d.groups {
		group := &d.groups[i]
		ll += group.n * (fitting.LgammaRatio(m.R, group.x) - group.x*theta[1])
		g[0] += group.n * m.R * fitting.PsiDiff(m.R, group.x)
		g[1] -= group.n * group.x
		d.fillTail(m, group)
		ll += d.groupSum(m, group, &g)
	}
	for i := range grad {
		grad[i] = -g[i] / d.n
	}
	return -ll / d.n
}

// fillTail finds the integrals from every node of a group to its last one.
func (d *paretoData) fillTail(m ParetoNBD, g *paretoGroup) {
	p, q := m.R+g.x, m.S+1
	last := len(g.nodes) - 1
	d.tail[last] = moments{}
	for i := last - 1; i >= 0; i-- {
		from, to := g.nodes[i], g.nodes[i+1]
		drop := p*(d.logA[to]-d.logA[from]) + q*(d.logB[to]-d.logB[from])
		d.tail[i] = d.tail[i+1]
		d.tail[i].scale(math.Exp(-drop))
		d.addPiece(&d.tail[i], m, p, from, to, drop)
	}
}

func (s *moments) scale(k float64) {
	s.one *= k
	s.logA *= k
	s.logB *= k
	s.shareA *= k
	s.shareB *= k
}

// addPiece adds the integrals between two times.
func (d *paretoData) addPiece(into *moments, m ParetoNBD, p float64, from, to int32, drop float64) {
	t := d.times[from]
	piece := stretch{alpha: m.Alpha + t, beta: m.Beta + t, p: p, q: m.S + 1, t: t, logA: d.logA[from], logB: d.logB[from]}
	gap := d.times[to] - t
	width := math.Log1p(gap / min(piece.alpha, piece.beta))
	if g, ok := ruleFor(width, drop+width); ok {
		piece.add(into, 0, width, g)
		return
	}
	var sum moments
	eachPanel(hazards(piece.alpha, p, piece.beta, piece.q), width, func() float64 { return sum.one / min(piece.alpha, piece.beta) },
		func(v, h float64, g rule) { piece.add(&sum, v, h, g) })
	into.one += sum.one
	into.logA += sum.logA
	into.logB += sum.logB
	into.shareA += sum.shareA
	into.shareB += sum.shareB
}

// stretch is the integrand seen from the time t: alpha and beta are the scales there, logA and logB the
// logarithms gathered so far.
type stretch struct {
	alpha, p, beta, q, t, logA, logB float64
}

// add adds the integrals over the panel v..v+h of the log scale.
func (s *stretch) add(into *moments, v, h float64, g rule) {
	c, other := s.alpha, s.beta
	near, far := s.p, s.q
	if s.beta < s.alpha {
		c, other = other, c
		near, far = far, near
	}
	for i, x := range g.at {
		w := v + h*x
		u := c * math.Expm1(w)
		logFar := math.Log1p(u / other)
		e := h * g.weight[i] * c * math.Exp(w-near*w-far*logFar)
		a, b := s.logA+w, s.logB+logFar
		if s.beta < s.alpha {
			a, b = s.logA+logFar, s.logB+w
		}
		into.one += e
		into.logA += e * a
		into.logB += e * b
		into.shareA += e * (s.t + u) / (s.alpha + u)
		into.shareB += e * (s.t + u) / (s.beta + u)
	}
}

// groupSum is the sum of a group's log-likelihoods without the terms of x alone; it adds the gradient to g.
func (d *paretoData) groupSum(m ParetoNBD, group *paretoGroup, g *[4]float64) float64 {
	p, q := m.R+group.x, m.S+1
	logSB := math.Log(m.S) - math.Log(m.Beta)
	sum := 0.0
	for _, row := range group.rows {
		node := group.nodes[row.t]
		la, lb, t := d.logA[node], d.logB[node], d.times[node]
		shareA, shareB := t/(m.Alpha+t), t/(m.Beta+t)
		l := -p*la - m.S*lb
		dr, dAlpha, ds, dBeta := -la, p*shareA, -lb, m.S*shareB
		if row.tx != row.t {
			start := group.nodes[row.tx]
			drop := p*(la-d.logA[start]) + q*(lb-d.logB[start])
			if k := d.tail[row.tx].less(d.tail[row.t], math.Exp(-drop)); k.one > 0 {
				odds := logSB - lb + drop + math.Log(k.one)
				l += fitting.Softplus(odds)
				dead := fitting.Sigmoid(odds)
				dr += dead * (la - k.logA/k.one)
				dAlpha += dead * p * (k.shareA/k.one - shareA)
				ds += dead * (1/m.S + lb - k.logB/k.one)
				dBeta += dead * (q*k.shareB/k.one - m.S*shareB - 1)
			}
		}
		sum += row.n * l
		g[0] += row.n * m.R * dr
		g[1] += row.n * dAlpha
		g[2] += row.n * m.S * ds
		g[3] += row.n * dBeta
	}
	return sum
}

// less is s minus what of it lies behind a later node, whose integrals are end, scaled by k.
func (s moments) less(end moments, k float64) moments {
	return moments{s.one - k*end.one, s.logA - k*end.logA, s.logB - k*end.logB, s.shareA - k*end.shareA, s.shareB - k*end.shareB}
}
