package main

import (
	"bufio"
	"bytes"
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"postlift"
	"postlift/clv/scoring"
	"postlift/internal/sim"
	"postlift/internal/store"
	"postlift/mailers"
	"postlift/responses"
)

// siteSecret is the secret of the installations under test.
const siteSecret = "installation secret of the tests, long enough"

// site is one installation of separate processes: the built program, its data folder, its servers.
type site struct {
	t                 *testing.T
	program, data     string
	database, redis   string // "" means the embedded ones
	sqlDriver, sqlDSN string // the same database, for looking and for letting time pass
	world             *sim.World
	asOf              postlift.Date
	landing, campaign string
}

// newSite builds the program around a world whose history ends 85 days ago, so that the window of its
// letters is over today.
func newSite(t *testing.T, database, redis string, accounts int) *site {
	t.Helper()
	s := &site{t: t, program: filepath.Join(t.TempDir(), "postlift"), data: filepath.Join(t.TempDir(), "data"), database: database, redis: redis,
		asOf: postlift.DateOf(time.Now()).AddDays(-85), landing: "https://www.nordlicht-werkzeuge.example/willkommen", campaign: "Welcome back"}
	s.world = sim.NewWorld(sim.Config{Seed: 11, Accounts: accounts, AsOf: s.asOf})
	s.sqlDriver, s.sqlDSN = "pgx", database
	if database == "" {
		s.sqlDriver, s.sqlDSN = "sqlite", "file:"+filepath.Join(s.data, "postlift.db")+"?_time_format=sqlite&_pragma=busy_timeout(20000)"
	}
	if out, err := exec.Command("go", "build", "-o", s.program, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return s
}

func (s *site) command(args ...string) *exec.Cmd {
	c := exec.Command(s.program, append([]string{"--json"}, args...)...)
	c.Env = append(os.Environ(), "POSTLIFT_DATA="+s.data, "DATABASE_URL="+s.database, "REDIS_URL="+s.redis, "POSTLIFT_SECRET="+siteSecret,
		"POSTLIFT_PUBLIC_ADDR=127.0.0.1:0", "POSTLIFT_STAFF_ADDR=127.0.0.1:0", "POSTLIFT_LOG_LEVEL=error", "POSTLIFT_RENDER_PARALLEL=1")
	return c
}

// exits runs a command that is to end with an exit code of CONTRACT and gives its stdout.
func (s *site) exits(code int, args ...string) []byte {
	s.t.Helper()
	var out, errOut bytes.Buffer
	c := s.command(args...)
	c.Stdout, c.Stderr = &out, &errOut
	_ = c.Run() // the exit code says it
	if got := c.ProcessState.ExitCode(); got != code {
		s.t.Fatalf("postlift %s: exit code %d, want %d\n%s", strings.Join(args, " "), got, code, errOut.String())
	}
	return out.Bytes()
}

// answers runs a command that is to succeed and decodes its answer: exactly one JSON document.
func (s *site) answers(into any, args ...string) {
	s.t.Helper()
	out := s.exits(0, args...)
	dec := json.NewDecoder(bytes.NewReader(out))
	if err := dec.Decode(into); err != nil {
		s.t.Fatalf("postlift %s: %v in %s", strings.Join(args, " "), err, out)
	}
	if _, err := dec.Token(); err != io.EOF {
		s.t.Errorf("postlift %s: more than one document on stdout: %s", strings.Join(args, " "), out)
	}
}

// process is a part that runs beside the commands.
type process struct {
	t      *testing.T
	cmd    *exec.Cmd
	errOut *bytes.Buffer
	ended  chan struct{}
}

func (s *site) start(args ...string) *process {
	s.t.Helper()
	p := &process{t: s.t, cmd: s.command(args...), errOut: &bytes.Buffer{}, ended: make(chan struct{})}
	p.cmd.Stderr = p.errOut
	if err := p.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait() // its exit code is asked for
		close(p.ended)
	}()
	s.t.Cleanup(p.kill)
	return p
}

// kill ends it at once, as a power cut does; where it has ended already, nothing happens.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.ended
}

// stop asks it to end and gives it time to finish what it does; it must end well.
func (p *process) stop() {
	p.t.Helper()
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // fails where it has ended, which its exit code tells
	select {
	case <-p.ended:
	case <-time.After(30 * time.Second):
		p.t.Errorf("%v does not stop", p.cmd.Args)
		p.kill()
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		p.t.Errorf("%v: exit code %d after SIGTERM\n%s", p.cmd.Args, code, p.errOut)
	}
}

