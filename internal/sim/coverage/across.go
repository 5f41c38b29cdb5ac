package coverage

import (
	"slices"

	"postlift/campaigns/experiment"
	"postlift/responses"
	"postlift/responses/worth"
)

// together is how many campaigns are put together, and differ how far their true lifts do, as a share of their mean.
const (
	together = 6
	differ   = .4
)

// across reads six campaigns of one kind together, whose true lifts differ, and a seventh that was not among them. Then
// it takes the gain of each first window as a model's projection of the second, and learns from six what to make of the
// seventh's.
func (p *play) across() error {
	towns := make([]*campaign, together+1)
	factors := make([]float64, len(towns))
	for i := range towns {
		factors[i] = max(0, 1+differ*p.rng.NormFloat64())
		var err error
		if towns[i], err = p.halves(2, slices.Max(Lifts)*factors[i]); err != nil {
			return err
		}
	}
	for _, lift := range Lifts {
		if err := p.pooled(towns, factors, lift); err != nil {
			return err
		}
	}
	return nil
}

func (p *play) pooled(towns []*campaign, factors []float64, lift float64) error {
	reports := make([]responses.Uplift, len(towns))
	lifts := make([]float64, len(towns)) // true ones, relative to the margin without a letter
	var total, common float64
	for i, c := range towns {
		var err error
		if reports[i], err = responses.Measure(c.reading(lift*factors[i], c.endsOn())); err != nil {
			return err
		}
		x := c.truth(lift * factors[i])
		lifts[i] = x.gain[0] / x.base
		if i < together {
			total += x.gain[0] * float64(c.treated)
			x = c.truth(lift) // the mean of the kind
			common += x.gain[0] / x.base / together
		}
	}
	a, err := responses.PutTogether(currency, reports[:together])
	if err != nil {
		return err
	}
	p.seeAcross(a, lift, lifts, common, total)
	return p.kappa(towns, factors, reports, lift)
}

func (p *play) seeAcross(a responses.Across, lift float64, lifts []float64, common, total float64) {
	if a.Pooled == nil || a.Total.Net == nil {
		p.tally.none("pooled lift", lift, "not estimable")
		return
	}
	p.tally.see("pooled lift", lift, plainSpan(&a.Pooled.Lift), common)
	p.tally.see("lift of one more campaign", lift, plainSpan(&a.Pooled.Next), lifts[together])
	for i, r := range a.Runs {
		if r.Lift != nil && r.Shrunk != nil {
			p.tally.see("a campaign's lift", lift, plainSpan(r.Lift), lifts[i])
			p.tally.see("a campaign's lift, shrunk", lift, plainSpan(r.Shrunk), lifts[i])
		}
	}
	p.tally.see("net margin of all", lift, moneySpan(a.Total.Net), total)
	if lift == 0 {
		p.tally.alarm("verdict on all", 0, nominal, a.Total.Verdict != responses.NoProof)
	}
}

// kappa calibrates the last campaign's projection by the others'.
func (p *play) kappa(towns []*campaign, factors []float64, reports []responses.Uplift, lift float64) error {
	const metric = "projected, calibrated"
	list := make([]worth.Matured, 0, together)
	for i, c := range towns[:together] {
		later, err := responses.Measure(c.second(lift * factors[i]))
		if err != nil {
			return err
		}
		before, se, ok := deciding(&reports[i])
		after, seAfter, okAfter := deciding(&later)
		if !ok || !okAfter {
			p.tally.none(metric, lift, "not estimable")
			return nil
		}
		list = append(list, worth.Matured{Projected: before, ProjectedSE: se, Realised: after, RealisedSE: seAfter})
	}
	projected, se, ok := deciding(&reports[together])
	k, calibrated := worth.Calibrate(list)
	if !ok || !calibrated {
		p.tally.none(metric, lift, responses.NotCalibrated)
		return nil
	}
	c := towns[together]
	truth := c.truth(lift * factors[together]).gain[1] * float64(c.treated)
	p.tally.see(metric, lift, spanOf(k.Apply(projected, se)), truth)
	if lift > 0 {
		p.tally.see("factor of projections", lift, spanOf(experiment.Point{Value: k.Value, SE: k.SE, DoF: k.DoF}.Estimate()), carriedOver(towns[:together], factors, lift))
	}
	return nil
}

// carriedOver is the true factor: what second windows bring of what first ones did.
func carriedOver(towns []*campaign, factors []float64, lift float64) float64 {
	var first, second float64
	for i, c := range towns {
		x := c.truth(lift * factors[i])
		first, second = first+x.gain[0]*float64(c.treated), second+x.gain[1]*float64(c.treated)
	}
	return second / first
}

// deciding is a report's gain of all assigned groups with its standard error.
func deciding(u *responses.Uplift) (value, se float64, ok bool) {
	f := u.Welch
	switch {
	case u.Designed != nil:
		f = u.Designed
	case u.CUPED != nil:
		f = u.CUPED
	}
	if f == nil || u.Gain == nil || f.PerGroup.Value.Minor == 0 && u.Gain.Value.Minor != 0 {
		return 0, 0, false
	}
	groups := 0
	for _, a := range u.Arms {
		if a.Name == responses.ArmAssigned {
			groups = a.Groups
		}
	}
	return float64(u.Gain.Value.Minor), f.SE * float64(groups), true
}
