package artwork_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/png"
	"reflect"
	"strings"
	"testing"

	"postlift"
	"postlift/mailers/artwork"
	"postlift/mailers/pdfread/pdfreadtest"
	"postlift/mailers/preflight"
	"postlift/mailers/sheet"
)

func importPage(t *testing.T, pdf []byte, w artwork.Want) *sheet.Form {
	t.Helper()
	f, err := artwork.Import(pdf, 1, w)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestImportRendersAlike(t *testing.T) {
	for what, extra := range map[string]string{"upright": "", "quarter turn": "/Rotate 90", "half turn": "/Rotate 180", "three quarters": "/Rotate -90"} {
		t.Run(what, func(t *testing.T) {
			pdf := clean(extra).Bytes()
			w := want
			if strings.Contains(extra, "90") {
				w.W, w.H = w.H, w.W
			}
			f := importPage(t, pdf, w)
			if fmt.Sprint(f.Spots) != "[Brand Blue]" || f.Bleed != bleed || f.W != w.W || f.H != w.H {
				t.Errorf("spots %v, bleed %d, trim %d x %d", f.Spots, f.Bleed, f.W, f.H)
			}
			for _, by := range []string{"mutool", "gs"} {
				needs(t, by)
				if by == "gs" { // it needs whole profiles, and version 10.00 draws a form on a layer that is off
					pdf = cleanWithout(extra, "/Hidden").Bytes()
					at := bytes.Index(pdf, []byte("[/ICCBased"))
					copy(pdf[at:], "/DeviceCMYK"+strings.Repeat(" ", bytes.IndexByte(pdf[at:], ']')-10))
					f = importPage(t, pdf, w)
				}
				if d := differ(t, picture(t, pdf, by), picture(t, place(f), by)); d > .005 {
					t.Errorf("%s: %.2f %% of the pixels differ", by, 100*d)
				}
			}
		})
	}
}

// TestImportOfOtherWriters: what other programs write is accepted and renders alike.
func TestImportOfOtherWriters(t *testing.T) {
	ps := fmt.Sprintf("%%!PS\n<</PageSize[%.3f %.3f]>>setpagedevice .1 .2 0 0 setcmykcolor 0 0 400 300 rectfill 0 0 0 1 setcmykcolor /Times-Roman findfont 18 scalefont setfont 30 60 moveto (Gr\\374\\337e, \\304rger, fi) show showpage",
		(trimW+2*bleed)*pt, (trimH+2*bleed)*pt)
	gs := []string{"-q", "-dSAFER", "-dNOPAUSE", "-dBATCH", "-sDEVICE=pdfwrite", "-sColorConversionStrategy=CMYK", "-sProcessColorModel=DeviceCMYK", "-dEmbedAllFonts=true", "-dSubsetFonts=true", "-sOutputFile=OUT", "-c", "<</NeverEmbed[]>>setdistillerparams", "-f", "IN"}
	var made []byte
	t.Run("ghostscript", func(t *testing.T) {
		made = run(t, []byte(ps), ".ps", "gs", gs...)
		alike(t, made)
	})
	for what, c := range map[string][]string{
		"object streams": {"qpdf", "--object-streams=generate", "--deterministic-id", "IN", "OUT"},
		"mutool clean":   {"mutool", "clean", "-gggg", "IN", "OUT"},
		"linearized":     {"qpdf", "--linearize", "--deterministic-id", "IN", "OUT"},
	} {
		t.Run(what, func(t *testing.T) {
			alike(t, run(t, clean("").Bytes(), ".pdf", c[0], c[1:]...))
			if made != nil {
				alike(t, run(t, made, ".pdf", c[0], c[1:]...))
			}
		})
	}
}

func alike(t *testing.T, pdf []byte) {
	t.Helper()
	needs(t, "mutool")
	f := importPage(t, pdf, want)
	if d := differ(t, picture(t, pdf, "mutool"), picture(t, place(f), "mutool")); d > .005 {
		t.Errorf("%.2f %% of the pixels differ", 100*d)
	}
	needs(t, "qpdf")
	run(t, place(f), ".pdf", "qpdf", "IN", "OUT") // fails on warnings
}

func TestImportIsDeterministic(t *testing.T) {
	pdf := clean("").Bytes()
	first := importPage(t, pdf, want)
	for range 20 {
		if f := importPage(t, pdf, want); !reflect.DeepEqual(f, first) {
			t.Fatal("two imports of the same bytes differ")
		}
	}
}

// TestImportLeavesOut: what is not used, not printed or not allowed in print files is not in the form.
func TestImportLeavesOut(t *testing.T) {
	all := place(importPage(t, clean("").Bytes(), want))
	for _, banned := range []string{"DeviceRGB", "LZWDecode", "ICCBased", "/OC", "/HT", "/TR2", "Properties"} {
		if bytes.Contains(all, []byte(banned)) {
			t.Errorf("the form holds %s", banned)
		}
	}
}

// TestImportPassesPreflight: a file that shows the form has no fault that the form could bring.
func TestImportPassesPreflight(t *testing.T) {
	r := preflight.File(place(importPage(t, clean("").Bytes(), want)), preflight.Options{W: trimW, H: trimH, Bleed: bleed})
	for _, f := range r.Findings {
		switch f.Rule {
		case "standard", "output_intent", "file_id": // of the test's own file
		case "fonts_type3", "type_size", "image_resolution": // warnings that the fixture earns
			if f.Severity == preflight.Error {
				t.Errorf("%+v", f)
			}
		default:
			t.Errorf("%+v", f)
		}
	}
	if fmt.Sprint(r.Separations) != "[Cyan Magenta Yellow Black Brand Blue]" {
		t.Errorf("separations %v", r.Separations)
	}
}

func TestUserUnitAndScreen(t *testing.T) {
	d := pdfreadtest.New()
	half := pdfreadtest.Boxes(trimW*pt/2, trimH*pt/2, bleed*pt/2)
	d.Page(half+"/UserUnit 2/Resources<<>>", "0 1 0 0 k 20 20 30 30 re f")
	w := want
	w.Draw = func(pdf []byte, page int, _ []byte) ([]byte, error) {
		var b bytes.Buffer
		err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1060, 660)))
		return b.Bytes(), err
	}
	f := importPage(t, d.Bytes(), w)
	if f.W != trimW || f.H != trimH || f.BBox != [4]int64{0, 0, 283465, 170079} {
		t.Errorf("trim %d x %d, box %v", f.W, f.H, f.BBox)
	}
	c, err := png.DecodeConfig(bytes.NewReader(f.Screen))
	if err != nil || c.Width != 1060 || c.Height != 660 {
		t.Errorf("the screen's picture has %d x %d pixels, %v", c.Width, c.Height, err)
	}
	w.Draw = func([]byte, int, []byte) ([]byte, error) { return nil, errors.New("no renderer") }
	if _, err := artwork.Import(d.Bytes(), 1, w); err == nil || errors.As(err, new(*artwork.Refusal)) {
		t.Errorf("a failing renderer gives %v", err)
	}
}

