package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestShippedDesignsAreListed with their titles, and a folder's own beside them; a broken one with its reason.
func TestShippedDesignsAreListed(t *testing.T) {
	w := newRenderWorld(t)
	w.write("broken/design.yaml", "name: broken\nklass: advertising\n")
	var list []listedDesign
	if err := json.Unmarshal([]byte(must(t, "design", "list", w.dir, "--json")), &list); err != nil {
		t.Fatal(err)
	}
	found := map[string]listedDesign{}
	for _, d := range list {
		found[d.Name] = d
	}
	if d := found["winback"]; d.Source != "shipped" || d.Title["de"] == "" || d.Title["en"] == "" || len(d.Languages) != 2 || d.Error != "" {
		t.Errorf("winback: %+v", d)
	}
	if d := found["probe"]; d.Source != w.path("probe") || d.Format != "A4" {
		t.Errorf("probe: %+v", d)
	}
	if d := found["broken"]; !strings.Contains(d.Error, "class") {
		t.Errorf("broken: %+v", d)
	}
}

// TestShippedDesignsPass their own check.
func TestShippedDesignsPass(t *testing.T) {
	for _, name := range shippedDesigns() {
		doc := document(t, "design", "check", name)
		if doc["errors"] != float64(0) || len(doc["cases"].([]any)) != 6 {
			t.Errorf("%s: %v errors in %d cases", name, doc["errors"], len(doc["cases"].([]any)))
		}
	}
}

// TestDesignCheckFindsWhatIsWrong: a box that ends at the trim, and a text that cannot be merged.
func TestDesignCheckFindsWhatIsWrong(t *testing.T) {
	w := newRenderWorld(t)
	w.write("probe/design.yaml", strings.Replace(testDesign, "blocks:\n", "blocks:\n  - {kind: box, page: first, x: 0, y: 0, w: 210, h: 5, ink: accent}\n", 1))
	code, out, errOut := call(t, "design", "check", w.path("probe"))
	if code != 2 || !strings.Contains(out, "bleed_reached") || !strings.Contains(out, "page 1") || !strings.Contains(out, "mm") {
		t.Errorf("a box without bleed: exit code %d\n%s%s", code, out, errOut)
	}
	if _, out, _ := call(t, "design", "check", w.path("probe"), "--lang", "de"); !strings.Contains(out, "Anschnitt") {
		t.Errorf("German findings: %s", out)
	}
	w.write("probe/design.yaml", testDesign)
	w.write("probe/de.txt", strings.Replace(testTextDE, "{{ salutation }}", "{{ salutatoin }}", 1))
	if code, _, errOut := call(t, "design", "check", w.path("probe")); code != 2 || !strings.Contains(errOut, "de.txt") || !strings.Contains(errOut, "salutation") {
		t.Errorf("an unknown variable: exit code %d, %s", code, errOut)
	}
}

