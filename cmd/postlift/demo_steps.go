package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"postlift"
	"postlift/accounts"
	"postlift/campaigns"
	"postlift/internal/sim"
	"postlift/mailers"
	"postlift/responses"
	"postlift/templates"
)

// demoSource is the system that the demo's records come from.
const demoSource = "demo"

// postingDays is how long the demo's vendor takes from release to the post office.
const postingDays = 3

func (d *demo) makeData(context.Context) error {
	_, err := d.world.WriteFiles(filepath.Join(d.dir, "data"))
	return err
}

// importData runs the real importers over the files and checks that exactly the planted rows fell out.
func (d *demo) importData(ctx context.Context) error {
	db, err := d.open(ctx)
	if err != nil {
		return err
	}
	if err := db.SaveSettings(ctx, sim.SampleSettings(d.BaseURL), postlift.System); err != nil {
		return err
	}
	files, err := d.world.WriteFiles(filepath.Join(d.dir, "data"))
	if err != nil {
		return err
	}
	for _, f := range files.List {
		report, err := d.importFile(ctx, f.Kind, f.Path)
		if err != nil {
			return err
		}
		planted := files.PlantedRows(f.Kind)
		d.summary.Imported = append(d.summary.Imported, demoImport{f.Kind, report.Rows, report.Rejected, planted})
		d.tell("%-13s %7d rows imported, %d rejected (%d wrong rows were planted)", f.Kind, report.Rows, report.Rejected, planted)
	}
	return nil
}

func (d *demo) tell(format string, args ...any) {
	d.summary.lines = append(d.summary.lines, fmt.Sprintf(format, args...))
}

// importFile imports one file with a rejects file beside it.
func (d *demo) importFile(ctx context.Context, kind, path string) (accounts.Report, error) {
	importer, err := d.importer(ctx)
	if err != nil {
		return accounts.Report{}, err
	}
	in, err := openInput(path)
	if err != nil {
		return accounts.Report{}, err
	}
	defer in.Close()
	var rejects bytes.Buffer
	report, err := importer.Import(ctx, accounts.Request{Kind: kind, File: filepath.Base(path), Reader: in, Source: demoSource,
		Rejects: &rejects, Actor: postlift.System})
	if err == nil && report.Rejected > 0 {
		err = os.WriteFile(filepath.Join(d.dir, "data", "rejects-"+kind+".csv"), rejects.Bytes(), 0o640)
	}
	return report, err
}

const (
	demoCampaign = "Welcome back"
	demoPerson   = "Demo Marketer"
)

// plan creates, previews and approves the campaign, as far as that has not been done.
func (d *demo) plan(ctx context.Context) error {
	letters := d.room
	if _, err := letters.SaveDesign(ctx, templates.Designs(), "winback", postlift.System); err != nil {
		return err
	}
	for _, seed := range demoSeeds {
		if err := letters.SaveSeed(ctx, seed, postlift.System); err != nil {
			return err
		}
	}
	service, err := d.campaigns(ctx)
	if err != nil {
		return err
	}
	campaign, err := service.Campaign(ctx, demoCampaign)
	if postlift.KindOf(err) == postlift.NotFound {
		campaign, err = service.CreateCampaign(ctx, strings.NewReader(demoDefinition(d.AsOf.AddDays(60))), postlift.Person(demoPerson))
	}
	if err != nil {
		return err
	}
	if campaign.State == campaigns.StateDraft {
		if _, err := service.Preview(ctx, demoCampaign, d.AsOf, postlift.Person(demoPerson)); err != nil {
			return err
		}
	}
	run, err := service.CurrentRun(ctx, demoCampaign)
	if err != nil {
		return err
	}
	run, err = service.Approve(ctx, demoCampaign, run.PlanHash, postlift.Person(demoPerson))
	if err != nil {
		return err
	}
	d.summary.PlanHash = run.PlanHash
	d.summary.Funnel, err = json.Marshal(run.Funnel)
	f := run.Funnel
	d.tell("campaign: %d accounts matched = %d gated + %d over the budget + %d held out + %d to be mailed", f.Matched, f.Gated, f.OverCap, f.Holdout, f.Assigned)
	if err != nil {
		return err
	}
	outlook, err := service.Assess(ctx, demoCampaign, run.AsOf, 0)
	d.tell("  said before launch (postlift campaign plan): %s", outlook.Sentence.EN)
	return err
}

