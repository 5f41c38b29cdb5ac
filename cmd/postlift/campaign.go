package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/campaigns"
)

func newCampaignCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "campaign",
		Short: "Plan and run campaigns: validate, create, preview, approve, run, undo, cancel, explain, unreachable",
		Long: `A campaign is a file in YAML or JSON. What it may say:
  whom            rule, languages, contacts_per_site, roles, area, spare_opportunities, spare_from_stage,
                  key_accounts (always, never, top_percent, top)
  how many        mode (all, top, budget, value), top, min_value, budget, max_pieces
  what it costs   piece_cost or tariff, postage (letter, dialogpost), vendor
  what is tested  holdout, holdout_design (auto, strata, pairs, waves, none), block, waves, wave_days,
                  global_control, exploration, prior_lift, window_days, salt, treatment (letter, letter_and_call)
  the letter      name, class, design, variants, landing_url or landing, coupon_codes, offer, offer_until, merge, sender
CAMPAIGN is its id or name.

The usual way: campaign create -f FILE → campaign preview → campaign approve --plan HASH --by NAME →
campaign run. Preview stores a plan and prints its hash; run executes exactly that plan.`,
		Example: "  postlift campaign create -f samples/campaign.yaml\n  postlift campaign preview \"Welcome back\"",
	}
	cmd.AddCommand(newCampaignValidateCommand(a), newCampaignCreateCommand(a), newCampaignListCommand(a), newCampaignShowCommand(a),
		newCampaignPreviewCommand(a), newCampaignApproveCommand(a), newCampaignRunCommand(a), newCampaignUndoCommand(a), newCampaignCancelCommand(a),
		newCampaignExplainCommand(a), newCampaignUnreachableCommand(a), newCampaignPlanCommand(a))
	return cmd
}

func newCampaignCreateCommand(a *app) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use: "create -f FILE", Short: "Create a campaign from a file, or change one that is not approved yet",
		Long: `Reads a campaign file in YAML or JSON (- is standard input). Unknown fields are refused. What is left
out is filled from the settings and stated in the answer. A design of that name in the data folder's
designs/ or among the shipped ones is tried with sample recipients and stored with the campaign; what deserves a
look in a design of your own is told on standard error.`,
		Example: "  postlift campaign create -f samples/campaign.yaml\n  postlift campaign create -f spring.json --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			d, err := a.readDefinition(file)
			if err != nil {
				return err
			}
			if err := a.keepDesigns(cmd.Context(), d); err != nil {
				return err
			}
			service, err := a.campaigns(cmd.Context())
			if err != nil {
				return err
			}
			c, err := service.SaveCampaign(cmd.Context(), d, a.actor(""))
			if err != nil {
				return err
			}
			return a.print(c, func(w io.Writer) { printCampaign(w, c) })
		},
	}
	cmd.Flags().StringVarP(&file, "file", "f", "", "campaign file, - for standard input")
	_ = cmd.MarkFlagRequired("file") // fails only for a flag that does not exist
	return cmd
}

func (a *app) readDefinition(file string) (d campaigns.Definition, err error) {
	err = a.withDefinition(file, func(r io.Reader) error {
		d, err = campaigns.DecodeDefinition(r)
		return err
	})
	return d, err
}

// withDefinition opens a campaign file, - for standard input.
func (a *app) withDefinition(file string, read func(io.Reader) error) error {
	if file == "-" {
		return read(a.in)
	}
	f, err := openInput(file)
	if err != nil {
		return err
	}
	defer f.Close()
	return read(f)
}