// rules are the rules of a refusal, each once.
func rules(t *testing.T, pdf []byte, page int, w artwork.Want) string {
	t.Helper()
	_, err := artwork.Import(pdf, page, w)
	if err == nil {
		return ""
	}
	var r *artwork.Refusal
	if !errors.As(err, &r) || postlift.KindOf(err) != postlift.Invalid {
		t.Fatalf("got %v", err)
	}
	var out []string
	seen := map[string]bool{}
	for _, reason := range r.Reasons {
		if reason.Text == "" || reason.TextDE == "" {
			t.Errorf("a reason without text: %+v", reason)
		}
		if !seen[reason.Rule] {
			out = append(out, reason.Rule)
		}
		seen[reason.Rule] = true
	}
	return strings.Join(out, " ")
}

func TestRefusals(t *testing.T) {
	page := func(entries, content string) []byte {
		d := pdfreadtest.New()
		d.Page(boxes()+entries, content)
		return d.Bytes()
	}
	with := func(objects func(d *pdfreadtest.Doc) string, content string) []byte {
		d := pdfreadtest.New()
		d.Page(boxes()+objects(d), content)
		return d.Bytes()
	}
	image := func(entries string, data string) func(d *pdfreadtest.Doc) string {
		return func(d *pdfreadtest.Doc) string {
			return fmt.Sprintf("/Resources<</XObject<</X %d 0 R>>>>", d.Stream("/Type/XObject/Subtype/Image"+entries, []byte(data)))
		}
	}
	const noise = "0 0 0 1 k 0 0 9 9 re f "
	cases := []struct {
		what, want string
		pdf        []byte
	}{
		{"clean", "", page("/Resources<<>>", noise)},
		{"RGB that is set and not used", "", page("/Resources<<>>", "1 0 0 rg "+noise)},
		{"RGB fill", "rgb_colour", page("/Resources<<>>", "1 0 0 rg 0 0 9 9 re f")},
		{"RGB stroke by space", "rgb_colour", page("/Resources<<>>", "/DeviceRGB CS 1 0 0 SC 0 0 m 9 9 l S")},
		{"Lab", "rgb_colour", page("/Resources<</ColorSpace<</L[/Lab<</WhitePoint[1 1 1]>>]>>>>", "/L cs 50 9 9 sc 0 0 9 9 re f")},
		{"ICC RGB", "rgb_colour", with(func(d *pdfreadtest.Doc) string {
			return fmt.Sprintf("/Resources<</ColorSpace<</I[/ICCBased %d 0 R]>>>>", d.Flate("/N 3", header("RGB ")))
		}, "/I cs 1 0 0 scn 0 0 9 9 re f")},
		{"spot over Lab", "spot_alternate", page("/Resources<</ColorSpace<</S[/Separation/Gold[/Lab<</WhitePoint[1 1 1]>>]<</FunctionType 2/N 1/Domain[0 1]>>]>>>>", "/S cs 1 scn 0 0 9 9 re f")},
		{"RGB in a form in a form", "rgb_colour", with(func(d *pdfreadtest.Doc) string {
			in := d.Stream("/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<<>>", []byte("1 0 0 rg 0 0 9 9 re f"))
			out := d.Stream(fmt.Sprintf("/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</In %d 0 R>>>>", in), []byte("/In Do"))
			return fmt.Sprintf("/Resources<</XObject<</X %d 0 R>>>>", out)
		}, "/X Do")},
		{"RGB in a pattern", "rgb_colour", with(func(d *pdfreadtest.Doc) string {
			return fmt.Sprintf("/Resources<</Pattern<</P %d 0 R>>>>", d.Stream("/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 8 8]/XStep 8/YStep 8/Resources<<>>", []byte("1 0 0 rg 0 0 4 4 re f")))
		}, "/Pattern cs /P scn 0 0 9 9 re f")},
		{"RGB gradient", "rgb_colour", page("/Resources<</Shading<</S<</ShadingType 2/ColorSpace/DeviceRGB/Coords[0 0 9 9]/Function<</FunctionType 2/N 1/Domain[0 1]>>>>>>>>", "/S sh")},
		{"RGB image", "rgb_colour", with(image("/Width 2/Height 2/BitsPerComponent 8/ColorSpace/DeviceRGB", "abcabcabcabc"), "q .5 0 0 .5 0 0 cm /X Do Q")},
		{"indexed RGB image", "rgb_colour", with(image("/Width 2/Height 2/BitsPerComponent 8/ColorSpace[/Indexed/DeviceRGB 1 <000000ffffff>]", "\x00\x01\x00\x01"), "q .5 0 0 .5 0 0 cm /X Do Q")},
		{"inline RGB image", "rgb_colour", page("/Resources<<>>", "q 1 0 0 1 0 0 cm BI /W 1/H 1/BPC 8/CS/RGB ID abc EI Q")},
		{"coarse image", "image_resolution", with(image("/Width 9/Height 9/BitsPerComponent 1/ImageMask true", "123456789012345678"), "q 90 0 0 90 0 0 cm /X Do Q")},
		{"image as gradient", "", with(image("/Width 1/Height 9/BitsPerComponent 8/ColorSpace/DeviceGray", "123456789"), "q 90 0 0 90 0 0 cm /X Do Q")},
		{"font not embedded", "font_embedded", page("/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>", "BT /F 9 Tf (a) Tj ET")},
		{"transfer function", "transfer", page("/Resources<</ExtGState<</G<</TR/Odd>>>>>>", "/G gs "+noise)},
		{"RGB group", "rgb_group", page("/Resources<<>>/Group<</S/Transparency/CS/DeviceRGB>>", noise)},
		{"comment that prints", "annotation", page("/Resources<<>>/Annots[<</Subtype/Stamp/F 4/Rect[0 0 9 9]>>]", noise)},
		{"link", "", page("/Resources<<>>/Annots[<</Subtype/Link/Rect[0 0 9 9]>>]", noise)},
		{"PostScript", "postscript", with(func(d *pdfreadtest.Doc) string {
			return fmt.Sprintf("/Resources<</XObject<</X %d 0 R>>>>", d.Stream("/Type/XObject/Subtype/PS", []byte("showpage")))
		}, "/X Do")},
		{"OPI and reference", "opi reference", with(func(d *pdfreadtest.Doc) string {
			return fmt.Sprintf("/Resources<</XObject<</X %d 0 R>>>>", d.Stream("/Type/XObject/Subtype/Form/BBox[0 0 9 9]/OPI<<>>/Ref<<>>", []byte(noise)))
		}, "/X Do")},
		{"registration colour", "registration_colour", page("/Resources<</ColorSpace<</A[/Separation/All/DeviceCMYK<</FunctionType 2/N 1/Domain[0 1]>>]>>>>", "/A cs 1 scn 50 50 9 9 re f")},
		{"cut marks of the page", "", page("/Resources<</ColorSpace<</A[/Separation/All/DeviceCMYK<</FunctionType 2/N 1/Domain[0 1]>>]>>>>", "/A cs 1 scn 0 0 5 1 re f")},
		{"too much ink", "ink_sum", page("/Resources<<>>", "1 1 .5 .6 k 50 50 9 9 re f")},
		{"too much ink where nothing prints", "", page("/Resources<<>>", "1 1 .5 .6 k -50 -50 9 9 re f")},
		{"white that overprints", "white_overprint", page("/Resources<</ExtGState<</G<</op true/OPM 1>>>>>>", "/G gs 0 0 0 0 k 50 50 9 9 re f")},
		{"hairline", "line_width", page("/Resources<<>>", "0 w 50 50 m 90 90 l S")},
		{"missing object", "content", page("/Resources<<>>", "/X Do")},
		{"all at once", "bleed annotation rgb_group rgb_colour font_embedded", bytes.Replace(page("/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>/Annots[<</Subtype/Stamp/F 4>>]/Group<</S/Transparency/CS/DeviceRGB>>",
			"1 0 0 rg 0 0 9 9 re f BT /F 9 Tf (a) Tj ET"), []byte("/BleedBox[0 0"), []byte("/BleedBox[6 6"), 1)},
	}
	for _, c := range cases {
		if got := rules(t, c.pdf, 1, want); got != c.want {
			t.Errorf("%s: refused for %q, want %q", c.what, got, c.want)
		}
	}
	if got := rules(t, cases[0].pdf, 2, want); got != "page" {
		t.Errorf("page 2 of 1: %q", got)
	}
	if got := rules(t, []byte("%!PS"), 1, want); got != "readable" {
		t.Errorf("PostScript: %q", got)
	}
}

