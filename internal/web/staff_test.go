package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"postlift"
	"postlift/campaigns"
	"postlift/clv/scoring"
	"postlift/mailers"
	"postlift/responses"
)

// pages are addresses that answer with a page, covering every route of the staff listener.
var pages = []string{"/", "/clv", "/clv/segments", "/clv/acquisition", "/clv/retention", "/clv/renewals", "/clv/renewals?months=lots&owner=Jana+Beispiel", "/clv/at-risk", "/clv/at-risk?rule=silent&segment=A", "/clv/bridge", "/tasks", "/clv/models", "/clv/runs",
	"/accounts", "/accounts?q=M%C3%BCller", "/accounts?tier=A&stage=at_risk", "/accounts/acc_1", "/accounts/acc_1/what-if",
	"/accounts/acc_1/what-if?term=24&discount=5&notice=30&renew=yes&service=premium&price=2,5&hazard=-20", "/accounts/acc_1/what-if?discount=lots", "/segments", "/segments/seg_1", "/rules", "/rules/rul_1", "/rules/rul_2?do=count", "/rules/try", "/rules/build", "/rules/build?rule=orders+%3E+2+and+%28country+%3D%3D+%22DE%22+or+within_km%2825%2C+%22DE%22%2C+%2270173%22%29%29", "/rules/build?r.group=any&r.0.field=orders&r.0.compare=%3E&r.0.value=lots&do=check", "/rules/try?rule=orders+%3E+2&do=count", "/rules/try?rule=order+%3E+2&do=check", "/campaigns", "/campaigns/cmp_1", "/campaigns/cmp_2", "/campaigns/cmp_2/outlook",
	"/campaigns/cmp_1/why", "/campaigns/cmp_1/why?account=K-1", "/campaigns/cmp_1/why?account=nobody", "/designs", "/designs/winback", "/designs/winback?letter=en&case=extreme&zones=1", "/designs/winback?letter=de&case=absent", "/designs/winback?letter=fr&case=none", "/designs/odd@2", "/batches", "/batches/bt_1", "/results", "/results/cmp_1", "/results/across", "/learning", "/results/across?by=segment&from=2026-01-01", "/results/across?from=yesterday", "/results/programmes", "/results/programmes/prg_1", "/results/programmes/prg_2", "/privacy", "/privacy?from=2026-01-01&to=2026-06-30", "/privacy?from=yesterday",
	"/entry", "/entry?q=Muster", "/entry?q=nobody", "/entry?done=call", "/followups", "/followups?on=2026-03-05&owner=emp_1", "/sales/" + salesKey, "/sales/" + salesKey + "?on=2026-03-05&done=no"}

var (
	inlineStyle  = regexp.MustCompile(`(?i)\sstyle\s*=|<style`)
	scriptTag    = regexp.MustCompile(`(?i)<script|\son[a-z]+\s*=\s*["']|javascript:`)
	outside      = regexp.MustCompile(`(?i)(?:href|src|action|data|poster)\s*=\s*"(?:[a-z][a-z0-9+.-]*:)?//`)
	links        = regexp.MustCompile(`(?:href|src|action)="([^"]*)"`)
	tableOpen    = regexp.MustCompile(`<table[^>]*>\s*<caption`)
	bareHeader   = regexp.MustCompile(`<th(?:>| class="[^"]*">)`)
	labelledBy   = regexp.MustCompile(`<label for="([^"]+)"`)
	inputID      = regexp.MustCompile(`<(?:input|select|textarea)[^>]* id="([^"]+)"`)
	unknownKey   = regexp.MustCompile(`>\s*(?:[a-z_]+\.){1,3}[a-z_]+\s*<`)
	fileNames    = regexp.MustCompile(`(?:manifest\.csv|ticket\.json|stoplist\.csv)|<code>[^<]*</code>`)
	headingOne   = regexp.MustCompile(`<h1[ >]`)
	titleElement = regexp.MustCompile(`<title>[^<]+</title>`)
)

func TestEveryPageIsSafeAndAccessible(t *testing.T) {
	h := newFakes().staff(t)
	for _, lang := range languages {
		for _, path := range pages {
			t.Run(lang+path, func(t *testing.T) {
				w := get(h, "GET", path, "Accept-Language", lang)
				if w.Code != http.StatusOK {
					t.Fatalf("status %d: %s", w.Code, w.Body)
				}
				checkPage(t, w.Body.String(), lang)
				if !strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'none'") || strings.Contains(w.Header().Get("Content-Security-Policy"), "unsafe") {
					t.Errorf("content policy %q", w.Header().Get("Content-Security-Policy"))
				}
				for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cache-Control": "no-store", "Content-Language": lang} {
					if got := w.Header().Get(name); got != want {
						t.Errorf("%s is %q, want %q", name, got, want)
					}
				}
			})
		}
	}
}

