package mailers

import (
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"
	"strings"

	"postlift"
	"postlift/accounts"
	"postlift/mailers/address"
)

// planner makes a batch out of recipients; it is pure, given its id maker.
type planner struct {
	job      Job
	settings accounts.Settings
	letters  map[string]letterKind // by variant
	seeds    []Seed
	today    postlift.Date
	ids      postlift.IDMaker
	secret   []byte
	batchUID string
	taken    map[string]bool // recipients who have a letter of this run already
}

func (p *planner) plan(recipients []Recipient) (NewBatch, error) {
	b := NewBatch{Job: p.job, UID: p.batchUID, ChunkSize: p.settings.Mail.ChunkSize}
	if len(recipients) == 0 {
		return b, p.nobody()
	}
	slices.SortFunc(recipients, func(x, y Recipient) int { return strings.Compare(x.ContactKey, y.ContactKey) })
	byVariant := map[string]map[string][]NewPiece{}
	seen := map[string]bool{}
	maps.Copy(seen, p.taken)
	for i := range recipients {
		piece, err := p.piece(&recipients[i])
		if err != nil {
			return b, err
		}
		if seen[piece.RecipientKey] { // the key is unique in the schema; the second one is kept to be counted
			piece.RecipientKey += ":" + piece.UID
			piece.State, piece.Reason = PieceFailed, "duplicate_recipient: the same person at the same address has a letter in this run"
		}
		seen[piece.RecipientKey] = true
		byLanguage, lang := byVariant[piece.Variant], baseLanguage(piece.Language)
		if byLanguage == nil {
			byLanguage = map[string][]NewPiece{}
			byVariant[piece.Variant] = byLanguage
		}
		byLanguage[lang] = append(byLanguage[lang], piece)
	}
	for _, variant := range sortedKeys(byVariant) {
		for _, lang := range sortedKeys(byVariant[variant]) {
			if err := p.addFiles(&b, variant, lang, byVariant[variant][lang]); err != nil {
				return b, err
			}
		}
	}
	for i := range b.Pieces {
		if err := p.freeze(&b.Pieces[i]); err != nil {
			return b, err
		}
	}
	return b, nil
}

// nobody is the fault of a batch without letters.
func (p *planner) nobody() error {
	if p.job.Wave > 0 {
		return postlift.Faultf(postlift.Invalid, "mailers.Prepare", "wave %d of run %s has nobody to mail: none of its contacts is left", p.job.Wave, p.job.RunUID)
	}
	return postlift.Faultf(postlift.Invalid, "mailers.Prepare", "run %s has nobody to mail: its plan assigned no account with a contact", p.job.RunUID)
}

// piece plans the letter to one recipient.
func (p *planner) piece(r *Recipient) (NewPiece, error) {
	kind, ok := p.letters[r.Variant]
	if !ok {
		_, err := p.job.Designs().Of(r.Variant)
		return NewPiece{}, err
	}
	lang, known := p.language(r, kind.languages)
	uid := p.ids(postlift.PieceID, p.job.CampaignUID, itoa(p.job.Step), itoa(p.job.Pass), r.ContactKey)
	piece := NewPiece{UID: uid, Kind: KindLive, AccountID: r.AccountID, SiteID: r.SiteID, ContactID: r.ContactID,
		RecipientKey: recipientKey(p.secret, r), Token: postlift.TrackingToken(p.secret, uid), Code: postlift.TypedCode(p.secret, uid),
		Language: lang, Variant: r.Variant, DesignSHA256: kind.design.SHA256, State: PiecePlanned, Country: country(r, p.settings.Sender.Country),
		Merge: p.merge(r, &kind, lang, postlift.TypedCode(p.secret, uid))}
	piece.Postcode = address.Postcode(piece.Country, r.Postcode)
	piece.sortKey, piece.accountKey, piece.accountName = piece.Postcode+"\x00"+uid, r.AccountKey, r.AccountName
	lines, notes, err := address.LinesWithin(addressee(r, piece.Country), p.settings.Sender.Country, kind.limits)
	piece.Lines, piece.Notes = lines, notes
	switch {
	case !known:
		piece.State, piece.Reason = PieceFailed, "no_language: neither contact nor account speaks a language that the letter is written in ("+strings.Join(kind.languages, ", ")+")"
	case err != nil:
		piece.State, piece.Reason, piece.Lines = PieceFailed, "address: "+postlift.UserText(err), nil
	}
	return piece, nil
}

// language takes the first of contact, account and organisation that the letter is written in.
func (p *planner) language(r *Recipient, written []string) (string, bool) {
	for _, tag := range []string{r.Language, r.AccountLanguage, p.settings.Language} {
		base := baseLanguage(tag)
		if !slices.Contains(written, base) {
			continue
		}
		if base == "en" && country(r, "") == "US" {
			return "en-US", true
		}
		return base, true
	}
	return written[0], false
}

// addFiles appends the files of one variant in one language: sorted by postcode, cut at the chunk size, control
// addresses at places that depend on batch and file only.
func (p *planner) addFiles(b *NewBatch, variant, lang string, live []NewPiece) error {
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
		b.Files = append(b.Files, PrintFile{Chunk: chunk, Variant: variant, Language: lang, FirstSeq: first, LastSeq: len(b.Pieces), State: FileQueued, Revision: 1, Attempt: 1})
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
	lines, err := seedLines(seed, p.settings.Sender.Country, p.letters[neighbour.Variant].limits)
	if err != nil {
		return NewPiece{}, postlift.Wrap("mailers.Prepare", "control address "+seed.Name+": "+postlift.UserText(err), err)
	}
	code := postlift.TypedCode(p.secret, uid)
	merge, err := seedMerge(neighbour.Merge, seed, code)
	return NewPiece{UID: uid, Kind: KindSeed, RecipientKey: postlift.RecipientKey(p.secret, "seed", uid),
		Token: postlift.TrackingToken(p.secret, uid), Code: code, Language: seed.Language,
		Variant: neighbour.Variant, DesignSHA256: neighbour.DesignSHA256, State: PiecePlanned, Lines: lines, Country: seed.Country, Postcode: seed.Postcode, Merge: merge}, err
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
	piece.SHA256, err = pieceHash(piece.DesignSHA256, stored.Piece)
	return err
}
