package tables

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"postlift"
	"postlift/clv/purchase"
	"postlift/clv/spend"
)

// maxHorizon is the longest future that is predicted, in weeks: a century.
const maxHorizon = 5218

// WeeksPerMonth is the length of a month in predictions: a twelfth of 365.25 days.
const WeeksPerMonth = 365.25 / 12 / purchase.DaysPerWeek

// weeksPerYear turns a yearly discount rate into a weekly one.
const weeksPerYear = 365.25 / purchase.DaysPerWeek

// PredictOptions say what to predict.
type PredictOptions struct {
	Horizon      float64 // weeks, or opportunities of a model of discrete ones; above 0
	DiscountRate float64 // a year; above 0 adds discounted expected residual transactions
	Monthly      bool    // adds the expected orders of each month
	Decimals     int     // places behind the decimal sign, 1 to 15; 0 writes every digit that is known
	Separator    rune    // of the columns: a comma, semicolon or tab; 0 is a comma
	DecimalComma bool    // writes 1,5 for one and a half; needs another separator than the comma
}

// Predict reads a summary file and writes one prediction per row, see PredictionWriter. The horizon is
// in weeks.
func Predict(r io.Reader, w io.Writer, m purchase.Model, spend spend.Model, horizon float64) error {
	p, err := NewPredictionWriter(w, m, spend, PredictOptions{Horizon: horizon})
	if err != nil {
		return err
	}
	if err := EachSummary(r, p.Write); err != nil {
		return err
	}
	return p.Flush()
}

// PredictionWriter writes CSV rows id,p_alive,expected_orders and, with a spend model, mean_spend and
// expected_value: the probability of being alive at T, the expected order days within the horizon, the
// expected value of a future order and of all within the horizon. With a discount rate follows dert, the
// discounted number of all future order days, and with a spend model their value; with Monthly the expected
// order days of month 1, 2, …, the last one cut to the horizon and then named partial, so that they add up to
// expected_orders.
type PredictionWriter struct {
	*predictions
	model purchase.Model
	lane  int // of the model, among those of one file
}

// predictions are the file that the writers of several models share.
type predictions struct {
	w      *bufio.Writer
	lanes  int
	spend  spend.Model
	opt    PredictOptions
	rate   float64 // of discounting, a week
	ends   []float64
	known  map[orderKey][]float64 // expected orders of a living customer at the ends, by history
	unused []float64
	row    []float64
	line   []byte
}

type orderKey struct {
	lane, x int
	tx, age float64 // tx only where the model needs it
}

// NewPredictionWriter checks the options and writes the header. A horizon outside 0 to 5218 weeks and a
// discount rate outside 0 to 10 are Invalid faults.
func NewPredictionWriter(w io.Writer, m purchase.Model, spend spend.Model, opt PredictOptions) (*PredictionWriter, error) {
	const op = "clv.Predict"
	if !(opt.Horizon > 0 && opt.Horizon <= maxHorizon) {
		return nil, postlift.Faultf(postlift.Invalid, op, "horizon %g must be more than 0 and at most %d weeks", opt.Horizon, maxHorizon)
	}
	if !(opt.DiscountRate >= 0 && opt.DiscountRate <= 10) {
		return nil, postlift.Faultf(postlift.Invalid, op, "discount rate %g must be 0 to 10 a year (0.1 is ten per cent)", opt.DiscountRate)
	}
	if opt.Separator == 0 {
		opt.Separator = ','
	}
	switch {
	case opt.Decimals < 0 || opt.Decimals > 15:
		return nil, postlift.Faultf(postlift.Invalid, op, "%d decimals must be 1 to 15, or 0 for all digits", opt.Decimals)
	case opt.Separator != ',' && opt.Separator != ';' && opt.Separator != '\t':
		return nil, postlift.Faultf(postlift.Invalid, op, "the separator %q must be a comma, a semicolon or a tab", opt.Separator)
	case opt.DecimalComma && opt.Separator == ',':
		return nil, postlift.Faultf(postlift.Invalid, op, "decimal commas need another separator of columns: a semicolon or a tab")
	}
	p := &PredictionWriter{model: m, predictions: &predictions{w: bufio.NewWriter(w), lanes: 1, spend: spend, opt: opt,
		rate: math.Log1p(opt.DiscountRate) / weeksPerYear, known: map[orderKey][]float64{}}}
	header := []string{"id", "p_alive", "expected_orders"}
	if spend != nil {
		header = append(header, "mean_spend", "expected_value")
	}
	if p.rate > 0 {
		header = append(header, "dert")
		if spend != nil {
			header = append(header, "discounted_value")
		}
	}
	if opt.Monthly {
		for k := 1; float64(k)*WeeksPerMonth < opt.Horizon; k++ {
			p.ends = append(p.ends, float64(k)*WeeksPerMonth)
		}
	}
	p.ends = append(p.ends, opt.Horizon)
	if opt.Monthly {
		for k := range p.ends {
			header = append(header, fmt.Sprintf("month_%d", k+1))
		}
		if whole := float64(len(p.ends)) * WeeksPerMonth; opt.Horizon < whole-1e-6 {
			header[len(header)-1] += "_partial" // cut off by the horizon
		}
	}
	p.unused = make([]float64, len(p.ends))
	_, err := p.w.WriteString(strings.Join(header, string(opt.Separator)) + "\n")
	return p, postlift.Wrap(op, "the predictions cannot be written", err)
}

