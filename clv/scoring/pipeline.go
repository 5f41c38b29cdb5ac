package scoring

import (
	"context"
	"iter"
	"runtime"
	"sync"

	"postlift/clv"
)

// batchSize is how many accounts go through a scorer together.
const batchSize = 256

// batch is a stretch of accounts on its way.
type batch struct {
	in   []History
	rows []Row
	err  error // of the stream, after in
	done chan struct{}
}

// valued scores a stream of histories on all cores and gives the rows in the stream's order; what waits is
// bounded. Rows do not depend on which scorer made them.
func valued(ctx context.Context, histories iter.Seq2[History, error], newScorer func() (*clv.Scorer, error),
	row func(*clv.Scorer, *History) Row) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		workers := max(runtime.GOMAXPROCS(0), 1)
		scorers := make([]*clv.Scorer, workers)
		for i := range scorers {
			var err error
			if scorers[i], err = newScorer(); err != nil {
				yield(Row{}, err)
				return
			}
		}
		ctx, cancel := context.WithCancel(ctx)
		work, order := make(chan *batch, workers), make(chan *batch, 2*workers)
		var group sync.WaitGroup
		group.Go(func() { produce(ctx, histories, work, order) })
		for _, scorer := range scorers {
			group.Go(func() {
				for b := range work {
					for i := range b.in {
						b.rows = append(b.rows, row(scorer, &b.in[i]))
					}
					close(b.done)
				}
			})
		}
		defer group.Wait()
		defer cancel()
		for b := range order {
			if !b.deliver(ctx, yield) {
				return
			}
		}
		if err := ctx.Err(); err != nil { // the stream was cut off, which must not pass for its end
			yield(Row{}, err)
		}
	}
}

// produce cuts the stream into batches, each of which goes to a worker and, in order, to the reader.
func produce(ctx context.Context, histories iter.Seq2[History, error], work, order chan<- *batch) {
	defer close(order)
	defer close(work)
	fresh := func() *batch {
		return &batch{in: make([]History, 0, batchSize), rows: make([]Row, 0, batchSize), done: make(chan struct{})}
	}
	send := func(b *batch) bool {
		for _, to := range []chan<- *batch{work, order} {
			select {
			case to <- b:
			case <-ctx.Done():
				return false
			}
		}
		return true
	}
	b := fresh()
	for h, err := range histories {
		if err != nil {
			b.err = err
			break
		}
		if b.in = append(b.in, h); len(b.in) == batchSize {
			if !send(b) {
				return
			}
			b = fresh()
		}
	}
	if b.err == nil {
		b.err = ctx.Err()
	}
	send(b)
}

// deliver waits for the batch and hands its rows on; false: stop.
func (b *batch) deliver(ctx context.Context, yield func(Row, error) bool) bool {
	select {
	case <-b.done:
	case <-ctx.Done():
		yield(Row{}, ctx.Err())
		return false
	}
	for _, r := range b.rows {
		if !yield(r, nil) {
			return false
		}
	}
	if b.err != nil {
		yield(Row{}, b.err)
		return false
	}
	return true
}
