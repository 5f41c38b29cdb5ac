package purchase

import (
	"math"
	"math/rand/v2"
	"testing"

	"postlift/clv/clvtest"

	"pgregory.net/rapid"
)

var _ Model = ParetoNBD{}

// cdnowPareto are the parameters of Fader and Hardie's note on CDNOW to four digits.
var cdnowPareto = ParetoNBD{R: .5534, Alpha: 10.5802, S: .6061, Beta: 11.6562}

// TestParetoPublished compares with values computed with 40 digits at the printed parameters.
func TestParetoPublished(t *testing.T) {
	m := cdnowPareto
	clvtest.Within(t, "P(alive)", m.PAlive(26, 30.86, 31), .997917767, 1e-8)
	clvtest.Within(t, "expected orders", ExpectedOrders(m, 26, 30.86, 31, 52), 25.454913511, 1e-8)
	clvtest.Within(t, "P(alive)", m.PAlive(2, 30.43, 38.86), .869110644, 1e-8)
}

// TestParetoExtreme: at s 64 and beta 7721, where other packages give infinite transactions, and at parameters
// further out, everything stays finite and within what a customer who never leaves would order.
func TestParetoExtreme(t *testing.T) {
	m := ParetoNBD{R: .5, Alpha: 10, S: 64, Beta: 7721}
	d := m.DERT(3, 20, 30, .1/52)
	// with mu nearly constant at 64/7751 the discounted sum is close to P(alive) rate / (delta + mu)
	clvtest.Within(t, "DERT", d, m.PAlive(3, 20, 30)*3.5/40/(.1/52+64.0/7751), .02)
	rapid.Check(t, func(t *rapid.T) {
		m, x, tx, age, window := anyPareto(t)
		p := m.PAlive(x, tx, age)
		e := ExpectedOrders(m, x, tx, age, window)
		l := m.LogLikelihood([]Counted{{X: x, TX: tx, T: age, N: 1}})
		dert := m.DERT(x, tx, age, .1/52)
		q := m.ProbOrders(x%50, window)
		for _, v := range []float64{p, e, l, dert, q} {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Fatalf("%+v x=%d t_x=%g T=%g t=%g: P %g E %g LL %g DERT %g P(X) %g", m, x, tx, age, window, p, e, l, dert, q)
			}
		}
		if p < 0 || p > 1 || q < 0 || q > 1 || dert < 0 || e < 0 || e > (m.R+float64(x))*window/(m.Alpha+age)*(1+1e-9) {
			t.Fatalf("%+v x=%d t_x=%g T=%g t=%g: P %g E %g DERT %g P(X) %g", m, x, tx, age, window, p, e, dert, q)
		}
	})
}

func pow10(t *rapid.T, name string, lo, hi float64) float64 {
	return math.Pow(10, rapid.Float64Range(lo, hi).Draw(t, name))
}

func anyPareto(t *rapid.T) (m ParetoNBD, x int, tx, age, window float64) {
	m = ParetoNBD{R: pow10(t, "r", -4, 4), Alpha: pow10(t, "alpha", -4, 4), S: pow10(t, "s", -4, 4), Beta: pow10(t, "beta", -4, 4)}
	x, tx, age, window = anyHistory(t)
	return m, x, tx, age, window
}

func anyHistory(t *rapid.T) (x int, tx, age, window float64) {
	days := rapid.IntRange(1, 7305)
	age = float64(days.Draw(t, "T")) / 7
	x = rapid.IntRange(0, 5000).Draw(t, "x")
	if x > 0 {
		tx = age * rapid.Float64Range(0.001, 1).Draw(t, "t_x")
	}
	return x, tx, age, float64(days.Draw(t, "t")) / 7
}

