package clv

import (
	"math"

	"postlift/clv/renewal"
)

// nodeMonths is the distance at which slow changes of a fee are computed; between, they are interpolated.
const nodeMonths = 3

// growth is how one contract's fee is expected to change: by price at renewals, by volume all the time, and
// to nothing where it is broken off within a term.
type growth struct {
	still    bool // nothing changes
	price    renewal.PriceChange
	volume   []float64 // expected factor at multiples of nodeMonths
	variance []float64 // of the volume factor
	stay     []float64 // probability of not having been broken off
	begins   float64   // months until the contract does: nothing changes before

	renewals              int // of the price factor at hand
	priceMean, priceRelSD float64
}

// prepare computes the changes ahead of one contract.
func (g *growth) prepare(m *FeeModels, k *ContractInput, grid int) {
	nodes := grid/nodeMonths + 2
	if len(g.volume) != nodes {
		g.volume, g.variance, g.stay = make([]float64, nodes), make([]float64, nodes), make([]float64, nodes)
	}
	g.still = m.Early.A == 0 && m.Volume.Expansion.A == 0 && m.Volume.Contraction.A == 0 && m.Price.Changes == 0 && m.Price.Nu == 0 && m.Price.Sigma == 0
	g.renewals, g.priceMean, g.priceRelSD = 0, 1, 0
	if g.still {
		return
	}
	g.price = m.Price.Of(cellOf(k), k.PriceRenewals, k.PriceLogSum)
	v := m.Volume.Of(k.ExposureMonths, k.Expansions, max(k.ExpansionLogs, 0), k.Contractions, min(k.ContractionLogs, 0))
	for i := range g.volume {
		t := float64(i * nodeMonths)
		g.volume[i], g.variance[i] = v.Factor(t)
		g.stay[i] = m.Early.Survive(k.ExposureMonths, t)
	}
}

// at gives, after so many renewals and months, the expected factor on today's fee of a contract that still
// runs, its relative standard deviation, and the probability of not having been broken off.
func (g *growth) at(renewals int, months float64) (factor, spread, stay float64) {
	if renewals != g.renewals {
		mean, variance := g.price.Factor(renewals)
		g.renewals, g.priceMean, g.priceRelSD = renewals, mean, math.Sqrt(variance)/mean
	}
	months = max(months-g.begins, 0)
	i := min(int(months/nodeMonths), len(g.volume)-2)
	up := months/nodeMonths - float64(i)
	mean := between(g.volume, i, up)
	volumeRelSD := math.Sqrt(between(g.variance, i, up)) / max(mean, 1e-9)
	return g.priceMean * mean, math.Hypot(g.priceRelSD, volumeRelSD), between(g.stay, i, up)
}

// stays is the probability of not having been broken off after so many months.
func (g *growth) stays(months float64) float64 {
	if g.still {
		return 1
	}
	months = max(months-g.begins, 0)
	i := min(int(months/nodeMonths), len(g.stay)-2)
	return between(g.stay, i, months/nodeMonths-float64(i))
}

func between(v []float64, i int, up float64) float64 { return v[i] + up*(v[i+1]-v[i]) }

// cellOf is the cell of a contract; one without a cell belongs to its term class.
func cellOf(k *ContractInput) renewal.Cell {
	if k.Cell == (renewal.Cell{}) {
		return renewal.Cell{Term: renewal.TermClass(max(k.TermMonths, 1))}
	}
	return k.Cell
}
