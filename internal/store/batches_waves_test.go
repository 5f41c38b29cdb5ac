package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"postlift"
	"postlift/campaigns"
	"postlift/mailers"
)

// shortDesign keeps the win-back letter as another design, in German only and for another envelope.
func shortDesign(t *testing.T, w *mailWorld) mailers.DesignVersion {
	t.Helper()
	folder := fstest.MapFS{}
	for _, name := range []string{"design.yaml", "de.txt", "en.txt"} {
		raw, err := os.ReadFile("../../templates/designs/winback/" + name)
		must(t, err)
		text := strings.NewReplacer("name: winback", "name: short", "envelope: DL", "envelope: C6/5").Replace(string(raw))
		folder["short/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	v, err := w.service.SaveDesign(context.Background(), folder, "short", postlift.Person("Test"))
	must(t, err)
	return v
}

// inVariants gives every other account the letter of variant B; the others get the campaign's own or, every third,
// variant A.
func (w *mailWorld) inVariants(t *testing.T) {
	t.Helper()
	short := shortDesign(t, w)
	must(t, w.store.gormW.Exec("UPDATE choices SET variant = CASE WHEN account_id % 2 = 0 THEN 'B' WHEN account_id % 3 = 0 THEN 'A' ELSE '' END WHERE outcome = 'assigned'").Error)
	var run runRow
	must(t, w.store.gormR.First(&run, 1).Error)
	for _, row := range []runDesignRow{{RunID: 1, Variant: "A", DesignVersionID: run.DesignVersionID}, {RunID: 1, Variant: "B", DesignVersionID: short.ID}} {
		must(t, w.store.gormW.Create(&row).Error)
	}
}

// inWaves deals the accounts to waves, so many days from one to the next.
func (w *mailWorld) inWaves(t *testing.T, waves, days int) {
	t.Helper()
	must(t, w.store.gormW.Exec("UPDATE choices SET wave = 1 + account_id % ? WHERE outcome = 'assigned'", waves).Error)
	var version campaignVersionRow
	must(t, w.store.gormR.First(&version, "campaign_id = 1").Error)
	var d campaigns.Definition
	must(t, version.Definition.into(&d))
	d.HoldoutDesign, d.Waves, d.WaveDays, d.OfferUntil = campaigns.DesignWaves, waves, days, 0
	must(t, w.store.gormW.Exec("UPDATE campaign_versions SET definition = ?", string(toJSON(d))).Error)
}

// release brings the batch of a wave, 0 the one whose turn it is, out of the house.
func (w *mailWorld) release(t *testing.T, wave int) mailers.Batch {
	t.Helper()
	ctx, me := context.Background(), postlift.Person("Mara Beispiel")
	b, err := w.service.PrepareWave(ctx, mailRun, wave, me)
	must(t, err)
	w.renderAll(t, b.UID)
	_, err = w.service.Proof(ctx, b.UID, me)
	must(t, err)
	_, err = w.service.Approve(ctx, b.UID, me)
	must(t, err)
	r, err := w.service.Release(ctx, b.UID, postlift.DateOf(w.clock()), me)
	must(t, err)
	for r.Rendering {
		w.renderAll(t, b.UID)
		r, err = w.service.Release(ctx, b.UID, postlift.DateOf(w.clock()), me)
		must(t, err)
	}
	return r.Batch
}

func (w *mailWorld) post(t *testing.T, batch string, on postlift.Date) mailers.Batch {
	t.Helper()
	w.on(on.Time().Add(12 * time.Hour))
	b, err := w.service.Posted(context.Background(), batch, on, postlift.Person("Test"))
	must(t, err)
	return b
}

// Several letters in one batch: a file holds one of them, each piece is printed from its own design, control
// letters and the proof show all of them, and a file that is made again keeps its own.
func TestVariantsInOneBatch(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newMailWorld(t, s, 30, 6)
		w.inVariants(t)
		ctx, me, day := context.Background(), postlift.Person("Test"), postlift.MustDate("2026-06-01")
		trial, err := w.service.Trial(ctx, mailRun, 2)
		if err != nil || trial.Letters != 30 || trial.Tried != 4 {
			t.Errorf("a trial of two letters, of which there are four kinds, tried %d: %+v, %v", trial.Tried, trial, err)
		}
		b := w.approved(t)
		w.checkVariants(t, b)
		rows := w.manifest(t, b.UID)
		i := slices.IndexFunc(rows, func(r map[string]string) bool { return r["variant"] == "B" && r["kind"] == "live" })
		w.gate[rows[i]["piece_id"]] = "objection"
		if r, err := w.service.Release(ctx, b.UID, day, me); err != nil || !r.Rendering {
			t.Fatalf("release %+v, %v", r, err)
		}
		w.renderAll(t, b.UID)
		if r, err := w.service.Release(ctx, b.UID, day, me); err != nil || r.Rendering {
			t.Fatalf("release %+v, %v", r, err)
		}
		w.checkVariants(t, b)
		if after := w.manifest(t, b.UID); len(after) != len(rows)-1 {
			t.Errorf("%d rows, %d before", len(after), len(rows))
		}
	})
}

