package clv

import (
	"math"
	"slices"

	"postlift/clv/development"
	"postlift/clv/renewal"
)

// adoptionKey is all that the adoptions of an account depend on. Groups beyond the 64th are left out.
type adoptionKey struct {
	segment       string
	held, quarter int
	has           uint64 // groups it has, by their place among the contractual ones
}

// adoptionPath is what groups not yet held are expected to bring.
type adoptionPath struct {
	margin  []float64 // expected margin of each month, minor units
	groups  []adoptionChance
	assumed bool // the renewal rate of what is adopted is the stated default
}

// adoptionChance is one group's part of an adoption path.
type adoptionChance struct {
	margin float64   // a month once adopted
	by     []float64 // probability of having adopted by the end of each month
	runs   []float64 // expected part of each month in which the group, adopted, runs
}

const (
	maxAdoptions = 1 << 12 // paths that are remembered
	maxGroups    = 64
)

// valueAdoptions adds the contract groups that the account may adopt while it is active.
func (s *Scorer) valueAdoptions(in *AccountInput, c *sheet) {
	if s.models.Development == nil || (c.view == nil && c.lines == 0) {
		return
	}
	path := s.adoption(in)
	if len(path.groups) == 0 {
		return
	}
	c.path = path
	value := 0.0
	for t := range s.grid {
		s.active[t] = s.activeIn(c, t)
		m := path.margin[t] * s.active[t]
		s.adopted[t] = m
		value += c.disc[t] * m
		if t < 12 {
			c.margin += m
		}
		c.windowed += m * s.window[t]
	}
	c.expand += value
	if path.assumed {
		c.flags |= bitRenewalAssumed
		c.assumed += math.Abs(value)
	}
}

// activeIn is the probability that the account orders still or is under contract within month t.
func (s *Scorer) activeIn(c *sheet, t int) float64 {
	away := c.away(t)
	if c.lines > 0 {
		away *= s.idle[t]
	}
	return 1 - away
}

// adoption looks up or computes the adoptions ahead of an account.
func (s *Scorer) adoption(in *AccountInput) *adoptionPath {
	key := adoptionKey{segment: in.Segment, held: min(len(in.Held), development.MaxHeld), quarter: in.quarter(s)}
	for i, g := range s.models.Development.Groups[:min(len(s.models.Development.Groups), maxGroups)] {
		if len(in.Held) > 0 && slices.Contains(in.Held, g.Name) {
			key.has |= 1 << i
		}
	}
	if p, ok := s.adopts[key]; ok {
		return p
	}
	if len(s.adopts) >= maxAdoptions {
		clear(s.adopts)
	}
	p := s.lookAdoption(key)
	s.adopts[key] = p
	return p
}

func (s *Scorer) lookAdoption(key adoptionKey) *adoptionPath {
	p := &adoptionPath{margin: make([]float64, s.grid)}
	m := s.models.Development
	term := s.usualTerm(key.segment)
	for i, g := range m.Groups[:min(len(m.Groups), maxGroups)] {
		margin, known := m.Margin(key.segment, g.Name)
		if key.has&(1<<i) != 0 || !known || margin == 0 {
			continue
		}
		by := m.Path(key.segment, key.held, g.Name, key.quarter, s.grid)
		model, assumed := s.renewalModel(renewal.Cell{Term: renewal.TermClass(term), Group: g.Name})
		runs := running(by, kept(model, term, s.grid))
		for t := range p.margin {
			p.margin[t] += margin * runs[t]
		}
		p.groups = append(p.groups, adoptionChance{margin: margin, by: by, runs: runs})
		p.assumed = p.assumed || assumed
	}
	return p
}

// usualTerm is the term, in months, that a contract newly taken up is expected to have: the mean of the class
// with most of the running contracts, a year where none is known.
func (s *Scorer) usualTerm(segment string) int {
	classes := s.models.Populations.Segments[segment].mixed(s.models.Populations.All).Classes
	term, most := 12, 0.0
	for _, name := range renewal.TermClasses {
		if c := classes[name]; c.Contracts > most {
			term, most = max(int(math.Round(c.Months/c.Contracts)), 1), c.Contracts
		}
	}
	return term
}

// kept is the probability that a contract still runs 0, 1, 2, … months after it began.
func kept(model renewal.Model, term, months int) []float64 {
	out := make([]float64, months)
	reach := 1.0
	for t := range out {
		if t > 0 && t%term == 0 {
			reach *= 1 - min(max(model.Hazard(t/term), 0), 1)
		}
		out[t] = reach
	}
	return out
}

// running is the expected part of each month in which a group runs that is taken up, about in the middle of a
// month, with the probabilities by, and then kept.
func running(by, kept []float64) []float64 {
	out := make([]float64, len(by))
	before := 0.0
	for u, p := range by {
		taken := p - before
		before = p
		out[u] += taken / 2
		for t := u + 1; t < len(out); t++ {
			out[t] += taken * (kept[t-u-1] + kept[t-u]) / 2
		}
	}
	return out
}

// quarter is the quarter of the account's life, from its opening or first order on.
func (in *AccountInput) quarter(s *Scorer) int {
	from := in.FirstOrder
	if in.OpenedOn != 0 && (from == 0 || in.OpenedOn < from) {
		from = in.OpenedOn
	}
	if from == 0 {
		return 1
	}
	return development.QuarterOf(s.asOf.DaysSince(from))
}

// adoptionSpread is mean and variance of the discounted value of the adoptions, and the probability of none.
func (s *Scorer) adoptionSpread(c *sheet) (mean, variance, none float64) {
	none = 1
	for i := range c.path.groups {
		g := &c.path.groups[i]
		value, p, before := 0.0, 0.0, 0.0 // p: adopted while active
		for t := range s.a.HorizonMonths {
			value += c.disc[t] * g.runs[t] * s.active[t]
			p += (g.by[t] - before) * s.active[t]
			before = g.by[t]
		}
		if !(p > 0) {
			continue
		}
		value *= g.margin
		given := value / min(p, 1)
		mean += value
		// the month of adoption is about uniform over the horizon: a third of the square around its mean
		variance += min(p, 1)*given*given*(4.0/3) - value*value
		none *= 1 - min(p, 1)
	}
	return mean, max(variance, 0), none
}
