package renewal

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"postlift"
	"postlift/clv/fitting"
)

// draws gives k models from the normal approximation of a stored model.
func (m CellModel) draws(k int, rng *rand.Rand) []Model {
	return laplace{theta: m.Theta, cov: m.Cov}.draws(m.Name, k, rng)
}

// spread is the model of a class for a cell never seen, which differs from the class as its cells differ from one
// another.
func (m CellModel) spread(p Pool) CellModel {
	n := len(m.Theta)
	if p.Cells == 0 || len(m.Cov) != n*n {
		return m
	}
	m.Cov = slices.Clone(m.Cov)
	for i := range min(n, len(p.SD)) {
		m.Cov[i*n+i] += p.SD[i] * p.SD[i]
	}
	return m
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
// that Model answers from; for a cell never seen, what cells of its class differ by is added.
func (c Cells) Draws(cell Cell, k int, rng *rand.Rand) []Model {
	if m, ok := c.Cells[cell]; ok {
		return m.draws(k, rng)
	}
	if m, ok := c.Classes[cell.Term]; ok {
		return m.spread(c.Pools[cell.Term]).draws(k, rng)
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
