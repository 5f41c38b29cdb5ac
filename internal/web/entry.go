package web

import (
	"crypto/rand"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"postlift"
	"postlift/responses"
)

// The cookie that keeps the name of whoever writes answers down.
const (
	nameCookie = "postlift_by"
	nameMaxAge = 365 * 24 * 3600
	maxName    = 80
)

// entryData is the page of the quick entry.
type entryData struct {
	Search  string
	Matches []responses.EntryMatch
	Asked   bool // there was a search
	Kinds   []string
	By      string
	Today   postlift.Date
	On      string
	Note    string
	Key     string
	Done    string
	Problem string
}

// entry shows the field and what it finds.
func (s *staff) entry(c *gin.Context) {
	d := entryData{Search: c.Query("q"), By: nameOf(c)}
	if done := c.Query("done"); slices.Contains(responses.EntryKinds(), done) {
		d.Done = done
	}
	s.entryPage(c, http.StatusOK, d)
}

func (s *staff) entryPage(c *gin.Context, status int, d entryData) {
	d.Kinds, d.Key, d.Today = responses.EntryKinds(), entryKey(), s.today(c)
	if d.On == "" {
		d.On = d.Today.String()
	}
	if strings.TrimSpace(d.Search) != "" {
		d.Asked = true
		var err error
		if d.Matches, err = s.Entries.FindEntry(c.Request.Context(), d.Search); postlift.KindOf(err) == postlift.Invalid && err != nil {
			status, d.Asked = http.StatusBadRequest, false
			d.Problem = postlift.UserText(err)
		} else if err != nil {
			s.fail(c, err)
			return
		}
	}
	s.render(c, status, "entry", view{Title: "entry.title", Nav: "responses", Data: d})
}

// enter records an answer.
func (s *staff) enter(c *gin.Context) {
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxForm)
	if err := c.Request.ParseForm(); err != nil {
		s.fail(c, postlift.Faultf(postlift.Invalid, "web.entry", "the form cannot be read, or is longer than %d bytes", maxForm))
		return
	}
	form := c.Request.PostForm
	e, by, err := readEntry(form)
	if err == nil {
		err = s.Entries.Enter(c.Request.Context(), e, postlift.Person(by))
	}
	switch postlift.KindOf(err) {
	case postlift.Invalid, postlift.Conflict, postlift.NotFound:
		s.entryPage(c, statusOf[postlift.KindOf(err)], entryData{Search: form.Get("q"), By: nameOf(c), On: form.Get("on"), Note: form.Get("note"), Problem: postlift.UserText(err)})
		return
	}
	if err != nil {
		s.fail(c, err)
		return
	}
	http.SetCookie(c.Writer, &http.Cookie{Name: nameCookie, Value: url.QueryEscape(by), Path: "/", MaxAge: nameMaxAge, HttpOnly: true, SameSite: http.SameSiteStrictMode})
	c.Header("Cache-Control", "no-store")
	c.Header("Location", "/entry?"+url.Values{"done": {e.Kind}}.Encode())
	c.Status(http.StatusSeeOther)
}

func readEntry(form url.Values) (e responses.Entry, by string, err error) {
	by = strings.Join(strings.Fields(form.Get("by")), " ")
	if by == "" || utf8.RuneCountInString(by) > maxName || !utf8.ValidString(by) {
		return e, by, postlift.Faultf(postlift.Invalid, "web.entry", "your name: 1 to %d characters are needed, so that it is known who wrote this down", maxName)
	}
	e = responses.Entry{Kind: form.Get("kind"), Note: form.Get("note")}
	if key := form.Get("key"); entryKeyForm.MatchString(key) {
		e.ID = "web-" + key
	}
	switch kind, id, _ := strings.Cut(form.Get("who"), ":"); kind {
	case "letter":
		e.PieceUID = id
	case "account":
		e.AccountUID = id
	default:
		return e, by, postlift.Faultf(postlift.Invalid, "web.entry", "choose the letter or the account that the answer is from")
	}
	if text := form.Get("on"); text != "" {
		e.On, err = postlift.ParseDate(text)
	}
	return e, by, err
}

// nameOf is the name that the browser keeps.
func nameOf(c *gin.Context) string {
	cookie, err := c.Cookie(nameCookie) // gin undoes the escaping
	if err != nil || utf8.RuneCountInString(cookie) > maxName || !utf8.ValidString(cookie) {
		return ""
	}
	return cookie
}

// entryKeyForm is what the key of a form of ours looks like.
var entryKeyForm = regexp.MustCompile(`^[A-Z2-7]{26}$`)

// entryKey names one served form, so that what is sent twice counts once.
func entryKey() string {
	return rand.Text()
}
