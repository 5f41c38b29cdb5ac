package accounts

import (
	"testing"
	"time"
)

// TestMomentsAreMarked: an instant is told on the organisation's clocks, winter and summer, and says whose they are.
func TestMomentsAreMarked(t *testing.T) {
	winter, summer := time.Date(2026, 11, 22, 23, 36, 0, 0, time.UTC), time.Date(2026, 6, 15, 7, 30, 0, 0, time.UTC)
	for _, c := range []struct {
		zone         string
		at           time.Time
		text, en, de string
	}{
		{"Europe/Berlin", winter, "2026-11-23 00:36 CET", "23 November 2026, 00:36\u00a0CET", "23.11.2026, 00:36\u00a0MEZ"},
		{"Europe/Berlin", summer, "2026-06-15 09:30 CEST", "15 June 2026, 09:30\u00a0CEST", "15.06.2026, 09:30\u00a0MESZ"},
		{"Europe/London", summer, "2026-06-15 08:30 BST", "15 June 2026, 08:30\u00a0BST", "15.06.2026, 08:30\u00a0BST"},
		{"UTC", summer, "2026-06-15 07:30 UTC", "15 June 2026, 07:30\u00a0UTC", "15.06.2026, 07:30\u00a0UTC"},
		{"Nowhere/Land", summer, "2026-06-15 07:30 UTC", "15 June 2026, 07:30\u00a0UTC", "15.06.2026, 07:30\u00a0UTC"},
	} {
		s := Settings{TimeZone: c.zone}
		if got := s.Moment(c.at); got != c.text {
			t.Errorf("%s: %q, want %q", c.zone, got, c.text)
		}
		for lang, want := range map[string]string{"en": c.en, "de": c.de} {
			if got := MomentIn(s.Zone(), c.at, lang); got != want {
				t.Errorf("%s in %s: %q, want %q", c.zone, lang, got, want)
			}
		}
	}
}
