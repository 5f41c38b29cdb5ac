package standalone

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"postlift"
	"postlift/accounts/csvfile"
	"postlift/mailers/merge"
)

// column is a column of the recipients' file: a merge variable, a field of a list's row, or something about the
// recipient that is no variable.
type column struct {
	name string // as the header names it best: contact.first_name, street, contract.lines.1.name
	kind merge.Kind
	list string // of a field of a list's row: the list's name
	at   int    // the row, from 1
	of   string // the row's field
	own  bool   // a variable of the design itself: its text keeps its line breaks
	also []string
}

// derived are variables that no column fills: they come from the options, or are made for the piece.
var derived = map[string]bool{"code": true, "objection_notice": true, "date": true}

// Headers of other systems in German and English. Those of accounts' imports are a superset for a database; here one
// row is one recipient with company, person and address.
var aliases = map[string][]string{
	"account.name":           {"company", "company name", "account", "account name", "organisation", "organization", "Firma", "Firmenname", "Unternehmen", "Kunde", "Kundenname", "Name 1"},
	"account.customer_no":    {"customer no", "customer number", "customer id", "account number", "Kundennummer", "Kunden-Nr", "KdNr", "Debitor", "id", "external_id", "reference"},
	"account.city":           {"city", "town", "Ort", "Stadt", "Wohnort"},
	"account.country":        {"country", "country code", "Land", "Länderkennzeichen", "Staat"},
	"account.industry":       {"industry", "Branche"},
	"account.segment":        {"segment", "Kundengruppe"},
	"account.customer_since": {"customer since", "Kunde seit"},
	"account.last_order_on":  {"last order", "last order on", "letzte Bestellung", "letzter Auftrag"},
	"contact.salutation":     {"form of address", "gender", "Anrede", "Geschlecht"},
	"contact.title":          {"title", "academic title", "Titel", "akademischer Titel"},
	"contact.first_name":     {"first name", "given name", "firstname", "Vorname"},
	"contact.last_name":      {"last name", "surname", "family name", "lastname", "Nachname", "Familienname"},
	"contact.function":       {"function", "job title", "position", "Funktion", "Stelle", "Stellenbezeichnung"},
	"contact.department":     {"department", "Abteilung"},
	"contact.email":          {"email", "e-mail", "E-Mail-Adresse", "Mail"},
	"contact.phone":          {"phone", "telephone", "phone number", "Telefon", "Telefonnummer"},
	"contact.mobile":         {"mobile", "Mobil", "Handy"},
	"salutation":             {"salutation line", "Briefanrede", "Anredezeile"},
	"ticket.code":            {"ticket code", "ticket", "Ticketcode", "Eintrittskarte"},
	"ticket.seat":            {"seat", "Platz"},
	"contract.number":        {"contract number", "contract no", "Vertragsnummer"},
	"contract.end":           {"contract end", "Vertragsende", "Laufzeitende"},
	"coupon.code":            {"coupon code", "voucher code", "Gutscheincode"},
}

// More columns that are no variables.
const (
	colName      = "contact.name" // first and last name in one field
	colFormality = "formality"
	colStreet    = "street"
	colNumber    = "house_number"
	colExtra     = "address_extra"
	colDistrict  = "district"
	colBox       = "po_box"
	colPostcode  = "postcode"
	colRegion    = "region"
	colCareOf    = "care_of"
	colBulk      = "bulk_postcode"
	colLanguage  = "language"
	colCurrency  = "currency"
	colKind      = "kind"
	colURL       = "tracking_url"
)

// recipientColumns are those columns with other headers that mean them.
var recipientColumns = []csvfile.Column{
	{Name: colName, Aliases: []string{"name", "full name", "contact", "recipient", "Ansprechpartner", "Kontakt", "Empfänger", "Person"}},
	{Name: colFormality, Aliases: []string{"Du/Sie", "Ansprache"}},
	{Name: colStreet, Aliases: []string{"street address", "address", "address line 1", "address1", "Straße", "Strasse", "Straße und Hausnummer", "Str", "Anschrift", "Adresse"}},
	{Name: colNumber, Aliases: []string{"house number", "house no", "Hausnummer", "Hausnr", "Nr"}},
	{Name: colExtra, Aliases: []string{"address line 2", "address2", "building", "Adresszusatz", "Zusatz", "Gebäude"}},
	{Name: colDistrict, Aliases: []string{"Ortsteil", "Stadtteil"}},
	{Name: colBox, Aliases: []string{"po box", "post office box", "Postfach"}},
	{Name: colPostcode, Aliases: []string{"postal code", "zip", "zip code", "PLZ", "Postleitzahl"}},
	{Name: colRegion, Aliases: []string{"state", "province", "Bundesland", "Kanton"}},
	{Name: colCareOf, Aliases: []string{"c/o", "co", "zu Händen", "bei"}},
	{Name: colBulk, Type: csvfile.Flag, Aliases: []string{"Großempfänger", "Großempfängerpostleitzahl"}},
	{Name: colLanguage, Aliases: []string{"lang", "Sprache", "preferred language", "Korrespondenzsprache"}},
	{Name: colCurrency, Aliases: []string{"Währung"}},
	{Name: colKind, Aliases: []string{"piece kind", "Sendungsart"}},
	{Name: colURL, Aliases: []string{"tracking url", "personal url", "purl", "QR", "QR-Code"}},
}

