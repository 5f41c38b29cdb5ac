package mailers

import (
	"slices"
	"strings"

	"postlift/mailers/design"
	"postlift/mailers/merge"
)

// VariableSource is where a variable's value comes from.
type VariableSource string

// The sources of values.
const (
	FromData     VariableSource = "data"     // imported accounts, contacts, contracts and orders
	FromOwner    VariableSource = "owner"    // the account's owner, an employee
	FromSigner   VariableSource = "signer"   // the account's owner, else the settings
	FromSettings VariableSource = "settings" // the organisation's settings, or the campaign's own sender
	FromCampaign VariableSource = "campaign" // the campaign file
	FromPiece    VariableSource = "piece"    // made for each letter
	FromTable    VariableSource = "table"    // only a column of the table given to `render`: letters of campaigns do not have it
)

// DesignVariable is a name that a design's texts or blocks use, or that the design declares.
type DesignVariable struct {
	Name     string
	Type     string            // as a design file writes it: text, number, date, money, image, list
	Own      bool              // declared by the design, not built in
	Label    map[string]string // by language; of the design's own
	Fallback map[string]string // by language: printed where there is no value
	Fields   []string          // of a list: the fields that the design prints
	Needed   bool              // a letter without a value stops
	Source   VariableSource
	Key      string // where Source is FromCampaign: the key in the campaign file, as offer or merge.event_time
}

// variablesOf lists what a design uses and declares, by name.
func variablesOf(d *design.Design) []DesignVariable {
	vars, used, always := d.Vars(), uses(d), alwaysPrinted(d)
	own := d.Spec().Variables
	for name := range own {
		used[name] = true
	}
	fields := map[string][]string{}
	for _, name := range sortedKeys(used) {
		if list, field, ok := strings.Cut(name, "[]."); ok && !strings.HasSuffix(name, "[]") {
			used[list] = true
			fields[list] = append(fields[list], field)
		}
	}
	var out []DesignVariable
	for _, name := range sortedKeys(used) {
		kind, known := vars[name]
		if !known || strings.Contains(name, "[]") {
			continue
		}
		v, declared := own[name]
		one := DesignVariable{Name: name, Type: kind.String(), Own: declared, Label: v.Label, Fallback: v.Fallback, Fields: fields[name], Needed: always[name]}
		one.Source, one.Key = sourceOf(name, kind, declared)
		out = append(out, one)
	}
	return out
}

// alwaysPrinted are the variables that every letter prints, in some language. A section that a block shows only where
// it has a value is left out.
func alwaysPrinted(d *design.Design) map[string]bool {
	guarded := map[string]bool{}
	for _, b := range d.Spec().Blocks {
		guarded[b.Text] = guarded[b.Text] || b.If != ""
	}
	out := map[string]bool{}
	for _, lang := range d.Languages() {
		sections, _ := d.Text(lang)
		for _, s := range sections {
			for name := range s.Text.Always() {
				out[name] = out[name] || !guarded[s.Name]
			}
		}
	}
	return out
}

// unfilled are built-in names that nothing in the database fills.
var unfilled = map[string]bool{"contact.mobile": true, "contact.image": true, "account.image": true, "sender.fax": true, "sender.owner_mobile": true,
	"order.quantity": true, "contract.name": true}

// ofOwner are the sender's names that only the account's owner fills.
var ofOwner = []string{"signature_file", "signature_consent_until", "owner_title", "owner_role", "owner_phone", "owner_email"}

// campaignKeys are the keys of a campaign file behind built-in names; all others stand below merge.
var campaignKeys = map[string]string{"campaign.name": "name", "campaign.offer": "offer", "campaign.offer_until": "offer_until", "campaign.landing_host": "landing_url"}

// sourceOf tells where the value of a variable comes from, as merge and campaignOwn fill it.
func sourceOf(name string, kind merge.Kind, own bool) (source VariableSource, key string) {
	group, field, _ := strings.Cut(name, ".")
	switch {
	case unfilled[name] || own && kind == merge.List:
		return FromTable, ""
	case campaignKeys[name] != "":
		return FromCampaign, campaignKeys[name]
	case name == "ticket.code":
		return FromPiece, ""
	case own && group == "campaign" && field != "":
		return FromCampaign, "merge." + field
	case own || group == "ticket" || group == "coupon" || name == "sender.logo":
		return FromCampaign, "merge." + strings.ReplaceAll(name, ".", "_")
	case name == "objection_notice":
		return FromSettings, ""
	case field == "" && kind != merge.List: // date, code, salutation
		return FromPiece, ""
	case group == "sender" && slices.Contains(ofOwner, field):
		return FromOwner, ""
	case name == "sender.signature_name" || name == "sender.signature_role":
		return FromSigner, ""
	case group == "sender":
		return FromSettings, ""
	}
	return FromData, ""
}
