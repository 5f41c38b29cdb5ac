package main

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"postlift"
	"postlift/internal/files"
	"postlift/mailers"
	"postlift/templates"
)

// TestServersPlayTheWholeLoop plays the loop with PostgreSQL, Redis, two workers and every command as a
// process of its own, while workers and the run are stopped and killed at random moments and Redis loses
// everything.
func TestServersPlayTheWholeLoop(t *testing.T) {
	if testing.Short() {
		t.Skip("starts dozens of processes: not in short mode")
	}
	database, redis := testServers(t)
	s := newSite(t, database, redis, 500)
	dice := rand.New(rand.NewPCG(20260602, 1))
	early := s.start("work")
	s.waitFor("the worker to wait for the schema", func() bool { return strings.Contains(early.errOut.String(), "waiting: ") })
	s.loop(2, func() {
		s.waitFor("the worker to begin", func() bool { return strings.Contains(early.errOut.String(), "worker runs") })
		early.stop()
		s.disturbed(dice)
		s.finished()
	})
}

// disturbed runs the campaign several times without letting it end.
func (s *site) disturbed(dice *rand.Rand) {
	s.t.Helper()
	for round := range 6 {
		before := s.rendered()
		first, second := s.start("work"), s.start("work")
		run := s.start("campaign", "run", s.campaign)
		s.waitFor("work to begin", func() bool { return s.rendered() > before || !run.running() })
		time.Sleep(time.Duration(dice.IntN(150)) * time.Millisecond)
		run.kill()
		switch round % 3 {
		case 0:
			second.kill()
			first.stop()
		case 1:
			first.stop()
			second.stop()
		case 2:
			first.kill()
			second.kill()
			flushRedis(s.t, s.redis)
		}
		s.t.Logf("round %d: %d files rendered before, %d after", round, before, s.rendered())
	}
	if s.count("SELECT COUNT(*) FROM batch_files WHERE state <> 'rendered'") == 0 {
		s.t.Error("all files were rendered before the last kill: the test needs more letters")
	}
}

// finished lets the campaign run to its end while Redis loses everything once more; one worker is stopped
// in the middle, the other one afterwards.
func (s *site) finished() {
	s.t.Helper()
	before := s.rendered()
	first, second := s.start("work"), s.start("work")
	run := s.start("campaign", "run", s.campaign)
	s.waitFor("work to begin", func() bool { return s.rendered() > before+20 || !run.running() })
	if !run.running() {
		s.t.Error("the run ended before Redis lost everything: the test needs more letters")
	}
	flushRedis(s.t, s.redis)
	left, began := s.count("SELECT COUNT(*) FROM batch_files WHERE state <> 'rendered'"), time.Now()
	first.stop()
	s.waitFor("the run to end", func() bool { return !run.running() })
	s.t.Logf("Redis lost everything with %d files to go; they took %.1f s", left, time.Since(began).Seconds())
	if code := run.cmd.ProcessState.ExitCode(); code != 0 {
		s.t.Fatalf("campaign run: exit code %d\n%s", code, run.errOut)
	}
	second.stop()
	if n := s.count("SELECT COUNT(*) FROM (SELECT detail FROM (SELECT CAST(detail AS JSONB) - 'attempt' - 'pages' AS detail FROM events WHERE verb = 'file_rendered') f GROUP BY detail HAVING COUNT(*) > 1) d"); n > 0 {
		s.t.Errorf("%d files took effect twice", n)
	}
	s.exits(0, "campaign", "run", s.campaign) // again: nothing is left to do
}

func (s *site) rendered() int {
	s.t.Helper()
	return s.count("SELECT COUNT(*) FROM batch_files WHERE state = 'rendered'")
}

func (s *site) waitFor(what string, done func() bool) {
	s.t.Helper()
	for limit := time.Now().Add(90 * time.Second); !done(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(limit) {
			s.t.Fatalf("waited too long for %s", what)
		}
	}
}

// atOnce runs one command in several processes: each of them must end well.
func (s *site) atOnce(n int, args ...string) {
	s.t.Helper()
	var list []*process
	for range n {
		list = append(list, s.start(args...))
	}
	for _, p := range list {
		<-p.ended
		if code := p.cmd.ProcessState.ExitCode(); code != 0 {
			s.t.Errorf("%s beside others on %s: exit code %d\n%s", strings.Join(args, " "), s.sqlDriver, code, p.errOut)
		}
	}
}

