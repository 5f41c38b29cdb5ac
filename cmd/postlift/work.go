package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"postlift"
)

func newWorkCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "work",
		Short: "Run a worker that renders queued letters until it is stopped",
		Long: `A worker takes files from the queue at REDIS_URL, renders them and seals batches, until it gets
SIGTERM or an interrupt; files in work are finished or handed back. Several workers may run on
several machines with one database, one Redis and one shared data folder. A worker that starts before
the database's schema is up to date waits until somebody has migrated it.

Without REDIS_URL no worker is needed: each command renders in its own process.`,
		Example: "  REDIS_URL=redis://localhost:6379/0 postlift work",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if a.cfg.RedisURL == "" {
				return postlift.Faultf(postlift.Invalid, "work", "REDIS_URL is not set: without a shared queue each command renders in its own process, so a worker would have nothing to do")
			}
			if current, err := a.awaitSchema(cmd.Context()); !current {
				return err
			}
			return a.withMailRoom(cmd.Context(), func(room *mailRoom) error {
				fmt.Fprintf(a.errOut, "worker runs, %d files at once; stop it with an interrupt\n", a.cfg.RenderParallel)
				return room.runner.Run(cmd.Context())
			})
		},
	}
}

// awaitSchema waits while the schema is older than this program: beside a server that migrates when it starts,
// a worker comes too early. It tells whether the schema is current; it is not where the wait was ended.
func (a *app) awaitSchema(ctx context.Context) (current bool, err error) {
	db, err := a.storeUnchecked(ctx)
	if err != nil {
		return false, err
	}
	for told := false; ctx.Err() == nil; told = true {
		err := db.CheckSchema(ctx)
		stale := postlift.KindOf(err) == postlift.Conflict
		switch {
		case err == nil:
			return true, nil
		case !stale && ctx.Err() == nil:
			return false, err
		case stale && !told:
			fmt.Fprintln(a.errOut, "waiting: "+userText(err))
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
	return false, nil
}
