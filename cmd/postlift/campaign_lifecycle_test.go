package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestApprovalsAndUndo: two people above a set cost, a window in which the approval is taken back, and a run that
// waits for it.
func TestApprovalsAndUndo(t *testing.T) {
	data := campaignWorld(t)
	run := func(args ...string) (int, string, string) {
		return call(t, append([]string{"--data", data}, args...)...)
	}
	doc := func(args ...string) map[string]any { return document(t, append([]string{"--data", data}, args...)...) }
	settings := filepath.Join(data, "settings.yaml")
	raw, err := os.ReadFile(settings)
	if err != nil {
		t.Fatal(err)
	}
	write(t, settings, strings.NewReplacer("second_approval_above: 0", "second_approval_above: 1000", "undo_minutes: 0", "undo_minutes: 60").Replace(string(raw)))
	must(t, "--data", data, "init", "--apply")

	file := filepath.Join(data, "c.yaml")
	write(t, file, "name: Frühling\nrule: orders>=2\ndesign: winback\nlanding_url: https://example.com/x\nsalt: s1\noffer: 10 %\n")
	if v := doc("campaign", "validate", "-f", file); v["valid"] != true {
		t.Errorf("validate %v", v)
	}
	if code, _, _ := run("campaign", "show", "Frühling"); code != 2 {
		t.Errorf("validate has stored the campaign: exit code %d", code)
	}
	doc("campaign", "create", "-f", file)
	p := doc("campaign", "preview", "Frühling", "--as-of", "2026-01-31")["run"].(map[string]any)
	hash := p["plan_hash"].(string)
	if p["approvals_needed"] != 2.0 || len(p["outlook"].(map[string]any)["samples"].([]any)) != 10 {
		t.Errorf("preview %v", p)
	}
	code, out, _ := run("campaign", "approve", "Frühling", "--plan", hash, "--by", "Erika Muster")
	if code != 0 || !strings.Contains(out, "1 of 2 approvals") {
		t.Errorf("exit code %d, %q", code, out)
	}
	if code, _, errOut := run("campaign", "approve", "Frühling", "--plan", hash, "--by", "Erika Muster"); code != 3 || !strings.Contains(errOut, "second person") {
		t.Errorf("exit code %d, %q", code, errOut)
	}
	if code, _, errOut := run("campaign", "run", "Frühling"); code != 3 {
		t.Errorf("running with one of two approvals: exit code %d, %q", code, errOut)
	}
	if code, out, _ := run("campaign", "approve", "Frühling", "--plan", hash, "--by", "Bert Beispiel"); code != 0 || !strings.Contains(out, "campaign undo") {
		t.Errorf("exit code %d, %q", code, out)
	}
	if code, _, errOut := run("campaign", "run", "Frühling"); code != 3 || !strings.Contains(errOut, "waits until") {
		t.Errorf("running within the undo window: exit code %d, %q", code, errOut)
	}
	if r := doc("campaign", "undo", "Frühling", "--by", "Erika Muster"); r["state"] != "planned" || len(r["approvals"].([]any)) != 0 {
		t.Errorf("undo %v", r)
	}
	if code, _, errOut := run("campaign", "undo", "Frühling", "--by", "Erika Muster"); code != 3 || !strings.Contains(errOut, "nobody has approved") {
		t.Errorf("undoing twice: exit code %d, %q", code, errOut)
	}
}

// TestValidateListsEverything: all findings at once on standard output, exit code 2, one document with --json.
func TestValidateListsEverything(t *testing.T) {
	data := filepath.Join(t.TempDir(), "d")
	must(t, "--data", data, "init")
	file := filepath.Join(data, "c.yaml")
	write(t, file, "name: X\nrule: orderz > 1\ndesign: nowhere\nlanding_url: nowhere\nholdout: 0.9\nclass: advertising\nkey_accounts: {always: [K-1]}\n")
	code, out, errOut := call(t, "--data", data, "campaign", "validate", "-f", file)
	if code != 2 || !strings.Contains(errOut, "5 findings") {
		t.Errorf("exit code %d, %q", code, errOut)
	}
	for _, field := range []string{"rule: ", "design: ", "landing_url: ", "holdout: ", "key_accounts: "} {
		if !strings.Contains("\n"+out, "\n"+field) {
			t.Errorf("nothing about %s in\n%s", field, out)
		}
	}
	code, out, _ = call(t, "--data", data, "campaign", "validate", "-f", file, "--json")
	if code != 2 || !strings.HasPrefix(out, "{") || strings.Count(out, `"field"`) != 5 {
		t.Errorf("exit code %d, %s", code, out)
	}
}
