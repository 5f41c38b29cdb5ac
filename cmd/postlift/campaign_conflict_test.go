package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

// TestTwoCampaignsForTheSameAccounts: whoever approves the second one is told, may insist as long as a letter is left,
// and reads at the run and in `campaign show` what became of the letters.
func TestTwoCampaignsForTheSameAccounts(t *testing.T) {
	data := campaignWorld(t)
	call := func(args ...string) (int, string, string) {
		return call(t, append([]string{"--data", data}, args...)...)
	}
	doc := func(args ...string) map[string]any { return document(t, append([]string{"--data", data}, args...)...) }
	file := filepath.Join(data, "c.yaml")
	hashes := map[string]string{}
	for name, rule := range map[string]string{"Small": "orders>=4", "Large": "orders>=1", "Same": "orders>=4"} {
		write(t, file, "name: "+name+"\nrule: "+rule+"\ndesign: winback\nlanding_url: https://example.com/x\nsalt: "+name+"\noffer: 10 %\nglobal_control: 0\n")
		doc("campaign", "create", "-f", file)
		if code, _, errOut := call("campaign", "explain", name, "K3"); code != 3 || !strings.Contains(errOut, `"`+name+`" has no plan yet`) {
			t.Errorf("explain before a preview: exit code %d, %s", code, errOut)
		}
		hashes[name] = doc("campaign", "preview", name, "--as-of", "2026-01-31")["run"].(map[string]any)["plan_hash"].(string)
	}
	approve := func(name string, more ...string) (int, string, string) {
		return call(append([]string{"campaign", "approve", name, "--plan", hashes[name], "--by", "Erika Muster"}, more...)...)
	}
	if code, _, errOut := approve("Small"); code != 0 {
		t.Fatal(errOut)
	}
	if code, _, errOut := approve("Large"); code != 3 || !strings.Contains(errOut, "letters would be withdrawn") || !strings.Contains(errOut, "cooling off") || !strings.Contains(errOut, "preview again") {
		t.Errorf("exit code %d, %s", code, errOut)
	}
	if code, _, errOut := approve("Same", "--anyway"); code != 0 && (code != 3 || !strings.Contains(errOut, "nobody would be left")) {
		t.Errorf("exit code %d, %s", code, errOut)
	}
	code, out, errOut := approve("Large", "--anyway", "--json")
	var approved struct {
		State string
		Check struct {
			Letters int `json:"letters"`
			Lost    int `json:"lost_letters"`
		}
	}
	if err := json.Unmarshal([]byte(out), &approved); code != 0 || err != nil || approved.State != "approved" || approved.Check.Lost < 3 || approved.Check.Lost >= approved.Check.Letters {
		t.Fatalf("exit code %d, %s%s", code, out, errOut)
	}
	doc("campaign", "run", "Small")
	if _, text, _ := call("campaign", "run", "Large"); !strings.Contains(text, "letters would be withdrawn as of") {
		t.Errorf("the run does not warn:\n%s", text)
	}
	check := doc("campaign", "run", "Large")["check"].(map[string]any)
	if check["lost_letters"] != float64(approved.Check.Lost) {
		t.Errorf("the run's check %v", check)
	}
	for _, name := range []string{"Small", "Large"} {
		doc("batch", "proof", name)
		doc("batch", "approve", name, "--by", "Erika Muster")
		doc("batch", "release", name)
	}
	letters := doc("campaign", "show", "Large")["letters"].(map[string]any)
	if letters["withdrawn"] != float64(approved.Check.Lost) || letters["planned"] != letters["mailed"].(float64)+letters["withdrawn"].(float64) || len(letters["reasons"].([]any)) == 0 {
		t.Errorf("letters %v, %d were foretold as lost", letters, approved.Check.Lost)
	}
	if _, text, _ := call("campaign", "show", "Large"); !strings.Contains(text, "by now: 32 letters planned = ") || !strings.Contains(text, "withdrawn: ") {
		t.Errorf("show says\n%s", text)
	}
}

// TestNobodyToMailIsNoNextStep: a plan without a letter is not to be approved, and the preview does not say so.
func TestNobodyToMailIsNoNextStep(t *testing.T) {
	data := campaignWorld(t)
	file := filepath.Join(data, "c.yaml")
	write(t, file, "name: Nobody\nrule: orders>=2\ndesign: winback\nlanding_url: https://example.com/x\noffer: 10 %\nmode: value\nmin_value: 100000\n")
	out := must(t, "--data", data, "campaign", "validate", "-f", file)
	if !strings.Contains(out, "next: postlift campaign create -f "+file) {
		t.Errorf("validate says %q", out)
	}
	must(t, "--data", data, "campaign", "create", "-f", file)
	out = must(t, "--data", data, "campaign", "preview", "Nobody", "--as-of", "2026-01-31")
	if strings.Contains(out, "next: postlift campaign approve") || !strings.Contains(out, "next: change the rule") {
		t.Errorf("preview says\n%s", out)
	}
}

// TestPreviewShowsWavesAndVariants: sizes and days before anybody approves.
func TestPreviewShowsWavesAndVariants(t *testing.T) {
	data := campaignWorld(t)
	file := filepath.Join(data, "c.yaml")
	write(t, file, "name: Waves\nrule: orders>=2\ndesign: winback\nlanding_url: https://example.com/x\nsalt: s\noffer: 10 %\nholdout_design: waves\nwaves: 2\nwave_days: 21\nvariants: [{name: A}, {name: B}]\n")
	must(t, "--data", data, "campaign", "create", "-f", file)
	out := must(t, "--data", data, "campaign", "preview", "Waves", "--as-of", "2026-01-31")
	for _, want := range []string{"wave 1: 15 accounts (15 groups), 15 letters, from 2026-01-31 on", "wave 2: ", "from 2026-02-21 on", "variant A: ", "variant B: "} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in\n%s", want, out)
		}
	}
	o := document(t, "--data", data, "campaign", "show", "Waves")["run"].(map[string]any)["outlook"].(map[string]any)
	if len(o["waves"].([]any)) != 2 || len(o["variants"].([]any)) != 2 {
		t.Errorf("%v, %v", o["waves"], o["variants"])
	}
}

// TestValidateIsOneDocument: with --json there is one document whatever is wrong with the file.
func TestValidateIsOneDocument(t *testing.T) {
	data := filepath.Join(t.TempDir(), "d")
	must(t, "--data", data, "init")
	file := filepath.Join(data, "c.yaml")
	base := "name: X\nrule: orders > 1\ndesign: winback\nlanding_url: https://example.com/\n"
	for text, fields := range map[string]string{
		"name: [":                             "file",
		base + "modus: all\nbudget: 1 Euro\n": "modus budget",
		base + "offer_until: 2020-01-31\n":    "offer_until",
		"name: X\nrule: [a]\ndesign: winback\nlanding_url: nowhere\n": "rule landing_url",
	} {
		write(t, file, text)
		code, out, _ := call(t, "--data", data, "campaign", "validate", "-f", file, "--json")
		var v struct {
			Valid    bool
			Findings []struct{ Field, Text string }
		}
		if err := json.Unmarshal([]byte(out), &v); err != nil || code != 2 || v.Valid {
			t.Errorf("%q: exit code %d, %v, %s", text, code, err, out)
		}
		var got []string
		for _, f := range v.Findings {
			got = append(got, f.Field)
		}
		if strings.Join(got, " ") != fields {
			t.Errorf("%q: findings about %v, want %s", text, got, fields)
		}
	}
}
