package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/accounts"
	"postlift/internal/store"
	"postlift/responses"
)

// measureBench measures what happens after the letters are out: crediting orders, the report with all of its parts,
// a registered reading, and orders that carry no customer number.
type measureBench struct {
	app      *app
	accounts int
	rows     int
	runs     int
	postgres bool
	dir      string
}

func newBenchMeasureCommand(a *app) *cobra.Command {
	b := measureBench{app: a}
	cmd := &cobra.Command{
		Use:   "measure",
		Short: "Credit and measure a posted run over many made-up accounts",
		Long: `Makes up accounts with two years of orders and one posted run in an empty database: two in five
accounts are mailed, one in five is held out, two in three order about then, some respond
and some have opportunities or contracts. Then it takes the time of crediting the orders to
letters, for the first time and again, of the way from a letter to an order, of the whole report with its
outcomes and checks, of a registered reading that is taken and frozen, and of a file of orders
without customer numbers. Beside each stands what it is compared with in the same run: one scan that sums the
window's orders by account, and the same file with customer numbers.

It works on a temporary SQLite file, or with --postgres in a schema of its own on the server of
DATABASE_URL, which is dropped at the end.`,
		Example: "  postlift bench measure --accounts 50000\n  postlift bench measure --postgres --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if b.accounts < 1000 || b.runs < 1 || b.rows < 0 {
				return postlift.Faultf(postlift.Invalid, "bench measure", "at least 1,000 accounts and one run are needed")
			}
			result, err := b.run(cmd.Context())
			if err != nil {
				return err
			}
			return a.print(result, result.text)
		},
	}
	f := cmd.Flags()
	f.IntVar(&b.accounts, "accounts", measureAccounts, "accounts to make up")
	f.IntVar(&b.rows, "rows", 100_000, "orders without customer number to import; at most two an account")
	f.IntVar(&b.runs, "runs", 3, "how often what changes nothing is run; the best time counts")
	f.BoolVar(&b.postgres, "postgres", false, "on the PostgreSQL server of DATABASE_URL")
	f.StringVar(&b.dir, "dir", "", "where the temporary folder is made (about 2 GB for 500,000 accounts)")
	return cmd
}

// The aims for measureAccounts accounts on a quiet machine of two cores, in seconds.
const (
	measureAccounts   = 500_000
	measureCreditAim  = 10.0
	measurePathAim    = 3.0
	measureReportAim  = 15.0
	measureWordsRatio = 3.0 // of a file without customer numbers, by the one with them
)

// measureInHome is the day on which the made-up letters come in.
var measureInHome = postlift.MustDate("2026-03-03")

type measureResult struct {
	CPUs      int               `json:"cpus"`
	Engine    string            `json:"engine"`
	Yard      store.MeasureYard `json:"yard"`
	Setup     float64           `json:"setup_seconds"`
	Scan      phase             `json:"scan"`            // the yardstick: the window's orders summed by account
	Credit    phase             `json:"attribute_first"` // nothing was credited before
	Again     phase             `json:"attribute_again"` // nothing has changed
	Credited  int               `json:"credited"`
	Path      phase             `json:"path"`
	Report    phase             `json:"report"`
	Parts     []phase           `json:"report_parts"` // of the fastest report; the last: all that is computed
	Verdict   string            `json:"verdict"`
	Taken     phase             `json:"reading_taken"` // credits and report anew, frozen, and learned from
	Shown     phase             `json:"reading_shown"` // as a page shows it: as it was frozen
	Frozen    phase             `json:"reading_read"`  // the report, in which the reading stands beside what today's data say
	Rows      int               `json:"rows"`
	Numbered  phase             `json:"import_with_numbers"`
	Words     phase             `json:"import_without_numbers"`
	CreditOK  bool              `json:"attribute_pass"` // judged for the whole number of accounts
	PathOK    bool              `json:"path_pass"`
	ReportOK  bool              `json:"report_pass"`
	PeakBytes int64             `json:"peak_rss_bytes"`
}

