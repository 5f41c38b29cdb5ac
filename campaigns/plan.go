package campaigns

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"postlift"
)

// Candidate is an account that the rule matched, with everything that planning needs of it.
type Candidate struct {
	AccountID      int64
	Key            string // source:external_id
	GroupKey       string // the randomisation cluster
	Segment        string
	Decile         int
	ResidualMinor  int64
	BaselineMinor  int64 // margin expected within the window without a letter
	PreMarginMinor int64 // margin of the 12 months before: the covariate of the later measurement
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
	GlobalControl   float64 // share of groups never mailed in the year
	Lift            float64 // expected share of the baseline margin that a letter adds
	PieceCostMinor  int64
	BudgetMinor     int64 // 0: no budget
	MaxPieces       int   // 0: no limit
	ContactsPerSite int
	Versions        PlanVersions
}

// PlanVersions name the frozen versions that a plan was made from; they are part of its hash.
type PlanVersions struct {
	Campaign    string `json:"campaign"`
	Definition  int    `json:"definition"`
	Rule        string `json:"rule"` // name and version
	RuleText    string `json:"rule_text"`
	Design      string `json:"design"`
	DesignHash  string `json:"design_sha256"`
	ScoreRun    string `json:"score_run"`
	ScoreAsOf   string `json:"score_as_of"`
	WindowDays  int    `json:"window_days"`
	AnalysisVer int    `json:"analysis_version"`
}

// What became of a matched account.
const (
	Gated    = "gated"
	OverCap  = "over_cap"
	HeldOut  = "holdout"
	Assigned = "assigned"
)

// Choice is what was decided for one matched account, frozen with the plan.
type Choice struct {
	AccountID          int64
	Key                string
	GroupKey           string
	Outcome            string
	Reasons            []Reason // first is the decisive one
	Stratum            string
	Propensity         float64 // of being mailed; 0 where it was not considered
	Rank               int     // among those that passed the gate, 1 best
	ResidualMinor      int64
	BaselineMinor      int64
	PreMarginMinor     int64
	ExpectedValueMinor int64 // baseline times lift minus piece costs
	CostMinor          int64 // of its pieces, if mailed
	Contacts           []int64
	Features           []byte

	contactKeys []string
	decile      int
	segment     string
}

// Plan is the outcome of planning: choices in order of account key, the funnel and the hash over
// everything that matters.
type Plan struct {
	Choices []Choice
	Funnel  Funnel
	Strata  []Stratum
	Cost    postlift.Money // of the assigned
	Hash    string
}

// MakePlan decides for every candidate: gate, contacts per site, rank by expected margin minus cost,
// cap by budget and number, holdout within the planned. It is pure and deterministic: the same input,
// in whatever order, gives the same plan. The funnel equation is checked before it returns.
func MakePlan(in PlanInput) (Plan, error) {
	if err := in.validate(); err != nil {
		return Plan{}, err
	}
	candidates := slices.Clone(in.Candidates)
	slices.SortFunc(candidates, func(a, b Candidate) int { return cmp.Compare(a.Key, b.Key) })
	choices := make([]Choice, 0, len(candidates))
	taken := map[string]bool{}
	for i := range candidates {
		choices = append(choices, in.choose(&candidates[i], taken))
	}
	passed := in.rank(choices)
	planned := in.cap(passed)
	strata := in.assign(planned)
	p := Plan{Choices: choices, Strata: strata, Funnel: countFunnel(choices)}
	for i := range choices {
		if choices[i].Outcome == Assigned {
			p.Cost.Minor += choices[i].CostMinor
		}
	}
	p.Cost.Currency = in.Currency
	p.Hash = in.hash(choices)
	return p, p.Funnel.Check()
}

func (in *PlanInput) validate() error {
	bad := func(format string, args ...any) error {
		return postlift.Faultf(postlift.Invalid, "campaigns.Plan", format, args...)
	}
	switch {
	case in.Salt == "":
		return bad("the plan has no salt")
	case in.Holdout < 0 || in.Holdout > MaxHoldout || math.IsNaN(in.Holdout):
		return bad("the holdout is %g: a share from 0 to %g is possible", in.Holdout, MaxHoldout)
	case in.Policy.Class == Contractual && (in.Holdout > 0 || in.BudgetMinor > 0 || in.MaxPieces > 0):
		return bad("contractual letters are never held out or capped")
	case in.ContactsPerSite < 1:
		return bad("contacts per site is %d: at least 1 is needed", in.ContactsPerSite)
	case in.PieceCostMinor < 0 || in.BudgetMinor < 0 || in.MaxPieces < 0:
		return bad("piece cost, budget and number of pieces must not be negative")
	}
	for i := range in.Candidates {
		if c := &in.Candidates[i]; c.Key == "" || c.GroupKey == "" {
			return fmt.Errorf("campaigns.Plan: account %d has no key or group", c.AccountID)
		}
	}
	return nil
}

