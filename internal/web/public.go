package web

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/gin-gonic/gin"

	"postlift"
)

// tokenForm is what a tracking token looks like: 26 characters of base32 without look-alikes.
var tokenForm = regexp.MustCompile(`^[0-9A-HJKMNP-TV-Z]{26}$`)

// Public is the handler of the listener that recipients reach: tracking links and health, nothing else.
func Public(o PublicOptions) (http.Handler, error) {
	s, err := newSite(o.Log, o.Clock)
	if err != nil {
		return nil, err
	}
	s.public = true
	r := s.engine()
	addHealth(r, o.Health, o.Log)
	r.GET("/r/:token", func(c *gin.Context) { s.follow(c, o) })
	// Previews and scanners ask with HEAD: nothing is recorded and nothing told about the token.
	r.HEAD("/r/:token", func(c *gin.Context) {
		c.Header("Cache-Control", "no-store")
		c.Status(http.StatusNoContent)
	})
	return http.NewCrossOriginProtection().Handler(r), nil
}

// follow records a visit and leads to the campaign's landing page. The address is the campaign's own:
// nothing of the request goes into it.
func (s *site) follow(c *gin.Context, o PublicOptions) {
	c.Header("Cache-Control", "no-store")
	token := strings.ToUpper(c.Param("token"))
	if !tokenForm.MatchString(token) {
		s.fail(c, postlift.Faultf(postlift.NotFound, "web.follow", "there is no such link"))
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
	if err != nil { // the visitor is served all the same
		s.log.Error("visit not recorded", "error", err)
	}
	c.Header("Location", landing)
	c.Status(http.StatusFound)
}
