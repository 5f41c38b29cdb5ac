package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/accounts"
	"postlift/campaigns"
	"postlift/internal/files"
	"postlift/internal/jobs"
	"postlift/mailers"
	"postlift/responses"
)

// mailRoom is the mailers service with the adapters that it works with.
type mailRoom struct {
	*mailers.Service
	files  *files.Local
	press  *mailers.Press
	runner *jobs.Runner
}

// mailRoom opens the artefacts' folder and wires the service. Close it after use.
func (a *app) mailRoom(ctx context.Context) (*mailRoom, error) {
	db, err := a.store(ctx)
	if err != nil {
		return nil, err
	}
	local, err := files.OpenLocal(filepath.Join(a.cfg.Data, "files"))
	if err != nil {
		return nil, err
	}
	press, err := a.newPress()
	if err != nil {
		return nil, err
	}
	service := mailers.NewService(mailers.Options{Store: db, Files: local, Renderer: press,
		Gate: campaigns.NewService(db, a.clock, a.ids), Clock: a.clock, IDs: a.ids, Secret: a.secret, Log: a.log})
	runner := jobs.New(service, jobs.Options{RedisURL: a.cfg.RedisURL, Concurrency: a.cfg.RenderParallel, Log: a.log,
		Hourly: a.hourlyReadings(responses.NewService(db, nil, a.clock, a.ids))})
	return &mailRoom{Service: service, files: local, press: press, runner: runner}, nil
}

// Close ends the use of the artefacts' folder.
func (m *mailRoom) Close() error { return m.files.Close() }

// renderUntilSealed works in this process until the batch is sealed.
func (m *mailRoom) renderUntilSealed(ctx context.Context, a *app, batchUID string) error {
	if _, err := m.Retry(ctx, batchUID, a.actor("")); err != nil {
		return err
	}
	bar := a.progress("pieces rendered")
	defer bar.done()
	return m.runner.RunUntil(ctx, func(ctx context.Context) (bool, error) {
		if p, err := m.Progress(ctx, batchUID); err == nil {
			bar.set(int64(p.Done))
		}
		return m.Advance(ctx, batchUID)
	})
}

// withMailRoom opens the mail room for one command.
func (a *app) withMailRoom(ctx context.Context, fn func(*mailRoom) error) error {
	room, err := a.mailRoom(ctx)
	if err != nil {
		return err
	}
	if err := fn(room); err != nil {
		_ = room.Close() // the command's own error is what matters
		return err
	}
	return room.Close()
}

func newBatchCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "batch",
		Short: "Print batches: look, proof, approve, release, follow",
		Long: `A batch is what one print vendor gets of one campaign's run: PDFs, manifest, job ticket and
checksums in one folder. BATCH is the batch's id, its run's id, or its campaign's id or name. A campaign in waves
has a batch for each; by the campaign's name its latest is found.

The usual way: campaign run → batch proof → batch approve --by NAME → batch release →
batch status BATCH posted --date DATE.`,
		Example: "  postlift batch list\n  postlift batch show \"Win-back spring\"\n  postlift batch proof bt_01kx…",
	}
	cmd.AddCommand(newBatchListCommand(a), newBatchShowCommand(a), newBatchProofCommand(a), newBatchApproveCommand(a),
		newBatchReleaseCommand(a), newBatchStatusCommand(a))
	return cmd
}

func newBatchListCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List all batches, the latest first", Example: "  postlift batch list\n  postlift batch list --json", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withMailRoom(cmd.Context(), func(room *mailRoom) error {
				list, err := room.Batches(cmd.Context())
				if err != nil {
					return err
				}
				settings, err := a.settings(cmd.Context())
				if err != nil {
					return err
				}
				return a.print(list, func(w io.Writer) { printBatches(w, list, settings) })
			})
		},
	}
}

