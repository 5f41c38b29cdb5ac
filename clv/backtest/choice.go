package backtest

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"postlift"
)

// Choice is the order model (and the spend model) to use, and why.
type Choice struct {
	Key           string        `json:"key"`             // of the candidate: the model, with "-k" where k was fixed, and "+levels" with Levels
	Model         string        `json:"model"`           // name for purchase.Fit
	K             int           `json:"k,omitempty"`     // regularity of MBG/CNBD: as fitted at the latest origin; 0: none
	Spend         string        `json:"spend,omitempty"` // name for spend.Fit; "" where the log has no values
	Why           Why           `json:"why"`
	Ranking       []Ranked      `json:"ranking"` // every candidate that could be compared, best first
	Sentence      string        `json:"sentence"`
	KnownUpTo     postlift.Date `json:"known_up_to"` // tests ending by this day were used
	SpendRanking  []Ranked      `json:"spend_ranking"`
	SpendSentence string        `json:"spend_sentence"`
	Levels        bool          `json:"levels"`                   // the order model is fitted by level, with purchase.FitByLevel
	SpendLevels   bool          `json:"spend_levels"`             // the spend model is, with spend.FitByLevel
	ByLevel       *LevelGain    `json:"by_level,omitempty"`       // of the best order model by level; nil where none was tried
	SpendByLevel  *LevelGain    `json:"spend_by_level,omitempty"` // of the spend model by level
}

// Reasons of a choice.
const (
	ReasonBestScore   = "best_score"           // its score is best, beyond noise
	ReasonWithinNoise = "simplest_of_the_best" // those with a better score are better by noise only
	ReasonOnly        = "only_candidate"
	ReasonDefault     = "default_untested" // nothing could be compared
)

// Why holds the figures of a choice's explanation. Scores are mean log probabilities of what happened, per
// customer and test; differences are positive where the first is better.
type Why struct {
	Reason     string  `json:"reason"`
	Score      float64 `json:"score"`     // of the chosen model
	Best       string  `json:"best"`      // candidate with the best score
	Behind     float64 `json:"behind"`    // best minus chosen
	BehindSE   float64 `json:"behind_se"` // standard error of that difference
	Next       string  `json:"next"`      // best candidate that was not as good as the best
	Ahead      float64 `json:"ahead"`     // chosen minus next
	AheadSE    float64 `json:"ahead_se"`
	Tests      int     `json:"tests"`
	Customers  int     `json:"customers"` // with at least one test
	Candidates int     `json:"candidates"`
}

// Ranked is one candidate's place.
type Ranked struct {
	Key    string  `json:"key"`
	Score  float64 `json:"score"`
	Behind float64 `json:"behind"` // of the best
	SE     float64 `json:"se"`     // of that difference, clustered by customer
	Noise  bool    `json:"noise"`  // the difference is within NoiseErrors standard errors
}

// NoiseErrors is the number of standard errors up to which a difference of scores counts as noise.
const NoiseErrors = 2.0

// preference is the order in which candidates as good as each other are taken: the default family from
// simple to rich, then the models that differ from it in kind. BG/NBD stands last, since it takes every
// one-time customer for alive.
var preference = []string{modelMBG, modelCNBD, modelCNBD + "-2", modelCNBD + "-3", "paretonbd", "bgnbd"}

// DefaultModel is the order model in use where nothing could be tested.
const DefaultModel = modelCNBD

// board gathers the log scores of candidates over the tests that end by a day.
type board struct {
	cut    postlift.Date
	scores [][]float64 // by candidate and customer of the book
	tests  []float64   // by customer: tests it took part in
	seen   []int       // by candidate: tests
	pairs  int
}

func newBoard(cut postlift.Date, candidates, customers int) *board {
	b := &board{cut: cut, tests: make([]float64, customers), seen: make([]int, candidates), scores: make([][]float64, candidates)}
	for i := range b.scores {
		b.scores[i] = make([]float64, customers)
	}
	return b
}

// test counts the customers that take part in a test; nil for all.
func (b *board) test(p past, part func(i int) bool) {
	b.pairs++
	for i, k := range p.known {
		if part == nil || part(i) {
			b.tests[k.who]++
		}
	}
}

// add takes the scores of one candidate in a test; those who take no part have the score 0.
func (b *board) add(candidate int, p past, scores []float64) {
	b.seen[candidate]++
	for i, k := range p.known {
		b.scores[candidate][k.who] += scores[i]
	}
}

// takes tells whether the tests that end on a day count on this board.
func (b *board) takes(end postlift.Date) bool { return b.cut.IsZero() || end <= b.cut }

// difference is the mean over customers and tests of the score of candidate i minus that of j, with its
// standard error clustered by customer: tests of one customer are not independent.
func (b *board) difference(i, j int) (diff, se float64) {
	total, clusters := 0.0, 0.0
	for c, n := range b.tests {
		if n > 0 {
			total += n
			clusters++
			diff += b.scores[i][c] - b.scores[j][c]
		}
	}
	diff = ratio(diff, total)
	for c, n := range b.tests {
		d := b.scores[i][c] - b.scores[j][c] - n*diff
		se += d * d
	}
	if math.Abs(diff) < sameScore {
		return 0, 0
	}
	if clusters < 2 {
		return diff, math.Abs(diff) // one customer tells of chance nothing: any difference may be noise
	}
	return diff, ratio(math.Sqrt(se*ratio(clusters, clusters-1)), total)
}

