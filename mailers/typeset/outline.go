package typeset

import (
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// Outline is the shape of a rune's glyph in font units from the start of its baseline, y UP: verbs and coords
// as in sheet.Path, to be filled by the non-zero rule. Quadratic curves are given as cubic ones, their
// controls to the nearest unit. A blank has an empty outline; ok is false when the font lacks the rune.
func (f *Face) Outline(r rune) (verbs string, coords []int, ok bool) {
	if !f.Has(r) {
		return "", nil, false
	}
	var buf sfnt.Buffer
	g, err := f.font.GlyphIndex(&buf, r)
	if err != nil {
		return "", nil, false
	}
	segments, err := f.font.LoadGlyph(&buf, g, fixed.I(f.upem), nil)
	if err != nil {
		return "", nil, false
	}
	var p pen
	for _, s := range segments {
		p.draw(s)
	}
	p.close()
	return string(p.verbs), p.coords, true
}

// pen collects an outline.
type pen struct {
	verbs  []byte
	coords []int
	at     fixed.Point26_6
}

// draw adds a segment.
func (p *pen) draw(s sfnt.Segment) {
	switch s.Op {
	case sfnt.SegmentOpMoveTo:
		p.close()
		p.add('M', s.Args[0])
	case sfnt.SegmentOpLineTo:
		p.add('L', s.Args[0])
	case sfnt.SegmentOpQuadTo:
		c, to := s.Args[0], s.Args[1]
		p.add('C', twoThirds(p.at, c), twoThirds(to, c), to)
	case sfnt.SegmentOpCubeTo:
		p.add('C', s.Args[0], s.Args[1], s.Args[2])
	}
}

func (p *pen) add(verb byte, points ...fixed.Point26_6) {
	p.verbs = append(p.verbs, verb)
	for _, q := range points {
		p.coords = append(p.coords, q.X.Round(), (-q.Y).Round()) // the library's y goes down
		p.at = q
	}
}

// close ends the open contour.
func (p *pen) close() {
	if n := len(p.verbs); n > 0 && p.verbs[n-1] != 'Z' {
		p.verbs = append(p.verbs, 'Z')
	}
}

// twoThirds is the point two thirds of the way from an end of a quadratic curve to its control: a control of
// the same curve as a cubic one.
func twoThirds(end, control fixed.Point26_6) fixed.Point26_6 {
	return fixed.Point26_6{X: end.X + (control.X-end.X)*2/3, Y: end.Y + (control.Y-end.Y)*2/3}
}
