package main

import (
	"bytes"
	"strings"
	"testing"

	"postlift/campaigns"
)

// TestEveryReasonIsPrinted: in the gate's order, with how many it holds for; nothing where the lines above say the same.
func TestEveryReasonIsPrinted(t *testing.T) {
	f := campaigns.Funnel{Gated: 3, ByReason: []campaigns.ReasonCount{{Reason: campaigns.Objection, Accounts: 2}, {Reason: campaigns.OutsideArea, Accounts: 1}},
		AllCounts: map[campaigns.Reason]int{campaigns.OutsideArea: 3, campaigns.Objection: 2, campaigns.NoAddress: 1}}
	var b bytes.Buffer
	if printEveryReason(&b, f); !strings.Contains(b.String(), "objection 2, outside area 3, no address 1)") {
		t.Errorf("%q", b.String())
	}
	b.Reset()
	f.AllCounts = map[campaigns.Reason]int{campaigns.OutsideArea: 1, campaigns.Objection: 2}
	if printEveryReason(&b, f); b.Len() > 0 {
		t.Errorf("%q", b.String())
	}
}