func printBatches(w io.Writer, list []mailers.Summary, settings accounts.Settings) {
	if len(list) == 0 {
		fmt.Fprintln(w, "no batch yet: postlift campaign run CAMPAIGN makes one")
		return
	}
	fmt.Fprintf(w, "%-29s  %-12s  %7s  %-10s  %s\n", "batch", "state", "letters", "prepared", "campaign")
	for _, b := range list {
		fmt.Fprintf(w, "%-29s  %-12s  %7d  %-10s  %s\n", b.UID, b.State, b.Live.Total(), settings.Local(b.CreatedAt).Format(time.DateOnly), b.Campaign+waveName(b.Wave))
	}
}

// waveName names a batch's wave behind its campaign; nothing without waves.
func waveName(wave int) string {
	if wave == 0 {
		return ""
	}
	return fmt.Sprintf(", wave %d", wave)
}

// shownBatch is the answer of `batch show`.
type shownBatch struct {
	mailers.Summary
	Letters batchLetters   `json:"letters"`         // of the batch
	Funnel  mailers.Funnel `json:"funnel"`          // of the whole run
	Waves   []mailers.Wave `json:"waves,omitempty"` // of the run
	Path    string         `json:"path"`            // of the batch's folder on this machine
	Next    string         `json:"next,omitempty"`  // after a run: the command that comes now

	settings accounts.Settings // for the clocks
}

// batchLetters are live letters by where they ended: planned = mailed + withdrawn + failed + pending.
type batchLetters struct {
	Planned   int `json:"planned"`
	Mailed    int `json:"mailed"`
	Withdrawn int `json:"withdrawn"`
	Failed    int `json:"failed"`
	Pending   int `json:"pending"`
}

// lettersOf counts the letters of one batch: in a run with waves, of its own wave.
func lettersOf(live mailers.Counts) batchLetters {
	f := mailers.Funnel{Pieces: live, Planned: live.Total()}
	f.Count(true)
	return batchLetters{f.Planned, f.Mailed, f.Withdrawn, f.Failed, f.Pending}
}

func (l batchLetters) String() string {
	return fmt.Sprintf("%d planned = %d mailed + %d withdrawn + %d failed + %d pending", l.Planned, l.Mailed, l.Withdrawn, l.Failed, l.Pending)
}

func newBatchShowCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "show BATCH", Short: "Show a batch: state, files, counts, what failed and why, and that the numbers add up",
		Example: "  postlift batch show bt_01kx…\n  postlift batch show \"Win-back spring\" --json", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withMailRoom(cmd.Context(), func(room *mailRoom) error {
				shown, err := a.shownBatch(cmd.Context(), room, args[0])
				if err != nil {
					return err
				}
				return a.print(shown, func(w io.Writer) { printBatch(w, shown) })
			})
		},
	}
}

// shownBatch reads a batch with its funnel; names of files become paths on this machine.
func (a *app) shownBatch(ctx context.Context, room *mailRoom, name string) (shownBatch, error) {
	summary, err := room.Show(ctx, name)
	if err != nil {
		return shownBatch{}, err
	}
	funnel, err := room.Funnel(ctx, summary.RunUID)
	if err != nil {
		return shownBatch{}, err
	}
	waves, err := room.Waves(ctx, summary.RunUID)
	if err != nil {
		return shownBatch{}, err
	}
	settings, err := a.settings(ctx)
	if summary.StopList != "" {
		summary.StopList = room.files.Path(summary.StopList)
	}
	return shownBatch{Summary: summary, Letters: lettersOf(summary.Live), Funnel: funnel, Waves: waves, Path: room.files.Path(summary.Folder), settings: settings}, err
}

