package web

import (
	"html/template"
	"net/http"

	"github.com/gin-gonic/gin"

	"postlift"
	"postlift/campaigns"
	"postlift/internal/web/chart"
	"postlift/responses"
)

// programmesData is the list of programme tests, with the year's global control.
type programmesData struct {
	Tests  []programmeLine
	Global responses.ProgrammeReport
	Chart  template.HTML
}

type programmeLine struct {
	campaigns.Programme
	Now string // its state today
}

func (s *staff) programmeList(c *gin.Context) {
	ctx := c.Request.Context()
	tests, err := s.Programmes.Programmes(ctx)
	if err != nil {
		s.fail(c, err)
		return
	}
	today, err := s.Programmes.Today(ctx)
	if err != nil {
		s.fail(c, err)
		return
	}
	data := programmesData{}
	for _, p := range tests {
		data.Tests = append(data.Tests, programmeLine{p, p.State(today)})
	}
	if data.Global, err = s.Programmes.GlobalControl(ctx); err != nil {
		s.fail(c, err)
		return
	}
	data.Chart = s.quarterChart(data.Global, languageOf(c))
	s.render(c, http.StatusOK, "programmes", view{Title: "programmes.title", Nav: "results", Data: data})
}

// programmeData is one programme test; the report is nil before its first day.
type programmeData struct {
	Test   campaigns.Programme
	Report *responses.ProgrammeReport
	Chart  template.HTML
}

func (s *staff) programme(c *gin.Context) {
	p, r, err := s.Programmes.Programme(c.Request.Context(), c.Param("id"))
	if err != nil {
		s.fail(c, err)
		return
	}
	data := programmeData{Test: p, Report: r}
	if r != nil {
		data.Chart = s.quarterChart(*r, languageOf(c))
	}
	s.render(c, http.StatusOK, "programme", view{Title: "programme.title", Subject: p.Name, Nav: "results", Data: data})
}

// quarterChart draws the net gain since the first day at the end of every quarter.
func (s *staff) quarterChart(r responses.ProgrammeReport, lang string) template.HTML {
	var rows []chart.IntervalRow
	for _, q := range r.Quarters {
		if q.SumNet == nil {
			continue
		}
		m := q.SumNet
		rows = append(rows, chart.IntervalRow{Label: q.Quarter, Kind: chart.Treated, Value: m.Value.Major(), Low: m.Low.Major(), High: m.High.Major(), Low80: m.Low80.Major(), High80: m.High80.Major()})
	}
	if len(rows) == 0 {
		return ""
	}
	money := func(v float64) string { return responses.WholeMoney(postlift.FromMajor(v, r.Currency), lang) }
	return template.HTML(chart.Intervals(s.picture(lang, "programme", "programme.chart", "programme.chart.lead").frame, rows, money, ""))
}
