package campaigns

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"postlift"
)

func programmeInput(n int, seed uint64) ProgrammeInput {
	rng := rand.New(rand.NewPCG(seed, 9))
	day := postlift.MustDate("2026-06-01")
	in := ProgrammeInput{Request: ProgrammeRequest{Name: "Letters", Rule: "true", AsOf: day, From: day.AddDays(7), TopPercent: 2}, RuleText: "true", Salt: "s", Currency: "EUR", GlobalControl: .02, Lift: .15}
	for i := range n {
		size := math.Exp(rng.NormFloat64())
		draw := func() float64 { return math.Round(1000 * size * rng.ExpFloat64()) }
		in.Candidates = append(in.Candidates, ProgrammeCandidate{AccountID: int64(i + 1), GroupKey: fmt.Sprintf("erp:%d", i-i%3/2), Segment: []string{"", "Handel", "Industrie"}[rng.IntN(3)],
			PreMarginMinor: int64(draw()), Mailable: rng.IntN(20) > 0, Past: draw(), PastPre: draw()})
	}
	return in
}

// TestProgrammeDraw: the same draw whatever the order of the accounts; every group in one block and one arm; one held
// out of each full block; nobody of those left out; the counts of the record are those of the members.
func TestProgrammeDraw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := programmeInput(rapid.IntRange(60, 500).Draw(t, "n"), rapid.Uint64().Draw(t, "seed"))
		in.Request.Block = rapid.IntRange(2, 3).Draw(t, "block")
		in.Busy = map[string]bool{"erp:0": true, "erp:3": true}
		d, err := DrawProgramme(in)
		if err != nil {
			t.Fatal(err)
		}
		moved := in
		moved.Candidates = append([]ProgrammeCandidate(nil), in.Candidates...)
		rand.New(rand.NewPCG(1, 1)).Shuffle(len(moved.Candidates), func(i, j int) {
			moved.Candidates[i], moved.Candidates[j] = moved.Candidates[j], moved.Candidates[i]
		})
		again, err := DrawProgramme(moved)
		if err != nil || !reflect.DeepEqual(d.Members, again.Members) || d.Programme.Hash != again.Programme.Hash {
			t.Fatalf("another order of accounts gives another draw (%v)", err)
		}
		blocks, arms, groups := map[string]map[string]bool{}, map[string]bool{}, map[string]string{}
		for _, m := range d.Members {
			if control, known := arms[m.GroupKey]; known && (control != m.Control || groups[m.GroupKey] != m.Block) {
				t.Fatalf("group %s stands in two arms or blocks", m.GroupKey)
			}
			arms[m.GroupKey], groups[m.GroupKey] = m.Control, m.Block
			if blocks[m.Block] == nil {
				blocks[m.Block] = map[string]bool{}
			}
			blocks[m.Block][m.GroupKey] = m.Control
			if in.Busy[m.GroupKey] || inControlOfYears(m.GroupKey, d.Programme.StartsOn, d.Programme.EndsOn, .02) {
				t.Fatalf("group %s had to be left out", m.GroupKey)
			}
		}
		small := 0
		for name, of := range blocks {
			held := 0
			for _, control := range of {
				if control {
					held++
				}
			}
			if len(of) < in.Request.Block {
				small++
			} else if held != 1 || len(of) > in.Request.Block {
				t.Fatalf("block %s has %d groups, %d held out", name, len(of), held)
			}
		}
		r := d.Programme.Record
		if small > 1 || r.TreatedGroups+r.ControlGroups != len(arms) || r.TreatedAccounts+r.ControlAccounts != len(d.Members) || r.LeftOut.Programme > 2 {
			t.Fatalf("%d small blocks, %d groups, record %+v", small, len(arms), r)
		}
		if r.Power.Detectable == nil || !(*r.Power.DetectableLift > 0) || r.Power.Draws < leastPastDraws || r.LeftOut.Largest == 0 || !(r.LeftOut.LargestShare > .02) {
			t.Fatalf("power %+v, left out %+v", r.Power, r.LeftOut)
		}
		in.Candidates[len(in.Candidates)-1].PreMarginMinor += 17
		if other, err := DrawProgramme(in); err != nil || other.Programme.Hash == d.Programme.Hash && in.Candidates[len(in.Candidates)-1].Mailable {
			if _, drawn := arms[in.Candidates[len(in.Candidates)-1].GroupKey]; drawn {
				t.Fatalf("changed data keep the hash (%v)", err)
			}
		}
	})
}

// TestProgrammeRefusals: what is not possible is refused with its field.
func TestProgrammeRefusals(t *testing.T) {
	for _, c := range []struct {
		words string
		spoil func(*ProgrammeInput)
	}{
		{"name: ", func(in *ProgrammeInput) { in.Request.Name = " " }},
		{"rule: ", func(in *ProgrammeInput) { in.Request.Rule = "" }},
		{"months: 3 is not possible", func(in *ProgrammeInput) { in.Request.Months = 3 }},
		{"months: 13", func(in *ProgrammeInput) { in.Request.Months = 13 }},
		{"ratio: 1:3", func(in *ProgrammeInput) { in.Request.Block = 4 }},
		{"top_percent: 50", func(in *ProgrammeInput) { in.Request.TopPercent = 50 }},
		{"top_percent: NaN", func(in *ProgrammeInput) { in.Request.TopPercent = math.NaN() }},
		{"from: ", func(in *ProgrammeInput) { in.Request.From = in.Request.AsOf.AddDays(-1) }},
		{"from: ", func(in *ProgrammeInput) { in.Request.From = in.Request.AsOf.AddDays(200) }},
		{"widen the rule", func(in *ProgrammeInput) { in.Candidates = in.Candidates[:5] }},
	} {
		in := programmeInput(100, 1)
		c.spoil(&in)
		if _, err := DrawProgramme(in); postlift.KindOf(err) != postlift.Invalid || !strings.Contains(postlift.UserText(err), c.words) {
			t.Errorf("%v does not say %q", err, c.words)
		}
	}
}

// TestProgrammeStates: control from the start of the test on, also before its first day, until its last.
func TestProgrammeStates(t *testing.T) {
	day := postlift.MustDate("2026-07-01")
	p := Programme{StartsOn: day, EndsOn: day.AddDays(9)}
	if !p.HoldsOut(day.AddDays(-3)) || !p.HoldsOut(day.AddDays(9)) || p.HoldsOut(day.AddDays(10)) {
		t.Error("the control is not held out from the start to the last day")
	}
	if p.State(day.AddDays(-1)) != "planned" || p.State(day) != "running" || p.State(day.AddDays(10)) != "ended" {
		t.Error("states")
	}
	p.EndedOn = day.AddDays(2)
	if p.LastDay() != day.AddDays(2) || p.HoldsOut(day.AddDays(3)) {
		t.Error("an end that came early does not count")
	}
}
