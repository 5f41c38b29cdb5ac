package main

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"postlift/internal/sim/coverage"
)

// TestSimulateCoverage: a few campaigns print every interval with what the product says of it, the same to the byte for
// the same seed; files hold the same rows; what makes no trial is refused.
func TestSimulateCoverage(t *testing.T) {
	rows, page := filepath.Join(t.TempDir(), "coverage.csv"), filepath.Join(t.TempDir(), "coverage.md")
	args := []string{"simulate", "coverage", "--campaigns", "6", "--designs", "pairs_few,proposed_300"}
	code, text, errOut := call(t, append(args, "--csv", rows, "--markdown", page)...)
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, errOut)
	}
	for _, want := range []string{"6 campaigns a design, seed 1", "pairs_few: matched pairs", "net margin", "segments, shrunk", "restricted mean time", "exploratory 100 %", "proposed_300: ", " rows: "} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	if _, again, _ := call(t, append(args, "--parallel", "1")...); again != text {
		t.Error("the same trial prints something else")
	}
	f, err := os.Open(rows)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	table, err := csv.NewReader(f).ReadAll()
	code, out, errOut := call(t, append(args, "--json")...)
	var r coverage.Result
	if e := json.Unmarshal([]byte(out), &r); code != 0 || e != nil || err != nil || len(table) != 1+len(r.Rows) {
		t.Fatalf("exit code %d, %v, %v, %d rows and %d: %s", code, e, err, len(table), len(r.Rows), errOut)
	}
	if md, err := os.ReadFile(page); err != nil || !strings.Contains(string(md), "\n| net margin | ") || !strings.Contains(string(md), "**proposed_300**") {
		t.Errorf("%v:\n%s", err, md)
	}
	for _, bad := range [][]string{{"--campaigns", "0"}, {"--designs", "lottery"}, {"--parallel", "0"}} {
		if code, _, _ := call(t, append([]string{"simulate", "coverage"}, bad...)...); code == 0 {
			t.Errorf("%v is taken", bad)
		}
	}
}
