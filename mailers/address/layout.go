package address

import (
	"fmt"
	"strings"
	"unicode"
)

// kind is what a line of the label says.
type kind uint8

const (
	company kind = iota
	department
	contact
	function
	careOf
	extra
	district
	street
	locality
	country
)

// kindNames are the fields of problems, and the parts in texts.
var kindNames = [...]struct{ field, en, de string }{
	company: {"company", "company", "Firma"}, department: {"department", "department", "Abteilung"}, contact: {"contact", "contact", "Ansprechpartner"},
	function: {"function", "function", "Funktion"}, careOf: {"care_of", "c/o line", "c/o-Zeile"}, extra: {"extra", "extra line", "Zusatzzeile"},
	district: {"district", "district", "Ortsteil"}, street: {"street", "street", "Straße"}, locality: {"city", "city line", "Ortszeile"}, country: {"country", "country", "Land"},
}

// part is one line of the label before it is fitted.
type part struct {
	kind kind
	text string
}

// label is an address on its way to lines.
type label struct {
	form        *form
	abroad      bool
	from        string
	personFirst bool
	parts       []part
	notes       []string
}

func (l *label) note(format string, args ...any) {
	l.notes = append(l.notes, fmt.Sprintf(format, args...))
}

// arrange decides between street, post office box and bulk postcode, and notes what is not printed.
func (l *label) arrange(a Addressee) Addressee {
	if a.POBox != "" {
		if a.Street != "" {
			l.note("street %q: the PO box stands in its place", a.Street)
			a.Street = ""
		}
		if a.POBoxPostcode != "" {
			if a.Postcode != "" && a.Postcode != a.POBoxPostcode {
				l.note("postcode %q: the PO box has its own", a.Postcode)
			}
			a.Postcode = a.POBoxPostcode
		}
		a.POBox = boxLine(a.POBox, l.form)
	}
	if a.BulkPostcode && a.Street+a.POBox+a.Extra+a.District != "" {
		l.note("street %q: a postcode of the company's own needs none", join(a.Extra, a.District, a.Street, a.POBox))
		a.Street, a.POBox, a.Extra, a.District = "", "", "", ""
	}
	if a.CareOf != "" && !strings.HasPrefix(strings.ToLower(a.CareOf), "c/o") {
		a.CareOf = "c/o " + a.CareOf
	}
	return a
}

// boxLine puts the country's word before a bare box number; German ones are grouped in twos from the right.
func boxLine(box string, f *form) string {
	for _, r := range box {
		if !unicode.IsDigit(r) && r != ' ' {
			return box
		}
	}
	if f.rule.german {
		digits := []rune(strings.ReplaceAll(box, " ", ""))
		box = string(digits[:len(digits)%2])
		for i := len(digits) % 2; i < len(digits); i += 2 {
			box = join(box, string(digits[i:i+2]))
		}
	}
	return join(or(boxWords[f.code], "PO Box"), box)
}

// build lays the parts out in the country's order.
func (l *label) build(a Addressee) {
	rows := l.form.rows
	if inOwnScript(a.Company + a.City + a.Street) {
		rows = l.form.local
	}
	l.personFirst = l.form.personFirst(rows)
	a = l.placeRegion(a, rows)
	for _, r := range rows {
		switch {
		case len(r) == 1 && r[0].field == fieldContact:
			l.addContact(a)
		case len(r) == 1 && r[0].field == fieldCompany:
			l.addCompany(a)
		case rowsHave([]row{r}, fieldStreet):
			l.addStreet(a, r, rowsHave(rows, fieldDistrict))
		default:
			l.add(locality, l.rowText(r, a))
		}
	}
	l.placeRest(a, rows)
	if l.abroad {
		l.add(country, CountryName(l.form.code, l.from))
	}
}

func (l *label) add(k kind, text string) {
	if text != "" {
		l.parts = append(l.parts, part{k, text})
	}
}

func (l *label) addContact(a Addressee) {
	if alone := joinBy(", ", a.Person.Title, a.Person.Suffix); alone != "" && a.Person.name() == "" {
		l.note("title %q: there is no name to it", alone)
	}
	l.add(contact, contactLine(a.Person, l.form.rule.german))
	l.add(function, a.Person.Function)
	if l.personFirst {
		l.add(department, a.Department)
	}
}

func (l *label) addCompany(a Addressee) {
	l.add(company, a.Company)
	if !l.personFirst {
		l.add(department, a.Department)
	}
}

