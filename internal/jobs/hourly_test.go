package jobs

import (
	"context"
	"testing"
)

// TestHourlyBeginsAtOnceAndStops: the first turn does not wait for an hour, and stopping ends and awaits a turn.
func TestHourlyBeginsAtOnceAndStops(t *testing.T) {
	begun, ended := make(chan struct{}), false
	stop := Hourly(context.Background(), func(ctx context.Context) {
		close(begun)
		<-ctx.Done()
		ended = true
	})
	<-begun
	if stop(); !ended {
		t.Error("it was not waited for")
	}
	Hourly(context.Background(), nil)()
}
