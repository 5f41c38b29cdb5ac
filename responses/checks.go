package responses

import (
	"hash/fnv"

	"postlift"
	"postlift/campaigns/experiment"
)

// Checks are the second looks at a result that stand beside it: they warn, and decide nothing but what the record says.
// Each is null where it does not apply.
type Checks struct {
	AlwaysValid   *AlwaysValid        `json:"always_valid"` // of an interim reading or of cancelled waves, where it decides
	Randomisation *RandomisationCheck `json:"randomisation"`
	Bootstrap     *BootstrapCheck     `json:"bootstrap"`
	Capped        *CappedCheck        `json:"capped"`
	Complier      *ComplierCheck      `json:"complier"`
	OrderValue    *OrderValueCheck    `json:"order_value"`
	Strata        *StrataCheck        `json:"strata"`
	PrePeriod     *PrePeriodCheck     `json:"pre_period"`
}

// AlwaysValid are the intervals that hold at all looks of a window together; see experiment.AnyTime. They decide an
// interim reading and one of waves that were cancelled, the plain ones the reading when the window is over.
type AlwaysValid struct {
	Elapsed float64       `json:"elapsed"` // share of the window
	Gain    MoneyInterval `json:"gain"`
	Net     MoneyInterval `json:"net"`
}

// RandomisationCheck is the test that draws the arms anew, as the design drew them.
type RandomisationCheck struct {
	P         float64 `json:"p"`
	Resamples int     `json:"resamples"`
	Exact     bool    `json:"exact"` // all draws that there are
}

// BootstrapCheck is the gain's 95 % interval from resampled groups (or blocks).
type BootstrapCheck struct {
	Low        postlift.Money `json:"low"` // bootstrap-t
	High       postlift.Money `json:"high"`
	Percentile [2]int64       `json:"percentile_minor"`
	Resamples  int            `json:"resamples"`
}

// CappedCheck is the gain with the largest outcomes of groups capped: a different question, for sensitivity only.
type CappedCheck struct {
	Share float64        `json:"share"`
	Cap   postlift.Money `json:"cap"` // of a group
	Gain  MoneyInterval  `json:"gain"`
}

// ComplierCheck is the effect on those to whom the letter was delivered. Delivered means posted and not reported
// back: without any return reported, or while waves are not posted, delivery is unknown, and there is no figure.
type ComplierCheck struct {
	Known        bool           `json:"known"`
	Delivered    float64        `json:"delivered_share"` // of the planned pieces, at most; 0 where unknown
	GainAccount  *MoneyInterval `json:"gain_per_delivered_account"`
	HeldOutShare float64        `json:"delivered_share_held_out"` // 0: nobody held out is in the batches
}

// OrderValueCheck compares the average order value as a ratio of sums. The letter changes who orders, too, so it
// describes and is no effect on anybody's order.
type OrderValueCheck struct {
	Assigned   postlift.Money `json:"assigned"`
	Holdout    postlift.Money `json:"holdout"`
	Difference MoneyInterval  `json:"difference"`
}

// StrataCheck is the sample ratio inside strata: the least p value times their number.
type StrataCheck struct {
	Strata int     `json:"strata"`
	P      float64 `json:"p"`
	OK     bool    `json:"ok"`
}

// PrePeriodCheck is the same comparison before the mailing.
type PrePeriodCheck struct {
	P          float64 `json:"p"`
	Imbalanced bool    `json:"imbalanced"`
}

// check fills in the second looks at a result that has an estimate.
func (m measurement) check(u *Uplift) {
	c := &Checks{}
	u.Checks = c
	if m.atAllLooks() {
		v := AlwaysValid{Elapsed: m.elapsed(), Gain: *u.Gain, Net: *m.interval(m.net())}
		gain, net := m.anyTime(m.gain()), m.anyTime(m.net())
		v.Gain.Low, v.Gain.High = m.money(gain.Low), m.money(gain.High)
		v.Net.Low, v.Net.High = m.money(net.Low), m.money(net.High)
		c.AlwaysValid = &v
	}
	if u.PrePeriod != nil {
		c.PrePeriod = &PrePeriodCheck{P: u.PrePeriod.P, Imbalanced: u.PrePeriod.P < imbalance}
	}
	if m.strata.Strata > 0 {
		c.Strata = &StrataCheck{Strata: m.strata.Strata, P: m.strata.P, OK: !m.strata.Broken()}
	}
	c.Complier = m.complier()
	if m.Run.Design.waves() {
		m.resampleWaves(c)
		return
	}
	m.resample(c)
	c.Capped = m.capped()
	c.OrderValue = m.orderValue()
}

// cappedShare is the quantile above which the sensitivity figure caps outcomes.
const cappedShare = .999

// seed is the same for every reading of a run, so that a report can be repeated to the digit, in another installation with
// the same data, too: ids are not in it.
func (m measurement) seed() uint64 {
	h := fnv.New64a()
	h.Write([]byte(m.Run.Campaign + m.Run.InHomeOn.String()))
	return h.Sum64()
}

