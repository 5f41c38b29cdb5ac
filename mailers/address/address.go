package address

import (
	"strings"
	"unicode/utf8"

	"postlift"
	"postlift/mailers/typeset"
)

// Addressee is whom and where a label names, in parts.
type Addressee struct {
	Company      string
	Department   string
	Person       Person // may be empty: a letter to the company
	Street       string // street and number
	Extra        string // building, floor, district: an own line above the street
	POBox        string // "Postfach 12 34": printed instead of the street
	Postcode     string
	City         string
	State        string // US state, IT and ES province; printed only where the country's format has it
	Country      string // ISO 3166-1 alpha-2; empty means the sender's country
	BulkPostcode bool   // the postcode belongs to this company alone (Großempfänger): no street needed
}

// Limits of a label: DIN 5008 has six lines in the recipient zone; more than 45 characters do not fit
// the window at a readable size.
const (
	maxAddressLines = 6
	maxAddressRunes = 45
)

// Lines sets the label of a letter that a sender in country `from` posts: DIN 5008 order at home
// (company, department, contact, street, postcode and city) and the destination's own order abroad, there
// with the city in capitals and the country's name in the sender's language, in capitals, as last line.
// A label has one to six lines of at most 45 characters. What breaks a rule is a Fault that names the
// part; nothing is ever cut. A longer company name takes two lines where there is room for them.
func Lines(a Addressee, from string) ([]string, error) {
	a = a.cleaned()
	from = strings.ToUpper(strings.TrimSpace(from))
	if a.Country == "" {
		a.Country = from
	}
	form, err := countryForm(a.Country)
	if err != nil {
		return nil, err
	}
	if err := a.check(&form); err != nil {
		return nil, err
	}
	lines := fitLines(a, form, from)
	if len(lines) > maxAddressLines {
		return nil, addressFault("the label has %d lines (%s), at most %d fit the window: shorten or drop the department or the extra line",
			len(lines), strings.Join(lines, " | "), maxAddressLines)
	}
	for _, l := range lines {
		if n := utf8.RuneCountInString(l); n > maxAddressRunes {
			return nil, addressFault("address line %q has %d characters, at most %d fit the window: shorten it in the customer file", l, n, maxAddressRunes)
		}
	}
	return lines, nil
}

func addressFault(format string, args ...any) error {
	return postlift.Faultf(postlift.Invalid, "address.Lines", format, args...)
}

// cleaned normalises every part: one kind of blank, composed letters, no control characters.
func (a Addressee) cleaned() Addressee {
	for _, s := range []*string{&a.Company, &a.Department, &a.Street, &a.Extra, &a.POBox, &a.Postcode, &a.City, &a.State,
		&a.Person.Salutation, &a.Person.Title, &a.Person.FirstName, &a.Person.LastName, &a.Person.Function} {
		*s = typeset.CleanLine(*s)
	}
	a.Country = strings.ToUpper(strings.TrimSpace(a.Country))
	return a
}

// check tests what the country requires and takes its prefix off the postcode (no "D-", "CH-": the
// country has its own line).
func (a *Addressee) check(form *addressForm) error {
	a.Postcode = trimPrefixFold(a.Postcode, form.prefixes)
	switch {
	case a.Company == "" && a.Person.name() == "":
		return addressFault("the label names neither a company nor a person")
	case a.City == "":
		return addressFault("the city is missing")
	case a.Street == "" && a.POBox == "" && !a.BulkPostcode:
		return addressFault("street and PO box are both missing")
	case a.Postcode == "" && form.postcode != nil && !form.postcodeOptional:
		return addressFault("the postcode is missing (%s)", form.code)
	case a.Postcode != "" && form.postcode != nil && !form.postcode.MatchString(strings.ToUpper(a.Postcode)):
		return addressFault("postcode %q is not one of %s (such as %s)", a.Postcode, form.code, form.example)
	case form.needsState && a.State == "":
		return addressFault("the state is missing (%s)", form.code)
	}
	return nil
}

