package clv

import (
	"math"
	"postlift/clv/renewal"

	"postlift"
)

// DaysPerMonth is the length of a valuation month: a twelfth of 365.25 days.
const DaysPerMonth = 30.4375

// Assumptions are the stated settings that a value rests on beside the account's own data. Amounts are
// minor units of the reporting currency.
type Assumptions struct {
	HorizonMonths            int              `json:"horizon_months"`               // months that are valued, 1 to 240; settings allow 12 to 60
	DiscountRate             float64          `json:"discount_rate"`                // a year; 0.1 is ten per cent
	DefaultMargin            float64          `json:"default_margin"`               // share of net revenue, for orders and contracts without a known margin
	DefaultRenewalRate       float64          `json:"default_renewal_rate"`         // share renewing at each opportunity, used only without a renewal model
	OrderCostMinor           int64            `json:"order_cost_minor"`             // handling one order day
	ContactMinorPerYear      int64            `json:"contact_minor_per_year"`       // planned mailings to an active account that may be mailed
	ServiceCostMinorPerMonth map[string]int64 `json:"service_cost_minor_per_month"` // serving an active account, by service level; "" is the default
	AcquisitionCostMinor     map[string]int64 `json:"acquisition_cost_minor"`       // winning an account, by channel; "" is the default
	WindowDays               int              `json:"window_days"`                  // length of the window of Value.WindowMarginMinor, 0 to 3650
}

// Check refuses assumptions that cannot be, naming the setting.
func (a Assumptions) Check() error {
	bad := func(text string, args ...any) error {
		return postlift.Faultf(postlift.Invalid, "clv.Assumptions", text, args...)
	}
	switch {
	case a.HorizonMonths < 1 || a.HorizonMonths > 240:
		return bad("the horizon is %d months: settings allow 12 to 60, the engine 1 to 240", a.HorizonMonths)
	case !(a.DiscountRate >= 0 && a.DiscountRate <= 1):
		return bad("the discount rate is %g a year: it must be 0 to 1 (0.1 is ten per cent)", a.DiscountRate)
	case !(a.DefaultMargin >= -1 && a.DefaultMargin <= 1):
		return bad("the default margin is %g: it must be a share of net revenue from -1 to 1", a.DefaultMargin)
	case !(a.DefaultRenewalRate >= 0 && a.DefaultRenewalRate <= 1):
		return bad("the default renewal rate is %g: it must be 0 to 1", a.DefaultRenewalRate)
	case a.OrderCostMinor < 0:
		return bad("the cost of an order is %d: it must not be negative", a.OrderCostMinor)
	case a.ContactMinorPerYear < 0:
		return bad("the contact cost is %d a year: it must not be negative", a.ContactMinorPerYear)
	case a.WindowDays < 0 || a.WindowDays > 3650:
		return bad("the window is %d days: it must be 0 to 3650", a.WindowDays)
	}
	for level, c := range a.ServiceCostMinorPerMonth {
		if c < 0 {
			return bad("the service cost of level %q is %d: it must not be negative", level, c)
		}
	}
	for channel, c := range a.AcquisitionCostMinor {
		if c < 0 {
			return bad("the acquisition cost of channel %q is %d: it must not be negative", channel, c)
		}
	}
	return nil
}

// discounts are the factors (1+d)^-((t-0.5)/12) of months t = 1..horizon at a yearly rate, 0 in the months
// beyond: cash of a month falls in its middle.
func discounts(rate float64, horizon, grid int) []float64 {
	out := make([]float64, grid)
	for t := range out[:horizon] {
		out[t] = math.Pow(1+rate, -(float64(t)+0.5)/12)
	}
	return out
}

// AccountInput is what is known of one account at the observation date. Amounts are minor units of the
// reporting currency.
type AccountInput struct {
	ID                    int64
	Segment               string // as imported; "" for none
	Industry, Size        string // likewise; sizes are bands of employees
	FirstOrder, LastOrder postlift.Date
	OrderDays             int     // distinct days with an order
	LogGaps               float64 // sum over the repeat order days of the log of the weeks since the order day before
	MeanOrderMinor        float64 // mean net value of all order days
	RepeatMeanMinor       float64 // mean net value of the order days after the first
	RepeatLogMean         float64 // mean of the log of their net values (minor units); 0 where there is none
	RepeatLogSS           float64 // sum of squared deviations of those logs from their mean
	MarginRatio           float64 // margin as a share of net over past orders; NaN: none known
	AssumedNetShare       float64 // share of past net, 0 to 1, whose margin inside MarginRatio was itself assumed
	MarginToDateMinor     int64   // margin earned so far, orders and contracts
	Contracts             []ContractInput
	Held                  []string // product groups under contract today or signed, sorted
	Bought                []string // product groups ever ordered, sorted
	ServiceLevel, Channel string
	AcquisitionMinor      int64 // what winning this account cost, if AcquisitionKnown
	AcquisitionKnown      bool
	DiscountRate          float64       // this account's own, a year; NaN: the portfolio's
	Mailable              bool          // may get advertising: contact cost is planned for it
	OpenedOn              postlift.Date // when the account was opened, if known
	HistoryStart          postlift.Date // first day that the imported orders cover, if known

	orderExpected float64  // of an imagined account: the expected value of its orders, else 0
	orderLevels   []string // of an imagined account: the levels by which it orders, else nil
}

