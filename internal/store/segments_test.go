package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"postlift"
	"postlift/campaigns"
	"postlift/clv/scoring"
	"postlift/responses"
)

const segmentDay = "2026-05-31"

func buildOptions(full bool) campaigns.BuildOptions {
	return campaigns.BuildOptions{AsOf: postlift.MustDate(segmentDay), Full: full}
}

// members lists the external ids of a segment's members.
func members(t *testing.T, s *Store, name string) []string {
	t.Helper()
	segment, err := s.Segment(context.Background(), name)
	must(t, err)
	list, err := s.SegmentMembers(context.Background(), segment, 0, planDay)
	must(t, err)
	ids := make([]string, len(list))
	for i, m := range list {
		ids[i] = m.ExternalID
	}
	slices.Sort(ids)
	return ids
}

func segmentService(s *Store) *campaigns.Service { return campaigns.NewService(s, s.clock, s.ids) }

// build builds one segment and says how.
func build(t *testing.T, s *Store, name string, full bool) campaigns.SegmentBuilt {
	t.Helper()
	built, err := segmentService(s).BuildSegments(context.Background(), []string{name}, buildOptions(full), postlift.Person("test"))
	must(t, err)
	return built[0]
}

func TestSegmentKeepsEntriesAndExits(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, service, me := context.Background(), segmentService(s), postlift.Person("test")
		importText(t, s, "accounts", "external_id,name,country,employees\nA,Alpha GmbH,DE,10\nB,Beta GmbH,DE,20\nC,Gamma Ltd,GB,30\nD,Delta GmbH,AT,40\n")
		_, err := service.CreateSegment(ctx, "germans", "", me)
		kindWanted(t, "a segment of no rule", err, postlift.NotFound)
		_, err = service.CreateSegment(ctx, "germans", `country == "DE"`, me)
		must(t, err)
		_, err = service.CreateSegment(ctx, "germans", `country == "DE"`, me)
		kindWanted(t, "a segment twice", err, postlift.Conflict)

		first := build(t, s, "germans", false)
		if b := first.Build; !first.Changed || b.No != 1 || b.Kind != campaigns.BuildFull || b.Size != 2 || b.Entered != 2 || b.Left != 0 || b.Checked != 4 {
			t.Errorf("first build %+v of %+v", b, first)
		}
		if again := build(t, s, "germans", false); again.Changed || again.Build.No != 1 {
			t.Errorf("nothing changed, and build %+v came", again.Build)
		}
		importText(t, s, "accounts", "external_id,name,country\nB,Beta GmbH,AT\nC,Gamma Ltd,DE\nE,Epsilon GmbH,DE\n")
		second := build(t, s, "germans", false).Build
		if second.No != 2 || second.Kind != campaigns.BuildIncremental || second.Size != 3 || second.Entered != 2 || second.Left != 1 || second.Checked != 3 {
			t.Errorf("second build %+v", second)
		}
		importText(t, s, "accounts", "external_id,name,country\nB,Beta GmbH,DE\nE,Epsilon GmbH,CH\n")
		build(t, s, "germans", false)
		if got := strings.Join(members(t, s, "germans"), " "); got != "A B C" {
			t.Errorf("members %s", got)
		}

		for _, c := range []struct {
			from, to int
			want     string
		}{
			{-1, 0, "+B@3 -E@3"}, {1, 3, "+C@2"}, {0, 3, "+A@1 +B@3 +C@2"}, {1, 2, "+E@2 +C@2 -B@2"}, {2, 3, "+B@3 -E@3"},
		} {
			d, err := service.DiffSegment(ctx, "germans", c.from, c.to, 0)
			must(t, err)
			var got []string
			for _, m := range d.Moves {
				got = append(got, map[bool]string{true: "+", false: "-"}[m.Entered]+m.ExternalID+"@"+fmt.Sprint(m.Build))
			}
			slices.SortFunc(got, func(a, b string) int { return strings.Compare(a, b) })
			want := strings.Fields(c.want)
			slices.Sort(want)
			if !slices.Equal(got, want) || int(d.Entered+d.Left) != len(want) {
				t.Errorf("from %d to %d: %v, want %v", c.from, c.to, got, want)
			}
		}
		_, err = service.DiffSegment(ctx, "germans", 3, 3, 0)
		kindWanted(t, "a build against itself", err, postlift.Invalid)
		_, err = service.DiffSegment(ctx, "germans", 1, 9, 0)
		kindWanted(t, "a build to come", err, postlift.NotFound)
		_, err = service.Segment(ctx, "german")
		kindWanted(t, "a name nearby", err, postlift.NotFound)
		if !strings.Contains(postlift.UserText(err), "germans") {
			t.Errorf("the fault does not name the nearest segment: %v", err)
		}
	})
}

