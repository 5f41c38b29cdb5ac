package store

import (
	"context"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"time"

	"postlift"
	"postlift/mailers"
)

// approved brings a batch to an approval.
func (w *mailWorld) approved(t *testing.T) mailers.Batch {
	t.Helper()
	b := w.prepare(t)
	w.renderAll(t, b.UID)
	_, err := w.service.Proof(context.Background(), b.UID, postlift.Person("Test"))
	must(t, err)
	b, err = w.service.Approve(context.Background(), b.UID, postlift.Person("Mara Beispiel"))
	must(t, err)
	return b
}

func kindWanted(t *testing.T, what string, err error, want postlift.Kind) {
	t.Helper()
	if err == nil || postlift.KindOf(err) != want {
		t.Errorf("%s: %v, want %s", what, err, want)
	}
}

func TestApprovalComesAfterTheProof(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newMailWorld(t, s, 12, 10)
		ctx, me := context.Background(), postlift.Person("Test")
		b := w.prepare(t)
		_, err := w.service.Proof(ctx, b.UID, me)
		kindWanted(t, "proof before sealing", err, postlift.Conflict)
		w.renderAll(t, b.UID)
		_, err = w.service.Approve(ctx, b.UID, me)
		kindWanted(t, "approval before the proof", err, postlift.Conflict)
		_, err = w.service.Release(ctx, b.UID, 0, me)
		kindWanted(t, "release before approval", err, postlift.Conflict)
		proof, err := w.service.Proof(ctx, b.UID, me)
		must(t, err)
		text := w.files.text(proof.File)
		if proof.Batch.State != mailers.BatchProofed || len(proof.PieceIDs) == 0 || !strings.Contains(text, "Kontrolle GmbH") || !strings.Contains(text, "LONDON") {
			t.Errorf("proof %+v shows\n%s", proof, text)
		}
		_, err = w.service.Approve(ctx, b.UID, postlift.System)
		kindWanted(t, "approval by nobody", err, postlift.Invalid)
		b, err = w.service.Approve(ctx, b.UID, postlift.Person("Mara Beispiel"))
		must(t, err)
		if !b.Approved() || b.ApprovedBy != "Mara Beispiel" {
			t.Errorf("batch %+v", b)
		}
		_, err = w.service.Posted(ctx, b.UID, postlift.MustDate("2026-06-02"), me)
		kindWanted(t, "posting before release", err, postlift.Conflict)
	})
}

func TestReleaseAsksTheGateAgain(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newMailWorld(t, s, 30, 10)
		ctx, me, day := context.Background(), postlift.Person("Test"), postlift.MustDate("2026-06-01")
		b := w.approved(t)
		before := w.manifest(t, b.UID)
		blocked := before[4]["piece_id"]
		if before[4]["kind"] != "live" {
			blocked = before[5]["piece_id"]
		}
		w.gate[blocked] = "objection"
		r, err := w.service.Release(ctx, b.UID, day, me)
		must(t, err)
		if !r.Rendering || r.Withdrawn != 1 || r.Batch.State != mailers.BatchRendering {
			t.Fatalf("release %+v", r)
		}
		w.renderAll(t, b.UID)
		r, err = w.service.Release(ctx, b.UID, day, me)
		must(t, err)
		if r.Rendering || r.Batch.State != mailers.BatchReleased || !r.Batch.Approved() || r.Batch.Revision != 2 || r.Batch.RunState != mailers.RunReleased {
			t.Fatalf("release %+v", r)
		}
		after := w.manifest(t, b.UID)
		if len(after) != len(before)-1 {
			t.Errorf("%d rows, %d before", len(after), len(before))
		}
		for _, row := range after {
			if row["piece_id"] == blocked {
				t.Errorf("the blocked piece is in the manifest")
			}
			checkManifestRow(t, w, b, row)
		}
		for name, content := range w.files.files {
			if strings.HasPrefix(name, mailers.Folder(b.UID)) && strings.Contains(string(content), blocked) {
				t.Errorf("%s still shows the blocked piece", name)
			}
		}
		checkSums(t, w, b.UID)
		if f := w.funnel(t); f.Withdrawn != 1 || f.Mailed != 25 || f.Failed != 4 {
			t.Errorf("funnel %+v", f)
		}
		again, err := w.service.Release(ctx, b.UID, day, me)
		if err != nil || again.Rendering || again.Withdrawn != 0 {
			t.Errorf("a second release: %+v, %v", again, err)
		}
	})
}

