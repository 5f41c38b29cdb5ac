package draw

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

// TestUniformVectors: values of SHA-256("salt|id"), first 8 bytes big-endian over 2^64, computed with another
// program (Python's hashlib).
func TestUniformVectors(t *testing.T) {
	for _, c := range []struct {
		salt, id string
		want     float64
	}{
		{"camp-2025-q1", "acct-1", .05100257752444366},
		{"camp-2025-q1", "acct-2", .3168562606488496},
		{"global-2025", "acct-1", .6261867320393469},
	} {
		if got := Uniform(c.salt, c.id); got != c.want {
			t.Errorf("Uniform(%s, %s) = %v, want %v", c.salt, c.id, got, c.want)
		}
	}
	if InGlobalControl("acct-1", 2025, .62) || !InGlobalControl("acct-1", 2025, .63) {
		t.Error("the global control does not use Uniform(global-YEAR, group)")
	}
}

func unitsGen() *rapid.Generator[[]Unit] {
	return rapid.Custom(func(t *rapid.T) []Unit {
		n := rapid.IntRange(1, 600).Draw(t, "n")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		segments := []string{"", "*", "Handel", "Handwerk", "Industrie", "rare"}
		units := make([]Unit, n)
		for i := range units {
			s := segments[rng.IntN(len(segments))]
			if s == "rare" && rng.IntN(10) > 0 {
				s = "Handel"
			}
			units[i] = Unit{Key: fmt.Sprintf("erp:%04d", i), Segment: s, Value: math.Round(rng.ExpFloat64() * 50), Pre: math.Round(rng.NormFloat64() * 100)}
		}
		return units
	})
}

func shuffled(units []Unit, seed uint64) []Unit {
	moved := append([]Unit{}, units...)
	rand.New(rand.NewPCG(seed, 2)).Shuffle(len(moved), func(i, j int) { moved[i], moved[j] = moved[j], moved[i] })
	return moved
}

// byKey is what every unit was assigned to.
func byKey(units []Unit, arms []Arm) map[string]Arm {
	m := map[string]Arm{}
	for i, u := range units {
		m[u.Key] = arms[i]
	}
	return m
}

// TestAssignIsExact: in every stratum floor(h n) units are held out, plus one exactly when the stratum's own draw is
// below the fraction; the held-out are those that are drawn lowest; the order of the units does not matter.
func TestAssignIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		units := unitsGen().Draw(t, "units")
		h := rapid.SampledFrom([]float64{0, .02, .05, .1, .2, 1. / 3, .5}).Draw(t, "share")
		r := Request{Salt: "s-1", Share: h}
		arms, strata, err := Assign(units, r)
		if err != nil {
			t.Fatal(err)
		}
		counted := map[string]*Stratum{}
		highest, lowest := map[string]float64{}, map[string]float64{}
		for i, a := range arms {
			s := counted[a.Stratum]
			if s == nil {
				s = &Stratum{Name: a.Stratum}
				counted[a.Stratum], lowest[a.Stratum] = s, 1
			}
			s.Clusters++
			u := Uniform("s-1", units[i].Key)
			if a.Held {
				s.Holdout++
				highest[a.Stratum] = max(highest[a.Stratum], u)
			} else {
				lowest[a.Stratum] = min(lowest[a.Stratum], u)
			}
			if a.Propensity != 1-h || a.Wave != 0 {
				t.Fatalf("%+v", a)
			}
		}
		if len(strata) != len(counted) {
			t.Fatalf("%d strata, %d counted", len(strata), len(counted))
		}
		for _, s := range strata {
			if *counted[s.Name] != s {
				t.Fatalf("%+v, counted %+v", s, *counted[s.Name])
			}
			exact := h * float64(s.Clusters)
			want := int(exact + 1e-9)
			if f := exact - float64(want); f > 1e-6 && Uniform("s-1", s.Name) < f {
				want++
			}
			if s.Holdout != want || highest[s.Name] > lowest[s.Name] {
				t.Fatalf("%+v: want %d held out; highest held %v, lowest mailed %v", s, want, highest[s.Name], lowest[s.Name])
			}
			if s.Clusters < MinStratum(h) && len(strata) > 1 {
				t.Fatalf("stratum %+v is below %d", s, MinStratum(h))
			}
		}
		moved := shuffled(units, 7)
		again, _, err := Assign(moved, r)
		if err != nil || !reflect.DeepEqual(byKey(units, arms), byKey(moved, again)) {
			t.Fatalf("another order of units gives another draw (%v)", err)
		}
	})
}

