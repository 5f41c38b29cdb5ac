package store

import (
	"context"
	"slices"
	"testing"

	"postlift"
	"postlift/campaigns"
)

// TestSegmentObjectors: a member is marked where nobody at it may be sent advertising for objections, as the gate's own
// facts have it: its own, or one of every contact who is still there, of the person or of the address.
func TestSegmentObjectors(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, me := context.Background(), postlift.Person("test")
		service := planWorld(t, s, 40)
		plantSuppressions(t, s)
		for _, row := range []suppressionRow{
			{Scope: "person", MatchKey: "y1", ContactID: id(220), Reason: "objection"}, // one of two: the other may be written to
			{Scope: "person", MatchKey: "y2", ContactID: id(230), Reason: "objection"},
			{Scope: "person", MatchKey: "y3", ContactID: id(231), Reason: "objection"}, // both
			{Scope: "address", MatchKey: "S0024", Reason: "objection"},                 // their address
			{Scope: "person", MatchKey: "y4", ContactID: id(250), Reason: "objection"}, // the other has left
			{Scope: "person", MatchKey: "y5", ContactID: id(260), Reason: "do_not_mail"},
			{Scope: "person", MatchKey: "y6", ContactID: id(261), Reason: "do_not_mail"}, // no objection
			{Scope: "person", MatchKey: "y7", ContactID: id(270), Reason: "objection"},
			{Scope: "address", MatchKey: "z7", SiteID: id(28), Reason: "objection"}, // where the other one sits
		} {
			suppress(t, s, row)
		}
		for _, change := range []string{"UPDATE contacts SET status = 'left' WHERE id = 251", "UPDATE contacts SET site_id = 28 WHERE id = 271",
			"DELETE FROM contacts WHERE account_id = 29"} {
			_, err := s.write.Exec(change)
			must(t, err)
		}
		_, err := service.CreateSegment(ctx, "most", `clv.residual < 390`, me)
		must(t, err)
		_, err = service.BuildSegments(ctx, nil, campaigns.BuildOptions{AsOf: planDay}, me)
		must(t, err)
		segment, err := service.Segment(ctx, "most")
		must(t, err)
		list, err := service.SegmentMembers(ctx, segment, 0)
		must(t, err)
		var marked, ids []string
		var accounts []int64
		for _, m := range list {
			if ids = append(ids, m.ExternalID); m.Objected {
				marked = append(marked, m.ExternalID)
			}
			accounts = append(accounts, number(t, m.ExternalID))
		}
		slices.Sort(marked)
		if want := []string{"0011", "0023", "0024", "0025", "0027", "0028"}; !slices.Equal(marked, want) || len(ids) != 38 {
			t.Errorf("%v of %d members are marked, want %v", marked, len(ids), want)
		}
		standings, recipients, err := s.GateFacts(ctx, accounts, campaigns.Pressure{AsOf: planDay})
		must(t, err)
		for _, m := range list {
			if account := number(t, m.ExternalID); m.Objected != allObject(standings.Of(account), recipients.Of(account)) {
				t.Errorf("account %s: marked %v, unlike the gate's facts", m.ExternalID, m.Objected)
			}
		}
		state, err := service.SegmentState(ctx, "most")
		must(t, err)
		if state.Objectors == nil || *state.Objectors != int64(len(marked)) {
			t.Errorf("%v objectors are counted, %d marked", state.Objectors, len(marked))
		}
	})
}

func allObject(standing campaigns.Standing, recipients []campaigns.Recipient) bool {
	if slices.Contains(standing.Suppressed, campaigns.Objection) {
		return true
	}
	some := false
	for _, r := range recipients {
		if r.Status != "active" {
			continue
		}
		if some = true; !slices.Contains(r.Suppressed, campaigns.Objection) {
			return false
		}
	}
	return some
}

func number(t *testing.T, text string) (n int64) {
	t.Helper()
	for _, c := range text {
		n = n*10 + int64(c-'0')
	}
	return n
}

// TestSegmentsGoStaleByTheDay: a build of an earlier day is stale where the rule asks for the day, itself or through
// another rule, and not where it does not.
func TestSegmentsGoStaleByTheDay(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, me := context.Background(), postlift.Person("test")
		service := planWorld(t, s, 10)
		for _, rule := range [][2]string{{"relative", "last_order_on < days_ago(90)"}, {"days", "days_since_last_order > 90"},
			{"through", `in_segment("days") or clv.residual > 50`}, {"still", "clv.residual > 50"}} {
			_, err := service.CreateSegment(ctx, rule[0], rule[1], me)
			must(t, err)
		}
		for _, day := range []struct {
			asOf   postlift.Date
			behind int
			stale  []string
		}{{planDay.AddDays(-7), 7, []string{"days", "relative", "through"}}, {planDay, 0, nil}, {planDay.AddDays(2), -2, nil}} {
			_, err := service.BuildSegments(ctx, nil, campaigns.BuildOptions{AsOf: day.asOf}, me)
			must(t, err)
			states, err := service.SegmentStates(ctx)
			must(t, err)
			var stale []string
			for _, st := range states {
				if slices.Equal(st.Stale, []string{campaigns.StaleDay}) {
					stale = append(stale, st.Name)
				} else if len(st.Stale) > 0 {
					t.Errorf("as of %s %q is stale by %v", day.asOf, st.Name, st.Stale)
				}
				if st.BehindDays != day.behind {
					t.Errorf("as of %s %q is %d days behind", day.asOf, st.Name, st.BehindDays)
				}
			}
			if !slices.Equal(stale, day.stale) {
				t.Errorf("as of %s stale by the day: %v, want %v", day.asOf, stale, day.stale)
			}
		}
	})
}
