package preflight

import (
	"fmt"
	"math"

	"postlift/mailers/pdfread/trace"
)

// colour tests one colour in use.
func (c *fileCheck) colour(e *trace.Event, k *trace.Colour) {
	s := k.Space
	if s == nil {
		return // told as broken content
	}
	c.ink(s, k.Values)
	if !s.Process() {
		c.foreignColour(e, s)
		return
	}
	if k.Overprint && white(k) {
		sev := Error
		if s.Family == "DeviceGray" || k.Mode == 0 && s.Family == "DeviceCMYK" {
			sev = Warning
		}
		c.hit("white_overprint", sev, e.Page, c.at(e), words{"something white is set to overprint: it vanishes; switch overprint off", "Etwas Weißes ist auf Überdrucken gestellt: Es verschwindet; bitte Überdrucken ausschalten."})
	}
	if s.Family == "Separation" && s.Names[0] == "All" {
		c.registration(e, k)
		return
	}
	if s.Family != "DeviceCMYK" || len(k.Values) != 4 {
		return
	}
	sum := 0.0
	for _, v := range k.Values {
		sum += min(max(v, 0), 1)
	}
	if int(math.Round(sum*100)) > c.o.MaxInk && c.visible(e) {
		c.hit("ink_sum", Error, e.Page, c.at(e), words{fmt.Sprintf("the colour %s sums up to %.0f percent, at most %d dry; take out colour under the black", percents(k.Values), sum*100, c.o.MaxInk),
			fmt.Sprintf("Die Farbe %s hat die Summe %.0f Prozent, höchstens %d trocknen; bitte Buntfarben unter dem Schwarz verringern.", percents(k.Values), sum*100, c.o.MaxInk)})
	}
}

// registration reports the colour of cut marks, which prints on every plate, where something of the sheet itself is
// in it: mostly black text that was coloured by mistake.
func (c *fileCheck) registration(e *trace.Event, k *trace.Colour) {
	t := c.geometry[e.Page-1].trim
	if len(k.Values) != 1 || k.Values[0]*400 <= float64(c.o.MaxInk) || !e.Boxed ||
		e.Box.Right <= t.Left || e.Box.Left >= t.Right || e.Box.Top <= t.Bottom || e.Box.Bottom >= t.Top {
		return
	}
	thing := fileThings[e.Kind]
	c.hit("ink_sum", Error, e.Page, c.at(e), words{thing.en + " is in the registration colour, which is for cut marks and prints on every plate; use 0/0/0/100",
		thing.de + " ist in der Passermarkenfarbe (Registration), die für Schneidemarken ist und auf allen Platten druckt; bitte 0/0/0/100."})
}

// ink notes the plates that a colour prints on.
func (c *fileCheck) ink(s *trace.Space, values []float64) {
	switch s.Family {
	case "DeviceGray":
		if len(values) == 0 || values[0] < 1 {
			c.inks["Black"] = true
		}
	case "DeviceCMYK":
		for i, n := range [...]string{"Cyan", "Magenta", "Yellow", "Black"} {
			if i >= len(values) || values[i] > 0 {
				c.inks[n] = true
			}
		}
	case "Separation", "DeviceN":
		for i, n := range s.Names {
			if n != "None" && n != "All" && (i >= len(values) || values[i] > 0) && len(c.inks) < 1000 {
				c.inks[n] = true
			}
		}
	case "Indexed", "Pattern":
		if s.Base != nil {
			c.ink(s.Base, nil)
		}
	case "ICCBased":
		switch s.ICC {
		case "GRAY":
			c.inks["Black"] = true
		case "CMYK":
			c.ink(&trace.Space{Family: "DeviceCMYK"}, values)
		}
	}
}

func white(k *trace.Colour) bool {
	if len(k.Values) == 0 {
		return false
	}
	if k.Space.Family == "DeviceGray" {
		return k.Values[0] >= 1
	}
	for _, v := range k.Values {
		if v > 0 {
			return false
		}
	}
	return k.Space.Family == "DeviceCMYK" || k.Space.Family == "Separation" || k.Space.Family == "DeviceN"
}
