package store

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"postlift"
)

// A database with a posted batch, its files and pieces keeps them when batches get waves.
func TestBatchesOfAnEarlierSchema(t *testing.T) {
	upgrade := func(t *testing.T, url string) {
		ctx, s := context.Background(), openEmpty(t, url)
		p, err := s.migrator()
		must(t, err)
		_, err = p.UpTo(ctx, 13)
		must(t, err)
		must(t, s.inTx(ctx, func(x *tx) error {
			at := "'2026-01-01 00:00:00'"
			for _, statement := range []string{
				"INSERT INTO rules (id, uid, name) VALUES (1, 'rul_1', 'r')",
				"INSERT INTO rule_versions (id, rule_id, version, text, tree, created_at, actor) VALUES (1, 1, 1, 'orders > 0', '{}', " + at + ", 't')",
				"INSERT INTO designs (id, uid, name) VALUES (1, 'des_1', 'd')",
				"INSERT INTO design_versions (id, design_id, version, class, sha256, files, created_at, actor) VALUES (1, 1, 1, 'advertising', 'x', '{}', " + at + ", 't')",
				"INSERT INTO campaigns (id, uid, name, class, state, version, created_at) VALUES (1, 'cmp_1', 'c', 'advertising', 'running', 1, " + at + ")",
				"INSERT INTO score_runs (id, uid, as_of, horizon_months, currency, params, assumptions, status, accounts, created_at) VALUES (1, 'scr_1', '2026-01-01', 36, 'EUR', '{}', '{}', 'published', 1, " + at + ")",
				`INSERT INTO runs (id, uid, campaign_id, campaign_version, rule_version_id, design_version_id, score_run_id, salt, as_of, state, plan_hash, funnel, currency, cost_minor, in_home_on, window_days, record, created_at)
VALUES (1, 'run_1', 1, 1, 1, 1, 1, 's', '2026-01-01', 'measuring', 'p', '{}', 'EUR', 0, '2026-01-05', 90, '{}', ` + at + ")",
				"INSERT INTO vendors (id, uid, name) VALUES (1, 'ven_1', 'v')",
				"INSERT INTO batches (id, uid, run_id, vendor_id, state, chunk_size, posted_on, created_at) VALUES (7, 'bt_1', 1, 1, 'posted', 500, '2026-01-03', " + at + ")",
				"INSERT INTO batch_files (id, batch_id, chunk, language, first_seq, last_seq, state) VALUES (1, 7, 1, 'de', 1, 1, 'rendered')",
				`INSERT INTO pieces (id, uid, run_id, campaign_id, step, pass, kind, recipient_key, batch_id, chunk, seq_no, token, code, language, design_sha256, state)
VALUES (1, 'pc_1', 1, 1, 1, 1, 'live', 'k', 7, 1, 1, 't', 'c', 'de', 'x', 'posted')`,
			} {
				if _, err := x.exec(statement); err != nil {
					return fmt.Errorf("%s: %w", statement, err)
				}
			}
			return nil
		}))
		_, err = s.Migrate(ctx)
		must(t, err)
		b, err := s.Batch(ctx, "bt_1")
		if err != nil || b.ID != 7 || b.Wave != 0 || b.InHomeOn != postlift.MustDate("2026-01-05") || b.PostedOn != postlift.MustDate("2026-01-03") {
			t.Errorf("batch %+v, %v", b, err)
		}
		files, err := s.BatchFiles(ctx, "bt_1")
		if err != nil || len(files) != 1 || files[0].Variant != "" {
			t.Errorf("files %+v, %v", files, err)
		}
		orphan := batchFileRow{BatchID: 99, Chunk: 1, Language: "de", State: "queued"}
		if err := s.gormW.Create(&orphan).Error; err == nil {
			t.Error("files need no batch any more")
		}
		twin := batchRow{UID: "bt_2", RunID: 1, VendorID: 1, State: "planned", CreatedAt: testNow}
		if err := s.gormW.Create(&twin).Error; err == nil {
			t.Error("a run may have two batches of one wave")
		}
		_, err = p.DownTo(ctx, 13)
		must(t, err)
		var state string
		must(t, s.gormR.Raw("SELECT b.state FROM batches b JOIN pieces p ON p.batch_id = b.id WHERE p.uid = 'pc_1'").Scan(&state).Error)
		if state != "posted" {
			t.Errorf("taken back, the batch is %q", state)
		}
	}
	t.Run("sqlite", func(t *testing.T) { upgrade(t, filepath.Join(t.TempDir(), "old.db")) })
	t.Run("postgres", func(t *testing.T) { upgrade(t, postgresSchema(t)) })
}
