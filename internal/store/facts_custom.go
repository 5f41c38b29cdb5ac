package store

import (
	"fmt"
	"regexp"

	"postlift"
	"postlift/campaigns/rules"
	"postlift/migrations"
)

var customName = regexp.MustCompile(`^custom\.([a-z0-9_]+)$`)

// realISODate is a regular expression of the texts that postlift.ParseDate takes, which PostgreSQL 15 has no
// function for that does not fail at others.
const realISODate = `^([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))` +
	`|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)$`

// customColumn reads an attribute from the account's JSON object. A value of another JSON type counts as missing.
func (s *Store) customColumn(f *rules.Field) (factColumn, error) {
	name := customName.FindStringSubmatch(f.Name)
	if name == nil {
		return factColumn{}, postlift.Faultf(postlift.Invalid, "store.Rule", "%s cannot name an attribute: lower-case letters, digits and _ are possible", f.Name)
	}
	kind, value := "json_type(a.custom, '$."+name[1]+"')", "json_extract(a.custom, '$."+name[1]+"')"
	number, text, flag, cast := "IN ('integer', 'real')", "= 'text'", "IN ('true', 'false')", value
	isDate := "date(" + value + ") = " + value
	if s.dialect == migrations.Postgres {
		kind, value = "jsonb_typeof(a.custom->'"+name[1]+"')", "a.custom->>'"+name[1]+"'"
		number, text, flag, cast = "= 'number'", "= 'string'", "= 'boolean'", "CAST("+value+" AS BOOLEAN)"
		isDate = value + " ~ '" + realISODate + "'"
	}
	only := func(of, then string) string { return "CASE WHEN " + kind + " " + of + " THEN " + then + " END" }
	switch f.Type {
	case rules.Text:
		return factColumn{expr: only(text, value), as: asText}, nil
	case rules.Day:
		return factColumn{expr: only(text, "CASE WHEN "+isDate+" THEN "+value+" END"), as: asISODate}, nil
	case rules.Boolean:
		return factColumn{expr: only(flag, cast), as: asFlag}, nil
	case rules.Texts:
		return factColumn{}, fmt.Errorf("store: attribute %s is a set", f.Name)
	}
	if s.dialect == migrations.Postgres {
		value = "CAST(" + value + " AS DOUBLE PRECISION)"
	}
	return factColumn{expr: only(number, value), as: asNumber}, nil
}
