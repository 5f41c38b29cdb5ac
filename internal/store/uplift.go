package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"postlift"
	"postlift/campaigns"
	"postlift/campaigns/draw"
	"postlift/responses"
)

// MeasuredRun finds the latest run with an in-home date by the run's id, or by its campaign's id or name.
func (s *Store) MeasuredRun(ctx context.Context, name string) (responses.MeasuredRun, error) {
	const op = "store.MeasuredRun"
	var row struct {
		ID          int64
		UID         string
		CampaignUID string
		Campaign    string
		Currency    string
		InHomeOn    postlift.Date
		WindowDays  int
		CostMinor   int64
		Class       string
		State       string // of the campaign
		Record      jsonText
	}
	err := s.reader(ctx).Raw(`SELECT r.id, r.uid, c.uid AS campaign_uid, c.name AS campaign, c.class, c.state, r.currency, r.in_home_on, r.window_days, r.cost_minor, r.record
		FROM campaigns c LEFT JOIN runs r ON r.campaign_id = c.id AND r.in_home_on IS NOT NULL
		WHERE c.uid = ? OR c.name = ? OR r.uid = ? ORDER BY r.in_home_on DESC, r.id DESC LIMIT 1`, name, name, name).Scan(&row).Error
	switch {
	case err != nil:
		return responses.MeasuredRun{}, fmt.Errorf("%s: %w", op, err)
	case row.CampaignUID == "":
		return responses.MeasuredRun{}, postlift.Faultf(postlift.NotFound, op, "there is no campaign or posted run %q", name)
	case row.ID == 0 && row.Class == string(campaigns.Contractual):
		return responses.MeasuredRun{}, responses.NoUplift(row.Campaign)
	case row.ID == 0:
		return responses.MeasuredRun{}, postlift.Faultf(postlift.Conflict, op,
			"no letter of %s has been posted yet: set the batch's status to posted with its date first", row.Campaign)
	}
	run := responses.MeasuredRun{
		ID: row.ID, UID: row.UID, CampaignUID: row.CampaignUID, Campaign: row.Campaign, Currency: row.Currency,
		InHomeOn: row.InHomeOn, WindowDays: row.WindowDays, PlannedCostMinor: row.CostMinor, Contractual: row.Class == string(campaigns.Contractual),
	}
	if err := s.runPosting(ctx, &run, row.Record); err != nil {
		return run, fmt.Errorf("%s: %w", op, err)
	}
	run.Design.Ended = row.State == campaigns.StateCancelled
	run.Accounts, err = s.accountFunnel(ctx, run.ID)
	return run, err
}

// postedWaves lists the waves of a run that were posted.
func (s *Store) postedWaves(ctx context.Context, run *responses.MeasuredRun) error {
	waves, err := s.RunWaves(ctx, run.ID)
	for _, w := range waves {
		if w.Number > 0 && !w.InHomeOn.IsZero() {
			run.Design.Posted = append(run.Design.Posted, responses.Posting{Wave: w.Number, InHomeOn: w.InHomeOn})
		}
	}
	return err
}

