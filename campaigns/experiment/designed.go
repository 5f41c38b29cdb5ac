package experiment

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/combin"
	"gonum.org/v1/gonum/stat/distuv"
)

// Estimators of designs that are not read as two plain arms.
const (
	PrimaryBlocked = "blocked" // matched blocks: differences within them, see BlockSums
	PrimaryWaves   = "waves"   // the just mailed against those not mailed yet, see WaveSums
)

// TooFewBlocks is the reason of a test in blocks of which fewer than four have groups in both arms, or in which
// every block shows the same difference.
const TooFewBlocks = "too_few_blocks"

// AnalyseBlocks compares treated and held-out groups within their blocks, as the test in matched blocks was drawn.
// Blocks that have groups in one arm only (the last of the left-over ones may) are counted among the arms and say
// nothing of the effect. Welch beside it ignores the blocks and is wider than need be. It refuses what Analyse
// refuses.
func AnalyseBlocks(units []Unit) (Result, error) {
	if err := checkUnits(units); err != nil {
		return Result{}, err
	}
	var r Result
	r.Control, r.Treated = armFacts(units)
	r.GroupRatio, r.AccountRatio = ratios(units)
	plain, _ := gather(withOnePropensity(units))
	if len(plain) == 0 {
		r.Refused = NoControl
		return r, nil
	}
	if r.Refused = refusal(r, plain, units); r.Refused != "" {
		return r, nil
	}
	var outcome, orders, pre BlockSums
	for _, b := range blocksOf(units) {
		outcome.Add(b.outcome)
		orders.Add(b.orders)
		pre.Add(Block{Units: b.outcome.Units, Treated: b.outcome.PreTreated, Control: b.outcome.PreControl})
	}
	p, theta, ok := outcome.Point(0)
	if !ok || !(p.SE > 0) {
		r.Refused = TooFewBlocks
		return r, nil
	}
	r.Primary, r.Designed, r.Theta, r.Blocks = PrimaryBlocked, p.Estimate(), theta, outcome.Blocks()
	r.Welch = Welch(plain[0].Control.Post, plain[0].Treated.Post)
	o, _, _ := orders.Point(0)
	r.Orders = o.Estimate()
	if e, _, _ := pre.Point(0); e.SE > 0 {
		before := e.Estimate()
		r.PrePhase = &before
	}
	if all := merge(plain[0].Control, plain[0].Treated); all.Pre.Var > 0 && all.Post.Var > 0 {
		r.Correlation = all.Cov / math.Sqrt(all.Pre.Var*all.Post.Var)
	}
	if rel, ok := outcome.Relative(); ok {
		r.Relative = &rel
	}
	return r, nil
}

// withOnePropensity is the units as one stratum: within blocks of one size all have the same chance.
func withOnePropensity(units []Unit) []Unit {
	same := slices.Clone(units)
	for i := range same {
		same[i].Propensity = .5
	}
	return same
}

// block is a block's outcome with its covariate, and its orders.
type block struct{ outcome, orders Block }

// blocksOf sums the units up by block, in order of the blocks' names; those with one arm only are left out.
func blocksOf(units []Unit) []block {
	type sums struct {
		n, y, x, o [2]float64 // by arm, control first
	}
	by := map[string]*sums{}
	var names []string
	for _, u := range units {
		s := by[u.Block]
		if s == nil {
			s = &sums{}
			by[u.Block] = s
			names = append(names, u.Block)
		}
		arm := 0
		if u.Treated {
			arm = 1
		}
		s.n[arm]++
		s.y[arm] += u.Outcome
		s.x[arm] += u.Pre
		s.o[arm] += u.Orders
	}
	slices.Sort(names)
	var blocks []block
	for _, name := range names {
		s := by[name]
		if s.n[0] == 0 || s.n[1] == 0 {
			continue
		}
		n := s.n[0] + s.n[1]
		blocks = append(blocks, block{
			outcome: Block{Units: n, Treated: s.y[1] / s.n[1], Control: s.y[0] / s.n[0], PreTreated: s.x[1] / s.n[1], PreControl: s.x[0] / s.n[0]},
			orders:  Block{Units: n, Treated: s.o[1] / s.n[1], Control: s.o[0] / s.n[0]},
		})
	}
	return blocks
}

