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
	x       []float64
	mean    float64 // margin per group, all periods of a programme together
	cells   []cell
	labels  []int32 // of waves: the wave of every place in the cells' order
	out     float64 // share of the margin that the left-out groups have
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
	m := d.windows(p.in.WindowDays)
	oldest := o + m - 1
	members := p.without(d.TopPercent, oldest)
	s := &sample{design: d, x: make([]float64, len(members))}
	if d.Kind == InWaves {
		s.periods = make([][]float64, m)
	} else {
		s.periods = make([][]float64, 1)
	}
	for i := range s.periods {
		s.periods[i] = make([]float64, len(members))
	}
	inside, all := 0.0, 0.0
	for w := oldest; w >= o; w-- {
		row := s.periods[min(oldest-w, len(s.periods)-1)]
		for i, g := range members {
			row[i] += p.y[w][g]
			inside += p.y[w][g]
		}
		for _, v := range p.y[w] {
			all += v
		}
	}
	units := make([]draw.Unit, len(members))
	for i, g := range members {
		s.x[i] = p.x[oldest][g]
		units[i] = draw.Unit{Key: p.in.Groups[g].Key, Value: s.x[i], Segment: p.in.Groups[g].Segment, Pre: s.x[i]}
	}
	if all > 0 {
		s.out = 1 - inside/all
	}
	s.mean = inside / float64(max(len(members), 1)) / float64(len(s.periods))
	s.totals.addAll(s.periods[0], s.x, s.mean)
	return s, s.layOut(units, fmt.Sprintf("planner|%d|%s|%d", p.in.Seed, d.Name(), o))
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

// moments are sums of outcome and covariate over groups. Outcomes are taken less center, the mean of all,
// so that squares do not swallow digits.
type moments struct {
	n, y, x, yy, xx, xy float64
	center, xCenter     float64
}

func (m *moments) addAll(y, x []float64, center float64) {
	m.center = center
	for _, v := range x {
		m.xCenter += v / float64(len(x))
	}
	for i := range y {
		m.add(y[i]-m.center, x[i]-m.xCenter)
	}
}

func (m *moments) add(y, x float64) {
	m.n++
	m.y += y
	m.x += x
	m.yy += y * y
	m.xx += x * x
	m.xy += x * y
}

// less is what remains of all when part is taken away.
func (m moments) less(part moments) moments {
	m.n -= part.n
	m.y -= part.y
	m.x -= part.x
	m.yy -= part.yy
	m.xx -= part.xx
	m.xy -= part.xy
	return m
}

func (m moments) joint() experiment.Joint {
	j := experiment.JointFromSums(m.n, m.y, m.yy, m.x, m.xx, m.xy)
	j.Post.Mean += m.center
	j.Pre.Mean += m.xCenter
	return j
}
