package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"postlift"
	"postlift/clv/purchase"
	"postlift/clv/tables"
	"postlift/internal/web/chart"
)

// picture is one chart to be written.
type picture struct {
	name  string // of the file, without its ending
	frame chart.Frame
	svg   string
}

// writePictures writes charts into a folder, made where it is missing, and gives their paths.
func writePictures(dir string, pictures []picture) ([]string, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, postlift.Faultf(postlift.Invalid, "clv charts", "the folder %s cannot be made: %v", dir, err)
	}
	var out []string
	for _, p := range pictures {
		path := filepath.Join(dir, p.name+".svg")
		if err := os.WriteFile(path, []byte(chart.Alone(p.frame, p.svg)+"\n"), 0o600); err != nil {
			return nil, postlift.Faultf(postlift.Invalid, "clv charts", "the chart %s cannot be written: %v", path, err)
		}
		out = append(out, path)
	}
	return out, nil
}

// count writes a number without decimals, its thousands grouped as the language does.
func (l language) count(v float64) string {
	digits := strconv.FormatFloat(math.Abs(math.Round(v)), 'f', 0, 64)
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(l.pick(",", "."))
		}
		b.WriteRune(d)
	}
	if v <= -0.5 {
		return "-" + b.String()
	}
	return b.String()
}

// percent writes a share.
func (l language) percent(v float64) string {
	text := strconv.FormatFloat(v*100, 'f', 1, 64)
	text = strings.TrimSuffix(text, ".0")
	return l.pick(text+"%", strings.Replace(text, ".", ",", 1)+" %")
}

// draw writes the charts that the fit can show.
func (j *fitJob) draw(c customers, fit purchase.Fitted, answer *fitAnswer) error {
	if j.chart == "" {
		return nil
	}
	var pictures []picture
	if answer.FitResult != nil {
		pictures = append(pictures, fitPicture(c.sums, fit.Model, j.language))
		if c.log != nil {
			pictures = append(pictures, trackingPicture(*c.log, fit.Model, j.language))
		}
	}
	if answer.Renewals != nil {
		pictures = append(pictures, survivalPicture(*answer.Renewals, j.language))
	}
	var err error
	answer.Charts, err = writePictures(j.chart, pictures)
	return err
}

// fitPicture compares how many customers had 0, 1, 2, … repeat orders with how many the model expects.
func fitPicture(sums []purchase.Summary, m purchase.Model, l language) picture {
	bins := frequencyBins(sums)
	groups := make([]chart.Group, len(bins))
	for i, b := range bins {
		groups[i] = chart.Group{Label: b.label(), Values: []float64{0, 0}}
	}
	for _, s := range sums {
		groups[binOf(bins, s.X)].Values[0]++
	}
	for _, age := range ages(sums) {
		left := 1.0
		for i, b := range bins {
			p := left
			if b.to >= 0 {
				p = 0
				for n := b.from; n <= b.to; n++ {
					p += m.ProbOrders(n, age.weeks)
				}
			}
			left = max(left-p, 0)
			groups[i].Values[1] += age.n * p
		}
	}
	f := chart.Frame{ID: "fit", Title: l.pick("Repeat orders: observed and expected by "+m.Name(), "Folgebestellungen: beobachtet und nach "+m.Name()+" erwartet"),
		Desc: l.pick(fmt.Sprintf("How many of %s customers ordered again how often, beside what the fitted model expects of customers of the same age.", l.count(float64(len(sums)))),
			fmt.Sprintf("Wie viele von %s Kunden wie oft wieder bestellten, neben dem, was das angepasste Modell von gleich alten Kunden erwartet.", l.count(float64(len(sums)))))}
	columns := []chart.Column{{Name: l.pick("observed", "beobachtet"), Kind: chart.Neutral}, {Name: l.pick("expected", "erwartet"), Kind: chart.Third}}
	return picture{"fit", f, chart.Columns(f, columns, groups, l.count, l.pick("repeat orders of a customer", "Folgebestellungen eines Kunden"))}
}

// bin is a range of repeat orders, to -1 for all from its beginning on.
type bin struct{ from, to int }

func (b bin) label() string {
	switch {
	case b.to < 0:
		return fmt.Sprintf("%d+", b.from)
	case b.to > b.from:
		return fmt.Sprintf("%d–%d", b.from, b.to)
	}
	return strconv.Itoa(b.from)
}

// frequencyBins are single numbers where most customers order up to ten times, else ranges of doubling width.
func frequencyBins(sums []purchase.Summary) []bin {
	xs := make([]int, len(sums))
	for i, s := range sums {
		xs[i] = s.X
	}
	slices.Sort(xs)
	high := xs[len(xs)*98/100]
	var out []bin
	if high <= 10 {
		for n := range max(high, 4) {
			out = append(out, bin{n, n})
		}
		return append(out, bin{max(high, 4), -1})
	}
	out = []bin{{0, 0}}
	for from := 1; from <= high && from < 512; from *= 2 {
		out = append(out, bin{from, 2*from - 1})
	}
	return append(out, bin{out[len(out)-1].to + 1, -1})
}

func binOf(bins []bin, x int) int {
	for i, b := range bins {
		if b.to < 0 || x <= b.to {
			return i
		}
	}
	return len(bins) - 1
}

// age is an age in weeks with its number of customers.
type age struct{ weeks, n float64 }

