package responses

import (
	"encoding/json"
	"strings"
	"testing"

	"postlift"
	"postlift/responses/worth"
)

// keptJSON is a frozen report that projected something on a day and realised something since earlier ones.
func keptJSON(t *testing.T, currency string, day int, ahead int64, since ...SinceReading) []byte {
	t.Helper()
	money := func(v int64) *MoneyInterval {
		return &MoneyInterval{Value: postlift.Money{Minor: v, Currency: currency}}
	}
	o := &Outcomes{Day: day, Money: &MoneyOutcome{Since: since}, CLV: &CLVUplift{Projected: &ProjectedLine{}}}
	if ahead != 0 {
		o.CLV.Projected = &ProjectedLine{Ahead: money(ahead), AheadSE: 10, AheadDay: 365}
	}
	b, err := json.Marshal(Uplift{Currency: currency, Outcomes: o})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// What a run projected is paired with what the same run realised in the very days that it was about.
func TestMaturing(t *testing.T) {
	since := func(day, until int, v int64) SinceReading {
		return SinceReading{Day: day, Until: until, Gain: MoneyInterval{Value: postlift.Money{Minor: v, Currency: "EUR"}}, SE: 7}
	}
	m := newMaturing("EUR")
	for _, k := range []struct {
		run    int64
		report []byte
	}{
		{1, keptJSON(t, "EUR", 30, 500)},
		{1, keptJSON(t, "EUR", 90, 400)},
		{1, keptJSON(t, "EUR", 180, 0, since(30, 180, 1), since(90, 180, 2))},
		{1, keptJSON(t, "EUR", 365, 0, since(30, 365, 250), since(90, 365, 100))},
		{2, keptJSON(t, "EUR", 90, 300)}, // not matured
		{3, keptJSON(t, "EUR", 365, 0, since(90, 365, 9))},
		{4, keptJSON(t, "CHF", 90, 300)}, // another currency
		{4, keptJSON(t, "CHF", 365, 0, since(90, 365, 9))},
		{5, []byte(`{"currency":"EUR","outcomes":null}`)},
	} {
		if err := m.add(k.run, k.report); err != nil {
			t.Fatal(err)
		}
	}
	m.close()
	if len(m.byDay) != 2 || len(m.byDay[90]) != 1 || m.byDay[90][0] != (worth.Matured{Projected: 400, ProjectedSE: 10, Realised: 100, RealisedSE: 7}) ||
		m.byDay[30][0].Realised != 250 {
		t.Errorf("%+v", m.byDay)
	}
	if err := m.add(6, []byte("{")); err == nil || !strings.Contains(err.Error(), "run 6") {
		t.Errorf("a broken report: %v", err)
	}
}

// An uncalibrated projection says that it is no estimate, in both languages.
func TestProjectedWords(t *testing.T) {
	kappa := &KappaLine{Value: .5, Campaigns: 4, Day: 90}
	for _, c := range []struct {
		line   ProjectedLine
		en, de string
	}{
		{ProjectedLine{State: OutcomeNoModel, Controls: 12, Needed: 200}, "12 of them", "12 von ihnen"},
		{ProjectedLine{State: NotCalibrated, Horizon: 36}, "Not calibrated yet", "Noch nicht kalibriert"},
		{ProjectedLine{State: Calibrated, Kappa: kappa}, "0.50 of each unit", "0,50-Fache"},
		{ProjectedLine{State: OutcomeNone}, "no difference", "keinen Unterschied"},
	} {
		w := projectedWords(&c.line)
		if !strings.Contains(w.EN, c.en) || !strings.Contains(w.DE, strings.ReplaceAll(c.de, " %", "\u00a0%")) || strings.Contains(w.EN+w.DE, "%!") {
			t.Errorf("%+v", w)
		}
	}
}
