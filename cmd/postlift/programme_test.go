package main

import (
	"strings"
	"testing"
)

// TestProgrammeOnTheCommandLine: a draw stores nothing, its hash starts it, plans gate its control, and what cannot be
// is refused with the right exit code.
func TestProgrammeOnTheCommandLine(t *testing.T) {
	data := campaignWorld(t)
	run := func(args ...string) (int, string, string) {
		return call(t, append([]string{"--data", data}, args...)...)
	}
	doc := func(args ...string) map[string]any { return document(t, append([]string{"--data", data}, args...)...) }
	terms := []string{"programme", "create", "Briefe", "--rule", "orders >= 1", "--as-of", "2026-01-31", "--from", "2026-02-01", "--months", "6", "--top-percent", "0"}
	d := doc(terms...)
	hash := d["hash"].(string)
	if d["started"] != false || len(hash) != 32 || doc(terms...)["hash"] != hash {
		t.Fatalf("draw %v", d)
	}
	if code, out, _ := run("programme", "list"); code != 0 || !strings.Contains(out, "no programme test yet") {
		t.Errorf("a draw is stored: %d, %q", code, out)
	}
	if code, _, errOut := run(append(terms, "--confirm", "0000", "--by", "Erika Muster")...); code != 3 || !strings.Contains(errOut, hash) {
		t.Errorf("another hash: exit code %d, %q", code, errOut)
	}
	if code, _, _ := run(append(terms, "--confirm", hash)...); code != 2 {
		t.Errorf("without a name: exit code %d", code)
	}
	if code, out, errOut := run(append(terms, "--confirm", hash, "--by", "Erika Muster")...); code != 0 || !strings.Contains(out, "started (prg_") {
		t.Fatalf("start: %d, %q, %q", code, out, errOut)
	}
	if code, _, _ := run(terms...); code != 3 {
		t.Errorf("the same name again: exit code %d", code)
	}
	record := doc("programme", "show", "Briefe")["record"].(map[string]any)
	r := doc("programme", "report", "Briefe", "--as-of", "2026-03-31")
	if r["control_arm"].(map[string]any)["groups"] != record["control_groups"] || r["verdict"] == "works" {
		t.Errorf("report %v", r)
	}
	if code, out, _ := run("programme", "report", "--global", "--as-of", "2026-03-31", "--lang", "de"); code != 0 || !strings.Contains(out, "Kontrollgruppe des Jahres") {
		t.Errorf("global control: %d, %q", code, out)
	}
	if code, _, _ := run("programme", "report"); code != 2 {
		t.Errorf("a report of nothing: exit code %d", code)
	}
	if code, out, _ := run("report", "campaigns", "--as-of", "2026-03-31"); code != 0 || !strings.Contains(out, "No campaign can be measured yet") {
		t.Errorf("no campaigns: %d, %q", code, out)
	}
	if code, _, errOut := run("report", "campaigns", "--group-by", "moon"); code != 2 || !strings.Contains(errOut, "segment") {
		t.Errorf("an unknown grouping: %d, %q", code, errOut)
	}
	if code, _, _ := run("programme", "end", "Briefe", "--on", "2026-03-31", "--by", "Erika Muster"); code != 0 {
		t.Errorf("end: exit code %d", code)
	}
	if code, _, _ := run("programme", "end", "Briefe", "--on", "2026-04-30", "--by", "Erika Muster"); code != 3 {
		t.Errorf("ending twice: exit code %d", code)
	}
}
