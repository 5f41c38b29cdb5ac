package web

import (
	"html/template"
	"slices"

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"postlift"
	"postlift/campaigns"
	"postlift/campaigns/budget"
	"postlift/internal/web/chart"
	"postlift/responses"
)

// curvePart is the curve of value by budget with the same figures for those who do not see it.
type curvePart struct {
	Picture template.HTML
	Points  []curveRow
}

// curveRow is a line of the curve's table.
type curveRow struct {
	campaigns.CurvePoint
	Plan bool // where the plan stands
}

// budgetCurve draws the value after cost that a plan expects by budget; nil where there is nothing to draw.
func (s *staff) budgetCurve(o *campaigns.Outlook, lang string) *curvePart {
	if o == nil || len(o.Curve) < 2 || o.Curve[len(o.Curve)-1].Budget.Minor <= 0 {
		return nil
	}
	p := s.picture(lang, "budget", "campaign.curve", "campaign.curve.lead")
	currency := o.Gain.Value.Currency
	money := func(minor float64) string {
		return responses.WholeMoney(postlift.Money{Minor: postlift.RoundMinor(minor), Currency: currency}, lang)
	}
	at := func(key string, c campaigns.CurvePoint) chart.XY {
		return chart.XY{X: float64(c.Budget.Minor), Y: float64(c.Net.Minor),
			Tip: p.texts.get(key, responses.WholeMoney(c.Budget, lang), responses.WholeMoney(c.Net, lang))}
	}
	part, points := &curvePart{}, []chart.XY{{}}
	for _, c := range o.Curve {
		points = append(points, at("campaign.curve.tip", c))
		part.Points = append(part.Points, curveRow{CurvePoint: c})
	}
	var mark *chart.XY
	if o.Point != nil {
		xy := at("campaign.curve.plan", *o.Point)
		mark = &xy
		part.Points = append(part.Points, curveRow{*o.Point, true})
		slices.SortStableFunc(part.Points, func(a, b curveRow) int { return int(a.Budget.Minor - b.Budget.Minor) })
	}
	part.Picture = drawn(chart.Amounts(p.frame, points, mark, money, money, p.texts.get("campaign.curve.axis"), p.texts.get("campaign.curve.net")))
	return part
}

// What ends a selection, as the page tells why more money would change nothing.
const (
	endsNothing = "everybody" // everybody who earns a letter has one
	endsNumber  = "number"    // capacity or a number of accounts
)

// endOf is what ends the selection of a plan beside its budget.
func endOf(f campaigns.Funnel) string {
	for _, r := range f.Capped {
		if r.Reason == campaigns.Reason(budget.OverCapacity.String()) || r.Reason == campaigns.Reason(budget.BelowTop.String()) {
			return endsNumber
		}
	}
	return endsNothing
}

// Less is how many fewer something is; a number below zero counts.
func (v *view) Less(n int) string { return v.Count(max(-n, 0)) }

// PartName names a part of a quote: what it is for, what the tariff calls it, where to.
func (v *view) PartName(p budget.Part) string {
	name := v.T("quote." + p.Code)
	switch {
	case p.Code == budget.PartProduction && p.Name == flatPart:
		return v.T("quote.flat")
	case p.Name != "":
		name += ": " + v.Or("quote.name", p.Name)
	}
	if p.Country != "" {
		name += ", " + v.Country(p.Country)
	}
	if p.Terms != "" && p.Terms != budget.TermsLetter {
		name += " (" + v.T("quote.terms."+string(p.Terms)) + ")"
	}
	return name
}

// flatPart is what a tariff of one price for each letter calls its only part.
var flatPart = budget.Flat(postlift.Money{Currency: "EUR"}).Production[0].Name

// PartEach writes the price of one piece of a part; nothing where it has none.
func (v *view) PartEach(p budget.Part) string {
	if p.Pieces == 0 {
		return ""
	}
	return p.Each.Format(v.Lang, p.Amount.Currency)
}

// Country is the name of a country by its ISO code; what no country has stands as it is.
func (v *view) Country(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	names := display.English.Regions()
	if v.Lang == "de" {
		names = display.German.Regions()
	}
	return names.Name(region)
}

// Thousand is 1,000 in a currency, without its minor units.
func (v *view) Thousand(currency string) string {
	return v.Whole(postlift.FromMajor(1000, currency))
}
