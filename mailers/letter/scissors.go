package letter

import (
	"postlift/mailers/sheet"
)

// The scissors on a cut line: two blades that cross and two rings, in millimetres, 7 wide and 4 high, cutting to
// the right.
const scissorsPath = "M 6.9 0.95 L 2.75 2.35 C 2.5 2.43 2.3 2.2 2.45 1.98 L 2.6 1.75 L 6.5 0.7 C 6.75 0.65 6.95 0.75 6.9 0.95 Z " +
	"M 6.9 3.05 L 2.75 1.65 C 2.5 1.57 2.3 1.8 2.45 2.02 L 2.6 2.25 L 6.5 3.3 C 6.75 3.35 6.95 3.25 6.9 3.05 Z " +
	"M 1.35 0.35 C 2.05 0.35 2.6 0.75 2.6 1.25 C 2.6 1.75 2.05 2.15 1.35 2.15 C 0.65 2.15 0.1 1.75 0.1 1.25 C 0.1 0.75 0.65 0.35 1.35 0.35 Z " +
	"M 1.35 0.75 C 0.9 0.75 0.5 0.95 0.5 1.25 C 0.5 1.55 0.9 1.75 1.35 1.75 C 1.8 1.75 2.2 1.55 2.2 1.25 C 2.2 0.95 1.8 0.75 1.35 0.75 Z " +
	"M 1.35 1.85 C 2.05 1.85 2.6 2.25 2.6 2.75 C 2.6 3.25 2.05 3.65 1.35 3.65 C 0.65 3.65 0.1 3.25 0.1 2.75 C 0.1 2.25 0.65 1.85 1.35 1.85 Z " +
	"M 1.35 2.25 C 0.9 2.25 0.5 2.45 0.5 2.75 C 0.5 3.05 0.9 3.25 1.35 3.25 C 1.8 3.25 2.2 3.05 2.2 2.75 C 2.2 2.45 1.8 2.25 1.35 2.25 Z"

// scissors draws them from a corner on.
func (c *Compiled) scissors(x, y int) sheet.Op {
	s := c.scissorsShape
	return sheet.Op{Kind: sheet.OpPath, Part: sheet.PartMark, X: x + s.x, Y: y + s.y, W: s.w, H: s.h, Ink: sheet.Black, Path: s.path}
}

// dashed is a line of dashes from a point on, horizontal or vertical.
func dashed(x, y, w, h int, ink sheet.Ink, part sheet.Part) sheet.Op {
	return sheet.Op{Kind: sheet.OpPath, Part: part, X: x, Y: y, W: w, H: h, Ink: ink,
		Path: &sheet.Path{Verbs: "ML", Coords: []int{0, 0, w, h}, Stroke: 176, Dash: []int{2_000, 1_200}}}
}
