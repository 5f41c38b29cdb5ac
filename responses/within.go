package responses

import (
	"context"
	"math"

	"postlift"
	"postlift/campaigns/experiment"
)

// MailStore finds the runs whose letters could change something between two days.
type MailStore interface {
	// RunsWithin lists the runs of advertising campaigns, by id, that came in home on or before the last day and
	// whose window had not ended before the first.
	RunsWithin(ctx context.Context, from, until postlift.Date) ([]string, error)
}

// MailPart is what letters brought between two days, measured against the groups held out of their runs.
type MailPart struct {
	Runs int            `json:"runs"` // measured ones
	Gain *MoneyInterval `json:"gain"` // incremental margin, before cost; null: no run could be measured
	Cost postlift.Money `json:"cost"` // of the letters that arrived between the days, in all runs
	Left []LeftOut      `json:"left_out"`

	Overlap int `json:"overlapping_runs"` // measured ones whose mailed accounts got other runs' letters meanwhile: see MailBetween
}

// LeftOut is a run whose letters' part is not known.
type LeftOut struct {
	Campaign string `json:"campaign"`
	Reason   string `json:"reason"` // as a report's; waves: their periods do not follow the days asked for; currency: it is another
}

// WavesApart is the reason of a run in waves, which is measured from one wave to the next and not between two days.
const WavesApart = "waves"

// OtherCurrency is the reason of a run that was planned in another currency than the reporting one.
const OtherCurrency = "currency"

// MailBetween measures what the letters of all runs brought between two days: within their windows, by assignment, as
// their designs are read. Runs are drawn independently, so that gains and variances add up. What a run brings in
// another quarter is not in it, nor what it may bring after its window. What a later run's letters bring to accounts that an
// earlier one mailed is in both gains, as the earlier one's held-out accounts get none of them: Overlap counts such runs.
func (s *Service) MailBetween(ctx context.Context, from, until postlift.Date) (MailPart, error) {
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return MailPart{}, err
	}
	part := MailPart{Left: []LeftOut{}, Cost: postlift.Money{Currency: settings.Currency}}
	uids, err := s.store.RunsWithin(ctx, from, until)
	if err != nil {
		return part, err
	}
	var gain, variance, spread float64
	for _, uid := range uids {
		run, err := s.store.MeasuredRun(ctx, uid)
		if err != nil {
			return part, err
		}
		if run.Currency != settings.Currency { // amounts of two currencies do not add up
			part.Left = append(part.Left, LeftOut{run.Campaign, OtherCurrency})
			continue
		}
		in := Reading{Run: run, AsOf: min(until, run.EndsOn())}
		e, reason, err := s.between(ctx, &in, max(from, run.InHomeOn), settings.Value.DefaultMargin)
		switch {
		case err != nil:
			return part, err
		case run.InHomeOn >= from:
			part.Cost.Minor += postlift.RoundMinor(measurement{Reading: in}.cost())
		}
		if reason != "" {
			part.Left = append(part.Left, LeftOut{run.Campaign, reason})
			continue
		}
		part.Runs++
		other, err := s.store.OtherLetters(ctx, run, max(from, run.InHomeOn), in.AsOf)
		if err != nil {
			return part, err
		}
		if other[1].Letters > 0 {
			part.Overlap++
		}
		own := e.SE * e.SE
		gain, variance, spread = gain+e.Value, variance+own, spread+own*own/e.DoF
	}
	if spread > 0 { // Satterthwaite's degrees of freedom of a sum of independent estimates
		m := measurement{money: moneyIn(settings.Currency)}
		part.Gain = m.interval(experiment.Point{Value: gain, SE: math.Sqrt(variance), DoF: variance * variance / spread}.Estimate())
	}
	return part, nil
}

// between measures one run from a day on; its result is for all treated groups. A reason tells why there is none.
func (s *Service) between(ctx context.Context, in *Reading, from postlift.Date, defaultMargin float64) (e experiment.Estimate, reason string, err error) {
	if in.Run.Design.waves() {
		in.Pieces, err = s.store.RunPieces(ctx, in.Run.ID)
		return e, WavesApart, err
	}
	in.Ledger = NewLedger(from, in.AsOf, defaultMargin)
	if err := s.fill(ctx, in, from, in.AsOf); err != nil {
		return e, "", err
	}
	units, err := in.Ledger.Units()
	if err != nil {
		return e, "", err
	}
	m := measurement{Reading: *in, money: moneyIn(in.Run.Currency)}
	if err := m.analyse(units); err != nil {
		return e, "", err
	}
	switch {
	case m.res.Refused != "":
		return e, m.res.Refused, nil
	case m.blind():
		return e, NoData, nil
	case m.res.GroupRatio.Broken() || m.res.AccountRatio.Broken():
		return e, BrokenRatio, nil
	}
	return m.res.Estimate().Scale(float64(m.res.Treated.Groups)), "", nil
}
