package address

import (
	"strings"
	"testing"
	"unicode"
)

// What the label says otherwise than the customer file is in the notes, word for word.
func TestNotes(t *testing.T) {
	long := "Gesellschaft für Erfundene Messwerkzeuge und Prüftechnik in Norddeutschland mbH & Co. KG"
	for name, c := range map[string]struct {
		from   string
		limits Limits
		a      Addressee
		want   string
		note   string
	}{
		"nothing to note": {"DE", WindowLimits, Addressee{Company: "Erfunden AG", Street: "Weg 1", Postcode: "20095", City: "Hamburg"},
			"Erfunden AG|Weg 1|20095 Hamburg", ""},
		"a company on two lines keeps its legal form in one": {"DE", WindowLimits, Addressee{Company: "Erfundene Werkzeuge und Maschinen GmbH & Co. KG", Street: "Weg 1", Postcode: "20095", City: "Hamburg"},
			"Erfundene Werkzeuge und Maschinen|GmbH & Co. KG|Weg 1|20095 Hamburg", ""},
		"a company on three lines, department and contact on one": {"DE", WindowLimits, Addressee{Company: long + " Werk Nordwest", Department: "Einkauf", Person: anne, Street: "Weg 1", Postcode: "20095", City: "Hamburg"},
			"Gesellschaft für Erfundene Messwerkzeuge und|Prüftechnik in Norddeutschland mbH & Co. KG|Werk Nordwest|Einkauf, Frau Dr. Änne Süßkind|Weg 1|20095 Hamburg",
			`department and contact share a line: "Einkauf, Frau Dr. Änne Süßkind"`},
		"a department behind the company's last line, where nothing else saves one": {"DE", WindowLimits, Addressee{Company: "Erfunden Gesellschaft für Antriebstechnik und angewandte Fertigungsverfahren mbH & Co. KG",
			Department: "Geschäftsleitung", Person: Person{Salutation: "Frau", FirstName: "Wiebke", LastName: "Erfunden", Function: "Geschäftsführung"}, Street: "Weg 1", Postcode: "20095", City: "Hamburg"},
			"Erfunden Gesellschaft für Antriebstechnik und|angewandte Fertigungsverfahren mbH & Co. KG|Geschäftsleitung, Frau Wiebke Erfunden|Geschäftsführung|Weg 1|20095 Hamburg", "department and contact"},
		"the department moves behind a third line": {"DE", WindowLimits, Addressee{Company: "Erfindung Gesellschaft für Antriebstechnik und angewandte Fertigungsverfahren mbH & Co. KG",
			Department: "Geschäftsleitung", Person: Person{Salutation: "Frau", FirstName: "Wiebke", LastName: "Erfunden", Function: "Geschäftsführung"}, Street: "Weg 1", Postcode: "20095", City: "Hamburg"},
			"Erfindung Gesellschaft für Antriebstechnik|und angewandte Fertigungsverfahren|mbH & Co. KG, Geschäftsleitung|Frau Wiebke Erfunden, Geschäftsführung|Weg 1|20095 Hamburg", "company and department share a line"},
		"a box stands in the street's place and has its postcode": {"DE", WindowLimits, Addressee{Company: "Erfunden AG", Street: "Weg 1", POBox: "12345", POBoxPostcode: "20001", Postcode: "20095", City: "Hamburg"},
			"Erfunden AG|Postfach 1 23 45|20001 Hamburg", `street "Weg 1": the PO box stands in its place; postcode "20095": the PO box has its own`},
		"a company's own postcode": {"DE", WindowLimits, Addressee{Company: "Erfunden AG", Street: "Weg 1", BulkPostcode: true, Postcode: "20095", City: "Hamburg"},
			"Erfunden AG|20095 Hamburg", `street "Weg 1": a postcode of the company's own needs none`},
		"c/o and function": {"DE", WindowLimits, Addressee{Company: "Erfunden AG", Person: Person{Function: "Leitung Einkauf"}, CareOf: "Muster Logistik", Street: "Weg 1", Postcode: "20095", City: "Hamburg"},
			"Erfunden AG|Leitung Einkauf|c/o Muster Logistik|Weg 1|20095 Hamburg", ""},
		"building behind the street": {"DE", WindowLimits, Addressee{Company: "Erfunden AG", Department: "Einkauf", Person: Person{Salutation: "Herr", LastName: "Muster", Function: "Leitung der Beschaffung von Messgeräten"},
			Extra: "Haus 2", Street: "Weg 1", Postcode: "8001", City: "Zürich", Country: "CH"},
			"Erfunden AG|Einkauf, Herrn Muster|Leitung der Beschaffung von Messgeräten|Weg 1 // Haus 2|8001 ZÜRICH|SCHWEIZ", `street and extra line share a line: "Weg 1 // Haus 2"`},
		"the district goes last, and is noted": {"DE", WindowLimits, Addressee{Company: long + " Werk Nordwest", Person: anne, District: "Ottensen", Street: "Weg 1", Postcode: "20095", City: "Hamburg"},
			"Gesellschaft für Erfundene Messwerkzeuge und|Prüftechnik in Norddeutschland mbH & Co. KG|Werk Nordwest|Frau Dr. Änne Süßkind|Weg 1|20095 Hamburg",
			`district "Ottensen": left out for want of room`},
		"30 characters beside a franking code": {"DE", FrankingLimits, Addressee{Company: "Erfundene Werkzeuge Nord GmbH & Co. KG", Person: anne, Street: "Lange Bürgermeister-Muster-Straße 12a", Postcode: "20095", City: "Hamburg"},
			"Erfundene Werkzeuge Nord|GmbH & Co. KG|Frau Dr. Änne Süßkind|Lange Bürgermeister-Muster-Str|20095 Hamburg", ""},
		"an English street written short": {"GB", FrankingLimits, Addressee{Company: "Invented Ltd", Street: "128 Long and Winding Boulevard", Postcode: "LS1 4AP", City: "Leeds"},
			"Invented Ltd|128 Long and Winding Boulevard|LEEDS|LS1 4AP", ""},
		"US state by its name, street written short": {"DE", FrankingLimits, Addressee{Company: "Invented Inc", Street: "1280 Long and Winding Boulevard", Postcode: "62704", City: "Springfield", State: "Illinois", Country: "US"},
			"Invented Inc|1280 Long and Winding Blvd|SPRINGFIELD IL 62704|USA", `region "Illinois" written "IL"; street "1280 Long and Winding Boulevard" written "1280 Long and Winding Blvd"`},
		"a region that the country does not print": {"DE", WindowLimits, Addressee{Company: "Erfunden AG", Street: "Weg 1", Postcode: "80331", City: "München", State: "Bayern"},
			"Erfunden AG|Weg 1|80331 München", `region "Bayern": labels to DE do not name it`},
		"Dubai has no postcode": {"DE", WindowLimits, Addressee{Company: "Invented LLC", Street: "Box Street 5", City: "Dubai", Country: "AE"},
			"Invented LLC|Box Street 5|DUBAI|VEREINIGTE ARABISCHE EMIRATE", ""},
		"Japan in Latin letters": {"GB", WindowLimits, Addressee{Company: "Invented KK", Street: "1-2-3 Kamiyama-cho", Postcode: "1540023", City: "Setagaya-ku", State: "Tokyo", Country: "JP"},
			"Invented KK|1-2-3 Kamiyama-cho, SETAGAYA-KU, TOKYO|154-0023|JAPAN", ""},
		"Guernsey names itself": {"GB", WindowLimits, Addressee{Company: "Invented Ltd", Street: "1 Quay", Postcode: "gy11aa", City: "St Peter Port", Country: "GG"},
			"Invented Ltd|1 Quay|ST PETER PORT|GUERNSEY|GY11AA|GUERNSEY", ""},
	} {
		lines, notes, err := LinesWithin(c.a, c.from, c.limits)
		if strings.HasPrefix(name, "30 characters") { // one character too long, even short
			wantFault(t, err, "the street", "Str. 12a", "30 characters", "shorten it")
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := strings.Join(lines, "|"); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
		if got := strings.Join(notes, "; "); c.note == "" && got != "" || !strings.Contains(got, c.note) {
			t.Errorf("%s: notes %s, want %s", name, got, c.note)
		}
	}
}

func TestCheckListsAllProblems(t *testing.T) {
	problems := Check(Addressee{Department: "Einkauf", Postcode: "2009"}, "DE")
	var got []string
	for _, p := range problems {
		got = append(got, p.Field+" "+p.Rule)
		if !p.Stops || p.EN.Text == "" || p.DE.Text == "" || p.EN.Remedy == "" || p.DE.Remedy == "" {
			t.Errorf("%+v is not complete", p)
		}
	}
	if s := strings.Join(got, ", "); s != "company missing, street missing, postcode format, city missing" {
		t.Error(s)
	}
	if de := problems[2].In("de"); de.Text != `Postleitzahl "2009" gibt es in DE nicht (ein Beispiel: 26133)` || !strings.Contains(de.Remedy, "führende 0") {
		t.Errorf("%+v", de)
	}
	us := Addressee{Company: "Invented Inc", Street: "1 Main St", City: "Springfield", Country: "US", Postcode: "62704", State: "TX"}
	for _, c := range []struct {
		change      func(*Addressee)
		field, rule string
		stops       bool
		remedy      string
	}{
		{func(a *Addressee) {}, "postcode", "region", false, "check"},
		{func(a *Addressee) { a.State = "XX" }, "state", "unknown", true, "official code"},
		{func(a *Addressee) { a.State = "" }, "state", "missing", true, "add it"},
		{func(a *Addressee) { a.State, a.Country, a.Postcode = "", "DE", "1067" }, "postcode", "format", true, "leading 0"},
		{func(a *Addressee) { a.State, a.Country, a.Postcode = "", "IN", "1067" }, "postcode", "format", false, "correct"},
		{func(a *Addressee) { a.Country = "ZZ" }, "country", "unknown", true, "DE"},
		{func(a *Addressee) { a.State, a.Company = "IL", strings.Repeat("Muster", 9) }, "company", "too_long", true, "shorten"},
	} {
		a := us
		c.change(&a)
		got := Check(a, "DE")
		if len(got) != 1 || got[0].Field != c.field || got[0].Rule != c.rule || got[0].Stops != c.stops || !strings.Contains(got[0].EN.Remedy, c.remedy) {
			t.Errorf("%+v: %+v", a, got)
		}
		if _, err := Lines(a, "DE"); (err != nil) != c.stops {
			t.Errorf("%s %s: %v", c.field, c.rule, err)
		}
	}
}

func TestBreakText(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"Müller & Söhne Werkzeuge GmbH", "Müller & Söhne|Werkzeuge GmbH"},
		{"Donau-Dampfschifffahrts-Betrieb", "Donau-|Dampfschifffahrts-|Betrieb"},
		{"A-B-Werkzeugmaschinenbau-C", "A-B-|Werkzeugmaschinenbau-C"},
	} {
		if got := strings.Join(breakText(c.text, Limits{Runes: 22}, 3, company), "|"); got != c.want {
			t.Errorf("%q: %q, want %q", c.text, got, c.want)
		}
	}
	// A street parts after a comma only.
	if got := strings.Join(breakText("Unit 5, Very Long Estate, 12 Way", Limits{Runes: 22}, 3, street), "|"); got != "Unit 5,|Very Long Estate,|12 Way" {
		t.Error(got)
	}
	if got := breakText("Very Long and Winding Street 12", Limits{Runes: 22}, 3, street); got != nil {
		t.Error(got)
	}
}

