package campaigns

import (
	"strings"
	"testing"

	"postlift/campaigns/budget"
	"postlift/campaigns/planner"
)

// What the planner tries as the campaign's own design is what the plan draws for as many groups.
func TestPlannerTriesWhatThePlanDraws(t *testing.T) {
	share := func(v float64) *float64 { return &v }
	for name, c := range map[string]struct {
		d      Definition
		groups int
		own    string
		words  string
	}{
		"auto, small":       {Definition{HoldoutDesign: DesignAuto, Holdout: share(.2)}, SmallBase - 1, "pairs_of_5", ""},
		"auto, halves":      {Definition{HoldoutDesign: DesignAuto, Holdout: share(.5)}, 300, "pairs", ""},
		"auto, odd share":   {Definition{HoldoutDesign: DesignAuto, Holdout: share(.15)}, 300, "holdout_15", ""},
		"auto, large":       {Definition{HoldoutDesign: DesignAuto, Holdout: share(.2)}, SmallBase, "holdout_20", ""},
		"strata":            {Definition{HoldoutDesign: DesignStrata, Holdout: share(.1)}, 300, "holdout_10", ""},
		"pairs":             {Definition{HoldoutDesign: DesignPairs, Holdout: share(.25), Block: 4}, 9000, "pairs_of_4", ""},
		"waves":             {Definition{HoldoutDesign: DesignWaves, Holdout: share(0), Waves: 3, WaveDays: 90, WindowDays: 90}, 300, "waves_3", ""},
		"waves, closer":     {Definition{HoldoutDesign: DesignWaves, Holdout: share(0), Waves: 3, WaveDays: 14, WindowDays: 90}, 300, "", "14 days apart"},
		"none":              {Definition{HoldoutDesign: DesignNone, Holdout: share(0)}, 300, "", ""},
		"nobody to compare": {Definition{HoldoutDesign: DesignStrata, Holdout: share(0)}, 300, "", ""},
	} {
		own, unlike := c.d.measured(c.groups)
		got, words := "", ""
		if own != nil {
			got = own.Name()
		}
		if unlike != nil {
			words = unlike.EN
		}
		if got != c.own || !strings.Contains(words, c.words) || (words == "") != (c.words == "") {
			t.Errorf("%s: the planner tries %q (%s), want %q", name, got, words, c.own)
		}
		if own == nil {
			continue
		}
		in := PlanInput{Design: c.d.HoldoutDesign, Holdout: *c.d.Holdout, Block: c.d.Block, Waves: c.d.Waves}
		drawn := in.resolve(c.groups)
		kind := map[string]planner.Kind{DesignStrata: planner.Holdout, DesignPairs: planner.Pairs, DesignWaves: planner.InWaves}[drawn.Design]
		if kind != own.Kind || own.Kind == planner.Pairs && max(own.Block, 2) != drawn.Block || own.Kind == planner.Holdout && own.Share != drawn.Share {
			t.Errorf("%s: the plan draws %+v, the planner tries %+v", name, drawn, own)
		}
	}
}

// The record names, before anybody is mailed, the estimator that the report will read with, and what it leaves out.
func TestRecordNamesTheEstimator(t *testing.T) {
	for design, want := range map[string]string{DesignStrata: "cuped", DesignPairs: "blocked", DesignWaves: "waves", DesignNone: ""} {
		if got, words := (PlanDesign{Design: design, Block: 2, Waves: 2}).reading(Definition{WaveDays: 14}); got != want || words == "" {
			t.Errorf("%s is read by %q (%s), want %q", design, got, words, want)
		}
	}
	r := (&PlanInput{}).record(Definition{}, 90, Plan{Design: PlanDesign{Design: DesignPairs, Block: 2}, result: &budget.Result{}})
	if r.Estimator != "blocked" || strings.Join(r.LeftOut, ",") != "key,thompson,explore" || !strings.Contains(r.Estimand, "blocks of 2") {
		t.Errorf("%+v", r)
	}
}
