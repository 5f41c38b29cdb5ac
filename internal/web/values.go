package web

import (
	"html/template"
	"math"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"postlift"
	"postlift/clv/scoring"
	"postlift/internal/web/chart"
	"postlift/responses"
)

// accountsPerPage is how many accounts a page of the list shows.
const accountsPerPage = 50

// clvData is the spread of customer value.
type clvData struct {
	Run       scoring.Run
	Mean      postlift.Money
	Bins      []scoring.Bin
	Histogram template.HTML
	Deciles   []decileLine
	TopShare  float64 // of the total, held by the best tenth
	Renewals  int     // observed renewal decisions
}

type decileLine struct {
	scoring.Decile
	Bar bar
}

func (s *staff) clv(c *gin.Context) {
	d, err := s.values.Distribution(c.Request.Context())
	if postlift.KindOf(err) == postlift.NotFound {
		s.empty(c, "clv", "clv")
		return
	}
	if err != nil {
		s.fail(c, err)
		return
	}
	s.render(c, http.StatusOK, "clv", view{Title: "clv.title", Nav: "clv", Data: s.spread(d, languageOf(c))})
}

// spread adds the bars and the share of the best tenth to a distribution.
func (s *staff) spread(d scoring.Distribution, lang string) clvData {
	data := clvData{Run: d.Run, Bins: d.Bins, Renewals: d.Run.Params.Renewals["all"].Decisions, Mean: postlift.Money{Currency: d.Run.Currency}}
	if d.Run.Accounts > 0 {
		data.Mean.Minor = d.Run.Total.Minor / d.Run.Accounts
	}
	var scale barScale
	for _, t := range d.Deciles {
		scale.low, scale.high = min(scale.low, float64(t.Total.Minor)), max(scale.high, float64(t.Total.Minor))
	}
	for _, t := range d.Deciles {
		data.Deciles = append(data.Deciles, decileLine{t, scale.span("plus", 0, float64(t.Total.Minor))})
		if t.Decile == 1 && d.Run.Total.Minor > 0 {
			data.TopShare = float64(t.Total.Minor) / float64(d.Run.Total.Minor)
		}
	}
	data.Histogram = s.histogram(d, lang)
	return data
}

// histogram draws how many accounts lie in each range of value; the outer ranges have no outer bound.
func (s *staff) histogram(d scoring.Distribution, lang string) template.HTML {
	bins := make([]chart.Bin, len(d.Bins))
	for i, b := range d.Bins {
		bins[i] = chart.Bin{Low: math.Inf(-1), High: math.Inf(1), N: float64(b.Accounts)}
		if b.From != nil {
			bins[i].Low = b.From.Major()
		}
		if b.To != nil {
			bins[i].High = b.To.Major()
		}
	}
	bound := func(v float64) string {
		if math.IsInf(v, 0) {
			return "…"
		}
		return responses.WholeMoney(postlift.FromMajor(v, d.Run.Currency), lang)
	}
	count := func(n float64) string { return responses.WholeNumber(int(n), lang) }
	frame := chart.Frame{ID: "spread", Title: s.texts[lang].get("clv.spread"), Desc: s.texts[lang].get("clv.spread.lead"), Width: 960}
	return template.HTML(chart.Histogram(frame, bins, bound, count)) //nolint:gosec // the chart escapes every text that it draws
}

// accountsData is one page of the list of accounts.
type accountsData struct {
	Search, After string
	Lines         []scoring.AccountLine
	First, Next   string // addresses; Next is "" on the last page
}

func (s *staff) accounts(c *gin.Context) {
	data := accountsData{Search: c.Query("q"), After: c.Query("after")}
	if len(data.Search) > 200 {
		s.fail(c, postlift.Faultf(postlift.Invalid, "web.accounts", "the search is longer than 200 characters"))
		return
	}
	lines, err := s.values.Accounts(c.Request.Context(), data.Search, data.After, accountsPerPage+1)
	if postlift.KindOf(err) == postlift.NotFound {
		s.empty(c, "accounts", "accounts")
		return
	}
	if err != nil {
		s.fail(c, err)
		return
	}
	if len(lines) == 0 && data.Search != "" && data.After == "" {
		if card, err := s.values.Account(c.Request.Context(), data.Search); err == nil { // an id or number instead of a name
			c.Redirect(http.StatusSeeOther, "/accounts/"+url.PathEscape(card.UID))
			return
		}
	}
	data.First = accountsPage(data.Search, "")
	if len(lines) > accountsPerPage {
		lines = lines[:accountsPerPage]
		data.Next = accountsPage(data.Search, lines[len(lines)-1].Cursor)
	}
	data.Lines = lines
	s.render(c, http.StatusOK, "accounts", view{Title: "accounts.title", Nav: "accounts", Data: data})
}

func accountsPage(search, after string) string {
	q := url.Values{}
	if search != "" {
		q.Set("q", search)
	}
	if after != "" {
		q.Set("after", after)
	}
	if len(q) == 0 {
		return "/accounts"
	}
	return "/accounts?" + q.Encode()
}

// accountData is one account with its value as a waterfall.
type accountData struct {
	Card   scoring.AccountCard
	Places []string
	Parts  []step
}

func (s *staff) account(c *gin.Context) {
	card, err := s.values.Account(c.Request.Context(), c.Param("id"))
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
		data.Parts = valueParts(*card.Value)
	}
	s.render(c, http.StatusOK, "account", view{Title: "account.title", Subject: card.Name, Nav: "accounts", Data: data})
}

// valueParts lays an account's value out from its margins over its costs to what remains.
func valueParts(p scoring.Parts) []step {
	less := func(m postlift.Money) postlift.Money { m.Minor = -m.Minor; return m }
	return waterfall([]step{
		{Key: "orders", Amount: p.Orders},
		{Key: "committed", Amount: p.Committed},
		{Key: "renewal", Amount: p.Renewal},
		{Key: "service", Amount: less(p.Service)},
		{Key: "fulfilment", Amount: less(p.Fulfilment)},
		{Key: "residual", Amount: p.Residual, Total: true},
		{Key: "acquisition", Amount: less(p.Acquisition)},
		{Key: "prospect", Amount: p.Prospect, Total: true},
	})
}
