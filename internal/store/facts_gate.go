package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"postlift/campaigns"
	"postlift/migrations"
)

// idList is SQL for a common table expression ids(id) over one JSON parameter, so that one statement
// covers any number of accounts on both engines without a temporary table.
func (s *Store) idList() string {
	if s.dialect == migrations.Postgres {
		return "WITH ids AS (SELECT CAST(value AS BIGINT) AS id FROM jsonb_array_elements_text(CAST(? AS JSONB)) AS value)\n"
	}
	return "WITH ids AS (SELECT CAST(value AS INTEGER) AS id FROM json_each(?))\n"
}

func idParameter(ids []int64) string {
	b := make([]byte, 0, len(ids)*8+2)
	b = append(b, '[')
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, id, 10)
	}
	return string(append(b, ']'))
}

// gateReader reads what the gate looks at, of some accounts or of all: where a good part of them is asked for,
// one pass over a table is quicker than looking each of them up. Both ways give the same.
type gateReader struct {
	*Store
	ctx  context.Context
	p    campaigns.Pressure
	all  bool
	rows int    // about how many accounts there are to read, where all are read
	ids  string // the JSON parameter of idList, unless all
}

// passShare is the part of all accounts from which on a table is read as a whole.
const passShare = 4

func (s *Store) accountCount(ctx context.Context) (count int, err error) {
	return count, s.read.QueryRowContext(ctx, "SELECT COUNT(*) FROM accounts").Scan(&count)
}

func (s *Store) newGateReader(ctx context.Context, accountIDs []int64, count int, p campaigns.Pressure) *gateReader {
	if len(accountIDs)*passShare >= count {
		return &gateReader{Store: s, ctx: ctx, p: p, all: true, rows: count}
	}
	return &gateReader{Store: s, ctx: ctx, p: p, ids: idParameter(accountIDs)}
}

// each runs a query whose condition of the accounts asked for stands at %s, as "AND column IN (ids)", and hands
// over its rows.
func (g *gateReader) each(query, column string, args []any, take func(*sql.Rows) error) error {
	return g.run(fmt.Sprintf(query, g.only(column)), args, take)
}

func (g *gateReader) only(column string) string {
	if g.all {
		return ""
	}
	return " AND " + column + " IN (SELECT id FROM ids)"
}

// run puts the list of ids before a query that names it.
func (g *gateReader) run(query string, args []any, take func(*sql.Rows) error) error {
	if !g.all {
		query, args = g.idList()+query, append([]any{g.ids}, args...)
	}
	rows, err := g.queryRead(g.ctx, query, args...)
	return eachRow(rows, err, take)
}

// asks tells whether the policy asks for something; without a policy everything is asked for.
func (g *gateReader) asks(of func(*campaigns.Policy) bool) bool {
	return g.p.Policy == nil || of(g.p.Policy)
}

func (g *gateReader) advertising() bool {
	return g.asks(func(p *campaigns.Policy) bool { return p.Class != campaigns.Contractual })
}

// GateFacts reads what the gate needs of any number of accounts and their contacts. A letter that came back
// undeliverable, was withdrawn, failed or spoiled does not count, and neither does a contractual one; a released
// one counts as sent on the date. With unsent ones, prepared pieces and plans that are approved but not prepared
// yet count as sent on the date, too. Contacts are read beside everything else, as there are most of them.
func (s *Store) GateFacts(ctx context.Context, accountIDs []int64, p campaigns.Pressure) (campaigns.Standings, campaigns.Recipients, error) {
	const op = "store.GateFacts"
	count, err := s.accountCount(ctx)
	if err != nil {
		return nil, nil, opError(op, err)
	}
	g := s.newGateReader(ctx, accountIDs, count, p)
	return g.facts(accountIDs, g.besideAtOnce())
}

// GateFactsAhead begins to read what the gate needs of a good part of all accounts before it is known of which. What
// it gives is GateFacts, to be called once; where it turns out that only few accounts are asked for, what was begun
// is given up, as it is when ctx ends.
func (s *Store) GateFactsAhead(ctx context.Context, p campaigns.Pressure) func(accountIDs []int64) (campaigns.Standings, campaigns.Recipients, error) {
	ahead, giveUp := context.WithCancel(ctx)
	g := &gateReader{Store: s, ctx: ahead, p: p, all: true}
	count, err := s.accountCount(ctx)
	g.rows = count
	var beside func() (*aboutContacts, error)
	if err == nil {
		beside = g.besideAtOnce()
	}
	return func(accountIDs []int64) (campaigns.Standings, campaigns.Recipients, error) {
		defer giveUp()
		if err != nil || len(accountIDs)*passShare < count {
			giveUp()
			return s.GateFacts(ctx, accountIDs, p)
		}
		return g.facts(accountIDs, beside)
	}
}

