package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"postlift/mailers"
)

// TestRenderWritesABatch: files, manifest with the contract's header, ticket and checksums that agree.
func TestRenderWritesABatch(t *testing.T) {
	w := newRenderWorld(t)
	w.write("r.csv", recipients)
	out := must(t, w.args("r.csv", "out", "--format", "json")...)
	var sum struct {
		BatchID              string `json:"batch_id"`
		Rows, Printed, Pages int
		Languages, Reasons   map[string]int
		Unused               []string `json:"unused_columns"`
		Out, Batch, Standard string
		Notes                []string
	}
	if err := json.Unmarshal([]byte(out), &sum); err != nil {
		t.Fatal(err)
	}
	if sum.Rows != 3 || sum.Printed != 3 || sum.Pages != 3 || sum.Languages["de"] != 2 || sum.Languages["en"] != 1 || len(sum.Reasons) != 0 || sum.Batch != "spring" || sum.Standard != "PDF/X-4" {
		t.Errorf("summary %s", out)
	}
	if len(sum.Unused) != 1 || sum.Unused[0] != "Bemerkungen" {
		t.Errorf("unused columns %q", sum.Unused)
	}
	if header, _, _ := strings.Cut(w.read("out/manifest.csv"), "\n"); header != mailers.ManifestHeader {
		t.Errorf("header %q", header)
	}
	rows := w.manifest("out")
	golden := []map[string]string{
		{"seq_no": "1", "kind": "live", "reprint_no": "0", "pdf_file": "letters-0001.pdf", "first_page": "1", "page_count": "1", "sheet_count": "1", "duplex": "no", "paper": "",
			"colour": "CMYK", "format": "A4", "envelope": "DL", "address_1": "Erfundene Blechwerke GmbH", "address_2": "Frau Dr. Änne Süßkind", "address_3": "Leitung Einkauf", "address_4": "Lange Straße 12a",
			"address_5": "42103 Wuppertal", "address_6": "", "country": "DE", "postcode": "42103", "sort_zone": "42", "language": "de", "variant": ""},
		{"seq_no": "2", "first_page": "2", "address_1": "Ms Anna Sample", "address_2": "Invented Sheet Metal Ltd", "address_3": "1 Long Street", "country": "GB", "sort_zone": "", "language": "en"},
		{"seq_no": "3", "first_page": "3", "address_1": "Wiener Muster AG", "address_2": "Herrn Otto Beispiel", "address_4": "1010 WIEN", "address_5": "ÖSTERREICH", "country": "AT", "language": "de"},
	}
	for i, want := range golden {
		for name, v := range want {
			if rows[i][name] != v {
				t.Errorf("line %d: %s is %q, want %q", i+1, name, rows[i][name], v)
			}
		}
		if sha, err := hex.DecodeString(rows[i]["sha256"]); err != nil || len(sha) != 32 {
			t.Errorf("line %d: sha256 %q", i+1, rows[i]["sha256"])
		}
		if rows[i]["batch_id"] != sum.BatchID || !strings.HasPrefix(rows[i]["tracking_url"], "https://reply.beispiel.example/r/") ||
			rows[i]["match_code"] != mailers.MatchCode(sum.BatchID, i+1)+" 1/1" || len(rows[i]["code"]) != 13 {
			t.Errorf("line %d: %v", i+1, rows[i])
		}
	}
	if rows[0]["code"] == rows[1]["code"] || rows[0]["sha256"] == rows[1]["sha256"] {
		t.Error("two pieces have one code or print")
	}
	w.agrees("out", rows)
}

// agrees holds ticket and checksums against files and manifest.
func (w *renderWorld) agrees(out string, rows []map[string]string) {
	w.t.Helper()
	var ticket mailers.Ticket
	if err := json.Unmarshal([]byte(w.read(out+"/ticket.json")), &ticket); err != nil {
		w.t.Fatal(err)
	}
	pages := 0
	for _, f := range ticket.Files {
		pages += f.Pages
	}
	if ticket.ManifestRows != len(rows) || ticket.Totals.Pieces != len(rows) || pages != ticket.Totals.Pages || ticket.Product.Bleed != "3 mm" {
		w.t.Errorf("ticket %+v with %d lines in the manifest", ticket, len(rows))
	}
	listed := 0
	for line := range strings.Lines(w.read(out + "/SHA256SUMS")) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		if got, _, err := fileSum(w.path(out + "/" + name)); err != nil || got != sum {
			w.t.Errorf("%s: sum %s, SHA256SUMS says %s (%v)", name, got, sum, err)
		}
		listed++
	}
	if entries, err := os.ReadDir(w.path(out)); err != nil || len(entries) != listed+1 {
		w.t.Errorf("%d files, %d of them in SHA256SUMS (%v)", len(entries), listed, err)
	}
}

