package web

import (
	"context"
	"html/template"
	"math"
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"postlift"
	"postlift/campaigns"
	"postlift/campaigns/planner"
	"postlift/internal/web/chart"
	"postlift/responses"
)

// prospectData is what a campaign can show, before launch.
type prospectData struct {
	Campaign campaigns.Campaign
	Found    *planner.Assessment // nil while it is worked out
	Busy     bool                // as much is worked out for others as may be at once
	Planned  bool                // of a stored plan, not of the one that a preview would make
	Picture  template.HTML
	Lines    []findingLine
}

// findingLine is a design in the table.
type findingLine struct {
	planner.Finding
	Proposed, Own bool
	Price         postlift.Money
	Coverage      float64 // the worse of both
}

// refreshAfter is after how many seconds the page of a computation under way asks again.
const refreshAfter = 4

// prospect shows which effect a campaign can show. It is worked out on request, kept with the plan's hash, and never
// keeps another page waiting.
func (s *staff) prospect(c *gin.Context) {
	ctx, lang := c.Request.Context(), languageOf(c)
	found, err := s.campaigns.Campaign(ctx, c.Param("id"))
	if err != nil {
		s.fail(c, err)
		return
	}
	run, err := s.planOf(c, found.UID)
	if err != nil {
		s.fail(c, err)
		return
	}
	data := prospectData{Campaign: found, Planned: run != nil}
	job := s.assessing.ask(ctx, s.prospectKey(ctx, found, run), s.clock(), func(ctx context.Context) (planner.Assessment, error) {
		return s.campaigns.Assess(ctx, found.UID, 0, 0)
	})
	page := view{Title: "prospect.title", Subject: found.Name, Nav: "campaigns"}
	switch {
	case job == nil:
		data.Busy, page.Refresh = true, refreshAfter
	case !job.wait(ctx, patience):
		page.Refresh = refreshAfter
	case job.err != nil:
		s.fail(c, job.err)
		return
	default:
		data.Found, data.Lines = &job.value, findingLines(&job.value)
		data.Picture = s.reachPicture(&job.value, lang)
	}
	page.Data = data
	s.render(c, http.StatusOK, "prospect", page)
}

// prospectKey is what an assessment stands for: the plan or, before the first, the campaign as it is today.
func (s *staff) prospectKey(ctx context.Context, c campaigns.Campaign, run *campaigns.Run) string {
	if run != nil {
		return run.UID + "|" + run.PlanHash
	}
	return c.UID + "|" + strconv.Itoa(c.Version) + "|" + s.today(ctx).String()
}

// foretold tells whether a campaign is at a point where what it can show still matters for its plan.
func foretold(c campaigns.Campaign) bool {
	return c.Class == campaigns.Advertising && slices.Contains([]string{campaigns.StateDraft, campaigns.StatePreviewed, campaigns.StateApproved}, c.State)
}

func findingLines(a *planner.Assessment) []findingLine {
	lines := make([]findingLine, len(a.Designs))
	for i, f := range a.Designs {
		price := f.Cost
		price.Minor += f.Deferred.Minor
		lines[i] = findingLine{Finding: f, Proposed: f.Name == a.Proposal.Design && a.Proposal.Design != "", Own: f.Name == a.Own && a.Own != "",
			Price: price, Coverage: min(f.Coverage, f.CoverageNone)}
	}
	return lines
}

// reachPicture draws the lift from which on each design sees something, beside the lift that is expected.
func (s *staff) reachPicture(a *planner.Assessment, lang string) template.HTML {
	p := s.picture(lang, "reach", "prospect.picture", "prospect.picture.lead", shareOf(a.Lift.Mean, lang))
	var rows []chart.ReachRow
	smallest := math.Inf(1)
	for _, f := range a.Designs {
		if f.Impossible != "" {
			continue
		}
		row := chart.ReachRow{Label: f.Label.In(lang), Value: f.Detectable, Marked: f.Name == a.Proposal.Design, Text: p.texts.get("prospect.never")}
		if row.Marked {
			row.Label += " – " + p.texts.get("prospect.proposed")
		} else if f.Name == a.Own {
			row.Label += " – " + p.texts.get("prospect.own")
		}
		if f.Detectable != nil {
			smallest = min(smallest, *f.Detectable)
			row.Text = p.texts.get("prospect.from", shareOf(*f.Detectable, lang))
		}
		if f.DetectableLow != nil && f.DetectableHigh != nil {
			row.Low, row.High = *f.DetectableLow, *f.DetectableHigh
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return ""
	}
	limit := 3 * a.Lift.Mean
	if !math.IsInf(smallest, 1) {
		limit = max(limit, 2*smallest)
	}
	return drawn(chart.Reach(p.frame, rows, a.Lift.Mean, p.texts.get("prospect.expected", shareOf(a.Lift.Mean, lang)), limit, p.share))
}

// shareOf writes a share of a lift, below ten per cent with a decimal.
func shareOf(v float64, lang string) string {
	if math.Abs(v) < .0995 {
		return responses.Percent(v, 1, lang)
	}
	return responses.Percent(v, 0, lang)
}

// Lift writes a lift; nil is said in words.
func (v *view) Lift(f *float64) string {
	if f == nil {
		return v.T("prospect.never")
	}
	return shareOf(*f, v.Lang)
}
