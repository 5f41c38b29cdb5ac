package columns

import (
	"math"
	"slices"

	"postlift"
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
