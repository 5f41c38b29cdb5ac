package responses

import (
	"fmt"
)

// wavesOpen words waves of which nothing can be compared yet.
func (m measurement) wavesOpen(reason, lang string) string {
	de := lang == "de"
	if reason == WavesUnordered {
		return pick(de,
			"Withheld: the waves did not arrive in the order in which they were drawn, so nobody is left who waited by lot.",
			"Nicht auswertbar: Die Wellen kamen nicht in der ausgelosten Reihenfolge an, also hat niemand durch das Los gewartet.")
	}
	known := m.Run.EndsOn()
	if list := m.Run.Design.periods(); len(list) > 0 {
		known = list[0].to
	}
	waiting := WholeNumber(m.res.Control.Accounts, lang)
	return pick(de,
		fmt.Sprintf("No proof yet: everybody is mailed in random waves; %s accounts still wait and are the comparison. The first comparison is possible after %s.", waiting, known.Format(lang)),
		fmt.Sprintf("Noch kein Beweis: Alle werden in zufälligen Wellen angeschrieben; %s Kunden warten noch und sind der Vergleich. Der erste Vergleich ist nach dem %s möglich.", waiting, known.Format(lang)))
}

// someWaves words what the periods that are over show while later waves are to come.
func (m measurement) someWaves(u *Uplift, lang string) string {
	de := lang == "de"
	arrived := 0
	for _, p := range m.Run.Design.Posted {
		if p.InHomeOn <= m.AsOf {
			arrived++
		}
	}
	value, low, high, level := m.span(u, lang)
	return pick(de,
		fmt.Sprintf("No final figure yet: %d of %d waves have arrived. So far they brought %s after cost (%s: %s to %s), in the days until the next wave.", arrived, m.Run.Design.Waves, value, level, low, high),
		fmt.Sprintf("Noch kein Endergebnis: %d von %d Wellen sind angekommen. Bisher brachten sie nach Abzug der Kosten %s (%s: %s bis %s), in den Tagen bis zur nächsten Welle.", arrived, m.Run.Design.Waves, value, level, low, high))
}

// wavesMethod says how waves are read.
func (m measurement) wavesMethod(lang string) string {
	de := lang == "de"
	from, to := m.Run.InHomeOn.Format(lang), min(m.AsOf, m.Run.EndsOn()).Format(lang)
	return pick(de,
		fmt.Sprintf("By assignment: every company group was drawn into a wave and counts there, delivered or not. Outcome: realised margin of orders, net of credit notes, and of contracts by days of service, from %s to %s. "+
			"Estimate: %s; groups mailed earlier are left out of later periods, so that nothing is assumed of how long a letter works. "+
			"The interval takes into account that one group is the comparison in several periods. The figure is times the groups mailed, less the cost of the printed letters; the verdict is decided on its 95 %% interval.", from, to, m.byDesign(false)),
		fmt.Sprintf("Nach Zuteilung: Jeder Firmenverbund wurde in eine Welle gelost und zählt dort, ob zugestellt oder nicht. Zielgröße: realisierter Deckungsbeitrag aus Bestellungen, um Gutschriften gemindert, und aus Verträgen nach Leistungstagen, vom %s bis %s. "+
			"Schätzung: %s; früher angeschriebene bleiben aus späteren Abschnitten heraus, damit nichts darüber angenommen wird, wie lange ein Brief wirkt. "+
			"Das Intervall berücksichtigt, dass ein Verbund in mehreren Abschnitten Vergleich ist. Der Betrag gilt mal die angeschriebenen Verbünde, abzüglich der Kosten der gedruckten Briefe; über das Urteil entscheidet sein 95-%%-Intervall.", from, to, m.byDesign(true)))
}

// wavesNote says what the figure of waves covers.
func (m measurement) wavesNote(add func(name, en, de string)) {
	d := m.Run.Design
	if !d.waves() || len(m.Ledger.periods) == 0 {
		return
	}
	var days int
	for _, p := range m.Ledger.periods {
		days += p.to.DaysSince(p.from) + 1
	}
	days = (days + len(m.Ledger.periods)/2) / len(m.Ledger.periods)
	add("waves", fmt.Sprintf("Waves: the figure is what a letter adds in its first %d days or so, until the next wave arrives; what comes later is not in it. The last wave, which nobody waits after, is taken to gain as much as the others.", days),
		fmt.Sprintf("Wellen: Der Betrag ist, was ein Brief in etwa seinen ersten %d Tagen bringt, bis die nächste Welle ankommt; was später kommt, ist nicht enthalten. Für die letzte Welle, nach der niemand mehr wartet, ist dieselbe Wirkung angenommen.", days))
	if m.cancelled() {
		add("waves_ended", "The campaign was cancelled between waves: those that were never mailed are the comparison until the end. As the day may have been chosen for what was seen, the interval that holds at all looks decides.",
			"Die Kampagne wurde zwischen den Wellen abgesagt: Die nie angeschriebenen sind bis zuletzt der Vergleich. Da der Tag nach dem gewählt sein kann, was zu sehen war, entscheidet das Intervall, das bei jedem Blick gilt.")
	}
}
