package store

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"strings"
	"time"

	"gorm.io/gorm"

	"postlift"
	"postlift/clv"
	"postlift/clv/scoring"
)

// publishedScores is the name of the pointer to the score run in use.
const publishedScores = "published"

var scoreColumns = []string{"run_id", "account_id", "p_alive", "expected_orders", "orders_minor", "committed_minor", "renewal_minor",
	"fulfilment_minor", "service_minor", "acquisition_minor", "residual_minor", "prospect_minor", "window_margin_minor",
	"assumed_share", "decile", "flags", "expansion_minor", "contact_minor", "low_minor", "median_minor", "high_minor",
	"spread_minor", "p_exceeds_cost", "payback_month", "clv_to_cac", "break_even_minor", "mean_order_minor", "p_active", "rfm", "tier", "stage", "window_committed_minor"}

// BuildScores stores a run unseen, takes over the base run's other scores where there is a base, ranks
// deciles and tiers and flips the pointer, all in one transaction.
func (s *Store) BuildScores(ctx context.Context, run *scoring.Run, rows iter.Seq2[scoring.Row, error], by postlift.Actor) error {
	return s.inTx(ctx, func(t *tx) error {
		if err := t.alone("scores"); err != nil {
			return err
		}
		if err := t.nothingImported(run); err != nil {
			return err
		}
		if err := t.createRun(run, by); err != nil {
			return err
		}
		if err := t.writeScores(run.ID, rows); err != nil {
			return err
		}
		if run.BaseID != 0 {
			if err := t.takeOver(run); err != nil {
				return err
			}
		}
		if err := t.rank(run.ID); err != nil {
			return err
		}
		if err := t.sumScores(run); err != nil {
			return err
		}
		return t.publishScores(run, "published", by)
	})
}

// nothingImported refuses the first run where an import ended beside it: changes are noted only once there
// is a run.
func (t *tx) nothingImported(run *scoring.Run) error {
	var published int64
	if err := t.sql.QueryRowContext(t.ctx, "SELECT COUNT(*) FROM score_pointer").Scan(&published); err != nil || published > 0 {
		return err
	}
	if err := t.alone("imports"); err != nil {
		return err
	}
	var last int64
	if err := t.sql.QueryRowContext(t.ctx, "SELECT COALESCE(MAX(id), 0) FROM imports").Scan(&last); err != nil {
		return fmt.Errorf("store.BuildScores: %w", err)
	}
	if last != run.ImportMark {
		return postlift.Faultf(postlift.Conflict, "store.BuildScores", "data was imported while the accounts were valued for the first time: run postlift clv score again")
	}
	return nil
}

func (t *tx) createRun(run *scoring.Run, by postlift.Actor) error {
	row := scoreRunRow{UID: run.UID, AsOf: run.AsOf, HorizonMonths: int64(run.Horizon), Currency: run.Currency,
		Params: toJSON(run.Params), Assumptions: toJSON(run.Assumptions), Metrics: toJSON(run.Metrics),
		Status: "building", CreatedAt: t.store.now(), Kind: run.Kind, ChangeMark: run.ChangeMark, Actor: by.Name}
	if run.Kind == "" {
		row.Kind = scoring.KindFull
	}
	if run.BaseID != 0 {
		row.BaseRunID = &run.BaseID
	}
	if run.Basis != nil {
		row.Basis = toJSON(run.Basis)
	}
	if err := t.Create(&row).Error; err != nil {
		return fmt.Errorf("store.BuildScores: %w", err)
	}
	run.ID = row.ID
	return nil
}

