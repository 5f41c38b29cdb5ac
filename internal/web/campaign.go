package web

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"postlift"
	"postlift/campaigns"
	"postlift/campaigns/planner"
	"postlift/mailers"
)

// campaignLine is a campaign in the list, with its plan's counts where it has one.
type campaignLine struct {
	campaigns.Campaign
	Run *campaigns.Run
}

func (s *staff) campaignList(c *gin.Context) {
	ctx := c.Request.Context()
	list, err := s.campaigns.Campaigns(ctx)
	if err != nil {
		s.fail(c, err)
		return
	}
	if len(list) == 0 {
		s.empty(c, "campaigns", "campaigns")
		return
	}
	lines := make([]campaignLine, 0, len(list))
	for _, one := range list {
		run, err := s.planOf(c, one.UID)
		if err != nil {
			s.fail(c, err)
			return
		}
		lines = append(lines, campaignLine{one, run})
	}
	s.render(c, http.StatusOK, "campaigns", view{Title: "campaigns.title", Nav: "campaigns", Data: lines})
}

// planOf is the campaign's plan in force, nil before its first preview.
func (s *staff) planOf(c *gin.Context, ref string) (*campaigns.Run, error) {
	run, err := s.campaigns.CurrentRun(c.Request.Context(), ref)
	switch {
	case err == nil:
		return &run, nil
	case postlift.KindOf(err) == postlift.NotFound:
		return nil, nil
	}
	return nil, err
}

// campaignData is one campaign with its plan.
type campaignData struct {
	Campaign campaigns.Campaign
	Run      *campaigns.Run
	Rule     *clause // as the plan froze it, else as the campaign names it; nil where only a rule's name is known
	RuleText string
	Funnel   []funnelLine
	Reasons  []funnelLine        // every reason that stopped an account: they overlap
	Curve    *curvePart          // expected value by budget; nil where there is nothing to draw
	Ends     string              // what ends the selection beside a budget: endsNothing, endsNumber
	Foretell bool                // what the campaign can show still matters for its plan
	Answer   *planner.Assessment // what it can show, where that is worked out already
	Next     todo                // what brings the campaign on; its Text may be empty
	BatchUID string
}

// funnelLine is one line of the funnel: what was taken off, or what is left.
type funnelLine struct {
	Key    string // of the text
	Reason string // instead of Key
	Count  int
	Total  bool // what is left, not what was taken off
	Sub    bool // part of the line above
	Bar    bar
}

func (s *staff) campaign(c *gin.Context) {
	data, err := s.campaignData(c)
	if err != nil {
		s.fail(c, err)
		return
	}
	s.render(c, http.StatusOK, "campaign", view{Title: "campaign.title", Subject: data.Campaign.Name, Nav: "campaigns", Data: data})
}

func (s *staff) campaignData(c *gin.Context) (campaignData, error) {
	ctx := c.Request.Context()
	found, err := s.campaigns.Campaign(ctx, c.Param("id"))
	if err != nil {
		return campaignData{}, err
	}
	data := campaignData{Campaign: found, RuleText: found.Definition.Rule, Foretell: foretold(found)}
	if data.Run, err = s.planOf(c, found.UID); err != nil {
		return data, err
	}
	if data.Foretell {
		data.Answer = s.assessing.known(s.prospectKey(ctx, found, data.Run), s.clock())
	}
	if data.Run == nil {
		data.Next = todo{Text: "todo.preview", Command: "postlift campaign preview " + found.UID}
		return data, nil
	}
	run := data.Run
	if text := run.Record.Versions.RuleText; text != "" {
		data.RuleText = text
		catalogue, err := s.campaigns.Catalogue(ctx)
		if err != nil {
			return data, err
		}
		if tree, err := catalogue.Parse(text); err == nil { // a plan may be older than the attributes are now: then its text stands alone
			data.Rule = clauseOf(catalogue, tree, languageOf(c), run.Cost.Currency)
		}
	}
	data.Funnel, data.Reasons = funnelLines(run.Funnel)
	data.Ends = endOf(run.Funnel)
	data.Curve = s.budgetCurve(run.Outlook, languageOf(c))
	b, err := s.batchOf(c, run.UID)
	if err != nil || b == nil {
		data.Next = planTodo(found, *run)
		return data, err
	}
	data.BatchUID, data.Next = b.UID, batchTodo(b.Batch)
	return data, nil
}

