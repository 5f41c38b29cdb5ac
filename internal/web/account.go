package web

import (
	"context"
	"html/template"
	"net/http"

	"github.com/gin-gonic/gin"

	"postlift"
	"postlift/clv"
	"postlift/clv/scoring"
	"postlift/internal/web/chart"
)

// accountData is one account with its value, how it comes about, and what surrounds it.
type accountData struct {
	Card      scoring.AccountCard
	Places    []string
	Band      template.HTML
	Parts     []part // waterfall
	Picture   template.HTML
	Payback   string          // key
	Still     *postlift.Money // of the acquisition cost: not covered by what was earned so far
	RFM       []rfmWord
	Group     *scoring.CompanyGroup // nil: a company of its own
	Explained *explained            // nil: the run does not hold what it takes
}

// explained is what the engine works out anew.
type explained struct {
	scoring.Explanation
	Picture template.HTML // of the months
	Months  []monthLine
	Now     *postlift.Money // the value with the documents as they are now, where it is another one
}

type monthLine struct {
	scoring.Month
	Costs postlift.Money // all together, negative
}

// part is one line of a waterfall.
type part struct {
	Key    string
	Amount postlift.Money
	Total  bool
}

// rfmWord is one of recency, frequency and value in words.
type rfmWord struct {
	Key   string
	Score int // 1 to 5
}

func (s *staff) account(c *gin.Context) {
	ctx, lang := c.Request.Context(), languageOf(c)
	card, err := s.values.Account(ctx, c.Param("id"))
	if err != nil {
		s.fail(c, err)
		return
	}
	data := accountData{Card: card}
	for _, text := range []string{card.City, card.Country, card.Segment, card.Industry} {
		if text != "" {
			data.Places = append(data.Places, text)
		}
	}
	if card.Value != nil {
		if err := s.value(ctx, &data, lang); err != nil {
			s.fail(c, err)
			return
		}
	}
	s.render(c, http.StatusOK, "account", view{Title: "account.title", Subject: card.Name, Nav: "accounts", Data: data})
}

// value fills in all that is said of an account's value.
func (s *staff) value(ctx context.Context, data *accountData, lang string) error {
	v, currency := data.Card.Value, data.Card.Run.Currency
	data.Parts = valueParts(*v)
	data.Picture = s.partsPicture(data.Parts, currency, lang)
	data.Band = s.bandPicture(*v, currency, lang)
	data.Payback = payback(*v)
	data.RFM = rfmWords(v.RFM)
	group, err := s.insights.CompanyGroup(ctx, data.Card.Run, data.Card.GroupKey)
	if err != nil && postlift.KindOf(err) != postlift.NotFound {
		return err
	}
	if len(group.Members) > 1 {
		data.Group = &group
	}
	found, err := s.worth.Explain(ctx, data.Card.UID)
	switch {
	case postlift.KindOf(err) == postlift.Conflict: // a run of an older program: shown without its months
		return nil
	case err != nil:
		return err
	}
	if gap := v.Acquisition.Minor - found.MarginToDate.Minor; gap > 0 && costKnown(v) {
		data.Still = &postlift.Money{Minor: gap, Currency: currency}
	}
	data.Explained = &explained{Explanation: found}
	for _, m := range found.Months {
		costs := postlift.Money{Minor: -m.Service.Minor - m.Contact.Minor - m.Fulfilment.Minor, Currency: currency}
		data.Explained.Months = append(data.Explained.Months, monthLine{m, costs})
	}
	data.Explained.Now = changed(found.Waterfall, v.Residual)
	data.Explained.Picture = s.monthsPicture(data, lang)
	return nil
}

// changed is the residual value of a waterfall where it is not the published one: documents have come in since.
func changed(steps []scoring.Step, published postlift.Money) *postlift.Money {
	for _, step := range steps {
		if step.Name == clv.StepResidual && step.Amount.Minor != published.Minor {
			return &step.Amount
		}
	}
	return nil
}

// costKnown tells whether the account's acquisition cost is known or assumed at all.
func costKnown(v *scoring.Parts) bool { return v.Acquisition.Minor > 0 }

// payback is the key of what is said of an account's payback.
func payback(v scoring.Parts) string {
	switch {
	case v.PaybackMonth == nil:
		return "unknown"
	case v.Acquisition.Minor == 0 && *v.PaybackMonth < 0:
		return "nocost"
	case *v.PaybackMonth == 0:
		return "already"
	case *v.PaybackMonth < 0:
		return "never"
	}
	return "month"
}