func TestShortStreet(t *testing.T) {
	for _, c := range []struct {
		german, english bool
		long, short     string
	}{
		{true, false, "Lange Straße 12a", "Lange Str. 12a"},
		{true, false, "Bürgermeister-Muster-Straße 1", "Bürgermeister-Muster-Str. 1"},
		{true, false, "Hauptstrasse 1", "Hauptstr. 1"},
		{true, false, "HAUPTSTRASSE 1", "HAUPTSTR. 1"},
		{true, false, "Am Straßenberg 1", "Am Straßenberg 1"},
		{false, true, "1 Street Road, Suite 5", "1 St Rd, Ste 5"},
		{false, true, "Broadway 5", "Broadway 5"},
		{false, false, "1 rue Street", "1 rue Street"},
	} {
		if got := shortStreet(c.long, c.german, c.english); got != c.short {
			t.Errorf("%q: %q, want %q", c.long, got, c.short)
		}
	}
}

// Where the place is narrower than its characters tell, lines are broken and shared by their width.
func TestFitsByWidth(t *testing.T) {
	wide := Limits{Lines: 6, Runes: 45, Fits: func(line string) bool { // a capital is as wide as three small letters
		w := 0
		for _, r := range line {
			w++
			if unicode.IsUpper(r) {
				w += 2
			}
		}
		return w <= 60
	}}
	a := Addressee{Company: "BÜRO- UND DATENTECHNIK HANDELS GMBH & CO. KG", Department: "Einkauf", Person: Person{Salutation: "Frau", FirstName: "Änne", LastName: "Süßkind"},
		Street: "Weg 1", Postcode: "20095", City: "Hamburg"}
	if lines, err := Lines(a, "DE"); err != nil || len(lines) != 5 {
		t.Fatalf("%q, %v", lines, err)
	}
	lines, _, err := LinesWithin(a, "DE", wide)
	if got, want := strings.Join(lines, "|"), "BÜRO- UND DATENTECHNIK|HANDELS GMBH & CO. KG|Einkauf|Frau Änne Süßkind|Weg 1|20095 Hamburg"; err != nil || got != want {
		t.Errorf("%q, %v", got, err)
	}
	a.City = "HAMBURG-UNTERWELLENBORN"
	_, _, err = LinesWithin(a, "DE", wide)
	wantFault(t, err, "HAMBURG-UNTERWELLENBORN", "width", "shorten")
	if p := CheckWithin(a, "DE", wide); len(p) != 1 || p[0].Rule != "too_long" || p[0].Field != "city" {
		t.Errorf("%+v", p)
	}
}
