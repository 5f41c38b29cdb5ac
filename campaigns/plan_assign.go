package campaigns

import (
	"fmt"
	"math"
	"slices"

	"postlift"
	"postlift/campaigns/budget"
	"postlift/campaigns/draw"
)

// SmallBase is the number of planned groups below which DesignAuto matches groups in blocks: there the unbalanced
// arms of a stratified draw are what makes intervals miss, and neighbours by the margin of the year before are
// the best comparison that there is.
const SmallBase = 5000

// PlanDesign is how the holdout was drawn, and why so.
type PlanDesign struct {
	Design string  `json:"design"` // strata, pairs, waves, none
	Share  float64 `json:"share"`  // held out
	Block  int     `json:"block,omitempty"`
	Waves  int     `json:"waves,omitempty"`
	Why    string  `json:"why"`
}

// resolve settles the design for a number of planned groups.
func (in *PlanInput) resolve(groups int) PlanDesign {
	d := PlanDesign{Design: orDefault(in.Design, DesignStrata), Share: in.Holdout, Why: "as the campaign says"}
	block := int(math.Round(1 / math.Max(in.Holdout, .05)))
	exact := math.Abs(float64(block)*in.Holdout-1) < 1e-9
	switch {
	case d.Design == DesignWaves:
		d.Waves = in.Waves
	case in.Holdout == 0 || d.Design == DesignNone:
		d.Design, d.Why = DesignNone, "nobody is held out"
	case d.Design == DesignPairs:
		d.Block = in.Block
	case d.Design != DesignAuto:
	case groups < SmallBase && exact:
		d.Design, d.Block = DesignPairs, block
		d.Why = fmt.Sprintf("auto: below %d groups every block of %d neighbours by margin of the year before holds one out", SmallBase, block)
	case groups < SmallBase:
		d.Design = DesignStrata
		d.Why = fmt.Sprintf("auto: %g cannot be held out by blocks of equal size, so strata of value and segment are drawn from", in.Holdout)
	default:
		d.Design = DesignStrata
		d.Why = fmt.Sprintf("auto: from %d groups on strata of value and segment are drawn from", SmallBase)
	}
	return d
}

// assign draws the holdout within the planned, whole groups at a time. A group stands in the segment of its
// best-ranked account. Key accounts and those that exploration took are not drawn.
func (p *planning) assign() error {
	var units []draw.Unit
	var best []int // rank
	at := map[string]int{}
	var planned []*Choice
	for _, c := range p.passed {
		if c.Outcome != "" || c.Role != RoleRandomised {
			continue
		}
		planned = append(planned, c)
		i, known := at[c.GroupKey]
		if !known {
			i = len(units)
			at[c.GroupKey] = i
			units, best = append(units, draw.Unit{Key: c.GroupKey, Segment: c.segment}), append(best, c.Rank)
		}
		units[i].Value += float64(c.ResidualMinor)
		units[i].Pre += float64(c.PreMarginMinor)
		if c.Rank < best[i] {
			best[i], units[i].Segment = c.Rank, c.segment
		}
	}
	p.design = p.resolve(len(units))
	arms, err := p.draw(units)
	if err != nil {
		return err
	}
	for _, c := range planned {
		arm := &arms[at[c.GroupKey]]
		c.Outcome, c.Stratum, c.Propensity, c.Wave = Assigned, arm.Stratum, arm.Propensity, arm.Wave
		if arm.Held {
			c.Outcome = HeldOut
		}
	}
	p.assignKeys()
	return nil
}

func (p *planning) draw(units []draw.Unit) ([]draw.Arm, error) {
	r := draw.Request{Salt: p.Salt, Design: draw.Design(p.design.Design), Share: p.Holdout, Block: p.design.Block, Waves: p.design.Waves}
	if p.design.Design == DesignNone {
		r.Design, r.Share = draw.Strata, 0
	}
	arms, strata, err := draw.Assign(units, r)
	p.strata = strata
	return arms, err
}

// assignKeys mails the key accounts; with waves in the first.
func (p *planning) assignKeys() {
	for _, c := range p.keys {
		c.Outcome, c.Propensity = Assigned, 1
		if p.design.Design == DesignWaves {
			c.Wave = 1
		}
	}
}

// quote prices what is mailed, each wave as a print run of its own.
func (p *planning) quote() error {
	counts := make([]map[budget.Count]int, p.runs())
	for i := range counts {
		counts[i] = map[budget.Count]int{}
	}
	for i := range p.choices {
		if c := &p.choices[i]; c.Outcome == Assigned {
			counts[max(c.Wave-1, 0)][budget.Count{Country: c.country, Region: c.region}] += len(c.Contacts)
		}
	}
	tariff := uncapped(p.plain()) // the selection has seen to it
	for run, places := range counts {
		list := make([]budget.Count, 0, len(places)) // the quote does not depend on their order
		for place, n := range places {
			place.Pieces = n
			list = append(list, place)
		}
		q, err := tariff.Cost(list)
		if err != nil {
			return err
		}
		if run == 0 {
			p.quoted = q
			continue
		}
		p.quoted = joined(p.quoted, q)
	}
	return nil
}

// joined is the quote of two print runs: like parts are added up. What would be cheaper with more pieces is said of
// each run by itself and not repeated here.
func joined(a, b budget.Quote) budget.Quote {
	sum := budget.Quote{Pieces: a.Pieces + b.Pieces, Total: postlift.Money{Minor: a.Total.Minor + b.Total.Minor, Currency: a.Total.Currency},
		Parts: slices.Clone(a.Parts), Postings: slices.Concat(a.Postings, b.Postings)}
	for _, part := range b.Parts {
		like := func(x budget.Part) bool {
			return x.Code == part.Code && x.Name == part.Name && x.Country == part.Country && x.Terms == part.Terms && x.Each == part.Each
		}
		if i := slices.IndexFunc(sum.Parts, like); i >= 0 {
			sum.Parts[i].Pieces += part.Pieces
			sum.Parts[i].Amount.Minor += part.Amount.Minor
			continue
		}
		sum.Parts = append(sum.Parts, part)
	}
	return sum
}
