package responses

import (
	"context"

	"postlift"
	"postlift/campaigns"
	"postlift/campaigns/draw"
	"postlift/responses/programme"
)

// ProgrammeStore reads programme tests and what several campaigns showed. Dates are inclusive; money is in the
// reporting currency. Test 0 stands for all accounts by their groups of today, as the global control needs them.
type ProgrammeStore interface {
	// Programme finds a test by id or name; NotFound otherwise. Programmes lists all, the newest first.
	Programme(ctx context.Context, ref string) (campaigns.Programme, error)
	Programmes(ctx context.Context) ([]campaigns.Programme, error)
	// ProgrammeMembers streams the groups of a test as they were drawn.
	ProgrammeMembers(ctx context.Context, programmeID int64, each func(GroupRow) error) error
	// ProgrammeMargins sums up what each group ordered between two days, one row a group, dated with the first day.
	ProgrammeMargins(ctx context.Context, programmeID int64, from, until postlift.Date, each func(DayRow) error) error
	// ProgrammeContracts streams the contract lines that touch the days.
	ProgrammeContracts(ctx context.Context, programmeID int64, from, until postlift.Date, each func(ContractRow) error) error
	// ProgrammeLetters counts the advertising letters printed for each group by day of posting, with their cost.
	ProgrammeLetters(ctx context.Context, programmeID int64, from, until postlift.Date, each func(LetterRow) error) error
	// ActiveGroups streams the groups that ordered in the two years before a day or had a contract on it, with their
	// margin of the year before; those with a key account of a plan of the year before are left out. Treated is not filled in.
	ActiveGroups(ctx context.Context, on postlift.Date, each func(GroupRow) error) error
	// ControlShares lists the shares of the global control that the advertising runs posted between two days registered.
	ControlShares(ctx context.Context, from, until postlift.Date) ([]float64, error)
	// RunsAcross lists the advertising runs that came in home between two days (zero: open), the newest first.
	RunsAcross(ctx context.Context, from, until postlift.Date) ([]AcrossSource, error)
	LatestOrder(ctx context.Context, until postlift.Date) (postlift.Date, error)
	RatesOn(ctx context.Context, currency string, on postlift.Date) (map[string]float64, error)
}

// LetterRow is what was printed for a group on a day. Cost is in minor units, the run's seed letters shared out.
type LetterRow struct {
	Key     string
	On      postlift.Date
	Letters int
	Cost    float64
}

// What a programme is compared with.
const (
	ControlProgramme = "programme" // groups drawn by a programme test
	ControlGlobal    = "global"    // groups that a year's global control spares
)

// fewControls is from how many control groups on a global control says anything: below, even the covariate-adjusted
// interval of so small an arm lies above the truth too often.
const fewControls = 200

// leastPairs is the same for a test in matched blocks.
const leastPairs = 20

// gathering reads a test into units.
type gathering struct {
	s        *Service
	id       int64 // of the test; 0: all accounts
	currency string
	margin   float64 // default share
	in       programme.Input
	index    map[string]int
	net      float64
	assumed  float64
	excluded int
	stray    int // letters to the control
}

// quarters cuts the days from..until at the ends of calendar quarters.
func quarters(from, until postlift.Date) []programme.Period {
	var list []programme.Period
	for from <= until {
		year, month, _ := from.Time().Date()
		first := postlift.MustDate(firstOf(year, (int(month)-1)/3*3+1))
		last := min(first.AddMonths(3).AddDays(-1), until)
		list = append(list, programme.Period{From: from, Until: last})
		from = last.AddDays(1)
	}
	return list
}

func (g *gathering) add(row GroupRow) {
	n := len(g.in.Periods)
	g.index[row.Key] = len(g.in.Units)
	g.in.Units = append(g.in.Units, programme.Unit{Treated: row.Treated, Block: row.Stratum, Propensity: row.Propensity, Accounts: row.Accounts,
		Pre: row.PreMinor, Margin: make([]float64, n), Orders: make([]float64, n)})
}

