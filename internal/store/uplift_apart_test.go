package store

import (
	"context"
	"testing"

	"postlift"
	"postlift/responses"
)

// TestCreditsOfKeyAccountsStandApart: match-back counts them, its ratio to the measured gain, in which they are not, does not.
func TestCreditsOfKeyAccountsStandApart(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx := context.Background()
		seedRun(t, s)
		_, err := s.AttributeRun(ctx, 1, responses.NewPicker)
		must(t, err)
		until := postlift.MustDate("2026-04-02")
		before, err := s.RunCredits(ctx, 1, until)
		must(t, err)
		must(t, s.gormW.Exec("UPDATE choices SET role = 'key' WHERE account_id IN (3, 6)").Error)
		after, err := s.RunCredits(ctx, 1, until)
		must(t, err)
		if before.Apart != (responses.Credits{}) || after.ByCode != before.ByCode || after.ByCustomer != before.ByCustomer || after.Holdout != before.Holdout {
			t.Errorf("%+v, with key accounts %+v", before, after)
		}
		if want := (responses.Credits{Orders: 1, NetMinor: 6000, MarginMinor: 2500}); after.Apart != want {
			t.Errorf("apart %+v, want %+v", after.Apart, want)
		}
	})
}
