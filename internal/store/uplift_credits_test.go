package store

import (
	"context"
	"fmt"
	"testing"

	"postlift"
	"postlift/responses"
)

// A reading of a past day knows the credit notes given by then and no later ones: an order of 100 with a margin of 30
// loses 40 on the tenth and the rest on the twentieth.
func TestReadingOfAPastDayKnowsItsCredits(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		seedRun(t, s)
		ctx, day := context.Background(), postlift.MustDate
		for _, sql := range []string{"DELETE FROM orders", "UPDATE accounts SET source = 'import'"} {
			if err := s.gormW.Exec(sql).Error; err != nil {
				t.Fatal(err)
			}
		}
		_, rejects := importText(t, s, "orders", `external_id,account_id,date,type,refers_to,net,margin
O1,1,2026-03-05,order,,100.00,30.00
C1,1,2026-03-10,credit_note,O1,-40.00,
C2,1,2026-03-20,credit_note,O1,-60.00,-18.00
O2,3,2026-03-06,order,,50.00,
C3,3,2026-03-21,credit_note,O2,-50.00,
`)
		run, err := s.MeasuredRun(ctx, "Spring")
		if err != nil {
			t.Fatal(err)
		}
		for on, want := range map[string]string{
			"2026-03-08": "s:1 10000/3000/1 s:3 5000/1500/1 ",
			"2026-03-12": "s:1 6000/1800/1 s:3 5000/1500/1 ",
			"2026-03-25": "s:1 0/0/0 s:3 0/0/0 ",
			"":           "s:1 0/0/0 s:3 0/0/0 ",
		} {
			run.ReadOn = 0
			if on != "" {
				run.ReadOn = day(on)
			}
			sums, got := map[string]*responses.DayRow{}, ""
			err := s.RunDays(ctx, run, day("2026-03-03"), day("2026-04-02"), func(d responses.DayRow) error {
				if d.On > day("2026-03-09") { // the notes' own days hold nothing
					return nil
				}
				if sums[d.Key] == nil {
					sums[d.Key] = &responses.DayRow{}
				}
				sums[d.Key].Net, sums[d.Key].Margin, sums[d.Key].Orders = sums[d.Key].Net+d.Net, sums[d.Key].Margin+d.Margin, sums[d.Key].Orders+d.Orders
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, k := range []string{"s:1", "s:3"} {
				if d := sums[k]; d != nil {
					got += fmt.Sprintf("%s %.0f/%.0f/%d ", k, d.Net, d.Margin, d.Orders)
				}
			}
			if got != want {
				t.Errorf("read on %q: %s, want %s\n%s", on, got, want, rejects)
			}
		}
	})
}