func TestChangedDataVoidsTheApproval(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newMailWorld(t, s, 12, 10)
		ctx, me, day := context.Background(), postlift.Person("Test"), postlift.MustDate("2026-06-01")
		b := w.approved(t)
		rows := w.manifest(t, b.UID)
		w.gate[rows[0]["piece_id"]], w.gate[rows[1]["piece_id"]] = "objection", "objection" // one of them is live
		_, err := w.service.Release(ctx, b.UID, day, me)
		must(t, err)
		must(t, s.inTx(ctx, func(t *tx) error {
			_, err := t.exec("UPDATE printed_addresses SET lines = ?", `["Somebody else","Street 1","10115 Berlin"]`)
			return err
		}))
		w.renderAll(t, b.UID)
		_, err = w.service.Release(ctx, b.UID, day, me)
		kindWanted(t, "release after a change of data", err, postlift.Conflict)
	})
}

func TestPostedSetsTheClock(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newMailWorld(t, s, 12, 10)
		ctx, me, day := context.Background(), postlift.Person("Test"), postlift.MustDate("2026-06-03")
		b := w.approved(t)
		_, err := w.service.Release(ctx, b.UID, day, me)
		must(t, err)
		_, err = w.service.Posted(ctx, b.UID, postlift.MustDate("2026-05-31"), me)
		kindWanted(t, "posting before the release", err, postlift.Invalid)
		_, err = w.service.Posted(ctx, b.UID, postlift.MustDate("2026-06-02"), me)
		kindWanted(t, "posting after today", err, postlift.Invalid)
		w.on(testNow.AddDate(0, 0, 5))
		for range 2 {
			b, err = w.service.Posted(ctx, b.UID, day, me)
			must(t, err)
		}
		if b.State != mailers.BatchPosted || b.PostedOn != day || b.RunState != mailers.RunMeasuring {
			t.Errorf("batch %+v", b)
		}
		w.checkPosting(t, day, 0)
		_, err = w.service.Posted(ctx, b.UID, postlift.MustDate("2026-06-07"), me)
		kindWanted(t, "correcting to a day after today", err, postlift.Invalid)
		for range 2 { // the same day again is no correction
			b, err = w.service.Posted(ctx, b.UID, day.AddDays(1), me)
			must(t, err)
		}
		if b.PostedOn != day.AddDays(1) || b.State != mailers.BatchPosted || b.RunState != mailers.RunMeasuring {
			t.Errorf("corrected batch %+v", b)
		}
		w.checkPosting(t, day.AddDays(1), 1)
		must(t, s.gormW.Exec("UPDATE runs SET state = 'closed'").Error)
		_, err = w.service.Posted(ctx, b.UID, day, me)
		kindWanted(t, "correcting what is measured", err, postlift.Conflict)
	})
}

// checkPosting holds pieces, run and events against the day of posting.
func (w *mailWorld) checkPosting(t *testing.T, day postlift.Date, corrections int64) {
	t.Helper()
	var run runRow
	must(t, w.store.gormR.First(&run, 1).Error)
	if run.InHomeOn != day.AddDays(2) {
		t.Errorf("in home on %s", run.InHomeOn)
	}
	var posted, events int64
	must(t, w.store.gormR.Model(&pieceRow{}).Where("state = 'posted' AND posted_on = ? AND kind = 'live'", day).Count(&posted).Error)
	if f := w.funnel(t); int(posted) != f.Mailed || f.Mailed != 11 {
		t.Errorf("%d posted, funnel %+v", posted, f)
	}
	must(t, w.store.gormR.Model(&eventRow{}).Where("verb = 'posting_corrected'").Count(&events).Error)
	if events != corrections {
		t.Errorf("%d corrections, want %d", events, corrections)
	}
}

