package svg

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"postlift/mailers/codes"
	"postlift/mailers/pdf"
	"postlift/mailers/sheet"
	"postlift/mailers/svg/svgtest"
	"postlift/mailers/typeset"
	"postlift/templates"
)

var fontFiles = [sheet.Styles]string{"SourceSans3-Regular.ttf", "SourceSans3-Bold.ttf", "SourceSans3-It.ttf", "SourceSans3-BoldIt.ttf", "SourceSans3-Regular.ttf"}

func fonts(t testing.TB) (refs [sheet.Styles]sheet.FontRef, family typeset.Family) {
	t.Helper()
	for i, file := range fontFiles {
		data, err := fs.ReadFile(templates.Fonts(), file)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(data)
		refs[i] = sheet.FontRef{File: file, SHA256: hex.EncodeToString(sum[:])}
		if family[i], err = typeset.LoadFace(templates.Fonts(), refs[i]); err != nil {
			t.Fatal(err)
		}
	}
	return refs, family
}

const filler = "Sehr geehrte Frau Dr. Übermöhlen, im vergangenen Jahr haben wir für Ihre Werke in Żyrardów und Čáslav " +
	"achtundvierzig Lieferungen pünktlich zugestellt (4.711,08 € netto); dafür danken wir herzlich. "

// samplePlan is an A4 letter with all that a plan can draw: four styles kerned and justified, shared layers, a
// tint, two codes, filled, ringed and dashed outlines, a gray and a CMYK picture.
func samplePlan(t testing.TB) (sheet.Plan, typeset.Family) {
	t.Helper()
	refs, family := fonts(t)
	p := sheet.Plan{PieceID: "pc_sample", Fonts: refs, Sheet: sheet.Sheet{Name: "A4", W: 210_000, H: 297_000, Bleed: 3_000}}
	base := sheet.NewLayer([]sheet.Op{
		{Kind: sheet.OpRect, X: -3_000, Y: -3_000, W: 216_000, H: 20_000, Ink: sheet.Ink{C: 90, M: 40, K: 20}},
		{Kind: sheet.OpText, Style: sheet.Bold, Size: 20_000, X: 25_000, Y: 11_000, Text: "Erfundene Werke Quarz & Söhne", Ink: sheet.Paper},
		{Kind: sheet.OpRect, X: 20_000, Y: 195_000, W: 165_000, H: 40_000, Ink: sheet.Ink{C: 10, Y: 5}},
	})
	page := sheet.Page{Base: []*sheet.Layer{base}, Placed: []sheet.Placed{{X: 25_000, Y: 110_000, Layer: sheet.NewLayer(paragraph(t, family, 11_000))}}}
	page.Ops = append(page.Ops, styles(family)...)
	page.Ops = append(page.Ops, printedCodes(t)...)
	page.Ops = append(page.Ops, outlines()...)
	page.Ops = append(page.Ops, pictures(t)...)
	page.Zones = []sheet.Zone{{Name: "window <DL>", Kind: sheet.ZoneWindow, X: 20_000, Y: 45_000, W: 90_000, H: 45_000}}
	p.Pages = []sheet.Page{page}
	return p, family
}

func paragraph(t testing.TB, f typeset.Family, size int) []sheet.Op {
	t.Helper()
	spans := []typeset.Span{{Style: sheet.Regular, Text: strings.Repeat(filler, 4)}, {Style: sheet.Italic, Text: strings.Repeat(filler, 2)}}
	lines, err := f.Break([][]typeset.Span{spans}, typeset.Options{Size: size, Measure: 165_000, Align: typeset.Justified, Hyphenate: "de"})
	if err != nil {
		t.Fatal(err)
	}
	var ops []sheet.Op
	for i, l := range lines {
		for _, r := range l.Runs {
			ops = append(ops, sheet.Op{Kind: sheet.OpText, Style: r.Style, Size: size, X: r.X, Y: i * 5_000, W: r.W, Text: r.Text, Shift: r.Shift, Ink: sheet.Black})
		}
	}
	return ops
}

func styles(f typeset.Family) (ops []sheet.Op) {
	for i := range sheet.Styles {
		size := 6_000 + 4_000*int(i)
		r := f.Set(i, "Wave To AVATAR 0123456789 äöüß", size)
		ops = append(ops, sheet.Op{Kind: sheet.OpText, Style: i, Size: size, X: 25_000, Y: 50_000 + 8_000*int(i), W: r.W, Text: r.Text, Shift: r.Shift, Ink: sheet.Ink{M: 25 * uint8(i), K: 100}})
	}
	return ops
}

func printedCodes(t testing.TB) (ops []sheet.Op) {
	t.Helper()
	qr, err := codes.QR("https://antwort.example/r/7ZK3M9QXPTB0W4V8N2C6RJ5D1F")
	if err != nil {
		t.Fatal(err)
	}
	match, err := codes.Match{Batch: "bt_01jm0z3k9qxptb0w4v8n2c6rj5", Seq: 1, Piece: "pc_01jm0z3kabcdefghjkmnpqrstv", Sheet: 1, Sheets: 1}.Matrix()
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range []codes.Matrix{qr, match} {
		const unit = 480
		ops = append(ops, sheet.Op{Kind: sheet.OpModules, Part: sheet.PartCode, X: 150_000, Y: 30_000 + 40_000*i, W: m.W * unit, H: m.H * unit, Unit: unit, Modules: m.Boxes, Ink: sheet.Black})
	}
	return ops
}

