package address

import (
	"strings"
	"testing"

	"postlift"
)

var anne = Person{Salutation: "Frau", Title: "Dr.", FirstName: "Änne", LastName: "Süßkind"}

func TestLines(t *testing.T) {
	for name, c := range map[string]struct {
		from string
		a    Addressee
		want string
	}{
		"DE at home": {"DE", Addressee{Company: "Erfundene Werke GmbH", Department: "Einkauf", Person: anne, Street: "Lange Straße 12a", Postcode: "42103", City: "Wuppertal", Country: "DE"},
			"Erfundene Werke GmbH|Einkauf|Frau Dr. Änne Süßkind|Lange Straße 12a|42103 Wuppertal"},
		"DE, country left out, prefix on the postcode": {"DE", Addressee{Company: "Erfundene Werke GmbH", Person: Person{Salutation: "Herr", FirstName: "Max", LastName: "Muster"}, Street: "Weg 1", Postcode: "D-01067", City: "Dresden"},
			"Erfundene Werke GmbH|Herrn Max Muster|Weg 1|01067 Dresden"},
		"the title stands with the form of address": {"DE", Addressee{Company: "Erfundene Werke GmbH", Person: Person{Salutation: "Herr Dr.", FirstName: "Max", LastName: "Muster"}, Street: "Weg 1", Postcode: "01067", City: "Dresden"},
			"Erfundene Werke GmbH|Herrn Dr. Max Muster|Weg 1|01067 Dresden"},
		"DE PO box replaces the street": {"DE", Addressee{Company: "Erfundene Werke GmbH", Street: "Weg 1", POBox: "Postfach 12 34", Postcode: "20095", City: "Hamburg"},
			"Erfundene Werke GmbH|Postfach 12 34|20095 Hamburg"},
		"DE bulk postcode needs no street": {"DE", Addressee{Company: "Erfundene Werke GmbH", BulkPostcode: true, Postcode: "20095", City: "Hamburg"},
			"Erfundene Werke GmbH|20095 Hamburg"},
		"AT from DE": {"DE", Addressee{Company: "Erfundene Werke GmbH", Person: Person{Salutation: "Herr", Title: "Mag.", FirstName: "Leo", LastName: "Huber"}, Street: "Gasse 3", Postcode: "A-1010", City: "Wien", Country: "AT"},
			"Erfundene Werke GmbH|Herrn Mag. Leo Huber|Gasse 3|1010 WIEN|ÖSTERREICH"},
		"CH from DE: no prefix, ß in capitals": {"DE", Addressee{Company: "Erfunden AG", Street: "Gasse 3", Postcode: "CH-8001", City: "Zürich-Großmatt", Country: "CH"},
			"Erfunden AG|Gasse 3|8001 ZÜRICH-GROSSMATT|SCHWEIZ"},
		"FR from DE": {"DE", Addressee{Company: "Inventé SARL", Person: Person{Salutation: "Frau", FirstName: "Léa", LastName: "Exemple"}, Street: "3 rue Fictive", Postcode: "33380", City: "Mios", Country: "FR"},
			"Inventé SARL|Ms Léa Exemple|3 rue Fictive|33380 MIOS|FRANKREICH"},
		"US from DE": {"DE", Addressee{Company: "Invented Inc", Street: "1 Main St", Postcode: "62704", City: "Springfield", State: "il", Country: "US"},
			"Invented Inc|1 Main St|SPRINGFIELD IL 62704|USA"},
		"US at home": {"US", Addressee{Company: "Invented Inc", Person: Person{Salutation: "Mr", FirstName: "Sam", LastName: "Smith"}, Street: "1 Main St", Postcode: "62704-1234", City: "St. Louis", State: "MO", Country: "US"},
			"Mr Sam Smith|Invented Inc|1 Main St|ST LOUIS MO 62704-1234"},
		"GB at home": {"GB", Addressee{Company: "Invented Ltd", Person: Person{Salutation: "Ms", FirstName: "Zoë", LastName: "Imaginary", Function: "Head of Purchasing"}, Street: "12a Long Street", Postcode: "ls1 4ap", City: "Leeds"},
			"Ms Zoë Imaginary|Head of Purchasing|Invented Ltd|12a Long Street|LEEDS|LS1 4AP"},
		"GB from US": {"US", Addressee{Company: "Invented Ltd", Street: "12a Long Street", Postcode: "LS1 4AP", City: "Leeds", Country: "GB"},
			"Invented Ltd|12a Long Street|LEEDS|LS1 4AP|UNITED KINGDOM"},
		"DE from GB": {"GB", Addressee{Company: "Erfunden GmbH", Street: "Weg 1", Postcode: "20095", City: "Hamburg", Country: "DE"},
			"Erfunden GmbH|Weg 1|20095 HAMBURG|GERMANY"},
		"IT with province": {"DE", Addressee{Company: "Inventata S.p.A.", Street: "Via Finta 2", Postcode: "00144", City: "Roma", State: "RM", Country: "IT"},
			"Inventata S.p.A.|Via Finta 2|00144 ROMA RM|ITALIEN"},
		"outside the table": {"DE", Addressee{Company: "Inventada Lda", Street: "Rua 5", Postcode: "1000-001", City: "Lisboa", Country: "PT"},
			"Inventada Lda|Rua 5|1000-001 LISBOA|PORTUGAL"},
		"seven lines: department and contact share one": {"DE", Addressee{Company: "Erfunden AG", Department: "Einkauf", Person: anne, Extra: "Gebäude 7", Street: "Gasse 3", Postcode: "8001", City: "Zürich", Country: "CH"},
			"Erfunden AG|Einkauf, Frau Dr. Änne Süßkind|Gebäude 7|Gasse 3|8001 ZÜRICH|SCHWEIZ"},
		"seven lines: postcode beside the town": {"DE", Addressee{Company: "Invented Ltd", Person: Person{Salutation: "Ms", LastName: "Imaginary", Function: "Buyer"}, Street: "12a Long Street", Postcode: "LS1 4AP", City: "Leeds", Country: "GB"},
			"Ms Imaginary|Buyer|Invented Ltd|12a Long Street|LEEDS LS1 4AP|VEREINIGTES KÖNIGREICH"},
		"seven lines: function and department share one, the person keeps the own": {"DE", Addressee{Company: "Invented Inc", Department: "Purchasing", Person: Person{Salutation: "Mr", FirstName: "Sam", LastName: "Smith", Function: "Head Buyer"}, Street: "1 Main St", Postcode: "62704", City: "Springfield", State: "IL", Country: "US"},
			"Mr Sam Smith|Head Buyer, Purchasing|Invented Inc|1 Main St|SPRINGFIELD IL 62704|USA"},
		"eight lines: both": {"DE", Addressee{Company: "Invented Ltd", Department: "Purchasing", Person: Person{Salutation: "Ms", LastName: "Imaginary", Function: "Buyer"}, Street: "12a Long Street", Postcode: "LS1 4AP", City: "Leeds", Country: "GB"},
			"Ms Imaginary|Buyer, Purchasing|Invented Ltd|12a Long Street|LEEDS LS1 4AP|VEREINIGTES KÖNIGREICH"},
		"seven lines without a function: the person still comes first": {"US", Addressee{Company: "Invented Inc", Department: "Purchasing", Extra: "Floor 3", Person: Person{Salutation: "Mr", LastName: "Smith"}, Street: "1 Main St", Postcode: "SW1A 1AA", City: "London", Country: "GB"},
			"Mr Smith, Purchasing|Invented Inc|Floor 3|1 Main St|LONDON SW1A 1AA|UNITED KINGDOM"},
		"a long company takes two lines": {"DE", Addressee{Company: "Gesellschaft für Erfundene Messwerkzeuge und Prüftechnik mbH & Co. KG", Person: anne, Street: "Weg 1", Postcode: "20095", City: "Hamburg"},
			"Gesellschaft für Erfundene Messwerkzeuge und|Prüftechnik mbH & Co. KG|Frau Dr. Änne Süßkind|Weg 1|20095 Hamburg"},
		"stray blanks and decomposed umlauts": {"DE", Addressee{Company: "  Mu\u0308ller\u00a0 \tGmbH\u200b ", Street: "Weg 1", Postcode: "20095", City: "Hamburg"},
			"Müller GmbH|Weg 1|20095 Hamburg"},
	} {
		got, err := Lines(c.a, c.from)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if s := strings.Join(got, "|"); s != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, s, c.want)
		}
	}
}

