package purchase

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"postlift"
	"postlift/clv/clvtest"
	"postlift/clv/fitting"
)

// TestCovariateGradient compares the gradient by parameters and effects with differences, for every order model.
func TestCovariateGradient(t *testing.T) {
	weeks := []Counted{{0, 0, 30, 5}, {1, 3, 20, 2}, {2, 15, 16, 3}, {7, 40, 53, 1}}
	patterns := []CovariateRows{
		{Values: []float64{0, 0}, Rows: weeks},
		{Values: []float64{1, .4}, Rows: weeks[1:]},
		{Values: []float64{0, -1.3}, Rows: weeks[:3]},
	}
	start := map[string]map[string]float64{
		ModelBGBB: {"alpha": 1.2, "beta": 2, "gamma": .7, "delta": 3},
	}
	for _, name := range Names() {
		params := start[name]
		if params == nil {
			params = map[string]float64{"k": 2, "r": .8, "alpha": 9, "a": .6, "b": 3, "s": .7, "beta": 12}
		}
		m, err := New(name, params)
		if err != nil {
			t.Fatal(err)
		}
		p := newCovariateProblem(m, []string{"u", "v"}, patterns, 2, CovariateOptions{RidgeSD: .5})
		theta := p.start(m)
		clvtest.Gradient(t, name+" without effects", p.meanNegLL, theta...)
		copy(theta[4:], []float64{.3, -.4, .5, .7})
		clvtest.Gradient(t, name, p.meanNegLL, theta...)
		if e := p.meanNegLL(theta, nil); math.IsNaN(e) {
			t.Errorf("%s: %g", name, e)
		}
	}
}

// TestCovariatesRecover simulates customers whose orders and leaving depend on a level and on a number, and wants
// parameters and effects back within three standard errors. The third covariate has no effect.
func TestCovariatesRecover(t *testing.T) {
	effects := [2][]float64{{.6, -.3, 0}, {-.7, .4, 0}} // on ordering, on leaving
	for _, truth := range []Model{BGNBD{R: .8, Alpha: 9, A: .6, B: 3}, ParetoNBD{R: 1.1, Alpha: 9, S: 1.2, Beta: 40}, BGBB{1.2, .75, .9, 4}} {
		t.Run(truth.Name(), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(7, 2))
			known := withEffects(truth, effects)
			var patterns []CovariateRows
			for i := range 8 {
				v := []float64{float64(i % 2), float64(i / 2 % 2), float64(i / 4)}
				patterns = append(patterns, CovariateRows{Values: v, Rows: drawMany(t, rng, known.At(v), 3000)})
			}
			fit, err := FitWithCovariates(truth.Name(), known.Names, patterns, CovariateOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if len(fit.Flags) > 0 {
				t.Errorf("flags %v", fit.Flags)
			}
			for i, p := range fit.Model.Params() {
				near(t, p.Name, p.Value, truth.Params()[i].Value, fit.SE[p.Name])
			}
			for j := range known.Names {
				near(t, "orders "+fit.Orders[j].Name, fit.Orders[j].Value, effects[0][j], fit.Orders[j].SE)
				near(t, "leaving "+fit.Leaving[j].Name, fit.Leaving[j].Value, effects[1][j], fit.Leaving[j].SE)
			}
			if fit.Freedom != 6 || !(fit.Gain > 100) || fit.Chance > 1e-10 {
				t.Errorf("gain %g with %d degrees of freedom, chance %g", fit.Gain, fit.Freedom, fit.Chance)
			}
			checkDraws(t, fit, rng)
		})
	}
}

func near(t *testing.T, what string, got, want, se float64) {
	t.Helper()
	if !(math.Abs(got-want) < 3*se) {
		t.Errorf("%s = %.4f +- %.4f, made with %g", what, got, se, want)
	}
}

