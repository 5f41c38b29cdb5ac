package address

import (
	_ "embed" // the tables below
	"regexp"
	"strings"
	"sync"

	"golang.org/x/text/unicode/norm"
)

// The tables of 252 territories and of the regions of five of them; ORIGINS.md says where they come from.
var (
	//go:embed formats.tsv
	formatTable string
	//go:embed regions.tsv
	regionTable string
)

// Fields of a format, by the letters of the table.
const (
	fieldContact  = 'N'
	fieldCompany  = 'O'
	fieldStreet   = 'A'
	fieldDistrict = 'D'
	fieldCity     = 'C'
	fieldRegion   = 'S'
	fieldPostcode = 'Z'
)

// token is a field of a label's row, or text between fields (field 0).
type token struct {
	field byte
	text  string
}

// row is one row of a format; a contact, company or street row may become several lines.
type row []token

// form is how one country writes a label.
type form struct {
	code     string
	rows     []row // as written in Latin letters
	local    []row // as written in the country's own script
	needs    string
	capitals string // fields that are in capitals at home
	pattern  func() *regexp.Regexp
	example  string
	rule     rule // what was checked by hand
}

func (f *form) has(field byte) bool { return rowsHave(f.rows, field) }

// personFirst tells whether the contact stands above the company.
func (f *form) personFirst(rows []row) bool {
	for _, r := range rows {
		for _, t := range r {
			switch t.field {
			case fieldContact:
				return true
			case fieldCompany:
				return false
			}
		}
	}
	return false
}

func rowsHave(rows []row, field byte) bool {
	for _, r := range rows {
		for _, t := range r {
			if t.field == field {
				return true
			}
		}
	}
	return false
}

// forms reads the table once; rules.go has the last word.
var forms = sync.OnceValue(func() map[string]*form {
	all := map[string]*form{}
	for _, line := range tableLines(formatTable) {
		c := strings.Split(line, "\t")
		f := &form{code: c[0], needs: c[3], capitals: c[4], rule: rules[c[0]]}
		f.local = parseFormat(or(f.rule.format, c[1], "%N%n%O%n%A%n%C"))
		f.rows = f.local
		if c[2] != "" {
			f.rows = parseFormat(c[2])
		}
		pattern := or(f.rule.postcode, c[5])
		f.pattern = sync.OnceValue(func() *regexp.Regexp {
			if pattern == "" {
				return nil
			}
			return regexp.MustCompile(`^(?:` + pattern + `)$`)
		})
		f.example, _, _ = strings.Cut(or(f.rule.example, c[6]), ",")
		all[f.code] = f
	}
	return all
})

func tableLines(table string) []string {
	return strings.Split(strings.TrimSuffix(table, "\n"), "\n")[1:]
}

// parseFormat reads the tokens of a format. A country's sign before the postcode (CH-, FI-, L-) is left
// out: the label has a country line, and the sign is not wanted beside it (DIN 5008).
func parseFormat(s string) []row {
	var rows []row
	for _, part := range strings.Split(s, "%n") {
		var r row
		for part != "" {
			if part[0] == '%' && len(part) > 1 {
				r, part = append(r, token{field: part[1]}), part[2:]
				continue
			}
			text, rest := part, ""
			if i := strings.IndexByte(part, '%'); i >= 0 {
				text, rest = part[:i], part[i:]
			}
			if !strings.HasPrefix(rest, "%Z") || len(text) > 3 || !strings.HasSuffix(text, "-") || len(r) > 0 {
				r = append(r, token{text: text})
			}
			part = rest
		}
		if len(r) > 0 {
			rows = append(rows, r)
		}
	}
	return rows
}

// region is a state or province as its post names it.
type region struct {
	code, name string
	postcodes  func() *regexp.Regexp // what its postcodes begin with
}

var regions = sync.OnceValue(func() map[string][]region {
	all := map[string][]region{}
	for _, line := range tableLines(regionTable) {
		c := strings.Split(line, "\t")
		all[c[0]] = append(all[c[0]], region{code: c[1], name: c[2], postcodes: sync.OnceValue(func() *regexp.Regexp {
			return regexp.MustCompile(`^(?:` + c[3] + `)`)
		})})
	}
	return all
})

// findRegion knows a region by its code or its name, accents or not.
func findRegion(cc, text string) (region, bool) {
	for _, r := range regions()[cc] {
		if strings.EqualFold(r.code, text) || plain(r.name) == plain(text) {
			return r, true
		}
	}
	return region{}, false
}

// plain is the text without accents, in small letters.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 0x300 && r < 0x370 {
			return -1
		}
		return r
	}, norm.NFD.String(strings.ToLower(s)))
}

func or(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}
