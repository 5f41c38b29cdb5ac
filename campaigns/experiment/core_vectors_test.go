package experiment

import (
	"math"
	"strconv"
	"testing"
)

// The always-valid p value of GrowthBook's proportions (vector with N* = 5000), and that of a difference which its
// interval does not tell from zero.
func TestSequentialEvidenceReproducesGrowthBook(t *testing.T) {
	e := RelativeDelta(FromProportion(1396, 3000), FromProportion(2422, 3461))
	evidence, p := SequentialEvidence(e, 6461, 5000, .05)
	if math.Abs(p/5.2e-44-1) > .01 || math.Abs(evidence*p-1) > 1e-9 {
		t.Errorf("p = %g, evidence %g", p, evidence)
	}
	if _, p := SequentialEvidence(RelativeDelta(armAless, armB), 6461, 1000, .05); p != 1 {
		t.Errorf("p = %g, want 1", p)
	}
}

// ratioArm makes an arm of GrowthBook's regression-adjusted ratio metric from its sums: post and pre, numerator and
// denominator each.
func ratioArm(sum, squares [4]float64, mmPre, ddPre, preMD, postMD, mDpre, mPreD float64) Moments {
	p := [4][4]float64{{squares[0], postMD, mmPre, mDpre}, {0, squares[1], mPreD, ddPre}, {0, 0, squares[2], preMD}, {0, 0, 0, squares[3]}}
	return MomentsFromSums(100, sum, p)
}

// GrowthBook, packages/stats/tests/frequentist/test_tests.py, test_two_sided_ttest_test_runs_ratio_ra: both arms
// share the ratio before.
func TestRatioMetricReproducesGrowthBook(t *testing.T) {
	ma := ratioArm([4]float64{485.112236689623, 679.9093275844917, 192.59138069991536, 290.1398399750233},
		[4]float64{2715.484666118136, 4939.424001640236, 460.076026390857, 920.9461385038898},
		1113.6215759318352, 2130.9404074446747, 634.239482353647, 3602.146836776702, 1559.2878434944676, 1460.3181079276983)
	mb := ratioArm([4]float64{514.7757826608777, 705.4090874383759, 206.94157227402536, 302.54389139107326},
		[4]float64{2994.897482705013, 5291.36604146392, 514.2903702246757, 994.4506208125663},
		1237.0953021125997, 2292.081739775257, 698.4173425817908, 3918.1561431600717, 1701.0287270040265, 1604.0759503266522)
	a, b := ma.Ratio(), mb.Ratio()
	got := byTheta(Stratum{a, b}, pooledTheta(a, b)) // it takes theta from within the arms, for ratios only
	// its relative lift divides by the control's unadjusted mean, which the delta method takes into account
	level := (got.Value + a.Post.Mean) / (a.Post.Mean * a.Post.Mean)
	va := level*level*a.Post.Var + got.Theta*got.Theta*a.Pre.Var/(a.Post.Mean*a.Post.Mean) - 2*got.Theta*level/a.Post.Mean*a.Cov
	se := math.Sqrt((got.Treated.Var/(a.Post.Mean*a.Post.Mean) + va) / 100)
	rel := newEstimate(got.Value/a.Post.Mean, se, got.DoF)
	near(t, "value", rel.Value, -.0007, five)
	near(t, "se", rel.SE, .00391, five)
	near(t, "low", rel.Low, -.00841, five)
	near(t, "high", rel.High, .00700, five)
	near(t, "p", rel.P, .85771, 5.1e-6)
	low, high := Sequential(rel, 200, 5000, .05)
	near(t, "sequential low", low, -.02063, five)
	near(t, "sequential high", high, .01923, five)
}

// GrowthBook, packages/shared/test/power.test.ts: weekly power of a rate; and the exact power of a sequential test,
// which its planner does not print but its own interval implies.
func TestMorePowerReproducesGrowthBook(t *testing.T) {
	weekly := []float64{.073, .0965, .1204, .14458, .16895, .19342, .21791, .24235, .26666}
	for i, want := range weekly {
		n := 1500 * float64(i+1)
		near(t, "weekly power of a rate", RelativePower(.10, .10*.90, n, .05), want, five)
	}
	near(t, "sequential power", SequentialPower(10, 3909.9997749994377, 400000./3, .05, 5000), .07206, five)
}

// The mid-experiment scaling of GrowthBook (tests/test_midexperimentpower.py and packages/shared/test): its factors
// come from a bisection on a grid of 1/1024 and differ from the exact ones by less than that grid.
func TestMoreUnitsReproducesGrowthBook(t *testing.T) {
	se := math.Sqrt(RelativeVar(FromSums(500, 500, 1500), FromSums(500, 525, 1551.25)))
	near(t, "variance", se*se, .008426853707414856, 1e-15)
	for tuned, want := range map[float64]float64{0: 25.45703125, 5000: 55.66796875} {
		got, ok := MoreUnits(se, .05, 1000, tuned)
		near(t, "times "+strconv.Itoa(int(tuned)), got, want, 1./512)
		if !ok {
			t.Error("not found")
		}
	}
	if got, ok := MoreUnits(se, 10, 1000, 0); !ok || got != 0 {
		t.Errorf("a huge effect needs %g more", got)
	}
	if _, ok := MoreUnits(se, 1e-9, 1000, 0); ok {
		t.Error("an effect of nothing can be found")
	}
}

// Capping is another estimand: on Hillstrom's men the effect on spend falls from .770 to .736 at 99.95 % and to .659
// at 99.9 % (two independent analyses).
func TestCappedHillstrom(t *testing.T) {
	rows, col := hillstrom(t)
	for share, want := range map[float64]float64{.9995: .736, .999: .659, 1: .770} {
		var values []float64
		var arms []string
		for _, row := range rows {
			y, err := strconv.ParseFloat(row[col["spend"]], 64)
			if err != nil {
				t.Fatal(err)
			}
			values, arms = append(values, y), append(arms, row[col["arm"]])
		}
		capped, limit := Capped(values, share)
		var a [2]Accumulator
		for i, v := range capped {
			if arms[i] == "womens" {
				continue // the cap is that of all rows
			}
			a[armOf(arms[i] == "mens")].Add(v, 0)
		}
		got := Welch(a[0].Joint().Post, a[1].Joint().Post)
		t.Logf("share %g: limit %g, %.4f", share, limit, got.Value)
		near(t, "capped effect", got.Value, want, 5.1e-4)
	}
}

// Benjamini and Hochberg (1995), section 3.1: of fifteen p values four are rejected at 5 %, by Bonferroni three.
func TestBenjaminiHochbergPaper(t *testing.T) {
	p := []float64{.0344, .0001, .0004, .0019, .0095, .0201, .0278, .0298, .0459, .3240, .4262, .5719, .6528, .7590, 1}
	rejected, bonferroni := 0, 0
	for i, q := range BenjaminiHochberg(p) {
		if q <= .05 {
			rejected++
		}
		if p[i]*15 <= .05 {
			bonferroni++
		}
		if q < p[i] || q > 1 {
			t.Errorf("q %g of p %g", q, p[i])
		}
	}
	if rejected != 4 || bonferroni != 3 {
		t.Errorf("%d rejected, %d by Bonferroni", rejected, bonferroni)
	}
	near(t, "q of .0095", BenjaminiHochberg(p)[4], .0095*15/4, 1e-12)
}
