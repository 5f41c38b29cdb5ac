package jobs

import (
	"context"
	"time"
)

// Hourly does something at once and then every hour until ctx ends or the function that it returns is called, which
// waits for what is being done. Whatever runs so must look up by itself what is due and do it once: several processes
// may have the same hour.
func Hourly(ctx context.Context, do func(context.Context)) (stop func()) {
	if do == nil {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(time.Hour)
		defer tick.Stop()
		for ctx.Err() == nil {
			do(ctx)
			select {
			case <-ctx.Done():
			case <-tick.C:
			}
		}
	}()
	return func() { cancel(); <-ended }
}
