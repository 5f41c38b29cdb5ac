package campaigns

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"postlift"
	"postlift/campaigns/rules"
)

// freezer writes features one after the other, many into one piece of memory.
type freezer struct {
	fields   []*rules.Field
	names    []string // as they begin a member, with comma and colon
	currency string
	room     []byte
}

// freezerRoom is the memory that is taken at a time.
const freezerRoom = 1 << 18

func newFreezer(fields []*rules.Field, currency string) *freezer {
	z := &freezer{fields: fields, currency: currency}
	for i, f := range fields {
		comma := ","
		if i == 0 {
			comma = ""
		}
		z.names = append(z.names, comma+`"`+f.Name+`":`)
	}
	return z
}

// freeze writes the values that the rules read as a JSON object in their order.
func (z *freezer) freeze(facts *rules.Facts) ([]byte, error) {
	if cap(z.room)-len(z.room) < 64*len(z.fields)+2 {
		z.room = make([]byte, 0, freezerRoom+64*len(z.fields))
	}
	from := len(z.room)
	b := append(z.room, '{')
	for i, f := range z.fields {
		b = append(b, z.names[i]...)
		var err error
		if b, err = appendValue(b, facts.Value(f, z.currency)); err != nil {
			return nil, fmt.Errorf("campaigns: feature %s: %w", f.Name, err)
		}
	}
	b = append(b, '}')
	z.room = b
	return b[from:len(b):len(b)], nil
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

// FrozenTraits is what a lift model may learn from about this account, as lift.ReadFrozen reads it; "" where nothing was
// drawn about the account, as it then teaches nothing.
func (c *Choice) FrozenTraits() string {
	if c.traits == nil || c.Role == RoleKey || !(c.Propensity > 0 && c.Propensity < 1) {
		return ""
	}
	return string(c.traits.AppendFrozen(make([]byte, 0, 80), c.basket))
}
