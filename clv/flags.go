package clv

// Flags of a value.
const (
	FlagNoHistory        = "no_history"         // neither orders nor contracts: the value is 0, not a portfolio mean
	FlagNoOrders         = "no_orders"          // valued by contracts alone
	FlagNoOrderModel     = "no_order_model"     // has orders, but no order model could be fitted
	FlagOwnMeanSpend     = "spend_unpooled"     // no spend model: the account's own mean is used
	FlagNoPositiveValue  = "no_positive_value"  // past orders were worth nothing on balance: no spend expected
	FlagDates            = "dates_inconsistent" // order dates contradict each other or the observation date
	FlagHistoryTruncated = "history_truncated"  // opened before the imported history begins
	FlagTermRolled       = "term_rolled"        // a term that ended without notice is taken as renewed
	FlagContractOver     = "contract_over"      // a contract's term has ended: it counts for nothing
	FlagOpenEnded        = "contract_open_ended"
	FlagRenewalAssumed   = "renewal_assumed" // no renewal model: the stated default rate is used
	FlagAcqAssumed       = "acquisition_assumed"
	FlagAcqUnknown       = "acquisition_unknown"
	FlagNoticePassed     = "notice_passed"         // the last day for notice is over: the next term is committed
	FlagMarginPooled     = "margin_pooled"         // no margin of its own orders is known: the portfolio's is used
	FlagDiscountBent     = "discount_out_of_range" // its own discount rate is outside 0 to 1: the portfolio's is used
	FlagEndKnown         = "contract_ends"         // a contract's end is known: it earns until then, and no renewal counts
	FlagContractSigned   = "contract_signed"       // a contract is signed but has not begun: it earns from its first day on
)

// valueFlags lists the flags of a value in the order of their bits.
var valueFlags = []string{FlagNoHistory, FlagNoOrders, FlagNoOrderModel, FlagOwnMeanSpend, FlagNoPositiveValue,
	FlagDates, FlagHistoryTruncated, FlagTermRolled, FlagContractOver, FlagOpenEnded, FlagRenewalAssumed,
	FlagAcqAssumed, FlagAcqUnknown, FlagNoticePassed, FlagMarginPooled, FlagDiscountBent,
	FlagEndKnown, FlagContractSigned}

// flagSet is a set of value flags; scoring a million accounts must not allocate a list for each.
type flagSet uint32

const (
	bitNoHistory flagSet = 1 << iota
	bitNoOrders
	bitNoOrderModel
	bitOwnMeanSpend
	bitNoPositiveValue
	bitDates
	bitHistoryTruncated
	bitTermRolled
	bitContractOver
	bitOpenEnded
	bitRenewalAssumed
	bitAcqAssumed
	bitAcqUnknown
	bitNoticePassed
	bitMarginPooled
	bitDiscountBent
	bitEndKnown
	bitContractSigned
)

func (f flagSet) list() []string {
	var out []string
	for i, name := range valueFlags {
		if f&(1<<i) != 0 {
			out = append(out, name)
		}
	}
	return out
}
