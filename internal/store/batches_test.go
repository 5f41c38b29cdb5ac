package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"postlift"
	"postlift/accounts"
	"postlift/campaigns"
	"postlift/mailers"
	"postlift/mailers/address"
)

// memFiles keeps artefacts in memory.
type memFiles struct {
	mu    sync.Mutex
	files map[string][]byte
}

func (m *memFiles) Put(_ context.Context, name string, write func(io.Writer) error) (string, int64, error) {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return "", 0, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.files[name] = b.Bytes()
	sum := sha256.Sum256(b.Bytes())
	return hex.EncodeToString(sum[:]), int64(b.Len()), nil
}

func (m *memFiles) Open(_ context.Context, name string) (io.ReadCloser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	b, ok := m.files[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return io.NopCloser(bytes.NewReader(b)), nil
}

func (m *memFiles) Link(_ context.Context, from, to string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.files[to] = m.files[from]
	return nil
}

func (m *memFiles) Publish(ctx context.Context, from, to string) error {
	if err := m.DeleteAll(ctx, to); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for name, b := range m.files {
		if rest, ok := strings.CutPrefix(name, from+"/"); ok {
			m.files[to+"/"+rest] = b
			delete(m.files, name)
		}
	}
	return nil
}

func (m *memFiles) DeleteAll(_ context.Context, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for n := range m.files {
		if n == name || strings.HasPrefix(n, name+"/") {
			delete(m.files, n)
		}
	}
	return nil
}

func (m *memFiles) Tidy(context.Context, time.Duration) error { return nil }

// text gives a file's content, "" where there is none.
func (m *memFiles) text(name string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return string(m.files[name])
}

// linePrinter prints a piece as one line on one page; a salutation with "unprintable" fails.
type linePrinter struct{ before func() error }

// press describes and tries designs for the line printer.
var press = mailers.NewPress(mailers.PressOptions{Fonts: os.DirFS("../../templates/fonts"), Profiles: os.DirFS("../../templates/profiles")})

func (l *linePrinter) Describe(v mailers.DesignVersion, terms mailers.Terms) (mailers.Product, error) {
	return press.Describe(v, terms)
}

func (l *linePrinter) AddressLimits(v mailers.DesignVersion, terms mailers.Terms) (address.Limits, error) {
	return press.AddressLimits(v, terms)
}

func (l *linePrinter) Try(v mailers.DesignVersion, terms mailers.Terms) ([]string, error) {
	return press.Try(v, terms)
}

func (l *linePrinter) Render(_ context.Context, w io.Writer, job mailers.PrintJob) ([]mailers.Printed, int, error) {
	if l.before != nil {
		if err := l.before(); err != nil {
			return nil, 0, err
		}
	}
	var printed []mailers.Printed
	page := 0
	fmt.Fprintln(w, job.Title, job.Created.Format(time.DateOnly))
	for _, p := range job.Pieces {
		design, err := job.Designs.Of(p.Variant)
		if err != nil {
			return nil, 0, err
		}
		sum := sha256.Sum256([]byte(fmt.Sprint(p.Piece)))
		inked := sha256.Sum256([]byte(p.Piece.ID))
		out := mailers.Printed{ID: p.ID, SHA256: hex.EncodeToString(sum[:]), PrintSHA256: hex.EncodeToString(inked[:])}
		if s, _ := p.Merge["salutation"].(string); strings.Contains(s, "unprintable") {
			out.Failed = "salutation cannot be printed"
		} else {
			page++
			out.First, out.Pages = page, 1
			fmt.Fprintln(w, page, p.Piece.ID, strings.Join(p.Address, " | "), p.TrackingURL, "design", design.Name)
		}
		printed = append(printed, out)
	}
	return printed, page, nil
}

// openGate blocks what it is told to.
type openGate map[string]string

func (g openGate) BlockedPieces(context.Context, string, postlift.Date) (map[string]string, error) {
	return g, nil
}

// mailWorld is a database with an approved run of n letters, and a service on it.
type mailWorld struct {
	store   *Store
	service *mailers.Service
	files   *memFiles
	printer *linePrinter
	gate    openGate
	clock   postlift.Clock
}

// on moves the service to an instant.
func (w *mailWorld) on(now time.Time) {
	w.clock = postlift.FixedClock(now)
	w.service = mailers.NewService(mailers.Options{Store: w.store, Files: w.files, Renderer: w.printer, Gate: w.gate, Clock: w.clock,
		IDs: postlift.DerivedIDs(w.store.secret, postlift.MustDate("2026-06-01")), Secret: w.store.secret, Lease: time.Minute})
}

const mailRun = "run_test"

func newMailWorld(t *testing.T, s *Store, n, chunkSize int) *mailWorld {
	t.Helper()
	w := &mailWorld{store: s, files: &memFiles{files: map[string][]byte{}}, printer: &linePrinter{}, gate: openGate{}}
	w.on(s.clock())
	ctx, me := context.Background(), postlift.Person("Test")
	settings := accounts.DefaultSettings()
	settings.Sender = accounts.Sender{Company: "Beispielwerk GmbH", Street: "Musterweg 1", Postcode: "10115", City: "Berlin", Country: "DE",
		Phone: "030 000", Email: "post@example.com", SignatureName: "Mara Beispiel", Particulars: "HRB 0"}
	settings.Mail.ChunkSize, settings.Mail.InHomeDays = chunkSize, 2
	must(t, s.SaveSettings(ctx, settings, me))
	design, err := w.service.SaveDesign(ctx, os.DirFS("../../templates/designs"), "winback", me)
	must(t, err)
	must(t, w.service.SaveSeed(ctx, mailers.Seed{Name: "control 1", Company: "Kontrolle GmbH", Gender: "f", FirstName: "Kim", LastName: "Kontroll",
		Street: "Prüfweg 9", Postcode: "20095", City: "Hamburg", Country: "DE", Language: "de", Active: true}, me))
	share := 0.
	definition := campaigns.Definition{Name: "Win-back", Class: campaigns.Advertising, Rule: "orders > 0", Design: "winback", Languages: []string{"de", "en"},
		LandingURL: "https://www.example.com/offer", Offer: "10 % auf den nächsten Auftrag", OfferUntil: postlift.MustDate("2026-08-31"), Holdout: &share, GlobalControl: &share}
	rows := []any{
		&employeeRow{ID: 1, UID: "emp_1", Source: "s", ExternalID: "e1", FirstName: "Udo", LastName: "Außendienst", JobTitle: "Vertrieb", Phone: "030 111", Email: "udo@example.com", Active: true},
		&ruleRow{ID: 1, UID: "rul_1", Name: "r"}, &ruleVersionRow{ID: 1, RuleID: 1, Version: 1, Text: "orders > 0", Tree: "{}", CreatedAt: testNow},
		&campaignRow{ID: 1, UID: "cmp_1", Name: "Win-back", Class: "advertising", State: "approved", Version: 1, CreatedAt: testNow},
		&campaignVersionRow{CampaignID: 1, Version: 1, Definition: toJSON(definition), CreatedAt: testNow},
		&scoreRunRow{ID: 1, UID: "scr_1", AsOf: postlift.MustDate("2026-06-01"), HorizonMonths: 36, Currency: "EUR", Params: "{}", Assumptions: "{}", Status: "published", CreatedAt: testNow},
		&runRow{ID: 1, UID: mailRun, CampaignID: 1, Step: 1, Pass: 1, Attempt: 1, CampaignVersion: 1, RuleVersionID: 1, DesignVersionID: design.ID, ScoreRunID: 1,
			AsOf: postlift.MustDate("2026-06-01"), State: "approved", PlanHash: "p", Funnel: "{}", Currency: "EUR", WindowDays: 90, Record: "{}", CreatedAt: testNow},
	}
	for i := 1; i <= n; i++ {
		rows = append(rows, recipientRows(int64(i))...)
	}
	rows = append(rows,
		&accountRow{ID: 9001, UID: "acc_held", Source: "s", ExternalID: "held", Name: "Zurückgehalten GmbH", GroupKey: "s:held"},
		&choiceRow{RunID: 1, AccountID: 9001, GroupKey: "s:held", Outcome: "holdout", Contacts: "[]", Features: "{}"})
	for _, r := range rows {
		must(t, s.gormW.Create(r).Error)
	}
	return w
}

// recipientRows is one assigned account: every fourth in London, every seventh without a street.
func recipientRows(i int64) []any {
	owner := int64(1)
	account := accountRow{ID: i, UID: fmt.Sprintf("acc_%d", i), Source: "s", ExternalID: fmt.Sprint(i), Name: fmt.Sprintf("Kunde %d GmbH", i),
		GroupKey: fmt.Sprintf("s:%d", i), OwnerID: &owner, Country: "DE", Language: "de", MatchKey: fmt.Sprintf("company%d", i)}
	site := siteRow{ID: i, UID: fmt.Sprintf("sit_%d", i), Source: "s", ExternalID: fmt.Sprint(i), AccountID: i, IsMain: true, Street: fmt.Sprintf("Straße %d", i),
		Postcode: fmt.Sprintf("%05d", 10000+(i*7919)%80000), City: "Köln", Country: "DE", MatchKey: fmt.Sprintf("address%d", i)}
	contact := contactRow{ID: i, UID: fmt.Sprintf("con_%d", i), Source: "s", ExternalID: fmt.Sprint(i), AccountID: i, Gender: "f", FirstName: "Änne",
		LastName: fmt.Sprintf("Müller%d", i), MatchKey: fmt.Sprintf("person%d", i)}
	if i%4 == 0 {
		account.Country, account.Language = "GB", "en"
		site.Postcode, site.City, site.Country = "EC1A 1BB", "London", "GB"
	}
	if i%7 == 0 {
		site.Street = ""
	}
	return []any{&account, &site, &contact,
		&choiceRow{RunID: 1, AccountID: i, GroupKey: account.GroupKey, Outcome: "assigned", Propensity: 1, Contacts: jsonText(fmt.Sprintf("[%d]", i)), Features: "{}"}}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w *mailWorld) prepare(t *testing.T) mailers.Batch {
	t.Helper()
	b, err := w.service.Prepare(context.Background(), mailRun, postlift.Person("Test"))
	must(t, err)
	return b
}

// renderAll renders and seals without a queue, as a worker would.
func (w *mailWorld) renderAll(t *testing.T, batch string) {
	t.Helper()
	ctx := context.Background()
	for range 20 {
		done, err := w.service.Advance(ctx, batch)
		must(t, err)
		if done {
			return
		}
		refs, err := w.service.QueuedChunks(ctx, 100)
		must(t, err)
		for _, ref := range refs {
			must(t, w.service.RenderChunk(ctx, ref))
		}
	}
	t.Fatal("the batch is not sealed after 20 rounds")
}

func (w *mailWorld) funnel(t *testing.T) mailers.Funnel {
	t.Helper()
	f, err := w.service.Funnel(context.Background(), mailRun)
	must(t, err)
	return f
}

func (w *mailWorld) manifest(t *testing.T, batch string) []map[string]string {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(w.files.text(mailers.Folder(batch) + "/manifest.csv"))).ReadAll()
	must(t, err)
	if got := strings.Join(records[0], ","); got != mailers.ManifestHeader {
		t.Fatalf("manifest header is\n%s", got)
	}
	var rows []map[string]string
	for _, r := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = r[i]
		}
		rows = append(rows, row)
	}
	return rows
}

