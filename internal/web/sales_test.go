package web

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"postlift"
	"postlift/responses"
)

// post sends a form; headers come in pairs.
func post(h http.Handler, target string, form url.Values, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", target, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

var hiddenKey = regexp.MustCompile(`name="key" value="([A-Z2-7]+)"`)

func keyIn(t *testing.T, body string) string {
	t.Helper()
	found := hiddenKey.FindStringSubmatch(body)
	if found == nil {
		t.Fatalf("the page has no form: %s", body)
	}
	return found[1]
}

// landingPages is the public listener with built-in pages, at a time that the test moves.
func landingPages(t *testing.T) (h http.Handler, fake *salesFake, at *time.Time, log *bytes.Buffer) {
	t.Helper()
	fake, at, log = newSalesFake(), new(time.Time), &bytes.Buffer{}
	*at = now
	h, err := Public(PublicOptions{Health: newFakes(), Visits: &visits{record: leads}, Landing: fake, FormSecret: []byte("secret"),
		Clock: func() time.Time { return *at }, Log: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	return h, fake, at, log
}

func TestLandingPageShowsNothingOfTheRecipient(t *testing.T) {
	h, fake, _, log := landingPages(t)
	if w := get(h, "GET", "/r/"+goodToken); w.Header().Get("Location") != "/l/"+goodToken {
		t.Errorf("the tracking link leads to %q", w.Header().Get("Location"))
	}
	for _, lang := range languages {
		for _, path := range []string{"", "?do=objection", "?done=reply", "?done=objection", "?done=%3Cb%3E"} {
			w := get(h, "GET", "/l/"+strings.ToLower(goodToken)+path, "Accept-Language", lang)
			body := w.Body.String()
			if w.Code != 200 || w.Header().Get("Cache-Control") != "no-store" || !strings.Contains(w.Header().Get("X-Robots-Tag"), "noindex") || !strings.Contains(w.Header().Get("Content-Security-Policy"), "default-src 'none'") {
				t.Errorf("%s: %d %v", path, w.Code, w.Header())
			}
			checkPage(t, body, lang)
			if strings.Contains(strings.ToUpper(body), goodToken) || strings.Contains(body, "pc_1") || strings.Contains(body, "/accounts") {
				t.Errorf("%s tells the token, the letter or a way inside: %s", path, body)
			}
		}
	}
	if w := get(h, "GET", "/l/"+goodToken, "Accept-Language", "de"); !strings.Contains(w.Body.String(), "Eine Presse") || !strings.Contains(w.Body.String(), `<p lang="en">One.</p>`) {
		t.Error("the German page does not say in which language its text is")
	}
	if w := get(h, "HEAD", "/l/"+goodToken); w.Code != http.StatusNoContent {
		t.Errorf("HEAD answers %d", w.Code)
	}
	for _, target := range []string{"/l/" + strings.Repeat("A", 26), "/l/x", "/l/"} {
		if w := get(h, "GET", target); w.Code != 404 {
			t.Errorf("%s answers %d", target, w.Code)
		}
	}
	if len(fake.replies)+len(fake.objects) != 0 || strings.Contains(log.String(), goodToken) {
		t.Errorf("looking recorded something, or the log tells the token: %v %s", fake.replies, log)
	}
	fake.page.BuiltIn = false
	if w := get(h, "GET", "/l/"+goodToken); w.Code != 404 {
		t.Errorf("a campaign with its own address answers %d", w.Code)
	}
	if w := get(h, "GET", "/r/"+goodToken); w.Header().Get("Location") != landing {
		t.Errorf("and leads to %q", w.Header().Get("Location"))
	}
}

func TestReplyCountsOnce(t *testing.T) {
	h, fake, at, _ := landingPages(t)
	target := "/l/" + goodToken
	key := keyIn(t, get(h, "GET", target).Body.String())
	form := url.Values{"key": {key}, "want": {"quote"}, "phone": {"030 555"}, "message": {hostile}}
	for range 3 { // a double click, and the way back
		*at = at.Add(time.Minute)
		w := post(h, target+"?lang=de", form)
		if w.Code != http.StatusSeeOther || w.Header().Get("Location") != target+"?done=reply&lang=de" {
			t.Fatalf("%d %v %s", w.Code, w.Header(), w.Body)
		}
	}
	if len(fake.replies) != 1 {
		t.Fatalf("%d replies", len(fake.replies))
	}
	for id, r := range fake.replies {
		if !strings.HasPrefix(id, "form-") || !r.At.Equal(now.Truncate(time.Second)) || r.Want != "quote" || r.Phone != "030 555" || r.Message != hostile {
			t.Errorf("%s: %+v", id, r)
		}
	}
	if w := post(h, target, url.Values{"key": {key}}); w.Code != 400 || !strings.Contains(w.Body.String(), "Please say what you would like") {
		t.Errorf("nothing chosen answers %d", w.Code)
	}
	w := post(h, target, url.Values{"key": {keyIn(t, get(h, "GET", target+"?do=objection").Body.String())}, "do": {"objection"}})
	if w.Code != http.StatusSeeOther || len(fake.objects) != 1 {
		t.Errorf("an objection: %d %v", w.Code, fake.objects)
	}
}

func TestReplyRefusesWhatIsForged(t *testing.T) {
	h, fake, at, _ := landingPages(t)
	target := "/l/" + goodToken
	good := keyIn(t, get(h, "GET", target).Body.String())
	elsewhere := (&landingSite{site: &site{}, secret: []byte("secret")}).formKey(strings.Repeat("A", 26), now)
	otherwise := (&landingSite{site: &site{}, secret: []byte("other")}).formKey(goodToken, now)
	swapped := map[bool]string{true: "B", false: "A"}[good[len(good)-10] == 'A']
	tomorrow := (&landingSite{site: &site{}, secret: []byte("secret")}).formKey(goodToken, now.Add(time.Hour))
	for _, key := range []string{"", "x", strings.Repeat("A", len(good)), good[:len(good)-10] + swapped + good[len(good)-9:], elsewhere, otherwise, tomorrow, "%00"} {
		w := post(h, target, url.Values{"key": {key}, "want": {"quote"}, "message": {"kept " + hostile}})
		if w.Code != 400 || !strings.Contains(w.Body.String(), "open for too long") || !strings.Contains(w.Body.String(), "kept &lt;script&gt;") {
			t.Errorf("key %q answers %d", key, w.Code)
		}
		checkPage(t, w.Body.String(), "en")
	}
	if w := post(h, target, url.Values{"key": {good}, "want": {"quote"}}, "Sec-Fetch-Site", "cross-site"); w.Code != http.StatusForbidden {
		t.Errorf("a form from another site answers %d", w.Code)
	}
	if w := post(h, target, url.Values{"key": {good}, "want": {"quote"}, "message": {strings.Repeat("x", maxForm)}}); w.Code != 400 {
		t.Errorf("a form that is too long answers %d", w.Code)
	}
	*at = at.Add(25 * time.Hour)
	if w := post(h, target, url.Values{"key": {good}, "want": {"quote"}}); w.Code != 400 {
		t.Errorf("a form of yesterday answers %d", w.Code)
	}
	if len(fake.replies) != 0 {
		t.Errorf("recorded: %v", fake.replies)
	}
}

func TestRepliesOfOneLetterAreLimited(t *testing.T) {
	h, fake, at, _ := landingPages(t)
	target := "/l/" + goodToken
	for i := range formsAnHour + 5 {
		w := post(h, target, url.Values{"key": {keyIn(t, get(h, "GET", target).Body.String())}, "want": {"quote"}})
		if want := map[bool]int{true: http.StatusSeeOther, false: http.StatusTooManyRequests}[i < formsAnHour]; w.Code != want {
			t.Fatalf("form %d answers %d, want %d", i+1, w.Code, want)
		}
	}
	*at = at.Add(time.Hour)
	if w := post(h, target, url.Values{"key": {keyIn(t, get(h, "GET", target).Body.String())}, "want": {"quote"}}); w.Code != http.StatusSeeOther || len(fake.replies) != formsAnHour+1 {
		t.Errorf("an hour later: %d, %d replies", w.Code, len(fake.replies))
	}
	l := limiter{most: 1, every: time.Hour, size: 3, seen: map[string]spent{}}
	for i := range 100 {
		l.take(fmt.Sprint(i), now)
	}
	if len(l.seen) > 3 {
		t.Errorf("%d names are kept", len(l.seen))
	}
}

func TestQuickEntryPage(t *testing.T) {
	f := newFakes()
	h := f.staff(t)
	page := get(h, "GET", "/entry?q=Muster").Body.String()
	form := url.Values{"key": {keyIn(t, page)}, "who": {"letter:pc_1"}, "kind": {"coupon"}, "on": {"2026-03-01"}, "note": {"n"}, "by": {"  Kim   Müller "}, "q": {"Muster"}}
	w := post(h, "/entry", form)
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/entry?done=coupon" {
		t.Fatalf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	e := f.sales.entries[0]
	if e.PieceUID != "pc_1" || e.AccountUID != "" || e.Kind != responses.Coupon || e.On != postlift.MustDate("2026-03-01") || !strings.HasPrefix(e.ID, "web-") || f.sales.by[0] != "Kim Müller" {
		t.Errorf("entered %+v by %v", e, f.sales.by)
	}
	cookie := w.Header().Get("Set-Cookie")
	if !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Strict") {
		t.Errorf("cookie %q", cookie)
	}
	kept, _, _ := strings.Cut(cookie, ";")
	if page := get(h, "GET", "/entry?q=Muster", "Cookie", kept).Body.String(); !strings.Contains(page, `value="Kim Müller"`) {
		t.Error("the name is asked again")
	}
	for name, value := range map[string]string{"who": "", "by": " ", "on": "soon", "key": "forged"} {
		bad := url.Values{}
		for k, v := range form {
			bad[k] = v
		}
		bad.Set(name, value)
		if w := post(h, "/entry", bad); w.Code != 400 || !strings.Contains(w.Body.String(), `role="alert"`) {
			t.Errorf("%s = %q answers %d", name, value, w.Code)
		}
	}
	if len(f.sales.entries) != 1 {
		t.Errorf("%d entries", len(f.sales.entries))
	}
	if w := post(h, "/entry", form, "Sec-Fetch-Site", "cross-site"); w.Code != http.StatusForbidden {
		t.Errorf("a form from another site answers %d", w.Code)
	}
}

func TestSalesListener(t *testing.T) {
	f, log := newFakes(), &bytes.Buffer{}
	f.sales = newSalesFake()
	h, err := Sales(SalesSiteOptions{Health: f, Settings: f, FollowUps: f.sales, Clock: postlift.FixedClock(now), Log: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range languages {
		w := get(h, "GET", "/sales/"+strings.ToLower(salesKey), "Accept-Language", lang)
		if w.Code != 200 || w.Header().Get("Cache-Control") != "no-store" {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		checkPage(t, w.Body.String(), lang)
		for _, inside := range []string{`href="/`, "holdout", "Kontrollgruppe", "held out"} {
			if strings.Contains(strings.ReplaceAll(w.Body.String(), `href="/static/`, ""), inside) {
				t.Errorf("the owner's page holds %s", inside)
			}
		}
	}
	key := keyIn(t, get(h, "GET", "/sales/"+salesKey).Body.String())
	form := url.Values{"key": {key}, "piece": {"pc_due"}, "result": {"meeting"}, "on": {"2026-03-02"}, "next": {""}, "note": {"n"}}
	w := post(h, "/sales/"+salesKey, form)
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/sales/"+salesKey+"?done=meeting" {
		t.Fatalf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	if r := f.sales.calls[0]; r.ID != "web-"+key+"-pc_due" || r.Result != responses.Meeting || r.On != postlift.MustDate("2026-03-02") || f.sales.by[0] != "Ada Muster" {
		t.Errorf("reported %+v by %v", r, f.sales.by)
	}
	form.Set("on", "soon")
	if w := post(h, "/sales/"+salesKey, form); w.Code != 400 || !strings.Contains(w.Body.String(), `role="alert"`) {
		t.Errorf("a wrong day answers %d", w.Code)
	}
	for _, target := range []string{"/", "/clv", "/accounts/acc_1", "/followups", "/entry", "/sales/", "/sales/x", "/sales/" + strings.Repeat("0", 26)} {
		if w := get(h, "GET", target); w.Code != 404 {
			t.Errorf("%s answers %d", target, w.Code)
		}
	}
	if w := post(h, "/sales/"+strings.Repeat("0", 26), form); w.Code != 404 {
		t.Errorf("a result at an unknown address answers %d", w.Code)
	}
	if strings.Contains(strings.ToUpper(log.String()), salesKey) {
		t.Error("the log tells a key")
	}
}
