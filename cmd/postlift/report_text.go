package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"postlift"
	"postlift/responses"
	"postlift/responses/paper"
)

// upliftWords are the labels of the report in the terminal; the raw names are those of the JSON answer.
var upliftWords = map[string]responses.Bilingual{
	responses.Works:       {EN: "Works", DE: "Wirkt"},
	responses.NoProof:     {EN: "No proof yet", DE: "Noch kein Beweis"},
	responses.Hurts:       {EN: "Hurts", DE: "Schadet"},
	responses.Withheld:    {EN: "Withheld", DE: "Nicht auswertbar"},
	responses.Interim:     {EN: "interim: the window is still open", DE: "Zwischenstand: Der Messzeitraum läuft noch"},
	responses.Indicative:  {EN: "indicative: the interval promises more than it keeps", DE: "Richtwert: Das Intervall verspricht mehr, als es hält"},
	responses.Imbalanced:  {EN: "the groups differed before the mailing", DE: "die Gruppen unterschieden sich schon vorher"},
	responses.Exploratory: {EN: "exploratory, not registered", DE: "explorativ, nicht registriert"},
	responses.ArmAssigned: {EN: "assigned", DE: "angeschrieben"},
	responses.ArmHoldout:  {EN: "held out", DE: "zurückgehalten"},

	responses.ArmWave: {EN: "wave", DE: "Welle"},

	"net":         {EN: "net gain, 95%", DE: "Nettoertrag, 95\u00a0%"},
	"always":      {EN: "  at all looks", DE: "  bei jedem Blick"},
	"random":      {EN: "randomisation test", DE: "Randomisierungstest"},
	"gain":        {EN: "margin gained", DE: "Mehrertrag"},
	"plain":       {EN: "  plain (Welch)", DE: "  einfach (Welch)"},
	"cost":        {EN: "cost", DE: "Kosten"},
	"planned":     {EN: "planned", DE: "geplant"},
	"orders":      {EN: "additional orders", DE: "mehr Bestellungen"},
	"roi":         {EN: "return on cost", DE: "Rendite auf Kosten"},
	"truth":       {EN: "simulated truth", DE: "simulierte Wahrheit"},
	"gained":      {EN: "gained", DE: "Mehrertrag"},
	"arm":         {EN: "%s accounts in %s groups, %s an account, %s orders", DE: "%s Kunden in %s Verbünden, %s je Kunde, %s Bestellungen"},
	"match":       {EN: "match-back", DE: "Bestellabgleich"},
	"match_text":  {EN: "%s orders by code, %s by customer, %s margin; it overstates", DE: "%s Bestellungen über Code, %s über Kunde, %s Deckungsbeitrag; er überschätzt"},
	"days":        {EN: "in home %s, window to %s, read on %s, latest order %s", DE: "beim Empfänger %s, Messzeitraum bis %s, Stand %s, letzte Bestellung %s"},
	"note":        {EN: "note", DE: "Hinweis"},
	"page":        {EN: "written", DE: "geschrieben"},
	"when":        {EN: "When we will know", DE: "Wann es sich zeigt"},
	"path":        {EN: "path", DE: "Weg"},
	"path_text":   {EN: "%s %s (%s)", DE: "%s %s (%s)"},
	"retention":   {EN: "active days gained", DE: "aktive Tage mehr"},
	"renewal":     {EN: "renewed more", DE: "mehr verlängert"},
	"points":      {EN: "%s points  %s", DE: "%s Punkte  %s"},
	"clv":         {EN: "CLV, %s", DE: "Kundenwert, %s"},
	"measured":    {EN: "measured", DE: "gemessen"},
	"model":       {EN: "model", DE: "Modell"},
	"programme":   {EN: "programme", DE: "Programm"},
	"sceptic":     {EN: "sceptic", DE: "skeptisch"},
	"sceptic_txt": {EN: "%s chance of a net gain, expected %s, probable loss %s (prior: zero, give or take %s)", DE: "%s Chance auf Nettoertrag, erwartet %s, wahrscheinlicher Verlust %s (Vorannahme: null, Spielraum %s)"},
	"other":       {EN: "other", DE: "übrige"},
	"segments":    {EN: "segments, exploratory", DE: "Segmente, explorativ"},
	"a_a":         {EN: "before the letter", DE: "vor dem Brief"},
	"sizes":       {EN: "sizes of the arms", DE: "Gruppengrößen"},
	"sizes_text":  {EN: "p = %s (groups), p = %s (accounts)", DE: "p = %s (Verbünde), p = %s (Kunden)"},
	"record":      {EN: "registered", DE: "registriert"},
	"record_text": {EN: "%s, analysis version %d, plan %s", DE: "%s, Auswertung Version %d, Plan %s"},
	"by welch":    {EN: "difference in means", DE: "Mittelwertdifferenz"},
	"by cuped":    {EN: "adjusted for the time before", DE: "um die Zeit davor bereinigt"},
	"by blocked":  {EN: "within the matched blocks", DE: "innerhalb der Blöcke ähnlicher Verbünde"},
	"by waves":    {EN: "against those still waiting", DE: "gegen die noch Wartenden"},
	"to_day":      {EN: "up to day %d", DE: "bis Tag %d"},
	"no_estimate": {EN: "not known", DE: "nicht bestimmbar"},
}