func TestPrepareWritesEverythingOnce(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newMailWorld(t, s, 30, 10)
		if f := w.funnel(t); f.Planned != 30 || f.Pending != 30 {
			t.Errorf("before preparing the funnel is %+v", f)
		}
		b := w.prepare(t)
		if again := w.prepare(t); again.UID != b.UID {
			t.Errorf("a second Prepare made %s beside %s", again.UID, b.UID)
		}
		byName, err := w.service.Prepare(context.Background(), "Win-back", postlift.Person("Test"))
		if err != nil || byName.UID != b.UID || byName.RunState != mailers.RunPreparing {
			t.Errorf("Prepare by campaign name: %+v, %v", byName, err)
		}
		f := w.funnel(t)
		if f.Matched != 31 || f.Holdout != 1 || f.Assigned != 30 || f.Planned != 30 || f.Failed != 4 || f.Pending != 26 {
			t.Errorf("funnel %+v", f)
		}
		files, err := s.BatchFiles(context.Background(), b.UID)
		must(t, err)
		var shape []string
		for _, file := range files {
			shape = append(shape, fmt.Sprintf("%s %d-%d", file.Language, file.FirstSeq, file.LastSeq))
		}
		// 23 German letters, at most 9 beside the control letter, then 7 English ones without a control address
		if got := strings.Join(shape, ", "); got != "de 1-10, de 11-20, de 21-26, en 27-33" {
			t.Errorf("files %s", got)
		}
		var campaign campaignRow
		must(t, s.gormR.First(&campaign, 1).Error)
		if campaign.State != "running" {
			t.Errorf("campaign is %s", campaign.State)
		}
		checkPieceRows(t, s)
	})
}

