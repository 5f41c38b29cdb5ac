package web

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"postlift"
)

// visits is a Visits that counts.
type visits struct {
	record func(token string) (string, error)
	tokens []string
	at     time.Time
}

func (v *visits) RecordVisit(_ context.Context, token string, at time.Time, eventID string) (string, error) {
	v.tokens, v.at = append(v.tokens, token+eventID), at
	return v.record(token)
}

const (
	goodToken = "K7M29QXP4TBA0CDEFGHJKMNPQR"
	landing   = "https://www.firm.example/offer?x=1&y=%20#top"
)

func public(t *testing.T, v *visits) (http.Handler, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	h, err := Public(PublicOptions{Health: newFakes(), Visits: v, Clock: postlift.FixedClock(now), Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	return h, &log
}

func leads(string) (string, error) { return landing, nil }

func TestTrackingLinkLeadsExactlyToTheLandingPage(t *testing.T) {
	v := &visits{record: leads}
	h, log := public(t, v)
	for _, target := range []string{"/r/" + goodToken, "/r/" + strings.ToLower(goodToken), "/r/" + goodToken + "?to=https://evil.example&lang=de"} {
		w := get(h, "GET", target, "Host", "evil.example", "X-Forwarded-Host", "evil.example", "Referer", "https://evil.example/")
		if w.Code != http.StatusFound || w.Header().Get("Location") != landing {
			t.Errorf("%s leads to %d %q", target, w.Code, w.Header().Get("Location"))
		}
		if w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("Referrer-Policy") != "same-origin" || w.Body.Len() != 0 {
			t.Errorf("headers %v, body %q", w.Header(), w.Body)
		}
	}
	if len(v.tokens) != 3 || v.tokens[1] != goodToken || !v.at.Equal(now) {
		t.Errorf("visits recorded: %v at %v", v.tokens, v.at)
	}
	if strings.Contains(log.String(), goodToken) || strings.Contains(log.String(), "evil") {
		t.Errorf("the log holds a token or what was asked: %s", log)
	}
}

func TestHeadRecordsNothing(t *testing.T) {
	v := &visits{record: leads}
	h, _ := public(t, v)
	if w := get(h, "HEAD", "/r/"+goodToken); w.Code != http.StatusNoContent || w.Header().Get("Location") != "" {
		t.Errorf("HEAD answers %d %v", w.Code, w.Header())
	}
	if len(v.tokens) != 0 {
		t.Errorf("HEAD was recorded: %v", v.tokens)
	}
}

func TestUnknownLinks(t *testing.T) {
	v := &visits{record: func(string) (string, error) {
		return "", postlift.Faultf(postlift.NotFound, "test", "there is no piece with token %s", goodToken)
	}}
	h, _ := public(t, v)
	for _, target := range []string{"/r/" + goodToken, "/r/short", "/r/" + goodToken + "X", "/r/" + strings.Repeat("I", 26), "/r/%3Cscript%3E", "/r/", "/clv", "/"} {
		for lang, want := range map[string]string{"en": "does not lead anywhere", "de": "führt nirgendwohin"} {
			w := get(h, "GET", target, "Accept-Language", lang)
			if w.Code != 404 || !strings.Contains(w.Body.String(), want) || w.Header().Get("Location") != "" {
				t.Errorf("%s in %s: %d %s", target, lang, w.Code, w.Body)
			}
			if strings.Contains(w.Body.String(), goodToken) || strings.Contains(w.Body.String(), "/accounts") {
				t.Errorf("%s tells too much: %s", target, w.Body)
			}
			checkPage(t, w.Body.String(), lang)
		}
	}
	if len(v.tokens) != 2 {
		t.Errorf("malformed tokens reached the service: %v", v.tokens)
	}
}

func TestVisitorIsServedWhenTheVisitCannotBeKept(t *testing.T) {
	v := &visits{record: func(string) (string, error) { return landing, errors.New("disk full") }}
	h, log := public(t, v)
	if w := get(h, "GET", "/r/"+goodToken); w.Code != http.StatusFound || w.Header().Get("Location") != landing {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if strings.Count(log.String(), "disk full") != 1 {
		t.Errorf("the error is not logged once: %s", log)
	}
	v.record = func(string) (string, error) { return "", errors.New("database gone") }
	if w := get(h, "GET", "/r/"+goodToken); w.Code != 500 || strings.Contains(w.Body.String(), "database gone") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestPublicListenerShowsNoStaffPage(t *testing.T) {
	h, _ := public(t, &visits{record: leads})
	for route := range (&staff{}).routes() {
		if w := get(h, "GET", strings.ReplaceAll(route, ":id", "acc_1")); w.Code != 404 {
			t.Errorf("%s answers %d on the public listener", route, w.Code)
		}
	}
	if w := get(h, "GET", "/readyz"); w.Code != 200 {
		t.Errorf("readyz: %d", w.Code)
	}
}
