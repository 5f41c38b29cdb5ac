package campaigns

import (
	"postlift"
	"postlift/campaigns/budget"
	"postlift/campaigns/draw"
	"postlift/campaigns/lift"
)

// planning carries a plan from step to step.
type planning struct {
	PlanInput
	choices   []Choice // in order of account key
	model     lift.Model
	tariff    budget.Tariff // in the numbers of planned pieces, of which some are held out
	passed    []*Choice     // through the gate, key accounts apart, in order of key
	items     []budget.Item // the same, as the selection sees them
	keys      []*Choice     // always mailed
	limited   budget.Limits
	keysMinor int64 // what the key accounts take of the budget
	result    *budget.Result
	explored  Exploration
	strata    []draw.Stratum
	design    PlanDesign
	quoted    budget.Quote
	withheld  int64 // of the budget, after a selection whose letters cost more than reckoned
}

// tries bounds how often a plan is made with less money because what is mailed would cost more than the budget.
const tries = 12

// decide selects, explores, assigns and prices. The selection reckons with the average share that is not held out;
// where the draw leaves a region or a step short, the mailed cost more than reckoned, and where that is more than the
// budget the selection is made again with so much less.
func (p *planning) decide() error {
	if err := p.appraise(); err != nil {
		return err
	}
	for range tries {
		for _, step := range []func() error{p.selectBest, p.tryOthers, p.assign, p.quote} {
			if err := step(); err != nil {
				return err
			}
		}
		over := p.quoted.Total.Minor - p.BudgetMinor
		if p.BudgetMinor == 0 || over <= 0 {
			return nil
		}
		p.withheld = min(p.BudgetMinor-1, p.withheld+over+p.BudgetMinor/100)
		p.reset()
	}
	return postlift.Faultf(postlift.Invalid, "campaigns.Plan",
		"no selection keeps to the budget of %s: with the share that is held out, postage and print steps stay out of reach; raise the budget or leave the holdout away",
		postlift.Money{Minor: p.BudgetMinor, Currency: p.Currency}.Format("en"))
}

// reset takes back what decide has decided.
func (p *planning) reset() {
	p.keys, p.explored = nil, Exploration{}
	for i := range p.choices {
		c := &p.choices[i]
		if c.Outcome == Gated {
			continue
		}
		c.Outcome, c.Reasons, c.Stratum, c.Wave, c.Propensity, c.Rank = "", nil, "", 0, 0, 0
		if c.Role != RoleKey {
			c.Role = RoleRandomised
		}
	}
}
