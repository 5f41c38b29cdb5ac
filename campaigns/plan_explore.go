package campaigns

import (
	"postlift/campaigns/budget"
	"postlift/campaigns/lift"
)

// DefaultExploration is the share of pieces that a large base spends on learning where its definition names none,
// and LargeBase the number of accounts that passed the gate from which it does: on smaller bases exploring costs more
// than what it teaches earns.
const (
	DefaultExploration = budget.ExploreShare
	LargeBase          = budget.ExploreMinBase
)

// fewestPairs is the number of pairs below which nothing is explored: they would teach nothing, and a handful of
// groups of their own propensity would weaken the estimate of all.
const fewestPairs = 10

// Displaced is the reason of accounts that were selected and gave way to exploration.
const Displaced Reason = "displaced"

// Exploration is what a plan spends on learning.
type Exploration struct {
	Share    float64 `json:"share"`             // of the pieces, for Thompson draws
	Thompson int     `json:"thompson"`          // accounts that a coin decided about, one mailed for one not
	Uniform  int     `json:"uniform"`           // accounts drawn from everybody left
	Off      string  `json:"off_why,omitempty"` // why nothing was explored
}

// tryOthers spends a share of the pieces on accounts that the model would leave out, so that what it is wrong about
// shows: some by a Thompson draw of the lift with the throw of a coin, a few drawn from everybody left.
func (p *planning) tryOthers() error {
	if p.Exploration == 0 || len(p.passed) < p.ExploreFrom {
		p.explored.Off = "no_share"
		if p.Exploration > 0 {
			p.explored.Off = "small_base"
		}
		return nil
	}
	uniform := p.Exploration * budget.ExploreUniform / budget.ExploreShare
	e, err := budget.Explore(budget.Exploring{Items: p.items, Selected: *p.result, DrawnMinor: p.drawn(), Tariff: p.tariff,
		Limits: p.limited, Share: p.Exploration, Uniform: min(uniform, .5-p.Exploration), MinBase: p.ExploreFrom, Salt: p.Salt})
	if err == nil && e.Off == "" && e.Thompson < fewestPairs {
		e.Off = "no_room"
	}
	if err != nil || e.Off != "" {
		p.explored.Off = e.Off
		return err
	}
	p.explored.Share = p.Exploration
	for i, c := range p.passed {
		p.tried(c, e.Roles[i], e.Mailed[i], e.Propensity[i])
	}
	return nil
}

// tried notes what exploring made of an account.
func (p *planning) tried(c *Choice, role budget.Role, mailed bool, propensity float64) {
	switch role {
	case budget.RoleDisplaced:
		c.Outcome, c.Reasons = OverCap, []Reason{Displaced}
	case budget.RoleThompson:
		c.Role, c.Stratum, c.Propensity, c.Reasons = RoleThompson, "explore|coin", propensity, nil
		if c.Outcome = HeldOut; mailed {
			c.Outcome = Assigned
		}
		p.explored.Thompson++
	case budget.RoleUniform:
		c.Role, c.Stratum, c.Propensity, c.Outcome, c.Reasons = RoleExplore, "explore|all", propensity, Assigned, nil
		p.explored.Uniform++
	case budget.RoleLeft:
		c.Propensity = propensity // not drawn, but could have been
	}
}

// drawn is what a letter to each account would add under one Thompson draw of the lift.
func (p *planning) drawn() []int64 {
	theta := p.model.Draw(lift.Uniforms(p.Salt, len(p.model.Features))...)
	values := make([]int64, len(p.passed))
	var z []float64
	for i, c := range p.passed {
		z = p.model.AppendZ(z, *c.traits)
		values[i] = int64(lift.Value(theta, float64(c.BaselineMinor), z))
	}
	return values
}
