package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"

	"postlift/accounts"
	"postlift/accounts/csvfile"
	"postlift/responses"
)

// otherImportKinds are the kinds of files that stages after accounts read.
func otherImportKinds() map[string]importKind {
	kinds := map[string]importKind{}
	for _, name := range []string{responses.ResponsesFile, responses.ReturnsFile} {
		kinds[name] = importKind{run: importResponses, template: func([]accounts.Attribute) ([]byte, error) { return responses.Template(name) },
			columns: func([]accounts.Attribute) ([]csvfile.Column, error) { return responses.Columns(name) }}
	}
	return kinds
}

func importResponses(ctx context.Context, a *app, job importJob) (any, func(io.Writer), error) {
	service, err := a.responses(ctx)
	if err != nil {
		return nil, nil, err
	}
	report, err := service.Import(ctx, responses.ImportRequest{Kind: job.kind, File: job.file, Reader: job.reader, Source: job.source,
		DryRun: job.dryRun, Rejects: job.rejects, Actor: job.by})
	if err == nil && !job.dryRun {
		_, err = a.followUp(ctx, job.kind, job.by)
	}
	return report, func(w io.Writer) { printResponses(w, report) }, err
}

func printResponses(w io.Writer, r responses.ImportReport) {
	done := "imported"
	if r.DryRun {
		done = "would import"
	}
	fmt.Fprintf(w, "%s %s: %d rows, %d new, %d known already, %d rejected\n", done, r.Kind, r.Rows, r.Inserted, r.Duplicates, r.Rejected)
	fmt.Fprintf(w, "blocked: %d, unsent letters pulled: %d\n", r.Suppressed, r.Withdrawn)
	for _, reason := range slices.Sorted(maps.Keys(r.Reasons)) {
		fmt.Fprintf(w, "  rejected for %s: %d\n", accounts.Spoken(reason), r.Reasons[reason])
	}
}
