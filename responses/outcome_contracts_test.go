package responses

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"postlift"
	"postlift/campaigns"
	"postlift/campaigns/experiment"
)

func TestOpportunity(t *testing.T) {
	day := postlift.MustDate
	inHome := day("2026-03-10")
	yearly := TermRow{StartedOn: day("2023-06-01"), TermMonths: 12, TermEndsOn: day("2026-05-31"), NoticeDays: 30, AutoRenew: true}
	with := func(change func(*TermRow)) TermRow { k := yearly; change(&k); return k }
	for name, c := range map[string]struct {
		k           TermRow
		on, decided string // "": no opportunity
		renewed     bool
	}{
		"runs on":                   {yearly, "2026-05-31", "2026-05-01", true},
		"rolled on since":           {with(func(k *TermRow) { k.TermEndsOn = day("2028-05-31") }), "2026-05-31", "2026-05-01", true},
		"notice in time":            {with(func(k *TermRow) { k.NoticeGivenOn = day("2026-04-20") }), "2026-05-31", "2026-05-01", false},
		"notice too late for it":    {with(func(k *TermRow) { k.NoticeGivenOn, k.TermEndsOn = day("2026-05-02"), day("2027-05-31") }), "2026-05-31", "2026-05-01", true},
		"notice before in-home":     {with(func(k *TermRow) { k.NoticeGivenOn = day("2026-03-09") }), "", "", false},
		"ended at the term":         {with(func(k *TermRow) { k.EndedOn = day("2026-05-31") }), "2026-05-31", "2026-05-01", false},
		"ended before":              {with(func(k *TermRow) { k.EndedOn = day("2026-04-01") }), "2026-05-31", "2026-05-01", false},
		"ended before in-home":      {with(func(k *TermRow) { k.EndedOn = day("2026-03-09") }), "", "", false},
		"deadline was over":         {with(func(k *TermRow) { k.NoticeDays = 90 }), "2027-05-31", "2027-03-02", true},
		"fixed, not signed again":   {with(func(k *TermRow) { k.AutoRenew = false }), "2026-05-31", "2026-05-31", false},
		"fixed, signed again":       {with(func(k *TermRow) { k.AutoRenew, k.TermEndsOn = false, day("2027-05-31") }), "2026-05-31", "2026-05-31", true},
		"fixed, over":               {with(func(k *TermRow) { k.AutoRenew, k.TermEndsOn = false, day("2026-03-09") }), "", "", false},
		"begins later":              {with(func(k *TermRow) { k.StartedOn = day("2026-03-11") }), "", "", false},
		"monthly, ends of months":   {TermRow{StartedOn: day("2026-01-01"), TermMonths: 1, TermEndsOn: day("2026-08-31"), AutoRenew: true}, "2026-03-31", "2026-03-31", true},
		"imported once, long since": {with(func(k *TermRow) { k.TermEndsOn = day("2024-05-31") }), "2026-05-31", "2026-05-01", true},
	} {
		on, decided, ok := c.k.opportunity(inHome)
		if ok != (c.on != "") || ok && (on.String() != c.on || decided.String() != c.decided || c.k.renewed(on, decided) != c.renewed) {
			t.Errorf("%s: %s, decided %s, %v, renewed %v", name, on, decided, ok, c.k.renewed(on, decided))
		}
	}
}

// contractReading is a run of groups, the share of them held out, with its reader of contracts on a day.
func contractReading(groups int, held float64, day int, block int) (Reading, *contrast) {
	run := MeasuredRun{Currency: "EUR", InHomeOn: postlift.MustDate("2026-01-15"), WindowDays: 90}
	run.Design.PlanDesign = campaigns.PlanDesign{Design: campaigns.DesignStrata}
	if block > 0 {
		run.Design.PlanDesign = campaigns.PlanDesign{Design: campaigns.DesignPairs, Block: block}
	}
	in := Reading{Run: run, AsOf: run.InHomeOn.AddDays(day), Ledger: NewRunLedger(run, run.InHomeOn.AddDays(day), .3)}
	for i := range groups {
		g := GroupRow{Key: fmt.Sprint(i), Treated: float64(i) >= held*float64(groups), Propensity: 1 - held, Accounts: 1}
		if block > 0 {
			g.Treated, g.Stratum = i%block != 0, fmt.Sprintf("a|%d", i/block)
		}
		in.Ledger.AddGroup(g)
	}
	return in, newContrast(in)
}

