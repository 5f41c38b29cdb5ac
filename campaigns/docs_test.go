package campaigns

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestDocumentedGateIsTheGate: the table of reasons in the documentation has every reason in the gate's order, and says of
// each what the gate does: whether it holds for contractual letters, too, and whether release asks again.
func TestDocumentedGateIsTheGate(t *testing.T) {
	raw, err := os.ReadFile("../docs/campaigns.md")
	if err != nil {
		t.Skipf("no documentation to compare with: %v", err)
	}
	_, gate, found := strings.Cut(string(raw), "\n## The gate\n")
	if !found {
		t.Fatal("docs/campaigns.md has no section on the gate")
	}
	gate, _, _ = strings.Cut(gate, "\n#")
	word := map[bool]string{true: "yes", false: "no"}
	var order []Reason
	for _, row := range regexp.MustCompile("(?m)^\\| `(\\w+)` \\| [^|]+ \\| (\\w+) \\| (yes|no) \\| (\\w+) \\|$").FindAllStringSubmatch(gate, -1) {
		reason := Reason(row[1])
		order = append(order, reason)
		if want := word[onlyAdvertising&reasonBit[reason] == 0]; row[2] != want {
			t.Errorf("%s: the table says %s for contractual letters, the gate %s", reason, row[2], want)
		}
		if want := word[decidedByPlan&reasonBit[reason] == 0]; row[4] != want {
			t.Errorf("%s: the table says %s for release, the gate %s", reason, row[4], want)
		}
	}
	if !slices.Equal(order, Reasons()) {
		t.Errorf("the table has\n%v, the gate\n%v", order, Reasons())
	}
	for _, reason := range CapReasons() {
		if !strings.Contains(string(raw), "`"+string(reason)+"`") {
			t.Errorf("docs/campaigns.md does not name %s", reason)
		}
	}
}
