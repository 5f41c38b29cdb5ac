package store

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"postlift"
	"postlift/accounts"
)

var testSecret = []byte("test secret of 32 bytes, no less!")

// importText imports one file and returns its report and rejects.
func importText(t *testing.T, s *Store, kind, text string) (accounts.Report, string) {
	t.Helper()
	report, rejects, err := tryImport(s, kind, text, false)
	if err != nil {
		t.Fatalf("import %s: %v\n%s", kind, err, rejects)
	}
	if n := report.Inserted + report.Updated + report.Unchanged + report.Merged + report.Rejected; n != report.Rows || report.Merged < 0 || report.Unchanged < 0 {
		t.Errorf("import %s: %d rows, but %+v", kind, report.Rows, report)
	}
	return report, rejects
}

func tryImport(s *Store, kind, text string, dry bool) (accounts.Report, string, error) {
	return importWith(s, accounts.DefaultSettings(), kind, text, "", dry)
}

// importWith imports one file, or a list of a name, under settings of its own.
func importWith(s *Store, settings accounts.Settings, kind, text, list string, dry bool) (accounts.Report, string, error) {
	im := &accounts.Importer{Store: s, Clock: postlift.FixedClock(testNow), Secret: testSecret, Settings: settings}
	var rejects bytes.Buffer
	report, err := im.Import(context.Background(), accounts.Request{Kind: kind, File: kind + ".csv", Reader: strings.NewReader(text),
		DryRun: dry, Rejects: &rejects, List: list, Actor: postlift.Person("test")})
	return report, rejects.String(), err
}

// counts asserts inserted, updated, unchanged, rejected.
func counts(t *testing.T, r accounts.Report, inserted, updated, unchanged, rejected int64) {
	t.Helper()
	if r.Inserted != inserted || r.Updated != updated || r.Unchanged != unchanged || r.Rejected != rejected {
		t.Errorf("%s: inserted %d, updated %d, unchanged %d, rejected %d; want %d, %d, %d, %d (%v)", r.Kind,
			r.Inserted, r.Updated, r.Unchanged, r.Rejected, inserted, updated, unchanged, rejected, r.Reasons)
	}
}

// cell reads one value as text.
func cell(t *testing.T, s *Store, query string, args ...any) string {
	t.Helper()
	var v *string
	rows, err := s.queryRead(context.Background(), "SELECT CAST(x.v AS TEXT) FROM ("+query+") x", args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []string
	for rows.Next() {
		if err := rows.Scan(&v); err != nil {
			t.Fatal(err)
		}
		if v == nil {
			all = append(all, "NULL")
		} else {
			all = append(all, *v)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, ",")
}

func expect(t *testing.T, s *Store, want, query string, args ...any) {
	t.Helper()
	if got := cell(t, s, query, args...); got != want {
		t.Errorf("%s\n got %s\nwant %s", query, got, want)
	}
}

const accountsFile = `Kundennummer;Firma;Mutter-ID;Segment;Land;Straße;PLZ;Ort;Kunde seit;Mahnsperre;Akquisekosten
K1;Muster Maschinenbau GmbH;;A;Deutschland;Musterstr. 1;12345;Musterstadt;01.02.2020;nein;1.234,50
K2;Beispiel AG;K1;B;DE;Beispielweg 2;54321;Beispielheim;03.04.2021;ja;
K3;Tochter & Co. KG;K2;;Österreich;Gasse 3;1010;Wien;;;80,00
`

func TestImportAccounts(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		r, _ := importText(t, s, "accounts", accountsFile)
		counts(t, r, 3, 0, 0, 0)
		if r.SitesInserted != 3 || r.Format.Separator != ";" || r.Format.Decimal["acquisition_cost"] != "," {
			t.Errorf("report %+v", r)
		}
		expect(t, s, "123450,NULL,8000", "SELECT acquisition_cost_minor AS v FROM accounts ORDER BY external_id")
		expect(t, s, "import:K1,import:K1,import:K1", "SELECT group_key AS v FROM accounts ORDER BY external_id")
		expect(t, s, "DE,DE,AT", "SELECT country AS v FROM accounts ORDER BY external_id")
		expect(t, s, "12345,54321,1010", "SELECT postcode AS v FROM sites WHERE is_main ORDER BY external_id")
		expect(t, s, "0", "SELECT COUNT(*) AS v FROM accounts WHERE match_key = '' OR uid NOT LIKE 'acc_%'")
		expect(t, s, "imported", "SELECT verb AS v FROM events")

		r, _ = importText(t, s, "accounts", accountsFile)
		counts(t, r, 0, 0, 3, 0)
		if r.SitesInserted+r.SitesUpdated != 0 {
			t.Errorf("a second import touched sites: %+v", r)
		}

		key := cell(t, s, "SELECT match_key AS v FROM accounts WHERE external_id = 'K2'")
		r, _ = importText(t, s, "accounts", "external_id,name,segment\nK2,Beispiel Holding AG,A\nK4,Neu GmbH,C\nK1,Muster Maschinenbau GmbH,A\n")
		counts(t, r, 1, 1, 1, 0)
		expect(t, s, "K1,K2,K3,K4", "SELECT external_id AS v FROM accounts ORDER BY id")
		expect(t, s, "import:K1", "SELECT parent_key AS v FROM accounts WHERE external_id = 'K2'") // the file has no such column
		if cell(t, s, "SELECT match_key AS v FROM accounts WHERE external_id = 'K2'") == key {
			t.Error("the match key did not follow the name")
		}
		want := accounts.Keyer{Secret: testSecret}.Company("Beispiel Holding", "54321")
		expect(t, s, want, "SELECT match_key AS v FROM accounts WHERE external_id = 'K2'")
	})
}