// demoSeeds are the control addresses of the made-up vendor and of the company itself.
var demoSeeds = []mailers.Seed{
	{Name: "control-de", Company: "Nordlicht Werkzeuge GmbH", Gender: "f", FirstName: "Karla", LastName: "Kontrolle",
		Street: "Am Drehmomentkai 7", Postcode: "10999", City: "Berlin", Country: "DE", Language: "de", Active: true},
	{Name: "control-en", Company: "Nordlicht Tools Ltd", Gender: "m", FirstName: "Connor", LastName: "Control",
		Street: "7 Invented Wharf", Postcode: "M1 1AA", City: "Manchester", Country: "GB", Language: "en", Active: true},
}

// produce makes pieces and batch and renders it in queued jobs.
func (d *demo) produce(ctx context.Context) error {
	batch, err := d.runCampaign(ctx, d.room, demoCampaign, postlift.Person(demoPerson))
	if err != nil {
		return err
	}
	d.summary.BatchID = batch.UID
	d.keep("batch for the vendor", d.room.files.Path(mailers.Folder(batch.UID)))
	return nil
}

func (d *demo) keep(what, path string) {
	d.summary.Files = append(d.summary.Files, demoArtefact{what, path})
}

// post plays marketer and vendor: proof, approval, release, posting; each only if still due.
func (d *demo) post(ctx context.Context) error {
	letters := d.room
	batch, err := letters.Batch(ctx, d.summary.BatchID)
	if err != nil {
		return err
	}
	by := postlift.Person(demoPerson)
	if batch.State == mailers.BatchSealed {
		if _, err := letters.Proof(ctx, batch.UID, by); err != nil {
			return err
		}
	}
	d.keep("proof", letters.files.Path(mailers.ProofName(batch.UID, 1)))
	if batch.State == mailers.BatchSealed || batch.State == mailers.BatchProofed {
		if _, err := letters.Approve(ctx, batch.UID, postlift.Person("Demo Manager")); err != nil {
			return err
		}
		if _, err := d.release(ctx, letters, batch.UID, d.AsOf); err != nil {
			return err
		}
	}
	d.day(d.posting())
	if batch, err = letters.Batch(ctx, batch.UID); err != nil {
		return err
	}
	if batch.State == mailers.BatchReleased {
		if _, err = letters.Posted(ctx, batch.UID, d.posting(), postlift.Actor{Kind: "vendor", Name: batch.Vendor}); err != nil {
			return err
		}
	}
	summary, err := letters.Show(ctx, batch.UID)
	if err != nil {
		return err
	}
	d.summary.Pieces, err = json.Marshal(summary.Live)
	d.tell("batch %s: %s, %d files, posted on %s", batch.UID, d.letters(summary), len(summary.Files), d.posting())
	return err
}

// letters counts what was printed, and apart from it what was not.
func (d *demo) letters(b mailers.Summary) string {
	failed, withdrawn := b.Live[mailers.PieceFailed], b.Live[mailers.PieceWithdrawn]
	text := fmt.Sprintf("%d letters and %d control letters", b.Live.Total()-failed-withdrawn, b.Seeds.Total())
	if withdrawn > 0 {
		text += fmt.Sprintf(", %d withdrawn", withdrawn)
	}
	if failed > 0 {
		text += fmt.Sprintf(", %d could not be printed (reasons: postlift --data %s batch show %q)", failed, d.dir, demoCampaign)
	}
	return text
}

func (d *demo) posting() postlift.Date { return d.AsOf.AddDays(postingDays) }

