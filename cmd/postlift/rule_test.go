package main

import (
	"bytes"
	"postlift/campaigns/rules"
	"strings"
	"testing"
)

// TestFieldDescription: a field's page says type, meaning, who has no value and the texts that are possible.
func TestFieldDescription(t *testing.T) {
	f, err := rules.Builtin().Describe("clv.stage")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	printField(&b, f)
	for _, want := range []string{"clv.stage", "text", "Lifecycle stage", "No value: ", "is_empty(clv.stage)", `"at_risk"`, "At risk / Gefährdet"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, b.String())
		}
	}
	if f, err = rules.Builtin().Describe("clv.payback_month"); err != nil {
		t.Fatal(err)
	}
	if line := fieldLine(f); !strings.HasSuffix(line, "Month of payback (months after the scores' date, 0 already)") {
		t.Errorf("line %q", line)
	}
}

// TestPlainValues: a probability is shown without the digits that mean nothing.
func TestPlainValues(t *testing.T) {
	for v, want := range map[any]string{0.6311917616792453: "0.6312", 14.0: "14", 1234567.0: "1234567", "at_risk": `"at_risk"`, true: "true"} {
		if got := plain(v); got != want {
			t.Errorf("%v is shown as %s, want %s", v, got, want)
		}
	}
}
