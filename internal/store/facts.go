package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"postlift"
	"postlift/campaigns"
	"postlift/campaigns/rules"
	"postlift/migrations"
)

// factReader scans one query's rows into one reused AccountFacts.
type factReader struct {
	*ruleWriter
	fields  []*rules.Field
	columns []factColumn
	exprs   []string
	numbers []sql.NullFloat64
	texts   []sql.NullString
	dates   []postlift.Date
	head    campaigns.AccountFacts
	decile  sql.NullInt64
	money   [4]sql.NullInt64 // residual, window margin, of it agreed, pre-period margin
	targets []any
	have    postlift.Date // what the row's features stand for
}

func (s *Store) newFactReader(c *rules.Catalogue, fields []*rules.Field, asOf postlift.Date) (*factReader, error) {
	n := len(fields)
	r := &factReader{ruleWriter: s.newRuleWriter(asOf), fields: fields, numbers: make([]sql.NullFloat64, n), texts: make([]sql.NullString, n), dates: make([]postlift.Date, n)}
	r.reads["f"], r.reads["sc"] = true, true
	r.exprs = []string{"a.id", "a.uid", "a.source || ':' || a.external_id", "a.name", "a.group_key", "a.segment",
		"sc.decile", "sc.residual_minor", "sc.window_margin_minor", "sc.window_committed_minor", "f.margin_12m_minor + 12 * f.contract_margin_minor", "f.as_of"}
	r.head.Facts = c.NewFacts()
	h := &r.head
	r.targets = []any{&h.AccountID, &h.UID, &h.Key, &h.Name, &h.GroupKey, &h.Segment, &r.decile, &r.money[0], &r.money[1], &r.money[2], &r.money[3], &r.have}
	for i, f := range fields {
		column, err := s.columnOf(f)
		if err != nil {
			return nil, err
		}
		column = r.read(column)
		r.columns = append(r.columns, column)
		r.exprs = append(r.exprs, s.selected(column))
		r.targets = append(r.targets, r.target(i, column.as))
	}
	return r, nil
}

func (r *factReader) target(i int, as reading) any {
	switch as {
	case asText, asSet:
		return &r.texts[i]
	case asDate, asISODate, daysSince, daysUntil:
		return &r.dates[i]
	}
	return &r.numbers[i]
}

// selected is the column as the reader scans it: conditions as 1 and 0, sets as a JSON array in the order of bytes.
func (s *Store) selected(c factColumn) string {
	switch {
	case c.as == asFlag:
		return "CASE WHEN " + c.expr + " THEN 1 WHEN NOT (" + c.expr + ") THEN 0 END"
	case c.as == asSet && s.dialect == migrations.Postgres:
		return "(SELECT CAST(JSONB_AGG(q.m ORDER BY q.m COLLATE \"C\") AS TEXT) FROM (SELECT DISTINCT " + c.expr + " AS m FROM " + c.from + ") q)"
	case c.as == asSet:
		return "(SELECT JSON_GROUP_ARRAY(q.m) FROM (SELECT DISTINCT " + c.expr + " AS m FROM " + c.from + " ORDER BY 1) q)"
	}
	return c.expr
}

// query selects one row for each account of a condition; the other tables are joined only where needed.
func (r *factReader) query(ids bool, where string) string {
	return "SELECT " + strings.Join(r.exprs, ", ") + " FROM " + r.from(ids) + "\nWHERE " + where + "\nORDER BY a.id"
}

// scan fills the reused facts from the current row.
func (r *factReader) scan(rows *sql.Rows) (*campaigns.AccountFacts, error) {
	if err := rows.Scan(r.targets...); err != nil {
		return nil, fmt.Errorf("store: facts: %w", err)
	}
	h := &r.head
	h.Decile, h.ResidualMinor, h.WindowMinor = int(r.decile.Int64), r.money[0].Int64, r.money[1].Int64
	h.AgreedMinor, h.PreMarginMinor = r.money[2].Int64, r.money[3].Int64
	h.Facts.Clear()
	for i, f := range r.fields {
		if err := r.fill(i, f); err != nil {
			return nil, err
		}
	}
	return h, nil
}

func (r *factReader) fill(i int, f *rules.Field) error {
	facts := r.head.Facts
	switch as := r.columns[i].as; as {
	case asText:
		facts.SetText(f, r.texts[i].String)
	case asSet:
		members := []string{}
		if err := jsonText(r.texts[i].String).into(&members); err != nil {
			return fmt.Errorf("store: facts: %s: %w", f.Name, err)
		}
		facts.SetTexts(f, members)
	case asDate, asISODate:
		facts.SetDate(f, r.dates[i])
	case daysSince, daysUntil:
		if r.dates[i].IsZero() {
			return nil
		}
		days := r.asOf.DaysSince(r.dates[i])
		if as == daysUntil {
			days = -days
		}
		facts.SetNumber(f, float64(days))
	default:
		r.fillNumber(i, f)
	}
	return nil
}

