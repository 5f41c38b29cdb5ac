package rules

import (
	"regexp"
	"slices"
	"sync"

	"postlift/accounts"
)

// customPrefix comes before the names of the organisation's own attributes.
const customPrefix = "custom."

// maxGrown is how many catalogues of own attributes are kept; an installation has one, and for a moment another
// when its settings change.
const maxGrown = 4

// grownCatalogues keeps the catalogues that With has built, the latest first.
type grownCatalogues struct {
	mu   sync.Mutex
	kept []grownCatalogue
}

type grownCatalogue struct {
	attributes []accounts.Attribute
	catalogue  *Catalogue
}

// With is the catalogue with the organisation's own attributes, named "custom." and their name, behind its own
// fields. The same attributes give the same catalogue again, so that its fields can be compared and calling it is
// cheap. Attributes that the settings would refuse are left out: names other than lower-case letters, digits and _
// behind a first letter, names used before, unknown types.
func (c *Catalogue) With(attributes []accounts.Attribute) *Catalogue {
	if len(attributes) == 0 {
		return c
	}
	c.grown.mu.Lock()
	defer c.grown.mu.Unlock()
	kept := c.grown.kept
	if i := slices.IndexFunc(kept, func(g grownCatalogue) bool { return slices.Equal(g.attributes, attributes) }); i >= 0 {
		return kept[i].catalogue
	}
	made := grownCatalogue{slices.Clone(attributes), c.grow(attributes)}
	c.grown.kept = append([]grownCatalogue{made}, kept[:min(len(kept), maxGrown-1)]...)
	return made.catalogue
}

var customName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

func (c *Catalogue) grow(attributes []accounts.Attribute) *Catalogue {
	all := &Catalogue{byName: make(map[string]*Field, len(c.fields)+len(attributes))}
	for _, f := range c.fields {
		all.add(*f)
	}
	for _, a := range attributes {
		f := Field{Name: customPrefix + a.Name, Type: FieldType(a.Type), Unit: a.Unit, EN: a.LabelEN, DE: a.LabelDE, Custom: true,
			About: Words{a.AboutEN, a.AboutDE}, Missing: notImported}
		_, taken := all.Field(f.Name)
		if taken || !customName.MatchString(a.Name) || !slices.Contains([]FieldType{Number, Amount, Text, Boolean, Day}, f.Type) {
			continue
		}
		if f.EN == "" {
			f.EN = a.Name
		}
		if f.DE == "" {
			f.DE = f.EN
		}
		all.add(f)
	}
	return all
}
