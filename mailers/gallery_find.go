package mailers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"postlift"
	"postlift/mailers/design"
)

// entry is a design with its card; design is nil where it cannot be read, and then the card says why.
type entry struct {
	card   DesignCard
	design *design.Design
}

// newEntry completes the card from what was read.
func newEntry(card DesignCard, d *design.Design, err error) (entry, error) {
	card.Problem, err = told(err)
	if d != nil && err == nil {
		s := d.Spec()
		card.Name, card.Title, card.Description, card.Class = d.Name(), s.Title, s.Description, d.Class()
		card.Format, card.FormatName, card.Layout, card.Envelope, card.Languages = d.Format(), s.Format, s.Layout, d.Envelope(), d.Languages()
	}
	return entry{card, d}, err
}

// entries parses every design of a folder, by name. A folder that is not there holds none.
func entries(folder fs.FS, origin Origin) ([]entry, error) {
	if folder == nil {
		return nil, nil
	}
	names, err := fs.ReadDir(folder, ".")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, postlift.Wrap(opGallery, "the folder of designs cannot be read", err)
	}
	var out []entry
	for _, n := range names {
		e, ok, err := folderEntry(folder, n.Name(), origin)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, e)
		}
	}
	return out, nil
}

// folderEntry reads the design of a folder; ok is false where there is none.
func folderEntry(folder fs.FS, name string, origin Origin) (e entry, ok bool, err error) {
	if folder == nil || !fs.ValidPath(name) || strings.ContainsAny(name, `/\`) || name == "." {
		return entry{}, false, nil
	}
	switch _, err := fs.Stat(folder, name+"/design.yaml"); {
	case errors.Is(err, fs.ErrNotExist):
		return entry{}, false, nil
	case err != nil:
		return entry{}, false, fmt.Errorf("mailers: design %s: %w", name, err)
	}
	d, err := design.Parse(folder, name)
	e, err = newEntry(DesignCard{Ref: name, Name: name, Origin: origin}, d, err)
	return e, true, err
}

// folders are the organisation's own designs and the shipped ones, by name; an own one stands for a shipped one of
// its name, as in campaigns.
func (g *Gallery) folders() ([]entry, error) {
	shipped, err := g.shipped()
	if err != nil {
		return nil, err
	}
	out, err := entries(g.o.Own, OriginOwn)
	if err != nil {
		return nil, err
	}
	own := map[string]bool{}
	for _, e := range out {
		own[e.card.Ref] = true
	}
	for _, e := range shipped {
		if !own[e.card.Ref] {
			out = append(out, e)
		}
	}
	slices.SortFunc(out, func(a, b entry) int { return cmp.Compare(a.card.Ref, b.card.Ref) })
	return out, nil
}

// stored reads a stored version, whose files are fetched and parsed only where that was not done before.
func (g *Gallery) stored(ctx context.Context, v SavedDesign) (entry, error) {
	card := DesignCard{Ref: v.Name, Name: v.Name, Origin: OriginStored, Version: v.Version, SavedAt: v.SavedAt}
	g.mu.Lock()
	d := g.parsed[v.SHA256]
	g.mu.Unlock()
	if d != nil {
		return newEntry(card, d, nil)
	}
	if v.Files == nil {
		var err error
		if v, err = g.o.Store.SavedDesign(ctx, v.Name, v.Version); err != nil {
			return entry{}, err
		}
	}
	d, err := parseDesign(v.DesignVersion)
	if err == nil {
		g.mu.Lock()
		if len(g.parsed) >= maxLetters {
			clear(g.parsed)
		}
		g.parsed[v.SHA256] = d
		g.mu.Unlock()
	}
	return newEntry(card, d, err)
}

// find finds a design by the Ref of its card.
func (g *Gallery) find(ctx context.Context, ref string) (entry, error) {
	name, number, versioned := strings.Cut(ref, "@")
	version := 0
	if versioned {
		var err error
		if version, err = strconv.Atoi(number); err != nil || version < 1 {
			return entry{}, postlift.Faultf(postlift.NotFound, opGallery, "%q is no version of a design: name it as NAME@2", ref)
		}
	} else if e, ok, err := g.inFolders(name); ok || err != nil {
		if err != nil {
			return entry{}, err
		}
		return g.withVersion(ctx, e)
	}
	v, err := g.o.Store.SavedDesign(ctx, name, version)
	if postlift.KindOf(err) == postlift.NotFound {
		return entry{}, postlift.Faultf(postlift.NotFound, opGallery, "there is no design %q, neither in a folder nor stored", ref)
	}
	if err != nil {
		return entry{}, err
	}
	e, err := g.stored(ctx, v)
	e.card.Ref = ref
	return e, err
}

// inFolders finds a design by its name in the organisation's own folder, or among the shipped ones.
func (g *Gallery) inFolders(name string) (e entry, ok bool, err error) {
	if e, ok, err = folderEntry(g.o.Own, name, OriginOwn); ok || err != nil {
		return e, ok, err
	}
	shipped, err := g.shipped()
	if err != nil {
		return e, false, err
	}
	i := slices.IndexFunc(shipped, func(e entry) bool { return e.card.Ref == name })
	if i < 0 {
		return e, false, nil
	}
	return shipped[i], true, nil
}

// withVersion notes the newest stored version where it is the same as the folder's design.
func (g *Gallery) withVersion(ctx context.Context, e entry) (entry, error) {
	v, err := g.o.Store.SavedDesign(ctx, e.card.Name, 0)
	if postlift.KindOf(err) == postlift.NotFound {
		return e, nil
	}
	if err != nil {
		return e, err
	}
	stored, err := g.stored(ctx, v)
	if same(e.design, stored.design) {
		e.card.Version, e.card.SavedAt = v.Version, v.SavedAt
	}
	return e, err
}

// same tells whether two designs print the same.
func same(a, b *design.Design) bool { return a != nil && b != nil && a.Hash() == b.Hash() }

func versionRef(name string, version int) string { return name + "@" + itoa(version) }
