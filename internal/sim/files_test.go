package sim

import (
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"postlift"
	"postlift/accounts"
	"postlift/campaigns"
)

// memory is an accounts.Store that keeps only what later files refer to.
type memory struct {
	ids   map[string]*accounts.Index
	sites map[int64]int64
	nouns map[string]int
}

func newMemory() *memory {
	return &memory{ids: map[string]*accounts.Index{}, sites: map[int64]int64{}, nouns: map[string]int{}}
}

func (m *memory) ImportFile(_ context.Context, _ accounts.ImportHead, _ bool, work func(accounts.Loader) (accounts.ImportCounts, error)) (string, error) {
	_, err := work(m)
	return "imp_test", err
}

func (m *memory) Index(noun, _ string) (*accounts.Index, error) {
	if m.ids[noun] == nil {
		m.ids[noun] = accounts.NewIndex(0, 1)
	}
	return m.ids[noun], nil
}

func (m *memory) AccountsOf(string, string) (map[int64]int64, error) { return m.sites, nil }

func (m *memory) Save(c *accounts.Chunk, _ func(string) bool) (accounts.Changed, error) {
	for _, s := range c.Sites {
		m.sites[s.ID] = s.AccountID
	}
	m.nouns["orders"] += len(c.Orders)
	m.nouns["lines"] += len(c.OrderLines)
	return accounts.Changed{Inserted: int64(len(c.Costs) + len(c.Suppressions))}, nil
}

func (m *memory) Finish(accounts.FinishInput) (accounts.Finished, error) {
	return accounts.Finished{}, nil
}

func importFile(t *testing.T, m *memory, kind, path string, today postlift.Date, rejects io.Writer) accounts.Report {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	i := accounts.Importer{Store: m, Clock: postlift.FixedClock(today.Time()), Secret: []byte("test"), Settings: SampleSettings("http://localhost:8080")}
	report, err := i.Import(context.Background(), accounts.Request{Kind: kind, File: filepath.Base(path), Reader: f, Source: "erp", Rejects: rejects, Actor: postlift.System})
	if err != nil {
		t.Fatalf("%s: %v", kind, err)
	}
	return report
}

// TestImporterRejectsJustThePlanted runs the files through the real importer: every column is understood,
// every reference holds, and the wrong rows are those that the world says, for the fields that it says.
func TestImporterRejectsJustThePlanted(t *testing.T) {
	files, _ := writeWorld(t, testWorld(31, 800))
	if got := files.List[1].Kind; got != "accounts" || len(files.List) != 8 {
		t.Fatalf("files %v", files.List)
	}
	m := newMemory()
	for _, f := range files.List {
		var rejects bytes.Buffer
		report := importFile(t, m, f.Kind, f.Path, asOf, &rejects)
		if report.Rows != int64(f.Rows) || len(report.Format.Ignored) > 0 {
			t.Errorf("%s: %d rows, written were %d; columns not understood: %v", f.Kind, report.Rows, f.Rows, report.Format.Ignored)
		}
		planted := int64(files.PlantedRows(f.Kind))
		for warning, n := range report.Warnings { // a planted wrong line of an order is told, nothing else
			if warning != "order_may_lack_a_rejected_line" || n > planted {
				t.Errorf("%s: warnings %v", f.Kind, report.Warnings)
			}
		}
		if report.Rejected != planted {
			t.Errorf("%s: %d rows rejected, planted were %d\n%s", f.Kind, report.Rejected, planted, rejects.String())
		}
		rows, err := csv.NewReader(&rejects).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range files.Planted {
			found := slices.ContainsFunc(rows, func(r []string) bool { return r[0] == strconv.Itoa(p.Row) && r[1] == p.Field })
			if p.Kind == f.Kind && !found {
				t.Errorf("%s row %d: the importer did not reject %s %q (%s)", p.Kind, p.Row, p.Field, p.Value, p.Why)
			}
		}
	}
	if len(files.Planted) < 10 || m.nouns["lines"] <= m.nouns["orders"] {
		t.Errorf("%d planted, %v", len(files.Planted), m.nouns)
	}
}

// TestCleanWorldHasNothingToReject: without planted rows the importer takes all.
func TestCleanWorldHasNothingToReject(t *testing.T) {
	files, _ := writeWorld(t, NewWorld(Config{Seed: 31, Accounts: 300, AsOf: asOf, Clean: true}))
	m := newMemory()
	for _, f := range files.List {
		if report := importFile(t, m, f.Kind, f.Path, asOf, nil); report.Rejected != 0 {
			t.Errorf("%s: %v", f.Kind, report.Reasons)
		}
	}
}

