package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/accounts/csvfile"
	"postlift/mailers/pdf"
	"postlift/mailers/standalone"
)

// renderFlags are the options of `render` as given.
type renderFlags struct {
	design, data, out, format      string
	sender, assets, profile        string
	lang, currency, date, baseURL  string
	secretFile, batch, standard    string
	rejects                        string
	set                            []string
	perFile, limit                 int
	dryRun, replace, senderExample bool
}

func newRenderCommand(a *app) *cobra.Command {
	f := &renderFlags{}
	cmd := &cobra.Command{
		Use:   "render --design DESIGN --data FILE.csv --out DIR",
		Short: "Print a CSV file's recipients with a design: print-ready PDFs and manifest, without a database",
		Long: `Print the recipients of a CSV file: PDF/X-4 with PDF/VT-1 document parts, manifest.csv, ticket.json and
SHA256SUMS in one folder, as a print vendor gets them. No database and no data folder are needed.

DESIGN is a shipped design (postlift design list) or a folder with a design.yaml. FILE.csv has a row for each
recipient; comma, semicolon or tab, UTF-8 or Windows-1252 are found out; - is standard input. Headers are the
design's variables (contact.first_name, account.name, order.net …) or what customer files call them in German or
English (Firma, Vorname, Straße, Hausnummer, PLZ, Ort, Land, Ansprechpartner …). Lists are a column of JSON
(orders: [{"number": "A1", "net": 12.50}]) or numbered columns (contract.lines.1.name, contract.lines.1.net).
Further columns: language (de, en), currency, salutation, formality, po_box, bulk_postcode (yes: the postcode is
the company's own, without a street), care_of, address_extra, district, region (state or province), tracking_url,
kind (live, seed, proof).

A row that cannot be printed as meant stops alone, with its number, rule and reason: on standard error, and in
full with --rejects, which repeats the row as it stands. Where the first 20 rows fail for one reason that no row can
put right, the job ends with it. Rows that are printed and deserve a look are noted: a second letter to the same
label, a ? where a letter was. What --set gives is printed where a row has no value; campaign.offer_de speaks for
campaign.offer in German. The same input gives the same bytes, on every machine.

Codes and tracking addresses are made with the secret of --secret-file (32 characters or more). Without it their
key follows from the recipients' file, the batch's name and the date: whoever has these can compute them.

The folder appears whole or not at all. A folder that holds anything else is left alone; --replace allows to
replace an untouched folder of an earlier rendering.`,
		Example: `  postlift render --sender-example > sender.yaml
  postlift render --design winback --data recipients.csv --out spring --sender sender.yaml \
    --base-url https://reply.muster.example --set campaign.offer="5 % off" --dry-run
  postlift render --design winback --data recipients.csv --out spring --sender sender.yaml \
    --base-url https://reply.muster.example --set campaign.offer="5 % off" --rejects rejects.csv --format json
  postlift render --design ./my-card --data guests.csv --out cards --assets pictures --profile vendor.icc`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.senderExample {
				return a.print(map[string]string{"sender": standalone.SenderTemplate}, func(w io.Writer) { fmt.Fprint(w, standalone.SenderTemplate) })
			}
			switch f.format {
			case "text":
			case "json":
				a.json = true
			default:
				return postlift.Faultf(postlift.Invalid, "render", "--format is %q: text or json is possible", f.format)
			}
			return a.render(cmd.Context(), f)
		},
	}
	f.register(cmd)
	return cmd
}

