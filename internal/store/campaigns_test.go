package store

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"postlift"
	"postlift/campaigns"
	"postlift/campaigns/rules"
)

var (
	planDay = postlift.MustDate("2026-06-01")
	planner = postlift.Person("Petra Planer")
)

const campaignText = `
name: Win back
rule: clv.residual > 10 and country == "DE" and not has_open_contract
design: winback
landing_url: https://example.com/hello
holdout: 0.2
global_control: 0
salt: fixed
`

// planWorld makes n accounts of rising value with a main site, two contacts, an order and a score each.
func planWorld(t *testing.T, s *Store, n int) *campaigns.Service {
	t.Helper()
	day, margin := postlift.MustDate, int64(4000)
	must := func(v any) {
		t.Helper()
		if err := s.gormW.Create(v).Error; err != nil {
			t.Fatal(err)
		}
	}
	must(&designRow{ID: 1, UID: "dsg_1", Name: "winback"})
	must(&designVersionRow{ID: 1, DesignID: 1, Version: 1, Class: "advertising", SHA256: "d1", Files: "{}", CreatedAt: testNow, Actor: "x"})
	now := testNow
	must(&scoreRunRow{ID: 1, UID: "scr_1", AsOf: planDay, HorizonMonths: 36, Currency: "EUR", Params: "{}", Assumptions: "{}",
		Metrics: "{}", Status: "published", CreatedAt: now, PublishedAt: &now})
	must(&scorePointerRow{Name: publishedScores, RunID: 1})
	var accounts []accountRow
	var sites []siteRow
	var contacts []contactRow
	var orders []orderRow
	var scores []scoreRow
	for i := int64(1); i <= int64(n); i++ {
		ext := fmt.Sprintf("%04d", i)
		accounts = append(accounts, accountRow{ID: i, UID: "acc_" + ext, Source: "s", ExternalID: ext, Name: "Muster " + ext + " GmbH",
			GroupKey: "s:" + ext, Segment: "Handel", Country: "DE", Language: "de-DE", Status: "active", MatchKey: "A" + ext})
		sites = append(sites, siteRow{ID: i, UID: "sit_" + ext, Source: "s", ExternalID: ext, AccountID: i, Street: "Musterweg 1",
			Postcode: "01067", City: "Musterstadt", Country: "DE", IsMain: true, Status: "ok", MatchKey: "S" + ext})
		for j, role := range []string{"technical", "management"} {
			id := i*10 + int64(j)
			contacts = append(contacts, contactRow{ID: id, UID: fmt.Sprintf("con_%d", id), Source: "s", ExternalID: fmt.Sprint(id),
				AccountID: i, LastName: "Beispiel", Role: role, Status: "active", MatchKey: fmt.Sprintf("P%d", id)})
		}
		orders = append(orders, orderRow{Source: "s", ExternalID: ext, AccountID: i, DocType: "order", PlacedOn: day("2026-01-01"),
			Currency: "EUR", NetMinor: 10000, MarginMinor: &margin})
		scores = append(scores, scoreRow{RunID: 1, AccountID: i, PAlive: .5, ExpectedOrders: 1.5, ResidualMinor: i * 1000,
			ProspectMinor: i * 900, WindowMarginMinor: i * 500, Decile: 1 + (i % 10)})
	}
	for _, rows := range []any{&accounts, &sites, &contacts, &orders, &scores} {
		must(rows)
	}
	return campaigns.NewService(s, postlift.FixedClock(testNow), s.ids)
}

func create(t *testing.T, svc *campaigns.Service, text string) campaigns.Campaign {
	t.Helper()
	c, err := svc.CreateCampaign(context.Background(), strings.NewReader(text), planner)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func preview(t *testing.T, svc *campaigns.Service, ref string) campaigns.Previewed {
	t.Helper()
	p, err := svc.Preview(context.Background(), ref, planDay, planner)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func wantKind(t *testing.T, err error, kind postlift.Kind, words string) {
	t.Helper()
	if postlift.KindOf(err) != kind || err == nil || !strings.Contains(postlift.UserText(err), words) {
		t.Errorf("got %v, want %s with %q", err, kind, words)
	}
}

func TestRuleVersions(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, svc := context.Background(), planWorld(t, s, 3)
		for i, text := range []string{"clv.residual > 15", "clv.residual>15", "clv.residual > 25"} {
			v, err := svc.SaveRule(ctx, "good customers", text, planner)
			if err != nil {
				t.Fatal(err)
			}
			if want := []int{1, 1, 2}[i]; v.Version != want {
				t.Errorf("%s is version %d, want %d", text, v.Version, want)
			}
		}
		checked, err := svc.CheckRule(ctx, "good customers")
		if err != nil || checked.Text != "clv.residual > 25" || checked.Version != 2 {
			t.Errorf("%+v, %v", checked, err)
		}
		count, err := svc.CountRule(ctx, "good customers", planDay)
		if err != nil || count.Accounts != 3 || count.Matched != 1 {
			t.Errorf("%+v, %v", count, err)
		}
		rules, err := svc.Rules(ctx)
		if err != nil || len(rules) != 1 || rules[0].Version != 2 {
			t.Errorf("%+v, %v", rules, err)
		}
		_, err = svc.SaveRule(ctx, "bad", "clv.residul > 1", planner)
		wantKind(t, err, postlift.Invalid, "did you mean clv.residual?")
		_, err = svc.CheckRule(ctx, "no such rule")
		wantKind(t, err, postlift.Invalid, "no saved rule")
	})
}

