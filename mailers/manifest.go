package mailers

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"postlift"
	"postlift/campaigns"
	"postlift/campaigns/budget"
	"postlift/mailers/codes"
)

// ManifestHeader is the manifest's first line, fixed by contract with vendors: columns that do not apply
// are there and empty.
const ManifestHeader = "job_id,batch_id,seq_no,piece_id,kind,reprint_no,code,tracking_url,match_code,pdf_file,first_page,page_count,sheet_count,duplex,paper,colour,format,envelope,address_1,address_2,address_3,address_4,address_5,address_6,country,postcode,sort_zone,bundle_no,tray_no,pallet_no,break,franking,weight_g,postage_code,language,variant,sha256"

// totals are summed while the manifest is written.
type totals struct {
	live, seeds, pages int
	sheets             int
	perFile            map[int]int // pieces by chunk
	perLanguage        map[string]int
	perVariant         map[string]int
}

// writeManifest streams the manifest. sha256 is that of what the piece prints, so that two files can be compared piece
// by piece; SHA256SUMS and the ticket have the files'.
func (s *Service) writeManifest(ctx context.Context, w io.Writer, b Batch, files []PrintFile, letters batchLetters) (totals, error) {
	t := totals{perFile: map[int]int{}, perLanguage: map[string]int{}, perVariant: map[string]int{}}
	byChunk := make(map[int]PrintFile, len(files))
	for _, f := range files {
		byChunk[f.Chunk] = f
	}
	out := csv.NewWriter(w)
	if err := out.Write(strings.Split(ManifestHeader, ",")); err != nil {
		return t, err
	}
	err := s.store.BatchManifest(ctx, b.UID, func(r ManifestRow) error {
		f, ok := byChunk[r.Chunk]
		if !ok || f.Artefact == "" || r.First < 1 || r.First+r.Pages-1 > f.Pages {
			return fmt.Errorf("mailers: piece %s claims pages %d to %d of file %d, which has %d", r.PieceUID, r.First, r.First+r.Pages-1, r.Chunk, f.Pages)
		}
		if r.Variant != f.Variant {
			return fmt.Errorf("mailers: piece %s of variant %q stands in %s, which holds %q", r.PieceUID, r.Variant, f.Name(), f.Variant)
		}
		product := letters.products[r.Variant]
		t.add(r, product)
		record, err := letters.manifestFields(b, f, r, product)
		if err != nil {
			return err
		}
		return out.Write(record)
	})
	out.Flush()
	if err == nil {
		err = out.Error()
	}
	return t, err
}

func (t *totals) add(r ManifestRow, product Product) {
	if r.Kind == KindSeed {
		t.seeds++
	} else {
		t.live++
	}
	t.pages += r.Pages
	t.sheets += product.sheets(r.Pages)
	t.perFile[r.Chunk]++
	t.perLanguage[baseLanguage(r.Language)]++
	t.perVariant[r.Variant]++
}

func (l *batchLetters) manifestFields(b Batch, f PrintFile, r ManifestRow, product Product) ([]string, error) {
	var address [6]string
	copy(address[:], r.Lines)
	sheets := product.sheets(r.Pages)
	match := firstSheet(b.UID, r.SeqNo, r.PieceUID, sheets)
	if err := match.Check(); err != nil {
		return nil, err
	}
	duplex, sum, franking := "no", r.SHA256, ""
	if product.Duplex {
		duplex = "yes"
	}
	if sum == "" { // printed before pieces had a hash of their own
		sum = f.SHA256
	}
	if product.Postage {
		franking = l.terms.frankingText(r.Country, r.SeqNo)
	}
	record := []string{b.RunUID, b.UID, itoa(r.SeqNo), r.PieceUID, r.Kind, itoa(r.ReprintNo), postlift.FormatCode(r.Code), r.URL,
		match.Text(), f.Name(), itoa(r.First), itoa(r.Pages), itoa(sheets), duplex, "", "CMYK", product.Format, product.Envelope}
	record = append(record, address[:]...)
	return append(record, r.Country, r.Postcode, SortZone(r.Country, r.Postcode),
		"", "", "", "", franking, "", l.postageCode(r.Country), r.Language, r.Variant, sum), nil
}

// firstSheet is the match code of a piece's first sheet, which stands for the piece.
func firstSheet(batchUID string, seq int, piece string, sheets int) codes.Match {
	return codes.Match{Batch: batchUID, Seq: seq, Piece: piece, Sheet: 1, Sheets: sheets}
}

