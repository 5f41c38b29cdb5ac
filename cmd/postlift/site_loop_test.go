package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"postlift"
	"postlift/clv/scoring"
	"postlift/internal/sim"
	"postlift/mailers"
	"postlift/responses"
)

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
	s.object()
	s.answers(&any, "batch", "release", s.campaign, "--as-of", s.asOf.String())
	db := s.sql()
	defer db.Close()
	query := "UPDATE batches SET released_at = $1, created_at = $1"
	if _, err := db.Exec(query, s.asOf.Time().Add(9*time.Hour)); err != nil {
		s.t.Fatal(err)
	}
	s.exits(2, "batch", "status", s.campaign, "posted", "--date", s.asOf.AddDays(-3).String())
	s.answers(&any, "batch", "status", s.campaign, "posted", "--date", s.posted().String())
	s.exits(2, "batch", "status", s.campaign, "posted", "--date", "2999-01-01")
	s.answers(&any, "batch", "status", s.campaign, "posted", "--date", s.posted().AddDays(1).String()) // a slip
	s.answers(&any, "batch", "status", s.campaign, "posted", "--date", s.posted().String())
	var b shownBatch
	s.answers(&b, "batch", "show", s.campaign)
	return b
}

// object imports the objection of somebody whose letter is printed but not released: its file is made anew.
func (s *site) object() {
	s.t.Helper()
	db := s.sql()
	defer db.Close()
	var contact string
	err := db.QueryRow("SELECT MIN(c.external_id) FROM pieces p JOIN contacts c ON c.id = p.contact_id WHERE p.state = 'sealed'").Scan(&contact)
	if err != nil {
		s.t.Fatal(err)
	}
	s.write("objection.csv", fmt.Appendf(nil, "external_id,scope,contact_id,reason,date\nS-late,person,%s,objection,%s\n", contact, s.asOf))
	var any json.RawMessage
	s.answers(&any, "import", "suppressions", filepath.Join(s.data, "objection.csv"), "--source", "erp")
}

func (s *site) posted() postlift.Date { return s.asOf.AddDays(postingDays) }

// live asks the world what the customers do.
func (s *site) live(b shownBatch) sim.Outcome {
	s.t.Helper()
	db := s.store()
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
	if f.Planned < 100 || f.Mailed+f.Withdrawn+f.Failed != f.Planned || f.Pending != 0 || f.Withdrawn != 1 {
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
	if err := rows.Err(); err != nil {
		s.t.Fatal(err)
	}
	slices.Sort(manifest)
	slices.Sort(ledger)
	if !slices.Equal(manifest, ledger) {
		s.t.Errorf("%d pieces in the manifest are not the %d posted ones", len(manifest), len(ledger))
	}
}
