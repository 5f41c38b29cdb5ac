package campaigns

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"strings"

	"postlift"
	"postlift/campaigns/budget"
	"postlift/campaigns/draw"
	"postlift/campaigns/lift"
)

// Candidate is an account that the rule matched, with everything that planning needs of it.
type Candidate struct {
	AccountID      int64
	Key            string // source:external_id
	GroupKey       string // the randomisation cluster
	Segment        string
	ResidualMinor  int64
	BaselineMinor  int64 // margin expected within the window without a letter that a letter can raise: not agreed by contract
	AgreedMinor    int64 // margin of the window that contracts have agreed already, beside the baseline
	PreMarginMinor int64 // margin of the 12 months before: the covariate of the later measurement
	PreNetMinor    int64 // revenue of the 12 months before, to state the key accounts' share
	Traits         lift.Traits
	Basket         float64 // usual value of one of its orders in minor units; 0: not known
	Variant        string  // the variant whose rule takes it; "": none does
	Features       []byte
	Standing       Standing
	Recipients     []Recipient
}

// PlanInput is everything that a plan depends on.
type PlanInput struct {
	Candidates      []Candidate
	Policy          Policy
	AsOf            postlift.Date
	Salt            string
	Currency        string
	Holdout         float64 // share of the planned groups, 0 to 0.5
	Design          string  // of the holdout: auto, strata (also where empty), pairs, waves, none
	Block           int     // of pairs
	Waves           int     // of waves
	WaveDays        int     // from one wave to the next
	GlobalControl   float64 // share of groups never mailed in the year
	Keys            PlanKeys
	Lift            float64     // expected share of the baseline margin that a letter adds, while nothing is learned
	Learned         *lift.Model // nil: nothing is learned, Lift holds for everybody
	PieceCostMinor  int64
	Tariff          *budget.Tariff // nil: PieceCostMinor is all that a letter costs
	Mode            string         // all (also where empty), top, budget, value
	Top             int            // accounts
	MinValueMinor   int64          // expected net value of an account
	BudgetMinor     int64          // 0: no budget
	MaxPieces       int            // 0: no limit
	Exploration     float64        // share of the pieces
	ExploreFrom     int            // accounts that passed the gate below which nothing is explored
	ContactsPerSite int
	Variants        []PlanVariant
	Versions        PlanVersions
}

// PlanKeys are the key accounts as the definition declares them, found in the database. Each stands for its whole
// group. Never goes before always, and both before the top per cent.
type PlanKeys struct {
	Always     map[int64]bool
	Never      map[int64]bool
	TopPercent float64
	Top        string
}

func (k *PlanKeys) none() bool { return len(k.Always) == 0 && len(k.Never) == 0 && k.TopPercent == 0 }

// PlanVariant is a variant that planning chooses from.
type PlanVariant struct {
	Name      string
	Weight    float64  // of those that share; 0: by rule
	Languages []string // in which it exists; none: all of the campaign's
}

// PlanVersions name the frozen versions that a plan was made from; they are part of its hash.
type PlanVersions struct {
	Campaign    string           `json:"campaign"`
	Definition  int              `json:"definition"`
	Rule        string           `json:"rule"` // name and version
	RuleText    string           `json:"rule_text"`
	Design      string           `json:"design"`
	DesignHash  string           `json:"design_sha256"`
	ScoreRun    string           `json:"score_run"`
	ScoreAsOf   string           `json:"score_as_of"`
	WindowDays  int              `json:"window_days"`
	AnalysisVer int              `json:"analysis_version"`
	Variants    []VariantVersion `json:"variants,omitempty"`
}

// VariantVersion names the frozen versions behind a variant.
type VariantVersion struct {
	Name       string `json:"name"`
	Design     string `json:"design"`
	DesignHash string `json:"design_sha256"`
	RuleText   string `json:"rule_text,omitempty"`
}

// What became of a matched account.
const (
	Gated    = "gated"
	OverCap  = "over_cap"
	HeldOut  = "holdout"
	Assigned = "assigned"
)

// The roles of planned accounts. Only RoleRandomised is in the estimate, see OutsideEstimate.
const (
	RoleRandomised = ""         // held out or mailed by the holdout's draw
	RoleKey        = "key"      // mailed always
	RoleThompson   = "thompson" // mailed by the throw of a coin, because the model may be wrong about it
	RoleExplore    = "explore"  // drawn from everybody who was left over
)

// OutsideEstimate lists the roles that a campaign's estimate leaves out: of key accounts nobody is held out, and those
// who are tried out were not selected and have chances of a letter of their own, so that mixing them in would move
// the figure away from the selected. What they teach goes into the lift table, row by row with its propensity.
func OutsideEstimate() []string { return []string{RoleKey, RoleThompson, RoleExplore} }

