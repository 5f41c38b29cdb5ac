package address

import (
	"strings"
	"unicode"

	"postlift/mailers/typeset"
)

// Postcode is a postcode as labels to the country have it, for manifests and sorting: "D-20095" becomes 20095. One that
// does not fit the country comes back in capitals; of an unknown country, as it is.
func Postcode(country, s string) string {
	f := forms()[strings.ToUpper(strings.TrimSpace(country))]
	if f == nil {
		return s
	}
	tidy, _ := f.tidyPostcode(typeset.CleanLine(s))
	return tidy
}

// tidyPostcode writes a postcode in capitals and in its country's groups, and takes off what people put
// before it ("D-", "CH-", "F "): the country has its own line. ok tells whether it then fits the
// country's pattern; one that does not comes back as it was given, in capitals.
func (f *form) tidyPostcode(s string) (tidy string, ok bool) {
	s = strings.ToUpper(s)
	if s == "" || f.pattern() == nil {
		return s, true
	}
	if t := f.group(s); f.pattern().MatchString(t) {
		return t, true
	}
	for _, sign := range append([]string{f.code}, f.rule.signs...) {
		rest, found := strings.CutPrefix(s, sign)
		if !found {
			continue
		}
		if t := f.group(strings.TrimLeft(rest, "- ")); f.pattern().MatchString(t) {
			return t, true
		}
	}
	return s, false
}

// group sets the blanks and dashes of the country's shape where the number of letters and digits is right.
func (f *form) group(s string) string {
	c := compact(s)
	if f.code == "GB" && len(c) >= 5 && len(c) <= 7 && !strings.HasPrefix(c, "BFPO") {
		return c[:len(c)-3] + " " + c[len(c)-3:]
	}
	if n := strings.Count(f.rule.shape, "#"); n == 0 || len(c) != n || !isASCII(c) {
		return s
	}
	var b strings.Builder
	i := 0
	for _, r := range f.rule.shape {
		if r == '#' {
			r = rune(c[i])
			i++
		}
		b.WriteRune(r)
	}
	return b.String()
}

// compact keeps letters and digits only.
func compact(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
