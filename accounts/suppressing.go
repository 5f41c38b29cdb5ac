package accounts

import (
	"context"

	"postlift"
	"postlift/accounts/csvfile"
)

// SuppressionStore is what suppressing needs of the database.
type SuppressionStore interface {
	// Suppress records one suppression with its event and marks the noun that it blocks; added is false
	// when the same scope, match key and reason stand there already.
	Suppress(ctx context.Context, s Suppression, by postlift.Actor) (added bool, err error)
}

// Suppressor blocks persons, addresses and companies.
type Suppressor struct {
	Store SuppressionStore
	Clock postlift.Clock
}

// Suppress blocks at once. It is idempotent on scope, match key and reason.
func (p *Suppressor) Suppress(ctx context.Context, s Suppression, by postlift.Actor) error {
	s, err := s.Complete(postlift.DateOf(p.Clock().UTC()))
	if err != nil {
		return err
	}
	_, err = p.Store.Suppress(ctx, s, by)
	return err
}

// Complete fills the dates and derives a missing scope, and is a fault when the suppression names nobody.
func (s Suppression) Complete(today postlift.Date) (Suppression, error) {
	if s.ReceivedOn.IsZero() {
		s.ReceivedOn = today
	}
	if s.EffectiveOn.IsZero() {
		s.EffectiveOn = s.ReceivedOn
	}
	if s.Scope == "" {
		s.Scope = s.naturalScope()
	}
	if s.Reason == "" {
		s.Reason = ReasonDoNotMail
	}
	if s.MatchKey == "" && !s.namesSomebody() {
		return s, postlift.Faultf(postlift.Invalid, "accounts.Suppress",
			"the suppression names nobody: scope %s needs %s", s.Scope, scopeNeeds[s.Scope])
	}
	return s, nil
}

// scopeBoth is what a file may give as the scope of who objects for himself and for his company.
const scopeBoth = "both"

// parts are the person's and the company's block where a row asks for both, else the block itself.
func (s Suppression) parts() []Suppression {
	if s.Scope != scopeBoth {
		return []Suppression{s}
	}
	person, company := s, s
	person.Scope, company.Scope = ScopePerson, ScopeAccount
	return []Suppression{person, company}
}

var scopeNeeds = map[string]string{
	ScopePerson:  "a contact id, a last name with company or address, or a hash",
	ScopeAddress: "a site id, or street with postcode or city",
	ScopeAccount: "an account id, a company or a hash",
}

func (s Suppression) naturalScope() string {
	switch {
	case s.ContactID != 0 || s.LastName != "" || s.Hash != "":
		return ScopePerson
	case s.SiteID != 0:
		return ScopeAddress
	case s.AccountID != 0 || s.Company != "":
		return ScopeAccount
	}
	return ScopeAddress
}

func (s Suppression) namesSomebody() bool {
	address := streetOrBox(s.Street, "") != "" && (NormalPostcode(s.Postcode) != "" || NormalText(s.City) != "")
	company := NormalCompany(s.Company) != ""
	if s.Hash != "" {
		return s.Scope != ScopeAddress
	}
	switch s.Scope {
	case ScopePerson:
		return s.ContactID != 0 || NormalText(s.LastName) != "" && (company || address || s.AccountID != 0)
	case ScopeAddress:
		return s.SiteID != 0 || address
	case ScopeAccount:
		return s.AccountID != 0 || company
	}
	return false
}

func prepareSuppressions(s *session, l Loader) (func(*csvfile.Row, *Chunk), error) {
	refs := map[string]*Index{}
	for column, noun := range map[string]string{"account_id": "account", "site_id": "site", "contact_id": "contact"} {
		refs[column] = NewIndex(0, 0)
		if s.reader.Has(column) {
			x, err := l.Index(noun, s.req.Source)
			if err != nil {
				return nil, err
			}
			refs[column] = x
		}
	}
	return func(row *csvfile.Row, c *Chunk) {
		sup := s.readSuppression(row)
		sup.AccountID = s.reference(row, refs, "account_id", sup.Company != "" || sup.LastName != "")
		sup.SiteID = s.reference(row, refs, "site_id", sup.Street != "")
		sup.ContactID = s.reference(row, refs, "contact_id", sup.LastName != "")
		if !row.OK() {
			return
		}
		parts := sup.parts()
		for i := range parts {
			var err error
			if parts[i], err = parts[i].Complete(s.today); err != nil {
				row.Reject("scope", "required", sup.Scope, postlift.UserText(err))
				return
			}
		}
		if parts[0].EffectiveOn > s.today {
			s.warn("in_force_only_from_a_day_to_come") // until then letters may go out
		}
		s.accepted++
		c.Suppressions = append(c.Suppressions, parts...)
	}, nil
}

func (s *session) readSuppression(row *csvfile.Row) Suppression {
	sup := Suppression{
		Scope:      row.Enum("scope", scopeWords, "person, address, account, both"),
		Reason:     orDefault(row.Enum("reason", reasonWords, "objection, deceased, closed, undeliverable, competitor, employee, do_not_mail, imported_list"), ReasonImportedList),
		FirstName:  row.Text("first_name"),
		LastName:   row.Text("last_name"),
		Company:    row.Text("company"),
		Street:     row.Text("street"),
		City:       row.Text("city"),
		Country:    country(row, s.homeCountry()),
		Hash:       listHash(row),
		ReceivedOn: s.past(row, "date"), EffectiveOn: row.Date("effective_on"), UntilOn: row.Date("until"),
		Channel: orDefault(row.Text("channel"), "import"), Evidence: row.Text("evidence"),
		Source: s.req.Source, ExternalID: row.Text("external_id"), List: s.req.List, Row: row.Number(),
	}
	sup.Postcode = postcode(row, sup.Country)
	return sup
}

// reference resolves an id of the file. An unknown one is wrong unless the row's words name whom it
// blocks as well: a list of objections must not fail because a contact was deleted.
func (s *session) reference(row *csvfile.Row, refs map[string]*Index, column string, words bool) int64 {
	ext := row.Text(column)
	if ext == "" {
		return 0
	}
	id, ok := refs[column].Find(ext)
	switch {
	case ok:
		return id
	case words:
		s.warn("unknown_" + column + "_matched_by_name")
	default:
		row.Reject(column, "reference", ext, "nothing of source "+s.req.Source+" has this id, and the row names nobody else")
	}
	return 0
}
