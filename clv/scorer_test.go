package clv_test

import (
	"math"
	"slices"
	"testing"

	"postlift"
	"postlift/clv"
	"postlift/clv/clvtest"
	"postlift/clv/purchase"
	"postlift/clv/renewal"
	"postlift/clv/spend"

	"pgregory.net/rapid"
)

var asOf = postlift.MustDate("2025-06-30")

// from is the first day of the first month.
var from = asOf.AddDays(1)

func models() *clv.Models {
	return &clv.Models{
		Orders:   purchase.BGNBD{R: .8, Alpha: 9, A: .6, B: 3},
		Spend:    &spend.GammaGamma{P: 4, Q: 3.5, Gamma: 40000},
		Renewals: oneModel{renewal.SBG{Mu: .2, Omega: .5}},
	}
}

// oneModel answers for every cell alike.
type oneModel struct{ hazards renewal.Model }

func (m oneModel) Model(renewal.Cell) (renewal.Model, renewal.Info) {
	return m.hazards, renewal.Info{Level: renewal.LevelAll}
}

func assumptions() clv.Assumptions {
	return clv.Assumptions{
		HorizonMonths: 24, DiscountRate: .1, DefaultMargin: .3, OrderCostMinor: 1500, WindowDays: 90,
		ServiceCostMinorPerMonth: map[string]int64{"": 1000, "premium": 5000},
		AcquisitionCostMinor:     map[string]int64{"": 30000, "fair": 90000},
	}
}

