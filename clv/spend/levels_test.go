package spend

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"postlift"
)

var trueFactors = map[string]float64{"a": 1, "b": 2.5, "c": .5, "d": 1}

// levelOrders simulates customers of segments whose values differ by trueFactors.
func levelOrders(n int, rng *rand.Rand) (obs []Observation, levels []string) {
	for range n {
		level := string(rune('a' + rng.IntN(4)))
		own := math.Log(200*trueFactors[level]) + .7*rng.NormFloat64()
		var logs []float64
		for range 1 + rng.IntN(6) {
			logs = append(logs, own+.4*rng.NormFloat64())
		}
		obs, levels = append(obs, observe(logs)), append(levels, level)
	}
	return obs, levels
}

func observe(logs []float64) Observation {
	o := Observation{X: len(logs), Logs: true}
	for _, l := range logs {
		o.M += math.Exp(l) / float64(len(logs))
		o.LogMean += l / float64(len(logs))
	}
	for _, l := range logs {
		o.LogSS += (l - o.LogMean) * (l - o.LogMean)
	}
	return o
}

// TestFactorsByLevel wants the factors back, predictions that are the base's on divided values, and JSON to the
// last bit.
func TestFactorsByLevel(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	obs, levels := levelOrders(4000, rng)
	for _, name := range []string{ModelGammaGamma, ModelLogNormal, ModelGammaGamma + suffixBanded} {
		f, err := FitByLevel(name, obs, levels)
		if err != nil {
			t.Fatal(err)
		}
		for level, want := range trueFactors {
			if got := f.Factor(level) / f.Factor("a"); math.Abs(math.Log(got/want)) > .1 {
				t.Errorf("%s: level %s is worth %.3f times a, made with %.3f", name, level, got, want)
			}
		}
		text, err := json.Marshal(f.ByLevel)
		if err != nil {
			t.Fatal(err)
		}
		var again ByLevel
		if err := json.Unmarshal(text, &again); err != nil {
			t.Fatal(err)
		}
		for _, level := range []string{"a", "b", "c", "d", "never seen"} {
			factor := f.Factor(level)
			m, read := f.Model(level), again.Model(level)
			for i := range 50 {
				o, next := obs[i], obs[i+50]
				near(t, name, m.MeanSpend(o), factor*f.Base.MeanSpend(o.divided(factor)))
				near(t, name, m.LogScore(o, next), f.Base.LogScore(o.divided(factor), next.divided(factor))-math.Log(factor))
				a, b := m.Spread(o)
				c, d := f.Base.Spread(o.divided(factor))
				near(t, name, a, c)
				near(t, name, b, d)
				if m.MeanSpend(o) != read.MeanSpend(o) {
					t.Fatalf("%s at %s: %g, read back %g", name, level, m.MeanSpend(o), read.MeanSpend(o))
				}
			}
		}
		if f.Pattern("never seen") != 0 || f.Pattern("b") != 2 || f.Model("never seen").Name() != f.Base.Name() {
			t.Errorf("patterns %d and %d", f.Pattern("never seen"), f.Pattern("b"))
		}
		if draws := f.Draws(20, rng); len(draws) != 20 || draws[0].Factor("b") == f.Factor("b") || draws[0].Base == nil {
			t.Errorf("%d draws", len(draws))
		}
	}
}

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-9*max(1, math.Abs(want))) {
		t.Fatalf("%s: %.12g, want %.12g", what, got, want)
	}
}

// TestLevelsThatDoNotDiffer: factors of levels that differ by chance alone are near 1, nearer than the raw ones,
// and few customers are named.
func TestLevelsThatDoNotDiffer(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var obs []Observation
	var levels []string
	for i := range 300 {
		obs = append(obs, observe([]float64{5 + .9*rng.NormFloat64()}))
		levels = append(levels, fmt.Sprint(min(i/3, 12)))
	}
	f, err := FitByLevel(ModelGammaGamma, obs, levels)
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Factors) != 1 && len(f.Factors) != 0 {
		t.Errorf("levels of three customers got factors: %+v", f.Factors)
	}
	for i := range levels {
		levels[i] = fmt.Sprint(i % 10)
	}
	if f, err = FitByLevel(ModelGammaGamma, obs, levels); err != nil {
		t.Fatal(err)
	}
	if len(f.Factors) != 10 || !slices.Contains(f.Flags, FlagLevelFewAccounts) {
		t.Fatalf("%d factors, flags %v", len(f.Factors), f.Flags)
	}
	for _, l := range f.Factors {
		if raw, own := math.Abs(math.Log(l.Raw)), math.Abs(math.Log(l.Factor)); own > .75*raw || own > .25 || !(l.LogSD > 0 && l.LogSD < .25) {
			t.Errorf("%+v", l)
		}
	}
}

// TestByLevelRefuses names what is wrong.
func TestByLevelRefuses(t *testing.T) {
	obs, levels := levelOrders(50, rand.New(rand.NewPCG(5, 6)))
	for name, err := range map[string]error{
		"unequal": second(FitByLevel(ModelGammaGamma, obs, levels[1:])),
		"unknown": second(FitByLevel("guess", obs, levels)),
		"nothing": second(FitByLevel(ModelGammaGamma, []Observation{{}}, []string{"a"})),
		"factor":  json.Unmarshal([]byte(`{"model":"gammagamma","params":{"p":1,"q":3,"gamma":2},"factors":[{"level":"a","factor":-1}]}`), new(ByLevel)),
		"order":   json.Unmarshal([]byte(`{"model":"gammagamma","params":{"p":1,"q":3,"gamma":2},"factors":[{"level":"b","factor":1},{"level":"a","factor":1}]}`), new(ByLevel)),
		"params":  json.Unmarshal([]byte(`{"model":"gammagamma","params":{"p":1,"q":3},"factors":[]}`), new(ByLevel)),
	} {
		if err == nil || postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// TestAnyByLevel: whatever the values, predictions are positive and finite.
func TestAnyByLevel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 3))
		var obs []Observation
		var levels []string
		for range 1 + rng.IntN(60) {
			o := Observation{X: rng.IntN(5), M: math.Exp(30 * rng.NormFloat64())}
			if rng.IntN(3) == 0 {
				o = observe([]float64{20 * rng.NormFloat64()})
			}
			obs, levels = append(obs, o), append(levels, fmt.Sprint(rng.IntN(3)))
		}
		f, err := FitByLevel(Names()[rng.IntN(2)], append(obs, observe([]float64{1})), append(levels, "0"))
		if err != nil {
			t.Fatal(err)
		}
		for i, o := range obs {
			if v := f.Model(levels[i]).MeanSpend(o); !(v > 0) || math.IsInf(v, 0) {
				t.Fatalf("%+v at %s: %g", o, levels[i], v)
			}
		}
	})
}
