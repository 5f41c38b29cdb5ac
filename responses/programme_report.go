package responses

import (
	"fmt"
	"math"

	"postlift"
	"postlift/campaigns/experiment"
	"postlift/responses/programme"
)

// TooFewControls is the reason of a programme that has too few groups without letters to be judged by.
const TooFewControls = programme.TooFew

// ProgrammeReport is what everything mailed since a day changed, against groups that no advertising reached.
type ProgrammeReport struct {
	ID       string        `json:"id,omitempty"`
	Name     string        `json:"name,omitempty"`
	Control  string        `json:"control"` // programme or global
	Currency string        `json:"currency"`
	From     postlift.Date `json:"from"`
	Until    postlift.Date `json:"until"` // last day of the test or the year
	AsOf     postlift.Date `json:"as_of"`
	DataOn   postlift.Date `json:"data_on"` // day of the latest order that is known

	EndedEarly bool `json:"ended_early,omitempty"` // before the registered last day: what holds at every look decides

	Verdict  string    `json:"verdict"`
	Reason   string    `json:"reason,omitempty"`
	Flags    []string  `json:"flags"`
	Sentence Bilingual `json:"sentence"`
	Advice   Bilingual `json:"advice"`
	Notes    []Note    `json:"notes"`

	Net        *MoneyInterval  `json:"net"`        // since the first day, less the cost of all letters; null: not estimable
	NetAlways  *MoneyRange     `json:"net_always"` // bounds that hold at every look; they decide until the registered last day
	Gain       *MoneyInterval  `json:"gain"`       // before cost
	Relative   *Interval       `json:"relative_lift"`
	Cost       postlift.Money  `json:"cost"`
	Letters    int             `json:"letters"`
	Stray      int             `json:"letters_to_control"` // that reached the control all the same, such as those of key accounts
	Orders     *Interval       `json:"incremental_orders"`
	Buyers     *Interval       `json:"buyers"`     // share of groups with an order, mailed less control
	PrePeriod  *MoneyInterval  `json:"pre_period"` // the same comparison, per group, in the year before: should contain zero
	Detectable *postlift.Money `json:"detectable_per_group"`

	SampleRatio Ratio              `json:"sample_ratio"`
	MailedArm   Arm                `json:"mailed"`
	ControlArm  Arm                `json:"control_arm"`
	Enough      int                `json:"enough_control_groups"`
	Propensity  float64            `json:"propensity"`
	Blocks      int                `json:"blocks,omitempty"`
	Quarters    []ProgrammeQuarter `json:"quarters"`
	Data        DataNotes          `json:"data"`
	Method      Bilingual          `json:"method"`
}

// MoneyRange are two bounds without an estimate.
type MoneyRange struct {
	Low  postlift.Money `json:"low"`
	High postlift.Money `json:"high"`
}

// ProgrammeQuarter is a quarter, or the part of one that was read. Sum figures run from the first day to its end.
type ProgrammeQuarter struct {
	Quarter string         `json:"quarter"` // such as 2026-Q1
	From    postlift.Date  `json:"from"`
	Until   postlift.Date  `json:"until"`
	Letters int            `json:"letters"`
	Cost    postlift.Money `json:"cost"`
	Gain    *MoneyInterval `json:"gain"` // of the quarter
	SumCost postlift.Money `json:"sum_cost"`
	SumGain *MoneyInterval `json:"sum_gain"`
	SumNet  *MoneyInterval `json:"sum_net"`
}

func (r ProgrammeReport) interim() bool { return r.AsOf < r.Until }

// fill turns a reading into the report.
func (r *ProgrammeReport) fill(g *gathering, reading programme.Reading) {
	money := moneyIn(r.Currency)
	between := func(e experiment.Estimate) *MoneyInterval {
		return &MoneyInterval{Value: money(e.Value), Low: money(e.Low), High: money(e.High), Low80: money(e.Low80), High80: money(e.High80)}
	}
	r.Verdict, r.Reason, r.Blocks, r.Stray = reading.Verdict, reading.Reason, reading.Blocks, g.stray
	r.SampleRatio = ratioOf(reading.Ratio)
	m := measurement{money: money}
	r.MailedArm, r.ControlArm = m.arm(ArmAssigned, reading.Treated), m.arm(ArmHoldout, reading.Control)
	r.Flags, r.Notes, r.Quarters = []string{}, []Note{}, []ProgrammeQuarter{}
	r.Data = DataNotes{Excluded: g.excluded}
	if g.net > 0 {
		r.Data.AssumedShare = min(g.assumed/g.net, 1)
	}
	total := 0.0
	for _, p := range g.in.Periods {
		total += p.Cost
		r.Letters += p.Letters
	}
	r.Cost = money(total)
	for _, s := range reading.Steps {
		q := ProgrammeQuarter{Quarter: quarterOf(s.From), From: s.From, Until: s.Until, Letters: s.Letters, Cost: money(s.Cost), SumCost: money(s.SumCost)}
		if s.Known {
			q.Gain = between(s.Gain)
		}
		if s.Summed {
			q.SumGain, q.SumNet = between(s.Sum), between(s.Net)
		}
		r.Quarters = append(r.Quarters, q)
	}
	if last := reading.Last(); last != nil && last.Summed {
		r.Gain, r.Net = between(last.Sum), between(last.Net)
		r.NetAlways = &MoneyRange{Low: money(last.Always[0]), High: money(last.Always[1])}
		found := money(reading.Found)
		r.Detectable = &found
	}
	r.Orders, r.Buyers = plainInterval(reading.Orders), plainInterval(reading.Buyers)
	if rel := reading.Relative; rel != nil && r.Net != nil {
		r.Relative = &Interval{Value: rel.Value, Low: rel.Low, High: rel.High}
	}
	if pre := reading.Pre; pre != nil && pre.SE > 0 {
		r.PrePeriod = between(*pre)
		if pre.P < .05 {
			r.Flags = append(r.Flags, Imbalanced)
		}
	}
	r.word()
}

func plainInterval(e *experiment.Estimate) *Interval {
	if e == nil || math.IsNaN(e.SE) {
		return nil
	}
	return &Interval{Value: e.Value, Low: e.Low, High: e.High, Low80: &e.Low80, High80: &e.High80}
}

func firstOf(year, month int) string { return fmt.Sprintf("%04d-%02d-01", year, month) }

// quarterOf names the calendar quarter of a day, such as 2026-Q1.
func quarterOf(d postlift.Date) string {
	year, month, _ := d.Time().Date()
	return fmt.Sprintf("%d-Q%d", year, (int(month)+2)/3)
}
