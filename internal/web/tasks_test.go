package web

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"postlift"
	"postlift/responses"
)

type fakeTasks []responses.Task

func (f fakeTasks) Tasks(_ context.Context, all bool) (out []responses.Task, err error) {
	for _, t := range f {
		if all || t.Decision == "" {
			out = append(out, t)
		}
	}
	return out, nil
}

func TestTasksPage(t *testing.T) {
	opened := time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)
	tasks := fakeTasks{
		{ID: "tsk_1", Kind: responses.NewAddress, AccountID: "K-1", Account: "Muster GmbH", Contact: "Kim Muster", Reason: "moved_new_address", OpenedAt: opened,
			Detail: responses.TaskDetail{Told: &responses.Told{Street: "Neuer Weg 4", Postcode: "12345", City: "Musterstadt"}}},
		{ID: "tsk_2", Kind: responses.Unmatched, Reason: "several", OpenedAt: opened, Detail: responses.TaskDetail{Words: "<b>Beispiel Bau</b>"}},
		{ID: "tsk_3", Kind: responses.DecideObjection, Account: "Beispiel AG", Reason: "refused", OpenedAt: opened, Decision: responses.TaskRejected, By: "Robin"},
	}
	base, err := newSite(slog.New(slog.NewTextHandler(io.Discard, nil)), postlift.FixedClock(opened))
	if err != nil {
		t.Fatal(err)
	}
	engine := base.engine()
	for route, handle := range (TaskOptions{Tasks: tasks}).tasksPages(base) {
		engine.GET(route, handle)
	}
	page := func(path, lang string) string {
		t.Helper()
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("Accept-Language", lang)
		w := httptest.NewRecorder()
		engine.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", path, w.Code, w.Body)
		}
		return w.Body.String()
	}
	for _, c := range []struct {
		path, lang string
		want, not  []string
	}{
		{"/tasks", "en", []string{"Kim Muster, Muster GmbH", "Neuer Weg 4, 12345 Musterstadt", "postlift task done TASK --accept --by NAME", "&lt;b&gt;Beispiel Bau", `href="/accounts/K-1"`}, []string{"tsk_3", "<b>Beispiel"}},
		{"/tasks?all=1", "de", []string{"Annahme verweigert: ein Widerspruch?", "abgelehnt", "Robin", "passt zu mehreren Konten"}, nil},
	} {
		body := page(c.path, c.lang)
		for _, want := range c.want {
			if !strings.Contains(body, want) {
				t.Errorf("%s lacks %q", c.path, want)
			}
		}
		for _, not := range c.not {
			if strings.Contains(body, not) {
				t.Errorf("%s has %q", c.path, not)
			}
		}
	}
}
