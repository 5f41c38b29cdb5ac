package mailers

import (
	"context"
	"io"
	"io/fs"
	"iter"
	"sync"

	"postlift"
	"postlift/mailers/address"
	"postlift/mailers/artwork"
	"postlift/mailers/design"
	"postlift/mailers/kit"
	"postlift/mailers/letter"
	"postlift/mailers/pdf"
	"postlift/mailers/preflight"
	"postlift/mailers/sheaf"
)

// PressOptions are what a Press prints with.
type PressOptions struct {
	Fonts    fs.FS        // font files; needed
	Profiles fs.FS        // shipped output profiles; needed
	Assets   fs.FS        // images per recipient, signatures, vendors' output profiles; nil has none
	Draw     artwork.Draw // draws designers' pages for the screen; nil leaves them out there
}

// Press is the Renderer that composes letters, tests every plan and prints them as PDF/X-4. It keeps compiled
// designs and is safe for concurrent use.
type Press struct {
	o       PressOptions
	mu      sync.Mutex
	kits    map[string]*kit.Kit // by profile
	letters map[lettersKey]*sheaf.Letters
}

// lettersKey is all that a compiled design depends on.
type lettersKey struct{ design, profile, franking string }

// maxLetters bounds the compiled designs that a Press keeps.
const maxLetters = 64

// NewPress makes a Press.
func NewPress(o PressOptions) *Press {
	return &Press{o: o, kits: map[string]*kit.Kit{}, letters: map[lettersKey]*sheaf.Letters{}}
}

// Render composes the pieces in their order, each from its variant's design, and prints those that compose and pass
// the test. The PDF's only dates are those of job.Created, so that the same pieces give the same bytes. All designs
// of a job have one format.
func (p *Press) Render(ctx context.Context, w io.Writer, job PrintJob) ([]Printed, int, error) {
	if err := checkFranking(job); err != nil {
		return nil, 0, err
	}
	letters, err := p.lettersOf(job)
	if err != nil {
		return nil, 0, err
	}
	printed := make([]Printed, len(job.Pieces))
	if len(printed) == 0 {
		return printed, 0, nil
	}
	first, err := job.Designs.Of(job.Pieces[0].Variant)
	if err != nil {
		return nil, 0, err
	}
	made := letters[job.Pieces[0].Variant].Compiled.Design()
	k, err := p.kit(profileOf(job.Terms, made))
	if err != nil {
		return nil, 0, err
	}
	o := sheaf.Options{PDF: pdf.Options{Fonts: p.o.Fonts, Meta: pdf.Meta{Title: job.Title, Created: job.Created}, Sheet: made.Format(), Profile: k.Profile, VT: true}}
	at := 0
	sum, err := sheaf.Print(ctx, w, o, items(job, letters, first.Name, printed), func(out sheaf.Outcome) error {
		done := &printed[at]
		at++
		done.First, done.Pages, done.PrintSHA256 = out.Range.First, out.Range.Count, out.Range.SHA256
		if out.Reason != nil {
			done.Failed = postlift.UserText(out.Reason)
		}
		return nil
	})
	return printed, sum.Pages, err
}

// items are the job's pieces with what each is made from; the hashes of what they are to print are noted in printed.
func items(job PrintJob, letters map[string]*sheaf.Letters, name string, printed []Printed) iter.Seq2[sheaf.Item, error] {
	format := letters[job.Pieces[0].Variant].Compiled.Design().Format()
	return func(yield func(sheaf.Item, error) bool) {
		for i := range job.Pieces {
			s := &job.Pieces[i]
			l, ok := letters[s.Variant]
			if !ok {
				_, err := job.Designs.Of(s.Variant)
				yield(sheaf.Item{}, err)
				return
			}
			d := l.Compiled.Design()
			if d.Format() != format {
				yield(sheaf.Item{}, postlift.Faultf(postlift.Internal, "mailers.Press", "designs %s and %s have different formats and cannot stand in one file", name, d.Name()))
				return
			}
			if job.Proof {
				l = &sheaf.Letters{Compiled: l.Compiled}
			}
			var err error
			printed[i].ID = s.ID
			printed[i].SHA256, err = pieceHash(d.Hash(), s.Piece)
			if !yield(sheaf.Item{Letters: l, Piece: s.Piece}, err) {
				return
			}
		}
	}
}

// AddressLimits are what a label may have in a design's place for addresses.
func (p *Press) AddressLimits(v DesignVersion, terms Terms) (address.Limits, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	l, err := p.compile(v, terms)
	if err != nil {
		return address.Limits{}, err
	}
	return l.Compiled.AddressLimits(), nil
}

// lettersOf compiles the job's designs, by variant.
func (p *Press) lettersOf(job PrintJob) (map[string]*sheaf.Letters, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make(map[string]*sheaf.Letters, len(job.Designs))
	for _, variant := range sortedKeys(job.Designs) {
		l, err := p.compile(job.Designs[variant], job.Terms)
		if err != nil {
			return nil, err
		}
		out[variant] = l
	}
	return out, nil
}

// compile prepares a design version; p.mu is held.
func (p *Press) compile(version DesignVersion, terms Terms) (*sheaf.Letters, error) {
	key := lettersKey{version.SHA256, terms.Profile, terms.frankingKey()}
	if l, ok := p.letters[key]; ok {
		return l, nil
	}
	d, err := parseDesign(version)
	if err != nil {
		return nil, err
	}
	k, err := p.kitFor(profileOf(terms, d))
	if err != nil {
		return nil, err
	}
	l, err := newLetters(d, k, func(lk *letter.Kit) { lk.Franking = terms.franking() })
	if err != nil {
		return nil, err
	}
	if len(p.letters) >= maxLetters {
		clear(p.letters)
	}
	p.letters[key] = l
	return l, nil
}

// newLetters compiles a design with a kit of which some things are changed; its test tells errors alone.
func newLetters(d *design.Design, k *kit.Kit, change func(*letter.Kit)) (*sheaf.Letters, error) {
	own := k.Letter
	change(&own)
	compiled, err := letter.Compile(d, own)
	if err != nil {
		return nil, err
	}
	o := k.PlanOptions(compiled)
	o.ErrorsOnly = true
	return &sheaf.Letters{Compiled: compiled, Check: preflight.NewChecker(o)}, nil
}

func (p *Press) kit(profile string) (*kit.Kit, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.kitFor(profile)
}

// kitFor makes a profile's kit once; p.mu is held.
func (p *Press) kitFor(profile string) (*kit.Kit, error) {
	if k, ok := p.kits[profile]; ok {
		return k, nil
	}
	icc, err := readProfile(profile, p.o.Profiles, p.o.Assets)
	if err != nil {
		return nil, err
	}
	k, err := kit.New(kit.Options{Fonts: p.o.Fonts, ICC: icc, Assets: p.o.Assets, Draw: p.o.Draw})
	if err != nil {
		return nil, postlift.Wrap("mailers.Press", "output profile "+profile+": "+postlift.UserText(err), err)
	}
	p.kits[profile] = k
	return k, nil
}

// profileOf is the output profile that a design is printed with: the settings' or, where they name none, the
// design's own.
func profileOf(t Terms, d *design.Design) string {
	if t.Profile != "" {
		return t.Profile
	}
	return d.Spec().Profile
}

// frankingKey tells franking settings apart.
func (t Terms) frankingKey() string {
	if t.Franking.Customer == 0 {
		return ""
	}
	return t.Posted.String() + " " + string(mustJSON(t.Franking))
}
