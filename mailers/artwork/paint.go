package artwork

import (
	"fmt"
	"math"

	"postlift/mailers/pdfread"
	"postlift/mailers/pdfread/trace"
)

// paint tests how a colour is used: what a print file's own test would call an error must be known before
// thousands of pieces print it. What lies outside of the bleed is cut off and may be anything.
func (im *importer) paint(e *trace.Event, k *trace.Colour) {
	if k.Space == nil || !im.meets(e, im.clip) {
		return
	}
	thing := things[e.Kind]
	if k.Space.Family == "Separation" && k.Space.Names[0] == "All" && len(k.Values) == 1 && k.Values[0]*400 > float64(im.want.MaxInk) && im.meets(e, im.trim) {
		im.add("registration_colour", place(e), e.Object, thing[0]+" is in the registration colour, which is for cut marks and prints on every plate; use 0/0/0/100",
			thing[1]+" ist in der Passermarkenfarbe (Registration), die für Schneidemarken ist und auf allen Platten druckt; bitte 0/0/0/100.")
	}
	if k.Overprint && k.Mode == 1 && k.Space.Family == "DeviceCMYK" && total(k.Values) == 0 && len(k.Values) == 4 {
		im.add("white_overprint", place(e), e.Object, thing[0]+" is white and set to overprint, so it vanishes; switch overprint off",
			thing[1]+" ist weiß und auf Überdrucken gestellt und verschwindet daher; bitte Überdrucken ausschalten.")
	}
	if sum := total(k.Values); k.Space.Family == "DeviceCMYK" && int(math.Round(sum)) > im.want.MaxInk {
		im.add("ink_sum", place(e), e.Object, fmt.Sprintf("%s has %.0f %% ink, at most %d %% dry; take out colour under the black", thing[0], sum, im.want.MaxInk),
			fmt.Sprintf("%s hat %.0f %% Farbauftrag, höchstens %d %% trocknen; bitte Buntfarben unter dem Schwarz verringern.", thing[1], sum, im.want.MaxInk))
	}
}

// total is the sum of inks in percent.
func total(values []float64) (sum float64) {
	for _, v := range values {
		sum += 100 * min(max(v, 0), 1)
	}
	return sum
}

// hairline refuses lines of no width, which every device draws as thin as it can.
func (im *importer) hairline(e *trace.Event) {
	if e.Stroked && e.Size < .005 && im.meets(e, im.clip) {
		im.add("line_width", place(e), e.Object, "a line has width 0, which a press draws too thin to see; give it at least 0.25 pt",
			"Eine Linie hat die Stärke 0, was eine Druckmaschine unsichtbar fein zeichnet; bitte mindestens 0,25 pt.")
	}
}

// meets tells whether an event may lie within a box of the page's user space.
func (im *importer) meets(e *trace.Event, r pdfread.Rect) bool {
	u := im.p.UserUnit
	return !e.Boxed || e.Box.Right > r.Left*u && e.Box.Left < r.Right*u && e.Box.Top > r.Bottom*u && e.Box.Bottom < r.Top*u
}
