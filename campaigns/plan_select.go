package campaigns

import (
	"cmp"
	"math"
	"slices"

	"postlift"
	"postlift/campaigns/budget"
	"postlift/campaigns/lift"
)

// appraise sets what a letter to each account that passed the gate is expected to add.
func (p *planning) appraise() error {
	var err error
	if p.Learned != nil {
		p.model = *p.Learned
	} else if p.model, err = lift.Prior(p.Lift, math.Max(math.Abs(p.Lift), 1e-6)); err != nil {
		return err
	}
	even := make([]float64, len(p.model.Features)) // nobody is known to differ from the average
	even[0] = 1
	share, doubt := p.model.Expected(1, even)
	var z []float64
	for i := range p.choices {
		c := &p.choices[i]
		if c.Outcome == Gated {
			continue
		}
		if p.Learned != nil {
			z = p.model.AppendZ(z, *c.traits)
			share, doubt = p.model.Expected(1, z)
		}
		c.Lift, c.LiftSD = share, doubt
		c.valueMinor = postlift.RoundMinor(float64(c.BaselineMinor) * share)
	}
	return nil
}

// plain is the tariff of the campaign: its own, or one price for each letter.
func (in *PlanInput) plain() budget.Tariff {
	t := budget.Flat(postlift.Money{Minor: in.PieceCostMinor, Currency: in.Currency})
	if in.Tariff != nil {
		t = in.Tariff.Settle(in.Currency)
	}
	if in.Policy.Class == Contractual {
		t = t.LetterOnly()
		t.Capacity = 0 // such letters are never cut; a preview warns beyond the vendor's capacity
	}
	return t
}

// stretched is the tariff in numbers of planned pieces: only the share that is not held out is printed, and with
// waves each is a print run of its own, so that a quantity is reached by that many more. Prices stay, so that what
// is selected never costs more than it was reckoned with.
func stretched(t budget.Tariff, kept float64, runs int) budget.Tariff {
	if kept >= 1 && runs <= 1 {
		return t
	}
	up := func(n int) int {
		if n <= 1 {
			return n
		}
		return int(math.Ceil(float64(n)*float64(runs)/kept - 1e-9))
	}
	t.Setup, t.MinOrder = t.Setup*budget.Price(runs), t.MinOrder*budget.Price(runs)
	t.Capacity *= runs // held-out accounts count towards it, as nobody knows yet who they are
	t.Production, t.Postage = slices.Clone(t.Production), slices.Clone(t.Postage)
	for i := range t.Production {
		steps := slices.Clone(t.Production[i].Steps)
		for j := range steps {
			steps[j].From = up(steps[j].From)
		}
		t.Production[i].Steps = steps
	}
	for i := range t.Postage {
		c := &t.Postage[i]
		c.Nationwide, c.Region, c.EasyFrom = up(c.Nationwide), up(c.Region), up(c.EasyFrom)
	}
	return t
}

// runs is the number of print runs.
func (in *PlanInput) runs() int {
	if in.Design == DesignWaves {
		return max(in.Waves, 1)
	}
	return 1
}

// selectBest takes the accounts that earn most under budget and capacity. Key accounts come first and are paid from
// the same budget.
func (p *planning) selectBest() error {
	p.tariff = stretched(p.plain(), 1-p.Holdout, p.runs())
	rest := make([]*Choice, 0, len(p.choices))
	var counts []budget.Count
	pieces := 0
	for i := range p.choices {
		switch c := &p.choices[i]; {
		case c.Outcome == Gated:
		case c.Role == RoleKey:
			p.keys = append(p.keys, c)
			counts, pieces = append(counts, c.count()), pieces+len(c.Contacts)
		default:
			rest = append(rest, c)
		}
	}
	limits, err := p.limits(counts, pieces)
	if err != nil {
		return err
	}
	p.limited = limits
	items := make([]budget.Item, len(rest))
	for i, c := range rest {
		items[i] = c.item()
	}
	result, err := budget.Select(items, p.tariff, limits)
	if err != nil {
		return err
	}
	verdicts, err := p.whyNobody(items, limits, &result)
	if err != nil {
		return err
	}
	p.result, p.items, p.passed = &result, items, rest
	for i, c := range rest {
		c.priced(result.CostsMinor[i])
		if v := verdicts[i]; !v.In() {
			c.Outcome, c.Reasons = OverCap, []Reason{Reason(v.String())}
		}
	}
	if err := p.priceKeys(); err != nil {
		return err
	}
	p.rank()
	return nil
}

