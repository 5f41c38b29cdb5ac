package report

import (
	"fmt"
	"html"
	"html/template"

	"postlift/responses"
)

// Mini draws a net gain as a small picture for a line of a list: a line at zero, a thin line for 95 %, a thick one for 80 %
// and a dot. low and high are the ends of the scale, so that the lines of a list compare; text is what a listener hears.
func Mini(net responses.MoneyInterval, low, high float64, text string) template.HTML {
	const width, height, edge = 180.0, 24.0, 6.0
	low, high = min(low, 0), max(high, 0)
	at := func(major float64) float64 {
		if !(high > low) {
			return width / 2
		}
		return edge + (min(max(major, low), high)-low)/(high-low)*(width-2*edge)
	}
	d := &drawing{}
	fmt.Fprintf(d, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" width="%s" height="%s" role="img"><title>%s</title>`, num(width), num(height), num(width), num(height), html.EscapeString(text))
	line := func(x1, y1, x2, y2, stroke float64, class, colour string) {
		fmt.Fprintf(d, `<line class="%s" x1="%s" y1="%s" x2="%s" y2="%s" stroke="%s" stroke-width="%s"/>`, class, num(x1), num(y1), num(x2), num(y2), colour, num(stroke))
	}
	line(at(0), 2, at(0), height-2, 1.5, "c-zero", "#55606D")
	line(at(net.Low.Major()), 12, at(net.High.Major()), 12, 2, "c-treated", "#1983F4")
	line(at(net.Low80.Major()), 12, at(net.High80.Major()), 12, 6, "c-treated", "#1983F4")
	fmt.Fprintf(d, `<circle class="c-treated f" cx="%s" cy="12" r="5" fill="#1983F4"/></svg>`, num(at(net.Value.Major())))
	return template.HTML(d.String())
}
