package letter

import (
	"encoding/json"
	"testing"

	"postlift"
)

// Whatever JSON a piece's merge data are, composing gives a plan that can be written or an Invalid fault, the same
// again.
func FuzzCompose(f *testing.F) {
	for _, lang := range []string{"de", "en"} {
		raw, err := json.Marshal(loadPiece(f, lang).Merge)
		if err != nil {
			f.Fatal(err)
		}
		f.Add("reference", raw)
	}
	f.Add("renewal", []byte(`{"contract":{"lines":[{"name":"a|b **c**","net":"12.00 EUR"}],"number":"# x"},"date":"2026-01-01"}`))
	f.Add("card", []byte(`{"account":{"name":"😀"},"sender":{"company":["a"]},"contact":7}`))
	designs := map[string]*Compiled{"reference": compiled(f, "reference"), "renewal": compiled(f, "renewal"), "card": compiled(f, "card")}
	f.Fuzz(func(t *testing.T, name string, merge []byte) {
		c, ok := designs[name]
		p := loadPiece(t, "de")
		var given map[string]any
		if !ok || json.Unmarshal(merge, &given) != nil {
			return
		}
		for k, v := range given { // over the sample, so that what is not fuzzed does not stop the piece
			own, isGroup := p.Merge[k].(map[string]any)
			more, both := v.(map[string]any)
			if !isGroup || !both {
				p.Merge[k] = v
				continue
			}
			for field, value := range more {
				own[field] = value
			}
		}
		plan, err := c.Compose(p)
		again, err2 := c.Compose(p)
		if err != nil {
			if postlift.KindOf(err) != postlift.Invalid || err2 == nil || err.Error() != err2.Error() {
				t.Fatalf("%v, then %v", err, err2)
			}
			return
		}
		if err2 != nil || whole(plan) != whole(again) {
			t.Fatalf("another plan: %v", err2)
		}
	})
}
