package preflight

import (
	"fmt"
	"math"
	"strings"

	"postlift/mailers/pdfread"
)

// filePage is a page's geometry in points: boxes scaled by UserUnit, y up, not turned.
type filePage struct {
	media, trim, bleed pdfread.Rect
	rotate             int
}

const (
	pointsPerMM = 72 / 25.4
	boxSlack    = .02 // points: what rounding makes of a box
)

func scaled(r pdfread.Rect, u float64) pdfread.Rect {
	return pdfread.Rect{Left: r.Left * u, Bottom: r.Bottom * u, Right: r.Right * u, Top: r.Top * u}
}

func within(in, out pdfread.Rect) bool {
	return in.Left >= out.Left-boxSlack && in.Bottom >= out.Bottom-boxSlack && in.Right <= out.Right+boxSlack && in.Top <= out.Top+boxSlack
}

// box is a rectangle of the page as millimetres from the trim's top left corner, as one sees the page.
func (p *filePage) box(r pdfread.Rect) *Box {
	t := p.trim
	l, u, w, h := r.Left-t.Left, t.Top-r.Top, r.W(), r.H()
	switch p.rotate { // clockwise
	case 90:
		l, u, w, h = r.Bottom-t.Bottom, r.Left-t.Left, h, w
	case 180:
		l, u = t.Right-r.Right, r.Bottom-t.Bottom
	case 270:
		l, u, w, h = t.Top-r.Top, t.Right-r.Right, h, w
	}
	mm := func(v float64) float64 {
		if v = math.Round(v/pointsPerMM*100) / 100; math.Abs(v) < .05 { // nobody measures that, and nobody wants to read -0.0
			return 0
		}
		return v
	}
	return &Box{X: mm(l), Y: mm(u), W: mm(w), H: mm(h)}
}

// boxes tests the boxes of every page.
func (c *fileCheck) boxes() {
	c.geometry = make([]filePage, len(c.pages))
	for i, p := range c.pages {
		g := &c.geometry[i]
		c.pageBoxes(p, g)
		c.pageSize(p, g, &c.geometry[0])
	}
}

func (c *fileCheck) pageBoxes(p *pdfread.Page, g *filePage) {
	bad := func(s Severity, en, de string) { c.hit("page_boxes", s, p.Number, nil, words{en, de}) }
	g.rotate = p.Rotate
	media, ok := p.Box("MediaBox")
	if !ok {
		bad(Error, "there is no MediaBox", "Die MediaBox fehlt.")
		media = pdfread.Rect{Right: 612, Top: 792}
	}
	trim, hasTrim := p.Box("TrimBox")
	art, hasArt := p.Box("ArtBox")
	if hasTrim && hasArt {
		bad(c.must(), "there are TrimBox and ArtBox, only one may be", "Es gibt TrimBox und ArtBox, nur eine darf sein.")
	}
	switch {
	case !hasTrim && hasArt:
		trim = art
	case !hasTrim:
		bad(c.must(), "there is no TrimBox: where to cut is not said; export with TrimBox", "Die TrimBox fehlt: Wo geschnitten wird, ist nicht gesagt; bitte mit TrimBox exportieren.")
		trim = media
		if crop, ok := p.Box("CropBox"); ok {
			trim = crop
		}
	}
	bleed, hasBleed := p.Box("BleedBox")
	if !hasBleed {
		bleed = media
		if crop, ok := p.Box("CropBox"); ok {
			bleed = crop
		}
	}
	u := p.UserUnit
	g.media, g.trim, g.bleed = scaled(media, u), scaled(trim, u), scaled(bleed, u)
	if !within(g.bleed, g.media) {
		bad(Error, "the BleedBox is not within the MediaBox", "Die BleedBox liegt nicht innerhalb der MediaBox.")
	}
	if !within(g.trim, g.bleed) || !within(g.trim, g.media) {
		bad(Error, "the TrimBox is not within the BleedBox and the MediaBox", "Die TrimBox liegt nicht innerhalb von BleedBox und MediaBox.")
	}
	if p.UserUnit != 1 && (c.x4 || c.x1a || c.x3) {
		bad(Warning, fmt.Sprintf("the page is scaled (UserUnit %g), which some printers ignore", p.UserUnit), fmt.Sprintf("Die Seite ist skaliert (UserUnit %g), was manche Drucker übergehen.", p.UserUnit))
	}
}

