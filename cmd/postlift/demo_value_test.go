package main

import (
	"strings"
	"testing"

	"postlift"
	"postlift/clv/scoring"
	"postlift/clv/segments"
)

// TestDemoTellsTheValue: the demo says which model it uses and why, where the total lies and what is at risk.
func TestDemoTellsTheValue(t *testing.T) {
	s := playDemo(t, t.TempDir())
	v := s.Value
	if v.Run == "" || v.Choice == nil || v.Choice.Source != scoring.ChoiceBacktest || v.Choice.Sentence == "" {
		t.Errorf("model %+v", v.Choice)
	}
	if v.Band == nil || v.Band.Low.Minor >= s.Total.Minor || s.Total.Minor >= v.Band.High.Minor {
		t.Errorf("total %v in %+v", s.Total, v.Band)
	}
	accounts := int64(0)
	for _, stage := range v.Stages {
		accounts += stage.Accounts
	}
	if accounts != 400 || len(v.Tiers) != 5 || len(v.Moves) == 0 || len(v.Retention) == 0 {
		t.Errorf("%d accounts in stages, %d tiers, %d moves, %d points of retention", accounts, len(v.Tiers), len(v.Moves), len(v.Retention))
	}
}

// TestDemoGoesOnFromTheEarlierRun: a demo that was interrupted between its two runs values today.
func TestDemoGoesOnFromTheEarlierRun(t *testing.T) {
	d, stop := companyOf(t, 1, 400)
	if _, err := d.scoring(d.db, nil).ScoreWith(t.Context(), scoring.Options{AsOf: d.AsOf.AddMonths(-12), NoBacktest: true}, postlift.System); err != nil {
		t.Fatal(err)
	}
	if err := d.score(t.Context()); err != nil {
		t.Fatal(err)
	}
	first, told := d.summary.Value, strings.Join(d.summary.lines, "\n")
	if run, err := d.db.PublishedRun(t.Context()); err != nil || run.AsOf != d.AsOf || len(first.Moves) == 0 {
		t.Errorf("published as of %s (%v), %d moves", run.AsOf, err, len(first.Moves))
	}
	d.summary.lines = nil
	if err := d.score(t.Context()); err != nil || d.summary.Value.Run != first.Run || !strings.HasSuffix(told, strings.Join(d.summary.lines, "\n")) {
		t.Errorf("a second time: %v, run %s, %q, before %q", err, d.summary.Value.Run, d.summary.lines, told)
	}
	stop()
}

// TestSlipped counts those who were well and are not any more; accounts that left the data are not among them.
func TestSlipped(t *testing.T) {
	worse, from := slipped([]segments.Transition{
		{From: segments.Mature, To: segments.AtRisk, Accounts: 3}, {From: segments.New, To: segments.Growing, Accounts: 5},
		{From: segments.Lapsed, To: segments.Lost, Accounts: 7}, {From: segments.Growing, To: "", Accounts: 2}, {From: "", To: segments.New, Accounts: 9},
	})
	if worse != 3 || from != 10 {
		t.Errorf("%d of %d", worse, from)
	}
}
