package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

func newMigrateCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "migrate",
		Short:   "Bring the database schema to this program's version",
		Example: "  postlift migrate\n  DATABASE_URL=postgres://… postlift migrate",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			db, err := a.storeUnchecked(cmd.Context())
			if err != nil {
				return err
			}
			applied, err := db.Migrate(cmd.Context())
			if err != nil {
				return err
			}
			answer := struct {
				Dialect string   `json:"dialect"`
				Applied []string `json:"applied"`
			}{db.Dialect(), applied}
			return a.print(answer, func(w io.Writer) {
				fmt.Fprintf(w, "%d migrations applied, the schema is up to date (%s)\n", len(applied), db.Dialect())
			})
		},
	}
}
