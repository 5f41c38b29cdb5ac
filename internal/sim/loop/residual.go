package loop

import "math"

// Residual is the true value of what an account will still bring without any further letter, discounted to now: the
// sum over the months k = 0, 1, … of e^(-d k) · P(still there) · orders · margin of an order. After the months in
// which letters still work it is a geometric series.
func (s *State) Residual(i int) float64 {
	w := s.w
	if s.gone[i] || !s.Known(i) {
		return 0
	}
	there, sum := 1., 0.
	for k, work := range s.work[i] {
		there *= math.Exp(-w.hazard[i] * max(1-w.keep[i]*float64(work), 0))
		sum += there * math.Exp(-discount*float64(k)) * orderRate(w.rate[i], w.lift[i], float64(work))
	}
	step := math.Exp(-w.hazard[i] - discount)
	last := there * math.Exp(-discount*float64(len(kernel)-1))
	return w.margin[i] * (sum + w.rate[i]*last*step/(1-step))
}

// ResidualAll is the sum over all accounts.
func (s *State) ResidualAll() float64 {
	sum := 0.
	for i := range s.book {
		sum += s.Residual(i)
	}
	return sum
}

// windowMargin is the margin that is to be expected of an account within the window of a letter that goes out now,
// and without one, both with whatever earlier letters still do.
func (s *State) windowMargin(i int, mailed bool) float64 {
	w := s.w
	if s.gone[i] {
		return 0
	}
	weight := 0.
	if mailed {
		weight = math.Exp(-fatigue * float64(s.press[i]))
	}
	there, sum := 1., 0.
	for k := range Window {
		work := float64(s.work[i][k]) + weight*kernel[k]
		there *= math.Exp(-w.hazard[i] * max(1-w.keep[i]*work, 0))
		sum += there * orderRate(w.rate[i], w.lift[i], work)
	}
	return sum * w.margin[i]
}
