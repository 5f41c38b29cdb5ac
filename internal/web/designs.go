package web

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"postlift/mailers"
	"postlift/mailers/preflight"
)

// Designs shows mail designs with letters to invented recipients; mailers.Gallery does.
type Designs interface {
	List(ctx context.Context) ([]mailers.DesignCard, error)
	// Show tells everything about a design by the Ref of its card; NotFound where there is none.
	Show(ctx context.Context, ref string) (mailers.DesignShown, error)
	// Preview draws a page as an SVG document; an Invalid fault tells why there is no such letter.
	Preview(ctx context.Context, p mailers.DesignPage) ([]byte, error)
	PDF(ctx context.Context, p mailers.DesignPage) ([]byte, error)
}

// Pixels at which pictures of pages are laid out before they are there: as of a sheet at 96 dpi.
const micrometresPerPixel = 25_400 / 96.

// designLine is a design in the list.
type designLine struct {
	mailers.DesignCard
	Thumb *pagePicture // nil: there is nothing to show
}

// pagePicture is the picture of one page.
type pagePicture struct {
	Number, Of    int
	Src           string
	Width, Height int // pixels
	Landscape     bool
}

func (s *staff) designList(c *gin.Context) {
	list, err := s.designs.List(c.Request.Context())
	if err != nil {
		s.fail(c, err)
		return
	}
	lines := make([]designLine, len(list))
	for i, d := range list {
		lines[i] = designLine{DesignCard: d}
		if d.Problem == "" {
			look := designLook{Ref: d.Ref, Letter: letterIn(d.Languages, "", languageOf(c)), Case: mailers.SampleCases()[0]}
			lines[i].Thumb = look.picture(d, 1, 1)
		}
	}
	s.render(c, http.StatusOK, "designs", view{Title: "designs.title", Nav: "designs", Data: lines})
}

// letterIn is the language of a sample letter: as asked for, else the reader's, else the design's first.
func letterIn(languages []string, asked, reader string) string {
	for _, lang := range []string{asked, reader} {
		if slices.Contains(languages, lang) {
			return lang
		}
	}
	return languages[0]
}

// designLook is what of a design is looked at; its Link is the page that shows it.
type designLook struct {
	Ref, Letter, Case string
	Zones             bool
}

func (l designLook) query() url.Values {
	q := url.Values{"letter": {l.Letter}, "case": {l.Case}}
	if l.Zones {
		q.Set("zones", "1")
	}
	return q
}

func (l designLook) base() string { return "/designs/" + url.PathEscape(l.Ref) }

// Link is the page of this look.
func (l designLook) Link() string { return l.base() + "?" + l.query().Encode() }

// PDF is the address of the sample letter's print file.
func (l designLook) PDF() string {
	l.Zones = false
	return l.base() + "/preview.pdf?" + l.query().Encode()
}

// Overlaid is this look with the zones framed, or without.
func (l designLook) Overlaid(on bool) designLook {
	l.Zones = on
	return l
}

// picture is the picture of a page.
func (l designLook) picture(d mailers.DesignCard, page, of int) *pagePicture {
	q := l.query()
	q.Set("page", strconv.Itoa(page))
	w, h := d.Format.W, d.Format.H
	if l.Zones { // with what is cut off
		around := 2 * d.Format.Bleed
		if d.Format.CutMarks {
			around += 20_000
		}
		w, h = w+around, h+around
	}
	return &pagePicture{Number: page, Of: of, Src: l.base() + "/preview.svg?" + q.Encode(), Landscape: w > h,
		Width: int(float64(w)/micrometresPerPixel + .5), Height: int(float64(h)/micrometresPerPixel + .5)}
}

// designData is one design, as one look shows it.
type designData struct {
	Design   mailers.DesignShown
	Look     designLook
	Trial    mailers.DesignTrial // the letter that is looked at
	Pages    []*pagePicture
	Findings []foundLine
	Letters  []choice
	Cases    []choice
	Trials   []trialLine
	Zones    []zoneLine
}

// choice is one of several looks.
type choice struct {
	Name   string
	Href   string
	Chosen bool
}

// trialLine is a sample letter with what the test found in it.
type trialLine struct {
	mailers.DesignTrial
	Href                        string
	Errors, Warnings, Unchecked int
}

// foundLine is a finding in the reader's language.
type foundLine struct {
	preflight.Finding
	Words string
}

// zoneLine is a zone in words.
type zoneLine struct {
	mailers.DesignZone
	Kind string
}

func (s *staff) design(c *gin.Context) {
	d, err := s.designs.Show(c.Request.Context(), c.Param("id"))
	if err != nil {
		s.fail(c, err)
		return
	}
	lang := languageOf(c)
	data := designData{Design: d, Look: designLook{Ref: d.Ref}}
	if d.Problem == "" {
		data.look(c.Query("letter"), c.Query("case"), c.Query("zones") != "", lang)
	}
	s.render(c, http.StatusOK, "design", view{Title: "design.title", Subject: cmp.Or(inLanguage(d.Title, lang), d.Name), Nav: "designs", Data: data})
}

