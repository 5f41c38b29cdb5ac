package coverage

import (
	"math"
	"slices"

	"postlift/campaigns/draw"
	"postlift/campaigns/planner"
	"postlift/campaigns/planner/world"
	"postlift/responses"
)

// How much of a report is put on trial.
type extent int

const (
	headline   extent = iota // what the first page shows
	contracts                // and renewals and retention
	everything               // and segments, further readings, accounts won
)

// mostLetters is how far the strongest segment's firms may be lifted: the largest lift, one letter and what an earlier
// campaign left.
func mostLetters(lift float64, m world.Market) float64 {
	return lift * segments[0].factor * (1 + m.Carry)
}

// measured is a design of one campaign, read at the end of its window.
func measured(d Design, r draw.Request, plan planner.Design, of extent) Design {
	d.Bar = Bar
	d.prepare = func(d Design, s *Settings) (any, error) { return trustOf(d, s.Seed, plan) }
	d.play = func(p *play) error {
		windows := 1
		switch {
		case r.Design == draw.Waves:
			windows = r.Waves - 1
		case of == everything:
			windows = 2
		}
		c, err := campaignOn(newTown(p.rng, world.Hard, d.Companies, windows, mostLetters(slices.Max(Lifts), world.Hard)), r, p.rng)
		if err != nil {
			return err
		}
		trusts := p.prepared.([]*planner.Trust)
		for _, lift := range Lifts {
			o := observed{play: p, campaign: c, lift: lift, frozen: responses.FrozenTrust{Trust: trusts[p.number%len(trusts)], ScepticSD: .15}}
			if err := o.report(of); err != nil {
				return err
			}
		}
		return nil
	}
	return d
}

// observed is one campaign at one lift with its report.
type observed struct {
	*play
	*campaign
	lift   float64
	frozen responses.FrozenTrust
	in     responses.Reading
	u      responses.Uplift
	truth  truth
	marks  []string // that the whole report carries
}

func (o *observed) report(of extent) (err error) {
	o.in = o.reading(o.lift, o.endsOn())
	if o.u, err = responses.Measure(o.in); err != nil {
		return err
	}
	if err := responses.Judge(o.in, &o.u, o.frozen, o.rows()); err != nil {
		return err
	}
	if o.truth = o.campaign.truth(o.lift); o.request.Design == draw.Waves {
		o.truth.gain = make([]float64, 1)
		o.truth.gain[0], o.truth.orders = o.inWaves(o.lift)
	}
	for _, f := range o.u.Flags {
		if f == responses.Indicative {
			o.marks = append(o.marks, f)
		}
	}
	o.headline()
	if of >= contracts {
		o.contracts()
	}
	if of >= everything {
		o.beside()
		o.segments()
	}
	return nil
}

// rows are the groups' segments and baselines.
func (o *observed) rows() []responses.SegmentRow {
	rows := make([]responses.SegmentRow, len(o.firms))
	for i := range o.firms {
		f := &o.firms[i]
		rows[i] = responses.SegmentRow{Key: f.key, Segment: segments[f.segment].name, BaselineMinor: f.rate * f.size()}
	}
	return rows
}

// size is the mean margin of a firm's order.
func (f *firm) size() float64 {
	sum := 0.0
	for a := range f.accounts {
		sum += f.accounts[a].size
	}
	return sum / float64(len(f.accounts))
}

// money sees an interval in money of all assigned groups.
func (o *observed) money(metric string, m *responses.MoneyInterval, truth float64, marks ...string) {
	if m == nil {
		o.tally.none(metric, o.lift, o.why())
		return
	}
	o.tally.see(metric, o.lift, moneySpan(m), truth, append(marks, o.marks...)...)
}

func (o *observed) plain(metric string, i *responses.Interval, truth float64, marks ...string) {
	if i == nil {
		o.tally.none(metric, o.lift, o.why())
		return
	}
	o.tally.see(metric, o.lift, plainSpan(i), truth, append(marks, o.marks...)...)
}