// outcomes reads orders, contracts and letters of every period.
func (g *gathering) outcomes(ctx context.Context) error {
	periods := g.in.Periods
	if len(periods) == 0 {
		return nil
	}
	for k, p := range periods {
		err := g.s.store.ProgrammeMargins(ctx, g.id, p.From, p.Until, func(d DayRow) error {
			i, known := g.index[d.Key]
			if !known {
				return nil
			}
			u := &g.in.Units[i]
			u.Margin[k] += d.Margin
			u.Orders[k] += float64(d.Orders)
			g.net, g.assumed, g.excluded = g.net+d.Net, g.assumed+d.Assumed, g.excluded+d.Excluded
			return nil
		})
		if err != nil {
			return err
		}
	}
	from, until := periods[0].From, periods[len(periods)-1].Until
	rates, err := g.s.store.RatesOn(ctx, g.currency, from)
	if err != nil {
		return err
	}
	if err := g.s.store.ProgrammeContracts(ctx, g.id, from, until, func(c ContractRow) error { g.contract(c, rates[c.Currency]); return nil }); err != nil {
		return err
	}
	return g.s.store.ProgrammeLetters(ctx, g.id, from, until, func(l LetterRow) error { g.letters(l); return nil })
}

// contract spreads a line's margin over the days of service of every period.
func (g *gathering) contract(c ContractRow, rate float64) {
	i, known := g.index[c.Key]
	if !known {
		return
	}
	if rate == 0 {
		g.excluded++
		return
	}
	net := float64(c.FeeMinor) * rate / daysPerMonth
	margin := net * g.margin
	if c.MarginMinor != nil {
		margin = float64(*c.MarginMinor) * rate / daysPerMonth
	}
	for k, p := range g.in.Periods {
		days := float64(min(c.lastDay(p.Until), p.Until).DaysSince(max(c.ValidFrom, p.From)) + 1)
		if days <= 0 {
			continue
		}
		g.in.Units[i].Margin[k] += margin * days
		g.net += net * days
		if c.MarginMinor == nil {
			g.assumed += net * days
		}
	}
}

// letters adds the cost of what was printed for the mailed arm; what reached the control is counted apart.
func (g *gathering) letters(l LetterRow) {
	i, known := g.index[l.Key]
	if !known {
		return
	}
	if !g.in.Units[i].Treated {
		g.stray += l.Letters
		return
	}
	for k := range g.in.Periods {
		if p := &g.in.Periods[k]; l.On >= p.From && l.On <= p.Until {
			p.Letters += l.Letters
			p.Cost += l.Cost
		}
	}
}

// Programme reads a programme test with the data known on a day (none: today): everything that all campaigns mailed to
// its mailed arm, less what that cost, against the control.
func (s *Service) Programme(ctx context.Context, ref string, asOf postlift.Date) (ProgrammeReport, error) {
	p, err := s.store.Programme(ctx, ref)
	if err != nil {
		return ProgrammeReport{}, err
	}
	g, asOf, err := s.gathering(ctx, p.ID, asOf)
	if err != nil {
		return ProgrammeReport{}, err
	}
	if asOf < p.StartsOn {
		return ProgrammeReport{}, postlift.Faultf(postlift.Conflict, "responses.Programme", "programme test %q starts on %s; there is nothing to read on %s", p.Name, p.StartsOn, asOf)
	}
	last := p.LastDay()
	g.in.Periods = quarters(p.StartsOn, min(asOf, last))
	g.in.Blocked, g.in.Over = true, asOf >= last
	g.in.Stopped = g.in.Over && last < p.EndsOn
	g.in.Days, g.in.AllDays = min(asOf, last).DaysSince(p.StartsOn)+1, p.EndsOn.DaysSince(p.StartsOn)+1
	g.in.Planned, g.in.Controls = [2]int{p.Record.ControlGroups, p.Record.TreatedGroups}, leastPairs
	if err := s.store.ProgrammeMembers(ctx, p.ID, func(row GroupRow) error { g.add(row); return nil }); err != nil {
		return ProgrammeReport{}, err
	}
	r := ProgrammeReport{ID: p.UID, Name: p.Name, Control: ControlProgramme, Currency: g.currency, From: p.StartsOn, Until: last, AsOf: asOf, EndedEarly: g.in.Stopped, Enough: EnoughPairs, Propensity: 1 - 1/float64(p.Block)}
	return g.report(ctx, r)
}

