package campaigns

import (
	"cmp"
	"slices"

	"postlift"
)

// PlannedWave is one wave of a plan, as it is planned: accounts, groups and letters of the mailed.
type PlannedWave struct {
	Wave     int           `json:"wave"` // 1-based
	Accounts int           `json:"accounts"`
	Groups   int           `json:"groups"`
	Letters  int           `json:"letters"`
	DueOn    postlift.Date `json:"due_on"` // counted from the plan's date; anew once the first is posted
}

// PlannedVariant is how much of a plan goes out as one of its letters; "" is the campaign's own design.
type PlannedVariant struct {
	Variant  string `json:"variant"`
	Accounts int    `json:"accounts"`
	Letters  int    `json:"letters"`
}

// waves counts the mailed by wave, in their order; nil where the plan has none.
func (p *Plan) waves(asOf postlift.Date, days int) []PlannedWave {
	if p.Design.Design != DesignWaves {
		return nil
	}
	found := make([]PlannedWave, max(p.Design.Waves, 1))
	groups := make([]map[string]bool, len(found))
	for i := range found {
		found[i].Wave, found[i].DueOn, groups[i] = i+1, asOf.AddDays(i*days), map[string]bool{}
	}
	for i := range p.Choices {
		if c := &p.Choices[i]; c.Outcome == Assigned {
			w := min(max(c.Wave-1, 0), len(found)-1) // whoever was drawn beside the waves goes with the first
			found[w].Accounts++
			found[w].Letters += len(c.Contacts)
			groups[w][c.GroupKey] = true
		}
	}
	for i := range found {
		found[i].Groups = len(groups[i])
	}
	return found
}

// variants counts the mailed by letter, in the order of the names; nil where the campaign has one letter only.
func (p *Plan) variants(of []PlanVariant) []PlannedVariant {
	if len(of) == 0 {
		return nil
	}
	counts := map[string]*PlannedVariant{}
	for _, v := range of {
		counts[v.Name] = &PlannedVariant{Variant: v.Name}
	}
	for i := range p.Choices {
		if c := &p.Choices[i]; c.Outcome == Assigned {
			if counts[c.Variant] == nil {
				counts[c.Variant] = &PlannedVariant{Variant: c.Variant}
			}
			counts[c.Variant].Accounts++
			counts[c.Variant].Letters += len(c.Contacts)
		}
	}
	found := make([]PlannedVariant, 0, len(counts))
	for _, v := range counts {
		found = append(found, *v)
	}
	slices.SortFunc(found, func(a, b PlannedVariant) int { return cmp.Compare(a.Variant, b.Variant) })
	return found
}

// nextUnit is what one more unit of the currency would earn by the plan's expectation.
func (p *Plan) nextUnit() postlift.Money { return postlift.FromMajor(p.result.Lambda, p.Cost.Currency) }

// withoutEarnings takes away what letters are expected to earn: contractual ones go out because they must.
func (o *Outlook) withoutEarnings() {
	o.Gain, o.Holdout, o.NextUnit = Span{}, postlift.Money{}, postlift.Money{}
	for i := range o.Samples {
		s := &o.Samples[i]
		s.Rank, s.Expected = 0, nil
		s.Sentence = s.Words("en")
	}
}