// takeOver copies the base run's scores of the accounts that the run did not value. The base must still be
// the published run: another one that came meanwhile would be lost.
func (t *tx) takeOver(run *scoring.Run) error {
	var published int64
	err := t.sql.QueryRowContext(t.ctx, t.store.bind("SELECT run_id FROM score_pointer WHERE name = ?"), publishedScores).Scan(&published)
	if err != nil {
		return fmt.Errorf("store.BuildScores: %w", err)
	}
	if published != run.BaseID {
		return postlift.Faultf(postlift.Conflict, "store.BuildScores", "another score run was published meanwhile: run the command again")
	}
	columns := strings.Join(scoreColumns[1:], ", ")
	_, err = t.exec("INSERT INTO scores (run_id, "+columns+") SELECT CAST(? AS BIGINT), "+columns+` FROM scores
WHERE run_id = ? AND account_id NOT IN (SELECT account_id FROM scores WHERE run_id = ?)`, run.ID, run.BaseID, run.ID)
	return err
}

// sumScores adds the run's scores up. The accounts' own luck is independent, so that its squares add up.
func (t *tx) sumScores(run *scoring.Run) error {
	var sum clv.Value
	var squares float64
	err := t.sql.QueryRowContext(t.ctx, t.store.bind(`SELECT COUNT(*), COALESCE(SUM(residual_minor), 0), COALESCE(SUM(orders_minor), 0),
  COALESCE(SUM(fulfilment_minor), 0), COALESCE(SUM(renewal_minor), 0), COALESCE(SUM(expansion_minor), 0),
  COALESCE(SUM(CAST(spread_minor AS DOUBLE PRECISION) * spread_minor), 0) FROM scores WHERE run_id = ?`), run.ID).
		Scan(&run.Accounts, &run.Total.Minor, &sum.OrdersMinor, &sum.FulfilMinor, &sum.RenewalMinor, &sum.ExpansionMinor, &squares)
	if err != nil {
		return fmt.Errorf("store.BuildScores: %w", err)
	}
	sum.ResidualMinor, sum.SpreadMinor = run.Total.Minor, postlift.RoundMinor(math.Sqrt(squares))
	if run.Whole != nil {
		run.Whole(sum)
	}
	_, err = t.exec("UPDATE score_runs SET metrics = ?, accounts = ?, total_minor = ? WHERE id = ?", toJSON(run.Metrics), run.Accounts, run.Total.Minor, run.ID)
	return err
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
		fillScore(buf, run, &r)
		return buf, true
	})
	if failed != nil {
		return failed
	}
	return err
}

// fillScore writes a row in the order of scoreColumns; decile and tier come when all are there.
func fillScore(buf []any, run int64, r *scoring.Row) {
	v := &r.Value
	copy(buf, []any{run, r.AccountID, v.PAlive, v.ExpectedOrders, v.OrdersMinor, v.CommittedMinor, v.RenewalMinor,
		v.FulfilMinor, v.ServiceMinor, v.AcquisitionMinor, v.ResidualMinor, v.ProspectMinor, v.WindowMarginMinor,
		v.AssumedShare, int64(0), strings.Join(v.Flags, ","), v.ExpansionMinor, v.ContactMinor, v.LowMinor, v.MedianMinor, v.HighMinor,
		v.SpreadMinor, v.PExceedsCost, int64(v.PaybackMonth), v.CLVToCAC, v.BreakEvenMinor, v.MeanOrderMinor, v.PActive, r.RFM, "", r.Stage, v.WindowCommittedMinor})
}

// publishScores flips the pointer to a run that is whole.
func (t *tx) publishScores(run *scoring.Run, verb string, by postlift.Actor) error {
	if _, err := t.exec("UPDATE score_runs SET status = 'superseded' WHERE status = 'published'"); err != nil {
		return err
	}
	now := t.store.now()
	if _, err := t.exec("UPDATE score_runs SET status = 'published', published_at = ? WHERE id = ?", now, run.ID); err != nil {
		return err
	}
	run.PublishedAt, run.Status = now, "published"
	if _, err := t.exec(`INSERT INTO score_pointer (name, run_id) VALUES (?, ?)
ON CONFLICT (name) DO UPDATE SET run_id = excluded.run_id`, publishedScores, run.ID); err != nil {
		return err
	}
	return t.event(by, "score_run", run.UID, verb, map[string]int64{"accounts": run.Accounts})
}

