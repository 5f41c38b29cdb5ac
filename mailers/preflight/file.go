package preflight

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"postlift"
	"postlift/mailers/pdfread"
	"postlift/mailers/pdfread/trace"
)

// Options say what a file must be. The zero value takes what the file says of itself and common habits.
type Options struct {
	Standard string // what the file must conform to: PDF/X-4, PDF/X-1a:2001, PDF/VT-1 …; empty takes its claim
	W, H     int    // trim, micrometres; 0 takes the first page's
	Bleed    int    // micrometres on every side; 0 asks for 3 mm and only warns, a negative one asks for none
	Pages    int    // how many pages; 0 any number
	MinPPI   int    // below it an image is an error; 150 when 0
	GoodPPI  int    // below it a warning; 300 when 0, twice that for line art
	MaxInk   int    // percent, of flat colours; 300 when 0
	Sample   int    // go through what at most this many pages draw, spread evenly; 0 all. Structure is always tested on all
}

func (o Options) withDefaults() Options {
	set := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
	}
	set(&o.MinPPI, 150)
	set(&o.GoodPPI, 300)
	set(&o.MaxInk, 300)
	return o
}

// Report is what File found.
type Report struct {
	Standards   []string    `json:"standards"` // what the file claims to be: PDF/X-4, PDF/VT-1; empty when nothing
	Version     string      `json:"version"`   // of PDF
	Pages       int         `json:"pages"`
	Drawn       int         `json:"pages_drawn"` // pages whose content was gone through
	Sizes       []FileSize  `json:"sizes"`
	Fonts       []FileFont  `json:"fonts"`
	Separations []string    `json:"separations"` // inks that print: Cyan, Magenta, Yellow, Black, then spot colours by name
	Images      []FileImage `json:"images"`      // at most 1000, each object once, at its coarsest placement
	Parts       int         `json:"parts"`       // document parts of PDF/VT that hold pages
	Intent      string      `json:"intent"`      // the output condition
	Findings    []Finding   `json:"findings"`    // errors first, then by page
	Checked     []string    `json:"checked"`     // names of the rules that were tested
}

// FileSize is a trimmed size with the number of pages that have it.
type FileSize struct {
	W     float64 `json:"w_mm"`
	H     float64 `json:"h_mm"`
	Bleed float64 `json:"bleed_mm"` // the least of the four sides
	Pages int     `json:"pages"`
}

// FileFont is a font in use.
type FileFont struct {
	Name     string `json:"name"`
	Type     string `json:"type"`
	Embedded bool   `json:"embedded"`
	Subset   bool   `json:"subset"`
}

// FileImage is an image as placed.
type FileImage struct {
	Page   int     `json:"page"`
	Object string  `json:"object,omitempty"`
	W      int     `json:"w_px"`
	H      int     `json:"h_px"`
	PPI    float64 `json:"ppi"`
	Colour string  `json:"colour"`
}

// Errors counts the findings that are errors.
func (r *Report) Errors() int {
	n := 0
	for _, f := range r.Findings {
		if f.Severity == Error {
			n++
		}
	}
	return n
}

// maxPerRule bounds the findings of one rule; what is beyond is counted.
const maxPerRule = 25

// File tests a PDF file, ours or anybody's, by the structural rules of FileRules. It draws nothing: what only
// shows in pixels is for other rules. It never fails: a file that cannot be read has that as its finding, and
// the rest is reported as not checked.
func File(data []byte, o Options) Report {
	c := &fileCheck{o: o.withDefaults(), index: map[string]*fileHit{}, perRule: map[string]int{}, fonts: map[string]bool{}, inks: map[string]bool{}, images: map[string]int{}}
	f, err := pdfread.Open(data)
	if err == nil {
		_, err = f.Pages()
	}
	if err != nil {
		c.unreadable(err)
		return c.finish()
	}
	c.f = f
	c.document()
	c.metadata()
	c.intent()
	c.boxes()
	c.sweep()
	c.catalog()
	c.parts()
	c.draw()
	for _, r := range FileRules() {
		c.report.Checked = append(c.report.Checked, r.Name)
	}
	return c.finish()
}