func (r measureResult) text(w io.Writer) {
	y := r.Yard
	fmt.Fprintf(w, "%s, %d accounts, %d CPUs, made up in %.1f s\n", r.Engine, y.Accounts, r.CPUs, r.Setup)
	fmt.Fprintf(w, "%d mailed, %d held out, %d pieces; %d orders, %d of them in the window; %d contracts, %d opportunities, %d responses\n",
		y.Assigned, y.HeldOut, y.Pieces, y.Orders, y.InWindow, y.Contracts, y.Opportunities, y.Responses)
	fmt.Fprintf(w, "%-52s %9s %9s %9s\n", "", "wall", "CPU", "to scan")
	line := func(name string, p phase, aim string) {
		fmt.Fprintf(w, "%-52s %7.2f s %7.2f s %9.1f  %s\n", name, p.Wall, p.CPU, p.Wall/r.Scan.Wall, aim)
	}
	judge := func(ok bool, aim float64) string {
		if y.Accounts != measureAccounts {
			return fmt.Sprintf("(at most %g s wanted for %d accounts)", aim, measureAccounts)
		}
		return fmt.Sprintf("%s (at most %g s)", passed(ok), aim)
	}
	line("yardstick: one scan of the window's orders", r.Scan, "")
	line(fmt.Sprintf("attribution, first time, %d credited", r.Credited), r.Credit, judge(r.CreditOK, measureCreditAim))
	line("attribution again, nothing new", r.Again, "")
	line("path from letter to order", r.Path, judge(r.PathOK, measurePathAim))
	line("whole report: "+r.Verdict, r.Report, judge(r.ReportOK, measureReportAim))
	for _, p := range r.Parts {
		line("  "+p.Name, p, "")
	}
	line("reading taken, frozen and learned from", r.Taken, "")
	line("frozen reading shown", r.Shown, "")
	line("frozen reading compared with today's data", r.Frozen, "")
	if r.Rows > 0 {
		fmt.Fprintf(w, "%d orders imported with numbers %.2f s (CPU %.2f s), without %.2f s (CPU %.2f s): %.2f times (at most %g wanted)\n",
			r.Rows, r.Numbered.Wall, r.Numbered.CPU, r.Words.Wall, r.Words.CPU, r.Words.Wall/r.Numbered.Wall, measureWordsRatio)
	}
	if r.PeakBytes > 0 {
		fmt.Fprintf(w, "peak memory %d MB\n", r.PeakBytes>>20)
	}
}

func (b *measureBench) run(ctx context.Context) (r measureResult, err error) {
	place := rulesBench{app: b.app, postgres: b.postgres}
	url, clean, err := place.place(ctx, b.dir)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, clean(context.WithoutCancel(ctx))) }()
	clock := func() time.Time { return measureInHome.AddDays(101).Time() }
	db, err := store.Open(ctx, url, store.Options{Clock: clock, IDs: postlift.RandomIDs(time.Now), Secret: benchSecret})
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err = db.Migrate(ctx); err != nil {
		return r, err
	}
	r = measureResult{CPUs: runtime.NumCPU(), Engine: db.Dialect(), Rows: min(b.rows, 2*b.accounts)}
	fmt.Fprintf(b.app.errOut, "%d accounts …\n", b.accounts)
	start := time.Now()
	if r.Yard, err = db.MakeMeasureYard(ctx, b.accounts, measureInHome); err != nil {
		return r, err
	}
	r.Setup = time.Since(start).Seconds()
	resetPeak()
	for _, step := range []func(context.Context, *store.Store, *measureResult) error{b.scan, b.credit, b.report, b.freeze, b.importing} {
		if err := step(ctx, db, &r); err != nil {
			return r, err
		}
	}
	r.PeakBytes = peakRSS()
	whole := b.accounts == measureAccounts
	r.CreditOK, r.PathOK, r.ReportOK = !whole || r.Credit.Wall <= measureCreditAim, !whole || r.Path.Wall <= measurePathAim, !whole || r.Report.Wall <= measureReportAim
	return r, nil
}

// took is the time of one call.
func took(do func() error) (phase, error) {
	runtime.GC()
	start := nowPhase()
	err := do()
	end := nowPhase()
	return phase{Wall: end.Wall - start.Wall, CPU: end.CPU - start.CPU}, err
}

// best is the shortest of several times.
func (b *measureBench) best(do func() error) (best phase, err error) {
	best.Wall = math.Inf(1)
	for range b.runs {
		p, err := took(do)
		if err != nil {
			return best, err
		}
		if p.Wall < best.Wall {
			best = p
		}
	}
	return best, nil
}

func (b *measureBench) scan(ctx context.Context, db *store.Store, r *measureResult) (err error) {
	r.Scan, err = b.best(func() error {
		_, _, err := db.SumOrders(ctx, r.Yard.InHomeOn, r.Yard.EndsOn)
		return err
	})
	return err
}

func (b *measureBench) credit(ctx context.Context, db *store.Store, r *measureResult) (err error) {
	fmt.Fprintln(b.app.errOut, "attribution …")
	credit := func() (err error) {
		r.Credited, err = db.AttributeRun(ctx, r.Yard.RunID, responses.NewPicker)
		return err
	}
	if r.Credit, err = took(credit); err != nil {
		return err
	}
	r.Again, err = b.best(credit)
	return err
}

