package scoring

import (
	"math"
	"testing"

	"postlift/clv"
	"postlift/clv/backtest"
)

// An end that lies ahead counts once it is known: where notice had been given by then, or where the documents are
// of that very day. Where they go on after it, the end may have been recorded later and must not show.
func TestEndsThatAreKnown(t *testing.T) {
	c := yearly()
	c.EndedOn = day("2025-12-31")
	for _, want := range []struct {
		asOf, notice string
		ownDate      bool
		end          string
	}{
		{asOf: "2025-10-01"},
		{asOf: "2025-10-01", ownDate: true, end: "2026-01-01"},
		{asOf: "2025-10-01", notice: "2025-09-15", end: "2026-01-01"},
		{asOf: "2025-10-01", notice: "2025-10-02"},
		{asOf: "2023-10-01", notice: "2025-09-15"},
		{asOf: "2025-12-30", ownDate: true, end: "2026-01-01"},
	} {
		if c.NoticeGivenOn = 0; want.notice != "" {
			c.NoticeGivenOn = day(want.notice)
		}
		in := c.Input(day(want.asOf), want.ownDate)
		if got := in.End; got.IsZero() != (want.end == "") || want.end != "" && got != day(want.end) {
			t.Errorf("%+v: ends %v", want, got)
		}
	}
}

// A signed contract is seen where the documents end with the date, with the lines of its first day; in the past of
// documents that go on nobody knows of it.
func TestSignedContracts(t *testing.T) {
	asOf := day("2022-12-15")
	h := History{Segment: "A", Signed: []ContractRecord{yearly()}, DiscountRate: math.NaN()}
	if in := h.Input(asOf, .3); len(in.Contracts) != 0 || !h.Empty(asOf) {
		t.Errorf("seen too early: %+v", in)
	}
	h.OwnDate = true
	in := h.Input(asOf, .3)
	if len(in.Contracts) != 1 || h.Empty(asOf) || len(in.Held) != 1 || in.MarginToDateMinor != 0 {
		t.Fatalf("%+v", in)
	}
	k := in.Contracts[0]
	if k.Start != day("2023-01-01") || k.TermEnd != day("2024-01-01") || k.MonthlyFeeMinor != 1000 || k.MonthlyMarginMinor != 400 || !k.MarginKnown ||
		k.ExposureMonths != 0 || k.RenewalsDone != 0 || k.Cell.Group != "parts" {
		t.Errorf("%+v", k)
	}
	f := h.facts(&clv.Value{PActive: 1}, asOf)
	if !f.UnderContract || f.Contracts != 1 || f.AgeMonths != 0 {
		t.Errorf("%+v", f)
	}
	if h.Signed[0].Rate = 0; h.ExcludedContracts(asOf) != 1 || len(h.Input(asOf, .3).Contracts) != 0 {
		t.Error("without an exchange rate it is left out and counted")
	}
}

// Bands around money are widened by the errors of money, grown to the time that is valued.
func TestCalibrationIsOfMoneyAtTheHorizon(t *testing.T) {
	b := StoredBacktest{}
	b.Report.Calibration = backtest.Calibration{Horizon: backtest.Horizon{Days: 365}, LogSDTotal: .2, LogSDValue: .3, AccountLogSD: .1}
	c := calibration(&b, 36)
	grown := math.Sqrt(36 * clv.DaysPerMonth / 365)
	if math.Abs(c.LogSDTotal-.3*grown) > 1e-12 || math.Abs(c.LogSDAccount-.1*grown) > 1e-12 {
		t.Errorf("%+v, want .3 and .1 times %g", c, grown)
	}
	if c := calibration(&b, 6); c.LogSDTotal != .3 || c.LogSDAccount != .1 {
		t.Errorf("a shorter time than was tested: %+v", c)
	}
	if c := calibration(nil, 36); c.LogSDTotal != backtest.DefaultLogSD || c.LogSDAccount != 0 {
		t.Errorf("untested: %+v", c)
	}
}
