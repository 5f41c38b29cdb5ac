package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"postlift"
	"postlift/clv/scoring"
)

// portfolioFiles makes up accounts with orders in lines and contracts in several groups, terms and sizes.
func portfolioFiles(n int) (accounts, orders, contracts string) {
	rng := rand.New(rand.NewPCG(7, 11))
	var a, o, k strings.Builder
	a.WriteString("external_id,name,segment,employees,acquired_on,acquisition_channel,discount_rate,parent_id\n")
	o.WriteString("external_id,account_id,date,type,refers_to,line_no,product_group,line_net,line_margin\n")
	k.WriteString("external_id,account_id,started_on,term_months,notice_days,auto_renew,ended_on,line_no,product_group,quantity,monthly_fee,monthly_margin,valid_from,valid_to\n")
	start, groups := postlift.MustDate("2023-01-02"), []string{"tools", "parts", "service"}
	for i := range n {
		since := start.AddDays(rng.IntN(700))
		rate, parent := "", ""
		if i%10 == 3 {
			rate = "0.05"
		}
		if i%7 == 1 {
			parent = fmt.Sprintf("K%d", i-1)
		}
		fmt.Fprintf(&a, "K%d,Muster %d GmbH,%s,%d,%s,%s,%s,%s\n", i, i, []string{"A", "B"}[i%2], rng.IntN(400), since, []string{"fair", "search"}[i%3/2], rate, parent)
		for day, j := since, 0; day < postlift.MustDate("2026-05-20") && j < 1+rng.IntN(14) && i%5 != 4; j++ {
			cents := 5000 + rng.IntN(90000)
			fmt.Fprintf(&o, "O%d-%d,K%d,%s,order,,1,%s,%d.%02d,%d.%02d\n", i, j, i, day, groups[rng.IntN(3)], cents/100, cents%100, cents/300, cents%100)
			day = day.AddDays(10 + rng.IntN(120))
		}
		if i%3 == 0 {
			writeContract(&k, rng, i, since.AddDays(rng.IntN(30)), groups[i%2+1])
		}
	}
	return a.String(), o.String(), k.String()
}

func writeContract(k *strings.Builder, rng *rand.Rand, i int, since postlift.Date, group string) {
	term, ended := []int{1, 12, 12, 24}[rng.IntN(4)], ""
	if rng.IntN(3) == 0 {
		if end := since.AddMonths(term * (1 + rng.IntN(2))).AddDays(-1); end < postlift.MustDate("2026-05-25") {
			ended = end.String()
		}
	}
	change := since.AddMonths(term)
	if change > postlift.MustDate("2026-05-01") || ended != "" {
		fmt.Fprintf(k, "V%d,K%d,%s,%d,30,yes,%s,1,%s,2,%d.00,40.00,%s,\n", i, i, since, term, ended, group, 100+rng.IntN(50), since)
		return
	}
	fmt.Fprintf(k, "V%d,K%d,%s,%d,30,yes,%s,1,%s,2,100.00,40.00,%s,%s\n", i, i, since, term, ended, group, since, change.AddDays(-1))
	fmt.Fprintf(k, "V%d,K%d,%s,%d,30,yes,%s,1,%s,%d,%d.00,50.00,%s,\n", i, i, since, term, ended, group, 2+rng.IntN(2), 101+rng.IntN(9), change)
}

// everybody makes an incremental run value every account.
type everybody struct{ *Store }

// Changed lists all accounts.
func (e everybody) Changed(ctx context.Context, _ *scoring.Run, _ bool) ([]int64, error) {
	var ids []int64
	err := e.reader(ctx).Model(&accountRow{}).Order("id").Pluck("id", &ids).Error
	return ids, err
}

