package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"postlift"
	"postlift/clv/scoring"
	"postlift/clv/segments"
)

// demoValue is what the demo's valuing came to.
type demoValue struct {
	Run       string                `json:"run"`
	Choice    *scoring.Choice       `json:"choice"` // of the models
	Band      *scoring.Band         `json:"total_band"`
	Tiers     []scoring.TierLine    `json:"tiers"`
	Stages    []scoring.Slice       `json:"stages"`
	Moves     []segments.Transition `json:"transitions"` // since a year ago
	Retention []segments.Point      `json:"retention"`   // of new customers, by quarters since the first
}

// score values the base as of a year ago and of today, each once: a resumed demo goes on from the run that it
// finds published.
func (d *demo) score(ctx context.Context) error {
	service := d.scoring(d.db, nil)
	run, err := d.db.PublishedRun(ctx)
	if postlift.KindOf(err) == postlift.NotFound {
		run, err = service.ScoreWith(ctx, scoring.Options{AsOf: d.AsOf.AddMonths(-12), NoBacktest: true}, postlift.System)
	}
	if err == nil && run.AsOf < d.AsOf {
		run, err = service.Score(ctx, d.AsOf, postlift.System)
	}
	if err != nil {
		return err
	}
	d.summary.Total = run.Total
	d.summary.Value = demoValue{Run: run.UID, Choice: run.Metrics.Choice, Band: run.Metrics.Band}
	d.tell("%d accounts valued: residual CLV %s over %d months%s", run.Accounts, run.Total.Format("en"), run.Horizon, between(run.Metrics.Band))
	for _, tell := range []func(context.Context, scoring.Run) error{d.tellModel, d.tellStages, d.tellRetention, d.tellBest} {
		if err := tell(ctx, run); err != nil {
			return err
		}
	}
	return nil
}

// between says where an amount lies.
func between(b *scoring.Band) string {
	if b == nil {
		return ""
	}
	return fmt.Sprintf(", with 90 %% probability between %s and %s", b.Low.Format("en"), b.High.Format("en"))
}

// tellModel says which model is used and why, and keeps the pictures of the test.
func (d *demo) tellModel(ctx context.Context, run scoring.Run) error {
	c := run.Metrics.Choice
	if c == nil {
		return nil
	}
	d.tell("  why this model: %s", c.Sentence)
	if c.Source != scoring.ChoiceBacktest {
		return nil
	}
	tested, err := d.db.LatestBacktest(ctx, c.TestedOn, c.TestedOn)
	if err != nil {
		return err
	}
	dir := filepath.Join(d.dir, "backtest")
	if _, err := writePictures(dir, backtestPictures(tested.Report, "en")); err != nil {
		return err
	}
	d.keep("charts of the backtest", dir)
	return nil
}

// tellStages says how the value spreads and how much of it is at risk.
func (d *demo) tellStages(ctx context.Context, run scoring.Run) error {
	answer, err := segmentation(ctx, d.db, run.UID, "")
	if err != nil {
		return err
	}
	v := &d.summary.Value
	v.Tiers, v.Stages = answer.Tiers, answer.Stages
	if len(v.Tiers) > 0 {
		t := v.Tiers[0]
		d.tell("  tier %s: %d accounts (%.0f %%) hold %.0f %% of the value", t.Tier, t.Accounts, t.AccountShare*100, t.ValueShare*100)
	}
	var parts []string
	total := max(float64(run.Total.Minor), 1)
	for _, s := range v.Stages {
		text := fmt.Sprintf("%d %s", s.Accounts, strings.ReplaceAll(s.Name, "_", " "))
		if s.Name == string(segments.AtRisk) {
			text += fmt.Sprintf(" (%s, %.0f %% of the value)", s.Total.Format("en"), 100*float64(s.Total.Minor)/total)
		}
		parts = append(parts, text)
	}
	d.tell("  stages: %s", strings.Join(parts, ", "))
	if answer.Moves != nil {
		v.Moves = answer.Moves.Rows
		worse, from := slipped(v.Moves)
		d.tell("  of %d accounts that were new, growing or mature a year ago, %d are at risk, lapsed or lost now", from, worse)
	}
	return nil
}

// slipped counts the accounts that were well, and those of them that are not any more.
func slipped(moves []segments.Transition) (worse, from int) {
	well := []segments.Stage{segments.New, segments.Growing, segments.Mature}
	for _, m := range moves {
		if !slices.Contains(well, m.From) {
			continue
		}
		from += m.Accounts
		if m.To != "" && !slices.Contains(well, m.To) {
			worse += m.Accounts
		}
	}
	return worse, from
}

// tellRetention says how customers and recurring revenue stay.
func (d *demo) tellRetention(ctx context.Context, run scoring.Run) error {
	c, err := d.db.Cohorts(ctx, run.AsOf)
	if err != nil {
		return err
	}
	revenue, err := d.db.RevenueRetention(ctx, run.AsOf)
	if err != nil {
		return err
	}
	d.summary.Value.Retention = c.Average
	var parts []string
	for _, p := range c.Average {
		if p.Later == 1 || p.Later%4 == 0 {
			parts = append(parts, fmt.Sprintf("%.0f %% after %d", p.Share*100, 3*p.Later))
		}
	}
	d.tell("  customers active again: %s months; recurring revenue kept over a year: %.0f %% gross, %.0f %% net",
		strings.Join(parts, ", "), revenue.Rates.GRR*100, revenue.Rates.NRR*100)
	return nil
}

// tellBest explains the most valuable account and what to offer it.
func (d *demo) tellBest(ctx context.Context, run scoring.Run) error {
	best, err := d.db.AccountsBy(ctx, scoring.AccountFilter{Limit: 1})
	if err != nil || len(best) == 0 {
		return err
	}
	answer, err := explained(ctx, d.app, d.db, best[0].UID)
	if err != nil || answer.Value == nil || answer.Explanation == nil {
		return err
	}
	text := fmt.Sprintf("  best account: %s (%s), %s%s", answer.Name, answer.ExternalID, answer.Value.Residual.Format("en"), between(answer.Value.Band))
	if offers := answer.Explanation.Adoptions; len(offers) > 0 {
		text += fmt.Sprintf("; offer it %s (%.0f %% take it up within %d months)", offers[0].Group, offers[0].Probability*100, run.Horizon)
	}
	d.tell("%s", text)
	return nil
}
