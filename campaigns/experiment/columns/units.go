package columns

import (
	"math"
	"slices"
	"strings"

	"postlift"
	"postlift/campaigns/experiment"
)

// units are what was drawn: clusters with the sums of their rows, or the rows themselves.
type units struct {
	what       string // cluster or row, for messages
	arm        []int32
	stratum    []int32 // nil: one
	strata     []string
	pair       []int32
	num        []float64
	den        []float64 // nil: rows
	rows       []float64 // nil: 1 each
	covariates [][]float64
	delivered  []float64
	propensity []float64
}

func (u *units) size(i int) float64 {
	if u.rows == nil {
		return 1
	}
	return u.rows[i]
}

// gather turns rows into units. A cluster that lies in two arms, strata or pairs was not drawn as a whole.
func gather(t *Table) (*units, error) {
	u := &units{what: "row", arm: t.Arm.Of, num: t.Outcome, den: t.Denominator, covariates: t.Covariates, delivered: t.Delivered, propensity: t.Propensity}
	if t.Stratum != nil {
		u.stratum, u.strata = t.Stratum.Of, t.Stratum.Names
	}
	if t.Pair != nil {
		u.pair = t.Pair.Of
	}
	if t.Propensity != nil {
		for i, e := range t.Propensity {
			if !(e > 0 && e < 1) {
				return nil, postlift.Faultf(postlift.Invalid, readOp,
					"row %d: a propensity of %g cannot be compared; it is the chance of the other arm rather than the control and lies between 0 and 1", i+2, e)
			}
		}
	}
	if t.Cluster == nil {
		return u, nil
	}
	return u.byCluster(t.Cluster)
}

func (u *units) byCluster(c *Codes) (*units, error) {
	n := len(c.Names)
	out := &units{what: "cluster", strata: u.strata, rows: make([]float64, n), arm: make([]int32, n)}
	for i := range out.arm {
		out.arm[i] = -1
	}
	same := func(from []int32) []int32 {
		if from == nil {
			return nil
		}
		return make([]int32, n)
	}
	sum := func(from []float64) []float64 {
		if from == nil {
			return nil
		}
		to := make([]float64, n)
		for i, v := range from {
			to[c.Of[i]] += v
		}
		return to
	}
	out.stratum, out.pair = same(u.stratum), same(u.pair)
	if u.propensity != nil {
		out.propensity = make([]float64, n)
	}
	for i, at := range c.Of {
		first := out.arm[at] < 0
		out.rows[at]++
		if first {
			out.arm[at] = u.arm[i]
		}
		differs := func(what string) error {
			return postlift.Faultf(postlift.Invalid, readOp, "row %d: cluster %q lies in two %s; a cluster is drawn as a whole", i+2, c.Names[at], what)
		}
		if out.arm[at] != u.arm[i] {
			return nil, differs("arms")
		}
		for _, k := range []struct {
			what     string
			to, from []int32
		}{{"strata", out.stratum, u.stratum}, {"pairs", out.pair, u.pair}} {
			if k.from == nil {
				continue
			}
			if first {
				k.to[at] = k.from[i]
			}
			if k.to[at] != k.from[i] {
				return nil, differs(k.what)
			}
		}
		if u.propensity != nil {
			if first {
				out.propensity[at] = u.propensity[i]
			}
			if out.propensity[at] != u.propensity[i] {
				return nil, differs("propensities")
			}
		}
	}
	out.num, out.den, out.delivered = sum(u.num), sum(u.den), sum(u.delivered)
	for _, x := range u.covariates {
		out.covariates = append(out.covariates, sum(x))
	}
	return out, nil
}

// checkPairs refuses pairs that do not have units in exactly two arms, of which one is the control.
func (u *units) checkPairs(names []string, control int32) error {
	if u.pair == nil {
		return nil
	}
	arms := make(map[int32][]int32)
	for i, p := range u.pair {
		if !slices.Contains(arms[p], u.arm[i]) {
			arms[p] = append(arms[p], u.arm[i])
		}
	}
	for i, p := range u.pair {
		switch n := len(arms[p]); {
		case n == 1:
			return postlift.Faultf(postlift.Invalid, readOp, "pair %q lies in one arm only (%s %d of the table); a pair needs the control and one other arm", names[p], u.what, i+1)
		case n > 2:
			return postlift.Faultf(postlift.Invalid, readOp, "pair %q lies in %d arms: pairs overlap; a pair needs the control and one other arm", names[p], n)
		case !slices.Contains(arms[p], control):
			return postlift.Faultf(postlift.Invalid, readOp, "pair %q has nobody in the control arm; a pair needs the control and one other arm", names[p])
		}
	}
	return nil
}

// mostStrata is how many classes of propensity are compared one by one; more are weighted.
const mostStrata = 50

