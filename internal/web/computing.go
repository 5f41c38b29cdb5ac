package web

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

// Bounds of what is computed on request: so many at once, each so long, so many results kept, and so long does a
// page wait for one before it says that it is under way.
const (
	computedAtOnce = 2
	computedKept   = 64
	computeLimit   = 5 * time.Minute
	patience       = 2500 * time.Millisecond
)

// computation is one result that is being worked out or was.
type computation[T any] struct {
	done  chan struct{} // closed when value and err stand
	since time.Time
	value T
	err   error
}

// ready tells whether the result is there.
func (c *computation[T]) ready() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// slots bound how much is computed at once.
type slots chan struct{}

// take gets a slot; false where all are taken.
func (s slots) take() bool {
	select {
	case s <- struct{}{}:
		return true
	default:
		return false
	}
}

func (s slots) leave() { <-s }

// computing works results out in the background and keeps them under their keys for a while. Whoever asks for one
// that is under way shares it.
type computing[T any] struct {
	mu    sync.Mutex
	slots slots
	kept  map[string]*computation[T]
}

func newComputing[T any](s slots) *computing[T] {
	return &computing[T]{slots: s, kept: map[string]*computation[T]{}}
}

// known is what is kept under the key and went well; nil where there is nothing yet.
func (m *computing[T]) known(key string, now time.Time) *T {
	m.mu.Lock()
	defer m.mu.Unlock()
	if c := m.kept[key]; c != nil && c.ready() && c.err == nil && fresh(c.since, now) {
		return &c.value
	}
	return nil
}

func fresh(since, now time.Time) bool {
	age := now.Sub(since)
	return age >= 0 && age < keptFor
}

// ask gives the computation under the key and starts it where there is none; nil where as many are under way as may
// be. A failed one is not kept for the next who asks. The work goes on when the request that began it ends.
func (m *computing[T]) ask(ctx context.Context, key string, now time.Time, work func(context.Context) (T, error)) *computation[T] {
	m.mu.Lock()
	defer m.mu.Unlock()
	if c := m.kept[key]; c != nil && (!c.ready() || c.err == nil && fresh(c.since, now)) {
		return c
	}
	if !m.slots.take() {
		return nil
	}
	m.tidy(now)
	c := &computation[T]{done: make(chan struct{}), since: now}
	m.kept[key] = c
	go func() {
		defer m.slots.leave()
		defer close(c.done)
		limited, stop := context.WithTimeout(context.WithoutCancel(ctx), computeLimit)
		defer stop()
		defer func() {
			if cause := recover(); cause != nil { // nobody else would catch it here, and the program would end
				c.err = fmt.Errorf("a computation panicked: %v\n%s", cause, debug.Stack())
			}
		}()
		c.value, c.err = work(limited)
	}()
	return c
}

// tidy forgets what is old, and everything that is ready where that is still too much.
func (m *computing[T]) tidy(now time.Time) {
	for key, c := range m.kept {
		if c.ready() && (!fresh(c.since, now) || len(m.kept) >= computedKept) {
			delete(m.kept, key)
		}
	}
}

// wait gives the result a moment to come.
func (c *computation[T]) wait(ctx context.Context, most time.Duration) bool {
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-c.done:
	case <-timer.C:
	case <-ctx.Done():
	}
	return c.ready()
}
