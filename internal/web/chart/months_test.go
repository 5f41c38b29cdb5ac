package chart

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var bandWords = BandWords{Low: "5 %", Median: "50 %", High: "95 %", Value: "expected", Mark: "cost"}

// months makes a picture of values, with a level and a mark.
func months(v []float64) Months {
	m := Months{Columns: []Column{{"gain", Treated}, {"more", Fourth}, {"cost", Third}}, Values: make([][]float64, 3), Axis: "month",
		Line: &Path{"revenue", v, Neutral}, Sum: &Path{"together", v, Treated}, Level: &Level{"to cover", 7}, Mark: len(v), Marked: "covered"}
	for i, x := range v {
		m.Labels = append(m.Labels, fmt.Sprintf("%02d/26", i+1))
		m.Values[0] = append(m.Values[0], math.Abs(x))
		m.Values[1] = append(m.Values[1], x/2)
		m.Values[2] = append(m.Values[2], -math.Abs(x)/3)
	}
	return m
}

// places reads every number of a picture's shapes and fails on what is not well-formed or not a number.
func places(t interface{ Fatalf(string, ...any) }, name, svg string) (width, height float64, most [2]float64) {
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return width, height, most
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		for _, a := range start.Attr {
			if a.Name.Local == "style" || strings.Contains(a.Value, "NaN") || strings.Contains(a.Value, "Inf") {
				t.Fatalf("%s: %+v", name, start)
			}
			if a.Name.Local == "viewBox" {
				_, _ = fmt.Sscanf(a.Value, "0 0 %g %g", &width, &height)
			}
			var v float64
			if n, _ := fmt.Sscanf(a.Value, "%g", &v); n == 1 {
				switch a.Name.Local {
				case "x", "x1", "x2", "cx":
					most[0] = max(most[0], v)
				case "y", "y1", "y2", "cy":
					most[1] = max(most[1], v)
				}
			}
		}
	}
}

// Whatever the values, bands and months are well-formed, every number is one, and nothing lies outside the
// picture.
func TestValueChartsAreSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.SliceOfN(rapid.Float64Range(-1e9, 1e9), 1, 60).Draw(t, "values")
		f := Frame{ID: "x", Title: "A <finding>", Desc: "what"}
		var rows []Band
		for _, x := range v[:min(len(v), 6)] {
			rows = append(rows, Band{Label: "row", Value: x, Low: x - math.Abs(x)/2, Median: x, High: x + math.Abs(x), Mark: &v[0]})
		}
		for name, svg := range map[string]string{"bands": Bands(f, rows, plain, bandWords), "months": StackedMonths(f, months(v), plain)} {
			width, height, most := places(t, name, svg)
			if most[0] > width+.1 || most[1] > height+.1 {
				t.Fatalf("%s: something lies at %v, outside %g x %g", name, most, width, height)
			}
		}
	})
}

// Odd values and missing parts draw what there is.
func TestValueChartsOfLittle(t *testing.T) {
	f := Frame{ID: "x"}
	for name, svg := range map[string]string{
		"no bands":  Bands(f, nil, plain, bandWords),
		"no months": StackedMonths(f, Months{}, plain),
		"one point": Bands(f, []Band{{}}, plain, bandWords),
		"not numbers": StackedMonths(f, Months{Labels: []string{"a", "b"}, Columns: []Column{{"x", Treated}}, Values: [][]float64{{math.NaN(), math.Inf(1)}},
			Sum: &Path{Values: []float64{math.NaN(), 1}}, Mark: 9}, plain),
	} {
		places(t, name, svg)
	}
}

// Columns add up upwards and downwards, and the covered month is marked at its end.
func TestMonthsStack(t *testing.T) {
	svg := StackedMonths(Frame{ID: "m"}, Months{Labels: []string{"Jan", "Feb"}, Columns: []Column{{"orders", Treated}, {"fees", Fourth}, {"service", Third}},
		Values: [][]float64{{60, 60}, {40, 40}, {-50, 0}}, Sum: &Path{Name: "sum", Values: []float64{50, 150}}, Level: &Level{"cost", 120}, Mark: 2, Marked: "paid back"}, plain)
	for _, want := range []string{"<title>Jan, orders: 60</title>", "<title>Jan, service: -50</title>", ">paid back</text>", ">cost 120</text>", ">sum 150</text>"} {
		if !strings.Contains(svg, want) {
			t.Errorf("%s is missing", want)
		}
	}
	if strings.Contains(svg, "Feb, service") {
		t.Error("a cost of nothing is drawn")
	}
	if strings.Count(svg, `stroke-dasharray="6 4"`) != 1 {
		t.Error("the level must be told from the sum by its dashes")
	}
}

// TestLook writes the pictures into a folder for a person to look at.
func TestLook(t *testing.T) {
	dir := os.Getenv("POSTLIFT_CHARTS")
	if dir == "" {
		t.Skip("POSTLIFT_CHARTS names no folder to write the pictures into")
	}
	money := func(v float64) string { return fmt.Sprintf("%.0f €", v) }
	cost, m := 812.0, Months{Columns: []Column{{"Contracts, running term", Treated}, {"Contracts, after renewal", Fourth}, {"Price and new groups", Fifth}, {"Orders", Holdout}, {"Service, contact and handling", Third}},
		Line: &Path{Name: "Revenue", Kind: Neutral}, Sum: &Path{Name: "Value so far", Kind: Treated}, Level: &Level{"Still to cover", 812}, Mark: 11, Marked: "paid back in month 11", Axis: "Month"}
	m.Values = make([][]float64, 5)
	sum := 0.0
	for i := range 36 {
		m.Labels = append(m.Labels, fmt.Sprintf("%02d/%02d", (i+2)%12+1, 26+(i+2)/12))
		a, b := 45.0, 0.0
		if i > 10 {
			a, b = 0, 40*math.Pow(.99, float64(i))
		}
		o := 60 * math.Pow(.97, float64(i))
		for k, v := range []float64{a, b, float64(i) / 3, o, -22} {
			m.Values[k] = append(m.Values[k], v)
		}
		m.Line.Values = append(m.Line.Values, 2.4*(a+b+o))
		sum += (a + b + float64(i)/3 + o - 22) * math.Pow(.992, float64(i))
		m.Sum.Values = append(m.Sum.Values, sum)
	}
	parts := []Part{{"Contracts, running term", 540, false}, {"Contracts, after renewal", 760, false}, {"Orders", 1200, false}, {"Service", -380, false}, {"Order handling", -90, false},
		{"Residual CLV", 2030, true}, {"Acquisition", -812, false}, {"Prospect CLV", 1218, true}}
	for name, svg := range map[string]string{
		"bands":  Bands(Frame{ID: "b", Width: 960}, []Band{{Value: 2030, Low: 310, Median: 1890, High: 5100, Mark: &cost}}, money, bandWords),
		"bands2": Bands(Frame{ID: "b", Width: 960}, []Band{{"Muster GmbH", 2030, 310, 1890, 5100, nil}, {"Beispiel AG", 20, -40, 12, 130, nil}}, money, bandWords),
		"months": StackedMonths(Frame{ID: "m", Width: 960}, m, money), "parts": Parts(Frame{ID: "p", Width: 960}, parts, money),
	} {
		if err := os.WriteFile(dir+"/"+name+".svg", []byte(svg), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