// TestDesignPreviewDrawsPages as SVG and PDF, of samples and of a recipient.
func TestDesignPreviewDrawsPages(t *testing.T) {
	w := newRenderWorld(t)
	doc := document(t, "design", "preview", w.path("probe"), "--out", w.path("pv"), "--lang", "de", "--zones", "--case", "all")
	if pieces := doc["pieces"].([]any); len(pieces) != 3 {
		t.Errorf("%d letters, want one for each sample", len(pieces))
	}
	if page := w.read("pv/probe-de-present-1.svg"); !strings.Contains(page, "<svg") || !strings.Contains(page, "window") {
		t.Error("the page shows no zones")
	}
	if head := w.read("pv/probe-de-present.pdf"); !strings.HasPrefix(head, "%PDF-1.6") {
		t.Errorf("no PDF: %.20q", head)
	}
	w.write("r.csv", recipients)
	out := must(t, "design", "preview", w.path("probe"), "--out", w.path("row"), "--data", w.path("r.csv"), "--row", "2", "--sender", w.path("sender.yaml"), "--set", "campaign.offer=5 % off")
	if !strings.Contains(out, "probe-en-row-2.pdf") {
		t.Error(out)
	}
	for _, args := range [][]string{{"--lang", "fr"}, {"--case", "usual"}, {"--data", w.path("r.csv"), "--row", "9"}} {
		if code, _, errOut := call(t, append([]string{"design", "preview", w.path("probe"), "--out", w.path("x")}, args...)...); code != 2 || errOut == "" {
			t.Errorf("%v: exit code %d, %s", args, code, errOut)
		}
	}
	if left, err := filepath.Glob(w.path("pv/.preview-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// TestPreflightCommand: our own file passes, a foreign RGB file fails with named rules, and what Ghostscript is needed
// for is told where it is not there.
func TestPreflightCommand(t *testing.T) {
	w := newRenderWorld(t)
	w.write("r.csv", recipients)
	must(t, w.args("r.csv", "out")...)
	file := w.path("out/letters-0001.pdf")
	doc := document(t, "preflight", file, "--standard", "X-4", "--format", "A4", "--bleed", "3", "--no-pixels")
	if doc["ok"] != true || doc["errors"] != float64(0) || doc["pages"] != float64(3) {
		t.Errorf("our own file: %v", doc)
	}
	if code, out, _ := call(t, "preflight", file, "--format", "A5", "--no-pixels"); code != 2 || !strings.Contains(out, "page_size") {
		t.Errorf("another format: exit code %d, %s", code, out)
	}
	if code, out, _ := call(t, "preflight", w.write("no.pdf", "%PDF-1.7\nnothing"), "--lang", "de", "--no-pixels"); code != 2 || !strings.Contains(out, "readable") {
		t.Errorf("a broken file: exit code %d, %s", code, out)
	}
	for _, args := range [][]string{{"--standard", "X-9"}, {"--format", "letter"}, {"--bleed", "900"}, {"--lang", "fr"}} {
		if code, _, errOut := call(t, append([]string{"preflight", file}, args...)...); code != 2 || errOut == "" {
			t.Errorf("%v: exit code %d", args, code)
		}
	}
	if rules := must(t, "preflight", "--rules", "--lang", "de"); !strings.Contains(rules, "total_ink") || !strings.Contains(rules, "output_intent") {
		t.Errorf("rules: %s", rules)
	}
	t.Setenv("PATH", filepath.Dir(w.dir))
	if doc := document(t, "preflight", file); doc["not_checked"] == float64(0) {
		t.Error("without Ghostscript nothing is reported as not checked")
	}
}

// TestPreflightDrawsPages: with Ghostscript a design's zones are tested against the pixels.
func TestPreflightDrawsPages(t *testing.T) {
	if _, err := exec.LookPath("gs"); err != nil {
		t.Skip("Ghostscript is not installed")
	}
	w := newRenderWorld(t)
	w.write("r.csv", recipients)
	must(t, w.args("r.csv", "out")...)
	doc := document(t, "preflight", w.path("out/letters-0001.pdf"), "--zones", w.path("probe"), "--sample", "0")
	if doc["ok"] != true || doc["not_checked"] != float64(0) {
		t.Errorf("our own file against its own zones: %v", doc["findings"])
	}
}

// TestFirstPagesComeFromTheManifest, where one lies beside the file.
func TestFirstPagesComeFromTheManifest(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "manifest.csv"), "pdf_file,first_page\na.pdf,1\na.pdf,3\nb.pdf,2\n")
	firsts, err := firstPages(filepath.Join(dir, "a.pdf"))
	if err != nil || !firsts[1] || firsts[2] || !firsts[3] || len(firsts) != 2 {
		t.Errorf("%v, %v", firsts, err)
	}
	if err := os.Remove(filepath.Join(dir, "manifest.csv")); err != nil {
		t.Fatal(err)
	}
	if firsts, err := firstPages(filepath.Join(dir, "a.pdf")); err != nil || firsts != nil {
		t.Errorf("without a manifest: %v, %v", firsts, err)
	}
}
