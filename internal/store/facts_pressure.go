package store

import (
	"database/sql"

	"postlift/campaigns"
	"postlift/migrations"
)

// letterCounts are the letters that count, by contact, and who is the same person as another contact.
type letterCounts struct {
	contacts map[int64]letterCount
	twins    map[int64]string // contact to person, where several contacts are one person
	persons  map[string]letterCount
}

func newLetterCounts() *letterCounts {
	return &letterCounts{contacts: map[int64]letterCount{}, twins: map[int64]string{}, persons: map[string]letterCount{}}
}

// ofContact counts the letters to a contact and to those that are the same person.
func (l *letterCounts) ofContact(id int64) letterCount {
	if person, several := l.twins[id]; several {
		return l.persons[person]
	}
	return l.contacts[id]
}

// pressure counts the letters of accounts, of their groups and of persons.
func (g *gateReader) pressure(sent *letterCounts, note func(int64) *campaigns.Standing) error {
	family, groups := map[int64]string{}, map[string]letterCount{}
	if g.asks(func(p *campaigns.Policy) bool { return p.GroupCoolingOffDays > 0 || p.GroupMaxPerYear > 0 }) {
		if err := g.family(family); err != nil {
			return err
		}
	}
	err := g.letters(func(account, contact int64, n letterCount) {
		c := sent.contacts[contact]
		c.add(n)
		sent.contacts[contact] = c
		if group, several := family[account]; several {
			all := groups[group]
			all.add(n)
			groups[group] = all
		}
		if g.wanted.has(account) {
			st := note(account)
			st.MailsLastYear += n.mails
			st.LastMailedOn = max(st.LastMailedOn, n.last)
			st.GroupLastMailedOn, st.GroupMailsLastYear = st.LastMailedOn, st.MailsLastYear
		}
	})
	if err != nil {
		return err
	}
	for account, group := range family {
		if all, mailed := groups[group]; mailed && g.wanted.has(account) {
			st := note(account)
			st.GroupLastMailedOn, st.GroupMailsLastYear = all.last, all.mails
		}
	}
	return nil
}

// family reads the groups of several accounts, with all their accounts.
func (g *gateReader) family(into map[int64]string) error {
	groups := "SELECT group_key FROM accounts GROUP BY group_key HAVING COUNT(*) > 1"
	if !g.all {
		groups = "SELECT o.group_key FROM ids CROSS JOIN accounts o WHERE o.id = ids.id"
	}
	size := map[string]int{}
	err := g.run("SELECT a.id, a.group_key FROM accounts a WHERE a.group_key IN ("+groups+")", nil, func(r *sql.Rows) error {
		var id int64
		var group string
		err := r.Scan(&id, &group)
		into[id] = group
		size[group]++
		return err
	})
	for id, group := range into {
		if size[group] < 2 {
			delete(into, id)
		}
	}
	return err
}

