package responses

import (
	"fmt"
	"slices"

	"postlift"
	"postlift/campaigns"
	"postlift/campaigns/experiment"
)

// curveCells bounds what the curve keeps in memory: groups times days. Longer lists are read at fewer days.
const curveCells = 8 << 20

// sumsByDay are running sums by group at some days since in-home: first what came between them, in the end all since.
type sumsByDay struct {
	from   postlift.Date
	days   []int   // ascending
	column []int32 // the first of them that is not before a day
	at     [][]float64
}

func newSumsByDay(from postlift.Date, days []int, groups int) *sumsByDay {
	s := &sumsByDay{from: from, days: days, at: make([][]float64, len(days))}
	for i, d := range days {
		s.at[i] = make([]float64, groups)
		for len(s.column) <= d {
			s.column = append(s.column, int32(i))
		}
	}
	return s
}

// add counts an amount of one day.
func (s *sumsByDay) add(group int, on postlift.Date, v float64) {
	if d := on.DaysSince(s.from); d >= 0 && d < len(s.column) {
		s.at[s.column[d]][group] += v
	}
}

// spread counts an amount on each of the days from first to last.
func (s *sumsByDay) spread(group int, first, last postlift.Date, daily float64) {
	from, to := max(first.DaysSince(s.from), 0), min(last.DaysSince(s.from), len(s.column)-1)
	for from <= to {
		c := s.column[from]
		end := min(s.days[c], to)
		s.at[c][group] += daily * float64(end-from+1)
		from = end + 1
	}
}

// total turns sums between the days into sums since in-home.
func (s *sumsByDay) total() {
	for c := 1; c < len(s.at); c++ {
		for i, v := range s.at[c-1] {
			s.at[c][i] += v
		}
	}
}

// on are the sums up to a day that is among the days.
func (s *sumsByDay) on(day int) []float64 {
	if i, found := slices.BinarySearch(s.days, day); found {
		return s.at[i]
	}
	return nil
}

// readingDays are the days on which a run is read: those registered and the end of its window.
func (r MeasuredRun) readingDays() []int {
	days := append(campaigns.ReadingDays(), r.windowEnd())
	slices.Sort(days)
	return slices.Compact(days)
}

// windowEnd is the last day of the window, since in-home.
func (r MeasuredRun) windowEnd() int { return r.EndsOn().DaysSince(r.InHomeOn) }

// reached are the reading days that are over on a day, and today where it is none of them; never beyond the last.
func (r MeasuredRun) reached(asOf postlift.Date) []int {
	all := r.readingDays()
	last := min(asOf.DaysSince(r.InHomeOn), all[len(all)-1])
	days := slices.DeleteFunc(all, func(d int) bool { return d > last })
	if !slices.Contains(days, last) {
		days = append(days, last)
	}
	return days
}

// curveStep is how many days lie between the points of a curve of so many groups over so many days.
func curveStep(groups, days int) int {
	for _, step := range []int{1, 7, 14, 28} {
		if groups*(days/step+1) <= curveCells {
			return step
		}
	}
	return 91
}

// curveDays are the days of the curve, the reading days among them.
func curveDays(reached []int, groups int) (days []int, step int) {
	last := slices.Max(reached)
	step = curveStep(groups, last)
	for d := 0; d <= last; d += step {
		days = append(days, d)
	}
	days = append(days, reached...)
	slices.Sort(days)
	return slices.Compact(days), step
}

// moneySums are margin and revenue of the groups by day since in-home, beyond the window up to the last registered
// reading: what a report's curve and readings are made of.
type moneySums struct {
	in      *Reading
	until   postlift.Date
	reached []int
	step    int
	margin  *sumsByDay
	revenue *sumsByDay // at the end of the window, or as far as it has come
}

// begin makes room for the groups of a reading's ledger.
func (m *moneySums) begin(in *Reading) {
	m.in, m.reached = in, in.Run.reached(in.AsOf)
	groups := len(in.Ledger.units)
	days, step := curveDays(m.reached, groups)
	m.step = step
	last := days[len(days)-1]
	m.until = in.Run.InHomeOn.AddDays(last)
	m.margin = newSumsByDay(in.Run.InHomeOn, days, groups)
	m.revenue = newSumsByDay(in.Run.InHomeOn, []int{min(in.Run.windowEnd(), last)}, groups)
}

func (m *moneySums) day(d DayRow) {
	if m == nil {
		return
	}
	if i, known := m.in.Ledger.index[d.Key]; known {
		m.margin.add(i, d.On, d.Margin)
		m.revenue.add(i, d.On, d.Net)
	}
}

// contract spreads a contract line over its days of service, as the ledger does.
func (m *moneySums) contract(c ContractRow, rate float64) {
	if m == nil {
		return
	}
	i, known := m.in.Ledger.index[c.Key]
	if !known || rate == 0 {
		return
	}
	net := float64(c.FeeMinor) * rate / daysPerMonth
	margin := net * m.in.Ledger.defaultMargin
	if c.MarginMinor != nil {
		margin = float64(*c.MarginMinor) * rate / daysPerMonth
	}
	last := c.lastDay(m.until)
	m.margin.spread(i, c.ValidFrom, last, margin)
	m.revenue.spread(i, c.ValidFrom, last, net)
}

// total ends the stream.
func (m *moneySums) total() {
	if m != nil {
		m.margin.total()
	}
}

// moneyRead is a reading's sums with the means to compare them.
type moneyRead struct {
	in      Reading
	by      *contrast
	reached []int
	step    int
	margin  *sumsByDay
	revenue *sumsByDay
	pre     []float64
	cost    float64
	money   func(float64) postlift.Money
}