func checkPage(t *testing.T, body, lang string) {
	t.Helper()
	for what, found := range map[string]string{"an inline style": inlineStyle.FindString(body), "a script": scriptTag.FindString(body),
		"an outside address": outside.FindString(body), "a text without translation": unknownKey.FindString(fileNames.ReplaceAllString(body, ""))} {
		if found != "" {
			t.Errorf("the page holds %s: %q", what, found)
		}
	}
	if !strings.Contains(body, `<html lang="`+lang+`">`) || !titleElement.MatchString(body) || len(headingOne.FindAllString(body, -1)) != 1 {
		t.Error("language, title or the one h1 is missing")
	}
	if n := strings.Count(body, "<table"); n != len(tableOpen.FindAllString(body, -1)) {
		t.Errorf("%d tables, not all with a caption", n)
	}
	if found := bareHeader.FindString(body); found != "" {
		t.Errorf("a header cell without scope: %q", found)
	}
	labels := map[string]bool{}
	for _, m := range labelledBy.FindAllStringSubmatch(body, -1) {
		labels[m[1]] = true
	}
	for _, m := range inputID.FindAllStringSubmatch(body, -1) {
		if !labels[m[1]] {
			t.Errorf("input %s has no label", m[1])
		}
	}
}

// TestEveryRouteIsTested keeps the list of pages complete.
func TestEveryRouteIsTested(t *testing.T) {
	files := []string{"/batches/bt_1/files/letters-0001.pdf", "/batches/bt_1/proof", "/designs/winback/preview.svg", "/designs/winback/preview.pdf"}
	for route := range (&staff{}).routes() {
		pattern := regexp.MustCompile("^" + regexp.MustCompile(`:[a-z]+`).ReplaceAllString(route, "[^/]+") + "$")
		found := false
		for _, p := range append(files, pages...) {
			path, _, _ := strings.Cut(p, "?")
			found = found || pattern.MatchString(path)
		}
		if !found {
			t.Errorf("no test asks for %s", route)
		}
	}
}

// TestCrawl follows every link from the first page on: none is broken, every page is reached.
func TestCrawl(t *testing.T) {
	h := newFakes().staff(t)
	seen, queue := map[string]bool{"/": true}, []string{"/"}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		w := get(h, "GET", at)
		if w.Code != http.StatusOK {
			t.Errorf("%s answers %d", at, w.Code)
		}
		if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
			continue
		}
		for _, m := range links.FindAllStringSubmatch(w.Body.String(), -1) {
			if strings.HasPrefix(m[1], "tel:") {
				continue // a telephone dials it
			}
			target, err := url.Parse(html.UnescapeString(m[1]))
			if err != nil {
				t.Fatalf("%s links to %q: %v", at, m[1], err)
			}
			if target.Fragment != "" && target.Path == "" {
				if !strings.Contains(w.Body.String(), `id="`+target.Fragment+`"`) {
					t.Errorf("%s links to #%s, which is not there", at, target.Fragment)
				}
				continue
			}
			q := target.Query()
			q.Del("lang")
			target.RawQuery = q.Encode()
			if next := target.String(); !seen[next] {
				seen[next] = true
				queue = append(queue, next)
			}
		}
	}
	for _, want := range []string{"/clv", "/accounts/acc_1", "/campaigns/cmp_1", "/batches/bt_1/files/manifest.csv", "/batches/bt_1/proof", "/results/cmp_1", "/rules/rul_1", "/campaigns/cmp_2/outlook",
		"/designs/winback?case=extreme&letter=en&zones=1", "/designs/winback/preview.pdf?case=present&letter=en", "/designs/odd@2"} {
		if !seen[want] {
			t.Errorf("no link leads to %s", want)
		}
	}
}

