package standalone

import (
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"strings"

	"postlift/accounts/csvfile"
	"postlift/mailers"
	"postlift/mailers/preflight"
)

// collector puts the files together to a batch.
type collector struct {
	*press
	out      Files
	sum      Summary
	sums     strings.Builder // SHA256SUMS
	content  hash.Hash
	manifest *csv.Writer
	lines    *lines
	files    []mailers.TicketFile
	live     int
	seeds    int
	labels   map[uint64]int32 // rows by the hash of their label
	alike    alike
	inkLimit int
}

func newCollector(p *press, out Files, inkLimit int) *collector {
	d := p.job.Design
	return &collector{press: p, out: out, inkLimit: inkLimit, content: sha256.New(), labels: map[uint64]int32{}, lines: newLines(p), sum: Summary{BatchID: p.batch, Batch: p.job.Batch, Design: d.Name(), DesignSHA256: d.Hash(),
		Standard: p.job.Standard.String(), Date: p.job.Date, Languages: map[string]int{}, Reasons: map[string]int{}, Warnings: map[string]int{},
		Files: []File{}, Unused: p.in.unused, DryRun: p.job.DryRun}}
}

// errNothing ends the writing of a manifest without pieces.
var errNothing = errors.New("nothing was printed")

// collect prints everything. The manifest is written while files are made, and put in place after all of them have
// passed.
func (c *collector) collect(ctx context.Context) error {
	sum, _, err := c.out.Put(ctx, "manifest.csv", func(w io.Writer) error {
		c.manifest = csv.NewWriter(w)
		if err := c.manifest.Write(strings.Split(mailers.ManifestHeader, ",")); err != nil {
			return err
		}
		for n := 1; !c.over; n++ {
			if err := c.file(ctx, fmt.Sprintf("letters-%04d.pdf", n)); err != nil {
				return err
			}
		}
		c.settle()
		if c.sum.Printed == 0 {
			return errNothing
		}
		c.manifest.Flush()
		return c.manifest.Error()
	})
	if errors.Is(err, errNothing) {
		return nil
	}
	if err != nil {
		return err
	}
	if !c.job.DryRun {
		c.sum.ContentSHA256 = hex.EncodeToString(c.content.Sum(nil))
	}
	fmt.Fprintf(&c.sums, "%s  manifest.csv\n", sum)
	return c.close(ctx)
}

// file prints the next file and adds it to manifest, checksums and summary.
func (c *collector) file(ctx context.Context, name string) error {
	o, err := c.print(ctx, name)
	if err != nil {
		return err
	}
	c.sum.Rows = c.seq
	if c.job.Progress != nil {
		c.job.Progress(int64(c.seq))
	}
	if len(o.printed) == 0 {
		return nil
	}
	languages := map[string]int{}
	for i := range o.printed {
		if err := c.line(&o.printed[i], name, languages); err != nil {
			return err
		}
	}
	for lang, n := range languages {
		c.sum.Languages[lang] += n
	}
	c.sum.Files = append(c.sum.Files, o.File)
	fmt.Fprintf(&c.sums, "%s  %s\n", o.SHA256, name)
	c.files = append(c.files, mailers.TicketFile{Name: name, Language: strings.Join(sortedKeys(languages), ", "), Pieces: o.Pieces, Pages: o.Pages,
		Bytes: o.Bytes, SHA256: o.SHA256, Revision: 1})
	return nil
}

// line writes a piece's line of the manifest.
func (c *collector) line(p *printed, file string, languages map[string]int) error {
	c.sum.Printed++
	c.sum.Pages += p.pages.Count
	c.sum.Sheets += c.lines.sheets(p.pages.Count)
	base, _, _ := strings.Cut(p.piece.Language, "-")
	languages[base]++
	if p.piece.Kind == mailers.KindLive {
		c.live++
	} else {
		c.seeds++
	}
	c.notice(p)
	fmt.Fprintf(c.content, "%s %s\n", p.piece.ID, p.pages.SHA256)
	return c.manifest.Write(c.lines.fields(p, file))
}

// reject counts a row that is not printed, and tells why: at once, or when it is known that not all rows fail alike.
// composed tells of what merging, composing and testing refuse. An error gives the job up.
func (c *collector) reject(rejects []csvfile.Reject, composed bool) error {
	c.sum.Rejected++
	seen := map[string]bool{}
	for _, r := range rejects {
		if !seen[r.Rule] {
			seen[r.Rule] = true
			c.sum.Reasons[r.Rule]++
		}
	}
	if c.alike.fits(rejects) && c.ofJob(&rejects[0], composed) {
		return c.alike.add(rejects)
	}
	c.settle()
	c.tell(rejects)
	return nil
}

// settle ends the watch over rows that fail alike, and tells those that waited.
func (c *collector) settle() {
	if !c.alike.over {
		held := c.alike.held
		c.alike = alike{over: true}
		c.tell(held)
	}
}

func (c *collector) tell(rejects []csvfile.Reject) {
	for _, r := range rejects {
		if c.job.Rejected != nil {
			c.job.Rejected(r)
		}
	}
}

// warn counts what deserves a look, once a piece and rule.
func (c *collector) warn(findings []preflight.Finding) {
	seen := map[string]bool{}
	for _, f := range findings {
		if f.Severity == preflight.Warning && !seen[f.Rule] {
			seen[f.Rule] = true
			c.sum.Warnings[f.Rule]++
		}
	}
}

// close writes the job ticket and the checksums.
func (c *collector) close(ctx context.Context) error {
	t, err := c.ticket()
	if err != nil {
		return err
	}
	sum, _, err := c.out.Put(ctx, "ticket.json", func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(ticketFile{Ticket: t})
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(&c.sums, "%s  ticket.json\n", sum)
	_, _, err = c.out.Put(ctx, "SHA256SUMS", func(w io.Writer) error {
		_, err := io.WriteString(w, c.sums.String())
		return err
	})
	return err
}
