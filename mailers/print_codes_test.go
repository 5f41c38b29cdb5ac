package mailers_test

import (
	"bufio"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	datamatrix "github.com/makiuchi-d/gozxing/datamatrix/decoder"
	qrcode "github.com/makiuchi-d/gozxing/qrcode/decoder"

	"postlift"
	"postlift/mailers/codes"
	"postlift/mailers/letter"
	"postlift/mailers/pdf"
	"postlift/mailers/pdf/pdftest"
	"postlift/mailers/sheaf"
	"postlift/mailers/sheet"
)

// entry is what a manifest says of a piece on one page.
type entry struct {
	piece letter.Piece
	page  int
}

// manifest is a file with its entries in order.
type manifest struct {
	path    string
	entries []entry
}

// printMany prints n pieces of the reference letter, half of them German, into files of the largest size.
func printMany(t *testing.T, n int) (files []manifest) {
	t.Helper()
	k, l := referenceLetters(t)
	d := l.Compiled.Design()
	piece := func(n int) letter.Piece { return recipient(d, []string{"de", "en"}[n%2], n) }
	for from := 0; from < n; from += pdf.MaxPieces {
		to := min(n, from+pdf.MaxPieces)
		path, out, _ := printFile(t, fmt.Sprintf("bt-%05d.pdf", from), printOptions(k, l, "bt_many"), items(l, from, to, piece))
		m := manifest{path: path}
		for _, o := range out {
			if o.Reason != nil || o.Range.Count != 1 {
				t.Fatalf("piece %s: %d pages, %v", o.Item.Piece.ID, o.Range.Count, o.Reason)
			}
			o.Item.Piece.Merge = nil // the texts that are looked for stand in the address
			m.entries = append(m.entries, entry{piece: o.Item.Piece, page: o.Range.First})
		}
		files = append(files, m)
	}
	return files
}

// codesOf finds where a sheet has its codes.
func codesOf(plan *sheet.Plan) (ops []sheet.Op) {
	plan.Pages[0].All(func(op sheet.Op) {
		if op.Kind == sheet.OpModules {
			op.Modules = nil // what they say is read from the file
			ops = append(ops, op)
		}
	})
	return ops
}

// TestManyPiecesReadBack is the bar: of 10,000 pieces every recipient's text is found on its page and on no other,
// and the codes of pages drawn from the file, read by other people's readers, say what the manifest says: every
// tenth page by their modules, a few by readers that search the page. POSTLIFT_FULL=1 draws all pages; -short makes
// 1,000 pieces.
func TestManyPiecesReadBack(t *testing.T) {
	pdftest.Need(t, "mutool", "pdftotext")
	n, step := 10_000, 10
	if full() {
		step = 1
	}
	if testing.Short() {
		n, step = 1000, 10
	}
	files := printMany(t, n)
	_, l := referenceLetters(t)
	halves(len(files), func(from, to int) {
		for i := from; i < to; i++ {
			m := &files[i]
			textsOnTheirPages(t, m)
			codesOnTheirPages(t, l, m, step)
		}
	})
	for i := range files {
		readersAgree(t, &files[i], 6)
	}
}

var companyName = regexp.MustCompile(`Erfundene Werke \d{5} GmbH`)

// textsOnTheirPages looks for name, address and code of every recipient on its page, and for others' there. MuPDF
// reads all pages, poppler some.
func textsOnTheirPages(t *testing.T, m *manifest) {
	out, err := exec.Command("mutool", "draw", "-q", "-F", "txt", "-o", "-", m.path).Output()
	if err != nil {
		t.Errorf("mutool: %v", err)
		return
	}
	pages := strings.Split(strings.TrimRight(string(out), "\f\n"), "\f")
	if len(pages) != len(m.entries) {
		t.Errorf("%s: %d pages of text, want %d", m.path, len(pages), len(m.entries))
		return
	}
	bad := 0
	for i := range m.entries {
		if err := m.entries[i].foundIn(pages[m.entries[i].page-1]); err != nil {
			t.Errorf("mutool, %s page %d: %v", m.path, m.entries[i].page, err)
			if bad++; bad > 10 {
				return
			}
		}
	}
	for i := 0; i < len(m.entries); i += max(1, len(m.entries)/10) {
		n := strconv.Itoa(m.entries[i].page)
		out, err := exec.Command("pdftotext", "-raw", "-f", n, "-l", n, m.path, "-").Output()
		if err == nil {
			err = m.entries[i].foundIn(string(out))
		}
		if err != nil {
			t.Errorf("pdftotext, %s page %s: %v", m.path, n, err)
		}
	}
}

func (e *entry) foundIn(page string) error {
	page = strings.Join(strings.Fields(page), " ")
	p := &e.piece
	match := codes.Match{Batch: p.BatchID, Seq: p.Seq, Piece: p.ID, Sheet: 1, Sheets: 1}
	for _, want := range append(slices.Clone(p.Address), postlift.FormatCode(p.Code), match.Text()) {
		if !strings.Contains(page, want) {
			return fmt.Errorf("%q is not on the page: %.300q", want, page)
		}
	}
	if !strings.Contains(page, strings.Join(p.Address, " ")) {
		return fmt.Errorf("the address %q is not in one piece", p.Address)
	}
	for _, other := range companyName.FindAllString(page, -1) {
		if other != p.Address[0] {
			return fmt.Errorf("%q is on the page of %q", other, p.Address[0])
		}
	}
	return nil
}

const codeDPI = 150

