package standalone

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"postlift"
	"postlift/accounts/csvfile"
	"postlift/mailers/design"
	"postlift/mailers/kit"
	"postlift/mailers/pdf"
	"postlift/mailers/preflight"
	"postlift/mailers/sheaf"
)

// Job is what is to be printed, but for the recipients.
type Job struct {
	Design   *design.Design
	Kit      *kit.Kit
	Sender   Sender
	Set      []string      // name=value: variables of pieces whose row has none
	Language string        // of rows that name none; "" takes the design's, or the country's
	Currency string        // of amounts whose row names none
	Date     postlift.Date // of the letters, and the only date in the files
	BaseURL  string        // QR codes lead to <this>/r/<token>; "" leaves them to the rows
	Batch    string        // its name
	Key      []byte        // secret of the codes; see ContentKey
	PerFile  int           // rows a file, 1 to pdf.MaxPieces
	Limit    int           // rows read at most; 0 all
	Standard pdf.Standard
	DryRun   bool                 // compose and test, write nothing
	Workers  int                  // files made at the same time; 0 as many as there are cores. It changes no bytes
	Progress func(rows int64)     // may be nil
	Rejected func(csvfile.Reject) // told of every reject, in order of the rows; may be nil
	Noted    func(Note)           // told of every note, in order of the rows; may be nil
}

// Files is where the batch's files go, each wholly or not at all.
type Files interface {
	Put(ctx context.Context, name string, write func(io.Writer) error) (sum string, bytes int64, err error)
}

// Summary tells what became of the rows: rows = printed + rejected.
type Summary struct {
	BatchID       string         `json:"batch_id"`
	Batch         string         `json:"batch"`
	Design        string         `json:"design"`
	DesignSHA256  string         `json:"design_sha256"`
	Standard      string         `json:"standard"`
	Date          postlift.Date  `json:"date"`
	Rows          int            `json:"rows"`
	Printed       int            `json:"printed"`
	Rejected      int            `json:"rejected"`
	Pages         int            `json:"pages"`
	Sheets        int            `json:"sheets"`
	Languages     map[string]int `json:"languages"` // printed pieces
	Reasons       map[string]int `json:"reasons"`   // rejected rows by rule; a row may break several
	Warnings      map[string]int `json:"warnings"`  // printed pieces by rule of preflight or of Note
	Files         []File         `json:"files"`
	Input         csvfile.Format `json:"input"`
	Unused        []string       `json:"unused_columns"`
	ContentSHA256 string         `json:"content_sha256"` // over what the pieces print
	DryRun        bool           `json:"dry_run"`
}

// File is a print file that was written.
type File struct {
	Name   string `json:"name"`
	Pieces int    `json:"pieces"`
	Pages  int    `json:"pages"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// ContentKey is a secret made of what is printed, for whoever has none of their own: the same job gives the same
// codes. Whoever has all of the job's files can compute the codes, too.
func ContentKey(recipients io.Reader, parts ...string) ([]byte, error) {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d %s\n", len(p), p)
	}
	if _, err := io.Copy(h, recipients); err != nil {
		return nil, inputFault("the recipients cannot be read: %v", err)
	}
	return []byte(hex.EncodeToString(h.Sum(nil))), nil
}

// BatchID is the outward id of what the job makes.
func (j *Job) BatchID() string {
	return postlift.DerivedIDs(j.Key, j.Date)(postlift.BatchID, "standalone", j.Batch)
}

func (j *Job) check() error {
	switch {
	case j.Date.IsZero():
		return inputFault("the date of the letters is missing")
	case j.PerFile < 1 || j.PerFile > pdf.MaxPieces:
		return inputFault("%d pieces a file are not possible: 1 to %d are", j.PerFile, pdf.MaxPieces)
	case j.Limit < 0:
		return inputFault("a limit of %d rows is not possible", j.Limit)
	case !postlift.ValidCurrency(j.Currency):
		return inputFault("%q is not a currency: a code of ISO 4217 such as EUR is needed", j.Currency)
	case j.Batch == "" || len(j.Key) == 0:
		return inputFault("the batch needs a name and a key")
	}
	if j.Language != "" && language(j.Language) != j.Language {
		j.Language = language(j.Language)
	}
	return nil
}

// Run prints the recipients. A row that cannot be printed costs itself only and is told to Rejected. Where the first
// rows all fail for one reason that is the job's, such as a sender without what the design prints, the job ends with that
// reason as an Invalid fault and no row is told. Files are those of a
// batch's folder: print files, manifest.csv, ticket.json and SHA256SUMS; on an error what was put is to be thrown
// away. A job that prints nothing writes nothing but its summary.
func (j *Job) Run(ctx context.Context, recipients io.Reader, out Files) (Summary, error) {
	if err := j.check(); err != nil {
		return Summary{}, err
	}
	p, o, err := j.press(recipients)
	if err != nil {
		return Summary{}, err
	}
	if j.DryRun {
		out = nowhere{}
	}
	c := newCollector(p, out, o.InkLimit)
	if err := c.collect(ctx); err != nil {
		return Summary{}, err
	}
	c.sum.Input = p.in.reader.Format()
	return c.sum, nil
}

// press opens the recipients and compiles the design.
func (j *Job) press(recipients io.Reader) (*press, preflight.PlanOptions, error) {
	var o preflight.PlanOptions
	vars := j.Design.Vars()
	constants, err := parseConstants(j.Set, vars, j.Currency)
	if err != nil {
		return nil, o, err
	}
	in, err := openInput(recipients, vars, j.Currency)
	if err != nil {
		return nil, o, err
	}
	letters, err := j.Kit.Compile(j.Design)
	if err != nil {
		return nil, o, err
	}
	m, err := newMaker(j, in.cols, constants)
	if err != nil {
		return nil, o, err
	}
	m.limits = letters.AddressLimits()
	o = j.Kit.PlanOptions(letters)
	return &press{maker: m, in: in, letters: &sheaf.Letters{Compiled: letters, Check: preflight.NewChecker(o)}}, o, nil
}

// nowhere takes files and keeps none.
type nowhere struct{}

// Put drops what is written.
func (nowhere) Put(_ context.Context, _ string, write func(io.Writer) error) (string, int64, error) {
	return "", 0, write(io.Discard)
}
