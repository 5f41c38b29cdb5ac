package planner

import (
	"fmt"
	"slices"

	"postlift/campaigns/draw"
	"postlift/campaigns/experiment"
)

// sample is one stretch of the past on which a design is tried: the groups that are measured, their margin
// in every period and in the year before the first, and how the design lays them out.
type sample struct {
	design  Design
	periods [][]float64 // by period, the oldest first, and group; one period but for waves
	fixed   [][]float64 // the same of what no lift changes; nil: nothing is fixed
	x       []float64
	mean    float64   // margin per group, all periods of a programme together
	open    []float64 // by period: margin per group that a lift changes
	cells   []cell
	labels  []int32 // of waves: the wave of every place in the cells' order
	out     float64 // share of the margin that a lift changes which the left-out groups have
	totals  moments
}

// cell is a stratum, or a block, with the share that it holds out.
type cell struct {
	name  string
	share float64
	at    []int32 // groups
	from  int     // of waves: place of its first label
}

// newSample lays a design out on the run of windows that ends with window o. Strata of value are formed
// by the margin before the run, not by today's value, which already knows what the run brought.
func newSample(p *past, d Design, o int) (*sample, error) {
	m := d.Windows(p.in.WindowDays)
	oldest := o + m - 1
	members := p.without(d.TopPercent, oldest)
	s := &sample{design: d, x: make([]float64, len(members))}
	s.addWindows(p, members, o, oldest)
	units := make([]draw.Unit, len(members))
	for i, g := range members {
		s.x[i] = p.x[oldest][g]
		units[i] = draw.Unit{Key: p.in.Groups[g].Key, Value: s.x[i], Segment: p.in.Groups[g].Segment, Pre: s.x[i]}
	}
	var fixed []float64
	if s.fixed != nil {
		fixed = s.fixed[0]
	}
	s.totals.addAll(s.periods[0], fixed, s.x, s.mean)
	return s, s.layOut(units, fmt.Sprintf("planner|%d|%s|%d", p.in.Seed, d.Name(), o))
}

// addWindows sums the windows from o to the oldest up into the design's periods.
func (s *sample) addWindows(p *past, members []int, o, oldest int) {
	periods, n := 1, len(members)
	if s.design.Kind == InWaves {
		periods = oldest - o + 1
	}
	s.periods, s.open = rows(periods, n), make([]float64, periods)
	if p.fees {
		s.fixed = rows(periods, n)
	}
	total, all := 0.0, 0.0
	for w := oldest; w >= o; w-- {
		at := min(oldest-w, periods-1)
		for i, g := range members {
			y, fixed := p.y[w][g], p.agreed[w][g]
			s.periods[at][i] += y
			if s.fixed != nil {
				s.fixed[at][i] += fixed
			}
			total += y
			s.open[at] += y - fixed
		}
		for g, y := range p.y[w] {
			all += y - p.agreed[w][g]
		}
	}
	inside := 0.0
	for at := range s.open {
		inside += s.open[at]
		s.open[at] /= float64(max(n, 1))
	}
	if all > 0 {
		s.out = 1 - inside/all
	}
	s.mean = total / float64(max(n, 1)) / float64(periods)
}

func rows(count, n int) [][]float64 {
	r := make([][]float64, count)
	for i := range r {
		r[i] = make([]float64, n)
	}
	return r
}

// lifted is the margin per group that a lift changes, on average over the periods.
func (s *sample) lifted() float64 {
	sum := 0.0
	for _, v := range s.open {
		sum += v
	}
	return sum / float64(len(s.open))
}

// fixedOf is what no lift changes of a group's margin in a period.
func (s *sample) fixedOf(period int, at int32) float64 {
	if s.fixed == nil {
		return 0
	}
	return s.fixed[period][at]
}