// codesOnTheirPages draws every so many pages of a file and reads the modules where the plan has codes.
func codesOnTheirPages(t *testing.T, l *sheaf.Letters, m *manifest, step int) {
	var numbers []string
	var drawn []*entry
	for i := 0; i < len(m.entries); i += step {
		drawn = append(drawn, &m.entries[i])
		numbers = append(numbers, strconv.Itoa(m.entries[i].page))
	}
	cmd := exec.Command("mutool", "draw", "-q", "-F", "pgm", "-r", strconv.Itoa(codeDPI), "-o", "-", m.path, strings.Join(numbers, ","))
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Errorf("mutool: %v", err)
		return
	}
	r := bufio.NewReaderSize(out, 1<<20)
	read := 0
	for _, e := range drawn {
		img, err := readPGM(r)
		if err != nil {
			t.Errorf("%s page %d: %v", m.path, e.page, err)
			break
		}
		if err := e.codesIn(l, img); err != nil {
			t.Errorf("%s page %d: %v", m.path, e.page, err)
			break
		}
		read++
	}
	_, _ = io.Copy(io.Discard, r)
	if err := cmd.Wait(); err != nil || read != len(drawn) {
		t.Errorf("%s: read %d of %d pages: %v", m.path, read, len(drawn), err)
	}
	t.Logf("%s: codes of %d pages read at %d dpi", m.path, read, codeDPI)
}

// page is a drawn page, a byte a pixel, 0 black.
type page struct {
	w, h int
	pix  []byte
}

// readPGM takes one image off a stream of them.
func readPGM(r *bufio.Reader) (p page, err error) {
	var most int
	header := ""
	for fields := 0; fields < 4; { // magic, width, height, maximum, with comments between
		line, err := r.ReadString('\n')
		if err != nil {
			return p, err
		}
		if strings.HasPrefix(line, "#") {
			continue
		}
		header += line
		fields += len(strings.Fields(line))
	}
	if _, err := fmt.Sscanf(header, "P5\n%d %d\n%d\n", &p.w, &p.h, &most); err != nil || most != 255 || p.w <= 0 || p.h <= 0 {
		return p, fmt.Errorf("no gray image: %q", header)
	}
	p.pix = make([]byte, p.w*p.h)
	_, err = io.ReadFull(r, p.pix)
	return p, err
}

// codesIn reads the QR code and the match code off a drawn page.
func (e *entry) codesIn(l *sheaf.Letters, img page) error {
	plan, err := l.Compiled.Compose(recipient(l.Compiled.Design(), e.piece.Language, e.piece.Seq-1))
	if err != nil {
		return err
	}
	qr, match := 0, 0
	for _, op := range codesOf(&plan) {
		bits, err := img.modules(&op, plan.Sheet.Bleed)
		if err != nil {
			return err
		}
		if op.Part == sheet.PartMatch {
			got, err := datamatrix.NewDecoder().Decode(bits)
			if err != nil {
				return fmt.Errorf("DataMatrix: %w", err)
			}
			want := codes.Match{Batch: e.piece.BatchID, Seq: e.piece.Seq, Piece: e.piece.ID, Sheet: 1, Sheets: 1}.Payload()
			if got.GetText() != want {
				return fmt.Errorf("the DataMatrix says %q, the manifest %q", got.GetText(), want)
			}
			match++
			continue
		}
		got, err := qrcode.NewDecoder().Decode(bits, nil)
		if err != nil {
			return fmt.Errorf("QR: %w", err)
		}
		if got.GetText() != e.piece.TrackingURL {
			return fmt.Errorf("the QR code says %q, the manifest %q", got.GetText(), e.piece.TrackingURL)
		}
		qr++
	}
	if qr == 0 || match != 1 {
		return fmt.Errorf("the page has %d QR codes and %d match codes", qr, match)
	}
	return nil
}

// modules samples a code at the middles of its modules.
func (p page) modules(op *sheet.Op, bleed int) (*gozxing.BitMatrix, error) {
	bits, err := gozxing.NewBitMatrix(op.W/op.Unit, op.H/op.Unit)
	if err != nil {
		return nil, err
	}
	px := func(um int) int { return int(float64(um+bleed) / 25400 * codeDPI) }
	for y := range op.H / op.Unit {
		for x := range op.W / op.Unit {
			px, py := px(op.X+x*op.Unit+op.Unit/2), px(op.Y+y*op.Unit+op.Unit/2)
			if px < 0 || py < 0 || px >= p.w || py >= p.h {
				return nil, fmt.Errorf("a code lies outside of the page")
			}
			if p.pix[py*p.w+px] < 128 {
				bits.Set(x, y)
			}
		}
	}
	return bits, nil
}

// readersAgree has zbarimg and dmtxread search some pages.
func readersAgree(t *testing.T, m *manifest, pages int) {
	pdftest.Need(t, "pdftoppm", "zbarimg", "dmtxread")
	for i := range min(pages, len(m.entries)) {
		e := &m.entries[(i*len(m.entries)+len(m.entries)/2)/pages]
		qr, dm := pdftest.Codes(t, m.path, e.page, 200, 1)
		want := codes.Match{Batch: e.piece.BatchID, Seq: e.piece.Seq, Piece: e.piece.ID, Sheet: 1, Sheets: 1}.Payload()
		if len(qr) == 0 || slices.ContainsFunc(qr, func(s string) bool { return s != e.piece.TrackingURL }) || !slices.Equal(dm, []string{want}) {
			t.Errorf("%s page %d: zbarimg reads %q, dmtxread %q, the manifest says %q and %q", m.path, e.page, qr, dm, e.piece.TrackingURL, want)
		}
	}
}
