package renewal

import (
	"errors"
	"math"

	"postlift"
)

// Stated priors of volume changes: they happen once in 25 contract years, by a fifth up or down.
const volumePrior = 1.0 / 25 / 12

var (
	growPrior   = shiftPrior{nu: 0.2, nuSD: 0.2, kappa: 0.05, tau: 0.1, sigma: 0.15}
	shrinkPrior = shiftPrior{nu: -0.2, nuSD: 0.2, kappa: 0.05, tau: 0.1, sigma: 0.15}
)

// Volumes gathers changes of quantity between renewals. The zero value is ready.
type Volumes struct {
	grow, shrink           Events
	growSizes, shrinkSizes Changes
}

// Add counts one contract observed for months, with its increases and decreases of quantity and the sums of
// their logs (quantity after / before; negative for decreases). A sum of the wrong sign is an Invalid fault.
func (v *Volumes) Add(months float64, expansions int, expansionLogs float64, contractions int, contractionLogs float64) error {
	if expansionLogs < 0 || contractionLogs > 0 {
		return postlift.Faultf(postlift.Invalid, "renewal.Volumes",
			"expansions have a log sum of %g and contractions of %g: the first must not be negative, the second not positive",
			expansionLogs, contractionLogs)
	}
	// All is checked before anything is counted: a refused contract leaves no trace.
	for _, err := range []error{checkChanges(expansions, expansionLogs), checkChanges(contractions, contractionLogs),
		v.grow.Add(months, expansions, 0), v.shrink.Add(months, contractions, 0)} {
		if err != nil {
			return err
		}
	}
	return errors.Join(v.grow.Add(months, expansions, 1), v.growSizes.Add(Cell{}, expansions, expansionLogs),
		v.shrink.Add(months, contractions, 1), v.shrinkSizes.Add(Cell{}, contractions, contractionLogs))
}

// VolumeModel is how the volume of a contract changes between renewals: expansions and contractions come as
// Poisson processes whose rates differ by contract (Gamma), their sizes as log changes shrunk towards all
// contracts. An expansion adds a share of today's volume, a contraction takes a share of what there is. The
// zero value changes nothing.
type VolumeModel struct {
	Expansion       Rate  `json:"expansion"`
	ExpansionSize   Shift `json:"expansion_size"`
	Contraction     Rate  `json:"contraction"`
	ContractionSize Shift `json:"contraction_size"`
}

// FitVolumes fits rates and sizes. What was never seen rests on a stated prior, and is flagged: a change in 25
// contract years, by a fifth.
func FitVolumes(v *Volumes) VolumeModel {
	return VolumeModel{
		Expansion: fitRate(&v.grow, volumePrior), ExpansionSize: fitShift(&v.growSizes, growPrior),
		Contraction: fitRate(&v.shrink, volumePrior), ContractionSize: fitShift(&v.shrinkSizes, shrinkPrior),
	}
}

// VolumeChange is what is expected of one contract's volume.
type VolumeChange struct {
	growA, growB     float64 // Gamma distribution of the rate of expansions
	step, stepSquare float64 // mean and mean square of what an expansion adds
	cutA, cutB       float64 // Gamma distribution of the rate of contractions
	keep, keepSquare float64 // mean and mean square of what a contraction leaves
}

// Of is the volume change of a contract after its own months, expansions and contractions with sums of logs.
func (m VolumeModel) Of(months float64, expansions int, expansionLogs float64, contractions int, contractionLogs float64) VolumeChange {
	var c VolumeChange
	c.growA, c.growB = m.Expansion.of(expansions, months)
	c.cutA, c.cutB = m.Contraction.of(contractions, months)
	up, up2 := m.ExpansionSize.sizes(expansions, expansionLogs)
	c.step = max(up-1, 0)
	c.stepSquare = max(up2-2*up+1, c.step*c.step)
	c.keep, c.keepSquare = m.ContractionSize.sizes(contractions, contractionLogs)
	c.keep = min(c.keep, 1)
	c.keepSquare = min(max(c.keepSquare, c.keep*c.keep), c.keep)
	return c
}

// sizes are mean and mean square of the ratio of one change.
func (s Shift) sizes(n int, logSum float64) (mean, square float64) {
	m, v, each := s.of(Cell{}, n, logSum)
	v = min(v+each, maxLogVar)
	return math.Exp(m + v/2), math.Exp(2*m + 2*v)
}

// Factor is the mean and the variance of the volume after so many months as a multiple of today's. Both follow
// exactly from the model, the rates' uncertainty included: expansions add to a sum with mean t E[rate] E[step],
// contractions multiply, E[exp(-rate t (1-keep))] = (1 + t(1-keep)/b)^-a. That expansions do not build on one
// another keeps the mean finite: under a Gamma rate a compounding volume has none.
func (c VolumeChange) Factor(months float64) (mean, variance float64) {
	t := max(months, 0)
	if !(c.growB > 0 && c.cutB > 0) {
		return 1, 0
	}
	rate := c.growA / c.growB
	// Changes that follow each other within hours are a rate without sense: volume has the bounds of price.
	up := min(1+t*rate*c.step, math.Exp(maxLogFactor))
	upVar := min(t*rate*c.stepSquare+t*t*c.step*c.step*rate/c.growB, up*up*math.Expm1(maxLogVar))
	down := math.Exp(max(-c.cutA*math.Log1p(t*(1-c.keep)/c.cutB), -maxLogFactor))
	downSquare := math.Exp(-c.cutA * math.Log1p(t*(1-c.keepSquare)/c.cutB))
	return times(up, upVar, down, max(downSquare-down*down, 0))
}

// times is mean and variance of a product of independent factors.
func times(m1, v1, m2, v2 float64) (mean, variance float64) {
	return m1 * m2, v1*v2 + v1*m2*m2 + v2*m1*m1
}

// FeeFactor is the mean and the variance of a contract's fee after k renewals and so many months as a multiple
// of today's, price and volume changing independently.
func FeeFactor(p PriceChange, v VolumeChange, k int, months float64) (mean, variance float64) {
	m1, v1 := p.Factor(k)
	m2, v2 := v.Factor(months)
	return times(m1, v1, m2, v2)
}

// Kept is the expected part of today's fee that is still paid, E[min(F, 1)] for a lognormal factor F of this
// mean and variance: what gross retention counts, growth left out.
func Kept(mean, variance float64) float64 {
	if !(mean > 0) {
		return 0
	}
	s2 := math.Log1p(max(variance, 0) / (mean * mean))
	if s2 < 1e-12 {
		return min(mean, 1)
	}
	s, mu := math.Sqrt(s2), math.Log(mean)-s2/2
	return mean*phi((-mu-s2)/s) + phi(mu/s)
}

// phi is the standard normal distribution function.
func phi(z float64) float64 { return 0.5 * math.Erfc(-z/math.Sqrt2) }
