package segments_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"postlift"
	"postlift/clv/clvtest"
	"postlift/clv/segments"

	"pgregory.net/rapid"
)

// TestQuintilesByHand: ten different accounts fall two to a quintile, and the best figures get the 5.
func TestQuintilesByHand(t *testing.T) {
	var tally segments.RFMTally
	for i := range 10 {
		tally.Add(10*i, i+1, int64(100*i))
	}
	tally.Add(0, 0, 0) // without an order: in no quintile
	e := tally.Edges()
	if e.Recency != [4]int64{10, 30, 50, 70} || e.Frequency != [4]int64{2, 4, 6, 8} || e.Value != [4]int64{100, 300, 500, 700} {
		t.Errorf("%+v", e)
	}
	for _, c := range []struct {
		days, orders int
		value        int64
		want         string
	}{{0, 10, 900, "555"}, {90, 1, 0, "111"}, {30, 5, 301, "433"}, {31, 4, 300, "322"}, {5, 0, 0, ""}, {9999, 99, -5, "151"}} {
		if got := e.Score(c.days, c.orders, c.value).String(); got != c.want {
			t.Errorf("%+v scores %q", c, got)
		}
	}
}

// TestTiesStayTogether: with 70 of 100 accounts at one order, these all score 1 and nobody scores 2 to 4.
func TestTiesStayTogether(t *testing.T) {
	var tally segments.RFMTally
	for i := range 100 {
		tally.Add(5, 1+max(0, i-69), 100)
	}
	e := tally.Edges()
	if a, b := e.Score(5, 1, 100), e.Score(5, 2, 100); a.F != 1 || b.F != 4 || a.R != 5 || a.M != 1 {
		t.Errorf("edges %+v give %v and %v", e, a, b)
	}
}

// TestSketchAgainstSorting: edges of large numbers are those of the sorted sample within 1/4,096, and each
// part holds its share.
func TestSketchAgainstSorting(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 2))
	var s segments.Sketch
	var all []int64
	for range 20000 {
		v := int64(math.Exp(12 + 2*rng.NormFloat64()))
		if rng.IntN(20) == 0 {
			v = -v
		}
		s.Add(v)
		all = append(all, v)
	}
	slices.Sort(all)
	edges := s.Edges(10)
	for j, e := range edges {
		clvtest.Within(t, "edge", float64(e), float64(all[(j+1)*len(all)/10-1]), 1.0/4096)
	}
	parts := [11]int{}
	for _, v := range all {
		parts[segments.Part(v, edges)]++
	}
	for _, n := range parts[1:] {
		clvtest.Within(t, "accounts of a part", float64(n), 2000, .01)
	}
}

// TestSketchProperties: parts never fall with the number, an edge's own number belongs below it, and extremes
// do no harm.
func TestSketchProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		vs := rapid.SliceOfN(rapid.Int64(), 1, 200).Draw(t, "values")
		k := rapid.IntRange(1, 12).Draw(t, "parts")
		var s segments.Sketch
		for _, v := range vs {
			s.Add(v)
		}
		edges := s.Edges(k)
		if !slices.IsSorted(edges) || len(edges) != k-1 || s.Count() != len(vs) {
			t.Fatalf("edges %v of %d", edges, s.Count())
		}
		slices.Sort(vs)
		for i, v := range vs {
			p := segments.Part(v, edges)
			if p < 1 || p > k || i > 0 && p < segments.Part(vs[i-1], edges) {
				t.Fatalf("%d is in part %d of %d", v, p, k)
			}
		}
	})
}

