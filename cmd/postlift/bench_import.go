package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/accounts"
	"postlift/clv/scoring"
	"postlift/internal/store"
)

func newBenchCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "bench", Short: "Measure this program on this machine",
		Example: "  postlift bench clv\n  postlift bench import\n  postlift bench render"}
	cmd.AddCommand(newBenchImportCommand(a), newBenchCLVCommand(a), newBenchRecoveryCommand(a), newBenchSelectCommand(a), newBenchRulesCommand(a), newBenchRenderCommand(a), newBenchExperimentCommand(a), newBenchMeasureCommand(a))
	return cmd
}

func newBenchImportCommand(a *app) *cobra.Command {
	b := importBench{}
	var dir string
	cmd := &cobra.Command{
		Use:   "import",
		Short: "Import and value made-up accounts and orders, beside a plain load of the same rows",
		Long: `Writes an accounts and an orders file, loads the same rows into SQLite once with a plain
prepared INSERT for each row (no parsing, no checks) and once through the real importer, and
prints rows a second, the ratio of the times and the importer's peak memory. Then it values
the imported accounts.`,
		Example: "  postlift bench import --accounts 100000 --orders 300000",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if b.accounts < 1 || b.orders < 0 {
				return postlift.Faultf(postlift.Invalid, "bench import", "at least one account is needed")
			}
			temp, err := os.MkdirTemp(dir, "postlift-bench-")
			if err != nil {
				return postlift.Faultf(postlift.Invalid, "bench import", "no temporary folder can be made: %v", err)
			}
			defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
			b.dir, b.app = temp, a
			result, err := b.run(cmd.Context())
			if err != nil {
				return err
			}
			return a.print(result, result.text)
		},
	}
	f := cmd.Flags()
	f.IntVar(&b.accounts, "accounts", 1_000_000, "accounts to make up, each with an address")
	f.IntVar(&b.orders, "orders", 3_000_000, "orders to make up")
	f.StringVar(&dir, "dir", "", "where the temporary folder is made (about 4 GB for a million accounts)")
	return cmd
}

// benchLoad is one kind of rows loaded in one way.
type benchLoad struct {
	Rows    int64   `json:"rows"`
	Seconds float64 `json:"seconds"`
	PerSec  float64 `json:"rows_per_second"`
}

func timed(rows int64, since time.Time) benchLoad {
	s := time.Since(since).Seconds()
	return benchLoad{Rows: rows, Seconds: s, PerSec: float64(rows) / s}
}

type importBenchResult struct {
	PlainAccounts  benchLoad `json:"plain_accounts"` // accounts and sites
	PlainOrders    benchLoad `json:"plain_orders"`
	ImportAccounts benchLoad `json:"import_accounts"`
	ImportOrders   benchLoad `json:"import_orders"`
	RatioAccounts  float64   `json:"ratio_accounts"`
	RatioOrders    float64   `json:"ratio_orders"`
	Ratio          float64   `json:"ratio"` // of the whole times
	PeakBytes      int64     `json:"import_peak_rss_bytes"`
	Score          benchLoad `json:"score"` // accounts valued, features included
	ScorePeakBytes int64     `json:"score_peak_rss_bytes"`
	CPUs           int       `json:"cpus"`
}

func (r importBenchResult) text(w io.Writer) {
	line := func(name string, l benchLoad) {
		fmt.Fprintf(w, "%-22s %9d rows %8.1f s %9.0f rows/s\n", name, l.Rows, l.Seconds, l.PerSec)
	}
	line("plain load, accounts", r.PlainAccounts)
	line("importer, accounts", r.ImportAccounts)
	line("plain load, orders", r.PlainOrders)
	line("importer, orders", r.ImportOrders)
	fmt.Fprintf(w, "the importer takes %.2f times the plain load (accounts %.2f, orders %.2f) on %d CPUs\n", r.Ratio, r.RatioAccounts, r.RatioOrders, r.CPUs)
	if r.PeakBytes > 0 {
		fmt.Fprintf(w, "peak memory of the importer %d MB\n", r.PeakBytes>>20)
	}
	line("valuing accounts", r.Score)
	if r.ScorePeakBytes > 0 {
		fmt.Fprintf(w, "peak memory of valuing %d MB\n", r.ScorePeakBytes>>20)
	}
}