// verdictPhrase says a verdict and its flags in words.
func verdictPhrase(verdict string, flags []string, lang string) string {
	say := func(name string) string {
		if w, ok := upliftWords[name]; ok {
			return w.In(lang)
		}
		return name
	}
	phrase := say(verdict)
	var reasons []string
	for _, f := range flags {
		if f != verdict {
			reasons = append(reasons, say(f))
		}
	}
	if len(reasons) > 0 {
		phrase += " (" + strings.Join(reasons, "; ") + ")"
	}
	return phrase
}

// upliftText writes a report for the terminal.
type upliftText struct {
	w    io.Writer
	lang string
}

func (t upliftText) word(name string) string { return upliftWords[name].In(t.lang) }

// line writes a label and what it says.
func (t upliftText) line(label, format string, args ...any) {
	fmt.Fprintf(t.w, "%-22s%s\n", label, fmt.Sprintf(format, args...))
}

func (t upliftText) money(m postlift.Money) string { return responses.WholeMoney(m, t.lang) }

func (t upliftText) count(n int) string { return responses.WholeNumber(n, t.lang) }

// date is the German form for German readers and the ISO form for all others.
func (t upliftText) date(d postlift.Date) string {
	if d.IsZero() {
		return "–"
	}
	if t.lang == "de" {
		return d.Format(t.lang)
	}
	return d.String()
}

// decimal writes a number with a fixed number of places.
func (t upliftText) decimal(v float64, places int) string {
	s := strings.Replace(fmt.Sprintf("%.*f", places, v), "-", "\u2212", 1)
	if t.lang == "de" {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s
}

// bounds writes an interval; its separator never looks like a decimal sign.
func (t upliftText) bounds(low, high string) string {
	if t.lang == "de" {
		return "[" + low + "; " + high + "]"
	}
	return "[" + low + ", " + high + "]"
}

func (t upliftText) span(m *responses.MoneyInterval) string {
	if m == nil {
		return t.word("no_estimate")
	}
	return t.money(m.Value) + "  " + t.bounds(t.money(m.Low), t.money(m.High))
}

// printUplift says the verdict in words, then the figures that carry it, in the order of the other forms; the record is
// empty where it is not at hand.
func printUplift(w io.Writer, u responses.Uplift, reg paper.Registered, lang, page string) {
	t := upliftText{w, lang}
	raw := strings.Join(slices.Compact(append([]string{u.Verdict}, u.Flags...)), ", ")
	fmt.Fprintf(w, "%s: %s  [%s]\n\n%s\n%s\n", u.Campaign, verdictPhrase(u.Verdict, u.Flags, lang), raw, u.Sentence.In(lang), u.Advice.In(lang))
	if when := paper.Compose(u, reg, lang).When; when != "" {
		fmt.Fprintf(w, "%s: %s\n", t.word("when"), when)
	}
	fmt.Fprintln(w)
	if u.Verdict == responses.Withheld {
		t.spent(u)
	} else {
		t.effect(u)
		t.beside(u)
		t.compared(u)
	}
	t.record(u, reg)
	fmt.Fprintf(w, t.word("days")+"\n", t.date(u.InHomeOn), t.date(u.WindowEndsOn), t.date(u.AsOf), t.date(u.DataOn))
	for _, n := range u.Notes {
		fmt.Fprintf(w, "%s: %s\n", t.word("note"), n.Text.In(lang))
	}
	if page != "" {
		fmt.Fprintf(w, "%s: %s\n", t.word("page"), page)
	}
}

// effect writes what the letters changed and what they cost.
func (t upliftText) effect(u responses.Uplift) {
	t.line(t.word("net"), "%s", t.span(u.Net))
	if c := u.Checks; c != nil && c.AlwaysValid != nil && u.Net != nil {
		t.line(t.word("always"), "%s", t.span(&c.AlwaysValid.Net))
	}
	estimator := ""
	if u.Estimator != "" {
		estimator = "  (" + t.word("by "+u.Estimator) + ")"
	}
	t.line(t.word("gain"), "%s%s", t.span(u.Gain), estimator)
	if u.Welch != nil {
		t.line(t.word("plain"), "%s  p = %s", t.span(&u.Welch.Total), t.decimal(u.Welch.P, 3))
	}
	if c := u.Checks; c != nil && c.Randomisation != nil {
		t.line(t.word("random"), "p = %s", t.decimal(c.Randomisation.P, 3))
	}
	t.spent(u)
	if o := u.Orders; o != nil {
		t.line(t.word("orders"), "%s  %s", t.decimal(o.Value, 1), t.bounds(t.decimal(o.Low, 1), t.decimal(o.High, 1)))
	}
	if r := u.ROI; r != nil {
		share := func(v float64) string { return responses.Percent(v, 0, t.lang) }
		t.line(t.word("roi"), "%s  %s", share(r.Value), t.bounds(share(r.Low), share(r.High)))
	}
	if u.Truth != nil {
		t.line(t.word("truth"), "%s %s", t.money(u.Truth.Gain), t.word("gained"))
	}
}