func (p *process) running() bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// sql opens the database beside the program.
func (s *site) sql() *sql.DB {
	s.t.Helper()
	db, err := sql.Open(s.sqlDriver, s.sqlDSN)
	if err != nil {
		s.t.Fatal(err)
	}
	return db
}

// count asks for one number.
func (s *site) count(query string) int {
	s.t.Helper()
	db := s.sql()
	defer db.Close()
	var n int
	if err := db.QueryRow(query).Scan(&n); err != nil {
		s.t.Fatal(err)
	}
	return n
}

// played is what an installation says of the same world: everything that must not depend on the engine.
type played struct {
	Imported map[string]importCounts
	Value    portfolioValue
	Funnel   mailers.Funnel
	Uplift   responses.Uplift
}

type portfolioValue struct {
	Accounts int             `json:"accounts"`
	Total    postlift.Money  `json:"total_residual"`
	Metrics  scoring.Metrics `json:"metrics"`
}

type importCounts struct {
	Rows     int64 `json:"rows"`
	Rejected int64 `json:"rejected"`
}

// prepare initialises the installation, imports the world, values it and approves a campaign.
func (s *site) prepare(p *played, chunk int) {
	s.t.Helper()
	settings := sim.SampleSettings("http://localhost:8080")
	settings.Mail.ChunkSize = chunk
	raw, err := yaml.Marshal(settings)
	if err != nil {
		s.t.Fatal(err)
	}
	if err := os.MkdirAll(s.data, 0o750); err != nil {
		s.t.Fatal(err)
	}
	s.write("settings.yaml", raw)
	var any json.RawMessage
	s.answers(&any, "init")
	s.importWorld(p)
	s.answers(&p.Value, "clv", "score", "--as-of", s.asOf.String())
	definition := strings.Replace(sim.SampleCampaign(s.landing, s.asOf.AddDays(60)), sim.SampleRule, `orders >= 1 and status == "active"`, 1)
	definition = strings.Replace(definition, "window_days: 90", "window_days: 60\nsalt: one draw for every engine", 1)
	s.write("campaign.yaml", []byte(definition))
	s.answers(&any, "campaign", "create", "-f", filepath.Join(s.data, "campaign.yaml"))
	var previewed struct {
		Run struct {
			PlanHash string `json:"plan_hash"`
		} `json:"run"`
	}
	s.answers(&previewed, "campaign", "preview", s.campaign, "--as-of", s.asOf.String())
	s.exits(3, "campaign", "run", s.campaign)
	s.exits(3, "campaign", "approve", s.campaign, "--plan", strings.Repeat("0", 64), "--by", "Mara Beispiel")
	s.answers(&any, "campaign", "approve", s.campaign, "--plan", previewed.Run.PlanHash, "--by", "Mara Beispiel")
}

func (s *site) write(name string, content []byte) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.data, name), content, 0o600); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) importWorld(p *played) {
	s.t.Helper()
	files, err := s.world.WriteFiles(filepath.Join(s.data, "in"))
	if err != nil {
		s.t.Fatal(err)
	}
	p.Imported = map[string]importCounts{}
	for _, f := range files.List {
		var report importCounts
		s.answers(&report, "import", f.Kind, f.Path, "--source", "erp", "--rejects", f.Path+".rejects")
		if planted := files.PlantedRows(f.Kind); report.Rejected != int64(planted) {
			s.t.Errorf("import %s: %d rows rejected, %d wrong ones were planted", f.Kind, report.Rejected, planted)
		}
		p.Imported[f.Kind] = report
	}
}

// post takes a sealed batch to the post office. The release is then moved into the past, as if the
// letters had been on their way since.
func (s *site) post() shownBatch {
	s.t.Helper()
	var any json.RawMessage
	s.exits(3, "batch", "release", s.campaign, "--as-of", s.asOf.String())
	s.exits(3, "batch", "approve", s.campaign, "--by", "Mara Beispiel")
	s.answers(&any, "batch", "proof", s.campaign)
	s.answers(&any, "batch", "approve", s.campaign, "--by", "Mara Beispiel")
	s.answers(&any, "batch", "release", s.campaign, "--as-of", s.asOf.String())
	db := s.sql()
	defer db.Close()
	query := "UPDATE batches SET released_at = $1, created_at = $1"
	if _, err := db.Exec(query, s.asOf.Time().Add(9*time.Hour)); err != nil {
		s.t.Fatal(err)
	}
	s.exits(2, "batch", "status", s.campaign, "posted", "--date", s.asOf.AddDays(-3).String())
	s.answers(&any, "batch", "status", s.campaign, "posted", "--date", s.posted().String())
	s.exits(3, "batch", "status", s.campaign, "posted", "--date", s.posted().AddDays(1).String())
	var b shownBatch
	s.answers(&b, "batch", "show", s.campaign)
	return b
}

