package mailers

import (
	"bytes"
	"context"
	"io/fs"
	"runtime"
	"sync"
	"time"

	"postlift"
	"postlift/accounts"
	"postlift/mailers/design"
	"postlift/mailers/pdf"
	"postlift/mailers/preflight"
	"postlift/mailers/sheet"
	"postlift/mailers/svg"
)

const opGallery = "mailers.Gallery"

// SavedDesign is a design version as it was stored.
type SavedDesign struct {
	DesignVersion
	Version int // counted per design, from 1
	SavedAt time.Time
	By      string
}

// DesignStore is what a Gallery needs of the database.
type DesignStore interface {
	Settings(ctx context.Context) (accounts.Settings, error)
	// SavedDesigns lists the newest stored version of every design by name, without its files.
	SavedDesigns(ctx context.Context) ([]SavedDesign, error)
	// SavedDesign is a stored version with its files; 0 is the newest. NotFound where there is none.
	SavedDesign(ctx context.Context, name string, version int) (SavedDesign, error)
}

// GalleryOptions are what a Gallery works with. Every field is needed.
type GalleryOptions struct {
	Store   DesignStore
	Press   *Press
	Shipped fs.FS // a folder for each shipped design
	Own     fs.FS // the organisation's own folders of designs, read anew whenever they are asked for; may hold none
	Clock   postlift.Clock
}

// Gallery shows the shipped and the stored designs as their letters come out for invented recipients. It writes
// nothing, keeps what it prepared, and is safe for concurrent use.
type Gallery struct {
	o       GalleryOptions
	shipped func() ([]entry, error)
	busy    chan struct{} // bounds how much is drawn at once

	mu     sync.Mutex
	parsed map[string]*design.Design // stored versions, by their hash
	shown  map[lettersKey]*shownLetters
}

// NewGallery makes a Gallery.
func NewGallery(o GalleryOptions) *Gallery {
	return &Gallery{o: o, busy: make(chan struct{}, runtime.GOMAXPROCS(0)), parsed: map[string]*design.Design{}, shown: map[lettersKey]*shownLetters{},
		shipped: sync.OnceValues(func() ([]entry, error) { return entries(o.Shipped, OriginShipped) })}
}

// Origin is where a design lies.
type Origin string

// The origins of designs. A name means the organisation's own design before a shipped one, and that before a stored one.
const (
	OriginShipped Origin = "shipped" // with this program
	OriginOwn     Origin = "own"     // in the organisation's folder: what a new campaign takes
	OriginStored  Origin = "stored"  // only in the database: a campaign printed it
)

// DesignCard is what people choose a design by.
type DesignCard struct {
	Ref         string // by which the Gallery finds it again: NAME, or NAME@VERSION of a stored version
	Name        string
	Origin      Origin
	Version     int       // of the stored one; 0: it is not stored, because no campaign uses it yet
	SavedAt     time.Time // of the stored one
	Title       map[string]string
	Description map[string]string
	Class       string
	Format      sheet.Sheet
	FormatName  string // as the design writes it
	Layout      string
	Envelope    string
	Languages   []string
	Problem     string // English: why there is nothing to show of it; "" where there is
}

// DesignShown is a design with all that is known of it before a letter is made.
type DesignShown struct {
	DesignCard
	Profile   string // the printing condition that its letters are made for
	MaxPages  int
	Trials    []DesignTrial // every language with every sample recipient
	Variables []DesignVariable
	Zones     []DesignZone
	Warnings  []string // English: of the design itself, whoever gets the letter
}

// DesignTrial is how the letter to a sample recipient comes out.
type DesignTrial struct {
	Language, Case string
	Pages          int    // 0: there is no letter
	Problem        string // English: why such a letter stops
	Findings       []preflight.Finding
}

// Count is how many findings have a severity.
func (t DesignTrial) Count(s preflight.Severity) int {
	n := 0
	for _, f := range t.Findings {
		if f.Severity == s {
			n++
		}
	}
	return n
}

// DesignZone is a zone of the first page, or of those that follow.
type DesignZone struct {
	First bool
	sheet.Zone
}

// SampleCases are the names of the sample recipients, the usual one first.
func SampleCases() []string { return []string{"present", "absent", "extreme"} }

// List gives the organisation's own and the shipped designs, then the newest stored version of every other one. A
// stored version that is the same as one of the first has no entry of its own.
func (g *Gallery) List(ctx context.Context) ([]DesignCard, error) {
	found, err := g.folders()
	if err != nil {
		return nil, err
	}
	saved, err := g.o.Store.SavedDesigns(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]DesignCard, len(found))
	at := map[string]int{}
	for i, e := range found {
		list[i], at[e.card.Name] = e.card, i
	}
	for _, v := range saved {
		stored, err := g.stored(ctx, v)
		if err != nil {
			return nil, err
		}
		if i, both := at[v.Name]; both {
			if same(found[i].design, stored.design) {
				list[i].Version, list[i].SavedAt = v.Version, v.SavedAt
				continue
			}
			stored.card.Ref = versionRef(v.Name, v.Version)
		}
		list = append(list, stored.card)
		found = append(found, stored)
	}
	for i, e := range found {
		if e.design != nil && e.card.Origin != OriginShipped { // those are tested
			if list[i].Problem, err = g.problem(ctx, e.design); err != nil {
				return nil, err
			}
		}
	}
	return list, nil
}