// fileCheck is the test of one file.
type fileCheck struct {
	o        Options
	f        *pdfread.File
	report   Report
	x4, x1a  bool // what the file must conform to
	x3, vt   bool
	xmp      map[string]string
	index    map[string]*fileHit
	hits     []*fileHit
	perRule  map[string]int
	pages    []*pdfread.Page
	geometry []filePage
	fonts    map[string]bool
	inks     map[string]bool
	images   map[string]int
	facts    map[*trace.Typeface]trace.FontFacts
}

// fileHit is a finding with the number of further pages that have the same.
type fileHit struct {
	Finding
	last, more int
}

// words are a finding's texts.
type words struct{ en, de string }

// hit records a finding. Findings of one rule with the same text are one, with the number of pages.
func (c *fileCheck) hit(rule string, s Severity, page int, box *Box, w words) {
	key := rule + "\x00" + w.en
	if h, known := c.index[key]; known {
		if h.last != page {
			h.last, h.more = page, h.more+1
		}
		return
	}
	if c.perRule[rule]++; c.perRule[rule] > maxPerRule {
		return
	}
	h := &fileHit{Finding: Finding{Rule: rule, Severity: s, Page: page, Box: box, Text: w.en, TextDE: w.de}, last: page}
	c.index[key] = h
	c.hits = append(c.hits, h)
}

// must is how bad a breach of the claimed standard is: without a claim it is a warning.
func (c *fileCheck) must() Severity {
	if c.x4 || c.x1a || c.x3 {
		return Error
	}
	return Warning
}

func (c *fileCheck) unreadable(err error) {
	w := words{postlift.UserText(err), "Die PDF-Datei ist nicht lesbar; bitte neu aus dem Ursprungsprogramm sichern."}
	rule := "readable"
	if pdfread.Encrypted(err) {
		rule, w.de = "encryption", "Die PDF-Datei ist verschlüsselt (Kennwort oder Nutzungsrechte), was Druckdateien nicht sein dürfen; bitte ohne Sicherheit sichern."
	}
	c.hit(rule, Error, 0, nil, w)
	for _, r := range FileRules() {
		if r.Name == "readable" || r.Name == rule {
			c.report.Checked = append(c.report.Checked, r.Name)
			continue
		}
		c.hit(r.Name, NotChecked, 0, nil, words{"not checked: the file cannot be read", "nicht geprüft: Die Datei ist nicht lesbar"})
	}
}

// finish puts the findings in order and counts what was left out.
func (c *fileCheck) finish() Report {
	for _, h := range c.hits {
		if h.more > 0 {
			h.Text += fmt.Sprintf(" (and on %d more pages)", h.more)
			h.TextDE += fmt.Sprintf(" (und auf %d weiteren Seiten)", h.more)
		}
		c.report.Findings = append(c.report.Findings, h.Finding)
	}
	for _, r := range FileRules() {
		if n := c.perRule[r.Name] - maxPerRule; n > 0 {
			c.report.Findings = append(c.report.Findings, Finding{Rule: r.Name, Severity: Warning,
				Text: fmt.Sprintf("%d more findings of this kind are not listed", n), TextDE: fmt.Sprintf("%d weitere Befunde dieser Art sind nicht aufgeführt", n)})
		}
	}
	rank := map[Severity]int{Error: 0, Warning: 1, NotChecked: 2}
	slices.SortStableFunc(c.report.Findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(rank[a.Severity], rank[b.Severity]), cmp.Compare(a.Page, b.Page))
	})
	c.report.Separations = fileInks(c.inks)
	slices.SortFunc(c.report.Fonts, func(a, b FileFont) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Type, b.Type))
	})
	return c.report
}

// fileInks orders inks: process inks first, as they are printed, then spot colours by name.
func fileInks(seen map[string]bool) []string {
	var out, spots []string
	process := []string{"Cyan", "Magenta", "Yellow", "Black"}
	for _, n := range process {
		if seen[n] {
			out = append(out, n)
		}
	}
	for n := range seen {
		if !slices.Contains(process, n) {
			spots = append(spots, n)
		}
	}
	slices.Sort(spots)
	return append(out, spots...)
}
