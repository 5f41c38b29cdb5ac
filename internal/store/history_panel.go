package store

import (
	"context"
	"database/sql"
	"fmt"

	"postlift"
	"postlift/campaigns"
	planning "postlift/campaigns/planner"
)

// PlannedAccounts lists the accounts that a run mails or holds out and that its estimate takes in, in the order of
// their ids.
func (s *Store) PlannedAccounts(ctx context.Context, runID int64) ([]campaigns.PlannedAccount, error) {
	var found []campaigns.PlannedAccount
	var contacts jsonText
	var ids []int64
	err := s.each(ctx, func(rows *sql.Rows) error {
		var p campaigns.PlannedAccount
		if err := rows.Scan(&p.AccountID, &p.GroupKey, &p.Segment, &p.BaselineMinor, &p.AgreedMinor, &p.PreMarginMinor, &p.CostMinor, &p.Lift, &p.LiftSD, &contacts); err != nil {
			return err
		}
		if err := contacts.into(&ids); err != nil {
			return err
		}
		p.Pieces = len(ids)
		found = append(found, p)
		return nil
	}, `SELECT c.account_id, c.group_key, a.segment, c.baseline_minor, c.agreed_minor, c.pre_margin_minor, c.cost_minor, c.lift, c.lift_sd, c.contacts
FROM choices c JOIN accounts a ON a.id = c.account_id
WHERE c.run_id = ? AND c.outcome IN ('assigned', 'holdout') AND c.role NOT IN `+outsideEstimate+` ORDER BY c.account_id`, runID)
	if err != nil {
		return nil, fmt.Errorf("store.PlannedAccounts: %w", err)
	}
	return found, nil
}

// yearDays is how long the margin before a window is summed up, the covariate of a later measurement.
const yearDays = 365

// daysPerMonth spreads a contract's monthly margin over days.
const daysPerMonth = 365.25 / 12

// PastOf sums up past windows by group: orders net of credits with the default share where they name no margin, as
// features have it, and contracts by the day, as reports have it. Documents in a currency without a rate are left
// out. The orders come in one statement, the contracts in a second one.
func (s *Store) PastOf(ctx context.Context, p campaigns.Panel) ([]planning.Past, error) {
	settings, err := s.Settings(ctx)
	if err != nil {
		return nil, err
	}
	b := pastBuilder{panel: p, past: make([]planning.Past, p.Count*p.Windows), group: make(map[int64]int, len(p.Accounts)), defaultMargin: settings.Value.DefaultMargin}
	for i, id := range p.Accounts {
		b.group[id] = p.Groups[i]
	}
	if err := s.pastOrders(ctx, &b, settings.Currency); err != nil {
		return nil, fmt.Errorf("store.PastOf: orders: %w", err)
	}
	if err := s.pastContracts(ctx, &b); err != nil {
		return nil, fmt.Errorf("store.PastOf: contracts: %w", err)
	}
	return b.past, nil
}

// pastBuilder adds documents to the windows that they fall into.
type pastBuilder struct {
	panel         campaigns.Panel
	past          []planning.Past
	group         map[int64]int
	defaultMargin float64
}

// from is the first day that counts: the year before the oldest window.
func (b *pastBuilder) from() postlift.Date {
	return b.panel.First(b.panel.Windows - 1).AddDays(-yearDays)
}

// windows are the group's entries.
func (b *pastBuilder) windows(account int64) []planning.Past {
	g, known := b.group[account]
	if !known {
		return nil
	}
	return b.past[g*b.panel.Windows : (g+1)*b.panel.Windows]
}

// addOrder puts one document's margin into its window and into the year before every later one.
func (b *pastBuilder) addOrder(account int64, on postlift.Date, margin float64, isOrder bool) {
	windows, days := b.windows(account), b.panel.Days
	age := b.panel.AsOf.DaysSince(on)
	if age < 0 {
		return
	}
	if w := age / days; w < len(windows) {
		windows[w].Margin += margin
		if isOrder {
			windows[w].Orders++
		}
	}
	for w := max((age-yearDays+days)/days-1, 0); w < len(windows) && (w+1)*days <= age; w++ {
		if age < (w+1)*days+yearDays {
			windows[w].Pre += margin
		}
	}
}

// addContract spreads a line's daily margin over its days of service. Within a window, what falls into a term that
// was agreed when the window began is agreed; the rest was for a renewal, or for a new contract, to bring.
func (b *pastBuilder) addContract(line pastContract, daily float64) {
	from, until := line.from, line.last(b.panel.AsOf)
	for w, entries := 0, b.windows(line.account); w < len(entries); w++ {
		first := b.panel.First(w)
		last := first.AddDays(b.panel.Days - 1)
		entries[w].Margin += daily * float64(overlap(from, until, first, last))
		entries[w].Agreed += daily * float64(overlap(from, min(until, line.agreedTo(first)), first, last))
		entries[w].Pre += daily * float64(overlap(from, until, first.AddDays(-yearDays), first.AddDays(-1)))
	}
}

