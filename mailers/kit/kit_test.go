package kit

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"testing"
	"testing/fstest"

	"postlift"
	"postlift/mailers/design"
	"postlift/mailers/sheet"
	"postlift/templates"
)

func profile(t *testing.T) []byte {
	t.Helper()
	icc, err := fs.ReadFile(templates.Profiles(), "FOGRA39L_coated.icc")
	if err != nil {
		t.Fatal(err)
	}
	return icc
}

// scan is a blue stroke on white paper, with margins around it.
func scan(t *testing.T) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 60, 40))
	for y := range 40 {
		for x := range 60 {
			img.Set(x, y, color.White)
			if x >= 20 && x < 40 && y >= 18 && y < 22 {
				img.Set(x, y, color.RGBA{20, 30, 160, 255})
			}
		}
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func TestAssets(t *testing.T) {
	dir := fstest.MapFS{"ina.png": {Data: scan(t)}, "sub/photo.png": {Data: scan(t)}, "broken.png": {Data: []byte("x")}}
	k, err := New(Options{Fonts: templates.Fonts(), ICC: profile(t), Assets: dir})
	if err != nil {
		t.Fatal(err)
	}
	find := k.Letter.Assets
	photo, err := find("sub/photo.png")
	if err != nil || photo == nil || !photo.CMYK || photo.W != 60 {
		t.Fatalf("a photo: %+v, %v", photo, err)
	}
	signature, err := find(Signatures + "ina.png") // stands in the assets' own folder
	if err != nil || signature == nil || signature.CMYK || signature.W >= 60 || signature.H >= 40 {
		t.Fatalf("a signature prints in black alone and without its margins: %+v, %v", signature, err)
	}
	if again, err := find("sub/photo.png"); err != nil || again != photo {
		t.Errorf("a picture is converted twice: %v", err)
	}
	if img, err := find("none.png"); img != nil || err != nil {
		t.Errorf("a picture that is not there: %v, %v", img, err)
	}
	for _, name := range []string{"../ina.png", "/etc/passwd", `sub\photo.png`, "broken.png", "sub", ""} {
		if img, err := find(name); postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("%q: %v, %v", name, img, err)
		}
	}
}

// TestKeptPicturesAreBounded: far more than is kept does not stay.
func TestKeptPicturesAreBounded(t *testing.T) {
	a := newAssets(fstest.MapFS{}, assetOptions(nil))
	for i := range 40 {
		a.keep(string(rune('a'+i)), &sheet.Image{Data: make([]byte, 4<<20)})
	}
	if a.size > keepBytes {
		t.Errorf("%d bytes are kept", a.size)
	}
}

func TestProfiles(t *testing.T) {
	k, err := New(Options{Fonts: templates.Fonts(), ICC: profile(t)})
	if err != nil || k.Profile.Identifier != "FOGRA39" || k.Letter.Assets != nil {
		t.Fatalf("%+v, %v", k, err)
	}
	if _, err := New(Options{Fonts: templates.Fonts(), ICC: []byte("no profile")}); postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("no profile: %v", err)
	}
	d, err := design.Parse(templates.Designs(), "winback")
	if err != nil {
		t.Fatal(err)
	}
	c, err := k.Compile(d)
	if err != nil {
		t.Fatal(err)
	}
	if o := k.PlanOptions(c); !o.Advertising || o.InkLimit < 300 {
		t.Errorf("%+v", o)
	}
	if dark := k.Screen(sheet.Black); int(dark[0])+int(dark[1])+int(dark[2]) > 250 {
		t.Errorf("black looks like %v", dark)
	}
}
