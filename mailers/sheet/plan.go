package sheet

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// Style picks one of the fonts of a design.
type Style uint8

// The styles of a design's text.
const (
	Regular Style = iota
	Bold
	Italic
	BoldItalic
	Label  // addresses and the line above them, where a design has a font of their own for them
	Styles // how many there are
)

// String gives the style's lower-case name.
func (s Style) String() string {
	return [...]string{"regular", "bold", "italic", "bold italic", "label", "?"}[min(s, Styles)]
}

// OpKind says what an Op draws.
type OpKind uint8

// The drawing operations of a plan.
const (
	OpText    OpKind = iota // Text at baseline (X, Y) in Style and Size, W its advance width
	OpRect                  // a filled box, X, Y its top left corner, W, H its size
	OpModules               // the dark modules of a code: Modules in units of Unit from the top left corner X, Y; W, H is all of it
	OpPath                  // Path from the corner X, Y, filled, or stroked when Path.Stroke is set; W, H its extent
	OpImage                 // Image stretched into the box X, Y, W, H
	OpForm                  // Form, a designer's PDF page, its trim box put on X, Y, W, H
)

// Part is what an operation belongs to: preflight knows by it what may stand in a zone.
type Part uint8

// The parts of a piece.
const (
	PartBody     Part = iota // running text and whatever has no part of its own
	PartAddress              // the recipient's label and franking marks beside it
	PartReturn               // the sender line above the label
	PartCode                 // a code that a person or a phone reads, with its quiet zone
	PartMatch                // the match code, for the vendor's camera
	PartFranking             // the postage zone's mark
	PartMark                 // fold, hole and cut marks
	PartDecor                // boxes, shapes, artwork and images
	PartNotice               // the objection notice
	PartFooter               // sender particulars at the foot
	parts                    // how many there are
)

// String gives the part's lower-case name.
func (p Part) String() string {
	return [...]string{"body", "address", "return", "code", "match", "franking", "mark", "decor", "notice", "footer", "?"}[min(p, parts)]
}

// Module is a rectangle of dark modules in module units: merged neighbours, so a code is a few hundred
// boxes and not a thousand.
type Module struct{ X, Y, W, H int }

// Path is an outline in micrometres from its operation's corner. Coords holds the points of Verbs in order:
// one for 'M' and 'L', three for 'C', none for 'Z'; each point is x, y.
type Path struct {
	Verbs   string
	Coords  []int
	Stroke  int   // line width; 0 fills the outline (non-zero winding) instead
	Dash    []int // lengths of dashes and gaps; empty draws a solid line
	EvenOdd bool  // fill by the even-odd rule
}

// Image is a picture ready to print: gray or CMYK, converted when its design was compiled.
type Image struct {
	Key      string // sha256, in hex, of what is printed: equal keys are one object of a file
	W, H     int    // pixels
	CMYK     bool   // four bytes a pixel, 0 no ink; else gray, one byte a pixel, 0 black
	JPEG     bool   // Data is a JPEG file (DCT) as it is
	Inverted bool   // of a CMYK JPEG: 0 means full ink, as Adobe writes it
	Data     []byte // samples row by row, or the JPEG file
	Screen   []byte // the same picture as a PNG or JPEG file in sRGB, for the screen
}

// Form is a page of a designer's PDF as a form object with all that it needs, checked and ready to be put into
// a file of ours.
type Form struct {
	Key     string   // sha256, in hex, of the objects
	W, H    int      // trim box, micrometres
	Bleed   int      // what stands around the trim on every side, micrometres
	BBox    [4]int64 // of the form's own space in thousandths of a point: left, bottom, right, top of the TRIM box
	Objects []Object // the first is the form's stream; references count from 0 within this list
	Spots   []string // names of the separations it prints, sorted
	Screen  []byte   // the page with its bleed as a PNG in sRGB, for the screen; empty where it could not be drawn
}

// Object is the text of a PDF object, with holes for references: Parts[0], Refs[0], Parts[1], Refs[1] … A
// reference is an index into the same Form's objects and is written as "n 0 R". There is one part more than
// references.
type Object struct {
	Parts [][]byte
	Refs  []int
}

