package pdf

import (
	"image"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"postlift/mailers/pdf/pdftest"
	"postlift/mailers/sheet"
)

// save renders into a file and gives what its outside checks must find.
func save(t *testing.T, o Options, all []sheet.Plan) (path string, e pdftest.Expect, ranges []PageRange) {
	t.Helper()
	b, ranges, sum := render(t, o, all)
	path = filepath.Join(t.TempDir(), "letters-0001.pdf")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	e = pdftest.Expect{Sheet: o.Sheet, Title: o.Meta.Title, Pages: sum.Pages, X1a: o.Standard == X1a, MinPPI: 300}
	if o.VT {
		for _, r := range ranges {
			e.Pieces = append(e.Pieces, pdftest.Piece{ID: r.PieceID, First: r.First, Count: r.Count})
		}
	}
	return path, e, ranges
}

func TestConformsToX4AndVT(t *testing.T) {
	path, e, _ := save(t, options(t), plans(t, 8))
	e.Spots, e.Fonts = []string{"Artwork Green", "Hausrot 1"}, 4
	pdftest.Conforms(t, path, e)
}

// With a picture per recipient each page has its own resources, and its own picture.
func TestConformsWithPicturePerPiece(t *testing.T) {
	all := make([]sheet.Plan, maxShared+5)
	for i := range all {
		all[i] = letterPlan(i * 3)
		all[i].Pages[0].Ops = append(all[i].Pages[0].Ops, sheet.Op{Kind: sheet.OpImage, X: 150_000, Y: 60_000, W: 4000, H: 4000, Image: grayImage(50+i, 50)})
	}
	path, e, _ := save(t, options(t), all)
	pdftest.Conforms(t, path, e)
	pdftest.Need(t, "pdfimages")
	rows := strings.Split(strings.TrimSpace(pdftest.Run(t, "pdfimages", "-list", path)), "\n")[2:]
	if len(rows) != len(all) {
		t.Fatalf("%d pictures, want %d", len(rows), len(all))
	}
	for i, row := range rows {
		if c := strings.Fields(row); c[0] != strconv.Itoa(i+1) || c[3] != strconv.Itoa(50+i) {
			t.Errorf("page %d has %s", i+1, row)
		}
	}
}

func TestConformsWithoutParts(t *testing.T) {
	o := options(t)
	o.VT, o.Meta.Title = false, "bt_plain"
	path, e, _ := save(t, o, []sheet.Plan{letterPlan(0)})
	e.Fonts = 3
	pdftest.Conforms(t, path, e)
}

func TestConformsWithCutMarks(t *testing.T) {
	o := options(t)
	o.Sheet.CutMarks = true
	all := []sheet.Plan{letterPlan(1), richPlan(t, 1)}
	for i := range all {
		all[i].Sheet = o.Sheet
	}
	wide := sheet.Op{Kind: sheet.OpRect, X: -9000, Y: 140_000, W: 230_000, H: 10_000, Ink: sheet.Ink{M: 100}}
	all[0].Pages[0].Ops = append(all[0].Pages[0].Ops, wide)
	path, e, _ := save(t, o, all)
	e.Spots = []string{"Artwork Green", "Hausrot 1"}
	pdftest.Conforms(t, path, e)

	const dpi = 150
	plates := pdftest.Plates(t, path, 1, dpi)
	for _, name := range []string{"Cyan", "Magenta", "Yellow", "Black"} {
		if v := pdftest.MostInk(plates[name], dpi, 12.5, 5, 1, 2); v < 100 { // media box: trim starts at 13 mm
			t.Errorf("the cut mark at the top left prints %d of 255 in %s", v, name)
		}
	}
	if v := pdftest.MostInk(plates["Magenta"], dpi, 0, 100, 9.7, 100); v != 0 {
		t.Errorf("beyond the bleed there is ink %d of 255", v)
	}
	if v := pdftest.MostInk(plates["Magenta"], dpi, 10.2, 154, 2, 5); v != 255 {
		t.Errorf("the bleed prints %d of 255", v)
	}
}

func TestConformsToX1a(t *testing.T) {
	o := options(t)
	o.Standard, o.VT = X1a, false
	path, e, _ := save(t, o, plans(t, 4))
	e.Spots = []string{"Artwork Green", "Hausrot 1"}
	pdftest.Conforms(t, path, e)
	o.Profile.ICC = nil // FOGRA39 is registered: its name is enough
	path, e, _ = save(t, o, plans(t, 4))
	e.Spots = []string{"Artwork Green", "Hausrot 1"}
	pdftest.Conforms(t, path, e)
}

