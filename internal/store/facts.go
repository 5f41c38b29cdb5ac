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
	numbers []numberScanner
	texts   []textScanner
	dates   []postlift.Date
	head    campaigns.AccountFacts
	figures [5]minorScanner // residual, window margin, of it agreed, pre-period margin, decile
	targets []any
	have    postlift.Date // what the row's features stand for, where that is not the facts' date
}

// newFactReader reads the given fields beside what planning needs of every account, and with names how people see it.
func (s *Store) newFactReader(c *rules.Catalogue, fields []*rules.Field, names bool, asOf postlift.Date) (*factReader, error) {
	n := len(fields)
	r := &factReader{ruleWriter: s.newRuleWriter(asOf), fields: fields, numbers: make([]numberScanner, n), texts: make([]textScanner, n), dates: make([]postlift.Date, n)}
	r.reads["f"], r.reads["sc"] = true, true
	r.exprs = []string{"a.id", "a.source || ':' || a.external_id", "a.group_key", "a.segment",
		"sc.residual_minor", "sc.window_margin_minor", "sc.window_committed_minor", "f.margin_12m_minor + 12 * f.contract_margin_minor",
		"CASE WHEN f.as_of <> " + s.dateLiteral(asOf) + " THEN f.as_of END"}
	r.head.Facts = c.NewFacts()
	h, x := &r.head, &r.figures
	r.targets = []any{&h.AccountID, &h.Key, &h.GroupKey, &h.Segment, &x[0], &x[1], &x[2], &x[3], &r.have}
	if names {
		r.exprs, r.targets = append(r.exprs, "a.uid", "a.name", "sc.decile"), append(r.targets, &h.UID, &h.Name, &x[4])
	}
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
	x := &r.figures
	h.ResidualMinor, h.WindowMinor, h.AgreedMinor, h.PreMarginMinor, h.Decile = int64(x[0]), int64(x[1]), int64(x[2]), int64(x[3]), int(x[4])
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
		facts.SetText(f, string(r.texts[i]))
	case asSet:
		members := []string{}
		if err := jsonText(r.texts[i]).into(&members); err != nil {
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
	case !v.known:
	case r.columns[i].as == asMinor:
		r.head.Facts.SetNumber(f, float64(postlift.RoundMinor(v.value)))
	default:
		r.head.Facts.SetNumber(f, v.value)
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
// the joined tables; without a rule every account. Outward ids, names and deciles are left out. It is a Conflict when somebody has made the features stand
// for another date meanwhile.
func (s *Store) EachMatch(ctx context.Context, c *rules.Catalogue, rule *rules.Term, fields []*rules.Field, asOf postlift.Date, fn func(*campaigns.AccountFacts) error) error {
	const op = "store.EachMatch"
	r, err := s.newFactReader(c, fields, false, asOf)
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
	r, err := s.newFactReader(c, c.Fields(), true, asOf)
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
