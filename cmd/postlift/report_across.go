package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/responses"
)

func newAcrossCommand(a *app) *cobra.Command {
	var from, to, asOf, lang, by string
	cmd := &cobra.Command{
		Use:   "campaigns",
		Short: "What all measured campaigns show together, and which kinds pay",
		Long: `Every posted advertising run with its net gain, its gain a letter and its lift; the lift that they have in common
(normal-normal over a grid of spreads); sums by quarter; and groups of runs, shrunk and adjusted for being several.
Registered readings count as they were frozen; the other runs are measured with the data of the day, at most 200.

Groups: campaign puts repeats of one name together ("Win back 2", "Win back 2026-03"), kind is rule, letter and
treatment, segment is that of the accounts.`,
		Example: "  postlift report campaigns\n  postlift report campaigns --from 2026-01-01 --group-by kind --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if lang != "en" && lang != "de" {
				return postlift.Faultf(postlift.Invalid, "report campaigns", "--lang is %q: en or de is needed", lang)
			}
			q := responses.AcrossRequest{GroupBy: by}
			var err error
			if q.AsOf, err = a.asOf(cmd.Context(), asOf); err != nil {
				return err
			}
			for _, d := range []struct {
				flag string
				into *postlift.Date
			}{{from, &q.From}, {to, &q.To}} {
				if d.flag != "" {
					if *d.into, err = postlift.ParseDate(d.flag); err != nil {
						return err
					}
				}
			}
			service, err := a.responses(cmd.Context())
			if err != nil {
				return err
			}
			bar := a.progress("runs")
			q.Progress = func(done, _ int) { bar.set(int64(done)) }
			found, err := service.Across(cmd.Context(), q)
			bar.done()
			if err != nil {
				return err
			}
			return a.print(found, func(w io.Writer) { printAcross(w, found, lang) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&from, "from", "", "runs that came in home from this day on")
	f.StringVar(&to, "to", "", "and up to this one")
	f.StringVar(&asOf, "as-of", "", "read the data of this day (default: today)")
	f.StringVar(&by, "group-by", responses.ByCampaign, strings.Join(responses.Groupings(), ", "))
	f.StringVar(&lang, "lang", "en", "language: en or de")
	return cmd
}

// acrossText writes what campaigns show together.
type acrossText struct{ upliftText }

func (t acrossText) say(name string) string { return programmeWords[name].In(t.lang) }

func (t acrossText) share(i *responses.Interval) string {
	if i == nil {
		return "–"
	}
	p := func(v float64) string { return responses.Percent(v, 1, t.lang) }
	return p(i.Value) + " " + t.bounds(p(i.Low), p(i.High))
}

func (t acrossText) cents(m *responses.MoneyInterval) string {
	if m == nil {
		return "–"
	}
	return strings.Replace(m.Value.Format(t.lang), "-", "\u2212", 1)
}

func printAcross(w io.Writer, a responses.Across, lang string) {
	t := acrossText{upliftText{w, lang}}
	fmt.Fprintf(w, "%s\n\n", a.Sentence.In(lang))
	fmt.Fprintf(w, "%-42s %8s %12s  %-34s %10s  %-28s %s\n", t.say("run"), t.say("letters"), t.word("cost"), t.say("net"), t.say("per"), t.say("lift"), t.say("shrunk"))
	for _, r := range a.Runs {
		fmt.Fprintf(w, "%-10s %-31s %8s %12s  %-34s %10s  %-28s %s\n", t.date(r.InHomeOn), clipped(r.Campaign, 31), t.count(r.Letters), t.money(r.Cost), t.span(&r.Net), t.cents(r.PerLetter), t.share(r.Lift), t.share(r.Shrunk))
	}
	for _, l := range a.Left {
		fmt.Fprintf(w, "%-10s %-31s %s: %s\n", t.date(l.InHomeOn), clipped(l.Campaign, 31), t.say("left"), strings.ReplaceAll(l.Reason, "_", " "))
	}
	if p := a.Pooled; p != nil {
		fmt.Fprintln(w)
		t.line(t.say("pooled"), "%s  (%s %s)", t.share(&p.Lift), t.say("next"), t.share(&p.Next))
	}
	t.totals(a)
	t.groups(a)
	fmt.Fprintln(w)
	for _, n := range a.Notes {
		fmt.Fprintf(w, "%s: %s\n", t.word("note"), n.Text.In(lang))
	}
}

func (t acrossText) totals(a responses.Across) {
	if a.Total.Net == nil {
		return
	}
	fmt.Fprintf(t.w, "\n%-10s %6s %9s %12s  %s\n", t.say("header"), t.say("runs"), t.say("letters"), t.word("cost"), t.say("net"))
	for _, q := range append(a.Quarter, a.Total) {
		name := q.Name
		if name == "" {
			name = t.say("together")
		}
		flags := []string{}
		if q.Interim {
			flags = append(flags, responses.Interim)
		}
		fmt.Fprintf(t.w, "%-10s %6s %9s %12s  %-34s %s\n", name, t.count(q.Runs), t.count(q.Letters), t.money(q.Cost), t.span(q.Net), verdictPhrase(q.Verdict, flags, t.lang))
	}
}

func (t acrossText) groups(a responses.Across) {
	if len(a.Groups) == 0 {
		return
	}
	fmt.Fprintf(t.w, "\n%-42s %6s %9s  %-34s %-28s %-28s %s\n", t.say(a.GroupBy), t.say("runs"), t.say("letters"), t.say("net"), t.say("lift"), t.say("shrunk"), t.say("adjusted"))
	for _, g := range a.Groups {
		letters, net, p := "–", "–", "–"
		if g.Total != nil {
			letters, net = t.count(g.Letters), t.span(g.Total.Net)
		}
		if g.Adjusted != nil {
			p = t.decimal(*g.Adjusted, 3)
		}
		fmt.Fprintf(t.w, "%-42s %6s %9s  %-34s %-28s %-28s %s  %s\n", clipped(g.Name, 42), t.count(g.Runs), letters, net, t.share(g.Lift), t.share(g.Shrunk), p, t.say(g.Pays))
	}
}

// clipped is a text of at most n letters.
func clipped(text string, n int) string {
	letters := []rune(text)
	if len(letters) <= n {
		return text
	}
	return string(letters[:n-1]) + "…"
}
