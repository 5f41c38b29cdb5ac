package letter

import (
	"postlift/mailers/design"
	"postlift/mailers/merge"
	"postlift/mailers/sheet"
	"postlift/mailers/typeset"
)

// Distances of the address side, micrometres, where the layout has none. Addresses are read by machines at 10 to 12 pt,
// with half a millimetre to two and a half between their lines.
const (
	maxAddressLines = 6
	addressLine     = 4_550 // 27.3 mm for six lines
	returnRule      = 1_100 // below its baseline
	returnFoot      = 1_800 // its baseline above the foot of its place
	letterheadFoot  = 2_000
	infoLine        = 4_900
	infoFirst       = 3_500 // baseline of the first row
	infoValueAt     = 21_000
	infoTurn        = 3_900 // from a value's first line to its second
)

// address prints the recipient: one size for the whole label.
func (cp *composer) address(p *sheet.Page, b *place) error {
	lines := cp.piece.Address
	if len(lines) == 0 || len(lines) > maxAddressLines {
		return pieceFault("the address has %d lines, must have 1 to %d", len(lines), maxAddressLines)
	}
	pitch := b.linePitch()
	if !b.holdsLines(len(lines)) {
		return pieceFault("the address has %d lines of %s mm, its place is %s mm high", len(lines), sheet.MM(pitch), sheet.MM(b.h))
	}
	var runs [maxAddressLines]sheet.Op
	size := b.size
	for i := 0; i < len(lines); i++ {
		l := lines[i]
		if l == "" || !clean(l) && l != typeset.CleanLine(l) {
			return pieceFault("address line %d %q is blank or holds stray blanks or control characters: set it with address.Lines", i+1, clip(l))
		}
		where := addressNames[i]
		if err := cp.checked(l, where); err != nil {
			return err
		}
		op, err := cp.fitted(l, where, cp.labelStyle, size, design.AddressLeast, b.w)
		if err != nil {
			return err
		}
		runs[i] = op
		if op.Size < size { // the others follow
			size, i = op.Size, -1
		}
	}
	for i := range lines {
		op := runs[i]
		op.Part, op.Ink = sheet.PartAddress, sheet.Black
		p.Ops = append(p.Ops, at(op, b.x, b.y+i*pitch+sheet.Points(size)*97/100))
	}
	return nil
}

// linePitch is the distance of an address's baselines.
func (b *place) linePitch() int {
	switch {
	case b.leading > 0:
		return sheet.Points(b.leading)
	case b.size > design.AddressSize: // larger type asks for more than the standard's zone gives
		return max(b.pitch, sheet.Points(b.size*122/100))
	}
	return b.pitch
}

// holdsLines tells whether a place for addresses is high enough for so many lines.
func (b *place) holdsLines(n int) bool { return n*b.linePitch() <= b.h+addressLine/4 }

var addressNames = [maxAddressLines]string{"address line 1", "address line 2", "address line 3", "address line 4", "address line 5", "address line 6"}

// returnLine prints the sender in one underlined line above the recipient.
func (cp *composer) returnLine(p *sheet.Page, b *place) error {
	line, err := cp.returnText()
	if err != nil {
		return err
	}
	l, err := cp.common(b.id, line, func() ([]sheet.Op, error) {
		op, err := cp.fitted(line, "the return line (sender.return_line gives another)", cp.labelStyle, b.size, design.ReturnLeast, b.w)
		if err != nil {
			return nil, err
		}
		op.Part = sheet.PartReturn
		base := b.y + b.h - returnFoot
		return []sheet.Op{rect(b.x, base+returnRule, op.W, hairline, sheet.Black, sheet.PartReturn), at(op, b.x, base)}, nil
	})
	if err == nil {
		p.Placed = append(p.Placed, sheet.Placed{Layer: l})
	}
	return err
}

// returnText is the sender's own return line, or made of company, street and city.
func (cp *composer) returnText() (string, error) {
	line, err := cp.field("sender.return_line")
	if err != nil || line != "" {
		return line, err
	}
	var parts [4]string
	for i, path := range []string{"sender.company", "sender.street", "sender.postcode", "sender.city"} {
		if parts[i], err = cp.need(path); err != nil {
			return "", err
		}
	}
	return parts[0] + " · " + parts[1] + " · " + parts[2] + " " + parts[3], nil
}

// letterhead prints the sender's name, aligned as the block says: on one line if it can, else on as many as its place
// is high.
func (cp *composer) letterhead(p *sheet.Page, b *place) error {
	name, err := cp.need("sender.company")
	if err != nil {
		return err
	}
	l, err := cp.common(b.id, name, func() ([]sheet.Op, error) {
		least := design.LetterheadLeast
		if b.shrink < b.size {
			least = b.shrink
		}
		op, err := cp.fitted(name, "sender.company", b.style, b.size, least, b.w)
		if err != nil {
			if ops := cp.letterheadLines(name, b, least); ops != nil {
				return ops, nil
			}
			return nil, err
		}
		op.Ink = b.ink
		return []sheet.Op{at(op, b.x+aligned(b.align, op.W, b.w), b.y+b.h-letterheadFoot)}, nil
	})
	if err == nil {
		p.Placed = append(p.Placed, sheet.Placed{Layer: l})
	}
	return err
}

