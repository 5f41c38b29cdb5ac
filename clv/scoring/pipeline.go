package scoring

import (
	"context"
	"iter"
	"runtime"
	"sync"
)

// batchSize is how many accounts go through a worker together.
const batchSize = 256

// batch is a stretch of accounts on its way.
type batch[R any] struct {
	in   []History
	rows []R
	err  error // of the stream, after in
	done chan struct{}
}

// valued works on a stream of histories on all cores, each with a worker of its own such as a scorer, and
// gives the results in the stream's order; what waits is bounded. Results do not depend on which worker made
// them.
func valued[W, R any](ctx context.Context, histories iter.Seq2[History, error], newWorker func() (W, error),
	row func(W, *History) R) iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		var none R
		cores := max(runtime.GOMAXPROCS(0), 1)
		workers := make([]W, cores)
		for i := range workers {
			var err error
			if workers[i], err = newWorker(); err != nil {
				yield(none, err)
				return
			}
		}
		ctx, cancel := context.WithCancel(ctx)
		work, order := make(chan *batch[R], cores), make(chan *batch[R], 2*cores)
		var group sync.WaitGroup
		group.Go(func() { produce(ctx, histories, work, order) })
		for _, worker := range workers {
			group.Go(func() {
				for b := range work {
					for i := range b.in {
						b.rows = append(b.rows, row(worker, &b.in[i]))
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
			yield(none, err)
		}
	}
}

// produce cuts the stream into batches, each of which goes to a worker and, in order, to the reader.
func produce[R any](ctx context.Context, histories iter.Seq2[History, error], work, order chan<- *batch[R]) {
	defer close(order)
	defer close(work)
	fresh := func() *batch[R] {
		return &batch[R]{in: make([]History, 0, batchSize), rows: make([]R, 0, batchSize), done: make(chan struct{})}
	}
	send := func(b *batch[R]) bool {
		for _, to := range []chan<- *batch[R]{work, order} {
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
func (b *batch[R]) deliver(ctx context.Context, yield func(R, error) bool) bool {
	var none R
	select {
	case <-b.done:
	case <-ctx.Done():
		yield(none, ctx.Err())
		return false
	}
	for _, r := range b.rows {
		if !yield(r, nil) {
			return false
		}
	}
	if b.err != nil {
		yield(none, b.err)
		return false
	}
	return true
}
