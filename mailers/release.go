package mailers

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"postlift"
)

// Proof is a sample of a batch to be looked at before it is approved.
type Proof struct {
	Batch    Batch    `json:"batch"`
	File     string   `json:"file"`                 // name among the artefacts
	More     []string `json:"more_files,omitempty"` // of variants in other formats: a file has one format
	Pages    int      `json:"pages"`
	PieceIDs []string `json:"piece_ids"`
}

// A proof shows so many pieces, and more where that is needed to show the widest and the tallest letter of every
// variant in every language.
const (
	proofPieces      = 12
	proofPiecesGroup = 4
)

// Proof renders a sample of the sealed batch, all variants of one format in one PDF: in each language and variant the widest and the tallest
// letter, names beyond ASCII, the first and the last piece, and a control letter. The batch then stands
// proofed.
func (s *Service) Proof(ctx context.Context, name string, by postlift.Actor) (Proof, error) {
	const op = "mailers.Proof"
	b, err := s.store.Batch(ctx, name)
	if err != nil {
		return Proof{}, err
	}
	if b.State != BatchSealed && b.State != BatchProofed {
		return Proof{}, WrongState(op, b, "a proof is made of a sealed batch that is not released yet")
	}
	pieces, err := s.sample(ctx, b)
	if err != nil {
		return Proof{}, err
	}
	job, err := s.store.PrepareJob(ctx, b.RunUID)
	if err != nil {
		return Proof{}, err
	}
	proof, err := s.printProof(ctx, b, job.Designs(), pieces)
	if err == nil {
		err = s.store.MarkProofed(ctx, b.UID, by)
	}
	if err != nil {
		return proof, err
	}
	for _, p := range pieces {
		proof.PieceIDs = append(proof.PieceIDs, p.Piece.ID)
	}
	proof.Batch, err = s.store.Batch(ctx, b.UID)
	return proof, err
}

// printProof writes the sample, a file for each format.
func (s *Service) printProof(ctx context.Context, b Batch, designs Designs, pieces []StoredPiece) (Proof, error) {
	var proof Proof
	terms, err := s.terms(ctx, b)
	if err != nil {
		return proof, err
	}
	parts, err := s.byFormat(designs, terms, pieces)
	for i, part := range parts {
		name := ProofName(b.UID, b.Revision)
		if i > 0 {
			name = strings.TrimSuffix(name, ".pdf") + "-" + itoa(i+1) + ".pdf"
		}
		var printed []Printed
		pages := 0
		_, _, err = s.files.Put(ctx, name, func(w io.Writer) (err error) {
			printed, pages, err = s.renderer.Render(ctx, w, PrintJob{Designs: designs, Title: b.UID, Created: fileDate(b), Pieces: part, Terms: terms, Proof: true})
			if err == nil && pages == 0 {
				return errNothingPrinted
			}
			return err
		})
		for k := range printed { // each was printed before: what a proof leaves out, nobody would approve
			if printed[k].Failed != "" {
				return proof, postlift.Faultf(postlift.Conflict, "mailers.Proof", "piece %s cannot be shown in the proof of batch %s: %s", part[k].Piece.ID, b.UID, printed[k].Failed)
			}
		}
		if errors.Is(err, errNothingPrinted) {
			err = nil
			continue
		}
		if err != nil {
			return proof, err
		}
		proof.Pages += pages
		if proof.File == "" {
			proof.File = name
		} else {
			proof.More = append(proof.More, name)
		}
	}
	if err == nil && proof.Pages == 0 {
		err = postlift.Faultf(postlift.Conflict, "mailers.Proof", "batch %s has no printable letter: postlift batch show %s tells why", b.UID, b.UID)
	}
	return proof, err
}

// byFormat parts pieces by the format of their designs, the first one's first; a file has one format.
func (s *Service) byFormat(designs Designs, terms Terms, pieces []StoredPiece) ([][]StoredPiece, error) {
	var formats []string
	parts := map[string][]StoredPiece{}
	of := map[string]string{}
	for _, p := range pieces {
		format, known := of[p.Variant]
		if !known {
			version, err := designs.Of(p.Variant)
			if err != nil {
				return nil, err
			}
			product, err := s.renderer.Describe(version, terms)
			if err != nil {
				return nil, err
			}
			format = product.Format + " " + product.Bleed
			of[p.Variant] = format
		}
		if parts[format] == nil {
			formats = append(formats, format)
		}
		parts[format] = append(parts[format], p)
	}
	out := make([][]StoredPiece, len(formats))
	for i, f := range formats {
		out[i] = parts[f]
	}
	return out, nil
}

