package store

import "testing"

const roleAccounts = "external_id,name,status\nK1,Erste Muster GmbH,inaktiv\nK2,Zweite Muster GmbH,Inactive\nK3,Dritte Muster GmbH,ruhend\nK4,Vierte Muster GmbH,geschlossen\n"

// TestRolesFromFunctions: a file without roles gets them from its functions, and says so; a role that somebody gave stays.
func TestRolesFromFunctions(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		importText(t, s, "accounts", roleAccounts)
		const file = "Kontakt-ID;Kundennummer;Nachname;Funktion\n1;K1;Eins;Einkauf\n2;K1;Zwei;Geschäftsführung\n3;K2;Drei;Technik\n4;K2;Vier;Buchhaltung\n5;K2;Fünf;\n"
		const roles = "SELECT external_id || ' ' || role AS v FROM contacts ORDER BY external_id"
		r, _ := importText(t, s, "contacts", file)
		counts(t, r, 5, 0, 0, 0)
		for _, role := range []string{"management", "purchasing", "technical", "other"} {
			if n := r.Warnings["role_taken_from_function_as_"+role]; n != 1 {
				t.Errorf("%d notes about %s: %v", n, role, r.Warnings)
			}
		}
		expect(t, s, "1 purchasing,2 management,3 technical,4 other,5 ", roles)
		r, _ = importText(t, s, "contacts", file)
		counts(t, r, 0, 0, 5, 0)

		// A file with roles has the word; one without them leaves what it said, and follows functions elsewhere.
		importText(t, s, "contacts", "Kontakt-ID;Kundennummer;Nachname;Rolle\n1;K1;Eins;Sonstige\n")
		r, _ = importText(t, s, "contacts", "Kontakt-ID;Kundennummer;Nachname;Funktion\n1;K1;Eins;Einkauf\n2;K1;Zwei;Leitung Einkauf\n")
		counts(t, r, 0, 1, 1, 0)
		expect(t, s, "1 other,2 purchasing,3 technical,4 other,5 ", roles)
		importText(t, s, "contacts", "Kontakt-ID;Kundennummer;Nachname\n3;K2;Drei-Neu\n") // neither column: nothing is concluded
		expect(t, s, "1 other,2 purchasing,3 technical,4 other,5 ", roles)
	})
}

// TestInactiveIsNotClosed: who buys nothing at present is whom a win-back letter is for.
func TestInactiveIsNotClosed(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		r, _ := importText(t, s, "accounts", roleAccounts)
		expect(t, s, "active,active,active,closed", "SELECT status AS v FROM accounts ORDER BY external_id")
		for _, word := range []string{"inaktiv", "inactive", "ruhend"} {
			if r.Warnings["status_"+word+"_taken_as_active"] != 1 {
				t.Errorf("%s is not told: %v", word, r.Warnings)
			}
		}
	})
}

// TestImportRowsClose: of every kind of file, rows are new, changed, unchanged, merged or rejected, each once, at the first
// import and at the second. importText checks the sum.
func TestImportRowsClose(t *testing.T) {
	files := []struct {
		kind, text       string
		inserted, merged int64 // at the first import; what is inserted is unchanged at the second
		rejected         int64
	}{
		{"employees", "external_id,last_name\nE1,Muster\nE1,Doppelt\nE2,Beispiel\n", 2, 0, 1},
		{"accounts", "external_id,name,street,postcode,city\nK1,Erste Muster GmbH,Weg 1,10115,Berlin\nK1,Noch einmal,,,\nK2,Zweite Muster GmbH,,,\n,Ohne Nummer,,,\n", 2, 0, 2},
		{"sites", "external_id,account_id,street,postcode,city\nS1,K1,Weg 2,10115,Berlin\nS1,K1,Weg 3,10115,Berlin\nS2,K9,Weg 4,10115,Berlin\n", 1, 0, 2},
		{"contacts", "external_id,account_id,last_name\nP1,K1,Eins\nP2,K1,Zwei\nP2,K1,Drei\n", 2, 0, 1},
		{"orders", "external_id,account_id,date,line_no,line_net\nA1,K1,2026-01-02,1,10\nA1,K1,2026-01-02,2,20\nA1,K1,2026-01-02,2,30\nA2,K1,2026-01-03,1,5\nA3,K1,2026-01-03,1,x\nA2,,,2,7\n", 2, 2, 2},
		{"contracts", "external_id,account_id,started_on,line_no,monthly_fee\nV1,K1,2025-01-01,1,10\nV1,K1,2025-01-01,2,20\nV1,K1,2025-01-01,1,30\nV2,K2,2025-01-01,1,\n", 1, 1, 2},
		{"opportunities", "external_id,account_id,stage,opened_on\nD1,K1,quote,2026-01-02\nD1,K1,lead,2026-01-02\n", 1, 0, 1},
		{"costs", "channel,month,spend\nmesse,2026-01,10\nmesse,2026-01,20\nmesse,2026-02,30\n", 2, 0, 1},
		{"places", "country,postcode,latitude,longitude\nDE,10115,52.5,13.4\nDE,10115,52.7,13.4\nDE,10117,52.6,13.5\nDE,x,52.6,13.5\n", 2, 1, 1},
		{"suppressions", "external_id,scope,first_name,last_name,company,reason,date,channel,evidence\nW1,both,Petra,Eins,Erste Muster,objection,2026-05-02,post,A\n" +
			"W2,person,Petra,Eins,Erste Muster GmbH,objection,2026-05-03,phone,B\nW3,person,,,,objection,2026-05-03,,\nW4,account,,,Fremde AG,objection,2026-05-03,,\n", 2, 1, 1},
	}
	eachEngine(t, func(t *testing.T, s *Store) {
		for _, f := range files {
			r, rejects := importText(t, s, f.kind, f.text)
			if counts(t, r, f.inserted, 0, 0, f.rejected); r.Merged != f.merged {
				t.Errorf("%s: %d merged, want %d\n%s", f.kind, r.Merged, f.merged, rejects)
			}
			if r, _ = importText(t, s, f.kind, f.text); r.Inserted != 0 || r.Updated != 0 {
				t.Errorf("%s again: %+v", f.kind, r)
			}
		}
	})
}
