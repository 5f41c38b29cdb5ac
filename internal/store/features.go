package store

import (
	"context"
	"fmt"
	"math"
	"strings"

	"gorm.io/gorm"

	"postlift"
	"postlift/accounts"
	"postlift/migrations"
)

// RefreshFeatures rebuilds what rules read of every account, as of a date, in one set-based statement. Documents in a currency without a rate on their day are left out and counted in
// excluded_orders.
func (s *Store) RefreshFeatures(ctx context.Context, asOf postlift.Date) error {
	settings, err := s.Settings(ctx)
	if err != nil {
		return err
	}
	return s.inTx(ctx, func(t *tx) error {
		if err := t.alone("features"); err != nil {
			return err
		}
		return t.refreshFeatures(settings, asOf)
	})
}

func (t *tx) refreshFeatures(settings accounts.Settings, asOf postlift.Date) error {
	mark, err := t.changeMark() // before anything is read: what changes meanwhile counts as not read
	if err != nil {
		return err
	}
	query, args, err := t.store.featureQuery(t.DB, settings, asOf, nil)
	if err != nil {
		return err
	}
	if _, err := t.exec("DELETE FROM account_features"); err != nil {
		return err
	}
	err = t.inBulk(func() error {
		_, err := t.exec("INSERT INTO account_features ("+strings.Join(featureColumns, ", ")+")\n"+query, args...)
		return err
	})
	if err != nil {
		return fmt.Errorf("features: %w", err)
	}
	return t.featuresStand(settings, asOf, mark)
}

// inBulk runs a statement over all accounts. PostgreSQL knows nothing of tables that were filled a moment ago, takes
// them for small and would join each account with all rows of the others, which takes hours instead of seconds.
func (t *tx) inBulk(run func() error) error {
	if t.store.dialect != migrations.Postgres {
		return run()
	}
	if _, err := t.exec("SET LOCAL enable_nestloop = off"); err != nil {
		return err
	}
	if err := run(); err != nil {
		return err
	}
	_, err := t.exec("SET LOCAL enable_nestloop TO DEFAULT")
	return err
}

// rateExpression is SQL for the factor from minor units of a row's currency to the reporting currency's:
// 1 for the reporting currency, the latest rate on day for the others, NULL where there is none. The row
// is known by its alias; day is an SQL expression.
func rateExpression(db *gorm.DB, reporting, alias, day string) (string, error) {
	var currencies []string
	if err := db.Raw("SELECT DISTINCT currency FROM exchange_rates ORDER BY currency").Scan(&currencies).Error; err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "CASE WHEN %s.currency = '%s' THEN 1.0", alias, reporting)
	for _, c := range currencies {
		if !postlift.ValidCurrency(c) || c == reporting {
			continue
		}
		scale := math.Pow10(postlift.MinorDigits(reporting) - postlift.MinorDigits(c))
		fmt.Fprintf(&b, " WHEN %[1]s.currency = '%[2]s' THEN %[3]g * (SELECT r.rate FROM exchange_rates r"+
			" WHERE r.currency = '%[2]s' AND r.valid_from <= %[4]s ORDER BY r.valid_from DESC LIMIT 1)", alias, c, scale, day)
	}
	b.WriteString(" END")
	return b.String(), nil
}

// orderRate is the rate expression of orders o on the day of each.
func orderRate(db *gorm.DB, reporting string) (string, error) {
	return rateExpression(db, reporting, "o", "o.placed_on")
}

// documentSQL selects one row for each document: its net value and margin in the reporting currency.
// An order counts net of what refers to it in its currency; a credit note counts by itself only where it
// refers to no such order. A credited order of unknown margin shrinks with its net value.
func documentSQL(rates string, defaultMargin float64) string {
	const effective = `CASE WHEN o.doc_type = 'order' THEN o.net_minor + o.credited_minor
    WHEN o.refers_to <> '' AND EXISTS (SELECT 1 FROM orders p WHERE p.source = o.source AND p.external_id = o.refers_to AND p.currency = o.currency AND p.doc_type = 'order') THEN 0
    ELSE o.net_minor END`
	return fmt.Sprintf(`SELECT o.account_id, o.placed_on, o.doc_type, %[1]s AS rate, %[2]s AS net,
    CASE WHEN o.margin_minor IS NULL THEN (%[2]s) * %[3]g
         WHEN o.doc_type = 'order' THEN o.margin_minor + o.credited_margin_minor
         WHEN (%[2]s) = 0 THEN 0 ELSE o.margin_minor END AS margin,
    CASE WHEN o.margin_minor IS NULL THEN ABS(%[2]s) ELSE 0 END AS assumed
  FROM orders o WHERE o.placed_on <= ?`, rates, effective, defaultMargin)
}

