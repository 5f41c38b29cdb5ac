package experiment

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Estimate is a difference, treated less control, in the outcome's unit: its standard error, degrees
// of freedom, two-sided p value and 95 % and 80 % intervals of Student's t.
type Estimate struct {
	Value  float64
	SE     float64
	DoF    float64
	P      float64
	Low    float64
	High   float64
	Low80  float64
	High80 float64
}

func newEstimate(value, se, dof float64) Estimate {
	e := Estimate{Value: value, SE: se, DoF: dof}
	e.Low, e.High = e.Interval(.95)
	e.Low80, e.High80 = e.Interval(.80)
	e.P = 2 * e.tail(math.Abs(value/se))
	return e
}

// Interval is the central interval of the given level, such as .95.
func (e Estimate) Interval(level float64) (low, high float64) {
	half := e.student().Quantile(.5+level/2) * e.SE
	return e.Value - half, e.Value + half
}

// Greater is the one-sided p value against "not above zero" and the lower bound of the one-sided 95 %
// interval.
func (e Estimate) Greater() (p, bound float64) {
	return e.tail(e.Value / e.SE), e.Value - e.student().Quantile(.95)*e.SE
}

// Scale multiplies the outcome's unit by k above zero, for instance from one group to all groups.
func (e Estimate) Scale(k float64) Estimate {
	e.Value, e.SE = e.Value*k, e.SE*k
	e.Low, e.High, e.Low80, e.High80 = e.Low*k, e.High*k, e.Low80*k, e.High80*k
	return e
}

// Shift adds a known constant, for instance the negative cost; the p value becomes that of the shifted
// difference.
func (e Estimate) Shift(c float64) Estimate { return newEstimate(e.Value+c, e.SE, e.DoF) }

func (e Estimate) student() distuv.StudentsT {
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: e.DoF}
}

func (e Estimate) tail(t float64) float64 { return e.student().Survival(t) }

// Welch is the difference in means with unequal variances and Welch-Satterthwaite degrees of freedom
// (Welch 1947): se^2 = v1/n1 + v0/n0.
func Welch(control, treated Sample) Estimate {
	a, b := control.meanVar(), treated.meanVar()
	return newEstimate(treated.Mean-control.Mean, math.Sqrt(a+b), satterthwaite(a, control.N, b, treated.N))
}

func satterthwaite(a, na, b, nb float64) float64 {
	return (a + b) * (a + b) / (a*a/(na-1) + b*b/(nb-1))
}

// RelativeDelta is the relative lift m1/m0-1 by the delta method, symmetric around the estimate, with the
// degrees of freedom of the absolute difference. It can
// contradict the absolute test on the same data; verdicts use the absolute difference and reports show
// Fieller's interval.
func RelativeDelta(control, treated Sample) Estimate {
	m := control.Mean
	a := control.meanVar() * treated.Mean * treated.Mean / (m * m * m * m)
	b := treated.meanVar() / (m * m)
	dof := satterthwaite(control.meanVar(), control.N, treated.meanVar(), treated.N)
	return newEstimate((treated.Mean-m)/m, math.Sqrt(a+b), dof)
}

// Relative is a relative lift with Fieller's interval; .10 means 10 %.
type Relative struct {
	Value float64
	Low   float64
	High  float64
}

// Fieller is the relative lift m1/m0-1 with Fieller's (1954) 95 % interval at the normal quantile z:
// with g = z^2 v0/m0^2 the bounds are (r -/+ (z/m0) sqrt(v1 + r^2 v0 - g v1)) / (1-g). For g at or
// above 1 the control's mean is not distinguishable from zero and there is no bounded interval: ok is
// false.
func Fieller(control, treated Sample) (rel Relative, ok bool) {
	z := distuv.UnitNormal.Quantile(.975)
	m0, v0, v1 := control.Mean, control.meanVar(), treated.meanVar()
	r := treated.Mean / m0
	g := z * z * v0 / (m0 * m0)
	if m0 <= 0 || math.IsNaN(g) || g >= 1 {
		return Relative{}, false
	}
	half := z / m0 * math.Sqrt(v1+r*r*v0-g*v1) / (1 - g)
	center := r / (1 - g)
	return Relative{Value: r - 1, Low: center - half - 1, High: center + half - 1}, true
}

// Sequential is the half width of the always-valid interval that holds at every look (asymptotic
// confidence sequence, Waudby-Smith et al., arXiv 2103.06476, eqs. 9 and 155): n counts the units of
// both arms so far, tuned is the count at which it shall be tightest, alpha the error over all looks.
func Sequential(e Estimate, n, tuned, alpha float64) (low, high float64) {
	rho := SequentialRho(tuned, alpha)
	r := n * rho * rho
	half := e.SE * math.Sqrt(n) * math.Sqrt(2*(r+1)*math.Log(math.Sqrt(r+1)/alpha)) / (n * rho)
	return e.Value - half, e.Value + half
}

// SequentialRho is the tuning constant of Sequential (eq. 161).
func SequentialRho(tuned, alpha float64) float64 {
	return math.Sqrt((-2*math.Log(alpha) + math.Log(1-2*math.Log(alpha))) / tuned)
}