func outlines() []sheet.Op {
	ring := &sheet.Path{Verbs: "MLLLZMLLLZ", Coords: []int{0, 0, 20_000, 0, 20_000, 20_000, 0, 20_000, 5_000, 5_000, 15_000, 5_000, 15_000, 15_000, 5_000, 15_000}, EvenOdd: true}
	wave := &sheet.Path{Verbs: "MCCL", Coords: []int{0, 10_000, 5_000, -8_000, 15_000, 28_000, 20_000, 10_000, 25_000, -5_000, 30_000, 5_000, 35_000, 10_000, 36_000, 0}, Stroke: 700}
	dashed := &sheet.Path{Verbs: "ML", Coords: []int{0, 0, 160_000, 0}, Stroke: 250, Dash: []int{2_000, 1_000}}
	drop := &sheet.Path{Verbs: "MCCZ", Coords: []int{10_000, 0, 20_000, 12_000, 15_000, 20_000, 10_000, 20_000, 5_000, 20_000, 0, 12_000, 10_000, 0}}
	return []sheet.Op{
		{Kind: sheet.OpPath, X: 25_000, Y: 200_000, W: 20_000, H: 20_000, Path: ring, Ink: sheet.Ink{M: 80, Y: 60}},
		{Kind: sheet.OpPath, X: 55_000, Y: 200_000, W: 36_000, H: 20_000, Path: wave, Ink: sheet.Ink{C: 100, M: 30}},
		{Kind: sheet.OpPath, X: 100_000, Y: 200_000, W: 20_000, H: 20_000, Path: drop, Ink: sheet.Ink{C: 60, Y: 100}},
		{Kind: sheet.OpPath, X: 25_000, Y: 240_000, W: 160_000, H: 250, Path: dashed, Ink: sheet.Ink{K: 80}},
	}
}

// pictures are drawn at 150 pixels an inch, so that no rasteriser has to guess between them.
func pictures(t testing.TB) []sheet.Op {
	t.Helper()
	const w, h, width = 120, 90, 120 * 25_400 / 150
	gray := &sheet.Image{Key: "gray", W: w, H: h}
	tint := &sheet.Image{Key: "tint", W: w, H: h, CMYK: true}
	screen := image.NewRGBA(image.Rect(0, 0, w, h))
	plain := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			v := uint8(x + y)
			gray.Data = append(gray.Data, v)
			plain.SetGray(x, y, color.Gray{Y: v})
			ink := sheet.Ink{C: uint8(x * 100 / w), Y: uint8(y * 100 / h), K: 10}
			tint.Data = append(tint.Data, uint8(int(ink.C)*255/100), 0, uint8(int(ink.Y)*255/100), 26)
			c := svgtest.RGB(ink)
			screen.Set(x, y, color.RGBA{c[0], c[1], c[2], 255})
		}
	}
	gray.Screen, tint.Screen = encoded(t, plain), encoded(t, screen)
	return []sheet.Op{
		{Kind: sheet.OpImage, X: 130_000, Y: 199_000, W: width, H: width * h / w, Image: gray},
		{Kind: sheet.OpImage, X: 157_000, Y: 199_000, W: width, H: width * h / w, Image: tint},
	}
}

func encoded(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func printed(t testing.TB, plans ...sheet.Plan) string {
	t.Helper()
	icc, err := fs.ReadFile(templates.Profiles(), "FOGRA39L_coated.icc")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "print.pdf")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	_, _, err = pdf.RenderFile(f, pdf.Options{Fonts: templates.Fonts(), Sheet: plans[0].Sheet,
		Meta:    pdf.Meta{Title: "sample", Created: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)},
		Profile: pdf.Profile{ICC: icc, Identifier: "FOGRA39", Info: "Coated FOGRA39"}}, plans)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// TestSameToTheEye is the bar: at 150 dpi at most .5 % of the pixels differ by more than 32 of 255.
func TestSameToTheEye(t *testing.T) {
	for _, marks := range []bool{false, true} {
		p, family := samplePlan(t)
		p.Sheet.CutMarks = marks
		var b bytes.Buffer
		if err := Page(&b, &p, 0, Options{Fonts: family, Bleed: true, RGB: svgtest.RGB}); err != nil {
			t.Fatal(err)
		}
		share := svgtest.Differ(t, printed(t, p), 1, b.Bytes(), 150)
		t.Logf("cut marks %v: %.4f %% of the pixels differ, the page has %d bytes", marks, 100*share, b.Len())
		if share > .005 {
			t.Errorf("cut marks %v: %.3f %% of the pixels differ", marks, 100*share)
		}
	}
}

// A page whose texts, codes and shapes are moved by a fifth of a millimetre does not pass as the same.
func TestDifferenceIsSeen(t *testing.T) {
	p, family := samplePlan(t)
	path := printed(t, p)
	for i := range p.Pages[0].Ops {
		p.Pages[0].Ops[i].X += 200
	}
	p.Pages[0].Placed[0].X += 200
	var b bytes.Buffer
	if err := Page(&b, &p, 0, Options{Fonts: family, Bleed: true, RGB: svgtest.RGB}); err != nil {
		t.Fatal(err)
	}
	if share := svgtest.Differ(t, path, 1, b.Bytes(), 150); share < .01 {
		t.Errorf("only %.3f %% of the pixels differ", 100*share)
	}
}