func TestPullSuppressed(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newMailWorld(t, s, 30, 10)
		ctx, me, day := context.Background(), postlift.Person("Test"), postlift.MustDate("2026-06-01")
		w.prepare(t)
		block := func(n int, row suppressionRow) {
			row.UID, row.ReceivedOn = fmt.Sprintf("sup_%d", n), day
			if row.EffectiveOn.IsZero() {
				row.EffectiveOn = day
			}
			must(t, s.gormW.Create(&row).Error)
		}
		one, two, three := int64(1), int64(2), int64(3)
		block(1, suppressionRow{Scope: "person", MatchKey: "x1", Reason: "objection", ContactID: &one})
		block(2, suppressionRow{Scope: "person", MatchKey: "person5", Reason: "objection"})
		block(3, suppressionRow{Scope: "address", MatchKey: "x3", Reason: "undeliverable", SiteID: &two})
		block(4, suppressionRow{Scope: "address", MatchKey: "address6", Reason: "undeliverable"})
		block(5, suppressionRow{Scope: "account", MatchKey: "x5", Reason: "closed", AccountID: &three})
		block(6, suppressionRow{Scope: "account", MatchKey: "company8", Reason: "do_not_mail"})
		// not in force: revoked, later, over, or of another scope
		revoked := testNow
		block(7, suppressionRow{Scope: "person", MatchKey: "person9", Reason: "objection", RevokedAt: &revoked})
		block(8, suppressionRow{Scope: "person", MatchKey: "person10", Reason: "objection", EffectiveOn: day.AddDays(1)})
		block(9, suppressionRow{Scope: "person", MatchKey: "person11", Reason: "objection", UntilOn: day.AddDays(-1)})
		block(10, suppressionRow{Scope: "person", MatchKey: "company12", Reason: "objection", AccountID: &[]int64{13}[0]})
		for _, want := range []int{6, 0} {
			n, err := w.service.PullSuppressed(ctx, me)
			if err != nil || n != want {
				t.Fatalf("pulled %d, %v, want %d", n, err, want)
			}
		}
		var events int64
		must(t, s.gormR.Model(&eventRow{}).Where("noun = 'piece' AND verb = 'withdrawn'").Count(&events).Error)
		if events != 6 {
			t.Errorf("%d events", events)
		}
		b := w.approved(t)
		_, err := w.service.Release(ctx, b.UID, day, me)
		must(t, err)
		if f := w.funnel(t); f.Withdrawn != 6 || f.Mailed != 20 {
			t.Errorf("funnel %+v", f)
		}
		block(11, suppressionRow{Scope: "person", MatchKey: "person15", Reason: "objection"})
		n, err := w.service.PullSuppressed(ctx, me)
		if err != nil || n != 1 {
			t.Fatalf("pulled %d, %v", n, err)
		}
		stop := w.files.text(mailers.Folder(b.UID) + "/stoplist.csv")
		w.checkStopList(t, b, stop)
		_, err = w.service.Posted(ctx, b.UID, day, me)
		must(t, err)
		if f := w.funnel(t); f.Withdrawn != 7 || f.Mailed != 19 {
			t.Errorf("funnel %+v", f)
		}
	})
}

// checkStopList holds the one line of a stop list against the letter's line in the manifest.
func (w *mailWorld) checkStopList(t *testing.T, b mailers.Batch, stop string) {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(stop)).ReadAll()
	must(t, err)
	if len(records) != 2 || strings.Join(records[0], ",") != "piece_id,seq_no,reason,match_code,pdf_file,first_page,page_count,address_1" || records[1][2] != "objection" {
		t.Fatalf("stop list %q", stop)
	}
	found := false
	for _, row := range w.manifest(t, b.UID) {
		if row["piece_id"] != records[1][0] {
			continue
		}
		found = true
		for i, name := range records[0] {
			if want, ok := row[name]; ok && want != records[1][i] {
				t.Errorf("%s is %q, %q in the manifest", name, records[1][i], want)
			}
		}
	}
	shown, err := w.service.Show(context.Background(), b.UID)
	must(t, err)
	if !found || shown.Stopped != 1 || shown.StopList != mailers.StopListName(b.UID) {
		t.Errorf("in the manifest: %t; summary tells of %d in %q", found, shown.Stopped, shown.StopList)
	}
}

// A letter withdrawn while its batch is sealed but not approved must not stay in the print file.
func TestWithdrawnBeforeReleaseLeavesTheFile(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newMailWorld(t, s, 12, 10)
		ctx, me, day := context.Background(), postlift.Person("Test"), postlift.MustDate("2026-06-01")
		b := w.approved(t)
		must(t, s.gormW.Create(&suppressionRow{UID: "sup_1", Scope: "person", MatchKey: "person5", Reason: "objection", ReceivedOn: day, EffectiveOn: day}).Error)
		n, err := w.service.PullSuppressed(ctx, me)
		if err != nil || n != 1 {
			t.Fatalf("pulled %d, %v", n, err)
		}
		r, err := w.service.Release(ctx, b.UID, day, me)
		must(t, err)
		if !r.Rendering {
			t.Fatal("the file with the withdrawn letter was let go")
		}
		w.renderAll(t, b.UID)
		r, err = w.service.Release(ctx, b.UID, day, me)
		must(t, err)
		if r.Batch.State != mailers.BatchReleased || strings.Contains(w.files.text(mailers.Folder(b.UID)+"/letters-0001.pdf")+w.files.text(mailers.Folder(b.UID)+"/letters-0002.pdf"), "Müller5 |") {
			t.Error("the withdrawn letter is in a released file")
		}
	})
}

