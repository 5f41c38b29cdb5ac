package experiment

import (
	"math"
	"slices"
	"sort"

	"postlift"
)

// Unit is one randomisation cluster: a company with everything that belongs to it, assigned as a whole.
// Sums run over its accounts that were considered, delivered or not (intention to treat).
type Unit struct {
	Treated    bool
	Block      string  // of AnalyseBlocks: the matched block
	Propensity float64 // chance of treatment that the assignment gave it, above 0 and below 1
	Accounts   int
	Outcome    float64 // of the window, e.g. margin in minor units
	Pre        float64 // the same before the assignment
	Orders     float64 // in the window
}

// Reasons for which a test has no estimate.
const (
	NoControl       = "no_control"       // nobody was held out
	NoTreated       = "no_treated"       // nobody was assigned
	TooFewGroups    = "too_few_groups"   // an arm (of one propensity) has fewer than two groups
	ConstantOutcome = "constant_outcome" // every group has the same outcome, usually none yet
)

// Estimators that Result.Primary may name beside those of designs. Which one decides depends on the design and on
// data from before the mailing only: CUPED where the pre-period differs between groups, Welch otherwise.
const (
	PrimaryWelch = "welch"
	PrimaryCUPED = "cuped"
)

// ArmFacts describes one arm. Mean and SD are per group, in the outcome's unit.
type ArmFacts struct {
	Groups   int
	Accounts int
	Mean     float64
	SD       float64
	PreMean  float64
	Orders   float64
}

// Result is everything that one set of units tells. Differences are per group.
type Result struct {
	Refused string // why there is no estimate, else ""

	Control ArmFacts
	Treated ArmFacts

	GroupRatio   RatioCheck
	AccountRatio RatioCheck

	Welch    Estimate
	CUPED    Adjusted
	Designed Estimate // of matched blocks or of waves
	Theta    float64  // of Designed in blocks
	Blocks   int      // compared, of matched blocks
	Primary  string
	Orders   Estimate
	PrePhase *Estimate // the same difference in the pre-period; nil where that is constant
	Relative *Relative // nil: not estimable
	// Correlation is that of outcome and covariate over all groups; the variance that CUPED removes is
	// about its square.
	Correlation float64
}

// Estimate is the one that decides.
func (r Result) Estimate() Estimate {
	switch r.Primary {
	case PrimaryCUPED:
		return r.CUPED.Estimate
	case PrimaryBlocked, PrimaryWaves:
		return r.Designed
	}
	return r.Welch
}

// Analyse compares treated and held-out groups. With one propensity for all it is the plain difference
// in means; with several, strata of equal propensity are weighted by their size. It refuses values that
// no assignment can have produced.
func Analyse(units []Unit) (Result, error) {
	if err := checkUnits(units); err != nil {
		return Result{}, err
	}
	var r Result
	strata, orders := gather(units)
	r.Control, r.Treated = armFacts(units)
	r.GroupRatio, r.AccountRatio = ratios(units)
	if r.Refused = refusal(r, strata, units); r.Refused != "" {
		return r, nil
	}
	all := merge(mergeArm(strata, false), mergeArm(strata, true))
	r.Primary = PrimaryWelch
	raw := difference(strata, false)
	r.Welch, r.CUPED = raw.Estimate, raw
	if all.Pre.Var > 0 {
		r.Primary = PrimaryCUPED
		r.CUPED = difference(strata, true)
		r.PrePhase = preDifference(strata)
		r.Correlation = all.Cov / math.Sqrt(all.Pre.Var*all.Post.Var)
	}
	r.Orders = difference(orders, false).Estimate
	if rel, ok := Fieller(r.CUPED.Control, r.CUPED.Treated); ok {
		r.Relative = &rel
	}
	return r, nil
}

func checkUnits(units []Unit) error {
	compared := anyControl(units)
	for i, u := range units {
		if sum := u.Outcome + u.Pre + u.Orders; math.IsNaN(sum) || math.IsInf(sum, 0) {
			return postlift.Faultf(postlift.Invalid, "experiment.Analyse", "group %d has an outcome that is not a number", i+1)
		}
		if compared && !(u.Propensity > 0 && u.Propensity < 1) {
			return postlift.Faultf(postlift.Invalid, "experiment.Analyse",
				"group %d: a propensity of %g cannot be compared; it must lie between 0 and 1", i+1, u.Propensity)
		}
		if u.Accounts < 1 {
			return postlift.Faultf(postlift.Invalid, "experiment.Analyse", "group %d has no account", i+1)
		}
	}
	return nil
}

