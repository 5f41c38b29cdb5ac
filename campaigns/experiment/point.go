package experiment

import "math"

// Point is an Estimate without its intervals: value, standard error and degrees of freedom. Simulations
// that need thousands of them take intervals from their own table of Student's t.
type Point struct {
	Value float64
	SE    float64
	DoF   float64
}

// Estimate adds p value and intervals.
func (p Point) Estimate() Estimate { return newEstimate(p.Value, p.SE, p.DoF) }

// CUPEDPoint is what CUPED gives, without the intervals; a covariate that is constant leaves Welch's
// difference.
func CUPEDPoint(control, treated Joint) Point {
	theta := pooledTheta(merge(control, treated))
	n0, n1 := control.Pre.N, treated.Pre.N
	center := (n0*control.Pre.Mean + n1*treated.Pre.Mean) / (n0 + n1)
	c, t := control.adjusted(theta, center), treated.adjusted(theta, center)
	a, b := c.meanVar(), t.meanVar()
	return Point{Value: t.Mean - c.Mean, SE: math.Sqrt(a + b), DoF: satterthwaite(a, c.N, b, t.N)}
}
