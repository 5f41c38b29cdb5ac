package campaigns

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"postlift"
)

// FieldType is what a feature is; it decides which operators and literals a rule may use with it.
type FieldType string

// The types of features.
const (
	Number  FieldType = "number"
	Amount  FieldType = "money" // a rule's literals are major units of the reporting currency
	Text    FieldType = "text"  // an empty text is a missing value
	Boolean FieldType = "boolean"
	Day     FieldType = "date" // a rule's literals are ISO dates in quotes
)

// Field is one typed feature of an account that a rule may name.
type Field struct {
	Name    string    `json:"name"`
	Type    FieldType `json:"type"`
	Unit    string    `json:"unit"` // "days", "orders", "share"…; empty where the type says it all
	EN      string    `json:"label_en"`
	DE      string    `json:"label_de"`
	About   Words     `json:"description"`
	Missing Words     `json:"missing,omitzero"`  // which accounts have no value; empty where all have one
	Values  []Value   `json:"values,omitempty"`  // all that a text may be; none: any text
	Pattern string    `json:"pattern,omitempty"` // regular expression of a text's form, in words of Unit
	index   int       // position in Catalogue
	slot    int       // position in Facts.num or Facts.text
	form    *regexp.Regexp
}

// Words are a text in both languages.
type Words struct {
	EN string `json:"en"`
	DE string `json:"de"`
}

// In is the text in lang ("de…" is German, anything else English).
func (w Words) In(lang string) string {
	if len(lang) >= 2 && lang[:2] == "de" {
		return w.DE
	}
	return w.EN
}

// Value is one of the texts that a field may be, as rules write it and as people read it.
type Value struct {
	Value string `json:"value"`
	EN    string `json:"label_en"`
	DE    string `json:"label_de"`
}

// Index is the field's position in Catalogue.
func (f *Field) Index() int { return f.index }

// Label is the field's label in lang ("de…" is German, anything else English).
func (f *Field) Label(lang string) string { return Words{f.EN, f.DE}.In(lang) }

// ValueLabel is what people read for one of the field's texts in lang: its label where the field has a list
// of values, else the text itself.
func (f *Field) ValueLabel(text, lang string) string {
	for _, v := range f.Values {
		if v.Value == text {
			return Words{v.EN, v.DE}.In(lang)
		}
	}
	return text
}

// wrongText tells why a text can never be the field's value, or "".
func (f *Field) wrongText(text string) string {
	if f.form != nil && !f.form.MatchString(text) {
		return fmt.Sprintf("%q is never a value of %s: it is %s", text, f.Name, f.Unit)
	}
	if len(f.Values) == 0 {
		return ""
	}
	known := make([]string, len(f.Values))
	for i, v := range f.Values {
		if known[i] = v.Value; v.Value == text {
			return ""
		}
	}
	return fmt.Sprintf("%q is never a value of %s%s; it has %s", text, f.Name, didYouMean(known, text), strings.Join(known, ", "))
}

// Catalogue lists every feature in the order of the slots of Facts. Money is in the reporting currency;
// days count back from the date that the facts stand for.
var Catalogue = numbered(slices.Concat(valueFields, segmentFields, companyFields, orderFields, contractFields, contactFields))

// numSlots and textSlots are how many slots of each sort Facts has.
var numSlots, textSlots = countSlots()

var fieldByName = func() map[string]*Field {
	byName := make(map[string]*Field, len(Catalogue))
	for i := range Catalogue {
		byName[Catalogue[i].Name] = &Catalogue[i]
	}
	return byName
}()

// FieldNamed finds a feature by its name.
func FieldNamed(name string) (*Field, bool) {
	f, ok := fieldByName[name]
	return f, ok
}

// DescribeField finds a feature by its name; a NotFound fault names the nearest one.
func DescribeField(name string) (*Field, error) {
	if f, ok := FieldNamed(name); ok {
		return f, nil
	}
	return nil, postlift.Faultf(postlift.NotFound, "campaigns.Field", "there is no field %q%s", name, didYouMean(fieldNames(), name))
}

func numbered(fields []Field) []Field {
	num, text := 0, 0
	for i := range fields {
		fields[i].index = i
		if p := fields[i].Pattern; p != "" {
			fields[i].form = regexp.MustCompile("^(?:" + p + ")$")
		}
		if fields[i].Type == Text {
			fields[i].slot, text = text, text+1
		} else {
			fields[i].slot, num = num, num+1
		}
	}
	return fields
}

func countSlots() (num, text int) {
	for i := range Catalogue {
		if Catalogue[i].Type == Text {
			text++
		} else {
			num++
		}
	}
	return num, text
}

func fieldNames() []string {
	names := make([]string, len(Catalogue))
	for i := range Catalogue {
		names[i] = Catalogue[i].Name
	}
	slices.Sort(names)
	return names
}
