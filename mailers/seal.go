package mailers

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"postlift"
)

// seal stages the batch's folder and puts it in place in the same transaction that tells the ledger.
// Repeating it is harmless: the same bytes come out. False means that files are to be rendered first.
func (s *Service) seal(ctx context.Context, b Batch, files []PrintFile) (bool, error) {
	content, err := s.contentHash(ctx, b.UID)
	if err != nil {
		return false, err
	}
	if b.SealedAt != nil {
		b.Revision++
	}
	b.ContentSHA256 = content
	seal := Seal{BatchUID: b.UID, ContentSHA256: content, Revision: b.Revision, Files: files}
	ok, err := s.publish(ctx, b, files, func(put func() error) error { return s.store.SealBatch(ctx, seal, put, postlift.System) })
	if postlift.KindOf(err) == postlift.Conflict { // another process was faster: with the seal, or with a new rendering
		now, err := s.store.Batch(ctx, b.UID)
		return now.State != BatchRendering && err == nil, err
	}
	return ok, err
}

// contentHash is what an approval stands for: the hashes of all pieces as prepared and rendered, withdrawn
// ones included, so that taking pieces out does not change it.
func (s *Service) contentHash(ctx context.Context, batchUID string) (string, error) {
	h := sha256.New()
	err := s.store.ContentHashes(ctx, batchUID, func(pieceUID, sum string) error {
		_, err := fmt.Fprintf(h, "%s %s\n", pieceUID, sum)
		return err
	})
	return hex.EncodeToString(h.Sum(nil)), err
}

// publish stages the batch's folder from the rendered files; record tells the ledger and puts the folder in
// place meanwhile. False means that a working file was missing or damaged: it is queued to be rendered again.
func (s *Service) publish(ctx context.Context, b Batch, files []PrintFile, record func(put func() error) error) (ok bool, err error) {
	for _, f := range files {
		intact, err := s.intact(ctx, f)
		if err != nil {
			return false, err
		}
		if !intact {
			s.log.Warn("a rendered file is missing or damaged and is rendered again", "batch", b.UID, "file", f.Name())
			return false, s.store.RequeueChunk(ctx, ChunkRef{b.UID, f.Chunk, f.Revision, f.Attempt})
		}
	}
	staging := "staging/" + b.UID + "." + rand.Text()
	defer func() { err = errors.Join(err, s.files.DeleteAll(context.WithoutCancel(ctx), staging)) }()
	if err := s.stage(ctx, staging, b, files); err != nil {
		return false, err
	}
	if err := record(func() error { return s.files.Publish(ctx, staging, Folder(b.UID)) }); err != nil {
		return false, err
	}
	return true, s.files.Tidy(ctx, leftoverAge)
}

// leftoverAge is how old a half-written file must be to be nobody's work any more.
const leftoverAge = time.Hour

// intact reads a working file and compares it with the ledger.
func (s *Service) intact(ctx context.Context, f PrintFile) (bool, error) {
	if f.Artefact == "" {
		return true, nil // nothing in it was printable
	}
	r, err := s.files.Open(ctx, f.Artefact)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer r.Close()
	h := sha256.New()
	if _, err := io.Copy(h, r); err != nil {
		return false, fmt.Errorf("mailers: read %s: %w", f.Artefact, err)
	}
	return hex.EncodeToString(h.Sum(nil)) == f.SHA256, nil
}

// stage fills a folder: PDFs, manifest, job ticket and their sums.
func (s *Service) stage(ctx context.Context, staging string, b Batch, files []PrintFile) error {
	var sums strings.Builder
	for _, f := range files {
		if f.Artefact == "" {
			continue
		}
		if err := s.files.Link(ctx, f.Artefact, staging+"/"+f.Name()); err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%s  %s\n", f.SHA256, f.Name())
	}
	letters, err := s.batchLetters(ctx, b)
	if err != nil {
		return err
	}
	var totals totals
	put := func(name string, write func(io.Writer) error) error {
		sum, _, err := s.files.Put(ctx, staging+"/"+name, write)
		fmt.Fprintf(&sums, "%s  %s\n", sum, name)
		return err
	}
	if err := put("manifest.csv", func(w io.Writer) (err error) {
		totals, err = s.writeManifest(ctx, w, b, files, letters)
		return err
	}); err != nil {
		return err
	}
	ticket, err := s.ticket(ctx, b, files, totals, letters)
	if err != nil {
		return err
	}
	if err := put("ticket.json", func(w io.Writer) error { return writeIndented(w, ticket) }); err != nil {
		return err
	}
	_, _, err = s.files.Put(ctx, staging+"/SHA256SUMS", func(w io.Writer) error {
		_, err := io.WriteString(w, sums.String())
		return err
	})
	return err
}

// batchLetters is what the letters of a batch are made from.
type batchLetters struct {
	job      Job
	designs  Designs
	products map[string]Product // by variant
	terms    Terms
}

func (s *Service) batchLetters(ctx context.Context, b Batch) (batchLetters, error) {
	job, err := s.store.PrepareJob(ctx, b.RunUID)
	if err != nil {
		return batchLetters{}, err
	}
	l := batchLetters{job: job, designs: job.Designs(), products: map[string]Product{}}
	if l.terms, err = s.terms(ctx, b); err != nil {
		return l, err
	}
	for variant, version := range l.designs {
		if l.products[variant], err = s.renderer.Describe(version, l.terms); err != nil {
			return l, err
		}
	}
	return l, nil
}