func TestLanguageChoice(t *testing.T) {
	h := newFakes().staff(t)
	for _, c := range []struct{ target, header, cookie, want string }{
		{"/", "", "", "en"},
		{"/", "de-AT,de;q=0.9,en;q=0.5", "", "de"},
		{"/", "fr,es", "", "en"},
		{"/", "de", "postlift_lang=en", "en"},
		{"/?lang=de", "en", "postlift_lang=en", "de"},
		{"/?lang=%3Cb%3E", "en", "postlift_lang=xx", "en"},
	} {
		w := get(h, "GET", c.target, "Accept-Language", c.header, "Cookie", c.cookie)
		if !strings.Contains(w.Body.String(), `<html lang="`+c.want+`">`) {
			t.Errorf("%+v is not answered in %s", c, c.want)
		}
	}
	cookie := get(h, "GET", "/?lang=de").Header().Get("Set-Cookie")
	if !strings.Contains(cookie, "postlift_lang=de") || !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Lax") {
		t.Errorf("cookie %q", cookie)
	}
	if page := get(h, "GET", "/accounts?q=a%26b").Body.String(); !strings.Contains(page, `href="/accounts?lang=de&amp;q=a%26b"`) {
		t.Error("switching the language loses the search")
	}
}

func TestFaultsBecomeStatuses(t *testing.T) {
	for kind, want := range map[postlift.Kind]int{postlift.Invalid: 400, postlift.NotFound: 404, postlift.Conflict: 409, postlift.Denied: 403, postlift.Unavailable: 503, postlift.Internal: 500} {
		f := newFakes()
		f.account = func(string) (scoring.AccountCard, error) {
			return scoring.AccountCard{}, &postlift.Fault{Kind: kind, Op: "test", Text: "what " + hostile, Cause: errors.New("hidden cause")}
		}
		h := f.staff(t)
		page := get(h, "GET", "/accounts/x")
		if page.Code != want {
			t.Errorf("%s: status %d, want %d", kind, page.Code, want)
		}
		checkPage(t, page.Body.String(), "en")
		if strings.Contains(page.Body.String(), "hidden cause") || (kind == postlift.Internal && strings.Contains(page.Body.String(), "what ")) {
			t.Errorf("%s: the page tells what it must hide", kind)
		}
		program := get(h, "GET", "/accounts/x", "Accept", "application/json")
		var p problem
		if err := json.Unmarshal(program.Body.Bytes(), &p); err != nil || p.Status != want || p.Kind != kind.String() || program.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: problem %+v, %v, %s", kind, p, err, program.Header().Get("Content-Type"))
		}
		if logged := strings.Count(f.log.String(), "request failed"); (logged == 2) != (want >= 500) {
			t.Errorf("%s: %d errors logged for two requests", kind, logged)
		}
	}
}

func TestPanicIsHiddenAndLoggedOnce(t *testing.T) {
	f := newFakes()
	f.account = func(string) (scoring.AccountCard, error) { panic("secret detail") }
	w := get(f.staff(t), "GET", "/accounts/x")
	if w.Code != 500 || strings.Contains(w.Body.String(), "secret detail") || w.Header().Get("Content-Security-Policy") == "" {
		t.Errorf("status %d, headers %v, body %s", w.Code, w.Header(), w.Body)
	}
	if n := strings.Count(f.log.String(), "secret detail"); n != 1 || strings.Contains(f.log.String(), "request failed") {
		t.Errorf("the panic stands %d times in the log:\n%s", n, &f.log)
	}
}

func TestRequestLogKeepsSearchesOut(t *testing.T) {
	f := newFakes()
	get(f.staff(t), "GET", "/accounts/acc_1?q=Petra+Geheim")
	if s := f.log.String(); !strings.Contains(s, "route=/accounts/:id") || !strings.Contains(s, "status=200") || strings.Contains(s, "Geheim") || strings.Contains(s, "acc_1") {
		t.Errorf("log: %s", s)
	}
}

func TestUnknownPathsAndMethods(t *testing.T) {
	h := newFakes().staff(t)
	for target, want := range map[string]int{"/nothing": 404, "/accounts/acc_2": 404, "/campaigns/x": 404, "/batches/x": 404, "/static/app.css": 404, "/r/" + strings.Repeat("A", 26): 404} {
		if w := get(h, "GET", target); w.Code != want {
			t.Errorf("%s answers %d, want %d", target, w.Code, want)
		}
	}
	if w := get(h, "POST", "/clv"); w.Code != http.StatusMethodNotAllowed || !strings.Contains(w.Header().Get("Allow"), "GET") {
		t.Errorf("POST answers %d, Allow %q", w.Code, w.Header().Get("Allow"))
	}
	if w := get(h, "POST", "/clv", "Sec-Fetch-Site", "cross-site"); w.Code != http.StatusForbidden {
		t.Errorf("a POST from another site answers %d", w.Code)
	}
}

