package web

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"postlift"
)

// A browser sends "Origin: null" with a form of a page whose policy is no-referrer, and without TLS nothing that tells
// where the form came from. So the policy lets our own forms name their origin, and null is another site's.
func TestFormsWithoutTLS(t *testing.T) {
	h, fake, _, _ := landingPages(t)
	target := "http://10.0.0.5:8080/l/" + goodToken
	page := get(h, "GET", target)
	if policy := page.Header().Get("Referrer-Policy"); policy != "same-origin" {
		t.Errorf("the policy is %s: browsers then hide the form's origin, or tell the token to others", policy)
	}
	form := url.Values{"key": {keyIn(t, page.Body.String())}, "want": {"quote"}}
	for origin, want := range map[string]int{"null": http.StatusForbidden, "http://evil.example": http.StatusForbidden, "http://10.0.0.5:8080": http.StatusSeeOther} {
		if w := post(h, target, form, "Origin", origin); w.Code != want {
			t.Errorf("origin %s answers %d, want %d", origin, w.Code, want)
		}
	}
	if len(fake.replies) != 1 {
		t.Errorf("%d replies", len(fake.replies))
	}
}

// Every form of every listener refuses what another site sends, before anything is read or recorded.
func TestNoFormIsTakenFromAnotherSite(t *testing.T) {
	f := newFakes()
	f.sales = newSalesFake()
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	sales, err := Sales(SalesSiteOptions{Health: f, Settings: f, FollowUps: f.sales, Clock: postlift.FixedClock(now), Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	landing, fake, _, _ := landingPages(t)
	for _, c := range []struct {
		h      http.Handler
		target string
	}{{sales, "/sales/" + salesKey}, {landing, "/l/" + goodToken}} {
		for _, headers := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"}} {
			if w := post(c.h, c.target, url.Values{"piece": {"pc_due"}, "result": {"meeting"}, "key": {"A"}}, headers...); w.Code != http.StatusForbidden {
				t.Errorf("%s with %v answers %d", c.target, headers, w.Code)
			}
		}
		if w := post(c.h, c.target, url.Values{"note": {strings.Repeat("x", 1<<20)}}); w.Code != 400 {
			t.Errorf("%s with a body of 1 MiB answers %d", c.target, w.Code)
		}
	}
	if len(f.sales.calls)+len(fake.replies)+len(fake.objects) != 0 {
		t.Error("something was recorded")
	}
}

// However many replies somebody sends, an objection is taken.
func TestRepliesLeaveRoomForAnObjection(t *testing.T) {
	h, fake, _, _ := landingPages(t)
	target := "/l/" + goodToken
	for range formsAnHour + 1 {
		post(h, target, url.Values{"key": {keyIn(t, get(h, "GET", target).Body.String())}, "want": {"quote"}})
	}
	w := post(h, target, url.Values{"key": {keyIn(t, get(h, "GET", target+"?do=objection").Body.String())}, "do": {"objection"}})
	if w.Code != http.StatusSeeOther || len(fake.objects) != 1 {
		t.Errorf("an objection after %d replies answers %d", formsAnHour+1, w.Code)
	}
}

// Whoever holds one letter cannot fill the ledger with visits to it, and guesses take no room.
func TestVisitsOfOneLetterAreLimited(t *testing.T) {
	v, at := &visits{record: leads}, now
	h, err := Public(PublicOptions{Health: newFakes(), Visits: v, Clock: func() time.Time { return at }, Log: slog.New(slog.NewTextHandler(&bytes.Buffer{}, nil))})
	if err != nil {
		t.Fatal(err)
	}
	for i := range visitsAnHour + 5 {
		want := map[bool]int{true: http.StatusFound, false: http.StatusTooManyRequests}[i < visitsAnHour]
		if w := get(h, "GET", "/r/"+goodToken); w.Code != want {
			t.Fatalf("visit %d answers %d, want %d", i+1, w.Code, want)
		}
	}
	if len(v.tokens) != visitsAnHour {
		t.Errorf("%d visits are recorded", len(v.tokens))
	}
	if w := get(h, "GET", "/r/"+strings.Repeat("A", 26)); w.Code != http.StatusFound {
		t.Errorf("another letter answers %d", w.Code)
	}
	at = at.Add(time.Hour)
	if w := get(h, "GET", "/r/"+goodToken); w.Code != http.StatusFound {
		t.Errorf("an hour later: %d", w.Code)
	}
}