// answer lets the customers live through the window and imports what comes back.
func (d *demo) answer(ctx context.Context) error {
	outcome, err := d.live(ctx)
	if err != nil {
		return err
	}
	d.summary.Played, d.summary.Truth = outcome.Counts, outcome.Truth
	if err := d.visit(ctx, outcome.Visits); err != nil {
		return err
	}
	d.day(outcome.Last)
	files, err := outcome.WriteFiles(filepath.Join(d.dir, "data"))
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := d.importAnswer(ctx, f.Kind, f.Path); err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(f.Path), err)
		}
	}
	c := outcome.Counts
	d.tell("came back: %d visits, %d calls and cards, %d returned letters, %d objections, %d orders (%d name a code)", c.Visits, c.Responses, c.Returns, c.Objections, c.Orders, c.WithCode)
	truth, err := json.MarshalIndent(outcome.Truth, "", "  ")
	path := filepath.Join(d.dir, truthFile)
	d.keep("simulated truth", path)
	return errors.Join(err, os.WriteFile(path, append(truth, '\n'), 0o640))
}

// live tells the world who got a letter and who was held out.
func (d *demo) live(ctx context.Context) (sim.Outcome, error) {
	service, err := d.campaigns(ctx)
	if err != nil {
		return sim.Outcome{}, err
	}
	run, err := service.CurrentRun(ctx, demoCampaign)
	if err != nil {
		return sim.Outcome{}, err
	}
	arms, err := d.db.Allocations(ctx, run.UID)
	if err != nil {
		return sim.Outcome{}, err
	}
	sent, err := d.db.SentPieces(ctx, d.summary.BatchID)
	if err != nil {
		return sim.Outcome{}, err
	}
	posted := make([]sim.Posted, len(sent))
	for i, p := range sent {
		posted[i] = sim.Posted{PieceID: p.PieceUID, Code: p.Code, Token: p.Token, AccountID: p.Account, ContactID: p.Contact, Kind: p.Kind}
	}
	assigned := make([]sim.Assignment, len(arms))
	for i, a := range arms {
		assigned[i] = sim.Assignment{AccountID: a.Account, Group: a.Group, Arm: a.Outcome}
	}
	return d.world.Play(posted, assigned, d.posting(), run.WindowDays)
}

// importAnswer imports one file of what came back, through the room that reads its kind.
func (d *demo) importAnswer(ctx context.Context, kind, path string) error {
	if kind != responses.ResponsesFile && kind != responses.ReturnsFile {
		report, err := d.importFile(ctx, kind, path)
		if err == nil && kind == "suppressions" {
			_, err = d.room.PullSuppressed(ctx, postlift.System)
		}
		if err == nil && report.Rejected > 0 {
			return fmt.Errorf("%d rows were rejected: %v", report.Rejected, report.Reasons)
		}
		return err
	}
	service, err := d.responses(ctx)
	if err != nil {
		return err
	}
	in, err := openInput(path)
	if err != nil {
		return err
	}
	defer in.Close()
	report, err := service.Import(ctx, responses.ImportRequest{Kind: kind, File: filepath.Base(path), Reader: in, Source: demoSource, Actor: postlift.System})
	if err == nil && report.Rejected > 0 {
		return fmt.Errorf("%d rows were rejected: %v", report.Rejected, report.Reasons)
	}
	return err
}

// measure attributes, measures at the window's end and writes the report.
func (d *demo) measure(ctx context.Context) error {
	service, err := d.responses(ctx)
	if err != nil {
		return err
	}
	t := d.summary.Truth
	uplift, err := service.Uplift(ctx, demoCampaign, t.To, shownTruth(t))
	if err != nil {
		return err
	}
	d.summary.Verdict, d.summary.Flags, d.summary.Sentence = uplift.Verdict, uplift.Flags, uplift.Sentence.EN
	if d.summary.Net, err = json.Marshal(uplift.Net); err != nil {
		return err
	}
	return d.writeReports(uplift)
}
