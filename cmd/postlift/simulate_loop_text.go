package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"postlift/internal/sim/loop"
)

// loopText writes a simulation for people: every replication, the means, the paired differences, and how the loop's
// own tests and lifts compare with the truth.
func loopText(w io.Writer, r *loop.Result) {
	s := r.Settings
	fmt.Fprintf(w, "%d accounts on file, %d months, contrast of segments %g, %d replications; %s a letter, every campaign mails up to %.0f %% of the accounts on file\n",
		s.Accounts, s.Months, s.Contrast, len(r.Replications), euro(int64(r.PieceCost)).Format("en"), 100*r.MailedShare)
	o := s.Options
	fmt.Fprintf(w, "loop: holdout %g %% (later %g %%), global control %g %%, exploration %g %% from %d accounts, prior lift %g give or take %g\n\n",
		100*o.Holdout, 100*o.Later, 100*o.Global, 100*o.Exploration, o.ExploreFrom, o.PriorLift, o.PriorSD)
	fmt.Fprintln(w, "Gain over no letters, EUR for each account on file at the start, residual value included:")
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	loopReplications(t, r)
	loopMeans(t, r)
	_ = t.Flush() // errors of the terminal show at the end
	loopComparisons(w, r)
	loopMeasuring(w, r)
}

func loopReplications(t io.Writer, r *loop.Result) {
	fmt.Fprint(t, "seed\t")
	for _, p := range r.Settings.Policies {
		if p != loop.PolicyNone {
			fmt.Fprintf(t, "%s\t", p)
		}
	}
	fmt.Fprintln(t)
	for i := range r.Replications {
		one := &r.Replications[i]
		fmt.Fprintf(t, "%s\t", one.Name)
		for _, p := range r.Settings.Policies {
			if p != loop.PolicyNone {
				fmt.Fprintf(t, "%.2f\t", one.Gain(p)/100)
			}
		}
		fmt.Fprintln(t)
	}
}

// meanLines are the figures of policies that are means over replications.
var meanLines = []struct {
	name   string
	figure func(loop.Summary) string
}{
	{"mean", func(s loop.Summary) string { return fmt.Sprintf("%.2f", s.Gain/100) }},
	{"letters", func(s loop.Summary) string { return fmt.Sprintf("%.0f", s.Letters) }},
	{"gain a letter", func(s loop.Summary) string { return fmt.Sprintf("%.2f", s.PerLetter/100) }},
	{"last 24 months", func(s loop.Summary) string { return fmt.Sprintf("%.2f", s.LateGain/100) }},
}

func loopMeans(t io.Writer, r *loop.Result) {
	for _, line := range meanLines {
		fmt.Fprintf(t, "%s\t", line.name)
		for _, s := range r.Policies {
			if s.Policy != loop.PolicyNone {
				fmt.Fprintf(t, "%s\t", line.figure(s))
			}
		}
		fmt.Fprintln(t)
	}
}

// verdictWords are the verdicts of comparisons, for people.
var verdictWords = map[string]string{
	loop.Better: "the loop gains more",
	loop.Worse:  "the loop gains less",
	loop.Open:   "not decided: the interval includes zero, or there is none",
}

func loopComparisons(w io.Writer, r *loop.Result) {
	if len(r.Comparisons) == 0 {
		return
	}
	n := len(r.Replications)
	fmt.Fprintf(w, "\nThe loop less another policy, paired over %d seeds, EUR an account, with the 95 %% interval of Student's t (%d degrees of freedom):\n", n, max(n-1, 0))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "over\tdifference\t95 % interval\trelative\twon\tlast 24 months\t95 % interval\trelative\ta letter\tverdict")
	for _, c := range r.Comparisons {
		fmt.Fprintf(t, "%s\t%+.2f\t%s\t%s\t%d of %d\t%+.2f\t%s\t%s\t%s\t%s\n", c.Over, c.All.Mean/100, loopInterval(c.All, n), relative(c.Relative), c.Won, n,
			c.Late.Mean/100, loopInterval(c.Late, n), relative(c.LateRel), relative(c.PerPiece), verdictWords[c.Verdict])
	}
	_ = t.Flush() // an error lies in w, which its owner looks at
}

func loopInterval(p loop.Paired, n int) string {
	if n < 2 {
		return "-"
	}
	return fmt.Sprintf("%+.2f to %+.2f", p.Low/100, p.High/100)
}

func relative(share *float64) string {
	if share == nil {
		return "-"
	}
	return fmt.Sprintf("%+.1f %%", 100**share)
}

func loopMeasuring(w io.Writer, r *loop.Result) {
	m := r.Measuring
	if m == nil {
		return
	}
	fmt.Fprintf(w, "\n%s\n", measuringWords(m))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "segment\tlearned\t90 % interval\ttrue of the selected\ttrue when rested\t")
	for _, l := range m.Lifts {
		fmt.Fprintf(t, "%s\t%+.3f\t%+.3f to %+.3f\t%+.3f\t%+.2f\t\n", l.Segment, l.Learned, l.Low, l.High, l.Met, l.Truth)
	}
	_ = t.Flush() // an error lies in w, which its owner looks at
}

func measuringWords(m *loop.Measuring) string {
	return fmt.Sprintf(`The loop's own tests: %d campaigns, %d withheld; %d of %d 95 %% intervals hold the true gain, %d lie wholly above it.
A campaign holds out %.0f accounts and draws %.0f to learn from. Within their windows the held-out would have brought %.2f EUR an account more, less their letters.
Lifts at the end, means over seeds; %d of %d 90 %% intervals hold what letters to the selected truly did in the last year, with their fatigue:`,
		m.Campaigns, m.Withheld, m.Covered, m.Campaigns-m.Withheld, m.TooHigh, m.HeldOut, m.Explored, m.Forgone/100, m.Inside, m.LiftCount)
}
