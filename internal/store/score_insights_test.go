package store

import (
	"context"
	"math"
	"path/filepath"
	"testing"

	"postlift"
	"postlift/clv"
	"postlift/clv/scoring"
	"postlift/clv/segments"
)

// scoredPortfolio imports a made-up portfolio and values it as of two dates.
func scoredPortfolio(t *testing.T, s *Store) (service *scoring.Service, before, after scoring.Run) {
	t.Helper()
	ctx := context.Background()
	accounts, orders, contracts := portfolioFiles(240)
	importText(t, s, "accounts", accounts)
	importText(t, s, "orders", orders)
	importText(t, s, "contracts", contracts)
	service = &scoring.Service{Store: s, Clock: s.clock, IDs: s.ids}
	before, err := service.ScoreWith(ctx, scoring.Options{AsOf: postlift.MustDate("2025-05-31"), NoBacktest: true}, postlift.System)
	must(t, err)
	after, err = service.Score(ctx, postlift.MustDate("2026-05-31"), postlift.System)
	must(t, err)
	return service, before, after
}

func TestInsights(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx := context.Background()
		service, before, after := scoredPortfolio(t, s)
		checkRuns(t, s, before, after)
		checkSegmentation(t, s, before, after)
		checkCohorts(t, s, after.AsOf)
		checkExplanation(t, s, service, after)
		g, err := s.CompanyGroups(ctx, after, 5)
		must(t, err)
		if len(g) != 5 || g[0].Accounts < 2 || g[0].Total.Minor < g[4].Total.Minor {
			t.Fatalf("groups %+v", g)
		}
		one, err := s.CompanyGroup(ctx, after, g[0].Key)
		must(t, err)
		if one.Total != g[0].Total || int64(len(one.Members)) != g[0].Accounts || one.Name != g[0].Name {
			t.Errorf("group %+v, in the list %+v", one, g[0])
		}
		if b := one.Band; b == nil || *b != *g[0].Band || b.Low.Minor >= one.Total.Minor || b.High.Minor <= one.Total.Minor {
			t.Errorf("%v in the band %+v, in the list %+v", one.Total, one.Band, g[0].Band)
		}
		checkGroupSum(t, s, after, one)
		_, err = s.CompanyGroup(ctx, after, "nobody")
		kindWanted(t, "an unknown group", err, postlift.NotFound)
	})
}

// checkGroupSum wants the members to add up to the group, and the band of a group of everybody to be the run's.
func checkGroupSum(t *testing.T, s *Store, run scoring.Run, g scoring.CompanyGroup) {
	t.Helper()
	var sum int64
	for _, m := range g.Members {
		sum += m.Residual.Minor
	}
	if sum != g.Total.Minor {
		t.Errorf("members add up to %d, the group is worth %v", sum, g.Total)
	}
	must(t, s.gormW.Exec("UPDATE accounts SET group_key = 's:all'").Error)
	all, err := s.CompanyGroup(context.Background(), run, "s:all")
	must(t, err)
	if all.Total != run.Total || *all.Band != *run.Metrics.Band {
		t.Errorf("all accounts as one group: %v in %+v, the run %v in %+v", all.Total, all.Band, run.Total, run.Metrics.Band)
	}
}

