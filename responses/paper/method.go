package paper

import (
	"strings"

	"postlift"
	"postlift/campaigns/experiment"
)

// method explains how everything above was computed: formula, what went in, and from where.
func (c *composer) method() {
	s := Section{ID: "method", Title: c.t("How it was measured", "Wie gemessen wurde"), Lead: []string{c.say(c.Method)}}
	item := func(id, name, text string) { s.Items = append(s.Items, Item{id, name, text}) }
	has := map[string]bool{}
	for _, part := range c.out.Sections {
		has[part.How] = true
	}
	for _, tile := range c.out.Tiles {
		has[tile.How] = true
	}
	for _, e := range c.explanations() {
		if has[e.ID] {
			item(e.ID, e.Name, e.Text)
		}
	}
	c.add(s)
}

// explanations are formula, inputs, number and source of every figure, by the id that sections and tiles name.
func (c *composer) explanations() []Item {
	groups := c.inputs()
	orders, record := c.t("Source: imported orders, credit notes and contracts.", "Quelle: importierte Bestellungen, Gutschriften und Verträge."), c.t("Source: the frozen plan of the run.", "Quelle: der eingefrorene Plan des Laufs.")
	batches := c.t("Source: the batches and what the vendor reported.", "Quelle: die Aufträge und die Meldungen des Dienstleisters.")
	items := []Item{
		{"net", c.t("Net gain", "Nettoertrag"), c.netWords() + " " + groups + " " + orders},
		{"funnel", c.t("From rule to letter", "Von der Regel zum Brief"), c.t("Counts of accounts and of letters; both sums close.", "Zählungen von Kunden und Briefen; beide Summen gehen auf.") + " " + record + " " + batches},
		{"path", c.t("From response to order", "Von der Antwort zur Bestellung"), c.t("Accounts by the first time that they came to a stage, from the day in home to the day of the reading; orders by code, then customer number, then name and address, then company and postcode. Source: responses, opportunities and orders.",
			"Kunden nach dem ersten Mal, dass sie eine Stufe erreichten, vom Tag der Ankunft bis zum Tag der Lesung; Bestellungen über Code, dann Kundennummer, dann Name und Anschrift, dann Firma und Postleitzahl. Quelle: Antworten, Verkaufschancen und Bestellungen.")},
		{"curve", c.t("Day by day", "Tag für Tag"), c.t("Sum of the margin of all groups of an arm up to a day, by its accounts. The difference is the deciding estimator applied to the margin up to that day, times the mailed groups, less the whole cost; its band is that day's 95 % interval.",
			"Summe des Deckungsbeitrags aller Verbünde einer Gruppe bis zu einem Tag, geteilt durch ihre Kunden. Der Unterschied ist die maßgebliche Schätzung für den Deckungsbeitrag bis zu diesem Tag, mal die angeschriebenen Verbünde, abzüglich aller Kosten; das Band ist das 95-%-Intervall dieses Tages.") + " " + groups + " " + orders},
		{"survival", c.t("Still active", "Noch aktiv"), c.t("Kaplan-Meier estimate by arm; mean active days are the area under the curve up to the day of the reading (restricted mean), its standard error after Greenwood. The difference is clustered by company group.",
			"Kaplan-Meier-Schätzung je Gruppe; die mittleren aktiven Tage sind die Fläche unter der Kurve bis zum Tag der Lesung (eingeschränktes Mittel), ihr Standardfehler nach Greenwood. Der Unterschied ist nach Firmenverbünden geclustert.") + " " + orders},
		{"secondary", c.t("Registered days", "Registrierte Tage"), c.t("The same estimator as the net gain, applied to what had come in by that day. Shares are ratios of sums over whole groups (delta method).",
			"Dieselbe Schätzung wie beim Nettoertrag, auf das bis dahin Eingegangene angewandt. Anteile sind Quotienten von Summen über ganze Verbünde (Delta-Methode).") + " " + orders},
		{"clv", c.t("Customer lifetime value", "Kundenwert"), c.t("Realised: measured margin less cost. Projected: a value model fitted to held-out accounts only, applied to both arms from their own histories, times the calibration factor of matured campaigns. Programme: everything mailed against groups that nothing reached. The lines are of different kinds and never added up.",
			"Realisiert: gemessener Deckungsbeitrag abzüglich Kosten. Projiziert: ein nur an zurückgehaltenen Kunden angepasstes Wertmodell, auf die Historien beider Gruppen angewandt, mal dem Kalibrierungsfaktor ausgereifter Kampagnen. Programm: alles Versandte gegen Verbünde, die nichts erreichte. Die Zeilen sind verschiedener Art und werden nie addiert.")},
		{"belief", c.t("What a sceptic would believe", "Was jemand Skeptisches glauben würde"), c.t("Normal prior of the lift, centred at zero, and the normal estimate, weighed by their precisions; chance = P(net gain > 0), probable loss = E[max(−net gain, 0)].",
			"Normalverteilte Vorannahme der Wirkung um null und die normalverteilte Schätzung, nach Genauigkeit gewichtet; Chance = P(Nettoertrag > 0), wahrscheinlicher Verlust = E[max(−Nettoertrag, 0)].") + " " + record},
		{"segments", c.t("By segment", "Nach Segment"), c.t("The deciding estimator inside each segment, shrunk by a normal-normal model over the segments; p adjusted over all segments after Benjamini and Hochberg.",
			"Die maßgebliche Schätzung je Segment, geschrumpft mit einem Normal-Normal-Modell über die Segmente; p über alle Segmente nach Benjamini und Hochberg bereinigt.") + " " + orders},
		{"match", c.t("Match-back", "Bestellabgleich"), c.t("One order credits at most one letter: by code, else by the account that ordered in the window. It counts orders that would have come anyway and is no effect.",
			"Eine Bestellung wird höchstens einem Brief zugerechnet: über den Code, sonst über den Kunden, der im Messzeitraum bestellte. Er zählt auch Bestellungen, die ohnehin gekommen wären, und ist keine Wirkung.") + " " + orders},
		{"cost", c.t("Cost", "Kosten"), c.f("Printed letters, controls and returned ones included, times their price: %s letters at %s.", "Gedruckte Briefe samt Kontrollexemplaren und zurückgekommenen, mal ihrem Preis: %s Briefe zu %s.", c.count(c.Cost.Printed), c.exact(c.Cost.PerPiece)) + " " + batches},
		{"orders", c.t("Additional orders", "Zusätzliche Bestellungen"), c.t("Orders per group, mailed less held out, times the mailed groups.", "Bestellungen je Verbund, angeschrieben minus zurückgehalten, mal die angeschriebenen Verbünde.") + " " + groups + " " + orders},
		{"cpo", c.t("Cost per incremental order", "Kosten je zusätzliche Bestellung"), c.t("Actual cost by additional orders; bounds from those of the orders, none where their interval reaches zero.", "Tatsächliche Kosten durch zusätzliche Bestellungen; Grenzen aus denen der Bestellungen, keine, wo deren Intervall die Null erreicht.")},
		{"cpa", c.t("Cost per account won", "Kosten je gewonnenem Kunden"), c.t("Actual cost by accounts won beyond those of the held-out arm: first orders, and orders after a year without.", "Tatsächliche Kosten durch gewonnene Kunden über die der Kontrollgruppe hinaus: Erstbestellungen und Bestellungen nach einem Jahr ohne.")},
		{"roi", c.t("Return on cost (ROI)", "Rendite auf die Kosten (ROI)"), c.t("Net gain by actual cost; bounds are those of the net gain by the cost. No single figure before the interval excludes zero.", "Nettoertrag durch tatsächliche Kosten; Grenzen sind die des Nettoertrags durch die Kosten. Keine einzelne Zahl, bevor das Intervall die Null ausschließt.")},
		{"roas", c.t("Revenue by cost (ROAS)", "Umsatz je Kosten (ROAS)"), c.t("Incremental net revenue of the window by actual cost. Revenue is no margin.", "Zusätzlicher Nettoumsatz des Messzeitraums durch tatsächliche Kosten. Umsatz ist kein Deckungsbeitrag.")},
		{"payback", c.t("Paid back", "Bezahlt gemacht"), c.t("The day since which the whole 95 % interval of the cumulative net gain has stayed above zero. It was looked for on many days and describes.", "Der Tag, seit dem das ganze 95-%-Intervall des aufgelaufenen Nettoertrags über null geblieben ist. Er wurde an vielen Tagen gesucht und beschreibt nur.")},
		{"arms", c.t("The arms", "Die Gruppen"), c.t("Means over company groups as assigned, delivered or not; before: the margin of the year before the plan.", "Mittel über Firmenverbünde nach Zuteilung, ob zugestellt oder nicht; zuvor: der Deckungsbeitrag des Jahres vor dem Plan.") + " " + record},
		{"checks", c.t("Checks", "Prüfungen"), c.t("Sample ratio: chi-squared test of the arms' sizes against the registered shares, for groups, accounts and strata; below p = 0.001 everything is withheld.", "Gruppengrößen: Chi-Quadrat-Test gegen die registrierten Anteile, für Verbünde, Kunden und Schichten; unter p = 0,001 wird nichts gezeigt.")},
		{"trust", c.t("Trust in the interval", "Vertrauen in das Intervall"), c.t("Share of simulated campaigns, on this audience's own past and with this design, whose interval held the truth; or a rule of thumb where none was registered.", "Anteil simulierter Kampagnen, auf der eigenen Vergangenheit dieser Kunden und mit diesem Versuchsplan, deren Intervall die Wahrheit enthielt; oder eine Faustregel, wo keine registriert wurde.")},
	}
	if !c.held() {
		for i := range items {
			if items[i].ID == "checks" {
				items[i].Text += " " + c.checksWords()
			}
		}
	}
	return items
}

