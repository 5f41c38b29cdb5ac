package purchase

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"postlift/clv/clvtest"
)

// drawPow draws a power of ten.
func drawPow(t *rapid.T, name string, lo, hi float64) float64 {
	return math.Pow(10, rapid.Float64Range(lo, hi).Draw(t, name))
}

// TestSeriesAgainstIntegral computes the same expectations in two unrelated ways: as a sum over the
// number of events and as an integral over the leaving probability.
func TestSeriesAgainstIntegral(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(1, maxRegularity).Draw(t, "k")
		x := rapid.IntRange(0, 300).Draw(t, "x")
		c := drawPow(t, "b", -3, 3) + float64(x)
		size := drawPow(t, "r", -2, 2) + float64(k*x)
		f := newFuture(drawPow(t, "a", -3, 2), c, size, 1, k)
		s := drawPow(t, "s", -3, 0.7)
		if size*s > 3000 {
			t.Skip("not a case for the series")
		}
		var o1, a1, o2, a2 [maxRegularity]float64
		f.at(0, s, o1[:], a1[:])
		f.integral(s, o2[:k], a2[:k])
		for j := range k {
			if math.Abs(o1[j]-o2[j]) > 1e-9*o2[j]+1e-14 || math.Abs(a1[j]-a2[j]) > 1e-9*a2[j]+1e-14 {
				t.Fatalf("a=%g c=%g size=%g k=%d s=%g phase %d: series %.15g %.15g, integral %.15g %.15g",
					f.a, c, size, k, s, j, o1[j], a1[j], o2[j], a2[j])
			}
		}
	})
}

// TestSeriesByDefinition takes one short case term by term: phases, events and orders written out.
func TestSeriesByDefinition(t *testing.T) {
	const a, c, size, s = 0.7, 2.3, 1.4, 0.6
	for k := 1; k <= maxRegularity; k++ {
		f := newFuture(a, c, size, 1, k)
		var o, l [maxRegularity]float64
		f.at(0, s, o[:], l[:])
		for j := range k {
			orders, alive := 0.0, 0.0
			for n := range 200 {
				p := math.Exp(logNegBin(size+float64(j), s, n))
				m := (n + j) / k
				for i := range m {
					orders += p * math.Exp(logSurvives(a, c, i))
				}
				alive += p * math.Exp(logSurvives(a, c, m))
			}
			clvtest.Within(t, "orders", o[j], orders, 1e-12)
			clvtest.Within(t, "alive", l[j], alive, 1e-12)
		}
	}
}

// TestDERT compares with the sum of exp(-rate t) dE(t) over a fine grid, extrapolated to a step of 0.
func TestDERT(t *testing.T) {
	for _, m := range []Model{BGNBD{.243, 4.414, .793, 2.426}, BGNBD{2, 10, 1, 40}, MBGCNBD{1, .525, 6.183, .891, 1.614}, MBGCNBD{3, 1.5, 6, .5, 5}} {
		const x, tx, age, rate = 3, 20.0, 30.0, 0.05
		trapezoid := func(n int) float64 {
			ts := make([]float64, n)
			h := 800.0 / float64(n) // exp(-40) beyond
			for i := range ts {
				ts[i] = float64(i+1) * h
			}
			orders, alive := make([]float64, n), make([]float64, n)
			m.Ahead(x, tx, age, ts, orders, alive)
			sum := 0.0
			for i, e := range orders {
				sum += rate * math.Exp(-rate*ts[i]) * e * h
			}
			return m.PAlive(x, tx, age) * sum
		}
		rough, fine, finest := trapezoid(4000), trapezoid(8000), trapezoid(16000)
		one, two := (4*fine-rough)/3, (4*finest-fine)/3
		clvtest.Within(t, m.Name()+" DERT", m.DERT(x, tx, age, rate), (16*two-one)/15, 1e-8)
	}
}

// TestGradientRegular compares the analytic gradients with differences of the likelihood, and the data's
// likelihood with the model's own.
func TestGradientRegular(t *testing.T) {
	rows := []Counted{{0, 0, 30, 5}, {1, 3, 20, 2}, {2, 15, 16, 3}, {3, 16, 16, 1}, {40, 100, 103, 1}}
	for k := 1; k <= maxRegularity; k++ {
		d := newMBGCNBDData(rows, 1, k)
		clvtest.Gradient(t, "mbgcnbd", d.meanNegLL, -0.5, 1.2, -0.3, 0.8)
		clvtest.Gradient(t, "mbgcnbd, far", d.meanNegLL, 7.5, 9, 3, 7.2)
		m := MBGCNBD{k, 0.7, 3, 0.6, 1.9}
		clvtest.Within(t, "likelihood", -d.n*d.meanNegLL(m.logs(1), nil), m.LogLikelihood(rows), 1e-13)
	}
}

// TestRegularLikelihood integrates the model's story over the rate and the leaving probability: Erlang times
// between orders, a flip after each of them. The counts of LogLikelihood lack the product of the gaps.
func TestRegularLikelihood(t *testing.T) {
	const r, alpha, a, b = 1.3, 4.0, 0.8, 1.7
	for k := 1; k <= 4; k++ {
		m := MBGCNBD{k, r, alpha, a, b}
		for _, c := range []Counted{{0, 0, 9, 1}, {2, 7, 9, 1}, {5, 8.5, 9, 1}} {
			shape := float64(k * c.X)
			logGamma := func(v float64) float64 { l, _ := math.Lgamma(v); return l }
			overRate := func(exposure float64, extra func(lambda float64) float64) float64 {
				sum, h := 0.0, 0.002
				for y := -20.0; y < 5; y += h { // lambda = e^y
					l := math.Exp(y)
					sum += h * math.Exp((shape+r)*y-(alpha+exposure)*l+r*math.Log(alpha)-logGamma(r)-float64(c.X)*logGamma(float64(k))) * extra(l)
				}
				return sum
			}
			still := overRate(c.TX, func(l float64) float64 { // no further order until T
				u, term, sum := l*(c.T-c.TX), 1.0, 0.0
				for j := range k {
					sum += term
					term *= u / float64(j+1)
				}
				return sum * math.Exp(-u)
			})
			gone := overRate(c.TX, func(float64) float64 { return 1 })
			x := float64(c.X)
			beta := func(p, q float64) float64 { return math.Exp(logGamma(p) + logGamma(q) - logGamma(p+q)) }
			dead := gone * beta(a+1, b+x) / beta(a, b)
			alive := still * beta(a, b+x+1) / beta(a, b)
			clvtest.Within(t, "likelihood", math.Exp(m.logDensity(c)), dead+alive, 1e-7)
			clvtest.Within(t, "P(alive)", m.PAlive(c.X, c.TX, c.T), alive/(dead+alive), 1e-7)
		}
	}
}
