package store

import (
	"fmt"
	"maps"

	"postlift/campaigns/rules"
)

// reading is how a column becomes a feature, in facts and in SQL alike.
type reading uint8

const (
	asNumber  reading = iota // a number or minor units
	asMinor                  // positive minor units with a fraction, rounded as they are shown
	asText                   // the empty text is a missing value
	asDate                   // a date
	asISODate                // a text that is an ISO date
	daysSince                // days from the column's date to the facts' date
	daysUntil                // days from the facts' date to the column's date
	asFlag                   // a condition
	asSet                    // the member of a set; from says which rows hold the account's members
)

// factColumn is where a feature comes from. The texts may hold the tokens of dateTokens.
type factColumn struct {
	expr string
	as   reading
	from string // of a set: tables and condition; members are never empty texts
}

// What belongs to an account as of the date: rows of contracts c that run, of their lines l in force, of orders o
// placed and their lines l, of opportunities x that are open, of letters p posted, of responses x within a year.
const (
	runningContracts = `contracts c WHERE c.account_id = a.id AND ` + contractRuns
	contractRuns     = `c.started_on <= {asof} AND (c.ended_on IS NULL OR c.ended_on > {asof}) AND (c.auto_renew OR c.term_ends_on >= {asof})`
	runningLines     = `contracts c JOIN contract_lines l ON l.contract_id = c.id WHERE c.account_id = a.id AND ` + contractRuns +
		` AND l.valid_from <= {asof} AND (l.valid_to IS NULL OR l.valid_to >= {asof})`
	orderedLines = `orders o JOIN order_lines l ON l.order_id = o.id WHERE o.account_id = a.id AND o.doc_type = 'order' AND o.placed_on <= {asof}`
	openDeals    = `opportunities x WHERE x.account_id = a.id AND x.status = 'open' AND x.opened_on <= {asof}`
	postedTo     = `pieces p JOIN campaigns k ON k.id = p.campaign_id WHERE p.account_id = a.id AND p.kind = 'live' AND p.posted_on <= {asof}`
	answeredTo   = `responses x WHERE x.account_id = a.id AND x.kind NOT IN ('return', 'objection') AND x.occurred_at >= {year_of_days} AND x.occurred_at < {tomorrow}`
	// Who has objected is out of rules about contacts: Article 21 GDPR covers profiling for advertising, too. The
	// appended empty texts keep SQLite from reading every suppression of a scope or reason.
	activeAt = `contacts x WHERE x.account_id = a.id AND x.status = 'active'
  AND NOT EXISTS (SELECT 1 FROM suppressions b WHERE b.contact_id = x.id AND b.scope || '' = 'person' AND b.reason || '' = 'objection' AND ` + blockInForce + `)
  AND NOT EXISTS (SELECT 1 FROM suppressions b WHERE b.scope = 'person' AND b.match_key = x.match_key AND x.match_key <> '' AND b.reason = 'objection' AND ` + blockInForce + `)`
	blockInForce = `b.revoked_at IS NULL AND b.effective_on <= {asof} AND (b.until_on IS NULL OR b.until_on >= {asof})`
	sitesOf      = `sites x WHERE x.account_id = a.id`
)

// counting is a factColumn for the number of an account's rows.
func counting(from string) factColumn {
	return factColumn{expr: "(SELECT COUNT(*) FROM " + from + ")", as: asNumber}
}

// setOf is a factColumn for the different texts that are not empty in an account's rows.
func setOf(member, from string) factColumn {
	return factColumn{expr: member, as: asSet, from: from + " AND " + member + " <> ''"}
}

// closedDeals counts the opportunities that came to an end within twelve months, on the day they were closed or,
// where that is unknown, opened.
func closedDeals(status string) factColumn {
	return counting(`opportunities x WHERE x.account_id = a.id AND x.status = '` + status + `'
  AND COALESCE(x.closes_on, x.opened_on) > {year} AND COALESCE(x.closes_on, x.opened_on) <= {asof}`)
}

