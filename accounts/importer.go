package accounts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"time"

	"postlift"
	"postlift/accounts/csvfile"
)

// The rule by which a file counts as broken beyond its rows: of the first BrokenRows rows (or of all, where
// there are fewer) more than half are rejected, and at least BrokenLeast of them. Such a file changes
// nothing.
const (
	BrokenRows  = 1000
	BrokenLeast = 20
	chunkRows   = 4000
)

// Store is what importing needs of the database.
type Store interface {
	// ImportFile runs work in one transaction, records the import with its counts and appends an event.
	// An error, or dry, leaves everything as it was.
	ImportFile(ctx context.Context, head ImportHead, dry bool, work func(Loader) (ImportCounts, error)) (uid string, err error)
}

// Loader writes chunks of one file inside the import's transaction.
type Loader interface {
	// Index gives the ids of a noun ("account", "site", "contact", "employee", "order", "contract",
	// "opportunity") by external id within a source.
	Index(noun, source string) (*Index, error)
	// AccountsOf gives the account of each site or contact of a source.
	AccountsOf(noun, source string) (map[int64]int64, error)
	// Save writes a chunk and tells how many rows that the database held already have changed. Only
	// columns that the file has overwrite what is there.
	Save(c *Chunk, has func(column string) bool) (Changed, error)
	// Finish does what needs the whole file: group keys, main sites, totals of lines, credited amounts,
	// contract events, links of suppressions.
	Finish(f FinishInput) (Finished, error)
}

// ImportHead says what is imported, by whom.
type ImportHead struct {
	Kind, Source, FileName string
	Actor                  postlift.Actor
	StartedAt              time.Time
}

// ImportCounts are the figures that the imports table keeps.
type ImportCounts struct {
	Rows, Inserted, Updated, Unchanged, Rejected int64
	SHA256                                       string
}

// Chunk is a handful of nouns on their way to the database. Only the slices of the file's kind are filled.
type Chunk struct {
	Accounts      []Account
	Sites         []Site
	Contacts      []Contact
	Employees     []Employee
	Orders        []Order
	OrderLines    []OrderLine
	Contracts     []Contract
	ContractLines []ContractLine
	Opportunities []Opportunity
	Costs         []ChannelCost
	Places        []Place
	Suppressions  []Suppression
	rows          int64 // of the file
}

func (c *Chunk) reset() {
	*c = Chunk{Accounts: c.Accounts[:0], Sites: c.Sites[:0], Contacts: c.Contacts[:0], Employees: c.Employees[:0],
		Orders: c.Orders[:0], OrderLines: c.OrderLines[:0], Contracts: c.Contracts[:0],
		ContractLines: c.ContractLines[:0], Opportunities: c.Opportunities[:0], Costs: c.Costs[:0], Places: c.Places[:0],
		Suppressions: c.Suppressions[:0]}
}

// Changed counts what Save did to the file's own noun and to the sites that accounts bring along.
type Changed struct {
	Inserted      int64 // counted by the store only where the stage cannot know (costs, places, suppressions)
	Updated       int64
	Merged        int64 // counted by the store for suppressions: entries beside another one of the same block
	SitesUpdated  int64
	SitesInserted int64
	Blocked       int64   // blocks added or renewed by a file of accounts or contacts
	Matched       Matched // whom a file of suppressions found
	Refused       []LateRefusal
}

// FinishInput tells Finish what the file was.
type FinishInput struct {
	Kind, Source string
	Today        postlift.Date
	Lines        bool // the file had lines
}

// Finished is what Finish found.
type Finished struct {
	Updated  int64            // rows changed that Save did not count
	Warnings map[string]int64 // by name
	Rejects  []csvfile.Reject // rows that only the whole file shows to be wrong
	Matched  Matched          // whom the rows of a suppressions file found that Save left open
}

// Importer imports files of accounts, sites, contacts, employees, orders, contracts, opportunities, costs, places
// and suppressions.
type Importer struct {
	Store    Store
	Clock    postlift.Clock
	Secret   []byte
	Settings Settings
}

// Request is one file to import.
type Request struct {
	Kind     string
	File     string // its name, for the record
	Reader   io.Reader
	Source   string // the system it comes from; "" is "import"
	List     string // the name of a list of suppressions; "" where it has none
	DryRun   bool   // report everything, change nothing
	Rejects  io.Writer
	Actor    postlift.Actor
	Progress func(rows int64) // may be nil
}

// Report tells what an import did. Rows are rows of the file, and rows = inserted + updated + unchanged + merged +
// rejected: an order of three lines is one order and two merged rows. A row of suppressions that blocks a person and
// the company is one row.
type Report struct {
	ImportID      string           `json:"import_id,omitempty"`
	Kind          string           `json:"kind"`
	Source        string           `json:"source"`
	File          string           `json:"file"`
	DryRun        bool             `json:"dry_run"`
	Rows          int64            `json:"rows"`
	Inserted      int64            `json:"inserted"`
	Updated       int64            `json:"updated"`
	Unchanged     int64            `json:"unchanged"`
	Merged        int64            `json:"merged"` // further rows of what another row or entry has already: lines, places of one postcode, further objections
	Rejected      int64            `json:"rejected"`
	SitesInserted int64            `json:"sites_inserted,omitempty"` // that an accounts file brought along
	SitesUpdated  int64            `json:"sites_updated,omitempty"`
	List          string           `json:"list,omitempty"`      // name of a list of suppressions
	Blocked       int64            `json:"blocked,omitempty"`   // by the column no_advertising of accounts or contacts
	Matched       *Matched         `json:"matched,omitempty"`   // of a suppressions file
	Attention     []string         `json:"attention,omitempty"` // what a person should look at before mailing
	Reasons       map[string]int64 `json:"reasons"`             // "field.rule" to rejects
	Warnings      map[string]int64 `json:"warnings"`            // accepted, but worth a look: words joined by _ to rows
	Currency      string           `json:"currency,omitempty"`
	Format        csvfile.Format   `json:"format"`
}

