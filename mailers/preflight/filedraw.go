package preflight

import (
	"fmt"
	"strings"

	"postlift/mailers/pdfread"
	"postlift/mailers/pdfread/trace"
)

// draw goes through what all pages draw, or those of the sample: the first, the last and evenly between.
func (c *fileCheck) draw() {
	c.facts = map[*trace.Typeface]trace.FontFacts{}
	t := trace.New(c.f, c.event)
	for i, p := range c.pages {
		g := &c.geometry[i]
		c.annotations(p, g)
		c.group(p.Number, p.Dict["Group"], p.Resources, "")
		if !c.sampled(i) {
			continue
		}
		c.report.Drawn++
		if err := t.Page(p); err != nil {
			c.hit("content", Error, p.Number, nil, words{"the page's content cannot be read: " + err.Error(), "Der Inhalt der Seite ist nicht lesbar: " + err.Error()})
		}
	}
}

// sampled tells whether the i-th page belongs to the sample. Rounding down makes as many steps as pages are
// wanted, the first and the last among them.
func (c *fileCheck) sampled(i int) bool {
	n, want := len(c.pages), c.o.Sample
	if want <= 0 || want >= n {
		return true
	}
	if want == 1 {
		return i == 0
	}
	return i == 0 || i*(want-1)/(n-1) != (i-1)*(want-1)/(n-1)
}

// at is where an event stands on its page, nil when that is not known. What is drawn beyond the page's edge, as the
// rest of a long form, is left out of it.
func (c *fileCheck) at(e *trace.Event) *Box {
	if !e.Boxed {
		return nil
	}
	g := &c.geometry[e.Page-1]
	r, m := e.Box, g.media
	on := pdfread.Rect{Left: max(r.Left, m.Left), Bottom: max(r.Bottom, m.Bottom), Right: min(r.Right, m.Right), Top: min(r.Top, m.Top)}
	if on.Left > on.Right || on.Bottom > on.Top {
		on = r
	}
	return g.box(on)
}

// place names where inside of what an event is, in both languages, with a leading comma.
func filePlace(e *trace.Event) words {
	s := e.Where
	if e.Object != "" {
		if s != "" {
			s += ", "
		}
		s += e.Object
	}
	if s == "" {
		return words{}
	}
	return words{" (" + s + ")", " (" + strings.NewReplacer("object ", "Objekt ", "form ", "Formular ", "pattern", "Muster", "soft mask", "weiche Maske", "glyph ", "Zeichen ", " of font ", " der Schrift ").Replace(s) + ")"}
}

// event tests one thing that is drawn. It is called a million times for a file of letters: texts are made for
// findings only.
func (c *fileCheck) event(e *trace.Event) {
	for i := range e.Colours {
		c.colour(e, &e.Colours[i])
	}
	switch e.Kind {
	case trace.Path:
		if e.Stroked && e.Size < .25-.005 && c.visible(e) {
			c.line(e)
		}
	case trace.Text:
		c.text(e)
	case trace.Image:
		c.image(e)
	case trace.State:
		c.state(e)
	case trace.Form:
		c.form(e)
	case trace.Program:
		c.foreign(e, "a PostScript program or unknown object", "ein PostScript-Programm oder unbekanntes Objekt")
	case trace.Broken:
		p := filePlace(e)
		c.hit("content", Error, e.Page, nil, words{e.Why + p.en, "Inhalt ist fehlerhaft: " + e.Why + p.de})
	}
}

// visible tells whether an event lies at least partly within the bleed: marks outside have their own ways.
func (c *fileCheck) visible(e *trace.Event) bool {
	b := c.geometry[e.Page-1].bleed
	return !e.Boxed || e.Box.Right > b.Left && e.Box.Left < b.Right && e.Box.Top > b.Bottom && e.Box.Bottom < b.Top
}

func (c *fileCheck) foreign(e *trace.Event, en, de string) {
	p := filePlace(e)
	c.hit("foreign_content", Error, e.Page, nil, words{en + " is drawn" + p.en + "; export again as PDF/X-4", "Gezeichnet wird " + de + p.de + "; bitte neu als PDF/X-4 exportieren."})
}

