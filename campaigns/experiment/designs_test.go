package experiment

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"
	"pgregory.net/rapid"

	"postlift"
	"postlift/campaigns/draw"
)

// Pairs without a covariate are the paired t-test; gonum's mean and deviation of the differences say the same.
func TestBlockedIsThePairedTest(t *testing.T) {
	treated, control := []float64{12, 9, 30, 4, 18, 7}, []float64{10, 11, 21, 4, 12, 6}
	var blocks []Block
	var d []float64
	for i := range treated {
		blocks = append(blocks, Block{Units: 2, Treated: treated[i], Control: control[i], PreTreated: 5, PreControl: 5})
		d = append(d, treated[i]-control[i])
	}
	e, theta, ok := Blocked(blocks)
	if !ok || theta != 0 {
		t.Fatalf("theta %g, %v", theta, ok)
	}
	mean, sd := stat.MeanStdDev(d, nil)
	near(t, "value", e.Value, mean, 1e-12)
	near(t, "se", e.SE, sd/math.Sqrt(6), 1e-12)
	near(t, "dof", e.DoF, 5, 0)
}

// With a covariate the estimate is the intercept of the least-squares line through the pairs' differences, with
// the error of that line's residuals.
func TestBlockedAdjustsByRegression(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	var blocks []Block
	var x, y []float64
	for range 40 {
		b := Block{Units: 2, PreTreated: 10 * rng.Float64(), PreControl: 10 * rng.Float64()}
		b.Control = b.PreControl + rng.NormFloat64()
		b.Treated = b.PreTreated + 2 + rng.NormFloat64()
		blocks = append(blocks, b)
		x, y = append(x, b.PreTreated-b.PreControl), append(y, b.Treated-b.Control)
	}
	e, theta, _ := Blocked(blocks)
	alpha, beta := stat.LinearRegression(x, y, nil, false)
	near(t, "theta", theta, beta, 1e-9)
	near(t, "value", e.Value, alpha, 1e-9)
	rss := 0.0
	for i := range x {
		r := y[i] - alpha - beta*x[i]
		rss += r * r
	}
	near(t, "se", e.SE, math.Sqrt(rss/40/38), 1e-9)
}

// A lift of the mailed in a point equals the estimate of outcomes that were lifted.
func TestPointsOfALiftEqualLiftedOutcomes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lift := rapid.Float64Range(-.5, 3).Draw(t, "lift")
		amount := rapid.Float64Range(0, 1e5)
		var plain, lifted BlockSums
		before, after := NewWaveSums(3), NewWaveSums(3)
		for i := range rapid.IntRange(12, 40).Draw(t, "blocks") {
			b := Block{Units: float64(2 + i%3), Treated: amount.Draw(t, "t"), Control: amount.Draw(t, "c"), PreTreated: amount.Draw(t, "pt"), PreControl: amount.Draw(t, "pc")}
			b.Fixed = b.Treated * rapid.SampledFrom([]float64{0, .3, 1}).Draw(t, "fixed share")
			plain.Add(b)
			v := []float64{b.Treated, b.Control, b.PreControl}
			wave := i%3 + 1
			fixed := v[wave-1] * float64(i%2)
			before.Add(wave, append(slices.Clone(v), fixed))
			if wave < 3 { // the last wave is never compared after its mailing
				v[wave-1] += lift * (v[wave-1] - fixed)
			}
			after.Add(wave, v)
			b.Treated, b.Fixed = b.Treated+lift*(b.Treated-b.Fixed), 0
			lifted.Add(b)
		}
		p, _, _ := plain.Point(lift)
		q, _, _ := lifted.Point(0)
		if !close6(p.Value, q.Value) || math.Abs(p.SE-q.SE) > 1e-4*(1+q.SE) {
			t.Fatalf("blocks %+v, lifted %+v", p, q)
		}
		p, _ = before.Point(lift)
		q, _ = after.Point(0)
		if !close6(p.Value, q.Value) || !close6(p.SE, q.SE) {
			t.Fatalf("waves %+v, lifted %+v", p, q)
		}
	})
}

// CUPEDPoint is CUPED.
func TestCUPEDPointIsCUPED(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var arms [2]Accumulator
		for _, u := range drawUnits(t) {
			if u.Treated {
				arms[1].Add(u.Outcome, u.Pre)
			} else {
				arms[0].Add(u.Outcome, u.Pre)
			}
		}
		a, p := CUPED(arms[0].Joint(), arms[1].Joint()), CUPEDPoint(arms[0].Joint(), arms[1].Joint())
		if a.SE == 0 {
			t.Skip("constant outcome")
		}
		if a.Value != p.Value || a.SE != p.SE || a.DoF != p.DoF || p.Estimate() != a.Estimate {
			t.Fatalf("%+v and %+v", a.Estimate, p)
		}
	})
}

// Two waves without a covariate are a plain comparison of two halves.
func TestTwoWavesAreATwoArmTest(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	var units []WaveUnit
	var arms [2]Accumulator
	for i := range 60 {
		y := rng.ExpFloat64()
		units = append(units, WaveUnit{Wave: i%2 + 1, Periods: []float64{y}, Pre: 3})
		arms[i%2].Add(y, 3)
	}
	e, err := InWaves(units, 2)
	if err != nil {
		t.Fatal(err)
	}
	want := Welch(arms[1].Joint().Post, arms[0].Joint().Post)
	near(t, "value", e.Value, want.Value, 1e-12)
	near(t, "se", e.SE, want.SE, 1e-12)
	near(t, "dof", e.DoF, want.DoF, 1e-9)
}

