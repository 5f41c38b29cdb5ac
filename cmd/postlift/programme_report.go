package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"postlift"
	"postlift/responses"
)

func newProgrammeReportCommand(a *app) *cobra.Command {
	var asOf, lang string
	var global bool
	cmd := &cobra.Command{
		Use:   "report [PROGRAMME]",
		Short: "What all letters together changed, against those who got none",
		Long: `Reads a programme test by quarter: margin gained, cost of all advertising letters, net gain with its interval. With
--global it reads the year's global control instead: everything mailed since the first of January against the groups
that the global control spares, as far as these are enough to arbitrate.`,
		Example: "  postlift programme report \"Letters 2026\" --json\n  postlift programme report --global --as-of 2026-06-30 --lang de",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if lang != "en" && lang != "de" {
				return postlift.Faultf(postlift.Invalid, "programme report", "--lang is %q: en or de is needed", lang)
			}
			if global == (len(args) == 1) {
				return postlift.Faultf(postlift.Invalid, "programme report", "name a programme test, or --global without one")
			}
			day, err := a.asOf(cmd.Context(), asOf)
			if err != nil {
				return err
			}
			service, err := a.responses(cmd.Context())
			if err != nil {
				return err
			}
			var r responses.ProgrammeReport
			if global {
				r, err = service.GlobalControl(cmd.Context(), day)
			} else {
				r, err = service.Programme(cmd.Context(), args[0], day)
			}
			if err != nil {
				return err
			}
			return a.print(r, func(w io.Writer) { printProgrammeReport(w, r, lang) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&asOf, "as-of", "", "read the data of this day (default: today)")
	f.StringVar(&lang, "lang", "en", "language: en or de")
	f.BoolVar(&global, "global", false, "read the year's global control")
	return cmd
}

// programmeWords are labels of the report in the terminal.
var programmeWords = map[string]responses.Bilingual{
	"global":   {EN: "Global control of the year", DE: "Kontrollgruppe des Jahres"},
	"always":   {EN: "bounds at every look", DE: "bei jedem Blick"},
	"letters":  {EN: "letters", DE: "Briefe"},
	"buyers":   {EN: "groups with orders", DE: "Verbünde mit Bestellung"},
	"points":   {EN: "%s points", DE: "%s Prozentpunkte"},
	"arm":      {EN: "%s accounts in %s groups, %s a group, %s orders", DE: "%s Kunden in %s Verbünden, %s je Verbund, %s Bestellungen"},
	"days":     {EN: "from %s to %s, read on %s, latest order %s", DE: "%s bis %s, Stand %s, letzte Bestellung %s"},
	"header":   {EN: "quarter", DE: "Quartal"},
	"gain":     {EN: "gained in it", DE: "Mehrertrag darin"},
	"sum_net":  {EN: "net since the first day, 95%", DE: "netto seit dem ersten Tag, 95\u00a0%"},
	"pooled":   {EN: "lift in common", DE: "gemeinsame Wirkung"},
	"next":     {EN: "of one more", DE: "einer weiteren"},
	"lift":     {EN: "lift", DE: "Wirkung"},
	"shrunk":   {EN: "shrunk", DE: "geschrumpft"},
	"per":      {EN: "a letter", DE: "je Brief"},
	"net":      {EN: "net gain, 95%", DE: "Nettoertrag, 95\u00a0%"},
	"run":      {EN: "in home, campaign", DE: "beim Empfänger, Kampagne"},
	"adjusted": {EN: "p adjusted", DE: "p korrigiert"},
	"runs":     {EN: "runs", DE: "Läufe"},
	"together": {EN: "together", DE: "zusammen"},
	"yes":      {EN: "pays", DE: "lohnt sich"},
	"no":       {EN: "does not pay", DE: "lohnt sich nicht"},
	"open":     {EN: "open", DE: "offen"},
	"left":     {EN: "without an estimate", DE: "ohne Schätzung"},

	responses.ByCampaign: {EN: "campaign", DE: "Kampagne"}, responses.ByKind: {EN: "kind", DE: "Art"}, responses.ByRule: {EN: "rule", DE: "Regel"},
	responses.ByDesign: {EN: "letter", DE: "Brief"}, responses.ByTreatment: {EN: "treatment", DE: "Behandlung"},
	responses.ByQuarter: {EN: "quarter", DE: "Quartal"}, responses.BySegment: {EN: "segment", DE: "Segment"},
}

func printProgrammeReport(w io.Writer, r responses.ProgrammeReport, lang string) {
	t := upliftText{w, lang}
	say := func(name string) string { return programmeWords[name].In(lang) }
	name := r.Name
	if r.Control == responses.ControlGlobal {
		name = say("global")
	}
	raw := strings.Join(append([]string{r.Verdict}, r.Flags...), ", ")
	fmt.Fprintf(w, "%s: %s  [%s]\n\n%s\n%s\n\n", name, verdictPhrase(r.Verdict, r.Flags, lang), raw, r.Sentence.In(lang), r.Advice.In(lang))
	t.line(t.word("net"), "%s", t.span(r.Net))
	if r.NetAlways != nil {
		t.line(say("always"), "%s", t.bounds(t.money(r.NetAlways.Low), t.money(r.NetAlways.High)))
	}
	t.line(t.word("gain"), "%s", t.span(r.Gain))
	t.line(t.word("cost"), "%s (%s %s)", t.money(r.Cost), t.count(r.Letters), say("letters"))
	if o := r.Orders; o != nil {
		t.line(t.word("orders"), "%s  %s", t.decimal(o.Value, 1), t.bounds(t.decimal(o.Low, 1), t.decimal(o.High, 1)))
	}
	if b := r.Buyers; b != nil {
		t.line(say("buyers"), say("points")+"  %s", t.decimal(100*b.Value, 1), t.bounds(t.decimal(100*b.Low, 1), t.decimal(100*b.High, 1)))
	}
	for _, arm := range []responses.Arm{r.MailedArm, r.ControlArm} {
		t.line(t.word(arm.Name), say("arm"), t.count(arm.Accounts), t.count(arm.Groups), t.money(arm.MeanGroup), t.count(arm.Orders))
	}
	fmt.Fprintf(w, "\n%-9s %8s %12s  %-34s %s\n", say("header"), say("letters"), t.word("cost"), say("gain"), say("sum_net"))
	for _, q := range r.Quarters {
		fmt.Fprintf(w, "%-9s %8s %12s  %-34s %s\n", q.Quarter, t.count(q.Letters), t.money(q.Cost), t.span(q.Gain), t.span(q.SumNet))
	}
	fmt.Fprintf(w, "\n"+say("days")+"\n", t.date(r.From), t.date(r.Until), t.date(r.AsOf), t.date(r.DataOn))
	for _, n := range r.Notes {
		fmt.Fprintf(w, "%s: %s\n", t.word("note"), n.Text.In(lang))
	}
}
