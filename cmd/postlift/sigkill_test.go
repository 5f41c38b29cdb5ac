package main

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"gopkg.in/yaml.v3"

	"postlift"
	"postlift/internal/sim"
	"postlift/mailers"
)

// What the test kills: a campaign of killedLetters letters, chunkLetters a file, at least wantedKills
// times, at moments drawn from killSeed.
const (
	killedLetters = 3000
	chunkLetters  = 5
	wantedKills   = 24
	killSeed      = 20260601
)

// TestKilledAtAnyMomentNothingIsLostOrDoubled kills the running program with SIGKILL at random moments,
// starts it again until the batch is sealed, does the same to the release, and then compares what the
// ledger, the manifest and the files say.
func TestKilledAtAnyMomentNothingIsLostOrDoubled(t *testing.T) {
	if testing.Short() {
		t.Skip("kills the built program dozens of times: not in short mode")
	}
	k := newKiller(t)
	k.approveCampaign(killedLetters)
	k.untilDone(wantedKills, "campaign", "run", "Kill me")
	k.interrupted()
	k.check(k.batch(), 0)
	k.run("batch", "proof", "Kill me")
	k.run("batch", "approve", "Kill me", "--by", "Mara Beispiel")
	blocked := k.suppress(killedLetters / 10)
	k.untilDone(5, "batch", "release", "Kill me")
	b := k.batch()
	if b.State != mailers.BatchReleased {
		t.Errorf("the batch is %s", b.State)
	}
	k.check(b, blocked)
}

// killer is a data folder and a built program to kill.
type killer struct {
	t       *testing.T
	program string
	data    string
	db      *sql.DB
	dice    *rand.Rand
}