func score(t testing.TB, in clv.AccountInput, m *clv.Models, a clv.Assumptions) clv.Value {
	t.Helper()
	v, err := m.Score(&in, asOf, a)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// orderAccount bought on five days over a year and a half.
func orderAccount() clv.AccountInput {
	return clv.AccountInput{ID: 1, FirstOrder: postlift.MustDate("2023-12-01"), LastOrder: postlift.MustDate("2025-05-12"),
		OrderDays: 5, MeanOrderMinor: 52000, RepeatMeanMinor: 60000, MarginRatio: .4, AssumedNetShare: .25,
		ServiceLevel: "premium", Channel: "fair", DiscountRate: math.NaN()}
}

// TestOrderValue recomputes an account's value month by month from the model's own functions.
func TestOrderValue(t *testing.T) {
	in, m, a := orderAccount(), models(), assumptions()
	v := score(t, in, m, a)
	tx, age := 528.0/7, 577.0/7
	model := m.Orders.(purchase.BGNBD)
	pa := model.PAlive(4, tx, age)
	spend := 4 * (40000 + 4*60000.0) / (4*4 + 3.5 - 1)
	var orders, service, fulfil float64
	before, aliveBefore := 0.0, 1.0
	for month := 1; month <= 24; month++ {
		weeks := float64(month) * 30.4375 / 7
		d := math.Pow(1.1, -(float64(month)-.5)/12)
		e, alive := model.OrdersIfAlive(4, age, weeks), model.AliveAfter(4, age, weeks)
		orders += d * pa * (e - before) * spend * .4
		fulfil += d * pa * (e - before) * 1500
		service += d * pa * (alive + aliveBefore) / 2 * 5000
		before, aliveBefore = e, alive
	}
	clvtest.Within(t, "P(alive)", v.PAlive, pa, 1e-12)
	clvtest.Within(t, "expected orders", v.ExpectedOrders, pa*before, 1e-12)
	clvtest.Within(t, "spend", v.MeanOrderMinor, spend, 1e-12)
	for _, c := range []struct {
		what string
		got  int64
		want float64
	}{
		{"orders", v.OrdersMinor, orders}, {"service", v.ServiceMinor, service}, {"fulfil", v.FulfilMinor, fulfil},
		{"next year", v.NextYearRevenueMinor, pa * model.OrdersIfAlive(4, age, 365.25/7) * spend},
		{"next year margin", v.NextYearMarginMinor, pa * model.OrdersIfAlive(4, age, 365.25/7) * spend * .4},
		{"window", v.WindowMarginMinor, pa * model.OrdersIfAlive(4, age, 90.0/7) * spend * .4},
		{"acquisition", v.AcquisitionMinor, 90000},
	} {
		if c.got != int64(math.Round(c.want)) {
			t.Errorf("%s = %d, want %.2f", c.what, c.got, c.want)
		}
	}
	clvtest.Within(t, "assumed share", v.AssumedShare, (.25*orders+fulfil)/(orders+service+fulfil), 1e-9)
	if !slices.Equal(v.Flags, []string{clv.FlagAcqAssumed}) {
		t.Errorf("flags %v", v.Flags)
	}
}

// TestContractValue checks a contract by hand: 6 months left of an annual term, then renewals number 3
// and 4 fall due inside the horizon.
func TestContractValue(t *testing.T) {
	m, a := models(), assumptions()
	a.DiscountRate, a.ServiceCostMinorPerMonth = 0, map[string]int64{"": 1000}
	end := from.AddDays(182) // 5.9795 months
	in := clv.AccountInput{Contracts: []clv.ContractInput{{MonthlyFeeMinor: 50000, MonthlyMarginMinor: 20000, MarginKnown: true,
		TermMonths: 12, RenewalsDone: 2, TermEnd: end, AutoRenew: true}}, AcquisitionKnown: true, AcquisitionMinor: 7, DiscountRate: math.NaN()}
	v := score(t, in, m, a)
	left := 182 / 30.4375
	r3, r4 := 1-.2/(1+2*.5), 1-.2/(1+3*.5)
	want := 20000 * (12*r3 + (24-12-left)*r3*r4)
	for what, c := range map[string][2]float64{
		"committed": {float64(v.CommittedMinor), 20000 * left},
		"renewal":   {float64(v.RenewalMinor), want},
		"service":   {float64(v.ServiceMinor), 1000 * (left + 12*r3 + (12-left)*r3*r4)},
		"window":    {float64(v.WindowMarginMinor), 20000 * 90 / 30.4375},
		"next year": {float64(v.NextYearRevenueMinor), 50000 * (left + (12-left)*r3)},
	} {
		if math.Abs(c[0]-c[1]) > 0.51 {
			t.Errorf("%s = %.0f, want %.2f", what, c[0], c[1])
		}
	}
	if v.PActive != 1 || v.PAlive != 0 || !slices.Equal(v.Flags, []string{clv.FlagNoOrders}) {
		t.Errorf("%+v", v)
	}
	in.Contracts[0].NoticeGiven = true
	if v := score(t, in, m, a); v.RenewalMinor != 0 || v.CommittedMinor != int64(math.Round(20000*left)) {
		t.Errorf("after notice: %+v, want the running term alone", v)
	}
	in.Contracts[0].TermEnd = asOf.AddDays(-40)
	if v := score(t, in, m, a); v.ResidualMinor != 0 || !slices.Contains(v.Flags, clv.FlagContractOver) {
		t.Errorf("ended by notice: %+v, want nothing", v)
	}
	in.Contracts[0].NoticeGiven = false
	if v := score(t, in, m, a); v.CommittedMinor == 0 || !slices.Contains(v.Flags, clv.FlagTermRolled) {
		t.Errorf("rolled over: %+v, want a running term", v)
	}
}

// TestFlagsOfThinAccounts: what is not known is said, and never filled with a portfolio mean.
func TestFlagsOfThinAccounts(t *testing.T) {
	a := assumptions()
	if v := score(t, clv.AccountInput{ID: 9, MarginRatio: math.NaN(), DiscountRate: math.NaN()}, models(), a); v.ResidualMinor != 0 || v.ProspectMinor != 0 ||
		v.ExpectedOrders != 0 || !slices.Equal(v.Flags, []string{clv.FlagNoHistory}) {
		t.Errorf("no history: %+v", v)
	}
	in := orderAccount()
	in.RepeatMeanMinor = -300
	if v := score(t, in, models(), a); v.OrdersMinor != 0 || !slices.Contains(v.Flags, clv.FlagNoPositiveValue) {
		t.Errorf("returned everything: %+v", v)
	}
	in = orderAccount()
	in.MarginRatio = math.NaN()
	in.ServiceLevel = "unheard of"
	if v := score(t, in, models(), a); v.AssumedShare != 1 || v.OrdersMinor <= 0 {
		t.Errorf("nothing known but orders: %+v, want a share of 1 on assumptions", v)
	}
	in.LastOrder = asOf.AddDays(10)
	if v := score(t, in, models(), a); !slices.Contains(v.Flags, clv.FlagDates) || math.IsNaN(v.PAlive) {
		t.Errorf("future order: %+v", v)
	}
	none := &clv.Models{}
	if v := score(t, orderAccount(), none, a); v.OrdersMinor != 0 || !slices.Contains(v.Flags, clv.FlagNoOrderModel) {
		t.Errorf("no model: %+v", v)
	}
	in = orderAccount()
	in.MarginRatio = -.2
	if v := score(t, in, models(), a); v.OrdersMinor >= 0 || v.ResidualMinor >= v.OrdersMinor {
		t.Errorf("negative margin: %+v, want a loss", v)
	}
	a.HorizonMonths = 0
	if _, err := clv.NewScorer(models(), asOf, a); postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("horizon 0: %v, want an Invalid fault", err)
	}
}

