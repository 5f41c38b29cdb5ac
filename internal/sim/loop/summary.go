package loop

import (
	"context"
	"fmt"
	"math"
	"sync"

	"gonum.org/v1/gonum/stat/distuv"
)

// Result is a whole simulation.
type Result struct {
	Settings     Settings      `json:"settings"`
	Segments     []Segment     `json:"segments"`
	PieceCost    int           `json:"piece_cost_minor"`
	MailedShare  float64       `json:"mailed_share"`
	Replications []Replication `json:"replications"`
	Policies     []Summary     `json:"policies"`
	Comparisons  []Comparison  `json:"comparisons"`
	Measuring    *Measuring    `json:"measuring,omitempty"`
}

// Summary is the mean of a policy over all replications. Money is in minor units for each account on file at the
// start; a gain is over no letters at all.
type Summary struct {
	Policy    string  `json:"policy"`
	Letters   float64 `json:"letters"` // of a replication
	Cost      float64 `json:"cost"`
	Gain      float64 `json:"gain"`
	PerLetter float64 `json:"gain_per_letter"` // minor units
	LateGain  float64 `json:"late_gain"`       // margin less cost of the last 24 months, over no letters; without residual value
}

// Comparison is a paired difference in gain between two policies over replications, with its 95 % interval of
// Student's t.
type Comparison struct {
	Of       string   `json:"of"`
	Over     string   `json:"over"`
	All      Paired   `json:"gain"`
	Late     Paired   `json:"late"`
	Relative *float64 `json:"relative"`      // mean difference by the mean gain of the policy that it is over; null: that has none
	LateRel  *float64 `json:"late_relative"` // the same of the last 24 months
	PerPiece *float64 `json:"per_letter_relative"`
	Won      int      `json:"won"`     // replications in which it gained more
	Verdict  string   `json:"verdict"` // better, worse, open: by the interval of the gain
}