func (r *factReader) fillNumber(i int, f *rules.Field) {
	v := r.numbers[i]
	switch {
	case !v.Valid:
	case r.columns[i].as == asMinor:
		r.head.Facts.SetNumber(f, float64(postlift.RoundMinor(v.Float64)))
	default:
		r.head.Facts.SetNumber(f, v.Float64)
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

// ruleTime bounds how long the database works on one rule.
const ruleTime = 5 * time.Minute

// withinTime bounds ctx by ruleTime; late turns the error of work that took longer into a fault that says so.
func withinTime(ctx context.Context, op string) (_ context.Context, cancel func(), late func(error) error) {
	bounded, cancel := context.WithTimeoutCause(ctx, ruleTime, errors.New("rule takes too long"))
	return bounded, cancel, func(err error) error {
		if err != nil && bounded.Err() != nil && ctx.Err() == nil {
			return postlift.Faultf(postlift.Invalid, op, "the rule takes longer than %s over all accounts: simplify it, sets and groups are the slow parts", ruleTime)
		}
		return opError(op, err)
	}
}

// EachMatch streams, by id, the accounts that a bound rule takes with the given fields filled, in one pass over
// the joined tables; without a rule every account. It is a Conflict when somebody has made the features stand
// for another date meanwhile.
func (s *Store) EachMatch(ctx context.Context, c *rules.Catalogue, rule *rules.Term, fields []*rules.Field, asOf postlift.Date, fn func(*campaigns.AccountFacts) error) error {
	const op = "store.EachMatch"
	r, err := s.newFactReader(c, fields, asOf)
	if err != nil {
		return err
	}
	where := "TRUE"
	if rule != nil {
		if where, err = r.write(rule); err != nil {
			return err
		}
	}
	ctx, cancel, late := withinTime(ctx, op)
	defer cancel()
	rows, err := s.queryRead(ctx, r.query(false, where), r.args...)
	return late(r.each(rows, err, op, fn))
}

func (r *factReader) each(rows *sql.Rows, err error, op string, fn func(*campaigns.AccountFacts) error) error {
	return eachRow(rows, err, func(rows *sql.Rows) error {
		a, err := r.scan(rows)
		if err != nil {
			return err
		}
		if err := sameDate(op, r.have, r.asOf); err != nil {
			return err
		}
		return fn(a)
	})
}

// CountMatches counts the accounts that a bound rule takes, and all. It is a Conflict when the features stand for
// another date.
func (s *Store) CountMatches(ctx context.Context, rule *rules.Term, asOf postlift.Date) (matched, all int, err error) {
	const op = "store.CountMatches"
	q, err := s.ruleSQL(rule, asOf, false)
	if err != nil {
		return 0, 0, err
	}
	ctx, cancel, late := withinTime(ctx, op)
	defer cancel()
	var have postlift.Date
	err = s.read.QueryRowContext(ctx, s.bind("SELECT (SELECT as_of FROM account_features LIMIT 1), (SELECT COUNT(*) FROM accounts), COUNT(*) FROM "+q.from+
		"\nWHERE "+q.where), q.args...).Scan(&have, &all, &matched)
	if err != nil {
		return 0, 0, late(err)
	}
	return matched, all, sameDate(op, have, asOf)
}

// AccountFacts reads one account by id, external id or name with every field filled.
func (s *Store) AccountFacts(ctx context.Context, c *rules.Catalogue, ref string, asOf postlift.Date) (campaigns.AccountFacts, error) {
	const op = "store.AccountFacts"
	row, err := s.accountByRef(ctx, ref)
	if err != nil {
		return campaigns.AccountFacts{}, err
	}
	r, err := s.newFactReader(c, c.Fields(), asOf)
	if err != nil {
		return campaigns.AccountFacts{}, err
	}
	var found *campaigns.AccountFacts
	rows, err := s.queryRead(ctx, s.idList()+r.query(true, "a.id = ids.id"), idParameter([]int64{row.ID}))
	err = r.each(rows, err, op, func(a *campaigns.AccountFacts) error {
		found = a
		return nil
	})
	if err != nil {
		return campaigns.AccountFacts{}, opError(op, err)
	}
	if found == nil {
		return campaigns.AccountFacts{}, postlift.Faultf(postlift.NotFound, op, "there is no account %q", ref)
	}
	return *found, nil
}
