package web

import (
	"context"
	"log/slog"
	"net/http"
	"regexp"
	"strings"

	"github.com/gin-gonic/gin"

	"postlift"
	"postlift/responses"
)

// FollowUps lists the letters that sales calls about and takes the results; responses.Service is one.
type FollowUps interface {
	FollowUps(ctx context.Context, owner string, on postlift.Date) (responses.FollowUpList, error)
	FollowUpOwners(ctx context.Context, on postlift.Date) ([]responses.OwnerSummary, error)
	RecordCall(ctx context.Context, r responses.CallResult, owner *responses.Owner, by postlift.Actor) error
	SalesOwner(ctx context.Context, key string) (responses.Owner, error)
}

// Entries finds whom an answer is from and records it; responses.Service is one.
type Entries interface {
	FindEntry(ctx context.Context, text string) ([]responses.EntryMatch, error)
	Enter(ctx context.Context, e responses.Entry, by postlift.Actor) error
}

// SalesOptions are what the pages on follow-ups of the sales people and the quick entry of responses need.
type SalesOptions struct {
	FollowUps FollowUps
	Entries   Entries
}

// salesPages are the pages on follow-ups of the sales people and the quick entry of responses.
func (s *staff) salesPages() map[string]gin.HandlerFunc {
	desk := callDesk{site: s.site, calls: s.FollowUps}
	return map[string]gin.HandlerFunc{"/entry": s.entry, "/followups": desk.owners, "/sales/:key": desk.list}
}

// salesForms take what those pages send.
func (s *staff) salesForms() map[string]gin.HandlerFunc {
	desk := callDesk{site: s.site, calls: s.FollowUps}
	return map[string]gin.HandlerFunc{"/entry": s.enter, "/sales/:key": desk.report}
}

// SalesSiteOptions are what the listener for sales people needs. Every field is needed.
type SalesSiteOptions struct {
	Health    Health
	Settings  Settings
	FollowUps FollowUps
	Clock     postlift.Clock
	Log       *slog.Logger
	Demo      bool
}

// Sales is the handler of the listener that sales people reach: each owner's own list at an address that nobody
// can guess, and health. No other page is there, and no way to one.
func Sales(o SalesSiteOptions) (http.Handler, error) {
	s, err := newSite(o.Log, o.Clock)
	if err != nil {
		return nil, err
	}
	s.public, s.demo, s.settings = true, o.Demo, o.Settings
	desk := callDesk{site: s, calls: o.FollowUps}
	r := s.engine()
	addHealth(r, o.Health, o.Log)
	r.GET("/sales/:key", desk.list)
	r.HEAD("/sales/:key", nothing)
	r.POST("/sales/:key", desk.report)
	return http.NewCrossOriginProtection().Handler(r), nil
}

// keyForm is what the key of an owner's link looks like.
var keyForm = regexp.MustCompile(`^[0-9A-HJKMNP-TV-Z]{26}$`)

// owner finds whose link was followed and answers where it is nobody's.
func (d callDesk) owner(c *gin.Context) (responses.Owner, bool) {
	c.Header("X-Robots-Tag", "noindex, nofollow, noarchive")
	key := strings.ToUpper(c.Param("key"))
	err := error(postlift.Faultf(postlift.NotFound, "web.sales", "there is no such page"))
	var who responses.Owner
	if keyForm.MatchString(key) {
		who, err = d.calls.SalesOwner(c.Request.Context(), key)
	}
	if err != nil {
		d.fail(c, err)
	}
	return who, err == nil
}
