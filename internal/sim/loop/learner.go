package loop

import (
	"fmt"
	"math"
	"time"

	"postlift"
	"postlift/campaigns"
	"postlift/campaigns/experiment"
	"postlift/campaigns/lift"
	"postlift/responses/learning"
)

// Options are what a user of the product may set, and what proves out is its default.
type Options struct {
	Holdout     float64 `json:"holdout"`     // share of the planned groups of a campaign, in the first year
	Later       float64 `json:"later"`       // the same from the second year on
	Global      float64 `json:"global"`      // share of groups without any letter for a year
	Exploration float64 `json:"exploration"` // share of the letters
	ExploreFrom int     `json:"explore_from"`
	PriorLift   float64 `json:"prior_lift"`
	PriorSD     float64 `json:"prior_sd"`
	Mode        string  `json:"mode"` // of selection
}

// DefaultOptions are the product's own, but for the holdout: its default of a fifth is made for campaigns of hundreds of
// letters. Where thousands go out a tenth teaches enough, and once a year is learned from half of that.
func DefaultOptions() Options {
	return Options{Holdout: .1, Later: .05, Global: .02, Exploration: campaigns.DefaultExploration, ExploreFrom: campaigns.LargeBase,
		PriorLift: lift.PriorLift, PriorSD: lift.PriorLiftSD, Mode: campaigns.ModeBudget}
}

// learner is the product: it plans with campaigns.MakePlan, measures with package experiment and learns with package
// learning.
type learner struct {
	Options
	values     *valuer
	candidates []campaigns.Candidate
	held       []int16 // month until which an account is held out by a run that is being measured
	model      *lift.Model
	open       []frozen // of the campaign in its window
	run        int
	share      float64 // held out of the campaign in its window
	met        []met   // by segment
	Tests      []Test
}

// frozen is a choice of the plan, as the store would keep it.
type frozen struct {
	account  int32
	outcome  string
	learning learning.Account
	orders   int32
	truth    float64 // what its letter adds in the window, truly
}

const yearMonths = 12

// met is what letters truly added, and what there was without them, over the randomised accounts of the last year.
type met struct{ added, base float64 }

// Test is one measured campaign of the loop.
type Test struct {
	Month    int     `json:"month"`
	Letters  int     `json:"letters"`
	HeldOut  int     `json:"held_out"`
	Explored int     `json:"explored"`
	Gain     float64 `json:"gain"` // measured on the mailed, per account, minor units, before cost
	Low      float64 `json:"low"`
	High     float64 `json:"high"`
	Truth    float64 `json:"true_gain"` // what was to be expected truly
	Covers   bool    `json:"covers"`    // the interval holds it
	Forgone  float64 `json:"forgone"`   // what letters to the held-out would truly have added in the window, less their cost; all of them
	Withheld bool    `json:"withheld,omitempty"`
}

func newLearner(o Options) *learner { return &learner{Options: o, values: newValuer()} }

// firstDay is a day like any other from which months are counted.
var firstDay = postlift.NewDate(2030, time.January, 7)

// dayOf is the first day of a month of the world.
func dayOf(month int) postlift.Date {
	return firstDay.AddDays(int(math.Round(float64(month) * 365.25 / 12)))
}

func (l *learner) begin(s *State) error {
	n := len(s.book)
	l.candidates, l.held, l.met = make([]campaigns.Candidate, 0, n), make([]int16, n), make([]met, len(s.w.segments))
	for i := range l.held {
		l.held[i] = math.MinInt16
	}
	count := make([]float64, len(s.w.segments))
	for i := range s.book {
		if s.Known(i) {
			count[s.w.segment[i]]++
		}
	}
	shares := make([]lift.SegmentShare, len(count))
	for j := range shares {
		shares[j] = lift.SegmentShare{Segment: s.w.segments[j].Name, Share: count[j] / float64(max(s.OnFile(), 1))}
	}
	m, err := lift.Prior(l.PriorLift, l.PriorSD, shares...)
	l.model = &m
	return err
}

