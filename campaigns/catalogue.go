package campaigns

import "slices"

// FieldType is what a feature is; it decides which operators and literals a rule may use with it.
type FieldType string

// The types of features.
const (
	Number  FieldType = "number"
	Amount  FieldType = "money" // a rule's literals are major units of the reporting currency
	Text    FieldType = "text"  // an empty text is a missing value
	Boolean FieldType = "boolean"
	Day     FieldType = "date" // a rule's literals are ISO dates in quotes
)

// Field is one typed feature of an account that a rule may name.
type Field struct {
	Name  string    `json:"name"`
	Type  FieldType `json:"type"`
	Unit  string    `json:"unit"` // "days", "orders", "share"…; empty where the type says it all
	EN    string    `json:"label_en"`
	DE    string    `json:"label_de"`
	index int       // position in Catalogue
	slot  int       // position in Facts.num or Facts.text
}

// Index is the field's position in Catalogue.
func (f *Field) Index() int { return f.index }

// Label is the field's label in lang ("de…" is German, anything else English).
func (f *Field) Label(lang string) string {
	if len(lang) >= 2 && lang[:2] == "de" {
		return f.DE
	}
	return f.EN
}

// Catalogue lists every feature in the order of the slots of Facts. Money is in the reporting currency;
// days count back from the date that the facts stand for.
var Catalogue = numbered([]Field{
	{Name: "clv.residual", Type: Amount, EN: "Residual customer lifetime value", DE: "Verbleibender Kundenwert"},
	{Name: "clv.prospect", Type: Amount, EN: "Residual value less acquisition cost", DE: "Kundenwert abzüglich Akquisekosten"},
	{Name: "clv.decile", Type: Number, Unit: "1 best to 10", EN: "Value decile", DE: "Wertdezil"},
	{Name: "clv.p_alive", Type: Number, Unit: "share", EN: "Probability of being an active customer", DE: "Wahrscheinlichkeit, noch aktiv zu sein"},
	{Name: "clv.expected_orders", Type: Number, Unit: "orders", EN: "Orders expected within the horizon", DE: "Erwartete Bestellungen im Horizont"},
	{Name: "clv.window_margin", Type: Amount, EN: "Margin expected within the mailing window", DE: "Erwarteter Deckungsbeitrag im Messzeitraum"},

	{Name: "country", Type: Text, Unit: "ISO 3166-1", EN: "Country", DE: "Land"},
	{Name: "language", Type: Text, Unit: "ISO 639-1", EN: "Language", DE: "Sprache"},
	{Name: "segment", Type: Text, EN: "Segment", DE: "Segment"},
	{Name: "industry", Type: Text, EN: "Industry", DE: "Branche"},
	{Name: "employees", Type: Number, Unit: "people", EN: "Employees", DE: "Beschäftigte"},
	{Name: "service_level", Type: Text, EN: "Service level", DE: "Servicestufe"},
	{Name: "status", Type: Text, EN: "Status", DE: "Status"},
	{Name: "acquisition_channel", Type: Text, EN: "Acquisition channel", DE: "Akquisekanal"},
	{Name: "acquired_on", Type: Day, EN: "Acquired on", DE: "Gewonnen am"},
	{Name: "customer_days", Type: Number, Unit: "days", EN: "Days as a customer", DE: "Tage als Kunde"},
	{Name: "postcode", Type: Text, EN: "Postcode of the main site", DE: "Postleitzahl des Hauptstandorts"},
	{Name: "city", Type: Text, EN: "City of the main site", DE: "Ort des Hauptstandorts"},
	{Name: "region", Type: Text, EN: "Region of the main site", DE: "Region des Hauptstandorts"},

	{Name: "orders", Type: Number, Unit: "order days", EN: "Orders in all", DE: "Bestellungen insgesamt"},
	{Name: "orders_12m", Type: Number, Unit: "order days", EN: "Orders in 12 months", DE: "Bestellungen in 12 Monaten"},
	{Name: "revenue_total", Type: Amount, EN: "Net revenue in all", DE: "Nettoumsatz insgesamt"},
	{Name: "revenue_12m", Type: Amount, EN: "Net revenue in 12 months", DE: "Nettoumsatz in 12 Monaten"},
	{Name: "margin_12m", Type: Amount, EN: "Margin in 12 months", DE: "Deckungsbeitrag in 12 Monaten"},
	{Name: "first_order_on", Type: Day, EN: "First order on", DE: "Erste Bestellung am"},
	{Name: "last_order_on", Type: Day, EN: "Last order on", DE: "Letzte Bestellung am"},
	{Name: "days_since_last_order", Type: Number, Unit: "days", EN: "Days since the last order", DE: "Tage seit der letzten Bestellung"},

	{Name: "has_open_contract", Type: Boolean, EN: "Has an open contract", DE: "Hat einen laufenden Vertrag"},
	{Name: "open_contracts", Type: Number, Unit: "contracts", EN: "Open contracts", DE: "Laufende Verträge"},
	{Name: "contract_monthly", Type: Amount, Unit: "a month", EN: "Monthly fees of open contracts", DE: "Monatsentgelte laufender Verträge"},
	{Name: "next_term_end_on", Type: Day, EN: "Next end of a contract term", DE: "Nächstes Ende einer Vertragslaufzeit"},
	{Name: "days_to_notice_deadline", Type: Number, Unit: "days", EN: "Days to the next notice deadline", DE: "Tage bis zum nächsten Kündigungstermin"},
	{Name: "open_opportunities", Type: Number, Unit: "opportunities", EN: "Open opportunities", DE: "Offene Verkaufschancen"},

	{Name: "days_since_last_mail", Type: Number, Unit: "days", EN: "Days since the last letter", DE: "Tage seit dem letzten Brief"},
	{Name: "mails_365d", Type: Number, Unit: "letters", EN: "Letters in 365 days", DE: "Briefe in 365 Tagen"},
	{Name: "responses_365d", Type: Number, Unit: "responses", EN: "Responses in 365 days", DE: "Reaktionen in 365 Tagen"},
	{Name: "days_since_last_response", Type: Number, Unit: "days", EN: "Days since the last response", DE: "Tage seit der letzten Reaktion"},
})

// numSlots and textSlots are how many slots of each sort Facts has.
var numSlots, textSlots = countSlots()

var fieldByName = func() map[string]*Field {
	byName := make(map[string]*Field, len(Catalogue))
	for i := range Catalogue {
		byName[Catalogue[i].Name] = &Catalogue[i]
	}
	return byName
}()

// FieldNamed finds a feature by its name.
func FieldNamed(name string) (*Field, bool) {
	f, ok := fieldByName[name]
	return f, ok
}

func numbered(fields []Field) []Field {
	num, text := 0, 0
	for i := range fields {
		fields[i].index = i
		if fields[i].Type == Text {
			fields[i].slot, text = text, text+1
		} else {
			fields[i].slot, num = num, num+1
		}
	}
	return fields
}

func countSlots() (num, text int) {
	for i := range Catalogue {
		if Catalogue[i].Type == Text {
			text++
		} else {
			num++
		}
	}
	return num, text
}

func fieldNames() []string {
	names := make([]string, len(Catalogue))
	for i := range Catalogue {
		names[i] = Catalogue[i].Name
	}
	slices.Sort(names)
	return names
}
