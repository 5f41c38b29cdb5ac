package store

import (
	"context"
	"iter"
	"path/filepath"
	"testing"

	"postlift"
	"postlift/clv/scoring"
)

// Scores of a database from before there were bands stay readable, and say that they hold too little to go on
// from.
func TestScoresOfAnEarlierSchema(t *testing.T) {
	upgrade := func(t *testing.T, url string) {
		ctx, s := context.Background(), openEmpty(t, url)
		p, err := s.migrator()
		must(t, err)
		_, err = p.UpTo(ctx, 6)
		must(t, err)
		must(t, s.inTx(ctx, func(x *tx) error {
			for _, statement := range []string{
				"INSERT INTO accounts (id, uid, source, external_id, name, group_key) VALUES (1, 'acc_1', 's', '1', 'Muster GmbH', 's:1')",
				`INSERT INTO score_runs (id, uid, as_of, horizon_months, currency, params, assumptions, status, accounts, created_at)
VALUES (1, 'scr_1', '2026-01-01', 36, 'EUR', '{"missing":["renewals"],"skipped":0}', '{}', 'published', 1, '2026-01-01 00:00:00')`,
				"INSERT INTO score_pointer (name, run_id) VALUES ('published', 1)",
				`INSERT INTO scores (run_id, account_id, p_alive, expected_orders, orders_minor, committed_minor, renewal_minor, fulfilment_minor,
  service_minor, acquisition_minor, residual_minor, prospect_minor, window_margin_minor, assumed_share, decile)
VALUES (1, 1, 0.5, 2, 900, 0, 0, 0, 0, 100, 900, 800, 50, 0.1, 1)`,
			} {
				if _, err := x.exec(statement); err != nil {
					return err
				}
			}
			return nil
		}))
		_, err = s.Migrate(ctx)
		must(t, err)
		run, err := s.PublishedRun(ctx)
		must(t, err)
		if run.Total.Minor != 900 || run.Kind != scoring.KindFull || run.Basis != nil {
			t.Errorf("run %+v", run)
		}
		card, err := s.Account(ctx, "acc_1")
		must(t, err)
		if v := card.Value; v == nil || v.Residual.Minor != 900 || v.Band != nil || v.PaybackMonth != nil || v.Tier != "" {
			t.Errorf("value %+v", card.Value)
		}
		service := scoring.Service{Store: s, Clock: s.clock, IDs: s.ids}
		_, err = service.Incremental(ctx, postlift.System)
		kindWanted(t, "an incremental run", err, postlift.Conflict)
		_, err = service.Explain(ctx, s, "acc_1")
		kindWanted(t, "an explanation", err, postlift.Conflict)
	}
	t.Run("sqlite", func(t *testing.T) { upgrade(t, filepath.Join(t.TempDir(), "old.db")) })
	t.Run("postgres", func(t *testing.T) { upgrade(t, postgresSchema(t)) })
}

// An import that ends beside the first run would be lost to later incremental ones, and an incremental run
// whose base is no longer published would undo the run in between: both are refused and leave all as it was.
func TestBuildScoresRefusesWhatWouldBeLost(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, asOf := context.Background(), postlift.MustDate("2026-05-31")
		importText(t, s, "accounts", accountsFile)
		var none iter.Seq2[scoring.Row, error] = func(func(scoring.Row, error) bool) {}
		first := scoring.Run{UID: "scr_first", AsOf: asOf, Currency: "EUR"} // began before the import
		kindWanted(t, "an import beside the first run", s.BuildScores(ctx, &first, none, postlift.System), postlift.Conflict)
		_, err := s.PublishedRun(ctx)
		kindWanted(t, "nothing is published", err, postlift.NotFound)

		service := scoring.Service{Store: s, Clock: s.clock, IDs: s.ids}
		base, err := service.Score(ctx, asOf, postlift.System)
		must(t, err)
		between, err := service.Score(ctx, asOf, postlift.System)
		must(t, err)
		late := scoring.Run{UID: "scr_late", AsOf: asOf, Currency: "EUR", BaseID: base.ID}
		kindWanted(t, "a base of yesterday", s.BuildScores(ctx, &late, none, postlift.System), postlift.Conflict)
		now, err := s.PublishedRun(ctx)
		must(t, err)
		if now.UID != between.UID {
			t.Errorf("published %s, want %s", now.UID, between.UID)
		}
	})
}