// choose passes one candidate through the gate and picks its contacts.
func (in *PlanInput) choose(c *Candidate, taken map[string]bool) Choice {
	ch := Choice{AccountID: c.AccountID, Key: c.Key, GroupKey: c.GroupKey, ResidualMinor: c.ResidualMinor,
		BaselineMinor: c.BaselineMinor, PreMarginMinor: c.PreMarginMinor, Features: c.Features,
		decile: c.Decile, segment: c.Segment}
	ch.Reasons = Gate(c.Standing.gateFacts(), in.Policy, in.AsOf)
	contacts, why := in.pickContacts(c, taken, len(ch.Reasons) == 0)
	if len(contacts) == 0 {
		ch.Reasons = append(append(ch.Reasons, NoContactLeft), why...)
	}
	if in.Policy.Class != Contractual && InGlobalControl(c.GroupKey, in.AsOf.Time().Year(), in.GlobalControl) {
		ch.Reasons = append(ch.Reasons, GlobalControl)
	}
	if len(ch.Reasons) > 0 {
		ch.Outcome = Gated
		return ch
	}
	for _, r := range contacts {
		ch.Contacts = append(ch.Contacts, r.ContactID)
		ch.contactKeys = append(ch.contactKeys, r.Key)
	}
	ch.CostMinor = int64(len(contacts)) * in.PieceCostMinor
	ch.ExpectedValueMinor = postlift.RoundMinor(float64(c.BaselineMinor)*in.Lift) - ch.CostMinor
	return ch
}

// rank orders the choices that passed the gate by expected value, then key, and numbers them.
func (in *PlanInput) rank(choices []Choice) []*Choice {
	var passed []*Choice
	for i := range choices {
		if choices[i].Outcome != Gated {
			passed = append(passed, &choices[i])
		}
	}
	slices.SortFunc(passed, func(a, b *Choice) int {
		return cmp.Or(cmp.Compare(b.ExpectedValueMinor, a.ExpectedValueMinor), cmp.Compare(a.Key, b.Key))
	})
	for i, c := range passed {
		c.Rank = i + 1
	}
	return passed
}

// cap takes accounts in order of rank while budget and number of pieces last; an account that does not
// fit is over the cap, a smaller one behind it may still fit. The held-out count towards both caps, as
// nobody knows yet who they are: the cost is at most the budget.
func (in *PlanInput) cap(passed []*Choice) []*Choice {
	var planned []*Choice
	var cost int64
	pieces := 0
	for _, c := range passed {
		tooDear := in.BudgetMinor > 0 && cost+c.CostMinor > in.BudgetMinor
		tooMany := in.MaxPieces > 0 && pieces+len(c.Contacts) > in.MaxPieces
		if tooDear || tooMany {
			c.Outcome = OverCap
			continue
		}
		cost, pieces = cost+c.CostMinor, pieces+len(c.Contacts)
		planned = append(planned, c)
	}
	return planned
}

// assign draws the holdout within the planned, whole groups at a time. A group stands in the stratum of
// its best-ranked account.
func (in *PlanInput) assign(planned []*Choice) []Stratum {
	var clusters []cluster
	index := map[string]int{}
	for _, c := range planned {
		if _, ok := index[c.GroupKey]; !ok {
			index[c.GroupKey] = len(clusters)
			clusters = append(clusters, cluster{key: c.GroupKey, decile: c.decile, segment: c.segment})
		}
	}
	stratify(clusters)
	held, strata := drawHoldout(clusters, in.Salt, in.Holdout)
	for _, c := range planned {
		c.Outcome, c.Stratum, c.Propensity = Assigned, clusters[index[c.GroupKey]].stratum, 1-in.Holdout
		if held[c.GroupKey] {
			c.Outcome = HeldOut
		}
	}
	return strata
}

// ReasonList is every reason once, comma-separated, as it is stored.
func (c *Choice) ReasonList() string { return joinReasons(c.Reasons) }
