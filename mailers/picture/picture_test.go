package picture

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"golang.org/x/image/tiff"

	"postlift"
	"postlift/mailers/sheet"
)

func load(t testing.TB, data []byte) *sheet.Image {
	t.Helper()
	img, err := Load(data, options(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(img.Key) != 64 || len(img.Screen) == 0 {
		t.Errorf("key %q, %d bytes for the screen", img.Key, len(img.Screen))
	}
	return img
}

// picture is 3 x 2 pixels: red, green, blue over black, gray, white.
func picture(set func(image.Rectangle) (image.Image, func(x, y int, c color.Color))) image.Image {
	m, put := set(image.Rect(0, 0, 3, 2))
	for i, c := range []color.NRGBA{{255, 0, 0, 255}, {0, 255, 0, 255}, {0, 0, 255, 255}, {0, 0, 0, 255}, {128, 128, 128, 255}, {255, 255, 255, 255}} {
		put(i%3, i/3, c)
	}
	return m
}

// Every kind of PNG and TIFF with the same colours prints the same inks.
func TestKindsPrintAlike(t *testing.T) {
	kinds := map[string]image.Image{
		"rgba": picture(func(r image.Rectangle) (image.Image, func(x, y int, c color.Color)) {
			m := image.NewRGBA(r)
			return m, m.Set
		}),
		"nrgba64": picture(func(r image.Rectangle) (image.Image, func(x, y int, c color.Color)) {
			m := image.NewNRGBA64(r)
			return m, m.Set
		}),
		"palette": picture(func(r image.Rectangle) (image.Image, func(x, y int, c color.Color)) {
			m := image.NewPaletted(r, color.Palette{color.NRGBA{255, 0, 0, 255}, color.NRGBA{0, 255, 0, 255}, color.NRGBA{0, 0, 255, 255}, color.Black, color.Gray{128}, color.White})
			return m, m.Set
		}),
	}
	first := ""
	for name, m := range kinds {
		var b bytes.Buffer
		if err := tiff.Encode(&b, m, &tiff.Options{Compression: tiff.Deflate}); err != nil {
			t.Fatal(err)
		}
		for kind, data := range map[string][]byte{"png": pngOf(t, m), "tiff": b.Bytes()} {
			img := load(t, data)
			if !img.CMYK || img.JPEG || img.W != 3 || img.H != 2 || len(img.Data) != 24 {
				t.Errorf("%s %s: %+v", name, kind, img)
			}
			if first == "" {
				first = img.Key
			}
			if img.Key != first {
				t.Errorf("%s %s prints other inks: %v", name, kind, img.Data)
			}
			if !bytes.Equal(img.Data[20:], []byte{0, 0, 0, 0}) {
				t.Errorf("white prints %v", img.Data[20:])
			}
		}
	}
}

func TestColourlessPicturesPrintInBlackAlone(t *testing.T) {
	m := image.NewRGBA(image.Rect(0, 0, 2, 1))
	m.Set(0, 0, color.Black)
	m.Set(1, 0, color.Gray{200})
	img := load(t, pngOf(t, m))
	if img.CMYK || !bytes.Equal(img.Data, []byte{0, 200}) {
		t.Errorf("got %+v", img)
	}
	g := image.NewGray16(image.Rect(0, 0, 2, 1))
	g.Set(1, 0, color.Gray16{200 * 257})
	if again := load(t, pngOf(t, g)); again.Key != img.Key {
		t.Errorf("16 bits print %v", again.Data)
	}
	if img := load(t, rawPNG(1, 1, 8, 0, 1, []byte{0, 77})); !bytes.Equal(img.Data, []byte{77}) {
		t.Errorf("interlaced: %v", img.Data)
	}
	if img := load(t, rawPNG(8, 1, 1, 0, 0, []byte{0, 0x0f})); !bytes.Equal(img.Data, []byte{0, 0, 0, 0, 255, 255, 255, 255}) {
		t.Errorf("line art: %v", img.Data)
	}
}

func TestTransparency(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 2, 1))
	m.Set(0, 0, color.NRGBA{0, 0, 0, 128})
	m.Set(1, 0, color.NRGBA{255, 0, 0, 0})
	data := pngOf(t, m)
	o := options(t)
	if _, err := Load(data, o); postlift.KindOf(err) != postlift.Invalid || !strings.Contains(err.Error(), "transparent") {
		t.Errorf("got %v", err)
	}
	o.Flatten = true
	img, err := Load(data, o)
	if err != nil || !bytes.Equal(img.Data, []byte{127, 255}) {
		t.Errorf("flattened: %v %v", img, err)
	}
}

