package picture

import (
	"bytes"
	"image"
	"image/png"

	"golang.org/x/image/tiff"

	"postlift"
	"postlift/mailers/colour"
	"postlift/mailers/sheet"
)

// Limits of a picture file.
const (
	MaxBytes  = 50 << 20
	MaxPixels = 100_000_000
	maxSide   = 50_000 // of either side: a strip one pixel high is as bad for a reader as a large picture
)

// Options are how a picture is made ready.
type Options struct {
	Transform  *colour.Transform // sRGB to the output; a colour picture needs it, a gray one does not
	MaxPixels  int               // 0 is the package's limit, which is never exceeded
	MaxBytes   int               // likewise
	Flatten    bool              // lay a transparent picture on white; without it, one is refused
	ScreenSide int               // longest side of the screen's copy in pixels; 0 is 1,600
}

func (o Options) withDefaults() Options {
	set := func(v *int, most int) {
		if *v <= 0 || *v > most {
			*v = most
		}
	}
	set(&o.MaxPixels, MaxPixels)
	set(&o.MaxBytes, MaxBytes)
	if o.ScreenSide <= 0 {
		o.ScreenSide = 1600
	}
	return o
}

// Load reads a picture file. Gray pictures, colour pictures that hold no colour, and line art become gray and print
// in black ink alone; RGB is converted by its embedded profile, else as sRGB; gray and CMYK JPEG files are kept as
// they are, without their metadata. What cannot be printed well is an Invalid fault that names the remedy.
func Load(data []byte, o Options) (*sheet.Image, error) {
	o = o.withDefaults()
	r, err := read(data, o)
	if err != nil {
		return nil, err
	}
	r.turn()
	img := &sheet.Image{W: r.w, H: r.h}
	switch {
	case r.jpeg != nil:
		img.JPEG, img.CMYK, img.Inverted, img.Data = true, r.space == cmyk, r.inverted, r.jpeg
	case r.space == rgb:
		if img.Data, err = r.convert(o); err != nil {
			return nil, err
		}
		img.CMYK = true
		r.space, r.pix = cmyk, img.Data
	default:
		img.CMYK, img.Data = r.space == cmyk, r.pix
	}
	return finish(img, r, o)
}

// space is what a raster's samples are.
type space uint8

const (
	gray space = 1 // 0 is black
	rgb  space = 3
	cmyk space = 4 // 255 is full ink
)

// raster is a decoded picture.
type raster struct {
	w, h     int
	space    space
	pix      []byte
	profile  []byte // embedded, of RGB
	turned   int    // Exif orientation 1 to 8
	jpeg     []byte // the cleaned file, where it prints as it is
	inverted bool
	photo    bool // came as JPEG
}

func read(data []byte, o Options) (*raster, error) {
	if len(data) > o.MaxBytes {
		return nil, fault("the picture has %.1f MB, at most %.1f MB are read: save it smaller", float64(len(data))/(1<<20), float64(o.MaxBytes)/(1<<20))
	}
	switch {
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		return readPNG(data, o)
	case bytes.HasPrefix(data, []byte{0xff, 0xd8}):
		return readJPEG(data, o)
	case bytes.HasPrefix(data, []byte("II*\x00")), bytes.HasPrefix(data, []byte("MM\x00*")):
		return readTIFF(data, o)
	}
	return nil, fault("the file is no PNG, JPEG or TIFF picture: save it as one of them")
}

// fits refuses a picture by its size before anything is decoded.
func fits(c image.Config, o Options) error {
	if c.Width < 1 || c.Height < 1 || c.Width > maxSide || c.Height > maxSide || c.Width*c.Height > o.MaxPixels {
		return fault("the picture has %d x %d pixels; at most %d million in all and %d on a side are read: scale it down", c.Width, c.Height, o.MaxPixels/1_000_000, maxSide)
	}
	return nil
}

func readPNG(data []byte, o Options) (*raster, error) {
	c, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, damaged("PNG", err)
	}
	if err := fits(c, o); err != nil {
		return nil, err
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, damaged("PNG", err)
	}
	r, err := flat(img, o)
	if err != nil {
		return nil, err
	}
	r.profile, err = pngProfile(data)
	return r, err
}

func readTIFF(data []byte, o Options) (*raster, error) {
	t, err := readTags(data)
	if err != nil {
		return nil, err
	}
	if err := fits(image.Config{Width: t.width, Height: t.height}, o); err != nil {
		return nil, err
	}
	var r *raster
	if t.photometric == separated {
		r, err = t.separations()
	} else {
		r, err = t.decode(o)
	}
	if err != nil {
		return nil, err
	}
	r.profile, r.turned = t.profile, t.orientation
	return r, nil
}

func (t *tags) decode(o Options) (*raster, error) {
	c, err := tiff.DecodeConfig(bytes.NewReader(t.file))
	if err != nil {
		return nil, damaged("TIFF", err)
	}
	if err := fits(c, o); err != nil {
		return nil, err
	}
	img, err := tiff.Decode(bytes.NewReader(t.file))
	if err != nil {
		return nil, damaged("TIFF", err)
	}
	return flat(img, o)
}

// PPI is the picture's resolution, in pixels an inch, when it is put into a box of w x h micrometres: the lower one
// of both directions. A box without size gives 0.
func PPI(img *sheet.Image, w, h int) int {
	if img == nil || w <= 0 || h <= 0 {
		return 0
	}
	return min(img.W*25400/w, img.H*25400/h)
}

func fault(format string, args ...any) error {
	return postlift.Faultf(postlift.Invalid, "picture", format, args...)
}

// damaged is the fault of a file that a decoder refuses.
func damaged(kind string, err error) error {
	return postlift.Wrap("picture", "the "+kind+" picture cannot be read: it is damaged or of a rare kind; save it anew as PNG or baseline JPEG",
		postlift.Faultf(postlift.Invalid, "", "%v", err))
}
