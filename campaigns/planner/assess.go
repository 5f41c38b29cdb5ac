package planner

import (
	"math"
	"sort"

	"postlift"
)

// EffectOnAmount names how an assumed lift acts in the simulation: it multiplies the margin of every mailed
// group; nobody who bought nothing begins to buy.
const EffectOnAmount = "amount"

// Assessment is what can be measured, and how.
type Assessment struct {
	Groups      int            `json:"groups"`
	WindowDays  int            `json:"window_days"`
	InHome      postlift.Date  `json:"in_home_on"`
	Lift        Lift           `json:"expected_lift"`
	Effect      string         `json:"effect"`        // how the lift acts: EffectOnAmount
	Baseline    postlift.Money `json:"baseline"`      // margin expected in the window that a letter can raise: what lifts are shares of
	Agreed      postlift.Money `json:"agreed_fees"`   // margin beside it that contracts have agreed already
	Gain        postlift.Money `json:"expected_gain"` // of all letters, before their cost
	PieceCost   postlift.Money `json:"piece_cost"`
	Alpha       float64        `json:"alpha"`
	WantedPower float64        `json:"wanted_power"`
	Past        PastUsed       `json:"past"`
	Designs     []Finding      `json:"designs"`
	Own         string         `json:"own_design,omitempty"` // name of the finding on what the campaign will do as it stands
	Leaving     []LeftOut      `json:"leaving_out"`          // how the detectable lift moves when the largest are left out
	Proposal    Proposal       `json:"proposal"`
	Sentence    Words          `json:"sentence"`
	Reasons     []Words        `json:"reasons"`
}

// PastUsed tells on what the simulation rests.
type PastUsed struct {
	Windows   []postlift.Date `json:"windows_from"` // first days of the windows that were used
	TooEarly  int             `json:"too_early"`    // left out: they begin before the data
	Unlike    int             `json:"unlike"`       // left out: the audience bought far less than is expected now
	Adjusted  []float64       `json:"adjusted"`     // by used window: factor on its orders' margin; 1: as it was
	DataFrom  postlift.Date   `json:"data_from,omitzero"`
	Buyers    float64         `json:"buyers"`        // share of groups with any margin in a window but agreed fees
	TopShares float64         `json:"top_1_share"`   // share of that margin that the largest 1 % of groups had
	Agreed    float64         `json:"agreed_share"`  // share of the whole margin that were agreed fees
	Variation float64         `json:"variation"`     // standard deviation of a group's margin over its mean
	Explained float64         `json:"r2_prior_year"` // share of the variance that the prior-year margin explains
}

// LeftOut is a point of the curve: the detectable lift when the largest groups are left out.
type LeftOut struct {
	TopPercent float64  `json:"top_percent"`
	Share      float64  `json:"share"` // of the margin that is left out with them
	Detectable *float64 `json:"detectable_lift"`
	Coverage   float64  `json:"coverage"`
	Power      float64  `json:"power"`
}

// What an assessment proposes.
const (
	ProposeDesign    = "design"
	ProposeProgramme = "programme"
	ProposePooling   = "pooling"
	ProposeNothing   = "cannot_be_measured"
)

// Proposal is the cheapest way that shows the expected lift with the wanted power and an interval that
// holds what it says.
type Proposal struct {
	Kind    string         `json:"kind"`
	Design  string         `json:"design,omitempty"` // name of a finding
	Months  int            `json:"months,omitempty"`
	Repeats int            `json:"repeats,omitempty"` // of pooled campaigns
	Power   float64        `json:"power"`
	KnownOn postlift.Date  `json:"known_on,omitzero"`
	Cost    postlift.Money `json:"cost"` // given up or deferred until then
	Needed  *float64       `json:"lift_needed,omitempty"`
	Closest string         `json:"closest,omitempty"` // the design with which Needed could be seen
}

