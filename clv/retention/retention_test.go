package retention

import (
	"context"
	"iter"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"postlift"
	"postlift/clv"
	"postlift/clv/renewal"
	"postlift/clv/scoring"
	"postlift/clv/segments"
)

var day = postlift.MustDate

// halves renews every contract with the same probability.
type halves struct {
	mu    float64
	level string
}

func (h halves) Model(renewal.Cell) (renewal.Model, renewal.Info) {
	return renewal.Geometric{Mu: h.mu}, renewal.Info{Level: h.level, Decisions: 42}
}

func book(asOf string, mu float64) *Book {
	return &Book{AsOf: day(asOf), OwnDate: true, Renewals: halves{mu, renewal.LevelCell}, Default: .8, Margin: .5}
}

// yearly is a contract of 100.00 a month, of which 40.00 are margin, that began with 2024 and renews itself unless notice is
// given 90 days before the end of a year.
func yearly() Contract {
	return Contract{UID: "ctr_1", Number: "K-1", ContractRecord: scoring.ContractRecord{AccountID: 1, Rate: 1, StartedOn: day("2024-01-01"), TermMonths: 12, TermEndsOn: day("2026-12-31"),
		NoticeDays: 90, AutoRenew: true, Lines: []scoring.LineRecord{{No: 1, Group: "parts", Quantity: 1, FeeMinor: 100_00, MarginMinor: 40_00, MarginKnown: true, From: day("2024-01-01")}}}}
}

// What the end of a term brings follows from its dates alone.
func TestDecide(t *testing.T) {
	for _, c := range []struct {
		name   string
		asOf   string
		change func(*Contract)
		state  string // "": none
		ends   string
		by     string // decided
		p      float64
	}{
		{"open", "2026-06-30", func(*Contract) {}, Open, "2026-12-31", "2026-10-02", .7},
		{"the last day for notice", "2026-10-02", func(*Contract) {}, Open, "2026-12-31", "2026-10-02", .7},
		{"the day after", "2026-10-03", func(*Contract) {}, Committed, "2026-12-31", "2026-10-02", 1},
		{"notice given", "2026-06-30", func(k *Contract) { k.NoticeGivenOn = day("2026-05-01") }, Leaving, "2026-12-31", "2026-12-31", 0},
		{"notice given later than the day", "2026-04-30", func(k *Contract) { k.NoticeGivenOn = day("2026-05-01") }, Open, "2026-12-31", "2026-10-02", .7},
		{"an end is agreed", "2026-06-30", func(k *Contract) { k.EndedOn = day("2026-09-15") }, Leaving, "2026-09-15", "2026-09-15", 0},
		{"over", "2026-06-30", func(k *Contract) { k.EndedOn = day("2026-06-30") }, "", "", "", 0},
		{"renewed itself long ago", "2026-06-30", func(k *Contract) { k.TermEndsOn = day("2025-12-31") }, Open, "2026-12-31", "2026-10-02", .7},
		{"has to be signed anew", "2026-11-30", func(k *Contract) { k.AutoRenew = false }, Open, "2026-12-31", "2026-12-31", .7},
		{"ran out", "2027-01-01", func(k *Contract) { k.AutoRenew = false }, "", "", "", 0},
		{"not begun", "2023-06-30", func(*Contract) {}, "", "", "", 0},
		{"no exchange rate", "2026-06-30", func(k *Contract) { k.Rate = 0 }, "", "", "", 0},
	} {
		k := yearly()
		c.change(&k)
		d, ok := book(c.asOf, .3).Decide(&k.ContractRecord)
		if ok != (c.state != "") {
			t.Errorf("%s: %v, %+v", c.name, ok, d)
			continue
		}
		if ok && (d.State != c.state || d.EndsOn != day(c.ends) || d.DecidesOn != day(c.by) || math.Abs(d.Probability-c.p) > 1e-12 || d.MarginMinor != 480_00) {
			t.Errorf("%s: %+v", c.name, d)
		}
	}
}

// The probability of the calendar is the one that the value of the contract rests on: with nothing else to value, what the
// engine expects of the year after the end of the term is the year's margin times the probability.
func TestProbabilityIsThatOfTheValue(t *testing.T) {
	k := yearly()
	b := book("2026-09-30", .3)
	d, _ := b.Decide(&k.ContractRecord)
	models := clv.Models{Renewals: b.Renewals}
	scorer, err := clv.NewScorer(&models, b.AsOf, clv.Assumptions{HorizonMonths: 15, DefaultMargin: .5, DefaultRenewalRate: .8})
	if err != nil {
		t.Fatal(err)
	}
	in := clv.AccountInput{ID: 1, MarginRatio: math.NaN(), DiscountRate: 0, Contracts: []clv.ContractInput{k.Input(b.AsOf, true)}}
	v := scorer.Score(&in)
	months := 15 - float64(day("2027-01-01").DaysSince(day("2026-10-01")))/clv.DaysPerMonth
	if want := 40_00 * months * d.Probability; math.Abs(float64(v.RenewalMinor)-want) > 100 {
		t.Errorf("the engine expects %d of the renewed term, the calendar's probability %v gives %.0f", v.RenewalMinor, d.Probability, want)
	}
}

