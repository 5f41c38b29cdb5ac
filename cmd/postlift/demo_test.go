package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"postlift/responses"
)

// playDemo runs a small demo and returns its folder and summary.
func playDemo(t *testing.T, dir string, args ...string) demoSummary {
	t.Helper()
	code, out, errOut := call(t, append([]string{"demo", "--dir", dir, "--accounts", "400", "--no-serve", "--json"}, args...)...)
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, errOut)
	}
	var s demoSummary
	if err := json.Unmarshal([]byte(out), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func batchFolder(dir string, s demoSummary) string {
	return filepath.Join(dir, "files", "batches", s.BatchID)
}

func TestDemoIsTheSameEverywhere(t *testing.T) {
	a, b := t.TempDir(), t.TempDir()
	first, second := playDemo(t, a), playDemo(t, b)
	if first.PlanHash != second.PlanHash || first.BatchID != second.BatchID {
		t.Fatalf("plans %s and %s, batches %s and %s", first.PlanHash, second.PlanHash, first.BatchID, second.BatchID)
	}
	compared := 0
	for name, sum := range hashes(t, a) {
		if strings.HasPrefix(name, "postlift.db") {
			continue // pages of a database are laid out by history
		}
		compared++
		if other := hashes(t, b)[name]; other != sum {
			t.Errorf("%s differs between two demos of one seed", name)
		}
	}
	if compared < 15 {
		t.Errorf("only %d files compared", compared)
	}
}

func hashes(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		sum := sha256.Sum256(raw)
		found[strings.TrimPrefix(path, dir+"/")] = hex.EncodeToString(sum[:])
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestDemoResumesAndRefusesAnother(t *testing.T) {
	dir := t.TempDir()
	first := playDemo(t, dir)
	before := hashes(t, batchFolder(dir, first))
	again := playDemo(t, dir)
	if again.PlanHash != first.PlanHash || again.Played != first.Played {
		t.Errorf("resumed %+v, want %+v", again, first)
	}
	for name, sum := range hashes(t, batchFolder(dir, first)) {
		if before[name] != sum {
			t.Errorf("%s changed when the demo was run again", name)
		}
	}
	_, lists, _ := call(t, "--data", dir, "followup", "list", "--due", "2026-03-12", "--all", "--json")
	var mailed responses.FollowUpList
	if err := json.Unmarshal([]byte(lists), &mailed); err != nil || len(mailed.Items) == 0 {
		t.Fatalf("%d letters listed: %v", len(mailed.Items), err)
	}
	account := mailed.Items[0].Number
	code, newest, errOut := call(t, "--data", dir, "campaign", "explain", account, "--json")
	named, same, _ := call(t, "--data", dir, "campaign", "explain", demoCampaign, account, "--json")
	if code != 0 || named != 0 || newest != same {
		t.Errorf("explained without a campaign: exit codes %d and %d, %s", code, named, errOut)
	}
	for _, other := range [][]string{{"--seed", "2"}, {"--accounts", "500"}, {"--as-of", "2026-04-01"}, {"--base-url", "https://example.com"}} {
		args := append([]string{"demo", "--dir", dir, "--accounts", "400", "--no-serve"}, other...)
		if code, _, errOut := call(t, args...); code != 3 {
			t.Errorf("%v in a folder of another demo: exit code %d, %s", other, code, errOut)
		}
	}
}

func TestDemoRejectsExactlyThePlantedRows(t *testing.T) {
	planted := 0
	for _, i := range playDemo(t, t.TempDir()).Imported {
		if i.Rejected != int64(i.Planted) {
			t.Errorf("%s: %d rows rejected, %d planted", i.Kind, i.Rejected, i.Planted)
		}
		planted += i.Planted
	}
	if planted == 0 {
		t.Error("no wrong row was planted")
	}
}

// manifestRow is what the outside checks need of a line of the manifest.
type manifestRow struct {
	file, url, code string
	first, pages    int
	address         []string
	sequence        int
}

func readManifest(t *testing.T, folder string) []manifestRow {
	t.Helper()
	f, err := os.Open(filepath.Join(folder, "manifest.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range records[0] {
		column[name] = i
	}
	var rows []manifestRow
	for _, r := range records[1:] {
		m := manifestRow{file: r[column["pdf_file"]], url: r[column["tracking_url"]], code: r[column["code"]]}
		for i := 1; i <= 6; i++ {
			if line := r[column[fmt.Sprintf("address_%d", i)]]; line != "" {
				m.address = append(m.address, line)
			}
		}
		for name, target := range map[string]*int{"first_page": &m.first, "page_count": &m.pages, "seq_no": &m.sequence} {
			if *target, err = strconv.Atoi(r[column[name]]); err != nil {
				t.Fatal(err)
			}
		}
		rows = append(rows, m)
	}
	return rows
}

// TestDemoBatchPassesOutsideChecks holds the sealed batch against tools that are not ours: qpdf reads
// the files without complaint, poppler finds every font embedded and each recipient on the page that the
// manifest names, zbar reads each sampled code back.
func TestDemoBatchPassesOutsideChecks(t *testing.T) {
	for _, tool := range []string{"qpdf", "pdffonts", "pdftotext", "pdftoppm", "zbarimg"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed: make test installs it", tool)
		}
	}
	dir := t.TempDir()
	folder := batchFolder(dir, playDemo(t, dir))
	rows := readManifest(t, folder)
	if len(rows) < 40 {
		t.Fatalf("only %d pieces in the manifest", len(rows))
	}
	pages := map[string][]string{}
	for _, r := range rows {
		if pages[r.file] == nil {
			pages[r.file] = checkFile(t, filepath.Join(folder, r.file))
		}
		text := strings.Join(strings.Fields(pages[r.file][r.first-1]), " ")
		for _, line := range append(r.address, r.code) {
			if !strings.Contains(text, strings.Join(strings.Fields(line), " ")) {
				t.Errorf("piece %d: %q is not on page %d of %s", r.sequence, line, r.first, r.file)
			}
		}
	}
	for i := 0; i < len(rows); i += 5 {
		if got := scanCode(t, filepath.Join(folder, rows[i].file), rows[i].first); got != rows[i].url {
			t.Errorf("piece %d: the code reads %q, the manifest says %q", rows[i].sequence, got, rows[i].url)
		}
	}
	if out, err := exec.Command("sh", "-c", "cd '"+folder+"' && sha256sum --check --strict SHA256SUMS").CombinedOutput(); err != nil {
		t.Errorf("SHA256SUMS: %v\n%s", err, out)
	}
}

// checkFile runs the structural checks on a file and returns the text of its pages.
func checkFile(t *testing.T, path string) []string {
	t.Helper()
	if out, err := exec.Command("qpdf", "--check", path).CombinedOutput(); err != nil {
		t.Errorf("qpdf: %v\n%s", err, out)
	}
	fonts, err := exec.Command("pdffonts", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(fonts)), "\n")[2:]
	if len(lines) == 0 {
		t.Error("no font in the file")
	}
	for _, l := range lines {
		f := strings.Fields(l)
		if emb, sub := f[len(f)-5], f[len(f)-4]; emb != "yes" || sub != "yes" {
			t.Errorf("font not embedded as a subset: %s", l)
		}
	}
	text, err := exec.Command("pdftotext", "-layout", path, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(string(text), "\f")
}

func scanCode(t *testing.T, path string, page int) string {
	t.Helper()
	n := strconv.Itoa(page)
	png, err := exec.Command("pdftoppm", "-r", "200", "-gray", "-png", "-f", n, "-l", n, path).Output()
	if err != nil {
		t.Fatal(err)
	}
	picture := filepath.Join(t.TempDir(), "page.png")
	if err := os.WriteFile(picture, png, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("zbarimg", "--quiet", "--raw", picture).Output()
	if err != nil {
		t.Errorf("zbarimg found no code on page %d of %s: %v", page, filepath.Base(path), err)
	}
	return string(bytes.TrimSpace(out))
}
