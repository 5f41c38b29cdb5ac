package letter

import (
	"strings"

	"postlift"
)

// string finds a text of the merge data where it lies; ok is false where merge.Data must look.
func (p *Piece) string(path string) (s string, ok bool) {
	group, name, dotted := strings.Cut(path, ".")
	v := p.Merge[group]
	if dotted {
		m, _ := v.(map[string]any)
		if v, ok = m[name]; !ok {
			return "", m != nil || p.Merge[group] == nil
		}
	}
	s, ok = v.(string)
	return s, ok
}

// field is a text of the merge data by its dotted name, cleaned and checked against the fonts; "" when it is not
// there. Texts that are clean already, as nearly all are, are not copied.
func (cp *composer) field(path string) (string, error) {
	s, ok := cp.piece.string(path)
	if !ok || !clean(s) || len(s) > maxField {
		return cp.data.Field(path)
	}
	return s, cp.checked(s, path)
}

// maxField bounds what is taken without a look at the limits of merging, in bytes.
const maxField = 4 << 10

// need is a field without which the piece is not complete.
func (cp *composer) need(path string) (string, error) {
	s, err := cp.field(path)
	if err == nil && s == "" {
		err = pieceFault("%s has no value, and every piece prints it: fill it in", path)
	}
	return s, err
}

func (cp *composer) firstOf(paths ...string) (string, error) {
	for _, p := range paths {
		if s, err := cp.field(p); s != "" || err != nil {
			return s, err
		}
	}
	return "", nil
}

// day is a field as a civil date; the zero date when it has no value.
func (cp *composer) day(path string) (postlift.Date, error) {
	return cp.data.Day(path)
}

// checked refuses characters that the fonts lack.
func (cp *composer) checked(s, where string) error {
	if r, missing := cp.covers.Missing(s); missing {
		return pieceFault("%s contains %q (U+%04X), which the design's fonts cannot print: correct it in the customer file", where, r, r)
	}
	return nil
}

// clean tells of a text that typeset.CleanValue would not change: letters below the combining marks, no control or
// invisible characters, single blanks inside.
func clean(s string) bool {
	blank := true // a leading blank is stray, too
	for _, r := range s {
		switch {
		case r == ' ':
			if blank {
				return false
			}
			blank = true
			continue
		case r < ' ', r >= 0x7f && r < 0xa0, r == 0xad, r >= 0x300 && (r < 0x2010 || r > 0x2027) && r != '€':
			return false
		}
		blank = false
	}
	return !blank || s == ""
}

// primaryLanguage is the part of a language tag before its region.
func primaryLanguage(tag string) string {
	lang, _, _ := strings.Cut(tag, "-")
	return strings.ToLower(lang)
}
