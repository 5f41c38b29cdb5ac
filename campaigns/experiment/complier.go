package experiment

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Complier is the effect on those who got what they were assigned to: CACE = ITT/(d1-d0), d the delivered share of an
// arm (Imbens and Angrist 1994). The interval is the set of effects that the data do not contradict (Anderson and
// Rubin 1949; Fieller's for this ratio), which stays honest where the shares differ little.
type Complier struct {
	Value     float64
	SE        float64 // by the delta method
	Low, High float64
	Delivered [2]float64 // shares delivered, control and treated
}

// Compliers is the complier effect of strata whose Pre is 1 where delivered and 0 where not, weighted (nil: by their
// units). ok is false where d1-d0 is not clearly above zero (z of 1.96 or less): then the set is unbounded and a
// figure would say nothing.
func Compliers(strata []Stratum, weights []float64) (c Complier, ok bool) {
	total := 0.0
	for _, s := range strata {
		total += s.units()
	}
	var itt, first, vy, vd, cov float64
	for i, s := range strata {
		w := s.units() / total
		if weights != nil {
			w = weights[i]
		}
		for arm, j := range []Joint{s.Control, s.Treated} {
			sign := float64(2*arm - 1)
			itt += sign * w * j.Post.Mean
			first += sign * w * j.Pre.Mean
			vy += w * w * j.Post.meanVar()
			vd += w * w * j.Pre.meanVar()
			cov += w * w * j.Cov / j.Post.N
			c.Delivered[arm] += w * j.Pre.Mean
		}
	}
	z := distuv.UnitNormal.Quantile(.975)
	if !(first > 0) || !(first*first > z*z*vd) {
		return c, false
	}
	c.Value = itt / first
	c.SE = math.Sqrt(max(vy-2*c.Value*cov+c.Value*c.Value*vd, 0)) / first
	// (itt - b first)^2 <= z^2 (vy - 2 b cov + b^2 vd), solved for b
	qa, qb, qc := first*first-z*z*vd, itt*first-z*z*cov, itt*itt-z*z*vy
	root := math.Sqrt(max(qb*qb-qa*qc, 0))
	c.Low, c.High = (qb-root)/qa, (qb+root)/qa
	return c, true
}

// CompliersKnown scales an intention-to-treat estimate by delivered shares that are counts of the very units, not
// estimates: CACE = ITT/(d1-d0) with se = se_ITT/(d1-d0). ok is false unless 0 <= d0 < d1 <= 1.
func CompliersKnown(itt Estimate, treated, control float64) (Estimate, bool) {
	if !(control >= 0 && treated <= 1 && treated > control) {
		return Estimate{}, false
	}
	return itt.Scale(1 / (treated - control)), true
}
