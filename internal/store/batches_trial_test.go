package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"postlift"
	"postlift/accounts"
)

func TestTrialStoresNothing(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newMailWorld(t, s, 30, 10)
		ctx := context.Background()
		must(t, s.gormW.Exec("UPDATE contacts SET salutation = 'unprintable' WHERE id IN (1, 2)").Error)
		whole, err := w.service.Trial(ctx, mailRun, 1000)
		must(t, err)
		// of 30 letters every seventh has no street
		if whole.Letters != 30 || whole.Refused != 4 || whole.Tried != 26 || whole.Failed != 2 || whole.Hopeless() {
			t.Errorf("trial %+v", whole)
		}
		if len(whole.Reasons) != 2 || whole.Reasons[0].Pieces != 4 || whole.Reasons[1].Example == nil || whole.Reasons[1].Example.Account == "" ||
			!strings.HasPrefix(whole.Reasons[1].Example.AccountName, "Kunde ") || whole.Reasons[1].Pieces != 2 {
			t.Errorf("reasons %+v", whole.Reasons)
		}
		sample, err := w.service.Trial(ctx, mailRun, 5)
		if err != nil || sample.Tried == 0 || sample.Tried > 6 || sample.Refused != 4 {
			t.Errorf("sample %+v, %v", sample, err)
		}
		must(t, s.gormW.Exec("UPDATE contacts SET salutation = 'unprintable'").Error)
		if none, err := w.service.Trial(ctx, mailRun, 5); err != nil || !none.Hopeless() {
			t.Errorf("nothing is printable: %+v, %v", none, err)
		}
		var rows int64
		must(t, s.gormR.Raw("SELECT (SELECT COUNT(*) FROM pieces) + (SELECT COUNT(*) FROM batches) + (SELECT COUNT(*) FROM events WHERE noun IN ('batch', 'run'))").Scan(&rows).Error)
		if rows != 0 || len(w.files.files) != 0 {
			t.Errorf("a trial left %d rows and %d files", rows, len(w.files.files))
		}
		settings, err := s.Settings(ctx)
		must(t, err)
		settings.Sender = accounts.Sender{}
		must(t, s.SaveSettings(ctx, settings, postlift.Person("Test")))
		_, err = w.service.Trial(ctx, mailRun, 5)
		kindWanted(t, "trial without a sender", err, postlift.Invalid)
		var f *postlift.Fault
		if !errors.As(err, &f) || !strings.Contains(f.Text, "sender") {
			t.Errorf("the fault does not name the sender: %v", err)
		}
	})
}

// Failed letters are told with the account and the whole reason; the counts put one wording together.
func TestFailedLettersNameTheirAccount(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newMailWorld(t, s, 14, 10)
		must(t, s.gormW.Exec("UPDATE sites SET postcode = '12' WHERE id IN (1, 2)").Error)
		b := w.prepare(t)
		shown, err := w.service.Show(context.Background(), b.UID)
		must(t, err)
		if len(shown.FailedPieces) != 4 || len(shown.Reasons) != 2 || shown.Reasons[0].Pieces != 2 {
			t.Fatalf("failed %+v, reasons %+v", shown.FailedPieces, shown.Reasons)
		}
		byAccount := map[string]string{}
		for _, p := range shown.FailedPieces {
			byAccount[p.Account+", "+p.AccountName] = p.Reason
		}
		if !strings.Contains(byAccount["2, Kunde 2 GmbH"], `"12"`) || !strings.Contains(byAccount["7, Kunde 7 GmbH"], "street") {
			t.Errorf("failed pieces %v", byAccount)
		}
	})
}

// The database holds names and addresses: a new one is not for everybody's eyes; an old one keeps its mode.
func TestNewDatabaseFileIsPrivate(t *testing.T) {
	ctx := context.Background()
	for name, want := range map[string]os.FileMode{"new.db": 0o640, "old.db": 0o600} {
		path := filepath.Join(t.TempDir(), name)
		if name == "old.db" {
			must(t, os.WriteFile(path, nil, want))
		}
		s, err := Open(ctx, path, Options{Clock: postlift.FixedClock(testNow)})
		must(t, err)
		_, err = s.Migrate(ctx)
		must(t, err)
		for _, file := range []string{path, path + "-wal", path + "-shm"} {
			info, err := os.Stat(file)
			must(t, err)
			if info.Mode().Perm()&^want != 0 {
				t.Errorf("%s has mode %v", file, info.Mode())
			}
		}
		must(t, s.Close())
	}
}
