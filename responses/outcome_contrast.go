package responses

import (
	"math"

	"postlift/campaigns/draw"
	"postlift/campaigns/experiment"
)

// contrast compares the arms of one run in any outcome of its groups, with the estimator of the run's design. It is
// made once and asked for many outcomes.
type contrast struct {
	units   []experiment.Unit
	stratum []int32 // of equal propensity, by unit
	strata  int
	block   []int32 // by unit; nil where the design has no blocks
	blocks  int
	treated float64 // groups
}

// newContrast prepares the groups of a reading. Waves have no two arms to compare: see Outcomes.
func newContrast(in Reading) *contrast {
	c := &contrast{units: in.Ledger.units, stratum: make([]int32, len(in.Ledger.units))}
	names, propensities := map[string]int32{}, map[int64]int32{}
	if in.Run.Design.blocks() {
		c.block = make([]int32, len(c.units))
	}
	for i, u := range c.units {
		if u.Treated {
			c.treated++
		}
		c.stratum[i] = numbered(propensities, int64(math.Round(u.Propensity*1e9)))
		if c.block != nil {
			c.block[i] = numbered(names, u.Block)
		}
	}
	c.strata, c.blocks = len(propensities), len(names)
	return c
}

// numbered numbers keys in the order in which they come.
func numbered[K comparable](seen map[K]int32, key K) int32 {
	n, known := seen[key]
	if !known {
		n = int32(len(seen))
		seen[key] = n
	}
	return n
}

// diff is the difference per group of an outcome by group, adjusted for a covariate from before the draw where there
// is one; of the groups that use names, or of all. ok is false where an arm has fewer than two of them, there are
// fewer than four blocks, or nothing varies.
func (c *contrast) diff(y, pre []float64, use []bool) (e experiment.Estimate, ok bool) {
	if pre == nil {
		pre = make([]float64, len(y))
	}
	if c.block != nil {
		return c.inBlocks(y, pre, use)
	}
	sums := make([][2]experiment.Accumulator, c.strata)
	varies := false
	for i := range y {
		if use == nil || use[i] {
			sums[c.stratum[i]][armIndex(c.units[i].Treated)].Add(y[i], pre[i])
		}
	}
	var strata []experiment.Stratum
	for i := range sums {
		s := experiment.Stratum{Control: sums[i][0].Joint(), Treated: sums[i][1].Joint()}
		if s.Control.Post.N == 0 && s.Treated.Post.N == 0 {
			continue
		}
		if s.Control.Post.N < 2 || s.Treated.Post.N < 2 {
			return e, false
		}
		varies = varies || s.Control.Pre.Var > 0 || s.Treated.Pre.Var > 0
		strata = append(strata, s)
	}
	switch {
	case len(strata) == 0:
		return e, false
	case len(strata) > 1:
		e = experiment.Stratified(strata, varies).Estimate
	case varies:
		e = experiment.CUPED(strata[0].Control, strata[0].Treated).Estimate
	default:
		e = experiment.Welch(strata[0].Control.Post, strata[0].Treated.Post)
	}
	return e, e.SE > 0
}

// inBlocks compares within matched blocks; those in which one arm is missing say nothing.
func (c *contrast) inBlocks(y, pre []float64, use []bool) (experiment.Estimate, bool) {
	type sum struct{ n, y, x [2]float64 }
	sums := make([]sum, c.blocks)
	for i := range y {
		if use != nil && !use[i] {
			continue
		}
		arm, s := armIndex(c.units[i].Treated), &sums[c.block[i]]
		s.n[arm]++
		s.y[arm] += y[i]
		s.x[arm] += pre[i]
	}
	var b experiment.BlockSums
	for _, s := range sums {
		if s.n[0] == 0 || s.n[1] == 0 {
			continue
		}
		b.Add(experiment.Block{Units: s.n[0] + s.n[1], Treated: s.y[1] / s.n[1], Control: s.y[0] / s.n[0],
			PreTreated: s.x[1] / s.n[1], PreControl: s.x[0] / s.n[0]})
	}
	p, _, ok := b.Point(0)
	if !ok || !(p.SE > 0) {
		return experiment.Estimate{}, false
	}
	return p.Estimate(), true
}

