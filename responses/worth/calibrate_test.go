package worth

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// Worked out by hand: projections of 100, 200 and 300, of which 60, 90 and 150 came: kappa = 300/600 = .5, residuals
// 10, -10 and 0, spread 3/2 * 200 = 300.
func TestCalibrateByHand(t *testing.T) {
	list := []Matured{{100, 0, 60, 0}, {200, 0, 90, 0}, {300, 0, 150, 0}}
	k, ok := Calibrate(list)
	if !ok || k.Value != .5 || math.Abs(k.SE-math.Sqrt(300)/600) > 1e-12 || k.DoF != 2 || math.Abs(k.Between-math.Sqrt(300.0/140000)) > 1e-12 {
		t.Errorf("%v %+v", ok, k)
	}
	for i := range list { // the campaigns' own errors are more than they differ
		list[i].RealisedSE, list[i].ProjectedSE = 30, 20
	}
	k, _ = Calibrate(list)
	if math.Abs(k.SE-math.Sqrt(3*(900+.25*400))/600) > 1e-12 || k.Between != 0 {
		t.Errorf("%+v", k)
	}
	if e := k.Apply(1000, 0); e.Value != 500 || math.Abs(e.SE-1000*k.SE) > 1e-9 {
		t.Errorf("%+v", e)
	}
}

func TestCalibrateRefuses(t *testing.T) {
	two := []Matured{{100, 1, 60, 1}, {200, 1, 90, 1}}
	if _, ok := Calibrate(two); ok {
		t.Error("two campaigns are a factor")
	}
	if _, ok := Calibrate([]Matured{{100, 90, 60, 1}, {-20, 90, 90, 1}, {10, 90, 1, 1}}); ok {
		t.Error("projections around zero are divided by")
	}
}

// The factor does not depend on the unit, and scales with what came.
func TestCalibrateUnits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(3, 9).Draw(t, "campaigns")
		scale := rapid.Float64Range(.01, 1000).Draw(t, "scale")
		a, b := make([]Matured, n), make([]Matured, n)
		for i := range a {
			a[i] = Matured{rapid.Float64Range(50, 200).Draw(t, "p"), rapid.Float64Range(1, 9).Draw(t, "sp"),
				rapid.Float64Range(-100, 300).Draw(t, "r"), rapid.Float64Range(1, 30).Draw(t, "sr")}
			b[i] = Matured{a[i].Projected * scale, a[i].ProjectedSE * scale, a[i].Realised * scale, a[i].RealisedSE * scale}
		}
		x, okX := Calibrate(a)
		y, okY := Calibrate(b)
		near := func(u, v float64) bool { return math.Abs(u-v) <= 1e-9*(1+math.Abs(u)) }
		if okX != okY || !near(x.Value, y.Value) || !near(x.SE, y.SE) || !near(x.Between, y.Between) {
			t.Fatalf("%+v and %+v", x, y)
		}
	})
}

// Over 2,000 programmes of 3 to 10 matured campaigns with noisy projections and results, and factors that differ from
// campaign to campaign, the calibrated interval covers what the next campaign truly brings.
func TestCalibratedCoverage(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 9))
	for _, between := range []float64{0, .4} {
		programmes, covered := 0, 0
		for programmes < 2000 {
			draw := func() (truth float64, m Matured) {
				projected := 1000 * (.7 + .6*rng.Float64())
				truth = (1.3 + between*rng.NormFloat64()) * projected
				return truth, Matured{projected + 150*rng.NormFloat64(), 150, truth + 250*rng.NormFloat64(), 250}
			}
			list := make([]Matured, 3+rng.IntN(8))
			for i := range list {
				_, list[i] = draw()
			}
			k, ok := Calibrate(list)
			if !ok {
				continue
			}
			programmes++
			truth, m := draw()
			if e := k.Apply(m.Projected, m.ProjectedSE); e.Low <= truth && truth <= e.High {
				covered++
			}
		}
		share := float64(covered) / 2000
		t.Logf("factors differing by %g: coverage %.3f", between, share)
		if share < .93 {
			t.Errorf("factors differing by %g: coverage %.3f", between, share)
		}
	}
}
