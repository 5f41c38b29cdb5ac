package web

import (
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"postlift"
	"postlift/clv"
	"postlift/clv/scoring"
	"postlift/internal/web/chart"
)

// whatIfData is an account's value today beside its value after a change.
type whatIfData struct {
	Card   scoring.AccountCard
	Form   whatIfForm
	Levels []string // service levels with a known cost
	Wrong  string   // what cannot be, in the reader's words; "" for nothing
	Found  *scoring.Difference
	Band   template.HTML
}

// whatIfForm is the form as it was filled in, empty for unchanged.
type whatIfForm struct{ Term, Discount, Notice, Renew, Service, Price, Hazard string }

// Filled tells whether anything is to be changed.
func (f whatIfForm) Filled() bool { return f != whatIfForm{} }

// whatIfTerms are the lengths of contract that can be tried, in months.
var whatIfTerms = []string{"1", "12", "24", "36"}

// Terms that can be tried.
func (whatIfData) Terms() []string { return whatIfTerms }

func (s *staff) whatIf(c *gin.Context) {
	ctx, lang := c.Request.Context(), languageOf(c)
	card, err := s.values.Account(ctx, c.Param("id"))
	if err != nil {
		s.fail(c, err)
		return
	}
	q := func(name string) string { return strings.TrimSpace(c.Query(name)) }
	data := whatIfData{Card: card, Levels: serviceLevels(card.Run),
		Form: whatIfForm{Term: q("term"), Discount: q("discount"), Notice: q("notice"), Renew: q("renew"), Service: q("service"), Price: q("price"), Hazard: q("hazard")}}
	if data.Form.Filled() {
		change, wrong := data.Form.change(data.Levels)
		if wrong != "" {
			data.Wrong = s.texts[lang].get("whatif.wrong." + wrong)
		} else if err := s.difference(c, &data, change, lang); err != nil {
			s.fail(c, err)
			return
		}
	}
	s.render(c, http.StatusOK, "whatif", view{Title: "whatif.title", Subject: card.Name, Nav: "accounts", Data: data})
}

// difference values the change; what it cannot value is told on the form.
func (s *staff) difference(c *gin.Context, data *whatIfData, change clv.Change, lang string) error {
	found, err := s.worth.WhatIf(c.Request.Context(), data.Card.UID, change)
	switch postlift.KindOf(err) {
	case postlift.Invalid:
		data.Wrong = postlift.UserText(err)
		return nil
	case postlift.Conflict:
		data.Wrong = s.texts[lang].get("whatif.old")
		return nil
	}
	if err != nil {
		return err
	}
	data.Found = &found
	p := s.picture(lang, "change", "whatif.picture", "whatif.picture.lead")
	parts := []chart.Part{{Label: p.texts.get("whatif.before"), Value: found.Before.Major(), Total: true}}
	for _, step := range found.Steps {
		if d := step.After.Major() - step.Before.Major(); d != 0 {
			parts = append(parts, chart.Part{Label: p.texts.get("part." + partKey(step.Name)), Value: d})
		}
	}
	parts = append(parts, chart.Part{Label: p.texts.get("whatif.after"), Value: found.After.Major(), Total: true})
	data.Band = drawn(chart.Parts(p.frame, parts, p.money(found.Before.Currency)))
	return nil
}

// partKey is the name of a part in the texts.
func partKey(step string) string {
	if step == clv.StepFulfil {
		return "fulfilment"
	}
	return step
}

// PartKey is the name of a part in the texts.
func (whatIfData) PartKey(step string) string { return partKey(step) }

// Delta is what the change does to one part.
func (whatIfData) Delta(c scoring.Change) postlift.Money {
	return postlift.Money{Minor: c.After.Minor - c.Before.Minor, Currency: c.After.Currency}
}

// serviceLevels are those whose cost the run knows, the default aside.
func serviceLevels(run scoring.Run) []string {
	levels := slices.Sorted(maps.Keys(run.Assumptions.ServiceMinor))
	return slices.DeleteFunc(levels, func(name string) bool { return name == "default" || name == "" })
}

// change reads the form; wrong names the field that cannot be read.
func (f whatIfForm) change(levels []string) (ch clv.Change, wrong string) {
	var ok bool
	if f.Term != "" {
		if ch.TermMonths, ok = whole(f.Term, 1, 120); !ok {
			return ch, "term"
		}
	}
	if f.Notice != "" {
		days, ok := whole(f.Notice, 0, 730)
		if !ok {
			return ch, "notice"
		}
		ch.NoticeDays = &days
	}
	if ch.Discount, ok = percent(f.Discount, -100, 100); !ok {
		return ch, "discount"
	}
	if ch.PriceChange, ok = percent(f.Price, -99, 1000); !ok {
		return ch, "price"
	}
	switch f.Renew {
	case "yes", "no":
		renew := f.Renew == "yes"
		ch.AutoRenew = &renew
	case "":
	default:
		return ch, "renew"
	}
	if f.Service != "" {
		if f.Service != "default" && !slices.Contains(levels, f.Service) {
			return ch, "service"
		}
		level := f.Service
		if level == "default" {
			level = ""
		}
		ch.ServiceLevel = &level
	}
	hazard, ok := percent(f.Hazard, -100, 900)
	if !ok || hazard == -1 {
		return ch, "hazard"
	}
	if hazard != 0 {
		ch.HazardFactor = 1 + hazard
	}
	return ch, ""
}

// whole reads a whole number within limits.
func whole(s string, least, most int) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= least && n <= most
}

// percent reads a percentage, written with a comma or a point, as a share; nothing is 0.
func percent(s string, least, most float64) (float64, bool) {
	s = strings.TrimSpace(strings.TrimSuffix(s, "%"))
	if s == "" {
		return 0, true
	}
	v, err := strconv.ParseFloat(strings.Replace(s, ",", ".", 1), 64)
	return v / 100, err == nil && v >= least && v <= most
}
