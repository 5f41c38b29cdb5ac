package store

import (
	"context"
	"database/sql"
	"time"

	"postlift"
	"postlift/mailers"
)

// chunkOf is the SQL that finds one delivery of one chunk, and its arguments.
const chunkOf = " batch_id = (SELECT id FROM batches WHERE uid = ?) AND chunk = ? AND revision = ? AND attempt = ?"

func chunkArgs(ref mailers.ChunkRef) []any {
	return []any{ref.BatchUID, int64(ref.Chunk), int64(ref.Revision), int64(ref.Attempt)}
}

func lost(op string, ref mailers.ChunkRef) error {
	return postlift.Faultf(postlift.Conflict, op, "file %d of batch %s (revision %d, attempt %d) is taken or done", ref.Chunk, ref.BatchUID, ref.Revision, ref.Attempt)
}

// ClaimChunk takes a queued chunk for this attempt and holds it for lease.
func (s *Store) ClaimChunk(ctx context.Context, ref mailers.ChunkRef, lease time.Duration) (mailers.ChunkJob, error) {
	const op = "store.ClaimChunk"
	err := s.inTx(ctx, func(t *tx) error {
		now, err := t.machineNow()
		if err != nil {
			return err
		}
		n, err := t.exec("UPDATE batch_files SET state = 'rendering', lease_until = ?, error = '' WHERE"+chunkOf+
			" AND state = 'queued' AND batch_id IN (SELECT id FROM batches WHERE state IN ('planned', 'rendering'))",
			append([]any{now.Add(lease)}, chunkArgs(ref)...)...)
		if err != nil {
			return err
		}
		if n == 0 {
			return lost(op, ref)
		}
		_, err = t.exec("UPDATE batches SET state = 'rendering' WHERE uid = ? AND state = 'planned'", ref.BatchUID)
		return err
	})
	if err != nil {
		return mailers.ChunkJob{}, opError(op, err)
	}
	job, err := s.chunkJob(ctx, ref)
	return job, opError(op, err)
}

func (s *Store) chunkJob(ctx context.Context, ref mailers.ChunkRef) (j mailers.ChunkJob, err error) {
	if j.Batch, err = s.Batch(ctx, ref.BatchUID); err != nil {
		return j, err
	}
	files, err := s.BatchFiles(ctx, ref.BatchUID)
	if err != nil {
		return j, err
	}
	j.File = files[ref.Chunk-1]
	own, variants, err := s.runDesigns(ctx, j.Batch.RunID)
	if err != nil {
		return j, err
	}
	design, err := (&mailers.Job{Design: own, Variants: variants}).Designs().Of(j.File.Variant)
	if err != nil {
		return j, err
	}
	j.Designs = mailers.Designs{j.File.Variant: design}
	list, states := inStates(mailers.Printable())
	j.Pieces, err = s.storedPieces(ctx, ref.BatchUID, "p.chunk = ? AND p.state IN "+list, append([]any{int64(ref.Chunk)}, states...)...)
	return j, err
}

// RenewChunk holds a claim for another lease.
func (s *Store) RenewChunk(ctx context.Context, ref mailers.ChunkRef, lease time.Duration) error {
	const op = "store.RenewChunk"
	return opError(op, s.inTx(ctx, func(t *tx) error {
		now, err := t.machineNow()
		if err != nil {
			return err
		}
		n, err := t.exec("UPDATE batch_files SET lease_until = ? WHERE"+chunkOf+" AND state = 'rendering'",
			append([]any{now.Add(lease)}, chunkArgs(ref)...)...)
		if err == nil && n == 0 {
			err = lost(op, ref)
		}
		return err
	}))
}

// CompleteChunk writes the effect of a claim: the file's artefact and its pieces' pages, once.
func (s *Store) CompleteChunk(ctx context.Context, ref mailers.ChunkRef, a mailers.Artefact, pieces []mailers.Printed) error {
	const op = "store.CompleteChunk"
	return opError(op, s.inTx(ctx, func(t *tx) error {
		n, err := t.exec("UPDATE batch_files SET state = 'rendered', lease_until = NULL, artefact = ?, sha256 = ?, bytes = ?, pages = ?, error = '' WHERE"+
			chunkOf+" AND state = 'rendering'", append([]any{a.Name, a.SHA256, a.Bytes, int64(a.Pages)}, chunkArgs(ref)...)...)
		if err != nil {
			return err
		}
		if n == 0 {
			return lost(op, ref)
		}
		if err := t.printed(pieces); err != nil {
			return err
		}
		return t.event(postlift.System, "batch", ref.BatchUID, "file_rendered",
			map[string]any{"chunk": ref.Chunk, "revision": ref.Revision, "attempt": ref.Attempt, "pages": a.Pages})
	}))
}

