package experiment

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"postlift"
)

// testData finds a file of the outside test data or skips.
func testData(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("POSTLIFT_TESTDATA")
	if dir == "" {
		root, err := os.Getwd()
		if err != nil {
			t.Fatal(err)
		}
		for {
			if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
				break
			}
			if root == filepath.Dir(root) {
				t.Fatal("no go.mod above the test")
			}
			root = filepath.Dir(root)
		}
		dir = filepath.Join(root, "..", "shared", "data")
	}
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("%s is missing: set POSTLIFT_TESTDATA to the folder of the outside test data", path)
	}
	return path
}

func hillstrom(t *testing.T) (rows [][]string, column map[string]int) {
	t.Helper()
	f, err := os.Open(testData(t, "hillstrom.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(z)
	column = map[string]int{}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, column
		}
		if err != nil {
			t.Fatal(err)
		}
		if len(column) == 0 {
			for i, name := range row {
				column[name] = i
			}
			continue
		}
		rows = append(rows, row)
	}
}

// K. Hillstrom, MineThatData e-mail challenge 2008: the effects against no mail, to the digits that two
// independent analyses agree on.
func TestHillstromEffects(t *testing.T) {
	rows, col := hillstrom(t)
	if len(rows) != 64000 {
		t.Fatalf("%d rows, want 64,000", len(rows))
	}
	arm := func(name, outcome string) Joint {
		var a Accumulator
		for _, row := range rows {
			if row[col["arm"]] != name {
				continue
			}
			y, err := strconv.ParseFloat(row[col[outcome]], 64)
			if err != nil {
				t.Fatal(err)
			}
			x, err := strconv.ParseFloat(row[col["history"]], 64)
			if err != nil {
				t.Fatal(err)
			}
			a.Add(y, x)
		}
		return a.Joint()
	}
	const six = 5.1e-7
	for _, c := range []struct {
		arm, outcome string
		value, se    float64
	}{
		{"mens", "visit", .076590, .003386}, {"mens", "conversion", .006805, .000921}, {"mens", "spend", .769827, .145247},
		{"womens", "visit", .045233, .003234}, {"womens", "conversion", .003111, .000823}, {"womens", "spend", .424412, .130333},
	} {
		e := Welch(arm("control", c.outcome).Post, arm(c.arm, c.outcome).Post)
		near(t, c.arm+" "+c.outcome, e.Value, c.value, six)
		near(t, c.arm+" "+c.outcome+" se", e.SE, c.se, six)
	}
	control, mens, womens := arm("control", "spend"), arm("mens", "spend"), arm("womens", "spend")
	e := Welch(control.Post, mens.Post)
	near(t, "mens low", e.Low, .48514, five)
	near(t, "mens high", e.High, 1.054515, six)
	e = Welch(control.Post, womens.Post)
	near(t, "womens low", e.Low, .168957, six)
	near(t, "womens high", e.High, .679868, six)
	a := CUPED(control, mens)
	near(t, "cuped", a.Value, .767438, six)
	near(t, "cuped se", a.SE, .145215, six)
	near(t, "theta", a.Theta, 1.223e-3, 5.1e-7)
}

func drawUnits(t *rapid.T) []Unit {
	n := rapid.IntRange(8, 60).Draw(t, "groups")
	units := make([]Unit, n)
	for i := range units {
		units[i] = Unit{
			Treated: i%2 == 0, Propensity: .5, Accounts: rapid.IntRange(1, 5).Draw(t, "accounts"),
			Outcome: float64(rapid.IntRange(-1000, 100000).Draw(t, "outcome")),
			Pre:     float64(rapid.IntRange(0, 100000).Draw(t, "pre")),
			Orders:  float64(rapid.IntRange(0, 5).Draw(t, "orders")),
		}
	}
	return units
}

func analyse(t *rapid.T, units []Unit) Result {
	r, err := Analyse(units)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func close6(a, b float64) bool { return math.Abs(a-b) <= 1e-6*(1+math.Abs(a)+math.Abs(b)) }

// A constant that every treated group gains moves the estimate by just that and leaves its error alone.
func TestAnalyseFollowsAShift(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		units := drawUnits(t)
		before := analyse(t, units)
		if before.Refused != "" {
			t.Skip("constant outcome")
		}
		gain := float64(rapid.IntRange(-5000, 5000).Draw(t, "gain"))
		for i := range units {
			if units[i].Treated {
				units[i].Outcome += gain
			}
		}
		after := analyse(t, units)
		if after.Refused != "" {
			t.Skip("constant outcome")
		}
		if !close6(after.Welch.Value, before.Welch.Value+gain) || !close6(after.Welch.SE, before.Welch.SE) {
			t.Fatalf("welch %+v, then %+v after a gain of %g", before.Welch, after.Welch, gain)
		}
	})
}

