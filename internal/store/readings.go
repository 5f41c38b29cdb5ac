package store

import (
	"context"
	"database/sql"

	"gorm.io/gorm/clause"

	"postlift"
	"postlift/campaigns"
	"postlift/mailers"
	"postlift/responses"
)

// RunsToRead lists the runs that are measuring or closed and have an in-home date. Plans of before readings were
// registered have the present days.
func (s *Store) RunsToRead(ctx context.Context) ([]responses.RunToRead, error) {
	rows, err := s.queryRead(ctx, "SELECT id, uid, state, record FROM runs WHERE in_home_on IS NOT NULL AND state IN (?, ?) ORDER BY id",
		string(mailers.RunMeasuring), string(mailers.RunClosed))
	var found []responses.RunToRead
	return found, opError("store.RunsToRead", eachRow(rows, err, func(r *sql.Rows) error {
		var run responses.RunToRead
		var state, record string
		if err := r.Scan(&run.ID, &run.UID, &state, &record); err != nil {
			return err
		}
		var registered struct {
			ReadingDays     []int `json:"reading_days"`
			AnalysisVersion int   `json:"analysis_version"`
		}
		if err := jsonText(record).into(&registered); err != nil {
			return err
		}
		run.Open, run.ReadingDays, run.AnalysisVersion = state == string(mailers.RunMeasuring), registered.ReadingDays, registered.AnalysisVersion
		if run.ReadingDays == nil {
			run.ReadingDays = campaigns.ReadingDays()
		}
		found = append(found, run)
		return nil
	}))
}

// FrozenReadings lists the readings of a run as they were taken.
func (s *Store) FrozenReadings(ctx context.Context, runID int64) ([]responses.FrozenReading, error) {
	rows, err := s.queryRead(ctx, `SELECT q.run_id, r.uid, c.name, q.day, q.due_on, q.read_on, q.data_on, q.analysis_version, q.verdict, q.document, q.sha256, q.created_at, q.actor
FROM run_readings q JOIN runs r ON r.id = q.run_id JOIN campaigns c ON c.id = r.campaign_id WHERE q.run_id = ? ORDER BY q.day`, runID)
	var found []responses.FrozenReading
	return found, opError("store.FrozenReadings", eachRow(rows, err, func(r *sql.Rows) error {
		var f responses.FrozenReading
		var report string
		err := r.Scan(&f.RunID, &f.RunUID, &f.Campaign, &f.Day, &f.DueOn, &f.ReadOn, &f.DataOn, &f.AnalysisVersion, &f.Verdict, &report, &f.SHA256, &f.At, &f.Actor)
		f.Report = []byte(report)
		found = append(found, f)
		return err
	}))
}

// SaveReading keeps a reading unless it was taken before.
func (s *Store) SaveReading(ctx context.Context, f responses.FrozenReading, by postlift.Actor) (saved bool, err error) {
	err = s.inTx(ctx, func(t *tx) error {
		row := runReadingRow{RunID: f.RunID, Day: int64(f.Day), DueOn: f.DueOn, ReadOn: f.ReadOn, DataOn: f.DataOn, AnalysisVersion: int64(f.AnalysisVersion),
			Verdict: f.Verdict, Document: string(f.Report), SHA256: f.SHA256, CreatedAt: s.now(), Actor: by.Name}
		created := t.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
		if created.Error != nil || created.RowsAffected == 0 {
			return created.Error
		}
		saved = true
		return t.event(by, "run", f.RunUID, "read", map[string]any{"day": f.Day, "due_on": f.DueOn, "verdict": f.Verdict, "sha256": f.SHA256})
	})
	return saved, opError("store.SaveReading", err)
}

// CloseRun moves a measuring run to closed and its running campaign to finished.
func (s *Store) CloseRun(ctx context.Context, runID int64, by postlift.Actor) (closed bool, err error) {
	err = s.inTx(ctx, func(t *tx) error {
		list, from := inStates(mailers.RunsBefore(mailers.RunClosed))
		uids, err := t.returned("UPDATE runs SET state = ? WHERE id = ? AND state IN "+list+" RETURNING uid",
			append([]any{string(mailers.RunClosed), runID}, from...)...)
		if err != nil || len(uids) == 0 {
			return err
		}
		closed = true
		if err := t.event(by, "run", uids[0], "closed", nil); err != nil {
			return err
		}
		uids, err = t.returned(`UPDATE campaigns SET state = ? WHERE id = (SELECT campaign_id FROM runs WHERE id = ?) AND state = 'running'
  AND NOT EXISTS (SELECT 1 FROM runs o WHERE o.campaign_id = campaigns.id AND o.state NOT IN (?, ?)) RETURNING uid`,
			mailers.CampaignFinished, runID, string(mailers.RunClosed), string(mailers.RunCancelled))
		if err != nil || len(uids) == 0 {
			return err
		}
		return t.event(by, "campaign", uids[0], mailers.CampaignFinished, nil)
	})
	return closed, opError("store.CloseRun", err)
}
