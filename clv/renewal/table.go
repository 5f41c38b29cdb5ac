package renewal

import "postlift"

// Table counts renewal decisions by opportunity: index i-1 holds opportunity i. It is the
// sufficient statistic of SBG: contracts still running are censored and those already old when the
// history begins enter late, simply by counting only the decisions that were observed.
type Table struct {
	Ended, Renewed []int
}

// maxOpportunity bounds the table: a monthly contract of 100 years.
const maxOpportunity = 1200

// Add counts n decisions at opportunity i (from 1).
func (t *Table) Add(i int, renewed bool, n int) error {
	if i < 1 || i > maxOpportunity || n < 0 {
		return postlift.Faultf(postlift.Invalid, "renewal.Table",
			"renewal opportunity %d counted %d times: opportunities go from 1 to %d", i, n, maxOpportunity)
	}
	t.grow(i)
	if renewed {
		t.Renewed[i-1] += n
	} else {
		t.Ended[i-1] += n
	}
	return nil
}

// Totals are the decisions for an end and for a renewal.
func (t *Table) Totals() (ended, renewed int) {
	for i := range t.Ended {
		ended += t.Ended[i]
		renewed += t.Renewed[i]
	}
	return ended, renewed
}

// Merge adds the decisions of another table.
func (t *Table) Merge(o *Table) {
	t.grow(len(o.Ended))
	for i := range o.Ended {
		t.Ended[i] += o.Ended[i]
		t.Renewed[i] += o.Renewed[i]
	}
}

// grow makes room for n opportunities.
func (t *Table) grow(n int) {
	for len(t.Ended) < n {
		t.Ended = append(t.Ended, 0)
		t.Renewed = append(t.Renewed, 0)
	}
}

// check refuses a table that Add cannot have made.
func (t *Table) check() error {
	ok := len(t.Ended) == len(t.Renewed)
	for i := 0; ok && i < len(t.Ended); i++ {
		ok = t.Ended[i] >= 0 && t.Renewed[i] >= 0
	}
	if !ok {
		return postlift.Faultf(postlift.Invalid, "renewal.FitSBG",
			"a renewal table needs as many counts of ends as of renewals, none negative")
	}
	return nil
}

// distinct is the number of opportunities with a decision.
func (t *Table) distinct() int {
	n := 0
	for i := range t.Ended {
		if t.Ended[i]+t.Renewed[i] > 0 {
			n++
		}
	}
	return n
}