// Exchanging the arms' names turns the sign and nothing else.
func TestAnalyseIsAntisymmetric(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		units := drawUnits(t)
		a := analyse(t, units)
		for i := range units {
			units[i].Treated = !units[i].Treated
		}
		b := analyse(t, units)
		if a.Refused != "" {
			return
		}
		if !close6(a.Estimate().Value, -b.Estimate().Value) || !close6(a.Estimate().Low, -b.Estimate().High) || !close6(a.Estimate().P, b.Estimate().P) {
			t.Fatalf("%+v and %+v", a.Estimate(), b.Estimate())
		}
	})
}

// A covariate that equals the outcome but for the effect removes the noise altogether.
func TestCUPEDRemovesWhatIsKnown(t *testing.T) {
	var units []Unit
	for i := range 400 {
		x := float64((i * 7919) % 1000)
		u := Unit{Treated: i%4 != 0, Propensity: .75, Accounts: 1, Pre: x, Outcome: x}
		if u.Treated {
			u.Outcome += 50
		}
		units = append(units, u)
	}
	r, err := Analyse(units)
	if err != nil {
		t.Fatal(err)
	}
	if r.Primary != PrimaryCUPED || r.CUPED.SE > r.Welch.SE/5 {
		t.Errorf("primary %s, se %g against Welch's %g", r.Primary, r.CUPED.SE, r.Welch.SE)
	}
	near(t, "value", r.CUPED.Value, 50, 2)
}

// With different propensities in two classes whose level differs, the plain difference is biased and
// the stratified one is not.
func TestUnequalPropensitiesAreStratified(t *testing.T) {
	var units []Unit
	add := func(n int, e, level float64) {
		for i := range n {
			u := Unit{Propensity: e, Accounts: 1, Treated: i < int(e*float64(n)), Outcome: level + float64(i%2)}
			if u.Treated {
				u.Outcome += 10
			}
			units = append(units, u)
		}
	}
	add(400, .9, 1000)
	add(400, .5, 0)
	r, err := Analyse(units)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "stratified", r.Welch.Value, 10, 1e-9)
	if r.GroupRatio.Broken() {
		t.Errorf("sizes are as designed, yet p = %g", r.GroupRatio.P)
	}
}

func TestAnalyseRefuses(t *testing.T) {
	good := Unit{Treated: true, Propensity: .5, Accounts: 1, Outcome: 1}
	held := Unit{Propensity: .5, Accounts: 1, Outcome: 2}
	for name, units := range map[string][]Unit{
		NoControl:       {good, good},
		NoTreated:       {held, held},
		TooFewGroups:    {good, good, held},
		ConstantOutcome: {good, good, {Propensity: .5, Accounts: 1, Outcome: 1}, {Propensity: .5, Accounts: 1, Outcome: 1}},
	} {
		r, err := Analyse(units)
		if err != nil || r.Refused != name {
			t.Errorf("%s: refused %q, %v", name, r.Refused, err)
		}
	}
	for name, bad := range map[string]Unit{
		"NaN":        {Propensity: .5, Accounts: 1, Outcome: math.NaN()},
		"propensity": {Propensity: 0, Accounts: 1},
		"certain":    {Propensity: 1, Accounts: 1, Treated: true},
		"empty":      {Propensity: .5},
	} {
		if _, err := Analyse([]Unit{good, good, held, held, bad}); postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("%s: %v, want a refusal", name, err)
		}
	}
}

// Losing a fifth of the controls after the assignment raises the alarm, whole groups do not by size.
func TestRatioAlarm(t *testing.T) {
	var units []Unit
	for i := range 4000 {
		units = append(units, Unit{Treated: i%5 != 0, Propensity: .8, Accounts: 1 + i%7, Outcome: float64(i % 13)})
	}
	r, err := Analyse(units)
	if err != nil {
		t.Fatal(err)
	}
	if r.GroupRatio.Broken() || r.AccountRatio.Broken() {
		t.Errorf("a sound design raised the alarm: %+v %+v", r.GroupRatio, r.AccountRatio)
	}
	var lost []Unit
	for i, u := range units {
		if u.Treated || i%25 != 0 {
			lost = append(lost, u)
		}
	}
	if r, err = Analyse(lost); err != nil || !r.GroupRatio.Broken() {
		t.Errorf("160 of 800 controls lost and no alarm: %+v, %v", r.GroupRatio, err)
	}
}
