package store

import (
	"fmt"
	"strings"
)

// rank gives every score of a run its decile and its value tier. Deciles are tenths of the accounts by residual
// value, those of equal value by id; where the accounts do not divide by ten, the first ones have one more.
// Tiers are as in segments.TierEdges with segments.DefaultTierShares: an account of positive value is A where
// less than 5 % of these are worth more, B below 20 %, C below 50 %, else D; E is without value.
//
// The limits are looked up in the index of values, and one pass over the rows compares with them: window
// functions would sort all rows and join them with themselves.
func (t *tx) rank(run int64) error {
	var all, worthy int64
	err := t.sql.QueryRowContext(t.ctx, t.store.bind("SELECT COUNT(*), COALESCE(SUM(CASE WHEN residual_minor > 0 THEN 1 ELSE 0 END), 0) FROM scores WHERE run_id = ?"), run).
		Scan(&all, &worthy)
	if err != nil || all == 0 {
		return err
	}
	decile, args, err := t.decileCase(run, all)
	if err != nil {
		return err
	}
	tier, tierArgs, err := t.tierCase(run, worthy)
	if err != nil {
		return err
	}
	_, err = t.exec("UPDATE scores SET decile = "+decile+", tier = "+tier+" WHERE run_id = ?", append(append(args, tierArgs...), run)...)
	return err
}

// decileCase is SQL for an account's decile, with its values.
func (t *tx) decileCase(run, all int64) (string, []any, error) {
	var b strings.Builder
	var args []any
	end := int64(0)
	b.WriteString("CASE")
	for d := int64(1); d < 10; d++ {
		if end += all / 10; d <= all%10 {
			end++
		}
		if end == 0 {
			continue
		}
		value, account, err := t.scoreAt(run, end-1)
		if err != nil {
			return "", nil, err
		}
		fmt.Fprintf(&b, " WHEN residual_minor > ? OR residual_minor = ? AND account_id <= ? THEN %d", d)
		args = append(args, value, value, account)
	}
	b.WriteString(" ELSE 10 END")
	return b.String(), args, nil
}

// tierCase is SQL for an account's tier, with its values.
func (t *tx) tierCase(run, worthy int64) (string, []any, error) {
	var b strings.Builder
	var args []any
	b.WriteString("CASE WHEN residual_minor <= 0 THEN 'E'")
	for _, tier := range []struct {
		name  string
		share int64 // of the accounts with a value, in per cent
	}{{"A", 5}, {"B", 20}, {"C", 50}} {
		if worthy == 0 {
			break
		}
		// fewer than the share are worth more: as much as the last of so many
		value, _, err := t.scoreAt(run, (worthy*tier.share+99)/100-1)
		if err != nil {
			return "", nil, err
		}
		fmt.Fprintf(&b, " WHEN residual_minor >= ? THEN '%s'", tier.name)
		args = append(args, value)
	}
	b.WriteString(" ELSE 'D' END")
	return b.String(), args, nil
}

// scoreAt is the value and the account at a place, from 0, of a run's scores in falling order of value and, where
// values are equal, by account.
func (t *tx) scoreAt(run, place int64) (value, account int64, err error) {
	one := func(query string, to *int64, args ...any) {
		if err == nil {
			err = t.sql.QueryRowContext(t.ctx, t.store.bind(query), args...).Scan(to)
		}
	}
	var above int64
	one("SELECT residual_minor FROM scores WHERE run_id = ? ORDER BY residual_minor DESC LIMIT 1 OFFSET ?", &value, run, place)
	one("SELECT COUNT(*) FROM scores WHERE run_id = ? AND residual_minor > ?", &above, run, value)
	one("SELECT account_id FROM scores WHERE run_id = ? AND residual_minor = ? ORDER BY account_id LIMIT 1 OFFSET ?", &account, run, value, place-above)
	if err != nil {
		return 0, 0, fmt.Errorf("store: ranks: %w", err)
	}
	return value, account, nil
}
