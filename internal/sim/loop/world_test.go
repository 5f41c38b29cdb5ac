package loop

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// zOf is how many standard errors the mean of values lies from zero.
func zOf(values []float64) float64 {
	p := paired(values)
	return p.Mean / p.SE
}

func devSeed(n string) uint64 { return Seed("postlift-dev-" + n) }

// TestSeed: SHA-256 of "abc" begins with ba7816bf 8f01cfea (FIPS 180-2, appendix B.1).
func TestSeed(t *testing.T) {
	if got := Seed("abc"); got != 0xba7816bf8f01cfea {
		t.Errorf("Seed(abc) = %x", got)
	}
}

// TestWorldMoments: the drawn company has the laws that it is said to have, within four standard errors.
func TestWorldMoments(t *testing.T) {
	w := NewWorld(1, devSeed("moments"), 40_000, 48)
	if got, want := w.Accounts(), 40_000+200*48; got != want {
		t.Fatalf("%d accounts, %d expected", got, want)
	}
	off := map[string][]float64{}
	add := func(name string, v float64) { off[name] = append(off[name], v) }
	for i := range w.Accounts() {
		s := w.segments[w.segment[i]]
		add("rate", w.rate[i]-rateMean)
		add("rate variance", (w.rate[i]-rateMean)*(w.rate[i]-rateMean)-rateMean*rateMean/rateShape)
		add("hazard", w.hazard[i]-hazardMean)
		add("order margin", w.margin[i]/s.Value-orderMean)
		add("own answer", w.lift[i]-s.Lift)
		for k, other := range w.segments {
			share := -other.Share
			if int(w.segment[i]) == k {
				share++
			}
			add("share of "+other.Name, share)
		}
		blocked := -doNotMail
		if w.blocked[i] {
			blocked++
		}
		add("do not mail", blocked)
	}
	for name, values := range off {
		if z := zOf(values); math.Abs(z) > 4 {
			t.Errorf("%s is off by %.1f standard errors", name, z)
		}
	}
}

// TestHistory: of customers whose hazards are gamma, a share of (1 + m t/k)^-k is left after t months, and those who
// are order at their rates.
func TestHistory(t *testing.T) {
	w := NewWorld(1, devSeed("history"), 40_000, 4)
	s := NewState(w)
	var left, orders []float64
	for i := range w.OnFile {
		months := float64(-int(w.entry[i]) - 1)
		here := -math.Pow(1+hazardMean*months/hazardShape, -hazardShape)
		if !s.gone[i] {
			here++
			orders = append(orders, float64(s.book[i].Orders)-w.rate[i]*months)
		}
		left = append(left, here)
	}
	if z := zOf(left); math.Abs(z) > 4 {
		t.Errorf("the share of customers left is off by %.1f standard errors", z)
	}
	if z := zOf(orders); math.Abs(z) > 4 {
		t.Errorf("the orders of those left are off by %.1f standard errors", z)
	}
}

// TestPairedRandomness: letters change nothing but the accounts that get them, and the same letters make the same
// world to the last bit.
func TestPairedRandomness(t *testing.T) {
	w := NewWorld(1, devSeed("paired"), 3000, 12)
	start := NewState(w)
	var mailed []int32
	for i := range int32(500) {
		mailed = append(mailed, i*5)
	}
	a, b, none := start.Clone(), start.Clone(), start.Clone()
	for m := range 12 {
		if m%Window == 0 {
			a.Mail(mailed)
			b.Mail(mailed)
		}
		for _, s := range []*State{a, b, none} {
			s.Step()
		}
	}
	changed := 0
	for i := range a.book {
		if a.book[i] != b.book[i] || a.gone[i] != b.gone[i] {
			t.Fatalf("account %d lived twice in two ways", i)
		}
		same := a.book[i].Orders == none.book[i].Orders && a.book[i].Sum == none.book[i].Sum && a.gone[i] == none.gone[i]
		switch {
		case !same && (i%5 != 0 || i >= 2500):
			t.Fatalf("account %d got no letter and yet changed", i)
		case !same:
			changed++
		}
	}
	if changed < 50 {
		t.Errorf("500 accounts got six letters each and only %d changed", changed)
	}
	if start.month != 0 || len(start.Margin) != 0 {
		t.Errorf("clones move what they were made of: month %d", start.month)
	}
}

