package store

import (
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"postlift/campaigns"
	"postlift/migrations"
)

// letterCounts are the letters that count, by account, group and contact, and who is the same person as another
// contact.
type letterCounts struct {
	accounts idTable[letterCount]
	family   idTable[int32] // account to the place of its group in groups, where several accounts are one; else 0
	groups   []letterCount
	contacts idTable[letterCount]
	twins    map[int64]string // contact to person, where several contacts are one person
	persons  map[string]letterCount
}

func newLetterCounts(rows int) *letterCounts {
	return &letterCounts{accounts: newIDTable[letterCount](rows), family: newIDTable[int32](rows), groups: make([]letterCount, 1),
		contacts: newIDTable[letterCount](rows), twins: map[int64]string{}, persons: map[string]letterCount{}}
}

// ofContact counts the letters to a contact and to those that are the same person.
func (l *letterCounts) ofContact(id int64) letterCount {
	if person, several := l.twins[id]; several {
		return l.persons[person]
	}
	return l.contacts.get(id)
}

// ofGroup counts the letters to all accounts of an account's group.
func (l *letterCounts) ofGroup(account int64) letterCount {
	if group := l.family.get(account); group > 0 {
		return l.groups[group]
	}
	return l.accounts.get(account)
}

// pressure counts the letters of accounts, of their groups and of persons.
func (g *gateReader) pressure(a *aboutContacts) error {
	sent := a.sent
	if g.asks(func(p *campaigns.Policy) bool { return p.GroupCoolingOffDays > 0 || p.GroupMaxPerYear > 0 }) {
		if err := g.family(sent); err != nil {
			return err
		}
	}
	return g.letters(func(account, contact int64, n letterCount) {
		sent.contacts.at(contact).add(n)
		sent.accounts.at(account).add(n)
		if group := sent.family.get(account); group > 0 {
			sent.groups[group].add(n)
		}
	})
}

// family reads the groups of several accounts, each as a list of all its accounts.
func (g *gateReader) family(sent *letterCounts) error {
	only, list := "", "GROUP_CONCAT(a.id)"
	if !g.all {
		only = " WHERE a.group_key IN (SELECT o.group_key FROM ids CROSS JOIN accounts o WHERE o.id = ids.id)"
	}
	if g.dialect == migrations.Postgres {
		list = "STRING_AGG(CAST(a.id AS TEXT), ',')"
	}
	var text string
	return g.run("SELECT "+list+" FROM accounts a"+only+" GROUP BY a.group_key HAVING COUNT(*) > 1", nil, func(r *sql.Rows) error {
		if err := r.Scan(&text); err != nil {
			return err
		}
		for rest, more := text, true; more; {
			var number string
			number, rest, more = strings.Cut(rest, ",")
			id, err := strconv.ParseInt(number, 10, 64)
			if err != nil {
				return fmt.Errorf("accounts of a group: %w", err)
			}
			*sent.family.at(id) = int32(len(sent.groups))
		}
		sent.groups = append(sent.groups, letterCount{})
		return nil
	})
}

// letters gives every letter that counts: of all accounts, or of those asked for, of their groups and of whoever is the
// same person as one of their contacts.
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
	year := g.p.AsOf.AddDays(-365)
	var sent dayScanner
	return g.withRing(query, args, func(r *sql.Rows) error {
		var account, contact int64
		if err := r.Scan(&account, &contact, &sent); err != nil {
			return err
		}
		n := letterCount{last: sent.Date}
		if sent.Date > year {
			n.mails = 1
		}
		take(account, contact, n)
		return nil
	})
}

// withRing runs a query behind ring(id), the accounts whose letters count.
func (g *gateReader) withRing(query string, args []any, take func(*sql.Rows) error) error {
	if g.all {
		return g.run(query, args, take)
	}
	rows, err := g.queryRead(g.ctx, g.idList()+`, ring AS (
  SELECT id FROM ids
  UNION SELECT a.id FROM accounts a WHERE a.group_key IN (SELECT o.group_key FROM ids CROSS JOIN accounts o WHERE o.id = ids.id)
  UNION SELECT t.account_id FROM contacts t WHERE t.match_key IN (
    SELECT c.match_key FROM ids CROSS JOIN contacts c WHERE c.account_id = ids.id AND c.match_key <> '')
)
`+query, append([]any{g.ids}, args...)...)
	return eachRow(rows, err, take)
}

// twinsOf finds the contacts that are one person, with the letters to any of them.
func (g *gateReader) twinsOf(a *aboutContacts) error {
	sent := a.sent
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
		if n := sent.contacts.get(id); !n.last.IsZero() {
			all := sent.persons[person]
			all.add(n)
			sent.persons[person] = all
		}
	}
	return err
}
