package responses

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"postlift"
	"postlift/accounts"
	"postlift/accounts/csvfile"
)

// Kinds of files that Import reads.
const (
	ResponsesFile = "responses"
	ReturnsFile   = "returns"
)

// ImportRequest is one file to import.
type ImportRequest struct {
	Kind    string // ResponsesFile or ReturnsFile
	File    string // its name, for the record
	Reader  io.Reader
	Source  string // whose external ids these are
	DryRun  bool
	Rejects io.Writer // nil: not wanted
	Actor   postlift.Actor
}

// ImportReport tells what an import did.
type ImportReport struct {
	Kind      string         `json:"kind"`
	File      string         `json:"file"`
	Source    string         `json:"source"`
	DryRun    bool           `json:"dry_run"`
	Rows      int            `json:"rows"`
	Rejected  int            `json:"rejected"`
	Reasons   map[string]int `json:"reject_reasons"` // "field.rule" to rows
	Format    csvfile.Format `json:"format"`
	Withdrawn int            `json:"withdrawn"` // unsent letters pulled
	Saved
}

// Columns lists a kind's canonical columns with the headers that mean them; NotFound for a kind that
// is not read here.
func Columns(kind string) ([]csvfile.Column, error) {
	shared := []csvfile.Column{
		{Name: "external_id", Required: true, Aliases: []string{"id", "event_id", "ereignis_id", "ereignis", "vorgang", "vorgangsnummer", "nummer"}},
		{Name: "date", Type: csvfile.Date, Required: true, Aliases: []string{"datum", "zeitpunkt", "occurred_at", "created_at", "timestamp", "eingang", "eingegangen_am"}},
		{Name: "code", Aliases: []string{"tracking_code", "antwortcode", "gutscheincode", "coupon", "aktionscode", "token", "qr"}},
	}
	switch kind {
	case ResponsesFile:
		return append(append(shared,
			csvfile.Column{Name: "kind", Required: true, Aliases: []string{"art", "typ", "type", "kanal", "channel", "reaktion", "activity_type"}},
			csvfile.Column{Name: "account_id", Aliases: []string{"account", "kunde", "kundennummer", "kundennr", "customer_id", "customer", "company_id", "org_id"}},
			csvfile.Column{Name: "note", Aliases: []string{"notiz", "bemerkung", "kommentar", "comment", "text", "subject", "betreff"}}),
			accounts.IdentityColumns()...), nil
	case ReturnsFile:
		return append(shared,
			csvfile.Column{Name: "piece_id", Aliases: []string{"piece", "sendung", "sendungs_id", "stueck", "letter_id"}},
			csvfile.Column{Name: "reason", Required: true, Aliases: []string{"grund", "ruecksendegrund", "retourengrund", "return_reason", "unzustellbarkeitsgrund", "status"}},
			csvfile.Column{Name: "new_company", Aliases: []string{"neue_firma", "new_company_name", "neuer_firmenname"}},
			csvfile.Column{Name: "new_street", Aliases: []string{"neue_strasse", "neue_straße", "new_address", "neue_anschrift"}},
			csvfile.Column{Name: "new_postcode", Aliases: []string{"neue_plz", "new_zip", "new_postal_code", "neue_postleitzahl"}},
			csvfile.Column{Name: "new_city", Aliases: []string{"neuer_ort", "new_town"}},
			csvfile.Column{Name: "new_country", Aliases: []string{"neues_land"}},
			csvfile.Column{Name: "successor", Aliases: []string{"nachfolger", "nachfolgerin", "neuer_ansprechpartner", "new_contact"}}), nil
	}
	return nil, postlift.Faultf(postlift.NotFound, "responses.Columns", "there is no kind of file %q here; %s and %s are read", kind, ResponsesFile, ReturnsFile)
}

// Template is a file of a kind with the canonical columns in their published order and an example.
func Template(kind string) ([]byte, error) {
	switch kind {
	case ResponsesFile:
		return []byte("external_id,date,kind,code,account_id,note,company,first_name,last_name,street,postcode,city,country\n" +
			"R-1,2026-03-10T09:30:00+01:00,call,K7M2-9QXP-4TB,,asked for a price list,,,,,,,\n" +
			"R-2,2026-03-11,objection,,K-1004,by letter,,,,,,,\n" +
			"R-3,2026-03-11,fax,,,order form,Example Tools Ltd,Kim,Muster,1 Sample Road,AB1 2CD,Sampleton,GB\n"), nil
	case ReturnsFile:
		return []byte("external_id,date,code,piece_id,reason,new_company,new_street,new_postcode,new_city,new_country,successor\n" +
			"RET-1,2026-03-12,K7M2-9QXP-4TB,,addressee_unknown,,,,,,Robin Beispiel\n" +
			"RET-2,2026-03-12,P3XT-8WQ2-7HD,,moved_new_address,,Neuer Weg 4,12345,Musterstadt,DE,\n"), nil
	}
	_, err := Columns(kind)
	return nil, err
}

