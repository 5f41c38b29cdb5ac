package address

import (
	"strings"
	"unicode/utf8"

	"postlift/mailers/typeset"
)

// Tone is how a letter speaks to its reader.
type Tone uint8

const (
	// Formal is "Sehr geehrte Frau Muster," and "Dear Ms Smith,".
	Formal Tone = iota
	// Informal is "Liebe Änne," and "Dear Zoë,": by first name, for readers whom the sender says du to. Of
	// an unknown gender it is "Hallo Kim,", which fits everybody; without a first name the formal one stays.
	Informal
)

// ToneOf reads the customer file's formality: "informal" is Informal, everything else Formal, since a Sie
// never offends.
func ToneOf(formality string) Tone {
	if strings.EqualFold(strings.TrimSpace(formality), "informal") {
		return Informal
	}
	return Formal
}

// Salutation is the formal first line of a letter to a person; SalutationFor has the rules.
func Salutation(p Person, lang string) string { return SalutationFor(lang, Formal, p) }

// SalutationFor is the first line of a letter to one or several persons, in the order given: "Sehr geehrte
// Frau Dr. Muster, sehr geehrter Herr Beispiel," or "Dear Ms Smith and Mr Jones,".
//
// lang is a tag. "en-US" gives the American "Dear Ms. Smith:" (an informal letter has a comma there, too).
// "de-CH" leaves the comma out and goes with texts that begin with a capital, as Swiss letters do; the
// country of the reader alone does not, because the text decides how it begins.
//
// An unknown gender and "divers" are greeted by full name, a person without a last name (a function line
// such as "Leitung Einkauf") and a last name of which nothing else is known neutrally. Of several titles the highest is said, once: Professor before
// Doktor; degrees such as Dipl.-Ing. or MBA are left to the address (DIN 5008, Duden), but Austria keeps
// Mag., DI and Ing. Particles and titles of nobility are part of the name: "Frau von Berg".
func SalutationFor(lang string, tone Tone, people ...Person) string {
	var greetings []string
	german := strings.HasPrefix(strings.ToLower(lang), "de")
	american := strings.EqualFold(lang, "en-US")
	for _, p := range people {
		p = p.tidy().spoken()
		p.FirstName, p.LastName = strings.TrimSpace(p.FirstName), strings.TrimSpace(p.LastName)
		g := greetingEN(p, tone, american)
		if german {
			g = greetingDE(p, tone)
		}
		if g != "" {
			greetings = append(greetings, g)
		}
	}
	if german {
		return allDE(greetings, len(people)) + closing(lang, tone)
	}
	return allEN(greetings, len(people)) + closing(lang, tone)
}

// closing is what stands after the greeting.
func closing(lang string, tone Tone) string {
	switch {
	case strings.EqualFold(lang, "de-CH"):
		return ""
	case strings.EqualFold(lang, "en-US") && tone == Formal:
		return ":"
	}
	return ","
}

// OwnSalutation is a form of address that somebody wrote into the customer file, closed as the language
// asks: by a comma, in American letters by a colon, in Swiss ones by nothing. One that ends in punctuation
// stays as it is.
func OwnSalutation(text, lang string) string {
	text = typeset.CleanLine(text)
	if last, _ := utf8.DecodeLastRuneInString(text); text == "" || strings.ContainsRune(",.:;!?–", last) {
		return text
	}
	return text + closing(lang, Formal)
}

const (
	nobodyDE = "Sehr geehrte Damen und Herren"
	nobodyEN = "Dear Sir or Madam"
)

// allDE puts the greetings of several people into one line; those without a name are greeted together.
func allDE(greetings []string, people int) string {
	if len(greetings) == 0 {
		return nobodyDE
	}
	if len(greetings) < people {
		greetings = append(greetings, nobodyDE)
	}
	for i := 1; i < len(greetings); i++ {
		first, n := utf8.DecodeRuneInString(greetings[i])
		greetings[i] = strings.ToLower(string(first)) + greetings[i][n:]
	}
	return strings.Join(greetings, ", ")
}

// greetingDE is the greeting of one person without its comma; empty: there is no name.
func greetingDE(p Person, tone Tone) string {
	g := p.gender()
	if tone == Informal && p.FirstName != "" {
		return map[byte]string{'f': "Liebe ", 'm': "Lieber ", 0: "Hallo "}[g] + p.FirstName
	}
	if p.LastName == "" {
		return ""
	}
	switch g {
	case 'f':
		return "Sehr geehrte Frau " + join(spokenTitleDE(p, g), p.LastName)
	case 'm':
		return "Sehr geehrter Herr " + join(spokenTitleDE(p, g), p.LastName)
	}
	title := spokenTitleDE(p, g)
	if title == "" && p.FirstName == "" {
		return "" // "Guten Tag Petersen" is no greeting
	}
	return "Guten Tag " + join(title, p.FirstName, p.LastName)
}

// spokenTitleDE picks the one title that is said.
func spokenTitleDE(p Person, gender byte) string {
	words := titleWords(p.Title + " " + p.Suffix)
	austrian := strings.EqualFold(p.Country, "AT")
	switch {
	case words["prof"] || words["professor"] || words["professorin"]:
		if gender == 'f' || words["professorin"] {
			return "Professorin"
		}
		if gender == 0 { // written short it fits everybody
			return "Prof."
		}
		return "Professor"
	case words["dr"] || words["ddr"] || words["doktor"] || words["phd"]:
		return "Dr."
	case austrian && words["mag"]:
		return "Mag."
	case austrian && (words["di"] || words["dipl-ing"]):
		return "DI"
	case austrian && words["ing"]:
		return "Ing."
	}
	return ""
}

// allEN joins what follows "Dear": "Ms Smith, Mr Jones and Dr Brown".
func allEN(names []string, people int) string {
	if len(names) == 0 {
		return nobodyEN
	}
	if len(names) < people {
		names = append(names, strings.TrimPrefix(nobodyEN, "Dear "))
	}
	last := len(names) - 1
	if last == 0 {
		return "Dear " + names[0]
	}
	return "Dear " + strings.Join(names[:last], ", ") + " and " + names[last]
}

// greetingEN is what follows "Dear" for one person; empty: there is no name.
func greetingEN(p Person, tone Tone, american bool) string {
	if tone == Informal && p.FirstName != "" {
		return p.FirstName
	}
	if p.LastName == "" {
		return ""
	}
	dot := ""
	if american {
		dot = "."
	}
	words := titleWords(p.Title + " " + p.Suffix)
	switch {
	case words["prof"] || words["professor"] || words["professorin"]:
		return "Professor " + p.LastName
	case words["dr"] || words["ddr"] || words["doktor"] || words["phd"] || words["md"]:
		return "Dr" + dot + " " + p.LastName
	case words["sir"] && p.FirstName != "": // a knight goes by the first name
		return "Sir " + p.FirstName
	case words["dame"] && p.FirstName != "":
		return "Dame " + p.FirstName
	}
	switch p.gender() {
	case 'f':
		return mrs(p.Salutation) + dot + " " + p.LastName
	case 'm':
		return "Mr" + dot + " " + p.LastName
	}
	if bare(p.Salutation) == "mx" {
		return "Mx" + dot + " " + p.LastName
	}
	if p.FirstName == "" {
		return "" // "Dear Petersen" is for schoolboys
	}
	return join(p.FirstName, p.LastName)
}
