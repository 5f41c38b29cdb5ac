package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/internal/sim"
	"postlift/internal/web/report"
	"postlift/responses"
)

func newReportCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "report",
		Short:   "What the letters changed",
		Example: `  postlift report uplift "Win-back spring"`,
	}
	cmd.AddCommand(newUpliftCommand(a))
	return cmd
}

func newUpliftCommand(a *app) *cobra.Command {
	var asOf, page, lang, truth string
	cmd := &cobra.Command{
		Use:   "uplift CAMPAIGN",
		Short: "Measure a campaign against its held-out accounts",
		Long: `Attribute orders to letters and measure the uplift: assigned against held out, whatever was delivered.
The verdict (works, no_proof, hurts, withheld) is decided on the 95 % interval of the net margin.
CAMPAIGN is a campaign's id or name, or a run's id.`,
		Example: `  postlift report uplift "Win-back spring"
  postlift report uplift cmp_01jx… --as-of 2026-06-30 --json
  postlift report uplift "Win-back spring" --html uplift.html --lang de`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if lang != "en" && lang != "de" {
				return postlift.Faultf(postlift.Invalid, "report uplift", "--lang is %q: en or de is needed", lang)
			}
			day, err := a.asOf(cmd.Context(), asOf)
			if err != nil {
				return err
			}
			var known *responses.Truth
			if truth != "" {
				if known, _, err = readTruth(truth); err != nil {
					return err
				}
			}
			service, err := a.responses(cmd.Context())
			if err != nil {
				return err
			}
			u, err := service.Uplift(cmd.Context(), args[0], day, known)
			if err != nil {
				return err
			}
			if err := writeUpliftPage(page, u, lang); err != nil {
				return err
			}
			return a.print(u, func(w io.Writer) { printUplift(w, u, lang, page) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&asOf, "as-of", "", "read the data of this day (default: today)")
	f.StringVar(&page, "html", "", "also write the report as one HTML page")
	f.StringVar(&lang, "lang", "en", "language of the sentences and the page: en or de")
	f.StringVar(&truth, "truth", "", "show a demo's simulated truth (its truth.json) beside the estimate")
	return cmd
}

// truthFile is where a demo writes what its letters really did, in its folder.
const truthFile = "truth.json"

// readTruth reads what a simulation wrote and the last day that it covers.
func readTruth(path string) (*responses.Truth, postlift.Date, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, 0, &postlift.Fault{Kind: postlift.Invalid, Op: "truth", Text: fmt.Sprintf("the truth file cannot be read: %v", err), Cause: err}
	}
	var t sim.Truth
	if err := json.Unmarshal(raw, &t); err != nil || t.IncrementalMargin.Currency == "" {
		return nil, 0, postlift.Faultf(postlift.Invalid, "truth", "%s is not the truth.json of a demo", path)
	}
	return shownTruth(t), t.To, nil
}

// shownTruth is a simulated truth as a report lays it beside the estimate.
func shownTruth(t sim.Truth) *responses.Truth {
	orders := float64(t.IncrementalOrders)
	return &responses.Truth{Gain: t.IncrementalMargin, Orders: &orders, Source: t.Simulated}
}

func writeUpliftPage(path string, u responses.Uplift, lang string) error {
	if path == "" {
		return nil
	}
	f, err := os.Create(path)
	if err != nil {
		return postlift.Faultf(postlift.Invalid, "report uplift", "the page cannot be written: %v", err)
	}
	return errors.Join(report.Write(f, u, lang), f.Close())
}

// printUplift says the verdict in words, then the figures that carry it.
func printUplift(w io.Writer, u responses.Uplift, lang, page string) {
	money := func(m postlift.Money) string { return responses.WholeMoney(m, lang) }
	span := func(m *responses.MoneyInterval) string {
		if m == nil {
			return "-"
		}
		return fmt.Sprintf("%s  [%s, %s]", money(m.Value), money(m.Low), money(m.High))
	}
	fmt.Fprintf(w, "%s  (%s)\n\n%s\n%s\n\n", u.Campaign, strings.Join(append([]string{u.Verdict}, u.Flags...), ", "), u.Sentence.In(lang), u.Advice.In(lang))
	fmt.Fprintf(w, "net gain, 95%%      %s\n", span(u.Net))
	fmt.Fprintf(w, "margin gained      %s  (%s)\n", span(u.Gain), u.Estimator)
	if u.Welch != nil {
		fmt.Fprintf(w, "  plain (Welch)    %s  p = %.3f\n", span(&u.Welch.Total), u.Welch.P)
	}
	fmt.Fprintf(w, "cost               %s (planned %s)\n", money(u.Cost.Actual), money(u.Cost.Planned))
	if u.Orders != nil {
		fmt.Fprintf(w, "additional orders  %.1f  [%.1f, %.1f]\n", u.Orders.Value, u.Orders.Low, u.Orders.High)
	}
	if u.ROI != nil {
		fmt.Fprintf(w, "return on cost     %s  [%s, %s]\n", responses.Percent(u.ROI.Value, 0, lang), responses.Percent(u.ROI.Low, 0, lang), responses.Percent(u.ROI.High, 0, lang))
	}
	if u.Truth != nil {
		fmt.Fprintf(w, "simulated truth    %s gained\n", money(u.Truth.Gain))
	}
	for _, arm := range u.Arms {
		fmt.Fprintf(w, "%-18s %d accounts in %d groups, %s an account, %d orders\n", arm.Name, arm.Accounts, arm.Groups, money(arm.MeanAccount), arm.Orders)
	}
	m := u.Attributed
	fmt.Fprintf(w, "match-back         %d orders by code, %d by customer, %s margin; it overstates\n", m.ByCode.Orders, m.ByCustomer.Orders,
		money(postlift.Money{Minor: m.ByCode.Margin.Minor + m.ByCustomer.Margin.Minor, Currency: u.Currency}))
	fmt.Fprintf(w, "in home %s, window to %s, read on %s, latest order %s\n", u.InHomeOn, u.WindowEndsOn, u.AsOf, u.DataOn)
	for _, n := range u.Notes {
		fmt.Fprintf(w, "note: %s\n", n.Text.In(lang))
	}
	if page != "" {
		fmt.Fprintf(w, "page: %s\n", page)
	}
}
