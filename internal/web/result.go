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
	Result *responses.Uplift        // nil: nothing to measure yet, or further down than maxVerdicts
	Net    *responses.MoneyInterval // that the verdict rests on; nil: none
	Next   postlift.Date            // the next registered reading
	Chart  template.HTML            // of the net gain; "" where there is none
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
	s.pictured(c, lines)
	s.render(c, http.StatusOK, "results", view{Title: "results.title", Nav: "results", Data: lines})
}

// pictured adds the small charts, all on one scale, and the next readings.
func (s *staff) pictured(c *gin.Context, lines []resultLine) {
	var low, high float64
	for i, l := range lines {
		if l.Result == nil || l.Result.Verdict == responses.Withheld {
			continue
		}
		if lines[i].Net = paper.Deciding(*l.Result); lines[i].Net != nil {
			low, high = min(low, lines[i].Net.Low.Major()), max(high, lines[i].Net.High.Major())
		}
	}
	lang := languageOf(c)
	for i, l := range lines {
		if l.Result == nil {
			continue
		}
		lines[i].Next = paper.NextReading(*l.Result, s.registered(c.Request.Context(), *l.Result))
		if n := l.Net; n != nil {
			text := s.texts[lang].get("result.mini", responses.WholeMoney(n.Value, lang), responses.WholeMoney(n.Low, lang), responses.WholeMoney(n.High, lang))
			lines[i].Chart = report.Mini(*n, low, high, text)
		}
	}
}

// resultData is one campaign's report.
type resultData struct {
	Campaign string // id
	Body     template.HTML
	Forms    []string // of the files to keep
}

func (s *staff) result(c *gin.Context) {
	campaign, form := resultForm(c.Param("campaign"))
	u, err := s.results.Uplift(c.Request.Context(), campaign)
	if err != nil {
		s.fail(c, err)
		return
	}
	if form != "" {
		s.resultFile(c, u, form)
		return
	}
	body, err := report.Body(paper.Compose(u, s.registered(c.Request.Context(), u), languageOf(c)))
	if err != nil {
		s.fail(c, postlift.Wrap("web.result", "the report", err))
		return
	}
	forms := resultForms
	if s.printer == nil {
		forms = forms[1:]
	}
	s.render(c, http.StatusOK, "result", view{Title: "result.title", Subject: u.Campaign, Nav: "results",
		Data: resultData{Campaign: u.CampaignID, Body: body, Forms: forms}})
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