// sameScore is the difference below which two scores are the same but for rounding, such as those of a free
// k and of that k fixed.
const sameScore = 1e-9

func (b *board) mean(i int) float64 {
	sum, total := 0.0, 0.0
	for c, n := range b.tests {
		sum += b.scores[i][c]
		total += n
	}
	return ratio(sum, total)
}

// complete lists the candidates that took part in every test.
func (b *board) complete() []int {
	var out []int
	for i, n := range b.seen {
		if b.pairs > 0 && n == b.pairs {
			out = append(out, i)
		}
	}
	return out
}

// choose takes the first candidate in the order of preference that is not worse than the best beyond noise.
func (b *board) choose(cands []candidate) Choice {
	full := slices.DeleteFunc(b.complete(), func(i int) bool { return cands[i].levels })
	c := Choice{KnownUpTo: b.cut, Ranking: []Ranked{}, SpendRanking: []Ranked{}}
	if len(full) == 0 {
		c.Key, c.Model, c.Why.Reason = DefaultModel, DefaultModel, ReasonDefault
		c.Sentence = c.explain()
		return c
	}
	c.Ranking = b.rank(full, func(i int) string { return cands[i].key }, preference)
	b.settle(&c, cands)
	b.chooseLevels(&c, cands)
	return c
}

// rank sorts candidates by their mean score, best first, and measures how far each is behind.
func (b *board) rank(full []int, key func(int) string, order []string) []Ranked {
	slices.SortStableFunc(full, func(i, j int) int {
		return cmp.Or(cmp.Compare(b.mean(j), b.mean(i)), cmp.Compare(place(key(i), order), place(key(j), order)))
	})
	out := []Ranked{}
	for _, i := range full {
		diff, se := b.difference(full[0], i)
		out = append(out, Ranked{Key: key(i), Score: b.mean(i), Behind: diff, SE: se, Noise: diff <= NoiseErrors*se})
	}
	return out
}

// settled is the place in the ranking of the first in the order of preference that is behind by noise only.
func settled(ranking []Ranked, order []string) int {
	chosen := 0
	for i, r := range ranking {
		if r.Noise && place(r.Key, order) < place(ranking[chosen].Key, order) {
			chosen = i
		}
	}
	return chosen
}

// settle picks from the ranking and fills in why.
func (b *board) settle(c *Choice, cands []candidate) {
	at := func(key string) int {
		return slices.IndexFunc(cands, func(one candidate) bool { return one.key == key })
	}
	chosen := settled(c.Ranking, preference)
	one := cands[at(c.Ranking[chosen].Key)]
	c.Key, c.Model, c.K = one.key, one.model, one.k
	c.Why = Why{Reason: ReasonBestScore, Score: c.Ranking[chosen].Score, Best: c.Ranking[0].Key, Behind: c.Ranking[chosen].Behind,
		BehindSE: c.Ranking[chosen].SE, Tests: b.pairs, Candidates: len(c.Ranking)}
	for _, n := range b.tests {
		if n > 0 {
			c.Why.Customers++
		}
	}
	switch {
	case len(c.Ranking) == 1:
		c.Why.Reason = ReasonOnly
	case c.Why.Behind > 0:
		c.Why.Reason = ReasonWithinNoise
	}
	next := slices.IndexFunc(c.Ranking, func(r Ranked) bool { return !r.Noise })
	if next < 0 && chosen == 0 && len(c.Ranking) > 1 {
		next = 1
	}
	if next >= 0 {
		c.Why.Next = c.Ranking[next].Key
		c.Why.Ahead, c.Why.AheadSE = b.difference(at(c.Key), at(c.Why.Next))
	}
	c.Sentence = c.explain()
}

// explain says in English why the model was chosen.
func (c Choice) explain() string {
	w := c.Why
	base := fmt.Sprintf("%s is used: over %d tests of %d customers, all of them later than what the fits knew, its mean log score is %.5f",
		c.Key, w.Tests, w.Customers, w.Score)
	switch w.Reason {
	case ReasonDefault:
		return fmt.Sprintf("%s is used by default: the log allowed no test of models out of time", c.Key)
	case ReasonOnly:
		return base + "; no other model could be compared"
	case ReasonWithinNoise:
		base += fmt.Sprintf("; %s scores better by %.5f, which is noise (standard error %.5f), so the simpler one of the default family comes first",
			w.Best, w.Behind, w.BehindSE)
	default:
		base += ", the best of all"
	}
	if w.Next != "" {
		base += fmt.Sprintf("; it is ahead of %s by %.5f (standard error %.5f)", w.Next, w.Ahead, w.AheadSE)
	}
	return base
}
