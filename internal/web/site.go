package web

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"postlift"
)

//go:embed html/*.html
var htmlFiles embed.FS

// site is what the handlers of one listener share.
type site struct {
	texts  map[string]texts
	assets assets
	pages  map[string]*template.Template
	log    *slog.Logger
	clock  postlift.Clock
	demo   bool
	public bool // the listener of recipients: no navigation

	settings Settings // nil: pages without instants
}

// zone is the organisation's time zone; UTC, which instants then say, where it cannot be read.
func (s *site) zone(ctx context.Context) *time.Location {
	if s.settings == nil {
		return time.UTC
	}
	settings, err := s.settings.Settings(ctx)
	if err != nil {
		s.log.Error("settings cannot be read: instants are told in UTC", "error", err)
		return time.UTC
	}
	return settings.Zone()
}

func newSite(log *slog.Logger, clock postlift.Clock) (*site, error) {
	s := &site{log: log, clock: clock}
	var err error
	if s.texts, err = loadTexts(); err != nil {
		return nil, err
	}
	if s.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	s.pages, err = loadPages()
	return s, err
}

// loadPages parses every page with the frame and the parts around it: files that begin with "_" are
// shared.
func loadPages() (map[string]*template.Template, error) {
	shared, err := template.New("").Funcs(template.FuncMap{"dict": dict}).ParseFS(htmlFiles, "html/_*.html")
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(htmlFiles, "html/*.html")
	if err != nil {
		return nil, err
	}
	pages := map[string]*template.Template{}
	for _, file := range names {
		name := strings.TrimSuffix(path.Base(file), ".html")
		if strings.HasPrefix(name, "_") {
			continue
		}
		page, err := shared.Clone()
		if err == nil {
			page, err = page.ParseFS(htmlFiles, file)
		}
		if err != nil {
			return nil, err
		}
		pages[name] = page
	}
	return pages, nil
}

// engine makes a router with what both listeners have: headers, log, recovery, static files.
func (s *site) engine() *gin.Engine {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.HandleMethodNotAllowed = true
	r.RedirectTrailingSlash, r.RedirectFixedPath = false, false
	r.Use(secure, logged(s.log), recovered(s.log, s.fail))
	r.GET("/static/:name", s.assets.serve)
	r.HEAD("/static/:name", s.assets.serve)
	r.NoRoute(func(c *gin.Context) {
		s.fail(c, postlift.Faultf(postlift.NotFound, "web", "there is no such page"))
	})
	r.NoMethod(func(c *gin.Context) {
		s.problemPage(c, http.StatusMethodNotAllowed, postlift.Faultf(postlift.Invalid, "web", "this address only answers GET"))
	})
	return r
}

// render writes a page. It is built in memory first, so that an error never leaves half a page.
func (s *site) render(c *gin.Context, status int, name string, v view) {
	v.prepare(s, c)
	var b bytes.Buffer
	if err := s.pages[name].ExecuteTemplate(&b, "frame", &v); err != nil {
		s.log.Error("page does not render", "page", name, "error", err)
		c.String(http.StatusInternalServerError, "internal error: see the log")
		return
	}
	c.Header("Cache-Control", "no-store") // the pages hold personal data
	c.Header("Vary", "Accept-Language, Cookie")
	c.Header("Content-Language", v.Lang)
	c.Data(status, "text/html; charset=utf-8", b.Bytes())
}

// fail answers an error as a page, or as a problem document where the client asks for one.
func (s *site) fail(c *gin.Context, err error) {
	s.problemPage(c, logOnce(s.log, c, err), err)
}

func (s *site) problemPage(c *gin.Context, status int, err error) {
	if wantsJSON(c) {
		writeProblem(c, status, err)
		return
	}
	data := problemData{Status: status, Text: postlift.UserText(err), Internal: postlift.KindOf(err) == postlift.Internal}
	s.render(c, status, "problem", view{Title: "problem.title." + statusWord(status), Data: data})
}

// problemData is what an error page shows.
type problemData struct {
	Status   int
	Text     string
	Internal bool
}

// statusWord names the sort of an error page.
func statusWord(status int) string {
	switch status {
	case http.StatusNotFound:
		return "not_found"
	case http.StatusInternalServerError:
		return "internal"
	case http.StatusServiceUnavailable:
		return "unavailable"
	case http.StatusConflict:
		return "conflict"
	}
	return "invalid"
}

// dict passes several values to a shared part: name, value, name, value, …
func dict(pairs ...any) (map[string]any, error) {
	m := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, errors.New("web: a name in dict is not a text")
		}
		m[name] = pairs[i+1]
	}
	return m, nil
}