// Without a renewal ever seen the stated rate stands in and says so; an unknown margin is the stated share of the fee.
func TestAssumed(t *testing.T) {
	k := yearly()
	k.Lines[0].MarginKnown = false
	b := book("2026-06-30", .3)
	b.Renewals = halves{.3, renewal.LevelPrior}
	if d, _ := b.Decide(&k.ContractRecord); d.Level != LevelAssumed || d.Probability != .8 || d.MarginMinor != 600_00 {
		t.Errorf("%+v", d)
	}
}

// shelf is a Store of given accounts and contracts.
type shelf struct {
	run       scoring.Run
	accounts  []Account
	contracts []ContractOf
	asked     []int64
}

func (s *shelf) PublishedRun(context.Context) (scoring.Run, error) { return s.run, nil }

func all[T any](list []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, x := range list {
			if !yield(x, nil) {
				return
			}
		}
	}
}

func (s *shelf) RunningContracts(context.Context, postlift.Date) iter.Seq2[ContractOf, error] {
	return all(s.contracts)
}

func (s *shelf) RetentionAccounts(context.Context, scoring.Run) iter.Seq2[Account, error] {
	return all(s.accounts)
}

func (s *shelf) LettersOf(_ context.Context, ids []int64, _ postlift.Date) (map[int64]Letters, map[int64]bool, error) {
	s.asked = ids
	return map[int64]Letters{1: {LastCampaign: "Spring"}}, map[int64]bool{1: true}, nil
}

func newShelf(asOf string) *shelf {
	return &shelf{run: scoring.Run{UID: "scr_1", AsOf: day(asOf), Currency: "EUR", Metrics: scoring.Metrics{RenewalsDue: 10, RenewalsDone: 8},
		Basis: &scoring.Basis{OwnDate: true, DefaultMargin: .5, Ranking: scoring.Ranking{Limits: segments.DefaultLimits}, Assumptions: clv.Assumptions{DefaultRenewalRate: .6}}}}
}

// A calendar puts each contract into the month of its end and of its decision; sums are those of the contracts.
func TestCalendar(t *testing.T) {
	s := newShelf("2026-06-30")
	add := func(number, owner, ends string, change func(*Contract)) {
		k := yearly()
		k.Number, k.UID, k.TermEndsOn = number, "ctr_"+number, day(ends)
		change(&k)
		s.contracts = append(s.contracts, ContractOf{Contract: k, AccountUID: "acc_" + number, Account: "Muster " + number, Owner: owner})
	}
	same := func(*Contract) {}
	add("far", "Jana", "2027-06-30", same)
	add("decides", "Jana", "2027-01-31", same)                                                      // by 2 November
	add("committed", "", "2026-08-31", same)                                                        // since 2 June
	add("leaving", "Jana", "2026-09-30", func(k *Contract) { k.NoticeGivenOn = day("2026-05-01") }) //
	add("fixed", "Otto", "2026-07-31", func(k *Contract) { k.AutoRenew = false })
	add("abroad", "Otto", "2026-07-31", func(k *Contract) { k.Rate = 0 })
	service := Service{s}
	k, err := service.Renewals(context.Background(), CalendarQuery{})
	if err != nil {
		t.Fatal(err)
	}
	var months []string
	for _, m := range k.Months {
		months = append(months, m.Month)
	}
	if want := []string{"2026-07", "2026-08", "2026-09", "2026-10", "2026-11", "2026-12"}; !slices.Equal(months, want) || k.Until != day("2026-12-31") {
		t.Fatalf("months %v until %s", months, k.Until)
	}
	july, august, september, november := k.Months[0], k.Months[1], k.Months[2], k.Months[4]
	if july.Open != 1 || july.AtStake.Minor != 480_00 || july.Lost.Minor != 192_00 || july.Kept.Minor != 288_00 || math.Abs(*july.Renews-.6) > 1e-12 || july.Deadlines != 1 {
		t.Errorf("July: %+v", july)
	}
	if august.Committed != 1 || august.Secured.Minor != 480_00 || august.Open != 0 || august.Renews != nil || september.Leaving != 1 || september.Gone.Minor != 480_00 || november.Deadlines != 1 || november.Open != 0 {
		t.Errorf("%+v\n%+v\n%+v", august, september, november)
	}
	if k.Excluded != 1 || len(k.Lines) != 4 || k.Lines[0].Contract != "committed" || k.Lines[1].Contract != "fixed" || !k.Lines[1].NoticeBy.IsZero() || k.Lines[3].Contract != "decides" {
		t.Errorf("%d excluded, %+v", k.Excluded, k.Lines)
	}
	if len(k.Owners) != 2 || k.Total.Deadlines != 2 || k.Due != 10 || k.Done != 8 {
		t.Errorf("owners %+v, total %+v", k.Owners, k.Total)
	}
	short, err := service.Renewals(context.Background(), CalendarQuery{Owner: "Jana", Limit: 1})
	if err != nil || len(short.Lines) != 1 || short.More != 1 || short.Lines[0].Contract != "leaving" || short.Excluded != 0 {
		t.Errorf("%v: %+v", err, short)
	}
	for _, q := range []CalendarQuery{{Months: 37}, {Months: -1}, {Limit: -1}} {
		if _, err := service.Renewals(context.Background(), q); postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("%+v: %v", q, err)
		}
	}
	s.run.Basis = nil
	if _, err := service.Renewals(context.Background(), CalendarQuery{}); postlift.KindOf(err) != postlift.Conflict {
		t.Errorf("a run of an older program: %v", err)
	}
}

