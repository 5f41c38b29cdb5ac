package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"postlift"
)

func open(t *testing.T) *Local {
	t.Helper()
	l, err := OpenLocal(filepath.Join(t.TempDir(), "files"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func put(t *testing.T, l *Local, name, text string) {
	t.Helper()
	sum, n, err := l.Put(t.Context(), name, func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
	want := sha256.Sum256([]byte(text))
	if err != nil || n != int64(len(text)) || sum != hex.EncodeToString(want[:]) {
		t.Fatalf("Put %s: %s, %d bytes, %v", name, sum, n, err)
	}
}

func get(t *testing.T, l *Local, name string) string {
	t.Helper()
	r, err := l.Open(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func names(t *testing.T, l *Local, folder string) string {
	t.Helper()
	list, err := l.List(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, i := range list {
		out = append(out, i.Name)
	}
	return strings.Join(out, " ")
}

func TestPutIsWholeOrNothing(t *testing.T) {
	l := open(t)
	put(t, l, "work/b/one.pdf", "first")
	broken := errors.New("the renderer failed")
	_, _, err := l.Put(t.Context(), "work/b/one.pdf", func(w io.Writer) error {
		_, _ = io.WriteString(w, "half")
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("error %v, want the writer's own", err)
	}
	if got := get(t, l, "work/b/one.pdf"); got != "first" {
		t.Errorf("content %q after a failed Put", got)
	}
	if got := names(t, l, "work"); got != "work/b/one.pdf" {
		t.Errorf("files %q: the temporary one is left", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, _, err = l.Put(ctx, "work/b/two.pdf", func(io.Writer) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want cancelled", err)
	}
	if _, err := l.Stat(t.Context(), "work/b/two.pdf"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a cancelled file is there: %v", err)
	}
}

func TestNamesStayInside(t *testing.T) {
	l := open(t)
	outside := filepath.Join(filepath.Dir(l.dir), "secret")
	if err := os.WriteFile(outside, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(l.dir, "link")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"../secret", "/etc/passwd", "a/../../secret", "", ".", "a//b"} {
		if _, err := l.Open(t.Context(), name); postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("Open(%q): %v, want Invalid", name, err)
		}
	}
	if r, err := l.Open(t.Context(), "link"); err == nil {
		r.Close()
		t.Error("a link out of the folder was followed")
	}
}

func TestPublishReplacesFolder(t *testing.T) {
	l := open(t)
	put(t, l, "work/b/letters.pdf", "revision 1")
	for _, text := range []string{"revision 1", "revision 2"} {
		put(t, l, "work/b/letters.pdf", text)
		if err := l.Link(t.Context(), "work/b/letters.pdf", "staging/b.x/letters.pdf"); err != nil {
			t.Fatal(err)
		}
		put(t, l, "staging/b.x/manifest-"+text[9:]+".csv", "…")
		if err := l.Publish(t.Context(), "staging/b.x", "batches/b"); err != nil {
			t.Fatal(err)
		}
		if got := get(t, l, "batches/b/letters.pdf"); got != text {
			t.Errorf("published %q, want %q", got, text)
		}
	}
	if got := names(t, l, "batches"); got != "batches/b/letters.pdf batches/b/manifest-2.csv" {
		t.Errorf("published files %q: something of the first revision is left", got)
	}
	// a new working file does not reach into what is published
	put(t, l, "work/b/letters.pdf", "revision 3")
	if got := get(t, l, "batches/b/letters.pdf"); got != "revision 2" {
		t.Errorf("published file changed to %q", got)
	}
	if got := names(t, l, "staging"); got != "" {
		t.Errorf("staging still holds %q", got)
	}
	if err := l.DeleteAll(t.Context(), "batches"); err != nil {
		t.Fatal(err)
	}
	if got := names(t, l, "batches"); got != "" {
		t.Errorf("deleted files %q are there", got)
	}
	if err := l.DeleteAll(t.Context(), "batches"); err != nil {
		t.Errorf("deleting twice: %v", err)
	}
}

func TestTidyRemovesOnlyWhatIsOldAndHalfDone(t *testing.T) {
	l := open(t)
	for _, name := range []string{"work/b/.letters.pdf.abcd.tmp", "staging/b.old/letters.pdf", "batches/.b.abcd.tmp/letters.pdf", "batches/b/letters.pdf", "work/b/letters.pdf"} {
		put(t, l, name, "x")
	}
	old := time.Now().Add(-2 * time.Hour)
	for _, name := range []string{"work/b/.letters.pdf.abcd.tmp", "staging/b.old", "batches/.b.abcd.tmp", "batches/b", "work/b/letters.pdf"} {
		if err := os.Chtimes(l.Path(name), old, old); err != nil {
			t.Fatal(err)
		}
	}
	put(t, l, "staging/b.new/letters.pdf", "x")
	put(t, l, "work/b/.letters.pdf.efgh.tmp", "x")
	if err := l.Tidy(t.Context(), time.Hour); err != nil {
		t.Fatal(err)
	}
	got := names(t, l, "work") + " " + names(t, l, "staging") + " " + names(t, l, "batches")
	if got != "work/b/.letters.pdf.efgh.tmp work/b/letters.pdf staging/b.new/letters.pdf batches/b/letters.pdf" {
		t.Errorf("left: %s", got)
	}
}
