package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/accounts"
	"postlift/accounts/csvfile"
	"postlift/responses"
)

// importJob is one file on its way into the database.
type importJob struct {
	kind, file, source string
	list               string
	reader             io.Reader
	rejects            io.Writer
	dryRun             bool
	by                 postlift.Actor
	progress           func(rows int64)
}

// importKind is what the import command needs of a kind of file, whichever stage reads it.
type importKind struct {
	template func(attributes []accounts.Attribute) ([]byte, error)
	columns  func(attributes []accounts.Attribute) ([]csvfile.Column, error)
	run      func(ctx context.Context, a *app, job importJob) (report any, text func(io.Writer), err error)
}

// importKinds are all kinds of files; every stage that reads some adds its own here.
func importKinds() map[string]importKind {
	kinds := map[string]importKind{}
	for _, name := range accounts.Kinds() {
		kinds[name] = importKind{run: importAccounts, template: func(more []accounts.Attribute) ([]byte, error) { return accounts.Template(name, more...) },
			columns: func(more []accounts.Attribute) ([]csvfile.Column, error) { return accounts.Columns(name, more...) }}
	}
	maps.Copy(kinds, otherImportKinds())
	return kinds
}

func newImportCommand(a *app) *cobra.Command {
	kinds := importKinds()
	names := slices.Sorted(maps.Keys(kinds))
	var rejects string
	var template, columns bool
	job := importJob{}
	cmd := &cobra.Command{
		Use:   "import KIND FILE | import KIND --template | import KIND --columns",
		Short: "Import a CSV file of another system",
		Long: `Import a CSV file. KIND is one of ` + strings.Join(names, ", ") + `.

Encoding, separator, decimal sign and the names of the columns (German or English) are found out.
Rows are recognised by source and external id: importing a file again changes nothing.
A wrong row goes to the rejects file with row number, field, rule and value; the others are imported.
A file that is broken as a whole changes nothing. Every row is new, changed, unchanged, merged with another row, or rejected.

An account that is "inaktiv", "inactive" or "ruhend" buys nothing at present: it stays active, as closed
companies get no letters. A contact without a role gets one from the words of its function or department
(management, purchasing, technical, else other); the report counts them.
Accounts may have columns custom.NAME for the attributes that the settings declare; an empty field
clears a value, a file without the column leaves it. Places may also be a postal code file of GeoNames
as it comes. Suppressions may name somebody by a SHA-256 in hexadecimal digits (column hash) of one of
  petra@beispiel.example                        e-mail address, trimmed, lower case
  petra beispiel|musterstr 12a|12345            first and last name, street, postcode
  beispiel maschinenbau|musterstr 12a|12345     company without its legal form, street, postcode
in UTF-8: lower case; ä, ö, ü, ß as ae, oe, ue, ss, other accents and punctuation taken away, & and + as
"und", one blank between words; "straße", "strasse" and "street" as "str", joined to the name before it;
"12 a" as "12a"; a post office box as "box 1234"; postcodes of capitals and digits only, without D-.
The scope "both" blocks the person and the company that a row names.`,
		Example: `  postlift import accounts --template > accounts.csv
  postlift import accounts --columns
  postlift import accounts accounts.csv --dry-run
  postlift import orders orders.csv --rejects rejects.csv --source erp --json
  postlift import suppressions robinson.csv --list "Robinson 2026-05" --dry-run
  postlift import places DE.txt`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			kind, ok := kinds[args[0]]
			if !ok {
				return postlift.Faultf(postlift.Invalid, "import", "there is no kind of file %q: known are %s", args[0], strings.Join(names, ", "))
			}
			if columns {
				return a.showColumns(cmd.Context(), kind)
			}
			if template {
				attributes, err := a.attributes(cmd.Context())
				if err != nil {
					return err
				}
				raw, err := kind.template(attributes)
				if err != nil {
					return err
				}
				answer := map[string]string{"kind": args[0], "template": string(raw)}
				return a.print(answer, func(w io.Writer) { fmt.Fprint(w, string(raw)) })
			}
			if len(args) != 2 {
				return postlift.Faultf(postlift.Invalid, "import", "name the file to import, or - for standard input")
			}
			job.kind, job.file, job.by = args[0], args[1], a.actor("")
			return a.importFile(cmd.Context(), kind, job, rejects)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&job.dryRun, "dry-run", false, "report what would happen, change nothing")
	f.BoolVar(&template, "template", false, "print a file with the canonical columns and an example")
	f.BoolVar(&columns, "columns", false, "print the columns with their types and the headers that mean them")
	f.StringVar(&rejects, "rejects", "", "write wrong rows to this CSV file")
	f.StringVar(&job.source, "source", "import", "the system that the external ids belong to")
	f.StringVar(&job.list, "list", "", "the name of a list of suppressions, kept with each of its entries")
	return cmd
}

