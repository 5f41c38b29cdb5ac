package mailers

import (
	"context"
	"encoding/csv"
	"io"

	"postlift"
)

// Posted records the day on which the vendor posted the batch; it sets the run's clock: in home after the
// settings' days, measuring from then. Another day corrects the record while the run is measuring; the same
// day again changes nothing.
func (s *Service) Posted(ctx context.Context, name string, on postlift.Date, by postlift.Actor) (Batch, error) {
	const op = "mailers.Posted"
	b, err := s.store.Batch(ctx, name)
	if err != nil {
		return b, err
	}
	correct := b.State == BatchPosted && b.RunState == RunMeasuring
	switch {
	case on.IsZero():
		return b, postlift.Faultf(postlift.Invalid, op, "the day of posting is missing: --date YYYY-MM-DD")
	case b.PostedOn == on:
		return b, nil
	case !correct && b.PostedOn != 0:
		return b, WrongState(op, b, "its day of posting ("+b.PostedOn.String()+") can be corrected only while its run is measuring, and that is "+string(b.RunState))
	case !correct && !b.State.Can(BatchPosted):
		return b, WrongState(op, b, "only a released batch can be posted")
	}
	settings, err := s.store.Settings(ctx)
	if err != nil {
		return b, err
	}
	released, today := settings.Today(postlift.FixedClock(*b.ReleasedAt)), settings.Today(s.clock)
	switch {
	case on < released:
		return b, postlift.Faultf(postlift.Invalid, op, "batch %s was released on %s and cannot have been posted on %s", b.UID, released, on)
	case on > today:
		return b, postlift.Faultf(postlift.Invalid, op, "%s is still to come (today is %s): record the posting once it has happened", on, today)
	}
	record := s.store.PostBatch
	if correct {
		record = s.store.CorrectPosting
	}
	if err := record(ctx, b.UID, on, on.AddDays(settings.Mail.InHomeDays), by); err != nil {
		return b, err
	}
	return s.store.Batch(ctx, b.UID)
}

// StopListHeader is the first line of stoplist.csv: by page or by match code the vendor finds the letter to
// take out.
var StopListHeader = []string{"piece_id", "seq_no", "reason", "match_code", "pdf_file", "first_page", "page_count", "address_1"}

func (s *Service) writeStopList(ctx context.Context, b Batch) error {
	letters, err := s.batchLetters(ctx, b)
	if err != nil {
		return err
	}
	batchUID, rows := b.UID, [][]string{StopListHeader}
	err = s.store.StopList(ctx, batchUID, func(r StopRow) error {
		match := firstSheet(batchUID, r.SeqNo, r.PieceUID, letters.products[r.Variant].sheets(r.Pages))
		rows = append(rows, []string{r.PieceUID, itoa(r.SeqNo), r.Reason, match.Text(), PrintFile{Chunk: r.Chunk}.Name(),
			itoa(r.First), itoa(r.Pages), r.Address})
		return nil
	})
	if err != nil || len(rows) == 1 {
		return err
	}
	_, _, err = s.files.Put(ctx, StopListName(batchUID), func(w io.Writer) error {
		return csv.NewWriter(w).WriteAll(rows)
	})
	return err
}
