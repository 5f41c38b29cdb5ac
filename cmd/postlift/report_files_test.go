package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"postlift"
	"postlift/responses"
	"postlift/responses/paper"
)

// smallReading measures an invented mailing of 400 companies.
func smallReading(t *testing.T) responses.Uplift {
	t.Helper()
	inHome := postlift.MustDate("2026-03-03")
	run := responses.MeasuredRun{UID: "run_1", CampaignUID: "cmp_1", Campaign: "Grüße im März", Currency: "EUR", PostedOn: inHome.AddDays(-2), InHomeOn: inHome, WindowDays: 90, PieceCostMinor: 120}
	l := responses.NewRunLedger(run, run.EndsOn(), .3)
	for i := range 400 {
		key := fmt.Sprint(i)
		l.AddGroup(responses.GroupRow{Key: key, Treated: i%4 != 0, Propensity: .75, Accounts: 1, PreMinor: float64(1000 + i*37%9000)})
		l.AddDay(responses.DayRow{Key: key, On: inHome.AddDays(i % 90), Net: float64(i*91%7000) * 3, Margin: float64(i * 91 % 7000), Orders: 1})
	}
	run.Accounts = responses.AccountFunnel{Matched: 400, Holdout: 100, Assigned: 300}
	u, err := responses.Measure(responses.Reading{Run: run, AsOf: run.EndsOn(), DataOn: run.EndsOn(), Ledger: l, Pieces: responses.PieceFunnel{Planned: 300, Mailed: 300, Unknown: 300, Printed: 300}})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// The PDF of a report is the same every time, and what it says can be read out of it in both languages.
func TestReportAsPDF(t *testing.T) {
	u := smallReading(t)
	for _, lang := range []string{"en", "de"} {
		r := paper.Compose(u, paper.Registered{}, lang)
		var once, twice bytes.Buffer
		if err := printReport(&once, r); err != nil {
			t.Fatal(err)
		}
		if err := printReport(&twice, r); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(once.Bytes(), twice.Bytes()) {
			t.Errorf("%s: two files of one report differ", lang)
		}
		tool, err := exec.LookPath("pdftotext")
		if err != nil {
			t.Skip("pdftotext is not installed: the text of the PDF is not read back")
		}
		path := filepath.Join(t.TempDir(), "report.pdf")
		if err := os.WriteFile(path, once.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		raw, err := exec.Command(tool, "-layout", path, "-").Output()
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(strings.Fields(string(raw)), " ")
		for _, want := range []string{"Grüße im März", r.Word, r.Labels.WhatToDo, responses.WholeMoney(u.Net.Value, lang), r.Sections[0].Title} {
			if want = strings.Join(strings.Fields(want), " "); !strings.Contains(text, want) {
				t.Errorf("%s: %q cannot be read out of the PDF", lang, want)
			}
		}
	}
}

// Every form that is asked for is written, and none else.
func TestReportFiles(t *testing.T) {
	u, dir := smallReading(t), t.TempDir()
	files := reportFiles{html: filepath.Join(dir, "r.html"), csv: filepath.Join(dir, "r.csv")}
	if err := files.write(u, paper.Compose(u, paper.Registered{}, "en")); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{files.html: "<!doctype html>", files.csv: "section,key,value,low,high,unit"} {
		if raw, err := os.ReadFile(path); err != nil || !strings.HasPrefix(string(raw), want) {
			t.Errorf("%s: %v, %.40s", path, err, raw)
		}
	}
	if got := files.listed(); got != files.html+", "+files.csv {
		t.Errorf("listed are %s", got)
	}
	if err := (reportFiles{csv: filepath.Join(dir, "none", "r.csv")}).write(u, paper.Report{}); postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("a folder that is missing gives %v", err)
	}
}