func TestBoxes(t *testing.T) {
	w, h, b := trimW*pt, trimH*pt, bleed*pt
	media := func(w, h float64) string { return fmt.Sprintf("/MediaBox[0 0 %.3f %.3f]", w, h) }
	for _, c := range []struct{ what, entries, want string }{
		{"all", boxes(), ""},
		{"no trim, media is trim and bleed", media(w+2*b, h+2*b), ""},
		{"no trim, media is the trim", media(w, h), "bleed"},
		{"no trim, media is something else", media(w+50, h+50), "trim_box"},
		{"trim too large", pdfreadtest.Boxes(w+2, h, b), "trim_size"},
		{"trim on its side", pdfreadtest.Boxes(h, w, b), "trim_size"},
		{"trim off by .3 mm", pdfreadtest.Boxes(w+.85, h, b), ""},
		{"bleed too small", pdfreadtest.Boxes(w, h, b-1), "bleed"},
		{"more bleed", pdfreadtest.Boxes(w, h, b+9), ""},
		{"no bleed box, large media box", media(w+99, h+99) + fmt.Sprintf("/TrimBox[50 50 %.3f %.3f]", w+50, h+50), ""},
		{"no media box", "/TrimBox[0 0 9 9]", "boxes"},
	} {
		d := pdfreadtest.New()
		d.Page(c.entries+"/Resources<<>>", "")
		if got := rules(t, d.Bytes(), 1, want); got != c.want {
			t.Errorf("%s: refused for %q, want %q", c.what, got, c.want)
		}
	}
}