// TestTiersByHand: of 100 accounts with value 1..100, five are A, fifteen B, thirty C, fifty D.
func TestTiersByHand(t *testing.T) {
	var s segments.Sketch
	for v := range int64(101) { // 0 has no value
		s.Add(v)
	}
	s.Add(-40)
	e := s.TierEdges(segments.DefaultTierShares)
	if e != (segments.TierEdges{A: 96, B: 81, C: 51}) {
		t.Errorf("%+v", e)
	}
	var tally segments.TierTally
	for v := range int64(101) {
		tally.Add(e.Tier(v), 1, v)
	}
	tally.Add(e.Tier(-40), 1, -40)
	rows := tally.Rows()
	for i, want := range []int{5, 15, 30, 50, 2} {
		if rows[i].Accounts != want {
			t.Errorf("%+v, want %d accounts", rows[i], want)
		}
	}
	clvtest.Within(t, "value of A", rows[0].ValueShare, 490.0/5050, 1e-12)
	clvtest.Within(t, "value of E", rows[4].ValueShare, -40.0/5050, 1e-12)
	var none segments.Sketch
	if got := none.TierEdges(segments.DefaultTierShares).Tier(5); got != segments.TierD {
		t.Errorf("without any account to compare with, a value is %s", got)
	}
	if postlift.KindOf(segments.TierShares{A: .5, B: .4, C: .2}.Check()) != postlift.Invalid || segments.DefaultTierShares.Check() != nil {
		t.Error("shares of 110 % were taken")
	}
}

// TestTiersAddUp: every account has one tier, accounts and values add up, nobody in a lower tier is worth more,
// and A to C are as large as their share asks, but for ties.
func TestTiersAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		vs := rapid.SliceOf(rapid.OneOf(rapid.Int64Range(-5, 5), rapid.Int64Range(-1e6, 1e12))).Draw(t, "values")
		var s segments.Sketch
		for _, v := range vs {
			s.Add(v)
		}
		e := s.TierEdges(segments.DefaultTierShares)
		var tally segments.TierTally
		var total, positive int64
		order := map[segments.Tier]int{}
		for i, tier := range segments.Tiers() {
			order[tier] = i
		}
		slices.Sort(vs)
		last := len(segments.Tiers())
		for _, v := range vs {
			tier := e.Tier(v)
			if order[tier] > last {
				t.Fatalf("%d is %s, below a smaller value", v, tier)
			}
			last = order[tier]
			tally.Add(tier, 1, v)
			total += v
			if v > 0 {
				positive++
			}
		}
		accounts, sum, above := 0, int64(0), 0
		limits := []float64{.05, .2, .5}
		for i, r := range tally.Rows() {
			accounts, sum, above = accounts+r.Accounts, sum+r.ValueMinor, above+r.Accounts
			if i < 3 && float64(above) < limits[i]*float64(positive) {
				t.Fatalf("tiers down to %s hold %d of %d: too few", r.Tier, above, positive)
			}
		}
		if accounts != len(vs) || sum != total {
			t.Fatalf("%d accounts worth %d became %d worth %d", len(vs), total, accounts, sum)
		}
	})
}

// TestStages follows the documented rules in their order.
func TestStages(t *testing.T) {
	unknown := math.NaN()
	for _, c := range []struct {
		name string
		f    segments.Facts
		want segments.Stage
		why  segments.Reason
	}{
		{"nothing yet", segments.Facts{PActive: unknown, Trend: unknown}, segments.Prospect, segments.NeverBought},
		{"contract over for a year", segments.Facts{Contracts: 1, SilentMonths: 12}, segments.Lapsed, segments.ContractEnded},
		{"contract over for long", segments.Facts{Contracts: 1, SilentMonths: 24}, segments.Lost, segments.ContractEnded},
		{"one order, the model knows no end", segments.Facts{Orders: 1, PActive: 1, AgeMonths: 30, SilentMonths: 30, Trend: unknown}, segments.Lapsed, segments.LongSilence},
		{"one order, four years ago", segments.Facts{Orders: 1, PActive: 1, SilentMonths: 48}, segments.Lost, segments.LongSilence},
		{"no model", segments.Facts{Orders: 9, PActive: unknown, SilentMonths: 50}, segments.Lost, segments.LongSilence},
		{"two orders, silent, yet likely active", segments.Facts{Orders: 2, PActive: .8, SilentMonths: 50, AgeMonths: 90}, segments.Mature, segments.Steady},
		{"hardly active", segments.Facts{Orders: 9, PActive: .0999, AgeMonths: 90}, segments.Lost, segments.LowProbability},
		{"exactly at the limit of lost", segments.Facts{Orders: 9, PActive: .1, AgeMonths: 90}, segments.Lapsed, segments.LowProbability},
		{"exactly at the limit of lapsed", segments.Facts{Orders: 9, PActive: .35, AgeMonths: 90}, segments.AtRisk, segments.LowProbability},
		{"exactly at the limit of at risk", segments.Facts{Orders: 9, PActive: .7, AgeMonths: 90}, segments.Mature, segments.Steady},
		{"notice given", segments.Facts{Contracts: 2, UnderContract: true, NoticeGiven: true, PActive: 1, Trend: .5}, segments.AtRisk, segments.NoticeGiven},
		{"revenue fell", segments.Facts{Contracts: 1, UnderContract: true, PActive: 1, AgeMonths: 40, Trend: -.3}, segments.AtRisk, segments.Declining},
		{"young and growing", segments.Facts{Orders: 4, PActive: .9, AgeMonths: 11.9, Trend: 2}, segments.New, segments.Young},
		{"growing", segments.Facts{Orders: 4, PActive: .9, AgeMonths: 12, Trend: .15}, segments.Growing, segments.Rising},
		{"steady", segments.Facts{Contracts: 1, UnderContract: true, PActive: 1, AgeMonths: 80, Trend: unknown}, segments.Mature, segments.Steady},
	} {
		if got, why := segments.StageOf(c.f, segments.DefaultLimits); got != c.want || why != c.why {
			t.Errorf("%s: %s because of %s, want %s, %s", c.name, got, why, c.want, c.why)
		}
	}
}

