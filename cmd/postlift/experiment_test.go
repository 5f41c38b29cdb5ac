package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	tabled "postlift/campaigns/experiment/columns"
)

// experimentFile writes a test of two arms with a true difference of 3 and 200 rows.
func experimentFile(t *testing.T) string {
	t.Helper()
	rng := rand.New(rand.NewPCG(2, 2))
	var b strings.Builder
	b.WriteString("Arm;Spend;Before\n")
	for i := range 200 {
		before := rng.NormFloat64()
		line := fmt.Sprintf("%s;%.3f;%.3f\n", []string{"none", "letter"}[i%2], 10+5*before+rng.NormFloat64()+3*float64(i%2), before)
		b.WriteString(strings.ReplaceAll(line, ".", ","))
	}
	path := filepath.Join(t.TempDir(), "test.csv")
	if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestExperimentCommand(t *testing.T) {
	file := experimentFile(t)
	args := []string{"experiment", file, "--arm", "arm", "--control", "none", "--outcome", "spend", "--covariate", "before", "--weights", "none=1,letter=1"}
	code, out, errOut := call(t, append(args, "--json")...)
	var r tabled.Report
	if err := json.Unmarshal([]byte(out), &r); code != 0 || err != nil || len(r.Results) != 1 {
		t.Fatalf("exit code %d, %v: %s", code, err, errOut)
	}
	x := r.Results[0]
	if x.Verdict != tabled.Works || x.Estimate.Low > 3 || x.Estimate.High < 3 || x.Estimator != "cuped" || r.DecimalWas != "," || !strings.Contains(out, `"relative_lift"`) {
		t.Errorf("%s", out)
	}
	code, out, _ = call(t, args...)
	first, _, _ := strings.Cut(out, "\n")
	if code != 0 || !strings.HasPrefix(first, "letter: spend is higher than in none by ") || !strings.Contains(out, "randomisation test") {
		t.Errorf("exit code %d: %s", code, out)
	}
	if code, out, _ = call(t, append(args, "--sequential", "--tuned", "200", "--resamples", "0")...); code != 0 || !strings.Contains(out, "at all looks") || strings.Contains(out, "bootstrap") {
		t.Errorf("exit code %d: %s", code, out)
	}
	args[len(args)-1] = "none=1,letter=9"
	if code, out, _ = call(t, args...); code != 0 || !strings.Contains(out, "[withheld]") {
		t.Errorf("a broken ratio: exit code %d: %s", code, out)
	}
	for _, wrong := range [][]string{
		{"experiment", file, "--arm", "arm", "--control", "nobody", "--outcome", "spend"},
		{"experiment", file, "--arm", "arms", "--control", "none", "--outcome", "spend"},
		{"experiment", file, "--arm", "arm", "--control", "none", "--outcome", "spend", "--weights", "none"},
		{"experiment", file, "--arm", "arm", "--control", "none", "--outcome", "spend", "--tuned", "7"},
		{"experiment", file, "--arm", "arm", "--control", "none"},
		{"experiment", file + ".gone", "--arm", "arm", "--control", "none", "--outcome", "spend"},
	} {
		if code, _, errOut := call(t, wrong...); code == 0 || errOut == "" {
			t.Errorf("%v: exit code %d, %q", wrong[2:], code, errOut)
		}
	}
}

// TestBenchExperiment runs a small measurement; no time is asserted.
func TestBenchExperiment(t *testing.T) {
	code, out, errOut := call(t, "bench", "experiment", "--rows", "5000", "--runs", "1", "--json")
	var r experimentResult
	if err := json.Unmarshal([]byte(out), &r); code != 0 || err != nil || !(r.Ratio > 0) || r.Bar != 0 || !strings.Contains(r.Checked, "letter") {
		t.Errorf("exit code %d, %v: %s%s", code, err, out, errOut)
	}
	if code, _, _ := call(t, "bench", "experiment", "--rows", "5"); code != 2 {
		t.Errorf("five rows: exit code %d", code)
	}
}
