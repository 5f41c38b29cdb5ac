package purchase_test

import (
	"math"
	"math/rand/v2"
	"runtime"
	"testing"

	"postlift/clv/fitting"
	"postlift/clv/purchase"
	"postlift/clv/simulate"
)

// million are a million customers with the CDNOW sample's parameters, who came over 12 weeks and are 27 to 39
// weeks old.
func million(law simulate.Law) []simulate.History {
	out := make([]simulate.History, 0, 1_000_000)
	cohorts := simulate.Cohorts{Youngest: 27 * 7, Oldest: 39 * 7, WholeDays: true}
	simulate.Histories(law, rand.New(rand.NewPCG(1997, 1)), 1_000_000, cohorts, func(h simulate.History) { out = append(out, h) })
	return out
}

var (
	millionBG = simulate.BGNBD{R: .24259453, Alpha: 4.41360232, A: .79292215, B: 2.42590736}
	millionMB = simulate.MBGCNBD{K: 2, R: .52484321, Alpha: 3.1, A: .89135955, B: 1.61400237}
)

func BenchmarkMillionFitBGNBD(b *testing.B)  { benchmarkFit(b, millionBG, purchase.ModelBGNBD) }
func BenchmarkMillionFitMBGNBD(b *testing.B) { benchmarkFit(b, millionBG, purchase.ModelMBGNBD) }
func BenchmarkMillionFitCNBD2(b *testing.B)  { benchmarkFit(b, millionMB, purchase.ModelMBGCNBD) }

// benchmarkFit compresses and fits.
func benchmarkFit(b *testing.B, law simulate.Law, model string) {
	histories := million(law)
	k := 0
	if model == purchase.ModelMBGCNBD {
		k = 2
	}
	b.ReportAllocs()
	for b.Loop() {
		fit, err := purchase.Fit(model, compress(b, histories), purchase.Options{K: k, LogGaps: 1})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(fit.Rows), "rows")
	}
}

func compress(b testing.TB, histories []simulate.History) []purchase.Counted {
	var tally purchase.Tally
	for _, h := range histories {
		if err := tally.Add(h.X, h.TX, h.T); err != nil {
			b.Fatal(err)
		}
	}
	return tally.Counted()
}

func BenchmarkMillionPredictBGNBD(b *testing.B) {
	benchmarkPredict(b, millionBG, purchase.BGNBD(millionBG))
}

func BenchmarkMillionPredictCNBD2(b *testing.B) {
	benchmarkPredict(b, millionMB, purchase.MBGCNBD(millionMB))
}

// benchmarkPredict gives every customer its expected orders in 52 weeks and its discounted orders of 36 months.
func benchmarkPredict(b *testing.B, law simulate.Law, m purchase.Model) {
	histories := million(law)
	ts := []float64{52}
	discount := make([]float64, 36)
	for i := range discount {
		discount[i] = math.Pow(1.1, -(float64(i)+.5)/12)
		ts = append(ts, float64(i+1)*30.4375/7)
	}
	orders, value := make([]float64, len(histories)), make([]float64, len(histories))
	b.ReportAllocs()
	for b.Loop() {
		shards := runtime.GOMAXPROCS(0)
		fitting.Parallel(shards, func(s int) {
			f := purchase.NewForecaster(m, ts)
			for i := s * len(histories) / shards; i < (s+1)*len(histories)/shards; i++ {
				h := &histories[i]
				alive := m.PAlive(h.X, h.TX, h.T)
				expected, _ := f.Ahead(h.X, h.TX, h.T)
				orders[i] = alive * expected[0]
				before, sum := 0.0, 0.0
				for j, e := range expected[1:] {
					sum += discount[j] * (e - before)
					before = e
				}
				value[i] = alive * sum
			}
		})
	}
}

// TestAnyNumberOfCores: a fit is the same to the last digit on one core and on many.
func TestAnyNumberOfCores(t *testing.T) {
	var histories []simulate.History
	simulate.Histories(millionBG, rand.New(rand.NewPCG(1, 1)), 60_000, simulate.Cohorts{Youngest: 189, Oldest: 273, WholeDays: true},
		func(h simulate.History) { histories = append(histories, h) })
	rows := compress(t, histories)
	if len(rows) < 20_000 {
		t.Fatalf("%d rows are one shard or two: too few to tell", len(rows))
	}
	var first purchase.Fitted
	for _, cores := range []int{1, 3} {
		before := runtime.GOMAXPROCS(cores)
		fit, err := purchase.Fit(purchase.ModelBGNBD, rows, purchase.Options{})
		runtime.GOMAXPROCS(before)
		if err != nil {
			t.Fatal(err)
		}
		if cores == 1 {
			first = fit
		} else if fit.Model != first.Model || fit.LogLikelihood != first.LogLikelihood {
			t.Errorf("%d cores give %+v, one gave %+v", cores, fit.Model, first.Model)
		}
	}
}

// TestForecaster gives what Ahead gives.
func TestForecaster(t *testing.T) {
	ts := []float64{1, 4, 52, 150}
	orders, alive := make([]float64, 4), make([]float64, 4)
	for _, m := range []purchase.Model{purchase.BGNBD(millionBG), purchase.MBGCNBD(millionMB), purchase.ParetoNBD{R: .55, Alpha: 10, S: .6, Beta: 11}} {
		f := purchase.NewForecaster(m, ts)
		for _, c := range []struct {
			x       int
			tx, age float64
		}{{0, 0, 30}, {2, 10, 30}, {2, 28, 30}, {0, 0, 30}, {9, 20, 39}} {
			m.Ahead(c.x, c.tx, c.age, ts, orders, alive)
			o, a := f.Ahead(c.x, c.tx, c.age)
			for i := range ts {
				if math.Abs(o[i]/orders[i]-1) > 1e-13 || math.Abs(a[i]/alive[i]-1) > 1e-13 {
					t.Errorf("%s %+v, %g weeks: %g %g, want %g %g", m.Name(), c, ts[i], o[i], a[i], orders[i], alive[i])
				}
			}
		}
	}
}