// importFile opens the files around one import and prints what became of it.
func (a *app) importFile(ctx context.Context, kind importKind, job importJob, rejects string) (err error) {
	input := job.file
	job.reader = a.in
	if job.file != "-" {
		in, err := os.Open(job.file)
		if err != nil {
			return postlift.Faultf(postlift.Invalid, "import", "the file cannot be opened: %v", err)
		}
		defer in.Close()
		job.reader, job.file = in, filepath.Base(job.file)
	}
	first := &firstLines{}
	job.rejects = first
	if rejects != "" {
		if sameFile(rejects, input) {
			return postlift.Faultf(postlift.Invalid, "import", "--rejects names the file to import, which it would overwrite")
		}
		out, err := os.Create(rejects)
		if err != nil {
			return postlift.Faultf(postlift.Invalid, "import", "the rejects file cannot be written: %v", err)
		}
		defer func() { err = errors.Join(err, out.Close()) }()
		job.rejects = out
	}
	bar := a.progress("importing " + job.kind)
	job.progress = bar.set
	report, text, err := kind.run(ctx, a, job)
	bar.done()
	if err == nil {
		err = a.print(report, text)
	}
	if shown := first.lines(); len(shown) > 1 {
		fmt.Fprintln(a.errOut, "wrong rows (all of them with --rejects FILE):\n  "+strings.Join(shown, "\n  "))
	} else if rejects != "" {
		fmt.Fprintln(a.errOut, "wrong rows, if any, are in "+rejects)
	}
	return err
}

// sameFile tells whether two paths lead to one existing file.
func sameFile(a, b string) bool {
	x, errA := os.Stat(a)
	y, errB := os.Stat(b)
	return errA == nil && errB == nil && os.SameFile(x, y)
}

// firstLines keeps the beginning of what is written to it.
type firstLines struct{ text []byte }

func (f *firstLines) Write(p []byte) (int, error) {
	if room := 1<<16 - len(f.text); room > 0 {
		f.text = append(f.text, p[:min(room, len(p))]...)
	}
	return len(p), nil
}

// lines gives the header and up to five rejects, without the whole row that each came from.
func (f *firstLines) lines() (shown []string) {
	in := csv.NewReader(bytes.NewReader(f.text))
	for len(shown) < 6 {
		fields, err := in.Read()
		if err != nil { // the end, or where the text was cut
			return shown
		}
		shown = append(shown, strings.Join(fields[:len(fields)-1], ","))
	}
	return shown
}

func importAccounts(ctx context.Context, a *app, job importJob) (any, func(io.Writer), error) {
	importer, err := a.importer(ctx)
	if err != nil {
		return nil, nil, err
	}
	var done accountsImported
	done.Report, err = importer.Import(ctx, accounts.Request{Kind: job.kind, File: job.file, Reader: job.reader, Source: job.source,
		DryRun: job.dryRun, Rejects: job.rejects, Actor: job.by, Progress: job.progress, List: job.list})
	if err == nil && !job.dryRun {
		next := job.kind
		if done.Blocked > 0 {
			next = "suppressions"
		}
		done.Withdrawn, err = a.followUp(ctx, next, job.by)
	}
	return done, func(w io.Writer) { printImport(w, done) }, err
}

