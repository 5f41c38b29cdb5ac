package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"postlift"
	"postlift/mailers"
)

// bell is an open queue with its worker.
type bell struct {
	work      Work
	queue     string
	conn      asynq.RedisConnOpt
	client    *asynq.Client
	inspector *asynq.Inspector
	server    *asynq.Server
	rung      map[mailers.ChunkRef]time.Time // when this process rang for it
	swept     time.Time
	running   sync.WaitGroup
	stop      context.CancelFunc // ends what is still being rendered after the grace
	closers   []func()
}

// open connects to Redis, or starts the in-process server, and starts the worker.
func (r *Runner) open(ctx context.Context) (*bell, error) {
	b := &bell{work: r.work, queue: r.o.Queue, rung: map[mailers.ChunkRef]time.Time{}}
	conn, err := b.connection(r.o.RedisURL)
	if err != nil {
		return nil, err
	}
	b.conn, b.client, b.inspector = conn, asynq.NewClient(conn), asynq.NewInspector(conn)
	base, stop := context.WithCancel(context.WithoutCancel(ctx)) // a stop lets running files finish
	b.stop = stop
	b.server = asynq.NewServer(conn, asynq.Config{
		Concurrency: r.o.Concurrency, Queues: map[string]int{r.o.Queue: 1}, BaseContext: func() context.Context { return base },
		TaskCheckInterval: 100 * time.Millisecond, ShutdownTimeout: grace, HealthCheckInterval: time.Hour,
		DelayedTaskCheckInterval: time.Second, Logger: logger{r.log}, LogLevel: asynq.WarnLevel,
		RetryDelayFunc: func(n int, _ error, _ *asynq.Task) time.Duration {
			return min(time.Duration(n+1)*time.Second, 30*time.Second)
		},
	})
	handler := asynq.HandlerFunc(func(ctx context.Context, t *asynq.Task) error {
		b.running.Add(1)
		defer b.running.Done()
		return r.handle(ctx, t)
	})
	if err := b.client.Ping(); err != nil {
		b.closeClients()
		return nil, unavailable(err)
	}
	if err := b.server.Start(handler); err != nil {
		b.closeClients()
		return nil, unavailable(err)
	}
	return b, nil
}

// close stops the worker before its connections: the other order panics inside asynq.
func (b *bell) close() {
	b.server.Shutdown()
	b.stop()
	b.running.Wait()
	b.closeClients()
}

func (b *bell) closeClients() {
	b.stop()
	_ = b.client.Close() // nothing is lost with a connection: the ledger has everything
	_ = b.inspector.Close()
	for _, c := range b.closers {
		c()
	}
}

// connection is a Redis by its address, or a fresh in-process one.
func (b *bell) connection(url string) (asynq.RedisConnOpt, error) {
	if url != "" {
		opt, err := asynq.ParseRedisURI(url)
		if err != nil {
			return nil, postlift.Faultf(postlift.Invalid, "jobs", "REDIS_URL: %v", err)
		}
		return opt, nil
	}
	m := miniredis.NewMiniRedis()
	ended := make(chan struct{})
	go func() { // its expiries move only when told so
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-ended:
				return
			case <-tick.C:
				m.FastForward(time.Second)
			}
		}
	}()
	b.closers = append(b.closers, func() { close(ended); m.Close() })
	return inProcess{m}, nil
}

// inProcess connects to a Redis-compatible server in this process, over pipes, without a port.
type inProcess struct{ server *miniredis.Miniredis }

// MakeRedisClient satisfies asynq.RedisConnOpt.
func (p inProcess) MakeRedisClient() any {
	return redis.NewClient(&redis.Options{
		Addr: "in-process", Protocol: 2, DisableIdentity: true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
		Dialer:                   func(context.Context, string, string) (net.Conn, error) { return p.server.Dial() },
	})
}

// forgetLost notices that the queue holds nothing although this process rang some time ago for files that
// still wait: a Redis that was emptied or restarted without its data. Everything is rung for again.
func (b *bell) forgetLost(now time.Time) error {
	waits := false
	for _, at := range b.rung {
		waits = waits || now.Sub(at) > sweepEvery
	}
	if !waits {
		return nil
	}
	queues, err := b.inspector.Queues()
	if err != nil {
		return unavailable(err)
	}
	if slices.Contains(queues, b.queue) {
		info, err := b.inspector.GetQueueInfo(b.queue)
		if err != nil || info.Size > 0 {
			return unavailable(err)
		}
	}
	clear(b.rung)
	_ = b.client.Close() // a client remembers that it has told Redis the queue's name; a new one tells it again
	b.client = asynq.NewClient(b.conn)
	return nil
}

// dispatch rings for what waits in the ledger and, once a second, takes back what dead workers held.
func (b *bell) dispatch(ctx context.Context) error {
	now := time.Now()
	if now.Sub(b.swept) >= sweepEvery {
		if _, err := b.work.Sweep(ctx); err != nil {
			return err
		}
		if err := b.forgetLost(now); err != nil {
			return err
		}
		b.swept = now
	}
	refs, err := b.work.QueuedChunks(ctx, MaxQueued)
	if err != nil {
		return err
	}
	waiting := make(map[mailers.ChunkRef]time.Time, len(refs))
	for _, ref := range refs {
		at, known := b.rung[ref]
		if !known || now.Sub(at) > ringAgain {
			if err := b.enqueue(ctx, ref); err != nil {
				return err
			}
			at = now
		}
		waiting[ref] = at
	}
	b.rung = waiting
	return nil
}

// logger passes asynq's own messages on, a level lower: what matters is logged by the handler.
type logger struct{ to *slog.Logger }

// Debug drops it.
func (logger) Debug(...any) {}

// Info drops it.
func (logger) Info(...any) {}

// Warn is logged for the curious.
func (l logger) Warn(args ...any) { l.to.Debug("queue: " + fmt.Sprint(args...)) }

// Error is logged as a warning: the ledger makes good what the queue loses.
func (l logger) Error(args ...any) { l.to.Warn("queue: " + fmt.Sprint(args...)) }

// Fatal is logged; the runner decides about the process.
func (l logger) Fatal(args ...any) { l.to.Error("queue: " + fmt.Sprint(args...)) }
