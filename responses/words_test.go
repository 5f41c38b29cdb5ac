package responses

import "testing"

func TestPercent(t *testing.T) {
	for _, c := range []struct {
		v      float64
		digits int
		lang   string
		want   string
	}{
		{.1, 0, "en", "10%"}, {.1234, 1, "de", "12,3\u00a0%"}, {44.35, 0, "en", "4,435%"}, {-44.35, 0, "de", "\u22124.435\u00a0%"},
		{-.0004, 1, "en", "0.0%"}, {.9996, 1, "en", "100.0%"}, {-.055, 1, "en", "\u22125.5%"},
	} {
		if got := Percent(c.v, c.digits, c.lang); got != c.want {
			t.Errorf("Percent(%v, %d, %s) = %q, want %q", c.v, c.digits, c.lang, got, c.want)
		}
	}
}
