package store

import (
	"postlift/clv"
	"postlift/clv/segments"
)

// valueColumns are the features that come from the published scores. A stored figure that stands for "not
// known" becomes a missing value: as a number, -1 would fulfil "clv.payback_month < 12" and 0 would fulfil
// "clv.to_cac < 1". Columns that earlier runs did not fill are NULL or empty there, which is missing, too.
var valueColumns = map[string]factColumn{
	"clv.residual":        {"sc.residual_minor", asNumber},
	"clv.prospect":        {"sc.prospect_minor", asNumber},
	"clv.low":             {"sc.low_minor", asNumber},
	"clv.median":          {"sc.median_minor", asNumber},
	"clv.high":            {"sc.high_minor", asNumber},
	"clv.decile":          {"sc.decile", asNumber},
	"clv.p_alive":         {"sc.p_alive", asNumber},
	"clv.p_active":        {notProspect("sc.p_active"), asNumber},
	"clv.expected_orders": {"sc.expected_orders", asNumber},
	"clv.mean_order":      {"CASE WHEN sc.mean_order_minor > 0 THEN sc.mean_order_minor END", asMinor},
	"clv.window_margin":   {"sc.window_margin_minor", asNumber},
	"clv.committed":       {"sc.committed_minor", asNumber},
	"clv.renewal":         {"sc.renewal_minor", asNumber},
	"clv.expansion":       {"sc.expansion_minor", asNumber},
	"clv.exceeds_cost":    {"CASE WHEN " + costUnknown + " THEN NULL ELSE " + notProspect("sc.p_exceeds_cost") + " END", asNumber},
	"clv.payback_month":   {"CASE WHEN sc.payback_month >= 0 THEN sc.payback_month END", asNumber},
	"clv.to_cac":          {"CASE WHEN sc.acquisition_minor > 0 THEN sc.clv_to_cac END", asNumber},
	"clv.break_even":      {"sc.break_even_minor", asNumber},
	"clv.assumed_share":   {"sc.assumed_share", asNumber},

	"clv.tier":          {"sc.tier", asText},
	"clv.stage":         {"sc.stage", asText},
	"clv.rfm":           {"sc.rfm", asText},
	"clv.rfm_recency":   {rfmDigit("1"), asNumber},
	"clv.rfm_frequency": {rfmDigit("2"), asNumber},
	"clv.rfm_value":     {rfmDigit("3"), asNumber},
}

// costUnknown is SQL: was the account valued without knowing what winning it cost? Flags are a list with commas.
const costUnknown = "',' || sc.flags || ',' LIKE '%," + clv.FlagAcqUnknown + ",%'"

// notProspect is SQL for a figure that says nothing of an account that never bought: its stored 0 is none.
func notProspect(column string) string {
	return "CASE WHEN sc.stage <> '" + string(segments.Prospect) + "' THEN " + column + " END"
}

// rfmDigit is SQL for one of the three digits of an RFM class.
func rfmDigit(at string) string {
	return "CASE WHEN sc.rfm <> '' THEN CAST(SUBSTR(sc.rfm, " + at + ", 1) AS INTEGER) END"
}
