package store

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"postlift"
	"postlift/campaigns"
)

// SaveCampaign creates a campaign or, while nothing of it is approved, gives it a new version and drops
// its unapproved plan. A definition equal to the one in force changes nothing.
func (s *Store) SaveCampaign(ctx context.Context, d campaigns.Definition, by postlift.Actor) (campaigns.Campaign, error) {
	const op = "store.SaveCampaign"
	var uid string
	err := s.inTx(ctx, func(t *tx) error {
		var row campaignRow
		err := t.Where("name = ?", d.Name).First(&row).Error
		fresh := errors.Is(err, gorm.ErrRecordNotFound)
		switch {
		case fresh:
			row = campaignRow{UID: s.ids(postlift.CampaignID, d.Name), Name: d.Name, CreatedAt: s.now()}
		case err != nil:
			return fmt.Errorf("%s: %w", op, err)
		case row.State != campaigns.StateDraft && row.State != campaigns.StatePreviewed:
			return postlift.Faultf(postlift.Conflict, op, "campaign %q is %s: its definition is frozen; give the new campaign another name", row.Name, row.State)
		}
		uid = row.UID
		if !fresh {
			same, err := t.sameDefinition(row, d)
			if err != nil || same {
				return err
			}
		}
		row.Class, row.State, row.Version = string(d.Class), campaigns.StateDraft, row.Version+1
		if err := t.Save(&row).Error; err != nil {
			return conflictOnDuplicate(err, op, "a campaign of this name was created at the same time: try again")
		}
		if err := t.cancelPlans(row.ID, by); err != nil {
			return err
		}
		version := campaignVersionRow{CampaignID: row.ID, Version: row.Version, Definition: toJSON(d), CreatedAt: s.now(), Actor: by.Name}
		if err := t.Create(&version).Error; err != nil {
			return fmt.Errorf("%s: %w", op, err)
		}
		verb := "changed"
		if fresh {
			verb = "created"
		}
		return t.event(by, "campaign", row.UID, verb, map[string]int64{"version": row.Version})
	})
	if err != nil {
		return campaigns.Campaign{}, err
	}
	return s.Campaign(ctx, uid)
}

func (t *tx) sameDefinition(row campaignRow, d campaigns.Definition) (bool, error) {
	var v campaignVersionRow
	if err := t.Where("campaign_id = ? AND version = ?", row.ID, row.Version).First(&v).Error; err != nil {
		return false, fmt.Errorf("store.SaveCampaign: %w", err)
	}
	var before campaigns.Definition
	if err := v.Definition.into(&before); err != nil {
		return false, fmt.Errorf("store.SaveCampaign: %w", err)
	}
	return toJSON(before) == toJSON(d), nil
}

// cancelPlans supersedes the unapproved plans of a campaign; their choices were never acted on and go.
func (t *tx) cancelPlans(campaignID int64, by postlift.Actor) error {
	var runs []runRow
	if err := t.Where("campaign_id = ? AND state = ?", campaignID, campaigns.RunPlanned).Find(&runs).Error; err != nil {
		return fmt.Errorf("store: %w", err)
	}
	for _, r := range runs {
		if _, err := t.exec("DELETE FROM choices WHERE run_id = ?", r.ID); err != nil {
			return err
		}
		if _, err := t.exec("UPDATE runs SET state = ? WHERE id = ?", campaigns.RunCancelled, r.ID); err != nil {
			return err
		}
		if err := t.event(by, "run", r.UID, "superseded", nil); err != nil {
			return err
		}
	}
	return nil
}

// Campaign finds a campaign by id or name, with the definition in force.
func (s *Store) Campaign(ctx context.Context, ref string) (campaigns.Campaign, error) {
	var row campaignRow
	err := s.reader(ctx).Where("uid = ? OR name = ?", ref, ref).First(&row).Error
	if err != nil {
		return campaigns.Campaign{}, notFound(err, "store.Campaign", "campaign", ref)
	}
	return s.campaignOf(ctx, row, row.Version)
}

func (s *Store) campaignOf(ctx context.Context, row campaignRow, version int64) (campaigns.Campaign, error) {
	var v campaignVersionRow
	if err := s.reader(ctx).Where("campaign_id = ? AND version = ?", row.ID, version).First(&v).Error; err != nil {
		return campaigns.Campaign{}, notFound(err, "store.Campaign", "definition of campaign", row.Name)
	}
	c := campaigns.Campaign{ID: row.ID, UID: row.UID, Name: row.Name, Class: campaigns.Class(row.Class), State: row.State,
		Version: int(version), CreatedAt: row.CreatedAt}
	if err := v.Definition.into(&c.Definition); err != nil {
		return c, fmt.Errorf("store.Campaign: definition of %s: %w", row.UID, err)
	}
	return c, nil
}

// Campaigns lists every campaign, the newest first.
func (s *Store) Campaigns(ctx context.Context) ([]campaigns.Campaign, error) {
	var rows []campaignRow
	if err := s.reader(ctx).Order("id DESC").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("store.Campaigns: %w", err)
	}
	found := make([]campaigns.Campaign, 0, len(rows))
	for _, r := range rows {
		c, err := s.campaignOf(ctx, r, r.Version)
		if err != nil {
			return nil, err
		}
		found = append(found, c)
	}
	return found, nil
}

// LatestDesign finds the latest stored version of a design by name or id.
func (s *Store) LatestDesign(ctx context.Context, name string) (campaigns.DesignRef, error) {
	var design designRow
	if err := s.reader(ctx).Where("name = ? OR uid = ?", name, name).First(&design).Error; err != nil {
		return campaigns.DesignRef{}, notFound(err, "store.LatestDesign", "design", name)
	}
	var v designVersionRow
	if err := s.reader(ctx).Where("design_id = ?", design.ID).Order("version DESC").First(&v).Error; err != nil {
		return campaigns.DesignRef{}, notFound(err, "store.LatestDesign", "version of design", name)
	}
	return campaigns.DesignRef{VersionID: v.ID, Name: design.Name, Version: int(v.Version), Class: campaigns.Class(v.Class), SHA256: v.SHA256}, nil
}
