package coverage

import (
	"fmt"
	"math"
	"slices"

	"postlift/campaigns/draw"
	"postlift/campaigns/experiment/columns"
	"postlift/campaigns/planner/world"
)

// rowsOf is a campaign as a table of its accounts' first window.
type rowsOf struct {
	*play
	*campaign
	lift     float64
	table    columns.Table
	orders   []float64
	accounts float64
	effect   float64 // of all rows
	got      float64 // rows delivered, had all been mailed
	value    float64 // difference in margin by order
}

// experiment reads the same campaigns as files that did not come from the product.
func (p *play) experiment() error {
	t := newTown(p.rng, world.Hard, p.Companies, 1, mostLetters(slices.Max(Lifts), world.Hard))
	halves, err := campaignOn(t, shareOf(.5), p.rng)
	if err != nil {
		return err
	}
	pairs, err := campaignOn(t, blocksOf(2), p.rng)
	if err != nil {
		return err
	}
	chances := &campaign{town: t, arms: make([]draw.Arm, len(t.firms))} // by chances of their own
	for i := range t.firms {
		e := .3 + .4*float64(i%101)/100
		chances.arms[i] = draw.Arm{Propensity: e, Held: p.rng.Float64() >= e}
	}
	for _, lift := range Lifts {
		if err := p.tables(halves, pairs, chances, lift); err != nil {
			return err
		}
	}
	return nil
}

func (p *play) tables(halves, pairs, chances *campaign, lift float64) error {
	r := p.rows(halves, lift)
	r.table.Roles.Delivered = "delivered"
	per := r.effect / r.accounts
	base, err := r.read("clusters", per)
	if err != nil {
		return err
	}
	if u := base.Unadjusted; u != nil {
		r.tally.see("clusters, unadjusted", lift, span{low: u.Low, high: u.High, low80: u.Low80, high80: u.High80, narrow: true}, per)
	}
	if g := base.Regression; g != nil {
		r.tally.see("clusters, Lin's regression", lift, span{low: g.Low, high: g.High, low80: g.Low80, high80: g.High80, narrow: true}, per)
	}
	if s := base.Sequential; s != nil {
		r.tally.see("clusters, --sequential", lift, span{low: s.Low, high: s.High}, per)
	}
	if x := base.Relative; x != nil {
		r.tally.see("clusters, relative lift", lift, span{low: x.Low, high: x.High}, r.effect/r.without())
	} else {
		r.tally.none("clusters, relative lift", lift, "not estimable")
	}
	if k := base.Complier; k != nil && k.Low != nil {
		r.tally.see("clusters, --delivered", lift, span{low: *k.Low, high: *k.High}, r.effect/r.got)
	} else {
		r.tally.none("clusters, --delivered", lift, "not estimable")
	}
	r.table.Delivered = nil
	r.table.Stratum = r.codes(func(i int) string { return segments[r.firms[i].segment].name })
	if _, err = r.read("clusters in strata", per); err != nil {
		return err
	}
	r.table.Stratum, r.table.Covariates, r.table.Denominator = nil, nil, r.orders
	r.table.Roles.Covariates, r.table.Roles.Denominator = nil, "orders"
	if _, err = r.read("margin by order (ratio)", r.value); err != nil {
		return err
	}
	r = p.rows(pairs, lift)
	r.table.Pair = r.codes(func(i int) string { return r.arms[i].Stratum })
	r.onlyWhole()
	if _, err = r.read("pairs of clusters", per); err != nil {
		return err
	}
	r = p.rows(chances, lift)
	r.table.Roles.Propensity = "chance"
	for i := range r.firms {
		for range r.firms[i].accounts {
			r.table.Propensity = append(r.table.Propensity, r.arms[i].Propensity)
		}
	}
	_, err = r.read("many propensities", per)
	return err
}

