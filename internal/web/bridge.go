package web

import (
	"context"
	"html/template"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"postlift"
	"postlift/clv/scoring"
	"postlift/internal/web/chart"
	"postlift/responses"
)

// QuarterBridge is a quarter's CLV bridge with what letters had to do with it.
type QuarterBridge struct {
	scoring.Bridge
	Mail responses.MailPart `json:"of_which_mail"`
}

// Bridges works out CLV bridges, split by segment.
type Bridges interface {
	// LatestQuarter is that of the published run; NotFound before the first.
	LatestQuarter(ctx context.Context) (scoring.Quarter, error)
	// Bridges gives the quarters between two that have score runs at both ends, and names the others. It is a
	// Conflict where none has.
	Bridges(ctx context.Context, from, to scoring.Quarter) (found []QuarterBridge, missing []string, err error)
}

// BridgeOptions are what the pages on the CLV bridge and retention need.
type BridgeOptions struct {
	Bridges   Bridges
	Retention Retention
}

// bridgePages are the pages on the CLV bridge and retention.
func (s *staff) bridgePages() map[string]gin.HandlerFunc {
	pages := s.retentionPages()
	pages["/clv/bridge"] = s.bridge
	return pages
}

// quartersBridged is how many quarters the page shows where the address names none.
const quartersBridged = 4

// bridgeFound is what was worked out for the page.
type bridgeFound struct {
	Quarters []QuarterBridge
	Missing  []string
}

// bridgeData is the page.
type bridgeData struct {
	None    bool         // no quarter has both runs
	Lines   []bridgeLine // none beside not None: under way
	Missing []string     // quarters
}

type bridgeLine struct {
	QuarterBridge
	Picture template.HTML
	Steps   []part
	Parts   []bridgePart
}

type bridgePart struct {
	Name             string
	Opening, Closing postlift.Money
}

func (s *staff) bridge(c *gin.Context) {
	from, to, err := s.bridgedQuarters(c)
	if err != nil {
		if postlift.KindOf(err) == postlift.NotFound {
			s.empty(c, "clv", "clv")
			return
		}
		s.fail(c, err)
		return
	}
	page, data := view{Title: "bridge.title", Nav: "clv"}, bridgeData{}
	job := s.bridging.ask(c.Request.Context(), from.String()+to.String(), s.clock(), func(ctx context.Context) (f bridgeFound, err error) {
		f.Quarters, f.Missing, err = s.Bridges.Bridges(ctx, from, to)
		return f, err
	})
	switch {
	case job == nil || !job.wait(c.Request.Context(), patience):
		page.Refresh = refreshAfter
	case postlift.KindOf(job.err) == postlift.Conflict:
		data.None = true
	case job.err != nil:
		s.fail(c, job.err)
		return
	default:
		data.Missing, data.Lines = job.value.Missing, s.bridgeLines(job.value.Quarters, languageOf(c))
	}
	page.Data = data
	s.render(c, http.StatusOK, "bridge", page)
}

// bridgedQuarters reads which quarters the address asks for: the latest four where it names none.
func (s *staff) bridgedQuarters(c *gin.Context) (from, to scoring.Quarter, err error) {
	if to, err = s.Bridges.LatestQuarter(c.Request.Context()); err != nil {
		return from, to, err
	}
	if text := c.Query("to"); text != "" {
		if to, err = scoring.ParseQuarter(strings.TrimSpace(text)); err != nil {
			return from, to, err
		}
	}
	from = scoring.QuarterOf(to.First().AddMonths(-3 * (quartersBridged - 1)))
	if text := c.Query("from"); text != "" {
		if from, err = scoring.ParseQuarter(strings.TrimSpace(text)); err != nil {
			return from, to, err
		}
	}
	if months := to.First().DaysSince(from.First()); months < 0 || months > 12*366 {
		return from, to, postlift.Faultf(postlift.Invalid, "web.bridge", "from %s to %s is no stretch of up to twelve years", from, to)
	}
	return from, to, nil
}

// bridgeLines lays the quarters out, the latest first.
func (s *staff) bridgeLines(quarters []QuarterBridge, lang string) []bridgeLine {
	var lines []bridgeLine
	for i := len(quarters) - 1; i >= 0; i-- {
		q := quarters[i]
		money := func(minor int64) postlift.Money { return postlift.Money{Minor: minor, Currency: q.Money} }
		line := bridgeLine{QuarterBridge: q}
		p := s.picture(lang, "bridge-"+strings.ToLower(q.Quarter), "bridge.chart", "bridge.chart.lead")
		var bars []chart.Part
		for _, step := range q.Bridge.Steps {
			line.Steps = append(line.Steps, part{Key: "bridge." + step.Name, Amount: money(step.Amount), Total: step.Total})
			bars = append(bars, chart.Part{Label: p.texts.get("bridge." + step.Name), Value: money(step.Amount).Major(), Total: step.Total})
		}
		line.Picture = drawn(chart.Parts(p.frame, bars, p.money(q.Money)))
		for _, b := range q.By {
			line.Parts = append(line.Parts, bridgePart{b.Name, money(b.Line.Opening), money(b.Line.Closing)})
		}
		lines = append(lines, line)
	}
	return lines
}