// Relative is the ratio of treated to held-out means less one with Fieller's interval for matched blocks: all k for
// which the estimate had every mailed group's outcome been divided by k does not differ from zero. It needs the
// estimate at three lifts only, as value is linear and variance quadratic in 1/k. ok is false where the held-out
// mean does not differ from zero.
func (s *BlockSums) Relative() (Relative, bool) {
	none, _, ok := s.Point(-1) // the mailed count nothing: less the held-out mean
	if !ok {
		return Relative{}, false
	}
	one, _, _ := s.Point(0)
	two, _, _ := s.Point(1)
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: one.DoF}.Quantile(.975)
	// with u = 1/k: value a+b u, variance c+d u+e u^2; solved for k by k^2 times (a+b u)^2 = t^2 (c+d u+e u^2)
	a, b := none.Value, one.Value-none.Value
	c, v1, v2 := none.SE*none.SE, one.SE*one.SE, two.SE*two.SE
	e := (v2 - 2*v1 + c) / 2
	d := v1 - c - e
	qa, qb, qc := a*a-t*t*c, a*b-t*t*d/2, b*b-t*t*e
	root := qb*qb - qa*qc
	if !(qa > 0) || !(root >= 0) || !(-a > 0) {
		return Relative{}, false
	}
	root = math.Sqrt(root)
	return Relative{Value: -b/a - 1, Low: (-qb-root)/qa - 1, High: (-qb+root)/qa - 1}, true
}

// LostRatio checks a design whose arms have exact sizes, such as exact strata or blocks: planned and found are the
// groups of the held-out and of the treated arm. Nothing lost passes, and an arm that grew fails, whatever the
// sizes. Of what was lost, as many are to be missing from either arm as its size lets expect: P is the exact
// two-sided hypergeometric probability (Fisher's exact test, twice the smaller tail).
func LostRatio(planned, found [2]int) RatioCheck {
	lost := [2]int{planned[0] - found[0], planned[1] - found[1]}
	all, gone := planned[0]+planned[1], lost[0]+lost[1]
	switch {
	case lost[0] < 0 || lost[1] < 0:
		return RatioCheck{Chi2: float64(max(-lost[0], 0) + max(-lost[1], 0)), P: 0, Tested: true}
	case gone == 0 || planned[0] == 0 || planned[1] == 0:
		return RatioCheck{P: 1, Tested: true}
	}
	share := float64(planned[0]) / float64(all)
	d := float64(lost[0]) - float64(gone)*share
	r := RatioCheck{Tested: true}
	if v := float64(gone) * share * (1 - share) * float64(all-gone) / float64(max(all-1, 1)); v > 0 {
		r.Chi2 = d * d / v
	}
	whole := combin.LogGeneralizedBinomial(float64(all), float64(gone))
	tail := func(from, to int) (p float64) {
		for x := max(from, gone-planned[1], 0); x <= min(to, gone, planned[0]); x++ {
			p += math.Exp(combin.LogGeneralizedBinomial(float64(planned[0]), float64(x)) +
				combin.LogGeneralizedBinomial(float64(planned[1]), float64(gone-x)) - whole)
		}
		return p
	}
	r.P = min(1, 2*min(tail(0, lost[0]), tail(lost[0], gone)))
	return r
}

// Even checks that waves have the sizes of their draw, which deals groups to them in turn.
func Even(counts []int) RatioCheck {
	if len(counts) < 2 {
		return RatioCheck{P: 1}
	}
	observed, weights := make([]float64, len(counts)), make([]float64, len(counts))
	total := 0
	for i, n := range counts {
		observed[i], weights[i], total = float64(n), 1, total+n
	}
	if total == 0 {
		return RatioCheck{P: 1}
	}
	return SampleRatio(observed, weights)
}
