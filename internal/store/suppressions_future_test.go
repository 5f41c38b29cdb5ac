package store

import (
	"context"
	"testing"

	"postlift"
)

// TestObjectionToComeIsNoted: an objection that is in force only from a day to come is accepted with a note, as letters
// may go out until then.
func TestObjectionToComeIsNoted(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		importText(t, s, "accounts", "external_id,name,country\nA,Alpha GmbH,DE\nB,Beta GmbH,DE\n")
		report, _ := importText(t, s, "suppressions", "scope,account_id,reason,date,effective_on\naccount,A,objection,2026-05-20,2026-06-02\naccount,B,objection,2026-05-20,2026-06-01\n")
		if n := report.Warnings["in_force_only_from_a_day_to_come"]; n != 1 || report.Rejected != 0 {
			t.Errorf("%d notes, %d rejected; the warnings are %v", n, report.Rejected, report.Warnings)
		}
	})
}

// TestTheSamePersonElsewhereIsOneObjection: the blocks made for who is the same person at another company of the group
// count as the one objection that they come from, in the report too.
func TestTheSamePersonElsewhereIsOneObjection(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		importText(t, s, "accounts", "external_id,name,country,parent_id\nA,Alpha GmbH,DE,\nB,Beta GmbH,DE,A\n")
		importText(t, s, "contacts", "external_id,account_id,first_name,last_name\nP1,A,Kim,Muster\nP2,B,Kim,Muster\nP3,B,Kai,Beispiel\n")
		importText(t, s, "suppressions", "scope,contact_id,reason,date,evidence\nperson,P1,objection,2026-05-20,Ablage 1\n")
		found, err := s.Objections(context.Background(), 0, postlift.MustDate("2026-06-01"), "Europe/Berlin")
		must(t, err)
		if len(found) != 1 || found[0].Contacts != 2 || found[0].Evidence != "Ablage 1" {
			t.Errorf("%+v", found)
		}
		if n := cell(t, s, "SELECT COUNT(*) AS v FROM suppressions WHERE reason = 'objection'"); n != "2" {
			t.Errorf("%s blocks", n)
		}
	})
}
