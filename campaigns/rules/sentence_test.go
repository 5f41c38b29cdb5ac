package rules

import (
	"strings"
	"testing"

	"postlift/accounts"
)

// said are rules with what they say in English and German.
var said = []struct{ rule, en, de string }{
	{issueRule,
		"Residual customer lifetime value above €5,000, days since the last order above 120, country DE and no open contract.",
		"Verbleibender Kundenwert über 5.000\u00a0€, Tage seit der letzten Bestellung über 120, Land DE und kein laufender Vertrag."},
	{`clv.residual == 99.5`, "Residual customer lifetime value equal to €99.50.", "Verbleibender Kundenwert gleich 99,50\u00a0€."},
	{`clv.low != 0 and clv.p_alive < 0.075`, "Residual value, lower bound (5 %), other than €0; and probability of being an active customer below 7.5%.",
		"Kundenwert, untere Grenze (5 %), ungleich 0\u00a0€; und Wahrscheinlichkeit, noch aktiv zu sein, unter 7,5\u00a0%."},
	{`not (employees >= 1000)`, "Employees below 1,000.", "Beschäftigte unter 1.000."},
	{`orders >= 5 and orders <= 9.5`, "Orders in all from 5 to 9.5.", "Bestellungen insgesamt von 5 bis 9,5."},
	{`orders in [1, 2, 3]`, "Orders in all equal to 1, 2 or 3.", "Bestellungen insgesamt gleich 1, 2 oder 3."},
	{`not (orders in [1, 2])`, "Orders in all other than 1 and 2.", "Bestellungen insgesamt ungleich 1 und 2."},
	{`employees in [1,2,3,4,5,6,7,8,9]`, "Employees equal to 1, 2, 3, 4, 5, 6, 7 or 2 others.", "Beschäftigte gleich 1, 2, 3, 4, 5, 6, 7 oder 2 weitere."},
	{`country in ["DE", "AT"] and segment != "Handel"`, "Country DE or AT; and segment other than “Handel”.", "Land DE oder AT; und Segment nicht „Handel“."},
	{`country not in ["DE", "AT", "CH"]`, "Country other than DE, AT and CH.", "Land weder DE, AT noch CH."},
	{`country not in ["DE"]`, "Country other than DE.", "Land nicht DE."},
	{`not (country == "DE" and orders > 3)`, "Not all of the following: country DE and orders in all above 3.", "Nicht alle folgenden Bedingungen: Land DE und Bestellungen insgesamt über 3."},
	{`not (country == "DE" or orders > 3)`, "None of the following: country DE or orders in all above 3.", "Keine der folgenden Bedingungen: Land DE oder Bestellungen insgesamt über 3."},
	{`none_of(dunning, complaint)`, "None of the following: open dunning or an open complaint.", "Keine der folgenden Bedingungen: laufendes Mahnverfahren oder offene Beschwerde."},
	{`not none_of(dunning, complaint)`, "Open dunning or an open complaint.", "Laufendes Mahnverfahren oder offene Beschwerde."},
	{`none_of(dunning)`, "No open dunning.", "Kein laufendes Mahnverfahren."},
	{`not (not dunning)`, "Open dunning.", "Laufendes Mahnverfahren."},
	{`contract.auto_renews == false or contract.auto_renews != false`, "No contract that renews by itself or a contract that renews by itself.",
		"Kein Vertrag mit selbsttätiger Verlängerung oder Vertrag mit selbsttätiger Verlängerung."},
	{`country == "DE" and (orders > 3 or dunning)`, "Country DE and (orders in all above 3 or open dunning).", "Land DE und (Bestellungen insgesamt über 3 oder laufendes Mahnverfahren)."},
	{`(orders > 3 or dunning) and complaint`, "(Orders in all above 3 or open dunning) and an open complaint.", "(Bestellungen insgesamt über 3 oder laufendes Mahnverfahren) und offene Beschwerde."},
	{`city startsWith "Bad" or not (city endsWith "x")`, "City of the main site beginning with “Bad” or city of the main site not ending with “x”.",
		"Ort des Hauptstandorts mit „Bad“ am Anfang oder Ort des Hauptstandorts ohne „x“ am Ende."},
	{`not (name contains "GmbH")`, "Name of the company not containing “GmbH”.", "Name des Unternehmens ohne „GmbH“ darin."},
	{`clv.stage in ["at_risk", "lapsed"]`, "Lifecycle stage At risk or Lapsed.", "Lebensphase Gefährdet oder Eingeschlafen."},
	{`is_empty(segment)`, "Segment without a value.", "Segment ohne Wert."},
	{`not is_empty(acquired_on)`, "Acquired with a date.", "Gewonnen mit Datum."},
	{`is_empty(products)`, "Products ordered without an entry.", "Bestellte Produkte ohne Eintrag."},
	{`product_groups contains "Pumpen"`, "Product groups ordered including “Pumpen”.", "Bestellte Produktgruppen mit „Pumpen“."},
	{`not (product_groups in ["A", "B"])`, "Product groups ordered without “A” or “B”.", "Bestellte Produktgruppen ohne „A“ oder „B“."},
	{`contact.roles contains "purchasing"`, "Roles of the contacts including Purchasing.", "Rollen der Ansprechpersonen mit Einkauf."},
	{`last_order_on >= days_ago(90)`, "Last order in the last 90 days.", "Letzte Bestellung in den letzten 90 Tagen."},
	{`not (last_order_on >= days_ago(90))`, "Last order more than 90 days ago.", "Letzte Bestellung vor mehr als 90 Tagen."},
	{`last_order_on <= months_ago(3)`, "Last order at least 3 months ago.", "Letzte Bestellung vor mindestens 3 Monaten."},
	{`last_order_on > days_ago(1)`, "Last order less than 1 day ago.", "Letzte Bestellung vor weniger als 1 Tag."},
	{`last_order_on >= months_ago(1)`, "Last order 1 month ago or later.", "Letzte Bestellung vor 1 Monat oder später."},
	{`next_notice_on <= days_ahead(60)`, "Next notice deadline within the next 60 days.", "Nächster Kündigungstermin in den nächsten 60 Tagen."},
	{`next_notice_on > months_ahead(2)`, "Next notice deadline in more than 2 months.", "Nächster Kündigungstermin in mehr als 2 Monaten."},
	{`acquired_on >= today() and acquired_on <= days_ahead(60)`, "Acquired within the next 60 days.", "Gewonnen in den nächsten 60 Tagen."},
	{`acquired_on <= today() and acquired_on >= months_ago(6)`, "Acquired in the last 6 months.", "Gewonnen in den letzten 6 Monaten."},
	{`acquired_on >= "2026-01-01" and acquired_on <= "2026-03-31"`, "Acquired from 1 January 2026 to 31 March 2026.", "Gewonnen vom 01.01.2026 bis zum 31.03.2026."},
	{`opportunity.next_close_on < days_ago(10)`, "Next expected close of an opportunity earlier than 10 days ago.", "Nächster erwarteter Abschluss einer Verkaufschance früher als vor 10 Tagen."},
	{`last_order_on == "2026-01-31"`, "Last order on 31 January 2026.", "Letzte Bestellung am 31.01.2026."},
	{`last_order_on < "2026-01-31"`, "Last order before 31 January 2026.", "Letzte Bestellung vor dem 31.01.2026."},
	{`not (last_order_on in ["2026-01-31", days_ago(7)])`, "Last order neither on 31 January 2026 nor 7 days ago.", "Letzte Bestellung weder am 31.01.2026 noch vor 7 Tagen."},
	{`in_segment("sleeping giants")`, "In the segment “sleeping giants”.", "Im Segment „sleeping giants“."},
	{`not in_segment("sleeping giants")`, "Not in the segment “sleeping giants”.", "Nicht im Segment „sleeping giants“."},
	{`within_km(25, "DE", "70173")`, "Main site within 25 km of DE-70173.", "Hauptstandort im Umkreis von 25 km um DE-70173."},
	{`not within_km(2.5, "GB", "SW1A")`, "Main site not within 2.5 km of GB-SW1A.", "Hauptstandort nicht im Umkreis von 2,5 km um GB-SW1A."},
}

