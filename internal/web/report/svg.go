package report

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strings"

	"postlift/responses/paper"
)

// looks are the classes and the colours of marks; a page recolours by class, a picture that stands alone is on white.
var looks = [...]struct{ class, colour string }{
	paper.Ink:     {"c-ink", "#1C2530"},
	paper.Mailed:  {"c-treated", "#1983F4"},
	paper.HeldOut: {"c-holdout", "#666E75"},
	paper.Third:   {"c-third", "#BE6243"},
	paper.Quiet:   {"c-quiet", "#86909A"},
	paper.Muted:   {"c-zero", "#55606D"},
	paper.Rule:    {"c-rule", "#DDE1E5"},
}

const fonts = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"

// drawing is a chart as SVG. It has presentation attributes and classes alone, never a style attribute.
type drawing struct{ strings.Builder }

// draw makes a chart's SVG with title and description as its text alternative.
func draw(ch paper.Chart) template.HTML {
	d := &drawing{}
	id := "chart-" + html.EscapeString(ch.ID)
	fmt.Fprintf(d, `<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 %s %s" width="%s" height="%s" role="img" aria-labelledby="%s-t %s-d" font-family="%s" font-size="13"><title id="%s-t">%s</title><desc id="%s-d">%s</desc>`,
		num(paper.Width), num(ch.Height), num(paper.Width), num(ch.Height), id, id, fonts, id, html.EscapeString(ch.Title), id, html.EscapeString(ch.Desc))
	ch.Draw(d)
	d.WriteString("</svg>")
	return template.HTML(d.String())
}

func num(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		v = 0
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0")
}

func (d *drawing) Line(x1, y1, x2, y2 float64, k paper.Kind, width float64, dashed bool) {
	fmt.Fprintf(d, `<line class="%s" x1="%s" y1="%s" x2="%s" y2="%s" stroke="%s" stroke-width="%s"%s/>`,
		looks[k].class, num(x1), num(y1), num(x2), num(y2), looks[k].colour, num(width), dash(dashed))
}

func dash(dashed bool) string {
	if dashed {
		return ` stroke-dasharray="6 4"`
	}
	return ""
}

func path(points []paper.Point) string {
	var b strings.Builder
	for i, p := range points {
		verb := "L"
		if i == 0 {
			verb = "M"
		}
		b.WriteString(verb + num(p.X) + " " + num(p.Y))
	}
	return b.String()
}

func (d *drawing) Poly(points []paper.Point, k paper.Kind, width float64, dashed bool) {
	fmt.Fprintf(d, `<path class="%s" d="%s" fill="none" stroke="%s" stroke-width="%s" stroke-linejoin="round"%s/>`, looks[k].class, path(points), looks[k].colour, num(width), dash(dashed))
}

func (d *drawing) Area(points []paper.Point, k paper.Kind) {
	fmt.Fprintf(d, `<path class="%s f" d="%sZ" fill="%s" fill-opacity=".16" stroke-opacity="0"/>`, looks[k].class, path(points), looks[k].colour)
}

func (d *drawing) Box(x, y, w, h float64, k paper.Kind) {
	fmt.Fprintf(d, `<rect class="%s f" x="%s" y="%s" width="%s" height="%s" rx="2" fill="%s"/>`, looks[k].class, num(x), num(y), num(max(w, 0)), num(max(h, 0)), looks[k].colour)
}

func (d *drawing) Dot(x, y, r float64, k paper.Kind, hollow bool) {
	fill, class := looks[k].colour, looks[k].class+" f"
	if hollow {
		fill, class = "#FFFFFF", looks[k].class+" hollow"
	}
	fmt.Fprintf(d, `<circle class="%s" cx="%s" cy="%s" r="%s" fill="%s" stroke="%s" stroke-width="2"/>`, class, num(x), num(y), num(r), fill, looks[k].colour)
}

func (d *drawing) Diamond(x, y, r float64, k paper.Kind) {
	fmt.Fprintf(d, `<path class="%s f" d="M%s %sl%s %sl-%s %sl-%s -%sz" fill="%s"/>`, looks[k].class, num(x), num(y-r), num(r), num(r), num(r), num(r), num(r), num(r), looks[k].colour)
}

func (d *drawing) Text(x, y float64, at paper.Anchor, k paper.Kind, text string) {
	anchor := [...]string{paper.Start: "start", paper.Middle: "middle", paper.End: "end"}[at]
	class := looks[k].class + " t"
	switch k { // plain words have the page's own ink, pale marks would be too pale for words
	case paper.Ink:
		class = "t-ink t-num"
	case paper.Muted, paper.Quiet, paper.Rule:
		class = "t-muted"
	}
	colour := looks[k].colour
	if class == "t-muted" {
		colour = looks[paper.Muted].colour
	}
	if k == paper.Mailed { // the blue of lines is too pale for words
		class, colour = "t-ink", looks[paper.Ink].colour
	}
	fmt.Fprintf(d, `<text class="%s" x="%s" y="%s" text-anchor="%s" fill="%s">%s</text>`, class, num(x), num(y), anchor, colour, html.EscapeString(text))
}

// Measure estimates the width of a text, as the reader's font is not known.
func (d *drawing) Measure(text string) float64 { return 7.4 * float64(len([]rune(text))) }
