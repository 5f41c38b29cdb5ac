package store

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"testing"
	"time"

	"postlift"
	"postlift/mailers"
)

// errKilled is what a dead process's calls give: it can do nothing any more.
var errKilled = errors.New("killed")

// lifeline counts the steps of a process and ends it after a number of them.
type lifeline struct{ left int }

func (l *lifeline) step() error {
	l.left--
	if l.left <= 0 {
		return errKilled
	}
	return nil
}

// around kills before or after an effect.
func (l *lifeline) around(effect func() error) error {
	if err := l.step(); err != nil {
		return err
	}
	if err := effect(); err != nil {
		return err
	}
	return l.step()
}

// mortalStore can die around every write.
type mortalStore struct {
	mailers.Store
	life *lifeline
}

func (m mortalStore) CreateBatch(ctx context.Context, b mailers.NewBatch, by postlift.Actor) error {
	return m.life.around(func() error { return m.Store.CreateBatch(ctx, b, by) })
}

func (m mortalStore) ClaimChunk(ctx context.Context, ref mailers.ChunkRef, lease time.Duration) (job mailers.ChunkJob, err error) {
	err = m.life.around(func() error { job, err = m.Store.ClaimChunk(ctx, ref, lease); return err })
	return job, err
}

func (m mortalStore) CompleteChunk(ctx context.Context, ref mailers.ChunkRef, a mailers.Artefact, pieces []mailers.Printed) error {
	return m.life.around(func() error { return m.Store.CompleteChunk(ctx, ref, a, pieces) })
}

func (m mortalStore) GiveBackChunk(ctx context.Context, ref mailers.ChunkRef, reason string, most int, wait time.Duration) error {
	return m.life.around(func() error { return m.Store.GiveBackChunk(ctx, ref, reason, most, wait) })
}

func (m mortalStore) RequeueDirty(ctx context.Context, uid string, by postlift.Actor) (n int, err error) {
	err = m.life.around(func() error { n, err = m.Store.RequeueDirty(ctx, uid, by); return err })
	return n, err
}

func (m mortalStore) SealBatch(ctx context.Context, seal mailers.Seal, put func() error, by postlift.Actor) error {
	return m.life.around(func() error { return m.Store.SealBatch(ctx, seal, put, by) })
}

func (m mortalStore) MarkProofed(ctx context.Context, uid string, by postlift.Actor) error {
	return m.life.around(func() error { return m.Store.MarkProofed(ctx, uid, by) })
}

func (m mortalStore) ApproveBatch(ctx context.Context, uid, sum string, by postlift.Actor) error {
	return m.life.around(func() error { return m.Store.ApproveBatch(ctx, uid, sum, by) })
}

func (m mortalStore) WithdrawPieces(ctx context.Context, uid string, reasons map[string]string, by postlift.Actor) (n int, err error) {
	err = m.life.around(func() error { n, err = m.Store.WithdrawPieces(ctx, uid, reasons, by); return err })
	return n, err
}

func (m mortalStore) ReleaseBatch(ctx context.Context, uid string, seen []int64, put func() error, by postlift.Actor) error {
	return m.life.around(func() error { return m.Store.ReleaseBatch(ctx, uid, seen, put, by) })
}

// mortalFiles can die around every file, and between taking an old folder away and putting the new one.
type mortalFiles struct {
	*memFiles
	life *lifeline
}

func (m mortalFiles) Put(ctx context.Context, name string, write func(io.Writer) error) (sum string, n int64, err error) {
	err = m.life.around(func() error { sum, n, err = m.memFiles.Put(ctx, name, write); return err })
	return sum, n, err
}

func (m mortalFiles) Link(ctx context.Context, from, to string) error {
	return m.life.around(func() error { return m.memFiles.Link(ctx, from, to) })
}

func (m mortalFiles) Publish(ctx context.Context, from, to string) error {
	return m.life.around(func() error {
		if err := m.memFiles.DeleteAll(ctx, to); err != nil {
			return err
		}
		if err := m.life.step(); err != nil {
			return err
		}
		return m.memFiles.Publish(ctx, from, to)
	})
}

func (m mortalFiles) DeleteAll(ctx context.Context, name string) error {
	return m.life.around(func() error { return m.memFiles.DeleteAll(ctx, name) })
}

