package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"postlift"
	"postlift/accounts"
	"postlift/campaigns/rules"
	"postlift/clv/scoring"
)

// featureTable is account_features as text, a line an account.
func featureTable(t *testing.T, s *Store) []string {
	t.Helper()
	var rows []accountFeatureRow
	must(t, s.gormR.Order("account_id").Find(&rows).Error)
	lines := make([]string, len(rows))
	for i := range rows {
		lines[i] = fmt.Sprintf("%+v", rows[i])
	}
	return lines
}

// recomputed works out every account's features without storing them.
func recomputed(t *testing.T, s *Store, asOf postlift.Date) []string {
	t.Helper()
	ctx := context.Background()
	settings, err := s.Settings(ctx)
	must(t, err)
	query, args, err := s.featureQuery(s.gormR, settings, asOf, nil)
	must(t, err)
	var rows []accountFeatureRow
	must(t, s.gormR.Raw(query+" ORDER BY 1", args...).Scan(&rows).Error)
	lines := make([]string, len(rows))
	for i := range rows {
		lines[i] = fmt.Sprintf("%+v", rows[i])
	}
	return lines
}

// Whatever comes in in whatever way, freshened features are those that working out everybody's gives.
func TestFreshenedFeaturesEqualRebuiltOnes(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, asOf := context.Background(), postlift.MustDate(segmentDay)
		a, o, k := portfolioFiles(120)
		importText(t, s, "accounts", a)
		must(t, s.FreshenFeatures(ctx, asOf))
		importText(t, s, "orders", o) // nobody keeps changes yet
		importText(t, s, "contracts", k)
		rng := rand.New(rand.NewPCG(17, 4))
		few := 0
		for step := range 80 {
			switch step {
			case 20:
				_, err := (&scoring.Service{Store: s, Clock: s.clock, IDs: s.ids}).Score(ctx, asOf, postlift.System)
				must(t, err)
			case 50:
				must(t, s.SaveRates(ctx, []accounts.Rate{{Currency: "GBP", ValidFrom: asOf.AddMonths(-30), Rate: 1.2}}, postlift.System))
			case 60: // another account's order, to which a credit note already refers
				importText(t, s, "orders", "external_id,account_id,date,type,refers_to,net\nC60,K3,2026-04-02,credit_note,O60,30.00\n")
			case 61:
				importText(t, s, "orders", "external_id,account_id,date,net,currency\nO60,K4,2026-04-01,99.00,EUR\nG60,K5,2026-04-01,10.00,GBP\n")
			default:
				change(t, s, rng, step)
			}
			if rng.IntN(3) == 0 && step != 60 {
				continue
			}
			before := featureTable(t, s)
			must(t, s.FreshenFeatures(ctx, asOf))
			got, want := featureTable(t, s), recomputed(t, s, asOf)
			if len(got) != len(want) {
				t.Fatalf("step %d: features of %d accounts, want %d", step, len(got), len(want))
			}
			for i := range want {
				if got[i] != want[i] {
					t.Fatalf("step %d:\n got %s\nwant %s", step, got[i], want[i])
				}
			}
			if strings.Join(got, "") != strings.Join(before, "") {
				few++
			}
		}
		if few < 15 {
			t.Errorf("only %d times there was anything to freshen", few)
		}
	})
}

// Where nothing has changed, nothing is written: a question about a rule does not wait for an import.
func TestFreshFeaturesWaitForNobody(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		asOf := postlift.MustDate(segmentDay)
		importText(t, s, "accounts", accountsFile)
		must(t, s.FreshenFeatures(context.Background(), asOf))
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		must(t, s.inTx(ctx, func(*tx) error { // somebody writes; on SQLite nobody else can
			return s.FreshenFeatures(ctx, asOf)
		}))
	})
}

// What is imported on a day counts on that day, in a count and in an explanation.
func TestRulesSeeWhatWasImportedToday(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, asOf, service := context.Background(), postlift.MustDate(segmentDay), segmentService(s)
		importText(t, s, "accounts", "external_id,name\nA,Alpha GmbH\nB,Beta GmbH\n")
		count := func(want int) {
			t.Helper()
			n, err := service.CountRule(ctx, "orders > 0", asOf)
			must(t, err)
			if n.Matched != want {
				t.Errorf("%d accounts with orders, want %d", n.Matched, want)
			}
		}
		count(0)
		importText(t, s, "orders", "external_id,account_id,date,net\n1,A,2026-05-01,10.00\n")
		count(1)
		_, err := service.CreateSegment(ctx, "buyers", "orders > 0", postlift.System) // from now on changes are noted
		must(t, err)
		count(1)
		importText(t, s, "orders", "external_id,account_id,date,net\n2,B,2026-05-01,10.00\n")
		e, err := service.ExplainRule(ctx, "orders > 0", "Beta GmbH", asOf)
		must(t, err)
		if !e.Match || e.Rule.Outcome != rules.Met {
			t.Errorf("an order of today is not seen: %+v", e)
		}
		count(2)
	})
}