// TestScreenProgramsAreRefused: browsers and SVG converters write RGB.
func TestScreenProgramsAreRefused(t *testing.T) {
	svg := `<svg xmlns="http://www.w3.org/2000/svg" width="106mm" height="66mm" viewBox="0 0 106 66"><defs><linearGradient id="g"><stop stop-color="#f00"/><stop offset="1" stop-color="#00f"/></linearGradient></defs><rect width="106" height="66" fill="url(#g)"/><text x="20" y="30" font-size="8" fill="#123456">Hallo</text></svg>`
	t.Run("rsvg-convert", func(t *testing.T) {
		pdf := run(t, []byte(svg), ".svg", "rsvg-convert", "-f", "pdf", "-o", "OUT", "IN")
		if got := rules(t, pdf, 1, want); !strings.Contains(got, "rgb_colour") {
			t.Errorf("refused for %q", got)
		}
	})
	t.Run("chromium", func(t *testing.T) {
		if testing.Short() {
			t.Skip("starts a browser")
		}
		html := `<style>@page{size:106mm 66mm;margin:0}</style><body style="background:#fee"><h1 style="color:#123">Hallo</h1>`
		pdf := run(t, []byte(html), ".html", "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", "--print-to-pdf=OUT", "IN")
		if got := rules(t, pdf, 1, want); !strings.Contains(got, "rgb_colour") {
			t.Errorf("refused for %q", got)
		}
	})
}
