package mailers

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"

	"postlift"
	"postlift/accounts"
	"postlift/campaigns"
	"postlift/mailers/letter"
)

// Prepare turns an approved run into a batch: one piece for each chosen contact with its printed address
// and frozen merge fields, control addresses, files and sequence numbers, all in one transaction with the
// run's change of state. A run that has its batch already gives that batch, so a repeated Prepare does
// nothing.
func (s *Service) Prepare(ctx context.Context, run string, by postlift.Actor) (Batch, error) {
	const op = "mailers.Prepare"
	job, err := s.store.PrepareJob(ctx, run)
	if err != nil {
		return Batch{}, err
	}
	if job.BatchUID != "" {
		return s.store.Batch(ctx, job.BatchUID)
	}
	if !job.RunState.Can(RunPreparing) {
		return Batch{}, postlift.Faultf(postlift.Conflict, op, "run %s of campaign %s is %s: preview it and approve that plan first", job.RunUID, job.Definition.Name, job.RunState)
	}
	plan, err := s.planBatch(ctx, job)
	if err != nil {
		return Batch{}, err
	}
	err = s.store.CreateBatch(ctx, plan, by)
	if postlift.KindOf(err) == postlift.Conflict {
		if again, jobErr := s.store.PrepareJob(ctx, job.RunUID); jobErr == nil && again.BatchUID != "" {
			return s.store.Batch(ctx, again.BatchUID) // somebody else prepared it at the same time
		}
	}
	if err != nil {
		return Batch{}, err
	}
	return s.store.Batch(ctx, plan.UID)
}

func (s *Service) planBatch(ctx context.Context, job Job) (NewBatch, error) {
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return NewBatch{}, err
	}
	design, err := parseDesign(job.Design)
	if err != nil {
		return NewBatch{}, err
	}
	if err := checkJob(job, design, settings); err != nil {
		return NewBatch{}, err
	}
	recipients, err := s.store.RunRecipients(ctx, job.RunID)
	if err != nil {
		return NewBatch{}, err
	}
	vendor := job.Definition.Vendor
	if vendor == "" {
		vendor = settings.Mail.Vendor
	}
	seeds, err := s.store.VendorSeeds(ctx, vendor)
	if err != nil {
		return NewBatch{}, err
	}
	p := planner{job: job, settings: settings, languages: allowed(design.Languages(), job.Definition.Languages), seeds: seeds,
		today: settings.Today(s.clock), ids: s.ids, secret: s.secret, batchUID: s.ids(postlift.BatchID, job.RunUID)}
	batch, err := p.plan(recipients)
	batch.Vendor, batch.VendorUID = vendor, s.ids(postlift.VendorID, vendor)
	return batch, err
}

// allowed keeps the design's languages that the campaign wants; a campaign that names none wants all.
func allowed(design, campaign []string) []string {
	if len(campaign) == 0 {
		return design
	}
	var both []string
	for _, l := range design {
		if slices.Contains(campaign, l) {
			both = append(both, l)
		}
	}
	return both
}

// checkJob refuses what would fail every single letter.
func checkJob(job Job, design *letter.Design, settings accounts.Settings) error {
	const op = "mailers.Prepare"
	if design.Class() != string(job.Definition.Class) {
		return postlift.Faultf(postlift.Invalid, op, "design %s is %s, campaign %s is %s: they must agree", design.Name(), design.Class(), job.Definition.Name, job.Definition.Class)
	}
	languages := allowed(design.Languages(), job.Definition.Languages)
	if len(languages) == 0 {
		return postlift.Faultf(postlift.Invalid, op, "design %s has the languages %s, campaign %s wants %s: none in common",
			design.Name(), strings.Join(design.Languages(), ", "), job.Definition.Name, strings.Join(job.Definition.Languages, ", "))
	}
	if err := settings.Sender.With(job.Definition.Sender).Check(); err != nil {
		return err
	}
	if job.Definition.Class != campaigns.Advertising {
		return nil
	}
	for _, lang := range languages {
		if settings.ObjectionNotice[lang] == "" {
			return postlift.Faultf(postlift.Invalid, op, "settings: objection_notice.%s is missing, and advertising must carry it", lang)
		}
	}
	return nil
}

// planner makes a batch out of recipients; it is pure, given its id maker.
type planner struct {
	job       Job
	settings  accounts.Settings
	languages []string
	seeds     []Seed
	today     postlift.Date
	ids       postlift.IDMaker
	secret    []byte
	batchUID  string
}

func (p *planner) plan(recipients []Recipient) (NewBatch, error) {
	b := NewBatch{Job: p.job, UID: p.batchUID, ChunkSize: p.settings.Mail.ChunkSize}
	if len(recipients) == 0 {
		return b, postlift.Faultf(postlift.Invalid, "mailers.Prepare", "run %s has nobody to mail: its plan assigned no account with a contact", p.job.RunUID)
	}
	slices.SortFunc(recipients, func(x, y Recipient) int { return strings.Compare(x.ContactKey, y.ContactKey) })
	byLanguage := map[string][]NewPiece{}
	seen := map[string]bool{}
	for i := range recipients {
		piece := p.piece(&recipients[i])
		if seen[piece.RecipientKey] { // the key is unique in the schema; the second one is kept to be counted
			piece.RecipientKey += ":" + piece.UID
			piece.State, piece.Reason = PieceFailed, "duplicate_recipient: the same person at the same address has a letter in this run"
		}
		seen[piece.RecipientKey] = true
		lang := baseLanguage(piece.Language)
		byLanguage[lang] = append(byLanguage[lang], piece)
	}
	for _, lang := range sortedKeys(byLanguage) {
		if err := p.addLanguage(&b, lang, byLanguage[lang]); err != nil {
			return b, err
		}
	}
	for i := range b.Pieces {
		if err := p.freeze(&b.Pieces[i]); err != nil {
			return b, err
		}
	}
	return b, nil
}