func TestImportWrongRowsAndBrokenFiles(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		r, rejects := importText(t, s, "accounts", "external_id;name;country;postcode\n"+
			"1;\"Offen GmbH;DE;12345\n2;Gut GmbH;DE;1234\n3;;DE;12345\n2;Doppelt GmbH;DE;12345\n4;Fern AG;Nirgendwo;1\n5;=SUM(A1);DE;123\n6;Letzte GmbH;DE;99999\n")
		counts(t, r, 2, 0, 0, 5)
		for _, want := range []string{"row,field,rule,value,message,record\n", "2,,quote,", "4,name,required,", "5,external_id,duplicate,2,", "6,country,country,Nirgendwo,", "7,postcode,postcode,123,"} {
			if !strings.Contains(rejects, want) {
				t.Errorf("rejects lack %q:\n%s", want, rejects)
			}
		}
		expect(t, s, "01234", "SELECT postcode AS v FROM sites WHERE external_id = '2'")

		var b strings.Builder
		b.WriteString("external_id,name,country\n")
		for i := range 60 {
			b.WriteString("X" + strings.Repeat("1", i+1) + ",Firma,ZZZ\n")
		}
		if _, _, err := tryImport(s, "accounts", b.String(), false); postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("a broken file was taken: %v", err)
		}
		for _, text := range []string{"", "\n\n", "PK\x03\x04xxxx", "foo,bar\n1,2\n", "external_id,segment\n1,A\n"} {
			if _, _, err := tryImport(s, "accounts", text, false); postlift.KindOf(err) != postlift.Invalid {
				t.Errorf("%q: %v", text, err)
			}
		}
		dry, _, err := tryImport(s, "accounts", "external_id,name\n2,Anders GmbH\n9,Neun GmbH\n", true)
		if err != nil {
			t.Fatal(err)
		}
		counts(t, dry, 1, 1, 0, 0)
		expect(t, s, "2,6", "SELECT external_id AS v FROM accounts ORDER BY id")
		expect(t, s, "1", "SELECT COUNT(*) AS v FROM imports")
	})
}

