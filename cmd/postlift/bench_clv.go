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
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"postlift"
)

// clvBench measures the value engine. Every step runs in a process of its own, so that the memory of one
// does not count for another.
type clvBench struct {
	customers int
	runs      int
	seed      uint64
	step      func(ctx context.Context, step clvStep) (clvMeasure, error)
}

// clvMeasure is what one step took: the best time of all runs and the largest memory of any of them.
type clvMeasure struct {
	Customers int     `json:"customers"`
	Seconds   float64 `json:"seconds"`
	PeakBytes int64   `json:"peak_rss_bytes"` // 0 where the system does not tell; the customers' data included
	Checked   string  `json:"checked"`        // what came out, so that nobody can measure doing nothing
}

func newBenchCLVCommand(a *app) *cobra.Command {
	b := clvBench{}
	var only string
	cmd := &cobra.Command{
		Use:   "clv",
		Short: "Fit and value simulated customers, beside what other packages took",
		Long: `Simulates customers who behave as the CDNOW sample does, then fits the models and values all of
them, in memory, without reading files. Every step runs in a process of its own, the given number
of times; the best time and the largest memory count. The figures of other packages are for a
million customers and stand beside ours only there.`,
		Example: "  postlift bench clv\n  postlift bench clv --customers 200000 --step bgnbd-fit --json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if b.customers < 1000 || b.runs < 1 {
				return postlift.Faultf(postlift.Invalid, "bench clv", "at least 1,000 customers and one run are needed")
			}
			if only != "" {
				return b.one(a, only)
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
	f.IntVar(&b.customers, "customers", benchMillion, "customers to simulate; the Pareto/NBD gets a tenth of them")
	f.IntVar(&b.runs, "runs", 3, "how often each step is run")
	f.Uint64Var(&b.seed, "seed", 1, "decides all customers")
	f.StringVar(&only, "step", "", "one step only, in this process: "+strings.Join(clvStepNames(), ", "))
	return cmd
}

func clvStepNames() []string {
	names := make([]string, len(clvSteps))
	for i, s := range clvSteps {
		names[i] = s.name
	}
	return names
}

// one measures a single step in this process.
func (b *clvBench) one(a *app, name string) error {
	i := slices.IndexFunc(clvSteps, func(s clvStep) bool { return s.name == name })
	if i < 0 {
		return postlift.Faultf(postlift.Invalid, "bench clv", "there is no step %q; steps: %s", name, strings.Join(clvStepNames(), ", "))
	}
	m, err := b.measure(clvSteps[i])
	if err != nil {
		return err
	}
	return a.print(m, func(w io.Writer) {
		fmt.Fprintf(w, "%s, %d customers: %.3f s, peak memory %d MiB (%s)\n", clvSteps[i].what, m.Customers, m.Seconds, m.PeakBytes>>20, m.Checked)
	})
}

// child measures a step in a process of its own.
func (b *clvBench) child(ctx context.Context, step clvStep) (m clvMeasure, err error) {
	program, err := os.Executable()
	if err != nil {
		return m, err
	}
	cmd := exec.CommandContext(ctx, program, "bench", "clv", "--json", "--step", step.name, "--customers", strconv.Itoa(b.customers),
		"--runs", strconv.Itoa(b.runs), "--seed", strconv.FormatUint(b.seed, 10))
	out, err := cmd.Output()
	var failed *exec.ExitError
	if errors.As(err, &failed) {
		return m, fmt.Errorf("bench clv, step %s: %s", step.name, strings.TrimSpace(string(failed.Stderr)))
	}
	if err != nil {
		return m, err
	}
	return m, json.Unmarshal(out, &m)
}

// run measures every step and compares.
func (b *clvBench) run(ctx context.Context, progress io.Writer) (clvBenchResult, error) {
	r := clvBenchResult{CPUs: runtime.NumCPU(), Runs: b.runs, Seed: b.seed, Peers: peersSource}
	for _, s := range clvSteps {
		fmt.Fprintf(progress, "%s …\n", s.what)
		m, err := b.step(ctx, s)
		if err != nil {
			return r, err
		}
		r.Steps = append(r.Steps, s.compared(m))
		r.PeakBytes = max(r.PeakBytes, m.PeakBytes)
	}
	if b.customers == benchMillion && r.PeakBytes > 0 {
		r.PeakBar, r.PeakPass = peakBar, r.PeakBytes <= peakBar
	}
	return r, nil
}

// clvBenchResult is the whole comparison.
type clvBenchResult struct {
	CPUs      int         `json:"cpus"`
	Runs      int         `json:"runs"`
	Seed      uint64      `json:"seed"`
	Steps     []clvResult `json:"steps"`
	PeakBytes int64       `json:"peak_rss_bytes"`          // the largest of all steps
	PeakBar   int64       `json:"peak_bar_bytes,omitzero"` // 0: nothing to compare with
	PeakPass  bool        `json:"peak_pass"`
	Peers     string      `json:"peers_source"`
}

// clvResult is one step beside a peer.
type clvResult struct {
	Name string `json:"name"`
	What string `json:"what"`
	clvMeasure
	Peer        string  `json:"peer,omitzero"`
	PeerSeconds float64 `json:"peer_seconds,omitzero"`
	Ratio       float64 `json:"ratio,omitzero"` // of the peer's time to ours
	Bar         string  `json:"bar,omitzero"`   // in words; none: nothing to compare with
	Pass        bool    `json:"pass"`
}

// compared puts a peer's figure beside ours where both are of as many customers.
func (s clvStep) compared(m clvMeasure) clvResult {
	r := clvResult{Name: s.name, What: s.what, clvMeasure: m}
	if m.Customers != s.of(benchMillion) {
		return r
	}
	if s.peerSeconds > 0 {
		r.Peer, r.PeerSeconds, r.Ratio = s.peer, s.peerSeconds, s.peerSeconds/m.Seconds
	}
	switch {
	case s.times > 0:
		r.Bar, r.Pass = fmt.Sprintf("at least %g times as fast", s.times), r.Ratio >= s.times
	case s.within > 0:
		r.Bar, r.Pass = fmt.Sprintf("at most %g s", s.within), m.Seconds <= s.within
	}
	return r
}

func (r clvBenchResult) text(w io.Writer) {
	for _, s := range r.Steps {
		fmt.Fprintf(w, "%-44s %8d customers %8.3f s", s.What, s.Customers, s.Seconds)
		if s.PeakBytes > 0 {
			fmt.Fprintf(w, " %5d MiB", s.PeakBytes>>20)
		}
		if s.PeerSeconds > 0 {
			fmt.Fprintf(w, "   %s %.3g s: %.1f times as fast", s.Peer, s.PeerSeconds, s.Ratio)
		}
		if s.Bar != "" {
			fmt.Fprintf(w, "   %s (%s)", passed(s.Pass), s.Bar)
		}
		fmt.Fprintln(w)
	}
	if r.PeakBytes > 0 {
		fmt.Fprintf(w, "peak memory of any step %d MiB", r.PeakBytes>>20)
		if r.PeakBar > 0 {
			fmt.Fprintf(w, ", lifetimes %d MiB   %s (at most %d MiB)", peerPeak>>20, passed(r.PeakPass), r.PeakBar>>20)
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "on %d CPUs, best of %d runs; %s\n", r.CPUs, r.Runs, r.Peers)
}

func passed(ok bool) string {
	if ok {
		return "pass"
	}
	return "MISS"
}
