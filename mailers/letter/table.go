package letter

import (
	"strings"

	"postlift/mailers/merge"
	"postlift/mailers/sheet"
	"postlift/mailers/typeset"
)

// Distances of a table, micrometres, and its rules.
const (
	columnGap  = 4_000
	rowPad     = 1_100 // above and below a row's lines together
	headRule   = 176   // half a point
	rowRule    = 88    // a quarter
	unbounded  = 5_000_000
	maxColumns = 12
)

// rowRuleInk is the light line between rows.
var rowRuleInk = sheet.Ink{K: 30}

// cell is set on one line first; a text that is wider than its column is set again.
type cell struct {
	spans [][]typeset.Span
	line  typeset.Line
	least int // width of its widest word
	style sheet.Style
}

// tableRow is the cells of a row and what the row is.
type tableRow struct {
	cells      []cell
	head, foot bool
}

// table sets a table: columns as wide as their content asks for, those that are aligned right never parted and with
// figures of equal width, the others wrapped where the measure is too small. The head is repeated on a next page,
// rows are never parted, and the sums stay with the last row.
func (cp *composer) table(t *merge.Table, l *look, indent, measure int) (*set, error) {
	rows, err := cp.cells(t, l)
	if err != nil {
		return nil, err
	}
	widths, err := columnWidths(t.Align, rows, measure-indent)
	if err != nil {
		return nil, err
	}
	out := &set{head: len(t.Head)}
	for i := range rows {
		if err := cp.tableRow(out, rows, i, t.Align, widths, l, indent); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (cp *composer) cells(t *merge.Table, l *look) ([]tableRow, error) {
	out := make([]tableRow, 0, len(t.Head)+len(t.Rows))
	add := func(row [][]typeset.Span, head, foot bool) error {
		r := tableRow{cells: make([]cell, len(t.Align)), head: head, foot: foot}
		style := l.style
		if head || foot {
			style = sheet.Bold
		}
		for i := range min(len(row), len(t.Align)) {
			c, err := cp.cell(row[i], style, l)
			if err != nil {
				return err
			}
			r.cells[i] = c
		}
		out = append(out, r)
		return nil
	}
	for _, row := range t.Head {
		if err := add(row, true, false); err != nil {
			return nil, err
		}
	}
	for i, row := range t.Rows {
		if err := add(row, false, i >= len(t.Rows)-t.Foot); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (cp *composer) cell(spans []typeset.Span, style sheet.Style, l *look) (cell, error) {
	c := cell{spans: styled([][]typeset.Span{spans}, style), style: style}
	set, err := cp.faces.Break(c.spans, typeset.Options{Size: l.size, Measure: unbounded, Tabular: true})
	if err != nil || len(set) == 0 {
		return c, err
	}
	c.line = set[0]
	for _, sp := range c.spans[0] {
		for word := range strings.FieldsSeq(sp.Text) {
			c.least = max(c.least, cp.faces.Set(sp.Style, word, l.size).W)
		}
	}
	return c, nil
}

// columnWidths shares the measure: a column that is aligned right, or whose cells have one word, has its widest
// cell; what is left goes to the others by what they ask for beyond their widest word.
func columnWidths(align []typeset.Align, rows []tableRow, measure int) ([]int, error) {
	n := len(align)
	if n == 0 || n > maxColumns {
		return nil, pieceFault("a table has %d columns, at most %d can be set", n, maxColumns)
	}
	most, least := make([]int, n), make([]int, n)
	for _, r := range rows {
		for i, c := range r.cells {
			most[i], least[i] = max(most[i], c.line.Width), max(least[i], c.least)
			if align[i] == typeset.Right {
				least[i] = most[i]
			}
		}
	}
	room := measure - (n-1)*columnGap
	sumMost, sumLeast := 0, 0
	for i := range n {
		sumMost, sumLeast = sumMost+most[i], sumLeast+min(least[i], most[i])
	}
	if sumLeast > room {
		return nil, pieceFault("a table is %s mm too wide for %s mm: shorten its longest words or leave a column out", sheet.MM(sumLeast-room), sheet.MM(measure))
	}
	if sumMost <= room {
		most[widest(align, most)] += room - sumMost
		return most, nil
	}
	spare, want := int64(room-sumLeast), int64(sumMost-sumLeast)
	left := room
	for i := range n {
		low := min(least[i], most[i])
		most[i] = low + int(int64(most[i]-low)*spare/want)
		left -= most[i]
	}
	most[widest(align, most)] += left
	return most, nil
}

// widest is the column that takes what is left: the widest that is not aligned right, else the first.
func widest(align []typeset.Align, widths []int) int {
	best := -1
	for i, w := range widths {
		if align[i] != typeset.Right && (best < 0 || w > widths[best]) {
			best = i
		}
	}
	return max(best, 0)
}

// tableRow sets row i with the rules around it.
func (cp *composer) tableRow(out *set, rows []tableRow, i int, align []typeset.Align, widths []int, l *look, indent int) error {
	r := &rows[i]
	top, lines := out.height, 1
	if r.foot && (i == 0 || !rows[i-1].foot) {
		out.ops = append(out.ops, rect(indent, top-headRule/2, total(widths), headRule, l.ink, l.part))
	}
	x := indent
	for k := range r.cells {
		n, err := cp.tableCell(out, &r.cells[k], align[k], x, widths[k], top, l)
		if err != nil {
			return err
		}
		lines = max(lines, n)
		x += widths[k] + columnGap
	}
	height := lines*l.line() + rowPad
	last := i+1 == len(rows)
	switch {
	case r.head && !last && !rows[i+1].head:
		out.ops = append(out.ops, rect(indent, top+height-headRule/2, total(widths), headRule, l.accent, l.part))
	case !r.head && !r.foot && (last || !rows[i+1].foot):
		out.ops = append(out.ops, rect(indent, top+height-rowRule/2, total(widths), rowRule, rowRuleInk, l.part))
	}
	out.addRow(height, i > 0 && (rows[i-1].head || r.foot))
	return nil
}

func total(widths []int) int {
	sum := (len(widths) - 1) * columnGap
	for _, w := range widths {
		sum += w
	}
	return sum
}

// tableCell draws a cell and tells how many lines it has.
func (cp *composer) tableCell(out *set, c *cell, align typeset.Align, x, width, top int, l *look) (int, error) {
	lines := []typeset.Line{c.line}
	if c.line.Width > width {
		var err error
		lines, err = cp.faces.Break(c.spans, typeset.Options{Size: l.size, Measure: width, Tabular: true, Hyphenate: l.hyphenate})
		if err != nil {
			return 0, err
		}
	}
	for k := range lines {
		left := x
		switch align {
		case typeset.Right:
			left += width - lines[k].Width
		case typeset.Centred:
			left += (width - lines[k].Width) / 2
		}
		for _, r := range lines[k].Runs {
			out.ops = append(out.ops, sheet.Op{Kind: sheet.OpText, Part: l.part, Style: r.Style, Size: l.size, X: left + r.X, Y: top + rowPad/2 + k*l.line() + l.baseline(), W: r.W, Ink: l.ink, Text: r.Text, Shift: r.Shift})
		}
	}
	return len(lines), nil
}