func TestImportOrders(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		importText(t, s, "accounts", accountsFile)
		file := `Belegnummer;Kunde;Datum;Art;Bezug;Netto;Marge;Code
A1;K1;01.03.2026;Auftrag;;1.000,00;300,00;K7M2
A2;K2;2026-03-05;Rechnung;;500,00;;
G1;K1;10.03.2026;Gutschrift;A1;200,00;60,00;
G2;K1;11.03.2026;Storno;A1;-100,00;;
G3;K2;11.03.2026;Gutschrift;A9;-10,00;;
A3;K9;11.03.2026;Auftrag;;10,00;;
A4;K1;11.03.2027;Auftrag;;10,00;;
A5;K1;11.03.2026;Auftrag;;zehn;;
`
		r, _ := importText(t, s, "orders", file)
		counts(t, r, 5, 0, 0, 3)
		if r.Warnings["unreferenced_credit_note"] != 1 || r.Reasons["account_id.reference"] != 1 || r.Reasons["date.future"] != 1 || r.Reasons["net.number"] != 1 {
			t.Errorf("warnings %v, reasons %v", r.Warnings, r.Reasons)
		}
		expect(t, s, "100000,50000,-20000,-10000,-1000", "SELECT net_minor AS v FROM orders ORDER BY external_id")
		// -60.00 known, and of the other 100.00 the order's share of 30 %
		expect(t, s, "-30000/-9000", "SELECT credited_minor || '/' || credited_margin_minor AS v FROM orders WHERE external_id = 'A1'")
		r, _ = importText(t, s, "orders", file)
		counts(t, r, 0, 0, 5, 3)

		// The missing order comes later, a credit note turns to another order and changes its amount.
		r, _ = importText(t, s, "orders", "external_id,account_id,date,type,refers_to,net\nA9,K2,2026-03-01,order,,70.00\nG1,K1,2026-03-10,credit_note,A2,-50.00\n")
		counts(t, r, 1, 1, 0, 0)
		expect(t, s, "-10000,-5000,-1000", "SELECT credited_minor AS v FROM orders WHERE doc_type = 'order' ORDER BY external_id")
		r, _ = importText(t, s, "orders", "external_id,account_id,date,type,refers_to,net\nG3,K2,2026-03-11,credit_note,,-10.00\n")
		counts(t, r, 0, 1, 0, 0)
		expect(t, s, "-10000,-5000,0", "SELECT credited_minor AS v FROM orders WHERE doc_type = 'order' ORDER BY external_id")
	})
}

func TestImportOrderLines(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		importText(t, s, "accounts", accountsFile)
		const head = "external_id,account_id,date,type,line_no,product,quantity,line_net,line_margin\n"
		// The lines of A1 do not stand together; a line number comes twice.
		file := head + "A1,K1,2026-03-01,,1,Drill,2,800.00,240.00\nA2,K2,2026-03-02,,1,Oil,1,50.00,\nA1,K1,2026-03-01,,2,Oil,10,400.00,120.00\nA2,,,,2,Saw,1,30.00,9.00\nA1,K1,2026-03-01,,2,Oil,1,1.00,1.00\nG1,K1,2026-03-03,Gutschrift,1,Oil,1,80.00,20.00\n"
		r, rejects := importText(t, s, "orders", file)
		counts(t, r, 3, 0, 0, 1)
		if !strings.Contains(rejects, "6,line_no,duplicate,2,") {
			t.Error(rejects)
		}
		expect(t, s, "120000/36000,8000/NULL,-8000/-2000", "SELECT net_minor || '/' || COALESCE(CAST(margin_minor AS TEXT), 'NULL') AS v FROM orders ORDER BY external_id")
		r, _ = importText(t, s, "orders", file)
		counts(t, r, 0, 0, 3, 1)

		// One line less and another amount change one order; the other stays.
		r, _ = importText(t, s, "orders", head+"A1,K1,2026-03-01,,1,Drill,2,700.00,200.00\nA2,K2,2026-03-02,,1,Oil,1,50.00,\nA2,K2,2026-03-02,,2,Saw,1,30.00,9.00\n")
		counts(t, r, 0, 1, 1, 0)
		expect(t, s, "70000/20000", "SELECT net_minor || '/' || margin_minor AS v FROM orders WHERE external_id = 'A1'")
		expect(t, s, "4", "SELECT COUNT(*) AS v FROM order_lines")
	})
}

