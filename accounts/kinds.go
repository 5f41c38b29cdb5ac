package accounts

import (
	"encoding/csv"
	"io"
	"strings"
	"time"

	"postlift"
	"postlift/accounts/csvfile"
)

// kind is one kind of file: its columns, two example rows for the template, and how a row is read.
type kind struct {
	columns     []csvfile.Column
	example     [][]string
	storeCounts bool // rows without external id: the store counts insertions
	storeMerges bool // and rows that fall together with others
	custom      bool // it has the columns of the organisation's attributes, too
	addHeader   func(io.Reader) (io.Reader, bool)
	prepare     func(*session, Loader) (func(*csvfile.Row, *Chunk), error)
}

var kinds = map[string]kind{
	"accounts": {columns: AccountColumns, prepare: prepareAccounts, custom: true, example: [][]string{
		{"K-1001", "Beispiel Maschinenbau GmbH", "", "E-7", "A", "Maschinenbau", "120", "DE", "de", "https://beispiel.example", "2021-03-15", "trade fair", "850.00", "0.08", "gold", "active", "no", "no", "Musterstraße 12", "", "12345", "Musterstadt", "", "no"},
		{"K-1002", "Example Tools Ltd", "K-1001", "", "B", "Tools", "", "GB", "en", "", "2023-09-01", "search", "", "", "", "active", "no", "no", "1 Sample Road", "", "AB1 2CD", "Sampleton", "", "no"}}},
	"sites": {columns: SiteColumns, prepare: prepareSites, example: [][]string{
		{"S-1", "K-1001", "Werk Süd", "Industrieweg 5 a", "", "54321", "Beispielheim", "", "DE", "no", "ok"}}},
	"contacts": {columns: ContactColumns, prepare: prepareContacts, example: [][]string{
		{"P-1", "K-1001", "", "f", "Dr.", "Petra", "Beispiel", "Leiterin Einkauf", "Einkauf", "purchasing", "", "formal", "de", "petra@beispiel.example", "+49 30 1234567", "active", "no"}}},
	"employees": {columns: EmployeeColumns, prepare: prepareEmployees, example: [][]string{
		{"E-7", "Max", "Mustermann", "", "Account manager", "max@sender.example", "+49 30 7654321", "", "2027-12-31", "yes"}}},
	"orders": {columns: OrderColumns, prepare: prepareOrders, example: [][]string{
		{"A-5001", "K-1001", "2026-02-17", "order", "", "EUR", "1200.00", "360.00", "", "1", "Drill 12", "Tools", "2", "800.00", "240.00", "", "", "", "", "", "", ""},
		{"A-5001", "K-1001", "2026-02-17", "order", "", "EUR", "1200.00", "360.00", "", "2", "Oil 5 l", "Supplies", "10", "400.00", "120.00", "", "", "", "", "", "", ""},
		{"G-77", "K-1001", "2026-03-02", "credit_note", "A-5001", "EUR", "-80.00", "-24.00", "", "1", "Oil 5 l", "Supplies", "2", "-80.00", "-24.00", "", "", "", "", "", "", ""}}},
	"contracts": {columns: ContractColumns, prepare: prepareContracts, example: [][]string{
		{"V-1", "K-1001", "2024-01-01", "12", "2026-12-31", "90", "yes", "", "", "", "EUR", "1", "Service Plus", "Service", "3", "450.00", "180.00", "2024-01-01", ""}}},
	"opportunities": {columns: OpportunityColumns, prepare: prepareOpportunities, example: [][]string{
		{"D-1", "K-1001", "P-1", "Second drill", "quote", "open", "4800.00", "EUR", "2026-03-02", "2026-05-31", "", "", "", "", "", "", "", ""}}},
	"places": {columns: PlaceColumns, prepare: preparePlaces, storeCounts: true, addHeader: withGeonamesHeader, example: [][]string{
		{"DE", "10115", "52.5323", "13.3846"}}},
	"costs": {columns: CostColumns, prepare: prepareCosts, storeCounts: true, example: [][]string{
		{"trade fair", "2026-01", "12500.00", "EUR", "14", "90"}}},
	"suppressions": {columns: SuppressionColumns, prepare: prepareSuppressions, storeCounts: true, storeMerges: true, example: [][]string{
		{"W-1", "person", "", "", "", "Kim", "Muster", "Example Tools Ltd", "1 Sample Road", "AB1 2CD", "Sampleton", "GB", "", "objection", "2026-04-01", "", "", "post", "letter of 1 April"},
		{"W-2", "", "", "", "", "", "", "", "", "", "", "", "5eac6be41be6b5d8d99beedacd993edd955e356e1cfe446fc58cfcd8eeca19e2", "", "2026-04-01", "", "", "", ""}}},
}

