package fitting

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// valley is a quadratic with its least value at (1, -2), and curvature 2 and 8.
func valley(theta, grad []float64) float64 {
	a, b := theta[0]-1, theta[1]+2
	if grad != nil {
		grad[0], grad[1] = 2*a, 8*b
	}
	return a*a + 4*b*b
}

func TestMinimise(t *testing.T) {
	for _, all := range []bool{false, true} {
		o := Minimise(valley, [][]float64{{0, 0}, {5, 5}}, all)
		if !o.Converged || math.Abs(o.Theta[0]-1) > 1e-9 || math.Abs(o.Theta[1]+2) > 1e-9 {
			t.Errorf("%+v", o)
		}
		if sd := o.SDLog(100); math.Abs(sd[0]-math.Sqrt(.5/100)) > 1e-6 || math.Abs(sd[1]-math.Sqrt(.125/100)) > 1e-6 {
			t.Errorf("standard errors %v", sd)
		}
	}
}

// TestMinimiseTakesTheLower: from the first start the search ends in the shallow valley; tried all, in the deep one.
func TestMinimiseTakesTheLower(t *testing.T) {
	twoValleys := func(theta, grad []float64) float64 {
		x := theta[0]
		if grad != nil {
			grad[0] = 4*x*x*x - 4*x + 0.2
		}
		return x*x*x*x - 2*x*x + 0.2*x
	}
	starts := [][]float64{{1.2}, {-0.5}}
	if o := Minimise(twoValleys, starts, true); !o.Converged || o.Theta[0] > 0 {
		t.Errorf("%+v: the lower valley is at -1.02", o)
	}
	if o := Minimise(twoValleys, starts, false); !o.Converged || o.Theta[0] < 0 {
		t.Errorf("%+v: the first start is beside the valley at 0.97", o)
	}
}

// TestMinimiseStaysFinite: objectives that break off or fall forever give finite parameters, not converged or
// at the wall.
func TestMinimiseStaysFinite(t *testing.T) {
	broken := func(theta, grad []float64) float64 {
		if grad != nil {
			grad[0], grad[1] = math.NaN(), math.NaN()
		}
		return math.Log(-1 - theta[0]*theta[0])
	}
	slope := func(theta, grad []float64) float64 {
		if grad != nil {
			grad[0], grad[1] = -math.Exp(-theta[0]), 2*theta[1]
		}
		return math.Exp(-theta[0]) + theta[1]*theta[1]
	}
	for name, f := range map[string]Objective{"not a number": broken, "falls forever": slope} {
		o := Minimise(f, [][]float64{{0, 0}, {1, 1}}, true)
		if !AllFinite(o.Theta) {
			t.Errorf("%s: %v", name, o.Theta)
		}
		boundary, identified := o.AtBoundary(100)
		if identified && !boundary {
			t.Errorf("%s: %+v passes for an optimum", name, o)
		}
		cov, clipped := o.LogCov(100)
		if !AllFinite(cov.RawSymmetric().Data) || name == "not a number" && !clipped {
			t.Errorf("%s: covariance %v, clipped %t", name, cov.RawSymmetric().Data, clipped)
		}
	}
}

// TestClipped: a saddle's downward direction gets the widest spread, the other keeps its own.
func TestClipped(t *testing.T) {
	o := Optimum{Theta: []float64{0, 0}, Hessian: mat.NewSymDense(2, []float64{2, 0, 0, -1})}
	s := NewStats([]Param{{"p", 3}, {"q", 2}}, o, 200, nil)
	if !slices.Contains(s.Flags, FlagClipped) || math.Abs(s.SE["p"]-3*math.Sqrt(1./400)) > 1e-12 || math.Abs(s.SE["q"]-2*boundarySD) > 1e-9 {
		t.Errorf("%+v", s)
	}
}

// TestDraws compares the draws' covariance with the one asked for, and wants all of them usable even where
// the law is so wide that most are not.
func TestDraws(t *testing.T) {
	s := Stats{LogNames: []string{"p", "q"}, LogMean: []float64{0.5, -1}, LogCov: mat.NewSymDense(2, []float64{0.4, 0.3, 0.3, 0.5})}
	const n = 40000
	var sum [2]float64
	var square [2][2]float64
	for _, v := range s.Draws(n, rand.New(rand.NewPCG(3, 3))) {
		d := [2]float64{math.Log(v[0]) - 0.5, math.Log(v[1]) + 1}
		for i := range d {
			sum[i] += d[i] / n
			for j := range d {
				square[i][j] += d[i] * d[j] / n
			}
		}
	}
	for i := range 2 {
		if math.Abs(sum[i]) > 0.02 {
			t.Errorf("mean off by %g", sum[i])
		}
		for j := range 2 {
			if math.Abs(square[i][j]-s.LogCov.At(i, j)) > 0.02 {
				t.Errorf("covariance %d,%d is %g", i, j, square[i][j])
			}
		}
	}
	s.LogCov = mat.NewSymDense(2, []float64{1e6, 0, 0, 1e6})
	for _, v := range s.Draws(200, rand.New(rand.NewPCG(3, 3))) {
		if !(v[0] >= 1/paramLimit && v[0] <= paramLimit && v[1] >= 1/paramLimit && v[1] <= paramLimit) {
			t.Fatalf("draw %v", v)
		}
	}
	if (Stats{}).Draws(5, rand.New(rand.NewPCG(3, 3))) != nil {
		t.Error("draws without a law")
	}
}

// TestSum: all rows once, and the same to the last digit on any number of cores.
func TestSum(t *testing.T) {
	const n = 5*shardRows + 3
	add := func(lo, hi int, acc []float64) {
		for i := lo; i < hi; i++ {
			acc[0] += 1 / float64(i+1)
			acc[1]++
		}
	}
	many := Sum(n, 2, add)
	before := runtime.GOMAXPROCS(1)
	one := Sum(n, 2, add)
	runtime.GOMAXPROCS(before)
	if !slices.Equal(many, one) || many[1] != n {
		t.Errorf("%v on many cores, %v on one", many, one)
	}
	if none := Sum(0, 1, add2); none[0] != 0 {
		t.Errorf("nothing adds up to %v", none)
	}
}

func add2(lo, hi int, acc []float64) { acc[0] += float64(hi - lo) }

// TestSpecial compares with values to 20 digits (40-digit arithmetic), where plain differences have lost theirs.
func TestSpecial(t *testing.T) {
	for _, c := range []struct {
		what            string
		got, want, best float64
	}{
		{"log G(1e8+3)/G(1e8)", LgammaRatio(1e8, 3), 3*math.Log(1e8) + math.Log1p(1e-8) + math.Log1p(2e-8), 1e-15},
		{"log G(.5+2)/G(.5)", LgammaRatio(.5, 2), math.Log(.75), 1e-14},
		{"psi(1e8+2)-psi(1e8)", PsiDiff(1e8, 2), 1e-8 + 1/(1e8+1), 1e-15},
		{"psi(3)-psi(1)", PsiDiff(1, 2), 1.5, 1e-14},
		{"log B(2, 1e9)", Lbeta(2, 1e9), -math.Log(1e9) - math.Log1p(1e9), 1e-15},
	} {
		if math.Abs(c.got/c.want-1) > c.best*8 {
			t.Errorf("%s = %.17g, want %.17g", c.what, c.got, c.want)
		}
	}
	if Softplus(-800) != 0 && Softplus(-800) > 1e-300 || Softplus(800) != 800 || Sigmoid(-800) > 1e-300 || Sigmoid(800) != 1 {
		t.Error("far out")
	}
}