// variables are the columns of all variables that a design knows; a list is one column of JSON.
func variables(vars, builtin merge.Vars) []column {
	var out []column
	for _, name := range vars.Names() {
		if strings.Contains(name, "[]") || derived[name] {
			continue
		}
		_, shared := builtin[name]
		out = append(out, column{name: name, kind: vars[name], own: !shared, also: aliases[name]})
	}
	return out
}

var numbered = regexp.MustCompile(`^\s*([A-Za-z_]+(?:\.[A-Za-z_]+)?)(?:\.|\[)([0-9]{1,3})\]?\.([A-Za-z_]+)\s*$`)

// maxListRows bounds what numbered columns may name, maxJSONRows what a list of JSON may have.
const (
	maxListRows = 200
	maxJSONRows = 2000
)

// numberedColumns are the header's columns of the form contract.lines.1.name.
func numberedColumns(header []string, vars merge.Vars) ([]column, error) {
	var out []column
	seen := map[string]bool{}
	for _, h := range header {
		m := numbered.FindStringSubmatch(h)
		if m == nil {
			continue
		}
		list, of := strings.ToLower(m[1]), strings.ToLower(m[3])
		at, err := strconv.Atoi(m[2])
		if vars[list] != merge.List || err != nil {
			continue // it is told as a column that is not used
		}
		kind, known := vars[list+"[]."+of]
		switch {
		case !known || kind == merge.List:
			return nil, inputFault("column %q: rows of %s have no field %q%s", h, list, of, csvfile.DidYouMean(fieldsOf(vars, list), of))
		case at < 1 || at > maxListRows:
			return nil, inputFault("column %q: rows of a list count from 1 to %d", h, maxListRows)
		}
		name := list + "." + strconv.Itoa(at) + "." + of
		if !seen[name] {
			seen[name] = true
			out = append(out, column{name: name, kind: kind, list: list, at: at, of: of, also: []string{h}})
		}
	}
	slices.SortStableFunc(out, func(a, b column) int {
		if c := strings.Compare(a.list, b.list); c != 0 {
			return c
		}
		return a.at - b.at
	})
	return out, nil
}

// fieldsOf names the fields of a list's rows, sorted.
func fieldsOf(vars merge.Vars, list string) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(vars)) {
		if f, ok := strings.CutPrefix(name, list+"[]."); ok && !strings.Contains(f, "[]") {
			out = append(out, f)
		}
	}
	return out
}

// csvColumns are the columns as the reader of tables wants them.
func csvColumns(cols []column) []csvfile.Column {
	types := map[merge.Kind]csvfile.Type{merge.Number: csvfile.Number, merge.Amount: csvfile.Number, merge.Day: csvfile.Date}
	out := slices.Clone(recipientColumns)
	for _, c := range cols {
		out = append(out, csvfile.Column{Name: c.name, Type: types[c.kind], Aliases: c.also})
	}
	return out
}

// unknownHeaders adds to each header that no column knows the nearest name that one has.
func unknownHeaders(ignored []string, cols []csvfile.Column) []string {
	var known []string
	for _, c := range cols {
		known = append(append(known, c.Name), c.Aliases...)
	}
	out := make([]string, len(ignored))
	for i, h := range ignored {
		if slices.ContainsFunc(known, func(k string) bool { return csvfile.Fold(k) == csvfile.Fold(h) }) {
			out[i] = h + " (another column before it says the same)"
			continue
		}
		out[i] = h + csvfile.DidYouMean(known, h)
	}
	return out
}

func inputFault(format string, args ...any) error {
	return postlift.Faultf(postlift.Invalid, "standalone", format, args...)
}
