package store

import (
	"slices"
	"strings"
	"testing"

	"postlift/accounts"
)

// TestBlocksOfAccountsAndContacts: the words of other systems for "no advertising" and dunning levels hold
// letters back, and importing again changes nothing.
func TestBlocksOfAccountsAndContacts(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		file := "Kundennummer;Firma;Mahnstufe;Werbesperre;Status;Robinson-Kz\n" +
			"K1;Erste Muster GmbH;0;nein;aktiv;\nK2;Zweite Muster GmbH;2;ja;inaktiv;\nK3;Dritte Muster GmbH;;gesperrt;inaktiv;\nK4;Vierte Muster GmbH;M;;;\n"
		r, rejects := importText(t, s, "accounts", file)
		counts(t, r, 3, 0, 0, 1)
		if r.Blocked != 2 || r.Warnings["status_inaktiv_taken_as_active"] != 2 || len(r.Warnings) != 1 {
			t.Errorf("%d blocked, warnings %v", r.Blocked, r.Warnings)
		}
		if !slices.ContainsFunc(r.Attention, func(a string) bool { return strings.Contains(a, `"Robinson-Kz" looks like a block and is not used`) }) {
			t.Errorf("attention %q", r.Attention)
		}
		if !strings.HasSuffix(rejects, ",K4;Vierte Muster GmbH;M;;;\n") {
			t.Errorf("the reject lacks its row:\n%s", rejects)
		}
		expect(t, s, "K2", "SELECT external_id AS v FROM accounts WHERE dunning")
		expect(t, s, "2", "SELECT COUNT(*) AS v FROM suppressions WHERE scope = 'account' AND reason = 'objection' AND account_id IS NOT NULL AND source = 'import'")
		again, _ := importText(t, s, "accounts", file)
		counts(t, again, 0, 0, 3, 1)
		if again.Blocked != 0 {
			t.Errorf("importing again blocked %d", again.Blocked)
		}
		r, _ = importText(t, s, "contacts", "external_id,account_id,last_name,keine werbung\nP1,K1,Beispiel,yes\nP2,K1,Muster,no\n")
		counts(t, r, 2, 0, 0, 0)
		if r.Blocked != 1 {
			t.Errorf("%d contacts blocked", r.Blocked)
		}
		expect(t, s, "P1", `SELECT c.external_id AS v FROM suppressions s JOIN contacts c ON c.id = s.contact_id WHERE s.scope = 'person' AND s.reason = 'objection'`)
	})
}

// TestSuppressionsTellWhomTheyMatch counts the rows of a list by whom they found.
func TestSuppressionsTellWhomTheyMatch(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		importText(t, s, "accounts", "external_id,name,street,postcode,city,country\nK1,Erste Muster GmbH,Weg 1,01067,Musterstadt,DE\n")
		importText(t, s, "contacts", "external_id,account_id,first_name,last_name\nP1,K1,Petra,Beispiel\n")
		r, _ := importText(t, s, "suppressions", `scope,first_name,last_name,company,street,postcode,city
person,Petra,Beispiel,Erste Muster GmbH,,,
person,Paula,Beispiel,Erste Muster GmbH,,,
account,,,Erste Muster GmbH,,01067,
account,,,Unbekannte GmbH,,,
address,,,,Weg 1,01067,Musterstadt
address,,,,Weg 2,01067,Musterstadt
`)
		if r.Matched == nil {
			t.Fatal("the report does not say whom the list matches")
		}
		m := *r.Matched
		if m.Contacts != 1 || m.Accounts != 1 || m.Sites != 1 || m.Nobody != 3 || !slices.Equal(m.Rows, []int{3, 5, 7}) {
			t.Errorf("%+v", m)
		}
		if len(r.Attention) != 1 || !strings.HasPrefix(r.Attention[0], "3 rows match nobody known (rows 3, 5, 7)") {
			t.Errorf("%q", r.Attention)
		}
	})
}

// TestMissingColumnNamesItsSynonyms: who has a file of another system learns which headers would do.
func TestMissingColumnNamesItsSynonyms(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		_, _, err := tryImport(s, "accounts", "Firma,Ort\nMuster GmbH,Musterstadt\n", false)
		if err == nil || !strings.Contains(err.Error(), "external_id (or ") || !strings.Contains(err.Error(), "Kundennummer") {
			t.Errorf("%v", err)
		}
		columns, err := accounts.Columns("accounts")
		if err != nil || len(columns) == 0 || !columns[0].Required {
			t.Errorf("%v, %v", columns, err)
		}
	})
}
