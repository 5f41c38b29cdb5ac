package preflight

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"time"

	"postlift"
	"postlift/mailers/pdfread"
	"postlift/mailers/sheet"
)

// PixelOptions say how a file is drawn and what its pixels must show. The zero value is usable.
type PixelOptions struct {
	DPI     int           // 150 when 0; less where a page is so large that it would need too much memory
	Sample  int           // how many pages are drawn, spread evenly, the first and the last among them; 0 draws all
	MaxInk  int           // percent, the sum of all plates; 300 when 0
	InkArea float64       // square millimetres of a page above MaxInk that are an error; 15 when 0. A fifteenth of it is a warning
	Spots   []string      // plates beside cyan, magenta, yellow and black that were ordered
	Timeout time.Duration // for the whole file; 10 minutes when 0
	// Page tells what is known of a page (from 1): its zones and codes. nil leaves the rules about them out.
	Page func(number int) PixelPage
	// Ghostscript is the program; gs when empty.
	Ghostscript string
}

// PixelPage is what is known of a page, micrometres from the top left corner of its trim.
type PixelPage struct {
	Zones []sheet.Zone
	// Prints are the boxes in which address, sender line and franking mark stand: the only ones of a window or
	// reading zone that hold ink, and black alone. nil: they are not known, and black may stand anywhere in it.
	Prints []PixelBox
	Codes  []PixelBox // modules of codes, with what stays blank around them
}

// PixelBox is a box in micrometres; Quiet is the width of the blank border around it.
type PixelBox struct{ X, Y, W, H, Quiet int }

func (o PixelOptions) withDefaults() PixelOptions {
	if o.DPI <= 0 {
		o.DPI = 150
	}
	if o.MaxInk <= 0 {
		o.MaxInk = 300
	}
	if o.InkArea <= 0 {
		o.InkArea = 15
	}
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Minute
	}
	if o.Ghostscript == "" {
		o.Ghostscript = "gs"
	}
	return o
}

// Names of the rules over pixels that are not those of plans.
const (
	ruleDrawable = "drawable"
	ruleTotalInk = "total_ink"
	ruleRich     = "rich_black"
	rulePlates   = "plates"
	ruleBlank    = "blank_page"
)

// PixelRules lists the rules that Pixels tests. The last six need PixelOptions.Page.
func PixelRules() []FileRule {
	return []FileRule{
		{ruleDrawable, "Every page can be drawn.", "Jede Seite lässt sich zeichnen."},
		{ruleTotalInk, "The sum of all plates stays below the paper's limit.", "Die Summe aller Farbauszüge bleibt unter der Grenze des Papiers."},
		{ruleBleed, "Ink that touches the trim reaches the edge of the bleed.", "Farbe, die den Endformatrand berührt, reicht bis zum Rand des Anschnitts."},
		{ruleRich, "Thin black strokes and small text print in black alone.", "Feine schwarze Striche und kleine Schrift drucken nur in Schwarz."},
		{rulePlates, "Beside cyan, magenta, yellow and black only those plates print that were ordered.", "Außer Cyan, Magenta, Gelb und Schwarz drucken nur bestellte Farbauszüge."},
		{ruleBlank, "No page is blank.", "Keine Seite ist leer."},
		{ruleWindow, "In the envelope's window stand the address and the sender line only, in black alone.", "Im Fenster des Umschlags stehen nur Anschrift und Absenderzeile, allein in Schwarz."},
		{ruleVisible, "There is an address where the window shows it.", "Wo das Fenster sie zeigt, steht eine Anschrift."},
		{ruleRead, "The post's reading zone holds the address only, in black alone.", "In der Lesezone der Post steht nur die Anschrift, allein in Schwarz."},
		{rulePostage, "The postage zone is empty.", "Die Frankierzone ist leer."},
		{ruleClear, "A zone that is to stay empty is empty.", "Eine freizuhaltende Zone ist leer."},
		{ruleQuiet, "Around a code nothing is printed.", "Um einen Code wird nichts gedruckt."},
	}
}

// zonePixelRules is how many of PixelRules, from the end, need to know the page.
const zonePixelRules = 6

// pixelRules are those that the options ask for.
func (o *PixelOptions) rules() []FileRule {
	all := PixelRules()
	if o.Page == nil {
		return all[:len(all)-zonePixelRules]
	}
	return all
}

// Pixels draws the pages of a file with Ghostscript, plate by plate as a press would print them, and measures
// what only shows there. A few are drawn at a time, so that neither memory nor disk grows with their number. Where
// Ghostscript is not installed, the file cannot be drawn or time is up, the rules are reported as not checked.
// Errors are those of reading the file, and of a context that ended, which stops Ghostscript at once.
func Pixels(ctx context.Context, path string, o PixelOptions) ([]Finding, error) {
	o = o.withDefaults()
	c := &pixelCheck{o: o, hits: map[string]*pixelHit{}}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, postlift.Faultf(postlift.NotFound, "preflight.Pixels", "the file cannot be read: %v", err)
	}
	reason := ""
	if err := c.geometry(data); err != nil {
		reason = postlift.UserText(err)
	}
	if reason != "" {
		return c.notChecked(words{"the file cannot be read: " + reason, "Die Datei ist nicht lesbar."}), nil
	}
	if !installed(o.Ghostscript) {
		return c.notChecked(words{"Ghostscript is not installed: install it (Debian: ghostscript) to draw the pages", "Ghostscript ist nicht installiert: Zum Zeichnen der Seiten installieren (Debian: ghostscript)."}), nil
	}
	err = c.draw(ctx, path)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return nil, err
	}
	return c.findings(), nil
}