type importBench struct {
	app              *app
	dir              string
	accounts, orders int
}

func (b *importBench) run(ctx context.Context) (r importBenchResult, err error) {
	r.CPUs = runtime.NumCPU()
	fmt.Fprintln(b.app.errOut, "plain load …")
	if err := b.plain(ctx, &r); err != nil {
		return r, err
	}
	fmt.Fprintln(b.app.errOut, "writing the files …")
	if err := b.writeFiles(); err != nil {
		return r, err
	}
	debug.FreeOSMemory()
	resetPeak()
	fmt.Fprintln(b.app.errOut, "importing …")
	if err := b.real(ctx, &r); err != nil {
		return r, err
	}
	r.RatioAccounts = r.ImportAccounts.Seconds / r.PlainAccounts.Seconds
	r.RatioOrders = r.ImportOrders.Seconds / max(r.PlainOrders.Seconds, 1e-9)
	r.Ratio = (r.ImportAccounts.Seconds + r.ImportOrders.Seconds) / (r.PlainAccounts.Seconds + r.PlainOrders.Seconds)
	return r, nil
}

func (b *importBench) open(ctx context.Context, name string) (*store.Store, error) {
	db, err := store.Open(ctx, filepath.Join(b.dir, name), store.Options{Clock: b.app.clock, IDs: postlift.RandomIDs(b.app.clock), Secret: benchSecret})
	if err != nil {
		return nil, err
	}
	_, err = db.Migrate(ctx)
	return db, err
}

var benchSecret = []byte("the secret of a database that lives for minutes")

func (b *importBench) plain(ctx context.Context, r *importBenchResult) (err error) {
	db, err := b.open(ctx, "plain.db")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	start := time.Now()
	i := 0
	accountRows, err := db.PlainLoad(ctx, "accounts", []string{"id", "uid", "source", "external_id", "name", "group_key", "segment", "industry",
		"employee_count", "country", "language", "acquired_on", "acquisition_channel", "acquisition_cost_minor", "match_key", "import_id"}, func() ([]any, bool) {
		if i == b.accounts {
			return nil, false
		}
		i++
		f := benchAccount(i)
		return []any{i, "acc_" + pad(i), "import", f[0], f[1], "import:" + f[0], f[2], f[3], i % 500, f[5], f[6], f[7], f[8], 1000 * (i % 900), hashText(i), 1}, true
	})
	if err != nil {
		return err
	}
	i = 0
	siteRows, err := db.PlainLoad(ctx, "sites", []string{"id", "uid", "source", "external_id", "account_id", "street", "postcode", "city", "country",
		"is_main", "match_key", "import_id"}, func() ([]any, bool) {
		if i == b.accounts {
			return nil, false
		}
		i++
		f := benchAccount(i)
		return []any{i, "sit_" + pad(i), "import", f[0], i, f[10], f[11], f[12], f[5], true, hashText(-i), 1}, true
	})
	if err != nil {
		return err
	}
	r.PlainAccounts = timed(accountRows+siteRows, start)
	start, i = time.Now(), 0
	orderRows, err := db.PlainLoad(ctx, "orders", []string{"id", "source", "external_id", "account_id", "doc_type", "placed_on", "currency",
		"net_minor", "margin_minor", "code", "import_id"}, func() ([]any, bool) {
		if i == b.orders {
			return nil, false
		}
		i++
		account, day, cents := benchOrder(i, b.accounts)
		return []any{i, "import", "A" + pad(i), account, "order", day, "EUR", cents, cents / 3, "", 1}, true
	})
	r.PlainOrders = timed(orderRows, start)
	return err
}

func (b *importBench) real(ctx context.Context, r *importBenchResult) (err error) {
	db, err := b.open(ctx, "import.db")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	im := &accounts.Importer{Store: db, Clock: b.app.clock, Secret: benchSecret, Settings: accounts.DefaultSettings()}
	for _, kind := range []string{"accounts", "orders"} {
		in, err := os.Open(filepath.Join(b.dir, kind+".csv"))
		if err != nil {
			return err
		}
		bar := b.app.progress("importing " + kind)
		start := time.Now()
		report, err := im.Import(ctx, accounts.Request{Kind: kind, File: kind + ".csv", Reader: in, Actor: postlift.System, Progress: bar.set})
		bar.done()
		_ = in.Close() // only read
		if err != nil {
			return err
		}
		if report.Rejected > 0 {
			return fmt.Errorf("bench import: %d rows were rejected: %v", report.Rejected, report.Reasons)
		}
		if kind == "accounts" {
			r.ImportAccounts = timed(report.Inserted+report.SitesInserted, start)
		} else {
			r.ImportOrders = timed(report.Inserted, start)
		}
	}
	r.PeakBytes = peakRSS()
	return b.score(ctx, db, r)
}