// checkVariants holds files, manifest, ticket and proof of a batch against its variants.
func (w *mailWorld) checkVariants(t *testing.T, b mailers.Batch) {
	t.Helper()
	files, err := w.store.BatchFiles(context.Background(), b.UID)
	must(t, err)
	variantOf, order := map[string]string{}, []string{}
	for _, f := range files {
		variantOf[f.Name()] = f.Variant
		order = append(order, f.Variant+"/"+f.Language)
	}
	// accounts in London are those whose number four divides: all of them get variant B
	if got := slices.Compact(slices.Clone(order)); !slices.IsSorted(order) || !slices.Equal(got, []string{"/de", "A/de", "B/de", "B/en"}) {
		t.Errorf("files are in the order %v", order)
	}
	design := map[string]string{"": "winback", "A": "winback", "B": "short"}
	seeds, pieces := map[string]bool{}, map[string]int{}
	for _, r := range w.manifest(t, b.UID) {
		checkManifestRow(t, w, b, r)
		pieces[r["variant"]]++
		if variantOf[r["pdf_file"]] != r["variant"] {
			t.Errorf("piece of variant %q stands in a file of variant %q", r["variant"], variantOf[r["pdf_file"]])
		}
		if line := lineOf(w.files.text(mailers.Folder(b.UID)+"/"+r["pdf_file"]), r["piece_id"]); !strings.HasSuffix(line, "design "+design[r["variant"]]) {
			t.Errorf("piece of variant %q is printed as %q", r["variant"], line)
		}
		if want := map[string]string{"winback": "DL", "short": "C6/5"}[design[r["variant"]]]; r["envelope"] != want {
			t.Errorf("envelope %s for variant %q", r["envelope"], r["variant"])
		}
		if r["kind"] == "seed" {
			seeds[r["variant"]] = true
		}
	}
	if len(seeds) != 3 || len(pieces) != 3 {
		t.Errorf("control letters of variants %v, pieces %v", seeds, pieces)
	}
	checkSums(t, w, b.UID)
	var ticket mailers.Ticket
	must(t, json.Unmarshal([]byte(w.files.text(mailers.Folder(b.UID)+"/ticket.json")), &ticket))
	if len(ticket.Variants) != 3 || ticket.Product.Envelope != "C6/5, DL" || ticket.Versions.Design != "short, winback" || ticket.Product.Postage != "letter" {
		t.Errorf("ticket %+v", ticket)
	}
	for _, v := range ticket.Variants {
		if v.Design != design[v.Variant] || v.Pieces != pieces[v.Variant] || len(v.Files) == 0 || len(v.DesignSHA256) != 64 {
			t.Errorf("ticket's variant %+v", v)
		}
	}
	proof := w.files.text(mailers.ProofName(b.UID, 1))
	if !strings.Contains(proof, "design winback") || !strings.Contains(proof, "design short") {
		t.Errorf("the proof shows\n%s", proof)
	}
	var wrong int64
	must(t, w.store.gormR.Raw(`SELECT COUNT(*) FROM pieces p WHERE p.design_sha256 <> (SELECT v.sha256 FROM design_versions v JOIN designs d ON d.id = v.design_id
WHERE d.name = CASE p.variant WHEN 'B' THEN 'short' ELSE 'winback' END)`).Scan(&wrong).Error)
	if wrong != 0 {
		t.Errorf("%d pieces name another design than their variant's", wrong)
	}
}

