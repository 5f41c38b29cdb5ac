package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/internal/web"
	"postlift/responses"
)

// measuringActor is who takes readings when nobody asks for them.
var measuringActor = postlift.Actor{Kind: "system", Name: "measuring"}

func newMeasureCommand(a *app) *cobra.Command {
	var asOf, by, lang string
	cmd := &cobra.Command{
		Use:   "measure",
		Short: "Take the registered readings that are due, and learn from them",
		Long: `Take every reading that a campaign's record registered and that is due: on day 30, 90, 180 and 365 after the letters
arrived and at the end of the measuring window, in waves at their end only. Each is taken once and frozen; later imports
never change it, and report uplift shows it with a note on what today's data would say. A reading waits until orders of its
last day are imported; after 14 days it is taken with what is known, unless orders end more than 14 days before its last day. The reading at the end of the window decides the verdict and teaches the lift table;
after the last one the run is closed and its campaign finished. It may be repeated at any time; a server and a worker do it
by themselves every hour.`,
		Example: "  postlift measure\n  postlift measure --as-of 2026-06-30 --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if lang != "en" && lang != "de" {
				return postlift.Faultf(postlift.Invalid, "measure", "--lang is %q: en or de is needed", lang)
			}
			day, err := a.asOf(cmd.Context(), asOf)
			if err != nil {
				return err
			}
			service, err := a.responses(cmd.Context())
			if err != nil {
				return err
			}
			done, err := service.MeasureDue(cmd.Context(), day, a.actor(by))
			if err != nil {
				return err
			}
			return a.print(done, func(w io.Writer) { printMeasured(w, done, lang) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&asOf, "as-of", "", "take what is due on this day (default: today)")
	f.StringVar(&by, "by", "", "who measures (default: the operating system's user)")
	f.StringVar(&lang, "lang", "en", "language of the answer: en or de")
	return cmd
}

// readingName names the day of a reading.
func readingName(day int, lang string) string {
	if day == responses.PrimaryReading {
		return web.Text(lang, "learning.end")
	}
	return fmt.Sprintf(web.Text(lang, "learning.day"), day)
}

func printMeasured(w io.Writer, m responses.Measured, lang string) {
	t := func(key string) string { return web.Text(lang, "learning."+key) }
	if len(m.Taken)+len(m.Waiting) == 0 {
		fmt.Fprintf(w, t("nothing_due")+"\n", m.AsOf.Format(lang))
	}
	for _, f := range m.Taken {
		fmt.Fprintf(w, "%-28s %-18s %s  %s\n", f.Campaign, readingName(f.Day, lang), f.DueOn.Format(lang), web.Text(lang, "verdict."+f.Verdict))
	}
	for _, r := range m.Waiting {
		known := t("no_orders")
		if !r.DataOn.IsZero() {
			known = r.DataOn.Format(lang)
		}
		fmt.Fprintf(w, "%-28s %-18s %s  "+t("waiting")+"\n", r.Campaign, readingName(r.Day, lang), r.DueOn.Format(lang), known)
	}
	for _, r := range m.Next {
		fmt.Fprintf(w, "%-28s %-18s %s  %s\n", r.Campaign, readingName(r.Day, lang), r.DueOn.Format(lang), t("to_come"))
	}
	for _, uid := range m.Closed {
		fmt.Fprintf(w, t("closed")+"\n", uid)
	}
	if len(m.Learned.Lessons) > 0 {
		printLearned(w, m.Learned, lang)
	}
}

// hourlyReadings is what a server and a worker do beside. A demo's days are its own, so that it is measured by command.
func (a *app) hourlyReadings(service *responses.Service) func(context.Context) {
	if a.inDemo() {
		return nil
	}
	return func(ctx context.Context) {
		done, err := service.MeasureDue(ctx, 0, measuringActor)
		switch {
		case err != nil && ctx.Err() == nil:
			a.log.Error("due readings could not be taken; they are tried again in an hour", "error", err)
		case len(done.Taken) > 0:
			a.log.Info("readings taken", "readings", len(done.Taken), "closed", len(done.Closed), "lift_table", done.Learned.Version)
		}
	}
}
