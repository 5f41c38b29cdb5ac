package renewal

import (
	"math"

	"postlift/clv/fitting"
)

// Bounds of the shape of a BdW model: beyond, a hazard is 0 or 1 in all but name.
const (
	minShape = 0.01
	maxShape = 20
)

// BdW is the beta-discrete-Weibull renewal model of Fader, Hardie, Liu, Davin and Steenburgh, "How to Project
// Customer Retention Revisited: The Role of Duration Dependence", Journal of Interactive Marketing 43 (2018):
//
//	S(n) = B(Alpha, Beta + n^C) / B(Alpha, Beta).
//
// C = 1 is the sBG; above 1 each contract becomes likelier to end the longer it has run, below 1 less.
type BdW struct {
	Alpha, Beta float64 // positive
	C           float64 // 0.01 to 20
}

// Name is "bdw".
func (b BdW) Name() string { return ModelBdW }

// Params lists alpha, beta and c.
func (b BdW) Params() []fitting.Param {
	return []fitting.Param{{Name: "alpha", Value: b.Alpha}, {Name: "beta", Value: b.Beta}, {Name: "c", Value: b.C}}
}

// Hazard is the probability that a contract ends at opportunity i (from 1), having reached it.
func (b BdW) Hazard(i int) float64 {
	from, step := b.age(i)
	h := -math.Expm1(logBetaStep(b.Alpha, b.Beta+from, step))
	return min(max(h, 0), 1)
}

// LogLikelihood is the log-likelihood of renewal decisions.
func (b BdW) LogLikelihood(t *Table) float64 { return logLikelihood(b, t) }

// age gives (i-1)^C and how much i^C adds to it.
func (b BdW) age(i int) (from, step float64) {
	if i <= 1 {
		return 0, 1
	}
	from = math.Pow(float64(i-1), b.C)
	return from, from * math.Expm1(b.C*math.Log1p(1/float64(i-1)))
}

// logBetaStep is log B(a, v+d) - log B(a, v), by the smaller of both increments, which keeps more digits.
func logBetaStep(a, v, d float64) float64 {
	if d <= a {
		return fitting.LgammaRatio(v, d) - fitting.LgammaRatio(v+a, d)
	}
	return fitting.LgammaRatio(v, a) - fitting.LgammaRatio(v+d, a)
}

// psiBeta is digamma(v) - digamma(v+a).
func psiBeta(a, v float64) float64 { return -fitting.PsiDiff(v, a) }

// bdwMeanNegLL is the mean negative log-likelihood at (logit mu, log omega, log c) with mu =
// alpha/(alpha+beta) and omega = 1/(alpha+beta), with its gradient.
func (t *Table) bdwMeanNegLL(theta, grad []float64) float64 {
	logC, bank := boundedShape(theta[2])
	m := bdwAt([]float64{theta[0], theta[1], logC})
	var ll, ga, gb, gc, n float64
	for i := range t.Ended {
		c, s := float64(t.Ended[i]), float64(t.Renewed[i])
		if c+s == 0 {
			continue
		}
		n += c + s
		from, step := m.age(i + 1)
		d := min(logBetaStep(m.Alpha, m.Beta+from, step), -1e-300)
		end := math.Log(-math.Expm1(d))
		ll += c*max(end, worstLog) + s*d
		if grad == nil {
			continue
		}
		w := s - c*math.Exp(d-end) // of d in the log-likelihood
		lo, hi := psiBeta(m.Alpha, m.Beta+from), psiBeta(m.Alpha, m.Beta+from+step)
		ga += w * (fitting.PsiDiff(m.Alpha+m.Beta, from) - fitting.PsiDiff(m.Alpha+m.Beta, from+step))
		gb += w * (hi - lo)
		gc += w * (hi*m.shapeSlope(i+1) - lo*m.shapeSlope(i))
	}
	if grad != nil {
		rest := fitting.Sigmoid(-theta[0])
		mu := fitting.Sigmoid(theta[0])
		whole := m.Alpha + m.Beta
		grad[0] = -(ga - gb) * whole * mu * rest / n
		grad[1] = (ga*m.Alpha + gb*m.Beta) / n
		grad[2] = -gc / n
		if bank != 0 { // outside, only the bank depends on it
			grad[2] = 2 * bank
		}
	}
	return -ll/n + bank*bank
}

// shapeSlope is the derivative of i^C by log C.
func (b BdW) shapeSlope(i int) float64 {
	if i <= 1 {
		return 0
	}
	l := math.Log(float64(i))
	return math.Exp(b.C*l) * l * b.C
}

// boundedShape keeps log c inside its bounds and tells by how much it lay outside.
func boundedShape(logC float64) (inside, outside float64) {
	inside = min(max(logC, math.Log(minShape)), math.Log(maxShape))
	return inside, logC - inside
}

// bdwAt makes the model from (logit mu, log omega, log c).
func bdwAt(theta []float64) BdW {
	omega := math.Exp(theta[1])
	logC, _ := boundedShape(theta[2])
	return BdW{Alpha: fitting.Sigmoid(theta[0]) / omega, Beta: fitting.Sigmoid(-theta[0]) / omega, C: math.Exp(logC)}
}

// fitBdW fits by maximum likelihood from the sBG fit and from rising and falling hazards; at a boundary the
// weak prior takes over, centred at no duration dependence.
func fitBdW(t *Table, n float64, ended int) Fitted {
	centre := []float64{renewalCentre[0], renewalCentre[1], 0}
	var flags []string
	if ended > 0 && float64(ended) < n && t.distinct() > 2 {
		start := math.Log(float64(ended)) - math.Log(n-float64(ended))
		o := fitting.Minimise(t.bdwMeanNegLL, [][]float64{{start, 0, 0}, {start, -1, .5}, {start, 1, -.5}}, true)
		boundary, identified := o.AtBoundary(n)
		if _, out := boundedShape(o.Theta[2]); !boundary && identified && out == 0 {
			return newFitted(ModelBdW, t, laplaceOf(o, n), n, nil)
		}
		if boundary {
			flags = append(flags, fitting.FlagBoundary)
		}
		if !identified {
			flags = append(flags, fitting.FlagNotIdentified)
		}
	} else {
		flags = append(flags, fitting.FlagNotIdentified)
	}
	flags = append(flags, fitting.FlagPriorUsed)
	o := fitting.Minimise(fitting.WithPrior(t.bdwMeanNegLL, centre, renewalSD, n), [][]float64{centre, {0, 0, 0}}, false)
	if !o.Converged {
		flags = append(flags, fitting.FlagNotConverged)
	}
	return newFitted(ModelBdW, t, laplaceOf(o, n), n, flags)
}
