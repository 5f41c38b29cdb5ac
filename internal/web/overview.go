package web

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"postlift"
	"postlift/campaigns"
	"postlift/clv/scoring"
	"postlift/mailers"
	"postlift/responses"
)

// overviewData is the first page: the loop with its counts, what to do next, the latest result.
type overviewData struct {
	Loop   []loopStep
	Next   []todo
	Result *responses.Uplift
}

// loopStep is one station of the loop. Its figure is an amount, a word or a count; Known false shows a
// dash.
type loopStep struct {
	Name  string
	Href  string
	Known bool
	Count int
	Money *postlift.Money
	Word  string // key of a text
	Label string // key of what is counted
}

// todo is a next step: a text about a subject, a command, a page.
type todo struct {
	Text    string // key
	Subject string
	Command string
	Href    string
}

// standing is everything that the overview counts.
type standing struct {
	run       *scoring.Run
	campaigns []campaigns.Campaign
	plan      *campaigns.Run // of the newest planned campaign
	batches   []mailers.Summary
	result    *responses.Uplift
}

func (s *staff) overview(c *gin.Context) {
	st, err := s.standing(c.Request.Context())
	if err != nil {
		s.fail(c, err)
		return
	}
	data := overviewData{Loop: st.loop(), Next: st.next(), Result: st.result}
	s.render(c, http.StatusOK, "overview", view{Title: "overview.title", Nav: "overview", Data: data})
}

func (s *staff) standing(ctx context.Context) (st standing, err error) {
	run, err := s.values.PublishedRun(ctx)
	switch {
	case err == nil:
		st.run = &run
	case postlift.KindOf(err) != postlift.NotFound:
		return st, err
	}
	if st.campaigns, err = s.campaigns.Campaigns(ctx); err != nil {
		return st, err
	}
	if st.plan, err = s.newestPlan(ctx, st.campaigns); err != nil {
		return st, err
	}
	if st.batches, err = s.batches.Batches(ctx); err != nil {
		return st, err
	}
	for _, b := range st.batches {
		if b.PostedOn.IsZero() {
			continue
		}
		st.result, _, err = s.measured(ctx, b.CampaignUID, patience)
		return st, err
	}
	return st, nil
}

// newestPlan is the plan in force of the newest campaign that has one.
func (s *staff) newestPlan(ctx context.Context, list []campaigns.Campaign) (*campaigns.Run, error) {
	for _, c := range list {
		run, err := s.campaigns.CurrentRun(ctx, c.UID)
		if err == nil {
			return &run, nil
		}
		if postlift.KindOf(err) != postlift.NotFound {
			return nil, err
		}
	}
	return nil, nil
}

func (st standing) loop() []loopStep {
	steps := []loopStep{
		{Name: "import", Href: "/accounts", Label: "loop.import.label"},
		{Name: "clv", Href: "/clv", Label: "loop.clv.label"},
		{Name: "select", Href: "/campaigns", Label: "loop.select.label"},
		{Name: "letters", Href: "/batches", Label: "loop.letters.label"},
		{Name: "responses", Href: "/results", Label: "loop.responses.label"},
		{Name: "uplift", Href: "/results", Label: "loop.uplift.label"},
	}
	if st.run != nil {
		steps[0].Known, steps[0].Count = true, int(st.run.Accounts)
		steps[1].Known, steps[1].Money = true, &st.run.Total
	}
	if st.plan != nil {
		steps[2].Known, steps[2].Count = true, st.plan.Funnel.Planned()
		steps[2].Href = "/campaigns/" + st.plan.CampaignUID
	}
	if len(st.batches) > 0 {
		steps[3].Known = true
		for _, b := range st.batches {
			steps[3].Count += b.Live[mailers.PiecePosted] + b.Live[mailers.PieceReturned]
		}
	}
	if st.result != nil {
		page := "/results/" + st.result.CampaignID
		steps[4].Known, steps[4].Count, steps[4].Href = true, st.result.Answers.Answered, page
		steps[5].Known, steps[5].Word, steps[5].Href = true, "verdict."+st.result.Verdict, page
	}
	return steps
}

// maxTodos is how many next steps the overview shows.
const maxTodos = 4

// next lists what a person could do now, the newest first.
func (st standing) next() []todo {
	if st.run == nil {
		return []todo{{Text: "todo.import", Command: "postlift import accounts accounts.csv", Href: "/accounts"},
			{Text: "todo.score", Command: "postlift clv score", Href: "/clv"}}
	}
	if len(st.campaigns) == 0 {
		return []todo{{Text: "todo.create", Command: "postlift campaign create -f campaign.yaml", Href: "/campaigns"}}
	}
	var list []todo
	for _, c := range st.campaigns {
		switch c.State {
		case campaigns.StateDraft:
			list = append(list, todo{"todo.preview", c.Name, "postlift campaign preview " + c.UID, "/campaigns/" + c.UID})
		case campaigns.StatePreviewed:
			list = append(list, todo{"todo.approve", c.Name, "", "/campaigns/" + c.UID})
		case campaigns.StateApproved:
			list = append(list, todo{"todo.run", c.Name, "postlift campaign run " + c.UID, "/campaigns/" + c.UID})
		}
	}
	for _, b := range st.batches {
		if t := batchTodo(b.Batch); t.Text != "" {
			list = append(list, t)
		}
	}
	return list[:min(len(list), maxTodos)]
}

// batchTodo is the next step of a batch; without a text there is none.
func batchTodo(b mailers.Batch) todo {
	t := todo{Subject: b.Campaign, Href: "/batches/" + b.UID}
	switch b.State {
	case mailers.BatchPlanned, mailers.BatchRendering:
		t.Text, t.Command = "todo.render", "postlift campaign run "+b.CampaignUID
	case mailers.BatchSealed:
		t.Text, t.Command = "todo.proof", "postlift batch proof "+b.UID
	case mailers.BatchProofed:
		t.Text, t.Command = "todo.batch_approve", "postlift batch approve "+b.UID+" --by NAME"
		if b.Approved() {
			t.Text, t.Command = "todo.release", "postlift batch release "+b.UID
		}
	case mailers.BatchReleased, mailers.BatchDelivered, mailers.BatchAcknowledged, mailers.BatchPrinting:
		t.Text, t.Command = "todo.posted", "postlift batch status "+b.UID+" posted --date DATE"
	case mailers.BatchPosted:
		t.Text, t.Command, t.Href = "todo.result", "postlift report uplift "+b.CampaignUID, "/results/"+b.CampaignUID
	}
	return t
}
