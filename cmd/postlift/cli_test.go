package main

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// call runs one command line in this process.
func call(t *testing.T, args ...string) (code int, out, errOut string) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(context.Background(), args, strings.NewReader(""), &o, &e)
	return code, o.String(), e.String()
}

func TestEveryCommandHasHelpAndAnExample(t *testing.T) {
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		if c.Name() == "help" || c.Name() == "completion" {
			return
		}
		if c.Short == "" {
			t.Errorf("%s has no help", c.CommandPath())
		}
		if c.HasParent() && c.Example == "" {
			t.Errorf("%s has no example", c.CommandPath())
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk((&app{}).rootCommand())
}

func TestUsageErrorsExitWith2(t *testing.T) {
	data := t.TempDir()
	for _, args := range [][]string{
		{"--data", data, "no-such-command"},
		{"--data", data, "clv", "fit"},
		{"--data", data, "clv", "fit", "--nonsense"},
		{"--data", data, "clv", "fit", "--orders", "missing.csv"},
		{"--data", data, "clv", "predict"},
		{"--data", data, "clv", "fit", "--summary", "x", "--model", "crystal-ball"},
		{"--data", data, "accounts", "show"},
		{"--data", data, "campaign", "no-such-command"},
		{"--data", data, "report", "--json"},
	} {
		if code, out, errOut := call(t, args...); code != 2 || errOut == "" || out != "" {
			t.Errorf("%v: exit code %d, stdout %q, stderr %q", args, code, out, errOut)
		}
	}
}

// TestJSONIsOneDocument covers the commands whose plain answer is a CSV file.
func TestJSONIsOneDocument(t *testing.T) {
	summary := filepath.Join(t.TempDir(), "s.csv")
	write(t, summary, "id,x,t_x,T\n7,2,10,30\n")
	code, out, errOut := call(t, "clv", "predict", "--summary", summary, "--params", "r=.24,alpha=4.4,a=.79,b=2.4", "--horizon", "10", "--json")
	var rows []map[string]any
	if err := json.Unmarshal([]byte(out), &rows); code != 0 || err != nil || len(rows) != 1 || rows[0]["id"] != "7" || !(rows[0]["p_alive"].(float64) > 0) {
		t.Errorf("exit code %d, %v, %s%s", code, err, out, errOut)
	}
	if doc := document(t, "import", "orders", "--template"); !strings.HasPrefix(doc["template"].(string), "external_id,") {
		t.Errorf("template %v", doc)
	}
}

// TestRejectsNeverOverwriteTheFile: the file to import is a person's own data.
func TestRejectsNeverOverwriteTheFile(t *testing.T) {
	data := filepath.Join(t.TempDir(), "d")
	must(t, "--data", data, "init")
	file := filepath.Join(data, "a.csv")
	write(t, file, "external_id,name\nK1,Firma\n")
	if code, _, errOut := call(t, "--data", data, "import", "accounts", file, "--rejects", file); code != 2 {
		t.Errorf("exit code %d, %s", code, errOut)
	}
	if raw, err := os.ReadFile(file); err != nil || len(raw) == 0 {
		t.Error("the file to import was overwritten")
	}
}

func TestStaleSchemaIsAConflict(t *testing.T) {
	data := t.TempDir()
	write(t, filepath.Join(data, "postlift.db"), "") // an embedded database before its first migration
	if code, _, errOut := call(t, "--data", data, "accounts", "show", "x"); code != 3 || !strings.Contains(errOut, "postlift migrate") {
		t.Errorf("exit code %d, %q", code, errOut)
	}
}

// TestFitCDNOW checks the command's figures against Fader, Hardie and Lee (2005) as reproduced to eight
// digits: parameters within 1e-4 relative, log-likelihood within 1e-4, Gamma-Gamma within 1e-3.
func TestFitCDNOW(t *testing.T) {
	file := filepath.Join(testData(t), "clv", "CDNOW_sample.txt")
	code, out, errOut := call(t, "clv", "fit", "--orders", file, "--columns", "customer=2,date=3,value=5",
		"--date-format", "20060102", "--until", "1997-09-30", "--model", "bgnbd", "--json")
	if code != 0 {
		t.Fatal(errOut)
	}
	var got struct {
		Params map[string]float64
		LL     float64 `json:"log_likelihood"`
		Spend  struct{ Params map[string]float64 }
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	near(t, got.Params, map[string]float64{"r": .24259453, "alpha": 4.41360232, "a": .79292215, "b": 2.42590736}, 1e-4)
	near(t, got.Spend.Params, map[string]float64{"p": 6.2493, "q": 3.7443, "gamma": 15.4443}, 1e-3)
	if math.Abs(got.LL+9582.429207) > 1e-4 {
		t.Errorf("log-likelihood %v", got.LL)
	}
}

func near(t *testing.T, got, want map[string]float64, relative float64) {
	t.Helper()
	for name, w := range want {
		if math.Abs(got[name]/w-1) > relative {
			t.Errorf("%s is %v, want %v within %g", name, got[name], w, relative)
		}
	}
}

// testData is the folder of outside data sets; the test skips where it is missing.
func testData(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("POSTLIFT_TESTDATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("outside data not found in %s: set POSTLIFT_TESTDATA", dir)
	}
	return dir
}

func TestInitWritesAndKeeps(t *testing.T) {
	data := filepath.Join(t.TempDir(), "d")
	if code, _, errOut := call(t, "--data", data, "init"); code != 0 {
		t.Fatal(errOut)
	}
	settings := filepath.Join(data, settingsFile)
	raw, err := os.ReadFile(settings)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(raw), "discount_rate: 0.1", "discount_rate: 0.08", 1)
	write(t, settings, changed)
	if code, out, errOut := call(t, "--data", data, "init", "--json"); code != 0 || !strings.Contains(out, `"discount_rate": 0.08`) {
		t.Errorf("exit code %d, %s%s", code, out, errOut)
	}
	write(t, settings, changed+"\nnonsense: 1\n")
	if code, _, errOut := call(t, "--data", data, "init", "--apply"); code != 2 || !strings.Contains(errOut, "nonsense") {
		t.Errorf("exit code %d, %q", code, errOut)
	}
	if kept, err := os.ReadFile(settings); err != nil || !strings.Contains(string(kept), "nonsense") {
		t.Error("init overwrote a person's settings")
	}
}

func TestInitKeepsRatesAndSeeds(t *testing.T) {
	data := filepath.Join(t.TempDir(), "d")
	if code, _, errOut := call(t, "--data", data, "init"); code != 0 {
		t.Fatal(errOut)
	}
	path := filepath.Join(data, settingsFile)
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	tail := func(rate string) string {
		return string(raw) + "\nexchange_rates:\n  - {currency: CHF, valid_from: 2026-01-01, rate: " + rate + "}\n" +
			"seed_addresses:\n  - {name: office, company: Muster GmbH, street: Weg 1, postcode: \"10115\", city: Berlin, country: DE, language: de, active: true}\n"
	}
	for range 2 { // applying twice changes nothing
		write(t, path, tail("1.05"))
		if code, _, errOut := call(t, "--data", data, "init", "--apply"); code != 0 {
			t.Fatal(errOut)
		}
	}
	write(t, path, tail("-1"))
	if code, _, errOut := call(t, "--data", data, "init", "--apply"); code != 2 || !strings.Contains(errOut, "CHF") {
		t.Errorf("a negative rate: exit code %d, %q", code, errOut)
	}
}
