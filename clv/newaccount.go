package clv

import (
	"math"
	"slices"

	"postlift"
	"postlift/clv/renewal"
	"postlift/clv/spend"
)

// FlagFewLikeIt says that a population holds fewer than 20 accounts: the whole portfolio speaks for it.
const FlagFewLikeIt = "population_small"

// NewAccountValue is what a newly won account of a segment or channel is expected to bring before its
// acquisition cost, minor units; the parts are as in Value. The first order counts with it, undiscounted.
type NewAccountValue struct {
	Segment          string   `json:"segment,omitempty"`
	Channel          string   `json:"channel,omitempty"`
	Accounts         int      `json:"accounts"` // that it was imagined from
	OrdersMinor      int64    `json:"orders_minor"`
	CommittedMinor   int64    `json:"committed_minor"`
	RenewalMinor     int64    `json:"renewal_minor"`
	ExpansionMinor   int64    `json:"expansion_minor"`
	ServiceMinor     int64    `json:"service_minor"`
	ContactMinor     int64    `json:"contact_minor"`
	FulfilMinor      int64    `json:"fulfil_minor"`
	ValueMinor       int64    `json:"value_minor"`
	BreakEvenMinor   int64    `json:"break_even_minor"`  // the highest acquisition cost that pays
	AcquisitionMinor *int64   `json:"acquisition_minor"` // what winning one costs now; null: unknown
	Flags            []string `json:"flags"`
}

// NewAccount values a newly won account like those of a segment or of a channel, or of the whole portfolio
// where both are empty: it orders, holds contracts or both as often as they do, begins with a first order or a
// first term today, and then behaves as the models say. Contracts are those running today, so they hold the
// survivors' mix of terms and fees, product groups adopted since they were won included: no adoption is added.
func (s *Scorer) NewAccount(segment, channel string) NewAccountValue {
	pops := s.models.Populations
	own, known := pops.All, true
	switch {
	case segment != "":
		own, known = pops.Segments[segment]
	case channel != "":
		own, known = pops.Channels[channel]
	}
	out := NewAccountValue{Segment: segment, Channel: channel, Accounts: int(own.Accounts), Flags: []string{}}
	if !known || own.Accounts < populationPrior {
		out.Flags = append(out.Flags, FlagFewLikeIt)
	}
	p := own
	if segment != "" || channel != "" {
		p = own.mixed(pops.All)
	}
	if p.Accounts > 0 {
		s.imagine(&out, p)
	}
	if cost, ok := s.channelCost(channel); ok {
		out.AcquisitionMinor = &cost
	}
	out.ValueMinor = out.OrdersMinor + out.CommittedMinor + out.RenewalMinor + out.ExpansionMinor - out.ServiceMinor - out.ContactMinor - out.FulfilMinor
	out.BreakEvenMinor = max(out.ValueMinor, 0)
	return out
}

func (s *Scorer) channelCost(channel string) (int64, bool) {
	cost, ok := s.a.AcquisitionCostMinor[channel]
	if !ok {
		cost, ok = s.a.AcquisitionCostMinor[""]
	}
	return cost, ok
}

// imagine adds the parts of all kinds of account, each with its share.
func (s *Scorer) imagine(out *NewAccountValue, p Population) {
	var parts [7]float64
	for _, kind := range s.byLevel(p.kinds(), p.Levels) {
		in := s.imaginedAccount(out, p, kind)
		var c sheet
		if !s.value(&in, &c) {
			continue
		}
		share, first := kind.count/p.Accounts, 0.0
		if kind.orders {
			first = c.v.MeanOrderMinor * c.ratio
			parts[6] += share * float64(s.a.OrderCostMinor)
		}
		contacted := c.contacted * p.Mailable / p.Accounts
		for i, v := range []float64{c.orders + first, c.commit, c.renew, c.expand, c.service, contacted, c.fulfil} {
			parts[i] += share * v
		}
	}
	for i, to := range []*int64{&out.OrdersMinor, &out.CommittedMinor, &out.RenewalMinor, &out.ExpansionMinor, &out.ServiceMinor, &out.ContactMinor, &out.FulfilMinor} {
		*to = minor(parts[i])
	}
}

