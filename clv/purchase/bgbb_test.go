package purchase

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"postlift"
	"postlift/clv/clvtest"

	"pgregory.net/rapid"
)

var _ Model = BGBB{}

// byDefinition integrates the definition over p and theta: a grid of both in logits, weighted with the beta
// densities, and for every pair the sum over when the customer left.
func (m BGBB) byDefinition(x, last, n, ahead int) (likelihood, alive, orders float64) {
	const steps = 240
	logit := func(a, b float64) (v, w []float64) {
		total, lo, h := 0.0, -30/min(a, 1), (30/min(a, 1)+30/min(b, 1))/steps
		for i := range steps + 1 {
			y := lo + float64(i)*h
			p := 1 / (1 + math.Exp(-y))
			e := math.Exp(-a*math.Log1p(math.Exp(-y)) - b*math.Log1p(math.Exp(y)))
			v, w, total = append(v, p), append(w, e), total+e
		}
		for i := range w {
			w[i] /= total
		}
		return v, w
	}
	ps, pw := logit(m.Alpha, m.Beta)
	ts, tw := logit(m.Gamma, m.Delta)
	for i, p := range ps {
		for j, theta := range ts {
			w := pw[i] * tw[j] * math.Pow(p, float64(x))
			stay := w * math.Pow(1-p, float64(n-x)) * math.Pow(1-theta, float64(n))
			likelihood += stay
			alive += stay
			for k := last; k < n; k++ {
				likelihood += w * math.Pow(1-p, float64(k-x)) * theta * math.Pow(1-theta, float64(k))
			}
			for k := 1; k <= ahead; k++ {
				orders += stay * p * math.Pow(1-theta, float64(k))
			}
		}
	}
	return likelihood, alive / likelihood, orders / likelihood
}

// TestBGBBByDefinition compares likelihood, P(alive) and expectation with numerical integration of the model's
// definition.
func TestBGBBByDefinition(t *testing.T) {
	for _, m := range []BGBB{{1.2, .75, .66, 2.78}, {3, 4, 1, 6}, {.8, 9, 2.5, 1.5}} {
		for _, h := range [][3]int{{0, 0, 6}, {1, 1, 6}, {3, 5, 6}, {6, 6, 6}, {2, 9, 14}, {0, 0, 1}} {
			x, last, n := h[0], h[1], h[2]
			l, alive, orders := m.byDefinition(x, last, n, 5)
			row := []Counted{{x, float64(last), float64(n), 1}}
			clvtest.Within(t, "likelihood", math.Exp(m.LogLikelihood(row)), l, 1e-8)
			clvtest.Within(t, "P(alive)", m.PAlive(x, float64(last), float64(n)), alive, 1e-8)
			clvtest.Within(t, "orders", ExpectedOrders(m, x, float64(last), float64(n), 5), orders, 1e-8)
		}
	}
}

// TestBGBBAddsUp: the probabilities of all histories of n opportunities add up to one, as do those of all
// numbers of orders, and the two ways of asking for a number agree.
func TestBGBBAddsUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := anyBGBB(t)
		n := rapid.IntRange(1, 9).Draw(t, "n")
		sum, orders := 0.0, make([]float64, n+2)
		for last := 0; last <= n; last++ {
			for x := min(last, 1); x <= last; x++ {
				ways := math.Exp(logGamma(float64(last)) - logGamma(float64(max(x, 1))) - logGamma(float64(last-x+1)))
				if x == 0 {
					ways = 1
				}
				p := ways * math.Exp(m.LogLikelihood([]Counted{{x, float64(last), float64(n), 1}}))
				sum += p
				orders[x] += p
			}
		}
		if math.Abs(sum-1) > 1e-9 {
			t.Fatalf("%+v: histories of %d opportunities add up to 1%+g", m, n, sum-1)
		}
		for x, p := range orders {
			if q := m.ProbOrders(x, float64(n)); math.Abs(p-q) > 1e-9 {
				t.Fatalf("%+v: P(%d of %d) = %g, by histories %g", m, x, n, q, p)
			}
		}
	})
}

func anyBGBB(t *rapid.T) BGBB {
	return BGBB{pow10(t, "alpha", -4, 4), pow10(t, "beta", -4, 4), pow10(t, "gamma", -4, 4), pow10(t, "delta", -4, 4)}
}