// runPosting fills in the posting date and the price of a piece: what the run's record fixed, else the
// planned cost by the planned pieces.
func (s *Store) runPosting(ctx context.Context, run *responses.MeasuredRun, record jsonText) error {
	var pieces int64
	row := s.read.QueryRowContext(ctx, s.bind("SELECT MIN(posted_on), COUNT(*) FROM pieces WHERE run_id = ? AND kind = 'live'"), run.ID)
	if err := row.Scan(&run.PostedOn, &pieces); err != nil {
		return err
	}
	var fixed struct {
		PieceCost   postlift.Money        `json:"piece_cost"`
		KeyAccounts *campaigns.KeyShare   `json:"key_accounts"`
		Design      campaigns.PlanDesign  `json:"design"`
		WaveDays    int                   `json:"wave_days"`
		Strata      []draw.Stratum        `json:"strata"`
		Exploration campaigns.Exploration `json:"exploration"`
	}
	if err := record.into(&fixed); err != nil {
		return err
	}
	run.KeyAccounts, run.Explored = fixed.KeyAccounts, fixed.Exploration.Thompson+fixed.Exploration.Uniform
	run.Design.PlanDesign, run.Design.WaveDays = fixed.Design, fixed.WaveDays
	switch run.Design.Design {
	case campaigns.DesignWaves:
		if err := s.postedWaves(ctx, run); err != nil {
			return err
		}
	case campaigns.DesignStrata, campaigns.DesignPairs:
		run.Design.Strata = make(map[string]responses.Sizes, len(fixed.Strata))
		for _, x := range fixed.Strata {
			run.Design.Strata[x.Name] = responses.Sizes{Held: x.Holdout, Treated: x.Clusters - x.Holdout}
		}
	}
	switch {
	case fixed.PieceCost.Currency == run.Currency:
		run.PieceCostMinor = fixed.PieceCost.Minor
	case pieces > 0:
		run.PieceCostMinor = postlift.RoundMinor(float64(run.PlannedCostMinor) / float64(pieces))
	}
	return nil
}

func (s *Store) accountFunnel(ctx context.Context, runID int64) (responses.AccountFunnel, error) {
	f := responses.AccountFunnel{Reasons: map[string]int{}}
	err := s.each(ctx, func(rows *sql.Rows) error {
		var outcome, reason string
		var n int
		if err := rows.Scan(&outcome, &reason, &n); err != nil {
			return err
		}
		f.Matched += n
		switch outcome {
		case "gated":
			f.Gated += n
			f.Reasons[reason] += n
		case "over_cap":
			f.OverCap += n
		case "holdout":
			f.Holdout += n
		case "assigned":
			f.Assigned += n
		}
		return nil
	}, "SELECT outcome, reason, COUNT(*) FROM choices WHERE run_id = ? GROUP BY outcome, reason", runID)
	return f, err
}

