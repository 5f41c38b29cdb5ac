package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/clv/bridge"
	"postlift/clv/scoring"
	"postlift/internal/store"
	"postlift/internal/web"
)

// bridgeAnswer is the CLV bridge of some quarters with what letters had to do with it.
type bridgeAnswer struct {
	Quarters []web.QuarterBridge `json:"quarters"`
	Missing  []string            `json:"missing"` // quarters without a score run at both ends
}

func newBridgeCommand(a *app) *cobra.Command {
	var from, to, by, lang string
	var backfill, table bool
	cmd := &cobra.Command{
		Use:   "bridge",
		Short: "From last quarter's customer value to this one's, step by step, to the cent",
		Long: `The CLV bridge: opening value + new - lost - realised + what came nearer in time +/- behaviour against the forecast
+/- model change +/- changed assumptions = closing value. Every account is valued anew at both ends, under the models and
assumptions of both score runs, so that neither a refit nor a new assumption counts as behaviour. What letters brought
stands beside it with its interval: measured against the held-out, within the quarter, and part of what was earned.
A quarter needs a score run at its beginning and its end (clv score --as-of); --backfill makes those that are missing and
leaves the published run as it is.`,
		Example: "  postlift report bridge\n  postlift report bridge --from 2025-Q4 --to 2026-Q2 --by segment\n  postlift report bridge --from 2025-Q4 --backfill --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			first, last, err := a.quarters(cmd.Context(), from, to)
			if err != nil {
				return err
			}
			switch {
			case by != "" && by != scoring.BridgeBySegment && by != scoring.BridgeByOwner:
				return postlift.Faultf(postlift.Invalid, "report bridge", "--by is %q: segment or owner is possible", by)
			case lang != "en" && lang != "de":
				return postlift.Faultf(postlift.Invalid, "report bridge", "--lang is %q: en or de is needed", lang)
			}
			db, err := a.store(cmd.Context())
			if err != nil {
				return err
			}
			if backfill {
				if err := a.backfill(cmd.Context(), db, first, last); err != nil {
					return err
				}
			}
			answer, err := a.bridge(cmd.Context(), db, first, last, scoring.BridgeOptions{By: by})
			if err != nil {
				return err
			}
			if table {
				return answer.csv(a.out)
			}
			return a.print(answer, func(w io.Writer) { answer.text(w, lang) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&from, "from", "", "first quarter, such as 2025-Q4 (default: the latest one)")
	f.StringVar(&to, "to", "", "last quarter (default: the latest one)")
	f.StringVar(&by, "by", "", "split by segment or owner")
	f.BoolVar(&backfill, "backfill", false, "first score the ends of quarters that have no run of their own")
	f.BoolVar(&table, "csv", false, "answer with CSV: quarter, part, step, amount")
	f.StringVar(&lang, "lang", "en", "language of the text: en or de")
	return cmd
}

// quarters reads the two options; the latest quarter is that of the published run, or of today before there is one.
func (a *app) quarters(ctx context.Context, from, to string) (first, last scoring.Quarter, err error) {
	db, err := a.store(ctx)
	if err != nil {
		return first, last, err
	}
	run, err := db.PublishedRun(ctx)
	if err != nil {
		return first, last, err
	}
	last = scoring.QuarterOf(run.AsOf)
	if to != "" {
		if last, err = scoring.ParseQuarter(to); err != nil {
			return first, last, err
		}
	}
	first = last
	if from != "" {
		if first, err = scoring.ParseQuarter(from); err != nil {
			return first, last, err
		}
	}
	if first.First() > last.First() {
		return first, last, postlift.Faultf(postlift.Invalid, "report bridge", "--from %s comes after --to %s", first, last)
	}
	return first, last, nil
}

func (a *app) backfill(ctx context.Context, db *store.Store, first, last scoring.Quarter) error {
	run, err := db.PublishedRun(ctx)
	if err != nil {
		return err
	}
	made, err := a.scoring(db, nil).Backfill(ctx, db, db.PublishRun, first, last, run.AsOf, postlift.Person("command line"))
	for _, m := range made {
		fmt.Fprintf(a.errOut, "scored as of %s: run %s\n", m.AsOf, m.UID)
	}
	return err
}

func (a *app) bridge(ctx context.Context, db *store.Store, first, last scoring.Quarter, o scoring.BridgeOptions) (bridgeAnswer, error) {
	answer := bridgeAnswer{Missing: []string{}}
	list, missing, err := a.scoring(db, nil).Bridges(ctx, db, first, last, o)
	if err != nil {
		return answer, err
	}
	answer.Missing = append(answer.Missing, missing...)
	measuring, err := a.responses(ctx)
	if err != nil {
		return answer, err
	}
	for _, b := range list {
		mail, err := measuring.MailBetween(ctx, b.From.AddDays(1), b.To)
		if err != nil {
			return answer, err
		}
		answer.Quarters = append(answer.Quarters, web.QuarterBridge{Bridge: b, Mail: mail})
	}
	return answer, nil
}

func (b bridgeAnswer) text(w io.Writer, lang string) {
	say := func(key string, args ...any) string {
		if len(args) == 0 {
			return web.Text(lang, key)
		}
		return fmt.Sprintf(web.Text(lang, key), args...)
	}
	for _, q := range b.Quarters {
		columns(w, say("bridge.quarter", q.Quarter, q.From.String(), q.To.String()), func(w io.Writer) {
			for _, s := range q.Steps {
				fmt.Fprintf(w, "%s\t%s\t\n", say("bridge."+s.Name), postlift.Money{Minor: s.Amount, Currency: q.Money}.Format(lang))
			}
		})
		if g := q.Mail.Gain; g != nil {
			fmt.Fprintln(w, say("bridge.mail", q.Mail.Runs, g.Value.Format(lang), g.Low.Format(lang), g.High.Format(lang), q.Mail.Cost.Format(lang)))
		} else {
			fmt.Fprintln(w, say("bridge.mail.none"))
		}
		if q.Mail.Overlap > 0 {
			fmt.Fprintln(w, "  "+say("bridge.mail.overlap", q.Mail.Overlap))
		}
		for _, left := range q.Mail.Left {
			fmt.Fprintln(w, "  "+say("bridge.mail.left", left.Campaign, say("bridge.left."+left.Reason)))
		}
		for _, note := range q.Notes {
			fmt.Fprintln(w, say("bridge.note."+note))
		}
		for _, p := range q.By {
			fmt.Fprintf(w, "  %s: %s -> %s\n", orNone(p.Name), postlift.Money{Minor: p.Line.Opening, Currency: q.Money}.Format(lang), postlift.Money{Minor: p.Line.Closing, Currency: q.Money}.Format(lang))
		}
	}
	for _, q := range b.Missing {
		fmt.Fprintln(w, say("bridge.missing", q))
	}
}

// csv writes one row a quarter, part and step.
func (b bridgeAnswer) csv(w io.Writer) error {
	out := csv.NewWriter(w)
	rows := [][]string{{"quarter", "from", "to", "part", "step", "amount_minor", "currency"}}
	for _, q := range b.Quarters {
		parts := append([]scoring.BridgePart{{Name: "", Line: q.All}}, q.By...)
		for i, p := range parts {
			name := p.Name
			if i == 0 {
				name = "all"
			}
			rows = append(rows, bridgeRows(q, name, p.Line)...)
		}
	}
	return out.WriteAll(rows)
}

func bridgeRows(q web.QuarterBridge, name string, line bridge.Line) [][]string {
	var rows [][]string
	for _, s := range line.Waterfall() {
		rows = append(rows, []string{q.Quarter, q.From.String(), q.To.String(), plainCell(name), s.Name, strconv.FormatInt(s.Amount, 10), q.Money})
	}
	return rows
}