func TestEmptyInstallation(t *testing.T) {
	f := &fakes{unscored: true, unplanned: true}
	h := f.staff(t)
	for path, command := range map[string]string{"/": "postlift clv score", "/clv": "postlift clv score", "/clv/segments": "postlift clv score",
		"/clv/acquisition": "postlift clv score", "/clv/retention": "postlift clv score", "/clv/models": "postlift clv score", "/clv/runs": "postlift clv score",
		"/accounts": "postlift clv score",
		"/segments": "postlift segment create", "/rules": "postlift rule save", "/campaigns": "postlift campaign create", "/batches": "postlift campaign run", "/results": "postlift batch status"} {
		w := get(h, "GET", path)
		if w.Code != 200 || !strings.Contains(w.Body.String(), command) {
			t.Errorf("%s: status %d, no next step %q", path, w.Code, command)
		}
		checkPage(t, w.Body.String(), "en")
	}
	f.list = []campaigns.Campaign{{UID: "cmp_1", Name: "First", State: campaigns.StateDraft}}
	if w := get(h, "GET", "/campaigns/cmp_1"); w.Code != 200 || !strings.Contains(w.Body.String(), "postlift campaign preview cmp_1") {
		t.Errorf("a draft: %d", w.Code)
	}
}

func TestAccountPages(t *testing.T) {
	f := newFakes()
	f.accounts = func(filter scoring.AccountFilter) ([]scoring.AccountLine, error) {
		if filter.Search != "M & K" {
			return nil, nil
		}
		lines := make([]scoring.AccountLine, filter.Limit)
		for i := range lines {
			lines[i] = scoring.AccountLine{UID: fmt.Sprint("acc_", i), Name: fmt.Sprintf("M & K %03d", i), Cursor: fmt.Sprintf("%d.%d", 100-i, i)}
		}
		return lines, nil
	}
	h := f.staff(t)
	page := html.UnescapeString(get(h, "GET", "/accounts?q=M+%26+K").Body.String())
	if n := strings.Count(page, `<tr class="row">`); n != accountsPerPage {
		t.Errorf("%d lines, want %d", n, accountsPerPage)
	}
	if !strings.Contains(page, `href="/accounts?after=51.49&q=M+%26+K"`) {
		t.Error("the next page does not begin after the last line shown")
	}
	w := get(h, "GET", "/accounts?q=K-1")
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/accounts/acc_1" {
		t.Errorf("a customer number leads to %d %q", w.Code, w.Header().Get("Location"))
	}
	if w := get(h, "GET", "/accounts?q=Zzz"); w.Code != 200 || !strings.Contains(w.Body.String(), "No account matches this search.") {
		t.Errorf("nothing found: %d", w.Code)
	}
	if w := get(h, "GET", "/accounts?q="+strings.Repeat("x", 201)); w.Code != 400 {
		t.Errorf("a long search answers %d", w.Code)
	}
}

func TestFunnelAddsUp(t *testing.T) {
	f := newFakes()
	run, _ := f.CurrentRun(t.Context(), "cmp_1")
	lines, _ := funnelLines(run.Funnel)
	left := 0
	for i, l := range lines {
		switch {
		case i == 0:
			left = l.Count
		case l.Total && l.Count != left:
			t.Errorf("%s shows %d, the lines above leave %d", l.Key, l.Count, left)
		case !l.Total:
			left += l.Count
		}
	}
	if left != run.Funnel.Assigned {
		t.Errorf("the funnel ends with %d, want the %d assigned", left, run.Funnel.Assigned)
	}
}