func (c *fileCheck) line(e *trace.Event) {
	w := fmt.Sprintf("%.2f", e.Size)
	if e.Size < .005 {
		c.hit("line_width", Error, e.Page, c.at(e), words{"a line has width 0: every device draws it as thin as it can; give it at least 0.25 pt", "Eine Linie hat die Stärke 0: Jedes Gerät zeichnet sie so dünn, wie es kann; bitte mindestens 0,25 pt."})
		return
	}
	c.hit("line_width", Warning, e.Page, c.at(e), words{"a line is " + w + " pt wide, at least 0.25 pt print safely", "Eine Linie ist " + germanFigure(w) + " pt stark, sicher drucken mindestens 0,25 pt."})
}

func (c *fileCheck) text(e *trace.Event) {
	facts, known := c.facts[e.Font]
	if !known {
		facts = trace.Facts(c.f, e.Font.Dict)
		if facts.Name == "" {
			facts.Name = e.Font.Name
		}
		if len(c.facts) < 100_000 {
			c.facts[e.Font] = facts
		}
		c.font(e, facts)
	}
	if len(e.Colours) == 0 || !c.visible(e) {
		return
	}
	if e.Size < 6-.05 {
		size := fmt.Sprintf("%.1f", e.Size)
		c.hit("type_size", Warning, e.Page, c.at(e), words{"text in " + facts.Name + " has " + size + " pt, at least 6 pt are readable", "Text in " + facts.Name + " hat " + germanFigure(size) + " pt, lesbar sind mindestens 6 pt."})
	}
	if v := e.Colours[0].Values; e.Size < 12 && len(v) == 4 && e.Colours[0].Space != nil && e.Colours[0].Space.Family == "DeviceCMYK" && v[3] > .8 && v[0]+v[1]+v[2] > .2 {
		c.hit("text_black", Warning, e.Page, c.at(e), words{fmt.Sprintf("text in %s of %.1f pt is black of several inks (%s), which must fit to a hair; use 0/0/0/100", facts.Name, e.Size, percents(v)),
			fmt.Sprintf("Text in %s mit %s pt ist Schwarz aus mehreren Farben (%s), die haargenau passen müssen; bitte 0/0/0/100.", facts.Name, germanFigure(fmt.Sprintf("%.1f", e.Size)), percents(v))})
	}
}

func percents(v []float64) string {
	s := make([]string, len(v))
	for i, x := range v {
		s[i] = fmt.Sprintf("%.0f", x*100)
	}
	return strings.Join(s, "/")
}

func (c *fileCheck) font(e *trace.Event, facts trace.FontFacts) {
	key := fmt.Sprint(facts)
	if !c.fonts[key] && len(c.report.Fonts) < 1000 {
		c.fonts[key] = true
		c.report.Fonts = append(c.report.Fonts, FileFont{facts.Name, facts.Type, facts.Embedded, facts.Subset})
	}
	switch {
	case !facts.Embedded:
		c.hit("fonts_embedded", Error, e.Page, c.at(e), words{"the font " + facts.Name + " is not embedded: another would print; embed it", "Die Schrift " + facts.Name + " ist nicht eingebettet: Es würde eine andere drucken; bitte einbetten."})
	case facts.Type == "Type3":
		c.hit("fonts_type3", Warning, e.Page, c.at(e), words{"the font " + facts.Name + " is a drawing (Type 3); use an outline font", "Die Schrift " + facts.Name + " ist eine Zeichnung (Type 3); bitte eine Umrissschrift verwenden."})
	case !facts.Subset && facts.Size > 300<<10:
		c.hit("fonts_subset", Warning, e.Page, nil, words{fmt.Sprintf("the font %s is embedded whole (%d KB); a subset is enough", facts.Name, facts.Size>>10), fmt.Sprintf("Die Schrift %s ist ganz eingebettet (%d KB); eine Untergruppe genügt.", facts.Name, facts.Size>>10)})
	}
}

