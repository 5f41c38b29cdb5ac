package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"postlift"
	"postlift/campaigns"
	"postlift/mailers"
	"postlift/migrations"
)

// RequeueDirty queues again, at the next revision, every rendered file that shows a withdrawn piece, and
// moves the batch to rendering.
func (s *Store) RequeueDirty(ctx context.Context, batchUID string, by postlift.Actor) (int, error) {
	dirty := 0
	err := s.inTx(ctx, func(t *tx) error {
		var batchID int64
		var chunks []any
		rows, err := t.query(`SELECT DISTINCT b.id, p.chunk FROM pieces p JOIN batches b ON b.id = p.batch_id
WHERE b.uid = ? AND b.released_at IS NULL AND p.state = 'withdrawn' AND p.first_page > 0`, batchUID)
		err = eachRow(rows, err, func(r *sql.Rows) error {
			var chunk int64
			err := r.Scan(&batchID, &chunk)
			chunks = append(chunks, chunk)
			return err
		})
		if err != nil || len(chunks) == 0 {
			return err
		}
		dirty = len(chunks)
		return t.requeue(batchUID, batchID, chunks, by)
	})
	return dirty, opError("store.RequeueDirty", err)
}

func (t *tx) requeue(batchUID string, batchID int64, chunks []any, by postlift.Actor) error {
	where := " WHERE batch_id = ? AND chunk IN (?" + strings.Repeat(", ?", len(chunks)-1) + ")"
	args := append([]any{batchID}, chunks...)
	if _, err := t.exec(`UPDATE batch_files SET state = 'queued', revision = revision + 1, attempt = 1, lease_until = NULL,
  artefact = '', sha256 = '', bytes = 0, pages = 0, error = ''`+where, args...); err != nil {
		return err
	}
	if _, err := t.exec("UPDATE pieces SET first_page = 0, page_count = 0"+where+" AND state = 'withdrawn'", args...); err != nil {
		return err
	}
	if _, err := t.moveBatch(batchUID, mailers.BatchRendering, ""); err != nil {
		return err
	}
	return t.event(by, "batch", batchUID, "files_requeued", map[string]any{"chunks": chunks})
}

// SealBatch moves a batch from rendering to sealed, and its rendered pieces with it. The batch's row is
// written first, which makes every other process wait until put has run and the transaction ends.
func (s *Store) SealBatch(ctx context.Context, seal mailers.Seal, put func() error, by postlift.Actor) error {
	const op = "store.SealBatch"
	return opError(op, s.inTx(ctx, func(t *tx) error {
		ok, err := t.moveBatch(seal.BatchUID, mailers.BatchSealed, ", content_sha256 = ?, revision = ?, sealed_at = ?",
			seal.ContentSHA256, int64(seal.Revision), s.now())
		if err != nil {
			return err
		}
		if !ok {
			return t.batchConflict(op, seal.BatchUID, "only a batch that is being rendered can be sealed")
		}
		if err := t.sameFiles(op, seal); err != nil {
			return err
		}
		if err := t.movePieces(seal.BatchUID, mailers.PieceRendered, mailers.PieceSealed, ""); err != nil {
			return err
		}
		if err := t.event(by, "batch", seal.BatchUID, "sealed", map[string]any{"revision": seal.Revision, "content_sha256": seal.ContentSHA256}); err != nil {
			return err
		}
		return put()
	}))
}

// sameFiles refuses a seal whose staged files are not the rendered ones of this moment.
func (t *tx) sameFiles(op string, seal mailers.Seal) error {
	i, same := 0, true
	rows, err := t.query(`SELECT f.state, f.revision, f.artefact, f.sha256 FROM batch_files f JOIN batches b ON b.id = f.batch_id
WHERE b.uid = ? ORDER BY f.chunk`, seal.BatchUID)
	err = eachRow(rows, err, func(r *sql.Rows) error {
		var f mailers.PrintFile
		err := r.Scan(&f.State, &f.Revision, &f.Artefact, &f.SHA256)
		same = same && i < len(seal.Files) && f.State == mailers.FileRendered && f.Revision == seal.Files[i].Revision &&
			f.Artefact == seal.Files[i].Artefact && f.SHA256 == seal.Files[i].SHA256
		i++
		return err
	})
	if err == nil && (!same || i != len(seal.Files)) {
		err = postlift.Faultf(postlift.Conflict, op, "files of batch %s are being rendered again", seal.BatchUID)
	}
	return err
}

