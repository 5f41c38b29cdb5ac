package campaigns

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"postlift"
	"postlift/accounts"
	"postlift/campaigns/rules"
)

// MaxHoldout is the largest share of planned groups that a campaign may hold out.
const MaxHoldout = .5

// DefaultHoldout is the share that a campaign holds out where its definition names none.
const DefaultHoldout = .2

// Definition is a campaign as a person writes it, in YAML or JSON. Complete fills what is left out, so
// that a stored definition states every assumption.
type Definition struct {
	Name               string            `json:"name" yaml:"name"`
	Class              Class             `json:"class" yaml:"class"`   // advertising (default) or contractual
	Rule               string            `json:"rule" yaml:"rule"`     // name of a saved rule, or a rule's text
	Design             string            `json:"design" yaml:"design"` // name of a design
	Languages          []string          `json:"languages" yaml:"languages"`
	LandingURL         string            `json:"landing_url" yaml:"landing_url"`                 // where a scanned code leads, fixed
	Holdout            *float64          `json:"holdout" yaml:"holdout"`                         // share of planned groups, 0 to 0.5
	GlobalControl      *float64          `json:"global_control" yaml:"global_control"`           // share of groups never mailed in a year
	Salt               string            `json:"salt" yaml:"salt"`                               // of the holdout's draw; the same salt gives the same plan
	Budget             *Cash             `json:"budget,omitempty" yaml:"budget"`                 // for all pieces
	MaxPieces          int               `json:"max_pieces,omitempty" yaml:"max_pieces"`         // 0: no limit
	ContactsPerSite    int               `json:"contacts_per_site" yaml:"contacts_per_site"`     // 1 to 20
	PieceCost          *Cash             `json:"piece_cost" yaml:"piece_cost"`                   // of one letter
	PriorLift          float64           `json:"prior_lift" yaml:"prior_lift"`                   // share of the baseline margin that a letter adds
	WindowDays         int               `json:"window_days" yaml:"window_days"`                 // of measurement, from in-home
	SpareOpportunities bool              `json:"spare_opportunities" yaml:"spare_opportunities"` // hold back where an opportunity is open
	Vendor             string            `json:"vendor" yaml:"vendor"`                           // the print vendor's name
	Offer              string            `json:"offer,omitempty" yaml:"offer"`                   // merge field campaign.offer
	OfferUntil         postlift.Date     `json:"offer_until,omitzero" yaml:"offer_until"`        // merge field campaign.offer_until
	Merge              map[string]string `json:"merge,omitempty" yaml:"merge"`                   // further merge fields campaign.<name>; name_de and name_en speak for name in that language
	Sender             accounts.Sender   `json:"sender,omitzero" yaml:"sender"`                  // what differs from the settings' sender
}

// Complete fills what the definition leaves out from the settings and validates the whole.
func (d Definition) Complete(s accounts.Settings, ids postlift.IDMaker) (Definition, error) {
	if d.Class == "" {
		d.Class = Advertising
	}
	if d.Holdout == nil {
		share := DefaultHoldout
		if d.Class == Contractual {
			share = 0
		}
		d.Holdout = &share
	}
	if d.GlobalControl == nil {
		share := s.Mail.GlobalControl
		if d.Class == Contractual {
			share = 0
		}
		d.GlobalControl = &share
	}
	if len(d.Languages) == 0 {
		d.Languages = []string{"de", "en"}
	}
	if d.Salt == "" {
		d.Salt = ids("salt", d.Name)
	}
	if d.PieceCost == nil {
		d.PieceCost = &Cash{postlift.Money{Minor: s.Mail.PieceCostMinor, Currency: s.Currency}}
	}
	d.ContactsPerSite = orDefault(d.ContactsPerSite, s.Mail.ContactsPerSite)
	d.WindowDays = orDefault(d.WindowDays, s.Mail.WindowDays)
	if d.PriorLift == 0 {
		d.PriorLift = s.Mail.PriorLift
	}
	if d.Vendor == "" {
		d.Vendor = s.Mail.Vendor
	}
	for _, c := range []*Cash{d.Budget, d.PieceCost} {
		if c != nil {
			c.settle(s.Currency)
		}
	}
	return d, d.Validate(s.Currency)
}

func orDefault(v, otherwise int) int {
	if v == 0 {
		return otherwise
	}
	return v
}

