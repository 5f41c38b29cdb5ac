package store

import (
	"context"
	"strings"
	"testing"
	"time"

	"postlift"
	"postlift/accounts"
	"postlift/campaigns"
	"postlift/responses"
)

// objections reads the privacy report's list of objections.
func objections(t *testing.T, s *Store) []campaigns.Objected {
	t.Helper()
	found, err := s.Objections(context.Background(), 0, postlift.DateOf(testNow), "Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestObjectionsKeepTheirEvidence: of two objections of one person the earlier is shown whole, and the proof of the other
// stays; in whatever order they come, in one file or two.
func TestObjectionsKeepTheirEvidence(t *testing.T) {
	const header = "external_id,scope,first_name,last_name,company,reason,date,channel,evidence\n"
	const late, early = "W10,person,Petra,Eins,Muster GmbH,objection,2026-05-11,e-mail,Ablage 10\n", "W37,person,Petra,Eins,Muster GmbH,objection,2026-04-26,phone,Ablage 37\n"
	const shown = "SELECT CAST(received_on AS TEXT) || ' ' || CAST(effective_on AS TEXT) || ' ' || channel || ' ' || evidence || ' ' || external_id AS v FROM suppressions"
	check := func(t *testing.T, s *Store) {
		t.Helper()
		expect(t, s, "2026-04-26 2026-04-26 phone Ablage 37 W37", shown)
		list := objections(t, s)
		if len(list) != 1 || len(list[0].Further) != 1 {
			t.Fatalf("%+v", list)
		}
		if f := list[0].Further[0]; f.Evidence != "Ablage 10" || f.Channel != "e-mail" || f.ExternalID != "W10" || f.ReceivedOn != postlift.MustDate("2026-05-11") {
			t.Errorf("%+v", f)
		}
	}
	for name, files := range map[string][]string{"one file": {late + early}, "one file, turned": {early + late}, "later file": {early, late}, "earlier file": {late, early}} {
		t.Run(name, func(t *testing.T) {
			eachEngine(t, func(t *testing.T, s *Store) {
				importText(t, s, "accounts", "external_id,name\nK1,Muster GmbH\n")
				importText(t, s, "contacts", "external_id,account_id,first_name,last_name\nP1,K1,Petra,Eins\n")
				for i, f := range files {
					r, _ := importText(t, s, "suppressions", header+f)
					if i == 1 && r.Updated != 1 || len(files) == 1 && (r.Inserted != 1 || r.Merged != 1) {
						t.Errorf("%+v", r)
					}
				}
				check(t, s)
				for _, f := range files { // again: nothing changes
					r, _ := importText(t, s, "suppressions", header+f)
					if r.Unchanged != r.Rows {
						t.Errorf("%+v", r)
					}
				}
				check(t, s)
				// the entry itself may correct its day: the other one comes first then
				importText(t, s, "suppressions", header+strings.Replace(early, "2026-04-26", "2026-05-20", 1))
				expect(t, s, "2026-05-11 2026-05-11 e-mail Ablage 10 W10", shown)
			})
		})
	}
}

// TestListedObjectionCountsOnce: what a list names by a hash is one objection with the block on the person and on the same
// person elsewhere; somebody's own objection beside it is another one.
func TestListedObjectionCountsOnce(t *testing.T) {
	hash := accounts.EmailHash("petra@beispiel.example")
	file := "external_id,scope,hash,reason,date,channel,evidence\nH1,person," + hash + ",objection,2026-05-02,post,list\n"
	load := func(t *testing.T, s *Store, listFirst bool) {
		t.Helper()
		if listFirst {
			importText(t, s, "suppressions", file)
		}
		importText(t, s, "accounts", "external_id,name,parent_id\nK1,Muster GmbH,\nK2,Muster Werke GmbH,K1\n")
		importText(t, s, "contacts", "external_id,account_id,first_name,last_name,email\nP1,K1,Petra,Beispiel,petra@beispiel.example\nP2,K2,Petra,Beispiel,\n")
		if !listFirst {
			r, _ := importText(t, s, "suppressions", file)
			counts(t, r, 1, 0, 0, 0)
		}
	}
	for name, listFirst := range map[string]bool{"list first": true, "contacts first": false} {
		t.Run(name, func(t *testing.T) {
			eachEngine(t, func(t *testing.T, s *Store) {
				load(t, s, listFirst)
				expect(t, s, "3", "SELECT COUNT(*) AS v FROM suppressions")
				list := objections(t, s)
				if len(list) != 1 || list[0].Contacts != 2 || list[0].ExternalID != "H1" {
					t.Fatalf("%+v", list)
				}
				// her own letter is an objection of its own, and the list's still says whom it blocks
				importText(t, s, "suppressions", "external_id,scope,contact_id,reason,date,channel,evidence\nW1,person,P1,objection,2026-05-20,post,letter\n")
				list = objections(t, s)
				if len(list) != 2 || list[0].Contacts != 2 || list[1].Contacts != 2 || len(list[0].Further)+len(list[1].Further) != 1 {
					t.Fatalf("%+v", list)
				}
				if hits := hitContacts(t, s); !hits["import:P1"] || !hits["import:P2"] {
					t.Error("somebody who objected may be mailed")
				}
			})
		})
	}
}

// TestObjectionByResponseKeepsEvidence: a response that makes a block begin earlier brings its own proof and leaves that
// of the list.
func TestObjectionByResponseKeepsEvidence(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		importText(t, s, "accounts", accountsFile)
		importText(t, s, "suppressions", "external_id,scope,account_id,reason,date,effective_on,channel,evidence\nW1,account,K1,objection,2026-05-01,2026-12-01,post,letter 1\n")
		_, err := s.SaveResponses(context.Background(), responses.Intake{Events: []responses.Event{{Source: "import", ExternalID: "r1",
			Kind: responses.Objection, AccountRef: "K1", At: testNow.Add(-time.Hour)}}}, postlift.System)
		if err != nil {
			t.Fatal(err)
		}
		list := objections(t, s)
		if len(list) != 1 || list[0].ExternalID != "r1" || list[0].Evidence != "" || len(list[0].Further) != 1 || list[0].Further[0].Evidence != "letter 1" {
			t.Errorf("%+v", list)
		}
	})
}

// TestUpgradeDerivesBlocks: blocks that lists made before blocks said what they came from are told apart by their names.
func TestUpgradeDerivesBlocks(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx := context.Background()
		migrator, err := s.migrator()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := migrator.DownTo(ctx, 15); err != nil {
			t.Fatal(err)
		}
		insert := "INSERT INTO suppressions (uid, scope, match_key, reason, source, external_id, received_on, effective_on) VALUES (?, ?, ?, 'objection', 'import', ?, '2026-05-01', '2026-05-01')"
		for _, row := range [][]any{{"u1", "person", "hash", "W1"}, {"u2", "person", "key of a person", "W1"}, {"u3", "person", "another one", "W2"},
			{"u4", "account", "the company, too", "W1"}, {"u5", "person", "no name", ""}, {"u6", "person", "no name either", ""}} {
			if _, err := s.write.ExecContext(ctx, s.bind(insert), row...); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Migrate(ctx); err != nil {
			t.Fatal(err)
		}
		expect(t, s, "u1 ,u2 u1,u3 ,u4 ,u5 ,u6 ", "SELECT uid || ' ' || origin_uid AS v FROM suppressions ORDER BY uid")
		if list := objections(t, s); len(list) != 5 {
			t.Errorf("%d objections", len(list))
		}
	})
}