// TestRenderPrintsWhatTheRowsSay reads the pages.
func TestRenderPrintsWhatTheRowsSay(t *testing.T) {
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Skip("pdftotext (poppler-utils) is not installed")
	}
	w := newRenderWorld(t)
	w.write("r.csv", recipients)
	must(t, w.args("r.csv", "out")...)
	text, err := exec.Command("pdftotext", "-layout", w.path("out/letters-0001.pdf"), "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	pages := strings.Split(string(text), "\f")
	for i, want := range [][]string{
		{"Sehr geehrte Frau Dr. Süßkind,", "1.234,50", "5 % Nachlass für Erfundene Blechwerke GmbH", "A-2", "20,50", "Geschäftsführung: Ina Muster", "widersprechen"},
		{"Dear Ms Sample,", "5 percent off for Invented Sheet Metal Ltd", "Managing director: Ina Muster", "object"},
		{"Sehr geehrter Herr Beispiel,", "noch nicht da", "ÖSTERREICH"},
	} {
		for _, s := range want {
			if !strings.Contains(pages[i], s) {
				t.Errorf("page %d lacks %q:\n%s", i+1, s, pages[i])
			}
		}
	}
}

// TestRenderedBytesAreTheSame: whatever number of cores, time zone and language the machine has, and however often.
func TestRenderedBytesAreTheSame(t *testing.T) {
	w := newRenderWorld(t)
	w.write("r.csv", manyRows(120))
	first := ""
	zone := time.Local
	defer func() { time.Local = zone }()
	for i, run := range []struct {
		cores int
		zone  *time.Location
		lang  string
	}{{1, time.UTC, "C"}, {2, time.FixedZone("far", 13*3600), "de_DE.UTF-8"}, {4, time.FixedZone("west", -11*3600), "tr_TR.UTF-8"}, {1, time.UTC, "C"}} {
		before := runtime.GOMAXPROCS(run.cores)
		time.Local = run.zone
		t.Setenv("LANG", run.lang)
		t.Setenv("LC_ALL", run.lang)
		must(t, w.args("r.csv", fmt.Sprintf("out%d", i), "--per-file", "50")...)
		runtime.GOMAXPROCS(before)
		sums := w.read(fmt.Sprintf("out%d/SHA256SUMS", i))
		if first == "" {
			first = sums
		}
		if sums != first {
			t.Errorf("run %d:\n%s\nthe first:\n%s", i, sums, first)
		}
	}
	if files := strings.Count(first, "letters-"); files != 3 {
		t.Errorf("%d print files of 50 pieces for 120", files)
	}
}

// manyRows are invented recipients.
func manyRows(n int) string {
	var b strings.Builder
	b.WriteString("Firma,Anrede,Ansprechpartner,Straße,PLZ,Ort,Sprache,remark,site.photo\n")
	for i := range n {
		fmt.Fprintf(&b, "Erfundene Werke %d GmbH,Herr,Otto Muster%d,Weg %d,42103,Wuppertal,%s,,\n", i, i, i%90+1, []string{"de", "en"}[i%2])
	}
	return b.String()
}

// TestRenderKeepsTheOrderOfRows over several files.
func TestRenderKeepsTheOrderOfRows(t *testing.T) {
	w := newRenderWorld(t)
	w.write("r.csv", manyRows(75))
	must(t, w.args("r.csv", "out", "--per-file", "20", "--limit", "70")...)
	rows := w.manifest("out")
	if len(rows) != 70 {
		t.Fatalf("%d rows", len(rows))
	}
	for i, row := range rows {
		if row["address_1"] != fmt.Sprintf("Erfundene Werke %d GmbH", i) || row["pdf_file"] != fmt.Sprintf("letters-%04d.pdf", i/20+1) || row["first_page"] != fmt.Sprint(i%20+1) {
			t.Errorf("line %d: %v", i+1, row)
		}
	}
}

