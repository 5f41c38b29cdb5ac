package campaigns

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
}

// NewFacts makes facts in which every value is missing.
func NewFacts() *Facts {
	f := &Facts{num: make([]float64, numSlots), text: make([]string, textSlots)}
	f.Clear()
	return f
}

// Clear makes every value missing.
func (f *Facts) Clear() {
	for i := range f.num {
		f.num[i] = math.NaN()
	}
	clear(f.text)
}

// SetNumber sets a number, a money amount in minor units or a boolean (0, 1). NaN means missing.
func (f *Facts) SetNumber(field *Field, v float64) { f.num[field.slot] = v }

// SetText sets a text; "" means missing.
func (f *Facts) SetText(field *Field, v string) { f.text[field.slot] = v }

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

// Missing tells whether the account has no value for the field.
func (f *Facts) Missing(field *Field) bool {
	if field.Type == Text {
		return f.text[field.slot] == ""
	}
	return math.IsNaN(f.num[field.slot])
}

// Value is the field's value as a document holds it: nil where missing, else a float64, a string, a
// bool, an ISO date text or, for money, a postlift.Money of the given currency.
func (f *Facts) Value(field *Field, currency string) any {
	if f.Missing(field) {
		return nil
	}
	switch field.Type {
	case Text:
		return f.text[field.slot]
	case Boolean:
		return f.num[field.slot] != 0
	case Day:
		return postlift.Date(f.num[field.slot]).String()
	case Amount:
		return postlift.Money{Minor: postlift.RoundMinor(f.num[field.slot]), Currency: currency}
	}
	return f.num[field.slot]
}

// SetValue puts back what Value gave and JSON carried: nil, number, text, bool, or a money object.
// A value of another shape counts as missing.
func (f *Facts) SetValue(field *Field, v any) {
	switch v := v.(type) {
	case string:
		if field.Type == Text {
			f.SetText(field, v)
		} else if d, err := postlift.ParseDate(v); err == nil && field.Type == Day {
			f.SetDate(field, d)
		}
	case bool:
		f.SetBool(field, v)
	case float64:
		f.SetNumber(field, v)
	case map[string]any:
		if minor, ok := v["minor"].(float64); ok {
			f.SetNumber(field, minor)
		}
	}
}