func (s *site) posted() postlift.Date { return s.asOf.AddDays(postingDays) }

// live asks the world what the customers do.
func (s *site) live(b shownBatch) sim.Outcome {
	s.t.Helper()
	url := s.database
	if url == "" {
		url = filepath.Join(s.data, "postlift.db")
	}
	db, err := store.Open(s.t.Context(), url, store.Options{Clock: time.Now, IDs: postlift.RandomIDs(time.Now), Secret: []byte(siteSecret)})
	if err != nil {
		s.t.Fatal(err)
	}
	defer db.Close()
	arms, err := db.Allocations(s.t.Context(), b.RunUID)
	if err != nil {
		s.t.Fatal(err)
	}
	sent, err := db.SentPieces(s.t.Context(), b.UID)
	if err != nil {
		s.t.Fatal(err)
	}
	var pieces []sim.Posted
	for _, p := range sent {
		pieces = append(pieces, sim.Posted{PieceID: p.PieceUID, Code: p.Code, Token: p.Token, AccountID: p.Account, ContactID: p.Contact, Kind: p.Kind})
	}
	var assigned []sim.Assignment
	for _, a := range arms {
		assigned = append(assigned, sim.Assignment{AccountID: a.Account, Group: a.Group, Arm: a.Outcome})
	}
	outcome, err := s.world.Play(pieces, assigned, s.posted(), 60)
	if err != nil {
		s.t.Fatal(err)
	}
	return outcome
}

var listeners = regexp.MustCompile(`(?s)people\s+(http://\S+).*links\s+(http://[^/]+)/r/`)

// serve starts both listeners and waits until they are ready.
func (s *site) serve() (p *process, public, staff string) {
	s.t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		s.t.Fatal(err)
	}
	p = &process{t: s.t, cmd: s.command("serve"), errOut: &bytes.Buffer{}, ended: make(chan struct{})}
	p.cmd.Stderr = write
	if err := p.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	_ = write.Close() // the process has its own end
	lines := bufio.NewScanner(read)
	var told string
	for listeners.FindString(told) == "" && lines.Scan() {
		told += lines.Text() + "\n"
	}
	go func() {
		_, _ = io.Copy(p.errOut, read) // ends with the process
		_ = p.cmd.Wait()               // its exit code is asked for
		close(p.ended)
	}()
	s.t.Cleanup(p.kill)
	found := listeners.FindStringSubmatch(told)
	if found == nil {
		s.t.Fatalf("serve says %q", told)
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		for _, base := range found[1:] {
			if status, _, body := s.get(base + path); status != http.StatusOK || !strings.Contains(body, `"ok"`) {
				s.t.Errorf("%s%s answers %d %s", base, path, status, body)
			}
		}
	}
	return p, found[2], found[1]
}

// get asks for an address without following where it leads.
func (s *site) get(address string) (status int, location, body string) {
	s.t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Get(address)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return res.StatusCode, res.Header.Get("Location"), string(raw)
}

// comeBack plays the customers' part: visits to a real server, then the files that are imported.
func (s *site) comeBack(o sim.Outcome) {
	s.t.Helper()
	p, public, staff := s.serve()
	for _, v := range o.Visits {
		status, location, body := s.get(public + "/r/" + v.Token + "?to=https://elsewhere.example")
		if status != http.StatusFound || location != s.landing || body != "" {
			s.t.Fatalf("a letter's link answers %d %q %q", status, location, body)
		}
	}
	if status, _, _ := s.get(staff + "/campaigns"); status != http.StatusOK {
		s.t.Errorf("the page of campaigns answers %d", status)
	}
	p.stop()
	files, err := o.WriteFiles(filepath.Join(s.data, "back"))
	if err != nil {
		s.t.Fatal(err)
	}
	for _, f := range files {
		var report importCounts
		s.answers(&report, "import", f.Kind, f.Path, "--source", "erp")
		if report.Rejected != 0 || report.Rows != int64(f.Rows) {
			s.t.Errorf("import %s: %+v of %d rows", f.Path, report, f.Rows)
		}
	}
}

