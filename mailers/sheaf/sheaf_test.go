package sheaf_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"testing"
	"time"

	"postlift"
	"postlift/mailers/design"
	"postlift/mailers/kit"
	"postlift/mailers/letter"
	"postlift/mailers/pdf"
	"postlift/mailers/preflight"
	"postlift/mailers/sheaf"
)

// letters compiles the shipped win-back letter.
func letters(t *testing.T) (*sheaf.Letters, pdf.Options) {
	t.Helper()
	icc, err := os.ReadFile("../../templates/profiles/FOGRA39L_coated.icc")
	if err != nil {
		t.Fatal(err)
	}
	k, err := kit.New(kit.Options{Fonts: os.DirFS("../../templates/fonts"), ICC: icc})
	if err != nil {
		t.Fatal(err)
	}
	d, err := design.Parse(os.DirFS("../../templates/designs"), "winback")
	if err != nil {
		t.Fatal(err)
	}
	c, err := k.Compile(d)
	if err != nil {
		t.Fatal(err)
	}
	created := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	return &sheaf.Letters{Compiled: c, Check: preflight.NewChecker(k.PlanOptions(c))},
		pdf.Options{Fonts: os.DirFS("../../templates/fonts"), Meta: pdf.Meta{Title: "test", Created: created}, Sheet: d.Format(), Profile: k.Profile, VT: true}
}

// pieces are n letters; those whose number poisoned tells have a name that no font can print.
func pieces(l *sheaf.Letters, n int, poisoned func(i int) bool) iter.Seq2[sheaf.Item, error] {
	return func(yield func(sheaf.Item, error) bool) {
		for i := range n {
			s := l.Compiled.Design().Samples("de")[0]
			if poisoned(i) {
				s.Merge["salutation"] = "Guten Tag 😀"
			}
			p := letter.Piece{ID: fmt.Sprintf("pc_%06d", i), BatchID: "bt_test01", Language: "de", TrackingURL: s.TrackingURL, Code: s.Code,
				MatchCode: "TEST01", Seq: i + 1, Kind: "live", Address: s.Address, Merge: s.Merge}
			if !yield(sheaf.Item{Letters: l, Piece: p}, nil) {
				return
			}
		}
	}
}

// The same pieces give the same bytes and the same outcomes, in order, however many are composed at once; a poisoned
// piece costs only itself.
func TestPrintKeepsOrderAndFailures(t *testing.T) {
	l, o := letters(t)
	const n = 60
	var want []byte
	for _, workers := range []int{1, 2, 7} {
		var b bytes.Buffer
		at, next := 0, 1
		prints := map[string]bool{}
		sum, err := sheaf.Print(t.Context(), &b, sheaf.Options{PDF: o, Workers: workers}, pieces(l, n, func(i int) bool { return i%20 == 3 }), func(out sheaf.Outcome) error {
			if out.Item.Piece.Seq != at+1 {
				t.Fatalf("piece %d after %d", out.Item.Piece.Seq, at)
			}
			if failed := out.Reason != nil; failed != (at%20 == 3) || !failed && out.Range.First != next || failed && out.Range.Count != 0 {
				t.Errorf("piece %d: %+v, %v; expected on page %d", at, out.Range, out.Reason, next)
			}
			at++
			next += out.Range.Count
			if out.Reason == nil {
				prints[out.Range.SHA256] = true
			}
			return nil
		})
		if err != nil || at != n || sum.Pieces != n-3 || sum.Pages != next-1 || len(prints) != n-3 {
			t.Fatalf("%d workers: %d told, %+v, %d prints, %v", workers, at, sum, len(prints), err)
		}
		if want == nil {
			want = b.Bytes()
		}
		if !bytes.Equal(b.Bytes(), want) {
			t.Errorf("%d workers gave other bytes", workers)
		}
	}
}

// What is no piece's own fault ends the printing, and nothing is left running.
func TestPrintStops(t *testing.T) {
	l, o := letters(t)
	broken := errors.New("disk full")
	ctx, cancel := context.WithCancel(t.Context())
	for name, c := range map[string]struct {
		ctx   context.Context
		items iter.Seq2[sheaf.Item, error]
		done  func(sheaf.Outcome) error
		want  error
	}{
		"an item that cannot be read":    {t.Context(), func(yield func(sheaf.Item, error) bool) { yield(sheaf.Item{}, broken) }, func(sheaf.Outcome) error { return nil }, broken},
		"an outcome that cannot be kept": {t.Context(), pieces(l, 40, func(int) bool { return false }), func(sheaf.Outcome) error { return broken }, broken},
		"a claim that was lost": {ctx, pieces(l, 400, func(int) bool { return false }), func(out sheaf.Outcome) error {
			if out.Item.Piece.Seq == 3 {
				cancel()
			}
			return nil
		}, context.Canceled},
	} {
		var b bytes.Buffer
		if _, err := sheaf.Print(c.ctx, &b, sheaf.Options{PDF: o}, c.items, c.done); !errors.Is(err, c.want) || b.Len() > 0 {
			t.Errorf("%s: %v, %d bytes", name, err, b.Len())
		}
	}
	var b bytes.Buffer
	sum, err := sheaf.Print(t.Context(), &b, sheaf.Options{PDF: o}, pieces(l, 5, func(int) bool { return true }), func(sheaf.Outcome) error { return nil })
	if err != nil || sum.Pages != 0 || b.Len() != 0 {
		t.Errorf("nothing printable: %+v, %d bytes, %v", sum, b.Len(), err)
	}
}

// An error that the test finds stops a piece with rule, page and place.
func TestRefusal(t *testing.T) {
	err := sheaf.Refusal(preflight.Finding{Rule: "window_clear", Severity: preflight.Error, Page: 1, Box: &preflight.Box{X: 20, Y: 45, W: 85, H: 3.2}, Text: "a text stands in the window"})
	if want := "preflight window_clear on page 1 at 20.0, 45.0 mm (85.0 x 3.2 mm): a text stands in the window"; postlift.UserText(err) != want {
		t.Errorf("%q", postlift.UserText(err))
	}
}
