package address

import "strings"

// Person is a recipient's name as it is kept: what the form of address ("Herr", "Frau", "Mr", "Ms",
// "divers" or nothing), the academic titles, first and last name are. Country matters for titles.
type Person struct {
	Salutation string // as stored in the customer file; nothing is guessed from first names
	Title      string // "Dr.", "Prof. Dr.", "Dipl.-Ing." …
	FirstName  string
	LastName   string // with particles and titles of nobility: "von Berg", "Freiherr von Berg"
	Suffix     string // "jun.", "MBA", "PhD": after the name on the label
	Function   string // "Leitung Einkauf": for the address, never for the salutation
	Country    string // ISO code; AT keeps Mag., DI and Ing. in the salutation
}

// tidy takes titles out of the form of address, where customer files keep "Herr Dr." in one field.
func (p Person) tidy() Person {
	words := strings.Fields(p.Salutation)
	if len(words) < 2 {
		return p
	}
	if _, known := formsOfAddress[bare(words[0])]; !known {
		return p
	}
	for i, w := range words[1:] {
		if !isTitle(w) && (i == 0 || !isFaculty(w)) {
			return p
		}
	}
	p.Salutation = words[0]
	if strings.TrimSpace(p.Title) == "" {
		p.Title = strings.Join(words[1:], " ")
	}
	return p
}

// spoken keeps of a form of address with a function ("Herr Direktor") what is said: "Herr". Two forms of address in one
// field ("Herr und Frau") are two people, of whom nothing is known.
func (p Person) spoken() Person {
	words := strings.Fields(p.Salutation)
	if len(words) < 2 {
		return p
	}
	if formsOfAddress[bare(words[0])] == 0 {
		return p
	}
	var held []string
	for _, w := range words[1:] {
		b := bare(w)
		if _, form := formsOfAddress[b]; form || strings.ContainsAny(w, "&/+,") || b == "und" || b == "and" || b == "u" || b == "oder" || b == "or" {
			return p
		}
		if isTitle(w) {
			held = append(held, w)
		}
	}
	p.Salutation = words[0]
	if strings.TrimSpace(p.Title) == "" {
		p.Title = strings.Join(held, " ")
	}
	return p
}

// name is first and last name, as far as they are known.
func (p Person) name() string { return join(p.FirstName, p.LastName) }

// formsOfAddress are the words that customer files keep, by what they say: f, m, or 0 for what says
// nothing about it.
var formsOfAddress = map[string]byte{
	"frau": 'f', "fr": 'f', "ms": 'f', "mrs": 'f', "miss": 'f', "madam": 'f', "madame": 'f', "mme": 'f', "f": 'f', "w": 'f', "female": 'f', "weiblich": 'f',
	"herr": 'm', "herrn": 'm', "hr": 'm', "hrn": 'm', "mr": 'm', "mister": 'm', "sir": 'm', "monsieur": 'm', "m": 'm', "male": 'm', "männlich": 'm',
	"mx": 0, "divers": 0, "d": 0, "x": 0, "diverse": 0,
}

// gender of a stored form of address: 'f', 'm' or 0 for unknown and diverse.
func (p Person) gender() byte { return formsOfAddress[bare(p.Salutation)] }

// mrs keeps a "Mrs" that somebody chose; everything else is the neutral "Ms".
func mrs(stored string) string {
	if bare(stored) == "mrs" {
		return "Mrs"
	}
	return "Ms"
}

// bare is a word in small letters without blanks and dots around it.
func bare(s string) string { return strings.ToLower(strings.Trim(s, " .,")) }

// wholeTitles writes titles of several parts as one word each.
var wholeTitles = strings.NewReplacer("dipl.-ing", " dipl-ing ", "dipl. ing", " dipl-ing ", "ph.d", " phd ", "m.d.", " md ",
	"dr.-ing", " dr ", "mag.a", " mag ", "dr.in", " dr ")

// titleWords splits "Prof. Dr.-Ing." into the set {prof, dr, ing}: a title counts only as a whole word.
// "Dipl.-Ing." stays one word, because its Ing is no title of its own.
func titleWords(title string) map[string]bool {
	if strings.TrimSpace(title) == "" {
		return nil
	}
	set := map[string]bool{}
	for _, w := range strings.FieldsFunc(wholeTitles.Replace(strings.ToLower(title)), func(r rune) bool { return strings.ContainsRune(" .,/", r) }) {
		set[w] = true
	}
	return set
}

// join puts a blank between the parts that are there.
func join(parts ...string) string { return joinBy(" ", parts...) }

func joinBy(between string, parts ...string) string {
	kept := parts[:0:0]
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, between)
}
