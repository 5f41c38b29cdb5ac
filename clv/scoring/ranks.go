package scoring

import (
	"math"

	"postlift"
	"postlift/clv"
	"postlift/clv/segments"
)

// Ranking holds the limits by which a run sorts accounts. An incremental run keeps those of its base.
type Ranking struct {
	RFM    segments.RFMEdges `json:"rfm"`
	Limits segments.Limits   `json:"stages"`
}

// ranks collects, over all accounts, what the limits are drawn from.
type ranks struct{ rfm segments.RFMTally }

func (r *ranks) add(h *History, asOf postlift.Date) {
	if h.OrderDays > 0 {
		r.rfm.Add(asOf.DaysSince(h.LastOrder), h.OrderDays, h.NetMinor)
	}
}

func (r *ranks) limits() Ranking {
	return Ranking{RFM: r.rfm.Edges(), Limits: segments.DefaultLimits}
}

// rank gives an account's RFM and its stage.
func (r Ranking) rank(h *History, v *clv.Value, asOf postlift.Date) (rfm, stage string) {
	if h.OrderDays > 0 {
		rfm = r.RFM.Score(asOf.DaysSince(h.LastOrder), h.OrderDays, h.NetMinor).String()
	}
	s, _ := segments.StageOf(h.facts(v, asOf), r.Limits)
	return rfm, string(s)
}

// facts are what the account's stage rests on.
func (h *History) facts(v *clv.Value, asOf postlift.Date) segments.Facts {
	f := segments.Facts{Orders: h.OrderDays, Contracts: len(h.Contracts), PActive: v.PActive, AgeMonths: math.NaN(), SilentMonths: math.NaN()}
	last := h.LastOrder
	running, noticed := 0, 0
	for i := range h.Contracts {
		c := &h.Contracts[i]
		last = max(last, c.until(asOf))
		if c.OpenOn(asOf) {
			running++
			if c.noticeKnown(asOf) || c.knownEnd(asOf, h.OwnDate) > 0 {
				noticed++
			}
		}
	}
	if h.signed() { // a customer again, or for the first time
		running++
		f.Contracts += len(h.Signed)
	}
	f.UnderContract, f.NoticeGiven = running > 0, running > 0 && noticed == running
	if since := h.customerSince(); !since.IsZero() {
		f.AgeMonths = float64(asOf.DaysSince(since)) / clv.DaysPerMonth
		f.SilentMonths = float64(asOf.DaysSince(last)) / clv.DaysPerMonth
	} else if h.signed() {
		f.AgeMonths, f.SilentMonths = 0, 0
	}
	f.Trend = h.trend(asOf)
	return f
}

// trend is the revenue of the last twelve months by that of the twelve before, less 1; NaN where nothing
// came in before.
func (h *History) trend(asOf postlift.Date) float64 {
	mid, from := asOf.AddMonths(-12), asOf.AddMonths(-24)
	now, before := float64(h.Net12MMinor), float64(h.NetBefore12MMinor)
	for i := range h.Contracts {
		c := &h.Contracts[i]
		now += c.revenue(mid.AddDays(1), asOf)
		before += c.revenue(from.AddDays(1), mid)
	}
	if !(before > 0) {
		return math.NaN()
	}
	return now/before - 1
}
