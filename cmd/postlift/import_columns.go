package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"postlift"
	"postlift/accounts"
)

// shownColumn is one column of a kind of file in the answer of `import KIND --columns`.
type shownColumn struct {
	Name     string   `json:"name"`
	Required bool     `json:"required"`
	Type     string   `json:"type"`
	Synonyms []string `json:"synonyms"` // headers that mean it, best first
}

// attributes are those that the organisation declared; none where there is no database yet: columns and templates
// are looked at before anything is set up, too.
func (a *app) attributes(ctx context.Context) ([]accounts.Attribute, error) {
	if err := a.hasData(); postlift.KindOf(err) == postlift.NotFound {
		return nil, nil
	}
	settings, err := a.settings(ctx)
	return settings.Attributes, err
}

func (a *app) showColumns(ctx context.Context, kind importKind) error {
	attributes, err := a.attributes(ctx)
	if err != nil {
		return err
	}
	columns, err := kind.columns(attributes)
	if err != nil {
		return err
	}
	shown := make([]shownColumn, len(columns))
	for i, c := range columns {
		shown[i] = shownColumn{c.Name, c.Required, c.Type.String(), append([]string{}, c.Aliases...)}
	}
	return a.print(shown, func(w io.Writer) { printColumns(w, shown) })
}

func printColumns(w io.Writer, columns []shownColumn) {
	for _, c := range columns {
		need := "        "
		if c.Required {
			need = "required"
		}
		fmt.Fprintf(w, "%-24s %-9s %s  %s\n", c.Name, c.Type, need, strings.Join(c.Synonyms, ", "))
	}
	fmt.Fprintln(w, "Case, blanks, punctuation and the spelling of umlauts do not matter; custom columns are named exactly.")
}
