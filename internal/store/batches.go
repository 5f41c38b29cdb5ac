package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"gorm.io/gorm"
	moderncsqlite "modernc.org/sqlite"
	sqlitelib "modernc.org/sqlite/lib"

	"postlift"
	"postlift/mailers"
	"postlift/migrations"
)

const batchColumns = `SELECT b.id, b.uid, b.run_id, r.uid, r.state, c.uid, c.name, c.class, v.name, b.state, b.revision, b.chunk_size,
  d.sha256, b.content_sha256, b.approved_by, b.approved_at, b.approved_sha256, b.sealed_at, b.released_at, b.posted_on, b.created_at, b.wave, b.in_home_on
FROM batches b JOIN runs r ON r.id = b.run_id JOIN campaigns c ON c.id = r.campaign_id
JOIN vendors v ON v.id = b.vendor_id JOIN design_versions d ON d.id = r.design_version_id `

type rowScanner interface{ Scan(dest ...any) error }

func scanBatch(row rowScanner) (mailers.Batch, error) {
	var b mailers.Batch
	var approved, sealed, released sql.NullTime
	err := row.Scan(&b.ID, &b.UID, &b.RunID, &b.RunUID, &b.RunState, &b.CampaignUID, &b.Campaign, &b.Class, &b.Vendor, &b.State,
		&b.Revision, &b.ChunkSize, &b.DesignSHA256, &b.ContentSHA256, &b.ApprovedBy, &approved, &b.ApprovedSHA256,
		&sealed, &released, &b.PostedOn, &b.CreatedAt, &b.Wave, &b.InHomeOn)
	b.CreatedAt = b.CreatedAt.UTC()
	b.ApprovedAt, b.SealedAt, b.ReleasedAt = instant(approved), instant(sealed), instant(released)
	return b, err
}

func instant(t sql.NullTime) *time.Time {
	if !t.Valid {
		return nil
	}
	utc := t.Time.UTC()
	return &utc
}

// Batch finds a batch by its id, its run's id, or the latest of a campaign by the campaign's id or name.
func (s *Store) Batch(ctx context.Context, name string) (mailers.Batch, error) {
	row := s.read.QueryRowContext(ctx, s.bind(batchColumns+"WHERE b.uid = ? OR r.uid = ? OR c.uid = ? OR c.name = ? ORDER BY b.id DESC LIMIT 1"),
		name, name, name, name)
	b, err := scanBatch(row)
	if errors.Is(err, sql.ErrNoRows) {
		return b, postlift.Faultf(postlift.NotFound, "store.Batch", "there is no batch %q, and no run or campaign of that name has one: postlift batch list", name)
	}
	return b, opError("store.Batch", err)
}

// opError keeps faults as they are and gives every other error its operation.
func opError(op string, err error) error {
	var f *postlift.Fault
	if err == nil || errors.As(err, &f) {
		return err
	}
	return fmt.Errorf("%s: %w", op, err)
}

