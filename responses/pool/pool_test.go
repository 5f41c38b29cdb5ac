package pool

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"postlift"
)

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s is %.6f, want %.6f", what, got, want)
	}
}

// Vector 10 of the reference on experiments, to its five digits.
func TestPoolVector(t *testing.T) {
	p, err := Pool([]float64{.031, -.012, .055, .018, .090, .004}, []float64{.02, .03, .025, .015, .04, .02}, Grid(.04), .04)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{.02678, .01561, .03354, .02144, .03620, .01702} {
		near(t, "mean", p.Means[i], want, 5e-6)
	}
	for i, want := range []float64{.01418, .01874, .01788, .01189, .02323, .01489} {
		near(t, "deviation", p.SDs[i], want, 5e-6)
	}
	near(t, "spread", p.Tau, .0172, 5e-5)
	if g := Grid(.04); len(g) != 41 || g[0] != 0 || math.Abs(g[1]-.003) > 1e-12 || math.Abs(g[40]-.12) > 1e-12 {
		t.Errorf("grid %v", g)
	}
}

// With a prior on the common mean one effect without spread is what Believe says of it, a wide prior is none, and a
// narrow one pulls everything to itself.
func TestPoolUnder(t *testing.T) {
	b := Believe(.3, .2, Prior{Mean: .05, SD: .15})
	p, err := PoolUnder([]float64{.3}, []float64{.2}, []float64{0}, .1, Prior{Mean: .05, SD: .15})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "mean", p.Means[0], b.Mean, 1e-12)
	near(t, "deviation", p.SDs[0], b.SD, 1e-12)
	y, se := []float64{.031, -.012, .055}, []float64{.02, .03, .025}
	flat, err := Pool(y, se, Grid(.04), .04)
	if err != nil {
		t.Fatal(err)
	}
	for sd, want := range map[float64]float64{1e4: flat.Mean, 1e-6: .5} {
		p, err := PoolUnder(y, se, Grid(.04), .04, Prior{Mean: .5, SD: sd})
		if err != nil {
			t.Fatal(err)
		}
		near(t, "common mean", p.Mean, want, 1e-6)
	}
	if _, err := PoolUnder(y, se, Grid(.04), .04, Prior{}); postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("a prior without doubt: %v", err)
	}
}

// Vector 6 of the reference (GrowthBook's tests/bayesian/test_tests.py): relative lifts by the delta method, flat and
// under a prior N(.1, .1), with risk [control, treatment].
func TestBelieveVectors(t *testing.T) {
	relative := func(ma, va, mb, vb, n float64) (value, se float64) {
		return (mb - ma) / ma, math.Sqrt(vb/n/(ma*ma) + va/n*mb*mb/(ma*ma*ma*ma))
	}
	value, se := relative(.49, .49*.51, .51, .51*.49, 100)
	flat := Believe(value, se, Prior{SD: math.Inf(1)})
	near(t, "mean", flat.Mean, .04082, 5e-6)
	near(t, "low", flat.Mean-1.959964*flat.SD, -.24779, 5e-6)
	near(t, "high", flat.Mean+1.959964*flat.SD, .32943, 5e-6)
	near(t, "chance", flat.Chance, .60918, 5e-6)
	near(t, "risk of not acting", flat.Gain, .0814, 5e-5)
	near(t, "risk of acting", flat.Loss, .04058, 5e-6)

	value, se = relative(10, (1002.25-1000)/9, 10.5, (1111.5-1102.5)/9, 10)
	b := Believe(value, se, Prior{Mean: .1, SD: math.Sqrt(.1)})
	near(t, "mean", b.Mean, .05063, 5e-6)
	near(t, "low", b.Mean-1.959964*b.SD, -.01893, 5e-6)
	near(t, "high", b.Mean+1.959964*b.SD, .12019, 5e-6)
	near(t, "chance", b.Chance, .92315, 5e-6)
	near(t, "risk of not acting", b.Gain, .05186, 5e-6)
	near(t, "risk of acting", b.Loss, .00123, 5e-6)
}

func TestBeliefIsStableFarOut(t *testing.T) {
	for _, mu := range []float64{-1e6, -38, -36.9, 0, 36.9, 38, 1e6} {
		b := Believe(mu, 1, Prior{SD: math.Inf(1)})
		if math.IsNaN(b.Gain+b.Loss+b.Chance) || b.Gain < 0 || b.Loss < 0 {
			t.Errorf("%g: %+v", mu, b)
		}
		near(t, "gain less loss", b.Gain-b.Loss, mu, 1e-9*math.Max(1, math.Abs(mu)))
	}
}

// The belief lies between prior and result, gain less loss is its mean, and a wider prior moves it less.
func TestBeliefProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value, se := rapid.Float64Range(-1e6, 1e6).Draw(t, "value"), rapid.Float64Range(1e-3, 1e6).Draw(t, "se")
		sd := rapid.Float64Range(1e-3, 1e6).Draw(t, "sd")
		b, wider := Believe(value, se, Prior{SD: sd}), Believe(value, se, Prior{SD: 2 * sd})
		if math.Abs(b.Mean) > math.Abs(value) || math.Abs(wider.Mean) < math.Abs(b.Mean) || b.SD > se || b.SD > sd {
			t.Fatalf("%+v, wider %+v", b, wider)
		}
		if math.Abs(b.Gain-b.Loss-b.Mean) > 1e-6*(math.Abs(b.Mean)+b.SD) || (b.Chance > .5) != (b.Mean > 0) && b.Mean != 0 && math.Abs(b.Mean) > 1e-9*b.SD {
			t.Fatalf("%+v", b)
		}
	})
}

// Shrunk effects lie within the range of the estimates, keep their order where errors are alike, and turning all signs
// turns the result.
func TestPoolProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 8).Draw(t, "n")
		y, se, turned := make([]float64, n), make([]float64, n), make([]float64, n)
		low, high := math.Inf(1), math.Inf(-1)
		for i := range y {
			y[i], se[i] = rapid.Float64Range(-1, 1).Draw(t, "y"), rapid.Float64Range(.001, 1).Draw(t, "se")
			turned[i], low, high = -y[i], min(low, y[i]), max(high, y[i])
		}
		p, err := Pool(y, se, Grid(.15), .15)
		if err != nil {
			t.Fatal(err)
		}
		q, err := Pool(turned, se, Grid(.15), .15)
		if err != nil {
			t.Fatal(err)
		}
		for i := range y {
			if p.Means[i] < low-1e-9 || p.Means[i] > high+1e-9 || math.Abs(p.Means[i]+q.Means[i]) > 1e-9 || !(p.SDs[i] > 0) {
				t.Fatalf("%v -> %+v, turned %+v", y, p, q)
			}
		}
		if !(p.New >= p.SD) || !(p.Tau >= 0) {
			t.Fatalf("%+v", p)
		}
	})
}

func TestPoolRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		y, se []float64
		sd    float64
	}{
		"nothing":      {nil, nil, .1},
		"unequal":      {[]float64{1, 2}, []float64{1}, .1},
		"no error":     {[]float64{1}, []float64{0}, .1},
		"not a number": {[]float64{math.NaN()}, []float64{1}, .1},
		"no prior":     {[]float64{1}, []float64{1}, 0},
	} {
		if _, err := Pool(c.y, c.se, []float64{0, .1}, c.sd); postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Pool([]float64{1}, []float64{1}, nil, .1); postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("no grid: %v", err)
	}
}
