package web

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
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
