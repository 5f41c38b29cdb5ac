package web

import (
	"context"
	"strings"

	"postlift"
	"postlift/campaigns"
	"postlift/campaigns/planner"
	"postlift/campaigns/rules"
)

// savedText and its change are the two versions of the saved rule.
const (
	savedText   = `clv.residual > 5000 and (country == "DE" or not in_segment("others")) and orders > 2`
	savedBefore = `clv.residual > 4000 and (country == "DE" or not in_segment("others")) and segment == "A"`
)

func version(text string, no int) campaigns.RuleVersion {
	tree, err := rules.Builtin().Parse(text)
	if err != nil {
		panic(err)
	}
	return campaigns.RuleVersion{ID: int64(no), UID: "rul_1", Name: hostile, Version: no, Text: tree.Text(), Tree: tree, CreatedAt: now, By: hostile}
}

func (f *fakes) savedRule() campaigns.SavedRule {
	return campaigns.SavedRule{RuleVersion: version(savedText, 2), SentenceEN: hostile, SentenceDE: hostile, Currency: "EUR",
		UsedBy: campaigns.RuleUse{Campaigns: f.list, Segments: []campaigns.Segment{{UID: "seg_1", Name: hostile}}, Rules: []string{hostile}}}
}

func (f *fakes) SavedRules(context.Context) ([]campaigns.SavedRule, error) {
	if f.unplanned {
		return nil, nil
	}
	own := f.savedRule()
	own.Name, own.UID, own.UsedBy = "campaign: "+hostile, "rul_2", campaigns.RuleUse{}
	return []campaigns.SavedRule{own, f.savedRule()}, nil
}

func (f *fakes) RuleHistory(_ context.Context, ref string) (campaigns.RuleHistory, error) {
	h := campaigns.RuleHistory{SavedRule: f.savedRule()}
	first, latest := version(savedBefore, 1), version(savedText, 2)
	h.Versions = []campaigns.RuleStep{{RuleVersion: latest, Changes: rules.Diff(first.Tree, latest.Tree)}, {RuleVersion: first}}
	switch ref {
	case "rul_2":
		h.Name = "campaign: " + hostile
	case "rul_1":
	default:
		return campaigns.RuleHistory{}, postlift.Faultf(postlift.NotFound, "test", "there is no saved rule %q", ref)
	}
	return h, nil
}

func (f *fakes) CheckRule(_ context.Context, text string) (campaigns.CheckedRule, error) {
	tree, err := rules.Builtin().Parse(text)
	if err != nil {
		return campaigns.CheckedRule{}, err
	}
	c := rules.Builtin()
	return campaigns.CheckedRule{Text: tree.Text(), Tree: tree, Currency: "EUR", Fields: []string{"clv.residual"}, Segments: tree.Segments(),
		SentenceEN: tree.Sentence(c, "en", "EUR"), SentenceDE: tree.Sentence(c, "de", "EUR")}, nil
}

func (f *fakes) CountRule(ctx context.Context, text string, asOf postlift.Date) (campaigns.RuleCount, error) {
	if f.count != nil {
		return f.count(ctx)
	}
	return campaigns.RuleCount{Text: text, AsOf: asOf, Accounts: 2000, Matched: 1234}, nil
}

func (f *fakes) Assess(ctx context.Context, ref string, _ postlift.Date, _ int) (planner.Assessment, error) {
	if f.assess != nil {
		return f.assess(ctx)
	}
	share := func(v float64) *float64 { return &v }
	words := planner.Words{EN: "You will know by then. " + hostile, DE: "Dann wissen Sie es. " + hostile}
	return planner.Assessment{Groups: 471, WindowDays: 90, InHome: today, Lift: planner.Lift{Mean: .15, SD: .15}, Baseline: eur(60_000), Gain: eur(9_000), Own: "holdout 20 %",
		Designs: []planner.Finding{
			{Name: "pairs", Label: planner.Words{EN: strings.Repeat("matched pairs ", 5), DE: strings.Repeat("gleichartige Paare ", 4)}, Groups: 471, Controls: 235, KnownOn: today.AddDays(90), Detectable: share(.13),
				DetectableLow: share(.09), DetectableHigh: share(.18), Power: .84, Works: .6, Coverage: .95, CoverageNone: .948, Cost: eur(4_500), Deferred: eur(0), Sufficient: true},
			{Name: "holdout 20 %", Label: planner.Words{EN: hostile, DE: hostile}, Groups: 471, Controls: 94, KnownOn: today.AddDays(90), Detectable: share(4.2), DetectableLow: share(2), DetectableHigh: share(9), Power: .2, Cost: eur(1_800), Deferred: eur(0)},
			{Name: "waves", Label: planner.Words{EN: "waves", DE: "Wellen"}, Groups: 471, KnownOn: today, Cost: eur(0), Deferred: eur(70)},
			{Name: "programme", Label: planner.Words{EN: "programme", DE: "Programm"}, Cost: eur(0), Deferred: eur(0), Impossible: planner.ShortHistory}},
		Leaving:  []planner.LeftOut{{Detectable: share(.13), Coverage: .95, Power: .84}, {TopPercent: 2.5, Share: .4, Coverage: .95}},
		Proposal: planner.Proposal{Kind: planner.ProposeDesign, Design: "pairs", Power: .84, KnownOn: today.AddDays(90), Cost: eur(4_500)},
		Sentence: words, Reasons: []planner.Words{words, words}}, nil
}
