// Package chart draws charts as SVG text: values in, a string out. Meaning has a fixed look: mailed is
// a blue solid line with a filled dot, held out a grey dashed line with a hollow dot; gains and losses
// are told by position, sign and word. Only presentation attributes and classes are used, never a style
// attribute, so that a strict content security policy holds; a page may recolour by class. Every chart
// has a title and a description. It imports the standard library only.
package chart

import (
	"fmt"
	"html"
	"math"
	"strings"
)

// Frame names a chart. Title is the finding, Desc what a listener must know; ID makes the ids of title
// and description unique on a page.
type Frame struct {
	ID    string
	Title string
	Desc  string
	Width float64 // of the view box; 0: 720
}

// Kind is the meaning of a mark, which decides its look.
type Kind uint8

// Kinds of marks.
const (
	Neutral Kind = iota
	Treated
	Holdout
	Third
	Quiet // background, not part of the story
	Fourth
	Fifth
)

// Format writes a value for the reader's language.
type Format func(v float64) string

type look struct{ class, colour string }

var looks = map[Kind]look{
	Neutral: {"c-ink", "#1C2530"},
	Treated: {"c-treated", "#1983F4"},
	Holdout: {"c-holdout", "#666E75"},
	Third:   {"c-third", "#BE6243"},
	Quiet:   {"c-quiet", "#86909A"},
	Fourth:  {"c-fourth", "#004435"},
	Fifth:   {"c-fifth", "#601C6E"},
}

const (
	ink, muted, rule, surface = "#1C2530", "#55606D", "#DDE1E5", "#FFFFFF"
	fontSize                  = 13
	font                      = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"
)

// width is the width of the view box.
func (f Frame) width() float64 {
	if f.Width == 0 {
		return 720
	}
	return f.Width
}

type canvas struct {
	strings.Builder
	width, height float64
}

func newCanvas(f Frame, height float64) *canvas {
	c := &canvas{width: f.width(), height: height}
	id := html.EscapeString(f.ID)
	fmt.Fprintf(c, `<svg xmlns="http://www.w3.org/2000/svg" class="chart" viewBox="0 0 %s %s" width="%s" height="%s" role="img" aria-labelledby="%s-t %s-d" font-family="%s" font-size="%d">`,
		num(c.width), num(height), num(c.width), num(height), id, id, font, fontSize)
	fmt.Fprintf(c, `<title id="%s-t">%s</title><desc id="%s-d">%s</desc>`, id, html.EscapeString(f.Title), id, html.EscapeString(f.Desc))
	return c
}

func (c *canvas) done() string {
	c.WriteString("</svg>")
	return c.String()
}

func num(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		v = 0
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0")
}

func (c *canvas) line(x1, y1, x2, y2 float64, l look, width float64, dash string) {
	extra := ""
	if dash != "" {
		extra = ` stroke-dasharray="` + dash + `"`
	}
	fmt.Fprintf(c, `<line class="%s" x1="%s" y1="%s" x2="%s" y2="%s" stroke="%s" stroke-width="%s"%s/>`,
		l.class, num(x1), num(y1), num(x2), num(y2), l.colour, num(width), extra)
}

func (c *canvas) grid(x1, y1, x2, y2 float64) {
	c.line(x1, y1, x2, y2, look{"c-rule", rule}, 1, "")
}

func (c *canvas) rect(x, y, w, h float64, l look, tip string) {
	fmt.Fprintf(c, `<rect class="%s f" x="%s" y="%s" width="%s" height="%s" rx="2" fill="%s">`, l.class, num(x), num(y), num(max(w, 0)), num(max(h, 0)), l.colour)
	if tip != "" {
		fmt.Fprintf(c, "<title>%s</title>", html.EscapeString(tip))
	}
	c.WriteString("</rect>")
}

func (c *canvas) dot(x, y, r float64, l look, hollow bool) {
	fill, class := l.colour, l.class+" f"
	if hollow {
		fill, class = surface, l.class+" hollow"
	}
	fmt.Fprintf(c, `<circle class="%s" cx="%s" cy="%s" r="%s" fill="%s" stroke="%s" stroke-width="2"/>`, class, num(x), num(y), num(r), fill, l.colour)
}

// anchor: start, middle or end.
func (c *canvas) text(x, y float64, anchor, class, colour, s string) {
	fmt.Fprintf(c, `<text class="%s" x="%s" y="%s" text-anchor="%s" fill="%s">%s</text>`, class, num(x), num(y), anchor, colour, html.EscapeString(s))
}

func (c *canvas) label(x, y float64, anchor, s string) { c.text(x, y, anchor, "t-ink", ink, s) }

func (c *canvas) small(x, y float64, anchor, s string) { c.text(x, y, anchor, "t-muted", muted, s) }

// scale maps values to places, linearly.
type scale struct{ low, high, from, to float64 }

func (s scale) at(v float64) float64 {
	if s.high == s.low {
		return s.from
	}
	return s.from + (v-s.low)/(s.high-s.low)*(s.to-s.from)
}

// ticks gives about n round values that cover low..high, the first at or below low and the last at or
// above high.
func ticks(low, high float64, n int) []float64 {
	if !(high > low) {
		low, high = low-1, low+1
	}
	raw := (high - low) / float64(max(n, 1))
	unit := math.Pow(10, math.Floor(math.Log10(raw)))
	step := 10 * unit
	for _, m := range []float64{1, 2, 2.5, 5} {
		if raw <= m*unit {
			step = m * unit
			break
		}
	}
	first, last := math.Floor(low/step), math.Ceil(high/step)
	var out []float64
	for k := first; k <= last; k++ {
		out = append(out, k*step)
	}
	return out
}

// textWidth estimates a text's width in the chart's font.
func textWidth(s string) float64 { return 7.4 * float64(len([]rune(s))) }

// widest is the room that a column of texts needs.
func widest(texts ...string) float64 {
	w := 0.0
	for _, t := range texts {
		w = max(w, textWidth(t))
	}
	return w
}
