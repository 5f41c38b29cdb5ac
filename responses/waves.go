package responses

import (
	"slices"

	"postlift"
	"postlift/campaigns/experiment"
)

// WavesRunning is the reason of waves of which no period is over yet, and WavesUnordered of waves whose letters did
// not arrive in the order in which they were drawn: then nothing can be compared.
const (
	WavesRunning   = "waves_running"
	WavesUnordered = "waves_order"
)

// period is the time from one wave's arrival to the day before the next one's.
type period struct{ from, to postlift.Date }

// periods are those of a run in waves, as far as waves were posted: period j compares wave j with the later ones.
// After the last posted wave a period goes on as long as the waves are apart, unless it was the last of all.
func (d RunDesign) periods() []period {
	var list []period
	for i, p := range d.Posted {
		switch {
		case i+1 < len(d.Posted):
			list = append(list, period{p.InHomeOn, d.Posted[i+1].InHomeOn.AddDays(-1)})
		case i+1 < d.Waves:
			list = append(list, period{p.InHomeOn, p.InHomeOn.AddDays(max(d.WaveDays, 1) - 1)})
		}
	}
	return list
}

// endsOn is the day when the last period is over: of waves not posted yet, as they are planned.
func (d RunDesign) endsOn() postlift.Date {
	list := d.periods()
	if len(list) == 0 {
		return 0
	}
	last := list[len(list)-1].to
	if !d.Ended {
		last = last.AddDays(max(d.WaveDays, 1) * (d.Waves - 1 - len(list)))
	}
	return last
}

// over are the periods that are over on a day; ordered is false where a wave did not arrive after the one before it.
func (d RunDesign) over(on postlift.Date) (list []period, ordered bool) {
	ordered = true
	for i, p := range d.periods() {
		if p.to < p.from || d.Posted[i].Wave != i+1 {
			ordered = false
		}
		if p.to <= on && len(list) == i {
			list = append(list, p)
		}
	}
	return list, ordered
}

// analyseWaves compares, in every period that is over, the groups just mailed with those not mailed yet. Waves after
// the last such period are one: all of them wait. Its figure is the effect of a letter in its first days, until the
// next wave; that of waves whose own period is not over, or that the last one never has, is taken to be the same, as
// the draw makes their groups alike.
func (m *measurement) analyseWaves() error {
	l, d := m.Ledger, m.Run.Design
	_, ordered := d.over(l.until)
	m.waves = len(l.periods) + 1
	m.res = experiment.Result{GroupRatio: experiment.Even(l.waveSizes(d.Waves)), AccountRatio: experiment.RatioCheck{P: 1}}
	posted := 0
	for _, p := range d.Posted {
		if p.InHomeOn <= m.AsOf {
			posted++
		}
	}
	m.res.Treated, m.res.Control = l.upTo(posted)
	switch {
	case len(l.units) == 0:
		m.res.Refused = experiment.NoTreated
	case !ordered:
		m.res.Refused = WavesUnordered
	case len(l.periods) == 0:
		m.res.Refused = WavesRunning
	}
	if m.res.Refused != "" {
		return nil
	}
	return m.readWaves(l.waveUnits())
}

// waveReading are the three readings of one test in waves: outcome, orders and the time before.
type waveReading struct{ outcome, orders, before []experiment.WaveUnit }

func (m *measurement) readWaves(r waveReading) error {
	sizes := make([]int, m.waves)
	same := true
	for _, u := range r.outcome {
		sizes[u.Wave-1]++
		same = same && slices.Equal(u.Periods, r.outcome[0].Periods)
	}
	switch {
	case slices.Min(sizes) < 2:
		m.res.Refused = experiment.TooFewGroups
		return nil
	case same:
		m.res.Refused = experiment.ConstantOutcome
		return nil
	}
	var err error
	if m.res.Designed, err = experiment.InWaves(r.outcome, m.waves); err != nil {
		return err
	}
	if !(m.res.Designed.SE > 0) {
		m.res.Refused = experiment.ConstantOutcome
		return nil
	}
	m.res.Primary = experiment.PrimaryWaves
	if m.res.Orders, err = experiment.InWaves(r.orders, m.waves); err != nil {
		return err
	}
	before, err := experiment.InWaves(r.before, m.waves)
	if err == nil && before.SE > 0 {
		m.res.PrePhase = &before
	}
	sums := experiment.NewWaveSums(m.waves)
	for _, u := range r.outcome {
		sums.Add(u.Wave, append(slices.Clone(u.Periods), u.Pre))
	}
	m.base = sums.Base()
	return err
}

// waveSizes are the groups of every wave.
func (l *Ledger) waveSizes(waves int) []int {
	sizes := make([]int, waves)
	for _, w := range l.waves {
		if w >= 1 && w <= waves {
			sizes[w-1]++
		}
	}
	return sizes
}

// upTo are the groups of the waves posted so far, and those that wait.
func (l *Ledger) upTo(posted int) (mailed, waiting experiment.ArmFacts) {
	for i, u := range l.units {
		to := &waiting
		if l.waves[i] <= posted {
			to = &mailed
		}
		to.Groups++
		to.Accounts += u.Accounts
		to.Orders += u.Orders
	}
	return mailed, waiting
}

// waveUnits are the groups of a test in waves, by the periods of the ledger.
func (l *Ledger) waveUnits() waveReading {
	var r waveReading
	waves := len(l.periods) + 1
	for i, u := range l.units {
		before := make([]float64, len(l.periods))
		for j := range before {
			before[j] = u.Pre
		}
		w := min(l.waves[i], waves)
		r.outcome = append(r.outcome, experiment.WaveUnit{Wave: w, Periods: l.margins[i], Pre: u.Pre})
		r.orders = append(r.orders, experiment.WaveUnit{Wave: w, Periods: l.orders[i]})
		r.before = append(r.before, experiment.WaveUnit{Wave: w, Periods: before})
	}
	return r
}