func TestSegmentFollowsItsRule(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, service, me := context.Background(), segmentService(s), postlift.Person("test")
		importText(t, s, "accounts", "external_id,name,country,employees\nA,Alpha GmbH,DE,10\nB,Beta GmbH,DE,20\nC,Gamma Ltd,GB,30\n")
		_, err := service.SaveRule(ctx, "germans", `country == "DE"`, me)
		must(t, err)
		_, err = service.CreateSegment(ctx, "others", `not in_segment("germans")`, me)
		must(t, err)
		build(t, s, "others", false)
		state, err := service.SegmentState(ctx, "others")
		must(t, err)
		if len(state.Stale) != 0 || state.Last.Size != 1 {
			t.Errorf("just built: %+v", state)
		}
		_, err = service.CreateSegment(ctx, "germans", `country == "AT"`, me)
		kindWanted(t, "a segment over a rule of another text", err, postlift.Conflict)

		s.clock = postlift.FixedClock(testNow.Add(time.Hour))
		_, err = service.SaveRule(ctx, "germans", `country == "DE" and employees > 15`, me)
		must(t, err)
		if state, err = service.SegmentState(ctx, "others"); err != nil || !slices.Equal(state.Stale, []string{campaigns.StaleRule}) {
			t.Errorf("after a rule changed that it refers to: %v, %v", state.Stale, err)
		}
		b := build(t, s, "others", false).Build
		if b.Kind != campaigns.BuildFull || b.Size != 2 {
			t.Errorf("after the rule changed: %+v", b)
		}
		state, err = service.SegmentState(ctx, "others")
		must(t, err)
		dropped, err := service.DropSegment(ctx, "others", me)
		must(t, err)
		if dropped.Rule != state.Rule.Text {
			t.Errorf("dropped %+v", dropped)
		}
		_, err = service.Segment(ctx, "others")
		kindWanted(t, "a dropped segment", err, postlift.NotFound)
		if n := cell(t, s, "SELECT (SELECT COUNT(*) FROM segment_spells) + (SELECT COUNT(*) FROM segment_builds) AS v"); n != "0" {
			t.Errorf("%s rows remain of a dropped segment", n)
		}
	})
}

// A build that fails leaves everything as it was, is noted, and does not keep the others from being built.
func TestFailedBuildChangesNothing(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, service, me := context.Background(), segmentService(s), postlift.Person("test")
		importText(t, s, "accounts", "external_id,name,country\nA,Alpha GmbH,DE\nB,Beta GmbH,GB\n")
		_, err := service.CreateSegment(ctx, "all", `country in ["DE", "GB"]`, me)
		must(t, err)
		_, err = service.CreateSegment(ctx, "broken", `country == "DE"`, me)
		must(t, err)
		_, err = service.BuildSegments(ctx, nil, buildOptions(false), me)
		must(t, err)
		before := cell(t, s, "SELECT COUNT(*) AS v FROM segment_builds")
		_, err = s.write.ExecContext(ctx, `UPDATE rule_versions SET tree = '{"op":"==","field":"no_such_field","value":1}' WHERE rule_id = (SELECT id FROM rules WHERE name = 'broken')`)
		must(t, err)
		importText(t, s, "accounts", "external_id,name,country\nC,Gamma GmbH,DE\n")
		built, err := service.BuildSegments(ctx, nil, buildOptions(false), me)
		kindWanted(t, "a rule of an unknown field", err, postlift.Invalid)
		if len(built) != 2 || !built[0].Changed || built[0].Build.Size != 3 || built[1].Changed || built[1].Error == "" {
			t.Errorf("built %+v", built)
		}
		if got := members(t, s, "broken"); !slices.Equal(got, []string{"A"}) || before != "2" {
			t.Errorf("members %v after a failed build, %s builds before", got, before)
		}
		if n := cell(t, s, "SELECT COUNT(*) AS v FROM events WHERE noun = 'segment' AND verb = 'build_failed'"); n != "1" {
			t.Errorf("%s failures noted", n)
		}
	})
}

