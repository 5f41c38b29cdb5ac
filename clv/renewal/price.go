package renewal

import (
	"maps"
	"math"
	"slices"

	"gonum.org/v1/gonum/optimize"

	"postlift"
	"postlift/clv/fitting"
)

// FewChanges is the number of contracts with a change below which a model of changes is flagged.
const FewChanges = 30

// maxLogChange bounds one change: prices and quantities that change more than tenfold are another thing being
// sold, or a change of unit.
var maxLogChange = math.Log(10)

// Changes gathers log changes (price at renewals, quantity at its events) by cell and contract. The zero value
// is ready.
type Changes struct {
	cells map[Cell]map[int]*moments // by the number of changes of the contract
	odd   int
}

// moments are those of the mean log change of contracts with equally many changes.
type moments struct {
	contracts, sum, squares float64
}

// Add counts one contract with n changes whose logs add up to logSum; no changes count nothing. Changes of more
// than tenfold on average are counted apart and left out. A sum that is no number is an Invalid fault.
func (c *Changes) Add(cell Cell, n int, logSum float64) error {
	if err := checkChanges(n, logSum); err != nil || n == 0 {
		return err
	}
	mean := logSum / float64(n)
	if math.Abs(mean) > maxLogChange {
		c.odd++
		return nil
	}
	if c.cells == nil {
		c.cells = map[Cell]map[int]*moments{}
	}
	if c.cells[cell] == nil {
		c.cells[cell] = map[int]*moments{}
	}
	m := c.cells[cell][n]
	if m == nil {
		m = &moments{}
		c.cells[cell][n] = m
	}
	m.contracts++
	m.sum += mean
	m.squares += mean * mean
	return nil
}

// checkChanges refuses what cannot be a number of changes with the sum of their logs.
func checkChanges(n int, logSum float64) error {
	if n < 0 || n > maxOpportunity || math.IsNaN(logSum) || math.IsInf(logSum, 0) {
		return postlift.Faultf(postlift.Invalid, "renewal.Changes",
			"%d changes with a log sum of %g: there can be 0 to %d, with a finite sum", n, logSum, maxOpportunity)
	}
	return nil
}

// Shift is a normal-normal model of log changes: a cell's mean is N(Nu, Kappa^2), a contract's mean is normal
// around its cell's with standard deviation Tau, and each change around the contract's with Sigma.
type Shift struct {
	Nu        float64            `json:"nu"`
	Kappa     float64            `json:"kappa"`
	Tau       float64            `json:"tau"`
	Sigma     float64            `json:"sigma"`
	Cells     map[Cell]CellShift `json:"cells,omitempty"`
	Contracts int                `json:"contracts"` // with at least one change
	Changes   int                `json:"changes"`
	Excluded  int                `json:"excluded"` // contracts left out for changes of more than tenfold
	Flags     []string           `json:"flags"`
}

// CellShift is the posterior of a cell's mean log change.
type CellShift struct {
	Mean float64 `json:"mean"`
	Var  float64 `json:"var"`
}

// shiftPrior is what is believed of a kind of change before data: the mean and its standard deviation, and
// medians of the three spreads, each known within a factor e.
type shiftPrior struct {
	nu, nuSD, kappa, tau, sigma float64
}

const minShiftVar = 1e-8 // a spread of 0.01 %: constant changes leave a likelihood without a maximum

// group is what a cell tells: contracts by number of changes.
type group struct {
	cell Cell
	by   []grouped
}

type grouped struct {
	changes float64
	moments
}

// fitShift finds the posterior mode of mean and spreads with the cells' means integrated out, then each cell's
// mean.
func fitShift(c *Changes, prior shiftPrior) Shift {
	groups, s := c.groups()
	s.Flags = []string{}
	if c.odd > 0 {
		s.Flags = append(s.Flags, FlagOddExcluded)
	}
	switch {
	case s.Contracts == 0:
		s.Flags = append(s.Flags, FlagNoChanges, fitting.FlagPriorUsed)
	case s.Contracts < FewChanges:
		s.Flags = append(s.Flags, FlagFewChanges, fitting.FlagPriorUsed)
	}
	start := []float64{prior.nu / prior.nuSD, math.Log(prior.kappa), math.Log(prior.tau), math.Log(prior.sigma)}
	at := slices.Clone(start)
	if s.Contracts > 0 {
		f := shiftObjective(groups, start, prior.nuSD)
		settings := &optimize.Settings{FuncEvaluations: 1500, Converger: &optimize.FunctionConverge{Absolute: 1e-7, Iterations: 40}}
		// Running out of evaluations is no failure: the best point so far is never worse than the prior.
		if res, err := optimize.Minimize(optimize.Problem{Func: f}, start, settings, &optimize.NelderMead{}); res != nil &&
			(err == nil || fitting.AllFinite(res.X)) && res.F <= f(start) {
			at = res.X
		}
	}
	s.Nu, s.Kappa, s.Tau, s.Sigma = at[0]*prior.nuSD, math.Exp(at[1]), math.Exp(at[2]), math.Exp(at[3])
	for _, g := range groups {
		w, mean, _ := g.weigh(s.Tau*s.Tau, s.Sigma*s.Sigma)
		k := 1 / max(s.Kappa*s.Kappa, minShiftVar)
		s.Cells[g.cell] = CellShift{Mean: (k*s.Nu + w*mean) / (k + w), Var: 1 / (k + w)}
	}
	return s
}