// letterheadLines is a long name in lines, the last where a single one would stand, as large as the place allows; nil
// where it has no room.
func (cp *composer) letterheadLines(name string, b *place, least int) []sheet.Op {
	for size := b.size; ; size = max(size-500, least) {
		pitch, capital := size*423/1000, size*247/1000 // 120 and 70 percent of the size
		lines, err := cp.faces.Break([][]typeset.Span{{{Style: b.style, Text: name}}}, typeset.Options{Size: size, Measure: b.w, Align: b.align})
		if err == nil && (len(lines)-1)*pitch+capital <= b.h-letterheadFoot {
			var ops []sheet.Op
			for i, l := range lines {
				for _, r := range l.Runs {
					ops = append(ops, sheet.Op{Kind: sheet.OpText, Part: sheet.PartBody, Style: r.Style, Size: size, X: b.x + r.X, W: r.W, Ink: b.ink, Text: r.Text, Shift: r.Shift,
						Y: b.y + b.h - letterheadFoot - (len(lines)-1-i)*pitch})
				}
			}
			return ops
		}
		if size <= least {
			return nil
		}
	}
}

// aligned is the distance of a thing of width w from the left edge of a place.
func aligned(a typeset.Align, w, room int) int {
	switch a {
	case typeset.Right:
		return room - w
	case typeset.Centred:
		return (room - w) / 2
	}
	return 0
}

// commonKey is a block of the design with what the sender's data put into it.
type commonKey struct {
	place int
	text  string
}

// common is the layer of a block that the letters of a sender have in common.
func (cp *composer) common(id int, text string, draw func() ([]sheet.Op, error)) (*sheet.Layer, error) {
	key := commonKey{id, text}
	if l, ok := cp.commons.get(key); ok {
		return l, nil
	}
	mem := cp.mem
	cp.mem = lasting
	ops, err := draw()
	cp.mem = mem
	if err != nil {
		return nil, err
	}
	l := sheet.NewLayer(ops)
	cp.commons.put(key, l)
	return l, nil
}

// infoRows are the rows of an info block by their names in a design, in the order of DIN 5008.
var infoRows = map[string]struct {
	label func(*labels) string
	value func(*composer) (string, error)
}{
	"contact":     {func(l *labels) string { return l.contact }, func(cp *composer) (string, error) { return cp.need("sender.signature_name") }},
	"phone":       {func(l *labels) string { return l.phone }, func(cp *composer) (string, error) { return cp.firstOf("sender.owner_phone", "sender.phone") }},
	"mobile":      {func(l *labels) string { return l.mobile }, func(cp *composer) (string, error) { return cp.field("sender.owner_mobile") }},
	"web":         {func(l *labels) string { return l.web }, func(cp *composer) (string, error) { return cp.field("sender.web") }},
	"email":       {func(l *labels) string { return l.email }, func(cp *composer) (string, error) { return cp.firstOf("sender.owner_email", "sender.email") }},
	"date":        {func(l *labels) string { return l.date }, (*composer).dateInWords},
	"customer_no": {func(l *labels) string { return l.customer }, func(cp *composer) (string, error) { return cp.field("account.customer_no") }},
	"contract":    {func(l *labels) string { return l.contract }, func(cp *composer) (string, error) { return cp.field("contract.number") }},
	"code":        {func(l *labels) string { return l.code }, func(cp *composer) (string, error) { return cp.data.Field("code") }},
}

// info prints who writes, how to reach them, the date, and the rows that the design names; a row without a value is
// left out.
func (cp *composer) info(p *sheet.Page, b *place) error {
	y := b.y + infoFirst
	for k, name := range b.rows {
		row, label := infoRows[name], b.labels[k]
		s, err := row.value(cp)
		if err != nil {
			return err
		}
		if s == "" {
			continue
		}
		p.Ops = append(p.Ops, at(label, b.x, y))
		lines, err := cp.infoValue(p, s, label.Text, b, y)
		if err != nil {
			return err
		}
		y += b.pitch + (lines-1)*infoTurn
		if b.h > 0 && y-b.pitch-b.y > b.h {
			return pieceFault("the info block has more rows than its %s mm hold: leave some out", sheet.MM(b.h))
		}
	}
	return nil
}

// infoValue prints a row's value: on one line, if it must a little smaller, else on two.
func (cp *composer) infoValue(p *sheet.Page, s, label string, b *place, y int) (lines int, err error) {
	room := b.w - b.valueAt
	if op, err := cp.fitted(s, label, sheet.Regular, design.InfoSize, design.InfoSize-1_000, room); err == nil {
		p.Ops = append(p.Ops, at(op, b.x+b.valueAt, y))
		return 1, nil
	}
	set, err := cp.faces.Break([][]typeset.Span{{{Text: s}}}, typeset.Options{Size: design.InfoSize, Measure: room})
	if err != nil {
		return 0, err
	}
	if len(set) > 2 {
		return 0, pieceFault("%s %q takes %d lines in the info block, at most 2 of %s mm are there: shorten it", label, clip(s), len(set), sheet.MM(room))
	}
	for i := range set {
		for _, r := range set[i].Runs {
			p.Ops = append(p.Ops, sheet.Op{Kind: sheet.OpText, Size: design.InfoSize, X: b.x + b.valueAt + r.X, Y: y + i*infoTurn, W: r.W, Ink: sheet.Black, Text: r.Text, Shift: r.Shift})
		}
	}
	return len(set), nil
}

// dateInWords is the piece's date.
func (cp *composer) dateInWords() (string, error) {
	if _, err := cp.need("date"); err != nil {
		return "", err
	}
	d, err := cp.day("date")
	if err != nil {
		return "", err
	}
	return merge.FormatDate(d, "long", cp.lang), nil
}
