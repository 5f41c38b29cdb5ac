package main

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"postlift/internal/sim/loop"
)

// TestSimulateLoop: a tiny simulation prints every replication and comparison, is the same to the byte, writes its
// rows, and refuses what makes no simulation.
func TestSimulateLoop(t *testing.T) {
	rows, page := filepath.Join(t.TempDir(), "runs.csv"), filepath.Join(t.TempDir(), "runs.md")
	args := []string{"simulate", "loop", "--accounts", "2000", "--replications", "2"}
	code, text, errOut := call(t, append(args, "--csv", rows, "--markdown", page)...)
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, errOut)
	}
	for _, want := range []string{"postlift-dev-1 ", "postlift-dev-2 ", "1 degrees of freedom", "knowing", "The loop's own tests: 48 campaigns", "craft"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	if _, again, _ := call(t, append(args, "--parallel", "1")...); again != text {
		t.Error("the same simulation prints something else")
	}
	f, err := os.Open(rows)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	table, err := csv.NewReader(f).ReadAll()
	if err != nil || len(table) != 1+2*len(loop.Policies()) {
		t.Errorf("%d rows, %v", len(table), err)
	}
	if tables, err := os.ReadFile(page); err != nil || strings.Count(string(tables), "\n| `postlift-dev-") != 2 || !strings.Contains(string(tables), "| clv | ") {
		t.Errorf("%v:\n%s", err, tables)
	}
	code, out, errOut := call(t, "simulate", "loop", "--accounts", "600", "--months", "6", "--replications", "2", "--policies", "clv,loop", "--json")
	var r loop.Result
	if err := json.Unmarshal([]byte(out), &r); code != 0 || err != nil {
		t.Fatalf("exit code %d, %v: %s", code, err, errOut)
	}
	if len(r.Replications) != 2 || len(r.Comparisons) != 2 || r.Replications[0].Seed != loop.Seed("postlift-dev-1") {
		t.Errorf("%d replications, %d comparisons", len(r.Replications), len(r.Comparisons))
	}
	for _, bad := range [][]string{{"--months", "7"}, {"--accounts", "3"}, {"--policies", "astrology"}, {"--holdout", "0.9"}, {"--prior-sd", "0"},
		{"--replications", "0"}, {"--parallel", "0"}, {"--seeds", ""}, {"--contrast", "9"}, {"--csv", filepath.Join(t.TempDir(), "none", "x.csv"), "--accounts", "500", "--months", "4", "--policies", "clv"}} {
		if code, _, _ := call(t, append([]string{"simulate", "loop", "--replications", "1"}, bad...)...); code != 2 {
			t.Errorf("%v: exit code %d", bad, code)
		}
	}
}
