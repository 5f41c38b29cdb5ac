package store

import (
	"context"
	"testing"

	"postlift"
	"postlift/campaigns"
	"postlift/responses"
)

// hitContacts lists the external ids of contacts that the gate finds suppressed, by account or person.
func hitContacts(t *testing.T, s *Store) map[string]bool {
	t.Helper()
	var contacts []contactRow
	if err := s.gormR.Find(&contacts).Error; err != nil {
		t.Fatal(err)
	}
	ids := make([]int64, len(contacts))
	for i, c := range contacts {
		ids[i] = c.AccountID
	}
	today := postlift.DateOf(testNow)
	standings, recipients, err := s.GateFacts(context.Background(), ids, campaigns.Pressure{AsOf: today})
	if err != nil {
		t.Fatal(err)
	}
	hits := map[string]bool{}
	for _, r := range recipients {
		if len(r.Suppressed)+len(standings.Of(r.AccountID).Suppressed) > 0 {
			hits[r.Key] = true
		}
	}
	return hits
}

// Who objected before we knew them, named by company alone or by name and address, is blocked when they
// come; namesakes elsewhere are not.
func TestSuppressedBeforeTheyCame(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		importText(t, s, "suppressions", `external_id,scope,first_name,last_name,company,street,postcode,city,country,reason,date
W1,account,,,Neue Firma,,,,DE,objection,2026-01-01
W2,person,Max,Spät,,Gasse 7,20095,Hamburg,DE,imported_list,2026-01-01
W3,person,Otto,Ander,Andere Schreibweise KG,Gasse 8,20095,Hamburg,DE,imported_list,2026-01-01
W4,person,E.,Initial,,Gasse 9,20095,Hamburg,DE,imported_list,2026-01-01
W5,account,,,Ortsfest AG,,10115,,DE,objection,2026-01-01
`)
		importText(t, s, "accounts", `external_id,name,country,street,postcode,city
N1,Neue Firma GmbH,DE,Allee 1,10115,Berlin
N2,Spätling AG,DE,Gasse 7,20095,Hamburg
N3,Anders geschrieben,DE,Gasse 8,20095,Hamburg
N4,Neunerlei,DE,Gasse 9,20095,Hamburg
N5,Ortsfest AG,DE,Allee 5,10115,Berlin
N6,Ortsfest AG,DE,Allee 6,80331,München
N7,Neue Firma GmbH,,,,
`)
		contacts := `external_id,account_id,first_name,last_name
P1,N1,Paul,Neu
P2,N2,Max,Spät
P2b,N2,Marie,Spät
P3,N3,Otto,Ander
P4,N4,Eva,Initial
P5,N5,Karl,Ort
P6,N6,Karl,Fern
P7,N7,Nora,Neu
P8,N6,Max,Spät
`
		importText(t, s, "contacts", contacts)
		// a move to the address that a list names counts, too
		importText(t, s, "sites", "external_id,account_id,street,postcode,city,country,main\nS7,N7,Allee 2,10115,Berlin,DE,yes\n")
		hits := hitContacts(t, s)
		for _, id := range []string{"P1", "P2", "P3", "P4", "P5", "P7"} {
			if !hits["import:"+id] {
				t.Errorf("%s objected before it was imported and may be mailed", id)
			}
		}
		for _, id := range []string{"P2b", "P6", "P8"} {
			if hits["import:"+id] {
				t.Errorf("%s is blocked by the block of a namesake", id)
			}
		}
		before := cell(t, s, "SELECT COUNT(*) AS v FROM suppressions")
		importText(t, s, "contacts", contacts)
		if after := cell(t, s, "SELECT COUNT(*) AS v FROM suppressions"); after != before {
			t.Errorf("importing again made %s suppressions of %s", after, before)
		}
	})
}

// A block is not weakened by another entry, whatever the order, and importing again changes nothing.
func TestSuppressionsOnlyStrengthen(t *testing.T) {
	const header = "external_id,scope,first_name,last_name,company,reason,date,effective_on,until\n"
	const forever = "S1,person,Anna,Eins,Firma,objection,2026-01-05,,\n"
	const spring = "S2,person,Anna,Eins,Firma GmbH,objection,2026-02-01,2026-09-01,2026-10-01\n"
	eachEngine(t, func(t *testing.T, s *Store) {
		const state = "SELECT CAST(effective_on AS TEXT) || '/' || COALESCE(CAST(until_on AS TEXT), 'open') AS v FROM suppressions"
		r, _ := importText(t, s, "suppressions", header+forever+spring)
		if counts(t, r, 1, 0, 0, 0); r.Merged != 1 {
			t.Errorf("%d merged", r.Merged)
		}
		for range 2 {
			r, _ = importText(t, s, "suppressions", header+forever+spring)
			counts(t, r, 0, 0, 2, 0)
			expect(t, s, "2026-01-05/open", state)
		}
		r, _ = importText(t, s, "suppressions", header+spring)
		counts(t, r, 0, 0, 1, 0)
		expect(t, s, "2026-01-05/open", state)
		// the entry itself may correct its dates
		r, _ = importText(t, s, "suppressions", header+"S1,person,Anna,Eins,Firma,objection,2026-01-07,,2026-12-31\n")
		counts(t, r, 0, 1, 0, 0)
		expect(t, s, "2026-01-07/2026-12-31", state)
	})
}

// An objection holds at once, also where a list had blocked the person from a later day only, and where
// its instant is tomorrow by the UTC calendar.
func TestObjectionHoldsAtOnce(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		importText(t, s, "accounts", accountsFile)
		importText(t, s, "contacts", "external_id,account_id,first_name,last_name\nP1,K1,Petra,Prüfstein\n")
		importText(t, s, "suppressions", "external_id,scope,account_id,reason,date,effective_on\nW1,account,K1,objection,2026-05-01,2026-12-01\n")
		if hits := hitContacts(t, s); len(hits) != 0 {
			t.Fatalf("blocked already: %v", hits)
		}
		_, err := s.SaveResponses(context.Background(), responses.Intake{Events: []responses.Event{{Source: "import", ExternalID: "r1",
			Kind: responses.Objection, AccountRef: "K1", At: testNow.AddDate(0, 0, 1)}}}, postlift.System)
		if err != nil {
			t.Fatal(err)
		}
		if hits := hitContacts(t, s); !hits["import:P1"] {
			t.Error("an objection does not hold at once")
		}
	})
}
