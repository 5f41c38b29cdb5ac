package purchase

import (
	"math"

	"postlift/clv/fitting"
)

// lever is where an effect takes hold among the log parameters. With down < 0 it is the scale of a gamma rate,
// which the effect divides; else a beta variable's pair of parameters, whose mean up/(up+down) the effect
// shifts in logits while the sum stays.
type lever struct{ up, down int }

// shift applies an effect to log parameters.
func (l lever) shift(theta []float64, effect float64) {
	if l.down < 0 {
		theta[l.up] -= effect
		return
	}
	odds := theta[l.up] - theta[l.down]
	sum := theta[l.down] + fitting.Softplus(odds)
	theta[l.up] = sum - fitting.Softplus(-odds-effect)
	theta[l.down] = sum - fitting.Softplus(odds+effect)
}

// pull carries a gradient by the shifted parameters back: grad becomes the gradient by the parameters before,
// the result the derivative by the effect.
func (l lever) pull(theta []float64, effect float64, grad []float64) float64 {
	if l.down < 0 {
		return -grad[l.up]
	}
	odds := theta[l.up] - theta[l.down]
	before, after := fitting.Sigmoid(odds), fitting.Sigmoid(odds+effect)
	up, down := grad[l.up], grad[l.down]
	byEffect := up*(1-after) - down*after
	// the parameters move the sum, by their shares of it, and the odds, by 1 and -1
	grad[l.up] = (up+down)*before + byEffect
	grad[l.down] = (up+down)*(1-before) - byEffect
	return byEffect
}

// effectLimit keeps the sum of a customer's effects so that every parameter stays finite.
const effectLimit = 12

// links says of every order model how covariates take hold and how its likelihood is made.
var links = map[string]struct {
	free            []string // parameters, in the order of the likelihood
	times           []int    // those that are times
	orders, leaving lever
	data            func(rows []Counted, scale float64, m Model) fitting.Objective
}{
	ModelBGNBD: {
		free: []string{"r", "alpha", "a", "b"}, times: []int{1}, orders: lever{1, -1}, leaving: lever{2, 3},
		data: func(rows []Counted, scale float64, _ Model) fitting.Objective {
			return newBGNBDData(rows, scale).meanNegLL
		},
	},
	ModelMBGNBD: {
		free: []string{"r", "alpha", "a", "b"}, times: []int{1}, orders: lever{1, -1}, leaving: lever{2, 3},
		data: regularData,
	},
	ModelMBGCNBD: {
		free: []string{"r", "alpha", "a", "b"}, times: []int{1}, orders: lever{1, -1}, leaving: lever{2, 3},
		data: regularData,
	},
	ModelParetoNBD: {
		free: []string{"r", "alpha", "s", "beta"}, times: []int{1, 3}, orders: lever{1, -1}, leaving: lever{3, -1},
		data: func(rows []Counted, scale float64, _ Model) fitting.Objective {
			return newParetoData(rows, scale).meanNegLL
		},
	},
	ModelBGBB: {
		free: []string{"alpha", "beta", "gamma", "delta"}, orders: lever{0, 1}, leaving: lever{2, 3},
		data: func(rows []Counted, _ float64, _ Model) fitting.Objective { return newBGBBData(rows).meanNegLL },
	},
}

// regularData is the likelihood of MBG/CNBD-k with the K of a fitted model.
func regularData(rows []Counted, scale float64, m Model) fitting.Objective {
	return newMBGCNBDData(rows, scale, m.(MBGCNBD).phases()).meanNegLL
}

// covariateProblem is the likelihood of a model with covariates: that of every pattern of them at its own
// parameters, added up.
type covariateProblem struct {
	model    string
	names    []string
	scale    float64 // weeks of the unit of time
	ridge    float64 // standard deviation of the effects' prior
	n        float64 // customers
	patterns []covariatePattern
}

type covariatePattern struct {
	values []float64
	share  float64 // of all customers
	f      fitting.Objective
}

func newCovariateProblem(m Model, names []string, patterns []CovariateRows, scale float64, opt CovariateOptions) *covariateProblem {
	p := &covariateProblem{model: m.Name(), names: names, scale: scale, ridge: opt.RidgeSD}
	if !(p.ridge > 0) {
		p.ridge = 1
	}
	link := links[p.model]
	for _, c := range patterns {
		n := float64(customers(c.Rows))
		if n == 0 {
			continue
		}
		p.n += n
		p.patterns = append(p.patterns, covariatePattern{values: c.Values, share: n, f: link.data(c.Rows, scale, m)})
	}
	for i := range p.patterns {
		p.patterns[i].share /= p.n
	}
	return p
}