// Worked out by hand: two mailed groups with 3 of 4 contracts renewed, two held-out ones with 1 of 3. The linearised
// shares are .75 + (num - .75 den)/2, which are .5 and 1, and 1/3 + (num - den/3)/1.5.
func TestRenewalsByHand(t *testing.T) {
	in, by := contractReading(4, .5, 200, 0)
	read := in.Run.InHomeOn.AddDays(180)
	r := newContractRead(in, by, read)
	add := func(group int, account int64, lost bool) {
		k := TermRow{Key: fmt.Sprint(group), AccountID: account, StartedOn: postlift.MustDate("2025-04-01"), TermMonths: 12, TermEndsOn: postlift.MustDate("2027-03-31"), AutoRenew: true}
		if lost {
			k.TermEndsOn = postlift.MustDate("2026-03-31")
			k.EndedOn = k.TermEndsOn
		}
		r.add(k)
	}
	add(0, 1, true)
	add(0, 1, false)
	add(1, 2, true)
	add(2, 3, false)
	add(2, 4, true)
	add(3, 5, false)
	add(3, 5, false)
	r.close()
	o := r.renewals()
	if o.Arms[0] != (ShareArm{Name: ArmAssigned, Groups: 2, Units: 4, Yes: 3, Share: .75}) || o.Arms[1] != (ShareArm{Name: ArmHoldout, Groups: 2, Units: 3, Yes: 1, Share: 1. / 3}) || !o.Few {
		t.Fatalf("%+v", o.Arms)
	}
	se := math.Hypot(.5/2, (4./9-0)/2) // half the distance of the two linearised shares, by arm
	e := experiment.Welch(experiment.Sample{N: 2, Mean: 1. / 3, Var: 4. / 9 * 4 / 9 / 2}, experiment.Sample{N: 2, Mean: .75, Var: .125})
	if d := o.Difference; d == nil || math.Abs(d.Value-(.75-1./3)) > 1e-12 || math.Abs(d.Low-e.Low) > 1e-9 || math.Abs(e.SE-se) > 1e-9 {
		t.Errorf("difference %+v, want %+v, se %g", d, e, se)
	}
	// Accounts: 3 stays, 4 is lost on day 76 (1 April); of the held out, 1 and 5 stay, 2 is lost.
	s := r.survival()
	if s.Arms[0].Lost != 1 || s.Arms[1].Lost != 1 || s.Arms[0].Accounts != 3 || s.Arms[1].Accounts != 2 || s.Until != 180 {
		t.Fatalf("%+v", s.Arms)
	}
	lost := 76.0
	if math.Abs(s.Arms[0].Mean-(360+lost)/3) > 1e-9 || math.Abs(s.Arms[1].Mean-(180+lost)/2) > 1e-9 || s.Arms[0].Curve[1].Day != 76 {
		t.Errorf("means %g and %g: %+v", s.Arms[0].Mean, s.Arms[1].Mean, s.Arms[0].Curve)
	}
}

// A contract that follows without a gap goes on; one that begins later does not bring the account back.
func TestTimeUnderContract(t *testing.T) {
	in, by := contractReading(4, .5, 200, 0)
	read := in.Run.InHomeOn.AddDays(180)
	r := newContractRead(in, by, read)
	fixed := func(account int64, from, to string) {
		r.add(TermRow{Key: "2", AccountID: account, StartedOn: postlift.MustDate(from), TermMonths: 12, TermEndsOn: postlift.MustDate(to)})
	}
	fixed(1, "2025-03-01", "2026-02-28")
	fixed(1, "2026-03-01", "2026-04-30")
	fixed(1, "2026-05-02", "2027-05-01")
	fixed(2, "2026-02-01", "2027-01-31") // had none on the in-home date
	fixed(3, "2025-03-01", "2026-12-31")
	r.close()
	if len(r.times[1]) != 2 || r.times[1][0].At != float64(postlift.MustDate("2026-05-01").DaysSince(in.Run.InHomeOn)) || !r.times[1][0].Ended || r.times[1][1].Ended || r.times[1][1].At != 180 {
		t.Errorf("%+v", r.times[1])
	}
}

// With no effect built in, the intervals of the renewal share and of the restricted mean cover zero as often as they
// say: 2,000 campaigns with equal arms, 300 with a fifth held out and 500 in blocks of five (POSTLIFT_FULL=1: 4,000
// each), groups of one to six accounts that share a fate, a third of them without any contract, at least 200 held-out
// groups with one. Greenwood's interval, which takes accounts as independent, does not.
func TestOutcomeCoverage(t *testing.T) {
	for _, c := range []struct {
		held            float64
		block, campaign int
	}{{.5, 0, 2000}, {.2, 0, 300}, {.2, 5, 500}} {
		rng := rand.New(rand.NewPCG(6, uint64(c.held*10)))
		groups, drawn := int(300/c.held), c.campaign
		if os.Getenv("POSTLIFT_FULL") != "" {
			drawn = 4000
		}
		bound := .95 - 2.326*math.Sqrt(.95*.05/float64(drawn)) // one-sided, 1 %
		in, by := contractReading(groups, c.held, 200, c.block)
		var share, mean, greenwood, few int
		for range drawn {
			r := newContractRead(in, by, in.Run.InHomeOn.AddDays(180))
			drawContracts(r, rng, groups)
			a, b := r.renewals(), r.survival()
			if a.Difference == nil || b.Difference == nil {
				t.Fatalf("%s %s", a.Reason, b.Reason)
			}
			share += covers(a.Difference)
			mean += covers(b.Difference)
			greenwood += covers(b.Greenwood)
			if a.Few || b.Few {
				few++
			}
		}
		of := func(n int) float64 { return float64(n) / float64(drawn) }
		t.Logf("%d campaigns of %d groups, %.0f%% held out, blocks of %d: renewals %.3f, restricted mean %.3f, by Greenwood %.3f, flagged as few %.3f",
			drawn, groups, c.held*100, c.block, of(share), of(mean), of(greenwood), of(few))
		if of(share) < bound || of(mean) < bound {
			t.Errorf("coverage %.3f and %.3f below %.3f", of(share), of(mean), bound)
		}
		if of(greenwood) > .93 {
			t.Errorf("Greenwood's interval covers %.3f: these groups do not share a fate", of(greenwood))
		}
	}
}

