package store

import (
	"time"

	"postlift"
)

// Rows of rules, campaigns and choices: the shapes that gorm reads and writes, never seen outside this room.

// ruleRow is a row of rules.
type ruleRow struct {
	ID   int64  `gorm:"column:id;primaryKey"`
	UID  string `gorm:"column:uid"`
	Name string `gorm:"column:name"`
}

// TableName names the table to gorm.
func (ruleRow) TableName() string { return "rules" }

// ruleVersionRow is a row of rule_versions.
type ruleVersionRow struct {
	ID        int64     `gorm:"column:id;primaryKey"`
	RuleID    int64     `gorm:"column:rule_id"`
	Version   int64     `gorm:"column:version"`
	Text      string    `gorm:"column:text"`
	Tree      jsonText  `gorm:"column:tree"`
	CreatedAt time.Time `gorm:"column:created_at"`
	Actor     string    `gorm:"column:actor"`
}

// TableName names the table to gorm.
func (ruleVersionRow) TableName() string { return "rule_versions" }

// designRow is a row of designs.
type designRow struct {
	ID   int64  `gorm:"column:id;primaryKey"`
	UID  string `gorm:"column:uid"`
	Name string `gorm:"column:name"`
}

// TableName names the table to gorm.
func (designRow) TableName() string { return "designs" }

// designVersionRow is a row of design_versions.
type designVersionRow struct {
	ID        int64     `gorm:"column:id;primaryKey"`
	DesignID  int64     `gorm:"column:design_id"`
	Version   int64     `gorm:"column:version"`
	Class     string    `gorm:"column:class"`
	SHA256    string    `gorm:"column:sha256"`
	Files     jsonText  `gorm:"column:files"`
	CreatedAt time.Time `gorm:"column:created_at"`
	Actor     string    `gorm:"column:actor"`
}

// TableName names the table to gorm.
func (designVersionRow) TableName() string { return "design_versions" }

// campaignRow is a row of campaigns.
type campaignRow struct {
	ID        int64     `gorm:"column:id;primaryKey"`
	UID       string    `gorm:"column:uid"`
	Name      string    `gorm:"column:name"`
	Class     string    `gorm:"column:class"`
	State     string    `gorm:"column:state"`
	Version   int64     `gorm:"column:version"`
	CreatedAt time.Time `gorm:"column:created_at"`
}

// TableName names the table to gorm.
func (campaignRow) TableName() string { return "campaigns" }

// campaignVersionRow is a row of campaign_versions.
type campaignVersionRow struct {
	ID         int64     `gorm:"column:id;primaryKey"`
	CampaignID int64     `gorm:"column:campaign_id"`
	Version    int64     `gorm:"column:version"`
	Definition jsonText  `gorm:"column:definition"`
	CreatedAt  time.Time `gorm:"column:created_at"`
	Actor      string    `gorm:"column:actor"`
}

// TableName names the table to gorm.
func (campaignVersionRow) TableName() string { return "campaign_versions" }

// runRow is a row of runs.
type runRow struct {
	ID              int64         `gorm:"column:id;primaryKey"`
	UID             string        `gorm:"column:uid"`
	CampaignID      int64         `gorm:"column:campaign_id"`
	Step            int64         `gorm:"column:step"`
	Pass            int64         `gorm:"column:pass"`
	Attempt         int64         `gorm:"column:attempt"`
	CampaignVersion int64         `gorm:"column:campaign_version"`
	RuleVersionID   int64         `gorm:"column:rule_version_id"`
	DesignVersionID int64         `gorm:"column:design_version_id"`
	ScoreRunID      int64         `gorm:"column:score_run_id"`
	Salt            string        `gorm:"column:salt"`
	AsOf            postlift.Date `gorm:"column:as_of"`
	State           string        `gorm:"column:state"`
	PlanHash        string        `gorm:"column:plan_hash"`
	Funnel          jsonText      `gorm:"column:funnel"`
	Currency        string        `gorm:"column:currency"`
	CostMinor       int64         `gorm:"column:cost_minor"`
	ApprovedBy      string        `gorm:"column:approved_by"`
	ApprovedAt      *time.Time    `gorm:"column:approved_at"`
	InHomeOn        postlift.Date `gorm:"column:in_home_on"`
	WindowDays      int64         `gorm:"column:window_days"`
	Record          jsonText      `gorm:"column:record"`
	CreatedAt       time.Time     `gorm:"column:created_at"`
	Outlook         jsonText      `gorm:"column:outlook"`
	ApprovalsNeeded int64         `gorm:"column:approvals_needed"`
	UndoUntil       *time.Time    `gorm:"column:undo_until"`
}

