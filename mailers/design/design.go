package design

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"postlift"
	"postlift/mailers/merge"
	"postlift/mailers/sheet"
)

// layoutVersion enters every design's hash: raise it when the composer sets the same design differently.
const layoutVersion = "letter/2"

// Limits of a design's files.
const (
	maxTextBytes   = 256 << 10
	maxDesignBytes = 20 << 20
)

// Section is a compiled part of a text: subject, body, response, coupon, signature, notice, or one that a block
// names.
type Section struct {
	Name string
	Text *merge.Text
}

// Design is a checked mail design: its settings and its texts by language. It is immutable and safe for concurrent
// use.
type Design struct {
	spec     Spec
	root     *yaml.Node
	format   sheet.Sheet
	layout   Layout
	vars     merge.Vars
	texts    map[string][]Section
	files    map[string][]byte // every file that was read, by name inside the design's folder
	size     int
	warnings []string
	hash     string
}

// opener reads a file of a design's folder, up to a number of bytes and one more.
type opener func(file string, limit int) ([]byte, error)

// Parse reads the design in folder name of fsys: design.yaml, a text per language, images and artwork. It is
// checked wholly: unknown keys, variables, filters and tags, broken Liquid, colours, sizes, places, missing files
// and the objection notice. What is wrong is a Fault that starts with file:line and suggests the nearest known
// name.
func Parse(fsys fs.FS, name string) (*Design, error) {
	return parse(func(file string, limit int) ([]byte, error) { return readFile(fsys, path.Join(name, file), limit) })
}

// ParseFiles is Parse for files that a store kept: what Design.Files gave.
func ParseFiles(files map[string][]byte) (*Design, error) {
	return parse(func(file string, _ int) ([]byte, error) {
		data, ok := files[file]
		if !ok {
			return nil, postlift.Faultf(postlift.NotFound, "design.ParseFiles", "the design has no file %s", file)
		}
		return data, nil
	})
}

func parse(open opener) (d *Design, err error) {
	defer func() {
		if p := recover(); p != nil {
			d, err = nil, fault("the design cannot be read: %s", clip(fmt.Sprint(p)))
		}
	}()
	d = &Design{texts: map[string][]Section{}, files: map[string][]byte{}}
	data, err := d.readText(open, "design.yaml")
	if err != nil {
		return nil, err
	}
	if d.root, err = decodeStrict(data, &d.spec); err != nil {
		return nil, err
	}
	for _, step := range []func() error{d.checkSettings, func() error { return d.readFiles(open) }, d.checkTexts} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	d.warn()
	d.hash = d.digest()
	return d, nil
}

// readFiles reads texts, images and artwork.
func (d *Design) readFiles(open opener) error {
	for _, lang := range sorted(d.spec.Texts) {
		if _, err := d.readText(open, d.spec.Texts[lang]); err != nil {
			return err
		}
	}
	var names []string
	for _, n := range sorted(d.spec.Images) {
		names = append(names, d.spec.Images[n].File)
	}
	for _, b := range d.spec.Blocks {
		if b.Kind == "artwork" {
			names = append(names, b.File)
		}
	}
	for _, n := range names {
		if _, again := d.files[n]; again {
			continue
		}
		if err := d.readBinary(open, n); err != nil {
			return err
		}
	}
	return nil
}

func (d *Design) readBinary(open opener, name string) error {
	data, err := open(name, maxDesignBytes)
	if err != nil {
		return err
	}
	if d.size += len(data); d.size > maxDesignBytes {
		return fault("the design's files are larger than %d MB together with %s", maxDesignBytes>>20, name)
	}
	if len(data) == 0 {
		return fault("%s is empty", name)
	}
	d.files[name] = data
	return nil
}

// readText keeps a file with its line ends normalised, so that the hash does not depend on the editor.
func (d *Design) readText(open opener, name string) ([]byte, error) {
	if data, again := d.files[name]; again {
		return data, nil
	}
	data, err := open(name, maxTextBytes)
	if err != nil {
		return nil, err
	}
	if len(data) > maxTextBytes {
		return nil, fault("%s is larger than %d bytes", name, maxTextBytes)
	}
	data = bytes.ReplaceAll(bytes.TrimPrefix(data, []byte("\ufeff")), []byte("\r\n"), []byte("\n"))
	if !utf8.Valid(data) {
		at := 0
		for r, n := utf8.DecodeRune(data); r != utf8.RuneError || n > 1; r, n = utf8.DecodeRune(data[at:]) {
			at += n
		}
		return nil, fault("%s:%d: not UTF-8: save the file as UTF-8", name, 1+bytes.Count(data[:at], []byte("\n")))
	}
	d.size += len(data)
	d.files[name] = data
	return data, nil
}

