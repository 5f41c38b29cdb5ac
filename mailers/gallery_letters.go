package mailers

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"sync"

	"postlift"
	"postlift/mailers/design"
	"postlift/mailers/kit"
	"postlift/mailers/letter"
	"postlift/mailers/merge"
	"postlift/mailers/preflight"
	"postlift/mailers/sheaf"
	"postlift/mailers/sheet"
)

// parseAll parses every design of a folder, by name.
func parseAll(folder fs.FS) ([]*design.Design, error) {
	entries, err := fs.ReadDir(folder, ".")
	if err != nil {
		return nil, postlift.Wrap(opGallery, "the folder of designs cannot be read", err)
	}
	var out []*design.Design
	for _, e := range entries {
		if _, err := fs.Stat(folder, e.Name()+"/design.yaml"); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		d, err := design.Parse(folder, e.Name())
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

// storedDesign parses a stored version, whose files are read only where it was not parsed before.
func (g *Gallery) storedDesign(ctx context.Context, v SavedDesign) (*design.Design, error) {
	g.mu.Lock()
	d := g.parsed[v.SHA256]
	g.mu.Unlock()
	if d != nil {
		return d, nil
	}
	if v.Files == nil {
		var err error
		if v, err = g.o.Store.SavedDesign(ctx, v.Name, v.Version); err != nil {
			return nil, err
		}
	}
	d, err := parseDesign(v.DesignVersion)
	if err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.parsed) >= maxLetters {
		clear(g.parsed)
	}
	g.parsed[v.SHA256] = d
	return d, nil
}

// find finds a design by the Ref of its card. d is nil where the stored version cannot be read any more: then the
// card says why.
func (g *Gallery) find(ctx context.Context, ref string) (d *design.Design, card DesignCard, err error) {
	shipped, err := g.shipped()
	if err != nil {
		return nil, card, err
	}
	for _, d := range shipped {
		if d.Name() == ref {
			card, err := g.shippedCard(ctx, d)
			return d, card, err
		}
	}
	name, number, versioned := strings.Cut(ref, "@")
	version, err := strconv.Atoi(number)
	if versioned && (err != nil || version < 1) {
		return nil, card, postlift.Faultf(postlift.NotFound, opGallery, "%q is no version of a design: name it as NAME@2", ref)
	}
	v, err := g.o.Store.SavedDesign(ctx, name, version)
	if postlift.KindOf(err) == postlift.NotFound {
		return nil, card, postlift.Faultf(postlift.NotFound, opGallery, "there is no design %q, neither shipped nor stored", ref)
	}
	if err != nil {
		return nil, card, err
	}
	card = DesignCard{Ref: ref, Name: v.Name, Version: v.Version, SavedAt: v.SavedAt}
	d, err = g.storedDesign(ctx, v)
	if card.Problem, err = told(err); d != nil {
		card = cardOf(d, card)
	}
	return d, card, err
}

// shippedCard is a shipped design's card, with the stored version that is the same.
func (g *Gallery) shippedCard(ctx context.Context, d *design.Design) (DesignCard, error) {
	card := cardOf(d, DesignCard{Ref: d.Name(), Shipped: true})
	v, err := g.o.Store.SavedDesign(ctx, d.Name(), 0)
	if postlift.KindOf(err) == postlift.NotFound {
		return card, nil
	}
	if err != nil {
		return card, err
	}
	same, err := g.storedDesign(ctx, v)
	if _, err = told(err); same != nil && same.Hash() == d.Hash() {
		card.Version, card.SavedAt = v.Version, v.SavedAt
	}
	return card, err
}

// shownLetters is a design ready to be composed for the screen.
type shownLetters struct {
	*sheaf.Letters
	kit     *kit.Kit
	profile string
}

// letters compiles a design with the press of the settings. Franking marks are left out, even where they are
// configured: a preview must not hold one that could be used.
func (g *Gallery) letters(ctx context.Context, d *design.Design) (*shownLetters, error) {
	settings, err := g.o.Store.Settings(ctx)
	if err != nil {
		return nil, err
	}
	profile := profileOf(termsOf(settings.Mail, settings.Today(g.o.Clock)), d)
	k, err := g.o.Press.kit(profile)
	if err != nil {
		return nil, err
	}
	key := lettersKey{design: d.Hash(), profile: profile}
	g.mu.Lock()
	defer g.mu.Unlock()
	if l, ok := g.shown[key]; ok {
		return l, nil
	}
	l, err := newLetters(d, k, func(lk *letter.Kit) { lk.Assets = screenPicture })
	if err != nil {
		return nil, err
	}
	l.Check = preflight.NewChecker(k.PlanOptions(l.Compiled))
	if len(g.shown) >= maxLetters {
		clear(g.shown)
	}
	g.shown[key] = &shownLetters{l, k, profile}
	return g.shown[key], nil
}

// compose sets the letter to a sample recipient.
func (l *shownLetters) compose(lang, name string) (sheet.Plan, error) {
	d := l.Compiled.Design()
	if !slices.Contains(d.Languages(), lang) {
		return sheet.Plan{}, postlift.Faultf(postlift.NotFound, opGallery, "design %s has no text in language %q, only in %s", d.Name(), lang, strings.Join(d.Languages(), ", "))
	}
	for _, s := range d.Samples(lang) {
		if s.Name == name {
			return l.Compiled.Compose(samplePiece(d, s))
		}
	}
	return sheet.Plan{}, postlift.Faultf(postlift.NotFound, opGallery, "there is no sample recipient %q: known are %s", name, strings.Join(SampleCases(), ", "))
}

// try composes and tests the letter to a sample recipient.
func (l *shownLetters) try(lang, name string) (DesignTrial, error) {
	t := DesignTrial{Language: lang, Case: name}
	plan, err := l.compose(lang, name)
	if t.Problem, err = told(err); err != nil || t.Problem != "" {
		return t, err
	}
	t.Pages, t.Findings = len(plan.Pages), l.Check.Plan(&plan)
	return t, nil
}

// samplePiece is the piece to a sample recipient, with a picture wherever one may stand.
func samplePiece(d *design.Design, s design.SampleCase) letter.Piece {
	for name, kind := range d.Vars() {
		if kind == merge.Image {
			fillImage(s.Merge, name)
		}
	}
	return letter.Piece{ID: "sample", BatchID: "SAMPLE", Language: s.Language, TrackingURL: s.TrackingURL, Code: s.Code,
		MatchCode: s.MatchCode, Seq: 1, Kind: KindProof, Address: s.Address, Merge: s.Merge}
}

// screenPicture is samplePicture, also for the screen.
func screenPicture(string) (*sheet.Image, error) { return grayPicture() }

var grayPicture = sync.OnceValues(func() (*sheet.Image, error) {
	img, err := samplePicture(samplePictureName)
	if err != nil {
		return nil, err
	}
	dot := image.NewGray(image.Rect(0, 0, 1, 1))
	dot.SetGray(0, 0, color.Gray{Y: img.Data[0]})
	var file bytes.Buffer
	if err := png.Encode(&file, dot); err != nil {
		return nil, postlift.Wrap(opGallery, "the sample picture cannot be written", err)
	}
	img.Screen = file.Bytes()
	return img, nil
})
