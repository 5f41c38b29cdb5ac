package preflight

import (
	"fmt"
	"math"
	"slices"
)

// Measures of what prints.
const (
	inkSeen     = 6    // of 255 on any plate: less than that no press holds
	edgeRun     = 1.   // mm of the trim that ink has to touch to count as touching it
	edgeDepth   = .35  // mm: ink that ends closer to an edge reaches it
	thinStroke  = .65  // mm: a bold letter's stem at 12 pt
	richInk     = 51   // of 255: cyan, magenta and yellow together that are more than a tint below
	richArea    = 1.   // square mm of a page in thin rich strokes
	blackStroke = 230  // of 255: a stroke that is meant to be black
	paperAround = 64   // of 255: what stands beside a letter at most
	zoneArea1   = .05  // square mm of ink in a zone: a fleck that is none
	zoneInset   = .2   // mm: what stands closer to a zone's edge may be the raster's
	colourSeen  = 13   // of 255: ink of a colour where black alone may be
	inkSlack    = 1.5  // percent: eight bits a plate
	fullPlate   = 255. // of a plate
)

// meter measures one page. Positions are pixels.
type meter struct {
	c      *pixelCheck
	p      *plates
	number int
	place  pixelPlace
	sx, sy float64  // pixels a millimetre
	sum    []uint16 // of all plates
	trim   pixelRect
	bleed  pixelRect
}

// pixelRect is a box of pixels, the lower right edge outside.
type pixelRect struct{ x0, y0, x1, y1 int }

func (r pixelRect) empty() bool { return r.x0 >= r.x1 || r.y0 >= r.y1 }

func (r pixelRect) cut(b pixelRect) pixelRect {
	return pixelRect{max(r.x0, b.x0), max(r.y0, b.y0), min(r.x1, b.x1), min(r.y1, b.y1)}
}

func (r *pixelRect) add(x, y int) {
	if r.x1 == 0 && r.y1 == 0 {
		*r = pixelRect{x, y, x + 1, y + 1}
		return
	}
	*r = pixelRect{min(r.x0, x), min(r.y0, y), max(r.x1, x+1), max(r.y1, y+1)}
}

// measure tests a page by every rule.
func (c *pixelCheck) measure(number int, p *plates) {
	m := &c.m
	m.c, m.p, m.number, m.place = c, p, number, c.pages[number-1]
	const mmPerPoint = 25.4 / 72
	m.sx, m.sy = float64(p.w)/(m.place.w*mmPerPoint), float64(p.h)/(m.place.h*mmPerPoint)
	all := pixelRect{0, 0, p.w, p.h}
	at := func(x, y, w, h float64) pixelRect {
		x, y, w, h = x*mmPerPoint*m.sx, y*mmPerPoint*m.sy, w*mmPerPoint*m.sx, h*mmPerPoint*m.sy
		return pixelRect{int(math.Round(x)), int(math.Round(y)), int(math.Round(x + w)), int(math.Round(y + h))}.cut(all)
	}
	g := m.place
	m.trim, m.bleed = at(g.trimX, g.trimY, g.trimW, g.trimH), at(g.bleedX, g.bleedY, g.bleedW, g.bleedH)
	if m.trim.empty() || m.bleed.empty() {
		c.hit("", 0, Finding{Rule: ruleDrawable, Severity: Error, Page: number, Text: "the page's trim is empty: nothing of it could be tested", TextDE: "Das Endformat der Seite ist leer: Nichts ließ sich prüfen"})
		return
	}
	m.add()
	if m.blank() {
		return
	}
	m.totalInk()
	m.plates()
	m.edges()
	m.rich()
	if c.o.Page != nil {
		m.zones(c.o.Page(number))
	}
}

// add turns the plates to amounts of ink and sums them up.
func (m *meter) add() {
	n := m.p.w * m.p.h
	if cap(m.sum) < n {
		m.sum = make([]uint16, n)
	}
	m.sum = m.sum[:n]
	clear(m.sum)
	for _, plate := range m.p.ink {
		for i, v := range plate[:n] {
			if v != 255 {
				plate[i] = 255 - v
				m.sum[i] += uint16(255 - v)
			} else {
				plate[i] = 0
			}
		}
	}
}

func (m *meter) inked(x, y int) bool { return m.sum[y*m.p.w+x] >= inkSeen }

// any tells whether a box holds ink.
func (m *meter) any(r pixelRect) bool {
	for y := r.y0; y < r.y1; y++ {
		row := m.sum[y*m.p.w:]
		for x := r.x0; x < r.x1; x++ {
			if row[x] >= inkSeen {
				return true
			}
		}
	}
	return false
}

// area is that of so many pixels, square millimetres.
func (m *meter) area(pixels int) float64 { return float64(pixels) / (m.sx * m.sy) }

// box is a box of pixels on the trimmed page.
func (m *meter) box(r pixelRect) *Box {
	mm := func(px int, scale float64) float64 { return math.Round(float64(px)/scale*10) / 10 }
	return &Box{X: mm(r.x0-m.trim.x0, m.sx), Y: mm(r.y0-m.trim.y0, m.sy), W: mm(r.x1-r.x0, m.sx), H: mm(r.y1-r.y0, m.sy)}
}