// drawAccount makes any account an importer could produce.
func drawAccount(t *rapid.T) clv.AccountInput {
	day := func(name string) postlift.Date { return asOf.AddDays(-rapid.IntRange(-30, 7305).Draw(t, name)) }
	in := clv.AccountInput{
		FirstOrder: day("first"), LastOrder: day("last"), OrderDays: rapid.IntRange(0, 5000).Draw(t, "days"),
		MeanOrderMinor:  rapid.Float64Range(-1e6, 1e12).Draw(t, "mean"),
		RepeatMeanMinor: rapid.Float64Range(-1e6, 1e12).Draw(t, "repeat"),
		MarginRatio:     rapid.SampledFrom([]float64{math.NaN(), -1, 0, .3, 1}).Draw(t, "margin"),
		AssumedNetShare: rapid.Float64Range(0, 1).Draw(t, "assumed"),
		ServiceLevel:    rapid.SampledFrom([]string{"", "premium", "?"}).Draw(t, "level"),
		Channel:         rapid.SampledFrom([]string{"", "fair", "?"}).Draw(t, "channel"),
		DiscountRate:    rapid.SampledFrom([]float64{math.NaN(), 0, .2, 7, -1}).Draw(t, "rate"),
		Mailable:        rapid.Bool().Draw(t, "mailable"), MarginToDateMinor: rapid.Int64Range(-1e6, 1e9).Draw(t, "earned"),
		OpenedOn: rapid.SampledFrom([]postlift.Date{0, day("opened")}).Draw(t, "open"), HistoryStart: rapid.SampledFrom([]postlift.Date{0, day("start")}).Draw(t, "history"),
		Segment: rapid.SampledFrom([]string{"", "craft"}).Draw(t, "segment"), Held: rapid.SampledFrom([][]string{nil, {"care"}, {"care", "parts"}}).Draw(t, "held"),
	}
	for range rapid.IntRange(0, 3).Draw(t, "contracts") {
		in.Contracts = append(in.Contracts, clv.ContractInput{
			MonthlyFeeMinor:    rapid.Int64Range(0, 1e10).Draw(t, "fee"),
			MonthlyMarginMinor: rapid.Int64Range(-1e9, 1e10).Draw(t, "monthly margin"),
			MarginKnown:        rapid.Bool().Draw(t, "known"), TermMonths: rapid.IntRange(-1, 60).Draw(t, "term"),
			RenewalsDone: rapid.IntRange(-1, 40).Draw(t, "renewals"), AutoRenew: rapid.Bool().Draw(t, "auto"),
			NoticeGiven:     rapid.Bool().Draw(t, "notice"),
			Start:           rapid.SampledFrom([]postlift.Date{0, 0, day("start"), asOf.AddDays(200), asOf.AddDays(4000)}).Draw(t, "begins"),
			End:             rapid.SampledFrom([]postlift.Date{0, 0, day("ended"), asOf.AddDays(300)}).Draw(t, "known end"),
			TermEnd:         rapid.SampledFrom([]postlift.Date{0, day("end"), asOf.AddDays(400)}).Draw(t, "term end"),
			NoticeBy:        rapid.SampledFrom([]postlift.Date{0, day("by"), asOf.AddDays(90)}).Draw(t, "notice by"),
			PriceRenewals:   rapid.IntRange(0, 9).Draw(t, "price changes"),
			PriceLogSum:     rapid.SampledFrom([]float64{0, .1, -30, 1e6, math.NaN()}).Draw(t, "price logs"),
			ExposureMonths:  rapid.Float64Range(-5, 500).Draw(t, "exposure"),
			Expansions:      rapid.IntRange(0, 20).Draw(t, "expansions"),
			ExpansionLogs:   rapid.SampledFrom([]float64{0, .5, 40, -1, math.NaN()}).Draw(t, "expansion logs"),
			Contractions:    rapid.IntRange(0, 20).Draw(t, "contractions"),
			ContractionLogs: rapid.SampledFrom([]float64{0, -.5, -40, 1}).Draw(t, "contraction logs"),
		})
	}
	return in
}

