package store

import (
	"context"
	"database/sql"
	"errors"

	"postlift"
	"postlift/campaigns"
	"postlift/mailers"
)

// CancelCampaign ends a campaign in one transaction. Between two waves it ends those that are left; what is posted
// stays and is measured on. Batches are locked before runs, as a release does,
// and once more after them: a batch may have been prepared while this waited for the run.
func (s *Store) CancelCampaign(ctx context.Context, c campaigns.Campaign, by postlift.Actor) (ended campaigns.CancelledWork, err error) {
	const op = "store.CancelCampaign"
	err = s.inTx(ctx, func(t *tx) error {
		n, err := t.exec("UPDATE campaigns SET state = ? WHERE id = ? AND state <> ?", campaigns.StateCancelled, c.ID, campaigns.StateCancelled)
		if err != nil || n == 0 {
			return err
		}
		if err := t.cancelPlans(c.ID, by); err != nil {
			return err
		}
		for _, step := range []func() error{
			func() error { return t.cancelBatches(c.ID, &ended, by) },
			func() error { return t.cancelRuns(c.ID, &ended, by) },
			func() error { return t.cancelBatches(c.ID, &ended, by) },
			func() error { return t.refuseReleased(op, c, &ended) },
			func() error { return t.cancelLetters(c.ID, &ended, by) },
		} {
			if err := step(); err != nil {
				return err
			}
		}
		if _, err := t.exec("UPDATE enrolments SET state = 'done' WHERE campaign_id = ? AND state = 'live'", c.ID); err != nil {
			return err
		}
		return t.event(by, "campaign", c.UID, "cancelled", ended)
	})
	return ended, opError(op, err)
}

// cancelBatches cancels the batches that are not released; files that wait or are being rendered are given
// up, so that a worker's late result does not count.
func (t *tx) cancelBatches(campaignID int64, ended *campaigns.CancelledWork, by postlift.Actor) error {
	list, from := inStates(mailers.BatchesBefore(mailers.BatchCancelled))
	uids, err := t.returned("UPDATE batches SET state = ? WHERE run_id IN (SELECT id FROM runs WHERE campaign_id = ?) AND state IN "+list+" RETURNING uid",
		append([]any{string(mailers.BatchCancelled), campaignID}, from...)...)
	if err != nil {
		return err
	}
	ended.Batches += len(uids)
	for _, uid := range uids {
		if _, err := t.exec(`UPDATE batch_files SET state = ?, lease_until = NULL, error = 'the campaign was cancelled'
WHERE batch_id = (SELECT id FROM batches WHERE uid = ?) AND state IN (?, ?)`,
			string(mailers.FileFailed), uid, string(mailers.FileQueued), string(mailers.FileRendering)); err != nil {
			return err
		}
		if err := t.event(by, "batch", uid, "cancelled", nil); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) cancelRuns(campaignID int64, ended *campaigns.CancelledWork, by postlift.Actor) error {
	list, from := inStates(mailers.RunsBefore(mailers.RunCancelled))
	uids, err := t.returned("UPDATE runs SET state = ? WHERE campaign_id = ? AND state IN "+list+" RETURNING uid",
		append([]any{campaigns.RunCancelled, campaignID}, from...)...)
	if err != nil {
		return err
	}
	ended.Runs += len(uids)
	for _, uid := range uids {
		if err := t.event(by, "run", uid, "cancelled", nil); err != nil {
			return err
		}
	}
	return nil
}

// refuseReleased is a Conflict where something of the campaign is out of the house, unless all of that is posted
// and waves are left to call off: those it counts.
func (t *tx) refuseReleased(op string, c campaigns.Campaign, ended *campaigns.CancelledWork) error {
	err := t.sql.QueryRowContext(t.ctx, t.store.bind(`SELECT COUNT(*) FROM (SELECT DISTINCT h.run_id, h.wave FROM choices h JOIN runs r ON r.id = h.run_id
WHERE r.campaign_id = ? AND r.state = ? AND h.outcome = 'assigned' AND h.wave > 0
  AND NOT EXISTS (SELECT 1 FROM batches b WHERE b.run_id = r.id AND b.wave = h.wave AND b.posted_on IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM batches b WHERE b.run_id = r.id AND b.posted_on IS NULL AND b.released_at IS NOT NULL)) waves`),
		c.ID, string(mailers.RunMeasuring)).Scan(&ended.Waves)
	if err != nil || ended.Waves > 0 {
		return err
	}
	var run, state string
	err = t.sql.QueryRowContext(t.ctx, t.store.bind("SELECT uid, state FROM runs WHERE campaign_id = ? AND state <> ? ORDER BY id LIMIT 1"),
		c.ID, campaigns.RunCancelled).Scan(&run, &state)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return postlift.Faultf(postlift.Conflict, op,
		"campaign %q cannot be cancelled: its run %s is %s, so the letters are with the vendor; tell the vendor to stop", c.Name, run, state)
}

func (t *tx) cancelLetters(campaignID int64, ended *campaigns.CancelledWork, by postlift.Actor) error {
	list, from := inStates(mailers.Unsent())
	rows, err := t.query("SELECT p.uid, b.uid FROM pieces p JOIN batches b ON b.id = p.batch_id WHERE p.campaign_id = ? AND p.kind = 'live' AND p.state IN "+list+" ORDER BY p.id",
		append([]any{campaignID}, from...)...)
	var hits []withdrawal
	err = eachRow(rows, err, func(r *sql.Rows) error {
		w := withdrawal{reason: campaigns.CampaignCancelled}
		err := r.Scan(&w.piece, &w.batch)
		hits = append(hits, w)
		return err
	})
	if err != nil {
		return err
	}
	done, err := t.withdraw(hits, by)
	ended.Letters = len(done)
	return err
}

// returned runs a statement that returns one text per row.
func (t *tx) returned(query string, args ...any) (texts []string, err error) {
	rows, err := t.query(query, args...)
	return texts, eachRow(rows, err, func(r *sql.Rows) error {
		var text string
		err := r.Scan(&text)
		texts = append(texts, text)
		return err
	})
}