// pixelCheck is the test of one file.
type pixelCheck struct {
	o      PixelOptions
	pages  []pixelPlace
	list   []int // numbers of the pages to draw
	dpi    int
	drawn  int // how many of them were
	hits   map[string]*pixelHit
	order  []*pixelHit
	plates plates
	m      meter
}

// pixelHit is a finding of one or more pages; the worst of them is shown.
type pixelHit struct {
	Finding
	worst float64
	pages int
	last  int
}

// hit records a finding; those of one key are one, and the worst of them speaks. Hits of a page come together.
func (c *pixelCheck) hit(key string, worst float64, f Finding) {
	h := c.hits[f.Rule+" "+string(f.Severity)+" "+key]
	if h == nil {
		h = &pixelHit{Finding: f, worst: worst}
		c.hits[f.Rule+" "+string(f.Severity)+" "+key] = h
		c.order = append(c.order, h)
	}
	if h.last != f.Page || h.pages == 0 {
		h.pages++
	}
	h.last = f.Page
	if worst > h.worst {
		h.Finding, h.worst = f, worst
	}
}

func (c *pixelCheck) findings() []Finding {
	var out []Finding
	for _, s := range []Severity{Error, Warning, NotChecked} {
		for _, h := range c.order {
			if h.Severity != s {
				continue
			}
			if h.pages > 1 {
				h.Text += fmt.Sprintf(" (%d pages have it)", h.pages)
				h.TextDE += fmt.Sprintf(" (betrifft %d Seiten)", h.pages)
			}
			out = append(out, h.Finding)
		}
	}
	return out
}

// notChecked reports every rule as not tested.
func (c *pixelCheck) notChecked(why words) []Finding {
	var out []Finding
	for _, r := range c.o.rules() {
		out = append(out, Finding{Rule: r.Name, Severity: NotChecked, Text: "not checked: " + why.en, TextDE: "nicht geprüft: " + why.de})
	}
	return out
}

// pixelPlace is where a page's trim and bleed lie in its media box as one sees it, points, y down.
type pixelPlace struct{ w, h, trimX, trimY, trimW, trimH, bleedX, bleedY, bleedW, bleedH float64 }

// maxPixels bounds the size of a drawn page.
const maxPixels = 24_000_000

// geometry reads the boxes of all pages and decides which pages are drawn, and how finely.
func (c *pixelCheck) geometry(data []byte) error {
	f, err := pdfread.Open(data)
	if err != nil {
		return err
	}
	pages, err := f.Pages()
	if err != nil {
		return err
	}
	largest := 1.
	for _, p := range pages {
		g := pixelPlaceOf(p)
		largest = max(largest, g.w*g.h)
		c.pages = append(c.pages, g)
	}
	c.dpi = c.o.DPI
	for c.dpi > 10 && largest/72/72*float64(c.dpi)*float64(c.dpi) > maxPixels {
		c.dpi--
	}
	c.list = spread(len(pages), c.o.Sample)
	return nil
}

// spread gives so many page numbers of n, evenly, with the first and the last; all of them when sample is 0.
func spread(n, sample int) []int {
	if sample <= 0 || sample > n {
		sample = n
	}
	out := make([]int, sample)
	for i := range out {
		out[i] = 1
		if sample > 1 {
			out[i] += i * (n - 1) / (sample - 1)
		}
	}
	return out
}

func pixelPlaceOf(p *pdfread.Page) pixelPlace {
	box := func(names ...pdfread.Name) (r pdfread.Rect) {
		for _, n := range names {
			if r, ok := p.Box(n); ok {
				return scaled(r, p.UserUnit)
			}
		}
		return scaled(pdfread.Rect{Right: 612, Top: 792}, p.UserUnit)
	}
	media := box("MediaBox")
	see := func(r pdfread.Rect) (x, y, w, h float64) { // as one sees the turned page
		switch p.Rotate {
		case 90:
			return r.Bottom - media.Bottom, r.Left - media.Left, r.H(), r.W()
		case 180:
			return media.Right - r.Right, r.Bottom - media.Bottom, r.W(), r.H()
		case 270:
			return media.Top - r.Top, media.Right - r.Right, r.H(), r.W()
		}
		return r.Left - media.Left, media.Top - r.Top, r.W(), r.H()
	}
	var g pixelPlace
	_, _, g.w, g.h = see(media)
	g.trimX, g.trimY, g.trimW, g.trimH = see(box("TrimBox", "ArtBox", "CropBox", "MediaBox"))
	g.bleedX, g.bleedY, g.bleedW, g.bleedH = see(box("BleedBox", "CropBox", "MediaBox"))
	return g
}

func installed(program string) bool {
	_, err := exec.LookPath(program)
	return err == nil
}
