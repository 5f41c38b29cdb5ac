package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"postlift"
	"postlift/clv"
	"postlift/clv/scoring"
	"postlift/clv/segments"
)

// TestEveryAssumptionIsSaid: whatever a valued change takes for granted has its sentence in both languages.
func TestEveryAssumptionIsSaid(t *testing.T) {
	allExplained(t, constantsOf(t, filepath.Join("..", "..", "clv"), "Assume"), assumptionSentences)
	for _, step := range []string{clv.StepOrders, clv.StepCommitted, clv.StepRenewal, clv.StepExpansion, clv.StepService, clv.StepContact, clv.StepFulfil} {
		if w := stepWords[step]; w[0] == "" || w[1] == "" {
			t.Errorf("the part %q has no name", step)
		}
	}
}

func textOf(write func(*bytes.Buffer)) string {
	var b bytes.Buffer
	write(&b)
	return b.String()
}

func TestCohortsText(t *testing.T) {
	c := cohortsAnswer{Cohorts: scoring.Cohorts{AsOf: postlift.MustDate("2026-03-02"), Cohorts: []segments.Cohort{
		{Start: segments.QuarterOf(postlift.MustDate("2025-08-01")), Accounts: 120, Points: []segments.Point{{Later: 1, Share: .5}, {Later: 2, Share: .25}}},
		{Start: segments.QuarterOf(postlift.MustDate("2025-11-01")), Accounts: 19, Points: []segments.Point{{Later: 1, Share: 1}}},
	}, Average: []segments.Point{{Later: 1, Share: .57}, {Later: 2, Share: .25}}}}
	got := textOf(func(b *bytes.Buffer) { c.text(b) })
	for _, want := range []string{"+1  +2", "2025-Q3      120    50  25", "2025-Q4       19*  100", "fewer than 20 accounts", "active in a quarter in which it ordered"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// A change of contract where none runs is said in words, in both languages; so are data that end early.
func TestWarningsInWords(t *testing.T) {
	d := scoring.Difference{Account: &scoring.AccountRef{Name: "Muster GmbH"}, AsOf: "2026-03-02", Horizon: 36, NoContract: true, Assumed: []string{clv.AssumeSameHorizon}}
	for l, want := range map[language][]string{"en": {"no running contract to change", "months from 2026-03-02", "taken for granted: what comes"},
		"de": {"es läuft kein Vertrag", "Monate ab 02.03.2026", "vorausgesetzt: was nach"}} {
		got := textOf(func(b *bytes.Buffer) { printDifference(b, d, l) })
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("%s: no %q in\n%s", l, w, got)
			}
		}
	}
	e := scoring.EndsEarly{Of: scoring.EndOfOrders, NewestOn: postlift.MustDate("2026-06-29"), DaysBefore: 146}
	if got := textOf(func(b *bytes.Buffer) { printEnd(b, &e, "en") }); got != "the newest order is of 2026-06-29, 146 days before the date of this valuation: give --as-of, or import what is missing\n" {
		t.Errorf("%q", got)
	}
	if got := textOf(func(b *bytes.Buffer) { printEnd(b, &e, "de") }); !strings.HasPrefix(got, "die neueste Bestellung ist vom 29.06.2026, 146 Tage vor dem Stichtag") {
		t.Errorf("%q", got)
	}
}
