package clv

import (
	"slices"

	"postlift/clv/development"
)

// adoptionKey is all that the adoptions of an account depend on. Groups beyond the 64th are left out.
type adoptionKey struct {
	segment       string
	held, quarter int
	has           uint64 // groups it has, by their place among the contractual ones
}

// adoptionPath is what groups not yet held are expected to bring.
type adoptionPath struct {
	margin []float64 // expected margin of each month, minor units
	groups []adoptionChance
}

// adoptionChance is one group's part of an adoption path.
type adoptionChance struct {
	margin float64   // a month once adopted
	by     []float64 // probability of having adopted, by month
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
	for t := range s.grid {
		s.active[t] = s.activeIn(c, t)
		m := path.margin[t] * s.active[t]
		s.adopted[t] = m
		c.expand += c.disc[t] * m
		if t < 12 {
			c.margin += m
		}
		c.windowed += m * s.window[t]
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
	for i, g := range m.Groups[:min(len(m.Groups), maxGroups)] {
		margin, known := m.Margin(key.segment, g.Name)
		if key.has&(1<<i) != 0 || !known || margin == 0 {
			continue
		}
		by := m.Path(key.segment, key.held, g.Name, key.quarter, s.grid)
		for t := range p.margin {
			p.margin[t] += margin * by[t]
		}
		p.groups = append(p.groups, adoptionChance{margin: margin, by: by})
	}
	return p
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
			value += c.disc[t] * g.by[t] * s.active[t]
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
