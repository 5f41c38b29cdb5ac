package campaigns

import (
	"postlift/campaigns/budget"
	"postlift/campaigns/lift"
)

// DefaultExploration is the share of pieces that a large base spends on learning where its definition names none,
// and LargeBase the number of accounts that passed the gate from which it does: on smaller bases exploring costs more
// than what it teaches earns.
const (
	DefaultExploration = .1
	LargeBase          = 50000
)

// uniformShare is how much is drawn from everybody left, as a share of what goes to Thompson draws: .02 beside .1.
const uniformShare = .2

// Displaced is the reason of accounts that were selected and gave way to exploration.
const Displaced Reason = "displaced"

// Exploration is what a plan spends on learning.
type Exploration struct {
	Share    float64 `json:"share"`             // of the pieces, for Thompson draws
	Thompson int     `json:"thompson"`          // accounts that a coin decided about
	Uniform  int     `json:"uniform"`           // accounts drawn from everybody left
	Off      string  `json:"off_why,omitempty"` // why nothing was explored
}

// tryOthers spends a share of the pieces on accounts that the model would leave out, so that what it is wrong about
// shows: some by a Thompson draw of the lift with the throw of a coin, a few drawn from everybody left.
func (p *planning) tryOthers() error {
	p.explored = Exploration{Share: p.Exploration}
	if p.Exploration == 0 || len(p.passed) < p.ExploreFrom {
		p.explored = Exploration{Off: "no_share"}
		if p.Exploration > 0 {
			p.explored.Off = "small_base"
		}
		return nil
	}
	e, err := budget.Explore(budget.Exploring{Items: p.items, Selected: *p.result, DrawnMinor: p.drawn(), Tariff: p.tariff,
		Limits: p.limited, Share: p.Exploration, Uniform: uniformShare * p.Exploration, MinBase: p.ExploreFrom, Salt: p.Salt})
	if err != nil {
		return err
	}
	if p.explored.Off = e.Off; e.Off != "" {
		p.explored.Share = 0
		return nil
	}
	for i, c := range p.passed {
		p.explore(c, e.Roles[i], e.Mailed[i], e.Propensity[i])
	}
	return nil
}

// explore notes what exploring made of an account.
func (p *planning) explore(c *Choice, role budget.Role, mailed bool, propensity float64) {
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
		c.Role, c.Stratum, c.Propensity = RoleExplore, "explore|all", propensity
		if mailed {
			c.Outcome, c.Reasons = Assigned, nil
			p.explored.Uniform++
		}
	case budget.RoleNone:
		if c.Outcome == OverCap {
			c.Propensity = propensity // everybody left could have been drawn
		}
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
