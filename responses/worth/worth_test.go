package worth

import (
	"math"
	"math/rand/v2"
	"testing"

	"postlift"
	"postlift/clv"
	"postlift/clv/scoring"
)

var (
	begin = postlift.MustDate("2023-01-01")
	read  = postlift.MustDate("2026-03-31")
)

var plain = clv.Assumptions{HorizonMonths: 36, DiscountRate: .1, DefaultMargin: .3, DefaultRenewalRate: .8, WindowDays: 275}

// drawn is a company that orders at a rate of its own, may leave after any order, and has a contract now and then.
func drawn(rng *rand.Rand, id int64, rate float64) *scoring.History {
	h, _ := withFuture(rng, id, rate)
	return h
}

// withFuture is drawn, and the margin that its orders bring in the window ahead.
func withFuture(rng *rand.Rand, id int64, rate float64) (h *scoring.History, future float64) {
	h = &scoring.History{AccountID: id, HistoryStart: begin, OpenedOn: begin.AddDays(rng.IntN(300)), DiscountRate: math.NaN()}
	own := rate * rng.ExpFloat64()
	var last postlift.Date
	for on := h.OpenedOn; on <= read.AddDays(plain.WindowDays); on = on.AddDays(1 + int(min(rng.ExpFloat64()/own*365, 1e5))) {
		net := int64(20000 * math.Exp(.6*rng.NormFloat64()))
		if on > read {
			future += float64(net) * .3
			if rng.Float64() < .1 {
				break
			}
			continue
		}
		if h.OrderDays++; h.OrderDays == 1 {
			h.FirstOrder, h.FirstDayNetMinor = on, net
		} else {
			h.LogGaps += math.Log(float64(on.DaysSince(last)) / 7)
			delta := math.Log(float64(net)) - h.RepeatLogMean
			h.RepeatLogMean += delta / float64(h.OrderDays-1)
			h.RepeatLogSS += delta * (math.Log(float64(net)) - h.RepeatLogMean)
		}
		h.NetMinor, h.LastOrder, last = h.NetMinor+net, on, on
		if rng.Float64() < .1 {
			break
		}
	}
	h.MarginMinor = h.NetMinor * 3 / 10
	if id%5 == 0 {
		k := scoring.ContractRecord{AccountID: id, Rate: 1, StartedOn: begin, TermMonths: 12, TermEndsOn: postlift.MustDate("2026-12-31"), AutoRenew: true,
			Lines: []scoring.LineRecord{{No: 1, Quantity: 1, FeeMinor: 10000, From: begin}}}
		if id%3 == 0 {
			k.TermEndsOn = postlift.MustDate("2024-12-31")
			k.EndedOn = k.TermEndsOn
		}
		h.Contracts = []scoring.ContractRecord{k}
	}
	return h, future
}

func fitted(t *testing.T, controls []*scoring.History) *Valuer {
	t.Helper()
	f := NewFitter(read, .3)
	for _, h := range controls {
		if err := f.Add(h); err != nil {
			t.Fatal(err)
		}
	}
	v, ok, err := f.Fit(clv.Choice{}, plain)
	if err != nil || !ok {
		t.Fatalf("%v %v", ok, err)
	}
	for i, h := range controls { // kept inputs value as the histories do
		a, b := v.Value(f.Control(i))
		if x, y := v.Account(h); x != a || y != b {
			t.Fatalf("control %d: %g and %g, %g and %g", i, a, x, b, y)
		}
	}
	return v
}

// The model of the controls, and nothing else, values both arms: an account's value changes with its own past and with
// the controls', not with that of other mailed accounts; equal controls give equal values to the last bit.
func TestFittedToControls(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 4))
	var controls, quiet []*scoring.History
	for i := range int64(400) {
		controls = append(controls, drawn(rng, i, 6))
		quiet = append(quiet, drawn(rng, i, 1))
	}
	v, again := fitted(t, controls), fitted(t, controls)
	mailed := drawn(rng, 1001, 6)
	residual, ahead := v.Account(mailed)
	if x, y := again.Account(mailed); x != residual || y != ahead {
		t.Errorf("%g and %g, then %g and %g", residual, ahead, x, y)
	}
	late := *mailed
	late.LastOrder = postlift.MustDate("2026-03-20")
	late.OrderDays += 2
	if more, _ := v.Account(&late); !(more > residual) {
		t.Errorf("two more orders are worth %g, not more than %g", more, residual)
	}
	if x, _ := fitted(t, quiet).Account(mailed); x == residual {
		t.Error("other controls change nothing")
	}
}

// What the model of the controls expects ahead is what such accounts bring, within a tenth over 1,500 others.
func TestAheadIsRight(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 5))
	var controls []*scoring.History
	for i := range int64(1500) {
		controls = append(controls, drawn(rng, 5*i+1, 6)) // without contracts
	}
	v := fitted(t, controls)
	var ahead, came float64
	for i := range int64(1500) {
		h, future := withFuture(rng, 5*i+1, 6)
		_, a := v.Account(h)
		ahead, came = ahead+a, came+future
	}
	t.Logf("ahead %.0f, came %.0f", ahead, came)
	if !(math.Abs(ahead/came-1) < .1) {
		t.Errorf("ahead %.0f, came %.0f", ahead, came)
	}
}

func TestTooFewControls(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	f := NewFitter(read, .3)
	for i := range int64(Needed - 1) {
		if err := f.Add(drawn(rng, i, 6)); err != nil {
			t.Fatal(err)
		}
	}
	for range 50 { // companies that never ordered teach nothing
		if err := f.Add(&scoring.History{HistoryStart: begin, DiscountRate: math.NaN()}); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok, err := f.Fit(clv.Choice{}, plain); ok || err != nil || f.Learned() != Needed-1 {
		t.Errorf("%v %v of %d", ok, err, f.Learned())
	}
}
