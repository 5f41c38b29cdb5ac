package campaigns

import (
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
func (p *preparation) warnings(plan Plan) []Warning {
	w := warner{list: []Warning{}}
	for _, about := range []func(*preparation, *Plan){w.aboutScores, w.aboutMeasuring, w.aboutWhom, w.aboutPrinting} {
		about(p, &plan)
	}
	return w.list
}

type warner struct{ list []Warning }

func (w *warner) add(code string, values ...any) { w.list = append(w.list, warned(code, values...)) }

func (w *warner) aboutScores(p *preparation, _ *Plan) {
	switch days := p.input.AsOf.DaysSince(p.scoreAsOf); {
	case days > oldScoreDays:
		w.add(warnOldScores, p.scoreAsOf, days, p.input.AsOf)
	case days != 0:
		w.add(warnOtherScores, p.scoreAsOf, p.input.AsOf)
	}
	if p.feesLifted {
		w.add(warnFeesLifted)
	}
	if missing := p.lackingFields(); len(missing) > 0 {
		w.add(warnLackingScores, strings.Join(missing, ", "))
	}
}

// laterFields are those that score runs of the first version did not compute.
var laterFields = []string{"clv.low", "clv.median", "clv.high", "clv.p_active", "clv.mean_order", "clv.expansion", "clv.exceeds_cost",
	"clv.payback_month", "clv.to_cac", "clv.break_even", "clv.tier", "clv.stage", "clv.rfm", "clv.rfm_recency", "clv.rfm_frequency", "clv.rfm_value"}

// windowOpen is the field of the margin that a letter can raise, which later runs still did not compute.
const windowOpen = "clv.window_open"

// lackingFields are those that the rules read and that the published scores do not hold.
func (p *preparation) lackingFields() []string {
	var missing []string
	for _, f := range p.fields {
		if p.oldScores && slices.Contains(laterFields, f.Name) || p.feesLifted && f.Name == windowOpen {
			missing = append(missing, f.Name)
		}
	}
	return missing
}

// oldScoresHint tells that the rules read what the published scores do not hold; empty where they do.
func (p *preparation) oldScoresHint() string {
	missing := p.lackingFields()
	if len(missing) == 0 {
		return ""
	}
	return "; the published scores are from before there was " + strings.Join(missing, ", ") + ": run `postlift clv score` again"
}

func (w *warner) aboutMeasuring(p *preparation, plan *Plan) {
	f := plan.Funnel
	if f.Assigned == 0 {
		w.add(warnNobodyMailed)
	}
	if p.input.Policy.Class != Advertising {
		return
	}
	switch {
	case plan.Design.Design == DesignWaves:
	case f.Groups.Holdout == 0:
		w.add(warnNobodyHeldOut)
	case f.Groups.Holdout < minControls:
		w.add(warnFewControls, f.Groups.Holdout, minControls)
	}
	if n := f.Planned(); n > 0 && n < fewAccounts {
		w.add(warnFewAccounts, n)
	}
}

func (w *warner) aboutWhom(p *preparation, plan *Plan) {
	f := plan.Funnel
	if losing := negative(plan); losing > 0 && p.input.Policy.Class == Advertising {
		w.add(warnLosing, losing)
	}
	if f.Matched == f.AllCounts[NoContactLeft] {
		w.add(warnNoContacts)
	}
	if len(p.unmatched) > 0 {
		w.add(warnKeysUnmatched, strings.Join(p.unmatched, ", "))
	}
}

func (w *warner) aboutPrinting(p *preparation, plan *Plan) {
	if err := p.sender.Check(); err != nil {
		w.list = append(w.list, senderWarning(err))
	}
	if t := p.input.Tariff; t != nil && p.input.Policy.Class == Contractual && t.Capacity > 0 && plan.Funnel.Pieces > t.Capacity {
		w.add(warnOverCapacity, plan.Funnel.Pieces, t.Capacity)
	}
	for _, s := range plan.Quote.Suggestions {
		switch s.Code {
		case "step":
			w.add(warnStepNear, s.Reach, s.Saving, s.Pieces, s.Name)
		case "region":
			w.add(warnRegionNear, s.Reach, s.Saving, s.Pieces, s.Region, s.Name)
		default:
			w.add(warnCountryNear, s.Reach, s.Saving, s.Pieces, s.Country, s.Name)
		}
	}
}

// senderWarning is the fault of an incomplete sender, which names the setting that is empty.
func senderWarning(err error) Warning {
	text := postlift.UserText(err)
	_, rest, _ := strings.Cut(text, "settings: ")
	if setting, _, found := strings.Cut(rest, " is empty"); found {
		return warned(warnSenderEmpty, setting)
	}
	return Warning{Text: text}
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
func addressWarnings(tracking, landing string) []Warning {
	var warnings []Warning
	host := hostOf(tracking)
	switch {
	case isLocal(host):
		warnings = append(warnings, warned(warnTrackingLocal, tracking))
	case !strings.HasPrefix(strings.ToLower(tracking), "https://"):
		warnings = append(warnings, warned(warnTrackingPlain, tracking))
	}
	host = hostOf(landing)
	switch {
	case isLocal(host):
		warnings = append(warnings, warned(warnLandingLocal, landing))
	case slices.ContainsFunc([]string{".example", ".test", ".invalid"}, func(end string) bool { return strings.HasSuffix("."+host, end) }):
		warnings = append(warnings, warned(warnLandingExamples, landing))
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
