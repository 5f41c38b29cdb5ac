package report

import (
	"html/template"
	"math"

	"postlift"
	"postlift/internal/web/chart"
	"postlift/responses"
)

// money formats major units for an axis or a label.
func (v view) money(major float64) string {
	return responses.WholeMoney(postlift.FromMajor(major, v.Currency), v.Lang)
}

func (v view) netChart() template.HTML {
	var rows []chart.IntervalRow
	for i, r := range v.Rows() {
		m := r.Money
		row := chart.IntervalRow{
			Label: r.Label, Kind: r.kind, Value: m.Value.Major(), Low: m.Low.Major(), High: m.High.Major(),
			Low80: m.Low80.Major(), High80: m.High80.Major(),
		}
		row.Mark = v.truthOf(i)
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return ""
	}
	f := chart.Frame{ID: "net", Title: v.T("chart_net"), Desc: v.T("chart_desc") + " " + v.Say(v.Sentence)}
	return template.HTML(chart.Intervals(f, rows, v.money, v.T("truth")))
}

// truthOf is the simulated truth that belongs to a row: the net one on the first, the gain on the second.
func (v view) truthOf(row int) *float64 {
	if v.Truth == nil {
		return nil
	}
	var known float64
	switch {
	case row == 0 && v.Truth.Net != nil:
		known = v.Truth.Net.Major()
	case row == 0:
		known = v.Truth.Gain.Major() - v.Cost.Actual.Major()
	case row == 1:
		known = v.Truth.Gain.Major()
	default:
		return nil
	}
	return &known
}

func (v view) curveChart() template.HTML {
	if len(v.Curve) < 2 {
		return ""
	}
	assigned, holdout := make([]float64, len(v.Curve)), make([]float64, len(v.Curve))
	for i, p := range v.Curve {
		assigned[i], holdout[i] = p.Assigned.Major(), p.Holdout.Major()
	}
	series := []chart.Series{{Name: v.T("mailed"), Values: assigned, Kind: chart.Treated}}
	if v.Accounts.Holdout > 0 {
		series = append(series, chart.Series{Name: v.T("held_out"), Values: holdout, Kind: chart.Holdout})
	}
	f := chart.Frame{ID: "curve", Title: v.T("chart_curve"), Desc: v.T("curve_desc")}
	return template.HTML(chart.Lines(f, series, v.money, v.T("curve_axis")))
}

func (v view) armsChart() template.HTML {
	if v.inWaves() {
		return "" // every wave had its letter for another while: their means side by side would mislead
	}
	var rows []chart.IntervalRow
	for i, a := range v.Arms {
		if a.Groups == 0 {
			continue
		}
		mean := a.MeanGroup.Major()
		half := a.SDGroup.Major() / math.Sqrt(float64(a.Groups))
		row := chart.IntervalRow{Value: mean, Label: v.T("mailed"), Kind: chart.Treated,
			Low: mean - 1.96*half, High: mean + 1.96*half, Low80: mean - 1.2816*half, High80: mean + 1.2816*half}
		if i > 0 {
			row.Label, row.Kind = v.T("held_out"), chart.Holdout
		}
		rows = append(rows, row)
	}
	f := chart.Frame{ID: "arms", Title: v.T("arms"), Desc: v.T("arms_desc")}
	return template.HTML(chart.Intervals(f, rows, v.money, ""))
}

func (v view) funnelChart() template.HTML {
	a, p := v.Accounts, v.Pieces
	step := func(key string, n int, kind chart.Kind) chart.Step {
		return chart.Step{Label: v.T(key), N: float64(n), Kind: kind}
	}
	steps := []chart.Step{
		step("matched", a.Matched, chart.Neutral), step("gated", a.Gated, chart.Quiet), step("over_cap", a.OverCap, chart.Quiet),
		step("holdout", a.Holdout, chart.Holdout), step("assigned", a.Assigned, chart.Treated),
		step("planned_pcs", p.Planned, chart.Neutral), step("mailed_pcs", p.Mailed, chart.Treated),
		step("withdrawn", p.Withdrawn, chart.Quiet), step("failed", p.Failed, chart.Quiet), step("pending", p.Pending, chart.Quiet),
		step("returned", p.Returned, chart.Quiet),
	}
	f := chart.Frame{ID: "funnel", Title: v.T("funnel"), Desc: v.T("funnel_desc")}
	return template.HTML(chart.Funnel(f, steps, func(n float64) string { return v.Count(int(n)) }))
}
