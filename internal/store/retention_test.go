package store

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"postlift"
	"postlift/clv/retention"
	"postlift/clv/scoring"
)

// retentionFiles are accounts with one reason each.
func retentionFiles(t *testing.T, s *Store) {
	t.Helper()
	accounts, orders, contracts := portfolioFiles(150)
	importText(t, s, "employees", "external_id,first_name,last_name\nE1,Jana,Beispiel\n")
	importText(t, s, "accounts", accounts)
	importText(t, s, "orders", orders)
	importText(t, s, "contracts", contracts)
	importText(t, s, "accounts", `external_id,name,segment,owner_id,dunning,complaint
ZC,Zett Klage GmbH,A,E1,no,yes
ZU,Zett Mahnung GmbH,A,E1,yes,no
ZN,Zett Vertrag GmbH,A,E1,no,no
ZS,Zett Still GmbH,A,,no,no
`)
	var b strings.Builder
	b.WriteString("external_id,account_id,date,type,refers_to,net,margin\n")
	for i := range 24 {
		for _, who := range []string{"ZC", "ZU"} {
			fmt.Fprintf(&b, "%s%d,%s,%s,order,,100.00,40.00\n", who, i, who, postlift.MustDate("2026-05-20").AddDays(-30*i))
		}
		fmt.Fprintf(&b, "ZS%d,ZS,%s,order,,200.00,90.00\n", i, postlift.MustDate("2026-01-31").AddDays(-30*i))
	}
	importText(t, s, "orders", b.String())
	importText(t, s, "contracts", `external_id,account_id,started_on,term_months,notice_days,auto_renew,notice_given_on,line_no,product_group,quantity,monthly_fee,monthly_margin,valid_from,valid_to
ZN1,ZN,2024-01-01,12,30,yes,2026-05-04,1,service,1,900.00,400.00,2024-01-01,
`)
	importText(t, s, "contacts", "external_id,account_id,last_name,status\nP1,ZU,Muster,left\nP2,ZC,Muster,active\n")
}

// Both engines list the same contracts and accounts at risk, whether the figures of accounts are fresh or stand for another
// day; what is listed names its rule, its owner and its letters.
func TestRetentionLists(t *testing.T) {
	var lists []string
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx := context.Background()
		retentionFiles(t, s)
		scores := scoring.Service{Store: s, Clock: s.clock, IDs: s.ids}
		run, err := scores.ScoreWith(ctx, scoring.Options{AsOf: postlift.MustDate("2026-05-31"), Model: "bgnbd"}, postlift.System)
		must(t, err)
		service := retention.Service{Store: s}
		list := func() string {
			risk, err := service.AtRisk(ctx, retention.RiskQuery{})
			must(t, err)
			calendar, err := service.Renewals(ctx, retention.CalendarQuery{Months: 12})
			must(t, err)
			return retentionText(risk, calendar)
		}
		fresh := list()
		for _, want := range []string{"Zett Klage GmbH (Jana Beispiel) 48000: complaint -> settle_complaint", "Zett Mahnung GmbH (Jana Beispiel) 48000: unpaid contact_lost -> clear_open_items",
			"Zett Vertrag GmbH (Jana Beispiel) 480000: notice_given -> ask_why", "Zett Still GmbH () 108000: silent -> win_back", "ZN1 leaving 2026-12-31 Jana Beispiel 480000"} {
			if !strings.Contains(fresh, want) {
				t.Errorf("%q is missing in\n%s", want, fresh)
			}
		}
		// 2,400.00 of the year before at a margin of (24 * 90 + 20) / (24 * 200 + 50).
		importText(t, s, "orders", "external_id,account_id,date,type,refers_to,net,margin\nLATE,ZS,2026-01-05,order,,50.00,20.00\nFAR,K1,2020-01-05,order,,50.00,20.00\n")
		changed := list()
		must(t, s.RefreshFeatures(ctx, run.AsOf))
		if anew := list(); changed != anew || !strings.Contains(anew, "Zett Still GmbH () 107876: silent") {
			t.Errorf("accounts that have changed:\n%s\nwant\n%s", changed, anew)
		}
		fresh = changed
		must(t, s.RefreshFeatures(ctx, run.AsOf.AddMonths(-6)))
		if stale := list(); stale != fresh {
			t.Errorf("figures that stand for another day change the lists:\n%s\nwant\n%s", stale, fresh)
		}
		lists = append(lists, fresh)
	})
	if len(lists) == 2 && lists[0] != lists[1] {
		t.Errorf("SQLite lists\n%s\nPostgreSQL\n%s", lists[0], lists[1])
	}
}

// retentionText writes both lists without ids, which differ from database to database.
func retentionText(risk retention.AtRisk, calendar retention.Calendar) string {
	var b strings.Builder
	for _, l := range risk.Lines {
		fmt.Fprintf(&b, "%s (%s) %d:", l.Name, l.Owner, l.AtStake.Minor)
		for _, r := range l.Reasons {
			fmt.Fprint(&b, " ", r.Rule)
		}
		fmt.Fprintf(&b, " -> %s\n", l.Action)
	}
	for _, m := range calendar.Months {
		fmt.Fprintf(&b, "%s %d %d %d %d %d %d\n", m.Month, m.Open, m.AtStake.Minor, m.Lost.Minor, m.Secured.Minor, m.Gone.Minor, m.Deadlines)
	}
	for _, l := range calendar.Lines {
		fmt.Fprintf(&b, "%s %s %s %s %d %.9f\n", l.Contract, l.State, l.EndsOn, l.Owner, l.AtStake.Minor, l.Probability)
	}
	return b.String()
}

// Letters are the last one posted by the day and the newest one prepared; a block of the whole account says no advertising.
func TestLettersOf(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx := context.Background()
		importText(t, s, "accounts", "external_id,name,status\nA,Muster A GmbH,active\nB,Muster B GmbH,active\nC,Muster C GmbH,closed\n")
		ids := map[string]int64{}
		must(t, eachRowOf(s, "SELECT external_id, id FROM accounts", func(name string, id int64) { ids[name] = id }))
		importText(t, s, "suppressions", "scope,account_id,reason,received_on\naccount,B,do_not_mail,2026-01-10\n")
		letters, blocked, err := s.LettersOf(ctx, []int64{ids["A"], ids["B"], ids["C"]}, postlift.MustDate("2026-05-31"))
		must(t, err)
		if len(letters) != 0 || len(blocked) != 2 || blocked[ids["A"]] {
			t.Errorf("%v, %v", letters, blocked)
		}
	})
}

func eachRowOf(s *Store, query string, take func(name string, id int64)) error {
	rows, err := s.queryRead(context.Background(), query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		var id int64
		if err := rows.Scan(&name, &id); err != nil {
			return err
		}
		take(name, id)
	}
	return rows.Err()
}
