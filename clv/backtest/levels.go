package backtest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"postlift/clv/purchase"
	"postlift/clv/spend"
)

// suffixLevels marks a model that is fitted by level.
const suffixLevels = "+levels"

// LevelGain is what a model by level gains on the plain one that is used otherwise: the difference of their mean
// log scores out of time, with its standard error clustered by customer. It is used where it gains more than
// NoiseErrors standard errors.
type LevelGain struct {
	Key  string  `json:"key"`
	Over string  `json:"over"`
	Gain float64 `json:"gain"`
	SE   float64 `json:"se"`
}

// beyondNoise tells whether the gain is more than chance brings.
func (g LevelGain) beyondNoise() bool { return g.Gain > 0 && g.Gain > NoiseErrors*g.SE }

// FixedK is the regularity of MBG/CNBD that belongs to the choice, 0 where a fit is to find its own.
func (c Choice) FixedK() int {
	if strings.Contains(c.Key, "-") {
		return c.K
	}
	return 0
}

// spendKey is the key of the spend model in use.
func (c Choice) spendKey() string {
	if c.SpendLevels {
		return c.Spend + suffixLevels
	}
	return c.Spend
}

// fitted is a candidate's fit from one origin: one model for all, or one for each group of levels.
type fitted struct {
	purchase.Fitted // of the base where it is by level
	by              *purchase.ByLevel
	patterns        []int // of each group
}

// part is rows that one model predicts, in the order of histories.
type part struct {
	model purchase.Model
	rows  []int32
}

// view is the past with the rows that the fit tells apart.
func (f *fitted) view(p past) past {
	if f.by == nil {
		return p
	}
	return *p.byLevel
}

// parts cuts the rows into what is worked on together. They do not depend on the number of processors.
func (f *fitted) parts(p past) []part {
	rows := map[int][]int32{}
	for r := range p.rows {
		pattern := 0
		if f.by != nil {
			pattern = f.patterns[p.groups[r]]
		}
		rows[pattern] = append(rows[pattern], int32(r))
	}
	patterns := make([]int, 0, len(rows))
	for pattern := range rows {
		patterns = append(patterns, pattern)
	}
	slices.Sort(patterns)
	var out []part
	for _, pattern := range patterns {
		model := f.Model
		if f.by != nil {
			model = f.by.ModelOf(pattern)
		}
		for own := range slices.Chunk(rows[pattern], chunk) {
			out = append(out, part{model, own})
		}
	}
	return out
}

// draws are fits whose parameters are drawn from the law of the fitted ones.
func (f *fitted) draws(k int, rng *rand.Rand) []*fitted {
	var out []*fitted
	if f.by == nil {
		for _, m := range f.Draws(k, rng) {
			out = append(out, &fitted{Fitted: purchase.Fitted{Model: m}})
		}
		return out
	}
	for _, by := range f.by.Draws(k, rng) {
		out = append(out, &fitted{Fitted: purchase.Fitted{Model: by.Fit.Model}, by: &by, patterns: f.patterns})
	}
	return out
}

// same tells whether two fits predict the same.
func same(a, b *fitted) bool {
	if a.by != nil || b.by != nil {
		return a == b
	}
	return a.Model.Name() == b.Model.Name() && slices.Equal(a.Model.Params(), b.Model.Params())
}

// byLevel fits a plain candidate's model by level. Where the levels known at the origin make no difference, it is
// the plain fit.
func (b book) byLevel(c candidate, plain *fitted, p past) (*fitted, error) {
	tally := purchase.NewLevelTally(b.columns...)
	for _, k := range p.known {
		if err := tally.AddDays(b.groups[k.group], int(k.x), int(k.tx), int(k.age)); err != nil {
			return nil, err
		}
	}
	by, err := purchase.FitByLevel(c.model, tally, 0, purchase.Options{K: kOf(c, plain.Model), LogGaps: p.gaps})
	if err != nil {
		return nil, err
	}
	if by.Plain() {
		return plain, nil
	}
	f := &fitted{Fitted: purchase.Fitted{Model: by.Fit.Model, Stats: by.Fit.Stats}, by: &by}
	for _, g := range b.groups {
		f.patterns = append(f.patterns, by.Pattern(g))
	}
	return f, nil
}

// testLevels tries by level what is best without levels: for every board its choice and the best of another
// family, so that a check sees only what its own tests would have led to.
func (r *run) testLevels() {
	if len(r.book.groups) < 2 {
		return
	}
	var wanted []int
	for _, b := range r.boards {
		wanted = append(wanted, b.families(r.cands)...)
	}
	slices.Sort(wanted)
	for _, i := range slices.Compact(wanted) {
		c := r.cands[i]
		c.key, c.levels = c.key+suffixLevels, true
		r.cands = append(r.cands, c)
		for _, b := range r.boards {
			b.scores, b.seen = append(b.scores, make([]float64, len(b.tests))), append(b.seen, 0)
		}
		for o := range r.pasts {
			r.testByLevel(o, i, len(r.cands)-1)
		}
	}
	r.sortResults()
}