// rows makes the table of a campaign at a lift.
func (p *play) rows(c *campaign, lift float64) *rowsOf {
	r := &rowsOf{play: p, campaign: c, lift: lift}
	r.table.Roles = columns.Roles{Arm: "arm", Control: "control", Outcome: "margin", Covariates: []string{"before"}, Cluster: "company"}
	r.table.Arm.Names = []string{"control", "mail"}
	first := make([]int, len(c.firms))
	before, delivered := []float64{}, []float64{}
	var sums [2][2]float64
	for i := range c.firms {
		f := &c.firms[i]
		first[i] = len(r.table.Outcome)
		strength, k := lift*segments[f.segment].factor, float64(len(f.accounts))
		for a := range f.accounts {
			p, arrived := &f.accounts[a], 0.
			arm := int32(0)
			if !c.arms[i].Held {
				arm = 1
				if p.gets {
					arrived = 1
				}
			}
			without, more := f.lambda[0]/k*(1+strength*f.boost), 0.
			if p.gets {
				more = strength * f.lambda[0] / k
				r.got++
			}
			r.effect += more * p.size
			for side, v := range []float64{without, without + more} {
				sums[side][0] += v * p.size
				sums[side][1] += v
			}
			r.table.Arm.Of = append(r.table.Arm.Of, arm)
			r.table.Outcome, before = append(r.table.Outcome, 0), append(before, p.pre)
			delivered = append(delivered, arrived)
		}
	}
	r.orders = make([]float64, len(r.table.Outcome))
	for k := range c.town.orders {
		if o := &c.town.orders[k]; c.comes(o, lift) {
			at := first[o.firm] + int(o.account)
			r.table.Outcome[at] += o.margin
			r.orders[at]++
		}
	}
	r.table.Rows, r.accounts = len(r.table.Outcome), float64(len(r.table.Outcome))
	r.table.Covariates, r.table.Delivered = [][]float64{before}, delivered
	r.table.Cluster = r.codes(func(i int) string { return c.firms[i].key })
	r.value = sums[1][0]/sums[1][1] - sums[0][0]/sums[0][1]
	return r
}

// without is the margin of all rows had nobody been mailed.
func (r *rowsOf) without() float64 {
	sum := 0.0
	for i := range r.firms {
		f := &r.firms[i]
		sum += f.lambda[0] * f.size() * (1 + r.lift*segments[f.segment].factor*f.boost)
	}
	return sum
}

// codes is a column that holds a name for every firm.
func (r *rowsOf) codes(of func(firm int) string) *columns.Codes {
	c, at := &columns.Codes{}, map[string]int32{}
	for i := range r.firms {
		name := of(i)
		code, known := at[name]
		if !known {
			code = int32(len(at))
			at[name] = code
			c.Names = append(c.Names, name)
		}
		for range r.firms[i].accounts {
			c.Of = append(c.Of, code)
		}
	}
	return c
}

// onlyWhole drops the rows of pairs that have one arm only: left-over firms, which such a file may not hold.
func (r *rowsOf) onlyWhole() {
	arms := make([][2]bool, len(r.table.Pair.Names))
	for i, p := range r.table.Pair.Of {
		arms[p][r.table.Arm.Of[i]] = true
	}
	t := &r.table
	keep := make([]bool, t.Rows)
	for i, p := range t.Pair.Of {
		keep[i] = arms[p][0] && arms[p][1]
	}
	t.Outcome, t.Covariates[0] = kept(t.Outcome, keep), kept(t.Covariates[0], keep)
	t.Arm.Of = kept(t.Arm.Of, keep)
	for _, c := range []*columns.Codes{t.Pair, t.Cluster} {
		*c = renamed(kept(c.Of, keep), c.Names)
	}
	t.Delivered, t.Rows = nil, len(t.Outcome)
}

func kept[T any](values []T, keep []bool) []T {
	var out []T
	for i, v := range values {
		if keep[i] {
			out = append(out, v)
		}
	}
	return out
}

// renamed leaves out the names that no row has.
func renamed(of []int32, names []string) columns.Codes {
	var c columns.Codes
	at := map[int32]int32{}
	for _, old := range of {
		code, known := at[old]
		if !known {
			code = int32(len(at))
			at[old] = code
			c.Names = append(c.Names, names[old])
		}
		c.Of = append(c.Of, code)
	}
	return c
}

// read analyses the table and sees the interval that decides.
func (r *rowsOf) read(metric string, truth float64) (columns.Result, error) {
	report, err := columns.Analyse(&r.table, columns.Options{Sequential: true, Tuned: float64(len(r.firms))})
	if err != nil {
		return columns.Result{}, fmt.Errorf("%s: %w", metric, err)
	}
	x := report.Results[0]
	if x.Estimate == nil {
		r.tally.none(metric, r.lift, x.Verdict)
		return x, nil
	}
	s := span{low: x.Estimate.Low, high: x.Estimate.High, low80: x.Estimate.Low80, high80: x.Estimate.High80, narrow: true}
	if x.Unadjusted != nil && !math.IsNaN(x.Unadjusted.Low) {
		s.welch = x.Unadjusted.High - x.Unadjusted.Low
	}
	r.tally.see(metric, r.lift, s, truth)
	return x, nil
}
