package store

import (
	"time"

	"postlift"
)

// programmeRow is a row of programmes.
type programmeRow struct {
	ID         int64         `gorm:"column:id;primaryKey"`
	UID        string        `gorm:"column:uid"`
	Name       string        `gorm:"column:name"`
	RuleText   string        `gorm:"column:rule_text"`
	Salt       string        `gorm:"column:salt"`
	BlockSize  int64         `gorm:"column:block_size"`
	Months     int64         `gorm:"column:months"`
	TopPercent float64       `gorm:"column:top_percent"`
	AsOf       postlift.Date `gorm:"column:as_of"`
	StartsOn   postlift.Date `gorm:"column:starts_on"`
	EndsOn     postlift.Date `gorm:"column:ends_on"`
	EndedOn    postlift.Date `gorm:"column:ended_on"`
	Hash       string        `gorm:"column:hash"`
	Currency   string        `gorm:"column:currency"`
	Record     jsonText      `gorm:"column:record"`
	CreatedAt  time.Time     `gorm:"column:created_at"`
	Actor      string        `gorm:"column:actor"`
}

// TableName names the table to gorm.
func (programmeRow) TableName() string { return "programmes" }

// programmeMemberRow is a row of programme_members.
type programmeMemberRow struct {
	ProgrammeID    int64  `gorm:"column:programme_id;primaryKey;autoIncrement:false"`
	AccountID      int64  `gorm:"column:account_id;primaryKey;autoIncrement:false"`
	GroupKey       string `gorm:"column:group_key"`
	Control        bool   `gorm:"column:control"`
	Block          string `gorm:"column:block"`
	PreMarginMinor int64  `gorm:"column:pre_margin_minor"`
}

// TableName names the table to gorm.
func (programmeMemberRow) TableName() string { return "programme_members" }
