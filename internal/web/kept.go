package web

import (
	"sync"
	"time"

	"postlift/clv/scoring"
)

// keptFor is how long a figure over all accounts is shown before it is worked out again: documents of an
// earlier day may come in late.
const keptFor = 10 * time.Minute

// kept are figures over all accounts of a run, which take long with many accounts and hardly change.
type kept struct {
	segmentation memo[scoring.Segmentation]
	moves        memo[scoring.Moves]
	retention    memo[retentionData]
}

// memo keeps the latest result under its key. Whoever asks while it is being worked out waits for it.
type memo[T any] struct {
	mu    sync.Mutex
	key   string
	at    time.Time
	value T
}

// get gives what is kept under the key, or works it out. An error is not kept.
func (m *memo[T]) get(key string, now time.Time, work func() (T, error)) (T, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if age := now.Sub(m.at); m.key == key && age >= 0 && age < keptFor {
		return m.value, nil
	}
	value, err := work()
	if err == nil {
		m.key, m.at, m.value = key, now, value
	}
	return value, err
}
