package store

import (
	"context"
	"database/sql"

	"postlift/mailers"
	"postlift/migrations"
)

// waveOf is SQL for the wave in which an account of choices c is mailed, from its column: in a run with waves
// whoever was drawn beside them goes with the first.
func waveOf(column string) string {
	return "CASE WHEN " + column + " = 0 AND (SELECT MAX(m.wave) FROM choices m WHERE m.run_id = ?) > 0 THEN 1 ELSE " + column + " END"
}

// RunWaves lists a run's waves by number, with the letters that they are to have and their batches; a run without
// waves has one, numbered 0.
func (s *Store) RunWaves(ctx context.Context, runID int64) ([]mailers.Wave, error) {
	length := "json_array_length(contacts)"
	if s.dialect == migrations.Postgres {
		length = "jsonb_array_length(contacts)"
	}
	rows, err := s.queryRead(ctx, `SELECT w.wave, w.accounts, w.letters, COALESCE(b.uid, ''), COALESCE(b.state, ''), b.posted_on, b.in_home_on,
  (SELECT COUNT(*) FROM pieces p WHERE p.batch_id = b.id AND p.kind = 'live' AND p.state NOT IN ('withdrawn', 'failed'))
FROM (SELECT wave, COUNT(*) AS accounts, SUM(letters) AS letters FROM (
  SELECT `+waveOf("wave")+` AS wave, `+length+` AS letters FROM choices WHERE run_id = ? AND outcome = 'assigned') each_choice GROUP BY wave) w
LEFT JOIN batches b ON b.run_id = ? AND b.wave = w.wave ORDER BY w.wave`, runID, runID, runID)
	var waves []mailers.Wave
	err = eachRow(rows, err, func(r *sql.Rows) error {
		var w mailers.Wave
		err := r.Scan(&w.Number, &w.Accounts, &w.Letters, &w.BatchUID, &w.State, &w.PostedOn, &w.InHomeOn, &w.Left)
		waves = append(waves, w)
		return err
	})
	if len(waves) == 0 { // nobody is assigned: preparing says so
		waves = []mailers.Wave{{}}
	}
	return waves, opError("store.RunWaves", err)
}

// RecipientKeys lists whom the run's letters go to so far.
func (s *Store) RecipientKeys(ctx context.Context, runID int64) ([]string, error) {
	rows, err := s.queryRead(ctx, "SELECT recipient_key FROM pieces WHERE run_id = ? AND kind = 'live'", runID)
	var keys []string
	return keys, opError("store.RecipientKeys", eachRow(rows, err, func(r *sql.Rows) error {
		var key string
		err := r.Scan(&key)
		keys = append(keys, key)
		return err
	}))
}
