package columns

import (
	"strings"
	"testing"
)

// Units whose denominator is zero, such as companies without an order, say nothing of a ratio and do not make it
// constant, wherever they stand; a ratio that is the same in all others is refused.
func TestRatioOfUnitsWithoutDenominator(t *testing.T) {
	read := func(lines ...string) (Report, error) {
		table, err := Read(strings.NewReader("arm,margin,orders\n"+strings.Join(lines, "\n")), Roles{Arm: "arm", Control: "a", Outcome: "margin", Denominator: "orders"})
		if err != nil {
			t.Fatal(err)
		}
		return Analyse(&table, Options{})
	}
	r, err := read("a,0,0", "a,10,1", "a,30,2", "a,8,1", "b,0,0", "b,25,2", "b,40,2", "b,11,1")
	if err != nil || r.Results[0].Estimate == nil {
		t.Fatalf("%+v %v", r.Results, err)
	}
	if got, want := r.Results[0].Estimate.Value, 76./5-48./4; got < want-1e-9 || got > want+1e-9 {
		t.Errorf("the difference is %g, want %g", got, want)
	}
	if _, err := read("a,0,0", "a,10,1", "a,20,2", "b,0,0", "b,30,3", "b,10,1"); err == nil || !strings.Contains(err.Error(), "the same in every") {
		t.Errorf("a constant ratio: %v", err)
	}
}
