package paper

import (
	"fmt"

	"postlift/responses"
)

func (c *composer) bar(label string, m responses.MoneyInterval, kind Kind) bar {
	return bar{label: label, value: m.Value.Major(), low: m.Low.Major(), high: m.High.Major(), low80: m.Low80.Major(), high80: m.High80.Major(), kind: kind, text: c.whole(m.Value)}
}

// net shows the effect with its intervals.
func (c *composer) net() {
	if c.held() || c.Gain == nil {
		return
	}
	var rows []bar
	t := Table{Caption: c.t("What the letter changed, in money", "Was der Brief verändert hat, in Geld"), Head: c.estimateHead(), Fold: true}
	row := func(label string, m responses.MoneyInterval, kind Kind, is80 bool) {
		b, cells := c.bar(label, m, kind), c.cells(&m)
		if !is80 {
			b.low80, b.high80, cells[2] = 0, 0, "–"
		}
		rows, t.Rows = append(rows, b), append(t.Rows, Row{Name: label, Cells: cells, Strong: len(rows) == 0})
	}
	switch {
	case c.Net == nil: // of another metric, which no cost is taken off
	case c.Checks != nil && c.Checks.AlwaysValid != nil:
		row(c.t("Net, at all looks (decides)", "Netto, bei jedem Blick (maßgeblich)"), c.Checks.AlwaysValid.Net, Mailed, false)
		row(c.t("Net, plain", "Netto, einfach"), *c.Net, Ink, true)
	default:
		row(c.t("Net, after cost (decides)", "Netto, nach Kosten (maßgeblich)"), *c.Net, Mailed, true)
	}
	row(c.t("Gain, before cost", "Mehrertrag, vor Kosten"), *c.Gain, Ink, true)
	if planned := c.Design.PlannedGain.Major(); planned != 0 && c.Net != nil {
		rows[len(rows)-1].mark = &planned
		t.Rows = append(t.Rows, Row{Name: c.t("Planned gain, before cost", "Geplanter Mehrertrag, vor Kosten"), Cells: []string{c.whole(c.Design.PlannedGain), "–", "–"}})
	}
	if c.Welch != nil && (c.CUPED != nil || c.Designed != nil) && !c.inWaves() {
		row(c.t("Gain, unadjusted", "Mehrertrag, unbereinigt"), c.Welch.Total, Quiet, true)
	}
	s := Section{ID: "net", How: "net", Title: c.t("What the letter changed, in money", "Was der Brief verändert hat, in Geld")}
	desc := c.t("For all mailed accounts. Dot: estimate; thick line: 80 % interval; thin line: 95 % interval; dark upright line: zero; diamond: what the plan expected.",
		"Für alle angeschriebenen Kunden. Punkt: Schätzung; dicke Linie: 80-%-Intervall; dünne Linie: 95-%-Intervall; dunkle senkrechte Linie: null; Raute: was der Plan erwartete.")
	s.Charts = []Chart{intervals("net", s.Title, desc+" "+c.say(c.Sentence), rows, c.axis, c.t("planned", "geplant"))}
	s.Lead = []string{desc}
	if c.Relative != nil {
		s.After = append(s.After, c.f("Relative lift of the whole margin, agreed fees included: %s (95 %%, Fieller: %s).", "Relative Steigerung des ganzen Deckungsbeitrags samt vereinbarter Entgelte: %s (95 %%, Fieller: %s).",
			c.share(c.Relative.Value, 1), c.to(c.share(c.Relative.Low, 1), c.share(c.Relative.High, 1))))
	}
	if tr := c.Truth; tr != nil {
		t.Rows = append(t.Rows, Row{Name: c.t("Simulated truth, before cost", "Simulierte Wahrheit, vor Kosten"), Cells: []string{c.whole(tr.Gain), "–", "–"}})
		inside := c.t("The 95 % interval misses it, as one in twenty does.", "Das 95-%-Intervall verfehlt sie, wie es bei einem von zwanzig vorkommt.")
		if tr.Gain.Minor >= c.Gain.Low.Minor && tr.Gain.Minor <= c.Gain.High.Minor {
			inside = c.t("The 95 % interval holds it.", "Das 95-%-Intervall enthält sie.")
		}
		s.After = append(s.After, c.f("The simulation knows the truth: the letters gained %s before cost. It is used in no calculation. %s", "Die Simulation kennt die Wahrheit: Die Briefe brachten %s vor Kosten. Sie geht in keine Rechnung ein. %s", c.whole(tr.Gain), inside))
	}
	s.Tables = []Table{t}
	c.add(s)
}

