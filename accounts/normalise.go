package accounts

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"postlift"
)

// Scopes of suppressions and of the keyed hashes by which they recognise whom they block.
const (
	ScopeAccount = "account" // a company
	ScopeAddress = "address" // a postal address
	ScopePerson  = "person"  // a person at a company
)

// Keyer makes the keyed hashes that accounts, sites and contacts carry as match keys, and the recipient
// key of a letter, from normalised parts under the installation's secret.
type Keyer struct{ Secret []byte }

// Company keys a company by its name and the postcode of its main site, so that two firms of one name in
// two towns stay two; the postcode may be empty. An empty name gives "".
func (k Keyer) Company(name, postcode string) string {
	n := NormalCompany(name)
	if n == "" {
		return ""
	}
	return postlift.MatchKey(k.Secret, ScopeAccount, n, NormalPostcode(postcode))
}

// CompanyAnywhere keys a company that a list names without saying where. No account carries this key:
// such a block stands for every company of that name. An empty name gives "".
func (k Keyer) CompanyAnywhere(name string) string {
	n := NormalCompany(name)
	if n == "" {
		return ""
	}
	return postlift.MatchKey(k.Secret, ScopeAccount, n, "", "anywhere")
}

// Address keys a postal address; without street and box, or without postcode and city, it gives "".
func (k Keyer) Address(street, poBox, postcode, city, country string) string {
	s, c := streetOrBox(street, poBox), NormalText(city)
	z := NormalPostcode(postcode)
	if s == "" || z == "" && c == "" {
		return ""
	}
	if z != "" {
		c = "" // the postcode says it; cities are written in many ways
	}
	return postlift.MatchKey(k.Secret, ScopeAddress, s, z, c, strings.ToUpper(country))
}

// Person keys a person at a company; without a last name it gives "".
func (k Keyer) Person(first, last, company string) string {
	l := NormalText(last)
	if l == "" {
		return ""
	}
	return postlift.MatchKey(k.Secret, ScopePerson, l, NormalText(first), NormalCompany(company))
}

// PersonAt keys a person of whom a list names the address but no company.
func (k Keyer) PersonAt(first, last, addressKey string) string {
	l := NormalText(last)
	if l == "" || addressKey == "" {
		return ""
	}
	return postlift.MatchKey(k.Secret, ScopePerson, l, NormalText(first), "at", addressKey)
}

// Recipient keys one recipient of a letter: the person or, where nobody is known by name, the function
// line, at the company and its address.
func (k Keyer) Recipient(first, last, function, company, street, poBox, postcode, city, country string) string {
	person := NormalText(last) + "\x00" + NormalText(first)
	if NormalText(last) == "" {
		person = "\x00" + NormalText(function)
	}
	return postlift.RecipientKey(k.Secret, person, NormalCompany(company), streetOrBox(street, poBox), NormalPostcode(postcode), NormalText(city), strings.ToUpper(country))
}

// NormalText brings a name to the form in which two spellings of it are equal: NFKC, lower case, both
// ways of writing umlauts and ß, accents and punctuation gone, single blanks.
func NormalText(s string) string {
	if isNormal(s) {
		return s
	}
	plain := true
	for i := range len(s) {
		if s[i] >= 0x80 {
			plain = false
			break
		}
	}
	if !plain {
		s = norm.NFKC.String(s)
	}
	var b strings.Builder
	b.Grow(len(s) + 4)
	blank := false
	emit := func(text string) {
		if blank && b.Len() > 0 {
			b.WriteByte(' ')
		}
		blank = false
		b.WriteString(text)
	}
	for _, r := range s {
		r = unicode.ToLower(r)
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			if blank && b.Len() > 0 {
				b.WriteByte(' ')
			}
			blank = false
			b.WriteByte(byte(r))
		case r == 'ä':
			emit("ae")
		case r == 'ö':
			emit("oe")
		case r == 'ü':
			emit("ue")
		case r == '&' || r == '+':
			blank = true
			emit("und")
			blank = true
		case r == '\'' || r == '\u2019' || r == '.':
			// "d'Or" is "dor", "G.m.b.H." is "gmbh"
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			emit(base(r))
		case unicode.Is(unicode.Mn, r):
		default:
			blank = true
		}
	}
	return b.String()
}

