package main

import (
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"

	tabled "postlift/campaigns/experiment/columns"
)

// printExperiment says first what was found, then how it was found.
func printExperiment(w io.Writer, r *tabled.Report) {
	for i := range r.Results {
		fmt.Fprintf(w, "%s  [%s]\n", r.Results[i].Sentence, r.Results[i].Verdict)
	}
	fmt.Fprintf(w, "\n%s\n\n", designText(r))
	for i := range r.Results {
		printComparison(w, r, &r.Results[i])
	}
	for _, n := range r.Notes {
		fmt.Fprintf(w, "note: %s\n", n)
	}
	fmt.Fprintf(w, "%d rows read in %.2f s, analysed in %.2f s\n", r.Rows, r.ReadSeconds, r.Seconds)
}

func designText(r *tabled.Report) string {
	d := r.Design
	text := "Outcome " + r.Outcome
	if d.Denominator != "" {
		text += " by " + d.Denominator
	}
	text += ", by assignment, drawn by " + d.Unit
	if d.Column != "" {
		text += " (" + d.Column + ")"
	}
	switch {
	case d.Pairs > 0:
		text += fmt.Sprintf(" in %d pairs or blocks", d.Pairs)
	case d.Strata > 0:
		text += fmt.Sprintf(" in %d strata", d.Strata)
	}
	if len(d.Covariates) > 0 {
		text += ", adjusted for " + strings.Join(d.Covariates, ", ")
	}
	if s := r.SampleRatio; s != nil {
		text += fmt.Sprintf("; sizes of the arms against the planned ones: p = %.3g", s.P)
	}
	return text + "."
}

// printComparison writes the figures of one arm.
func printComparison(w io.Writer, r *tabled.Report, x *tabled.Result) {
	fmt.Fprintf(w, "%s against %s\n", x.Arm, r.Control)
	t := tabwriter.NewWriter(w, 2, 0, 2, ' ', 0)
	line := func(name, format string, args ...any) {
		fmt.Fprintf(t, "  %s\t%s\n", name, fmt.Sprintf(format, args...))
	}
	for _, arm := range x.Arms {
		line(arm.Name, "%d rows, %d units, mean %s", arm.Rows, arm.Units, figure(arm.Mean))
	}
	estimate := func(name string, e *tabled.Estimate) {
		if e != nil {
			line(name, "%s  [%s, %s]  se %s  p %s", figure(e.Value), figure(e.Low), figure(e.High), figure(e.SE), pText(e.P))
		}
	}
	if x.Estimate != nil {
		estimate("difference, "+x.Estimator, x.Estimate)
	}
	if x.Unadjusted != nil && x.Estimate.Theta != nil {
		estimate("unadjusted", x.Unadjusted)
	}
	estimate("regression (Lin)", x.Regression)
	if s := x.Sequential; s != nil {
		line("at all looks", "[%s, %s]  p %s, tightest at %.0f units", figure(s.Low), figure(s.High), pText(s.P), s.Tuned)
	}
	if rel := x.Relative; rel != nil {
		line("relative (Fieller)", "%+.1f%%  [%+.1f%%, %+.1f%%]", 100*rel.Value, 100*rel.Low, 100*rel.High)
	} else if x.Estimate != nil {
		line("relative (Fieller)", "not estimable: the control's mean cannot be told from zero, or the rows are weighted")
	}
	if x.Q != nil {
		line("over all arms", "q = %s (Benjamini-Hochberg)", pText(*x.Q))
	}
	printChecks(line, x)
	_ = t.Flush() // errors of the terminal show at the end
	fmt.Fprintln(w)
}

func printChecks(line func(name, format string, args ...any), x *tabled.Result) {
	if s := x.Resampled; s != nil {
		kind := "draws"
		if s.Exact {
			kind = "assignments, all there are"
		}
		line("randomisation test", "p = %s (%d %s)", pText(*s.RandomisationP), s.Assignments, kind)
		if s.BootstrapT != nil {
			line("bootstrap-t", "[%s, %s]  percentile [%s, %s]  (%d)", figure(s.BootstrapT[0]), figure(s.BootstrapT[1]), figure(s.Percentile[0]), figure(s.Percentile[1]), s.Resamples)
		}
	}
	if c := x.Capped; c != nil {
		line("capped at 99.9%", "%s  [%s, %s]  above %s; another question, sensitivity only", figure(c.Value), figure(c.Low), figure(c.High), figure(c.Cap))
	}
	if c := x.Complier; c != nil {
		switch c.Value {
		case nil:
			line("where delivered", "%s (%.1f%% against %.1f%%)", c.Reason, 100*c.Delivered, 100*c.Control)
		default:
			line("where delivered", "%s  [%s, %s]  (%.1f%% against %.1f%%)", figure(*c.Value), figure(*c.Low), figure(*c.High), 100*c.Delivered, 100*c.Control)
		}
	}
	for _, b := range x.Balance {
		line("before: "+b.Covariate, "%s  se %s  p %s", figure(b.Value), figure(b.SE), pText(b.P))
	}
	for _, s := range x.SampleRatio {
		if s.Tested {
			line("sizes by "+s.What, "p = %s", pText(s.P))
		}
	}
	if p := x.Power; p != nil {
		text := figure(p.Detectable)
		if p.DetectableLift != nil {
			text += fmt.Sprintf(" (%.1f%% of the control's)", 100**p.DetectableLift)
		}
		line("detectable", "%s with 80%% power", text)
	}
}

// figure writes a number with six significant digits.
func figure(v float64) string {
	if a := math.Abs(v); a >= 1e6 || a > 0 && a < 1e-4 {
		return fmt.Sprintf("%.4g", v)
	}
	return fmt.Sprintf("%.6g", v)
}

func pText(p float64) string {
	if p < .0001 {
		return fmt.Sprintf("%.1e", p)
	}
	return fmt.Sprintf("%.4f", p)
}