// sample picks the proof's pieces; each sheet says on its edge whether it is a proof of a
// live letter or of a control letter.
func (s *Service) sample(ctx context.Context, b Batch) ([]StoredPiece, error) {
	var c chooser
	if err := s.store.BatchManifest(ctx, b.UID, func(r ManifestRow) error { c.look(r); return nil }); err != nil {
		return nil, err
	}
	pieces, err := s.store.PiecesBySeq(ctx, b.UID, c.chosen(max(proofPieces, proofPiecesGroup*len(c.groups))))
	for i := range pieces { // no longer than a match code, which each design has room for
		mark := "SEED"
		if pieces[i].Kind == KindLive {
			pieces[i].Kind, mark = KindProof, "PROOF"
		}
		pieces[i].MatchCode = mark + " " + itoa(pieces[i].SeqNo)
		pieces[i].Seq = 0 // no code for the camera: a proof is no sheet of the batch
	}
	return pieces, err
}

// candidate is the best piece so far for one thing that a proof must show.
type candidate struct {
	class string // what it shows
	seq   int
	score int
}

// chooser streams over a batch and keeps the best candidate of each class.
type chooser struct {
	best   []candidate
	groups map[string]bool // languages of variants
}

func (c *chooser) look(r ManifestRow) {
	width, beyond := 0, 0
	for _, l := range r.Lines {
		width = max(width, utf8.RuneCountInString(l))
		for _, ch := range l {
			if ch > unicode.MaxASCII {
				beyond++
			}
		}
	}
	group := r.Language + "/" + r.Variant + "/"
	if c.groups == nil {
		c.groups = map[string]bool{}
	}
	c.groups[group] = true
	if r.Kind == KindSeed {
		c.offer("0 seed "+r.Language, r.SeqNo, 1)
		return
	}
	c.offer("1 widest "+group, r.SeqNo, width)
	c.offer("2 umlauts "+group, r.SeqNo, beyond)
	c.offer("3 most lines "+group, r.SeqNo, len(r.Lines))
	c.offer("4 most pages "+group, r.SeqNo, r.Pages)
	c.offer("5 first "+group, r.SeqNo, 1)
	c.offer("6 last "+group, r.SeqNo, r.SeqNo+1)
}

// offer keeps the first of the highest score; a score of 0 shows nothing.
func (c *chooser) offer(class string, seq, score int) {
	if score == 0 {
		return
	}
	for i := range c.best {
		if c.best[i].class == class {
			if score > c.best[i].score {
				c.best[i] = candidate{class, seq, score}
			}
			return
		}
	}
	c.best = append(c.best, candidate{class, seq, score})
}

// chosen lists at most limit sequence numbers, ascending, the most telling classes first.
func (c *chooser) chosen(limit int) []int {
	slices.SortStableFunc(c.best, func(a, b candidate) int { return cmp.Compare(a.class[:1], b.class[:1]) })
	var seqs []int
	for _, b := range c.best {
		if len(seqs) < limit && !slices.Contains(seqs, b.seq) {
			seqs = append(seqs, b.seq)
		}
	}
	slices.Sort(seqs)
	return seqs
}

// Approve records that a person stands for exactly this content. It needs a proof.
func (s *Service) Approve(ctx context.Context, name string, by postlift.Actor) (Batch, error) {
	const op = "mailers.Approve"
	b, err := s.store.Batch(ctx, name)
	if err != nil {
		return b, err
	}
	if by.Name == "" || by.Kind != "person" {
		return b, postlift.Faultf(postlift.Invalid, op, "an approval needs the name of a person")
	}
	if b.State == BatchSealed {
		return b, WrongState(op, b, "look at a proof first: postlift batch proof "+b.UID)
	}
	if b.State != BatchProofed {
		return b, WrongState(op, b, "only a proofed batch can be approved")
	}
	if err := s.store.ApproveBatch(ctx, b.UID, b.ContentSHA256, by); err != nil {
		return b, err
	}
	return s.store.Batch(ctx, b.UID)
}

// Released is the outcome of Release.
type Released struct {
	Batch     Batch `json:"batch"`
	Withdrawn int   `json:"withdrawn"` // live pieces that the gate took out now
	Rendering bool  `json:"rendering"` // files are to be rendered again: ring, wait until sealed, release again
}

