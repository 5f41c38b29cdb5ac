package web

import (
	"context"
	"html/template"
	"math"
	"net/http"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"postlift/campaigns"
	"postlift/internal/web/chart"
)

// Segments reads saved rules with their members; campaigns.Service does.
type Segments interface {
	// SegmentStates lists every segment with its latest build, by name.
	SegmentStates(ctx context.Context) ([]campaigns.SegmentState, error)
	// SegmentState is one segment by its name or id.
	SegmentState(ctx context.Context, ref string) (campaigns.SegmentState, error)
	// SegmentMembers lists members, the most valuable first.
	SegmentMembers(ctx context.Context, segment campaigns.Segment, limit int) ([]campaigns.SegmentMember, error)
	// SegmentBuilds lists the latest builds, the newest first.
	SegmentBuilds(ctx context.Context, segment campaigns.Segment, limit int) ([]campaigns.SegmentBuild, error)
	// DiffSegment compares the latest build (to 0) with the one before (from -1).
	DiffSegment(ctx context.Context, ref string, from, to, limit int) (campaigns.SegmentDiff, error)
}

// How much a segment's page shows.
const (
	membersShown = 25
	buildsShown  = 13
	movesShown   = 15
)

// segmentLine is a segment in the list.
type segmentLine struct {
	campaigns.SegmentState
	Sentence string
}

func (s *staff) segmentList(c *gin.Context) {
	states, err := s.campaigns.SegmentStates(c.Request.Context())
	if err != nil {
		s.fail(c, err)
		return
	}
	if len(states) == 0 {
		s.empty(c, "segments", "segpage")
		return
	}
	lines := make([]segmentLine, len(states))
	for i := range states {
		lines[i] = segmentLine{states[i], sentenceOf(&states[i], languageOf(c))}
	}
	s.render(c, http.StatusOK, "rule_segments", view{Title: "segpage.title", Nav: "segments", Data: lines})
}

func sentenceOf(state *campaigns.SegmentState, lang string) string {
	if lang == "de" {
		return state.SentenceDE
	}
	return state.SentenceEN
}

// segmentData is one segment with its members and what its builds changed.
type segmentData struct {
	State     campaigns.SegmentState
	Rule      *clause
	Members   []campaigns.SegmentMember
	Builds    []campaigns.SegmentBuild // the newest first
	Chart     template.HTML            // empty before the second build
	Diff      *campaigns.SegmentDiff   // nil before the second build
	Hidden    int64                    // moves that Diff does not list
	Objectors int64                    // members at whom nobody may be sent advertising because of objections
	Next      todo                     // empty where the segment is up to date
}

func (s *staff) segment(c *gin.Context) {
	data, err := s.segmentData(c)
	if err != nil {
		s.fail(c, err)
		return
	}
	s.render(c, http.StatusOK, "rule_segment", view{Title: "segpage.name", Subject: data.State.Name, Nav: "segments", Data: data})
}

func (s *staff) segmentData(c *gin.Context) (data segmentData, err error) {
	ctx, lang := c.Request.Context(), languageOf(c)
	if data.State, err = s.campaigns.SegmentState(ctx, c.Param("id")); err != nil {
		return data, err
	}
	if n := data.State.Objectors; n != nil {
		data.Objectors = *n
	}
	catalogue, err := s.campaigns.Catalogue(ctx)
	if err != nil {
		return data, err
	}
	data.Rule = clauseOf(catalogue, data.State.Rule.Tree, lang, data.State.Currency)
	if len(data.State.Stale) > 0 {
		data.Next = todo{Text: "segpage.build", Command: "postlift segment build " + data.State.UID}
	}
	if data.Members, err = s.campaigns.SegmentMembers(ctx, data.State.Segment, membersShown); err != nil {
		return data, err
	}
	if data.Builds, err = s.campaigns.SegmentBuilds(ctx, data.State.Segment, buildsShown); err != nil || len(data.Builds) < 2 {
		return data, err
	}
	data.Chart = s.movesChart(data.Builds, lang)
	diff, err := s.campaigns.DiffSegment(ctx, data.State.UID, -1, 0, movesShown)
	data.Diff, data.Hidden = &diff, diff.Entered+diff.Left-int64(len(diff.Moves))
	return data, err
}

// movesChart draws entries and exits of each build but the first, whose members are all entries.
func (s *staff) movesChart(builds []campaigns.SegmentBuild, lang string) template.HTML {
	p := s.picture(lang, "moves", "segpage.moves", "segpage.moves.lead")
	columns := []chart.Column{{Name: p.texts.get("segpage.entered"), Kind: chart.Treated}, {Name: p.texts.get("segpage.left"), Kind: chart.Holdout}}
	var groups []chart.Group
	for _, b := range slices.Backward(builds) {
		if b.No > 1 {
			groups = append(groups, chart.Group{Label: strconv.Itoa(b.No), Values: []float64{float64(b.Entered), float64(b.Left)}})
		}
	}
	count := func(f float64) string { // the axis of a few accounts has halves
		if f != math.Round(f) {
			return decimal(f, 1, lang)
		}
		return p.count(f)
	}
	return drawn(chart.Columns(p.frame, columns, groups, count, p.texts.get("segpage.no")))
}

// Took writes how long a build took.
func (v *view) Took(ms int64) string {
	if ms < 1000 {
		return v.T("segpage.duration.ms", ms)
	}
	return v.T("segpage.duration.s", v.Decimal(float64(ms)/1000, 1))
}
