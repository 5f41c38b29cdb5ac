package responses

import (
	"fmt"

	"postlift"
	"postlift/campaigns"
	"postlift/responses/pool"
)

// Belief is what a sceptic would believe after this result, of the net gain: the incremental margin of all assigned
// accounts less the cost. Before the result the sceptic takes the lift to be zero, give or take a registered share of the
// baseline margin; result and prior are weighed by their precisions (normal-normal). It stands beside the interval and
// decides nothing.
type Belief struct {
	Believed
	Registered bool           `json:"registered"`      // the prior stands in the run's record
	Baseline   postlift.Money `json:"baseline_margin"` // that lifts are shares of: expected without a letter, as far as the reading goes
	Prior      postlift.Money `json:"prior_sd"`        // the same deviation in money
	Low        postlift.Money `json:"low"`             // 95 % of the belief lies between
	High       postlift.Money `json:"high"`
	Missed     postlift.Money `json:"probable_gain"` // E[max(net, 0)]: what not mailing would have risked to give away
	Others     []Believed     `json:"sensitivity"`   // under a prior of half and of twice the deviation
	Sentence   Bilingual      `json:"sentence"`
}

// Believed is the belief under one prior.
type Believed struct {
	PriorSD float64        `json:"prior_lift_sd"`  // share of the baseline margin; the prior's mean is a lift of zero
	Chance  float64        `json:"chance_of_gain"` // that the net gain is above zero
	Net     postlift.Money `json:"expected_net_gain"`
	Loss    postlift.Money `json:"probable_loss"` // E[max(-net, 0)]: the chance of a loss times its size
}

// believe weighs the deciding estimate against the sceptic's prior; nil where no baseline is known to measure a lift by.
// baseline is the mean expected margin of a group in the window.
func (j judgement) believe(sd, baseline float64) *Belief {
	groups := float64(j.res.Treated.Groups)
	if baseline <= 0 { // plans without scores: the year before
		baseline = j.preMean() * float64(j.Run.WindowDays) / 365
	}
	scale := baseline * groups * j.elapsed()
	e := j.res.Estimate()
	if !(scale > 0) || !(e.SE > 0) {
		return nil
	}
	b := &Belief{Registered: sd > 0, Baseline: j.money(scale)}
	sd = scepticSD(sd)
	gain, se, cost := e.Value*groups, widened(e)*groups, j.cost()
	under := func(sd float64) (Believed, pool.Belief) {
		p := pool.Believe(gain-cost, se, pool.Prior{Mean: -cost, SD: sd * scale})
		return Believed{PriorSD: sd, Chance: p.Chance, Net: j.money(p.Mean), Loss: j.money(p.Loss)}, p
	}
	var p pool.Belief
	b.Believed, p = under(sd)
	b.Prior, b.Missed = j.money(sd*scale), j.money(p.Gain)
	b.Low, b.High = j.money(p.Mean-1.959964*p.SD), j.money(p.Mean+1.959964*p.SD)
	for _, factor := range []float64{.5, 2} {
		other, _ := under(factor * sd)
		b.Others = append(b.Others, other)
	}
	b.Sentence = Bilingual{EN: b.words("en"), DE: b.words("de")}
	return b
}

// scepticSD is the registered deviation or, in plans from before it was, today's.
func scepticSD(registered float64) float64 {
	if registered > 0 {
		return registered
	}
	return campaigns.ScepticSD
}

// elapsed is how much of the window the estimate covers, of waves one period.
func (j judgement) elapsed() float64 {
	window := float64(max(j.Run.WindowDays, 1))
	if j.Run.Design.waves() {
		return float64(j.Run.Design.WaveDays) / window
	}
	return min(float64(j.u.DaysMeasured)/window, 1)
}

// preMean is the mean margin of a group in the year before.
func (j judgement) preMean() float64 {
	c, t := j.res.Control, j.res.Treated
	if j.Run.Design.waves() { // whose arms are not described by it
		sum := 0.0
		for _, u := range j.Ledger.units {
			sum += u.Pre
		}
		return sum / float64(max(len(j.Ledger.units), 1))
	}
	return (c.PreMean*float64(c.Groups) + t.PreMean*float64(t.Groups)) / float64(max(c.Groups+t.Groups, 1))
}

func (b *Belief) words(lang string) string {
	de := lang == "de"
	sd, chance := Percent(b.PriorSD, 0, lang), Percent(b.Chance, 0, lang)
	switch {
	case b.Chance < .01:
		chance = pick(de, "less than 1 %", "weniger als 1 %")
	case b.Chance > .99:
		chance = pick(de, "more than 99 %", "mehr als 99 %")
	}
	net, loss, base := WholeMoney(b.Net, lang), WholeMoney(b.Loss, lang), WholeMoney(b.Baseline, lang)
	half, twice := Percent(b.Others[0].Chance, 0, lang), Percent(b.Others[1].Chance, 0, lang)
	return pick(de,
		fmt.Sprintf("A sceptic who had expected a lift of zero, give or take %s of the %s that these companies bring anyway, would now put the chance that the mailing earns more than it cost at %s: expected net gain %s, probable loss (chance times size) %s. With half of that leeway the chance is %s, with twice as much %s.", sd, base, chance, net, loss, half, twice),
		fmt.Sprintf("Wer skeptisch keine Wirkung erwartet hatte, mit einem Spielraum von %s der %s, die diese Firmen ohnehin bringen, gäbe der Aussendung nun eine Wahrscheinlichkeit von %s, mehr einzubringen, als sie kostet: erwarteter Nettogewinn %s, wahrscheinlicher Verlust (Wahrscheinlichkeit mal Höhe) %s. Bei halbem Spielraum ist die Wahrscheinlichkeit %s, bei doppeltem %s.", sd, base, chance, net, loss, half, twice))
}
