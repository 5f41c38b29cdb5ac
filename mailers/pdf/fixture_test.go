package pdf

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/jpeg"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"postlift/mailers/codes"
	"postlift/mailers/sheet"
	"postlift/templates"
)

// The plans of these tests are made by hand, with every kind of operation, so that they test this package and
// no composer.

var a4 = sheet.Sheet{Name: "A4", W: 210_000, H: 297_000, Bleed: 3000}

func options(t testing.TB) Options {
	t.Helper()
	icc, err := fs.ReadFile(templates.Profiles(), "FOGRA39L_coated.icc")
	if err != nil {
		t.Fatal(err)
	}
	return Options{Fonts: templates.Fonts(), Sheet: a4, VT: true,
		Meta:    Meta{Title: "bt_test: Größe & <Art>", Created: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)},
		Profile: Profile{ICC: icc, Identifier: "FOGRA39", Info: "Coated FOGRA39 (ISO 12647-2:2004)"}}
}

var fontNames = [sheet.Styles]string{"SourceSans3-Regular.ttf", "SourceSans3-Bold.ttf", "SourceSans3-It.ttf", "SourceSans3-BoldIt.ttf", "SourceSans3-Regular.ttf"}

// testFonts are the shipped fonts and the widths of their glyphs in thousandths of the size.
type testFonts struct {
	refs   [sheet.Styles]sheet.FontRef
	widths [sheet.Styles]map[rune]int
}

var loadFonts = sync.OnceValue(func() testFonts {
	var out testFonts
	for i, name := range fontNames {
		b, err := fs.ReadFile(templates.Fonts(), name)
		if err != nil {
			panic(err)
		}
		sum := sha256.Sum256(b)
		out.refs[i] = sheet.FontRef{File: name, SHA256: hex.EncodeToString(sum[:])}
		f, err := sfnt.Parse(b)
		if err != nil {
			panic(err)
		}
		out.widths[i] = map[rune]int{}
		var buf sfnt.Buffer
		for r := rune(0x20); r < 0x2100; r++ {
			g, err := f.GlyphIndex(&buf, r)
			if err != nil || g == 0 {
				continue
			}
			adv, err := f.GlyphAdvance(&buf, g, fixed.I(1000), font.HintingNone)
			if err != nil {
				panic(err)
			}
			out.widths[i][r] = adv.Round()
		}
	}
	return out
})

// line is a run of text; a measure above 0 justifies it by moving its words apart.
func line(style sheet.Style, size, x, y int, text string, measure int, ink sheet.Ink) sheet.Op {
	units, blanks := 0, 0
	for _, r := range text {
		units += loadFonts().widths[style][r]
		if r == ' ' {
			blanks++
		}
	}
	op := sheet.Op{Kind: sheet.OpText, Style: style, Size: size, X: x, Y: y, W: units * size / 1000 * 127 / 360, Text: text, Ink: ink}
	if measure == 0 || blanks == 0 {
		return op
	}
	runes := []rune(text)
	op.Shift = make([]int16, len(runes)-1)
	rest := (measure - op.W) * 360 / 127 * 1000 / size // thousandths of the size
	for i := range op.Shift {
		if i*31%7 == 3 && runes[i] != ' ' && runes[i+1] != ' ' { // as many kerning pairs as a text has
			op.Shift[i] = int16(-2 - i%5*3)
			rest -= int(op.Shift[i])
		}
	}
	for i, r := range runes[:len(runes)-1] {
		if r == ' ' {
			op.Shift[i] = int16(rest / blanks)
			rest, blanks = rest-rest/blanks, blanks-1
		}
	}
	op.W = measure
	return op
}

func code(m codes.Matrix, err error) func(x, y, unit int) sheet.Op {
	if err != nil {
		panic(err)
	}
	return func(x, y, unit int) sheet.Op {
		return sheet.Op{Kind: sheet.OpModules, Part: sheet.PartCode, X: x, Y: y, W: m.W * unit, H: m.H * unit, Unit: unit, Modules: m.Boxes, Ink: sheet.Black}
	}
}

var words = strings.Fields(`Sehr geehrte Frau Bauer Ihre Verpackungsanlage arbeitet seit vier Jahren ohne Ausfall und gerade dann lohnt sich die
 vorausschauende Wartung denn Verschleiß erscheint früher in Messwerten als im Betriebsablauf Wir haben Ihre Maschinendaten ausgewertet und empfehlen
 Hauptlager während der Frühjahrspause auszutauschen bevor Ihre Hochsaison beginnt Der Festpreis gilt bis Monatsende einschließlich Anfahrt
 Schmierstoffe sowie Übergabeprotokoll Größere Änderungen besprechen wir selbstverständlich rechtzeitig vorher mit Ihnen`)