// movePieces changes the state of all of a batch's pieces that are in one state.
func (t *tx) movePieces(batchUID string, from, to mailers.PieceState, set string, args ...any) error {
	all := append(append([]any{string(to)}, args...), batchUID, string(from))
	_, err := t.exec("UPDATE pieces SET state = ?"+set+" WHERE batch_id = (SELECT id FROM batches WHERE uid = ?) AND state = ?", all...)
	return err
}

// MarkProofed moves a sealed batch to proofed; a proofed one stays.
func (s *Store) MarkProofed(ctx context.Context, batchUID string, by postlift.Actor) error {
	const op = "store.MarkProofed"
	return opError(op, s.inTx(ctx, func(t *tx) error {
		n, err := t.exec("UPDATE batches SET state = 'proofed' WHERE uid = ? AND state IN ('sealed', 'proofed')", batchUID)
		if err != nil {
			return err
		}
		if n == 0 {
			return t.batchConflict(op, batchUID, "it changed while the proof was made")
		}
		return t.event(by, "batch", batchUID, "proofed", nil)
	}))
}

// ApproveBatch records who stands for exactly this content.
func (s *Store) ApproveBatch(ctx context.Context, batchUID, contentSHA256 string, by postlift.Actor) error {
	const op = "store.ApproveBatch"
	return opError(op, s.inTx(ctx, func(t *tx) error {
		n, err := t.exec("UPDATE batches SET approved_by = ?, approved_at = ?, approved_sha256 = content_sha256 WHERE uid = ? AND state = 'proofed' AND content_sha256 = ?",
			by.Name, s.now(), batchUID, contentSHA256)
		if err != nil {
			return err
		}
		if n == 0 {
			return t.batchConflict(op, batchUID, "it changed since the proof was made: look at a new one")
		}
		return t.event(by, "batch", batchUID, "approved", map[string]any{"content_sha256": contentSHA256})
	}))
}

// ReleaseBatch lets an approved batch go: batch, pieces and run in one transaction. It refuses where a
// piece was withdrawn that its file still shows, and where the gate has not seen everything. put runs last, as in
// SealBatch.
func (s *Store) ReleaseBatch(ctx context.Context, batchUID string, seen []int64, put func() error, by postlift.Actor) error {
	const op = "store.ReleaseBatch"
	settings, err := s.Settings(ctx)
	if err != nil {
		return err
	}
	return opError(op, s.inTx(ctx, func(t *tx) error {
		if err := t.refuseReleasedElsewhere(op, batchUID, seen); err != nil {
			return err
		}
		n, err := t.exec(`UPDATE batches SET state = 'released', released_at = ? WHERE uid = ? AND state IN ('sealed', 'proofed')
AND approved_by <> '' AND approved_sha256 = content_sha256`, s.now(), batchUID)
		if err != nil {
			return err
		}
		if n == 0 {
			return t.batchConflict(op, batchUID, "only a sealed and approved batch can be released")
		}
		if err := t.refuseStopped(op, batchUID, settings.Today(s.now)); err != nil {
			return err
		}
		if err := t.movePieces(batchUID, mailers.PieceSealed, mailers.PieceReleased, ""); err != nil {
			return err
		}
		if err := t.moveRun(op, batchUID, mailers.RunReleased, ""); err != nil {
			return err
		}
		if err := t.event(by, "batch", batchUID, "released", nil); err != nil {
			return err
		}
		return put()
	}))
}

// refuseStopped is a Conflict where a piece was withdrawn that its file still shows, or where a list in force by now
// holds one back: it was recorded after the gate had looked.
func (t *tx) refuseStopped(op, batchUID string, today postlift.Date) error {
	var stopped int
	err := t.sql.QueryRowContext(t.ctx, t.store.bind(`SELECT COUNT(*) FROM pieces p JOIN batches b ON b.id = p.batch_id
WHERE b.uid = ? AND p.state = 'withdrawn' AND p.first_page > 0`), batchUID).Scan(&stopped)
	if err == nil && stopped == 0 {
		var late []withdrawal
		late, err = t.suppressed(batchUID, today)
		stopped = len(late)
	}
	if err == nil && stopped > 0 {
		err = postlift.Faultf(postlift.Conflict, op, "%d letters of batch %s were stopped this very moment: release it again", stopped, batchUID)
	}
	return err
}

// ReleasedBatches lists the batches that are out, by their ids.
func (s *Store) ReleasedBatches(ctx context.Context) ([]int64, error) {
	rows, err := s.queryRead(ctx, "SELECT id FROM batches WHERE released_at IS NOT NULL ORDER BY id")
	var ids []int64
	return ids, opError("store.ReleasedBatches", eachRow(rows, err, func(r *sql.Rows) error {
		var id int64
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	}))
}

