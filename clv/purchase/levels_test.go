package purchase

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"testing"

	"postlift"
	"postlift/clv/clvtest"
	"postlift/clv/fitting"
)

// levelEffects are what the segments of levelWorld do to ordering.
var levelEffects = map[string]float64{"a": 0, "b": .5, "c": -.4, "d": .2, "e": -.2}

// levelWorld simulates accounts whose ordering depends on the segment; the industry is named after the segment,
// size and channel do nothing.
func levelWorld(t testing.TB, n int, rng *rand.Rand) *LevelTally {
	t.Helper()
	tally := NewLevelTally(LevelColumns...)
	for range n {
		s := string(rune('a' + rng.IntN(5)))
		x, tx, age := simulate(rng, BGNBD{R: .8, Alpha: 9 * math.Exp(-levelEffects[s]), A: .6, B: 3})
		if err := tally.AddDays([]string{s, "industry " + s, fmt.Sprint("s", rng.IntN(3)), fmt.Sprint("c", rng.IntN(4))}, x, tx, age); err != nil {
			t.Fatal(err)
		}
	}
	return tally
}

// TestByLevel wants the segments' rates back although two columns say the same, next to nothing from columns
// that do nothing, and a value that JSON gives back to the last bit.
func TestByLevel(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	tally := levelWorld(t, 12000, rng)
	for _, name := range []string{ModelBGNBD, ModelParetoNBD} {
		b, err := FitByLevel(name, tally, 0, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if len(b.Fit.Flags) > 0 || b.Plain() || b.Patterns() != 5*5*3*4 || !(b.Fit.Gain > 100) {
			t.Errorf("%s: flags %v, %d patterns, gain %g", name, b.Fit.Flags, b.Patterns(), b.Fit.Gain)
		}
		base := rate(b, "a")
		for s, want := range levelEffects {
			if got := math.Log(rate(b, s) / base); math.Abs(got-want) > .12 {
				t.Errorf("%s: segment %s orders e^%.3f times as fast, made with e^%.3f", name, s, got, want)
			}
		}
		for i, n := range b.Fit.Names {
			if i >= 8 && math.Abs(b.Fit.Orders[i].Value) > .12 {
				t.Errorf("%s: %s has the effect %.3f, made without any", name, n, b.Fit.Orders[i].Value)
			}
		}
		checkRoundTrip(t, b)
		draws := b.Draws(30, rng)
		if len(draws) != 30 || reflect.DeepEqual(draws[0].Model([]string{"c"}), b.Model([]string{"c"})) {
			t.Errorf("%s: %d draws", name, len(draws))
		}
	}
}

func rate(b ByLevel, segment string) float64 {
	ps := fitting.ParamMap(b.Model([]string{segment, "industry " + segment, "s0", "c0"}).Params())
	return ps["r"] / ps["alpha"]
}

func checkRoundTrip(t *testing.T, b ByLevel) {
	t.Helper()
	text, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	var again ByLevel
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	twice, err := json.Marshal(again)
	if err != nil || string(twice) != string(text) {
		t.Errorf("JSON of what was read: %v\n%s\nwas\n%s", err, twice, text)
	}
	seen := map[int]Model{}
	for _, segment := range []string{"a", "b", "c", "d", "e", "never seen", ""} {
		for _, channel := range []string{"c0", "c1", "c2", "c3", "other"} {
			levels := []string{segment, "industry " + segment, "s1", channel}
			m, p := b.Model(levels), b.Pattern(levels)
			if m != again.Model(levels) || m != b.ModelOf(p) || p < 0 || p >= b.Patterns() {
				t.Fatalf("%q: %v, pattern %d: %v, read %v", levels, m, p, b.ModelOf(p), again.Model(levels))
			}
			if known, ok := seen[p]; ok && known != m {
				t.Fatalf("pattern %d stands for two models", p)
			}
			seen[p] = m
		}
	}
	if again.Draws(3, rand.New(rand.NewPCG(1, 1))) != nil {
		t.Error("a value read from JSON knows no law, yet it draws")
	}
}

// TestByLevelGradient compares gradient and curvature of the search with differences.
func TestByLevelGradient(t *testing.T) {
	tally := levelWorld(t, 400, rand.New(rand.NewPCG(3, 4)))
	d := tally.Design(30)
	patterns := tally.Patterns(d)
	m := BGNBD{R: .8, Alpha: 9, A: .6, B: 3}
	p := newLevelProblem(m, d, patterns, 2, Options{})
	theta := p.start(m)
	for i := 4; i < len(theta); i++ {
		theta[i] = .3 * math.Sin(float64(i))
	}
	clvtest.Gradient(t, "objective", p.objective, theta...)
	val, grad, hess := p.curve(theta)
	g := make([]float64, len(theta))
	if v := p.objective(theta, g); math.Abs(v-val) > 1e-12 {
		t.Errorf("value %g, with curvature %g", v, val)
	}
	up, down := make([]float64, len(theta)), make([]float64, len(theta))
	for i := range theta {
		if math.Abs(g[i]-grad[i]) > 1e-12 {
			t.Errorf("gradient %d: %g, with curvature %g", i, g[i], grad[i])
		}
		was := theta[i]
		theta[i] = was + 1e-4
		p.objective(theta, up)
		theta[i] = was - 1e-4
		p.objective(theta, down)
		theta[i] = was
		for j := range theta {
			if want := (up[j] - down[j]) / 2e-4; math.Abs(hess.At(i, j)-want) > 1e-6 {
				t.Errorf("curvature %d,%d: %g, by differences %g", i, j, hess.At(i, j), want)
			}
		}
	}
}

// TestByLevelOfOne: where no column has two levels one model serves all, and small portfolios are fitted, too.
func TestByLevelOfOne(t *testing.T) {
	tally := NewLevelTally(ColumnSegment, ColumnSize)
	for i := range 60 {
		if err := tally.Add([]string{"only", ""}, i%3, float64(i%3), 20); err != nil {
			t.Fatal(err)
		}
	}
	b, err := FitByLevel(ModelMBGNBD, tally, 0, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !b.Plain() || b.Patterns() != 1 || b.Model([]string{"new", "new"}) != b.Fit.Without.Model || b.Fit.Gain != 0 {
		t.Errorf("%+v", b)
	}
	checkRoundTrip(t, b)
	if _, err := FitByLevel("crystalball", tally, 0, Options{}); postlift.KindOf(err) != postlift.Invalid || err == nil {
		t.Errorf("unknown model: %v", err)
	}
	if _, err := FitByLevel(ModelBGNBD, tally, 0, Options{Centre: BGNBD{1, 1, 1, 1}}); postlift.KindOf(err) != postlift.Invalid || err == nil {
		t.Errorf("with a centre: %v", err)
	}
	if _, err := FitByLevel(ModelBGNBD, NewLevelTally(LevelColumns...), 0, Options{}); postlift.KindOf(err) != postlift.Invalid || err == nil {
		t.Errorf("nobody: %v", err)
	}
}

// TestByLevelStaysFinite: whatever few histories, every model is usable.
func TestByLevelStaysFinite(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 30 {
		tally := NewLevelTally(ColumnSegment, ColumnChannel)
		for range 2 + rng.IntN(80) {
			x := rng.IntN(1 + rng.IntN(30))
			age := x + 1 + rng.IntN(700)
			if err := tally.AddDays([]string{fmt.Sprint(rng.IntN(3)), fmt.Sprint(rng.IntN(4))}, x, x, age); err != nil {
				t.Fatal(err)
			}
		}
		for _, name := range []string{ModelBGNBD, ModelMBGNBD, ModelMBGCNBD, ModelParetoNBD} {
			b, err := FitByLevel(name, tally, 1+rng.IntN(10), Options{})
			if err != nil {
				t.Fatal(err)
			}
			for p := range b.Patterns() {
				m := b.ModelOf(p)
				if _, err := New(m.Name(), fitting.ParamMap(m.Params())); err != nil {
					t.Errorf("%s: %v", name, err)
				}
				if v := ExpectedOrders(m, 3, 20, 50, 52); math.IsNaN(v) || math.IsInf(v, 0) || v < 0 {
					t.Errorf("%s: %+v expects %g orders", name, m, v)
				}
			}
			if _, err := json.Marshal(b); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// TestManyLevels: rare levels are put together until the effects are few enough to tell apart.
func TestManyLevels(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	tally := NewLevelTally(ColumnIndustry)
	for range 6000 {
		x, tx, age := simulate(rng, BGNBD{R: .8, Alpha: 9, A: .6, B: 3})
		if err := tally.AddDays([]string{fmt.Sprint(int(150 * rng.Float64() * rng.Float64()))}, x, tx, age); err != nil {
			t.Fatal(err)
		}
	}
	b, err := FitByLevel(ModelBGNBD, tally, 0, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(b.Fit.Names); n > mostEffects || n < mostEffects/3 || !b.Design.Columns[0].Other {
		t.Errorf("%d effects, other %v", n, b.Design.Columns[0].Other)
	}
}

// TestLevelTally counts a million accounts in little memory, and adds up what two tallies counted.
func TestLevelTally(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	rng := rand.New(rand.NewPCG(9, 10))
	tally := NewLevelTally(LevelColumns...)
	levels := make([]string, 4)
	names := []string{"one", "two", "three", "four", "five", "six"}
	for range 1_000_000 {
		for i := range levels {
			levels[i] = names[rng.IntN(6)]
		}
		age := 30 + rng.IntN(900)
		tx := 1 + rng.IntN(age)
		if err := tally.AddDays(levels, 1+rng.IntN(min(tx, 20)), tx, age); err != nil {
			t.Fatal(err)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if bytes := float64(after.HeapAlloc-before.HeapAlloc) / 1e6; bytes > 24 {
		t.Errorf("%.1f bytes for each of a million accounts", bytes)
	}
	few := NewLevelTally(ColumnSegment)
	more := NewLevelTally(ColumnSegment)
	for i, tt := range []*LevelTally{few, more, more} {
		if err := tt.AddDays([]string{fmt.Sprint(i % 2)}, i, i, 10); err != nil {
			t.Fatal(err)
		}
	}
	if err := few.Merge(more); err != nil || few.Customers() != 3 {
		t.Errorf("%v, %d customers", err, few.Customers())
	}
	if rows := allRows(few.Patterns(few.Design(1))); !slices.Equal(rows, []Counted{{0, 0, 10. / 7, 1}, {1, 1. / 7, 10. / 7, 1}, {2, 2. / 7, 10. / 7, 1}}) {
		t.Errorf("%v", rows)
	}
	runtime.KeepAlive(tally)
}
