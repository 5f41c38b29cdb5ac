package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestImportCommand(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	if code, _, errOut := call(t, "--data", data, "migrate"); code != 0 {
		t.Fatal(errOut)
	}
	file, rejects := filepath.Join(dir, "kunden.csv"), filepath.Join(dir, "rejects.csv")
	if err := os.WriteFile(file, []byte("Kundennummer;Firma;PLZ;Ort;Stra\xdfe\n1;M\xfcller GmbH;12345;Musterstadt;Weg 1\n2;;12345;Ort;Weg 2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errOut := call(t, "--data", data, "import", "accounts", file, "--rejects", rejects, "--source", "erp", "--json")
	if code != 0 {
		t.Fatal(errOut)
	}
	var report struct {
		Inserted, Rejected int
		Source             string
		Format             struct{ Encoding, Separator string }
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if report.Inserted != 1 || report.Rejected != 1 || report.Source != "erp" || report.Format.Encoding != "windows-1252" || report.Format.Separator != ";" {
		t.Errorf("%s", out)
	}
	raw, err := os.ReadFile(rejects)
	if err != nil || !strings.HasPrefix(string(raw), "row,field,rule,value,message,record\n3,name,required,,") {
		t.Errorf("%v: %s", err, raw)
	}
	if code, out, _ = call(t, "--data", data, "import", "accounts", file, "--source", "erp"); code != 0 || !strings.Contains(out, "0 new, 0 changed, 1 unchanged, 1 rejected") {
		t.Errorf("%d: %s", code, out)
	}
	if code, _, errOut = call(t, "--data", data, "import", "orders", file); code != 2 || !strings.Contains(errOut, "lacks the column") {
		t.Errorf("exit code %d: %s", code, errOut)
	}
	if code, _, _ = call(t, "--data", data, "import", "unicorns", file); code != 2 {
		t.Errorf("an unknown kind exits with %d", code)
	}
}

func TestImportColumnsOfEveryKind(t *testing.T) {
	for name := range importKinds() {
		code, out, errOut := call(t, "import", name, "--columns", "--json")
		var columns []shownColumn
		if err := json.Unmarshal([]byte(out), &columns); code != 0 || err != nil || len(columns) < 4 {
			t.Errorf("%s: %d %v %q %q", name, code, err, out, errOut)
		}
	}
	_, out, _ := call(t, "import", "accounts", "--columns")
	for _, want := range []string{"external_id              text      required  Record ID", "Kundennummer", "dunning                  yes or no           Mahnstufe"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in\n%s", want, out)
		}
	}
}

// TestCampaignCancelCommand covers the way a person calls it; the store's tests cover what it does.
func TestCampaignCancelCommand(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	if code, _, errOut := call(t, "--data", data, "migrate"); code != 0 {
		t.Fatal(errOut)
	}
	if code, _, errOut := call(t, "--data", data, "campaign", "cancel", "nothing", "--by", "Petra Planer"); code != 4 && code != 2 {
		t.Errorf("exit code %d: %s", code, errOut)
	}
	if code, _, errOut := call(t, "--data", data, "campaign", "cancel", "nothing"); code != 2 || !strings.Contains(errOut, "by") {
		t.Errorf("exit code %d: %s", code, errOut)
	}
}

func TestImportTemplatesOfEveryKind(t *testing.T) {
	for name := range importKinds() {
		code, out, errOut := call(t, "--data", t.TempDir(), "import", name, "--template")
		if code != 0 || !strings.Contains(out, ",") || !strings.HasSuffix(out, "\n") {
			t.Errorf("%s: %d %q %q", name, code, out, errOut)
		}
	}
}

func TestBenchImportLoadsTheSameRowsTwice(t *testing.T) {
	code, out, errOut := call(t, "bench", "import", "--accounts", "300", "--orders", "900", "--dir", t.TempDir(), "--json")
	if code != 0 {
		t.Fatal(errOut)
	}
	var r importBenchResult
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		t.Fatal(err)
	}
	if r.PlainAccounts.Rows != 600 || r.ImportAccounts.Rows != 600 || r.PlainOrders.Rows != 900 || r.ImportOrders.Rows != 900 || r.Ratio <= 0 {
		t.Errorf("%s", out)
	}
}