func TestProfileOfThePictureIsHonoured(t *testing.T) {
	tr, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	m := image.NewRGBA(image.Rect(0, 0, 1, 1))
	m.Set(0, 0, color.NRGBA{90, 200, 60, 255})
	plain := pngOf(t, m)
	with := func(profile []byte) []byte {
		out := append([]byte{}, plain[:33]...) // signature and IHDR
		out = append(out, chunk("iCCP", append([]byte("x\x00\x00"), squeezed(profile)...))...)
		return append(out, plain[33:]...)
	}
	wide := wideRGB()
	a, b := load(t, plain), load(t, with(wide))
	if a.Key == b.Key {
		t.Errorf("a profile with wide primaries prints like sRGB: %v", b.Data)
	}
	if b.Data[1] > a.Data[1] {
		t.Errorf("the wider green %v prints more magenta than sRGB's %v", b.Data, a.Data)
	}
	for name, bad := range map[string][]byte{"no profile": []byte("nothing"), "an output profile": tr.Output.Data} {
		if _, err := Load(with(bad), options(t)); postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// wideRGB is a display profile with the primaries of Adobe RGB (1998) adapted to D50, gamma 2.2, made by hand.
func wideRGB() []byte {
	p := make([]byte, 128+4+6*12)
	copy(p[8:], []byte{2, 0x40})
	copy(p[12:], "mntrRGB XYZ ")
	copy(p[36:], "acsp")
	p[131] = 6
	tag := func(i int, name string, body []byte) {
		row := p[132+12*i:]
		copy(row, name)
		row[5], row[6], row[7] = 0, byte(len(p)>>8), byte(len(p))
		row[11] = byte(len(body))
		p = append(p, body...)
	}
	for i, c := range [][3]float64{{.60974, .31111, .01947}, {.20528, .62567, .06087}, {.14919, .06322, .74457}} {
		body := []byte("XYZ \x00\x00\x00\x00")
		for _, v := range c {
			n := int(v*65536 + .5)
			body = append(body, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
		}
		tag(i, string("rgb"[i])+"XYZ", body)
		tag(3+i, string("rgb"[i])+"TRC", []byte("curv\x00\x00\x00\x00\x00\x00\x00\x01\x02\x33"))
	}
	p[2], p[3] = byte(len(p)>>8), byte(len(p))
	return p
}

func TestJPEG(t *testing.T) {
	m := image.NewRGBA(image.Rect(0, 0, 16, 8))
	for i := range 128 {
		m.Set(i%16, i/16, color.NRGBA{200, 40, 40, 255})
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	img := load(t, b.Bytes())
	if !img.CMYK || img.JPEG || len(img.Data) != 4*16*8 || img.Data[1] < 180 {
		t.Errorf("RGB: %+v", img.Data[:4])
	}
	img = load(t, append(plainJPEG([]byte{60}, app(0, "JFIF\x00"), exif(1), app(2, "MPF\x00...")), "trailing"...))
	if img.CMYK || !img.JPEG || bytes.Contains(img.Data, []byte("Exif")) || bytes.Contains(img.Data, []byte("trailing")) {
		t.Errorf("gray: %+v", img)
	}
	if again := load(t, plainJPEG([]byte{60})); again.Key != img.Key {
		t.Error("metadata changes what is printed")
	}
}

// Full cyan and a third of black, as Adobe writes it (inverted, APP14) and as others do: the same picture.
func TestInkOfJPEG(t *testing.T) {
	adobe := load(t, plainJPEG([]byte{0, 255, 255, 170}, app(14, "Adobe\x00\x64\x00\x00\x00\x00\x00")))
	plain := load(t, plainJPEG([]byte{255, 0, 0, 85}))
	if !adobe.CMYK || !adobe.JPEG || !adobe.Inverted || !plain.CMYK || !plain.JPEG || plain.Inverted {
		t.Errorf("adobe %+v, plain %+v", adobe, plain)
	}
	for name, img := range map[string]*sheet.Image{"adobe": adobe, "plain": plain} {
		m, err := jpeg.Decode(bytes.NewReader(img.Screen))
		if err != nil {
			t.Fatal(err)
		}
		r, g, bl, _ := m.At(4, 4).RGBA()
		if r>>8 > 40 || g>>8 < 80 || bl>>8 < 120 {
			t.Errorf("%s: cyan looks %d %d %d", name, r>>8, g>>8, bl>>8)
		}
	}
}

func TestOrientation(t *testing.T) {
	// Where the upright pixel (x, y) is stored follows from Exif 2.3, tag 274: 6 is "row 0 at the right, column 0 on top".
	for o := 1; o <= 8; o++ {
		r := &raster{w: 3, h: 2, space: gray, pix: []byte{1, 2, 3, 4, 5, 6}, turned: o}
		if o >= 5 {
			r.w, r.h = 2, 3
		}
		stored := make([]byte, 6)
		for y := range 2 {
			for x := range 3 {
				at := [8][2]int{{x, y}, {2 - x, y}, {2 - x, 1 - y}, {x, 1 - y}, {y, x}, {y, 2 - x}, {1 - y, 2 - x}, {1 - y, x}}[o-1]
				stored[at[1]*r.w+at[0]] = byte(1 + y*3 + x)
			}
		}
		r.pix = stored
		r.turn()
		if r.w != 3 || r.h != 2 || !bytes.Equal(r.pix, []byte{1, 2, 3, 4, 5, 6}) {
			t.Errorf("orientation %d: %d x %d %v", o, r.w, r.h, r.pix)
		}
	}
	img := load(t, plainJPEG([]byte{60}, exif(6)))
	if img.JPEG || len(img.Data) != 64 || img.Data[0] != 60 {
		t.Errorf("a turned gray JPEG: %+v", img)
	}
}

func TestSeparatedTIFF(t *testing.T) {
	pix := []byte{255, 0, 0, 0, 0, 128, 0, 0, 0, 0, 64, 0, 10, 20, 30, 40}
	packers := map[int]func([]byte) []byte{
		1: func(b []byte) []byte { return b },
		8: squeezed,
		5: func(b []byte) []byte {
			var z bytes.Buffer
			w := newLZW(&z)
			w(b)
			return z.Bytes()
		},
		32773: func(b []byte) []byte { return append([]byte{byte(len(b) - 1)}, b...) },
	}
	for method, pack := range packers {
		for _, predictor := range []int{1, 2} {
			img := load(t, cmykTIFF(2, 2, method, predictor, pix, pack))
			if !img.CMYK || !bytes.Equal(img.Data, pix) {
				t.Errorf("method %d, predictor %d: %v", method, predictor, img.Data)
			}
		}
	}
	if _, err := Load(cmykTIFF(2, 2, 7, 1, pix, packers[1]), options(t)); postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("JPEG in TIFF: %v", err)
	}
	if _, err := Load(cmykTIFF(20000, 2, 1, 1, make([]byte, 160000), packers[1])[:90000], options(t)); postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("cut: %v", err)
	}
}

// newLZW writes TIFF's LZW without ever needing more than nine bits: a clear code before every byte.
func newLZW(out *bytes.Buffer) func([]byte) {
	return func(b []byte) {
		var acc, n uint
		put := func(code uint) {
			acc, n = acc<<9|code, n+9
			for n >= 8 {
				n -= 8
				out.WriteByte(byte(acc >> n))
				acc &= 1<<n - 1
			}
		}
		for _, c := range b {
			put(256)
			put(uint(c))
		}
		put(257)
		out.WriteByte(byte(acc << (8 - n)))
	}
}

func TestLimitsAndDamage(t *testing.T) {
	bomb := rawPNG(60000, 60000, 1, 0, 0, nil)
	good := pngOf(t, image.NewGray(image.Rect(0, 0, 40, 40)))
	o := options(t)
	o.MaxPixels = 1000
	if _, err := Load(good, o); postlift.KindOf(err) != postlift.Invalid || !strings.Contains(err.Error(), "40 x 40") {
		t.Errorf("own limit: %v", err)
	}
	cmyk := plainJPEG([]byte{255, 0, 0, 85})
	for name, data := range map[string][]byte{
		"empty": nil, "text": []byte("hello"), "bomb": bomb, "cut": good[:60], "jpeg head": {0xff, 0xd8}, "jpeg cut": cmyk[:len(cmyk)-6],
		"jpeg 12 bit": bytes.Replace(cmyk, []byte{0xff, 0xc0, 0, 20, 8}, []byte{0xff, 0xc0, 0, 20, 12}, 1), "tiff": []byte("II*\x00\x08\x00\x00\x00\x05\x00"),
	} {
		if _, err := Load(data, options(t)); postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	m := image.NewRGBA(image.Rect(0, 0, 1, 1))
	m.Set(0, 0, color.NRGBA{255, 0, 0, 255})
	if _, err := Load(pngOf(t, m), Options{}); postlift.KindOf(err) != postlift.Invalid || !strings.Contains(err.Error(), "profile") {
		t.Errorf("colour without profile: %v", err)
	}
}

func TestPPI(t *testing.T) {
	img := &sheet.Image{W: 600, H: 300}
	if got := PPI(img, 50800, 50800); got != 150 {
		t.Errorf("got %d", got)
	}
	if got := PPI(img, 0, 10) + PPI(nil, 10, 10); got != 0 {
		t.Errorf("got %d", got)
	}
}

func TestScreenIsSmall(t *testing.T) {
	m := image.NewGray(image.Rect(0, 0, 4001, 10))
	img := load(t, pngOf(t, m))
	c, err := png.DecodeConfig(bytes.NewReader(img.Screen))
	if err != nil || c.Width > 1600 || c.Width < 1300 || img.W != 4001 {
		t.Errorf("screen %d wide, print %d, %v", c.Width, img.W, err)
	}
}

// A blue signature on grayish paper becomes black strokes, trimmed.
func TestSignature(t *testing.T) {
	m := image.NewRGBA(image.Rect(0, 0, 200, 100))
	for i := range 200 * 100 {
		v := uint8(236 + i%7)
		m.Set(i%200, i/200, color.NRGBA{v, v, v - 6, 255})
	}
	for x := 50; x < 150; x++ {
		for y := 40; y < 44; y++ {
			m.Set(x, y+(x-50)/10, color.NRGBA{20, 30, 140, 255})
		}
	}
	img, err := Signature(pngOf(t, m), options(t))
	if err != nil {
		t.Fatal(err)
	}
	if img.CMYK || img.JPEG || img.W != 104 || img.H != 4+9+4 {
		t.Errorf("%d x %d, CMYK %v", img.W, img.H, img.CMYK)
	}
	if img.Data[0] != 255 || bytes.Count(img.Data, []byte{0}) != 400 {
		t.Errorf("corner %d, %d black pixels of 400", img.Data[0], bytes.Count(img.Data, []byte{0}))
	}
	clear := image.NewNRGBA(image.Rect(0, 0, 60, 30))
	for x := 10; x < 50; x++ {
		clear.Set(x, 15, color.NRGBA{0, 0, 90, 255})
	}
	if img, err := Signature(pngOf(t, clear), Options{}); err != nil || img.W != 44 || img.H != 5 {
		t.Errorf("on a transparent ground: %v %v", img, err)
	}
	blank, dark := image.NewGray(image.Rect(0, 0, 50, 50)), image.NewGray(image.Rect(0, 0, 50, 50))
	for i := range blank.Pix {
		blank.Pix[i] = 250
	}
	for name, m := range map[string]image.Image{"blank": blank, "dark": dark} {
		if _, err := Signature(pngOf(t, m), Options{}); postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(pngOf(f, image.NewGray(image.Rect(0, 0, 3, 3))))
	f.Add(rawPNG(1, 1, 8, 0, 1, []byte{0, 77}))
	f.Add(plainJPEG([]byte{0, 255, 255, 170}, app(14, "Adobe\x00\x64\x00\x00\x00\x00\x00"), exif(6)))
	f.Add(plainJPEG([]byte{60}))
	f.Add(cmykTIFF(2, 2, 8, 2, make([]byte, 16), squeezed))
	o := options(f)
	o.MaxPixels = 100_000
	f.Fuzz(func(t *testing.T, data []byte) {
		img, err := Load(data, o)
		if err != nil {
			if postlift.KindOf(err) != postlift.Invalid {
				t.Fatalf("not the file's fault: %v", err)
			}
			return
		}
		n := img.W * img.H
		if img.CMYK {
			n *= 4
		}
		if !img.JPEG && len(img.Data) != n {
			t.Fatalf("%d samples, want %d", len(img.Data), n)
		}
		if _, err := Signature(data, o); err != nil && postlift.KindOf(err) != postlift.Invalid {
			t.Fatalf("signature: %v", err)
		}
	})
}