// TestOrderFile: lines sum to their order, documents lie in the history, credit notes name an order.
func TestOrderFile(t *testing.T) {
	w := testWorld(32, 500)
	files, _ := writeWorld(t, w)
	raw, err := os.ReadFile(files.Path("orders"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(raw)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	sums, totals, refers := map[string]float64{}, map[string]float64{}, map[string]string{}
	for _, r := range rows[1:] {
		if strings.HasPrefix(r[0], "AU-X") {
			continue
		}
		date, err := postlift.ParseDate(r[2])
		if err != nil || date < w.start || date > asOf {
			t.Fatalf("order %s of %s", r[0], r[2])
		}
		totals[r[0]] = number(t, r[6])
		sums[r[0]] += number(t, r[13])
		if r[3] != typeOrder {
			refers[r[0]] = r[4]
			if totals[r[0]] >= 0 {
				t.Errorf("%s %s has a net value of %s", r[3], r[0], r[6])
			}
		}
	}
	for id, total := range totals {
		if d := total - sums[id]; d > .005 || d < -.005 {
			t.Errorf("%s: lines sum to %.2f, the order says %.2f", id, sums[id], total)
		}
	}
	for id, order := range refers {
		if _, ok := totals[order]; !ok {
			t.Errorf("%s takes back %q, which is not in the file", id, order)
		}
	}
	if len(refers) == 0 {
		t.Error("no credit notes")
	}
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// TestSamples: the files of `postlift init` are small, import without a reject whatever the day, and the
// campaign is valid.
func TestSamples(t *testing.T) {
	today := postlift.MustDate("2026-06-01")
	for d := today; d < today.AddMonths(12); d = d.AddDays(29) {
		checkSamples(t, d)
	}
	checkSamples(t, postlift.MustDate("2028-02-29"))
}

func checkSamples(t *testing.T, today postlift.Date) {
	t.Helper()
	dir := t.TempDir()
	paths, err := WriteSamples(dir, today)
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) != 14 {
		t.Errorf("%d files: %v", len(paths), paths)
	}
	m := newMemory()
	for _, kind := range append(slices.Clone(importOrder), "opportunities") {
		report := importFile(t, m, kind, filepath.Join(dir, kind+".csv"), today, nil)
		if report.Rejected > 0 || report.Rows == 0 || report.Rows > 2*sampleRows {
			t.Errorf("%s on %s: %d rows, rejected %v", kind, today, report.Rows, report.Reasons)
		}
		if report.Format.Separator != "," || len(report.Warnings) > 0 {
			t.Errorf("%s on %s: %+v %v", kind, today, report.Format, report.Warnings)
		}
	}
	if day := latestOrder(t, filepath.Join(dir, "orders.csv")); day >= today || day < today.AddMonths(-6) {
		t.Errorf("the latest order of the samples of %s is of %s", today, day)
	}
	readme, err := os.ReadFile(filepath.Join(dir, "README.txt"))
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range append(slices.Clone(importOrder), "opportunities", "places", "responses", "returns") {
		if strings.Count(string(readme), "\n"+kind) < 2 {
			t.Errorf("README.txt does not explain %s in both languages", kind)
		}
	}
	f, err := os.Open(filepath.Join(dir, "campaign.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	d, err := campaigns.DecodeDefinition(f)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Complete(SampleSettings("http://localhost:8080"), postlift.DerivedIDs([]byte("x"), asOf)); err != nil || d.Rule != SampleRule || d.OfferUntil <= today {
		t.Errorf("%v, rule %q, offer until %s", err, d.Rule, d.OfferUntil)
	}
	bulk, err := campaigns.DecodeDefinition(strings.NewReader(sampleBulkCampaign))
	if err == nil {
		bulk, err = bulk.Complete(SampleSettings("http://localhost:8080"), postlift.DerivedIDs([]byte("x"), asOf))
	}
	if err != nil || bulk.Postage != campaigns.PostageDialogpost || len(bulk.Variants) != 3 || *bulk.Holdout != 1.0/3 {
		t.Errorf("%v, %+v", err, bulk)
	}
	if err := SampleSettings("https://go.nordlicht-werkzeuge.example").Validate(); err != nil {
		t.Error(err)
	}
}

// latestOrder is the newest date in an order file.
func latestOrder(t *testing.T, path string) postlift.Date {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(raw)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := slices.Index(rows[0], "date")
	var latest postlift.Date
	for _, row := range rows[1:] {
		latest = max(latest, postlift.MustDate(row[column]))
	}
	return latest
}
