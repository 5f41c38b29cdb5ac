package accounts

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"postlift"
	"postlift/accounts/csvfile"
)

// The normal forms that the documentation shows; the one hash was computed with sha256sum (GNU coreutils).
func TestListHashes(t *testing.T) {
	for _, c := range []struct{ got, text string }{
		{EmailHash(" Petra@Beispiel.example "), "petra@beispiel.example"},
		{PersonHash("Petra", "Beispiel", "Musterstraße 12 a", "", "D-12345"), "petra beispiel|musterstr 12a|12345"},
		{PersonHash("", "Größer-Muster", "", "Postfach 12 34", "12345"), "groesser muster|box 1234|12345"},
		{CompanyHash("Beispiel Maschinenbau GmbH", "Muster Strasse 12a", "", "12345"), "beispiel maschinenbau|musterstr 12a|12345"},
		{CompanyHash("Werkzeug & Söhne GmbH & Co. KG", "1 Sample Street", "", "ab1 2cd"), "werkzeug und soehne|1 samplestr|AB12CD"},
	} {
		if c.got != hashText(c.text) {
			t.Errorf("the hash is not that of %q", c.text)
		}
	}
	if got := EmailHash("petra@beispiel.example"); got != "5eac6be41be6b5d8d99beedacd993edd955e356e1cfe446fc58cfcd8eeca19e2" {
		t.Errorf("SHA-256 gives %s", got)
	}
	for _, none := range []string{EmailHash(" "), PersonHash("Petra", "", "Weg 1", "", "1"), PersonHash("P", "B", "", "", "1"), PersonHash("P", "B", "Weg 1", "", ""), CompanyHash("", "Weg 1", "", "1"), keyer.Listed("")} {
		if none != "" {
			t.Errorf("a hash of nothing: %s", none)
		}
	}
	if keyer.Listed(EmailHash("a@b.example")) == EmailHash("a@b.example") {
		t.Error("the plain hash is kept")
	}
}

func TestAttributesAreChecked(t *testing.T) {
	good := Attribute{Name: "fleet_size", Type: "number", LabelEN: "Fleet", LabelDE: "Fuhrpark"}
	for want, change := range map[string]func(a *Attribute){
		"":                                   func(*Attribute) {},
		"a name begins with a lower-case":    func(a *Attribute) { a.Name = "Fleet" },
		"at most 40 lower-case letters":      func(a *Attribute) { a.Name = strings.Repeat("a", 41) },
		`"numbr" is not known: possible are`: func(a *Attribute) { a.Type = "numbr" },
		"did you mean number?":               func(a *Attribute) { a.Type = "numbr" },
		"label_en and label_de are needed":   func(a *Attribute) { a.LabelDE = " " },
		"a label has at most 80":             func(a *Attribute) { a.LabelEN = strings.Repeat("a", 81) },
		"a unit has at most 20":              func(a *Attribute) { a.Unit = strings.Repeat("a", 21) },
		"about_en and about_de have at most": func(a *Attribute) { a.AboutEN = strings.Repeat("a", 501) },
	} {
		s, a := DefaultSettings(), good
		change(&a)
		s.Attributes = []Attribute{a}
		if err := s.Validate(); (err == nil) != (want == "") || !strings.Contains(postlift.UserText(err), want) && err != nil {
			t.Errorf("want %q: %v", want, err)
		}
	}
	s := DefaultSettings()
	s.Attributes = []Attribute{good, good}
	if err := s.Validate(); err == nil || !strings.Contains(postlift.UserText(err), `number 2 ("fleet_size"): the name is declared twice`) {
		t.Errorf("%v", err)
	}
	s.Attributes = make([]Attribute, MaxAttributes+1)
	if err := s.Validate(); err == nil || !strings.Contains(postlift.UserText(err), "201 are declared, at most 200") {
		t.Errorf("%v", err)
	}
}

