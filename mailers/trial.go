package mailers

import (
	"cmp"
	"context"
	"io"
	"slices"

	"postlift"
)

// Trial tells how the letters of a run would come out, before anybody approves it. Letters that already the
// planning refuses (address, language, twins) are known all; of the others a sample is composed.
type Trial struct {
	Letters      int           `json:"letters"`       // that the run's plan asks for
	Refused      int           `json:"refused"`       // of all letters: cannot be addressed
	Tried        int           `json:"tried"`         // sample of the others
	Failed       int           `json:"failed"`        // of the sample
	SecondSheets int           `json:"second_sheets"` // of the sample: letters with more pages than most
	Abbreviated  int           `json:"abbreviated"`   // of all letters: labels that stand otherwise than in the customer file, so that they fit: parts share a line, words are short
	Reasons      []ReasonCount `json:"reasons"`       // of refused and failed letters, the most frequent first
}

// Hopeless tells that not one letter could be printed: all are refused, or the whole sample failed.
func (t Trial) Hopeless() bool { return t.Failed == t.Tried && t.Letters > 0 }

// Trial plans the letters of a planned or approved run in memory and composes up to limit of them, from
// every variant and language, of all waves, and spread over the postcodes. Nothing is stored or written. What would fail every letter
// (sender, objection notice, class, languages) is returned as the Fault that Prepare would give.
func (s *Service) Trial(ctx context.Context, run string, limit int) (Trial, error) {
	job, err := s.store.PrepareJob(ctx, run)
	if err != nil {
		return Trial{}, err
	}
	if job.RunState != RunPlanned && job.RunState != RunApproved {
		return Trial{}, postlift.Faultf(postlift.Conflict, "mailers.Trial", "run %s of campaign %s is %s: only a planned or approved one can be tried", job.RunUID, job.Definition.Name, job.RunState)
	}
	job.Wave = EveryWave
	batch, err := s.planBatch(ctx, job, true)
	if err != nil {
		return Trial{}, err
	}
	byLetter := map[string][]*NewPiece{}
	t := Trial{Reasons: []ReasonCount{}}
	for i := range batch.Pieces {
		p := &batch.Pieces[i]
		if p.Kind != KindLive {
			continue
		}
		t.Letters++
		if p.State == PieceFailed {
			t.Refused++
			t.fail(p, p.Reason)
			continue
		}
		if len(p.Notes) > 0 {
			t.Abbreviated++
		}
		group := p.Variant + "/" + baseLanguage(p.Language)
		byLetter[group] = append(byLetter[group], p)
	}
	err = s.compose(ctx, job.Designs(), batch.UID, spread(byLetter, limit), &t)
	slices.SortStableFunc(t.Reasons, func(a, b ReasonCount) int { return cmp.Compare(b.Pieces, a.Pieces) })
	return t, err
}

// compose prints the sample to nowhere and counts what came of it.
func (s *Service) compose(ctx context.Context, designs Designs, batchUID string, sample []*NewPiece, t *Trial) error {
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return err
	}
	terms := termsOf(settings.Mail, settings.Today(s.clock))
	pieces := make([]StoredPiece, len(sample))
	for i, p := range sample {
		pieces[i], err = Stored(int64(i), p.SeqNo, batchUID, p.UID, p.Kind, p.Language, p.Code, p.Lines, p.Merge)
		if err != nil {
			return err
		}
		pieces[i].Variant = p.Variant
	}
	parts, err := s.byFormat(designs, terms, pieces)
	if err != nil {
		return err
	}
	pages := map[int]int{} // letters by number of pages
	for _, part := range parts {
		printed, _, err := s.renderer.Render(ctx, io.Discard, PrintJob{Designs: designs, Title: batchUID, Created: s.clock(), Pieces: part, Terms: terms})
		if err != nil {
			return err
		}
		for _, out := range printed {
			t.Tried++
			if out.Failed != "" {
				t.Failed++
				t.fail(sample[out.ID], out.Failed)
				continue
			}
			pages[out.Pages]++
		}
	}
	t.longer(pages)
	return nil
}

// longer counts the letters that have more pages than most.
func (t *Trial) longer(pages map[int]int) {
	usual := 0
	for n, letters := range pages {
		if letters > pages[usual] || letters == pages[usual] && n < usual {
			usual = n
		}
	}
	for n, letters := range pages {
		if n > usual {
			t.SecondSheets += letters
		}
	}
}

// fail counts a reason and keeps the first letter of each wording as its example.
func (t *Trial) fail(p *NewPiece, reason string) {
	wording := Wording(reason)
	for i := range t.Reasons {
		if t.Reasons[i].Reason == wording {
			t.Reasons[i].Pieces++
			return
		}
	}
	t.Reasons = append(t.Reasons, ReasonCount{State: PieceFailed, Reason: wording, Pieces: 1,
		Example: &FailedPiece{Account: p.accountKey, AccountName: p.accountName, Reason: reason}})
}

// spread picks about limit pieces: every kind of letter has a share by its size, at least one, at even distances.
func spread(byLetter map[string][]*NewPiece, limit int) []*NewPiece {
	total := 0
	for _, list := range byLetter {
		total += len(list)
	}
	var out []*NewPiece
	for _, group := range sortedKeys(byLetter) {
		list := byLetter[group]
		share := len(list)
		if total > limit {
			share = max(1, limit*len(list)/total)
		}
		for i := range share {
			out = append(out, list[i*len(list)/share])
		}
	}
	return out
}