// eachRow runs fn for every row and closes the rows.
func eachRow(rows *sql.Rows, err error, fn func(*sql.Rows) error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// BatchSummaries lists all batches with their counts, the latest first, without files.
func (s *Store) BatchSummaries(ctx context.Context) ([]mailers.Summary, error) {
	rows, err := s.queryRead(ctx, batchColumns+"ORDER BY b.id DESC")
	list := []mailers.Summary{}
	err = eachRow(rows, err, func(r *sql.Rows) error {
		b, err := scanBatch(r)
		list = append(list, mailers.Summary{Batch: b, Live: mailers.Counts{}, Seeds: mailers.Counts{}, Folder: mailers.Folder(b.UID)})
		return err
	})
	if err != nil {
		return nil, opError("store.BatchSummaries", err)
	}
	at := map[int64]*mailers.Summary{}
	for i := range list {
		at[list[i].ID] = &list[i]
	}
	rows, err = s.queryRead(ctx, "SELECT batch_id, kind, state, COUNT(*) FROM pieces GROUP BY batch_id, kind, state")
	return list, opError("store.BatchSummaries", eachRow(rows, err, func(r *sql.Rows) error {
		var id int64
		var kind string
		var state mailers.PieceState
		var n int
		if err := r.Scan(&id, &kind, &state, &n); err != nil {
			return err
		}
		if sum := at[id]; sum != nil { // a batch made after the first query is not in the list
			countPiece(sum, kind, state, n)
		}
		return nil
	}))
}

func countPiece(s *mailers.Summary, kind string, state mailers.PieceState, n int) {
	switch kind {
	case mailers.KindLive:
		s.Live[state] += n
	case mailers.KindSeed:
		s.Seeds[state] += n
	}
}

// BatchSummary tells everything about one batch.
func (s *Store) BatchSummary(ctx context.Context, batchUID string) (mailers.Summary, error) {
	b, err := s.Batch(ctx, batchUID)
	if err != nil {
		return mailers.Summary{}, err
	}
	sum := mailers.Summary{Batch: b, Live: mailers.Counts{}, Seeds: mailers.Counts{}, Reasons: []mailers.ReasonCount{}, Folder: mailers.Folder(b.UID)}
	rows, err := s.queryRead(ctx, "SELECT kind, state, COUNT(*) FROM pieces WHERE batch_id = ? GROUP BY kind, state", b.ID)
	err = eachRow(rows, err, func(r *sql.Rows) error {
		var kind string
		var state mailers.PieceState
		var n int
		err := r.Scan(&kind, &state, &n)
		countPiece(&sum, kind, state, n)
		return err
	})
	if err == nil {
		err = s.pieceReasons(ctx, b.ID, &sum)
	}
	if err == nil {
		sum.Files, err = s.BatchFiles(ctx, b.UID)
	}
	if err == nil && b.ReleasedAt != nil {
		err = s.StopList(ctx, b.UID, func(mailers.StopRow) error { sum.Stopped++; return nil })
	}
	if sum.Stopped > 0 {
		sum.StopList = mailers.StopListName(b.UID)
	}
	return sum, opError("store.BatchSummary", err)
}

// reasonExamples is how many failed pieces a summary names.
const reasonExamples = 10

// pieceReasons counts reasons of one wording together, whatever they quote.
func (s *Store) pieceReasons(ctx context.Context, batchID int64, sum *mailers.Summary) error {
	rows, err := s.queryRead(ctx, `SELECT state, reason, COUNT(*) FROM pieces WHERE batch_id = ? AND kind = 'live' AND state IN ('withdrawn', 'failed')
GROUP BY state, reason`, batchID)
	counts := map[mailers.ReasonCount]int{}
	err = eachRow(rows, err, func(r *sql.Rows) error {
		var c mailers.ReasonCount
		var n int
		err := r.Scan(&c.State, &c.Reason, &n)
		c.Reason = mailers.Wording(c.Reason)
		counts[c] += n
		return err
	})
	for c, n := range counts {
		c.Pieces = n
		sum.Reasons = append(sum.Reasons, c)
	}
	slices.SortFunc(sum.Reasons, func(a, b mailers.ReasonCount) int {
		return cmp.Or(b.Pieces-a.Pieces, strings.Compare(string(a.State), string(b.State)), strings.Compare(a.Reason, b.Reason))
	})
	if err != nil {
		return err
	}
	rows, err = s.queryRead(ctx, `SELECT p.uid, a.external_id, a.name, p.reason FROM pieces p JOIN accounts a ON a.id = p.account_id
WHERE p.batch_id = ? AND p.kind = 'live' AND p.state = 'failed' ORDER BY p.seq_no LIMIT ?`, batchID, reasonExamples)
	return eachRow(rows, err, func(r *sql.Rows) error {
		var f mailers.FailedPiece
		err := r.Scan(&f.PieceUID, &f.Account, &f.AccountName, &f.Reason)
		sum.FailedPieces = append(sum.FailedPieces, f)
		return err
	})
}

// BatchFiles lists a batch's print files in their order.
func (s *Store) BatchFiles(ctx context.Context, batchUID string) ([]mailers.PrintFile, error) {
	rows, err := s.queryRead(ctx, `SELECT f.chunk, f.variant, f.language, f.first_seq, f.last_seq, f.state, f.revision, f.attempt, f.artefact, f.sha256, f.bytes, f.pages, f.error
FROM batch_files f JOIN batches b ON b.id = f.batch_id WHERE b.uid = ? ORDER BY f.chunk`, batchUID)
	var files []mailers.PrintFile
	return files, opError("store.BatchFiles", eachRow(rows, err, func(r *sql.Rows) error {
		var f mailers.PrintFile
		err := r.Scan(&f.Chunk, &f.Variant, &f.Language, &f.FirstSeq, &f.LastSeq, &f.State, &f.Revision, &f.Attempt, &f.Artefact, &f.SHA256, &f.Bytes, &f.Pages, &f.Error)
		files = append(files, f)
		return err
	}))
}

// inStates makes "(?, ?, …)" and its arguments.
func inStates[S ~string](values []S) (string, []any) {
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = string(v)
	}
	return "(" + strings.TrimSuffix(strings.Repeat("?, ", len(values)), ", ") + ")", args
}

// moveBatch changes a batch's state where the state machine allows it; set holds further assignments.
// False means that the batch was in another state.
func (t *tx) moveBatch(uid string, to mailers.BatchState, set string, args ...any) (bool, error) {
	list, from := inStates(mailers.BatchesBefore(to))
	all := append(append([]any{string(to)}, args...), uid)
	n, err := t.exec("UPDATE batches SET state = ?"+set+" WHERE uid = ? AND state IN "+list, append(all, from...)...)
	return n == 1, err
}

// batchConflict says where the batch really is.
func (t *tx) batchConflict(op, uid, need string) error {
	b, err := scanBatch(t.sql.QueryRowContext(t.ctx, t.store.bind(batchColumns+"WHERE b.uid = ?"), uid))
	if errors.Is(err, sql.ErrNoRows) {
		return postlift.Faultf(postlift.NotFound, op, "there is no batch %q", uid)
	}
	if err != nil {
		return opError(op, err)
	}
	return mailers.WrongState(op, b, need)
}

// machineNow is the real time for leases: the database server's, or this machine's for the embedded
// database. The store's own clock may stand still in a demonstration.
func (t *tx) machineNow() (time.Time, error) {
	if t.store.dialect != migrations.Postgres {
		return time.Now().UTC().Truncate(time.Microsecond), nil
	}
	var now time.Time
	err := t.sql.QueryRowContext(t.ctx, "SELECT clock_timestamp()").Scan(&now)
	return now.UTC(), opError("store.machineNow", err)
}

// isDuplicate tells whether an error, of whichever driver, is a broken unique key.
func isDuplicate(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == pgerrcodeUnique
	}
	var lite *moderncsqlite.Error
	if errors.As(err, &lite) {
		return lite.Code() == sqlitelib.SQLITE_CONSTRAINT_UNIQUE || lite.Code() == sqlitelib.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	return errors.Is(err, gorm.ErrDuplicatedKey)
}

// pgerrcodeUnique is PostgreSQL's code of a unique violation (its manual, appendix A).
const pgerrcodeUnique = "23505"
