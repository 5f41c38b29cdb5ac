package store

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"postlift"
	"postlift/accounts"
)

const organisationKey = "organisation"

// Settings reads the organisation's settings; where none are stored, the defaults.
func (s *Store) Settings(ctx context.Context) (accounts.Settings, error) {
	settings := accounts.DefaultSettings()
	var row settingRow
	err := s.reader(ctx).First(&row, "key = ?", organisationKey).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return settings, nil
	}
	if err != nil {
		return settings, fmt.Errorf("store.Settings: %w", err)
	}
	return settings, row.Value.into(&settings)
}

// SaveSettings validates and stores the organisation's settings.
func (s *Store) SaveSettings(ctx context.Context, settings accounts.Settings, by postlift.Actor) error {
	if err := settings.Validate(); err != nil {
		return err
	}
	return s.inTx(ctx, func(t *tx) error {
		if err := t.checkAttributeTypes(settings.Attributes); err != nil {
			return err
		}
		row := settingRow{Key: organisationKey, Value: toJSON(settings), UpdatedAt: s.now()}
		if err := t.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error; err != nil {
			return fmt.Errorf("store.SaveSettings: %w", err)
		}
		return t.event(by, "settings", organisationKey, "changed", nil)
	})
}

// SaveRates stores dated exchange rates; a rate of the same currency and day is replaced.
func (s *Store) SaveRates(ctx context.Context, rates []accounts.Rate, by postlift.Actor) error {
	rows := make([]exchangeRateRow, len(rates))
	for i, r := range rates {
		if !postlift.ValidCurrency(r.Currency) || !(r.Rate > 0) || r.ValidFrom.IsZero() {
			return postlift.Faultf(postlift.Invalid, "store.SaveRates",
				"exchange rate %d (%s, from %s, %g): a currency such as CHF, a date and a positive number are needed", i+1, r.Currency, r.ValidFrom, r.Rate)
		}
		rows[i] = exchangeRateRow{Currency: r.Currency, ValidFrom: r.ValidFrom, Rate: r.Rate}
	}
	if len(rows) == 0 {
		return nil
	}
	return s.inTx(ctx, func(t *tx) error {
		if err := t.Clauses(clause.OnConflict{UpdateAll: true}).Create(&rows).Error; err != nil {
			return fmt.Errorf("store.SaveRates: %w", err)
		}
		return t.event(by, "settings", "exchange_rates", "changed", map[string]int{"rates": len(rows)})
	})
}
