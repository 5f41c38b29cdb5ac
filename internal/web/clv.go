package web

import (
	"html/template"
	"math"
	"net/http"

	"github.com/gin-gonic/gin"

	"postlift"
	"postlift/clv/scoring"
	"postlift/internal/web/chart"
	"postlift/responses"
)

// clvTab is one sub-page of customer value.
type clvTab struct{ Name, Href string }

// ValueTabs are the sub-pages of customer value, in the order of their questions: how much, who, at what
// cost, for how long, how sure, since when.
func (v *view) ValueTabs() []clvTab {
	return []clvTab{{"overview", "/clv"}, {"segments", "/clv/segments"}, {"acquisition", "/clv/acquisition"},
		{"retention", "/clv/retention"}, {"bridge", "/clv/bridge"}, {"models", "/clv/models"}, {"runs", "/clv/runs"}}
}

// Tab tells whether the page is the sub-page at an address.
func (v *view) Tab(href string) bool { return v.path == href }

// groupsShown is how many groups of companies the page lists.
const groupsShown = 10

// clvData is the spread of customer value.
type clvData struct {
	Run       scoring.Run
	Mean      postlift.Money
	Band      template.HTML // picture of the total's band
	Bins      []scoring.Bin
	Histogram template.HTML
	Deciles   []decileLine
	TopShare  float64 // of the total, held by the best tenth
	Groups    []scoring.CompanyGroup
}

type decileLine struct {
	scoring.Decile
	Bar bar
}

func (s *staff) clv(c *gin.Context) {
	d, err := s.values.Distribution(c.Request.Context())
	if postlift.KindOf(err) == postlift.NotFound {
		s.empty(c, "clv", "clv")
		return
	}
	if err != nil {
		s.fail(c, err)
		return
	}
	data := s.spread(d, languageOf(c))
	if data.Groups, err = s.insights.CompanyGroups(c.Request.Context(), d.Run, groupsShown); err != nil {
		s.fail(c, err)
		return
	}
	s.render(c, http.StatusOK, "clv", view{Title: "clv.title", Nav: "clv", Data: data})
}

// published is the run that the pages of customer value show. Where there is none, or it cannot be read, the
// page is answered already and ok is false.
func (s *staff) published(c *gin.Context) (run scoring.Run, ok bool) {
	run, err := s.values.PublishedRun(c.Request.Context())
	switch {
	case postlift.KindOf(err) == postlift.NotFound:
		s.empty(c, "clv", "clv")
	case err != nil:
		s.fail(c, err)
	default:
		return run, true
	}
	return run, false
}

// spread adds the bars and the share of the best tenth to a distribution.
func (s *staff) spread(d scoring.Distribution, lang string) clvData {
	data := clvData{Run: d.Run, Bins: d.Bins, Mean: postlift.Money{Currency: d.Run.Currency}}
	if d.Run.Accounts > 0 {
		data.Mean.Minor = d.Run.Total.Minor / d.Run.Accounts
	}
	var scale barScale
	for _, t := range d.Deciles {
		scale.low, scale.high = min(scale.low, float64(t.Total.Minor)), max(scale.high, float64(t.Total.Minor))
	}
	for _, t := range d.Deciles {
		data.Deciles = append(data.Deciles, decileLine{t, scale.span("plus", 0, float64(t.Total.Minor))})
		if t.Decile == 1 && d.Run.Total.Minor > 0 {
			data.TopShare = float64(t.Total.Minor) / float64(d.Run.Total.Minor)
		}
	}
	data.Histogram = s.histogram(d, lang)
	if b := d.Run.Metrics.Band; b != nil {
		p := s.picture(lang, "total", "clv.band", "clv.band.lead")
		data.Band = p.bands([]chart.Band{{Value: d.Run.Total.Major(), Low: b.Low.Major(), Median: b.Median.Major(), High: b.High.Major()}}, d.Run.Currency)
	}
	return data
}

// histogram draws how many accounts lie in each range of value; the outer ranges have no outer bound.
func (s *staff) histogram(d scoring.Distribution, lang string) template.HTML {
	bins := make([]chart.Bin, len(d.Bins))
	for i, b := range d.Bins {
		bins[i] = chart.Bin{Low: math.Inf(-1), High: math.Inf(1), N: float64(b.Accounts)}
		if b.From != nil {
			bins[i].Low = b.From.Major()
		}
		if b.To != nil {
			bins[i].High = b.To.Major()
		}
	}
	p := s.picture(lang, "spread", "clv.spread", "clv.spread.lead")
	money := p.money(d.Run.Currency)
	bound := func(v float64) string {
		if math.IsInf(v, 0) {
			return "…"
		}
		return money(v)
	}
	return drawn(chart.Histogram(p.frame, bins, bound, p.count))
}

// picture is what every chart of a page needs: its frame and the reader's language.
type picture struct {
	frame chart.Frame
	texts texts
	lang  string
}

// picture begins a chart whose title and description are texts.
func (s *staff) picture(lang, id, title, desc string, args ...any) picture {
	t := s.texts[lang]
	return picture{frame: chart.Frame{ID: id, Title: t.get(title), Desc: t.get(desc, args...), Width: 960}, texts: t, lang: lang}
}

// money writes major units of a currency.
func (p picture) money(currency string) chart.Format {
	return func(v float64) string { return responses.WholeMoney(postlift.FromMajor(v, currency), p.lang) }
}

func (p picture) count(v float64) string { return responses.WholeNumber(int(math.Round(v)), p.lang) }

func (p picture) share(v float64) string { return responses.Percent(v, 0, p.lang) }

// bands draws amounts with their bands.
func (p picture) bands(rows []chart.Band, currency string) template.HTML {
	return drawn(chart.Bands(p.frame, rows, p.money(currency), chart.BandWords{Low: p.share(.05), Median: p.share(.5), High: p.share(.95),
		Value: p.texts.get("band.value"), Mark: p.texts.get("band.mark")}))
}

// drawn puts a chart into a page.
func drawn(svg string) template.HTML {
	return template.HTML(svg) //nolint:gosec // charts escape every text that they draw
}
