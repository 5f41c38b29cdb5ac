package store

import (
	"context"
	"strings"
	"testing"

	"postlift"
	"postlift/accounts"
	"postlift/responses"
)

const matchAccounts = `external_id,name,street,postcode,city,country
K1,Muster Pumpen GmbH,Hauptstraße 12,10115,Musterstadt,DE
K2,Muster Ventile AG,Hauptstr. 12,10115,Musterstadt,DE
K3,Beispiel Bau GmbH,Am Platz 3,20095,Beispielheim,DE
K4,Beispiel Bau KG,Am Platz 3,20095,Beispielheim,DE
K5,Sample Tools Ltd,1 Sample Road,AB1 2CD,Sampleton,GB
`

// Orders without a customer number are taken where exactly one account fits, by the surest of their words, and refused
// by name elsewhere, with all their lines.
func TestOrdersAreRecognisedByWords(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		importText(t, s, "accounts", matchAccounts)
		importText(t, s, "contacts", "external_id,account_id,first_name,last_name\nP1,K1,Petra,Prüfstein\nP2,K2,Udo,Test\n")
		file := `Belegnummer;Kundennummer;Datum;Netto;Firma;Vorname;Nachname;Straße;PLZ;Ort;Land;Aktionscode
A1;K3;01.03.2026;100,00;;;;;;;;
A2;;02.03.2026;100,00;MUSTER PUMPEN;;;Haupt-Straße 12;10115;Musterstadt;DE;
A3;;02.03.2026;100,00;;P.;Pruefstein;Hauptstr. 12;10115;;;
A4;;03.03.2026;100,00;Muster Ventile;;;Postweg 9;10115;Musterstadt;;
A5;;03.03.2026;100,00;Sample Tools Limited;;;;AB1 2CD;;GB;
A6;;03.03.2026;100,00;Beispiel Bau;;;Am Platz 3;20095;Beispielheim;DE;
A7;;03.03.2026;100,00;Niemand GmbH;;;Am Platz 3;20095;Beispielheim;DE;
A8;;03.03.2026;100,00;Muster Pumpen;;;;;;DE;
A9;K9;03.03.2026;100,00;Muster Pumpen GmbH;;;Hauptstr. 12;10115;;DE;
A10;;03.03.2026;100,00;;;;;;;DE;UNBEKANNT
`
		r, rejects := importText(t, s, "orders", file)
		counts(t, r, 5, 0, 0, 5)
		const state = "SELECT o.external_id || ' ' || a.external_id || ' ' || o.matched_by AS v FROM orders o JOIN accounts a ON a.id = o.account_id ORDER BY o.external_id"
		expect(t, s, "A1 K3 customer,A2 K1 name_address,A3 K1 name_address,A4 K2 company_postcode,A5 K5 company_postcode", state)
		for _, want := range []string{"7,account_id,several,", "8,account_id,nobody,", "9,account_id,required,", "10,account_id,reference,K9", "11,account_id,nobody,UNBEKANNT"} {
			if !strings.Contains(rejects, want) {
				t.Errorf("rejects lack %q:\n%s", want, rejects)
			}
		}
		r, _ = importText(t, s, "orders", file)
		counts(t, r, 0, 0, 5, 5)

		lines := `external_id,date,company,postcode,line_no,line_net
L1,2026-03-01,Muster Pumpen,10115,1,10.00
L2,2026-03-01,Niemand,10115,1,10.00
L1,2026-03-01,Muster Pumpen,10115,2,5.00
L2,2026-03-01,Niemand,10115,2,5.00
`
		r, _ = importText(t, s, "orders", lines)
		if r.Rows != 4 || r.Inserted != 1 || r.Merged != 1 || r.Rejected != 2 {
			t.Errorf("lines: %+v", r)
		}
		expect(t, s, "1500", "SELECT net_minor AS v FROM orders WHERE external_id = 'L1'")
		expect(t, s, "2", "SELECT COUNT(*) AS v FROM order_lines")
	})
}

