package store

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"postlift/accounts"
)

const (
	listAccounts = `external_id,name,country,street,postcode,city
K1,Beispiel Maschinenbau GmbH,DE,Musterstraße 12 a,12345,Musterstadt
K2,Werkzeug & Söhne KG,DE,Postfach 12 34,54321,Beispielheim
K3,Andere AG,DE,Weg 3,20095,Hamburg
`
	listContacts = `external_id,account_id,first_name,last_name,email
P1,K1,Petra,Beispiel,Petra@Beispiel.example
P2,K1,Udo,Müller-Groß,
P3,K2,Ida,Fall,ida@werkzeug.example
P4,K3,Max,Frei,max@andere.example
`
)

// hashedList names P1 by e-mail, P2 by name and address, K2 by name and address, and somebody unknown.
func hashedList() string {
	var b strings.Builder
	b.WriteString("hash,date,reason\n")
	for _, h := range []string{accounts.EmailHash("petra@beispiel.example"), strings.ToUpper(accounts.PersonHash("udo", "MUELLER GROSS", "Musterstr. 12a", "", "D-12345")),
		accounts.CompanyHash("Werkzeug und Soehne", "", "PF 1234", "54321"), accounts.EmailHash("niemand@nirgends.example")} {
		fmt.Fprintf(&b, "%s,2026-05-01,\n", h)
	}
	return b.String()
}

// blocked lists whom suppressions name, by scope and external id.
func blocked(t *testing.T, s *Store) string {
	t.Helper()
	return cell(t, s, `SELECT x.scope || ' ' || COALESCE(c.external_id, a.external_id) || ' ' || x.reason || ' ' || x.list_name AS v FROM suppressions x
LEFT JOIN contacts c ON c.id = x.contact_id LEFT JOIN accounts a ON a.id = x.account_id AND x.scope = 'account'
WHERE c.id IS NOT NULL OR a.id IS NOT NULL ORDER BY 1`)
}