// Op is one thing drawn.
type Op struct {
	Kind       OpKind
	Part       Part
	Style      Style
	Size       int
	X, Y, W, H int
	Ink        Ink
	Text       string
	Shift      []int16 // OpText: after each rune but the last, what is added to its advance, in thousandths of the size; nil adds nothing
	Unit       int     // OpModules: size of a module, micrometres
	Modules    []Module
	Path       *Path
	Image      *Image
	Form       *Form
}

// Layer is a set of operations that many pieces share unchanged. Its Key is a hash of what it draws, so
// that a back end can draw it once per file and tell equal layers of different compilations.
type Layer struct {
	Key string
	Ops []Op
}

// NewLayer names a layer by what it draws.
func NewLayer(ops []Op) *Layer {
	h := sha256.New()
	for i := range ops {
		ops[i].digest(h)
	}
	return &Layer{Key: hex.EncodeToString(h.Sum(nil)), Ops: ops}
}

// Placed is a shared layer moved by (X, Y): a paragraph that many letters have, each at its own height.
type Placed struct {
	X, Y  int
	Layer *Layer
}

// Page is one printed side. Base comes first, then Placed, then Ops, each in order.
type Page struct {
	Base   []*Layer
	Placed []Placed
	Ops    []Op
	Zones  []Zone // what the page's places are for, shared by all pieces of a design; nothing of it is drawn
}

// ZoneKind says what a zone is for.
type ZoneKind uint8

// The kinds of zones. What a kind allows is decided by preflight.
const (
	ZoneWindow  ZoneKind = iota // the address window with its play: only PartAddress and PartReturn
	ZoneAddress                 // the part of it that the window shows at any play: the address lies inside
	ZonePostage                 // the vendor's or the post's mark: only PartFranking
	ZoneRead                    // the post's reading and coding zone: only PartAddress and PartFranking
	ZoneQuiet                   // around a code: nothing but PartCode
	ZoneSafe                    // what is not decor lies inside
	ZoneClear                   // nothing at all
	zoneKinds                   // how many there are
)

// String gives the kind's lower-case name.
func (k ZoneKind) String() string {
	return [...]string{"window", "address", "postage", "read", "quiet", "safe", "clear", "?"}[min(k, zoneKinds)]
}

// Zone is a named place on a page.
type Zone struct {
	Name       string
	Kind       ZoneKind
	X, Y, W, H int
}

// FontRef names a font file by its content.
type FontRef struct{ File, SHA256 string }

// Sheet is a trimmed format with its bleed, in micrometres.
type Sheet struct {
	Name        string
	W, H, Bleed int
	CutMarks    bool // draw crop marks outside of the bleed, on a media box that is 10 mm larger on every side
}

// Plan is one piece ready to be drawn.
type Plan struct {
	PieceID string
	Sheet   Sheet
	Fonts   [Styles]FontRef // by Style; an unused style may be empty
	Pages   []Page
}

// String writes the plan as readable text, millimetres with three decimals, for tests and for the eye.
func (p Plan) String() string {
	var b strings.Builder
	for i, page := range p.Pages {
		fmt.Fprintf(&b, "page %d of %d, %s %s x %s\n", i+1, len(p.Pages), p.Sheet.Name, MM(p.Sheet.W), MM(p.Sheet.H))
		for _, l := range page.Base {
			for _, op := range l.Ops {
				b.WriteString("  base " + op.String() + "\n")
			}
		}
		for _, l := range page.Placed {
			for _, op := range l.Layer.Ops {
				op.X, op.Y = op.X+l.X, op.Y+l.Y
				b.WriteString("  shared " + op.String() + "\n")
			}
		}
		for _, op := range page.Ops {
			b.WriteString("  " + op.String() + "\n")
		}
	}
	return b.String()
}

// All calls f with every operation of the page in drawing order, at its place on the sheet.
func (p *Page) All(f func(Op)) {
	for _, l := range p.Base {
		for _, op := range l.Ops {
			f(op)
		}
	}
	for _, l := range p.Placed {
		for _, op := range l.Layer.Ops {
			op.X, op.Y = op.X+l.X, op.Y+l.Y
			f(op)
		}
	}
	for _, op := range p.Ops {
		f(op)
	}
}