// words maps folded words, German ones too, to the known values.
func words(known []string, also map[string]string) map[string]string {
	out := make(map[string]string, len(known)+len(also))
	for _, k := range known {
		out[csvfile.Fold(k)] = k
	}
	for word, k := range also {
		out[csvfile.Fold(word)] = k
	}
	return out
}

var kindWords = words(Kinds, map[string]string{
	"besuch": Visit, "web": Visit, "scan": Visit, "anruf": Call, "telefon": Call, "phone": Call,
	"e-mail": Mail, "brief": Mail, "letter": Mail, "termin": Meeting, "besprechung": Meeting, "treffen": Meeting,
	"angebot": Quote, "offer": Quote, "antwortkarte": ReplyCard, "antwort": ReplyCard, "telefax": Fax,
	"widerspruch": Objection, "werbewiderspruch": Objection, "opt-out": Objection, "unsubscribe": Objection, "abmeldung": Objection,
})

var reasonWords = words(reasonNames(), map[string]string{
	"unbekannt verzogen": "moved_unknown", "verzogen": "moved_unknown", "moved": "moved_unknown", "umgezogen": "moved_new_address",
	"empfänger unbekannt": "addressee_unknown", "unbekannt": "addressee_unknown", "empfänger nicht zu ermitteln": "addressee_unknown",
	"anschrift ungenügend": "insufficient_address", "adresse unvollständig": "insufficient_address",
	"hausnummer unbekannt": "no_such_number", "hausnummer existiert nicht": "no_such_number", "leerstand": "vacant", "unbewohnt": "vacant",
	"kein briefkasten": "no_receptacle", "annahme verweigert": "refused", "verweigert": "refused",
	"nicht abgeholt": "unclaimed", "not collected": "unclaimed", "verstorben": "deceased",
	"firma erloschen": "closed_business", "firma geschlossen": "closed_business", "betrieb aufgegeben": "closed_business",
	"vorübergehend abwesend": "temporarily_away", "sonstiges": "other", "sonstige": "other",
})

// Import reads a file of responses or returns. Wrong rows are refused one by one; the others are
// recorded in one transaction with their effects, and unsent letters to whoever objected are pulled. A
// file that cannot be read as a whole changes nothing.
func (s *Service) Import(ctx context.Context, req ImportRequest) (ImportReport, error) {
	report := ImportReport{Kind: req.Kind, File: req.File, Source: req.Source, DryRun: req.DryRun, Reasons: map[string]int{}}
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return report, err
	}
	zone, err := time.LoadLocation(settings.TimeZone)
	if err != nil {
		return report, postlift.Faultf(postlift.Invalid, "responses.Import", "time_zone %q is unknown", settings.TimeZone)
	}
	started, hash := s.clock(), sha256.New()
	rejects, err := csvfile.NewRejectWriter(req.Rejects)
	if err != nil {
		return report, err
	}
	file := fileReading{report: &report, rejects: rejects, now: started, source: req.Source, kind: req.Kind, home: cmp.Or(settings.Sender.Country, "DE")}
	if err := file.read(io.TeeReader(req.Reader, hash), zone); err != nil {
		return report, errors.Join(err, rejects.Flush())
	}
	saved, err := s.store.SaveResponses(ctx, Intake{
		Events: file.events, Kind: req.Kind, File: req.File, SHA256: hex.EncodeToString(hash.Sum(nil)),
		Read: report.Rows, Refuse: report.Rejected, Since: started, DryRun: req.DryRun,
	}, req.Actor)
	if err != nil {
		return report, err
	}
	report.Saved = saved
	if err := file.refuse(saved.Refused); err != nil {
		return report, err
	}
	if !req.DryRun {
		report.Withdrawn, err = s.pull(ctx, saved, req.Actor)
	}
	return report, errors.Join(err, rejects.Flush())
}

