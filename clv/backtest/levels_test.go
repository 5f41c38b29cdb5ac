package backtest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"postlift"
	"postlift/clv/purchase"
	"postlift/clv/tables"
)

// mall is a shop of two segments of which one orders twice as often for four times the value; sizes do nothing.
func mall(n int, rng *rand.Rand) (log tables.OrderLog, levels [][]string) {
	start, until := postlift.MustDate("2024-01-01"), postlift.MustDate("2025-12-31")
	log = tables.OrderLog{Until: until, HasValues: true}
	for i := range n {
		log.IDs = append(log.IDs, fmt.Sprintf("K%05d", i))
		segment, pace, worth := "small", 120., 4.
		if rng.IntN(2) == 0 {
			segment, pace, worth = "big", 60, 4+math.Log(4)
		}
		levels = append(levels, []string{segment, "industry of " + segment, fmt.Sprint(rng.IntN(3)), ""})
		day, rate, leave := float64(rng.IntN(365)), (rng.ExpFloat64()+rng.ExpFloat64())/pace, rng.Float64()*rng.Float64()*.5
		level, last := math.Exp(worth+.6*rng.NormFloat64()), postlift.Date(0)
		for {
			d := start.AddDays(int(day))
			if d > until {
				break
			}
			if d != last {
				log.Days = append(log.Days, tables.OrderDay{Customer: int32(i), Day: d, Value: level * math.Exp(.4*rng.NormFloat64())})
				if last != 0 && rng.Float64() < leave {
					break
				}
			}
			last = d
			day += rng.ExpFloat64() / rate
		}
	}
	return log, levels
}

func segmentsOf(levels [][]string) []string {
	out := make([]string, len(levels))
	for i, l := range levels {
		out[i] = l[0]
	}
	return out
}

// TestLevelsThatDiffer: where segments differ, the models by level are chosen, and the error by segment shrinks.
func TestLevelsThatDiffer(t *testing.T) {
	log, levels := mall(2500, rand.New(rand.NewPCG(1, 2)))
	opt := Options{Models: []string{"bgnbd", "mbgnbd", "mbgcnbd-2"}, Segments: segmentsOf(levels), MaxOrigins: 4, Horizons: []Horizon{{Months: 3}, {Months: 6}}}
	plain := mustRun(t, log, opt)
	opt.Levels = levels
	rep := mustRun(t, log, opt)
	c := rep.Choice
	if !c.Levels || !c.SpendLevels || c.Key != c.ByLevel.Key || !strings.HasSuffix(c.Key, suffixLevels) {
		t.Fatalf("choice %+v, by level %+v, spend %+v", c, c.ByLevel, c.SpendByLevel)
	}
	if slices.Contains(purchase.Names(), c.Key) || !slices.Contains(purchase.Names(), c.Model) || c.Spend != "gammagamma" && c.Spend != "lognormal" {
		t.Errorf("key %s, model %s, spend %s", c.Key, c.Model, c.Spend)
	}
	if plain.Choice.Levels || plain.Choice.ByLevel != nil || plain.Choice.Key != c.ByLevel.Over {
		t.Errorf("without levels %s; by level over %s", plain.Choice.Key, c.ByLevel.Over)
	}
	o1, v1 := apart(plain)
	o2, v2 := apart(rep)
	t.Logf("the segments' errors lie apart: orders %.3f, by level %.3f; value %.3f, by level %.3f", o1, o2, v1, v2)
	if o2 > .5*o1 || v2 > .5*v1 {
		t.Errorf("the segments' errors lie apart: orders %.3f, by level %.3f; value %.3f, by level %.3f", o1, o2, v1, v2)
	}
	results := 0
	for i, r := range rep.Results {
		if r.Model == c.Key {
			results++
		}
		if i > 0 && r.Origin < rep.Results[i-1].Origin {
			t.Fatal("results are not sorted by origin")
		}
	}
	if results != len(rep.Tests) || rep.Calibration.Model != c.Key || len(rep.Checks) == 0 {
		t.Errorf("%d results of %s in %d tests, calibration of %s", results, c.Key, len(rep.Tests), rep.Calibration.Model)
	}
	checkFinite(t, rep)
}

// apart is how far the errors of the two segments lie from each other at most: what they share is not theirs.
func apart(r Report) (orders, value float64) {
	for i := range r.Segments {
		for _, b := range r.Segments[:i] {
			if a := r.Segments[i]; a.Horizon == b.Horizon {
				orders, value = max(orders, math.Abs(a.Bias-b.Bias)), max(value, math.Abs(a.ValueBias-b.ValueBias))
			}
		}
	}
	return orders, value
}

// TestLevelsThatDoNotDiffer: levels drawn by lot change nothing, and the report says so.
func TestLevelsThatDoNotDiffer(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	log := shop(1500, rng)
	var levels [][]string
	for range log.IDs {
		levels = append(levels, []string{fmt.Sprint(rng.IntN(4)), fmt.Sprint(rng.IntN(3))})
	}
	rep := mustRun(t, log, Options{Models: []string{"bgnbd", "mbgnbd"}, Columns: []string{"region", "segment"}, Levels: levels, MaxOrigins: 4})
	c := rep.Choice
	if c.Levels || c.SpendLevels || c.ByLevel == nil || c.SpendByLevel == nil {
		t.Fatalf("choice %+v, by level %+v, spend %+v", c, c.ByLevel, c.SpendByLevel)
	}
	if !strings.Contains(c.Sentence, "one model serves all levels") || !strings.Contains(c.SpendSentence, "one model serves all levels") {
		t.Errorf("%s\n%s", c.Sentence, c.SpendSentence)
	}
}

// TestNothingLeaksBackByLevel is TestNothingLeaksBack with levels, of which some belong to customers yet to come.
func TestNothingLeaksBackByLevel(t *testing.T) {
	log, levels := mall(30, rand.New(rand.NewPCG(5, 6)))
	levels = append(levels, []string{"a new one", "x", "9", "web"}, []string{"big", "y", "1", ""})
	origins := []postlift.Date{postlift.MustDate("2024-12-31"), postlift.MustDate("2025-03-31"), postlift.MustDate("2025-09-30")}
	opt := Options{Origins: origins, Horizons: []Horizon{{Months: 2}, {Months: 6}}, Models: []string{"bgnbd", "mbgnbd"}}
	staysSame(t, log, origins[1], opt, levels)
}

// TestRefusedLevels names what is wrong.
func TestRefusedLevels(t *testing.T) {
	log := shop(3, rand.New(rand.NewPCG(7, 8)))
	for name, opt := range map[string]Options{
		"too few":    {Levels: [][]string{{"a", "b", "c", "d"}}},
		"one column": {Levels: [][]string{{"a"}, {"b"}, {"c"}}},
	} {
		if _, err := Run(log, opt); err == nil || postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSameReportByLevel: neither the number of processors nor the run changes a digit.
func TestSameReportByLevel(t *testing.T) {
	log, levels := mall(600, rand.New(rand.NewPCG(8, 9)))
	opt := Options{MaxOrigins: 2, Levels: levels, Models: []string{"mbgnbd", "mbgcnbd-2"}}
	first := document(t, mustRun(t, log, opt))
	was := runtime.GOMAXPROCS(1)
	alone := document(t, mustRun(t, log, opt))
	runtime.GOMAXPROCS(was)
	if first != alone {
		t.Error("one processor gives another report than several")
	}
}
