package lift

import (
	"encoding/json"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestMergingIsAdding: two tables of campaigns with unlike segments, put together, are the table to which both
// campaigns' rows were added, whichever comes first.
func TestMergingIsAdding(t *testing.T) {
	start, err := Prior(PriorLift, PriorLiftSD)
	if err != nil {
		t.Fatal(err)
	}
	with := func(names ...string) *Model {
		m, err := start.WithSegments(names...)
		if err != nil {
			t.Fatal(err)
		}
		return &m
	}
	all := with("A", "B", "C")
	theta := []float64{.2, .25, -.1, .15, .04, .1, -.08, 0}
	first, second := rowsOf(all, theta, 900, 1), rowsOf(all, theta, 700, 2)
	narrow := func(rows []Row, drop int) []Row { // rows without anybody of a segment, as a model without it has them
		var kept []Row
		for _, r := range rows {
			if r.Z[drop] == 0 {
				r.Z = append(append([]float64{}, r.Z[:drop]...), r.Z[drop+1:]...)
				kept = append(kept, r)
			}
		}
		return kept
	}
	widen := func(rows []Row, at int) []Row {
		wide := make([]Row, len(rows))
		for i, r := range rows {
			r.Z = append(append(append([]float64{}, r.Z[:at]...), 0), r.Z[at:]...)
			wide[i] = r
		}
		return wide
	}
	add := func(m *Model, name string, rows []Row) *Model {
		t.Helper()
		if err := m.Add(name, rows); err != nil {
			t.Fatal(err)
		}
		return m
	}
	ab, bc := narrow(first, 7), narrow(second, 5)
	once := add(add(with("C", "B", "A"), "one", widen(ab, 7)), "two", widen(bc, 5))
	for _, order := range [][]*Model{{add(with("B", "A"), "one", ab), add(with("C", "B"), "two", bc)}, {add(with("B", "C"), "two", bc), add(with("A", "B"), "one", ab)}} {
		merged := with("A", "B", "C")
		for _, m := range order {
			if err := merged.Merge(m); err != nil {
				t.Fatal(err)
			}
		}
		if err := merged.Solve(); err != nil {
			t.Fatal(err)
		}
		if err := once.Solve(); err != nil {
			t.Fatal(err)
		}
		for j := range merged.Features {
			x, sx := merged.Theta(j)
			y, sy := once.Theta(j)
			if math.Abs(x-y) > 1e-12 || math.Abs(sx-sy) > 1e-12 || merged.Features[j] != once.Features[j] {
				t.Errorf("%v: %g, %g and %g, %g", merged.Features[j], x, sx, y, sy)
			}
		}
		if err := merged.Merge(order[0]); err == nil {
			t.Error("a campaign counts twice")
		}
		if merged.Rows != once.Rows {
			t.Errorf("%d rows", merged.Rows)
		}
	}
	if err := with("A").Merge(with("B")); err == nil {
		t.Error("an unknown segment is merged")
	}
}

// TestAverageOfWhatWasMeasured: where segments are not centred, the first line is their mixture, not the lift of a
// segment that nobody measured.
func TestAverageOfWhatWasMeasured(t *testing.T) {
	start, err := Prior(PriorLift, PriorLiftSD)
	if err != nil {
		t.Fatal(err)
	}
	m, err := start.WithSegments("A")
	if err != nil {
		t.Fatal(err)
	}
	if mean, sd := m.Average(); math.Abs(mean-PriorLift) > 1e-12 || math.Abs(sd-PriorLiftSD) > 1e-12 {
		t.Errorf("before anything: %g, %g", mean, sd)
	}
	var rows []Row
	for _, r := range rowsOf(&m, []float64{.3, 0, 0, 0, 0, .2}, 60_000, 3) {
		if r.Z[5] == 1 {
			rows = append(rows, r)
		}
	}
	if err := m.Add("c", rows); err != nil {
		t.Fatal(err)
	}
	if err := m.Solve(); err != nil {
		t.Fatal(err)
	}
	mean, sd := m.Average()
	if _, own := m.Theta(0); math.Abs(mean-.5) > 4*sd || sd > .02 || own < 2*sd {
		t.Errorf("%g give or take %g, of an unknown segment %g", mean, sd, own)
	}
	if line := m.Table()[0]; line.Lift != mean || line.Learned < .9 {
		t.Errorf("%+v", line)
	}
}

func TestFrozenTraitsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := func(name string, high float64) float64 {
			if rapid.Bool().Draw(t, name+" unknown") {
				return math.NaN()
			}
			return math.Round(1e6*rapid.Float64Range(0, high).Draw(t, name)) / 1e6
		}
		in := Traits{rapid.String().Draw(t, "segment"), number("affinity", 1), number("rank", 1), number("alive", 1), number("months", 24)}
		basket := float64(rapid.IntRange(0, 1e8).Draw(t, "basket"))
		frozen := in.AppendFrozen(nil, basket)
		if !json.Valid(frozen) {
			t.Fatalf("%s", frozen)
		}
		out, b, err := ReadFrozen(string(frozen))
		same := func(x, y float64) bool { return math.IsNaN(x) && math.IsNaN(y) || math.Abs(x-y) < 1e-6 }
		if err != nil || b != basket || !same(in.MailAffinity, out.MailAffinity) || !same(in.FrequencyRank, out.FrequencyRank) || !same(in.PAlive, out.PAlive) || !same(in.MonthsSincePiece, out.MonthsSincePiece) {
			t.Fatalf("%+v became %+v, %g (%v)", in, out, b, err)
		}
	})
	if _, _, err := ReadFrozen("x"); err == nil {
		t.Error("nonsense is read")
	}
}