// TestParetoIntegral compares the integral behind P(alive), by the rule for one history and by the sums that
// the fit shares among histories, with Simpson's rule of many steps in log time.
func TestParetoIntegral(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := ParetoNBD{R: pow10(t, "r", -2, 1.7), Alpha: pow10(t, "alpha", -2, 3), S: pow10(t, "s", -2, 1.7), Beta: pow10(t, "beta", -2, 3)}
		x, age := rapid.IntRange(0, 60).Draw(t, "x"), float64(rapid.IntRange(2, 2000).Draw(t, "T"))/7
		tx := 0.0
		if x > 0 {
			tx = age * rapid.Float64Range(0.01, 0.999).Draw(t, "t_x")
		}
		want := oddsBySimpson(m, x, tx, age)
		got := m.deadOdds(x, tx, age)
		if math.Abs(got-want) > 1e-8 {
			t.Fatalf("%+v x=%d t_x=%g T=%g: log odds %.12g, want %.12g", m, x, tx, age, got, want)
		}
		rows := []Counted{{x, tx, age, 1}, {x, tx / 3, age / 2, 1}, {x, tx / 2, 1.3 * age, 1}}
		sum := 0.0
		for _, c := range rows {
			l, fx := logGamma(m.R+float64(c.X))-logGamma(m.R), float64(c.X)
			l += m.R*math.Log(m.Alpha) - (m.R+fx)*math.Log(m.Alpha+c.T) + m.S*(math.Log(m.Beta)-math.Log(m.Beta+c.T))
			sum += l + math.Log1p(math.Exp(m.deadOdds(c.X, c.TX, c.T)))
		}
		if l := m.LogLikelihood(rows); math.Abs(l-sum) > 1e-9*(1+math.Abs(sum)) {
			t.Fatalf("%+v %v: log-likelihood %.14g, one by one %.14g", m, rows, l, sum)
		}
	})
}

func logGamma(v float64) float64 {
	l, _ := math.Lgamma(v)
	return l
}

// oddsBySimpson is the definition, in many steps of log(c+u) with c the smaller scale.
func oddsBySimpson(m ParetoNBD, x int, tx, age float64) float64 {
	const steps = 40000
	c := min(m.Alpha, m.Beta)
	from, to := math.Log(c+tx), math.Log(c+age)
	size := m.R + float64(x)
	f := func(v float64) float64 {
		u := math.Exp(v) - c
		return math.Exp(v - size*math.Log((m.Alpha+u)/(m.Alpha+tx)) - (m.S+1)*math.Log((m.Beta+u)/(m.Beta+tx)))
	}
	h := (to - from) / steps
	sum := f(from) + f(to)
	for i := 1; i < steps; i++ {
		sum += f(from+float64(i)*h) * float64(2+2*(i%2))
	}
	return math.Log(m.S) - math.Log(m.Beta+age) + size*math.Log((m.Alpha+age)/(m.Alpha+tx)) +
		(m.S+1)*math.Log((m.Beta+age)/(m.Beta+tx)) + math.Log(sum*h/3)
}

// TestParetoGradient compares the analytic gradient with differences of the likelihood, near and far out.
func TestParetoGradient(t *testing.T) {
	rows := []Counted{{0, 0, 30, 5}, {0, 0, 12, 2}, {1, 3, 20, 2}, {2, 15, 16, 3}, {2, 16, 16, 1}, {40, 100, 103, 1}, {40, 3, 103, 1}}
	f := newParetoData(rows, 2).meanNegLL
	clvtest.Gradient(t, "paretonbd", f, -0.5, 1.2, -0.3, 0.8)
	clvtest.Gradient(t, "paretonbd, beta below alpha", f, 0.5, 2.2, -1.3, -0.8)
	clvtest.Gradient(t, "paretonbd, far", f, 7.5, 9, 3, 7.2)
	clvtest.Gradient(t, "paretonbd, farther", f, -3, -4, 5, -4)
}

// TestParetoDistribution: probabilities add up to one, their mean is the expectation, and each agrees with the
// probability of a single number and with a simulated share.
func TestParetoDistribution(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := ParetoNBD{R: pow10(t, "r", -3, 3), Alpha: pow10(t, "alpha", -1, 4), S: pow10(t, "s", -4, 4), Beta: pow10(t, "beta", -4, 4)}
		x, tx, age, window := anyHistory(t)
		if (m.R+float64(x))*window/(m.Alpha+age) > 1e4 {
			t.Skip("more orders than a list of probabilities is for")
		}
		p := m.Distribution(nil, x, tx, age, window)
		if len(p) > MaxOrders {
			t.Skip("the last probability stands for more orders than its number")
		}
		sum, mean := 0.0, 0.0
		for n, v := range p {
			if !(v >= 0) {
				t.Fatalf("P(%d) = %g", n, v)
			}
			sum += v
			mean += v * float64(n)
		}
		var orders, alive [1]float64
		m.Ahead(x, tx, age, []float64{window}, orders[:], alive[:])
		if math.Abs(sum-1) > 1e-9 || math.Abs(mean-orders[0]) > 1e-6*orders[0]+1e-9 {
			t.Fatalf("%+v x=%d T=%g t=%g: sum 1%+g, mean %g, expected %g", m, x, age, window, sum-1, mean, orders[0])
		}
		fresh := m.Distribution(nil, 0, 0, 0, window)
		for _, n := range []int{0, 1, 2, 5, 20} {
			if n < len(fresh) && math.Abs(m.ProbOrders(n, window)-fresh[n]) > 1e-10 {
				t.Fatalf("%+v t=%g: P(%d) = %g alone, %g in the list", m, window, n, m.ProbOrders(n, window), fresh[n])
			}
		}
	})
	m, rng := ParetoNBD{R: .8, Alpha: 9, S: .7, Beta: 20}, rand.New(rand.NewPCG(1, 2))
	const n = 200000
	var share [4]float64
	for range n {
		x, _ := drawPareto(rng, m, 40)
		if x < len(share) {
			share[x] += 1.0 / n
		}
	}
	for k, s := range share {
		if p := m.ProbOrders(k, 40); math.Abs(s-p) > 4*math.Sqrt(p/n) {
			t.Errorf("P(%d orders) = %.4f, simulated %.4f", k, p, s)
		}
	}
}

