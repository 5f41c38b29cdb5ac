package letter

import (
	"postlift"
	"postlift/mailers/typeset"
)

// atom is the smallest thing that a page break cannot part: a line, or the whole response panel. Its
// operations are relative to its top left corner.
type atom struct {
	before int // distance to the atom above, dropped at the top of a page
	height int
	bound  bool // no page break before it
	ops    []Op
}

// textStyle is how a block is set.
type textStyle struct {
	size, leading int // thousandths of a point
	style         Style
	colour        CMYK
	indent        int
	before        int
}

func (t textStyle) line() int { return points(t.leading) }

// baseline is the distance from the top of a line to its baseline: half the lead, then the ascent of the
// letters, about three quarters of the size.
func (t textStyle) baseline() int { return points((t.leading-t.size)/2 + t.size*76/100) }

// bodyStyle is running text in the design's size.
func (cp *composer) bodyStyle() textStyle {
	s := cp.design.spec.Body
	t := textStyle{size: int(s.Size*1000 + .5), leading: int(s.Leading*1000 + .5), colour: Black}
	t.before = t.line() * 55 / 100
	return t
}

// flow sets all sections but the notice into atoms; the notice stands apart at the page's foot.
func (cp *composer) flow(text *compiledText) (flow, notice []atom, err error) {
	for _, sec := range text.sections {
		source, err := sec.text.render(text.engine, cp.data)
		if err != nil {
			return nil, nil, err
		}
		blocks, err := parseBlocks(source)
		if err != nil {
			return nil, nil, err
		}
		atoms, err := cp.section(sec.kind, blocks)
		if err != nil {
			return nil, nil, err
		}
		if sec.kind == secNotice {
			notice = atoms
		} else {
			flow = append(flow, atoms...)
		}
	}
	return flow, notice, nil
}

func (cp *composer) section(kind sectionKind, blocks []block) ([]atom, error) {
	body := cp.bodyStyle()
	switch kind {
	case secSubject:
		return cp.subject(blocks, body)
	case secResponse:
		return cp.response(blocks)
	case secSignature:
		return cp.signature(blocks, body)
	case secNotice:
		return cp.setBlocks(blocks, textStyle{size: noticeSize, leading: noticeLeading, colour: Black, before: points(noticeLeading) / 3}, textWidth)
	}
	return cp.setBlocks(blocks, body, textWidth)
}

// subject is bold, with the two blank lines below it that DIN 5008 asks for made by the next distance.
func (cp *composer) subject(blocks []block, body textStyle) ([]atom, error) {
	s := textStyle{size: body.size + 2000, leading: body.leading + 2500, style: Bold, colour: cp.accent()}
	atoms, err := cp.setBlocks(blocks, s, textWidth)
	if err != nil {
		return nil, err
	}
	if len(atoms) > 3 {
		return nil, pieceFault("the subject runs to %d lines, at most 3 are readable: shorten campaign.offer or the design's subject", len(atoms))
	}
	gap := atom{height: body.line() * 3 / 4, bound: true}
	return append(atoms, gap), nil
}

// signature is the greeting, room to sign, the name and what its bearer is.
func (cp *composer) signature(blocks []block, body textStyle) ([]atom, error) {
	atoms, err := cp.setBlocks(blocks, body, textWidth)
	if err != nil {
		return nil, err
	}
	name, err := cp.need("sender.signature_name")
	if err != nil {
		return nil, err
	}
	role, err := cp.field("sender.signature_role")
	if err != nil {
		return nil, err
	}
	atoms = append(atoms, atom{height: 11_000})
	bold := body
	bold.style = Bold
	atoms = append(atoms, textAtom(bold, name))
	if role != "" {
		atoms = append(atoms, textAtom(body, role))
	}
	atoms[0].before = body.line()
	for i := range atoms { // a signature alone on a page signs nothing: it stays with the paragraph above
		atoms[i].bound = true
	}
	return atoms, nil
}

func textAtom(t textStyle, s string) atom {
	op := Op{Kind: OpText, Style: t.style, Size: t.size, Ink: t.colour, Text: s}
	return atom{height: t.line(), ops: []Op{at(op, 0, t.baseline())}}
}

const bulletIndent = 5_000

// setBlocks sets paragraphs, bullets and headings.
func (cp *composer) setBlocks(blocks []block, base textStyle, width int) ([]atom, error) {
	var out []atom
	for i, b := range blocks {
		t := base
		switch b.kind {
		case bullet:
			t.indent = bulletIndent
			if i > 0 && blocks[i-1].kind == bullet {
				t.before = base.before / 2
			}
		case heading:
			t.style, t.size, t.leading, t.colour = Bold, base.size+1500, base.leading+1500, cp.accent()
		}
		atoms, err := cp.setBlock(b, t, width)
		if err != nil {
			return nil, err
		}
		if i > 0 && blocks[i-1].kind == heading && len(atoms) > 0 {
			atoms[0].bound, atoms[0].before = true, base.before/3
		}
		out = append(out, atoms...)
	}
	return out, nil
}

func (cp *composer) setBlock(b block, t textStyle, width int) ([]atom, error) {
	lines, err := cp.faces.Break(restyled(b, t.style).lines, typeset.Options{Size: t.size, Measure: width - t.indent})
	if err != nil {
		return nil, err
	}
	atoms := make([]atom, len(lines))
	for i, l := range lines {
		a := atom{height: t.line(), ops: make([]Op, 0, len(l.Runs)+1)}
		if b.kind == bullet && i == 0 {
			a.ops = append(a.ops, at(Op{Kind: OpText, Style: Bold, Size: t.size, Ink: cp.accent(), Text: "•"}, bulletIndent/5, t.baseline()))
		}
		for _, r := range l.Runs {
			a.ops = append(a.ops, at(Op{Kind: OpText, Style: r.Style, Size: t.size, Ink: t.colour, Text: r.Text}, t.indent+r.X, t.baseline()))
		}
		// Two lines at least stay together on either side of a page break.
		a.bound = i == 1 || i > 0 && i == len(lines)-1
		atoms[i] = a
	}
	if len(atoms) > 0 {
		atoms[0].before = t.before
	}
	return atoms, nil
}

// restyled sets the plain spans of a block in the style of its kind.
func restyled(b block, style Style) block {
	if style == Regular {
		return b
	}
	out := block{kind: b.kind}
	for _, line := range b.lines {
		spans := make([]span, len(line))
		for i, sp := range line {
			if sp.Style == Regular {
				sp.Style = style
			}
			spans[i] = sp
		}
		out.lines = append(out.lines, spans)
	}
	return out
}

// isCode tells whether a block is nothing but the piece's typed code, which is then set large.
func (cp *composer) isCode(b block) bool {
	return len(b.lines) == 1 && len(b.lines[0]) == 1 && b.lines[0][0].Text == postlift.FormatCode(cp.piece.Code)
}
