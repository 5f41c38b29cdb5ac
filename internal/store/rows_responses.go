package store

import (
	"time"
)

// Rows of responses and what they are credited to: the shapes that gorm reads and writes, never seen outside this room.

// responseRow is a row of responses.
type responseRow struct {
	ID         int64     `gorm:"column:id;primaryKey"`
	UID        string    `gorm:"column:uid"`
	Source     string    `gorm:"column:source"`
	ExternalID string    `gorm:"column:external_id"`
	Kind       string    `gorm:"column:kind"`
	PieceID    *int64    `gorm:"column:piece_id"`
	AccountID  *int64    `gorm:"column:account_id"`
	OccurredAt time.Time `gorm:"column:occurred_at"`
	Reason     string    `gorm:"column:reason"`
	Detail     jsonText  `gorm:"column:detail"`
	ImportID   int64     `gorm:"column:import_id"`
	MatchedBy  string    `gorm:"column:matched_by"`
}

// TableName names the table to gorm.
func (responseRow) TableName() string { return "responses" }

// attributionRow is a row of attributions.
type attributionRow struct {
	ID          int64  `gorm:"column:id;primaryKey"`
	RunID       int64  `gorm:"column:run_id"`
	OrderID     int64  `gorm:"column:order_id"`
	PieceID     *int64 `gorm:"column:piece_id"`
	AccountID   int64  `gorm:"column:account_id"`
	Arm         string `gorm:"column:arm"`
	Method      string `gorm:"column:method"`
	NetMinor    int64  `gorm:"column:net_minor"`
	MarginMinor int64  `gorm:"column:margin_minor"`
}

// TableName names the table to gorm.
func (attributionRow) TableName() string { return "attributions" }

// liftTableRow is a row of lift_tables.
type liftTableRow struct {
	ID        int64     `gorm:"column:id;primaryKey"`
	UID       string    `gorm:"column:uid"`
	RunID     *int64    `gorm:"column:run_id"`
	Version   int64     `gorm:"column:version"`
	Rows      jsonText  `gorm:"column:rows"`
	CreatedAt time.Time `gorm:"column:created_at"`
}

// TableName names the table to gorm.
func (liftTableRow) TableName() string { return "lift_tables" }