// choose plans a campaign as the product does and gives those who are mailed.
func (l *learner) choose(s *State, letters int) ([]int32, error) {
	if l.model == nil {
		if err := l.begin(s); err != nil {
			return nil, err
		}
	}
	known, err := l.values.appraiseAll(s)
	if err != nil {
		return nil, err
	}
	l.gather(s, known)
	l.run++
	if l.share = l.Holdout; s.month >= yearMonths {
		l.share = l.Later
	}
	in := campaigns.PlanInput{
		Candidates: l.candidates, AsOf: dayOf(s.month), Salt: fmt.Sprintf("loop-%d-%d", s.w.chance, l.run), Currency: "EUR",
		Policy:  campaigns.Policy{Class: campaigns.Advertising, CoolingOffDays: 60, MaxPerYear: 6},
		Holdout: l.share, Design: campaigns.DesignAuto, GlobalControl: l.Global, Lift: l.PriorLift, Learned: l.model, PieceCostMinor: PieceCost,
		Mode: l.Mode, BudgetMinor: int64(letters) * PieceCost, Exploration: l.Exploration, ExploreFrom: l.ExploreFrom, ContactsPerSite: 1,
	}
	plan, err := campaigns.MakePlan(in)
	if err != nil {
		return nil, err
	}
	return l.freeze(s, known, &plan), nil
}

// gather makes the candidates: everybody on file, with what the gate needs to know.
func (l *learner) gather(s *State, known []appraisal) {
	ranks, today := s.frequencyRanks(), dayOf(s.month)
	l.candidates = l.candidates[:0]
	for i := range s.book {
		if !s.Known(i) {
			continue
		}
		b, a := &s.book[i], &known[i]
		key := Key(i)
		c := campaigns.Candidate{AccountID: int64(i), Key: key, GroupKey: key, Segment: s.w.SegmentOf(i),
			ResidualMinor: postlift.RoundMinor(a.value), BaselineMinor: postlift.RoundMinor(a.window), PreMarginMinor: postlift.RoundMinor(s.LastYear(i)),
			Traits: s.traits(i, a.alive, ranks)}
		c.Recipients = []campaigns.Recipient{{ContactID: int64(i), AccountID: int64(i), SiteID: int64(i), Key: key, Language: "de", Country: "DE", Postcode: "70173", HasAddress: true}}
		if s.w.blocked[i] {
			c.Standing.Suppressed = []campaigns.Reason{campaigns.DoNotMail}
		}
		if b.Mailed >= 0 {
			c.Standing.LastMailedOn, c.Standing.MailsLastYear = dayOf(int(b.Mailed)), s.mailsLastYear(i, today)
		}
		c.Standing.ControlGroup = int(l.held[i]) > s.month
		l.candidates = append(l.candidates, c)
	}
}

// mailsLastYear counts the letters of the 365 days before.
func (s *State) mailsLastYear(i int, today postlift.Date) (n int) {
	for m := max(s.month-13, 0); m < s.month; m++ {
		if s.book[i].Letters>>uint(m)&1 == 1 && today.DaysSince(dayOf(m)) < 365 {
			n++
		}
	}
	return n
}

func (s *State) traits(i int, alive float64, ranks func(int32) float64) lift.Traits {
	b := &s.book[i]
	t := lift.Traits{Segment: s.w.SegmentOf(i), MailAffinity: math.NaN(), FrequencyRank: ranks(b.Orders), PAlive: alive, MonthsSincePiece: lift.NeverMailed}
	if b.Mailed >= 0 {
		t.MonthsSincePiece = float64(s.month - int(b.Mailed))
	}
	if b.Since > 0 {
		t.MailAffinity = float64(b.After) / float64(b.Since)
	}
	return t
}