func TestPostcode(t *testing.T) {
	for _, c := range [][3]string{{"DE", " D-20095 ", "20095"}, {"at", "A 1010", "1010"}, {"GB", "ls14ap", "LS1 4AP"}, {"SE", "11455", "114 55"}, {"DE", "2009x", "2009X"}, {"QQ", "x1", "x1"}} {
		if got := Postcode(c[0], c[1]); got != c[2] {
			t.Errorf("%s %q: %q, want %q", c[0], c[1], got, c[2])
		}
	}
}

func TestAddressFaults(t *testing.T) {
	ok := Addressee{Company: "Erfunden GmbH", Street: "Weg 1", Postcode: "20095", City: "Hamburg", Country: "DE"}
	for name, c := range map[string]struct {
		change func(*Addressee)
		part   string
	}{
		"nobody":         {func(a *Addressee) { a.Company = "" }, "neither a company nor a person"},
		"no city":        {func(a *Addressee) { a.City = " " }, "city"},
		"no street":      {func(a *Addressee) { a.Street = "" }, "street"},
		"no postcode":    {func(a *Addressee) { a.Postcode = "" }, "postcode"},
		"short postcode": {func(a *Addressee) { a.Postcode = "2009" }, `"2009"`},
		"postcode 00":    {func(a *Addressee) { a.Postcode = "00123" }, `"00123"`},
		"no country":     {func(a *Addressee) { a.Country = "Germany" }, `"GERMANY"`},
		"unused country": {func(a *Addressee) { a.Country = "QQ" }, `"QQ"`},
		"US state":       {func(a *Addressee) { a.Country = "US" }, "state"},
		"too long":       {func(a *Addressee) { a.Company = strings.Repeat("Langer Name ", 14) }, "at most 45"},
		"too many lines": {func(a *Addressee) {
			a.Company = strings.Repeat("Langer Name ", 8)
			a.Department, a.Extra, a.CareOf, a.Country, a.Postcode = "Einkauf und Beschaffung der Werke Nord", "Haus 2", "Pförtner", "CH", "8001"
			a.Person = Person{LastName: "Muster", Function: "Leitung der Beschaffung von Messgeräten"}
		}, "lines"},
	} {
		a := ok
		c.change(&a)
		_, err := Lines(a, "DE")
		t.Run(name, func(t *testing.T) { wantFault(t, err, c.part) })
	}
}

// wantFault asks for a Fault of kind Invalid whose text holds every part.
func wantFault(t *testing.T, err error, parts ...string) {
	t.Helper()
	if postlift.KindOf(err) != postlift.Invalid {
		t.Fatalf("got %v, want an Invalid fault", err)
	}
	for _, p := range parts {
		if !strings.Contains(postlift.UserText(err), p) {
			t.Errorf("%q does not name %q", postlift.UserText(err), p)
		}
	}
}