// problem is why there is no picture of a design: it cannot be prepared, or its usual letter cannot be composed.
func (g *Gallery) problem(ctx context.Context, d *design.Design) (string, error) {
	letters, err := g.letters(ctx, d)
	for _, lang := range d.Languages() {
		if err == nil {
			_, err = letters.compose(lang, SampleCases()[0])
		}
	}
	return told(err)
}

// Show tells everything about a design. What keeps its letters from being composed is its Problem.
func (g *Gallery) Show(ctx context.Context, ref string) (DesignShown, error) {
	e, err := g.find(ctx, ref)
	d := e.design
	if err != nil || d == nil {
		return DesignShown{DesignCard: e.card}, err
	}
	out := DesignShown{DesignCard: e.card, MaxPages: d.Spec().MaxPages, Profile: d.Spec().Profile, Variables: variablesOf(d), Warnings: d.Warnings()}
	letters, err := g.letters(ctx, d)
	if out.Problem, err = told(err); err != nil || out.Problem != "" {
		return out, err
	}
	out.Profile = letters.profile
	for _, first := range []bool{true, false} {
		for _, z := range letters.Compiled.Zones(first) {
			if first || d.Spec().MaxPages != 1 {
				out.Zones = append(out.Zones, DesignZone{first, z})
			}
		}
	}
	err = g.work(ctx, func() error {
		for _, lang := range d.Languages() {
			for _, name := range SampleCases() {
				trial, err := letters.try(lang, name)
				if err != nil {
					return err
				}
				out.Trials = append(out.Trials, trial)
			}
		}
		return nil
	})
	return out, err
}

// DesignPage names a page of a sample letter.
type DesignPage struct {
	Ref      string
	Language string // "" is the design's first
	Case     string // one of SampleCases; "" is the first
	Page     int    // from 1
	Zones    bool   // frame the zones, and show what is cut off
}

// Preview draws a page as an SVG document. An Invalid fault tells why there is no such letter.
func (g *Gallery) Preview(ctx context.Context, p DesignPage) ([]byte, error) {
	var out bytes.Buffer
	err := g.compose(ctx, &p, func(l *shownLetters, plan *sheet.Plan) error {
		o := svg.Options{Fonts: l.Compiled.Family(), Zones: p.Zones, Bleed: p.Zones, RGB: l.kit.Screen}
		if baseLanguage(p.Language) == "de" {
			o.Title, o.NotShown = "Seite "+itoa(p.Page)+" von "+itoa(len(plan.Pages)), "Vorlage, hier nicht dargestellt"
		}
		return svg.Page(&out, plan, p.Page-1, o)
	})
	return out.Bytes(), err
}

// PDF prints a sample letter as its print file; Page and Zones do not matter.
func (g *Gallery) PDF(ctx context.Context, p DesignPage) ([]byte, error) {
	var out bytes.Buffer
	err := g.compose(ctx, &p, func(l *shownLetters, plan *sheet.Plan) error {
		d := l.Compiled.Design()
		file, err := l.kit.File(d, pdf.Meta{Title: "Preview of " + d.Name(), Created: g.o.Clock()}, pdf.X4)
		if err != nil {
			return err
		}
		if _, err := file.Add(plan); err != nil {
			return err
		}
		_, err = file.Finish(&out)
		return err
	})
	return out.Bytes(), err
}

// compose makes the sample letter that p names and hands it to draw. What p leaves open is filled in.
func (g *Gallery) compose(ctx context.Context, p *DesignPage, draw func(*shownLetters, *sheet.Plan) error) error {
	e, err := g.find(ctx, p.Ref)
	if err != nil {
		return err
	}
	d := e.design
	if d == nil {
		return postlift.Faultf(postlift.Invalid, opGallery, "%s", e.card.Problem)
	}
	letters, err := g.letters(ctx, d)
	if err != nil {
		return err
	}
	if p.Language == "" {
		p.Language = d.Languages()[0]
	}
	if p.Case == "" {
		p.Case = SampleCases()[0]
	}
	return g.work(ctx, func() error {
		plan, err := letters.compose(p.Language, p.Case)
		if err != nil {
			return err
		}
		return draw(letters, &plan)
	})
}

// work waits for its turn.
func (g *Gallery) work(ctx context.Context, do func() error) error {
	select {
	case g.busy <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-g.busy }()
	return do()
}

// told is what a person is told of a fault of the design, settings or data; other errors stay errors.
func told(err error) (string, error) {
	switch postlift.KindOf(err) {
	case postlift.Invalid, postlift.NotFound, postlift.Conflict:
		return postlift.UserText(err), nil
	}
	return "", err
}
