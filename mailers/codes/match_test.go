package codes

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"postlift"
)

var sampleMatch = Match{Batch: "bt_01jm0z3k9qxptb0w4v8n2c6rj5", Seq: 123, Piece: "pc_01jm0z3kabcdefghjkmnpqrstv", Sheet: 1, Sheets: 2}

func TestMatchText(t *testing.T) {
	if got, want := sampleMatch.Text(), "2C6RJ5-000123 1/2"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got, want := sampleMatch.Payload()[:22], "2C6RJ5PQRSTV0001230102"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// The example of ISO/IEC 7064: "ISO79" has the check characters "3W".
func TestCheckCharacters(t *testing.T) {
	if got := checkCharacters("ISO79"); got != "3W" {
		t.Errorf("%q, want 3W", got)
	}
}

func anyMatch(rt *rapid.T) Match {
	id := rapid.StringMatching(`[a-z]{2}_[0-9a-hjkmnp-tv-z]{6,26}`)
	m := Match{Batch: id.Draw(rt, "batch"), Piece: id.Draw(rt, "piece"), Sheets: rapid.IntRange(1, 99).Draw(rt, "sheets")}
	m.Sheet = rapid.IntRange(1, m.Sheets).Draw(rt, "sheet")
	m.Seq = rapid.OneOf(rapid.IntRange(1, 999_999), rapid.IntRange(1, maxSeq)).Draw(rt, "seq")
	return m
}

func TestMatchReadsBack(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := anyMatch(rt)
		code, err := m.Matrix()
		if err != nil {
			rt.Fatal(err)
		}
		if code.W != matchW || code.H != matchH {
			rt.Fatalf("%d x %d modules", code.W, code.H)
		}
		got, err := ParseMatch(string(readDataMatrix(t, code)))
		if err != nil {
			rt.Fatal(err)
		}
		m.Batch, m.Piece = end(m.Batch), end(m.Piece)
		if got != m {
			rt.Fatalf("read %+v, want %+v", got, m)
		}
	})
}

// Every misread character and every swap of neighbours is found.
func TestMatchFindsMisreads(t *testing.T) {
	payload := sampleMatch.Payload()
	for i := range len(payload) {
		for _, c := range alphabet36 {
			if wrong := payload[:i] + string(c) + payload[i+1:]; wrong != payload {
				refusedMatch(t, wrong)
			}
		}
		if i > 0 && payload[i] != payload[i-1] {
			refusedMatch(t, payload[:i-1]+payload[i:i+1]+payload[i-1:i]+payload[i+1:])
		}
	}
	for _, s := range []string{"", payload[:23], payload + "0", strings.ToLower(payload), strings.Repeat("é", 12)} {
		refusedMatch(t, s)
	}
}

func refusedMatch(t *testing.T, payload string) {
	t.Helper()
	if m, err := ParseMatch(payload); err == nil || postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("%q read as %+v, %v", payload, m, err)
	}
}

func TestMatchChecks(t *testing.T) {
	for name, change := range map[string]func(*Match){
		"no sheets":       func(m *Match) { m.Sheets = 0 },
		"hundred sheets":  func(m *Match) { m.Sheets = 100 },
		"sheet beyond":    func(m *Match) { m.Sheet = 3 },
		"no number":       func(m *Match) { m.Seq = 0 },
		"number too long": func(m *Match) { m.Seq = maxSeq + 1 },
		"batch":           func(m *Match) { m.Batch = "bt_12 45" },
		"piece":           func(m *Match) { m.Piece = "pc_12ä456" },
	} {
		m := sampleMatch
		change(&m)
		if _, err := m.Matrix(); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func FuzzParseMatch(f *testing.F) {
	f.Add(sampleMatch.Payload())
	f.Add("2C6RJ5PQRSTV00012301020000")
	f.Fuzz(func(t *testing.T, payload string) {
		m, err := ParseMatch(payload)
		if err != nil {
			return
		}
		if m.Payload() != payload || m.Check() != nil {
			t.Fatalf("%q reads as %+v", payload, m)
		}
	})
}

func TestNumbersAreFilledUp(t *testing.T) {
	for _, c := range []struct {
		n, width int
		want     string
	}{{1, 2, "01"}, {10, 2, "10"}, {99, 2, "99"}, {7, 6, "000007"}, {123, 6, "000123"}, {999_999, 6, "999999"}, {1_000_000, 8, "01000000"}, {12_345_678, 6, "12345678"}, {5, 1, "5"}} {
		if got := string(appendPadded([]byte("x"), c.n, c.width)); got != "x"+c.want {
			t.Errorf("%d in %d figures is %q, want %q", c.n, c.width, got[1:], c.want)
		}
	}
}
