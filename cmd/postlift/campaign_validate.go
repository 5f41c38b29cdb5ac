package main

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/campaigns"
	"postlift/mailers/design"
	"postlift/templates"
)

func newCampaignValidateCommand(a *app) *cobra.Command {
	var file string
	cmd := &cobra.Command{
		Use: "validate -f FILE", Short: "Check a campaign file without storing anything",
		Long: `Checks everything that create checks: fields, rule, designs, variants, key accounts, area, tariff, and whether the
offer still stands. All that is wrong is listed, each with its field and the remedy, and the exit code is then 2;
with --json the findings are one document, whatever is wrong. Nothing is stored.`,
		Example: "  postlift campaign validate -f samples/campaign.yaml\n  postlift campaign validate -f spring.yaml --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			service, err := a.campaigns(cmd.Context())
			if err != nil {
				return err
			}
			var v campaigns.Validated
			err = a.withDefinition(file, func(r io.Reader) error {
				v, err = service.ValidateFile(cmd.Context(), r, func(name string) (campaigns.DesignFacts, error) { return a.shippedDesign(cmd.Context(), name) })
				return err
			})
			if err != nil {
				return err
			}
			if err := a.print(v, func(w io.Writer) { printValidated(w, v, file) }); err != nil || v.Valid {
				return err
			}
			return postlift.Faultf(postlift.Invalid, "campaign validate", "%s: %s", file, counted(len(v.Findings), "finding"))
		},
	}
	cmd.Flags().StringVarP(&file, "file", "f", "", "campaign file, - for standard input")
	_ = cmd.MarkFlagRequired("file") // fails only for a flag that does not exist
	return cmd
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func printValidated(w io.Writer, v campaigns.Validated, file string) {
	for _, f := range v.Findings {
		fmt.Fprintf(w, "%s: %s\n", f.Field, f.Text)
	}
	if v.Valid {
		fmt.Fprintf(w, "%q is in order\nnext: postlift campaign create -f %s\n", v.Definition.Name, file)
	}
}

// shippedDesign finds a design in the data folder or among the shipped ones, where create takes it from, and tries it
// with sample recipients as create does.
func (a *app) shippedDesign(ctx context.Context, name string) (campaigns.DesignFacts, error) {
	if folder := a.designFolder(name); folder != nil {
		var d *design.Design
		err := a.withMailRoom(ctx, func(room *mailRoom) error {
			parsed, v, err := room.CheckDesign(ctx, folder, name)
			for _, text := range v.Warnings {
				fmt.Fprintln(a.errOut, "warning: "+text)
			}
			d = parsed
			return err
		})
		if err != nil {
			return campaigns.DesignFacts{}, err
		}
		return campaigns.DesignFacts{Class: campaigns.Class(d.Class()), Languages: d.Languages()}, nil
	}
	return campaigns.DesignFacts{}, postlift.Faultf(postlift.NotFound, "campaign validate", "there is no design %q", name)
}

// designFolder is where a design of that name lies: in the data folder or, where there is none, among the shipped
// ones; nil where it is in neither.
func (a *app) designFolder(name string) fs.FS {
	if name == "" || !fs.ValidPath(name) || strings.Contains(name, "/") || name == "." {
		return nil // the definition's own check names the field
	}
	for _, folder := range []fs.FS{os.DirFS(filepath.Join(a.cfg.Data, "designs")), templates.Designs()} {
		if _, err := fs.Stat(folder, name); err == nil {
			return folder
		}
	}
	return nil
}
