package responses

import "postlift"

// The functions of this file are what a Service does with rows from its store, on rows that are at hand: simulations
// read invented campaigns with them thousands of times, so that what they put on trial is what a report shows.

// Judge fills in trust, belief and segments of a measured reading, from what its run registered and from the segments
// of its groups.
func Judge(in Reading, u *Uplift, frozen FrozenTrust, segments []SegmentRow) error {
	u.Segments = []SegmentEffect{}
	j, err := newJudgement(in, u)
	if err != nil {
		return err
	}
	j.trust(frozen.Trust)
	if u.Net == nil {
		return nil
	}
	t := newSegmentTable(in.Ledger)
	for _, r := range segments {
		if err := t.add(r); err != nil {
			return err
		}
	}
	u.Belief = j.believe(frozen.ScepticSD, t.baseline())
	u.Segments = j.segments(t, frozen.ScepticSD)
	return nil
}

// MoneyReadings are what a run's letters brought at its registered days and between them, and in revenue, from what the
// groups of the reading's ledger ordered up to the reading's day, contracts apart. It is for designs with two arms.
func MoneyReadings(in Reading, rows []DayRow) (readings []MoneyReading, since []SinceReading, revenue *MoneyInterval) {
	by := newContrast(in)
	m := &moneyRead{in: in, by: by, reached: in.Run.reached(in.AsOf), money: moneyIn(in.Run.Currency)}
	last := m.reached[len(m.reached)-1]
	m.margin = newSumsByDay(in.Run.InHomeOn, m.reached, len(by.units))
	m.revenue = newSumsByDay(in.Run.InHomeOn, []int{min(in.Run.windowEnd(), last)}, len(by.units))
	for _, u := range by.units {
		m.pre = append(m.pre, u.Pre)
	}
	for _, d := range rows {
		if i, known := in.Ledger.index[d.Key]; known {
			m.margin.add(i, d.On, d.Margin)
			m.revenue.add(i, d.On, d.Net)
		}
	}
	m.margin.total()
	for _, d := range m.reached {
		readings = append(readings, m.reading(d))
		if e, ok := m.between(d, last); ok && d < last {
			since = append(since, SinceReading{Day: d, Until: last, Gain: *m.interval(e), SE: e.SE})
		}
	}
	if e, ok := by.diff(m.revenue.at[0], m.pre, nil); ok {
		revenue = m.interval(e.Scale(by.treated))
	}
	return readings, since, revenue
}

// ActivityOutcomes compares the accounts that a run won, and those without a contract that ordered in its second
// window, up to a day. It is for designs with two arms.
func ActivityOutcomes(in Reading, read postlift.Date, cost float64, rows []ActivityRow) (won *WonAccounts, again *ShareOutcome) {
	r := newAccountRead(in, newContrast(in), read)
	for _, a := range rows {
		r.add(a)
	}
	return r.wonAccounts(moneyIn(in.Run.Currency), cost), r.secondWindow()
}

// PutTogether pools measured reports of one currency as Across does, each as a run of one campaign that is repeated.
func PutTogether(currency string, reports []Uplift) (Across, error) {
	a := Across{Currency: currency, GroupBy: ByCampaign, Runs: []AcrossRun{}, Left: []AcrossLeft{}, Notes: []Note{}, Groups: []AcrossGroup{}}
	for _, u := range reports {
		if u.Net == nil || u.Gain == nil {
			a.Left = append(a.Left, AcrossLeft{RunID: u.RunID, Campaign: u.Campaign, InHomeOn: u.InHomeOn, Reason: u.Reason})
			continue
		}
		r := AcrossRun{RunID: u.RunID, CampaignID: u.CampaignID, Campaign: u.Campaign, InHomeOn: u.InHomeOn, Verdict: u.Verdict, Flags: u.Flags,
			Letters: u.Cost.Printed, Cost: u.Cost.Actual, Gain: *u.Gain, Net: *u.Net}
		r.lift(u)
		a.Runs = append(a.Runs, r)
	}
	return a, a.putTogether()
}
