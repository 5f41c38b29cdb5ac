package worth

import (
	"math"

	"postlift/campaigns/experiment"
)

// Matured is a campaign whose projection can be compared with what came: the projected difference between the arms in
// the margin of some time ahead, and the realised one of the same time, with their standard errors, in one unit.
type Matured struct {
	Projected, ProjectedSE float64
	Realised, RealisedSE   float64
}

// NeededMatured is how many matured campaigns a factor rests on at the least: by what a letter changes, the orders of
// the next weeks or how long accounts stay, one campaign's factor may be a third or three.
const NeededMatured = 3

// Kappa is the factor from projected to realised differences.
type Kappa struct {
	Value     float64
	SE        float64
	Between   float64 // standard deviation of the factor from one campaign to another
	DoF       float64
	Low, High float64 // 95 %
	Campaigns int
}

// Calibrate is the ratio of sums, kappa = sum of realised by sum of projected. By the delta method its variance is that
// of the campaigns' residuals r_j = realised_j - kappa projected_j,
//
//	se^2 = max(J/(J-1) sum of r_j^2, sum of (se_j^2 + kappa^2 sp_j^2)) / (sum of projected)^2,
//
// never less than what the campaigns' own errors make of it. Between is the spread that those errors leave unexplained.
// ok is false with fewer than NeededMatured campaigns, or where the sum of the projections does not differ from zero by
// two of its standard errors: then there is nothing to divide by.
func Calibrate(list []Matured) (k Kappa, ok bool) {
	var projected, realised, variance float64
	for _, m := range list {
		projected, realised = projected+m.Projected, realised+m.Realised
		variance += m.ProjectedSE * m.ProjectedSE
	}
	n := float64(len(list))
	if len(list) < NeededMatured || !(math.Abs(projected) > 2*math.Sqrt(variance)) {
		return k, false
	}
	k = Kappa{Value: realised / projected, DoF: n - 1, Campaigns: len(list)}
	var spread, own, squares float64
	for _, m := range list {
		r := m.Realised - k.Value*m.Projected
		spread += r * r
		own += m.RealisedSE*m.RealisedSE + k.Value*k.Value*m.ProjectedSE*m.ProjectedSE
		squares += m.Projected * m.Projected
	}
	spread *= n / (n - 1)
	k.SE = math.Sqrt(max(spread, own)) / math.Abs(projected)
	k.Between = math.Sqrt(max(spread-own, 0) / squares)
	e := experiment.Point{Value: k.Value, SE: k.SE, DoF: k.DoF}.Estimate()
	k.Low, k.High = e.Low, e.High
	return k, k.SE > 0
}

// Apply is a projected difference times the factor. Its variance is the delta method's for a product of independent
// estimates, with the campaign's own factor as far from the mean one as those of the others are,
//
//	Var = kappa^2 se^2 + (d^2 + se^2) (se_kappa^2 + between^2).
func (k Kappa) Apply(d, se float64) experiment.Estimate {
	factor := k.SE*k.SE + k.Between*k.Between
	variance := k.Value*k.Value*se*se + (d*d+se*se)*factor
	return experiment.Point{Value: k.Value * d, SE: math.Sqrt(variance), DoF: k.DoF}.Estimate()
}