// Release lets an approved batch go to the vendor, after the gate has looked once more. Pieces that must
// not go out are withdrawn; their files are rendered again without them, and Release is called again when
// the batch is sealed anew. The approval stands as long as design and data are the approved ones.
func (s *Service) Release(ctx context.Context, name string, asOf postlift.Date, by postlift.Actor) (Released, error) {
	b, err := s.store.Batch(ctx, name)
	r := Released{Batch: b}
	if err != nil {
		return r, err
	}
	if b.ReleasedAt != nil {
		return r, nil
	}
	if err := releasable(b); err != nil {
		return r, err
	}
	if b.State == BatchRendering {
		r.Rendering = true
		return r, nil
	}
	seen, err := s.store.ReleasedBatches(ctx)
	if err != nil {
		return r, err
	}
	if r.Withdrawn, err = s.stop(ctx, b, asOf, by); err != nil {
		return r, err
	}
	dirty, err := s.store.RequeueDirty(ctx, b.UID, by)
	if err == nil && dirty == 0 {
		r.Rendering, err = s.letGo(ctx, b, seen, by)
	}
	r.Rendering = r.Rendering || dirty > 0
	if err != nil {
		return r, err
	}
	r.Batch, err = s.store.Batch(ctx, b.UID)
	return r, err
}

// releasable checks state and approval.
func releasable(b Batch) error {
	const op = "mailers.Release"
	switch {
	case b.State != BatchRendering && !b.State.Can(BatchReleased):
		return WrongState(op, b, "only a sealed and approved batch can be released")
	case b.ApprovedBy == "":
		return WrongState(op, b, "nobody has approved it: postlift batch proof "+b.UID+", then postlift batch approve "+b.UID+" --by NAME")
	case !b.Approved():
		return WrongState(op, b, "design or data changed after "+b.ApprovedBy+" approved it: make a new proof and have it approved again")
	}
	return nil
}

// stop withdraws what must not go out any more: whom a list names by what the letter was made from, as the person may
// have moved to another site since, and whomever the gate holds back by what is known of them now. The letters leave
// today, so no other date makes the gate overlook what stands against them today.
func (s *Service) stop(ctx context.Context, b Batch, asOf postlift.Date, by postlift.Actor) (int, error) {
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return 0, err
	}
	pulled, err := s.pull(ctx, by)
	stopped := pulled[b.UID]
	today := settings.Today(s.clock)
	for _, day := range slices.Compact([]postlift.Date{today, max(asOf, today)}) {
		if err != nil {
			return stopped, err
		}
		var n int
		n, err = s.gateAgain(ctx, b, day, by)
		stopped += n
	}
	return stopped, err
}

func (s *Service) gateAgain(ctx context.Context, b Batch, asOf postlift.Date, by postlift.Actor) (int, error) {
	blocked, err := s.gate.BlockedPieces(ctx, b.UID, asOf)
	if err != nil || len(blocked) == 0 {
		return 0, err
	}
	return s.store.WithdrawPieces(ctx, b.UID, blocked, by)
}

// letGo writes the folder once more, from verified files, and releases. True means that a file was found
// damaged and is rendered again first. The gate has looked at no other releases than the seen ones.
func (s *Service) letGo(ctx context.Context, b Batch, seen []int64, by postlift.Actor) (rendering bool, err error) {
	files, err := s.store.BatchFiles(ctx, b.UID)
	if err != nil {
		return false, err
	}
	left := false
	for _, f := range files {
		left = left || f.Artefact != ""
	}
	if !left {
		return false, WrongState("mailers.Release", b, "no letter is left in it")
	}
	ok, err := s.publish(ctx, b, files, func(put func() error) error { return s.store.ReleaseBatch(ctx, b.UID, seen, put, by) })
	return !ok && err == nil, err
}

// PullSuppressed withdraws every unsent letter to a suppressed person, address or company, at once.
// Files not yet released are rendered again at release; a vendor that has a batch already finds a
// stoplist.csv in its folder. It returns how many pieces were withdrawn.
func (s *Service) PullSuppressed(ctx context.Context, by postlift.Actor) (int, error) {
	pulled, err := s.pull(ctx, by)
	total := 0
	for _, n := range pulled {
		total += n
	}
	return total, err
}

// pull is PullSuppressed by batch.
func (s *Service) pull(ctx context.Context, by postlift.Actor) (map[string]int, error) {
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return nil, err
	}
	pulled, err := s.store.WithdrawSuppressed(ctx, settings.Today(s.clock), by)
	if err != nil {
		return nil, err
	}
	batches, err := s.store.BatchSummaries(ctx)
	if err != nil {
		return pulled, err
	}
	for _, b := range batches { // all that are out, so that a crash before the list was written is made good
		if b.ReleasedAt == nil || !b.State.Can(BatchPosted) || b.Live[PieceWithdrawn] == 0 {
			continue
		}
		if err := s.writeStopList(ctx, b.Batch); err != nil {
			return pulled, err
		}
	}
	return pulled, nil
}
