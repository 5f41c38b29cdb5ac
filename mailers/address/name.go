package address

import (
	"slices"
	"strings"
	"unicode"

	"postlift/mailers/typeset"
)

// ParseName takes a name that stands in one field apart: form of address, titles, first and last name with
// its particles, suffixes; "Nachname, Vorname" and double names, too. No word is lost or changed, and
// nothing is guessed from first names: without "Frau" or "Mr" the form of address stays empty. The caller
// keeps the original; confidence, from 0 to 1, says how sure the reading is: 0.9 and more needs no look,
// below 0.5 it is a guess (a single word, two people in one field, a company's name).
func ParseName(s string) (p Person, confidence float64) {
	words := strings.Fields(typeset.CleanLine(s))
	if len(words) == 0 {
		return Person{}, 0
	}
	sure := 1.0
	if looksUnlikePerson(words) {
		sure = 0.2
	}
	words, p.Suffix = takeSuffix(words)
	words = takePrefix(words, &p)
	if i := commaAt(words); i >= 0 {
		p.LastName = strings.TrimSuffix(strings.Join(words[:i+1], " "), ",")
		rest := takePrefix(words[i+1:], &p)
		p.FirstName = strings.Join(rest, " ")
		return p, min(sure, commaConfidence(rest))
	}
	first, last := splitName(words)
	if len(words) > 1 && particles[bare(words[0])] && join(p.Salutation, p.Title) != "" { // "Frau Di Lorenzo", or "Mr Al Smith"
		first, last, sure = nil, words, min(sure, 0.7)
	}
	p.FirstName, p.LastName = strings.Join(first, " "), strings.Join(last, " ")
	return p, min(sure, p.confidence(first, last))
}

// confidence of a name that was split without a comma's help.
func (p Person) confidence(first, last []string) float64 {
	switch {
	case len(last) == 0:
		return 0.3
	case len(first) == 0 && (p.Salutation != "" || p.Title != ""): // "Frau Muster"
		return 0.9
	case len(first) == 0:
		return 0.4
	case len(first) > 2:
		return 0.6
	case len(first) == 2 && p.Salutation == "": // "Anna Maria Muster", or "Anna Lopez Garcia"
		return 0.8
	}
	return 0.95
}

func commaConfidence(first []string) float64 {
	if len(first) == 0 {
		return 0.4
	}
	if len(first) > 2 {
		return 0.6
	}
	return 0.9
}

// commaAt finds the comma of "Nachname, Vorname".
func commaAt(words []string) int {
	return slices.IndexFunc(words, func(w string) bool { return strings.HasSuffix(w, ",") })
}

// looksUnlikePerson tells of words that people's names do not have.
func looksUnlikePerson(words []string) bool {
	for _, w := range words {
		b := bare(w)
		if b == "und" || b == "and" || b == "u" || legalParts[b] && len(b) > 1 || strings.ContainsFunc(w, func(r rune) bool {
			return unicode.IsDigit(r) || strings.ContainsRune("@&/+", r)
		}) {
			return true
		}
	}
	return false
}

// suffixes follow a name; only those after a comma or of this list are taken for one.
var suffixes = map[string]bool{"jr": true, "jun": true, "junior": true, "sr": true, "sen": true, "senior": true, "ii": true, "iii": true, "iv": true,
	"phd": true, "ph.d": true, "mba": true, "llm": true, "ll.m": true, "m.a": true, "ma": true, "msc": true, "m.sc": true, "bsc": true, "b.sc": true,
	"b.a": true, "ba": true, "b.eng": true, "m.eng": true, "md": true, "m.d": true, "cpa": true, "esq": true, "cfa": true, "obe": true, "mbe": true}

// takeSuffix cuts suffixes off the end, as long as two words are left for the name.
func takeSuffix(words []string) (rest []string, suffix string) {
	end := len(words)
	for end > 1 && suffixes[bare(words[end-1])] {
		end--
	}
	if end == len(words) {
		return words, ""
	}
	rest = slices.Clone(words[:end])
	rest[end-1] = strings.TrimSuffix(rest[end-1], ",")
	return rest, strings.Join(words[end:], " ")
}

