package standalone

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"postlift"
	"postlift/mailers"
	"postlift/mailers/codes"
	"postlift/mailers/sheet"
)

// lines makes the manifest's lines. Fields are set by the name of their column, so that the contract's header is the
// only place that knows their order.
type lines struct {
	at       map[string]int
	names    int
	common   []string // fields that all pieces of the job share
	duplex   bool
	envelope string
}

func newLines(p *press) *lines {
	names := strings.Split(mailers.ManifestHeader, ",")
	r := &lines{at: map[string]int{}, names: len(names), duplex: p.job.Design.Spec().Layout == "card", envelope: envelope(p)}
	for i, n := range names {
		r.at[n] = i
	}
	r.common = make([]string, r.names)
	duplex := "no"
	if r.duplex {
		duplex = "yes"
	}
	for name, v := range map[string]string{"job_id": p.runID(), "batch_id": p.batch, "reprint_no": "0", "duplex": duplex,
		"colour": "CMYK", "format": p.job.Design.Format().Name, "envelope": r.envelope} {
		r.common[r.at[name]] = v
	}
	return r
}

// runID names the run of the job, which is done once.
func (p *press) runID() string { return p.ids(postlift.RunID, p.batch) }

// fields is a piece's line.
func (r *lines) fields(p *printed, file string) []string {
	line := slices.Clone(r.common)
	set := func(name, v string) { line[r.at[name]] = v }
	set("seq_no", itoa(p.piece.Seq))
	set("piece_id", p.piece.ID)
	set("kind", p.piece.Kind)
	set("code", postlift.FormatCode(p.piece.Code))
	set("tracking_url", p.piece.TrackingURL)
	set("match_code", codes.Match{Batch: p.piece.BatchID, Seq: p.piece.Seq, Piece: p.piece.ID, Sheet: 1, Sheets: r.sheets(p.pages.Count)}.Text())
	set("pdf_file", file)
	set("first_page", itoa(p.pages.First))
	set("page_count", itoa(p.pages.Count))
	set("sheet_count", itoa(r.sheets(p.pages.Count)))
	for i, l := range p.piece.Address {
		set("address_"+itoa(i+1), l)
	}
	set("country", p.country)
	set("postcode", p.postcode)
	set("sort_zone", mailers.SortZone(p.country, p.postcode))
	set("language", p.piece.Language)
	set("sha256", p.pages.SHA256)
	return line
}

// sheets is on how many sheets a piece's pages are printed: a letter's page on one of its own, a card's two sides on one.
func (r *lines) sheets(pages int) int {
	if r.duplex {
		return (pages + 1) / 2
	}
	return pages
}

func envelope(p *press) string {
	if e := p.job.Design.Envelope(); e != "none" {
		return e
	}
	return ""
}

// ticketFile is a ticket as it is written: nobody approves a batch that no database knows.
type ticketFile struct {
	mailers.Ticket
	Approval *mailers.TicketApproval `json:"approval,omitempty"` // hides the ticket's
}

// ticket is the batch's job ticket, with the control sums that the vendor can test, too.
func (c *collector) ticket() (mailers.Ticket, error) {
	d := c.job.Design
	t := mailers.Ticket{JobID: c.runID(), BatchID: c.batch, Revision: 1, Campaign: c.job.Batch, Class: d.Class(), Sender: c.job.Sender.Fields["company"],
		WrittenOn: c.job.Date, Languages: c.sum.Languages, Files: c.files, ManifestRows: c.sum.Printed, ContentSHA256: c.sum.ContentSHA256,
		Product: mailers.TicketProduct{Format: d.Format().Name, Bleed: strings.TrimSuffix(strings.TrimRight(sheet.MM(d.Format().Bleed), "0"), ".") + " mm",
			Colour: "CMYK", Standard: c.job.Standard.String(), Condition: c.job.Kit.Profile.Identifier, Spots: c.job.Kit.Spots(d),
			Duplex: c.lines.duplex, Envelope: c.lines.envelope, Postage: "letter"},
		Totals:   mailers.TicketTotals{Pieces: c.sum.Printed, Live: c.live, Seeds: c.seeds, Pages: c.sum.Pages, Sheets: c.sum.Sheets, Failed: c.sum.Rejected},
		Versions: mailers.TicketVersions{Design: d.Name(), DesignSHA256: d.Hash()}}
	v := mailers.TicketVariant{Design: d.Name(), DesignSHA256: d.Hash(), Format: d.Format().Name, Duplex: c.lines.duplex, Envelope: c.lines.envelope, Pieces: c.sum.Printed, Files: []string{}}
	pieces, pages := 0, 0
	for _, f := range c.files {
		pieces, pages = pieces+f.Pieces, pages+f.Pages
		v.Files = append(v.Files, f.Name)
	}
	t.Variants = []mailers.TicketVariant{v}
	t.Checks = []mailers.TicketCheck{
		{Name: "rows", Text: fmt.Sprintf("%d rows = %d in the manifest + %d rejected", c.sum.Rows, c.sum.Printed, c.sum.Rejected), OK: c.sum.Rows == c.sum.Printed+c.sum.Rejected},
		{Name: "pieces", Text: fmt.Sprintf("%d pieces in the files = %d in the manifest", pieces, c.sum.Printed), OK: pieces == c.sum.Printed},
		{Name: "pages", Text: fmt.Sprintf("%d pages in the files = %d in the manifest", pages, c.sum.Pages), OK: pages == c.sum.Pages},
		{Name: "seq_no", Text: fmt.Sprintf("seq_no counts the rows of the recipients' file from 1 to %d: %s missing, those of rejected rows", c.sum.Rows, numbers(c.sum.Rejected)), OK: true},
	}
	for _, check := range t.Checks {
		if !check.OK {
			return t, postlift.Faultf(postlift.Internal, "standalone.Run", "the batch does not add up (%s): %s", check.Name, check.Text)
		}
	}
	return t, nil
}

func numbers(n int) string {
	if n == 1 {
		return "1 number is"
	}
	return itoa(n) + " numbers are"
}

func itoa(n int) string { return strconv.Itoa(n) }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