// The error of waves is that of one contrast per group, worked out here from the groups themselves: three waves of
// unequal size whose groups differ much and for good, so that a group's periods go together.
func TestWavesErrorIsThatOfContrasts(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 8))
	sizes := []float64{6, 9, 15}
	var units []WaveUnit
	for w, n := range sizes {
		for range int(n) {
			own := 10 * rng.ExpFloat64()
			units = append(units, WaveUnit{Wave: w + 1, Periods: []float64{own + rng.Float64(), own + rng.Float64()}, Pre: 7})
		}
	}
	e, err := InWaves(units, 3)
	if err != nil {
		t.Fatal(err)
	}
	w1, w2 := 6*24./30, 9*15./24 // n m/(n+m) of both periods
	w1, w2 = w1/(w1+w2), w2/(w1+w2)
	coefficients := [][2]float64{{w1 / 6, 0}, {-w1 / 24, w2 / 9}, {-w1 / 24, -w2 / 15}}
	var value, variance float64
	for w, c := range coefficients {
		var contrast []float64
		for _, u := range units {
			if u.Wave == w+1 {
				contrast = append(contrast, c[0]*u.Periods[0]+c[1]*u.Periods[1])
			}
		}
		mean, sd := stat.MeanStdDev(contrast, nil)
		value += mean * sizes[w]
		variance += sd * sd * sizes[w]
	}
	near(t, "value", e.Value, value, 1e-12)
	near(t, "se", e.SE, math.Sqrt(variance), 1e-12)
}

// Over 4,000 draws of groups in waves by the campaigns' own hash, with outcomes that are correlated over the periods
// and a lasting effect in later ones, the interval holds the effect of the just mailed as often as it says: one-sided
// bound of 4,000 runs at .95, .9443, and .935 where a wave has 25 groups only.
func TestWavesCover(t *testing.T) {
	for _, c := range []struct {
		groups, waves int
		least         float64
	}{{400, 4, .9443}, {300, 2, .9443}, {100, 4, .935}} {
		rng := rand.New(rand.NewPCG(uint64(c.groups), uint64(c.waves)))
		const draws, effect = 4000, 30.
		covered, above, student := 0, 0, halves{}
		units := make([]draw.Unit, c.groups)
		for i := range units {
			units[i].Key = fmt.Sprint(i)
		}
		v := make([]float64, c.waves)
		for run := range draws {
			for i := range units {
				units[i].Value = math.Exp(5 + rng.NormFloat64())
			}
			arms, _, err := draw.Assign(units, draw.Request{Salt: fmt.Sprint("run-", run), Design: draw.Waves, Waves: c.waves})
			if err != nil {
				t.Fatal(err)
			}
			sums := NewWaveSums(c.waves)
			for i, a := range arms {
				own := .1 * units[i].Value * rng.Float64() // of the group, in every period
				for j := range c.waves - 1 {
					v[j] = .3*units[i].Value + own + math.Exp(4+.8*rng.NormFloat64())
					switch {
					case a.Wave == j+1:
						v[j] += effect
					case a.Wave <= j:
						v[j] += 3 * effect // of an earlier letter: must not matter
					}
				}
				v[c.waves-1] = units[i].Value
				sums.Add(a.Wave, v)
			}
			p, ok := sums.Point(0)
			if !ok {
				t.Fatal("no estimate")
			}
			switch half := student.of(p); {
			case p.Value-half > effect:
				above++
			case p.Value+half >= effect:
				covered++
			}
		}
		share := float64(covered) / draws
		t.Logf("%d groups in %d waves: %.4f hold the truth, %.4f lie above", c.groups, c.waves, share, float64(above)/draws)
		if share < c.least {
			t.Errorf("%d groups in %d waves: the interval holds the effect in %.4f of %d draws", c.groups, c.waves, share, draws)
		}
	}
}

// Neither the order of groups nor a constant that all waves gain in a period moves the estimate.
func TestWavesIgnoreOrderAndSeason(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 5))
	var units []WaveUnit
	for i := range 90 {
		units = append(units, WaveUnit{Wave: i%3 + 1, Periods: []float64{rng.ExpFloat64(), rng.ExpFloat64()}, Pre: rng.ExpFloat64()})
	}
	a, err := InWaves(units, 3)
	if err != nil {
		t.Fatal(err)
	}
	rng.Shuffle(len(units), func(i, j int) { units[i], units[j] = units[j], units[i] })
	for i := range units {
		units[i].Periods[1] += 1000 // a season
	}
	b, err := InWaves(units, 3)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "value", b.Value, a.Value, 1e-9)
	near(t, "se", b.SE, a.SE, 1e-9)
}

func TestDesignsRefuse(t *testing.T) {
	for name, units := range map[string][]WaveUnit{
		"wave":    {{Wave: 3, Periods: []float64{1}}},
		"periods": {{Wave: 1, Periods: []float64{1, 2}}},
		"few":     {{Wave: 1, Periods: []float64{1}}, {Wave: 2, Periods: []float64{1}}},
	} {
		if _, err := InWaves(units, 2); postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("%s: %v, want a refusal", name, err)
		}
	}
	if _, err := InWaves(nil, 1); postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("one wave: %v", err)
	}
	if _, _, ok := Blocked([]Block{{Units: 2}, {Units: 2}, {Units: 2}}); ok {
		t.Error("three pairs have an estimate")
	}
}
