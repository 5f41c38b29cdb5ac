package kit

import (
	"crypto/sha256"
	"io/fs"
	"slices"
	"sync"

	"postlift"
	"postlift/mailers/artwork"
	"postlift/mailers/codes"
	"postlift/mailers/colour"
	"postlift/mailers/design"
	"postlift/mailers/letter"
	"postlift/mailers/pdf"
	"postlift/mailers/picture"
	"postlift/mailers/preflight"
	"postlift/mailers/sheet"
)

// Options are what a Kit is made of.
type Options struct {
	Fonts    fs.FS        // folder of font files; needed
	ICC      []byte       // output profile of the press; needed
	Assets   fs.FS        // folder of images per recipient and of signatures; nil has none
	Draw     artwork.Draw // draws designers' pages for the screen; nil leaves them out there
	Franking func(*letter.Piece) (mark codes.Matrix, lines []string, ok bool)
}

// Kit is everything for one printing condition. It is safe for concurrent use.
type Kit struct {
	Letter  letter.Kit
	Profile pdf.Profile
	profile *colour.Profile
	convert *colour.Transform

	inkLimit int // of the profile, percent

	mu    sync.Mutex
	keys  map[[sha256.Size]byte]string // of the designs' pictures: the key by the file's content
	spots map[artworkPage][]string     // that a designer's page prints
}

// artworkPage is a page of a PDF by its content.
type artworkPage struct {
	file [sha256.Size]byte
	page int
}

// New reads and checks the profile. A profile that is not of a CMYK press is an Invalid fault.
func New(o Options) (*Kit, error) {
	profile, err := colour.Parse(o.ICC)
	if err != nil {
		return nil, err
	}
	if err := colour.CheckOutput(profile); err != nil {
		return nil, err
	}
	convert, err := colour.NewTransform(nil, profile, colour.RelativeBPC)
	if err != nil {
		return nil, err
	}
	limit, err := profile.InkLimit()
	if err != nil {
		return nil, err
	}
	id, _ := profile.Condition()
	k := &Kit{inkLimit: limit, keys: map[[sha256.Size]byte]string{}, spots: map[artworkPage][]string{}, profile: profile, convert: convert, Profile: pdf.Profile{ICC: o.ICC, Identifier: id, Info: profile.Description}}
	k.Letter = letter.Kit{Fonts: o.Fonts, Images: k.image, Franking: o.Franking,
		Artwork: func(data []byte, page, w, h, bleed int) (*sheet.Form, error) {
			form, err := artwork.Import(data, page, artwork.Want{W: w, H: h, Bleed: bleed, MaxInk: k.flatLimit(), Draw: o.Draw, ICC: o.ICC})
			if err == nil {
				k.mu.Lock()
				k.spots[artworkPage{sha256.Sum256(data), page}] = form.Spots
				k.mu.Unlock()
			}
			return form, err
		}}
	if o.Assets != nil {
		k.Letter.Assets = newAssets(o.Assets, assetOptions(convert)).find
	}
	return k, nil
}

// image makes a picture of the design ready.
func (k *Kit) image(_ string, data []byte) (*sheet.Image, error) {
	img, err := picture.Load(data, picture.Options{Transform: k.convert})
	if err == nil {
		k.mu.Lock()
		k.keys[sha256.Sum256(data)] = img.Key
		k.mu.Unlock()
	}
	return img, err
}

// Compile prepares a design with this kit.
func (k *Kit) Compile(d *design.Design) (*letter.Compiled, error) { return letter.Compile(d, k.Letter) }

// Screen is how an ink looks on a screen that shows this printing condition.
func (k *Kit) Screen(ink sheet.Ink) [3]uint8 { return k.profile.RGB(ink) }

// Spots are the spot inks that a design prints beside CMYK, sorted: those of its colours, and of its artwork once it was
// compiled with this kit.
func (k *Kit) Spots(d *design.Design) []string {
	spots := []string{}
	for _, ink := range d.Spec().Colours {
		if ink.Spot != "" {
			spots = append(spots, ink.Spot)
		}
	}
	for _, b := range d.Spec().Blocks {
		if data, ok := d.File(b.File); ok && b.Kind == "artwork" {
			k.mu.Lock()
			spots = append(spots, k.spots[artworkPage{sha256.Sum256(data), max(b.PDFPage, 1)}]...)
			k.mu.Unlock()
		}
	}
	slices.Sort(spots)
	return slices.Compact(spots)
}

// leastInkLimit is the least sum of inks that a checker asks for: profiles that say less were read wrongly.
const leastInkLimit = 200

// flatLimit is the profile's ink limit, or 0 where it says none that can be meant.
func (k *Kit) flatLimit() int {
	if k.inkLimit >= leastInkLimit && k.inkLimit < 400 {
		return k.inkLimit
	}
	return 0
}

// PlanOptions are what the plans of a design are tested against: its fonts, the profile's ink limit, its class, and
// the resolution that it asks of each of its pictures.
func (k *Kit) PlanOptions(c *letter.Compiled) preflight.PlanOptions {
	o := preflight.PlanOptions{Fonts: c.Family(), Advertising: c.Design().Class() == "advertising"}
	o.InkLimit = k.flatLimit()
	o.ImagePPI = map[string]int{}
	for _, picture := range c.Design().Spec().Images {
		data, _ := c.Design().File(picture.File)
		k.mu.Lock()
		if key := k.keys[sha256.Sum256(data)]; key != "" && picture.MinPPI > 0 {
			o.ImagePPI[key] = max(picture.MinPPI, o.ImagePPI[key])
		}
		k.mu.Unlock()
	}
	return o
}

// File starts a print file of a design's pieces.
func (k *Kit) File(d *design.Design, meta pdf.Meta, standard pdf.Standard) (*pdf.File, error) {
	return pdf.New(pdf.Options{Fonts: k.Letter.Fonts, Meta: meta, Sheet: d.Format(), Profile: k.Profile, VT: standard == pdf.X4, Standard: standard})
}

func fault(format string, args ...any) error {
	return postlift.Faultf(postlift.Invalid, "kit", format, args...)
}
