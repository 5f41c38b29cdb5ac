package paper

import (
	"slices"
	"strings"

	"postlift"
	"postlift/campaigns/experiment"
	"postlift/responses"
)

// head words what stands above all sections: the verdict, what to do and when it will be known.
func (c *composer) head() {
	c.out = Report{
		Lang: c.lang, Campaign: c.Campaign, Made: c.AsOf, Verdict: c.Verdict, Word: c.verdictWord(c.Verdict),
		Kicker: c.t("Uplift report", "Wirkungsbericht"),
		Dates: c.f("In home %s · window %s days, to %s · read on %s (latest order known: %s)", "Beim Empfänger %s · Messzeitraum %s Tage, bis %s · Stand %s (letzte bekannte Bestellung: %s)",
			c.date(c.InHomeOn), c.count(c.WindowDays), c.date(c.WindowEndsOn), c.date(c.AsOf), c.date(c.DataOn)),
		Sentence: c.say(c.Sentence), Advice: c.say(c.Advice), When: c.when(),
		Labels: Labels{WhatToDo: c.t("What to do", "Was zu tun ist"), When: c.t("When we will know", "Wann es sich zeigt"), Table: c.t("Show as table", "Als Tabelle zeigen"),
			How: c.t("How this was computed", "Wie das berechnet wurde"), Chart: c.t("chart", "Diagramm"), Page: c.t("Page %d of %d", "Seite %d von %d")},
	}
	for _, f := range c.Flags {
		if f != c.Verdict {
			c.out.Flags = append(c.out.Flags, c.flagWord(f))
		}
	}
	for _, n := range c.Notes {
		c.out.Notes = append(c.out.Notes, c.say(n.Text))
	}
	c.tiles()
}

func (c *composer) verdictWord(v string) string {
	switch v {
	case responses.Works:
		return c.t("Works", "Wirkt")
	case responses.Hurts:
		return c.t("Hurts", "Schadet")
	case responses.Withheld:
		return c.t("Withheld", "Nicht auswertbar")
	case responses.Exploratory:
		return c.t("Exploratory", "Explorativ")
	}
	return c.t("No proof yet", "Noch kein Beweis")
}

func (c *composer) flagWord(f string) string {
	switch f {
	case responses.Interim:
		return c.t("interim: the window is still open", "Zwischenstand: Der Messzeitraum läuft noch")
	case responses.Indicative:
		return c.t("indicative: the interval promises more than it keeps", "Richtwert: Das Intervall verspricht mehr, als es hält")
	case responses.Imbalanced:
		return c.t("the arms differed before the mailing", "die Gruppen unterschieden sich schon vorher")
	case responses.Exploratory:
		return c.t("exploratory, not registered", "explorativ, nicht registriert")
	}
	return f
}

// interim tells whether the window is still open.
func (c *composer) interim() bool { return slices.Contains(c.Flags, responses.Interim) }

// when says when, or by what, it will be known.
func (c *composer) when() string {
	var out []string
	end := c.date(c.WindowEndsOn)
	switch {
	case c.Reason == responses.NoData:
		out = append(out, c.t("As soon as the orders since the mailing are imported.", "Sobald die Bestellungen seit der Aussendung importiert sind."))
	case c.Reason == responses.BrokenRatio:
		out = append(out, c.t("Not from this run, unless the missing accounts are found and the arms again have the registered sizes.", "Nicht aus diesem Lauf, es sei denn, die fehlenden Kunden finden sich und die Gruppen haben wieder die registrierten Größen."))
	case c.Reason == experiment.NoControl || c.Reason == experiment.NoTreated:
		out = append(out, c.t("Never from this run: there is nothing to compare with. The next mailing with a share held out can tell.", "Aus diesem Lauf nie: Es gibt nichts zum Vergleichen. Die nächste Aussendung mit einem zurückgehaltenen Anteil kann es zeigen."))
	case c.Verdict == responses.Exploratory:
		out = append(out, c.t("The registered reading decides; this one does not.", "Es entscheidet die registrierte Lesung, nicht diese."))
	case c.interim() || c.AsOf < c.WindowEndsOn:
		out = append(out, c.f("On %s, the registered reading at the end of the window, once orders up to that day are imported.", "Am %s, mit der registrierten Lesung am Ende des Messzeitraums, sobald Bestellungen bis zu diesem Tag importiert sind.", end))
	case c.Verdict == responses.Works || c.Verdict == responses.Hurts:
		out = append(out, c.f("Now: the registered window ended on %s.", "Jetzt: Der registrierte Messzeitraum endete am %s.", end))
	case c.held():
	default:
		out = append(out, c.f("Not from this run alone any more: its window ended on %s.", "Aus diesem Lauf allein nicht mehr: Sein Messzeitraum endete am %s.", end))
		out = append(out, c.needed())
	}
	if on := c.next(); !on.IsZero() && !c.held() && on != c.WindowEndsOn && c.Verdict != responses.Exploratory {
		out = append(out, c.f("Next registered reading of the secondary metrics: %s.", "Nächste registrierte Lesung der Nebenkennzahlen: %s.", c.date(on)))
	}
	return strings.TrimSpace(strings.Join(out, " "))
}

// needed says what would tell, where the interval cannot.
func (c *composer) needed() string {
	if c.Trust != nil && len(c.Trust.Instead) > 0 {
		words := make([]string, len(c.Trust.Instead))
		for i, b := range c.Trust.Instead {
			words[i] = c.say(b)
		}
		return strings.Join(words, " ")
	}
	return c.t("Repeats of it read together, or a programme test over all campaigns, can tell.", "Wiederholungen, gemeinsam gelesen, oder ein Programmtest über alle Kampagnen können es zeigen.")
}

