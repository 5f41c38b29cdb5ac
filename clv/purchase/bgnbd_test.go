package purchase

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"postlift/clv/clvtest"
	"postlift/clv/fitting"
	draw "postlift/clv/simulate"
)

// TestAlwaysFinite covers what the model may be asked: x to 5000, ages of a day to 20 years, windows to
// 20 years, parameters far out.
func TestAlwaysFinite(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pow := func(name string, lo, hi float64) float64 {
			return math.Pow(10, rapid.Float64Range(lo, hi).Draw(t, name))
		}
		m := BGNBD{R: pow("r", -6, 6), Alpha: pow("alpha", -6, 6), A: pow("a", -8, 8), B: pow("b", -8, 8)}
		days := rapid.IntRange(1, 7305)
		age := float64(days.Draw(t, "T")) / 7
		x, tx := rapid.IntRange(0, 5000).Draw(t, "x"), 0.0
		if x > 0 {
			tx = age * rapid.Float64Range(0.001, 1).Draw(t, "t_x")
		}
		window := float64(days.Draw(t, "t")) / 7
		p := m.PAlive(x, tx, age)
		e := ExpectedOrders(m, x, tx, age, window)
		longer := ExpectedOrders(m, x, tx, age, 2*window)
		alive := m.AliveAfter(x, age, window)
		l := m.logDensity(Counted{X: x, TX: tx, T: age, N: 1})
		for _, v := range []float64{p, e, longer, alive, l} {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				t.Fatalf("%+v x=%d t_x=%g T=%g t=%g: P %g E %g, %g alive %g LL %g", m, x, tx, age, window, p, e, longer, alive, l)
			}
		}
		if p < 0 || p > 1 || alive < 0 || alive > 1 || e < 0 || longer < e*(1-1e-9) {
			t.Fatalf("%+v x=%d t_x=%g T=%g t=%g: P %g E %g then %g alive %g", m, x, tx, age, window, p, e, longer, alive)
		}
		if most := (m.R + float64(x)) * window / (m.Alpha + age); e > most*(1+1e-9) {
			t.Fatalf("E %g above %g, what a customer who never leaves would order", e, most)
		}
	})
}

// TestGradient compares the analytic gradients with differences of the likelihood.
func TestGradient(t *testing.T) {
	rows := []Counted{{0, 0, 30, 5}, {1, 3, 20, 2}, {2, 15, 16, 3}, {40, 100, 103, 1}}
	clvtest.Gradient(t, "bgnbd", newBGNBDData(rows, 2).meanNegLL, -0.5, 1.2, -0.3, 0.8)
	clvtest.Gradient(t, "bgnbd, far", newBGNBDData(rows, 2).meanNegLL, 7.5, 9, 3, 7.2)
}

// TestFitRecovers simulates accounts by the model's own story and wants the parameters back within four
// standard errors.
func TestFitRecovers(t *testing.T) {
	truth := BGNBD{R: .8, Alpha: 9, A: .6, B: 3}
	rng := rand.New(rand.NewPCG(7, 11))
	var tally Tally
	for range 20000 {
		x, tx, age := simulate(rng, truth)
		if err := tally.AddDays(x, tx, age); err != nil {
			t.Fatal(err)
		}
	}
	recovers(t, ModelBGNBD, truth, &tally)
}

// simulate draws one account: order days within an age of up to 156 weeks. Times are drawn in
// continuous weeks and put on days so fine that several orders of a day do not matter.
func simulate(rng *rand.Rand, m BGNBD) (x, txDays, ageDays int) {
	ageDays = 200 + rng.IntN(900)
	age := float64(ageDays) / 7
	rate := gammaDraw(rng, m.R) / m.Alpha
	a, b := gammaDraw(rng, m.A), gammaDraw(rng, m.B)
	p := a / (a + b)
	at, last := 0.0, 0
	for {
		at += rng.ExpFloat64() / rate
		if at > age {
			return x, last, ageDays
		}
		x++
		last = min(int(math.Ceil(at*7)), ageDays)
		if rng.Float64() < p {
			return x, last, ageDays
		}
	}
}

// gammaDraw draws from Gamma(shape, 1).
func gammaDraw(rng *rand.Rand, shape float64) float64 { return draw.Gamma(rng, shape) }

// TestSegmentPrior: a segment fit is pulled towards the portfolio and says so.
func TestSegmentPrior(t *testing.T) {
	centre := BGNBD{R: .8, Alpha: 9, A: .6, B: 3}
	fit, err := Fit(ModelBGNBD, []Counted{{0, 0, 30, 1}, {1, 3, 20, 1}}, Options{Centre: centre, PriorSD: 0.01})
	if err != nil {
		t.Fatal(err)
	}
	if !fit.PriorUsed || fit.Flags[0] != fitting.FlagPriorUsed {
		t.Errorf("flags %v, want prior_used first", fit.Flags)
	}
	for i, p := range fit.Model.Params() {
		if want := centre.Params()[i].Value; math.Abs(p.Value/want-1) > 0.01 {
			t.Errorf("%s = %g: a tight prior should hold it near %g", p.Name, p.Value, want)
		}
	}
}

// recovers fits the named model to histories made by a true one and wants its parameters back within four
// standard errors, without a flag.
func recovers(t *testing.T, model string, truth Model, made *Tally) {
	t.Helper()
	fit, err := Fit(model, made.Counted(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if fit.PriorUsed || len(fit.Flags) > 0 {
		t.Errorf("flags %v", fit.Flags)
	}
	for i, p := range fit.Model.Params() {
		want := truth.Params()[i].Value
		if se := fit.SE[p.Name]; !(math.Abs(p.Value-want) < 4*se) {
			t.Errorf("%s = %g +- %g, made with %g", p.Name, p.Value, se, want)
		}
	}
}