// start is the fit without covariates, in logs of scaled parameters, with no effects.
func (p *covariateProblem) start(m Model) []float64 {
	link := links[p.model]
	theta := make([]float64, len(link.free)+2*len(p.names))
	params := fitting.ParamMap(m.Params())
	for i, name := range link.free {
		theta[i] = math.Log(params[name])
	}
	for _, i := range link.times {
		theta[i] -= math.Log(p.scale)
	}
	return theta
}

// meanNegLL is the mean negative log-likelihood with the ridge, over log parameters, effects on ordering and
// effects on leaving.
func (p *covariateProblem) meanNegLL(theta, grad []float64) float64 {
	val := p.data(theta, grad)
	w := 1 / (p.ridge * p.ridge * p.n)
	for j := len(links[p.model].free); j < len(theta); j++ {
		val += 0.5 * w * theta[j] * theta[j]
		if grad != nil {
			grad[j] += w * theta[j]
		}
	}
	return val
}

// data is the mean negative log-likelihood alone.
func (p *covariateProblem) data(theta, grad []float64) float64 {
	parts := make([][]float64, len(p.patterns)) // value, then gradient
	fitting.Parallel(len(parts), func(i int) {
		parts[i] = p.patterns[i].part(p.model, len(p.names), theta)
	})
	clear(grad)
	val := 0.0
	for i, part := range parts {
		val += p.patterns[i].share * part[0]
		for j := range grad {
			grad[j] += p.patterns[i].share * part[1+j]
		}
	}
	return val
}

// part is one pattern's mean negative log-likelihood and its gradient by all of theta.
func (c covariatePattern) part(model string, covariates int, theta []float64) []float64 {
	base := len(links[model].free)
	out := make([]float64, 1+len(theta))
	var orders, leaving float64
	for j, v := range c.values {
		orders += theta[base+j] * v
		leaving += theta[base+covariates+j] * v
	}
	g := make([]float64, base+2)
	out[0] = c.local(model, append(append([]float64(nil), theta[:base]...), orders, leaving), g)
	copy(out[1:], g[:base])
	for j, v := range c.values {
		out[1+base+j] = g[base] * v
		out[1+base+covariates+j] = g[base+1] * v
	}
	return out
}

// local is one pattern's mean negative log-likelihood over the log parameters and the pattern's two sums of
// effects, on ordering and on leaving, with its gradient by these.
func (c covariatePattern) local(model string, theta, grad []float64) float64 {
	link := links[model]
	base := len(link.free)
	orders, leaving := theta[base], theta[base+1]
	at := append([]float64(nil), theta[:base]...)
	link.orders.shift(at, orders)
	link.leaving.shift(at, leaving)
	g := grad[:base]
	val := c.f(at, g)
	grad[base+1] = link.leaving.pull(theta[:base], leaving, g)
	grad[base] = link.orders.pull(theta[:base], orders, g)
	return val
}

// describe turns an optimum into a fit: the law of all parameters, and the effects with standard errors.
func (p *covariateProblem) describe(o fitting.Optimum, flags []string, like Model) CovariateFit {
	link := links[p.model]
	base, n := len(link.free), len(p.names)
	theta := append([]float64(nil), o.Theta...)
	for _, i := range link.times {
		theta[i] += math.Log(p.scale)
	}
	params := fitting.ParamMap(like.Params())
	var law []fitting.Param
	for i, name := range link.free {
		params[name] = math.Exp(theta[i])
		law = append(law, fitting.Param{Name: name, Value: params[name]})
	}
	for j, name := range p.names {
		law = append(law, fitting.Param{Name: "orders " + name, Value: math.Exp(theta[base+j])})
	}
	for j, name := range p.names {
		law = append(law, fitting.Param{Name: "leaving " + name, Value: math.Exp(theta[base+n+j])})
	}
	fit := CovariateFit{Model: models[p.model].make(params), Stats: fitting.NewStats(law, o, p.n, flags)}
	for j, name := range p.names {
		fit.Orders = append(fit.Orders, Effect{name, theta[base+j], math.Sqrt(fit.LogCov.At(base+j, base+j))})
		fit.Leaving = append(fit.Leaving, Effect{name, theta[base+n+j], math.Sqrt(fit.LogCov.At(base+n+j, base+n+j))})
	}
	return fit
}