// steady is an account that orders every thirty days.
func steady(asOf string, orders int) Account {
	last := day(asOf).AddDays(-10)
	return Account{ID: 1, UID: "acc_1", Name: "Muster", Stage: "mature", OrderDays: orders, OrderDays12M: min(orders, 12), FirstOrder: last.AddDays(-30 * (orders - 1)), LastOrder: last,
		Contacts: [2]int{2, 1}, Sites: [2]int{1, 1}, NetMinor: 1000_00, MarginMinor: 300_00, Net24MMinor: 500_00, Margin12MMinor: 100_00}
}

func named(reasons []Reason) string {
	var names []string
	for _, r := range reasons {
		names = append(names, r.Rule)
	}
	return strings.Join(names, " ")
}

// Each rule holds where its figures say so, and on no other account.
func TestRules(t *testing.T) {
	const asOf = "2026-06-30"
	with := func(change func(*Contract)) func(*Account) {
		return func(a *Account) {
			k := yearly()
			k.TermEndsOn = day("2027-06-30")
			change(&k)
			a.Contracts = []Contract{k}
		}
	}
	for _, c := range []struct {
		name   string
		change func(*Account)
		want   string
	}{
		{"steady", func(*Account) {}, ""},
		{"contract far from its end", with(func(*Contract) {}), ""},
		{"near its end", with(func(k *Contract) { k.TermEndsOn = day("2026-12-01") }), RuleRenewal},
		{"notice", with(func(k *Contract) { k.NoticeGivenOn = day("2026-05-01") }), RuleNotice},
		{"ninety days of silence", func(a *Account) {
			a.FirstOrder, a.LastOrder = a.FirstOrder.AddDays(-80), a.LastOrder.AddDays(-80)
		}, RuleSilent},
		{"eighty-nine days", func(a *Account) {
			a.FirstOrder, a.LastOrder = a.FirstOrder.AddDays(-79), a.LastOrder.AddDays(-79)
		}, ""},
		{"three orders only", func(a *Account) {
			*a = Account{OrderDays: 3, OrderDays12M: 3, FirstOrder: day("2025-09-01"), LastOrder: day("2025-10-01")}
		}, ""},
		{"four in twelve months after twelve a year", func(a *Account) {
			a.OrderDays, a.OrderDays12M, a.FirstOrder = 29, 4, day("2023-06-30")
		}, RuleFalling},
		{"eight after twelve a year is no proof", func(a *Account) {
			a.OrderDays, a.OrderDays12M, a.FirstOrder = 33, 8, day("2023-06-30")
		}, ""},
		{"complaint and dunning", func(a *Account) { a.Complaint, a.Unpaid = true, true }, RuleComplaint + " " + RuleUnpaid},
		{"everybody left", func(a *Account) { a.Contacts[1] = 0 }, RuleContact},
		{"no site is reached", func(a *Account) { a.Sites = [2]int{2, 0} }, RuleContact},
		{"nobody was ever known", func(a *Account) { a.Contacts, a.Sites = [2]int{}, [2]int{} }, ""},
		{"price up by a tenth", with(func(k *Contract) { dearer(k, 110_00, "2026-01-01") }), RulePrice},
		{"price up by a tenth soon", with(func(k *Contract) { dearer(k, 110_00, "2026-08-01") }), RulePrice},
		{"price up by 4 %", with(func(k *Contract) { dearer(k, 104_00, "2026-01-01") }), ""},
		{"price up long ago", with(func(k *Contract) { dearer(k, 110_00, "2025-01-01") }), ""},
		{"twice the volume at the old price", with(func(k *Contract) {
			dearer(k, 200_00, "2026-01-01")
			k.Lines[1].Quantity = 2
		}), ""},
	} {
		a := steady(asOf, 36)
		c.change(&a)
		j := judge{book: book(asOf, .4), unlikely: .7, currency: "EUR"}
		reasons, _ := j.reasons(&a)
		if got := named(reasons); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		if (action(reasons) == "") != (c.want == "") {
			t.Errorf("%s: to do: %q", c.name, action(reasons))
		}
	}
}

