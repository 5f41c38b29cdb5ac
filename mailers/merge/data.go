package merge

import (
	"strings"
	"unicode"

	"postlift"
	"postlift/mailers/typeset"
)

// Data are one piece's merge data. They are read where they lie and never changed; what the piece has by itself is
// set on top. Data count what a piece's texts cost, so make them anew for each piece and do not share them.
type Data struct {
	root map[string]any
	own  []binding
	cost *cost
	// Missing finds the first character that the design's fonts lack; nil tests nothing. typeset.Family.Missing is
	// such a test.
	Missing func(s string) (r rune, missing bool)
}

type cost struct{ steps, bytes int }

type binding struct {
	name string
	v    value
}

// NewData reads merge data: groups as map[string]any, lists as []any, []string or []map[string]any, dates as ISO
// texts, amounts as {"minor", "currency"} or as "1234.56 EUR". Blank texts, empty lists and empty groups are no
// values.
func NewData(merge map[string]any) Data {
	return Data{root: merge, cost: &cost{steps: maxSteps, bytes: maxPiece}}
}

// Set gives a dotted name another value, over the piece's data.
func (d *Data) Set(name string, v any) {
	d.own = append(d.own, binding{name, load(v)})
}

// lookup finds a dotted name.
func (d *Data) lookup(name string, parts []string) value {
	for i := len(d.own) - 1; i >= 0; i-- {
		if d.own[i].name == name {
			return d.own[i].v
		}
	}
	var v any = d.root
	for _, p := range parts {
		m, _ := v.(map[string]any)
		if v = m[p]; v == nil {
			return value{}
		}
	}
	return load(v)
}

// Has tells whether a name has a value.
func (d *Data) Has(name string) bool { return d.lookup(name, strings.Split(name, ".")).truthy() }

// Field is a text of the data by its dotted name, cleaned and tested against the fonts; "" where there is none.
func (d *Data) Field(name string) (string, error) {
	s, err := d.lookup(name, strings.Split(name, ".")).printed(name)
	if err != nil {
		return "", err
	}
	s = clean(s)
	return s, d.printable(s, name)
}

// Day is a date of the data; zero where there is none.
func (d *Data) Day(name string) (postlift.Date, error) {
	day, err := dayOf(d.lookup(name, strings.Split(name, ".")))
	if err != nil {
		return 0, named(err, name)
	}
	return day, nil
}

// printable refuses what no font of the design can print, and the characters that this package keeps for itself.
func (d *Data) printable(s, name string) error {
	if len(s) > maxValue {
		return pieceFault("%s is longer than %d bytes", name, maxValue)
	}
	r, bad := rune(0), false
	if d.Missing != nil {
		r, bad = d.Missing(s)
	}
	if i := strings.IndexByte(s, privateByte); i >= 0 && !bad {
		if i = strings.IndexFunc(s, reserved); i >= 0 {
			r, bad = []rune(s[i:])[0], true
		}
	}
	if bad {
		return pieceFault("%s contains %q (U+%04X), which the design's fonts cannot print: correct it in the customer file", name, r, r)
	}
	return nil
}

// clean is typeset.CleanValue with a quick way for what is clean already: letters, digits and signs that stand
// for themselves, with single blanks between.
func clean(s string) string {
	blank := true
	for _, r := range s {
		switch {
		case r == ' ':
			if blank {
				return typeset.CleanValue(s)
			}
			blank = true
			continue
		case r > ' ' && r < 0x7f, r >= 0xa0 && r < 0x180 && r != 0xad, r == '€', r >= 0x2012 && r <= 0x201f, r == '\u202f', r == '…', r == '•':
			blank = false
			continue
		case unicode.Is(unicode.Co, r):
			return s // refused by whoever prints it
		}
		return typeset.CleanValue(s)
	}
	if blank {
		return typeset.CleanValue(s)
	}
	return s
}
