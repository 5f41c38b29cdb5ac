package pdf

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/jung-kurt/gofpdf"

	"postlift"
	"postlift/mailers/sheet"
)

const (
	opAdd    = "pdf.Add"
	opFinish = "pdf.Finish"
)

// pageMarker, followed by its number, is what gofpdf holds of a page's content. The content itself is deflated
// when it is drawn and kept beside gofpdf, which would copy it twice and so double a worker's memory.
const pageMarker = "%postlift page "

// page is what a page prints.
type page struct {
	content []byte // deflated
	uses    []*resource
}

// File is a PDF being made. It keeps no plans, only compressed content. It is used by one goroutine.
type File struct {
	o       Options
	profile profile
	geo     geometry
	pdf     *gofpdf.Fpdf
	res     registry
	marks   *resource // draws the cut marks; nil without
	pieces  []PageRange
	pages   []page
	done    bool // finished or broken: nothing can be added

	pen   pen
	hash  hash.Hash
	fonts [sheet.Styles]sheet.FontRef // of the last plan, and the key made from it
	fkey  string
}

// New starts a file. Options that no file can be made from are an Invalid fault: a missing title, time or font
// folder, a sheet without area, a profile that is not for a CMYK printer.
func New(o Options) (*File, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	prof, err := checkProfile(o.Profile, o.Standard)
	if err != nil {
		return nil, err
	}
	o.Meta.Created = o.Meta.Created.UTC()
	f := &File{o: o, profile: prof, geo: geometryOf(o.Sheet), res: newRegistry(), hash: sha256.New()}
	f.pdf = gofpdf.NewCustom(&gofpdf.InitType{UnitStr: "mm", Size: gofpdf.SizeType{Wd: float64(f.geo.w) / 1000, Ht: float64(f.geo.h) / 1000}})
	f.pdf.SetCatalogSort(true)
	f.pdf.SetCompression(false) // of pages: theirs is ours
	f.pdf.SetAutoPageBreak(false, 0)
	f.pdf.SetMargins(0, 0, 0)
	f.pdf.SetCreationDate(o.Meta.Created)
	f.pdf.SetModificationDate(o.Meta.Created)
	if err := f.pdf.Error(); err != nil {
		return nil, fmt.Errorf("pdf: new document: %w", err)
	}
	if o.Sheet.CutMarks {
		if f.marks, err = f.cutMarks(); err != nil {
			return nil, err
		}
	}
	f.res.commit()
	return f, nil
}

// Add draws a piece after those that the file has. A plan that cannot be drawn is a fault that names the piece
// and leaves the file as it was.
func (f *File) Add(p *sheet.Plan) (r PageRange, err error) {
	if f.done {
		return PageRange{}, postlift.Faultf(postlift.Conflict, opAdd, "the file is finished: piece %s needs another one", p.PieceID)
	}
	if err := f.check(p); err != nil {
		return PageRange{}, err
	}
	pages, sum, err := f.draw(p)
	if err != nil {
		f.res.rollback()
		return PageRange{}, err
	}
	if err := f.keep(pages); err != nil {
		return PageRange{}, err
	}
	f.res.commit()
	r = PageRange{PieceID: p.PieceID, First: len(f.pages) - len(pages) + 1, Count: len(pages), SHA256: sum}
	f.pieces = append(f.pieces, r)
	return r, nil
}

func (f *File) check(p *sheet.Plan) error {
	switch {
	case len(f.pieces) >= MaxPieces:
		return postlift.Faultf(postlift.Invalid, opAdd, "a file holds %d pieces: piece %s needs another one", MaxPieces, p.PieceID)
	case p.PieceID == "" || !plainText(p.PieceID):
		return postlift.Faultf(postlift.Invalid, opAdd, "a piece's id is missing or not printable: %q", p.PieceID)
	case len(p.Pages) == 0:
		return postlift.Faultf(postlift.Invalid, opAdd, "piece %s has no pages", p.PieceID)
	case p.Sheet != f.o.Sheet:
		return postlift.Faultf(postlift.Invalid, opAdd, "piece %s is on another sheet than its file: one file, one format", p.PieceID)
	}
	return nil
}