// TestEveryAccountHasOneStage: any facts give one of the stages, a likelier account is never in a worse one of
// lost, lapsed and at risk.
func TestEveryAccountHasOneStage(t *testing.T) {
	rank := map[segments.Stage]int{segments.Lost: 0, segments.Lapsed: 1, segments.AtRisk: 2}
	goodness := func(s segments.Stage) int {
		if r, bad := rank[s]; bad {
			return r
		}
		return 3
	}
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.OneOf(rapid.Float64Range(-2, 2), rapid.Float64Range(0, 300), rapid.Just(math.NaN()), rapid.Just(math.Inf(1)))
		f := segments.Facts{Orders: rapid.IntRange(0, 3).Draw(t, "orders"), Contracts: rapid.IntRange(0, 2).Draw(t, "contracts"),
			UnderContract: rapid.Bool().Draw(t, "running"), NoticeGiven: rapid.Bool().Draw(t, "notice"), PActive: rapid.Float64Range(0, 1).Draw(t, "p"),
			AgeMonths: number.Draw(t, "age"), SilentMonths: number.Draw(t, "silent"), Trend: number.Draw(t, "trend")}
		s, why := segments.StageOf(f, segments.DefaultLimits)
		if !slices.Contains(segments.Stages(), s) || why == "" {
			t.Fatalf("%+v is %q because of %q", f, s, why)
		}
		better := f
		better.PActive = min(1, f.PActive+rapid.Float64Range(0, 1).Draw(t, "more"))
		if b, _ := segments.StageOf(better, segments.DefaultLimits); goodness(b) < goodness(s) {
			t.Fatalf("%+v is %s, with a higher probability %s", f, s, b)
		}
	})
	if segments.DefaultLimits.Check() != nil {
		t.Error(segments.DefaultLimits.Check())
	}
	for i, spoil := range []func(*segments.Limits){func(l *segments.Limits) { l.Lost = .5 }, func(l *segments.Limits) { l.AtRisk = 1.5 },
		func(l *segments.Limits) { l.Decline = 0 }, func(l *segments.Limits) { l.NewMonths = math.NaN() }, func(l *segments.Limits) { l.SilentLostMonths = 1 }} {
		l := segments.DefaultLimits
		spoil(&l)
		if postlift.KindOf(l.Check()) != postlift.Invalid {
			t.Errorf("limits %d were taken: %+v", i, l)
		}
	}
}