func (f *renderFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.design, "design", "", "a shipped design's name, or a folder")
	flags.StringVar(&f.data, "data", "", "the recipients: a CSV file, - is standard input")
	flags.StringVar(&f.out, "out", "", "folder that is made")
	flags.StringVar(&f.format, "format", "text", "of the summary: text or json")
	flags.StringVar(&f.sender, "sender", "", "YAML file of the sender, or a settings.yaml (see --sender-example)")
	flags.BoolVar(&f.senderExample, "sender-example", false, "print an example of a sender's file")
	flags.StringArrayVar(&f.set, "set", nil, "NAME=VALUE of rows that have none; may be repeated")
	flags.StringVar(&f.assets, "assets", "", "folder of images per recipient and of signatures")
	flags.StringVar(&f.profile, "profile", "", "the vendor's output profile (ICC)")
	flags.StringVar(&f.standard, "standard", "x4", "x4 (PDF/X-4 and PDF/VT-1) or x1a (PDF/X-1a)")
	flags.StringVar(&f.lang, "lang", "", "language of rows that name none (default: by country)")
	flags.StringVar(&f.currency, "currency", "EUR", "currency of amounts of rows that name none")
	flags.StringVar(&f.date, "date", "", "date of the letters, YYYY-MM-DD (default today)")
	flags.StringVar(&f.baseURL, "base-url", "", "QR codes lead to BASE/r/TOKEN; designs with a QR code need it, or a column tracking_url")
	flags.StringVar(&f.secretFile, "secret-file", "", "file with the secret of the codes")
	flags.StringVar(&f.batch, "batch", "", "name of the batch (default: the folder's)")
	flags.IntVar(&f.perFile, "per-file", pdf.MaxPieces, "recipients in one PDF at most")
	flags.IntVar(&f.limit, "limit", 0, "take the first rows only")
	flags.BoolVar(&f.dryRun, "dry-run", false, "compose and test everything, write nothing")
	flags.StringVar(&f.rejects, "rejects", "", "write rows that were not printed to this CSV file")
	flags.BoolVar(&f.replace, "replace", false, "replace an untouched folder of an earlier rendering")
}

// standards are the words of --standard.
var standards = map[string]pdf.Standard{"x4": pdf.X4, "x1a": pdf.X1a}

// job reads everything that the flags name but the recipients.
func (a *app) renderJob(f *renderFlags) (*standalone.Job, error) {
	j := &standalone.Job{Sender: standalone.NewSender(), Set: f.set, Language: f.lang, Currency: strings.ToUpper(f.currency), BaseURL: f.baseURL,
		PerFile: f.perFile, Limit: f.limit, DryRun: f.dryRun, Batch: f.batch, Date: postlift.DateOf(a.clock())}
	var ok bool
	if j.Standard, ok = standards[f.standard]; !ok {
		return nil, postlift.Faultf(postlift.Invalid, "render", "--standard is %q: x4 or x1a is possible", f.standard)
	}
	var err error
	if j.Design, err = openDesign(f.design); err != nil {
		return nil, err
	}
	if j.Kit, err = a.printKit(j.Design, f.profile, f.assets); err != nil {
		return nil, err
	}
	if f.sender != "" {
		if j.Sender, err = readSender(f.sender); err != nil {
			return nil, err
		}
	}
	if f.date != "" {
		if j.Date, err = postlift.ParseDate(f.date); err != nil {
			return nil, err
		}
	}
	if j.Batch == "" {
		if j.Batch, err = batchName(f); err != nil {
			return nil, err
		}
	}
	return j, nil
}

// batchName is the name of the folder to be made; a rehearsal without a folder is called by its recipients.
func batchName(f *renderFlags) (string, error) {
	if f.out == "" {
		return strings.TrimSuffix(filepath.Base(f.data), filepath.Ext(f.data)), nil
	}
	full, err := filepath.Abs(f.out)
	if err != nil {
		return "", postlift.Faultf(postlift.Invalid, "render", "the folder %s cannot be found: %v", f.out, err)
	}
	return filepath.Base(full), nil
}

func readSender(name string) (standalone.Sender, error) {
	in, err := os.Open(name)
	if err != nil {
		return standalone.Sender{}, postlift.Faultf(postlift.Invalid, "render", "the sender's file cannot be opened: %v", err)
	}
	defer in.Close()
	return standalone.ReadSender(in)
}

// renderAnswer is the answer of `render`.
type renderAnswer struct {
	standalone.Summary
	Out     string   `json:"out,omitempty"`     // the folder
	Rejects string   `json:"rejects,omitempty"` // the file
	Notes   []string `json:"notes"`
}

