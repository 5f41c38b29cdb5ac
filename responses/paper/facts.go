package paper

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"

	"postlift"
	"postlift/responses"
)

// WriteCSV writes a reading's figures as a tidy table: one figure a line, with its 95 % bounds where it has any. Numbers
// have a decimal point, money is in major units, shares are parts of one; it reads the same in every language.
func WriteCSV(w io.Writer, u responses.Uplift) error {
	out := csv.NewWriter(w)
	rows := [][]string{{"section", "key", "value", "low", "high", "unit"}}
	for _, f := range Facts(u) {
		rows = append(rows, []string{f.Section, f.Key, f.Value, f.Low, f.High, f.Unit})
	}
	return out.WriteAll(rows)
}

// facts collects the figures of a reading.
type facts struct {
	list     []Fact
	currency string
}

func (f *facts) text(section, key, value string) {
	f.list = append(f.list, Fact{Section: section, Key: key, Value: inert(value), Unit: "text"})
}

func (f *facts) count(section, key string, n int) {
	f.list = append(f.list, Fact{Section: section, Key: key, Value: strconv.Itoa(n), Unit: "count"})
}

func (f *facts) number(section, key string, x float64, unit string) {
	f.list = append(f.list, Fact{Section: section, Key: key, Value: plain(x), Unit: unit})
}

func (f *facts) money(section, key string, m postlift.Money) {
	f.list = append(f.list, Fact{Section: section, Key: key, Value: decimal(m), Unit: f.currency})
}

func (f *facts) span(section, key string, m *responses.MoneyInterval) {
	if m != nil {
		f.list = append(f.list, Fact{section, key, decimal(m.Value), decimal(m.Low), decimal(m.High), f.currency})
	}
}

func (f *facts) interval(section, key string, i *responses.Interval, unit string) {
	if i != nil {
		f.list = append(f.list, Fact{section, key, plain(i.Value), plain(i.Low), plain(i.High), unit})
	}
}

func plain(x float64) string { return strconv.FormatFloat(x, 'g', 10, 64) }

// Facts are the figures of a reading in the order of the report. A withheld one has counts and cost alone.
func Facts(u responses.Uplift) []Fact {
	f := &facts{currency: u.Currency}
	f.text("report", "campaign", u.Campaign)
	f.text("report", "run", u.RunID)
	f.text("report", "as_of", u.AsOf.String())
	f.text("report", "data_on", u.DataOn.String())
	f.text("report", "in_home_on", u.InHomeOn.String())
	f.text("report", "window_ends_on", u.WindowEndsOn.String())
	f.text("report", "verdict", u.Verdict)
	if u.Reason != "" {
		f.text("report", "reason", u.Reason)
	}
	for _, flag := range u.Flags {
		f.text("report", "flag", flag)
	}
	held := u.Verdict == responses.Withheld
	if !held {
		f.effect(u)
	}
	f.counts(u)
	f.money("cost", "planned", u.Cost.Planned)
	f.money("cost", "actual", u.Cost.Actual)
	f.money("cost", "per_piece", u.Cost.PerPiece)
	f.count("cost", "printed", u.Cost.Printed)
	f.number("checks", "sample_ratio_groups_p", u.SampleRatio.Groups.P, "p")
	f.number("checks", "sample_ratio_accounts_p", u.SampleRatio.Accounts.P, "p")
	if !held {
		f.days(u)
		f.later(u)
		f.looks(u)
	}
	return f.list
}

func (f *facts) effect(u responses.Uplift) {
	f.span("net", "net_gain", u.Net)
	if u.Checks != nil && u.Checks.AlwaysValid != nil {
		f.span("net", "net_gain_at_all_looks", &u.Checks.AlwaysValid.Net)
	}
	f.span("net", "gain_before_cost", u.Gain)
	f.span("net", "gain_per_account", u.GainAccount)
	if u.Welch != nil {
		f.span("net", "gain_unadjusted", &u.Welch.Total)
	}
	f.money("net", "planned_gain", u.Design.PlannedGain)
	f.interval("net", "relative_lift", u.Relative, "share")
	f.interval("net", "incremental_orders", u.Orders, "orders")
	f.interval("net", "roi", u.ROI, "ratio")
	if o := u.OtherLetters; o != nil {
		f.money("net", "other_letters_cost", o.Cost)
		f.span("net", "net_gain_less_other_letters", o.Net)
	}
	if c := u.CostPerOrder; c != nil {
		fact := Fact{Section: "net", Key: "cost_per_incremental_order", Value: decimal(c.Value), Unit: f.currency}
		if c.Low != nil && c.High != nil {
			fact.Low, fact.High = decimal(*c.Low), decimal(*c.High)
		}
		f.list = append(f.list, fact)
	}
}

func (f *facts) counts(u responses.Uplift) {
	a, p := u.Accounts, u.Pieces
	for _, x := range []struct {
		key string
		n   int
	}{{"accounts_matched", a.Matched}, {"accounts_gated", a.Gated}, {"accounts_over_cap", a.OverCap}, {"accounts_holdout", a.Holdout}, {"accounts_assigned", a.Assigned},
		{"pieces_planned", p.Planned}, {"pieces_mailed", p.Mailed}, {"pieces_withdrawn", p.Withdrawn}, {"pieces_failed", p.Failed}, {"pieces_pending", p.Pending},
		{"pieces_returned", p.Returned}, {"pieces_unknown", p.Unknown}} {
		f.count("funnel", x.key, x.n)
	}
	if u.Verdict == responses.Withheld {
		return
	}
	for _, s := range u.Path {
		f.count("path", s.Name, s.Accounts)
		if s.Compared != nil {
			f.number("path", s.Name+"_mailed_share", s.Compared.MailedShare, "share")
			f.number("path", s.Name+"_held_out_share", s.Compared.HeldOutShare, "share")
		}
	}
	f.count("path", "objections", u.Answers.Objections)
	m := u.Attributed
	for _, x := range []struct {
		key string
		v   responses.Credited
	}{{"by_code", m.ByCode}, {"by_customer", m.ByCustomer}, {"held_out_same_window", m.Holdout}} {
		f.count("match_back", x.key+"_orders", x.v.Orders)
		f.money("match_back", x.key+"_margin", x.v.Margin)
	}
	for i, arm := range u.Arms {
		name := arm.Name
		if arm.Wave > 0 {
			name = arm.Name + "_" + strconv.Itoa(i+1)
		}
		f.count("arms", name+"_accounts", arm.Accounts)
		f.count("arms", name+"_groups", arm.Groups)
		f.count("arms", name+"_orders", arm.Orders)
		f.money("arms", name+"_mean_per_group", arm.MeanGroup)
		f.money("arms", name+"_sd_per_group", arm.SDGroup)
		f.money("arms", name+"_pre_period_per_group", arm.PreGroup)
	}
}

// decimal is an amount in major units with a decimal point.
func decimal(m postlift.Money) string { return strings.TrimSuffix(m.String(), " "+m.Currency) }

// inert keeps a name from being taken for a formula by a spreadsheet.
func inert(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
