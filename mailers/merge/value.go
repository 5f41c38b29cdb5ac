package merge

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"

	"postlift"
)

// vkind is what a value of the merge data turned out to be.
type vkind uint8

const (
	vNone vkind = iota
	vText
	vBool
	vWhole
	vReal
	vAmount
	vList
	vGroup
)

// value is one value of the merge data, or of an expression.
type value struct {
	kind vkind
	s    string  // text; of an amount: the currency
	n    int64   // whole number, 1 for true; of an amount: minor units
	f    float64 // real number
	ref  any     // list or group as the data hold it
}

func text(s string) value   { return value{kind: vText, s: s} }
func whole(n int64) value   { return value{kind: vWhole, n: n} }
func truth(b bool) value    { return value{kind: vBool, n: map[bool]int64{true: 1}[b]} }
func (v value) empty() bool { return v.kind == vNone || v.kind == vText && v.s == "" }

// maxDataDepth bounds how deep merge data are read; what lies deeper is not there.
const maxDataDepth = 6

// load reads a value of the data: blank texts, empty lists and empty groups are no values, whole floats become
// whole numbers (JSON knows no other), dates become ISO texts, {minor, currency} becomes an amount.
func load(v any) value {
	switch x := v.(type) {
	case nil:
		return value{}
	case string:
		if blank(x) {
			return value{}
		}
		return text(x)
	case bool:
		return truth(x)
	case int:
		return whole(int64(x))
	case int64:
		return whole(x)
	case float64:
		return real(x)
	case map[string]any:
		return loadMap(x)
	case []any, []map[string]any, []string:
		if !filled(v, 0) {
			return value{}
		}
		return value{kind: vList, ref: v}
	}
	return loadRare(v)
}

func loadRare(v any) value {
	switch x := v.(type) {
	case postlift.Date:
		return load(x.String())
	case time.Time:
		return load(postlift.DateOf(x).String())
	case postlift.Money:
		return value{kind: vAmount, n: x.Minor, s: x.Currency}
	case int32:
		return whole(int64(x))
	case json.Number:
		if n, err := x.Int64(); err == nil {
			return whole(n)
		}
		f, err := x.Float64()
		if err != nil {
			return text(x.String())
		}
		return real(f)
	}
	return value{kind: vGroup, ref: v}
}

// real is a float, whole where it is so exactly.
func real(f float64) value {
	if math.Abs(f) < 1<<62 && f == math.Trunc(f) {
		return whole(int64(f))
	}
	return value{kind: vReal, f: f}
}

func loadMap(m map[string]any) value {
	if raw, ok := m["minor"]; ok {
		n := load(raw)
		currency, _ := m["currency"].(string)
		if n.kind == vWhole && postlift.ValidCurrency(currency) {
			return value{kind: vAmount, n: n.n, s: currency}
		}
	}
	if !filled(m, 0) {
		return value{}
	}
	return value{kind: vGroup, ref: m}
}

// filled tells whether anything of a list or group has a value.
func filled(v any, depth int) bool {
	if depth > maxDataDepth {
		return false
	}
	switch x := v.(type) {
	case nil:
		return false
	case string:
		return !blank(x)
	case map[string]any:
		for _, e := range x {
			if filled(e, depth+1) {
				return true
			}
		}
		return false
	case []any:
		return anyFilled(x, depth)
	case []map[string]any:
		return anyFilled(x, depth)
	case []string:
		return anyFilled(x, depth)
	}
	return true
}

// anyFilled looks no further than a loop may go.
func anyFilled[T any](list []T, depth int) bool {
	for i, e := range list {
		if i > maxRounds || filled(e, depth+1) {
			return true
		}
	}
	return false
}

// blank does not look through a text of thousands of blanks: clean does, once, when it is printed.
func blank(s string) bool {
	s = s[:min(len(s), 4096)]
	return s == "" || s[0] <= ' ' && strings.TrimSpace(s) == "" || s[0] > '~' && strings.TrimSpace(s) == ""
}

// field is a group's field; nothing else has fields.
func (v value) field(name string) value {
	if m, ok := v.ref.(map[string]any); ok && v.kind == vGroup {
		return load(m[name])
	}
	return value{}
}

// elements appends the values of a list to dst; what is empty is not in the list.
func (v value) elements(dst []value) []value {
	switch x := v.ref.(type) {
	case []any:
		return appendElements(dst, x)
	case []map[string]any:
		return appendElements(dst, x)
	case []string:
		return appendElements(dst, x)
	case []value:
		return append(dst, x...)
	}
	return dst
}

// length is how many elements a list of the data has, empty ones among them.
func (v value) length() int {
	switch x := v.ref.(type) {
	case []any:
		return len(x)
	case []map[string]any:
		return len(x)
	case []string:
		return len(x)
	case []value:
		return len(x)
	}
	return 0
}

func appendElements[T any](dst []value, list []T) []value {
	for _, e := range list {
		if v := load(e); v.kind != vNone {
			dst = append(dst, v)
		}
	}
	return dst
}

// printed is a scalar as text; nothing is empty. Lists, groups and amounts are refused with the remedy.
func (v value) printed(what string) (string, error) {
	switch v.kind {
	case vNone:
		return "", nil
	case vText:
		return v.s, nil
	case vBool:
		return strconv.FormatBool(v.n == 1), nil
	case vWhole:
		return strconv.FormatInt(v.n, 10), nil
	case vReal:
		return strconv.FormatFloat(v.f, 'f', -1, 64), nil
	}
	return "", pieceFault("%s is no text but %s: print a field of it, or use money, date or for", what, v.shape())
}

func (v value) shape() string {
	switch v.kind {
	case vAmount:
		return "an amount"
	case vList:
		return "a list"
	case vGroup:
		return "a group"
	}
	s, _ := v.printed("")
	return strconv.Quote(clip(s))
}

// truthy is Liquid's truth: all but nothing and false. Blank texts and empty lists of the data are nothing.
func (v value) truthy() bool { return v.kind != vNone && (v.kind != vBool || v.n != 0) }

// number reads a number, also from a text as a CSV file has it.
func (v value) number() (float64, bool) {
	switch v.kind {
	case vWhole:
		return float64(v.n), true
	case vReal:
		return v.f, true
	case vAmount:
		return postlift.Money{Minor: v.n, Currency: v.s}.Major(), true
	case vText:
		f, err := strconv.ParseFloat(strings.TrimSpace(v.s), 64)
		return f, err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
	}
	return 0, false
}