// factColumns maps every built-in field of the catalogue. Prefixes: a account, f features, sc score, si main site,
// gr group.
var factColumns = joined(valueColumns, accountColumns, map[string]factColumn{
	"orders":                {expr: "f.order_days"},
	"orders_12m":            {expr: "f.orders_12m"},
	"revenue_total":         {expr: "f.net_minor"},
	"revenue_12m":           {expr: "f.net_12m_minor"},
	"revenue_prior_12m":     {expr: "f.net_24m_minor"},
	"margin_12m":            {expr: "f.margin_12m_minor"},
	"first_order_on":        {expr: "f.first_order_on", as: asDate},
	"last_order_on":         {expr: "f.last_order_on", as: asDate},
	"days_since_last_order": {expr: "f.last_order_on", as: daysSince},
	"product_groups":        setOf("l.product_group", orderedLines),
	"product_groups_12m":    setOf("l.product_group", orderedLines+" AND o.placed_on > {year}"),
	"products":              setOf("l.product", orderedLines),
	"order_lines_12m":       counting(orderedLines + " AND o.placed_on > {year}"),

	"has_open_contract":       {expr: "f.open_contracts > 0", as: asFlag},
	"open_contracts":          {expr: "f.open_contracts"},
	"contract_monthly":        {expr: "f.contract_monthly_minor"},
	"next_term_end_on":        {expr: "f.next_term_end_on", as: asDate},
	"next_notice_on":          {expr: "f.next_notice_on", as: asDate},
	"days_to_notice_deadline": {expr: "f.next_notice_on", as: daysUntil},
	"contract.products":       setOf("l.product", runningLines),
	"contract.groups":         setOf("l.product_group", runningLines),
	"contract.auto_renews":    {expr: "(SELECT MAX(CASE WHEN c.auto_renew THEN 1 ELSE 0 END) FROM " + runningContracts + ") > 0", as: asFlag},
	"contracts_ended_12m": counting(`contracts c WHERE c.account_id = a.id AND ((c.ended_on > {year} AND c.ended_on <= {asof})
  OR (c.ended_on IS NULL AND NOT c.auto_renew AND c.term_ends_on >= {year} AND c.term_ends_on < {asof}))`),

	"open_opportunities":        {expr: "f.open_opportunities"},
	"opportunity.stages":        setOf("x.stage", openDeals),
	"opportunity.amount":        {expr: "f.open_amount_minor"},
	"opportunity.next_close_on": {expr: "(SELECT MIN(x.closes_on) FROM " + openDeals + ")", as: asDate},
	"opportunities_won_12m":     closedDeals("won"),
	"opportunities_lost_12m":    closedDeals("lost"),

	"days_since_last_mail":     {expr: "f.last_mailed_on", as: daysSince},
	"last_mailed_on":           {expr: "f.last_mailed_on", as: asDate},
	"mails_365d":               {expr: "f.mails_365d"},
	"campaigns":                setOf("k.name", postedTo),
	"responses_365d":           {expr: "f.responses_365d"},
	"days_since_last_response": {expr: "f.last_response_on", as: daysSince},
	"last_response_on":         {expr: "f.last_response_on", as: asDate},
	"response.kinds_365d":      setOf("x.kind", answeredTo),
})

// accountColumns are an account's master data, its group, sites and contacts.
var accountColumns = map[string]factColumn{
	"name":                {expr: "a.name", as: asText},
	"owner":               {expr: "(SELECT e.external_id FROM employees e WHERE e.id = a.owner_id)", as: asText},
	"dunning":             {expr: "a.dunning", as: asFlag},
	"complaint":           {expr: "a.complaint", as: asFlag},
	"country":             {expr: "a.country", as: asText},
	"language":            {expr: "a.language", as: asText},
	"segment":             {expr: "a.segment", as: asText},
	"industry":            {expr: "a.industry", as: asText},
	"employees":           {expr: "a.employee_count"},
	"service_level":       {expr: "a.service_level", as: asText},
	"status":              {expr: "a.status", as: asText},
	"acquisition_channel": {expr: "a.acquisition_channel", as: asText},
	"acquired_on":         {expr: "a.acquired_on", as: asDate},
	"customer_days":       {expr: "COALESCE(a.acquired_on, f.first_order_on)", as: daysSince},
	"postcode":            {expr: "si.postcode", as: asText},
	"city":                {expr: "si.city", as: asText},
	"region":              {expr: "si.region", as: asText},
	"place":               {expr: "CASE WHEN si.postcode <> '' AND si.country <> '' THEN si.country || '-' || si.postcode END", as: asText},

	"group.accounts":             {expr: "gr.accounts"},
	"group.residual":             {expr: "gr.residual_minor"},
	"group.revenue_12m":          {expr: "gr.net_12m_minor"},
	"group.mails_365d":           {expr: "gr.mails_365d"},
	"group.days_since_last_mail": {expr: "gr.last_mailed_on", as: daysSince},

	"site.count":         counting(sitesOf),
	"site.countries":     setOf("x.country", sitesOf),
	"site.postcodes":     setOf("x.postcode", sitesOf),
	"site.undeliverable": counting(sitesOf + " AND x.status = 'undeliverable'"),
	"contact.count":      counting(activeAt),
	"contact.roles":      setOf("x.role", activeAt),
	"contact.languages":  setOf("x.language", activeAt),
}

func joined(parts ...map[string]factColumn) map[string]factColumn {
	all := map[string]factColumn{}
	for _, p := range parts {
		maps.Copy(all, p)
	}
	return all
}

// columnOf is where a field comes from.
func (s *Store) columnOf(f *rules.Field) (factColumn, error) {
	if f.Custom {
		return s.customColumn(f)
	}
	column, ok := factColumns[f.Name]
	if !ok {
		return column, fmt.Errorf("store: field %s has no column", f.Name)
	}
	return column, nil
}
