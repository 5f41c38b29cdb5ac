package web

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"postlift"
	"postlift/responses"
)

// Landing shows the built-in pages of campaigns and takes what is filled in; responses.Service is one.
type Landing interface {
	LandingPage(ctx context.Context, token string) (responses.LandingPage, error)
	Reply(ctx context.Context, token string, r responses.Reply) error
	ReplyObjection(ctx context.Context, token, id string, at time.Time) error
}

// Bounds of the form: its size, how long a served one may be sent, and how often one letter's may be.
const (
	maxForm       = 16 << 10
	formStands    = 24 * time.Hour
	formsAnHour   = 10
	visitsAnHour  = 300 // of one letter, that are recorded
	limitedTokens = 10_000
)

// landingSite are the built-in pages.
type landingSite struct {
	*site
	landing Landing
	secret  []byte
	limit   limiter
}

func newLandingSite(s *site, l Landing, secret []byte) *landingSite {
	if len(secret) == 0 { // forms then hold until this process ends
		secret = make([]byte, 32)
		_, _ = rand.Read(secret) // never fails
	}
	return &landingSite{site: s, landing: l, secret: secret, limit: hourly(formsAnHour)}
}

// landingData is what the page shows. Nothing of the recipient is in it.
type landingData struct {
	responses.LandingPage
	Heading     string
	HeadingLang string
	Paragraphs  []string
	TextLang    string
	Objecting   bool
	Key         string
	Want        string
	Phone       string
	Email       string
	When        string
	Message     string
	Problem     string // key of a text
	Done        string // reply or objection
}

// show answers a GET, which records nothing at all: the visit was recorded by the tracking link.
func (l *landingSite) show(c *gin.Context) {
	token, page, ok := l.page(c)
	if !ok {
		return
	}
	d := landingData{LandingPage: page, Objecting: c.Query("do") == "objection"}
	if done := c.Query("done"); done == "reply" || done == "objection" {
		d.Done = done
	}
	l.answer(c, http.StatusOK, token, d)
}

// page finds the page of the request's token and answers where there is none.
func (l *landingSite) page(c *gin.Context) (token string, page responses.LandingPage, ok bool) {
	c.Header("Cache-Control", "no-store")
	c.Header("X-Robots-Tag", "noindex, nofollow, noarchive")
	token = strings.ToUpper(c.Param("token"))
	err := error(postlift.Faultf(postlift.NotFound, "web.landing", "there is no such page"))
	if tokenForm.MatchString(token) {
		page, err = l.landing.LandingPage(c.Request.Context(), token)
		if err == nil && !page.BuiltIn {
			err = postlift.Faultf(postlift.NotFound, "web.landing", "there is no such page")
		}
	}
	if err != nil {
		l.fail(c, err)
	}
	return token, page, err == nil
}

// answer renders the page with a form of its own.
func (l *landingSite) answer(c *gin.Context, status int, token string, d landingData) {
	lang := languageOf(c)
	d.Heading, d.HeadingLang = d.Title.In(lang)
	var text string
	text, d.TextLang = d.Text.In(lang)
	for part := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		if part = strings.TrimSpace(part); part != "" {
			d.Paragraphs = append(d.Paragraphs, part)
		}
	}
	d.Key = l.formKey(token, l.clock())
	name := "landing"
	if d.Done != "" {
		name = "landing_done"
	}
	l.render(c, status, name, view{Title: "landing.title", Subject: d.Heading, Data: d})
}

