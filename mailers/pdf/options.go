package pdf

import (
	"io/fs"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"postlift"
	"postlift/mailers/sheet"
)

// producer is written into every file; it names no version, so that an update alone changes no bytes.
const producer = "postlift"

// MaxPieces is how many pieces one file may hold: gofpdf keeps the whole file in memory.
const MaxPieces = 5000

// Standard is what a file conforms to.
type Standard uint8

// The standards that files are written to.
const (
	X4  Standard = iota // PDF/X-4 (ISO 15930-7)
	X1a                 // PDF/X-1a:2001 (ISO 15930-1), what older workflows ask for: no transparency, no ICC colour
)

// String is the standard's name.
func (s Standard) String() string {
	return [...]string{"PDF/X-4", "PDF/X-1a:2001", "?"}[min(s, X1a+1)]
}

// Meta is what a file says about itself. It must hold no personal data: a batch's id is a good title.
type Meta struct {
	Title   string
	Created time.Time // written as UTC, so that the time zone of the machine changes no bytes
}

// Profile is the printing condition that a file is made for.
type Profile struct {
	ICC        []byte // an output profile of a CMYK printer; X1a does without where Identifier is a registered condition
	Identifier string // of the characterisation data, as "FOGRA39"
	Info       string // what a person reads, as "Coated FOGRA39 (ISO 12647-2:2004)"
}

// Options are how a file is made.
type Options struct {
	Fonts    fs.FS // holds the font files that plans name
	Meta     Meta
	Sheet    sheet.Sheet // of every piece in the file
	Profile  Profile
	VT       bool // add PDF/VT-1 document parts, one per piece, that name its id
	Standard Standard
}

// PageRange is where a piece stands in its file, and what it prints.
type PageRange struct {
	PieceID string
	First   int // 1-based
	Count   int
	// SHA256, in hex, is over all that the piece prints: sheet, content of its pages, keys of layers, images
	// and forms, fonts. Equal prints have equal hashes, whatever file they are in and wherever.
	SHA256 string
}

// Summary tells what was written.
type Summary struct {
	Pieces, Pages int
	Bytes         int64
	SHA256        string // of the file, in hex
}

const opNew = "pdf.New"

// marksMargin is how much larger than the bleed the media box is on each side when cut marks are drawn.
const marksMargin = 10_000

// maxSide is the longest side of a sheet, micrometres: a page of PDF 1.6 ends at 14,400 points.
const maxSide = 5_000_000

func (o *Options) check() error {
	s := o.Sheet
	switch {
	case o.Fonts == nil:
		return postlift.Faultf(postlift.Invalid, opNew, "the folder of fonts is missing")
	case o.Meta.Created.IsZero():
		return postlift.Faultf(postlift.Invalid, opNew, "the file's creation time is missing: without it the bytes would differ on every run")
	case o.Meta.Title == "" || !plainText(o.Meta.Title):
		return postlift.Faultf(postlift.Invalid, opNew, "the file needs a title of printable characters, got %q", o.Meta.Title)
	case s.W <= 0 || s.H <= 0 || s.Bleed < 0 || s.W > maxSide || s.H > maxSide || s.Bleed > 100_000:
		return postlift.Faultf(postlift.Invalid, opNew, "a sheet of %s x %s mm with %s mm bleed cannot be printed", sheet.MM(s.W), sheet.MM(s.H), sheet.MM(s.Bleed))
	case o.Standard > X1a:
		return postlift.Faultf(postlift.Invalid, opNew, "standard %d is not known", o.Standard)
	case o.Standard == X1a && o.VT:
		return postlift.Faultf(postlift.Invalid, opNew, "PDF/VT-1 documents are PDF/X-4: X-1a files hold no document parts")
	}
	return nil
}

func plainText(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r > 0xFFFF || r == 0xFFFE || r == 0xFFFF })
}

// geometry is where the trimmed sheet lies in the media box, micrometres.
type geometry struct {
	inset int // of the trim box on every side
	w, h  int // media box
}

func geometryOf(s sheet.Sheet) geometry {
	inset := s.Bleed
	if s.CutMarks {
		inset += marksMargin
	}
	return geometry{inset, s.W + 2*inset, s.H + 2*inset}
}

// x and y convert a point of the sheet to thousandths of a point of the media box, origin bottom left.
func (g geometry) x(um int) int { return milli(um + g.inset) }
func (g geometry) y(um int) int { return milli(g.h - g.inset - um) }
