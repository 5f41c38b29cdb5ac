package store

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"postlift"
	"postlift/responses"
)

// TestOtherCampaignsInTheWindow: letters of other advertising runs to the compared accounts are told with their cost,
// seeds shared out; contractual ones, those of other days and those to others are not among them.
func TestOtherCampaignsInTheWindow(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx := context.Background()
		seedRun(t, s)
		measuring := responses.NewService(s, nil, s.clock, s.ids)
		asOf := postlift.MustDate("2026-05-01")
		before, err := measuring.Read(ctx, "Spring", asOf, nil)
		if err != nil || before.OtherLetters != nil {
			t.Fatalf("%+v, %v", before.OtherLetters, err)
		}
		serial := int64(100)
		for id, class := range map[int64]string{2: "advertising", 3: "contractual"} {
			must(t, s.gormW.Create(&campaignRow{ID: id, UID: fmt.Sprint("cmp_", id), Name: fmt.Sprint("Other ", id), Class: class, State: "running", Version: 1, CreatedAt: testNow}).Error)
			must(t, s.gormW.Create(&campaignVersionRow{ID: id, CampaignID: id, Version: 1, Definition: "{}", CreatedAt: testNow}).Error)
			must(t, s.gormW.Create(&runRow{ID: id, UID: fmt.Sprint("run_", id), CampaignID: id, Step: 1, Pass: 1, Attempt: 1, CampaignVersion: 1, RuleVersionID: 1, DesignVersionID: 1, ScoreRunID: 1,
				Salt: "x", AsOf: postlift.MustDate("2026-03-10"), State: "measuring", PlanHash: "h", Funnel: "{}", Currency: "EUR", InHomeOn: postlift.MustDate("2026-03-17"), WindowDays: 30,
				Record: `{"piece_cost":{"minor":200,"currency":"EUR"}}`, CreatedAt: testNow}).Error)
			must(t, s.gormW.Create(&batchRow{ID: id, UID: fmt.Sprint("bt_", id), RunID: id, VendorID: 1, State: "posted", CreatedAt: testNow}).Error)
			for account, on := range map[int64]string{1: "2026-03-15", 2: "2026-03-15", 3: "2026-03-15", 4: "2026-04-03", 6: "2026-04-02", 7: "2026-03-15"} {
				serial++
				must(t, s.gormW.Create(&pieceRow{ID: serial, UID: fmt.Sprint("pc_", serial), RunID: id, CampaignID: id, Step: 1, Pass: 1, Kind: "live", AccountID: &account, RecipientKey: fmt.Sprint("R", serial),
					BatchID: id, SeqNo: serial, Token: fmt.Sprint("T", serial), Code: fmt.Sprint("C", serial), State: "posted", PostedOn: postlift.MustDate(on)}).Error)
			}
		}
		u, err := measuring.Read(ctx, "Spring", asOf, nil)
		if err != nil {
			t.Fatal(err)
		}
		o := u.OtherLetters // three groups mailed, two held out: 3 letters of 2.00, less 1 for every two groups
		if o == nil || o.Assigned != 3 || o.Holdout != 1 || o.Cost.Minor != 600-300 {
			t.Fatalf("%+v", o)
		}
		if u.Verdict != before.Verdict || *u.Net != *before.Net || o.Net.Value.Minor != u.Net.Value.Minor-300 || o.Net.Low.Minor != u.Net.Low.Minor-300 {
			t.Errorf("net %+v, less their cost %+v", u.Net, o.Net)
		}
		if note := u.Notes[len(u.Notes)-1]; note.Name != "other_letters" || !strings.Contains(note.Text.EN, "3 advertising letters to the assigned accounts meanwhile and 1 to the held-out") || strings.Contains(note.Text.DE, "%!") {
			t.Errorf("%+v", note)
		}
	})
}
