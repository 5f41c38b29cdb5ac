package main

import (
	"bytes"
	"context"
	"html"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"postlift"
)

// serving starts both listeners over a data folder on free ports and stops them when the test ends.
func serving(t *testing.T, a *app) (public, staff string) {
	t.Helper()
	a.cfg.PublicAddr, a.cfg.StaffAddr = "127.0.0.1:0", "127.0.0.1:0"
	ctx, stop := context.WithCancel(context.Background())
	type bases struct{ public, staff string }
	ready, ended := make(chan bases, 1), make(chan error, 1)
	go func() {
		ended <- a.serve(ctx, func(public, staff string) { ready <- bases{public, staff} })
	}()
	select {
	case b := <-ready:
		t.Cleanup(func() {
			stop()
			if err := <-ended; err != nil {
				t.Errorf("serve ended with %v", err)
			}
			if err := a.close(); err != nil {
				t.Error(err)
			}
		})
		return b.public, b.staff
	case err := <-ended:
		stop()
		t.Fatalf("serve: %v", err)
	}
	return "", ""
}

func testApp(t *testing.T, data string) (*app, *bytes.Buffer) {
	t.Helper()
	cfg, err := loadConfig(data, nil)
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	var mu sync.Mutex
	return &app{cfg: cfg, errOut: io.Discard, out: io.Discard, clock: time.Now,
		log: slog.New(slog.NewTextHandler(locked{&mu, &log}, nil))}, &log
}

// locked lets handlers of several connections write one buffer.
type locked struct {
	mu *sync.Mutex
	to io.Writer
}

func (l locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.to.Write(p)
}

// answer is a response that was read to its end.
type answer struct {
	code         int
	kind, target string // Content-Type and Location
	body         string
}

func fetch(t *testing.T, url string) answer {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header.Get("Content-Type"), res.Header.Get("Location"), string(body)}
}

// TestServeShowsADemo plays a small demo and follows every link of its pages, then a letter's own link.
func TestServeShowsADemo(t *testing.T) {
	dir := t.TempDir()
	player, _ := testApp(t, dir)
	d := &demo{app: player, dir: dir, start: time.Now(),
		demoConfig: demoConfig{Seed: 3, Accounts: 300, AsOf: postlift.MustDate(defaultAsOf), BaseURL: "http://localhost:8080"}}
	if err := d.play(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := player.close(); err != nil {
		t.Fatal(err)
	}
	a, log := testApp(t, dir)
	public, staff := serving(t, a)
	crawl(t, staff)
	if page := fetch(t, staff+"/results"); !strings.Contains(page.body, "/results/cmp_") {
		t.Error("the demo's result is not listed")
	}
	manifest, err := os.ReadFile(filepath.Join(batchFolder(dir, d.summary), "manifest.csv"))
	if err != nil {
		t.Fatal(err)
	}
	token := regexp.MustCompile(`http://localhost:8080(/r/[0-9A-Z]{26})`).FindSubmatch(manifest)
	if token == nil {
		t.Fatal("the manifest holds no tracking link")
	}
	link := fetch(t, public+string(token[1])+"?x=1")
	if link.code != http.StatusFound || link.target != strings.Replace(string(token[1]), "/r/", "/l/", 1) {
		t.Errorf("a letter's link leads to %d %q", link.code, link.target)
	}
	if page := fetch(t, public+link.target); page.code != http.StatusOK || !strings.Contains(page.body, "<form") {
		t.Errorf("the landing page answers %d", page.code)
	}
	if page := fetch(t, public+"/accounts"); page.code != http.StatusNotFound {
		t.Errorf("the public listener shows a staff page: %d", page.code)
	}
	if strings.Contains(log.String(), string(token[1])) || strings.Contains(log.String(), "level=ERROR") {
		t.Errorf("log:\n%s", log)
	}
}

var pageLinks = regexp.MustCompile(`(?:href|src)="(/[^"]*)"`)

func crawl(t *testing.T, base string) {
	t.Helper()
	seen, queue := map[string]bool{"/": true}, []string{"/"}
	for len(queue) > 0 && len(seen) < 2000 {
		at := queue[0]
		queue = queue[1:]
		page := fetch(t, base+at)
		if page.code != http.StatusOK {
			t.Errorf("%s answers %d", at, page.code)
		}
		if !strings.HasPrefix(page.kind, "text/html") {
			continue
		}
		for _, m := range pageLinks.FindAllStringSubmatch(page.body, -1) {
			next := html.UnescapeString(m[1])
			if !strings.Contains(next, "lang=") && !seen[next] {
				seen[next] = true
				queue = append(queue, next)
			}
		}
	}
	if len(seen) < 100 {
		t.Errorf("only %d addresses were reached", len(seen))
	}
}

func TestServeRefusesAStaleSchemaAndATakenPort(t *testing.T) {
	data := t.TempDir()
	write(t, filepath.Join(data, "postlift.db"), "") // an embedded database before its first migration
	a, _ := testApp(t, data)
	if err := a.serve(t.Context(), func(string, string) { t.Error("it serves") }); postlift.KindOf(err) != postlift.Conflict {
		t.Errorf("a stale schema: %v", err)
	}
	if _, err := a.db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	a.cfg.PublicAddr, a.cfg.StaffAddr = "127.0.0.1:0", taken.Addr().String()
	err = a.serve(t.Context(), func(string, string) { t.Error("it serves") })
	if postlift.KindOf(err) != postlift.Invalid || !strings.Contains(err.Error(), "POSTLIFT_STAFF_ADDR") {
		t.Errorf("a taken port: %v", err)
	}
	if err := a.close(); err != nil {
		t.Error(err)
	}
}
