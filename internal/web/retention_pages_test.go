package web

import (
	"context"
	"html"
	"net/http"
	"strings"
	"testing"

	"postlift"
	"postlift/clv/retention"
	"postlift/responses"
)

// retentionShelf answers with every state, rule and letter there is.
type retentionShelf struct{}

func (retentionShelf) Renewals(_ context.Context, q retention.CalendarQuery) (retention.Calendar, error) {
	if q.Owner == "Nobody" {
		return retention.Calendar{}, postlift.Faultf(postlift.Invalid, "test", "no such owner")
	}
	share := .75
	month := retention.Month{Month: "2026-06", Open: 2, AtStake: eur(24_000), Kept: eur(18_000), Lost: eur(6_000), Renews: &share, Committed: 1, Secured: eur(4_000), Leaving: 1, Gone: eur(1_200),
		Deadlines: 1, Deadline: eur(12_000)}
	line := retention.Renewal{Contract: hostile, ContractID: "ctr_1", AccountID: "acc_1", Account: hostile, Segment: hostile, Owner: hostile, TermMonths: 12, State: retention.Open,
		EndsOn: today.AddDays(90), DecidesOn: today.AddDays(30), Probability: .62, Decisions: 4711, Monthly: eur(1_000), AtStake: eur(12_000), Lost: eur(4_560)}
	k := retention.Calendar{Run: "scr_1", AsOf: today, Until: today.AddMonths(6), Currency: "EUR", Months: []retention.Month{month, {Month: "2026-07", AtStake: eur(0), Kept: eur(0), Lost: eur(0), Secured: eur(0), Gone: eur(0), Deadline: eur(0)}},
		Total: month, Owners: []retention.Owner{{Name: hostile, Contracts: 2, AtStake: eur(24_000), Lost: eur(6_000)}, {Contracts: 1, AtStake: eur(1), Lost: eur(1)}}, More: 7, Excluded: 3, Due: 100, Done: 83, Flags: []string{"orders_end_early"}}
	for _, level := range retention.RestsOn() {
		line.Level = level
		k.Lines = append(k.Lines, line)
	}
	for _, state := range []string{retention.Committed, retention.Leaving} {
		line.State = state
		k.Lines = append(k.Lines, line)
	}
	return k, nil
}

func (retentionShelf) AtRisk(_ context.Context, q retention.RiskQuery) (retention.AtRisk, error) {
	l := retention.AtRisk{Run: "scr_1", AsOf: today, Currency: "EUR", Looked: 900, Accounts: 8, AtStake: eur(80_000), More: 2, Flags: []string{"orders_end_early"},
		Owners: []retention.RiskOwner{{Name: hostile, Accounts: 3, AtStake: eur(70_000)}, {Accounts: 5, AtStake: eur(10_000)}}}
	monthly, p, n := eur(1_000), .31, 2
	for i, rule := range retention.Rules() {
		l.Rules = append(l.Rules, retention.RuleCount{Rule: rule, Accounts: 3, AtStake: eur(9_000)})
		r := retention.Reason{Rule: rule, Contract: hostile, On: today, EndsOn: today.AddDays(40), Monthly: &monthly, Probability: &p, Days: 222, UsualDays: 31, OrderDays: &n, Expected: 7.25, P: &p,
			Change: .08, Contacts: 2, Sites: 1}
		l.Lines = append(l.Lines, retention.Risk{UID: "acc_1", Name: hostile, Segment: hostile, Owner: hostile, Stage: "at_risk", AtStake: eur(10_000), Residual: eur(3_000), Reasons: []retention.Reason{r},
			Action: retention.Actions()[i], Blocked: i == 0, Letters: retention.Letters{LastOn: today, LastCampaign: hostile, Planned: hostile}})
	}
	agreed := retention.Reason{Rule: retention.RuleNotice, Contract: "K-9", EndsOn: today, Monthly: &monthly}
	l.Lines = append(l.Lines, retention.Risk{UID: "acc_1", Name: "Ende", AtStake: eur(1), Residual: eur(-5), Reasons: []retention.Reason{agreed}, Action: retention.ActNotice})
	return l, nil
}

