package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/clv/scoring"
)

func newAccountsCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{Use: "accounts", Short: "Look at accounts and what they are worth",
		Example: "  postlift accounts show K-10023"}
	show := &cobra.Command{
		Use:     "show ACCOUNT",
		Short:   "One account: its CLV with parts, bands and prospects, orders, contracts, letters, blocks",
		Example: "  postlift accounts show K-10023\n  postlift accounts show 'Muster Maschinenbau GmbH' --json",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			db, err := a.store(cmd.Context())
			if err != nil {
				return err
			}
			card, err := explained(cmd.Context(), a, db, args[0])
			if err != nil {
				return err
			}
			return a.print(card, func(w io.Writer) {
				printCard(w, card.AccountCard)
				printExplanation(w, card.Explanation)
			})
		},
	}
	cmd.AddCommand(show, newGroupsCommand(a))
	return cmd
}

func printCard(w io.Writer, c scoring.AccountCard) {
	fmt.Fprintf(w, "%s  (%s, %s)\n", c.Name, c.UID, c.ExternalID)
	fmt.Fprintln(w, strings.Join(nonEmpty(c.City, c.Country, c.Segment, c.Industry, "status "+c.Status), " · "))
	if c.Owner != "" {
		fmt.Fprintln(w, "owner: "+c.Owner)
	}
	if c.Value == nil {
		fmt.Fprintln(w, "not valued yet: run `postlift clv score`")
	} else {
		printParts(w, *c.Value, c.Run)
	}
	fmt.Fprintf(w, "order days %d, first %s, last %s, net %s, of it in 12 months %s\n",
		c.OrderDays, orDash(c.FirstOrder), orDash(c.LastOrder), c.Net.Format("en"), c.Net12M.Format("en"))
	for _, k := range c.Contracts {
		fmt.Fprintf(w, "contract %s: %s a month, since %s, term ends %s, ended %s\n", k.Number, k.Monthly.Format("en"), k.StartedOn, k.TermEndsOn, orDash(k.EndedOn))
	}
	for _, l := range c.Letters {
		fmt.Fprintf(w, "letter %s: %s, %s %s, posted %s\n", l.PieceUID, l.Campaign, l.State, l.Reason, orDash(l.PostedOn))
	}
	for _, b := range c.Suppressions {
		fmt.Fprintf(w, "blocked: %s (%s) since %s\n", b.Reason, b.Scope, b.EffectiveOn)
	}
}

func nonEmpty(parts ...string) []string {
	var kept []string
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return kept
}

func orDash(d postlift.Date) string {
	if d.IsZero() {
		return "–"
	}
	return d.String()
}
