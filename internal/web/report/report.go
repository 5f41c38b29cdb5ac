// Package report shows a measured uplift as a page for people: one self-contained HTML file, or the
// body alone for a page of the web interface. It imports the root package, responses and the charts.
package report

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"postlift"
	"postlift/internal/web/chart"
	"postlift/responses"
)

//go:embed report.html
var files embed.FS

var page = template.Must(template.New("report.html").ParseFS(files, "report.html"))

// Write writes the report as one HTML file that needs nothing else: styles and charts are inside.
func Write(w io.Writer, u responses.Uplift, lang string) error {
	if err := page.ExecuteTemplate(w, "page", newView(u, lang)); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

// Body gives the report's content without a page around it and without styles: headings start at h1,
// charts carry classes that a page's own styles may colour.
func Body(u responses.Uplift, lang string) (template.HTML, error) {
	var b strings.Builder
	if err := page.ExecuteTemplate(&b, "body", newView(u, lang)); err != nil {
		return "", fmt.Errorf("report: %w", err)
	}
	return template.HTML(b.String()), nil
}

// view is what the template reads: the report with everything worded and drawn for one language.
type view struct {
	responses.Uplift
	Lang   string
	Charts map[string]template.HTML
}

func newView(u responses.Uplift, lang string) view {
	if !strings.HasPrefix(lang, "de") {
		lang = "en"
	} else {
		lang = "de"
	}
	v := view{Uplift: u, Lang: lang}
	v.Charts = map[string]template.HTML{
		"net": v.netChart(), "curve": v.curveChart(), "arms": v.armsChart(), "funnel": v.funnelChart(),
	}
	return v
}

// T is a fixed text; an unknown key shows itself, which a test looks for.
func (v view) T(key string) string {
	b, known := words[key]
	if !known {
		return "[" + key + "]"
	}
	if v.Lang == "de" {
		return strings.ReplaceAll(b.DE, " %", "\u00a0%")
	}
	return strings.ReplaceAll(b.EN, " %", "%")
}

// Decided tells whether the interval excludes zero: before that a single return figure would mislead.
func (v view) Decided() bool { return v.Verdict == responses.Works || v.Verdict == responses.Hurts }

// Say is a bilingual text of the report in the page's language.
func (v view) Say(b responses.Bilingual) string { return b.In(v.Lang) }

// Money is an amount in whole major units.
func (v view) Money(m postlift.Money) string { return responses.WholeMoney(m, v.Lang) }

// Exact is an amount to the cent.
func (v view) Exact(m postlift.Money) string { return m.Format(v.Lang) }

// Count is a number with separators.
func (v view) Count(n int) string { return responses.WholeNumber(n, v.Lang) }

// Date is a date in the page's language.
func (v view) Date(d postlift.Date) string { return d.Format(v.Lang) }

// Share is a share as a percentage.
func (v view) Share(x float64) string { return responses.Percent(x, 1, v.Lang) }

// Range is "low to high" of a money interval.
func (v view) Range(low, high postlift.Money) string {
	return v.Money(low) + " " + v.T("to") + " " + v.Money(high)
}

// Times is a share as a percentage without decimals, for returns.
func (v view) Times(x float64) string { return responses.Percent(x, 0, v.Lang) }

// Number is a plain number with one decimal.
func (v view) Number(x float64) string {
	s := strings.Replace(fmt.Sprintf("%.1f", x), "-", "\u2212", 1)
	if v.Lang == "de" {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s
}

// P is a p value.
func (v view) P(p float64) string {
	s := fmt.Sprintf("p = %.3f", p)
	if p < .001 {
		s = "p < 0.001"
	}
	if v.Lang == "de" {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s
}

// Zero tells whether a figure's interval contains zero.
func (v view) Zero(f responses.Figure) bool {
	return f.Total.Low.Minor <= 0 && f.Total.High.Minor >= 0
}

// TruthInside tells whether the interval holds the simulated truth.
func (v view) TruthInside() bool {
	return v.Truth != nil && v.Gain != nil && v.Truth.Gain.Minor >= v.Gain.Low.Minor && v.Truth.Gain.Minor <= v.Gain.High.Minor
}

// Icon is the verdict's sign, so that colour is never alone.
func (v view) Icon() string {
	return map[string]string{responses.Works: "✓", responses.NoProof: "○", responses.Hurts: "▼", responses.Withheld: "■"}[v.Verdict]
}

// inWaves tells whether everybody was mailed in random order, so that there are no two arms.
func (v view) inWaves() bool {
	return len(v.Arms) > 0 && v.Arms[0].Name == responses.ArmWave
}

// ArmsTitle is the key of the heading above the arms.
func (v view) ArmsTitle() string {
	if v.inWaves() {
		return "waves"
	}
	return "arms"
}

// ArmLabel names an arm, or a wave with the day when it arrived.
func (v view) ArmLabel(a responses.Arm) string {
	switch {
	case a.Name == responses.ArmAssigned:
		return v.T("mailed")
	case a.Name == responses.ArmHoldout:
		return v.T("held_out")
	case a.InHomeOn.IsZero():
		return fmt.Sprintf("%s %d (%s)", v.T("wave"), a.Wave, v.T("waiting"))
	}
	return fmt.Sprintf("%s %d (%s)", v.T("wave"), a.Wave, v.Date(a.InHomeOn))
}

// Rows are the estimates of the interval chart.
func (v view) Rows() []Row {
	var rows []Row
	add := func(key string, m *responses.MoneyInterval, kind chart.Kind) {
		if m != nil {
			rows = append(rows, Row{Label: v.T(key), Money: *m, kind: kind})
		}
	}
	if v.Net == nil {
		return nil
	}
	add("row_net", v.Net, chart.Treated)
	if v.CUPED != nil {
		add("row_cuped", v.Gain, chart.Neutral)
		add("row_welch", &v.Welch.Total, chart.Neutral)
	} else {
		add("row_welch_d", v.Gain, chart.Neutral)
	}
	return rows
}

// Row is one line of the interval chart and of its table.
type Row struct {
	Label string
	Money responses.MoneyInterval
	kind  chart.Kind
}

// Steps are the days that the curve's table shows: at most about a dozen.
func (v view) Steps() []responses.CurvePoint {
	every := max(len(v.Curve)/12, 1)
	var out []responses.CurvePoint
	for i, p := range v.Curve {
		if i%every == 0 || i == len(v.Curve)-1 {
			out = append(out, p)
		}
	}
	return out
}
