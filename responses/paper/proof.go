package paper

import (
	"fmt"
	"postlift/campaigns/experiment"

	"postlift/responses"
)

// matchBack stands beside the measured figures with its known bias.
func (c *composer) matchBack() {
	if c.held() {
		return
	}
	a := c.Attributed
	s := Section{ID: "match", How: "match", Title: c.t("Match-back beside the measured gain", "Bestellabgleich (Match-back) neben dem gemessenen Mehrertrag"), After: []string{c.say(a.Bias)}}
	t := Table{Caption: s.Title, Head: []string{"", c.t("Orders", "Bestellungen"), c.t("Net value", "Nettowert"), c.t("Margin", "Deckungsbeitrag")}}
	row := func(name string, v responses.Credited) {
		t.Rows = append(t.Rows, Row{Name: name, Cells: []string{c.count(v.Orders), c.whole(v.Net), c.whole(v.Margin)}})
	}
	row(c.t("credited by code", "über den Code zugerechnet"), a.ByCode)
	row(c.t("credited by customer in the window", "über den Kunden im Messzeitraum zugerechnet"), a.ByCustomer)
	row(c.t("same window, held out (no letter)", "gleicher Zeitraum, zurückgehalten (ohne Brief)"), a.Holdout)
	measured := Row{Name: c.t("measured against the held-out accounts", "gegen die zurückgehaltenen Kunden gemessen"), Cells: []string{"–", "–", c.unknown()}, Strong: true}
	if c.Orders != nil {
		measured.Cells[0] = c.number(c.Orders.Value, 1)
	}
	if c.Gain != nil {
		measured.Cells[2] = c.whole(c.Gain.Value) + " (" + c.span(*c.Gain) + ")"
	}
	t.Rows = append(t.Rows, measured)
	s.Tables = []Table{t}
	c.add(s)
}

// money compares planned and actual cost and what it bought.
func (c *composer) money() {
	s := Section{ID: "cost", How: "cost", Title: c.t("Cost and return", "Kosten und Ertrag")}
	t := Table{Caption: s.Title, Head: []string{"", c.t("Amount", "Betrag"), c.t("95 % interval", "95-%-Intervall")}}
	row := func(name, value, span string) {
		t.Rows = append(t.Rows, Row{Name: name, Cells: []string{value, span}})
	}
	row(c.t("Planned cost", "Geplante Kosten"), c.exact(c.Cost.Planned), "–")
	row(c.t("Actual cost", "Tatsächliche Kosten"), c.exact(c.Cost.Actual), "–")
	if o := c.Outcomes; o != nil {
		over := c.exact(o.Costs.Over)
		if o.Costs.Share != nil {
			over += " (" + c.share(*o.Costs.Share, 1) + ")"
		}
		row(c.t("Over plan", "Über Plan"), over, "–")
	}
	row(c.t("Letters printed, controls included", "Gedruckte Briefe samt Kontrollexemplaren"), c.count(c.Cost.Printed), "–")
	row(c.t("Cost of a letter", "Kosten je Brief"), c.exact(c.Cost.PerPiece), "–")
	if c.Cost.Apart.Minor != 0 {
		row(c.t("Outside the estimate: key accounts, tried out", "Außerhalb der Schätzung: Schlüsselkunden, Erprobung"), c.exact(c.Cost.Apart), "–")
	}
	if !c.held() {
		for _, tile := range c.out.Tiles {
			switch tile.How {
			case "roi", "roas", "cpo", "cpa", "payback":
				span := tile.Range
				if span == "" {
					span = "–"
				}
				row(tile.Name, tile.Value, span)
			}
		}
		if o := c.Outcomes; o != nil && o.Money != nil && o.Money.Revenue != nil {
			row(c.t("Incremental net revenue", "Zusätzlicher Nettoumsatz"), c.whole(o.Money.Revenue.Value), c.span(*o.Money.Revenue))
		}
	}
	if o := c.OtherLetters; o != nil && !c.held() {
		row(c.f("Letters of other campaigns meanwhile: %s to mailed, %s to held-out accounts; cost of the difference", "Briefe anderer Kampagnen derweil: %s an angeschriebene, %s an zurückgehaltene Kunden; Kosten des Unterschieds", c.count(o.Assigned), c.count(o.Holdout)), c.exact(o.Cost), "–")
		if o.Net != nil {
			row(c.t("Net gain less that cost, too", "Nettoertrag auch abzüglich dieser Kosten"), c.whole(o.Net.Value), c.span(*o.Net))
		}
	}
	s.Tables = []Table{t}
	c.add(s)
}

