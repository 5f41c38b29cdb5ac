package coverage

import (
	"fmt"
	"slices"

	"postlift/campaigns/planner"
	"postlift/campaigns/planner/world"
)

// plan is what the product proposes for one list, and how far it says that it may be trusted.
type plan struct {
	world   *world.World
	design  planner.Design
	repeats int
	kind    string
	trusted bool
	none    bool
}

// proposed tries what the planner proposes for lists of a size: a list a batch.
func proposed(companies int) Design {
	d := Design{Name: fmt.Sprintf("proposed_%d", companies), What: fmt.Sprintf("what the planner proposes for %d companies", companies), Companies: companies, Bar: Bar}
	d.begin = func(d Design, s *Settings, batch int) (any, error) {
		return propose(d, s.Seed+uint64(batch)*0x9e3779b97f4a7c15)
	}
	d.play = (*play).asProposed
	return d
}

func propose(d Design, seed uint64) (*plan, error) {
	w := world.New(seed, world.Hard, d.Companies, windowDays, 7)
	in := w.Input(planner.Lift{Mean: .25, SD: .125}, seed)
	in.TopPercents = []float64{0}
	a, err := planner.Assess(in)
	if err != nil {
		return nil, err
	}
	p := &plan{world: w, kind: a.Proposal.Kind, repeats: max(a.Proposal.Repeats, 1)}
	name := a.Proposal.Design
	if a.Proposal.Kind == planner.ProposeNothing {
		name = a.Proposal.Closest
	}
	i := slices.IndexFunc(a.Designs, func(f planner.Finding) bool { return f.Name == name })
	if i < 0 {
		p.none = true
		return p, nil
	}
	p.design = a.Designs[i].Design
	t, err := planner.TrustOf(in, p.design)
	p.trusted = t.Trusted
	return p, err
}

func (p *play) asProposed() error {
	plan := p.prepared.(*plan)
	for _, lift := range Lifts {
		metric := plan.metric()
		if plan.none {
			p.tally.none(metric, lift, "cannot be measured")
			continue
		}
		salt := fmt.Sprintf("coverage|%x", p.rng.Uint64())
		o, err := plan.happens(p, salt, lift)
		if err != nil {
			return err
		}
		if o.Refused != "" {
			p.tally.none(metric, lift, o.Refused)
			continue
		}
		p.tally.see(metric, lift, spanOf(o.Estimate), o.Truth, plan.marks()...)
	}
	return nil
}

// happens is one campaign, or one row of repeats, as planned.
func (p *plan) happens(by *play, salt string, lift float64) (world.Outcome, error) {
	if p.repeats > 1 {
		return p.world.Pooled(by.rng, p.design, p.repeats, salt, lift)
	}
	return p.world.Campaign(by.rng, p.design, salt, lift)
}

// metric tells what is proposed from the closest design of lists for which nothing is.
func (p *plan) metric() string {
	if p.kind == planner.ProposeNothing {
		return "closest design, as nothing is proposed"
	}
	return "gain, as proposed"
}

func (p *plan) marks() (m []string) {
	if p.kind == planner.ProposeNothing {
		m = append(m, "cannot be measured")
	}
	if !p.trusted {
		m = append(m, "indicative")
	}
	return m
}
