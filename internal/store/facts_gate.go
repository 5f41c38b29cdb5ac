package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"

	"postlift"
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

// Standings reads status, blocks and contact pressure of accounts. Letters that came back undeliverable,
// were withdrawn, failed or spoiled do not count; a released one counts as sent on the date. With unsent
// ones, prepared pieces and plans that are approved but not prepared yet count as sent on the date, too.
func (s *Store) Standings(ctx context.Context, accountIDs []int64, p campaigns.Pressure) (map[int64]campaigns.Standing, error) {
	asOf := "?"
	if s.dialect == migrations.Postgres {
		asOf = "CAST(? AS DATE)"
	}
	letters, args := letterSQL(asOf, p)
	args = append(append([]any{idParameter(accountIDs)}, args...), p.AsOf.AddDays(-365))
	rows, err := s.queryRead(ctx, s.idList()+", letters AS (\n"+letters+`
), mailed AS (
  SELECT account_id, MAX(sent_on) AS last_on, SUM(CASE WHEN sent_on > ? THEN 1 ELSE 0 END) AS mails FROM letters GROUP BY account_id
)
SELECT a.id, a.status, a.dunning, a.complaint, COALESCE(f.open_opportunities, 0), m.last_on, COALESCE(m.mails, 0)
FROM ids CROSS JOIN accounts a
LEFT JOIN account_features f ON f.account_id = a.id
LEFT JOIN mailed m ON m.account_id = a.id
WHERE a.id = ids.id`, args...)
	if err != nil {
		return nil, fmt.Errorf("store.Standings: %w", err)
	}
	defer rows.Close()
	found := make(map[int64]campaigns.Standing, len(accountIDs))
	for rows.Next() {
		var id int64
		var st campaigns.Standing
		if err := rows.Scan(&id, &st.Status, &st.Dunning, &st.Complaint, &st.Opportunities, &st.LastMailedOn, &st.MailsLastYear); err != nil {
			return nil, fmt.Errorf("store.Standings: %w", err)
		}
		found[id] = st
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	if err := s.markControls(ctx, accountIDs, p, found); err != nil {
		return nil, err
	}
	hits, err := s.suppressed(ctx, accountHits, accountIDs, p.AsOf)
	for id, reasons := range hits {
		st := found[id]
		st.Suppressed = reasons
		found[id] = st
	}
	return found, err
}

// letterSQL selects account and day of every letter that counts; asOf is the placeholder of a date.
func letterSQL(asOf string, p campaigns.Pressure) (string, []any) {
	states := "'released', 'posted'"
	if p.WithUnsent {
		states = "'planned', 'rendered', 'sealed', 'released', 'posted'"
	}
	query := `SELECT p.account_id, COALESCE(p.posted_on, ` + asOf + `) AS sent_on
  FROM ids CROSS JOIN pieces p JOIN batches b ON b.id = p.batch_id
  WHERE p.account_id = ids.id AND p.kind = 'live' AND p.run_id <> ? AND p.state IN (` + states + `) AND b.state <> 'cancelled'
    AND (p.posted_on IS NULL OR p.posted_on <= ?)`
	args := []any{p.AsOf, p.ExceptRun, p.AsOf}
	if p.WithUnsent {
		query += `
  UNION ALL SELECT c.account_id, ` + asOf + ` FROM ids CROSS JOIN runs r CROSS JOIN choices c
  WHERE r.state = 'approved' AND r.id <> ? AND c.run_id = r.id AND c.account_id = ids.id AND c.outcome = 'assigned'`
		args = append(args, p.AsOf, p.ExceptRun)
	}
	return query, args
}

// hitQuery is a set of joins from ids to suppressions s, each giving the id that it hits. CROSS JOIN fixes
// SQLite's order of the loops (from the accounts asked for, never from all suppressions), and the appended
// empty text keeps it from reading every suppression of a scope.
type hitQuery []string

// A suppression hits by the id that it names or by its match key, within its own scope.
var (
	accountHits = hitQuery{
		"SELECT ids.id, s.reason FROM ids CROSS JOIN suppressions s WHERE s.account_id = ids.id AND s.scope || '' = 'account'",
		`SELECT a.id, s.reason FROM ids CROSS JOIN accounts a CROSS JOIN suppressions s
WHERE a.id = ids.id AND a.match_key <> '' AND s.scope = 'account' AND s.match_key = a.match_key`,
	}
	contactHits = hitQuery{
		`SELECT c.id, s.reason FROM ids CROSS JOIN contacts c CROSS JOIN suppressions s
WHERE c.account_id = ids.id AND s.contact_id = c.id AND s.scope || '' = 'person'`,
		`SELECT c.id, s.reason FROM ids CROSS JOIN contacts c CROSS JOIN suppressions s
WHERE c.account_id = ids.id AND c.match_key <> '' AND s.scope = 'person' AND s.match_key = c.match_key`,
		`SELECT c.id, s.reason FROM ids CROSS JOIN contacts c CROSS JOIN sites si CROSS JOIN suppressions s
WHERE c.account_id = ids.id AND si.id = COALESCE(c.site_id, ` + mainSite("c.account_id") + `) AND s.site_id = si.id AND s.scope || '' = 'address'`,
		`SELECT c.id, s.reason FROM ids CROSS JOIN contacts c CROSS JOIN sites si CROSS JOIN suppressions s
WHERE c.account_id = ids.id AND si.id = COALESCE(c.site_id, ` + mainSite("c.account_id") + `) AND si.match_key <> '' AND s.scope = 'address' AND s.match_key = si.match_key`,
	}
)

// suppressed gives, by the hit id, the reasons of the suppressions in force on the date.
func (s *Store) suppressed(ctx context.Context, q hitQuery, accountIDs []int64, asOf postlift.Date) (map[int64][]campaigns.Reason, error) {
	parts := make([]string, len(q))
	for i, part := range q {
		parts[i] = part + " AND " + activeSuppression
	}
	rows, err := s.queryRead(ctx, s.idList()+strings.Join(parts, "\nUNION\n")+"\nORDER BY 1, 2",
		append([]any{idParameter(accountIDs)}, twice(asOf, len(q))...)...)
	if err != nil {
		return nil, fmt.Errorf("store: suppressions: %w", err)
	}
	defer rows.Close()
	hits := map[int64][]campaigns.Reason{}
	for rows.Next() {
		var id int64
		var reason string
		if err := rows.Scan(&id, &reason); err != nil {
			return nil, fmt.Errorf("store: suppressions: %w", err)
		}
		hits[id] = append(hits[id], campaigns.Reason(reason))
	}
	return hits, rows.Err()
}

// RecipientsOf reads the contacts of accounts at their sites, with what blocks them. A contact without a
// site is at the account's main one.
func (s *Store) RecipientsOf(ctx context.Context, accountIDs []int64, asOf postlift.Date) (map[int64][]campaigns.Recipient, error) {
	settings, err := s.Settings(ctx)
	if err != nil {
		return nil, err
	}
	hits, err := s.suppressed(ctx, contactHits, accountIDs, asOf)
	if err != nil {
		return nil, err
	}
	rows, err := s.queryRead(ctx, s.idList()+`SELECT c.id, c.account_id, si.id, c.source || ':' || c.external_id, c.match_key,
  COALESCE(si.match_key, ''), c.role, COALESCE(NULLIF(c.language, ''), NULLIF(a.language, ''), ?), c.status, COALESCE(si.status, ''),
  CASE WHEN (si.street <> '' OR si.po_box <> '') AND si.postcode <> '' AND si.city <> '' THEN 1 ELSE 0 END
FROM ids CROSS JOIN contacts c JOIN accounts a ON a.id = c.account_id
LEFT JOIN sites si ON si.id = COALESCE(c.site_id, `+mainSite("c.account_id")+`)
WHERE c.account_id = ids.id ORDER BY c.account_id, c.id`, idParameter(accountIDs), settings.Language)
	if err != nil {
		return nil, fmt.Errorf("store.RecipientsOf: %w", err)
	}
	defer rows.Close()
	found := make(map[int64][]campaigns.Recipient, len(accountIDs))
	for rows.Next() {
		r, err := scanRecipient(rows)
		if err != nil {
			return nil, err
		}
		r.Suppressed = hits[r.ContactID]
		found[r.AccountID] = append(found[r.AccountID], r)
	}
	return found, rows.Err()
}

func scanRecipient(rows *sql.Rows) (campaigns.Recipient, error) {
	var r campaigns.Recipient
	var site sql.NullInt64
	var address int
	err := rows.Scan(&r.ContactID, &r.AccountID, &site, &r.Key, &r.PersonKey, &r.AddressKey, &r.Role, &r.Language, &r.Status, &r.SiteStatus, &address)
	if err != nil {
		return r, fmt.Errorf("store.RecipientsOf: %w", err)
	}
	r.SiteID, r.HasAddress = site.Int64, address == 1
	language, _, _ := strings.Cut(strings.ToLower(r.Language), "-")
	r.Language, _, _ = strings.Cut(language, "_")
	return r, nil
}
