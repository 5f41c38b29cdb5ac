package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"postlift"
	"postlift/campaigns/lift"
)

// AccountID finds one account by id, external id or name.
func (s *Store) AccountID(ctx context.Context, ref string) (int64, error) {
	row, err := s.accountByRef(ctx, ref)
	return row.ID, err
}

// AccountUIDs gives the outward ids of a few accounts.
func (s *Store) AccountUIDs(ctx context.Context, ids []int64) (map[int64]string, error) {
	var rows []accountRow
	if err := s.reader(ctx).Select("id", "uid").Where("id IN ?", append([]int64{0}, ids...)).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("store.AccountUIDs: %w", err)
	}
	found := make(map[int64]string, len(rows))
	for _, r := range rows {
		found[r.ID] = r.UID
	}
	return found, nil
}

// AccountNames gives the present names of a few accounts by their outward ids.
func (s *Store) AccountNames(ctx context.Context, uids []string) (map[string]string, error) {
	var rows []accountRow
	if err := s.reader(ctx).Select("uid", "name").Where("uid IN ?", append([]string{""}, uids...)).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("store.AccountNames: %w", err)
	}
	found := make(map[string]string, len(rows))
	for _, r := range rows {
		found[r.UID] = r.Name
	}
	return found, nil
}

// LearnedLift is the latest lift table; nil while nothing was learned.
func (s *Store) LearnedLift(ctx context.Context) (*lift.Model, error) {
	const op = "store.LearnedLift"
	var row liftTableRow
	err := s.reader(ctx).Order("version DESC, id DESC").First(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	model := new(lift.Model)
	if err := row.Rows.into(model); err != nil {
		return nil, postlift.Wrap(op, fmt.Sprintf("lift table %s: %s", row.UID, postlift.UserText(err)), err)
	}
	return model, nil
}

// OrderRanks gives the share of all accounts that have fewer orders, half of those with as many counted in.
func (s *Store) OrderRanks(ctx context.Context) (map[int]float64, error) {
	rows, err := s.queryRead(ctx, "SELECT order_days, COUNT(*) FROM account_features GROUP BY order_days ORDER BY order_days")
	ranks := map[int]float64{}
	var below float64
	err = eachRow(rows, err, func(r *sql.Rows) error {
		var orders, n int
		err := r.Scan(&orders, &n)
		ranks[orders] = below + float64(n)/2
		below += float64(n)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store.OrderRanks: %w", err)
	}
	for orders := range ranks {
		ranks[orders] /= below
	}
	return ranks, nil
}
