package store

import (
	"context"
	"database/sql"
	"strings"

	"postlift"
	"postlift/campaigns"
	"postlift/mailers"
	"postlift/migrations"
)

// updateRows is how many rows one UPDATE … FROM (VALUES …) names; more cost more in binding than they save.
const updateRows = 200

// storedPieces reads pieces of a batch as they are rendered, in the order of their sequence numbers. An
// erased address leaves a piece without lines, which cannot be printed.
func (s *Store) storedPieces(ctx context.Context, batchUID, where string, args ...any) ([]mailers.StoredPiece, error) {
	rows, err := s.queryRead(ctx, `SELECT p.id, p.seq_no, p.uid, p.kind, p.language, p.variant, p.code, COALESCE(a.lines, '[]'), COALESCE(a.merge, '{}')
FROM pieces p LEFT JOIN printed_addresses a ON a.piece_id = p.id
WHERE p.batch_id = (SELECT id FROM batches WHERE uid = ?) AND `+where+` ORDER BY p.seq_no`, append([]any{batchUID}, args...)...)
	var list []mailers.StoredPiece
	return list, eachRow(rows, err, func(r *sql.Rows) error {
		var id int64
		var seq int
		var uid, kind, language, variant, code string
		var linesDoc, merge jsonText
		if err := r.Scan(&id, &seq, &uid, &kind, &language, &variant, &code, &linesDoc, &merge); err != nil {
			return err
		}
		var lines []string
		if err := linesDoc.into(&lines); err != nil {
			return err
		}
		p, err := mailers.Stored(id, seq, batchUID, uid, kind, language, code, lines, []byte(merge))
		p.Variant = variant
		list = append(list, p)
		return err
	})
}

// PiecesBySeq reads pieces by their sequence numbers.
func (s *Store) PiecesBySeq(ctx context.Context, batchUID string, seqs []int) ([]mailers.StoredPiece, error) {
	if len(seqs) == 0 {
		return nil, nil
	}
	args := make([]any, len(seqs))
	for i, n := range seqs {
		args[i] = int64(n)
	}
	list, err := s.storedPieces(ctx, batchUID, "p.seq_no IN (?"+strings.Repeat(", ?", len(seqs)-1)+")", args...)
	return list, opError("store.PiecesBySeq", err)
}

