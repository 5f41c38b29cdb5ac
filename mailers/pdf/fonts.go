package pdf

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/jung-kurt/gofpdf"

	"postlift"
	"postlift/mailers/sheet"
)

// face is a font as this document uses it.
type face struct {
	family   string // gofpdf's family name
	resource string // "/F<hash>", as page content names it
	final    string // the PDF's font name with its subset tag
}

// gofpdf names an embedded font "utf8" + family, without the six-letter tag that marks a subset. The
// family is chosen so that the name has the length of the proper one, which then replaces it in the
// finished bytes without moving anything.
const familyPrefix = "xx+"

// rename is one such replacement.
type rename struct{ from, to []byte }

func (f *face) rename() rename {
	return rename{[]byte("/utf8" + f.family), []byte("/" + f.final)}
}

// addFonts registers every font that the plans name, and the characters that each prints.
func (d *document) addFonts(plans []sheet.Plan) error {
	used := usedRunes(plans)
	refs := make([]sheet.FontRef, 0, len(used))
	for ref := range used {
		refs = append(refs, ref)
	}
	sort.Slice(refs, func(i, j int) bool { return refs[i].File+refs[i].SHA256 < refs[j].File+refs[j].SHA256 })
	for _, ref := range refs {
		if err := d.addFont(ref, used[ref]); err != nil {
			return err
		}
	}
	return nil
}

// usedRunes collects the characters that each font prints, in order.
func usedRunes(plans []sheet.Plan) map[sheet.FontRef][]rune {
	sets := map[sheet.FontRef]map[rune]bool{}
	add := func(ref sheet.FontRef, text string) {
		set := sets[ref]
		if set == nil {
			set = map[rune]bool{}
			sets[ref] = set
		}
		for _, r := range text {
			set[r] = true
		}
	}
	for i := range plans {
		p := &plans[i]
		for _, page := range p.Pages {
			for _, l := range page.Base {
				addTexts(p, l.Ops, add)
			}
			addTexts(p, page.Ops, add)
		}
	}
	out := map[sheet.FontRef][]rune{}
	for ref, set := range sets {
		for r := range set {
			out[ref] = append(out[ref], r)
		}
		slices.Sort(out[ref])
	}
	return out
}

func addTexts(p *sheet.Plan, ops []sheet.Op, add func(sheet.FontRef, string)) {
	for i := range ops {
		if ops[i].Kind == sheet.OpText {
			add(p.Fonts[ops[i].Style], ops[i].Text)
		}
	}
}

// addFont gives gofpdf its own copy of the font, because it writes into the bytes while it cuts the
// subset.
func (d *document) addFont(ref sheet.FontRef, runes []rune) error {
	data, err := fs.ReadFile(d.fonts, ref.File)
	if err != nil {
		return postlift.Faultf(postlift.NotFound, "pdf.RenderFile", "font file %s is not in the fonts folder", ref.File)
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != ref.SHA256 {
		return postlift.Faultf(postlift.Invalid, "pdf.RenderFile", "font file %s is not the one that the plans were set with", ref.File)
	}
	for _, r := range runes {
		if r > 0xFFFF || r < 0x20 { // gofpdf panics on them
			return postlift.Faultf(postlift.Invalid, "pdf.RenderFile", "%q (U+%04X) cannot be printed", r, r)
		}
	}
	name := strings.TrimSuffix(path.Base(ref.File), path.Ext(ref.File))
	f := &face{family: familyPrefix + strings.ToLower(name), final: subsetTag(ref, runes) + "+" + name}
	d.pdf.AddUTF8FontFromBytes(f.family, "", bytes.Clone(data))
	if f.resource, err = d.markRunes(f.family, string(runes)); err != nil {
		return err
	}
	d.faces[ref] = f
	return nil
}

var fontResource = regexp.MustCompile(`/F[0-9a-f]+`)

// markRunes tells gofpdf which glyphs to keep, and finds the name by which content refers to the font:
// both by drawing on a form that is thrown away, since fonts are shared between a document and its forms.
func (d *document) markRunes(family, runes string) (string, error) {
	form := d.pdf.CreateTemplate(func(t *gofpdf.Tpl) {
		t.SetFont(family, "", 10)
		t.Text(0, 0, runes)
	})
	resource := fontResource.FindString(string(form.Bytes()))
	if err := d.pdf.Error(); err != nil || resource == "" {
		return "", postlift.Faultf(postlift.Invalid, "pdf.RenderFile", "font %s cannot be used: %v", family, err)
	}
	return resource, nil
}

// subsetTag is six capitals made from the font and the glyphs it prints (ISO 32000-1, 9.6.4): equal
// subsets get equal tags, others almost surely different ones.
func subsetTag(ref sheet.FontRef, runes []rune) string {
	sum := sha256.Sum256([]byte(ref.SHA256 + string(runes)))
	tag := make([]byte, 6)
	for i := range tag {
		tag[i] = 'A' + sum[i]%26
	}
	return string(tag)
}

// renamer passes bytes on with the fonts' names replaced by others of the same length. gofpdf's Output
// writes the whole file at once, so no name is ever cut between two writes.
type renamer struct {
	w     io.Writer
	names []rename
}

// Write implements io.Writer.
func (r *renamer) Write(p []byte) (int, error) {
	type hit struct {
		at int
		to []byte
	}
	var hits []hit
	for _, n := range r.names {
		for from := 0; ; {
			i := bytes.Index(p[from:], n.from)
			if i < 0 {
				break
			}
			hits = append(hits, hit{from + i, n.to})
			from += i + len(n.from)
		}
	}
	sort.Slice(hits, func(i, j int) bool { return hits[i].at < hits[j].at })
	done := 0
	for _, h := range hits {
		if err := r.pass(p[done:h.at], h.to); err != nil {
			return done, err
		}
		done = h.at + len(h.to)
	}
	return len(p), r.pass(p[done:])
}

func (r *renamer) pass(parts ...[]byte) error {
	for _, b := range parts {
		if _, err := r.w.Write(b); err != nil {
			return err
		}
	}
	return nil
}