func TestBatchFiles(t *testing.T) {
	f := newFakes()
	h := f.staff(t)
	pdf := get(h, "GET", "/batches/bt_1/files/letters-0001.pdf")
	if pdf.Code != 200 || pdf.Header().Get("Content-Type") != "application/pdf" || !strings.HasPrefix(pdf.Header().Get("Content-Disposition"), "inline") ||
		pdf.Header().Get("Content-Security-Policy") != documentPolicy || pdf.Body.String() != "%PDF-1.7 letters" {
		t.Errorf("PDF: %d %v", pdf.Code, pdf.Header())
	}
	csv := get(h, "GET", "/batches/bt_1/files/manifest.csv")
	if csv.Code != 200 || !strings.HasPrefix(csv.Header().Get("Content-Disposition"), "attachment") {
		t.Errorf("manifest: %d %v", csv.Code, csv.Header())
	}
	if w := get(h, "GET", "/batches/bt_1/proof"); w.Code != 200 || w.Body.String() != "%PDF-1.7 proof" {
		t.Errorf("the proof of an earlier revision is not found: %d", w.Code)
	}
	for _, name := range []string{"letters-0002.pdf", "letters-0009.pdf", "stoplist.csv", "..%2f..%2fsecret", "%2e%2e", "secret"} {
		if w := get(h, "GET", "/batches/bt_1/files/"+name); w.Code != 404 {
			t.Errorf("%s answers %d", name, w.Code)
		}
	}
	f.batches[0].SealedAt = nil
	if w := get(h, "GET", "/batches/bt_1/files/manifest.csv"); w.Code != 404 {
		t.Errorf("a file of a batch that is not sealed answers %d", w.Code)
	}
}

func TestBatchStages(t *testing.T) {
	for _, c := range []struct {
		batch   mailers.Batch
		current string
	}{
		{mailers.Batch{State: mailers.BatchPlanned}, "rendering"},
		{mailers.Batch{State: mailers.BatchSealed}, "sealed"},
		{mailers.Batch{State: mailers.BatchProofed}, "proofed"},
		{mailers.Batch{State: mailers.BatchProofed, ApprovedBy: "A", ApprovedSHA256: "x", ContentSHA256: "x"}, "approved"},
		{mailers.Batch{State: mailers.BatchProofed, ApprovedBy: "A", ApprovedSHA256: "x", ContentSHA256: "y"}, "proofed"},
		{mailers.Batch{State: mailers.BatchPrinting}, "released"},
		{mailers.Batch{State: mailers.BatchCancelled}, ""},
	} {
		current := ""
		for _, s := range stages(c.batch) {
			if s.Mark == "current" {
				current = s.Name
			}
		}
		if current != c.current {
			t.Errorf("%s (approved %t) stands at %q, want %q", c.batch.State, c.batch.Approved(), current, c.current)
		}
	}
}

func TestResultsBeforeThereIsOne(t *testing.T) {
	f := newFakes()
	f.uplift = func(string) (responses.Uplift, error) {
		return responses.Uplift{}, postlift.Faultf(postlift.Conflict, "test", "the letters come in home on 2026-03-07")
	}
	h := f.staff(t)
	for path, want := range map[string]int{"/": 200, "/results": 200, "/results/cmp_1": 409} {
		if w := get(h, "GET", path); w.Code != want {
			t.Errorf("%s answers %d, want %d", path, w.Code, want)
		}
	}
	f.uplift = func(string) (responses.Uplift, error) { return responses.Uplift{}, errors.New("disk") }
	if w := get(h, "GET", "/"); w.Code != 500 {
		t.Errorf("a broken reading is answered with %d", w.Code)
	}
}

func TestHealth(t *testing.T) {
	f := newFakes()
	h := f.staff(t)
	f.ping = errors.New("no database at 10.0.0.5")
	if w := get(h, "GET", "/healthz"); w.Code != 200 {
		t.Errorf("healthz answers %d", w.Code)
	}
	if w := get(h, "GET", "/readyz"); w.Code != 503 || strings.Contains(w.Body.String(), "10.0.0.5") {
		t.Errorf("readyz without a database: %d %s", w.Code, w.Body)
	}
	f.ping, f.schema = nil, postlift.Faultf(postlift.Conflict, "test", "stale")
	if w := get(h, "GET", "/readyz"); w.Code != 503 {
		t.Errorf("readyz with a stale schema: %d", w.Code)
	}
	f.schema = nil
	if w := get(h, "GET", "/readyz"); w.Code != 200 {
		t.Errorf("readyz: %d", w.Code)
	}
}

func TestStaticFilesAreKeptForEver(t *testing.T) {
	h := newFakes().staff(t)
	css := regexp.MustCompile(`href="(/static/app\.[0-9a-f]{12}\.css)"`).FindStringSubmatch(get(h, "GET", "/").Body.String())
	if css == nil {
		t.Fatal("the page names no style sheet")
	}
	w := get(h, "GET", css[1])
	if w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/css") {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if body := w.Body.String(); strings.Contains(body, "url(") || strings.Contains(body, "@import") {
		t.Error("the style sheet loads something else")
	}
}