func (retentionShelf) MailOnRetention(context.Context) (responses.MailOnRetention, error) {
	text := responses.Bilingual{EN: "Too early.", DE: "Zu früh."}
	share := &responses.ShareOutcome{Difference: &responses.Interval{Value: .031, Low: -.012, High: .074}, Few: true,
		Arms: []responses.ShareArm{{Name: responses.ArmAssigned, Units: 400, Share: .81}, {Name: responses.ArmHoldout, Units: 100, Share: .78}}}
	return responses.MailOnRetention{Pooled: 2, Renewal: share.Difference, Runs: []responses.RetentionEffect{
		{CampaignID: "cmp_1", Campaign: hostile, Day: 180, Renewal: share, Again: share, Retention: &responses.SurvivalOutcome{Difference: &responses.Interval{Value: 1.5, Low: -2, High: 5}, Few: true}},
		{CampaignID: "cmp_1", Campaign: hostile, Day: 90, Renewal: &responses.ShareOutcome{Text: text}, Retention: &responses.SurvivalOutcome{Text: text}},
		{CampaignID: "cmp_1", Campaign: hostile, Day: 30, Note: text}}}, nil
}

// Both pages show their figures, in both languages, and refuse what makes no sense with a sentence.
func TestRetentionPages(t *testing.T) {
	h := newFakes().staff(t)
	for _, c := range []struct {
		path, lang string
		want       []string
	}{
		{"/clv/renewals", "de", []string{"Verlängerungskalender", "62\u00a0%", "24.000", "4.711 Entscheidungen", "schon verlängert", "83 von 100", "+3,1 Punkte", "\u22121,2", "postlift report renewals --csv"}},
		{"/clv/renewals?months=lots", "en", []string{"a whole number from 1 to 36"}},
		{"/clv/renewals?owner=Nobody", "en", []string{"no such owner"}},
		{"/clv/at-risk?rule=silent", "en", []string{"At risk", "No order for 222 days", "usually one every 31 days", "by its own rhythm before: 7.2", "Everybody known has left (2); Mail reaches none of its sites (1)", "ends on", "as agreed", "no advertising", "+1.5 days", "Too early.", "no interval yet"}},
		{"/clv/at-risk", "de", []string{"Gefährdet", "Preis um 8,0\u00a0% gestiegen", "Erst die Beschwerde klären"}},
		{"/clv/retention", "en", []string{`href="/clv/renewals"`, `href="/clv/at-risk"`}},
	} {
		w := get(h, "GET", c.path, "Accept-Language", c.lang)
		for _, want := range c.want {
			if body := html.UnescapeString(w.Body.String()); w.Code != http.StatusOK || !strings.Contains(body, want) {
				t.Errorf("%s (%s): %d, %q is missing", c.path, c.lang, w.Code, want)
			}
		}
	}
}

// Whatever the rules bring has a text in both languages.
func TestRetentionTextsAreThere(t *testing.T) {
	all, err := loadTexts()
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, rule := range retention.Rules() {
		keys = append(keys, "atrisk.rule."+rule, "atrisk.means."+rule)
	}
	for _, act := range retention.Actions() {
		keys = append(keys, "atrisk.act."+act)
	}
	for _, level := range retention.RestsOn() {
		keys = append(keys, "renewals.rests."+level)
	}
	for _, state := range []string{retention.Open, retention.Committed, retention.Leaving} {
		keys = append(keys, "renewals.state."+state)
	}
	for _, arm := range []string{responses.ArmAssigned, responses.ArmHoldout} {
		keys = append(keys, "mailret.arm."+arm)
	}
	for _, key := range keys {
		if _, ok := all["en"][key]; !ok {
			t.Errorf("there is no text %q", key)
		}
	}
}
