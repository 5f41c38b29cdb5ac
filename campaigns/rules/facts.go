package rules

import (
	"math"

	"postlift"
)

// Facts are one account's features in typed slots. Numbers, money (minor units of the reporting
// currency), booleans (0, 1) and dates lie in one array with NaN for a missing value; texts in another
// with "" for a missing one. A Facts may be reused from account to account: Clear it between.
type Facts struct {
	num  []float64
	text []string
	sets [][]string
}

// NewFacts makes facts in which every value is missing.
func (c *Catalogue) NewFacts() *Facts {
	f := &Facts{num: make([]float64, c.num), text: make([]string, c.text), sets: make([][]string, c.texts)}
	f.Clear()
	return f
}

// Clear makes every value missing.
func (f *Facts) Clear() {
	for i := range f.num {
		f.num[i] = math.NaN()
	}
	clear(f.text)
	clear(f.sets)
}

// SetNumber sets a number, a money amount in minor units or a boolean (0, 1). NaN means missing.
func (f *Facts) SetNumber(field *Field, v float64) { f.num[field.slot] = v }

// SetText sets a text; "" means missing.
func (f *Facts) SetText(field *Field, v string) { f.text[field.slot] = v }

// SetTexts sets the members of a set, which it keeps.
func (f *Facts) SetTexts(field *Field, members []string) { f.sets[field.slot] = members }

// SetDate sets a date; the zero date means missing.
func (f *Facts) SetDate(field *Field, d postlift.Date) {
	if d.IsZero() {
		f.num[field.slot] = math.NaN()
		return
	}
	f.num[field.slot] = float64(d)
}

// SetBool sets a boolean.
func (f *Facts) SetBool(field *Field, v bool) {
	f.num[field.slot] = 0
	if v {
		f.num[field.slot] = 1
	}
}

// Missing tells whether the account has no value for the field. A set is never missing.
func (f *Facts) Missing(field *Field) bool {
	if field.Type == Texts {
		return false
	}
	if field.Type == Text {
		return f.text[field.slot] == ""
	}
	return math.IsNaN(f.num[field.slot])
}

// Value is the field's value as a document holds it: nil where missing, else a float64, a string, a
// bool, an ISO date text, a list of texts or, for money, a postlift.Money of the given currency.
func (f *Facts) Value(field *Field, currency string) any {
	if f.Missing(field) {
		return nil
	}
	switch field.Type {
	case Text:
		return f.text[field.slot]
	case Texts:
		return append([]string{}, f.sets[field.slot]...) // never nil: an empty set is a value
	case Boolean:
		return f.num[field.slot] != 0
	case Day:
		return postlift.Date(f.num[field.slot]).String()
	case Amount:
		return postlift.Money{Minor: postlift.RoundMinor(f.num[field.slot]), Currency: currency}
	}
	return f.num[field.slot]
}

// SetValue puts back what Value gave, as it is or as JSON carried it: nil, number, text, bool, list of texts or money.
// A value of another shape counts as missing.
func (f *Facts) SetValue(field *Field, v any) {
	f.clear(field)
	switch v := v.(type) {
	case string:
		if field.Type == Text {
			f.SetText(field, v)
		} else if d, err := postlift.ParseDate(v); err == nil && field.Type == Day {
			f.SetDate(field, d)
		}
	case bool:
		if field.Type == Boolean {
			f.SetBool(field, v)
		}
	case float64:
		if field.Type == Number {
			f.SetNumber(field, v)
		}
	case []any:
		f.setMembers(field, v)
	case []string:
		if field.Type == Texts {
			f.SetTexts(field, v)
		}
	case postlift.Money:
		if field.Type == Amount {
			f.SetNumber(field, float64(v.Minor))
		}
	case map[string]any:
		if minor, ok := v["minor"].(float64); ok && field.Type == Amount {
			f.SetNumber(field, minor)
		}
	}
}

func (f *Facts) clear(field *Field) {
	switch field.Type {
	case Text:
		f.text[field.slot] = ""
	case Texts:
		f.sets[field.slot] = nil
	default:
		f.num[field.slot] = math.NaN()
	}
}

func (f *Facts) setMembers(field *Field, v []any) {
	if field.Type != Texts {
		return
	}
	members := make([]string, 0, len(v))
	for _, m := range v {
		if s, ok := m.(string); ok {
			members = append(members, s)
		}
	}
	f.SetTexts(field, members)
}
