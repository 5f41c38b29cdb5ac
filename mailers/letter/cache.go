package letter

import (
	"sync"
)

// bounded keeps what was set once, for reading by many goroutines. It never decides what is drawn: a value that is
// not kept is made again, and is the same. Full, it forgets everything and starts over, so that data without
// repetition cost no memory.
type bounded[K comparable, V any] struct {
	mu   sync.RWMutex
	max  int
	kept map[K]V
}

func newBounded[K comparable, V any](max int) *bounded[K, V] {
	return &bounded[K, V]{max: max, kept: make(map[K]V)}
}

func (c *bounded[K, V]) get(k K) (V, bool) {
	c.mu.RLock()
	v, ok := c.kept[k]
	c.mu.RUnlock()
	return v, ok
}

func (c *bounded[K, V]) put(k K, v V) {
	c.mu.Lock()
	if len(c.kept) >= c.max {
		clear(c.kept)
	}
	c.kept[k] = v
	c.mu.Unlock()
}
