package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"postlift"
	"postlift/clv/retention"
	"postlift/responses"
)

// Retention lists what may be lost, as of the published score run, and what letters did to it.
type Retention interface {
	Renewals(ctx context.Context, q retention.CalendarQuery) (retention.Calendar, error)
	AtRisk(ctx context.Context, q retention.RiskQuery) (retention.AtRisk, error)
	MailOnRetention(ctx context.Context) (responses.MailOnRetention, error)
}

// listedOnPage is how many contracts or accounts a page lists; the command line lists all.
const listedOnPage = 100

// renewalsFound and riskFound are what is worked out for the two pages.
type (
	renewalsFound struct {
		retention.Calendar
		Mail responses.MailOnRetention
	}
	riskFound struct {
		retention.AtRisk
		Mail responses.MailOnRetention
	}
)

// retentionPages are the pages on what may be lost, with what was worked out for them.
type retentionPages struct {
	*staff
	calendars *computing[renewalsFound]
	risks     *computing[riskFound]
}

func (s *staff) retentionPages() map[string]gin.HandlerFunc {
	p := &retentionPages{s, newComputing[renewalsFound](s.slots), newComputing[riskFound](s.slots)}
	return map[string]gin.HandlerFunc{"/clv/renewals": p.renewals, "/clv/at-risk": p.atRisk}
}

// filter is what both pages can be narrowed by.
type filter struct{ Owner, Segment string }

func filterOf(c *gin.Context) filter {
	return filter{strings.TrimSpace(c.Query("owner")), strings.TrimSpace(c.Query("segment"))}
}

// With is the page's address for one owner, other choices kept.
func (f filter) With(page, owner string, more ...string) string {
	q := url.Values{}
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	q.Set("owner", owner)
	if f.Segment != "" {
		q.Set("segment", f.Segment)
	}
	return page + "?" + q.Encode()
}

// worked waits for a result and shows the page in each of its states: under way, refused or there.
func worked[T any](p *retentionPages, c *gin.Context, job *computation[T], page view, name string, show func(found *T, problem string) any) {
	problem, found := "", (*T)(nil)
	switch {
	case job == nil || !job.wait(c.Request.Context(), patience):
		page.Refresh = refreshAfter
	case postlift.KindOf(job.err) == postlift.Invalid || postlift.KindOf(job.err) == postlift.Conflict:
		problem = postlift.UserText(job.err)
	case job.err != nil:
		p.fail(c, job.err)
		return
	default:
		found = &job.value
	}
	page.Data = show(found, problem)
	p.render(c, http.StatusOK, name, page)
}

// monthsAsked reads how many months a calendar is to show.
func monthsAsked(c *gin.Context) (int, error) {
	text := strings.TrimSpace(c.Query("months"))
	if text == "" {
		return retention.DefaultMonths, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > retention.MostMonths {
		return retention.DefaultMonths, postlift.Faultf(postlift.Invalid, "web.renewals", "%q months: a whole number from 1 to %d is possible", text, retention.MostMonths)
	}
	return n, nil
}

// ReasonText says why an account is at risk, with the figures of the rule, in a language.
func ReasonText(lang string, r retention.Reason) string {
	say := func(key string, args ...any) string {
		if len(args) == 0 {
			return Text(lang, key)
		}
		return fmt.Sprintf(Text(lang, key), args...)
	}
	key := "atrisk.why." + r.Rule
	switch r.Rule {
	case retention.RuleNotice:
		if r.On.IsZero() {
			return say(key+".agreed", r.Contract, r.EndsOn.Format(lang), responses.WholeMoney(*r.Monthly, lang))
		}
		return say(key, r.Contract, r.On.Format(lang), r.EndsOn.Format(lang), responses.WholeMoney(*r.Monthly, lang))
	case retention.RuleRenewal:
		return say(key, r.Contract, r.On.Format(lang), responses.Percent(*r.Probability, 0, lang), responses.WholeMoney(*r.Monthly, lang))
	case retention.RuleSilent:
		return say(key, r.Days, r.On.Format(lang), int(r.UsualDays))
	case retention.RuleFalling:
		return say(key, *r.OrderDays, decimal(r.Expected, 1, lang), smallChance(*r.P, lang))
	case retention.RuleContact:
		return contactText(say, key, r)
	case retention.RulePrice:
		return say(key, r.Contract, responses.Percent(r.Change, 1, lang), r.On.Format(lang))
	}
	return say(key)
}

// smallChance writes a probability of a few per cent, one that is not quite nothing not as nothing.
func smallChance(p float64, lang string) string {
	if p < .001 {
		return "<\u00a0" + responses.Percent(.001, 1, lang)
	}
	return responses.Percent(p, 1, lang)
}

func contactText(say func(string, ...any) string, key string, r retention.Reason) string {
	var parts []string
	if r.Contacts > 0 {
		parts = append(parts, say(key+".people", r.Contacts))
	}
	if r.Sites > 0 {
		parts = append(parts, say(key+".sites", r.Sites))
	}
	return strings.Join(parts, "; ")
}

// Because is ReasonText in the reader's language.
func (v *view) Because(r retention.Reason) string { return ReasonText(v.Lang, r) }

// Points writes a difference of shares in percentage points with its sign.
func (v *view) Points(f float64) string { return Points(f, v.Lang) }

// Points writes a difference of shares, .05 being five points, in percentage points with its sign.
func Points(f float64, lang string) string {
	text := decimal(f*100, 1, lang)
	if f > 0 {
		text = "+" + text
	}
	return strings.Replace(text, "-", "\u2212", 1)
}

// Days writes a difference of days with its sign.
func (v *view) Days(f float64) string { return Points(f/100, v.Lang) }