// besideAtOnce begins to read what lies beside the contacts; its result waits for it.
func (g *gateReader) besideAtOnce() func() (*aboutContacts, error) {
	var about aboutContacts
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		err = g.beside(&about)
	}()
	return func() (*aboutContacts, error) {
		<-done
		return &about, err
	}
}

// facts reads the contacts and joins them with what lies beside.
func (g *gateReader) facts(accountIDs []int64, beside func() (*aboutContacts, error)) (campaigns.Standings, campaigns.Recipients, error) {
	const op = "store.GateFacts"
	settings, err := g.Settings(g.ctx)
	var recipients campaigns.Recipients
	if err == nil {
		recipients, err = g.recipients(accountIDs, settings.Language)
	}
	about, other := beside() // even after a mistake: nothing goes on behind the caller's back
	if err == nil {
		err = other
	}
	if err != nil {
		return nil, nil, opError(op, err)
	}
	for i := range recipients {
		about.fill(&recipients[i])
	}
	return about.standings(accountIDs), recipients, nil
}

// aboutContacts is what is known of accounts, and of contacts beside their own rows.
type aboutContacts struct {
	noted  map[int64]*campaigns.Standing // of accounts, but for their letters
	sent   *letterCounts
	people map[int64][]campaigns.Reason // suppressions, by contact
	places map[int64][]campaigns.Reason // and by site
	sites  *siteTable
	same   *doubles
}

// note is the standing of an account, which is an active one at first.
func (a *aboutContacts) note(id int64) *campaigns.Standing {
	st := a.noted[id]
	if st == nil {
		st = &campaigns.Standing{Status: "active"}
		a.noted[id] = st
	}
	return st
}

func (a *aboutContacts) fill(r *campaigns.Recipient) {
	a.sites.settle(r)
	if people, places := a.people[r.ContactID], a.places[r.SiteID]; len(people)+len(places) > 0 {
		r.Suppressed = append(append([]campaigns.Reason(nil), people...), places...)
	}
	count := a.sent.ofContact(r.ContactID)
	r.LastMailedOn, r.MailsLastYear = count.last, int(count.mails)
	a.same.fill(r, a.sent.twins)
}

// standings are those of the accounts of which something is to be noted.
func (a *aboutContacts) standings(accountIDs []int64) campaigns.Standings {
	found := make(campaigns.Standings, len(accountIDs))
	for _, id := range accountIDs {
		st, own, group := a.noted[id], a.sent.accounts.get(id), a.sent.ofGroup(id)
		if own.last.IsZero() && group.last.IsZero() {
			if st != nil {
				found[id] = st
			}
			continue
		}
		if st == nil {
			st = &campaigns.Standing{Status: "active"}
		}
		st.LastMailedOn, st.MailsLastYear = own.last, int(own.mails)
		st.GroupLastMailedOn, st.GroupMailsLastYear = group.last, int(group.mails)
		found[id] = st
	}
	return found
}

// beside reads everything but the contacts.
func (g *gateReader) beside(a *aboutContacts) (err error) {
	a.noted, a.sent = map[int64]*campaigns.Standing{}, newLetterCounts(g.rows)
	steps := []func(*aboutContacts) error{g.statuses, g.accountBlocks}
	if g.advertising() {
		steps = append(steps, g.opportunities, g.controls, g.programmes, g.pressure)
	}
	for _, step := range append(steps, g.twinsOf) {
		if err := step(a); err != nil {
			return err
		}
	}
	if a.people, err = g.suppressed(contactHits); err != nil {
		return err
	}
	if a.places, err = g.suppressed(siteHits); err != nil {
		return err
	}
	if a.sites, err = g.sites(); err != nil {
		return err
	}
	a.same, err = g.doubles()
	return err
}

func (g *gateReader) statuses(a *aboutContacts) error {
	return g.each("SELECT a.id, a.status, a.dunning, a.complaint FROM accounts a WHERE (a.status <> 'active' OR a.dunning OR a.complaint)%s", "a.id", nil,
		func(r *sql.Rows) error {
			var id int64
			var st campaigns.Standing
			err := r.Scan(&id, &st.Status, &st.Dunning, &st.Complaint)
			to := a.note(id)
			to.Status, to.Dunning, to.Complaint = st.Status, st.Dunning, st.Complaint
			return err
		})
}