// Columns lists the columns of a kind with the headers that mean them; accounts have those of the attributes, too.
func Columns(kindName string, attributes ...Attribute) ([]csvfile.Column, error) {
	k, ok := kinds[kindName]
	if !ok {
		return nil, unknownKind(kindName)
	}
	return k.withAttributes(attributes).columns, nil
}

// Template is a CSV file with the canonical columns of a kind and an example; accounts have columns for the
// attributes, too.
func Template(kindName string, attributes ...Attribute) ([]byte, error) {
	k, ok := kinds[kindName]
	if !ok {
		return nil, unknownKind(kindName)
	}
	k = k.withAttributes(attributes)
	var b strings.Builder
	w := csv.NewWriter(&b)
	header := make([]string, len(k.columns))
	for i, c := range k.columns {
		header[i] = c.Name
	}
	if err := w.WriteAll(append([][]string{header}, k.example...)); err != nil {
		return nil, err
	}
	return []byte(b.String()), nil
}

// currency reads a currency column; an empty one is the reporting currency.
func (s *session) currency(row *csvfile.Row) string {
	c := strings.ToUpper(row.Text("currency"))
	switch c {
	case "":
		c = s.importer.Settings.Currency
	case "€":
		c = "EUR"
	}
	if !postlift.ValidCurrency(c) {
		row.Reject("currency", "currency", c, "an ISO 4217 code such as EUR is needed")
		return s.importer.Settings.Currency
	}
	if s.report.Currency == "" {
		s.report.Currency = c
	} else if s.report.Currency != c {
		s.report.Currency = "mixed"
	}
	return c
}

// country reads a country; an empty one is otherwise.
func country(row *csvfile.Row, otherwise string) string {
	raw := row.Text("country")
	if raw == "" {
		return otherwise
	}
	code, ok := ParseCountry(raw)
	if !ok {
		row.Reject("country", "country", raw, "an ISO 3166 code such as DE, or the country's name, is needed")
	}
	return code
}

// postcode checks the digits of German, Austrian, Swiss and Liechtenstein postcodes. Spreadsheets drop
// the leading zero of an eastern German one: it is put back.
func postcode(row *csvfile.Row, code string) string {
	raw := row.Text("postcode")
	if raw == "" {
		return ""
	}
	var digits int
	switch code {
	case "DE":
		digits = 5
	case "AT", "CH", "LI":
		digits = 4
	default:
		return strings.ToUpper(raw)
	}
	z := NormalPostcode(raw)
	if digits == 5 && len(z) == 4 && z[0] >= '1' {
		z = "0" + z
	}
	if len(z) != digits || strings.Trim(z, "0123456789") != "" || strings.HasPrefix(z, "00") || (digits == 4 && z[0] == '0') {
		row.Reject("postcode", "postcode", raw, "a postcode of this country has "+string(rune('0'+digits))+" digits")
	}
	return z
}

// past refuses dates after today: what is said to have happened has happened.
func (s *session) past(row *csvfile.Row, name string) postlift.Date {
	d := row.Date(name)
	if d > s.today {
		row.Reject(name, "future", d.String(), "the date lies after today ("+s.today.String()+")")
	}
	return d
}

// Days that systems write where they lack a date: the first of their calendar. Nothing is older than the first.
var (
	firstSensible = postlift.NewDate(1900, time.January, 2)
	unixStart     = postlift.NewDate(1970, time.January, 1)
)

// sensible refuses the date of a document on which there can have been none: one such day would make the imported
// history begin before the company existed.
func sensible(row *csvfile.Row, name string, d postlift.Date) postlift.Date {
	if !d.IsZero() && (d < firstSensible || d == unixStart) {
		row.Reject(name, "too_early", d.String(), "no document can be of this day, which systems write where they lack a date: give the right one")
	}
	return d
}

func optional[T any](v T, ok bool) *T {
	if !ok {
		return nil
	}
	return &v
}

func orDefault(v, otherwise string) string {
	if v == "" {
		return otherwise
	}
	return v
}
