package web

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"postlift"
)

// tokenForm is what a tracking token looks like: 26 characters of base32 without look-alikes.
var tokenForm = regexp.MustCompile(`^[0-9A-HJKMNP-TV-Z]{26}$`)

// Public is the handler of the listener that recipients reach: tracking links, the built-in pages of
// campaigns and health, nothing else.
func Public(o PublicOptions) (http.Handler, error) {
	s, err := newSite(o.Log, o.Clock)
	if err != nil {
		return nil, err
	}
	s.public = true
	r := s.engine()
	addHealth(r, o.Health, o.Log)
	visits := hourly(visitsAnHour)
	r.GET("/r/:token", func(c *gin.Context) { s.follow(c, o, &visits) })
	r.HEAD("/r/:token", nothing)
	if o.Landing != nil {
		l := newLandingSite(s, o.Landing, o.FormSecret)
		r.GET("/l/:token", l.show)
		r.HEAD("/l/:token", nothing)
		r.POST("/l/:token", l.send)
	}
	return http.NewCrossOriginProtection().Handler(r), nil
}

// nothing answers previews and scanners, which ask with HEAD: nothing is recorded and nothing told about the
// token.
func nothing(c *gin.Context) {
	c.Header("Cache-Control", "no-store")
	c.Status(http.StatusNoContent)
}

// follow records a visit and leads to the campaign's landing page, built in or elsewhere. The address is
// the campaign's own: nothing of the request goes into it.
func (s *site) follow(c *gin.Context, o PublicOptions, visits *limiter) {
	c.Header("Cache-Control", "no-store")
	token := strings.ToUpper(c.Param("token"))
	if !tokenForm.MatchString(token) {
		s.fail(c, postlift.Faultf(postlift.NotFound, "web.follow", "there is no such link"))
		return
	}
	if !visits.open(token, s.clock()) { // somebody fills the ledger with visits to one letter
		c.Header("Retry-After", strconv.Itoa(int(time.Hour.Seconds())))
		c.Status(http.StatusTooManyRequests)
		return
	}
	landing, err := o.Visits.RecordVisit(c.Request.Context(), token, s.clock(), "")
	if landing == "" {
		if err == nil {
			err = postlift.Faultf(postlift.NotFound, "web.follow", "the link leads nowhere")
		}
		s.fail(c, err)
		return
	}
	visits.take(token, s.clock()) // of letters that there are: guesses crowd nobody out
	if err != nil {               // the visitor is served all the same
		s.log.Error("visit not recorded", "error", err)
	}
	c.Header("Location", s.leads(c, o, token, landing))
	c.Status(http.StatusFound)
}

// leads is where a token leads: to the campaign's page on this listener, or to the address that it names.
func (s *site) leads(c *gin.Context, o PublicOptions, token, landing string) string {
	if o.Landing == nil {
		return landing
	}
	page, err := o.Landing.LandingPage(c.Request.Context(), token)
	if err != nil { // the address names this listener, too
		s.log.Error("landing page not read", "error", err)
		return landing
	}
	if page.BuiltIn {
		return "/l/" + token
	}
	return landing
}
