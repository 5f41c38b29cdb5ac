package columns

import (
	"strings"

	"postlift"
	"postlift/campaigns/experiment"
)

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

// count is the number of strata or pairs of a comparison.
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

// constant tells whether every unit has one ratio; units without a denominator, such as companies without an order, have
// none of their own.
func (c *comparison) constant() bool {
	var first *experiment.Cell
	for i := range c.cells {
		cell := &c.cells[i]
		switch {
		case cell.Den == 0 && cell.Num == 0:
		case cell.Den == 0:
			return false
		case first == nil:
			first = cell
		case cell.Num*first.Den != first.Num*cell.Den:
			return false
		}
	}
	return first != nil
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