// TestBGBBDistribution: the list adds up to one, its mean is the expectation, also between two opportunities;
// every figure is finite for every history.
func TestBGBBDistribution(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := anyBGBB(t)
		x, tx, age, window := anyHistory(t)
		p := m.Distribution(nil, x, tx, age, window)
		sum, mean := 0.0, 0.0
		for n, v := range p {
			sum += v
			mean += v * float64(n)
		}
		var orders, alive [1]float64
		m.Ahead(x, tx, age, []float64{window}, orders[:], alive[:])
		if math.Abs(sum-1) > 1e-9 || math.Abs(mean-orders[0]) > 1e-8*orders[0] {
			t.Fatalf("%+v x=%d T=%g t=%g: sum 1%+g, mean %g, expected %g", m, x, age, window, sum-1, mean, orders[0])
		}
		l, dert := m.LogLikelihood([]Counted{{x, tx, age, 1}}), m.DERT(x, tx, age, .01)
		pa := m.PAlive(x, tx, age)
		for _, v := range []float64{l, dert, pa, alive[0]} {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Fatalf("%+v x=%d t_x=%g T=%g: LL %g DERT %g P %g alive %g", m, x, tx, age, l, dert, pa, alive[0])
			}
		}
		if pa < 0 || pa > 1 || dert < 0 || alive[0] < 0 || alive[0] > 1 {
			t.Fatalf("%+v x=%d t_x=%g T=%g: DERT %g P %g alive %g", m, x, tx, age, dert, pa, alive[0])
		}
	})
}

// TestBGBBLongSums: behind the terms that are summed one by one, sums agree with sums of all terms.
func TestBGBBLongSums(t *testing.T) {
	for _, m := range []BGBB{{1, 1, .5, 3}, {2, 1, 1, 40}, {2, 1, 1.7, .2}, {1, 3, .001, .001}, {1, 1, 30, 90000}} {
		const terms = 3000000
		sum, all, w := 0.0, 0.0, 1.0
		const rate = 1e-5
		for k := range terms {
			w *= (m.Delta + float64(k)) / (m.Gamma + m.Delta + float64(k))
			if k < 200000 {
				sum += w
			}
			all += w * math.Exp(-rate*float64(k+1))
		}
		clvtest.Within(t, "sum", m.stays(200000), sum, 1e-7)
		clvtest.Within(t, "DERT", m.DERT(0, 0, 0, rate), all*m.perOpportunity(), 1e-7)
	}
}

// TestBGBBGradient compares the analytic gradient with differences of the likelihood.
func TestBGBBGradient(t *testing.T) {
	rows := []Counted{{0, 0, 6, 50}, {1, 1, 6, 8}, {1, 4, 6, 9}, {3, 6, 6, 11}, {6, 6, 6, 3}, {2, 9, 40, 1}}
	f := newBGBBData(rows).meanNegLL
	clvtest.Gradient(t, "bgbb", f, .2, -.3, -.4, 1)
	clvtest.Gradient(t, "bgbb, far", f, 7.5, 9, 3, 8.2)
}

// TestBGBBRecovers wants the parameters of a simulation back within four standard errors.
func TestBGBBRecovers(t *testing.T) {
	truth := BGBB{1.2, .75, .66, 2.78}
	rng := rand.New(rand.NewPCG(4, 9))
	beta := func(a, b float64) float64 {
		g := gammaDraw(rng, a)
		return g / (g + gammaDraw(rng, b))
	}
	var tally Tally
	for range 20000 {
		p, theta := beta(truth.Alpha, truth.Beta), beta(truth.Gamma, truth.Delta)
		n, x, last := 6+rng.IntN(4), 0, 0
		for i := 1; i <= n && rng.Float64() >= theta; i++ {
			if rng.Float64() < p {
				x, last = x+1, i
			}
		}
		if err := tally.Add(x, float64(last), float64(n)); err != nil {
			t.Fatal(err)
		}
	}
	recovers(t, ModelBGBB, truth, &tally)
}

// TestBGBBRefuses: weeks are not opportunities.
func TestBGBBRefuses(t *testing.T) {
	for _, c := range []Counted{{1, 2, 5.5, 1}, {1, 2.5, 5, 1}, {3, 2, 5, 1}} {
		_, err := Fit(ModelBGBB, []Counted{{0, 0, 4, 3}, c}, Options{})
		if postlift.KindOf(err) != postlift.Invalid || !strings.Contains(postlift.UserText(err), "opportunit") {
			t.Errorf("%v: %v", c, err)
		}
	}
}