// Kinds lists what Import accepts.
func Kinds() []string {
	return []string{"accounts", "sites", "contacts", "employees", "orders", "contracts", "opportunities", "costs", "places", "suppressions"}
}

// Import reads a file and brings the database to what it says, in one transaction. Wrong rows go to
// Rejects, the others are imported. The report is filled as far as the import came, also on error.
func (i *Importer) Import(ctx context.Context, req Request) (Report, error) {
	if req.Source == "" {
		req.Source = "import"
	}
	report := Report{Kind: req.Kind, Source: req.Source, File: req.File, DryRun: req.DryRun, List: req.List,
		Reasons: map[string]int64{}, Warnings: map[string]int64{}}
	k, ok := kinds[req.Kind]
	if !ok {
		return report, unknownKind(req.Kind)
	}
	if err := checkSource(req.Source); err != nil {
		return report, err
	}
	if err := checkList(req.Kind, req.List); err != nil {
		return report, err
	}
	sum := sha256.New()
	loc, err := time.LoadLocation(i.Settings.TimeZone)
	if err != nil {
		return report, postlift.Faultf(postlift.Invalid, "accounts.Import", "the setting time_zone %q is not known", i.Settings.TimeZone)
	}
	reader, err := i.open(k, io.TeeReader(req.Reader, sum), loc)
	if err != nil {
		return report, err
	}
	rejects, err := csvfile.NewRejectWriter(req.Rejects)
	if err != nil {
		return report, err
	}
	s := &session{importer: i, req: req, reader: reader, rejects: rejects, report: &report,
		today: i.Settings.Today(i.Clock), keyer: Keyer{i.Secret}, kind: k, credits: map[int64]string{},
		attributes: fileAttributes(reader, i.Settings.Attributes)}
	if req.Kind == "suppressions" {
		report.Matched = &Matched{}
	}
	head := ImportHead{Kind: req.Kind, Source: req.Source, FileName: req.File, Actor: req.Actor, StartedAt: i.Clock()}
	uid, err := i.Store.ImportFile(ctx, head, req.DryRun, func(l Loader) (ImportCounts, error) {
		if err := s.run(ctx, l); err != nil {
			return ImportCounts{}, err
		}
		return ImportCounts{Rows: report.Rows, Inserted: report.Inserted, Updated: report.Updated,
			Unchanged: report.Unchanged, Rejected: report.Rejected, SHA256: hex.EncodeToString(sum.Sum(nil))}, nil
	})
	report.ImportID = uid
	report.Format = reader.Format()
	report.Attention = overlooked(report.Format.Ignored)
	if m := report.Matched; m != nil && m.Nobody > 0 {
		report.Attention = append(report.Attention, m.nobody())
	}
	return report, errors.Join(err, rejects.Flush())
}

// open reads the header of a file of a kind, with the columns of the organisation's attributes.
func (i *Importer) open(k kind, r io.Reader, loc *time.Location) (*csvfile.Reader, error) {
	k = k.withAttributes(i.Settings.Attributes)
	o := csvfile.Options{Location: loc}
	if k.addHeader != nil {
		r, o.HeaderAdded = k.addHeader(r)
	}
	reader, err := csvfile.Open(r, k.columns, o)
	if err != nil || !k.custom {
		return reader, err
	}
	return reader, unknownCustom(reader.Header(), i.Settings.Attributes)
}

// checkList checks the name of a list.
func checkList(kind, list string) error {
	switch {
	case list != "" && kind != "suppressions":
		return postlift.Faultf(postlift.Invalid, "accounts.Import", "a list's name goes with suppressions only, not with %s", kind)
	case len(list) > 60 || strings.TrimSpace(list) != list:
		return postlift.Faultf(postlift.Invalid, "accounts.Import", "the list's name %q must have at most 60 characters and no blank at its ends", list)
	}
	return nil
}

func unknownKind(kind string) error {
	return postlift.Faultf(postlift.Invalid, "accounts.Import", "there is no kind of file %q: known are %v", kind, Kinds())
}

func checkSource(source string) error {
	for _, r := range source {
		if r <= ' ' || r == ':' || r == 0x7f {
			return postlift.Faultf(postlift.Invalid, "accounts.Import", "source %q must not hold blanks or colons", source)
		}
	}
	if len(source) > 60 {
		return postlift.Faultf(postlift.Invalid, "accounts.Import", "source %q is longer than 60 characters", source)
	}
	return nil
}