// Deciding is the net gain with the interval that the verdict rests on: while the window runs the one that holds at all
// looks, which has no 80 % bounds of its own (they are the estimate); nil where there is none.
func Deciding(u responses.Uplift) *responses.MoneyInterval {
	if u.Net == nil || u.Checks == nil || u.Checks.AlwaysValid == nil {
		return u.Net
	}
	net := u.Checks.AlwaysValid.Net
	net.Low80, net.High80 = net.Value, net.Value
	return &net
}

// NextReading is the first registered reading after a report's day; none where all are over or nothing is known of the
// record.
func NextReading(u responses.Uplift, reg Registered) postlift.Date {
	c := composer{Uplift: u, reg: reg}
	if next := c.next(); !next.IsZero() || u.AsOf >= u.WindowEndsOn {
		return next
	}
	return u.WindowEndsOn
}

// next is the first registered reading after the report's day; none where nothing is known of the record.
func (c *composer) next() postlift.Date {
	var next postlift.Date
	for _, d := range append([]int{c.WindowDays}, c.reg.ReadingDays...) {
		on := c.InHomeOn.AddDays(d)
		if on > c.AsOf && (next.IsZero() || on < next) && len(c.reg.ReadingDays) > 0 && !c.inWaves() {
			next = on
		}
	}
	return next
}

// tiles are the figures of the first look. A withheld report has what was spent, and nothing that was gained.
func (c *composer) tiles() {
	add := func(name, value, span, how string) { c.out.Tiles = append(c.out.Tiles, Tile{name, value, span, how}) }
	planned := c.t("planned ", "geplant ") + c.whole(c.Cost.Planned)
	cost := c.t("Cost", "Kosten")
	if c.held() {
		add(cost, c.whole(c.Cost.Actual), planned, "cost")
		return
	}
	name := c.t("Net gain after cost", "Nettoertrag nach Abzug der Kosten")
	if c.Net == nil {
		add(name, c.unknown(), "", "net")
	} else {
		net, level := c.deciding()
		add(name, c.whole(net.Value), level+c.span(net), "net")
	}
	add(cost, c.whole(c.Cost.Actual), planned, "cost")
	decided := c.Verdict == responses.Works || c.Verdict == responses.Hurts
	ratio := func(name string, i *responses.Interval, how string) {
		switch {
		case i == nil:
			add(name, c.unknown(), "", how)
		case decided:
			add(name, c.share(i.Value, 0), c.to(c.share(i.Low, 0), c.share(i.High, 0)), how)
		default: // a single return beside an interval that holds zero would mislead
			add(name, c.t("open", "offen"), c.to(c.share(i.Low, 0), c.share(i.High, 0)), how)
		}
	}
	ratio(c.t("Return on cost (ROI)", "Rendite auf die Kosten (ROI)"), c.roi(), "roi")
	if o := c.Outcomes; o != nil && o.Money != nil && o.Money.ROAS != nil {
		ratio(c.t("Incremental revenue by cost (ROAS)", "Zusatzumsatz je Kosten (ROAS)"), o.Money.ROAS, "roas")
	}
	if c.Orders == nil {
		add(c.t("Additional orders", "Zusätzliche Bestellungen"), c.unknown(), "", "orders")
	} else {
		add(c.t("Additional orders", "Zusätzliche Bestellungen"), c.number(c.Orders.Value, 1), c.to(c.number(c.Orders.Low, 1), c.number(c.Orders.High, 1)), "orders")
	}
	c.perOrder(add, c.t("Cost per incremental order", "Kosten je zusätzliche Bestellung"), c.CostPerOrder, "cpo")
	if o := c.Outcomes; o != nil && o.Money != nil {
		if o.Money.Won != nil {
			c.perOrder(add, c.t("Cost per account won (CPA)", "Kosten je gewonnenem Kunden (CPA)"), o.Money.Won.CPA, "cpa")
		}
		pay := o.Money.Payback
		value := c.t("open", "offen")
		if pay.SureDay != nil {
			value = c.f("day %s", "Tag %s", c.count(*pay.SureDay))
		}
		add(c.t("Paid back for certain (95 %)", "Sicher bezahlt gemacht (95 %)"), value, "", "payback")
	}
}

// deciding is the net gain with the interval that the verdict rests on, and that interval's level in words.
func (c *composer) deciding() (net responses.MoneyInterval, level string) {
	level = c.t("95 %: ", "95 %: ")
	if c.Checks != nil && c.Checks.AlwaysValid != nil {
		level = c.t("95 %, at all looks: ", "95 %, bei jedem Blick: ")
	}
	return *Deciding(c.Uplift), level
}

// roi is the return on cost with the bounds of the interval that decides.
func (c *composer) roi() *responses.Interval {
	if c.ROI == nil || c.Net == nil || c.Cost.Actual.Minor <= 0 {
		return c.ROI
	}
	net, _ := c.deciding()
	cost := float64(c.Cost.Actual.Minor)
	return &responses.Interval{Value: c.ROI.Value, Low: float64(net.Low.Minor) / cost, High: float64(net.High.Minor) / cost}
}

func (c *composer) perOrder(add func(name, value, span, how string), name string, v *responses.CostPerOrder, how string) {
	switch {
	case v == nil:
		add(name, c.unknown(), "", how)
	case v.High == nil || v.Low == nil:
		add(name, c.t("open", "offen"), c.f("estimate %s, without an upper bound", "Schätzung %s, ohne obere Grenze", c.exact(v.Value)), how)
	default:
		add(name, c.exact(v.Value), c.to(c.exact(*v.Low), c.exact(*v.High)), how)
	}
}