// rfmWords takes a code of three digits apart; anything else says nothing.
func rfmWords(code string) []rfmWord {
	if len(code) != 3 {
		return nil
	}
	var words []rfmWord
	for i, key := range []string{"recency", "frequency", "value"} {
		score := int(code[i] - '0')
		if score < 1 || score > 5 {
			return nil
		}
		words = append(words, rfmWord{key, score})
	}
	return words
}

// valueParts lays an account's value out from its margins over its costs to what remains.
func valueParts(p scoring.Parts) []part {
	less := func(m postlift.Money) postlift.Money { m.Minor = -m.Minor; return m }
	return []part{
		{Key: "committed", Amount: p.Committed},
		{Key: "renewal", Amount: p.Renewal},
		{Key: "expansion", Amount: p.Expansion},
		{Key: "orders", Amount: p.Orders},
		{Key: "service", Amount: less(p.Service)},
		{Key: "contact", Amount: less(p.Contact)},
		{Key: "fulfilment", Amount: less(p.Fulfilment)},
		{Key: "residual", Amount: p.Residual, Total: true},
		{Key: "acquisition", Amount: less(p.Acquisition)},
		{Key: "prospect", Amount: p.Prospect, Total: true},
	}
}

// partsPicture draws the parts as a waterfall.
func (s *staff) partsPicture(parts []part, currency, lang string) template.HTML {
	p := s.picture(lang, "parts", "account.parts", "account.parts.lead")
	list := make([]chart.Part, len(parts))
	for i, one := range parts {
		list[i] = chart.Part{Label: p.texts.get("part." + one.Key), Value: one.Amount.Major(), Total: one.Total}
	}
	return drawn(chart.Parts(p.frame, list, p.money(currency)))
}

// bandPicture draws the value with its band and the acquisition cost.
func (s *staff) bandPicture(v scoring.Parts, currency, lang string) template.HTML {
	if v.Band == nil {
		return ""
	}
	p := s.picture(lang, "band", "account.band", "account.band.lead")
	row := chart.Band{Value: v.Residual.Major(), Low: v.Band.Low.Major(), Median: v.Band.Median.Major(), High: v.Band.High.Major()}
	if costKnown(&v) {
		cost := v.Acquisition.Major()
		row.Mark = &cost
	}
	return p.bands([]chart.Band{row}, currency)
}

// Unsure lists what the marked product groups are marked for.
func (e *explained) Unsure() []string {
	var all [][]string
	for _, a := range e.Adoptions {
		all = append(all, a.Flags)
	}
	return union(all...)
}

// monthsPicture draws what each month brings, and what has come together by its end.
func (s *staff) monthsPicture(data *accountData, lang string) template.HTML {
	months := data.Explained.Months
	if len(months) == 0 {
		return ""
	}
	p := s.picture(lang, "months", "account.months.title", "account.months.lead")
	m := chart.Months{Axis: p.texts.get("account.month"), Line: &chart.Path{Name: p.texts.get("account.revenue"), Kind: chart.Neutral},
		Sum: &chart.Path{Name: p.texts.get("account.cumulative"), Kind: chart.Treated}, Values: make([][]float64, 5)}
	for i, key := range []string{"part.committed", "part.renewal", "part.expansion", "part.orders", "account.costs"} {
		kinds := []chart.Kind{chart.Treated, chart.Fourth, chart.Fifth, chart.Holdout, chart.Third}
		m.Columns = append(m.Columns, chart.Column{Name: p.texts.get(key), Kind: kinds[i]})
	}
	for _, one := range months {
		m.Labels = append(m.Labels, one.From.Time().Format("01/06"))
		for k, v := range []float64{one.Committed.Major(), one.Renewal.Major(), one.Expansion.Major(), one.Orders.Major(), one.Costs.Major()} {
			m.Values[k] = append(m.Values[k], v)
		}
		m.Line.Values = append(m.Line.Values, one.Revenue.Major())
		m.Sum.Values = append(m.Sum.Values, one.Cumulative.Major())
	}
	if data.Still != nil {
		m.Level = &chart.Level{Name: p.texts.get("account.still"), Value: data.Still.Major()}
		if month := data.Card.Value.PaybackMonth; month != nil && *month > 0 {
			m.Mark, m.Marked = *month, p.texts.get("payback.month", *month)
		}
	}
	return drawn(chart.StackedMonths(p.frame, m, p.money(data.Card.Run.Currency)))
}