// isNormal recognises what is in normal form already: most of the bulk passes here.
func isNormal(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// base takes the accents off a letter and writes the joined ones out, also where they bear an accent.
func base(r rune) string {
	var b strings.Builder
	for _, c := range norm.NFD.String(string(r)) {
		switch {
		case c == 'æ':
			b.WriteString("ae")
		case c == 'ø' || c == 'œ':
			b.WriteString("oe")
		case c == 'ß':
			b.WriteString("ss")
		case !unicode.Is(unicode.Mn, c):
			b.WriteRune(c)
		}
	}
	return b.String()
}

// legalForms are the words that name a company's form, not the company. "und co" goes with them.
var legalForms = map[string]bool{
	"gmbh": true, "ggmbh": true, "mbh": true, "ag": true, "kg": true, "kgaa": true, "ug": true, "ohg": true, "ek": true,
	"ev": true, "eg": true, "gbr": true, "se": true, "haftungsbeschraenkt": true, "partg": true, "partgmbb": true,
	"inc": true, "llc": true, "ltd": true, "limited": true, "corp": true, "corporation": true, "incorporated": true,
	"plc": true, "llp": true, "lp": true, "company": true, "sarl": true, "sa": true, "bv": true, "nv": true, "spa": true, "srl": true,
	"co": true, "cie": true, "gesellschaft": true, "aktiengesellschaft": true, "holding": false,
}

// NormalCompany is NormalText without legal forms; a name that consists of them keeps them.
func NormalCompany(s string) string {
	n := NormalText(s)
	words := strings.Split(n, " ")
	kept := make([]string, 0, len(words))
	for i, w := range words {
		if i > 0 && legalForms[w] {
			continue
		}
		kept = append(kept, w)
	}
	for len(kept) > 1 && (kept[len(kept)-1] == "und" || kept[len(kept)-1] == "and") {
		kept = kept[:len(kept)-1]
	}
	for i, w := range kept {
		if w == "and" || w == "u" {
			kept[i] = "und"
		}
	}
	return strings.Join(kept, " ")
}

// NormalStreet is NormalText with one spelling of street words and of house numbers ("12 a" is "12a").
func NormalStreet(s string) string {
	n := NormalText(s)
	if n == "" {
		return ""
	}
	words := strings.Split(n, " ")
	out := make([]string, 0, len(words))
	for _, w := range words {
		switch {
		case w == "strasse" || w == "street" || w == "st":
			w = "str"
		case w == "avenue":
			w = "ave"
		case w == "road":
			w = "rd"
		case strings.HasSuffix(w, "strasse"):
			w = strings.TrimSuffix(w, "asse")
		}
		last := len(out) - 1
		switch {
		case last >= 0 && w == "str" && !digitFirst(out[last]):
			out[last] += "str"
		case last >= 0 && len(w) == 1 && w[0] >= 'a' && w[0] <= 'z' && digitFirst(out[last]):
			out[last] += w
		default:
			out = append(out, w)
		}
	}
	return strings.Join(out, " ")
}

func digitFirst(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }

// streetOrBox is the street or, where there is none or it names a box, the post office box.
func streetOrBox(street, poBox string) string {
	s := NormalStreet(street)
	for _, word := range []string{"postfach", "po box", "pf "} {
		if strings.HasPrefix(s, word) {
			return normalBox(s)
		}
	}
	if s == "" {
		return normalBox(poBox)
	}
	return s
}

// normalBox keeps a post office box's digits: "Postfach 12 34", "PF 1234" and "P.O. Box 1234" are one.
func normalBox(s string) string {
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
	if digits == "" {
		return ""
	}
	return "box " + digits
}

// NormalPostcode keeps letters and digits, in capitals, without a country prefix such as "D-".
func NormalPostcode(s string) string {
	s = strings.ToUpper(strings.TrimSpace(s))
	if i := strings.IndexByte(s, '-'); i > 0 && i <= 3 && s[0] >= 'A' && s[0] <= 'Z' {
		s = s[i+1:]
	}
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, s)
}
