package campaigns

import (
	"context"
	"encoding/json"
	"time"

	"postlift"
	"postlift/accounts"
	"postlift/campaigns/lift"
	"postlift/campaigns/rules"
	"postlift/clv/scoring"
)

// Store is what this room needs of the database. Writing methods append an event in the same
// transaction as the change.
type Store interface {
	RuleStore
	SegmentStore
	CampaignStore
	FactStore
	PastStore
	PrivacyStore
}

// RuleVersion is one frozen version of a named rule.
type RuleVersion struct {
	ID        int64       `json:"-"`
	UID       string      `json:"id"`
	Name      string      `json:"name"`
	Version   int         `json:"version"`
	Text      string      `json:"text"`
	Tree      *rules.Node `json:"tree"`
	CreatedAt time.Time   `json:"created_at"`
	By        string      `json:"by"`
}

// RuleStore keeps named rules with their versions.
type RuleStore interface {
	// SaveRule adds a version; a text equal to the latest version's gives that one.
	SaveRule(ctx context.Context, name, text string, tree *rules.Node, by postlift.Actor) (RuleVersion, error)
	// Rule finds the latest version by the rule's name or id; NotFound otherwise.
	Rule(ctx context.Context, ref string) (RuleVersion, error)
	Rules(ctx context.Context) ([]RuleVersion, error)
	// RuleVersions lists every version of a rule found by name or id, the first first; NotFound without one.
	RuleVersions(ctx context.Context, ref string) ([]RuleVersion, error)
	// RuleVersion reads one version by its internal id.
	RuleVersion(ctx context.Context, id int64) (RuleVersion, error)
}

// Campaign is a campaign with the definition in force.
type Campaign struct {
	ID         int64      `json:"-"`
	UID        string     `json:"id"`
	Name       string     `json:"name"`
	Class      Class      `json:"class"`
	State      string     `json:"state"`
	Version    int        `json:"version"`
	Definition Definition `json:"definition"`
	CreatedAt  time.Time  `json:"created_at"`
}

// The states of a campaign that this room moves through.
const (
	StateDraft     = "draft"
	StatePreviewed = "previewed"
	StateApproved  = "approved"
	StateCancelled = "cancelled"
)

// The states of a run that this room moves through, and the one in which whoever prepares an approved run
// has claimed it.
const (
	RunPlanned   = "planned"
	RunApproved  = "approved"
	RunPreparing = "preparing"
	RunCancelled = "cancelled"
)

// Run is one planned execution of a campaign.
type Run struct {
	ID            int64          `json:"-"`
	UID           string         `json:"id"`
	CampaignID    int64          `json:"-"`
	CampaignUID   string         `json:"campaign_id"`
	Attempt       int            `json:"attempt"` // counts the previews
	State         string         `json:"state"`
	PlanHash      string         `json:"plan_hash"`
	Funnel        Funnel         `json:"funnel"`
	Cost          postlift.Money `json:"cost"` // of the assigned
	AsOf          postlift.Date  `json:"as_of"`
	Salt          string         `json:"salt"`
	WindowDays    int            `json:"window_days"`
	Record        Record         `json:"record"`
	RuleVersionID int64          `json:"-"`
	ApprovedBy    string         `json:"approved_by,omitempty"` // the last of them
	ApprovedAt    *time.Time     `json:"approved_at,omitempty"`

	Approvals       []Approval    `json:"approvals"`            // those in force; a planned run may have the first of two
	ApprovalsNeeded int           `json:"approvals_needed"`     // 1, or 2 above the settings' limit
	UndoUntil       *time.Time    `json:"undo_until,omitempty"` // letters are prepared from then on
	Outlook         *Outlook      `json:"outlook"`              // null for plans of earlier versions
	InHomeOn        postlift.Date `json:"in_home_on,omitzero"`
	CreatedAt       time.Time     `json:"created_at"`
}

// NewRun is a plan on its way into the database.
type NewRun struct {
	UID             string
	Campaign        Campaign
	RuleVersionID   int64
	DesignVersionID int64
	ScoreRunID      int64
	AsOf            postlift.Date
	Record          Record
	Plan            Plan
	Outlook         Outlook
	ApprovalsNeeded int
	Designs         []RunDesign // of the variants
}