// theta is the slope that the deciding estimate took.
func (m measurement) theta() float64 {
	switch m.res.Primary {
	case experiment.PrimaryCUPED:
		return m.res.CUPED.Theta
	case experiment.PrimaryBlocked:
		return m.res.Theta
	}
	return 0
}

// resample draws arms and groups anew, as often as the number of groups allows.
func (m measurement) resample(c *Checks) {
	n := experiment.Resamples(len(m.Ledger.units))
	if n == 0 || m.Quick {
		return
	}
	f := experiment.FrameOf(m.Ledger.units, m.theta(), m.Run.Design.blocks())
	r := f.Randomise(n, m.seed())
	c.Randomisation = &RandomisationCheck{P: r.P, Resamples: r.Resamples, Exact: r.Exact}
	if b, ok := f.Bootstrap(n, m.seed()); ok {
		c.Bootstrap = m.bootstrap(b)
	}
}

func (m measurement) bootstrap(b experiment.Bootstrapped) *BootstrapCheck {
	groups := float64(m.res.Treated.Groups)
	return &BootstrapCheck{
		Low: m.money(b.Low * groups), High: m.money(b.High * groups), Resamples: b.Resamples,
		Percentile: [2]int64{postlift.RoundMinor(b.PercentileLow * groups), postlift.RoundMinor(b.PercentileHigh * groups)},
	}
}

// resampleWaves is resample for waves, whose estimate looks at every period of every group.
func (m measurement) resampleWaves(c *Checks) {
	n := experiment.Resamples(len(m.Ledger.units) * m.waves * 2)
	if n == 0 || m.Quick {
		return
	}
	units := m.Ledger.waveUnits().outcome
	strata, at := make([]int, len(units)), map[string]int{}
	for i, u := range m.Ledger.units {
		k, known := at[u.Block]
		if !known {
			k = len(at)
			at[u.Block] = k
		}
		strata[i] = k
	}
	if r, ok := experiment.RandomiseWaves(units, strata, m.waves, n, m.seed()); ok {
		c.Randomisation = &RandomisationCheck{P: r.P, Resamples: r.Resamples}
	}
	if b, ok := experiment.BootstrapWaves(units, m.waves, n, m.seed()); ok {
		c.Bootstrap = m.bootstrap(b)
	}
}

// capped reads the ledger anew with the largest outcomes capped.
func (m measurement) capped() *CappedCheck {
	values := make([]float64, len(m.Ledger.units))
	for i, u := range m.Ledger.units {
		values[i] = u.Outcome
	}
	values, limit := experiment.Capped(values, cappedShare)
	units := make([]experiment.Unit, len(m.Ledger.units))
	for i, u := range m.Ledger.units {
		u.Outcome = values[i]
		units[i] = u
	}
	read := experiment.Analyse
	if m.Run.Design.blocks() {
		read = experiment.AnalyseBlocks
	}
	r, err := read(units)
	if err != nil || r.Refused != "" {
		return nil // every outcome is the cap, or nearly: there is nothing left to compare
	}
	return &CappedCheck{Share: cappedShare, Cap: m.money(limit), Gain: *m.interval(r.Estimate().Scale(float64(m.res.Treated.Groups)))}
}

// complier divides the gain by the delivered share of what was planned. The share is a count of the very pieces, not
// an estimate; it is too large where returns were not reported, which makes the figure too small.
func (m measurement) complier() *ComplierCheck {
	p := m.Pieces
	if d := m.Run.Design; d.waves() && len(d.Posted) < d.Waves { // letters that were not due are no undelivered ones
		return &ComplierCheck{}
	}
	if p.Planned == 0 || p.Returned == 0 {
		return &ComplierCheck{}
	}
	c := ComplierCheck{Known: true, Delivered: float64(p.Mailed-p.Returned) / float64(p.Planned)}
	perAccount := m.gain().Scale(1 / float64(max(m.res.Treated.Accounts, 1)))
	if e, ok := experiment.CompliersKnown(perAccount, c.Delivered, 0); ok {
		c.GainAccount = m.interval(e)
	}
	return &c
}

// orderValue compares net value by order.
func (m measurement) orderValue() *OrderValueCheck {
	cells := make([]experiment.Cell, len(m.Ledger.units))
	var orders [2]float64
	for i, u := range m.Ledger.units {
		cells[i] = experiment.Cell{Treated: u.Treated, Num: m.Ledger.orderNet[i], Den: u.Orders, PreDen: 1}
		orders[armIndex(u.Treated)] += u.Orders
	}
	if orders[0] < 1 || orders[1] < 1 {
		return nil
	}
	d := experiment.ByRatio(cells, 1, false)
	if !(d.SE > 0) {
		return nil
	}
	return &OrderValueCheck{Assigned: m.money(d.Treated.Mean), Holdout: m.money(d.Control.Mean), Difference: *m.interval(d.Estimate)}
}
