package trace

import (
	"math"

	"postlift/mailers/pdfread"
)

// Kind says what an Event tells.
type Kind uint8

// The kinds of events.
const (
	Path    Kind = iota // a filled or stroked path: Colours, Box; Size is the line width in points where stroked
	Text                // text shown: Colours, Font, Size in points, Box roughly
	Image               // a picture: Image, Colours of a stencil mask, Box
	Shading             // a gradient: Colours has its space, no values
	Form                // a form is entered: Dict is its dictionary
	State               // a graphics state is set: Dict is its dictionary; each object once
	Program             // an XObject that is a PostScript program: Dict
	Broken              // something cannot be followed: Why
)

// Colour is a colour in use.
type Colour struct {
	Space     *Space
	Values    []float64
	Pattern   pdfread.Object // of a pattern colour
	Stroke    bool
	Overprint bool // the paint is set to overprint
	Mode      int  // overprint mode, 0 or 1
}

// Picture is an image as placed.
type Picture struct {
	W, H, Bits int // pixels; bits a component
	PPI        float64
	Mask       bool // a stencil of one bit
	Soft       bool // has a soft mask
	Inline     bool
	Space      *Space // nil for a stencil, or where the file does not say (JPX)
	Filters    []pdfread.Name
	Dict       pdfread.Dict
	Ref        pdfread.Ref
}

// Typeface is the font of a text event.
type Typeface struct {
	Dict pdfread.Dict
	Ref  pdfread.Ref
	Name string // base font, or the resource's name
}

// Event is one thing that a page draws or sets.
type Event struct {
	Kind    Kind
	Page    int
	Where   string // inside of what: "form Fm1 (object 12)"; "" is the page's own content
	Object  string // "object 12", where the thing is an object of its own
	Box     pdfread.Rect
	Boxed   bool // Box is known
	Colours []Colour
	Size    float64
	Stroked bool
	Image   *Picture
	Font    *Typeface
	Dict    pdfread.Dict
	Why     string
}

// matrix is a transformation [a b c d e f].
type matrix [6]float64

var identity = matrix{1, 0, 0, 1, 0, 0}

// mul is first m, then n.
func (m matrix) mul(n matrix) matrix {
	return matrix{
		m[0]*n[0] + m[1]*n[2], m[0]*n[1] + m[1]*n[3],
		m[2]*n[0] + m[3]*n[2], m[2]*n[1] + m[3]*n[3],
		m[4]*n[0] + m[5]*n[2] + n[4], m[4]*n[1] + m[5]*n[3] + n[5],
	}
}

func (m matrix) at(x, y float64) (float64, float64) {
	return m[0]*x + m[2]*y + m[4], m[1]*x + m[3]*y + m[5]
}

// mean is how much lengths grow on average; xLen and yLen along the axes.
func (m matrix) mean() float64 { return math.Sqrt(math.Abs(m[0]*m[3] - m[1]*m[2])) }
func (m matrix) xLen() float64 { return math.Hypot(m[0], m[1]) }
func (m matrix) yLen() float64 { return math.Hypot(m[2], m[3]) }

// bounds grows a box by points.
type bounds struct {
	pdfread.Rect
	any bool
}

func (b *bounds) add(x, y float64) {
	if math.IsNaN(x) || math.IsNaN(y) || math.Abs(x) > 1e7 || math.Abs(y) > 1e7 {
		return
	}
	if !b.any {
		b.Rect, b.any = pdfread.Rect{Left: x, Bottom: y, Right: x, Top: y}, true
		return
	}
	b.Left, b.Right = min(b.Left, x), max(b.Right, x)
	b.Bottom, b.Top = min(b.Bottom, y), max(b.Top, y)
}

func (b *bounds) box(m matrix, l, bot, r, t float64) {
	for _, p := range [4][2]float64{{l, bot}, {r, bot}, {l, t}, {r, t}} {
		b.add(m.at(p[0], p[1]))
	}
}

func toMatrix(v []float64) matrix {
	if len(v) != 6 {
		return identity
	}
	return matrix(v)
}