func TestOpportunitiesAreRecognisedAndKeepTheirStages(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		importText(t, s, "accounts", matchAccounts)
		r, _ := importText(t, s, "opportunities", "external_id,company,postcode,country,stage,opened_on,closes_on\nD1,Muster Pumpen GmbH,10115,DE,lead,2026-03-01,\nD2,Sample Tools,AB1 2CD,GB,won,2026-03-01,2026-04-01\nD3,Beispiel Bau,20095,DE,lead,2026-03-01,\n")
		counts(t, r, 2, 0, 0, 1)
		importText(t, s, "opportunities", "external_id,company,postcode,stage,opened_on\nD1,Muster Pumpen GmbH,10115,quote,2026-03-01\n")
		importText(t, s, "opportunities", "external_id,company,postcode,stage,opened_on\nD1,Muster Pumpen GmbH,10115,lead,2026-03-01\n")
		expect(t, s, "D1 lead open 2026-03-01,D1 quote open 2026-06-01,D2 won won 2026-04-01",
			"SELECT o.external_id || ' ' || z.stage || ' ' || z.status || ' ' || CAST(z.since_on AS TEXT) AS v FROM opportunity_stages z JOIN opportunities o ON o.id = z.opportunity_id ORDER BY v")
		expect(t, s, "company_postcode", "SELECT DISTINCT matched_by AS v FROM opportunities")
	})
}

// An accepted new address moves the site, lifts its block and outlasts returns of older letters; the tasks of a mailing
// are decided once.
func TestTasksAreDecidedOnceWithTheirEffects(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx := context.Background()
		seedPost(t, s, 20)
		svc := responses.NewService(s, nil, s.clock, s.ids)
		kim := postlift.Person("Kim Muster")
		back := func(id, piece, reason string, told responses.Told) {
			t.Helper()
			e := responses.Event{Source: "post", ExternalID: id, Kind: responses.Return, At: testNow.AddDate(0, 0, -20), PieceUID: piece, Reason: reason, Told: told}
			if _, err := svc.Record(ctx, e, postlift.System); err != nil {
				t.Fatal(err)
			}
		}
		back("1", "pc_1001", "no_receptacle", responses.Told{})
		back("2", "pc_1001", "moved_new_address", responses.Told{Street: "Neuer Weg 4", Postcode: "54321", City: "Neustadt", Country: "DE"})
		back("3", "pc_1002", "refused", responses.Told{})
		back("4", "pc_1003", "addressee_unknown", responses.Told{Successor: "Robin Beispiel"})
		_, err := svc.Record(ctx, responses.Event{Source: "desk", ExternalID: "9", Kind: responses.Call, At: testNow, Who: whoever("Niemand GmbH", "10000")}, kim)
		if postlift.KindOf(err) != postlift.Invalid {
			t.Fatalf("an event that names nobody gives %v", err)
		}
		list, err := svc.Tasks(ctx, false)
		if err != nil || len(list) != 4 {
			t.Fatalf("%v, %+v", err, list)
		}
		refused, moved, gone, unmatched := list[0], list[1], list[2], list[3]
		if refused.Kind != responses.DecideObjection || moved.Kind != responses.NewAddress || gone.Detail.Told.Successor != "Robin Beispiel" || unmatched.Kind != responses.Unmatched {
			t.Fatalf("%+v", list)
		}
		for _, wrong := range []struct {
			id string
			d  responses.TaskDecision
		}{{moved.ID, responses.TaskDecision{Decision: responses.TaskDone}}, {unmatched.ID, responses.TaskDecision{Decision: responses.TaskAccepted}},
			{gone.ID, responses.TaskDecision{Decision: "maybe"}}, {gone.ID, responses.TaskDecision{Decision: responses.TaskDone, Account: "K-1"}}} {
			if _, err := svc.DecideTask(ctx, wrong.id, wrong.d, kim); postlift.KindOf(err) != postlift.Invalid {
				t.Errorf("%+v gives %v", wrong.d, err)
			}
		}
		for _, right := range []struct {
			id string
			d  responses.TaskDecision
		}{{moved.ID, responses.TaskDecision{Decision: responses.TaskAccepted}}, {refused.ID, responses.TaskDecision{Decision: responses.TaskAccepted}},
			{gone.ID, responses.TaskDecision{Decision: responses.TaskDone}}} {
			if done, err := svc.DecideTask(ctx, right.id, right.d, kim); err != nil || done.By != "Kim Muster" {
				t.Fatalf("%+v: %v", done, err)
			}
		}
		if _, err := svc.DecideTask(ctx, moved.ID, responses.TaskDecision{Decision: responses.TaskRejected}, kim); postlift.KindOf(err) != postlift.Conflict {
			t.Errorf("a second decision gives %v", err)
		}
		if _, err := svc.DecideTask(ctx, unmatched.ID, responses.TaskDecision{Decision: responses.TaskAccepted, Account: "K-3"}, kim); postlift.KindOf(err) != postlift.Invalid {
			t.Errorf("an account of another source gives %v", err) // the event is of source desk
		}
		expect(t, s, "Neuer Weg 4/54321/ok", "SELECT street || '/' || postcode || '/' || status AS v FROM sites WHERE id = 1")
		expect(t, s, "0", "SELECT COUNT(*) AS v FROM suppressions WHERE site_id = 1 AND revoked_at IS NULL")
		expect(t, s, "objection post", "SELECT reason || ' ' || CASE WHEN source = 'task' THEN 'post' ELSE source END AS v FROM suppressions WHERE contact_id = 2 AND reason = 'objection'")
		expect(t, s, "4", "SELECT COUNT(DISTINCT match_key) + 3 AS v FROM accounts WHERE id = 1 AND match_key = '"+keyOf(s, "Muster 1 GmbH", "54321")+"'")

		back("5", "pc_2001", "no_such_number", responses.Told{}) // posted before the address was told
		expect(t, s, "Neuer Weg 4/54321/ok", "SELECT street || '/' || postcode || '/' || status AS v FROM sites WHERE id = 1")
		expect(t, s, "returned", "SELECT state AS v FROM pieces WHERE id = 2001")
	})
}

