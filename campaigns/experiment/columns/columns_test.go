package columns

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat"

	"postlift"
)

var plainRoles = Roles{Arm: "arm", Control: "none", Outcome: "y"}

func read(t *testing.T, text string, roles Roles) Table {
	t.Helper()
	table, err := Read(strings.NewReader(text), roles)
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func analysed(t *testing.T, text string, roles Roles, o Options) Report {
	t.Helper()
	table := read(t, text, roles)
	r, err := Analyse(&table, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func near(t *testing.T, what string, got, want, tol float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tol) {
		t.Errorf("%s = %.8g, want %.8g within %g", what, got, want, tol)
	}
}

// hillstrom is the path of the outside data, or the test is skipped.
func hillstrom(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("POSTLIFT_TESTDATA")
	if dir == "" {
		root, err := os.Getwd()
		if err != nil {
			t.Fatal(err)
		}
		for {
			if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil || root == filepath.Dir(root) {
				break
			}
			root = filepath.Dir(root)
		}
		dir = filepath.Join(root, "..", "shared", "data")
	}
	path := filepath.Join(dir, "hillstrom.csv.gz")
	if _, err := os.Stat(path); err != nil {
		t.Skipf("%s is missing: set POSTLIFT_TESTDATA to the folder of the outside test data", path)
	}
	return path
}

// K. Hillstrom's effects against no mail, to the digits that two independent analyses agree on, from the file itself.
func TestHillstromFile(t *testing.T) {
	roles := Roles{Arm: "arm", Control: "control", Covariates: []string{"history"}}
	want := map[string][2][3]float64{ // value, se, adjusted value; mens, womens
		"visit":      {{.076590, .003386, 0}, {.045233, .003234, 0}},
		"conversion": {{.006805, .000921, 0}, {.003111, .000823, 0}},
		"spend":      {{.769827, .145247, .767438}, {.424412, .130333, 0}},
	}
	for outcome, arms := range want {
		f, err := os.Open(hillstrom(t))
		if err != nil {
			t.Fatal(err)
		}
		roles.Outcome = outcome
		table, err := Read(f, roles)
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		if err != nil || table.Rows != 64000 {
			t.Fatalf("%d rows, %v", table.Rows, err)
		}
		r, err := Analyse(&table, Options{Weights: map[string]float64{"control": 1, "mens": 1, "womens": 1}})
		if err != nil || len(r.Results) != 2 {
			t.Fatal(err)
		}
		near(t, "sample ratio", r.SampleRatio.P, .90369, 5.1e-6)
		for i, x := range r.Results {
			if x.Arm != []string{"mens", "womens"}[i] || x.Verdict != Works {
				t.Errorf("%s: %s", x.Arm, x.Verdict)
			}
			near(t, outcome, x.Unadjusted.Value, arms[i][0], 5.1e-7)
			near(t, outcome+" se", x.Unadjusted.SE, arms[i][1], 5.1e-7)
			if arms[i][2] != 0 {
				near(t, "adjusted", x.Estimate.Value, arms[i][2], 5.1e-7)
				near(t, "theta", *x.Estimate.Theta, 1.223e-3, 5.1e-7)
			}
		}
	}
}

// Separator, decimal comma, gzip and the writing of programs are read alike.
func TestReadsTablesAsTheyAre(t *testing.T) {
	rows := "none;1,5\nnone;2,5\nnone;0,25\nletter;3,5\nletter;4,5\nletter;1e1\n"
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	fmt.Fprint(z, "ARM;Y\n"+rows)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	a := read(t, zipped.String(), plainRoles)
	b := read(t, strings.ReplaceAll(strings.ReplaceAll("arm;y\n"+rows, ",", "."), ";", "\t"), plainRoles)
	for _, table := range []Table{a, b} {
		if table.Rows != 6 || fmt.Sprint(table.Outcome) != "[1.5 2.5 0.25 3.5 4.5 10]" || fmt.Sprint(table.Arm.Names) != "[none letter]" {
			t.Errorf("%+v", table)
		}
	}
}

// Every broken table is refused by name of its fault.
func TestRefusals(t *testing.T) {
	const good = "none,1\nnone,2\nletter,3\nletter,5\n"
	four := func(header string, rows ...string) string { return header + "\n" + strings.Join(rows, "\n") + "\n" }
	for name, c := range map[string]struct {
		text  string
		roles Roles
		o     Options
		want  string
	}{
		"missing column":     {"arm,yy\n" + good, plainRoles, Options{}, `no column "y"`},
		"unknown control":    {"arm,y\nletter,1\ncard,2\n", plainRoles, Options{}, `no row is in the control "none"; column "arm" holds: card, letter`},
		"one arm":            {"arm,y\nnone,1\nnone,2\n", plainRoles, Options{}, "no other arm"},
		"constant":           {"arm,y\nnone,7\nnone,7\nletter,7\nletter,7\n", plainRoles, Options{}, "the outcome is the same"},
		"constant in arms":   {"arm,y\nnone,7\nnone,7\nletter,8\nletter,8\n", plainRoles, Options{}, "does not vary"},
		"NaN":                {"arm,y\nnone,1\nnone,NaN\n" + good, plainRoles, Options{}, `row 3, column "y": "NaN"`},
		"infinity":           {"arm,y\nnone,1\nnone,-Inf\n" + good, plainRoles, Options{}, "row 3"},
		"empty":              {"arm,y\nnone,1\nnone,\n" + good, plainRoles, Options{}, `row 3, column "y": the cell is empty`},
		"no arm":             {"arm,y\nnone,1\n,4\n" + good, plainRoles, Options{}, `row 3, column "arm"`},
		"text":               {"arm,y\nnone,1\nnone,many\n" + good, plainRoles, Options{}, `"many" is not a number`},
		"no rows":            {"arm,y\n", plainRoles, Options{}, "no rows"},
		"one unit":           {"arm,y\nnone,1\nletter,2\nletter,3\n", plainRoles, Options{}, "the control has 1 row"},
		"one cluster":        {four("arm,y,c", "none,1,a", "none,2,b", "letter,3,d", "letter,4,d"), Roles{Arm: "arm", Control: "none", Outcome: "y", Cluster: "c"}, Options{}, `arm "letter" has 1 cluster`},
		"cluster in arms":    {four("arm,y,c", "none,1,a", "none,2,b", "letter,3,a", "letter,4,d"), Roles{Arm: "arm", Control: "none", Outcome: "y", Cluster: "c"}, Options{}, `cluster "a" lies in two arms`},
		"propensity 0":       {four("arm,y,e", "none,1,.5", "none,2,0", "letter,3,.5", "letter,4,.5"), Roles{Arm: "arm", Control: "none", Outcome: "y", Propensity: "e"}, Options{}, "row 3: a propensity of 0"},
		"propensity 1":       {four("arm,y,e", "none,1,.5", "none,2,.5", "letter,3,1", "letter,4,.5"), Roles{Arm: "arm", Control: "none", Outcome: "y", Propensity: "e"}, Options{}, "propensity of 1"},
		"propensity outside": {four("arm,y,e", "none,1,.5", "none,2,1.2", "letter,3,.5", "letter,4,.5"), Roles{Arm: "arm", Control: "none", Outcome: "y", Propensity: "e"}, Options{}, "propensity of 1.2"},
		"half a pair":        {four("arm,y,p", "none,1,1", "letter,2,1", "none,3,2"), Roles{Arm: "arm", Control: "none", Outcome: "y", Pair: "p"}, Options{}, `pair "2" lies in one arm only`},
		"overlapping pairs":  {four("arm,y,p", "none,1,1", "letter,2,1", "card,3,1"), Roles{Arm: "arm", Control: "none", Outcome: "y", Pair: "p"}, Options{}, "lies in 3 arms: pairs overlap"},
		"cluster in pairs":   {four("arm,y,p,c", "none,1,1,a", "none,2,2,a", "letter,3,1,b", "letter,4,2,d"), Roles{Arm: "arm", Control: "none", Outcome: "y", Pair: "p", Cluster: "c"}, Options{}, "lies in two pairs"},
		"three pairs":        {four("arm,y,p", "none,1,1", "letter,2,1", "none,3,2", "letter,5,2", "none,1,3", "letter,0,3"), Roles{Arm: "arm", Control: "none", Outcome: "y", Pair: "p"}, Options{}, "at least four"},
		"stratum of one arm": {four("arm,y,s", "none,1,a", "none,2,a", "letter,3,a", "letter,4,a", "none,1,b", "none,5,b"), Roles{Arm: "arm", Control: "none", Outcome: "y", Stratum: "s"}, Options{}, `stratum "b"`},
		"same role twice":    {"arm,y\n" + good, Roles{Arm: "arm", Control: "none", Outcome: "y", Cluster: "y"}, Options{}, "one of these roles"},
		"outcome as before":  {"arm,y\n" + good, Roles{Arm: "arm", Control: "none", Outcome: "y", Covariates: []string{"y"}}, Options{}, "before the draw"},
		"covariates alike":   {four("arm,y,a,b", "none,1,1,2", "none,2,2,4", "none,2,5,10", "letter,3,3,6", "letter,5,1,2"), Roles{Arm: "arm", Control: "none", Outcome: "y", Covariates: []string{"a", "b"}}, Options{}, "cannot be told apart"},
		"weight of nobody":   {"arm,y\n" + good, plainRoles, Options{Weights: map[string]float64{"none": 1, "card": 1}}, `the arm "card"`},
		"weight missing":     {"arm,y\n" + good, plainRoles, Options{Weights: map[string]float64{"none": 1}}, `does not name the arm "letter"`},
		"delivered thrice":   {four("arm,y,d", "none,1,0", "none,2,3", "letter,3,1", "letter,4,1"), Roles{Arm: "arm", Control: "none", Outcome: "y", Delivered: "d"}, Options{}, "not 0 or 1"},
		"broken quotes":      {"arm,y\nnone,1\n\"none,2\n" + good, plainRoles, Options{}, "row 3"},
	} {
		table, err := Read(strings.NewReader(c.text), c.roles)
		if err == nil {
			_, err = Analyse(&table, c.o)
		}
		if err == nil || postlift.KindOf(err) != postlift.Invalid || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestWithheldWhereSizesContradict(t *testing.T) {
	var b strings.Builder
	b.WriteString("arm,y,s\n")
	for i := range 2200 {
		fmt.Fprintf(&b, "%s,%d,%c\n", []string{"none", "letter"}[min(i/1000, 1)], i%7, 'a'+rune(i%2))
	}
	r := analysed(t, b.String(), plainRoles, Options{Weights: map[string]float64{"none": 1, "letter": 1}})
	near(t, "chi2", r.SampleRatio.Chi2, 18.1818, 5.1e-5)
	if x := r.Results[0]; x.Verdict != Withheld || x.Estimate != nil || x.Reason == "" || r.SampleRatio.OK {
		t.Errorf("%+v", x)
	}
	if x := analysed(t, b.String(), plainRoles, Options{}).Results[0]; x.Estimate == nil {
		t.Errorf("unknown sizes withhold: %+v", x)
	}
	// the arms balance as a whole and not inside the strata
	b.Reset()
	b.WriteString("arm,y,s\n")
	for i := range 2000 {
		letter := i%2 == 0
		s := 'a' + rune(armCode(letter))
		if i%5 == 0 {
			s = 'a' + 'b' - s
			if s != 'a' && s != 'b' {
				s = 'a'
			}
		}
		fmt.Fprintf(&b, "%s,%d,%c\n", []string{"none", "letter"}[armCode(letter)], i%7, s)
	}
	roles := plainRoles
	roles.Stratum = "s"
	r = analysed(t, b.String(), roles, Options{Weights: map[string]float64{"none": 1, "letter": 1}})
	if x := r.Results[0]; x.Verdict != Withheld || !strings.Contains(x.Reason, "strata") || !r.SampleRatio.OK {
		t.Errorf("%s %s", x.Verdict, x.Reason)
	}
}

func armCode(treated bool) int {
	if treated {
		return 1
	}
	return 0
}

// Pairs are the paired t-test, whose figures gonum gives, too.
func TestPairsAreThePairedTest(t *testing.T) {
	treated, control := []float64{12, 9, 30, 4, 18, 7}, []float64{10, 11, 21, 4, 12, 6}
	var b strings.Builder
	b.WriteString("arm,y,p\n")
	var d []float64
	for i := range treated {
		fmt.Fprintf(&b, "none,%g,%d\nletter,%g,%d\n", control[i], i, treated[i], i)
		d = append(d, treated[i]-control[i])
	}
	roles := plainRoles
	roles.Pair = "p"
	r := analysed(t, b.String(), roles, Options{Resamples: 200})
	x := r.Results[0]
	mean, sd := stat.MeanStdDev(d, nil)
	near(t, "value", x.Estimate.Value, mean, 1e-12)
	near(t, "se", x.Estimate.SE, sd/math.Sqrt(6), 1e-12)
	if r.Design.Pairs != 6 || x.Estimator != "blocked" || !x.Resampled.Exact || x.Resampled.Assignments != 64 {
		t.Errorf("%+v %+v", r.Design, x.Resampled)
	}
}

// simulated is a file of clusters drawn with a chance that depends on the stratum, and a true effect of 2 a row.
func simulated(clusters int, seed uint64) string {
	rng := rand.New(rand.NewPCG(seed, 5))
	var b strings.Builder
	b.WriteString("arm,y,x,z,c,s,e,d,n\n")
	for c := range clusters {
		s := c % 3
		e := []float64{.5, .25, .8}[s]
		letter := rng.Float64() < e
		own := rng.NormFloat64()
		for range 1 + rng.IntN(4) {
			x, z := rng.NormFloat64(), rng.NormFloat64()
			delivered := letter && rng.Float64() < .8
			y := 5*float64(s) + 2*own + 3*x - 2*z + rng.NormFloat64() + 2*float64(armCode(delivered))/.8
			fmt.Fprintf(&b, "%s,%.6f,%.6f,%.6f,k%d,s%d,%g,%d,%d\n", []string{"none", "letter"}[armCode(letter)], y, x, z, c, s, e, armCode(delivered), 1+rng.IntN(3))
		}
	}
	return b.String()
}

// Clusters, strata of different chances, two covariates and delivery together: the truth lies within, the clusters'
// error is larger than that of rows, and the covariates shrink it.
func TestDesignsTogether(t *testing.T) {
	text := simulated(1500, 3)
	roles := Roles{Arm: "arm", Control: "none", Outcome: "y", Covariates: []string{"x", "z"}, Cluster: "c", Propensity: "e", Delivered: "d"}
	r := analysed(t, text, roles, Options{Resamples: 200, Seed: 4})
	x := r.Results[0]
	if x.Estimate.Low > 2 || x.Estimate.High < 2 || x.Estimate.SE > .8*x.Unadjusted.SE || r.Design.Strata != 3 || x.Estimator != "cuped" {
		t.Errorf("%+v, unadjusted %+v, design %+v", x.Estimate, x.Unadjusted, r.Design)
	}
	if c := x.Complier; c == nil || c.Value == nil || *c.Low > 2.5 || *c.High < 2.5 || math.Abs(c.Delivered-.8) > .05 || c.Control != 0 {
		t.Errorf("%+v", c)
	}
	if len(x.Balance) != 2 || len(x.SampleRatio) != 3 || *x.Resampled.RandomisationP > .01 {
		t.Errorf("%+v %+v %+v", x.Balance, x.SampleRatio, x.Resampled)
	}
	if b := x.Resampled.BootstrapT; math.Abs(b[0]-x.Estimate.Low) > .5*x.Estimate.SE || math.Abs(b[1]-x.Estimate.High) > .5*x.Estimate.SE {
		t.Errorf("bootstrap %v beside %+v", b, x.Estimate)
	}
	roles.Cluster, roles.Delivered = "", ""
	rows := analysed(t, text, roles, Options{})
	if rows.Results[0].Estimate.SE >= x.Estimate.SE {
		t.Errorf("rows %g, clusters %g", rows.Results[0].Estimate.SE, x.Estimate.SE)
	}
	roles = Roles{Arm: "arm", Control: "none", Outcome: "y", Denominator: "n", Stratum: "s", Cluster: "c"}
	if x := analysed(t, text, roles, Options{Sequential: true, Tuned: 1000}).Results[0]; x.Sequential == nil || x.Sequential.Low >= x.Estimate.Low || x.Resampled != nil {
		t.Errorf("%+v", x)
	}
}

// Many different chances are weighted by their inverse: the truth of 2 lies within, where the plain difference is far.
func TestManyPropensities(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	var b strings.Builder
	b.WriteString("arm,y,e\n")
	for range 8000 {
		e := .1 + .8*rng.Float64()
		letter := rng.Float64() < e
		fmt.Fprintf(&b, "%s,%.6f,%.6f\n", []string{"none", "letter"}[armCode(letter)], 10*e+rng.NormFloat64()+2*float64(armCode(letter)), e)
	}
	roles := plainRoles
	roles.Propensity = "e"
	x := analysed(t, b.String(), roles, Options{Resamples: -1}).Results[0]
	if x.Estimator != estimatorIPW || x.Estimate.Low > 2 || x.Estimate.High < 2 || x.Resampled != nil {
		t.Errorf("%s %+v", x.Estimator, x.Estimate)
	}
	roles.Covariates = []string{"e"}
	if y := analysed(t, b.String(), roles, Options{}).Results[0]; y.Estimate.SE >= x.Estimate.SE || y.Estimate.Low > 2 || y.Estimate.High < 2 {
		t.Errorf("%+v", y.Estimate)
	}
}

// BenchmarkAnalyse analyses a million rows in memory with one covariate.
func BenchmarkAnalyse(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	t := Table{Roles: Roles{Arm: "arm", Control: "none", Outcome: "y", Covariates: []string{"x"}}, Rows: 1_000_000, Arm: Codes{Names: []string{"none", "letter"}}}
	x := make([]float64, t.Rows)
	for i := range x {
		x[i] = rng.ExpFloat64()
		t.Outcome = append(t.Outcome, x[i]+rng.ExpFloat64())
		t.Arm.Of = append(t.Arm.Of, int32(rng.IntN(2)))
	}
	t.Covariates = [][]float64{x}
	for b.Loop() {
		if _, err := Analyse(&t, Options{Resamples: -1}); err != nil {
			b.Fatal(err)
		}
	}
}
