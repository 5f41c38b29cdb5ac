package preflight

import (
	"fmt"
	"math"
	"slices"

	"postlift/mailers/sheet"
)

// pixels is a box in micrometres on the trim, made smaller by some millimetres on every side.
func (m *meter) pixels(x, y, w, h int, inset float64) pixelRect {
	at := func(um int, scale, in float64) int { return int(math.Round((float64(um)/1000 + in) * scale)) }
	return pixelRect{m.trim.x0 + at(x, m.sx, inset), m.trim.y0 + at(y, m.sy, inset), m.trim.x0 + at(x+w, m.sx, -inset), m.trim.y0 + at(y+h, m.sy, -inset)}.cut(pixelRect{0, 0, m.p.w, m.p.h})
}

// zones tests what is known of a page.
func (m *meter) zones(page PixelPage) {
	for _, z := range page.Zones {
		r := m.pixels(z.X, z.Y, z.W, z.H, zoneInset)
		if r.empty() {
			continue
		}
		switch z.Kind {
		case sheet.ZoneClear, sheet.ZonePostage:
			rule := ruleClear
			if z.Kind == sheet.ZonePostage {
				rule = rulePostage
			}
			m.clear(rule, z, r, nil)
		case sheet.ZoneWindow:
			m.clear(ruleWindow, z, r, page.Prints)
			m.blackOnly(ruleWindow, z, r)
		case sheet.ZoneRead:
			m.clear(ruleRead, z, r, page.Prints)
			m.blackOnly(ruleRead, z, r)
		case sheet.ZoneAddress:
			if !m.any(r) {
				m.hit(ruleVisible, z.Name, Error, 0, m.box(r), words{fmt.Sprintf("no address prints in the zone %s", z.Name), fmt.Sprintf("in der Zone %s druckt keine Anschrift", z.Name)})
			}
		}
	}
	for i, b := range page.Codes {
		m.quiet(i, b)
	}
}

// clear tests that a zone holds no ink but in some boxes. Where those are not known (nil) and black may stand in
// the zone, nothing is tested here.
func (m *meter) clear(rule string, z sheet.Zone, r pixelRect, allowed []PixelBox) {
	if allowed == nil && (z.Kind == sheet.ZoneWindow || z.Kind == sheet.ZoneRead) {
		return
	}
	boxes := make([]pixelRect, len(allowed))
	for i, b := range allowed {
		boxes[i] = m.pixels(b.X, b.Y, b.W, b.H, -2*zoneInset)
	}
	n, where := 0, pixelRect{}
	for y := r.y0; y < r.y1; y++ {
		for x := r.x0; x < r.x1; x++ {
			if m.inked(x, y) && !slices.ContainsFunc(boxes, func(b pixelRect) bool { return x >= b.x0 && x < b.x1 && y >= b.y0 && y < b.y1 }) {
				n++
				where.add(x, y)
			}
		}
	}
	if area := m.area(n); area > zoneArea1 {
		m.hit(rule, z.Name, Error, area, m.box(where), words{fmt.Sprintf("%.1f square mm of ink stand in the zone %s, where nothing else may print: move it away", area, z.Name),
			fmt.Sprintf("%s mm² Farbe stehen in der Zone %s, in der sonst nichts drucken darf: verschieben", germanFigure(fmt.Sprintf("%.1f", area)), z.Name)})
	}
}

// blackOnly tests that a zone is printed in black alone: what machines read is never in colour.
func (m *meter) blackOnly(rule string, z sheet.Zone, r pixelRect) {
	n, where := 0, pixelRect{}
	for y := r.y0; y < r.y1; y++ {
		for x := r.x0; x < r.x1; x++ {
			if m.colour(y*m.p.w, x) >= colourSeen {
				n++
				where.add(x, y)
			}
		}
	}
	if area := m.area(n); area > zoneArea1 {
		m.hit(rule, z.Name+" colour", Error, area, m.box(where), words{fmt.Sprintf("%.1f square mm of the zone %s print in colour: only black may stand there", area, z.Name),
			fmt.Sprintf("%s mm² der Zone %s drucken farbig: Dort darf nur Schwarz stehen", germanFigure(fmt.Sprintf("%.1f", area)), z.Name)})
	}
}

// quiet tests the blank border of a code, and that the code is there.
func (m *meter) quiet(i int, b PixelBox) {
	outer := m.pixels(b.X-b.Quiet, b.Y-b.Quiet, b.W+2*b.Quiet, b.H+2*b.Quiet, zoneInset/2)
	inner := m.pixels(b.X, b.Y, b.W, b.H, -zoneInset)
	n, where := 0, pixelRect{}
	for y := outer.y0; y < outer.y1; y++ {
		for x := outer.x0; x < outer.x1; x++ {
			if (x < inner.x0 || x >= inner.x1 || y < inner.y0 || y >= inner.y1) && m.inked(x, y) {
				n++
				where.add(x, y)
			}
		}
	}
	key := fmt.Sprintf("code %d", i)
	if area := m.area(n); area > zoneArea1 {
		m.hit(ruleQuiet, key, Error, area, m.box(where), words{fmt.Sprintf("%.1f square mm of ink stand in the blank border of %s around a code: move it away", area, mmEN(b.Quiet)),
			fmt.Sprintf("%s mm² Farbe stehen im freien Rand von %s um einen Code: verschieben", germanFigure(fmt.Sprintf("%.1f", area)), mmDE(b.Quiet))})
	}
	if !m.any(m.pixels(b.X, b.Y, b.W, b.H, 0)) {
		m.hit(ruleQuiet, "no "+key, Error, 0, m.box(inner), words{"no code prints where it is expected", "wo ein Code erwartet wird, druckt keiner"})
	}
}
