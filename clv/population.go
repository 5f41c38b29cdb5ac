package clv

import (
	"math"
	"postlift/clv/renewal"
)

// Population says what kind of customers a segment, a channel or the whole portfolio holds: sums over its
// accounts, from which a newly won account is imagined.
type Population struct {
	Accounts      float64                   `json:"accounts"` // with orders or running contracts
	OrdersOnly    float64                   `json:"orders_only"`
	ContractsOnly float64                   `json:"contracts_only"`
	Both          float64                   `json:"both"`
	OrderMinor    float64                   `json:"order_minor"`  // sum over accounts of the mean value of an order day
	Ordering      float64                   `json:"ordering"`     // accounts in OrderMinor
	NetMinor      float64                   `json:"net_minor"`    // past net of orders whose margin is known
	MarginMinor   float64                   `json:"margin_minor"` // their margin
	Mailable      float64                   `json:"mailable"`
	Classes       map[string]ClassContracts `json:"classes,omitempty"` // by term class
	Levels        []LevelShare              `json:"levels,omitempty"`  // the most frequent combinations of the accounts with orders

	seen map[[4]string]int // by levels, while they are gathered
}

// ClassContracts sums the running contracts of a term class.
type ClassContracts struct {
	Contracts   float64 `json:"contracts"`
	Months      float64 `json:"months"` // sum of terms
	FeeMinor    float64 `json:"fee_minor"`
	KnownFee    float64 `json:"known_fee_minor"` // of FeeMinor, where the margin is known
	MarginMinor float64 `json:"margin_minor"`    // of that
}

// Populations are those of a portfolio.
type Populations struct {
	All      Population            `json:"all"`
	Segments map[string]Population `json:"segments,omitempty"`
	Channels map[string]Population `json:"channels,omitempty"`
}

// populationTally gathers populations.
type populationTally struct {
	all                Population
	segments, channels map[string]*Population
}

func (t *populationTally) add(in *AccountInput, byLevel bool) {
	if in.OrderDays <= 0 && len(in.Contracts) == 0 {
		return
	}
	if t.segments == nil {
		t.segments, t.channels = map[string]*Population{}, map[string]*Population{}
	}
	t.all.add(in, byLevel)
	addTo(t.segments, in.Segment, in, byLevel)
	addTo(t.channels, in.Channel, in, byLevel)
}

func addTo(to map[string]*Population, name string, in *AccountInput, byLevel bool) {
	p := to[name]
	if p == nil {
		p = &Population{}
		to[name] = p
	}
	p.add(in, byLevel)
}

func (t *populationTally) result() Populations {
	return Populations{All: t.all.closed(), Segments: plain(t.segments), Channels: plain(t.channels)}
}

func plain(from map[string]*Population) map[string]Population {
	if len(from) == 0 {
		return nil
	}
	out := make(map[string]Population, len(from))
	for name, p := range from {
		out[name] = p.closed()
	}
	return out
}

// closed is the population without what only gathering needs.
func (p *Population) closed() Population {
	out := *p
	out.Levels, out.seen = shares(p.seen), nil
	return out
}

func (p *Population) add(in *AccountInput, byLevel bool) {
	p.Accounts++
	if byLevel && in.OrderDays > 0 {
		if p.seen == nil {
			p.seen = map[[4]string]int{}
		}
		p.seen[in.levels()]++
	}
	switch {
	case len(in.Contracts) == 0:
		p.OrdersOnly++
	case in.OrderDays <= 0:
		p.ContractsOnly++
	default:
		p.Both++
	}
	if in.Mailable {
		p.Mailable++
	}
	if in.OrderDays > 0 && in.MeanOrderMinor > 0 && !math.IsInf(in.MeanOrderMinor, 0) {
		p.Ordering++
		p.OrderMinor += in.MeanOrderMinor
	}
	if own, net := in.marginSeen(); net > 0 {
		p.NetMinor += net
		p.MarginMinor += own * net
	}
	for i := range in.Contracts {
		p.addContract(&in.Contracts[i])
	}
}

func (p *Population) addContract(k *ContractInput) {
	if p.Classes == nil {
		p.Classes = map[string]ClassContracts{}
	}
	months := max(k.TermMonths, 1)
	c := p.Classes[renewal.TermClass(months)]
	c.Contracts++
	c.Months += float64(months)
	c.FeeMinor += float64(k.MonthlyFeeMinor)
	if k.MarginKnown {
		c.KnownFee += float64(k.MonthlyFeeMinor)
		c.MarginMinor += float64(k.MonthlyMarginMinor)
	}
	p.Classes[renewal.TermClass(months)] = c
}

// populationPrior is how many accounts of the whole portfolio a segment or channel is mixed with, so that a
// few accounts do not make a population.
const populationPrior = 20

// mixed adds accounts of the whole portfolio to a population.
func (p Population) mixed(all Population) Population {
	if !(all.Accounts > 0) {
		return p
	}
	w := populationPrior / all.Accounts
	out := p
	out.Accounts += w * all.Accounts
	out.OrdersOnly += w * all.OrdersOnly
	out.ContractsOnly += w * all.ContractsOnly
	out.Both += w * all.Both
	out.OrderMinor += w * all.OrderMinor
	out.Ordering += w * all.Ordering
	out.NetMinor += w * all.NetMinor
	out.MarginMinor += w * all.MarginMinor
	out.Mailable += w * all.Mailable
	if len(out.Levels) == 0 {
		out.Levels = all.Levels
	}
	out.Classes = map[string]ClassContracts{}
	for class, c := range p.Classes {
		out.Classes[class] = c
	}
	for class, c := range all.Classes {
		o := out.Classes[class]
		out.Classes[class] = ClassContracts{Contracts: o.Contracts + w*c.Contracts, Months: o.Months + w*c.Months,
			FeeMinor: o.FeeMinor + w*c.FeeMinor, KnownFee: o.KnownFee + w*c.KnownFee, MarginMinor: o.MarginMinor + w*c.MarginMinor}
	}
	return out
}
