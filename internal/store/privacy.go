package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"postlift"
	"postlift/accounts"
	"postlift/campaigns"
)

// The ways in which a suppression o finds letters: by whom it names and by its match key, within its scope. This
// is written down again here, and not taken from what the gate asks, because it is the proof of the gate.
var letterWays = []string{
	"o.scope = 'person' AND p.contact_id = o.contact_id",
	"o.scope = 'person' AND p.contact_id IN (SELECT c.id FROM contacts c WHERE c.match_key <> '' AND c.match_key = o.match_key)",
	"o.scope = 'address' AND p.site_id = o.site_id",
	"o.scope = 'address' AND p.site_id IN (SELECT i.id FROM sites i WHERE i.match_key <> '' AND i.match_key = o.match_key)",
	"o.scope = 'account' AND p.account_id = o.account_id",
	"o.scope = 'account' AND p.account_id IN (SELECT a.id FROM accounts a WHERE a.match_key <> '' AND a.match_key = o.match_key)",
}

// blockedWays list whom a suppression o blocks today.
var blockedWays = map[string][]string{
	"contacts": {
		"SELECT o.root, c.id FROM objections o JOIN contacts c ON c.id = o.contact_id WHERE o.scope = 'person'",
		"SELECT o.root, c.id FROM objections o JOIN contacts c ON c.match_key = o.match_key WHERE o.scope = 'person' AND c.match_key <> ''",
	},
	"sites": {
		"SELECT o.root, i.id FROM objections o JOIN sites i ON i.id = o.site_id WHERE o.scope = 'address'",
		"SELECT o.root, i.id FROM objections o JOIN sites i ON i.match_key = o.match_key WHERE o.scope = 'address' AND i.match_key <> ''",
	},
	"accounts": {
		"SELECT o.root, a.id FROM objections o JOIN accounts a ON a.id = o.account_id WHERE o.scope = 'account'",
		"SELECT o.root, a.id FROM objections o JOIN accounts a ON a.match_key = o.match_key WHERE o.scope = 'account' AND a.match_key <> ''",
	},
}

// objectionsSQL gives the blocks by which the objections received in a period hold: their own, and those that were made
// from them for the people and companies whom a list named by a hash or who are the same person elsewhere. It takes the
// arguments of objectionsOf.
const objectionsSQL = `WITH received AS (
  SELECT id, uid FROM suppressions WHERE reason = ? AND received_on >= ? AND received_on <= ? AND origin_uid = ''
), objections AS (
  SELECT r.id AS root, o.scope, o.match_key, o.contact_id, o.site_id, o.account_id FROM received r JOIN suppressions o ON o.id = r.id
  UNION SELECT r.id, o.scope, o.match_key, o.contact_id, o.site_id, o.account_id FROM received r
    JOIN suppressions o ON o.origin_uid = r.uid WHERE o.origin_uid <> '' AND o.revoked_at IS NULL
  UNION SELECT r.id, o.scope, o.match_key, o.contact_id, o.site_id, o.account_id FROM received r
    JOIN suppression_entries e ON e.origin_uid = r.uid JOIN suppressions o ON o.uid = e.suppression_uid WHERE e.origin_uid <> '' AND o.revoked_at IS NULL
)`

func objectionsOf(from, to postlift.Date) []any {
	return []any{accounts.ReasonObjection, firstDay(from), to}
}

// Objections lists the objections received in a period, with the letters of the ledger that they touch. What a list
// names by a hash is one objection with the blocks made from it.
func (s *Store) Objections(ctx context.Context, from, to postlift.Date, timeZone string) ([]campaigns.Objected, error) {
	const op = "store.Objections"
	zone, err := time.LoadLocation(timeZone)
	if err != nil {
		return nil, opError(op, err)
	}
	rows, err := s.queryRead(ctx, `SELECT o.id, o.uid, o.scope, o.received_on, o.effective_on, o.until_on, o.channel, o.evidence, o.source, o.external_id, o.revoked_at,
  (SELECT e.at FROM events e WHERE e.noun = 'suppression' AND e.noun_uid = o.uid AND e.verb IN ('suppressed', 'blocked') ORDER BY e.id LIMIT 1)
FROM suppressions o WHERE o.reason = ? AND o.received_on >= ? AND o.received_on <= ? AND o.origin_uid = '' ORDER BY o.received_on, o.id`, objectionsOf(from, to)...)
	var found []campaigns.Objected
	at := map[int64]int{}
	err = eachRow(rows, err, func(r *sql.Rows) error {
		var id int64
		var o campaigns.Objected
		err := r.Scan(&id, &o.ID, &o.Scope, &o.ReceivedOn, &o.EffectiveOn, &o.UntilOn, &o.Channel, &o.Evidence, &o.Source, &o.ExternalID, &o.RevokedAt, &o.RecordedAt)
		at[id] = len(found)
		found = append(found, o)
		return err
	})
	with := func(objection int64, do func(o *campaigns.Objected)) {
		if i, ok := at[objection]; ok {
			do(&found[i])
		}
	}
	if err == nil {
		err = s.objectedWhom(ctx, from, to, with)
	}
	if err == nil {
		err = s.objectedAgain(ctx, from, to, with)
	}
	if err == nil {
		err = s.objectedLetters(ctx, from, to, func(objection int64, l ledgerLetter) {
			with(objection, func(o *campaigns.Objected) { l.count(o, zone) })
		})
	}
	return found, opError(op, err)
}

