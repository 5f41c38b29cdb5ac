package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// dayIn is the day of an instant on the clocks of a time zone.
func dayIn(t *testing.T, zone, instant string) string {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, instant)
	if err != nil {
		t.Fatal(err)
	}
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	return at.In(loc).Format(time.DateOnly)
}

// A campaign in two waves and two letters: the first wave goes out, the second waits for its day and says so, and
// between the two the campaign can be called off.
func TestCampaignInWaves(t *testing.T) {
	data := campaignWorld(t)
	call := func(args ...string) (int, string, string) {
		return call(t, append([]string{"--data", data}, args...)...)
	}
	doc := func(args ...string) map[string]any { return document(t, append([]string{"--data", data}, args...)...) }
	refused := func(code int, word string, args ...string) {
		t.Helper()
		if got, _, text := call(args...); got != code || !strings.Contains(text, word) {
			t.Errorf("postlift %s: exit code %d, want %d, with %q: %s", strings.Join(args, " "), got, code, word, text)
		}
	}
	must(t, "--data", data, "rule", "save", "regulars", "orders>=2")
	file := filepath.Join(data, "c.yaml")
	write(t, file, `name: Waves
rule: regulars
design: winback
landing_url: https://example.com/x
salt: s1
offer: 10 % Nachlass
holdout_design: waves
waves: 2
wave_days: 21
variants:
  - {name: A}
  - {name: B}
`)
	doc("campaign", "create", "-f", file)
	plan := doc("campaign", "preview", "Waves", "--as-of", "2026-01-31")
	doc("campaign", "approve", "Waves", "--plan", plan["run"].(map[string]any)["plan_hash"].(string), "--by", "Erika Muster")
	refused(2, "no wave 3", "campaign", "run", "Waves", "--wave", "3")
	refused(2, "count from 1", "campaign", "run", "Waves", "--wave", "-1")
	refused(3, "comes after wave 1", "campaign", "run", "Waves", "--wave", "2")
	run := doc("campaign", "run", "Waves")
	waves, _ := run["waves"].([]any)
	funnel := run["funnel"].(map[string]any)
	if run["wave"] != 1.0 || len(waves) != 2 || funnel["waiting"] == 0.0 || funnel["planned"] != funnel["pending"] {
		t.Errorf("run %v", run)
	}
	variants := map[string]bool{}
	for _, f := range run["files"].([]any) {
		variant, _ := f.(map[string]any)["variant"].(string)
		variants[variant] = true
	}
	if !variants["A"] || !variants["B"] || variants[""] {
		t.Errorf("files of the variants %v", variants)
	}
	batch := run["id"].(string)
	doc("batch", "proof", "Waves")
	doc("batch", "approve", "Waves", "--by", "Erika Muster")
	doc("batch", "release", "Waves")
	wave := waves[0].(map[string]any)["letters"]
	if shown := doc("batch", "show", batch)["letters"].(map[string]any); shown["planned"] != wave || shown["mailed"] != wave || wave == funnel["planned"] {
		t.Errorf("letters of the wave's batch %v, of the wave %v, of the run %v", shown, wave, funnel["planned"])
	}
	refused(3, "with the vendor", "campaign", "cancel", "Waves", "--by", "Erika Muster")
	posted := doc("batch", "status", batch, "posted", "--date", dayIn(t, "Europe/Berlin", doc("batch", "show", "Waves")["released_at"].(string)))
	if posted["run_state"] != "measuring" {
		t.Errorf("posted %v", posted)
	}
	refused(3, "is due on", "campaign", "run", "Waves")
	if _, text, _ := call("batch", "show", batch); !strings.Contains(text, "Waves, wave 1") || !strings.Contains(text, "of all the run's waves: ") || !strings.Contains(text, " CE") || !strings.Contains(text, "variant B") || !strings.Contains(text, "wave 2 ") {
		t.Errorf("batch show says\n%s", text)
	}
	ended := doc("campaign", "cancel", "Waves", "--by", "Erika Muster")["ended"].(map[string]any)
	if ended["waves"] != 1.0 || ended["letters"] != 0.0 || ended["runs"] != 0.0 {
		t.Errorf("ended %v", ended)
	}
	refused(3, "cancelled", "campaign", "run", "Waves")
}
