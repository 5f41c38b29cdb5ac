package web

import (
	"errors"
	"testing"
	"time"
)

// TestKept: worked out once for a run, again for another run and after a while, and never after an error.
func TestKept(t *testing.T) {
	var m memo[int]
	worked := 0
	work := func() (int, error) { worked++; return worked, nil }
	for _, c := range []struct {
		key   string
		after time.Duration
		want  int
	}{{"a", 0, 1}, {"a", keptFor - 1, 1}, {"a", keptFor, 2}, {"b", keptFor, 3}, {"b", 0, 4}} {
		if got, err := m.get(c.key, now.Add(c.after), work); got != c.want || err != nil {
			t.Errorf("%s after %s: %d, want %d", c.key, c.after, got, c.want)
		}
	}
	if _, err := m.get("c", now, func() (int, error) { return 9, errors.New("gone") }); err == nil {
		t.Error("the error is swallowed")
	}
	if got, _ := m.get("c", now, work); got != 5 {
		t.Errorf("%d is kept from a failure", got)
	}
}
