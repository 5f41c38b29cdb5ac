package spend_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"postlift"
	"postlift/clv/clvtest"
	"postlift/clv/spend"

	"pgregory.net/rapid"
)

// TestRatioRecovery: margins drawn from known variances come back, shrinking beats both the own ratio and the
// portfolio's, and a negative margin stays negative.
func TestRatioRecovery(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	const n, mean, between, within = 6000, .3, .12, 2.0
	obs, truth := make([]spend.RatioObservation, n), make([]float64, n)
	for i := range obs {
		weight := math.Exp(3 + 1.5*rng.NormFloat64())
		truth[i] = mean + between*rng.NormFloat64()
		obs[i] = spend.RatioObservation{Own: truth[i] + within/math.Sqrt(weight)*rng.NormFloat64(), Weight: weight}
	}
	r, err := spend.FitRatio(obs)
	if err != nil {
		t.Fatal(err)
	}
	clvtest.Within(t, "mean", r.Mean, mean, .05)
	clvtest.Within(t, "sd between", math.Sqrt(r.Between), between, .1)
	clvtest.Within(t, "sd within", math.Sqrt(r.Within), within, .05)
	var shrunk, own, pooled float64
	for i, o := range obs {
		v, _ := r.Shrunk(o.Own, o.Weight)
		shrunk += (v - truth[i]) * (v - truth[i])
		own += (o.Own - truth[i]) * (o.Own - truth[i])
		pooled += (r.Mean - truth[i]) * (r.Mean - truth[i])
	}
	if !(shrunk < .95*own && shrunk < .95*pooled) {
		t.Errorf("squared error %g, own ratios %g, portfolio %g", shrunk, own, pooled)
	}
	if v, share := r.Shrunk(-.2, 1e6); !(v < -.19) || share < .99 {
		t.Errorf("a negative margin with much behind it became %g", v)
	}
	if v, share := r.Shrunk(math.NaN(), 5); v != r.Mean || share != 0 {
		t.Errorf("unknown ratio: %g, own share %g", v, share)
	}
}

// TestRatioAccidents: one absurd ratio on a tiny amount moves nobody, equal ratios are pooled, and nothing to
// learn from is a fault.
func TestRatioAccidents(t *testing.T) {
	var obs []spend.RatioObservation
	for i := range 300 {
		obs = append(obs, spend.RatioObservation{Own: .3 + .01*float64(i%11-5), Weight: float64(100 + i)})
	}
	clean, err := spend.FitRatio(obs)
	if err != nil {
		t.Fatal(err)
	}
	dirty, err := spend.FitRatio(append(obs, spend.RatioObservation{Own: -4000, Weight: .01}))
	if err != nil {
		t.Fatal(err)
	}
	a, _ := clean.Shrunk(.35, 200)
	b, _ := dirty.Shrunk(.35, 200)
	clvtest.Within(t, "with an accident", b, a, .05)
	same, err := spend.FitRatio([]spend.RatioObservation{{Own: .2, Weight: 1}, {Own: .2, Weight: 9}})
	if v, _ := same.Shrunk(.9, 1e9); err != nil || v != .2 || !slices.Contains(same.Flags, spend.FlagRatioPooled) {
		t.Errorf("%+v %v", same, err)
	}
	if _, err := spend.FitRatio([]spend.RatioObservation{{Own: .2}}); postlift.KindOf(err) != postlift.Invalid {
		t.Error(err)
	}
}

// TestRatioIsFinite: any observations that are numbers give a finite model, and a shrunk ratio lies between
// the own one and the portfolio's.
func TestRatioIsFinite(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var obs []spend.RatioObservation
		for range rapid.IntRange(1, 50).Draw(t, "n") {
			obs = append(obs, spend.RatioObservation{Own: rapid.Float64Range(-1e6, 1e6).Draw(t, "own"), Weight: math.Pow(10, rapid.Float64Range(-9, 15).Draw(t, "weight"))})
		}
		r, err := spend.FitRatio(obs)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range obs {
			v, share := r.Shrunk(o.Own, o.Weight)
			low, high := min(r.Mean, min(max(o.Own, r.Least), r.Most)), max(r.Mean, min(max(o.Own, r.Least), r.Most))
			slack := 1e-9 * (1 + math.Abs(high) + math.Abs(low))
			if !(share >= 0 && share <= 1) || !(v >= low-slack && v <= high+slack) {
				t.Fatalf("%+v: %+v gives %g, share %g", r, o, v, share)
			}
		}
	})
}

// TestShrinkCAC: large channels keep their own cost, small ones lean on the pool, one without wins is dear
// but finite, a free one is free.
func TestShrinkCAC(t *testing.T) {
	out, err := spend.ShrinkCAC([]spend.Channel{
		{Name: "fair", SpendMinor: 60_000_00, Won: 200}, {Name: "search", SpendMinor: 90_000_00, Won: 150},
		{Name: "poster", SpendMinor: 1_000_00, Won: 1}, {Name: "radio", SpendMinor: 5_000_00}, {Name: "referral", Won: 9},
	})
	if err != nil {
		t.Fatal(err)
	}
	clvtest.Within(t, "fair", out[0].Cost, 300_00, .05)
	clvtest.Within(t, "search", out[1].Cost, 600_00, .05)
	pooled := 156_000_00.0 / 351
	if c := out[2]; c.Raw != 1_000_00 || !(c.Cost > pooled && c.Cost < 800_00) || c.Own > .5 || !slices.Contains(c.Flags, spend.FlagChannelFew) {
		t.Errorf("poster %+v: one win says little", c)
	}
	if c := out[3]; c.Raw != 0 || !(c.Cost > pooled && c.Cost < 5_000_00*5) || c.Own != 0 || !slices.Contains(c.Flags, spend.FlagChannelNoWins) {
		t.Errorf("radio %+v", c)
	}
	if c := out[4]; c.Cost != 0 || c.Own != 1 || !slices.Contains(c.Flags, spend.FlagChannelFree) {
		t.Errorf("referral %+v", c)
	}
	if _, err := spend.ShrinkCAC([]spend.Channel{{Name: "x", SpendMinor: -1}}); postlift.KindOf(err) != postlift.Invalid {
		t.Error(err)
	}
	if out, err := spend.ShrinkCAC(nil); err != nil || len(out) != 0 {
		t.Errorf("%v %v", out, err)
	}
	alone, err := spend.ShrinkCAC([]spend.Channel{{Name: "radio", SpendMinor: 5_000_00}})
	if err != nil || !(alone[0].Cost >= 5_000_00) || math.IsInf(alone[0].Cost, 0) {
		t.Errorf("%+v %v: money without any win cost at least that money", alone, err)
	}
}