func printBatch(w io.Writer, b shownBatch) {
	fmt.Fprintf(w, "batch     %s\ncampaign  %s\nrun       %s (%s)\nvendor    %s\nstate     %s, revision %d\n", b.UID, b.Campaign+waveName(b.Wave), b.RunUID, b.RunState, b.Vendor, b.State, b.Revision)
	switch {
	case b.ApprovedBy == "":
		fmt.Fprintln(w, "approval  none")
	case b.Approved():
		fmt.Fprintf(w, "approval  %s, %s\n", b.ApprovedBy, b.settings.Moment(*b.ApprovedAt))
	default:
		fmt.Fprintf(w, "approval  void: design or data changed after %s approved\n", b.ApprovedBy)
	}
	if b.SealedAt != nil {
		fmt.Fprintf(w, "folder    %s\n", b.Path)
	}
	f := b.Funnel
	fmt.Fprintf(w, "accounts  %d matched = %d gated + %d over cap + %d held out + %d assigned\n", f.Matched, f.Gated, f.OverCap, f.Holdout, f.Assigned)
	fmt.Fprintf(w, "letters   %s (and %d control letters)\n", b.Letters, b.Seeds.Total())
	if run := (batchLetters{f.Planned, f.Mailed, f.Withdrawn, f.Failed, f.Pending}); run.Planned != b.Letters.Planned {
		fmt.Fprintf(w, "  of all the run's waves: %s\n", run)
	}
	for _, wave := range b.Waves {
		fmt.Fprintln(w, "wave "+waveLine(wave))
	}
	for _, file := range b.Files {
		kind := file.Language
		if file.Variant != "" {
			kind += ", variant " + file.Variant
		}
		fmt.Fprintf(w, "  %s  %s  pieces %d-%d  %d pages  %s", file.Name(), kind, file.FirstSeq, file.LastSeq, file.Pages, file.State)
		if file.Error != "" {
			fmt.Fprint(w, ": "+file.Error)
		}
		fmt.Fprintln(w)
	}
	for _, r := range b.Reasons {
		fmt.Fprintf(w, "  %d %s: %s\n", r.Pieces, r.State, r.Reason)
	}
	for _, p := range b.FailedPieces {
		fmt.Fprintf(w, "    account %s, %s: %s\n", p.Account, p.AccountName, p.Reason)
	}
	if more := b.Live[mailers.PieceFailed] - len(b.FailedPieces); more > 0 {
		fmt.Fprintf(w, "    and %d more failed\n", more)
	}
	if b.Stopped > 0 {
		fmt.Fprintf(w, "stopped   %s after release: %s\n", countedLetters(b.Stopped), b.StopList)
	}
	if b.Next != "" {
		fmt.Fprintln(w, "next: "+b.Next)
	}
}

// waveLine tells of a wave in one line.
func waveLine(x mailers.Wave) string {
	line := fmt.Sprintf("%-4d %d accounts, %s: ", x.Number, x.Accounts, countedLetters(x.Letters))
	switch {
	case !x.PostedOn.IsZero():
		return line + fmt.Sprintf("posted on %s, in home on %s", x.PostedOn, x.InHomeOn)
	case x.BatchUID != "":
		return line + fmt.Sprintf("batch %s is %s", x.BatchUID, x.State)
	case x.Firm || x.Number == 1:
		return line + fmt.Sprintf("due on %s", x.DueOn)
	}
	return line + fmt.Sprintf("planned for %s, counted anew when the first is posted", x.DueOn)
}

func countedLetters(n int) string {
	if n == 1 {
		return "1 letter"
	}
	return fmt.Sprintf("%d letters", n)
}

func newBatchProofCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "proof BATCH", Short: "Make a proof: the letters that show most, as one PDF",
		Long:    "The proof shows real letters of the sealed batch: widest and longest address, names beyond ASCII,\neach variant and language, the first and the last, and a control letter.",
		Example: "  postlift batch proof bt_01kx…", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withMailRoom(cmd.Context(), func(room *mailRoom) error {
				proof, err := room.Proof(cmd.Context(), args[0], a.actor(""))
				if err != nil {
					return err
				}
				proof.File = room.files.Path(proof.File)
				for i := range proof.More {
					proof.More[i] = room.files.Path(proof.More[i])
				}
				return a.print(proof, func(w io.Writer) {
					files := strings.Join(append([]string{proof.File}, proof.More...), ", ")
					fmt.Fprintf(w, "%d letters on %d pages: %s\nthen: postlift batch approve %s --by NAME\n", len(proof.PieceIDs), proof.Pages, files, proof.Batch.UID)
				})
			})
		},
	}
}

