package tables

import (
	"bufio"
	"io"
	"postlift/clv/purchase"
	"postlift/clv/spend"
	"strconv"
	"strings"

	"postlift"
)

// summaryColumns are the positions of id, x, t_x, T and m in a summary file, from 0; m is -1 where
// there is none.
type summaryColumns [5]int

// summaryAliases are the names under which other tools write the columns of a summary.
var summaryAliases = [5][]string{
	{"id", "customer", "customer_id", "customerid", "account"},
	{"x", "frequency"},
	{"t_x", "tx", "t.x", "recency"},
	{"T", "t.cal", "tcal", "age"},
	{"m", "zbar", "monetary_value", "m.x", "mean_spend"},
}

// ReadSummary reads a whole summary file; see EachSummary.
func ReadSummary(r io.Reader) ([]purchase.Summary, error) {
	var out []purchase.Summary
	err := EachSummary(r, func(s purchase.Summary) error {
		out = append(out, s)
		return nil
	})
	return out, err
}

// EachSummary reads a summary file with the columns id, x, t_x, T and, if there are values, m (weeks),
// and hands out one row after the other. The separator is found; without a header the columns stand in
// that order. The first row that cannot be is an Invalid fault that names line and column: a summary
// is made by a program, so a bad row means a wrong file. Weeks rounded to two decimals are accepted.
func EachSummary(r io.Reader, use func(purchase.Summary) error) error {
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
	cols, header, err := findSummaryColumns(splitLine(nil, head[0].text, sep))
	if err != nil {
		return err
	}
	if header {
		in.next()
	}
	var cells []string
	rows := 0
	for line, ok := in.next(); ok; line, ok = in.next() {
		cells = splitLine(cells[:0], line.text, sep)
		s, err := cols.parse(cells, line.no)
		if err != nil {
			return err
		}
		if err := use(s); err != nil {
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
		_, xOK := parseNumber(cells[1])
		_, txOK := parseNumber(cells[2])
		if xOK && txOK {
			cols = summaryColumns{0, 1, 2, 3, -1}
			if len(cells) > 4 {
				cols[4] = 4
			}
			return cols, false, nil
		}
	}
	for i, aliases := range summaryAliases {
		cols[i] = column(cells, aliases...)
		if cols[i] < 0 && i < 4 {
			return cols, true, postlift.Faultf(postlift.Invalid, "clv.ReadSummary",
				"the header %q has no column %s: a summary has id,x,t_x,T and optionally m", cells, aliases[0])
		}
	}
	return cols, true, nil
}

func (c summaryColumns) parse(cells []string, no int) (purchase.Summary, error) {
	var v [5]float64
	for i := 1; i < 5; i++ {
		if c[i] < 0 || (i == 4 && c[i] < len(cells) && cells[c[i]] == "") {
			continue // no values, or none for this customer
		}
		name := summaryAliases[i][0]
		if c[i] >= len(cells) {
			return purchase.Summary{}, postlift.Faultf(postlift.Invalid, "clv.ReadSummary", "line %d has no column %d (%s)", no, c[i]+1, name)
		}
		n, ok := parseNumber(cells[c[i]])
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
	s := purchase.Summary{X: int(v[1]), TX: v[2], T: v[3], M: v[4]}
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

// Predict reads a summary file and writes one prediction per row, see PredictionWriter. The horizon is
// in weeks.
func Predict(r io.Reader, w io.Writer, m purchase.Model, spend spend.Model, horizon float64) error {
	p, err := NewPredictionWriter(w, m, spend, horizon)
	if err != nil {
		return err
	}
	if err := EachSummary(r, p.Write); err != nil {
		return err
	}
	return p.Flush()
}

// PredictionWriter writes CSV rows id,p_alive,expected_orders and, with a spend model, mean_spend: the
// probability of being alive at T, the expected order days in the next horizon weeks and the expected
// value of a future order.
type PredictionWriter struct {
	w       *bufio.Writer
	model   purchase.Model
	spend   spend.Model
	horizon float64
	alive   map[orderKey]float64 // expected orders of a living customer by history
	line    []byte
}

type orderKey struct {
	x       int
	tx, age float64 // tx only where the model needs it
}

// NewPredictionWriter checks the horizon (weeks, above 0, at most 5218, a century) and writes the header.
func NewPredictionWriter(w io.Writer, m purchase.Model, spend spend.Model, horizon float64) (*PredictionWriter, error) {
	if !(horizon > 0 && horizon <= 5218) {
		return nil, postlift.Faultf(postlift.Invalid, "clv.Predict", "horizon %g must be more than 0 and at most 5218 weeks", horizon)
	}
	p := &PredictionWriter{w: bufio.NewWriter(w), model: m, spend: spend, horizon: horizon, alive: map[orderKey]float64{}}
	header := "id,p_alive,expected_orders"
	if spend != nil {
		header += ",mean_spend"
	}
	_, err := p.w.WriteString(header + "\n")
	return p, postlift.Wrap("clv.Predict", "the predictions cannot be written", err)
}

// Write adds the prediction of one summary.
func (p *PredictionWriter) Write(s purchase.Summary) error {
	alive := p.model.PAlive(s.X, s.TX, s.T)
	b := append(p.line[:0], csvCell(s.ID)...)
	b = append(b, ',')
	b = strconv.AppendFloat(b, alive, 'g', -1, 64)
	b = append(b, ',')
	b = strconv.AppendFloat(b, alive*p.ordersIfAlive(s.X, s.TX, s.T), 'g', -1, 64)
	if p.spend != nil {
		b = append(b, ',')
		b = strconv.AppendFloat(b, p.spend.MeanSpend(spend.Observation{X: s.X, M: s.M}), 'g', -1, 64)
	}
	p.line = append(b, '\n')
	_, err := p.w.Write(p.line)
	return postlift.Wrap("clv.Predict", "the predictions cannot be written", err)
}

// Flush writes what is still buffered.
func (p *PredictionWriter) Flush() error {
	return postlift.Wrap("clv.Predict", "the predictions cannot be written", p.w.Flush())
}

func (p *PredictionWriter) ordersIfAlive(x int, tx, age float64) float64 {
	k := orderKey{x: x, age: age}
	if p.model.UsesRecency() {
		k.tx = tx
	}
	v, ok := p.alive[k]
	if !ok {
		var orders, alive [1]float64
		p.model.Ahead(x, tx, age, []float64{p.horizon}, orders[:], alive[:])
		v = orders[0]
		if len(p.alive) < maxCached {
			p.alive[k] = v
		}
	}
	return v
}

// maxCached bounds how many (x, T) pairs are remembered, so that memory stays flat.
const maxCached = 1 << 18

// csvCell quotes an identifier where CSV needs it.
func csvCell(s string) string {
	if !strings.ContainsAny(s, ",\"\r\n") {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}
