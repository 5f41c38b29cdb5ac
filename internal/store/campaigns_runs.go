package store

import (
	"context"
	"fmt"
	"strings"

	"postlift"
	"postlift/campaigns"
)

// SavePlan stores a run with its choices and supersedes the campaign's unapproved plan. It is a Conflict
// when the campaign got another version or was approved since it was read.
func (s *Store) SavePlan(ctx context.Context, r campaigns.NewRun, by postlift.Actor) (campaigns.Run, error) {
	const op = "store.SavePlan"
	err := s.inTx(ctx, func(t *tx) error {
		moved, err := t.exec("UPDATE campaigns SET state = ? WHERE id = ? AND version = ? AND state IN (?, ?)",
			campaigns.StatePreviewed, r.Campaign.ID, r.Campaign.Version, campaigns.StateDraft, campaigns.StatePreviewed)
		if err != nil {
			return err
		}
		if moved == 0 {
			return postlift.Faultf(postlift.Conflict, op, "campaign %q was changed or approved meanwhile: preview it again", r.Campaign.Name)
		}
		if err := t.cancelPlans(r.Campaign.ID, by); err != nil {
			return err
		}
		row, err := t.newRunRow(r)
		if err != nil {
			return err
		}
		if err := t.Create(&row).Error; err != nil {
			return conflictOnDuplicate(err, op, "this campaign is previewed by somebody else at the same time: try again")
		}
		if err := t.writeChoices(row.ID, r.Plan.Choices); err != nil {
			return err
		}
		if err := t.writeRunDesigns(row.ID, r.Designs); err != nil {
			return err
		}
		return t.event(by, "run", row.UID, "planned", map[string]any{"campaign": r.Campaign.UID, "plan_hash": row.PlanHash, "attempt": row.Attempt})
	})
	if err != nil {
		return campaigns.Run{}, err
	}
	return s.CurrentRun(ctx, r.Campaign.ID)
}

func (t *tx) newRunRow(r campaigns.NewRun) (runRow, error) {
	var attempt int64
	err := t.Model(&runRow{}).Where("campaign_id = ? AND step = 1 AND pass = 1", r.Campaign.ID).
		Select("COALESCE(MAX(attempt), 0)").Scan(&attempt).Error
	if err != nil {
		return runRow{}, fmt.Errorf("store.SavePlan: %w", err)
	}
	uid := r.UID
	if attempt > 0 { // a derived id of the same plan would repeat
		uid = t.store.ids(postlift.RunID, r.Campaign.UID, "1", "1", r.Plan.Hash, fmt.Sprint(attempt+1))
	}
	return runRow{UID: uid, CampaignID: r.Campaign.ID, Step: 1, Pass: 1, Attempt: attempt + 1,
		CampaignVersion: int64(r.Campaign.Version), RuleVersionID: r.RuleVersionID, DesignVersionID: r.DesignVersionID,
		ScoreRunID: r.ScoreRunID, Salt: r.Campaign.Definition.Salt, AsOf: r.AsOf, State: campaigns.RunPlanned, PlanHash: r.Plan.Hash,
		Funnel: toJSON(r.Plan.Funnel), Currency: r.Plan.Cost.Currency, CostMinor: r.Plan.Cost.Minor,
		WindowDays: int64(r.Campaign.Definition.WindowDays), Record: toJSON(r.Record), CreatedAt: t.store.now(),
		Outlook: toJSON(r.Outlook), ApprovalsNeeded: int64(max(r.ApprovalsNeeded, 1))}, nil
}

// writeRunDesigns notes which design version each variant of a run has.
func (t *tx) writeRunDesigns(runID int64, designs []campaigns.RunDesign) error {
	for _, d := range designs {
		row := runDesignRow{RunID: runID, Variant: d.Variant, DesignVersionID: d.DesignVersionID, Languages: strings.Join(d.Languages, ",")}
		if err := t.Create(&row).Error; err != nil {
			return fmt.Errorf("store.SavePlan: design of variant %s: %w", d.Variant, err)
		}
	}
	return nil
}

// CurrentRun is the campaign's newest run that is not cancelled.
func (s *Store) CurrentRun(ctx context.Context, campaignID int64) (campaigns.Run, error) {
	var row runRow
	err := s.reader(ctx).Where("campaign_id = ? AND state <> ?", campaignID, campaigns.RunCancelled).
		Order("pass DESC, step DESC, attempt DESC").First(&row).Error
	if err != nil {
		return campaigns.Run{}, notFound(err, "store.CurrentRun", "plan of campaign", fmt.Sprint(campaignID))
	}
	return s.runOf(ctx, row)
}

func (s *Store) runOf(ctx context.Context, row runRow) (campaigns.Run, error) {
	var c campaignRow
	if err := s.reader(ctx).First(&c, "id = ?", row.CampaignID).Error; err != nil {
		return campaigns.Run{}, notFound(err, "store.Run", "campaign of run", row.UID)
	}
	r := campaigns.Run{ID: row.ID, UID: row.UID, CampaignID: row.CampaignID, CampaignUID: c.UID, Attempt: int(row.Attempt),
		State: row.State, PlanHash: row.PlanHash, Cost: postlift.Money{Minor: row.CostMinor, Currency: row.Currency}, AsOf: row.AsOf,
		Salt: row.Salt, WindowDays: int(row.WindowDays), RuleVersionID: row.RuleVersionID, ApprovedBy: row.ApprovedBy,
		ApprovedAt: row.ApprovedAt, InHomeOn: row.InHomeOn, CreatedAt: row.CreatedAt,
		ApprovalsNeeded: int(row.ApprovalsNeeded), UndoUntil: row.UndoUntil}
	if err := row.Funnel.into(&r.Funnel); err != nil {
		return r, fmt.Errorf("store.Run: funnel of %s: %w", row.UID, err)
	}
	if err := row.Record.into(&r.Record); err != nil {
		return r, fmt.Errorf("store.Run: record of %s: %w", row.UID, err)
	}
	if row.Outlook != "" {
		r.Outlook = new(campaigns.Outlook)
		if err := row.Outlook.into(r.Outlook); err != nil {
			return r, fmt.Errorf("store.Run: outlook of %s: %w", row.UID, err)
		}
	}
	var err error
	r.Approvals, err = s.approvalsOf(ctx, row)
	return r, err
}
