package store

import (
	"time"

	"postlift"
)

// Rows of segments: the shapes that gorm reads and writes, never seen outside this room.

// segmentRow is a row of segments.
type segmentRow struct {
	ID        int64     `gorm:"column:id;primaryKey"`
	UID       string    `gorm:"column:uid"`
	RuleID    int64     `gorm:"column:rule_id"`
	CreatedAt time.Time `gorm:"column:created_at"`
	Actor     string    `gorm:"column:actor"`
}

// TableName names the table to gorm.
func (segmentRow) TableName() string { return "segments" }

// segmentBuildRow is a row of segment_builds.
type segmentBuildRow struct {
	SegmentID     int64         `gorm:"column:segment_id;primaryKey;autoIncrement:false"`
	No            int64         `gorm:"column:no;primaryKey;autoIncrement:false"`
	Kind          string        `gorm:"column:kind"`
	RuleVersionID int64         `gorm:"column:rule_version_id"`
	AsOf          postlift.Date `gorm:"column:as_of"`
	ScoreRunID    *int64        `gorm:"column:score_run_id"`
	ChangeMark    int64         `gorm:"column:change_mark"`
	Fingerprint   string        `gorm:"column:fingerprint"`
	Size          int64         `gorm:"column:size"`
	Checked       int64         `gorm:"column:checked"`
	Entered       int64         `gorm:"column:entered"`
	LeftCount     int64         `gorm:"column:left_count"`
	TookMS        int64         `gorm:"column:took_ms"`
	Actor         string        `gorm:"column:actor"`
	CreatedAt     time.Time     `gorm:"column:created_at"`
}

// TableName names the table to gorm.
func (segmentBuildRow) TableName() string { return "segment_builds" }

// segmentSpellRow is a row of segment_spells.
type segmentSpellRow struct {
	SegmentID    int64  `gorm:"column:segment_id;primaryKey;autoIncrement:false"`
	AccountID    int64  `gorm:"column:account_id;primaryKey;autoIncrement:false"`
	EnteredBuild int64  `gorm:"column:entered_build;primaryKey;autoIncrement:false"`
	LeftBuild    *int64 `gorm:"column:left_build"`
}

// TableName names the table to gorm.
func (segmentSpellRow) TableName() string { return "segment_spells" }

// featureStateRow is a row of feature_state.
type featureStateRow struct {
	Name        string        `gorm:"column:name;primaryKey"`
	AsOf        postlift.Date `gorm:"column:as_of"`
	ChangeMark  int64         `gorm:"column:change_mark"`
	Fingerprint string        `gorm:"column:fingerprint"`
}

// TableName names the table to gorm.
func (featureStateRow) TableName() string { return "feature_state" }
