package responses

import (
	"strings"
	"testing"
	"time"

	"postlift/accounts/csvfile"
)

// "verzogen" and "moved" are said of both: whether the post told the new address decides what is done.
func TestMovedByTheAddressTold(t *testing.T) {
	file := "id;datum;code;grund;neue_strasse;neue_plz;neuer_ort\n" +
		"1;10.03.2026;K7M2-9QXP-4TB;verzogen;Neuer Weg 4;12345;Musterstadt\n" +
		"2;10.03.2026;K7M2-9QXP-4TB;verzogen;;;\n" +
		"3;10.03.2026;K7M2-9QXP-4TB;verzogen;;12345;\n" +
		"4;10.03.2026;K7M2-9QXP-4TB;unbekannt;Neuer Weg 4;12345;Musterstadt\n"
	rejects, err := csvfile.NewRejectWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	f := fileReading{report: &ImportReport{Reasons: map[string]int{}}, rejects: rejects, now: time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC), kind: ReturnsFile, home: "DE"}
	if err := f.read(strings.NewReader(file), time.UTC); err != nil {
		t.Fatal(err)
	}
	want := []string{"moved_new_address", "moved_unknown", "moved_unknown", "addressee_unknown"}
	if len(f.events) != len(want) {
		t.Fatalf("%d events of %d rows: %v", len(f.events), len(want), f.report.Reasons)
	}
	for i, e := range f.events {
		if e.Reason != want[i] {
			t.Errorf("row %d: %s, want %s", i+2, e.Reason, want[i])
		}
	}
}
