package experiment

import (
	"math"
	"testing"
)

// near fails unless got equals want to half a unit of the last digit that the reference prints.
func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > tol {
		t.Errorf("%s = %.8g, want %.8g within %g", what, got, want, tol)
	}
}

const five = 5.1e-6 // references with five decimals

var (
	armA     = FromSums(3407, 1396.87, 52377.9767)
	armAless = FromSums(3000, 1396.87, 52377.9767)
	armB     = FromSums(3461, 2422.70, 134698.29)
)

// The numbers are GrowthBook's, packages/stats/tests/frequentist/test_tests.py.
func TestWelchReproducesGrowthBook(t *testing.T) {
	e := Welch(armA, armB)
	near(t, "value", e.Value, .29000, five)
	near(t, "se", e.SE, .12478, five)
	near(t, "dof", e.DoF, 5841.742, 5e-4)
	near(t, "low", e.Low, .04538, five)
	near(t, "high", e.High, .53462, five)
	near(t, "p", e.P, .02016, five)
}

func TestRelativeLiftReproducesGrowthBook(t *testing.T) {
	e := RelativeDelta(armA, armB)
	near(t, "value", e.Value, .70732, five)
	near(t, "se", e.SE, .37879, five)
	near(t, "low", e.Low, -.03526, five)
	near(t, "high", e.High, 1.44989, five)
	near(t, "p", e.P, .06191, five)
	rel, ok := Fieller(armA, armB)
	if !ok {
		t.Fatal("Fieller found no interval")
	}
	near(t, "Fieller low", rel.Low, .09417, five)
	near(t, "Fieller high", rel.High, 1.70840, five)
	near(t, "Fieller value", rel.Value, .70732, five)
}

func TestProportionsReproduceGrowthBook(t *testing.T) {
	e := RelativeDelta(FromProportion(14, 28), FromProportion(16, 30))
	near(t, "value", e.Value, .06667, five)
	near(t, "low", e.Low, -.47767, five)
	near(t, "high", e.High, .61101, five)
	near(t, "p", e.P, .80707, five)
	near(t, "dof", e.DoF, 55.707, 5e-4)
}

func TestOneSidedReproducesGrowthBook(t *testing.T) {
	abs := Welch(armAless, armB)
	near(t, "value", abs.Value, .23438, five)
	near(t, "se", abs.SE, .12983, five)
	p, bound := abs.Greater()
	near(t, "p greater", p, .03554, five)
	near(t, "bound", bound, .02079, five)
	near(t, "p lesser", 1-p, .96446, five)
	p, bound = RelativeDelta(armAless, armB).Greater()
	near(t, "relative p greater", p, .06558, five)
	near(t, "relative bound", bound, -.04514, five)
	near(t, "relative p lesser", 1-p, .93442, five)
}

func TestSequentialReproducesGrowthBook(t *testing.T) {
	e := RelativeDelta(armAless, armB)
	near(t, "value", e.Value, .50336, five)
	near(t, "se", e.SE, .33341, five)
	low, high := Sequential(e, 6461, 1000, .05)
	near(t, "low", low, -.55844, five)
	near(t, "high", high, 1.56516, five)
	near(t, "rho", SequentialRho(1000, .05), .0890851, 5.1e-8)
	p := RelativeDelta(FromProportion(1396, 3000), FromProportion(2422, 3461))
	low, high = Sequential(p, 6461, 5000, .05)
	near(t, "proportion", p.Value, .50386, five)
	near(t, "proportion low", low, .40098, five)
	near(t, "proportion high", high, .60675, five)
}

func TestCUPEDReproducesGrowthBook(t *testing.T) {
	a := JointFromSums(3000, 1396.87, 52377.9767, 16.87, 527.9767, 1)
	b := JointFromSums(3461, 2422.70, 134698.29, 22.7, 1348.29, 1)
	got := CUPED(a, b)
	near(t, "theta", got.Theta, -.01140322, 5.1e-9)
	near(t, "value", got.Value, .234387, 5.1e-7)
	near(t, "se", got.SE, .129831, 5.1e-7)
	// GrowthBook divides by the control's unadjusted mean and takes the delta method at unadjusted means.
	se := math.Sqrt(RelativeVar(Sample{got.Control.N, a.Post.Mean, got.Control.Var},
		Sample{got.Treated.N, b.Post.Mean, got.Treated.Var}))
	rel := newEstimate(got.Value/a.Post.Mean, se, got.DoF)
	near(t, "relative", rel.Value, .50338, five)
	near(t, "relative se", rel.SE, .33341, five)
	low, high := Sequential(rel, 6461, 5000, .05)
	near(t, "sequential low", low, -.50969, five)
	near(t, "sequential high", high, 1.51646, five)

	var acc Accumulator
	for i, pre := range []float64{.3, .5, .9, 22} {
		acc.Add([]float64{2, 1, 5, 3}[i], pre)
	}
	near(t, "theta of four", CUPED(acc.Joint(), acc.Joint()).Theta, .01864, five)
}

// GrowthBook, packages/shared/test/power.test.ts.
func TestPowerReproducesGrowthBook(t *testing.T) {
	const mean, variance, perArm = 10, 3909.9997749994377, 400000. / 3
	near(t, "k", DetectableK(), 2.8015852, 5.1e-8)
	near(t, "power", RelativePower(mean, variance, perArm, .05), .52144, five)
	mde, ok := RelativeDetectable(mean, variance, perArm)
	if !ok {
		t.Fatal("no detectable lift")
	}
	near(t, "mde", mde, .07027, five)
	a, b := Sample{N: 4, Mean: 7, Var: 2}, Sample{N: 15, Mean: 5, Var: .5}
	near(t, "absolute variance", AbsoluteVar(a, b), .53333, five)
	near(t, "relative variance", RelativeVar(a, b), .00589, five)
	weekly := []float64{.17053, .29389, .41122, .51749, .61037, .68938, .75513, .80886, .85213}
	for i, want := range weekly {
		near(t, "weekly power", RelativePower(.1, .5, 1500*float64(i+1), .3), want, five)
	}
	if _, ok := RelativeDetectable(1, 1000, 10); ok {
		t.Error("ten units of that noise cannot detect any lift")
	}
}

// GrowthBook's utils.check_srm; the last is Hillstrom's three arms.
func TestSampleRatioReproducesGrowthBook(t *testing.T) {
	for _, c := range []struct {
		observed, weights []float64
		chi2, p, tolP     float64
	}{
		{[]float64{1000, 1200}, []float64{1, 1}, 18.1818, 2.0079e-5, 5.1e-10},
		{[]float64{310, 98}, []float64{3, 1}, .20915, .64743, five},
		{[]float64{9120, 880}, []float64{9, 1}, 16.0, 6.334e-5, 5.1e-9},
		{[]float64{21306, 21307, 21387}, []float64{1, 1, 1}, .20253, .90369, five},
	} {
		got := SampleRatio(c.observed, c.weights)
		near(t, "chi2", got.Chi2, c.chi2, 5.1e-5)
		near(t, "p", got.P, c.p, c.tolP)
	}
	if !SampleRatio([]float64{1000, 1200}, []float64{1, 1}).Broken() {
		t.Error("1000 to 1200 must raise the alarm")
	}
	if SampleRatio([]float64{1, 12}, []float64{1, 1}).Tested {
		t.Error("13 units are too few to test")
	}
}
