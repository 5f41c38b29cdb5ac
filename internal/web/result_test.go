package web

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"postlift/responses"
	"postlift/responses/paper"
)

// A report can be kept in every form; a server without a printer says so and offers no PDF.
func TestResultFiles(t *testing.T) {
	f := newFakes()
	h := f.staff(t)
	for form, want := range map[string][2]string{"csv": {"text/csv; charset=utf-8", "section,key,value,low,high,unit\n"}, "json": {"application/json", "{\n"}} {
		w := get(h, "GET", "/results/cmp_1."+form)
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != want[0] || !strings.HasPrefix(w.Body.String(), want[1]) {
			t.Errorf("%s: status %d, %s, %.60s", form, w.Code, w.Header().Get("Content-Type"), w.Body)
		}
		if !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment; filename=\"uplift-") {
			t.Errorf("%s: disposition %q", form, w.Header().Get("Content-Disposition"))
		}
	}
	var u responses.Uplift
	if err := json.Unmarshal(get(h, "GET", "/results/cmp_1.json").Body.Bytes(), &u); err != nil || u.CampaignID != "cmp_1" {
		t.Errorf("the JSON holds %v, %v", u.CampaignID, err)
	}
	if w := get(h, "GET", "/results/cmp_1.pdf"); w.Code != http.StatusNotFound {
		t.Errorf("without a printer: status %d", w.Code)
	}
	if body := get(h, "GET", "/results/cmp_1").Body.String(); strings.Contains(body, ".pdf") || !strings.Contains(body, `href="/results/cmp_1.csv?lang=en"`) {
		t.Error("the page offers other files than there are")
	}
}

// A report is printed in the reader's language; what fails is told.
func TestResultPDF(t *testing.T) {
	for _, name := range []struct{ address, campaign, form string }{{"cmp_1", "cmp_1", ""}, {"cmp_1.pdf", "cmp_1", "pdf"}, {"cmp_1.csv", "cmp_1", "csv"}, {"cmp.1.exe", "cmp.1.exe", ""}} {
		if campaign, form := resultForm(name.address); campaign != name.campaign || form != name.form {
			t.Errorf("%s is %s, %s", name.address, campaign, form)
		}
	}
	var printed []string
	printer := func(w io.Writer, r paper.Report) error {
		printed = append(printed, r.Word)
		_, err := io.WriteString(w, "%PDF")
		return err
	}
	h := printingStaff(t, printer)
	for lang, want := range map[string]string{"en": "No proof yet", "de": "Noch kein Beweis"} {
		w := get(h, "GET", "/results/cmp_1.pdf?lang="+lang)
		if w.Code != http.StatusOK || w.Body.String() != "%PDF" || printed[len(printed)-1] != want {
			t.Errorf("%s: status %d, %q", lang, w.Code, printed)
		}
	}
}

// The list has a line, a small picture and the next reading for every run.
func TestResultListShowsIntervals(t *testing.T) {
	body := get(newFakes().staff(t), "GET", "/results").Body.String()
	next := today.AddDays(90).Format("en")
	for _, want := range []string{"<title>Net gain ", next, `href="/results/across"`, `href="/results/cmp_1"`} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is missing", want)
		}
	}
}

// A frozen report is shown without computing one; today's is computed when asked for, and kept until the data change.
func TestResultFrozenAndKept(t *testing.T) {
	f := newFakes()
	var computed int
	measured, _ := f.Uplift(t.Context(), "cmp_1")
	f.uplift = func(string) (responses.Uplift, error) { computed++; return measured, nil }
	mark := "1"
	frozen := &measured
	f.keeping = func(string) (responses.Kept, error) { return responses.Kept{Key: "run|" + mark, Frozen: frozen}, nil }
	h := f.staff(t)
	for _, path := range []string{"/", "/results", "/results/cmp_1", "/results/cmp_1.json"} {
		if w := get(h, "GET", path); w.Code != 200 || computed != 0 {
			t.Errorf("%s: status %d, %d computed", path, w.Code, computed)
		}
	}
	if body := get(h, "GET", "/results/cmp_1").Body.String(); !strings.Contains(body, `href="/results/cmp_1?today=1`) {
		t.Error("today's data cannot be asked for")
	}
	if body := get(h, "GET", "/results/cmp_1?today=1").Body.String(); computed != 1 || strings.Contains(body, "?today=1") {
		t.Errorf("today: %d computed", computed)
	}
	frozen = nil
	for range 3 {
		get(h, "GET", "/results/cmp_1")
		get(h, "GET", "/results/cmp_1.csv")
		get(h, "GET", "/results")
	}
	if computed != 1 {
		t.Errorf("equal data were measured %d times", computed)
	}
	mark = "2"
	if get(h, "GET", "/results/cmp_1"); computed != 2 {
		t.Errorf("changed data: %d computed", computed)
	}
}

// While a report is computed its page says so and asks again, in both languages, and the list never measures more at
// once than there are slots.
func TestResultUnderWay(t *testing.T) {
	f := newFakes()
	for _, id := range []string{"2", "3", "4"} {
		b := f.batches[0]
		b.UID, b.RunUID, b.CampaignUID = "bt_"+id, "run_"+id, "cmp_"+id
		f.batches = append(f.batches, b)
	}
	var started atomic.Int32
	release := make(chan struct{})
	measured, _ := f.Uplift(t.Context(), "cmp_1")
	f.uplift = func(string) (responses.Uplift, error) {
		started.Add(1)
		<-release
		return measured, nil
	}
	h := f.staff(t)
	for _, page := range []struct{ path, want string }{{"/results?lang=en", "being computed"}, {"/results/cmp_1?lang=de", "Der Bericht wird berechnet"}, {"/results/cmp_4?lang=en", "for others"}} {
		w := get(h, "GET", page.path)
		if body := w.Body.String(); w.Code != 200 || !strings.Contains(body, page.want) || !strings.Contains(body, `http-equiv="refresh"`) {
			t.Errorf("%s: status %d, %q is missing, or nothing asks again", page.path, w.Code, page.want)
		}
	}
	if w := get(h, "GET", "/results/cmp_4.csv"); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("a file beyond the slots: status %d", w.Code)
	}
	if n := started.Load(); n != computedAtOnce {
		t.Errorf("%d are measured at once", n)
	}
	close(release)
	if w := get(h, "GET", "/results/cmp_1.csv"); w.Code != 200 {
		t.Errorf("a file that was waited for: status %d", w.Code)
	}
}

// printingStaff are the pages of a server that prints.
func printingStaff(t *testing.T, printer ResultPrinter) http.Handler {
	t.Helper()
	f := newFakes()
	h, err := Staff(StaffOptions{Health: f, Settings: f, Values: f, Insights: f, Engine: f, Campaigns: f, Designs: designShelf{f}, Batches: batchService{f}, Artefacts: f, Results: f,
		Printer: printer, Clock: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return h
}