// overlap is the number of days that two spans of days share.
func overlap(from, until, first, last postlift.Date) int {
	return max(min(until, last).DaysSince(max(from, first))+1, 0)
}

func (s *Store) pastOrders(ctx context.Context, b *pastBuilder, currency string) error {
	rates, err := orderRate(s.reader(ctx), currency)
	if err != nil {
		return err
	}
	query := s.idList() + `SELECT d.account_id, d.placed_on, d.margin * d.rate, CASE WHEN d.net > 0 THEN 1 ELSE 0 END FROM (` +
		documentSQL(rates, b.defaultMargin) + ` AND o.placed_on >= ? AND o.account_id IN (SELECT id FROM ids)) d WHERE d.rate IS NOT NULL AND d.net <> 0`
	return s.each(ctx, func(rows *sql.Rows) error {
		var account int64
		var on postlift.Date
		var margin float64
		var isOrder int
		if err := rows.Scan(&account, &on, &margin, &isOrder); err != nil {
			return err
		}
		b.addOrder(account, on, margin, isOrder == 1)
		return nil
	}, query, idParameter(b.panel.Accounts), b.panel.AsOf, b.from())
}

// pastContracts takes contracts at the rates of the panel's day, as features do.
func (s *Store) pastContracts(ctx context.Context, b *pastBuilder) error {
	rates, err := s.ratesOn(ctx, b.panel.AsOf)
	if err != nil {
		return err
	}
	query := s.idList() + `SELECT c.account_id, c.currency, c.started_on, c.term_months, c.term_ends_on, c.notice_days, c.auto_renew, c.notice_given_on, c.ended_on,
  l.monthly_fee_minor, l.monthly_margin_minor, l.valid_from, l.valid_to
FROM contracts c JOIN contract_lines l ON l.contract_id = c.id
WHERE c.account_id IN (SELECT id FROM ids) AND c.started_on <= ? AND l.valid_from <= ? AND (l.valid_to IS NULL OR l.valid_to >= ?)`
	return s.each(ctx, func(rows *sql.Rows) error {
		var line pastContract
		if err := rows.Scan(&line.account, &line.currency, &line.startedOn, &line.termMonths, &line.termEndsOn, &line.noticeDays, &line.autoRenew, &line.noticeGivenOn, &line.endedOn,
			&line.fee, &line.margin, &line.from, &line.to); err != nil {
			return err
		}
		b.addContract(line, line.monthly(b.defaultMargin)*rates[line.currency]/daysPerMonth)
		return nil
	}, query, idParameter(b.panel.Accounts), b.panel.AsOf, b.panel.AsOf, b.from())
}

// pastContract is one version of a contract's line.
type pastContract struct {
	account                            int64
	currency                           string
	startedOn                          postlift.Date
	termMonths, noticeDays             int
	termEndsOn, noticeGivenOn, endedOn postlift.Date
	autoRenew                          bool
	fee                                int64
	margin                             *int64
	from, to                           postlift.Date
}

// last is the last day of service until a day: the line's own, the contract's end, or the end of a term that was not
// renewed.
func (c pastContract) last(until postlift.Date) postlift.Date {
	if !c.to.IsZero() {
		until = min(until, c.to)
	}
	switch {
	case !c.endedOn.IsZero():
		return min(until, c.endedOn.AddDays(-1))
	case !c.autoRenew || !c.noticeGivenOn.IsZero():
		return min(until, c.termEndsOn)
	}
	return until
}

// agreedTo is the last day for which service was agreed when a window began: the end of the term that ran, or of the
// next one where notice could no longer be given; the day before the window for a contract that had not begun. Terms
// are counted from the recorded end, both ways.
func (c pastContract) agreedTo(first postlift.Date) postlift.Date {
	if c.startedOn >= first {
		return first.AddDays(-1)
	}
	months := max(c.termMonths, 1)
	end := c.termEndsOn.AddDays(1) // the first day after the term
	terms := first.DaysSince(end)/(28*months) - 1
	if first > end {
		terms = first.DaysSince(end)/(31*months) - 1
	}
	for end.AddMonths(terms*months) < first {
		terms++
	}
	next := end.AddMonths(terms * months)
	if decided := first.AddDays(-1); c.autoRenew && decided > next.AddDays(-1-c.noticeDays) {
		next = end.AddMonths((terms + 1) * months)
	}
	return next.AddDays(-1)
}

// monthly is the margin of a month in minor units of the contract's currency.
func (c pastContract) monthly(defaultMargin float64) float64 {
	if c.margin != nil {
		return float64(*c.margin)
	}
	return float64(c.fee) * defaultMargin
}
