package planner

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// past are the audience's past windows made ready for the simulation: those that can stand for the window
// to come, brought to the plan's expectation.
type past struct {
	in     *Input
	usable []bool
	y      [][]float64 // by window and group: margin
	agreed [][]float64 // by window and group: of it, what no lift changes
	fees   bool        // anything is
	x      [][]float64 // by window and group: margin of the year before
	factor []float64   // by window: expected over past margin that a letter can raise, 1 where it was left as it is
	early  int         // windows left out because they begin before the data
	empty  int         // windows left out because the audience hardly bought in them
}

const (
	// tolerated is how far a window's margin may lie from the plan's expectation and still be taken as it is.
	tolerated = .1
	// unlike is the share of the expected margin below which a window is not taken: an audience that was
	// selected for having bought nothing of late has such windows by its selection.
	unlike = .5
)

// prepare settles which windows are used. Where the plan expects less than a window brought, orders are
// thinned out one by one at random; where it expects more, margins are scaled up. Agreed fees stay.
func prepare(in *Input) *past {
	k := len(in.WindowsFrom)
	p := &past{in: in, usable: make([]bool, k), y: make([][]float64, k), agreed: make([][]float64, k), x: make([][]float64, k), factor: make([]float64, k)}
	expected := 0.0
	for i := range in.Groups {
		expected += in.Groups[i].Baseline
	}
	open := make([]float64, k)
	for i := range in.Groups {
		for w, o := range in.Groups[i].Past {
			open[w] += o.Margin - o.Agreed
			p.fees = p.fees || o.Agreed != 0
		}
	}
	p.choose(open, expected)
	for w := range k {
		if p.usable[w] {
			p.fill(w, expected, open[w])
		}
	}
	return p
}

// choose marks the windows that are used; where every one is unlike the plan's expectation, those that
// have any margin are better than none.
func (p *past) choose(open []float64, expected float64) {
	var alike []int
	for w, from := range p.in.WindowsFrom {
		switch {
		case !p.in.DataFrom.IsZero() && from < p.in.DataFrom:
			p.early++
		case open[w] <= 0 || open[w] < unlike*expected:
			p.empty++
		default:
			alike = append(alike, w)
		}
	}
	for _, w := range alike {
		p.usable[w] = true
	}
	if len(alike) > 0 {
		return
	}
	for w, from := range p.in.WindowsFrom {
		if open[w] > 0 && (p.in.DataFrom.IsZero() || from >= p.in.DataFrom) {
			p.usable[w] = true
			p.empty--
		}
	}
}

func (p *past) fill(w int, expected, open float64) {
	n := len(p.in.Groups)
	p.y[w], p.agreed[w], p.x[w], p.factor[w] = make([]float64, n), make([]float64, n), make([]float64, n), 1
	factor := 1.0
	if wanted := expected / open; expected > 0 && open > 0 && math.Abs(wanted-1) > tolerated {
		factor, p.factor[w] = wanted, wanted
	}
	rng := rand.New(rand.NewPCG(p.in.Seed, uint64(w)+0x9a57))
	for i := range p.in.Groups {
		o := &p.in.Groups[i].Past[w]
		p.y[w][i] = o.Agreed + (o.Margin-o.Agreed)*kept(rng, o.Orders, factor)
		p.agreed[w][i], p.x[w][i] = o.Agreed, o.Pre
	}
}

// kept is the share of a window's orders that a factor leaves: above 1 the factor itself, below 1 what a
// coin for each order leaves.
func kept(rng *rand.Rand, orders int, factor float64) float64 {
	if factor >= 1 {
		return factor
	}
	n, k := max(orders, 1), 0
	for range n {
		if rng.Float64() < factor {
			k++
		}
	}
	return float64(k) / float64(n)
}

// runs lists the first (oldest) windows of every run of m usable windows in a row, the latest run first;
// window o+m-1 is the oldest of a run that ends with o.
func (p *past) runs(m int) []int {
	var ends []int
	for o := 0; o+m <= len(p.usable); o++ {
		if !slices.Contains(p.usable[o:o+m], false) {
			ends = append(ends, o)
		}
	}
	return ends
}

// without gives the groups left when the top per cent by margin before window w are taken out, in their
// order. At least one group is taken out of any base where the share is above zero.
func (p *past) without(topPercent float64, w int) []int {
	n := len(p.in.Groups)
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	out := int(math.Ceil(topPercent*float64(n)/100 - 1e-9))
	if out <= 0 {
		return order
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(p.x[w][b], p.x[w][a]), cmp.Compare(p.in.Groups[a].Key, p.in.Groups[b].Key))
	})
	order = order[min(out, n):]
	slices.Sort(order)
	return order
}