func trimPrefixFold(s string, prefixes []string) string {
	for _, p := range prefixes {
		if len(s) > len(p) && strings.EqualFold(s[:len(p)], p) {
			return strings.TrimSpace(s[len(p):])
		}
	}
	return s
}

// fitLines tries the full label first and saves lines only when it must. Where the company stands first,
// the contact goes beside the department; where the person does, the person keeps the line as long as it
// goes, and function and department share one. Then the postcode goes beside the city. Nothing is dropped.
func fitLines(a Addressee, form addressForm, from string) []string {
	save := []func(*Addressee, *addressForm){departmentBeforeContact, postcodeBesideCity}
	if form.personFirst {
		save = []func(*Addressee, *addressForm){departmentAfterFunction, postcodeBesideCity, departmentAfterContact}
	}
	lines := labelLines(a, form, from)
	for _, f := range save {
		if len(lines) <= maxAddressLines {
			break
		}
		f(&a, &form)
		lines = labelLines(a, form, from)
	}
	return lines
}

func departmentBeforeContact(a *Addressee, form *addressForm) {
	if a.Department != "" && a.Person.name() != "" {
		a.Person = Person{LastName: a.Department + ", " + contactLine(a.Person, *form), Function: a.Person.Function}
		a.Department = ""
	}
}

// departmentAfterContact is the last resort of labels that start with the person.
func departmentAfterContact(a *Addressee, form *addressForm) {
	if a.Department != "" && a.Person.name() != "" {
		a.Person = Person{LastName: contactLine(a.Person, *form) + ", " + a.Department, Function: a.Person.Function}
		a.Department = ""
	}
}

// departmentAfterFunction joins the two where one line holds them.
func departmentAfterFunction(a *Addressee, _ *addressForm) {
	both := a.Person.Function + ", " + a.Department
	if a.Person.Function != "" && a.Department != "" && utf8.RuneCountInString(both) <= maxAddressRunes {
		a.Person.Function, a.Department = both, ""
	}
}

func postcodeBesideCity(_ *Addressee, form *addressForm) {
	if form.cityLine == cityAbovePostcode {
		form.cityLine = cityThenPostcode
	}
}

func labelLines(a Addressee, form addressForm, from string) []string {
	contact := contactLine(a.Person, form)
	var lines []string
	company := companyLines(a.Company)
	if form.personFirst {
		lines = append(append(lines, contact, a.Person.Function, a.Department), company...)
	} else {
		lines = append(append(lines, company...), a.Department, contact, a.Person.Function)
	}
	street := a.Street
	if a.POBox != "" {
		street = a.POBox
	}
	abroad := a.Country != from
	lines = append(lines, a.Extra, street)
	lines = append(lines, form.cityLines(a, abroad)...)
	if abroad {
		lines = append(lines, CountryName(a.Country, from))
	}
	kept := lines[:0]
	for _, l := range lines {
		if l != "" {
			kept = append(kept, l)
		}
	}
	return kept
}

// companyLines sets a long company name on two lines, broken between words and as late as fits, as the
// trade register does: long names are what German companies have. A name that two lines do not hold
// stays whole, so that the label's check names it.
func companyLines(name string) []string {
	if utf8.RuneCountInString(name) <= maxAddressRunes {
		return []string{name}
	}
	for i := strings.LastIndexByte(name, ' '); i > 0; i = strings.LastIndexByte(name[:i], ' ') {
		first, second := name[:i], name[i+1:]
		if utf8.RuneCountInString(first) <= maxAddressRunes {
			if utf8.RuneCountInString(second) <= maxAddressRunes {
				return []string{first, second}
			}
			break
		}
	}
	return []string{name}
}

// contactLine is the person as a label names them: form of address, all titles, name.
func contactLine(p Person, form addressForm) string {
	if p.name() == "" {
		return ""
	}
	title := p.Title
	address := ""
	if form.german {
		switch p.gender() {
		case 'f':
			address = "Frau"
		case 'm':
			address = "Herrn"
		}
	} else if title == "" { // English labels carry either a title or Mr/Ms
		switch p.gender() {
		case 'f':
			address = mrs(p.Salutation)
		case 'm':
			address = "Mr"
		}
	}
	return join(address, title, p.name())
}