// look fills in what the page shows; what is asked for and not there is the first of its kind.
func (data *designData) look(letter, name string, zones bool, lang string) {
	d := &data.Design
	if !slices.Contains(mailers.SampleCases(), name) {
		name = mailers.SampleCases()[0]
	}
	look := designLook{Ref: d.Ref, Letter: letterIn(d.Languages, letter, lang), Case: name, Zones: zones}
	data.Look = look
	for _, other := range d.Languages {
		to := look
		to.Letter = other
		data.Letters = append(data.Letters, choice{other, to.Link(), other == look.Letter})
	}
	for _, other := range mailers.SampleCases() {
		to := look
		to.Case = other
		data.Cases = append(data.Cases, choice{other, to.Link(), other == look.Case})
	}
	for _, t := range d.Trials {
		to := look
		to.Letter, to.Case = t.Language, t.Case
		data.Trials = append(data.Trials, trialLine{t, to.Link(), t.Count(preflight.Error), t.Count(preflight.Warning), t.Count(preflight.NotChecked)})
		if t.Language == look.Letter && t.Case == look.Case {
			data.Trial = t
		}
	}
	for n := range data.Trial.Pages {
		data.Pages = append(data.Pages, look.picture(d.DesignCard, n+1, data.Trial.Pages))
	}
	for _, f := range data.Trial.Findings {
		line := foundLine{f, f.Text}
		if lang == "de" {
			line.Words = f.TextDE
		}
		data.Findings = append(data.Findings, line)
	}
	for _, z := range d.Zones {
		if z.First || data.Trial.Pages > 1 {
			data.Zones = append(data.Zones, zoneLine{z, z.Kind.String()})
		}
	}
}

// designPage reads which page of which sample letter is asked for.
func designPage(c *gin.Context) mailers.DesignPage {
	page, err := strconv.Atoi(c.DefaultQuery("page", "1"))
	if err != nil {
		page = 0 // there is none
	}
	return mailers.DesignPage{Ref: c.Param("id"), Language: c.Query("letter"), Case: c.Query("case"), Page: page, Zones: c.Query("zones") != ""}
}

func (s *staff) designPicture(c *gin.Context) {
	svg, err := s.designs.Preview(c.Request.Context(), designPage(c))
	if err != nil {
		s.fail(c, err)
		return
	}
	serveSample(c, "image/svg+xml", svg)
}

func (s *staff) designPDF(c *gin.Context) {
	p := designPage(c)
	file, err := s.designs.PDF(c.Request.Context(), p)
	if err != nil {
		s.fail(c, err)
		return
	}
	name := p.Ref
	for _, part := range []string{p.Language, p.Case} {
		if part != "" {
			name += "-" + part
		}
	}
	c.Header("Content-Disposition", "attachment; filename="+strconv.Quote(name+".pdf"))
	serveSample(c, "application/pdf", file)
}

// serveSample serves a letter to an invented recipient. It may be kept, and is asked for again before it is shown:
// design, settings or program may have changed.
func serveSample(c *gin.Context, kind string, content []byte) {
	sum := sha256.Sum256(content)
	c.Header("Content-Type", kind)
	c.Header("Cache-Control", "private, no-cache")
	c.Header("ETag", strconv.Quote(hex.EncodeToString(sum[:16])))
	http.ServeContent(c.Writer, c.Request, "", time.Time{}, bytes.NewReader(content))
}

// inLanguage is a text in a language, else in English, else in any.
func inLanguage(texts map[string]string, lang string) string {
	for _, key := range append([]string{lang, "en"}, slices.Sorted(maps.Keys(texts))...) {
		if texts[key] != "" {
			return texts[key]
		}
	}
	return ""
}

// Pick is a text of data that comes in several languages, in the reader's.
func (v *view) Pick(texts map[string]string) string { return inLanguage(texts, v.Lang) }

// MM writes a length in millimetres, with a decimal only where it has one. It takes micrometres, or millimetres as
// a float64.
func (v *view) MM(length any) string {
	var mm float64
	switch l := length.(type) {
	case int:
		mm = float64(l) / 1000
	case float64:
		mm = l
	}
	text := v.Decimal(mm, 1)
	if whole := v.Decimal(mm, 0); float64(int(mm)) == mm {
		return whole
	}
	return text
}

// Paper is the size of a design's sheet.
func (v *view) Paper(d mailers.DesignCard) string {
	return v.Or("designs.format", d.FormatName) + ", " + v.MM(d.Format.W) + "\u00a0×\u00a0" + v.MM(d.Format.H) + "\u00a0mm"
}

// severityTone is the colour and sign of a finding.
var severityTone = map[preflight.Severity]string{preflight.Error: "bad", preflight.Warning: "warn", preflight.NotChecked: "idle"}

// Severity is the colour and sign of a finding.
func (v *view) Severity(s preflight.Severity) string { return severityTone[s] }

// FillCommand is how a design is tried with a table of recipients.
func (v *view) FillCommand(d mailers.DesignCard) string {
	return "postlift render --design " + d.Name + " --data recipients.csv --out DIR"
}
