package mailers

import (
	"context"
	"strings"
	"time"

	"postlift"
	"postlift/accounts"
	"postlift/mailers/codes"
	"postlift/mailers/letter"
)

// PrintJob is what goes into one file: pieces in their order and what they are made from.
type PrintJob struct {
	Designs Designs
	Title   string    // of the file: the batch's id
	Created time.Time // the only date that the file carries
	Pieces  []StoredPiece
	Terms   Terms
	Proof   bool // pieces that were tested in their own files; their match code says that they are a proof
}

// Terms are what the settings say about printing, beside design and data.
type Terms struct {
	Profile  string            // of the press: a shipped one by name or a file of the assets' folder; "" takes the design's own
	Franking accounts.Franking // of Deutsche Post; empty leaves the zone to the vendor
	Posted   postlift.Date     // the day that franking marks carry
}

// termsOf are the terms of a batch that was prepared on a day.
func termsOf(m accounts.MailPolicy, prepared postlift.Date) Terms {
	return Terms{Profile: m.Profile, Franking: m.Franking, Posted: prepared.AddDays(m.Franking.PostingDays)}
}

// terms are those of a batch.
func (s *Service) terms(ctx context.Context, b Batch) (Terms, error) {
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return Terms{}, err
	}
	return termsOf(settings.Mail, postlift.DateOf(fileDate(b))), nil
}

// homeOfFranking is where franking marks are good: other destinations have other products.
const homeOfFranking = "DE"

// franking makes the marks of pieces; nil where none are configured. checkFranking has seen that it cannot fail.
func (t Terms) franking() func(*letter.Piece) (codes.Matrix, []string, bool) {
	if t.Franking.Customer == 0 {
		return nil
	}
	config := frankingConfig(t.Franking)
	return func(p *letter.Piece) (codes.Matrix, []string, bool) {
		account, _ := p.Merge["account"].(map[string]any)
		if country, _ := account["country"].(string); country != homeOfFranking || p.Seq <= 0 {
			return codes.Matrix{}, nil, false
		}
		mark, ok, err := config.Mark(p.Seq, t.Posted, nil)
		return mark.Code, frankingWords(mark), ok && err == nil
	}
}

// frankingText is what the manifest says of a piece's mark: the words beside it.
func (t Terms) frankingText(country string, seq int) string {
	if t.Franking.Customer == 0 || country != homeOfFranking {
		return ""
	}
	mark, ok, err := frankingConfig(t.Franking).Mark(seq, t.Posted, nil)
	if !ok || err != nil { // checkFranking refused the batch's files before
		return ""
	}
	return strings.Join(frankingWords(mark), " / ")
}

func frankingWords(p codes.Postage) []string {
	words := p.Lines
	if p.ID != "" {
		words = append(words[:len(words):len(words)], p.ID)
	}
	return words
}

func frankingConfig(f accounts.Franking) codes.FrankingConfig {
	return codes.FrankingConfig{Customer: f.Customer, Participation: f.Participation, Product: f.Product, ValueCents: f.ValueCents,
		PriceList: f.PriceList, Settlement: f.Settlement, Long: f.Long, Lines: f.Lines}
}

// checkFranking refuses franking settings from which no mark can be made, before any piece is printed without one.
func checkFranking(job PrintJob) error {
	config := frankingConfig(job.Terms.Franking)
	last := 1
	for i := range job.Pieces {
		last = max(last, job.Pieces[i].SeqNo)
	}
	if _, _, err := config.Mark(last, job.Terms.Posted, nil); err != nil {
		return postlift.Wrap("mailers.Press", "settings: mail.franking: "+postlift.UserText(err), err)
	}
	return nil
}