// ContractInput is one contract, running or signed, at the observation date. Amounts are minor units a month.
type ContractInput struct {
	MonthlyFeeMinor    int64
	MonthlyMarginMinor int64
	MarginKnown        bool          // else the default margin applies
	TermMonths         int           // length of a renewal term; below 1 counts as 1 (rolling by month)
	RenewalsDone       int           // renewals so far
	TermEnd            postlift.Date // end of the running term, exclusive; none means open-ended: the next opportunity is one term away
	NoticeBy           postlift.Date // last day on which notice to TermEnd can be given; none where no notice period is known
	AutoRenew          bool
	NoticeGiven        bool          // ends at TermEnd
	Start              postlift.Date // first day of a contract that is signed but has not begun; none, or a day that has passed: it runs
	End                postlift.Date // first day without it, where its end is already known; none: no end is known
	Cell               renewal.Cell  // where its renewal decision belongs

	// What its past says of fees: changes at renewals (as log ratios of unit prices) and changes of volume
	// between them.
	PriceRenewals   int     // renewals at which the price before and after is known
	PriceLogSum     float64 // sum of log(price after / price before) over them
	ExposureMonths  float64 // months observed under contract
	Expansions      int     // increases of quantity in them
	ExpansionLogs   float64 // sum of log(quantity after / before)
	Contractions    int
	ContractionLogs float64 // negative
}

// Value is what an account is expected to bring, in minor units. Costs are positive numbers. The parts
// are rounded one by one and add up exactly:
//
//	Residual = Orders + Committed + Renewal + Expansion - Service - Contact - Fulfil
//	Prospect = Residual - Acquisition
type Value struct {
	PAlive         float64 `json:"p_alive"`          // probability of still ordering; 0 without orders
	PActive        float64 `json:"p_active"`         // probability of ordering still or being under contract today, or by a signed one soon
	ExpectedOrders float64 `json:"expected_orders"`  // order days within the horizon
	MeanOrderMinor float64 `json:"mean_order_minor"` // expected net value of one future order day

	OrdersMinor      int64 `json:"orders_minor"`      // discounted margin of orders
	CommittedMinor   int64 `json:"committed_minor"`   // discounted margin of running contract terms
	RenewalMinor     int64 `json:"renewal_minor"`     // discounted margin of terms after a renewal, at today's fee
	ExpansionMinor   int64 `json:"expansion_minor"`   // discounted margin of price and volume changes and of contract groups adopted
	ServiceMinor     int64 `json:"service_minor"`     // discounted cost of serving the account while it is active
	ContactMinor     int64 `json:"contact_minor"`     // discounted cost of planned mailings while it is active and may be mailed
	FulfilMinor      int64 `json:"fulfil_minor"`      // discounted cost of handling the orders
	AcquisitionMinor int64 `json:"acquisition_minor"` // cost of winning the account
	ResidualMinor    int64 `json:"residual_minor"`    // value with the acquisition cost sunk
	ProspectMinor    int64 `json:"prospect_minor"`    // value before the account was won

	// Bands of the residual value: with 5 %, 50 % and 95 % probability it stays below. They hold the
	// account's own luck, what the parameters leave open and the errors of past predictions.
	LowMinor     int64   `json:"low_minor"`
	MedianMinor  int64   `json:"median_minor"`
	HighMinor    int64   `json:"high_minor"`
	SpreadMinor  int64   `json:"spread_minor"`   // standard deviation of the residual value by the account's own luck alone
	PExceedsCost float64 `json:"p_exceeds_cost"` // probability that the residual value exceeds the acquisition cost (0 where unknown)

	// PaybackMonth is the month, counted from the observation date, in which margin earned so far and
	// expected cover the acquisition cost: 0 for already paid back, -1 for not within the horizon or
	// without a known cost.
	PaybackMonth   int     `json:"payback_month"`    // expected margin counts discounted and after service, contact and handling cost
	CLVToCAC       float64 `json:"clv_to_cac"`       // residual value by acquisition cost (0 where unknown) or nothing
	BreakEvenMinor int64   `json:"break_even_minor"` // the highest acquisition cost at which the account still pays: the residual value, at least 0

	NextYearRevenueMinor int64 `json:"next_year_revenue_minor"` // expected net of orders and contracts in 12 months, not discounted, without groups still to be adopted
	NextYearMarginMinor  int64 `json:"next_year_margin_minor"`  // their margin and that of groups adopted, not discounted, before service and handling
	WindowMarginMinor    int64 `json:"window_margin_minor"`     // the same margin within Assumptions.WindowDays
	WindowCommittedMinor int64 `json:"window_committed_minor"`  // of it, what contract terms bring that are agreed already: no letter changes it

	// AssumedShare is the share of the parts' absolute sum that rests on default margins, renewal rates
	// and costs and not on the account's own figures; 0 to 1.
	AssumedShare float64  `json:"assumed_share"`
	Flags        []string `json:"flags"` // what to know before trusting the value; shared, not to be changed
}