// score values what was imported, as of the day after the newest order.
func (b *importBench) score(ctx context.Context, db *store.Store, r *importBenchResult) error {
	debug.FreeOSMemory()
	resetPeak()
	fmt.Fprintln(b.app.errOut, "valuing …")
	start := time.Now()
	service := scoring.Service{Store: db, Clock: b.app.clock, IDs: postlift.RandomIDs(b.app.clock)}
	run, err := service.Score(ctx, postlift.MustDate("2026-01-01"), postlift.System)
	r.Score, r.ScorePeakBytes = timed(run.Accounts, start), peakRSS()
	return err
}

// benchAccount makes up an account's fields in the order of the file.
func benchAccount(i int) []string {
	cities := []string{"Musterstadt", "Beispielheim", "Testhausen", "Probedorf"}
	h := mix(uint64(i))
	return []string{"K" + pad(i), "Muster Nr. " + strconv.Itoa(i) + " Maschinenbau GmbH", []string{"A", "B", "C"}[i%3],
		[]string{"Maschinenbau", "Handel", "Logistik", "Chemie", "Bau"}[i%5], strconv.Itoa(i % 500), "DE", "de",
		fmt.Sprintf("20%02d-%02d-%02d", 10+i%15, 1+i%12, 1+i%28), []string{"search", "trade fair", "referral"}[i%3], strconv.Itoa(10*(i%900)) + ",00",
		"Musterstraße " + strconv.Itoa(1+i%200), strconv.FormatUint(10000+h%90000, 10), cities[i%4]}
}

func benchOrder(i, n int) (account int, day string, cents int64) {
	h := mix(uint64(i) ^ 0x9E3779B97F4A7C15)
	return int(h%uint64(n)) + 1, fmt.Sprintf("%04d-%02d-%02d", 2019+i%7, 1+(i/7)%12, 1+(i/84)%28), int64(h>>20%500000) + 1000
}

// mix is the finaliser of SplitMix64: the same rows on every machine.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

func pad(i int) string { return fmt.Sprintf("%09d", i) }

// hashText has the length and the disorder of a match key.
func hashText(i int) string {
	return fmt.Sprintf("%016X%016X", mix(uint64(i)), mix(uint64(i)+1))
}

func (b *importBench) writeFiles() error {
	err := b.writeFile("accounts.csv", "Kundennummer;Firma;Segment;Branche;Mitarbeiter;Land;Sprache;Kunde seit;Akquisekanal;Akquisekosten;Straße;PLZ;Ort", b.accounts,
		func(i int) string { return strings.Join(benchAccount(i), ";") })
	if err != nil {
		return err
	}
	return b.writeFile("orders.csv", "Auftragsnummer;Kundennummer;Datum;Währung;Netto;Deckungsbeitrag", b.orders, func(i int) string {
		account, day, cents := benchOrder(i, b.accounts)
		amount := func(c int64) string { return fmt.Sprintf("%d,%02d", c/100, c%100) }
		return "A" + pad(i) + ";K" + pad(account) + ";" + day + ";EUR;" + amount(cents) + ";" + amount(cents/3)
	})
}

func (b *importBench) writeFile(name, header string, n int, row func(i int) string) error {
	out, err := os.Create(filepath.Join(b.dir, name))
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(out, 1<<20)
	fmt.Fprintln(w, header)
	for i := 1; i <= n; i++ {
		fmt.Fprintln(w, row(i))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return out.Close()
}

// resetPeak starts the process's memory peak anew where the kernel can (Linux); elsewhere the peak
// covers the plain load, too.
func resetPeak() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o200) }

// peakRSS is the largest resident size so far in bytes, 0 where the system does not tell.
func peakRSS() int64 {
	raw, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			if err != nil {
				return 0
			}
			return kb << 10
		}
	}
	return 0
}
