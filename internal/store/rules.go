package store

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"postlift"
	"postlift/campaigns"
	"postlift/campaigns/rules"
)

// SaveRule adds a version to a named rule, making the rule on first use; a text equal to the latest
// version's gives that one.
func (s *Store) SaveRule(ctx context.Context, name, text string, tree *rules.Node, by postlift.Actor) (campaigns.RuleVersion, error) {
	var saved campaigns.RuleVersion
	err := s.inTx(ctx, func(t *tx) error {
		var rule ruleRow
		err := t.Where("name = ?", name).First(&rule).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			rule = ruleRow{UID: s.ids(postlift.RuleID, name), Name: name}
			err = t.Create(&rule).Error
		}
		if err != nil {
			return fmt.Errorf("store.SaveRule: %w", err)
		}
		var latest ruleVersionRow
		if err := t.Where("rule_id = ?", rule.ID).Order("version DESC").Limit(1).Find(&latest).Error; err != nil {
			return fmt.Errorf("store.SaveRule: %w", err)
		}
		if latest.ID != 0 && latest.Text == text {
			saved, err = ruleVersion(rule, latest)
			return err
		}
		row := ruleVersionRow{RuleID: rule.ID, Version: latest.Version + 1, Text: text, Tree: toJSON(tree), CreatedAt: s.now(), Actor: by.Name}
		if err := t.Create(&row).Error; err != nil {
			return conflictOnDuplicate(err, "store.SaveRule", "somebody else saved this rule at the same time: try again")
		}
		if saved, err = ruleVersion(rule, row); err != nil {
			return err
		}
		return t.event(by, "rule", rule.UID, "saved", map[string]int64{"version": row.Version})
	})
	return saved, err
}

// conflictOnDuplicate turns a broken unique key into a Conflict with a text for the user.
func conflictOnDuplicate(err error, op, text string) error {
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return postlift.Faultf(postlift.Conflict, op, "%s", text)
	}
	return fmt.Errorf("%s: %w", op, err)
}

func ruleVersion(rule ruleRow, v ruleVersionRow) (campaigns.RuleVersion, error) {
	tree, err := rules.DecodeNode([]byte(v.Tree))
	if err != nil {
		return campaigns.RuleVersion{}, postlift.Wrap("store.Rule",
			fmt.Sprintf("version %d of rule %q does not fit this program any more; save the rule again", v.Version, rule.Name), err)
	}
	return campaigns.RuleVersion{ID: v.ID, UID: rule.UID, Name: rule.Name, Version: int(v.Version), Text: v.Text, Tree: tree,
		CreatedAt: v.CreatedAt, By: v.Actor}, nil
}

// Rule finds the latest version of a rule by its name or id.
func (s *Store) Rule(ctx context.Context, ref string) (campaigns.RuleVersion, error) {
	var rule ruleRow
	err := s.reader(ctx).Where("name = ? OR uid = ?", ref, ref).First(&rule).Error
	if err != nil {
		return campaigns.RuleVersion{}, notFound(err, "store.Rule", "rule", ref)
	}
	var v ruleVersionRow
	if err := s.reader(ctx).Where("rule_id = ?", rule.ID).Order("version DESC").First(&v).Error; err != nil {
		return campaigns.RuleVersion{}, notFound(err, "store.Rule", "version of rule", ref)
	}
	return ruleVersion(rule, v)
}

// RuleVersions lists every version of a rule found by its name or id, the first first.
func (s *Store) RuleVersions(ctx context.Context, ref string) ([]campaigns.RuleVersion, error) {
	var rule ruleRow
	if err := s.reader(ctx).Where("name = ? OR uid = ?", ref, ref).First(&rule).Error; err != nil {
		return nil, notFound(err, "store.RuleVersions", "rule", ref)
	}
	var rows []ruleVersionRow
	if err := s.reader(ctx).Where("rule_id = ?", rule.ID).Order("version").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("store.RuleVersions: %w", err)
	}
	if len(rows) == 0 {
		return nil, postlift.Faultf(postlift.NotFound, "store.RuleVersions", "the rule %q has no version", ref)
	}
	versions := make([]campaigns.RuleVersion, len(rows))
	for i, row := range rows {
		v, err := ruleVersion(rule, row)
		if err != nil {
			return nil, err
		}
		versions[i] = v
	}
	return versions, nil
}

// RuleVersion reads one version by its internal id.
func (s *Store) RuleVersion(ctx context.Context, id int64) (campaigns.RuleVersion, error) {
	var v ruleVersionRow
	var rule ruleRow
	err := s.reader(ctx).First(&v, "id = ?", id).Error
	if err == nil {
		err = s.reader(ctx).First(&rule, "id = ?", v.RuleID).Error
	}
	if err != nil {
		return campaigns.RuleVersion{}, notFound(err, "store.RuleVersion", "rule version", fmt.Sprint(id))
	}
	return ruleVersion(rule, v)
}

// Rules lists every rule in its latest version, by name.
func (s *Store) Rules(ctx context.Context) ([]campaigns.RuleVersion, error) {
	var named []ruleRow
	if err := s.reader(ctx).Order("name").Find(&named).Error; err != nil {
		return nil, fmt.Errorf("store.Rules: %w", err)
	}
	var versions []ruleVersionRow
	err := s.reader(ctx).Where("version = (SELECT MAX(v.version) FROM rule_versions v WHERE v.rule_id = rule_versions.rule_id)").Find(&versions).Error
	if err != nil {
		return nil, fmt.Errorf("store.Rules: %w", err)
	}
	byRule := make(map[int64]ruleVersionRow, len(versions))
	for _, v := range versions {
		byRule[v.RuleID] = v
	}
	found := make([]campaigns.RuleVersion, 0, len(named))
	for _, r := range named {
		v, err := ruleVersion(r, byRule[r.ID])
		if err != nil {
			return nil, err
		}
		found = append(found, v)
	}
	return found, nil
}