func newKiller(t *testing.T) *killer {
	t.Helper()
	k := &killer{t: t, program: filepath.Join(t.TempDir(), "postlift"), data: filepath.Join(t.TempDir(), "data"),
		dice: rand.New(rand.NewPCG(killSeed, killSeed))}
	build := exec.Command("go", "build", "-o", k.program, ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return k
}

func (k *killer) command(args ...string) *exec.Cmd {
	c := exec.Command(k.program, append([]string{"--json", "--data", k.data}, args...)...)
	c.Env = append(os.Environ(), "DATABASE_URL=", "REDIS_URL=", "POSTLIFT_RENDER_PARALLEL=1")
	return c
}

// run calls the program to its end and gives what it answered.
func (k *killer) run(args ...string) []byte {
	k.t.Helper()
	var out, errOut bytes.Buffer
	c := k.command(args...)
	c.Stdout, c.Stderr = &out, &errOut
	if err := c.Run(); err != nil {
		k.t.Fatalf("postlift %s: %v\n%s", strings.Join(args, " "), err, errOut.String())
	}
	return out.Bytes()
}

// untilDone starts a command again and again, killing it at random moments, until it has been killed
// often enough and then ends by itself. Every other time the moment is counted from the start, so that it
// may hit anything; the other times from when the process has rendered a file, so that it hits work.
func (k *killer) untilDone(kills int, args ...string) {
	k.t.Helper()
	killed := 0
	for killed < kills {
		before := k.rendered()
		c := k.command(args...)
		if err := c.Start(); err != nil {
			k.t.Fatal(err)
		}
		moment := k.dice.IntN(300)
		if killed%2 == 1 {
			moment /= 4
			for range 300 { // a process that has nothing to render any more is killed after three seconds
				if k.rendered() > before {
					break
				}
				time.Sleep(10 * time.Millisecond)
			}
		}
		time.Sleep(time.Duration(moment) * time.Millisecond)
		_ = c.Process.Kill() // fails where it has just ended by itself, which Wait tells
		if err := c.Wait(); err == nil {
			break
		}
		killed++
	}
	k.t.Logf("%s: killed %d times", strings.Join(args, " "), killed)
	if killed < 20 && kills >= 20 {
		k.t.Fatalf("%s was done after %d kills: the test needs more letters", strings.Join(args, " "), killed)
	}
	k.run(args...)
}

// rendered counts the files that are done.
func (k *killer) rendered() int {
	k.t.Helper()
	var n int
	if err := k.open().QueryRow("SELECT COUNT(*) FROM batch_files WHERE state = 'rendered'").Scan(&n); err != nil {
		k.t.Fatal(err)
	}
	return n
}

// interrupted sees that the kills did hit work: files that needed another attempt.
func (k *killer) interrupted() {
	k.t.Helper()
	var files int
	if err := k.open().QueryRow("SELECT COUNT(*) FROM batch_files WHERE attempt > 1").Scan(&files); err != nil {
		k.t.Fatal(err)
	}
	if files == 0 {
		k.t.Error("no kill hit a file that was being rendered")
	}
	k.t.Logf("%d files were being rendered when the process was killed", files)
}

// approveCampaign imports n made-up companies and approves a campaign that mails all of them.
func (k *killer) approveCampaign(n int) {
	k.t.Helper()
	settings := sim.SampleSettings("http://localhost:8080")
	settings.Mail.ChunkSize, settings.Mail.CoolingOffDays = chunkLetters, 0
	raw, err := yaml.Marshal(settings)
	if err != nil {
		k.t.Fatal(err)
	}
	if err := os.MkdirAll(k.data, 0o750); err != nil {
		k.t.Fatal(err)
	}
	k.write("settings.yaml", string(raw))
	k.run("init")
	today := postlift.DateOf(time.Now())
	accounts, contacts, orders := "external_id,name,country,language,street,postcode,city\n", "external_id,account_id,gender,first_name,last_name\n", "external_id,account_id,date,currency,net,margin\n"
	for i := 1; i <= n; i++ {
		accounts += fmt.Sprintf("K%d,Erfundene Kundschaft %d GmbH,DE,de,Musterweg %d,%05d,Musterstadt\n", i, i, i, 20000+(i*7919)%20000) // all of them regions that exist
		contacts += fmt.Sprintf("C%d,K%d,f,Änne,Beispiel %d\n", i, i, i)
		for j := range 1 + i%3 {
			orders += fmt.Sprintf("O%d-%d,K%d,%s,EUR,%d,%d\n", i, j, i, today.AddDays(-400+100*j-i%90), 500+i%700, 150+i%200)
		}
	}
	for kind, text := range map[string]string{"accounts": accounts, "contacts": contacts, "orders": orders} {
		k.write(kind+".csv", text)
	}
	for _, kind := range []string{"accounts", "contacts", "orders"} {
		k.run("import", kind, filepath.Join(k.data, kind+".csv"))
	}
	k.run("clv", "score")
	k.write("campaign.yaml", "name: Kill me\nrule: orders >= 0\ndesign: winback\nlanding_url: https://www.example.com/offer\nholdout: 0.1\noffer: 10 % off\n")
	k.run("campaign", "create", "-f", filepath.Join(k.data, "campaign.yaml"))
	var previewed struct {
		Run struct {
			PlanHash string `json:"plan_hash"`
		} `json:"run"`
	}
	k.decode(k.run("campaign", "preview", "Kill me"), &previewed)
	k.run("campaign", "approve", "Kill me", "--plan", previewed.Run.PlanHash, "--by", "Mara Beispiel")
}

func (k *killer) write(name, text string) {
	k.t.Helper()
	if err := os.WriteFile(filepath.Join(k.data, name), []byte(text), 0o600); err != nil {
		k.t.Fatal(err)
	}
}

func (k *killer) decode(raw []byte, into any) {
	k.t.Helper()
	if err := json.Unmarshal(raw, into); err != nil {
		k.t.Fatalf("%v in %s", err, raw)
	}
}

// suppress lets every tenth contact object and gives how many of them have a letter.
func (k *killer) suppress(n int) int {
	k.t.Helper()
	text := "external_id,scope,contact_id,reason,date\n"
	day := postlift.DateOf(time.Now()).AddDays(-1)
	for i := 1; i <= n; i++ {
		text += fmt.Sprintf("S%d,person,C%d,objection,%s\n", i, 10*i, day)
	}
	k.write("suppressions.csv", text)
	db := k.open()
	var letters int
	err := db.QueryRow(`SELECT COUNT(*) FROM pieces p JOIN contacts c ON c.id = p.contact_id
WHERE p.kind = 'live' AND CAST(substr(c.external_id, 2) AS INTEGER) % 10 = 0`).Scan(&letters)
	if err != nil {
		k.t.Fatal(err)
	}
	if letters == 0 {
		k.t.Fatal("nobody who objects has a letter")
	}
	k.run("import", "suppressions", filepath.Join(k.data, "suppressions.csv"))
	return letters
}

// open reads the database beside the running program.
func (k *killer) open() *sql.DB {
	k.t.Helper()
	if k.db != nil {
		return k.db
	}
	db, err := sql.Open("sqlite", "file:"+filepath.Join(k.data, "postlift.db")+"?mode=ro&_pragma=busy_timeout(5000)")
	if err != nil {
		k.t.Fatal(err)
	}
	k.db = db
	k.t.Cleanup(func() {
		if err := db.Close(); err != nil {
			k.t.Error(err)
		}
	})
	return db
}

func (k *killer) batch() shownBatch {
	k.t.Helper()
	var b shownBatch
	k.decode(k.run("batch", "show", "Kill me"), &b)
	return b
}

// check compares ledger, manifest and files.
func (k *killer) check(b shownBatch, withdrawn int) {
	k.t.Helper()
	f := b.Funnel
	if err := f.Check(); err != nil {
		k.t.Error(err)
	}
	if f.Matched != killedLetters || f.Planned != f.Assigned || f.Withdrawn != withdrawn || f.Failed != 0 {
		k.t.Errorf("funnel %+v, want %d withdrawn", f, withdrawn)
	}
	var doubled int
	if err := k.open().QueryRow(`SELECT COUNT(*) FROM (SELECT noun_uid, json_extract(detail, '$.chunk'), json_extract(detail, '$.revision') FROM events
WHERE verb = 'file_rendered' GROUP BY 1, 2, 3 HAVING COUNT(*) > 1)`).Scan(&doubled); err != nil || doubled != 0 {
		k.t.Errorf("%d files took effect twice, %v", doubled, err)
	}
	sums := k.checkSums(b.Path)
	k.checkManifest(b, f.Planned-withdrawn, sums)
}

// checkSums does what `sha256sum -c` does, and that nothing unnamed lies in the folder.
func (k *killer) checkSums(folder string) map[string]string {
	k.t.Helper()
	raw, err := os.ReadFile(filepath.Join(folder, "SHA256SUMS"))
	if err != nil {
		k.t.Fatal(err)
	}
	sums := map[string]string{}
	for line := range strings.Lines(string(raw)) {
		want, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		content, err := os.ReadFile(filepath.Join(folder, name))
		sum := sha256.Sum256(content)
		if err != nil || hex.EncodeToString(sum[:]) != want {
			k.t.Errorf("%s does not have its sum (%v)", name, err)
		}
		sums[name] = want
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != len(sums)+1 {
		k.t.Errorf("%d files in the folder, %d sums, %v", len(entries), len(sums), err)
	}
	return sums
}

var pageCount = regexp.MustCompile(`/Type\s*/Pages\b[^>]*?/Count (\d+)`)

// checkManifest sees that every letter is there once, in a file of the named content, on pages of its own
// that together are all pages of the file.
func (k *killer) checkManifest(b shownBatch, want int, sums map[string]string) {
	k.t.Helper()
	raw, err := os.ReadFile(filepath.Join(b.Path, "manifest.csv"))
	if err != nil {
		k.t.Fatal(err)
	}
	records, err := csv.NewReader(bytes.NewReader(raw)).ReadAll()
	if err != nil || strings.Join(records[0], ",") != mailers.ManifestHeader {
		k.t.Fatalf("manifest: %v", err)
	}
	column := map[string]int{}
	for i, name := range records[0] {
		column[name] = i
	}
	seen, prints, next := map[string]bool{}, map[string]bool{}, map[string]int{}
	for _, r := range records[1:] {
		get := func(name string) string { return r[column[name]] }
		file, id := get("pdf_file"), get("piece_id")
		first, _ := strconv.Atoi(get("first_page"))
		pages, _ := strconv.Atoi(get("page_count"))
		sum := get("sha256")
		if seen[id] || sums[file] == "" || len(sum) != 64 || prints[sum] || first != next[file]+1 || pages < 1 {
			k.t.Fatalf("piece %s, page %d of %s after page %d, is wrong: %v", id, first, file, next[file], r)
		}
		seen[id], prints[sum] = true, true
		next[file] = first + pages - 1
	}
	if len(seen) != want {
		k.t.Errorf("%d letters in the manifest, want %d", len(seen), want)
	}
	for file, last := range next {
		content, err := os.ReadFile(filepath.Join(b.Path, file))
		if err != nil {
			k.t.Fatal(err)
		}
		m := pageCount.FindSubmatch(content)
		if m == nil || string(m[1]) != strconv.Itoa(last) {
			k.t.Errorf("%s has %s pages, the manifest ends at %d", file, m, last)
		}
	}
	if len(next)+2 != len(sums) {
		k.t.Errorf("%d files have letters, %d files have sums", len(next), len(sums))
	}
}
