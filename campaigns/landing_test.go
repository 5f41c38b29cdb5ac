package campaigns

import (
	"context"
	"strings"
	"testing"

	"postlift/accounts"
)

// landingFindings reads a campaign file with some lines and gives what is found wrong with it, by field.
func landingFindings(t *testing.T, lines string) (Definition, map[string]string) {
	t.Helper()
	settings := accounts.DefaultSettings()
	settings.Mail.TrackingBaseURL = "https://post.firm.example/"
	d, unread := ReadDefinition(strings.NewReader("name: N\nrule: orders > 1\ndesign: winback\nsalt: s\n" + lines))
	found := map[string]string{}
	for _, f := range unread {
		found[f.Field] = f.Text
	}
	d = d.filled(settings, func(prefix string, _ ...string) string { return prefix })
	for _, f := range d.Findings("EUR") {
		found[f.Field] = f.Text
	}
	return d, found
}

const builtInPage = "landing: {built_in: true, title: {en: Hello, de: Hallo}, text: {en: Order now, de: Bestellen Sie}"

func TestTreatmentAndLandingAreFilled(t *testing.T) {
	d, found := landingFindings(t, builtInPage+"}\n")
	if len(found) > 0 {
		t.Fatal(found)
	}
	if d.Treatment != TreatmentLetter || d.LandingURL != "https://post.firm.example/l/" || strings.Join(d.Landing.Ask, " ") != "callback meeting quote brochure" {
		t.Errorf("filled to %q, %q, %v", d.Treatment, d.LandingURL, d.Landing.Ask)
	}
	again := d
	if again.fillLanding("https://post.firm.example"); again.LandingURL != d.LandingURL || len(again.Findings("EUR")) != 0 {
		t.Error("a stored definition does not read as it was written")
	}
	d, found = landingFindings(t, "landing_url: https://firm.example/x\ntreatment: letter_and_call\ncoupon_codes: [SPRING-26, Fair 2026]\n")
	if len(found) > 0 || d.Treatment != TreatmentLetterAndCall || !d.Landing.IsZero() || d.LandingURL != "https://firm.example/x" {
		t.Errorf("%v, %+v", found, d.Landing)
	}
	in := goodInput(100)
	plan := mustPlan(t, in)
	if r := in.record(d, 90, plan); r.Treatment != TreatmentLetterAndCall {
		t.Errorf("registered is %q", r.Treatment)
	}
}

func TestLandingRefusals(t *testing.T) {
	for lines, want := range map[string]string{
		"": "landing_url",
		"landing_url: https://firm.example/\ntreatment: phone\n":                                                     "treatment",
		"landing_url: https://firm.example/\ntreatment: letter_and_call\nclass: contractual\n":                       "treatment",
		"landing_url: https://firm.example/\nlanding: {title: {en: x}}\n":                                            "landing.built_in",
		"landing_url: https://firm.example/\nlanding: {built_in: false, ask: [quote]}\n":                             "landing.built_in",
		"landing_url: https://firm.example/\n" + builtInPage + "}\n":                                                 "landing_url",
		builtInPage + ", ask: [quote, gift]}\n":                                                                      "landing.ask",
		builtInPage + ", ask: [quote, quote]}\n":                                                                     "landing.ask",
		builtInPage + ", colour: red}\n":                                                                             "landing.colour",
		"landing: {built_in: true, title: {en: x, de: y}, text: {en: z}}\n":                                          "landing.text.de",
		"landing: {built_in: true, title: {en: x}, text: {en: z, de: a}}\nlanguages: [de, en]\n":                     "landing.title.de",
		"landing: {built_in: true, title: {de: " + strings.Repeat("x", 121) + "}, text: {de: a}}\nlanguages: [de]\n": "landing.title.de",
		"landing_url: https://firm.example/\ncoupon_codes: [abc]\n":                                                  "coupon_codes",
		"landing_url: https://firm.example/\ncoupon_codes: [" + strings.Repeat("A", 21) + "]\n":                      "coupon_codes",
		"landing_url: https://firm.example/\ncoupon_codes: [FRÜHJAHR]\n":                                             "coupon_codes",
		"landing_url: https://firm.example/\ncoupon_codes: [FAIR-0I, fair ol]\n":                                     "coupon_codes",
	} {
		if _, found := landingFindings(t, lines); found[want] == "" {
			t.Errorf("%q: nothing is found of %s, but %v", lines, want, found)
		}
	}
	if _, found := landingFindings(t, "landing: {built_in: true, title: {de: x}, text: {de: a}}\nlanguages: [de]\n"); len(found) > 0 {
		t.Errorf("a page in the one language of the letters: %v", found)
	}
}

func TestWordsFallBack(t *testing.T) {
	for _, c := range []struct {
		words          Words
		lang, text, in string
	}{{Words{"e", "d"}, "de", "d", "de"}, {Words{"e", "d"}, "en", "e", "en"}, {Words{"e", ""}, "de", "e", "en"}, {Words{"", "d"}, "en", "d", "de"}} {
		if text, in := c.words.In(c.lang); text != c.text || in != c.in {
			t.Errorf("%+v gives %s %s", c, text, in)
		}
	}
}

// couponStore knows campaigns and nothing else.
type couponStore struct {
	Store
	list []Campaign
}

func (s couponStore) Campaigns(context.Context) ([]Campaign, error) { return s.list, nil }

func TestCouponCodesOfTwoCampaignsMustDiffer(t *testing.T) {
	other := func(name, state string, codes ...string) Campaign {
		return Campaign{Name: name, State: state, Definition: Definition{CouponCodes: codes}}
	}
	s := &Service{store: couponStore{list: []Campaign{other("Autumn", "running", "FAIR-O1"), other("Old", StateCancelled, "SPRING"), other("Mine", StateDraft, "MINE26")}}}
	for code, clash := range map[string]bool{"fair oi": true, "SPRING": false, "MINE26": false, "OTHER": false} {
		e := examined{definition: Definition{Name: "Mine", CouponCodes: []string{code}}}
		if err := s.examineCoupons(t.Context(), &e); err != nil {
			t.Fatal(err)
		}
		if got := len(e.problems) > 0; got != clash {
			t.Errorf("%s: found %v", code, e.problems)
		}
		if clash && !strings.Contains(e.problems[0].err.Error(), `"Autumn"`) {
			t.Errorf("the other campaign is not named: %v", e.problems[0].err)
		}
	}
}
