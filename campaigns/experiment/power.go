package experiment

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// DetectableK is z(.975)+z(.80): a difference of that many standard errors is found with 80 % power in
// a two-sided test at 5 %.
func DetectableK() float64 {
	return distuv.UnitNormal.Quantile(.975) + distuv.UnitNormal.Quantile(.80)
}

// Detectable is the smallest difference that a design with this standard error finds with 80 % power.
func Detectable(se float64) float64 { return DetectableK() * se }

// RelativePower is the power of the two-sided 5 % test for a relative lift over a control mean, with
// the same variance in both arms and n units in each; the variance of the relative lift is that of the
// delta method.
func RelativePower(mean, variance, perArm, lift float64) float64 {
	se := math.Sqrt(RelativeVar(Sample{perArm, mean, variance}, Sample{perArm, mean * (1 + lift), variance}))
	return twoSidedPower(lift/se, distuv.UnitNormal.Quantile(.975))
}

// RelativeVar is the delta-method variance of m1/m0.
func RelativeVar(control, treated Sample) float64 {
	m := control.Mean
	return treated.meanVar()/(m*m) + control.meanVar()*treated.Mean*treated.Mean/(m*m*m*m)
}

// AbsoluteVar is the variance of m1-m0.
func AbsoluteVar(control, treated Sample) float64 { return control.meanVar() + treated.meanVar() }

// RelativeDetectable is the smallest relative lift found with 80 % power, solved in closed form because
// the treated mean stands in the variance, too: with q = v k^2/(n m^2) the treated mean is
// (m + sqrt(m^2 - (1-q)(m^2 - k^2 v/n)))/(1-q). No lift suffices when q is 1 or more: ok is false.
func RelativeDetectable(mean, variance, perArm float64) (lift float64, ok bool) {
	k := DetectableK()
	q := variance * k * k / (perArm * mean * mean)
	if q >= 1 {
		return 0, false
	}
	b := (mean + math.Sqrt(mean*mean-(1-q)*(mean*mean-k*k*variance/perArm))) / (1 - q)
	return b/mean - 1, true
}
