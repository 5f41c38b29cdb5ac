package responses

import (
	"fmt"
	"strings"
	"testing"
)

// Waves that were cancelled between two postings may have been cancelled for what was seen: the interval that holds at
// all looks decides to the end, and it is shown.
func TestCancelledWavesAreDecidedAtAllLooks(t *testing.T) {
	found := false
	for effect := 2.0; effect < 30 && !found; effect += 1 {
		in := inWaves(400, 2, inHome.AddDays(90), effect)
		in.Run.Design.Ended = true
		in.Run.PieceCostMinor = 0
		u := measured(t, in)
		if u.Checks == nil || u.Checks.AlwaysValid == nil {
			t.Fatal("the interval that holds at all looks is not shown")
		}
		v := u.Checks.AlwaysValid.Net
		if (u.Verdict == Works) != (v.Low.Minor > 0) {
			t.Fatalf("%s with %+v", u.Verdict, v)
		}
		if u.Net.Low.Minor > 0 && v.Low.Minor <= 0 {
			found = true
			if u.Verdict != NoProof || !strings.Contains(u.Sentence.EN, "at all looks") || !strings.Contains(fmt.Sprint(u.Notes), "cancelled") {
				t.Errorf("%s: %s", u.Verdict, u.Sentence.EN)
			}
		}
	}
	if !found {
		t.Error("no case of that kind was made")
	}
	in := inWaves(400, 4, inHome.AddDays(90), 50)
	in.Run.Design.Ended = true // after the last wave
	if u := measured(t, in); u.Checks == nil || u.Checks.AlwaysValid != nil {
		t.Errorf("all waves were mailed: %+v", u.Checks)
	}
}

// The share delivered is one of letters that were due: waves not posted yet are no undelivered letters.
func TestComplierOfWavesWaits(t *testing.T) {
	in := inWaves(400, 2, inHome.AddDays(40), 50)
	in.Pieces.Pending, in.Pieces.Returned = 200, 10
	if c := measured(t, in).Checks.Complier; c.Known || c.GainAccount != nil {
		t.Errorf("half of the letters are not posted yet: %+v", c)
	}
	in = inWaves(400, 4, inHome.AddDays(90), 50)
	in.Pieces.Returned = 40
	u := measured(t, in)
	if c := u.Checks.Complier; !c.Known || c.Delivered != .9 || c.GainAccount == nil {
		t.Errorf("%+v", c)
	}
}

// After the window the held-out may be mailed, too: figures of later days say so.
func TestDaysAfterTheWindowSayWhatTheyCompare(t *testing.T) {
	run := MeasuredRun{InHomeOn: inHome, WindowDays: 90}
	for day, want := range map[int]bool{30: false, 90: false, 180: true} {
		note := outcomeNote(&Outcomes{Day: day}, run)
		if strings.Contains(note.EN, "other campaigns' letters") != want || strings.Contains(note.DE, "anderer Kampagnen") != want {
			t.Errorf("day %d: %s", day, note)
		}
	}
	if note := outcomeNote(&Outcomes{Day: 180, Reason: BrokenRatio}, run); strings.Contains(note.EN, "campaigns") {
		t.Errorf("of a withheld result: %s", note)
	}
}
