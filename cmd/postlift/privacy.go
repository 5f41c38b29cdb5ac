package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/campaigns"
	"postlift/internal/web"
)

func newPrivacyCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "privacy",
		Short:   "What the data-protection officer asks for",
		Example: `  postlift privacy report --from 2026-01-01 --to 2026-06-30`,
	}
	cmd.AddCommand(newPrivacyReportCommand(a), newPrivacyWhoCommand(a))
	return cmd
}

func newPrivacyReportCommand(a *app) *cobra.Command {
	var from, to, lang string
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Prove that objections to advertising were kept",
		Long: `List every objection received in a period with what became of it: whom it blocks (numbers, no names), which
unsent letters it took out, which letters were out before, and whether any was released in spite of it. Letters
are looked up in the ledger of batches by match key, and not taken from what the gate decided: the report is a
proof of the gate. A letter counts as released in spite of an objection when the objection was in force and
entered here before the release; the number must be 0. Exit code 3 tells that it is not.`,
		Example: `  postlift privacy report
  postlift privacy report --from 2026-01-01 --to 2026-06-30 --lang de
  postlift privacy report --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if lang != "en" && lang != "de" {
				return postlift.Faultf(postlift.Invalid, "privacy report", "--lang is %q: en or de is needed", lang)
			}
			first, err := optionalDate(from)
			if err != nil {
				return err
			}
			last, err := optionalDate(to)
			if err != nil {
				return err
			}
			service, err := a.campaigns(cmd.Context())
			if err != nil {
				return err
			}
			r, err := service.PrivacyReport(cmd.Context(), first, last)
			if err != nil {
				return err
			}
			if err := a.print(r, func(w io.Writer) { printPrivacy(w, r, lang) }); err != nil {
				return err
			}
			if r.Verdict == campaigns.PrivacyBroken {
				return postlift.Faultf(postlift.Conflict, "privacy report", "%s", r.Sentence(lang))
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&from, "from", "", "first day on which the objection was received (default: the first of all)")
	f.StringVar(&to, "to", "", "last day (default: today)")
	f.StringVar(&lang, "lang", "en", "language of the report: en or de")
	return cmd
}

// optionalDate reads a date; the empty text is none.
func optionalDate(text string) (postlift.Date, error) {
	if text == "" {
		return 0, nil
	}
	return postlift.ParseDate(text)
}

// privacyWord is a word of the report in a language, as the pages have it.
func privacyWord(lang, key string) string { return web.Text(lang, key) }

func printPrivacy(w io.Writer, r campaigns.PrivacyReport, lang string) {
	word := func(key string) string { return privacyWord(lang, "privacy."+key) }
	fmt.Fprintf(w, "%s\n\n", r.Sentence(lang))
	t := r.Totals
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tw, "%s\t%s – %s\n", word("period"), dayOrDash(r.From), r.To)
	for _, line := range []struct {
		key string
		n   int
	}{{"objections", t.Objections}, {"in_force", t.InForce}, {"contacts", t.Contacts}, {"sites", t.Sites}, {"accounts", t.Accounts},
		{"withdrawn", t.Withdrawn}, {"waiting", t.Unsent}, {"before", t.Before}, {"late", t.Late}, {"violated", t.Violated}} {
		fmt.Fprintf(tw, "%s\t%d\n", word(line.key), line.n)
	}
	_ = tw.Flush() // errors of the terminal show at the end
	if len(r.Objections) == 0 {
		return
	}
	fmt.Fprintln(w)
	tw = tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, strings.Join([]string{word("id"), word("scope"), word("received"), word("effective"), word("channel"), word("evidence"),
		word("blocks"), word("withdrawn.short"), word("before.short"), word("late.short"), word("violated.short")}, "\t"))
	for _, o := range r.Objections {
		fmt.Fprintf(tw, "%s\t%s\t%s\t%s\t%s\t%s\t%d\t%d\t%d\t%d\t%d\n", o.ID, privacyWord(lang, "privacy.scope."+o.Scope), o.ReceivedOn, o.EffectiveOn,
			o.Channel, o.Evidence, o.Contacts+o.Sites+o.Accounts, o.Withdrawn, o.Before, o.Late, o.Violated)
		for _, e := range o.Further {
			fmt.Fprintf(tw, "+\t\t%s\t%s\t%s\t%s\t\t\t\t\t\n", e.ReceivedOn, e.EffectiveOn, e.Channel, e.Evidence)
		}
	}
	_ = tw.Flush()
}

func dayOrDash(d postlift.Date) string {
	if d.IsZero() {
		return "–"
	}
	return d.String()
}

func newPrivacyWhoCommand(a *app) *cobra.Command {
	var lang string
	cmd := &cobra.Command{
		Use:   "who CONTACT",
		Short: "Tell why somebody may be written to now, or not",
		Long: `Ask the gate about one person, for advertising and for contractual letters: every reason with the blocks
behind it. CONTACT is a contact's id, its external id, or a name; several people of one name are all shown.
What only a campaign asks for, such as language, role and area, is left out.`,
		Example: `  postlift privacy who "Kim Muster"
  postlift privacy who con_01jx… --json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if lang != "en" && lang != "de" {
				return postlift.Faultf(postlift.Invalid, "privacy who", "--lang is %q: en or de is needed", lang)
			}
			service, err := a.campaigns(cmd.Context())
			if err != nil {
				return err
			}
			found, err := service.WhoMailable(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			return a.print(found, func(w io.Writer) { printWho(w, found, lang) })
		},
	}
	cmd.Flags().StringVar(&lang, "lang", "en", "language of the answer: en or de")
	return cmd
}

func printWho(w io.Writer, found []campaigns.Mailable, lang string) {
	for i, m := range found {
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "%s, %s (%s)\n", m.Name, m.Account, m.UID)
		for _, class := range []struct {
			key     string
			reasons []campaigns.Reason
		}{{"class.advertising", m.Advertising}, {"class.contractual", m.Contractual}} {
			answer := privacyWord(lang, "privacy.may")
			if len(class.reasons) > 0 {
				words := make([]string, len(class.reasons))
				for i, r := range class.reasons {
					words[i] = privacyWord(lang, "reason."+string(r))
				}
				answer = privacyWord(lang, "privacy.may_not") + ": " + strings.Join(words, "; ")
			}
			fmt.Fprintf(w, "  %s: %s\n", privacyWord(lang, class.key), answer)
		}
		for _, b := range m.Blocks {
			fmt.Fprintf(w, "  %s %s (%s), %s %s, %s %s %s\n", privacyWord(lang, "privacy.block"), privacyWord(lang, "reason."+string(b.Reason)),
				privacyWord(lang, "privacy.scope."+b.Scope), privacyWord(lang, "privacy.received"), b.ReceivedOn, privacyWord(lang, "privacy.effective"), b.EffectiveOn, b.Channel)
		}
	}
}
