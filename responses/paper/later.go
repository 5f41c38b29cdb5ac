package paper

import (
	"postlift/responses"
)

// survival shows how long accounts stayed, mailed against held out.
func (c *composer) survival() {
	if c.held() || c.Outcomes == nil || c.Outcomes.Retention == nil {
		return
	}
	r := c.Outcomes.Retention
	s := Section{ID: "survival", How: "survival", Title: c.t("Still active, mailed against held out", "Noch aktiv, angeschrieben gegen zurückgehalten"), Badge: c.secondaryBadge(), Lead: []string{c.say(r.Active)}}
	t := Table{Caption: c.t("Accounts at risk and still active", "Kunden unter Beobachtung und noch aktiv"), Head: []string{"", c.t("Accounts", "Kunden"), c.t("Lost", "Verloren"), c.t("Mean active days", "Mittlere aktive Tage"), c.t("Standard error (Greenwood)", "Standardfehler (Greenwood)")}}
	var runs []run
	bottom := 1.0
	for _, a := range r.Arms {
		t.Rows = append(t.Rows, Row{Name: c.armName(a.Name), Cells: []string{c.count(a.Accounts), c.count(a.Lost), c.number(a.Mean, 1), c.number(a.SE, 1)}})
		line := run{name: c.armName(a.Name), kind: Mailed, step: true}
		if a.Name == responses.ArmHoldout {
			line.kind = HeldOut
		}
		for _, p := range a.Curve {
			line.x, line.y = append(line.x, float64(p.Day)), append(line.y, p.Share)
			line.low, line.high = append(line.low, p.Low), append(line.high, p.High)
			bottom = min(bottom, p.Low)
		}
		if n := len(line.x); n > 0 && line.x[n-1] < float64(r.Until) {
			line.x, line.y = append(line.x, float64(r.Until)), append(line.y, line.y[n-1])
			line.low, line.high = append(line.low, line.low[n-1]), append(line.high, line.high[n-1])
		}
		if len(line.x) > 1 {
			runs = append(runs, line)
		}
	}
	s.Tables = []Table{t}
	if len(runs) == 2 {
		floor := 0.0
		if bottom > .5 {
			floor = .5
		}
		if bottom > .85 {
			floor = .8
		}
		desc := c.f("Kaplan-Meier: share still active by day, with pale 95 %% bounds by point; the axis begins at %s. Blue and solid: mailed, grey and dashed: held out.",
			"Kaplan-Meier: Anteil noch aktiver Kunden nach Tagen, mit blassen 95-%%-Grenzen je Punkt; die Achse beginnt bei %s. Blau durchgezogen: angeschrieben, grau gestrichelt: zurückgehalten.", c.share(floor, 0))
		s.Charts = []Chart{curves("survival", s.Title, desc, runs, c.percentAxis, c.t("days since the letters arrived", "Tage seit Ankunft"), &floor)}
		s.After = append(s.After, desc)
		s.Tables = append(s.Tables, c.atRisk(r))
	}
	s.After = append(s.After, c.say(r.Text))
	c.add(s)
}

