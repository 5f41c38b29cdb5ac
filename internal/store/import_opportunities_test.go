package store

import (
	"strings"
	"testing"

	"postlift"
	"postlift/accounts"
)

// opportunityBase are two accounts with a contact each.
func opportunityBase(t *testing.T, s *Store) {
	t.Helper()
	importText(t, s, "accounts", accountsFile)
	importText(t, s, "contacts", "external_id,account_id,first_name,last_name\nP1,K1,Petra,Prüfstein\nP2,K2,Udo,Test\n")
}

func TestImportOpportunities(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		opportunityBase(t, s)
		file := `Verkaufschance;Kundennummer;Ansprechpartner-ID;Bezeichnung;Phase;Zustand;Betrag;Währung;Eröffnet am;Erwarteter Abschluss;Aktionscode
D1;K1;P1;Zweite Maschine;Angebot;offen;48.000,00;EUR;01.03.2026;31.08.2026;K7M2
D2;K2;;Wartung;LEAD;;;;02.03.2026;;
D3;K2;;Alt;Closed Won;;100,50;;02.01.2026;01.02.2026;
D4;K1;P2;Fremder;lead;;;;02.03.2026;;
D5;K9;;Niemand;lead;;;;02.03.2026;;
D6;K1;;Früh;lead;;;;02.03.2026;01.03.2026;
D7;K1;;Minus;lead;;-1;;02.03.2026;;
D8;K1;;Stufe;negotation;;;;02.03.2026;;
D9;K1;;Widerspruch;verloren;gewonnen;;;02.03.2026;;
D1;K1;;Doppelt;lead;;;;02.03.2026;;
`
		r, rejects := importText(t, s, "opportunities", file)
		counts(t, r, 3, 0, 0, 7)
		for _, want := range []string{"5,contact_id,reference,P2,the contact belongs to another account", "6,account_id,reference,K9,", "7,closes_on,range,2026-03-01,",
			"8,amount,range,'-1,", "9,stage,unknown,negotation,", "did you mean negotiation?", "10,stage,contradiction,verloren,", "11,external_id,duplicate,D1,"} {
			if !strings.Contains(rejects, want) {
				t.Errorf("rejects lack %q:\n%s", want, rejects)
			}
		}
		const state = `SELECT o.external_id || ' ' || a.external_id || ' ' || COALESCE(c.external_id, '-') || ' ' || o.stage || ' ' || o.status || ' ' ||
COALESCE(CAST(o.amount_minor AS TEXT), '-') || ' ' || o.currency || ' ' || COALESCE(CAST(o.closes_on AS TEXT), '-') AS v FROM opportunities o
JOIN accounts a ON a.id = o.account_id LEFT JOIN contacts c ON c.id = o.contact_id ORDER BY o.external_id`
		expect(t, s, "D1 K1 P1 quote open 4800000 EUR 2026-08-31,D2 K2 - lead open - EUR -,D3 K2 - Closed Won won 10050 EUR 2026-02-01", state)
		r, _ = importText(t, s, "opportunities", file)
		counts(t, r, 0, 0, 3, 7)

		// A file without a column keeps what is there; the opportunity moves to another account and is won.
		r, _ = importText(t, s, "opportunities", "external_id,account_id,stage,status,opened_on\nD1,K2,negotiation,won,2026-03-01\nD2,K2,lead,open,2026-03-02\n")
		counts(t, r, 0, 1, 1, 0)
		expect(t, s, "D1 K2 P1 negotiation won 4800000 EUR 2026-08-31,D2 K2 - lead open - EUR -,D3 K2 - Closed Won won 10050 EUR 2026-02-01", state)
		expect(t, s, "0", "SELECT COUNT(*) AS v FROM opportunities WHERE uid NOT LIKE 'opp_%'")
	})
}

// Every word is a stage where the settings list none.
func TestImportOpportunitiesWithoutListedStages(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		opportunityBase(t, s)
		settings := accounts.DefaultSettings()
		settings.Mail.OpportunityStages = []string{}
		r, rejects, err := importWith(s, settings, "opportunities", "external_id,account_id,stage,opened_on\nD1,K1,Erstgespräch,2026-03-01\n", "", false)
		if err != nil {
			t.Fatal(err, rejects)
		}
		counts(t, r, 1, 0, 0, 0)
		expect(t, s, "Erstgespräch/open", "SELECT stage || '/' || status AS v FROM opportunities")
	})
}

// TestImportsNoteOpportunitiesAndContacts: what is imported with an account changes that account, and the one that a
// contact or opportunity leaves.
func TestImportsNoteOpportunitiesAndContacts(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		opportunityBase(t, s)
		importText(t, s, "opportunities", "external_id,account_id,stage,opened_on\nD1,K1,lead,2026-03-01\n")
		run := scoreRunRow{UID: "scr_1", AsOf: postlift.DateOf(testNow), HorizonMonths: 36, Currency: "EUR", Params: "{}", Assumptions: "{}", Status: "published", CreatedAt: testNow}
		if err := s.gormW.Create(&run).Error; err != nil {
			t.Fatal(err)
		}
		if err := s.gormW.Create(&scorePointerRow{Name: publishedScores, RunID: run.ID}).Error; err != nil {
			t.Fatal(err)
		}
		const changed = "SELECT a.external_id AS v FROM account_changes c JOIN accounts a ON a.id = c.account_id WHERE c.mark = (SELECT MAX(mark) FROM account_changes) ORDER BY a.external_id"
		importText(t, s, "contacts", "external_id,account_id,first_name,last_name\nP3,K3,Ida,Fall\n")
		expect(t, s, "K3", changed)
		importText(t, s, "opportunities", "external_id,account_id,stage,opened_on\nD2,K2,lead,2026-03-01\n")
		expect(t, s, "K2", changed)
		importText(t, s, "opportunities", "external_id,account_id,stage,opened_on\nD1,K3,lead,2026-03-01\n")
		expect(t, s, "K1,K2,K3", "SELECT a.external_id AS v FROM account_changes c JOIN accounts a ON a.id = c.account_id ORDER BY a.external_id")
	})
}
