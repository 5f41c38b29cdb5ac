package web

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"postlift"
	"postlift/clv/scoring"
)

// acquisitionData is what customers cost beside what they are worth.
type acquisitionData struct {
	Run      scoring.Run
	New      *scoring.NewAccount // of the whole portfolio
	Channels []channelLine
	Segments []channelLine
}

// channelLine is a channel or segment with its cost and what may be paid for a new account of it.
type channelLine struct {
	scoring.Slice
	Spend *postlift.Money
	Leads *int64
	Won   *int64
	New   *scoring.NewAccount
	Over  bool // winning one costs more than it brings
}

func (s *staff) acquisition(c *gin.Context) {
	run, ok := s.published(c)
	if !ok {
		return
	}
	found, err := s.segmentation(c.Request.Context(), run)
	if err != nil {
		s.fail(c, err)
		return
	}
	data := acquisitionData{Run: run, Channels: channelLines(found.Channels, run, false), Segments: channelLines(found.Segments, run, true)}
	data.New = newAccount(run, "", "")
	s.render(c, http.StatusOK, "clv_acquisition", view{Title: "acquisition.title", Nav: "clv", Data: data})
}

// channelLines puts costs beside values. A channel that was paid for and won nobody stands last.
func channelLines(slices []scoring.Slice, run scoring.Run, segments bool) []channelLine {
	var lines []channelLine
	known := map[string]bool{}
	for _, l := range slices {
		line := channelLine{Slice: l}
		known[l.Name] = true
		if segments {
			line.New = newAccount(run, l.Name, "")
		} else {
			line.New = newAccount(run, "", l.Name)
			line.addCosts(run.Metrics.Channels)
		}
		line.Over = line.CPA != nil && line.BreakEven != nil && line.CPA.Minor > line.BreakEven.Minor
		lines = append(lines, line)
	}
	for _, m := range run.Metrics.Channels {
		if !segments && !known[m.Channel] {
			zero := postlift.Money{Currency: run.Currency}
			line := channelLine{Slice: scoring.Slice{Name: m.Channel, Total: zero, Mean: zero, CPA: m.CPA, Conversion: m.Conversion}}
			line.addCosts(run.Metrics.Channels)
			lines = append(lines, line)
		}
	}
	return lines
}

func (l *channelLine) addCosts(channels []scoring.ChannelMetrics) {
	for i := range channels {
		if m := &channels[i]; m.Channel == l.Name {
			l.Spend, l.Leads, l.Won = &m.Spend, m.Leads, &m.Won
		}
	}
}

// newAccount is what a newly won account of a segment or channel is worth; nil where the run does not say.
func newAccount(run scoring.Run, segment, channel string) *scoring.NewAccount {
	for i := range run.Metrics.NewAccounts {
		if n := &run.Metrics.NewAccounts[i]; n.Segment == segment && n.Channel == channel {
			return n
		}
	}
	return nil
}