// layOut has the campaign's own draw form strata, blocks or waves once; the simulation then draws anew
// within them.
func (s *sample) layOut(units []draw.Unit, salt string) error {
	r := draw.Request{Salt: salt, Design: draw.Strata, Share: s.design.Share}
	switch s.design.Kind {
	case Pairs, Programme:
		r = draw.Request{Salt: salt, Design: draw.Blocks, Block: s.design.block()}
	case InWaves:
		r = draw.Request{Salt: salt, Design: draw.Waves, Waves: s.design.Waves}
	}
	arms, _, err := draw.Assign(units, r)
	if err != nil {
		return fmt.Errorf("planner: %s: %w", s.design.Name(), err)
	}
	index := map[string]int{}
	for i, a := range arms {
		c, known := index[a.Stratum]
		if !known {
			c = len(s.cells)
			index[a.Stratum] = c
			s.cells = append(s.cells, cell{name: a.Stratum, share: 1 - a.Propensity})
		}
		s.cells[c].at = append(s.cells[c].at, int32(i))
	}
	for c := range s.cells {
		s.cells[c].from = len(s.labels)
		for _, i := range s.cells[c].at {
			s.labels = append(s.labels, int32(arms[i].Wave))
		}
	}
	if s.design.Kind == Pairs || s.design.Kind == Programme { // groups that are left over are not compared
		s.cells = slices.DeleteFunc(s.cells, func(c cell) bool { return len(c.at) != s.design.block() })
	}
	return nil
}

// groups is how many groups are compared.
func (s *sample) groups() int {
	n := 0
	for _, c := range s.cells {
		n += len(c.at)
	}
	return n
}

// moments are sums of outcome, its fixed part and the covariate over groups. Each is taken less the mean of all, so
// that squares do not swallow digits.
type moments struct {
	n, y, x, yy, xx, xy            float64
	f, ff, fy, fx                  float64
	center, fixedCenter, preCenter float64
}

func (m *moments) addAll(y, fixed, x []float64, center float64) {
	m.center = center
	for i, v := range x {
		m.preCenter += v / float64(len(x))
		if fixed != nil {
			m.fixedCenter += fixed[i] / float64(len(x))
		}
	}
	for i := range y {
		f := 0.0
		if fixed != nil {
			f = fixed[i]
		}
		m.add(y[i], f, x[i])
	}
}

// add takes one group as it is.
func (m *moments) add(y, fixed, x float64) { m.addTimes(1, y, fixed, x) }

// addTimes takes a group that comes k times.
func (m *moments) addTimes(k, y, fixed, x float64) {
	y, fixed, x = y-m.center, fixed-m.fixedCenter, x-m.preCenter
	m.n += k
	m.y += k * y
	m.x += k * x
	m.yy += k * y * y
	m.xx += k * x * x
	m.xy += k * x * y
	if fixed == 0 {
		return
	}
	m.f += k * fixed
	m.ff += k * fixed * fixed
	m.fy += k * fixed * y
	m.fx += k * fixed * x
}

// empty are no groups around the same centres.
func (m moments) empty() moments {
	return moments{center: m.center, fixedCenter: m.fixedCenter, preCenter: m.preCenter}
}

// less is what remains of all when part is taken away.
func (m moments) less(part moments) moments {
	m.n -= part.n
	m.y -= part.y
	m.x -= part.x
	m.yy -= part.yy
	m.xx -= part.xx
	m.xy -= part.xy
	m.f -= part.f
	m.ff -= part.ff
	m.fy -= part.fy
	m.fx -= part.fx
	return m
}

// joint is the sample had every outcome y been y + lift (y - fixed).
func (m moments) joint(lift float64) experiment.Joint {
	k := 1 + lift
	y := k*m.y - lift*m.f
	yy := k*k*m.yy - 2*k*lift*m.fy + lift*lift*m.ff
	xy := k*m.xy - lift*m.fx
	j := experiment.JointFromSums(m.n, y, yy, m.x, m.xx, xy)
	j.Post.Mean += k*m.center - lift*m.fixedCenter
	j.Pre.Mean += m.preCenter
	return j
}
