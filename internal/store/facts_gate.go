package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"sync"

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
	ctx    context.Context
	p      campaigns.Pressure
	all    bool
	size   int    // about how many accounts there are to read
	ids    string // the JSON parameter of idList, unless all
	wanted idSet
}

// passShare is the part of all accounts from which on a table is read as a whole.
const passShare = 4

func (s *Store) newGateReader(ctx context.Context, accountIDs []int64, p campaigns.Pressure) (*gateReader, error) {
	var count int
	if err := s.read.QueryRowContext(ctx, "SELECT COUNT(*) FROM accounts").Scan(&count); err != nil {
		return nil, err
	}
	g := &gateReader{Store: s, ctx: ctx, p: p, all: len(accountIDs)*passShare >= count, size: count, wanted: newIDSet(accountIDs)}
	if !g.all {
		g.size, g.ids = len(accountIDs), idParameter(accountIDs)
	}
	return g, nil
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
	settings, err := s.Settings(ctx)
	if err != nil {
		return nil, nil, err
	}
	g, err := s.newGateReader(ctx, accountIDs, p)
	if err != nil {
		return nil, nil, opError(op, err)
	}
	var recipients campaigns.Recipients
	var people error
	var wait sync.WaitGroup
	wait.Go(func() { recipients, people = g.recipients(settings.Language) })
	standings, about, err := g.beside()
	wait.Wait()
	if err == nil {
		err = people
	}
	if err != nil {
		return nil, nil, opError(op, err)
	}
	for i := range recipients {
		about.fill(&recipients[i])
	}
	return standings, recipients, opError(op, g.doubles(recipients, about.sent.twins))
}

// aboutContacts is what is known of contacts beside their own rows.
type aboutContacts struct {
	sent   *letterCounts
	people map[int64][]campaigns.Reason // suppressions, by contact
	places map[int64][]campaigns.Reason // and by site
	sites  *siteTable
}

func (a *aboutContacts) fill(r *campaigns.Recipient) {
	a.sites.settle(r)
	r.Suppressed = append(a.people[r.ContactID], a.places[r.SiteID]...)
	count := a.sent.ofContact(r.ContactID)
	r.LastMailedOn, r.MailsLastYear = count.last, count.mails
}

// beside reads everything but the contacts.
func (g *gateReader) beside() (standings campaigns.Standings, about aboutContacts, err error) {
	if standings, about.sent, err = g.standings(); err != nil {
		return
	}
	if err = g.twinsOf(about.sent); err != nil {
		return
	}
	if about.people, err = g.suppressed(contactHits); err != nil {
		return
	}
	if about.places, err = g.suppressed(siteHits); err != nil {
		return
	}
	about.sites, err = g.sites()
	return
}

// standings reads what is to be noted of the accounts themselves, and the letters behind it.
func (g *gateReader) standings() (campaigns.Standings, *letterCounts, error) {
	found := campaigns.Standings{}
	note := func(id int64) *campaigns.Standing {
		st := found[id]
		if st == nil {
			st = &campaigns.Standing{Status: "active"}
			found[id] = st
		}
		return st
	}
	sent := newLetterCounts()
	steps := []func(func(int64) *campaigns.Standing) error{g.statuses, g.accountBlocks}
	if g.advertising() {
		steps = append(steps, g.opportunities, g.controls, func(note func(int64) *campaigns.Standing) error { return g.pressure(sent, note) })
	}
	for _, step := range steps {
		if err := step(note); err != nil {
			return nil, nil, err
		}
	}
	return found, sent, nil
}

func (g *gateReader) statuses(note func(int64) *campaigns.Standing) error {
	return g.each("SELECT a.id, a.status, a.dunning, a.complaint FROM accounts a WHERE (a.status <> 'active' OR a.dunning OR a.complaint)%s", "a.id", nil,
		func(r *sql.Rows) error {
			var id int64
			var st campaigns.Standing
			err := r.Scan(&id, &st.Status, &st.Dunning, &st.Complaint)
			if g.wanted.has(id) {
				to := note(id)
				to.Status, to.Dunning, to.Complaint = st.Status, st.Dunning, st.Complaint
			}
			return err
		})
}

func (g *gateReader) opportunities(note func(int64) *campaigns.Standing) error {
	return g.each("SELECT o.account_id, o.stage FROM opportunities o WHERE o.status = 'open' AND o.opened_on <= ?%s ORDER BY o.account_id, o.stage", "o.account_id",
		[]any{g.p.AsOf}, func(r *sql.Rows) error {
			var id int64
			var stage string
			err := r.Scan(&id, &stage)
			if g.wanted.has(id) {
				st := note(id)
				st.Opportunities++
				if n := len(st.Stages); n == 0 || st.Stages[n-1] != stage {
					st.Stages = append(st.Stages, stage)
				}
			}
			return err
		})
}

func (g *gateReader) accountBlocks(note func(int64) *campaigns.Standing) error {
	hits, err := g.suppressed(accountHits)
	for id, reasons := range hits {
		if g.wanted.has(id) {
			note(id).Suppressed = reasons
		}
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
