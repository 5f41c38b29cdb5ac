package web

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/gin-gonic/gin"

	"postlift"
	"postlift/clv/scoring"
	"postlift/clv/segments"
)

// accountsPerPage is how many accounts a page of the list shows.
const accountsPerPage = 50

// accountsData is one page of the list of accounts.
type accountsData struct {
	scoring.AccountFilter
	Lines       []scoring.AccountLine
	First, Next string // addresses; Next is "" on the last page
}

// Narrowed tells whether anything is left out of the list.
func (d accountsData) Narrowed() bool {
	return d.Search != "" || d.Tier != "" || d.Stage != "" || d.Segment != ""
}

func (s *staff) accounts(c *gin.Context) {
	filter, err := accountFilter(c)
	if err != nil {
		s.fail(c, err)
		return
	}
	lines, err := s.values.AccountsBy(c.Request.Context(), filter)
	if postlift.KindOf(err) == postlift.NotFound {
		s.empty(c, "accounts", "accounts")
		return
	}
	if err != nil {
		s.fail(c, err)
		return
	}
	if len(lines) == 0 && filter.Search != "" && filter.Cursor == "" {
		if card, err := s.values.Account(c.Request.Context(), filter.Search); err == nil { // an id or number instead of a name
			c.Redirect(http.StatusSeeOther, "/accounts/"+url.PathEscape(card.UID))
			return
		}
	}
	data := accountsData{AccountFilter: filter, First: accountsPage(filter, "")}
	if len(lines) > accountsPerPage {
		lines = lines[:accountsPerPage]
		data.Next = accountsPage(filter, lines[len(lines)-1].Cursor)
	}
	data.Lines = lines
	s.render(c, http.StatusOK, "accounts", view{Title: "accounts.title", Nav: "accounts", Data: data})
}

// accountFilter reads what the list is narrowed to, asking for one line more than a page shows.
func accountFilter(c *gin.Context) (scoring.AccountFilter, error) {
	f := scoring.AccountFilter{Search: c.Query("q"), Tier: c.Query("tier"), Stage: c.Query("stage"), Segment: c.Query("segment"),
		Cursor: c.Query("after"), Limit: accountsPerPage + 1}
	bad := func(text string, args ...any) (scoring.AccountFilter, error) {
		return f, postlift.Faultf(postlift.Invalid, "web.accounts", text, args...)
	}
	switch {
	case len(f.Search) > 200 || len(f.Segment) > 200:
		return bad("the search is longer than 200 characters")
	case f.Tier != "" && !slices.Contains(segments.Tiers(), segments.Tier(f.Tier)):
		return bad("%q is not a value tier: choose A to E", f.Tier)
	case f.Stage != "" && !slices.Contains(segments.Stages(), segments.Stage(f.Stage)):
		return bad("%q is not a lifecycle stage", f.Stage)
	}
	return f, nil
}

// accountsPage is the address of a page of the list.
func accountsPage(f scoring.AccountFilter, after string) string {
	q := url.Values{}
	for name, value := range map[string]string{"q": f.Search, "tier": f.Tier, "stage": f.Stage, "segment": f.Segment, "after": after} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if len(q) == 0 {
		return "/accounts"
	}
	return "/accounts?" + q.Encode()
}

// Tiers of value, for a choice.
func (v *view) Tiers() []segments.Tier { return segments.Tiers() }

// Stages of the lifecycle, for a choice.
func (v *view) Stages() []segments.Stage { return segments.Stages() }

// AccountsBy is the address of the list narrowed by one of q, tier, stage and segment.
func (v *view) AccountsBy(name, value string) string {
	return "/accounts?" + url.Values{name: {value}}.Encode()
}