// keepDesigns stores the designs that a campaign names from the data folder or, where there is none, from the
// shipped ones; a name that is in neither must be stored already.
func (a *app) keepDesigns(ctx context.Context, d campaigns.Definition) error {
	names := []string{d.Design}
	for _, v := range d.Variants {
		names = append(names, v.Design)
	}
	slices.Sort(names)
	for _, name := range slices.Compact(names) {
		folder := a.designFolder(name)
		if folder == nil {
			continue
		}
		err := a.withMailRoom(ctx, func(room *mailRoom) error {
			v, err := room.SaveDesign(ctx, folder, name, a.actor(""))
			for _, text := range v.Warnings {
				fmt.Fprintln(a.errOut, "warning: "+text)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func newCampaignListCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List all campaigns, the newest first", Example: "  postlift campaign list\n  postlift campaign list --json", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			service, err := a.campaigns(cmd.Context())
			if err != nil {
				return err
			}
			list, err := service.Campaigns(cmd.Context())
			if err != nil {
				return err
			}
			return a.print(list, func(w io.Writer) {
				for _, c := range list {
					fmt.Fprintf(w, "%-29s  %-10s  %-11s  %s\n", c.UID, c.State, c.Class, c.Name)
				}
				if len(list) == 0 {
					fmt.Fprintln(w, "no campaign yet: postlift campaign create -f FILE makes one")
				}
			})
		},
	}
}

// shownCampaign is the answer of `campaign show`.
type shownCampaign struct {
	campaigns.Campaign
	Run     *campaigns.Run `json:"run"`               // null before the first preview
	Letters *lettersSoFar  `json:"letters,omitempty"` // left out until letters are made
}

func newCampaignShowCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "show CAMPAIGN", Short: "Show a campaign: definition, plan, funnel, and what became of its letters",
		Example: "  postlift campaign show \"Win-back spring\"\n  postlift campaign show cmp_01kx… --json", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			service, err := a.campaigns(cmd.Context())
			if err != nil {
				return err
			}
			c, err := service.Campaign(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			shown := shownCampaign{Campaign: c}
			run, err := service.CurrentRun(cmd.Context(), c.UID)
			if err == nil {
				shown.Run = &run
			} else if postlift.KindOf(err) != postlift.NotFound {
				return err
			}
			if shown.Run != nil && run.State != campaigns.RunPlanned && run.State != campaigns.RunApproved {
				if shown.Letters, err = a.lettersSoFar(cmd.Context(), run.UID); err != nil {
					return err
				}
			}
			return a.print(shown, func(w io.Writer) {
				printCampaign(w, c)
				if shown.Run != nil {
					printRunPlan(w, run, c.Class)
					printLettersSoFar(w, shown.Letters)
					if run.Outlook != nil {
						printOutlook(w, *run.Outlook, c.Class)
					}
				}
			})
		},
	}
}

// shownPreview is the answer of `campaign preview`.
type shownPreview struct {
	campaigns.Previewed
	Trial *trial `json:"trial"` // null where the plan mails nobody
}

func newCampaignPreviewCommand(a *app) *cobra.Command {
	var asOf string
	cmd := &cobra.Command{
		Use: "preview CAMPAIGN", Short: "Plan the campaign, store the plan and print its funnel and hash",
		Long:    "Plans as of a date, stores that plan and composes a sample of its letters without printing them, so that\nwhat would fail is known before anybody approves.",
		Example: "  postlift campaign preview \"Win-back spring\"\n  postlift campaign preview cmp_01kx… --as-of 2026-06-30 --json", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			service, day, err := a.campaignsOn(cmd, asOf)
			if err != nil {
				return err
			}
			p, err := service.Preview(cmd.Context(), args[0], day, a.actor(""))
			if err != nil {
				return err
			}
			shown := shownPreview{Previewed: p}
			if p.Run.Funnel.Assigned > 0 {
				t, err := a.tryLetters(cmd.Context(), p.Run.UID)
				if err != nil {
					return err
				}
				shown.Trial = &t
			}
			return a.print(shown, func(w io.Writer) { printPreview(w, shown) })
		},
	}
	asOfFlag(cmd, &asOf)
	return cmd
}

func newCampaignExplainCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "explain [CAMPAIGN] ACCOUNT", Short: "Why the plan mails an account or not; without CAMPAIGN the newest one's",
		Example: "  postlift campaign explain K-10023\n  postlift campaign explain \"Win-back spring\" K-10023\n  postlift campaign explain cmp_01kx… acc_01kx… --json", Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			service, err := a.campaigns(cmd.Context())
			if err != nil {
				return err
			}
			if len(args) == 1 {
				newest, err := newestCampaign(cmd.Context(), service)
				if err != nil {
					return err
				}
				args = []string{newest, args[0]}
			}
			e, err := service.ExplainAccount(cmd.Context(), args[0], args[1])
			if err != nil {
				return err
			}
			return a.print(e, func(w io.Writer) { printWhy(w, e) })
		},
	}
}

func newestCampaign(ctx context.Context, service *campaigns.Service) (string, error) {
	list, err := service.Campaigns(ctx) // the newest first
	if err != nil {
		return "", err
	}
	if len(list) == 0 {
		return "", postlift.Faultf(postlift.NotFound, "campaign explain", "there is no campaign yet: postlift campaign create -f FILE makes one")
	}
	return list[0].UID, nil
}
