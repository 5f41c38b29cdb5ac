package store

import (
	"context"
	"fmt"
	"testing"

	"postlift"
	"postlift/mailers"
)

// Contract and orders are read as of the date, for every account of the run, and not at all where no letter names them.
func TestRecipientFacts(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		newMailWorld(t, s, 3, 10)
		ctx, day := context.Background(), postlift.MustDate
		for i, c := range []contractRow{
			{ExternalID: "V1", AccountID: 1, StartedOn: day("2025-09-01"), TermEndsOn: day("2026-08-31"), AutoRenew: true},
			{ExternalID: "V2", AccountID: 1, StartedOn: day("2025-08-01"), TermEndsOn: day("2026-07-31"), AutoRenew: true},
			{ExternalID: "V3", AccountID: 1, StartedOn: day("2024-08-01"), TermEndsOn: day("2025-07-31")},
			{ExternalID: "V4", AccountID: 2, StartedOn: day("2025-08-01"), TermEndsOn: day("2026-07-31"), AutoRenew: true, NoticeGivenOn: day("2026-05-20")},
			{ExternalID: "V5", AccountID: 3, StartedOn: day("2023-09-01"), TermEndsOn: day("2024-08-31"), AutoRenew: true},
			{ExternalID: "V6", AccountID: 3, StartedOn: day("2023-08-01"), TermEndsOn: day("2024-07-31"), AutoRenew: true, NoticeGivenOn: day("2024-05-20")},
		} {
			c.UID, c.Source, c.TermMonths, c.NoticeDays, c.Currency = "con_"+c.ExternalID, "s", 12, 30, "EUR"
			must(t, s.gormW.Create(&c).Error)
			for n, valid := range [][2]string{{"2025-01-01", ""}, {"2027-01-01", ""}, {"2024-01-01", "2026-05-31"}} {
				line := contractLineRow{ContractID: c.ID, LineNo: int64(n + 1), Product: "Wartung", Quantity: 1, MonthlyFeeMinor: int64(1000 * (i + 1)), ValidFrom: day(valid[0])}
				if valid[1] != "" {
					line.ValidTo = day(valid[1])
				}
				must(t, s.gormW.Create(&line).Error)
			}
		}
		for i := range 12 {
			must(t, s.gormW.Create(&orderRow{Source: "s", ExternalID: fmt.Sprintf("O%02d", i), AccountID: 1, DocType: "order", PlacedOn: day("2026-01-01").AddDays(i), Currency: "EUR", NetMinor: int64(1000 + i)}).Error)
		}
		must(t, s.gormW.Create(&orderRow{Source: "s", ExternalID: "later", AccountID: 1, DocType: "order", PlacedOn: day("2026-06-02"), Currency: "EUR", NetMinor: 1}).Error)
		var latest orderRow
		must(t, s.gormR.First(&latest, "external_id = 'O11'").Error)
		for i := range 25 {
			must(t, s.gormW.Create(&orderLineRow{OrderID: latest.ID, LineNo: int64(i + 1), Product: fmt.Sprintf("Bohrer %d", i+1), ProductGroup: "Werkzeug", Quantity: 2, NetMinor: 50}).Error)
		}
		list, err := s.RunRecipients(ctx, 1, 0, day("2026-06-01"), mailers.Needs{Contract: true, Orders: true})
		must(t, err)
		of := map[int64]mailers.Recipient{}
		for _, r := range list {
			of[r.AccountID] = r
		}
		c := of[1].Contract
		if c == nil || c.Number != "V2" || c.End != day("2026-07-31") || c.NoticeDeadline != day("2026-07-01") || c.TermMonths != 12 || c.Currency != "EUR" ||
			len(c.Lines) != 1 || c.Lines[0].MonthlyMinor != 2000 {
			t.Errorf("the contract that ends next: %+v", c)
		}
		if c := of[2].Contract; c == nil || c.Number != "V4" || !c.NoticeDeadline.IsZero() {
			t.Errorf("a contract to which notice was given: %+v", c)
		}
		if c := of[3].Contract; c == nil || c.Number != "V5" || c.End != day("2026-08-31") || c.NoticeDeadline != day("2026-08-01") {
			t.Errorf("a contract that has renewed itself: %+v", c)
		}
		if len(of[3].Orders) != 0 {
			t.Errorf("account 3 has no orders: %+v", of[3].Facts)
		}
		orders := of[1].Orders
		if len(orders) != mailers.MaxOrders || orders[0].Number != "O11" || orders[9].Number != "O02" || len(orders[0].Lines) != mailers.MaxOrderLines ||
			orders[0].Lines[19].Product != "Bohrer 20" || orders[0].NetMinor != 1011 || len(orders[1].Lines) != 0 {
			t.Errorf("orders %+v", orders)
		}
		plain, err := s.RunRecipients(ctx, 1, 0, day("2026-06-01"), mailers.Needs{})
		must(t, err)
		for _, r := range plain {
			if r.Contract != nil || r.Orders != nil {
				t.Errorf("facts that nobody asked for: %+v", r.Facts)
			}
		}
	})
}