// postageCode is the class of the campaign's tariff that a letter to a country is posted in; empty where the tariff
// has none of that name for the country.
func (l *batchLetters) postageCode(country string) string {
	t := l.job.Definition.Tariff
	if t == nil {
		return ""
	}
	class := l.postage()
	for _, c := range t.Postage {
		home := len(c.Countries) == 0 && (country == t.Home || country == "DE" && t.Home == "")
		if c.Name == class && (home || slices.Contains(c.Countries, country) || slices.Contains(c.Countries, budget.Everywhere)) {
			return c.Name
		}
	}
	return ""
}

// SortZone is the routing region of a German postcode: its first two digits.
func SortZone(country, postcode string) string {
	if country != "DE" || len(postcode) != 5 {
		return ""
	}
	return postcode[:2]
}

// Ticket is ticket.json: what the vendor is to make, and the sums to check it by.
type Ticket struct {
	JobID         string          `json:"job_id"`
	BatchID       string          `json:"batch_id"`
	Revision      int             `json:"revision"`
	Campaign      string          `json:"campaign"`
	Wave          int             `json:"wave,omitempty"`
	Class         string          `json:"class"`
	Vendor        string          `json:"vendor"`
	Contact       string          `json:"contact"`
	Sender        string          `json:"sender"`
	WrittenOn     postlift.Date   `json:"written_on"`
	Product       TicketProduct   `json:"product"`
	Totals        TicketTotals    `json:"totals"`
	Languages     map[string]int  `json:"languages"` // pieces, control letters included
	Variants      []TicketVariant `json:"variants"`  // what is printed; one where the campaign has a single letter
	Files         []TicketFile    `json:"files"`
	Versions      TicketVersions  `json:"versions"`
	Approval      TicketApproval  `json:"approval"`
	Checks        []TicketCheck   `json:"checks"`
	ManifestRows  int             `json:"manifest_rows"`
	ContentSHA256 string          `json:"content_sha256"`
}

// TicketProduct is what is printed.
type TicketProduct struct {
	Format    string   `json:"format"` // several are separated by commas: variants and manifest say which
	Bleed     string   `json:"bleed"`
	Colour    string   `json:"colour"`
	Standard  string   `json:"standard"`         // of the files, such as PDF/X-4
	Condition string   `json:"output_condition"` // the printing condition of the files, such as FOGRA39
	Spots     []string `json:"spots"`            // spot inks beside CMYK
	Duplex    bool     `json:"duplex"`           // some pieces are printed on both sides of a sheet
	Envelope  string   `json:"envelope"`         // several are separated by commas
	Postage   string   `json:"postage"`          // letter or dialogpost; contractual mail goes as a letter
	Franking  bool     `json:"franking"`         // pieces carry a franking mark: the manifest has its words
}

// TicketTotals are the numbers to reconcile.
type TicketTotals struct {
	Pieces    int `json:"pieces"` // to be printed: live and seeds
	Live      int `json:"live"`
	Seeds     int `json:"seeds"`
	Pages     int `json:"pages"`
	Sheets    int `json:"sheets"`
	Withdrawn int `json:"withdrawn"`
	Failed    int `json:"failed"`
}

// TicketFile is one PDF.
type TicketFile struct {
	Name     string `json:"name"`
	Variant  string `json:"variant,omitempty"`
	Language string `json:"language"`
	Pieces   int    `json:"pieces"`
	Pages    int    `json:"pages"`
	Bytes    int64  `json:"bytes"`
	SHA256   string `json:"sha256"`
	Revision int    `json:"revision"`
}

// TicketVariant is one of the letters of a batch. Its files hold no other.
type TicketVariant struct {
	Variant      string   `json:"variant"` // "": the campaign's own letter
	Design       string   `json:"design"`
	DesignSHA256 string   `json:"design_sha256"`
	Format       string   `json:"format"`
	Duplex       bool     `json:"duplex"`
	Envelope     string   `json:"envelope"`
	Pieces       int      `json:"pieces"` // control letters included
	Files        []string `json:"files"`
}

// TicketVersions name what the letters were made from. Of several variants the names are separated by commas, and
// TicketVariant has the hashes.
type TicketVersions struct {
	Design       string `json:"design"`
	DesignSHA256 string `json:"design_sha256"`
}

// TicketApproval is the proof approval; empty while there is none.
type TicketApproval struct {
	By     string `json:"by"`
	SHA256 string `json:"sha256"`
	Valid  bool   `json:"valid"`
}

// TicketCheck is a control sum that was tested when the ticket was written.
type TicketCheck struct {
	Name string `json:"name"`
	Text string `json:"text"`
	OK   bool   `json:"ok"`
}