func printRender(w io.Writer, r renderAnswer) {
	done := "printed"
	if r.DryRun {
		done = "would print"
	}
	fmt.Fprintf(w, "%s %d of %d rows with design %s: %d pages, %s\n", done, r.Printed, r.Rows, r.Design, r.Pages, r.Standard)
	for _, lang := range slices.Sorted(maps.Keys(r.Languages)) {
		fmt.Fprintf(w, "  %s: %d\n", lang, r.Languages[lang])
	}
	for _, file := range r.Files {
		if r.DryRun {
			continue
		}
		fmt.Fprintf(w, "  %s  %d pieces, %d pages, %d bytes\n", file.Name, file.Pieces, file.Pages, file.Bytes)
	}
	for _, rule := range slices.Sorted(maps.Keys(r.Reasons)) {
		fmt.Fprintf(w, "  rejected for %s: %d\n", rule, r.Reasons[rule])
	}
	for _, rule := range slices.Sorted(maps.Keys(r.Warnings)) {
		fmt.Fprintf(w, "  worth a look, %s: %d\n", rule, r.Warnings[rule])
	}
	fmt.Fprintf(w, "read as %s, separated by %q\n", r.Input.Encoding, r.Input.Separator)
	if len(r.Unused) > 0 {
		fmt.Fprintf(w, "columns not used: %s\n", strings.Join(r.Unused, ", "))
	}
	for _, note := range r.Notes {
		fmt.Fprintln(w, "note: "+note)
	}
	if r.Out != "" {
		fmt.Fprintf(w, "batch %s (%s) is in %s\n", r.Batch, r.BatchID, r.Out)
	}
}

// How many rejected rows and notes are told on standard error.
const (
	shownRejects = 10
	shownNotes   = 5
)

// rejectList tells rejects on standard error, and all of them to a file.
type rejectList struct {
	w           io.Writer
	file        *csvfile.RejectWriter
	reasons     int
	untold      bool // a reason is a value that is missing
	unaddressed bool // a reason is a missing tracking address
	noted       []string
	err         error
}

func (l *rejectList) add(r csvfile.Reject) {
	if r.Rule == "missing_value" {
		l.unaddressed = l.unaddressed || r.Field == "tracking_url"
		l.untold = l.untold || r.Field != "tracking_url"
	}
	if l.err == nil {
		l.err = l.file.Write(r)
	}
	if l.reasons++; l.reasons > shownRejects {
		return
	}
	field := ""
	if r.Field != "" {
		field = " " + r.Field + ":"
	}
	fmt.Fprintf(l.w, "row %d:%s %s (%s)\n", r.Row, field, r.Message, r.Rule)
}

// note keeps a note about a printed row, and tells the first ones.
func (l *rejectList) note(n standalone.Note) {
	field := ""
	if n.Field != "" {
		field = " " + n.Field + ":"
	}
	text := fmt.Sprintf("row %d:%s %s (%s)", n.Row, field, n.Text, n.Rule)
	l.noted = append(l.noted, text)
	if len(l.noted) <= shownNotes {
		fmt.Fprintln(l.w, "note: "+text)
	}
}

// notes are remedies that a row's own reason does not know; and, where rows are wanted, too, the notes about them.
func (l *rejectList) notes(rows bool) (notes []string) {
	if rows {
		notes = append(notes, l.noted...)
	}
	if l.untold {
		notes = append(notes, "a variable without a value gets one by a column of its name, or for all rows by --set NAME=VALUE")
	}
	if l.unaddressed {
		notes = append(notes, "the design prints a QR code: give --base-url, or a column tracking_url")
	}
	return notes
}

// end tells how many were not told.
func (l *rejectList) end() error {
	if more := l.reasons - shownRejects; more > 0 {
		fmt.Fprintf(l.w, "and %d more; all of them with --rejects FILE\n", more)
	}
	if more := len(l.noted) - shownNotes; more > 0 {
		fmt.Fprintf(l.w, "and %s more; all of them with --format json\n", counted(more, "note"))
	}
	if err := l.file.Flush(); l.err == nil {
		l.err = err
	}
	return l.err
}