// TestParetoDERT compares with the sum of discounted increments of the expectation over a fine grid.
func TestParetoDERT(t *testing.T) {
	for _, m := range []ParetoNBD{cdnowPareto, {R: 3, Alpha: 20, S: 2.5, Beta: 90}, {R: 3, Alpha: 20, S: 1, Beta: .5}} {
		const rate, steps, horizon = .01, 400000, 4000.0
		ts, orders, alive := make([]float64, steps+1), make([]float64, steps+1), make([]float64, steps+1)
		for i := range ts {
			ts[i] = horizon * float64(i) / steps
		}
		m.Ahead(4, 20, 26, ts, orders, alive)
		sum := 0.0
		for i := 1; i <= steps; i++ {
			sum += (orders[i] - orders[i-1]) * math.Exp(-rate*(ts[i]+ts[i-1])/2)
		}
		clvtest.Within(t, "DERT", m.DERT(4, 20, 26, rate), m.PAlive(4, 20, 26)*sum, 1e-7)
	}
}

// drawPareto draws the repeat orders of one new customer within an age in weeks.
func drawPareto(rng *rand.Rand, m ParetoNBD, age float64) (x int, tx float64) {
	rate, leave := gammaDraw(rng, m.R)/m.Alpha, gammaDraw(rng, m.S)/m.Beta
	end := min(age, rng.ExpFloat64()/leave)
	for at := rng.ExpFloat64() / rate; at < end; at += rng.ExpFloat64() / rate {
		x, tx = x+1, at
	}
	return x, tx
}

// simulatedPareto is a portfolio of n customers who joined during twelve weeks and were seen for 27 to 39, with
// orders on days as in CDNOW.
func simulatedPareto(t testing.TB, n int, m ParetoNBD) []Counted {
	t.Helper()
	rng := rand.New(rand.NewPCG(3, 5))
	var tally Tally
	for range n {
		days := 189 + rng.IntN(84)
		x, tx := drawParetoDays(rng, m, days)
		if err := tally.AddDays(x, tx, days); err != nil {
			t.Fatal(err)
		}
	}
	return tally.Counted()
}

// drawParetoDays counts order days: several orders of one day are one.
func drawParetoDays(rng *rand.Rand, m ParetoNBD, days int) (x, last int) {
	rate, leave := gammaDraw(rng, m.R)/m.Alpha/7, gammaDraw(rng, m.S)/m.Beta/7
	end := min(float64(days), rng.ExpFloat64()/leave)
	for at := rng.ExpFloat64() / rate; at < end; at += rng.ExpFloat64() / rate {
		if day := int(math.Ceil(at)); day > last {
			x, last = x+1, day
		}
	}
	return x, last
}

// TestParetoRecovers wants the parameters of a simulation back within four standard errors. Times are not put on
// days, since two orders of one day would count once.
func TestParetoRecovers(t *testing.T) {
	truth := ParetoNBD{R: .8, Alpha: 9, S: .9, Beta: 40}
	rng := rand.New(rand.NewPCG(8, 2))
	var tally Tally
	for range 20000 {
		age := 50 + 50*rng.Float64()
		x, tx := drawPareto(rng, truth, age)
		if err := tally.Add(x, tx, age); err != nil {
			t.Fatal(err)
		}
	}
	recovers(t, ModelParetoNBD, truth, &tally)
}

// BenchmarkParetoFit fits 100,000 customers simulated at the CDNOW parameters.
func BenchmarkParetoFit(b *testing.B) {
	rows := simulatedPareto(b, 100000, cdnowPareto)
	b.Logf("%d distinct rows", len(rows))
	b.ResetTimer()
	for range b.N {
		fit, err := Fit(ModelParetoNBD, rows, Options{})
		if err != nil || fit.PriorUsed {
			b.Fatal(err, fit.Flags)
		}
	}
}
