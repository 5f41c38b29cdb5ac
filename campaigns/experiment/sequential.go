package experiment

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// SequentialEvidence is what an always-valid interval says of "no difference": the e-value, a bet against it whose
// winnings are at most 1 on average as often as one looks, and the p value 1/e, at most 1 (Waudby-Smith et al., arXiv
// 2103.06476, eqs. 8 and 9). n and tuned count units of both arms as in Sequential.
func SequentialEvidence(e Estimate, n, tuned, alpha float64) (evidence, p float64) {
	rho := SequentialRho(tuned, alpha)
	r := n * rho * rho
	t := e.Value / e.SE
	log := r/(r+1)*t*t/2 - math.Log(r+1)/2
	return math.Exp(log), min(1, math.Exp(-log))
}

// sequentialCritical is how many standard errors wide either side of Sequential is.
func sequentialCritical(n, tuned, alpha float64) float64 {
	rho := SequentialRho(tuned, alpha)
	r := n * rho * rho
	return math.Sqrt(2 * (r + 1) * math.Log(math.Sqrt(r+1)/alpha) / r)
}

// AnyTime is the 95 % interval of an estimate that is looked at again and again while its window runs, and that
// holds at all looks together.
//
// The estimate at a look is a difference of outcomes cumulated so far: its variance V grows with time, where
// Sequential's falls with further units. The interval is Robbins' normal mixture in intrinsic time (Howard, Ramdas,
// McAuliffe and Sekhon 2021, eq. 14): half width
//
//	sqrt((V r^2 + 1)/r^2 * ln((V r^2 + 1)/alpha^2)),
//
// with r such that it is tightest at the end of the window, r^2 V(end) = -2 ln alpha + ln(1 - 2 ln alpha). V(end) is
// expected from the registered window alone, V/elapsed, where elapsed is the share of the window that is over: so the
// number of standard errors is a function of the date and of nothing that was seen. It is about 3.03 at the window's
// end and larger before.
//
// It takes the increments of V to be those of a Brownian motion. Companies differ for good, so that increments are
// positively correlated: with V(t) = a t + b t^2 two looks s < t are correlated as sqrt(s(a+bt)/(t(a+bs))), which is
// sqrt(s/t) or more, and by Slepian's lemma more correlated looks cross a boundary less often. The remaining error is
// that of a normal approximation with few units; like Student's t in place of the normal, the interval widens to the
// t quantile of the same level.
func AnyTime(e Estimate, elapsed float64) (low, high float64) {
	half := anyTimeCritical(elapsed, e.DoF) * e.SE
	return e.Value - half, e.Value + half
}

// AnyTimeHalf is the half width of the mixture at a variance of se^2, for the mixing scale r.
func AnyTimeHalf(se, r, alpha float64) float64 {
	v := se*se*r*r + 1
	return math.Sqrt(v / (r * r) * math.Log(v/(alpha*alpha)))
}

func anyTimeCritical(elapsed, dof float64) float64 {
	const alpha = .05
	elapsed = min(max(elapsed, 1e-6), 1)
	z := AnyTimeHalf(1, SequentialRho(1/elapsed, alpha), alpha)
	if !(dof > 0) || dof > 1e6 || z > 8 { // beyond 8 the normal tail leaves what the quantile can resolve
		return z
	}
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: dof}.Quantile(1 - distuv.UnitNormal.Survival(z))
}

// SequentialPower is the power for a relative lift, as RelativePower's, of a test that is read with Sequential's
// interval at its end: the standard error stays and the critical value rises.
func SequentialPower(mean, variance, perArm, lift, tuned float64) float64 {
	se := math.Sqrt(RelativeVar(Sample{perArm, mean, variance}, Sample{perArm, mean * (1 + lift), variance}))
	return twoSidedPower(lift/se, sequentialCritical(2*perArm, tuned, .05))
}

func twoSidedPower(x, critical float64) float64 {
	return distuv.UnitNormal.Survival(critical-x) + distuv.UnitNormal.CDF(-critical-x)
}

// MoreUnits is how many times the n units so far must be added, with a variance that falls as 1/n, until a true
// effect is found with 80 % power: by the fixed 5 % test, or with tuned above 0 by Sequential's interval. 0 means
// that those so far are enough; ok is false where a million times would not do.
func MoreUnits(se, effect, n, tuned float64) (times float64, ok bool) {
	power := func(times float64) float64 {
		critical := distuv.UnitNormal.Quantile(.975)
		if tuned > 0 {
			critical = sequentialCritical(n*(1+times), tuned, .05)
		}
		return twoSidedPower(math.Abs(effect)*math.Sqrt(1+times)/se, critical)
	}
	const most = 1e6
	switch {
	case power(0) >= .8:
		return 0, true
	case !(power(most) >= .8):
		return 0, false
	}
	low, high := 0.0, most
	for high-low > 1e-9*(1+high) {
		if mid := (low + high) / 2; power(mid) < .8 {
			low = mid
		} else {
			high = mid
		}
	}
	return high, true
}