// size is the trimmed size in micrometres as one sees the page, and the least bleed.
func (g *filePage) size() (w, h, bleed int) {
	um := func(v float64) int { return int(math.Round(v / pointsPerMM * 1000)) }
	w, h = um(g.trim.W()), um(g.trim.H())
	if g.rotate%180 != 0 {
		w, h = h, w
	}
	return w, h, um(min(g.trim.Left-g.bleed.Left, g.trim.Bottom-g.bleed.Bottom, g.bleed.Right-g.trim.Right, g.bleed.Top-g.trim.Top))
}

// fileTolerance is what sizes may differ by, micrometres: a printer cuts to half a millimetre.
const fileTolerance = 500

func (c *fileCheck) pageSize(p *pdfread.Page, g, first *filePage) {
	w, h, bleed := g.size()
	c.count(w, h, bleed)
	ww, wh, _ := first.size()
	if c.o.W > 0 && c.o.H > 0 {
		ww, wh = c.o.W, c.o.H
	}
	if max(w-ww, ww-w) > fileTolerance || max(h-wh, wh-h) > fileTolerance {
		c.hit("page_size", Error, p.Number, nil, words{fmt.Sprintf("the trim is %s x %s mm, not %s x %s mm", fileMM(w), fileMM(h), fileMM(ww), fileMM(wh)),
			fmt.Sprintf("Das Endformat ist %s x %s mm, nicht %s x %s mm.", germanFigure(fileMM(w)), germanFigure(fileMM(h)), germanFigure(fileMM(ww)), germanFigure(fileMM(wh)))})
	}
	need, s := c.o.Bleed, Error
	if need == 0 {
		need, s = 3000, Warning
	}
	if bleed < need-100 {
		c.hit("bleed_size", s, p.Number, nil, words{fmt.Sprintf("the bleed is %s mm, %s mm are needed on every side; export with bleed", fileMM(max(bleed, 0)), fileMM(need)),
			fmt.Sprintf("Der Anschnitt ist %s mm, nötig sind ringsum %s mm; bitte mit Anschnitt exportieren.", germanFigure(fileMM(max(bleed, 0))), germanFigure(fileMM(need)))})
	}
}

func (c *fileCheck) count(w, h, bleed int) {
	s := FileSize{W: float64((w+50)/100) / 10, H: float64((h+50)/100) / 10, Bleed: float64((max(bleed, 0)+50)/100) / 10, Pages: 1}
	for i := range c.report.Sizes {
		if k := &c.report.Sizes[i]; k.W == s.W && k.H == s.H && k.Bleed == s.Bleed {
			k.Pages++
			return
		}
	}
	if len(c.report.Sizes) < 1000 {
		c.report.Sizes = append(c.report.Sizes, s)
	}
}

// fileMM writes micrometres as millimetres with at most one decimal; germanFigure gives it its comma.
func fileMM(um int) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", math.Round(float64(um)/100)/10), ".0")
}

func germanFigure(s string) string { return strings.Replace(s, ".", ",", 1) }

// annotations tests a page's comments, links and actions.
func (c *fileCheck) annotations(p *pdfread.Page, g *filePage) {
	f := c.f
	if p.Dict["AA"] != nil {
		c.hit("actions", c.must(), p.Number, nil, words{"the page has actions (AA); export again without", "Die Seite hat Aktionen (AA); bitte ohne exportieren."})
	}
	for _, o := range f.Array(p.Dict["Annots"]) {
		d := f.Dict(o)
		kind := f.Name(d["Subtype"])
		if d == nil || kind == "PrinterMark" || kind == "TrapNet" {
			continue
		}
		v := f.Numbers(d["Rect"])
		if len(v) != 4 {
			continue
		}
		r := scaled(pdfread.Rect{Left: min(v[0], v[2]), Bottom: min(v[1], v[3]), Right: max(v[0], v[2]), Top: max(v[1], v[3])}, p.UserUnit)
		if r.Right <= g.bleed.Left || r.Left >= g.bleed.Right || r.Top <= g.bleed.Bottom || r.Bottom >= g.bleed.Top {
			continue
		}
		c.hit("annotations", c.must(), p.Number, g.box(r), words{fmt.Sprintf("a comment or link (%s) lies within the bleed; flatten or delete it", kind), fmt.Sprintf("Ein Kommentar oder Link (%s) liegt innerhalb des Anschnitts; bitte reduzieren oder löschen.", kind)})
	}
}
