package store

import (
	"time"

	"postlift"
)

// followUpRow is a row of followups.
type followUpRow struct {
	ID         int64         `gorm:"column:id;primaryKey"`
	UID        string        `gorm:"column:uid"`
	Source     string        `gorm:"column:source"`
	ExternalID string        `gorm:"column:external_id"`
	RunID      *int64        `gorm:"column:run_id"`
	AccountID  int64         `gorm:"column:account_id"`
	PieceID    *int64        `gorm:"column:piece_id"`
	Result     string        `gorm:"column:result"`
	OccurredAt time.Time     `gorm:"column:occurred_at"`
	NextOn     postlift.Date `gorm:"column:next_on"`
	Detail     jsonText      `gorm:"column:detail"`
	Actor      string        `gorm:"column:actor"`
}

// TableName names the table to gorm.
func (followUpRow) TableName() string { return "followups" }

// salesLinkRow is a row of sales_links.
type salesLinkRow struct {
	EmployeeID int64     `gorm:"column:employee_id;primaryKey;autoIncrement:false"`
	Epoch      int64     `gorm:"column:epoch"`
	KeySHA256  string    `gorm:"column:key_sha256"`
	IssuedAt   time.Time `gorm:"column:issued_at"`
	Actor      string    `gorm:"column:actor"`
}

// TableName names the table to gorm.
func (salesLinkRow) TableName() string { return "sales_links" }

// noteText is the text of a detail that holds a note.
func noteText(detail jsonText) (string, error) {
	var d struct {
		Note string `json:"note"`
	}
	err := detail.into(&d)
	return d.Note, err
}