// draw gives the deflated pages and the hash of what they print.
func (f *File) draw(p *sheet.Plan) (pages []page, sum string, err error) {
	defer func() {
		if r := recover(); r != nil { // a plan with holes where values belong
			err = postlift.Faultf(postlift.Internal, opAdd, "piece %s: drawing failed: %v", p.PieceID, r)
		}
	}()
	f.pen.f, f.pen.plan, f.pen.fonts = f, p, f.fontsKey(p)
	f.pen.faces = [sheet.Styles]*resource{}
	f.hash.Reset()
	s := p.Sheet
	fmt.Fprintf(f.hash, "%d %d %d %t %d\n", s.W, s.H, s.Bleed, s.CutMarks, len(p.Pages))
	pages = make([]page, len(p.Pages))
	for i := range p.Pages {
		if err := f.pen.page(&p.Pages[i]); err != nil {
			return nil, "", err
		}
		f.digest(&f.pen)
		pages[i] = page{deflate(pageLevel, f.pen.buf), slices.Clone(f.pen.uses)}
	}
	var out [sha256.Size]byte
	return pages, hex.EncodeToString(f.hash.Sum(out[:0])), nil
}

// digest feeds a page: its content, and in full what the content names by a short hash.
func (f *File) digest(p *pen) {
	var n [8]byte
	binary.BigEndian.PutUint64(n[:], uint64(len(p.buf)))
	f.hash.Write(n[:])
	f.hash.Write(p.buf)
	for _, r := range p.uses {
		f.hash.Write(r.told)
	}
}

// fontsKey is what the plan's fonts are told apart by in a layer.
func (f *File) fontsKey(p *sheet.Plan) string {
	if f.fkey == "" || p.Fonts != f.fonts {
		shas := make([]string, len(p.Fonts))
		for i, ref := range p.Fonts {
			shas[i] = ref.SHA256
		}
		f.fonts, f.fkey = p.Fonts, strings.Join(shas, " ")
	}
	return f.fkey
}

// keep hands the pages to gofpdf. Nothing in them can fail there; if it does the file is lost.
func (f *File) keep(pages []page) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = postlift.Faultf(postlift.Internal, opAdd, "the PDF writer failed: %v", r)
		}
		f.done = err != nil
	}()
	for _, p := range pages {
		f.pdf.AddPage()
		f.pages = append(f.pages, p)
		f.pdf.RawWriteStr(pageMarker + strconv.Itoa(len(f.pages)))
	}
	if err := f.pdf.Error(); err != nil {
		return fmt.Errorf("pdf: add page: %w", err)
	}
	return nil
}

// Finish writes the file, once. A file without pieces is an Invalid fault; when w fails, it may have received a
// part of the file.
func (f *File) Finish(w io.Writer) (sum Summary, err error) {
	if f.done {
		return Summary{}, postlift.Faultf(postlift.Conflict, opFinish, "the file was finished before")
	}
	if len(f.pages) == 0 {
		return Summary{}, postlift.Faultf(postlift.Invalid, opFinish, "a file needs at least one piece")
	}
	f.done = true
	defer func() {
		if r := recover(); r != nil { // gofpdf panics where it could have returned an error
			sum, err = Summary{}, postlift.Faultf(postlift.Internal, opFinish, "the PDF writer failed: %v", r)
		}
	}()
	if g, ok := w.(interface{ Grow(n int) }); ok { // a buffer that doubles would hold the file twice
		g.Grow(f.expected())
	}
	fin := newFinisher(f, w)
	if err := embedFonts(f.pdf, fin.faces); err != nil {
		return Summary{}, err
	}
	if err := f.pdf.Output(fin); err != nil {
		return Summary{}, fmt.Errorf("pdf: write: %w", err)
	}
	return fin.summary(), nil
}

// expected is about how large the file becomes: what pages draw, what a page and its piece take besides, fonts and
// profile.
func (f *File) expected() int {
	n := 1 << 20
	for i := range f.pages {
		n += len(f.pages[i].content) + 800
	}
	return n
}

// RenderFile draws the plans, in their order, into one file; the first plan that cannot be drawn fails it.
func RenderFile(w io.Writer, o Options, plans []sheet.Plan) ([]PageRange, Summary, error) {
	f, err := New(o)
	if err != nil {
		return nil, Summary{}, err
	}
	ranges := make([]PageRange, len(plans))
	for i := range plans {
		if ranges[i], err = f.Add(&plans[i]); err != nil {
			return nil, Summary{}, err
		}
	}
	sum, err := f.Finish(w)
	return ranges, sum, err
}
