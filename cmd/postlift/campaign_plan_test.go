package main

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// The planner assesses the plan that a preview would make without storing it, the stored plan alike, and refuses
// mail that nobody measures.
func TestCampaignPlan(t *testing.T) {
	data := campaignWorld(t)
	run := func(args ...string) (int, string, string) {
		return call(t, append([]string{"--data", data}, args...)...)
	}
	doc := func(args ...string) map[string]any { return document(t, append([]string{"--data", data}, args...)...) }
	file := filepath.Join(data, "c.yaml")
	write(t, file, "name: Spring\nrule: orders>=2\ndesign: winback\nlanding_url: https://example.com/x\nsalt: s1\noffer: 10 %\nglobal_control: 0\n")
	doc("campaign", "create", "-f", file)

	dry := doc("campaign", "plan", "Spring", "--as-of", "2026-01-31")
	if dry["groups"] != 30.0 || dry["in_home_on"] != "2026-02-18" { // two weeks on is a Saturday: Monday 16th, and two days of post
		t.Errorf("%v groups, in home on %v", dry["groups"], dry["in_home_on"])
	}
	if p := dry["proposal"].(map[string]any); p["kind"] == "" || dry["sentence"].(map[string]any)["de"] == "" {
		t.Errorf("proposal %v", p)
	}
	shown := doc("campaign", "show", "Spring")
	if shown["state"] != "draft" || shown["run"] != nil {
		t.Errorf("planning stored a plan: %v", shown)
	}

	doc("campaign", "preview", "Spring", "--as-of", "2026-01-31")
	for _, args := range [][]string{{"campaign", "plan", "Spring"}, {"campaign", "plan", "Spring", "--as-of", "2026-01-31"}} {
		if stored := doc(args...); !reflect.DeepEqual(stored, dry) {
			t.Errorf("%v of the stored plan differs from that of the same plan before: %v and %v", args, stored["proposal"], dry["proposal"])
		}
	}
	_, text, _ := run("campaign", "plan", "Spring", "--windows", "3")
	for _, part := range []string{"audience: 30 groups", "matched pairs, one of each held out", "campaign holdout of 20 %", "seen from"} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing from\n%s", part, text)
		}
	}

	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"Spring", "--windows", "61"}, "1 to 60"},
		{[]string{"Spring", "--as-of", "yesterday"}, "not a date"},
		{[]string{"Autumn"}, "no campaign"},
	} {
		if code, _, errOut := run(append([]string{"campaign", "plan"}, c.args...)...); code != 2 || !strings.Contains(errOut, c.want) {
			t.Errorf("%v: exit code %d, %q", c.args, code, errOut)
		}
	}
}
