package lift

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"postlift"
)

func testModel(t *testing.T) Model {
	t.Helper()
	m, err := Prior(PriorLift, PriorLiftSD, SegmentShare{"B", .3}, SegmentShare{"A", .5}, SegmentShare{"C", .2})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func randomTraits(rng *rand.Rand) Traits {
	segment := "A"
	if u := rng.Float64(); u > .8 {
		segment = "C"
	} else if u > .5 {
		segment = "B"
	}
	return Traits{segment, rng.Float64(), rng.Float64(), rng.Float64(), 30 * rng.Float64()}
}

// rows of a world with known theta: half are mailed, variance is proportional to the baseline.
func rowsOf(m *Model, theta []float64, n int, seed uint64) []Row {
	rng := rand.New(rand.NewPCG(seed, 3))
	rows := make([]Row, n)
	for i := range rows {
		b := 5000 * math.Exp(rng.NormFloat64()*.8)
		z := m.Z(randomTraits(rng))
		variance := 4000 * b
		row := Row{Baseline: b, Z: z, Assigned: rng.Float64() < .5, Propensity: .5, Variance: variance}
		w := -.5
		if row.Assigned {
			w = .5
		}
		row.Residual = w*Value(theta, b, z) + math.Sqrt(variance)*rng.NormFloat64()
		rows[i] = row
	}
	return rows
}

func TestWithoutDataItIsThePrior(t *testing.T) {
	m := testModel(t)
	for j, f := range m.Features {
		mean, sd := m.Theta(j)
		if math.Abs(mean-f.PriorMean) > 1e-12 || math.Abs(sd-f.PriorSD) > 1e-12 {
			t.Errorf("%s: %g give or take %g", f.Code, mean, sd)
		}
	}
	centre := Traits{MailAffinity: .5, FrequencyRank: .5, PAlive: .5, MonthsSincePiece: 12}
	z := m.Z(centre)
	z[5], z[6], z[7] = 0, 0, 0 // the average of the segments
	if mean, sd := m.Expected(20_000, z); math.Abs(mean-3000) > 1e-6 || math.Abs(sd-3000) > 1e-6 {
		t.Errorf("an average account: %g give or take %g", mean, sd)
	}
	if unknown := m.Z(Traits{MailAffinity: math.NaN(), FrequencyRank: .5, PAlive: .5, MonthsSincePiece: 12}); unknown[1] != 0 {
		t.Errorf("an unknown affinity counts as %g", unknown[1])
	}
}

// TestRecoversTheta: with much data every coefficient lies within 4.5 posterior standard deviations of the truth, and
// those are small.
func TestRecoversTheta(t *testing.T) {
	m := testModel(t)
	theta := []float64{.2, .25, -.1, .15, .04, .1, -.08, 0}
	if err := m.Add("big", rowsOf(&m, theta, 200_000, 7)); err != nil {
		t.Fatal(err)
	}
	if err := m.Solve(); err != nil {
		t.Fatal(err)
	}
	for j, f := range m.Features {
		mean, sd := m.Theta(j)
		if f.Code == FeatureSegment { // dummies of all segments: only their differences are in the data
			continue
		}
		if math.Abs(mean-theta[j]) > 4.5*sd || sd > .02 {
			t.Errorf("%s: %g give or take %g, truth %g", f.Code, mean, sd, theta[j])
		}
	}
	a, _ := m.Theta(5)
	b, _ := m.Theta(6)
	if math.Abs(a-b-.18) > .03 {
		t.Errorf("segment A over B: %g, truth .18", a-b)
	}
}

// TestCoverage: over 400 small worlds drawn from the prior the 90 per cent interval of the average lift covers as often
// as it says; 400 runs have a standard error of 1.5 points.
func TestCoverage(t *testing.T) {
	covered := 0
	for seed := range uint64(400) {
		m := testModel(t)
		u := Uniforms("world", 8*400)[8*seed : 8*seed+8]
		theta := m.Draw(u...)
		if err := m.Add("c", rowsOf(&m, theta, 400, seed)); err != nil {
			t.Fatal(err)
		}
		if err := m.Solve(); err != nil {
			t.Fatal(err)
		}
		mean, sd := m.Theta(0)
		if math.Abs(mean-theta[0]) < z90*sd {
			covered++
		}
	}
	if share := float64(covered) / 400; share < .84 || share > .96 {
		t.Errorf("covered %.3f", share)
	}
}

func TestAddingInPartsIsAddingAtOnce(t *testing.T) {
	m := testModel(t)
	theta := []float64{.2, .25, -.1, .15, .04, .1, -.08, 0}
	rows := rowsOf(&m, theta, 3000, 9)
	once, parts := testModel(t), testModel(t)
	if err := once.Add("all", rows); err != nil {
		t.Fatal(err)
	}
	for _, part := range []struct {
		name string
		rows []Row
	}{{"second", rows[1100:]}, {"first", rows[:1100]}} {
		if err := parts.Add(part.name, part.rows); err != nil {
			t.Fatal(err)
		}
	}
	if err := parts.Solve(); err != nil {
		t.Fatal(err)
	}
	if err := once.Solve(); err != nil {
		t.Fatal(err)
	}
	for j := range once.Features {
		a, sa := once.Theta(j)
		b, sb := parts.Theta(j)
		if math.Abs(a-b) > 1e-9 || math.Abs(sa-sb) > 1e-9 {
			t.Errorf("%d: %g (%g) at once, %g (%g) in parts", j, a, sa, b, sb)
		}
	}
	if err := parts.Add("first", nil); postlift.KindOf(err) != postlift.Conflict {
		t.Errorf("a campaign twice: %v", err)
	}
	if parts.Rows != 3000 {
		t.Errorf("%d rows", parts.Rows)
	}
}

func TestDocument(t *testing.T) {
	m := testModel(t)
	if err := m.Add("c", rowsOf(&m, make([]float64, 8), 500, 1)); err != nil {
		t.Fatal(err)
	}
	if err := m.Solve(); err != nil {
		t.Fatal(err)
	}
	doc, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var back Model
	if err := json.Unmarshal(doc, &back); err != nil || !reflect.DeepEqual(back, m) {
		t.Errorf("%v: %+v", err, back)
	}
	for _, bad := range []string{`{}`, `{"version":1}`, `{"version":9}`, `[]`, strings.Replace(string(doc), `"r":[`, `"r":[1,`, 1),
		strings.Replace(string(doc), `"prior_sd":0.15`, `"prior_sd":0`, 1)} {
		if err := json.Unmarshal([]byte(bad), &back); err == nil {
			t.Errorf("%.60s is read", bad)
		}
	}
}

// TestDrawsAreOfThePosterior: mean and standard deviation of 4,000 draws.
func TestDrawsAreOfThePosterior(t *testing.T) {
	m := testModel(t)
	if err := m.Add("c", rowsOf(&m, make([]float64, 8), 2000, 2)); err != nil {
		t.Fatal(err)
	}
	if err := m.Solve(); err != nil {
		t.Fatal(err)
	}
	const n = 4000
	k := len(m.Features)
	u := Uniforms("salt", n*k)
	sum, squares := make([]float64, k), make([]float64, k)
	for i := range n {
		for j, v := range m.Draw(u[i*k : i*k+k]...) {
			sum[j] += v
			squares[j] += v * v
		}
	}
	for j := range k {
		mean, sd := m.Theta(j)
		gotMean := sum[j] / n
		gotSD := math.Sqrt(squares[j]/n - gotMean*gotMean)
		if math.Abs(gotMean-mean) > 4.5*sd/math.Sqrt(n) || math.Abs(gotSD/sd-1) > .06 {
			t.Errorf("%d: draws %g (%g), posterior %g (%g)", j, gotMean, gotSD, mean, sd)
		}
	}
	if again := Uniforms("salt", 3); !reflect.DeepEqual(again, u[:3]) {
		t.Error("the same salt gives other numbers")
	}
}

func TestTable(t *testing.T) {
	m := testModel(t)
	theta := []float64{.2, .25, -.1, .15, .04, .1, -.08, 0}
	if err := m.Add("big", rowsOf(&m, theta, 100_000, 7)); err != nil {
		t.Fatal(err)
	}
	if err := m.Solve(); err != nil {
		t.Fatal(err)
	}
	lines := m.Table()
	if len(lines) != 8 || lines[5].Segment != "A" {
		t.Fatalf("%+v", lines)
	}
	// segment A lies .18 over B and .1 over C: .2 + .1 - (.5·.1 - .3·.08) = .274
	if a := lines[5]; math.Abs(a.Lift-.274) > .03 || a.Low > a.Lift || a.High < a.Lift || !strings.Contains(a.DE, "Segment A") || a.Learned < .3 {
		t.Errorf("%+v", a)
	}
	if avg := lines[0]; math.Abs(avg.Lift-.2) > .03 || !strings.Contains(avg.EN, " % (") || !strings.Contains(avg.DE, ",") || avg.Learned < .8 {
		t.Errorf("%+v", avg)
	}
}

func TestRefusals(t *testing.T) {
	if _, err := Prior(.1, 0); postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("no doubt: %v", err)
	}
	for name, s := range map[string][]SegmentShare{"twice": {{"a", .5}, {"b", .2}, {"a", .3}}, "share": {{"a", 1.5}}, "NaN": {{"a", math.NaN()}}} {
		if _, err := Prior(.1, .1, s...); postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("segments, %s: %v", name, err)
		}
	}
	m := testModel(t)
	z := m.Z(Traits{})
	for name, row := range map[string]Row{"short": {Baseline: 1, Z: z[:2], Propensity: .5, Variance: 1}, "variance": {Baseline: 1, Z: z, Propensity: .5},
		"propensity": {Baseline: 1, Z: z, Propensity: 1, Variance: 1}, "NaN": {Baseline: math.NaN(), Z: z, Propensity: .5, Variance: 1}} {
		if err := m.Add(name, []Row{row}); postlift.KindOf(err) != postlift.Invalid || m.Rows != 0 || len(m.Campaigns) != 0 {
			t.Errorf("%s: %v, %d rows", name, err, m.Rows)
		}
	}
}