// featureColumns are the columns of account_features in the order in which featureQuery selects them.
var featureColumns = []string{"account_id", "as_of", "order_days", "first_order_on", "last_order_on",
	"net_minor", "first_day_net_minor", "margin_minor", "assumed_net_minor", "net_12m_minor", "net_24m_minor", "margin_12m_minor", "orders_12m",
	"open_contracts", "contract_monthly_minor", "contract_margin_minor", "next_term_end_on", "next_notice_on", "open_opportunities", "open_amount_minor",
	"last_mailed_on", "mails_365d", "responses_365d", "last_response_on", "excluded_orders"}

// featureQuery selects the columns of account_features, named as there, of every account or of those with the
// ids.
func (s *Store) featureQuery(db *gorm.DB, settings accounts.Settings, asOf postlift.Date, ids []int64) (string, []any, error) {
	orderRates, err := orderRate(db, settings.Currency)
	if err != nil {
		return "", nil, err
	}
	contractRates, err := rateExpression(db, settings.Currency, "c", "'"+asOf.String()+"'")
	if err != nil {
		return "", nil, err
	}
	dealRates, err := rateExpression(db, settings.Currency, "x", "'"+asOf.String()+"'")
	if err != nil {
		return "", nil, err
	}
	year, noticeDate, dateCast := asOf.AddMonths(-12), "date(c.term_ends_on, '-' || c.notice_days || ' days')", "TEXT"
	if s.dialect == migrations.Postgres {
		noticeDate, dateCast = "c.term_ends_on - CAST(c.notice_days AS INTEGER)", "DATE"
	}
	with, only, who := "WITH ", "", ""
	var args []any
	if ids != nil {
		with, only, who = s.idList()+", ", " AND account_id IN (SELECT id FROM ids)", " WHERE a.id IN (SELECT id FROM ids)"
		args = append(args, idParameter(ids))
	}
	query := fmt.Sprintf(with+`doc AS (%[1]s%[7]s
), day AS (
  SELECT account_id, placed_on,
    `+s.rounded("SUM(net * rate)")+` AS net, `+s.rounded("SUM(margin * rate)")+` AS margin, `+s.rounded("SUM(assumed * rate)")+` AS assumed,
    SUM(CASE WHEN rate IS NULL THEN 1 ELSE 0 END) AS excluded
  FROM doc GROUP BY account_id, placed_on
), bought AS (
  SELECT account_id,
    SUM(CASE WHEN net > 0 THEN 1 ELSE 0 END) AS order_days,
    MIN(CASE WHEN net > 0 THEN CAST(placed_on AS TEXT) || '|' || CAST(net AS TEXT) END) AS first_day,
    MAX(CASE WHEN net > 0 THEN placed_on END) AS last_on,
    COALESCE(SUM(net), 0) AS net, COALESCE(SUM(margin), 0) AS margin, COALESCE(SUM(assumed), 0) AS assumed,
    COALESCE(SUM(CASE WHEN placed_on > ? THEN net END), 0) AS net_12m,
    COALESCE(SUM(CASE WHEN placed_on > ? AND placed_on <= ? THEN net END), 0) AS net_24m,
    COALESCE(SUM(CASE WHEN placed_on > ? THEN margin END), 0) AS margin_12m,
    SUM(CASE WHEN placed_on > ? AND net > 0 THEN 1 ELSE 0 END) AS orders_12m,
    SUM(excluded) AS excluded
  FROM day GROUP BY account_id
), fee AS (
  SELECT contract_id, SUM(monthly_fee_minor) AS monthly,
    SUM(COALESCE(monthly_margin_minor, monthly_fee_minor * %[6]g)) AS margin
  FROM contract_lines WHERE valid_from <= ? AND (valid_to IS NULL OR valid_to >= ?) GROUP BY contract_id
), signed AS (
  SELECT c.account_id, COUNT(*) AS open_contracts,
    `+s.rounded("COALESCE(SUM(fee.monthly * %[5]s), 0)")+` AS monthly, `+s.rounded("COALESCE(SUM(fee.margin * %[5]s), 0)")+` AS margin,
    MIN(CASE WHEN c.term_ends_on >= ? THEN c.term_ends_on END) AS term_end,
    MIN(CASE WHEN %[2]s >= ? AND c.ended_on IS NULL AND (c.notice_given_on IS NULL OR c.notice_given_on > ?) THEN %[2]s END) AS notice_on
  FROM contracts c LEFT JOIN fee ON fee.contract_id = c.id
  WHERE c.started_on <= ? AND (c.ended_on IS NULL OR c.ended_on > ?) AND (c.auto_renew OR c.term_ends_on >= ?)%[7]s
  GROUP BY c.account_id
), deals AS (
  SELECT account_id, COUNT(*) AS open_deals, `+s.rounded("SUM(x.amount_minor * %[8]s)")+` AS amount
  FROM opportunities x WHERE status = 'open' AND opened_on <= ?%[7]s GROUP BY account_id
), mailed AS (
  SELECT account_id, MAX(posted_on) AS last_on, SUM(CASE WHEN posted_on > ? THEN 1 ELSE 0 END) AS mails
  FROM pieces WHERE account_id IS NOT NULL AND kind = 'live' AND posted_on <= ?%[7]s GROUP BY account_id
), answered AS (
  SELECT account_id, MAX(occurred_at) AS last_at, SUM(CASE WHEN occurred_at >= ? THEN 1 ELSE 0 END) AS answers
  FROM responses WHERE account_id IS NOT NULL AND kind NOT IN ('visit', 'return', 'objection') AND occurred_at < ?%[7]s
  GROUP BY account_id
)
SELECT a.id AS account_id, CAST(? AS %[3]s) AS as_of, COALESCE(b.order_days, 0) AS order_days,
  CAST(substr(b.first_day, 1, 10) AS %[3]s) AS first_order_on, b.last_on AS last_order_on,
  COALESCE(b.net, 0) AS net_minor, COALESCE(CAST(substr(b.first_day, 12) AS BIGINT), 0) AS first_day_net_minor,
  COALESCE(b.margin, 0) AS margin_minor, COALESCE(b.assumed, 0) AS assumed_net_minor,
  COALESCE(b.net_12m, 0) AS net_12m_minor, COALESCE(b.net_24m, 0) AS net_24m_minor, COALESCE(b.margin_12m, 0) AS margin_12m_minor, COALESCE(b.orders_12m, 0) AS orders_12m,
  COALESCE(g.open_contracts, 0) AS open_contracts, COALESCE(g.monthly, 0) AS contract_monthly_minor,
  COALESCE(g.margin, 0) AS contract_margin_minor, g.term_end AS next_term_end_on, g.notice_on AS next_notice_on,
  COALESCE(d.open_deals, 0) AS open_opportunities, COALESCE(d.amount, 0) AS open_amount_minor, m.last_on AS last_mailed_on, COALESCE(m.mails, 0) AS mails_365d,
  COALESCE(r.answers, 0) AS responses_365d, %[4]s AS last_response_on, COALESCE(b.excluded, 0) AS excluded_orders
FROM accounts a
LEFT JOIN bought b ON b.account_id = a.id
LEFT JOIN signed g ON g.account_id = a.id
LEFT JOIN deals d ON d.account_id = a.id
LEFT JOIN mailed m ON m.account_id = a.id
LEFT JOIN answered r ON r.account_id = a.id`+who,
		documentSQL(orderRates, settings.Value.DefaultMargin), noticeDate, dateCast, s.dateOfInstant("r.last_at"),
		contractRates, settings.Value.DefaultMargin, only, dealRates)
	args = append(args, asOf, year, asOf.AddMonths(-24), year, year, year, asOf, asOf, asOf, asOf, asOf, asOf, asOf, asOf, asOf, asOf.AddDays(-365), asOf,
		asOf.AddDays(-365).Time(), asOf.AddDays(1).Time(), asOf)
	return query, args, nil
}

// rounded is SQL for a whole number of minor units, half of one away from zero as postlift.RoundMinor has it:
// PostgreSQL's own ROUND takes half to even where the number is a float.
func (s *Store) rounded(x string) string {
	if s.dialect == migrations.Postgres {
		return "CAST(TRUNC(" + x + " + CASE WHEN " + x + " < 0 THEN -0.5 ELSE 0.5 END) AS BIGINT)"
	}
	return "CAST(ROUND(" + x + ") AS BIGINT)"
}

// dateOfInstant is SQL for the UTC date of a stored instant.
func (s *Store) dateOfInstant(expr string) string {
	if s.dialect == migrations.Postgres {
		return "CAST(" + expr + " AT TIME ZONE 'UTC' AS DATE)"
	}
	return "substr(" + expr + ", 1, 10)"
}
