package web

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

// TestComputingIsSharedAndBounded: who asks twice shares one computation, more than the slots are refused, a failure
// is not kept and a panic is a failure.
func TestComputingIsSharedAndBounded(t *testing.T) {
	m, ctx := newComputing[int](make(slots, 1)), t.Context()
	open, worked := make(chan struct{}), 0
	slow := func(context.Context) (int, error) { worked++; <-open; return 7, nil }
	first := m.ask(ctx, "a", now, slow)
	if first == nil || m.ask(ctx, "a", now, slow) != first || m.known("a", now) != nil {
		t.Fatal("one who asks while it is under way gets another computation")
	}
	if m.ask(ctx, "b", now, slow) != nil {
		t.Error("more is computed at once than may be")
	}
	if first.wait(ctx, time.Millisecond) {
		t.Error("it is ready before it is done")
	}
	close(open)
	if !first.wait(ctx, time.Minute) || first.value != 7 || worked != 1 || *m.known("a", now) != 7 {
		t.Errorf("%+v, worked out %d times", first, worked)
	}
	if m.known("a", now.Add(keptFor)) != nil {
		t.Error("an old result is shown")
	}
	for _, fail := range []func(context.Context) (int, error){
		func(context.Context) (int, error) { return 0, errors.New("gone") },
		func(context.Context) (int, error) { panic("gone") },
	} {
		c := waitFor(t, m, "c", fail)
		if c.err == nil || !strings.Contains(c.err.Error(), "gone") || m.known("c", now) != nil {
			t.Errorf("a failure: %v", c.err)
		}
	}
	if c := waitFor(t, m, "c", func(context.Context) (int, error) { return 9, nil }); c.err != nil || c.value != 9 {
		t.Errorf("after failures: %+v", c)
	}
}

// waitFor asks until a slot is free: a computation is ready a moment before its slot is.
func waitFor(t *testing.T, m *computing[int], key string, work func(context.Context) (int, error)) *computation[int] {
	t.Helper()
	for {
		if c := m.ask(t.Context(), key, now, work); c != nil {
			c.wait(t.Context(), time.Minute)
			return c
		}
		if t.Context().Err() != nil {
			t.Fatal("no slot comes free")
		}
	}
}

// TestComputingForgets: it never keeps more than it says.
func TestComputingForgets(t *testing.T) {
	m := newComputing[int](make(slots, 1))
	for i := range 3 * computedKept {
		waitFor(t, m, strings.Repeat("x", i), func(context.Context) (int, error) { return i, nil })
	}
	if n := len(m.kept); n > computedKept {
		t.Errorf("%d are kept", n)
	}
}
