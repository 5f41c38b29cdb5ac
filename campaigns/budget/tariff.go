package budget

import (
	"fmt"
	"slices"
	"strings"

	"postlift"
)

// Tariff is what one run of letters costs, net of VAT, all figures the user's own. Production has step
// prices: the price of the step that the run's quantity reaches holds for ALL its pieces, so that the
// total may fall at a step. Postage is chosen for each run so that it is lowest. A tariff without
// postage has it in its production prices.
type Tariff struct {
	Name       string       `json:"name,omitzero" yaml:"name"`
	Currency   string       `json:"currency" yaml:"currency"`            // of all prices; the reporting currency where left out
	Home       string       `json:"home" yaml:"home"`                    // country of posting, ISO 3166-1 alpha-2; DE where left out
	Setup      Price        `json:"setup,omitzero" yaml:"setup"`         // once per run
	Production []Production `json:"production" yaml:"production"`        // print, paper, inserting, …: each priced by quantity
	MinOrder   Price        `json:"min_order,omitzero" yaml:"min_order"` // set-up and production are billed at this at least; postage does not count
	Capacity   int          `json:"capacity,omitzero" yaml:"capacity"`   // most pieces of a run; 0: no limit
	Postage    []Class      `json:"postage,omitempty" yaml:"postage"`    // none: included in production
}

// Production is one part of making a piece, priced by the quantity of the whole run.
type Production struct {
	Name  string `json:"name" yaml:"name"`
	Steps []Step `json:"steps" yaml:"steps"`
}

// Step is the price of each piece from a quantity on.
type Step struct {
	From  int   `json:"from" yaml:"from"` // pieces; the first step is from 1
	Price Price `json:"price" yaml:"price"`
}

// Class is a way of posting. Without a condition it is a letter class and always possible. With one it is
// bulk advertising mail such as Dialogpost: never for contractual mail, and possible where one of its
// conditions holds. A run uses one bulk class under one condition in each country; regions that do not
// reach Region go as letters.
type Class struct {
	Name          string   `json:"class" yaml:"class"`                            // letter, dialogpost, …
	Countries     []string `json:"countries,omitempty" yaml:"countries"`          // none: the home country; "*": every other
	Price         Price    `json:"price" yaml:"price"`                            // each piece
	Nationwide    int      `json:"nationwide,omitzero" yaml:"nationwide"`         // possible from so many pieces in the country (Dialogpost: 5,000)
	Region        int      `json:"region,omitzero" yaml:"region"`                 // possible in each region with so many (Dialogpost: 200 a Leitregion)
	TopUp         bool     `json:"top_up,omitzero" yaml:"top_up"`                 // the pieces missing to a minimum may be paid for instead
	EasyFrom      int      `json:"easy_from,omitzero" yaml:"easy_from"`           // possible from so many in the country, with a surcharge (Dialogpost EASY: 500)
	EasySurcharge Price    `json:"easy_surcharge,omitzero" yaml:"easy_surcharge"` // each piece
}

// Bulk tells whether the class has a condition: advertising mail only.
func (c Class) Bulk() bool { return c.Nationwide > 0 || c.Region > 0 || c.EasyFrom > 0 }

// Everywhere stands in Class.Countries for every country that no other class names.
const Everywhere = "*"

// Flat is the tariff of one price per piece, postage included: a campaign's plain piece cost.
func Flat(piece postlift.Money) Tariff {
	return Tariff{Currency: piece.Currency, Home: "DE",
		Production: []Production{{Name: "piece", Steps: []Step{{From: 1, Price: FromMoney(piece)}}}}}
}

// Settle fills what a tariff leaves out: the reporting currency and the country of posting.
func (t Tariff) Settle(currency string) Tariff {
	if t.Currency == "" {
		t.Currency = currency
	}
	if t.Home == "" {
		t.Home = "DE"
	}
	return t
}

// LetterOnly is the tariff of contractual mail: no bulk class, which carries advertising only.
func (t Tariff) LetterOnly() Tariff {
	t.Postage = slices.DeleteFunc(slices.Clone(t.Postage), Class.Bulk)
	return t
}

// maxQuantity bounds every number of pieces in a tariff.
const maxQuantity = 100_000_000

