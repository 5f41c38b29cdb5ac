package campaigns

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"postlift"
	"postlift/campaigns/rules"
)

// Finding is something that is wrong with a campaign's definition.
type Finding struct {
	Field string `json:"field"` // as the file names it
	Text  string `json:"text"`  // the rule that is broken, and the remedy
}

// fault is the finding as an error.
func (f Finding) fault() error {
	return postlift.Faultf(postlift.Invalid, "campaigns.Definition", "campaign field %s: %s", f.Field, f.Text)
}

func badField(field, format string, args ...any) error {
	return Finding{field, fmt.Sprintf(format, args...)}.fault()
}

// Validate names the first field that breaks a rule, with the rule.
func (d Definition) Validate(currency string) error {
	if found := d.Findings(currency); len(found) > 0 {
		return found[0].fault()
	}
	return nil
}

// Findings lists everything that is wrong with a completed definition by itself, in the order of its fields. What
// needs the database, such as whether the design exists, is the service's.
func (d Definition) Findings(currency string) []Finding {
	c := checker{d: d, currency: currency}
	for _, check := range []func(){c.names, c.landing, c.treatment, c.coupons, c.holdout, c.design, c.keys, c.money, c.mode, c.reach, c.contacts, c.area, c.variants} {
		check()
	}
	return c.found
}

type checker struct {
	d        Definition
	currency string
	found    []Finding
}

func (c *checker) bad(field, format string, args ...any) {
	c.found = append(c.found, Finding{field, fmt.Sprintf(format, args...)})
}

// oneOf checks a field that names one of several.
func (c *checker) oneOf(field, value string, possible ...string) {
	if !slices.Contains(possible, value) {
		c.bad(field, "%q is unknown; %s are possible%s", value, listed(possible), rules.DidYouMean(possible, value))
	}
}