// segmentRules read every sort of thing that can change about an account.
var segmentRules = []string{
	"orders >= 4", "revenue_12m > 1500", `last_order_on >= days_ago(120)`, "has_open_contract or contract_monthly > 120", `country == "DE" or status == "closed"`,
	`city startsWith "B"`, "clv.residual > 300", "responses_365d > 0", "open_opportunities > 0", `not in_segment("rule 00") and employees > 100`,
	"group.accounts > 1", "group.revenue_12m > 1500", "contact.count > 0", `contact.roles contains "management"`, "site.undeliverable > 0", `product_groups contains "tools"`,
	`opportunity.stages contains "quote"`, `group.mails_365d > 0 or response.kinds_365d contains "call"`,
}

// change alters a few accounts at random in one of the ways in which data comes in.
func change(t *testing.T, s *Store, rng *rand.Rand, step int) {
	t.Helper()
	k := func() int { return rng.IntN(120) }
	day := func() postlift.Date { return postlift.MustDate("2026-05-30").AddDays(-rng.IntN(500)) }
	switch rng.IntN(11) {
	case 0:
		importText(t, s, "orders", fmt.Sprintf("external_id,account_id,date,type,refers_to,net,margin\nN%d,K%d,%s,order,,%d.00,20.00\nM%d,K%d,%s,credit_note,O2-0,20.00,5.00\n",
			step, k(), day(), 50+rng.IntN(2000), step, 2, day()))
	case 1:
		importText(t, s, "orders", fmt.Sprintf("external_id,account_id,date,type,line_no,product_group,line_net,line_margin\nO2-0,K%d,%s,order,1,%s,77.00,20.00\n",
			k(), day(), []string{"tools", "parts"}[rng.IntN(2)]))
	case 2:
		parent := ""
		if rng.IntN(2) == 0 {
			parent = fmt.Sprintf("K%d", 115+rng.IntN(5))
		}
		id := rng.IntN(140) // new ones, too
		importText(t, s, "accounts", fmt.Sprintf("external_id,name,country,employees,parent_id\nK%d,Muster %d GmbH,%s,%d,%s\n", id, id, []string{"DE", "AT"}[rng.IntN(2)], rng.IntN(300), parent))
	case 3:
		importText(t, s, "contracts", fmt.Sprintf("external_id,account_id,started_on,term_months,ended_on,monthly_fee\nV%d,K%d,2025-01-01,24,%s,%d.00\n", 3*rng.IntN(40), k(),
			[]string{"", "2026-05-20"}[rng.IntN(2)], 90+rng.IntN(90)))
	case 4:
		importText(t, s, "contacts", fmt.Sprintf("external_id,account_id,last_name,role,status\nP%d,K%d,Beispiel,%s,%s\n", rng.IntN(20), k(),
			[]string{"management", "technical"}[rng.IntN(2)], []string{"active", "left"}[rng.IntN(2)]))
	case 5:
		importText(t, s, "sites", fmt.Sprintf("external_id,account_id,street,postcode,city,country,main,status\nS%d,K%d,Weg 1,10115,%s,DE,yes,%s\n", rng.IntN(20), k(),
			[]string{"Berlin", "Ulm"}[rng.IntN(2)], []string{"ok", "undeliverable"}[rng.IntN(2)]))
	case 6:
		importText(t, s, "suppressions", fmt.Sprintf("scope,account_id,reason,date\naccount,K%d,%s,2026-05-20\n", k(), []string{"closed", "competitor"}[rng.IntN(2)]))
	case 7:
		_, err := s.SaveResponses(context.Background(), responses.Intake{Events: []responses.Event{{Source: "import", ExternalID: fmt.Sprint("r", step),
			Kind: []string{"call", "visit", "objection"}[rng.IntN(3)], At: day().Time().Add(time.Hour), AccountRef: fmt.Sprintf("K%d", k())}}}, postlift.System)
		must(t, err)
	case 8: // a daughter goes to another parent or stands alone
		id := 1 + 7*rng.IntN(17)
		importText(t, s, "accounts", fmt.Sprintf("external_id,name,parent_id\nK%d,Muster %d GmbH,%s\n", id, id, []string{"", fmt.Sprintf("K%d", 7*rng.IntN(17))}[rng.IntN(2)]))
	case 9: // a parent becomes a daughter and takes its own along
		id := 7 * rng.IntN(17)
		importText(t, s, "accounts", fmt.Sprintf("external_id,name,parent_id\nK%d,Muster %d GmbH,K118\n", id, id))
	case 10:
		addOpportunity(t, s, rng, step, fmt.Sprintf("K%d", k()))
	}
}