func checkPieceRows(t *testing.T, s *Store) {
	t.Helper()
	var pieces []pieceRow
	must(t, s.gormR.Order("seq_no").Find(&pieces).Error)
	var address printedAddressRow
	for i, p := range pieces {
		if p.SeqNo != int64(i+1) {
			t.Fatalf("piece %d has sequence number %d", i+1, p.SeqNo)
		}
		if p.Token != postlift.TrackingToken(s.secret, p.UID) || p.Code != postlift.TypedCode(s.secret, p.UID) || len(p.SHA256) != 64 {
			t.Errorf("codes of piece %s are not those of its id", p.UID)
		}
		if p.ContactID != nil && *p.ContactID%7 == 0 && (p.State != "failed" || !strings.Contains(p.Reason, "street")) {
			t.Errorf("piece without a street is %s: %q", p.State, p.Reason)
		}
		if p.ContactID != nil && *p.ContactID == 1 {
			must(t, s.gormR.First(&address, "piece_id = ?", p.ID).Error)
		}
	}
	var lines []string
	must(t, address.Lines.into(&lines))
	if got := strings.Join(lines, " | "); got != "Kunde 1 GmbH | Frau Änne Müller1 | Straße 1 | 17919 Köln" {
		t.Errorf("address is %s", got)
	}
	var merge map[string]any
	must(t, address.Merge.into(&merge))
	sender, _ := merge["sender"].(map[string]any)
	if merge["salutation"] != "Sehr geehrte Frau Müller1," || sender["signature_name"] != "Udo Außendienst" || sender["company"] != "Beispielwerk GmbH" {
		t.Errorf("merge fields %v", merge)
	}
}

