package tables

import (
	"io"
	"postlift/clv/purchase"
	"strconv"
	"strings"

	"postlift"
)

// summaryColumns are the positions in a summary file, from 0, of id, x, t_x, T, m, the sum of the log gaps
// and mean and sum of squares of the log values; -1 for those from m on that are not there.
type summaryColumns [8]int

// summaryAliases are the names under which other tools write the columns of a summary.
var summaryAliases = [8][]string{
	{"id", "customer", "customer_id", "customerid", "account"},
	{"x", "frequency"},
	{"t_x", "tx", "t.x", "recency"},
	{"T", "t.cal", "tcal", "age"},
	{"m", "zbar", "monetary_value", "m.x", "mean_spend"},
	{"log_gaps", "litt"},
	{"log_mean"},
	{"log_ss"},
}

// ReadSummary reads a whole summary file; see EachSummary.
func ReadSummary(r io.Reader) ([]purchase.Summary, error) {
	sums, _, err := ReadLabelledSummary(r, nil)
	return sums, err
}

// ReadLabelledSummary reads a whole summary file and, for each row, the further columns named by labels (by
// number from 1 or by header).
func ReadLabelledSummary(r io.Reader, labels []string) ([]purchase.Summary, []Label, error) {
	var out []purchase.Summary
	kept := make([]Label, len(labels))
	seen := words{}
	err := eachSummary(r, labels, func(s purchase.Summary, cells []string, header []string, places []int) error {
		out = append(out, s)
		for i, at := range places {
			kept[i].Name = labelName(header, at)
			kept[i].Values = append(kept[i].Values, seen.of(cell(cells, at)))
		}
		return nil
	})
	return out, kept, err
}

// EachLabelledSummary hands out one row of a summary file after the other, as EachSummary does, and beside it
// the further columns named by labels (by number from 1 or by header). The slice of levels is used again
// for the next row.
func EachLabelledSummary(r io.Reader, labels []string, use func(s purchase.Summary, levels []string) error) error {
	levels := make([]string, len(labels))
	seen := words{}
	return eachSummary(r, labels, func(s purchase.Summary, cells, _ []string, places []int) error {
		for i, at := range places {
			levels[i] = seen.of(cell(cells, at))
		}
		return use(s, levels)
	})
}

// words keeps one text for all rows that share it, since a cell holds on to the memory of its line.
type words map[string]string

func (w words) of(text string) string {
	word, ok := w[text]
	if !ok {
		word = strings.Clone(text)
		w[word] = word
	}
	return word
}

// labelName is a column's header, or its number where the file has none.
func labelName(header []string, at int) string {
	if name := cell(header, at); name != "" {
		return strings.Clone(name)
	}
	return numbered + strconv.Itoa(at)
}

// numbered begins the name of a column without a header; its number follows.
const numbered = "column "

// EachSummary reads a summary file with the columns id, x, t_x, T and, if there are values, m (weeks),
// and hands out one row after the other. The columns log_gaps, log_mean and log_ss (see purchase.Summary) may
// stand beside them. The separator is found; without a header the columns stand in that order. The first row
// that cannot be is an Invalid fault that names line and column: a summary is made by a program, so a bad row
// means a wrong file. Weeks rounded to two decimals are accepted.
func EachSummary(r io.Reader, use func(purchase.Summary) error) error {
	return eachSummary(r, nil, func(s purchase.Summary, _, _ []string, _ []int) error { return use(s) })
}

func eachSummary(r io.Reader, labels []string, use func(s purchase.Summary, cells, header []string, places []int) error) error {
	const op = "clv.ReadSummary"
	in := newLineReader(r)
	head := in.peek(20)
	if len(head) == 0 {
		if err := in.err(op); err != nil {
			return err
		}
		return postlift.Faultf(postlift.Invalid, op, "the summary file is empty")
	}
	sep := findSeparator(head, 4)
	first := in.sample(sep)[0]
	cols, header, err := findSummaryColumns(first)
	if err != nil {
		return err
	}
	places, err := namedPlaces(first, labels)
	if err != nil {
		return err
	}
	if header {
		in.record(nil, sep)
	} else {
		first = nil
	}
	var cells []string
	var no, rows int
	var ok bool
	for cells, no, ok = in.record(cells[:0], sep); ok; cells, no, ok = in.record(cells[:0], sep) {
		s, err := cols.parse(cells, no)
		if err != nil {
			return err
		}
		if err := use(s, cells, first, places); err != nil {
			return err
		}
		rows++
	}
	if err := in.err(op); err != nil {
		return err
	}
	if rows == 0 {
		return postlift.Faultf(postlift.Invalid, op, "the summary file has a header and no rows")
	}
	return nil
}

// findSummaryColumns reads the header, or takes the first line as data where its numbers are numbers.
func findSummaryColumns(cells []string) (cols summaryColumns, header bool, err error) {
	if len(cells) >= 4 {
		_, xOK := parseNumber(cells[1], 0)
		_, txOK := parseNumber(cells[2], 0)
		if xOK && txOK {
			cols = summaryColumns{0, 1, 2, 3, -1, -1, -1, -1}
			if len(cells) > 4 {
				cols[4] = 4
			}
			return cols, false, nil
		}
	}
	for i, aliases := range summaryAliases {
		cols[i] = columnBut(cells, nil, aliases)
		if cols[i] < 0 && i < 4 {
			return cols, true, postlift.Faultf(postlift.Invalid, "clv.ReadSummary",
				"the header %q has no column %s: a summary has id,x,t_x,T and optionally m", cells, aliases[0])
		}
	}
	return cols, true, nil
}

func (c summaryColumns) parse(cells []string, no int) (purchase.Summary, error) {
	var v [8]float64
	for i := 1; i < len(v); i++ {
		if c[i] < 0 || (i >= 4 && c[i] < len(cells) && cells[c[i]] == "") {
			continue // no values, or none for this customer
		}
		name := summaryAliases[i][0]
		if c[i] >= len(cells) {
			return purchase.Summary{}, postlift.Faultf(postlift.Invalid, "clv.ReadSummary", "line %d has no column %d (%s)", no, c[i]+1, name)
		}
		n, ok := parseNumber(cells[c[i]], 0)
		if !ok {
			return purchase.Summary{}, postlift.Faultf(postlift.Invalid, "clv.ReadSummary",
				"line %d, column %d (%s): %q is no number", no, c[i]+1, name, cells[c[i]])
		}
		v[i] = n
	}
	if v[1] != float64(int32(v[1])) {
		return purchase.Summary{}, postlift.Faultf(postlift.Invalid, "clv.ReadSummary",
			"line %d: x is %g: the number of repeat orders must be whole", no, v[1])
	}
	s := purchase.Summary{X: int(v[1]), TX: v[2], T: v[3], M: v[4], LogGaps: v[5], LogMean: v[6], LogSS: v[7]}
	if c[0] < len(cells) {
		s.ID = strings.Clone(cells[c[0]])
	}
	if reason := purchase.BadHistory(s.X, s.TX, s.T); reason != "" {
		return purchase.Summary{}, postlift.Faultf(postlift.Invalid, "clv.ReadSummary",
			"line %d: x=%d t_x=%g T=%g: %s", no, s.X, s.TX, s.T, reason)
	}
	s.TX = min(s.TX, s.T)
	return s, nil
}
