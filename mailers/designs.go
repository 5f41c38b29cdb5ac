package mailers

import (
	"context"
	"encoding/base64"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"

	"postlift"
	"postlift/mailers/artwork"
	"postlift/mailers/design"
	"postlift/mailers/pdf"
	"postlift/mailers/sheet"
)

// binaryMark begins the stored text of a file that is no text: an image or artwork of a design, in base64.
const binaryMark = "base64:"

// storeFile is a design's file as a document can hold it.
func storeFile(data []byte) string {
	text := string(data)
	if utf8.ValidString(text) && !strings.Contains(text, "\x00") && !strings.HasPrefix(text, binaryMark) {
		return text
	}
	return binaryMark + base64.StdEncoding.EncodeToString(data)
}

func storedFile(text string) ([]byte, error) {
	if encoded, ok := strings.CutPrefix(text, binaryMark); ok {
		return base64.StdEncoding.DecodeString(encoded)
	}
	return []byte(text), nil
}

// parseDesign reads a stored design version. One that was stored in the format of an earlier postlift is a fault that
// says what to do: letters cannot be composed from it any more.
func parseDesign(v DesignVersion) (*design.Design, error) {
	const op = "mailers.Design"
	if old := v.earlier(); old != nil {
		return nil, postlift.Faultf(postlift.Invalid, op, "design %s was stored in an earlier design format, from which letters cannot be composed any more: "+
			"create the campaign anew (postlift campaign create -f FILE), which takes the design of today", v.Name)
	}
	files := make(map[string][]byte, len(v.Files))
	for name, text := range v.Files {
		data, err := storedFile(text)
		if err != nil {
			return nil, postlift.Faultf(postlift.Internal, op, "design %s: stored file %s is damaged: %v", v.Name, name, err)
		}
		files[name] = data
	}
	return design.ParseFiles(files)
}

// earlierDesign is what is read of a design that was stored before designs had a format of their own: then all were
// letters on A4.
type earlierDesign struct {
	Sheet    string `yaml:"sheet"`
	Envelope string `yaml:"envelope"`
}

// earlier is the version as an earlier format, nil where it is of today's.
func (v DesignVersion) earlier() *earlierDesign {
	var head struct {
		Format        string `yaml:"format"`
		earlierDesign `yaml:",inline"`
	}
	if err := yaml.Unmarshal([]byte(v.Files["design.yaml"]), &head); err != nil || head.Format != "" || head.Sheet == "" {
		return nil
	}
	return &head.earlierDesign
}

// SaveDesign checks the design in folder `name` of designs, tries it with sample recipients, and keeps it as a new
// version, unless the latest version is the same.
func (s *Service) SaveDesign(ctx context.Context, designs fs.FS, name string, by postlift.Actor) (DesignVersion, error) {
	d, v, err := s.CheckDesign(ctx, designs, name)
	if err != nil {
		return v, err
	}
	saved, err := s.store.SaveDesign(ctx, v.Name, d.Class(), v.SHA256, v.Files, by)
	saved.Warnings = v.Warnings
	return saved, err
}

// CheckDesign is SaveDesign without saving.
func (s *Service) CheckDesign(ctx context.Context, designs fs.FS, name string) (*design.Design, DesignVersion, error) {
	d, err := design.Parse(designs, name)
	if err != nil {
		return nil, DesignVersion{}, err
	}
	v := DesignVersion{Name: d.Name(), SHA256: d.Hash(), Files: map[string]string{}, Warnings: d.Warnings()}
	for file, data := range d.Files() {
		v.Files[file] = storeFile(data)
	}
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return d, v, err
	}
	found, err := s.renderer.Try(v, termsOf(settings.Mail, settings.Today(s.clock)))
	v.Warnings = append(v.Warnings, found...)
	return d, v, err
}

// Product is what a design's letters are printed as, for job tickets and manifests.
type Product struct {
	Format    string
	Bleed     string
	Duplex    bool // both sides of a sheet are printed
	Envelope  string
	Standard  string
	Condition string   // the printing condition that the files are made for
	Spots     []string // names of the spot inks, sorted
	Postage   bool     // the letters have a zone for a franking mark
}

// sheets is on how many sheets so many pages are printed.
func (p Product) sheets(pages int) int {
	if p.Duplex {
		return (pages + 1) / 2
	}
	return pages
}

// Describe tells what a design's letters are printed as. A version in an earlier format is described, too: its sealed
// batches are still released.
func (p *Press) Describe(v DesignVersion, terms Terms) (Product, error) {
	if old := v.earlier(); old != nil {
		return Product{Format: old.Sheet, Bleed: "3 mm", Envelope: old.Envelope, Spots: []string{}}, nil
	}
	d, err := parseDesign(v)
	if err != nil {
		return Product{}, err
	}
	condition, err := p.condition(profileOf(terms, d))
	if err != nil {
		return Product{}, err
	}
	spots, err := spotsOf(d)
	s := d.Spec()
	out := Product{Format: s.Format, Bleed: fmt.Sprintf("%g mm", float64(d.Format().Bleed)/1000), Duplex: s.Layout == "card", Envelope: envelope(d),
		Standard: pdf.X4.String(), Condition: condition, Spots: spots,
		Postage: slices.ContainsFunc(s.Blocks, func(b design.Block) bool { return b.Kind == "postage" })}
	return out, err
}

// spotsOf are the spot inks of a design's colours and artwork, sorted.
func spotsOf(d *design.Design) ([]string, error) {
	spots := []string{}
	for _, ink := range d.Spec().Colours {
		if ink.Spot != "" {
			spots = append(spots, ink.Spot)
		}
	}
	for _, b := range d.Spec().Blocks {
		data, ok := d.File(b.File)
		if b.Kind != "artwork" || !ok {
			continue
		}
		want := wantOf(d, b)
		want.MaxInk = 400 // the paper is not known here: the press's profile decides when the design is compiled for it
		form, err := artwork.Import(data, max(b.PDFPage, 1), want)
		if err != nil {
			return nil, err
		}
		spots = append(spots, form.Spots...)
	}
	slices.Sort(spots)
	return slices.Compact(spots), nil
}

// wantOf is the size of an artwork block: its own, or the whole sheet, which alone reaches over the edges. It is what
// letter.Compile asks for.
func wantOf(d *design.Design, b design.Block) artwork.Want {
	f := d.Format()
	if b.W != nil && b.H != nil {
		if w, h := sheet.Micro(*b.W), sheet.Micro(*b.H); w != f.W || h != f.H {
			return artwork.Want{W: w, H: h}
		}
	}
	return artwork.Want{W: f.W, H: f.H, Bleed: f.Bleed}
}

// envelope is what the vendor puts the letter into; a card goes without.
func envelope(d *design.Design) string {
	if e := d.Envelope(); e != "none" {
		return e
	}
	return ""
}