// The path counts what both arms did from the same data.
func TestPathIsReadForBothArms(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx := context.Background()
		seedPost(t, s, 40)
		svc := responses.NewService(s, nil, s.clock, s.ids)
		at := postlift.MustDate("2026-03-10").Time()
		for i, e := range []responses.Event{
			{Kind: responses.Visit, PieceUID: "pc_1001"}, {Kind: responses.Call, PieceUID: "pc_1001"}, {Kind: responses.Meeting, PieceUID: "pc_1001"},
			{Kind: responses.Call, PieceUID: "pc_1002"}, {Kind: responses.Call, PieceUID: "pc_2003"}, {Kind: responses.Call, AccountRef: "K-5"},
		} {
			e.Source, e.ExternalID, e.At = "erp", string(rune('a'+i)), at
			if _, err := svc.Record(ctx, e, postlift.System); err != nil {
				t.Fatal(err)
			}
		}
		importSource(t, s, "opportunities", "external_id,account_id,stage,opened_on\nD1,K-1,quote,2026-03-13\nD2,K-5,lead,2026-03-13\nD3,K-2,won,2026-03-13\nD4,K-4,lead,2026-02-13\n")
		if _, err := svc.Attribute(ctx, "cmp_1"); err != nil {
			t.Fatal(err)
		}
		u, err := svc.Read(ctx, "cmp_1", postlift.MustDate("2026-05-20"), nil)
		if err != nil {
			t.Fatal(err)
		}
		byName := map[string]responses.PathStage{}
		for _, p := range u.Path {
			byName[p.Name] = p
		}
		for name, want := range map[string]int{responses.PathVisit: 1, responses.PathResponse: 2, responses.PathMeeting: 1, responses.PathOpportunity: 2, responses.PathQuote: 2, responses.PathWon: 1} {
			if got := byName[name]; got.Accounts != want || got.MedianDays == nil {
				t.Errorf("%s: %+v, want %d accounts", name, got, want)
			}
		}
		if d := *byName[responses.PathResponse].MedianDays; d != 7 {
			t.Errorf("answered after %v days, want 7", d)
		}
		if c := byName[responses.PathOpportunity].Compared; c.Mailed != 2 || c.HeldOut != 1 {
			t.Errorf("opportunities side by side: %+v", c)
		}
		if c := byName[responses.PathOrder].Compared; c.Mailed != 32 || c.HeldOut != 8 {
			t.Errorf("orders side by side: %+v", c)
		}
		order := byName[responses.PathOrder]
		// Orders 4, 8, … name their own letter's code, orders 2, 6, … the coupon of the first campaign.
		if order.ByMethod[responses.ByCode] == 0 || order.ByMethod[responses.ByCustomer] != 0 || order.Leaks.HeldOut == 0 || order.Leaks.Orders == 0 {
			t.Errorf("orders: %+v, leaks %+v", order, order.Leaks)
		}
	})
}

func whoever(company, postcode string) accounts.Identity {
	return accounts.Identity{Company: company, Postcode: postcode, Country: "DE"}
}

func keyOf(s *Store, company, postcode string) string {
	return accounts.Keyer{Secret: s.secret}.Company(company, postcode)
}

// importSource imports a file of the source that the seeded accounts are of.
func importSource(t *testing.T, s *Store, kind, text string) {
	t.Helper()
	i := accounts.Importer{Store: s, Clock: s.clock, Secret: s.secret, Settings: accounts.DefaultSettings()}
	r, err := i.Import(context.Background(), accounts.Request{Kind: kind, File: "f.csv", Reader: strings.NewReader(text), Source: "erp", Actor: postlift.System})
	if err != nil || r.Rejected != 0 {
		t.Fatalf("%+v, %v", r, err)
	}
}
