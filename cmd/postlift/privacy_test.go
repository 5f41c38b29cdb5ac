package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"postlift/campaigns"
)

// TestPrivacyCommands imports people and an objection, and asks for the report and for the one who objected.
func TestPrivacyCommands(t *testing.T) {
	data := t.TempDir()
	must := func(args ...string) string {
		t.Helper()
		code, out, errOut := call(t, append([]string{"--data", data}, args...)...)
		if code != 0 {
			t.Fatalf("%v: exit code %d, %s", args, code, errOut)
		}
		return out
	}
	file := func(name, text string) string {
		t.Helper()
		path := filepath.Join(data, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	must("init")
	must("import", "accounts", file("a.csv", "external_id,name,street,postcode,city,country\nK-1,Muster GmbH,Musterweg 1,10115,Berlin,DE\n"))
	must("import", "contacts", file("c.csv", "external_id,account_id,first_name,last_name\nP-1,K-1,Kim,Muster\nP-2,K-1,Kai,Beispiel\n"))
	must("import", "suppressions", file("s.csv", "external_id,scope,contact_id,reason,date,channel,evidence\nW-1,person,P-1,objection,2026-01-05,post,letter\n"))

	var report campaigns.PrivacyReport
	if err := json.Unmarshal([]byte(must("privacy", "report", "--json")), &report); err != nil {
		t.Fatal(err)
	}
	if report.Verdict != campaigns.PrivacyKept || len(report.Objections) != 1 || report.Objections[0].Contacts != 1 || report.Objections[0].Evidence != "letter" || report.Objections[0].RecordedAt == nil {
		t.Errorf("%+v", report)
	}
	if out := must("privacy", "report", "--lang", "de"); !strings.Contains(out, "Eingehalten") || strings.Contains(out, "Kim") {
		t.Errorf("the report names people or gives no verdict:\n%s", out)
	}
	var who []campaigns.Mailable
	if err := json.Unmarshal([]byte(must("privacy", "who", "P-1", "--json")), &who); err != nil {
		t.Fatal(err)
	}
	if len(who) != 1 || len(who[0].Advertising) != 1 || who[0].Advertising[0] != campaigns.Objection || len(who[0].Contractual) != 0 {
		t.Errorf("%+v", who)
	}
	if out := must("privacy", "who", "Kai Beispiel"); !strings.Contains(out, "may be written to") {
		t.Error(out)
	}
	for _, args := range [][]string{{"privacy", "who", "Nobody"}, {"privacy", "report", "--from", "tomorrow"}, {"privacy", "report", "--from", "2026-06-30", "--to", "2026-01-01"},
		{"privacy", "report", "--lang", "fr"}} {
		if code, out, errOut := call(t, append([]string{"--data", data}, args...)...); code != 2 || out != "" || errOut == "" {
			t.Errorf("%v: exit code %d, %q, %q", args, code, out, errOut)
		}
	}
}