func TestImportPeopleAndSites(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		r, _ := importText(t, s, "employees", "Personalnummer;Vorname;Nachname;aktiv\nE1;Max;Mustermann;ja\nE2;Erika;Musterfrau;nein\n")
		counts(t, r, 2, 0, 0, 0)
		r, _ = importText(t, s, "accounts", "external_id,name,owner_id,street,postcode,city\nK1,Muster GmbH,E1,Weg 1,12345,Ort\nK2,Beispiel AG,E9,Weg 2,12346,Ort\n")
		if r.Warnings["unknown_owner"] != 1 {
			t.Error(r.Warnings)
		}
		sites := "external_id,account_id,name,street,postcode,city,main\nS1,K1,Werk,Werkstr. 5,54321,Stadt,yes\nS2,K1,Lager,Lagerstr. 6,54322,Stadt,yes\nS3,K7,X,Y 1,54322,Stadt,no\n"
		r, _ = importText(t, s, "sites", sites)
		counts(t, r, 2, 0, 0, 1)
		expect(t, s, "S1,K2", "SELECT external_id AS v FROM sites WHERE is_main ORDER BY account_id, id")
		expect(t, s, accounts.Keyer{Secret: testSecret}.Company("Muster", "54321"), "SELECT match_key AS v FROM accounts WHERE external_id = 'K1'")
		r, _ = importText(t, s, "sites", sites)
		counts(t, r, 0, 0, 2, 1)

		contacts := "Kontakt-ID;Kundennummer;Standort-ID;Anrede;Vorname;Nachname;Funktion;Rolle\nP1;K1;S1;Frau;Petra;Prüfstein;Leiterin Einkauf;Einkauf\nP2;K1;S9;Herr;Udo;Test;;\nP3;K2;S1;Herr;Udo;Test;;\nP4;K2;;;;;;\nP5;K2;;;;;Leitung Technik;Werkleiter\n"
		r, _ = importText(t, s, "contacts", contacts)
		counts(t, r, 2, 0, 0, 3)
		expect(t, s, "f/purchasing,/other", "SELECT gender || '/' || role AS v FROM contacts ORDER BY external_id")
		expect(t, s, accounts.Keyer{Secret: testSecret}.Person("Petra", "Pruefstein", "MUSTER"), "SELECT match_key AS v FROM contacts WHERE external_id = 'P1'")
		r, _ = importText(t, s, "contacts", contacts)
		counts(t, r, 0, 0, 2, 3)
		importText(t, s, "accounts", "external_id,name\nK1,Anders GmbH\n")
		expect(t, s, accounts.Keyer{Secret: testSecret}.Person("Petra", "Prüfstein", "Anders"), "SELECT match_key AS v FROM contacts WHERE external_id = 'P1'")
	})
}

func TestImportContracts(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		importText(t, s, "accounts", accountsFile)
		file := `external_id,account_id,started_on,term_months,auto_renew,notice_given_on,ended_on,end_reason,line_no,quantity,monthly_fee,valid_from,valid_to
V1,K1,2024-01-31,12,yes,,,,1,1,100.00,2024-01-31,2024-12-31
V1,K1,2024-01-31,12,yes,,,,1,1,110.00,2025-01-01,2025-06-30
V1,K1,2024-01-31,12,yes,,,,1,2,220.00,2025-07-01,
V2,K2,2023-05-01,12,yes,2025-01-10,2025-04-30,price,,1,50.00,,
V3,K2,2026-01-01,24,no,,,,,1,70.00,,
`
		r, _ := importText(t, s, "contracts", file)
		counts(t, r, 3, 0, 0, 0)
		const events = "SELECT c.external_id || ' ' || e.kind || ' ' || CAST(e.occurred_on AS TEXT) AS v FROM contract_events e JOIN contracts c ON c.id = e.contract_id ORDER BY c.external_id, e.occurred_on, e.kind"
		expect(t, s, "V1 started 2024-01-31,V1 repriced 2025-01-01,V1 renewed 2025-01-31,V1 resized 2025-07-01,V1 renewed 2026-01-31,"+
			"V2 started 2023-05-01,V2 renewed 2024-05-01,V2 notice 2025-01-10,V2 ended 2025-04-30,V3 started 2026-01-01", events)
		expect(t, s, "2027-01-30,2025-04-30,2027-12-31", "SELECT term_ends_on AS v FROM contracts ORDER BY external_id")
		r, _ = importText(t, s, "contracts", file)
		counts(t, r, 0, 0, 3, 0)
		r, _ = importText(t, s, "contracts", "external_id,account_id,started_on,term_months,monthly_fee\nV3,K2,2026-01-01,24,75.00\n")
		counts(t, r, 0, 1, 0, 0)
	})
}

func TestImportCosts(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		r, _ := importText(t, s, "costs", "Kanal;Monat;Kosten;Neukunden\nMesse;01.2026;12.500,00;14\nSuche;2026-02;800;3\nSuche;02/2026;900;3\nMesse;13.2026;1;1\n")
		counts(t, r, 2, 0, 0, 2)
		r, _ = importText(t, s, "costs", "channel,month,spend,won\nMesse,2026-01-31,12500.00,15\nSuche,2026-02,800.00,3\n")
		counts(t, r, 0, 1, 1, 0)
		expect(t, s, "1250000/15,80000/3", "SELECT spend_minor || '/' || won AS v FROM channel_costs ORDER BY channel")
	})
}