// arms describes those who were compared.
func (c *composer) arms() {
	if c.held() || len(c.Arms) == 0 {
		return
	}
	s := Section{ID: "arms", How: "arms", Title: c.t("The two arms", "Die beiden Gruppen")}
	if c.inWaves() {
		s.Title = c.t("The waves", "Die Wellen")
		s.Lead = []string{c.t("Everybody is mailed, wave after wave in random order. The margins are of the whole time and no comparison: earlier waves had their letter for longer. The figure above compares each wave with those that were still waiting.",
			"Alle werden angeschrieben, Welle für Welle in zufälliger Reihenfolge. Die Deckungsbeiträge gelten für die ganze Zeit und sind kein Vergleich: Frühere Wellen hatten ihren Brief länger. Der Betrag oben vergleicht jede Welle mit denen, die noch warteten.")}
	}
	t := Table{Caption: s.Title, Head: []string{"", c.t("Accounts", "Kunden"), c.t("Company groups", "Firmenverbünde"), c.t("Orders", "Bestellungen"), c.t("Margin per account", "Deckungsbeitrag je Kunde"),
		c.t("Margin per group", "Deckungsbeitrag je Verbund"), c.t("Standard deviation", "Standardabweichung"), c.t("Before, per group", "Zuvor, je Verbund")}}
	counted := c.Verdict == responses.Exploratory && c.Gain == nil // of orders, which are no money
	if counted {
		t.Head = t.Head[:4]
	}
	for _, a := range c.Arms {
		if counted {
			t.Rows = append(t.Rows, Row{Name: c.armLabel(a), Cells: []string{c.count(a.Accounts), c.count(a.Groups), c.count(a.Orders)}})
			continue
		}
		t.Rows = append(t.Rows, Row{Name: c.armLabel(a), Cells: []string{c.count(a.Accounts), c.count(a.Groups), c.count(a.Orders), c.exact(a.MeanAccount), c.exact(a.MeanGroup), c.exact(a.SDGroup), c.exact(a.PreGroup)}})
	}
	s.Tables = []Table{t}
	c.add(s)
}

// checks are second looks. A withheld report keeps the sample ratio alone.
func (c *composer) checks() {
	s := Section{ID: "checks", How: "checks", Title: c.t("Checks and design", "Prüfungen und Versuchsplan")}
	t := Table{Caption: s.Title, Words: true}
	row := func(name, text string) { t.Rows = append(t.Rows, Row{Name: name, Cells: []string{text}}) }
	row(c.t("Sample ratio, company groups", "Gruppengrößen, Firmenverbünde"), c.ratio(c.SampleRatio.Groups))
	row(c.t("Sample ratio, accounts", "Gruppengrößen, Kunden"), c.ratio(c.SampleRatio.Accounts))
	if k := c.Checks; k != nil && k.Strata != nil {
		row(c.f("Sample ratio inside %s strata", "Gruppengrößen in %s Schichten", c.count(k.Strata.Strata)), c.verdictOf(k.Strata.OK)+" ("+c.p(k.Strata.P)+")")
	}
	if !c.held() {
		c.secondLooks(row)
		c.power(row)
	}
	s.Tables = []Table{t}
	c.add(s)
}

func (c *composer) ratio(r responses.Ratio) string {
	if !r.Tested {
		return c.t("too few to test", "zu wenige für einen Test")
	}
	return c.verdictOf(r.OK) + " (" + c.p(r.P) + ")"
}

func (c *composer) verdictOf(ok bool) string {
	if ok {
		return c.t("as designed", "wie geplant")
	}
	return c.t("contradicts the design", "widerspricht dem Plan")
}

func (c *composer) secondLooks(row func(name, text string)) {
	if p := c.PrePeriod; p != nil {
		text := c.t("contains zero", "enthält die Null")
		if p.Total.Low.Minor > 0 || p.Total.High.Minor < 0 {
			text = c.t("does not contain zero", "enthält die Null nicht")
		}
		row(c.t("A/A: the same comparison before the letter", "A/A: derselbe Vergleich vor dem Brief"), c.span(p.Total)+": "+text+" ("+c.p(p.P)+")")
	}
	k := c.Checks
	if k == nil {
		return
	}
	if r := k.Randomisation; r != nil {
		draws := c.f("%s random draws", "%s Zufallsziehungen", c.count(r.Resamples))
		if r.Exact {
			draws = c.f("all %s draws", "alle %s Ziehungen", c.count(r.Resamples))
		}
		row(c.t("Randomisation test of the gain", "Randomisierungstest des Mehrertrags"), c.p(r.P)+", "+draws)
	}
	if b := k.Bootstrap; b != nil {
		row(c.t("Bootstrap over groups, gain, 95 %", "Bootstrap über Verbünde, Mehrertrag, 95 %"), c.to(c.whole(b.Low), c.whole(b.High)))
	}
	if p := k.Capped; p != nil {
		row(c.f("Sensitivity: outcomes capped at %s", "Empfindlichkeit: Werte gekappt bei %s", c.whole(p.Cap)), c.whole(p.Gain.Value)+" ("+c.span(p.Gain)+")")
	}
	if p := k.Complier; p != nil {
		text := c.t("not known: no return was reported, so nobody knows what was delivered", "nicht bestimmbar: Es wurde keine Rücksendung gemeldet, also ist unbekannt, was zugestellt wurde")
		if p.Known && p.GainAccount != nil {
			text = c.f("%s per delivered account (%s), %s delivered", "%s je zugestelltem Kunden (%s), %s zugestellt", c.exact(p.GainAccount.Value), c.to(c.exact(p.GainAccount.Low), c.exact(p.GainAccount.High)), c.share(p.Delivered, 1))
		}
		row(c.t("Complier effect", "Wirkung bei Zustellung (Complier)"), text)
	}
	if v := k.OrderValue; v != nil {
		row(c.t("Order value, mailed less held out (describes, no effect)", "Bestellwert, angeschrieben minus zurückgehalten (beschreibend)"), c.exact(v.Difference.Value)+" ("+c.to(c.exact(v.Difference.Low), c.exact(v.Difference.High))+")")
	}
}

