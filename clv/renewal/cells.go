package renewal

import (
	"maps"
	"math"
	"slices"

	"postlift/clv/fitting"
)

// Flags of a cell's renewal model.
const (
	FlagCellPooled = "renewal_cell_pooled"      // mostly what other cells of the term class say: few own decisions
	FlagCellUnseen = "renewal_cell_unseen"      // no decision in this cell: the term class, or all contracts, speak for it
	FlagOneOutcome = "renewal_one_outcome"      // all its decisions went the same way: only pooling or a prior gives a rate
	FlagNoRenewals = "renewal_nothing_observed" // no renewal decision at all: a stated prior
)

// Levels of a renewal model.
const (
	LevelCell  = "cell"
	LevelClass = "class"
	LevelAll   = "all"
	LevelPrior = "prior" // nothing was observed
)

// Info says what a cell's model rests on.
type Info struct {
	Level     string   `json:"level"`     // whose model answers: LevelCell, LevelClass, LevelAll or LevelPrior
	Decisions int      `json:"decisions"` // renewal decisions of that level
	Ended     int      `json:"ended"`     // of them for an end
	OwnShare  float64  `json:"own_share"` // weight of the level's own decisions in its first hazard, 0 to 1
	Flags     []string `json:"flags"`
}

// CellModel is the fitted model of a cell, of a term class or of all contracts. It is kept as unbounded
// parameters so that a stored fit gives the same model to the last bit.
type CellModel struct {
	Info
	Name   string             `json:"model"`
	Params map[string]float64 `json:"params"`        // for readers
	Theta  []float64          `json:"theta"`         // logit mu, log omega, log c
	Cov    []float64          `json:"cov,omitempty"` // their covariance, row by row; absent where unknown
}

// Pool is how a term class's cells are spread: logit mu ~ N(Mean[0], SD[0]^2), log omega ~ N(Mean[1], SD[1]^2).
// C is the shape that they share: 1 for sBG cells, another for a class whose chosen model is the BdW.
type Pool struct {
	Cells int        `json:"cells"`
	Mean  [2]float64 `json:"mean"`
	SD    [2]float64 `json:"sd"`
	C     float64    `json:"c"`
}

// Cells are the renewal models of a portfolio: one for each cell, pooled within its term class by empirical
// Bayes, one for each class and one for all. The zero value answers with a stated prior.
type Cells struct {
	All     *CellModel           `json:"all,omitempty"`
	Classes map[string]CellModel `json:"classes,omitempty"` // by term class
	Cells   map[Cell]CellModel   `json:"cells,omitempty"`
	Pools   map[string]Pool      `json:"pools,omitempty"` // by term class

	byCell map[Cell]answer // made once, so that scoring asks with a look-up
	byTerm map[string]answer
	whole  answer
}

// FitCells fits one renewal model for each cell. Cells of a term class are drawn towards one another: logit mu
// and log omega are normal around the class's means, with means and spreads at the maximum of the Laplace
// marginal likelihood, the class's means around those of all contracts. Where a class shows duration dependence
// (its chosen model is the BdW), its cells share its shape. A class and all contracts together get the model that Choose takes, for cells never seen. A table that is broken is an Invalid fault, and so
// are tables without a single decision.
func FitCells(tables map[Cell]*Table) (Cells, error) {
	var all Table
	classes, members := map[string]*Table{}, map[string][]Cell{}
	for _, cell := range slices.SortedFunc(maps.Keys(tables), compareCells) {
		t := tables[cell]
		if t == nil {
			continue
		}
		if err := t.check(); err != nil {
			return Cells{}, err
		}
		if e, r := t.Totals(); e+r == 0 {
			continue
		}
		class := cell.Term
		if classes[class] == nil {
			classes[class] = &Table{}
		}
		classes[class].Merge(t)
		all.Merge(t)
		members[class] = append(members[class], cell)
	}
	whole, err := Choose(&all)
	if err != nil {
		return Cells{}, err
	}
	out := Cells{All: new(CellModel), Classes: map[string]CellModel{}, Cells: map[Cell]CellModel{}, Pools: map[string]Pool{}}
	*out.All = groupModel(whole.Chosen(), LevelAll, &all)
	centre := centreOf(whole)
	for class, t := range classes {
		shaped, err := out.addClass(class, t, centre)
		if err != nil {
			return Cells{}, err
		}
		out.addCells(class, members[class], tables, origin{centre: centre}, shaped)
	}
	out.index()
	return out, nil
}

