package responses

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"postlift"
	"postlift/campaigns/experiment"
)

var inHome = postlift.MustDate("2026-03-03")

// world makes a reading of n groups, one in five held out, whose mailed groups gain a fixed margin.
func world(n int, gain float64, seed uint64) Reading {
	rng := rand.New(rand.NewPCG(seed, 1))
	run := MeasuredRun{ID: 1, UID: "run_1", CampaignUID: "cmp_1", Campaign: "Spring", Currency: "EUR",
		PostedOn: inHome.AddDays(-2), InHomeOn: inHome, WindowDays: 90, PieceCostMinor: 120}
	l := NewLedger(inHome, run.EndsOn(), .3)
	for i := range n {
		key, treated := fmt.Sprint(i), i%5 != 0
		pre := math.Exp(rng.NormFloat64()) * 20000
		l.AddGroup(GroupRow{Key: key, Treated: treated, Propensity: .8, Accounts: 1 + i%2, PreMinor: pre, PlannedGainMinor: 1000})
		margin := pre * (.2 + .1*rng.Float64())
		if treated {
			margin += gain
			run.Accounts.Assigned += 1 + i%2
		} else {
			run.Accounts.Holdout += 1 + i%2
		}
		l.AddDay(DayRow{Key: key, On: inHome.AddDays(rng.IntN(91)), Net: margin * 3, Margin: margin, Orders: 1 + rng.IntN(3)})
	}
	return Reading{Run: run, AsOf: run.EndsOn(), DataOn: run.EndsOn(), Ledger: l,
		Pieces: PieceFunnel{Planned: run.Accounts.Assigned, Mailed: run.Accounts.Assigned, Printed: run.Accounts.Assigned}}
}

func measured(t *testing.T, in Reading) Uplift {
	t.Helper()
	u, err := Measure(in)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestVerdictFollowsTheNetInterval(t *testing.T) {
	for _, c := range []struct {
		gain    float64
		verdict string
	}{{3000, Works}, {180, NoProof}, {-3000, Hurts}} {
		u := measured(t, world(3000, c.gain, 7))
		if u.Verdict != c.verdict {
			t.Errorf("gain %g: %s with %+v", c.gain, u.Verdict, u.Net)
		}
		if inside := u.Net.Low.Minor <= 0 && u.Net.High.Minor >= 0; inside != (c.verdict == NoProof) {
			t.Errorf("gain %g: verdict %s against net %+v", c.gain, u.Verdict, u.Net)
		}
		if u.Net.Value.Minor != u.Gain.Value.Minor-u.Cost.Actual.Minor {
			t.Errorf("net %v is not gain %v less cost %v", u.Net.Value, u.Gain.Value, u.Cost.Actual)
		}
		if u.Estimator != experiment.PrimaryCUPED || math.Abs(u.CUPED.PerGroup.Value.Major()-c.gain/100) > 4 {
			t.Errorf("gain %g: %s finds %v a group", c.gain, u.Estimator, u.CUPED.PerGroup.Value)
		}
	}
}

// Before the window's end the cost is complete and the margin is not: that alone is no proof of harm.
func TestInterimDoesNotCallAnOpenCostHarm(t *testing.T) {
	in := world(3000, 0, 3)
	in.Run.PieceCostMinor, in.AsOf = 20000, inHome.AddDays(5)
	u := measured(t, in)
	if u.Net.High.Minor >= 0 {
		t.Fatalf("the case is not the one to test: %+v", u.Net)
	}
	if u.Verdict != NoProof || u.Flags[0] != Interim || strings.Contains(u.Sentence.EN, "zero") {
		t.Errorf("%s %v: %s", u.Verdict, u.Flags, u.Sentence.EN)
	}
	in.AsOf = in.Run.EndsOn()
	if u = measured(t, in); u.Verdict != Hurts {
		t.Errorf("at the window's end: %s", u.Verdict)
	}
}

func TestWithheld(t *testing.T) {
	in := world(3000, 3000, 7)
	lost := NewLedger(in.Ledger.from, in.Ledger.until, .3)
	for i, u := range in.Ledger.units {
		if u.Treated || i%25 != 0 {
			lost.AddGroup(GroupRow{Key: fmt.Sprint(i), Treated: u.Treated, Propensity: .8, Accounts: u.Accounts, PreMinor: u.Pre})
		}
	}
	lost.AddDay(DayRow{Key: "1", On: inHome, Margin: 5})
	in.Ledger = lost
	u := measured(t, in)
	if u.Verdict != Withheld || u.Reason != BrokenRatio || u.Net != nil || u.Gain != nil || u.Welch != nil || u.SampleRatio.Groups.OK {
		t.Errorf("a fifth of the controls is gone: %s %s, net %+v", u.Verdict, u.Reason, u.Net)
	}
	in.Ledger = NewLedger(inHome, in.Run.EndsOn(), .3)
	in.Ledger.AddGroup(GroupRow{Key: "a", Treated: true, Propensity: 1, Accounts: 1})
	if u = measured(t, in); u.Verdict != Withheld || u.Reason != experiment.NoControl {
		t.Errorf("without a holdout: %s %s", u.Verdict, u.Reason)
	}
	in.Ledger.AddGroup(GroupRow{Key: "a", Propensity: .5, Accounts: 1})
	if _, err := Measure(in); postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("a group in both arms: %v", err)
	}
}

