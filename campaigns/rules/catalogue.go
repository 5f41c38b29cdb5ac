package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

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
	Day     FieldType = "date"  // a rule's literals are ISO dates in quotes, or relative ones such as days_ago(90)
	Texts   FieldType = "texts" // a set of texts; never missing, but it may be empty
)

// noun is the type with its article, as it stands behind "is".
func (t FieldType) noun() string {
	switch t {
	case Texts:
		return "a set of texts"
	case Amount:
		return "an amount of money"
	}
	return "a " + string(t)
}

// Level is what a feature belongs to. Every feature is read per account: those of lower levels are counts,
// sums or sets over what belongs to the account, those of the group are the same for all its accounts.
type Level string

// The levels, from the group down to the contact.
const (
	OfGroup   Level = "group"
	OfCompany Level = "company"
	OfSite    Level = "site"
	OfContact Level = "contact"
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
	Yes     Words     `json:"yes,omitzero"`      // of a boolean: how a sentence says that it is true, "an open contract"
	No      Words     `json:"no,omitzero"`       // and that it is false, "no open contract"
	Level   Level     `json:"level"`
	Custom  bool      `json:"custom,omitempty"` // an attribute that the organisation imports
	index   int       // position in the catalogue
	slot    int       // position in Facts.num, Facts.text or Facts.sets
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

// Index is the field's position in its catalogue.
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
	return fmt.Sprintf("%q is never a value of %s%s; it has %s", text, f.Name, DidYouMean(known, text), strings.Join(known, ", "))
}

// Catalogue lists every feature that rules may name, the built-in ones and the organisation's own. It does not
// change and is safe for concurrent use. Money is in the reporting currency; days count back from the date that
// the facts stand for.
type Catalogue struct {
	fields           []*Field
	byName           map[string]*Field
	num, text, texts int // slots of each sort in Facts
	grown            grownCatalogues
}

var builtin = sync.OnceValue(func() *Catalogue {
	c := &Catalogue{byName: map[string]*Field{}}
	for _, f := range slices.Concat(groupFields, valueFields, segmentFields, standingFields, companyFields, siteFields, personFields,
		orderFields, contractFields, opportunityFields, mailFields) {
		c.add(f)
	}
	return c
})

// Builtin is the catalogue without attributes of the organisation's own.
func Builtin() *Catalogue { return builtin() }

// Fields lists the features in the catalogue's order; it must not be changed.
func (c *Catalogue) Fields() []*Field { return c.fields }

// Field finds a feature by its name.
func (c *Catalogue) Field(name string) (*Field, bool) {
	f, ok := c.byName[name]
	return f, ok
}

// Describe finds a feature by its name; a NotFound fault names the nearest one.
func (c *Catalogue) Describe(name string) (*Field, error) {
	if f, ok := c.Field(name); ok {
		return f, nil
	}
	return nil, postlift.Faultf(postlift.NotFound, "rules.Field", "there is no field %q%s", name, DidYouMean(c.names(), name))
}

// add appends a copy of a field and gives it its place.
func (c *Catalogue) add(f Field) {
	f.index = len(c.fields)
	if f.Level == "" {
		f.Level = OfCompany
	}
	if f.Pattern != "" {
		f.form = regexp.MustCompile("^(?:" + f.Pattern + ")$")
	}
	slots := &c.num
	switch f.Type {
	case Text:
		slots = &c.text
	case Texts:
		slots = &c.texts
	}
	f.slot, *slots = *slots, *slots+1
	c.fields = append(c.fields, &f)
	c.byName[f.Name] = &f
}

func (c *Catalogue) names() []string {
	names := make([]string, len(c.fields))
	for i, f := range c.fields {
		names[i] = f.Name
	}
	slices.Sort(names)
	return names
}
