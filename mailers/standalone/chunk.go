package standalone

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"sync"

	"postlift"
	"postlift/accounts/csvfile"
	"postlift/mailers/pdf"
	"postlift/mailers/preflight"
	"postlift/mailers/sheaf"
)

// press prints what a maker made.
type press struct {
	*maker
	letters *sheaf.Letters
	in      *input
	seq     int  // rows read so far
	over    bool // there are no more
}

// waiting are rows between reading and printing, in their order.
type waiting struct {
	mu   sync.Mutex
	rows []passed
}

// passed is a row that was read: on its way to be printed, or rejected.
type passed struct {
	row     int
	text    string // the row as the file has it
	who     recipient
	rejects []csvfile.Reject
}

func (w *waiting) push(p passed) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rows = append(w.rows, p)
}

// pop gives the first row; ok is false where none waits.
func (w *waiting) pop() (p passed, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.rows) == 0 {
		return p, false
	}
	p = w.rows[0]
	w.rows[0] = passed{}
	w.rows = w.rows[1:]
	return p, true
}

// items are the pieces of the next rows, at most as many as a file holds. What cannot become a piece is noted only.
func (p *press) items(w *waiting) iter.Seq2[sheaf.Item, error] {
	return func(yield func(sheaf.Item, error) bool) {
		for range p.job.PerFile {
			if p.job.Limit > 0 && p.seq >= p.job.Limit {
				p.over = true
				return
			}
			rec, err := p.in.next(p.seq + 1)
			if errors.Is(err, io.EOF) {
				p.over = true
				return
			}
			if err != nil {
				yield(sheaf.Item{}, err)
				return
			}
			p.seq++
			who, rejects := p.safely(&rec)
			piece := who.piece
			who.piece.Merge = nil // not needed for the manifest
			w.push(passed{rec.row, rec.text, who, rejects})
			if len(rejects) == 0 && !yield(sheaf.Item{Letters: p.letters, Piece: piece}, nil) {
				return
			}
		}
	}
}

// safely makes a piece of a row. Nothing that a row holds gets out as a panic.
func (p *press) safely(r *record) (who recipient, rejects []csvfile.Reject) {
	defer func() {
		if e := recover(); e != nil {
			rejects = []csvfile.Reject{{Row: r.row, Rule: "internal", Message: cut(fmt.Sprintf("the row cannot be read: %v", e)), Record: r.text}}
		}
	}()
	if len(r.rejects) > 0 {
		return who, r.rejects
	}
	return p.make(r)
}

// outcome is what became of the rows of one file.
type outcome struct {
	File
	printed []printed
}

// printed is a piece that stands in a print file.
type printed struct {
	recipient
	row   int
	pages pdf.PageRange
}

// print makes one print file of the next rows; reject is told about every row that is not printed. A file without
// pieces is not written.
func (c *collector) print(ctx context.Context, name string) (o outcome, err error) {
	var buf bytes.Buffer
	var w waiting
	options := sheaf.Options{Workers: c.job.Workers, PDF: pdf.Options{Fonts: c.job.Kit.Letter.Fonts, Sheet: c.job.Design.Format(),
		Meta:    pdf.Meta{Title: c.batch, Created: c.job.Date.Time()},
		Profile: c.job.Kit.Profile, VT: c.job.Standard == pdf.X4, Standard: c.job.Standard}}
	sum, err := sheaf.Print(ctx, &buf, options, c.items(&w), func(out sheaf.Outcome) error {
		who, err := c.skip(&w)
		if err != nil {
			return err
		}
		if out.Reason != nil {
			return c.reject(reasons(&who, out), true)
		}
		c.settle()
		c.warn(out.Findings)
		o.printed = append(o.printed, printed{who.who, who.row, out.Range})
		return nil
	})
	if err != nil {
		return o, err
	}
	if _, err := c.skip(&w); err != nil {
		return o, err
	}
	o.File = File{Name: name, Pieces: len(o.printed), Pages: sum.Pages, Bytes: sum.Bytes, SHA256: sum.SHA256}
	if len(o.printed) == 0 || c.job.DryRun {
		return o, nil
	}
	if err := c.inspect(name, buf.Bytes(), sum.Pages); err != nil {
		return o, err
	}
	o.SHA256, o.Bytes, err = c.out.Put(ctx, name, func(w io.Writer) error {
		_, err := w.Write(buf.Bytes())
		return err
	})
	return o, err
}

// skip passes over rows that were rejected while they were read, and gives the one behind them.
func (c *collector) skip(w *waiting) (passed, error) {
	for {
		p, ok := w.pop()
		if !ok || len(p.rejects) == 0 {
			return p, nil
		}
		if err := c.reject(p.rejects, false); err != nil {
			return p, err
		}
	}
}

// reasons are why a piece was not printed: what the test found, or what composing and drawing said.
func reasons(p *passed, out sheaf.Outcome) []csvfile.Reject {
	var list []csvfile.Reject
	for _, f := range out.Findings {
		if f.Severity != preflight.Error {
			continue
		}
		r := csvfile.Reject{Row: p.row, Rule: f.Rule, Message: f.Text, Record: p.text}
		if f.Page > 0 {
			r.Field = fmt.Sprintf("page %d", f.Page)
		}
		list = append(list, r)
	}
	if len(list) == 0 {
		text := postlift.UserText(out.Reason)
		field, rule := blame(text)
		list = []csvfile.Reject{{Row: p.row, Field: field, Rule: rule, Message: text, Record: p.text}}
	}
	return list
}

// inspected is how many pages of a finished file are gone through again, spread over it.
const inspected = 100

// inspect tests a finished file by the structural rules: what the vendor's prepress would refuse must not leave. A
// broken rule is a fault of the program or of the profile, not of the rows. Boxes and document parts are tested on
// every page, what pages draw on inspected of them: every plan was tested before it was drawn.
func (c *collector) inspect(name string, data []byte, pages int) error {
	format := c.job.Design.Format()
	bleed := format.Bleed
	if bleed == 0 {
		bleed = -1
	}
	report := preflight.File(data, preflight.Options{Standard: c.job.Standard.String(), W: format.W, H: format.H, Bleed: bleed, Pages: pages, MaxInk: c.inkLimit, Sample: inspected})
	var broken []string
	for _, f := range report.Findings {
		if f.Severity == preflight.Error && len(broken) < 5 {
			broken = append(broken, fmt.Sprintf("%s (page %d): %s", f.Rule, f.Page, f.Text))
		}
	}
	if len(broken) > 0 {
		return postlift.Faultf(postlift.Internal, "standalone.Run", "%s does not pass its own preflight: %s", name, strings.Join(broken, "; "))
	}
	return nil
}