// TestBlocksHoldOutOneEach: every block is of one segment but for the rest's, of neighbours by margin, and holds out
// one; only the last block of the rest may be smaller.
func TestBlocksHoldOutOneEach(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		units := unitsGen().Draw(t, "units")
		size := rapid.IntRange(2, 5).Draw(t, "block")
		arms, strata, err := Assign(units, Request{Salt: "s", Design: Blocks, Block: size})
		if err != nil {
			t.Fatal(err)
		}
		members := map[string][]int{}
		for i, a := range arms {
			members[a.Stratum] = append(members[a.Stratum], i)
		}
		small, held := 0, 0
		for name, list := range members {
			of := 0
			for _, i := range list {
				if arms[i].Held {
					of++
				}
			}
			held += of
			if len(list) < size {
				small++
			} else if of != 1 || len(list) > size {
				t.Fatalf("block %s has %d units, %d held out", name, len(list), of)
			}
		}
		total := 0
		for _, s := range strata {
			total += s.Clusters
			held -= s.Holdout
		}
		if small > 1 || total != len(units) || held != 0 {
			t.Fatalf("%d small blocks, %d of %d units in strata, %d held out too many", small, total, len(units), held)
		}
	})
}

// TestBlocksMatchNeighbours: within a segment the blocks are the units in order of their margin.
func TestBlocksMatchNeighbours(t *testing.T) {
	units := make([]Unit, 40)
	for i := range units {
		units[i] = Unit{Key: fmt.Sprint(i), Segment: "one", Pre: float64(i * i % 101)}
	}
	arms, _, err := Assign(units, Request{Salt: "s", Design: Blocks, Block: 2})
	if err != nil {
		t.Fatal(err)
	}
	lowest, highest := map[string]float64{}, map[string]float64{}
	for i, a := range arms {
		if _, ok := lowest[a.Stratum]; !ok {
			lowest[a.Stratum], highest[a.Stratum] = units[i].Pre, units[i].Pre
		}
		lowest[a.Stratum], highest[a.Stratum] = min(lowest[a.Stratum], units[i].Pre), max(highest[a.Stratum], units[i].Pre)
	}
	for name := range lowest {
		for other := range lowest {
			if name != other && lowest[name] < highest[other] && lowest[other] < highest[name] {
				t.Fatalf("blocks %s and %s overlap", name, other)
			}
		}
	}
}

// TestMinStratum: 20 clusters, and two in the smaller arm.
func TestMinStratum(t *testing.T) {
	for h, want := range map[float64]int{0: 20, .02: 100, .03: 67, .05: 40, .1: 20, .2: 20, .5: 20} {
		if got := MinStratum(h); got != want {
			t.Errorf("a holdout of %g merges below %d clusters, want %d", h, got, want)
		}
	}
}

// TestEveryWaveIsAsLikely: over many salts every unit of a base that does not divide by the waves falls into each wave
// equally often (binomial error of 6,000 draws at 1/3: .0061; five of them are allowed).
func TestEveryWaveIsAsLikely(t *testing.T) {
	units := make([]Unit, 10)
	for i := range units {
		units[i].Key = fmt.Sprint(i)
	}
	const draws, waves = 6000, 3
	counts := make([][waves]int, len(units))
	var sizes [waves]int
	for n := range draws {
		arms, _, err := Assign(units, Request{Salt: fmt.Sprint("salt", n), Design: Waves, Waves: waves})
		if err != nil {
			t.Fatal(err)
		}
		for i, a := range arms {
			counts[i][a.Wave-1]++
			sizes[a.Wave-1]++
		}
	}
	for i, c := range counts {
		for w, n := range c {
			if share := float64(n) / draws; math.Abs(share-1./waves) > .031 {
				t.Errorf("unit %d is in wave %d in %.3f of the draws", i, w+1, share)
			}
		}
	}
	for w, n := range sizes { // the odd unit is not always the first wave's
		if mean := float64(n) / draws; math.Abs(mean-10./waves) > .031 {
			t.Errorf("wave %d has %.3f units on average", w+1, mean)
		}
	}
}

