package jobs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"postlift"
	"postlift/mailers"
)

// eachQueue runs a test on the in-process queue and, where POSTLIFT_TEST_REDIS_URL names one, on Redis,
// each time with a queue of its own.
func eachQueue(t *testing.T, fn func(t *testing.T, o Options)) {
	t.Helper()
	t.Run("in-process", func(t *testing.T) { fn(t, Options{Concurrency: 2}) })
	t.Run("redis", func(t *testing.T) {
		url := os.Getenv("POSTLIFT_TEST_REDIS_URL")
		if url == "" {
			t.Skip("POSTLIFT_TEST_REDIS_URL is not set: no Redis to test on (make test starts one)")
		}
		queue := fmt.Sprintf("test-%d-%d", os.Getpid(), time.Now().UnixNano())
		t.Cleanup(func() { dropQueue(t, url, queue) })
		fn(t, Options{Concurrency: 2, RedisURL: url, Queue: queue})
	})
}

func dropQueue(t *testing.T, url, queue string) {
	t.Helper()
	opt, err := asynq.ParseRedisURI(url)
	if err != nil {
		t.Fatal(err)
	}
	inspector := asynq.NewInspector(opt)
	defer inspector.Close()
	if err := inspector.DeleteQueue(queue, true); err != nil && !errors.Is(err, asynq.ErrQueueNotFound) {
		t.Errorf("queue %s stays: %v", queue, err)
	}
}

// ledger is the database's part, in memory.
type ledger struct {
	mu      sync.Mutex
	queued  map[int]int // chunk to attempt
	claimed map[int]int
	effects map[int]int // how often a chunk took effect
	largest int         // most chunks ever asked for
	render  func(ctx context.Context, ref mailers.ChunkRef) error
	swept   int
}

func newLedger(chunks int) *ledger {
	l := &ledger{queued: map[int]int{}, claimed: map[int]int{}, effects: map[int]int{}}
	for i := 1; i <= chunks; i++ {
		l.queued[i] = 1
	}
	return l
}

func (l *ledger) RenderChunk(ctx context.Context, ref mailers.ChunkRef) error {
	l.mu.Lock()
	if l.queued[ref.Chunk] != ref.Attempt {
		l.mu.Unlock()
		return postlift.Faultf(postlift.Conflict, "test", "lost")
	}
	delete(l.queued, ref.Chunk)
	l.claimed[ref.Chunk] = ref.Attempt
	l.mu.Unlock()
	if l.render != nil {
		if err := l.render(ctx, ref); err != nil {
			return err
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.claimed[ref.Chunk] != ref.Attempt {
		return postlift.Faultf(postlift.Conflict, "test", "fenced")
	}
	delete(l.claimed, ref.Chunk)
	l.effects[ref.Chunk]++
	return nil
}

func (l *ledger) QueuedChunks(_ context.Context, limit int) ([]mailers.ChunkRef, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var refs []mailers.ChunkRef
	for chunk, attempt := range l.queued {
		if len(refs) < limit {
			refs = append(refs, mailers.ChunkRef{BatchUID: "bt_test", Chunk: chunk, Revision: 1, Attempt: attempt})
		}
	}
	l.largest = max(l.largest, len(refs))
	return refs, nil
}

func (l *ledger) Reattempt(_ context.Context, ref mailers.ChunkRef) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.queued[ref.Chunk] == ref.Attempt {
		l.queued[ref.Chunk]++
	}
	return nil
}

// Sweep takes back every claim, as if all leases had run out, from its second call on.
func (l *ledger) Sweep(context.Context) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.swept++
	if l.swept < 2 {
		return 0, nil
	}
	n := len(l.claimed)
	for chunk, attempt := range l.claimed {
		delete(l.claimed, chunk)
		l.queued[chunk] = attempt + 1
	}
	return n, nil
}

func (l *ledger) AdvanceAll(context.Context) error { return nil }

func (l *ledger) done(want int) func(context.Context) (bool, error) {
	return func(context.Context) (bool, error) {
		l.mu.Lock()
		defer l.mu.Unlock()
		return len(l.effects) == want, nil
	}
}

func (l *ledger) check(t *testing.T, want int) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.effects) != want {
		t.Errorf("%d chunks took effect, want %d", len(l.effects), want)
	}
	for chunk, n := range l.effects {
		if n != 1 {
			t.Errorf("chunk %d took effect %d times", chunk, n)
		}
	}
}