// Paired is a mean over replications.
type Paired struct {
	Mean float64 `json:"mean"`
	SE   float64 `json:"se"`
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Verdicts of a comparison.
const (
	Better = "better" // the interval lies above zero
	Worse  = "worse"  // below
	Open   = "open"   // it includes zero, or there are fewer than two replications
)

// Measuring tells how the loop's own tests did, over all replications.
type Measuring struct {
	Campaigns int     `json:"campaigns"`
	Withheld  int     `json:"withheld"`  // sample ratio broken, or nothing to compare
	Covered   int     `json:"covered"`   // 95 % intervals that hold the true gain
	TooHigh   int     `json:"too_high"`  // intervals wholly above it
	HeldOut   float64 `json:"held_out"`  // accounts a campaign, those tried out by a coin among them
	Forgone   float64 `json:"forgone"`   // true net gain within the windows of the letters that the held-out did not get, minor units for each account and replication
	Explored  float64 `json:"explored"`  // accounts a campaign drawn to learn from
	Lifts     []Lift  `json:"lifts"`     // means over replications
	Inside    int     `json:"inside"`    // lifts of segments whose 90 % interval holds what letters to the selected truly did in the last year
	LiftCount int     `json:"lifts_all"` // of so many
}

// Run plays all replications, so many at a time; the result does not depend on how many. It stops early when the
// context ends. The function done, where it is not nil, is told of each replication that is over.
func Run(ctx context.Context, set Settings, names []string, parallel int, done func()) (*Result, error) {
	if err := set.Check(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	r := &Result{Settings: set, Segments: Segments(set.Contrast), PieceCost: PieceCost, MailedShare: MailedShare, Replications: make([]Replication, len(names))}
	slots := make(chan struct{}, max(parallel, 1))
	var wait sync.WaitGroup
	var told sync.Mutex
	for i, name := range names {
		slots <- struct{}{}
		if ctx.Err() != nil {
			break
		}
		wait.Go(func() {
			defer func() { <-slots }()
			one, err := Replicate(ctx, set, name)
			if err != nil {
				cancel(err)
				return
			}
			r.Replications[i] = one
			if done != nil {
				told.Lock()
				done()
				told.Unlock()
			}
		})
	}
	wait.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	r.summarise()
	return r, nil
}

// gains are a policy's figure less that of no letters, by replication.
func (r *Result) gains(policy string, of func(*Outcome) float64) []float64 {
	found := make([]float64, 0, len(r.Replications))
	for i := range r.Replications {
		found = append(found, of(r.Replications[i].of(policy))-of(r.Replications[i].of(PolicyNone)))
	}
	return found
}

func (r *Replication) of(policy string) *Outcome {
	for i := range r.Outcomes {
		if r.Outcomes[i].Policy == policy {
			return &r.Outcomes[i]
		}
	}
	return nil
}

// Gain is what a policy brought over no letters in this replication.
func (r *Replication) Gain(policy string) float64 {
	return total(r.of(policy)) - total(r.of(PolicyNone))
}

func total(o *Outcome) float64 { return o.Total }

func late(o *Outcome) float64 { return o.Late }

func mean(v []float64) float64 {
	sum := 0.
	for _, x := range v {
		sum += x
	}
	return sum / float64(max(len(v), 1))
}

func paired(v []float64) Paired {
	p := Paired{Mean: mean(v)}
	n := float64(len(v))
	if n < 2 {
		return p
	}
	ss := 0.
	for _, x := range v {
		ss += (x - p.Mean) * (x - p.Mean)
	}
	p.SE = math.Sqrt(ss / (n - 1) / n)
	half := distuv.StudentsT{Sigma: 1, Nu: n - 1}.Quantile(.975) * p.SE
	p.Low, p.High = p.Mean-half, p.Mean+half
	return p
}

func (r *Result) summarise() {
	for _, name := range r.Settings.Policies {
		s := Summary{Policy: name, Gain: mean(r.gains(name, total)), LateGain: mean(r.gains(name, late)),
			Letters: mean(r.gains(name, func(o *Outcome) float64 { return float64(o.Letters) })), Cost: mean(r.gains(name, func(o *Outcome) float64 { return o.Cost }))}
		if s.Letters > 0 {
			s.PerLetter = s.Gain * float64(r.Settings.Accounts) / s.Letters
		}
		r.Policies = append(r.Policies, s)
	}
	r.compare()
	r.measuring()
}

// compare sets the loop beside every other policy that was played.
func (r *Result) compare() {
	for _, other := range []string{PolicyCLV, PolicyWindow, PolicyRFM, PolicyRandom, PolicyNone, PolicyKnowing} {
		if a, b := r.summary(PolicyLoop), r.summary(other); a != nil && b != nil {
			r.Comparisons = append(r.Comparisons, r.comparison(a, b))
		}
	}
}

func (r *Result) summary(policy string) *Summary {
	for i := range r.Policies {
		if r.Policies[i].Policy == policy {
			return &r.Policies[i]
		}
	}
	return nil
}

func (r *Result) comparison(a, b *Summary) Comparison {
	difference := func(of func(*Outcome) float64) []float64 {
		x, y := r.gains(a.Policy, of), r.gains(b.Policy, of)
		for i := range x {
			x[i] -= y[i]
		}
		return x
	}
	each := difference(total)
	c := Comparison{Of: a.Policy, Over: b.Policy, All: paired(each), Late: paired(difference(late)), Verdict: Open}
	for _, d := range each {
		if d > 0 {
			c.Won++
		}
	}
	switch {
	case c.All.Low > 0:
		c.Verdict = Better
	case c.All.High < 0:
		c.Verdict = Worse
	}
	share := func(more, of float64) *float64 {
		if of <= 0 {
			return nil
		}
		v := more / of
		return &v
	}
	c.Relative, c.LateRel = share(c.All.Mean, b.Gain), share(c.Late.Mean, b.LateGain)
	c.PerPiece = share(a.PerLetter-b.PerLetter, b.PerLetter)
	return c
}

func (r *Result) measuring() {
	if r.summary(PolicyLoop) == nil {
		return
	}
	m := Measuring{}
	for i := range r.Replications {
		o := r.Replications[i].of(PolicyLoop)
		for _, t := range o.Tests {
			m.add(t)
		}
		m.learned(o.Learned)
	}
	n, accounts := float64(len(r.Replications)), float64(r.Settings.Accounts)
	m.HeldOut, m.Explored, m.Forgone = m.HeldOut/float64(max(m.Campaigns, 1)), m.Explored/float64(max(m.Campaigns, 1)), m.Forgone/n/accounts
	for i := range m.Lifts {
		x := &m.Lifts[i]
		x.Learned, x.Low, x.High, x.Met = x.Learned/n, x.Low/n, x.High/n, x.Met/n
	}
	r.Measuring = &m
}

func (m *Measuring) add(t Test) {
	m.Campaigns++
	m.HeldOut += float64(t.HeldOut)
	m.Explored += float64(t.Explored)
	m.Forgone += t.Forgone
	switch {
	case t.Withheld:
		m.Withheld++
	case t.Covers:
		m.Covered++
	case t.Low > t.Truth:
		m.TooHigh++
	}
}

// learned adds up the lifts of a replication; segments stand in the same order in all of them.
func (m *Measuring) learned(lifts []Lift) {
	if m.Lifts == nil {
		m.Lifts = make([]Lift, len(lifts))
	}
	for i, l := range lifts {
		x := &m.Lifts[i]
		x.Segment, x.Truth = l.Segment, l.Truth
		x.Learned, x.Low, x.High, x.Met = x.Learned+l.Learned, x.Low+l.Low, x.High+l.High, x.Met+l.Met
		m.LiftCount++
		if l.Low <= l.Met && l.Met <= l.High {
			m.Inside++
		}
	}
}

// Names are the names of so many seeds.
func Names(prefix string, n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("%s-%d", prefix, i+1)
	}
	return names
}