// Assess compares the designs on the audience's past and proposes one. The same input gives the same
// assessment. Its errors are Invalid faults for settings out of range.
func Assess(in Input) (Assessment, error) {
	if err := in.complete(); err != nil {
		return Assessment{}, err
	}
	s := newSimulation(&in)
	a := s.describe()
	if in.Own != nil {
		a.Own = in.Own.Name()
	}
	if len(in.Groups) < LeastGroups || len(a.Past.Windows) == 0 {
		a.Proposal = Proposal{Kind: ProposeNothing, Cost: s.money(0)}
		s.word(&a)
		return a, nil
	}
	trials, err := s.compare(&a)
	if err != nil {
		return a, err
	}
	s.propose(&a, trials)
	if err := s.leave(&a); err != nil {
		return a, err
	}
	s.word(&a)
	return a, nil
}

// compare tries all designs; programme tests only where no design of the one campaign is enough.
func (s *simulation) compare(a *Assessment) (map[string][]trial, error) {
	kept := map[string][]trial{}
	enough := false
	for _, programmes := range []bool{false, true} {
		for _, d := range s.in.Designs {
			if (d.Kind == Programme) != programmes || programmes && enough {
				continue
			}
			f, trials, err := s.find(d)
			if err != nil {
				return nil, err
			}
			enough = enough || f.Sufficient
			a.Designs = append(a.Designs, f)
			if d.Kind == Holdout {
				kept[f.Name] = trials
			}
		}
	}
	return kept, nil
}

func (s *simulation) describe() Assessment {
	a := Assessment{Groups: len(s.in.Groups), WindowDays: s.in.WindowDays, InHome: s.in.InHome, Lift: s.in.Lift, Effect: EffectOnAmount,
		Baseline: s.money(s.expected), Agreed: s.money(s.agreed), Gain: s.money(s.expected * s.in.Lift.Mean), PieceCost: s.money(s.in.PieceCost),
		Alpha: s.in.Alpha, WantedPower: s.in.Power, Designs: []Finding{}, Leaving: []LeftOut{}, Reasons: []Words{}}
	a.Past = PastUsed{TooEarly: s.past.early, Unlike: s.past.empty, DataFrom: s.in.DataFrom, Windows: []postlift.Date{}, Adjusted: []float64{}}
	for w, used := range s.past.usable {
		if used {
			a.Past.Windows = append(a.Past.Windows, s.in.WindowsFrom[w])
			a.Past.Adjusted = append(a.Past.Adjusted, s.past.factor[w])
			s.look(&a.Past, w)
		}
	}
	if n := float64(len(a.Past.Windows)); n > 0 {
		a.Past.Buyers, a.Past.TopShares, a.Past.Agreed = a.Past.Buyers/n, a.Past.TopShares/n, a.Past.Agreed/n
		a.Past.Variation, a.Past.Explained = a.Past.Variation/n, a.Past.Explained/n
	}
	return a
}

// look adds what one window says of the audience.
func (s *simulation) look(p *PastUsed, w int) {
	y, agreed := s.past.y[w], s.past.agreed[w]
	sorted := make([]float64, len(y))
	total, fees, open, top, buyers := 0.0, 0.0, 0.0, 0.0, 0.0
	for i := range y {
		sorted[i] = y[i] - agreed[i]
		total, fees, open = total+y[i], fees+agreed[i], open+sorted[i]
	}
	sort.Sort(sort.Reverse(sort.Float64Slice(sorted)))
	for i, v := range sorted {
		if i < (len(y)+99)/100 {
			top += v
		}
		if v != 0 {
			buyers++
		}
	}
	var m moments
	m.addAll(y, agreed, s.past.x[w], total/float64(max(len(y), 1)))
	j := m.joint(0)
	p.Buyers += buyers / float64(max(len(y), 1))
	if open > 0 {
		p.TopShares += top / open
	}
	if total > 0 {
		p.Agreed += fees / total
		p.Variation += math.Sqrt(j.Post.Var) / j.Post.Mean
	}
	if j.Pre.Var > 0 && j.Post.Var > 0 {
		p.Explained += j.Cov * j.Cov / (j.Pre.Var * j.Post.Var)
	}
}
