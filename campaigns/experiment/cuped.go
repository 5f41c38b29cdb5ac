package experiment

import "math"

// Adjusted is a covariate-adjusted difference with the arms' adjusted samples.
type Adjusted struct {
	Estimate
	Theta   float64
	Control Sample
	Treated Sample
}

// CUPED is the difference in means after each outcome lost theta times its covariate's distance from
// the common mean (Deng, Xu, Kohavi and Walker 2013), with one theta for both arms, taken over all units
// as one sample: theta = Cov(post, pre)/Var(pre). The covariate must have been known before the
// assignment; a constant one leaves the outcome as it is.
func CUPED(control, treated Joint) Adjusted {
	theta := pooledTheta(merge(control, treated))
	n0, n1 := control.Pre.N, treated.Pre.N
	center := (n0*control.Pre.Mean + n1*treated.Pre.Mean) / (n0 + n1)
	a := Adjusted{Theta: theta, Control: control.adjusted(theta, center), Treated: treated.adjusted(theta, center)}
	a.Estimate = Welch(a.Control, a.Treated)
	return a
}

func pooledTheta(strata ...Joint) float64 {
	var cov, pre float64
	for _, j := range strata {
		w := max(j.Post.N-1, 0)
		cov += w * j.Cov
		pre += w * j.Pre.Var
	}
	if pre <= 0 {
		return 0
	}
	return cov / pre
}

// Stratum is one class of units with the same chance of treatment.
type Stratum struct {
	Control Joint
	Treated Joint
}

func (s Stratum) units() float64 { return s.Control.Post.N + s.Treated.Post.N }

// Stratified is d = sum of w_s d_s with w_s = n_s/n and se^2 = sum of w_s^2 (v1/n1+v0/n0), which is
// unbiased where strata were assigned with different propensities; the degrees of freedom are
// Satterthwaite's. With adjust it is covariate-adjusted inside the strata by one pooled theta, each
// stratum centred at its own mean.
func Stratified(strata []Stratum, adjust bool) Adjusted {
	total, weights := 0.0, make([]float64, len(strata))
	for i, s := range strata {
		weights[i] = s.units()
		total += weights[i]
	}
	for i := range weights {
		weights[i] /= total
	}
	theta := 0.0
	if adjust {
		merged := make([]Joint, 0, len(strata))
		for _, s := range strata {
			merged = append(merged, merge(s.Control, s.Treated))
		}
		theta = pooledTheta(merged...)
	}
	return stratified(strata, weights, theta)
}

// stratified is Stratified with other weights, which sum up to 1, and a given theta.
func stratified(strata []Stratum, weights []float64, theta float64) Adjusted {
	out := Adjusted{Theta: theta}
	var value, variance, dofTerms float64
	for i, s := range strata {
		w := weights[i]
		c, t := s.adjust(out.Theta)
		value += w * (t.Mean - c.Mean)
		for _, arm := range []Sample{c, t} {
			v := w * w * arm.meanVar()
			variance += v
			dofTerms += v * v / (arm.N - 1)
		}
		out.Control = out.Control.blend(c, w)
		out.Treated = out.Treated.blend(t, w)
	}
	out.Estimate = newEstimate(value, math.Sqrt(variance), variance*variance/dofTerms)
	return out
}

func (s Stratum) adjust(theta float64) (control, treated Sample) {
	center := (s.Control.Pre.N*s.Control.Pre.Mean + s.Treated.Pre.N*s.Treated.Pre.Mean) / s.units()
	return s.Control.adjusted(theta, center), s.Treated.adjusted(theta, center)
}

// blend adds a stratum's weighted mean; N grows, and Var is kept such that Var/N is the variance of the
// weighted mean.
func (s Sample) blend(o Sample, w float64) Sample {
	v := w * w * o.meanVar()
	if s.N > 0 {
		v += s.meanVar()
	}
	n := s.N + o.N
	return Sample{N: n, Mean: s.Mean + w*o.Mean, Var: v * n}
}
