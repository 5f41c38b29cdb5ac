package letter

import (
	"fmt"
	"strings"
)

// CMYK is a print colour in percent of ink, 0 to 100 each.
type CMYK struct {
	C uint8 `yaml:"c"`
	M uint8 `yaml:"m"`
	Y uint8 `yaml:"y"`
	K uint8 `yaml:"k"`
}

// Black is text black: 100 percent black ink alone, so that the other plates need not register with it.
var Black = CMYK{K: 100}

// paper is the absence of ink; it knocks the quiet zone of a code out of a tint.
var paper = CMYK{}

// Style picks one of the three fonts of a design.
type Style uint8

// The styles of a design's text.
const (
	Regular Style = iota
	Bold
	Italic
	styles // how many there are
)

// String gives the style's lower-case name.
func (s Style) String() string { return [...]string{"regular", "bold", "italic", "?"}[min(s, styles)] }

// OpKind says what an Op draws.
type OpKind uint8

// The drawing operations of a plan.
const (
	OpText    OpKind = iota // Text at baseline (X, Y) in Style and Size
	OpRect                  // a filled box, X, Y its top left corner, W, H its size
	OpModules               // the dark modules of a code: Modules in units of W from the top left corner X, Y
)

// Module is a rectangle of dark modules in module units: merged neighbours, so a code is a few hundred
// boxes and not a thousand.
type Module struct{ X, Y, W, H int }

// Op is one thing drawn. Lengths are micrometres from the top left corner of the trimmed sheet, y down;
// Size is in thousandths of a point.
type Op struct {
	Kind       OpKind
	Style      Style
	Size       int
	X, Y, W, H int
	Colour     CMYK
	Text       string
	Modules    []Module
}

// Layer is a set of operations that many pieces share unchanged. Its Key is a hash of what it draws, so
// that a printer can draw it once per file and tell equal layers of different compilations.
type Layer struct {
	Key string
	Ops []Op
}

// Page is one printed side: the shared layers below, then what belongs to this piece.
type Page struct {
	Base []*Layer
	Ops  []Op
}

// FontRef names a font file by its content.
type FontRef struct{ File, SHA256 string }

// Sheet is a trimmed format with its bleed, in micrometres.
type Sheet struct {
	Name        string
	W, H, Bleed int
}

// Plan is one piece ready to be drawn.
type Plan struct {
	PieceID string
	Sheet   Sheet
	Fonts   [3]FontRef // by Style
	Pages   []Page
}

// String writes the plan as readable text, millimetres with three decimals, for tests and for the eye.
func (p Plan) String() string {
	var b strings.Builder
	for i, page := range p.Pages {
		fmt.Fprintf(&b, "page %d of %d, %s %s x %s\n", i+1, len(p.Pages), p.Sheet.Name, mm(p.Sheet.W), mm(p.Sheet.H))
		for _, l := range page.Base {
			for _, op := range l.Ops {
				b.WriteString("  base " + op.String() + "\n")
			}
		}
		for _, op := range page.Ops {
			b.WriteString("  " + op.String() + "\n")
		}
	}
	return b.String()
}

// String is one line of a plan's readable text.
func (o Op) String() string {
	at := mm(o.X) + " " + mm(o.Y)
	ink := o.Colour.String()
	switch o.Kind {
	case OpText:
		return fmt.Sprintf("text %s %s %gpt %s %q", at, o.Style, float64(o.Size)/1000, ink, o.Text)
	case OpRect:
		return fmt.Sprintf("rect %s %s x %s %s", at, mm(o.W), mm(o.H), ink)
	default:
		return fmt.Sprintf("code %s module %s boxes %d %s", at, mm(o.W), len(o.Modules), ink)
	}
}

// String is the colour as c/m/y/k percent.
func (c CMYK) String() string { return fmt.Sprintf("%d/%d/%d/%d", c.C, c.M, c.Y, c.K) }

func (c CMYK) ink() int { return int(c.C) + int(c.M) + int(c.Y) + int(c.K) }

func mm(um int) string { return fmt.Sprintf("%.3f", float64(um)/1000) }