func covers(i *Interval) int {
	if i.Low <= 0 && 0 <= i.High {
		return 1
	}
	return 0
}

// drawContracts gives two of three groups one to six accounts with a contract each, whose chance of ending is the
// group's.
func drawContracts(r *contractRead, rng *rand.Rand, groups int) {
	account := int64(0)
	for g := range groups {
		if rng.IntN(3) == 0 {
			continue
		}
		leaving := math.Pow(rng.Float64(), 3)
		for range 1 + rng.IntN(6) {
			account++
			started := r.inHome.AddDays(-365 + rng.IntN(200))
			k := TermRow{Key: fmt.Sprint(g), AccountID: account, StartedOn: started, TermMonths: 12, TermEndsOn: started.AddMonths(24).AddDays(-1), AutoRenew: true}
			if rng.Float64() < leaving {
				k.TermEndsOn = started.AddMonths(12).AddDays(-1)
				k.EndedOn = k.TermEndsOn
			}
			r.add(k)
		}
	}
	r.close()
}

// An end that came after the reading, without any notice before it, was not known on its day: a reading of a past day
// counts what was known on it.
func TestEndsOfLaterAreNotKnown(t *testing.T) {
	in, by := contractReading(4, .5, 200, 0)
	read := in.Run.InHomeOn.AddDays(60)
	for _, c := range []struct {
		notice, ended postlift.Date
		renewed       float64
	}{{0, 0, 1}, {0, read.AddDays(20), 1}, {read.AddDays(3), read.AddDays(20), 1}, {in.Run.InHomeOn.AddDays(5), read.AddDays(20), 0}, {0, read.AddDays(-1), 0}} {
		r := newContractRead(in, by, read)
		r.add(TermRow{Key: "0", AccountID: 1, StartedOn: read.AddDays(-300), TermMonths: 12, TermEndsOn: read.AddDays(20), NoticeDays: 30, AutoRenew: true, NoticeGivenOn: c.notice, EndedOn: c.ended})
		r.close()
		if r.due[0] != 1 || r.renewed[0] != c.renewed {
			t.Errorf("notice %s, ended %s: due %g, renewed %g, want %g", c.notice, c.ended, r.due[0], r.renewed[0], c.renewed)
		}
	}
}

// Where groups had different chances of a letter the restricted mean's difference is that of the strata: without anybody
// lost from sight, of single accounts, the stratified difference of the days themselves, to the last digit.
func TestTimeUnderContractByStrata(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 8))
	run := MeasuredRun{InHomeOn: inHome, WindowDays: 90}
	in := Reading{Run: run, AsOf: inHome.AddDays(200), Ledger: NewRunLedger(run, inHome.AddDays(200), .3)}
	var rows []TermRow
	var sums [2][2]experiment.Accumulator // by stratum and arm
	for i := range 400 {
		e, stay := .9, 40.0 // many are mailed of those who leave early
		if i%2 == 1 {
			e, stay = .5, 150
		}
		treated := rng.Float64() < e
		days := 1 + int(min(stay*rng.ExpFloat64(), 198))
		in.Ledger.AddGroup(GroupRow{Key: fmt.Sprint(i), Treated: treated, Propensity: e, Accounts: 1})
		rows = append(rows, TermRow{Key: fmt.Sprint(i), AccountID: int64(i + 1), StartedOn: inHome.AddDays(-50), TermMonths: 12, TermEndsOn: inHome.AddDays(days - 1)})
		sums[i%2][armIndex(treated)].Add(float64(days), 0)
	}
	_, o := ContractOutcomes(in, inHome.AddDays(200), rows)
	want := experiment.Stratified([]experiment.Stratum{{Control: sums[0][0].Joint(), Treated: sums[0][1].Joint()}, {Control: sums[1][0].Joint(), Treated: sums[1][1].Joint()}}, false)
	if d := o.Difference; d == nil || math.Abs(d.Value-want.Value) > 1e-6 || math.Abs(d.Low-want.Low) > 1e-6 {
		t.Errorf("%+v, want %+v", d, want.Estimate)
	}
}