func (l *label) addStreet(a Addressee, r row, districtElsewhere bool) {
	l.add(careOf, a.CareOf)
	l.add(extra, a.Extra)
	if !districtElsewhere {
		l.add(district, a.District)
	}
	l.add(street, l.rowText(r, a))
}

// placeRegion settles city and region where the country's format lacks a place for one of them.
func (l *label) placeRegion(a Addressee, rows []row) Addressee {
	if !rowsHave(rows, fieldRegion) && a.State != "" {
		if a.State != a.City {
			l.note("region %q: labels to %s do not name it", a.State, l.form.code)
		}
		a.State = ""
	}
	if !rowsHave(rows, fieldCity) && rowsHave(rows, fieldRegion) && !strings.EqualFold(a.City, a.State) {
		a.State = joinBy(", ", a.City, a.State)
	}
	return a
}

// placeRest adds what the format has no field for: nothing of an address is lost.
func (l *label) placeRest(a Addressee, rows []row) {
	if !rowsHave(rows, fieldCity) && !rowsHave(rows, fieldRegion) && !l.names(a.City) {
		l.insertBeforeLocality(l.styled(fieldCity, a.City))
	}
	if !rowsHave(rows, fieldPostcode) && a.Postcode != "" {
		l.add(locality, a.Postcode)
	}
}

// names tells whether a line of the label has the text, in whatever case.
func (l *label) names(text string) bool {
	for _, p := range l.parts {
		if p.kind == locality && strings.Contains(plain(p.text), plain(text)) {
			return true
		}
	}
	return false
}

func (l *label) insertBeforeLocality(text string) {
	if text == "" {
		return
	}
	at := len(l.parts)
	for i, p := range l.parts {
		if p.kind == locality {
			at = i
			break
		}
	}
	l.parts = append(l.parts[:at], append([]part{{locality, text}}, l.parts[at:]...)...)
}

// rowText fills a row. Text between two fields stands only where both have a value; text before the first
// or without fields is part of the address (GUERNSEY) and stays.
func (l *label) rowText(r row, a Addressee) string {
	var b strings.Builder
	between, started := "", false
	for _, t := range r {
		if t.field == 0 {
			if !started && b.Len() == 0 {
				b.WriteString(t.text)
			}
			between = t.text
			continue
		}
		value := l.styled(t.field, a.field(t.field))
		if value == "" {
			continue
		}
		if started {
			b.WriteString(or(between, " "))
		}
		b.WriteString(value)
		between, started = "", true
	}
	return strings.TrimSpace(b.String())
}

func (a *Addressee) field(field byte) string {
	switch field {
	case fieldStreet:
		return join(a.Street, a.POBox)
	case fieldDistrict:
		return a.District
	case fieldCity:
		return a.City
	case fieldRegion:
		return a.State
	case fieldPostcode:
		return a.Postcode
	case fieldContact:
		return contactLine(a.Person, false)
	case fieldCompany:
		return a.Company
	}
	return ""
}

// noPoints is how the US post writes cities.
var noPoints = strings.NewReplacer(",", "", ".", "")

// styled sets city and region in capitals abroad, and at home where the country's post wants it.
func (l *label) styled(field byte, text string) string {
	if field != fieldCity && field != fieldRegion {
		return text
	}
	if field == fieldCity && l.form.code == "US" {
		text = noPoints.Replace(text)
	}
	if l.abroad || strings.IndexByte(l.form.capitals, field) >= 0 {
		return upper(text, l.form.rule.german)
	}
	return text
}

// inOwnScript tells of text in a script that a country's own line order goes with.
func inOwnScript(s string) bool {
	for _, r := range s {
		if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Arabic, unicode.Armenian) {
			return true
		}
	}
	return false
}

// contactLine is the person as a label names them: form of address, all titles, name. "z. Hd." is not
// written any more (DIN 5008).
func contactLine(p Person, german bool) string {
	if p.name() == "" {
		return ""
	}
	address := ""
	if german {
		switch p.gender() {
		case 'f':
			address = "Frau"
		case 'm':
			address = "Herrn"
		}
	} else if p.Title == "" { // English labels carry either a title or Mr/Ms
		switch p.gender() {
		case 'f':
			address = mrs(p.Salutation)
		case 'm':
			address = "Mr"
		}
	}
	return joinBy(", ", join(address, p.Title, p.name()), p.Suffix)
}