// freeze keeps what the plan decided by chance and gives those who are mailed.
func (l *learner) freeze(s *State, known []appraisal, plan *campaigns.Plan) (mailed []int32) {
	traits := make(map[int64]*campaigns.Candidate, len(plan.Choices))
	for i := range l.candidates {
		traits[l.candidates[i].AccountID] = &l.candidates[i]
	}
	l.open = l.open[:0]
	test := Test{Month: s.month, Explored: plan.Explored.Thompson*2 + plan.Explored.Uniform}
	for i := range plan.Choices {
		c := &plan.Choices[i]
		account := int32(c.AccountID)
		if c.Outcome == campaigns.Assigned {
			mailed = append(mailed, account)
		}
		if c.Outcome == campaigns.HeldOut {
			l.held[account] = int16(s.month + Window)
			test.HeldOut++
		}
		if c.Propensity <= 0 || c.Propensity >= 1 {
			continue
		}
		f := frozen{account: account, outcome: c.Outcome, orders: s.book[account].Orders, learning: learning.Account{
			Group: c.GroupKey, Baseline: float64(c.BaselineMinor), Traits: traits[c.AccountID].Traits, Assigned: c.Outcome == campaigns.Assigned,
			Propensity: c.Propensity, Pre: float64(c.PreMarginMinor), Basket: known[account].basket, Role: c.Role}}
		if c.Outcome == campaigns.OverCap {
			f.learning.Role = campaigns.RoleExplore // took part in the draw of everybody left
		}
		if c.Outcome != campaigns.OverCap {
			f.truth = l.look(s, int(account), f.learning.Role)
		}
		if c.Outcome == campaigns.HeldOut {
			test.Forgone += f.truth - PieceCost
		}
		l.open = append(l.open, f)
	}
	test.Letters = len(mailed)
	l.Tests = append(l.Tests, test)
	return mailed
}

// look tells what a letter would truly add within the window. The policy does not know it; reports do.
func (l *learner) look(s *State, account int, role string) float64 {
	without := s.windowMargin(account, false)
	added := s.windowMargin(account, true) - without
	if role == campaigns.RoleRandomised && s.month >= s.w.months-yearMonths {
		m := &l.met[s.w.segment[account]]
		m.added += added
		m.base += without
	}
	return added
}

// over measures the campaign whose window is over and learns from it.
func (l *learner) over(s *State) error {
	units := make([]experiment.Unit, 0, len(l.open)/4)
	accounts := make([]learning.Account, 0, len(l.open))
	truth := 0.
	for i := range l.open {
		f := &l.open[i]
		f.learning.Outcome = s.Recent(int(f.account), Window)
		accounts = append(accounts, f.learning)
		if f.learning.Role == campaigns.RoleRandomised {
			units = append(units, experiment.Unit{Treated: f.learning.Assigned, Propensity: 1 - l.share, Accounts: 1, Outcome: f.learning.Outcome,
				Pre: f.learning.Pre, Orders: float64(s.book[f.account].Orders - f.orders)})
			truth += f.truth
		}
	}
	withheld, err := l.measure(units, truth/float64(max(len(units), 1)))
	if err != nil || withheld {
		return err
	}
	rows, _, err := learning.Rows(l.model, accounts)
	if err != nil {
		return err
	}
	next := *l.model
	if err := next.Add(fmt.Sprintf("run-%d", l.run), rows); err != nil {
		return err
	}
	if err := next.Solve(); err != nil {
		return err
	}
	l.model = &next
	return nil
}

// measure reads the campaign as a report does; whose sample ratio is broken is withheld and not learned from.
func (l *learner) measure(units []experiment.Unit, truth float64) (withheld bool, err error) {
	test := &l.Tests[len(l.Tests)-1]
	res, err := experiment.Analyse(units)
	if err != nil {
		return true, err
	}
	test.Truth = truth
	if res.Refused != "" || res.GroupRatio.Broken() {
		test.Withheld = true
		return true, nil
	}
	e := res.Estimate()
	test.Gain, test.Low, test.High = e.Value, e.Low, e.High
	test.Covers = e.Low <= truth && truth <= e.High
	return false, nil
}
