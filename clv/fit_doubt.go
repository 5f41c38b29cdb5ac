package clv

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"postlift/clv/purchase"
	"postlift/clv/renewal"
	"postlift/clv/spend"
)

const (
	doubtDraws  = 60 // parameter draws; the standard deviation of a spread of 60 draws is 9 % of it
	doubtWeeks  = 156.0
	strataAges  = 3 // histories that stand for a band of frequencies
	maxDoubt    = 1.5
	renewalLook = 5 // renewals ahead
)

// doubtBands are the frequencies from which the doubt about orders is computed apart.
var doubtBands = []int{0, 1, 2, 4, 8, 16, 32}

// doubt computes how far expected values move over draws of the parameters: for a few histories of each
// frequency, for their sum, and for each renewal cell.
func (f *fitter) doubt() {
	if f.orders != nil {
		f.doubtOrders()
	}
	if f.out.RenewalCells != nil {
		f.doubtRenewals()
	}
}

// stratum is a history that stands for many.
type stratum struct {
	known
	weight float64 // customers it stands for
	band   int     // index into doubtBands
}

// known is a history with what its levels say, in the terms of the order model's effects; nil: no levels.
type known struct {
	purchase.Counted
	values []float64
}

// learnedFrom lists the histories behind the order model.
func (f *fitter) learnedFrom() []known {
	var out []known
	if f.out.OrdersBy == nil {
		for _, r := range f.rows {
			out = append(out, known{Counted: r})
		}
		return out
	}
	for _, p := range f.p.levels.Patterns(f.out.OrdersBy.Design) {
		for _, r := range p.Rows {
			out = append(out, known{r, p.Values})
		}
	}
	return out
}

// orderDraws gives functions that predict with other parameters that the data allow.
func (f *fitter) orderDraws() (out []func(k known) float64) {
	expect := func(m purchase.Model, k known) float64 {
		return purchase.ExpectedOrders(m, k.X, k.TX, k.T, doubtWeeks)
	}
	if f.out.OrdersBy != nil {
		for _, d := range f.out.OrdersBy.Draws(doubtDraws, f.choice.Rand) {
			out = append(out, func(k known) float64 { return expect(d.Fit.At(k.values), k) })
		}
		return out
	}
	for _, m := range f.orders.Draws(doubtDraws, f.choice.Rand) {
		out = append(out, func(k known) float64 { return expect(m, k) })
	}
	return out
}

// strata picks from each band of frequencies the histories at the middle of equal shares of its customers.
func strata(rows []known) []stratum {
	byBand := make([][]known, len(doubtBands))
	for _, r := range rows {
		b := len(doubtBands) - 1
		for b > 0 && r.X < doubtBands[b] {
			b--
		}
		byBand[b] = append(byBand[b], r)
	}
	var out []stratum
	for b, rows := range byBand {
		slices.SortFunc(rows, func(a, c known) int {
			return cmp.Or(cmp.Compare(a.T, c.T), cmp.Compare(a.TX, c.TX), cmp.Compare(a.X, c.X), slices.Compare(a.values, c.values))
		})
		total := 0
		for _, r := range rows {
			total += r.N
		}
		for i := range strataAges {
			if r, ok := atShare(rows, float64(total)*(float64(i)+.5)/strataAges); ok {
				out = append(out, stratum{r, float64(total) / strataAges, b})
			}
		}
	}
	return out
}

// atShare is the row in which so many customers have been counted.
func atShare(rows []known, want float64) (known, bool) {
	seen := 0.0
	for _, r := range rows {
		if seen += float64(r.N); seen >= want {
			return r, true
		}
	}
	return known{}, false
}

func (f *fitter) doubtOrders() {
	orders := f.orderDraws()
	var spends []spend.Model
	if f.spend != nil {
		spends = f.spends(doubtDraws, f.choice.Rand)
	}
	if len(orders) == 0 {
		return
	}
	picked := strata(f.learnedFrom())
	bands := make([][]float64, len(doubtBands))
	for b := range bands {
		bands[b] = make([]float64, len(orders))
	}
	total := make([]float64, len(orders))
	typical := f.typicalSpend()
	for d, expected := range orders {
		for _, s := range picked {
			v := s.weight * expected(s.known)
			if len(spends) > 0 {
				o := typical
				o.X = max(s.X, 1)
				v *= spends[d%len(spends)].MeanSpend(o)
			}
			bands[s.band][d] += v
			total[d] += v
		}
	}
	for b, values := range bands {
		if sd, ok := logSD(values); ok {
			f.out.Doubt.Orders = append(f.out.Doubt.Orders, OrderDoubt{From: doubtBands[b], LogSD: sd})
		}
	}
	f.out.Doubt.Total, _ = logSD(total)
}

// typicalSpend is an observation at the geometric middle of all, for which draws of the spend model are
// compared.
func (f *fitter) typicalSpend() spend.Observation {
	if len(f.p.Spend) == 0 {
		return spend.Observation{}
	}
	sum := 0.0
	for _, o := range f.p.Spend {
		sum += math.Log(o.M)
	}
	mean := sum / float64(len(f.p.Spend))
	return spend.Observation{M: math.Exp(mean), LogMean: mean, Logs: true}
}

// logSD is the standard deviation of the logs of positive values, bounded; false without values.
func logSD(values []float64) (float64, bool) {
	var sum, square, n float64
	for _, v := range values {
		if !(v > 0) || math.IsInf(v, 0) {
			continue
		}
		l := math.Log(v)
		sum, square, n = sum+l, square+l*l, n+1
	}
	if n < 2 {
		return 0, false
	}
	mean := sum / n
	return min(math.Sqrt(max(square/n-mean*mean, 0)), maxDoubt), true
}

// doubtRenewals looks some renewals ahead in each cell.
func (f *fitter) doubtRenewals() {
	cells := f.out.RenewalCells
	look := map[renewal.Cell]bool{{}: true}
	for cell := range cells.Cells {
		look[cell] = true
		look[renewal.Cell{Term: cell.Term}] = true
	}
	for _, cell := range slices.SortedFunc(maps.Keys(look), func(a, b renewal.Cell) int {
		return cmp.Or(cmp.Compare(a.Term, b.Term), cmp.Compare(a.Group, b.Group), cmp.Compare(a.Size, b.Size))
	}) {
		values := []float64{}
		for _, m := range cells.Draws(cell, doubtDraws, f.choice.Rand) {
			values = append(values, renewalsAhead(m))
		}
		sd, _ := logSD(values)
		f.out.Doubt.Renewals = append(f.out.Doubt.Renewals, RenewalDoubt{Cell: cell, LogSD: sd})
		if cell == (renewal.Cell{}) {
			f.out.Doubt.Renewed = sd
		}
	}
}

// renewalsAhead is the expected number of renewals out of the next few of a contract after its first term.
func renewalsAhead(m renewal.Model) float64 {
	sum := 0.0
	for k := 1; k <= renewalLook; k++ {
		sum += renewal.Survive(m, 1, k)
	}
	return sum
}
