package paper

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"strings"

	"postlift"
	"postlift/mailers/sheet"
	"postlift/mailers/typeset"
)

// The printed form's measures in micrometres, and sizes of type in thousandths of a point.
const (
	pageW, pageH         = 210_000, 297_000
	marginX, marginTop   = 18_000, 18_000
	bottom               = pageH - 20_000
	measure              = pageW - 2*marginX
	sizeText, sizeSmall  = 9_500, 8_500
	sizeTitle, sizeHead  = 18_000, 13_000
	sizeSentence, sizeSm = 13_500, 7_500
)

// The inks of the printed form; text is black alone.
var (
	grey = sheet.Ink{K: 72}
	hair = sheet.Ink{K: 18}
)

// faces are the fonts of the printed form by style.
var faces = map[sheet.Style]string{sheet.Regular: "SourceSans3-Regular.ttf", sheet.Bold: "SourceSans3-Bold.ttf", sheet.Italic: "SourceSans3-It.ttf", sheet.BoldItalic: "SourceSans3-BoldIt.ttf", sheet.Label: "SourceSans3-Regular.ttf"}

// A4 is the sheet of the printed form.
var A4 = sheet.Sheet{Name: "A4", W: pageW, H: pageH}

// printer sets a report on pages, from the top down.
type printer struct {
	fonts  [sheet.Styles]sheet.FontRef
	family typeset.Family
	known  *typeset.Coverage
	lang   string
	pages  [][]sheet.Op
	y      int
	err    error
}

// Print sets a report as A4 pages with real text and the charts as vectors. fonts is the folder of the shipped fonts. The
// same report gives the same plan.
func Print(r Report, fonts fs.FS) (sheet.Plan, error) {
	p := &printer{lang: r.Lang}
	for style, file := range faces {
		raw, err := fs.ReadFile(fonts, file)
		if err != nil {
			return sheet.Plan{}, postlift.Wrap("paper.Print", "a font of the report cannot be read: "+file, err)
		}
		sum := sha256.Sum256(raw)
		p.fonts[style] = sheet.FontRef{File: file, SHA256: hex.EncodeToString(sum[:])}
		if p.family[style], err = typeset.LoadFace(fonts, p.fonts[style]); err != nil {
			return sheet.Plan{}, err
		}
	}
	p.known = p.family.Coverage()
	p.newPage()
	p.head(r)
	for _, s := range r.Sections {
		p.section(s, r.Labels)
	}
	if p.err != nil {
		return sheet.Plan{}, p.err
	}
	plan := sheet.Plan{PieceID: "report", Sheet: A4, Fonts: p.fonts}
	for i := range p.pages {
		foot := fmt.Sprintf(r.Labels.Page, i+1, len(p.pages))
		p.foot(i, r.Kicker+": "+r.Campaign, foot)
		plan.Pages = append(plan.Pages, sheet.Page{Ops: p.pages[i]})
	}
	return plan, p.err
}

func (p *printer) newPage() {
	p.pages = append(p.pages, nil)
	p.y = marginTop
}

// need starts a page where so much has no room.
func (p *printer) need(h int) {
	if p.y+h > bottom && p.y > marginTop {
		p.newPage()
	}
}

func (p *printer) put(ops ...sheet.Op) {
	last := len(p.pages) - 1
	p.pages[last] = append(p.pages[last], ops...)
}

// clean makes a text that the fonts have: characters that they lack become question marks, words that no line holds are
// parted.
func (p *printer) clean(text string) string {
	text = typeset.CleanValue(text)
	for {
		r, missing := p.known.Missing(text)
		if !missing {
			break
		}
		text = strings.ReplaceAll(text, string(r), "?")
	}
	words := strings.Split(text, " ")
	for i, w := range words {
		if letters := []rune(w); len(letters) > 32 {
			var parts []string
			for len(letters) > 32 {
				parts, letters = append(parts, string(letters[:32])), letters[32:]
			}
			words[i] = strings.Join(append(parts, string(letters)), " ")
		}
	}
	return strings.Join(words, " ")
}

// look is how a text is set.
type look struct {
	style sheet.Style
	size  int
	ink   sheet.Ink
	align typeset.Align
}

func (l look) leading() int { return sheet.Points(l.size) * 132 / 100 }

// setLine is a set line with its size of type.
type setLine struct {
	typeset.Line
	size int
}

// lines breaks a text into lines of a width; where a word is wider than its column the text is set smaller.
func (p *printer) lines(text string, l look, width int) []setLine {
	text = p.clean(text)
	if text == "" {
		return nil
	}
	o := typeset.Options{Size: l.size, Measure: width, Align: l.align, Hyphenate: p.lang}
	spans := [][]typeset.Span{{{Style: l.style, Text: text}}}
	lines, err := p.family.Break(spans, o)
	if err != nil {
		o.Size = l.size * 6 / 10
		lines, err = p.family.Break(spans, o)
	}
	if err != nil && p.err == nil {
		p.err = err
	}
	out := make([]setLine, len(lines))
	for i, line := range lines {
		out[i] = setLine{line, o.Size}
	}
	return out
}

// line draws a line with its left edge at x and the top of its leading at y.
func (p *printer) line(line setLine, l look, x, y int) {
	base := y + sheet.Points(l.size)*102/100
	for _, r := range line.Runs {
		p.put(sheet.Op{Kind: sheet.OpText, Style: r.Style, Size: line.size, X: x + r.X, Y: base, W: r.W, Ink: l.ink, Text: r.Text, Shift: r.Shift})
	}
}

// para sets a paragraph over the whole measure, indented by so much.
func (p *printer) para(text string, l look, indent, after int) {
	for _, line := range p.lines(text, l, measure-indent) {
		p.need(l.leading())
		p.line(line, l, marginX+indent, p.y)
		p.y += l.leading()
	}
	p.y += after
}

// one sets a text on one line at a place: start, middle or end.
func (p *printer) one(text string, l look, x, y int, at Anchor) {
	run := p.family.Set(l.style, p.clean(text), l.size)
	switch at {
	case Middle:
		x -= run.W / 2
	case End:
		x -= run.W
	}
	p.put(sheet.Op{Kind: sheet.OpText, Style: run.Style, Size: l.size, X: x, Y: y, W: run.W, Ink: l.ink, Text: run.Text, Shift: run.Shift})
}

func (p *printer) rect(x, y, w, h int, ink sheet.Ink) {
	p.put(sheet.Op{Kind: sheet.OpRect, Part: sheet.PartDecor, X: x, Y: y, W: max(w, 1), H: max(h, 1), Ink: ink})
}

// foot writes what report and page this is.
func (p *printer) foot(page int, left, right string) {
	l := look{style: sheet.Regular, size: sizeSm, ink: grey}
	keep := p.pages
	p.pages = p.pages[:page+1]
	p.rect(marginX, pageH-14_500, measure, 150, hair)
	if r := []rune(left); len(r) > 90 {
		left = string(r[:89]) + "…"
	}
	p.one(left, l, marginX, pageH-10_500, Start)
	p.one(right, l, pageW-marginX, pageH-10_500, End)
	keep[page] = p.pages[page]
	p.pages = keep
}