// Choice is what was decided for one matched account, frozen with the plan.
type Choice struct {
	AccountID          int64
	Key                string
	GroupKey           string
	Outcome            string
	Reasons            []Reason // first is the decisive one; of an account over the cap, what ended the selection before it
	Role               string
	Stratum            string
	Wave               int     // 1.. where the design has waves
	Variant            string  // "": the campaign's own design
	Propensity         float64 // of being mailed; 0 where it was not considered
	Rank               int     // among those that passed the gate, 1 best
	ResidualMinor      int64
	BaselineMinor      int64
	AgreedMinor        int64
	PreMarginMinor     int64
	Lift               float64 // expected share of the baseline that a letter adds
	LiftSD             float64 // the doubt about it
	ExpectedValueMinor int64   // baseline times lift minus piece costs
	CostMinor          int64   // of its pieces, if mailed, at the margin
	Contacts           []int64
	Features           []byte

	valueMinor  int64 // before cost
	preNetMinor int64
	segment     string
	country     string // of the first contact's site
	region      string
	traits      *lift.Traits
	basket      float64
	contactKeys []string
}

// Plan is the outcome of planning: choices in order of account key, the funnel and the hash over
// everything that matters.
type Plan struct {
	Choices  []Choice
	Funnel   Funnel
	Strata   []draw.Stratum
	Design   PlanDesign
	Cost     postlift.Money // of the assigned, by the quote
	Quote    budget.Quote
	Explored Exploration
	Hash     string

	result    *budget.Result
	keysMinor int64 // what the key accounts take of the budget, with what was withheld
}

// MakePlan decides for every candidate: gate, contacts per site, key accounts, selection by expected margin minus
// cost under budget and capacity, exploration, holdout within the planned, variants. It is pure and deterministic:
// the same input, in whatever order, gives the same plan. The funnel equation is checked before it returns.
func MakePlan(in PlanInput) (Plan, error) {
	if err := in.validate(); err != nil {
		return Plan{}, err
	}
	p := planning{PlanInput: in}
	p.choose()
	if err := p.decide(); err != nil {
		return Plan{}, err
	}
	plan := Plan{Choices: p.choices, Strata: p.strata, Design: p.design, Funnel: countFunnel(p.choices), Quote: p.quoted,
		Cost: p.quoted.Total, result: p.result, Explored: p.explored, keysMinor: p.keysMinor + p.withheld}
	plan.Hash = in.hash(&plan)
	return plan, plan.Funnel.Check()
}

func (in *PlanInput) validate() error {
	bad := func(format string, args ...any) error {
		return postlift.Faultf(postlift.Invalid, "campaigns.Plan", format, args...)
	}
	contractual := in.Policy.Class == Contractual
	switch {
	case in.Salt == "":
		return bad("the plan has no salt")
	case !(in.Holdout >= 0 && in.Holdout <= MaxHoldout):
		return bad("the holdout is %g: a share from 0 to %g is possible", in.Holdout, MaxHoldout)
	case !(in.Exploration >= 0 && in.Exploration <= MaxExploration):
		return bad("exploration is %g: a share from 0 to %g is possible", in.Exploration, MaxExploration)
	case contractual && (in.Holdout > 0 || in.BudgetMinor > 0 || in.MaxPieces > 0 || in.Design == DesignWaves || in.Exploration > 0 ||
		in.Mode != "" && in.Mode != ModeAll || !in.Keys.none()):
		return bad("contractual letters are never held out or capped")
	case in.ContactsPerSite < 1:
		return bad("contacts per site is %d: at least 1 is needed", in.ContactsPerSite)
	case in.PieceCostMinor < 0 || in.BudgetMinor < 0 || in.MaxPieces < 0 || in.Top < 0:
		return bad("piece cost, budget and numbers must not be negative")
	case math.IsNaN(in.Lift) || math.IsInf(in.Lift, 0):
		return bad("the expected lift is %g", in.Lift)
	}
	for i := range in.Candidates {
		if c := &in.Candidates[i]; c.Key == "" || c.GroupKey == "" {
			return fmt.Errorf("campaigns.Plan: account %d has no key or group", c.AccountID)
		}
	}
	return nil
}

// sortable is a candidate with the first bytes in which keys may differ, so that most comparisons look at no text.
type sortable struct {
	head uint64
	c    *Candidate
}

// inOrder gives the candidates in order of key, without moving them.
func (in *PlanInput) inOrder() []sortable {
	order := make([]sortable, len(in.Candidates))
	if len(order) == 0 {
		return order
	}
	common := in.Candidates[0].Key
	for i := range in.Candidates {
		for key := in.Candidates[i].Key; !strings.HasPrefix(key, common); {
			common = common[:len(common)-1]
		}
	}
	for i := range order {
		c := &in.Candidates[i]
		var head [8]byte
		copy(head[:], c.Key[len(common):])
		order[i] = sortable{binary.BigEndian.Uint64(head[:]), c}
	}
	slices.SortFunc(order, func(a, b sortable) int {
		if a.head != b.head {
			return cmp.Compare(a.head, b.head)
		}
		return cmp.Compare(a.c.Key, b.c.Key)
	})
	return order
}

// ReasonList is every reason once, comma-separated, as it is stored.
func (c *Choice) ReasonList() string { return joinReasons(c.Reasons) }

// planned tells whether the account is held out or mailed.
func (c *Choice) planned() bool { return c.Outcome == HeldOut || c.Outcome == Assigned }
