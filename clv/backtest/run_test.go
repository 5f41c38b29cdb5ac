package backtest

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"postlift"
	"postlift/clv/tables"
)

// shop simulates order days of BG/NBD customers over two years, as a log up to 2025-12-31: customers arrive
// evenly over the first year.
func shop(n int, rng *rand.Rand) tables.OrderLog {
	start, until := postlift.MustDate("2024-01-01"), postlift.MustDate("2025-12-31")
	log := tables.OrderLog{Until: until, HasValues: true}
	for i := range n {
		log.IDs = append(log.IDs, fmt.Sprintf("K%05d", i))
		day := float64(rng.IntN(365))
		rate := (rng.ExpFloat64() + rng.ExpFloat64()) / 60 // a day
		leave := rng.Float64() * rng.Float64() * .5
		level := math.Exp(4 + .6*rng.NormFloat64())
		last := postlift.Date(0)
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
	return log
}

func mustRun(t testing.TB, log tables.OrderLog, opt Options) Report {
	t.Helper()
	rep, err := Run(log, opt)
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

func document(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestRightModelIsCalibrated: where a model is right, its intervals of accounts cover what they promise, its
// probabilities are reliable and the naive predictions are worse.
func TestRightModelIsCalibrated(t *testing.T) {
	log := shop(3000, rand.New(rand.NewPCG(1, 2)))
	segments := make([]string, len(log.IDs))
	for i := range segments {
		segments[i] = []string{"a", "b"}[i%2]
	}
	rep := mustRun(t, log, Options{Models: []string{"bgnbd", "mbgnbd"}, Segments: segments})
	if len(rep.Tests) < 8 || rep.Choice.Key == "" || rep.Choice.Spend == "" || len(rep.Segments) != 2*3 {
		t.Fatalf("tests %d, choice %+v, segments %d", len(rep.Tests), rep.Choice, len(rep.Segments))
	}
	byModel := map[string]Summary{}
	for _, s := range rep.Models {
		if s.Horizon == (Horizon{Months: 6}) {
			byModel[s.Model] = s
		}
	}
	own := byModel[rep.Choice.Key]
	for _, l := range own.Coverage {
		if math.Abs(l.Exact-l.Level) > .025 || l.Inside < l.Level-.01 {
			t.Errorf("coverage %+v", l)
		}
	}
	for _, naive := range []string{BaselineLastYear, BaselineRFM, BaselineZero} {
		if byModel[naive].RMSE <= own.RMSE {
			t.Errorf("%s has RMSE %.4f, the right model %.4f", naive, byModel[naive].RMSE, own.RMSE)
		}
	}
	for _, rel := range rep.Reliability {
		for _, b := range rel.Ordered {
			if b.Count > 300 && math.Abs(b.Predicted-b.Observed) > .08 {
				t.Errorf("over %s, %d accounts with predicted %.3f: %.3f ordered", rel.Horizon, b.Count, b.Predicted, b.Observed)
			}
		}
	}
	for _, s := range rep.Segments {
		if math.Abs(s.Bias) > .15 || s.Customers == 0 {
			t.Errorf("segment %+v", s)
		}
	}
	checkFinite(t, rep)
}

// checkFinite relies on JSON, which knows neither NaN nor infinity.
func checkFinite(t testing.TB, rep Report) {
	t.Helper()
	if _, err := json.Marshal(rep); err != nil {
		t.Errorf("the report is not finite: %v", err)
	}
}

// TestNothingLeaksBack: whatever happens after an origin, the predictions from it stay the same.
func TestNothingLeaksBack(t *testing.T) {
	log := shop(20, rand.New(rand.NewPCG(5, 6)))
	// From the last origin, only the short horizon can be tested: what is fitted there must not reach the bands of
	// the long one, checked from the origin before.
	origins := []postlift.Date{postlift.MustDate("2024-12-31"), postlift.MustDate("2025-03-31"), postlift.MustDate("2025-09-30")}
	opt := Options{Origins: origins, Horizons: []Horizon{{Months: 2}, {Months: 6}}, Models: []string{"bgnbd", "mbgnbd"}}
	staysSame(t, log, origins[1], opt, nil)
}

// staysSame rewrites what follows an origin and wants equal predictions from it; levels, where given, are those of
// all customers, invented ones included.
func staysSame(t *testing.T, log tables.OrderLog, origin postlift.Date, opt Options, levels [][]string) {
	t.Helper()
	if levels != nil {
		opt.Levels = levels[:len(log.IDs)]
	}
	before := predictions(mustRun(t, log, opt), origin)
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 7))
		changed := rewrite(log, origin, rng)
		if levels != nil {
			opt.Levels = levels[:len(changed.IDs)]
		}
		rep, err := Run(changed, opt)
		if err != nil {
			t.Fatal(err)
		}
		if got := predictions(rep, origin); got != before {
			t.Fatalf("predictions changed with the future:\n%s\nbefore\n%s", got, before)
		}
		if orders := rep.Tests[len(rep.Tests)-1].Orders; orders == 0 {
			t.Fatal("the rewritten future holds no order: it tests nothing")
		}
	})
}