// send takes a form: the reply, or the objection that its own page confirmed.
func (l *landingSite) send(c *gin.Context) {
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxForm)
	token, page, ok := l.page(c)
	if !ok {
		return
	}
	if err := c.Request.ParseForm(); err != nil {
		l.fail(c, postlift.Faultf(postlift.Invalid, "web.landing", "the form cannot be read, or is longer than %d bytes", maxForm))
		return
	}
	form := c.Request.PostForm
	d := landingData{LandingPage: page, Objecting: form.Get("do") == "objection", Want: form.Get("want"), Phone: form.Get("phone"),
		Email: form.Get("email"), When: form.Get("when"), Message: form.Get("message")}
	id, at, good := l.readKey(token, form.Get("key"), l.clock())
	switch {
	case !good:
		d.Problem = "landing.problem.old"
		l.answer(c, http.StatusBadRequest, token, d)
		return
	case !l.limit.take(form.Get("do")+" "+token, l.clock()): // replies leave room for an objection
		d.Problem = "landing.problem.often"
		c.Header("Retry-After", strconv.Itoa(int(time.Hour.Seconds())))
		l.answer(c, http.StatusTooManyRequests, token, d)
		return
	}
	done, err := l.record(c.Request.Context(), token, id, at, d)
	switch {
	case postlift.KindOf(err) == postlift.Invalid && err != nil:
		d.Problem = "landing.problem.entry"
		l.answer(c, http.StatusBadRequest, token, d)
	case err != nil:
		l.fail(c, err)
	default: // a reload of what follows sends nothing again
		c.Header("Location", "/l/"+token+"?"+url.Values{"done": {done}, "lang": {languageOf(c)}}.Encode())
		c.Status(http.StatusSeeOther)
	}
}

func (l *landingSite) record(ctx context.Context, token, id string, at time.Time, d landingData) (done string, err error) {
	if d.Objecting {
		return "objection", l.landing.ReplyObjection(ctx, token, "objection-"+id, at)
	}
	return "reply", l.landing.Reply(ctx, token, responses.Reply{ID: "form-" + id, At: at, Want: d.Want, Phone: d.Phone, Email: d.Email, When: d.When, Message: d.Message})
}

var formText = base32.StdEncoding.WithPadding(base32.NoPadding)

// formKey names one served form: randomness, the second of serving, and a keyed hash over both and the token. Nobody who
// was not served the page can make one, no cookie is needed, and the same form sent twice is the same reply.
func (l *landingSite) formKey(token string, now time.Time) string {
	var b [18]byte
	_, _ = rand.Read(b[:10]) // never fails
	binary.BigEndian.PutUint64(b[10:], uint64(now.Unix()))
	return formText.EncodeToString(append(b[:], l.sign(token, b[:])...))
}

func (l *landingSite) sign(token string, b []byte) []byte {
	m := hmac.New(sha256.New, l.secret)
	m.Write([]byte("form\x00" + token + "\x00"))
	m.Write(b)
	return m.Sum(nil)[:16]
}

// readKey gives the form's name and when it was served; false for one that is forged, of another token or too old.
func (l *landingSite) readKey(token, key string, now time.Time) (id string, at time.Time, ok bool) {
	b, err := formText.DecodeString(key)
	if err != nil || len(b) != 34 || !hmac.Equal(b[18:], l.sign(token, b[:18])) {
		return "", at, false
	}
	at = time.Unix(int64(binary.BigEndian.Uint64(b[10:18])), 0).UTC()
	age := now.Sub(at)
	return strings.ToLower(formText.EncodeToString(b[:18])), at, age > -time.Minute && age <= formStands
}

// spent is what was used of a name's allowance.
type spent struct {
	since time.Time
	n     int
}

// limiter allows so many of each name in a time. It is safe for concurrent use.
type limiter struct {
	mu    sync.Mutex
	most  int
	every time.Duration
	size  int // names kept at most
	seen  map[string]spent
}

// hourly allows so many an hour of each token.
func hourly(most int) limiter {
	return limiter{most: most, every: time.Hour, size: limitedTokens, seen: map[string]spent{}}
}

// open tells whether there is one left, and uses none.
func (l *limiter) open(name string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	s, known := l.seen[name]
	age := now.Sub(s.since)
	return !known || age < 0 || age >= l.every || s.n < l.most
}

// take uses one of a name's; false where there is none left. Where there is no room for another name, one that is
// kept is forgotten.
func (l *limiter) take(name string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	s, known := l.seen[name]
	if age := now.Sub(s.since); !known || age < 0 || age >= l.every {
		s = spent{since: now}
	}
	if !known && len(l.seen) >= l.size {
		l.forget(now)
	}
	s.n++
	l.seen[name] = s
	return s.n <= l.most
}

func (l *limiter) forget(now time.Time) {
	for name, s := range l.seen {
		if now.Sub(s.since) >= l.every {
			delete(l.seen, name)
		}
	}
	for name := range l.seen {
		if len(l.seen) < l.size {
			return
		}
		delete(l.seen, name)
	}
}
