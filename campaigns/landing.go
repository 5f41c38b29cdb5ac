package campaigns

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"postlift"
)

// The treatments that a campaign may declare. It is part of what is registered, because it says what the
// experiment estimates: a call after the letter is another treatment than the letter.
const (
	TreatmentLetter        = "letter"          // nobody calls because of the letter
	TreatmentLetterAndCall = "letter_and_call" // the account's owner calls the mailed accounts after the letter
)

// Treatments lists them.
func Treatments() []string { return []string{TreatmentLetter, TreatmentLetterAndCall} }

// What a recipient may ask for on the built-in landing page.
const (
	AskCallback = "callback"
	AskMeeting  = "meeting"
	AskQuote    = "quote"
	AskBrochure = "brochure"
)

// Asks lists them in the order in which the page shows them.
func Asks() []string { return []string{AskCallback, AskMeeting, AskQuote, AskBrochure} }

// Landing is the built-in page to which a scanned code leads instead of an address of the organisation's
// own. It shows these words and a form, and nothing that is known of the recipient.
type Landing struct {
	BuiltIn bool     `json:"built_in" yaml:"built_in"`
	Title   Words    `json:"title,omitzero" yaml:"title"`
	Text    Words    `json:"text,omitzero" yaml:"text"` // an empty line begins a paragraph
	Ask     []string `json:"ask,omitempty" yaml:"ask"`  // what the form offers; all where left out
}

// IsZero tells whether the campaign has no built-in page.
func (l Landing) IsZero() bool {
	return !l.BuiltIn && l.Title == Words{} && l.Text == Words{} && len(l.Ask) == 0
}

// Words are one text in English and German.
type Words struct {
	EN string `json:"en,omitempty" yaml:"en"`
	DE string `json:"de,omitempty" yaml:"de"`
}

// In gives the text in a language and the language that it is in: the other one where it is missing.
func (w Words) In(lang string) (text, in string) {
	if lang == "de" && w.DE != "" || w.EN == "" {
		return w.DE, "de"
	}
	return w.EN, "en"
}

// landingPath is where built-in pages lie below the address that codes point to.
const landingPath = "/l/"

// fillLanding states where codes lead: with a built-in page to the address of the tracking links.
func (d *Definition) fillLanding(trackingBase string) {
	if !d.Landing.BuiltIn {
		return
	}
	d.LandingURL = orDefault(d.LandingURL, strings.TrimSuffix(trackingBase, "/")+landingPath)
	if len(d.Landing.Ask) == 0 {
		d.Landing.Ask = Asks()
	}
}

// Bounds of the words of a built-in page, in characters, and of coupon codes.
const (
	maxLandingTitle = 120
	maxLandingText  = 4000
	minCoupon       = 4
	maxCoupon       = 20
	maxCoupons      = 1000
)

// builtIn checks a landing page of our own.
func (c *checker) builtIn() {
	l := &c.d.Landing
	if !l.BuiltIn {
		c.bad("landing.built_in", "title, text and ask belong to the built-in page; write built_in: true, or leave landing away and name landing_url")
		return
	}
	if !strings.HasSuffix(c.d.LandingURL, landingPath) {
		c.bad("landing_url", "%q and the built-in page exclude each other; leave landing_url or landing away", c.d.LandingURL)
	}
	for _, w := range []struct {
		field string
		words Words
		most  int
	}{{"landing.title", l.Title, maxLandingTitle}, {"landing.text", l.Text, maxLandingText}} {
		for _, lang := range c.d.Languages {
			text, in := w.words.In(lang)
			switch {
			case in != lang || strings.TrimSpace(text) == "":
				c.bad(w.field+"."+lang, "the letters are in %s, so the page needs it in that language, too", lang)
			case utf8.RuneCountInString(text) > w.most:
				c.bad(w.field+"."+lang, "it has %d characters; at most %d are possible", utf8.RuneCountInString(text), w.most)
			}
		}
	}
	seen := map[string]bool{}
	for _, ask := range l.Ask {
		c.oneOf("landing.ask", ask, Asks()...)
		if seen[ask] {
			c.bad("landing.ask", "%q is named twice", ask)
		}
		seen[ask] = true
	}
}

// treatment checks what is declared to be done with the mailed accounts.
func (c *checker) treatment() {
	d := &c.d
	c.oneOf("treatment", d.Treatment, Treatments()...)
	if d.Class == Contractual && d.Treatment == TreatmentLetterAndCall {
		c.bad("treatment", "contractual letters are not followed up by calls; leave treatment away")
	}
}

// coupons checks the codes that all letters of the campaign carry.
func (c *checker) coupons() {
	if n := len(c.d.CouponCodes); n > maxCoupons {
		c.bad("coupon_codes", "%d are given, at most %d are possible", n, maxCoupons)
		return
	}
	seen := map[string]string{}
	for _, code := range c.d.CouponCodes {
		normal := postlift.NormalizeCode(code)
		before, twice := seen[normal]
		switch {
		case len(normal) < minCoupon || len(normal) > maxCoupon || strings.Trim(normal, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") != "":
			c.bad("coupon_codes", "%q is not possible; %d to %d letters and digits are, with dashes and blanks for reading", code, minCoupon, maxCoupon)
		case twice:
			c.bad("coupon_codes", "%q and %q read the same (O is 0, I and L are 1, capitals and dashes do not count); leave one away", before, code)
		}
		seen[normal] = code
	}
}

// ended are the states of a campaign whose coupon codes are free again.
var ended = []string{StateCancelled, "finished"}

// examineCoupons refuses a coupon code that another campaign uses, because its orders could be credited to
// either.
func (s *Service) examineCoupons(ctx context.Context, e *examined) error {
	if len(e.definition.CouponCodes) == 0 {
		return nil
	}
	all, err := s.store.Campaigns(ctx)
	if err != nil {
		return err
	}
	taken := map[string]string{}
	for _, other := range all {
		if other.Name == e.definition.Name || slices.Contains(ended, other.State) {
			continue
		}
		for _, code := range other.Definition.CouponCodes {
			taken[postlift.NormalizeCode(code)] = other.Name
		}
	}
	for _, code := range e.definition.CouponCodes {
		if other, clash := taken[postlift.NormalizeCode(code)]; clash {
			f := Finding{"coupon_codes", fmt.Sprintf("%q is a code of campaign %q, which is not over; choose another one or end that campaign first", code, other)}
			e.problems = append(e.problems, problem{f, f.fault()})
		}
	}
	return nil
}
