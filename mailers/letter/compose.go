package letter

import (
	"fmt"
	"strings"

	"postlift"
	"postlift/mailers/address"
	"postlift/mailers/codes"
	"postlift/mailers/merge"
	"postlift/mailers/sheet"
)

// composer sets one piece.
type composer struct {
	*voice
	mem    *memory
	piece  *Piece
	data   merge.Data
	pages  []sheet.Page
	qr     codes.Matrix // of the tracking address, made once
	hasQR  bool
	merged int // bytes of the sections that were merged
	// couponLast moves the coupon from the first page, where it does not fit, to the last.
	couponLast bool
}

// Compose sets one piece. Whatever keeps it from being printed as meant (a merge field without a value, a character
// that the fonts lack, an address that does not fit the window, a text beyond the design's pages, a signature
// without consent) is a Fault of kind Invalid that names the place: that piece stops, and nothing is printed blank
// or cut. No panic leaves it. It may be called by many goroutines.
func (c *Compiled) Compose(p Piece) (sheet.Plan, error) {
	return c.compose(&composer{mem: lasting}, p)
}

// ComposeIn is Compose with the plan in r: the plan, and all that it was made of but its texts, is there until the
// next piece is composed in r.
func (c *Compiled) ComposeIn(r *Room, p Piece) (sheet.Plan, error) {
	r.empty()
	r.composer = composer{mem: &r.mem}
	return c.compose(&r.composer, p)
}

func (c *Compiled) compose(cp *composer, p Piece) (plan sheet.Plan, err error) {
	defer func() {
		if r := recover(); r != nil {
			plan, err = sheet.Plan{}, pieceFault("the piece cannot be composed: %s", clip(fmt.Sprint(r)))
		}
	}()
	v, ok := c.voice(p.Language)
	if !ok {
		return sheet.Plan{}, pieceFault("the design %s has no text for language %q, only for %s", c.design.Name(), p.Language, strings.Join(c.design.Languages(), ", "))
	}
	cp.voice, cp.piece, cp.data = v, &p, merge.NewData(p.Merge)
	cp.data.Missing = c.missing
	cp.data.Set("code", postlift.FormatCode(p.Code))
	if !cp.data.Has("salutation") {
		tag := p.Language
		if v.lang == "de" { // the one German text of a design goes on in small letters after a comma, in Switzerland, too
			tag = v.lang
		}
		cp.data.Set("salutation", address.Salutation(cp.person(), tag))
	}
	if err := cp.compose(); err != nil {
		return sheet.Plan{}, err
	}
	return sheet.Plan{PieceID: p.ID, Sheet: c.sheet, Fonts: c.fonts, Pages: cp.pages}, nil
}

// voice is what speaks a piece's language: its own regional one, else that of the language.
func (c *Compiled) voice(tag string) (*voice, bool) {
	if v, ok := c.voices[tag]; ok {
		return v, true
	}
	if v, ok := c.voices[strings.ToLower(tag)]; ok {
		return v, true
	}
	v, ok := c.voices[primaryLanguage(tag)]
	return v, ok
}

// person is the recipient as the merge data name them; whatever is no text is left out, and a text that prints it
// tells what it is.
func (cp *composer) person() address.Person {
	get := func(path string) string { s, _ := cp.piece.string(path); return s }
	return address.Person{Salutation: get("contact.salutation"), Title: get("contact.title"),
		FirstName: get("contact.first_name"), LastName: get("contact.last_name"), Country: get("account.country")}
}

// compose makes the pages: the flow first, because it decides how many there are, then what stands at its place.
func (cp *composer) compose() error {
	flow, foot, err := cp.flow()
	if err != nil {
		return err
	}
	filled, err := cp.paginate(flow, foot)
	if err != nil {
		return err
	}
	n := max(filled.pages, cp.leastPages, 1)
	cp.pages = cp.mem.pages.Take(n)
	for i := range cp.pages {
		if err := cp.page(i, n, flow, filled, foot); err != nil {
			return err
		}
	}
	return nil
}

// page draws everything of a page: what stands at a place of the design in its order, the flow, the foot, and the
// furniture around the text.
func (cp *composer) page(i, n int, flow []item, filled filling, foot feet) error {
	k := kindOf(i)
	p := &cp.pages[i]
	p.Base, p.Zones = cp.base[k], cp.zones[k]
	p.Ops = cp.mem.ops.Room(cp.expected(i, flow, filled))
	p.Placed = cp.mem.placed.Room(len(cp.blocks) + len(filled.stretches) + 4)
	for b := range cp.blocks {
		blk := &cp.blocks[b]
		if !blk.when.on(i, n) || blk.cond != "" && !cp.data.Has(blk.cond) {
			continue
		}
		if err := blk.draw(cp, p, i, n); err != nil {
			return err
		}
	}
	for _, s := range filled.stretches {
		if s.page == i {
			flow[s.item].draw(p, s)
		}
	}
	cp.drawFeet(p, i, n, foot)
	return cp.furniture(p, i, n)
}

// expected guesses how many operations a page gets, so that they are allocated once.
func (cp *composer) expected(page int, flow []item, filled filling) int {
	n := 32
	for _, s := range filled.stretches {
		if s.page == page && flow[s.item].layer == nil {
			n += len(flow[s.item].ops)
		}
	}
	return n
}

// pageKind tells the first page from the others.
type pageKind uint8

const (
	firstPage pageKind = iota
	nextPage
	pageKinds // how many there are
)

func kindOf(page int) pageKind {
	if page == 0 {
		return firstPage
	}
	return nextPage
}

// pageSet is on which pages a block stands.
type pageSet string

// on tells whether the set holds page i of n, counted from 0.
func (s pageSet) on(i, n int) bool {
	switch s {
	case "first":
		return i == 0
	case "next":
		return i > 0
	case "last":
		return i == n-1
	}
	return true
}