func (o *observed) why() string {
	switch {
	case o.u.Verdict == responses.Withheld:
		return "withheld"
	case o.u.Reason != "":
		return o.u.Reason
	}
	return "not estimable"
}

// assigned is the number of groups that gains are added up over.
func (o *observed) assigned() float64 { return float64(o.treated) }

// headline sees the figures of the first page.
func (o *observed) headline() {
	u, x := &o.u, o.truth
	gain := x.gain[0] * o.assigned()
	var s span
	if u.Net != nil {
		if s = moneySpan(u.Net); u.Welch != nil {
			w := moneySpan(&u.Welch.Total)
			s.welch = w.high - w.low
		}
		o.tally.see("net margin", o.lift, s, gain, o.marks...)
	} else {
		o.tally.none("net margin", o.lift, o.why())
	}
	if u.Welch != nil {
		o.money("Welch beside", &u.Welch.Total, gain)
	}
	if o.request.Design != draw.Waves {
		o.plain("relative lift (Fieller)", u.Relative, x.gain[0]/x.base)
	}
	o.plain("incremental orders", u.Orders, x.orders*o.assigned())
	if u.Belief != nil {
		b := span{low: float64(u.Belief.Low.Minor), high: float64(u.Belief.High.Minor)}
		o.tally.see("sceptical belief", o.lift, b, gain, append([]string{"states its prior"}, o.marks...)...)
	}
	o.checks(gain)
	if u.PrePeriod != nil {
		o.money("pre-period difference", &u.PrePeriod.PerGroup, 0)
		o.tally.alarm("arms differed before", o.lift, nominal, slices.Contains(u.Flags, responses.Imbalanced))
	}
	o.verdict()
}

// checks sees the second looks.
func (o *observed) checks(gain float64) {
	c, x := o.u.Checks, o.truth
	if c == nil {
		return
	}
	if c.Capped != nil {
		o.money("capped at 99.9 %", &c.Capped.Gain, gain, "sensitivity only")
	}
	if c.OrderValue != nil {
		o.money("order value (ratio)", &c.OrderValue.Difference, x.value)
	}
	if c.Complier != nil && c.Complier.Known {
		// the delivered share is a count of the very letters
		o.money("complier effect", c.Complier.GainAccount, x.gain[0]/x.accounts)
	}
}

// verdict counts what is claimed although there is no effect: letters cost nothing, so that "works" and "hurts" are
// both false.
func (o *observed) verdict() {
	if o.lift > 0 {
		return
	}
	o.tally.alarm(`verdict "works"`, 0, planner.MostTooHigh, o.u.Verdict == responses.Works, o.marks...)
	o.tally.alarm(`verdict "hurts"`, 0, planner.MostTooHigh, o.u.Verdict == responses.Hurts, o.marks...)
	o.tally.alarm("withheld for its sample ratio", 0, .001, o.u.Verdict == responses.Withheld)
}

// contracts sees renewals and time under contract, a year after in-home.
func (o *observed) contracts() {
	read := inHome.AddDays(365)
	var rows []responses.TermRow
	var share, days, n float64
	for i := range o.firms {
		f := &o.firms[i]
		for a := range f.accounts {
			p := &f.accounts[a]
			if p.fee == 0 {
				continue
			}
			kept := (1 - p.renewal) * min(o.lift*segments[f.segment].factor, 1) // of those who would leave, the letter keeps some
			n++
			share += kept
			days += kept * float64(365-p.ends-1)
			chance := p.renewal
			if !o.arms[i].Held {
				chance += kept
			}
			t := responses.TermRow{Key: f.key, AccountID: int64(i)*16 + int64(a) + 1, StartedOn: inHome.AddDays(-500), TermMonths: 12, TermEndsOn: inHome.AddDays(p.ends),
				NoticeDays: 60, AutoRenew: true}
			if p.luck >= chance {
				t.NoticeGivenOn, t.EndedOn = inHome.AddDays(p.ends-60), inHome.AddDays(p.ends)
			}
			rows = append(rows, t)
		}
	}
	renewal, retention := responses.ContractOutcomes(o.in, read, rows)
	few := func(few bool) []string {
		if few {
			return []string{"few cases"}
		}
		return nil
	}
	o.plain("renewals", renewal.Difference, share/n, few(renewal.Few)...)
	o.plain("restricted mean time", retention.Difference, days/n, few(retention.Few)...)
	o.plain("the same by Greenwood", retention.Greenwood, days/n, append(few(retention.Few), "said to be too narrow")...)
}