// rewrite keeps the order days up to an origin and invents what follows, customers that are new then included.
func rewrite(log tables.OrderLog, origin postlift.Date, rng *rand.Rand) tables.OrderLog {
	out := tables.OrderLog{IDs: slices.Clone(log.IDs), Until: log.Until, HasValues: true}
	out.IDs = append(out.IDs, "new-1", "new-2")
	next := 0
	for c := range out.IDs {
		for ; next < len(log.Days) && int(log.Days[next].Customer) == c; next++ {
			if log.Days[next].Day <= origin {
				out.Days = append(out.Days, log.Days[next])
			}
		}
		for d := origin.AddDays(1 + rng.IntN(90)); d <= log.Until; d = d.AddDays(1 + rng.IntN(90)) {
			out.Days = append(out.Days, tables.OrderDay{Customer: int32(c), Day: d, Value: 1000 * rng.Float64()})
		}
	}
	return out
}

// predictions are what was predicted up to an origin: of each result, and the check's choice and bands there.
func predictions(rep Report, origin postlift.Date) string {
	var b strings.Builder
	for _, r := range rep.Results {
		if r.Origin <= origin {
			fmt.Fprintln(&b, r.Origin, r.Horizon, r.Model, r.K, r.Orders, r.Flags)
		}
	}
	for _, c := range rep.Checks {
		if c.Origin <= origin {
			choice, _ := json.Marshal(c.Choice) // holds nothing that JSON does not take
			fmt.Fprintln(&b, string(choice), c.Predicted, c.Band, c.ValueWorth, c.ValueBand, c.Calibration)
		}
	}
	return b.String()
}

// TestSameLogSameReport: neither the number of processors nor the run changes a digit.
func TestSameLogSameReport(t *testing.T) {
	log := shop(700, rand.New(rand.NewPCG(8, 9)))
	first := document(t, mustRun(t, log, Options{MaxOrigins: 4}))
	was := runtime.GOMAXPROCS(1)
	alone := document(t, mustRun(t, log, Options{MaxOrigins: 4}))
	runtime.GOMAXPROCS(was)
	if first != alone {
		t.Error("one processor gives another report than several")
	}
}

// TestSampleByHash: the sample depends on the ids alone and has about the size asked for.
func TestSampleByHash(t *testing.T) {
	log := shop(4000, rand.New(rand.NewPCG(10, 11)))
	b := open(log, Options{Sample: 1000})
	if n := len(b.customers); n < 880 || n > 1120 {
		t.Errorf("%d customers drawn, want about 1000", n)
	}
	rep := mustRun(t, log, Options{Sample: 500, Models: []string{"bgnbd"}})
	if rep.Customers != 4000 || rep.Tested < 400 || rep.Tested > 600 || !slices.Contains(rep.Flags, FlagSampled) {
		t.Errorf("%d of %d tested, flags %v", rep.Tested, rep.Customers, rep.Flags)
	}
	near := rep.SampleShare * 4000
	if math.Abs(near-float64(rep.Tested)) > 1e-6 {
		t.Errorf("share %g of 4000 for %d", rep.SampleShare, rep.Tested)
	}
}

// TestTinyLogs: three customers, one customer, a single day and a log without values give reports with
// flags, not errors.
func TestTinyLogs(t *testing.T) {
	day := postlift.MustDate("2024-05-01")
	orders := func(c int32, days ...int) (out []tables.OrderDay) {
		for _, d := range days {
			out = append(out, tables.OrderDay{Customer: c, Day: day.AddDays(d), Value: float64(d % 7)})
		}
		return out
	}
	for name, log := range map[string]tables.OrderLog{
		"three customers": {IDs: []string{"a", "b", "c"}, Until: day.AddDays(700), HasValues: true,
			Days: slices.Concat(orders(0, 0, 30, 200, 500), orders(1, 10), orders(2, 40, 350))},
		"one customer":    {IDs: []string{"a"}, Until: day.AddDays(400), Days: orders(0, 0, 399)},
		"one day":         {IDs: []string{"a"}, Until: day, Days: orders(0, 0)},
		"a week":          {IDs: []string{"a", "b"}, Until: day.AddDays(6), Days: slices.Concat(orders(0, 0, 3), orders(1, 5))},
		"nobody reorders": {IDs: []string{"a", "b", "c"}, Until: day.AddDays(500), HasValues: true, Days: slices.Concat(orders(0, 0), orders(1, 1), orders(2, 2))},
	} {
		rep := mustRun(t, log, Options{})
		checkFinite(t, rep)
		if len(rep.Flags) == 0 || rep.Choice.Model == "" || !(rep.Calibration.LogSDTotal > 0) {
			t.Errorf("%s: flags %v, choice %q, calibration %+v: want flags, a model and a default", name, rep.Flags, rep.Choice.Model, rep.Calibration)
		}
	}
}

