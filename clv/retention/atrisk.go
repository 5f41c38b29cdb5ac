package retention

import (
	"cmp"
	"slices"

	"postlift"
	"postlift/clv/scoring"
	"postlift/clv/segments"
)

// AtRisk is the accounts for which at least one rule holds, those with most at stake first.
type AtRisk struct {
	Run      string         `json:"run"`
	AsOf     postlift.Date  `json:"as_of"`
	Currency string         `json:"currency"`
	Looked   int            `json:"accounts_looked_at"` // prospects and lost customers are left out
	Accounts int            `json:"accounts"`           // at risk
	AtStake  postlift.Money `json:"at_stake"`
	Rules    []RuleCount    `json:"rules"`
	Owners   []RiskOwner    `json:"owners"` // most at stake first
	Lines    []Risk         `json:"list"`
	More     int            `json:"more"` // accounts that are not listed
	Flags    []string       `json:"flags"`
}

// RuleCount is for how many accounts a rule holds; several may hold for one.
type RuleCount struct {
	Rule     string         `json:"rule"`
	Accounts int            `json:"accounts"`
	AtStake  postlift.Money `json:"at_stake"`
}

// RiskOwner is what an owner's accounts at risk come to.
type RiskOwner struct {
	Name     string         `json:"owner"` // "": nobody
	Accounts int            `json:"accounts"`
	AtStake  postlift.Money `json:"at_stake"`
}

// Risk is one account at risk.
type Risk struct {
	ID       int64          `json:"-"`
	UID      string         `json:"account_id"`
	Name     string         `json:"account"`
	Segment  string         `json:"segment"`
	Owner    string         `json:"owner"`
	Stage    string         `json:"stage"`
	PActive  float64        `json:"p_active"`
	AtStake  postlift.Money `json:"at_stake"` // a year's margin when it is well: running contracts and the better of its last two years of orders
	Residual postlift.Money `json:"residual"` // as valued
	Reasons  []Reason       `json:"reasons"`
	Action   string         `json:"action"`
	Blocked  bool           `json:"no_advertising"` // closed, or a block of the whole account is in force
	Letters  Letters        `json:"letters"`
}

// Letters are the last letter that an account had and the next one on its way.
type Letters struct {
	LastOn       postlift.Date `json:"last_on,omitzero"`
	LastCampaign string        `json:"last_campaign,omitempty"`
	Planned      string        `json:"planned_campaign,omitempty"` // of a letter that is prepared and not posted
}

// RiskQuery narrows a list; empty fields narrow nothing.
type RiskQuery struct {
	Rule    string
	Owner   string // full name
	Segment string // as imported
	Limit   int    // accounts listed; 0: all
}

// DefaultLimit is how many accounts are listed where nobody says.
const DefaultLimit = 50

// riskList gathers accounts at risk.
type riskList struct {
	AtRisk
	query  RiskQuery
	judge  judge
	owners map[string]*RiskOwner
}

func newRiskList(run *scoring.Run, book *Book, q RiskQuery) (*riskList, error) {
	switch {
	case q.Rule != "" && !slices.Contains(Rules(), q.Rule):
		return nil, postlift.Faultf(postlift.Invalid, "retention.AtRisk", "there is no rule %q: one of %v is possible", q.Rule, Rules())
	case q.Limit < 0:
		return nil, postlift.Faultf(postlift.Invalid, "retention.AtRisk", "a list of %d accounts: 0 (all) or more are possible", q.Limit)
	}
	l := &riskList{query: q, owners: map[string]*RiskOwner{}}
	l.judge = judge{book: book, unlikely: segments.DefaultLimits.AtRisk, currency: run.Currency}
	if run.Basis != nil {
		l.judge.unlikely = run.Basis.Ranking.Limits.AtRisk
	}
	l.AtRisk = AtRisk{Run: run.UID, AsOf: run.AsOf, Currency: run.Currency, Lines: []Risk{}, Owners: []RiskOwner{}, Flags: []string{}}
	l.AtStake = l.money(0)
	for _, rule := range Rules() {
		l.Rules = append(l.Rules, RuleCount{Rule: rule, AtStake: l.money(0)})
	}
	if run.Metrics.EndsEarly != nil {
		l.Flags = append(l.Flags, scoring.FlagOrdersEndEarly)
	}
	return l, nil
}

func (l *riskList) money(minor int64) postlift.Money {
	return postlift.Money{Minor: minor, Currency: l.Currency}
}

// add judges one account.
func (l *riskList) add(a *Account) {
	if l.query.Owner != "" && a.Owner != l.query.Owner || l.query.Segment != "" && a.Segment != l.query.Segment ||
		a.Stage == string(segments.Lost) || a.Stage == string(segments.Prospect) {
		return
	}
	l.Looked++
	reasons, atStake := l.judge.reasons(a)
	if len(reasons) == 0 || l.query.Rule != "" && !slices.ContainsFunc(reasons, func(r Reason) bool { return r.Rule == l.query.Rule }) {
		return
	}
	l.count(a, reasons, atStake)
	l.Lines = append(l.Lines, Risk{ID: a.ID, UID: a.UID, Name: a.Name, Segment: a.Segment, Owner: a.Owner, Stage: a.Stage, PActive: a.PActive,
		AtStake: l.money(atStake), Residual: l.money(a.ResidualMinor), Reasons: reasons, Action: action(reasons)})
	if l.query.Limit > 0 && len(l.Lines) > 2*l.query.Limit+1000 {
		l.cut()
	}
}

func (l *riskList) count(a *Account, reasons []Reason, atStake int64) {
	l.Accounts++
	l.AtStake.Minor += atStake
	for i := range l.Rules {
		if slices.ContainsFunc(reasons, func(r Reason) bool { return r.Rule == l.Rules[i].Rule }) {
			l.Rules[i].Accounts++
			l.Rules[i].AtStake.Minor += atStake
		}
	}
	o := l.owners[a.Owner]
	if o == nil {
		o = &RiskOwner{Name: a.Owner, AtStake: l.money(0)}
		l.owners[a.Owner] = o
	}
	o.Accounts++
	o.AtStake.Minor += atStake
}

// cut sorts the list and drops what lies beyond its limit.
func (l *riskList) cut() {
	slices.SortFunc(l.Lines, func(a, b Risk) int {
		return cmp.Or(cmp.Compare(b.AtStake.Minor, a.AtStake.Minor), cmp.Compare(a.ID, b.ID))
	})
	if l.query.Limit > 0 {
		l.Lines = slices.Delete(l.Lines, min(l.query.Limit, len(l.Lines)), len(l.Lines))
	}
}

func (l *riskList) close() AtRisk {
	l.cut()
	l.More = l.Accounts - len(l.Lines)
	for _, o := range l.owners {
		l.Owners = append(l.Owners, *o)
	}
	slices.SortFunc(l.Owners, func(a, b RiskOwner) int {
		return cmp.Or(cmp.Compare(b.AtStake.Minor, a.AtStake.Minor), cmp.Compare(a.Name, b.Name))
	})
	return l.AtRisk
}
