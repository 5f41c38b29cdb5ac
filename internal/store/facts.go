package store

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"strings"

	"postlift"
	"postlift/campaigns"
	"postlift/campaigns/rules"
)

// reading is how a column becomes a feature.
type reading uint8

const (
	asNumber  reading = iota // a number or minor units
	asMinor                  // minor units with a fraction, rounded as they are shown
	asText                   // the empty text is a missing value
	asDate                   // a date
	daysSince                // days from the column's date to the facts' date
	daysUntil                // days from the facts' date to the column's date
	positive                 // a boolean: is the number above zero
)

// factColumn is where a feature comes from.
type factColumn struct {
	expr string
	as   reading
}

// factColumns maps every field of the catalogue. Prefixes: a account, f features, sc score, si main site.
var factColumns = joined(valueColumns, map[string]factColumn{
	"country":             {"a.country", asText},
	"language":            {"a.language", asText},
	"segment":             {"a.segment", asText},
	"industry":            {"a.industry", asText},
	"employees":           {"a.employee_count", asNumber},
	"service_level":       {"a.service_level", asText},
	"status":              {"a.status", asText},
	"acquisition_channel": {"a.acquisition_channel", asText},
	"acquired_on":         {"a.acquired_on", asDate},
	"customer_days":       {"COALESCE(a.acquired_on, f.first_order_on)", daysSince},
	"postcode":            {"si.postcode", asText},
	"city":                {"si.city", asText},
	"region":              {"si.region", asText},
	"place":               {"CASE WHEN si.postcode <> '' AND si.country <> '' THEN si.country || '-' || si.postcode END", asText},

	"orders":                {"f.order_days", asNumber},
	"orders_12m":            {"f.orders_12m", asNumber},
	"revenue_total":         {"f.net_minor", asNumber},
	"revenue_12m":           {"f.net_12m_minor", asNumber},
	"margin_12m":            {"f.margin_12m_minor", asNumber},
	"first_order_on":        {"f.first_order_on", asDate},
	"last_order_on":         {"f.last_order_on", asDate},
	"days_since_last_order": {"f.last_order_on", daysSince},

	"has_open_contract":       {"f.open_contracts", positive},
	"open_contracts":          {"f.open_contracts", asNumber},
	"contract_monthly":        {"f.contract_monthly_minor", asNumber},
	"next_term_end_on":        {"f.next_term_end_on", asDate},
	"days_to_notice_deadline": {"f.next_notice_on", daysUntil},
	"open_opportunities":      {"f.open_opportunities", asNumber},

	"days_since_last_mail":     {"f.last_mailed_on", daysSince},
	"mails_365d":               {"f.mails_365d", asNumber},
	"responses_365d":           {"f.responses_365d", asNumber},
	"days_since_last_response": {"f.last_response_on", daysSince},
})

func joined(parts ...map[string]factColumn) map[string]factColumn {
	all := map[string]factColumn{}
	for _, p := range parts {
		maps.Copy(all, p)
	}
	return all
}

// factReader scans one query's rows into one reused AccountFacts.
type factReader struct {
	fields  []*rules.Field
	columns []factColumn
	numbers []sql.NullFloat64
	texts   []sql.NullString
	dates   []postlift.Date
	head    campaigns.AccountFacts
	decile  sql.NullInt64
	money   [3]sql.NullInt64 // residual, window margin, pre-period margin
	targets []any
	asOf    postlift.Date
	have    postlift.Date // what the row's features stand for
}

func newFactReader(c *rules.Catalogue, fields []*rules.Field, asOf postlift.Date) (*factReader, error) {
	n := len(fields)
	r := &factReader{fields: fields, numbers: make([]sql.NullFloat64, n), texts: make([]sql.NullString, n), dates: make([]postlift.Date, n), asOf: asOf}
	r.head.Facts = c.NewFacts()
	h := &r.head
	r.targets = []any{&h.AccountID, &h.UID, &h.Key, &h.Name, &h.GroupKey, &h.Segment, &r.decile, &r.money[0], &r.money[1], &r.money[2], &r.have}
	for i, f := range fields {
		column, ok := factColumns[f.Name]
		if !ok {
			return nil, fmt.Errorf("store: field %s has no column", f.Name)
		}
		r.columns = append(r.columns, column)
		switch column.as {
		case asText:
			r.targets = append(r.targets, &r.texts[i])
		case asDate, daysSince, daysUntil:
			r.targets = append(r.targets, &r.dates[i])
		default:
			r.targets = append(r.targets, &r.numbers[i])
		}
	}
	return r, nil
}

