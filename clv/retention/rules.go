package retention

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"

	"postlift"
)

// The rules by which an account is at risk, in the order in which they are named.
const (
	RuleNotice    = "notice_given"     // notice was given to a running contract, or its end is agreed
	RuleRenewal   = "renewal_unlikely" // a contract can be ended within NearDays and renews with low probability
	RuleSilent    = "silent"           // no order for SilentGaps times the usual gap
	RuleFalling   = "orders_falling"   // fewer order days in the last year than the account's own rhythm before would bring
	RuleComplaint = "complaint"        // a complaint is open
	RuleUnpaid    = "unpaid"           // the account is being dunned
	RuleContact   = "contact_lost"     // nobody known is left, or mail reaches no site
	RulePrice     = "price_rise"       // a contract has become dearer within the year, or will
)

// Rules lists the rules in their order.
func Rules() []string {
	return []string{RuleNotice, RuleRenewal, RuleSilent, RuleFalling, RuleComplaint, RuleUnpaid, RuleContact, RulePrice}
}

// Limits of the rules: stated judgement, not fitted.
const (
	NearDays       = 120 // a decision is near
	SilentGaps     = 3   // usual gaps without an order
	SilentDays     = 4   // order days that show a usual gap
	ShortestGap    = 7   // days: whoever orders daily is not silent after three
	FallingShare   = 1. / 3
	FallingP       = .05 // chance of so few order days or fewer if the rhythm had not changed
	FallingDays    = 4   // order days after the first that show a rhythm
	RhythmDays     = 365 // length of the time before the last year that shows it
	PriceRise      = .05
	PriceBackDays  = 365
	PriceAheadDays = 90
)

// What to do first, by what stands in the way of everything else.
const (
	ActComplaint = "settle_complaint"
	ActUnpaid    = "clear_open_items"
	ActContact   = "find_contact"
	ActNotice    = "ask_why"
	ActRenewal   = "talk_before_deadline"
	ActSilent    = "win_back"
	ActFalling   = "ask_what_changed"
	ActPrice     = "explain_price"
)

// actions name what to do first, in the order in which it is to be done: nobody is won back while a complaint is open.
var actions = []struct{ rule, act string }{
	{RuleComplaint, ActComplaint}, {RuleUnpaid, ActUnpaid}, {RuleContact, ActContact}, {RuleNotice, ActNotice}, {RuleRenewal, ActRenewal},
	{RuleSilent, ActSilent}, {RuleFalling, ActFalling}, {RulePrice, ActPrice},
}

// Actions lists what there may be to do.
func Actions() []string {
	var list []string
	for _, a := range actions {
		list = append(list, a.act)
	}
	return list
}

// action is what to do first for these reasons.
func action(reasons []Reason) string {
	for _, a := range actions {
		for i := range reasons {
			if reasons[i].Rule == a.rule {
				return a.act
			}
		}
	}
	return ""
}

// Reason is one rule that holds with the figures that it rests on; those that do not belong to the rule are absent.
type Reason struct {
	Rule        string          `json:"rule"`
	Contract    string          `json:"contract,omitempty"` // number
	On          postlift.Date   `json:"on,omitzero"`        // of the notice, the decision, the last order, the new price
	EndsOn      postlift.Date   `json:"ends_on,omitzero"`   // of the contract
	Monthly     *postlift.Money `json:"monthly_fee,omitempty"`
	Probability *float64        `json:"renewal_probability,omitempty"`
	Days        int             `json:"days,omitempty"`        // of silence
	UsualDays   float64         `json:"usual_days,omitempty"`  // from one order day to the next
	OrderDays   *int            `json:"order_days,omitempty"`  // of the last year
	Expected    float64         `json:"expected,omitempty"`    // by the rhythm before
	P           *float64        `json:"probability,omitempty"` // of so few if nothing had changed
	Change      float64         `json:"price_change,omitempty"`
	Contacts    int             `json:"contacts_known,omitempty"` // all of whom have left
	Sites       int             `json:"sites_known,omitempty"`    // none of which mail reaches
}

// Account is what the rules read of one. Amounts are in minor units of the reporting currency.
type Account struct {
	ID             int64
	UID            string
	Name           string
	Segment        string
	Owner          string
	Stage          string // of the lifecycle in the score run
	PActive        float64
	ResidualMinor  int64
	Complaint      bool
	Unpaid         bool
	Contacts       [2]int // known, active
	Sites          [2]int // known, reached by mail
	FirstOrder     postlift.Date
	LastOrder      postlift.Date
	OrderDays      int // ever
	OrderDays12M   int // of the last year
	NetMinor       int64
	MarginMinor    int64
	Net24MMinor    int64 // of the year before the last
	Margin12MMinor int64 // of the last year
	Contracts      []Contract
}

// orderMargin is what orders earn in a year when the account is well: the better one of the last two.
func (a *Account) orderMargin() int64 {
	before := 0.0
	if a.NetMinor > 0 {
		before = float64(a.Net24MMinor) * float64(a.MarginMinor) / float64(a.NetMinor)
	}
	return max(a.Margin12MMinor, postlift.RoundMinor(before), 0)
}

