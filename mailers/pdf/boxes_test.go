package pdf

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"postlift/mailers/sheet"
)

// Whatever the boxes' sizes, all of them are written, once, and those of one size in their order.
func TestBoxesAreAllWritten(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(0, 60).Draw(rt, "boxes")
		var all []sheet.Module
		var want []string
		for range n {
			side := func(name string) int { return rapid.SampledFrom([]int{1, 2, 3, 7, 8, 9, 36, 144}).Draw(rt, name) }
			m := sheet.Module{X: rapid.IntRange(0, 143).Draw(rt, "x"), Y: rapid.IntRange(0, 143).Draw(rt, "y"), W: side("w"), H: side("h")}
			all, want = append(all, m), append(want, fmt.Sprintf("%d %d %d %d re", m.X, m.Y, m.W, m.H))
		}
		var p pen
		p.boxes(all[:n/2])
		p.buf = p.buf[:0]
		p.boxes(all) // with memory of others
		got := strings.Split(strings.TrimSuffix(string(p.buf), "\n"), "\n")
		if n == 0 {
			got = got[:0]
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			rt.Fatalf("wrote %q of %q", got, want)
		}
	})
}
