package clv_test

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"postlift"
	"postlift/clv"
	"postlift/clv/fitting"
	"postlift/clv/purchase"
	"postlift/clv/renewal"
	"postlift/clv/spend"
)

// TestFitPortfolio fits orders, spend and renewals of one small portfolio and gives the published form.
func TestFitPortfolio(t *testing.T) {
	var p clv.Portfolio
	for i := range 400 {
		in := clv.AccountInput{FirstOrder: asOf.AddDays(-300 - i), OrderDays: 1 + i*i%6}
		in.LastOrder = in.FirstOrder
		if in.OrderDays > 1 {
			in.LastOrder = in.FirstOrder.AddDays(40 + i*13%230)
			in.RepeatMeanMinor = float64(1000 + i*i%7000)
		}
		p.AddAccount(&in, asOf)
		if err := p.AddRenewal(renewal.Cell{Term: "annual"}, 1+i%3, i%5 != 0, 1); err != nil {
			t.Fatal(err)
		}
	}
	p.AddAccount(&clv.AccountInput{OrderDays: 3, FirstOrder: asOf, LastOrder: asOf.AddDays(-9)}, asOf)
	p.AddAccount(&clv.AccountInput{}, asOf)
	if err := p.AddRenewal(renewal.Cell{Term: "short"}, 1, true, 1); err != nil {
		t.Fatal(err)
	}
	m, fit, err := clv.FitPortfolio(&p, clv.Choice{Orders: purchase.ModelBGNBD})
	if err != nil {
		t.Fatal(err)
	}
	if m.Orders == nil || m.Spend == nil || m.Renewals == nil || len(fit.Missing) != 0 || fit.Skipped != 1 || fit.Orders.Customers != 400 {
		t.Fatalf("%+v %+v", m, fit)
	}
	if fit.Renewals["annual"].Decisions != 400 || !slices.Contains(fit.Renewals["short"].Flags, fitting.FlagPooled) {
		t.Errorf("renewals %+v: annual terms have 400 decisions, short ones a single", fit.Renewals)
	}
	text, err := json.Marshal(fit)
	if err != nil {
		t.Fatal(err)
	}
	var back struct {
		Orders struct {
			Params map[string]float64 `json:"params"`
			Unit   string             `json:"time_unit"`
			Spend  struct {
				Params map[string]float64 `json:"params"`
			} `json:"spend"`
		} `json:"orders"`
	}
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if len(back.Orders.Params) != 4 || len(back.Orders.Spend.Params) != 3 || back.Orders.Unit != "week" {
		t.Errorf("published form %s", text)
	}
}

func TestFitPortfolioWithoutData(t *testing.T) {
	m, fit, err := clv.FitPortfolio(&clv.Portfolio{}, clv.Choice{Orders: purchase.ModelBGNBD})
	if err != nil || m.Orders != nil || !slices.Equal(fit.Missing, []string{"orders", "spend", "renewals"}) {
		t.Errorf("%+v %+v %v", m, fit, err)
	}
	if _, _, err := clv.FitPortfolio(&clv.Portfolio{}, clv.Choice{Orders: "?"}); postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("unknown model: %v", err)
	}
}

// busyPortfolio has orders, contracts, adoptions and margins, by a fixed pattern.
func busyPortfolio(t testing.TB) *clv.Portfolio {
	t.Helper()
	var p clv.Portfolio
	for i := range 600 {
		in := busyAccount(i)
		p.AddAccount(&in, asOf)
		for c := range in.Contracts {
			check(t, p.AddContract(&in.Contracts[c], i%50 == 0))
			check(t, p.AddRenewal(in.Contracts[c].Cell, 1+i%4, i%6 != 0, 1))
		}
		for _, g := range []string{"care", "parts"} {
			check(t, p.Adoptions.Add(in.Segment, i%3, g, 1+i%9, i%25 == 0, 1))
			check(t, p.Adoptions.AddMargin(in.Segment, g, float64(2000+i)))
		}
	}
	return &p
}

// busyAccount is one of many unlike one another.
func busyAccount(i int) clv.AccountInput {
	in := clv.AccountInput{ID: int64(i + 1), Segment: []string{"craft", "public"}[i%2], Channel: []string{"", "fair"}[i/3%2], DiscountRate: math.NaN(),
		MarginRatio: .3 + .002*float64(i%50), Mailable: i%4 != 0, MarginToDateMinor: int64(i) * 100}
	if i%5 != 4 {
		in.FirstOrder, in.OrderDays = asOf.AddDays(-400-i), 1+i*i%7
		in.LastOrder, in.MeanOrderMinor = in.FirstOrder, float64(20000+i*i%30000)
	}
	if in.OrderDays > 1 {
		in.LastOrder = in.FirstOrder.AddDays(60 + i*29%330)
		in.RepeatMeanMinor = in.MeanOrderMinor * (.8 + .01*float64(i%40))
		in.RepeatLogMean, in.RepeatLogSS = math.Log(in.RepeatMeanMinor)-.02, .04*float64(in.OrderDays-1)
		in.LogGaps = float64(in.OrderDays-1) * 2
	}
	if i%3 == 0 || i%5 == 4 {
		months := []int{1, 12, 36}[i/2%3]
		in.Contracts = []clv.ContractInput{{MonthlyFeeMinor: int64(8000 + i), MonthlyMarginMinor: int64(3000 + i), MarginKnown: i%7 != 0, TermMonths: months,
			RenewalsDone: i % 4, TermEnd: asOf.AddDays(5 + i%300), AutoRenew: true, ExposureMonths: float64(10 + i%40), Expansions: i % 2, ExpansionLogs: .1 * float64(i%2),
			PriceRenewals: i % 4, PriceLogSum: .02 * float64(i%4), Cell: renewal.Cell{Term: renewal.TermClass(months), Group: []string{"care", "rent"}[i%2]}}}
		in.Held = []string{in.Contracts[0].Cell.Group}
	}
	return in
}