// whyNobody is a selection's verdicts. A budget that does not even pay for what comes before the first letter leaves
// nobody, each of whom seems not to earn its cost; whoever would be taken without it is out for the budget.
func (p *planning) whyNobody(items []budget.Item, l budget.Limits, r *budget.Result) ([]budget.Verdict, error) {
	if l.BudgetMinor == 0 || slices.ContainsFunc(r.Verdicts, budget.Verdict.In) {
		return r.Verdicts, nil
	}
	l.BudgetMinor = 0
	if l.Mode == budget.ModeBudget {
		l.Mode, l.MinNetMinor = budget.ModeValue, 0
	}
	free, err := budget.Select(items, p.tariff, l)
	if err != nil {
		return nil, err
	}
	verdicts := slices.Clone(r.Verdicts)
	for i, v := range free.Verdicts {
		if v.In() {
			verdicts[i] = budget.OverBudget
		}
	}
	return verdicts, nil
}

// limits are what is left for the others once the key accounts are paid for.
func (p *planning) limits(keys []budget.Count, pieces int) (budget.Limits, error) {
	l := budget.Limits{Mode: budget.Mode(orDefault(p.Mode, ModeAll)), Top: p.Top, MinNetMinor: p.MinValueMinor,
		BudgetMinor: p.BudgetMinor - p.withheld, MaxPieces: p.MaxPieces}
	if len(keys) == 0 {
		return l, nil
	}
	quote, err := p.tariff.Cost(keys)
	if err != nil {
		return l, err
	}
	bad := func(what string, args ...any) error {
		return postlift.Faultf(postlift.Invalid, "campaigns.Plan", "the key accounts that are mailed always take "+what, args...)
	}
	p.keysMinor = quote.Total.Minor
	if p.BudgetMinor > 0 {
		if l.BudgetMinor -= quote.Total.Minor; l.BudgetMinor <= 0 {
			return l, bad("%s, which is all of the budget: raise it or declare fewer", quote.Total.Format("en"))
		}
	}
	if p.MaxPieces > 0 {
		if l.MaxPieces -= pieces; l.MaxPieces <= 0 {
			return l, bad("%d letters, which is all of max_pieces: raise it or declare fewer", pieces)
		}
	}
	if p.tariff.Capacity > 0 {
		if p.tariff.Capacity -= pieces; p.tariff.Capacity <= 0 {
			return l, bad("%d letters, which is all of the tariff's capacity: declare fewer", pieces)
		}
	}
	return l, nil
}

// priceKeys gives the key accounts the average cost of a letter of the whole plan, without the set-up.
func (p *planning) priceKeys() error {
	if len(p.keys) == 0 {
		return nil
	}
	var counts []budget.Count
	pieces := 0
	add := func(c *Choice) { counts, pieces = append(counts, c.count()), pieces+len(c.Contacts) }
	for _, c := range p.keys {
		add(c)
	}
	for _, c := range p.passed {
		if c.Outcome == "" {
			add(c)
		}
	}
	quote, err := uncapped(p.tariff).Cost(counts)
	if err != nil {
		return err
	}
	each := float64(quote.Total.Minor-p.tariff.Setup.Money(p.Currency).Minor) / float64(pieces)
	for _, c := range p.keys {
		c.priced(postlift.RoundMinor(each * float64(len(c.Contacts))))
	}
	return nil
}

// uncapped is a tariff without its capacity, for pricing what is chosen already.
func uncapped(t budget.Tariff) budget.Tariff {
	t.Capacity = 0
	return t
}

func (c *Choice) priced(minor int64) {
	c.CostMinor, c.ExpectedValueMinor = minor, c.valueMinor-minor
}

func (c *Choice) count() budget.Count {
	return budget.Count{Country: c.country, Region: c.region, Pieces: len(c.Contacts)}
}

func (c *Choice) item() budget.Item {
	return budget.Item{Key: c.Key, Group: c.GroupKey, Country: c.country, Region: c.region, Pieces: len(c.Contacts),
		ValueMinor: c.valueMinor, LiftSD: math.Abs(float64(c.BaselineMinor)) * c.LiftSD}
}

// rank numbers everybody who passed the gate by expected value after cost, then key.
func (p *planning) rank() {
	type place struct {
		value int64
		at    int
	}
	order := make([]place, 0, len(p.passed)+len(p.keys))
	for i := range p.choices {
		if c := &p.choices[i]; c.Outcome != Gated {
			order = append(order, place{c.ExpectedValueMinor, i})
		}
	}
	slices.SortFunc(order, func(a, b place) int { return cmp.Or(cmp.Compare(b.value, a.value), cmp.Compare(a.at, b.at)) })
	for i, o := range order {
		p.choices[o.at].Rank = i + 1
	}
}