var fileThings = map[trace.Kind]words{trace.Path: {"a shape", "Eine Fläche oder Linie"}, trace.Text: {"text", "Text"},
	trace.Image: {"an image", "Ein Bild"}, trace.Shading: {"a gradient", "Ein Verlauf"}, trace.Form: {"a group", "Eine Gruppe"}}

// foreignColour reports a colour that a machine would have to convert. PDF/X-4 and PDF/X-3 allow those that say
// what they mean (ICC, Lab), so there it is a warning.
func (c *fileCheck) foreignColour(e *trace.Event, s *trace.Space) {
	sev := Error
	device := false
	for _, b := range s.Sources() {
		device = device || b.Family == "DeviceRGB"
	}
	if !device && !c.x1a && (c.x4 || c.x3) {
		sev = Warning
	}
	p, thing := filePlace(e), fileThings[e.Kind]
	c.hit("colour", sev, e.Page, c.at(e), words{fmt.Sprintf("%s is in %s%s; convert it to CMYK with the vendor's profile", thing.en, s, p.en),
		fmt.Sprintf("%s ist in %s%s; bitte mit dem Profil der Druckerei nach CMYK wandeln.", thing.de, s, p.de)})
}

func (c *fileCheck) transparent(e *trace.Event) {
	p := filePlace(e)
	c.hit("transparency", Error, e.Page, c.at(e), words{"transparency is used" + p.en + ", which the file's standard does not know; flatten it or export as PDF/X-4",
		"Transparenz wird benutzt" + p.de + ", die der Standard der Datei nicht kennt; bitte reduzieren oder als PDF/X-4 exportieren."})
}

func (c *fileCheck) state(e *trace.Event) {
	if (c.x1a || c.x3) && trace.Blends(c.f, e.Dict) {
		c.transparent(e)
	}
	p := filePlace(e)
	for _, key := range [...]pdfread.Name{"TR", "TR2", "HT"} {
		o := e.Dict[key]
		n, isName := c.f.Resolve(o).(pdfread.Name)
		if o == nil || isName && (n == "Identity" || n == "Default") {
			continue
		}
		what := words{"a transfer function", "Eine Transferfunktion"}
		sev := c.must()
		if key == "HT" {
			what = words{"a halftone of the file's own", "Ein eigenes Raster der Datei"}
			h := c.f.Dict(o)
			if kind := c.f.Number(h["HalftoneType"], 0); c.x4 && h["HalftoneName"] == nil && (kind == 1 || kind == 5) {
				sev = Warning // PDF/X-4 has it, and most printers ignore it
			}
		}
		c.hit("transfer_functions", sev, e.Page, nil, words{what.en + " is set" + p.en + ": it changes how inks print; export again as PDF/X-4", what.de + " ist gesetzt" + p.de + ": Sie verändert den Druck der Farben; bitte neu als PDF/X-4 exportieren."})
	}
}

func (c *fileCheck) form(e *trace.Event) {
	if e.Dict["OPI"] != nil {
		c.foreign(e, "an OPI comment for an image", "ein OPI-Kommentar für ein Bild")
	}
	if e.Dict["Ref"] != nil {
		c.foreign(e, "a reference to a page of another file", "ein Verweis auf die Seite einer anderen Datei")
	}
	c.group(e.Page, e.Dict["Group"], e.Dict["Resources"], e.Object)
}

// group tests a transparency group's colour space.
func (c *fileCheck) group(page int, o, resources pdfread.Object, object string) {
	d := c.f.Dict(o)
	if d == nil || c.f.Name(d["S"]) != "Transparency" {
		return
	}
	e := &trace.Event{Kind: trace.Form, Page: page, Object: object}
	if c.x1a || c.x3 {
		c.transparent(e)
	}
	s := trace.SpaceOf(c.f, d["CS"], c.f.Dict(resources))
	if d["CS"] == nil || s.Process() {
		return
	}
	p := filePlace(e)
	c.hit("transparency", Error, page, nil, words{fmt.Sprintf("transparency is blended in %s%s; set the blend space to CMYK", s, p.en), fmt.Sprintf("Transparenz wird in %s gerechnet%s; bitte den Füllraum auf CMYK stellen.", s, p.de)})
}
