package web

import (
	"maps"
	"net/http"

	"github.com/gin-gonic/gin"

	"postlift/campaigns/planner"
	"postlift/responses"
)

// staff are the pages for people of the organisation.
type staff struct {
	*site
	values    Values
	insights  Insights
	worth     Engine
	kept      kept
	slots     slots // for what is computed on request
	assessing *computing[planner.Assessment]
	bridging  *computing[bridgeFound]
	acrossing *computing[responses.Across]
	measuring *computing[responses.Uplift]
	campaigns Campaigns
	designs   Designs
	batches   Batches
	artefacts Artefacts
	results   Results
	printer   ResultPrinter
	SalesOptions
	TaskOptions
	AcrossOptions
	LearningOptions
	BridgeOptions
}

// Staff is the handler of the listener for the organisation's own people: every page, health, static
// files. It only ever reads; there is nothing to log in to yet, so it belongs behind a loopback or
// trusted address.
func Staff(o StaffOptions) (http.Handler, error) {
	base, err := newSite(o.Log, o.Clock)
	if err != nil {
		return nil, err
	}
	base.demo, base.settings = o.Demo, o.Settings
	s := &staff{site: base, values: o.Values, insights: o.Insights, worth: o.Engine, campaigns: o.Campaigns,
		designs: o.Designs, batches: o.Batches, artefacts: o.Artefacts, results: o.Results, printer: o.Printer,
		SalesOptions: o.Sales, TaskOptions: o.Tasks, AcrossOptions: o.Across, LearningOptions: o.Learning, BridgeOptions: o.Bridge}
	s.slots = make(slots, computedAtOnce)
	s.assessing = newComputing[planner.Assessment](s.slots)
	s.bridging = newComputing[bridgeFound](s.slots)
	s.acrossing = newComputing[responses.Across](s.slots)
	s.measuring = newComputing[responses.Uplift](s.slots)
	r := s.engine()
	addHealth(r, o.Health, o.Log)
	s.addRoutes(r)
	return http.NewCrossOriginProtection().Handler(r), nil
}

// routes are every page of the staff listener.
func (s *staff) routes() map[string]gin.HandlerFunc {
	pages := map[string]gin.HandlerFunc{
		"/":                        s.overview,
		"/clv":                     s.clv,
		"/clv/segments":            s.segments,
		"/clv/acquisition":         s.acquisition,
		"/clv/retention":           s.retention,
		"/clv/models":              s.models,
		"/clv/runs":                s.runs,
		"/accounts":                s.accounts,
		"/accounts/:id":            s.account,
		"/accounts/:id/what-if":    s.whatIf,
		"/segments":                s.segmentList,
		"/segments/:id":            s.segment,
		"/rules":                   s.ruleList,
		"/rules/try":               s.ruleTry,
		"/rules/build":             s.ruleBuild,
		"/rules/:id":               s.rule,
		"/campaigns":               s.campaignList,
		"/campaigns/:id":           s.campaign,
		"/campaigns/:id/why":       s.why,
		"/campaigns/:id/outlook":   s.prospect,
		"/designs":                 s.designList,
		"/designs/:id":             s.design,
		"/designs/:id/preview.svg": s.designPicture,
		"/designs/:id/preview.pdf": s.designPDF,
		"/batches":                 s.batchList,
		"/batches/:id":             s.batch,
		"/batches/:id/files/:file": s.batchFile,
		"/batches/:id/proof":       s.proof,
		"/results":                 s.resultList,
		"/results/:campaign":       s.result,
		"/privacy":                 s.privacy,
	}
	for _, more := range []map[string]gin.HandlerFunc{s.salesPages(), s.tasksPages(s.site), s.acrossPages(), s.learningPages(), s.bridgePages()} {
		maps.Copy(pages, more)
	}
	return pages
}

func (s *staff) addRoutes(r *gin.Engine) {
	for route, handle := range s.routes() {
		r.GET(route, handle)
		r.HEAD(route, handle)
	}
	for route, handle := range s.salesForms() {
		r.POST(route, handle)
	}
}

// entry is one place of the navigation.
type entry struct{ Name, Href string }

// Entries of the navigation, in the order of the loop.
func (v *view) Entries() []entry {
	return []entry{{"overview", "/"}, {"clv", "/clv"}, {"accounts", "/accounts"}, {"rules", "/rules"}, {"segments", "/segments"}, {"campaigns", "/campaigns"}, {"designs", "/designs"}, {"batches", "/batches"}, {"responses", "/entry"}, {"results", "/results"}, {"privacy", "/privacy"}}
}

// emptyData says what a page will show and how to get there.
type emptyData struct{ Text, Command string }

// firstCommands fill the pages that are still empty.
var firstCommands = map[string]string{
	"clv": "postlift clv score", "accounts": "postlift clv score", "segpage": "postlift segment create NAME RULE-TEXT", "campaigns": "postlift campaign create -f campaign.yaml",
	"batches": "postlift campaign run CAMPAIGN", "results": "postlift batch status BATCH posted --date DATE",
}

// empty is the page of a list that has nothing to show yet: what will be here, and one next step.
func (s *staff) empty(c *gin.Context, nav, noun string) {
	s.render(c, http.StatusOK, "empty", view{Title: noun + ".title", Nav: nav,
		Data: emptyData{Text: noun + ".empty", Command: firstCommands[noun]}})
}
