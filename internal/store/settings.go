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
		row := settingRow{Key: organisationKey, Value: toJSON(settings), UpdatedAt: s.now()}
		if err := t.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error; err != nil {
			return fmt.Errorf("store.SaveSettings: %w", err)
		}
		return t.event(by, "settings", organisationKey, "changed", nil)
	})
}

// SetRate stores the dated exchange rate: units of the reporting currency for one unit of currency.
func (s *Store) SetRate(ctx context.Context, currency string, from postlift.Date, rate float64) error {
	if !postlift.ValidCurrency(currency) || rate <= 0 || from.IsZero() {
		return postlift.Faultf(postlift.Invalid, "store.SetRate", "a rate needs a currency such as CHF, a date and a positive number")
	}
	return s.inTx(ctx, func(t *tx) error {
		row := exchangeRateRow{Currency: currency, ValidFrom: from, Rate: rate}
		return t.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error
	})
}