// printed writes pages, hash and state of rendered pieces, many rows a statement.
func (t *tx) printed(pieces []mailers.Printed) error {
	list, states := inStates(mailers.Printable())
	for start := 0; start < len(pieces); start += updateRows {
		part := pieces[start:min(start+updateRows, len(pieces))]
		args := append(append([]any{}, states...), states...)
		for _, p := range part {
			state := string(mailers.PieceRendered)
			if p.Failed != "" {
				state = string(mailers.PieceFailed)
			}
			args = append(args, p.ID, int64(p.First), int64(p.Pages), p.SHA256, state, p.Failed, p.PrintSHA256)
		}
		_, err := t.exec(`UPDATE pieces SET first_page = v.column2, page_count = v.column3, sha256 = v.column4, print_sha256 = v.column7,
  state = CASE WHEN pieces.state IN `+list+` THEN v.column5 ELSE pieces.state END,
  reason = CASE WHEN pieces.state IN `+list+` THEN v.column6 ELSE pieces.reason END
FROM (VALUES `+values(len(part), "BIGINT", "BIGINT", "BIGINT", "TEXT", "TEXT", "TEXT", "TEXT")+`) AS v WHERE pieces.id = v.column1`, args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// values makes the rows of a VALUES list; the first row's casts tell PostgreSQL the columns' types.
func values(rows int, types ...string) string {
	first := make([]string, len(types))
	for i, t := range types {
		first[i] = "CAST(? AS " + t + ")"
	}
	one := ", (" + strings.TrimSuffix(strings.Repeat("?, ", len(types)), ", ") + ")"
	return "(" + strings.Join(first, ", ") + ")" + strings.Repeat(one, rows-1)
}

// BatchManifest streams the batch's printed pieces in the order of their sequence numbers.
func (s *Store) BatchManifest(ctx context.Context, batchUID string, each func(mailers.ManifestRow) error) error {
	url := "json_extract(a.merge, '$.tracking_url')"
	if s.dialect == migrations.Postgres {
		url = "a.merge->>'tracking_url'"
	}
	rows, err := s.queryRead(ctx, `SELECT p.seq_no, p.uid, p.kind, p.reprint_no, p.code, COALESCE(`+url+`, ''), p.chunk, p.first_page, p.page_count,
  COALESCE(a.lines, '[]'), COALESCE(a.country, ''), COALESCE(a.postcode, ''), p.language, p.variant, p.print_sha256
FROM pieces p LEFT JOIN printed_addresses a ON a.piece_id = p.id
WHERE p.batch_id = (SELECT id FROM batches WHERE uid = ?) AND p.kind IN ('live', 'seed') AND p.state NOT IN ('planned', 'withdrawn', 'failed')
ORDER BY p.seq_no`, batchUID)
	return opError("store.BatchManifest", eachRow(rows, err, func(r *sql.Rows) error {
		var m mailers.ManifestRow
		var lines jsonText
		if err := r.Scan(&m.SeqNo, &m.PieceUID, &m.Kind, &m.ReprintNo, &m.Code, &m.URL, &m.Chunk, &m.First, &m.Pages,
			&lines, &m.Country, &m.Postcode, &m.Language, &m.Variant, &m.SHA256); err != nil {
			return err
		}
		if err := lines.into(&m.Lines); err != nil {
			return err
		}
		return each(m)
	}))
}

// ContentHashes streams the hash of every piece of the batch, withdrawn ones too.
func (s *Store) ContentHashes(ctx context.Context, batchUID string, each func(pieceUID, sha256 string) error) error {
	rows, err := s.queryRead(ctx, "SELECT uid, sha256 FROM pieces WHERE batch_id = (SELECT id FROM batches WHERE uid = ?) ORDER BY seq_no", batchUID)
	return opError("store.ContentHashes", eachRow(rows, err, func(r *sql.Rows) error {
		var uid, sum string
		if err := r.Scan(&uid, &sum); err != nil {
			return err
		}
		return each(uid, sum)
	}))
}

// StopList streams the live pieces that were withdrawn after their file had gone out.
func (s *Store) StopList(ctx context.Context, batchUID string, each func(mailers.StopRow) error) error {
	rows, err := s.queryRead(ctx, `SELECT p.uid, p.seq_no, p.reason, p.chunk, p.variant, p.first_page, p.page_count, COALESCE(a.lines, '[]')
FROM pieces p JOIN batches b ON b.id = p.batch_id LEFT JOIN printed_addresses a ON a.piece_id = p.id
WHERE b.uid = ? AND b.released_at IS NOT NULL AND p.kind = 'live' AND p.state = 'withdrawn' AND p.first_page > 0 ORDER BY p.seq_no`, batchUID)
	return opError("store.StopList", eachRow(rows, err, func(r *sql.Rows) error {
		var row mailers.StopRow
		var doc jsonText
		var lines []string
		if err := r.Scan(&row.PieceUID, &row.SeqNo, &row.Reason, &row.Chunk, &row.Variant, &row.First, &row.Pages, &doc); err != nil {
			return err
		}
		if err := doc.into(&lines); err != nil {
			return err
		}
		if len(lines) > 0 {
			row.Address = lines[0]
		}
		return each(row)
	}))
}

// WithdrawPieces takes unsent live pieces of a batch out, by piece id with the reason.
func (s *Store) WithdrawPieces(ctx context.Context, batchUID string, reasons map[string]string, by postlift.Actor) (int, error) {
	hits := make([]withdrawal, 0, len(reasons))
	for uid, reason := range reasons {
		hits = append(hits, withdrawal{uid, batchUID, reason})
	}
	var done []withdrawal
	err := s.inTx(ctx, func(t *tx) (err error) {
		done, err = t.withdraw(hits, by)
		return err
	})
	return len(done), opError("store.WithdrawPieces", err)
}

// withdrawal is a piece to take out.
type withdrawal struct{ piece, batch, reason string }

// withdraw takes out those pieces that are live and unsent, with an event each, and returns them.
func (t *tx) withdraw(hits []withdrawal, by postlift.Actor) ([]withdrawal, error) {
	var done []withdrawal
	list, states := inStates(mailers.Unsent())
	for start := 0; start < len(hits); start += updateRows {
		part := hits[start:min(start+updateRows, len(hits))]
		var args []any
		for _, h := range part {
			args = append(args, h.piece, h.batch, h.reason)
		}
		rows, err := t.query(`UPDATE pieces SET state = 'withdrawn', reason = v.column3 FROM (VALUES `+values(len(part), "TEXT", "TEXT", "TEXT")+`) AS v
WHERE pieces.uid = v.column1 AND pieces.kind = 'live' AND pieces.batch_id = (SELECT b.id FROM batches b WHERE b.uid = v.column2) AND pieces.state IN `+list+`
RETURNING uid, reason, (SELECT b.uid FROM batches b WHERE b.id = batch_id)`, append(args, states...)...)
		err = eachRow(rows, err, func(r *sql.Rows) error {
			var w withdrawal
			err := r.Scan(&w.piece, &w.reason, &w.batch)
			done = append(done, w)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return done, t.withdrawEvents(done, by)
}

func (t *tx) withdrawEvents(done []withdrawal, by postlift.Actor) error {
	i, now := 0, t.store.now()
	_, err := t.copyRows("events", []string{"at", "actor_kind", "actor", "noun", "noun_uid", "verb", "detail"}, func() ([]any, bool) {
		if i == len(done) {
			return nil, false
		}
		w := done[i]
		i++
		return []any{now, by.Kind, by.Name, "piece", w.piece, "withdrawn", string(toJSON(map[string]string{"batch": w.batch, "reason": w.reason}))}, true
	})
	return err
}

// suppressedPieces finds unsent live pieces whose person, address or company is suppressed: as the piece was made, so
// that a person who has moved to another site since is not looked for there alone. Each way to match is a join of its
// own, so that each uses its index. The condition narrows the pieces.
func suppressedPieces(condition string) string {
	ways := []string{
		"o.scope = 'person' AND o.contact_id = l.contact_id",
		"o.scope = 'person' AND o.match_key <> '' AND o.match_key = l.person",
		"o.scope = 'address' AND o.site_id = l.site_id",
		"o.scope = 'address' AND o.match_key <> '' AND o.match_key = l.address",
		"o.scope = 'account' AND o.account_id = l.account_id",
		"o.scope = 'account' AND o.match_key <> '' AND o.match_key = l.company",
	}
	for i, on := range ways {
		ways[i] = "SELECT l.uid, l.batch, l.class, o.reason FROM unsent l JOIN blocks o ON " + on
	}
	list, _ := inStates(mailers.Unsent())
	return `WITH unsent AS (
  SELECT p.uid, b.uid AS batch, c.class, p.contact_id, p.site_id, p.account_id,
    k.match_key AS person, i.match_key AS address, a.match_key AS company
  FROM pieces p JOIN batches b ON b.id = p.batch_id JOIN campaigns c ON c.id = p.campaign_id
  LEFT JOIN contacts k ON k.id = p.contact_id LEFT JOIN sites i ON i.id = p.site_id LEFT JOIN accounts a ON a.id = p.account_id
  WHERE p.kind = 'live' AND p.state IN ` + list + condition + `
), blocks AS (
  SELECT scope, match_key, contact_id, site_id, account_id, reason FROM suppressions
  WHERE revoked_at IS NULL AND effective_on <= ? AND (until_on IS NULL OR until_on >= ?)
)
SELECT DISTINCT uid, batch, class, reason FROM (` + strings.Join(ways, " UNION ALL ") + `) hits ORDER BY uid`
}

// suppressed lists the unsent live pieces that lists in force on the date hold back, of all batches or of one.
func (t *tx) suppressed(batchUID string, asOf postlift.Date) ([]withdrawal, error) {
	type hit struct {
		withdrawal
		class   campaigns.Class
		reasons []campaigns.Reason
	}
	condition := ""
	_, args := inStates(mailers.Unsent())
	if batchUID != "" {
		condition, args = " AND b.uid = ?", append(args, batchUID)
	}
	var hits []hit
	rows, err := t.query(suppressedPieces(condition), append(args, asOf, asOf)...)
	err = eachRow(rows, err, func(r *sql.Rows) error {
		var h hit
		var reason campaigns.Reason
		if err := r.Scan(&h.piece, &h.batch, &h.class, &reason); err != nil {
			return err
		}
		if n := len(hits); n == 0 || hits[n-1].piece != h.piece {
			hits = append(hits, h)
		}
		last := &hits[len(hits)-1]
		last.reasons = append(last.reasons, reason)
		return nil
	})
	var blocked []withdrawal
	for _, h := range hits { // the gate says which lists hold a letter of its class, and which comes first
		if reasons := campaigns.Gate(campaigns.GateFacts{Suppressed: h.reasons}, campaigns.Policy{Class: h.class}, asOf); len(reasons) > 0 {
			h.reason = string(reasons[0])
			blocked = append(blocked, h.withdrawal)
		}
	}
	return blocked, err
}

// WithdrawSuppressed takes out every unsent live piece whose person, address or company is suppressed on
// the date, and returns how many of each batch.
func (s *Store) WithdrawSuppressed(ctx context.Context, asOf postlift.Date, by postlift.Actor) (map[string]int, error) {
	counts := map[string]int{}
	err := s.inTx(ctx, func(t *tx) error {
		blocked, err := t.suppressed("", asOf)
		if err != nil {
			return err
		}
		done, err := t.withdraw(blocked, by)
		for _, w := range done {
			counts[w.batch]++
		}
		return err
	})
	return counts, opError("store.WithdrawSuppressed", err)
}
