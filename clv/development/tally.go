package development

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"postlift"
)

// Kind says what having a product group means.
type Kind string

// The two kinds; each is counted and fitted on its own.
const (
	Contract Kind = "contract" // the group stands in a running contract: margin recurs every month
	Ordered  Kind = "order"    // the group was ordered at least once: margin is the monthly mean since
)

const (
	// MaxQuarter is the last quarter that is told apart; later ones count as it.
	MaxQuarter = 48
	// MaxHeld is the number of groups that stands for itself and more.
	MaxHeld = 3
	// DaysPerQuarter is the length of a quarter: a fourth of 365.25 days.
	DaysPerQuarter = 91.3125
)

// QuarterOf is the quarter that runs so many days after the account became a customer, from 1.
func QuarterOf(days int) int {
	return min(max(int(float64(days)/DaysPerQuarter)+1, 1), MaxQuarter)
}

type cellKey struct {
	group, segment string
	held           int
}

type marginKey struct{ group, segment string }

// decisions counts, by quarter from 0, the accounts that could take up a group and those that did.
type decisions struct {
	due, adopted [MaxQuarter]int
}

// moments are count, sum and sum of squares of monthly margins.
type moments struct{ n, sum, squares float64 }

// Tally gathers observed decisions and margins of one kind. The zero value is ready but for Kind. Memory
// grows with the cells, not with the accounts.
type Tally struct {
	Kind    Kind
	cells   map[cellKey]*decisions
	margins map[marginKey]moments
}

// Add counts n decisions of accounts in a segment that had held groups and not this one at the start of their
// quarter (from 1), and took it up in it or not. A group without a name, a quarter below 1 and negative counts
// are Invalid faults.
func (t *Tally) Add(segment string, held int, group string, quarter int, adopted bool, n int) error {
	if group == "" || quarter < 1 || held < 0 || n < 0 {
		return postlift.Faultf(postlift.Invalid, "development.Tally",
			"group %q, quarter %d, %d held, counted %d times cannot be: a group has a name, quarters count from 1, counts are not negative",
			group, quarter, held, n)
	}
	if t.cells == nil {
		t.cells = map[cellKey]*decisions{}
	}
	key := cellKey{group, segment, min(held, MaxHeld)}
	d := t.cells[key]
	if d == nil {
		d = &decisions{}
		t.cells[key] = d
	}
	at := min(quarter, MaxQuarter) - 1
	d.due[at] += n
	if adopted {
		d.adopted[at] += n
	}
	return nil
}

// AddMargin counts the monthly margin, in minor units, that one account of a segment brings with a group that
// it has. It may be negative; a margin that is not finite is an Invalid fault.
func (t *Tally) AddMargin(segment, group string, monthlyMinor float64) error {
	return t.AddMargins(segment, group, 1, monthlyMinor, monthlyMinor*monthlyMinor)
}

// AddMargins counts n accounts by the sum of their monthly margins and the sum of the squares.
func (t *Tally) AddMargins(segment, group string, n int, sum, squares float64) error {
	if group == "" || n < 0 || math.IsNaN(sum+squares) || math.IsInf(sum+squares, 0) || squares < 0 {
		return postlift.Faultf(postlift.Invalid, "development.Tally",
			"margins of group %q in segment %q: %d accounts with the sum %g cannot be", group, segment, n, sum)
	}
	if t.margins == nil {
		t.margins = map[marginKey]moments{}
	}
	k := marginKey{group, segment}
	m := t.margins[k]
	t.margins[k] = moments{m.n + float64(n), m.sum + sum, m.squares + squares}
	return nil
}

// Decisions is the number of decisions counted.
func (t *Tally) Decisions() int {
	n := 0
	for _, d := range t.cells {
		due, _ := d.totals()
		n += due
	}
	return n
}

func (d *decisions) totals() (due, adopted int) {
	for i := range d.due {
		due, adopted = due+d.due[i], adopted+d.adopted[i]
	}
	return due, adopted
}

// sortedCells gives the cells by group, segment and groups held, which makes every fit reproducible.
func (t *Tally) sortedCells() []cellKey {
	return slices.SortedFunc(maps.Keys(t.cells), func(a, b cellKey) int {
		return cmp.Or(cmp.Compare(a.group, b.group), cmp.Compare(a.segment, b.segment), cmp.Compare(a.held, b.held))
	})
}

func (t *Tally) sortedMargins() []marginKey {
	return slices.SortedFunc(maps.Keys(t.margins), func(a, b marginKey) int {
		return cmp.Or(cmp.Compare(a.group, b.group), cmp.Compare(a.segment, b.segment))
	})
}
