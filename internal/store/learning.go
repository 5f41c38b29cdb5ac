package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"postlift"
	"postlift/campaigns"
	"postlift/campaigns/lift"
	"postlift/responses"
)

// teaching is SQL for the choices of a run about which something was drawn, so that they teach: its parameter is the run.
const teaching = "c.run_id = ? AND c.propensity > 0 AND c.propensity < 1 AND c.outcome <> '" + campaigns.Gated + "' AND c.role <> '" + campaigns.RoleKey + "'"

// LessonAccounts streams the accounts of a run about which something was drawn. Those that were left over in the draw
// from everybody have its role without having been mailed.
func (s *Store) LessonAccounts(ctx context.Context, runID int64, take func(responses.LessonAccount) error) error {
	rows, err := s.queryRead(ctx, `SELECT c.account_id, c.group_key, c.outcome, c.role, c.propensity, c.baseline_minor, c.agreed_minor, c.pre_margin_minor, c.traits
FROM choices c WHERE `+teaching+` ORDER BY c.account_id`, runID)
	return opError("store.LessonAccounts", eachRow(rows, err, func(r *sql.Rows) error {
		var a responses.LessonAccount
		var id int64
		var outcome, traits string
		if err := r.Scan(&id, &a.Group, &outcome, &a.Role, &a.Propensity, &a.Baseline, &a.AgreedMinor, &a.Pre, &traits); err != nil {
			return err
		}
		a.Key, a.Assigned = strconv.FormatInt(id, 10), outcome == campaigns.Assigned
		if outcome == campaigns.OverCap {
			a.Role = campaigns.RoleExplore
		}
		if traits == "" {
			traits = `["",null,null,null,null,null]` // a plan of before they were kept
		}
		var err error
		if a.Traits, a.Basket, err = lift.ReadFrozen(traits); err != nil {
			return err
		}
		return take(a)
	}))
}

// LessonDays streams what each of those accounts ordered between two days, net of credits, as one row on the first.
func (s *Store) LessonDays(ctx context.Context, run responses.MeasuredRun, from, until postlift.Date, take func(responses.DayRow) error) error {
	settings, err := s.Settings(ctx)
	if err != nil {
		return err
	}
	rates, err := orderRate(s.reader(ctx), run.Currency)
	if err != nil {
		return err
	}
	query := `SELECT c.account_id, COALESCE(SUM(d.net * d.rate), 0), COALESCE(SUM(d.margin * d.rate), 0),
		SUM(CASE WHEN d.doc_type = 'order' AND d.net > 0 AND d.rate IS NOT NULL THEN 1 ELSE 0 END)
		FROM choices c JOIN (` + documentSQL(rates, settings.Value.DefaultMargin) + ` AND o.placed_on >= ?) d ON d.account_id = c.account_id
		WHERE ` + teaching + ` GROUP BY c.account_id ORDER BY c.account_id`
	return s.each(ctx, func(rows *sql.Rows) error {
		d := responses.DayRow{On: from}
		var id int64
		if err := rows.Scan(&id, &d.Net, &d.Margin, &d.Orders); err != nil {
			return err
		}
		d.Key = strconv.FormatInt(id, 10)
		return take(d)
	}, query, until, from, run.ID)
}

// LessonContracts streams the contract lines of those accounts that touch the days.
func (s *Store) LessonContracts(ctx context.Context, runID int64, from, until postlift.Date, take func(responses.ContractRow) error) error {
	return s.each(ctx, func(rows *sql.Rows) error {
		var c responses.ContractRow
		var id int64
		err := rows.Scan(&id, &c.Currency, &c.TermEndsOn, &c.AutoRenew, &c.NoticeGivenOn, &c.EndedOn, &c.FeeMinor, &c.MarginMinor, &c.ValidFrom, &c.ValidTo)
		if err != nil {
			return err
		}
		c.Key = strconv.FormatInt(id, 10)
		return take(c)
	}, `SELECT c.account_id, k.currency, k.term_ends_on, k.auto_renew, k.notice_given_on, k.ended_on,
		l.monthly_fee_minor, l.monthly_margin_minor, l.valid_from, l.valid_to
		FROM choices c JOIN contracts k ON k.account_id = c.account_id JOIN contract_lines l ON l.contract_id = k.id
		WHERE `+teaching+` AND k.started_on <= ? AND l.valid_from <= ? AND (l.valid_to IS NULL OR l.valid_to >= ?)
		ORDER BY c.account_id, k.id, l.id`, runID, until, until, from)
}

const lessonQuery = `SELECT q.run_id, r.uid, c.uid, c.name, q.outcome, q.sums, q.diagnostics, q.created_at
FROM run_lessons q JOIN runs r ON r.id = q.run_id JOIN campaigns c ON c.id = r.campaign_id ORDER BY r.uid`

// Lessons lists what the runs taught.
func (s *Store) Lessons(ctx context.Context) ([]responses.Lesson, error) {
	return readLessons(s.queryRead(ctx, lessonQuery))
}

func readLessons(rows *sql.Rows, err error) ([]responses.Lesson, error) {
	var found []responses.Lesson
	return found, opError("store.Lessons", eachRow(rows, err, func(r *sql.Rows) error {
		var l responses.Lesson
		var sums, diagnostics string
		if err := r.Scan(&l.RunID, &l.RunUID, &l.CampaignUID, &l.Campaign, &l.Outcome, &sums, &diagnostics, &l.At); err != nil {
			return err
		}
		if sums != "" {
			l.Sums = new(lift.Model)
			if err := json.Unmarshal([]byte(sums), l.Sums); err != nil {
				return fmt.Errorf("lesson of run %s: %w", l.RunUID, err)
			}
		}
		found = append(found, l)
		return json.Unmarshal([]byte(diagnostics), &found[len(found)-1].Diagnostics)
	}))
}

