package letter

import (
	"fmt"
	"strings"

	"postlift"
)

// composer sets one piece.
type composer struct {
	*Compiled
	piece *Piece
	lang  string // "de" or "en"
	words labels
	data  map[string]any
	pages []Page
}

// labels are the fixed words of the layout.
type labels struct{ contact, phone, email, date, page string }

var labelsOf = map[string]labels{
	"de": {"Ihr Kontakt", "Telefon", "E-Mail", "Datum", "Seite %d von %d"},
	"en": {"Contact", "Phone", "E-mail", "Date", "Page %d of %d"},
}

// Compose sets one piece. Whatever keeps it from being printed as meant (a merge field without a value, a
// character that the fonts lack, an address that does not fit the window, a text beyond the design's
// pages) is a Fault of kind Invalid that names the place: that piece stops, and nothing is printed blank
// or cut. No panic leaves it.
func (c *Compiled) Compose(p Piece) (plan Plan, err error) {
	defer func() {
		if r := recover(); r != nil {
			plan, err = Plan{}, pieceFault("the piece cannot be composed: %s", clip(fmt.Sprint(r)))
		}
	}()
	cp := &composer{Compiled: c, piece: &p, lang: primaryLanguage(p.Language)}
	text, ok := c.texts[cp.lang]
	if !ok {
		return Plan{}, pieceFault("the design %s has no text for language %q, only for %s", c.design.Name(), p.Language, strings.Join(c.design.Languages(), ", "))
	}
	cp.words, cp.data = labelsOf[cp.lang], p.bindings()
	if err := cp.compose(text); err != nil {
		return Plan{}, err
	}
	s := c.design.spec
	return Plan{PieceID: p.ID, Sheet: Sheet{Name: s.Sheet, W: sheetW, H: sheetH, Bleed: bleed}, Fonts: s.fontRefs(), Pages: cp.pages}, nil
}

// primaryLanguage is the part of a language tag before its region.
func primaryLanguage(tag string) string {
	lang, _, _ := strings.Cut(tag, "-")
	return strings.ToLower(lang)
}

func (cp *composer) compose(text *compiledText) error {
	first := &Page{Base: []*Layer{cp.first}}
	for _, f := range []func(*Page) error{cp.letterhead, cp.address, cp.infoBlock} {
		if err := f(first); err != nil {
			return err
		}
	}
	flow, notice, err := cp.flow(text)
	if err != nil {
		return err
	}
	cp.pages = []Page{*first}
	if err := cp.paginate(flow, notice); err != nil {
		return err
	}
	for i := range cp.pages {
		if err := cp.furniture(i); err != nil {
			return err
		}
	}
	return nil
}

// field is a text of the merge data by its dotted name, cleaned and checked against the fonts; "" when
// it is not there.
func (cp *composer) field(path string) (string, error) {
	var v any = cp.data
	for _, part := range strings.Split(path, ".") {
		m, _ := v.(map[string]any)
		v = m[part]
	}
	s, err := printed(v, path)
	if err != nil {
		return "", err
	}
	s = cleanValue(s)
	return s, cp.checked(s, path)
}

// checked refuses characters that the fonts lack.
func (cp *composer) checked(s, where string) error {
	return cp.texts[cp.lang].engine.coverage(s, where)
}

// need is a field without which the letter is not complete.
func (cp *composer) need(path string) (string, error) {
	s, err := cp.field(path)
	if err == nil && s == "" {
		err = pieceFault("%s has no value, and every letter prints it: fill it in", path)
	}
	return s, err
}

// fitted is a one-line text that may shrink to least before it is a Fault.
func (cp *composer) fitted(s, where string, style Style, size, least, width int) (Op, error) {
	for ; ; size -= 500 {
		w := cp.faces[style].Width(s, size)
		if w <= width {
			return Op{Kind: OpText, Style: style, Size: size, Text: s, Ink: Black, W: w}, nil
		}
		if size <= least {
			return Op{}, pieceFault("%s %q is %s mm wide at %g pt, the place has %s mm: shorten it", where, clip(s), mm(w), float64(size)/1000, mm(width))
		}
		if size-500 < least {
			size = least + 500
		}
	}
}

