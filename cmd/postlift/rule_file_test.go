package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"postlift/accounts"
	"postlift/campaigns"
)

// TestRuleFromFile: a rule is read from a file or standard input, no saved rule is said to be none, and a text that no
// account has gets a hint.
func TestRuleFromFile(t *testing.T) {
	dir := t.TempDir()
	data, rule, customers := filepath.Join(dir, "data"), filepath.Join(dir, "rule.txt"), filepath.Join(dir, "kunden.csv")
	write := func(file, text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := func(piped string, wantCode int, wanted string, args ...string) {
		t.Helper()
		var out, errOut bytes.Buffer
		code := run(context.Background(), append([]string{"--data", data}, args...), strings.NewReader(piped), &out, &errOut)
		if code != wantCode || !strings.Contains(out.String()+errOut.String(), wanted) {
			t.Errorf("%v: code %d, want %d with %q in\n%s%s", args, code, wantCode, wanted, out.String(), errOut.String())
		}
	}
	write(rule, "country == \"Deutschland\" // the home market\n  and not dunning\n")
	write(customers, "Kundennummer;Firma;Land;Status;Mutter-ID\n1;Muster GmbH;DE;inaktiv;\n2;;DE;;\n")
	want("", 0, "", "migrate")
	want("", 0, "no rule is saved yet", "rule", "list")
	want("", 0, "note, status inaktiv taken as active: 1", "import", "accounts", customers)
	want("", 0, "rejected for name: required: 1", "import", "accounts", customers)
	want("", 0, `hint: no account has country "Deutschland"; did you mean "DE"?`, "rule", "check", "-f", rule)
	want("", 0, "hint: ", "rule", "count", "--file", rule)
	want(`country == "DE"`, 0, "1 of 1 accounts", "rule", "count", "-f", "-")
	want("", 0, "is out", "rule", "explain", "1", "-f", rule)
	want("", 0, `saved "home", version 1`, "rule", "save", "home", "-f", rule)
	want("", 0, "home  (version 1", "rule", "list")
	want("", 2, "the rule is missing", "rule", "check")
	want("", 2, "the rule is given twice", "rule", "count", "orders > 1", "-f", rule)
	want("", 2, "cannot be opened", "rule", "check", "-f", rule+".none")
	want("", 2, "the rule is empty", "rule", "check", "-f", "-")

	_, out, _ := call(t, "--data", data, "rule", "count", "-f", rule, "--json")
	var count campaigns.RuleCount
	if err := json.Unmarshal([]byte(out), &count); err != nil || len(count.Hints) != 1 || count.Hints[0].Nearest != "DE" {
		t.Errorf("%v\n%s", err, out)
	}
	_, out, _ = call(t, "--data", data, "import", "accounts", customers, "--json")
	var report accounts.Report
	if err := json.Unmarshal([]byte(out), &report); err != nil || report.Reasons["name.required"] != 1 || report.Warnings["status_inaktiv_taken_as_active"] != 1 {
		t.Errorf("%v\n%s", err, out)
	}
	for key := range report.Reasons {
		if strings.Contains(key, " ") {
			t.Errorf("the key %q has a blank", key)
		}
	}
}

// TestImportedResponsesClose: rows of responses and returns are new, known already or rejected, each once.
func TestImportedResponsesClose(t *testing.T) {
	dir := t.TempDir()
	data, file := filepath.Join(dir, "data"), filepath.Join(dir, "file.csv")
	load := func(kind, text string) (report struct{ Rows, Inserted, Duplicates, Rejected int }) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		code, out, errOut := call(t, "--data", data, "import", kind, file, "--json")
		if code != 0 {
			t.Fatal(errOut)
		}
		if err := json.Unmarshal([]byte(out), &report); err != nil {
			t.Fatal(err)
		}
		if report.Rows != report.Inserted+report.Duplicates+report.Rejected {
			t.Errorf("%s: %+v", kind, report)
		}
		return report
	}
	if code, _, errOut := call(t, "--data", data, "migrate"); code != 0 {
		t.Fatal(errOut)
	}
	load("accounts", "external_id,name\nK1,Muster GmbH\n")
	const answers = "external_id,date,kind,account_id\nr1,2026-01-02,call,K1\nr1,2026-01-02,call,K1\nr2,2026-01-02,song,K1\nr3,2026-01-03,objection,K1\nr4,2026-01-03,call,K9\n"
	if r := load("responses", answers); r.Rows != 5 || r.Rejected == 0 || r.Inserted < 2 {
		t.Errorf("%+v", r)
	}
	if r := load("responses", answers); r.Inserted != 0 {
		t.Errorf("%+v", r)
	}
	load("returns", "external_id,date,code,reason\nx1,2026-01-02,NOCODE,moved\n")
}
