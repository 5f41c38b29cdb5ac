package sim

import "postlift"

// Planted is a deliberately wrong row: an importer must reject it and take all the others.
type Planted struct {
	Kind  string `json:"kind"`  // accounts, sites, contacts, orders, contracts, costs, suppressions
	Row   int    `json:"row"`   // as a spreadsheet counts: the header is row 1
	Field string `json:"field"` // the column that is wrong
	Value string `json:"value"`
	Why   string `json:"why"`
}

// plant writes a wrong row and notes it, unless the world is to be clean.
func (s *writing) plant(t *table, kind, field, why string, header, row []string) {
	if s.w.cfg.Clean {
		return
	}
	t.row(row...)
	at := 0
	for i, name := range header {
		if name == field {
			at = i
		}
	}
	s.files.Planted = append(s.files.Planted, Planted{Kind: kind, Row: t.at(), Field: field, Value: row[at], Why: why})
}

// with copies a row and changes the named column.
func with(header, row []string, changes ...string) []string {
	out := append([]string(nil), row...)
	for i := 0; i+1 < len(changes); i += 2 {
		for k, name := range header {
			if name == changes[i] {
				out[k] = changes[i+1]
			}
		}
	}
	return out
}

const nobody = "K-999999999"

// plantAll sets the wrong rows behind account a, of which the rows are bent copies.
func (s *writing) plantAll(a *account, c *contact) {
	acc := a.row(excel)
	s.plant(s.accounts, "accounts", "name", "a company needs a name", accountHeader,
		with(accountHeader, acc, "external_id", "K-X1", "name", ""))
	s.plant(s.accounts, "accounts", "country", "a country code has two letters", accountHeader,
		with(accountHeader, acc, "external_id", "K-X2", "country", "Atlantis"))
	s.plant(s.accounts, "accounts", "acquired_on", "there is no 31 February", accountHeader,
		with(accountHeader, acc, "external_id", "K-X3", "acquired_on", "31.02.2024"))

	other := site{id: "K-X4-2", name: "Werk 2", addr: address{street: "Nietenring 1", postcode: "10115", city: "Berlin", country: "DE"}}
	s.plant(s.sites, "sites", "account_id", "the account does not exist", siteHeader, other.row(nobody))
	con := c.row(a.id)
	s.plant(s.contacts, "contacts", "account_id", "the account does not exist", contactHeader,
		with(contactHeader, con, "external_id", "C-X1", "account_id", nobody, "site_id", ""))
	s.plant(s.contacts, "contacts", "language", "letters are written in de or en", contactHeader,
		with(contactHeader, con, "external_id", "C-X2", "language", "klingonisch"))

	s.plantOrders(a)
	s.plant(s.contracts, "contracts", "term_months", "a term has at least one month", contractHeader, []string{"V-X1", a.id,
		s.w.start.String(), "0", s.w.cfg.AsOf.String(), "90", "true", "", "", "", currency, "1", "WV-100", "Wartungsvertrag", "1", "48.00", "20.00",
		s.w.start.String(), ""})
	s.plant(s.suppressions, "suppressions", "scope", "the scope is person, address or account", suppressionHeader,
		with(suppressionHeader, (&suppression{id: "S-X1", scope: "planet", account: a.id, reason: "do_not_mail", date: s.w.start, effective: s.w.start}).row()))
}

func (s *writing) plantOrders(a *account) {
	good := []string{"", a.id, s.w.start.AddDays(7).String(), typeOrder, "", currency, "100.00", "30.00", "", "1", "ZW-100", "Zerspanungswerkzeuge", "1", "100.00", "30.00"}
	bad := func(id, field, value, why string) {
		s.plant(s.orders, "orders", field, why, orderHeader, with(orderHeader, good, "external_id", id, field, value))
	}
	bad("AU-X1", "account_id", nobody, "the account does not exist")
	bad("AU-X2", "date", "2025-02-30", "there is no 30 February")
	bad("AU-X3", "net", "zwölf", "an amount is a number")
	bad("AU-X4", "type", "gift", "the type is order, credit_note or cancellation")
}

// plantCost sets the wrong row of the cost file.
func (s *writing) plantCost(t *table, month postlift.Date) {
	s.plant(t, "costs", "month", "a month is a date or YYYY-MM", costHeader, []string{"Messe", "2025-13", "100.00", currency, "1", "1"})
	s.plant(t, "costs", "spend", "an amount is a number", costHeader, []string{"Postwurf", month.String()[:7], "viel", currency, "1", "1"})
}