// at places a text; its width was only needed to fit it.
func at(o Op, x, y int) Op {
	o.X, o.Y = x, y
	return o
}

// letterhead prints the sender's name.
func (cp *composer) letterhead(p *Page) error {
	name, err := cp.need("sender.company")
	if err != nil {
		return err
	}
	op, err := cp.fitted(name, "sender.company", Bold, letterheadSize, letterheadMin, textWidth)
	if err != nil {
		return err
	}
	op.Ink = cp.accent()
	p.Ops = append(p.Ops, at(op, textLeft, letterheadBase))
	return nil
}

func (cp *composer) accent() CMYK { return cp.design.spec.Colours["accent"] }

// address prints the return line and the recipient.
func (cp *composer) address(p *Page) error {
	line, err := cp.returnLine()
	if err != nil {
		return err
	}
	width := cp.design.spec.windowWidth()
	op, err := cp.fitted(line, "the return line", Regular, returnSize, returnMin, width)
	if err != nil {
		return err
	}
	p.Ops = append(p.Ops, Op{Kind: OpRect, X: textLeft, Y: returnRule, W: op.W, H: hairline, Ink: Black}, at(op, textLeft, returnBase))
	lines := cp.piece.Address
	if len(lines) == 0 || len(lines) > maxAddressLines {
		return pieceFault("the address has %d lines, must have 1 to %d", len(lines), maxAddressLines)
	}
	size := addressSize // one size for the whole label
	for i, l := range lines {
		where := fmt.Sprintf("address line %d", i+1)
		if l != cleanLine(l) || l == "" {
			return pieceFault("%s %q is blank or holds stray blanks or control characters: set it with AddressLines", where, clip(l))
		}
		if err := cp.checked(l, where); err != nil {
			return err
		}
		op, err := cp.fitted(l, where, Regular, size, addressMin, width)
		if err != nil {
			return err
		}
		size = op.Size
	}
	for i, l := range lines {
		y := recipientTop + i*recipientLine + 3_600
		p.Ops = append(p.Ops, at(Op{Kind: OpText, Size: size, Text: l, Ink: Black}, textLeft, y))
	}
	return nil
}

// returnLine is the sender's own, or made of company, street and city.
func (cp *composer) returnLine() (string, error) {
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

// infoBlock prints who writes, how to reach them, and the date.
func (cp *composer) infoBlock(p *Page) error {
	name, err := cp.need("sender.signature_name")
	if err != nil {
		return err
	}
	phone, err := cp.firstOf("sender.owner_phone", "sender.phone")
	if err != nil {
		return err
	}
	email, err := cp.firstOf("sender.owner_email", "sender.email")
	if err != nil {
		return err
	}
	day, err := cp.date()
	if err != nil {
		return err
	}
	y := infoBase
	for _, row := range [][2]string{{cp.words.contact, name}, {cp.words.phone, phone}, {cp.words.email, email}, {cp.words.date, day}} {
		if row[1] == "" {
			continue
		}
		value, err := cp.fitted(row[1], row[0], Regular, infoSize, infoMin, infoRight-infoValue)
		if err != nil {
			return err
		}
		label := Op{Kind: OpText, Style: Bold, Size: infoSize, Text: row[0], Ink: cp.accent()}
		p.Ops = append(p.Ops, at(label, infoLeft, y), at(value, infoValue, y))
		y += infoLine
	}
	return nil
}

func (cp *composer) firstOf(paths ...string) (string, error) {
	for _, p := range paths {
		if s, err := cp.field(p); s != "" || err != nil {
			return s, err
		}
	}
	return "", nil
}

// date is the letter's date in words.
func (cp *composer) date() (string, error) {
	iso, err := cp.need("date")
	if err != nil {
		return "", err
	}
	d, err := postlift.ParseDate(iso)
	if err != nil {
		return "", pieceFault("date %q is not of the form YYYY-MM-DD", clip(iso))
	}
	return date(d, "long", cp.lang)
}