// TestHashedLists: a list of hashes blocks those whom we know and those who come later, or come to match later.
func TestHashedLists(t *testing.T) {
	const want = "account K2 imported_list Robinson,person P1 imported_list Robinson,person P2 imported_list Robinson"
	load := func(t *testing.T, s *Store, dry bool) accounts.Report {
		t.Helper()
		r, rejects, err := importWith(s, accounts.DefaultSettings(), "suppressions", hashedList(), "Robinson", dry)
		if err != nil || r.Rejected > 0 {
			t.Fatal(err, rejects)
		}
		return r
	}
	t.Run("known", func(t *testing.T) {
		eachEngine(t, func(t *testing.T, s *Store) {
			importText(t, s, "accounts", listAccounts)
			importText(t, s, "contacts", listContacts)
			r := load(t, s, true)
			if m := r.Matched; m.Contacts != 2 || m.Accounts != 1 || m.Sites != 0 || m.Nobody != 1 || !slices.Equal(m.Rows, []int{5}) {
				t.Errorf("a dry run says %+v", *m)
			}
			expect(t, s, "0", "SELECT COUNT(*) AS v FROM suppressions")
			counts(t, load(t, s, false), 4, 0, 0, 0)
			if got := blocked(t, s); got != want {
				t.Errorf("blocked are %s", got)
			}
			all := cell(t, s, "SELECT COUNT(*) AS v FROM suppressions")
			r = load(t, s, false)
			counts(t, r, 0, 0, 4, 0)
			if m := r.Matched; m.Contacts != 2 || m.Accounts != 1 || m.Nobody != 1 {
				t.Errorf("a second import says %+v", *m)
			}
			expect(t, s, all, "SELECT COUNT(*) AS v FROM suppressions")
		})
	})
	t.Run("later", func(t *testing.T) {
		eachEngine(t, func(t *testing.T, s *Store) {
			r := load(t, s, false)
			if m := r.Matched; m.Contacts+m.Accounts+m.Sites != 0 || m.Nobody != 4 {
				t.Errorf("%+v", *m)
			}
			importText(t, s, "accounts", listAccounts)
			importText(t, s, "contacts", listContacts)
			if got := blocked(t, s); got != want {
				t.Errorf("blocked are %s", got)
			}
			all := cell(t, s, "SELECT COUNT(*) AS v FROM suppressions")
			importText(t, s, "contacts", listContacts)
			expect(t, s, all, "SELECT COUNT(*) AS v FROM suppressions")

			// A contact gets a listed e-mail address, another one moves with the company, a company gets a site.
			importText(t, s, "contacts", "external_id,account_id,first_name,last_name,email\nP4,K3,Max,Frei,niemand@nirgends.example\nP5,K3,Udo,Müller-Groß,\n")
			importText(t, s, "sites", "external_id,account_id,street,postcode,city,main\nS3,K3,Muster Straße 12a,12345,Musterstadt,yes\n")
			if got := blocked(t, s); got != want+",person P4 imported_list Robinson,person P5 imported_list Robinson" {
				t.Errorf("blocked are %s", got)
			}
		})
	})
	t.Run("scope", func(t *testing.T) {
		eachEngine(t, func(t *testing.T, s *Store) {
			importText(t, s, "accounts", "external_id,name,street,postcode,city\nK1,Kim Muster,Weg 1,12345,Ort\nK2,Kim Muster,Weg 2,12345,Ort\n")
			importText(t, s, "contacts", "external_id,account_id,first_name,last_name\nP1,K1,Kim,Muster\nP2,K2,Kim,Muster\n")
			// the hash of a sole trader's person and company is the same
			importText(t, s, "suppressions", "hash,scope,reason\n"+accounts.CompanyHash("Kim Muster", "Weg 1", "", "12345")+",account,competitor\n"+
				accounts.PersonHash("Kim", "Muster", "Weg 2", "", "12345")+",,objection\n")
			if got := blocked(t, s); got != "account K1 competitor ,account K2 objection ,person P2 objection " {
				t.Errorf("blocked are %s", got)
			}
			expect(t, s, "competitor,active", "SELECT status AS v FROM accounts ORDER BY external_id")
			_, rejects := importText(t, s, "suppressions", "hash,scope\nabc,\n"+accounts.EmailHash("a@b.example")+",address\n")
			if !strings.Contains(rejects, "2,hash,hash,abc,a SHA-256 of 64 hexadecimal digits is needed") || !strings.Contains(rejects, "3,scope,required,address,") {
				t.Error(rejects)
			}
		})
	})
}

// TestObjectionOfPersonAndCompany: one row may ask for both.
func TestObjectionOfPersonAndCompany(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		importText(t, s, "accounts", listAccounts)
		importText(t, s, "contacts", listContacts)
		const file = "external_id,scope,first_name,last_name,company,reason,date,channel,evidence\n" +
			"W1,both,Petra,Beispiel,Beispiel Maschinenbau,objection,2026-05-02,e-mail,ticket 7\nW2,beide,Kim,Fremd,Fremde Firma,objection,2026-05-02,,\nW3,both,Ohne,Firma,,objection,2026-05-02,,\n"
		r, rejects := importText(t, s, "suppressions", file)
		counts(t, r, 2, 0, 0, 1)
		if m := r.Matched; m.Contacts != 1 || m.Accounts != 1 || m.Nobody != 1 || !slices.Equal(m.Rows, []int{3}) {
			t.Errorf("%+v\n%s", *m, rejects)
		}
		if got := blocked(t, s); got != "account K1 objection ,person P1 objection " {
			t.Errorf("blocked are %s", got)
		}
		expect(t, s, "e-mail/ticket 7,e-mail/ticket 7", "SELECT channel || '/' || evidence AS v FROM suppressions x WHERE x.contact_id IS NOT NULL OR x.account_id IS NOT NULL")
		r, _ = importText(t, s, "suppressions", file)
		counts(t, r, 0, 0, 2, 1)
	})
}
