package campaigns

import (
	"context"
	"math"
	"slices"

	"postlift"
	"postlift/campaigns/lift"
	"postlift/campaigns/rules"
)

// traitFields are what planning reads of an account beside what the rules do.
type traitFields struct {
	alive, mailed, orders, revenue, basket *rules.Field
}

func (t *traitFields) find(c *rules.Catalogue) []*rules.Field {
	var found []*rules.Field
	for _, want := range []struct {
		name string
		into **rules.Field
	}{{"clv.p_alive", &t.alive}, {"days_since_last_mail", &t.mailed}, {"orders", &t.orders}, {"revenue_12m", &t.revenue}, {"clv.mean_order", &t.basket}} {
		if f, ok := c.Field(want.name); ok {
			*want.into = f
			found = append(found, f)
		}
	}
	return found
}

// numberOf is a number or the minor units of an amount; NaN where it is missing.
func numberOf(facts *rules.Facts, f *rules.Field) float64 {
	if f == nil {
		return math.NaN()
	}
	switch v := facts.Value(f, "").(type) {
	case float64:
		return v
	case postlift.Money:
		return float64(v.Minor)
	}
	return math.NaN()
}

// daysPerMonth turns days since the last letter into months.
const daysPerMonth = 365.25 / 12

// traits is what the lift of an account may depend on.
func (t *traitFields) traits(a *AccountFacts, ranks map[int]float64, affinity map[int64]float64) lift.Traits {
	number := func(f *rules.Field) float64 { return numberOf(a.Facts, f) }
	x := lift.Traits{Segment: a.Segment, MailAffinity: math.NaN(), FrequencyRank: math.NaN(), PAlive: number(t.alive), MonthsSincePiece: lift.NeverMailed}
	if share, known := affinity[a.AccountID]; known {
		x.MailAffinity = share
	}
	if days := number(t.mailed); !math.IsNaN(days) {
		x.MonthsSincePiece = days / daysPerMonth
	}
	if orders := number(t.orders); !math.IsNaN(orders) && ranks != nil {
		x.FrequencyRank = ranks[int(orders)]
	}
	return x
}

// measuredTraits are the traits that are counted over all accounts; they are frozen with every plan that can be learned
// from. Of contractual mail nothing is.
func (s *Service) measuredTraits(ctx context.Context, class Class, asOf postlift.Date) (ranks map[int]float64, affinity map[int64]float64, err error) {
	if class == Contractual {
		return nil, nil, nil
	}
	if ranks, err = s.store.OrderRanks(ctx); err != nil {
		return nil, nil, err
	}
	affinity, err = s.store.MailAffinity(ctx, asOf)
	return ranks, affinity, err
}

