package main

import (
	"bufio"
	"bytes"
	"database/sql"
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
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"postlift"
	"postlift/internal/sim"
	"postlift/internal/store"
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
	errOut *tape
	ended  chan struct{}
}

// tape keeps what a process says and may be read while it runs.
type tape struct {
	mu   sync.Mutex
	said bytes.Buffer
}

// Write takes what is said.
func (t *tape) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.said.Write(p)
}

// String is all that was said so far.
func (t *tape) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.said.String()
}

func (s *site) start(args ...string) *process {
	s.t.Helper()
	p := &process{t: s.t, cmd: s.command(args...), errOut: &tape{}, ended: make(chan struct{})}
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

// store opens the installation's database as the program does.
func (s *site) store() *store.Store {
	s.t.Helper()
	where := s.database
	if where == "" {
		where = filepath.Join(s.data, "postlift.db")
	}
	db, err := store.Open(s.t.Context(), where, store.Options{Clock: time.Now, IDs: postlift.RandomIDs(time.Now), Secret: []byte(siteSecret)})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		if err := db.Close(); err != nil {
			s.t.Error(err)
		}
	})
	return db
}

var listeners = regexp.MustCompile(`(?s)people\s+(http://\S+).*links\s+(http://[^/]+)/r/`)

// serve starts both listeners and waits until they are ready.
func (s *site) serve() (p *process, public, staff string) {
	s.t.Helper()
	read, write, err := os.Pipe()
	if err != nil {
		s.t.Fatal(err)
	}
	p = &process{t: s.t, cmd: s.command("serve"), errOut: &tape{}, ended: make(chan struct{})}
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