// TestTransitions counts moves, those who came and those who went.
func TestTransitions(t *testing.T) {
	before := map[int64]segments.Stage{1: segments.Mature, 2: segments.Mature, 3: segments.Mature, 4: segments.AtRisk, 5: segments.Lost}
	after := map[int64]segments.Stage{1: segments.Mature, 2: segments.AtRisk, 3: segments.Mature, 4: segments.Lapsed, 6: segments.New}
	m := segments.Compare(before, after)
	if m.Count(segments.Mature, segments.Mature) != 2 || m.Count(segments.Lost, "") != 1 || m.Count("", segments.New) != 1 || m.Count(segments.New, segments.Lost) != 0 {
		t.Errorf("%+v", m.Rows())
	}
	rows := m.Rows()
	if len(rows) != 5 || rows[0].From != segments.Mature || rows[0].To != segments.Mature || rows[4].From != "" {
		t.Errorf("%+v", rows)
	}
	total, shares := 0, map[segments.Stage]float64{}
	for _, r := range rows {
		total += r.Accounts
		shares[r.From] += r.Share
	}
	for from, s := range shares {
		clvtest.Within(t, "shares out of "+string(from), s, 1, 1e-12)
	}
	if total != 6 {
		t.Errorf("%d moves of 6 accounts", total)
	}
	clvtest.Within(t, "share", rows[0].Share, 2.0/3, 1e-12)
}

// TestWilson compares with the values of Newcombe (1998), table I, for 81 of 263, 15 of 148, 0 of 20 and 1
// of 29; all of 29 follows from the formula, 29/(29+z^2).
func TestWilson(t *testing.T) {
	for _, c := range []struct {
		k, n      int
		low, high float64
	}{{81, 263, .2553, .3662}, {15, 148, .0624, .1605}, {0, 20, 0, .1611}, {1, 29, .0061, .1718}, {29, 29, .8830, 1}} {
		low, high := segments.Wilson(c.k, c.n)
		if math.Abs(low-c.low) > 5.1e-5 || math.Abs(high-c.high) > 5.1e-5 {
			t.Errorf("%d of %d: %.4f to %.4f, want %.4f to %.4f", c.k, c.n, low, high, c.low, c.high)
		}
	}
	if low, high := segments.Wilson(0, 0); low != 0 || high != 1 {
		t.Errorf("none of none: %g to %g", low, high)
	}
}

// TestCohortTriangle: quarters that are not over stay out, missing activity is none, averages weigh accounts.
func TestCohortTriangle(t *testing.T) {
	q := func(s string) segments.Quarter { return segments.QuarterOf(postlift.MustDate(s)) }
	var tally segments.CohortTally
	tally.Add(q("2024-02-29"), 10)
	tally.Add(q("2024-12-31"), 30)
	tally.AddActive(q("2024-01-01"), q("2024-01-01"), 10) // the first quarter itself says nothing
	tally.AddActive(q("2024-01-01"), q("2024-05-01"), 8)
	tally.AddActive(q("2024-01-01"), q("2025-01-01"), 5)
	tally.AddActive(q("2024-12-01"), q("2025-03-31"), 24)
	tally.AddActive(q("2024-12-01"), q("2025-04-01"), 2) // not over yet
	rows, err := tally.Triangle(q("2025-01-15"))
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 2 || len(rows[0].Points) != 4 || len(rows[1].Points) != 1 || rows[0].Start.String() != "2024-Q1" || rows[1].Start.Start() != postlift.MustDate("2024-10-01") {
		t.Fatalf("%+v", rows)
	}
	p := rows[0].Points
	if p[0].Active != 8 || p[1].Active != 0 || p[2].Share != 0 || p[3].Share != .5 || p[3].Later != 4 || !(p[1].High > .2) {
		t.Errorf("%+v", p)
	}
	all := segments.Average(rows)
	if len(all) != 4 || all[0].Active != 32 || all[0].Accounts != 40 || all[0].Share != .8 || all[1].Accounts != 10 {
		t.Errorf("%+v", all)
	}
	text, err := json.Marshal(rows[1])
	if err != nil || !strings.HasPrefix(string(text), `{"start":"2024-Q4","accounts":30,"points":[{"later":1`) {
		t.Errorf("%s %v", text, err)
	}
	tally.AddActive(q("2024-02-01"), q("2024-05-01"), 3)
	if _, err := tally.Triangle(q("2025-01-15")); postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("11 active of 10: %v", err)
	}
}
