package store

import (
	"context"
	"errors"
	"iter"
	"testing"

	"postlift"
	"postlift/clv/scoring"
)

func TestScorePublishesWhole(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		seedOrders(t, s)
		ctx, asOf := context.Background(), postlift.MustDate("2026-06-01")
		service := scoring.Service{Store: s, Clock: s.clock, IDs: s.ids}
		first, err := service.Score(ctx, asOf, postlift.System)
		if err != nil {
			t.Fatal(err)
		}
		if first.Accounts != 3 || first.Metrics.ExcludedDocuments != 2 {
			t.Errorf("accounts %d, excluded %d; want 3 and 2", first.Accounts, first.Metrics.ExcludedDocuments)
		}
		second, err := service.Score(ctx, asOf, postlift.System)
		if err != nil {
			t.Fatal(err)
		}
		if second.Total != first.Total {
			t.Errorf("the same data and date give %v and %v", first.Total, second.Total)
		}
		published, err := s.PublishedRun(ctx)
		if err != nil || published.UID != second.UID || published.Total != second.Total {
			t.Errorf("published %s %v, want %s %v (%v)", published.UID, published.Total, second.UID, second.Total, err)
		}
		checkParts(t, s, second.ID)
	})
}

func checkParts(t *testing.T, s *Store, run int64) {
	t.Helper()
	var rows []scoreRow
	if err := s.gormR.Where("run_id = ?", run).Order("account_id").Find(&rows).Error; err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if sum := r.OrdersMinor + r.CommittedMinor + r.RenewalMinor + r.ExpansionMinor - r.ServiceMinor - r.ContactMinor - r.FulfilmentMinor; sum != r.ResidualMinor {
			t.Errorf("account %d: parts add up to %d, residual is %d", r.AccountID, sum, r.ResidualMinor)
		}
		if r.Decile < 1 || r.Decile > 10 {
			t.Errorf("account %d: decile %d", r.AccountID, r.Decile)
		}
	}
	if rows[2].CommittedMinor <= 0 {
		t.Errorf("the open contract of account 3 is worth %d", rows[2].CommittedMinor)
	}
}

func TestScoreFailureLeavesThePublishedRun(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		seedOrders(t, s)
		ctx, asOf := context.Background(), postlift.MustDate("2026-06-01")
		service := scoring.Service{Store: s, Clock: s.clock, IDs: s.ids}
		good, err := service.Score(ctx, asOf, postlift.System)
		if err != nil {
			t.Fatal(err)
		}
		boom := errors.New("power cut")
		var rows iter.Seq2[scoring.Row, error] = func(yield func(scoring.Row, error) bool) {
			if yield(scoring.Row{AccountID: 1}, nil) {
				yield(scoring.Row{}, boom)
			}
		}
		bad := scoring.Run{UID: "scr_bad", AsOf: asOf, Currency: "EUR"}
		if err := s.BuildScores(ctx, &bad, rows, postlift.System); !errors.Is(err, boom) {
			t.Fatalf("error is %v, want the stream's own", err)
		}
		published, err := s.PublishedRun(ctx)
		if err != nil || published.UID != good.UID {
			t.Errorf("published %s after a failed run, want %s (%v)", published.UID, good.UID, err)
		}
	})
}

func TestAccountCardAndList(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		seedOrders(t, s)
		ctx, asOf := context.Background(), postlift.MustDate("2026-06-01")
		if _, err := (&scoring.Service{Store: s, Clock: s.clock, IDs: s.ids}).Score(ctx, asOf, postlift.System); err != nil {
			t.Fatal(err)
		}
		card, err := s.Account(ctx, "Muster eins GmbH")
		if err != nil {
			t.Fatal(err)
		}
		if card.Value == nil || card.OrderDays != 2 || card.Net.Minor != 34000 || len(card.Orders) != 7 {
			t.Errorf("card %+v", card)
		}
		if _, err := s.Account(ctx, "nobody"); postlift.KindOf(err) != postlift.NotFound {
			t.Errorf("an unknown account gives %v", err)
		}
		var all []string
		cursor := ""
		for {
			page, err := s.AccountsBy(ctx, scoring.AccountFilter{Search: "muster", Cursor: cursor, Limit: 2})
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range page {
				all = append(all, l.UID)
				cursor = l.Cursor
			}
			if len(page) < 2 {
				break
			}
		}
		if len(all) != 3 {
			t.Errorf("the pages list %v, want three accounts", all)
		}
		dist, err := s.Distribution(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var n int64
		for _, b := range dist.Bins {
			n += b.Accounts
		}
		if n != 3 {
			t.Errorf("the bins hold %d accounts, want 3", n)
		}
	})
}