// readFile reads a little more than a file may hold, so that a huge one is noticed and not swallowed.
func readFile(fsys fs.FS, full string, limit int) ([]byte, error) {
	f, err := fsys.Open(full)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
			return nil, postlift.Faultf(postlift.NotFound, "design.Parse", "there is no file %s among the designs", full)
		}
		return nil, postlift.Wrap("design.Parse", "cannot open "+full, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, int64(limit)+1))
	if err != nil {
		return nil, postlift.Wrap("design.Parse", "cannot read "+full, err)
	}
	return data, nil
}

// Spec are the settings with all defaults filled in, among them the layout's own blocks. It is not to be changed.
func (d *Design) Spec() *Spec { return &d.spec }

// Name is the design's name.
func (d *Design) Name() string { return d.spec.Name }

// Class is "advertising" or "contractual".
func (d *Design) Class() string { return d.spec.Class }

// Envelope is the envelope that the address was checked against: DL, C6/5, C5, C4 or none.
func (d *Design) Envelope() string { return d.spec.Envelope }

// Languages are the languages that the design has texts for, sorted.
func (d *Design) Languages() []string { return sorted(d.texts) }

// Text are the compiled sections in a language, in the order of the file; ok is false where the design does not
// have the language.
func (d *Design) Text(lang string) (sections []Section, ok bool) {
	sections, ok = d.texts[lang]
	return sections, ok
}

// Format is the sheet in micrometres, with its bleed.
func (d *Design) Format() sheet.Sheet { return d.format }

// Layout is where the layout's parts stand, for the design's format and envelope.
func (d *Design) Layout() Layout { return d.layout }

// Vars are all names that the texts may use: the built-in ones and the design's own.
func (d *Design) Vars() merge.Vars { return maps.Clone(d.vars) }

// Warnings are what deserves a look and keeps nothing from being printed.
func (d *Design) Warnings() []string { return slices.Clone(d.warnings) }

// Fallbacks are what the design prints, in a language, for own variables without a value.
func (d *Design) Fallbacks(lang string) map[string]string {
	out := map[string]string{}
	for name, v := range d.spec.Variables {
		if f := v.Fallback[lang]; f != "" {
			out[name] = f
		}
	}
	return out
}

// Fonts are the fonts by style; that of labels has no file where the design names none.
func (d *Design) Fonts() [sheet.Styles]sheet.FontRef {
	f := &d.spec.Fonts
	return [sheet.Styles]sheet.FontRef{sheet.FontRef(f.Regular), sheet.FontRef(f.Bold), sheet.FontRef(f.Italic), sheet.FontRef(f.BoldItalic), sheet.FontRef(f.Label)}
}

// Colour finds a colour by its name: one of the design's, black, or paper. An empty name is black.
func (d *Design) Colour(name string) (ink sheet.Ink, ok bool) {
	if ink, ok = d.spec.Colours[name]; ok {
		return ink, true
	}
	switch name {
	case "black", "":
		return sheet.Black, true
	case "paper":
		return sheet.Paper, true
	}
	return sheet.Ink{}, false
}

// PageZones are what the places of the first page, or of the following ones, are for: the layout's and the
// design's own. Of a card, the first page is the picture side.
func (d *Design) PageZones(first bool) []sheet.Zone {
	out := d.layout.zones(first, d.format)
	for _, z := range d.spec.Zones {
		if z.Page == "every" || (z.Page == "first") == first {
			r := Rect{sheet.Micro(z.X), sheet.Micro(z.Y), sheet.Micro(z.W), sheet.Micro(z.H)}
			out = append(out, zone(z.Name, zoneKinds[z.Kind], r))
		}
	}
	return out
}

// Files are the design's files by name, texts with line ends normalised: what a store keeps to render the same
// version again.
func (d *Design) Files() map[string][]byte {
	out := make(map[string][]byte, len(d.files))
	for k, v := range d.files {
		out[k] = bytes.Clone(v)
	}
	return out
}

// File is one of the design's files, not to be changed.
func (d *Design) File(name string) (data []byte, ok bool) {
	data, ok = d.files[name]
	return data, ok
}

// Hash is the sha256, in hex, of all that decides the print: the settings (which name the fonts by their own
// sha256), every text, image and artwork, and the version of the composer.
func (d *Design) Hash() string { return d.hash }

func (d *Design) digest() string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00", layoutVersion)
	for _, name := range sorted(d.files) {
		fmt.Fprintf(h, "%s\x00%d\x00", name, len(d.files[name]))
		h.Write(d.files[name])
	}
	return hex.EncodeToString(h.Sum(nil))
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func fault(format string, args ...any) error {
	return postlift.Faultf(postlift.Invalid, "design.Parse", format, args...)
}

// didYouMean is the end of a message about an unknown name.
func didYouMean(known []string, name string) string {
	best, least := "", max(2, len(name)/3)+1
	for _, k := range known {
		if n := postlift.EditDistance(k, name); n < least {
			best, least = k, n
		}
	}
	if best == "" {
		return ""
	}
	return "; did you mean " + best + "?"
}

func list(names []string) string { return strings.Join(names, ", ") }
