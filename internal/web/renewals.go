package web

import (
	"context"
	"fmt"
	"html/template"

	"github.com/gin-gonic/gin"

	"postlift"
	"postlift/clv/retention"
	"postlift/internal/web/chart"
)

// renewalsData is the renewal calendar's page.
type renewalsData struct {
	*renewalsFound
	filter
	Ready   bool
	Asked   int
	Problem string
	Picture template.HTML
}

func (p *retentionPages) renewals(c *gin.Context) {
	run, ok := p.published(c)
	if !ok {
		return
	}
	f := filterOf(c)
	months, err := monthsAsked(c)
	page := view{Title: "renewals.title", Nav: "clv"}
	job := p.calendars.ask(c.Request.Context(), fmt.Sprintf("%s|%d|%s|%s", run.UID, months, f.Owner, f.Segment), p.clock(), func(ctx context.Context) (found renewalsFound, err error) {
		if found.Calendar, err = p.Retention.Renewals(ctx, retention.CalendarQuery{Months: months, Owner: f.Owner, Segment: f.Segment, Limit: listedOnPage}); err == nil {
			found.Mail, err = p.Retention.MailOnRetention(ctx)
		}
		return found, err
	})
	worked(p, c, job, page, "renewals", func(found *renewalsFound, problem string) any {
		data := renewalsData{renewalsFound: found, Ready: found != nil, filter: f, Asked: months, Problem: problem}
		if err != nil {
			data.Problem = postlift.UserText(err)
		}
		if found != nil {
			data.Picture = p.calendarPicture(&found.Calendar, languageOf(c))
		}
		return data
	})
}

// monthsDrawn is how many months the picture shows at most.
const monthsDrawn = 12

// calendarPicture draws what is expected of the contracts whose terms end in each month.
func (p *retentionPages) calendarPicture(k *retention.Calendar, lang string) template.HTML {
	if k.Total.Open+k.Total.Committed+k.Total.Leaving == 0 {
		return ""
	}
	pic := p.picture(lang, "calendar", "renewals.chart", "renewals.chart.lead")
	columns := []chart.Column{{Name: pic.texts.get("renewals.secured"), Kind: chart.Quiet}, {Name: pic.texts.get("renewals.kept"), Kind: chart.Treated},
		{Name: pic.texts.get("renewals.lost"), Kind: chart.Third}, {Name: pic.texts.get("renewals.leaving"), Kind: chart.Holdout}}
	var groups []chart.Group
	for _, m := range k.Months[:min(len(k.Months), monthsDrawn)] {
		groups = append(groups, chart.Group{Label: m.Month, Values: []float64{max(m.Secured.Major(), 0), max(m.Kept.Major(), 0), max(m.Lost.Major(), 0), max(m.Gone.Major(), 0)}})
	}
	return drawn(chart.Columns(pic.frame, columns, groups, pic.money(k.Currency), pic.texts.get("renewals.axis")))
}
