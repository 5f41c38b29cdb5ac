package coverage

import (
	"fmt"
	"math/rand/v2"

	"postlift"
	"postlift/campaigns"
	"postlift/campaigns/draw"
	"postlift/responses"
)

// inHome is when the letters of every campaign arrive.
var inHome = postlift.MustDate("2026-07-16")

const currency = "EUR"

// netPerMargin is the net value of an order by its margin.
const netPerMargin = 2.5

// campaign is a town whose firms were drawn into arms.
type campaign struct {
	*town
	request draw.Request
	arms    []draw.Arm
	strata  []draw.Stratum
	treated int // groups mailed by the end of the window
}

// campaignOn draws a design on a town, as a plan does.
func campaignOn(t *town, r draw.Request, rng *rand.Rand) (*campaign, error) {
	r.Salt = fmt.Sprintf("coverage|%x", rng.Uint64())
	arms, strata, err := draw.Assign(t.units(), r)
	if err != nil {
		return nil, err
	}
	c := &campaign{town: t, request: r, arms: arms, strata: strata}
	for i := range arms {
		if !arms[i].Held && (r.Design != draw.Waves || arms[i].Wave < r.Waves) { // the last wave is mailed after the reading
			c.treated++
		}
	}
	return c, nil
}

// letters is what an account has of letters in a window: its own from the wave's window on, and what earlier ones left.
func (c *campaign) letters(firm int, a *place, w int) float64 {
	sum := c.firms[firm].boost
	for range w {
		sum *= c.market.Carry
	}
	if arm := c.arms[firm]; a.gets && !arm.Held {
		own := 1.
		for range w - max(arm.Wave-1, 0) {
			own *= c.market.Carry
		}
		if w >= max(arm.Wave-1, 0) {
			sum += own
		}
	}
	return sum
}

// comes tells whether an order comes at a lift.
func (c *campaign) comes(o *order, lift float64) bool {
	if o.needs < 0 {
		return true
	}
	f := &c.firms[o.firm]
	strength := lift * segments[f.segment].factor
	return o.needs < strength*c.letters(int(o.firm), &f.accounts[o.account], c.window(int(o.day)))
}

// run is the campaign's run as its record registered it.
func (c *campaign) run() responses.MeasuredRun {
	r := responses.MeasuredRun{ID: 1, UID: "run", Campaign: "Trial", CampaignUID: "trial", Currency: currency, PostedOn: inHome, InHomeOn: inHome, WindowDays: windowDays,
		Design: responses.RunDesign{PlanDesign: campaigns.PlanDesign{Design: string(c.request.Design), Share: c.request.Share, Block: c.request.Block, Waves: c.request.Waves}}}
	d := &r.Design
	switch c.request.Design {
	case draw.Waves:
		d.WaveDays = windowDays
		for w := range c.request.Waves {
			day := 0
			if w > 0 {
				day = firstDays + (w-1)*windowDays
			}
			d.Posted = append(d.Posted, responses.Posting{Wave: w + 1, InHomeOn: inHome.AddDays(day)})
		}
	default:
		d.Strata = map[string]responses.Sizes{}
		for _, s := range c.strata {
			d.Strata[s.Name] = responses.Sizes{Held: s.Holdout, Treated: s.Clusters - s.Holdout}
		}
	}
	return r
}

// reading reads the campaign on a day at a lift. Letters cost nothing, so that the net margin's truth is the gain's.
func (c *campaign) reading(lift float64, asOf postlift.Date) responses.Reading {
	return c.readingOf(c.run(), lift, asOf)
}

// second is the campaign read as if it had begun with the second window.
func (c *campaign) second(lift float64) responses.Reading {
	run := c.run()
	run.InHomeOn, run.WindowDays = inHome.AddDays(firstDays), windowDays-1
	return c.readingOf(run, lift, run.EndsOn())
}

func (c *campaign) readingOf(run responses.MeasuredRun, lift float64, asOf postlift.Date) responses.Reading {
	in := responses.Reading{Run: run, AsOf: asOf, DataOn: asOf, Quick: true, Ledger: responses.NewRunLedger(run, asOf, 1/netPerMargin)}
	for i := range c.firms {
		f := &c.firms[i]
		in.Ledger.AddGroup(responses.GroupRow{Key: f.key, Treated: !c.arms[i].Held, Propensity: c.arms[i].Propensity, Accounts: len(f.accounts), PreMinor: f.pre,
			Stratum: c.arms[i].Stratum, Wave: c.arms[i].Wave})
		if !c.arms[i].Held {
			for a := range f.accounts {
				in.Pieces.Planned++
				if !f.accounts[a].gets {
					in.Pieces.Returned++
				}
			}
		}
		if f.fees(1) > 0 {
			c.addFees(in.Ledger, f)
		}
	}
	in.Pieces.Mailed, in.Pieces.Printed = in.Pieces.Planned, in.Pieces.Planned
	first, last := run.InHomeOn.DaysSince(inHome), min(asOf, run.EndsOn()).DaysSince(inHome)
	for k := range c.orders {
		if o := &c.orders[k]; int(o.day) >= first && int(o.day) <= last && c.comes(o, lift) {
			in.Ledger.AddDay(c.dayRow(o))
		}
	}
	return in
}