// newMoneyRead prepares the sums that were filled beside the reading's ledger.
func newMoneyRead(in Reading, by *contrast, cost float64) *moneyRead {
	m := &moneyRead{in: in, by: by, reached: in.sums.reached, step: in.sums.step, margin: in.sums.margin, revenue: in.sums.revenue,
		cost: cost, money: moneyIn(in.Run.Currency)}
	for _, u := range by.units {
		m.pre = append(m.pre, u.Pre)
	}
	return m
}

// outcome works out everything in money, read for a day.
func (m *moneyRead) outcome(day int) *MoneyOutcome {
	o := &MoneyOutcome{Readings: []MoneyReading{}, Since: []SinceReading{}, Curve: []NetPoint{}, Step: m.step}
	for _, d := range m.reached {
		o.Readings = append(o.Readings, m.reading(d))
		if e, ok := m.between(d, day); ok && d < day && m.registered(d) {
			o.Since = append(o.Since, SinceReading{Day: d, Until: day, Gain: *m.interval(e), SE: e.SE})
		}
	}
	m.curve(o)
	o.Payback.Text = paybackWords(o.Payback, m.step)
	if e, ok := m.by.diff(m.revenue.at[0], m.pre, nil); ok {
		e = e.Scale(m.by.treated)
		o.Revenue = m.interval(e)
		if m.cost > 0 {
			r := e.Scale(1 / m.cost)
			o.ROAS = intervalOf(r)
		}
	}
	return o
}

func (m *moneyRead) registered(day int) bool { return slices.Contains(m.in.Run.readingDays(), day) }

func (m *moneyRead) interval(e experiment.Estimate) *MoneyInterval {
	return measurement{money: m.money}.interval(e)
}

func intervalOf(e experiment.Estimate) *Interval {
	return &Interval{Value: e.Value, Low: e.Low, High: e.High, Low80: &e.Low80, High80: &e.High80}
}

// gain is the incremental margin of all assigned groups up to a day.
func (m *moneyRead) gain(at []float64) (experiment.Estimate, bool) {
	e, ok := m.by.diff(at, m.pre, nil)
	if !ok {
		return e, false
	}
	return e.Scale(m.by.treated), true
}

func (m *moneyRead) reading(day int) MoneyReading {
	on := m.in.Run.InHomeOn.AddDays(day)
	r := MoneyReading{Day: day, On: on, Registered: m.registered(day), Window: day == m.in.Run.windowEnd(),
		Complete: m.in.DataOn.IsZero() || on.DaysSince(m.in.DataOn) <= lateData}
	if e, ok := m.gain(m.margin.on(day)); ok {
		r.Gain, r.Net = m.interval(e), m.interval(e.Shift(-m.cost))
	}
	return r
}

// between is the incremental margin after one reading day up to another.
func (m *moneyRead) between(from, until int) (experiment.Estimate, bool) {
	a, b := m.margin.on(from), m.margin.on(until)
	if a == nil || b == nil || from >= until {
		return experiment.Estimate{}, false
	}
	y := make([]float64, len(a))
	for i := range y {
		y[i] = b[i] - a[i]
	}
	return m.gain(y)
}

// curve fills in the net gain by day, and when it first paid the cost.
func (m *moneyRead) curve(o *MoneyOutcome) {
	for c, day := range m.margin.days {
		e, ok := m.gain(m.margin.at[c])
		if !ok {
			continue
		}
		e = e.Shift(-m.cost)
		o.Curve = append(o.Curve, NetPoint{Day: day, Net: m.money(e.Value), Low: m.money(e.Low), High: m.money(e.High)})
		if o.Payback.First == nil && e.Value > 0 {
			o.Payback.First = &day
		}
		o.Payback.Day, o.Payback.SureDay = since(o.Payback.Day, e.Value > 0, day), since(o.Payback.SureDay, e.Low > 0, day)
	}
}

// since is the first of the days in a row up to today on which something holds.
func since(before *int, holds bool, day int) *int {
	switch {
	case !holds:
		return nil
	case before != nil:
		return before
	}
	return &day
}

func paybackWords(p Payback, step int) Bilingual {
	text := func(de bool) string {
		grid := ""
		if step > 1 {
			grid = pick(de, fmt.Sprintf(" (looked at every %d days)", step), fmt.Sprintf(" (betrachtet alle %d Tage)", step))
		}
		switch {
		case p.First == nil:
			return pick(de, "The cost has not been earned back yet", "Die Kosten sind noch nicht wieder verdient") + grid + "."
		case p.Day == nil:
			return pick(de, "As an estimate, the cost is not earned back now, though it was on earlier days", "Geschätzt sind die Kosten jetzt nicht wieder verdient, an früheren Tagen waren sie es") + grid + "."
		case p.SureDay == nil:
			return pick(de, fmt.Sprintf("As an estimate, the cost has been earned back since day %d%s; the 95 %% interval still reaches below zero.", *p.Day, grid),
				fmt.Sprintf("Geschätzt sind die Kosten seit Tag %d wieder verdient%s; das 95-%%-Intervall reicht noch unter null.", *p.Day, grid))
		}
		return pick(de, fmt.Sprintf("As an estimate, the cost has been earned back since day %d%s; since day %d the 95 %% interval of each single day lies above zero. Looked for on many days, this describes and decides nothing.", *p.Day, grid, *p.SureDay),
			fmt.Sprintf("Geschätzt sind die Kosten seit Tag %d wieder verdient%s; seit Tag %d liegt das 95-%%-Intervall jedes einzelnen Tages über null. An vielen Tagen gesucht, beschreibt dies nur und entscheidet nichts.", *p.Day, grid, *p.SureDay))
	}
	return Bilingual{EN: text(false), DE: text(true)}
}