func anyControl(units []Unit) bool {
	return slices.ContainsFunc(units, func(u Unit) bool { return !u.Treated })
}

// gather sorts the units into strata of equal propensity, for the outcome with its covariate and for
// order counts.
func gather(units []Unit) (outcome, orders []Stratum) {
	type pair struct{ y, o [2]Accumulator }
	byP := map[int64]*pair{}
	for _, u := range units {
		k := int64(math.Round(u.Propensity * 1e9))
		if byP[k] == nil {
			byP[k] = &pair{}
		}
		arm := 0
		if u.Treated {
			arm = 1
		}
		byP[k].y[arm].Add(u.Outcome, u.Pre)
		byP[k].o[arm].Add(u.Orders, 0)
	}
	keys := make([]int64, 0, len(byP))
	for k := range byP {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool { return keys[i] < keys[j] })
	for _, k := range keys {
		p := byP[k]
		outcome = append(outcome, Stratum{p.y[0].Joint(), p.y[1].Joint()})
		orders = append(orders, Stratum{p.o[0].Joint(), p.o[1].Joint()})
	}
	return outcome, orders
}

func difference(strata []Stratum, adjust bool) Adjusted {
	if len(strata) > 1 {
		return Stratified(strata, adjust)
	}
	c, t := strata[0].Control, strata[0].Treated
	if adjust {
		return CUPED(c, t)
	}
	return Adjusted{Estimate: Welch(c.Post, t.Post), Control: c.Post, Treated: t.Post}
}

func preDifference(strata []Stratum) *Estimate {
	pre := make([]Stratum, len(strata))
	for i, s := range strata {
		pre[i] = Stratum{Control: Joint{Post: s.Control.Pre}, Treated: Joint{Post: s.Treated.Pre}}
	}
	e := difference(pre, false).Estimate
	return &e
}

func mergeArm(strata []Stratum, treated bool) Joint {
	var out Joint
	for i, s := range strata {
		j := s.Control
		if treated {
			j = s.Treated
		}
		if i == 0 {
			out = j
			continue
		}
		out = merge(out, j)
	}
	return out
}

func refusal(r Result, strata []Stratum, units []Unit) string {
	switch {
	case r.Control.Groups == 0:
		return NoControl
	case r.Treated.Groups == 0:
		return NoTreated
	}
	for _, s := range strata {
		if s.Control.Post.N < 2 || s.Treated.Post.N < 2 {
			return TooFewGroups
		}
	}
	for _, u := range units {
		if u.Outcome != units[0].Outcome {
			return ""
		}
	}
	return ConstantOutcome
}

// Describe is what those units of which is tells are like, as one arm.
func Describe(units []Unit, is func(i int) bool) ArmFacts {
	var some []Unit
	for i, u := range units {
		if is(i) {
			u.Treated = true
			some = append(some, u)
		}
	}
	_, f := armFacts(some)
	return f
}

func armFacts(units []Unit) (control, treated ArmFacts) {
	var acc [2]Accumulator
	var facts [2]ArmFacts
	for _, u := range units {
		arm := 0
		if u.Treated {
			arm = 1
		}
		acc[arm].Add(u.Outcome, u.Pre)
		facts[arm].Accounts += u.Accounts
		facts[arm].Orders += u.Orders
	}
	for i := range facts {
		j := acc[i].Joint()
		facts[i].Groups, facts[i].Mean = acc[i].N(), j.Post.Mean
		facts[i].SD, facts[i].PreMean = math.Sqrt(j.Post.Var), j.Pre.Mean
	}
	return facts[0], facts[1]
}

// ratios checks the arms' sizes, by groups and by accounts. Accounts were not assigned one by one, so
// their check takes the variance of whole groups.
func ratios(units []Unit) (groups, accounts RatioCheck) {
	var n, nExpected, nVar, nTreated, m, mExpected, mVar, mTreated float64
	for _, u := range units {
		e, size := u.Propensity, float64(u.Accounts)
		n, m = n+1, m+size
		nExpected, nVar = nExpected+e, nVar+e*(1-e)
		mExpected, mVar = mExpected+e*size, mVar+e*(1-e)*size*size
		if u.Treated {
			nTreated, mTreated = nTreated+1, mTreated+size
		}
	}
	if nVar == 0 {
		return RatioCheck{P: 1}, RatioCheck{P: 1}
	}
	tested := min(nExpected, n-nExpected) >= RatioMinimum
	return clusteredRatio(nTreated, nExpected, nVar, tested), clusteredRatio(mTreated, mExpected, mVar, tested)
}