// TestFoldersOfOthersAreKept: only an untouched rendering may be replaced, and another batch's only when asked for.
func TestFoldersOfOthersAreKept(t *testing.T) {
	w := newRenderWorld(t)
	w.write("r.csv", recipients)
	w.write("other/letter.txt", "mine")
	if code, _, errOut := call(t, w.args("r.csv", "other")...); code != 3 || w.read("other/letter.txt") != "mine" {
		t.Errorf("somebody's folder: exit code %d, %s", code, errOut)
	}
	must(t, w.args("r.csv", "out")...)
	sums := w.read("out/SHA256SUMS")
	must(t, w.args("r.csv", "out")...) // the same again
	if w.read("out/SHA256SUMS") != sums {
		t.Error("the same rendering has other sums")
	}
	w.write("r.csv", manyRows(2))
	if code, _, errOut := call(t, w.args("r.csv", "out")...); code != 3 || w.read("out/SHA256SUMS") != sums || !strings.Contains(errOut, "--replace") {
		t.Errorf("another batch: exit code %d, %s", code, errOut)
	}
	must(t, w.args("r.csv", "out", "--replace")...)
	if w.read("out/SHA256SUMS") == sums {
		t.Error("--replace replaced nothing")
	}
	write(t, w.path("out/manifest.csv"), "somebody's notes")
	if code, _, _ := call(t, w.args("r.csv", "out", "--replace")...); code != 3 {
		t.Errorf("a changed rendering was replaced: exit code %d", code)
	}
	if entries, err := os.ReadDir(w.dir); err != nil || len(entries) != 5 { // probe, sender.yaml, r.csv, other, out
		t.Errorf("something is left behind: %v %v", entries, err)
	}
}

// TestDryRunWritesNothing and says what it would print.
func TestDryRunWritesNothing(t *testing.T) {
	w := newRenderWorld(t)
	w.write("r.csv", recipients)
	out := must(t, w.args("r.csv", "out", "--dry-run")...)
	if !strings.Contains(out, "would print 3 of 3 rows") {
		t.Error(out)
	}
	if _, err := os.Stat(w.path("out")); !os.IsNotExist(err) {
		t.Errorf("a dry run made a folder: %v", err)
	}
}

// TestRenderRefusals: what is wrong with the command line or the files is told with its remedy.
func TestRenderRefusals(t *testing.T) {
	w := newRenderWorld(t)
	w.write("r.csv", recipients)
	w.write("list.csv", "Firma,orders.1.numbr\nMuster GmbH,A\n")
	w.write("bad.yaml", "compny: X\n")
	for _, c := range []struct {
		want string
		args []string
	}{
		{"did you mean campaign.offer", w.args("r.csv", "out", "--set", "campaign.ofer=x")},
		{"did you mean number", w.args("list.csv", "out")},
		{"did you mean company", append(w.args("r.csv", "out"), "--sender", w.path("bad.yaml"))},
		{"did you mean winback", append(w.args("r.csv", "out"), "--design", "winbak")},
		{"x4 or x1a", w.args("r.csv", "out", "--standard", "x3")},
		{"1 to 5000", w.args("r.csv", "out", "--per-file", "6000")},
		{"https://", append(w.args("r.csv", "out"), "--base-url", "reply.example")},
		{"cannot be opened", w.args("none.csv", "out")},
		{"YYYY-MM-DD", append(w.args("r.csv", "out"), "--date", "2.3.2026")},
		{"overwrite", w.args("r.csv", "out", "--rejects", w.path("r.csv"))},
		{"--out", []string{"render", "--design", "winback", "--data", w.path("r.csv")}},
	} {
		if code, _, errOut := call(t, c.args...); code != 2 || !strings.Contains(errOut, c.want) {
			t.Errorf("%q: exit code %d, %s", c.want, code, errOut)
		}
	}
	if _, err := os.Stat(w.path("out")); !os.IsNotExist(err) {
		t.Errorf("a refused rendering made a folder: %v", err)
	}
}

// TestCodesFollowTheSecret: another secret, other codes; the same one, the same.
func TestCodesFollowTheSecret(t *testing.T) {
	w := newRenderWorld(t)
	w.write("r.csv", recipients)
	w.write("one.key", strings.Repeat("a", 40))
	w.write("two.key", strings.Repeat("b", 40))
	code := func(out, key string) string {
		must(t, w.args("r.csv", out, "--secret-file", w.path(key))...)
		return w.manifest(out)[0]["code"]
	}
	a, b, again := code("a", "one.key"), code("b", "two.key"), code("c", "one.key")
	if a == b || a != again {
		t.Errorf("codes %s, %s, %s", a, b, again)
	}
}