// lineOf is the line of a printed file that shows a piece.
func lineOf(text, piece string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, piece) {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

// waits lists the accounts that another advertising run must leave alone.
func (w *mailWorld) waits(t *testing.T, asOf postlift.Date) (ids []int64) {
	t.Helper()
	var all []int64
	must(t, w.store.gormR.Raw("SELECT id FROM accounts WHERE id < 9000 ORDER BY id").Scan(&all).Error)
	standings, _, err := w.store.GateFacts(context.Background(), all, campaigns.Pressure{AsOf: asOf, ExceptRun: 99})
	must(t, err)
	for _, id := range all {
		if st := standings.Of(id); st.ControlGroup {
			ids = append(ids, id)
		}
	}
	return ids
}

// A run in three waves, with several kinds of letters: each wave waits for its day, is gated anew, has a batch and an in-home day
// of its own; who waits is a control; cancelling between two waves keeps what is posted.
func TestWavesOfARun(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newMailWorld(t, s, 30, 6)
		w.inVariants(t)
		w.inWaves(t, 3, 14)
		ctx, me, first := context.Background(), postlift.Person("Test"), postlift.MustDate("2026-06-01")
		_, err := w.service.PrepareWave(ctx, mailRun, 4, me)
		kindWanted(t, "a wave that is not there", err, postlift.Invalid)
		_, err = w.service.PrepareWave(ctx, mailRun, 2, me)
		kindWanted(t, "the second wave before the first", err, postlift.Conflict)
		if got := len(w.waits(t, first)); got != 20 {
			t.Errorf("%d accounts of later waves are controls of an approved run, want 20", got)
		}
		one := w.release(t, 0)
		if one.Wave != 1 || one.RunState != mailers.RunReleased || one.UID == "" {
			t.Errorf("first batch %+v", one)
		}
		w.checkWave(t, one, 1)
		if again, err := w.service.Prepare(ctx, mailRun, me); err != nil || again.UID != one.UID {
			t.Errorf("preparing again while the first wave is out gives %s, %v", again.UID, err)
		}
		one = w.post(t, one.UID, first.AddDays(1))
		if one.RunState != mailers.RunMeasuring || one.InHomeOn != first.AddDays(3) {
			t.Errorf("posted %+v", one)
		}
		_, err = w.service.Prepare(ctx, mailRun, me)
		kindWanted(t, "the second wave too early", err, postlift.Conflict)
		if err == nil || !strings.Contains(postlift.UserText(err), "2026-06-16") {
			t.Errorf("the fault does not say when: %v", err)
		}
		w.secondWave(t, one)
	})
}

// secondWave goes on from the first wave's posting on 2026-06-02.
func (w *mailWorld) secondWave(t *testing.T, one mailers.Batch) {
	t.Helper()
	ctx, me, s := context.Background(), postlift.Person("Test"), w.store
	due := postlift.MustDate("2026-06-16")
	w.on(due.Time().Add(9 * time.Hour))
	// account 4 is of the second wave (1 + 4 mod 3): the same person as at account 3, who was mailed with the first
	must(t, s.gormW.Exec("UPDATE contacts SET match_key = 'person3' WHERE id = 4").Error)
	must(t, s.gormW.Exec("UPDATE sites SET match_key = 'address3' WHERE id = 4").Error)
	must(t, s.gormW.Exec("UPDATE accounts SET match_key = 'company3' WHERE id = 4").Error)
	w.gate[w.pieceOf("s:10")] = "objection"
	b, err := w.service.Prepare(ctx, mailRun, me)
	must(t, err)
	if b.Wave != 2 || b.UID == one.UID || b.RunState != mailers.RunMeasuring {
		t.Fatalf("second batch %+v", b)
	}
	var piece pieceRow
	must(t, s.gormR.First(&piece, "uid = ?", w.pieceOf("s:10")).Error)
	if piece.State != "withdrawn" || piece.Reason != "objection" || piece.FirstPage != 0 {
		t.Errorf("an objection since the plan leaves the letter %+v", piece)
	}
	var twin pieceRow
	must(t, s.gormR.First(&twin, "uid = ?", w.pieceOf("s:4")).Error)
	if twin.State != "failed" || !strings.Contains(twin.Reason, "duplicate_recipient") {
		t.Errorf("a person who was mailed with the first wave: %s, %s", twin.State, twin.Reason)
	}
	if got := w.waits(t, due); len(got) != 20 || slices.ContainsFunc(got, func(id int64) bool { return id%3 == 0 }) {
		t.Errorf("while the second wave is prepared %v wait", got)
	}
	two := w.release(t, 2)
	w.checkWave(t, two, 2)
	if got := w.waits(t, due); len(got) != 10 || slices.ContainsFunc(got, func(id int64) bool { return id%3 != 2 }) {
		t.Errorf("after the second wave's release %v wait", got)
	}
	_, err = s.CancelCampaign(ctx, w.campaign(), me)
	kindWanted(t, "cancelling while a wave is with the vendor", err, postlift.Conflict)
	two = w.post(t, two.UID, due.AddDays(1))
	var run runRow
	must(t, s.gormR.First(&run, 1).Error)
	if two.InHomeOn != due.AddDays(3) || run.InHomeOn != one.InHomeOn || run.State != "measuring" {
		t.Errorf("second batch %+v, run in home on %s, %s", two, run.InHomeOn, run.State)
	}
	w.cancelledBetween(t, two)
}

