package mailers

import (
	"context"
	"io"
	"io/fs"
	"sync"
	"time"

	"postlift"
	"postlift/mailers/letter"
	"postlift/mailers/pdf"
	"postlift/mailers/sheet"
)

// Press is the Renderer that composes letters and prints them as PDF. It keeps compiled designs by
// their hash and is safe for concurrent use.
type Press struct {
	fonts    fs.FS
	mu       sync.Mutex
	compiled map[string]*letter.Compiled
}

// NewPress makes a Press that finds fonts in a folder of files.
func NewPress(fonts fs.FS) *Press {
	return &Press{fonts: fonts, compiled: map[string]*letter.Compiled{}}
}

// Render composes the pieces one by one, each from its variant's design, and prints those that compose. The PDF's only dates are those of
// created, so that the same pieces give the same bytes.
func (p *Press) Render(w io.Writer, designs Designs, title string, created time.Time, pieces []StoredPiece) ([]Printed, int, error) {
	compiled, err := p.compileAll(designs)
	if err != nil {
		return nil, 0, err
	}
	printed := make([]Printed, len(pieces))
	plans := make([]sheet.Plan, 0, len(pieces))
	var drawn []int // index into printed of each plan
	for i := range pieces {
		printed[i].ID = pieces[i].ID
		letters, ok := compiled[pieces[i].Variant]
		if !ok {
			_, err := designs.Of(pieces[i].Variant)
			return nil, 0, err
		}
		if printed[i].SHA256, err = pieceHash(letters.Design().Hash(), pieces[i].Piece); err != nil {
			return nil, 0, err
		}
		plan, err := letters.Compose(pieces[i].Piece)
		switch {
		case err != nil && postlift.KindOf(err) != postlift.Invalid:
			return nil, 0, err
		case err != nil:
			printed[i].Failed = postlift.UserText(err)
		default:
			plans, drawn = append(plans, plan), append(drawn, i)
		}
	}
	if len(plans) == 0 {
		return printed, 0, nil
	}
	ranges, err := pdf.RenderFile(w, p.fonts, plans, pdf.Meta{Title: title, Created: created})
	if err != nil {
		return nil, 0, err
	}
	pages := 0
	for k, r := range ranges {
		printed[drawn[k]].First, printed[drawn[k]].Pages = r.First, r.Count
		pages += r.Count
	}
	return printed, pages, nil
}

// compileAll compiles the designs, by variant.
func (p *Press) compileAll(designs Designs) (map[string]*letter.Compiled, error) {
	compiled := make(map[string]*letter.Compiled, len(designs))
	for _, variant := range sortedKeys(designs) {
		c, err := p.compile(designs[variant])
		if err != nil {
			return nil, err
		}
		compiled[variant] = c
	}
	return compiled, nil
}

func (p *Press) compile(design DesignVersion) (*letter.Compiled, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c, ok := p.compiled[design.SHA256]; ok {
		return c, nil
	}
	parsed, err := parseDesign(design)
	if err != nil {
		return nil, err
	}
	c, err := letter.Compile(parsed, p.fonts)
	if err != nil {
		return nil, err
	}
	p.compiled[design.SHA256] = c
	return c, nil
}

// parseDesign reads a stored design version.
func parseDesign(v DesignVersion) (*letter.Design, error) {
	files := make(map[string][]byte, len(v.Files))
	for name, text := range v.Files {
		files[name] = []byte(text)
	}
	return letter.ParseFiles(files)
}

// SaveDesign checks the design in folder `name` of designs and keeps it as a new version, unless the
// latest version is the same.
func (s *Service) SaveDesign(ctx context.Context, designs fs.FS, name string, by postlift.Actor) (DesignVersion, error) {
	d, err := letter.ParseDesign(designs, name)
	if err != nil {
		return DesignVersion{}, err
	}
	files := map[string]string{}
	for file, text := range d.Files() {
		files[file] = string(text)
	}
	return s.store.SaveDesign(ctx, d.Name(), d.Class(), d.Hash(), files, by)
}
