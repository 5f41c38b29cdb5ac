package campaigns

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"postlift"
	"postlift/campaigns/rules"
)

// Features written one after the other into the same memory stay as they were, and are what encoding/json reads.
func TestFrozenFeaturesStay(t *testing.T) {
	c := rules.Builtin()
	industry, _ := c.Field("industry")
	revenue, _ := c.Field("revenue_12m")
	z := newFreezer([]*rules.Field{industry, revenue}, "EUR")
	var kept [][]byte
	var want []string
	for i := range 5000 {
		facts := c.NewFacts()
		text := strings.Repeat("Bau", i%200)
		facts.SetText(industry, text)
		facts.SetNumber(revenue, float64(i))
		b, err := z.freeze(facts)
		if err != nil {
			t.Fatal(err)
		}
		value := "null"
		if text != "" {
			value = `"` + text + `"`
		}
		kept, want = append(kept, b), append(want, fmt.Sprintf(`{"industry":%s,"revenue_12m":{"minor":%d,"currency":"EUR"}}`, value, i))
	}
	for i, b := range kept {
		if string(b) != want[i] || !json.Valid(b) {
			t.Fatalf("account %d has %s, want %s", i, b, want[i])
		}
	}
}

// A value is written as encoding/json writes it, byte for byte: plan hashes stand on that.
func TestFrozenValuesAreJSON(t *testing.T) {
	same := func(t interface{ Fatalf(string, ...any) }, v any) {
		got, err := appendValue([]byte("x"), v)
		want, wrong := json.Marshal(v)
		if string(got) != "x"+string(want) || (err == nil) != (wrong == nil) {
			t.Fatalf("%#v is written as %s (%v), want %s (%v)", v, got[1:], err, want, wrong)
		}
	}
	for _, v := range []any{nil, true, false, 0.0, math.Copysign(0, -1), 1e15, -1e15, 999999999999999.0, 1e21, 0.1, math.MaxInt64 * 2.0, math.NaN(), "", "a\x00b", "é", "<&>", `"`, `\`,
		"\xff", "\u2028", "\x7f", []string{}, []string{"a", "<"}, postlift.Money{}, postlift.Money{Minor: math.MinInt64, Currency: "EUR"}, postlift.Money{Currency: "\"<"}} {
		same(t, v)
	}
	rapid.Check(t, func(t *rapid.T) {
		same(t, rapid.Float64().Draw(t, "number"))
		same(t, float64(rapid.Int64().Draw(t, "whole")))
		same(t, rapid.String().Draw(t, "text"))
		same(t, postlift.Money{Minor: rapid.Int64().Draw(t, "minor"), Currency: rapid.StringMatching("[A-Z]{3}").Draw(t, "currency")})
	})
}