func checkRuns(t *testing.T, s *Store, before, after scoring.Run) {
	t.Helper()
	ctx := context.Background()
	if before.Metrics.Choice.Source != scoring.ChoiceDefault || after.Metrics.Choice.Source != scoring.ChoiceBacktest || after.Metrics.Choice.Sentence == "" {
		t.Errorf("choices %+v and %+v", before.Metrics.Choice, after.Metrics.Choice)
	}
	if b := after.Metrics.Band; b == nil || b.Low.Minor > after.Total.Minor || b.High.Minor < after.Total.Minor {
		t.Errorf("total %v in the band %+v", after.Total, b)
	}
	if n := after.Metrics.NewAccounts; len(n) != 5 || n[0].Value.Minor <= 0 {
		t.Errorf("new accounts %+v: want all, two channels, two segments", n)
	}
	runs, err := s.ScoreRuns(ctx, 10)
	must(t, err)
	if len(runs) != 2 || runs[0].UID != after.UID || runs[0].Status != "published" || runs[1].Status != "superseded" {
		t.Errorf("runs %+v", runs)
	}
	_, err = s.PublishRun(ctx, before.UID, postlift.System)
	must(t, err)
	now, err := s.PublishedRun(ctx)
	must(t, err)
	if now.UID != before.UID || now.Total != before.Total {
		t.Errorf("published %s, want the earlier run", now.UID)
	}
	_, err = s.PublishRun(ctx, after.UID, postlift.System)
	must(t, err)
	_, err = s.PublishRun(ctx, "scr_nothing", postlift.System)
	kindWanted(t, "an unknown run", err, postlift.NotFound)
	stored, err := s.LatestBacktest(ctx, after.AsOf.AddDays(-10), after.AsOf)
	must(t, err)
	if stored.UID != after.Metrics.Choice.Backtest || stored.Report.Choice.Model != after.Metrics.Choice.Model {
		t.Errorf("stored backtest %+v", stored.Report.Choice)
	}
}

func checkSegmentation(t *testing.T, s *Store, before, after scoring.Run) {
	t.Helper()
	ctx := context.Background()
	seg, err := s.Segmentation(ctx, after)
	must(t, err)
	sums := map[string][2]int64{}
	for _, l := range seg.Tiers {
		sums["tiers"] = [2]int64{sums["tiers"][0] + l.Accounts, sums["tiers"][1] + l.Total.Minor}
	}
	for name, lines := range map[string][]scoring.Slice{"stages": seg.Stages, "segments": seg.Segments, "channels": seg.Channels} {
		for _, l := range lines {
			sums[name] = [2]int64{sums[name][0] + l.Accounts, sums[name][1] + l.Total.Minor}
		}
	}
	for _, name := range []string{"tiers", "stages", "segments", "channels"} {
		if sums[name] != [2]int64{after.Accounts, after.Total.Minor} {
			t.Errorf("%s add up to %v, the run is %d accounts and %v", name, sums[name], after.Accounts, after.Total)
		}
	}
	if len(seg.Segments) != 2 || seg.Segments[0].Retention == nil || seg.Segments[0].BreakEven == nil || len(seg.RFM) < 10 {
		t.Errorf("segments %+v, %d RFM cells", seg.Segments, len(seg.RFM))
	}
	var values []int64
	must(t, s.gormR.Model(&scoreRow{}).Where("run_id = ?", after.ID).Pluck("residual_minor", &values).Error)
	checkTiers(t, s, after.ID, values)
	moves, err := s.Transitions(ctx, before, after)
	must(t, err)
	n := 0
	for _, m := range moves.Rows {
		n += m.Accounts
	}
	if int64(n) != after.Accounts {
		t.Errorf("%d accounts moved or stayed, of %d", n, after.Accounts)
	}
}

// checkTiers holds the database's tiers against the definition.
func checkTiers(t *testing.T, s *Store, run int64, values []int64) {
	t.Helper()
	var rows []scoreRow
	must(t, s.gormR.Select("residual_minor, tier").Where("run_id = ?", run).Find(&rows).Error)
	positive := 0
	for _, v := range values {
		if v > 0 {
			positive++
		}
	}
	for _, r := range rows {
		above := 0
		for _, v := range values {
			if v > r.ResidualMinor {
				above++
			}
		}
		share, want := float64(above)/float64(positive), segments.TierD
		switch {
		case r.ResidualMinor <= 0:
			want = segments.TierE
		case share < .05:
			want = segments.TierA
		case share < .20:
			want = segments.TierB
		case share < .50:
			want = segments.TierC
		}
		if r.Tier != string(want) {
			t.Fatalf("value %d with %d above it of %d is in tier %s, want %s", r.ResidualMinor, above, positive, r.Tier, want)
		}
	}
}

