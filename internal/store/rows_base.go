package store

import (
	"time"

	"postlift"
)

// Rows of settings, provenance and events: the shapes that gorm reads and writes, never seen outside this room.

// settingRow is a row of settings.
type settingRow struct {
	Key       string    `gorm:"column:key;primaryKey;autoIncrement:false"`
	Value     jsonText  `gorm:"column:value"`
	UpdatedAt time.Time `gorm:"column:updated_at"`
}

// TableName names the table to gorm.
func (settingRow) TableName() string { return "settings" }

// exchangeRateRow is a row of exchange_rates.
type exchangeRateRow struct {
	Currency  string        `gorm:"column:currency;primaryKey;autoIncrement:false"`
	ValidFrom postlift.Date `gorm:"column:valid_from;primaryKey;autoIncrement:false"`
	Rate      float64       `gorm:"column:rate"`
}

// TableName names the table to gorm.
func (exchangeRateRow) TableName() string { return "exchange_rates" }

// importRunRow is a row of imports.
type importRunRow struct {
	ID         int64     `gorm:"column:id;primaryKey"`
	UID        string    `gorm:"column:uid"`
	Kind       string    `gorm:"column:kind"`
	Source     string    `gorm:"column:source"`
	FileName   string    `gorm:"column:file_name"`
	SHA256     string    `gorm:"column:sha256"`
	RowsRead   int64     `gorm:"column:rows_read"`
	Inserted   int64     `gorm:"column:inserted"`
	Updated    int64     `gorm:"column:updated"`
	Unchanged  int64     `gorm:"column:unchanged"`
	Rejected   int64     `gorm:"column:rejected"`
	Actor      string    `gorm:"column:actor"`
	StartedAt  time.Time `gorm:"column:started_at"`
	FinishedAt time.Time `gorm:"column:finished_at"`
}

// TableName names the table to gorm.
func (importRunRow) TableName() string { return "imports" }

// eventRow is a row of events.
type eventRow struct {
	ID        int64     `gorm:"column:id;primaryKey"`
	At        time.Time `gorm:"column:at"`
	ActorKind string    `gorm:"column:actor_kind"`
	Actor     string    `gorm:"column:actor"`
	Noun      string    `gorm:"column:noun"`
	NounUID   string    `gorm:"column:noun_uid"`
	Verb      string    `gorm:"column:verb"`
	Detail    jsonText  `gorm:"column:detail"`
}

// TableName names the table to gorm.
func (eventRow) TableName() string { return "events" }
