package preflight

import (
	"strconv"
	"sync"

	"postlift/mailers/sheet"
	"postlift/mailers/typeset"
)

// PlanOptions are what plans are tested against. The zero value is usable: it tests without fonts, and what is left 0
// has the default named.
type PlanOptions struct {
	Fonts       typeset.Family // for exact boxes and missing glyphs
	Safe        int            // micrometres from the trim; 4 mm
	SafeMatch   int            // of match codes, which vendors want near the edge; 3 mm
	InkLimit    int            // percent; 300
	MinPPI      int            // a picture below it is a warning; 300
	ImagePPI    map[string]int // by Image.Key, where a design asks for another MinPPI
	ErrorPPI    int            // a picture below it is an error; 150
	LinePPI     int            // of line art; 600
	MinSize     int            // thousandths of a point; 6 pt
	NoticeSize  int            // thousandths of a point; 7 pt
	QRModule    int            // micrometres; .4 mm
	MatrixUnit  int            // micrometres, of DataMatrix; .35 mm
	QRQuiet     int            // modules; 4
	MatrixQuiet int            // modules, of DataMatrix; 1
	Advertising bool           // the objection notice is needed
	ErrorsOnly  bool           // leave warnings and what cannot be checked out: for pieces of a design whose warnings were seen
}

func (o PlanOptions) withDefaults() PlanOptions {
	for _, d := range []struct {
		v   *int
		use int
	}{
		{&o.Safe, 4000}, {&o.SafeMatch, 3000}, {&o.InkLimit, 300}, {&o.MinPPI, 300}, {&o.ErrorPPI, 150}, {&o.LinePPI, 600},
		{&o.MinSize, 6000}, {&o.NoticeSize, 7000}, {&o.QRModule, 400}, {&o.MatrixUnit, 350}, {&o.QRQuiet, 4}, {&o.MatrixQuiet, 1},
	} {
		if *d.v == 0 {
			*d.v = d.use
		}
	}
	return o
}

// Checker tests plans of one design. It remembers what fonts and pictures look like, and is safe for use by many
// goroutines.
type Checker struct {
	o       PlanOptions
	once    [sheet.Styles]sync.Once
	extents [sheet.Styles]*extent
	plain   [sheet.Styles]bool // the font has all of ASCII

	mu       sync.Mutex
	looks    map[string]*look
	pictures map[string]facts
	scratch  sync.Pool
}

// NewChecker prepares the test of a design's pieces.
func NewChecker(o PlanOptions) *Checker {
	c := &Checker{o: o.withDefaults(), looks: map[string]*look{}, pictures: map[string]facts{}}
	c.scratch.New = func() any { return new(pageCheck) }
	for s, f := range o.Fonts {
		c.plain[s] = f != nil
		for r := rune(0x20); r < 0x7f && c.plain[s]; r++ {
			c.plain[s] = f.Has(r)
		}
	}
	return c
}

// Plan tests one plan against the rules; use a Checker for many.
func Plan(p *sheet.Plan, o PlanOptions) []Finding { return NewChecker(o).Plan(p) }

// Plan tests a plan. No findings is nil.
func (c *Checker) Plan(p *sheet.Plan) []Finding {
	k := c.scratch.Get().(*pageCheck)
	defer c.scratch.Put(k)
	var out []Finding
	notice := false
	for i := range p.Pages {
		k.start(c, p, i)
		k.collect()
		notice = notice || k.seen&partBit(sheet.PartNotice) != 0
		k.overlaps() // before any box is settled: its order is by the largest boxes
		k.pictured()
		k.single()
		k.zones()
		k.edges()
		k.codes()
		k.address()
		out = k.report(out)
		k.end()
	}
	if c.o.Advertising && !notice {
		out = append(out, Finding{Rule: ruleNotice, Severity: Error,
			Text:   "the notice of the right to object is printed on no page: advertising must carry it (Art. 21(4) GDPR); add {{ objection_notice }} to the text",
			TextDE: "der Widerspruchshinweis steht auf keiner Seite: Werbung muss ihn tragen (Art. 21 Abs. 4 DSGVO); {{ objection_notice }} in den Text aufnehmen"})
	}
	return out
}