// query selects one row for each account; the score and the main site are joined only where needed.
func (r *factReader) query() string {
	exprs := []string{"a.id", "a.uid", "a.source || ':' || a.external_id", "a.name", "a.group_key", "a.segment",
		"sc.decile", "sc.residual_minor", "sc.window_margin_minor", "f.margin_12m_minor + 12 * f.contract_margin_minor", "f.as_of"}
	site := false
	for _, c := range r.columns {
		exprs = append(exprs, c.expr)
		site = site || strings.Contains(c.expr, "si.")
	}
	q := "SELECT " + strings.Join(exprs, ", ") + ` FROM accounts a
LEFT JOIN account_features f ON f.account_id = a.id
LEFT JOIN scores sc ON sc.account_id = a.id AND sc.run_id = (SELECT run_id FROM score_pointer WHERE name = '` + publishedScores + `')`
	if site {
		q += "\nLEFT JOIN sites si ON si.id = " + mainSite("a.id")
	}
	return q
}

// scan fills the reused facts from the current row.
func (r *factReader) scan(rows *sql.Rows) (*campaigns.AccountFacts, error) {
	if err := rows.Scan(r.targets...); err != nil {
		return nil, fmt.Errorf("store: facts: %w", err)
	}
	h := &r.head
	h.Decile, h.ResidualMinor, h.WindowMinor, h.PreMarginMinor = int(r.decile.Int64), r.money[0].Int64, r.money[1].Int64, r.money[2].Int64
	h.Facts.Clear()
	for i, f := range r.fields {
		r.fill(i, f)
	}
	return h, nil
}

func (r *factReader) fill(i int, f *rules.Field) {
	facts := r.head.Facts
	switch as := r.columns[i].as; as {
	case asText:
		facts.SetText(f, strings.TrimSpace(r.texts[i].String))
	case asDate:
		facts.SetDate(f, r.dates[i])
	case daysSince, daysUntil:
		if r.dates[i].IsZero() {
			return
		}
		days := r.asOf.DaysSince(r.dates[i])
		if as == daysUntil {
			days = -days
		}
		facts.SetNumber(f, float64(days))
	case positive:
		if r.numbers[i].Valid {
			facts.SetBool(f, r.numbers[i].Float64 > 0)
		}
	case asMinor:
		if r.numbers[i].Valid {
			facts.SetNumber(f, float64(postlift.RoundMinor(r.numbers[i].Float64)))
		}
	default:
		if r.numbers[i].Valid {
			facts.SetNumber(f, r.numbers[i].Float64)
		}
	}
}

// sameDate is a Conflict when features that were read stand for another date than wanted, because somebody
// had them rebuilt in between; none were read where have is zero.
func sameDate(op string, have, want postlift.Date) error {
	if have.IsZero() || have == want {
		return nil
	}
	return postlift.Faultf(postlift.Conflict, op,
		"somebody looks at the accounts as of %s at this moment, this is about %s: try again", have, want)
}

// EachAccount streams every account with the given fields filled, in one pass over the joined tables. It is
// a Conflict when somebody has made the features stand for another date meanwhile.
func (s *Store) EachAccount(ctx context.Context, c *rules.Catalogue, fields []*rules.Field, asOf postlift.Date, fn func(*campaigns.AccountFacts) error) error {
	r, err := newFactReader(c, fields, asOf)
	if err != nil {
		return err
	}
	rows, err := s.queryRead(ctx, r.query()+" ORDER BY a.id")
	if err != nil {
		return fmt.Errorf("store.EachAccount: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		a, err := r.scan(rows)
		if err != nil {
			return err
		}
		if err := sameDate("store.EachAccount", r.have, asOf); err != nil {
			return err
		}
		if err := fn(a); err != nil {
			return err
		}
	}
	return rows.Err()
}

// AccountFacts reads one account by id, external id or name with every field filled.
func (s *Store) AccountFacts(ctx context.Context, c *rules.Catalogue, ref string, asOf postlift.Date) (campaigns.AccountFacts, error) {
	row, err := s.accountByRef(ctx, ref)
	if err != nil {
		return campaigns.AccountFacts{}, err
	}
	r, err := newFactReader(c, c.Fields(), asOf)
	if err != nil {
		return campaigns.AccountFacts{}, err
	}
	rows, err := s.queryRead(ctx, r.query()+" WHERE a.id = ?", row.ID)
	if err != nil {
		return campaigns.AccountFacts{}, fmt.Errorf("store.AccountFacts: %w", err)
	}
	defer rows.Close()
	if !rows.Next() {
		return campaigns.AccountFacts{}, postlift.Faultf(postlift.NotFound, "store.AccountFacts", "there is no account %q", ref)
	}
	a, err := r.scan(rows)
	if err != nil {
		return campaigns.AccountFacts{}, err
	}
	return *a, rows.Err()
}