func (c *campaign) dayRow(o *order) responses.DayRow {
	return responses.DayRow{Key: c.firms[o.firm].key, On: inHome.AddDays(int(o.day)), Net: o.margin * netPerMargin, Margin: o.margin, Orders: 1}
}

func (c *campaign) addFees(l *responses.Ledger, f *firm) {
	for a := range f.accounts {
		p := &f.accounts[a]
		if p.fee == 0 {
			continue
		}
		margin := p.fee
		l.AddContract(responses.ContractRow{Key: f.key, Currency: currency, TermEndsOn: inHome.AddDays(p.ends), AutoRenew: true,
			FeeMinor: int64(float64(p.fee) * netPerMargin), MarginMinor: &margin, ValidFrom: inHome.AddDays(-400)}, 1)
	}
}

// endsOn is the last day of the measuring window.
func (c *campaign) endsOn() postlift.Date { return c.run().EndsOn() }

// truth is what letters do, on average over all firms of the town: per group, in the quarters that happened.
type truth struct {
	gain     []float64 // margin of one letter, by window since it came, as far as the town goes
	segments [3]float64
	orders   float64 // of the first window
	accounts float64 // of the delivered accounts a group has
	base     float64 // margin of the first window without a letter
	value    float64 // difference of the order values, as ratio of sums
	won      float64 // lapsed accounts that order, of the first window
}

// truth is worked out from the firms' rates.
func (c *campaign) truth(lift float64) truth {
	var x truth
	n := float64(len(c.firms))
	x.gain = make([]float64, len(c.starts)-1)
	var sizes [3]float64
	var sums [2][2]float64 // by arm: net value and orders
	for i := range c.firms {
		f := &c.firms[i]
		strength, k := lift*segments[f.segment].factor, float64(len(f.accounts))
		sizes[f.segment]++
		x.base += f.fees(firstDays) / n
		for a := range f.accounts {
			p := &f.accounts[a]
			got, orders := 0., f.lambda[0]/k
			if p.gets {
				got = 1
				x.accounts += 1 / n
			}
			carried := 1.
			for w := range x.gain {
				effect := got * strength * carried * f.lambda[w] / k * p.size
				x.gain[w] += effect / n
				if w == 0 {
					x.segments[f.segment] += effect
				}
				carried *= c.market.Carry
			}
			without := orders * (1 + strength*f.boost)
			x.orders += got * strength * orders / n
			x.base += without * p.size / n
			with := without + got*strength*orders
			for arm, v := range []float64{without, with} {
				sums[arm][0] += v * p.size * netPerMargin
				sums[arm][1] += v
			}
			if p.lapsed {
				x.won += (chance(with) - chance(without)) / n
			}
		}
	}
	for s := range sizes {
		x.segments[s] /= max(sizes[s], 1)
	}
	x.value = sums[1][0]/sums[1][1] - sums[0][0]/sums[0][1]
	return x
}

// upTo is the margin of one letter in the days from in-home up to a day, per group.
func (c *campaign) upTo(x truth, day int) float64 {
	sum := 0.0
	for w, v := range x.gain {
		from, to := c.starts[w], c.starts[w+1]
		sum += v * float64(min(max(day+1-from, 0), to-from)) / float64(to-from)
	}
	return sum
}

// inWaves is the letter's margin, and its orders, in the window that it comes in, over the periods with the estimate's
// weights: n m/(n+m) for n just mailed and m not mailed yet (experiment.WaveSums).
func (c *campaign) inWaves(lift float64) (gain, orders float64) {
	sizes := make([]float64, c.request.Waves)
	for _, a := range c.arms {
		sizes[a.Wave-1]++
	}
	n, weights := float64(len(c.arms)), 0.0
	rest := n
	for j := range len(sizes) - 1 {
		rest -= sizes[j]
		w := sizes[j] * rest / (sizes[j] + rest)
		weights += w
		for i := range c.firms {
			f := &c.firms[i]
			for a := range f.accounts {
				if f.accounts[a].gets {
					more := w / n * lift * segments[f.segment].factor * f.lambda[j] / float64(len(f.accounts))
					gain, orders = gain+more*f.accounts[a].size, orders+more
				}
			}
		}
	}
	return gain / weights, orders / weights
}