// batchOf is a run's batch, nil while there is none.
func (s *staff) batchOf(c *gin.Context, runUID string) (*mailers.Summary, error) {
	list, err := s.batches.Batches(c.Request.Context())
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].RunUID == runUID {
			return &list[i], nil
		}
	}
	return nil, nil
}

// planTodo is the next step of a plan that has no batch yet.
func planTodo(c campaigns.Campaign, run campaigns.Run) todo {
	switch run.State {
	case campaigns.RunPlanned: // also while the first of two approvals is given
		return todo{Text: "todo.approve", Command: "postlift campaign approve " + c.UID + " --plan " + run.PlanHash[:min(12, len(run.PlanHash))] + " --by NAME"}
	case campaigns.RunApproved:
		return todo{Text: "todo.run", Command: "postlift campaign run " + c.UID}
	}
	return todo{}
}

// funnelLines lays the funnel out so that it can be added up by eye: matched, less each first reason, less
// what was capped, less the holdout, is what gets a letter.
func funnelLines(f campaigns.Funnel) (lines, reasons []funnelLine) {
	scale := barScale{0, float64(f.Matched)}
	left := f.Matched
	total := func(key string) {
		lines = append(lines, funnelLine{Key: key, Count: left, Total: true, Bar: scale.span("plus", 0, float64(left))})
	}
	less := func(line funnelLine, class string) {
		line.Bar = scale.span(class, float64(left-line.Count), float64(left))
		left -= line.Count
		line.Count = -line.Count
		lines = append(lines, line)
	}
	total("funnel.matched")
	for _, r := range f.ByReason {
		less(funnelLine{Reason: string(r.Reason), Count: r.Accounts, Sub: true}, "out")
	}
	total("funnel.passed")
	if len(f.Capped) == 0 { // nobody, or a plan of before the reasons were kept
		less(funnelLine{Key: "funnel.over_cap", Count: f.OverCap, Sub: true}, "out")
	}
	for _, r := range f.Capped {
		less(funnelLine{Reason: string(r.Reason), Count: r.Accounts, Sub: true}, "out")
	}
	total("funnel.planned")
	less(funnelLine{Key: "funnel.holdout", Count: f.Holdout, Sub: true}, "hold")
	total("funnel.assigned")
	for _, r := range campaigns.Reasons() {
		if n := f.AllCounts[r]; n > 0 {
			reasons = append(reasons, funnelLine{Reason: string(r), Count: n, Bar: scale.span("out", 0, float64(n))})
		}
	}
	return lines, reasons
}

// whyData answers "why this account?".
type whyData struct {
	Campaign campaigns.Campaign
	Account  string // as asked
	Answer   *campaigns.AccountExplained
	Problem  string
}

func (s *staff) why(c *gin.Context) {
	ctx := c.Request.Context()
	found, err := s.campaigns.Campaign(ctx, c.Param("id"))
	if err != nil {
		s.fail(c, err)
		return
	}
	data := whyData{Campaign: found, Account: c.Query("account")}
	if data.Account != "" {
		answer, err := s.campaigns.ExplainAccount(ctx, found.UID, data.Account)
		switch postlift.KindOf(err) {
		case postlift.NotFound, postlift.Conflict, postlift.Invalid:
			data.Problem = postlift.UserText(err)
		default:
			if err != nil {
				s.fail(c, err)
				return
			}
			data.Answer = &answer
		}
	}
	fields, err := s.campaigns.Catalogue(ctx)
	if err != nil {
		s.fail(c, err)
		return
	}
	s.render(c, http.StatusOK, "why", view{Title: "why.title", Subject: found.Name, Nav: "campaigns", Data: data, Fields: fields})
}