// Under gives a writer of rows into the same file whose customers follow another order model in the same unit
// of time. All writers of a file share what they remember; none may be used while another one writes.
func (p *PredictionWriter) Under(m purchase.Model) *PredictionWriter {
	p.lanes++
	return &PredictionWriter{predictions: p.predictions, model: m, lane: p.lanes - 1}
}

// Model is the order model that the customers of this writer follow.
func (p *PredictionWriter) Model() purchase.Model { return p.model }

// Write adds the prediction of one summary.
func (p *PredictionWriter) Write(s purchase.Summary) error { return p.WriteWith(s, Spend(s)) }

// WriteWith adds the prediction of one summary whose order values are told apart from it.
func (p *PredictionWriter) WriteWith(s purchase.Summary, values spend.Observation) error {
	alive := p.model.PAlive(s.X, s.TX, s.T)
	path := p.ifAlive(s.X, s.TX, s.T)
	orders := alive * path[len(path)-1]
	row := append(p.row[:0], alive, orders)
	mean := 0.0
	if p.spend != nil {
		mean = p.spend.MeanSpend(values)
		row = append(row, mean, orders*mean)
	}
	if p.rate > 0 {
		dert := p.model.DERT(s.X, s.TX, s.T, p.rate)
		row = append(row, dert)
		if p.spend != nil {
			row = append(row, dert*mean)
		}
	}
	if p.opt.Monthly {
		before := 0.0
		for _, until := range path {
			row = append(row, alive*(until-before))
			before = until
		}
	}
	p.row = row
	return p.write(s.ID, row)
}

func (p *predictions) write(id string, row []float64) error {
	b := append(p.line[:0], csvCell(id, p.opt.Separator)...)
	for _, v := range row {
		b = append(b, string(p.opt.Separator)...)
		from := len(b)
		if p.opt.Decimals > 0 {
			b = strconv.AppendFloat(b, v, 'f', p.opt.Decimals, 64)
		} else {
			b = strconv.AppendFloat(b, v, 'g', -1, 64)
		}
		if at := bytes.IndexByte(b[from:], '.'); at >= 0 && p.opt.DecimalComma {
			b[from+at] = ','
		}
	}
	p.line = append(b, '\n')
	_, err := p.w.Write(p.line)
	return postlift.Wrap("clv.Predict", "the predictions cannot be written", err)
}

// Flush writes what is still buffered, of all models.
func (p *PredictionWriter) Flush() error {
	return postlift.Wrap("clv.Predict", "the predictions cannot be written", p.w.Flush())
}

// ifAlive gives the expected order days of a living customer up to each end.
func (p *PredictionWriter) ifAlive(x int, tx, age float64) []float64 {
	k := orderKey{lane: p.lane, x: x, age: age}
	if p.model.UsesRecency() {
		k.tx = tx
	}
	v, ok := p.known[k]
	if !ok {
		v = make([]float64, len(p.ends))
		p.model.Ahead(x, tx, age, p.ends, v, p.unused)
		if len(p.known)*len(p.ends) < maxCached {
			p.known[k] = v
		}
	}
	return v
}

// maxCached bounds how many expectations are remembered, so that memory stays flat.
const maxCached = 1 << 18

// csvCell quotes an identifier where CSV needs it.
func csvCell(s string, sep rune) string {
	if !strings.ContainsAny(s, "\"\r\n") && !strings.ContainsRune(s, sep) {
		return s
	}
	return `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
}