// cancelledBetween calls the campaign off before its third wave.
func (w *mailWorld) cancelledBetween(t *testing.T, two mailers.Batch) {
	t.Helper()
	ctx, me, s := context.Background(), postlift.Person("Test"), w.store
	if got := len(w.waits(t, two.InHomeOn.AddDays(90))); got != 10 {
		t.Errorf("on the last day of the second wave's window %d wait, want 10", got)
	}
	if got := w.waits(t, two.InHomeOn.AddDays(91)); len(got) != 0 {
		t.Errorf("after that %v wait", got)
	}
	before := w.funnel(t)
	if before.Planned != 30 || before.Waiting != 10 || before.Pending != 10 || before.Mailed != 20-before.Failed-before.Withdrawn {
		t.Errorf("funnel %+v", before)
	}
	waves, err := w.service.Waves(ctx, mailRun)
	if err != nil || len(waves) != 3 || waves[1].InHomeOn != two.InHomeOn || waves[2].InHomeOn != 0 || waves[2].Accounts != 10 || waves[2].DueOn != postlift.MustDate("2026-06-30") {
		t.Errorf("waves %+v, %v", waves, err)
	}
	ended, err := s.CancelCampaign(ctx, w.campaign(), me)
	if err != nil || ended != (campaigns.CancelledWork{Waves: 1}) {
		t.Fatalf("cancelling between waves: %+v, %v", ended, err)
	}
	w.on(w.clock().AddDate(0, 1, 0))
	_, err = w.service.Prepare(ctx, mailRun, me)
	kindWanted(t, "the third wave of a cancelled campaign", err, postlift.Conflict)
	after := w.funnel(t)
	if after.Mailed != before.Mailed || after.Waiting != 0 || after.Pending != 0 || after.Withdrawn != before.Withdrawn+10 {
		t.Errorf("funnel %+v, before %+v", after, before)
	}
	if got := w.waits(t, two.InHomeOn); len(got) != 0 {
		t.Errorf("a cancelled campaign holds %v back", got)
	}
	var twice int64
	must(t, s.gormR.Raw("SELECT COUNT(*) FROM (SELECT 1 FROM pieces WHERE kind = 'live' GROUP BY account_id HAVING COUNT(*) > 1) x").Scan(&twice).Error)
	if twice != 0 {
		t.Errorf("%d accounts have two letters", twice)
	}
}

func (w *mailWorld) campaign() campaigns.Campaign {
	return campaigns.Campaign{ID: 1, UID: "cmp_1", Name: "Win-back"}
}

// pieceOf is the id of the letter to a contact.
func (w *mailWorld) pieceOf(contact string) string {
	return postlift.DerivedIDs(w.store.secret, postlift.MustDate("2026-06-01"))(postlift.PieceID, "cmp_1", "1", "1", contact)
}

// checkWave sees that a batch holds the letters of its wave alone, and that the ledger adds up.
func (w *mailWorld) checkWave(t *testing.T, b mailers.Batch, wave int64) {
	t.Helper()
	var accounts []int64
	must(t, w.store.gormR.Raw("SELECT account_id FROM pieces WHERE batch_id = ? AND kind = 'live' ORDER BY account_id", b.ID).Scan(&accounts).Error)
	if len(accounts) != 10 || slices.ContainsFunc(accounts, func(id int64) bool { return 1+id%3 != wave }) {
		t.Errorf("wave %d has the accounts %v", wave, accounts)
	}
	w.funnel(t)
	for _, r := range w.manifest(t, b.UID) {
		checkManifestRow(t, w, b, r)
	}
	checkSums(t, w, b.UID)
}

