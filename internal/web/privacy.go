package web

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"postlift"
	"postlift/campaigns"
)

// privacyData is the page of the data-protection officer.
type privacyData struct {
	campaigns.PrivacyReport
	Sentence string
	Begin    string // as typed
	End      string
	Problem  string
}

// privacy shows what became of the objections received in a period.
func (s *staff) privacy(c *gin.Context) {
	data := privacyData{Begin: c.Query("from"), End: c.Query("to")}
	from, err := typedDate(data.Begin)
	to, endErr := typedDate(data.End)
	if err == nil {
		err = endErr
	}
	if err == nil {
		data.PrivacyReport, err = s.campaigns.PrivacyReport(c.Request.Context(), from, to)
	}
	switch {
	case err != nil && postlift.KindOf(err) == postlift.Invalid:
		data.Problem = postlift.UserText(err)
	case err != nil:
		s.fail(c, err)
		return
	}
	data.Sentence = data.PrivacyReport.Sentence(languageOf(c))
	s.render(c, http.StatusOK, "privacy", view{Title: "privacy.title", Nav: "privacy", Data: data})
}

// typedDate reads a date of a form; an empty field is none.
func typedDate(text string) (postlift.Date, error) {
	if text == "" {
		return 0, nil
	}
	return postlift.ParseDate(text)
}

// Blocked counts whom an objection blocks today.
func (v *view) Blocked(o campaigns.Objected) string {
	return v.Count(o.Contacts + o.Sites + o.Accounts)
}
