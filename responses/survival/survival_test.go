package survival

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// sixMP are the remission times in weeks of the 21 patients under 6-mercaptopurine of Freireich et al. (Blood 1963),
// as every textbook prints them; negative: still in remission.
var sixMP = []float64{6, 6, 6, -6, 7, -9, 10, -10, -11, 13, 16, -17, -19, -20, 22, 23, -25, -32, -32, -34, -35}

func timesOf(list []float64) []Time {
	times := make([]Time, len(list))
	for i, v := range list {
		times[i] = Time{At: math.Abs(v), Ended: v > 0}
	}
	return times
}

// Published: Klein and Moeschberger, Survival Analysis (2003), table 4.1A: S(t) and Greenwood's standard error.
func TestFreireich(t *testing.T) {
	c := KaplanMeier(timesOf(sixMP))
	want := []struct {
		at     float64
		risk   int
		ended  int
		s, se  float64
		digits float64
	}{
		{6, 21, 3, .857, .0764, 5e-4}, {7, 17, 1, .807, .0869, 5e-4}, {10, 15, 1, .753, .0963, 5e-4}, {13, 12, 1, .690, .1068, 5e-4},
		{16, 11, 1, .627, .1141, 5e-4}, {22, 7, 1, .538, .1282, 5e-4}, {23, 6, 1, .448, .1346, 5e-4},
	}
	if len(c.Steps) != len(want) {
		t.Fatalf("%d steps: %+v", len(c.Steps), c.Steps)
	}
	for i, w := range want {
		got := c.Steps[i]
		if got.At != w.at || got.AtRisk != w.risk || got.Ended != w.ended || math.Abs(got.S-w.s) > w.digits || math.Abs(got.SE-w.se) > 1e-4 {
			t.Errorf("step %d: %+v, published %+v", i+1, got, w)
		}
	}
	// The same book, example 4.2: mean up to 35 weeks 23.29, standard error 2.83.
	mean, se := c.Restricted(35)
	if math.Abs(mean-23.29) > .005 || math.Abs(se-2.83) > .005 {
		t.Errorf("restricted mean %.4f (%.4f), published 23.29 (2.83)", mean, se)
	}
	if s, _ := c.Share(5.9); s != 1 {
		t.Errorf("before the first end %g", s)
	}
	if s, _ := c.Share(21); math.Abs(s-.627) > 5e-4 {
		t.Errorf("between steps %g", s)
	}
}

// Without censoring the restricted mean is the mean of min(T, to), its variance that mean's (divisor n), and each
// influence the unit's own distance from the mean.
func TestUncensoredIsTheMean(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOfN(rapid.IntRange(1, 30), 2, 40).Draw(t, "ends")
		to := float64(rapid.IntRange(1, 30).Draw(t, "to"))
		times, sum, squares := make([]Time, len(list)), 0.0, 0.0
		for i, v := range list {
			times[i] = Time{At: float64(v), Ended: true}
			sum += min(float64(v), to)
		}
		n := float64(len(list))
		mean := sum / n
		influence := Influence(times, to)
		for i, x := range times {
			d := min(x.At, to) - mean
			squares += d * d
			if math.Abs(influence[i]-d/n) > 1e-9 {
				t.Fatalf("unit %d: influence %g, not %g", i, influence[i], d/n)
			}
		}
		got, se := KaplanMeier(times).Restricted(to)
		if math.Abs(got-mean) > 1e-9 || math.Abs(se-math.Sqrt(squares)/n) > 1e-9 {
			t.Fatalf("mean %g (%g), want %g (%g)", got, se, mean, math.Sqrt(squares)/n)
		}
	})
}

// With censoring the influences add up to zero, are the change that a unit's weight makes, and their squares add up
// to about Greenwood's variance.
func TestInfluence(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 3))
	times := make([]Time, 400)
	for i := range times {
		end, seen := math.Ceil(rng.ExpFloat64()*80), math.Ceil(20+rng.Float64()*100)
		times[i] = Time{At: min(end, seen), Ended: end <= seen}
	}
	mean, se := KaplanMeier(times).Restricted(60)
	influence := Influence(times, 60)
	sum, squares := 0.0, 0.0
	for _, u := range influence {
		sum, squares = sum+u, squares+u*u
	}
	if math.Abs(sum) > 1e-9 || math.Abs(math.Sqrt(squares)/se-1) > .01 {
		t.Errorf("sum %g; root of squares %g, Greenwood %g", sum, math.Sqrt(squares), se)
	}
	for _, i := range []int{0, 17, 211} { // doubling all units but the one, which then has half the weight
		var weighted []Time
		for k, x := range times {
			for range 50 {
				weighted = append(weighted, x)
			}
			if k == i {
				weighted = append(weighted, x)
			}
		}
		moved, _ := KaplanMeier(weighted).Restricted(60)
		if want := influence[i] / 50; math.Abs(moved-mean-want) > 2e-3*math.Abs(want)+1e-9 {
			t.Errorf("unit %d moves the mean by %g, influence says %g", i, moved-mean, want)
		}
	}
}

// Twice the same units as one cluster each: the cluster-robust variance is that of the single ones, Greenwood's half.
func TestClusters(t *testing.T) {
	once := timesOf(sixMP)
	twice := append(append([]Time{}, once...), once...)
	var robust float64
	u := Influence(twice, 30)
	for i := range once {
		s := u[i] + u[i+len(once)]
		robust += s * s
	}
	single := 0.0
	for _, v := range Influence(once, 30) {
		single += v * v
	}
	_, greenwood := KaplanMeier(once).Restricted(30)
	_, half := KaplanMeier(twice).Restricted(30)
	if math.Abs(robust-single) > 1e-9 || math.Abs(half*half/(greenwood*greenwood)-.5) > .1 {
		t.Errorf("robust %g, single %g; Greenwood %g and %g", robust, single, greenwood, half)
	}
}

func TestNobodyLeft(t *testing.T) {
	c := KaplanMeier([]Time{{At: 3, Ended: true}, {At: 3, Ended: true}})
	mean, se := c.Restricted(10)
	if s, e := c.Share(4); s != 0 || e != 0 || mean != 3 || se != 0 {
		t.Errorf("share %g (%g), mean %g (%g)", s, e, mean, se)
	}
	if none := KaplanMeier(nil); none.N != 0 || len(Influence(nil, 5)) != 0 {
		t.Errorf("of nobody: %+v", none)
	}
}
