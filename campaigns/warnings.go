package campaigns

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"postlift"
)

// minControls is the number of held-out groups below which an uplift is only indicative.
const minControls = 1000

// fewAccounts is the number of planned accounts below which no design shows anything.
const fewAccounts = 30

// oldScoreDays is after how many days scores no longer tell who is at risk today.
const oldScoreDays = 31

// warnings says what a person should know before approving the plan.
func (p *preparation) warnings(plan Plan) []string {
	w := warner{list: []string{}}
	for _, about := range []func(*preparation, *Plan){w.aboutScores, w.aboutMeasuring, w.aboutWhom, w.aboutPrinting} {
		about(p, &plan)
	}
	return w.list
}

type warner struct{ list []string }

func (w *warner) add(format string, args ...any) {
	w.list = append(w.list, fmt.Sprintf(format, args...))
}

func (w *warner) aboutScores(p *preparation, _ *Plan) {
	switch days := p.input.AsOf.DaysSince(p.scoreAsOf); {
	case days > oldScoreDays:
		w.add("the scores are as of %s, %d days before the plan (%s): run `postlift clv score` for the same date", p.scoreAsOf, days, p.input.AsOf)
	case days != 0:
		w.add("the scores are as of %s, the plan as of %s: run `postlift clv score` for the same date", p.scoreAsOf, p.input.AsOf)
	}
	if hint := p.oldScoresHint(); hint != "" {
		w.add("the rule is not decided for everybody%s", hint)
	}
}

// laterFields are those that score runs of the first version did not compute.
var laterFields = []string{"clv.low", "clv.median", "clv.high", "clv.p_active", "clv.mean_order", "clv.expansion", "clv.exceeds_cost",
	"clv.payback_month", "clv.to_cac", "clv.break_even", "clv.tier", "clv.stage", "clv.rfm", "clv.rfm_recency", "clv.rfm_frequency", "clv.rfm_value"}

// oldScoresHint tells that the rules read what the published scores do not hold; empty where they do.
func (p *preparation) oldScoresHint() string {
	var missing []string
	for _, f := range p.fields {
		if p.oldScores && slices.Contains(laterFields, f.Name) {
			missing = append(missing, f.Name)
		}
	}
	if len(missing) == 0 {
		return ""
	}
	return "; the published scores are from before there was " + strings.Join(missing, ", ") + ": run `postlift clv score` again"
}

func (w *warner) aboutMeasuring(p *preparation, plan *Plan) {
	f := plan.Funnel
	if f.Assigned == 0 {
		w.add("nobody would be mailed: this plan cannot be approved")
	}
	if p.input.Policy.Class != Advertising {
		return
	}
	switch {
	case plan.Design.Design == DesignWaves:
	case f.Groups.Holdout == 0:
		w.add("nobody is held out: the uplift of this campaign cannot be measured")
	case f.Groups.Holdout < minControls:
		w.add("%d groups are held out; below %d the measured uplift is only indicative", f.Groups.Holdout, minControls)
	}
	if n := f.Planned(); n > 0 && n < fewAccounts {
		w.add("only %d accounts are planned: with so few no letter can be shown to work; `postlift campaign plan` tells what it takes", n)
	}
}

func (w *warner) aboutWhom(p *preparation, plan *Plan) {
	f := plan.Funnel
	if losing := negative(plan); losing > 0 && p.input.Policy.Class == Advertising {
		w.add("%d of the planned accounts are expected to bring less than their letters cost; mode: budget or value leaves them out", losing)
	}
	if f.Matched == f.AllCounts[NoContactLeft] {
		w.add("every matched account lacks a contact that may be mailed: import contacts")
	}
	if len(p.unmatched) > 0 {
		w.add("the rule does not take the key accounts %s: they are neither mailed nor counted", strings.Join(p.unmatched, ", "))
	}
}

func (w *warner) aboutPrinting(p *preparation, plan *Plan) {
	if err := p.sender.Check(); err != nil {
		w.add("%s", postlift.UserText(err))
	}
	if t := p.input.Tariff; t != nil && p.input.Policy.Class == Contractual && t.Capacity > 0 && plan.Funnel.Pieces > t.Capacity {
		w.add("%d letters are more than the vendor's capacity of %d; contractual letters are never cut: agree on more", plan.Funnel.Pieces, t.Capacity)
	}
	for _, s := range plan.Quote.Suggestions {
		w.add("%d letters would cost %s less than %d (%s)", s.Reach, s.Saving.Format("en"), s.Pieces, strings.TrimSpace(strings.Join([]string{s.Code, s.Name, s.Country, s.Region}, " ")))
	}
}

func negative(plan *Plan) int {
	n := 0
	for i := range plan.Choices {
		if c := &plan.Choices[i]; c.ExpectedValueMinor < 0 && c.planned() {
			n++
		}
	}
	return n
}

// addressWarnings says what is wrong with the two addresses on which a scanned code depends: they are
// printed, and nobody can correct them afterwards.
func addressWarnings(tracking, landing string) []string {
	var warnings []string
	host := hostOf(tracking)
	switch {
	case isLocal(host):
		warnings = append(warnings, fmt.Sprintf("mail.tracking_base_url is %s: QR codes would lead readers to their own computer; set it to your public https address in settings.yaml and run postlift init --apply", tracking))
	case !strings.HasPrefix(strings.ToLower(tracking), "https://"):
		warnings = append(warnings, fmt.Sprintf("mail.tracking_base_url is %s: QR codes would lead over an unprotected connection; set it to your public https address in settings.yaml and run postlift init --apply", tracking))
	}
	host = hostOf(landing)
	switch {
	case isLocal(host):
		warnings = append(warnings, fmt.Sprintf("landing_url is %s: readers would be led to their own computer", landing))
	case slices.ContainsFunc([]string{".example", ".test", ".invalid"}, func(end string) bool { return strings.HasSuffix("."+host, end) }):
		warnings = append(warnings, fmt.Sprintf("landing_url is %s: addresses of that ending exist in examples only", landing))
	}
	return warnings
}

// hostOf is an address's host in small letters without port and final dot.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
}

// isLocal tells whether a host is only this computer to whoever asks for it.
func isLocal(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && (ip.IsLoopback() || ip.IsUnspecified())
}