// SaveLessons keeps lessons and makes a new version of the lift table of all of them where it becomes another one.
func (s *Store) SaveLessons(ctx context.Context, lessons []responses.Lesson, replace bool, build func([]responses.Lesson) (*lift.Model, error), by postlift.Actor) error {
	return opError("store.SaveLessons", s.inTx(ctx, func(t *tx) error {
		if err := t.alone("lift_tables"); err != nil {
			return err
		}
		if replace {
			if _, err := t.exec("DELETE FROM run_lessons"); err != nil {
				return err
			}
		}
		for _, l := range lessons {
			if err := t.saveLesson(l, by); err != nil {
				return err
			}
		}
		all, err := readLessons(t.query(lessonQuery))
		if err != nil {
			return err
		}
		model, err := build(all)
		if err != nil {
			return err
		}
		return t.saveLift(model, by)
	}))
}

func (t *tx) saveLesson(l responses.Lesson, by postlift.Actor) error {
	row := runLessonRow{RunID: l.RunID, Outcome: l.Outcome, CreatedAt: t.store.now(), Actor: by.Name}
	if l.Sums != nil {
		row.Sums = string(toJSON(l.Sums))
	}
	row.Diagnostics = string(toJSON(l.Diagnostics))
	created := t.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
	if created.Error != nil || created.RowsAffected == 0 {
		return created.Error
	}
	return t.event(by, "run", l.RunUID, "taught", map[string]any{"outcome": l.Outcome, "rows": l.Diagnostics.Rows})
}

// saveLift adds a version unless it is the newest one already. A rebuild that is left with no lesson goes back to a
// table that has learned nothing.
func (t *tx) saveLift(model *lift.Model, by postlift.Actor) error {
	newest, err := newestLift(t.DB)
	switch {
	case err != nil:
		return err
	case model == nil && newest.ID == 0:
		return nil
	case model == nil:
		empty, err := lift.Prior(lift.PriorLift, lift.PriorLiftSD)
		if err != nil {
			return err
		}
		model = &empty
	}
	if newest.ID != 0 {
		had := new(lift.Model)
		if err := newest.Rows.into(had); err != nil {
			return err
		}
		if string(toJSON(had)) == string(toJSON(model)) { // of the same numbers, however the database writes them
			return nil
		}
	}
	row := liftTableRow{UID: t.store.ids(liftID, strconv.FormatInt(newest.Version+1, 10)), Version: newest.Version + 1, Rows: toJSON(model), CreatedAt: t.store.now()}
	if err := t.Create(&row).Error; err != nil {
		return err
	}
	return t.event(by, "lift_table", row.UID, "made", map[string]any{"version": row.Version, "campaigns": len(model.Campaigns)})
}

// liftID begins the ids of lift tables.
const liftID = "lft"

func newestLift(db *gorm.DB) (row liftTableRow, err error) {
	err = db.Order("version DESC, id DESC").First(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return liftTableRow{}, nil
	}
	return row, err
}

// LiftTable is the newest lift table.
func (s *Store) LiftTable(ctx context.Context) (responses.LiftTable, error) {
	row, err := newestLift(s.reader(ctx))
	if err != nil || row.ID == 0 {
		return responses.LiftTable{}, opError("store.LiftTable", err)
	}
	table := responses.LiftTable{Version: int(row.Version), MadeAt: row.CreatedAt, Model: new(lift.Model)}
	return table, opError("store.LiftTable", row.Rows.into(table.Model))
}

// Explored tells what the exploration of posted runs was.
func (s *Store) Explored(ctx context.Context) ([]responses.ExploredRun, error) {
	tried := []any{campaigns.RoleThompson, campaigns.RoleExplore}
	rows, err := s.queryRead(ctx, `SELECT r.uid, m.uid, m.name, r.in_home_on, r.currency, SUM(CASE WHEN c.role = ? THEN 1 ELSE 0 END), SUM(CASE WHEN c.role = ? THEN 1 ELSE 0 END),
  SUM(CASE WHEN c.outcome = 'assigned' THEN 1 ELSE 0 END), SUM(CASE WHEN c.outcome = 'assigned' THEN c.cost_minor ELSE 0 END),
  SUM(CASE WHEN c.outcome = 'assigned' THEN c.expected_value_minor ELSE 0 END)
FROM runs r JOIN campaigns m ON m.id = r.campaign_id JOIN choices c ON c.run_id = r.id
WHERE r.in_home_on IS NOT NULL AND c.outcome IN ('assigned', 'holdout') AND c.role IN (?, ?)
GROUP BY r.id, r.uid, m.uid, m.name, r.in_home_on, r.currency ORDER BY r.in_home_on DESC, r.id DESC`, slices.Concat(tried, tried)...)
	var found []responses.ExploredRun
	return found, opError("store.Explored", eachRow(rows, err, func(r *sql.Rows) error {
		var e responses.ExploredRun
		var currency string
		err := r.Scan(&e.RunUID, &e.CampaignUID, &e.Campaign, &e.InHomeOn, &currency, &e.Coin, &e.Lots, &e.Mailed, &e.Cost.Minor, &e.Forgone.Minor)
		e.Cost.Currency, e.Forgone.Currency = currency, currency
		found = append(found, e)
		return err
	}))
}
