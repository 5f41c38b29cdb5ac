package spend

import (
	"testing"

	"postlift/clv/clvtest"
)

// TestGradient compares the analytic gradients with differences of the likelihoods.
func TestGradient(t *testing.T) {
	d := newSpendData([]Observation{{X: 1, M: 3}, {X: 2, M: 1}, {X: 2, M: 7}, {X: 9, M: 2.5}, {X: 5000, M: 2}}, 1)
	clvtest.Gradient(t, "gammagamma", d.meanNegLL, 0.4, 0.9, 0.2)
	clvtest.Gradient(t, "gammagamma, far", d.meanNegLL, 7.1, 7.4, 0.2)
	clvtest.Gradient(t, "gammagamma, q above 1", shiftedObjective(d.meanNegLL), 0.4, -0.9, 0.2)
	l := newLogData([]Observation{{X: 1, M: 3}, {X: 2, LogMean: 1, LogSS: .4, Logs: true}, {X: 2, LogMean: 2, LogSS: .1, Logs: true},
		{X: 9, LogMean: .5, LogSS: 3, Logs: true}}, .7)
	clvtest.Gradient(t, "lognormal", l.meanNegLL, .2, -.4, .3)
	rows, _ := ratioRows([]RatioObservation{{.2, 10}, {.3, 10}, {.25, 900}, {-.1, 4}, {.4, 77}}, -1, 1)
	clvtest.Gradient(t, "ratio", ratioObjective(rows, .02), .3, -.4, -.9)
	clvtest.Gradient(t, "channels", channelObjective([]Channel{{"a", 1000, 7}, {"b", 300, 0}, {"c", 9000, 31}}, 150), .8)
}

// TestQuickSums: products of factors give the same sums as single logarithms.
func TestQuickSums(t *testing.T) {
	ys := make([]float64, 1001)
	for i := range ys {
		ys[i] = float64(1+i%7) * []float64{1e-3, 1, 1e30}[i%3]
	}
	b := spendBlock{to: len(ys)}
	b.sumLog = sumLog(ys)
	d := &spendData{totals: ys}
	d.sumBlock(&b, 1.7, true)
	quick := b
	d.sumBlock(&b, 1.7, false)
	clvtest.Within(t, "log(1+z)", quick.tail, b.tail, 1e-12)
	clvtest.Within(t, "z/(1+z)", quick.full, b.full, 1e-12)
	clvtest.Within(t, "log(z/(1+z))", quick.share, b.share, 1e-10)
}