// GiveBackChunk ends a claim without effect.
func (s *Store) GiveBackChunk(ctx context.Context, ref mailers.ChunkRef, reason string, maxAttempts int, wait time.Duration) error {
	const op = "store.GiveBackChunk"
	return opError(op, s.inTx(ctx, func(t *tx) error {
		now, err := t.machineNow()
		if err != nil {
			return err
		}
		set, args := "state = 'queued', attempt = attempt + 1, lease_until = ?, error = ?", []any{now.Add(wait), reason}
		if ref.Attempt >= maxAttempts {
			set, args = "state = 'failed', lease_until = NULL, error = ?", []any{reason}
		}
		n, err := t.exec("UPDATE batch_files SET "+set+" WHERE"+chunkOf+" AND state = 'rendering'", append(args, chunkArgs(ref)...)...)
		if err == nil && n == 0 {
			err = lost(op, ref)
		}
		return err
	}))
}

// RequeueChunk queues a chunk that waits or is rendered again with the next attempt; its batch goes back
// to rendering.
func (s *Store) RequeueChunk(ctx context.Context, ref mailers.ChunkRef) error {
	const op = "store.RequeueChunk"
	return opError(op, s.inTx(ctx, func(t *tx) error {
		n, err := t.exec("UPDATE batch_files SET state = 'queued', attempt = attempt + 1, lease_until = NULL WHERE"+chunkOf+
			" AND state IN ('queued', 'rendered') AND batch_id IN (SELECT id FROM batches WHERE released_at IS NULL)", chunkArgs(ref)...)
		if err != nil {
			return err
		}
		if n == 0 {
			return lost(op, ref)
		}
		_, err = t.moveBatch(ref.BatchUID, mailers.BatchRendering, "")
		return err
	}))
}

// QueuedChunks lists what waits to be rendered, oldest batch first.
func (s *Store) QueuedChunks(ctx context.Context, limit int) ([]mailers.ChunkRef, error) {
	rows, err := s.queryRead(ctx, `SELECT b.uid, f.chunk, f.revision, f.attempt FROM batch_files f JOIN batches b ON b.id = f.batch_id
WHERE f.state = 'queued' AND (f.lease_until IS NULL OR f.lease_until <= ?) AND b.state IN ('planned', 'rendering') ORDER BY b.id, f.chunk LIMIT ?`,
		time.Now().UTC(), int64(limit))
	var refs []mailers.ChunkRef
	return refs, opError("store.QueuedChunks", eachRow(rows, err, func(r *sql.Rows) error {
		var ref mailers.ChunkRef
		err := r.Scan(&ref.BatchUID, &ref.Chunk, &ref.Revision, &ref.Attempt)
		refs = append(refs, ref)
		return err
	}))
}

// ExpireLeases queues again what dead workers held. It looks before it writes, so that an idle sweeper
// never takes the embedded database's write lock.
func (s *Store) ExpireLeases(ctx context.Context, maxAttempts int) (int, error) {
	const op = "store.ExpireLeases"
	var held int
	err := s.read.QueryRowContext(ctx, "SELECT COUNT(*) FROM batch_files WHERE state = 'rendering'").Scan(&held)
	if err != nil || held == 0 {
		return 0, opError(op, err)
	}
	var expired int64
	err = s.inTx(ctx, func(t *tx) error {
		now, err := t.machineNow()
		if err != nil {
			return err
		}
		expired, err = t.exec(`UPDATE batch_files SET state = CASE WHEN attempt >= ? THEN 'failed' ELSE 'queued' END,
  error = CASE WHEN attempt >= ? THEN 'every worker died on it' ELSE error END, attempt = attempt + 1, lease_until = NULL
WHERE state = 'rendering' AND lease_until < ?`, int64(maxAttempts), int64(maxAttempts), now)
		return err
	})
	return int(expired), opError(op, err)
}

// RetryFailed queues a batch's failed files again at the next revision.
func (s *Store) RetryFailed(ctx context.Context, batchUID string, by postlift.Actor) (int, error) {
	var n int64
	err := s.inTx(ctx, func(t *tx) (err error) {
		n, err = t.exec(`UPDATE batch_files SET state = 'queued', revision = revision + 1, attempt = 1, lease_until = NULL, error = ''
WHERE batch_id = (SELECT id FROM batches WHERE uid = ?) AND state = 'failed'`, batchUID)
		if err != nil || n == 0 {
			return err
		}
		return t.event(by, "batch", batchUID, "files_retried", map[string]any{"files": n})
	})
	return int(n), opError("store.RetryFailed", err)
}

// RenderableBatches lists the batches that are planned or rendering, oldest first.
func (s *Store) RenderableBatches(ctx context.Context) ([]string, error) {
	rows, err := s.queryRead(ctx, "SELECT uid FROM batches WHERE state IN ('planned', 'rendering') ORDER BY id")
	var uids []string
	return uids, opError("store.RenderableBatches", eachRow(rows, err, func(r *sql.Rows) error {
		var uid string
		err := r.Scan(&uid)
		uids = append(uids, uid)
		return err
	}))
}
