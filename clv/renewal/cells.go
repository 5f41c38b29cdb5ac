package renewal

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"postlift"
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
type Pool struct {
	Cells int        `json:"cells"`
	Mean  [2]float64 `json:"mean"`
	SD    [2]float64 `json:"sd"`
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
// marginal likelihood, the class's means around those of all contracts. A class and all contracts together
// get the model that Choose takes, for cells never seen. A table that is broken is an Invalid fault, and so
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
		if err := out.addClass(class, t, centre); err != nil {
			return Cells{}, err
		}
		out.addCells(class, members[class], tables, centre)
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

// addClass gives a term class its model.
func (c *Cells) addClass(class string, t *Table, centre [2]float64) error {
	ended, renewed := t.Totals()
	if ended >= classEnded && renewed > 0 && ended+renewed >= classDecisions {
		choice, err := Choose(t)
		if err != nil {
			return err
		}
		c.Classes[class] = groupModel(choice.Chosen(), LevelClass, t)
		return nil
	}
	u := newUnit(t, centre)
	around := pool{mean: centre, sd: [2]float64{classSD, classSD}}
	u.settle(&around)
	c.Classes[class] = u.cellModel(LevelClass, t, around)
	return nil
}

// addCells pools the cells of a class.
func (c *Cells) addCells(class string, cells []Cell, tables map[Cell]*Table, centre [2]float64) {
	units := make([]*unit, len(cells))
	for i, cell := range cells {
		units[i] = newUnit(tables[cell], centre)
	}
	p := fitPool(units, centre)
	for i, cell := range cells {
		c.Cells[cell] = units[i].cellModel(LevelCell, tables[cell], p)
	}
	c.Pools[class] = Pool{Cells: len(cells), Mean: p.mean, SD: p.sd}
}

// groupModel keeps a fit of a class or of all contracts.
func groupModel(f Fitted, level string, t *Table) CellModel {
	ended, renewed := t.Totals()
	return CellModel{Info: Info{Level: level, Decisions: ended + renewed, Ended: ended, OwnShare: 1, Flags: fitting.Listed(f.Flags)},
		Name: f.Model.Name(), Params: fitting.ParamMap(f.Model.Params()), Theta: f.at.theta, Cov: f.at.cov}
}

// cellModel keeps a pooled cell.
func (u *unit) cellModel(level string, t *Table, p pool) CellModel {
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
	theta := []float64{u.theta[0], u.theta[1]}
	return CellModel{Info: Info{Level: level, Decisions: ended + renewed, Ended: ended, OwnShare: own, Flags: flags},
		Name: ModelSBG, Params: fitting.ParamMap(modelAt(ModelSBG, theta).Params()), Theta: theta,
		Cov: []float64{u.cov[0], u.cov[1], u.cov[1], u.cov[2]}}
}

// draws gives k models from the normal approximation of a stored model.
func (m CellModel) draws(k int, rng *rand.Rand) []Model {
	return laplace{theta: m.Theta, cov: m.Cov}.draws(m.Name, k, rng)
}

// answer is what Cells.Model gives.
type answer struct {
	model Model
	info  Info
}

// index makes all answers.
func (c *Cells) index() {
	c.byCell, c.byTerm = make(map[Cell]answer, len(c.Cells)), make(map[string]answer, len(c.Classes))
	for cell, m := range c.Cells {
		c.byCell[cell] = answer{modelAt(m.Name, m.Theta), m.Info}
	}
	for term, m := range c.Classes {
		c.byTerm[term] = answer{modelAt(m.Name, m.Theta), unseen(m.Info)}
	}
	if c.All != nil {
		c.whole = answer{modelAt(c.All.Name, c.All.Theta), unseen(c.All.Info)}
	}
}

// unseen is the info of a model that answers for a cell without decisions.
func unseen(i Info) Info {
	i.Flags = append(slices.Clone(i.Flags), FlagCellUnseen)
	return i
}

// noRenewals answers where nothing was observed: the centre of the weak prior.
var noRenewals = answer{modelAt(ModelSBG, renewalCentre), Info{Level: LevelPrior, Flags: []string{FlagNoRenewals, fitting.FlagPriorUsed}}}

// Model is the renewal model of a cell: its own, else its term class's, else that of all contracts, else a
// stated prior; Info says which. Info's flags are shared and not to be changed.
func (c Cells) Model(cell Cell) (Model, Info) {
	a, ok := c.byCell[cell]
	if !ok {
		a, ok = c.byTerm[cell.Term]
	}
	if !ok && c.All != nil {
		a, ok = c.whole, true
	}
	if !ok {
		a = noRenewals
	}
	return a.model, a.info
}

// Draws gives k models of a cell drawn from the normal approximation of its posterior, from the same level
// that Model answers from.
func (c Cells) Draws(cell Cell, k int, rng *rand.Rand) []Model {
	if m, ok := c.Cells[cell]; ok {
		return m.draws(k, rng)
	}
	if m, ok := c.Classes[cell.Term]; ok {
		return m.draws(k, rng)
	}
	if c.All != nil {
		return c.All.draws(k, rng)
	}
	v := renewalSD * renewalSD
	return laplace{theta: renewalCentre, cov: []float64{v, 0, 0, v}}.draws(ModelSBG, k, rng)
}

// UnmarshalJSON reads a stored fit and refuses parameters that make no model.
func (c *Cells) UnmarshalJSON(data []byte) error {
	type plain Cells
	var p plain
	if err := json.Unmarshal(data, &p); err != nil {
		return postlift.Wrap("renewal.Cells", "stored renewal models cannot be read", err)
	}
	out := Cells(p)
	if out.All != nil && !out.All.sound() {
		return unsound("all contracts")
	}
	for term, m := range out.Classes {
		if !m.sound() {
			return unsound("term class " + term)
		}
	}
	for cell, m := range out.Cells {
		if !m.sound() {
			return unsound(fmt.Sprintf("cell %+v", cell))
		}
	}
	out.index()
	*c = out
	return nil
}

// sound tells that the parameters make a model.
func (m CellModel) sound() bool {
	want := freedom(m.Name)
	n := len(m.Theta)
	ok := want > 0 && (n == want || m.Name == ModelSBG && n == 1) && (m.Cov == nil || len(m.Cov) == n*n)
	for _, v := range m.Theta {
		ok = ok && math.Abs(v) <= 4*drawLimit
	}
	return ok && fitting.AllFinite(m.Theta) && fitting.AllFinite(m.Cov)
}

func unsound(of string) error {
	return postlift.Faultf(postlift.Invalid, "renewal.Cells", "the stored renewal model of %s has impossible parameters; fit again", of)
}
