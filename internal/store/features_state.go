package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"strings"

	"postlift"
	"postlift/accounts"
)

// What account_features stand for is kept beside them: their date, the changes of accounts that are in, and what
// amounts were turned into the reporting currency with. So a build of a segment works out anew the features of
// the accounts that have changed, and those of all accounts only where it must.

// featureStateName is the key of the only row of feature_state.
const featureStateName = "account_features"

// manyChanges is from how many changed accounts on everybody is worked out anew: from there on that is quicker
// than looking each one up.
const manyChanges = 20000

// FreshenFeatures makes the features stand for a date with every change of an account in them: what RefreshFeatures
// would give, at the cost of the accounts that have changed. Where they stand for that already it writes nothing, and
// so waits for no import.
func (s *Store) FreshenFeatures(ctx context.Context, asOf postlift.Date) error {
	const op = "store.FreshenFeatures"
	settings, err := s.Settings(ctx)
	if err != nil {
		return err
	}
	if fresh, err := s.featuresFresh(ctx, settings, asOf); err != nil || fresh {
		return opError(op, err)
	}
	return opError(op, s.inTx(ctx, func(t *tx) error {
		if err := t.alone("features"); err != nil {
			return err
		}
		return t.freshenFeatures(settings, asOf)
	}))
}

// featuresFresh tells whether there is nothing to freshen. What features stand for is read before the changes: one
// that comes in between shows.
func (s *Store) featuresFresh(ctx context.Context, settings accounts.Settings, asOf postlift.Date) (bool, error) {
	var have featureStateRow
	if err := s.reader(ctx).Limit(1).Find(&have, "name = ?", featureStateName).Error; err != nil {
		return false, err
	}
	if have.AsOf != asOf {
		return false, nil
	}
	mark, _, err := s.ChangeMark(ctx)
	if err != nil || have.ChangeMark != mark {
		return false, err
	}
	rows, err := s.queryRead(ctx, basisRates)
	basis, err := basisOf(settings, rows, err)
	return have.Fingerprint == basis, err
}

// basisRates selects the exchange rates, which features rest on beside the accounts' own data.
const basisRates = "SELECT currency, CAST(valid_from AS TEXT), CAST(rate AS TEXT) FROM exchange_rates ORDER BY 1, 2"

// featureBasis is a hash of what features rest on beside the accounts' own data.
func (t *tx) featureBasis(settings accounts.Settings) (string, error) {
	rows, err := t.query(basisRates)
	return basisOf(settings, rows, err)
}

// featureRules numbers the way in which features are worked out: with another one all are worked out anew.
// 2: a contract to whose end notice was given, or that has an end, has no deadline for notice any more.
const featureRules = 2

// basisOf is a hash of the settings that features read and of the rows of basisRates.
func basisOf(settings accounts.Settings, rows *sql.Rows, err error) (string, error) {
	if err != nil {
		return "", fmt.Errorf("store: exchange rates: %w", err)
	}
	defer rows.Close()
	h := sha256.New()
	fmt.Fprintf(h, "%d %s %g\n", featureRules, settings.Currency, settings.Value.DefaultMargin)
	var currency, from, rate string
	for rows.Next() {
		if err := rows.Scan(&currency, &from, &rate); err != nil {
			return "", fmt.Errorf("store: exchange rates: %w", err)
		}
		fmt.Fprintln(h, currency, from, rate)
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), rows.Err()
}

// changeMark is the number of the latest change of an account.
func (t *tx) changeMark() (mark int64, err error) {
	err = t.sql.QueryRowContext(t.ctx, "SELECT COALESCE(MAX(mark), 0) FROM account_changes").Scan(&mark)
	return mark, err
}

// changedSince lists the accounts that changed after a mark, up to manyChanges and one more.
func (t *tx) changedSince(mark int64) ([]int64, error) {
	return t.numbers("SELECT account_id FROM account_changes WHERE mark > ? ORDER BY mark LIMIT ?", mark, manyChanges+1)
}

// numbers runs a query with one column of numbers.
func (t *tx) numbers(query string, args ...any) ([]int64, error) {
	rows, err := t.query(query, args...)
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	defer rows.Close()
	var found []int64
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, fmt.Errorf("store: %w", err)
		}
		found = append(found, n)
	}
	return found, rows.Err()
}

// featuresStand records what all features stand for from now on. The mark is one that was read before they were.
func (t *tx) featuresStand(settings accounts.Settings, asOf postlift.Date, mark int64) error {
	basis, err := t.featureBasis(settings)
	if err != nil {
		return err
	}
	_, err = t.exec(`INSERT INTO feature_state (name, as_of, change_mark, fingerprint) VALUES (?, ?, ?, ?)
ON CONFLICT (name) DO UPDATE SET as_of = excluded.as_of, change_mark = excluded.change_mark, fingerprint = excluded.fingerprint`,
		featureStateName, asOf, mark, basis)
	return err
}

// freshenFeatures makes the features stand for a date with every change of an account in them.
func (t *tx) freshenFeatures(settings accounts.Settings, asOf postlift.Date) error {
	basis, err := t.featureBasis(settings)
	if err != nil {
		return err
	}
	mark, err := t.changeMark()
	if err != nil {
		return err
	}
	var have featureStateRow
	if err := t.Limit(1).Find(&have, "name = ?", featureStateName).Error; err != nil {
		return fmt.Errorf("store: features: %w", err)
	}
	if have.AsOf != asOf || have.Fingerprint != basis {
		return t.refreshFeatures(settings, asOf)
	}
	if have.ChangeMark == mark {
		return nil
	}
	ids, err := t.changedSince(have.ChangeMark)
	if err != nil {
		return err
	}
	if len(ids) > manyChanges {
		return t.refreshFeatures(settings, asOf)
	}
	if err := t.refreshFeaturesOf(settings, asOf, ids); err != nil {
		return err
	}
	return t.featuresStand(settings, asOf, mark)
}

// refreshFeaturesOf works out the features of some accounts anew. Rows that stand already are altered where they are:
// one that was deleted and inserted again would lie away from its neighbours, with two pages written instead of one.
func (t *tx) refreshFeaturesOf(settings accounts.Settings, asOf postlift.Date, ids []int64) error {
	query, args, err := t.store.featureQuery(t.DB, settings, asOf, ids)
	if err != nil {
		return err
	}
	set := make([]string, 0, len(featureColumns))
	for _, c := range featureColumns[1:] {
		set = append(set, c+" = excluded."+c)
	}
	_, err = t.exec("INSERT INTO account_features ("+strings.Join(featureColumns, ", ")+")\n"+query+
		"\nON CONFLICT ("+featureColumns[0]+") DO UPDATE SET "+strings.Join(set, ", "), args...)
	return err
}

// forgetFeatureState makes the next build work out every account's features anew.
func (t *tx) forgetFeatureState() error {
	_, err := t.exec("DELETE FROM feature_state")
	return err
}