// testByLevel fits and scores one candidate by level from one origin.
func (r *run) testByLevel(origin, plain, cand int) {
	p := r.pasts[origin]
	r.fits[origin] = append(r.fits[origin], nil)
	if r.fits[origin][plain] == nil {
		return
	}
	fit, err := r.book.byLevel(r.cands[cand], r.fits[origin][plain], p)
	if err != nil {
		return // like a model that cannot be fitted: it is not compared
	}
	r.fits[origin][cand] = fit
	var tests []Test
	var happened []outcome
	for _, t := range r.tests {
		if t.Origin == p.origin {
			tests, happened = append(tests, t), append(happened, r.book.after(p, t.End))
		}
	}
	r.keep(cand, fit, r.scoreModel(fit, p, tests, happened), p, tests, happened, r.worths[origin])
}

// sortResults puts the results of one test together again.
func (r *run) sortResults() {
	order := make([]int, len(r.results))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		a, b := r.results[i], r.results[j]
		return cmp.Or(cmp.Compare(a.Origin, b.Origin), cmp.Compare(a.Horizon.days(), b.Horizon.days()))
	})
	results, values := make([]Result, len(order)), make([][]float64, len(order))
	for to, from := range order {
		results[to], values[to] = r.results[from], r.values[from]
	}
	r.results, r.values = results, values
}

// families are the candidates that are worth trying by level: the one that would be chosen without, and the best
// one of another family.
func (b *board) families(cands []candidate) []int {
	full := slices.DeleteFunc(b.complete(), func(i int) bool { return cands[i].levels })
	if len(full) == 0 {
		return nil
	}
	index := func(r Ranked) int {
		return slices.IndexFunc(cands, func(c candidate) bool { return c.key == r.Key })
	}
	ranking := b.rank(full, func(i int) string { return cands[i].key }, preference)
	out := []int{index(ranking[settled(ranking, preference)])}
	for _, r := range ranking {
		if i := index(r); cands[i].model != cands[out[0]].model {
			return append(out, i)
		}
	}
	return out
}

// chooseLevels goes over to the best candidate by level where it beats the plain choice by more than noise.
func (b *board) chooseLevels(c *Choice, cands []candidate) {
	plain := slices.IndexFunc(cands, func(one candidate) bool { return one.key == c.Key })
	families, full := b.families(cands), b.complete()
	best := -1
	for _, i := range full {
		if !cands[i].levels || !slices.Contains(families, cands[i].plain) {
			continue
		}
		gain, se := b.difference(i, plain)
		if best < 0 || gain > c.ByLevel.Gain {
			best, c.ByLevel = i, &LevelGain{Key: cands[i].key, Over: c.Key, Gain: gain, SE: se}
		}
	}
	if best < 0 {
		return
	}
	if c.ByLevel.beyondNoise() {
		c.Key, c.Model, c.K, c.Levels = cands[best].key, cands[best].model, cands[best].k, true
	}
	c.Sentence += c.ByLevel.explain(c.Levels, 5)
}

// explain says in English, with so many digits, whether levels are used and why.
func (g LevelGain) explain(used bool, digits int) string {
	figures := fmt.Sprintf("gains %.*f on it (standard error %.*f)", digits, g.Gain, digits, g.SE)
	switch {
	case used:
		return fmt.Sprintf("; fitted by level, %s %s and is used", g.Key, figures)
	case g.Gain > 0:
		return fmt.Sprintf("; fitted by level, %s %s, which is noise: one model serves all levels", g.Key, figures)
	}
	return fmt.Sprintf("; fitted by level, %s does no better: one model serves all levels", g.Key)
}

// spendModels fits a spend model to the past: one, or with "+levels" one for each group. A past without a repeat
// order of a positive value gives none: the names are known, so there is nothing else to fail.
func (b book) spendModels(name string, p past) []spend.Model {
	base, byLevel := strings.CutSuffix(name, suffixLevels)
	if !byLevel {
		fit, err := spend.Fit(name, p.spends)
		if err != nil {
			return nil
		}
		return []spend.Model{fit.Model}
	}
	levels := make([]string, len(p.spends))
	for i, g := range p.spender {
		levels[i] = b.groups[g][b.segmentColumn]
	}
	fit, err := spend.FitByLevel(base, p.spends, levels)
	if err != nil {
		return nil
	}
	out := make([]spend.Model, len(b.groups))
	for i, g := range b.groups {
		out[i] = fit.Model(g[b.segmentColumn])
	}
	return out
}

// spendByLevel goes over to the chosen spend model by level where that beats it by more than noise.
func (r *run) spendByLevel(b *board, c *Choice) {
	plain, byLevel := slices.Index(r.spends, c.Spend), slices.Index(r.spends, c.Spend+suffixLevels)
	if byLevel < 0 || !slices.Contains(b.complete(), byLevel) {
		return
	}
	g := LevelGain{Key: r.spends[byLevel], Over: c.Spend}
	g.Gain, g.SE = b.difference(byLevel, plain)
	c.SpendByLevel, c.SpendLevels = &g, g.beyondNoise()
	c.SpendSentence += g.explain(c.SpendLevels, 4)
}
