package campaigns

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"postlift"
	"postlift/campaigns/rules"
)

// freeze writes the values that the rules read as a JSON object in their order.
func freeze(fields []*rules.Field, facts *rules.Facts, currency string) ([]byte, error) {
	b := append(make([]byte, 0, 48*len(fields)+2), '{')
	for i, f := range fields {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), f.Name...), '"', ':')
		var err error
		if b, err = appendValue(b, facts.Value(f, currency)); err != nil {
			return nil, fmt.Errorf("campaigns: feature %s: %w", f.Name, err)
		}
	}
	return append(b, '}'), nil
}

// appendValue writes a value as encoding/json does. What a million accounts have, plain texts, amounts and whole
// numbers, it writes itself, in a tenth of the time.
func appendValue(b []byte, v any) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	case float64:
		if whole := int64(v); float64(whole) == v && math.Abs(v) < 1e15 && (v != 0 || !math.Signbit(v)) {
			return strconv.AppendInt(b, whole, 10), nil
		}
	case string:
		if plainText(v) {
			return append(append(append(b, '"'), v...), '"'), nil
		}
	case postlift.Money:
		if plainText(v.Currency) {
			b = strconv.AppendInt(append(b, `{"minor":`...), v.Minor, 10)
			return append(append(append(b, `,"currency":"`...), v.Currency...), `"}`...), nil
		}
	}
	raw, err := json.Marshal(v)
	return append(b, raw...), err
}

// plainText tells whether a text stands in JSON as it is.
func plainText(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			return false
		}
	}
	return true
}