// sealedByMany renders the campaign in this process and then lets many find the batch ready at the same
// moment, as workers do: each of them must be content.
func (s *site) sealedByMany(n int) {
	s.t.Helper()
	ctx := s.t.Context()
	local, err := files.OpenLocal(filepath.Join(s.data, "files"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer local.Close()
	press := mailers.NewPress(mailers.PressOptions{Fonts: templates.Fonts(), Profiles: templates.Profiles()})
	room := mailers.NewService(mailers.Options{Store: s.store(), Files: local, Renderer: press,
		Clock: time.Now, IDs: postlift.RandomIDs(time.Now), Secret: []byte(siteSecret)})
	b, err := room.Prepare(ctx, s.campaign, postlift.Person("Mara Beispiel"))
	if err != nil {
		s.t.Fatal(err)
	}
	refs, err := room.QueuedChunks(ctx, 1000)
	for _, ref := range refs {
		err = errors.Join(err, room.RenderChunk(ctx, ref))
	}
	if err != nil {
		s.t.Fatal(err)
	}
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			for sealed := false; !sealed; {
				var err error
				if sealed, err = room.Advance(ctx, b.UID); err != nil {
					s.t.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	s.sealedOnce()
}

func (s *site) sealedOnce() {
	s.t.Helper()
	if n := s.count("SELECT COUNT(*) FROM events WHERE verb = 'sealed'"); n != 1 {
		s.t.Errorf("the batch was sealed %d times", n)
	}
}

// TestEnginesAgree plays one world on SQLite and on PostgreSQL: whatever the company reads must not depend
// on the engine, nor on how many processes made the letters.
func TestEnginesAgree(t *testing.T) {
	if testing.Short() {
		t.Skip("plays the loop twice: not in short mode")
	}
	database := freshSchema(t)
	embedded, server := newSite(t, "", "", 400), newSite(t, database, "", 400)
	lite := embedded.loop(25, func() { embedded.atOnce(4, "campaign", "run", embedded.campaign); embedded.sealedOnce() })
	pg := server.loop(25, func() { server.sealedByMany(12) })
	for _, s := range []*site{embedded, server} { // people and jobs that do the same thing at the same time
		s.atOnce(3, "import", "orders", filepath.Join(s.data, "in", "orders.csv"), "--source", "erp")
		s.atOnce(3, "import", "contacts", filepath.Join(s.data, "in", "contacts.csv"), "--source", "erp")
		s.atOnce(3, "import", "responses", filepath.Join(s.data, "back", "responses.csv"), "--source", "erp")
		s.atOnce(3, "clv", "score", "--as-of", s.asOf.String())
		if n := s.count("SELECT COUNT(*) FROM score_runs WHERE status = 'published'"); n != 1 {
			t.Errorf("%d runs of scores are published on %s", n, s.sqlDriver)
		}
		s.atOnce(4, "report", "uplift", s.campaign, "--as-of", lite.Uplift.AsOf.String())
	}
	if !reflect.DeepEqual(lite.Imported, pg.Imported) {
		t.Errorf("imported %v on SQLite, %v on PostgreSQL", lite.Imported, pg.Imported)
	}
	lite.Value.Metrics.Choice.Backtest, pg.Value.Metrics.Choice.Backtest = "", "" // ids are random
	if !reflect.DeepEqual(lite.Value, pg.Value) || lite.Value.Total.Minor <= 0 {
		t.Errorf("the base is worth %+v on SQLite, %+v on PostgreSQL", lite.Value, pg.Value)
	}
	lite.Funnel.RunUID, pg.Funnel.RunUID = "", ""
	if !reflect.DeepEqual(lite.Funnel, pg.Funnel) {
		t.Errorf("funnel %+v on SQLite, %+v on PostgreSQL", lite.Funnel, pg.Funnel)
	}
	a, b := &lite.Uplift, &pg.Uplift
	a.CampaignID, a.RunID, b.CampaignID, b.RunID = "", "", "", ""
	x, y := reflect.ValueOf(*a), reflect.ValueOf(*b)
	for i := range x.NumField() {
		if !reflect.DeepEqual(x.Field(i).Interface(), y.Field(i).Interface()) {
			left, _ := json.Marshal(x.Field(i).Interface())
			right, _ := json.Marshal(y.Field(i).Interface())
			t.Errorf("uplift: %s is %s on SQLite, %s on PostgreSQL", x.Type().Field(i).Name, left, right)
		}
	}
}
