package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"postlift"
	"postlift/internal/sim/loop"
)

// writeLoopMarkdown writes the tables of a simulation for a page of the documentation: all runs, losses too.
func writeLoopMarkdown(path string, r *loop.Result) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return postlift.Faultf(postlift.Invalid, "simulate loop", "--markdown: %v", err)
	}
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	w := bufio.NewWriter(f)
	loopMarkdown(w, r)
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

func loopMarkdown(w io.Writer, r *loop.Result) {
	policies := make([]string, 0, len(r.Policies))
	for _, s := range r.Policies {
		if s.Policy != loop.PolicyNone {
			policies = append(policies, s.Policy)
		}
	}
	n := len(r.Replications)
	fmt.Fprintf(w, "Gain over no letters, EUR for each account on file at the start, residual value included:\n\n| seed | %s |\n|---|%s\n",
		strings.Join(policies, " | "), strings.Repeat("---|", len(policies)))
	for i := range r.Replications {
		fmt.Fprintf(w, "| `%s` |", r.Replications[i].Name)
		for _, p := range policies {
			fmt.Fprintf(w, " %.2f |", r.Replications[i].Gain(p)/100)
		}
		fmt.Fprintln(w)
	}
	for _, line := range meanLines {
		fmt.Fprintf(w, "| **%s** |", line.name)
		for _, s := range r.Policies {
			if s.Policy != loop.PolicyNone {
				fmt.Fprintf(w, " %s |", line.figure(s))
			}
		}
		fmt.Fprintln(w)
	}
	if len(r.Comparisons) > 0 {
		fmt.Fprintf(w, "\nThe loop less another policy, paired over %d seeds, EUR an account, with the 95 %% interval of Student's t:\n\n", n)
		fmt.Fprintln(w, "| over | difference | 95 % interval | relative | won | last 24 months, relative | a letter, relative | |\n|---|---|---|---|---|---|---|---|")
	}
	for _, c := range r.Comparisons {
		fmt.Fprintf(w, "| %s | %+.2f | %s | %s | %d of %d | %s | %s | %s |\n", c.Over, c.All.Mean/100, loopInterval(c.All, n), relative(c.Relative), c.Won, n,
			relative(c.LateRel), relative(c.PerPiece), verdictWords[c.Verdict])
	}
	loopMarkdownMeasuring(w, r.Measuring)
}

func loopMarkdownMeasuring(w io.Writer, m *loop.Measuring) {
	if m == nil {
		return
	}
	fmt.Fprintf(w, "\n%s\n\n", measuringWords(m))
	fmt.Fprintln(w, "| segment | learned | 90 % interval | true of the selected | true when rested |\n|---|---|---|---|---|")
	for _, l := range m.Lifts {
		fmt.Fprintf(w, "| %s | %+.3f | %+.3f to %+.3f | %+.3f | %+.2f |\n", l.Segment, l.Learned, l.Low, l.High, l.Met, l.Truth)
	}
}
