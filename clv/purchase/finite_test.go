package purchase_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"postlift/clv/purchase"
)

// drawModel draws a model of the given name with parameters from 1e-4 to 1e4.
func drawModel(t *rapid.T, name string) purchase.Model {
	params := map[string]float64{}
	for _, p := range purchase.ParamNames(name) {
		if p == "k" {
			params[p] = float64(rapid.IntRange(1, 6).Draw(t, "k"))
			continue
		}
		params[p] = math.Pow(10, rapid.Float64Range(-4, 4).Draw(t, p))
	}
	m, err := purchase.New(name, params)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// asked is a customer and a window.
type asked struct {
	x          int
	tx, age, t float64
}

// drawAsked draws x from 0 to 5000, an age and a window of a day to 20 years; opportunities, where the
// model counts those, are whole.
func drawAsked(t *rapid.T, opportunities bool) asked {
	days := rapid.IntRange(1, 7305)
	if opportunities {
		n := rapid.IntRange(1, 1044).Draw(t, "T")
		tx := rapid.IntRange(0, n).Draw(t, "t_x")
		q := asked{tx: float64(tx), age: float64(n), t: float64(rapid.IntRange(1, 1044).Draw(t, "t"))}
		if tx > 0 {
			q.x = rapid.IntRange(1, tx).Draw(t, "x")
		}
		return q
	}
	q := asked{age: float64(days.Draw(t, "T")) / 7, t: float64(days.Draw(t, "t")) / 7}
	if q.x = rapid.IntRange(0, 5000).Draw(t, "x"); q.x > 0 {
		q.tx = q.age * rapid.Float64Range(0, 1).Draw(t, "t_x")
	}
	return q
}

// TestEverythingFinite asks every model that New knows for everything it answers, far out on all sides.
func TestEverythingFinite(t *testing.T) {
	for _, name := range purchase.Names() {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				m := drawModel(t, name)
				q := drawAsked(t, name == "bgbb")
				checkPointwise(t, m, q)
				checkNewCustomer(t, m, q)
				checkDistribution(t, m, q)
			})
		})
	}
}

func probability(p float64) bool { return p >= 0 && p <= 1 }
func amount(v float64) bool      { return v >= 0 && !math.IsInf(v, 0) }

func checkPointwise(t *rapid.T, m purchase.Model, q asked) {
	ts := []float64{q.t, 2 * q.t}
	orders, alive := make([]float64, 2), make([]float64, 2)
	m.Ahead(q.x, q.tx, q.age, ts, orders, alive)
	if !amount(orders[0]) || !amount(orders[1]) || orders[1] < orders[0]*(1-1e-9) {
		t.Fatalf("%+v %+v: orders %v", m, q, orders)
	}
	if !probability(alive[0]) || !probability(alive[1]) || alive[1] > alive[0]*(1+1e-9)+1e-14 {
		t.Fatalf("%+v %+v: alive %v", m, q, alive)
	}
	if p := m.PAlive(q.x, q.tx, q.age); !probability(p) {
		t.Fatalf("%+v %+v: P(alive) %g", m, q, p)
	}
	if l := m.LogLikelihood([]purchase.Counted{{X: q.x, TX: q.tx, T: q.age, N: 3}}); math.IsNaN(l) || math.IsInf(l, 0) {
		t.Fatalf("%+v %+v: log-likelihood %g", m, q, l)
	}
	more, less := m.DERT(q.x, q.tx, q.age, 0.002), m.DERT(q.x, q.tx, q.age, 0.01)
	if !amount(more) || !amount(less) || less > more*(1+1e-9) {
		t.Fatalf("%+v %+v: DERT %g at 0.002, %g at 0.01", m, q, more, less)
	}
}

func checkNewCustomer(t *rapid.T, m purchase.Model, q asked) {
	first, later := m.Orders(q.t), m.Orders(2*q.t)
	if !amount(first) || !amount(later) || later < first*(1-1e-9) {
		t.Fatalf("%+v %+v: a new customer orders %g, then %g", m, q, first, later)
	}
	sum := 0.0
	for _, n := range []int{0, 1, 2, 7, 40, 300, q.x} {
		p := m.ProbOrders(n, q.t)
		if !probability(p) {
			t.Fatalf("%+v %+v: P(X=%d) %g", m, q, n, p)
		}
		if n != q.x {
			sum += p
		}
	}
	if sum > 1+1e-9 {
		t.Fatalf("%+v %+v: probabilities of some numbers of orders add up to %g", m, q, sum)
	}
}

func checkDistribution(t *rapid.T, m purchase.Model, q asked) {
	p := m.Distribution(nil, q.x, q.tx, q.age, q.t)
	sum, mean := 0.0, 0.0
	for n, v := range p {
		if !probability(v) {
			t.Fatalf("%+v %+v: P(%d) %g", m, q, n, v)
		}
		sum += v
		mean += float64(n) * v
	}
	if math.Abs(sum-1) > 1e-9 {
		t.Fatalf("%+v %+v: %d probabilities add up to %.12f", m, q, len(p), sum)
	}
	if len(p) > purchase.MaxOrders {
		return // the last one stands for more orders than its number
	}
	orders, alive := make([]float64, 1), make([]float64, 1)
	m.Ahead(q.x, q.tx, q.age, []float64{q.t}, orders, alive)
	if math.Abs(mean-orders[0]) > 1e-6*orders[0] {
		t.Fatalf("%+v %+v: the distribution's mean is %.12g, expected orders %.12g", m, q, mean, orders[0])
	}
}