// objectedWhom counts whom objections block, each noun once an objection.
func (s *Store) objectedWhom(ctx context.Context, from, to postlift.Date, with func(int64, func(*campaigns.Objected))) error {
	for noun, ways := range blockedWays {
		rows, err := s.queryRead(ctx, objectionsSQL+"\nSELECT root, COUNT(*) FROM ("+strings.Join(ways, " UNION ")+") b GROUP BY root", objectionsOf(from, to)...)
		err = eachRow(rows, err, func(r *sql.Rows) error {
			var root int64
			var n int
			err := r.Scan(&root, &n)
			with(root, func(o *campaigns.Objected) {
				switch noun {
				case "contacts":
					o.Contacts = n
				case "sites":
					o.Sites = n
				default:
					o.Accounts = n
				}
			})
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// objectedAgain gives objections the further entries behind their blocks.
func (s *Store) objectedAgain(ctx context.Context, from, to postlift.Date, with func(int64, func(*campaigns.Objected))) error {
	rows, err := s.queryRead(ctx, `SELECT o.id, e.received_on, e.effective_on, e.until_on, e.channel, e.evidence, e.source, e.external_id
FROM suppressions o JOIN suppression_entries e ON e.suppression_uid = o.uid
WHERE o.reason = ? AND o.received_on >= ? AND o.received_on <= ? AND o.origin_uid = '' ORDER BY e.received_on, e.id`, objectionsOf(from, to)...)
	return eachRow(rows, err, func(r *sql.Rows) error {
		var id int64
		var e campaigns.ObjectionEntry
		err := r.Scan(&id, &e.ReceivedOn, &e.EffectiveOn, &e.UntilOn, &e.Channel, &e.Evidence, &e.Source, &e.ExternalID)
		with(id, func(o *campaigns.Objected) {
			shown := e.EffectiveOn == o.EffectiveOn && e.ReceivedOn == o.ReceivedOn && e.Channel == o.Channel && e.Evidence == o.Evidence &&
				e.Source == o.Source && e.ExternalID == o.ExternalID
			if !shown {
				o.Further = append(o.Further, e)
			}
		})
		return err
	})
}

// firstDay is the beginning of a period that may have none.
func firstDay(from postlift.Date) postlift.Date {
	if from.IsZero() {
		return postlift.MustDate("1900-01-01")
	}
	return from
}

// ledgerLetter is an advertising letter as its batch's ledger has it.
type ledgerLetter struct {
	state, reason string
	releasedAt    *time.Time
}

// objectedLetters gives the advertising letters to whom objections of a period block, each once an objection.
func (s *Store) objectedLetters(ctx context.Context, from, to postlift.Date, take func(objection int64, l ledgerLetter)) error {
	ways := make([]string, len(letterWays))
	for i, way := range letterWays {
		ways[i] = "SELECT o.root AS objection, p.id AS piece FROM objections o JOIN pieces p ON " + way
	}
	rows, err := s.queryRead(ctx, objectionsSQL+`, hits AS (
`+strings.Join(ways, "\nUNION\n")+`
)
SELECT h.objection, p.state, p.reason, b.released_at
FROM hits h JOIN pieces p ON p.id = h.piece JOIN batches b ON b.id = p.batch_id JOIN campaigns m ON m.id = p.campaign_id
WHERE p.kind = 'live' AND m.class = 'advertising' AND b.state <> 'cancelled'`, objectionsOf(from, to)...)
	return eachRow(rows, err, func(r *sql.Rows) error {
		var objection int64
		var l ledgerLetter
		err := r.Scan(&objection, &l.state, &l.reason, &l.releasedAt)
		take(objection, l)
		return err
	})
}

// count says what a letter means for an objection: taken out by it, out before it was in force, out before it was
// entered here, or out in spite of it. An objection without an entry in the events counts from its first day.
func (l ledgerLetter) count(o *campaigns.Objected, zone *time.Location) {
	switch {
	case l.state == "withdrawn":
		if l.reason == accounts.ReasonObjection {
			o.Withdrawn++
		}
	case l.state == "failed":
	case l.releasedAt == nil || l.state == "planned" || l.state == "rendered" || l.state == "sealed":
		o.Unsent++
	default:
		day := postlift.DateOf(l.releasedAt.In(zone))
		over := !o.UntilOn.IsZero() && day > o.UntilOn || o.RevokedAt != nil && !l.releasedAt.Before(*o.RevokedAt)
		switch {
		case day < o.EffectiveOn:
			o.Before++
		case over:
		case o.RecordedAt != nil && l.releasedAt.Before(*o.RecordedAt):
			o.Late++
		default:
			o.Violated++
		}
	}
}

// FindContacts finds contacts by id, external id or name: the words that are given must all stand in it.
func (s *Store) FindContacts(ctx context.Context, ref string, asOf postlift.Date, limit int) ([]campaigns.KnownContact, error) {
	const op = "store.FindContacts"
	ref = strings.TrimSpace(ref)
	for _, where := range []struct {
		sql  string
		args []any
	}{
		{"c.uid = ?", []any{ref}},
		{"c.external_id = ? OR c.source || ':' || c.external_id = ?", []any{ref, ref}},
		nameCondition(ref),
	} {
		found, err := s.contactsWhere(ctx, where.sql, where.args, limit)
		if err == nil && len(found) > 0 {
			err = s.addBlocks(ctx, found, asOf)
		}
		if err != nil || len(found) > 0 {
			return found, opError(op, err)
		}
	}
	return nil, postlift.Faultf(postlift.NotFound, op, "there is no contact %q: give its id, its external id, or first and last name", ref)
}

// nameCondition finds a name by its words, in any order and case.
func nameCondition(ref string) (where struct {
	sql  string
	args []any
}) {
	var parts []string
	for _, word := range strings.Fields(strings.ReplaceAll(ref, ",", " ")) {
		parts = append(parts, "(LOWER(c.first_name) = LOWER(?) OR LOWER(c.last_name) = LOWER(?) OR LOWER(c.first_name || ' ' || c.last_name) LIKE LOWER(?) ESCAPE '!')")
		where.args = append(where.args, word, word, "%"+escapeLike.Replace(word)+"%")
	}
	where.sql = strings.Join(parts, " AND ")
	if where.sql == "" {
		where.sql = "1 = 0"
	}
	return where
}

var escapeLike = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

func (s *Store) contactsWhere(ctx context.Context, where string, args []any, limit int) ([]campaigns.KnownContact, error) {
	rows, err := s.queryRead(ctx, `SELECT c.id, c.account_id, a.group_key, c.uid, TRIM(c.title || ' ' || c.first_name || ' ' || c.last_name), c.function, a.uid, a.name
FROM contacts c JOIN accounts a ON a.id = c.account_id WHERE `+where+` ORDER BY c.id LIMIT ?`, append(args, limit)...)
	var found []campaigns.KnownContact
	return found, eachRow(rows, err, func(r *sql.Rows) error {
		var k campaigns.KnownContact
		var function string
		err := r.Scan(&k.ContactID, &k.AccountID, &k.GroupKey, &k.UID, &k.Name, &function, &k.AccountUID, &k.Account)
		k.Name = strings.Join(strings.Fields(k.Name), " ")
		if k.Name == "" {
			k.Name = function
		}
		k.Blocks = []campaigns.Blocker{}
		found = append(found, k)
		return err
	})
}

// addBlocks fills the suppressions, in force or to come, that hit each contact.
func (s *Store) addBlocks(ctx context.Context, found []campaigns.KnownContact, asOf postlift.Date) error {
	for i := range found {
		k := &found[i]
		rows, err := s.queryRead(ctx, `SELECT o.uid, o.scope, o.reason, o.received_on, o.effective_on, o.until_on, o.channel, o.source
FROM suppressions o JOIN contacts c ON c.id = ? JOIN accounts a ON a.id = c.account_id
LEFT JOIN sites si ON si.id = COALESCE(c.site_id, `+mainSite("c.account_id")+`)
WHERE o.revoked_at IS NULL AND (o.until_on IS NULL OR o.until_on >= ?) AND (
  o.scope = 'person' AND (o.contact_id = c.id OR c.match_key <> '' AND o.match_key = c.match_key)
  OR o.scope = 'address' AND (o.site_id = si.id OR si.match_key <> '' AND o.match_key = si.match_key)
  OR o.scope = 'account' AND (o.account_id = a.id OR a.match_key <> '' AND o.match_key = a.match_key))
ORDER BY o.effective_on, o.id`, k.ContactID, asOf)
		err = eachRow(rows, err, func(r *sql.Rows) error {
			var b campaigns.Blocker
			err := r.Scan(&b.ID, &b.Scope, &b.Reason, &b.ReceivedOn, &b.EffectiveOn, &b.UntilOn, &b.Channel, &b.Source)
			k.Blocks = append(k.Blocks, b)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
