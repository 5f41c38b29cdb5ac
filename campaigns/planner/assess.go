package planner

import (
	"math"
	"math/rand/v2"
	"sort"

	"postlift"
	"postlift/campaigns/experiment"
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
	Effect      string         `json:"effect"` // how the lift acts: EffectOnAmount
	Baseline    postlift.Money `json:"baseline"`
	Gain        postlift.Money `json:"expected_gain"` // of all letters, before their cost
	PieceCost   postlift.Money `json:"piece_cost"`
	Alpha       float64        `json:"alpha"`
	WantedPower float64        `json:"wanted_power"`
	Past        PastUsed       `json:"past"`
	Designs     []Finding      `json:"designs"`
	Leaving     []LeftOut      `json:"leaving_out"` // how the detectable lift moves when the largest are left out
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
	Buyers    float64         `json:"buyers"`        // share of groups with any margin in a window
	TopShares float64         `json:"top_1_share"`   // share of the margin that the largest 1 % of groups had
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
		Baseline: s.money(s.expected), Gain: s.money(s.expected * s.in.Lift.Mean), PieceCost: s.money(s.in.PieceCost),
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
		a.Past.Buyers, a.Past.TopShares, a.Past.Variation, a.Past.Explained =
			a.Past.Buyers/n, a.Past.TopShares/n, a.Past.Variation/n, a.Past.Explained/n
	}
	return a
}

// look adds what one window says of the audience.
func (s *simulation) look(p *PastUsed, w int) {
	y := s.past.y[w]
	sorted := append([]float64(nil), y...)
	sort.Sort(sort.Reverse(sort.Float64Slice(sorted)))
	total, top, buyers := 0.0, 0.0, 0.0
	for i, v := range sorted {
		total += v
		if i < (len(y)+99)/100 {
			top += v
		}
		if v != 0 {
			buyers++
		}
	}
	var m moments
	m.addAll(y, s.past.x[w], total/float64(max(len(y), 1)))
	j := m.joint()
	p.Buyers += buyers / float64(max(len(y), 1))
	if total > 0 {
		p.TopShares += top / total
		p.Variation += math.Sqrt(j.Post.Var) / j.Post.Mean
	}
	if j.Pre.Var > 0 && j.Post.Var > 0 {
		p.Explained += j.Cov * j.Cov / (j.Pre.Var * j.Post.Var)
	}
}

// propose chooses the cheapest sufficient design, else the shortest programme, else pooling, else says
// which lift could be seen.
func (s *simulation) propose(a *Assessment, trials map[string][]trial) {
	best := -1
	for i, f := range a.Designs {
		if f.Sufficient && (best < 0 || s.better(f, a.Designs[best])) {
			best = i
		}
	}
	if best >= 0 {
		f := a.Designs[best]
		a.Proposal = Proposal{Kind: ProposeDesign, Design: f.Name, Power: f.Power, KnownOn: f.KnownOn, Cost: f.price(), Needed: f.Detectable}
		if f.Kind == Programme {
			a.Proposal.Kind, a.Proposal.Months = ProposeProgramme, f.Months
		}
		return
	}
	if p, ok := s.pool(a, trials); ok {
		a.Proposal = p
		return
	}
	a.Proposal = Proposal{Kind: ProposeNothing, Cost: s.money(0)}
	for _, f := range a.Designs {
		if f.Detectable != nil && s.covers(f) && (a.Proposal.Needed == nil || *f.Detectable < *a.Proposal.Needed) {
			a.Proposal.Needed, a.Proposal.Closest = f.Detectable, f.Name
		}
	}
}

// price is what a design costs until its reading: margin given up and margin that comes later.
func (f Finding) price() postlift.Money {
	return postlift.Money{Minor: f.Cost.Minor + f.Deferred.Minor, Currency: f.Cost.Currency}
}