// each runs one query on the read pool and hands over its rows.
func (s *Store) each(ctx context.Context, scan func(*sql.Rows) error, query string, args ...any) error {
	rows, err := s.queryRead(ctx, query, args...)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// outsideEstimate are the roles of accounts that the estimate leaves out: SQL for a list.
var outsideEstimate = "('" + strings.Join(campaigns.OutsideEstimate(), "', '") + "')"

// RunGroups streams the run's randomisation groups, one row a group and arm; key accounts and those
// that were tried out are not among them.
func (s *Store) RunGroups(ctx context.Context, runID int64, take func(responses.GroupRow) error) error {
	return s.each(ctx, func(rows *sql.Rows) error {
		var g responses.GroupRow
		var outcome string
		if err := rows.Scan(&g.Key, &outcome, &g.Propensity, &g.Accounts, &g.PreMinor, &g.PlannedGainMinor, &g.Stratum, &g.Wave); err != nil {
			return err
		}
		g.Treated = outcome == "assigned"
		return take(g)
	}, `SELECT group_key, outcome, MIN(propensity), COUNT(*), CAST(SUM(pre_margin_minor) AS DOUBLE PRECISION),
		CAST(SUM(expected_value_minor + cost_minor) AS DOUBLE PRECISION), MIN(stratum), MIN(wave)
		FROM choices WHERE run_id = ? AND outcome IN ('assigned', 'holdout') AND role NOT IN `+outsideEstimate+`
		GROUP BY group_key, outcome ORDER BY `+s.bytewise("group_key")+`, outcome`, runID)
}

// RunDays streams what each group of the run ordered on each day, net of credits, in the run's currency. Where the run
// is read as of a day, credit notes of later days have not been given yet.
func (s *Store) RunDays(ctx context.Context, run responses.MeasuredRun, from, until postlift.Date, take func(responses.DayRow) error) error {
	settings, err := s.Settings(ctx)
	if err != nil {
		return err
	}
	rates, err := orderRate(s.reader(ctx), run.Currency)
	if err != nil {
		return err
	}
	query := `SELECT c.group_key, d.placed_on,
		COALESCE(SUM(d.net * d.rate), 0), COALESCE(SUM(d.margin * d.rate), 0), COALESCE(SUM(d.assumed * d.rate), 0),
		SUM(CASE WHEN d.doc_type = 'order' AND d.net > 0 AND d.rate IS NOT NULL THEN 1 ELSE 0 END),
		SUM(CASE WHEN d.rate IS NULL AND d.net <> 0 THEN 1 ELSE 0 END)
		FROM choices c JOIN (` + documentSQL(rates, settings.Value.DefaultMargin) + ` AND o.placed_on >= ?) d ON d.account_id = c.account_id
		WHERE c.run_id = ? AND c.outcome IN ('assigned', 'holdout') AND c.role NOT IN ` + outsideEstimate + ` GROUP BY c.group_key, d.placed_on ORDER BY c.group_key, d.placed_on`
	err = s.each(ctx, func(rows *sql.Rows) error {
		var d responses.DayRow
		if err := rows.Scan(&d.Key, &d.On, &d.Net, &d.Margin, &d.Assumed, &d.Orders, &d.Excluded); err != nil {
			return err
		}
		return take(d)
	}, query, until, from, run.ID)
	if err != nil || run.ReadOn.IsZero() {
		return err
	}
	return s.laterCredits(ctx, run, rates, settings.Value.DefaultMargin, from, until, take)
}

// RunContracts streams the contract lines of the run's accounts that touch the days.
func (s *Store) RunContracts(ctx context.Context, runID int64, from, until postlift.Date, take func(responses.ContractRow) error) error {
	return s.each(ctx, func(rows *sql.Rows) error {
		var c responses.ContractRow
		err := rows.Scan(&c.Key, &c.Currency, &c.TermEndsOn, &c.AutoRenew, &c.NoticeGivenOn, &c.EndedOn,
			&c.FeeMinor, &c.MarginMinor, &c.ValidFrom, &c.ValidTo)
		if err != nil {
			return err
		}
		return take(c)
	}, `SELECT c.group_key, k.currency, k.term_ends_on, k.auto_renew, k.notice_given_on, k.ended_on,
		l.monthly_fee_minor, l.monthly_margin_minor, l.valid_from, l.valid_to
		FROM choices c JOIN contracts k ON k.account_id = c.account_id JOIN contract_lines l ON l.contract_id = k.id
		WHERE c.run_id = ? AND c.outcome IN ('assigned', 'holdout') AND c.role NOT IN `+outsideEstimate+` AND k.started_on <= ?
		AND l.valid_from <= ? AND (l.valid_to IS NULL OR l.valid_to >= ?)
		ORDER BY c.group_key, k.id, l.id`, runID, until, until, from)
}

// RatesOn gives the factor from minor units of each currency with a rate on the day to those of the
// reporting currency, which a run's currency is.
func (s *Store) RatesOn(ctx context.Context, currency string, on postlift.Date) (map[string]float64, error) {
	rates, err := s.ratesOn(ctx, on)
	if err != nil {
		return nil, err
	}
	base, known := rates[currency]
	if !known {
		return nil, postlift.Faultf(postlift.Invalid, "store.RatesOn",
			"the run is kept in %s, for which there is no exchange rate on %s any more", currency, on)
	}
	for c := range rates {
		rates[c] /= base
	}
	return rates, nil
}

// RunPieces counts the run's pieces by what became of them.
func (s *Store) RunPieces(ctx context.Context, runID int64) (responses.PieceFunnel, error) {
	var f responses.PieceFunnel
	err := s.each(ctx, func(rows *sql.Rows) error {
		var kind, state string
		var apart bool
		var n int
		if err := rows.Scan(&kind, &state, &apart, &n); err != nil {
			return err
		}
		before := f.Printed
		if countPieces(&f, kind, state, n); apart {
			f.Apart += f.Printed - before
		}
		return nil
	}, `SELECT p.kind, p.state, COALESCE(c.role, '') IN `+outsideEstimate+` AS apart, COUNT(*)
FROM pieces p LEFT JOIN choices c ON c.run_id = p.run_id AND c.account_id = p.account_id
WHERE p.run_id = ? GROUP BY p.kind, p.state, apart ORDER BY p.kind, p.state, apart`, runID)
	return f, err
}

func countPieces(f *responses.PieceFunnel, kind, state string, n int) {
	mailed := state == "released" || state == "posted" || state == "returned"
	if kind == "proof" {
		return
	}
	if mailed || state == "spoiled" {
		f.Printed += n
	}
	if kind == "seed" {
		f.Seeds += n
		return
	}
	f.Planned += n
	switch {
	case mailed:
		f.Mailed += n
	case state == "withdrawn":
		f.Withdrawn += n
	case state == "failed":
		f.Failed += n
	default:
		f.Pending += n
	}
	switch {
	case state == "returned":
		f.Returned += n
	case mailed:
		f.Unknown += n
	}
}

// RunAnswers counts the run's assigned accounts by what came back from them between the posting and a
// day, each account once a kind. What names another run's piece is not counted.
func (s *Store) RunAnswers(ctx context.Context, run responses.MeasuredRun, until postlift.Date) (responses.Answers, error) {
	a := responses.Answers{ByKind: map[string]int{}}
	const from = `FROM responses r JOIN choices c ON c.run_id = ? AND c.account_id = r.account_id AND c.outcome = 'assigned'
		LEFT JOIN pieces p ON p.id = r.piece_id
		WHERE r.kind <> 'return' AND r.occurred_at >= ? AND r.occurred_at < ? AND (r.piece_id IS NULL OR p.run_id = c.run_id)`
	args := []any{run.ID, run.PostedOn.Time(), until.AddDays(1).Time()}
	err := s.each(ctx, func(rows *sql.Rows) error {
		var kind string
		var n int
		if err := rows.Scan(&kind, &n); err != nil {
			return err
		}
		a.ByKind[kind] = n
		return nil
	}, "SELECT r.kind, COUNT(DISTINCT c.account_id) "+from+" GROUP BY r.kind", args...)
	if err != nil {
		return a, err
	}
	a.Visits = a.ByKind[responses.Visit]
	if a.Objections, err = s.runObjections(ctx, run, until); err != nil {
		return a, err
	}
	err = s.each(ctx, func(rows *sql.Rows) error { return rows.Scan(&a.Answered) },
		"SELECT COUNT(DISTINCT c.account_id) "+from+" AND r.kind NOT IN ('visit', 'objection')", args...)
	return a, err
}

// runObjections counts the assigned accounts that objected between the posting and a day, whether the
// objection came as a response or straight into the list of suppressions.
func (s *Store) runObjections(ctx context.Context, run responses.MeasuredRun, until postlift.Date) (n int, err error) {
	err = s.each(ctx, func(rows *sql.Rows) error { return rows.Scan(&n) },
		`SELECT COUNT(*) FROM choices c WHERE c.run_id = ? AND c.outcome = 'assigned' AND c.account_id IN (
			SELECT COALESCE(x.account_id, k.account_id) FROM suppressions x LEFT JOIN contacts k ON k.id = x.contact_id
			WHERE x.reason = 'objection' AND x.received_on >= ? AND x.received_on <= ?
			UNION SELECT r.account_id FROM responses r WHERE r.kind = 'objection' AND r.occurred_at >= ? AND r.occurred_at < ?)`,
		run.ID, run.PostedOn, until, run.PostedOn.Time(), until.AddDays(1).Time())
	return n, err
}

// LatestOrder is the day of the latest document up to a day: the date of the data.
func (s *Store) LatestOrder(ctx context.Context, until postlift.Date) (on postlift.Date, err error) {
	err = s.each(ctx, func(rows *sql.Rows) error { return rows.Scan(&on) },
		"SELECT MAX(placed_on) FROM orders WHERE placed_on <= ?", until)
	return on, err
}
