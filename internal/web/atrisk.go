package web

import (
	"context"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"postlift/clv/retention"
)

// atRiskData is the page on accounts at risk.
type atRiskData struct {
	*riskFound
	filter
	Ready   bool
	Rule    string
	Names   []string // of rules
	Problem string
}

func (p *retentionPages) atRisk(c *gin.Context) {
	run, ok := p.published(c)
	if !ok {
		return
	}
	f, rule := filterOf(c), strings.TrimSpace(c.Query("rule"))
	known := retention.Rules()
	if !slices.Contains(known, rule) {
		rule = ""
	}
	page := view{Title: "atrisk.title", Nav: "clv"}
	job := p.risks.ask(c.Request.Context(), run.UID+"|"+rule+"|"+f.Owner+"|"+f.Segment, p.clock(), func(ctx context.Context) (found riskFound, err error) {
		if found.AtRisk, err = p.Retention.AtRisk(ctx, retention.RiskQuery{Rule: rule, Owner: f.Owner, Segment: f.Segment, Limit: listedOnPage}); err == nil {
			found.Mail, err = p.Retention.MailOnRetention(ctx)
		}
		return found, err
	})
	worked(p, c, job, page, "atrisk", func(found *riskFound, problem string) any {
		return atRiskData{riskFound: found, Ready: found != nil, filter: f, Rule: rule, Names: known, Problem: problem}
	})
}
