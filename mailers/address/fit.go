package address

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// tooManyLines is the rule of a label that no sharing makes short enough.
const tooManyLines = "too_many_lines"

// maxRows is how many lines a part may take where it is too long for one. A company may take three: long
// names are what German companies have.
var maxRows = [...]int{company: 3, department: 2, contact: 2, function: 2, careOf: 2, extra: 2, district: 1, street: 2, locality: 1, country: 1}

// fit sets the parts into lines. First every part has lines of its own; as long as there are too many,
// parts share a line, in an order that keeps company and contact readable longest. Where the first way of
// sharing does not do, a second one is tried. Nothing is cut; the district alone may go, because postcode
// and street find the house, and that is noted.
func (l *label) fit(limits Limits) ([]string, *Problem) {
	l.shortenStreet(limits)
	parts, notes := slices.Clone(l.parts), len(l.notes)
	lines, p := l.fitBy(l.savings(), limits)
	if p != nil && p.Rule == tooManyLines {
		first := *l
		l.parts, l.notes = parts, slices.Clone(l.notes[:notes])
		if other, q := l.fitBy(l.otherSavings(), limits); q == nil {
			return other, nil
		}
		*l = first
	}
	return lines, p
}

// fitBy takes the steps one after the other until the lines are few enough.
func (l *label) fitBy(savings []func(Limits) bool, limits Limits) ([]string, *Problem) {
	lines, p := l.wrap(limits)
	for _, save := range savings {
		if p != nil || len(lines) <= limits.Lines {
			break
		}
		if save(limits) {
			lines, p = l.wrap(limits)
		}
	}
	if p == nil && len(lines) > limits.Lines {
		p = l.tooMany(lines, limits)
	}
	if p != nil {
		return nil, p
	}
	return lines, nil
}

// savings are the steps that save a line, the mildest first. Where the company stands first, the contact
// goes beside the department; where the person does, the person keeps the line as long as it goes.
func (l *label) savings() []func(Limits) bool {
	if l.personFirst {
		return append([]func(Limits) bool{l.sharing(function, department), l.joinLocality, l.sharing(contact, department), l.sharing(contact, function)}, l.streetSavings()...)
	}
	return append([]func(Limits) bool{l.sharing(department, contact), l.joinLocality, l.sharing(contact, function), l.sharing(function, department)}, l.streetSavings()...)
}

// otherSavings put the department behind the company's name where its last line has room.
func (l *label) otherSavings() []func(Limits) bool {
	return append([]func(Limits) bool{l.departmentBehindCompany, l.joinLocality, l.sharing(contact, function)}, l.streetSavings()...)
}

func (l *label) streetSavings() []func(Limits) bool {
	return []func(Limits) bool{l.sharing(street, extra), l.sharing(street, careOf), l.joinLocality, l.dropDistrict}
}

func (l *label) sharing(first, second kind) func(Limits) bool {
	between := ", "
	if first == street && l.form.rule.german {
		between = " // " // DIN 5008: what follows the house number
	}
	return func(limits Limits) bool { return l.share(first, second, between, limits, 1) }
}

func (l *label) departmentBehindCompany(limits Limits) bool {
	i := l.find(company)
	if i < 0 {
		return false
	}
	rows := breakText(l.parts[i].text, limits, maxRows[company], company)
	return l.share(company, department, ", ", limits, len(rows))
}

// share puts two parts on the place of the upper one, where so many rows hold them.
func (l *label) share(first, second kind, between string, limits Limits, rows int) bool {
	i, j := l.find(first), l.find(second)
	if i < 0 || j < 0 {
		return false
	}
	text := l.parts[i].text + between + l.parts[j].text
	if breakText(text, limits, rows, first) == nil {
		return false
	}
	l.note("%s and %s share a line: %q", kindNames[first].en, kindNames[second].en, text)
	stays := first
	if second == contact {
		stays = contact
	}
	l.parts[min(i, j)] = part{stays, text}
	l.parts = slices.Delete(l.parts, max(i, j), max(i, j)+1)
	return true
}

func (l *label) find(k kind) int {
	return slices.IndexFunc(l.parts, func(p part) bool { return p.kind == k })
}

// joinLocality puts the postcode beside the city where the country writes it below.
func (l *label) joinLocality(limits Limits) bool {
	joined := false
	for i := len(l.parts) - 2; i >= 0; i-- {
		if l.parts[i].kind != locality || l.parts[i+1].kind != locality {
			continue
		}
		text := l.parts[i].text + " " + l.parts[i+1].text
		if !limits.holds(text) {
			continue
		}
		l.note("city and postcode share a line: %q", text)
		l.parts[i].text = text
		l.parts = slices.Delete(l.parts, i+1, i+2)
		joined = true
		break
	}
	return joined
}

func (l *label) dropDistrict(Limits) bool {
	i := l.find(district)
	if i < 0 {
		return false
	}
	l.note("district %q: left out for want of room", l.parts[i].text)
	l.parts = slices.Delete(l.parts, i, i+1)
	return true
}

// shortenStreet writes "Straße" or "Street" short where the street does not fit its line.
func (l *label) shortenStreet(limits Limits) {
	i := l.find(street)
	if i < 0 || limits.holds(l.parts[i].text) {
		return
	}
	long := l.parts[i].text
	short := shortStreet(long, l.form.rule.german, englishStreets[l.form.code])
	if short != long {
		l.parts[i].text = short
		l.note("street %q written %q", long, short)
	}
}