// letters gives every letter that counts, summed by account and contact: of all accounts, or of those asked for,
// of their groups and of whoever is the same person as one of their contacts.
func (g *gateReader) letters(take func(account, contact int64, n letterCount)) error {
	day, contactOf, chosen := "?", "CAST(j.value AS INTEGER)", "json_each(c.contacts) j"
	if g.dialect == migrations.Postgres {
		day, contactOf, chosen = "CAST(? AS DATE)", "CAST(j.value AS BIGINT)", "jsonb_array_elements_text(c.contacts) AS j(value)"
	}
	states := "'released', 'posted'"
	if g.p.WithUnsent {
		states = "'planned', 'rendered', 'sealed', 'released', 'posted'"
	}
	pieces, choices := "pieces p", "choices c"
	if !g.all {
		pieces, choices = "ring CROSS JOIN pieces p", "ring CROSS JOIN choices c"
	}
	on := func(column string) string {
		if g.all {
			return ""
		}
		return " AND " + column + " = ring.id"
	}
	query := `SELECT p.account_id, p.contact_id, COALESCE(p.posted_on, ` + day + `) AS sent_on
  FROM ` + pieces + ` JOIN batches b ON b.id = p.batch_id JOIN campaigns m ON m.id = p.campaign_id
  WHERE p.kind = 'live' AND p.account_id IS NOT NULL AND p.contact_id IS NOT NULL` + on("p.account_id") + ` AND p.run_id <> ? AND p.state IN (` + states + `)
    AND b.state <> 'cancelled' AND m.class = 'advertising' AND (p.posted_on IS NULL OR p.posted_on <= ?)`
	args := []any{g.p.AsOf, g.p.ExceptRun, g.p.AsOf}
	if g.p.WithUnsent { // what is approved: all its letters; what is being prepared or sent: those of later waves
		query += `
  UNION ALL SELECT c.account_id, ` + contactOf + `, ` + day + ` FROM runs r JOIN campaigns m ON m.id = r.campaign_id CROSS JOIN ` + choices + ` CROSS JOIN ` + chosen + `
  WHERE m.class = 'advertising' AND r.id <> ? AND c.run_id = r.id` + on("c.account_id") + ` AND c.outcome = 'assigned'
    AND m.state <> 'cancelled' AND (r.state = 'approved' OR c.wave > 1 AND r.state IN ('preparing', 'released', 'measuring') AND NOT EXISTS (
      SELECT 1 FROM pieces q WHERE q.campaign_id = r.campaign_id AND q.step = r.step AND q.pass = r.pass AND q.contact_id = ` + contactOf + `))`
		args = append(args, g.p.AsOf, g.p.ExceptRun)
	}
	query = `letters AS (
  ` + query + `
)
SELECT account_id, contact_id, MAX(sent_on), SUM(CASE WHEN sent_on > ? THEN 1 ELSE 0 END) FROM letters GROUP BY account_id, contact_id`
	return g.withRing(query, append(args, g.p.AsOf.AddDays(-365)), func(r *sql.Rows) error {
		var account, contact int64
		var n letterCount
		err := r.Scan(&account, &contact, &n.last, &n.mails)
		take(account, contact, n)
		return err
	})
}

// withRing runs a query of common table expressions behind ring(id), the accounts whose letters count.
func (g *gateReader) withRing(query string, args []any, take func(*sql.Rows) error) error {
	if g.all {
		return g.run("WITH "+query, args, take)
	}
	rows, err := g.queryRead(g.ctx, g.idList()+`, ring AS (
  SELECT id FROM ids
  UNION SELECT a.id FROM accounts a WHERE a.group_key IN (SELECT o.group_key FROM ids CROSS JOIN accounts o WHERE o.id = ids.id)
  UNION SELECT t.account_id FROM contacts t WHERE t.match_key IN (
    SELECT c.match_key FROM ids CROSS JOIN contacts c WHERE c.account_id = ids.id AND c.match_key <> '')
), `+query, append([]any{g.ids}, args...)...)
	return eachRow(rows, err, take)
}

// twinsOf finds the contacts that are one person, with the letters to any of them.
func (g *gateReader) twinsOf(sent *letterCounts) error {
	keys := "SELECT match_key FROM contacts WHERE match_key <> '' GROUP BY match_key HAVING COUNT(*) > 1"
	if !g.all {
		keys = "SELECT o.match_key FROM ids CROSS JOIN contacts o WHERE o.account_id = ids.id AND o.match_key <> ''"
	}
	size := map[string]int{}
	err := g.run("SELECT c.id, c.match_key FROM contacts c WHERE c.match_key IN ("+keys+")", nil, func(r *sql.Rows) error {
		var id int64
		var person string
		err := r.Scan(&id, &person)
		sent.twins[id] = person
		size[person]++
		return err
	})
	for id, person := range sent.twins {
		if size[person] < 2 {
			delete(sent.twins, id)
			continue
		}
		if n, mailed := sent.contacts[id]; mailed {
			all := sent.persons[person]
			all.add(n)
			sent.persons[person] = all
		}
	}
	return err
}
