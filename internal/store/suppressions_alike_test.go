package store

import (
	"context"
	"slices"
	"testing"

	"postlift"
	"postlift/accounts"
	"postlift/responses"
)

const alikeAccounts = `external_id,name,country,street,postcode,city,parent_id
G1,Muster Holding AG,DE,Allee 1,10115,Berlin,
G2,Muster Technik GmbH,DE,Weg 2,20095,Hamburg,G1
D1,Beispielwerk GmbH,DE,Gasse 7,50667,Köln,
D2,Beispiel Werke,DE,Gasse 7,50667,Köln,
F1,Fern AG,DE,Pfad 9,80331,München,
`

// TestSamePersonIsBlockedEverywhere: who objects at one company is not written to at another one of its group, nor as
// a second row of the CRM with the company or the first name in another spelling; a namesake elsewhere is.
func TestSamePersonIsBlockedEverywhere(t *testing.T) {
	const contacts = `external_id,account_id,first_name,last_name
A1,G1,Kim,Müller
A2,G2,Kim,Mueller
A3,G2,Karl,Müller
A4,F1,Kim,Müller
B1,D1,Jo,Weiß
B2,D2,Jo,Weiss
B3,D1,J.,Weiß
B4,D2,Ida,Weiß
`
	const objections = `external_id,scope,contact_id,reason,date,channel,evidence
O1,person,A2,objection,2026-05-01,post,letter of 1 May
O2,person,B2,objection,2026-05-01,phone,note 7
`
	want := []string{"import:A1", "import:A2", "import:B1", "import:B2", "import:B3"}
	check := func(t *testing.T, s *Store, when string, want []string) {
		t.Helper()
		var got []string
		for key := range hitContacts(t, s) {
			got = append(got, key)
		}
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Errorf("%s %v are blocked, want %v", when, got, want)
		}
	}
	eachEngine(t, func(t *testing.T, s *Store) {
		importText(t, s, "accounts", alikeAccounts)
		importText(t, s, "contacts", contacts)
		importText(t, s, "suppressions", objections)
		check(t, s, "after the list", want)
		before := cell(t, s, "SELECT COUNT(*) AS v FROM suppressions")
		importText(t, s, "suppressions", objections)
		importText(t, s, "contacts", contacts)
		if after := cell(t, s, "SELECT COUNT(*) AS v FROM suppressions"); after != before {
			t.Errorf("importing again made %s suppressions of %s", after, before)
		}
		importText(t, s, "contacts", "external_id,account_id,first_name,last_name\nA9,G1,Kim,Mueller\nB9,D2,Jo,WEISS\n")
		check(t, s, "after both came once more", []string{"import:A1", "import:A2", "import:A9", "import:B1", "import:B2", "import:B3", "import:B9"})
	})
}

// TestSamePersonObjectsByAnswer: an objection that comes as an answer to a letter goes with the person, too.
func TestSamePersonObjectsByAnswer(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newMailWorld(t, s, 5, 10)
		w.prepare(t)
		must(t, s.gormW.Exec("UPDATE accounts SET group_key = 's:3' WHERE id = 9001").Error)
		must(t, s.gormW.Create(&contactRow{ID: 901, UID: "con_901", Source: "s", ExternalID: "901", AccountID: 9001, FirstName: "Aenne", LastName: "MÜLLER3"}).Error)
		piece, _, _ := liveAt(t, s, 3)
		_, err := s.SaveResponses(context.Background(), responses.Intake{Events: []responses.Event{{Source: "import", ExternalID: "r1",
			Kind: responses.Objection, PieceUID: piece, At: testNow}}}, postlift.System)
		must(t, err)
		if hits := hitContacts(t, s); len(hits) != 2 || !hits["s:3"] || !hits["s:901"] {
			t.Errorf("blocked: %v", hits)
		}
	})
}

func TestAlike(t *testing.T) {
	for _, c := range []struct {
		first, last, otherFirst, otherLast, reason string
		want                                       bool
	}{
		{"Kim", "Müller", "KIM", "Mueller", accounts.ReasonObjection, true},
		{"K.", "Müller", "Kim", "Müller", accounts.ReasonObjection, true},
		{"K.", "Müller", "Kim", "Müller", accounts.ReasonDeceased, false},
		{"Kim", "Müller", "Kim", "Müller", accounts.ReasonDeceased, true},
		{"Kim", "Müller", "Karl", "Müller", accounts.ReasonObjection, false},
		{"Kim", "Müller", "", "Müller", accounts.ReasonObjection, false},
		{"王", "Müller", "李", "Müller", accounts.ReasonObjection, false},
		{"Kim", "", "Kim", "", accounts.ReasonObjection, false},
	} {
		if got := alike(c.first, c.last, c.otherFirst, c.otherLast, c.reason); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
