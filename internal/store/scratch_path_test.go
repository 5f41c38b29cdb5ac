package store

import (
	"context"
	"testing"
	"time"

	"postlift"
	"postlift/accounts"
	"postlift/responses"
)

func TestScratchPathScale(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		seedPost(t, s, 20)
		ctx := context.Background()
		exec := func(q string) {
			t.Helper()
			if err := s.gormW.Exec(q).Error; err != nil {
				t.Fatal(err)
			}
		}
		n := "WITH RECURSIVE g(i) AS (SELECT 1001 UNION ALL SELECT i+1 FROM g WHERE i < 501000) "
		exec("INSERT INTO accounts (id, uid, source, external_id, name, group_key, status, match_key) " + n + "SELECT i, 'acc_x' || i, 'erp', 'X' || i, 'Firma ' || i, 'erp:X' || i, 'active', 'MK' || i FROM g")
		exec("INSERT INTO choices (run_id, account_id, group_key, outcome, propensity, contacts, features) " + n + "SELECT 1, i, 'erp:X' || i, CASE WHEN i % 10 = 0 THEN 'holdout' ELSE 'assigned' END, .9, '[]', '{}' FROM g")
		exec("INSERT INTO orders (id, source, external_id, account_id, doc_type, placed_on, currency, net_minor) " + n + "SELECT i, 'erp', 'ox' || i, i, 'order', '2026-03-10', 'EUR', 1000 FROM g")
		exec("INSERT INTO responses (id, uid, source, external_id, kind, account_id, occurred_at) " + n + "SELECT i, 'r' || i, 'erp', 'rx' || i, 'call', i, '2026-03-08 10:00:00+00:00' FROM g WHERE i % 5 = 0")
		exec("INSERT INTO opportunities (id, uid, source, external_id, account_id, stage, opened_on) " + n + "SELECT i, 'op' || i, 'erp', 'px' || i, i, 'quote', '2026-03-08' FROM g WHERE i % 5 = 1")
		exec("INSERT INTO opportunity_stages (opportunity_id, stage, status, since_on) SELECT id, stage, status, opened_on FROM opportunities")
		exec("ANALYZE")
		run, err := s.MeasuredRun(ctx, "cmp_1")
		if err != nil {
			t.Fatal(err)
		}
		at := time.Now()
		if _, err := s.AttributeRun(ctx, run.ID, responses.NewPicker); err != nil {
			t.Fatal(err)
		}
		t.Log("attribute", time.Since(at))
		at = time.Now()
		rows := 0
		if err := s.RunPath(ctx, run, postlift.MustDate("2026-05-02"), []string{"quote", "negotiation"}, func(responses.PathCount) error { rows++; return nil }); err != nil {
			t.Fatal(err)
		}
		t.Log("path", time.Since(at), rows)
		at = time.Now()
		who := make([]accounts.Identity, 50000)
		for i := range who {
			who[i] = accounts.Identity{Company: "Muster 1 GmbH", Street: "Beispielweg 1", Postcode: "10000", Country: "DE", FirstName: "K"}
			if i%2 == 0 {
				who[i].Company = "Unbekannt " + string(rune('a'+i%26))
				who[i].Street = "Weg " + time.Duration(i).String()
			}
		}
		err = s.inTx(ctx, func(tx *tx) error {
			_, err := (&matcher{tx: tx, keyer: accounts.Keyer{Secret: s.secret}}).identify(who)
			return err
		})
		t.Log("identify 50000", time.Since(at), err)
	})
}
