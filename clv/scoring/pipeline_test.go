package scoring

import (
	"context"
	"errors"
	"iter"
	"testing"

	"postlift/clv"
)

func someHistories(n int, end error) iter.Seq2[History, error] {
	return func(yield func(History, error) bool) {
		for i := range n {
			if !yield(History{AccountID: int64(i)}, nil) {
				return
			}
		}
		if end != nil {
			yield(History{}, end)
		}
	}
}

func scoredBy(ctx context.Context, histories iter.Seq2[History, error]) iter.Seq2[Row, error] {
	newScorer := func() (*clv.Scorer, error) {
		return clv.NewScorer(&clv.Models{}, day("2026-01-01"), clv.Assumptions{HorizonMonths: 12})
	}
	return valued(ctx, histories, newScorer, func(_ *clv.Scorer, h *History) Row { return Row{AccountID: h.AccountID} })
}

// Rows come in the order of the stream, all of them, however many cores work.
func TestValuedKeepsOrder(t *testing.T) {
	for _, n := range []int{0, 1, batchSize - 1, batchSize, 5*batchSize + 7} {
		var next int64
		for row, err := range scoredBy(context.Background(), someHistories(n, nil)) {
			if err != nil || row.AccountID != next {
				t.Fatalf("row %d is account %d (%v)", next, row.AccountID, err)
			}
			next++
		}
		if int(next) != n {
			t.Errorf("%d rows of %d", next, n)
		}
	}
}

// A stream that breaks, and a run that is stopped, must not look like a shorter base.
func TestValuedPassesErrorsOn(t *testing.T) {
	boom := errors.New("connection lost")
	last := func(seq iter.Seq2[Row, error]) (err error) {
		for _, err = range seq {
			if err != nil {
				return err
			}
		}
		return nil
	}
	if err := last(scoredBy(context.Background(), someHistories(3*batchSize+1, boom))); !errors.Is(err, boom) {
		t.Errorf("the stream's error became %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := last(scoredBy(ctx, someHistories(3*batchSize, nil))); !errors.Is(err, context.Canceled) {
		t.Errorf("a stopped run ends with %v", err)
	}
	for _, err := range scoredBy(context.Background(), someHistories(20*batchSize, nil)) {
		if err != nil {
			t.Error(err)
		}
		break // the reader goes away: nothing may hang
	}
}