func (g *gateReader) opportunities(a *aboutContacts) error {
	return g.each("SELECT o.account_id, o.stage FROM opportunities o WHERE o.status = 'open' AND o.opened_on <= ?%s ORDER BY o.account_id, o.stage", "o.account_id",
		[]any{g.p.AsOf}, func(r *sql.Rows) error {
			var id int64
			var stage string
			err := r.Scan(&id, &stage)
			st := a.note(id)
			st.Opportunities++
			if n := len(st.Stages); n == 0 || st.Stages[n-1] != stage {
				st.Stages = append(st.Stages, stage)
			}
			return err
		})
}

func (g *gateReader) accountBlocks(a *aboutContacts) error {
	hits, err := g.suppressed(accountHits)
	for id, reasons := range hits {
		a.note(id).Suppressed = reasons
	}
	return err
}

// hitQuery is a set of joins from suppressions s to what they hit: as they are read when some accounts are asked
// for, and when all are. CROSS JOIN fixes SQLite's order of the loops (from the accounts asked for, never from all
// suppressions), and the appended empty text keeps it from reading every suppression of a scope.
type hitQuery []struct{ some, all string }

// sitesAsked are the sites of the accounts asked for and those that their contacts name, which may be another's.
const sitesAsked = `SELECT o.id FROM ids CROSS JOIN sites o WHERE o.account_id = ids.id
  UNION SELECT c.site_id FROM ids CROSS JOIN contacts c WHERE c.account_id = ids.id AND c.site_id IS NOT NULL`

// A suppression hits by the id that it names or by its match key, within its own scope.
var (
	accountHits = hitQuery{
		{"SELECT ids.id, s.reason FROM ids CROSS JOIN suppressions s WHERE s.account_id = ids.id AND s.scope || '' = 'account'",
			"SELECT s.account_id, s.reason FROM suppressions s WHERE s.scope = 'account' AND s.account_id IS NOT NULL"},
		{`SELECT a.id, s.reason FROM ids CROSS JOIN accounts a CROSS JOIN suppressions s
WHERE a.id = ids.id AND a.match_key <> '' AND s.scope = 'account' AND s.match_key = a.match_key`,
			"SELECT a.id, s.reason FROM suppressions s CROSS JOIN accounts a WHERE s.scope = 'account' AND a.match_key <> '' AND a.match_key = s.match_key"},
	}
	contactHits = hitQuery{
		{`SELECT c.id, s.reason FROM ids CROSS JOIN contacts c CROSS JOIN suppressions s
WHERE c.account_id = ids.id AND s.contact_id = c.id AND s.scope || '' = 'person'`,
			"SELECT s.contact_id, s.reason FROM suppressions s WHERE s.scope = 'person' AND s.contact_id IS NOT NULL"},
		{`SELECT c.id, s.reason FROM ids CROSS JOIN contacts c CROSS JOIN suppressions s
WHERE c.account_id = ids.id AND c.match_key <> '' AND s.scope = 'person' AND s.match_key = c.match_key`,
			"SELECT c.id, s.reason FROM suppressions s CROSS JOIN contacts c WHERE s.scope = 'person' AND c.match_key <> '' AND c.match_key = s.match_key"},
	}
	siteHits = hitQuery{
		{"SELECT si.id, s.reason FROM sites si CROSS JOIN suppressions s WHERE si.id IN (" + sitesAsked + ") AND s.site_id = si.id AND s.scope || '' = 'address'",
			"SELECT s.site_id, s.reason FROM suppressions s WHERE s.scope = 'address' AND s.site_id IS NOT NULL"},
		{"SELECT si.id, s.reason FROM sites si CROSS JOIN suppressions s WHERE si.id IN (" + sitesAsked + ") AND si.match_key <> '' AND s.scope = 'address' AND s.match_key = si.match_key",
			"SELECT si.id, s.reason FROM suppressions s CROSS JOIN sites si WHERE s.scope = 'address' AND si.match_key <> '' AND si.match_key = s.match_key"},
	}
)

// suppressed gives, by the hit id, the reasons of the suppressions in force on the date.
func (g *gateReader) suppressed(q hitQuery) (map[int64][]campaigns.Reason, error) {
	parts := make([]string, len(q))
	for i, part := range q {
		parts[i] = part.some
		if g.all {
			parts[i] = part.all
		}
		parts[i] += " AND " + activeSuppression
	}
	hits := map[int64][]campaigns.Reason{}
	return hits, g.run(strings.Join(parts, "\nUNION\n")+"\nORDER BY 1, 2", twice(g.p.AsOf, len(q)), func(r *sql.Rows) error {
		var id int64
		var reason string
		err := r.Scan(&id, &reason)
		hits[id] = append(hits[id], campaigns.Reason(reason))
		return err
	})
}
