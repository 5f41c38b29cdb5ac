package pdf

import (
	"fmt"
	"io"
	"io/fs"
	"time"

	"github.com/jung-kurt/gofpdf"

	"postlift"
	"postlift/mailers/sheet"
)

// producer is written into every file; it names no version, so that an update alone changes no bytes.
const producer = "postlift"

// MaxPieces is how many pieces one file may hold: gofpdf keeps the whole file in memory.
const MaxPieces = 5000

// Meta is what a file says about itself. It must hold no personal data: a batch's id is a good title.
type Meta struct {
	Title   string
	Created time.Time // written as UTC, so that the time zone of the machine changes no bytes
}

// PageRange is where a piece stands in its file.
type PageRange struct {
	PieceID string
	First   int // 1-based
	Count   int
}

// RenderFile draws the plans, in their order, into one PDF and writes it to w. fonts holds the font files
// that the plans name. The same plans, fonts and meta give the same bytes on every machine. A plan that
// cannot be drawn, or a failing writer, fails the whole file; w may then have received a part of it.
func RenderFile(w io.Writer, fonts fs.FS, plans []sheet.Plan, meta Meta) (ranges []PageRange, err error) {
	defer func() {
		if r := recover(); r != nil { // gofpdf panics where it could have returned an error
			ranges, err = nil, postlift.Faultf(postlift.Internal, "pdf.RenderFile", "the PDF writer failed: %v", r)
		}
	}()
	if err := checkPlans(plans, meta); err != nil {
		return nil, err
	}
	doc, err := newDocument(plans[0].Sheet, fonts, meta)
	if err != nil {
		return nil, err
	}
	if err := doc.addFonts(plans); err != nil {
		return nil, err
	}
	for i := range plans {
		r := PageRange{PieceID: plans[i].PieceID, First: doc.pages + 1, Count: len(plans[i].Pages)}
		for p := range plans[i].Pages {
			if err := doc.page(&plans[i], &plans[i].Pages[p]); err != nil {
				return nil, err
			}
		}
		ranges = append(ranges, r)
	}
	return ranges, doc.write(w)
}

func checkPlans(plans []sheet.Plan, meta Meta) error {
	if len(plans) == 0 || len(plans) > MaxPieces {
		return postlift.Faultf(postlift.Invalid, "pdf.RenderFile", "a file holds 1 to %d pieces, got %d", MaxPieces, len(plans))
	}
	if meta.Created.IsZero() {
		return postlift.Faultf(postlift.Invalid, "pdf.RenderFile", "the file's creation time is missing: without it the bytes would differ on every run")
	}
	for _, p := range plans {
		if len(p.Pages) == 0 {
			return postlift.Faultf(postlift.Invalid, "pdf.RenderFile", "piece %s has no pages", p.PieceID)
		}
		if p.Sheet != plans[0].Sheet {
			return postlift.Faultf(postlift.Invalid, "pdf.RenderFile", "piece %s is on another sheet than the first of the file: one file, one format", p.PieceID)
		}
	}
	return nil
}

// layerKey tells layers apart: the same operations in other fonts are another layer.
type layerKey struct {
	key   string
	fonts [sheet.Styles]sheet.FontRef
}

// document is one PDF being drawn.
type document struct {
	pdf    *gofpdf.Fpdf
	fonts  fs.FS
	sheet  sheet.Sheet
	height int // of the media box, micrometres
	pages  int
	faces  map[sheet.FontRef]*face
	layers map[layerKey]string // the operator that draws it
	buf    []byte              // content of the page being drawn
}

const mmPerUM = 1e-3

func newDocument(paper sheet.Sheet, fonts fs.FS, meta Meta) (*document, error) {
	w, h := paper.W+2*paper.Bleed, paper.H+2*paper.Bleed
	pdf := gofpdf.NewCustom(&gofpdf.InitType{UnitStr: "mm", Size: gofpdf.SizeType{Wd: float64(w) * mmPerUM, Ht: float64(h) * mmPerUM}})
	pdf.SetCatalogSort(true)
	pdf.SetAutoPageBreak(false, 0)
	pdf.SetMargins(0, 0, 0)
	pdf.SetProducer(producer, true)
	pdf.SetTitle(meta.Title, true)
	pdf.SetCreationDate(meta.Created.UTC())
	pdf.SetModificationDate(meta.Created.UTC())
	// Only the trim box: gofpdf writes several boxes in random order.
	b := float64(paper.Bleed) * mmPerUM
	pdf.SetPageBox("trim", b, b, float64(paper.W)*mmPerUM, float64(paper.H)*mmPerUM)
	if err := pdf.Error(); err != nil {
		return nil, fmt.Errorf("pdf: new document: %w", err)
	}
	return &document{pdf: pdf, fonts: fonts, sheet: paper, height: h, faces: map[sheet.FontRef]*face{}, layers: map[layerKey]string{}}, nil
}

// page draws one page: shared layers as form objects, then the piece's own operations.
func (d *document) page(plan *sheet.Plan, page *sheet.Page) error {
	d.pdf.AddPage()
	d.pages++
	d.buf = d.buf[:0]
	for _, l := range page.Base {
		if err := d.layer(plan, l); err != nil {
			return err
		}
	}
	if err := d.draw(plan, page.Ops); err != nil {
		return err
	}
	d.pdf.RawWriteStr(string(d.buf))
	return d.pdf.Error()
}

// layer draws a shared layer: at its first use it becomes a form object, from then on one operator.
func (d *document) layer(plan *sheet.Plan, l *sheet.Layer) error {
	if len(l.Ops) == 0 {
		return nil
	}
	key := layerKey{l.Key, plan.Fonts}
	op, ok := d.layers[key]
	if ok {
		d.buf = append(append(d.buf, op...), '\n')
		return nil
	}
	own := d.buf
	d.buf = nil
	err := d.draw(plan, l.Ops)
	content := string(d.buf)
	d.buf = own
	if err != nil {
		return err
	}
	form := d.pdf.CreateTemplate(func(t *gofpdf.Tpl) { t.RawWriteStr(content) })
	d.pdf.UseTemplate(form) // registers the form and draws it on this page
	d.layers[key] = "q /TPL" + form.ID() + " Do Q"
	return d.pdf.Error()
}

// write closes the document and passes its bytes on, with the fonts' subset names put in.
func (d *document) write(w io.Writer) error {
	names := make([]rename, 0, len(d.faces))
	for _, f := range d.faces {
		names = append(names, f.rename())
	}
	if err := d.pdf.Output(&renamer{w: w, names: names}); err != nil {
		return fmt.Errorf("pdf: write: %w", err)
	}
	return nil
}
