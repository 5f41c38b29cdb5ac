package pdf

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"postlift"
	"postlift/mailers/sheet"
)

// kind is what a resource is; it is the first letter of its name in page content.
type kind byte

const (
	kindFont  kind = 'F'
	kindLayer kind = 'L'
	kindImage kind = 'I'
	kindForm  kind = 'X'
	kindSpot  kind = 'S'
)

// ident is what a resource is recognised by within a file.
type ident struct {
	kind  kind
	key   string
	fonts string // of a layer: the fonts that it is drawn in
}

// resource is something that pages share, once per file. Its name is made from what it is, so that the same
// print has the same content in every file.
type resource struct {
	ident
	name string
	told []byte // all that it is, as the hash of a piece that uses it hears it
	num  int    // object number, set when the file is written

	face *face       // kindFont
	body []byte      // kindLayer, kindImage: deflated content or samples, or a JPEG file
	bbox [4]int      // kindLayer: left, bottom, right, top in thousandths of a point
	uses []*resource // kindLayer
	pic  *sheet.Image
	form *sheet.Form
	ink  sheet.Ink // kindSpot, at full tint
}

// registry holds a file's resources. What a piece added can be taken back as long as it was not committed.
type registry struct {
	all   map[ident]*resource
	names map[string]*resource
	order []*resource
	kept  int // how many of order are committed
	fresh []usedRune
}

// usedRune is a character that a font printed for the first time.
type usedRune struct {
	face *face
	r    uint16
}

func newRegistry() registry {
	return registry{all: map[ident]*resource{}, names: map[string]*resource{}}
}

// add registers a new resource. Two that share a name would print one for the other.
func (g *registry) add(r *resource) (*resource, error) {
	sum := sha256.Sum256([]byte(string(r.kind) + r.key + "\n" + r.fonts))
	r.name = string(r.kind) + hex.EncodeToString(sum[:6])
	r.told = fmt.Appendln(nil, r.kind, r.key, r.fonts, process(r.ink))
	if g.names[r.name] != nil {
		return nil, postlift.Faultf(postlift.Internal, opAdd, "two resources are named %s", r.name)
	}
	g.all[r.ident], g.names[r.name] = r, r
	g.order = append(g.order, r)
	return r, nil
}

func (g *registry) commit() { g.kept, g.fresh = len(g.order), g.fresh[:0] }

func (g *registry) rollback() {
	for _, r := range g.order[g.kept:] {
		delete(g.all, r.ident)
		delete(g.names, r.name)
	}
	clear(g.order[g.kept:])
	g.order = g.order[:g.kept]
	for _, u := range g.fresh {
		u.face.used[u.r>>6] &^= 1 << (u.r & 63)
	}
	g.fresh = g.fresh[:0]
}

// print notes that a font draws a character; ok is false when it has no glyph for it.
func (g *registry) print(f *face, r uint16) (ok bool) {
	bit := uint64(1) << (r & 63)
	if f.used[r>>6]&bit != 0 {
		return true
	}
	if f.file.has[r>>6]&bit == 0 {
		return false
	}
	f.used[r>>6] |= bit
	g.fresh = append(g.fresh, usedRune{f, r})
	return true
}