// piece plans the letter to one recipient.
func (p *planner) piece(r *Recipient) NewPiece {
	lang, known := p.language(r)
	uid := p.ids(postlift.PieceID, p.job.CampaignUID, itoa(p.job.Step), itoa(p.job.Pass), r.ContactKey)
	piece := NewPiece{UID: uid, Kind: KindLive, AccountID: r.AccountID, SiteID: r.SiteID, ContactID: r.ContactID,
		RecipientKey: recipientKey(p.secret, r), Token: postlift.TrackingToken(p.secret, uid), Code: postlift.TypedCode(p.secret, uid),
		Language: lang, Variant: r.Variant, State: PiecePlanned, Country: country(r, p.settings.Sender.Country), Postcode: r.Postcode,
		Merge: p.merge(r, lang)}
	piece.sortKey, piece.accountKey, piece.accountName = r.Postcode+"\x00"+uid, r.AccountKey, r.AccountName
	lines, err := letter.AddressLines(addressee(r, piece.Country), p.settings.Sender.Country)
	piece.Lines = lines
	switch {
	case !known:
		piece.State, piece.Reason = PieceFailed, "no_language: neither contact nor account speaks a language that the letter is written in ("+strings.Join(p.languages, ", ")+")"
	case err != nil:
		piece.State, piece.Reason, piece.Lines = PieceFailed, "address: "+postlift.UserText(err), nil
	}
	return piece
}

// language takes the first of contact, account and organisation that the letter is written in.
func (p *planner) language(r *Recipient) (string, bool) {
	for _, tag := range []string{r.Language, r.AccountLanguage, p.settings.Language} {
		base := baseLanguage(tag)
		if !slices.Contains(p.languages, base) {
			continue
		}
		if base == "en" && country(r, "") == "US" {
			return "en-US", true
		}
		return base, true
	}
	return p.languages[0], false
}

// addLanguage appends the files of one language: sorted by postcode, cut at the chunk size, control
// addresses at places that depend on batch and file only.
func (p *planner) addLanguage(b *NewBatch, lang string, live []NewPiece) error {
	slices.SortFunc(live, func(x, y NewPiece) int { return strings.Compare(x.sortKey, y.sortKey) })
	var seeds []Seed
	for _, s := range p.seeds {
		if s.Active && s.Language == lang {
			seeds = append(seeds, s)
		}
	}
	room := b.ChunkSize - len(seeds)
	if room < 1 {
		return postlift.Faultf(postlift.Invalid, "mailers.Prepare", "a file holds %d pieces and %d of them are control addresses: raise mail.chunk_size or remove control addresses", b.ChunkSize, len(seeds))
	}
	for part := range slices.Chunk(live, room) {
		chunk := len(b.Files) + 1
		pieces := slices.Clone(part)
		for _, seed := range seeds {
			piece, err := p.seedPiece(seed, chunk, &part[0])
			if err != nil {
				return err
			}
			at := place(p.batchUID, chunk, seed.UID, len(pieces)+1)
			pieces = slices.Insert(pieces, at, piece)
		}
		first := len(b.Pieces) + 1
		for i := range pieces {
			pieces[i].Chunk, pieces[i].SeqNo = chunk, first+i
		}
		b.Pieces = append(b.Pieces, pieces...)
		b.Files = append(b.Files, PrintFile{Chunk: chunk, Language: lang, FirstSeq: first, LastSeq: len(b.Pieces), State: FileQueued, Revision: 1, Attempt: 1})
	}
	return nil
}

// place is where a control address stands among n places of a file.
func place(batchUID string, chunk int, seedUID string, n int) int {
	h := sha256.Sum256([]byte(batchUID + "|" + itoa(chunk) + "|" + seedUID))
	return int(binary.BigEndian.Uint64(h[:8]) % uint64(n))
}

// seedPiece is a control letter: the seed's own address and name, the other fields of a real neighbour.
func (p *planner) seedPiece(seed Seed, chunk int, neighbour *NewPiece) (NewPiece, error) {
	uid := p.ids(postlift.PieceID, p.batchUID, "seed", itoa(chunk), seed.UID)
	lines, err := seedLines(seed, p.settings.Sender.Country)
	if err != nil {
		return NewPiece{}, postlift.Wrap("mailers.Prepare", "control address "+seed.Name+": "+postlift.UserText(err), err)
	}
	merge, err := seedMerge(neighbour.Merge, seed)
	return NewPiece{UID: uid, Kind: KindSeed, RecipientKey: postlift.RecipientKey(p.secret, "seed", uid),
		Token: postlift.TrackingToken(p.secret, uid), Code: postlift.TypedCode(p.secret, uid), Language: seed.Language,
		State: PiecePlanned, Lines: lines, Country: seed.Country, Postcode: seed.Postcode, Merge: merge}, err
}

// freeze adds what depends on the piece's place and hashes all that its print depends on.
func (p *planner) freeze(piece *NewPiece) error {
	url := strings.TrimSuffix(p.settings.Mail.TrackingBaseURL, "/") + "/r/" + piece.Token
	merge, err := withTrackingURL(piece.Merge, url)
	if err != nil {
		return err
	}
	piece.Merge = merge
	stored, err := Stored(0, piece.SeqNo, p.batchUID, piece.UID, piece.Kind, piece.Language, piece.Code, piece.Lines, piece.Merge)
	if err != nil {
		return err
	}
	piece.SHA256, err = pieceHash(p.job.Design.SHA256, stored.Piece)
	return err
}