// pageCheck is the work on one page; it is used again and again.
type pageCheck struct {
	c      *Checker
	plan   *sheet.Plan
	page   *sheet.Page
	number int
	trim   area
	items  []item
	texts  []int  // indices of texts, from top to bottom
	marks  []int  // indices of codes
	images []int  // indices of pictures
	knocks []int  // indices of what takes ink away
	seen   uint16 // parts with text
	hits   []hit
	own    bool // the page has safe zones of its own
}

// maxHits bounds the findings of a page: a page that is wrong all over needs no list of it all.
const maxHits = 200

// hit is a broken rule before it becomes words: hits of one rule, zone and part are joined.
type hit struct {
	rule     string
	severity Severity
	zone     *sheet.Zone
	part     sheet.Part
	where    area
	count    int
	en, de   string
}

func (k *pageCheck) start(c *Checker, p *sheet.Plan, i int) {
	k.c, k.plan, k.page, k.number = c, p, &p.Pages[i], i+1
	k.trim = area{0, 0, p.Sheet.W, p.Sheet.H}
	k.items, k.texts, k.marks, k.images, k.knocks, k.hits, k.seen = k.items[:0], k.texts[:0], k.marks[:0], k.images[:0], k.knocks[:0], k.hits[:0], 0
	k.own = false
	for i := range k.page.Zones {
		k.own = k.own || k.page.Zones[i].Kind == sheet.ZoneSafe
	}
}

// end lets go of the plan: the scratch outlives it.
func (k *pageCheck) end() {
	clear(k.items)
	clear(k.hits)
	k.plan, k.page = nil, nil
}

func (k *pageCheck) collect() {
	for _, l := range k.page.Base {
		k.add(l.Ops, 0, 0)
	}
	for i := range k.page.Placed {
		p := &k.page.Placed[i]
		k.add(p.Layer.Ops, p.X, p.Y)
	}
	k.add(k.page.Ops, 0, 0)
}

func (k *pageCheck) add(ops []sheet.Op, dx, dy int) {
	for i := range ops {
		it := k.c.item(&ops[i], dx, dy)
		n := len(k.items)
		k.items = append(k.items, it)
		switch {
		case it.knock:
			k.knocks = append(k.knocks, n)
		case it.op.Kind == sheet.OpModules:
			k.marks = append(k.marks, n)
		case it.op.Kind == sheet.OpImage:
			k.images = append(k.images, n)
		case it.op.Kind == sheet.OpText:
			k.seen |= partBit(it.op.Part)
			k.texts = append(k.texts, n)
			// Texts come nearly from top to bottom: one step or none.
			for j := len(k.texts) - 1; j > 0 && k.items[k.texts[j-1]].y0 > it.y0; j-- {
				k.texts[j], k.texts[j-1] = k.texts[j-1], k.texts[j]
			}
		}
	}
}

// hidden tells whether something later than the item takes away all ink of where.
func (k *pageCheck) hidden(after int, where area) bool {
	for _, i := range k.knocks {
		if i > after && k.items[i].op.Kind == sheet.OpRect && k.items[i].holds(where) {
			return true
		}
	}
	return false
}

// note joins a hit with an equal one. The texts are of the first.
func (k *pageCheck) note(h hit) {
	if h.severity != Error && k.c.o.ErrorsOnly {
		return
	}
	for i := range k.hits {
		o := &k.hits[i]
		if o.rule == h.rule && o.severity == h.severity && o.zone == h.zone && o.part == h.part && o.en == h.en {
			o.where, o.count = o.where.join(h.where), o.count+1
			return
		}
	}
	if h.count = 1; len(k.hits) < maxHits {
		k.hits = append(k.hits, h)
	}
}

func (k *pageCheck) report(out []Finding) []Finding {
	for _, h := range k.hits {
		f := Finding{Rule: h.rule, Severity: h.severity, Page: k.number, Box: h.where.box(), Text: h.en, TextDE: h.de}
		if h.count > 1 {
			n := strconv.Itoa(h.count)
			f.Text, f.TextDE = f.Text+" ("+n+" places)", f.TextDE+" ("+n+" Stellen)"
		}
		out = append(out, f)
	}
	return out
}
