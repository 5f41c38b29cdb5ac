package store

import (
	"context"
	"database/sql"
	"fmt"
	"math"

	"gorm.io/gorm"

	"postlift"
	"postlift/clv"
	"postlift/clv/scoring"
)

// CompanyGroups lists groups of at least two companies by their summed value, best first.
func (s *Store) CompanyGroups(ctx context.Context, run scoring.Run, limit int) ([]scoring.CompanyGroup, error) {
	band, err := groupBand(run)
	if err != nil {
		return nil, err
	}
	query := `SELECT g.group_key, COALESCE((SELECT MIN(p.name) FROM accounts p WHERE p.group_key = g.group_key AND p.parent_key = ''), g.name),
  g.accounts, g.total, g.orders, g.fulfilment, g.renewal, g.expansion, g.squares FROM (
  SELECT a.group_key, MIN(a.name) AS name, COUNT(*) AS accounts, SUM(sc.residual_minor) AS total, ` + groupSums + `
  FROM scores sc JOIN accounts a ON a.id = sc.account_id WHERE sc.run_id = ? GROUP BY a.group_key HAVING COUNT(*) > 1
  ORDER BY 4 DESC, 1 LIMIT ?
) g ORDER BY g.total DESC, g.group_key`
	rows, err := s.queryRead(ctx, query, run.ID, limit)
	if err != nil {
		return nil, fmt.Errorf("company groups: %w", err)
	}
	defer rows.Close()
	var found []scoring.CompanyGroup
	for rows.Next() {
		g := scoring.CompanyGroup{Total: money(run)}
		var sum clv.Value
		var squares sql.NullFloat64
		if err := rows.Scan(&g.Key, &g.Name, &g.Accounts, &g.Total.Minor, &sum.OrdersMinor, &sum.FulfilMinor, &sum.RenewalMinor, &sum.ExpansionMinor, &squares); err != nil {
			return nil, err
		}
		sum.ResidualMinor = g.Total.Minor
		g.Band = band(sum, squares)
		found = append(found, g)
	}
	return found, rows.Err()
}

// groupSums are the sums, beside the total, that the band of a group rests on; that of squares is NULL where no
// score has a band.
const groupSums = `SUM(sc.orders_minor) AS orders, SUM(sc.fulfilment_minor) AS fulfilment, SUM(sc.renewal_minor) AS renewal,
  SUM(sc.expansion_minor) AS expansion, SUM(CAST(sc.spread_minor AS DOUBLE PRECISION) * sc.spread_minor) AS squares`

// groupBand gives what makes the band of a group of companies of a run, as that of the run's total is made.
func groupBand(run scoring.Run) (func(sum clv.Value, squares sql.NullFloat64) *scoring.Band, error) {
	models, err := run.Params.Models()
	if err != nil {
		return nil, fmt.Errorf("store: run %s: %w", run.UID, err)
	}
	return func(sum clv.Value, squares sql.NullFloat64) *scoring.Band {
		if run.Basis == nil || !squares.Valid {
			return nil
		}
		sum.SpreadMinor = postlift.RoundMinor(math.Sqrt(squares.Float64))
		b := scoring.BandOf(run.Currency, &models, sum)
		return &b
	}, nil
}

// maxMembers bounds the members of a group that are listed.
const maxMembers = 500

// CompanyGroup reads one group with its members, best first; the key of a single company is a group of one.
func (s *Store) CompanyGroup(ctx context.Context, run scoring.Run, key string) (scoring.CompanyGroup, error) {
	g := scoring.CompanyGroup{Key: key, Total: money(run)}
	band, err := groupBand(run)
	if err != nil {
		return g, err
	}
	rows, err := s.queryRead(ctx, `SELECT a.uid, a.name, a.country, a.segment, COALESCE(si.city, ''), sc.residual_minor, sc.p_alive, sc.decile, sc.tier, sc.stage, a.parent_key,
  COUNT(*) OVER (), SUM(sc.residual_minor) OVER ()
FROM accounts a JOIN scores sc ON sc.account_id = a.id AND sc.run_id = ?
LEFT JOIN sites si ON si.id = (SELECT MIN(x.id) FROM sites x WHERE x.account_id = a.id AND x.is_main)
WHERE a.group_key = ? ORDER BY sc.residual_minor DESC, a.id LIMIT ?`, run.ID, key, maxMembers)
	if err != nil {
		return g, fmt.Errorf("company group: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		l := scoring.AccountLine{Residual: money(run)}
		var parent string
		if err := rows.Scan(&l.UID, &l.Name, &l.Country, &l.Segment, &l.City, &l.Residual.Minor, &l.PAlive, &l.Decile, &l.Tier, &l.Stage, &parent, &g.Accounts, &g.Total.Minor); err != nil {
			return g, err
		}
		if g.Name == "" || parent == "" {
			g.Name = l.Name
		}
		g.Members = append(g.Members, l)
	}
	if err := rows.Err(); err != nil {
		return g, err
	}
	if len(g.Members) == 0 {
		return g, notFound(gorm.ErrRecordNotFound, "store.CompanyGroup", "group of companies", key)
	}
	sum := clv.Value{ResidualMinor: g.Total.Minor}
	var squares sql.NullFloat64
	err = s.read.QueryRowContext(ctx, s.bind("SELECT "+groupSums+" FROM scores sc JOIN accounts a ON a.id = sc.account_id WHERE sc.run_id = ? AND a.group_key = ?"), run.ID, key).
		Scan(&sum.OrdersMinor, &sum.FulfilMinor, &sum.RenewalMinor, &sum.ExpansionMinor, &squares)
	if err != nil {
		return g, fmt.Errorf("company group: %w", err)
	}
	g.Band = band(sum, squares)
	return g, nil
}

// Find gives an account's internal id, its id and its name; it is found by id, external id or exact name.
func (s *Store) Find(ctx context.Context, ref string) (scoring.AccountRef, error) {
	a, err := s.accountByRef(ctx, ref)
	return scoring.AccountRef{ID: a.ID, UID: a.UID, Name: a.Name, Segment: a.Segment}, err
}

// InSegment lists the accounts of a segment, as imported, by id.
func (s *Store) InSegment(ctx context.Context, segment string) ([]int64, error) {
	var ids []int64
	err := s.reader(ctx).Model(&accountRow{}).Where("segment = ?", segment).Order("id").Pluck("id", &ids).Error
	return ids, err
}
