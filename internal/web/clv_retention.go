package web

import (
	"context"
	"html/template"
	"net/http"

	"github.com/gin-gonic/gin"

	"postlift"
	"postlift/clv/scoring"
	"postlift/clv/segments"
	"postlift/internal/web/chart"
)

const (
	cohortsShown = 20 // quarters, the newest
	tinyCohort   = 20 // accounts below which a share says little
)

// retentionData is how long customers stay.
type retentionData struct {
	Run     scoring.Run
	Revenue scoring.RevenueRetention
	Cohorts scoring.Cohorts
	Lines   []cohortLine
	Later   []int // column heads: quarters after the first
	Hidden  int   // older cohorts that are not listed
	Curve   template.HTML
}

type cohortLine struct {
	segments.Cohort
	Tiny  bool
	Cells []cohortCell
}

type cohortCell struct {
	segments.Point
	Known bool
	Heat  int
}

func (s *staff) retention(c *gin.Context) {
	run, ok := s.published(c)
	if !ok {
		return
	}
	data, err := s.kept.retention.get(run.UID, s.clock(), func() (retentionData, error) { return s.stayed(c.Request.Context(), run) })
	if err != nil {
		s.fail(c, err)
		return
	}
	data.triangle()
	data.Curve = s.retentionCurve(data.Cohorts.Average, languageOf(c))
	s.render(c, http.StatusOK, "clv_retention", view{Title: "retention.title", Nav: "clv", Data: data})
}

// stayed reads retention as of a run's date.
func (s *staff) stayed(ctx context.Context, run scoring.Run) (data retentionData, err error) {
	data.Run = run
	if data.Revenue, err = s.insights.RevenueRetention(ctx, run.AsOf); err == nil {
		data.Cohorts, err = s.insights.Cohorts(ctx, run.AsOf)
	}
	return data, err
}

// triangle lays the newest cohorts out, each with a cell a quarter.
func (d *retentionData) triangle() {
	list := d.Cohorts.Cohorts
	d.Hidden = max(len(list)-cohortsShown, 0)
	widest := 0
	for _, cohort := range list[d.Hidden:] {
		widest = max(widest, len(cohort.Points))
	}
	for later := 1; later <= widest; later++ {
		d.Later = append(d.Later, later)
	}
	for _, cohort := range list[d.Hidden:] {
		line := cohortLine{Cohort: cohort, Tiny: cohort.Accounts < tinyCohort, Cells: make([]cohortCell, widest)}
		for i, p := range cohort.Points {
			line.Cells[i] = cohortCell{p, true, heat(p.Share)}
		}
		d.Lines = append(d.Lines, line)
	}
}

// retentionCurve draws the mean retention of all cohorts with its interval.
func (s *staff) retentionCurve(average []segments.Point, lang string) template.HTML {
	if len(average) < 2 {
		return ""
	}
	average = average[:min(len(average), cohortsShown)]
	share, low, high := []float64{1}, []float64{1}, []float64{1}
	for _, p := range average {
		share, low, high = append(share, p.Share), append(low, p.Low), append(high, p.High)
	}
	p := s.picture(lang, "curve", "retention.curve", "retention.curve.lead")
	return drawn(chart.Curves(p.frame, []chart.Series{{Name: p.texts.get("retention.active"), Values: share, Kind: chart.Treated},
		{Name: p.texts.get("retention.upper"), Values: high, Kind: chart.Quiet}, {Name: p.texts.get("retention.lower"), Values: low, Kind: chart.Quiet}}, p.share, p.texts.get("retention.axis")))
}

// Money is a sum of the comparison in its currency.
func (d retentionData) Money(minor float64) postlift.Money {
	return postlift.Money{Minor: postlift.RoundMinor(minor), Currency: d.Revenue.Currency}
}
