package campaigns

import (
	"context"
	"slices"
	"strings"

	"postlift"
	"postlift/accounts"
	"postlift/campaigns/rules"
)

// Area says where the sites must lie that a campaign writes to. What is given must hold together; an empty
// area holds everywhere. A site of which country or postcode is not known lies outside an area that asks for
// it.
type Area struct {
	Countries        []string `json:"countries,omitempty" yaml:"countries"`                 // ISO 3166-1 alpha-2
	Postcodes        []string `json:"postcodes,omitempty" yaml:"postcodes"`                 // beginnings: "70" takes 70173
	ExcludePostcodes []string `json:"exclude_postcodes,omitempty" yaml:"exclude_postcodes"` // beginnings
	WithinKM         Circle   `json:"within_km,omitzero" yaml:"within_km"`

	places map[string]bool // in the circle, such as DE-70173, once it is resolved
}

// Circle is what lies within a distance of a postcode's centre.
type Circle struct {
	KM       float64 `json:"km" yaml:"km"`
	Country  string  `json:"country" yaml:"country"`
	Postcode string  `json:"postcode" yaml:"postcode"`
}

// maxAreaKM bounds a circle: half the way around the earth.
const maxAreaKM = 20000

// maxAreaItems bounds the lists of an area.
const maxAreaItems = 1000

// IsZero tells whether no area is drawn.
func (a Area) IsZero() bool {
	return len(a.Countries) == 0 && len(a.Postcodes) == 0 && len(a.ExcludePostcodes) == 0 && a.WithinKM == Circle{}
}

// area checks what the definition says of where sites must lie.
func (c *checker) area() {
	a := c.d.Area
	for _, list := range []struct {
		field string
		items []string
		right func(string) bool
		about string
	}{
		{"area.countries", a.Countries, isCountry, `a country of two letters such as DE`},
		{"area.postcodes", a.Postcodes, isPostcode, `the beginning of a postcode such as "70"`},
		{"area.exclude_postcodes", a.ExcludePostcodes, isPostcode, `the beginning of a postcode such as "70"`},
	} {
		if len(list.items) > maxAreaItems {
			c.bad(list.field, "%d are too many; at most %d are possible", len(list.items), maxAreaItems)
		}
		if i := slices.IndexFunc(list.items, func(s string) bool { return !list.right(s) }); i >= 0 {
			c.bad(list.field, "%q is not %s", list.items[i], list.about)
		}
	}
	if a.WithinKM != (Circle{}) {
		c.circle(a.WithinKM)
	}
}

func (c *checker) circle(w Circle) {
	if !(w.KM > 0 && w.KM <= maxAreaKM) {
		c.bad("area.within_km.km", "%g is not possible; a distance above 0 and at most %d km is", w.KM, maxAreaKM)
	}
	if !isCountry(w.Country) {
		c.bad("area.within_km.country", "%q is not a country of two letters such as DE", w.Country)
	}
	if !isPostcode(w.Postcode) {
		c.bad("area.within_km.postcode", "a postcode is needed, in quotation marks so that a leading 0 stays")
	}
}

func isPostcode(s string) bool { return accounts.NormalPostcode(s) != "" }

func isCountry(s string) bool {
	s = strings.ToUpper(strings.TrimSpace(s))
	return len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}

// normal is the area with countries and postcodes as sites carry them.
func (a Area) normal() *Area {
	upper := func(s string) string { return strings.ToUpper(strings.TrimSpace(s)) }
	a.Countries = each(a.Countries, upper)
	a.Postcodes = each(a.Postcodes, accounts.NormalPostcode)
	a.ExcludePostcodes = each(a.ExcludePostcodes, accounts.NormalPostcode)
	a.WithinKM.Country, a.WithinKM.Postcode = upper(a.WithinKM.Country), strings.TrimSpace(a.WithinKM.Postcode)
	return &a
}

func each(list []string, to func(string) string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = to(s)
	}
	return out
}

// holds tells whether a site lies inside.
func (a *Area) holds(country, postcode string) bool {
	if len(a.Countries) > 0 && !slices.Contains(a.Countries, country) {
		return false
	}
	code := accounts.NormalPostcode(postcode)
	begins := func(prefix string) bool { return code != "" && strings.HasPrefix(code, prefix) }
	switch {
	case len(a.Postcodes) > 0 && !slices.ContainsFunc(a.Postcodes, begins),
		slices.ContainsFunc(a.ExcludePostcodes, begins),
		a.WithinKM.KM > 0 && !a.places[country+"-"+postcode]:
		return false
	}
	return true
}

// contacts checks whom the definition asks for at a site.
func (c *checker) contacts() {
	for i, role := range c.d.Roles {
		if !slices.Contains(contactRoles, role) {
			c.bad("roles", "%q is unknown; %s are possible%s", role, strings.Join(contactRoles, ", "), rules.DidYouMean(contactRoles, role))
		} else if slices.Contains(c.d.Roles[:i], role) {
			c.bad("roles", "%s stands there twice", role)
		}
	}
}

// Policy is what the gate applies for this campaign under the organisation's contact pressure. Its circle is
// not resolved yet.
func (d Definition) Policy(m accounts.MailPolicy) Policy {
	p := Policy{Class: d.Class, CoolingOffDays: m.CoolingOffDays, MaxPerYear: m.MaxPerYear,
		ContactCoolingOffDays: m.ContactCoolingOffDays, ContactMaxPerYear: m.ContactMaxPerYear,
		GroupCoolingOffDays: m.GroupCoolingOffDays, GroupMaxPerYear: m.GroupMaxPerYear,
		SparesOpportunities: d.SpareOpportunities && d.SpareFromStage == "", // a stage says which of them
		Languages:           d.Languages, Roles: d.Roles}
	if i := slices.Index(m.OpportunityStages, d.SpareFromStage); i >= 0 {
		p.SparedStages, p.KnownStages = m.OpportunityStages[i:], m.OpportunityStages
	}
	if !d.Area.IsZero() {
		p.Area = d.Area.normal()
	}
	return p
}

// policy is the campaign's policy with everything settled that stands elsewhere: the stages of opportunities
// in the settings, the places in a circle.
func (s *Service) policy(ctx context.Context, d Definition, settings accounts.Settings) (Policy, error) {
	p := d.Policy(settings.Mail)
	if stages := settings.Mail.OpportunityStages; d.SpareFromStage != "" && len(p.SparedStages) == 0 {
		if len(stages) == 0 {
			return p, badField("spare_from_stage", "the settings name no stages: list them in mail.opportunity_stages, in their order")
		}
		return p, badField("spare_from_stage", "%q is not one of the settings' mail.opportunity_stages %s%s", d.SpareFromStage,
			strings.Join(stages, ", "), rules.DidYouMean(stages, d.SpareFromStage))
	}
	if p.Area == nil || p.Area.WithinKM.KM == 0 {
		return p, nil
	}
	c := p.Area.WithinKM
	places, err := s.store.PlacesNear(ctx, rules.Near{KM: c.KM, Country: c.Country, Postcode: c.Postcode})
	if err != nil {
		if postlift.KindOf(err) == postlift.NotFound {
			return p, badField("area.within_km", "%s", postlift.UserText(err))
		}
		return p, err
	}
	p.Area.places = make(map[string]bool, len(places))
	for _, place := range places {
		p.Area.places[place] = true
	}
	return p, nil
}