func newBatchApproveCommand(a *app) *cobra.Command {
	var by string
	cmd := &cobra.Command{
		Use: "approve BATCH --by NAME", Short: "Approve a proofed batch for print",
		Long:    "The approval stands for exactly this design and data. Withdrawing letters keeps it, any other change voids it.",
		Example: "  postlift batch approve bt_01kx… --by \"Mara Beispiel\"", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withMailRoom(cmd.Context(), func(room *mailRoom) error {
				b, err := room.Approve(cmd.Context(), args[0], postlift.Person(strings.TrimSpace(by)))
				if err != nil {
					return err
				}
				return a.print(b, func(w io.Writer) {
					fmt.Fprintf(w, "batch %s is approved by %s\nthen: postlift batch release %s\n", b.UID, b.ApprovedBy, b.UID)
				})
			})
		},
	}
	cmd.Flags().StringVar(&by, "by", "", "name of the person who approves")
	_ = cmd.MarkFlagRequired("by") // fails only for a flag that does not exist
	return cmd
}

func newBatchReleaseCommand(a *app) *cobra.Command {
	var asOf string
	cmd := &cobra.Command{
		Use: "release BATCH", Short: "Release an approved batch to the vendor, after asking the gate again",
		Long:    "Letters that must not go out any more are withdrawn and their files rendered again without them.",
		Example: "  postlift batch release bt_01kx…", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			day, err := a.asOf(cmd.Context(), asOf)
			if err != nil {
				return err
			}
			return a.withMailRoom(cmd.Context(), func(room *mailRoom) error {
				released, err := a.release(cmd.Context(), room, args[0], day)
				if err != nil {
					return err
				}
				return a.print(released, func(w io.Writer) {
					fmt.Fprintf(w, "batch %s is %s, %d letters withdrawn by the gate\nfolder: %s\nthen: postlift batch status %s posted --date DATE\n",
						released.Batch.UID, released.Batch.State, released.Withdrawn, room.files.Path(mailers.Folder(released.Batch.UID)), released.Batch.UID)
				})
			})
		},
	}
	cmd.Flags().StringVar(&asOf, "as-of", "", "date for the gate (default today)")
	return cmd
}

// release releases a batch, rendering files again where letters were withdrawn, until it is out.
func (a *app) release(ctx context.Context, room *mailRoom, name string, asOf postlift.Date) (mailers.Released, error) {
	withdrawn := 0
	for {
		r, err := room.Release(ctx, name, asOf, a.actor(""))
		withdrawn += r.Withdrawn
		r.Withdrawn = withdrawn
		if err != nil || !r.Rendering {
			return r, err
		}
		if err := room.renderUntilSealed(ctx, a, r.Batch.UID); err != nil {
			return r, err
		}
	}
}

func newBatchStatusCommand(a *app) *cobra.Command {
	var date string
	cmd := &cobra.Command{
		Use: "status BATCH posted --date DATE", Short: "Record what the vendor reports: the day of posting",
		Long:    "Posting sets the clock of the measurement: in home after the settings' days, for mailed and held-out accounts alike.\nThe same command with another date corrects the record while the run is measuring.",
		Example: "  postlift batch status bt_01kx… posted --date 2026-06-08", Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if known := []string{"posted"}; !slices.Contains(known, args[1]) {
				return postlift.Faultf(postlift.Invalid, "batch status", "status %q is not possible; %s is", args[1], strings.Join(known, ", "))
			}
			day, err := postlift.ParseDate(date)
			if err != nil {
				return err
			}
			return a.withMailRoom(cmd.Context(), func(room *mailRoom) error {
				b, err := room.Posted(cmd.Context(), args[0], day, a.actor(""))
				if err != nil {
					return err
				}
				return a.print(b, func(w io.Writer) {
					fmt.Fprintf(w, "batch %s was posted on %s; its run is %s\n", b.UID, b.PostedOn, b.RunState)
				})
			})
		},
	}
	cmd.Flags().StringVar(&date, "date", "", "day of posting, YYYY-MM-DD")
	_ = cmd.MarkFlagRequired("date") // fails only for a flag that does not exist
	return cmd
}
