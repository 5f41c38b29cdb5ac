package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// campaignWorld is a data folder with 40 customers who have bought, their contacts and scores.
func campaignWorld(t *testing.T) (data string) {
	t.Helper()
	data = filepath.Join(t.TempDir(), "d")
	var accounts, contacts, orders strings.Builder
	accounts.WriteString("external_id,name,country,language,status,street,postcode,city\n")
	contacts.WriteString("external_id,account_id,gender,first_name,last_name,role,language,status\n")
	orders.WriteString("external_id,account_id,date,type,currency,net,margin\n")
	for i := range 40 {
		fmt.Fprintf(&accounts, "K%d,Muster %d GmbH,DE,de,active,Musterweg %d,01067,Musterstadt\n", i, i, i+1)
		fmt.Fprintf(&contacts, "C%d,K%d,f,Erika,Muster%d,management,de,active\n", i, i, i)
		for j := range 1 + i%4 {
			fmt.Fprintf(&orders, "O%d-%d,K%d,2025-%02d-10,order,EUR,%d.00,%d.00\n", i, j, i, 2+3*j, 1000+i, 400+i)
		}
	}
	must(t, "--data", data, "init")
	fillSender(t, data)
	for kind, text := range map[string]string{"accounts": accounts.String(), "contacts": contacts.String(), "orders": orders.String()} {
		write(t, filepath.Join(data, kind+".csv"), text)
	}
	for _, kind := range []string{"accounts", "contacts", "orders"} {
		must(t, "--data", data, "import", kind, filepath.Join(data, kind+".csv"))
	}
	must(t, "--data", data, "clv", "score", "--as-of", "2026-01-31")
	return data
}

// fillSender writes an invented sender into the settings of a new data folder.
func fillSender(t *testing.T, data string) {
	t.Helper()
	file := filepath.Join(data, "settings.yaml")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	for field, value := range map[string]string{"company": "Beispielwerk GmbH", "street": "Musterweg 1", "postcode": "10115", "city": "Berlin", "country": "DE",
		"phone": "030 000", "email": "post@example.com", "particulars": "HRB 0", "signature_name": "Mara Beispiel", "signature_role": "Vertrieb"} {
		text = strings.Replace(text, "\n  "+field+`: ""`, "\n  "+field+`: "`+value+`"`, 1)
	}
	write(t, file, text)
	must(t, "--data", data, "init", "--apply")
}

// must runs a command line that has to succeed and gives its standard output.
func must(t *testing.T, args ...string) string {
	t.Helper()
	code, out, errOut := call(t, args...)
	if code != 0 {
		t.Fatalf("%v: exit code %d\n%s", args, code, errOut)
	}
	return out
}

// document runs a command with --json and reads its one JSON document.
func document(t *testing.T, args ...string) map[string]any {
	t.Helper()
	var doc map[string]any
	dec := json.NewDecoder(strings.NewReader(must(t, append(args, "--json")...)))
	if err := dec.Decode(&doc); err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	if dec.More() {
		t.Errorf("%v prints more than one document", args)
	}
	return doc
}

func TestRuleAndCampaignCommands(t *testing.T) {
	data := campaignWorld(t)
	run := func(args ...string) (int, string, string) {
		return call(t, append([]string{"--data", data}, args...)...)
	}
	doc := func(args ...string) map[string]any { return document(t, append([]string{"--data", data}, args...)...) }

	if code, _, errOut := run("rule", "check", "orderz > 1"); code != 2 || !strings.Contains(errOut, `line 1, column 1, "orderz"`) || !strings.Contains(errOut, "did you mean orders?") {
		t.Errorf("exit code %d, %q", code, errOut)
	}
	doc("rule", "save", "regulars", "orders>=2")
	if c := doc("rule", "count", "regulars", "--as-of", "2026-01-31"); c["accounts"] != 40.0 || c["matched"] != 30.0 {
		t.Errorf("count %v", c)
	}
	if e := doc("rule", "explain", "regulars", "K0", "--as-of", "2026-01-31"); e["match"] != false || e["rule"].(map[string]any)["value"] != 1.0 {
		t.Errorf("explain %v", e)
	}

	file := filepath.Join(data, "c.yaml")
	write(t, file, "name: Spring\nrule: regulars\ndesign: winback\nlanding_url: https://example.com/x\nsalt: s1\noffer: 10 %\n")
	if c := doc("campaign", "create", "-f", file); c["state"] != "draft" || c["name"] != "Spring" {
		t.Errorf("create %v", c)
	}
	first := doc("campaign", "preview", "Spring", "--as-of", "2026-01-31")["run"].(map[string]any)
	second := doc("campaign", "preview", "Spring", "--as-of", "2026-01-31")["run"].(map[string]any)
	hash := first["plan_hash"].(string)
	if hash != second["plan_hash"] || len(hash) != 64 {
		t.Errorf("two previews of the same data: %v and %v", hash, second["plan_hash"])
	}
	funnel := first["funnel"].(map[string]any)
	if funnel["matched"] != 30.0 || funnel["holdout"] != 6.0 || funnel["assigned"] != 24.0 {
		t.Errorf("funnel %v", funnel)
	}
	if code, _, errOut := run("campaign", "approve", "Spring", "--plan", strings.Repeat("0", 64), "--by", "Erika Muster"); code != 3 || !strings.Contains(errOut, hash) {
		t.Errorf("another plan's hash: exit code %d, %q", code, errOut)
	}
	if r := doc("campaign", "approve", "Spring", "--plan", hash, "--by", "Erika Muster"); r["state"] != "approved" || r["approved_by"] != "Erika Muster" {
		t.Errorf("approve %v", r)
	}
	if code, _, _ := run("campaign", "preview", "Spring"); code != 3 {
		t.Errorf("previewing an approved campaign: exit code %d", code)
	}
	if e := doc("campaign", "explain", "Spring", "K0"); e["outcome"] != "not_matched" || e["sentence"] == "" {
		t.Errorf("explain %v", e)
	}
	if e := doc("campaign", "explain", "Spring", "K3"); e["outcome"] != "assigned" && e["outcome"] != "holdout" {
		t.Errorf("explain %v", e)
	}
	if code, _, errOut := run("campaign", "show", "Nobody's"); code != 2 || !strings.Contains(errOut, "no campaign") {
		t.Errorf("exit code %d, %q", code, errOut)
	}
}