func TestClaimsAreExclusiveAndFenced(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newMailWorld(t, s, 12, 10)
		ctx := context.Background()
		b := w.prepare(t)
		ref := mailers.ChunkRef{BatchUID: b.UID, Chunk: 1, Revision: 1, Attempt: 1}
		won := make(chan error, 8)
		for range cap(won) {
			go func() {
				_, err := s.ClaimChunk(ctx, ref, time.Minute)
				won <- err
			}()
		}
		claims := 0
		for range cap(won) {
			if err := <-won; err == nil {
				claims++
			} else {
				kindWanted(t, "a lost claim", err, postlift.Conflict)
			}
		}
		if claims != 1 {
			t.Fatalf("%d workers hold the claim", claims)
		}
		must(t, s.RenewChunk(ctx, ref, -time.Second)) // the holder freezes: its lease runs out
		n, err := s.ExpireLeases(ctx, 100)
		if err != nil || n != 1 {
			t.Fatalf("%d leases expired, %v", n, err)
		}
		kindWanted(t, "renewing a lost claim", s.RenewChunk(ctx, ref, time.Minute), postlift.Conflict)
		kindWanted(t, "completing a lost claim", s.CompleteChunk(ctx, ref, mailers.Artefact{Name: "zombie"}, nil), postlift.Conflict)
		_, err = s.ClaimChunk(ctx, ref, time.Minute)
		kindWanted(t, "claiming the old attempt", err, postlift.Conflict)
		ref.Attempt = 2
		must(t, w.service.RenderChunk(ctx, ref))
		kindWanted(t, "rendering it once more", w.service.RenderChunk(ctx, ref), postlift.Conflict)
		refs, err := s.QueuedChunks(ctx, 10)
		must(t, err)
		for _, r := range refs {
			if r.Chunk == 1 {
				t.Errorf("a rendered chunk is queued: %v", r)
			}
		}
	})
}

func TestFailingFileIsTriedAgainAndGivenUp(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newMailWorld(t, s, 3, 10)
		ctx := context.Background()
		b := w.prepare(t)
		ref := mailers.ChunkRef{BatchUID: b.UID, Chunk: 1, Revision: 1, Attempt: 1}
		w.printer.before = func() error { return errBroken }
		if err := w.service.RenderChunk(ctx, ref); err == nil {
			t.Fatal("no error")
		}
		files, err := s.BatchFiles(ctx, b.UID)
		must(t, err)
		if files[0].State != mailers.FileQueued || files[0].Attempt != 2 || !strings.Contains(files[0].Error, "disk full") {
			t.Errorf("file %+v", files[0])
		}
		if refs, err := s.QueuedChunks(ctx, 10); err != nil || len(refs) != 0 {
			t.Errorf("queued without a pause: %v, %v", refs, err)
		}
		must(t, s.inTx(ctx, func(t *tx) error { _, err := t.exec("UPDATE batch_files SET lease_until = NULL"); return err }))
		w.printer.before = func() error { return postlift.Faultf(postlift.Invalid, "test", "the design is broken") }
		ref.Attempt = 2
		kindWanted(t, "a broken design", w.service.RenderChunk(ctx, ref), postlift.Invalid)
		_, err = w.service.Advance(ctx, b.UID)
		if err == nil || !strings.Contains(err.Error(), "the design is broken") {
			t.Errorf("Advance over a given-up file: %v", err)
		}
		w.printer.before = nil
		if n, err := w.service.Retry(ctx, b.UID, postlift.System); err != nil || n != 1 {
			t.Errorf("%d files retried, %v", n, err)
		}
		w.renderAll(t, b.UID)
	})
}

func TestDamagedArtefactIsRenderedAgain(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newMailWorld(t, s, 12, 10)
		ctx, me := context.Background(), postlift.Person("Test")
		b := w.approved(t)
		files, err := s.BatchFiles(ctx, b.UID)
		must(t, err)
		w.files.files[files[0].Artefact] = []byte("damaged")
		delete(w.files.files, files[1].Artefact)
		for range 5 {
			r, err := w.service.Release(ctx, b.UID, postlift.MustDate("2026-06-01"), me)
			must(t, err)
			if !r.Rendering {
				break
			}
			w.renderAll(t, b.UID)
		}
		if now, err := w.service.Batch(ctx, b.UID); err != nil || now.State != mailers.BatchReleased {
			t.Fatalf("batch %+v, %v", now, err)
		}
		checkSums(t, w, b.UID)
		for _, row := range w.manifest(t, b.UID) {
			checkManifestRow(t, w, b, row)
		}
	})
}
