package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// measuring is a page that loads every page at every width and writes down which ones are wider than they
// should be, with tables unfolded.
const measuring = `<!doctype html><body><script>
const pages = %s, wide = [];
(async () => {
  for (const page of pages) for (const width of [1600, 1100, 760, 390, 320]) {
    const frame = document.createElement("iframe");
    frame.style.cssText = "border:0;height:900px;width:" + width + "px";
    frame.src = page;
    await new Promise(loaded => { frame.onload = loaded; document.body.append(frame); });
    frame.contentDocument.querySelectorAll("details").forEach(d => d.open = true);
    const is = frame.contentDocument.documentElement.scrollWidth;
    const nav = frame.contentDocument.querySelector(".nav");
    if (nav && nav.scrollWidth > nav.clientWidth) wide.push(page + " at " + width + " cuts the navigation");
    if (is > width) wide.push(page + " at " + width + " is " + is);
    frame.remove();
  }
  await fetch("/measured", { method: "POST", body: wide.join("\n") });
})();
</script></body>`

// TestNoPageOverflows asks a browser whether any page scrolls sideways, on a desk, on a telephone and on a small
// one.
func TestNoPageOverflows(t *testing.T) {
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("there is no chromium to measure pages with")
	}
	var all []string
	for _, path := range pages {
		for _, lang := range languages {
			sep := "?"
			if strings.Contains(path, "?") {
				sep = "&"
			}
			all = append(all, path+sep+"lang="+lang)
		}
	}
	list, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(measure(t, browser, newFakes().staff(t), list)) {
		t.Error(strings.TrimSpace(line))
	}
}

// measure lets a browser load the pages of a site and gives a line for each that is too wide.
func measure(t *testing.T, browser string, site http.Handler, pages []byte) string {
	measured := make(chan string, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/measuring":
			_, _ = fmt.Fprintf(w, measuring, pages)
		case "/measured":
			found, _ := io.ReadAll(r.Body)
			measured <- string(found)
		default:
			answer := httptest.NewRecorder()
			site.ServeHTTP(answer, r)
			w.Header().Set("Content-Type", answer.Header().Get("Content-Type")) // without the policy, which forbids frames and scripts
			w.WriteHeader(answer.Code)
			_, _ = w.Write(answer.Body.Bytes())
		}
	}))
	defer server.Close()
	ctx, stop := context.WithTimeout(t.Context(), 3*time.Minute)
	defer stop()
	profile, err := os.MkdirTemp("", "pages")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(profile) }) // not t.TempDir: the browser's last writes must not fail the test
	var log bytes.Buffer
	run := exec.CommandContext(ctx, browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--remote-debugging-port=0", "--user-data-dir="+profile, server.URL+"/measuring")
	run.Stderr, run.WaitDelay = &log, 10*time.Second
	if err := run.Start(); err != nil {
		t.Fatalf("%s: %v", browser, err)
	}
	var found string
	var ok bool
	select {
	case found = <-measured:
		ok = true
	case <-ctx.Done():
	}
	stop()
	_ = run.Wait() // it was stopped
	if !ok {
		t.Fatalf("the pages were not measured: %s", &log)
	}
	return found
}
