package letter

import (
	"postlift/mailers/sheet"
	"postlift/mailers/typeset"
)

// look is how running text is set. Sizes are thousandths of a point, lengths micrometres.
type look struct {
	size, leading int
	style         sheet.Style // what plain words become
	ink           sheet.Ink
	accent        sheet.Ink // of headings, bullets and rules
	align         typeset.Align
	hyphenate     string
	before        int // distance to the paragraph above
	part          sheet.Part
	tabular       bool
}

func (l *look) line() int { return sheet.Points(l.leading) }

// baseline is the distance from the top of a line to its baseline: half the lead, then the ascent of the letters,
// about three quarters of the size.
func (l *look) baseline() int { return sheet.Points((l.leading-l.size)/2 + l.size*76/100) }

// row is the smallest thing of a block that no page break parts: a line, or a row of a table.
type row struct {
	y, height int
	from, to  int  // its operations
	bound     bool // no page break above it
}

// set is a set block: operations relative to its top left corner. What is drawn whole and follows from the design
// alone has its layer; a block of blocks has its children's layers in placed.
type set struct {
	ops    []sheet.Op
	rows   []row
	height int
	layer  *sheet.Layer
	placed []sheet.Placed
	head   int    // so many rows from the top are drawn again where the block goes on on a next page
	one    [1]row // of a block that is never parted
}

// addRow closes a row with the operations since the last one.
func (s *set) addRow(height int, bound bool) {
	from := 0
	if n := len(s.rows); n > 0 {
		from = s.rows[n-1].to
	}
	s.rows = append(s.rows, row{y: s.height, height: height, from: from, to: len(s.ops), bound: bound})
	s.height += height
}

// share makes a layer of the block, for text that follows from the design alone.
func (s *set) share() {
	if len(s.ops) > 0 {
		s.layer = sheet.NewLayer(s.ops)
	}
}

// whole makes one row of everything: the block is never parted.
func (s *set) whole(height int) {
	s.height = height
	s.rows = append(s.one[:0], row{height: height, to: len(s.ops)})
}

// put draws a child at a place inside the block.
func (s *set) put(child *set, x, y int) {
	if child.layer != nil {
		s.placed = append(s.placed, sheet.Placed{X: x, Y: y, Layer: child.layer})
		return
	}
	s.placed = movedLayers(s.placed, child.placed, x, y)
	s.ops = movedOps(s.ops, child.ops, x, y)
}

func movedLayers(to, from []sheet.Placed, x, y int) []sheet.Placed {
	for _, p := range from {
		to = append(to, sheet.Placed{X: p.X + x, Y: p.Y + y, Layer: p.Layer})
	}
	return to
}

func movedOps(to, from []sheet.Op, x, y int) []sheet.Op {
	n := len(to)
	to = append(to, from...)
	for i := range to[n:] {
		to[n+i].X += x
		to[n+i].Y += y
	}
	return to
}

// item is a block in the flow: what it is and its distance to the one above.
type item struct {
	*set
	x      int
	before int
	bound  bool // stays with the block above
	gap    bool // nothing is drawn: it shrinks where distances do
}

// paragraph sets lines of spans from a left edge on.
func (cp *composer) paragraph(lines [][]typeset.Span, l *look, indent, measure int) (*set, error) {
	set := cp.mem.sets.One()
	if err := cp.paragraphInto(set, lines, l, indent, measure); err != nil {
		return nil, err
	}
	return set, nil
}

func (cp *composer) paragraphInto(out *set, lines [][]typeset.Span, l *look, indent, measure int) error {
	broken, err := cp.faces.BreakIn(cp.mem.text, styled(lines, l.style), typeset.Options{Size: l.size, Measure: measure - indent, Align: l.align, Hyphenate: l.hyphenate, Tabular: l.tabular})
	if err != nil {
		return err
	}
	runs := 0
	for i := range broken {
		runs += len(broken[i].Runs)
	}
	if out.ops == nil {
		out.ops, out.rows = cp.mem.ops.Room(runs+2), cp.mem.rows.Room(len(broken))
	}
	base := l.baseline()
	for i := range broken {
		for _, r := range broken[i].Runs {
			out.ops = append(out.ops, sheet.Op{Kind: sheet.OpText, Part: l.part, Style: r.Style, Size: l.size, X: indent + r.X, Y: out.height + base, W: r.W, Ink: l.ink, Text: r.Text, Shift: r.Shift})
		}
		// Two lines at least stay together on either side of a page break.
		out.addRow(l.line(), i == 1 || i > 0 && i == len(broken)-1)
	}
	return nil
}

// styled sets the plain spans of a block in the style of its kind; italic words of a bold one become bold italic.
func styled(lines [][]typeset.Span, style sheet.Style) [][]typeset.Span {
	if style == sheet.Regular {
		return lines
	}
	out := make([][]typeset.Span, len(lines))
	for i, line := range lines {
		out[i] = make([]typeset.Span, len(line))
		for k, sp := range line {
			sp.Style = mixed(style, sp.Style)
			out[i][k] = sp
		}
	}
	return out
}

// mixed is a word's own style within a block of a style.
func mixed(block, word sheet.Style) sheet.Style {
	if word == sheet.Regular || word == block {
		return block
	}
	if block == sheet.Regular {
		return word
	}
	return sheet.BoldItalic
}

// text is a line of one style that is not broken.
func (cp *composer) text(s string, style sheet.Style, size int, ink sheet.Ink, part sheet.Part) sheet.Op {
	r := cp.faces.SetIn(cp.mem.text, style, s, size)
	return sheet.Op{Kind: sheet.OpText, Part: part, Style: style, Size: size, W: r.W, Ink: ink, Text: s, Shift: r.Shift}
}

// at places an operation.
func at(o sheet.Op, x, y int) sheet.Op {
	o.X, o.Y = x, y
	return o
}

// fitted is a one-line text that may shrink to least, by half points, before it is a Fault.
func (cp *composer) fitted(s, where string, style sheet.Style, size, least, width int) (sheet.Op, error) {
	for {
		op := cp.text(s, style, size, sheet.Black, sheet.PartBody)
		if op.W <= width {
			return op, nil
		}
		if size <= least {
			return sheet.Op{}, pieceFault("%s %q is %s mm wide at %g pt, the place has %s mm: shorten it", where, clip(s), sheet.MM(op.W), float64(size)/1000, sheet.MM(width))
		}
		size = max(size-500, least)
	}
}

func rect(x, y, w, h int, ink sheet.Ink, part sheet.Part) sheet.Op {
	return sheet.Op{Kind: sheet.OpRect, Part: part, X: x, Y: y, W: w, H: h, Ink: ink}
}
