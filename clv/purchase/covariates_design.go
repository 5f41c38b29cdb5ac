package purchase

import (
	"cmp"
	"slices"
	"strings"

	"postlift"
)

// OtherLevel is the name under which the rare levels of a column are put together.
const OtherLevel = "other"

// Column is how the levels of one categorical column (segment, industry, size band, channel) are coded: the
// base level by zeros, every other one by a one of its own.
type Column struct {
	Name   string
	Base   string   // the most frequent level
	Levels []string // the other levels with enough customers, sorted
	Other  bool     // whether there are rarer levels: they share the code OtherLevel
}

// Design is how the categorical columns of a customer become a vector of covariates.
type Design struct{ Columns []Column }

// Names are the covariates, as column=level.
func (d Design) Names() []string {
	var out []string
	for _, c := range d.Columns {
		for _, level := range c.Levels {
			out = append(out, c.Name+"="+level)
		}
		if c.Other {
			out = append(out, c.Name+"="+OtherLevel)
		}
	}
	return out
}

// Values codes a customer's levels, one per column. A level that the design does not know counts as a rare one,
// or as the base where there was none.
func (d Design) Values(levels []string) []float64 {
	var out []float64
	for i, c := range d.Columns {
		values := make([]float64, c.codes()-1)
		level := ""
		if i < len(levels) {
			level = levels[i]
		}
		if code := c.code(level); code > 0 {
			values[code-1] = 1
		}
		out = append(out, values...)
	}
	return out
}

// codes is how many codes a column has, that of the base included.
func (c Column) codes() int {
	if c.Other {
		return len(c.Levels) + 2
	}
	return len(c.Levels) + 1
}

// code is the place of a level's one, from 1; 0 for the base.
func (c Column) code(level string) int {
	at, found := slices.BinarySearch(c.Levels, level)
	switch {
	case found:
		return at + 1
	case c.Other && level != c.Base:
		return c.codes() - 1
	}
	return 0
}

// LevelTally gathers histories by the levels of categorical columns.
type LevelTally struct {
	columns []string
	groups  map[string]*levelGroup
	key     []byte // of the last customer
	n       int
}

type levelGroup struct {
	levels []string
	tally  Tally
}

// NewLevelTally is an empty tally for the named columns.
func NewLevelTally(columns ...string) *LevelTally {
	return &LevelTally{columns: columns, groups: map[string]*levelGroup{}}
}

// Add counts one customer with one level per column ("" is a level like any other) and its history; see
// Tally.Add.
func (t *LevelTally) Add(levels []string, x int, tx, age float64) error {
	if len(levels) != len(t.columns) {
		return postlift.Faultf(postlift.Invalid, "purchase.LevelTally",
			"a customer has %d levels for the %d columns %s", len(levels), len(t.columns), strings.Join(t.columns, ", "))
	}
	t.key = t.key[:0]
	for _, level := range levels {
		t.key = append(append(t.key, level...), 0)
	}
	g := t.groups[string(t.key)] // without a copy of the key
	if g == nil {
		g = &levelGroup{levels: slices.Clone(levels)}
		t.groups[string(t.key)] = g
	}
	if err := g.tally.Add(x, tx, age); err != nil {
		return err
	}
	t.n++
	return nil
}

// AddDays counts one customer whose ages are whole days.
func (t *LevelTally) AddDays(levels []string, x, txDays, ageDays int) error {
	return t.Add(levels, x, float64(txDays)/DaysPerWeek, float64(ageDays)/DaysPerWeek)
}

// Customers is the number of histories added.
func (t *LevelTally) Customers() int { return t.n }

// Merge adds what another tally of the same columns counted.
func (t *LevelTally) Merge(o *LevelTally) error {
	for _, g := range o.groups {
		for _, c := range g.tally.Counted() {
			for range c.N {
				if err := t.Add(g.levels, c.X, c.TX, c.T); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// Design codes the columns as the customers gathered so far suggest: the most frequent level is the base, and
// levels of fewer than least customers are put together. A column with one level only has no covariate.
func (t *LevelTally) Design(least int) Design {
	var d Design
	for i, name := range t.columns {
		counts := map[string]int{}
		for _, g := range t.groups {
			counts[g.levels[i]] += g.tally.Customers()
		}
		d.Columns = append(d.Columns, codeColumn(name, counts, least))
	}
	return d
}

func codeColumn(name string, counts map[string]int, least int) Column {
	c := Column{Name: name, Levels: []string{}}
	levels := make([]string, 0, len(counts))
	for level := range counts {
		levels = append(levels, level)
	}
	slices.Sort(levels)
	for i, level := range levels {
		if i == 0 || counts[level] > counts[c.Base] {
			c.Base = level
		}
	}
	for _, level := range levels {
		switch {
		case level == c.Base:
		case counts[level] < least || level == OtherLevel:
			c.Other = true
		default:
			c.Levels = append(c.Levels, level)
		}
	}
	return c
}

// Patterns gives the histories by coded vector, in a fixed order.
func (t *LevelTally) Patterns(d Design) []CovariateRows {
	at := map[string]int{}
	var out []CovariateRows
	keys := make([]string, 0, len(t.groups))
	for key := range t.groups {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	for _, key := range keys {
		g := t.groups[key]
		values := d.Values(g.levels)
		code := patternCode(values)
		i, ok := at[code]
		if !ok {
			i = len(out)
			at[code] = i
			out = append(out, CovariateRows{Values: values})
		}
		out[i].Rows = append(out[i].Rows, g.tally.Counted()...)
	}
	for i := range out {
		out[i].Rows = merged(out[i].Rows)
	}
	return out
}

// patternCode is a key for a vector of zeros and ones.
func patternCode(values []float64) string {
	b := make([]byte, len(values))
	for i, v := range values {
		b[i] = '0' + byte(v)
	}
	return string(b)
}

// merged puts equal histories together.
func merged(rows []Counted) []Counted {
	sorted := slices.Clone(rows)
	slices.SortFunc(sorted, func(a, b Counted) int {
		return cmp.Or(cmp.Compare(a.X, b.X), cmp.Compare(a.T, b.T), cmp.Compare(a.TX, b.TX))
	})
	out := sorted[:0]
	for _, c := range sorted {
		if k := len(out) - 1; k >= 0 && out[k].X == c.X && out[k].T == c.T && out[k].TX == c.TX {
			out[k].N += c.N
			continue
		}
		out = append(out, c)
	}
	return out
}