// bodyLines are justified lines of about so many characters that differ from piece to piece.
func bodyLines(n, first, y, length int) []sheet.Op {
	var ops []sheet.Op
	at := first
	for i := range n {
		text := fmt.Sprintf("%d", first+i)
		for len(text) < length {
			text += " " + words[at%len(words)]
			at += 1 + at%3
		}
		ops = append(ops, line(sheet.Regular, 10_500, 25_000, y+i*4500, text, length*2200, sheet.Black))
	}
	return ops
}

// logo is curves and straight lines in two inks.
func logo() []sheet.Op {
	p := &sheet.Path{Verbs: "MCCLLZMLLZ", Coords: []int{0, 0, 5000, 1000, 9000, 3000, 14000, 0, 17000, 4000, 19000, 6000, 20000, 9000,
		10000, 12000, 0, 9000, 4000, 4000, 9000, 4000, 6000, 8000}, EvenOdd: true}
	return []sheet.Op{
		{Kind: sheet.OpRect, Part: sheet.PartDecor, X: -3000, Y: -3000, W: 216_000, H: 8000, Ink: sheet.Ink{C: 90, M: 40, K: 10}},
		{Kind: sheet.OpPath, Part: sheet.PartDecor, X: 170_000, Y: 12_000, W: 20_000, H: 12_000, Path: p, Ink: sheet.Ink{C: 90, M: 40, K: 10}},
		{Kind: sheet.OpPath, Part: sheet.PartMark, X: 5000, Y: 105_000, W: 5000, Path: &sheet.Path{Verbs: "ML", Coords: []int{0, 0, 5000, 0}, Stroke: 88}, Ink: sheet.Black},
		line(sheet.Regular, 7000, 25_000, 285_000, "Muster Maschinenbau GmbH · Beispielweg 1 · 42103 Wuppertal · HRB 00000", 0, sheet.Ink{K: 70}),
	}
}

var spotRed = sheet.Ink{M: 100, Y: 80, Spot: "Hausrot 1", Tint: 100}

func grayImage(w, h int) *sheet.Image {
	m := &sheet.Image{W: w, H: h, Data: make([]byte, w*h)}
	for i := range m.Data {
		m.Data[i] = byte(i * 7 % 251)
	}
	sum := sha256.Sum256(m.Data)
	m.Key = hex.EncodeToString(sum[:])
	return m
}

func cmykImage(w, h int) *sheet.Image {
	m := &sheet.Image{W: w, H: h, CMYK: true, Data: make([]byte, w*h*4)}
	for i := range m.Data {
		m.Data[i] = byte(i * 3 % 160)
	}
	sum := sha256.Sum256(m.Data)
	m.Key = hex.EncodeToString(sum[:])
	return m
}

func jpegImage(t testing.TB, w, h int) *sheet.Image {
	t.Helper()
	pic := image.NewGray(image.Rect(0, 0, w, h))
	for i := range pic.Pix {
		pic.Pix[i] = byte(i % w * 255 / w)
	}
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, pic, nil); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(buf.Bytes())
	return &sheet.Image{Key: hex.EncodeToString(sum[:]), W: w, H: h, JPEG: true, Data: buf.Bytes()}
}

// artwork is a designer's page of 100 x 50 pt with 9 pt bleed, one tint in process inks and one in a spot ink,
// whose colour space is an object of its own.
func artwork() *sheet.Form {
	content := "0 .2 .4 0 k -20 -20 140 90 re f /CS0 cs .5 scn 10 10 80 30 re f"
	return &sheet.Form{Key: strings.Repeat("ab", 32), W: 35_278, H: 17_639, Bleed: 3175, BBox: [4]int64{0, 0, 100_000, 50_000}, Spots: []string{"Artwork Green"},
		Objects: []sheet.Object{
			{Parts: [][]byte{[]byte("<</Type/XObject/Subtype/Form/BBox[-9 -9 109 59]/Resources<</ColorSpace<</CS0 "),
				[]byte(fmt.Sprintf(">>>>/Length %d>>\nstream\n%s\nendstream", len(content), content))}, Refs: []int{1}},
			{Parts: [][]byte{[]byte("[/Separation/Artwork#20Green/DeviceCMYK "), []byte("]")}, Refs: []int{2}},
			{Parts: [][]byte{[]byte("<</FunctionType 2/Domain[0 1]/C0[0 0 0 0]/C1[.8 0 1 0]/N 1>>")}},
		}}
}

// qrText and dmText are what the codes of piece i hold.
func qrText(i int) string { return fmt.Sprintf("https://antwort.example/r/%026d", i*7919) }
func dmText(i int) string { return fmt.Sprintf("PC%012d 1/1 BT000017", i) }

