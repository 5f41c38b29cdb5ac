package address

import (
	"strings"
	"unicode/utf8"

	"postlift"
	"postlift/mailers/typeset"
)

// Addressee is whom and where a label names, in parts.
type Addressee struct {
	Company       string
	Department    string
	Person        Person // may be empty: a letter to the company
	CareOf        string // whose letter box it is; "c/o" is put before it
	Street        string // street and number
	Extra         string // building, floor: an own line above the street
	District      string // part of a town; printed where it has room or the country's format has it
	POBox         string // "Postfach 12 34" or its number: printed instead of the street
	POBoxPostcode string // the boxes' own postcode, where it has one
	Postcode      string
	City          string
	State         string // US state, province; printed only where the country's format has it
	Country       string // ISO 3166-1 alpha-2; empty means the sender's country
	BulkPostcode  bool   // the postcode belongs to this company alone (Großempfänger): the label has no street
}

// Limits are what a label may have at most.
type Limits struct {
	Lines int                    // of the whole label
	Runes int                    // characters of a line
	Fits  func(line string) bool // whether a line is narrow enough for its place; nil asks for Runes alone
}

// holds tells whether a line is within the limits.
func (l Limits) holds(line string) bool {
	return utf8.RuneCountInString(line) <= l.Runes && (l.Fits == nil || l.Fits(line))
}

// The limits of a window and of a line of digital franking.
var (
	// WindowLimits are those of DIN 5008: six lines in the recipient zone; more than 45 characters do not
	// fit the window at a readable size.
	WindowLimits = Limits{Lines: 6, Runes: 45}
	// FrankingLimits are those of labels that stand beside a franking code (DV-Freimachung): lettershops
	// print six lines of 30 characters there.
	FrankingLimits = Limits{Lines: 6, Runes: 30}
)

// Lines sets the label of a letter that a sender in country `from` posts: DIN 5008 order for German
// destinations (company, department, contact, function, c/o, street or post office box, postcode and
// city), the destination's own order elsewhere. Abroad the city is in capitals and the last line is the
// country's name in the sender's language, in capitals. A label has one to six lines of at most 45
// characters. What breaks a rule is an Invalid fault that names the part and the remedy; nothing is cut.
func Lines(a Addressee, from string) ([]string, error) {
	lines, _, err := LinesWithin(a, from, WindowLimits)
	return lines, err
}

// LinesWithin is Lines for other limits than the window's, with notes on what the label says otherwise than the customer
// file: parts that share a line, words written short, parts that have no place on it (a street beside a post office
// box).
func LinesWithin(a Addressee, from string, limits Limits) (lines, notes []string, err error) {
	l, problems := newLabel(a, from)
	if p := firstStop(problems); p != nil {
		return nil, nil, p.fault()
	}
	lines, p := l.fit(limits)
	if p != nil {
		return nil, nil, p.fault()
	}
	return lines, l.notes, nil
}

func firstStop(problems []Problem) *Problem {
	for i := range problems {
		if problems[i].Stops {
			return &problems[i]
		}
	}
	return nil
}

func (p *Problem) fault() error {
	return postlift.Faultf(postlift.Invalid, "address.Lines", "%s: %s", p.EN.Text, p.EN.Remedy)
}

// newLabel cleans and checks an address and lays its parts out, one a line, not yet fitted. A nil label
// has a problem that stops it.
func newLabel(a Addressee, from string) (*label, []Problem) {
	a = a.cleaned()
	from = strings.ToUpper(strings.TrimSpace(from))
	if a.Country == "" {
		a.Country = from
	}
	form := forms()[a.Country]
	if form == nil {
		return nil, []Problem{unknownCountry(a.Country)}
	}
	l := &label{form: form, abroad: a.Country != from, from: from}
	a = l.arrange(a)
	given := a.State
	problems := form.check(&a)
	if !strings.EqualFold(given, a.State) {
		l.note("region %q written %q", given, a.State)
	}
	l.build(a)
	return l, problems
}

// cleaned normalises every part: one kind of blank, composed letters, no control characters.
func (a Addressee) cleaned() Addressee {
	for _, s := range []*string{&a.Company, &a.Department, &a.CareOf, &a.Street, &a.Extra, &a.District, &a.POBox, &a.POBoxPostcode,
		&a.Postcode, &a.City, &a.State, &a.Person.Salutation, &a.Person.Title, &a.Person.FirstName, &a.Person.LastName,
		&a.Person.Suffix, &a.Person.Function} {
		*s = typeset.CleanLine(*s)
	}
	a.Country = strings.ToUpper(strings.TrimSpace(a.Country))
	a.Person = a.Person.tidy()
	return a
}