// addOpportunity stores one as an import would: with its account noted.
func addOpportunity(t *testing.T, s *Store, rng *rand.Rand, step int, ref string) {
	t.Helper()
	importText(t, s, "opportunities", fmt.Sprintf("external_id,account_id,name,stage,status,amount,currency,opened_on\nQ%d,%s,Angebot,%s,%s,100.00,EUR,2026-04-01\n",
		rng.IntN(20), ref, []string{"quote", "lead"}[rng.IntN(2)], []string{"open", "won"}[rng.IntN(2)]))
}

// Evaluating only what changed gives what evaluating everybody gives, whatever changed.
func TestIncrementalSegmentsEqualFullOnes(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		ctx, service, me := context.Background(), segmentService(s), postlift.Person("test")
		a, o, k := portfolioFiles(120)
		importText(t, s, "accounts", a)
		importText(t, s, "orders", o)
		importText(t, s, "contracts", k)
		scorer := scoring.Service{Store: s, Clock: s.clock, IDs: s.ids}
		_, err := scorer.Score(ctx, postlift.MustDate(segmentDay), me)
		must(t, err)
		for i, text := range segmentRules {
			_, err := service.CreateSegment(ctx, fmt.Sprintf("rule %02d", i), text, me)
			must(t, err)
		}
		_, err = service.BuildSegments(ctx, nil, buildOptions(false), me)
		must(t, err)
		rng := rand.New(rand.NewPCG(3, 5))
		moved := map[string]int64{}
		for step := range 50 {
			change(t, s, rng, step)
			if rng.IntN(3) == 0 {
				continue
			}
			fast, err := service.BuildSegments(ctx, nil, buildOptions(false), me)
			must(t, err)
			must(t, s.RefreshFeatures(ctx, postlift.MustDate(segmentDay)))
			whole, err := service.BuildSegments(ctx, nil, buildOptions(true), me)
			must(t, err)
			for i, w := range whole {
				moved[w.Segment] += fast[i].Build.Entered + fast[i].Build.Left
				if fast[i].Build.Kind == campaigns.BuildIncremental && fast[i].Build.Checked > 60 {
					t.Errorf("step %d, %s: %d accounts evaluated", step, w.Segment, fast[i].Build.Checked)
				}
				if w.Build.Entered+w.Build.Left != 0 || w.Build.Size != int64(len(members(t, s, w.Segment))) {
					t.Fatalf("step %d: %s (%s): the build of what changed (%+v) differs from the whole one (%+v)", step, w.Segment, segmentRules[i], *fast[i].Build, *w.Build)
				}
			}
		}
		for name, n := range moved {
			if n == 0 {
				t.Logf("nobody ever moved in %s", name)
			}
		}
	})
}

// A company that leaves a group changes what holds for those who stay.
func TestSegmentSeesWhoLeavesAGroup(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		importText(t, s, "accounts", "external_id,name,parent_id\nA,Alpha GmbH,\nB,Beta GmbH,A\nC,Gamma GmbH,B\nD,Delta GmbH,A\nE,Epsilon GmbH,\nF,Phi GmbH,E\n")
		_, err := segmentService(s).CreateSegment(context.Background(), "groups", "group.accounts > 1", postlift.System)
		must(t, err)
		for _, c := range []struct{ rows, want string }{
			{"", "A B C D E F"},
			{"F,Phi GmbH,\n", "A B C D"},     // E stands alone now
			{"B,Beta GmbH,E\n", "A B C D E"}, // and takes C along
			{"D,Delta GmbH,F\n", "B C D E F"},
		} {
			if c.rows != "" {
				importText(t, s, "accounts", "external_id,name,parent_id\n"+c.rows)
			}
			b := build(t, s, "groups", false).Build
			if got := strings.Join(members(t, s, "groups"), " "); got != c.want || (c.rows != "") != (b.Kind == campaigns.BuildIncremental) {
				t.Errorf("after %q: %s by a %s build, want %s", c.rows, got, b.Kind, c.want)
			}
		}
	})
}
