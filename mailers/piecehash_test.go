package mailers

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"postlift/mailers/letter"
)

// TestPieceHashTellsApart: two pieces have one hash where encoding/json writes them alike, and only there.
func TestPieceHashTellsApart(t *testing.T) {
	leaf := rapid.OneOf(rapid.Just[any](nil), rapid.Map(rapid.StringMatching(`[ab1:s]{0,3}`), func(s string) any { return s }),
		rapid.Map(rapid.SampledFrom([]float64{0, 1, 11, .5, 1e21}), func(f float64) any { return f }), rapid.Map(rapid.Bool(), func(b bool) any { return b }))
	var value func(depth int) *rapid.Generator[any]
	value = func(depth int) *rapid.Generator[any] {
		if depth == 0 {
			return leaf
		}
		below := value(depth - 1)
		return rapid.OneOf(leaf, rapid.Map(rapid.SliceOfN(below, 0, 2), func(l []any) any { return l }),
			rapid.Map(rapid.MapOfN(rapid.StringMatching(`[ab]{0,2}`), below, 0, 2), func(m map[string]any) any { return m }))
	}
	rapid.Check(t, func(t *rapid.T) {
		var p, q letter.Piece
		for _, x := range []*letter.Piece{&p, &q} {
			x.ID = rapid.SampledFrom([]string{"a", "b"}).Draw(t, "id")
			x.Seq = rapid.IntRange(0, 1).Draw(t, "seq")
			x.Address = rapid.SliceOfN(rapid.SampledFrom([]string{"", "a", "1:a"}), 0, 2).Draw(t, "address")
			x.Merge = map[string]any{"v": value(2).Draw(t, "v")}
		}
		same := string(marshal(t, p)) == string(marshal(t, q))
		a, err := pieceHash("d", p)
		b, err2 := pieceHash("d", q)
		if err != nil || err2 != nil || (a == b) != same {
			t.Fatalf("%v %v: hashes equal %t, documents equal %t", err, err2, a == b, same)
		}
	})
	if _, err := pieceHash("d", letter.Piece{Merge: map[string]any{"x": struct{}{}}}); err == nil {
		t.Error("a value that no document holds has a hash")
	}
}

func marshal(t *rapid.T, p letter.Piece) []byte {
	if len(p.Address) == 0 {
		p.Address = nil // no lines either way
	}
	b, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func BenchmarkPieceHash(b *testing.B) {
	m := map[string]any{}
	for _, g := range []string{"account", "campaign", "contact", "sender"} {
		f := map[string]any{}
		for _, k := range []string{"city", "company", "country", "email", "name", "phone", "postcode", "street"} {
			f[k] = "Erfundene Straße 12a, 42103 Wupperton"
		}
		m[g] = f
	}
	p := letter.Piece{ID: "pc_1", Address: []string{"a", "b", "c"}, Merge: m}
	for b.Loop() {
		if _, err := pieceHash("d", p); err != nil {
			b.Fatal(err)
		}
	}
}
