package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestContractualCampaign goes through a notice from its sample to the post: those who objected get it, the dead do
// not, nobody is held out or measured, and whom it does not reach is on a list.
func TestContractualCampaign(t *testing.T) {
	data := campaignWorld(t)
	call := func(args ...string) (int, string, string) {
		return call(t, append([]string{"--data", data}, args...)...)
	}
	doc := func(args ...string) map[string]any { return document(t, append([]string{"--data", data}, args...)...) }
	write(t, filepath.Join(data, "s.csv"), "external_id,scope,contact_id,reason,date,channel,evidence\nW-1,person,C3,objection,2026-01-05,post,letter\nW-2,person,C2,deceased,2026-01-05,post,letter\n")
	doc("import", "suppressions", filepath.Join(data, "s.csv"))
	contracts := "external_id,account_id,started_on,term_ends_on,monthly_fee,currency\n"
	for _, n := range []string{"1", "2", "3", "4", "5"} {
		contracts += "V" + n + ",K" + n + ",2025-01-01,2027-12-31,50.00,EUR\n"
	}
	write(t, filepath.Join(data, "v.csv"), contracts)
	doc("import", "contracts", filepath.Join(data, "v.csv"))
	sample := filepath.Join(data, "samples", "campaign-notice.yaml")
	must(t, "--data", data, "campaign", "validate", "-f", sample)
	doc("campaign", "create", "-f", sample)

	p := doc("campaign", "preview", "New terms", "--as-of", "2026-01-31")
	run := p["run"].(map[string]any)
	f := run["funnel"].(map[string]any)
	if f["matched"] != 5.0 || f["assigned"] != 4.0 || f["holdout"] != 0.0 || f["gated"] != 1.0 {
		t.Errorf("funnel %v", f)
	}
	outlook := run["outlook"].(map[string]any)
	for _, key := range []string{"expected_gain", "holdout_value", "value_of_next_unit"} {
		if _, there := outlook[key]; there {
			t.Errorf("a contractual plan promises %s: %v", key, outlook[key])
		}
	}
	_, text, _ := call("campaign", "preview", "New terms", "--as-of", "2026-01-31")
	for _, word := range []string{"expected lift", "expected gain", "rank", "held out (", "holdout", "window"} {
		if strings.Contains(text, word) {
			t.Errorf("the preview speaks of %q:\n%s", word, text)
		}
	}
	if e := doc("campaign", "explain", "New terms", "K3"); e["outcome"] != "assigned" || e["rank"] != nil || e["expected_value"] != nil || e["expected_lift"] != nil {
		t.Errorf("explain %v", e)
	}
	u := doc("campaign", "unreachable", "New terms", "--csv", filepath.Join(data, "u.csv"))
	if list := u["accounts"].([]any); len(list) != 1 || list[0].(map[string]any)["external_id"] != "K2" {
		t.Errorf("unreachable %v", u)
	}
	if raw, err := os.ReadFile(filepath.Join(data, "u.csv")); err != nil || !strings.HasPrefix(string(raw), "external_id,account_id,account,reasons\nK2,") || !strings.Contains(string(raw), "deceased") {
		t.Errorf("%v\n%s", err, raw)
	}

	refused := func() {
		t.Helper()
		if code, _, errOut := call("report", "uplift", "New terms"); code != 3 || !strings.Contains(errOut, "contractual mail") {
			t.Errorf("report uplift: exit code %d, %s", code, errOut)
		}
	}
	refused()
	doc("campaign", "approve", "New terms", "--plan", run["plan_hash"].(string), "--by", "Erika Muster")
	doc("campaign", "run", "New terms")
	doc("batch", "proof", "New terms")
	doc("batch", "approve", "New terms", "--by", "Erika Muster")
	if r := doc("batch", "release", "New terms"); r["withdrawn"] != 0.0 {
		t.Errorf("the release withdrew %v", r)
	}
	batch := doc("batch", "show", "New terms")
	doc("batch", "status", "New terms", "posted", "--date", dayIn(t, "Europe/Berlin", batch["released_at"].(string)))
	if l := doc("campaign", "show", "New terms")["letters"].(map[string]any); l["mailed"] != 4.0 || l["withdrawn"] != 0.0 {
		t.Errorf("letters %v", l)
	}
	refused()
}