func TestSentences(t *testing.T) {
	for _, s := range said {
		n := mustRule(t, s.rule)
		if got := n.Sentence(Builtin(), "en", "EUR"); got != s.en {
			t.Errorf("%s\n says %s\n want %s", s.rule, got, s.en)
		}
		if got := n.Sentence(Builtin(), "de-DE", "EUR"); got != s.de {
			t.Errorf("%s\n sagt %s\n statt %s", s.rule, got, s.de)
		}
	}
}

// TestSentencesOfOwnAttributes: their labels stay as the organisation wrote them; a field that is gone shows as text.
func TestSentencesOfOwnAttributes(t *testing.T) {
	c := Builtin().With([]accounts.Attribute{{Name: "newsletter", Type: "boolean", LabelEN: "Newsletter", LabelDE: "Rundbrief"},
		{Name: "fleet", Type: "number", LabelEN: "Fleet", LabelDE: "Fuhrpark"}, {Name: "limit", Type: "money", LabelEN: "Credit limit", LabelDE: "Kreditlinie"}})
	n, err := c.Parse(`custom.newsletter and not (custom.fleet < 5) and custom.limit > 1000`)
	if err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[string]string{"en": "“Newsletter” yes, Fleet at least 5 and Credit limit above £1,000.", "de": "„Rundbrief“ ja, Fuhrpark mindestens 5 und Kreditlinie über 1.000\u00a0£."} {
		if got := n.Sentence(c, lang, "GBP"); got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
	}
	if got := n.Sentence(Builtin(), "en", "GBP"); !strings.Contains(got, "custom.fleet < 5") {
		t.Errorf("without its attributes: %s", got)
	}
}

