package experiment

import "gonum.org/v1/gonum/stat/distuv"

// RatioAlarm is the p value below which a sample-ratio check withholds the result, and RatioMinimum
// the expected count below which it says nothing.
const (
	RatioAlarm   = .001
	RatioMinimum = 8
)

// RatioCheck tells whether the arms have the sizes that the design gave them. A design that was
// carried out has no reason to fail it: below RatioAlarm something removed or moved units.
type RatioCheck struct {
	Chi2   float64
	P      float64
	Tested bool // false: too few units to tell
}

// Broken tells whether the result must be withheld.
func (r RatioCheck) Broken() bool { return r.Tested && r.P < RatioAlarm }

// SampleRatio is Pearson's chi-square of observed counts against shares in the proportions of weights,
// with len(observed)-1 degrees of freedom.
func SampleRatio(observed, weights []float64) RatioCheck {
	var n, w, chi2 float64
	for i := range observed {
		n += observed[i]
		w += weights[i]
	}
	tested := true
	for i := range observed {
		expected := n * weights[i] / w
		chi2 += (observed[i] - expected) * (observed[i] - expected) / expected
		tested = tested && expected >= RatioMinimum
	}
	return newRatioCheck(chi2, float64(len(observed)-1), tested)
}

// clusteredRatio is the check of two arms over units that were assigned in clusters: treated is the
// observed number of accounts, expected its mean, variance the sum of e(1-e) m^2 over clusters of m
// accounts. With clusters of one it equals SampleRatio.
func clusteredRatio(treated, expected, variance float64, tested bool) RatioCheck {
	d := treated - expected
	return newRatioCheck(d*d/variance, 1, tested)
}

func newRatioCheck(chi2, dof float64, tested bool) RatioCheck {
	return RatioCheck{Chi2: chi2, P: distuv.ChiSquared{K: dof}.Survival(chi2), Tested: tested}
}

// ArmRatio is the check of two arms by sums of m over units: treated is what the treated arm has, expected the sum of
// e m and variance the sum of e(1-e) m^2, e each unit's chance of treatment. m is 1 to count units and their rows to
// count rows.
func ArmRatio(treated, expected, variance float64, tested bool) RatioCheck {
	if !(variance > 0) {
		return RatioCheck{P: 1}
	}
	return clusteredRatio(treated, expected, variance, tested)
}