func (s *Service) ticket(ctx context.Context, b Batch, files []PrintFile, t totals, letters batchLetters) (Ticket, error) {
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return Ticket{}, err
	}
	summary, err := s.store.BatchSummary(ctx, b.UID)
	if err != nil {
		return Ticket{}, err
	}
	out := Ticket{JobID: b.RunUID, BatchID: b.UID, Revision: b.Revision, Campaign: b.Campaign, Wave: b.Wave, Class: b.Class, Vendor: b.Vendor,
		Contact: settings.Mail.VendorContact, Sender: settings.Sender.Company, WrittenOn: settings.Today(s.clock),
		Product:   TicketProduct{Colour: "CMYK", Postage: letters.postage(), Spots: []string{}},
		Languages: t.perLanguage, Files: []TicketFile{},
		Approval:     TicketApproval{b.ApprovedBy, b.ApprovedSHA256, b.Approved()},
		ManifestRows: t.live + t.seeds, ContentSHA256: b.ContentSHA256}
	out.Totals = TicketTotals{Pieces: t.live + t.seeds, Live: t.live, Seeds: t.seeds, Pages: t.pages, Sheets: t.sheets,
		Withdrawn: summary.Live[PieceWithdrawn], Failed: summary.Live[PieceFailed]}
	filePages := 0
	for _, f := range files {
		if f.Artefact == "" {
			continue
		}
		filePages += f.Pages
		out.Files = append(out.Files, TicketFile{f.Name(), f.Variant, f.Language, t.perFile[f.Chunk], f.Pages, f.Bytes, f.SHA256, f.Revision})
	}
	out.describe(letters, t)
	return out, out.check(summary, filePages)
}

// describe lists the variants that are printed, with what they are made from.
func (t *Ticket) describe(l batchLetters, sums totals) {
	t.Variants = []TicketVariant{}
	var designs, envelopes, formats, bleeds, standards, conditions []string
	product := &t.Product
	for _, variant := range sortedKeys(sums.perVariant) {
		d, p := l.designs[variant], l.products[variant]
		v := TicketVariant{Variant: variant, Design: d.Name, DesignSHA256: d.SHA256, Format: p.Format, Duplex: p.Duplex, Envelope: p.Envelope, Pieces: sums.perVariant[variant], Files: []string{}}
		for _, f := range t.Files {
			if f.Variant == variant {
				v.Files = append(v.Files, f.Name)
			}
		}
		t.Variants = append(t.Variants, v)
		designs, envelopes, formats = append(designs, d.Name), append(envelopes, p.Envelope), append(formats, p.Format)
		bleeds, standards, conditions = append(bleeds, p.Bleed), append(standards, p.Standard), append(conditions, p.Condition)
		product.Spots = append(product.Spots, p.Spots...)
		product.Duplex = product.Duplex || p.Duplex
		product.Franking = product.Franking || p.Postage && l.terms.Franking.Customer != 0
	}
	t.Versions.Design, product.Envelope, product.Format = each(designs), each(envelopes), each(formats)
	product.Bleed, product.Standard, product.Condition = each(bleeds), each(standards), each(conditions)
	slices.Sort(product.Spots)
	product.Spots = slices.Compact(product.Spots)
	if len(t.Variants) == 1 {
		t.Versions.DesignSHA256 = t.Variants[0].DesignSHA256
	}
}

// each lists texts once each, separated by commas.
func each(texts []string) string {
	slices.Sort(texts)
	return strings.Join(slices.Compact(texts), ", ")
}

// postage is the class of postage that the campaign was planned with. Contractual mail has to reach everybody,
// which bulk mail does not promise; a definition from before there was a choice means letters, too.
func (l *batchLetters) postage() string {
	d := l.job.Definition
	if d.Class == campaigns.Contractual || d.Postage == "" {
		return campaigns.PostageLetter
	}
	return d.Postage
}

// check sums up independently what the manifest and the ledger say; a ticket that does not add up is not
// written.
func (t *Ticket) check(s Summary, filePages int) error {
	planned := s.Live.Total()
	t.Checks = []TicketCheck{
		{"pieces", fmt.Sprintf("%d planned = %d in the manifest + %d withdrawn + %d failed", planned, t.Totals.Live, t.Totals.Withdrawn, t.Totals.Failed),
			planned == t.Totals.Live+t.Totals.Withdrawn+t.Totals.Failed},
		{"pages", fmt.Sprintf("%d pages in the files = %d in the manifest", filePages, t.Totals.Pages), filePages == t.Totals.Pages},
	}
	for _, c := range t.Checks {
		if !c.OK {
			return postlift.Faultf(postlift.Conflict, "mailers.Seal", "batch %s does not add up (%s): %s", t.BatchID, c.Name, c.Text)
		}
	}
	return nil
}

func writeIndented(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