// limit ends a test that hangs; it is no measurement.
func limit(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func TestEveryChunkOnce(t *testing.T) {
	eachQueue(t, func(t *testing.T, o Options) {
		const chunks = MaxQueued + 200
		l := newLedger(chunks)
		if err := New(l, o).RunUntil(limit(t), l.done(chunks)); err != nil {
			t.Fatal(err)
		}
		l.check(t, chunks)
		if l.largest > MaxQueued {
			t.Errorf("%d tasks were queued at once", l.largest)
		}
	})
}

func TestTwoRunnersShareOneLedger(t *testing.T) {
	eachQueue(t, func(t *testing.T, o Options) {
		l := newLedger(60)
		l.swept = -1 << 30 // no lease runs out here
		ctx := limit(t)
		errs := make(chan error, 2)
		for range 2 {
			go func() { errs <- New(l, o).RunUntil(ctx, l.done(60)) }()
		}
		for range 2 {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		l.check(t, 60)
	})
}

// What a worker lost comes back by the sweeper, with a new attempt and so a new task id; a zombie that
// wakes up later is fenced.
func TestLostChunksComeBack(t *testing.T) {
	eachQueue(t, func(t *testing.T, o Options) {
		l := newLedger(4)
		l.render = func(_ context.Context, ref mailers.ChunkRef) error {
			if ref.Attempt == 1 {
				return errors.New("the connection to the disk broke")
			}
			return nil
		}
		if err := New(l, o).RunUntil(limit(t), l.done(4)); err != nil {
			t.Fatal(err)
		}
		l.check(t, 4)
	})
}

// A task that the queue has laid aside for good blocks its id; the dispatcher must not wait for it.
func TestArchivedTaskDoesNotBlock(t *testing.T) {
	eachQueue(t, func(t *testing.T, o Options) {
		if o.RedisURL == "" {
			t.Skip("an in-process queue starts empty")
		}
		opt, err := asynq.ParseRedisURI(o.RedisURL)
		if err != nil {
			t.Fatal(err)
		}
		client, inspector := asynq.NewClient(opt), asynq.NewInspector(opt)
		defer client.Close()
		defer inspector.Close()
		ref := mailers.ChunkRef{BatchUID: "bt_test", Chunk: 1, Revision: 1, Attempt: 1}
		if _, err := client.Enqueue(asynq.NewTask(kindRender, nil), asynq.TaskID(taskID(ref)), asynq.Queue(o.Queue)); err != nil {
			t.Fatal(err)
		}
		if err := inspector.ArchiveTask(o.Queue, taskID(ref)); err != nil {
			t.Fatal(err)
		}
		l := newLedger(1)
		if err := New(l, o).RunUntil(limit(t), l.done(1)); err != nil {
			t.Fatal(err)
		}
		l.check(t, 1)
	})
}

// A queue that loses what waits in it, as a Redis restarted without its data does, is noticed and filled
// again.
func TestLostQueueIsFilledAgain(t *testing.T) {
	eachQueue(t, func(t *testing.T, o Options) {
		if o.RedisURL == "" {
			t.Skip("an in-process queue is lost with its process only")
		}
		opt, err := asynq.ParseRedisURI(o.RedisURL)
		if err != nil {
			t.Fatal(err)
		}
		inspector := asynq.NewInspector(opt)
		defer inspector.Close()
		l := newLedger(12)
		lost := make(chan struct{})
		l.render = func(ctx context.Context, _ mailers.ChunkRef) error {
			select {
			case <-lost:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		go func() {
			defer close(lost)
			for n := 0; n < 10; time.Sleep(10 * time.Millisecond) { // all but the two that are being rendered
				queues, err := inspector.Queues()
				if err == nil && slices.Contains(queues, o.Queue) {
					var deleted int
					deleted, err = inspector.DeleteAllPendingTasks(o.Queue)
					n += deleted
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		}()
		if err := New(l, o).RunUntil(limit(t), l.done(12)); err != nil {
			t.Fatal(err)
		}
		l.check(t, 12)
	})
}

func TestStopEndsRunningWork(t *testing.T) {
	eachQueue(t, func(t *testing.T, o Options) {
		l := newLedger(2)
		started := make(chan struct{}, 2)
		l.render = func(ctx context.Context, _ mailers.ChunkRef) error {
			started <- struct{}{}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(500 * time.Millisecond): // shorter than the grace
				return nil
			}
		}
		ctx, stop := context.WithCancel(limit(t))
		go func() {
			<-started
			stop()
		}()
		if err := New(l, o).Run(ctx); err != nil {
			t.Fatal(err)
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		if len(l.claimed) != 0 || len(l.effects) == 0 {
			t.Errorf("after a graceful stop %d chunks are claimed, %d done", len(l.claimed), len(l.effects))
		}
	})
}

func TestDoneErrorEndsTheRun(t *testing.T) {
	broken := postlift.Faultf(postlift.Unavailable, "test", "a file was given up")
	err := New(newLedger(0), Options{}).RunUntil(limit(t), func(context.Context) (bool, error) { return false, broken })
	if !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err = New(newLedger(0), Options{}).RunUntil(ctx, func(context.Context) (bool, error) { return false, nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want cancelled", err)
	}
	err = New(newLedger(0), Options{RedisURL: "nonsense://"}).Run(t.Context())
	if postlift.KindOf(err) != postlift.Invalid {
		t.Errorf("error %v, want Invalid", err)
	}
}

func TestRetryOrSkip(t *testing.T) {
	for kind, skip := range map[postlift.Kind]bool{postlift.Invalid: true, postlift.NotFound: true, postlift.Conflict: true,
		postlift.Denied: true, postlift.Unavailable: false, postlift.Internal: false} {
		err := retryOrSkip(postlift.Faultf(kind, "test", "x"))
		if errors.Is(err, asynq.SkipRetry) != skip || postlift.KindOf(err) != kind {
			t.Errorf("%s: %v", kind, err)
		}
	}
	if retryOrSkip(nil) != nil {
		t.Error("no error became one")
	}
}
