package store

import (
	"time"

	"postlift"
)

// opportunityStageRow is a row of opportunity_stages.
type opportunityStageRow struct {
	ID            int64         `gorm:"column:id;primaryKey"`
	OpportunityID int64         `gorm:"column:opportunity_id"`
	Stage         string        `gorm:"column:stage"`
	Status        string        `gorm:"column:status"`
	SinceOn       postlift.Date `gorm:"column:since_on"`
}

// TableName names the table to gorm.
func (opportunityStageRow) TableName() string { return "opportunity_stages" }

// codeLeakRow is a row of code_leaks.
type codeLeakRow struct {
	ID        int64  `gorm:"column:id;primaryKey"`
	RunID     int64  `gorm:"column:run_id"`
	OrderID   int64  `gorm:"column:order_id"`
	AccountID int64  `gorm:"column:account_id"`
	Arm       string `gorm:"column:arm"`
}

// TableName names the table to gorm.
func (codeLeakRow) TableName() string { return "code_leaks" }

// taskRow is a row of tasks.
type taskRow struct {
	ID         int64     `gorm:"column:id;primaryKey"`
	UID        string    `gorm:"column:uid"`
	Kind       string    `gorm:"column:kind"`
	Subject    string    `gorm:"column:subject"`
	AccountID  *int64    `gorm:"column:account_id"`
	SiteID     *int64    `gorm:"column:site_id"`
	ContactID  *int64    `gorm:"column:contact_id"`
	PieceID    *int64    `gorm:"column:piece_id"`
	OpenedAt   time.Time `gorm:"column:opened_at"`
	LatestAt   time.Time `gorm:"column:latest_at"`
	Reason     string    `gorm:"column:reason"`
	Source     string    `gorm:"column:source"`
	ExternalID string    `gorm:"column:external_id"`
	Detail     jsonText  `gorm:"column:detail"`
}

// TableName names the table to gorm.
func (taskRow) TableName() string { return "tasks" }

// taskDecisionRow is a row of task_decisions.
type taskDecisionRow struct {
	ID        int64     `gorm:"column:id;primaryKey"`
	TaskID    int64     `gorm:"column:task_id"`
	Decision  string    `gorm:"column:decision"`
	Note      string    `gorm:"column:note"`
	ActorKind string    `gorm:"column:actor_kind"`
	Actor     string    `gorm:"column:actor"`
	At        time.Time `gorm:"column:at"`
}

// TableName names the table to gorm.
func (taskDecisionRow) TableName() string { return "task_decisions" }