// checkDraws wants draws that scatter by the standard errors.
func checkDraws(t *testing.T, fit CovariateFit, rng *rand.Rand) {
	t.Helper()
	const n = 400
	square := 0.0
	for _, d := range fit.Draws(n, rng) {
		z := (d.Leaving[0].Value - fit.Leaving[0].Value) / fit.Leaving[0].SE
		square += z * z / n
		if reflect.DeepEqual(d.At([]float64{1, 1, 0}), fit.At([]float64{1, 1, 0})) {
			t.Fatal("a draw is the fit itself")
		}
	}
	if square < .7 || square > 1.35 {
		t.Errorf("draws of an effect scatter by %.2f standard errors", math.Sqrt(square))
	}
}

func withEffects(m Model, effects [2][]float64) CovariateFit {
	f := CovariateFit{Model: m}
	for j := range effects[0] {
		name := fmt.Sprintf("z%d", j+1)
		f.Names = append(f.Names, name)
		f.Orders = append(f.Orders, Effect{Name: name, Value: effects[0][j]})
		f.Leaving = append(f.Leaving, Effect{Name: name, Value: effects[1][j]})
	}
	return f
}

// drawMany simulates customers of a model in continuous time, or at opportunities.
func drawMany(t *testing.T, rng *rand.Rand, model Model, n int) []Counted {
	t.Helper()
	var tally Tally
	for range n {
		var err error
		switch m := model.(type) {
		case BGNBD:
			x, tx, age := simulate(rng, m)
			err = tally.AddDays(x, tx, age)
		case ParetoNBD:
			days := 350 + rng.IntN(351)
			x, tx := drawPareto(rng, m, float64(days)/7)
			err = tally.AddDays(x, min(int(math.Ceil(tx*7)), days), days) // every order counts, also two of a day
		case BGBB:
			p, theta := betaDraw(rng, m.Alpha, m.Beta), betaDraw(rng, m.Gamma, m.Delta)
			x, last := 0, 0
			for i := 1; i <= 10 && rng.Float64() >= theta; i++ {
				if rng.Float64() < p {
					x, last = x+1, i
				}
			}
			err = tally.Add(x, float64(last), 10)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return tally.Counted()
}

func betaDraw(rng *rand.Rand, a, b float64) float64 {
	g := gammaDraw(rng, a)
	return g / (g + gammaDraw(rng, b))
}

// TestCovariatesWithoutEffect: where nothing differs, the effects are small, the gain is one that chance brings,
// and a level of few customers is named.
func TestCovariatesWithoutEffect(t *testing.T) {
	rng, m := rand.New(rand.NewPCG(5, 5)), ParetoNBD{R: 1.1, Alpha: 9, S: 1.2, Beta: 40}
	patterns := []CovariateRows{{[]float64{0, 0}, drawMany(t, rng, m, 4000)}, {[]float64{1, 0}, drawMany(t, rng, m, 2000)}, {[]float64{0, 1}, drawMany(t, rng, m, 1)}}
	fit, err := FitWithCovariates(ModelParetoNBD, []string{"size=large", "size=tiny"}, patterns, CovariateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if fit.Chance < .001 || math.Abs(fit.Orders[0].Value) > .2 {
		t.Errorf("orders %+v, chance %g", fit.Orders, fit.Chance)
	}
	if !slices.Equal(fit.Few, []string{"size=tiny"}) || !slices.Contains(fit.Flags, FlagLevelFewAccounts) || !slices.Contains(fit.Flags, FlagCovariateUnidentified) {
		t.Errorf("few %v, flags %v, orders %+v, leaving %+v", fit.Few, fit.Flags, fit.Orders, fit.Leaving)
	}
	if slices.Contains(fit.Flags, fitting.FlagFewAccounts) || fit.Observations != 6001 {
		t.Errorf("%+v", fit.Stats)
	}
}

// TestCovariatesOfRegularBuyers: K and what of the likelihood hangs on it come from the fit without covariates.
func TestCovariatesOfRegularBuyers(t *testing.T) {
	rng, m := rand.New(rand.NewPCG(5, 5)), BGNBD{R: .8, Alpha: 9, A: .6, B: 3}
	patterns := []CovariateRows{{[]float64{0}, drawMany(t, rng, m, 2000)}, {[]float64{1}, drawMany(t, rng, m, 2000)}}
	fit, err := FitWithCovariates(ModelMBGCNBD, []string{"z"}, patterns, CovariateOptions{Options: Options{K: 3, LogGaps: 50}})
	if err != nil {
		t.Fatal(err)
	}
	if fit.Model.(MBGCNBD).K != 3 || fit.At([]float64{1}).(MBGCNBD).K != 3 || !(fit.Gain >= 0) || fit.Gain > 20 {
		t.Errorf("%+v, gain %g", fit.Model, fit.Gain)
	}
	if !reflect.DeepEqual(nearly(fit.At(nil)), nearly(fit.Model)) {
		t.Errorf("at no covariates %+v, base %+v", fit.At(nil), fit.Model)
	}
}

func nearly(m Model) []fitting.Param {
	ps := m.Params()
	for i := range ps {
		ps[i].Value = math.Round(ps[i].Value * 1e9)
	}
	return ps
}

// TestCovariatesRefuse: every fault names the place.
func TestCovariatesRefuse(t *testing.T) {
	rows := []Counted{{0, 0, 30, 5}, {1, 3, 20, 2}}
	for name, err := range map[string]error{
		"no covariate":  fitError(nil, []CovariateRows{{nil, rows}}, Options{}),
		"short vector":  fitError([]string{"a", "b"}, []CovariateRows{{[]float64{1}, rows}}, Options{}),
		"huge value":    fitError([]string{"a"}, []CovariateRows{{[]float64{1e6}, rows}}, Options{}),
		"no number":     fitError([]string{"a"}, []CovariateRows{{[]float64{math.NaN()}, rows}}, Options{}),
		"with a centre": fitError([]string{"a"}, []CovariateRows{{[]float64{1}, rows}}, Options{Centre: cdnowPareto}),
		"no customer":   fitError([]string{"a"}, nil, Options{}),
	} {
		if postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func fitError(names []string, patterns []CovariateRows, opt Options) error {
	_, err := FitWithCovariates(ModelParetoNBD, names, patterns, CovariateOptions{Options: opt})
	return err
}

// TestDesign codes columns: base, rare levels, levels seen later, and patterns that add up.
func TestDesign(t *testing.T) {
	tally := NewLevelTally("industry", "channel")
	add := func(n int, levels ...string) {
		for i := range n {
			if err := tally.Add(levels, i%3, float64(i%3), 10); err != nil {
				t.Fatal(err)
			}
		}
	}
	add(40, "machinery", "fair")
	add(25, "food", "fair")
	add(20, "", "web")
	add(3, "mining", "web")
	add(2, "forestry", "fair")
	d := tally.Design(10)
	if want := []string{"industry=", "industry=food", "industry=other", "channel=web"}; !slices.Equal(d.Names(), want) {
		t.Fatalf("names %q, want %q", d.Names(), want)
	}
	for _, c := range []struct {
		levels []string
		want   []float64
	}{
		{[]string{"machinery", "fair"}, []float64{0, 0, 0, 0}},
		{[]string{"food", "web"}, []float64{0, 1, 0, 1}},
		{[]string{"", "web"}, []float64{1, 0, 0, 1}},
		{[]string{"mining", "web"}, []float64{0, 0, 1, 1}},
		{[]string{"never seen", "never seen"}, []float64{0, 0, 1, 0}},
	} {
		if got := d.Values(c.levels); !slices.Equal(got, c.want) {
			t.Errorf("%q: %v, want %v", c.levels, got, c.want)
		}
	}
	n := 0
	patterns := tally.Patterns(d)
	for _, p := range patterns {
		n += customers(p.Rows)
	}
	if n != 90 || len(patterns) != 5 {
		t.Errorf("%d customers in %d patterns, want 90 in 5", n, len(patterns))
	}
	if err := tally.Add([]string{"food"}, 0, 0, 1); postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("one level for two columns: %v", err)
	}
	if rows := merged([]Counted{{1, 2, 3, 4}, {0, 0, 3, 1}, {1, 2, 3, 5}}); !slices.Equal(rows, []Counted{{0, 0, 3, 1}, {1, 2, 3, 9}}) {
		t.Errorf("merged %v", rows)
	}
}
