package letter

import (
	"fmt"
	"strings"
	"testing"
)

// Path data after SVG 1.1, chapter 8.3: relative and absolute commands, repeated pairs, smooth and quadratic curves.
func TestParsePath(t *testing.T) {
	for data, want := range map[string]string{
		"M1 2L3,4":                       "ML [0 0 2000 2000] at 1000 2000",
		"m1 2 2 2 0-4":                   "MLL [0 2000 2000 4000 2000 0] at 1000 0",
		"M0 0H10V5h-10z":                 "MLLLZ [0 0 10000 0 10000 5000 0 5000] at 0 0",
		"M0 0 C0 1 1 2 2 2 S 4 3 4 4":    "MCC [0 0 0 1000 1000 2000 2000 2000 3000 2000 4000 3000 4000 4000] at 0 0",
		"M0 0 S 1 1 2 2":                 "MC [0 0 0 0 1000 1000 2000 2000] at 0 0",
		"M0 0q3 3 6 0":                   "MC [0 0 2000 2000 4000 2000 6000 0] at 0 0",
		"M.5.5L1e1-2.5":                  "ML [0 3000 9500 0] at 500 -2500",
		"M 0 0 L 1 0 Z m 5 5 l 1 0 0 1z": "MLZMLLZ [0 0 1000 0 5000 5000 6000 5000 6000 6000] at 0 0",
	} {
		s, err := parsePath(data)
		if err != nil {
			t.Errorf("%s: %v", data, err)
			continue
		}
		if got := fmt.Sprintf("%s %v at %d %d", s.path.Verbs, s.path.Coords, s.x, s.y); got != want {
			t.Errorf("%s: %s, want %s", data, got, want)
		}
	}
	for data, part := range map[string]string{
		"": "draws nothing", "L1 1": "start with M", "M1": "number", "M0 0A1 1 0 0 0 2 2": `"A"`, "M0 0 L1 x": "number",
		"1 2": "command letter", "M0 0Z1 2": "command letter", "M1e9 0": "2000", "M0 0L" + strings.Repeat("1 1 ", maxPathPoints+1): "points",
	} {
		_, err := parsePath(data)
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%.20s: %v, want %q", data, err, part)
		}
	}
	if s, err := parsePath(scissorsPath); err != nil || s.w > 7_000 || s.h > 4_000 {
		t.Errorf("the scissors: %v, %d x %d", err, s.w, s.h)
	}
}

func FuzzParsePath(f *testing.F) {
	for _, s := range []string{"M0 0C0 1 1 2 2 2S4 3 4 4z", "m1 2 2 2 0-4", "M.5.5L1e1-2.5", scissorsPath} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data string) {
		s, err := parsePath(data)
		if err != nil {
			return
		}
		want := map[rune]int{'M': 2, 'L': 2, 'C': 6, 'Z': 0}
		n := 0
		for _, v := range s.path.Verbs {
			n += want[v]
		}
		if n != len(s.path.Coords) {
			t.Fatalf("%q has %d coordinates for %s", data, len(s.path.Coords), s.path.Verbs)
		}
	})
}
