package experiment

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"postlift"
)

// Regressors are rows for Lin's regression: outcomes and covariates by column, the arm, and a cluster (from 0) whose
// rows belong together; nil: every row by itself.
type Regressors struct {
	Outcome    []float64
	Covariates [][]float64
	Treated    []bool
	Cluster    []int32
	Clusters   int
}

// Lin is the coefficient of W in the regression Y ~ W + X + W(X - Xbar), X centred at the mean of all rows, which
// adjusts each arm by its own slopes and is never less precise than the plain difference in large samples (Lin 2013).
// The error is HC2, or cluster-robust with the factor G/(G-1). It refuses covariates that are linearly dependent.
func Lin(r Regressors) (Estimate, error) {
	center := make([]float64, len(r.Covariates))
	for k, x := range r.Covariates {
		for i, v := range x {
			center[k] += (v - center[k]) / float64(i+1)
		}
	}
	var value, variance, dof float64
	for arm := range 2 {
		a, err := r.arm(arm == 1, center)
		if err != nil {
			return Estimate{}, err
		}
		value += float64(2*arm-1) * a.intercept
		variance += a.variance
		dof += a.variance * a.variance / a.dof
	}
	return newEstimate(value, math.Sqrt(variance), variance*variance/dof), nil
}

type armFit struct{ intercept, variance, dof float64 }

// arm fits one arm's outcome on the centred covariates: the intercept is its mean for the average of all rows.
func (r Regressors) arm(treated bool, center []float64) (armFit, error) {
	k := len(center) + 1
	gram, right := mat.NewSymDense(k, nil), mat.NewVecDense(k, nil)
	x := make([]float64, k)
	n := 0.0
	for i, t := range r.Treated {
		if t != treated {
			continue
		}
		n++
		r.row(x, i, center)
		for a := range x {
			right.SetVec(a, right.AtVec(a)+x[a]*r.Outcome[i])
			for b := a; b < k; b++ {
				gram.SetSym(a, b, gram.At(a, b)+x[a]*x[b])
			}
		}
	}
	var factor mat.Cholesky
	if n <= float64(k) || !factor.Factorize(gram) || factor.Cond() > 1e13 {
		return armFit{}, postlift.Faultf(postlift.Invalid, "experiment.Lin",
			"the covariates cannot be told apart within an arm (one is constant there, or a mixture of others), or an arm has no more rows than covariates: leave some out")
	}
	var beta, first mat.VecDense
	unit := mat.NewVecDense(k, nil)
	unit.SetVec(0, 1)
	if err := factor.SolveVecTo(&beta, right); err != nil {
		return armFit{}, postlift.Faultf(postlift.Invalid, "experiment.Lin", "the regression has no solution: %v", err)
	}
	if err := factor.SolveVecTo(&first, unit); err != nil {
		return armFit{}, postlift.Faultf(postlift.Invalid, "experiment.Lin", "the regression has no solution: %v", err)
	}
	var inverse mat.SymDense
	if err := factor.InverseTo(&inverse); err != nil {
		return armFit{}, postlift.Faultf(postlift.Invalid, "experiment.Lin", "the regression has no solution: %v", err)
	}
	fit := armFit{intercept: beta.AtVec(0), dof: n - float64(k)}
	fit.variance, fit.dof = r.spread(treated, center, beta.RawVector().Data, first.RawVector().Data, &inverse, fit.dof)
	return fit, nil
}

func (r Regressors) row(x []float64, i int, center []float64) {
	x[0] = 1
	for k := range center {
		x[k+1] = r.Covariates[k][i] - center[k]
	}
}

// spread is the variance of an arm's intercept: rows by HC2, clusters by the sums of their rows.
func (r Regressors) spread(treated bool, center, beta, first []float64, inverse *mat.SymDense, dof float64) (variance, d float64) {
	x := make([]float64, len(beta))
	var sums []float64
	var seen []bool
	if r.Cluster != nil {
		sums, seen = make([]float64, r.Clusters), make([]bool, r.Clusters)
	}
	for i, t := range r.Treated {
		if t != treated {
			continue
		}
		r.row(x, i, center)
		residual, weight, leverage := r.Outcome[i], 0.0, 0.0
		for a := range x {
			residual -= beta[a] * x[a]
			weight += first[a] * x[a]
			for b := range x {
				leverage += x[a] * inverse.At(a, b) * x[b]
			}
		}
		if sums != nil {
			sums[r.Cluster[i]] += weight * residual
			seen[r.Cluster[i]] = true
			continue
		}
		variance += weight * weight * residual * residual / max(1-leverage, 1e-12)
	}
	if sums == nil {
		return variance, dof
	}
	groups := 0.0
	for c, s := range sums {
		if seen[c] {
			groups++
			variance += s * s
		}
	}
	return variance * groups / (groups - 1), groups - 1
}

// Weighted is one row of an inverse-propensity estimate: Num/Den as in Cell, and the chance that the unit had of
// being treated.
type Weighted struct {
	Cell
	Propensity float64
}

// InversePropensity is the difference of the arms' means over rows weighted by one over the chance of the arm that
// they are in (Hajek's form: weights of an arm sum up to 1), which is what strata of many different propensities need.
// The error is that of the units' influence on either mean, with the factor n/(n-1); propensities are known, not
// estimated.
func InversePropensity(units []Weighted, theta, center float64) (Estimate, error) {
	var sum [2]struct{ n, w, wy float64 }
	chance := func(u *Weighted) float64 {
		if u.Treated {
			return u.Propensity
		}
		return 1 - u.Propensity
	}
	for i := range units {
		u := &units[i]
		if !(u.Propensity > 0 && u.Propensity < 1) {
			return Estimate{}, postlift.Faultf(postlift.Invalid, "experiment.InversePropensity",
				"unit %d: a propensity of %g cannot be compared; it must lie between 0 and 1", i+1, u.Propensity)
		}
		s := &sum[armOf(u.Treated)]
		w := 1 / chance(u)
		s.n++
		s.w += w * u.Den
		s.wy += w * (u.Num - theta*(u.Pre-center*u.PreDen))
	}
	var variance [2]float64
	for i := range units {
		u := &units[i]
		arm := armOf(u.Treated)
		s := sum[arm]
		e := (u.Num - theta*(u.Pre-center*u.PreDen) - s.wy/s.w*u.Den) / chance(u) / s.w
		variance[arm] += e * e
	}
	for arm, s := range sum {
		if s.n < 2 {
			return Estimate{}, postlift.Faultf(postlift.Invalid, "experiment.InversePropensity", "an arm has fewer than two units: nothing can be compared")
		}
		variance[arm] *= s.n / (s.n - 1)
	}
	a, b := variance[0], variance[1]
	return newEstimate(sum[1].wy/sum[1].w-sum[0].wy/sum[0].w, math.Sqrt(a+b), satterthwaite(a, sum[0].n, b, sum[1].n)), nil
}
