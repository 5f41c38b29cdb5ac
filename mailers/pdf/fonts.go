package pdf

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/jung-kurt/gofpdf"
	"golang.org/x/image/font/sfnt"

	"postlift"
	"postlift/mailers/sheet"
)

// runeSet is a set of characters of the basic plane: gofpdf addresses glyphs by 16-bit code.
type runeSet [1 << 10]uint64

// fontFile is a checked TrueType file. It is never written to.
type fontFile struct {
	data   []byte
	name   string // PostScript name
	has    runeSet
	reason string // why it cannot be used, empty if it can
}

// fontFiles keeps checked fonts by their hash: parsing takes longer than drawing a hundred pages.
var fontFiles sync.Map

// face is a font as one file uses it.
type face struct {
	file *fontFile
	sha  string
	used runeSet
}

// runes are the characters that the font prints, in order.
func (f *face) runes() string {
	var b strings.Builder
	for i, word := range f.used {
		for bit := range 64 {
			if word&(1<<bit) != 0 {
				b.WriteRune(rune(i<<6 | bit))
			}
		}
	}
	return b.String()
}

// finalName is the font's name with the tag that marks a subset: six capitals made from the font and what it
// prints (ISO 32000-1, 9.6.4). Equal subsets get equal tags, others almost surely different ones.
func (f *face) finalName() string {
	sum := sha256.Sum256([]byte(f.sha + f.runes()))
	tag := make([]byte, 6)
	for i := range tag {
		tag[i] = 'A' + sum[i]%26
	}
	return string(tag) + "+" + f.file.name
}

// loadFont reads a font file and checks that it is the one that the plans were set with.
func loadFont(fonts fs.FS, ref sheet.FontRef) (*fontFile, error) {
	data, err := fs.ReadFile(fonts, ref.File)
	if err != nil {
		return nil, postlift.Faultf(postlift.NotFound, opAdd, "font file %s is not in the fonts folder", ref.File)
	}
	sum := sha256.Sum256(data)
	if hex.EncodeToString(sum[:]) != ref.SHA256 {
		return nil, postlift.Faultf(postlift.Invalid, opAdd, "font file %s is not the one that the plans were set with", ref.File)
	}
	known, ok := fontFiles.Load(sum)
	if !ok {
		known, _ = fontFiles.LoadOrStore(sum, readFont(data, ref.File))
	}
	if f := known.(*fontFile); f.reason == "" {
		return f, nil
	}
	return nil, postlift.Faultf(postlift.Invalid, opAdd, "font file %s cannot be used: %s", ref.File, known.(*fontFile).reason)
}

func readFont(data []byte, file string) *fontFile {
	f := &fontFile{data: data, name: strings.TrimSuffix(path.Base(file), path.Ext(file))}
	if !bytes.HasPrefix(data, []byte{0, 1, 0, 0}) && !bytes.HasPrefix(data, []byte("true")) {
		f.reason = "it is no TrueType font"
		return f
	}
	parsed, err := sfnt.Parse(data)
	if err != nil {
		f.reason = err.Error()
		return f
	}
	var buf sfnt.Buffer
	if name, err := parsed.Name(&buf, sfnt.NameIDPostScript); err == nil && name != "" {
		f.name = name
	}
	for r := rune(0x20); r < 1<<16; r++ {
		if g, err := parsed.GlyphIndex(&buf, r); err == nil && g != 0 {
			f.has[r>>6] |= 1 << (r & 63)
		}
	}
	f.reason = tryFont(data)
	return f
}

// tryFont lets gofpdf embed the font into a document that is thrown away: it panics on some fonts and says
// nothing about others, which must not happen when a file of thousands of pieces is finished.
func tryFont(data []byte) (reason string) {
	defer func() {
		if r := recover(); r != nil {
			reason = fmt.Sprint("the PDF writer fails on it: ", r)
		}
	}()
	pdf := gofpdf.New("P", "pt", "A4", "")
	pdf.AddUTF8FontFromBytes("f", "", bytes.Clone(data))
	pdf.AddPage()
	pdf.SetFont("f", "", 10)
	pdf.Text(10, 10, "Aa 1")
	if err := pdf.Output(io.Discard); err != nil {
		return err.Error()
	}
	return ""
}

// family is gofpdf's name of the i-th font; "utf8" + family is what it puts into the file.
func family(i int) string { return fmt.Sprintf("f%03d", i) }

// embedFonts gives gofpdf every font that was printed with, as its own copy because it writes into the bytes
// while it cuts the subset, and the characters to keep: by drawing them on a form that is thrown away, since
// fonts are shared between a document and its forms.
func embedFonts(pdf *gofpdf.Fpdf, faces []*resource) error {
	for i, f := range faces {
		pdf.AddUTF8FontFromBytes(family(i), "", bytes.Clone(f.face.file.data))
		pdf.CreateTemplate(func(t *gofpdf.Tpl) {
			t.SetFont(family(i), "", 10)
			t.Text(0, 0, f.face.runes())
		})
	}
	if err := pdf.Error(); err != nil {
		return fmt.Errorf("pdf: embed fonts: %w", err)
	}
	return nil
}