// fileReading turns rows into events and keeps their row numbers.
type fileReading struct {
	report  *ImportReport
	rejects *csvfile.RejectWriter
	now     time.Time
	source  string
	kind    string
	home    string // country of addresses without one
	events  []Event
	rows    []int
}

func (f *fileReading) read(r io.Reader, zone *time.Location) error {
	columns, err := Columns(f.kind)
	if err != nil {
		return err
	}
	reader, err := csvfile.Open(r, columns, csvfile.Options{Location: zone})
	if err != nil {
		return err
	}
	for {
		row, err := reader.Next()
		if errors.Is(err, io.EOF) {
			f.report.Format = reader.Format()
			if f.report.Rows < accounts.BrokenRows && f.broken() {
				return f.brokenFault()
			}
			return nil
		}
		if err != nil {
			return err
		}
		f.report.Rows++
		if err := f.take(row); err != nil {
			return err
		}
		if f.report.Rows == accounts.BrokenRows && f.broken() {
			return f.brokenFault()
		}
	}
}

// broken is the rule of all imports: more than half of the first rows are wrong, and not just a few.
func (f *fileReading) broken() bool {
	return f.report.Rejected >= accounts.BrokenLeast && 2*f.report.Rejected > f.report.Rows
}

func (f *fileReading) brokenFault() error {
	return postlift.Faultf(postlift.Invalid, "responses.Import",
		"%d of the first %d rows are wrong, so the file is taken for another kind or broken: nothing was imported", f.report.Rejected, f.report.Rows)
}

func (f *fileReading) take(row *csvfile.Row) error {
	e := Event{Source: f.source, ExternalID: row.Need("external_id"), Code: row.Text("code"), At: eventTime(row)}
	if f.kind == ReturnsFile {
		e.Kind, e.PieceUID = Return, strings.ToLower(row.Text("piece_id"))
		e.Reason = row.Enum("reason", reasonWords, strings.Join(reasonNames(), ", "))
		e.Told = f.told(row)
		if e.Reason == "moved_unknown" && e.Told.HasAddress() {
			e.Reason = "moved_new_address" // "moved" is said of both: the address told decides
		}
	} else {
		e.Kind = row.Enum("kind", kindWords, strings.Join(Kinds, ", "))
		e.AccountRef, e.Note = row.Text("account_id"), row.Text("note")
		if e.AccountRef == "" {
			e.Who = accounts.ReadIdentity(row, f.home)
			e.Who.Code = "" // the event's own
		}
	}
	if row.OK() {
		if r := e.Check(f.now); r != nil {
			row.Reject(r.Field, r.Rule, r.Value, r.Message)
		}
	}
	if !row.OK() {
		return f.reject(row.Rejects()...)
	}
	f.events, f.rows = append(f.events, e), append(f.rows, row.Number())
	return nil
}

// told reads what the post says of an addressee. An unknown country is no reason to lose a return.
func (f *fileReading) told(row *csvfile.Row) Told {
	t := Told{Company: row.Text("new_company"), Street: row.Text("new_street"), Postcode: row.Text("new_postcode"),
		City: row.Text("new_city"), Successor: row.Text("successor")}
	if t.Street != "" || t.City != "" {
		t.Country = f.home
		if code, known := accounts.ParseCountry(row.Text("new_country")); known {
			t.Country = code
		}
	}
	return t
}

// eventTime is the row's instant in UTC. A date without a time becomes noon UTC, which is the same
// civil date everywhere in Europe and America.
func eventTime(row *csvfile.Row) time.Time {
	t, timed := row.Time("date")
	if t.IsZero() || timed {
		return t.UTC()
	}
	return postlift.DateOf(t).Time().Add(12 * time.Hour)
}

func (f *fileReading) reject(rejects ...csvfile.Reject) error {
	f.report.Rejected++
	for _, r := range rejects {
		f.report.Reasons[r.Field+"."+r.Rule]++
	}
	return f.rejects.Write(rejects...)
}

// refuse adds what the store could not record, in the order of the rows.
func (f *fileReading) refuse(refused map[int]Refusal) error {
	indices := make([]int, 0, len(refused))
	for i := range refused {
		indices = append(indices, i)
	}
	slices.Sort(indices)
	for _, i := range indices {
		r := refused[i]
		err := f.reject(csvfile.Reject{Row: f.rows[i], Field: r.Field, Rule: r.Rule, Value: r.Value, Message: r.Message})
		if err != nil {
			return err
		}
	}
	return nil
}
