package letter

import (
	"strings"

	"postlift/mailers/design"
	"postlift/mailers/sheet"
	"postlift/mailers/typeset"
)

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

// columnRest is the distance of the footer's columns, micrometres.
const columnRest = 4_000

// footerParts is what the widths of the footer's columns are measured in: thirds and hundredths are whole numbers of it.
const footerParts = 3_300

// footerForm is a way to set the footer: where the second and the third column begin, in parts of 3,300 of its width, how
// far the first baseline lies below the rule and the next below it, and whether all of it flows through the columns, from
// one into the next, instead of each having a column of its own.
type footerForm struct {
	second, third int
	top, leading  int
	flow          bool
}

// footerForms are tried in order. The first, a third of the width each and the last a little more, has five lines on
// the sheet of a business letter. The others are for companies that must say more: a GmbH & Co. KG names its own
// register entry, its general partner with theirs, and who manages it (sections 125a and 177a HGB).
var footerForms = [...]footerForm{
	{second: 1_100, third: 2_000, top: 3_800, leading: 2_950},
	{second: 924, third: 1_716, top: 3_800, leading: 2_950},
	{second: 924, third: 1_716, top: 3_100, leading: 2_650},
	{second: 858, third: 2_079, top: 3_100, leading: 2_650, flow: true},
}

// setFooter sets the columns in the first form that holds them. The fault is that of the roomiest form.
func (cp *composer) setFooter(t footerText, b *place) (l *sheet.Layer, err error) {
	for _, form := range footerForms {
		if l, err = cp.footerIn(form, t, b); err == nil {
			return l, nil
		}
	}
	return nil, err
}

// footerIn sets the columns in a form.
func (cp *composer) footerIn(form footerForm, t footerText, b *place) (*sheet.Layer, error) {
	x := [...]int{b.x, b.x + b.w*form.second/footerParts, b.x + b.w*form.third/footerParts, b.x + b.w + columnRest}
	most := (b.h-form.top)/form.leading + 1
	var columns [3][]typeset.Line
	at := 0
	for c, texts := range t.columns() {
		if !form.flow {
			at = c
		}
		for _, text := range texts {
			set, err := cp.footerLines(text, x[at+1]-x[at])
			if err == nil && form.flow && at < 2 && len(columns[at])+len(set) > most {
				at++
				set, err = cp.footerLines(text, x[at+1]-x[at])
			}
			if err != nil {
				return nil, err
			}
			if columns[at] = append(columns[at], set...); len(columns[at]) > most {
				return nil, pieceFault("%s of the footer needs more than its %d lines: shorten it (each · in the particulars begins a line), or give the design's block footer a place with more height", footerColumns[c], most)
			}
		}
	}
	ops := []sheet.Op{rect(b.x, b.y, b.w, hairline, cp.accent, sheet.PartFooter)}
	for c, lines := range columns {
		for row, l := range lines {
			for _, r := range l.Runs {
				ops = append(ops, sheet.Op{Kind: sheet.OpText, Part: sheet.PartFooter, Size: design.FooterSize, X: x[c] + r.X, Y: b.y + form.top + row*form.leading, W: r.W, Ink: sheet.Black, Text: r.Text, Shift: r.Shift})
			}
		}
	}
	return sheet.NewLayer(ops), nil
}

func (cp *composer) footerLines(s string, width int) ([]typeset.Line, error) {
	return cp.faces.Break([][]typeset.Span{{{Text: s}}}, typeset.Options{Size: design.FooterSize, Measure: width - columnRest})
}
