package campaigns

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"postlift"
	"postlift/accounts"
)

const sampleCampaign = `
name: Win back 2026
rule: clv.residual > 5000 and not has_open_contract
design: winback
languages: [de, en]
landing_url: https://www.example.com/willkommen
holdout: 0.25
salt: wb-2026
budget: 5000 EUR
piece_cost: 1.15
contacts_per_site: 2
window_days: 60
offer: 10 % auf Ihre nächste Bestellung
offer_until: 2026-09-30
merge: {hotline: "+49 30 000000"}
sender: {phone: "+49 30 123456"}
`

var seqIDs postlift.IDMaker = func(prefix string, key ...string) string { return prefix + "_" + strings.Join(key, "-") }

func complete(t testing.TB, text string) (Definition, error) {
	t.Helper()
	d, err := DecodeDefinition(strings.NewReader(text))
	if err != nil {
		return d, err
	}
	return d.Complete(accounts.DefaultSettings(), seqIDs)
}

func TestDefinition(t *testing.T) {
	d, err := complete(t, sampleCampaign)
	if err != nil {
		t.Fatal(err)
	}
	if d.Class != Advertising || *d.Holdout != .25 || d.Budget.Minor != 500000 || d.PieceCost.Minor != 115 || d.PieceCost.Currency != "EUR" ||
		d.ContactsPerSite != 2 || d.WindowDays != 60 || d.PriorLift != .15 || d.Vendor == "" || d.OfferUntil != postlift.MustDate("2026-09-30") ||
		d.Sender.Phone != "+49 30 123456" || d.Salt != "wb-2026" || *d.GlobalControl != 0 {
		t.Errorf("%+v", d)
	}
	raw, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var back Definition
	if err := json.Unmarshal(raw, &back); err != nil || !reflect.DeepEqual(d, back) {
		t.Errorf("through JSON: %v\n%s", err, raw)
	}
	fromJSON, err := DecodeDefinition(strings.NewReader(string(raw)))
	if err != nil || !reflect.DeepEqual(d, fromJSON) {
		t.Errorf("a stored definition is no campaign file: %v\n%+v", err, fromJSON)
	}
}

func TestDefinitionDefaults(t *testing.T) {
	d, err := complete(t, "name: N\nrule: orders > 1\ndesign: winback\nlanding_url: http://localhost:8080/x\n")
	if err != nil {
		t.Fatal(err)
	}
	if *d.Holdout != .2 || d.Salt != "salt_N" || d.WindowDays != 90 || d.PieceCost.Minor != 120 || d.Budget != nil || len(d.Languages) != 2 {
		t.Errorf("%+v", d)
	}
	d, err = complete(t, "name: N\nclass: contractual\nrule: orders > 1\ndesign: terms\nlanding_url: https://example.com/\n")
	if err != nil || *d.Holdout != 0 || *d.GlobalControl != 0 {
		t.Errorf("%v, %+v", err, d)
	}
}

func TestDefinitionErrors(t *testing.T) {
	base := "name: N\nrule: orders > 1\ndesign: winback\nlanding_url: https://example.com/\n"
	for text, want := range map[string]string{
		"":                           "empty",
		"- a":                        "line 1",
		"name: [":                    "line",
		base + "holdot: 0.2\n":       `line 5: there is no field "holdot"; did you mean holdout?`,
		base + "sender: {fone: x}\n": `"sender.fone"; did you mean phone?`,
		base + "name: again\n":       "already defined",
		base + "holdout: 0.6\n":      "0 to 0.5",
		base + "holdout: many\n":     "line 5",
		base + "class: advertsing\n": "did you mean advertising?",
		base + "class: contractual\nholdout: 0.1\n": "never held out",
		base + "class: contractual\nbudget: 10\n":   "never capped",
		base + "budget: 0\n":                        "budget of zero",
		base + "budget: 1\n":                        "does not pay for one letter",
		base + "budget: 100 CHF\n":                  "not in the reporting currency EUR",
		base + "budget: lots\n":                     "not an amount",
		base + "piece_cost: -1\n":                   "negative",
		base + "languages: [fr]\n":                  "de and en",
		base + "window_days: 1000\n":                "1 to 730",
		base + "contacts_per_site: 50\n":            "1 to 20",
		base + "prior_lift: -1\n":                   "above 0",
		base + "offer_until: 31.12.2026\n":          "YYYY-MM-DD",
		base + "merge: {offer: x}\n":                "taken",
		base + "---\nname: second\n":                "more than one document",
		strings.Replace(base, "https://example.com/", "http://example.com/", 1):        "https is needed",
		strings.Replace(base, "https://example.com/", "javascript:alert(1)", 1):        "not an address",
		strings.Replace(base, "https://example.com/", "https://u:p@example.com/", 1):   "not an address",
		strings.Replace(base, "https://example.com/", "http://localhost.evil.com/", 1): "https is needed",
		strings.Replace(base, "name: N", "name: ' '", 1):                               "a name is needed",
		strings.Replace(base, "rule: orders > 1", "rule: ''", 1):                       "saved rule",
	} {
		_, err := complete(t, text)
		if postlift.KindOf(err) != postlift.Invalid || !strings.Contains(postlift.UserText(err), want) {
			t.Errorf("%q:\n got %v\nwant %q", text, err, want)
		}
	}
}
