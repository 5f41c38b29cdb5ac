package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"postlift/campaigns"
)

// shuffleWorld brings about what the gate looks at, at random: groups, shared addresses, people and companies that
// stand in the CRM twice, statuses, opportunities, languages and suppressions of every way to hit.
func shuffleWorld(t *testing.T, s *Store, rng *rand.Rand, n int) {
	t.Helper()
	exec := func(query string, args ...any) {
		t.Helper()
		if _, err := s.write.Exec(s.bind(query), args...); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	some := func() int64 { return 1 + rng.Int64N(int64(n)) }
	for range n / 4 {
		exec("UPDATE accounts SET group_key = ? WHERE id = ?", fmt.Sprintf("s:g%d", rng.IntN(4)), some())
		exec("UPDATE accounts SET match_key = ? WHERE id = ?", fmt.Sprintf("A%04d", some()), some())
		exec("UPDATE sites SET match_key = ? WHERE id = ?", fmt.Sprintf("S%04d", some()), some())
		exec("UPDATE contacts SET match_key = ? WHERE id = ?", fmt.Sprintf("P%d1", some()), some()*10)
		exec("UPDATE contacts SET first_name = 'Kim', last_name = ? WHERE account_id = ?", fmt.Sprintf("Muster%d", rng.IntN(3)), some())
	}
	for i := range n / 8 {
		exec("UPDATE accounts SET status = ?, dunning = ?, language = ? WHERE id = ?", []string{"active", "closed", "insolvent", "competitor"}[rng.IntN(4)],
			rng.IntN(2) == 0, []string{"", "en", "de_AT"}[rng.IntN(3)], some())
		exec("UPDATE sites SET status = ?, country = ? WHERE id = ?", []string{"ok", "moved", "closed"}[rng.IntN(3)], []string{"DE", "AT", ""}[rng.IntN(3)], some())
		exec("UPDATE contacts SET status = ?, site_id = ? WHERE id = ?", []string{"active", "left", "deceased"}[rng.IntN(3)], some(), some()*10+1)
		exec("INSERT INTO opportunities (uid, source, external_id, account_id, stage, status, opened_on) VALUES (?, 's', ?, ?, 'quote', ?, ?)",
			fmt.Sprintf("opp_%d", i), fmt.Sprint(i), some(), []string{"open", "won"}[rng.IntN(2)], planDay.AddDays(-rng.IntN(3)+1))
	}
	addSuppressions(t, s, rng, n, "early")
}

func addSuppressions(t *testing.T, s *Store, rng *rand.Rand, n int, mark string) {
	t.Helper()
	reasons := []string{"objection", "deceased", "closed", "do_not_mail", "imported_list"}
	for i := range n / 6 {
		account := 1 + rng.Int64N(int64(n))
		row := suppressionRow{MatchKey: fmt.Sprintf("%s%d", mark, i), Reason: reasons[rng.IntN(len(reasons))], EffectiveOn: planDay.AddDays(rng.IntN(3) - 1)}
		switch rng.IntN(6) {
		case 0:
			row.Scope, row.AccountID = "account", id(account)
		case 1:
			row.Scope, row.MatchKey = "account", fmt.Sprintf("A%04d", account)
		case 2:
			row.Scope, row.ContactID = "person", id(account*10+1)
		case 3:
			row.Scope, row.MatchKey = "person", fmt.Sprintf("P%d1", account)
		case 4:
			row.Scope, row.SiteID = "address", id(account)
		case 5:
			row.Scope, row.MatchKey = "address", fmt.Sprintf("S%04d", account)
		}
		var same int64
		if err := s.gormR.Model(&suppressionRow{}).Where("scope = ? AND match_key = ? AND reason = ?", row.Scope, row.MatchKey, row.Reason).Count(&same).Error; err != nil {
			t.Fatal(err)
		}
		if same == 0 {
			suppress(t, s, row)
		}
	}
}

// TestSomeAccountsAreReadLikeAll: what the gate reads of a few accounts is what it reads of them among all.
func TestSomeAccountsAreReadLikeAll(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		const n = 80
		ctx, svc := context.Background(), planWorld(t, s, n)
		create(t, svc, campaignText)
		run := preview(t, svc, "Win back").Run
		if _, err := svc.Approve(ctx, "Win back", run.PlanHash, planner); err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(7, 7))
		shuffleWorld(t, s, rng, n)
		all := make([]int64, n)
		for i := range all {
			all[i] = int64(i + 1)
		}
		area := campaigns.Policy{Class: campaigns.Advertising, Area: &campaigns.Area{Countries: []string{"DE"}}}
		for _, p := range []campaigns.Pressure{{AsOf: planDay, WithUnsent: true}, {AsOf: planDay, ExceptRun: run.ID, Policy: &area},
			{AsOf: planDay, Policy: &campaigns.Policy{Class: campaigns.Contractual}}} {
			standings, recipients, err := s.GateFacts(ctx, all, p)
			if err != nil {
				t.Fatal(err)
			}
			ahead, contacts, err := s.GateFactsAhead(ctx, p)(all)
			if err != nil || !reflect.DeepEqual(ahead, standings) || !reflect.DeepEqual(contacts, recipients) {
				t.Errorf("read ahead (%v):\n%+v\n%+v\nat once:\n%+v\n%+v", err, ahead, contacts, standings, recipients)
			}
			few, fewContacts, err := s.GateFactsAhead(ctx, p)(all[:3])
			some, someContacts, other := s.GateFacts(ctx, all[:3], p)
			if err != nil || other != nil || !reflect.DeepEqual(few, some) || !reflect.DeepEqual(fewContacts, someContacts) {
				t.Errorf("few after reading ahead (%v, %v): %+v, want %+v", err, other, few, some)
			}
			for range 20 {
				part := []int64{1 + rng.Int64N(n), 1 + rng.Int64N(n), 1 + rng.Int64N(n)}
				slices.Sort(part)
				part = slices.Compact(part)
				some, people, err := s.GateFacts(ctx, part, p)
				if err != nil {
					t.Fatal(err)
				}
				for _, account := range part {
					if got, want := some.Of(account), standings.Of(account); !reflect.DeepEqual(got, want) {
						t.Errorf("account %d alone: %+v, among all: %+v", account, got, want)
					}
					got, want := slices.Clone(people.Of(account)), slices.Clone(recipients.Of(account))
					if !reflect.DeepEqual(onlyOwn(got), onlyOwn(want)) {
						t.Errorf("contacts of %d alone:\n%+v\namong all:\n%+v", account, got, want)
					}
				}
			}
		}
	})
}

