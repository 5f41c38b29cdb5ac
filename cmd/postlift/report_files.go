package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"strings"
	"time"

	"postlift"
	"postlift/internal/web/report"
	"postlift/mailers/pdf"
	"postlift/mailers/sheet"
	"postlift/responses"
	"postlift/responses/paper"
	"postlift/templates"
)

// reportFiles are where a report is written to beside the terminal; "" leaves a form out.
type reportFiles struct{ html, pdf, csv string }

// write writes every form that is asked for.
func (f reportFiles) write(u responses.Uplift, r paper.Report) error {
	for _, form := range []struct {
		path  string
		write func(io.Writer) error
	}{
		{f.html, func(w io.Writer) error { return report.WritePage(w, r) }},
		{f.pdf, func(w io.Writer) error { return printReport(w, r) }},
		{f.csv, func(w io.Writer) error { return paper.WriteCSV(w, u) }},
	} {
		if form.path == "" {
			continue
		}
		var b bytes.Buffer // nothing is left half written when a form cannot be made
		if err := form.write(&b); err != nil {
			return err
		}
		if err := os.WriteFile(form.path, b.Bytes(), 0o640); err != nil {
			return postlift.Faultf(postlift.Invalid, "report uplift", "the report cannot be written: %v", err)
		}
	}
	return nil
}

// listed are the files written, for the last line on the terminal.
func (f reportFiles) listed() string {
	var out []string
	for _, path := range []string{f.html, f.pdf, f.csv} {
		if path != "" {
			out = append(out, path)
		}
	}
	return strings.Join(out, ", ")
}

// printReport writes a report as PDF. The day of its reading is the file's time, so that the same report has the same bytes.
func printReport(w io.Writer, r paper.Report) error {
	plan, err := paper.Print(r, templates.Fonts())
	if err != nil {
		return err
	}
	made := r.Made.Time()
	if made.IsZero() {
		made = time.Unix(0, 0)
	}
	_, _, err = pdf.RenderFile(w, pdf.Options{
		Fonts: templates.Fonts(), Sheet: paper.A4, Standard: pdf.X1a,
		Meta:    pdf.Meta{Title: r.Kicker + ", " + r.Made.String(), Created: made.UTC()},
		Profile: pdf.Profile{Identifier: "FOGRA39", Info: "Coated FOGRA39 (ISO 12647-2:2004)"},
	}, []sheet.Plan{plan})
	return err
}

// registered is what the run of a reading registered, as far as its plan is the campaign's current one.
func (a *app) registered(ctx context.Context, u responses.Uplift) (paper.Registered, error) {
	service, err := a.campaigns(ctx)
	if err != nil {
		return paper.Registered{}, err
	}
	run, err := service.CurrentRun(ctx, u.CampaignID)
	switch {
	case postlift.KindOf(err) == postlift.NotFound || err == nil && run.UID != u.RunID:
		return paper.Registered{}, nil
	case err != nil:
		return paper.Registered{}, err
	}
	return paper.RecordOf(run), nil
}