// accountsImported is the answer of an import with what it set in motion.
type accountsImported struct {
	accounts.Report
	Withdrawn int `json:"withdrawn"` // unsent letters pulled
}

// followUp does what an import sets in motion: whoever must not be mailed any more loses letters that
// are not posted, and new orders are credited to the runs that are being measured.
func (a *app) followUp(ctx context.Context, kind string, by postlift.Actor) (withdrawn int, err error) {
	switch kind {
	case "suppressions":
		err = a.withMailRoom(ctx, func(room *mailRoom) error {
			withdrawn, err = room.PullSuppressed(ctx, by)
			return err
		})
		return withdrawn, err
	case "orders", responses.ResponsesFile, responses.ReturnsFile:
		return 0, a.attributeAll(ctx)
	}
	return 0, nil
}

// attributeAll credits orders anew for every campaign whose letters are out.
func (a *app) attributeAll(ctx context.Context) error {
	plans, err := a.campaigns(ctx)
	if err != nil {
		return err
	}
	service, err := a.responses(ctx)
	if err != nil {
		return err
	}
	list, err := plans.Campaigns(ctx)
	if err != nil {
		return err
	}
	for _, c := range list {
		if _, err := service.Attribute(ctx, c.UID); err != nil && postlift.KindOf(err) != postlift.Conflict { // not posted yet
			return err
		}
	}
	return nil
}

// mergedWords say what the merged rows of a kind of file are; other kinds have none.
var mergedWords = map[string]string{"orders": "further lines", "contracts": "further lines", "places": "of a postcode named above",
	"suppressions": "beside another entry of the same block"}

func printImport(w io.Writer, r accountsImported) {
	done := "imported"
	if r.DryRun {
		done = "would import"
	}
	merged := ""
	if r.Merged > 0 {
		merged = fmt.Sprintf("%d %s, ", r.Merged, mergedWords[r.Kind])
	}
	fmt.Fprintf(w, "%s %s: %d rows, %d new, %d changed, %d unchanged, %s%d rejected\n", done, r.Kind, r.Rows, r.Inserted, r.Updated, r.Unchanged, merged, r.Rejected)
	for _, attention := range r.Attention {
		fmt.Fprintf(w, "ATTENTION: %s\n", attention)
	}
	if m := r.Matched; m != nil {
		hits := "hits"
		if r.DryRun {
			hits = "would hit"
		}
		fmt.Fprintf(w, "%s %d contacts, %d accounts, %d sites; %d rows hit nobody known\n", hits, m.Contacts, m.Accounts, m.Sites, m.Nobody)
	}
	if r.Blocked > 0 {
		fmt.Fprintf(w, "blocked by the column no_advertising: %d\n", r.Blocked)
	}
	if r.Withdrawn > 0 {
		fmt.Fprintf(w, "unsent letters pulled: %d\n", r.Withdrawn)
	}
	if r.SitesInserted+r.SitesUpdated > 0 {
		fmt.Fprintf(w, "addresses: %d new, %d changed\n", r.SitesInserted, r.SitesUpdated)
	}
	for _, reason := range slices.Sorted(maps.Keys(r.Reasons)) {
		fmt.Fprintf(w, "  rejected for %s: %d\n", accounts.Spoken(reason), r.Reasons[reason])
	}
	for _, warning := range slices.Sorted(maps.Keys(r.Warnings)) {
		fmt.Fprintf(w, "  note, %s: %d\n", accounts.Spoken(warning), r.Warnings[warning])
	}
	fmt.Fprintf(w, "read as %s, separated by %q", r.Format.Encoding, r.Format.Separator)
	if r.Currency != "" {
		fmt.Fprintf(w, ", currency %s", r.Currency)
	}
	fmt.Fprintln(w)
	if len(r.Format.Ignored) > 0 {
		fmt.Fprintf(w, "columns not used: %s\n", strings.Join(r.Format.Ignored, ", "))
	}
}