func listed(names []string) string {
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

func (c *checker) names() {
	d := &c.d
	switch {
	case strings.TrimSpace(d.Name) == "":
		c.bad("name", "a name is needed")
	case utf8.RuneCountInString(d.Name) > 100 || strings.ContainsFunc(d.Name, unicode.IsControl):
		c.bad("name", "at most 100 printable characters are possible")
	}
	c.oneOf("class", string(d.Class), string(Advertising), string(Contractual))
	if strings.TrimSpace(d.Rule) == "" {
		c.bad("rule", "the name of a saved rule or a rule's text is needed")
	}
	if strings.TrimSpace(d.Design) == "" {
		c.bad("design", "the name of a design is needed")
	}
	c.languages("languages", d.Languages)
}

func (c *checker) languages(field string, languages []string) {
	for _, l := range languages {
		if l != "de" && l != "en" {
			c.bad(field, "%q is not possible; de and en are", l)
		}
	}
}

func (c *checker) landing() {
	if !c.d.Landing.IsZero() {
		c.builtIn()
		return
	}
	u, err := url.Parse(c.d.LandingURL)
	if err != nil || u.Host == "" || u.User != nil {
		c.bad("landing_url", "%q is not an address such as https://www.example.com/offer", c.d.LandingURL)
		return
	}
	local := slices.Contains([]string{"localhost", "127.0.0.1"}, u.Hostname())
	if u.Scheme != "https" && (u.Scheme != "http" || !local) {
		c.bad("landing_url", "%q is not safe; https is needed (http only for localhost)", c.d.LandingURL)
	}
}

func (c *checker) holdout() {
	d := &c.d
	switch h := *d.Holdout; {
	case d.Class == Contractual && (h != 0 || *d.GlobalControl != 0):
		c.bad("holdout", "contractual letters are never held out; leave holdout and global_control away")
	case !(h >= 0 && h <= MaxHoldout):
		c.bad("holdout", "%g is not possible; a share from 0 to %g is (0.2 = one in five)", h, MaxHoldout)
	}
	if !(*d.GlobalControl >= 0 && *d.GlobalControl <= MaxHoldout) {
		c.bad("global_control", "%g is not possible; a share from 0 to %g is", *d.GlobalControl, MaxHoldout)
	}
	if !(d.PriorLift > 0 && d.PriorLift <= 5) {
		c.bad("prior_lift", "%g is not possible; a share above 0 and at most 5 is (0.15 = 15 %% more margin)", d.PriorLift)
	}
	switch {
	case d.Exploration == nil:
	case d.Class == Contractual && *d.Exploration != 0:
		c.bad("exploration", "contractual letters go to everybody whom they concern and try nothing; leave exploration away")
	case d.HoldoutDesign == DesignWaves && *d.Exploration != 0:
		c.bad("exploration", "with waves everybody planned is mailed in the end; leave exploration away or choose another holdout_design")
	case !(*d.Exploration >= 0 && *d.Exploration <= MaxExploration):
		c.bad("exploration", "%g is not possible; a share of pieces from 0 to %g is (0.1 = one in ten)", *d.Exploration, MaxExploration)
	}
}

// MaxExploration is the largest share of pieces that may try accounts which the model would leave out.
const MaxExploration = .5

// design checks that the holdout's design and what belongs to it agree.
func (c *checker) design() {
	d := &c.d
	c.oneOf("holdout_design", d.HoldoutDesign, DesignAuto, DesignStrata, DesignPairs, DesignWaves, DesignNone)
	if d.Class == Contractual && d.HoldoutDesign != DesignNone {
		c.bad("holdout_design", "contractual letters are never held out; leave holdout_design away")
		return
	}
	h := *d.Holdout
	switch d.HoldoutDesign {
	case DesignPairs:
		if d.Block < 2 || d.Block > 10 {
			c.bad("block", "%d is not possible; 2 (one held out for one mailed) to 10 are", d.Block)
		} else if math.Abs(h-1/float64(d.Block)) > 1e-6 {
			c.bad("holdout", "%g does not agree with blocks of %d, which hold out %.4g; leave holdout or block away", h, d.Block, 1/float64(d.Block))
		}
	case DesignWaves:
		if h != 0 {
			c.bad("holdout", "with waves everybody is mailed in the end and the later waves are the control; leave holdout away")
		}
		c.waves()
	case DesignNone:
		if h != 0 && d.Class != Contractual { // of which there is a finding already
			c.bad("holdout", "holdout_design none holds nobody out; leave one of the two away")
		}
	}
	if d.Block != 0 && d.HoldoutDesign != DesignPairs {
		c.bad("block", "it belongs to holdout_design pairs, which is %s", d.HoldoutDesign)
	}
	if (d.Waves != 0 || d.WaveDays != 0) && d.HoldoutDesign != DesignWaves {
		c.bad("waves", "waves and wave_days belong to holdout_design waves, which is %s", d.HoldoutDesign)
	}
}

func (c *checker) waves() {
	if d := &c.d; d.Waves < 2 || d.Waves > 12 {
		c.bad("waves", "%d is not possible; 2 to 12 are", d.Waves)
	} else if d.WaveDays < 1 || d.WaveDays*(d.Waves-1) > 366 {
		c.bad("wave_days", "%d is not possible; at least 1 is, and the last wave must follow within 366 days", d.WaveDays)
	}
}

// maxKeyAccounts bounds the named key accounts; more of them are a rule's business.
const maxKeyAccounts = 1000

func (c *checker) keys() {
	k := &c.d.KeyAccounts
	if k.IsZero() {
		return
	}
	if c.d.Class == Contractual {
		c.bad("key_accounts", "contractual letters go to everybody whom the rule takes; leave key_accounts away and name exceptions in the rule")
		return
	}
	if len(k.Always)+len(k.Never) > maxKeyAccounts {
		c.bad("key_accounts", "%d are named, %d are possible; take the others in or out by the rule", len(k.Always)+len(k.Never), maxKeyAccounts)
	}
	for _, name := range k.Always {
		if slices.Contains(k.Never, name) {
			c.bad("key_accounts", "%q is named under always and under never", name)
		}
	}
	switch {
	case !(k.TopPercent >= 0 && k.TopPercent <= 50):
		c.bad("key_accounts.top_percent", "%g is not possible; above 0 and at most 50 are", k.TopPercent)
	case k.TopPercent > 0 && k.Top == "":
		c.bad("key_accounts.top", "say whether the top %g per cent are mailed always or never", k.TopPercent)
	case k.Top != "" && k.TopPercent == 0:
		c.bad("key_accounts.top_percent", "top: %s needs it: how many per cent of the groups are key accounts", k.Top)
	case k.Top != "":
		c.oneOf("key_accounts.top", k.Top, KeyAlways, KeyNever)
	}
}

func (c *checker) money() {
	d := &c.d
	for _, m := range []struct {
		field string
		cash  *Cash
	}{{"budget", d.Budget}, {"piece_cost", d.PieceCost}, {"min_value", d.MinValue}} {
		switch {
		case m.cash == nil:
		case m.cash.Currency != c.currency:
			c.bad(m.field, "%s is not in the reporting currency %s", m.cash, c.currency)
		case m.cash.Minor < 0:
			c.bad(m.field, "%s is negative", m.cash)
		}
	}
	switch {
	case d.Class == Contractual && (d.Budget != nil || d.MaxPieces != 0):
		c.bad("budget", "contractual letters are never capped; leave budget and max_pieces away")
	case d.Budget == nil || d.Budget.Currency != c.currency || d.Budget.Minor < 0:
	case d.Budget.Minor == 0:
		c.bad("budget", "a budget of zero mails nobody; leave it away for no limit")
	case d.Tariff == nil && d.Budget.Minor < d.PieceCost.Minor:
		c.bad("budget", "%s does not pay for one letter at %s", d.Budget, d.PieceCost)
	case d.Tariff != nil && d.Tariff.Currency == c.currency:
		c.budgetForSetup()
	}
	if d.Tariff != nil {
		c.tariff()
	}
	c.oneOf("postage", d.Postage, PostageLetter, PostageDialogpost)
	if d.Class == Contractual && d.Postage == PostageDialogpost {
		c.bad("postage", "contractual letters go as letters: Dialogpost carries advertising only; leave postage away")
	}
}

// budgetForSetup refuses a budget that the tariff's fixed costs use up before the first letter.
func (c *checker) budgetForSetup() {
	d := &c.d
	runs := 1
	if d.HoldoutDesign == DesignWaves {
		runs = max(d.Waves, 1)
	}
	fixed := max(d.Tariff.Setup.Money(c.currency).Minor, d.Tariff.MinOrder.Money(c.currency).Minor) * int64(runs)
	if fixed == 0 || d.Budget.Minor > fixed {
		return
	}
	each := ""
	if runs > 1 {
		each = fmt.Sprintf(", once for each of the %d waves", runs)
	}
	c.bad("budget", "%s does not pay for one letter: the tariff's set-up and least bill take %s before%s", d.Budget,
		Cash{postlift.Money{Minor: fixed, Currency: c.currency}}, each)
}

func (c *checker) tariff() {
	t := c.d.Tariff
	if t.Currency != c.currency {
		c.bad("tariff", "its prices are in %s, not in the reporting currency %s", t.Currency, c.currency)
	}
	if err := t.Validate(); err != nil {
		c.found = append(c.found, findingOf("tariff", err))
	}
}

// mode checks that exactly what the mode needs is given.
func (c *checker) mode() {
	d := &c.d
	c.oneOf("mode", d.Mode, ModeAll, ModeTop, ModeBudget, ModeValue)
	if d.Class == Contractual && (d.Mode != ModeAll || d.Top != 0 || d.MinValue != nil) {
		c.bad("mode", "contractual letters are never cut; leave mode, top and min_value away")
		return
	}
	if d.Top < 0 {
		c.bad("top", "%d is negative; say how many accounts", d.Top)
	}
	for _, need := range []struct {
		mode, field string
		given       bool
	}{{ModeTop, "top", d.Top != 0}, {ModeValue, "min_value", d.MinValue != nil}, {ModeBudget, "budget", d.Budget != nil}} {
		switch {
		case d.Mode == need.mode && !need.given:
			c.bad(need.field, "mode %s needs it", d.Mode)
		case d.Mode != need.mode && need.given && need.field != "budget": // a budget limits every mode
			c.bad(need.field, "it belongs to mode %s; the mode is %s", need.mode, d.Mode)
		}
	}
}

func (c *checker) reach() {
	d := &c.d
	if d.MaxPieces < 0 {
		c.bad("max_pieces", "%d is negative; leave it away for no limit", d.MaxPieces)
	}
	if d.ContactsPerSite < 1 || d.ContactsPerSite > 20 {
		c.bad("contacts_per_site", "%d is not possible; 1 to 20 are", d.ContactsPerSite)
	}
	if d.WindowDays < 1 || d.WindowDays > 730 {
		c.bad("window_days", "%d is not possible; 1 to 730 are", d.WindowDays)
	}
	if strings.TrimSpace(d.Vendor) == "" {
		c.bad("vendor", "the name of a print vendor is needed, here or in the settings")
	}
	if d.Salt == "" || len(d.Salt) > 200 || strings.ContainsFunc(d.Salt, unicode.IsControl) {
		c.bad("salt", "1 to 200 printable characters are needed")
	}
	for _, name := range slices.Sorted(maps.Keys(d.Merge)) {
		if !mergeName(name) {
			c.bad("merge", "%q is not a name of a merge field; lower-case letters, digits and _ are possible, and offer, offer_until, name and landing_host are taken", name)
		}
	}
}

func mergeName(s string) bool {
	if s == "" || len(s) > 40 || slices.Contains([]string{"offer", "offer_until", "name", "landing_host"}, s) {
		return false
	}
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// maxVariants bounds the letters of one campaign.
const maxVariants = 12

func (c *checker) variants() {
	d := &c.d
	if len(d.Variants) > maxVariants {
		c.bad("variants", "%d are given, at most %d are possible", len(d.Variants), maxVariants)
		return
	}
	seen := map[string]bool{}
	sharing, total := 0, 0.0
	for i, v := range d.Variants {
		field := fmt.Sprintf("variants[%d]", i+1)
		switch {
		case strings.TrimSpace(v.Name) == "" || utf8.RuneCountInString(v.Name) > 40 || strings.ContainsFunc(v.Name, unicode.IsControl) || strings.Contains(v.Name, "|"):
			c.bad(field+".name", "1 to 40 printable characters without | are needed")
		case seen[v.Name]:
			c.bad(field+".name", "%q is named twice", v.Name)
		}
		seen[v.Name] = true
		c.languages(field+".languages", v.Languages)
		for _, l := range v.Languages {
			if !slices.Contains(d.Languages, l) && (l == "de" || l == "en") {
				c.bad(field+".languages", "the campaign is not in %s; name it under languages, too", l)
			}
		}
		switch {
		case v.Rule != "" && v.Share != 0:
			c.bad(field+".share", "a variant takes accounts by rule or by share, not by both")
		case v.Rule == "" && !(v.Share > 0 && v.Share <= 1):
			c.bad(field+".share", "%g is not possible; above 0 and at most 1 are", v.Share)
		case v.Rule == "":
			sharing, total = sharing+1, total+v.Share
		}
	}
	if sharing > 0 && math.Abs(total-1) > 1e-6 {
		c.bad("variants", "the shares add up to %.4g; together they must be 1", total)
	}
	if d.Class == Contractual && sharing > 1 {
		c.bad("variants", "contractual letters are never varied at random; give each variant a rule, all but one")
	}
}

// findingOf is an error as a finding of a field.
func findingOf(field string, err error) Finding {
	var f *postlift.Fault
	if errors.As(err, &f) {
		return Finding{field, f.Text}
	}
	return Finding{field, postlift.UserText(err)}
}