// An incremental run gives, to the last digit of every column, what valuing everybody anew under the same
// models gives, whichever way an account changed.
func TestIncrementalEqualsFull(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, asOf := context.Background(), postlift.MustDate("2026-05-31")
		accounts, orders, contracts := portfolioFiles(240)
		importText(t, s, "accounts", accounts)
		importText(t, s, "orders", orders)
		importText(t, s, "contracts", contracts)
		service := scoring.Service{Store: s, Clock: s.clock, IDs: s.ids}
		base, err := service.Score(ctx, asOf, postlift.System)
		must(t, err)
		same, err := service.Incremental(ctx, postlift.System)
		must(t, err)
		if same.UID != base.UID {
			t.Errorf("nothing changed, and run %s became %s", base.UID, same.UID)
		}

		importText(t, s, "orders", "external_id,account_id,date,type,refers_to,net,margin\nN1,K1,2026-05-28,order,,900.00,300.00\n"+
			"C1,K2,2026-05-29,credit_note,O2-0,20.00,5.00\nO5-0,K6,2026-05-30,order,,77.00,20.00\n") // O5-0 moves from K5 to K6
		importText(t, s, "contracts", "external_id,account_id,started_on,term_months,ended_on,monthly_fee\nV3,K3,2025-01-01,12,2026-05-20,100.00\n")
		importText(t, s, "accounts", "external_id,name,service_level,acquisition_cost,discount_rate\nK8,Muster 8 GmbH,gold,12.00,0.2\nNEW,Neu GmbH,,,\n")
		importText(t, s, "suppressions", "scope,account_id,reason,date\naccount,K10,objection,2026-05-20\n")

		fast, err := service.Incremental(ctx, postlift.System)
		must(t, err)
		if n := fast.Metrics.Rescored; n == nil || *n < 8 || *n > 12 {
			t.Errorf("valued anew: %v accounts, want about nine", n)
		}
		if fast.Kind != scoring.KindIncremental || fast.Base != base.UID || fast.Accounts != 241 {
			t.Errorf("run %+v", fast)
		}
		_, err = s.PublishRun(ctx, base.UID, postlift.System)
		must(t, err)
		whole, err := (&scoring.Service{Store: everybody{s}, Clock: s.clock, IDs: s.ids}).Incremental(ctx, postlift.System)
		must(t, err)
		sameScores(t, s, fast, whole)
		differ := cell(t, s, `SELECT COUNT(*) AS v FROM scores x JOIN scores y ON y.account_id = x.account_id
WHERE x.run_id = ? AND y.run_id = ? AND x.residual_minor <> y.residual_minor`, base.ID, fast.ID)
		if differ == "0" {
			t.Error("the changes moved no value")
		}
	})
}

func sameScores(t *testing.T, s *Store, x, y scoring.Run) {
	t.Helper()
	read := func(run scoring.Run) []scoreRow {
		var rows []scoreRow
		must(t, s.gormR.Where("run_id = ?", run.ID).Order("account_id").Find(&rows).Error)
		for i := range rows {
			rows[i].RunID = 0
		}
		return rows
	}
	a, b := read(x), read(y)
	if len(a) != len(b) || x.Total != y.Total || *x.Metrics.Band != *y.Metrics.Band {
		t.Fatalf("%d and %d scores, totals %v and %v, bands %v and %v", len(a), len(b), x.Total, y.Total, x.Metrics.Band, y.Metrics.Band)
	}
	for i := range a {
		if got, want := string(toJSON(a[i])), string(toJSON(b[i])); got != want {
			t.Fatalf("account %d:\nincremental %s\nwhole       %s", a[i].AccountID, got, want)
		}
	}
}

// What moves every account cannot be scored incrementally.
func TestIncrementalRefuses(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, asOf := context.Background(), postlift.MustDate("2026-05-31")
		service := scoring.Service{Store: s, Clock: s.clock, IDs: s.ids}
		_, err := service.Incremental(ctx, postlift.System)
		kindWanted(t, "no run", err, postlift.NotFound)
		importText(t, s, "accounts", accountsFile)
		_, err = service.Score(ctx, asOf, postlift.System)
		must(t, err)
		must(t, s.gormW.Create(&exchangeRateRow{Currency: "CHF", ValidFrom: asOf, Rate: 1.05}).Error)
		_, err = service.Incremental(ctx, postlift.System)
		kindWanted(t, "a new rate", err, postlift.Conflict)
	})
}