func TestIndicativeBelowAThousandControls(t *testing.T) {
	for n, want := range map[int]bool{4990: true, 5000: false} {
		u := measured(t, world(n, 500, 1))
		if got := strings.Contains(strings.Join(u.Flags, ","), Indicative); got != want {
			t.Errorf("%d controls: indicative is %t", u.Design.ControlGroups, got)
		}
	}
}

// Nothing happened yet: no proof, and a sentence that says so in both languages.
func TestNothingOrderedYet(t *testing.T) {
	l := NewLedger(inHome, inHome.AddDays(1), .3)
	for i := range 100 {
		l.AddGroup(GroupRow{Key: fmt.Sprint(i), Treated: i%2 == 0, Propensity: .5, Accounts: 1, PreMinor: float64(i)})
	}
	u := measured(t, Reading{Run: MeasuredRun{InHomeOn: inHome, WindowDays: 90, Currency: "EUR"}, AsOf: inHome.AddDays(1), Ledger: l})
	if u.Verdict != NoProof || u.Reason != experiment.ConstantOutcome || !strings.Contains(u.Sentence.DE, "niemand bestellt") {
		t.Errorf("%s %s: %s", u.Verdict, u.Reason, u.Sentence.DE)
	}
}

func TestContractLastDay(t *testing.T) {
	day := postlift.MustDate
	end := day("2026-06-30")
	base := ContractRow{ValidFrom: day("2026-01-01"), TermEndsOn: day("2026-04-30"), AutoRenew: true}
	for name, c := range map[string]struct {
		change func(*ContractRow)
		want   postlift.Date
	}{
		"renews":           {func(*ContractRow) {}, end},
		"does not renew":   {func(c *ContractRow) { c.AutoRenew = false }, day("2026-04-30")},
		"notice given":     {func(c *ContractRow) { c.NoticeGivenOn = day("2026-01-15") }, day("2026-04-30")},
		"ended":            {func(c *ContractRow) { c.EndedOn = day("2026-03-10") }, day("2026-03-10")},
		"price superseded": {func(c *ContractRow) { c.ValidTo = day("2026-02-28") }, day("2026-02-28")},
	} {
		row := base
		c.change(&row)
		if got := row.lastDay(end); got != c.want {
			t.Errorf("%s: last day %s, want %s", name, got, c.want)
		}
	}
}

// Whatever is added, the curve's last point times the accounts is the arm's total.
func TestCurveEndsAtTheTotal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := NewLedger(inHome, inHome.AddDays(40), .3)
		for i := range rapid.IntRange(2, 12).Draw(t, "groups") {
			key := fmt.Sprint(i)
			l.AddGroup(GroupRow{Key: key, Treated: i%2 == 0, Propensity: .5, Accounts: 1})
			for range rapid.IntRange(0, 4).Draw(t, "days") {
				l.AddDay(DayRow{Key: key, On: inHome.AddDays(rapid.IntRange(-5, 50).Draw(t, "on")), Margin: float64(rapid.IntRange(-100, 1000).Draw(t, "margin"))})
			}
			margin := rapid.Int64Range(0, 50000).Draw(t, "monthly")
			l.AddContract(ContractRow{Key: key, ValidFrom: inHome.AddDays(rapid.IntRange(-90, 60).Draw(t, "from")), AutoRenew: true, FeeMinor: 2 * margin, MarginMinor: &margin}, 1)
		}
		for arm := range 2 {
			total, n := 0.0, 0
			for _, u := range l.units {
				if armIndex(u.Treated) == arm {
					total, n = total+u.Outcome, n+1
				}
			}
			curve := l.curve(arm, n)
			if got := curve[len(curve)-1] * float64(n); math.Abs(got-total) > 1e-6*(1+math.Abs(total)) {
				t.Fatalf("arm %d: curve ends at %g, total %g", arm, got, total)
			}
		}
	})
}

func TestWholeMoney(t *testing.T) {
	for _, c := range []struct {
		minor    int64
		currency string
		en, de   string
	}{
		{123456, "EUR", "€1,235", "1.235\u00a0€"},
		{-100049, "EUR", "\u2212€1,000", "\u22121.000\u00a0€"},
		{1200, "JPY", "JPY\u00a01,200", "1.200\u00a0JPY"},
		{0, "GBP", "£0", "0\u00a0£"},
	} {
		m := postlift.Money{Minor: c.minor, Currency: c.currency}
		if en, de := WholeMoney(m, "en"), WholeMoney(m, "de"); en != c.en || de != c.de {
			t.Errorf("%v: %q and %q, want %q and %q", m, en, de, c.en, c.de)
		}
	}
}

func TestNothingIsJudgedWithoutOrders(t *testing.T) {
	in := world(3000, 3000, 7)
	in.DataOn = in.Run.InHomeOn.AddDays(-1)
	u := measured(t, in)
	if u.Verdict != Withheld || u.Reason != NoData || u.Net != nil {
		t.Errorf("verdict %s (%s), net %v: nothing after the mailing is known", u.Verdict, u.Reason, u.Net)
	}
	in.DataOn = in.Run.InHomeOn.AddDays(10)
	if u := measured(t, in); !strings.Contains(fmt.Sprint(u.Notes), "data_ends_early") {
		t.Error("orders end eighty days before the window and nobody says so")
	}
}
