package mailers_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"postlift/mailers/kit"
	"postlift/mailers/letter"
	"postlift/mailers/pdf"
	"postlift/mailers/sheaf"
	"postlift/mailers/sheet"
	"postlift/mailers/svg"
	"postlift/mailers/svg/svgtest"
	"postlift/templates"
)

// maxDiffering is the bar: at 150 dpi at most .5 % of the pixels differ by more than 32 of 255.
const maxDiffering = .005

// TestScreenShowsPrint compares every page of every shipped design in every language, as it is printed and as it is
// previewed in the colours of the output profile, at 150 dpi. In full it takes all sample recipients, else the one
// with all values, and -short two designs.
func TestScreenShowsPrint(t *testing.T) {
	names := shipped(t)
	if testing.Short() {
		names = names[:min(2, len(names))]
	}
	k := printKit(t, printAssets(t))
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			l := printLetters(t, k, templates.Designs(), name)
			var pieces []letter.Piece
			if full() {
				pieces = samplePieces(t, l.Compiled.Design())
			} else {
				pieces = everyLanguage(l)
			}
			plans := plansOf(t, l, pieces)
			worst := 0.0
			for i, share := range svgtest.Direct(t, planFile(t, k, l, plans), screens(t, k, l, plans), 150) {
				worst = max(worst, share)
				if share > maxDiffering {
					t.Errorf("page %d of the file: %.3f %% of the pixels differ", i+1, 100*share)
				}
			}
			t.Logf("%d pieces, at most %.4f %% of a page's pixels differ", len(plans), 100*worst)
		})
	}
}

// TestScreenUnlikePrintIsSeen prints a letter whose operations lie a tenth of a millimetre beside those shown.
func TestScreenUnlikePrintIsSeen(t *testing.T) {
	k := printKit(t, nil)
	l := printLetters(t, k, templates.Designs(), "letter-b")
	plans := plansOf(t, l, everyLanguage(l)[:1])
	shown := screens(t, k, l, plans)
	page := &plans[0].Pages[0]
	for i := range page.Placed {
		page.Placed[i].X += 100
	}
	for i := range page.Ops {
		page.Ops[i].X += 100
	}
	if share := svgtest.Direct(t, planFile(t, k, l, plans), shown, 150)[0]; share <= maxDiffering {
		t.Errorf("only %.3f %% of the pixels differ", 100*share)
	}
}

// everyLanguage are the design's sample recipients with all values, one in each language.
func everyLanguage(l *sheaf.Letters) (pieces []letter.Piece) {
	for i, lang := range l.Compiled.Design().Languages() {
		pieces = append(pieces, recipient(l.Compiled.Design(), lang, i))
	}
	return pieces
}

func plansOf(t testing.TB, l *sheaf.Letters, pieces []letter.Piece) []sheet.Plan {
	t.Helper()
	plans := make([]sheet.Plan, len(pieces))
	for i, piece := range pieces {
		var err error
		if plans[i], err = l.Compiled.Compose(piece); err != nil {
			t.Fatal(err)
		}
	}
	return plans
}

func planFile(t testing.TB, k *kit.Kit, l *sheaf.Letters, plans []sheet.Plan) string {
	t.Helper()
	var b bytes.Buffer
	if _, _, err := pdf.RenderFile(&b, printOptions(k, l, "bt_compared").PDF, plans); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "print.pdf")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// screens are the pages as design previews show them.
func screens(t testing.TB, k *kit.Kit, l *sheaf.Letters, plans []sheet.Plan) (pages [][]byte) {
	t.Helper()
	for i := range plans {
		for n := range plans[i].Pages {
			var b bytes.Buffer
			if err := svg.Page(&b, &plans[i], n, svg.Options{Fonts: l.Compiled.Family(), Bleed: true, RGB: k.Screen}); err != nil {
				t.Fatal(err)
			}
			pages = append(pages, b.Bytes())
		}
	}
	return pages
}
