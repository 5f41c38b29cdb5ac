package letter

import (
	"strconv"
	"strings"

	"postlift/mailers/merge"
	"postlift/mailers/sheet"
)

// Indents and marks of lists, micrometres.
const (
	listIndent = 5_000
	bulletAt   = 1_000
	boxSide    = 3_400
	boxIndent  = 6_000
	fillInLine = 7_500 // height of a line to be filled in by hand
	writeRoom  = 10_000
	ruleHeight = 1_500

	// maxKeptSource bounds what is kept of set blocks: so many bytes of source each, so many blocks.
	maxKeptSource = 8 << 10
	maxKept       = 512
)

// setKey is what the setting of a block depends on beside the design and the language.
type setKey struct {
	source        string
	kind          merge.BlockKind
	level, number int
	look          lookID
	measure       int
}

// kept is a set block with what its neighbours must know of it.
type kept struct {
	set  *set
	kind merge.BlockKind
}

// setAll sets the blocks of a section one below the other.
func (cp *composer) setAll(raws []merge.Raw, id lookID, measure int) ([]item, error) {
	out := cp.mem.items.Room(len(raws) + 3)
	base := &cp.looks[id]
	var above merge.BlockKind
	for i := range raws {
		k, err := cp.setRaw(&raws[i], id, measure)
		if err != nil {
			return nil, err
		}
		if len(k.set.rows) == 0 {
			continue
		}
		it := item{set: k.set, before: base.before}
		switch {
		case len(out) == 0:
		case above == merge.Heading:
			it.bound, it.before = true, base.before/3
		case isList(above) && isList(k.kind):
			it.before = base.before / 2
		}
		above = k.kind
		out = append(out, it)
	}
	return out, nil
}

func isList(k merge.BlockKind) bool {
	return k == merge.Bullet || k == merge.Numbered || k == merge.Checkbox
}

// setRaw sets a block, or finds that it was set before. Only what no value of the piece went into becomes a layer.
func (cp *composer) setRaw(raw *merge.Raw, id lookID, measure int) (kept, error) {
	key := setKey{raw.Source, raw.Kind, raw.Level, raw.Number, id, measure}
	if !raw.Personal {
		if k, ok := cp.shared.get(key); ok {
			return k, nil
		}
	}
	b, err := raw.Parse()
	if err != nil {
		return kept{}, err
	}
	mem := cp.mem
	if !raw.Personal {
		cp.mem = lasting
	}
	defer func() { cp.mem = mem }()
	l := cp.looks[id]
	if b.Kind == merge.Heading {
		l = l.heading(b.Level)
	} else if raw.Personal && id == lookPanel && cp.isCode(&b) {
		l = cp.looks[lookCode]
	}
	k := kept{kind: b.Kind}
	if k.set, err = cp.setBlock(&b, &l, measure); err != nil {
		return kept{}, err
	}
	if raw.Personal {
		return k, nil
	}
	k.set.share()
	if len(raw.Source) <= maxKeptSource {
		key.source = strings.Clone(raw.Source) // else the key would hold the whole merged text
		cp.shared.put(key, k)
	}
	return k, nil
}

// setBlock sets one block from its own top left corner.
func (cp *composer) setBlock(b *merge.Block, l *look, measure int) (*set, error) {
	indent := max(b.Level-1, 0) * listIndent
	switch b.Kind {
	case merge.Bullet:
		return cp.listed(b, l, bullet(b.Level), bulletAt, indent, measure)
	case merge.Numbered:
		return cp.listed(b, l, strconv.Itoa(b.Number)+".", 0, indent, measure)
	case merge.Checkbox:
		return cp.checkbox(b, l, indent, measure)
	case merge.TableBlock:
		return cp.table(b.Table, l, 0, measure)
	case merge.Rule:
		out := &set{ops: []sheet.Op{rect(0, ruleHeight/2, measure, rowRule, l.accent, l.part)}}
		out.whole(ruleHeight)
		return out, nil
	case merge.FillIn:
		return cp.fillIn(b, l, measure)
	}
	return cp.paragraph(b.Lines, l, 0, measure)
}

// bullet is the mark of a list's level.
func bullet(level int) string {
	if level > 1 {
		return "–"
	}
	return "•"
}

// listed sets a paragraph with a mark before its first line.
func (cp *composer) listed(b *merge.Block, l *look, mark string, markAt, indent, measure int) (*set, error) {
	style := sheet.Bold
	ink := l.accent
	if markAt == 0 { // a number reads as the text does
		style, ink = l.style, l.ink
	}
	op := cp.text(mark, style, l.size, ink, l.part)
	hang := max(listIndent, op.W+1_000)
	out := cp.mem.sets.One()
	out.ops = append(cp.mem.ops.Room(8), at(op, indent+markAt, l.baseline()))
	return out, cp.paragraphInto(out, b.Lines, l, indent+hang, measure)
}

// checkbox sets a box to be ticked by hand with its text.
func (cp *composer) checkbox(b *merge.Block, l *look, indent, measure int) (*set, error) {
	box := sheet.Op{Kind: sheet.OpPath, Part: l.part, X: indent, Y: l.baseline() - boxSide + 500, W: boxSide, H: boxSide, Ink: l.ink, Path: tickBox}
	out := cp.mem.sets.One()
	out.ops = append(cp.mem.ops.Room(8), box)
	return out, cp.paragraphInto(out, b.Lines, l, indent+boxIndent, measure)
}

// tickBox is the outline of a box to be ticked.
var tickBox = &sheet.Path{Verbs: "MLLLZ", Coords: []int{0, 0, boxSide, 0, boxSide, boxSide, 0, boxSide}, Stroke: 176}

// fillIn is a line of fields to be written on, each behind its label.
func (cp *composer) fillIn(b *merge.Block, l *look, measure int) (*set, error) {
	out := &set{}
	n := max(len(b.Lines), 1)
	width := (measure - (n-1)*columnGap) / n
	y := fillInLine - 1_500
	for i := range n {
		left := i * (width + columnGap)
		x := left
		if i < len(b.Lines) {
			for _, sp := range b.Lines[i] {
				op := cp.text(sp.Text, mixed(l.style, sp.Style), l.size, l.ink, l.part)
				out.ops = append(out.ops, at(op, x, y))
				x += op.W
			}
		}
		if x > left {
			x += 1_500
		}
		if x+writeRoom > left+width {
			return nil, pieceFault("the labels of a line to fill in leave no room to write on its %s mm: shorten them", sheet.MM(measure))
		}
		out.ops = append(out.ops, rect(x, y+400, left+width-x, rowRule, l.ink, l.part))
	}
	out.whole(fillInLine)
	return out, nil
}