// RunDesign is the design version behind a variant of a run.
type RunDesign struct {
	Variant         string
	DesignVersionID int64
	Languages       []string // none: the campaign's
}

// Approving is what an approval does to a plan beside naming the person.
type Approving struct {
	Needed    int // how many people it takes
	At        time.Time
	UndoUntil *time.Time // no letter is prepared before; nil: at once
}

// DesignRef names the latest version of a design.
type DesignRef struct {
	VersionID int64
	Name      string
	Version   int
	Class     Class
	SHA256    string
}

// CampaignStore keeps campaigns, plans and choices.
type CampaignStore interface {
	// SaveCampaign creates a campaign or, while it is a draft or previewed, gives it a new version and
	// drops its unapproved plan. Conflict once it is approved.
	SaveCampaign(ctx context.Context, d Definition, by postlift.Actor) (Campaign, error)
	// Campaign finds a campaign by id or name.
	Campaign(ctx context.Context, ref string) (Campaign, error)
	Campaigns(ctx context.Context) ([]Campaign, error)
	LatestDesign(ctx context.Context, name string) (DesignRef, error)
	// SavePlan stores a run with its choices and supersedes the campaign's unapproved one; Conflict when
	// the campaign has moved on since it was read.
	SavePlan(ctx context.Context, r NewRun, by postlift.Actor) (Run, error)
	// CurrentRun is the campaign's run that is neither cancelled nor superseded; NotFound without one.
	CurrentRun(ctx context.Context, campaignID int64) (Run, error)
	// ApproveRun notes the approval of a planned run. With as many people as are needed it moves run and
	// campaign to approved and enrols the planned accounts. Conflict when it is not planned any more or the
	// person has approved it before.
	ApproveRun(ctx context.Context, run Run, a Approving, by postlift.Actor) error
	// UndoApproval takes a run's approvals back: run and campaign are as after the preview, its enrolments are
	// gone. Conflict when letters are being prepared or nobody had approved it.
	UndoApproval(ctx context.Context, run Run, by postlift.Actor) error
	// CancelCampaign ends a campaign before its batch is released: runs, batches, unsent letters and
	// enrolments with it. Between two waves it ends the waves that are left. Conflict while a batch is with the
	// vendor, or once all is posted; a cancelled campaign stays as it is.
	CancelCampaign(ctx context.Context, c Campaign, by postlift.Actor) (CancelledWork, error)
	// PlanPieces lists the letters that a run's plan asks for and that are neither out nor dropped, the best first;
	// StoppedAccounts the accounts of the plan that the gate stopped.
	PlanPieces(ctx context.Context, runID int64) ([]BatchPiece, error)
	StoppedAccounts(ctx context.Context, runID int64) ([]StoppedAccount, error)
	// ChoiceOf reads what a run decided for an account; NotFound where the rule did not match it.
	ChoiceOf(ctx context.Context, runID, accountID int64) (StoredChoice, error)
}

// CancelledWork counts what cancelling a campaign ended.
type CancelledWork struct {
	Runs    int `json:"runs"`
	Batches int `json:"batches"`
	Letters int `json:"letters"` // unsent ones taken out
	Waves   int `json:"waves"`   // that will not be mailed, of a campaign some of whose waves are posted
}

// CampaignCancelled is the reason of letters that were taken out because their campaign was cancelled.
const CampaignCancelled = "campaign_cancelled"

// StoredChoice is a frozen choice as it is read back.
type StoredChoice struct {
	Outcome            string
	Reason             string
	Reasons            []Reason
	Stratum            string
	Propensity         float64
	Rank               int
	ExpectedValueMinor int64
	CostMinor          int64
	BaselineMinor      int64
	AgreedMinor        int64 // beside the baseline
	Contacts           []int64
	Features           json.RawMessage
	Variant            string
	Wave               int
	Role               string
	Lift               float64
	LiftSD             float64
}

// AccountFacts are one account with its features and what planning reads of it.
type AccountFacts struct {
	AccountID      int64
	UID            string
	Key            string // source:external_id
	Name           string
	GroupKey       string
	Segment        string
	Decile         int
	ResidualMinor  int64
	WindowMinor    int64 // expected margin within the organisation's window
	AgreedMinor    int64 // of it, what contracts have agreed already; 0 where the scores do not know
	PreMarginMinor int64 // margin of the 12 months before
	Facts          *rules.Facts
}

