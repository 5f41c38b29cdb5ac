package backtest

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"postlift/clv/spend"
)

// SpendResult is how one spend model did over all tests: on the customers who ordered within the horizon.
type SpendResult struct {
	Model     string  `json:"model"`
	Customers int     `json:"customers"` // with order days of a positive value, summed over tests
	LogScore  float64 `json:"log_score"` // mean log density of their mean order value
	MAE       float64 `json:"mae"`       // of their mean order value, in the unit of the log
	Bias      float64 `json:"bias"`      // of the money, given how many order days there were
}

// preferredSpend is the order in which spend models as good as each other are taken.
var preferredSpend = []string{spend.ModelGammaGamma, spend.ModelLogNormal}

// spendNames are the spend models to compare: none where the log has no values.
func spendNames(b book, names []string) ([]string, error) {
	if !b.values {
		return nil, nil
	}
	if len(names) == 0 {
		names = spend.Names()
	}
	var out []string
	for _, n := range names {
		if spend.ParamNames(spend.BaseName(n)) == nil {
			return nil, spend.Unknown(n)
		}
		if out = append(out, n); b.segmentColumn >= 0 {
			out = append(out, n+suffixLevels)
		}
	}
	return out, nil
}

// worths is what one spend model expects of an order day of each customer.
type worths struct {
	models []spend.Model // one, or one for each group; none where it could not be fitted
	mean   []float64
}

func (w worths) fitted() bool { return len(w.models) > 0 }

// of is the model of a customer.
func (w worths) of(k known) spend.Model {
	if len(w.models) == 1 {
		return w.models[0]
	}
	return w.models[k.group]
}

// fitWorths fits a spend model to the past. A past without a repeat order of a positive value gives no
// model, which drops it from the comparison.
func (b book) fitWorths(name string, p past) worths {
	w := worths{mean: make([]float64, len(p.known)), models: b.spendModels(name, p)}
	if !w.fitted() {
		return w
	}
	inChunks(len(p.known), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			w.mean[i] = w.of(p.known[i]).MeanSpend(p.known[i].basis())
		}
	})
	return w
}

// later is what a customer's order days after the origin tell a spend model, X = 0 where nothing.
func (b book) later(p past, o outcome, i int, test Test) spend.Observation {
	if o.counts[i] == 0 || !(o.values[i] > 0) {
		return spend.Observation{}
	}
	days := b.customers[p.known[i].who].days
	var logs []float64
	for _, d := range days[countUntil(days, test.Origin):countUntil(days, test.End)] {
		if d.Value > 0 {
			logs = append(logs, math.Log(d.Value))
		}
	}
	next := spend.Observation{X: int(o.counts[i]), M: o.values[i] / float64(o.counts[i]), Logs: len(logs) == int(o.counts[i])}
	next.LogMean, next.LogSS = meanSS(logs)
	return next
}

// spendTally sums a spend model's errors over tests.
type spendTally struct {
	customers                         int
	score, absolute, expected, actual float64
}

// compareSpends scores every spend model in one test.
func (r *run) compareSpends(p past, test Test, o outcome, ws []worths) {
	next := make([]spend.Observation, len(p.known))
	for i := range next {
		next[i] = r.book.later(p, o, i, test)
	}
	part := func(i int) bool { return next[i].X > 0 && next[i].Logs }
	boards := slices.DeleteFunc(slices.Clone(r.spendBoards), func(b *board) bool { return !b.takes(test.End) })
	for _, b := range boards {
		b.test(p, part)
	}
	for s, w := range ws {
		if !w.fitted() {
			continue
		}
		scores := make([]float64, len(next))
		t := &r.spendTally[s]
		for i, n := range next {
			if !part(i) {
				continue
			}
			scores[i] = w.of(p.known[i]).LogScore(p.known[i].basis(), n)
			t.customers++
			t.score += scores[i]
			t.absolute += math.Abs(w.mean[i] - n.M)
			t.expected += w.mean[i] * float64(n.X)
			t.actual += n.M * float64(n.X)
		}
		for _, b := range boards {
			b.add(s, p, scores)
		}
	}
}

// chooseSpend ranks the spend models by their score out of time and fills in the choice.
func (r *run) chooseSpend(b *board, c *Choice) {
	c.SpendRanking = []Ranked{}
	if len(r.spends) == 0 {
		c.SpendSentence = "the log has no values"
		return
	}
	full := slices.DeleteFunc(b.complete(), func(i int) bool { return strings.HasSuffix(r.spends[i], suffixLevels) })
	if len(full) == 0 {
		c.Spend = r.spends[0]
		c.SpendSentence = c.Spend + " is used for order values by default: no spend model could be compared out of time"
		return
	}
	ranking := b.rank(full, func(i int) string { return r.spends[i] }, preferredSpend)
	best := ranking[settled(ranking, preferredSpend)]
	c.Spend, c.SpendRanking = best.Key, ranking
	c.SpendSentence = fmt.Sprintf("%s is used for order values: its mean log score out of time is %.4f", best.Key, best.Score)
	if best.Behind > 0 {
		c.SpendSentence += fmt.Sprintf(", behind %s by %.4f, which is noise (standard error %.4f)", ranking[0].Key, best.Behind, best.SE)
	} else if len(ranking) > 1 {
		c.SpendSentence += fmt.Sprintf(", ahead of %s by %.4f (standard error %.4f)", ranking[1].Key, ranking[1].Behind, ranking[1].SE)
	}
	r.spendByLevel(b, c)
}

// spendResults reports the spend models.
func (r *run) spendResults() []SpendResult {
	out := []SpendResult{}
	for i, name := range r.spends {
		t := r.spendTally[i]
		n := float64(t.customers)
		out = append(out, SpendResult{Model: name, Customers: t.customers, LogScore: ratio(t.score, n), MAE: ratio(t.absolute, n),
			Bias: bias(t.expected, t.actual)})
	}
	return out
}

// bias is predicted by actual minus one, 0 where nothing happened.
func bias(predicted, actual float64) float64 {
	if actual == 0 {
		return 0
	}
	return predicted/actual - 1
}

// place is the position of a key in an order of preference, behind all where it is not listed.
func place(key string, order []string) int {
	if i := slices.Index(order, key); i >= 0 {
		return i
	}
	return len(order)
}