func TestStagesAreChecked(t *testing.T) {
	for want, stages := range map[string][]string{
		"":                        {"Erstgespräch", "Angebot"},
		"the stage is listed":     {"Angebot", "angebot"},
		"won and lost are":        {"lead", "gewonnen"},
		"at most 60 characters":   {" "},
		"60 characters":           {strings.Repeat("a", 61)},
		"mail.opportunity_stages": {"a", "A"},
	} {
		s := DefaultSettings()
		s.Mail.OpportunityStages = stages
		if err := s.Validate(); (err == nil) != (want == "") || err != nil && !strings.Contains(postlift.UserText(err), want) {
			t.Errorf("%v, want %q: %v", stages, want, err)
		}
	}
}

func TestListedStages(t *testing.T) {
	stages := DefaultSettings().Mail.OpportunityStages
	for raw, want := range map[string]string{"Lead": "lead", "ANGEBOT": "quote", "Proposal/Price Quote": "quote", "In Verhandlung": "negotiation", "qualifiedtobuy": "qualified"} {
		if got, ok := listedStage(stages, raw); !ok || got != want {
			t.Errorf("%s: %s, want %s", raw, got, want)
		}
	}
	if _, ok := listedStage([]string{"Kontakt"}, "Angebot"); ok {
		t.Error("a word for a stage that is not listed was taken")
	}
}

// TestTemplateOfAttributes: the template lists the organisation's columns, and its rows can be imported.
func TestTemplateOfAttributes(t *testing.T) {
	var attributes []Attribute
	for _, typ := range attributeTypes {
		attributes = append(attributes, Attribute{Name: "a_" + typ, Type: typ, LabelEN: typ, LabelDE: typ})
	}
	raw, err := Template("accounts", attributes...)
	if err != nil {
		t.Fatal(err)
	}
	header, _, _ := strings.Cut(string(raw), "\n")
	if !strings.HasSuffix(header, ",no_advertising,custom.a_number,custom.a_money,custom.a_text,custom.a_boolean,custom.a_date") {
		t.Errorf("%s", header)
	}
	l := &fakeLoader{}
	im := importer(l)
	im.Settings.Attributes = attributes
	r, err := im.Import(context.Background(), Request{Kind: "accounts", Reader: bytes.NewReader(raw)})
	if err != nil || r.Inserted != 2 || r.Rejected != 0 {
		t.Fatalf("%v %+v", err, r)
	}
	got := map[string]string{}
	for name, v := range l.accounts[0].Custom {
		got[name] = string(v)
	}
	for name, want := range map[string]string{"a_number": "12.5", "a_money": "120000", "a_text": `"text"`, "a_boolean": "true", "a_date": `"2026-01-31"`} {
		if got[name] != want {
			t.Errorf("%s: %s, want %s", name, got[name], want)
		}
	}
	if plain, err := Template("accounts"); err != nil || strings.Contains(string(plain), CustomPrefix) || len(kinds["accounts"].columns) != len(AccountColumns) {
		t.Errorf("the kind itself has changed: %v", err)
	}
}

func TestListNamesAreChecked(t *testing.T) {
	for _, req := range []Request{{Kind: "accounts", List: "x"}, {Kind: "suppressions", List: " x"}, {Kind: "suppressions", List: strings.Repeat("x", 61)}} {
		req.Reader = strings.NewReader("external_id,name,reason\n")
		if _, err := importer(&fakeLoader{}).Import(context.Background(), req); postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("%s %q: %v", req.Kind, req.List, err)
		}
	}
}