// onlyOwn takes out the keys by which duplicates are known: whom a contact can double depends on who is asked for.
func onlyOwn(list []campaigns.Recipient) []campaigns.Recipient {
	for i := range list {
		list[i].AddressKey, list[i].NameKey, list[i].CompanyKey = "", "", ""
	}
	return list
}

// blockedNow finds, by a query of its own, the contacts that a list in force keeps from letters of a class.
func blockedNow(t *testing.T, s *Store, class campaigns.Class) map[int64]bool {
	t.Helper()
	query := `SELECT c.id, o.reason FROM suppressions o, contacts c JOIN accounts a ON a.id = c.account_id JOIN sites i ON i.id = COALESCE(c.site_id, a.id)
WHERE o.effective_on <= ? AND (o.scope = 'person' AND (o.contact_id = c.id OR o.match_key = c.match_key)
  OR o.scope = 'account' AND (o.account_id = a.id OR o.match_key = a.match_key) OR o.scope = 'address' AND (o.site_id = i.id OR o.match_key = i.match_key))`
	rows, err := s.read.Query(s.bind(query), planDay)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	found := map[int64]bool{}
	for rows.Next() {
		var contact int64
		var reason string
		if err := rows.Scan(&contact, &reason); err != nil {
			t.Fatal(err)
		}
		if class == campaigns.Advertising || reason == "deceased" || reason == "closed" {
			found[contact] = true
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return found
}

// TestNobodySuppressedThroughTheStore plans random worlds in both classes, has lists come in afterwards, and asks
// the release gate: nobody who is blocked by then is selected or released.
func TestNobodySuppressedThroughTheStore(t *testing.T) {
	for seed := range uint64(6) {
		class := []campaigns.Class{campaigns.Advertising, campaigns.Contractual}[seed%2]
		t.Run(fmt.Sprintf("%s-%d", class, seed), func(t *testing.T) {
			const n = 60
			s := openTest(t, filepath.Join(t.TempDir(), "test.db"))
			ctx, svc := context.Background(), planWorld(t, s, n)
			rng := rand.New(rand.NewPCG(seed, 3))
			shuffleWorld(t, s, rng, n)
			text := campaignText
			if class == campaigns.Contractual {
				if _, err := s.write.Exec("UPDATE design_versions SET class = 'contractual'"); err != nil {
					t.Fatal(err)
				}
				text = "name: Win back\nclass: contractual\nrule: clv.residual > 0\ndesign: winback\nlanding_url: https://www.example.com/\nlanguages: [de, en]\n"
			}
			create(t, svc, text)
			run := preview(t, svc, "Win back").Run
			blocked := blockedNow(t, s, class)
			chosen := chosenContacts(t, s, run.ID)
			if len(chosen) == 0 || len(blocked) == 0 {
				t.Fatalf("%d chosen, %d blocked: nothing is tried", len(chosen), len(blocked))
			}
			pieces := map[int64]pieceRow{}
			for contact, account := range chosen {
				if blocked[contact] {
					t.Errorf("contact %d is blocked and selected", contact)
				}
				pieces[account] = pieceRow{UID: fmt.Sprint(contact), ContactID: id(contact), State: "sealed"}
			}
			plantPieces(t, s, run, pieces)
			addSuppressions(t, s, rng, n, "late")
			held, err := svc.BlockedPieces(ctx, "bt_1", planDay)
			if err != nil {
				t.Fatal(err)
			}
			blocked = blockedNow(t, s, class)
			late := 0
			for _, p := range pieces {
				if blocked[*p.ContactID] {
					late++
					if held[p.UID] == "" {
						t.Errorf("contact %s is blocked and released", p.UID)
					}
				}
			}
			if late == 0 {
				t.Error("no late list hit a letter: nothing is tried")
			}
			if class == campaigns.Contractual {
				return
			}
			if r, err := svc.PrivacyReport(ctx, 0, 0); err != nil || r.Totals.Violated != 0 {
				t.Errorf("%+v, %v", r.Totals, err)
			}
		})
	}
}

// chosenContacts are the contacts of a plan's held-out and assigned accounts, with their accounts.
func chosenContacts(t *testing.T, s *Store, runID int64) map[int64]int64 {
	t.Helper()
	var rows []choiceRow
	if err := s.gormR.Where("run_id = ? AND outcome IN ('holdout', 'assigned')", runID).Find(&rows).Error; err != nil {
		t.Fatal(err)
	}
	found := map[int64]int64{}
	for _, r := range rows {
		var contacts []int64
		if err := r.Contacts.into(&contacts); err != nil {
			t.Fatal(err)
		}
		for _, c := range contacts {
			found[c] = r.AccountID
		}
	}
	return found
}