// judge applies the rules to accounts on a day.
type judge struct {
	book     *Book
	unlikely float64 // renewal probability below which it is low
	currency string
}

// reasons lists the rules that hold, and a year's margin of the account when it is well: what is at stake.
func (j *judge) reasons(a *Account) (found []Reason, atStake int64) {
	contracts, margin := j.contracts(a.Contracts)
	found = append(contracts.notice, contracts.renewal...)
	found = append(found, j.silent(a)...)
	found = append(found, j.falling(a)...)
	if a.Complaint {
		found = append(found, Reason{Rule: RuleComplaint})
	}
	if a.Unpaid {
		found = append(found, Reason{Rule: RuleUnpaid})
	}
	found = append(found, lost(a)...)
	return append(found, contracts.price...), margin + a.orderMargin()
}

type contractReasons struct{ notice, renewal, price []Reason }

// contracts judges those that run: each rule names the contract with the highest fee that it holds for.
func (j *judge) contracts(list []Contract) (found contractReasons, margin int64) {
	for i := range list {
		c := &list[i]
		d, ok := j.book.Decide(&c.ContractRecord)
		if !ok {
			continue
		}
		margin += d.MarginMinor
		fee := postlift.Money{Minor: d.FeeMinor, Currency: j.currency}
		r := Reason{Contract: c.Number, EndsOn: d.EndsOn, Monthly: &fee}
		switch {
		case d.State == Leaving:
			r.Rule, r.On = RuleNotice, c.NoticeGivenOn
			if c.NoticeGivenOn > j.book.AsOf {
				r.On = 0
			}
			found.notice = dearest(found.notice, r)
		case d.State == Open && d.Probability < j.unlikely && d.DecidesOn.DaysSince(j.book.AsOf) <= NearDays:
			p := d.Probability
			r.Rule, r.On, r.Probability = RuleRenewal, d.DecidesOn, &p
			found.renewal = dearest(found.renewal, r)
		}
		if on, factor := c.Repriced(j.book.AsOf.AddDays(-PriceBackDays), j.pricesUntil()); factor >= 1+PriceRise {
			found.price = dearest(found.price, Reason{Rule: RulePrice, Contract: c.Number, On: on, EndsOn: d.EndsOn, Monthly: &fee, Change: factor - 1})
		}
	}
	return found, margin
}

// pricesUntil is the last day of which prices are known: those to come count only where the documents end with the day.
func (j *judge) pricesUntil() postlift.Date {
	if j.book.OwnDate {
		return j.book.AsOf.AddDays(PriceAheadDays)
	}
	return j.book.AsOf
}

// dearest keeps the reason of the contract with the highest fee, the first of several.
func dearest(have []Reason, r Reason) []Reason {
	if len(have) == 1 && have[0].Monthly.Minor >= r.Monthly.Minor {
		return have
	}
	return []Reason{r}
}

// silent compares the time since the last order with the mean gap between order days before.
func (j *judge) silent(a *Account) []Reason {
	if a.OrderDays < SilentDays {
		return nil
	}
	gap := max(float64(a.LastOrder.DaysSince(a.FirstOrder))/float64(a.OrderDays-1), ShortestGap)
	days := j.book.AsOf.DaysSince(a.LastOrder)
	if float64(days) < SilentGaps*gap {
		return nil
	}
	return []Reason{{Rule: RuleSilent, On: a.LastOrder, Days: days, UsualDays: math.Round(gap)}}
}

// falling compares the order days of the last year with those before. If the rhythm had not changed, the part of them that
// lies in the last year would be binomial with the year's part of the time, whatever the rhythm is.
func (j *judge) falling(a *Account) []Reason {
	const year = 365
	span := j.book.AsOf.AddMonths(-12).DaysSince(a.FirstOrder)
	earlier := a.OrderDays - a.OrderDays12M - 1 // the first order begins the time
	if a.FirstOrder.IsZero() || earlier < FallingDays || span < RhythmDays {
		return nil
	}
	expected := float64(earlier) * year / float64(span)
	if float64(a.OrderDays12M) > (1-FallingShare)*expected {
		return nil
	}
	p := distuv.Binomial{N: float64(earlier + a.OrderDays12M), P: float64(year) / float64(year+span)}.CDF(float64(a.OrderDays12M))
	if p >= FallingP {
		return nil
	}
	return []Reason{{Rule: RuleFalling, OrderDays: &a.OrderDays12M, Expected: expected, P: &p}}
}

// lost tells whether everybody known has left, or mail reaches no site. Where nobody was ever known nothing was lost.
func lost(a *Account) []Reason {
	r := Reason{Rule: RuleContact}
	if a.Contacts[0] > 0 && a.Contacts[1] == 0 {
		r.Contacts = a.Contacts[0]
	}
	if a.Sites[0] > 0 && a.Sites[1] == 0 {
		r.Sites = a.Sites[0]
	}
	if r.Contacts == 0 && r.Sites == 0 {
		return nil
	}
	return []Reason{r}
}