// sample draws about so many groups of each arm that has more by hash, for figures that are too dear to work out for all; nil where
// none has more. Blocks are drawn whole, and where groups had different chances of a letter both arms at one rate, so
// that what diff makes of the sample estimates what it would make of all.
func (c *contrast) sample(salt string, index map[string]int, most int) []bool {
	var groups [2]float64
	for _, u := range c.units {
		groups[armIndex(u.Treated)]++
	}
	rate := [2]float64{float64(most) / max(groups[0], 1), float64(most) / max(groups[1], 1)}
	if min(rate[0], rate[1]) >= 1 {
		return nil
	}
	if c.block != nil || c.strata > 1 {
		rate[0] = min(rate[0], rate[1])
		rate[1] = rate[0]
	}
	use := make([]bool, len(c.units))
	for key, i := range index {
		u := &c.units[i]
		if c.block != nil {
			key = u.Block
		}
		use[i] = draw.Uniform(salt, key) < rate[armIndex(u.Treated)]
	}
	return use
}

// weight is by what a group counts in the mean of its arm: alike, unless groups had different chances of a letter.
func (c *contrast) weight(i int) float64 {
	switch u := c.units[i]; {
	case c.strata == 1:
		return 1
	case u.Treated:
		return 1 / u.Propensity
	default:
		return 1 / (1 - u.Propensity)
	}
}

// compared widens a choice of groups to those whose mean diff takes: of blocks that have one of them and both arms, all.
func (c *contrast) compared(use []bool) []bool {
	if c.block == nil {
		return use
	}
	has, arms := make([]bool, c.blocks), make([][2]bool, c.blocks)
	for i, b := range c.block {
		has[b] = has[b] || use[i]
		arms[b][armIndex(c.units[i].Treated)] = true
	}
	wide := make([]bool, len(use))
	for i, b := range c.block {
		wide[i] = has[b] && arms[b][0] && arms[b][1]
	}
	return wide
}

// count is how many groups of each arm are used, held out first, with their weights.
func (c *contrast) count(use []bool) (n [2]float64) {
	for i, used := range use {
		if used {
			n[armIndex(c.units[i].Treated)] += c.weight(i)
		}
	}
	return n
}

// arms sums a figure by arm, held out first, with the groups' weights.
func (c *contrast) arms(v []float64) (sums [2]float64) {
	for i := range v {
		sums[armIndex(c.units[i].Treated)] += c.weight(i) * v[i]
	}
	return sums
}

// ratio is the difference between the arms in sum of num by sum of den, groups being what was drawn: the delta method
// on every group's linearised share R + (num - R den)/mean(den), R and the mean being its arm's (Cochran, Sampling
// Techniques, section 6), through the design's own estimator. Groups with den 0 are left out, blocks of such groups only likewise. No covariate adjusts
// it, so that the difference is that of the two shares that stand beside it.
func (c *contrast) ratio(num, den []float64) (experiment.Estimate, bool) {
	if c.strata == 0 {
		return experiment.Estimate{}, false
	}
	use := make([]bool, len(den))
	for i, d := range den {
		use[i] = d > 0
	}
	use = c.compared(use)
	nums, dens, counts := c.arms(num), c.arms(den), c.count(use)
	if dens[0] <= 0 || dens[1] <= 0 {
		return experiment.Estimate{}, false
	}
	y := make([]float64, len(num))
	for i := range y {
		arm := armIndex(c.units[i].Treated)
		r := nums[arm] / dens[arm]
		y[i] = r + (num[i]-r*den[i])*counts[arm]/dens[arm]
	}
	return c.diff(y, nil, use)
}

// shifted is the difference between the arms of a statistic of each whole arm, such as a restricted mean: mean holds
// the arms' values, moved how much every group moves its arm's. Both take groups alike: what strata of other chances
// change in it is up to diff, which weighs what every group's own part says.
func (c *contrast) shifted(mean [2]float64, moved []float64, use []bool) (experiment.Estimate, bool) {
	use = c.compared(use)
	var groups [2]float64
	for i, used := range use {
		if used {
			groups[armIndex(c.units[i].Treated)]++
		}
	}
	y := make([]float64, len(moved))
	for i := range y {
		arm := armIndex(c.units[i].Treated)
		y[i] = mean[arm] + groups[arm]*moved[i]
	}
	return c.diff(y, nil, use)
}
