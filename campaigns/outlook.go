package campaigns

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"postlift"
	"postlift/campaigns/budget"
	"postlift/campaigns/draw"
)

// Outlook is what a person reads before approving a plan. It is stored with the run and never changes.
type Outlook struct {
	Quote       budget.Quote     `json:"quote"`                       // of the mailed, part by part
	Gain        Span             `json:"expected_gain,omitzero"`      // margin that the letters are expected to add, less their cost; left out for contractual ones, as are the next two
	Holdout     postlift.Money   `json:"holdout_value,omitzero"`      // expected value given up by not mailing the held-out
	NextUnit    postlift.Money   `json:"value_of_next_unit,omitzero"` // expected net value of one more unit of money; 0 where no budget binds
	Next        *Alternative     `json:"with_1000_more"`              // null where no budget was set
	Cut         *Alternative     `json:"with_20_percent_less"`        // of what the plan costs; null where it costs nothing
	Curve       []CurvePoint     `json:"curve,omitempty"`             // value by budget
	Point       *CurvePoint      `json:"curve_point,omitempty"`       // this plan on the curve
	KeyAccounts *KeyShare        `json:"key_accounts"`                // null where none is declared
	Exploration Exploration      `json:"exploration"`
	Waves       []PlannedWave    `json:"waves,omitempty"`    // of a plan in waves
	Variants    []PlannedVariant `json:"variants,omitempty"` // of a campaign of several letters
	Samples     []Sample         `json:"samples"`
	Warnings    []Warning        `json:"warnings"`
}

// Span is an expectation with its 90 per cent interval.
type Span struct {
	Value postlift.Money `json:"value"`
	Low   postlift.Money `json:"low"`
	High  postlift.Money `json:"high"`
}

// Alternative is what another budget would change. Money and numbers are differences to the plan, of all who
// would be planned, the held-out among them.
type Alternative struct {
	Budget   postlift.Money `json:"budget"` // the other budget
	Letters  int            `json:"letters"`
	Accounts int            `json:"accounts"`
	Cost     postlift.Money `json:"cost"`
	Gain     Span           `json:"gain"` // of the expected value after cost; negative: a loss
}

// CurvePoint is what one budget would buy.
type CurvePoint struct {
	Budget   postlift.Money `json:"budget"`
	Cost     postlift.Money `json:"cost"`
	Net      postlift.Money `json:"net"` // expected value after cost
	Letters  int            `json:"letters"`
	Accounts int            `json:"accounts"`
}

// KeyShare tells how much the estimate leaves out with the key accounts.
type KeyShare struct {
	Mailed       int     `json:"mailed"`        // accounts mailed always
	Spared       int     `json:"spared"`        // accounts that the gate spares as key accounts
	RevenueShare float64 `json:"revenue_share"` // of both, in the revenue of the 12 months before of all matched accounts
	MarginShare  float64 `json:"margin_share"`  // the same in margin
}

// Sample is one account of a plan, for people to see whether the plan does what they think.
type Sample struct {
	AccountUID string          `json:"account_id"`
	Account    string          `json:"account"` // its name today, looked up when a plan is read, so that it can be erased
	ExternalID string          `json:"external_id"`
	Outcome    string          `json:"outcome"`
	Role       string          `json:"role,omitempty"`
	Reasons    []Reason        `json:"reasons"`
	Rank       int             `json:"rank,omitempty"`
	Variant    string          `json:"variant,omitempty"`
	Wave       int             `json:"wave,omitempty"`
	Letters    int             `json:"letters,omitempty"`
	Expected   *postlift.Money `json:"expected_value,omitempty"`
	Cost       *postlift.Money `json:"cost,omitempty"`
	Sentence   string          `json:"sentence"` // in English; Words gives it in the reader's language

	accountID int64
}

// z90 is the normal quantile of a two-sided 90 per cent interval.
const z90 = 1.6448536269514722

// outlook tells what a plan promises, without its warnings.
func (p *Plan) outlook(in *PlanInput) Outlook {
	o := Outlook{Quote: p.Quote, Holdout: heldValue(*p), Gain: p.gain(), Exploration: p.Explored, KeyAccounts: p.keyShare(in),
		NextUnit: p.nextUnit(), Samples: p.samples(in.Salt), Warnings: []Warning{}}
	if in.Policy.Class == Contractual {
		return o
	}
	if in.BudgetMinor > 0 {
		next := p.alternative(p.result.Next(p.thousand()))
		o.Next = &next
	}
	if share, ok := p.cutShare(in.BudgetMinor); ok {
		cut := p.alternative(p.result.Cut(share))
		o.Cut = &cut
	}
	for _, c := range p.result.Curve(curvePoints) {
		o.Curve = append(o.Curve, CurvePoint{Budget: p.money(c.BudgetMinor + p.keysMinor), Cost: p.money(c.CostMinor), Net: p.money(c.NetMinor),
			Letters: c.Pieces, Accounts: c.Accounts})
	}
	r := p.result
	o.Point = &CurvePoint{Budget: p.money(r.Quote.Total.Minor + p.keysMinor), Cost: r.Quote.Total, Net: r.Net, Letters: r.Quote.Pieces, Accounts: r.Accounts}
	return o
}

// lessByCut is how much less money the outlook tries, as a share of what the plan costs.
const lessByCut = .2

