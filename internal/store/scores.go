package store

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"strings"
	"time"

	"postlift"
	"postlift/clv"
	"postlift/clv/scoring"
)

// publishedScores is the name of the pointer to the score run in use.
const publishedScores = "published"

// Histories streams every account with its order features and open contracts, ordered by id.
func (s *Store) Histories(ctx context.Context, asOf postlift.Date) iter.Seq2[scoring.History, error] {
	return func(yield func(scoring.History, error) bool) {
		contracts, stop, err := s.contractCursor(ctx, asOf)
		if err != nil {
			yield(scoring.History{}, err)
			return
		}
		defer stop()
		start, err := s.historyStart(ctx)
		if err != nil {
			yield(scoring.History{}, err)
			return
		}
		rows, err := s.queryRead(ctx, `SELECT a.id, a.acquired_on, f.first_order_on, f.last_order_on, f.order_days, f.net_minor,
  f.first_day_net_minor, f.margin_minor, f.assumed_net_minor, f.excluded_orders,
  a.service_level, a.acquisition_channel, a.acquisition_cost_minor
FROM accounts a JOIN account_features f ON f.account_id = a.id ORDER BY a.id`)
		if err != nil {
			yield(scoring.History{}, fmt.Errorf("histories: %w", err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			h, err := scanHistory(rows)
			h.HistoryStart = start
			if err == nil {
				var excluded int64
				h.Contracts, excluded, err = contracts(h.AccountID)
				h.ExcludedDocuments += excluded
			}
			if !yield(h, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(scoring.History{}, err)
		}
	}
}

func scanHistory(rows *sql.Rows) (scoring.History, error) {
	var h scoring.History
	var cost sql.NullInt64
	err := rows.Scan(&h.AccountID, &h.OpenedOn, &h.FirstOrder, &h.LastOrder, &h.OrderDays, &h.NetMinor, &h.FirstDayNetMinor,
		&h.MarginMinor, &h.AssumedNetMinor, &h.ExcludedDocuments, &h.ServiceLevel, &h.Channel, &cost)
	h.AcquisitionMinor, h.AcquisitionKnown = cost.Int64, cost.Valid
	return h, err
}

// historyStart is the first day that the imported documents cover.
func (s *Store) historyStart(ctx context.Context) (postlift.Date, error) {
	var start postlift.Date
	err := s.read.QueryRowContext(ctx, "SELECT MIN(placed_on) FROM orders").Scan(&start)
	return start, err
}

// contractRead is one open contract with the lines in force.
type contractRead struct {
	account  int64
	currency string
	lines    int
	known    int // lines whose margin is known
	input    clv.ContractInput
}

// contractCursor reads open contracts in account order; the returned function gives one account's and how
// many are left out for want of an exchange rate, and must be called with rising ids.
func (s *Store) contractCursor(ctx context.Context, asOf postlift.Date) (func(int64) (found []clv.ContractInput, excluded int64, err error), func(), error) {
	rates, err := s.ratesOn(ctx, asOf)
	if err != nil {
		return nil, nil, err
	}
	next, stop := iter.Pull2(s.openContracts(ctx, asOf))
	current, err, more := next()
	return func(account int64) (found []clv.ContractInput, excluded int64, _ error) {
		for more && err == nil && current.account <= account {
			rate, known := rates[current.currency]
			switch {
			case current.account < account:
			case known:
				found = append(found, current.converted(rate))
			default:
				excluded++
			}
			current, err, more = next()
		}
		return found, excluded, err
	}, stop, err
}

// converted gives the contract in the reporting currency. Where one line's margin is unknown, the
// whole contract's is taken as unknown, so that it counts as assumed.
func (c contractRead) converted(rate float64) clv.ContractInput {
	in := c.input
	in.TermEnd = in.TermEnd.AddDays(1) // the engine's end is exclusive, ours is the last day
	in.MarginKnown = c.lines > 0 && c.known == c.lines
	in.MonthlyFeeMinor = postlift.RoundMinor(float64(in.MonthlyFeeMinor) * rate)
	in.MonthlyMarginMinor = postlift.RoundMinor(float64(in.MonthlyMarginMinor) * rate)
	return in
}

// openContractsSQL: open as of a date is what has begun, has not ended and renews itself or still runs.
const openContractsSQL = `SELECT c.account_id, c.currency, c.term_months, c.term_ends_on, c.auto_renew,
  CASE WHEN c.notice_given_on IS NOT NULL AND c.notice_given_on <= ? THEN 1 ELSE 0 END,
  COALESCE(e.renewals, 0), COALESCE(l.lines, 0), COALESCE(l.known, 0), COALESCE(l.fee, 0), COALESCE(l.margin, 0)
FROM contracts c
LEFT JOIN (SELECT contract_id, COUNT(*) AS renewals FROM contract_events
  WHERE kind = 'renewed' AND occurred_on <= ? GROUP BY contract_id) e ON e.contract_id = c.id
LEFT JOIN (SELECT contract_id, COUNT(*) AS lines, COUNT(monthly_margin_minor) AS known,
    SUM(monthly_fee_minor) AS fee, SUM(COALESCE(monthly_margin_minor, 0)) AS margin
  FROM contract_lines WHERE valid_from <= ? AND (valid_to IS NULL OR valid_to >= ?) GROUP BY contract_id) l ON l.contract_id = c.id
WHERE c.started_on <= ? AND (c.ended_on IS NULL OR c.ended_on > ?) AND (c.auto_renew OR c.term_ends_on >= ?)
ORDER BY c.account_id, c.id`

func (s *Store) openContracts(ctx context.Context, asOf postlift.Date) iter.Seq2[contractRead, error] {
	return func(yield func(contractRead, error) bool) {
		rows, err := s.queryRead(ctx, openContractsSQL, asOf, asOf, asOf, asOf, asOf, asOf, asOf)
		if err != nil {
			yield(contractRead{}, fmt.Errorf("contracts: %w", err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			var c contractRead
			var notice int
			err := rows.Scan(&c.account, &c.currency, &c.input.TermMonths, &c.input.TermEnd, &c.input.AutoRenew, &notice,
				&c.input.RenewalsDone, &c.lines, &c.known, &c.input.MonthlyFeeMinor, &c.input.MonthlyMarginMinor)
			c.input.NoticeGiven = notice == 1
			if !yield(c, err) || err != nil {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(contractRead{}, err)
		}
	}
}

// ratesOn gives, for each currency with a rate on the day, the factor between minor units.
func (s *Store) ratesOn(ctx context.Context, day postlift.Date) (map[string]float64, error) {
	settings, err := s.Settings(ctx)
	if err != nil {
		return nil, err
	}
	var rows []exchangeRateRow
	if err := s.reader(ctx).Where("valid_from <= ?", day).Order("valid_from").Find(&rows).Error; err != nil {
		return nil, err
	}
	rates := map[string]float64{}
	for _, r := range rows {
		rates[r.Currency] = r.Rate * postlift.MinorFactor(settings.Currency) / postlift.MinorFactor(r.Currency)
	}
	rates[settings.Currency] = 1
	return rates, nil
}

// Renewals counts the observed renewal decisions by term and opportunity. Contracts that ended within a
// term decided at no opportunity and are left out.
func (s *Store) Renewals(ctx context.Context, asOf postlift.Date) ([]scoring.RenewalCount, error) {
	rows, err := s.queryRead(ctx, `SELECT term_months, opportunity, CASE WHEN kind = 'renewed' THEN 1 ELSE 0 END, COUNT(*) FROM (
  SELECT e.kind, c.term_months, ROW_NUMBER() OVER (PARTITION BY e.contract_id ORDER BY e.occurred_on, e.id) AS opportunity
  FROM contract_events e JOIN contracts c ON c.id = e.contract_id
  WHERE e.occurred_on <= ? AND (e.kind = 'renewed' OR (e.kind = 'ended' AND c.ended_on >= c.term_ends_on))
) x GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`, asOf)
	if err != nil {
		return nil, fmt.Errorf("renewals: %w", err)
	}
	defer rows.Close()
	var counts []scoring.RenewalCount
	for rows.Next() {
		var c scoring.RenewalCount
		var renewed int
		if err := rows.Scan(&c.TermMonths, &c.Opportunity, &renewed, &c.Contracts); err != nil {
			return nil, err
		}
		c.Renewed = renewed == 1
		counts = append(counts, c)
	}
	return counts, rows.Err()
}

// Metrics gives retention of the last twelve months and cost by channel.
func (s *Store) Metrics(ctx context.Context, asOf postlift.Date) (scoring.Metrics, error) {
	var m scoring.Metrics
	y1, y2 := asOf.AddMonths(-12), asOf.AddMonths(-24)
	row := s.read.QueryRowContext(ctx, s.bind(`SELECT
  COALESCE(SUM(CASE WHEN e.kind = 'renewed' THEN 1 ELSE 0 END), 0), COUNT(*)
FROM contract_events e JOIN contracts c ON c.id = e.contract_id
WHERE e.occurred_on > ? AND e.occurred_on <= ? AND (e.kind = 'renewed' OR (e.kind = 'ended' AND c.ended_on >= c.term_ends_on))`), y1, asOf)
	if err := row.Scan(&m.RenewalsDone, &m.RenewalsDue); err != nil {
		return m, fmt.Errorf("metrics: %w", err)
	}
	row = s.read.QueryRowContext(ctx, s.bind(`SELECT COUNT(*), COALESCE(SUM(again), 0) FROM (
  SELECT account_id, MAX(CASE WHEN placed_on > ? THEN 1 ELSE 0 END) AS again, MAX(CASE WHEN placed_on <= ? THEN 1 ELSE 0 END) AS before
  FROM orders WHERE doc_type = 'order' AND placed_on > ? AND placed_on <= ? AND net_minor + credited_minor > 0 GROUP BY account_id
) x WHERE before = 1`), y1, y1, y2, asOf)
	if err := row.Scan(&m.BuyersBefore, &m.BuyersAgain); err != nil {
		return m, fmt.Errorf("metrics: %w", err)
	}
	m.RenewalRate = ratio(m.RenewalsDone, m.RenewalsDue)
	m.OrderRetention = ratio(m.BuyersAgain, m.BuyersBefore)
	var err error
	m.Channels, err = s.channelMetrics(ctx, asOf)
	return m, err
}

func (s *Store) channelMetrics(ctx context.Context, asOf postlift.Date) ([]scoring.ChannelMetrics, error) {
	settings, err := s.Settings(ctx)
	if err != nil {
		return nil, err
	}
	rates, err := s.ratesOn(ctx, asOf)
	if err != nil {
		return nil, err
	}
	var rows []channelCostRow
	if err := s.reader(ctx).Where("month <= ?", asOf).Order("channel, month").Find(&rows).Error; err != nil {
		return nil, err
	}
	var found []scoring.ChannelMetrics
	for _, r := range rows {
		rate, ok := rates[r.Currency]
		if !ok {
			continue
		}
		if len(found) == 0 || found[len(found)-1].Channel != r.Channel {
			found = append(found, scoring.ChannelMetrics{Channel: r.Channel, Spend: postlift.Money{Currency: settings.Currency}})
		}
		c := &found[len(found)-1]
		c.Spend.Minor += postlift.RoundMinor(float64(r.SpendMinor) * rate)
		c.Won += r.Won
		if r.Leads != nil {
			c.Leads = addTo(c.Leads, *r.Leads)
		}
	}
	for i := range found {
		c := &found[i]
		if c.Won > 0 {
			c.CPA = &postlift.Money{Minor: postlift.RoundMinor(float64(c.Spend.Minor) / float64(c.Won)), Currency: settings.Currency}
		}
		if c.Leads != nil {
			c.Conversion = ratio(c.Won, *c.Leads)
		}
	}
	return found, nil
}

// ratio is part of whole, or nil where there is no whole.
func ratio(part, whole int64) *float64 {
	if whole == 0 {
		return nil
	}
	r := float64(part) / float64(whole)
	return &r
}

func addTo(sum *int64, n int64) *int64 {
	if sum != nil {
		n += *sum
	}
	return &n
}

var scoreColumns = []string{"run_id", "account_id", "p_alive", "expected_orders", "orders_minor", "committed_minor", "renewal_minor",
	"fulfilment_minor", "service_minor", "acquisition_minor", "residual_minor", "prospect_minor", "window_margin_minor",
	"assumed_share", "decile", "flags"}

// BuildScores stores a run unseen, ranks its deciles and flips the pointer, all in one transaction.
func (s *Store) BuildScores(ctx context.Context, run *scoring.Run, rows iter.Seq2[scoring.Row, error], by postlift.Actor) error {
	return s.inTx(ctx, func(t *tx) error {
		row := scoreRunRow{UID: run.UID, AsOf: run.AsOf, HorizonMonths: int64(run.Horizon), Currency: run.Currency,
			Params: toJSON(run.Params), Assumptions: toJSON(run.Assumptions), Metrics: toJSON(run.Metrics),
			Status: "building", CreatedAt: s.now()}
		if err := t.Create(&row).Error; err != nil {
			return fmt.Errorf("store.BuildScores: %w", err)
		}
		run.ID = row.ID
		if err := t.writeScores(row.ID, rows); err != nil {
			return err
		}
		if _, err := t.exec(`UPDATE scores SET decile = ranked.decile FROM (
  SELECT account_id, NTILE(10) OVER (ORDER BY residual_minor DESC, account_id) AS decile FROM scores WHERE run_id = ?
) ranked WHERE scores.run_id = ? AND scores.account_id = ranked.account_id`, row.ID, row.ID); err != nil {
			return err
		}
		return t.publishScores(row.ID, run, by)
	})
}

func (t *tx) writeScores(run int64, rows iter.Seq2[scoring.Row, error]) error {
	next, stop := iter.Pull2(rows)
	defer stop()
	var failed error
	buf := make([]any, len(scoreColumns))
	_, err := t.copyRows("scores", scoreColumns, func() ([]any, bool) {
		r, err, ok := next()
		if !ok || err != nil {
			failed = err
			return nil, false
		}
		v := r.Value
		copy(buf, []any{run, r.AccountID, v.PAlive, v.ExpectedOrders, v.OrdersMinor, v.CommittedMinor, v.RenewalMinor,
			v.FulfilMinor, v.ServiceMinor, v.AcquisitionMinor, v.ResidualMinor, v.ProspectMinor, v.WindowMarginMinor,
			v.AssumedShare, int64(0), strings.Join(v.Flags, ",")})
		return buf, true
	})
	if failed != nil {
		return failed
	}
	return err
}

func (t *tx) publishScores(id int64, run *scoring.Run, by postlift.Actor) error {
	if err := t.alone("scores"); err != nil {
		return err
	}
	if _, err := t.exec("UPDATE score_runs SET status = 'superseded' WHERE status = 'published'"); err != nil {
		return err
	}
	now := t.store.now()
	if _, err := t.exec("UPDATE score_runs SET status = 'published', accounts = ?, published_at = ? WHERE id = ?",
		run.Accounts, now, id); err != nil {
		return err
	}
	run.PublishedAt = now
	if _, err := t.exec(`INSERT INTO score_pointer (name, run_id) VALUES (?, ?)
ON CONFLICT (name) DO UPDATE SET run_id = excluded.run_id`, publishedScores, id); err != nil {
		return err
	}
	return t.event(by, "score_run", run.UID, "published", map[string]int64{"accounts": run.Accounts})
}

// PublishedRun reads the score run in use.
func (s *Store) PublishedRun(ctx context.Context) (scoring.Run, error) {
	var row scoreRunRow
	err := s.reader(ctx).Joins("JOIN score_pointer p ON p.run_id = score_runs.id AND p.name = ?", publishedScores).First(&row).Error
	if err := notFound(err, "store.PublishedRun", "published score run", "(run `postlift clv score` first)"); err != nil {
		return scoring.Run{}, err
	}
	run := scoring.Run{ID: row.ID, UID: row.UID, AsOf: row.AsOf, Horizon: int(row.HorizonMonths), Currency: row.Currency,
		Accounts: row.Accounts, Total: postlift.Money{Currency: row.Currency}}
	if row.PublishedAt != nil {
		run.PublishedAt = row.PublishedAt.UTC().Truncate(time.Second)
	}
	for doc, target := range map[jsonText]any{row.Params: &run.Params, row.Assumptions: &run.Assumptions, row.Metrics: &run.Metrics} {
		if err := doc.into(target); err != nil {
			return run, fmt.Errorf("store.PublishedRun: %w", err)
		}
	}
	err = s.read.QueryRowContext(ctx, s.bind("SELECT COALESCE(SUM(residual_minor), 0) FROM scores WHERE run_id = ?"), row.ID).Scan(&run.Total.Minor)
	return run, err
}