// measure reads the campaign on the last day of its window and checks what must hold of any reading.
func (s *site) measure(p *played, o sim.Outcome) {
	s.t.Helper()
	s.answers(&p.Uplift, "report", "uplift", s.campaign, "--as-of", o.Last.String())
	u := p.Uplift
	if !slices.Contains([]string{"works", "no_proof", "hurts", "withheld"}, u.Verdict) {
		s.t.Errorf("verdict %q", u.Verdict)
	}
	a := u.Accounts
	if a.Matched != a.Gated+a.OverCap+a.Holdout+a.Assigned || a.Matched == 0 || a.Holdout == 0 {
		s.t.Errorf("accounts %+v", a)
	}
	if len(u.Arms) != 2 || u.Arms[0].Accounts != o.Truth.Assigned || u.Arms[1].Accounts != o.Truth.Holdout {
		s.t.Errorf("arms %+v, truth %+v", u.Arms, o.Truth)
	}
	if u.Pieces.Returned != o.Counts.Returns {
		s.t.Errorf("%d pieces returned, %d came back", u.Pieces.Returned, o.Counts.Returns)
	}
}

// loop plays the whole loop; produce makes the sealed batch of the approved campaign.
func (s *site) loop(chunk int, produce func()) played {
	s.t.Helper()
	var p played
	s.prepare(&p, chunk)
	produce()
	b := s.post()
	p.Funnel = b.Funnel
	if err := b.Funnel.Check(); err != nil {
		s.t.Error(err)
	}
	f := b.Funnel
	if f.Planned < 100 || f.Mailed+f.Withdrawn+f.Failed != f.Planned || f.Pending != 0 {
		s.t.Errorf("funnel %+v", f)
	}
	letters := &killer{t: s.t}
	letters.checkManifest(b, f.Mailed, letters.checkSums(b.Path))
	s.sameOnDisk(b)
	o := s.live(b)
	s.comeBack(o)
	s.measure(&p, o)
	return p
}

// sameOnDisk compares the manifest's pieces with the ledger's.
func (s *site) sameOnDisk(b shownBatch) {
	s.t.Helper()
	raw, err := os.ReadFile(filepath.Join(b.Path, "manifest.csv"))
	if err != nil {
		s.t.Fatal(err)
	}
	records, err := csv.NewReader(bytes.NewReader(raw)).ReadAll()
	if err != nil {
		s.t.Fatal(err)
	}
	id := slices.Index(records[0], "piece_id")
	var manifest, ledger []string
	for _, r := range records[1:] {
		manifest = append(manifest, r[id])
	}
	db := s.sql()
	defer db.Close()
	rows, err := db.Query("SELECT uid FROM pieces WHERE state = 'posted'")
	if err != nil {
		s.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var uid string
		if err := rows.Scan(&uid); err != nil {
			s.t.Fatal(err)
		}
		ledger = append(ledger, uid)
	}
	slices.Sort(manifest)
	slices.Sort(ledger)
	if !slices.Equal(manifest, ledger) {
		s.t.Errorf("%d pieces in the manifest are not the %d posted ones", len(manifest), len(ledger))
	}
}

// testServers gives a fresh PostgreSQL schema and a Redis database of the test's own.
func testServers(t *testing.T) (database, redis string) {
	t.Helper()
	database, redis = freshSchema(t), os.Getenv("POSTLIFT_TEST_REDIS_URL")
	if redis == "" {
		t.Skip("POSTLIFT_TEST_REDIS_URL is not set: no Redis to test on (make test starts one)")
	}
	redis = strings.TrimRight(redis, "/") + "/9"
	flushRedis(t, redis)
	t.Cleanup(func() { flushRedis(t, redis) })
	return database, redis
}

func freshSchema(t *testing.T) string {
	t.Helper()
	base := os.Getenv("POSTLIFT_TEST_DATABASE_URL")
	if base == "" {
		t.Skip("POSTLIFT_TEST_DATABASE_URL is not set: no PostgreSQL to test on (make test starts one)")
	}
	db, err := sql.Open("pgx", base)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("site_%d_%d", os.Getpid(), rand.Uint32())
	if _, err := db.Exec("CREATE SCHEMA " + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := db.Exec("DROP SCHEMA " + name + " CASCADE"); err != nil {
			t.Error(err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}

// flushRedis empties one Redis database.
func flushRedis(t *testing.T, address string) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.DialTimeout("tcp", u.Host, 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := fmt.Fprintf(conn, "SELECT %s\r\nFLUSHDB\r\nQUIT\r\n", strings.Trim(u.Path, "/")); err != nil {
		t.Fatal(err)
	}
	if answer, err := io.ReadAll(conn); err != nil || strings.Count(string(answer), "+OK") < 2 {
		t.Fatalf("Redis answers %q, %v", answer, err)
	}
}