// funnel shows how many accounts the rule took and what became of the letters; both sums close.
func (c *composer) funnel() {
	a, p := c.Accounts, c.Pieces
	bar := func(label string, n int, kind Kind) step { return step{label, c.count(n), float64(n), kind} }
	accounts := []step{
		bar(c.t("Accounts matched", "Erfasste Kunden"), a.Matched, Ink), bar(c.t("gated out", "ausgeschlossen"), a.Gated, Quiet), bar(c.t("over the cap", "über der Grenze"), a.OverCap, Quiet),
		bar(c.t("held out", "zurückgehalten"), a.Holdout, HeldOut), bar(c.t("assigned", "zugeteilt"), a.Assigned, Mailed),
	}
	pieces := []step{
		bar(c.t("Letters planned", "Geplante Briefe"), p.Planned, Ink), bar(c.t("mailed", "versandt"), p.Mailed, Mailed), bar(c.t("withdrawn", "zurückgezogen"), p.Withdrawn, Quiet),
		bar(c.t("failed", "fehlerhaft"), p.Failed, Quiet), bar(c.t("pending", "offen"), p.Pending, Quiet),
		bar(c.t("came back", "zurückgekommen"), p.Returned, Third), bar(c.t("nothing heard of (unknown)", "ohne Rückmeldung (unbekannt)"), p.Unknown, Quiet),
	}
	s := Section{ID: "funnel", How: "funnel", Title: c.t("From rule to letter", "Von der Regel zum Brief")}
	accountsDesc := c.t("Accounts: matched = gated out + over the cap + held out + assigned.", "Kunden: erfasst = ausgeschlossen + über der Grenze + zurückgehalten + zugeteilt.")
	piecesDesc := c.t("Letters: planned = mailed + withdrawn + failed + pending; what came back was mailed, and the rest of the mailed is unknown, never called delivered.",
		"Briefe: geplant = versandt + zurückgezogen + fehlerhaft + offen; was zurückkam, war versandt, und der Rest des Versandten ist unbekannt, nie „zugestellt“.")
	s.Charts = []Chart{bars("funnel-accounts", c.t("Accounts", "Kunden"), accountsDesc, accounts), bars("funnel-pieces", c.t("Letters", "Briefe"), piecesDesc, pieces)}
	for i, list := range [][]step{accounts, pieces} {
		t := Table{Caption: s.Charts[i].Title, Head: []string{"", c.t("Number", "Anzahl")}, Fold: true, Drawn: true}
		for _, st := range list {
			t.Rows = append(t.Rows, Row{Name: st.label, Cells: []string{st.text}})
		}
		s.Tables = append(s.Tables, t)
	}
	s.After = []string{accountsDesc, piecesDesc}
	c.add(s)
}

// path shows the way from a response to an order.
func (c *composer) path() {
	if c.held() {
		return
	}
	s := Section{ID: "path", How: "path", Title: c.t("From response to order", "Von der Antwort zur Bestellung"), Lead: []string{c.t(
		"Accounts, each counted once a stage. Only orders earn money: the stages before are leading indicators and decide nothing. The held-out accounts stand beside where both arms are counted alike.",
		"Kunden, je Stufe einmal gezählt. Nur Bestellungen bringen Geld: Die Stufen davor sind Frühindikatoren und entscheiden nichts. Zurückgehaltene Kunden stehen daneben, wo beide Gruppen gleich gezählt werden.")}}
	t := Table{Caption: s.Title, Head: []string{"", c.t("Mailed", "Angeschrieben"), c.t("Share", "Anteil"), c.t("Median day", "Tag (Median)"), c.t("Same count, mailed", "Gleich gezählt, angeschrieben"), c.t("Same count, held out", "Gleich gezählt, zurückgehalten")}}
	var steps []step
	for _, p := range c.Path {
		name := c.say(p.Label)
		kind := Mailed
		if p.Leading {
			name, kind = name+c.t(" (leading)", " (früh)"), Quiet
		}
		days, mailed, held := "–", "–", "–"
		if p.MedianDays != nil {
			days = c.number(*p.MedianDays, 0)
		}
		if p.Compared != nil {
			mailed, held = c.share(p.Compared.MailedShare, 1), c.share(p.Compared.HeldOutShare, 1)
		}
		t.Rows = append(t.Rows, Row{Name: name, Cells: []string{c.count(p.Accounts), c.share(p.Share, 1), days, mailed, held}, Strong: !p.Leading})
		steps = append(steps, step{name, fmt.Sprintf("%s (%s)", c.count(p.Accounts), c.share(p.Share, 1)), float64(p.Accounts), kind})
	}
	if len(steps) == 0 {
		a := c.Answers
		t.Head = []string{"", c.t("Accounts", "Kunden")}
		t.Rows = []Row{{Name: c.t("opened the link (mail scanners count, too; leading)", "riefen den Link auf (automatische Prüfer zählen mit; früh)"), Cells: []string{c.count(a.Visits)}},
			{Name: c.t("answered (leading)", "antworteten (früh)"), Cells: []string{c.count(a.Answered)}}}
	} else {
		s.Charts = []Chart{bars("path", s.Title, s.Lead[0], steps)}
	}
	s.Tables = []Table{t}
	s.After = []string{c.f("Accounts that objected to advertising: %s.", "Kunden, die der Werbung widersprachen: %s.", c.count(c.Answers.Objections))}
	if f := c.FollowUp; f != nil && (f.Due > 0 || f.Called > 0) {
		s.After = append(s.After, c.f("Calls by sales: %s of %s due accounts called, %s reached, %s meetings, %s quotes. The estimate compares assigned with held-out accounts, whatever was called.",
			"Anrufe des Vertriebs: %s von %s fälligen Kunden angerufen, %s erreicht, %s Termine, %s Angebote. Die Schätzung vergleicht zugeteilte mit zurückgehaltenen Kunden, unabhängig von Anrufen.",
			c.count(f.Called), c.count(f.Due), c.count(f.Reached), c.count(f.Meetings), c.count(f.Quotes)))
		if f.Warning != nil {
			s.After = append(s.After, c.say(*f.Warning))
		}
	}
	c.add(s)
}

