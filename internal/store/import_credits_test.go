package store

import (
	"context"
	"testing"

	"postlift"
	"postlift/accounts"
)

// Lines may be discounts, and every line of a credit note takes from its order, whichever row names what
// the document is.
func TestImportLinesOfBothSigns(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		importText(t, s, "accounts", accountsFile)
		r, rejects := importText(t, s, "orders", `external_id,account_id,date,type,refers_to,line_no,line_net,line_margin
L1,K1,2026-03-01,order,,1,-20.00,-6.00
L1,K1,2026-03-01,order,,2,100.00,30.00
L2,K1,2026-03-02,credit_note,L1,1,30.00,9.00
L2,,,,,2,10.00,3.00
L2,K1,2026-03-02,,,3,5.00,1.00
L3,K1,2026-03-03,order,,1,50.00,10.00
L3,,,,,2,-5.00,-1.00
`)
		if r.Rejected != 0 {
			t.Fatalf("rejected\n%s", rejects)
		}
		expect(t, s, "L1 8000/2400/-4500/-1300,L2 -4500/-1300/0/0,L3 4500/900/0/0",
			`SELECT external_id || ' ' || net_minor || '/' || margin_minor || '/' || credited_minor || '/' || credited_margin_minor AS v FROM orders ORDER BY external_id`)
		_, rejects = importText(t, s, "orders", "external_id,account_id,date,type,net\nN1,K1,2026-03-01,order,-20.00\n")
		if rejects == "" {
			t.Error("an order with a negative total was imported")
		}
	})
}

// A credit note in another currency than its order's does not mix with its cents: it stands by itself, at
// its own rate.
func TestCreditNoteInAnotherCurrency(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx := context.Background()
		importText(t, s, "accounts", accountsFile)
		if err := s.SaveRates(ctx, []accounts.Rate{{Currency: "JPY", ValidFrom: postlift.MustDate("2026-01-01"), Rate: .005}}, postlift.System); err != nil {
			t.Fatal(err)
		}
		file := `external_id,account_id,date,type,refers_to,currency,net,margin
O1,K1,2026-03-01,order,,EUR,1000.00,300.00
C1,K1,2026-03-05,credit_note,O1,JPY,20000,6000
`
		for range 2 {
			r, _ := importText(t, s, "orders", file)
			if r.Rejected != 0 {
				t.Fatalf("%+v", r)
			}
			expect(t, s, "0", "SELECT credited_minor AS v FROM orders WHERE external_id = 'O1'")
		}
		if err := s.RefreshFeatures(ctx, postlift.MustDate("2026-05-01")); err != nil {
			t.Fatal(err)
		}
		expect(t, s, "90000/27000", "SELECT f.net_minor || '/' || f.margin_minor AS v FROM account_features f JOIN accounts a ON a.id = f.account_id WHERE a.external_id = 'K1'")
	})
}

// An amount that names its own currency must agree with the row's.
func TestImportAmountInAnotherCurrency(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		importText(t, s, "accounts", accountsFile)
		r, _ := importText(t, s, "orders", `external_id,account_id,date,currency,net
A1,K1,2026-03-01,EUR,100.00 USD
A2,K1,2026-03-01,,$100.00
A3,K1,2026-03-01,,100.00 €
A4,K1,2026-03-01,USD,$100.00
A5,K1,2026-03-01,CHF,CHF 100.00
`)
		counts(t, r, 3, 0, 0, 2)
		expect(t, s, "A3,A4,A5", "SELECT external_id AS v FROM orders ORDER BY 1")
	})
}

// A contract in a currency without a rate is left out of the scores and counted.
func TestContractsWithoutRateAreCounted(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx := context.Background()
		importText(t, s, "accounts", accountsFile)
		importText(t, s, "contracts", `external_id,account_id,started_on,term_months,auto_renew,currency,monthly_fee
V1,K1,2026-01-01,12,yes,EUR,100.00
V2,K1,2026-01-01,12,yes,NOK,100.00
V3,K2,2026-01-01,12,yes,NOK,100.00
`)
		asOf := postlift.MustDate("2026-05-01")
		if err := s.RefreshFeatures(ctx, asOf); err != nil {
			t.Fatal(err)
		}
		contracts, excluded := 0, int64(0)
		for h, err := range s.Histories(ctx, asOf, nil) {
			if err != nil {
				t.Fatal(err)
			}
			in := h.Input(asOf, .3)
			contracts += len(in.Contracts)
			excluded += h.ExcludedContracts(asOf)
		}
		if contracts != 1 || excluded != 2 {
			t.Errorf("%d contracts valued, %d left out; want 1 and 2", contracts, excluded)
		}
	})
}
