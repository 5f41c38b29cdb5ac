package paper

import (
	"fmt"

	"postlift/responses"
)

// days are the curves, one figure a day.
func (f *facts) days(u responses.Uplift) {
	for _, p := range u.Curve {
		f.money("curve", fmt.Sprintf("assigned_day_%d", p.Day), p.Assigned)
		f.money("curve", fmt.Sprintf("holdout_day_%d", p.Day), p.Holdout)
	}
	if u.Outcomes == nil || u.Outcomes.Money == nil {
		return
	}
	for _, p := range u.Outcomes.Money.Curve {
		f.list = append(f.list, Fact{"curve", fmt.Sprintf("net_day_%d", p.Day), decimal(p.Net), decimal(p.Low), decimal(p.High), f.currency})
	}
}

// later are the outcomes beside the margin of the window.
func (f *facts) later(u responses.Uplift) {
	o := u.Outcomes
	if o == nil {
		return
	}
	if m := o.Money; m != nil {
		for _, r := range m.Readings {
			f.span("readings", fmt.Sprintf("net_gain_day_%d", r.Day), r.Net)
		}
		f.interval("cost", "roas", m.ROAS, "ratio")
		f.span("cost", "incremental_revenue", m.Revenue)
		if m.Payback.SureDay != nil {
			f.count("cost", "payback_sure_day", *m.Payback.SureDay)
		}
		if m.Won != nil {
			f.interval("cost", "accounts_won", m.Won.Incremental, "accounts")
		}
	}
	if o.Renewal != nil {
		f.interval("secondary", "renewal_difference", o.Renewal.Difference, "share")
	}
	if o.Again != nil {
		f.interval("secondary", "ordered_again_difference", o.Again.Difference, "share")
	}
	if o.Retention != nil {
		f.interval("survival", "active_days_difference", o.Retention.Difference, "days")
		for _, a := range o.Retention.Arms {
			for _, p := range a.Curve {
				f.list = append(f.list, Fact{"survival", fmt.Sprintf("%s_day_%d", a.Name, p.Day), plain(p.Share), plain(p.Low), plain(p.High), "share"})
			}
		}
	}
	if v := o.CLV; v != nil {
		f.span("clv", "realised_measured", v.Realised)
		if v.Projected != nil {
			f.span("clv", "projected_model_calibrated", v.Projected.Calibrated)
			f.span("clv", "projected_model_not_calibrated", v.Projected.Residual)
		}
		if v.Programme != nil {
			f.span("clv", "programme_measured", v.Programme.Net)
		}
	}
}

// looks are what stands beside the result: belief, segments and checks.
func (f *facts) looks(u responses.Uplift) {
	if b := u.Belief; b != nil {
		f.number("belief", "prior_lift_sd", b.PriorSD, "share")
		f.number("belief", "chance_of_gain", b.Chance, "share")
		f.list = append(f.list, Fact{"belief", "expected_net_gain", decimal(b.Net), decimal(b.Low), decimal(b.High), f.currency})
		f.money("belief", "probable_loss", b.Loss)
	}
	for _, s := range u.Segments {
		f.interval("segments_exploratory", inert(s.Segment)+" raw_lift", &s.RawLift, "share")
		f.interval("segments_exploratory", inert(s.Segment)+" shrunk_lift", &s.ShrunkLift, "share")
		f.number("segments_exploratory", inert(s.Segment)+" p_adjusted", s.Adjusted, "p")
	}
	if u.PrePeriod != nil {
		f.span("checks", "pre_period_gain", &u.PrePeriod.Total)
	}
	c := u.Checks
	if c == nil {
		return
	}
	if c.Randomisation != nil {
		f.number("checks", "randomisation_p", c.Randomisation.P, "p")
	}
	if b := c.Bootstrap; b != nil {
		low, high := decimal(b.Low), decimal(b.High)
		f.list = append(f.list, Fact{Section: "checks", Key: "bootstrap_gain", Low: low, High: high, Unit: f.currency})
	}
	if c.Capped != nil {
		f.money("checks", "capped_at", c.Capped.Cap)
		f.span("checks", "capped_gain", &c.Capped.Gain)
	}
	if p := c.Complier; p != nil && p.Known {
		f.number("checks", "delivered_share", p.Delivered, "share")
		f.span("checks", "complier_gain_per_account", p.GainAccount)
	}
	if v := c.OrderValue; v != nil {
		f.span("checks", "order_value_difference", &v.Difference)
	}
	if d := u.Design.Detectable; d != nil {
		f.money("checks", "detectable_per_account", *d)
	}
}