func TestImportSuppressions(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		importText(t, s, "accounts", accountsFile+"K5;Muster Maschinenbau;;A;DE;Anderswo 9;99999;Ort;;;\n")
		importText(t, s, "contacts", "external_id,account_id,first_name,last_name\nP1,K1,Petra,Prüfstein\nP2,K2,Udo,Test\nP3,K2,Ida,Fall\n")
		file := `external_id,scope,contact_id,first_name,last_name,company,street,postcode,city,reason,date
W1,,P1,,,,,,,objection,2026-04-01
W2,person,,U.,Test,,Beispielweg 2,54321,Beispielheim,Widerspruch,2026-04-02
W3,person,,Kim,Fremd,Fremde GmbH,,,,objection,2026-04-02
W4,address,,,,,Musterstraße 1,12345,,unzustellbar,2026-04-02
W5,,,,,Muster Maschinenbau GmbH,,,,closed,2026-04-02
W6,person,,Ida,Fall,Beispiel,,,,verstorben,2026-04-02
W7,person,,Ohne,,,,,,objection,2026-04-02
W8,,P9,,,,,,,objection,2026-04-02
`
		r, _ := importText(t, s, "suppressions", file)
		counts(t, r, 6, 0, 0, 2)
		expect(t, s, "P1,P2,P3", "SELECT c.external_id AS v FROM suppressions x JOIN contacts c ON c.id = x.contact_id WHERE x.scope = 'person' ORDER BY 1")
		expect(t, s, "deceased", "SELECT status AS v FROM contacts WHERE external_id = 'P3'")
		expect(t, s, "undeliverable", "SELECT status AS v FROM sites WHERE external_id = 'K1'")
		expect(t, s, "closed,closed", "SELECT status AS v FROM accounts WHERE external_id IN ('K1', 'K5') ORDER BY 1") // a name without postcode means both
		r, _ = importText(t, s, "suppressions", file)
		counts(t, r, 0, 0, 6, 2)

		// Who was unknown is blocked when they come.
		importText(t, s, "accounts", "external_id,name\nK9,Fremde G.m.b.H.\n")
		importText(t, s, "contacts", "external_id,account_id,first_name,last_name\nP9,K9,Kim,Fremd\n")
		expect(t, s, "P9", "SELECT c.external_id AS v FROM suppressions x JOIN contacts c ON c.id = x.contact_id WHERE x.external_id = 'W3'")
	})
}

func TestSuppressOnce(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx := context.Background()
		importText(t, s, "accounts", accountsFile)
		importText(t, s, "contacts", "external_id,account_id,first_name,last_name\nP1,K1,Petra,Prüfstein\n")
		p := &accounts.Suppressor{Store: s, Clock: postlift.FixedClock(testNow)}
		for range 2 {
			if err := p.Suppress(ctx, accounts.Suppression{ContactID: 1, Reason: accounts.ReasonObjection, Channel: "phone"}, postlift.Person("test")); err != nil {
				t.Fatal(err)
			}
		}
		expect(t, s, "person/2026-06-01", "SELECT scope || '/' || CAST(effective_on AS TEXT) AS v FROM suppressions")
		expect(t, s, "1", "SELECT COUNT(*) AS v FROM events WHERE noun = 'suppression'")
		expect(t, s, "true", "SELECT CASE WHEN x.match_key = c.match_key THEN 'true' ELSE 'false' END AS v FROM suppressions x JOIN contacts c ON c.id = x.contact_id")
		if err := p.Suppress(ctx, accounts.Suppression{Scope: accounts.ScopePerson}, postlift.System); postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("a suppression of nobody: %v", err)
		}
	})
}

// An account's own discount rate is a share a year; one above 1 is refused with its row.
func TestImportDiscountRate(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		r, rejects := importText(t, s, "accounts", "Kundennummer;Firma;Diskontsatz\nK1;Erste GmbH;0,08\nK2;Zweite GmbH;\nK3;Dritte GmbH;8\n")
		counts(t, r, 2, 0, 0, 1)
		if !strings.Contains(rejects, "discount_rate") || !strings.Contains(rejects, "0 to 1 is possible") {
			t.Errorf("rejects\n%s", rejects)
		}
		expect(t, s, "0.08,NULL", "SELECT discount_rate AS v FROM accounts ORDER BY external_id")
	})
}