// TestAnyLog: a report is finite and closed for whatever small log.
func TestAnyLog(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		log := tables.OrderLog{Until: postlift.MustDate("2025-06-30"), HasValues: rng.IntN(2) == 0}
		for c := range 1 + rng.IntN(12) {
			log.IDs = append(log.IDs, fmt.Sprint(c))
			for d := log.Until.AddDays(-rng.IntN(900)); d <= log.Until; d = d.AddDays(1 + rng.IntN(1+rng.IntN(400))) {
				log.Days = append(log.Days, tables.OrderDay{Customer: int32(c), Day: d, Value: 200*rng.Float64() - 20})
			}
		}
		rep, err := Run(log, Options{MaxOrigins: 2}) // every horizon, at the price of two origins
		if err != nil {
			t.Fatal(err)
		}
		if _, err := json.Marshal(rep); err != nil {
			t.Fatal(err)
		}
		for _, r := range rep.Results {
			if r.Orders < 0 || r.MAE < 0 || r.Capture < 0 || r.Capture > 1+1e-9 || r.Brier > 1 || r.LogScore > 1e-9 {
				t.Fatalf("result %+v", r)
			}
		}
	})
}

func TestRefusedOptions(t *testing.T) {
	log := shop(20, rand.New(rand.NewPCG(12, 13)))
	for name, opt := range map[string]Options{
		"model":    {Models: []string{"crystalball"}},
		"k":        {Models: []string{"mbgcnbd-9"}},
		"discrete": {Models: []string{"bgbb"}},
		"spend":    {Spends: []string{"guess"}},
		"segments": {Segments: []string{"a"}},
		"step":     {StepMonths: -1},
		"horizon":  {Horizons: []Horizon{{Days: -3}}},
		"origin":   {Origins: []postlift.Date{0}},
	} {
		if _, err := Run(log, opt); postlift.KindOf(err) != postlift.Invalid || err == nil {
			t.Errorf("%s: %v, want an Invalid fault", name, err)
		}
	}
	if _, err := Run(tables.OrderLog{}, Options{}); postlift.KindOf(err) != postlift.Invalid || err == nil {
		t.Errorf("empty log: %v", err)
	}
}

func TestHorizonText(t *testing.T) {
	for text, want := range map[string]Horizon{"3m": {Months: 3}, "39w": {Days: 273}, "1y": {Months: 12}, "1m15d": {Months: 1, Days: 15}, " 90D ": {Days: 90}} {
		got, err := ParseHorizon(text)
		if err != nil || got != want {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
		if again, err := ParseHorizon(got.String()); err != nil || again != got {
			t.Errorf("%s is not read back: %v", got, err)
		}
	}
	for _, text := range []string{"", "m", "3", "3x", "-3m", "0d", "99y", "3m4", "999999999999999999999d"} {
		if _, err := ParseHorizon(text); postlift.KindOf(err) != postlift.Invalid || err == nil {
			t.Errorf("%q: %v, want an Invalid fault", text, err)
		}
	}
	if got := (Horizon{Months: 3}).End(postlift.MustDate("2025-11-30")); got != postlift.MustDate("2026-02-28") {
		t.Errorf("three months from 30 November end on %s", got)
	}
}

// TestPlan: origins step back from the end of the log, at ends of months where it ends at one.
func TestPlan(t *testing.T) {
	first, until := postlift.MustDate("2022-01-10"), postlift.MustDate("2025-06-30")
	s := plan(first, until, Options{})
	if len(s.origins) != maxOrigins || len(s.flags) != 0 || len(s.horizons) != 3 {
		t.Fatalf("plan %+v", s)
	}
	if s.origins[maxOrigins-1] != postlift.MustDate("2025-03-31") || s.origins[maxOrigins-2] != postlift.MustDate("2024-12-31") {
		t.Errorf("origins %v", s.origins)
	}
	short := plan(postlift.MustDate("2025-01-01"), until, Options{Horizons: []Horizon{{Months: 1}}})
	if !slices.Contains(short.flags, FlagMonthlyOrigins) || len(short.origins) < 2 {
		t.Errorf("short log: %+v", short)
	}
	if none := plan(until, until, Options{}); !slices.Contains(none.flags, FlagLogTooShort) {
		t.Errorf("one day: %+v", none)
	}
	cut := plan(first, until, Options{Origins: []postlift.Date{first, postlift.MustDate("2025-06-01"), postlift.MustDate("2024-06-01")}, Horizons: []Horizon{{Months: 3}, {Months: 99}}})
	if len(cut.origins) != 1 || len(cut.horizons) != 1 || !slices.Contains(cut.flags, FlagOriginsDropped) || !slices.Contains(cut.flags, FlagHorizonsDropped) {
		t.Errorf("cut: %+v", cut)
	}
}