// pieceName stands in the address of piece i and nowhere else.
func pieceName(i int) string { return fmt.Sprintf("Erfundene Werke Nr. %05d GmbH", i) }

// letterPlan is a piece like the reference letter: shared layers, an address, justified text and two codes.
// Every third piece has a second page.
func letterPlan(i int) sheet.Plan {
	base, par := sharedLayers()
	p := sheet.Plan{PieceID: fmt.Sprintf("pc_%026d", i), Sheet: a4, Fonts: loadFonts().refs}
	ops := []sheet.Op{
		line(sheet.Regular, 10_000, 25_000, 66_000, pieceName(i), 0, sheet.Black),
		line(sheet.Regular, 10_000, 25_000, 70_500, "Frau Petra Bauer", 0, sheet.Black),
		line(sheet.Regular, 10_000, 25_000, 75_000, fmt.Sprintf("Industriestraße %d", i%200+1), 0, sheet.Black),
		line(sheet.Regular, 10_000, 25_000, 79_500, "42103 Wuppertal", 0, sheet.Black),
		line(sheet.Bold, 12_000, 25_000, 105_000, "Ihre Wartung im Mai", 0, sheet.Black),
	}
	ops = append(ops, bodyLines(20, i, 115_000, 75)...)
	ops = append(ops, code(codes.QR(qrText(i)))(165_000, 240_000, 500), code(codes.DataMatrix([]byte(dmText(i)), codes.Square))(10_000, 270_000, 500))
	p.Pages = []sheet.Page{{Base: []*sheet.Layer{base}, Placed: []sheet.Placed{{X: 0, Y: 210_000 + i%5*1000, Layer: par}}, Ops: ops}}
	if i%3 == 2 {
		p.Pages = append(p.Pages, sheet.Page{Base: []*sheet.Layer{base}, Ops: bodyLines(4, i+7, 60_000, 75)})
	}
	return p
}

var sharedLayers = sync.OnceValues(func() (*sheet.Layer, *sheet.Layer) {
	var par []sheet.Op
	for i := range 5 {
		par = append(par, line(sheet.Italic, 10_500, 25_000, i*4500, "Für Rückfragen sind wir jederzeit da und freuen uns auf Ihre Antwort bis Ende des Monats", 160_000, sheet.Black))
	}
	return sheet.NewLayer(logo()), sheet.NewLayer(par)
})

// richPlan has every kind of operation.
func richPlan(t testing.TB, i int) sheet.Plan {
	p := letterPlan(i * 3)
	tint := spotRed
	tint.Tint = 40
	p.Pages[0].Ops = append([]sheet.Op{
		{Kind: sheet.OpForm, Part: sheet.PartDecor, X: 150_000, Y: 30_000, W: 40_000, H: 20_000, Form: artwork()},
		{Kind: sheet.OpImage, Part: sheet.PartDecor, X: 150_000, Y: 60_000, W: 20_000, H: 10_000, Image: grayImage(240, 120)},
		{Kind: sheet.OpImage, Part: sheet.PartDecor, X: 172_000, Y: 60_000, W: 20_000, H: 10_000, Image: cmykImage(240, 120)},
		{Kind: sheet.OpImage, Part: sheet.PartDecor, X: 150_000, Y: 72_000, W: 20_000, H: 10_000, Image: jpegImage(t, 240, 120)},
		{Kind: sheet.OpRect, X: 150_000, Y: 85_000, W: 40_000, H: 10_000, Ink: spotRed},
		{Kind: sheet.OpRect, X: 150_000, Y: 95_000, W: 40_000, H: 8000, Ink: tint},
		line(sheet.BoldItalic, 14_000, 152_000, 92_000, "Nur im Mai", 0, sheet.Paper),
		line(sheet.Bold, 14_000, 152_000, 101_000, "100 K darüber", 0, sheet.Black),
		{Kind: sheet.OpPath, X: 25_000, Y: 230_000, W: 100_000, Path: &sheet.Path{Verbs: "MLL", Coords: []int{0, 0, 50_000, 2000, 100_000, 0}, Stroke: 200, Dash: []int{2000, 1000}}, Ink: spotRed},
	}, p.Pages[0].Ops...)
	return p
}

// pieces are letters and, in the middle, one with everything.
func plans(t testing.TB, n int) []sheet.Plan {
	out := make([]sheet.Plan, n)
	for i := range out {
		if out[i] = letterPlan(i); i == n/2 {
			out[i] = richPlan(t, i)
		}
	}
	return out
}

func render(t testing.TB, o Options, plans []sheet.Plan) ([]byte, []PageRange, Summary) {
	t.Helper()
	var buf bytes.Buffer
	ranges, sum, err := RenderFile(&buf, o, plans)
	if err != nil {
		t.Fatal(err)
	}
	return buf.Bytes(), ranges, sum
}