// PublishedRun reads the score run in use.
func (s *Store) PublishedRun(ctx context.Context) (scoring.Run, error) {
	var row scoreRunRow
	err := s.reader(ctx).Joins("JOIN score_pointer p ON p.run_id = score_runs.id AND p.name = ?", publishedScores).First(&row).Error
	if err := notFound(err, "store.PublishedRun", "published score run", "(run `postlift clv score` first)"); err != nil {
		return scoring.Run{}, err
	}
	return s.scoreRunOf(ctx, row)
}

// ScoreRun reads one run by id; "" means the published one.
func (s *Store) ScoreRun(ctx context.Context, uid string) (scoring.Run, error) {
	if uid == "" {
		return s.PublishedRun(ctx)
	}
	var row scoreRunRow
	err := s.reader(ctx).First(&row, "uid = ?", uid).Error
	if err := notFound(err, "store.ScoreRun", "score run", uid); err != nil {
		return scoring.Run{}, err
	}
	return s.scoreRunOf(ctx, row)
}

// ScoreRuns lists the newest runs first.
func (s *Store) ScoreRuns(ctx context.Context, limit int) ([]scoring.Run, error) {
	var rows []scoreRunRow
	if err := s.reader(ctx).Where("status <> 'building'").Order("id DESC").Limit(limit).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("store.ScoreRuns: %w", err)
	}
	runs := make([]scoring.Run, 0, len(rows))
	for _, row := range rows {
		run, err := s.scoreRunOf(ctx, row)
		if err != nil {
			return nil, err
		}
		runs = append(runs, run)
	}
	return runs, nil
}

func (s *Store) scoreRunOf(ctx context.Context, row scoreRunRow) (scoring.Run, error) {
	run := scoring.Run{ID: row.ID, UID: row.UID, AsOf: row.AsOf, Horizon: int(row.HorizonMonths), Currency: row.Currency,
		Accounts: row.Accounts, Total: postlift.Money{Currency: row.Currency}, Kind: row.Kind, Status: row.Status, Actor: row.Actor,
		ChangeMark: row.ChangeMark}
	if row.PublishedAt != nil {
		run.PublishedAt = row.PublishedAt.UTC().Truncate(time.Second)
	}
	for _, d := range []struct {
		doc    jsonText
		target any
	}{{row.Params, &run.Params}, {row.Assumptions, &run.Assumptions}, {row.Metrics, &run.Metrics}, {row.Basis, &run.Basis}} {
		if err := d.doc.into(d.target); err != nil {
			return run, fmt.Errorf("store: score run %s: %w", row.UID, err)
		}
	}
	if row.BaseRunID != nil {
		var base scoreRunRow
		if err := s.reader(ctx).Select("uid").First(&base, *row.BaseRunID).Error; err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
			return run, fmt.Errorf("store: score run %s: %w", row.UID, err)
		}
		run.Base, run.BaseID = base.UID, *row.BaseRunID
	}
	if row.TotalMinor != nil {
		run.Total.Minor = *row.TotalMinor
		return run, nil
	}
	err := s.read.QueryRowContext(ctx, s.bind("SELECT COALESCE(SUM(residual_minor), 0) FROM scores WHERE run_id = ?"), row.ID).Scan(&run.Total.Minor)
	return run, err
}

// PublishRun flips the pointer to an earlier run.
func (s *Store) PublishRun(ctx context.Context, uid string, by postlift.Actor) (scoring.Run, error) {
	run, err := s.ScoreRun(ctx, uid)
	if err != nil {
		return run, err
	}
	err = s.inTx(ctx, func(t *tx) error {
		if err := t.alone("scores"); err != nil {
			return err
		}
		return t.publishScores(&run, "republished", by)
	})
	return run, err
}
