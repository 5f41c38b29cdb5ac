package artwork_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"os/exec"
	"testing"

	"postlift/mailers/artwork"
	"postlift/mailers/colour"
	"postlift/mailers/pdfread/pdfreadtest"
	"postlift/mailers/sheet"
	"postlift/templates"
)

// A page that lies on its side, larger than trim and bleed, is shown upright, cut to its bleed and in the press's
// colours, as the rest of the preview is.
func TestGhostscriptShowsThePage(t *testing.T) {
	if _, err := exec.LookPath("gs"); err != nil {
		t.Skip("gs is not installed")
	}
	icc, err := fs.ReadFile(templates.Profiles(), "FOGRA39L_coated.icc")
	if err != nil {
		t.Fatal(err)
	}
	press, err := colour.Parse(icc)
	if err != nil {
		t.Fatal(err)
	}
	d := pdfreadtest.New() // turned clockwise, what is at the bottom comes to the left
	d.Page("/Rotate 90/MediaBox[0 0 200 300]/TrimBox[20 20 120 220]/BleedBox[10 10 130 230]/Resources<<>>",
		"0 .4 .4 0 k 10 10 120 40 re f .3 0 0 0 k 10 50 120 180 re f 0 0 0 1 k 130 0 70 300 re f")
	const unit = 25400. / 72
	w := artwork.Want{W: round(200 * unit), H: round(100 * unit), Bleed: round(10 * unit), Draw: artwork.Ghostscript(""), ICC: icc}
	form := importPage(t, d.Bytes(), w)
	m, err := png.Decode(bytes.NewReader(form.Screen))
	if err != nil {
		t.Fatal(err)
	}
	if b := m.Bounds(); b.Dx() < 458 || b.Dx() > 459 || b.Dy() != 250 { // 220 x 120 points at 150 dots an inch
		t.Fatalf("the picture has %d x %d pixels", b.Dx(), b.Dy())
	}
	for _, p := range []struct {
		at  image.Point
		ink sheet.Ink
	}{{image.Pt(2, 2), sheet.Ink{M: 40, Y: 40}}, {image.Pt(78, 247), sheet.Ink{M: 40, Y: 40}}, {image.Pt(90, 247), sheet.Ink{C: 30}}, {image.Pt(455, 2), sheet.Ink{C: 30}}} {
		got := color.RGBAModel.Convert(m.At(p.at.X, p.at.Y)).(color.RGBA)
		want := press.RGB(p.ink)
		for c, v := range [...]uint8{got.R, got.G, got.B} {
			if diff := int(v) - int(want[c]); diff > 6 || diff < -6 { // two ways to interpolate one profile
				t.Errorf("at %v the screen shows %v for %s, the profile says %v", p.at, got, p.ink, want)
			}
		}
	}
}

func TestGhostscriptIsOptional(t *testing.T) {
	d := pdfreadtest.New()
	d.Page(pdfreadtest.Boxes(trimW*pt, trimH*pt, bleed*pt)+"/Resources<<>>", "0 1 0 0 k 20 20 30 30 re f")
	w := want
	w.Draw = artwork.Ghostscript("a program that nobody has")
	if form := importPage(t, d.Bytes(), w); len(form.Screen) > 0 {
		t.Error("a picture without a program that draws it")
	}
}

func round(v float64) int { return int(v + .5) }
