package store

import (
	"testing"

	"pgregory.net/rapid"
)

// An idTable holds what a map holds, whatever the ids and however few rows it was made for.
func TestIDTableIsAMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table, want := newIDTable[int64](rapid.IntRange(0, 50).Draw(t, "rows")), map[int64]int64{}
		ids := rapid.SliceOf(rapid.OneOf(rapid.Int64Range(-3, 250), rapid.Int64())).Draw(t, "ids")
		for i, id := range ids {
			*table.at(id) += int64(i)
			want[id] += int64(i)
		}
		for _, id := range append(ids, rapid.Int64Range(-3, 250).Draw(t, "other")) {
			if got := table.get(id); got != want[id] {
				t.Fatalf("%d holds %d, want %d", id, got, want[id])
			}
		}
	})
}
