package mailers

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"postlift"
)

// errNothingPrinted ends the writing of a file none of whose pieces could be printed.
var errNothingPrinted = errors.New("no printable piece")

// RenderChunk renders one file: it claims it for this attempt, renders, writes the artefact and tells the
// ledger, each piece's page range and the file's hash in one transaction. A Conflict means that somebody
// else has or had the claim: there is nothing left to do. A piece that cannot be printed costs only
// itself. After any other error the file waits for its next attempt.
func (s *Service) RenderChunk(ctx context.Context, ref ChunkRef) error {
	job, err := s.store.ClaimChunk(ctx, ref, s.lease)
	if err != nil {
		return err
	}
	held, release := s.hold(ctx, ref)
	err = s.render(held, job, ref)
	if cause := context.Cause(held); err != nil && cause != nil && ctx.Err() == nil {
		err = cause // the claim was lost while rendering
	}
	release()
	if err == nil || postlift.KindOf(err) == postlift.Conflict {
		return err
	}
	return errors.Join(err, s.giveBack(ctx, ref, err))
}

// hold renews the claim until release is called; when it is lost, the context ends with the cause.
func (s *Service) hold(ctx context.Context, ref ChunkRef) (held context.Context, release func()) {
	held, cancel := context.WithCancelCause(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(s.lease / 4)
		defer tick.Stop()
		for {
			select {
			case <-held.Done():
				return
			case <-tick.C:
			}
			err := s.store.RenewChunk(held, ref, s.lease)
			if postlift.KindOf(err) == postlift.Conflict {
				cancel(err)
				return
			}
			if err != nil && held.Err() == nil { // the next tick tries again; Complete checks the claim anyway
				s.log.Warn("a claim could not be renewed", "chunk", ref.String(), "error", err)
			}
		}
	}()
	return held, func() {
		cancel(nil)
		<-done
	}
}

func (s *Service) render(ctx context.Context, job ChunkJob, ref ChunkRef) error {
	var printed []Printed
	a := Artefact{Name: ref.artefact()}
	terms, err := s.terms(ctx, job.Batch)
	if err != nil {
		return err
	}
	sheets := PrintJob{Designs: job.Designs, Title: ref.BatchUID, Created: fileDate(job.Batch), Pieces: job.Pieces, Terms: terms}
	a.SHA256, a.Bytes, err = s.files.Put(ctx, a.Name, func(w io.Writer) (err error) {
		printed, a.Pages, err = s.renderer.Render(ctx, w, sheets)
		if err == nil && a.Pages == 0 {
			return errNothingPrinted
		}
		return err
	})
	if errors.Is(err, errNothingPrinted) {
		a, err = Artefact{}, nil
	}
	if err != nil {
		return err
	}
	return s.store.CompleteChunk(ctx, ref, a, printed)
}

// How long a file waits after a failed attempt: a second for each attempt so far, at most this.
const maxBackoff = 30 * time.Second

// errorAttempts is after how many attempts an error is final.
const errorAttempts = 20

// giveBack ends a claim after an error: a cancelled worker's file may be taken at once, a broken design is
// final, everything else waits and is tried again.
func (s *Service) giveBack(ctx context.Context, ref ChunkRef, cause error) error {
	wait, most := min(time.Duration(ref.Attempt)*time.Second, maxBackoff), errorAttempts
	switch {
	case ctx.Err() != nil:
		wait, most = 0, maxAttempts
	case postlift.KindOf(cause) == postlift.Invalid || postlift.KindOf(cause) == postlift.NotFound:
		most = 0
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.lease)
	defer cancel()
	err := s.store.GiveBackChunk(ctx, ref, cause.Error(), most, wait)
	if postlift.KindOf(err) == postlift.Conflict {
		return nil // the sweeper was faster
	}
	return err
}

// QueuedChunks lists what waits to be rendered, at most limit, oldest batch first.
func (s *Service) QueuedChunks(ctx context.Context, limit int) ([]ChunkRef, error) {
	return s.store.QueuedChunks(ctx, limit)
}

// Sweep queues again what dead workers held, and returns how many files.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	return s.store.ExpireLeases(ctx, maxAttempts)
}

// Reattempt raises a queued file's attempt, where the queue refuses to ring for the present one.
func (s *Service) Reattempt(ctx context.Context, ref ChunkRef) error {
	err := s.store.RequeueChunk(ctx, ref)
	if postlift.KindOf(err) == postlift.Conflict {
		return nil // it went on by itself
	}
	return err
}

// Retry queues again the files of a batch that were given up, at their next revision.
func (s *Service) Retry(ctx context.Context, batchUID string, by postlift.Actor) (int, error) {
	return s.store.RetryFailed(ctx, batchUID, by)
}

// Advance seals a batch whose files are all rendered. It tells whether the batch is sealed (or further);
// false means that files are still to be rendered. A file that was given up is an error.
func (s *Service) Advance(ctx context.Context, batchUID string) (bool, error) {
	b, err := s.store.Batch(ctx, batchUID)
	if err != nil {
		return false, err
	}
	if b.State != BatchPlanned && b.State != BatchRendering {
		return true, nil
	}
	files, err := s.store.BatchFiles(ctx, b.UID)
	if err != nil {
		return false, err
	}
	for _, f := range files {
		if f.State == FileFailed {
			return false, postlift.Faultf(postlift.Unavailable, "mailers.Advance",
				"%s of batch %s was given up after %d attempts: %s; put that right and run the same command again", f.Name(), b.UID, f.Attempt, f.Error)
		}
		if f.State != FileRendered {
			return false, nil
		}
	}
	if dirty, err := s.store.RequeueDirty(ctx, b.UID, postlift.System); err != nil || dirty > 0 {
		return false, err
	}
	return s.seal(ctx, b, files)
}

// AdvanceAll seals every batch that is ready; a batch with a given-up file stays and is logged.
func (s *Service) AdvanceAll(ctx context.Context) error {
	uids, err := s.store.RenderableBatches(ctx)
	if err != nil {
		return err
	}
	for _, uid := range uids {
		_, err := s.Advance(ctx, uid)
		if postlift.KindOf(err) == postlift.Unavailable {
			s.log.Error("a batch is stuck", "batch", uid, "error", err)
			continue
		}
		if err != nil {
			return fmt.Errorf("batch %s: %w", uid, err)
		}
	}
	return nil
}

// Progress is how far a batch's files are.
type Progress struct {
	Files    int `json:"files"`
	Rendered int `json:"rendered"`
	Pieces   int `json:"pieces"`
	Done     int `json:"done"` // pieces in rendered files
}

// Progress counts a batch's files, for a progress bar.
func (s *Service) Progress(ctx context.Context, batchUID string) (Progress, error) {
	files, err := s.store.BatchFiles(ctx, batchUID)
	p := Progress{Files: len(files)}
	for _, f := range files {
		n := f.LastSeq - f.FirstSeq + 1
		p.Pieces += n
		if f.State == FileRendered {
			p.Rendered++
			p.Done += n
		}
	}
	return p, err
}

// fileDate is the only date that a PDF of the batch carries: the day on which the batch was prepared.
func fileDate(b Batch) time.Time { return postlift.DateOf(b.CreatedAt.UTC()).Time() }
