package standalone

import (
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"

	"postlift"
	"postlift/mailers/design"
	"postlift/mailers/kit"
	"postlift/mailers/merge"
	"postlift/templates"
)

func vars() merge.Vars {
	return merge.Builtin().With(merge.Vars{"remark": merge.String, "site.photo": merge.Image})
}

// rows reads a table to its end.
func rows(t *testing.T, text string) (*input, []record) {
	t.Helper()
	in, err := openInput(strings.NewReader(text), vars(), "EUR")
	if err != nil {
		t.Fatal(err)
	}
	var out []record
	for {
		r, err := in.next(len(out) + 1)
		if errors.Is(err, io.EOF) {
			return in, out
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
}

// doc is the merge data of the only row of a table.
func doc(t *testing.T, text string, set ...string) map[string]any {
	t.Helper()
	in, recs := rows(t, text)
	if len(recs) != 1 || len(recs[0].rejects) > 0 {
		t.Fatalf("%d rows, %+v", len(recs), recs[0].rejects)
	}
	return testMaker(t, in, set...).merged(&recs[0])
}

func testMaker(t *testing.T, in *input, set ...string) *maker {
	t.Helper()
	d, err := design.Parse(templates.Designs(), "notice")
	if err != nil {
		t.Fatal(err)
	}
	constants, err := parseConstants(set, vars(), "EUR")
	if err != nil {
		t.Fatal(err)
	}
	m, err := newMaker(&Job{Design: d, Sender: NewSender(), Date: postlift.MustDate("2026-03-02"), Batch: "b", Key: []byte("k"), Currency: "EUR", PerFile: 1}, in.cols, constants)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestHeadersInGermanAndEnglish: customer files and variables by their names fill the same fields.
func TestHeadersInGermanAndEnglish(t *testing.T) {
	for _, table := range []string{
		"Kundennummer;Firma;Anrede;Vorname;Nachname;Straße;Hausnummer;PLZ;Ort\nK1;Muster GmbH;Frau;Änne;Süßkind;Weg;3a;42103;Wuppertal\n",
		"customer no,company,form of address,first name,last name,street,house number,zip,city\nK1,Muster GmbH,Frau,Änne,Süßkind,Weg,3a,42103,Wuppertal\n",
		"account.customer_no\taccount.name\tcontact.salutation\tcontact.first_name\tcontact.last_name\tstreet\tpostcode\taccount.city\nK1\tMuster GmbH\tFrau\tÄnne\tSüßkind\tWeg 3a\t42103\tWuppertal\n",
	} {
		in, recs := rows(t, table)
		who, rejects := testMaker(t, in).make(&recs[0])
		if len(rejects) > 0 {
			t.Fatal(rejects)
		}
		if want := []string{"Muster GmbH", "Frau Änne Süßkind", "Weg 3a", "42103 Wuppertal"}; !reflect.DeepEqual(who.piece.Address, want) {
			t.Errorf("%.40q: address %q", table, who.piece.Address)
		}
		if s := text(who.piece.Merge, "salutation"); s != "Sehr geehrte Frau Süßkind," || text(who.piece.Merge, "account.customer_no") != "K1" {
			t.Errorf("%.40q: salutation %q", table, s)
		}
	}
}

// TestHouseNumbersStandWhereTheCountryWritesThem: customer files keep them in a column of their own.
func TestHouseNumbersStandWhereTheCountryWritesThem(t *testing.T) {
	for _, c := range [][4]string{
		{"Weg", "3a", "DE", "Weg 3a"}, {"Bahnhofstrasse", "101", "CH", "Bahnhofstrasse 101"}, {"Mill Lane", "14", "GB", "14 Mill Lane"},
		{"rue de la République", "17 bis", "FR", "17 bis rue de la République"}, {"Mill Lane 14", "", "GB", "Mill Lane 14"}, {"", "5", "DE", "5"},
	} {
		if got := streetLine(c[0], c[1], c[2]); got != c[3] {
			t.Errorf("%v: %q", c, got)
		}
	}
}

// TestWindows1252IsRead as spreadsheets still write it.
func TestWindows1252IsRead(t *testing.T) {
	raw, err := charmap.Windows1252.NewEncoder().String("Firma;PLZ;Ort\nSüßkind & Söhne;42103;Köln\n")
	if err != nil {
		t.Fatal(err)
	}
	in, recs := rows(t, raw)
	if in.reader.Format().Encoding != "windows-1252" || recs[0].values[0] == nil {
		t.Fatalf("%+v %v", in.reader.Format(), recs[0])
	}
	if m := testMaker(t, in).merged(&recs[0]); text(m, "account.name") != "Süßkind & Söhne" || text(m, "account.city") != "Köln" {
		t.Errorf("%v", m)
	}
}

// TestValuesHaveTheirKinds: money, dates, numbers as the file writes them; lists as JSON or numbered columns.
func TestValuesHaveTheirKinds(t *testing.T) {
	m := doc(t, "account.total_net;account.last_order_on;account.order_count;remark\n1.234,50 €;11.06.2025;12;\"zwei\nZeilen\"\n")
	account := m["account"].(map[string]any)
	if account["total_net"] != (postlift.Money{Minor: 123450, Currency: "EUR"}) || account["last_order_on"] != "2025-06-11" || account["order_count"] != 12.0 || m["remark"] != "zwei\nZeilen" {
		t.Errorf("%v", m)
	}
	want := []any{map[string]any{"number": "A1", "net": postlift.Money{Minor: 1050, Currency: "EUR"}, "date": "2025-06-11"}, map[string]any{"number": "A2", "net": postlift.Money{Minor: 2000, Currency: "CHF"}}}
	for _, text := range []string{
		`Firma;orders` + "\n" + `M;"[{""number"": ""A1"", ""net"": 10.50, ""date"": ""2025-06-11""}, {""number"": ""A2"", ""net"": ""20 CHF""}]"` + "\n",
		`Firma;orders` + "\n" + `M;"[{""number"": ""A1"", ""net"": {""minor"": 1050, ""currency"": ""EUR""}, ""date"": ""2025-06-11""}, {""number"": ""A2"", ""net"": ""20 CHF""}]"` + "\n",
	} {
		if got := doc(t, text)["orders"]; !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %v", text, got)
		}
	}
	numbered := doc(t, "Firma;orders.2.number;orders.1.number;orders.1.net;contract.lines.1.name\nM;A2;A1;10,50;Wartung\n", `orders=[{"number":"other"}]`)
	if got, want := numbered["orders"], []any{map[string]any{"number": "A1", "net": postlift.Money{Minor: 1050, Currency: "EUR"}}, map[string]any{"number": "A2"}}; !reflect.DeepEqual(got, want) {
		t.Errorf("numbered columns: %v", got)
	}
	if got := numbered["contract"].(map[string]any)["lines"]; !reflect.DeepEqual(got, []any{map[string]any{"name": "Wartung"}}) {
		t.Errorf("numbered columns: %v", got)
	}
	if got := doc(t, "Firma;orders.1.number\nM;\n", `orders=[{"number":"X"}]`)["orders"]; !reflect.DeepEqual(got, []any{map[string]any{"number": "X"}}) {
		t.Errorf("a constant list behind empty columns: %v", got)
	}
}

// TestWrongValuesAreRejectedByName.
func TestWrongValuesAreRejectedByName(t *testing.T) {
	for text, want := range map[string][2]string{
		"account.total_net\nviel\n":                          {"account.total_net", "number"},
		"account.last_order_on\nneulich\n":                   {"account.last_order_on", "date"},
		"Firma;orders\nM;[{\"nummer\": 1}]\n":                {"orders", "quote"},
		"Firma;orders\nM;\"[{\"\"numbr\"\": \"\"1\"\"}]\"\n": {"orders", "list"},
		"Firma;orders\nM;{}\n":                               {"orders", "list"},
		"Firma;Währung\nM;Taler\n":                           {"currency", "currency"},
		"Firma;kind\nM;sonstwas\n":                           {"kind", "unknown"},
	} {
		_, recs := rows(t, text)
		if len(recs[0].rejects) == 0 || recs[0].rejects[0].Rule != want[1] && want[1] != "quote" {
			t.Errorf("%q: %+v, want rule %s", text, recs[0].rejects, want[1])
		}
	}
}

// TestConstantsGiveWayToRows, and those in a language to those of the row, too.
func TestConstantsGiveWayToRows(t *testing.T) {
	in, recs := rows(t, "Firma;PLZ;Ort;Straße;campaign.offer;Sprache\nA;42103;Wuppertal;Weg 1;;de\nB;42103;Wuppertal;Weg 1;eigenes;de\nC;42103;Wuppertal;Weg 1;;en\n")
	m := testMaker(t, in, "campaign.offer=general", "campaign.offer_de=deutsch", "campaign.offer_until=01.05.2026")
	for i, want := range []string{"deutsch", "eigenes", "general"} {
		who, rejects := m.make(&recs[i])
		if len(rejects) > 0 {
			t.Fatal(rejects)
		}
		if got := text(who.piece.Merge, "campaign.offer"); got != want || text(who.piece.Merge, "campaign.offer_until") != "2026-05-01" {
			t.Errorf("row %d: offer %q, want %q", i+1, got, want)
		}
	}
	for _, pair := range []string{"campaign.offer", "campaign.ofer=x", "code=1", "campaign.offer_until=morgen", "orders={}", "account.total_net=viel", "account.total_net=1.234", "account.total_net=1.234 EUR"} {
		if _, err := parseConstants([]string{pair}, vars(), "EUR"); postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("%q: %v", pair, err)
		}
	}
}

// TestFaultsNameFieldAndRule, as their words tell.
func TestFaultsNameFieldAndRule(t *testing.T) {
	for fault, want := range map[string][2]string{
		"sender.company has no value, and every piece prints it: fill it in":                                                   {"sender.company", "missing_value"},
		"in @body: account.total_net has no value: fill it in, guard it with {% if account.total_net %}, or give it a default": {"account.total_net", "missing_value"},
		"the piece has no tracking URL, and its design prints a QR code: give the base address of tracking links":              {"tracking_url", "missing_value"},
		`address line 2 contains '😀' (U+1F600), which the design's fonts cannot print: correct it in the customer file`:        {"address line 2", "unprintable"},
		`site.photo names the image "x.png", which is not there`:                                                               {"site.photo", "picture"},
		`the return line "Muster" is 90.1 mm wide at 6 pt, the place has 80 mm: shorten it`:                                    {"the return line", "too_wide"},
		"a table is 12 mm too wide for 160 mm: shorten its longest words or leave a column out":                                {"", "too_wide"},
		"the text is 12.4 mm too long for the 1 pages that the design allows (max_pages): shorten it":                          {"", "too_long"},
		"money needs {\"minor\": 12345, \"currency\": \"EUR\"}, got a text":                                                    {"", "compose"},
	} {
		if field, rule := blame(fault); field != want[0] || rule != want[1] {
			t.Errorf("%q: field %q, rule %q, want %q", fault, field, rule, want)
		}
	}
}

// TestNamesInOneField are taken apart; beside a first name, "Name" is the last one.
func TestNamesInOneField(t *testing.T) {
	for table, want := range map[string]string{
		"Firma;Ansprechpartner;PLZ;Ort;Straße\nA;Frau Dr. Änne von Berg;42103;Wuppertal;Weg 1\n":   "Sehr geehrte Frau Dr. von Berg,",
		"Firma;Anrede;Vorname;Name;PLZ;Ort;Straße\nA;Herr;Otto;Muster;42103;Wuppertal;Weg 1\n":     "Sehr geehrter Herr Muster,",
		"Firma;Vorname;Nachname;formality;PLZ;Ort;Straße\nA;Kim;Muster;du;42103;Wuppertal;Weg 1\n": "Hallo Kim,",
		"Firma;Briefanrede;PLZ;Ort;Straße\nA;Moin Otto;42103;Wuppertal;Weg 1\n":                    "Moin Otto,",
		"Firma;PLZ;Ort;Straße\nA;42103;Wuppertal;Weg 1\n":                                          "Sehr geehrte Damen und Herren,",
	} {
		in, recs := rows(t, table)
		who, rejects := testMaker(t, in).make(&recs[0])
		if len(rejects) > 0 {
			t.Fatal(rejects)
		}
		if got := text(who.piece.Merge, "salutation"); got != want {
			t.Errorf("%q: %q", table, got)
		}
	}
}

// TestSenderFiles: flat, from settings, in languages; what is wrong is named with its line.
func TestSenderFiles(t *testing.T) {
	s, err := ReadSender(strings.NewReader(SenderTemplate))
	if err != nil || s.Fields["company"] == "" || s.Particulars["de"] == s.Particulars["en"] || s.ObjectionNotice["en"] == "" {
		t.Errorf("the template: %+v, %v", s, err)
	}
	s, err = ReadSender(strings.NewReader("currency: EUR\nsender:\n  company: X\n  country: Österreich\n  particulars: one for all\nobjection_notice: {de: nein, en: no}\n"))
	if err != nil || s.Fields["country"] != "AT" || s.Particulars["en"] != "one for all" || s.ObjectionNotice["de"] != "nein" {
		t.Errorf("settings: %+v, %v", s, err)
	}
	for text, want := range map[string]string{
		"":                                  "must say",
		"- a\n":                             "must say",
		"compny: X\n":                       "did you mean company",
		"company: [a]\n":                    "line 1",
		"country: Atlantis\n":               "country",
		"signature_consent_until: bald\n":   "YYYY-MM-DD",
		"objection_notice: {fr: non}\n":     "de and one for en",
		"company: a\ncompany: b\n: : :\n\t": "line",
	} {
		if _, err := ReadSender(strings.NewReader(text)); postlift.KindOf(err) != postlift.Invalid || !strings.Contains(postlift.UserText(err), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// TestSignaturesAreLookedForAsSignatures: their pictures print in black alone.
func TestSignaturesAreLookedForAsSignatures(t *testing.T) {
	if got := text(doc(t, "Firma;sender.signature_file\nA;ina.png\n"), "sender.signature_file"); got != kit.Signatures+"ina.png" {
		t.Errorf("%q", got)
	}
}

// TestNoRowGetsOutAsAPanic: the maker is called with values that no reader would make.
func TestNoRowGetsOutAsAPanic(t *testing.T) {
	in, recs := rows(t, "Firma;orders.1.number\nA;B\n")
	p := &press{maker: testMaker(t, in), in: in}
	recs[0].values = nil // fewer values than columns
	if _, rejects := p.safely(&recs[0]); len(rejects) != 1 || rejects[0].Rule != "internal" || rejects[0].Row != 2 {
		t.Errorf("%+v", rejects)
	}
}

func FuzzParseRows(f *testing.F) {
	f.Add(`[{"number": "A", "net": 1.5, "lines": [{"name": "x"}]}]`)
	f.Add(`[{"net": {"minor": 1, "currency": "EUR"}}]`)
	f.Add(`[{"date": "2025-02-30"}] x`)
	f.Fuzz(func(t *testing.T, text string) {
		list, err := parseRows(text, "orders", vars(), "EUR")
		if err != nil {
			return
		}
		if _, err := json.Marshal(list); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	})
}

func FuzzReadSender(f *testing.F) {
	f.Add(SenderTemplate)
	f.Add("sender: {company: X}\nobjection_notice: no\n")
	f.Add("a: &a [*a]\n")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := ReadSender(strings.NewReader(text)); err != nil && postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("%q: %v", text, err)
		}
	})
}
