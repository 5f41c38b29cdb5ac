package renewal_test

import (
	"testing"

	"postlift"
	"postlift/clv/renewal"

	"pgregory.net/rapid"
)

// TestNextDecision: who can still leave at the end of the term.
func TestNextDecision(t *testing.T) {
	for _, c := range []struct {
		why, end, by, asOf string
		auto, given        bool
		want               renewal.Next
	}{
		{"deadline ahead", "2026-01-01", "2025-10-01", "2025-09-30", true, false, renewal.NextOpen},
		{"last day for notice", "2026-01-01", "2025-10-01", "2025-10-01", true, false, renewal.NextOpen},
		{"deadline passed", "2026-01-01", "2025-10-01", "2025-10-02", true, false, renewal.NextCommitted},
		{"deadline passed, notice given", "2026-01-01", "2025-10-01", "2025-10-02", true, true, renewal.NextEnds},
		{"notice given early", "2026-01-01", "2025-10-01", "2025-06-01", true, true, renewal.NextEnds},
		{"no automatic renewal", "2026-01-01", "2025-10-01", "2025-12-01", false, false, renewal.NextOpen},
		{"no deadline known", "2026-01-01", "", "2025-12-31", true, false, renewal.NextOpen},
		{"deadline after the end", "2026-01-01", "2026-02-01", "2025-12-31", true, false, renewal.NextOpen},
		{"ended, renewed itself", "2026-01-01", "2025-10-01", "2026-01-01", true, false, renewal.NextRolled},
		{"ended by notice", "2026-01-01", "2025-10-01", "2026-01-01", true, true, renewal.NextOver},
		{"ended, not renewed", "2026-01-01", "", "2026-03-01", false, false, renewal.NextOver},
		{"open-ended", "", "", "2026-03-01", true, false, renewal.NextOpen},
		{"open-ended, stray deadline", "", "2025-01-01", "2026-03-01", true, false, renewal.NextOpen},
		{"open-ended, notice given", "", "", "2026-03-01", false, true, renewal.NextEnds},
	} {
		got := renewal.NextDecision(date(c.end), date(c.by), c.auto, c.given, date(c.asOf))
		if got != c.want {
			t.Errorf("%s: %v, want %v", c.why, got, c.want)
		}
	}
}

func date(s string) postlift.Date {
	if s == "" {
		return 0
	}
	return postlift.MustDate(s)
}

// TestRoll: terms follow each other from the first end, the deadline keeps its distance.
func TestRoll(t *testing.T) {
	for _, c := range []struct {
		end, by         string
		months          int
		asOf            string
		wantEnd, wantBy string
		terms           int
	}{
		{"2024-07-01", "2024-04-02", 12, "2025-06-30", "2025-07-01", "2025-04-02", 1},
		{"2024-07-01", "2024-04-02", 12, "2025-07-01", "2026-07-01", "2026-04-02", 2},
		{"2024-01-31", "", 1, "2024-03-30", "2024-03-31", "", 2},
		{"2026-01-01", "2025-10-01", 12, "2025-06-01", "2026-01-01", "2025-10-01", 0},
		{"", "", 12, "2025-06-01", "", "", 0},
	} {
		end, by, n := renewal.Roll(date(c.end), date(c.by), c.months, date(c.asOf))
		if end != date(c.wantEnd) || by != date(c.wantBy) || n != c.terms {
			t.Errorf("%+v: rolled to %s, notice by %s, %d terms", c, end, by, n)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		start := postlift.MustDate("2000-01-01").AddDays(rapid.IntRange(0, 9000).Draw(t, "end"))
		asOf := start.AddDays(rapid.IntRange(-400, 9000).Draw(t, "later"))
		months := rapid.IntRange(1, 60).Draw(t, "months")
		end, _, n := renewal.Roll(start, 0, months, asOf)
		if end <= asOf || end != start.AddMonths(n*months) || n > 0 && start.AddMonths((n-1)*months) > asOf {
			t.Fatalf("%s of %d months at %s: %s after %d terms", start, months, asOf, end, n)
		}
	})
}
