package scoring

import (
	"math"
	"slices"

	"postlift"
	"postlift/clv"
)

// History is what the store knows of one account's past, as of a date, in the reporting currency.
type History struct {
	AccountID         int64
	Segment           string
	Industry          string
	Employees         int64         // 0: unknown
	OpenedOn          postlift.Date // when the account was won, if known
	HistoryStart      postlift.Date // first day that the imported documents cover
	FirstOrder        postlift.Date // none: never ordered
	LastOrder         postlift.Date
	OrderDays         int // distinct days with a positive net value
	NetMinor          int64
	FirstDayNetMinor  int64
	MarginMinor       int64
	AssumedNetMinor   int64   // of NetMinor, where the margin is the stated default
	Net12MMinor       int64   // of the last twelve months
	NetBefore12MMinor int64   // of the twelve months before
	LogGaps           float64 // see clv.AccountInput
	RepeatLogMean     float64
	RepeatLogSS       float64
	ServiceLevel      string
	Channel           string
	AcquisitionMinor  int64
	AcquisitionKnown  bool
	DiscountRate      float64 // the account's own, a year; NaN: the settings'
	Mailable          bool
	ExcludedDocuments int64            // no exchange rate
	Contracts         []ContractRecord // begun
	Signed            []ContractRecord // that begin after the date: they count where OwnDate says that they were known
	OwnDate           bool             // see Basis
	Groups            []GroupSince     // ordered from, by name
}

// GroupSince is a product group that an account has, with the first day and the mean margin a month in the
// reporting currency's minor units.
type GroupSince struct {
	Name         string
	Since        postlift.Date
	MonthlyMinor float64
}

// Input turns stored figures into what the models read.
func (h *History) Input(asOf postlift.Date, defaultMargin float64) clv.AccountInput {
	in := clv.AccountInput{
		ID: h.AccountID, Segment: h.Segment, Industry: h.Industry, Size: sizeBand(h.Employees), FirstOrder: h.FirstOrder, LastOrder: h.LastOrder, OrderDays: h.OrderDays,
		LogGaps: h.LogGaps, RepeatLogMean: h.RepeatLogMean, RepeatLogSS: h.RepeatLogSS,
		ServiceLevel: h.ServiceLevel, Channel: h.Channel, AcquisitionMinor: h.AcquisitionMinor, AcquisitionKnown: h.AcquisitionKnown,
		MarginRatio: math.NaN(), MarginToDateMinor: h.MarginMinor, DiscountRate: h.DiscountRate, Mailable: h.Mailable,
		OpenedOn: h.OpenedOn, HistoryStart: h.HistoryStart,
	}
	if h.OrderDays > 0 {
		in.MeanOrderMinor = float64(h.NetMinor) / float64(h.OrderDays)
	}
	if h.OrderDays > 1 {
		in.RepeatMeanMinor = float64(h.NetMinor-h.FirstDayNetMinor) / float64(h.OrderDays-1)
	}
	if h.NetMinor > 0 {
		in.MarginRatio = float64(h.MarginMinor) / float64(h.NetMinor)
		in.AssumedNetShare = min(1, float64(h.AssumedNetMinor)/float64(h.NetMinor))
	}
	for i := range h.Contracts {
		c := &h.Contracts[i]
		in.MarginToDateMinor += postlift.RoundMinor(c.MarginToDate(asOf, defaultMargin))
		if c.Rate > 0 && c.OpenOn(asOf) {
			in.Contracts = append(in.Contracts, c.Input(asOf, h.OwnDate))
			in.Held = c.heldGroups(in.Held, asOf)
		}
	}
	for i := range h.Signed {
		if c := &h.Signed[i]; h.OwnDate && c.Rate > 0 {
			in.Contracts = append(in.Contracts, c.Input(asOf, true))
			in.Held = c.heldGroups(in.Held, c.StartedOn)
		}
	}
	slices.Sort(in.Held)
	in.Held = slices.Compact(in.Held)
	for _, g := range h.Groups {
		if g.Since <= asOf {
			in.Bought = append(in.Bought, g.Name)
		}
	}
	slices.Sort(in.Bought)
	return in
}

// ExcludedContracts counts open and signed contracts that are left out for want of an exchange rate.
func (h *History) ExcludedContracts(asOf postlift.Date) (n int64) {
	for i := range h.Contracts {
		if c := &h.Contracts[i]; c.Rate <= 0 && c.OpenOn(asOf) {
			n++
		}
	}
	for i := range h.Signed {
		if h.OwnDate && h.Signed[i].Rate <= 0 {
			n++
		}
	}
	return n
}

// Empty tells whether the account has neither ordered nor an open or signed contract.
func (h *History) Empty(asOf postlift.Date) bool {
	return h.OrderDays == 0 && !h.signed() && !slices.ContainsFunc(h.Contracts, func(c ContractRecord) bool { return c.OpenOn(asOf) })
}

// signed tells whether a contract is known to begin after the date.
func (h *History) signed() bool { return h.OwnDate && len(h.Signed) > 0 }