// TestWavesAreEven: the waves of a stratum differ by at most one unit, nobody is held out for good.
func TestWavesAreEven(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		units := unitsGen().Draw(t, "units")
		waves := rapid.IntRange(2, 6).Draw(t, "waves")
		arms, _, err := Assign(units, Request{Salt: "s", Design: Waves, Waves: waves})
		if err != nil {
			t.Fatal(err)
		}
		counts := map[string][]int{}
		for _, a := range arms {
			if a.Held || a.Propensity != 1 || a.Wave < 1 || a.Wave > waves {
				t.Fatalf("%+v", a)
			}
			if counts[a.Stratum] == nil {
				counts[a.Stratum] = make([]int, waves)
			}
			counts[a.Stratum][a.Wave-1]++
		}
		for name, c := range counts {
			for _, n := range c {
				if n < c[0]-1 || n > c[0]+1 {
					t.Fatalf("waves of %s: %v", name, c)
				}
			}
		}
	})
}

// TestShareIsExactInExpectation: over many salts the held-out share of a small odd stratum is the one wanted
// (binomial error of 4,000 draws: .4 units; the tolerance is five of them).
func TestShareIsExactInExpectation(t *testing.T) {
	units := make([]Unit, 13)
	for i := range units {
		units[i].Key = fmt.Sprint(i)
	}
	for _, r := range []Request{{Share: .2}, {Share: .05}, {Design: Blocks, Block: 3}} {
		const draws = 4000
		held := 0
		for n := range draws {
			r.Salt = fmt.Sprint("salt", n)
			arms, _, err := Assign(units, r)
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range arms {
				if a.Held {
					held++
				}
			}
		}
		h := r.Share
		if r.Design == Blocks {
			h = 1. / 3
		}
		if got, want := float64(held)/draws, h*13; math.Abs(got-want) > 5*.5/math.Sqrt(draws) {
			t.Errorf("%+v holds out %v on average, want %v", r, got, want)
		}
	}
}

// TestVariantShares: units fall to variants by their weights, and a new variant takes units without moving others.
func TestVariantShares(t *testing.T) {
	const n = 20000
	two := []Share{{"A", 3}, {"B", 1}, {"none", 0}}
	three := append([]Share{{"C", 1}}, two...)
	counts := map[string]int{}
	for i := range n {
		key := fmt.Sprint("erp:", i)
		before, after := Variant("s", key, two), Variant("s", key, three)
		counts[before]++
		if after != before && after != "C" {
			t.Fatalf("%s moved from %s to %s when C came", key, before, after)
		}
	}
	if share := float64(counts["A"]) / n; math.Abs(share-.75) > 5*math.Sqrt(.75*.25/n) || counts["A"]+counts["B"] != n {
		t.Errorf("%v", counts)
	}
	if Variant("s", "x", nil) != "" {
		t.Error("a variant of none")
	}
}

func TestAssignRefuses(t *testing.T) {
	ok := []Unit{{Key: "a"}, {Key: "b"}}
	for name, c := range map[string]struct {
		units []Unit
		r     Request
	}{
		"no salt":      {ok, Request{Share: .2}},
		"large share":  {ok, Request{Salt: "s", Share: .6}},
		"NaN share":    {ok, Request{Salt: "s", Share: math.NaN()}},
		"block of one": {ok, Request{Salt: "s", Design: Blocks, Block: 1}},
		"one wave":     {ok, Request{Salt: "s", Design: Waves, Waves: 1}},
		"design":       {ok, Request{Salt: "s", Design: "coin"}},
		"twice":        {[]Unit{{Key: "a"}, {Key: "a"}}, Request{Salt: "s"}},
		"no key":       {[]Unit{{}}, Request{Salt: "s"}},
		"infinite":     {[]Unit{{Key: "a", Value: math.Inf(1)}}, Request{Salt: "s"}},
	} {
		if _, _, err := Assign(c.units, c.r); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

func BenchmarkAssign(b *testing.B) {
	units := make([]Unit, 100000)
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range units {
		units[i] = Unit{Key: fmt.Sprintf("erp:K-%06d", i), Segment: []string{"Handel", "Handwerk", "Industrie"}[i%3], Value: rng.ExpFloat64(), Pre: rng.ExpFloat64()}
	}
	for b.Loop() {
		if _, _, err := Assign(units, Request{Salt: "salt", Share: .2}); err != nil {
			b.Fatal(err)
		}
	}
}