// live runs a batch from its approved plan to its release, taking up whatever was done before.
func (w *mailWorld) live(life *lifeline) error {
	ctx, me := context.Background(), postlift.Person("Test")
	s := mailers.NewService(mailers.Options{Store: mortalStore{w.store, life}, Files: mortalFiles{w.files, life}, Renderer: w.printer, Gate: w.gate,
		Clock: w.clock, IDs: postlift.DerivedIDs(w.store.secret, postlift.MustDate("2026-06-01")), Secret: w.store.secret, Lease: time.Hour})
	b, err := s.Prepare(ctx, mailRun, me)
	for done := false; err == nil && !done; {
		if b, err = s.Batch(ctx, b.UID); err != nil {
			break
		}
		switch {
		case b.ReleasedAt != nil:
			done = true
		case b.State == mailers.BatchPlanned || b.State == mailers.BatchRendering:
			err = renderRound(ctx, s, b.UID)
		case b.ApprovedBy != "":
			_, err = s.Release(ctx, b.UID, postlift.MustDate("2026-06-01"), me)
		case b.State == mailers.BatchSealed:
			_, err = s.Proof(ctx, b.UID, me)
		default:
			_, err = s.Approve(ctx, b.UID, me)
		}
	}
	return err
}

func renderRound(ctx context.Context, s *mailers.Service, batch string) error {
	if done, err := s.Advance(ctx, batch); done || err != nil {
		return err
	}
	refs, err := s.QueuedChunks(ctx, 100)
	for _, ref := range refs {
		if err == nil {
			err = s.RenderChunk(ctx, ref)
		}
	}
	return err
}

// TestKilledAtEveryStep kills the process once at every single step between an approved plan and a
// released batch, with a letter that the gate takes out on the way, and starts it again.
func TestKilledAtEveryStep(t *testing.T) {
	want := ""
	for steps := 1; ; steps++ {
		s := openTest(t, filepath.Join(t.TempDir(), "test.db"))
		w := newMailWorld(t, s, 12, 6)
		blocked := postlift.DerivedIDs(s.secret, postlift.MustDate("2026-06-01"))(postlift.PieceID, "cmp_1", "1", "1", "s:5")
		w.gate[blocked] = "objection"
		life := &lifeline{left: steps}
		err := w.live(life)
		survived := err == nil && life.left > 0
		if err != nil && !errors.Is(err, errKilled) {
			t.Fatalf("killed at step %d: %v", steps, err)
		}
		if !survived {
			must(t, s.inTx(t.Context(), func(t *tx) error { // the dead worker's lease runs out
				now, err := t.machineNow()
				if err == nil {
					_, err = t.exec("UPDATE batch_files SET lease_until = ? WHERE state = 'rendering'", now.Add(-time.Second))
				}
				return err
			}))
			_, err := s.ExpireLeases(t.Context(), 100)
			must(t, err)
			must(t, w.live(&lifeline{left: 1 << 30}))
		}
		got := w.checkReleased(t, blocked)
		if want == "" {
			want = got
		}
		if got != want {
			t.Fatalf("killed at step %d the manifest became\n%s\nnot\n%s", steps, got, want)
		}
		if survived {
			t.Logf("killed at each of %d steps", steps-1)
			return
		}
	}
}

// checkReleased checks ledger and folder and gives the manifest.
func (w *mailWorld) checkReleased(t *testing.T, blocked string) string {
	t.Helper()
	b, err := w.service.Batch(context.Background(), mailRun)
	must(t, err)
	f := w.funnel(t)
	// 12 planned, one without a street, one blocked
	if b.State != mailers.BatchReleased || f.Planned != 12 || f.Mailed != 10 || f.Failed != 1 || f.Withdrawn != 1 || f.Pending != 0 {
		t.Fatalf("batch %s, funnel %+v", b.State, f)
	}
	var doubled int64
	must(t, w.store.gormR.Raw(`SELECT COUNT(*) FROM (SELECT 1 FROM events WHERE verb = 'file_rendered'
GROUP BY json_extract(detail, '$.chunk'), json_extract(detail, '$.revision') HAVING COUNT(*) > 1)`).Scan(&doubled).Error)
	if doubled != 0 {
		t.Errorf("%d files took effect twice", doubled)
	}
	checkSums(t, w, b.UID)
	for _, row := range w.manifest(t, b.UID) {
		checkManifestRow(t, w, b, row)
		if row["piece_id"] == blocked {
			t.Error("the blocked letter is in the manifest")
		}
	}
	return w.files.text(mailers.Folder(b.UID) + "/manifest.csv")
}
