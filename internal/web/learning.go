package web

import (
	"context"
	"html/template"
	"net/http"

	"github.com/gin-gonic/gin"

	"postlift/campaigns/lift"
	"postlift/internal/web/chart"
	"postlift/responses"
)

// Learning reads what was learned about letters; responses.Service is one.
type Learning interface {
	Learned(ctx context.Context) (responses.LearnedState, error)
}

// LearningOptions are what the pages on what was learned about letters need.
type LearningOptions struct{ Learning Learning }

// learningPages are the pages on what was learned about letters.
func (s *staff) learningPages() map[string]gin.HandlerFunc {
	return map[string]gin.HandlerFunc{"/learning": s.learned}
}

// learningData is the page on what was learned.
type learningData struct {
	responses.LearnedState
	Lifts  template.HTML // of the average and the segments
	Traits template.HTML // what more of a trait changes
}

func (s *staff) learned(c *gin.Context) {
	if s.Learning == nil {
		s.empty(c, "learning", "learning")
		return
	}
	state, err := s.Learning.Learned(c.Request.Context())
	if err != nil {
		s.fail(c, err)
		return
	}
	v := view{Title: "learning.title", Nav: "results"}
	v.prepare(s.site, c)
	v.Data = learningData{LearnedState: state,
		Lifts:  v.liftChart("lifts", state.Lines, func(l lift.Line) bool { return l.Code == lift.FeatureAverage || l.Code == lift.FeatureSegment }),
		Traits: v.liftChart("traits", state.Lines, func(l lift.Line) bool { return l.Code != lift.FeatureAverage && l.Code != lift.FeatureSegment })}
	s.render(c, http.StatusOK, "learning", v)
}

// liftChart draws those lines of the table that belong together, each with its 90 per cent interval.
func (v *view) liftChart(id string, lines []lift.Line, which func(lift.Line) bool) template.HTML {
	var rows []chart.IntervalRow
	for _, l := range lines {
		if which(l) {
			rows = append(rows, chart.IntervalRow{Label: v.LiftName(l), Value: l.Lift, Low: l.Low, High: l.High, Kind: kindOf(l)})
		}
	}
	if len(rows) == 0 {
		return ""
	}
	frame := chart.Frame{ID: "learning-" + id, Title: v.T("learning." + id + ".title"), Desc: v.T("learning." + id + ".desc")}
	return template.HTML(chart.Intervals(frame, rows, func(share float64) string { return responses.Percent(share, 1, v.Lang) }, "")) // texts are escaped by the chart
}

// kindOf marks what rests on the prior alone as quiet.
func kindOf(l lift.Line) chart.Kind {
	if l.Learned < .05 {
		return chart.Holdout
	}
	return chart.Treated
}

// LiftName names a line of the lift table.
func (v *view) LiftName(l lift.Line) string {
	if l.Code == lift.FeatureSegment {
		return l.Segment
	}
	return v.T("learning.line." + l.Code)
}

// LiftWords is a line of the lift table as a sentence.
func (v *view) LiftWords(l lift.Line) string {
	if v.Lang == "de" {
		return l.DE
	}
	return l.EN
}

// Role names a role of accounts in a draw.
func (v *view) Role(role string) string {
	if role == "" {
		role = "randomised"
	}
	return v.T("learning.role." + role)
}