// shortStreet shortens words by streetWords: German ones also at the end of a word, English ones whole.
func shortStreet(s string, german, english bool) string {
	words := strings.Split(s, " ")
	for i, w := range words {
		lower := strings.ToLower(w)
		for _, sw := range streetWords {
			switch {
			case german && sw.german && len(lower) == len(w) && strings.HasSuffix(lower, sw.long):
				words[i] = shortEnd(w[:len(w)-len(sw.long)], w[len(w)-len(sw.long):], sw.short)
			case english && !sw.german && i > 0 && strings.Trim(lower, ".,") == sw.long:
				words[i] = sw.short + strings.TrimLeft(w[len(sw.long):], ".")
			}
		}
	}
	return strings.Join(words, " ")
}

// shortEnd puts the short form behind a stem, in the letters of the long one.
func shortEnd(stem, long, short string) string {
	switch {
	case long == strings.ToUpper(long):
		return stem + strings.ToUpper(short)
	case stem == "" || strings.HasSuffix(stem, "-"):
		return stem + strings.ToUpper(short[:1]) + short[1:]
	}
	return stem + short
}

// wrap breaks parts that are longer than a line. Foreign streets break after a comma only.
func (l *label) wrap(limits Limits) ([]string, *Problem) {
	var lines []string
	for _, p := range l.parts {
		rows := breakText(p.text, limits, maxRows[p.kind], p.kind)
		if rows == nil {
			return nil, tooLong(p, limits)
		}
		lines = append(lines, rows...)
	}
	return lines, nil
}

// breakText sets a text on at most rows lines, each filled as far as it goes; nil: it does not fit. Whole
// legal forms stay on one line where they can; words part only at a hyphen that they have.
func breakText(s string, limits Limits, rows int, k kind) []string {
	if limits.holds(s) {
		return []string{s}
	}
	for _, cut := range []func(string) []string{withLegalForms, atBlanks, atHyphens} {
		if k == street {
			cut = afterCommas
		}
		if lines := fill(cut(s), limits); lines != nil && len(lines) <= rows {
			return lines
		}
	}
	return nil
}

// fill puts pieces on lines; each piece carries the blank that follows it.
func fill(pieces []string, limits Limits) []string {
	var lines []string
	line := ""
	for _, p := range pieces {
		if !limits.holds(strings.TrimRight(p, " ")) {
			return nil
		}
		if line != "" && !limits.holds(strings.TrimRight(line+p, " ")) {
			lines = append(lines, strings.TrimRight(line, " "))
			line = ""
		}
		line += p
	}
	return append(lines, strings.TrimRight(line, " "))
}

func atBlanks(s string) []string { return strings.SplitAfter(s, " ") }

func afterCommas(s string) []string { return strings.SplitAfter(s, ", ") }

// atHyphens parts at blanks and after hyphens with three letters or more on both sides.
func atHyphens(s string) []string {
	var pieces []string
	for _, w := range atBlanks(s) {
		parts := strings.SplitAfter(w, "-")
		for i, p := range parts {
			if i > 0 && (len(p) < 3 || len(pieces[len(pieces)-1]) < 4) {
				pieces[len(pieces)-1] += p
				continue
			}
			pieces = append(pieces, p)
		}
	}
	return pieces
}

// legalParts are the words of which legal forms of several words are made.
var legalParts = map[string]bool{"gmbh": true, "mbh": true, "ag": true, "se": true, "ug": true, "kg": true, "kgaa": true, "ohg": true, "co": true,
	"&": true, "und": true, "(haftungsbeschränkt)": true, "ltd": true, "inc": true, "llc": true, "plc": true, "limited": true}

// withLegalForms is atBlanks that keeps "GmbH & Co. KG" and the like together.
func withLegalForms(s string) []string {
	var pieces []string
	before := false // the piece before is a legal form so far
	for _, w := range atBlanks(s) {
		bare := strings.ToLower(strings.Trim(w, " .,"))
		here := legalParts[bare]
		if here && before {
			pieces[len(pieces)-1] += w
			continue
		}
		pieces = append(pieces, w)
		before = here && bare != "&" && bare != "und"
	}
	return pieces
}

func tooLong(p part, limits Limits) *Problem {
	name, n := kindNames[p.kind], utf8.RuneCountInString(p.text)
	en, de := fmt.Sprintf("at most %d characters", limits.Runes), fmt.Sprintf("höchstens %d Zeichen", limits.Runes)
	if limits.Fits != nil { // capitals are wider than small letters: no number of characters tells it
		en, de = "the address field's width", "der Breite des Anschriftfelds"
	}
	return &Problem{name.field, "too_long", true,
		Advice{fmt.Sprintf("the %s %q has %d characters; %d lines of %s do not hold it", name.en, p.text, n, maxRows[p.kind], en), "shorten it in the customer file"},
		Advice{fmt.Sprintf("%s %q hat %d Zeichen; %d Zeilen mit %s fassen sie nicht", name.de, p.text, n, maxRows[p.kind], de), "in den Kundendaten kürzen"}}
}

func (l *label) tooMany(lines []string, limits Limits) *Problem {
	what, was := "the company's name", "den Firmennamen"
	for _, k := range []kind{extra, department, function, careOf} {
		if l.find(k) >= 0 {
			what, was = "the "+kindNames[k].en, kindNames[k].de
			break
		}
	}
	all := strings.Join(lines, " | ")
	return &Problem{"label", tooManyLines, true,
		Advice{fmt.Sprintf("the label has %d lines (%s), at most %d fit", len(lines), all, limits.Lines), "shorten or drop " + what + " in the customer file"},
		Advice{fmt.Sprintf("das Anschriftfeld hat %d Zeilen (%s), höchstens %d passen", len(lines), all, limits.Lines), was + " in den Kundendaten kürzen oder streichen"}}
}