// TestPublishedFitGivesTheSameValues: a fit that went through JSON scores every account to the cent and the
// last bit as the one it came from, for every order and spend model.
func TestPublishedFitGivesTheSameValues(t *testing.T) {
	var choices []clv.Choice
	for i, orders := range purchase.Names() {
		if orders == purchase.ModelBGBB {
			continue // refused: opportunities are not time
		}
		choices = append(choices, clv.Choice{Orders: orders, Spend: spend.Names()[i%len(spend.Names())]},
			clv.Choice{Orders: orders, Calibration: clv.Calibration{LogSDAccount: .3, LogSDTotal: .12, LearnedFrom: []string{"2024-01-01"}}})
	}
	for _, name := range spend.Names() {
		choices = append(choices, clv.Choice{Orders: purchase.ModelBGNBD, Spend: name})
	}
	for _, c := range choices {
		p := busyPortfolio(t)
		m, fit, err := clv.FitPortfolio(p, c)
		check(t, err)
		text, err := json.Marshal(fit)
		check(t, err)
		var back clv.PortfolioFit
		check(t, json.Unmarshal(text, &back))
		again, err := back.Models()
		check(t, err)
		if len(fit.Missing) != 0 || m.Development == nil || m.Margin == nil || len(fit.Doubt.Orders) == 0 || len(fit.Doubt.Renewals) == 0 {
			t.Fatalf("%s lacks something: %s", c.Orders, text)
		}
		one, err := clv.NewScorer(&m, asOf, assumptions())
		check(t, err)
		two, err := clv.NewScorer(&again, asOf, assumptions())
		check(t, err)
		for i := range 600 {
			in := busyAccount(i)
			a, b := one.Score(&in), two.Score(&in)
			if !equalValues(a, b) || !slices.Equal(a.Flags, b.Flags) {
				t.Fatalf("%s, account %d: %+v\nthen %+v", c.Orders, i, a, b)
			}
			if a.LowMinor > a.HighMinor {
				t.Fatalf("%s, account %d: a band from %d to %d", c.Orders, i, a.LowMinor, a.HighMinor)
			}
		}
	}
}

// TestFitPortfolioIsRepeatable: equal portfolios give equal fits, parameter draws included.
func TestFitPortfolioIsRepeatable(t *testing.T) {
	var texts []string
	for range 2 {
		_, fit, err := clv.FitPortfolio(busyPortfolio(t), clv.Choice{Orders: purchase.ModelMBGNBD})
		check(t, err)
		text, err := json.Marshal(fit)
		check(t, err)
		texts = append(texts, string(text))
	}
	if texts[0] != texts[1] {
		t.Error("two fits of one portfolio differ")
	}
}

// TestNewAccount: what a newly won account is worth follows what its population holds, and small populations
// say so.
func TestNewAccount(t *testing.T) {
	m, fit, err := clv.FitPortfolio(busyPortfolio(t), clv.Choice{Orders: purchase.ModelBGNBD})
	check(t, err)
	if fit.Populations.All.Accounts != 600 || len(fit.Populations.Segments) != 2 {
		t.Fatalf("%+v", fit.Populations)
	}
	s, err := clv.NewScorer(&m, asOf, assumptions())
	check(t, err)
	all, fair, nowhere := s.NewAccount("", ""), s.NewAccount("", "fair"), s.NewAccount("", "radio")
	for _, v := range []clv.NewAccountValue{all, fair, nowhere, s.NewAccount("craft", "")} {
		if v.ValueMinor != v.OrdersMinor+v.CommittedMinor+v.RenewalMinor+v.ExpansionMinor-v.ServiceMinor-v.ContactMinor-v.FulfilMinor ||
			v.OrdersMinor <= 0 || v.CommittedMinor <= 0 || v.RenewalMinor <= 0 || v.BreakEvenMinor != max(v.ValueMinor, 0) {
			t.Errorf("%+v", v)
		}
	}
	if fair.AcquisitionMinor == nil || *fair.AcquisitionMinor != 90000 || len(fair.Flags) != 0 {
		t.Errorf("fair: %+v, want its own cost of 90000", fair)
	}
	if nowhere.Accounts != 0 || !slices.Contains(nowhere.Flags, clv.FlagFewLikeIt) || nowhere.OrdersMinor != all.OrdersMinor {
		t.Errorf("a channel that never won anybody: %+v, want the portfolio's %+v", nowhere, all)
	}
	// by hand: the first order of the 80 % who order, at the population's mean and margin
	var net float64
	for i := range 600 {
		if in := busyAccount(i); in.OrderDays > 0 {
			net += in.MeanOrderMinor
		}
	}
	if least := net / 600 * .3; float64(all.OrdersMinor) < least {
		t.Errorf("orders are worth %d, the first alone brings %.0f", all.OrdersMinor, least)
	}
}
