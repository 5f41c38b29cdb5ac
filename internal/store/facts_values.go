package store

import (
	"postlift/clv"
	"postlift/clv/segments"
)

// valueColumns are the features that come from the published scores. A stored figure that stands for "not
// known" becomes a missing value: as a number, -1 would fulfil "clv.payback_month < 12" and 0 would fulfil
// "clv.to_cac < 1". Columns that earlier runs did not fill are NULL or empty there, which is missing, too.
var valueColumns = map[string]factColumn{
	"clv.residual":        {expr: "sc.residual_minor"},
	"clv.prospect":        {expr: "sc.prospect_minor"},
	"clv.low":             {expr: "sc.low_minor"},
	"clv.median":          {expr: "sc.median_minor"},
	"clv.high":            {expr: "sc.high_minor"},
	"clv.decile":          {expr: "sc.decile"},
	"clv.p_alive":         {expr: "sc.p_alive"},
	"clv.p_active":        {expr: notProspect("sc.p_active")},
	"clv.expected_orders": {expr: "sc.expected_orders"},
	"clv.mean_order":      {expr: "CASE WHEN sc.mean_order_minor > 0 THEN sc.mean_order_minor END", as: asMinor},
	"clv.window_margin":   {expr: "sc.window_margin_minor"},
	"clv.window_open":     {expr: "(sc.window_margin_minor - sc.window_committed_minor)"},
	"clv.committed":       {expr: "sc.committed_minor"},
	"clv.renewal":         {expr: "sc.renewal_minor"},
	"clv.expansion":       {expr: "sc.expansion_minor"},
	"clv.exceeds_cost":    {expr: "CASE WHEN " + costUnknown + " THEN NULL ELSE " + notProspect("sc.p_exceeds_cost") + " END"},
	"clv.payback_month":   {expr: "CASE WHEN sc.payback_month >= 0 THEN sc.payback_month END"},
	"clv.to_cac":          {expr: "CASE WHEN sc.acquisition_minor > 0 THEN sc.clv_to_cac END"},
	"clv.break_even":      {expr: "sc.break_even_minor"},
	"clv.assumed_share":   {expr: "sc.assumed_share"},

	"clv.tier":          {expr: "sc.tier", as: asText},
	"clv.stage":         {expr: "sc.stage", as: asText},
	"clv.rfm":           {expr: "sc.rfm", as: asText},
	"clv.rfm_recency":   {expr: rfmDigit("1")},
	"clv.rfm_frequency": {expr: rfmDigit("2")},
	"clv.rfm_value":     {expr: rfmDigit("3")},
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