// beside sees the further readings in money and what accounts did.
func (o *observed) beside() {
	read := inHome.AddDays(2 * windowDays)
	in := o.in
	in.AsOf, in.DataOn = read, read
	var days []responses.DayRow
	for k := range o.orders {
		if w := &o.orders[k]; o.comes(w, o.lift) {
			days = append(days, o.dayRow(w))
		}
	}
	readings, since, revenue := responses.MoneyReadings(in, days)
	for _, r := range readings {
		metric := map[int]string{30: "margin by day 30", 90: "", 180: "margin by day 180"}[r.Day]
		if metric != "" {
			o.money(metric, r.Gain, o.upTo(o.truth, r.Day)*o.assigned())
		}
	}
	for _, s := range since {
		if s.Day == windowDays {
			o.money("margin of days 91 to 180", &s.Gain, (o.upTo(o.truth, s.Until)-o.upTo(o.truth, s.Day))*o.assigned())
		}
	}
	o.money("incremental revenue (ROAS)", revenue, o.truth.gain[0]*netPerMargin*o.assigned())
	o.accounts(in)
}

// accounts sees the accounts won, and those that order again in the second window.
func (o *observed) accounts(in responses.Reading) {
	rows := make([]responses.ActivityRow, len(o.firms))
	ordered := make([][2]uint64, len(o.firms)) // by window, a bit an account
	for k := range o.orders {
		if w := &o.orders[k]; o.comes(w, o.lift) {
			ordered[w.firm][o.window(int(w.day))] |= 1 << w.account
		}
	}
	effect, plain := 0.0, 0.0
	for i := range o.firms {
		f, r := &o.firms[i], &rows[i]
		r.Key = f.key
		strength, k := o.lift*segments[f.segment].factor, float64(len(f.accounts))
		for a := range f.accounts {
			p := &f.accounts[a]
			if p.lapsed && ordered[i][0]>>a&1 == 1 {
				r.Reactivated++
			}
			if p.fee != 0 {
				continue
			}
			r.Plain++
			plain++
			r.Again += int(ordered[i][1] >> a & 1)
			without := f.lambda[1] / k * (1 + strength*f.boost*o.market.Carry)
			if p.gets {
				effect += chance(without+strength*o.market.Carry*f.lambda[1]/k) - chance(without)
			}
		}
	}
	won, again := responses.ActivityOutcomes(in, in.AsOf, 0, rows)
	o.plain("accounts won", won.Incremental, o.truth.won*o.assigned())
	var few []string
	if again.Few {
		few = append(few, "few cases")
	}
	o.plain("ordered in the second window", again.Difference, effect/plain, few...)
}

// chance that a count of some mean is not zero.
func chance(mean float64) float64 { return -math.Expm1(-mean) }

// segments sees the effects in segments, per group.
func (o *observed) segments() {
	for _, s := range o.u.Segments {
		at := slices.IndexFunc(segments[:], func(x struct {
			name   string
			factor float64
		}) bool {
			return x.name == s.Segment
		})
		if at < 0 {
			continue
		}
		o.money("segments, as measured", &s.Raw, o.truth.segments[at], "exploratory")
		o.money("segments, shrunk", &s.Shrunk, o.truth.segments[at], "exploratory")
	}
}
