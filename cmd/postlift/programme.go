package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/campaigns"
)

func newProgrammeCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "programme",
		Short: "Programme tests: what all letters of a year change together",
		Long: `A programme test draws matched pairs (or threes) of company groups by the margin of the year before and keeps one
of each away from every advertising campaign for 6 to 12 months. It is what a small list can be measured with: one
campaign sees too little, a year of letters does not.`,
		Example: `  postlift programme create "Letters 2026" --rule 'orders >= 1' --from 2026-07-01 --months 12
  postlift programme report "Letters 2026"`,
	}
	cmd.AddCommand(newProgrammeCreateCommand(a), newProgrammeListCommand(a), newProgrammeShowCommand(a), newProgrammeReportCommand(a), newProgrammeEndCommand(a))
	return cmd
}

// programmes wires programme tests.
func (a *app) programmes(ctx context.Context) (*campaigns.Programmes, error) {
	db, err := a.store(ctx)
	if err != nil {
		return nil, err
	}
	service, err := a.campaigns(ctx)
	if err != nil {
		return nil, err
	}
	return campaigns.NewProgrammes(service, db), nil
}

// drawnProgramme is the answer of a draw: what would be, or what was started.
type drawnProgramme struct {
	campaigns.Programme
	Started bool   `json:"started"`
	Next    string `json:"next,omitempty"` // the command that starts it
}

func newProgrammeCreateCommand(a *app) *cobra.Command {
	var r campaigns.ProgrammeRequest
	var from, asOf, ratio, confirm, by string
	cmd := &cobra.Command{
		Use:   "create NAME --rule RULE --from DATE",
		Short: "Draw a programme test, and start it once its hash is confirmed",
		Long: `Without --confirm it draws and stores nothing: it prints how many groups get letters and how many get none, which
effect the test can see, what holding out gives up, and the hash of the draw. The same call with --confirm HASH and
--by NAME draws again and starts exactly that test; where data have changed since, it is a conflict. From then on no
advertising campaign writes to the control (reason programme_control); contractual letters go out as ever.`,
		Example: `  postlift programme create "Letters 2026" --rule 'orders >= 1' --from 2026-07-01 --months 12 --top-percent 2
  postlift programme create "Letters 2026" --rule 'orders >= 1' --from 2026-07-01 --months 12 --top-percent 2 --confirm 3fa9… --by 'Erika Muster'`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			r.Name = args[0]
			if r.AsOf, err = a.asOf(cmd.Context(), asOf); err != nil {
				return err
			}
			if from != "" {
				if r.From, err = postlift.ParseDate(from); err != nil {
					return err
				}
			}
			switch ratio {
			case "1:1":
				r.Block = 2
			case "1:2":
				r.Block = 3
			default:
				return postlift.Faultf(postlift.Invalid, "programme create", "--ratio is %q: 1:1 (as many held out as mailed) or 1:2 is needed", ratio)
			}
			service, err := a.programmes(cmd.Context())
			if err != nil {
				return err
			}
			var d drawnProgramme
			if confirm == "" {
				draw, err := service.Draw(cmd.Context(), r)
				if err != nil {
					return err
				}
				d.Programme = draw.Programme
				d.Next = fmt.Sprintf("the same command with --confirm %s --by NAME", draw.Programme.Hash)
			} else {
				d.Started = true
				if d.Programme, err = service.Start(cmd.Context(), r, confirm, postlift.Person(strings.TrimSpace(by))); err != nil {
					return err
				}
			}
			return a.print(d, func(w io.Writer) { printProgrammeDraw(w, d) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&r.Rule, "rule", "", "whom the programme is about: a saved rule or a rule's text")
	f.StringVar(&from, "from", "", "first day (default: the day of the draw)")
	f.IntVar(&r.Months, "months", campaigns.MaxProgrammeMonths, "how long, 6 to 12")
	f.StringVar(&ratio, "ratio", "1:1", "held out to mailed: 1:1 or 1:2")
	f.Float64Var(&r.TopPercent, "top-percent", 2, "per cent of the largest groups to leave out of the test")
	f.StringVar(&confirm, "confirm", "", "start the draw of this hash")
	f.StringVar(&by, "by", "", "your name, to start it")
	f.StringVar(&asOf, "as-of", "", "day of the draw (default: today)")
	_ = cmd.MarkFlagRequired("rule") // fails only for a flag that does not exist
	return cmd
}

func printProgrammeDraw(w io.Writer, d drawnProgramme) {
	p := d.Programme
	verb := "would start"
	if d.Started {
		verb = "started (" + p.UID + ")"
	}
	fmt.Fprintf(w, "programme test %q %s: %s to %s, rule %s\n", p.Name, verb, p.StartsOn, p.EndsOn, p.RuleText)
	printProgramme(w, p)
	if !d.Started {
		fmt.Fprintf(w, "hash                 %s\nstart it with        --confirm %s --by NAME\n", p.Hash, p.Hash)
	}
}

// printProgramme writes what was drawn and what the test can see.
func printProgramme(w io.Writer, p campaigns.Programme) {
	r := p.Record
	fmt.Fprintf(w, "mailed               %d groups, %d accounts: campaigns write to them as they like\n", r.TreatedGroups, r.TreatedAccounts)
	fmt.Fprintf(w, "control              %d groups, %d accounts: no advertising letter, in %d blocks of %d\n", r.ControlGroups, r.ControlAccounts, r.Blocks, p.Block)
	fmt.Fprintf(w, "left out             %d largest groups with %.0f %% of the margin, %d that nobody may write to, %d in a global control, %d in another test\n",
		r.LeftOut.Largest, 100*r.LeftOut.LargestShare, r.LeftOut.Unmailable, r.LeftOut.GlobalControl, r.LeftOut.Programme)
	switch {
	case r.Power.Detectable == nil:
		fmt.Fprintln(w, "can be seen          not known: the past has too few orders to tell it from")
	case r.Power.DetectableLift == nil:
		fmt.Fprintf(w, "can be seen          from %s a group in %d months (80 %% power)\n", r.Power.Detectable.Format("en"), p.Months)
	default:
		fmt.Fprintf(w, "can be seen          from %.1f %%, %s a group in %d months (80 %% power, %d draws on the past)\n", 100**r.Power.DetectableLift, r.Power.Detectable.Format("en"), p.Months, r.Power.Draws)
	}
	fmt.Fprintf(w, "given up             %s margin, if letters lift it by %.0f %% as the settings assume, less the letters saved\n", r.Power.GivenUp.Format("en"), 100*r.Power.Lift)
}

func newProgrammeListCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List programme tests", Example: "  postlift programme list --json", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			service, err := a.programmes(cmd.Context())
			if err != nil {
				return err
			}
			list, err := service.Programmes(cmd.Context())
			if err != nil {
				return err
			}
			today, err := a.asOf(cmd.Context(), "")
			if err != nil {
				return err
			}
			return a.print(list, func(w io.Writer) {
				for _, p := range list {
					fmt.Fprintf(w, "%s  %-30s %-8s %s to %s  %d groups mailed, %d not\n", p.UID, p.Name, p.State(today), p.StartsOn, p.LastDay(), p.Record.TreatedGroups, p.Record.ControlGroups)
				}
				if len(list) == 0 {
					fmt.Fprintln(w, "there is no programme test yet: postlift programme create NAME --rule RULE --from DATE")
				}
			})
		},
	}
}

func newProgrammeShowCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "show PROGRAMME", Short: "Show what a programme test registered", Example: "  postlift programme show \"Letters 2026\"", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			service, err := a.programmes(cmd.Context())
			if err != nil {
				return err
			}
			p, err := service.Programme(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return a.print(p, func(w io.Writer) {
				fmt.Fprintf(w, "%s (%s): %s to %s, rule %s, by %s\n", p.Name, p.UID, p.StartsOn, p.LastDay(), p.RuleText, p.By)
				printProgramme(w, p)
				fmt.Fprintf(w, "metric               %s\nestimator            %s, covariate %s\ninterim              %s\nhash                 %s\n", p.Record.Metric, p.Record.Estimator, p.Record.Covariate, p.Record.Interim, p.Hash)
			})
		},
	}
}

func newProgrammeEndCommand(a *app) *cobra.Command {
	var by, on string
	cmd := &cobra.Command{
		Use: "end PROGRAMME --by NAME", Short: "End a programme test early: its control may be mailed again from the next day on",
		Long:    "The day of the end is the last that counts. Ending because of an interim figure is fine where the bounds that hold at every look say so, and only then.",
		Example: "  postlift programme end \"Letters 2026\" --by 'Erika Muster'", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			day, err := a.asOf(cmd.Context(), on)
			if err != nil {
				return err
			}
			service, err := a.programmes(cmd.Context())
			if err != nil {
				return err
			}
			p, err := service.End(cmd.Context(), args[0], day, postlift.Person(strings.TrimSpace(by)))
			if err != nil {
				return err
			}
			return a.print(p, func(w io.Writer) { fmt.Fprintf(w, "programme test %q ends with %s\n", p.Name, p.LastDay()) })
		},
	}
	cmd.Flags().StringVar(&by, "by", "", "your name")
	cmd.Flags().StringVar(&on, "on", "", "last day (default: today)")
	_ = cmd.MarkFlagRequired("by") // fails only for a flag that does not exist
	return cmd
}
