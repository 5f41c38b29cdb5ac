// Package jobs rings the bell for work that the database knows of: it is the only room that imports asynq
// and miniredis. The ledger in the database decides what is to be done; a task in the queue carries ids
// only, and losing the queue loses nothing. It may import the root package and the stages.
package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/hibiken/asynq"

	"postlift"
	"postlift/mailers"
)

// Work is what the queue rings for; mailers.Service is it.
type Work interface {
	// RenderChunk renders one file, claiming it first.
	RenderChunk(ctx context.Context, ref mailers.ChunkRef) error
	// QueuedChunks lists what waits, at most limit.
	QueuedChunks(ctx context.Context, limit int) ([]mailers.ChunkRef, error)
	// Reattempt gives a waiting chunk a new attempt, and so a new task id.
	Reattempt(ctx context.Context, ref mailers.ChunkRef) error
	// Sweep queues again what dead workers held.
	Sweep(ctx context.Context) (int, error)
	// AdvanceAll seals what is ready.
	AdvanceAll(ctx context.Context) error
}

// Options say which queue to use and how hard to work.
type Options struct {
	RedisURL    string // "" means an in-process queue that lives as long as the call
	Concurrency int    // files rendered at once; at least 1
	Queue       string // name of the queue; "" means DefaultQueue
	Log         *slog.Logger
	Hourly      func(ctx context.Context) // what Run does beside, at its start and every hour; nil: nothing
}

// DefaultQueue is the queue's name on a shared Redis.
const DefaultQueue = "postlift"

// kindRender is the task kind of rendering one file.
const kindRender = "render"

// MaxQueued is how many tasks wait in the queue at most; the rest waits in the ledger.
const MaxQueued = 500

// Times of the dispatcher. A task that was rung and is still not claimed after ringAgain is rung for again.
const (
	pollEvery  = 150 * time.Millisecond
	sweepEvery = time.Second
	ringAgain  = 20 * time.Second
	patience   = 30 * time.Second // with a database or queue that does not answer
	grace      = 8 * time.Second  // for files that are being rendered when the runner stops
)

// Runner carries work from the ledger through a queue to a worker in this process.
type Runner struct {
	work Work
	o    Options
	log  *slog.Logger
}

// New makes a Runner; it connects when it runs.
func New(work Work, o Options) *Runner {
	o.Concurrency = max(o.Concurrency, 1)
	if o.Queue == "" {
		o.Queue = DefaultQueue
	}
	log := o.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Runner{work: work, o: o, log: log}
}

// RunUntil works until done says so, the context ends, or database or queue fail for longer than half a
// minute. done is asked several times a second; its error ends the run.
func (r *Runner) RunUntil(ctx context.Context, done func(context.Context) (bool, error)) error {
	b, err := r.open(ctx)
	if err != nil {
		return err
	}
	defer b.close()
	var failing time.Time
	for tick := time.NewTicker(pollEvery); ; {
		finished, err := done(ctx)
		if finished || err != nil && ctx.Err() == nil {
			tick.Stop()
			return err
		}
		if err := b.dispatch(ctx); err != nil && ctx.Err() == nil {
			if failing.IsZero() {
				failing = time.Now()
				r.log.Warn("the queue could not be filled; trying again", "error", err)
			}
			if time.Since(failing) > patience {
				tick.Stop()
				return err
			}
		} else {
			failing = time.Time{}
		}
		select {
		case <-ctx.Done():
			tick.Stop()
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// Run works until the context ends, sealing what is ready. Failures of database or queue are logged and
// outlived.
func (r *Runner) Run(ctx context.Context) error {
	b, err := r.open(ctx)
	if err != nil {
		return err
	}
	defer b.close()
	defer Hourly(ctx, r.o.Hourly)()
	poll, seal := time.NewTicker(pollEvery), time.NewTicker(sweepEvery)
	defer poll.Stop()
	defer seal.Stop()
	failing := false
	for {
		var err error
		select {
		case <-ctx.Done():
			return nil
		case <-poll.C:
			err = b.dispatch(ctx)
		case <-seal.C:
			err = r.work.AdvanceAll(ctx)
		}
		if err != nil && ctx.Err() == nil && !failing {
			r.log.Error("the worker cannot work; it keeps trying", "error", err)
		}
		failing = err != nil
	}
}

// handle is the worker's side of the queue.
func (r *Runner) handle(ctx context.Context, task *asynq.Task) error {
	var ref mailers.ChunkRef
	if err := json.Unmarshal(task.Payload(), &ref); err != nil {
		return fmt.Errorf("jobs: payload of %s: %w: %w", task.Type(), err, asynq.SkipRetry)
	}
	err := r.work.RenderChunk(ctx, ref)
	if err != nil && postlift.KindOf(err) != postlift.Conflict { // a lost claim is the protocol at work
		r.log.Error("a file could not be rendered", "chunk", ref.String(), "error", err)
	}
	return retryOrSkip(err)
}

// retryOrSkip maps fault kinds to the queue's decision: what would fail again is not tried again.
func retryOrSkip(err error) error {
	switch postlift.KindOf(err) {
	case postlift.Invalid, postlift.NotFound, postlift.Conflict, postlift.Denied:
		return fmt.Errorf("%w: %w", err, asynq.SkipRetry)
	}
	return err
}

// taskID names one delivery; a second one of the same name is refused by the queue.
func taskID(ref mailers.ChunkRef) string { return kindRender + ":" + ref.String() }

// enqueue rings for one chunk. That the task is there already is success, unless the queue has laid it
// aside for good: then the ledger gives the chunk a new attempt.
func (b *bell) enqueue(ctx context.Context, ref mailers.ChunkRef) error {
	payload, err := json.Marshal(ref)
	if err != nil {
		return fmt.Errorf("jobs: %w", err)
	}
	id := taskID(ref)
	_, err = b.client.EnqueueContext(ctx, asynq.NewTask(kindRender, payload), asynq.TaskID(id), asynq.Queue(b.queue), asynq.MaxRetry(10))
	if !errors.Is(err, asynq.ErrTaskIDConflict) {
		return unavailable(err)
	}
	info, err := b.inspector.GetTaskInfo(b.queue, id)
	if errors.Is(err, asynq.ErrTaskNotFound) || errors.Is(err, asynq.ErrQueueNotFound) {
		return nil // it finished between the two calls; the ledger knows what became of it
	}
	if err != nil {
		return unavailable(err)
	}
	if info.State == asynq.TaskStateArchived || info.State == asynq.TaskStateCompleted {
		return b.work.Reattempt(ctx, ref)
	}
	return nil
}

func unavailable(err error) error {
	if err == nil {
		return nil
	}
	return &postlift.Fault{Kind: postlift.Unavailable, Op: "jobs", Text: "the queue does not answer: check REDIS_URL", Cause: err}
}