// centreOf is the sBG of all contracts on the unbounded scale, log omega kept where cells can still move it.
func centreOf(c Choice) [2]float64 {
	m, ok := c.Fits[1].Model.(SBG)
	if !ok || m.Omega == 0 {
		mu := c.Fits[0].at.theta[0]
		return [2]float64{mu, math.Log(0.05)}
	}
	theta := c.Fits[1].at.theta
	return [2]float64{theta[0], min(max(theta[1], math.Log(0.02)), math.Log(5))}
}

// A class's own model is chosen freely from this many decisions, of which so many for an end; below, it is
// drawn towards all contracts.
const (
	classDecisions = 50
	classEnded     = 5
)

// origin is what the cells of a class start from: the centre of their means, and the class's shape.
type origin struct {
	centre        [2]float64
	logC, logCVar float64 // 0 without duration dependence
}

// addClass gives a term class its model and, where that is a BdW, tells its shape.
func (c *Cells) addClass(class string, t *Table, centre [2]float64) (origin, error) {
	ended, renewed := t.Totals()
	if ended < classEnded || renewed == 0 || ended+renewed < classDecisions {
		u := newUnit(t, centre, 0)
		around := pool{mean: centre, sd: [2]float64{classSD, classSD}}
		u.settle(&around)
		c.Classes[class] = u.cellModel(LevelClass, t, around, 0)
		return origin{centre: centre}, nil
	}
	choice, err := Choose(t)
	if err != nil {
		return origin{}, err
	}
	f := choice.Chosen()
	c.Classes[class] = groupModel(f, LevelClass, t)
	if f.Model.Name() != ModelBdW {
		return origin{centre: centre}, nil
	}
	o := origin{centre: [2]float64{f.at.theta[0], f.at.theta[1]}, logC: f.at.theta[2]}
	if len(f.at.cov) == 9 {
		o.logCVar = f.at.cov[8]
	}
	return o, nil
}

// addCells pools the cells of a class. A mixture of unlike sBG cells can look like duration dependence, so the
// class's shape must also raise the cells' marginal likelihood by more than Schwarz's criterion asks of one
// parameter.
func (c *Cells) addCells(class string, cells []Cell, tables map[Cell]*Table, plain, shaped origin) {
	units, p, best := pooled(cells, tables, plain)
	logCVar := 0.0
	if shaped.logC != 0 {
		if u, q, value := pooled(cells, tables, shaped); value > best+0.5*math.Log(float64(c.Classes[class].Decisions)) {
			units, p, logCVar = u, q, shaped.logCVar
		}
	}
	for i, cell := range cells {
		c.Cells[cell] = units[i].cellModel(LevelCell, tables[cell], p, logCVar)
	}
	c.Pools[class] = Pool{Cells: len(cells), Mean: p.mean, SD: p.sd, C: math.Exp(units[0].logC)}
}

// pooled fits a pool to cells from an origin.
func pooled(cells []Cell, tables map[Cell]*Table, o origin) ([]*unit, pool, float64) {
	units := make([]*unit, len(cells))
	for i, cell := range cells {
		units[i] = newUnit(tables[cell], o.centre, o.logC)
	}
	p, value := fitPool(units, o.centre)
	return units, p, value
}

// groupModel keeps a fit of a class or of all contracts.
func groupModel(f Fitted, level string, t *Table) CellModel {
	ended, renewed := t.Totals()
	return CellModel{Info: Info{Level: level, Decisions: ended + renewed, Ended: ended, OwnShare: 1, Flags: fitting.Listed(f.Flags)},
		Name: f.Model.Name(), Params: fitting.ParamMap(f.Model.Params()), Theta: f.at.theta, Cov: f.at.cov}
}

// cellModel keeps a pooled cell.
func (u *unit) cellModel(level string, t *Table, p pool, logCVar float64) CellModel {
	ended, renewed := t.Totals()
	own := min(max(1-u.cov[0]/(p.sd[0]*p.sd[0]), 0), 1)
	flags := []string{}
	if ended+renewed < fitting.FewAccounts {
		flags = append(flags, fitting.FlagFewAccounts)
	}
	if own < 0.5 {
		flags = append(flags, FlagCellPooled)
	}
	if ended == 0 || renewed == 0 {
		flags = append(flags, FlagOneOutcome)
	}
	name, theta, v := ModelSBG, u.theta[:], u.covariance(p)
	cov := []float64{v[0], v[1], v[1], v[2]}
	if u.logC != 0 {
		name, theta = ModelBdW, append(theta, u.logC)
		cov = []float64{v[0], v[1], 0, v[1], v[2], 0, 0, 0, logCVar}
	}
	return CellModel{Info: Info{Level: level, Decisions: ended + renewed, Ended: ended, OwnShare: own, Flags: flags},
		Name: name, Params: fitting.ParamMap(modelAt(name, theta).Params()), Theta: theta, Cov: cov}
}