func TestPhrase(t *testing.T) {
	for rule, want := range map[string][2]string{
		`last_order_on >= days_ago(90)`: {"Letzte Bestellung", "in den letzten 90 Tagen"},
		`has_open_contract`:             {"", "laufender Vertrag"},
		`not has_open_contract`:         {"", "kein laufender Vertrag"},
		`clv.residual > 5000`:           {"Verbleibender Kundenwert", "über 5.000\u00a0€"},
		`within_km(5, "DE", "70173")`:   {"Hauptstandort", "im Umkreis von 5 km um DE-70173"},
	} {
		label, asked := mustRule(t, rule).Phrase(Builtin(), "de", "EUR")
		if label != want[0] || asked != want[1] {
			t.Errorf("%s: %q %q", rule, label, asked)
		}
	}
}

// nouns are the first words of German labels that stay capital within a sentence. A label whose first word is
// neither here nor among germanLower has not been thought about.
var nouns = strings.Fields(`Unternehmen Nettoumsatz Briefe Tage Kundenwert Wertdezil Wahrscheinlichkeit Monat Verhältnis Anteil Wert Wertklasse Lebensphase
	RFM-Klasse Aktualität Häufigkeit Name Betreuung Land Sprache Segment Branche Beschäftigte Servicestufe Status Akquisekanal Postleitzahl Ort Region Standorte
	Länder Postleitzahlen Rollen Sprachen Bestellungen Deckungsbeitrag Bestellpositionen Monatsentgelte Produkte Produktgruppen Stufen Summe Briefe Kampagnen
	Reaktionen Arten`)

func TestGermanLabelsAreNounsOrNot(t *testing.T) {
	known := map[string]bool{}
	for _, w := range append(nouns, germanLower...) {
		known[strings.ToLower(strings.TrimSuffix(w, ","))] = true
	}
	for _, f := range Builtin().Fields() {
		word, _, _ := strings.Cut(f.DE, " ")
		if !known[strings.ToLower(strings.TrimSuffix(word, ","))] {
			t.Errorf("%s: is %q a noun?", f.Name, word)
		}
		if f.Type == Boolean && (f.Yes.EN == "" || f.Yes.DE == "" || f.No.EN == "" || f.No.DE == "") {
			t.Errorf("%s has no words for yes and no", f.Name)
		}
	}
}
