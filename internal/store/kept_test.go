package store

import (
	"context"
	"fmt"
	"testing"

	"postlift"
	"postlift/responses"
)

// What stands for a report is told without computing: its key changes with imports and recorded changes and not else,
// a frozen reading is given as it was frozen, without a comparison, and a campaign that posted nothing has neither.
func TestKeptReports(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, svc := context.Background(), learningWorld(t, s, 300)
		measuring := responses.NewService(s, nil, s.clock, s.ids)
		by := postlift.Person("Mara Muster")
		run := preview(t, svc, create(t, svc, fmt.Sprintf(learningCampaign, "First", "one", 300)).UID).Run.UID
		if _, err := measuring.Kept(ctx, "First", 0); postlift.KindOf(err) != postlift.NotFound {
			t.Errorf("nothing is posted yet: %v", err)
		}
		in := postlift.MustDate("2026-01-05")
		posted(t, s, run, in, 3)
		kept := func(name string, day int) responses.Kept {
			t.Helper()
			k, err := measuring.Kept(ctx, name, in.AddDays(day))
			must(t, err)
			return k
		}
		first := kept("First", 120)
		if first.Frozen != nil || first.Key == "" || kept(run, 120).Key != first.Key || kept("First", 121).Key == first.Key {
			t.Errorf("before a reading: %+v", first)
		}
		_, err := measuring.MeasureDue(ctx, in.AddDays(120), by)
		must(t, err)
		u, err := measuring.Read(ctx, run, in.AddDays(120), nil)
		must(t, err)
		k := kept("First", 120)
		if k.Key == first.Key || k.Frozen == nil || *k.Frozen.Net != *u.Net || k.Frozen.RunID != run {
			t.Fatalf("after a reading: %+v", k)
		}
		last := k.Frozen.Notes[len(k.Frozen.Notes)-1]
		if last.Name != responses.NoteFrozen || last.Text.EN != "This reading was taken on 5 May 2026 and frozen; later imports do not change it." {
			t.Errorf("its note is %+v", last)
		}
		if kept("First", 30).Frozen == nil || kept("First", 45).Frozen != nil {
			t.Error("a day between two readings has a reading, or a day of one has none")
		}
		must(t, s.inTx(ctx, func(x *tx) error { return x.event(by, "import", "imp_1", "imported", nil) }))
		if kept("First", 120).Key == k.Key {
			t.Error("an import leaves the key as it was")
		}
	})
}
