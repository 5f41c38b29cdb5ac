package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/campaigns/lift"
	"postlift/internal/web"
	"postlift/responses"
)

func newLearnCommand(a *app) *cobra.Command {
	var campaign, by, lang string
	var dryRun, rebuild bool
	cmd := &cobra.Command{
		Use:   "learn",
		Short: "Learn from measured campaigns how much a letter adds",
		Long: `Add what measured campaigns teach to the lift table, which the next campaign preview reads: how much a letter adds to
the margin expected of an account, by segment and trait. A campaign teaches once, after the reading at the end of its window
(postlift measure, which calls this by itself); one whose result is withheld teaches nothing. The order of campaigns does not
matter. The table begins at: a letter adds 15 per cent of the movable margin, give or take 15, whoever gets it.`,
		Example: "  postlift learn\n  postlift learn --campaign \"Win-back spring\" --dry-run\n  postlift learn --rebuild\n  postlift learn show --lang de",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			service, err := a.learning(cmd, lang)
			if err != nil {
				return err
			}
			now, err := service.Learn(cmd.Context(), responses.LearnRequest{Campaign: campaign, DryRun: dryRun, Rebuild: rebuild}, a.actor(by))
			if err != nil {
				return err
			}
			return a.print(now, func(w io.Writer) { printLearned(w, now, lang) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&campaign, "campaign", "", "learn from this campaign only (default: from every one that has not taught yet)")
	f.BoolVar(&dryRun, "dry-run", false, "show what would be learned and keep nothing")
	f.BoolVar(&rebuild, "rebuild", false, "compute what every campaign taught anew from the data known now")
	f.StringVar(&by, "by", "", "who asks for it (default: the operating system's user)")
	cmd.PersistentFlags().StringVar(&lang, "lang", "en", "language of the answer: en or de")
	cmd.AddCommand(newLearnShowCommand(a, &lang))
	return cmd
}

func newLearnShowCommand(a *app, lang *string) *cobra.Command {
	return &cobra.Command{
		Use:     "show",
		Short:   "Show what was learned, from which campaigns, and what it changes",
		Example: "  postlift learn show\n  postlift learn show --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			service, err := a.learning(cmd, *lang)
			if err != nil {
				return err
			}
			state, err := service.Learned(cmd.Context())
			if err != nil {
				return err
			}
			return a.print(state, func(w io.Writer) { printLearnedState(w, state, *lang) })
		},
	}
}

func (a *app) learning(cmd *cobra.Command, lang string) (*responses.Service, error) {
	if lang != "en" && lang != "de" {
		return nil, postlift.Faultf(postlift.Invalid, cmd.Name(), "--lang is %q: en or de is needed", lang)
	}
	return a.responses(cmd.Context())
}

func printLearned(w io.Writer, n responses.LearnedNow, lang string) {
	t := func(key string) string { return web.Text(lang, "learning."+key) }
	if len(n.Lessons) == 0 {
		fmt.Fprintln(w, t("nothing_new"))
	}
	for _, l := range n.Lessons {
		printLesson(w, l, lang)
	}
	switch {
	case n.DryRun && n.Changed:
		fmt.Fprintln(w, t("would_change"))
	case n.Changed:
		fmt.Fprintf(w, t("changed")+"\n", n.Version)
	default:
		fmt.Fprintln(w, t("same"))
	}
	printLines(w, n.Table, lang)
}

func printLesson(w io.Writer, l responses.Lesson, lang string) {
	if l.Outcome != responses.Learned {
		fmt.Fprintf(w, "%-28s %s\n", l.Campaign, web.Text(lang, "learning.outcome."+l.Outcome))
		return
	}
	fmt.Fprintf(w, "%-28s "+web.Text(lang, "learning.taught")+"\n", l.Campaign, responses.WholeNumber(l.Diagnostics.Rows, lang))
	for _, c := range l.Diagnostics.Calibration {
		fmt.Fprintf(w, "  "+web.Text(lang, "learning.calibrated")+"\n", web.Text(lang, "learning.role."+roleKey(c.Role)), responses.Percent(c.Factor, 0, lang), responses.Percent(c.With, 0, lang))
	}
}

func roleKey(role string) string {
	if role == "" {
		return "randomised"
	}
	return role
}

func printLines(w io.Writer, lines []lift.Line, lang string) {
	for _, l := range lines {
		text := l.EN
		if lang == "de" {
			text = l.DE
		}
		fmt.Fprintf(w, "  %s; %s\n", text, fmt.Sprintf(web.Text(lang, "learning.learned"), responses.Percent(l.Learned, 0, lang)))
	}
}

func printLearnedState(w io.Writer, s responses.LearnedState, lang string) {
	t := func(key string) string { return web.Text(lang, "learning."+key) }
	if s.Version == 0 {
		fmt.Fprintln(w, t("none"))
	} else {
		fmt.Fprintf(w, t("version")+"\n", s.Version, postlift.DateOf(s.MadeAt).Format(lang), responses.WholeNumber(int(s.Rows), lang))
	}
	printLines(w, s.Lines, lang)
	if len(s.Lessons) > 0 {
		fmt.Fprintf(w, "\n%s\n", t("campaigns"))
	}
	for _, l := range s.Lessons {
		printLesson(w, l, lang)
	}
	for i, e := range s.Explored {
		if i == 0 {
			fmt.Fprintf(w, "\n%s\n", t("explored"))
		}
		fmt.Fprintf(w, "%-28s "+t("explored.line")+"\n", e.Campaign, e.Coin, e.Lots, e.Mailed, responses.WholeMoney(e.Cost, lang))
	}
	fmt.Fprintf(w, "\n%s\n", t("next"))
	for _, b := range s.Next {
		fmt.Fprintf(w, "  %s\n", b.In(lang))
	}
}