func TestPrepareNeedsApproval(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newMailWorld(t, s, 3, 10)
		must(t, s.gormW.Model(&runRow{}).Where("id = 1").Update("state", "planned").Error)
		_, err := w.service.Prepare(context.Background(), mailRun, postlift.Person("Test"))
		if postlift.KindOf(err) != postlift.Conflict {
			t.Errorf("Prepare of an unapproved run: %v, want Conflict", err)
		}
		_, err = w.service.Prepare(context.Background(), "nothing", postlift.Person("Test"))
		if postlift.KindOf(err) != postlift.NotFound {
			t.Errorf("Prepare of nothing: %v, want NotFound", err)
		}
		var n int64
		must(t, s.gormR.Model(&pieceRow{}).Count(&n).Error)
		if n != 0 {
			t.Errorf("%d pieces exist", n)
		}
	})
}

func TestPrepareConcurrently(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newMailWorld(t, s, 20, 10)
		var wg sync.WaitGroup
		uids := make([]string, 4)
		for i := range uids {
			wg.Add(1)
			go func() {
				defer wg.Done()
				b, err := w.service.Prepare(context.Background(), mailRun, postlift.Person("Test"))
				if err != nil {
					t.Error(err)
				}
				uids[i] = b.UID
			}()
		}
		wg.Wait()
		if len(slices.Compact(uids)) != 1 {
			t.Errorf("batches %v", uids)
		}
		if f := w.funnel(t); f.Planned != 20 {
			t.Errorf("funnel %+v", f)
		}
	})
}

func TestSealedFolder(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		w := newMailWorld(t, s, 30, 10)
		must(t, s.gormW.Model(&contactRow{}).Where("id = 5").Update("salutation", "unprintable").Error)
		b := w.prepare(t)
		w.renderAll(t, b.UID)
		rows := w.manifest(t, b.UID)
		seeds, last := 0, 0
		for _, r := range rows {
			checkManifestRow(t, w, b, r)
			if r["kind"] == "seed" {
				seeds++
			}
			seq, err := strconv.Atoi(r["seq_no"])
			must(t, err)
			if seq <= last {
				t.Errorf("sequence number %d after %d", seq, last)
			}
			last = seq
		}
		// 30 planned, 4 without a street, 1 unprintable; a control letter in each of three German files
		if len(rows) != 25+3 || seeds != 3 {
			t.Errorf("%d rows, %d seeds", len(rows), seeds)
		}
		f := w.funnel(t)
		if f.Failed != 5 || f.Pending != 25 || f.Pieces[mailers.PieceSealed] != 25 {
			t.Errorf("funnel %+v", f)
		}
		checkSums(t, w, b.UID)
		for name := range w.files.files {
			if strings.HasPrefix(name, "staging/") {
				t.Errorf("%s is left over", name)
			}
		}
		sum, err := w.service.Show(context.Background(), b.UID)
		must(t, err)
		if sum.State != mailers.BatchSealed || len(sum.FailedPieces) != 5 || sum.ContentSHA256 == "" || sum.Seeds.Total() != 3 {
			t.Errorf("summary %+v", sum)
		}
	})
}

