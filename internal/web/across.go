package web

import (
	"context"
	"html/template"
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"postlift"
	"postlift/campaigns"
	"postlift/internal/web/chart"
	"postlift/responses"
)

// Programmes reads programme tests and what several campaigns showed, with the data known today.
type Programmes interface {
	// Programmes lists programme tests, the newest first.
	Programmes(ctx context.Context) ([]campaigns.Programme, error)
	// Programme reads a test by id or name: Conflict before its first day. GlobalControl reads the year's.
	Programme(ctx context.Context, ref string) (campaigns.Programme, *responses.ProgrammeReport, error)
	GlobalControl(ctx context.Context) (responses.ProgrammeReport, error)
	// Across puts the measured campaigns together.
	Across(ctx context.Context, groupBy string, from, to postlift.Date) (responses.Across, error)
	// Today is the day that the readings are of.
	Today(ctx context.Context) (postlift.Date, error)
}

// AcrossOptions are what the pages on programme tests and results across campaigns need.
type AcrossOptions struct {
	Programmes Programmes
}

// acrossPages are the pages on programme tests and results across campaigns.
func (s *staff) acrossPages() map[string]gin.HandlerFunc {
	return map[string]gin.HandlerFunc{"/results/across": s.across, "/results/programmes": s.programmeList, "/results/programmes/:id": s.programme}
}

// acrossData is the page on all campaigns together.
type acrossData struct {
	responses.Across
	Begin, End string
	Ways       []string
	Problem    string
	Ready      bool
	Forest     template.HTML
	Bars       template.HTML
}

func (s *staff) across(c *gin.Context) {
	data := acrossData{Begin: c.Query("from"), End: c.Query("to"), Ways: responses.Groupings()}
	data.GroupBy = c.Query("by")
	if !slices.Contains(data.Ways, data.GroupBy) {
		data.GroupBy = responses.ByCampaign
	}
	page := view{Title: "across.title", Nav: "results"}
	var from, to postlift.Date
	var err error
	for _, d := range []struct {
		text string
		into *postlift.Date
	}{{data.Begin, &from}, {data.End, &to}} {
		if d.text != "" && err == nil {
			*d.into, err = postlift.ParseDate(d.text)
		}
	}
	if err != nil {
		data.Problem = postlift.UserText(err)
		page.Data = data
		s.render(c, http.StatusOK, "across", page)
		return
	}
	job := s.acrossing.ask(c.Request.Context(), data.GroupBy+"|"+from.String()+"|"+to.String(), s.clock(), func(ctx context.Context) (responses.Across, error) {
		return s.Programmes.Across(ctx, data.GroupBy, from, to)
	})
	switch {
	case job == nil || !job.wait(c.Request.Context(), patience):
		page.Refresh = refreshAfter
	case postlift.KindOf(job.err) == postlift.Invalid:
		data.Problem = postlift.UserText(job.err)
	case job.err != nil:
		s.fail(c, job.err)
		return
	default:
		data.Across, data.Ready = job.value, true
		data.Forest, data.Bars = s.forest(data.Across, languageOf(c)), s.groupsPicture(data.Across, languageOf(c))
	}
	page.Data = data
	s.render(c, http.StatusOK, "across", page)
}

// forestRows is how many runs the picture shows, the newest; the table has them all.
const forestRows = 25

// forest draws the runs' lifts under one another, the pooled one last; the diamond is the shrunk lift.
func (s *staff) forest(a responses.Across, lang string) template.HTML {
	var rows []chart.IntervalRow
	for _, r := range a.Runs {
		if r.Lift == nil || len(rows) == forestRows {
			continue
		}
		row := liftRow(r.Campaign, *r.Lift, chart.Treated)
		if r.Shrunk != nil {
			row.Mark = &r.Shrunk.Value
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return ""
	}
	if a.Pooled != nil {
		rows = append(rows, liftRow(s.texts[lang].get("across.pooled"), a.Pooled.Lift, chart.Neutral))
	}
	p := s.picture(lang, "forest", "across.forest", "across.forest.lead")
	return template.HTML(chart.Intervals(p.frame, rows, shareFormat(lang), s.texts[lang].get("across.shrunk")))
}

func (s *staff) groupsPicture(a responses.Across, lang string) template.HTML {
	var rows []chart.IntervalRow
	for _, g := range a.Groups {
		lift := g.Shrunk
		if lift == nil {
			lift = g.Lift
		}
		if lift != nil && len(rows) < forestRows {
			rows = append(rows, liftRow(shortened(g.Name), *lift, chart.Treated))
		}
	}
	if len(rows) < 2 {
		return ""
	}
	p := s.picture(lang, "groups", "across.groups", "across.groups.lead")
	return template.HTML(chart.Intervals(p.frame, rows, shareFormat(lang), ""))
}

func liftRow(label string, i responses.Interval, kind chart.Kind) chart.IntervalRow {
	row := chart.IntervalRow{Label: shortened(label), Kind: kind, Value: i.Value, Low: i.Low, High: i.High}
	if i.Low80 != nil && i.High80 != nil {
		row.Low80, row.High80 = *i.Low80, *i.High80
	}
	return row
}

func shareFormat(lang string) chart.Format {
	return func(v float64) string { return responses.Percent(v, 0, lang) }
}

// shortened is a label that a chart has room for.
func shortened(text string) string {
	if letters := []rune(text); len(letters) > 34 {
		return string(letters[:33]) + "…"
	}
	return text
}

// ResultTabs are the pages on results.
func (v *view) ResultTabs() []entry {
	return []entry{{"each", "/results"}, {"all", "/results/across"}, {"programmes", "/results/programmes"}, {"learning", "/learning"}}
}

// P writes a p value; nil is a dash.
func (v *view) P(p *float64) string {
	if p == nil {
		return "–"
	}
	return v.Decimal(*p, 3)
}
