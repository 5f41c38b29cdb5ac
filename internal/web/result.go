package web

import (
	"context"
	"html/template"
	"net/http"

	"github.com/gin-gonic/gin"

	"postlift"
	"postlift/internal/web/report"
	"postlift/mailers"
	"postlift/responses"
	"postlift/responses/paper"
)

// resultLine is a campaign whose letters are posted, with its reading where there is one.
type resultLine struct {
	mailers.Batch
	Result *responses.Uplift // nil: nothing to measure yet, or further down than maxVerdicts
}

// maxVerdicts is how many campaigns the list measures; each costs a reading of its orders.
const maxVerdicts = 10

func (s *staff) resultList(c *gin.Context) {
	ctx := c.Request.Context()
	list, err := s.batches.Batches(ctx)
	if err != nil {
		s.fail(c, err)
		return
	}
	var lines []resultLine
	listed := map[string]bool{} // runs: one in waves has several batches
	for _, b := range list {
		if b.PostedOn.IsZero() || listed[b.RunUID] {
			continue
		}
		listed[b.RunUID] = true
		line := resultLine{Batch: b.Batch}
		if len(lines) < maxVerdicts {
			if line.Result, err = s.measured(ctx, b.CampaignUID); err != nil {
				s.fail(c, err)
				return
			}
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		s.empty(c, "results", "results")
		return
	}
	s.render(c, http.StatusOK, "results", view{Title: "results.title", Nav: "results", Data: lines})
}

// resultData is one campaign's report.
type resultData struct {
	Campaign string // id
	Body     template.HTML
}

func (s *staff) result(c *gin.Context) {
	u, err := s.results.Uplift(c.Request.Context(), c.Param("campaign"))
	if err != nil {
		s.fail(c, err)
		return
	}
	body, err := report.Body(paper.Compose(u, s.registered(c.Request.Context(), u), languageOf(c)))
	if err != nil {
		s.fail(c, postlift.Wrap("web.result", "the report", err))
		return
	}
	s.render(c, http.StatusOK, "result", view{Title: "result.title", Subject: u.Campaign, Nav: "results",
		Data: resultData{Campaign: u.CampaignID, Body: body}})
}

// registered is what the run of a report registered, as far as its plan is the campaign's current one.
func (s *staff) registered(ctx context.Context, u responses.Uplift) paper.Registered {
	run, err := s.campaigns.CurrentRun(ctx, u.CampaignID)
	if err != nil && postlift.KindOf(err) != postlift.NotFound {
		s.log.Error("the record of a run cannot be read: its report goes without", "run", u.RunID, "error", err)
	}
	if err != nil || run.UID != u.RunID {
		return paper.Registered{}
	}
	return paper.RecordOf(run)
}
