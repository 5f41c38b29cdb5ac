package chart

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func plain(v float64) string { return fmt.Sprintf("%.0f", v) }

// all draws every kind of chart from a list of values.
func all(v []float64) map[string]string {
	f := Frame{ID: "x", Title: "A <finding> & more", Desc: "what \"is\" shown"}
	var rows []IntervalRow
	var steps []Step
	var parts []Part
	var bins []Bin
	var curve []XY
	var reach []ReachRow
	for i, x := range v {
		rows = append(rows, IntervalRow{Label: "row", Value: x, Low: x - 3, High: x + 2, Low80: x - 1, High80: x + 1, Kind: Kind(i % 5), Mark: &v[0]})
		steps = append(steps, Step{Label: "step", N: math.Abs(x), Kind: Kind(i % 5)})
		parts = append(parts, Part{Label: "part", Value: x, Total: i == len(v)-1})
		curve = append(curve, XY{float64(i), x, "tip <&>"})
		reach = append(reach, ReachRow{Label: "a <long> label", Value: &v[i], Low: x - 1, High: x + 1, Text: plain(x), Marked: i == 0}, ReachRow{Label: "never", Text: "never"})
		bins = append(bins, Bin{Low: float64(i), High: float64(i + 1), N: math.Abs(x)})
	}
	return map[string]string{
		"intervals": Intervals(f, rows, plain, "known"),
		"funnel":    Funnel(f, steps, plain),
		"parts":     Parts(f, parts, plain),
		"histogram": Histogram(f, bins, plain, plain),
		"amounts":   Amounts(f, curve, &curve[0], plain, plain, "budget", "value"),
		"reach":     Reach(f, reach, .1, "expected", 3, plain),
		"lines":     Lines(f, []Series{{"one", v, Treated}, {"two", v[:len(v)/2], Holdout}, {"none", nil, Third}}, plain, "days"),
	}
}

// Whatever the values, a chart is well-formed, described, free of style attributes, and every number in
// it is one.
func TestChartsAreSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for name, svg := range all(rapid.SliceOfN(rapid.Float64Range(-1e9, 1e9), 1, 40).Draw(t, "values")) {
			d := xml.NewDecoder(strings.NewReader(svg))
			for {
				token, err := d.Token()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if start, ok := token.(xml.StartElement); ok && slices.ContainsFunc(start.Attr, func(a xml.Attr) bool {
					return a.Name.Local == "style" || strings.Contains(a.Value, "NaN") || strings.Contains(a.Value, "Inf")
				}) {
					t.Fatalf("%s: %+v", name, start)
				}
			}
			for _, want := range []string{"A &lt;finding&gt; &amp; more", `aria-labelledby="x-t x-d"`, `<desc id="x-d">`} {
				if !strings.Contains(svg, want) {
					t.Fatalf("%s lacks %s", name, want)
				}
			}
		}
	})
}

// Ticks are few, round, in order, and span what they are for.
func TestTicks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		low := rapid.Float64Range(-1e7, 1e7).Draw(t, "low")
		high := low + rapid.Float64Range(1e-3, 1e7).Draw(t, "span")
		got := ticks(low, high, 6)
		step := (got[len(got)-1] - got[0]) / float64(len(got)-1)
		slack := step*1e-6 + 1e-15*max(math.Abs(low), math.Abs(high)) // the spacing of numbers out there
		if got[0] > low+slack || got[len(got)-1] < high-slack || len(got) > 9 || !slices.IsSorted(got) {
			t.Fatalf("%g to %g: %v", low, high, got)
		}
		mantissa := step / math.Pow(10, math.Floor(math.Log10(step*1.00001)))
		if !slices.ContainsFunc([]float64{1, 2, 2.5, 5}, func(m float64) bool { return math.Abs(mantissa-m) < 1e-4 }) {
			t.Fatalf("a step of %g is not round", step)
		}
	})
}

// The two arms can be told apart without colour.
func TestArmsDifferInForm(t *testing.T) {
	svg := Lines(Frame{ID: "l"}, []Series{{"mailed", []float64{0, 1}, Treated}, {"held out", []float64{0, 2}, Holdout}}, plain, "days")
	if strings.Count(svg, `stroke-dasharray="6 4"`) != 1 || strings.Count(svg, `hollow`) != 1 {
		t.Errorf("the holdout needs a dashed line and a hollow dot, the mailed neither: %s", svg)
	}
}