// Pressure says which letters count against an account.
type Pressure struct {
	AsOf       postlift.Date
	ExceptRun  int64   // this run's own pieces and held-out do not count
	WithUnsent bool    // pieces that are prepared but not released count as sent on AsOf
	Policy     *Policy // what the gate applies: facts that it does not ask for may be left out; nil: all
}

// BatchPiece is an unsent live piece of a batch with whom it goes to.
type BatchPiece struct {
	UID       string
	AccountID int64
	ContactID int64
	GroupKey  string // of the account
}

// BatchPieces are the unsent live pieces of a batch with the run they belong to.
type BatchPieces struct {
	RunID    int64
	Campaign Campaign
	Pieces   []BatchPiece
}

// PrivacyStore reads what the data-protection officer asks for.
type PrivacyStore interface {
	// Objections lists the objections to advertising received from a day (zero: the first) to another, in order,
	// with what the ledger of letters says about each; days are those of the time zone.
	Objections(ctx context.Context, from, to postlift.Date, timeZone string) ([]Objected, error)
	// FindContacts finds contacts by id, external id or name, at most limit; NotFound without any.
	FindContacts(ctx context.Context, ref string, asOf postlift.Date, limit int) ([]KnownContact, error)
}

// FactStore reads what rules and the gate look at.
type FactStore interface {
	Settings(ctx context.Context) (accounts.Settings, error)
	PublishedRun(ctx context.Context) (scoring.Run, error)
	// FreshenFeatures makes the features stand for a date with every change of an account in them.
	FreshenFeatures(ctx context.Context, asOf postlift.Date) error
	// EachMatch streams, by id, the accounts that a bound rule takes, without a rule every account, with the given
	// fields filled; outward ids, names and deciles are left out. The AccountFacts and its Facts are reused from call
	// to call.
	EachMatch(ctx context.Context, c *rules.Catalogue, rule *rules.Term, fields []*rules.Field, asOf postlift.Date, fn func(*AccountFacts) error) error
	// CountMatches counts the accounts that a bound rule takes, and all.
	CountMatches(ctx context.Context, rule *rules.Term, asOf postlift.Date) (matched, all int, err error)
	// FieldTexts lists different texts that a field of texts has in the data, at most limit of them, in no order.
	FieldTexts(ctx context.Context, f *rules.Field, asOf postlift.Date, limit int) ([]string, error)
	// AccountFacts reads one account by id, external id or name with every field filled.
	AccountFacts(ctx context.Context, c *rules.Catalogue, ref string, asOf postlift.Date) (AccountFacts, error)
	// GateFacts reads what the gate needs of any number of accounts and of their contacts, set-based.
	GateFacts(ctx context.Context, accountIDs []int64, p Pressure) (Standings, Recipients, error)
	// GateFactsAhead begins to read it before it is known of which accounts; what it gives is GateFacts, to be called
	// once. It goes on until then or until ctx ends.
	GateFactsAhead(ctx context.Context, p Pressure) func(accountIDs []int64) (Standings, Recipients, error)
	// PlacesNear lists the places ("DE-70173") whose centre lies in a circle; NotFound where the centre's postcode
	// has no known place.
	PlacesNear(ctx context.Context, near rules.Near) ([]string, error)
	UnsentPieces(ctx context.Context, batchUID string) (BatchPieces, error)
	// AccountID finds one account by id, external id or name; NotFound without it, Conflict where several have the name.
	AccountID(ctx context.Context, ref string) (int64, error)
	// AccountUIDs gives the outward ids of accounts, AccountNames their present names by those; accounts that are gone
	// are missing.
	AccountUIDs(ctx context.Context, ids []int64) (map[int64]string, error)
	AccountNames(ctx context.Context, uids []string) (map[string]string, error)
	// LearnedLift is the latest lift table; nil while nothing was learned.
	LearnedLift(ctx context.Context) (*lift.Model, error)
	// OrderRanks gives the share of all accounts that have fewer orders, half of those with as many counted in, by
	// number of orders.
	OrderRanks(ctx context.Context) (map[int]float64, error)
	// MailAffinity gives, of every account that had a letter and an order since by a day, the share of those orders that
	// were credited to letters, as if one order of each kind had come in beside; others are missing.
	MailAffinity(ctx context.Context, asOf postlift.Date) (map[int64]float64, error)
}
