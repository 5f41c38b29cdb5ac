package campaigns

import (
	"strings"
	"testing"

	"postlift/campaigns/planner"
)

// Before approval the plan says what the simulation of its interval found; where there is none, the number of held-out
// groups speaks as before.
func TestTrustWarnings(t *testing.T) {
	before := func() []Warning {
		return []Warning{warned(warnFewControls, 120, minControls), warned(warnFewAccounts, 9)}
	}
	worst := planner.LiftCoverage{Coverage: .9312, TooHigh: .0617}
	for name, c := range map[string]struct {
		trust *planner.Trust
		codes string
	}{
		"nobody held out": {nil, "few_controls few_accounts"},
		"no past":         {&planner.Trust{Impossible: planner.ShortHistory}, "few_controls few_accounts"},
		"trusted":         {&planner.Trust{Trusted: true}, "few_accounts"},
		"not trusted":     {&planner.Trust{Worst: worst}, "few_accounts interval_not_trusted"},
	} {
		var codes []string
		list := trustWarnings(before(), c.trust)
		for _, w := range list {
			codes = append(codes, w.Code)
		}
		if got := strings.Join(codes, " "); got != c.codes {
			t.Errorf("%s: %s, want %s", name, got, c.codes)
		}
		if last := list[len(list)-1]; last.Code == warnNotTrusted && (!strings.Contains(last.Text, "in 931 of 1,000 draws") || !strings.Contains(last.Words("de"), "in 62 ganz darüber")) {
			t.Errorf("%q, %q", last.Text, last.Words("de"))
		}
	}
}

// The design that is tried for trust is the one that the plan drew.
func TestTriedDesign(t *testing.T) {
	for want, d := range map[string]PlanDesign{
		"holdout_20": {Design: DesignStrata, Share: .2}, "pairs": {Design: DesignPairs, Share: .5, Block: 2},
		"pairs_of_5": {Design: DesignPairs, Share: .2, Block: 5}, "waves_6": {Design: DesignWaves, Waves: 6},
	} {
		if got := d.tried(); got == nil || got.Name() != want {
			t.Errorf("%+v is tried as %+v", d, got)
		}
	}
	if got := (PlanDesign{Design: DesignNone}).tried(); got != nil {
		t.Errorf("nobody held out is tried as %+v", got)
	}
}
