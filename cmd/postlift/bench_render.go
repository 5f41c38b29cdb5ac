package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/mailers/pdf"
)

// The bars of printing the reference letter, a worker on one core.
const (
	renderPieces   = 5000 // a file
	renderSpeedBar = 5000 // pieces per second of processor time
	renderSizeBar  = 4096 // bytes a piece
	renderPeakBar  = 200 << 20
)

// renderBench measures printing. Every step runs in a process of its own with GOMAXPROCS=1.
type renderBench struct {
	pieces, runs int
	step         func(ctx context.Context, name string) (renderMeasure, error)
}

// renderStep is a way from data to a print file.
type renderStep struct {
	name, what string
	start      func() (renderWay, error)
}

// renderSteps are the ways, by what they begin with.
var renderSteps = []renderStep{
	{"press", "frozen pieces to a print file, as batches do", startPress},
	{"csv", "a CSV file to a print file with manifest, as render does", startCSV},
}

// renderMeasure is what one step took: the best of its runs, and the largest memory of all of them.
type renderMeasure struct {
	Name      string  `json:"name"`
	What      string  `json:"what"`
	Pieces    int     `json:"pieces"`
	Pages     int     `json:"pages"`
	Words     int     `json:"words_a_piece"` // of the running text of the first piece
	Start     float64 `json:"start_cpu_seconds"`
	CPU       float64 `json:"cpu_seconds"` // of a file, without the start; 0 where the system does not tell
	Seconds   float64 `json:"seconds"`
	PerSecond float64 `json:"pieces_per_cpu_second"`
	Bytes     int64   `json:"bytes"` // of the print file
	PerPiece  float64 `json:"bytes_a_piece"`
	Peak      int64   `json:"peak_rss_bytes"`
	SHA256    string  `json:"sha256"` // of the print file: the same in every run
	SpeedPass bool    `json:"speed_pass"`
	SizePass  bool    `json:"size_pass"`
	PeakPass  bool    `json:"peak_pass"`
}

type renderResult struct {
	CPUs  int             `json:"cpus"`
	Runs  int             `json:"runs"`
	Steps []renderMeasure `json:"steps"`
}

func newBenchRenderCommand(a *app) *cobra.Command {
	b := renderBench{}
	var only, peers, out string
	cmd := &cobra.Command{
		Use:   "render",
		Short: "Print a letter of 250 words thousands of times",
		Long: `Prints the reference letter (A4, logo, address, about 250 justified words of which most differ from
letter to letter, QR code, DataMatrix, footer) for made-up companies as PDF/X-4 with PDF/VT-1
document parts: merged, set, tested by preflight, drawn and written to a temporary file, in one
process on one core. It prints letters per second of processor time, bytes a letter and the
largest resident memory. The start of a worker (fonts, output profile, design) counts apart.

With --peers it writes the same letters as JSON instead, merged and with their codes as boxes, for
the programs that make bench-peers measures beside this one.`,
		Example: "  postlift bench render\n  postlift bench render --step press --runs 5 --json\n  postlift bench render --peers letters.json --pieces 200",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if b.pieces < 1 || b.pieces > pdf.MaxPieces || b.runs < 1 {
				return postlift.Faultf(postlift.Invalid, "bench render", "1 to %d pieces a file and at least one run are needed", pdf.MaxPieces)
			}
			if peers != "" {
				return writePeerLetters(peers, b.pieces)
			}
			if only != "" {
				m, err := b.measure(cmd.Context(), only, out)
				if err != nil {
					return err
				}
				return a.print(m, m.text)
			}
			b.step = b.child
			result, err := b.run(cmd.Context(), a.errOut)
			if err != nil {
				return err
			}
			return a.print(result, result.text)
		},
	}
	f := cmd.Flags()
	f.IntVar(&b.pieces, "pieces", renderPieces, "letters of a file")
	f.IntVar(&b.runs, "runs", 3, "files that a worker makes; the best time counts, and the largest memory")
	f.StringVar(&only, "step", "", "one step only, in this process: press or csv")
	f.StringVar(&out, "out", "", "with --step: keep the print file here")
	f.StringVar(&peers, "peers", "", "write the letters for other programs to this file, and measure nothing")
	return cmd
}

// child measures a step in a process of its own on one core.
func (b *renderBench) child(ctx context.Context, name string) (m renderMeasure, err error) {
	program, err := os.Executable()
	if err != nil {
		return m, err
	}
	cmd := exec.CommandContext(ctx, program, "bench", "render", "--json", "--step", name, "--pieces", strconv.Itoa(b.pieces), "--runs", strconv.Itoa(b.runs))
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1")
	out, err := cmd.Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return m, fmt.Errorf("bench render, step %s: %s", name, strings.TrimSpace(string(failed.Stderr)))
	}
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(out, &m)
}

func (b *renderBench) run(ctx context.Context, progress io.Writer) (renderResult, error) {
	r := renderResult{CPUs: runtime.NumCPU(), Runs: b.runs}
	for _, s := range renderSteps {
		fmt.Fprintf(progress, "%s …\n", s.what)
		m, err := b.step(ctx, s.name)
		if err != nil {
			return r, err
		}
		r.Steps = append(r.Steps, m)
	}
	return r, nil
}

// judged holds a measure against the bars, which are for whole files. What the system does not tell passes nothing.
func (m renderMeasure) judged() renderMeasure {
	if m.CPU > 0 {
		m.PerSecond = float64(m.Pieces) / m.CPU
	}
	m.PerPiece = float64(m.Bytes) / float64(max(m.Pieces, 1))
	whole := m.Pieces == renderPieces
	m.SpeedPass = whole && m.PerSecond >= renderSpeedBar
	m.SizePass = whole && m.PerPiece <= renderSizeBar
	m.PeakPass = whole && m.Peak > 0 && m.Peak <= renderPeakBar
	return m
}

func (m renderMeasure) text(w io.Writer) {
	verdict := func(ok bool, bar string) string {
		if m.Pieces != renderPieces {
			return ""
		}
		return "   " + passed(ok) + " (" + bar + ")"
	}
	fmt.Fprintf(w, "%s: %d letters of %d words, %d pages\n", m.What, m.Pieces, m.Words, m.Pages)
	fmt.Fprintf(w, "  %8.0f letters per second of processor time%s\n", m.PerSecond, verdict(m.SpeedPass, fmt.Sprintf("at least %d", renderSpeedBar)))
	fmt.Fprintf(w, "  %8.0f bytes a letter%s\n", m.PerPiece, verdict(m.SizePass, fmt.Sprintf("at most %d", renderSizeBar)))
	if m.Peak > 0 {
		fmt.Fprintf(w, "  %8d MiB resident at most%s\n", m.Peak>>20, verdict(m.PeakPass, fmt.Sprintf("at most %d", renderPeakBar>>20)))
	}
	fmt.Fprintf(w, "  %8.2f s of processor time a file, %.2f s by the clock, after %.2f s to start a worker\n", m.CPU, m.Seconds, m.Start)
}

func (r renderResult) text(w io.Writer) {
	for _, m := range r.Steps {
		m.text(w)
	}
	fmt.Fprintf(w, "on one of %d CPUs, best of %d files\n", r.CPUs, r.Runs)
}