// GlobalControl reads all advertising since the first of January of a day's year (none: today's) against the groups
// that the year's global control spared: all groups that were active then.
func (s *Service) GlobalControl(ctx context.Context, asOf postlift.Date) (ProgrammeReport, error) {
	g, asOf, err := s.gathering(ctx, 0, asOf)
	if err != nil {
		return ProgrammeReport{}, err
	}
	year := asOf.Time().Year()
	from, until := postlift.MustDate(firstOf(year, 1)), postlift.MustDate(firstOf(year, 12)).AddDays(30)
	low, high, err := s.controlShare(ctx, from, asOf)
	if err != nil {
		return ProgrammeReport{}, err
	}
	r := ProgrammeReport{Control: ControlGlobal, Currency: g.currency, From: from, Until: until, AsOf: asOf, Enough: EnoughControls, Propensity: 1 - low}
	g.in.Periods = quarters(from, min(asOf, until))
	g.in.Over, g.in.Controls = asOf >= until, fewControls
	g.in.Days, g.in.AllDays = asOf.DaysSince(from)+1, until.DaysSince(from)+1
	if low > 0 {
		err = s.store.ActiveGroups(ctx, from, func(row GroupRow) error {
			held := draw.InGlobalControl(row.Key, year, low)
			if !held && draw.InGlobalControl(row.Key, year, high) {
				return nil // spared by some campaigns of the year and not by others
			}
			row.Treated, row.Propensity = !held, 1-low
			g.add(row)
			return nil
		})
		if err != nil {
			return ProgrammeReport{}, err
		}
	}
	return g.report(ctx, r)
}

// controlShare gives the smallest and the largest share of the global control among the year's runs; where there is
// none yet, the settings'. A run without any leaves nobody unmailed: the smallest is 0 then.
func (s *Service) controlShare(ctx context.Context, from, until postlift.Date) (low, high float64, err error) {
	shares, err := s.store.ControlShares(ctx, from, until)
	if err != nil {
		return 0, 0, err
	}
	if len(shares) == 0 {
		settings, err := s.store.Settings(ctx)
		return settings.Mail.GlobalControl, settings.Mail.GlobalControl, err
	}
	low, high = shares[0], shares[0]
	for _, v := range shares {
		low, high = min(low, v), max(high, v)
	}
	return low, high, nil
}

func (s *Service) gathering(ctx context.Context, id int64, asOf postlift.Date) (*gathering, postlift.Date, error) {
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return nil, 0, err
	}
	if asOf.IsZero() {
		asOf = settings.Today(s.clock)
	}
	return &gathering{s: s, id: id, currency: settings.Currency, margin: settings.Value.DefaultMargin, index: map[string]int{}}, asOf, nil
}

// report reads the outcomes, compares the arms and words what came out.
func (g *gathering) report(ctx context.Context, r ProgrammeReport) (ProgrammeReport, error) {
	if err := g.outcomes(ctx); err != nil {
		return r, err
	}
	var err error
	if r.DataOn, err = g.s.store.LatestOrder(ctx, r.AsOf); err != nil {
		return r, err
	}
	reading, err := programme.Read(g.in)
	if err != nil {
		return r, err
	}
	if !r.DataOn.IsZero() && r.DataOn < r.From && reading.Verdict != programme.Withheld {
		reading = programme.Reading{Verdict: programme.Withheld, Reason: NoData, Control: reading.Control, Treated: reading.Treated, Ratio: reading.Ratio}
	}
	r.fill(g, reading)
	return r, nil
}

// ProgrammeLine gives what the whole programme changed, as of a day: by the latest programme test that has begun, else
// by the year's global control; nil where nobody was spared.
func (s *Service) ProgrammeLine(ctx context.Context, asOf postlift.Date) (*ProgrammeLine, error) {
	tests, err := s.store.Programmes(ctx)
	if err != nil {
		return nil, err
	}
	for _, p := range tests {
		if asOf.IsZero() || p.StartsOn <= asOf {
			r, err := s.Programme(ctx, p.UID, asOf)
			if postlift.KindOf(err) == postlift.Conflict {
				continue // it has not begun today
			}
			return r.line(), err
		}
	}
	r, err := s.GlobalControl(ctx, asOf)
	if err != nil || r.ControlArm.Groups == 0 {
		return nil, err
	}
	return r.line(), nil
}

func (r ProgrammeReport) line() *ProgrammeLine {
	net := r.Net
	if (r.interim() || r.EndedEarly) && net != nil && r.NetAlways != nil { // the bounds of which the sentence speaks
		wide := *net
		wide.Low, wide.High = r.NetAlways.Low, r.NetAlways.High
		net = &wide
	}
	return &ProgrammeLine{From: r.From, Until: min(r.AsOf, r.Until), Mailed: r.MailedArm.Groups, Control: r.ControlArm.Groups,
		Gain: r.Gain, Net: net, Text: r.lineText()}
}