// TableName names the table to gorm.
func (runRow) TableName() string { return "runs" }

// runApprovalRow is a row of run_approvals.
type runApprovalRow struct {
	RunID       int64      `gorm:"column:run_id;primaryKey;autoIncrement:false"`
	Number      int64      `gorm:"column:number;primaryKey;autoIncrement:false"`
	Actor       string     `gorm:"column:actor"`
	At          time.Time  `gorm:"column:at"`
	WithdrawnAt *time.Time `gorm:"column:withdrawn_at"`
}

// TableName names the table to gorm.
func (runApprovalRow) TableName() string { return "run_approvals" }

// runDesignRow is a row of run_designs.
type runDesignRow struct {
	RunID           int64  `gorm:"column:run_id;primaryKey;autoIncrement:false"`
	Variant         string `gorm:"column:variant;primaryKey"`
	DesignVersionID int64  `gorm:"column:design_version_id"`
	Languages       string `gorm:"column:languages"`
}

// TableName names the table to gorm.
func (runDesignRow) TableName() string { return "run_designs" }

// enrolmentRow is a row of enrolments.
type enrolmentRow struct {
	ID         int64         `gorm:"column:id;primaryKey"`
	CampaignID int64         `gorm:"column:campaign_id"`
	AccountID  int64         `gorm:"column:account_id"`
	Pass       int64         `gorm:"column:pass"`
	RunID      int64         `gorm:"column:run_id"`
	State      string        `gorm:"column:state"`
	EnteredOn  postlift.Date `gorm:"column:entered_on"`
}

// TableName names the table to gorm.
func (enrolmentRow) TableName() string { return "enrolments" }

// choiceRow is a row of choices.
type choiceRow struct {
	RunID              int64    `gorm:"column:run_id;primaryKey;autoIncrement:false"`
	AccountID          int64    `gorm:"column:account_id;primaryKey;autoIncrement:false"`
	GroupKey           string   `gorm:"column:group_key"`
	Outcome            string   `gorm:"column:outcome"`
	Reason             string   `gorm:"column:reason"`
	Reasons            string   `gorm:"column:reasons"`
	Stratum            string   `gorm:"column:stratum"`
	Propensity         float64  `gorm:"column:propensity"`
	Rank               int64    `gorm:"column:rank"`
	ResidualMinor      int64    `gorm:"column:residual_minor"`
	BaselineMinor      int64    `gorm:"column:baseline_minor"`
	PreMarginMinor     int64    `gorm:"column:pre_margin_minor"`
	ExpectedValueMinor int64    `gorm:"column:expected_value_minor"`
	CostMinor          int64    `gorm:"column:cost_minor"`
	Variant            string   `gorm:"column:variant"`
	Contacts           jsonText `gorm:"column:contacts"`
	Features           jsonText `gorm:"column:features"`
	Wave               int64    `gorm:"column:wave"`
	Role               string   `gorm:"column:role"`
	Lift               float64  `gorm:"column:lift"`
	LiftSD             float64  `gorm:"column:lift_sd"`
	AgreedMinor        int64    `gorm:"column:agreed_minor"`
	Segment            string   `gorm:"column:segment"`
	Traits             string   `gorm:"column:traits"`
}

// TableName names the table to gorm.
func (choiceRow) TableName() string { return "choices" }