// accountKind is a kind of account in a population.
type accountKind struct {
	count  float64 // accounts
	orders bool
	class  string   // of its contract; "" for none
	mean   float64  // contracts of any class that it holds
	levels []string // by which it orders; nil: one model for all
}

// byLevel splits the kinds that order by the most frequent combinations of levels, where there are order models by
// level.
func (s *Scorer) byLevel(kinds []accountKind, levels []LevelShare) []accountKind {
	total := 0.0
	for _, l := range levels {
		total += l.Accounts
	}
	if s.models.OrdersBy == nil || !(total > 0) {
		return kinds
	}
	var out []accountKind
	for _, k := range kinds {
		if !k.orders {
			out = append(out, k)
			continue
		}
		for _, l := range levels {
			part := k
			part.count, part.levels = k.count*l.Accounts/total, l.Levels
			out = append(out, part)
		}
	}
	return out
}

// kinds tells accounts apart by orders, contracts or both, and holders of contracts by the class of the term: one
// who is imagined with a contract of each class would have to be served for longer than any.
func (p Population) kinds() []accountKind {
	out := []accountKind{{count: p.OrdersOnly, orders: true}}
	contracts := 0.0
	for _, c := range p.Classes {
		contracts += c.Contracts
	}
	holders := p.ContractsOnly + p.Both
	for _, class := range renewal.TermClasses {
		if c := p.Classes[class]; c.Contracts > 0 && holders > 0 {
			part, mean := c.Contracts/contracts, contracts/holders
			out = append(out, accountKind{count: p.ContractsOnly * part, class: class, mean: mean}, accountKind{count: p.Both * part, orders: true, class: class, mean: mean})
		}
	}
	return slices.DeleteFunc(out, func(k accountKind) bool { return !(k.count > 0) })
}

// imaginedAccount is a new account of one kind, as the population's means make it.
func (s *Scorer) imaginedAccount(out *NewAccountValue, p Population, kind accountKind) AccountInput {
	in := AccountInput{Segment: out.Segment, Channel: out.Channel, DiscountRate: math.NaN(), MarginRatio: math.NaN(),
		Mailable: true}
	if kind.orders {
		in.FirstOrder, in.LastOrder, in.OrderDays = s.asOf, s.asOf, 1
		in.MeanOrderMinor = s.populationSpend(p)
		in.orderExpected, in.orderLevels = in.MeanOrderMinor, kind.levels
		if p.NetMinor > 0 {
			in.MarginRatio = p.MarginMinor / p.NetMinor
		}
	}
	if kind.class != "" {
		in.Contracts = []ContractInput{p.Classes[kind.class].imagined(kind.mean, s.from)}
	}
	if s.models.Development != nil { // the mix of contracts holds what such accounts have adopted
		for _, g := range s.models.Development.Groups {
			in.Held = append(in.Held, g.Name)
		}
	}
	return in
}

// populationSpend is the expected value of an order day of a new customer.
func (s *Scorer) populationSpend(p Population) float64 {
	if p.Ordering > 0 {
		return p.OrderMinor / p.Ordering
	}
	if s.models.Spend != nil {
		return s.models.Spend.MeanSpend(spend.Observation{})
	}
	return 0
}

// imagined is a contract of the class that begins with the first month, at the class's mean term and the fee of so many mean
// contracts.
func (c ClassContracts) imagined(contracts float64, from postlift.Date) ContractInput {
	k := ContractInput{TermMonths: max(int(math.Round(c.Months/c.Contracts)), 1), AutoRenew: true,
		MonthlyFeeMinor: minor(contracts * c.FeeMinor / c.Contracts)}
	k.TermEnd = from.AddMonths(k.TermMonths)
	if c.KnownFee > 0 {
		k.MarginKnown = true
		k.MonthlyMarginMinor = minor(c.MarginMinor / c.KnownFee * contracts * c.FeeMinor / c.Contracts)
	}
	return k
}
