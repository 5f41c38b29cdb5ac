package svg

import (
	"fmt"
	"io"
	"strings"

	"postlift"
	"postlift/mailers/sheet"
	"postlift/mailers/typeset"
)

// Options are how a page is shown.
type Options struct {
	Fonts typeset.Family // of the plan, by style; a style that no text uses may be nil
	Bleed bool           // show what is cut off, and the cut marks of a sheet that has them; else only the trimmed sheet
	Zones bool           // show the page's zones as named frames
	// RGB is the screen colour of process inks (spot colours come as their process alternate). Nil is a plain
	// conversion without a profile: each channel is (1 - ink)(1 - black), which is brighter than print.
	RGB      func(sheet.Ink) [3]uint8
	Title    string // what a screen reader calls the page; "Page 1 of 2" when empty
	NotShown string // stands in the place of artwork that has no picture for the screen; English when empty
	Prefix   string // of ids, where several pages stand in one HTML document: letters, digits and dashes
}

// The geometry of cut marks is that of the print file, in micrometres.
const (
	marksMargin = 10_000
	markLength  = 5_000
	markGap     = 3_000
	markWidth   = 88
)

// Page writes the page (from 0) as an SVG document of its size in millimetres; coordinates are the plan's
// micrometres. What the print file refuses is refused here, too: a rune that the font lacks, an outline that
// breaks. Black text lies on what is below; presses and this page look alike there, because it is black.
func Page(w io.Writer, p *sheet.Plan, page int, o Options) error {
	if page < 0 || page >= len(p.Pages) {
		return postlift.Faultf(postlift.NotFound, "svg.Page", "piece %s has %d pages, there is no page %d", p.PieceID, len(p.Pages), page+1)
	}
	if strings.Trim(o.Prefix, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != "" {
		return postlift.Faultf(postlift.Invalid, "svg.Page", "the prefix of ids %q is not letters, digits and dashes", o.Prefix)
	}
	d := newDrawing(p, o)
	d.marks()
	p.Pages[page].All(func(op sheet.Op) {
		if d.err == nil {
			d.err = d.op(&op)
		}
	})
	d.body = append(d.body, "</g>\n"...)
	if o.Zones {
		d.zones(&p.Pages[page])
	}
	if d.err != nil {
		return d.err
	}
	return d.write(w, page)
}

// drawing is a page being drawn.
type drawing struct {
	o      Options
	plan   *sheet.Plan
	view   box           // what is shown
	glyphs map[glyph]int // defined so far; never iterated
	hatch  bool          // defined
	defs   []byte
	body   []byte
	words  []string // of the page, for people who do not see it
	err    error
}

type box struct{ x, y, w, h int }

func newDrawing(p *sheet.Plan, o Options) *drawing {
	if o.RGB == nil {
		o.RGB = plainRGB
	}
	if o.NotShown == "" {
		o.NotShown = "Artwork is not shown here"
	}
	s, around := p.Sheet, 0
	if o.Bleed {
		around = s.Bleed
		if s.CutMarks {
			around += marksMargin
		}
	}
	return &drawing{o: o, plan: p, view: box{-around, -around, s.W + 2*around, s.H + 2*around}, glyphs: map[glyph]int{}}
}

func (d *drawing) fault(k postlift.Kind, format string, args ...any) error {
	return postlift.Faultf(k, "svg.Page", "piece %s: %s", d.plan.PieceID, fmt.Sprintf(format, args...))
}

func (d *drawing) op(op *sheet.Op) error {
	switch op.Kind {
	case sheet.OpText:
		return d.text(op)
	case sheet.OpRect:
		d.rect(op)
		return nil
	case sheet.OpModules:
		return d.modules(op)
	case sheet.OpPath:
		return d.path(op)
	case sheet.OpImage:
		return d.image(op)
	case sheet.OpForm:
		return d.form(op)
	}
	return d.fault(postlift.Internal, "operation %d is not known", op.Kind)
}

// marks draws the paper and the cut marks, and opens the group that keeps all else off them.
func (d *drawing) marks() {
	d.body = append(d.body, `<rect`...)
	d.box(d.view)
	d.body = append(d.body, ` fill="#fff"/>`+"\n"...)
	s := d.plan.Sheet
	if !d.o.Bleed || !s.CutMarks {
		d.body = append(d.body, "<g>\n"...)
		return
	}
	near := max(s.Bleed+1000, markGap)
	far := near + markLength
	d.body = append(d.body, `<path d="`...)
	for _, x := range [...]int{0, s.W} {
		d.add("M", x, -far, "V", -near, "M", x, s.H+near, "V", s.H+far)
	}
	for _, y := range [...]int{0, s.H} {
		d.add("M", -far, y, "H", -near, "M", s.W+near, y, "H", s.W+far)
	}
	d.add(`" stroke="#000" stroke-width="`, markWidth, `"/>`+"\n"+`<clipPath id="`+d.o.Prefix+`bleed"><rect`)
	d.box(box{-s.Bleed, -s.Bleed, s.W + 2*s.Bleed, s.H + 2*s.Bleed})
	d.body = append(d.body, `/></clipPath><g clip-path="url(#`+d.o.Prefix+`bleed)">`+"\n"...)
}

// write puts the document together.
func (d *drawing) write(w io.Writer, page int) error {
	title := d.o.Title
	if title == "" {
		title = fmt.Sprintf("Page %d of %d", page+1, len(d.plan.Pages))
	}
	body := d.body
	d.body = nil
	d.body = append(d.body, `<svg xmlns="http://www.w3.org/2000/svg" width="`...)
	d.body = appendFixed(d.body, d.view.w, 3)
	d.body = append(d.body, `mm" height="`...)
	d.body = appendFixed(d.body, d.view.h, 3)
	d.add(`mm" viewBox="`, d.view.x, " ", d.view.y, " ", d.view.w, " ", d.view.h, `" role="img" aria-labelledby="`+d.o.Prefix+`title" aria-describedby="`+d.o.Prefix+`desc">`+"\n")
	d.add(`<title id="` + d.o.Prefix + `title">` + escape(title) + "</title>\n")
	d.add(`<desc id="` + d.o.Prefix + `desc">` + escape(strings.Join(d.words, " ")) + "</desc>\n")
	if len(d.defs) > 0 {
		d.add("<defs>\n")
		d.body = append(append(d.body, d.defs...), "</defs>\n"...)
	}
	for _, part := range [...][]byte{d.body, body, []byte("</svg>\n")} {
		if _, err := w.Write(part); err != nil {
			return fmt.Errorf("svg: write: %w", err)
		}
	}
	return nil
}