func TestX1aRefusesWhatItCannotHold(t *testing.T) {
	o := options(t)
	o.Standard, o.VT = X1a, false
	for text, want := range map[string]string{"/SMask 3 0 R": "transparency", "/Group<</S/Transparency>>": "transparency", "/ca .5": "transparency", "/BM/Multiply": "transparency",
		"/OC<</Type/OCG>>": "layers", "[/ICCBased 1 0 R]": "device-independent", "/Filter/JPXDecode": "compression", "/CS/DeviceRGB": "RGB",
		"/SMask/None/BM /Normal/ca 1/CA 1.0": "", "/Length 9>>\nstream\n/ca .5 /ICCBased": ""} {
		p := richPlan(t, 0)
		form := artwork()
		form.Key = "made of " + text
		form.Objects = append(form.Objects, sheet.Object{Parts: [][]byte{[]byte("<<" + text + ">>")}})
		p.Pages[0].Ops[0].Form = form
		f, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = f.Add(&p); (err != nil) != (want != "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// Every recipient stands on the page that the range says, and on no other.
func TestRecipientsOnTheirPages(t *testing.T) {
	path, _, ranges := save(t, options(t), plans(t, 12))
	texts := pdftest.Texts(t, path)
	for i, r := range ranges {
		name := pieceName(i)
		if i == 6 {
			name = pieceName(18) // the piece with everything
		}
		for p, text := range texts {
			if found := strings.Contains(text, name); found != (p == r.First-1) {
				t.Errorf("%s on page %d: %t", name, p+1, found)
			}
		}
		if !strings.Contains(texts[r.First-1], "Für Rückfragen sind wir jederzeit da") {
			t.Errorf("page %d lacks the shared paragraph", r.First)
		}
	}
}

func TestCodesReadBack(t *testing.T) {
	path, _, ranges := save(t, options(t), plans(t, 6))
	for i, r := range ranges {
		if i == 3 {
			i = 9 // the piece with everything
		}
		qr, dm := pdftest.Codes(t, path, r.First, 200, 1)
		if !slices.Equal(qr, []string{qrText(i)}) || !slices.Equal(dm, []string{dmText(i)}) {
			t.Errorf("page %d: read %q and %q, want %q and %q", r.First, qr, dm, qrText(i), dmText(i))
		}
	}
}

// What the plates print: the address black alone, the band up to the edge of the bleed, the spot ink on its own
// plate, white type knocked out of it and black type upon it.
func TestPlates(t *testing.T) {
	path, _, _ := save(t, options(t), []sheet.Plan{richPlan(t, 0)})
	const dpi = 150
	plates := pdftest.Plates(t, path, 1, dpi)
	most := func(plate string, x, y, w, h float64) uint8 {
		return pdftest.MostInk(plates[plate], dpi, 3+x, 3+y, w, h)
	}
	for _, plate := range []string{"Cyan", "Magenta", "Yellow", "Hausrot 1"} {
		if v := most(plate, 20, 45, 85, 45); v != 0 {
			t.Errorf("%s ink %d in the address field", plate, v)
		}
	}
	if v := most("Black", 25, 62, 60, 20); v < 200 {
		t.Errorf("the address is printed with black ink %d of 255", v)
	}
	if v := most("Cyan", -3, -3, 1, 1); v < 225 {
		t.Errorf("cyan at the corner of the bleed is %d of 255", v)
	}
	if v := most("Black", 25, 226, 100, 4); v < 200 { // the last line of the paragraph that is placed at 210 mm
		t.Errorf("a shared paragraph is printed with black ink %d of 255", v)
	}
	if most("Hausrot 1", 170, 86, 10, 2) != 255 || most("Magenta", 151, 86, 30, 15) != 0 {
		t.Error("the spot colour is not on its own plate alone")
	}
	if v := most("Hausrot 1", 151, 96, 1, 6); v < 95 || v > 110 {
		t.Errorf("a tint of 40 percent prints %d of 255", v)
	}
	if least(plates["Hausrot 1"], dpi, 3+155, 3+88, 15, 4) != 0 {
		t.Error("white type does not knock out")
	}
	if v := least(plates["Hausrot 1"], dpi, 3+153, 3+97, 20, 4); v < 95 {
		t.Errorf("black type knocks the tint out below it: %d of 255", v)
	}
	if most("Artwork Green", 165, 35, 1, 1) == 0 || most("Yellow", 149, 29, 1, 1) == 0 || most("Yellow", 144, 40, 1, 1) != 0 {
		t.Error("the artwork is not where its box and bleed are")
	}
}

// least is the lowest value of a plate in a box.
func least(plate *image.Gray, dpi int, x, y, w, h float64) uint8 {
	v := uint8(255)
	px := func(mm float64) int { return int(mm / 25.4 * float64(dpi)) }
	for py := px(y); py < px(y+h); py++ {
		for p := px(x); p < px(x+w); p++ {
			v = min(v, plate.GrayAt(p, py).Y)
		}
	}
	return v
}