// A wave all of whose letters drop out does not hold up the next one.
func TestAnEmptyWaveIsOver(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newMailWorld(t, s, 6, 6)
		w.inWaves(t, 3, 10)
		first := w.release(t, 0)
		w.post(t, first.UID, postlift.MustDate("2026-06-01"))
		w.on(testNow.AddDate(0, 0, 10))
		for _, contact := range []string{"s:1", "s:4"} {
			w.gate[w.pieceOf(contact)] = "closed"
		}
		empty, err := w.service.Prepare(context.Background(), mailRun, postlift.Person("Test"))
		must(t, err)
		w.renderAll(t, empty.UID)
		w.on(testNow.AddDate(0, 0, 20))
		third := w.release(t, 0)
		if empty.Wave != 2 || third.Wave != 3 || third.State != mailers.BatchReleased {
			t.Errorf("waves %+v and %+v", empty, third)
		}
		waves, err := w.service.Waves(context.Background(), mailRun)
		if err != nil || len(waves) != 3 || waves[2].DueOn != postlift.MustDate("2026-06-21") || !waves[2].Firm {
			t.Errorf("waves %+v, %v", waves, err)
		}
	})
}

// The approval may still be taken back: nothing is prepared.
func TestPrepareWaitsForTheUndoWindow(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newMailWorld(t, s, 3, 6)
		must(t, s.gormW.Model(&runRow{}).Where("id = 1").Update("undo_until", testNow.Add(time.Minute)).Error)
		_, err := w.service.Prepare(context.Background(), mailRun, postlift.Person("Test"))
		kindWanted(t, "preparing within the undo window", err, postlift.Conflict)
		must(t, s.gormW.Model(&runRow{}).Where("id = 1").Update("undo_until", testNow).Error)
		w.prepare(t)
	})
}

// TestKilledAtEveryStepOfTheSecondWave does to the second wave of a run what TestKilledAtEveryStep does to a run.
func TestKilledAtEveryStepOfTheSecondWave(t *testing.T) {
	want := ""
	for steps := 1; ; steps++ {
		s := openTest(t, filepath.Join(t.TempDir(), "test.db"))
		w := newMailWorld(t, s, 16, 6)
		w.inVariants(t)
		w.inWaves(t, 2, 14)
		one := w.release(t, 0)
		w.post(t, one.UID, postlift.MustDate("2026-06-02"))
		w.on(testNow.AddDate(0, 0, 15))
		w.gate[w.pieceOf("s:5")] = "objection"
		life := &lifeline{left: steps}
		err := w.live(life)
		survived := err == nil && life.left > 0
		if err != nil && !errors.Is(err, errKilled) {
			t.Fatalf("killed at step %d: %v", steps, err)
		}
		if !survived {
			w.leaseRunsOut(t)
			must(t, w.live(&lifeline{left: 1 << 30}))
		}
		got := w.checkSecondWave(t)
		if want == "" {
			want = got
		}
		if got != want {
			t.Fatalf("killed at step %d the second wave became\n%s\nnot\n%s", steps, got, want)
		}
		if survived {
			t.Logf("killed at each of %d steps", steps-1)
			return
		}
	}
}

// leaseRunsOut lets a dead worker's lease end.
func (w *mailWorld) leaseRunsOut(t *testing.T) {
	t.Helper()
	must(t, w.store.inTx(t.Context(), func(t *tx) error {
		now, err := t.machineNow()
		if err == nil {
			_, err = t.exec("UPDATE batch_files SET lease_until = ? WHERE state = 'rendering'", now.Add(-time.Second))
		}
		return err
	}))
	_, err := w.store.ExpireLeases(t.Context(), 100)
	must(t, err)
}

// checkSecondWave checks ledger and folder and gives the manifest with who was withdrawn.
func (w *mailWorld) checkSecondWave(t *testing.T) string {
	t.Helper()
	b, err := w.service.Batch(context.Background(), mailRun)
	must(t, err)
	f := w.funnel(t)
	// 16 planned in two waves, two without a street (7 and 14), one blocked
	if b.Wave != 2 || b.State != mailers.BatchReleased || f.Planned != 16 || f.Mailed != 13 || f.Failed != 2 || f.Withdrawn != 1 || f.Pending != 0 {
		t.Fatalf("batch %+v, funnel %+v", b, f)
	}
	checkSums(t, w, b.UID)
	for _, row := range w.manifest(t, b.UID) {
		checkManifestRow(t, w, b, row)
		if row["piece_id"] == w.pieceOf("s:5") {
			t.Error("the blocked letter is in the manifest")
		}
	}
	var columns []string
	for _, row := range w.manifest(t, b.UID) {
		columns = append(columns, fmt.Sprint(row["seq_no"], row["piece_id"], row["variant"], row["pdf_file"], row["first_page"], row["address_1"]))
	}
	return strings.Join(columns, "\n")
}