// inputs says how many were compared.
func (c *composer) inputs() string {
	if len(c.Arms) == 2 && !c.inWaves() {
		return c.f("Compared: %s mailed groups (%s accounts) and %s held-out groups (%s accounts).", "Verglichen: %s angeschriebene Verbünde (%s Kunden) und %s zurückgehaltene Verbünde (%s Kunden).",
			c.count(c.Arms[0].Groups), c.count(c.Arms[0].Accounts), c.count(c.Arms[1].Groups), c.count(c.Arms[1].Accounts))
	}
	n := 0
	for _, a := range c.Arms {
		n += a.Groups
	}
	return c.f("Compared: %s groups in %s arms.", "Verglichen: %s Verbünde in %s Gruppen.", c.count(n), c.count(len(c.Arms)))
}

// netWords are the formula of the net gain with its own figures.
func (c *composer) netWords() string {
	out := c.t("Net gain = estimate per company group × mailed groups − actual cost.", "Nettoertrag = Schätzung je Firmenverbund × angeschriebene Verbünde − tatsächliche Kosten.")
	if c.Net == nil || c.Gain == nil {
		return out
	}
	figure := c.Welch
	if c.Designed != nil {
		figure = c.Designed
	} else if c.CUPED != nil && c.Estimator == experiment.PrimaryCUPED {
		figure = c.CUPED
	}
	words := []string{out}
	if figure != nil {
		words = append(words, c.f("Per group %s, standard error %s, %s degrees of freedom, %s.", "Je Verbund %s, Standardfehler %s, %s Freiheitsgrade, %s.",
			c.exact(figure.PerGroup.Value), c.exact(postlift.Money{Minor: postlift.RoundMinor(figure.SE), Currency: c.Currency}), c.number(figure.DoF, 0), c.p(figure.P)))
		if figure.Theta != nil {
			words = append(words, c.f("Adjusted with theta = %s for the margin before.", "Bereinigt um den Deckungsbeitrag zuvor mit Theta = %s.", c.number(*figure.Theta, 3)))
		}
	}
	words = append(words, c.f("%s gained − %s cost = %s.", "%s Mehrertrag − %s Kosten = %s.", c.whole(c.Gain.Value), c.whole(c.Cost.Actual), c.whole(c.Net.Value)))
	if c.Checks != nil && c.Checks.AlwaysValid != nil {
		words = append(words, c.f("The day of this reading (%s of the window) was not fixed as its end before, so a confidence sequence that holds at all looks decides.", "Der Tag dieser Lesung (%s des Messzeitraums) war nicht vorab als dessen Ende festgelegt, daher entscheidet eine Konfidenzfolge, die bei jedem Blick gilt.", c.share(c.Checks.AlwaysValid.Elapsed, 0)))
	}
	return strings.Join(words, " ")
}

// checksWords explain the second looks.
func (c *composer) checksWords() string {
	return c.t("A/A: the estimator on the margin before. Randomisation test: the arms drawn anew as the design drew them; p is the share of draws with at least this effect. Bootstrap: groups drawn anew, bootstrap-t. Capped: the largest outcomes cut off, another question, for sensitivity only. Complier effect: the effect of assignment by the delivered share; delivered means posted and not reported back.",
		"A/A: die Schätzung für den Deckungsbeitrag zuvor. Randomisierungstest: Gruppen neu gezogen, wie der Versuchsplan sie zog; p ist der Anteil der Ziehungen mit mindestens dieser Wirkung. Bootstrap: Verbünde neu gezogen, Bootstrap-t. Gekappt: die größten Werte abgeschnitten, eine andere Frage, nur zur Empfindlichkeit. Complier: die Wirkung der Zuteilung durch den zugestellten Anteil; zugestellt heißt eingeliefert und nicht zurückgemeldet.")
}
