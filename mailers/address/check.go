package address

import (
	"fmt"
	"strings"
)

// Problem is something about an address that breaks a rule.
type Problem struct {
	Field string // company, department, contact, function, care_of, street, extra, postcode, city, state, country, label
	Rule  string // stable name: missing, unknown, format, region, too_long, too_many_lines
	Stops bool   // no letter can be addressed so; else it is worth a look
	EN    Advice
	DE    Advice
}

// Advice says a problem and its remedy to a person.
type Advice struct {
	Text   string
	Remedy string
}

// In gives the advice in a language: German for "de" and its kin, else English.
func (p Problem) In(lang string) Advice {
	if strings.HasPrefix(strings.ToLower(lang), "de") {
		return p.DE
	}
	return p.EN
}

// Check lists all that is wrong with an address for a sender in country `from`, those that stop a letter
// and those that are only worth a look, in the order of the label's parts: what is missing, postcodes that
// are none, regions that do not exist or do not have the postcode, and what does not fit the window.
func Check(a Addressee, from string) []Problem { return CheckWithin(a, from, WindowLimits) }

// CheckWithin is Check for other limits than the window's.
func CheckWithin(a Addressee, from string, limits Limits) []Problem {
	l, problems := newLabel(a, from)
	if firstStop(problems) != nil {
		return problems
	}
	if _, p := l.fit(limits); p != nil {
		problems = append(problems, *p)
	}
	return problems
}

func unknownCountry(cc string) Problem {
	return Problem{"country", "unknown", true,
		Advice{fmt.Sprintf("country %q is not an ISO 3166 code of two letters", cc), "write a code such as DE"},
		Advice{fmt.Sprintf("Land %q ist kein ISO-3166-Kürzel aus zwei Buchstaben", cc), "ein Kürzel wie DE eintragen"}}
}

func missing(field, en, de string) Problem {
	return Problem{field, "missing", true, Advice{en, "add it in the customer file"}, Advice{de, "in den Kundendaten ergänzen"}}
}

// check tests what the country requires and puts postcode and region into the form that is printed.
func (f *form) check(a *Addressee) []Problem {
	var found []Problem
	if a.Company == "" && a.Person.name() == "" && a.Person.Function == "" {
		found = append(found, missing("company", "the label names neither a company nor a person", "das Anschriftfeld nennt weder Firma noch Person"))
	}
	if a.Street == "" && a.POBox == "" && !a.BulkPostcode {
		found = append(found, Problem{"street", "missing", true,
			Advice{"street and PO box are both missing", "add one of them in the customer file, or mark the postcode as a bulk postcode"},
			Advice{"Straße und Postfach fehlen", "eines davon in den Kundendaten ergänzen oder die Postleitzahl als Großempfänger-Postleitzahl kennzeichnen"}})
	}
	if p := f.checkPostcode(a); p != nil {
		found = append(found, *p)
	}
	if a.City == "" && !f.isCity() && (!f.cityIsRegion() || a.State == "") {
		found = append(found, missing("city", "the city is missing", "der Ort fehlt"))
	}
	return append(found, f.checkRegion(a)...)
}

// isCity tells of a country that is one town, which its format names itself.
func (f *form) isCity() bool { return f.code == "SG" || f.code == "GI" || f.code == "MO" }

// cityIsRegion tells of a country whose format has the region only: people write the city there.
func (f *form) cityIsRegion() bool { return !f.has(fieldCity) && f.has(fieldRegion) }

func (f *form) checkPostcode(a *Addressee) *Problem {
	given := a.Postcode
	tidy, ok := f.tidyPostcode(given)
	a.Postcode = tidy
	if given == "" {
		if f.pattern() == nil || !strings.ContainsRune(f.needs, fieldPostcode) {
			return nil
		}
		p := missing("postcode", fmt.Sprintf("the postcode is missing (%s)", f.code), fmt.Sprintf("die Postleitzahl fehlt (%s)", f.code))
		return &p
	}
	if ok {
		return nil
	}
	p := Problem{"postcode", "format", f.rule.known,
		Advice{fmt.Sprintf("postcode %q is not one of %s (such as %s)", given, f.code, f.example), "correct postcode or country" + lostZero(f, given, " (a spreadsheet may have taken off a leading 0)")},
		Advice{fmt.Sprintf("Postleitzahl %q gibt es in %s nicht (ein Beispiel: %s)", given, f.code, f.example), "Postleitzahl oder Land berichtigen" + lostZero(f, given, " (eine Tabelle kann eine führende 0 verloren haben)")}}
	return &p
}

// lostZero gives the hint where a 0 in front makes the postcode one.
func lostZero(f *form, given, hint string) string {
	if f.pattern().MatchString(f.group("0" + given)) {
		return hint
	}
	return ""
}

// checkRegion needs the region where the post sorts by it, and knows the regions of some countries. A
// region's name is printed as its code.
func (f *form) checkRegion(a *Addressee) []Problem {
	if a.State == "" {
		if f.rule.region {
			return []Problem{missing("state", fmt.Sprintf("the state or province (region) is missing (%s)", f.code), fmt.Sprintf("Bundesstaat oder Provinz (Region) fehlt (%s)", f.code))}
		}
		return nil
	}
	if !f.has(fieldRegion) || regions()[f.code] == nil {
		return nil
	}
	r, ok := findRegion(f.code, a.State)
	if !ok {
		return []Problem{{"state", "unknown", f.rule.region,
			Advice{fmt.Sprintf("%q is no state or province of %s", a.State, f.code), "write its official code"},
			Advice{fmt.Sprintf("%q ist kein Bundesstaat und keine Provinz von %s", a.State, f.code), "das amtliche Kürzel eintragen"}}}
	}
	a.State = r.code
	if a.Postcode != "" && !r.postcodes().MatchString(compact(a.Postcode)) {
		return []Problem{{"postcode", "region", false,
			Advice{fmt.Sprintf("postcode %q does not lie in %s", a.Postcode, r.name), "check postcode and state"},
			Advice{fmt.Sprintf("Postleitzahl %q liegt nicht in %s", a.Postcode, r.name), "Postleitzahl und Bundesstaat prüfen"}}}
	}
	return nil
}