// Validate names the first field that breaks a rule, with the rule.
func (d Definition) Validate(currency string) error {
	for _, check := range []func() error{d.checkNames, d.checkShares, func() error { return d.checkMoney(currency) }, d.checkReach} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func badField(field, format string, args ...any) error {
	return postlift.Faultf(postlift.Invalid, "campaigns.Definition", "campaign field "+field+": "+format, args...)
}

func (d Definition) checkNames() error {
	switch {
	case strings.TrimSpace(d.Name) == "":
		return badField("name", "a name is needed")
	case utf8.RuneCountInString(d.Name) > 100 || strings.ContainsFunc(d.Name, unicode.IsControl):
		return badField("name", "at most 100 printable characters are possible")
	case d.Class != Advertising && d.Class != Contractual:
		return badField("class", "%q is unknown; advertising and contractual are possible%s", d.Class,
			rules.DidYouMean([]string{string(Advertising), string(Contractual)}, string(d.Class)))
	case strings.TrimSpace(d.Rule) == "":
		return badField("rule", "the name of a saved rule or a rule's text is needed")
	case strings.TrimSpace(d.Design) == "":
		return badField("design", "the name of a design is needed")
	}
	for _, l := range d.Languages {
		if l != "de" && l != "en" {
			return badField("languages", "%q is not possible; de and en are", l)
		}
	}
	return d.checkLanding()
}

func (d Definition) checkLanding() error {
	u, err := url.Parse(d.LandingURL)
	if err != nil || u.Host == "" || u.User != nil {
		return badField("landing_url", "%q is not an address such as https://www.example.com/offer", d.LandingURL)
	}
	local := slices.Contains([]string{"localhost", "127.0.0.1"}, u.Hostname())
	if u.Scheme != "https" && (u.Scheme != "http" || !local) {
		return badField("landing_url", "%q is not safe; https is needed (http only for localhost)", d.LandingURL)
	}
	return nil
}

func (d Definition) checkShares() error {
	switch {
	case d.Class == Contractual && (*d.Holdout != 0 || *d.GlobalControl != 0):
		return badField("holdout", "contractual letters are never held out; leave holdout and global_control away")
	case !(*d.Holdout >= 0 && *d.Holdout <= MaxHoldout):
		return badField("holdout", "%g is not possible; a share from 0 to %g is (0.2 = one in five)", *d.Holdout, MaxHoldout)
	case !(*d.GlobalControl >= 0 && *d.GlobalControl <= MaxHoldout):
		return badField("global_control", "%g is not possible; a share from 0 to %g is", *d.GlobalControl, MaxHoldout)
	case !(d.PriorLift > 0 && d.PriorLift <= 5):
		return badField("prior_lift", "%g is not possible; a share above 0 and at most 5 is (0.15 = 15 %% more margin)", d.PriorLift)
	}
	return nil
}

func (d Definition) checkMoney(currency string) error {
	for _, c := range []struct {
		field string
		cash  *Cash
	}{{"budget", d.Budget}, {"piece_cost", d.PieceCost}} {
		if c.cash == nil {
			continue
		}
		if c.cash.Currency != currency {
			return badField(c.field, "%s is not in the reporting currency %s", c.cash, currency)
		}
		if c.cash.Minor < 0 {
			return badField(c.field, "%s is negative", c.cash)
		}
	}
	switch {
	case d.Class == Contractual && (d.Budget != nil || d.MaxPieces != 0):
		return badField("budget", "contractual letters are never capped; leave budget and max_pieces away")
	case d.Budget != nil && d.Budget.Minor == 0:
		return badField("budget", "a budget of zero mails nobody; leave it away for no limit")
	case d.Budget != nil && d.Budget.Minor < d.PieceCost.Minor:
		return badField("budget", "%s does not pay for one letter at %s", d.Budget, d.PieceCost)
	}
	return nil
}

func (d Definition) checkReach() error {
	switch {
	case d.MaxPieces < 0:
		return badField("max_pieces", "%d is negative; leave it away for no limit", d.MaxPieces)
	case d.ContactsPerSite < 1 || d.ContactsPerSite > 20:
		return badField("contacts_per_site", "%d is not possible; 1 to 20 are", d.ContactsPerSite)
	case d.WindowDays < 1 || d.WindowDays > 730:
		return badField("window_days", "%d is not possible; 1 to 730 are", d.WindowDays)
	case strings.TrimSpace(d.Vendor) == "":
		return badField("vendor", "the name of a print vendor is needed, here or in the settings")
	case d.Salt == "" || len(d.Salt) > 200 || strings.ContainsFunc(d.Salt, unicode.IsControl):
		return badField("salt", "1 to 200 printable characters are needed")
	}
	for name := range d.Merge {
		if !mergeName(name) {
			return badField("merge", "%q is not a name of a merge field; lower-case letters, digits and _ are possible, and offer, offer_until, name and landing_host are taken", name)
		}
	}
	return nil
}

func mergeName(s string) bool {
	if s == "" || len(s) > 40 || slices.Contains([]string{"offer", "offer_until", "name", "landing_host"}, s) {
		return false
	}
	return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == ""
}

// Policy is what the gate applies for this campaign under the organisation's contact pressure.
func (d Definition) Policy(m accounts.MailPolicy) Policy {
	return Policy{Class: d.Class, CoolingOffDays: m.CoolingOffDays, MaxPerYear: m.MaxPerYear,
		SparesOpportunities: d.SpareOpportunities, Languages: d.Languages}
}
