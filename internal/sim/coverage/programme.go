package coverage

import (
	"math"
	"slices"

	"postlift/campaigns/planner/world"
	"postlift/responses"
	"postlift/responses/programme"
)

const quarters = 4

// year is a programme of a letter a quarter.
type year struct {
	*play
	*campaign
	lift float64
}

// programme reads a year in which one of each pair gets no letter at all.
func (p *play) programme() error {
	m := world.Hard
	most := slices.Max(Lifts) * segments[0].factor * (1/(1-m.Carry) + m.Carry)
	c, err := campaignOn(newTown(p.rng, m, p.Companies, quarters, most), blocksOf(2), p.rng)
	if err != nil {
		return err
	}
	for _, lift := range Lifts {
		y := year{p, c, lift}
		if err := y.read(); err != nil {
			return err
		}
	}
	return nil
}

// strength is what mailing does in a quarter to an account that gets its letters, and what earlier letters left.
func (y *year) strength(f *firm, quarter int) (mailed, left float64) {
	own, rest := 0., f.boost
	for range quarter {
		own, rest = (own+1)*y.market.Carry, rest*y.market.Carry
	}
	by := y.lift * segments[f.segment].factor
	return by * (own + 1), by * rest
}

// input is the year as the product gathers it.
func (y *year) input() programme.Input {
	in := programme.Input{Units: make([]programme.Unit, len(y.firms)), Blocked: true, Over: true, Controls: responses.EnoughPairs}
	for q := range quarters {
		p := programme.Period{From: inHome.AddDays(y.starts[q]), Until: inHome.AddDays(y.starts[q+1] - 1), Letters: y.treated}
		in.Periods = append(in.Periods, p)
	}
	in.Days = y.starts[quarters]
	in.AllDays = in.Days
	for _, s := range y.strata {
		in.Planned[0], in.Planned[1] = in.Planned[0]+s.Holdout, in.Planned[1]+s.Clusters-s.Holdout
	}
	for i := range y.firms {
		f := &y.firms[i]
		u := programme.Unit{Treated: !y.arms[i].Held, Block: y.arms[i].Stratum, Propensity: y.arms[i].Propensity, Accounts: len(f.accounts), Pre: f.pre,
			Margin: make([]float64, quarters), Orders: make([]float64, quarters)}
		for q := range quarters {
			u.Margin[q] = f.fees(y.starts[q+1] - y.starts[q])
		}
		in.Units[i] = u
	}
	for k := range y.orders {
		o := &y.orders[k]
		q := y.window(int(o.day))
		f, u := &y.firms[o.firm], &in.Units[o.firm]
		mailed, left := y.strength(f, q)
		if !u.Treated || !f.accounts[o.account].gets {
			mailed = 0
		}
		if o.needs < mailed+left || o.needs < 0 {
			u.Margin[q] += o.margin
			u.Orders[q]++
		}
	}
	return in
}

// yearTruth is what the letters of a programme do, per group.
type yearTruth struct {
	gain                 [quarters]float64
	base, orders, buyers float64
}

func (y *year) truth() yearTruth {
	var x yearTruth
	n := float64(len(y.firms))
	for i := range y.firms {
		f := &y.firms[i]
		k := float64(len(f.accounts))
		with, without := 0., 0.
		x.base += f.fees(y.starts[quarters]) / n
		for q := range quarters {
			mailed, left := y.strength(f, q)
			for a := range f.accounts {
				l := f.lambda[q] / k
				without += l * (1 + left)
				with += l * (1 + left)
				x.base += l * (1 + left) * f.accounts[a].size / n
				if f.accounts[a].gets {
					with += l * mailed
					x.orders += l * mailed / n
					x.gain[q] += l * mailed * f.accounts[a].size / n
				}
			}
		}
		x.buyers += (math.Exp(-without) - math.Exp(-with)) / n
	}
	return x
}

func (y *year) read() error {
	r, err := programme.Read(y.input())
	if err != nil {
		return err
	}
	x, t := y.truth(), y.tally
	groups, sum := float64(r.Treated.Groups), 0.0
	missed := false
	for q, s := range r.Steps {
		sum += x.gain[q]
		if s.Known {
			t.see("a quarter's gain", y.lift, spanOf(s.Gain), x.gain[q]*groups)
		}
		if s.Summed {
			missed = missed || s.Always[0] > sum*groups || s.Always[1] < sum*groups
		}
	}
	t.alarm("always-valid misses at any of 4 quarters", y.lift, .05, missed)
	if last := r.Last(); last != nil && last.Summed {
		t.see("net margin of the year", y.lift, spanOf(last.Net), sum*groups)
	} else {
		t.none("net margin of the year", y.lift, r.Reason)
	}
	if r.Relative != nil {
		t.see("relative lift (Fieller)", y.lift, span{low: r.Relative.Low, high: r.Relative.High}, sum/x.base)
	} else {
		t.none("relative lift (Fieller)", y.lift, "not estimable")
	}
	if r.Orders != nil {
		t.see("incremental orders", y.lift, spanOf(*r.Orders), x.orders*groups)
	}
	if r.Buyers != nil {
		t.see("share of groups that order", y.lift, spanOf(*r.Buyers), x.buyers)
	}
	if r.Pre != nil {
		t.see("pre-period difference", y.lift, spanOf(*r.Pre), 0)
	}
	if y.lift == 0 {
		t.alarm("verdict at the end", 0, nominal, r.Verdict == programme.Works || r.Verdict == programme.Hurts)
	}
	return nil
}
