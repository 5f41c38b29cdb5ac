package campaigns

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
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
		d.Sender.Phone != "+49 30 123456" || d.Salt != "wb-2026" || *d.GlobalControl != .02 {
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

		base + "holdout_design: pair\n":                                                "did you mean pairs?",
		base + "holdout_design: pairs\nblock: 11\n":                                    "10 are",
		base + "holdout_design: pairs\nblock: 3\nholdout: 0.2\n":                       "does not agree with blocks of 3",
		base + "block: 2\n":                                                            "belongs to holdout_design pairs",
		base + "holdout_design: waves\nholdout: 0.2\n":                                 "leave holdout away",
		base + "holdout_design: waves\nwaves: 13\n":                                    "2 to 12",
		base + "holdout_design: waves\nwaves: 12\nwave_days: 60\n":                     "within 366 days",
		base + "holdout_design: waves\nexploration: 0.1\n":                             "choose another holdout_design",
		base + "waves: 3\n":                                                            "belong to holdout_design waves",
		base + "holdout_design: none\nholdout: 0.1\n":                                  "leave one of the two away",
		base + "exploration: 0.6\n":                                                    "0 to 0.5",
		base + "mode: best\n":                                                          "all, top, budget and value",
		base + "mode: top\n":                                                           "campaign field top: mode top needs it",
		base + "mode: value\n":                                                         "campaign field min_value: mode value needs it",
		base + "mode: budget\n":                                                        "campaign field budget: mode budget needs it",
		base + "mode: budget\nbudget: 100\ntop: 3\n":                                   "belongs to mode top",
		base + "top: -1\n":                                                             "-1 is negative",
		base + "min_value: 5 CHF\n":                                                    "not in the reporting currency",
		base + "postage: parcel\n":                                                     "letter and dialogpost",
		base + "key_accounts: {always: [A], never: [A]}\n":                             "under always and under never",
		base + "key_accounts: {top_percent: 2}\n":                                      "mailed always or never",
		base + "key_accounts: {top: never}\n":                                          "top_percent",
		base + "key_accounts: {top_percent: 60, top: never}\n":                         "at most 50",
		base + "key_accounts: {top_percent: 2, top: sometimes}\n":                      "always and never",
		base + "key_accounts: {alway: [A]}\n":                                          `"key_accounts.alway"; did you mean always?`,
		base + "variants: [{name: a}, {name: a}]\n":                                    "named twice",
		base + "variants: [{name: a, share: 0.5}]\n":                                   "add up to 0.5",
		base + "variants: [{name: a, share: 0.5, rule: orders > 1}]\n":                 "not by both",
		base + "variants: [{name: a, desing: x}]\n":                                    `"variants.desing"; did you mean design?`,
		base + "languages: [de]\nvariants: [{name: a, languages: [en]}]\n":             "name it under languages",
		base + "variants: [{design: x}]\n":                                             "variants[1].name",
		base + "tariff: {setup: 10}\n":                                                 "campaign field tariff",
		base + "tariff: {setup: ten}\n":                                                "no price",
		base + "tariff: {setpu: 10}\n":                                                 "did you mean setup?",
		base + "tariff: {currency: CHF, postage: [{class: letter, price: 1}]}\n":       "not in the reporting currency EUR",
		base + "class: contractual\nholdout_design: strata\n":                          "leave holdout_design away",
		base + "class: contractual\ntop: 5\n":                                          "never cut",
		base + "class: contractual\nexploration: 0.1\n":                                "try nothing",
		base + "class: contractual\npostage: dialogpost\n":                             "Dialogpost carries advertising only",
		base + "class: contractual\nkey_accounts: {never: [A]}\n":                      "name exceptions in the rule",
		base + "class: contractual\nvariants: [{name: a}, {name: b}]\n":                "never varied at random",
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

// TestReadDefinitionFindsEverything: each field that cannot be read is a finding in words, and the others are read.
func TestReadDefinitionFindsEverything(t *testing.T) {
	d, found := ReadDefinition(strings.NewReader(`name: N
modus: all
budget: 20 Euro
area: {countries: DE, within_km: 20}
spare_opportunities: from_stage
holdout: {share: 1}
waves: 2.5
key_accounts: {top: always, topp: 2}
variants: [{name: a, share: half}, b]
offer_until: 31.12.2026
name: again
landing_url: https://example.com/
merge: x
`))
	want := []string{
		`modus: line 2: there is no field "modus"; did you mean mode?`,
		`budget: line 3: "Euro" is not an ISO 4217 currency such as EUR`,
		`area.countries: line 4: area.countries is "DE"; a list such as [a, b] of which each part is a text is expected`,
		`area.within_km: line 4: area.within_km is "20"; a group of fields such as {km: …, country: …, postcode: …} is expected`,
		`spare_opportunities: line 5: spare_opportunities is "from_stage"; true or false is expected`,
		`holdout: line 6: holdout is a group of fields; a number such as 0.2 is expected`,
		`waves: line 7: waves is "2.5"; a whole number is expected`,
		`key_accounts.topp: line 8: there is no field "key_accounts.topp"; did you mean top?`,
		`variants.share: line 9: variants.share is "half"; a number such as 0.2 is expected`,
		`variants: line 9: variants is "b"; a group of fields such as {name: …, design: …, share: …, rule: …, languages: …} is expected`,
		`offer_until: line 10: `,
		`name: line 11: name is already defined at line 1`,
		`merge: line 13: merge is "x"; a list of names and values such as {name: value} is expected`,
	}
	if len(found) != len(want) {
		t.Errorf("%d findings, want %d", len(found), len(want))
	}
	for i, f := range found {
		if got := f.Field + ": " + f.Text; i < len(want) && !strings.HasPrefix(got, want[i]) {
			t.Errorf("got  %s\nwant %s", got, want[i])
		}
	}
	if d.Name != "N" || d.LandingURL == "" || d.KeyAccounts.Top != KeyAlways || len(d.Variants) != 2 || d.Variants[0].Name != "a" {
		t.Errorf("%+v", d)
	}
	for _, text := range []string{"", "name: [", "- a", "a: 1\n---\nb: 2\n"} {
		if _, found := ReadDefinition(strings.NewReader(text)); len(found) != 1 || found[0].Field != "file" {
			t.Errorf("%q: %v", text, found)
		}
	}
}

// TestSpareFromStage: a stage is enough by itself, and with spare_opportunities it says from where on.
func TestSpareFromStage(t *testing.T) {
	m := accounts.DefaultSettings().Mail
	m.OpportunityStages = []string{"lead", "quote", "won"}
	for _, both := range []bool{false, true} {
		p := Definition{Class: Advertising, SpareFromStage: "quote", SpareOpportunities: both}.Policy(m)
		for stage, spared := range map[string]bool{"lead": false, "quote": true, "won": true} {
			f := GateFacts{Opportunities: 1, Stages: []string{stage}}
			if got := len(Gate(f, p, planDay)) > 0; got != spared {
				t.Errorf("spare_opportunities %v: %s holds back: %v", both, stage, got)
			}
		}
	}
	p := Definition{Class: Advertising, SpareOpportunities: true}.Policy(m)
	if len(Gate(GateFacts{Opportunities: 1, Stages: []string{"lead"}}, p, planDay)) == 0 {
		t.Error("without a stage any open opportunity holds back")
	}
}

// TestDefinitionStatesItsDesign: what is left out is filled so that everything agrees.
func TestDefinitionStatesItsDesign(t *testing.T) {
	base := "name: N\nrule: orders > 1\ndesign: winback\nlanding_url: https://example.com/\n"
	for text, want := range map[string]string{
		"":                                       "auto 0.2 block 0 waves 0 mode all postage letter",
		"holdout_design: pairs\n":                "pairs 0.5 block 2 waves 0 mode all postage letter",
		"holdout_design: pairs\nblock: 3\n":      "pairs 0.3333333333333333 block 3 waves 0 mode all postage letter",
		"holdout_design: pairs\nholdout: 0.25\n": "pairs 0.25 block 4 waves 0 mode all postage letter",
		"holdout_design: waves\n":                "waves 0 block 0 waves 4 mode all postage letter",
		"holdout_design: none\n":                 "none 0 block 0 waves 0 mode all postage letter",
		"top: 50\nbudget: 100\n":                 "auto 0.2 block 0 waves 0 mode top postage letter",
		"budget: 100\n":                          "auto 0.2 block 0 waves 0 mode budget postage letter",
		"min_value: 0\n":                         "auto 0.2 block 0 waves 0 mode value postage letter",
		"class: contractual\n":                   "none 0 block 0 waves 0 mode all postage letter",
		"tariff: {postage: [{class: letter, price: 0.95}]}\n":                                               "auto 0.2 block 0 waves 0 mode all postage letter",
		"tariff: {postage: [{class: letter, price: 0.95}, {class: dialogpost, price: 0.4, region: 200}]}\n": "auto 0.2 block 0 waves 0 mode all postage dialogpost",
	} {
		d, err := complete(t, base+text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		got := fmt.Sprintf("%s %v block %d waves %d mode %s postage %s", d.HoldoutDesign, *d.Holdout, d.Block, d.Waves, d.Mode, d.Postage)
		if got != want {
			t.Errorf("%q:\n got %s\nwant %s", text, got, want)
		}
		raw, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := DecodeDefinition(strings.NewReader(string(raw))); err != nil || !reflect.DeepEqual(d, back) {
			t.Errorf("%q: a stored definition is no campaign file: %v\n%+v\n%+v", text, err, d, back)
		}
	}
}

func TestVariantsShareWhatIsLeft(t *testing.T) {
	d, err := complete(t, "name: N\nrule: orders > 1\nlanding_url: https://example.com/\nvariants:\n- {name: kurz, design: a}\n- {name: Österreich, rule: country = AT}\n- {name: lang, design: b}\n")
	if err != nil {
		t.Fatal(err)
	}
	want := []Variant{{Name: "kurz", Design: "a", Share: .5}, {Name: "Österreich", Rule: "country = AT"}, {Name: "lang", Design: "b", Share: .5}}
	want[1].Design = "a"
	if d.Design != "a" || !reflect.DeepEqual(d.Variants, want) {
		t.Errorf("design %q, %+v", d.Design, d.Variants)
	}
}

// TestFindingsListsAll: not only the first of what is wrong.
func TestFindingsListsAll(t *testing.T) {
	d, err := DecodeDefinition(strings.NewReader("name: ' '\nclass: contractual\nholdout: 0.1\nlanding_url: x\nlanguages: [fr]\nwindow_days: 0\nvariants: [{name: a}, {name: a}]\ntop: 3\n"))
	if err != nil {
		t.Fatal(err)
	}
	var fields []string
	for _, f := range d.filled(accounts.DefaultSettings(), seqIDs).Findings("EUR") {
		fields = append(fields, f.Field)
	}
	want := "name rule design languages landing_url holdout mode variants[2].name variants"
	for _, field := range strings.Fields(want) {
		if !slices.Contains(fields, field) {
			t.Errorf("no finding about %s in %v", field, fields)
		}
	}
}
