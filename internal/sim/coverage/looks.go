package coverage

import (
	"postlift/campaigns/planner/world"
	"postlift/responses"
)

// weeks is how often a running campaign is looked at.
const weeks = 12

// halves draws a campaign holdout of half on a new town.
func (p *play) halves(windows int, most float64) (*campaign, error) {
	return campaignOn(newTown(p.rng, world.Hard, p.Companies, windows, mostLetters(most, world.Hard)), shareOf(.5), p.rng)
}

// looks reads one campaign every week while its window runs, and at its end.
func (p *play) looks() error {
	c, err := p.halves(1, .10)
	if err != nil {
		return err
	}
	for _, lift := range []float64{0, .10} {
		if err := p.look(c, lift); err != nil {
			return err
		}
	}
	return nil
}

func (p *play) look(c *campaign, lift float64) error {
	x := c.truth(lift)
	var missed, plain, claimed bool
	for week := range weeks {
		day := 7*(week+1) - 1
		u, err := responses.Measure(c.reading(lift, inHome.AddDays(day)))
		if err != nil {
			return err
		}
		if u.Checks == nil || u.Checks.AlwaysValid == nil {
			p.tally.none("always-valid, of one look", lift, "not estimable")
			continue
		}
		truth := c.upTo(x, day) * float64(c.treated)
		s := moneySpan(&u.Checks.AlwaysValid.Gain)
		s.narrow = false
		p.tally.see("always-valid, of one look", lift, s, truth, "interim")
		missed = missed || truth < s.low || truth > s.high
		b := moneySpan(u.Gain)
		plain = plain || truth < b.low || truth > b.high
		claimed = claimed || u.Verdict == responses.Works || u.Verdict == responses.Hurts
	}
	p.tally.alarm("always-valid misses at any of 12 looks", lift, .05, missed)
	p.tally.alarm("plain 95 % misses at any of 12 looks", lift, .05, plain, "interim")
	if lift > 0 {
		return nil
	}
	u, err := responses.Measure(c.reading(lift, c.endsOn()))
	if err != nil {
		return err
	}
	p.tally.alarm("verdict at any of 12 looks", lift, .05, claimed)
	final := u.Verdict == responses.Works || u.Verdict == responses.Hurts
	p.tally.alarm("verdict at the end of the window", lift, nominal, final)
	p.tally.alarm("verdict at any look or at the end", lift, .10, claimed || final)
	return nil
}

// resampling reads campaigns with the cross-checks by resampling.
func (p *play) resampling() error {
	c, err := p.halves(1, .10)
	if err != nil {
		return err
	}
	for _, lift := range []float64{0, .10} {
		in := c.reading(lift, c.endsOn())
		in.Quick = false
		u, err := responses.Measure(in)
		if err != nil {
			return err
		}
		gain := c.truth(lift).gain[0] * float64(c.treated)
		if u.Gain == nil || u.Checks == nil || u.Checks.Bootstrap == nil {
			p.tally.none("bootstrap-t", lift, "not estimable")
			continue
		}
		w := moneySpan(&u.Welch.Total)
		see := func(metric string, low, high int64) {
			p.tally.see(metric, lift, span{low: float64(low), high: float64(high), welch: w.high - w.low}, gain, "cross-check only")
		}
		b := u.Checks.Bootstrap
		see("bootstrap-t", b.Low.Minor, b.High.Minor)
		see("bootstrap, percentile", b.Percentile[0], b.Percentile[1])
		g := moneySpan(u.Gain)
		g.welch = w.high - w.low
		p.tally.see("the deciding interval", lift, g, gain)
		if lift == 0 && u.Checks.Randomisation != nil {
			p.tally.alarm("randomisation test below .05", lift, nominal, u.Checks.Randomisation.P < .05, "cross-check only")
		}
	}
	return nil
}