// refuseReleasedElsewhere is a Conflict where groups or persons of an advertising batch have letters of another one
// that went out after the gate had looked. Batches that are released at the same time wait for each other here, and
// the later one asks the gate again: it knows all limits of accounts, groups and persons, so that none of them is
// passed and none is made up here.
func (t *tx) refuseReleasedElsewhere(op, batchUID string, seen []int64) error {
	if err := t.alone("releases"); err != nil {
		return err
	}
	var twice int
	err := t.sql.QueryRowContext(t.ctx, t.store.bind(t.store.idList()+`, fresh AS (
  SELECT a.group_key, k.match_key FROM batches x JOIN pieces o ON o.batch_id = x.id JOIN campaigns m ON m.id = o.campaign_id
  JOIN accounts a ON a.id = o.account_id LEFT JOIN contacts k ON k.id = o.contact_id
  WHERE x.released_at IS NOT NULL AND x.id NOT IN (SELECT id FROM ids) AND x.state <> 'cancelled' AND m.class = ?
    AND o.kind = 'live' AND o.state IN ('released', 'posted'))
SELECT COUNT(*) FROM batches b JOIN pieces p ON p.batch_id = b.id JOIN campaigns c ON c.id = p.campaign_id
JOIN accounts a ON a.id = p.account_id LEFT JOIN contacts k ON k.id = p.contact_id
WHERE b.uid = ? AND c.class = ? AND p.kind = 'live' AND p.state = 'sealed'
  AND (a.group_key IN (SELECT group_key FROM fresh) OR k.match_key <> '' AND k.match_key IN (SELECT match_key FROM fresh WHERE match_key <> ''))`),
		idParameter(seen), string(campaigns.Advertising), batchUID, string(campaigns.Advertising)).Scan(&twice)
	if err == nil && twice > 0 {
		err = postlift.Faultf(postlift.Conflict, op, "%d recipients of batch %s, or others of their groups, got letters of another batch this very moment: release it again", twice, batchUID)
	}
	return err
}

// moveRun changes the state of a batch's run where the state machine allows it. A later wave finds its run
// measuring already, where it stays.
func (t *tx) moveRun(op, batchUID string, to mailers.RunState, set string, args ...any) error {
	list, from := inStates(mailers.RunsBefore(to))
	all := append(append([]any{string(to)}, args...), batchUID)
	n, err := t.exec("UPDATE runs SET state = ?"+set+" WHERE id = (SELECT run_id FROM batches WHERE uid = ?) AND state IN "+list, append(all, from...)...)
	if err != nil || n > 0 {
		return err
	}
	var later int
	err = t.sql.QueryRowContext(t.ctx, t.store.bind("SELECT COUNT(*) FROM batches b JOIN runs r ON r.id = b.run_id WHERE b.uid = ? AND b.wave > 0 AND r.state = ?"),
		batchUID, string(mailers.RunMeasuring)).Scan(&later)
	if err == nil && later == 0 {
		err = t.batchConflict(op, batchUID, "its run is not in a state that allows this")
	}
	return err
}

// firstInHome sets a run's clock: the first day on which any of its letters was in home.
func (t *tx) firstInHome(batchUID string) (int64, error) {
	return t.exec(`UPDATE runs SET in_home_on = (SELECT MIN(b.in_home_on) FROM batches b WHERE b.run_id = runs.id)
WHERE id = (SELECT run_id FROM batches WHERE uid = ?) AND state = ?`, batchUID, string(mailers.RunMeasuring))
}

// PostBatch moves the batch and its released pieces to posted and the run, if it is the first of it, to measuring.
func (s *Store) PostBatch(ctx context.Context, batchUID string, on, inHome postlift.Date, by postlift.Actor) error {
	const op = "store.PostBatch"
	return opError(op, s.inTx(ctx, func(t *tx) error {
		ok, err := t.moveBatch(batchUID, mailers.BatchPosted, ", posted_on = ?, in_home_on = ?", on, inHome)
		if err != nil {
			return err
		}
		if !ok {
			return t.batchConflict(op, batchUID, "only a released batch can be posted, once")
		}
		if err := t.movePieces(batchUID, mailers.PieceReleased, mailers.PiecePosted, ", posted_on = ?", on); err != nil {
			return err
		}
		if err := t.moveRun(op, batchUID, mailers.RunMeasuring, ""); err != nil {
			return err
		}
		if _, err := t.firstInHome(batchUID); err != nil {
			return err
		}
		if err := t.notePosted(batchUID); err != nil {
			return err
		}
		return t.event(by, "batch", batchUID, "posted", map[string]any{"posted_on": on, "in_home_on": inHome})
	}))
}