// TestCentres: the mean of one postcode's places lies between them, also across the date line, and does not depend on
// their order.
func TestCentres(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		latitude, longitude := rapid.Float64Range(-60, 60).Draw(t, "lat"), rapid.Float64Range(-180, 180).Draw(t, "lon")
		offsets := rapid.SliceOfN(rapid.Float64Range(-.5, .5), 1, 8).Draw(t, "offsets")
		var one, two centre
		for i, d := range offsets {
			wrap := func(d float64) float64 { return math.Mod(longitude+d+540, 360) - 180 }
			one.add(latitude+d, wrap(d))
			back := offsets[len(offsets)-1-i]
			two.add(latitude+back, wrap(back))
		}
		a, b := one.place("DE", "1"), two.place("DE", "1")
		if math.Abs(a.Latitude-latitude) > .5001 || math.Abs(math.Mod(a.Longitude-longitude+540, 360)-180) > .5001 {
			t.Fatalf("%+v is far from %g, %g", a, latitude, longitude)
		}
		if math.Abs(a.Latitude-b.Latitude) > 2e-6 || math.Abs(math.Mod(a.Longitude-b.Longitude+540, 360)-180) > 2e-6 {
			t.Fatalf("%+v in another order is %+v", a, b)
		}
	})
}

func FuzzDegrees(f *testing.F) {
	for _, seed := range []string{"52.5163", "-0,1276", "+13.4°", "1.234,5", "", "-", "NaN", "1e5", "0x1p4", ".", "99999999999999999999999999999999999999999"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if v, ok := parseDegrees(s); ok && (math.IsNaN(v) || math.IsInf(v, 0) || strings.ContainsAny(s, "eExXnN")) {
			t.Fatalf("%q gives %g", s, v)
		}
	})
}

// FuzzSuppressionsAndAttributes reads any file as a list with hashes, as accounts with attributes and as places: no
// panic, hashes of 64 lower-case hexadecimal digits only, attributes in valid JSON of their type, places on earth.
func FuzzSuppressionsAndAttributes(f *testing.F) {
	f.Add([]byte("hash,scope,reason\n" + EmailHash("a@b.example") + ",both,objection\n"))
	f.Add([]byte("external_id;name;custom.n;custom.m;custom.t;custom.b;custom.d\n1;A;1,5;2;\"x\";ja;2026-01-01\n"))
	f.Add([]byte("DE\t01945\tA\tB\tC\t\t\t\t\t51.4\t13.7\t4\n"))
	f.Add([]byte("country,postcode,lat,lon\nDE,10115,52,13\n"))
	settings := DefaultSettings()
	for _, a := range [][2]string{{"n", "number"}, {"m", "money"}, {"t", "text"}, {"b", "boolean"}, {"d", "date"}} {
		settings.Attributes = append(settings.Attributes, Attribute{Name: a[0], Type: a[1], LabelEN: a[0], LabelDE: a[0]})
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, kindName := range []string{"suppressions", "accounts", "places"} {
			l := &fakeLoader{check: func(c *Chunk) {
				for _, s := range c.Suppressions {
					if s.Hash != "" && (len(s.Hash) != 64 || s.Hash != strings.ToLower(s.Hash)) {
						t.Fatalf("hash %q", s.Hash)
					}
				}
				for _, a := range c.Accounts {
					for name, v := range a.Custom {
						if !json.Valid(v) {
							t.Fatalf("%s: %s", name, v)
						}
					}
				}
				for _, p := range c.Places {
					if !(math.Abs(p.Latitude) <= 90 && math.Abs(p.Longitude) <= 180) || p.Postcode == "" || len(p.Country) != 2 {
						t.Fatalf("%+v", p)
					}
				}
			}}
			im := importer(l)
			im.Settings = settings
			if _, err := im.Import(context.Background(), Request{Kind: kindName, Reader: bytes.NewReader(data)}); err != nil && postlift.KindOf(err) != postlift.Invalid {
				t.Fatalf("not the user's fault? %v", err)
			}
		}
	})
}

func TestDidYouMean(t *testing.T) {
	known := []string{"lead", "qualified", "quote", "negotiation"}
	for name, want := range map[string]string{"negotation": "; did you mean negotiation?", "QUOTE": "; did you mean quote?", "xyz": "", "": ""} {
		if got := csvfile.DidYouMean(known, name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}
