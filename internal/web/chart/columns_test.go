package chart

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Whatever the values, the charts of models are well-formed and every number in them is one, alone or not.
func TestModelChartsAreSound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.SliceOfN(rapid.Float64(), 1, 12).Draw(t, "values")
		f := Frame{ID: "x", Title: "A <finding> & more", Desc: strings.Repeat("what \"is\" shown ", len(v))}
		var groups []Group
		var points []Point
		for i, x := range v {
			groups = append(groups, Group{Label: fmt.Sprint(i), Values: []float64{x, float64(i)}})
			points = append(points, Point{Predicted: x, Observed: v[0], N: float64(i)})
		}
		for name, svg := range map[string]string{
			"columns":     Columns(f, []Column{{"observed", Neutral}, {"model", Third}}, groups, plain, "orders"),
			"curves":      Curves(f, []Series{{"one", v, Neutral}, {"two", v[:len(v)/2], Holdout}, {"none", nil, Third}}, plain, "weeks"),
			"calibration": Calibration(f, points, plain, "predicted", "observed"),
		} {
			for _, s := range []string{svg, Alone(f, svg)} {
				d := xml.NewDecoder(strings.NewReader(s))
				for {
					token, err := d.Token()
					if errors.Is(err, io.EOF) {
						break
					}
					if err != nil {
						t.Fatalf("%s: %v", name, err)
					}
					if start, ok := token.(xml.StartElement); ok {
						for _, a := range start.Attr {
							if a.Name.Local == "style" || strings.Contains(a.Value, "NaN") || strings.Contains(a.Value, "Inf") {
								t.Fatalf("%s: %+v", name, start)
							}
						}
					}
				}
			}
		}
	})
}

// A chart alone shows its title and description and holds the whole chart.
func TestAlone(t *testing.T) {
	f := Frame{ID: "l", Title: "Orders", Desc: "what a listener must know, at some length so that it needs a second line to be read by a person"}
	svg := Alone(f, Lines(f, []Series{{"one", []float64{0, 1}, Treated}}, plain, "days"))
	if strings.Count(svg, "<svg ") != 2 || strings.Count(svg, ">Orders<") != 2 || !strings.Contains(svg, `font-weight="600"`) {
		t.Error(svg)
	}
	if got := wrap(f.Desc, 40); len(got) < 2 || strings.Join(got, " ") != f.Desc {
		t.Errorf("%q", got)
	}
	if Alone(f, "<p>") != "<p>" {
		t.Error("what is no chart must stay as it is")
	}
}
