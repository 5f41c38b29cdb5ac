package mailers

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/png"
	"slices"
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
