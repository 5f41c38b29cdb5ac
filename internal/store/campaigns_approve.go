package store

import (
	"context"
	"fmt"

	"postlift"
	"postlift/campaigns"
)

// approvalsOf lists the approvals of a run that are in force. A run that was approved before approvals were
// kept one by one has the one that its own row names.
func (s *Store) approvalsOf(ctx context.Context, run runRow) ([]campaigns.Approval, error) {
	var rows []runApprovalRow
	if err := s.reader(ctx).Where("run_id = ? AND withdrawn_at IS NULL", run.ID).Order("number").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("store.Run: approvals of %s: %w", run.UID, err)
	}
	found := make([]campaigns.Approval, 0, len(rows))
	for _, a := range rows {
		found = append(found, campaigns.Approval{By: a.Actor, At: a.At})
	}
	if len(found) == 0 && run.ApprovedAt != nil {
		found = append(found, campaigns.Approval{By: run.ApprovedBy, At: *run.ApprovedAt})
	}
	return found, nil
}

// ApproveRun notes an approval of a planned run. The last one that is needed moves run and campaign to approved
// and enrols every held-out and assigned account, so that a second pass never runs beside this one. The update of
// the run's row comes first: it makes approvals of one run wait for each other.
func (s *Store) ApproveRun(ctx context.Context, run campaigns.Run, a campaigns.Approving, by postlift.Actor) error {
	const op = "store.ApproveRun"
	return s.inTx(ctx, func(t *tx) error {
		moved, err := t.exec("UPDATE runs SET approvals_needed = ? WHERE id = ? AND state = ? AND plan_hash = ?",
			int64(a.Needed), run.ID, campaigns.RunPlanned, run.PlanHash)
		if err != nil {
			return err
		}
		if moved == 0 {
			return postlift.Faultf(postlift.Conflict, op, "the plan %s was superseded or approved meanwhile: look at it again", run.PlanHash)
		}
		given, err := t.noteApproval(op, run, a, by)
		if err != nil {
			return err
		}
		if given < a.Needed {
			return t.event(by, "run", run.UID, "approved_in_part", map[string]any{"plan_hash": run.PlanHash, "approvals": given, "needed": a.Needed})
		}
		return t.approved(run, a, by)
	})
}

// noteApproval adds an approval and counts those in force; nobody approves twice.
func (t *tx) noteApproval(op string, run campaigns.Run, a campaigns.Approving, by postlift.Actor) (int, error) {
	var rows []runApprovalRow
	if err := t.Where("run_id = ?", run.ID).Order("number").Find(&rows).Error; err != nil {
		return 0, fmt.Errorf("%s: %w", op, err)
	}
	inForce := 0
	for _, r := range rows {
		if r.WithdrawnAt != nil {
			continue
		}
		if campaigns.SamePerson(r.Actor, by.Name) {
			return 0, postlift.Faultf(postlift.Conflict, op, "%s has approved this plan already: a second person has to", r.Actor)
		}
		inForce++
	}
	row := runApprovalRow{RunID: run.ID, Number: int64(len(rows) + 1), Actor: by.Name, At: a.At}
	if err := t.Create(&row).Error; err != nil {
		return 0, conflictOnDuplicate(err, op, "somebody else approved this plan at the same time: look at it again")
	}
	return inForce + 1, nil
}

func (t *tx) approved(run campaigns.Run, a campaigns.Approving, by postlift.Actor) error {
	if _, err := t.exec("UPDATE runs SET state = ?, approved_by = ?, approved_at = ?, undo_until = ? WHERE id = ?",
		campaigns.RunApproved, by.Name, a.At, a.UndoUntil, run.ID); err != nil {
		return err
	}
	if _, err := t.exec("UPDATE campaigns SET state = ? WHERE id = ?", campaigns.StateApproved, run.CampaignID); err != nil {
		return err
	}
	if _, err := t.exec(`INSERT INTO enrolments (campaign_id, account_id, pass, run_id, state, entered_on)
SELECT r.campaign_id, c.account_id, r.pass, r.id, 'live', r.as_of
FROM choices c JOIN runs r ON r.id = c.run_id WHERE c.run_id = ? AND c.outcome IN (?, ?) ORDER BY c.account_id`,
		run.ID, campaigns.Assigned, campaigns.HeldOut); err != nil {
		return err
	}
	return t.event(by, "run", run.UID, "approved", map[string]string{"plan_hash": run.PlanHash})
}

// UndoApproval takes the approvals of a run back, complete or not, as long as nobody has begun to prepare its
// letters.
func (s *Store) UndoApproval(ctx context.Context, run campaigns.Run, by postlift.Actor) error {
	const op = "store.UndoApproval"
	return s.inTx(ctx, func(t *tx) error {
		moved, err := t.exec("UPDATE runs SET state = ?, approved_by = '', approved_at = NULL, undo_until = NULL WHERE id = ? AND state IN (?, ?)",
			campaigns.RunPlanned, run.ID, campaigns.RunPlanned, campaigns.RunApproved)
		if err != nil {
			return err
		}
		if moved == 0 {
			return postlift.Faultf(postlift.Conflict, op, "the letters of run %s are being prepared by now, or it was cancelled: its approval cannot be taken back", run.UID)
		}
		taken, err := t.exec("UPDATE run_approvals SET withdrawn_at = ? WHERE run_id = ? AND withdrawn_at IS NULL", s.now(), run.ID)
		if err != nil {
			return err
		}
		if taken == 0 && run.ApprovedBy == "" {
			return postlift.Faultf(postlift.Conflict, op, "nobody has approved run %s", run.UID)
		}
		if _, err := t.exec("UPDATE campaigns SET state = ? WHERE id = ? AND state = ?", campaigns.StatePreviewed, run.CampaignID, campaigns.StateApproved); err != nil {
			return err
		}
		if _, err := t.exec("DELETE FROM enrolments WHERE run_id = ?", run.ID); err != nil {
			return err
		}
		return t.event(by, "run", run.UID, "approval_undone", map[string]any{"plan_hash": run.PlanHash, "approvals": taken})
	})
}