// atRisk is the curves' table: shares and numbers at risk on about eight days.
func (c *composer) atRisk(r *responses.SurvivalOutcome) Table {
	t := Table{Caption: c.t("Share still active (accounts at risk)", "Anteil noch aktiv (Kunden unter Beobachtung)"), Fold: true, Drawn: true, Head: []string{c.t("Day", "Tag")}}
	for _, a := range r.Arms {
		t.Head = append(t.Head, c.armName(a.Name))
	}
	for i := range 9 {
		day := r.Until * i / 8
		row := Row{Name: c.count(day)}
		for _, a := range r.Arms {
			cell := "–"
			for _, p := range a.Curve {
				if p.Day <= day {
					cell = c.share(p.Share, 1) + " (" + c.count(p.AtRisk) + ")"
				}
			}
			row.Cells = append(row.Cells, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (c *composer) secondaryBadge() string {
	return c.t("secondary, decides nothing", "Nebenkennzahl, entscheidet nichts")
}

// secondary shows the registered readings and what was compared beside the margin.
func (c *composer) secondary() {
	o := c.Outcomes
	if c.held() || o == nil {
		return
	}
	s := Section{ID: "secondary", How: "secondary", Title: c.t("What else changed, on the registered days", "Was sich sonst änderte, an den registrierten Tagen"), Badge: c.secondaryBadge(), Lead: []string{c.say(o.Note)}}
	if m := o.Money; m != nil && len(m.Readings) > 0 {
		t := Table{Caption: c.t("Net gain up to a day", "Nettoertrag bis zu einem Tag"), Head: c.estimateHead()}
		for _, r := range m.Readings {
			name := c.f("Day %s (%s)", "Tag %s (%s)", c.count(r.Day), c.date(r.On))
			switch {
			case r.Window:
				name += c.t(", end of the window: decides", ", Ende des Messzeitraums: maßgeblich")
			case !r.Registered:
				name += c.t(", not registered", ", nicht registriert")
			}
			if !r.Complete {
				name += c.t(", data end before", ", Daten enden vorher")
			}
			t.Rows = append(t.Rows, Row{Name: name, Cells: c.cells(r.Net), Strong: r.Window})
		}
		s.Tables = append(s.Tables, t)
	}
	for _, share := range []*responses.ShareOutcome{o.Renewal, o.Again} {
		if share == nil {
			continue
		}
		t := Table{Caption: c.say(share.Metric), Head: []string{"", c.t("Of", "Von"), c.t("Did", "Taten es"), c.t("Share", "Anteil")}}
		for _, a := range share.Arms {
			t.Rows = append(t.Rows, Row{Name: c.armName(a.Name), Cells: []string{c.count(a.Units), c.count(a.Yes), c.share(a.Share, 1)}})
		}
		if d := share.Difference; d != nil {
			t.Rows = append(t.Rows, Row{Name: c.t("Difference (95 %)", "Unterschied (95 %)"), Cells: []string{"", "", c.points(*d)}, Strong: true})
		}
		if len(t.Rows) > 0 {
			s.Tables = append(s.Tables, t)
		}
		s.After = append(s.After, c.say(share.Text))
	}
	if m := o.Money; m != nil && m.Won != nil {
		w := m.Won
		text := c.f("Accounts that ordered for the first time: %s mailed, %s held out; again after a year without: %s mailed, %s held out.",
			"Kunden mit erster Bestellung: %s angeschrieben, %s zurückgehalten; wieder nach einem Jahr ohne: %s angeschrieben, %s zurückgehalten.", c.count(w.New[0]), c.count(w.New[1]), c.count(w.Reactivated[0]), c.count(w.Reactivated[1]))
		if w.Incremental != nil {
			text += " " + c.f("Incremental over all mailed accounts: %s (95 %%: %s).", "Zusätzlich über alle angeschriebenen Kunden: %s (95 %%: %s).", c.number(w.Incremental.Value, 1), c.to(c.number(w.Incremental.Low, 1), c.number(w.Incremental.High, 1)))
		}
		s.After = append(s.After, text)
	}
	c.add(s)
}

// points writes a difference of shares in percentage points with its interval.
func (c *composer) points(d responses.Interval) string {
	unit := c.t(" points", " Punkte")
	return c.number(100*d.Value, 1) + unit + " (" + c.to(c.number(100*d.Low, 1), c.number(100*d.High, 1)) + ")"
}

// value shows the three lines of CLV uplift, which are never added up.
func (c *composer) value() {
	if c.held() || c.Outcomes == nil || c.Outcomes.CLV == nil {
		return
	}
	v := c.Outcomes.CLV
	s := Section{ID: "clv", How: "clv", Title: c.t("Customer lifetime value, in three lines", "Kundenwert, in drei Zeilen"), Lead: []string{c.say(v.Note)}}
	t := Table{Caption: s.Title, Head: append([]string{"", c.t("Kind", "Art")}, c.estimateHead()[1:]...)}
	row := func(name, kind string, m *responses.MoneyInterval) {
		t.Rows = append(t.Rows, Row{Name: name, Cells: append([]string{kind}, c.cells(m)...)})
	}
	measured, model, programme := c.t("measured", "gemessen"), c.t("model", "Modell"), c.t("programme", "Programm")
	row(c.f("Realised up to day %s: margin less cost", "Realisiert bis Tag %s: Deckungsbeitrag abzüglich Kosten", c.count(c.Outcomes.Day)), measured, v.Realised)
	if p := v.Projected; p != nil {
		row(c.t("Projected residual value, calibrated", "Projizierter Restwert, kalibriert"), model, p.Calibrated)
		if p.Calibrated == nil && p.Residual != nil {
			row(c.t("the same, not calibrated: no estimate", "derselbe, nicht kalibriert: keine Schätzung"), model, p.Residual)
		}
		s.After = append(s.After, c.say(p.Text))
		if k := p.Kappa; k != nil {
			s.After = append(s.After, c.f("Calibration factor from %s matured campaigns: %s (95 %%: %s).", "Kalibrierungsfaktor aus %s ausgereiften Kampagnen: %s (95 %%: %s).",
				c.count(k.Campaigns), c.number(k.Value, 2), c.to(c.number(k.Low, 2), c.number(k.High, 2))))
		}
	} else {
		row(c.t("Projected residual value", "Projizierter Restwert"), model, nil)
	}
	if p := v.Programme; p != nil {
		row(c.t("All campaigns against their control", "Alle Kampagnen gegen ihre Kontrolle"), programme, p.Net)
		s.After = append(s.After, c.say(p.Text))
	} else {
		row(c.t("All campaigns: nobody was spared to compare with", "Alle Kampagnen: niemand wurde zum Vergleich ausgenommen"), programme, nil)
	}
	s.Tables = []Table{t}
	c.add(s)
}

// belief shows what a sceptic would believe.
func (c *composer) belief() {
	if c.held() || c.Belief == nil {
		return
	}
	b := c.Belief
	s := Section{ID: "belief", How: "belief", Title: c.t("What a sceptic would believe now", "Was jemand Skeptisches nun glauben würde"), Badge: c.t("decides nothing", "entscheidet nichts"), Lead: []string{c.say(b.Sentence)}}
	t := Table{Caption: s.Title, Head: []string{c.t("Prior: lift of zero, give or take", "Vorannahme: Wirkung null, Spielraum"), c.t("Chance of a net gain", "Chance auf Nettoertrag"), c.t("Expected net gain", "Erwarteter Nettoertrag"), c.t("Probable loss", "Wahrscheinlicher Verlust")}}
	row := func(x responses.Believed, strong bool) {
		t.Rows = append(t.Rows, Row{Name: c.share(x.PriorSD, 1), Cells: []string{c.chance(x.Chance), c.whole(x.Net), c.whole(x.Loss)}, Strong: strong})
	}
	row(b.Believed, true)
	for _, o := range b.Others {
		row(o, false)
	}
	s.Tables = []Table{t}
	registered := c.t("The prior was registered before the mailing.", "Die Vorannahme wurde vor der Aussendung registriert.")
	if !b.Registered {
		registered = c.t("The prior was not registered: the record is from before priors were.", "Die Vorannahme wurde nicht registriert: Der Eintrag stammt aus der Zeit davor.")
	}
	s.After = []string{c.f("%s In money it is zero give or take %s. 95 %% of the belief lies between %s.", "%s In Geld ist sie null mit Spielraum %s. 95 %% der Überzeugung liegen zwischen %s.", registered, c.whole(b.Prior), c.between(b))}
	c.add(s)
}

func (c *composer) between(b *responses.Belief) string {
	return c.whole(b.Low) + c.t(" and ", " und ") + c.whole(b.High)
}

// chance is a probability that is never written as certain.
func (c *composer) chance(p float64) string {
	switch {
	case p < .01:
		return "< " + c.share(.01, 0)
	case p > .99:
		return "> " + c.share(.99, 0)
	}
	return c.share(p, 0)
}

// segments shows the effects by segment, as measured and shrunk.
func (c *composer) segments() {
	if c.held() || len(c.Segments) == 0 {
		return
	}
	s := Section{ID: "segments", How: "segments", Title: c.t("By segment", "Nach Segment"), Badge: c.t("exploratory", "explorativ"), Lead: []string{c.t(
		"Nobody registered these before the data. They suggest what to test next and decide nothing.", "Niemand hat sie vor den Daten registriert. Sie legen nahe, was als Nächstes zu testen ist, und entscheiden nichts.")}}
	desc := c.t("Relative lift by segment. Filled dot and lines: shrunk towards what the segments have in common, 95 % interval; hollow dot and dashed line below: as measured.",
		"Relative Wirkung je Segment. Gefüllter Punkt und Linien: geschrumpft zu dem, was die Segmente gemeinsam haben, 95-%-Intervall; hohler Punkt und gestrichelte Linie darunter: wie gemessen.")
	t := Table{Caption: s.Title, Head: []string{"", c.t("Groups mailed, held out", "Verbünde angeschrieben, zurückgehalten"), c.t("Per group, measured", "Je Verbund, gemessen"), c.t("Per group, shrunk", "Je Verbund, geschrumpft"), c.t("95 %, shrunk", "95 %, geschrumpft"), c.t("p, adjusted", "p, bereinigt")}}
	var rows []bar
	for _, e := range c.Segments {
		name := e.Segment
		if name == "" {
			name = c.t("other", "übrige")
		}
		raw := e.RawLift.Value
		r := bar{label: name, value: e.ShrunkLift.Value, low: e.ShrunkLift.Low, high: e.ShrunkLift.High, kind: Mailed, text: c.share(e.ShrunkLift.Value, 0),
			second: &raw, secondLow: e.RawLift.Low, secondH: e.RawLift.High}
		if e.ShrunkLift.Low80 != nil && e.ShrunkLift.High80 != nil {
			r.low80, r.high80 = *e.ShrunkLift.Low80, *e.ShrunkLift.High80
		}
		rows = append(rows, r)
		t.Rows = append(t.Rows, Row{Name: name, Cells: []string{c.count(e.Assigned) + ", " + c.count(e.Controls), c.exact(e.Raw.Value), c.exact(e.Shrunk.Value), c.to(c.exact(e.Shrunk.Low), c.exact(e.Shrunk.High)), c.number(e.Adjusted, 3)}})
	}
	s.Charts, s.Tables, s.After = []Chart{intervals("segments", s.Title, desc, rows, c.percentAxis, "")}, []Table{t}, []string{desc}
	c.add(s)
}
