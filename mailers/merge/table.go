package merge

import (
	"strings"

	"postlift"
	"postlift/mailers/typeset"
)

// Table is rows of cells: Head[row][cell] and Rows[row][cell] are spans. Every row has as many cells as Align.
type Table struct {
	Align []typeset.Align    // of the columns: Left, Centred or Right
	Head  [][][]typeset.Span // the rows above the row of dashes; may be none
	Rows  [][][]typeset.Span
	Foot  int // how many of the last rows are sums: those below a row of "==="
}

const maxColumns = 12

func tableFault(format string, args ...any) error {
	return postlift.Faultf(postlift.Invalid, "merge.Blocks", format, args...)
}

// parseTable reads rows written "| a | b |", of which one, such as "| :-- | --: |", says how the columns stand.
func parseTable(source string) (*Table, error) {
	t := &Table{}
	foot := -1
	for source != "" {
		var line string
		line, source, _ = strings.Cut(source, "\n")
		cells := splitRow(strings.TrimSpace(line))
		if t.Align == nil {
			if align, ok := alignments(cells); ok {
				t.Align, t.Head, t.Rows = align, t.Rows, nil
				continue
			}
		} else if onlyOf(cells, "=") {
			foot = len(t.Rows)
			continue
		}
		row, err := parseRow(cells)
		if err != nil {
			return nil, err
		}
		t.Rows = append(t.Rows, row)
	}
	if foot >= 0 {
		t.Foot = len(t.Rows) - foot
	}
	return t, t.check()
}

func (t *Table) check() error {
	if t.Align == nil {
		return tableFault("the table has no row that says how its columns stand: put one such as | :-- | --: | below its head")
	}
	if len(t.Align) > maxColumns {
		return tableFault("the table has %d columns, at most %d fit a page", len(t.Align), maxColumns)
	}
	for _, rows := range [][][][]typeset.Span{t.Head, t.Rows} {
		for _, row := range rows {
			if len(row) != len(t.Align) {
				return tableFault("a row of the table has %d cells and its row of dashes %d: %q", len(row), len(t.Align), clip(rowText(row)))
			}
		}
	}
	return nil
}

func rowText(row [][]typeset.Span) string {
	var cells []string
	for _, cell := range row {
		var b strings.Builder
		for _, s := range cell {
			b.WriteString(s.Text)
		}
		cells = append(cells, b.String())
	}
	return strings.Join(cells, " | ")
}

// splitRow cuts a row at its bars, but not inside values nor after a backslash.
func splitRow(line string) []string {
	line = strings.TrimPrefix(line, "|")
	var out []string
	start := 0
	for i := 0; i < len(line); {
		next := special(line[i:], '|')
		if next < 0 {
			break
		}
		i += next
		switch line[i] {
		case '|':
			out = append(out, strings.TrimSpace(line[start:i]))
			i++
			start = i
		case '\\':
			i = min(i+2, len(line))
		default:
			end := strings.Index(line[i:], endMark)
			if end < 0 {
				end = 0
			}
			i += end + len(endMark)
		}
	}
	if rest := strings.TrimSpace(line[start:]); rest != "" {
		out = append(out, rest)
	}
	return out
}

// alignments reads a row of dashes: :-- left, :-: centred, --: right.
func alignments(cells []string) ([]typeset.Align, bool) {
	out := make([]typeset.Align, len(cells))
	for i, c := range cells {
		dashes := strings.Trim(c, ":")
		left, right := strings.HasPrefix(c, ":"), strings.HasSuffix(c, ":")
		switch {
		case dashes == "" || strings.Trim(dashes, "-") != "":
			return nil, false
		case left && right:
			out[i] = typeset.Centred
		case right:
			out[i] = typeset.Right
		}
	}
	return out, len(cells) > 0
}

func onlyOf(cells []string, mark string) bool {
	for _, c := range cells {
		if len(c) < 3 || strings.Trim(c, mark) != "" {
			return false
		}
	}
	return len(cells) > 0
}

func parseRow(cells []string) ([][]typeset.Span, error) {
	row := make([][]typeset.Span, len(cells))
	for i, c := range cells {
		in := inline{}
		in.read(c)
		row[i] = in.take()
		if in.bold || in.italic {
			return nil, tableFault("a ** or * is opened and not closed in the table's cell %q", clip(c))
		}
	}
	return row, nil
}
