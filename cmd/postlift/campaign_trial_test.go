package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A campaign whose letters cannot be composed is told at the preview and refused at the approval; once that
// is put right, the same commands go through to a batch.
func TestUnprintableCampaignIsNotApproved(t *testing.T) {
	data := campaignWorld(t)
	call := func(args ...string) (int, string, string) {
		return call(t, append([]string{"--data", data}, args...)...)
	}
	doc := func(args ...string) map[string]any { return document(t, append([]string{"--data", data}, args...)...) }
	must(t, "--data", data, "rule", "save", "regulars", "orders>=2")
	file := filepath.Join(data, "c.yaml")
	definition := "name: Spring\nrule: regulars\ndesign: winback\nlanding_url: https://example.com/x\nsalt: s1\n"
	create := func(more string) {
		write(t, file, definition+more)
		doc("campaign", "create", "-f", file)
	}
	refused := func(words ...string) {
		t.Helper()
		p := doc("campaign", "preview", "Spring", "--as-of", "2026-01-31")
		trial := p["trial"].(map[string]any)
		_, text, _ := call("campaign", "preview", "Spring", "--as-of", "2026-01-31")
		code, _, errOut := call("campaign", "approve", "Spring", "--plan", p["run"].(map[string]any)["plan_hash"].(string), "--by", "Erika Muster")
		if code != 3 {
			t.Errorf("approve: exit code %d", code)
		}
		for _, word := range words {
			if blocked, _ := trial["blocked"].(string); !strings.Contains(blocked, word) || !strings.Contains(text, word) || !strings.Contains(errOut, word) {
				t.Errorf("%q is missing: %v\n%s\n%s", word, trial, text, errOut)
			}
		}
	}
	create("")
	refused("campaign.offer", "K")
	settings := filepath.Join(data, "settings.yaml")
	raw, err := os.ReadFile(settings)
	if err != nil {
		t.Fatal(err)
	}
	create("offer: 10 % Nachlass\n")
	write(t, settings, emptySender(string(raw)))
	must(t, "--data", data, "init", "--apply")
	refused("sender")
	write(t, settings, string(raw))
	must(t, "--data", data, "init", "--apply")

	p := doc("campaign", "preview", "Spring", "--as-of", "2026-01-31")
	trial := p["trial"].(map[string]any)
	if trial["letters"] != 24.0 || trial["tried"] != 24.0 || trial["failed"] != 0.0 || trial["blocked"] != nil {
		t.Errorf("trial %v", trial)
	}
	doc("campaign", "approve", "Spring", "--plan", p["run"].(map[string]any)["plan_hash"].(string), "--by", "Erika Muster")
	run := doc("campaign", "run", "Spring")
	if next, _ := run["next"].(string); next != "postlift batch proof "+run["id"].(string) {
		t.Errorf("next is %q", next)
	}
	if _, text, _ := call("campaign", "run", "Spring"); !strings.Contains(text, "next: postlift batch proof bt_") {
		t.Errorf("run says\n%s", text)
	}
}

// emptySender blanks every field of settings.yaml's sender.
func emptySender(settings string) string {
	lines := strings.Split(settings, "\n")
	inside := false
	for i, line := range lines {
		if !strings.HasPrefix(line, " ") {
			inside = strings.HasPrefix(line, "sender:")
			continue
		}
		if name, _, ok := strings.Cut(line, ":"); ok && inside {
			lines[i] = name + `: ""`
		}
	}
	return strings.Join(lines, "\n")
}

// Data that went bad after the approval ends a run with a clear text, not with a sealed nothing.
func TestRunWithoutOneLetterIsAFault(t *testing.T) {
	data := campaignWorld(t)
	doc := func(args ...string) map[string]any { return document(t, append([]string{"--data", data}, args...)...) }
	must(t, "--data", data, "rule", "save", "regulars", "orders>=2")
	file := filepath.Join(data, "c.yaml")
	write(t, file, "name: Spring\nrule: regulars\ndesign: winback\nlanding_url: https://example.com/x\nsalt: s1\noffer: 10 %\n")
	doc("campaign", "create", "-f", file)
	hash := doc("campaign", "preview", "Spring", "--as-of", "2026-01-31")["run"].(map[string]any)["plan_hash"].(string)
	doc("campaign", "approve", "Spring", "--plan", hash, "--by", "Erika Muster")
	var contacts strings.Builder
	contacts.WriteString("external_id,account_id,gender,salutation,first_name,last_name,role,language,status\n")
	for i := range 40 {
		fmt.Fprintf(&contacts, "C%d,K%d,f,Hallo 😀,Erika,Muster%d,management,de,active\n", i, i, i)
	}
	write(t, filepath.Join(data, "smileys.csv"), contacts.String())
	must(t, "--data", data, "import", "contacts", filepath.Join(data, "smileys.csv"))
	code, _, errOut := call(t, "--data", data, "campaign", "run", "Spring")
	if code != 2 || !strings.Contains(errOut, "not one of the 24 letters") || !strings.Contains(errOut, "😀") || !strings.Contains(errOut, "account K") {
		t.Errorf("exit code %d, %s", code, errOut)
	}
	_, text, _ := call(t, "--data", data, "batch", "show", "Spring")
	if strings.Count(text, "    account K") != 10 || !strings.Contains(text, "and 14 more failed") {
		t.Errorf("batch show:\n%s", text)
	}
}