func (m *meter) hit(rule, key string, s Severity, worst float64, box *Box, w words) {
	m.c.hit(key, worst, Finding{Rule: rule, Severity: s, Page: m.number, Box: box, Text: w.en, TextDE: w.de})
}

func (m *meter) blank() bool {
	if m.any(m.trim) {
		return false
	}
	m.hit(ruleBlank, "", Warning, 0, nil, words{"nothing prints on the page: leave it out if it is not meant to be blank", "Auf der Seite druckt nichts: weglassen, falls sie nicht leer sein soll"})
	return true
}

// totalInk finds where the plates together lay down too much.
func (m *meter) totalInk() {
	limit := uint16((float64(m.c.o.MaxInk) + inkSlack) / 100 * fullPlate)
	n, most, where := 0, uint16(0), pixelRect{}
	for y := m.bleed.y0; y < m.bleed.y1; y++ {
		row := m.sum[y*m.p.w : (y+1)*m.p.w]
		for x := m.bleed.x0; x < m.bleed.x1; x++ {
			if v := row[x]; v > limit {
				n, most = n+1, max(most, v)
				where.add(x, y)
			}
		}
	}
	area, s := m.area(n), Error
	if area < m.c.o.InkArea {
		s = Warning
	}
	if area < m.c.o.InkArea/15 {
		return
	}
	percent := int(math.Round(float64(most) / fullPlate * 100))
	m.hit(ruleTotalInk, "", s, float64(percent), m.box(where), words{
		fmt.Sprintf("the inks add up to %d %% on %.0f square mm, at most %d %% dry: lighten the picture or take colour out of the black", percent, area, m.c.o.MaxInk),
		fmt.Sprintf("die Farbsumme ist %d %% auf %.0f mm², höchstens %d %% trocknen: Bild aufhellen oder Buntfarben unter dem Schwarz zurücknehmen", percent, area, m.c.o.MaxInk)})
}

// plates finds spot colours that print and that nobody ordered. Cut marks outside of the bleed print on every plate,
// also on those that nothing else is on: Ghostscript may make one without a name for them.
func (m *meter) plates() {
	for i, name := range m.p.names[len(process):] {
		if slices.Contains(m.c.o.Spots, name) || name == "" || name == "All" || name == "None" {
			continue
		}
		if m.printsInBleed(m.p.ink[len(process)+i]) {
			m.hit(rulePlates, name, Warning, 0, nil, words{fmt.Sprintf("the spot colour %q prints on a plate of its own: order it, or convert it to CMYK", name),
				fmt.Sprintf("die Schmuckfarbe %q druckt auf einem eigenen Farbauszug: bestellen oder in CMYK umwandeln", name)})
		}
	}
}

func (m *meter) printsInBleed(plate []byte) bool {
	for y := m.bleed.y0; y < m.bleed.y1; y++ {
		if slices.ContainsFunc(plate[y*m.p.w+m.bleed.x0:y*m.p.w+m.bleed.x1], func(v byte) bool { return v >= inkSeen }) {
			return true
		}
	}
	return false
}

// rich finds thin black strokes with colour below them that their surroundings do not have.
func (m *meter) rich() {
	most := max(2, int(math.Round(thinStroke*m.sx)))
	black := m.p.ink[3]
	n, where := 0, pixelRect{}
	for y := m.trim.y0; y < m.trim.y1; y++ {
		at := y * m.p.w
		for x := m.trim.x0; x < m.trim.x1; x++ {
			if black[at+x] < blackStroke {
				continue
			}
			from := x
			for x < m.trim.x1 && black[at+x] >= blackStroke {
				x++
			}
			if x-from > most || m.dark(at, from-2) || m.dark(at, x+1) {
				continue
			}
			around := max(m.colour(at, from-2), m.colour(at, x+1))
			for i := from; i < x; i++ {
				if m.colour(at, i) > around+richInk {
					n++
					where.add(i, y)
				}
			}
		}
	}
	if area := m.area(n); area >= richArea {
		m.hit(ruleRich, "", Warning, area, m.box(where), words{
			fmt.Sprintf("thin black strokes of %.0f square mm print with colours below them, which never register exactly: set small text and codes in 100 %% black alone", area),
			fmt.Sprintf("feine schwarze Striche von %.0f mm² drucken mit Buntfarben darunter, die nie genau passen: kleine Schrift und Codes nur in 100 %% Schwarz setzen", area)})
	}
}

// colour is what the plates other than black lay down at a pixel of the row that starts at `at`.
func (m *meter) colour(at, x int) int {
	if x < 0 || x >= m.p.w {
		return 0
	}
	return int(m.sum[at+x]) - int(m.p.ink[3][at+x])
}

// dark tells whether a pixel is too dark to be what stands around text.
func (m *meter) dark(at, x int) bool {
	return x >= 0 && x < m.p.w && m.sum[at+x] > paperAround
}