// dearer gives the contract's line a new fee from a day on.
func dearer(k *Contract, fee int64, from string) {
	next := k.Lines[0]
	k.Lines[0].To = day(from).AddDays(-1)
	next.From, next.FeeMinor = day(from), fee
	k.Lines = append(k.Lines, next)
}

// At stake is the year's margin of running contracts and the better of the last two years of orders.
func TestAtStake(t *testing.T) {
	a := steady("2026-06-30", 36)
	a.Contracts = []Contract{yearly()}
	j := judge{book: book("2026-06-30", .4), currency: "EUR"}
	if _, got := j.reasons(&a); got != 480_00+150_00 { // the year before: 500.00 net at 30 %
		t.Errorf("%d", got)
	}
	a.Margin12MMinor = 200_00
	if _, got := j.reasons(&a); got != 480_00+200_00 {
		t.Errorf("%d", got)
	}
}

// A rhythm that has not changed is called falling by accident in at most the stated share of cases: the test is exact.
func TestFallingIsRare(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		years := rapid.IntRange(1, 6).Draw(t, "years before")
		n := rapid.IntRange(5, 200).Draw(t, "order days after the first")
		asOf := day("2026-06-30")
		j := judge{book: &Book{AsOf: asOf}}
		share, chance := 1/float64(1+years), 0.0
		for recent := range n + 1 {
			a := Account{OrderDays: n + 1, OrderDays12M: recent, FirstOrder: asOf.AddMonths(-12).AddDays(-365 * years)}
			if len(j.falling(&a)) > 0 {
				chance += math.Exp(logChoose(n, recent) + float64(recent)*math.Log(share) + float64(n-recent)*math.Log1p(-share))
			}
		}
		if chance > FallingP {
			t.Fatalf("%d order days, %d years: falling with probability %v", n, years, chance)
		}
	})
}

func logChoose(n, k int) float64 {
	lg := func(x int) float64 { v, _ := math.Lgamma(float64(x + 1)); return v }
	return lg(n) - lg(k) - lg(n-k)
}

// The list is sorted by what is at stake, cut to its limit without changing the counts, and only the listed are looked up.
func TestAtRiskList(t *testing.T) {
	s := newShelf("2026-06-30")
	for i := range 3000 {
		a := steady("2026-06-30", 36)
		a.ID, a.Owner, a.Margin12MMinor = int64(i+1), []string{"Jana", "Otto"}[i%2], int64(1000_00+i)
		a.Complaint, a.Unpaid = i%3 == 0, i%6 == 0
		s.accounts = append(s.accounts, a)
	}
	s.accounts[0].Margin12MMinor = 9999_00
	s.accounts[6].Stage = string(segments.Lost)
	service := Service{s}
	l, err := service.AtRisk(context.Background(), RiskQuery{Limit: 5})
	if err != nil {
		t.Fatal(err)
	}
	if l.Looked != 2999 || l.Accounts != 999 || l.More != 994 || len(l.Lines) != 5 || len(s.asked) != 5 {
		t.Errorf("%d looked at, %d at risk, %d more, %d listed", l.Looked, l.Accounts, l.More, len(l.Lines))
	}
	if first := l.Lines[0]; first.ID != 1 || !first.Blocked || first.Letters.LastCampaign != "Spring" || first.Action != ActComplaint {
		t.Errorf("%+v", l.Lines[0])
	}
	if !slices.IsSortedFunc(l.Lines, func(a, b Risk) int { return int(b.AtStake.Minor - a.AtStake.Minor) }) {
		t.Error("not sorted by what is at stake")
	}
	whole, err := service.AtRisk(context.Background(), RiskQuery{Rule: RuleUnpaid, Owner: "Jana"})
	if err != nil || whole.Accounts != 499 || len(whole.Lines) != 499 || whole.More != 0 || len(whole.Owners) != 1 {
		t.Errorf("%v: %d unpaid, %d listed, %+v", err, whole.Accounts, len(whole.Lines), whole.Owners)
	}
	if _, err := service.AtRisk(context.Background(), RiskQuery{Rule: "moon"}); postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("an unknown rule: %v", err)
	}
}