// cutShare is the share by which the selection's budget must shrink so that four fifths of what is spent now are
// left: a cut of a budget that is not used up would change nothing. The key accounts are paid whatever is left, so
// they do not shrink.
func (p *Plan) cutShare(budgetMinor int64) (float64, bool) {
	cost := float64(p.result.Quote.Total.Minor)
	if cost <= 0 {
		return 0, false
	}
	if budget := float64(budgetMinor - p.keysMinor); budget > cost {
		return 1 - (1-lessByCut)*cost/budget, true
	}
	return lessByCut, true
}

// curvePoints is how many budgets the curve of value by budget shows.
const curvePoints = 20

func (p *Plan) money(minor int64) postlift.Money {
	return postlift.Money{Minor: minor, Currency: p.Cost.Currency}
}

// thousand is 1,000 in the plan's currency.
func (p *Plan) thousand() int64 { return postlift.FromMajor(1000, p.Cost.Currency).Minor }

func (p *Plan) alternative(c budget.Change) Alternative {
	return Alternative{Budget: p.money(c.BudgetMinor + p.keysMinor), Letters: c.Pieces, Accounts: c.Accounts, Cost: p.money(c.CostMinor),
		Gain: Span{p.money(c.GainMinor), p.money(c.LowMinor), p.money(c.HighMinor)}}
}

// gain is the margin that the letters to the mailed are expected to add, less the quote. The doubt is the lift's,
// which all accounts share; the luck of single accounts comes on top and is the measurement's business.
func (p *Plan) gain() Span {
	var value, doubt float64
	for i := range p.Choices {
		if c := &p.Choices[i]; c.Outcome == Assigned {
			value += float64(c.valueMinor)
			doubt += math.Abs(float64(c.BaselineMinor)) * c.LiftSD
		}
	}
	at := func(v float64) postlift.Money { return p.money(postlift.RoundMinor(v) - p.Cost.Minor) }
	return Span{at(value), at(value - z90*doubt), at(value + z90*doubt)}
}

// heldValue is what not mailing the held-out costs, by the plan's own expectation.
func heldValue(p Plan) postlift.Money {
	m := p.money(0)
	for i := range p.Choices {
		if p.Choices[i].Outcome == HeldOut {
			m.Minor += p.Choices[i].ExpectedValueMinor
		}
	}
	return m
}

func (p *Plan) keyShare(in *PlanInput) *KeyShare {
	if in.Keys.none() {
		return nil
	}
	k := KeyShare{}
	var net, margin, keyNet, keyMargin float64
	for i := range p.Choices {
		c := &p.Choices[i]
		net, margin = net+float64(c.preNetMinor), margin+float64(c.PreMarginMinor)
		switch {
		case c.Role == RoleKey:
			k.Mailed++
		case slices.Contains(c.Reasons, SparedKey):
			k.Spared++
		default:
			continue
		}
		keyNet, keyMargin = keyNet+float64(c.preNetMinor), keyMargin+float64(c.PreMarginMinor)
	}
	k.RevenueShare, k.MarginShare = ratio(keyNet, net), ratio(keyMargin, margin)
	return &k
}

func ratio(part, whole float64) float64 {
	if whole <= 0 {
		return 0
	}
	return part / whole
}

// sampleSize is how many accounts a preview shows.
const sampleSize = 10

// samples picks accounts that cover what became of the matched ones: one of each fate in turn, mailed first, by
// hash, so that the same plan shows the same accounts.
func (p *Plan) samples(salt string) []Sample {
	type pick struct {
		u float64
		c *Choice
	}
	fates, label := map[string][]pick{}, salt+"|sample"
	for i := range p.Choices {
		c := &p.Choices[i]
		fate, u := c.fate(), draw.Uniform(label, c.Key)
		best := fates[fate]
		if len(best) == sampleSize && u > best[sampleSize-1].u {
			continue
		}
		best = append(best, pick{u, c})
		slices.SortFunc(best, func(a, b pick) int { return cmp.Or(cmp.Compare(a.u, b.u), cmp.Compare(a.c.Key, b.c.Key)) })
		fates[fate] = best[:min(len(best), sampleSize)]
	}
	names := make([]string, 0, len(fates))
	for name := range fates {
		names = append(names, name)
	}
	slices.Sort(names)
	found := []Sample{}
	for round := range sampleSize {
		for _, name := range names {
			if list := fates[name]; round < len(list) && len(found) < sampleSize {
				found = append(found, list[round].c.sample(p.Cost.Currency))
			}
		}
	}
	return found
}

// fate names what became of an account, in the order in which samples show it.
func (c *Choice) fate() string {
	switch c.Outcome {
	case Assigned:
		return "1" + c.Role
	case HeldOut:
		return "2" + c.Role
	case OverCap:
		return "3" + string(c.Reasons[0])
	}
	why := c.Reasons[0]
	if why == NoContactLeft && len(c.Reasons) > 1 {
		why = c.Reasons[1]
	}
	return "4" + string(why)
}

func (c *Choice) sample(currency string) Sample {
	s := Sample{Outcome: c.Outcome, Role: c.Role, Reasons: c.Reasons, Rank: c.Rank, Variant: c.Variant, Wave: c.Wave, Letters: len(c.Contacts), accountID: c.AccountID}
	if s.Reasons == nil {
		s.Reasons = []Reason{}
	}
	_, s.ExternalID, _ = strings.Cut(c.Key, ":")
	if c.Outcome != Gated {
		s.Expected, s.Cost = &postlift.Money{Minor: c.ExpectedValueMinor, Currency: currency}, &postlift.Money{Minor: c.CostMinor, Currency: currency}
	}
	s.Sentence = s.Words("en")
	return s
}
