package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"postlift/accounts"
)

// TestImportAttributesCommand: attributes are declared in the settings, listed by the template and imported.
func TestImportAttributesCommand(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	if code, _, errOut := call(t, "--data", data, "init"); code != 0 {
		t.Fatal(errOut)
	}
	settings := filepath.Join(data, settingsFile)
	raw, err := os.ReadFile(settings)
	if err != nil {
		t.Fatal(err)
	}
	declare := func(typ string) (int, string) {
		text := strings.Replace(string(raw), "\nattributes: # none yet", "\nattributes:\n  - {name: fleet_size, type: "+typ+", label_en: Fleet, label_de: Fuhrpark}\n#", 1)
		if err := os.WriteFile(settings, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		code, _, errOut := call(t, "--data", data, "init", "--apply")
		return code, errOut
	}
	if code, errOut := declare("number"); code != 0 {
		t.Fatal(errOut)
	}
	_, template, _ := call(t, "--data", data, "import", "accounts", "--template")
	if !strings.Contains(template, ",custom.fleet_size\n") {
		t.Errorf("%s", template)
	}
	if _, columns, _ := call(t, "--data", data, "import", "accounts", "--columns"); !strings.Contains(columns, "custom.fleet_size        number") {
		t.Errorf("%s", columns)
	}
	file := filepath.Join(data, "kunden.csv")
	if err := os.WriteFile(file, []byte("Kundennummer;Firma;custom.fleet_size\n1;Muster GmbH;12\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errOut := call(t, "--data", data, "import", "accounts", file); code != 0 {
		t.Fatal(errOut)
	}
	if code, errOut := declare("text"); code != 3 || !strings.Contains(errOut, "1 accounts hold values of it as number") {
		t.Errorf("%d: %s", code, errOut)
	}
	if code, errOut := declare("colour"); code != 2 || !strings.Contains(errOut, `the type "colour" is not known`) {
		t.Errorf("%d: %s", code, errOut)
	}
}

// TestImportListCommand: a named list of hashes says whom it would hit, and a file of GeoNames is read as it comes.
func TestImportListCommand(t *testing.T) {
	dir := t.TempDir()
	data, file := filepath.Join(dir, "data"), filepath.Join(dir, "file")
	if code, _, errOut := call(t, "--data", data, "migrate"); code != 0 {
		t.Fatal(errOut)
	}
	load := func(text string, args ...string) (int, string, string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return call(t, append([]string{"--data", data, "import"}, append(args, file)...)...)
	}
	for kind, text := range map[string]string{"places": "DE\t01945\tTettau\tBB\tBB\t\t00\tOSL\t12066\t51.4333\t13.7333\t4\n", "accounts": "external_id,name\nK1,Muster GmbH\n"} {
		if code, out, errOut := load(text, kind); code != 0 || !strings.Contains(out, "1 new") {
			t.Fatal(out, errOut)
		}
	}
	if code, _, errOut := load("external_id,account_id,last_name,email\nP1,K1,Beispiel,petra@beispiel.example\n", "contacts"); code != 0 {
		t.Fatal(errOut)
	}
	list := "hash\n" + accounts.EmailHash("petra@beispiel.example") + "\n" + accounts.EmailHash("paul@beispiel.example") + "\n"
	if code, out, errOut := load(list, "suppressions", "--list", "Robinson", "--dry-run"); code != 0 || !strings.Contains(out, "would hit 1 contacts, 0 accounts, 0 sites; 1 rows hit nobody known") {
		t.Errorf("%d: %s%s", code, out, errOut)
	}
	_, out, _ := load(list, "suppressions", "--list", "Robinson", "--json")
	var report struct {
		List    string
		Matched struct{ Contacts, Accounts, Sites, Nobody int }
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil || report.List != "Robinson" || report.Matched.Contacts != 1 || report.Matched.Nobody != 1 {
		t.Errorf("%v: %s", err, out)
	}
	if code, _, errOut := load("external_id,name\nK1,Muster GmbH\n", "accounts", "--list", "x"); code != 2 || !strings.Contains(errOut, "suppressions only") {
		t.Errorf("%d: %s", code, errOut)
	}
}