func checkManifestRow(t *testing.T, w *mailWorld, b mailers.Batch, r map[string]string) {
	t.Helper()
	text := w.files.text(mailers.Folder(b.UID) + "/" + r["pdf_file"])
	want := strings.Join([]string{r["first_page"], r["piece_id"], ""}, " ")
	if !strings.Contains(text, "\n"+want) || !strings.Contains(text, r["tracking_url"]) || !strings.Contains(text, r["address_1"]) {
		t.Errorf("%s page %s does not show piece %s", r["pdf_file"], r["first_page"], r["piece_id"])
	}
	sum := sha256.Sum256([]byte(r["piece_id"])) // as the line printer has it
	if r["sha256"] != hex.EncodeToString(sum[:]) || r["job_id"] != mailRun || r["batch_id"] != b.UID || r["page_count"] != "1" {
		t.Errorf("manifest row %v", r)
	}
}

// checkSums does what sha256sum -c does.
func checkSums(t *testing.T, w *mailWorld, batch string) {
	t.Helper()
	names := []string{}
	for line := range strings.Lines(w.files.text(mailers.Folder(batch) + "/SHA256SUMS")) {
		want, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		sum := sha256.Sum256([]byte(w.files.text(mailers.Folder(batch) + "/" + name)))
		if hex.EncodeToString(sum[:]) != want {
			t.Errorf("the sum of %s is wrong", name)
		}
		names = append(names, name)
	}
	if !slices.Contains(names, "manifest.csv") || !slices.Contains(names, "ticket.json") || !slices.Contains(names, "letters-0001.pdf") {
		t.Errorf("SHA256SUMS names %v", names)
	}
}

// errBroken is a transient failure of a disk.
var errBroken = errors.New("disk full")

// Letters tell of the run's date, whatever date somebody looked at a rule for since.
func TestLettersTellOfTheRunsDate(t *testing.T) {
	eachEngine(t, func(t *testing.T, s *Store) {
		newMailWorld(t, s, 3, 10)
		ctx, ordered := context.Background(), postlift.MustDate("2026-05-20")
		must(t, s.gormW.Create(&orderRow{Source: "s", ExternalID: "O1", AccountID: 1, DocType: "order", PlacedOn: ordered, Currency: "EUR", NetMinor: 100}).Error)
		must(t, s.RefreshFeatures(ctx, postlift.MustDate("2026-01-01")))
		list, err := s.RunRecipients(ctx, 1, 0, postlift.MustDate("2026-06-01"), mailers.Needs{})
		must(t, err)
		for _, r := range list {
			if r.AccountID == 1 && (r.LastOrderOn != ordered || r.OrderCount != 1) {
				t.Errorf("last order %s, %d orders; want %s, 1", r.LastOrderOn, r.OrderCount, ordered)
			}
		}
		// an order of the same day is imported after somebody looked at a rule for the run's date
		if rejected, err := importOrder(s, "N1,"+externalOf(t, s, 1)+",2026-05-28,90.00"); err != nil || rejected > 0 {
			t.Fatalf("%v, %d rejected", err, rejected)
		}
		list, err = s.RunRecipients(ctx, 1, 0, postlift.MustDate("2026-06-01"), mailers.Needs{})
		must(t, err)
		for _, r := range list {
			if want := postlift.MustDate("2026-05-28"); r.AccountID == 1 && (r.LastOrderOn != want || r.OrderCount != 2) {
				t.Errorf("after an import: last order %s, %d orders; want %s, 2", r.LastOrderOn, r.OrderCount, want)
			}
		}
		// somebody rebuilds the features between the check and the read
		must(t, s.RefreshFeatures(ctx, postlift.MustDate("2026-01-01")))
		if _, err := s.recipientsAsOf(ctx, 1, 0, postlift.MustDate("2026-06-01")); postlift.KindOf(err) != postlift.Conflict {
			t.Errorf("figures of another date pass into letters: %v", err)
		}
	})
}

// externalOf is an account's external id.
func externalOf(t *testing.T, s *Store, account int64) string {
	t.Helper()
	return cell(t, s, fmt.Sprintf("SELECT external_id AS v FROM accounts WHERE id = %d", account))
}