func checkCohorts(t *testing.T, s *Store, asOf postlift.Date) {
	t.Helper()
	ctx := context.Background()
	c, err := s.Cohorts(ctx, asOf)
	must(t, err)
	accounts := 0
	for _, k := range c.Cohorts {
		accounts += k.Accounts
	}
	if want := cell(t, s, "SELECT COUNT(*) AS v FROM account_features WHERE order_days > 0 OR account_id IN (SELECT account_id FROM contracts)"); want != cell(t, s, "SELECT CAST(? AS BIGINT) AS v", accounts) {
		t.Errorf("the cohorts hold %d accounts, want %s", accounts, want)
	}
	if len(c.Cohorts) < 6 || len(c.Average) < 6 || c.Average[0].Active == 0 {
		t.Errorf("cohorts %+v", c.Average)
	}
	r, err := s.RevenueRetention(ctx, asOf)
	must(t, err)
	if r.Rates.Accounts == 0 || !(r.Rates.GRR > 0 && r.Rates.GRR <= 1 && r.Rates.GRR <= r.Rates.NRR) {
		t.Errorf("revenue retention %+v", r.Rates)
	}
}

// What is explained is what was stored, and a change that changes nothing is worth nothing.
func checkExplanation(t *testing.T, s *Store, service *scoring.Service, run scoring.Run) {
	t.Helper()
	ctx := context.Background()
	for _, ref := range []string{"K3", "K7", "K4"} {
		card, err := s.Account(ctx, ref)
		must(t, err)
		e, err := service.Explain(ctx, s, ref)
		must(t, err)
		var residual, total int64
		for _, step := range e.Waterfall {
			if step.Name == clv.StepResidual {
				residual = step.Amount.Minor
			}
		}
		for _, m := range e.Months {
			total += m.Discounted.Minor
		}
		if card.Value == nil || residual != card.Value.Residual.Minor || e.Stage != card.Value.Stage {
			t.Errorf("%s: explained %d and %s, stored %+v", ref, residual, e.Stage, card.Value)
		}
		if len(e.Months) > 0 && math.Abs(float64(total-residual)) > 20 {
			t.Errorf("%s: the months add up to %d, the value is %d", ref, total, residual)
		}
	}
	longer, err := service.WhatIf(ctx, s, "K3", "", clv.Change{TermMonths: 36, Discount: .05})
	must(t, err)
	if longer.Accounts != 1 || longer.Delta.Minor != longer.After.Minor-longer.Before.Minor || len(longer.Assumed) == 0 {
		t.Errorf("a longer term: %+v", longer)
	}
	all, err := service.WhatIf(ctx, s, "", "A", clv.Change{Discount: .1})
	must(t, err)
	if all.Accounts != 120 || all.Delta.Minor >= 0 {
		t.Errorf("a discount for a segment: %+v", all)
	}
	_, err = service.WhatIf(ctx, s, "", "no such segment", clv.Change{Discount: .1})
	kindWanted(t, "an empty segment", err, postlift.NotFound)
	if run.Basis == nil {
		t.Error("the run holds no basis")
	}
}

// Both engines give the same scores from the same files.
func TestEnginesAgree(t *testing.T) {
	lite := openTest(t, filepath.Join(t.TempDir(), "a.db"))
	_, _, x := scoredPortfolio(t, lite)
	server := openTest(t, postgresSchema(t))
	_, _, y := scoredPortfolio(t, server)
	read := func(s *Store, run scoring.Run) []scoreRow {
		var rows []scoreRow
		must(t, s.gormR.Where("run_id = ?", run.ID).Order("account_id").Find(&rows).Error)
		return rows
	}
	a, b := read(lite, x), read(server, y)
	for i := range a {
		if math.Abs(float64(a[i].ResidualMinor-b[i].ResidualMinor)) > 1 || a[i].Stage != b[i].Stage || a[i].RFM != b[i].RFM || a[i].Tier != b[i].Tier {
			t.Fatalf("account %d:\nSQLite     %+v\nPostgreSQL %+v", a[i].AccountID, a[i], b[i])
		}
	}
	if len(a) != 240 || len(b) != 240 {
		t.Errorf("%d and %d scores", len(a), len(b))
	}
}
