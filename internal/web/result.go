package web

import (
	"context"
	"html/template"
	"net/http"
	"strconv"
	"time"

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
	Result *responses.Uplift        // nil: nothing to measure yet, under way, or further down than maxVerdicts
	Under  bool                     // way: it is measured, or will be when fewer are
	Net    *responses.MoneyInterval // that the verdict rests on; nil: none
	Next   postlift.Date            // the next registered reading
	Chart  template.HTML            // of the net gain; "" where there is none
}

// maxVerdicts is how many campaigns the list asks for; each costs a reading of its orders, unless one is frozen or kept.
const maxVerdicts = 10

func (s *staff) resultList(c *gin.Context) {
	ctx := c.Request.Context()
	list, err := s.batches.Batches(ctx)
	if err != nil {
		s.fail(c, err)
		return
	}
	var lines []resultLine
	page, left := view{Title: "results.title", Nav: "results"}, patience
	listed := map[string]bool{} // runs: one in waves has several batches
	for _, b := range list {
		if b.PostedOn.IsZero() || listed[b.RunUID] {
			continue
		}
		listed[b.RunUID] = true
		line := resultLine{Batch: b.Batch}
		if len(lines) < maxVerdicts {
			since := time.Now()
			if line.Result, line.Under, err = s.measured(ctx, b.CampaignUID, left); err != nil {
				s.fail(c, err)
				return
			}
			left = max(left-time.Since(since), 0)
			if line.Under {
				page.Refresh = refreshAfter
			}
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		s.empty(c, "results", "results")
		return
	}
	s.pictured(c, lines)
	page.Data = lines
	s.render(c, http.StatusOK, "results", page)
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
	Campaign string        // id
	Body     template.HTML // "": it is being computed
	Busy     bool          // as much is worked out for others as may be at once
	Frozen   bool          // shown as it was frozen; today's data can be laid beside
	Forms    []string      // of the files to keep
}

func (s *staff) result(c *gin.Context) {
	campaign, form := resultForm(c.Param("campaign"))
	today, most := c.Query("today") == "1", patience
	if form != "" {
		most = computeLimit // a file is waited for
	}
	u, job, err := s.measure(c.Request.Context(), campaign, today, most)
	switch {
	case err != nil:
		s.fail(c, err)
	case u == nil:
		s.underWay(c, resultData{Campaign: campaign, Busy: job == nil}, form)
	case form != "":
		s.resultFile(c, *u, form)
	default:
		s.resultPage(c, u, job == nil)
	}
}

// underWay is the page of a report that is being computed. Whoever asked for a file is told to ask again.
func (s *staff) underWay(c *gin.Context, data resultData, form string) {
	status := http.StatusOK
	if form != "" {
		c.Header("Retry-After", strconv.Itoa(refreshAfter))
		status = http.StatusServiceUnavailable
	}
	s.render(c, status, "result", view{Title: "result.title", Nav: "results", Refresh: refreshAfter, Data: data})
}

func (s *staff) resultPage(c *gin.Context, u *responses.Uplift, frozen bool) {
	body, err := report.Body(paper.Compose(*u, s.registered(c.Request.Context(), *u), languageOf(c)))
	if err != nil {
		s.fail(c, postlift.Wrap("web.result", "the report", err))
		return
	}
	forms := resultForms
	if s.printer == nil {
		forms = forms[1:]
	}
	s.render(c, http.StatusOK, "result", view{Title: "result.title", Subject: u.Campaign, Nav: "results",
		Data: resultData{Campaign: u.CampaignID, Body: body, Frozen: frozen, Forms: forms}})
}

// measure gives a campaign's report: at once where one is frozen, unless today's data are to be compared with it, else
// as it was or will be computed in the background, for which it waits so long. Neither report nor error: it is under
// way or, without a job, waits until fewer are. Only a computed report has a job.
func (s *staff) measure(ctx context.Context, campaign string, today bool, most time.Duration) (*responses.Uplift, *computation[responses.Uplift], error) {
	kept, err := s.results.Kept(ctx, campaign)
	switch {
	case postlift.KindOf(err) == postlift.NotFound: // nothing to compute: it is said at once why
		if _, why := s.results.Uplift(ctx, campaign); why != nil {
			err = why
		}
		return nil, nil, err
	case err != nil:
		return nil, nil, err
	case kept.Frozen != nil && !today:
		return kept.Frozen, nil, nil
	}
	job := s.measuring.ask(ctx, kept.Key, s.clock(), func(ctx context.Context) (responses.Uplift, error) { return s.results.Uplift(ctx, campaign) })
	if job == nil || !job.wait(ctx, most) {
		return nil, job, nil
	}
	if job.err != nil {
		return nil, job, job.err
	}
	u := job.value // whoever shares it shall not see what this request does with it
	return &u, job, nil
}

// measured is a campaign's result; nil while there is nothing to measure yet or it is under way.
func (s *staff) measured(ctx context.Context, campaign string, most time.Duration) (u *responses.Uplift, under bool, err error) {
	u, _, err = s.measure(ctx, campaign, false, most)
	switch postlift.KindOf(err) {
	case postlift.Conflict, postlift.NotFound:
		return nil, false, nil
	}
	return u, u == nil && err == nil, err
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