// CorrectPosting gives a posted batch, its posted pieces and its measuring run another day of posting.
func (s *Store) CorrectPosting(ctx context.Context, batchUID string, on, inHome postlift.Date, by postlift.Actor) error {
	const op = "store.CorrectPosting"
	return opError(op, s.inTx(ctx, func(t *tx) error {
		n, err := t.exec("UPDATE batches SET posted_on = ?, in_home_on = ? WHERE uid = ? AND state = ?", on, inHome, batchUID, string(mailers.BatchPosted))
		if err != nil {
			return err
		}
		if n == 0 {
			return t.batchConflict(op, batchUID, "only a posted batch has a day of posting to correct")
		}
		if _, err := t.exec("UPDATE pieces SET posted_on = ? WHERE batch_id = (SELECT id FROM batches WHERE uid = ?) AND posted_on IS NOT NULL", on, batchUID); err != nil {
			return err
		}
		if err := t.notePosted(batchUID); err != nil {
			return err
		}
		if n, err = t.firstInHome(batchUID); err != nil {
			return err
		}
		if n == 0 {
			return t.batchConflict(op, batchUID, "its run is not measuring any more")
		}
		return t.event(by, "batch", batchUID, "posting_corrected", map[string]any{"posted_on": on, "in_home_on": inHome})
	}))
}

// RunFunnel counts a run's accounts by outcome and its live pieces by state.
func (s *Store) RunFunnel(ctx context.Context, runUID string) (mailers.Funnel, error) {
	const op = "store.RunFunnel"
	f := mailers.Funnel{RunUID: runUID, Pieces: mailers.Counts{}}
	var runID int64
	var cancelled bool
	err := s.read.QueryRowContext(ctx, s.bind("SELECT r.id, c.state = 'cancelled' FROM runs r JOIN campaigns c ON c.id = r.campaign_id WHERE r.uid = ?"), runUID).Scan(&runID, &cancelled)
	if errors.Is(err, sql.ErrNoRows) {
		return f, postlift.Faultf(postlift.NotFound, op, "there is no run %q", runUID)
	}
	if err == nil {
		err = s.funnelAccounts(ctx, runID, &f)
	}
	if err != nil {
		return f, opError(op, err)
	}
	rows, err := s.queryRead(ctx, "SELECT state, COUNT(*) FROM pieces WHERE run_id = ? AND kind = 'live' AND reprint_no = 0 GROUP BY state", runID)
	err = eachRow(rows, err, func(r *sql.Rows) error {
		var state mailers.PieceState
		var n int
		err := r.Scan(&state, &n)
		f.Pieces[state] = n
		return err
	})
	if err != nil {
		return f, opError(op, err)
	}
	waves, err := s.RunWaves(ctx, runID)
	prepared := false
	for _, w := range waves {
		prepared = prepared || w.BatchUID != ""
	}
	for _, w := range waves {
		switch {
		case w.BatchUID != "" || !prepared:
		case cancelled: // between two waves: their letters will never be made
			f.Withdrawn += w.Letters
		default:
			f.Waiting += w.Letters
		}
	}
	f.Count(prepared)
	return f, opError(op, err)
}

// funnelAccounts counts choices by outcome, and the pieces that the plan asked for: its chosen contacts.
func (s *Store) funnelAccounts(ctx context.Context, runID int64, f *mailers.Funnel) error {
	length := "json_array_length(contacts)"
	if s.dialect == migrations.Postgres {
		length = "jsonb_array_length(contacts)"
	}
	rows, err := s.queryRead(ctx, "SELECT outcome, COUNT(*), COALESCE(SUM(CASE WHEN outcome = 'assigned' THEN "+length+" ELSE 0 END), 0) FROM choices WHERE run_id = ? GROUP BY outcome", runID)
	return eachRow(rows, err, func(r *sql.Rows) error {
		var outcome string
		var n, pieces int
		if err := r.Scan(&outcome, &n, &pieces); err != nil {
			return err
		}
		f.Matched += n
		f.Planned += pieces
		switch outcome {
		case "gated":
			f.Gated = n
		case "over_cap":
			f.OverCap = n
		case "holdout":
			f.Holdout = n
		case "assigned":
			f.Assigned = n
		}
		return nil
	})
}