// better prefers campaign designs to programmes, shorter programmes to longer ones, measuring everybody to
// leaving groups out among programmes of one length, and then what costs less.
func (s *simulation) better(f, than Finding) bool {
	if f.Kind == Programme || than.Kind == Programme {
		if f.Kind != than.Kind {
			return f.Kind != Programme
		}
		if f.Months != than.Months {
			return f.Months < than.Months
		}
		return f.TopPercent < than.TopPercent
	}
	if f.TopPercent != than.TopPercent && f.held() == than.held() {
		return f.TopPercent < than.TopPercent
	}
	return f.price().Minor < than.price().Minor
}

// pool looks for the least number of repeats of the campaign, each with a draw of its own, whose pooled
// difference shows the expected lift; it prefers the holdout that costs least in all.
func (s *simulation) pool(a *Assessment, trials map[string][]trial) (Proposal, bool) {
	var best Proposal
	found := false
	most := min(MaxRepeats, max(pooledDays/s.in.WindowDays, 2))
	for _, f := range a.Designs {
		list := trials[f.Name]
		if len(list) == 0 || f.Impossible != "" {
			continue
		}
		k, power, ok := s.repeats(list, most)
		if !ok {
			continue
		}
		p := Proposal{Kind: ProposePooling, Design: f.Name, Repeats: k, Power: power, KnownOn: s.in.InHome.AddDays(k * s.in.WindowDays),
			Cost: s.money(float64(f.Cost.Minor) * float64(k))}
		if !found || p.Cost.Minor < best.Cost.Minor {
			best, found = p, true
		}
	}
	return best, found
}

// pooledTrials is how many pools are simulated, pooledDays how long repeats may go on.
const (
	pooledTrials = 1000
	pooledDays   = 2 * 365
)

// repeats is the least number of pooled trials that find the expected lift with the wanted power and whose
// interval holds the truth often enough.
func (s *simulation) repeats(trials []trial, most int) (k int, power float64, ok bool) {
	points := make([]experiment.Point, len(trials))
	for i, t := range trials {
		points[i] = t.point(s.in.Lift.Mean)
		points[i].Value -= t.truth(s.in.Lift.Mean) // the truth is added again below, as every repeat has its own
	}
	noise := math.Sqrt(LeastCoverage * (1 - LeastCoverage) / pooledTrials)
	for k = 2; k <= most; k++ {
		rng := rand.New(rand.NewPCG(s.in.Seed, uint64(k)))
		power, covered := 0.0, 0.0
		for range pooledTrials {
			var miss, truth, variance, dof float64
			for range k {
				i := rng.IntN(len(points))
				v := points[i].SE * points[i].SE
				miss, truth = miss+points[i].Value, truth+trials[i].truth(s.in.Lift.Mean)
				variance, dof = variance+v, dof+v*v/points[i].DoF
			}
			half := s.quantile.at(variance*variance/dof) * math.Sqrt(variance)
			if miss+truth > half {
				power += 1. / pooledTrials
			}
			if math.Abs(miss) <= half {
				covered += 1. / pooledTrials
			}
		}
		if power >= s.in.Power && covered >= LeastCoverage-.95+1-s.in.Alpha-noise {
			return k, power, true
		}
	}
	return 0, 0, false
}

// leave draws the curve of the detectable lift over the share of groups left out, for the proposed design
// or, where none is, for the longest programme that was tried, else matched pairs.
func (s *simulation) leave(a *Assessment) error {
	d := Design{Kind: Pairs}
	for _, f := range a.Designs {
		if f.Impossible == "" && (f.Kind == Programme || f.Name == a.Proposal.Design) {
			d = f.Design
		}
		if f.Name == a.Proposal.Design {
			break
		}
	}
	for _, p := range s.in.TopPercents {
		d.TopPercent = p
		f, known := named(a.Designs, d.Name())
		if !known {
			var err error
			if f, _, err = s.find(d); err != nil {
				return err
			}
		}
		if f.Impossible == "" {
			a.Leaving = append(a.Leaving, LeftOut{TopPercent: p, Share: f.LeftOutShare, Detectable: f.Detectable, Coverage: f.Coverage, Power: f.Power})
		}
	}
	return nil
}

func named(list []Finding, name string) (Finding, bool) {
	for _, f := range list {
		if f.Name == name {
			return f, true
		}
	}
	return Finding{}, false
}