// curve shows how the margin came in, by day since in-home, and the difference with its band.
func (c *composer) curve() {
	if c.held() || len(c.Curve) < 2 || c.inWaves() {
		return
	}
	s := Section{ID: "curve", How: "curve", Title: c.t("Day by day since the letters arrived", "Tag für Tag, seit die Briefe ankamen")}
	axis := c.t("days since the letters arrived", "Tage seit Ankunft")
	mailed, held := run{name: c.mailed(), kind: Mailed}, run{name: c.heldOut(), kind: HeldOut}
	t := Table{Caption: c.t("Cumulative margin per account", "Aufgelaufener Deckungsbeitrag je Kunde"), Head: []string{c.t("Day", "Tag"), c.mailed(), c.heldOut()}, Fold: true, Drawn: true}
	every := max(len(c.Curve)/12, 1)
	for i, p := range c.Curve {
		x := float64(p.Day)
		mailed.x, mailed.y, held.x, held.y = append(mailed.x, x), append(mailed.y, p.Assigned.Major()), append(held.x, x), append(held.y, p.Holdout.Major())
		if i%every == 0 || i == len(c.Curve)-1 {
			t.Rows = append(t.Rows, Row{Name: c.count(p.Day), Cells: []string{c.exact(p.Assigned), c.exact(p.Holdout)}})
		}
	}
	runs := []run{mailed}
	if c.Accounts.Holdout > 0 {
		runs = append(runs, held)
	}
	desc := c.t("Cumulative realised margin per account; blue and solid: mailed, grey and dashed: held out.", "Aufgelaufener realisierter Deckungsbeitrag je Kunde; blau durchgezogen: angeschrieben, grau gestrichelt: zurückgehalten.")
	s.Charts, s.Tables, s.After = []Chart{curves("curve", t.Caption, desc, runs, c.axis, axis, nil)}, []Table{t}, []string{desc}
	if o := c.Outcomes; o != nil && o.Money != nil && len(o.Money.Curve) > 1 {
		c.difference(&s, o.Money, axis)
	}
	c.add(s)
}

// difference adds the cumulative net gain with its band.
func (c *composer) difference(s *Section, m *responses.MoneyOutcome, axis string) {
	net := run{name: c.t("Net gain", "Nettoertrag"), kind: Mailed}
	t := Table{Caption: c.t("Cumulative net gain of all mailed accounts", "Aufgelaufener Nettoertrag aller angeschriebenen Kunden"), Head: []string{c.t("Day", "Tag"), c.t("Net gain", "Nettoertrag"), c.t("95 % interval", "95-%-Intervall")}, Fold: true, Drawn: true}
	every := max(len(m.Curve)/12, 1)
	for i, p := range m.Curve {
		net.x, net.y = append(net.x, float64(p.Day)), append(net.y, p.Net.Major())
		net.low, net.high = append(net.low, p.Low.Major()), append(net.high, p.High.Major())
		if i%every == 0 || i == len(m.Curve)-1 {
			t.Rows = append(t.Rows, Row{Name: c.count(p.Day), Cells: []string{c.whole(p.Net), c.to(c.whole(p.Low), c.whole(p.High))}})
		}
	}
	desc := c.t("The difference that the letters made, less their whole cost from the first day; pale band: 95 % of each day by itself, so that looking for the best day proves nothing.",
		"Der Unterschied, den die Briefe machten, abzüglich aller Kosten vom ersten Tag an; blasses Band: 95 % je Tag für sich, die Suche nach dem besten Tag beweist also nichts.")
	s.Charts, s.Tables = append(s.Charts, curves("difference", t.Caption, desc, []run{net}, c.axis, axis, nil)), append(s.Tables, t)
	s.After = append(s.After, desc, c.say(m.Payback.Text))
}