// mostAges bounds the ages that are told apart in a chart: more would change no pixel.
const mostAges = 120

// ages counts customers by age; where there are many ages, neighbours share their mean.
func ages(sums []purchase.Summary) []age {
	ts := make([]float64, len(sums))
	for i, s := range sums {
		ts[i] = s.T
	}
	slices.Sort(ts)
	distinct := len(slices.Compact(slices.Clone(ts)))
	size := 1
	if distinct > mostAges {
		size = (len(ts) + mostAges - 1) / mostAges
	}
	var out []age
	for i := 0; i < len(ts); i += size {
		part := ts[i:min(i+size, len(ts))]
		sum := 0.0
		for _, t := range part {
			sum += t
		}
		weeks := sum / float64(len(part))
		if k := len(out); k > 0 && out[k-1].weeks == weeks {
			out[k-1].n += float64(len(part))
			continue
		}
		out = append(out, age{weeks, float64(len(part))})
	}
	return out
}

// trackingPicture follows the repeat orders of all customers together, beside what the model expects of
// customers who began when they did.
func trackingPicture(log tables.OrderLog, m purchase.Model, l language) picture {
	first := log.Until
	for _, d := range log.Days {
		first = min(first, d.Day)
	}
	days := log.Until.DaysSince(first)
	step, axis := 7.0, l.pick("weeks since ", "Wochen seit ")+first.Format(string(l))
	if days > 3*365 {
		step, axis = purchase.DaysPerWeek*tables.WeeksPerMonth, l.pick("months since ", "Monate seit ")+first.Format(string(l))
	}
	ends := []int{0}
	for k := 1; float64(k)*step <= float64(days); k++ {
		ends = append(ends, int(float64(k)*step))
	}
	actual, expected := make([]float64, len(ends)), make([]float64, len(ends))
	begun := map[int]float64{} // customers by the day of their first order
	log.EachCustomer(func(i int32, own []tables.OrderDay) {
		if log.Older(i) {
			return
		}
		begun[own[0].Day.DaysSince(first)]++
		for _, d := range own[1:] {
			if at, _ := slices.BinarySearch(ends, d.Day.DaysSince(first)); at < len(actual) {
				actual[at]++
			}
		}
	})
	known := map[int]float64{}
	for k, end := range ends {
		if k > 0 {
			actual[k] += actual[k-1]
		}
		for _, begin := range slices.Sorted(keysBelow(begun, end)) {
			v, ok := known[end-begin]
			if !ok {
				v = m.Orders(float64(end-begin) / purchase.DaysPerWeek)
				known[end-begin] = v
			}
			expected[k] += begun[begin] * v
		}
	}
	f := chart.Frame{ID: "tracking", Title: l.pick("Repeat orders so far: observed and expected by "+m.Name(), "Folgebestellungen bisher: beobachtet und nach "+m.Name()+" erwartet"),
		Desc: l.pick("All repeat orders added up over time. The closer the lines, the better the model follows how buying rises and fades.",
			"Alle Folgebestellungen im Lauf der Zeit aufsummiert. Je näher die Linien, desto besser folgt das Modell dem Anstieg und Abklingen.")}
	series := []chart.Series{ended(l.pick("observed", "beobachtet"), actual, chart.Neutral, l.count),
		ended(l.pick("expected", "erwartet"), expected, chart.Third, l.count)}
	return picture{"tracking", f, chart.Curves(f, series, l.count, axis)}
}

// ended is a line whose name says where it ends.
func ended(name string, values []float64, kind chart.Kind, format chart.Format) chart.Series {
	return chart.Series{Name: name + " " + format(values[len(values)-1]), Values: values, Kind: kind}
}

// keysBelow gives the keys of a map below a bound.
func keysBelow(m map[int]float64, bound int) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for k := range m {
			if k < bound && !yield(k) {
				return
			}
		}
	}
}

// survivalPicture follows the share of contracts that are still there.
func survivalPicture(r renewalAnswer, l language) picture {
	observed := []float64{1}
	for _, s := range r.Observed {
		observed = append(observed, s.Survival)
	}
	var series []chart.Series
	if len(r.Observed) > 0 {
		series = append(series, ended(l.pick("observed", "beobachtet"), observed, chart.Neutral, l.percent))
	}
	for i, m := range r.Models {
		switch {
		case m.Model == r.Chosen:
			series = append(series, ended(m.Model, m.Survival, chart.Third, l.percent))
		case i == 0: // the constant rate, which the others have to beat
			series = append(series, ended(m.Model, m.Survival, chart.Holdout, l.percent))
		}
	}
	f := chart.Frame{ID: "survival", Title: l.pick("Contracts still running after each renewal", "Verträge, die nach jeder Verlängerung noch laufen"),
		Desc: l.pick(fmt.Sprintf("Share of a cohort that is left after each renewal decision, from %s decisions; %s describes them best.", l.count(float64(r.Rows.Decisions)), r.Chosen),
			fmt.Sprintf("Anteil eines Jahrgangs, der nach jeder Entscheidung noch da ist, aus %s Entscheidungen; %s beschreibt sie am besten.", l.count(float64(r.Rows.Decisions)), r.Chosen))}
	return picture{"survival", f, chart.Curves(f, series, l.percent, l.pick("renewal decisions behind the contract", "Verlängerungsentscheidungen hinter dem Vertrag"))}
}
