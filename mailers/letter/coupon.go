package letter

import (
	"slices"
	"strings"

	"postlift"
	"postlift/mailers/design"
	"postlift/mailers/merge"
	"postlift/mailers/sheet"
	"postlift/mailers/typeset"
)

// Geometry of the reply coupon, micrometres.
const (
	couponPad   = 3_500 // of the ground around the words, and between cut line and ground
	couponTop   = 7_000 // from the cut line to the words
	couponGap   = 5_000
	couponLines = 3      // of a prefilled value
	couponField = 30_000 // of a prefilled row's label
	cutBeyond   = 20_000 // the cut line reaches this far out of the text on either side, where the sheet has it
	cutSafe     = 5_000
)

// coupon is the reply coupon of @coupon: a cut line with scissors, the design's words with boxes to tick and lines to
// fill in, what the recipient need not write any more, the QR code, and where to send it. It is made for a place that starts at
// left on the sheet.
func (cp *composer) coupon(raws []merge.Raw, left, width int) (*set, error) {
	out := &set{ops: make([]sheet.Op, 0, 32), placed: make([]sheet.Placed, 1, 8)} // the ground comes first, when its height is known
	inner, y, side := width-2*couponPad, couponTop, 0
	if cp.piece.TrackingURL != "" && cp.piece.Code != "" {
		qr, s, err := cp.qrSide(cp.couponModule)
		if err != nil {
			return nil, err
		}
		side = s
		x := couponPad + inner - side
		out.ops = appendCode(out.ops, qr, cp.couponModule, x, y)
		code := cp.text(postlift.FormatCode(cp.piece.Code), sheet.Bold, couponCodeSize, sheet.Black, sheet.PartBody)
		out.ops = append(out.ops, at(code, x+(side-code.W)/2, y+side+4_000))
	}
	words := inner - side
	if side > 0 {
		words -= couponGap
	}
	y, err := cp.couponWords(out, raws, y, words)
	if err != nil {
		return nil, err
	}
	if side > 0 {
		y = max(y, couponTop+side+5_000)
	}
	if y, err = cp.replyTo(out, y, inner); err != nil {
		return nil, err
	}
	y += couponPad
	out.placed[0] = sheet.Placed{Y: couponPad, Layer: cp.groundOf(groundSize{w: width, h: y - couponPad, ink: cp.couponInk})}
	cp.cutLine(out, left, width)
	out.whole(y)
	return out, nil
}

// couponWords sets the design's words, with what is known of the recipient before the first line to fill in.
func (cp *composer) couponWords(out *set, raws []merge.Raw, y, width int) (int, error) {
	fill := slices.IndexFunc(raws, func(r merge.Raw) bool { return r.Kind == merge.FillIn })
	if fill < 0 {
		fill = len(raws)
	}
	for k, part := range [...][]merge.Raw{raws[:fill], raws[fill:]} {
		items, err := cp.setAll(part, lookCoupon, width)
		if err != nil {
			return 0, err
		}
		out.stack(items, couponPad, y)
		y += stackHeight(items)
		if k == 0 {
			if y, err = cp.prefilled(out, y+couponGap/2, width); err != nil {
				return 0, err
			}
		}
	}
	return y, nil
}

const couponCodeSize = 10_000

// prefilled prints what is known of the recipient.
func (cp *composer) prefilled(out *set, y, width int) (int, error) {
	l := &cp.looks[lookCoupon]
	for _, row := range []struct {
		label string
		value func() (string, error)
	}{
		{cp.words.company, func() (string, error) { return cp.field("account.name") }},
		{cp.words.person, cp.contactName},
		{cp.words.customer, func() (string, error) { return cp.field("account.customer_no") }},
	} {
		s, err := row.value()
		if err != nil {
			return 0, err
		}
		if s == "" {
			continue
		}
		value := *l
		value.style, value.hyphenate = sheet.Bold, ""
		set, err := cp.paragraph([][]typeset.Span{{{Text: s}}}, &value, 0, width-couponField)
		if err != nil {
			return 0, err
		}
		if len(set.rows) > couponLines {
			return 0, pieceFault("%s %q takes %d lines of the coupon, at most %d are there: shorten it", row.label, clip(s), len(set.rows), couponLines)
		}
		label := cp.text(row.label, sheet.Regular, design.InfoSize, sheet.Black, sheet.PartBody)
		out.ops = append(out.ops, at(label, couponPad, y+l.baseline()))
		out.put(set, couponPad+couponField, y)
		y += set.height
	}
	return y, nil
}

// contactName is the recipient's name as on the label.
func (cp *composer) contactName() (string, error) {
	name := ""
	for _, path := range []string{"contact.title", "contact.first_name", "contact.last_name"} {
		s, err := cp.field(path)
		if err != nil {
			return "", err
		}
		if s != "" && name != "" {
			name += " "
		}
		name += s
	}
	return name, nil
}

// replyTo prints where the coupon goes: the company with its address, for the letter that it was part of may be gone,
// then fax and e-mail.
func (cp *composer) replyTo(out *set, y, width int) (int, error) {
	address, err := cp.returnText()
	if err != nil {
		return 0, err
	}
	fax, err := cp.field("sender.fax")
	if err != nil {
		return 0, err
	}
	email, err := cp.firstOf("sender.email", "sender.owner_email")
	if err != nil {
		return 0, err
	}
	if fax != "" {
		fax = cp.words.fax + " " + fax
	}
	lines := [][]typeset.Span{{{Text: cp.words.reply + " "}, {Style: sheet.Bold, Text: address}}}
	if ways := strings.Join(slices.DeleteFunc([]string{fax, email}, func(s string) bool { return s == "" }), " · "); ways != "" {
		lines = append(lines, []typeset.Span{{Text: ways}})
	}
	set, err := cp.paragraph(lines, &cp.looks[lookCoupon], 0, width)
	if err != nil {
		return 0, err
	}
	y += couponGap / 2
	out.put(set, couponPad, y)
	return y + set.height, nil
}

// cutLine draws the dashed line with its scissors over the whole sheet; x is where the coupon stands on it.
func (cp *composer) cutLine(out *set, x, width int) {
	left := max(min(cutBeyond, x-cutSafe), 0)
	right := max(min(cutBeyond, cp.sheet.W-cutSafe-x-width), 0)
	out.ops = append(out.ops, dashed(-left, 0, width+left+right, 0, sheet.Black, sheet.PartMark), cp.scissors(-left+3_000, -2_000))
}