func TestCampaignFromDraftToRun(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, svc := context.Background(), planWorld(t, s, 60)
		c := create(t, svc, campaignText)
		if again := create(t, svc, campaignText); again.Version != 1 || again.UID != c.UID {
			t.Errorf("an unchanged definition made version %d", again.Version)
		}
		p := preview(t, svc, "Win back")
		f := p.Run.Funnel
		if f.Matched != 59 || f.Assigned+f.Holdout != 59 || f.Holdout < 10 || f.Check() != nil { // account 1 is worth 10 EUR, not more
			t.Fatalf("funnel %+v", f)
		}
		second := preview(t, svc, c.UID)
		if second.Run.PlanHash != p.Run.PlanHash || second.Run.Attempt != 2 || second.Run.UID == p.Run.UID {
			t.Errorf("a second preview: attempt %d, hash %s, first %s", second.Run.Attempt, second.Run.PlanHash, p.Run.PlanHash)
		}
		if n := countRows(t, s, "choices"); n != 59 {
			t.Errorf("%d choices, the superseded plan's should be gone", n)
		}
		_, err := svc.Approve(ctx, c.UID, strings.Repeat("0", 64), planner)
		wantKind(t, err, postlift.Conflict, p.Run.PlanHash)
		_, err = svc.Approve(ctx, c.UID, p.Run.PlanHash, postlift.System)
		wantKind(t, err, postlift.Invalid, "a person")
		run, err := svc.Approve(ctx, c.UID, p.Run.PlanHash[:12], planner)
		if err != nil || run.State != campaigns.RunApproved || run.ApprovedBy != planner.Name || run.UID != second.Run.UID {
			t.Fatalf("%+v, %v", run, err)
		}
		if again, err := svc.Approve(ctx, c.UID, p.Run.PlanHash, planner); err != nil || again.State != campaigns.RunApproved {
			t.Errorf("approving twice: %v", err)
		}
		if n := countRows(t, s, "enrolments WHERE state = 'live'"); n != 59 {
			t.Errorf("%d enrolments", n)
		}
		_, err = svc.Preview(ctx, c.UID, planDay, planner)
		wantKind(t, err, postlift.Conflict, "frozen")
		_, err = svc.CreateCampaign(ctx, strings.NewReader(strings.Replace(campaignText, "0.2", "0.3", 1)), planner)
		wantKind(t, err, postlift.Conflict, "frozen")
		var verbs []string
		if err := s.gormR.Model(&eventRow{}).Where("noun = 'run' AND noun_uid = ?", run.UID).Order("id").Pluck("verb", &verbs).Error; err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(verbs, []string{"planned", "approved"}) {
			t.Errorf("events %v", verbs)
		}
	})
}

func countRows(t *testing.T, s *Store, from string) int {
	t.Helper()
	var n int
	if err := s.read.QueryRow("SELECT COUNT(*) FROM " + from).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestChoicesAreFrozen(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, svc := context.Background(), planWorld(t, s, 60)
		create(t, svc, campaignText)
		p := preview(t, svc, "Win back")
		var row choiceRow
		if err := s.gormR.First(&row, "run_id = ? AND account_id = 60", p.Run.ID).Error; err != nil {
			t.Fatal(err)
		}
		var features map[string]any
		if err := json.Unmarshal([]byte(row.Features), &features); err != nil {
			t.Fatal(err)
		}
		want := map[string]any{"clv.residual": map[string]any{"minor": 60000.0, "currency": "EUR"}, "country": "DE", "has_open_contract": false}
		if !reflect.DeepEqual(features, want) {
			t.Errorf("features %s", row.Features)
		}
		// 30,000 minor a window times .15 less one letter; the management contact is the site's first
		if row.Rank != 1 || row.ExpectedValueMinor != 4500-120 || row.BaselineMinor != 30000 || row.PreMarginMinor != 4000 || row.Contacts != "[601]" ||
			math.Abs(row.Propensity-.8) > 1e-12 || row.GroupKey != "s:0060" {
			t.Errorf("%+v", row)
		}
		if err := s.gormW.Model(&scoreRow{}).Where("account_id = 60").Update("residual_minor", 1).Error; err != nil {
			t.Fatal(err)
		}
		e, err := svc.ExplainAccount(ctx, "Win back", "0060")
		if err != nil || e.Outcome != row.Outcome || e.Rule.Outcome != rules.Met || e.Rank != 1 {
			t.Errorf("explained from changed data: %+v, %v", e, err)
		}
		e, err = svc.ExplainAccount(ctx, "Win back", "0001")
		if err != nil || e.Outcome != "not_matched" || e.Rule.Outcome != rules.NotMet || e.Rule.Parts[0].Outcome != rules.NotMet {
			t.Errorf("%+v, %v", e, err)
		}
	})
}

func TestPreviewOfNobody(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, svc := context.Background(), planWorld(t, s, 5)
		create(t, svc, strings.Replace(campaignText, "> 10", "> 99999", 1))
		_, err := svc.Preview(ctx, "Win back", planDay, planner)
		wantKind(t, err, postlift.Invalid, "no account fulfils")
		if n := countRows(t, s, "runs"); n != 0 {
			t.Errorf("%d runs were stored", n)
		}
		_, err = svc.CreateCampaign(ctx, strings.NewReader(strings.Replace(campaignText, "design: winback", "design: nowhere", 1)), planner)
		wantKind(t, err, postlift.NotFound, "nowhere")
		_, err = svc.Approve(ctx, "Win back", strings.Repeat("0", 64), planner)
		wantKind(t, err, postlift.Conflict, "preview it first")
	})
}