// groups lists cells and counts in a fixed order.
func (c *Changes) groups() ([]group, Shift) {
	s := Shift{Excluded: c.odd, Cells: map[Cell]CellShift{}}
	var out []group
	for _, cell := range slices.SortedFunc(maps.Keys(c.cells), compareCells) {
		g := group{cell: cell}
		for _, n := range slices.Sorted(maps.Keys(c.cells[cell])) {
			m := c.cells[cell][n]
			g.by = append(g.by, grouped{float64(n), *m})
			s.Contracts += int(m.contracts)
			s.Changes += int(m.contracts) * n
		}
		out = append(out, g)
	}
	return out, s
}

// weigh gives the precision and the mean that a cell's contracts give its mean, and minus twice the
// log-likelihood around it.
func (g group) weigh(tau2, sigma2 float64) (w, mean, deviance float64) {
	var first, second float64
	for _, b := range g.by {
		v := max(tau2+sigma2/b.changes, minShiftVar)
		w += b.contracts / v
		first += b.sum / v
		second += b.squares / v
		deviance += b.contracts * math.Log(v)
	}
	mean = first / w
	return w, mean, deviance + max(second-w*mean*mean, 0)
}

// shiftObjective is minus the log posterior at (nu by its prior spread, log kappa, log tau, log sigma).
func shiftObjective(groups []group, centre []float64, nuSD float64) func([]float64) float64 {
	return func(x []float64) float64 {
		sum := 0.0
		for i, v := range x {
			d := v - centre[i]
			sum += 0.5 * d * d
		}
		nu, kappa2, tau2, sigma2 := x[0]*nuSD, math.Exp(2*min(x[1], 5)), math.Exp(2*min(x[2], 5)), math.Exp(2*min(x[3], 5))
		for _, g := range groups {
			w, mean, deviance := g.weigh(tau2, sigma2)
			spread := max(kappa2, minShiftVar)
			sum += 0.5 * (deviance + math.Log1p(spread*w) + (mean-nu)*(mean-nu)/(spread+1/w))
		}
		return sum
	}
}

// of is the posterior of one contract's mean log change after n changes that add up to logSum, and the variance
// of a single change around it.
func (s Shift) of(cell Cell, n int, logSum float64) (mean, variance, each float64) {
	mean, variance = s.Nu, s.Kappa*s.Kappa+s.Tau*s.Tau
	if c, ok := s.Cells[cell]; ok {
		mean, variance = c.Mean, c.Var+s.Tau*s.Tau
	}
	each = s.Sigma * s.Sigma
	if n > 0 && variance > 0 && !math.IsNaN(logSum) {
		own := min(max(logSum/float64(n), -maxLogChange), maxLogChange)
		w := float64(n) / max(each, minShiftVar)
		mean, variance = (mean/variance+w*own)/(1/variance+w), 1/(1/variance+w)
	}
	return mean, variance, each
}

// pricePrior: fees change by a few per cent at a renewal, if at all.
var pricePrior = shiftPrior{nu: 0, nuSD: 0.05, kappa: 0.02, tau: 0.02, sigma: 0.05}

// PriceModel is how fees change at renewals: each renewal multiplies the fee by exp(g), g normal around the
// contract's own mean. The zero value changes nothing.
type PriceModel struct {
	Shift
}

// FitPrices fits price changes at renewals, by cell. Few changes leave much to a stated prior: no change on
// average, a few per cent up or down.
func FitPrices(c *Changes) PriceModel { return PriceModel{fitShift(c, pricePrior)} }

// PriceChange is what is expected of one contract's price at renewals.
type PriceChange struct {
	Mean     float64 // of the contract's own mean log change per renewal
	Variance float64 // of that mean: what is not known of it
	Each     float64 // variance of a single change around it
}

// Of is the price change of a contract in a cell that has had n price changes with logs that add up to logSum.
func (p PriceModel) Of(cell Cell, n int, logSum float64) PriceChange {
	m, v, e := p.of(cell, n, logSum)
	return PriceChange{m, v, e}
}

// Factor is the mean and the variance of the fee after k renewals as a multiple of today's: lognormal with log
// mean k Mean and log variance k^2 Variance + k Each.
func (c PriceChange) Factor(k int) (mean, variance float64) {
	n := float64(max(k, 0))
	v := min(n*n*c.Variance+n*c.Each, maxLogVar)
	mean = math.Exp(min(max(n*c.Mean+v/2, -maxLogFactor), maxLogFactor))
	return mean, mean * mean * math.Expm1(v)
}

// Bounds of factors: nobody's fee is expected to grow fiftyfold, and numbers stay finite for any input.
const (
	maxLogFactor = 4.0
	maxLogVar    = 4.0
)
