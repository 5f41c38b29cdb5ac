package letter

import (
	"postlift/mailers/design"
	"postlift/mailers/sheet"
	"postlift/mailers/typeset"
)

// lookID names a way of setting running text.
type lookID uint8

const (
	lookBody lookID = iota
	lookSubject
	lookPanel
	lookCoupon
	lookNotice
	lookCode
	looks // how many there are
)

// Sizes of what is not set in the design's body size, in thousandths of a point.
const (
	codeSize    = 15_000
	codeLeading = 20_000
	// subjectLines is how many lines of a subject are still read as one.
	subjectLines = 3
)

// makeLooks derives how the parts of a text are set from the design's body.
func makeLooks(s *design.Spec, hyphenate string) [looks]look {
	body := look{size: milli(s.Body.Size), leading: milli(s.Body.Leading), ink: sheet.Black, accent: s.Colours["accent"]}
	if s.Body.Align == "justified" {
		body.align = typeset.Justified
	}
	if s.Body.Hyphenate == nil || *s.Body.Hyphenate {
		body.hyphenate = hyphenate
	}
	body.before = int(s.Body.Space*float64(body.line()) + .5)
	var out [looks]look
	out[lookBody] = body

	ragged := body
	ragged.align = typeset.Left
	subject := ragged
	subject.hyphenate, subject.style, subject.ink = "", sheet.Bold, body.accent
	subject.size, subject.leading = body.size+2_000, body.leading+2_500
	out[lookSubject] = subject

	panel := ragged
	panel.before = body.line() / 3
	out[lookPanel], out[lookCoupon] = panel, panel

	notice := body
	notice.size, notice.leading, notice.part = design.NoticeSize, design.NoticeLeading, sheet.PartNotice
	notice.before = notice.line() / 3
	out[lookNotice] = notice

	code := panel
	code.size, code.leading, code.style, code.hyphenate = codeSize, codeLeading, sheet.Bold, ""
	out[lookCode] = code
	return out
}

// heading is how a heading among text of a look is set; one of the second level is bold text.
func (l look) heading(level int) look {
	l.style, l.align, l.hyphenate = sheet.Bold, typeset.Left, ""
	if level < 2 {
		l.size, l.leading, l.ink = l.size+1_500, l.leading+1_500, l.accent
	}
	return l
}

// milli is a size in points as thousandths of a point, to the nearest.
func milli(points float64) int { return int(points*1000 + .5) }