// candidates reads the accounts that the rule takes, and then what the gate needs of them.
func (s *Service) candidates(ctx context.Context, p *preparation, c Campaign, asOf postlift.Date) ([]Candidate, error) {
	catalogue := rules.Builtin().With(p.settings.Attributes)
	term, err := s.bind(ctx, p.rule.Tree, p.settings, asOf)
	if err != nil {
		return nil, err
	}
	p.fields = term.Fields()
	variantOf, err := s.variantRules(ctx, p, asOf)
	if err != nil {
		return nil, err
	}
	ranks, affinity, err := s.measuredTraits(ctx, c.Definition.Class, asOf)
	if err != nil {
		return nil, err
	}
	var own traitFields
	read := union(p.fields, own.find(catalogue))
	scale := float64(c.Definition.WindowDays) / float64(p.settings.Mail.WindowDays)
	var found []Candidate
	gate := s.gateReading(ctx, &p.input.Policy, asOf)
	defer gate.end()
	freezer := newFreezer(p.fields, p.settings.Currency)
	err = s.store.EachMatch(ctx, catalogue, term, read, asOf, func(a *AccountFacts) error {
		features, err := freezer.freeze(a.Facts)
		x := Candidate{AccountID: a.AccountID, Key: a.Key, GroupKey: a.GroupKey, Segment: a.Segment,
			ResidualMinor: a.ResidualMinor, BaselineMinor: postlift.RoundMinor(float64(a.WindowMinor-a.AgreedMinor) * scale),
			AgreedMinor: postlift.RoundMinor(float64(a.AgreedMinor) * scale), PreMarginMinor: a.PreMarginMinor, Traits: own.traits(a, ranks, affinity), Variant: variantOf(a.Facts), Features: features}
		if net := numberOf(a.Facts, own.revenue); !math.IsNaN(net) {
			x.PreNetMinor = postlift.RoundMinor(net)
		}
		if basket := numberOf(a.Facts, own.basket); basket > 0 {
			x.Basket = basket
		}
		found = append(found, x)
		gate.ahead(len(found))
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, postlift.Faultf(postlift.Invalid, "campaigns.Preview",
			"no account fulfils the rule %s as of %s: try `postlift rule count`, and `postlift rule explain` for an account that you expected%s", p.rule.Text, asOf, p.oldScoresHint())
	}
	return found, gate.add(found)
}

// gateReading reads what the gate needs of the accounts that the rule takes. Where these become many, it begins with
// what is read of all accounts anyway while the rule is still at work: two cores read sooner than one.
type gateReading struct {
	store Store
	ctx   context.Context
	end   context.CancelFunc
	p     Pressure
	read  func(accountIDs []int64) (Standings, Recipients, error)
}

// manyMatched is from how many accounts on the reading begins ahead. Below, it takes no time worth sharing.
const manyMatched = 20_000

func (s *Service) gateReading(ctx context.Context, policy *Policy, asOf postlift.Date) *gateReading {
	g := &gateReading{store: s.store, p: Pressure{AsOf: asOf, WithUnsent: true, Policy: policy}}
	g.ctx, g.end = context.WithCancel(ctx)
	return g
}

// ahead is told how many accounts are found.
func (g *gateReading) ahead(found int) {
	if found == manyMatched {
		g.read = g.store.GateFactsAhead(g.ctx, g.p)
	}
}

// add gives candidates what was read, all of them at once.
func (g *gateReading) add(found []Candidate) error {
	ids := make([]int64, len(found))
	for i := range found {
		ids[i] = found[i].AccountID
	}
	if g.read == nil {
		g.read = func(ids []int64) (Standings, Recipients, error) { return g.store.GateFacts(g.ctx, ids, g.p) }
	}
	standings, recipients, err := g.read(ids)
	if err != nil {
		return err
	}
	for i := range found {
		found[i].Standing, found[i].Recipients = standings.Of(ids[i]), recipients.Of(ids[i])
	}
	return nil
}

// variantRules compiles the rules of the variants; what it gives names the first variant whose rule takes an account.
func (s *Service) variantRules(ctx context.Context, p *preparation, asOf postlift.Date) (func(*rules.Facts) string, error) {
	type taker struct {
		name  string
		takes rules.Predicate
	}
	var takers []taker
	for _, v := range p.variants {
		if v.tree == nil {
			continue
		}
		term, err := s.bind(ctx, v.tree, p.settings, asOf)
		if err != nil {
			return nil, badField("variants", "%s: %s", v.Name, postlift.UserText(err))
		}
		p.fields = union(p.fields, term.Fields())
		takers = append(takers, taker{v.Name, term.Compile()})
	}
	return func(f *rules.Facts) string {
		for _, t := range takers {
			if t.takes(f) {
				return t.name
			}
		}
		return ""
	}, nil
}

// union joins fields, in the catalogue's order of names, each once.
func union(a, b []*rules.Field) []*rules.Field {
	all := slices.Clone(a)
	for _, f := range b {
		if !slices.Contains(all, f) {
			all = append(all, f)
		}
	}
	return all
}