// TestResidualEqualsSimulation: the residual value in closed form is what 900 further months bring on average, while
// letters still work and without any.
func TestResidualEqualsSimulation(t *testing.T) {
	w := NewWorld(1, devSeed("residual"), 6000, 4)
	s := NewState(w)
	everybody := make([]int32, w.OnFile/2)
	for i := range everybody {
		everybody[i] = int32(i)
	}
	s.Mail(everybody)
	s.Step()
	s.Mail(everybody)
	var ahead, off []float64
	for i := range w.OnFile {
		ahead = append(ahead, s.Residual(i))
	}
	before := make([]float64, w.OnFile)
	for i := range before {
		before[i] = s.book[i].Sum
	}
	found := make([]float64, w.OnFile)
	for k := range 900 {
		s.Step()
		for i := range found {
			found[i] += math.Exp(-discount*float64(k)) * (s.book[i].Sum - before[i])
			before[i] = s.book[i].Sum
		}
	}
	sum := 0.
	for i := range found {
		off = append(off, found[i]-ahead[i])
		sum += ahead[i]
	}
	if z := zOf(off); math.Abs(z) > 4 {
		t.Errorf("simulated less closed form is %.1f standard errors, %.2f %% of the residual value", z, 100*paired(off).Mean*float64(len(off))/sum)
	}
	if p := paired(off); p.SE*float64(len(off)) > .03*sum {
		t.Errorf("the simulation is too coarse to tell: its standard error is %.1f %%", 100*p.SE*float64(len(off))/sum)
	}
}

// TestWindowMargin: what a letter truly adds, by which the loop's tests are judged, is what it adds on average.
func TestWindowMargin(t *testing.T) {
	w := NewWorld(1, devSeed("window"), 20_000, 4)
	s := NewState(w)
	var all []int32
	for i := range int32(w.OnFile) {
		all = append(all, i)
	}
	s.Mail(all) // the next letter finds an earlier one still at work
	s.Step()
	for _, mailed := range []bool{false, true} {
		c := s.Clone()
		var off []float64
		if mailed {
			c.Mail(all)
		}
		for range Window {
			c.Step()
		}
		for i := range w.OnFile {
			off = append(off, c.Recent(i, Window)-s.windowMargin(i, mailed))
		}
		if z := zOf(off); math.Abs(z) > 4 {
			t.Errorf("mailed %v: the margin of the window is off by %.1f standard errors", mailed, z)
		}
	}
}

// TestPoisson: inversion has the law's mean, and more is never less.
func TestPoisson(t *testing.T) {
	var off []float64
	for i := range 20_000 {
		off = append(off, float64(poisson(chance(7).uniform(drawOrders, i, 0), 2.5))-2.5)
	}
	if z := zOf(off); math.Abs(z) > 4 {
		t.Errorf("the mean is off by %.1f standard errors", z)
	}
	rapid.Check(t, func(t *rapid.T) {
		u, m, more := rapid.Float64Range(1e-12, 1-1e-12).Draw(t, "u"), rapid.Float64Range(0, 20).Draw(t, "mean"), rapid.Float64Range(0, 5).Draw(t, "more")
		if a, b := poisson(u, m), poisson(u, m+more); b < a || b > mostOrders {
			t.Fatalf("poisson(%g): %d at mean %g, %d at %g", u, a, m, b, m+more)
		}
	})
}

// TestContrast: segments keep their average at every contrast; at 0 they are alike.
func TestContrast(t *testing.T) {
	average := func(contrast float64) (lift float64) {
		for _, s := range Segments(contrast) {
			lift += s.Share * s.Lift
		}
		return lift
	}
	for _, c := range []float64{0, .5, 1, 2} {
		if got, want := average(c), average(1); math.Abs(got-want) > 1e-12 {
			t.Errorf("contrast %g: average lift %g, %g expected", c, got, want)
		}
	}
	alike := Segments(0)
	if alike[0].Lift != alike[5].Lift || alike[0].Retention != alike[5].Retention {
		t.Errorf("without contrast segments differ: %+v", alike)
	}
}