// Validate names the first part of a settled tariff that breaks a rule, with the rule.
func (t Tariff) Validate() error {
	if !postlift.ValidCurrency(t.Currency) {
		return badTariff("currency", "%q is not an ISO 4217 code such as EUR", t.Currency)
	}
	if !validCountry(t.Home) {
		return badTariff("home", "%q is not a country code such as DE", t.Home)
	}
	if t.Capacity < 0 || t.Capacity > maxQuantity {
		return badTariff("capacity", "%d is not possible; leave it away for no limit", t.Capacity)
	}
	for _, p := range []struct {
		field string
		price Price
	}{{"setup", t.Setup}, {"min_order", t.MinOrder}} {
		if err := checkPrice(p.field, p.price); err != nil {
			return err
		}
	}
	if len(t.Production) == 0 && len(t.Postage) == 0 {
		return badTariff("production", "prices are needed, such as production: [{name: print, steps: [{from: 1, price: 0.42}]}]")
	}
	if len(t.Production) > 20 {
		return badTariff("production", "%d parts are listed, 20 are possible", len(t.Production))
	}
	for i, p := range t.Production {
		if err := p.validate(fmt.Sprintf("production %d", i+1)); err != nil {
			return err
		}
	}
	return t.validatePostage()
}

func badTariff(field, format string, args ...any) error {
	return postlift.Faultf(postlift.Invalid, "budget.Tariff", "tariff field "+field+": "+format, args...)
}

func checkPrice(field string, p Price) error {
	if p < 0 || p > maxPrice {
		return badTariff(field, "%s is not possible; a price is not negative", p)
	}
	return nil
}

func validCountry(s string) bool {
	return len(s) == 2 && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

func (p Production) validate(place string) error {
	if strings.TrimSpace(p.Name) == "" {
		return badTariff(place, "a name is needed, such as print")
	}
	place = "production " + p.Name
	if len(p.Steps) == 0 || len(p.Steps) > 30 {
		return badTariff(place, "1 to 30 steps are possible, such as steps: [{from: 1, price: 0.42}]")
	}
	for i, s := range p.Steps {
		switch {
		case i == 0 && s.From != 1:
			return badTariff(place, "the first step is from %d; it must be from 1", s.From)
		case i > 0 && s.From <= p.Steps[i-1].From:
			return badTariff(place, "the step from %d follows the step from %d; steps must rise", s.From, p.Steps[i-1].From)
		case s.From > maxQuantity:
			return badTariff(place, "the step from %d is too large", s.From)
		case i > 0 && s.Price > p.Steps[i-1].Price:
			return badTariff(place, "a piece costs %s from %d, more than %s before; step prices must not rise", s.Price, s.From, p.Steps[i-1].Price)
		}
		if err := checkPrice(place, s.Price); err != nil {
			return err
		}
	}
	return nil
}

func (t Tariff) validatePostage() error {
	if len(t.Postage) > 50 {
		return badTariff("postage", "%d classes are listed, 50 are possible", len(t.Postage))
	}
	letters := map[string]string{}
	for i, c := range t.Postage {
		if err := c.validate(i + 1); err != nil {
			return err
		}
		if c.Bulk() {
			continue
		}
		for _, country := range t.countries(c) {
			if other, twice := letters[country]; twice {
				return badTariff("postage", "%s and %s are both without condition for %s; one is needed", other, c.Name, country)
			}
			letters[country] = c.Name
		}
	}
	for _, c := range t.Postage {
		for _, country := range t.countries(c) {
			if _, ok := letters[country]; !ok && c.Bulk() {
				return badTariff("postage", "%s has conditions and %s has no class without; add a letter class with countries: [%s]", c.Name, country, country)
			}
		}
	}
	return nil
}

func (t Tariff) countries(c Class) []string {
	if len(c.Countries) == 0 {
		return []string{t.Home}
	}
	return c.Countries
}

func (c Class) validate(number int) error {
	place := fmt.Sprintf("postage %d", number)
	if strings.TrimSpace(c.Name) == "" {
		return badTariff(place, "a class is needed, such as letter")
	}
	place = "postage " + c.Name
	for _, country := range c.Countries {
		if country != Everywhere && !validCountry(country) {
			return badTariff(place, "%q is not a country code such as DE, nor * for every other", country)
		}
		if country == Everywhere && c.Bulk() {
			return badTariff(place, "a class with conditions needs named countries, as its minimums hold in each")
		}
	}
	for _, n := range []int{c.Nationwide, c.Region, c.EasyFrom} {
		if n < 0 || n > maxQuantity {
			return badTariff(place, "%d is no minimum; leave it away where there is none", n)
		}
	}
	switch {
	case c.EasyFrom > 0 && c.Nationwide > 0 && c.EasyFrom >= c.Nationwide:
		return badTariff(place, "easy_from %d is not below nationwide %d", c.EasyFrom, c.Nationwide)
	case c.EasySurcharge != 0 && c.EasyFrom == 0:
		return badTariff(place, "easy_surcharge without easy_from")
	case c.TopUp && c.Nationwide == 0 && c.Region == 0:
		return badTariff(place, "top_up without a minimum to top up to")
	}
	if err := checkPrice(place, c.EasySurcharge); err != nil {
		return err
	}
	return checkPrice(place, c.Price)
}
