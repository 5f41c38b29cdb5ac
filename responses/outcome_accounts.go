package responses

import (
	"fmt"

	"postlift"
)

// ActivityRow is what the accounts of one group did: numbers of accounts.
type ActivityRow struct {
	Key         string
	New         int // ordered in the first days and never before in-home
	Reactivated int // ordered in the first days, before that not within a year before in-home, but earlier
	Plain       int // had no contract on the in-home date
	Again       int // of Plain: ordered in the second window
}

// ActivityDays are the days, all inclusive, that ActivityRow looks at. Second and After are zero while the second
// window is not over.
type ActivityDays struct {
	InHome, Until postlift.Date // orders won
	Second, After postlift.Date // the second window
}

// IdleDays is how long an account without an order counts as gone.
const IdleDays = 365

// accountRead gathers what accounts did, by group.
type accountRead struct {
	by           *contrast
	index        map[string]int
	days         ActivityDays
	won          []float64
	plain, again []float64
	fresh, back  [2]int // assigned, held out
}

// newAccountRead sets the days: orders won in the window as far as it has come, and the second window, as long as the
// first, once it is over on read.
func newAccountRead(in Reading, by *contrast, read postlift.Date) *accountRead {
	n := len(by.units)
	end := in.Run.EndsOn()
	r := &accountRead{by: by, index: in.Ledger.index, won: make([]float64, n), plain: make([]float64, n), again: make([]float64, n),
		days: ActivityDays{InHome: in.Run.InHomeOn, Until: min(end, in.AsOf)}}
	if after := end.AddDays(max(end.DaysSince(in.Run.InHomeOn), 1)); after <= read {
		r.days.Second, r.days.After = end.AddDays(1), after
	}
	return r
}

func (r *accountRead) add(a ActivityRow) {
	i, known := r.index[a.Key]
	if !known {
		return
	}
	side := 1 - armIndex(r.by.units[i].Treated)
	r.fresh[side] += a.New
	r.back[side] += a.Reactivated
	r.won[i], r.plain[i], r.again[i] = float64(a.New+a.Reactivated), float64(a.Plain), float64(a.Again)
}

// wonAccounts are new and reactivated accounts, and what an incremental one cost.
func (r *accountRead) wonAccounts(money func(float64) postlift.Money, cost float64) *WonAccounts {
	w := &WonAccounts{New: r.fresh, Reactivated: r.back}
	e, ok := r.by.diff(r.won, nil, nil)
	if !ok {
		return w
	}
	e = e.Scale(r.by.treated)
	w.Incremental = intervalOf(e)
	if e.Value <= 0 || cost <= 0 {
		return w
	}
	w.CPA = &CostPerOrder{Value: money(cost / e.Value)}
	if e.Low > 0 {
		low, high := money(cost/e.High), money(cost/e.Low)
		w.CPA.Low, w.CPA.High = &low, &high
	}
	return w
}

// secondWindow is the share of accounts without a contract that ordered in the second window.
func (r *accountRead) secondWindow() *ShareOutcome {
	o := ShareOutcome{Reason: OutcomeEarly, Arms: []ShareArm{}}
	if !r.days.After.IsZero() {
		o = r.by.share(r.again, r.plain)
	}
	o.Metric = Bilingual{EN: "accounts that ordered in the second window", DE: "Kunden, die im zweiten Zeitraum bestellt haben"}
	text := func(de bool) string {
		t := pick(de, "Accounts without a contract on the in-home date: the share with at least one order in the second window, which is as long as the first and follows it",
			"Kunden ohne Vertrag am Tag der Zustellung: Anteil mit mindestens einer Bestellung im zweiten Zeitraum, der so lang ist wie der erste und ihm folgt")
		if !r.days.After.IsZero() {
			t += pick(de, fmt.Sprintf(" (%s to %s)", r.days.Second, r.days.After), fmt.Sprintf(" (%s bis %s)", r.days.Second.Format("de"), r.days.After.Format("de")))
		}
		return t + "." + fewCases(de, o.Few && o.Difference != nil) + outcomeReason(de, o.Reason)
	}
	o.Text = Bilingual{EN: text(false), DE: text(true)}
	return &o
}