// titles stand before a name; abbreviated faculties (med., phil., h. c.) go with a Dr. before them.
var (
	titles = map[string]bool{"dr": true, "ddr": true, "prof": true, "professor": true, "professorin": true, "doktor": true, "dipl": true,
		"mag": true, "mag.a": true, "di": true, "ing": true, "ra": true, "rain": true, "stb": true, "wp": true, "pd": true, "privatdozent": true,
		"sir": true, "dame": true, "dr.in": true, "dr.-ing": true, "dkfm": true, "bakk": true, "kr": true, "kommerzialrat": true}
	faculties = map[string]bool{"med": true, "dent": true, "vet": true, "phil": true, "jur": true, "iur": true, "rer": true, "nat": true, "pol": true,
		"oec": true, "h": true, "c": true, "h.c": true, "habil": true, "techn": true, "theol": true, "agr": true, "mult": true, "e": true, "eh": true, "e.h": true,
		"(fh)": true, "(univ)": true, "univ": true}
)

func isTitle(w string) bool {
	b := bare(w)
	if b == "di" { // the engineer, not the particle
		return w == "DI"
	}
	return titles[b] || strings.HasPrefix(b, "dipl.-") || strings.HasPrefix(b, "dipl-") || strings.HasPrefix(b, "dr.-") || strings.HasPrefix(b, "univ.-")
}

// takePrefix takes form of address and titles off the front.
func takePrefix(words []string, p *Person) []string {
	for len(words) > 0 {
		w := words[0]
		_, form := formsOfAddress[bare(w)]
		inTitle := p.Title != ""
		switch {
		case form && p.Salutation == "" && !inTitle && len([]rune(bare(w))) > 1 && !titles[bare(w)]:
			p.Salutation = strings.TrimRight(w, ",")
		case isTitle(w), inTitle && isFaculty(w):
			p.Title = join(p.Title, strings.TrimRight(w, ","))
		default:
			return words
		}
		words = words[1:]
	}
	return words
}

// isFaculty knows "med." and "h. c."; one letter counts with its dot and in small only ("C. Muster" has a
// first name).
func isFaculty(w string) bool {
	if !faculties[bare(w)] {
		return false
	}
	first := []rune(w)[0]
	return first == '(' || strings.HasSuffix(w, ".") && unicode.IsLower(first)
}

// particles begin a last name; titles of nobility do, where a particle or a name follows.
var (
	particles = map[string]bool{"von": true, "vom": true, "zu": true, "zum": true, "zur": true, "van": true, "de": true, "den": true, "der": true, "ter": true,
		"ten": true, "te": true, "del": true, "della": true, "di": true, "da": true, "dos": true, "das": true, "du": true, "des": true, "la": true, "le": true,
		"el": true, "al": true, "bin": true, "ibn": true, "af": true, "av": true, "v": true, "d'": true, "st": true, "saint": true}
	nobility = map[string]bool{"freiherr": true, "freifrau": true, "freiin": true, "graf": true, "gräfin": true, "baron": true, "baronin": true,
		"ritter": true, "edler": true, "edle": true, "prinz": true, "prinzessin": true, "fürst": true, "fürstin": true, "herzog": true, "herzogin": true}
)

// splitName parts first and last name: at the first particle or title of nobility after the first word,
// else before the last word. A single word is the last name.
func splitName(words []string) (first, last []string) {
	if len(words) == 0 {
		return nil, nil
	}
	for i := range words[:len(words)-1] {
		w := words[i]
		small := particles[bare(w)] && unicode.IsLower([]rune(w)[0])
		noble := nobility[bare(w)] && (i > 0 || len(words) > 2 && particles[bare(words[1])])
		if small || noble {
			return words[:i], words[i:]
		}
		if i > 0 && particles[bare(w)] { // "Ludwig Van Berg"
			return words[:i], words[i:]
		}
	}
	at := len(words) - 1
	return words[:at], words[at:]
}