func (c *composer) power(row func(name, text string)) {
	d := c.Design
	of := c.t(" of the held-out mean", " des Mittels der Kontrollgruppe")
	if d.Detectable != nil {
		text := c.exact(*d.Detectable)
		if d.DetectableLift != nil {
			text += " (" + c.share(*d.DetectableLift, 1) + of + ")"
		}
		row(c.t("Smallest effect per account that this test finds (80 % chance)", "Kleinste Wirkung je Kunde, die dieser Test findet (80 % Wahrscheinlichkeit)"), text)
	}
	if d.BreakEvenLift != nil {
		row(c.t("Lift that pays the cost", "Steigerung, die die Kosten deckt"), c.share(*d.BreakEvenLift, 1)+of)
	}
	row(c.t("Gain that the plan assumed", "Mehrertrag, den der Plan annahm"), c.whole(d.PlannedGain))
	if c.CUPED != nil || c.Designed != nil {
		row(c.t("Spread explained by the time before", "Durch die Vorperiode erklärte Streuung"), c.share(d.VarianceExplained, 1))
	}
}

// trust tells how far the interval can be trusted and what would tell more.
func (c *composer) trust() {
	if c.held() || c.Trust == nil {
		return
	}
	s := Section{ID: "trust", How: "trust", Title: c.t("How far the interval can be trusted", "Wie weit dem Intervall zu trauen ist"), Lead: []string{c.say(c.Trust.Sentence)}}
	for _, b := range c.Trust.Instead {
		s.After = append(s.After, c.say(b))
	}
	c.add(s)
}

// record shows what was registered before anybody was mailed.
func (c *composer) record() {
	s := Section{ID: "record", Title: c.t("The record", "Die Registrierung")}
	t := Table{Caption: s.Title, Words: true}
	row := func(name, text string) { t.Rows = append(t.Rows, Row{Name: name, Cells: []string{text}}) }
	row(c.t("Run", "Lauf"), c.RunID)
	if r := c.reg; r.Hash != "" {
		row(c.t("Registered on", "Registriert am"), c.date(r.On))
		row(c.t("Analysis version", "Version der Auswertung"), fmt.Sprint(r.Version))
		row(c.t("Hash of the plan (SHA-256)", "Prüfsumme des Plans (SHA-256)"), r.Hash)
		if len(r.ReadingDays) > 0 {
			days := ""
			for i, d := range r.ReadingDays {
				if i > 0 {
					days += ", "
				}
				days += c.count(d)
			}
			row(c.t("Registered readings, days after in-home", "Registrierte Lesungen, Tage nach der Ankunft"), days)
		}
	} else {
		s.Lead = []string{c.t("The record of this run is not at hand here; it lies with the run.", "Die Registrierung dieses Laufs liegt hier nicht vor; sie ist beim Lauf gespeichert.")}
	}
	if e := c.Estimator; e != "" && !c.held() {
		row(c.t("Estimator that decides", "Schätzung, die entscheidet"), c.estimator(e))
	}
	row(c.t("Exploratory parts", "Explorative Teile"), c.t("segments; whatever is marked so", "Segmente; was so gekennzeichnet ist"))
	s.Tables = []Table{t}
	c.add(s)
}

// estimator puts the name of an estimator into words.
func (c *composer) estimator(name string) string {
	switch name {
	case experiment.PrimaryBlocked:
		return c.t("differences within matched blocks", "Unterschiede innerhalb der Blöcke")
	case experiment.PrimaryWaves:
		return c.t("the just mailed against those not mailed yet", "eben Angeschriebene gegen noch nicht Angeschriebene")
	case experiment.PrimaryCUPED:
		return c.t("difference in means, adjusted for the year before", "Unterschied der Mittel, bereinigt um das Vorjahr")
	case experiment.PrimaryWelch:
		return c.t("difference in means", "Unterschied der Mittel")
	}
	return name
}