func (b *measureBench) service(db responses.Store) *responses.Service {
	return responses.NewService(db, nil, func() time.Time { return measureInHome.AddDays(101).Time() }, postlift.RandomIDs(time.Now))
}

func (b *measureBench) report(ctx context.Context, db *store.Store, r *measureResult) (err error) {
	fmt.Fprintln(b.app.errOut, "path …")
	run, err := db.MeasuredRun(ctx, r.Yard.RunUID)
	if err != nil {
		return err
	}
	r.Path, err = b.best(func() error {
		return db.RunPath(ctx, run, r.Yard.EndsOn, []string{"quote"}, func(responses.PathCount) error { return nil })
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(b.app.errOut, "report …")
	r.Report.Wall = math.Inf(1)
	for range b.runs {
		watch := &measureWatch{Store: db}
		var u responses.Uplift
		p, err := took(func() (err error) {
			u, err = b.service(watch).Read(ctx, r.Yard.RunUID, r.Yard.EndsOn, nil)
			return err
		})
		if err != nil {
			return err
		}
		if p.Wall < r.Report.Wall {
			r.Report, r.Parts, r.Verdict = p, watch.rest(p), u.Verdict
		}
	}
	return nil
}

func (b *measureBench) freeze(ctx context.Context, db *store.Store, r *measureResult) (err error) {
	fmt.Fprintln(b.app.errOut, "reading …")
	service := b.service(db)
	r.Taken, err = took(func() error {
		done, err := service.MeasureDue(ctx, r.Yard.EndsOn.AddDays(10), postlift.System)
		if err == nil && len(done.Taken) != 1 {
			err = fmt.Errorf("bench measure: %d readings were taken, not one: %+v", len(done.Taken), done)
		}
		return err
	})
	if err != nil {
		return err
	}
	r.Shown, err = b.best(func() error {
		k, err := service.Kept(ctx, r.Yard.RunUID, r.Yard.EndsOn)
		if err == nil && k.Frozen == nil {
			err = fmt.Errorf("bench measure: the reading is not kept")
		}
		return err
	})
	if err != nil {
		return err
	}
	r.Frozen, err = b.best(func() error {
		_, err := service.Read(ctx, r.Yard.RunUID, r.Yard.EndsOn, nil)
		return err
	})
	return err
}

// importing loads a file of orders with customer numbers, then one like it whose rows name companies and persons.
func (b *measureBench) importing(ctx context.Context, db *store.Store, r *measureResult) (err error) {
	if r.Rows == 0 {
		return nil
	}
	fmt.Fprintln(b.app.errOut, "orders without customer numbers …")
	load := func(name string, row func(i, account int) string) (phase, error) {
		file := &bytes.Buffer{}
		file.WriteString("Auftragsnummer;Kundennummer;Datum;Netto;Firma;Nachname;Straße;PLZ;Ort;Land\n")
		for i := range r.Rows {
			fmt.Fprintf(file, "%s%d;%s\n", name, i, row(i, 1+i*7919%b.accounts))
		}
		im := &accounts.Importer{Store: db, Clock: time.Now, Secret: benchSecret, Settings: accounts.DefaultSettings()}
		return took(func() error {
			report, err := im.Import(ctx, accounts.Request{Kind: "orders", File: name + ".csv", Reader: file, Actor: postlift.System})
			if err == nil && report.Inserted != int64(r.Rows) {
				err = fmt.Errorf("bench measure: %d of %d rows were imported: %v", report.Inserted, r.Rows, report.Reasons)
			}
			return err
		})
	}
	r.Numbered, err = load("N", func(i, account int) string { return fmt.Sprintf("K%d;2026-06-11;%d,00;;;;;;", account, 100+i%900) })
	if err != nil {
		return err
	}
	r.Words, err = load("W", func(i, account int) string {
		company, person, street, postcode := store.YardAddress(account)
		switch i % 5 {
		case 0:
			return fmt.Sprintf(";2026-06-11;%d,00;;%s;%s;%s;Musterstadt;DE", 100+i%900, person, street, postcode)
		case 1:
			return fmt.Sprintf(";2026-06-11;%d,00;%s;;;%s;;DE", 100+i%900, company, postcode)
		}
		return fmt.Sprintf(";2026-06-11;%d,00;%s;;%s;%s;Musterstadt;DE", 100+i%900, company, street, postcode)
	})
	return err
}
