package accounts

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"postlift"
	"postlift/accounts/csvfile"
)

// CustomPrefix stands before an attribute's name in headers of accounts files and in rules.
const CustomPrefix = "custom."

// The types of attributes.
const (
	AttributeNumber  = "number"
	AttributeMoney   = "money" // in files major units of the reporting currency, stored as minor units
	AttributeText    = "text"
	AttributeBoolean = "boolean"
	AttributeDate    = "date"
)

var attributeTypes = []string{AttributeNumber, AttributeMoney, AttributeText, AttributeBoolean, AttributeDate}

// Limits of attributes.
const (
	MaxAttributes   = 200
	maxLabel        = 80
	maxAbout        = 500
	maxUnit         = 20
	maxCustomNumber = 1e15 // up to here every whole number is exact in JSON
)

var attributeName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// checkAttributes is a fault that names the first attribute that breaks a rule, and the rule.
func checkAttributes(list []Attribute) error {
	bad := func(i int, a Attribute, rule string) error {
		return postlift.Faultf(postlift.Invalid, "settings", "attributes: number %d (%q): %s", i+1, a.Name, rule)
	}
	if len(list) > MaxAttributes {
		return postlift.Faultf(postlift.Invalid, "settings", "attributes: %d are declared, at most %d are possible", len(list), MaxAttributes)
	}
	seen := map[string]bool{}
	for i, a := range list {
		switch {
		case !attributeName.MatchString(a.Name):
			return bad(i, a, "a name begins with a lower-case letter and has at most 40 lower-case letters (a to z), digits and _")
		case seen[a.Name]:
			return bad(i, a, "the name is declared twice")
		case !slices.Contains(attributeTypes, a.Type):
			return bad(i, a, fmt.Sprintf("the type %q is not known: possible are %s%s", a.Type, strings.Join(attributeTypes, ", "), csvfile.DidYouMean(attributeTypes, a.Type)))
		case strings.TrimSpace(a.LabelEN) == "" || strings.TrimSpace(a.LabelDE) == "":
			return bad(i, a, "label_en and label_de are needed: rules show them")
		case len([]rune(a.LabelEN)) > maxLabel || len([]rune(a.LabelDE)) > maxLabel:
			return bad(i, a, fmt.Sprintf("a label has at most %d characters", maxLabel))
		case len([]rune(a.AboutEN)) > maxAbout || len([]rune(a.AboutDE)) > maxAbout:
			return bad(i, a, fmt.Sprintf("about_en and about_de have at most %d characters", maxAbout))
		case len([]rune(a.Unit)) > maxUnit:
			return bad(i, a, fmt.Sprintf("a unit has at most %d characters", maxUnit))
		}
		seen[a.Name] = true
	}
	return nil
}

// column is the attribute as a column of accounts files.
func (a Attribute) column() csvfile.Column {
	c := csvfile.Column{Name: CustomPrefix + a.Name, Exact: true}
	switch a.Type {
	case AttributeNumber, AttributeMoney:
		c.Type = csvfile.Number
	case AttributeDate:
		c.Type = csvfile.Date
	case AttributeBoolean:
		c.Type = csvfile.Flag
	}
	return c
}

// withAttributes are the columns of a kind of file with those of the organisation's attributes, and the examples of
// its template with values for them.
func (k kind) withAttributes(attributes []Attribute) kind {
	if !k.custom || len(attributes) == 0 {
		return k
	}
	k.columns = slices.Clone(k.columns)
	k.example = slices.Clone(k.example)
	for i := range k.example {
		k.example[i] = slices.Clone(k.example[i])
	}
	samples := map[string]string{AttributeNumber: "12.5", AttributeMoney: "1200.00", AttributeText: "text", AttributeBoolean: "yes", AttributeDate: "2026-01-31"}
	for _, a := range attributes {
		k.columns = append(k.columns, a.column())
		for i := range k.example {
			sample := samples[a.Type]
			if i > 0 {
				sample = ""
			}
			k.example[i] = append(k.example[i], sample)
		}
	}
	return k
}

// unknownCustom is a fault when the header holds a custom column that is no attribute: an import that dropped it
// would look complete.
func unknownCustom(header []string, attributes []Attribute) error {
	known := make([]string, len(attributes))
	for i, a := range attributes {
		known[i] = CustomPrefix + a.Name
	}
	for _, h := range header {
		name := strings.ToLower(strings.TrimSpace(h))
		if !strings.HasPrefix(name, CustomPrefix) || slices.Contains(known, name) {
			continue
		}
		remedy := "declare it under attributes in settings.yaml and run postlift init --apply, or take the column out"
		if near := csvfile.DidYouMean(known, name); near != "" {
			return postlift.Faultf(postlift.Invalid, "accounts.Import", "the column %q is no attribute of the settings%s Otherwise %s", h, near, remedy)
		}
		return postlift.Faultf(postlift.Invalid, "accounts.Import", "the column %q is no attribute of the settings: %s", h, remedy)
	}
	return nil
}

// null clears a stored value.
var null = json.RawMessage("null")

// custom reads the attributes that the file has columns for, nil where it has none; an empty field is null.
func (s *session) custom(row *csvfile.Row) map[string]json.RawMessage {
	if len(s.attributes) == 0 {
		return nil
	}
	values := make(map[string]json.RawMessage, len(s.attributes))
	for _, a := range s.attributes {
		values[a.Name] = s.customValue(row, a)
	}
	return values
}

func (s *session) customValue(row *csvfile.Row, a Attribute) json.RawMessage {
	name := CustomPrefix + a.Name
	var v any
	var ok bool
	switch a.Type {
	case AttributeNumber:
		v, ok = row.Float(name, -maxCustomNumber, maxCustomNumber)
	case AttributeMoney:
		v, ok = row.Minor(name, s.importer.Settings.Currency)
	case AttributeDate:
		d := row.Date(name)
		v, ok = d.String(), !d.IsZero()
	case AttributeBoolean:
		ok = row.Text(name) != ""
		v = row.Bool(name, false)
	default:
		t := row.Text(name)
		v, ok = t, t != ""
	}
	if !ok {
		return null
	}
	raw, err := json.Marshal(v)
	if err != nil { // no number that Float gives is infinite
		row.Reject(name, a.Type, row.Text(name), "the value cannot be stored")
		return null
	}
	return raw
}

// fileAttributes are the attributes that the file has columns for.
func fileAttributes(reader *csvfile.Reader, attributes []Attribute) []Attribute {
	var found []Attribute
	for _, a := range attributes {
		if reader.Has(CustomPrefix + a.Name) {
			found = append(found, a)
		}
	}
	return found
}
