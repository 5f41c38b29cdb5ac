package store

import (
	"time"

	"postlift"
)

// Rows of readings and of what they taught: the shapes that gorm reads and writes, never seen outside this room.

// runReadingRow is a row of run_readings.
type runReadingRow struct {
	RunID           int64         `gorm:"column:run_id;primaryKey;autoIncrement:false"`
	Day             int64         `gorm:"column:day;primaryKey;autoIncrement:false"`
	DueOn           postlift.Date `gorm:"column:due_on"`
	ReadOn          postlift.Date `gorm:"column:read_on"`
	DataOn          postlift.Date `gorm:"column:data_on"`
	AnalysisVersion int64         `gorm:"column:analysis_version"`
	Verdict         string        `gorm:"column:verdict"`
	Document        string        `gorm:"column:document"`
	SHA256          string        `gorm:"column:sha256"`
	CreatedAt       time.Time     `gorm:"column:created_at"`
	Actor           string        `gorm:"column:actor"`
}

// TableName names the table to gorm.
func (runReadingRow) TableName() string { return "run_readings" }

// runLessonRow is a row of run_lessons.
type runLessonRow struct {
	RunID       int64     `gorm:"column:run_id;primaryKey;autoIncrement:false"`
	Outcome     string    `gorm:"column:outcome"`
	Sums        string    `gorm:"column:sums"`
	Diagnostics string    `gorm:"column:diagnostics"`
	CreatedAt   time.Time `gorm:"column:created_at"`
	Actor       string    `gorm:"column:actor"`
}

// TableName names the table to gorm.
func (runLessonRow) TableName() string { return "run_lessons" }
