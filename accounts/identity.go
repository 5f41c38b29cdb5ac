package accounts

import (
	"strings"

	"postlift"
	"postlift/accounts/csvfile"
)

// Identity is what a row that carries no customer number names somebody by.
type Identity struct {
	Code      string // typed code or token of a letter
	Company   string
	FirstName string
	LastName  string
	Street    string // or post office box
	Postcode  string
	City      string
	Country   string // ISO 3166-1 alpha-2
}

// How an account was recognised, surest first.
const (
	MatchedByCode     = "code"             // a code of a letter to it
	MatchedByCustomer = "customer"         // its number
	MatchedByName     = "name_address"     // company or person, at a postal address
	MatchedByCompany  = "company_postcode" // company, in the postcode area of its main site
)

// Match is what an identity was recognised as. Candidates counts the accounts that the surest of its words fit; the
// account is known only where that is one.
type Match struct {
	AccountID  int64
	Method     string
	Candidates int
}

// Found tells whether exactly one account fits.
func (m Match) Found() bool { return m.Candidates == 1 }

// HasAddress tells whether the identity names a postal address.
func (i Identity) HasAddress() bool {
	return streetOrBox(i.Street, "") != "" && (NormalPostcode(i.Postcode) != "" || NormalText(i.City) != "")
}

// Complete tells whether the words name somebody who could be recognised: a code, a company or person at an address, or
// a company with a postcode.
func (i Identity) Complete() bool {
	named := NormalCompany(i.Company) != "" || NormalText(i.LastName) != ""
	return i.Code != "" || named && i.HasAddress() || NormalCompany(i.Company) != "" && NormalPostcode(i.Postcode) != ""
}

// Words are the identity as a person writes it, for messages.
func (i Identity) Words() string {
	var parts []string
	for _, p := range []string{i.Company, strings.TrimSpace(i.FirstName + " " + i.LastName), i.Street, strings.TrimSpace(i.Postcode + " " + i.City), i.Code} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, ", ")
}

// IsCompany compares a company's name with the identity's, legal forms aside.
func (i Identity) IsCompany(name string) bool {
	n := NormalCompany(i.Company)
	return n != "" && n == NormalCompany(name)
}

// IsPerson compares a person's name with the identity's; an initial, or no first name, agrees with any that begins so.
func (i Identity) IsPerson(first, last string) bool {
	l := NormalText(i.LastName)
	if l == "" || l != NormalText(last) {
		return false
	}
	a, b := NormalText(i.FirstName), NormalText(first)
	if len(a) > len(b) {
		a, b = b, a
	}
	return a == b || a == "" || len(a) == 1 && a[0] == b[0]
}

// Refusal says why an identity names no account: the field, the rule and a sentence with the remedy.
func (i Identity) Refusal(m Match) csvfile.Reject {
	r := csvfile.Reject{Field: "account_id", Rule: "nobody", Value: i.Words(),
		Message: "no account has this code, name and address, or company and postcode: give the customer number or import the account"}
	if m.Candidates > 1 {
		r.Rule, r.Message = "several", "more than one account fits these words, and none is guessed: give the customer number"
	}
	return r
}

// identityColumns are the columns of an identity in files whose rows may lack a customer number.
var identityColumns = []csvfile.Column{
	text("company", "company name", "customer name", "Firma", "Firmenname", "Unternehmen", "Kundenname", "Billing Company"),
	text("first_name", "given name", "Vorname", "Billing First Name"),
	text("last_name", "surname", "family name", "Nachname", "Familienname", "Billing Last Name"),
	text("street", streetCols...),
	text("postcode", zipCols...),
	text("city", cityCols...),
	text("country", countryCol...),
}

// IdentityColumns lists the columns that name an account by words.
func IdentityColumns() []csvfile.Column { return append([]csvfile.Column(nil), identityColumns...) }

// ReadIdentity reads the words of a row that names an account; home is the country of rows without one.
func ReadIdentity(row *csvfile.Row, home string) Identity {
	i := Identity{Code: row.Text("code"), Company: row.Text("company"), FirstName: row.Text("first_name"), LastName: row.Text("last_name"),
		Street: row.Text("street"), City: row.Text("city"), Country: country(row, home)}
	i.Postcode = postcode(row, i.Country)
	return i
}

// identifies tells whether a file could name accounts without their numbers.
func (s *session) identifies() bool {
	for _, column := range []string{"code", "company", "last_name"} {
		if s.reader.Has(column) {
			return true
		}
	}
	return false
}

// needsCustomer is a fault when a file cannot say whose its rows are.
func (s *session) needsCustomer() error {
	if s.reader.Has("account_id") || s.identifies() {
		return nil
	}
	return postlift.Faultf(postlift.Invalid, "accounts.Import",
		"the header lacks the column account_id (or code, company or last_name, by which accounts are recognised)")
}

// customer resolves whose a row is: the account's number or, where the row has none, the words that the store
// recognises it by.
func (s *session) customer(row *csvfile.Row, x *Index) (id int64, who *Identity) {
	if row.Text("account_id") != "" || !s.identifies() {
		return s.account(row, x, "account_id"), nil
	}
	named := ReadIdentity(row, s.homeCountry())
	if row.OK() && !named.Complete() {
		row.Reject("account_id", "required", named.Words(),
			"give the customer number or, instead, a letter's code, name and address, or company and postcode")
	}
	return 0, &named
}

// LateRefusal is a row of a file that the store could not take though the file by itself is right.
type LateRefusal struct {
	csvfile.Reject
	Noun bool // the row was counted as a noun of the file
	New  bool // and as an inserted one
}

// refuseLate takes rows back that the store refused.
func (s *session) refuseLate(list []LateRefusal) error {
	for _, r := range list {
		if r.Noun {
			s.accepted--
		}
		if r.New {
			s.report.Inserted--
		}
		if err := s.reject([]csvfile.Reject{r.Reject}); err != nil {
			return err
		}
	}
	return nil
}
