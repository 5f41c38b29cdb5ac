package main

import (
	"fmt"
	"strings"

	"postlift"
	"postlift/responses"
	"postlift/responses/paper"
)

// spent writes what the letters cost.
func (t upliftText) spent(u responses.Uplift) {
	t.line(t.word("cost"), "%s (%s %s)", t.money(u.Cost.Actual), t.word("planned"), t.money(u.Cost.Planned))
}

// beside writes what stands beside the result and decides nothing.
func (t upliftText) beside(u responses.Uplift) {
	var steps []string
	for _, p := range u.Path {
		if p.Accounts > 0 {
			steps = append(steps, fmt.Sprintf(t.word("path_text"), p.Label.In(t.lang), t.count(p.Accounts), responses.Percent(p.Share, 1, t.lang)))
		}
	}
	if len(steps) > 0 {
		t.line(t.word("path"), "%s", strings.Join(steps, ", "))
	}
	if o := u.Outcomes; o != nil {
		t.later(o)
	}
	if b := u.Belief; b != nil {
		t.line(t.word("sceptic"), t.word("sceptic_txt"), responses.Percent(b.Chance, 0, t.lang), t.money(b.Net), t.money(b.Loss), responses.Percent(b.PriorSD, 0, t.lang))
	}
	var segments []string
	for _, s := range u.Segments {
		name := s.Segment
		if name == "" {
			name = t.word("other")
		}
		segments = append(segments, name+" "+responses.Percent(s.ShrunkLift.Value, 0, t.lang)+" "+t.bounds(responses.Percent(s.ShrunkLift.Low, 0, t.lang), responses.Percent(s.ShrunkLift.High, 0, t.lang)))
	}
	if len(segments) > 0 {
		t.line(t.word("segments"), "%s", strings.Join(segments, ", "))
	}
	if u.PrePeriod != nil {
		t.line(t.word("a_a"), "%s  p = %s", t.span(&u.PrePeriod.Total), t.decimal(u.PrePeriod.P, 3))
	}
}

// later writes renewal, survival and the three lines of customer lifetime value.
func (t upliftText) later(o *responses.Outcomes) {
	if o.Retention != nil && o.Retention.Difference != nil {
		d := o.Retention.Difference
		t.line(t.word("retention"), "%s  %s", t.decimal(d.Value, 1), t.bounds(t.decimal(d.Low, 1), t.decimal(d.High, 1)))
	}
	if o.Renewal != nil && o.Renewal.Difference != nil {
		d := o.Renewal.Difference
		t.line(t.word("renewal"), t.word("points"), t.decimal(100*d.Value, 1), t.bounds(t.decimal(100*d.Low, 1), t.decimal(100*d.High, 1)))
	}
	v := o.CLV
	if v == nil {
		return
	}
	var projected, programme *responses.MoneyInterval
	if v.Projected != nil {
		projected = v.Projected.Calibrated
	}
	if v.Programme != nil {
		programme = v.Programme.Net
	}
	for _, line := range []struct {
		kind string
		m    *responses.MoneyInterval
	}{{"measured", v.Realised}, {"model", projected}, {"programme", programme}} {
		until := ""
		if line.kind == "measured" && line.m != nil { // a day of its own: not the window's where a later reading was taken
			until = "  (" + fmt.Sprintf(t.word("to_day"), o.Day) + ")"
		}
		t.line(fmt.Sprintf(t.word("clv"), t.word(line.kind)), "%s%s", t.span(line.m), until)
	}
}

// compared writes the arms and, beside them, match-back.
func (t upliftText) compared(u responses.Uplift) {
	for _, arm := range u.Arms {
		name := t.word(arm.Name)
		if arm.Wave > 0 {
			name = fmt.Sprintf("%s %d, %s", name, arm.Wave, t.date(arm.InHomeOn))
		}
		t.line(name, t.word("arm"), t.count(arm.Accounts), t.count(arm.Groups), t.money(arm.MeanAccount), t.count(arm.Orders))
	}
	m := u.Attributed
	t.line(t.word("match"), t.word("match_text"), t.count(m.ByCode.Orders), t.count(m.ByCustomer.Orders),
		t.money(postlift.Money{Minor: m.ByCode.Margin.Minor + m.ByCustomer.Margin.Minor, Currency: u.Currency}))
}

// record writes the sizes of the arms against the design and what was registered.
func (t upliftText) record(u responses.Uplift, reg paper.Registered) {
	if r := u.SampleRatio; r.Groups.Tested || r.Accounts.Tested {
		t.line(t.word("sizes"), t.word("sizes_text"), t.decimal(r.Groups.P, 3), t.decimal(r.Accounts.P, 3))
	}
	if reg.Hash != "" {
		t.line(t.word("record"), t.word("record_text"), t.date(reg.On), reg.Version, reg.Hash)
	}
}