// byPropensity makes classes of stratum and propensity the strata; false where there are too many, or one lacks two
// units of either arm, which weighting by the inverse chance can do with.
func (u *units) byPropensity(control int32) bool {
	if u.propensity == nil {
		return true
	}
	type class struct {
		stratum    int32
		propensity int64
	}
	at := map[class]int32{}
	codes := make([]int32, len(u.arm))
	var sizes [][2]int
	var names []string
	for i, e := range u.propensity {
		k := class{0, int64(math.Round(e * 1e9))}
		name := ""
		if u.stratum != nil {
			k.stratum = u.stratum[i]
			name = u.strata[k.stratum] + " "
		}
		code, known := at[k]
		if !known {
			if len(at) == mostStrata {
				return false
			}
			code = int32(len(at))
			at[k] = code
			names, sizes = append(names, name+"propensity "+number(e)), append(sizes, [2]int{})
		}
		codes[i] = code
		arm := 1
		if u.arm[i] == control {
			arm = 0
		}
		sizes[code][arm]++
	}
	for _, s := range sizes {
		if u.stratum == nil && min(s[0], s[1]) < 2 {
			return false
		}
	}
	if len(names) > 1 {
		u.stratum, u.strata = codes, names
	}
	return true
}

// comparison is one arm beside the control.
type comparison struct {
	*units
	arm     string
	index   []int32 // of its units
	cells   []experiment.Cell
	treated []bool
	counts  [2]int // of units, control and treated
	rowsOf  [2]int
	names   []string // of strata or pairs, by the cells' stratum
}

// compare lists the units of an arm and the control with their covariate, the weighted sum of all covariates.
func (u *units) compare(arm, control int32, name string) *comparison {
	c := &comparison{units: u, arm: name}
	codes := map[int32]int{}
	from := u.stratum
	names := u.strata
	if u.pair != nil {
		from, names = u.pair, nil
	}
	paired := map[int32]bool{}
	if u.pair != nil {
		for i, p := range u.pair {
			if u.arm[i] == arm {
				paired[p] = true
			}
		}
	}
	n := 0
	for _, a := range u.arm {
		if a == arm || a == control {
			n++
		}
	}
	c.index, c.cells, c.treated = make([]int32, 0, n), make([]experiment.Cell, 0, n), make([]bool, 0, n)
	for i, a := range u.arm {
		if a != arm && a != control || u.pair != nil && !paired[u.pair[i]] {
			continue
		}
		cell := experiment.Cell{Treated: a == arm, Num: u.num[i], PreDen: u.size(i)}
		if cell.Den = cell.PreDen; u.den != nil {
			cell.Den = u.den[i]
		}
		if from != nil {
			code, known := codes[from[i]]
			if !known {
				code = len(codes)
				codes[from[i]] = code
				if names != nil {
					c.names = append(c.names, names[from[i]])
				}
			}
			cell.Stratum = code
		}
		side := 0
		if cell.Treated {
			side = 1
		}
		c.counts[side]++
		c.rowsOf[side] += int(cell.PreDen)
		c.index = append(c.index, int32(i))
		c.cells = append(c.cells, cell)
		c.treated = append(c.treated, cell.Treated)
	}
	if from == nil {
		codes[0] = 0
	}
	if names == nil {
		c.names = make([]string, len(codes))
	}
	return c
}

// strataOf is the number of strata or pairs of a comparison.
func (c *comparison) count() int { return len(c.names) }

// check refuses what cannot be compared.
func (c *comparison) check(weighted bool) error {
	for side, n := range c.counts {
		which := "the control"
		if side == 1 {
			which = "arm " + quote(c.arm)
		}
		if n < 2 {
			return postlift.Faultf(postlift.Invalid, readOp, "%s has %d %s: a single one has no spread to measure against; at least two are needed", which, n, plural(c.what, n))
		}
	}
	if c.constant() {
		return postlift.Faultf(postlift.Invalid, readOp, "the outcome is the same in every %s of %s and of the control: there is nothing to compare", c.what, quote(c.arm))
	}
	if c.den != nil {
		var den [2]float64
		for i := range c.cells {
			den[side(c.cells[i].Treated)] += c.cells[i].Den
		}
		if !(den[0] > 0) || !(den[1] > 0) {
			return postlift.Faultf(postlift.Invalid, readOp, "the denominator sums up to nothing in an arm: a ratio needs a sum above 0")
		}
	}
	if c.pair != nil || weighted || c.stratum == nil {
		return nil
	}
	sizes := make([][2]int, c.count())
	for i := range c.cells {
		sizes[c.cells[i].Stratum][side(c.cells[i].Treated)]++
	}
	for s, n := range sizes {
		if min(n[0], n[1]) < 2 {
			return postlift.Faultf(postlift.Invalid, readOp,
				"stratum %s has %d %s in the control and %d in %s: at least two of each are needed; join it with another stratum", quote(c.names[s]), n[0], plural(c.what, n[0]), n[1], quote(c.arm))
		}
	}
	return nil
}

func (c *comparison) constant() bool {
	first := c.cells[0]
	for i := range c.cells {
		if c.cells[i].Num*first.Den != first.Num*c.cells[i].Den {
			return false
		}
	}
	return true
}

func side(treated bool) int {
	if treated {
		return 1
	}
	return 0
}

func quote(s string) string { return "\"" + strings.ReplaceAll(s, "\"", "'") + "\"" }

func plural(what string, n int) string {
	if n == 1 {
		return what
	}
	return what + "s"
}
