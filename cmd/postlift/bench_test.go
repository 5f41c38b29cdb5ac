package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// TestBenchSteps: every step of bench clv works, says what came out, and is the same for the same seed. No
// time is asserted.
func TestBenchSteps(t *testing.T) {
	for _, s := range clvSteps {
		var checked []string
		for _, seed := range []string{"1", "1", "2"} {
			code, out, errOut := call(t, "bench", "clv", "--step", s.name, "--customers", "10000", "--runs", "1", "--seed", seed, "--json")
			var m clvMeasure
			if err := json.Unmarshal([]byte(out), &m); code != 0 || err != nil {
				t.Fatalf("%s: exit code %d, %v: %s", s.name, code, err, errOut)
			}
			if m.Customers != s.of(10000) || !(m.Seconds > 0) || m.Checked == "" {
				t.Errorf("%s: %+v", s.name, m)
			}
			checked = append(checked, m.Checked)
		}
		if checked[0] != checked[1] || checked[0] == checked[2] {
			t.Errorf("%s: seeds 1, 1 and 2 give %q", s.name, checked)
		}
	}
	for _, args := range [][]string{{"--step", "crystal-ball"}, {"--customers", "10"}, {"--runs", "0"}} {
		if code, _, errOut := call(t, append([]string{"bench", "clv"}, args...)...); code != 2 {
			t.Errorf("%v: exit code %d, %s", args, code, errOut)
		}
	}
}

// TestBenchCompares: a verdict needs a million customers on our side too, and follows the bar.
func TestBenchCompares(t *testing.T) {
	take := func(customers int, seconds float64, peak int64) (clvBenchResult, string) {
		b := clvBench{customers: customers, runs: 1, step: func(_ context.Context, s clvStep) (clvMeasure, error) {
			return clvMeasure{Customers: s.of(customers), Seconds: seconds, PeakBytes: peak, Checked: "x"}, nil
		}}
		r, err := b.run(t.Context(), &bytes.Buffer{})
		if err != nil {
			t.Fatal(err)
		}
		var text bytes.Buffer
		r.text(&text)
		return r, text.String()
	}
	bars := 0
	for _, s := range clvSteps {
		if s.times > 0 || s.within > 0 {
			bars++
		}
	}
	for _, c := range []struct {
		customers    int
		seconds      float64
		peak         int64
		pass, misses int
	}{{benchMillion, .01, 100 << 20, bars + 1, 0}, {benchMillion, 1000, 400 << 20, 0, bars + 1}, {20_000, 1000, 400 << 20, 0, 0}} {
		r, text := take(c.customers, c.seconds, c.peak)
		if p, m := strings.Count(text, " pass ("), strings.Count(text, " MISS ("); p != c.pass || m != c.misses {
			t.Errorf("%+v: %d pass and %d miss in\n%s", c, p, m, text)
		}
		if len(r.Steps) != len(clvSteps) || (r.PeakBar > 0) != (c.customers == benchMillion) {
			t.Errorf("%+v: %+v", c, r)
		}
	}
}

// TestBenchRecovery runs a small measurement; package recovery holds its coverage against the bar.
func TestBenchRecovery(t *testing.T) {
	code, out, errOut := call(t, "bench", "recovery", "--sets", "20", "--customers", "500", "--json")
	var r recoveryResult
	if err := json.Unmarshal([]byte(out), &r); code != 0 || err != nil || len(r.Reports) != 2 || r.Reports[0].Sets != 20 {
		t.Errorf("exit code %d, %v: %s%s", code, err, out, errOut)
	}
	if code, _, errOut := call(t, "bench", "recovery", "--model", "crystal-ball"); code != 2 || !strings.Contains(errOut, "bgnbd") {
		t.Errorf("exit code %d, %s", code, errOut)
	}
}

// TestBenchRules: on every engine the rule takes those whom the statement by hand takes, and every account that it
// matches is in the funnel once.
func TestBenchRules(t *testing.T) {
	t.Setenv("DATABASE_URL", os.Getenv("POSTLIFT_TEST_DATABASE_URL"))
	for _, engine := range []string{"sqlite", "postgres"} {
		args := []string{"bench", "rules", "--accounts", "3000", "--runs", "1", "--json"}
		if engine == "postgres" {
			if os.Getenv("DATABASE_URL") == "" {
				continue
			}
			args = append(args, "--postgres")
		}
		code, out, errOut := call(t, args...)
		var r rulesResult
		if err := json.Unmarshal([]byte(out), &r); code != 0 || err != nil {
			t.Fatalf("exit code %d, %v: %s", code, err, errOut)
		}
		if r.Engine != engine || r.Matched == 0 || r.Moves == 0 || len(r.Steps) != 7 {
			t.Errorf("%+v", r)
		}
		for step, n := range r.Steps {
			if n == 0 {
				t.Errorf("%s: nobody is %s", engine, step)
			}
		}
	}
	t.Setenv("DATABASE_URL", "")
	for _, args := range [][]string{{"--accounts", "10"}, {"--runs", "0"}, {"--postgres"}} {
		if code, _, errOut := call(t, append([]string{"bench", "rules"}, args...)...); code != 2 {
			t.Errorf("%v: exit code %d, %s", args, code, errOut)
		}
	}
}

// TestBenchSelectStored: on every engine every account that the rule takes is in the funnel once, somebody has each
// outcome, and every part is timed. Previews of one base are the same plan.
func TestBenchSelectStored(t *testing.T) {
	t.Setenv("DATABASE_URL", os.Getenv("POSTLIFT_TEST_DATABASE_URL"))
	for _, engine := range []string{"sqlite", "postgres"} {
		args := []string{"bench", "select", "--store", "--accounts", "3000", "--runs", "1", "--json"}
		if engine == "postgres" {
			if os.Getenv("DATABASE_URL") == "" {
				continue
			}
			args = append(args, "--postgres")
		}
		code, out, errOut := call(t, args...)
		var r storedResult
		if err := json.Unmarshal([]byte(out), &r); code != 0 || err != nil {
			t.Fatalf("exit code %d, %v: %s", code, err, errOut)
		}
		if f := r.Funnel; r.Engine != engine || f.Check() != nil || f.Gated*f.OverCap*f.Holdout*f.Assigned == 0 || r.Hash == "" {
			t.Errorf("%+v", r)
		}
		for _, run := range []storedRun{r.First, r.Best} {
			if len(run.Phases) != 6 || !(run.Total.Wall > 0) {
				t.Errorf("%s: %+v", engine, run)
			}
		}
	}
	t.Setenv("DATABASE_URL", "")
	for _, args := range [][]string{{"--store", "--postgres"}, {"--postgres"}, {"--store", "--accounts", "10"}} {
		if code, _, errOut := call(t, append([]string{"bench", "select"}, args...)...); code != 2 {
			t.Errorf("%v: exit code %d, %s", args, code, errOut)
		}
	}
}
