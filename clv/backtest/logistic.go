package backtest

import (
	"math"

	"postlift/clv/fitting"
)

// calibrationLine fits logit P(happened) = intercept + slope x logit(predicted) by Newton's method, with a
// weak normal prior around the right line so that it stays finite. Predictions that do not vary cannot
// show a slope: it is 1 then, and the intercept alone is fitted.
func calibrationLine(predicted []float64, happened func(i int) bool) (intercept, slope float64) {
	logits := make([]float64, len(predicted))
	lowest, highest := math.Inf(1), math.Inf(-1)
	for i, p := range predicted {
		logits[i] = math.Log(p) - math.Log1p(-p)
		lowest, highest = min(lowest, logits[i]), max(highest, logits[i])
	}
	flat := highest-lowest < 1e-9
	theta := [2]float64{0, 1}
	value := lineLoss(theta, logits, happened)
	for range calibrationRuns {
		step := lineStep(theta, logits, happened, flat)
		next, better := theta, false
		for scale := 1.0; scale > 1e-6 && !better; scale /= 2 {
			next = [2]float64{theta[0] - scale*step[0], theta[1] - scale*step[1]}
			v := lineLoss(next, logits, happened)
			if better = v < value; better {
				value = v
			}
		}
		if !better {
			break
		}
		theta = next
	}
	return theta[0], theta[1]
}

// lineLoss is the negative log posterior of a line.
func lineLoss(theta [2]float64, logits []float64, happened func(i int) bool) float64 {
	v := (theta[0]*theta[0] + (theta[1]-1)*(theta[1]-1)) / (2 * slopePriorSD * slopePriorSD)
	for i, l := range logits {
		eta := theta[0] + theta[1]*l
		v += fitting.Softplus(eta)
		if happened(i) {
			v -= eta
		}
	}
	return v
}

// lineStep is the Newton step of the negative log posterior.
func lineStep(theta [2]float64, logits []float64, happened func(i int) bool, flat bool) [2]float64 {
	w := 1 / (slopePriorSD * slopePriorSD)
	g := [2]float64{theta[0] * w, (theta[1] - 1) * w}
	h00, h01, h11 := w, 0.0, w
	for i, l := range logits {
		p := fitting.Sigmoid(theta[0] + theta[1]*l)
		e := p
		if happened(i) {
			e--
		}
		q := p * (1 - p)
		g[0], g[1] = g[0]+e, g[1]+e*l
		h00, h01, h11 = h00+q, h01+q*l, h11+q*l*l
	}
	if flat {
		return [2]float64{g[0] / h00, 0}
	}
	det := h00*h11 - h01*h01
	if !(det > 0) {
		return [2]float64{g[0] / h00, g[1] / h11}
	}
	return [2]float64{(h11*g[0] - h01*g[1]) / det, (h00*g[1] - h01*g[0]) / det}
}
