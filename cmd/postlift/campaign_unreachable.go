package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/campaigns"
)

func newCampaignUnreachableCommand(a *app) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use: "unreachable CAMPAIGN [--csv FILE]", Short: "List the accounts of the plan to whom nobody can be written, with the reasons",
		Long: `Of a contractual campaign these are all accounts that the rule takes and that get no letter: each of them is owed the
notice on another way. Of advertising these are accounts without a contact that may be written to; those where
somebody objected are not among them. The list is of the plan: after changes in the data, preview again.`,
		Example: "  postlift campaign unreachable \"New terms\"\n  postlift campaign unreachable \"New terms\" --csv unreachable.csv", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			service, err := a.campaigns(cmd.Context())
			if err != nil {
				return err
			}
			u, err := service.Unreachable(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if file != "" {
				if err := writeUnreachable(file, u); err != nil {
					return err
				}
			}
			return a.print(u, func(w io.Writer) { printUnreachable(w, u, file) })
		},
	}
	cmd.Flags().StringVar(&file, "csv", "", "write the list into this file")
	return cmd
}

// writeUnreachable writes the list with a header, one account a row. What a spreadsheet would take for a formula
// is kept from being one.
func writeUnreachable(file string, u campaigns.Unreachable) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o640)
	if err != nil {
		return postlift.Faultf(postlift.Invalid, "campaign unreachable", "%s cannot be written: %v", file, err)
	}
	w := csv.NewWriter(f)
	_ = w.Write([]string{"external_id", "account_id", "account", "reasons"}) // errors are kept until Flush
	for _, x := range u.Accounts {
		_ = w.Write([]string{plainCell(x.ExternalID), x.AccountUID, plainCell(x.Account), joinReasons(x.Reasons)})
	}
	w.Flush()
	if err := w.Error(); err != nil {
		_ = f.Close() // the write's own error is what matters
		return postlift.Faultf(postlift.Invalid, "campaign unreachable", "%s cannot be written: %v", file, err)
	}
	return f.Close()
}

// plainCell puts a mark before a text that a spreadsheet would calculate.
func plainCell(s string) string {
	if s != "" && (s[0] == '=' || s[0] == '+' || s[0] == '-' || s[0] == '@' || s[0] == '\t' || s[0] == '\r') {
		return "'" + s
	}
	return s
}

func printUnreachable(w io.Writer, u campaigns.Unreachable, file string) {
	fmt.Fprintf(w, "%d of the %d accounts that the rule of %q takes cannot be written to\n", len(u.Accounts), u.Matched, u.Campaign.Name)
	if file != "" {
		fmt.Fprintf(w, "written to %s\n", file)
		return
	}
	for _, x := range u.Accounts {
		fmt.Fprintf(w, "  %-12s %-40s %s\n", x.ExternalID, x.Account, joinReasons(x.Reasons))
	}
}
