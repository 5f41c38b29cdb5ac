package letter

import (
	"fmt"
	"strconv"
	"strings"

	"postlift/mailers/design"
	"postlift/mailers/sheet"
	"postlift/mailers/typeset"
)

// Type sizes of the fixed parts, in thousandths of a point, and their distances in micrometres.
const (
	headSize     = 10_000
	headMin      = 7_000
	pageNoSize   = 8_000
	footerLine   = 2_950
	columnRest   = 4_000
	hairline     = 88 // a quarter point
	headDateRoom = 45_000
)

func itoa(n int) string { return strconv.Itoa(n) }

// furniture is what the layout itself puts around the text of a letter: the head of later pages, and the page number
// where there are several.
func (cp *composer) furniture(p *sheet.Page, i, n int) error {
	if cp.headBase > 0 && i > 0 {
		if err := cp.runningHead(p); err != nil {
			return err
		}
	}
	if cp.pageBase == 0 || n == 1 {
		return nil
	}
	op := cp.text(fmt.Sprintf(cp.words.page, i+1, n), sheet.Regular, pageNoSize, sheet.Black, sheet.PartBody)
	p.Ops = append(p.Ops, at(op, cp.pageRight-op.W, cp.pageBase))
	return nil
}

// runningHead is the sender and the date at the head of a later page.
func (cp *composer) runningHead(p *sheet.Page) error {
	name, err := cp.need("sender.company")
	if err != nil {
		return err
	}
	day, err := cp.dateInWords()
	if err != nil {
		return err
	}
	reg := cp.regions[nextPage]
	left, err := cp.fitted(name, "sender.company", sheet.Bold, headSize, headMin, cp.pageRight-reg.x-headDateRoom)
	if err != nil {
		return err
	}
	right, err := cp.fitted(day, "date", sheet.Regular, design.InfoSize, design.InfoLeast, headDateRoom-5_000)
	if err != nil {
		return err
	}
	left.Ink = cp.accent
	p.Ops = append(p.Ops, at(left, reg.x, cp.headBase), at(right, cp.pageRight-right.W, cp.headBase))
	return nil
}

// footerText is what the footer says: all that its layer depends on beside the design.
type footerText struct {
	company, street, town, phone, email, web, particulars string
}

// footer prints the sender's particulars in three columns: address, contact, registration. It is a layer, because the
// letters of a sender have it in common.
func (cp *composer) footer(p *sheet.Page, b *place) error {
	t, err := cp.footerText()
	if err != nil {
		return err
	}
	key := footerKey{b.id, t}
	l, ok := cp.footers.get(key)
	if !ok {
		if l, err = cp.setFooter(t, b); err != nil {
			return err
		}
		cp.footers.put(key, l)
	}
	p.Placed = append(p.Placed, sheet.Placed{Layer: l})
	return nil
}

type footerKey struct {
	place int
	text  footerText
}

func (cp *composer) footerText() (t footerText, err error) {
	for _, f := range []struct {
		into     *string
		path     string
		required bool
	}{{&t.company, "sender.company", true}, {&t.street, "sender.street", true}, {&t.town, "sender.city", true},
		{&t.phone, "sender.phone", false}, {&t.email, "sender.email", false}, {&t.web, "sender.web", false}} {
		get := cp.field
		if f.required {
			get = cp.need
		}
		if *f.into, err = get(f.path); err != nil {
			return t, err
		}
	}
	code, err := cp.need("sender.postcode")
	if err != nil {
		return t, err
	}
	t.town = code + " " + t.town
	if _, err = cp.need("sender.particulars"); err != nil {
		return t, err
	}
	if raw, ok := cp.piece.string("sender.particulars"); ok {
		t.particulars = raw // its line ends part the lines
		return t, nil
	}
	t.particulars, err = cp.field("sender.particulars")
	return t, err
}

var particularLines = strings.NewReplacer(" · ", "\n", "|", "\n")

func (t *footerText) columns() [3][]string {
	out := [3][]string{{t.company, t.street, t.town}}
	for _, s := range []string{t.phone, t.email, t.web} {
		if s != "" {
			out[1] = append(out[1], s)
		}
	}
	for l := range strings.SplitSeq(particularLines.Replace(t.particulars), "\n") {
		if l = typeset.CleanValue(l); l != "" {
			out[2] = append(out[2], l)
		}
	}
	return out
}

// footerColumns is what a fault calls the columns.
var footerColumns = [...]string{"the address column", "the contact column", "the column of sender.particulars"}

// setFooter sets the columns: a third of the width each, the last a little more.
func (cp *composer) setFooter(t footerText, b *place) (*sheet.Layer, error) {
	ops := []sheet.Op{rect(b.x, b.y, b.w, hairline, cp.accent, sheet.PartFooter)}
	x := [...]int{b.x, b.x + b.w/3, b.x + b.w*20/33, b.x + b.w + columnRest}
	most := (b.h - 3_800) / footerLine
	for c, lines := range t.columns() {
		row := 0
		for _, line := range lines {
			set, err := cp.faces.Break([][]typeset.Span{{{Text: line}}}, typeset.Options{Size: design.FooterSize, Measure: x[c+1] - x[c] - columnRest})
			if err != nil {
				return nil, err
			}
			for _, l := range set {
				if row > most {
					return nil, pieceFault("%s of the footer needs more than its %d lines: shorten it (each · in the particulars begins a line), or give the design's block footer a place with more height", footerColumns[c], most+1)
				}
				for _, r := range l.Runs {
					ops = append(ops, sheet.Op{Kind: sheet.OpText, Part: sheet.PartFooter, Size: design.FooterSize, X: x[c] + r.X, Y: b.y + 3_800 + row*footerLine, W: r.W, Ink: sheet.Black, Text: r.Text, Shift: r.Shift})
				}
				row++
			}
		}
	}
	return sheet.NewLayer(ops), nil
}