// TestPartsAddUp: whatever the account, the rounded parts add up, everything is finite, shares are
// shares, and a scorer that has seen other accounts says the same as a fresh one.
func TestPartsAddUp(t *testing.T) {
	m, a := models(), assumptions()
	seasoned, err := clv.NewScorer(m, asOf, a)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		in := drawAccount(t)
		v := seasoned.Score(&in)
		if v.ResidualMinor != v.OrdersMinor+v.CommittedMinor+v.RenewalMinor+v.ExpansionMinor-v.ServiceMinor-v.ContactMinor-v.FulfilMinor ||
			v.ProspectMinor != v.ResidualMinor-v.AcquisitionMinor {
			t.Fatalf("parts do not add up: %+v", v)
		}
		for _, f := range []float64{v.PAlive, v.PActive, v.AssumedShare} {
			if !(f >= 0 && f <= 1) {
				t.Fatalf("a share of %g: %+v", f, v)
			}
		}
		if !(v.ExpectedOrders >= 0) || math.IsInf(v.ExpectedOrders, 0) || v.ServiceMinor < 0 || v.FulfilMinor < 0 {
			t.Fatalf("%+v", v)
		}
		fresh, err := m.Score(&in, asOf, a)
		if err != nil {
			t.Fatal(err)
		}
		v.Flags, fresh.Flags = nil, append(fresh.Flags[:0:0], fresh.Flags...)
		fresh.Flags = nil
		if !sameValue(v, fresh) {
			t.Fatalf("seasoned %+v, fresh %+v", v, fresh)
		}
	})
}

func sameValue(a, b clv.Value) bool {
	return a.ResidualMinor == b.ResidualMinor && a.ProspectMinor == b.ProspectMinor && a.PAlive == b.PAlive &&
		a.WindowMarginMinor == b.WindowMarginMinor && a.NextYearMarginMinor == b.NextYearMarginMinor &&
		a.AssumedShare == b.AssumedShare && a.PActive == b.PActive
}

// benchmarkAccounts are accounts with some 20,000 distinct histories, every third with a contract where asked.
func benchmarkAccounts(contracts bool) []clv.AccountInput {
	accounts := make([]clv.AccountInput, 100_000)
	for i := range accounts {
		x := i % 11
		age := 60 + (i*37)%1800
		in := orderAccount()
		in.FirstOrder = asOf.AddDays(-age)
		in.LastOrder, in.OrderDays = in.FirstOrder, 1
		if x > 0 {
			in.LastOrder, in.OrderDays = in.FirstOrder.AddDays(max(x, age*(i%7)/7)), x+1
		}
		if contracts {
			in.Contracts = []clv.ContractInput{{MonthlyFeeMinor: 50000, MonthlyMarginMinor: 20000, MarginKnown: true, TermMonths: 12,
				RenewalsDone: i % 5, TermEnd: asOf.AddDays(1 + i%365), AutoRenew: true, ExposureMonths: float64(i % 60)}}
		}
		accounts[i] = in
	}
	return accounts
}

func benchmarkScore(b *testing.B, contracts bool, score func(*clv.Scorer, *clv.AccountInput) clv.Value) {
	accounts := benchmarkAccounts(contracts)
	s, err := clv.NewScorer(models(), asOf, assumptions())
	if err != nil {
		b.Fatal(err)
	}
	for i := range accounts {
		score(s, &accounts[i])
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		score(s, &accounts[i%len(accounts)])
		i++
	}
}

// The benchmarks value accounts whose outlooks are known.
func BenchmarkExpected(b *testing.B)          { benchmarkScore(b, false, (*clv.Scorer).Expected) }
func BenchmarkScore(b *testing.B)             { benchmarkScore(b, false, (*clv.Scorer).Score) }
func BenchmarkExpectedContracts(b *testing.B) { benchmarkScore(b, true, (*clv.Scorer).Expected) }
func BenchmarkScoreContracts(b *testing.B)    { benchmarkScore(b, true, (*clv.Scorer).Score) }
