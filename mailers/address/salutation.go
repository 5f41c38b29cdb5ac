package address

import (
	"strings"
	"unicode/utf8"

	"postlift/mailers/typeset"
)

// Person is a recipient's name as it is kept: what the form of address ("Herr", "Frau", "Mr", "Ms",
// "divers" or nothing), the academic titles, first and last name are. Country matters for titles.
type Person struct {
	Salutation string // as stored in the customer file; nothing is guessed from first names
	Title      string // "Dr.", "Prof. Dr.", "Dipl.-Ing." …
	FirstName  string
	LastName   string
	Function   string // "Leitung Einkauf": for the address, never for the salutation
	Country    string // ISO code; AT keeps Mag. and DI in the salutation
}

// name is first and last name, as far as they are known.
func (p Person) name() string { return join(p.FirstName, p.LastName) }

// gender of a stored form of address: 'f', 'm' or 0 for unknown and diverse.
func (p Person) gender() byte {
	switch strings.ToLower(strings.Trim(p.Salutation, " .")) {
	case "frau", "fr", "ms", "mrs", "miss", "madam", "f", "w", "female", "weiblich":
		return 'f'
	case "herr", "herrn", "hr", "mr", "sir", "m", "male", "männlich":
		return 'm'
	}
	return 0
}

// Salutation is the first line of a letter to a person: "Sehr geehrte Frau Dr. Muster," or "Dear Ms
// Smith,". lang "en-US" gives the American form "Dear Ms. Smith:". An unknown gender is greeted by full
// name, an unknown person neutrally. Of several titles the highest is said, once: Professor before
// Doktor; degrees such as Dipl.-Ing. or MBA are left to the address (DIN 5008, Duden).
func Salutation(p Person, lang string) string {
	p.FirstName, p.LastName = strings.TrimSpace(p.FirstName), strings.TrimSpace(p.LastName)
	if strings.HasPrefix(lang, "de") {
		return salutationDE(p)
	}
	return salutationEN(p, lang == "en-US")
}

// OwnSalutation is a form of address that somebody wrote into the customer file, closed as the language
// asks: by a comma, in American letters by a colon. One that ends in punctuation stays as it is.
func OwnSalutation(text, lang string) string {
	text = typeset.CleanLine(text)
	if last, _ := utf8.DecodeLastRuneInString(text); text == "" || strings.ContainsRune(",.:;!?–", last) {
		return text
	}
	if lang == "en-US" {
		return text + ":"
	}
	return text + ","
}

func salutationDE(p Person) string {
	g := p.gender()
	if p.LastName == "" {
		return "Sehr geehrte Damen und Herren,"
	}
	switch g {
	case 'f':
		return "Sehr geehrte Frau " + join(spokenTitleDE(p, g), p.LastName) + ","
	case 'm':
		return "Sehr geehrter Herr " + join(spokenTitleDE(p, g), p.LastName) + ","
	}
	return "Guten Tag " + join(spokenTitleDE(p, g), p.FirstName, p.LastName) + ","
}

// spokenTitleDE picks the one title that is said.
func spokenTitleDE(p Person, gender byte) string {
	words := titleWords(p.Title)
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
	case strings.EqualFold(p.Country, "AT") && words["mag"]:
		return "Mag."
	case strings.EqualFold(p.Country, "AT") && (words["di"] || words["dipl-ing"]):
		return "DI"
	}
	return ""
}

func salutationEN(p Person, american bool) string {
	comma, dot := ",", ""
	if american {
		comma, dot = ":", "."
	}
	if p.LastName == "" {
		return "Dear Sir or Madam" + comma
	}
	words := titleWords(p.Title)
	switch {
	case words["prof"] || words["professor"] || words["professorin"]:
		return "Dear Professor " + p.LastName + comma
	case words["dr"] || words["ddr"] || words["phd"]:
		return "Dear Dr" + dot + " " + p.LastName + comma
	}
	switch p.gender() {
	case 'f':
		return "Dear " + mrs(p.Salutation) + dot + " " + p.LastName + comma
	case 'm':
		return "Dear Mr" + dot + " " + p.LastName + comma
	}
	return "Dear " + join(p.FirstName, p.LastName) + comma
}

// mrs keeps a "Mrs" that somebody chose; everything else is the neutral "Ms".
func mrs(stored string) string {
	if strings.EqualFold(strings.Trim(stored, " ."), "mrs") {
		return "Mrs"
	}
	return "Ms"
}

// titleWords splits "Prof. Dr.-Ing." into the set {prof, dr, ing}: a title counts only as a whole word.
// "Dipl.-Ing." stays one word, because its Ing is no title of its own.
func titleWords(title string) map[string]bool {
	t := strings.ToLower(title)
	t = strings.NewReplacer("dipl.-ing", " dipl-ing ", "ph.d", " phd ", "dr.-ing", " dr ").Replace(t)
	set := map[string]bool{}
	for _, w := range strings.FieldsFunc(t, func(r rune) bool { return r == ' ' || r == '.' || r == ',' || r == '/' }) {
		set[w] = true
	}
	return set
}

// join puts a blank between the parts that are there.
func join(parts ...string) string {
	kept := parts[:0:0]
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, " ")
}
