package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/internal/web"
	"postlift/responses"
)

func newFollowUpCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "followup",
		Short: "Whom sales calls after a letter, and what came of it",
		Long: `Two working days after a letter came in home, the owner of its account may call about it. Only campaigns registered
with treatment letter_and_call put an account on the list to be called; of others the list says that a letter
arrived. Nothing tells of accounts without a letter, so nobody learns who is held out.`,
		Example: "  postlift followup list --owner \"Ada Muster\"\n  postlift followup link \"Ada Muster\"",
	}
	cmd.AddCommand(newFollowUpListCommand(a), newFollowUpOwnersCommand(a), newFollowUpResultCommand(a), newFollowUpLinkCommand(a))
	return cmd
}

func newFollowUpListCommand(a *app) *cobra.Command {
	var owner, due, lang string
	var all, asCSV bool
	cmd := &cobra.Command{
		Use: "list", Short: "List letters to call about, those due first",
		Long: `Lists calls that are due on a day, and letters for information. With --all also those that are to be called later and
those that are done. OWNER is an employee's id, external id, e-mail or name.`,
		Example: "  postlift followup list --owner \"Ada Muster\"\n  postlift followup list --due 2026-03-05 --csv > calls.csv", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if lang != "en" && lang != "de" {
				return postlift.Faultf(postlift.Invalid, "followup list", "--lang is %q: en or de is needed", lang)
			}
			day, err := optionalDate(due)
			if err != nil {
				return err
			}
			service, err := a.responses(cmd.Context())
			if err != nil {
				return err
			}
			list, err := service.FollowUps(cmd.Context(), owner, day)
			if err != nil {
				return err
			}
			if !all {
				list.Items = openCalls(list.Items)
			}
			if asCSV {
				return writeFollowUps(a.out, list.Items)
			}
			return a.print(list, func(w io.Writer) { printFollowUps(w, list, lang) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&owner, "owner", "", "letters to this owner's accounts only")
	f.StringVar(&due, "due", "", "as it stands on this day (default: today)")
	f.BoolVar(&all, "all", false, "also what is to be called later, and what is done")
	f.BoolVar(&asCSV, "csv", false, "answer with CSV")
	f.StringVar(&lang, "lang", "en", "language of the words: en or de")
	return cmd
}

// openCalls keeps what somebody may act on.
func openCalls(items []responses.FollowUp) []responses.FollowUp {
	open := make([]responses.FollowUp, 0, len(items))
	for _, f := range items {
		if f.State == responses.CallDue || f.State == responses.Information {
			open = append(open, f)
		}
	}
	return open
}

var followUpColumns = []string{"state", "due_on", "owner", "customer_number", "account", "place", "contact", "function", "phone", "email", "campaign", "design",
	"code", "in_home_on", "letters", "calls", "last_result", "last_on", "responses", "piece_id"}

// writeFollowUps writes the list with a header. What a spreadsheet would take for a formula is kept from being one.
func writeFollowUps(out io.Writer, items []responses.FollowUp) error {
	w := csv.NewWriter(out)
	_ = w.Write(followUpColumns) // errors are kept until Flush
	for _, f := range items {
		last, on := "", ""
		if f.Last != nil {
			last, on = f.Last.Result, f.Last.On.String()
		}
		row := []string{f.State, f.DueOn.String(), f.Name, f.Number, f.Account, f.Place, f.Contact, f.Function, f.Phone, f.Email, f.Campaign, f.Design,
			f.Code, f.InHomeOn.String(), fmt.Sprint(f.Letters), fmt.Sprint(f.Calls), last, on, answersOf(f), f.PieceUID}
		for i := range row {
			row[i] = plainCell(row[i])
		}
		_ = w.Write(row)
	}
	w.Flush()
	return postlift.Wrap("followup list", "the list cannot be written", w.Error())
}

// answersOf lists what came back in one text.
func answersOf(f responses.FollowUp) string {
	parts := make([]string, len(f.Answers))
	for i, x := range f.Answers {
		parts[i] = x.Kind + " " + x.On.String()
	}
	return strings.Join(parts, ", ")
}

func printFollowUps(w io.Writer, list responses.FollowUpList, lang string) {
	if len(list.Items) == 0 {
		fmt.Fprintf(w, "%s (%s)\n", web.Text(lang, "calls.none"), list.On)
		return
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tw, "%s %s\n", web.Text(lang, "followups.day"), list.On)
	for _, f := range list.Items {
		fmt.Fprintf(tw, "%s\t%s\t%s, %s\t%s\t%s\t%s\t%s\t%s\t%s\n", web.Text(lang, "calls.state."+f.State), dayOrDash(f.DueOn), f.Account, f.Place, f.Contact, f.Phone,
			f.Name, f.Campaign, f.Code, answersOf(f))
	}
	_ = tw.Flush() // errors of the terminal show at the end
}

// letterOf is the id of the letter that a caller names by its id or by the code that is printed on it.
func letterOf(ctx context.Context, service *responses.Service, ref string) (string, error) {
	if strings.HasPrefix(ref, postlift.PieceID+"_") {
		return ref, nil
	}
	found, err := service.FindEntry(ctx, ref)
	if err != nil {
		return "", err
	}
	match, err := onlyMatch(found, ref, "")
	return match.PieceUID, err
}

func newFollowUpOwnersCommand(a *app) *cobra.Command {
	var due string
	cmd := &cobra.Command{
		Use: "owners", Short: "Count each owner's letters by state", Example: "  postlift followup owners --due 2026-03-05", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			day, err := optionalDate(due)
			if err != nil {
				return err
			}
			service, err := a.responses(cmd.Context())
			if err != nil {
				return err
			}
			owners, err := service.FollowUpOwners(cmd.Context(), day)
			if err != nil {
				return err
			}
			return a.print(owners, func(w io.Writer) {
				tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
				fmt.Fprintln(tw, "owner\tdue\tlater\tdone\tlapsed\tobjected\tinformation")
				for _, o := range owners {
					name := o.Name
					if name == "" {
						name = "(nobody)"
					}
					fmt.Fprintf(tw, "%s\t%d\t%d\t%d\t%d\t%d\t%d\n", name, o.Counts[responses.CallDue], o.Counts[responses.CallLater], o.Counts[responses.CallDone],
						o.Counts[responses.CallLapsed], o.Counts[responses.CallBlocked], o.Counts[responses.Information])
				}
				_ = tw.Flush()
			})
		},
	}
	cmd.Flags().StringVar(&due, "due", "", "as it stands on this day (default: today)")
	return cmd
}

func newFollowUpResultCommand(a *app) *cobra.Command {
	var r responses.CallResult
	var on, next, by string
	cmd := &cobra.Command{
		Use: "result LETTER --result RESULT --by NAME", Short: "Enter what a call came to",
		Long: `LETTER is the code printed on the letter, as the list shows it, or the letter's id. RESULT is one of reached, not_reached, meeting, quote, no and objection. Meetings, quotes and objections become
events with all their effects. The same --id again changes nothing.`,
		Example: "  postlift followup result K7M2-9QXP-4TB --result meeting --by \"Ada Muster\" --note \"on the 20th\"", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if r.On, err = optionalDate(on); err != nil {
				return err
			}
			if r.NextOn, err = optionalDate(next); err != nil {
				return err
			}
			service, err := a.responses(cmd.Context())
			if err != nil {
				return err
			}
			if r.PieceUID, err = letterOf(cmd.Context(), service, args[0]); err != nil {
				return err
			}
			if r.ID == "" {
				r.ID = a.ids("fup", r.PieceUID)
			}
			if err := service.RecordCall(cmd.Context(), r, nil, a.actor(by)); err != nil {
				return err
			}
			return a.print(map[string]string{"id": r.ID, "piece_id": r.PieceUID, "result": r.Result}, func(w io.Writer) { fmt.Fprintf(w, "%s: %s\n", r.PieceUID, r.Result) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&r.Result, "result", "", "what it came to")
	f.StringVar(&on, "on", "", "day of the call (default: today)")
	f.StringVar(&next, "next", "", "call again on this day")
	f.StringVar(&r.Note, "note", "", "what is to be remembered")
	f.StringVar(&r.ID, "id", "", "recognises the result when it is entered again (default: a new one)")
	f.StringVar(&by, "by", "", "who called")
	for _, name := range []string{"result", "by"} {
		_ = cmd.MarkFlagRequired(name) // fails only for a flag that does not exist
	}
	return cmd
}

func newFollowUpLinkCommand(a *app) *cobra.Command {
	var renew bool
	var by string
	cmd := &cobra.Command{
		Use: "link OWNER", Short: "Print the address of an owner's own list",
		Long: `Whoever has the address sees the owner's list and enters results, without logging in: hand it to the owner only. With
--renew the address before stops to hold. Sales people reach it on the listener POSTLIFT_SALES_ADDR, or on the
staff's where they reach that.`,
		Example: "  postlift followup link \"Ada Muster\"\n  postlift followup link emp_01jx… --renew", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			service, err := a.responses(cmd.Context())
			if err != nil {
				return err
			}
			link, err := service.SalesLink(cmd.Context(), args[0], renew, a.actor(by))
			if err != nil {
				return err
			}
			return a.print(link, func(w io.Writer) {
				addr := a.cfg.StaffAddr
				if a.cfg.SalesAddr != "" {
					addr = a.cfg.SalesAddr
				}
				fmt.Fprintf(w, "%s (link %d)\nhttp://%s%s\n", link.Name, link.Epoch, addr, link.Path)
				if a.cfg.SalesAddr == "" {
					fmt.Fprintln(w, "this is the staff's listener, which shows who is held out, too: set POSTLIFT_SALES_ADDR before sales people are let in")
				}
			})
		},
	}
	cmd.Flags().BoolVar(&renew, "renew", false, "end the address before and print a new one")
	cmd.Flags().StringVar(&by, "by", "", "who issues it (default: the login name)")
	return cmd
}
