package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/clv/scoring"
	"postlift/internal/store"
)

// accountAnswer is an account with the way its value comes about.
type accountAnswer struct {
	scoring.AccountCard
	Explanation *scoring.Explanation `json:"explanation"` // null: not valued yet, or by a run that holds too little
}

func explained(ctx context.Context, a *app, db *store.Store, ref string) (accountAnswer, error) {
	card, err := db.Account(ctx, ref)
	answer := accountAnswer{AccountCard: card}
	if err != nil || card.Value == nil {
		return answer, err
	}
	e, err := a.scoring(db, nil).Explain(ctx, db, card.UID)
	if postlift.KindOf(err) == postlift.Conflict {
		return answer, nil
	}
	answer.Explanation = &e
	return answer, err
}

func printParts(w io.Writer, v scoring.Parts, run scoring.Run) {
	fmt.Fprintf(w, "CLV over %d months from %s (%s):\n", run.Horizon, run.AsOf, strings.Join(standing(v), ", "))
	for _, p := range []struct {
		name string
		sign string
		m    postlift.Money
	}{
		{"expected orders, margin", "+", v.Orders}, {"contracts, running term", "+", v.Committed},
		{"contracts, after renewal", "+", v.Renewal}, {"price, volume, new groups", "+", v.Expansion},
		{"service", "-", v.Service}, {"planned mailings", "-", v.Contact}, {"order handling", "-", v.Fulfilment},
		{"= residual CLV", " ", v.Residual}, {"acquisition (already spent)", "-", v.Acquisition}, {"= prospect CLV", " ", v.Prospect},
	} {
		fmt.Fprintf(w, "  %-28s %s %14s\n", p.name, p.sign, p.m.Format("en"))
	}
	if v.Band != nil {
		fmt.Fprintf(w, "  with 90 %% probability between %s and %s, median %s\n", v.Band.Low.Format("en"), v.Band.High.Format("en"), v.Band.Median.Format("en"))
	}
	fmt.Fprintf(w, "  probability of still buying %.2f, expected order days %.1f, share resting on assumptions %.0f %%\n",
		v.PAlive, v.ExpectedOrders, v.AssumedShare*100)
	printPayback(w, v)
	if len(v.Flags) > 0 {
		fmt.Fprintln(w, "  look twice: "+strings.Join(v.Flags, ", "))
	}
}

// standing is where the account stands among the others.
func standing(v scoring.Parts) []string {
	parts := []string{fmt.Sprintf("decile %d", v.Decile)}
	for _, p := range [][2]string{{"tier ", v.Tier}, {"stage ", v.Stage}, {"RFM ", v.RFM}} {
		if p[1] != "" {
			parts = append(parts, p[0]+p[1])
		}
	}
	return parts
}

func printPayback(w io.Writer, v scoring.Parts) {
	if v.PaybackMonth == nil || v.Acquisition.Minor <= 0 {
		return
	}
	text := fmt.Sprintf("paid back in month %d", *v.PaybackMonth)
	switch *v.PaybackMonth {
	case 0:
		text = "acquisition cost paid back already"
	case -1:
		text = "acquisition cost not paid back within the horizon"
	}
	if v.CLVToCAC != nil {
		text += fmt.Sprintf(", CLV to acquisition cost %.1f", *v.CLVToCAC)
	}
	if v.PExceedsCost != nil {
		text += fmt.Sprintf(", probability that the value exceeds it %.2f", *v.PExceedsCost)
	}
	fmt.Fprintln(w, "  "+text)
}

// shownAdoptions and shownMonths bound the text; --json has all.
const (
	shownAdoptions = 5
	shownMonths    = 12
)

func printExplanation(w io.Writer, e *scoring.Explanation) {
	if e == nil {
		return
	}
	for i, a := range e.Adoptions {
		if i == shownAdoptions {
			break
		}
		fmt.Fprintf(w, "may take up %s (%s): probability %.2f, then %s a month\n", a.Group, a.Kind, a.Probability, a.MonthlyMargin.Format("en"))
	}
	for i, m := range e.Months {
		if i == shownMonths {
			break
		}
		fmt.Fprintf(w, "month from %s: revenue %s, net %s, cumulative %s\n", m.From, m.Revenue.Format("en"), m.Net.Format("en"), m.Cumulative.Format("en"))
	}
}

func newGroupsCommand(a *app) *cobra.Command {
	limit := 20
	cmd := &cobra.Command{
		Use:     "groups [KEY]",
		Short:   "Groups of companies by their summed CLV, or one group with its members",
		Example: "  postlift accounts groups\n  postlift accounts groups import:K-10023 --json",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			db, err := a.store(ctx)
			if err != nil {
				return err
			}
			run, err := db.PublishedRun(ctx)
			if err != nil {
				return err
			}
			if len(args) == 1 {
				g, err := db.CompanyGroup(ctx, run, args[0])
				if err != nil {
					return err
				}
				return a.print(g, func(w io.Writer) { printGroups(w, []scoring.CompanyGroup{g}) })
			}
			groups, err := db.CompanyGroups(ctx, run, limit)
			if err != nil {
				return err
			}
			return a.print(groups, func(w io.Writer) { printGroups(w, groups) })
		},
	}
	cmd.Flags().IntVar(&limit, "limit", limit, "groups to list")
	return cmd
}

func printGroups(w io.Writer, groups []scoring.CompanyGroup) {
	if len(groups) == 0 {
		fmt.Fprintln(w, "no two companies belong together")
	}
	for _, g := range groups {
		line := fmt.Sprintf("%s  %s: %d accounts, %s", g.Key, g.Name, g.Accounts, g.Total.Format("en"))
		if g.Band != nil {
			line += fmt.Sprintf(", with 90 %% probability between %s and %s", g.Band.Low.Format("en"), g.Band.High.Format("en"))
		}
		fmt.Fprintln(w, line)
		for _, m := range g.Members {
			fmt.Fprintf(w, "  %s  %s: %s\n", m.UID, m.Name, m.Residual.Format("en"))
		}
	}
}
