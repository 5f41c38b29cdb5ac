package web

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"postlift"
	"postlift/clv/bridge"
	"postlift/clv/scoring"
	"postlift/responses"
)

func (f *fakes) LatestQuarter(context.Context) (scoring.Quarter, error) {
	return scoring.QuarterOf(today), nil
}

func (f *fakes) Bridges(_ context.Context, from, to scoring.Quarter) ([]QuarterBridge, []string, error) {
	if to.Year == 2001 {
		return nil, nil, postlift.Faultf(postlift.Conflict, "test", "no run stands there")
	}
	line := bridge.Line{Accounts: 3, Opening: 1_000_00, New: 250_00, Realised: -300_00, Unwound: 20_00, Value: -70_00, Model: 5_00, Closing: 905_00}
	gain := responses.MoneyInterval{Value: eur(120), Low: eur(-10), High: eur(250)}
	return []QuarterBridge{{Bridge: scoring.Bridge{Quarter: to.String(), From: to.First().AddDays(-1), To: to.Last(), Money: "EUR", All: line, Steps: line.Waterfall(),
		By: []scoring.BridgePart{{Name: hostile, Line: line}, {Line: line}}, Notes: []string{scoring.NoteRates}},
		Mail: responses.MailPart{Runs: 2, Gain: &gain, Cost: eur(40), Left: []responses.LeftOut{{Campaign: hostile, Reason: responses.WavesApart}}}}}, []string{from.String()}, nil
}

// The bridge shows every step in words and figures, what letters had to do with it, and which quarters are missing.
func TestBridgePage(t *testing.T) {
	h := newFakes().staff(t)
	w := get(h, "GET", "/clv/bridge?from=2025-Q1&to=2026-Q2", "Accept-Language", "de")
	body := w.Body.String()
	for _, want := range []string{"Anfangswert", "1.000,00", "Modellwechsel", "120,00", "2025-Q1", "<svg"} {
		if w.Code != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%d, %q is missing", w.Code, want)
		}
	}
	if w := get(h, "GET", "/clv/bridge?from=1&to=2026-Q2"); w.Code != http.StatusBadRequest && w.Code != http.StatusUnprocessableEntity {
		t.Errorf("a quarter that is none answers %d", w.Code)
	}
	if body := get(h, "GET", "/clv/bridge?from=2001-Q1&to=2001-Q1").Body.String(); !strings.Contains(body, "--backfill") {
		t.Error("quarters without runs do not say what to do")
	}
}
