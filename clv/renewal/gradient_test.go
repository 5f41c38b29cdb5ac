package renewal

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"

	"postlift/clv/clvtest"
	"postlift/clv/fitting"
)

// TestGradient compares the analytic gradients with differences of the likelihoods.
func TestGradient(t *testing.T) {
	tab := &Table{Ended: []int{5, 3, 2}, Renewed: []int{20, 14, 9}}
	clvtest.Gradient(t, "sbg", tab.meanNegLL, -1, -0.7)
	clvtest.Gradient(t, "sbg with prior", fitting.WithPrior(tab.meanNegLL, renewalCentre, 1.5, 53), 0.4, 0.9)
	for _, at := range [][]float64{{-1, -.7, .3}, {.5, 1.2, -.8}, {-2, -6, .1}, {0, 2, 3.5}, {0, 0, -5}} {
		clvtest.Gradient(t, "bdw", tab.bdwMeanNegLL, at...)
	}
	var e Events
	for i, months := range []float64{3, 12, 12, 30, 7.5} {
		_ = e.Add(months, i%3, i+1)
	}
	rows, n, _, _ := e.rows()
	clvtest.Gradient(t, "rate", rateObjective(rows, float64(n), .8), .3, 1.4)
	d, err := newDesign([]string{"a", "b"}, []Decided{{[]float64{1, 2}, 1, 2, 5}, {[]float64{-1, math.NaN()}, 2, 3, 1}, {[]float64{.3, 9}, 4, 0, 6}})
	if err != nil {
		t.Fatal(err)
	}
	d.penalty, d.weak = .02, .01
	clvtest.Gradient(t, "covariates", d.objective, -1, -.5, .4, -.3)
	clvtest.Gradient(t, "covariates, constant hazard", d.flat, -1, .4, -.3)
}

// TestUnitSlope compares the score of pooling with differences, and the expected information with the mean
// outer product of scores over simulated tables.
func TestUnitSlope(t *testing.T) {
	tab := &Table{Ended: []int{5, 0, 2}, Renewed: []int{20, 14, 9}}
	u := newUnit(tab, [2]float64{}, 0)
	f := func(theta, grad []float64) float64 {
		ll, g, _ := u.slope([2]float64{theta[0], theta[1]})
		if grad != nil {
			copy(grad, g[:])
		}
		return ll
	}
	clvtest.Gradient(t, "unit", f, -1.2, .4)
	if ll, _, _ := u.slope([2]float64{-1.2, .4}); math.Abs(ll-modelAt(ModelSBG, []float64{-1.2, .4}).LogLikelihood(tab)) > 1e-12 {
		t.Errorf("log-likelihood %g differs from the model's", ll)
	}
	u = newUnit(tab, [2]float64{}, .4)
	clvtest.Gradient(t, "unit with shape", f, -1.2, .4)
	if ll, _, _ := u.slope([2]float64{-1.2, .4}); math.Abs(ll-modelAt(ModelBdW, []float64{-1.2, .4, .4}).LogLikelihood(tab)) > 1e-10 {
		t.Errorf("log-likelihood %g differs from the model's", ll)
	}
	for _, logC := range []float64{0, .4} {
		checkInformation(t, logC)
	}
}

// checkInformation compares the information of a unit with simulated scores.
func checkInformation(t *testing.T, logC float64) {
	rng := rand.New(rand.NewPCG(1, 1))
	theta := [2]float64{-1, -.3}
	m := modelAt(ModelBdW, []float64{theta[0], theta[1], logC})
	var outer, info [3]float64
	const sets = 4000
	for range sets {
		_, g, i := newUnit(SimulateCohort(m, 200, 6, rng), theta, logC).slope(theta)
		outer[0], outer[1], outer[2] = outer[0]+g[0]*g[0], outer[1]+g[0]*g[1], outer[2]+g[1]*g[1]
		for k := range info {
			info[k] += i[k]
		}
	}
	for k := range info {
		clvtest.Within(t, "information", info[k]/sets, outer[k]/sets, .1)
	}
}

// TestBdWIsSBG: at c = 1 the hazards are those of the sBG, also where its parameters are huge or tiny.
func TestBdWIsSBG(t *testing.T) {
	for _, p := range [][2]float64{{.7, 1.2}, {1e-3, 2}, {40, 200}, {1e6, 9e6}, {3e-4, 1e-4}} {
		b, s := BdW{p[0], p[1], 1}, NewSBG(p[0], p[1])
		for i := 1; i < 300; i++ {
			if got, want := b.Hazard(i), s.Hazard(i); math.Abs(got-want) > 1e-11+1e-9*want {
				t.Errorf("alpha %g, beta %g: hazard %d is %g, want %g", p[0], p[1], i, got, want)
			}
		}
	}
}

// TestSaddle: where the curvature is not that of a maximum, draws get the widest spread that is believed, not
// none, and the fit says so.
func TestSaddle(t *testing.T) {
	table := SimulateCohort(NewSBG(.7, 1.2), 500, 5, rand.New(rand.NewPCG(1, 1)))
	o := fitting.Optimum{Theta: []float64{-.5, -.6}, Hessian: mat.NewSymDense(2, []float64{1, 0, 0, -1})}
	fit := newFitted(ModelSBG, table, laplaceOf(o, 1000), 1000, nil)
	if !slices.Contains(fit.Flags, fitting.FlagClipped) || !(fit.SE["omega"] > 1) {
		t.Errorf("flags %v, standard errors %v", fit.Flags, fit.SE)
	}
	spread := 0.0
	for _, m := range fit.Draws(200, rand.New(rand.NewPCG(2, 2))) {
		spread = max(spread, math.Abs(math.Log(m.(SBG).Omega)+.6))
	}
	if spread < 4 {
		t.Errorf("log omega strays by at most %.2f", spread)
	}
}
