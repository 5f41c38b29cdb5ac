package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/responses"
)

func newResponseCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "response",
		Short:   "Write down what came back by telephone, by post or in person",
		Example: "  postlift response find \"Nordlicht\"\n  postlift response record --code K7M2-9QXP-4TB --kind call --by \"Kim Muster\"",
	}
	cmd.AddCommand(newResponseFindCommand(a), newResponseRecordCommand(a), newResponseEraseCommand(a))
	return cmd
}

func newResponseFindCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "find TEXT", Short: "Find whom an answer is from: by code, customer number or part of a name",
		Example: "  postlift response find K7M2-9QXP-4TB\n  postlift response find \"müller werk\"", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			service, err := a.responses(cmd.Context())
			if err != nil {
				return err
			}
			found, err := service.FindEntry(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if found == nil {
				found = []responses.EntryMatch{}
			}
			return a.print(found, func(w io.Writer) { printMatches(w, found) })
		},
	}
}

func printMatches(w io.Writer, found []responses.EntryMatch) {
	if len(found) == 0 {
		fmt.Fprintln(w, "nobody is found: type less of the name, or another word of it")
		return
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "account\tnumber\tplace\tcampaign\tcontact\tcode\tposted\tid")
	for _, m := range found {
		id := m.PieceUID
		if id == "" {
			id = m.AccountUID
		}
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", m.Account, m.Number, m.Place, m.Campaign, m.Contact, m.Code, dayOrDash(m.PostedOn), id)
	}
	_ = tw.Flush() // errors of the terminal show at the end
}

func newResponseRecordCommand(a *app) *cobra.Command {
	var code, account, on, by string
	var e responses.Entry
	cmd := &cobra.Command{
		Use: "record (--code CODE | --account ACCOUNT) --kind KIND --by NAME", Short: "Record one answer",
		Long: `KIND is one of call, mail, meeting, quote, reply_card, fax, coupon, objection and note; a note is no answer, but
something to remember. An objection blocks at once and takes unsent letters out. ACCOUNT is an account's id,
customer number or the beginning of its name; with several accounts of that name nothing is recorded. The same
--id again changes nothing.`,
		Example: `  postlift response record --code K7M2-9QXP-4TB --kind call --by "Kim Muster" --note "wants a price list"
  postlift response record --account K-1004 --kind objection --on 2026-03-11 --by "Kim Muster"`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if (code == "") == (account == "") {
				return postlift.Faultf(postlift.Invalid, "response record", "give either --code or --account")
			}
			if e.On, err = optionalDate(on); err != nil {
				return err
			}
			service, err := a.responses(cmd.Context())
			if err != nil {
				return err
			}
			found, err := service.FindEntry(cmd.Context(), code+account)
			if err != nil {
				return err
			}
			match, err := onlyMatch(found, code, account)
			if err != nil {
				return err
			}
			if e.PieceUID = match.PieceUID; account != "" {
				e.PieceUID, e.AccountUID = "", match.AccountUID
			}
			if e.ID == "" {
				e.ID = a.ids(postlift.ResponseID, code, account, e.Kind)
			}
			if err := service.Enter(cmd.Context(), e, a.actor(by)); err != nil {
				return err
			}
			return a.print(map[string]string{"id": e.ID, "kind": e.Kind, "account_id": match.AccountUID, "piece_id": e.PieceUID},
				func(w io.Writer) { fmt.Fprintf(w, "recorded: %s of %s, %s\n", e.Kind, match.Account, match.Place) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&code, "code", "", "the typed code of the letter")
	f.StringVar(&account, "account", "", "the account, where no code is known")
	f.StringVar(&e.Kind, "kind", "", "what it was")
	f.StringVar(&on, "on", "", "day on which it happened (default: today)")
	f.StringVar(&e.Note, "note", "", "what was said")
	f.StringVar(&e.ID, "id", "", "recognises the answer when it is recorded again (default: a new one)")
	f.StringVar(&by, "by", "", "who writes it down")
	for _, name := range []string{"kind", "by"} {
		_ = cmd.MarkFlagRequired(name) // fails only for a flag that does not exist
	}
	return cmd
}

// onlyMatch is the one letter of a code, or the one account; answers are never guessed.
func onlyMatch(found []responses.EntryMatch, code, account string) (responses.EntryMatch, error) {
	const op = "response record"
	if len(found) == 0 {
		return responses.EntryMatch{}, postlift.Faultf(postlift.NotFound, op, "nothing is found for %q: check it, or look with postlift response find; for a coupon that all letters of a campaign carry, name the account instead and give the coupon as --note", code+account)
	}
	for _, m := range found {
		switch {
		case code != "" && (m.PieceUID == "" || len(found) > 1):
			return m, postlift.Faultf(postlift.NotFound, op, "--code: no letter has the code %q: check it against the letter or name the account", code)
		case m.AccountUID == "":
			if code == "" {
				return m, postlift.Faultf(postlift.NotFound, op, "--account: %q is the code of a control address", account)
			}
		case m.AccountUID != found[0].AccountUID:
			return m, postlift.Faultf(postlift.Conflict, op, "--account: %q is the beginning of several names (%s, %s): use the account's id or number", account, found[0].Account, m.Account)
		}
	}
	return found[0], nil
}

func newResponseEraseCommand(a *app) *cobra.Command {
	var by string
	cmd := &cobra.Command{
		Use: "erase ID --by NAME", Short: "Take the words out of a response; it stays counted",
		Long: `Takes out what somebody wrote in a form, what was noted with an answer or a call, or what a return told. ID is that
of a response (rsp_), of a call or note (fup_) or of a task (tsk_): postlift followup list --json and postlift task list
show them. The words go from all three where the same event left them there. It cannot be undone.`,
		Example: "  postlift response erase rsp_01jx… --by \"Kim Muster\"", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			service, err := a.responses(cmd.Context())
			if err != nil {
				return err
			}
			if err := service.EraseReply(cmd.Context(), args[0], a.actor(by)); err != nil {
				return err
			}
			return a.print(map[string]string{"id": args[0], "state": "erased"}, func(w io.Writer) { fmt.Fprintf(w, "%s: its words are erased\n", args[0]) })
		},
	}
	cmd.Flags().StringVar(&by, "by", "", "who erases it")
	_ = cmd.MarkFlagRequired("by") // fails only for a flag that does not exist
	return cmd
}
